"""When a crowd works: visits by the rhythm of its hours, days and lives."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.random import Generator

from .arrays import Arr, heads
from .log import emit
from .signup import enrol
from .world import DAY, Crowd, Members, World

HOURS: dict[str, tuple[list[float], float]] = {
    "evening": ([3, 1.5, 1, 0.5, 0.5, 0.7, 1.5, 3, 4, 4, 4, 4.5, 5, 5, 5, 5, 6, 7, 8, 9, 10, 10, 8, 5], 1.15),
    "office": ([0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.7, 2.5, 7, 10, 10, 9, 6, 8, 10, 9.5, 8, 5, 2, 1, 0.8, 0.6, 0.4, 0.2], 0.12),
    "student": ([5, 3, 1.5, 0.7, 0.3, 0.2, 0.4, 1.2, 3, 4, 5, 5, 4, 5, 6, 6, 6, 6, 7, 8, 9, 10, 10, 8], 0.9),
    "allday": ([7, 6.5, 6, 6, 6, 6.2, 7, 8, 9, 9.5, 10, 10, 10, 10, 10, 10, 9.5, 9.5, 9.5, 10, 10, 9.5, 9, 8], 0.92),
    "flat": ([1.0] * 24, 1.0),
    "cron": ([1.0] * 24, 1.0),
    "shift": ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 1, 9, 10, 10, 9, 3, 9, 10, 10, 9, 8, 1, 0.2, 0.1, 0.1, 0.1, 0.1], 0.35),
    "late": ([10, 9, 8, 6, 3, 1, 0.3, 0.2, 0.3, 0.5, 1, 1, 1, 1, 1, 1, 2, 3, 4, 6, 9, 10, 11, 11], 0.95)
}
"""weights of the local hours, and of a day at the weekend"""
MOST_A_VISIT = 4000


def run(w: World, crowd: Crowd, **changes: Any) -> Members:
    """Enrol a crowd, with changes to what it usually is, and let it work."""
    c = replace(crowd, **changes)
    m = enrol(w, c)
    work(w, m, c)
    return m


def work(w: World, m: Members, crowd: Crowd, **changes: Any) -> None:
    """Let members work as a crowd does, with changes."""
    c = replace(crowd, **changes)
    rng = w.rng(f"work/{c.kind}/{w.take('crowd')}")
    who, t = visits(w, rng, m, c)
    emit(w, rng, m, c, who, t, c.prompts(rng, who, t) if c.prompts else None)


def visits(w: World, rng: Generator, m: Members, c: Crowd) -> tuple[Arr, Arr]:
    """Starts of conversations: place among the members, and second since the first day."""
    days = w.days
    low, high = np.clip(np.maximum(m.begin, c.start), 0, days), np.clip(np.minimum(m.until, c.end), 0, days)
    count = rng.poisson(c.rate * np.maximum(high - low, 0) * m.zest)
    who = np.repeat(np.arange(len(count)), count)
    hours, weekend = HOURS[c.rhythm]
    weekends = [(w.start + timedelta(days=d)).weekday() >= 5 for d in range(days)]
    weights = np.where(weekends, weekend, 1.0) * rng.uniform(0.85, 1.15, days)
    cdf, edges = np.concatenate([[0], np.cumsum(weights)]), np.arange(days + 1)
    f_low, f_high = np.interp(low, edges, cdf), np.interp(high, edges, cdf)
    day = np.interp(rng.uniform(f_low[who], f_high[who]), cdf, edges)
    if c.rhythm == "cron":
        t = np.floor(day * 24) * 3600 + (m.quirk[who] * 3600).astype(int) + rng.exponential(6, len(who))
    elif c.rhythm == "flat":
        t = day * DAY
    else:
        shift = np.round((m.quirk[who] - 0.5) * 4)
        local = (rng.choice(24, len(who), p=np.array(hours) / np.sum(hours)) + shift) % 24 + rng.random(len(who))
        t = np.floor(day) * DAY + ((local - m.tz[who]) % 24) * 3600
    more = np.minimum(rng.geometric(1 / max(1.0, c.per_visit), len(who)), MOST_A_VISIT)
    rep = np.repeat(np.arange(len(who)), more)
    gap = rng.lognormal(np.log(c.visit_gap), 0.8, len(rep))
    head = heads(more)
    gap[head] = 0
    total = np.cumsum(gap)
    t, who = t[rep] + total - total[head][rep], who[rep]
    keep = (t >= low[who] * DAY) & (t < high[who] * DAY)
    for day_off, hours_off in c.gaps:
        keep &= (t < day_off * DAY) | (t > day_off * DAY + hours_off * 3600)
    who, t = who[keep], t[keep]
    if c.samples > 1:
        rep = np.repeat(np.arange(len(who)), rng.integers(max(2, c.samples - 1), c.samples + 1, len(who)))
        who, t = who[rep], t[rep] + rng.exponential(8.0, len(rep))
    return who, t
