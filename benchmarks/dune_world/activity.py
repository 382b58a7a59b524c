"""Who asks when: sittings, the conversations in them, their turns, and turns that go over another account."""

from dataclasses import dataclass

import numpy as np

from . import network
from .keys import F64, I64, U64, Bool, mix, unit
from .profiles import Stream
from .registry import DAY, Accounts

HOURS = {
    "human": (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 8, 8, 8, 8, 8, 9, 9, 10, 11, 11, 9, 6),
    "office": (0, 0, 0, 0, 0, 0, 1, 4, 11, 15, 16, 15, 8, 13, 15, 14, 12, 7, 3, 2, 1, 1, 1, 0),
    "student": (6, 4, 2, 1, 0, 0, 0, 1, 3, 6, 7, 8, 7, 8, 9, 9, 8, 7, 7, 9, 11, 12, 11, 9),
    "evening": (4, 2, 1, 0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 5, 8, 11, 14, 15, 14, 11, 7),
    "night": (14, 15, 14, 12, 9, 5, 2, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 6, 9, 12),
    "flat": (1,) * 24,
    "batch": (5, 14, 16, 15, 10, 4, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3),
    "shift": (0, 0, 0, 0, 0, 1, 8, 10, 10, 10, 10, 8, 8, 10, 10, 10, 10, 10, 8, 8, 6, 4, 1, 0),
}
"""Weights of the hours of a day."""

_WEEKEND = {"human": 0.85, "office": 0.08, "student": 0.75, "evening": 1.1, "night": 1.0, "flat": 1.0, "batch": 0.7, "shift": 0.8}
AFTER_BAN = 2_400.0
"""Seconds for which a client knocks after a ban."""


@dataclass(frozen=True)
class Turns:
    """Turns in the order of conversations: row of the account, seconds since the start, number of the conversation."""

    account: I64
    time: F64
    conversation: I64


def _days(stream: Stream, accounts: Accounts, rows: I64, days: int, first_weekday: int, key: int) -> tuple[F64, F64, F64]:
    """For each account and day the weight, and the first and last moment at which it may begin."""
    whole = days * DAY
    shift = stream.stagger * whole * unit(accounts.key[rows], key, "stagger")
    start = np.maximum(accounts.begin[rows], stream.window[0] * whole + np.maximum(shift, 0))
    stop = np.minimum(np.minimum(accounts.end[rows], whole), stream.window[1] * whole + np.minimum(shift, 0))
    day = np.arange(days)
    low = np.maximum(start[:, None], day * DAY)
    high = np.minimum(stop[:, None], (day + 1) * DAY)
    weight = np.clip(high - low, 0, None) / DAY
    weekday = (day + first_weekday) % 7
    weight = weight * np.where(weekday >= 5, _WEEKEND[stream.rhythm], 1.0)
    weight = weight * (unit(mix(accounts.key[rows], key, "day")[:, None] + day.astype(np.uint64), "on") < stream.active)
    weight = weight * (unit(mix(key, "group day", day)) < stream.group_days)
    if stream.burst:
        centre, width = stream.burst[0] * days, stream.burst[1]
        late = day + 0.5 - centre
        weight = weight * np.where(late < 0, np.exp(-((late / (0.4 * width)) ** 2)), np.exp(-late / width))
    volume = np.exp(stream.uneven * np.random.default_rng(key % 2**63).standard_normal(len(rows)))
    return weight * (volume * (1 - accounts.idle[rows]))[:, None], low, high


def _pick(weight: F64, n: int, draw: np.random.Generator, even: bool) -> I64:
    """Indices by weight: drawn, or dealt out as nearly in proportion as can be."""
    steps = np.cumsum(weight.ravel())
    if steps[-1] <= 0:
        return np.zeros(0, dtype=np.int64)
    points = (np.arange(n) + draw.random(n)) / n if even else draw.random(n)
    picked = np.searchsorted(steps, points * steps[-1], side="right").clip(max=len(steps) - 1)
    return draw.permutation(picked) if even else picked


def _sizes(n: int, mean: float, draw: np.random.Generator) -> I64:
    """Sizes of random parts, ``mean`` in the mean, that sum to n."""
    sizes = draw.geometric(1 / max(mean, 1.0), max(1, int(n / max(mean, 1.0) * 1.3) + 20))
    used = int(np.searchsorted(np.cumsum(sizes), n)) + 1
    sizes = sizes[:used]
    return np.append(sizes, np.ones(max(0, n - int(sizes.sum())), dtype=np.int64))


def _since_first(values: F64, first: I64) -> F64:
    """Running sums that begin again at each row of ``first`` (where the value itself does not count)."""
    total = np.cumsum(values)
    return total - np.repeat(total[first], np.diff(np.append(first, len(values))))


def turns(
    stream: Stream, accounts: Accounts, members: I64, n: int, days: int, first_weekday: int, key: int, draw: np.random.Generator
) -> Turns:
    """Draw about ``n`` turns of the stream over the given accounts."""
    empty = Turns(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64))
    first, last = (round(len(members) * part) for part in stream.members)
    rows = members[first : max(last, first + 1)]
    if n < 1 or not len(rows):
        return empty
    weight, low, high = _days(stream, accounts, rows, days, first_weekday, key)
    lengths = _sizes(n, stream.turns, draw)
    sittings = _sizes(len(lengths), stream.sitting, draw)
    where = _pick(weight, len(sittings), draw, stream.even)
    if not len(where):
        return empty
    who, day = np.divmod(where, days)
    begin = _moments(stream, accounts, rows[who], day, low.ravel()[where], high.ravel()[where], key, draw)

    conversation_sitting = np.repeat(np.arange(len(sittings)), sittings)[: len(lengths)]
    conversation = np.repeat(np.arange(len(lengths)), lengths)
    sitting = conversation_sitting[conversation]
    opens = np.diff(conversation, prepend=-1) > 0
    wait = np.where(opens, draw.exponential(stream.gap, len(opens)), stream.think * draw.lognormal(-0.3, 0.8, len(opens)))
    first_rows = np.flatnonzero(np.diff(sitting, prepend=-1) > 0)
    time = begin[sitting] + _since_first(wait + 0.8, first_rows)
    account = rows[who][sitting]
    if stream.handoff:
        account = _handed(stream, weight, accounts, rows, account, opens, time, days, draw)
    kept = (time < np.minimum(accounts.end[account] + AFTER_BAN, days * DAY - 1)) & (time >= accounts.begin[account])
    return Turns(account[kept], time[kept], conversation[kept])


def _moments(stream: Stream, accounts: Accounts, who: I64, day: I64, low: F64, high: F64, key: int, draw: np.random.Generator) -> F64:
    """When each sitting begins."""
    steps = np.cumsum(np.array(HOURS[stream.rhythm], dtype=np.float64))
    clock = np.searchsorted(steps / steps[-1], draw.random(len(who))) + draw.random(len(who))
    zone = network.ZONES[accounts.country[who]] if stream.zone == "own" else int(network.ZONES[key % len(network.ZONES)])
    begin = day * DAY + ((clock - zone) % 24) * 3_600
    inside = (begin >= low) & (begin <= high)
    begin = np.where(inside, begin, low + draw.random(len(who)) * (high - low))
    if stream.beat:
        period = stream.beat * 60
        ticked = np.floor(begin / period) * period + period * unit(accounts.key[who], "phase") + draw.gamma(2.0, 1.2, len(who))
        begin = np.where((ticked >= low) & (ticked <= high), ticked, begin)
    return begin


def _handed(
    stream: Stream, weight: F64, accounts: Accounts, rows: I64, account: I64, opens: Bool, time: F64, days: int, draw: np.random.Generator
) -> I64:
    """Let some turns, and those after them, go over another account that works on that day."""
    change = ~opens & (draw.random(len(opens)) < stream.handoff)
    taker = account.copy()
    day = np.minimum(time // DAY, days - 1).astype(np.int64)
    for today in range(days):
        here = np.flatnonzero(change & (day == today))
        picked = _pick(weight[:, today], len(here), draw, False)
        if len(picked):
            taker[here] = rows[picked]
    able = (accounts.begin[taker] <= time) & (accounts.end[taker] > time)
    mark = np.where(opens | (change & able), np.arange(len(opens)), 0)
    result: I64 = taker[np.maximum.accumulate(mark)]
    return result


def ranks(of: I64 | U64, time: F64) -> I64:
    """The number of each row among those of the same value, in the order of time."""
    order = np.lexsort((time, of))
    sorted_of = of[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_of[1:] != sorted_of[:-1]])) if len(of) else np.zeros(0, np.int64)
    number = np.arange(len(of)) - np.repeat(first, np.diff(np.append(first, len(of))))
    result = np.empty(len(of), dtype=np.int64)
    result[order] = number
    return result
