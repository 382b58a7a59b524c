"""Opening the accounts of a crowd."""

import numpy as np

from . import text
from .builds import BUILDS
from .carriers import NAMES, WEIGHTS
from .hashing import mix, pick, tags, unit
from .manners import Crowd, Weights
from .network import locate
from .world import DAY, SECOND, World

FREE_MAIL = (
    ("gmail.com", 55.0), ("outlook.com", 10.0), ("icloud.com", 7.0), ("yahoo.com", 6.0), ("hotmail.com", 6.0), ("proton.me", 3.0),
    ("web.de", 2.0), ("naver.com", 1.5), ("163.com", 1.5), ("mail.com", 1.0), ("yandex.com", 0.8), ("duck.com", 1.0), ("gmx.net", 1.5),
    ("fastmail.com", 0.8)
)
_A = [
    "north", "amber", "pine", "cedar", "blue", "quick", "iron", "clear", "silver", "open", "mill", "stone", "river", "field", "bright",
    "paper", "true", "wild", "cobalt", "delta", "echo", "fern", "harbor", "iris", "juniper", "kite", "lumen", "maple"
]
_B = [
    "works", "labs", "soft", "data", "point", "line", "desk", "care", "tutor", "learn", "stack", "grid", "loop", "mart", "health", "logic",
    "path", "bridge", "craft", "cart", "flow", "media", "fleet", "nest", "pay"
]
_TLD = ("com", "com", "com", "io", "ai", "co", "dev", "app", "net", "org")


def choose(world: World, weights: Weights, size: int) -> np.ndarray:
    """Draw names by weight."""
    names = np.array(list(weights), dtype=object)
    share = np.array(list(weights.values()), dtype=float)
    return names[world.rng.choice(len(names), size, p=share / share.sum())]


def domains(seed: np.ndarray, edu: bool) -> np.ndarray:
    """Invented domains of organisations."""
    first, second, tld = (
        pick(np.array(_A, dtype=object), seed, 31), pick(np.array(_B, dtype=object), seed, 32), pick(np.array(_TLD, dtype=object), seed, 33)
    )
    digit = (mix(seed, 34) % np.uint64(40)).astype(int)
    return np.array(
        [
            f"{a}{d if d < 12 and not edu else ''}{'-u.edu' if edu else b + '.' + t}"
            for a, b, t, d in zip(first, second, tld, digit, strict=True)
        ],
        dtype=object,
    )


def grouping(world: World, c: Crowd, n: int) -> np.ndarray:
    """The group of each account."""
    if c.group is None:
        return world.new_groups(n)
    sizes: list[int] = []
    while sum(sizes) < n:
        low, high = c.group
        sizes.append(int(np.exp(world.rng.uniform(np.log(low), np.log(high + 1)))))
    return np.repeat(world.new_groups(len(sizes)), sizes)[:n]


def birthdays(world: World, c: Crowd, group: np.ndarray) -> np.ndarray:
    """When accounts were opened: long ago mostly, some in the window; or together."""
    rng, n = world.rng, len(group)
    days = np.minimum(rng.exponential(210, n), 900)
    created = world.start - (days * DAY).astype(np.int64)
    fresh = rng.random(n) < {"old": 0.1, "recent": 0.55, "burst": 0.0, "new": 1.0}[c.age]
    created = np.where(fresh, world.start + (rng.random(n) * (world.days - 1) * DAY).astype(np.int64), created)
    if c.age == "burst":
        base = world.start + ((unit(group, world.salt) * 1.15 - 0.4) * world.days * DAY).astype(np.int64)
        created = base + (rng.exponential(1.4 * 3600, n) * SECOND).astype(np.int64)
    return created // SECOND * SECOND + rng.integers(0, SECOND, n)


def shared(world: World, c: Crowd, flag: str, group: np.ndarray) -> np.ndarray:
    """Numbers equal within a group where the crowd shares a thing, else one an account."""
    own = world.rng.integers(0, 2**60, len(group))
    return mix(group, world.salt, len(flag) * 77 + ord(flag[0])).astype(np.int64) if flag in c.share else own


def found(world: World, c: Crowd, n: int, campaign: str | None = None, group: np.ndarray | None = None) -> np.ndarray:
    """Open the accounts of a crowd."""
    rng = world.rng
    group = grouping(world, c, n) if group is None else group
    lands, weights = (np.array(c.lands, dtype=object), None) if c.lands else (NAMES, WEIGHTS)
    per_group = lands[rng.choice(len(lands), world.groups, p=weights)]
    country = per_group[group] if "country" in c.share else lands[rng.choice(len(lands), n, p=weights)]
    kind, plan, path = choose(world, c.kinds, n), choose(world, c.plans, n), choose(world, c.path, n)
    if "org" in c.share:
        _, first = np.unique(group, return_index=True)
        lookup = dict(zip(group[first].tolist(), kind[first].tolist(), strict=True))
        kind = np.array([lookup[g] for g in group.tolist()], dtype=object)
    created = birthdays(world, c, group)
    cloud = ~np.isin(path, ["app", "api"])
    firm = np.isin(kind, ["startup", "enterprise"]) | ("domain" in c.share)
    mail = np.array([m for m, _ in FREE_MAIL], dtype=object)[
        rng.choice(len(FREE_MAIL), n, p=np.array([w for _, w in FREE_MAIL]) / sum(w for _, w in FREE_MAIL))
    ]
    own = domains(shared(world, c, "domain", group), edu=False)
    if c.edu:
        own = domains(group, edu=True)
        firm = (rng.random(n) < 0.75) | ("domain" in c.share)
    domain = np.where(firm & (rng.random(n) < 0.92), own, mail)
    org_number = shared(world, c, "org", group)
    has_org = ("org" in c.share) | (np.isin(kind, ["startup", "enterprise"]) & (rng.random(n) < 0.75)) | (rng.random(n) < 0.05)
    free, invoice = plan == "free", (kind == "enterprise") & (rng.random(n) < 0.5)
    pay = tags("pm_", shared(world, c, "payment", group))
    no_pay = (free & (rng.random(n) < 0.95)) | invoice | cloud
    phone_number = shared(world, c, "phone", group)
    no_phone = (rng.random(n) > c.phone) | cloud
    index = np.arange(world.size, world.size + n)
    signup_kind = np.array([c.signup] * n, dtype=object)
    where = group if "signup" in c.share else index
    ip, _, _ = locate(
        signup_kind, where + world.salt, group + world.salt, country, (created - world.start) // DAY, rng.integers(0, 10**6, n),
        homes(world)
    )
    builds = _fit(world, clients(world, c, group, n), path)
    late = (rng.random(n) < 0.15) & ("client" not in c.share)
    builds_late = _fit(world, clients(world, c, group, n), path)
    params = np.array([p[:3] for p in c.params])[_per(world, c, "params", group, np.array([p[3] for p in c.params]))]
    banned = np.where((rng.random(n) < 0.004), world.start + (rng.random(n) * world.days * DAY).astype(np.int64), 0)
    who = {
        "": np.zeros(n, dtype=np.int64), "own": mix(index, world.salt, 41).astype(np.int64),
        "group": mix(group, world.salt, 42).astype(np.int64),
        "all": mix((mix(index, 43) % np.uint64(3)).astype(np.int64), 44).astype(np.int64)
    }[c.tools]
    opaque = np.empty(n, dtype=object)
    opaque[:] = systems(world, c, group)
    return world.add_accounts(
        {
            "created": created, "kind": kind, "org_id": np.where(has_org, tags("org_", org_number), None),
            "verified": rng.random(n) < c.verified + 0.5 * (kind == "enterprise"),
            "access_type": np.array(["passthrough" if c.passthrough else "application"] * n, dtype=object),
            "email_domain": np.where(cloud, None, domain), "email_hash": np.where(cloud, None, tags("em_", rng.integers(0, 2**60, n))),
            "payment_hash": np.where(no_pay, None, pay), "phone_hash": np.where(no_phone, None, tags("ph_", phone_number)),
            "signup_ip": np.where(cloud, None, ip), "country": country, "banned": banned, "plan": plan,
            "campaign": np.array([campaign] * n, dtype=object), "crowd": np.array([c.name] * n, dtype=object), "path": path, "group": group,
            "ua": builds[0], "ja4": builds[1], "ua2": np.where(late, builds_late[0], builds[0]),
            "ja42": np.where(late, builds_late[1], builds[1]), "switch": world.start + (rng.random(n) * world.days * DAY).astype(np.int64),
            "style": pick(np.array(text.STYLES, dtype=object), rng.integers(0, 2**40, n)), "temp": params[:, 0], "top_p": params[:, 1],
            "max_tokens": params[:, 2].astype(np.int64), "stream": rng.random(n) < c.stream, "systems": opaque, "tools_key": who,
            "model": choose(world, c.models, n), "foreign": rng.random(n) < c.foreign, "pace": np.exp(rng.normal(0, 0.35, n)),
            "keys": rng.integers(1, c.keys + 1, n), "lazy": rng.random(n) < 0.5,
            "home": np.full(n, c.net.get("res", 0) > 0.3 and campaign is None)
        }
    )


def homes(world: World) -> tuple[np.ndarray, np.ndarray]:
    """The innocent homes whose lines a residential proxy may lend."""
    if not world.size or not world.acc["home"].any():
        return np.array([1]), np.array(["US"], dtype=object)
    rows = np.flatnonzero(world.acc["home"])
    return rows + world.salt, world.acc["country"][rows]


def _per(world: World, c: Crowd, flag: str, group: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """A choice per account or, where shared, per group."""
    p = weights / weights.sum()
    if flag in c.share:
        return world.rng.choice(len(p), world.groups, p=p)[group]
    return world.rng.choice(len(p), len(group), p=p)


def clients(world: World, c: Crowd, group: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """User agent and fingerprint of each account."""
    families = choose(world, c.client, world.groups)[group] if "client" in c.share else choose(world, c.client, n)
    ua, ja4 = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for name in sorted(set(families.tolist())):
        rows = np.flatnonzero(families == name)
        agents, prints, weights = BUILDS[name]
        at = (
            world.rng.choice(len(weights), world.groups, p=weights)[group[rows]]
            if "client" in c.share
            else world.rng.choice(len(weights), len(rows), p=weights)
        )
        ua[rows], ja4[rows] = agents[at], prints[at]
    return ua, ja4


def _fit(world: World, builds: tuple[np.ndarray, np.ndarray], path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Browsers and phones for the app only, libraries (or a console in a browser) for the programming interface."""
    ua, ja4 = builds[0].copy(), builds[1].copy()
    browser = np.array([u.startswith(("Mozilla", "Larkspur/")) for u in ua.tolist()], dtype=bool)
    for wrong, family in (
        (~browser & (path == "app"), "web"),
        (np.array([u.startswith("Larkspur/") for u in ua.tolist()], dtype=bool) & (path != "app"), "py"),
    ):
        rows = np.flatnonzero(wrong)
        agents, prints, weights = BUILDS[family]
        at = world.rng.choice(len(weights), len(rows), p=weights)
        ua[rows], ja4[rows] = agents[at], prints[at]
    return ua, ja4


def systems(world: World, c: Crowd, group: np.ndarray) -> list[tuple[str | None, ...]]:
    """The system prompts of each account (a tuple of one or more)."""
    rnd, cache, out = world.rnd, {}, []
    for g in group.tolist():
        if not c.systems or (rnd.random() > c.p_system and "system" not in c.share):
            out.append((None,))
            continue
        if "system" in c.share:
            if g not in cache:
                cache[g] = tuple(text.system(rnd.choice(c.systems), rnd) for _ in range(rnd.randint(1, c.per_account)))
            out.append(cache[g])
        else:
            out.append(tuple(text.system(rnd.choice(c.systems), rnd) for _ in range(rnd.randint(1, c.per_account))))
    return out
