"""A party lives through the days of a log: accounts, conversations, requests, as numbers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import grammar, places
from .chance import Bits, Floats, Ints, choose, mix, unit
from .party import Mix, Party, Routine

DAY = 86_400
Columns = dict[str, Any]

HOURS = {
    "day": (1, 0, 0, 0, 0, 0, 1, 3, 6, 8, 9, 9, 7, 8, 9, 9, 8, 7, 7, 8, 8, 7, 5, 3),
    "office": (0, 0, 0, 0, 0, 0, 0, 2, 7, 10, 10, 9, 5, 8, 10, 9, 7, 3, 1, 1, 0, 0, 0, 0),
    "evening": (3, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 7, 9, 10, 10, 9, 6),
    "night": (9, 9, 9, 8, 8, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 8, 9),
    "flat": (1,) * 24,
    "clock": (1,) * 24,
    "shift": (0, 0, 0, 0, 0, 1, 8, 9, 9, 8, 9, 9, 8, 9, 9, 9, 9, 8, 8, 7, 6, 2, 0, 0),
    "lesson": (0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 10, 1, 0, 0, 4, 1, 0, 0, 0, 1, 2, 1, 0, 0),
    "weekend": (4, 2, 1, 1, 0, 1, 2, 3, 6, 9, 9, 9, 8, 9, 9, 9, 9, 9, 8, 7, 8, 8, 7, 6),
    "block": (0,) * 24,
}
WEEK = {
    "day": (1, 1, 1, 1, 1, 0.75, 0.75),
    "office": (1, 1, 1, 1, 0.9, 0.06, 0.04),
    "evening": (1, 1, 1, 1, 0.8, 1, 1.1),
    "lesson": (0.1, 1, 0.1, 1, 0.1, 0.03, 0.1),
    "weekend": (0, 0, 0, 0, 0.25, 1, 1),
    "shift": (1, 1, 1, 1, 1, 0.7, 0.3),
}
KINDS = ("individual", "education", "research", "startup", "enterprise")
PLANS = ("payg", "monthly", "free", "credit", "invoice", "trial")
MAILS = ("free", "own", "each", "school", "junk")
HEATS = np.array([np.nan, np.nan, np.nan, 0.0, 0.2, 0.3, 0.7, 1.0, 0.5, 0.9])
MASSES = np.array([np.nan, np.nan, np.nan, np.nan, 0.95, 0.9, 1.0])
LIMITS = np.array([0, 0, 0, 512, 1024, 2048, 4096, 8192])
MOST_TURNS = 14
USUAL_MODELS: Mix = {"loom-3": 60, "loom-3-mini": 28, "loom-2": 12}
APPS = ("web", "fox", "phone")


@dataclass
class Log:
    """A log under way: how long, what happens to all, and texts that are written at the end."""

    rng: np.random.Generator
    days: int
    begin: int
    """Seconds since 1970."""
    release: float
    """Day of the log on which the new model comes; beyond its end: not."""
    outage: tuple[float, float]
    """First and last second of an outage of the provider."""
    holidays: tuple[int, ...]
    systems: list[Ints] = field(default_factory=list)
    """Topics of the system prompts to write."""
    pools: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    """Work, tongue and topic of the tasks to write."""
    pooled: int = 0
    instructed: int = len(places.AGENTS)

    def system(self, topic: Ints) -> Ints:
        """Codes of new system prompts."""
        self.systems.append(topic)
        self.instructed += len(topic)
        return np.arange(self.instructed - len(topic), self.instructed)

    def pool(self, work: Ints, tongue: Ints, topic: Ints) -> Ints:
        """Codes of new tasks."""
        self.pools.append((work, tongue, topic))
        self.pooled += len(work)
        return np.arange(self.pooled - len(work), self.pooled)


@dataclass
class Folk:
    """The accounts of a party; times in seconds of the log."""

    uid: Bits
    home: Bits
    """Whose line and machines an account uses."""
    created: Floats
    first: Floats
    last: Floats
    banned: Floats
    """Infinite: not."""
    country: Ints
    columns: Columns


def share_out(rng: np.random.Generator, n: int, per: float) -> Bits:
    """Numbers of things of which about ``per`` accounts each have one, in unequal lots."""
    if per <= 1:
        return rng.integers(2**63, size=n, dtype=np.uint64)
    lots = max(1, round(n / per))
    weight = rng.gamma(2.0, size=lots)
    return rng.integers(2**63, size=lots, dtype=np.uint64)[rng.choice(lots, size=n, p=weight / weight.sum())]


def window(party: Party, log: Log) -> tuple[float, float]:
    """First and last second of a party's time."""
    whole = log.days * DAY
    if not party.days or party.days >= log.days:
        return 0.0, float(whole)
    long = party.days * DAY
    start = (whole - long) * (party.start if party.start >= 0 else log.rng.random())
    if party.hours == "weekend":  # from Friday on, where the log has a weekend to choose
        fridays = [day for day in range(log.days - 1) if (log.begin // DAY + 3 + day) % 7 == 4]
        start = float(DAY * fridays[int(log.rng.integers(len(fridays)))]) if fridays else start
    return float(start), float(start + long)


def folk(party: Party, log: Log) -> Folk:
    """The accounts of a party: who they are, and from when to when they ask."""
    rng = log.rng
    n = max(2, round(party.size))
    chain = np.arange(n)
    start, stop = window(party, log)
    if party.life:
        long = (stop - start) / DAY
        chains = max(2, round(n / (1 + long / (party.life + party.delay / 24))))
        links = int(3 * long / party.life) + 2
        lives = rng.gamma(2.0, party.life / 2, size=(chains, links)) * DAY
        waits = (rng.gamma(1.5, party.delay / 1.5, size=(chains, links)) + 0.1) * 3600
        first = start + np.cumsum(lives + waits, axis=1) - lives - waits
        kept = (first < stop).ravel()
        chain = np.repeat(np.arange(chains), links)[kept]
        first = first.ravel()[kept]
        end = first + lives.ravel()[kept]
        banned = np.where(end < stop, end, np.inf)
        n = len(first)
    else:
        first, banned = np.full(n, start), np.full(n, np.inf)
    ages: dict[str, Callable[[], Floats]] = {
        "old": lambda: first - rng.gamma(1.3, 260, n) * DAY,
        "recent": lambda: first - rng.gamma(1.2, 12, n) * DAY,
        "burst": lambda: first - rng.uniform(0.2, 3) * DAY - rng.gamma(1.5, 6, n) * 3600,
        "lots": lambda: first - rng.choice(rng.uniform(10, 300, max(2, n // 25)), n) * DAY - rng.gamma(1.5, 9, n) * 3600,
        "drip": lambda: first - rng.uniform(0, 60, n) * DAY,
        "fresh": lambda: first - rng.gamma(1.2, 1.5, n) * 3600 - 120,
        "during": lambda: start + rng.random(n) * (stop - start) * 0.9,
    }
    created = ages[party.joined]()
    first = np.maximum(first, created + rng.gamma(1.0, 1800, n))
    last = np.minimum(banned, stop)
    if not party.campaign and not party.days:
        # people come, try it and go, or stay
        stays = rng.random(n) < 0.7
        come = np.where(stays, 0, rng.random(n) * log.days * DAY)
        first = np.maximum(first, come)
        last = np.where(stays, last, np.minimum(last, first + rng.gamma(1.0, log.days / 4, n) * DAY + 3600))
    mistaken = (rng.random(n) < party.mistaken) & np.isinf(banned)
    banned = np.where(mistaken, first + rng.random(n) * (stop - first).clip(DAY), banned)
    caught = (rng.random(n) < party.ended) & np.isinf(banned)
    banned = np.where(caught, stop + rng.gamma(1.5, 1200, n), banned)
    banned = np.where(banned > log.days * DAY, np.inf, banned)
    last = np.minimum(last, banned)

    uid = rng.integers(2**63, size=n, dtype=np.uint64)
    if party.countries:
        chosen = rng.choice(len(places.COUNTRIES), party.countries, p=places.PEOPLE / places.PEOPLE.sum())
        country = rng.choice(chosen, n)
    else:
        country = rng.choice(len(places.COUNTRIES), n, p=places.PEOPLE / places.PEOPLE.sum())
    one = int(rng.integers(2**63))
    org = {
        "none": np.zeros(n, np.uint64),
        "one": np.full(n, one, np.uint64),
        "each": uid,
        "some": np.where(rng.random(n) < 0.4, uid, 0).astype(np.uint64),
    }[party.org]
    mail = choose(rng.random(n), party.mail, MAILS)
    free, junk = (mix(uid, salt) % np.uint64(count) for salt, count in ((61, 9), (62, 40)))
    domain = np.select(
        [mail == 0, mail == 1, mail == 2, mail == 3],
        [free, np.full(n, one % 2**40 + 1000), uid % np.uint64(2**40) + np.uint64(1000), mix(one, 63) % np.uint64(30)], junk,
    )
    card = share_out(rng, n, party.per_card)
    phone = share_out(rng, n, party.per_phone)
    home = uid
    if party.homes == "card":
        home = mix(card, 65)
    elif party.homes == "chain":
        _, oldest = np.unique(chain, return_index=True)
        home, card, phone = (values[oldest][chain] for values in (uid, card, phone))
    columns: Columns = {
        "kind": choose(rng.random(n), party.kinds, KINDS),
        "org": org,
        "verified": rng.random(n) < party.verified,
        "passthrough": rng.random(n) < party.passthrough,
        "mail": mail,
        "domain": domain.astype(np.uint64),
        "email": share_out(rng, n, party.per_mail),
        "card": np.where(rng.random(n) < party.card_share, card, 0).astype(np.uint64),
        "phone": np.where(rng.random(n) < party.phone_share, phone, 0).astype(np.uint64),
        "plan": choose(rng.random(n), party.plans, PLANS),
    }
    site = places.Site(int(uid.min()), party.sites)
    net = np.full(n, places.NETS.index(party.signup))
    signup, _, _ = places.addresses(net, home, country, uid, (created % (10**9)).astype(np.int64), site)
    columns["signup"] = signup
    return Folk(uid, home, created, first, last, banned, country, columns)


def curve(party: Party, log: Log, start: float, stop: float) -> Floats:
    """How busy each hour of the log is, one on an average day from ``start`` to ``stop``; cumulative, from 0."""
    hour = np.arange(log.days * 24)
    weekday = (log.begin // DAY + 3 + hour // 24) % 7
    weight = np.array(HOURS[party.hours], float)[hour % 24] * np.array(WEEK.get(party.hours, (1,) * 7))[weekday]
    if party.hours == "block":
        # switched on and off together, at hours that change from day to day
        for day in range(log.days):
            long, at = int(log.rng.integers(4, 12)), int(log.rng.integers(0, 24))
            weight[day * 24 + at : day * 24 + at + long] = log.rng.uniform(0.6, 1.4)
    if party.hours in ("office", "lesson", "shift"):
        weight[np.isin(hour // 24, log.holidays)] *= 0.15
    if weight.sum() == 0:
        weight[:] = 1
    theirs = weight[int(start // 3600) : int(stop // 3600) + 1]
    usual = theirs.mean() if theirs.mean() > 0.25 * weight.mean() else weight.mean()
    return np.concatenate([[0.0], np.cumsum(weight / usual / 24)])


def live(party: Party, log: Log) -> tuple[Folk, Columns]:
    """Accounts and requests of a party. ``account`` and ``replayed`` are places in its own rows."""
    people = folk(party, log)
    rng, n = log.rng, len(people.uid)
    busyness = curve(party, log, people.first.min(), people.last.max())
    hours = np.arange(len(busyness)) * 3600.0
    zone = places.ZONES[people.country] * 3600.0 if party.zone == "many" else np.full(n, rng.integers(-8, 9) * 3600.0)
    long = log.days * DAY
    low = np.interp((people.first + zone).clip(0, long), hours, busyness)
    high = np.interp((people.last + zone).clip(0, long), hours, busyness)
    shares = np.array([routine.share for routine in party.routines])
    turns = float((shares * [routine.turns for routine in party.routines]).sum() / shares.sum())
    load = rng.lognormal(-(party.spread**2) / 2, party.spread, n) * party.rate * party.busy / turns
    many = rng.poisson(load / party.busy * (high - low).clip(0))
    who = np.repeat(np.arange(n), many)
    at = np.interp(rng.uniform(low[who], high[who]), busyness, hours) - zone[who]
    at = np.where(at < 0, at + DAY, np.where(at >= long, at - DAY, at))
    used = unit(people.uid[who], (at // DAY).astype(np.int64)) < party.busy
    if party.hours == "clock":
        at = (
            at // 3600 * 3600
            + np.floor(unit(people.uid[who] if party.builds == "account" else who * 0 + 7, 71) * 12) * 300
            + rng.gamma(2.0, 2.0, len(at))
        )
    used &= (at >= people.first[who]) & (at < people.last[who])
    who, at = who[used], at[used]
    order = np.argsort(at, kind="stable")
    who, at = who[order], at[order]
    return people, requests(party, log, people, who, at, talks(party, log, people, who, at))


def talks(party: Party, log: Log, people: Folk, who: Ints, at: Floats) -> Columns:
    """What each conversation is about and how it is sent."""
    rng, n = log.rng, len(who)
    start, stop = (at.min(), at.max() + 1) if n else (0.0, 1.0)
    progress = (at - start) / (stop - start)
    weight = np.array([[routine.share] for routine in party.routines]) * np.array(
        [(progress >= routine.phase[0]) & (progress < routine.phase[1]) for routine in party.routines]
    )
    weight = np.where(weight.sum(axis=0) == 0, 1.0, weight)
    edges = np.cumsum(weight, axis=0) / weight.sum(axis=0)
    which = (rng.random(n) >= edges).sum(axis=0).clip(0, len(party.routines) - 1)
    out: Columns = {name: np.zeros(n, np.int64) for name in ("work", "tongue", "topic", "turns", "family", "limit", "model", "shown")}
    out |= {name: np.full(n, -1, np.int64) for name in ("frame", "pool", "system", "wrapper", "tools")}
    out |= {"heat": np.full(n, np.nan), "mass": np.full(n, np.nan), "length": np.ones(n)}
    out |= {name: np.zeros(n, bool) for name in ("harvest", "handed", "scattered", "replays", "blocked", "slip")}
    out["path"] = choose(unit(people.uid[who], 83), party.paths, places.PATHS)
    for code, routine in enumerate(party.routines):
        rows = np.flatnonzero(which == code)
        for name, values in _routine(party, routine, log, people, who[rows], at[rows], progress[rows], out["path"][rows]).items():
            out[name][rows] = values
    first = np.zeros(n, bool)
    first[np.unique(who, return_index=True)[1]] = True
    greets = first & (unit(people.uid[who], 89) < party.tested)
    out["work"] = np.where(greets, grammar.WORKS.index("hello"), out["work"])
    for name in ("frame", "pool", "wrapper"):
        out[name] = np.where(greets, -1, out[name])
    out["turns"] = np.where(greets, 1, out["turns"])
    for name in ("harvest", "replays"):
        out[name] = out[name] & ~greets
    return out


def _routine(party: Party, routine: Routine, log: Log, people: Folk, who: Ints, at: Floats, progress: Floats, path: Ints) -> Columns:
    rng, n = log.rng, len(who)
    uid = people.uid[who]
    salt = int(rng.integers(2**40))
    works, tongues = grammar.WORKS, grammar.TONGUES
    taste = (mix(uid, salt) % np.uint64(2)).astype(np.int64) + rng.integers(0, 2, n)
    work = choose(unit(uid, taste, salt) if routine.personal else rng.random(n), routine.works, works)
    if routine.tongues:
        tongue = choose(rng.random(n) if routine.tongue_by == "talk" else unit(uid, salt, 97), routine.tongues, tongues)
    else:
        native = np.array([tongues.index(places.TONGUE_OF.get(name, "en")) for name in places.COUNTRIES])
        tongue = np.where(unit(uid, 97) < 0.65, native[people.country[who]], 0)
        tongue = np.where(rng.random(n) < 0.06, 0, tongue)
    if routine.topics:
        topic = rng.choice(rng.choice(grammar.topics(), min(routine.topics, grammar.topics()), replace=False), n)
    else:
        slot = rng.integers(0, 1 + (mix(uid, 101) % np.uint64(4)).astype(np.int64), n)
        topic = (mix(uid, slot, 103) % np.uint64(grammar.topics())).astype(np.int64)
    pool = np.full(n, -1)
    if routine.pool < 0:
        pool = rng.integers(0, PUBLIC, n)
    elif routine.pool or routine.dealt:
        size = n if routine.dealt else min(routine.pool, max(n, 1))
        some = rng.integers(0, max(n, 1), size) if n else np.zeros(0, np.int64)
        if routine.dealt:
            some = np.arange(n)
        codes = log.pool(work[some], tongue[some], topic[some])
        # popular tasks of a small pool are asked more often
        pick = rng.permutation(n) if routine.dealt else (rng.random(n) ** 1.3 * size).astype(np.int64)
        pool, work, tongue, topic = codes[pick] if n else pool, work[some][pick], tongue[some][pick], topic[some][pick]
    frame = np.full(n, -1)
    if routine.frames:
        own = rng.choice(grammar.frames(), routine.frames, replace=False)
        if routine.frame_first >= 0:
            own[0] = routine.frame_first
        place = (
            (mix(uid, salt, 107) % np.uint64(len(own))).astype(np.int64) if routine.frame_by == "account" else rng.integers(0, len(own), n)
        )
        frame = np.where(rng.random(n) < routine.frame_share, own[place], -1)
    family = choose(unit(uid, salt, 109), routine.clients, places.FAMILIES)
    second = choose(unit(uid, salt, 113), routine.clients, places.FAMILIES)
    family = np.where(rng.random(n) < 0.12, second, family)
    apps, app = [places.FAMILIES.index(name) for name in APPS], places.PATHS.index("app")
    family = np.where((path == app) & ~np.isin(family, apps), apps[0], family)
    path = np.where(np.isin(family, apps), app, path)
    agent = np.array([places.AGENTS.get(name, -1) for name in places.FAMILIES])[family]
    system = agent.copy()
    tools = np.where(agent >= 0, agent + 1, -1)
    if routine.system == "party" and n:
        system = np.where(agent >= 0, agent, log.system(topic[:1])[0])
    elif routine.system == "account" and n:
        some, inverse = np.unique(who, return_inverse=True)
        system = np.where(agent >= 0, agent, log.system(mix(people.uid[some], 127).astype(np.int64) % grammar.topics())[inverse])
    elif n:
        some, inverse = np.unique(who, return_inverse=True)
        has = unit(people.uid[some], salt, 131) < 0.15
        own_codes = np.full(len(some), -1)
        own_codes[has] = log.system(mix(people.uid[some[has]], 127).astype(np.int64) % grammar.topics())
        system = np.where(agent >= 0, agent, own_codes[inverse])
    wants_tools = (work == works.index("agent")) & (agent < 0)
    tools = np.where(wants_tools, 100 + (mix(uid, 137) % np.uint64(2**30)).astype(np.int64), tools)
    by = {"account": mix(uid, 139), "party": mix(np.zeros(n, np.int64), salt), "talk": rng.integers(2**60, size=n, dtype=np.uint64)}[
        routine.sampling
    ]
    heat, mass, limit = (
        table[(mix(by, s) % np.uint64(len(table))).astype(np.int64)] for table, s in ((HEATS, 1), (MASSES, 2), (LIMITS, 3))
    )
    by_app = np.isin(family, apps)
    model = choose(unit(uid, 149), routine.models or USUAL_MODELS, places.MODELS)
    model = np.where(rng.random(n) < 0.1, choose(rng.random(n), routine.models or USUAL_MODELS, places.MODELS), model)
    since = at / DAY - log.release
    if party.pivot >= 0:
        moves = unit(uid, 151) < party.pivot
        delay = 0.05 + unit(uid, 157) * 0.8
    else:
        moves = unit(uid, 151) < 0.6
        delay = -np.log1p(-unit(uid, 157)) * 7
    model = np.where(moves & (since > delay), places.NEW, model)
    ends = 1 + rng.geometric(1 / max(routine.turns, 1.0001), n) - 1
    longer = np.where(agent >= 0, 2.0, 1.0) if routine.turns < 3 else np.ones(n)
    return {
        "work": work,
        "tongue": tongue,
        "topic": topic,
        "pool": pool,
        "turns": np.minimum((ends * longer).astype(np.int64), MOST_TURNS),
        "frame": np.where(routine.inject, -1, frame),
        "wrapper": np.where(routine.inject, frame, -1),
        "family": family,
        "system": system,
        "tools": tools,
        "heat": np.where(by_app, np.nan, heat),
        "mass": np.where(by_app, np.nan, mass),
        "limit": np.where(by_app, 0, limit),
        "model": model,
        "length": np.full(n, routine.length) * rng.lognormal(0, 0.3, n),
        "harvest": np.full(n, routine.harvest),
        "handed": rng.random(n) < routine.handover,
        "scattered": np.full(n, routine.scatter),
        "replays": rng.random(n) < routine.replay,
        "blocked": np.full(n, routine.blocked)
        & (progress > routine.phase[1] - 0.15 * (routine.phase[1] - routine.phase[0]))
        & (rng.random(n) < 0.8),
        "slip": rng.random(n) < party.sloppy,
        "path": path,
    }


PUBLIC = 900
"""Tasks of the public list."""


def requests(party: Party, log: Log, people: Folk, who: Ints, at: Floats, talk: Columns) -> Columns:
    """The single requests of conversations, with networks, handovers and replays."""
    rng, n = log.rng, len(who)
    many = talk["turns"].astype(np.int64)
    of = np.repeat(np.arange(n), many)
    turn = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    tool = talk["tools"][of] >= 0
    gap = np.where(turn == 0, 0, np.where(tool, rng.gamma(1.5, 9, len(of)), rng.lognormal(4.1, 1.0, len(of))))
    run = np.cumsum(gap)
    second = at[of] + run - run[np.cumsum(many) - many][of] if n else run
    account = who[of]
    ids = rng.integers(2**63, size=n, dtype=np.uint64)
    part = np.zeros(len(of), np.int64)
    if talk["handed"].any():
        cut = 1 + (unit(ids, 163) * (many - 1).clip(1)).astype(np.int64)
        other = rng.integers(0, len(people.uid), n)[of]
        other = np.where(talk["scattered"][of], rng.integers(0, len(people.uid), len(of)), other)
        taken = talk["handed"][of] & (turn >= cut[of]) & (other != account)
        taken &= (people.first[other] <= second) & (second < people.last[other])
        account = np.where(taken, other, account)
        part = taken.astype(np.int64)
    kept = (second < people.last[account]) & (second < log.days * DAY)
    # a conversation ends where its first lost turn is
    lost = np.where(kept, MOST_TURNS + 1, turn)
    shortest = np.full(n, MOST_TURNS + 1)
    np.minimum.at(shortest, of, lost)
    rows = np.flatnonzero(turn < shortest[of])
    of, turn, second, account, part = of[rows], turn[rows], second[rows], account[rows], part[rows]
    line = people.home[account]
    net = choose(unit(line, 167), party.nets, places.NETS)
    out_of_home = unit(people.uid[account], (second // 3600).astype(np.int64), 173) < party.away
    other_net = choose(unit(line, 179), party.nets if party.campaign else {"carrier": 5, "home": 3, "vpn": 1}, places.NETS)
    net = np.where(out_of_home, other_net, net)
    net = np.where(rng.random(len(net)) < party.leak, places.NETS.index("rack"), net)
    ip, asn, seen = places.addresses(
        net, line, people.country[account], ids[of], second.astype(np.int64), places.Site(int(people.uid.min()), party.sites)
    )
    replayed = np.full(len(of), -1)
    again = np.flatnonzero(talk["replays"][of] & (turn == 0))
    if len(again):
        plain = np.flatnonzero(~talk["replays"][of])
        order = np.append(plain[np.argsort(second[plain], kind="stable")], -1)
        before = np.searchsorted(second[order[:-1]], second[again] - 1200)
        past = order[(rng.random(len(again)) * before).astype(np.int64).clip(0, len(order) - 1)]
        replayed[again] = np.where(before > 0, past, -1)
    owner = people.uid if party.builds == "account" else np.full(len(people.uid), rng.integers(2**63, dtype=np.uint64), np.uint64)
    out = {name: values[of] for name, values in talk.items() if name not in ("turns", "handed", "scattered", "replays")}
    return out | {
        "account": account,
        "talk": ids[of],
        "turn": turn,
        "second": second,
        "part": part,
        "ip": ip,
        "asn": asn,
        "seen": seen,
        "replayed": replayed,
        "owner": owner[account],
    }
