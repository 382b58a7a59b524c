"""How accounts come to be: when, from where, with which mailbox, card, phone and organisation."""

import numpy as np
from numpy.random import Generator

from . import carriers, text
from .arrays import Arr, choose, pick
from .places import devices, places
from .text import FAMILIES, WORDS
from .world import INF, LANDS, LEAST, Crowd, Members, World

PERSONAL = WORDS["mail.personal"]
PERSONAL_SHARES = np.array([58, 9, 7, 5, 6, 2, 1.5, 1.2, 1, 1, 2, 1.2, 1, 0.8, 1, 0.4, 0.4, 0.5])
UNPAID = ("free", "trial", "edu")


def enrol(w: World, c: Crowd) -> Members:
    """Create the accounts of a crowd."""
    rng = w.rng(f"enrol/{c.kind}/{w.take('crowd')}")
    n, base = w.size(c.n, LEAST if c.campaign else 1), len(w.rows["plan"])
    sizes: list[int] = []
    while sum(sizes) < n:
        sizes.append(int(rng.integers(c.team[0], c.team[1] + 1)))
    team = np.repeat(np.arange(len(sizes)), sizes)[:n]
    teams = int(team[-1]) + 1
    land = _lands(rng, c, n, team, teams)
    created, begin = _dates(w, rng, c, team, teams)
    until = np.full(n, min(float(w.days), c.end))
    if c.life:
        until = np.minimum(until, begin + c.life * rng.lognormal(0, 0.45, n))
    banned = np.where(rng.random(n) < c.ban, np.maximum(begin, 0) + rng.exponential(6.0, n), INF)
    tz = np.array([carriers.TZ.get(x, 0) for x in land], float) if c.tz is None else np.full(n, c.tz)
    ips, mode, pool, lease = places(w, rng, c, land, team)
    programs = devices(w, rng, c, team)
    entity = np.full(n, -1)
    if c.team[1] > 1:
        entity = w.take("entity", teams) + team
    else:
        own = rng.random(n) < c.org
        entity[own] = w.take("entity", int(own.sum())) + np.arange(int(own.sum()))
    domain, email = _mail(w, rng, c, team, teams)
    say = choose(rng, c.say, n)
    if c.team[1] > 1 and rng.random() < 0.8:
        of_team = choose(rng, c.say, teams)
        say = [of_team[t] for t in team.tolist()]
    values: dict[str, Arr | list[str]] = {
        "created": created, "say": say, "entity": entity, "verified": rng.random(n) < c.verified, "access": [c.access] * n,
        "domain": domain, "email": email, "card": _cards(w, rng, c, team), "phone": _phones(w, rng, c, team),
        "signup_ip": _doors(w, rng, c, land, ips, pool, created), "land": land, "banned": banned, "plan": [c.plan] * n,
        "credit": np.full(n, c.credit), "campaign": [c.campaign or ""] * n, "kind": [c.kind] * n, "path": [c.path] * n
    }
    for name, value in values.items():
        w.rows[name].extend(value.tolist() if isinstance(value, np.ndarray) else value)
    taste = rng.gamma(0.8, 1.0, (teams, len(FAMILIES)))[team] if c.tilt else np.ones((n, len(FAMILIES)))
    liked = np.array([c.mix.get(family, 0.0) for family in FAMILIES]) * taste**c.tilt
    systems, tools = _habits(w, rng, c, team, teams, [FAMILIES[i] for i in liked.argmax(1).tolist()])
    bent = rng.integers(0, 1 << 30, teams)[team] if c.team[1] > 1 else rng.integers(0, 1 << 30, n)
    temps, tops = (np.array([np.nan if x is None else x for x in given]) for given in (c.temperature, c.top_p))
    caps = np.array([-1 if x is None else x for x in c.max_tokens])
    return Members(
        idx=base + np.arange(n), land=land, tz=tz, begin=begin, until=until, team=team, ips=ips, ip_mode=mode, pool=pool, lease=lease,
        devices=programs, habit=rng.choice(5, n, p=[0.35, 0.25, 0.12, 0.13, 0.15]),
        zest=rng.lognormal(-(c.spread**2) / 2, c.spread, n), taste=taste, system_of=systems, tools_of=tools,
        temp_of=temps[bent % len(temps)], top_of=tops[bent % len(tops)], cap_of=caps[bent % len(caps)],
        keys=np.minimum(rng.geometric(0.75, n), 5), zdr=rng.random(teams)[team] < c.zdr, quirk=rng.random(n), bent=bent
    )


def _lands(rng: Generator, c: Crowd, n: int, team: Arr, teams: int) -> list[str]:
    """Country of each account; a team has one."""
    weights = c.lands or LANDS
    if c.one_land:
        return choose(rng, weights, 1) * n
    if c.team[1] > 1:
        of_team = choose(rng, weights, teams)
        return [of_team[t] for t in team.tolist()]
    return choose(rng, weights, n)


def _dates(w: World, rng: Generator, c: Crowd, team: Arr, teams: int) -> tuple[Arr, Arr]:
    """Days of sign-up and of first work."""
    n, days = len(team), w.days
    if c.stagger:
        begin = np.maximum(rng.uniform(*c.stagger, n), c.start)
        return begin - c.season * rng.lognormal(0, 0.7, n), begin
    fresh = rng.random(n) < c.fresh
    created = np.where(fresh, rng.uniform(0, days * 0.95, n), -rng.exponential(c.age, n) - 0.05)
    if c.team[1] > 1:
        lead = created[np.searchsorted(team, np.arange(teams))][team]
        close = rng.random(n) < 0.6
        created = np.where(close, np.minimum(lead + rng.exponential(0.4, n), days * 0.97), created)
    if c.bursts:
        middle, spread = np.array(c.bursts)[rng.integers(0, len(c.bursts), n)].T
        created = np.where(fresh, middle + rng.normal(0, 1, n) * spread, created)
    return created, np.maximum(created + rng.exponential(0.02, n), c.start)


def _mail(w: World, rng: Generator, c: Crowd, team: Arr, teams: int) -> tuple[list[str], Arr]:
    """Mail domain and mailbox of each account."""
    n, ends = len(team), WORDS["mail.ending"]
    email = w.take("email", n) + np.arange(n)
    usual = [PERSONAL[i] for i in rng.choice(len(PERSONAL), n, p=PERSONAL_SHARES / PERSONAL_SHARES.sum())]
    if c.mail == "personal":
        return usual, email
    if c.mail == "alias":
        first = np.searchsorted(team, team)
        return [usual[i] for i in first.tolist()], email[first]
    if c.mail in ("work", "school"):
        ends = WORDS["mail.school"] if c.mail == "school" else ends
        of_team = []
        for _ in range(teams):
            firm = text.company(rng).lower()
            branch = f"-{pick(rng, text.SLOTS['f'], 1)[0]}" if rng.random() < 0.15 else ""
            of_team.append(f"{firm}{branch}.{ends[rng.integers(len(ends))]}")
        if c.mail == "school" and c.team[1] == 1:
            of_team = of_team[:1] * teams
        return [of_team[t] if u < 0.93 else o for t, u, o in zip(team.tolist(), rng.random(n).tolist(), usual, strict=True)], email
    if c.mail == "catchall":
        return pick(rng, [f"{text.company(rng).lower()}.{ends[rng.integers(len(ends))]}" for _ in range(c.mail_domains)], n), email
    if c.mail == "throwaway":
        if not w.throwaway:
            w.throwaway = [f"{text.company(rng).lower()}mail.{ends[rng.integers(len(ends))]}" for _ in range(30)]
        thrown = pick(rng, w.throwaway, n)
        return [t if u < 0.75 else o for t, u, o in zip(thrown, rng.random(n).tolist(), usual, strict=True)], email
    return pick(rng, WORDS["mail.bulk"], n), email


def _twice(rng: Generator, own: Arr, share: float) -> Arr:
    """Some people have a second account, for work or after a lost password, or lend a number to a friend."""
    again = rng.random(len(own)) < share
    return np.where(again, own[rng.integers(0, len(own), len(own))], own)


def _cards(w: World, rng: Generator, c: Crowd, team: Arr) -> Arr:
    """Payment means."""
    n = len(team)
    if c.card == "none" or c.plan in UNPAID:
        return np.full(n, -1)
    if c.card == "team":
        return w.take("card", int(team[-1]) + 1) + team
    if c.card == "pool":
        k = max(1, round(n / c.per_card))
        return w.take("card", k) + rng.integers(0, k, n)
    return _twice(rng, w.take("card", n) + np.arange(n), 0.03)


def _phones(w: World, rng: Generator, c: Crowd, team: Arr) -> Arr:
    """Telephone numbers; rented ones come from a pool that others rent from as well."""
    n = len(team)
    if c.phone == "none":
        return np.full(n, -1)
    if c.phone == "rented":
        want = max(1, round(n / c.per_phone))
        old = pick(rng, w.rented, want // 6) if w.rented else []
        new = list(range(w.take("phone", want), w.counter["phone"]))
        w.rented.extend(new)
        mine = np.array(old + new)
        return np.asarray(mine[rng.integers(0, len(mine), n)])
    if c.phone == "team":
        return w.take("phone", int(team[-1]) + 1) + team
    return _twice(rng, w.take("phone", n) + np.arange(n), 0.05)


def _doors(w: World, rng: Generator, c: Crowd, land: list[str], ips: Arr, pool: Arr, created: Arr) -> Arr:
    """Address at sign-up."""
    n = len(land)
    if c.signup == "batch":
        group = np.empty(n, int)
        group[np.argsort(created, kind="stable")] = np.cumsum(rng.random(n) < 1.6 / c.per_signup)
        alone = rng.random(n) < 0.2
        group[alone] = group.max() + 1 + np.arange(int(alone.sum()))
        return np.array(w.net.exits(list(dict.fromkeys(land)), int(group.max()) + 1))[group]
    if c.signup == "vpn":
        return np.array([w.net.vpn() for _ in range(n)])
    if c.net == "rotate":
        return np.asarray(pool[rng.integers(0, len(pool), n)])
    if c.net == "site":
        at_site = rng.random(n) < 0.55
        return np.where(at_site, pool[rng.integers(0, len(pool), n)], ips[:, 0])
    if c.net in ("host", "hostpool"):
        return np.array([w.net.mobile(x) if u < 0.12 else w.net.home(x, 1)[0] for x, u in zip(land, rng.random(n), strict=True)])
    if c.net == "home":
        return np.where(rng.random(n) < 0.15, ips[:, 3], ips[:, 0])
    return np.asarray(ips[np.arange(n), rng.integers(0, ips.shape[1], n) * (rng.random(n) < 0.3)])


def _habits(w: World, rng: Generator, c: Crowd, team: Arr, teams: int, liked: list[str]) -> tuple[list[str | None], Arr]:
    """System prompt and tool set of each account."""
    n = len(team)
    systems: list[str | None] = [None] * n

    def made(fewest: int, family: str) -> str:
        return text.system_prompt(rng, rules=int(rng.integers(fewest, 6)), long=c.system_long, family=family)

    if c.system == "crowd":
        systems = list(pick(rng, c.systems or [text.system_prompt(rng, long=c.system_long, family=liked[0])], n))
    elif c.system == "team":
        of_team = [made(2, liked[i]) for i in np.searchsorted(team, np.arange(teams)).tolist()]
        systems = [of_team[t] for t in team.tolist()]
    elif c.system == "own":
        systems = [made(1, family) if rng.random() < 0.8 else None for family in liked]
    tools = np.full(n, -1)
    if c.tools == "crowd":
        tools = w.take("tools", 4) + rng.choice(4, n, p=[0.6, 0.25, 0.1, 0.05])
    elif c.tools == "own":
        tools = w.take("tools", n) + np.arange(n)
    return systems, tools
