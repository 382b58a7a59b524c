"""What the accounts of a party do, day by day: conversations, their turns, where they come from and what they say."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import speech
from .chance import Floats, Ints, Seeds, below, fresh, mix, pick, unit
from .people import DAY_HOURS, PATHS, Party, Roster, Routine, hours_of
from .places import AUTOMATION, CODES, CURL, GO, JAVA, NODE, PHONE, PYTHON, SHARES, SPOKEN, WEB, Builds, Net
from .speech import TONGUES, WORKS, Rows

HARNESSES = 3
MODELS = ["main", "small", "old", "new"]
WORKDAYS, WEEKEND_TOO, ALL_ALIKE = (1.0, 1.0, 1.0, 1.0, 0.9, 0.12, 0.08), (1.0, 1.0, 1.0, 1.0, 0.95, 0.85, 0.95), (1.0,) * 7


def _bell(*peaks: tuple[float, float, float], floor: float = 0.02) -> Floats:
    hour = np.arange(DAY_HOURS) + 0.5
    return floor + sum((size * np.exp(-0.5 * ((hour - at) / width) ** 2) for at, width, size in peaks), np.zeros(DAY_HOURS))


HOURS: dict[str, tuple[Floats, tuple[float, ...]]] = {"home": (_bell((11, 2.5, 0.6), (15, 2.5, 0.6), (20.5, 2.0, 0.9), floor=0.04),
    WEEKEND_TOO), "office": (_bell((10.3, 1.4, 1.0), (14.8, 1.6, 1.0), floor=0.01), WORKDAYS),
    "evening": (_bell((20.5, 1.8, 1.0), floor=0.02), WEEKEND_TOO),
    "school": (_bell((9.5, 1.0, 1.0), (12.5, 1.2, 1.0), floor=0.004), WORKDAYS),
    "night": (_bell((1.5, 1.8, 1.0), (22.8, 1.5, 0.8), floor=0.05), WEEKEND_TOO),
    "shift": (_bell((7.5, 1.6, 0.8), (12, 3.0, 0.7), (17.5, 2.5, 0.8), floor=0.05), WEEKEND_TOO),
    "worship": (_bell((9, 1.5, 0.6), (18.5, 1.8, 1.0), floor=0.02), (0.4, 0.4, 0.5, 0.7, 1.6, 1.3, 2.2)),
    "matchday": (_bell((13, 2.5, 0.6), (19.5, 2.2, 1.0), floor=0.03), (0.4, 0.3, 0.6, 0.4, 1.2, 2.4, 2.0)),
    "always": (np.ones(DAY_HOURS), ALL_ALIKE), "cron": (np.ones(DAY_HOURS), ALL_ALIKE)}
CLIENTS = ["any", "browser", "sdk", "python", "node", "curl", "product", "automation", "harness"]
NETS = ["home", "office", "site", "branch", "server", "servers", "vpn", "rotate", "sticky", "exits", "users"]
CODES_BY_SHARE = np.repeat(np.arange(len(CODES)), np.round(SHARES * 100).astype(np.int64))
PERSONAL = {PYTHON: 0.5, NODE: 0.27, GO: 0.06, JAVA: 0.06, CURL: 0.03, AUTOMATION: 0.08}


@dataclass(frozen=True)
class Setting:
    """What parties have in common: the log's length, first weekday, networks, software and models."""

    days: float
    weekday: int
    release: float
    outage: float
    net: Net
    builds: Builds
    answers: speech.Answers
    commons: speech.Commons
    manuals: tuple[str, ...]
    """instructions that the popular harnesses send"""
    hidden: tuple[int, ...]
    """paths whose requests come without address and client"""


def act(rng: np.random.Generator, party: Party, roster: Roster, product: int, where: Setting) -> list[dict[str, Any]]:
    """All requests of a party, by routine, as columns.

    Rows are in order of ``talk`` and ``turn``; ``source`` is the row that a first turn goes on from.
    """
    made = [_do(rng, routine, roster, k, product, where) for k, routine in enumerate(party.routines)]
    return [columns for columns in made if columns is not None]


def _calendar(rng: np.random.Generator, routine: Routine, offset: int, where: Setting, block: tuple[int, int]) -> Floats:
    """How much is asked up to each hour of the log, 1 an hour on average."""
    hour = np.arange(int(where.days * DAY_HOURS))
    if routine.hours == "block":
        level = np.where((hour - block[0]) % DAY_HOURS < block[1], 1.0, 0.02)
    else:
        profile, weekly = HOURS[routine.hours]
        local = hour + offset
        level = profile[local % DAY_HOURS] * np.array(weekly)[(where.weekday + local // DAY_HOURS) % 7]
    day = hour / DAY_HOURS
    for begin, length, factor in routine.surges:
        level = level * np.where((day >= begin) & (day < begin + length), factor, 1.0)
    return np.asarray(np.concatenate([[0.0], np.cumsum(level)]) * len(hour) / level.sum(), np.float64)


def _do(rng: np.random.Generator, routine: Routine, roster: Roster, number: int, product: int, where: Setting) -> dict[str, Any] | None:
    group = mix(roster.group, 1000 + number)
    account, time = _conversations(rng, routine, roster, number, where)
    if not len(account):
        return None
    # a conversation's turns
    talks = len(account)
    turns = np.ones(talks, np.int64) if routine.turns <= 1 else np.minimum(rng.geometric(1 / routine.turns, talks), 40)
    talk = np.repeat(np.arange(talks), turns)
    first = np.cumsum(turns) - turns
    turn = np.arange(len(talk)) - first[talk]
    gaps = np.where(turn > 0, rng.lognormal(np.log(routine.gap), 0.8, len(talk)) / 86_400, 0.0)
    passed = np.cumsum(gaps)
    when = time[talk] + passed - passed[first[talk]]
    starter = account[talk]
    keep = when < np.minimum(roster.end[starter], where.days)
    talk, turn, when, starter = talk[keep], turn[keep], when[keep], starter[keep]
    if not len(talk):
        return None
    owner = _handed(rng, routine, roster, talk, turn, when, starter)
    n = len(talk)
    moment = fresh(rng, talks)[talk]
    group_of = np.repeat(group, n)
    users = np.repeat(mix(group, 5), talks) + (routine.users * rng.random(talks) ** 2.2).astype(np.uint64)
    soul = (mix(users, 6) if routine.users else roster.soul[account])[talk]
    columns: dict[str, Any] = {"account": owner, "day": when, "talk": talk, "turn": turn, "source": np.full(n, -1)}
    columns |= _words(rng, routine, roster, group, soul, starter, moment, talk, turn, where)
    columns |= _machine(rng, routine, roster, owner, group_of, moment, soul, when, product, where)
    app = columns["path"] == 0
    columns["system"] = _instructions(rng, routine, roster, owner, columns["harness"], app, where)
    columns["harvest"] = np.full(n, routine.harvest)
    _replays(rng, routine, columns)
    return columns


def _conversations(rng: np.random.Generator, routine: Routine, roster: Roster, number: int, where: Setting) -> tuple[Ints, Floats]:
    """Account and time of each conversation."""
    group = mix(roster.group, 1000 + number)
    begin = np.clip(np.maximum(roster.begin, routine.start), 0, where.days)
    end = np.clip(np.minimum(roster.end, routine.end), begin, where.days)
    takes_part = unit(mix(roster.soul, 2000 + number)) < routine.share
    offset = hours_of(roster.country, roster.soul)
    if routine.hours in ("block", "always", "cron"):
        offset = np.zeros_like(offset)
    block = (int(below(mix(group, 1), DAY_HOURS)[0]), int(5 + below(mix(group, 2), 12)[0]))
    rate = routine.rate * np.exp(rng.normal(0, 1, len(begin)) * routine.spread - routine.spread**2 / 2) * takes_part
    accounts, times = [], []
    for hours in np.unique(offset).tolist():
        at = np.flatnonzero((offset == hours) & takes_part & (end > begin))
        if not len(at):
            continue
        curve = _calendar(rng, routine, hours, where, block)
        grid = np.arange(len(curve))
        low, high = (np.interp(edge[at] * DAY_HOURS, grid, curve) for edge in (begin, end))
        mean = rate[at] * (high - low) / DAY_HOURS / max(routine.turns, 1.0)
        count = np.floor(mean + rng.random(len(at))).astype(np.int64) if not routine.spread else rng.poisson(mean)
        account = np.repeat(at, count)
        level = np.repeat(low, count) + rng.random(len(account)) * np.repeat(high - low, count)
        time = np.interp(level, curve, grid) / DAY_HOURS
        accounts.append(account)
        times.append(time)
    if not accounts:
        return np.array([], np.int64), np.array([])
    account, time = np.concatenate(accounts), np.concatenate(times)
    if routine.hours == "cron":
        minute = 60 * unit(mix(roster.seed, 41)) // 5 * 5
        time = (np.floor(time * DAY_HOURS) + minute[account] / 60 + rng.exponential(2.5, len(time)) / 3600) / DAY_HOURS
    if routine.waves:
        moments = np.sort(rng.random(max(1, round(where.days * routine.waves))) * where.days)
        time = moments[np.clip(np.searchsorted(moments, time), 0, len(moments) - 1)] + rng.exponential(12 / 1440, len(time))
    inside = (time >= begin[account]) & (time < end[account])
    return account[inside], time[inside]


def _handed(rng: np.random.Generator, routine: Routine, roster: Roster, talk: Ints, turn: Ints, when: Floats, starter: Ints) -> Ints:
    """Who sends each turn."""
    if not routine.handover:
        return starter
    moved = (turn > 0) & (rng.random(len(turn)) < routine.handover)
    other = np.unique(starter)[rng.integers(0, len(np.unique(starter)), len(starter))]
    moved &= (roster.begin[other] <= when) & (when < roster.end[other])
    last = np.maximum.accumulate(np.where(moved | (turn == 0), np.arange(len(turn)), 0))
    taken = np.where(moved, other, starter)[last]
    alive = when < roster.end[taken]
    return np.where(alive, taken, starter)


def _replays(rng: np.random.Generator, routine: Routine, columns: dict[str, Any]) -> None:
    """Let some first turns go on from an earlier request of the routine."""
    if not routine.replay:
        return
    order = np.argsort(columns["day"], kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    first = (columns["turn"] == 0) & (rank > 0) & (rng.random(len(order)) < routine.replay)
    earlier = order[(rank[first] * rng.random(int(first.sum()))).astype(np.int64)]
    columns["source"][first] = earlier


def _words(
    rng: np.random.Generator, routine: Routine, roster: Roster, group: Seeds, soul: Seeds, starter: Ints, moment: Seeds, talk: Ints,
    turn: Ints, where: Setting,
) -> dict[str, Any]:  # fmt: skip
    n = len(talk)
    total = len(speech.topics())
    favourite = mix(soul, 50, below(mix(moment, 51), 3))
    topic = below(favourite, total)
    if routine.topics:
        common = below(mix(np.repeat(group, routine.topics), 52, np.arange(routine.topics)), total)
        topic = common[below(mix(moment, 53), routine.topics)]
    stray = unit(mix(moment, 54)) < (0.03 if routine.topics else 0.2)
    topic = np.where(stray, below(mix(moment, 55), total), topic)
    usual = unit(mix(moment, 56)) < 0.4
    work = pick(np.where(usual, unit(mix(soul, 57, below(mix(moment, 58), 2))), unit(mix(moment, 59))), routine.works, WORKS)
    at = unit(mix(soul, 60))
    if routine.tongues:
        tongue = pick(at, routine.tongues, TONGUES)
    else:
        tongue = (at[:, None] >= np.cumsum(SPOKEN[roster.country[starter]], axis=1) - 1e-9).sum(axis=1)
        tongue = np.minimum(tongue, len(TONGUES) - 1)
        tongue = np.where(unit(mix(moment, 61)) < 0.1, 0, tongue)
    rows = Rows(topic, tongue, soul, speech.sticky(soul))
    opening = np.flatnonzero(turn == 0)
    if routine.pool:
        if routine.public:
            kinds, listed, tasks = where.commons.work, where.commons.rows, where.commons.tasks
        else:
            drawn = opening[rng.integers(0, len(opening), len(opening) if routine.split else routine.pool)]
            kinds, listed = work[drawn], rows.of(drawn)
            tasks = speech.speak(rng, kinds, listed, np.zeros(len(drawn), bool))
        size = len(tasks)
        dealt = rng.permutation(size)[np.arange(len(opening)) % size] if routine.split else rng.integers(0, size, len(opening))
        of_talk = np.zeros(int(talk.max()) + 1, np.int64)
        of_talk[talk[opening]] = dealt
        item = of_talk[talk]
        work, rows = kinds[item], Rows(listed.topic[item], listed.tongue[item], soul, rows.habit)
    prompt = speech.speak(rng, work, rows, turn > 0)
    if routine.pool:
        prompt = _put(prompt, opening, tasks.take(pa.array(item[opening])))
    if routine.frame:
        dressed = opening[unit(mix(moment[opening], 62)) < routine.framed]
        if len(dressed):
            worded = speech.framed(rng, routine.frame, rows.of(dressed), prompt.take(pa.array(dressed)), routine.wordings, where.commons)
            prompt = _put(prompt, dressed, worded)
    longer = routine.longer * (0.7 + 0.6 * unit(mix(soul, 63)))
    response = where.answers.give(rng, work, rows.topic, rows.tongue, longer)
    return {"prompt": prompt, "response": response, "effort": np.where(work == WORKS.index("reason"), 1.6, 0.8) * np.ones(n)}


def _put(texts: pa.Array, at: Ints, others: pa.Array) -> pa.Array:
    """Some of the texts exchanged for others."""
    index = np.arange(len(texts))
    index[at] = len(texts) + np.arange(len(at))
    return pa.concat_arrays([texts, others]).take(pa.array(index))


def _machine(
    rng: np.random.Generator, routine: Routine, roster: Roster, owner: Ints, group: Seeds, moment: Seeds, soul: Seeds, when: Floats,
    product: int, where: Setting,
) -> dict[str, Any]:  # fmt: skip
    n = len(owner)
    mine = roster.soul[owner]
    own = roster.seed[owner]
    path = roster.path[owner]
    if routine.paths:
        path = pick(unit(mix(mine, 70)), routine.paths, PATHS)
    sender = soul if routine.users else mine
    client = pick(unit(mix(sender, 71)), routine.client, CLIENTS)
    path = np.where(client == CLIENTS.index("browser"), 0, np.where((client >= CLIENTS.index("sdk")) & (path == 0), 1, path))
    home_client = np.where(path == 0, np.where(unit(mix(sender, 72)) * 0.7 + unit(mix(moment, 72)) * 0.3 < 0.6, WEB, PHONE), 0)
    personal = pick(unit(mix(sender, 73)), {str(k): share for k, share in PERSONAL.items()}, [str(k) for k in range(AUTOMATION + 1)])
    harness = below(mix(sender, 74), HARNESSES)
    if routine.topics:
        harness = below(mix(group, 74), HARNESSES)
    families = np.stack([
        np.where(path == 0, home_client, personal), np.full(n, WEB), np.where(personal == AUTOMATION, PYTHON, personal),
        np.full(n, PYTHON), np.full(n, NODE), np.full(n, CURL), np.full(n, AUTOMATION + 1 + HARNESSES + product),
        np.full(n, AUTOMATION), AUTOMATION + 1 + harness,
    ])  # fmt: skip
    family = families[client, np.arange(n)]
    in_harness = client == CLIENTS.index("harness")
    changed = (when > 40 * unit(mix(sender, 75))).astype(np.int64)  # somebody updates now and then
    build = where.builds.of(family, mix(group, 76) if routine.one_build else mix(sender, 77, family, changed))
    address, network = _address(routine, roster, owner, sender, group, moment, own, when, where)
    hidden = np.isin(path, where.hidden)
    app = path == 0
    sdk = ~app
    grouped = unit(mix(mine, 80)) < routine.strict
    at = unit(mix(sender, 81))
    heat = np.select([at < 0.6, at < 0.72, at < 0.82, at < 0.93], [np.nan, 0.0, 0.2, 0.7], 1.0)
    if routine.heat is not None:
        heat = np.where(grouped, routine.heat, heat)
    limit = np.select([(u := unit(mix(sender, 82))) < 0.5, u < 0.65, u < 0.85], [np.nan, 1024, 4096], 8192)
    if routine.limit is not None:
        limit = np.where(grouped, routine.limit, limit)
    sets = np.int64(1 << 40)
    kit = mix(group, 83, below(mix(mine, 84), max(routine.tools, 1))).astype(np.int64)
    tools = np.where(in_harness, harness + sets, kit)
    has_tools = sdk & (in_harness | (grouped & (routine.tools > 0)))
    choice = pick(np.where(unit(mix(moment, 85)) < 0.15, unit(mix(moment, 86)), unit(mix(mine, 87))), routine.models, MODELS)
    moved = (unit(mix(mine, 88)) < routine.pivot) & (when > where.release - routine.haste * np.log(unit(mix(mine, 89)) + 1e-9))
    model = np.where(moved & (choice != 1), 3, choice)
    status = _status(rng, routine, when, where)
    if routine.falls:
        shut = (model != 1) & (when > routine.falls)
        status = np.where(shut & (when < routine.falls + 0.1 + 0.15 * unit(mix(mine, 90))), 403, status)
        model = np.where(shut & (status != 403), 1, model)
    key = mix(own, 91, (when / (2 + 60 * unit(mix(own, 92)))).astype(np.int64))
    session = mix(moment, 93)
    named = app | in_harness | (unit(mix(mine, 94)) < 0.3)
    return {
        "path": path, "build": build, "harness": np.where(in_harness, harness, -1), "address": address, "network": network,
        "hidden": hidden, "temperature": np.where(app, np.nan, heat), "top_p": np.where(sdk & (unit(mix(sender, 95)) < 0.06), 0.95, np.nan),
        "max_tokens": np.where(app, np.nan, limit), "tools": tools, "has_tools": has_tools, "model": model, "status": status, "key": key,
        "session": session, "named": named, "stream": app | (unit(mix(sender, 96)) < 0.5),
    }  # fmt: skip


def _address(routine: Routine, roster: Roster, owner: Ints, sender: Seeds, group: Seeds, moment: Seeds, own: Seeds, when: Floats,
    where: Setting) -> tuple[Ints, Ints]:
    """Address and network."""
    net, n = where.net, len(owner)
    country = roster.country[owner]
    place = pick(unit(mix(roster.soul[owner], 100)), routine.net, NETS)
    away = (unit(mix(moment, 101)) < routine.away) & (place <= 1)
    address, network = np.zeros(n, np.int64), np.zeros(n, np.int64)
    lease = ((when + 50 * unit(mix(own, 102))) / (2 + 45 * unit(mix(own, 103)) ** 2)).astype(np.int64)
    base = np.repeat(roster.group, n)
    seat = np.full(n, roster.country[0])
    elsewhere = CODES_BY_SHARE[below(mix(np.where(place == 7, moment, own), 106), len(CODES_BY_SHARE))]
    some = below(mix(moment, 107), max(routine.sites, 1))
    of_account = below(mix(roster.soul[owner], 108), max(routine.sites, 1))

    def put(at: Any, found: tuple[Ints, Ints]) -> None:
        address[at], network[at] = found

    for kind in np.unique(place).tolist():
        at = np.flatnonzero((place == kind) & ~away)
        name = NETS[kind]
        if name == "home":
            put(at, net.home(country[at], own[at], mix(own[at], lease[at])))
        elif name == "office":
            put(at, net.home(country[at], mix(own[at], 110), mix(own[at], 111)))
        elif name in ("site", "branch"):
            k = (some if name == "site" else of_account)[at]
            spot = mix(base[at], 112, k)
            put(at, net.home(seat[at], mix(base[at], 113) if name == "site" else spot, spot))
        elif name == "server":
            put(at, net.server(mix(own[at], 114)))
        elif name == "servers":
            put(at, net.server(mix(base[at], 115, some[at])))
        elif name == "vpn":
            put(at, net.vpn(mix(own[at], 116), moment[at]))
        elif name in ("rotate", "sticky"):
            seed = mix((moment if name == "rotate" else own)[at], 117)
            put(at, net.home(elsewhere[at], seed, seed))
        elif name == "users":
            put(at, net.home(CODES_BY_SHARE[below(mix(sender[at], 120), len(CODES_BY_SHARE))], sender[at], mix(sender[at], lease[at])))
        else:
            spot = mix(group[at], 118, some[at])
            put(at, net.home(CODES_BY_SHARE[below(mix(spot, 119), len(CODES_BY_SHARE))], spot, spot))
    at = np.flatnonzero(away)
    put(at, net.mobile(country[at], own[at], moment[at]))
    return address, network


def _status(rng: np.random.Generator, routine: Routine, when: Floats, where: Setting) -> Ints:
    at = rng.random(len(when))
    busy = min(0.004 + routine.rate / 12_000, 0.05)
    status = np.select([at < busy, at < busy + 0.004, at < busy + 0.009], [429, 400, 500], 200)
    down = (when > where.outage) & (when < where.outage + 0.11) & (rng.random(len(when)) < 0.4)
    return np.where(down, 529, status)


def _instructions(rng: np.random.Generator, routine: Routine, roster: Roster, owner: Ints, harness: Ints, app: Any,
    where: Setting) -> pa.Array:
    """The system prompt of every row."""
    accounts = len(roster.seed)
    own_rows = Rows(below(mix(roster.soul, 120), len(speech.topics())), np.zeros(accounts, np.int64), roster.soul, np.ones(accounts))
    own = speech.compose(rng, "own.system", own_rows)
    texts = [own, pa.array(list(where.manuals), pa.string())]
    none = accounts + HARNESSES
    index = np.where(unit(mix(roster.soul[owner], 121)) < 0.45, owner, none)
    index = np.where(app, np.where(unit(mix(roster.soul[owner], 122)) < 0.07, owner, none), index)
    index = np.where(harness >= 0, accounts + harness, index)
    texts.append(pa.array([None], pa.string()))
    if routine.role:
        wordings = routine.roles or accounts
        texts.append(speech.system(rng, routine.role, wordings))
        which = below(mix(roster.soul[owner], 123), wordings) if routine.roles else owner
        spoken = unit(mix(roster.soul[owner], 124)) < routine.voiced
        index = np.where(spoken, none + 1 + which, index)
    return pc.take(pa.concat_arrays(texts), pa.array(index))
