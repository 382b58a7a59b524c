"""Groups live through the days of a log; what the business's systems write down of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import World
from .chance import Bools, Ints, Keys, below, mix, unit, weighted, word
from .firms import Firm
from .parties import Group, Routine
from .tongue import TONGUES, TOPICS, WORKS, expand, grouped
from .wires import CLIENTS, COUNTRIES, ZONES, addresses, builds, dotted

DAY, HOUR = 86_400_000_000, 3_600_000_000
FOREVER = 2**62
HOURS = {
    "awake": (2, 1, 0.6, 0.4, 0.3, 0.5, 1.5, 3, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 8, 8, 6, 4),
    "office": (0, 0, 0, 0, 0, 0, 0.5, 3, 8, 10, 10, 9, 5, 8, 10, 10, 8, 5, 2, 1, 0.5, 0.3, 0.2, 0),
    "evening": (3, 1, 0.5, 0.2, 0, 0, 0.5, 1, 1, 1, 1, 1, 2, 1, 1, 2, 4, 6, 8, 9, 10, 10, 8, 5),
    "school": (0, 0, 0, 0, 0, 0, 0, 1, 8, 10, 9, 10, 4, 8, 8, 4, 2, 2, 3, 3, 2, 1, 0, 0),
    "night": (8, 8, 8, 8, 7, 6, 3, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 1, 3, 6, 8),
    "shifts": (3, 3, 3, 3, 3, 4, 7, 6, 5, 5, 5, 5, 5, 6, 7, 5, 5, 5, 5, 5, 5, 6, 5, 4),
    "flat": (1,) * 24,
    "clock": (1,) * 24,
}
SPOKEN_IN_ENGLISH = tuple(WORKS.index(name) for name in ("code", "agent", "data", "translate"))
DOMAINS = {
    "free": ("mailbox.example", "post.example", "inbox.example", "letters.example", "webmail.example", "pigeon.example"),
    "school": ("campus.example", "college.example", "lyceum.example"),
}


@dataclass
class Setting:
    """A world's business and time."""

    rng: np.random.Generator
    firm: Firm
    key: int
    start: int
    days: int
    release: int

    @property
    def end(self) -> int:
        """The log's end, microseconds."""
        return self.start + self.days * DAY


@dataclass
class People:
    """The accounts of one group: a column each."""

    group: Group
    kin: int
    seat: Ints
    key: Keys
    created: Ints
    since: Ints
    until: Ints
    banned: Ints
    country: Ints
    org: Keys
    has_org: Bools


def settle(group: Group, name: str, w: Setting) -> People:
    """Open a group's accounts."""
    n, rng, firm = group.size, w.rng, w.firm
    first = group.routines[0]
    low, high = (w.start + share * w.days * DAY for share in first.window)
    begin = low + rng.random(n) * first.ramp * (high - low)
    if group.signup in ("burst", "lots", "batches", "aged"):
        lots = group.lots if group.signup != "burst" else 1
        lot = np.sort(rng.integers(0, lots, n))
        least, most = {"aged": (60, 600), "batches": (2, 400)}.get(group.signup, (0.1, 20))
        before = np.exp(rng.uniform(np.log(least), np.log(most), lots))[lot] * DAY
        step = np.exp(rng.normal(np.log(4), 1.0, lots))[lot] * 60e6
        within = np.arange(n) - np.searchsorted(lot, lot)
        created = np.minimum(begin.min(), w.end - DAY) - before + within * step + rng.exponential(step)
        created = np.minimum(created, begin - 60e6)
    elif group.signup == "fresh":
        created = begin - rng.exponential(3 * HOUR, n)
    else:
        created = w.start - np.exp(rng.uniform(np.log(1), np.log(900), n)) * DAY
        if group.signup == "growing":
            created = np.where(rng.random(n) < 0.25, w.start + rng.random(n) * w.days * DAY * 0.95, created)
    seats, opened, since, until = [np.arange(n)], [created], [np.full(n, -FOREVER)], [np.full(n, FOREVER)]
    alive, now = np.arange(n), np.maximum(begin, created)
    while group.life and len(alive):
        # Bans come when they come; a credit lasts about as long for each.
        last = now + group.life * DAY * (rng.normal(1, 0.12, len(alive)).clip(0.5) if group.dry else rng.exponential(1, len(alive)))
        until[-1] = np.where(last < w.end, last, FOREVER).astype(np.int64)
        gone = (last < w.end) & (rng.random(len(alive)) < group.replaced)
        alive, now = alive[gone], last[gone] + rng.exponential(group.delay * HOUR, int(gone.sum())) + 300e6
        keep = now < w.end
        alive, now = alive[keep], now[keep]
        ready = rng.exponential((6 * DAY if group.stock else 0.4 * HOUR), len(alive))
        seats.append(alive)
        opened.append(now - ready - 30e6)
        since.append(now.astype(np.int64))
        until.append(np.full(len(alive), FOREVER))
    seat = np.concatenate(seats)
    total = len(seat)
    ends = np.concatenate(until).astype(np.int64)
    if not group.life:
        mistaken = rng.random(total) < 0.005
        when = np.maximum(w.start + rng.random(total) * w.days * DAY, np.concatenate(opened) + HOUR)
        ends = np.where(mistaken & (when < w.end), when, ends).astype(np.int64)
    key = rng.integers(1, 2**63, total).astype(np.uint64)
    kin = int(mix(w.key, word(group.kin or name))[0])
    opened_at = np.concatenate(opened).astype(np.int64)
    if group.country >= 0:
        country = np.full(total, group.country)
    else:
        country = weighted(mix(key, 61), firm.countries) if group.country == -1 else below(mix(key, 61), len(COUNTRIES))
    if group.orgs:
        org, has = mix(kin, 62, below(mix(kin, seat, 63), max(1, round(n / group.orgs))) if group.orgs > 1 else seat), np.ones(total, bool)
    elif firm.all_orgs:
        partners = max(3, n // firm.all_orgs)
        org, has = mix(w.key, 64, (partners * unit(mix(key, 65)) ** 1.8).astype(np.int64)), np.ones(total, bool)
    else:
        org, has = (
            mix(key, 66), unit(mix(key, 67)) < (firm.orgs if group.label == "resident" else firm.orgs / 3),
        )
    banned = np.where((ends < FOREVER) & (not group.dry), ends, -1)
    return People(group, kin, seat, key, np.minimum(opened_at, w.end - HOUR), np.concatenate(since), ends, banned, country, org, has)


def _names(keys: Keys, prefix: str, there: Bools) -> pa.Array:
    return pa.array([f"{prefix}{key:016x}" if yes else None for key, yes in zip(keys.tolist(), there.tolist(), strict=True)], pa.string())


def _shared(people: People, how: float, share: float, salt: int) -> tuple[Keys, Bools]:
    """Cards or phones: who has which."""
    n = len(people.key)
    if how == 0:
        return people.key, np.zeros(n, bool)
    if how > 1 and how == people.group.orgs:
        return mix(people.org, salt), np.ones(n, bool)
    if how > 1:
        return mix(people.kin, salt, below(mix(people.kin, people.seat, people.key, salt), max(1, round(n / how)))), np.ones(n, bool)
    have = unit(mix(people.key, salt, 1)) < (share if how < 0 else 1)
    # A few pay or are called by what belongs to a partner or a friend.
    friend = (unit(mix(people.key, salt, 2)) < 0.03) & (np.arange(n) > 0) & (how < 0)
    return mix(np.where(friend, np.roll(people.key, 1), people.key), salt), have


def register(people: People, w: Setting) -> dict[str, Any]:
    """The registry's columns."""
    group, firm, n, key = people.group, w.firm, len(people.key), people.key
    kinds, plans = group.kinds or firm.kinds, group.plans or firm.plans

    def drawn(weights: dict[str, float], salt: int) -> pa.Array:
        return pa.array(list(weights)).take(pa.array(weighted(mix(key, salt), list(weights.values()))))

    card, paid = _shared(people, group.cards if firm.cards else 0, firm.cards, 71)
    phone, called = _shared(people, group.phones if firm.phones else 0, firm.phones, 72)
    net = group.signup_net or next(iter(group.routines[0].nets))
    day = (people.created // DAY).astype(np.int64)
    ip, _ = addresses(net, people.kin, key, people.org, mix(key, 73), day, people.country, group.routines[0].exits)
    if group.mail in DOMAINS:
        domains = np.array(DOMAINS[group.mail])[
            (len(DOMAINS[group.mail]) * unit(mix(people.kin if group.mail == "school" else key, 74)) ** 1.5).astype(int) * np.ones(n, int)
        ]
    else:
        owner, count = {"org": (people.org, 10**9), "own": (key, 10**9), "throwaway": (mix(people.kin, below(mix(key, 75), 9)), 60)}[
            group.mail
        ]
        domains = np.array([f"{kind}{v:x}.example" for kind, v in zip(["d"] * n, below(mix(owner, 76), count).tolist(), strict=True)])
        private = (unit(mix(key, 77)) < 0.06) & (group.mail == "org")
        domains = np.where(private, DOMAINS["free"][0], domains)
    sure = firm.verified if group.verified < 0 else group.verified
    return {
        "account_id": _names(key, "acct_", np.ones(n, bool)),
        "created_at": pa.array(people.created, pa.timestamp("us", "UTC")),
        "kind": drawn(kinds, 78),
        "org_id": _names(people.org, "org_", people.has_org & (not group.quiet)),
        "verified": pa.array(unit(mix(key, 79)) < sure),
        "access_type": pa.array(["passthrough" if group.passthrough else "application"] * n),
        "email_domain": pa.array(domains.tolist(), pa.string()),
        "email_hash": _names(mix(key, 80), "", np.ones(n, bool)),
        "payment_hash": _names(card, "", paid),
        "phone_hash": _names(phone, "", called),
        "signup_ip": dotted(ip),
        "country": pa.array(COUNTRIES).take(pa.array(people.country)),
        "banned_at": pa.array(people.banned, pa.timestamp("us", "UTC"), mask=people.banned < 0),
        "plan": drawn(plans, 81),
    }


def _times(r: Routine, key: Keys, seat: Ints, day: Ints, country: Ints, kin: int, w: Setting) -> Ints:
    """When conversations begin, microseconds."""
    rng, n = w.rng, len(seat)
    profile = np.cumsum(np.array(HOURS[r.hours], dtype=float))
    at = np.interp(rng.random(n), np.concatenate([[0.0], profile / profile[-1]]), np.arange(25.0))
    if r.hours not in ("flat", "clock"):
        at = at + 3 * (unit(mix(key, 85)) - 0.5)  # some rise early
    if r.hours == "clock":
        at = np.floor(at) + below(mix(key, 86), 60) / 60 + rng.gamma(2.0, 4.0, n) / 3600
    if r.slots:
        grid = r.slots / 60
        at = np.floor(at / grid) * grid + rng.gamma(2.0, 9.0, n) / 3600
    local = np.zeros(n) if r.hours in ("flat", "clock") else ZONES[country]
    times: Ints = (w.start + day * DAY + (at - local) % 24 * HOUR).astype(np.int64)
    return times


def act(people: People, place: int, offset: int, w: Setting) -> dict[str, Any] | None:
    """All requests of one routine of a group, conversation by conversation; ``offset`` is the number of the group's first account."""
    r, rng, n = people.group.routines[place], w.rng, people.group.size
    # A seat's own key: that of its first account, so that habits survive a ban.
    own = people.key[:n]
    low, high = r.window[0] * w.days, max(r.window[1] * w.days, r.window[0] * w.days + 0.5)
    late = low + unit(mix(own, place, 87)) * r.ramp * (high - low)
    days = np.arange(w.days)
    inside = np.clip(np.minimum(days[None, :] + 1, high) - np.maximum(days[None, :], late[:, None]), 0, 1)
    weekday = (w.start // DAY + 3 + days) % 7  # 1970-01-01 was a Thursday
    factor = np.where(weekday >= 5, r.weekend, 1.0)
    factor = factor / max(factor.mean(), 1e-9)
    here = rng.random((n, w.days)) < r.presence
    speed = np.exp(rng.normal(0, r.spread, n) - r.spread**2 / 2) * (unit(mix(own, place, 88)) < r.hushed)
    count = rng.poisson(np.minimum(speed[:, None] * inside * factor * here * r.rate / r.presence / r.turns, 900))
    seat, day = (a.astype(np.int64) for a in np.nonzero(count))
    many = count[seat, day]
    seat, day = np.repeat(seat, many), np.repeat(day, many)
    if not len(seat):
        return None
    start = _times(r, own[seat], seat, day, people.country[:n][seat], people.kin, w)
    turns = np.minimum(rng.geometric(1 / r.turns, len(seat)), 40)
    conv = np.repeat(np.arange(len(seat)), turns)
    first = np.cumsum(turns) - turns
    turn = np.arange(len(conv)) - first[conv]
    pause = np.where(turn > 0, np.exp(rng.normal(np.log(r.gap), 0.8, len(conv))) + 1.5, 0)
    run = np.cumsum(pause)
    time = start[conv] + ((run - run[first][conv]) * 1e6).astype(np.int64)
    seat_of = seat[conv]
    if r.handover:
        moved = (turn > 0) & (rng.random(len(conv)) < r.handover)
        seat_of = np.where(moved, rng.integers(0, n, len(conv)), seat_of)
    account, good = _holder(people, seat_of, time)
    good &= (time >= people.created[account]) & (time >= w.start) & (time < w.end)
    bad_from = np.minimum.reduceat(np.where(good, 10**6, turn), first)
    keep = turn < bad_from[conv]
    base = mix(w.key, people.kin, place, 89, int(rng.integers(1, 2**62)))
    task, topic, work, tongue = _tasks(r, own[seat], mix(base, np.arange(len(seat))), people.kin, place, w)
    later = turn > 0
    key = np.where(later, mix(task[conv], turn), task[conv])
    follow = work[conv] if r.follow == "same" else -1 if r.follow == "next" else WORKS.index(r.follow)
    ekey = mix(base, 90, np.arange(len(conv)))
    return {
        "account": offset + account[keep],
        "local": account[keep],
        "time": time[keep],
        "conv": conv[keep],
        "turn": turn[keep],
        "key": key[keep],
        "topic": topic[conv][keep],
        "base": work[conv][keep],
        "work": np.where(later, follow, work[conv])[keep],
        "tongue": tongue[conv][keep],
        "ekey": ekey[keep],
        "harvest": np.full(int(keep.sum()), r.harvest),
    }


def _holder(people: People, seat: Ints, time: Ints) -> tuple[Ints, Bools]:
    """The account that holds a seat at a time, and whether there is one then."""
    n = people.group.size
    if len(people.seat) == n:
        return seat, time <= people.until[seat]
    order = np.lexsort((people.since, people.seat))
    origin = int(time.min()) - DAY
    code = people.seat[order] * 2**45 + np.clip(people.since[order] - origin, 0, 2**45 - 1)
    found = order[np.searchsorted(code, seat * 2**45 + np.clip(time - origin, 0, 2**45 - 1), side="right") - 1]
    return found, (time <= people.until[found]) & (time >= people.since[found])


def _tasks(r: Routine, key: Keys, fresh: Keys, kin: int, place: int, w: Setting) -> tuple[Keys, Ints, Ints, Ints]:
    """What conversations are about: key, topic, kind of work, tongue."""
    rng, n = w.rng, len(key)
    task = fresh
    if r.again:
        old = rng.permutation(n)
        task = np.where(rng.random(n) < r.again, task[old], task)
    common = np.zeros(n, bool)
    if r.public or r.pool:
        common = rng.random(n) < r.pooled
        which = (rng.random(n) ** 1.2 * (r.pool or 600)).astype(np.int64)
        task = np.where(common, mix(word("public") if r.public else mix(kin, place), which), task)
    shared = common | (r.again > 0)
    by = np.where(shared, mix(task, 91), mix(key, 92, below(mix(task, 93), r.favourites)))
    topics = np.array(r.topics or range(len(TOPICS)))
    topic = topics[below(by, len(topics))]
    if r.per == "app":
        topic = np.where(unit(mix(task, 128)) < 0.75, below(mix(_app(key), 127), len(TOPICS)), topic)
    work = np.array([WORKS.index(name) for name in r.works])[weighted(mix(task, 94), list(r.works.values()))]
    weights = [r.tongues.get(i, 0.0) for i in range(len(TONGUES))] if r.tongues else list(w.firm.tongues)
    tongue = weighted(mix(task, 95) if r.tongues or r.users else np.where(shared, mix(kin, 96), mix(key, 96)), weights)
    if r.public:
        work = np.where(common, np.array([0, 0, 3, 11, 4])[below(mix(task, 97), 5)], work)
        tongue = np.where(common, 0, tongue)
    if not r.tongues:
        tongue = np.where(unit(mix(task, 98)) < 0.06, 0, tongue)  # many ask in English at times
    tongue = np.where(np.isin(work, SPOKEN_IN_ENGLISH), 0, tongue)
    return task, topic, work, tongue


def _picked(weights: dict[str, float], key: Keys) -> Ints:
    return weighted(key, list(weights.values()))


def trace(people: People, place: int, e: dict[str, Any], w: Setting) -> dict[str, Any]:
    """What the systems log of a routine's requests beside text: networks, software, settings."""
    r, rng, firm = people.group.routines[place], w.rng, w.firm
    local, time, n = e["local"], e["time"], len(e["time"])
    key, org = people.key[local], people.org[local]
    session = mix(people.kin, place, 101, e["conv"], key)
    day = time // DAY
    ip, asn = np.full(n, -1), np.full(n, -1)
    net_of, nets = _picked(r.nets, mix(key, 102, place)), list(r.nets)
    client_of, clients = _picked(r.clients, mix(key, 103, place)), list(r.clients)
    agent, print_, origin = np.full(n, None, object), np.full(n, None, object), np.zeros(n, np.int64)
    for i, net in enumerate(nets):
        rows = np.flatnonzero(net_of == i)
        ip[rows], asn[rows] = addresses(
            net, people.kin, key[rows], org[rows], session[rows], day[rows], people.country[local[rows]], r.exits
        )
    temperature, limit, named, person, tools = (
        np.full(n, -1.0), np.zeros(n, np.int64), np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, np.uint64),
    )
    path, system, system_key = np.zeros(n, np.int64), np.full(n, "", object), np.zeros(n, np.uint64)
    for i, name in enumerate(clients):
        rows, client = np.flatnonzero(client_of == i), CLIENTS[name]
        moved = time[rows] > w.start + unit(mix(key[rows], 104)) * 2.2 * w.days * DAY
        found = builds(name, key[rows], unit(mix(key[rows], 105)), moved)
        agent[rows], print_[rows] = (column.to_numpy(zero_copy_only=False) for column in found)
        named[rows], person[rows], path[rows] = client.session, client.person, client.path == "app"
        limit[rows] = client.max_tokens
        # People turn the knobs of their own programs; of a product only its maker does.
        turned = (unit(mix(key[rows], 106)) < 0.45) & (client.path == "api") & (client.temperature < 0) & (not client.system)
        temperature[rows] = np.where(turned, np.round(unit(mix(key[rows], 107)) * 12) / 10, client.temperature)
        if client.tools:
            tools[rows] = mix(word(name), below(mix(key[rows], 108), 3))
        if client.system and not r.system:
            system[rows], system_key[rows] = client.system, mix(word(name))
    if r.temperature >= 0:
        temperature[:] = r.temperature
    if r.max_tokens:
        limit[:] = r.max_tokens
    if r.tools:
        tools = mix(people.kin, 109) * np.ones(n, np.uint64)
    if r.system:
        system[:] = r.system
        system_key = {
            "group": mix(people.kin, place, 110) * np.ones(n, np.uint64),
            "account": mix(key, 110),
            "org": mix(org, 110),
            "app": mix(w.key, 110, _app(key)),
        }[r.per]
    about = _about(r, system_key, key)
    if r.path:
        path[:] = r.path == "app"
    blind = (path == 0) & (unit(mix(key, 111)) < firm.blind)
    ip, asn = np.where(blind, -1, ip), np.where(blind, -1, asn)
    framed, frame_key = np.zeros(n, bool), np.zeros(n, np.uint64)
    if f := r.frame:
        framed = (e["work"] >= 0) & (unit(mix(e["ekey"], 112)) < f.share)
        of = mix(word("goes round")) if f.common else mix(people.kin, 113)
        frame_key = {
            "fixed": of * np.ones(n, np.uint64),
            "few": mix(of, below(mix(e["key"], 114), f.few)),
            "account": mix(of, key),
            "varied": mix(e["key"], 115),
        }[f.how]
    origin = np.where(ip < 0, -1, np.where(asn < 30_000, (asn - 20_000) // 40, people.country[local]))
    keys = 1 + below(mix(key, 116), 3)
    return {
        "ip": ip,
        "asn": asn,
        "origin": origin,
        "agent": agent,
        "ja4": print_,
        "temperature": temperature,
        "limit": limit,
        "top_p": np.where((unit(mix(key, 136)) < 0.06) & (path == 0), np.array([0.9, 0.95, 0.8])[below(mix(key, 137), 3)], 0),
        "tools": tools,
        "path": path,
        "session": np.where(named, session, 0),
        "person": person,
        "users": np.full(n, r.users),
        "system": system,
        "system_key": system_key,
        "about": about,
        "framed": framed,
        "frame_key": frame_key,
        "frame": np.full(n, _worded(r), object),
        "model": _models(r, key, time, e["ekey"], w),
        "key_id": np.where(path == 1, 0, mix(key, 117, below(session, keys))),
        "stream": (path == 1) | (unit(mix(key, 118)) < 0.4),
        "fail": rng.random(n) < np.where(unit(mix(key, 119)) < 0.1, 0.05, 0.012),
    }


def _about(r: Routine, system_key: Keys, key: Keys) -> Ints:
    """The topic that a system prompt tells: that of the group, the account's favourite, or the app's."""
    topics = np.array(r.topics or range(len(TOPICS)))
    if r.per == "account":
        return topics[below(mix(key, 92, 0), len(topics))]
    if r.topics:
        return np.full(len(key), r.topics[0])
    return below(mix(_app(key), 127) if r.per == "app" else system_key, len(TOPICS))


def _app(key: Keys) -> Ints:
    """The app through which an account comes, where most come through apps: few have many users."""
    return (60 * unit(mix(key, 126)) ** 2).astype(np.int64)


def _worded(r: Routine) -> str:
    """Where a frame stands and its section: a group's own wording is put together of what goes round and of its own."""
    if not r.frame:
        return ""
    name = "frame.vary" if r.frame.how == "varied" else r.frame.name if r.frame.common else f"own.{r.frame.name.partition('.')[2]}"
    return f"{r.frame.place}:{name}"


def _models(r: Routine, key: Keys, time: Ints, ekey: Keys, w: Setting) -> Ints:
    names = list(w.firm.models)
    weights = [r.models.get(name, 0.0) for name in names] if r.models else list(w.firm.models.values())
    # Most keep to one model, some change.
    chosen = np.where(unit(mix(ekey, 121)) < 0.8, weighted(mix(key, 122), weights), weighted(mix(ekey, 123), weights))
    since = (time - w.release) / DAY
    drift = 0.35 * (1 - np.exp(-np.maximum(since, 0) / 6))
    over = unit(mix(key, 124)) < drift
    if r.pivot:
        over = (since > r.pivot_hours / 24) & (unit(mix(ekey, 125)) < r.pivot)
    return np.where(over & (since > 0), len(names) - 1, chosen)


def _codes(text: pa.Array, salt: int) -> Keys:
    """A number for each text, equal where texts are."""
    return mix(text.dictionary_encode().indices.to_numpy(), salt)


def _expanded(tongue: Ints, section: Any, key: Keys, topic: Ints, rows: Ints) -> pa.Array:
    """Texts of sections for some rows, null elsewhere."""
    out = np.full(len(tongue), None, object)
    for name in sorted(set(section[rows].tolist())):
        for spoken in range(len(TONGUES)):
            some = rows[(section[rows] == name) & (tongue[rows] == spoken)]
            if len(some):
                # Few keys stand behind many rows.
                keys, first, back = np.unique(key[some], return_index=True, return_inverse=True)
                text = expand(TONGUES[spoken], name, keys, topic[some][first])
                out[some] = text.take(pa.array(back)).to_numpy(zero_copy_only=False)
    return pa.array(out, pa.string())


def write_down(e: dict[str, Any], accounts: dict[str, pa.Array], org: Keys, has_org: Bools, w: Setting) -> tuple[pa.Table, Bools, pa.Array]:
    """The log, in order of time; which requests are harvest; the number of each one's account."""
    n, rng, firm = len(e["time"]), w.rng, w.firm
    prompt = grouped(e["tongue"], e["work"], "do", e["key"], e["topic"])
    framed = np.flatnonzero(e["framed"])
    place = np.array([name.partition(":")[0] for name in e["frame"].tolist()], object)
    section = np.array([name.partition(":")[2] for name in e["frame"].tolist()], object)
    frame = _expanded(e["tongue"], section, e["frame_key"], e["topic"], framed)
    # How somebody greets and thanks, and what he always adds, is his own.
    for salt, kind in ((1, "style.open"), (2, "style.close")):
        who = mix(np.where(e["users"], mix(e["conv"], e["account"], 135), e["account"]), w.key, salt)
        habit = unit(mix(who, 133)) ** 3
        rows = np.flatnonzero((e["turn"] == 0) & (e["person"] | e["users"]) & (unit(mix(e["key"], salt, 134)) < habit))
        style = _expanded(e["tongue"], np.full(n, kind, object), mix(who, below(e["key"], 2)), e["topic"], rows)
        prompt = pc.if_else(
            pc.is_valid(style), pc.binary_join_element_wise(*((style, prompt) if salt == 1 else (prompt, style)), " "), prompt
        )
    before, after, inside = (pa.array((place == name) & e["framed"]) for name in ("before", "after", "system"))
    prompt = pc.if_else(before, pc.binary_join_element_wise(frame, prompt, "\n"), prompt)
    prompt = pc.if_else(after, pc.binary_join_element_wise(prompt, frame, "\n\n"), prompt)
    system = _expanded(np.zeros(n, np.int64), e["system"], e["system_key"], e["about"], np.flatnonzero(e["system"] != ""))
    system = pc.if_else(inside, pc.if_else(pc.is_valid(system), pc.binary_join_element_wise(system, frame, "\n"), frame), system)
    # What a conversation holds so far is a hash of all that was said, so that the same request has the same key whoever sends it.
    start = np.flatnonzero(e["turn"] == 0)
    conv = np.cumsum(e["turn"] == 0) - 1
    said, told = _codes(prompt, w.key % 2**31), _codes(pc.fill_null(system, ""), w.key % 2**29)
    context, parent = mix(told, said), np.zeros(n, np.uint64)
    place_of = np.arange(n)
    for turn in range(1, int(e["turn"].max()) + 1):
        rows = np.flatnonzero(e["turn"] == turn)
        parent[rows] = context[place_of[rows] - 1]
        context[rows] = mix(parent[rows], e["ekey"][rows - 1], said[rows])
    shown = np.where(e["temperature"] == 0, mix(context, e["model"]), e["ekey"])
    response = grouped(e["tongue"], e["base"], "say", shown, e["topic"])
    wide = np.where(e["tongue"] == 5, 1.5, 4.2)
    asked = np.ceil(pc.utf8_length(prompt).to_numpy() / wide).astype(np.int64)
    answered = np.ceil(pc.utf8_length(response).to_numpy() / wide).astype(np.int64) + 1
    limit = e["limit"]
    status = np.full(n, 200)
    status[e["fail"]] = np.array([429, 500, 400, 529])[weighted(e["ekey"][e["fail"]], (5, 2, 2, 2))]
    ok = status == 200
    thinks = (e["model"] % 2 == 0) & np.isin(e["base"], (0, 1, 3, 4, 9)) & (unit(mix(e["ekey"], 131)) < 0.5)
    thought = np.where(thinks & ok, np.exp(rng.normal(5.6, 0.9, n)), 0).astype(np.int64)
    answered = np.where(ok, answered, 0)
    answered = np.where(limit > 0, np.minimum(answered, limit), answered)
    told_tokens = np.ceil(pc.fill_null(pc.utf8_length(system), 0).to_numpy() / 4.2).astype(np.int64) + 6 * (e["tools"] > 0) * 60
    both = asked + answered
    run = np.cumsum(both)
    history = run - both - (run - both)[start][conv]
    into = told_tokens + history + asked
    cached = np.where((e["turn"] > 0) & (unit(mix(e["ekey"], 132)) < 0.7), (told_tokens + history) // 128 * 128, 0)
    order = np.argsort(e["time"], kind="stable")
    at = pa.array(order)

    def whole(values: Any, kind: pa.DataType, there: Bools | None = None) -> pa.Array:
        return pa.array(np.asarray(values)[order], mask=None if there is None else ~there[order]).cast(kind, safe=False)

    def name(keys: Keys, prefix: str, there: Bools) -> pa.Array:
        distinct, back = np.unique(keys[order], return_inverse=True)
        words = pa.array([f"{prefix}{k:016x}" for k in distinct.tolist()]).take(pa.array(back))
        return pc.if_else(pa.array(there[order]), words, pa.scalar(None, pa.string()))

    account = e["account"]
    raw = rng.bytes(12 * n).hex()
    columns = {
        "event_id": pa.array(np.frombuffer(raw.encode(), "S24").astype(str)),
        "timestamp": pa.array(e["time"][order], pa.timestamp("us", "UTC")),
        "account_id": accounts["account_id"].take(pa.array(account[order])),
        "org_id": name(org[account], "org_", has_org[account]),
        "key_id": name(e["key_id"], "k_", e["key_id"] > 0),
        "session_id": name(e["session"], "s_", e["session"] > 0),
        "access_path": pa.array(firm.paths).take(pa.array(e["path"][order])),
        "model": pa.array(list(firm.models)).take(pa.array(e["model"][order])),
        "system": system.take(at),
        "prompt": prompt.take(at),
        "response": pc.if_else(pa.array(ok[order]), response.take(at), pa.scalar(None, pa.string())),
        "context_key": pa.array(context[order].view(np.int64)),
        "parent_key": pa.array(parent[order].view(np.int64), mask=(e["turn"] == 0)[order]),
        "tools_key": pa.array(e["tools"][order].view(np.int64), mask=(e["tools"] == 0)[order]),
        "temperature": whole(e["temperature"], pa.float32(), e["temperature"] >= 0),
        "top_p": whole(e["top_p"], pa.float32(), e["top_p"] > 0),
        "max_tokens": whole(limit, pa.int32(), limit > 0),
        "stream": pa.array(e["stream"][order]),
        "input_tokens": whole(into, pa.int32()),
        "cached_tokens": whole(np.minimum(cached, into), pa.int32()),
        "output_tokens": whole(answered + thought, pa.int32()),
        "reasoning_tokens": whole(thought, pa.int32()),
        "status": whole(status, pa.int16()),
        "ip": dotted(e["ip"][order]),
        "asn": whole(e["asn"], pa.int32(), e["asn"] >= 0),
        "country": pc.if_else(
            pa.array(e["origin"][order] >= 0), pa.array(COUNTRIES).take(pa.array(np.maximum(e["origin"], 0)[order])),
            pa.scalar(None, pa.string()),
        ),
        "user_agent": pa.array(e["agent"], pa.string()).take(at),
        "ja4": pa.array(e["ja4"], pa.string()).take(at),
    }
    kept = {key: column for key, column in columns.items() if key not in firm.lacks}
    return pa.table(kept), e["harvest"][order], pa.array(account[order])


def world(parties: list[tuple[str, Group]], releases: list[dict[str, str]], w: Setting) -> World:
    """Everybody's accounts and requests."""
    people = [settle(group, name, w) for name, group in parties]
    parts: list[dict[str, Any]] = []
    offset = 0
    for folk in people:
        for place in range(len(folk.group.routines)):
            done = act(folk, place, offset, w)
            if done is not None:
                parts.append(done | trace(folk, place, done, w))
        offset += len(folk.key)
    e = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    tables = [register(folk, w) for folk in people]
    accounts = {name: pa.concat_arrays([table[name] for table in tables]) for name in tables[0]}
    org, has = np.concatenate([folk.org for folk in people]), np.concatenate([folk.has_org & (not folk.group.quiet) for folk in people])
    events, harvest, of = write_down(e, accounts, org, has, w)
    campaign = pa.array([folk.group.campaign or None for folk in people for _ in folk.key], pa.string())
    kind = pa.array([folk.group.label for folk in people for _ in folk.key])
    registry = pa.table({name: column for name, column in accounts.items() if name not in w.firm.lacks}).sort_by("account_id")
    truth = pa.table({"account_id": accounts["account_id"], "campaign": campaign, "kind": kind}).sort_by("account_id")
    rows = pa.array(np.flatnonzero(harvest))
    taken = pa.table({"event_id": events["event_id"].take(rows), "campaign": campaign.take(of).take(rows)})
    return World(events, registry, truth, taken, releases)
