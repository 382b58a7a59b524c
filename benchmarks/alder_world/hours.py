"""When accounts ask: the hours of a crowd, days off, sessions in clumps; and what each account is interested in."""

import datetime as dt

import numpy as np

from .arrays import FloatArray, IntArray, Mix, ObjArray, choose
from .world import DAY, Group, World

HOURS: dict[str, FloatArray] = {
    name: np.array(curve, dtype=float)
    for name, curve in {
        "evening": [5, 3, 2, 1, 1, 2, 4, 6, 6, 6, 6, 6, 7, 7, 6, 6, 7, 8, 10, 13, 15, 15, 13, 9],
        "office": [1, 0.5, 0.3, 0.3, 0.3, 0.5, 2, 6, 13, 15, 15, 13, 10, 12, 14, 14, 11, 7, 4, 3, 3, 3, 2, 1],
        "school": [2, 1, 0.5, 0.3, 0.5, 2, 4, 5, 9, 10, 10, 9, 6, 7, 9, 9, 7, 7, 8, 11, 13, 13, 9, 5],
        "flat": [1] * 24,
        "night": [14, 13, 12, 9, 6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 14],
        "dev": [7, 5, 3, 2, 1, 1, 1, 3, 7, 9, 10, 9, 8, 9, 10, 10, 9, 8, 7, 8, 9, 10, 10, 9],
        "shopday": [1, 0.5, 0.3, 0.2, 0.3, 1, 3, 6, 9, 10, 10, 10, 10, 9, 9, 9, 10, 11, 11, 10, 8, 6, 4, 2],
        "shift": [0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 2, 12, 13, 13, 12, 5, 12, 13, 13, 12, 6, 2, 1, 1, 0.8, 0.5, 0.3],
    }.items()
}
"""activity by the hour of the day, where the account is"""
CLUMPS = (0.0, 0.3, 0.7, 1.0, 1.0, 1.3, 1.7, 2.2)
"""how much more an account's sessions come in clumps than its crowd's"""
MACHINE = 0.5
"""from this share of sessions in clumps on, a crowd is of programs that are all alike"""


def starts(
    w: World, g: Group, per_day: float, spread: float = 0.9, *, hours: str | None = None, weekend: float | None = None, minimum: int = 0,
    rates: FloatArray | None = None, clump: float = 0.3, clump_s: float = 3000.0
) -> tuple[IntArray, FloatArray]:
    """Sessions as accounts of the group and moments.

    A rate for every account, `per_day` on average; `clump` is the share of sessions that follow another after about `clump_s` seconds.
    """
    rng = w.rng
    if rates is None:
        rates = per_day * np.exp(spread * rng.standard_normal(g.n) - spread * spread / 2)
    count = np.maximum(rng.poisson(rates * np.maximum(g.end - g.start, 0) / DAY), minimum)
    who = np.repeat(np.arange(g.n), count)
    ts = _moments(w, g, who, hours or g.profile.hours, g.profile.weekend if weekend is None else weekend)
    if len(who):
        chance = np.full(g.n, clump) if clump >= MACHINE else np.minimum(clump * w.habit(g, 51, CLUMPS), 0.95)
        same = np.concatenate([[False], who[1:] == who[:-1]]) & (rng.random(len(who)) < chance[who])
        leader = np.maximum.accumulate(np.where(same, 0, np.arange(len(who))))
        run = np.cumsum(np.where(same, rng.exponential(clump_s, len(who)), 0.0))
        ts = ts[leader] + run - run[leader]
    keep = (ts >= g.start[who]) & (ts < np.minimum(g.end[who] + 3600, w.span))
    return who[keep], ts[keep]


def _moments(w: World, g: Group, who: IntArray, hours: str, weekend: float) -> FloatArray:
    """Moments within the lives of the accounts, by the hours of their days."""
    curve = HOURS[hours]
    off_day = np.array([(w.start + dt.timedelta(days=d)).weekday() >= 5 for d in range(w.days + 1)])
    daily = np.where(off_day, weekend, 1.0) * np.exp(0.12 * w.rng.standard_normal(w.days + 1))
    mass = np.concatenate([[0.0], np.cumsum((daily[:, None] * curve[None, :] / curve.mean()).ravel())])
    grid = np.arange(len(mass)) * 3600.0
    shift = g.tz[who] * 3600.0
    low = np.interp(np.clip(g.start[who] + shift, 0, grid[-1]), grid, mass)
    high = np.interp(np.clip(g.end[who] + shift, 0, grid[-1]), grid, mass)
    return np.asarray(np.interp(low + (high - low) * w.rng.random(len(who)), mass, grid) - shift)


def interests(w: World, g: Group, who: IntArray, mix: Mix) -> ObjArray:
    """A subject for every session; each account has one or two favourites."""
    rng = w.rng
    first, second = choose(rng, mix, g.n), choose(rng, mix, g.n)
    u = rng.random(len(who))
    return np.where(u < 0.6, first[who], np.where(u < 0.85, second[who], choose(rng, mix, len(who))))


def around(w: World, day: float, n: int, spread: float) -> FloatArray:
    """Moments from a day on, most of them within some days."""
    return np.asarray(day * DAY + w.rng.gamma(1.5, spread * DAY / 1.5, n))
