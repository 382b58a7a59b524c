"""What operators have in common: a queue of work, cover, tasks, sign-ups in batches."""

from collections.abc import Sequence

import numpy as np

from .arrays import FloatArray, IntArray, Mix, ObjArray, below, choose, hash64, places
from .hours import HOURS, interests, starts
from .log import talk
from .subjects import first_turns
from .text import draw
from .world import DAY, Group, World


def dispatch(
    w: World, g: Group, total: float, *, hours: str = "flat", weekend: float = 1.0, run: int = 1, low: float = 0.0,
    high: float | None = None, tz: int = 3, cap: int = 0, pace: float = 0.0
) -> tuple[IntArray, FloatArray]:
    """A queue of work between two days: so many tasks, in runs, to accounts that are alive, at most about `cap` a day and account.

    With `pace`, the tasks of a run follow each other after about so many seconds instead of being spread over the queue's days.
    """
    rng = w.rng
    tasks = np.arange(int(total))
    ts = _queue(w, len(tasks), HOURS[hours], weekend, low, w.days if high is None else high, tz)
    if pace and run > 1:
        place = tasks % run
        lag = np.cumsum(np.where(place == 0, 0.0, pace * np.exp(0.8 * rng.standard_normal(len(tasks)))))
        ts = ts[tasks - place] + lag - lag[tasks - place]
    who = rng.permutation(g.n)[(tasks // run) % g.n] if run > 1 else rng.integers(g.n, size=len(tasks))
    for _ in range(6):
        lost = np.flatnonzero((ts < g.start[who]) | (ts >= g.end[who]))
        if not len(lost):
            break
        who[lost] = rng.integers(g.n, size=len(lost))
    keep = (ts >= g.start[who]) & (ts < g.end[who])
    if cap:
        slot = who * 1000 + (ts / DAY).astype(int)
        order = np.lexsort((ts, slot))
        limit = cap + below(hash64(slot[order], 5), max(cap // 3, 1)) - cap // 4
        keep[order[places(slot[order]) >= limit]] = False
    return who[keep], ts[keep]


def _queue(w: World, n: int, curve: FloatArray, weekend: float, low: float, high: float, tz: int) -> FloatArray:
    """Moments of tasks by the hours and the days off of those who run the queue."""
    hour = np.arange(int((high - low) * 24))
    off_day = ((hour // 24 + int(low) + w.start.weekday()) % 7) >= 5
    noise = np.exp(0.1 * w.rng.standard_normal(len(hour)))
    weight = curve[(hour + tz + int(low * 24)) % 24] * np.where(off_day, weekend, 1.0) * noise
    at = w.rng.choice(len(hour), size=n, p=weight / weight.sum())
    return np.sort(low * DAY + (at + w.rng.random(n)) * 3600)


def cover(w: World, g: Group, per_day: float, mix: Mix, turns: float = 1.0) -> None:
    """Traffic that is not harvested: a private life, or a pretence of one."""
    who, ts = starts(w, g, per_day, 0.9)
    talk(w, g, who, ts, interests(w, g, who, mix), turns=turns)


def seeds(w: World, mix: Mix, n: int) -> tuple[ObjArray, ObjArray]:
    """So many tasks: their subjects and first turns, some of them long."""
    subject = choose(w.rng, mix, n)
    texts = first_turns(w.rng, subject, 0.4)
    long = np.flatnonzero(w.rng.random(n) < 0.12)
    texts[long] = texts[long] + " " + draw(w.rng, "wordy", len(long))
    return subject, texts


def waves(w: World, n: int, days: Sequence[float], hours: float) -> FloatArray:
    """Moments of sign-ups in batches around some days, spread over some hours."""
    return np.asarray(days, dtype=float)[np.arange(n) % len(days)] * DAY + w.rng.gamma(2.0, hours * 1800, n)
