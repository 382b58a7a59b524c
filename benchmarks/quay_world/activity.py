"""When accounts work and which task comes next: requests of one stream, as columns of keys and numbers."""

from dataclasses import dataclass

import numpy as np

from . import network
from .hashing import F64, I64, U64, choose, mix, normal, uniform, zipf
from .profiles import Work
from .registry import Register

TOPICS = (
    "reasoning",
    "code",
    "agentic",
    "data",
    "grading",
    "rewriting",
    "vision",
    "chat",
    "translate",
    "extract",
    "writing",
    "taskgen",
    "trace",
)
FOLLOWS = {"reasoning": "reasoning", "code": "code", "agentic": "agentic", "chat": "chat", "trace": "reasoning", "vision": "chat"}

_PROFILES = {
    "people": [2, 1.2, 0.8, 0.6, 0.5, 0.6, 1, 2, 3.4, 4.6, 5, 5, 4.4, 4.8, 5.2, 5.2, 5, 4.6, 4.4, 4.8, 5.2, 5, 4, 3],
    "office": [0.1, 0.1, 0, 0, 0, 0.1, 0.4, 1.6, 4.5, 6, 6.4, 6, 3.6, 5.2, 6.2, 6, 5, 3, 1.1, 0.6, 0.5, 0.4, 0.3, 0.2],
    "evening": [2, 1, 0.4, 0.2, 0.1, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5, 0.6, 0.8, 0.8, 0.8, 1, 1.5, 2.6, 4, 5.5, 6, 5.8, 4.6, 3.2],
    "night": [6, 6, 6, 5, 4, 2, 0.6, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.4, 1, 2, 4, 5],
    "always": [1.0] * 24,
    "weekend": [1, 0.6, 0.4, 0.3, 0.3, 0.3, 0.6, 1, 3, 4, 5, 5, 4, 5, 5, 5, 5, 5, 5, 5, 5, 4, 3, 2],
}
_WEEKENDS = {"people": 0.75, "office": 0.12, "evening": 1.1, "night": 1.0, "always": 1.0, "weekend": 30.0}


@dataclass(frozen=True)
class Calendar:
    """The world's time: its length in days, its first weekday (0 is Monday) and the day of the release."""

    days: float
    weekday: int
    release: float

    def clock(self, work: Work, zone: int) -> F64:
        """Work done until each hour of the world, for people of a time zone."""
        hours = np.arange(int(self.days * 24))
        local = hours + zone
        weight = np.array(_PROFILES[work.hours])[local % 24] + 1e-4
        resting = (self.weekday + local // 24) % 7 >= 5
        weight = np.where(resting, weight * _WEEKENDS[work.hours], weight)
        fresh = (hours >= self.release * 24) & (hours < (self.release + 2) * 24)
        weight = np.where(fresh, weight * work.surge, weight)
        open_ = (hours >= work.start * 24 - 0.5) & (hours < work.end * 24)
        return np.concatenate([[0.0], np.cumsum(weight * open_ + 1e-12)])


@dataclass
class Stream:
    """Requests of a work: a row for each turn of each conversation."""

    account: I64
    person: U64
    session: U64
    turn: I64
    day: F64
    topic: I64
    task: U64
    sitting: U64


def stream(
    work: Work, accounts: Register, rows: slice, place: U64, salt: int, calendar: Calendar, rng: np.random.Generator
) -> Stream | None:
    """The requests of a group's work, in the order of conversations; nothing if none falls within the world."""
    of = np.arange(rows.start, rows.stop)
    key = accounts.key[rows]
    begin = np.clip(np.maximum(accounts.begin[rows], work.start), 0, calendar.days)
    # A ban is noticed some minutes later.
    finish = np.clip(np.minimum(accounts.finish[rows] + 0.02 * accounts.banned[rows], work.end), begin, calendar.days)
    span = finish - begin
    n = max(1, round(work.requests / work.turns))
    volume = np.exp(work.spread * normal(key, "volume", salt)) * span
    if volume.sum() <= 0:
        return None
    who = _allot(work, n, volume, rng)
    n = len(who)
    who, day, sitting = _moments(work, who, key, begin, finish, accounts.country[rows], place, salt, calendar, rng)
    keep = (day >= begin[who]) & (day < finish[who])
    who, day, sitting = who[keep], day[keep], sitting[keep]
    n = len(who)
    if n == 0:
        return None
    session = mix(place, "session", salt, np.arange(n))
    person = key[who]
    if work.people:
        person = mix(place, "person", salt, (work.people * uniform(session, "person") ** 1.7).astype(np.int64))
    task = _tasks(work, who, day, place, salt, session, key)
    weights = np.zeros(len(TOPICS))
    for name, weight in work.topics.items():
        weights[TOPICS.index(name)] = weight
    if work.queue == "own":
        loyal = uniform(session, "loyal") < 0.55
        topic = np.where(loyal, choose(weights, person, "topic"), choose(weights, session, "topic"))
    else:
        topic = choose(weights, task, "topic")

    turns = np.minimum(rng.geometric(1.0 / work.turns, n), 30)
    first = np.repeat(np.arange(n), turns)
    turn = np.arange(len(first)) - np.repeat(np.cumsum(turns) - turns, turns)
    gap = np.where(turn > 0, work.gap * np.exp(0.9 * rng.standard_normal(len(first))), 0.0)
    elapsed = np.cumsum(gap)
    when = day[first] + (elapsed - elapsed[np.cumsum(turns) - turns][first]) / 86_400
    sender = who[first]
    if work.handoff and len(of) > 1:
        sender = _hand_over(work.handoff, sender, when, turn, begin, finish, rng)
    keep = (when < calendar.days) & (when < finish[sender])
    # A conversation ends when one of its turns cannot be sent.
    lost = np.full(n, 10_000)
    np.minimum.at(lost, first[~keep], turn[~keep])
    keep = turn < lost[first]
    first, turn, when, sender = first[keep], turn[keep], when[keep], sender[keep]
    return Stream(of[sender], person[first], session[first], turn, when, topic[first], task[first], sitting[first])


def _allot(work: Work, n: int, volume: F64, rng: np.random.Generator) -> I64:
    """Which account has each conversation: by volume at random, or evenly where volumes are equal."""
    share = np.cumsum(volume) / volume.sum()
    points = rng.random(n) if work.spread else (np.arange(n) + rng.random(n)) / n
    return np.minimum(np.searchsorted(share, points, side="right"), len(volume) - 1).astype(np.int64)


def _moments(
    work: Work,
    who: I64,
    key: U64,
    begin: F64,
    finish: F64,
    country: I64,
    place: U64,
    salt: int,
    calendar: Calendar,
    rng: np.random.Generator,
) -> tuple[I64, F64, U64]:
    """Account, day and sitting of each conversation."""
    n = len(who)
    hours = np.arange(int(calendar.days * 24) + 1)
    zones = network.ZONES[country] if work.zone is None else np.full(len(key), work.zone)
    counts = np.bincount(who, minlength=len(key))
    if work.pace == "daily":
        spans = np.maximum(1, np.ceil(finish - begin)).astype(np.int64)
        turn = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
        who = np.sort(who)
        number = turn * spans[who] // np.maximum(counts[who], 1)
    elif work.pace in ("sittings", "clock"):
        sizes = np.maximum(1, np.round(counts / work.sitting)).astype(np.int64)
        number = (rng.random(n) * sizes[who]).astype(np.int64)
    else:
        number = np.arange(n)
    sitting = mix(key[who], "sitting", salt, number)
    chance = uniform(sitting, "time") if work.pace in ("sittings", "daily") else rng.random(n)
    if work.pace == "pump":
        chance = rng.permutation((np.arange(n) + rng.random(n)) / n)
    day = np.zeros(n)
    for zone in np.unique(zones):
        mine = zones[who] == zone
        clock = calendar.clock(work, int(zone))
        low, high = begin[who[mine]], finish[who[mine]]
        if work.pace == "daily":
            low = np.minimum(low + number[mine], high)
            high = np.minimum(low + 1, high)
        from_, to = np.interp(low * 24, hours, clock), np.interp(high * 24, hours, clock)
        day[mine] = np.interp(from_ + chance[mine] * (to - from_), clock, hours) / 24
    if work.pace == "sittings" and work.sitting > 1:
        day = day + rng.exponential(0.03, n)
    elif work.pace == "daily":
        day = day + rng.exponential(0.015, n)
    elif work.pace == "shifts":
        # All work when the shift works: each day it starts at about the same hour, and lasts hours.
        date = np.floor(day)
        opening = 0.1 * uniform(place, "opening", salt)[0] + 0.03 * normal(place, "opening", salt, date)
        length = np.clip(0.3 + 0.06 * normal(place, "length", salt, date), 0.08, 0.45)
        local = (8 - float(np.median(zones))) / 24
        day = date + (local + opening) % 1.0 + length * rng.random(n)
    elif work.pace == "clock":
        step = work.period / 1440
        minute = np.where(uniform(key, "phase", salt) < 0.5, 0.0, np.floor(uniform(key, "minute", salt) * min(work.period, 60)))
        day = np.floor(day / step) * step + minute[who] / 1440 + (0.3 + rng.exponential(1.6, n)) / 86_400
    return who, day, sitting


def _tasks(work: Work, who: I64, day: F64, place: U64, salt: int, session: U64, key: U64) -> U64:
    """The task of each conversation, as the queue deals it."""
    pool = mix("pool", work.shared) if work.shared else mix(place, "pool", salt)
    n = len(who)
    rank = np.empty(n, np.int64)
    rank[np.argsort(day, kind="stable")] = np.arange(n)
    if work.queue == "split":
        return mix(pool, rank)
    if work.queue == "samples":
        block = 40
        return mix(pool, rank // (block * work.copies) * block + rank % block)
    if work.queue == "sweep":
        order = np.lexsort((rank, who))
        mine = np.empty(n, np.int64)
        starts = np.cumsum(np.bincount(who, minlength=len(key))) - np.bincount(who, minlength=len(key))
        mine[order] = np.arange(n) - starts[who[order]]
        return mix(pool, mine % work.pool)
    if work.queue == "few":
        return mix(pool, choose(zipf(work.pool, 0.7), session, "few"))
    return mix(session, "task")


def _hand_over(chance: float, sender: I64, when: F64, turn: I64, begin: F64, finish: F64, rng: np.random.Generator) -> I64:
    """Later turns through another account that is alive; if none is found, through the same."""
    moving = (turn > 0) & (rng.random(len(sender)) < chance)
    for _ in range(5):
        other = rng.integers(0, len(begin), len(sender))
        alive = moving & (begin[other] <= when) & (when < finish[other])
        sender = np.where(alive, other, sender)
        moving = moving & ~alive
    return sender
