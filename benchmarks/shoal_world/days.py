"""The days of a group: conversations of each seat, their turns, the accounts they go over, and what is asked. Arrays in, arrays out."""

from dataclasses import dataclass

import numpy as np

from .numbers import Flags, Floats, Ints, Mix, Words, below, choose, fresh, mixed, unit
from .people import CHAT, Group
from .places import COUNTRIES, FIRST, KINDS, MAKES, NETS, OFFSETS, SPOKEN, VERSIONS, Places
from .speech import ANSWERS, FRAMES, SECTIONS, SYSTEMS, TONGUES, TOPICS, WORKS

TIERS = ["large", "middle", "small", "new"]
PATHS = ["api", "app", "cloud_north", "cloud_south"]
ON_APP = {"browser", "phone"}
LIVES = 5
"""accounts that a seat may have one after another"""
MOST_TURNS = 30
VIRAL, PUBLIC = 6, 700
HOURS = {
    "day": [1, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.5, 4, 5, 5.5, 5.5, 5, 5, 5.2, 5.3, 5.2, 5, 4.8, 4.8, 4.8, 4.4, 3.5, 2],
    "office": [0.05, 0.02, 0.02, 0.02, 0.02, 0.1, 0.4, 2, 6, 9, 10, 9.5, 6, 8, 9.5, 9.5, 8.5, 6, 2.5, 1, 0.6, 0.5, 0.3, 0.1],
    "evening": [3, 1.5, 0.7, 0.4, 0.3, 0.3, 0.6, 1, 1, 1, 1, 1.2, 1.5, 1.4, 1.6, 2.2, 3.4, 5, 6.5, 7.5, 8, 8, 7, 5],
    "night": [8, 8, 8, 8, 7, 6, 4, 1, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.5, 1, 2, 4, 6, 7, 8],
    "flat": [1] * 24,
}
PLAIN_NETS: Mix = {"home": 7, "mobile": 2, "vpn": 0.5, "cloud": 0.5}


@dataclass(frozen=True)
class Season:
    """What all groups of a world live in."""

    seed: int
    days: int
    weekday: int
    release: float
    """day on which the new model comes"""
    countries: Mix
    paths: Mix
    places: Places


@dataclass
class Lived:
    """One group's accounts and requests, as columns. Accounts are numbered from 0 in ``account``."""

    accounts: dict[str, np.ndarray]
    events: dict[str, np.ndarray]


def live(group: Group, season: Season, rng: np.random.Generator) -> Lived:
    """Everything that a group's accounts are and do within the log."""
    n = group.size
    number = group.house or int(rng.integers(1, 2**62))
    house1 = np.uint64(number)
    one_place = bool({"office", "campus"} & group.nets.keys()) and group.countries is None
    seat = fresh(rng, n)
    house = mixed(seat, 5) if group.house_each else np.full(n, mixed(np.array([house1]))[0])
    common = group.countries or season.countries
    country = choose(unit(house if one_place else seat, 2), common, COUNTRIES)
    first, last = spans(group, season, seat)
    talks = conversations(group, season, rng, seat, country, first, last, number)
    who, start = talks
    turns = np.minimum(rng.geometric(1 / max(group.turns, 1.0), len(who)), MOST_TURNS)
    row = np.repeat(np.arange(len(who)), turns)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(turns) - turns, turns)
    gap = group.gap * np.exp(rng.normal(0, 0.8, len(row))) * (turn > 0) / 86_400
    since = np.cumsum(gap)
    time = start[row] + since - np.repeat(since[np.cumsum(turns) - turns], turns)
    sent = who[row]
    handed = (turn > 0) & (rng.random(len(row)) < group.hand)
    sent[handed] = handed_to(group, rng, sent[handed])
    sent = np.where((time >= first[sent]) & (time < last[sent]), sent, who[row])
    lives = terms(group, season, rng, first, last)
    kept, account, late = occupied(group, rng, lives, sent, time, first, last)
    time = in_order(time + late, row) if group.heirs else time
    kept &= (time < season.days) & (time >= 0)
    kept &= ~gone(kept, turn)
    talk = fresh(rng, len(who))
    users = seat[who]
    if group.people:
        mine = mixed(seat[who] + below(talk, max(1, round(group.people)), 6).astype(np.uint64), 7)
        crowd = mixed(below(talk, max(2, round(group.people * n)), 8).astype(np.uint64) + house[who], 9)
        users = np.where(unit(talk, 10) < min(1.0, 2 * group.hand), crowd, mine)
    accounts, of = registry(group, season, rng, seat, house, country, lives, account[kept])
    asked = talk_about(group, season, rng, talk, users, house[who], seat[who], country[who], start)
    events = {name: column[row][kept] for name, column in asked.items()}
    events |= {
        "talk": row[kept],
        "turn": turn[kept],
        "time": time[kept],
        "account": of,
        "number": fresh(rng, int(kept.sum())),
    }
    events |= sent_with(
        group, season, events, mixed(seat[sent], account % LIVES + 60)[kept], house[sent][kept], country[sent][kept], number
    )
    return Lived(accounts, events)


def spans(group: Group, season: Season, seat: Words) -> tuple[Floats, Floats]:
    """First and last moment of each seat, days since the log began."""
    a, b = (edge * season.days for edge in group.span)
    first = a + unit(seat, 11) * group.wake * (b - a)
    if group.joined == "lately" and group.span == (0, 1):
        new = unit(seat, 12) < 0.5
        first = np.where(new, unit(seat, 13) * 0.8 * season.days, first)
    last = b - (unit(seat, 14) < 0.15) * unit(seat, 15) * 0.4 * (b - a) * (not group.campaign)
    return first, np.maximum(last, first + 0.2)


def conversations(
    group: Group, season: Season, rng: np.random.Generator, seat: Words, country: Ints, first: Floats, last: Floats, number: int
) -> tuple[Ints, Floats]:
    """Which seat begins a conversation and when."""
    n, days = len(seat), season.days
    rate = group.rate * np.exp(group.load * rng.standard_normal(n) - group.load**2 / 2) / max(group.turns, 1.0)
    day = np.arange(days)
    week = np.where((day + season.weekday) % 7 >= 5, group.weekend, 1.0)
    week = week * (1 + group.ramp * day / days)
    if group.breaks:
        week[mixed(np.arange(group.breaks), number) % np.uint64(days)] = 0
    inside = np.clip(np.minimum(day + 1, last[:, None]) - np.maximum(day, first[:, None]), 0, 1)
    mean = rate[:, None] * week * inside * (rng.random((n, days)) < group.keep)
    who, when = np.nonzero(mean)
    many = rng.poisson(mean[who, when])
    who, when = np.repeat(who, many), np.repeat(when, many)
    u = rng.random(len(who))
    if group.clock == "windows":
        count, hours = group.windows
        opening = np.sort((mixed(np.arange(count), number + 1) % np.uint64(1_000_003)).astype(np.float64)) / 1_000_003
        opening = (group.span[0] + opening * (group.span[1] - group.span[0])) * days
        opening = np.floor(opening) + (9 + np.floor(unit(np.arange(count), number % 1000) * 10)) / 24 - 1 / 24
        start = opening[rng.integers(0, count, len(who))] + u * hours / 24
    elif group.clock == "clockwork":
        job = below(seat[who] + (u * 3).astype(np.uint64), 96, 16)
        start = when + job / 96 + unit(seat[who], 17) / 96 + rng.exponential(20, len(who)) / 86_400
    else:
        weights = np.array(HOURS[group.clock], np.float64)
        hour = np.searchsorted(np.cumsum(weights) / weights.sum(), u, side="right") + rng.random(len(who))
        shift = OFFSETS[country][who] if group.zone is None else group.zone
        start = when + (hour - shift) % 24 / 24
    fits = (start >= first[who]) & (start < last[who]) & (start < days)
    return who[fits], start[fits]


def handed_to(group: Group, rng: np.random.Generator, sent: Ints) -> Ints:
    """Another seat of the same pod, or of all."""
    pod = group.pod or group.size
    base = sent // pod * pod
    return base + rng.integers(0, np.minimum(pod, group.size - base))


def terms(group: Group, season: Season, rng: np.random.Generator, first: Floats, last: Floats) -> Floats:
    """When each account of a seat begins: columns 0 begin, 1 end, 2 begin, ... of its lives; infinite where there is none."""
    n = len(first)
    found = np.full((n, 2 * LIVES), np.inf)
    found[:, 0] = first
    begin, alive = first.copy(), np.ones(n, bool)
    chance = group.banned
    for life in range(LIVES):
        falls = alive & (rng.random(n) < chance)
        end = begin + (0.05 + 0.95 * rng.random(n)) * np.maximum(season.days * group.span[1] - begin, 0.1)
        falls &= end < last
        found[falls, 2 * life + 1] = end[falls]
        if not group.heirs or life == LIVES - 1:
            break
        begin = np.where(falls, end + rng.gamma(2, group.delay / 2, n) / 24, np.inf)
        alive = falls & (begin < last)
        found[alive, 2 * life + 2] = begin[alive]
        chance = group.banned * 0.8
    return found


def occupied(
    group: Group, rng: np.random.Generator, lives: Floats, sent: Ints, time: Floats, first: Floats, last: Floats
) -> tuple[Flags, Ints, Floats]:
    """Which requests have an account, which one (seat * LIVES + life), and by how much they are late."""
    place = (lives[sent] <= time[:, None]).sum(1) - 1
    gap = place % 2 == 1
    late = np.zeros(len(time))
    if group.heirs:  # what waited in the queue goes out when the next account is there
        waits = (
            gap
            & np.isfinite(np.take_along_axis(lives[sent], np.minimum(place + 1, 2 * LIVES - 1)[:, None], 1)[:, 0])
            & (place + 1 < 2 * LIVES)
        )
        due = np.take_along_axis(lives[sent], np.minimum(place + 1, 2 * LIVES - 1)[:, None], 1)[:, 0]
        elsewhere = gap & ~waits
        sent[elsewhere] = rng.integers(0, group.size, int(elsewhere.sum()))
        place = np.where(waits, place + 1, (lives[sent] <= time[:, None]).sum(1) - 1)
        late = np.where(waits, due - time + 0.01 + 0.02 * (time % 1), 0.0)
        gap = (place % 2 == 1) | ((time < first[sent]) | (time >= last[sent])) & elsewhere
        gap |= late > 1.5
    return ~gap & (place >= 0), sent * LIVES + place // 2, late


def in_order(time: Floats, row: Ints) -> Floats:
    """Times of turns that waited, none before the turn that it follows."""
    apart = row * 1e3
    ordered: Floats = np.maximum.accumulate(time + apart) - apart
    return ordered


def gone(kept: Flags, turn: Ints) -> Flags:
    """Turns after one that never was: a conversation ends with the first that is lost."""
    lost = np.cumsum(~kept)
    begin = np.flatnonzero(turn == 0)
    before: Ints = lost[begin] - ~kept[begin]
    of = np.cumsum(turn == 0) - 1
    return lost > before[of] if len(turn) else kept


def registry(
    group: Group, season: Season, rng: np.random.Generator, seat: Words, house: Words, country: Ints, lives: Floats, used: Ints
) -> tuple[dict[str, np.ndarray], Ints]:
    """The accounts of a group, and for each request its account's place among them."""
    begins = lives[:, 0::2]
    every = np.flatnonzero(np.isfinite(begins).ravel())
    there = np.union1d(every, used) if len(used) else every
    of = np.searchsorted(there, used)
    s, life = there // LIVES, there % LIVES
    person = mixed(seat[s], life + 60)
    begin, end = lives[s, 2 * life], lives[s, 2 * life + 1]
    created = joined(group, season, rng, person, begin, life, int(house[0] % np.uint64(2**40)))
    n = len(there)
    dealt = rng.permutation(n) if group.shuffled else s
    kinds = ["individual", "education", "research", "startup", "enterprise"]
    plans = ["free", "payg", "pro", "team", "enterprise", "credit"]
    mails = ["public", "work", "house", "campus", "throwaway"]
    block = (s // group.per_org).astype(np.int64) if group.per_org else s
    firm = mixed(house[s] + block.astype(np.uint64) * np.uint64(group.per_org > 0 or 1), 61)
    firm = np.where(group.per_org > 0, firm, mixed(seat[s], 62))
    zero = np.uint64(0)

    def dealt_out(per: float, share: float, salt: int) -> Words:
        thing = (dealt / max(per, 1)).astype(np.uint64) + house[s] if per > 1 else person
        return np.where(unit(person, salt) < share, mixed(thing, salt + 1), zero)

    net = np.full(n, NETS.index(group.signup_net)) if group.signup_net else choose(unit(person, 22), group.nets, NETS)
    ip, _, _ = season.places.address(net, country[s], person, mixed(person, 63), created, house[s], group.exits)
    accounts = {
        "id": fresh(rng, n),
        "created": created,
        "banned": end,
        "kind": choose(unit(person, 64), group.kinds, kinds),
        "plan": choose(unit(person, 65), group.plans, plans),
        "org": np.where(group.per_org > 0, firm, zero),
        "verified": unit(firm if group.per_org else person, 66) < group.verified,
        "passthrough": np.full(n, group.passthrough),
        "mail": choose(unit(person, 67), group.mail, mails),
        "firm": firm,
        "house": house[s],
        "mailbox": mixed(person if group.per_mail == 1 else (s // group.per_mail).astype(np.uint64) + house[s], 68),
        "card": dealt_out(group.per_card, group.carded, 70),
        "phone": dealt_out(group.per_phone, group.phoned, 80),
        "ip": ip,
        "country": country[s],
    }
    return accounts, of


def joined(group: Group, season: Season, rng: np.random.Generator, person: Words, begin: Floats, life: Ints, number: int) -> Floats:
    """Days since the log began at which accounts were opened."""
    low, high = group.age
    u = unit(person, 90)
    if group.joined == "ages":
        age = 15 * np.exp(u * 4.4)
    elif group.joined == "lately":
        age = np.where(begin > 0.01, rng.exponential(0.02, len(u)), low + u * (high - low) + 1)
    elif group.joined == "burst":
        at = low + (high - low) * float(unit(np.array([number]), 91)[0])
        created = group.span[0] * season.days - at - u**2 * 1.2
        age = begin - created
    else:
        lot = below(person, max(group.lots, 1), 92)
        bought = low + (high - low) * unit(lot + np.int64(number), 93)
        age = begin - (group.span[0] * season.days - bought) + u * 0.3
    age = np.where(life > 0, u * min(group.delay, 20) / 24 * 0.5, age)
    opened: Floats = begin - np.maximum(age, 0.003)
    return opened


def talk_about(
    group: Group,
    season: Season,
    rng: np.random.Generator,
    talk: Words,
    person: Words,
    house: Words,
    seat: Words,
    country: Ints,
    start: Floats,
) -> dict[str, np.ndarray]:
    """What each conversation is about, in which tongue, with which frame, system prompt and tools."""
    n = len(talk)
    cover = unit(talk, 100) < group.cover
    u = unit(talk, 101)
    kind = np.where(unit(talk, 102) < 0.45, choose(unit(person, 103), group.works, WORKS), choose(u, group.works, WORKS))
    everyday = choose(unit(talk, 104), CHAT, WORKS)
    own = below(mixed(person, 10 + below(talk, 3, 105)), TOPICS)
    topic = below(mixed(house, 50 + below(talk, group.topics, 106)), TOPICS) if group.topics else own
    stray = unit(talk, 107) < (0.5 if not group.topics else 0.1)
    topic = np.where(stray, np.where(stray & (unit(talk, 108) < 0.3), below(talk, TOPICS, 109), own), topic)
    spoken = np.zeros(n, np.int64)
    tells = unit(person, 110)
    for c, mix in enumerate(SPOKEN):
        here = country == c
        spoken[here] = choose(tells[here], mix, TONGUES)
    tongue = spoken
    if group.tongues:
        tongue = choose(unit(talk, 111), group.tongues, TONGUES)
    tongue = np.where((unit(talk, 112) < 0.06) & (tongue > 0) & (not group.tongues), 0, tongue)
    task = talk.copy()
    listed = unit(talk, 113) < group.tasked
    place = np.zeros(n, np.uint64)
    if group.tasks == "public":
        place = mixed(below(talk, PUBLIC, 114).astype(np.uint64), season.seed)
    elif group.tasks == "assigned":
        place = mixed(house + below(talk, max(1, group.n_tasks), 115).astype(np.uint64), 116)
    elif group.tasks == "pool" and group.samples > 1:
        place = mixed(house + below(talk, max(1, n // group.samples), 117).astype(np.uint64), 118)
    else:
        listed = np.zeros(n, bool)
    kind = np.where(listed & (group.tasks != "public"), choose(unit(place, 119), group.works, WORKS), kind)
    if group.tasks == "public":
        kind = np.where(listed, choose(unit(place, 120), {"reason": 5, "code": 2, "ask": 1}, WORKS), kind)
        tongue = np.where(listed & (group.tongues is None), 0, tongue)
    topic = np.where(
        listed,
        below(place, TOPICS, 121)
        if group.tasks == "public" or not group.topics
        else below(mixed(house, 50 + below(place, group.topics, 122)), TOPICS),
        topic,
    )
    task = np.where(listed, place, task)
    kind, topic, tongue = np.where(cover, everyday, kind), np.where(cover, own, topic), np.where(cover, spoken, tongue)
    passing = unit(talk, 123)
    common = (passing < 0.025) & (cover | (not group.campaign))
    which = below(talk, VIRAL + 40, 124).astype(np.uint64) % np.uint64(VIRAL if group.frame else VIRAL + 40)
    round_ = mixed(which, season.seed + 7)
    task = np.where(common, round_, np.where(cover, talk, task))
    kind = np.where(common, choose(unit(round_, 125), {"play": 2, "reason": 3, "write": 2, "ask": 2}, WORKS), kind)
    topic, tongue = np.where(common, below(round_, TOPICS, 126), topic), np.where(common, 0, tongue)
    frame, worded = np.full(n, -1), np.zeros(n, np.uint64)
    if group.frame:
        by = {"house": mixed(house, below(talk, max(1, group.frames), 127)), "person": seat, "talk": talk}[group.frame_by]
        has = (unit(talk, 128) < group.framed) & ~cover
        frame, worded = np.where(has, FRAMES.index(group.frame), -1), mixed(by, 129)
    borrowed = (frame < 0) & np.isin(kind, [WORKS.index(w) for w in ("reason", "grade", "code", "taskgen")]) & (unit(talk, 130) < 0.2)
    habit = np.array(
        [
            FRAMES.index({"reason": "reason", "grade": "grade", "code": "code", "agent": "code", "taskgen": "task"}.get(w, "reason"))
            for w in WORKS
        ]
    )
    frame = np.where(borrowed, habit[kind], frame)
    worded = np.where(borrowed, mixed(person, 131), worded)
    system, told = np.full(n, -1), np.zeros(n, np.uint64)
    if group.system:
        told = {"house": house, "person": seat, "popular": np.full(n, np.uint64(season.seed))}[group.system_by]
        system = np.where(cover, -1, SYSTEMS.index(group.system))
        told = mixed(told, 132)
    tools = np.zeros(n, np.uint64)
    if group.tools:
        whose = {"house": house, "person": seat, "popular": np.full(n, np.uint64(season.seed + 1))}[group.tools]
        tools = np.where((unit(talk, 133) < group.tooled) & ~cover, mixed(whose, 134 + below(talk, 2, 135)), np.uint64(0))
    again = (unit(talk, 136) < group.replay) & ~cover
    kind = np.where(again, WORKS.index("trace"), kind)
    task = np.where(again, talk, task)
    reply = np.array([SECTIONS.index(ANSWERS.get(work, "say")) for work in WORKS])
    return {
        "kind": kind,
        "topic": topic,
        "tongue": tongue,
        "task": task,
        "frame": frame,
        "worded": worded,
        "system": system,
        "told": told,
        "tools": tools,
        "again": again,
        "harvest": ~cover & bool(group.campaign),
        "reply": reply[kind],
        "cover": cover,
        "talk_number": talk,
        "person": person,
    }


def sent_with(
    group: Group, season: Season, events: dict[str, np.ndarray], seat: Words, house: Words, country: Ints, number: int
) -> dict[str, np.ndarray]:
    """Address, client, path, model and sampling of each request."""
    talk, day, n = events["talk_number"], events["time"], len(seat)
    cover = events["cover"]
    main = choose(unit(seat, 22), group.nets, NETS)
    some = choose(unit(talk, 141), group.nets, NETS)
    net = np.where(unit(talk, 142) < 0.8, main, some)
    ip, asn, where = season.places.address(net, country, seat, talk, day, house, group.exits)
    family = choose(unit(seat, 143), group.clients, KINDS)
    build = season.places.build(family, seat, day)
    if group.builds:
        which = below(seat, group.builds, 144) if not group.house_each else 0
        pick = mixed(house, 145 + which)
        family = choose(unit(pick, 146), group.clients, KINDS)
        build = FIRST[family] + below(pick, np.array(MAKES)[family], 147) * VERSIONS + below(pick, 4, 148) + 0
    on_app = np.isin(family, [KINDS.index(name) for name in ON_APP])
    path = np.where(on_app, PATHS.index("app"), choose(unit(seat, 149), group.paths or season.paths, PATHS))
    path = np.where(on_app & (group.paths is not None), choose(unit(seat, 149), group.paths or season.paths, PATHS), path)
    tier = np.where(unit(talk, 150) < 0.75, choose(unit(seat, 151), group.models, TIERS), choose(unit(talk, 152), group.models, TIERS))
    if group.fallback:
        tier = np.where((day > group.fallback * season.days) & (tier == 0), 1, tier)
    moved = (day > season.release + unit(seat, 153) * group.lag / 24) & (
        unit(np.where(unit(seat, 154) < 0.5, seat, talk), 155) < group.pivot
    )
    tier = np.where(moved, 3, tier)
    whose = {"default": seat, "own": seat, "house": house, "talk": talk}[group.sampling]
    heat = np.array([np.nan, 0, 0.2, 0.3, 0.5, 0.6, 0.7, 0.7, 0.8, 0.9, 1.0, 1.0])[below(whose, 12, 156)]
    if group.sampling == "talk":
        heat = np.round(0.4 + 0.6 * unit(talk, 157), 2)
    limit = np.array([-1, -1, -1, 256, 512, 1000, 1024, 2000, 2048, 4096, 8192])[below(whose, 11, 158)]
    mass = np.array([np.nan, np.nan, np.nan, 0.9, 0.95, 1.0])[below(whose, 6, 159)]
    if group.sampling == "default":
        plain = unit(seat, 160) < 0.8
        heat, limit, mass = np.where(plain, np.nan, heat), np.where(plain, -1, limit), np.where(plain, np.nan, mass)
    app = path == PATHS.index("app")
    named = app | (unit(seat, 161) < 0.35)
    key = mixed(
        events["account"].astype(np.uint64) + np.uint64(number), 162 + below(talk, 1 + below(seat, 3, 163)) * (unit(seat, 164) < 0.3)
    )
    return {
        "ip": ip,
        "asn": asn,
        "where": where,
        "build": build,
        "path": path,
        "tier": tier,
        "temperature": np.where(app, np.nan, heat),
        "max_tokens": np.where(app, -1, limit),
        "top_p": np.where(app, np.nan, mass),
        "session": np.where(named, mixed(talk, 165), np.uint64(0)),
        "key": np.where(app, np.uint64(0), key),
        "stream": app | (unit(seat, 166) < 0.4),
        "covered": cover,
        "pad": np.zeros(n, np.int8),
    }
