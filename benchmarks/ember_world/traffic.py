"""Who asks when: the requests of a routine, without text."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .language import TONGUES, WORKS, topics
from .people import Accounts, Party, Routine, draw
from .places import COUNTRIES, NETS, TONGUE_OF, below, mix, name_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MODELS = ("ember-small", "ember-mid", "ember-large", "ember-large-2")
NEW = 3
HOURS = {
    "waking": (1, 0, 0, 0, 0, 1, 2, 4, 6, 7, 7, 7, 6, 6, 7, 7, 7, 6, 6, 7, 8, 8, 6, 3),
    "office": (0, 0, 0, 0, 0, 0, 1, 4, 9, 10, 10, 9, 6, 8, 10, 10, 9, 6, 3, 1, 1, 0, 0, 0),
    "evening": (3, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 7, 9, 10, 10, 9, 6),
    "school": (0, 0, 0, 0, 0, 0, 0, 2, 10, 10, 9, 10, 4, 9, 9, 5, 3, 3, 3, 3, 2, 1, 0, 0),
    "night": (9, 9, 9, 9, 9, 8, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 6, 8),
    "flat": (1,) * 24,
}
"""weights of local hours; besides: block (stretches of the day that a party has in common), cron (an account's own minutes), ticks (batches
begin every half hour), incident (a few moments in the log)"""
ZONE = np.array([-6, 0, -5, 10, 5.5, 1, 1, 1, 1, 1, 1, -6, -3, -3, 0, 7, 3, 9, 1, 1, 1, 9])
PUBLIC = 700
"""tasks on the public list"""
MOST_TURNS = 20


@dataclass
class Season:
    """When the log is, and what happens to all."""

    days: float
    weekday: int
    release: float
    """day of the new model; after the log: none"""
    salt: int


def live(number: int, party: Party, which: int, accounts: Accounts, season: Season, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Requests of one routine of a party: ``parent`` is the row of the turn before, ``same`` the row whose words are said again, or -1."""
    routine = party.routines[which]
    mine = np.flatnonzero(accounts.party == number)
    if routine.share < 1:
        mine = mine[rng.random(len(mine)) < routine.share] if len(mine) > 3 else mine
    account, start = _openings(routine, mine, accounts, season, rng)
    turns = np.minimum(rng.geometric(1 / routine.turns, len(start)), MOST_TURNS) if routine.turns > 1 else np.ones(len(start), np.int64)
    conversation = np.repeat(np.arange(len(start)), turns)
    first = np.cumsum(turns) - turns
    turn = np.arange(len(conversation)) - first[conversation]
    waits = routine.gap * rng.lognormal(0.0, 0.7, len(turn)) * (turn > 0) / 86400
    run = np.cumsum(waits)
    time = start[conversation] + run - run[first][conversation] if len(run) else np.zeros(0)
    account = account[conversation]
    # a conversation that would outlive its account is not held
    lasts = np.zeros(len(start))
    np.maximum.at(lasts, conversation, time)
    held = (lasts < np.minimum(accounts.end[account[first]], season.days)) if len(first) else np.zeros(0, bool)
    keep = held[conversation]
    renamed = np.cumsum(keep) - 1
    rows = {"account": account[keep], "time": time[keep], "turn": turn[keep], "conversation": conversation[keep]}
    rows["parent"] = np.where(rows["turn"] > 0, renamed[keep] - 1, -1)
    n = len(rows["turn"])
    rows |= _contents(number, party, which, rows, accounts, season, rng)
    rows["same"], rows["failed"] = np.full(n, -1), np.zeros(n, np.bool_)
    if routine.handover:
        moved = (rows["turn"] > 0) & (rng.random(n) < routine.handover)
        rows["account"] = np.where(moved, _another(rows["account"], rows["time"], mine, accounts, rng), rows["account"])
    rows = _repeat(rows, routine, mine, accounts, season, rng)
    n = len(rows["turn"])
    rows["net"] = np.where(rng.random(n) < routine.roam * _roams(accounts.net[rows["account"]]), 1, accounts.net[rows["account"]])
    rows["party"] = np.full(n, number)
    rows["routine"] = np.full(n, which)
    rows["model"] = _models(rows, routine, party, season, rng)
    rows["harvest"] = np.full(n, routine.harvest)
    return rows


def _roams(net: Ints) -> Floats:
    """Who carries a telephone."""
    return np.isin(net, [NETS.index(name) for name in ("home", "mobile", "office", "campus", "venue")]).astype(np.float64)


def _openings(routine: Routine, mine: Ints, accounts: Accounts, season: Season, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Who begins a conversation when."""
    whole = int(np.ceil(season.days))
    uneven = rng.lognormal(0.0, 0.0 if routine.even else routine.spread, len(mine))
    rate = routine.rate * uneven / max(uneven.mean(), 0.5) if len(mine) else uneven  # a party asks as much as it is meant to
    weekday = (np.arange(whole) + season.weekday) % 7
    factor = np.where(weekday >= 5, routine.weekend, 1.0)
    often = np.clip(rng.beta(2.0, max(2.0 / routine.active - 2.0, 0.05), len(mine)), 0.02, 1.0)
    active = rng.random((len(mine), whole)) < (1.0 if routine.even else often[:, None])
    expected = rate[:, None] * factor * active
    low, high = routine.window[0] * season.days, routine.window[1] * season.days
    expected = expected * np.clip(np.minimum(np.arange(1, whole + 1), high) - np.maximum(np.arange(whole), low), 0, 1)
    count = np.floor(expected + rng.random(expected.shape)).astype(np.int64) if routine.even else rng.poisson(expected)
    if routine.even:  # a balancer is not exact: some requests go elsewhere
        count = np.maximum(count + np.rint(rng.normal(0, 0.06, count.shape) * count).astype(np.int64), 0)
    who, day = (np.repeat(axis, count.ravel()) for axis in (np.repeat(np.arange(len(mine)), whole), np.tile(np.arange(whole), len(mine))))
    account = mine[who]
    time = _clock(routine, account, day, accounts, season, rng)
    fits = (time >= np.maximum(accounts.begin[account], low)) & (time < np.minimum(accounts.end[account], high))
    return account[fits], time[fits]


def _clock(routine: Routine, account: Ints, day: Ints, accounts: Accounts, season: Season, rng: np.random.Generator) -> Floats:
    n = len(account)
    if routine.hours == "incident":
        moments = rng.uniform(routine.window[0], routine.window[1], 3) * season.days
        return moments[rng.integers(3, size=n)] + rng.exponential(0.06, n)
    if routine.hours == "block":
        starts, spans = rng.uniform(0, 20, 3), rng.uniform(1.5, 6.0, 3)
        block = rng.choice(3, size=n, p=spans / spans.sum())
        shift = np.random.default_rng(season.salt + 1).normal(0, 0.7, int(season.days) + 2)
        return day + ((starts[block] + shift[day] + rng.random(n) * spans[block]) % 24) / 24
    if routine.hours == "cron":
        often = np.array([1, 1, 2, 4, 24])[below(mix(account, 61), 5)]
        hour = below(mix(account, 62), 24) + rng.integers(0, often) * (24 // often)
        return np.asarray(day + (hour % 24) / 24 + (below(mix(account, 63), 12) * 5 * 60 + rng.exponential(40.0, n)) / 86400)
    if routine.hours == "ticks":
        return day + rng.integers(0, 48, n) / 48 + rng.exponential(150.0, n) / 86400
    weights = np.array(HOURS[routine.hours], float)
    hour = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(n)) + rng.random(n)
    # people are not alike in when they rise
    habit = below(mix(accounts.leader[account], 64), 400) / 100 - 2 if routine.hours != "flat" else 0.0
    return np.asarray(day + ((hour + habit - ZONE[accounts.country[account]]) % 24) / 24)


def _contents(
    number: int, party: Party, which: int, rows: dict[str, NDArray[Any]], accounts: Accounts, season: Season, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Kind of work, topic, tongue and task of each conversation, the same for all of its turns."""
    routine = party.routines[which]
    opening = np.flatnonzero(rows["turn"] == 0)
    account = rows["account"][opening]
    n, n_topics = len(opening), len(topics())
    own = TONGUE_OF[accounts.country[account]]
    own = np.where(below(mix(account, 21), 100) < 35, 0, own)
    tongue = draw(rng, routine.tongues, TONGUES, n) if routine.tongues else np.where(rng.random(n) < 0.9, own, 0)
    work = draw(rng, routine.works, WORKS, n)
    if routine.loyal:
        favourite = below(mix(accounts.leader[account], rng.integers(0, routine.loyal, n), 31), 1 << 30) / (1 << 30)
        weights = np.array([routine.works.get(name, 0.0) for name in WORKS])
        work = np.where(rng.random(n) < 0.88, np.searchsorted(np.cumsum(weights) / weights.sum(), favourite), work)
    topic = _topics(routine.topics, accounts.leader[account], rng, n_topics)
    task = np.full(n, -1)
    if routine.pool:
        size = PUBLIC if routine.public else routine.pool
        index = _deal(routine, size, rows["time"][opening], account, rng)
        source = np.random.default_rng([season.salt, 7] if routine.public else [season.salt, number, which])
        works = {"reason": 0.5, "ask": 0.2, "code": 0.2, "quiz": 0.1} if routine.public else routine.works
        of_pool = _topics(
            (12, 11, 13, 14, 9, 10) if routine.public else routine.topics, np.full(size, name_of(party.label)), source, n_topics
        )
        work, topic = draw(source, works, WORKS, size)[index], of_pool[index]
        first = int(own[0]) if n and party.folk.country and not routine.public else 0
        common = draw(source, routine.tongues, TONGUES, size) if routine.tongues else np.full(size, first)
        tongue = common[index]
        task = (0 if routine.public else (number * 8 + which + 1) * 10_000_000) + index
    fresh = np.full(len(rows["turn"]), -1)
    conversation = np.cumsum(rows["turn"] == 0) - 1
    framed = (rng.random(n) < routine.framed)[conversation] & bool(routine.frame)
    fresh[opening] = task
    return {"work": work[conversation], "topic": topic[conversation], "tongue": tongue[conversation], "task": fresh, "framed": framed}


def _topics(wanted: int | tuple[int, ...], leader: Ints, rng: np.random.Generator, n_topics: int) -> Ints:
    n = len(leader)
    if isinstance(wanted, tuple):
        return np.array(wanted)[np.minimum((rng.random(n) ** 1.5 * len(wanted)).astype(np.int64), len(wanted) - 1)]
    favourite = below(mix(leader, rng.integers(0, wanted, n), 41), n_topics)
    return np.where(rng.random(n) < 0.85, favourite, rng.integers(0, n_topics, n))


def _deal(routine: Routine, size: int, time: Floats, account: Ints, rng: np.random.Generator) -> Ints:
    """Which task of a pool each conversation is about."""
    n = len(time)
    if routine.deal == "any":
        return (rng.random(n) ** 2 * size).astype(np.int64)
    order = np.argsort(time, kind="stable")
    rank = np.empty(n, np.int64)
    if routine.deal == "split":
        rank[order] = np.arange(n)
        return rank % size
    by = order[np.argsort(account[order], kind="stable")]
    _, first = np.unique(account[by], return_index=True)
    rank[by] = np.arange(n) - np.repeat(first, np.diff([*first, n]))
    return (rank + (rng.random(n) < 0.3)) % size


def _another(account: Ints, time: Floats, mine: Ints, accounts: Accounts, rng: np.random.Generator) -> Ints:
    """For each request another account of the same group that is in use at the time, else the same."""
    order = mine[np.argsort(accounts.group[mine], kind="stable")]
    groups = accounts.group[order]
    low, high = (np.searchsorted(groups, accounts.group[account], side) for side in ("left", "right"))
    found = account.copy()
    for _ in range(4):
        other = order[np.minimum(low + (rng.random(len(account)) * (high - low)).astype(np.int64), len(order) - 1)]
        used = (accounts.begin[other] <= time) & (time < accounts.end[other])
        fits = (found == account) & used & (accounts.group[other] == accounts.group[account])
        found = np.where(fits, other, found)
    return found


def _repeat(
    rows: dict[str, NDArray[Any]], routine: Routine, mine: Ints, accounts: Accounts, season: Season, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Add what is said again by other accounts: samples, second tries, replays, reruns of another model."""
    n = len(rows["turn"])
    if not n:
        return rows | {"again": np.zeros(0, np.int64)}
    openings = np.flatnonzero(rows["turn"] == 0)
    sources, delays, ways = [np.arange(n)], [np.zeros(n)], [np.zeros(n, np.int64)]

    def add(chosen: Ints, delay: Floats, way: int) -> None:
        sources.append(chosen)
        delays.append(delay)
        ways.append(np.full(len(chosen), way))

    if routine.resample:
        chosen = np.repeat(openings, routine.resample)
        add(chosen, rng.exponential(0.003, len(chosen)), 1)
    if routine.elsewhere:
        chosen = np.flatnonzero(rng.random(n) < routine.elsewhere)
        rows["failed"][chosen] = True
        add(chosen, rng.uniform(2, 60, len(chosen)) / 86400, 2)
    if routine.replay:
        chosen = np.flatnonzero(rng.random(n) < routine.replay)
        add(chosen, rng.gamma(2.0, 0.5, len(chosen)), 3)
    if routine.rerun:
        chosen = openings[rng.random(len(openings)) < routine.rerun]
        later = rows["time"][chosen] + 1.0
        later = np.maximum(season.release + 0.05, later) if season.release < season.days else later
        add(chosen, later - rows["time"][chosen] + rng.gamma(2.0, 0.4, len(chosen)), 4)
    source, delay, way = (np.concatenate(part) for part in (sources, delays, ways))
    whole = {name: values[source] for name, values in rows.items()}
    copy = way > 0
    whole["time"] = whole["time"] + delay
    whole["same"] = np.where(copy, source, -1)
    whole["failed"] = whole["failed"] & ~copy
    whole["again"] = way
    whole["account"] = np.where(copy, _another(whole["account"], whole["time"], mine, accounts, rng), whole["account"])
    lives = (whole["time"] >= accounts.begin[whole["account"]]) & (whole["time"] < np.minimum(accounts.end[whole["account"]], season.days))
    keep = ~copy | lives
    return {name: values[keep] for name, values in whole.items()}


def _models(rows: dict[str, NDArray[Any]], routine: Routine, party: Party, season: Season, rng: np.random.Generator) -> Ints:
    n, account = len(rows["turn"]), rows["account"]
    weights = np.array([routine.models.get(name, 0.0) for name in MODELS[:NEW]])
    usual = np.searchsorted(np.cumsum(weights) / weights.sum(), below(mix(account, 51), 1 << 30) / (1 << 30))
    model = np.where(rng.random(n) < 0.9, usual, draw(rng, routine.models, MODELS[:NEW], n))
    since = rows["time"] - season.release
    if routine.pivot:
        model = np.where((since > rng.uniform(0.02, 0.6)) & (rng.random(n) < routine.pivot), NEW, model)
    elif not party.campaign or not routine.harvest:
        patience = -np.log(np.maximum(below(mix(account, 52), 10_000), 1) / 10_000) * 25
        model = np.where((since > patience) & (usual > 0), NEW, model)
    model = np.where(rows["again"] == 4, NEW if season.release < season.days else 1, model)
    # closed to one model, it goes on with a weaker one
    return np.where(rows["time"] > routine.fallback * season.days, 0, model) if routine.fallback < 1 else model


assert len(ZONE) == len(COUNTRIES)
