"""Holes in a log: a day or more without any request, where the log's other days have many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

DAY_H, WEEK_H = 24, 7 * 24
NOT_IN_LOG = np.iinfo(np.int64).max
"""In place of requests of hours that are not in the log."""
MIN_USUAL_REQUESTS, MIN_USUAL_HOURS = 100, 8
"""Requests that are usual in a silence, and hours of it in which any are, from which it is a hole. Chosen: a working day of a small
service. In a smaller log a quiet day may be chance."""
MIN_BUSY_RATIO = 0.5
"""Where one other week alone is the measure, the share of such hours is at least this many times as large as in the rest of the log: one
person's Saturday does not make a hole of the other one."""
MIN_REQUESTS_BESIDE = 50
"""Requests in the day before a hole, and in the day after it. Where there are fewer, the log begins or ends there but for stray ones."""
MIN_AWAKE_SHARE = 0.95
"""Share of the other hours with requests from which a service never sleeps. Only then are its other days a measure where no other week is:
what sleeps at night may rest at weekends."""
MAX_NIGHT_HOURS, MAX_WORKING_DAY_HOURS = 6, 16
"""Hours without usual requests that part two working days of a service that sleeps, and most usual hours of one such day."""
MAX_NAMED = 3
"""Holes that the warning names."""


@dataclass(frozen=True)
class Hole:
    """Whole hours without a request; ``start_hour`` counts from 1970, UTC."""

    start_hour: int
    hours: int
    usual: int
    """Requests that the log's other weeks or days have in these hours."""
    may_be_holiday: bool = False
    """Of a service that sleeps: working days that are missing may have been holidays."""


def find_holes(requests: Mapping[int, int]) -> list[Hole]:
    """The holes in a log, first ones first.

    A silence is measured against the same hours of the other weeks, each by their median, so that weekends on which nobody works are no
    holes. Hours of which there is no other week count only if the service never sleeps, by the least of the other days. Where a service
    sleeps, one working day alone is no hole: it was a holiday more likely.

    Blind spots: a silence at the same hours of most weeks is none, nor is one lost working day of a service that sleeps; two holidays one
    after the other are taken for a hole, and so is, in a log of two weeks, a weekend on which nobody worked if many worked on the other.

    Args:
        requests: number of each hour since 1970, UTC, that has any.
    """
    if not requests:
        return []
    first = min(requests)
    counts = np.zeros(max(requests) - first + 1, np.int64)
    counts[np.fromiter(requests, np.int64) - first] = list(requests.values())
    starts, ends = _silent_runs(counts)
    noisy = np.ones(len(counts), bool)
    for start, end in zip(starts, ends, strict=True):
        noisy[start:end] = False
    awake = (counts[noisy] > 0).mean()
    by_week, by_day = _sorted_by_hour(counts, WEEK_H), _sorted_by_hour(counts, DAY_H)
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        hour = np.arange(start, end)
        median, weeks = _quantile_of_others(by_week, hour, 0.5)
        least, days = _quantile_of_others(by_day, hour, 0.0)
        usual = np.where(weeks > 0, median, np.where((awake >= MIN_AWAKE_SHARE) & (days > 0), least, 0))
        around = counts[max(start - DAY_H, 0) : start].sum(), counts[end : end + DAY_H].sum()
        busy = usual > 0
        many = usual.sum() >= MIN_USUAL_REQUESTS and busy.sum() >= MIN_USUAL_HOURS
        measured = weeks.min() > 1 or busy.mean() >= MIN_BUSY_RATIO * awake
        sleeps = bool(awake < MIN_AWAKE_SHARE)
        if many and measured and min(around) >= MIN_REQUESTS_BESIDE and not (sleeps and _is_one_working_day(busy)):
            found.append(Hole(first + start, end - start, int(usual.sum()), sleeps))
    return found


def _is_one_working_day(busy: NDArray[np.bool_]) -> bool:
    """Whether the hours of a silence in which requests are usual, ``(n_hours,)``, are those of a single working day."""
    return bool(busy.sum() <= MAX_WORKING_DAY_HOURS and (np.diff(np.flatnonzero(busy)) <= MAX_NIGHT_HOURS).all())


def _silent_runs(counts: I64) -> tuple[I64, I64]:
    """Where runs of a day or more without a request begin and end, ``(n_runs,)`` each; the first and the last hour have requests."""
    edges = np.diff((counts == 0).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1
    long = ends - starts >= DAY_H
    return starts[long], ends[long]


def _sorted_by_hour(counts: I64, period_h: int) -> I64:
    """Requests of each hour of a period, ascending, ``(n_periods, period_h)``; hours that the log does not have come last."""
    n_periods = -(-len(counts) // period_h)
    padded = np.full(n_periods * period_h, NOT_IN_LOG)
    padded[: len(counts)] = counts
    return np.sort(padded.reshape(n_periods, period_h), axis=0)


def _quantile_of_others(ranked: I64, hours: I64, quantile: float) -> tuple[I64, I64]:
    """A quantile (the lower of two values) of the other periods for each of some silent hours, and how many these are.

    Args:
        ranked: of :func:`_sorted_by_hour`.
        hours: the silent hours, counted from the log's first, ``(n_hours,)``; what they have, 0, is the first to be left out.
        quantile: 0 to 1.
    """
    period_h = ranked.shape[1]
    silent = np.bincount(hours % period_h, minlength=period_h)
    others = (ranked < NOT_IN_LOG).sum(axis=0) - silent
    at = silent + (quantile * np.maximum(others - 1, 0)).astype(np.int64)
    value = ranked[np.minimum(at, len(ranked) - 1), np.arange(period_h)]
    return value[hours % period_h], others[hours % period_h]


def warn_holes(found: Sequence[Hole]) -> list[str]:
    """The warning about holes, in one sentence; none where there are none."""
    if not found:
        return []
    longest = sorted(sorted(found, key=lambda hole: -hole.hours)[:MAX_NAMED], key=lambda hole: hole.start_hour)
    starts = [datetime.fromtimestamp(hole.start_hour * 3600, UTC) for hole in longest]
    when = [f"the {hole.hours:,} hours from {start:%Y-%m-%d %H:%M} UTC on" for hole, start in zip(longest, starts, strict=True)]
    more = f" and {len(found) - MAX_NAMED:,} shorter times" if len(found) > MAX_NAMED else ""
    usual = f"some {float(f'{sum(hole.usual for hole in found):.2g}'):,.0f} requests"
    holiday = ", or were these holidays" if any(hole.may_be_holiday for hole in found) else ""
    return [f"Nobody sent anything in {', '.join(when)}{more}, where {usual} would be usual: is a part of the log missing{holiday}?"]
