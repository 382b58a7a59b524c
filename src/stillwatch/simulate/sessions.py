"""Conversations of one day: who starts one and when, how many turns it has, which task it is about.

A batch of events is a dict of equally long arrays: time (us), account, habit, session, turn, replay, task, topic,
persona, campaign (the operator's number where the event is harvest, else -1).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stillwatch.numeric import fast_hashes
from stillwatch.simulate.roster import CODE, NONE, POOL, QUEUE, SWEEP, Accounts, Array, Habits
from stillwatch.simulate.stock import DAY_US, HOUR_US, Stock
from stillwatch.simulate.world import CLOCKWORK

Batch = dict[str, Array]
MAX_TURNS = 60
FILE_ASIS = 0.3  # share of people's prompts from a file that are sent as they stand; files are small, people many
SECOND_US = 1_000_000
BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))
_QUANTILES = 4096
U64 = npt.NDArray[np.uint64]


def random_numbers(values: Array) -> U64:
    """:func:`kernels.next_random` of each number of an array."""
    return fast_hashes.splitmix64_all(values.astype(np.uint64) + fast_hashes.GOLDEN_GAMMA)


def quantiles(weights: Array) -> Array:
    """Per profile the hour of the day at each of 4,096 quantiles of its weights over equal parts of a day."""
    parts = weights.shape[1]
    edges = np.concatenate([np.zeros((len(weights), 1)), weights.cumsum(axis=1)], axis=1)
    wanted = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    return np.array([np.interp(wanted, edge / edge[-1], np.arange(parts + 1) * 24 / parts) for edge in edges])


@dataclass
class Traffic:
    """Everything that sessions of any day need, and what they carry over: positions in queues and benchmarks."""

    accounts: Accounts
    habits: Habits
    stock: Stock
    queues: npt.NDArray[np.int64]
    swept: npt.NDArray[np.int64]
    hours: Array
    rates: Array | None = None
    shape: Array | None = None

    @property
    def mean_turns(self) -> Array:
        """Mean turns of an account's conversations."""
        share = np.diff(self.accounts.shares, axis=1, prepend=0)
        return np.asarray(
            (self.habits["turns"][self.accounts.habits] * (self.accounts.habits >= 0) * share).sum(axis=1)
        )


def own_sessions(traffic: Traffic, rng: np.random.Generator, day_start: int, day: int) -> Batch:
    """Events of conversations that accounts start of their own accord on a day."""
    a = traffic.accounts
    begin = np.maximum(a["begin"], day_start)
    life = np.clip(np.minimum(a["end"], day_start + DAY_US) - begin, 0, None)
    weekday = (day_start // DAY_US + 3) % 7
    on = rng.random(a.n) < a["active"]
    rate = a["rate"] * (life / DAY_US) * on / a["active"]
    rate /= (5 + 2 * a["weekend"]) / 7
    if weekday >= 5:
        rate = rate * a["weekend"]
    if traffic.rates is not None and traffic.shape is not None:
        rate = rate * np.where(
            traffic.shape >= 0, traffic.rates[traffic.shape, day % traffic.rates.shape[1]].sum(axis=1), 1
        )
    mean = rate / np.maximum(traffic.mean_turns, 1)
    clockwork = a["hours"] == CLOCKWORK
    count = np.where(clockwork, np.floor(mean + rng.random(a.n)).astype(np.int64), rng.poisson(mean))
    account = np.repeat(np.arange(a.n, dtype=np.int32), count)
    time = _times(traffic, rng, account, count, day_start, day)
    low = begin[account]
    room = np.maximum(life[account], 1)
    outside = (time < low) | (time >= low + room)
    time = np.where(outside, low + (rng.random(len(account)) * room).astype(np.int64), time)
    pick = np.minimum(rng.random(len(account)).astype(np.float32), BELOW_ONE)  # rounding can give 1, which is beyond the last habit
    slot = (pick[:, None] >= a.shares[account, :-1]).sum(axis=1)
    habit = a.habits[account, slot]
    batch = expand(traffic, rng, account, habit, time, np.full(len(account), NONE))
    return hand_over(a, rng, batch)


def _times(traffic: Traffic, rng: np.random.Generator, account: Array, count: Array, day_start: int, day: int) -> Array:
    """Start times by the account's hours; clockwork accounts start at equal steps."""
    a = traffic.accounts
    quantile = rng.integers(_QUANTILES, size=len(account))
    hour = traffic.hours[a["hours"][account], quantile]
    local = (hour - a["zone"][account] + rng.random(len(account)) * 0.02) % 24
    if traffic.rates is not None and traffic.shape is not None:
        table = quantiles(traffic.rates[:, day % traffic.rates.shape[1]] + 1e-12)
        shaped = traffic.shape[account]
        local = np.where(shaped >= 0, table[shaped, quantile] + rng.random(len(account)) * 0.005, local) % 24
    time = day_start + (local * HOUR_US).astype(np.int64)
    clock = a["hours"][account] == CLOCKWORK
    if clock.any():
        rank = np.arange(len(account)) - np.repeat(count.cumsum() - count, count)
        phase = (random_numbers(a["persona"]) % np.uint64(HOUR_US)).astype(np.int64)[account]
        step = DAY_US // np.maximum(count, 1)[account]
        exact = (
            day_start + (phase + rank * step) % DAY_US + (rng.exponential(4, len(account)) * SECOND_US).astype(np.int64)
        )
        time = np.where(clock, exact, time)
    return np.asarray(time)


def expand(
    traffic: Traffic,
    rng: np.random.Generator,
    account: Array,
    habit: Array,
    time: Array,
    campaign: Array,
    *,
    turns: Array | None = None,
    persona: Array | None = None,
) -> Batch:
    """Turn conversations into events: draw tasks, topics and persons, then repeat each for its turns."""
    h, a, n = traffic.habits, traffic.accounts, len(account)
    if turns is None:
        turns = draw_turns(rng, h["turns"][habit])
    order = np.argsort(time, kind="stable")
    account, habit, time, campaign, turns = account[order], habit[order], time[order], campaign[order], turns[order]
    session = rng.integers(1, 1 << 63, n).astype(np.uint64)
    users = h["end_users"][habit]
    user = (users * rng.random(n) ** 2).astype(np.uint64)
    owner = a["persona"][account] if persona is None else persona[order]
    words = np.where(users > 0, random_numbers(owner + user), owner)
    topic = topics(traffic, rng, account, habit, words)
    batch: Batch = {
        "time": time,
        "account": account.astype(np.int32),
        "habit": habit.astype(np.int32),
        "session": session,
        "task": tasks(traffic, rng, account, habit, topic),
        "topic": topic,
        "persona": words,
        "campaign": campaign.astype(np.int16),
    }
    total = int(turns.sum())
    first = turns.cumsum() - turns
    batch = {name: np.repeat(values, turns) for name, values in batch.items()}
    turn = np.arange(total) - np.repeat(first, turns)
    gap = rng.lognormal(-0.3, 0.8, total) * h["gap"][batch["habit"]] * SECOND_US * (turn > 0)
    passed = gap.cumsum()
    start = np.repeat(passed[first], turns) if n else passed
    batch["time"] = batch["time"] + (passed - start).astype(np.int64)
    batch["turn"] = turn.astype(np.int32)
    batch["replay"] = np.zeros(total, np.int32)
    return batch


def draw_turns(rng: np.random.Generator, mean: Array) -> Array:
    """Turns of conversations, geometric."""
    return np.minimum(rng.geometric(1 / np.maximum(mean, 1.0)), MAX_TURNS)


def topics(traffic: Traffic, rng: np.random.Generator, account: Array, habit: Array, words: U64) -> Array:
    """What conversations are about: the habit's topic, or one of the asker's two, or code."""
    s, a, n = traffic.stock, traffic.accounts, len(account)
    topic = traffic.habits["topic"][habit]
    mine = np.where(rng.random(n) < 0.7, a["topic"][account], a["topic2"][account])
    theirs = s.chat_topics[(random_numbers(words) % np.uint64(len(s.chat_topics))).astype(np.int64)]
    own = np.where(traffic.habits["end_users"][habit] > 0, theirs, mine)
    code = s.code_topics[rng.integers(len(s.code_topics), size=n)]
    return np.where(topic == NONE, own, np.where(topic == CODE, code, topic)).astype(np.int32)


def tasks(traffic: Traffic, rng: np.random.Generator, account: Array, habit: Array, topic: Array) -> U64:
    """Seeds of the tasks; conversations must be in the order of time, since queues give out tasks in that order."""
    h, n = traffic.habits, len(account)
    mode = h["mode"][habit]
    task = rng.integers(1 << 62, 1 << 63, n).astype(np.uint64)
    rows = np.diff(traffic.stock.phrases.grammar.first)[topic].astype(np.uint64)
    asis = (traffic.stock.phrases.grammar.indexed[topic] > 0) & (rng.random(n) < FILE_ASIS)
    task = np.where(asis, task % rows, task)  # the others get a sentence of their own behind the text of the file
    where = np.flatnonzero(mode == POOL)
    if len(where):
        size = h["size"][habit[where]]
        task[where] = _task(traffic, habit[where], (size * rng.random(len(where)) ** 1.3).astype(np.int64))
    where = np.flatnonzero(mode == QUEUE)
    if len(where):
        queue = h["queue"][habit[where]]
        position = traffic.queues[queue] + cumulative_count(queue)
        traffic.queues += np.bincount(queue, minlength=len(traffic.queues))
        task[where] = _task(traffic, habit[where], position // h["samples"][habit[where]] % h["size"][habit[where]])
    where = np.flatnonzero(mode == SWEEP)
    if len(where):
        who = account[where]
        position = traffic.swept[who] + cumulative_count(who)
        np.add.at(traffic.swept, who, 1)
        task[where] = _task(traffic, habit[where], position % h["size"][habit[where]])
    return task


def _task(traffic: Traffic, habit: Array, position: Array) -> U64:
    """The seed of the task at a position of a habit's pool; rows of a file come in an order of the pool's own."""
    h, grammar = traffic.habits, traffic.stock.phrases.grammar
    key = h["key"][habit]
    topic = h["topic"][habit]
    spread = random_numbers(key + position.astype(np.uint64))
    rows = (grammar.first[topic + 1] - grammar.first[topic]).astype(np.uint64)
    place = position.astype(np.uint64)
    row = (place % rows + key % rows) % rows
    return np.where(grammar.indexed[topic] > 0, row + rows * (place // rows), spread)


def cumulative_count(values: Array) -> Array:
    """How often each value has occurred before its place."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    new = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    start = np.maximum.accumulate(np.where(new, np.arange(len(values)), 0))
    found = np.empty(len(values), np.int64)
    found[order] = np.arange(len(values)) - start
    return found


def hand_over(a: Accounts, rng: np.random.Generator, batch: Batch) -> Batch:
    """Send some later turns from another account of the same group, for crowds that rotate keys."""
    chance = a["handoff"][batch["account"]]
    if not chance.any():
        return batch
    first, size = a["group_first"][batch["account"]], a["group_size"][batch["account"]]
    other = first + (rng.random(len(chance)) * size).astype(np.int64)
    there = (batch["time"] >= a["begin"][other]) & (batch["time"] < a["end"][other])
    moved = (rng.random(len(chance)) < chance) & (batch["turn"] > 0) & there
    batch["account"] = last_fresh(np.where(moved, other, batch["account"]), moved | (batch["turn"] == 0)).astype(np.int32)
    return batch


def last_fresh(values: Array, fresh: Array) -> Array:
    """Each value replaced by that of the last fresh place at or before it."""
    return np.asarray(values[np.maximum.accumulate(np.where(fresh, np.arange(len(values)), 0))])


def join(batches: list[Batch]) -> Batch:
    """Batches one after the other."""
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def take(batch: Batch, where: Array) -> Batch:
    """Part of a batch."""
    return {name: values[where] for name, values in batch.items()}
