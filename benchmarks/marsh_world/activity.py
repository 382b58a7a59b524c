"""When actors work: the days of each, the moments at which sittings begin."""

import numpy as np
from numpy.typing import ArrayLike

from .arrays import DAY, FloatArray, IntArray, Rng, mix, pick, unit
from .hours import HOURS, WEEKS
from .world import Actors, World


def days(w: World, who: Actors, week: str, course: str, low: float, high: float) -> FloatArray:
    """Weight of each day of the window for each actor, between two days, from when the account is opened."""
    d = np.arange(w.days)
    weekday = (d + w.start.weekday()) % 7
    weight = np.tile(np.array(WEEKS[week], dtype=float)[weekday], (who.n, 1))
    weight *= np.clip(np.minimum(d + 1, high) - np.maximum(d, low), 0, 1)
    weight *= np.asarray(_course(w, who, course, d, weekday, low, high))
    weight *= np.clip(d + 1 - (who.created / DAY)[:, None], 0, 1)
    return weight


def _course(w: World, who: Actors, course: str, d: IntArray, weekday: IntArray, low: float, high: float) -> ArrayLike:
    """How active the actors are on each day, by the course that a crowd's activity takes."""
    match course:
        case "start":
            age = d - np.floor(who.created / DAY)[:, None]
            return np.where(age >= 0, np.exp(-age / (1.0 + 5 * unit(who.key, "patience"))[:, None]), 0) + 0.003
        case "viral":
            peak = w.days * (0.25 + 0.4 * unit(mix(w.seed, who.crowd), "peak"))
            return np.where(d >= peak, np.exp(-(d - peak) / 3.0), 0.12 * np.exp((d - peak) / 1.5)) + 0.01
        case "weekly":
            return np.where(weekday == pick(5, who.group, "weekday")[:, None], 1, 0.12)
        case "release":
            return np.where(d >= w.release - 0.5, np.exp(-(d - w.release) / 4.0), 0.06)
        case "ramp":
            return 0.3 + (d - low) / max(high - low, 1)
        case "bursts":
            return (unit(who.key[:, None], "burst", d // 2) < 0.3) + 0.05
        case "stages":
            return d >= (low + (high - low) * 0.6 * unit(who.key, "stage"))[:, None]
        case _:
            return 1.0


def moments(who: Actors, hours: str, actor: IntArray, day: IntArray, rng: Rng) -> FloatArray:
    """When sittings of actors on days begin, in seconds from the first midnight."""
    n, key, group, zone = len(actor), who.key[actor], who.group[actor], who.zone[actor]
    shift = rng.normal(0, 0.4, n) + (unit(key, "chronotype") - 0.5) * 3
    match hours:
        case "cron":
            slots = pick(4, key, "slots") + 1
            h = 24 * unit(key, "cron") + np.floor(rng.random(n) * slots) * (24 / slots)
            h = np.floor(h * 12) / 12 + rng.exponential(2.5 / 3600, n)
        case "class":
            h = np.floor(8 + 8 * unit(group, "lesson", day)) + 0.9 * rng.random(n) - zone
        case "threeshift":
            h = 8 * pick(3, key, "shift", day // 7) + 8 * rng.beta(1.3, 1.3, n) - zone
        case _:
            weights = np.array(HOURS[hours], float)
            h = rng.choice(24, n, p=weights / weights.sum()) + rng.random(n) + shift * (hours != "flat") - zone
    return day * DAY + (h % 24) * 3600
