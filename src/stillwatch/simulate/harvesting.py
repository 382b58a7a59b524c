"""What a pool does on a day: its harvest in the working hours, and the requests of the real users that it relays."""

import numpy as np

from stillwatch.simulate.operators import Pool
from stillwatch.simulate.roster import NONE, Array
from stillwatch.simulate.sessions import Batch, Traffic, draw_turns, expand, join, last_fresh
from stillwatch.simulate.stock import DAY_US, HOUR_US
from stillwatch.simulate.world import HOURS

MAX_TRIES = 24


def quotas(pool: Pool, days: int, start: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Requests of each day: harvested in the pool's own name, and relayed; they add up to the operator's numbers."""
    o = pool.operator
    total = o.exchanges / (1 - o.cover - (0 if o.relay_harvested else o.relay))
    relayed = total * o.relay
    own = o.exchanges - (relayed if o.relay_harvested else 0)
    first = start + np.arange(days) * DAY_US
    worked = np.clip(np.minimum(first + DAY_US, pool.end) - np.maximum(first, pool.begin), 0, None).astype(float)
    for stop, go in pool.pauses:
        worked -= np.clip(np.minimum(first + DAY_US, go) - np.maximum(first, stop), 0, None)
    weight = np.maximum(worked, 0) * rng.lognormal(0, 0.12, days)
    reached = np.concatenate([[0], weight.cumsum() / max(weight.sum(), 1e-9)])
    return np.diff(np.round(reached * own).astype(np.int64)), np.diff(np.round(reached * relayed).astype(np.int64))


def pool_events(
    traffic: Traffic, pool: Pool, rng: np.random.Generator, day_start: int, harvest: int, relay: int
) -> list[Batch]:
    """Events of a pool's conversations that start on a day."""
    batches = []
    if harvest:
        habit = pool.harvest[rng.choice(len(pool.harvest), harvest, p=pool.harvest_weights)]
        batches.append(_conversations(traffic, pool, rng, day_start, habit, harvest, pool.operator.hours, True, None))
    if relay:
        habit = pool.relay[rng.integers(len(pool.relay), size=relay)]
        owner = np.full(relay, traffic.stock.seed(13, pool.number) | 1, np.uint64)
        kept = pool.operator.relay_harvested
        batches.append(_conversations(traffic, pool, rng, day_start, habit, relay, "human", kept, owner))
    return batches


def _conversations(
    traffic: Traffic,
    pool: Pool,
    rng: np.random.Generator,
    day_start: int,
    habit: Array,
    events: int,
    hours: str,
    harvested: bool,
    owner: Array | None,
) -> Batch:
    """So many events in conversations, each turn from the seat that holds it or, after a handoff, from another."""
    turns = draw_turns(rng, traffic.habits["turns"][habit])
    replayed = (rng.random(len(habit)) < pool.operator.replay) & harvested & (owner is None)
    end = (turns + replayed).cumsum()
    n = int(np.searchsorted(end, events)) + 1
    habit, turns, replayed = habit[:n], turns[:n], replayed[:n]
    over = int(end[min(n, len(end)) - 1]) - events
    if replayed[-1] and over > 0:
        replayed[-1], over = False, over - 1
    turns[-1] = max(turns[-1] - over, 1)
    time = np.sort(_times(traffic, pool, rng, day_start, n, hours))
    account, time = choose(pool, rng, time, np.full(n, day_start))
    order = np.argsort(time, kind="stable")  # expand() sorts by time; what follows must stay aligned with it
    account, time = account[order], time[order]
    persona = np.zeros(n, np.uint64) if owner is None else owner[:n]
    campaign = np.full(n, pool.number if harvested else NONE)
    batch = expand(traffic, rng, account, habit, time, campaign, turns=turns, persona=persona)
    if pool.operator.handoff:
        moved = (rng.random(len(batch["turn"])) < pool.operator.handoff) & (batch["turn"] > 0)
        where = np.flatnonzero(moved)
        batch["account"][where], batch["time"][where] = choose(pool, rng, batch["time"][where], batch["time"][where - 1])
        batch["account"] = last_fresh(batch["account"], moved | (batch["turn"] == 0))
    if replayed.any():
        batch = join([batch, _replays(pool, rng, batch, turns, replayed)])
    who, when = batch["account"], batch["time"]
    alive = (when >= traffic.accounts["begin"][who]) & (when < traffic.accounts["end"][who])
    return {name: values[alive] for name, values in batch.items()}


def _replays(pool: Pool, rng: np.random.Generator, batch: Batch, turns: Array, replayed: Array) -> Batch:
    """One more turn of finished conversations, hours later and from any account of the pool."""
    last = (turns.cumsum() - 1)[replayed]
    more = {name: values[last].copy() for name, values in batch.items()}
    more["turn"] = more["turn"] + np.int32(1)
    more["replay"] = np.ones(len(last), np.int32)
    later = more["time"] + (rng.uniform(0.1, 9, len(last)) * HOUR_US).astype(np.int64)
    account, more["time"] = choose(pool, rng, np.minimum(later, pool.end - 1), more["time"])
    more["account"] = account.astype(np.int32)
    return more


def _times(traffic: Traffic, pool: Pool, rng: np.random.Generator, day_start: int, n: int, hours: str) -> Array:
    """Start times on a day: flat, in the common window, or by human hours over the world; never in a common stop."""
    low, high = max(day_start, pool.begin), min(day_start + DAY_US, pool.end)

    def draw(count: int) -> Array:
        if hours == "window":
            hour = (pool.window[0] + rng.random(count) * pool.window[1]) % 24
        elif hours == "flat":
            return low + (rng.random(count) * (high - low)).astype(np.int64)
        else:
            zone = traffic.accounts["zone"][rng.integers(traffic.accounts.n, size=count)]
            hour = (traffic.hours[HOURS.index(hours), rng.integers(traffic.hours.shape[1], size=count)] - zone) % 24
        time = day_start + ((hour + rng.random(count) * 0.02) * HOUR_US).astype(np.int64)
        return np.where((time < low) | (time >= high), low + (rng.random(count) * (high - low)).astype(np.int64), time)

    time = draw(n)
    for _ in range(6):
        stopped = np.zeros(n, bool)
        for stop, go in pool.pauses:
            stopped |= (time >= stop) & (time < go)
        where = np.flatnonzero(stopped)
        if not len(where):
            break
        time[where] = draw(len(where))
    return time


def choose(pool: Pool, rng: np.random.Generator, time: Array, low: Array) -> tuple[Array, Array]:
    """An account of the pool that is alive at each time, by load.

    Where nobody is, the time moves to the next birth, else to the last moment of the pool, but not below ``low`` (us).
    """
    reached = pool.load.cumsum() / pool.load.sum()
    account = np.full(len(time), NONE, np.int64)
    time = np.maximum(time, low)
    left = np.arange(len(time))
    for _ in range(MAX_TRIES):
        seat = np.minimum(np.searchsorted(reached, rng.random(len(left))), len(reached) - 1)
        born = pool.seat_begin[seat]
        which = np.maximum((born <= time[left][:, None]).sum(axis=1) - 1, 0)
        row = np.arange(len(left))
        begin, end = born[row, which], pool.seat_end[seat, which]
        alive = (time[left] >= begin) & (time[left] < end)
        account[left[alive]] = pool.seat_account[seat, which][alive]
        left = left[~alive]
        if not len(left):
            break
    begin, end = pool.seat_begin, pool.seat_end
    for place in left:  # few seats are alive: draw among these alone
        if not ((begin <= time[place]) & (time[place] < end)).any():
            births = begin[(begin > time[place]) & (begin < end)]
            time[place] = max(births.min() if len(births) else end.max() - 1, low[place])
        weight = (pool.load[:, None] * ((begin <= time[place]) & (time[place] < end))).cumsum()
        account[place] = pool.seat_account.flat[np.searchsorted(weight, rng.random() * weight[-1])]
    return account, time
