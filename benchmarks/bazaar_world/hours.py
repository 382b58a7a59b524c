"""When people ask: weights of the 168 hours of a local week, from Monday 00:00."""

import numpy as np

DAY_S = 86400.0
_MIDDLES = np.arange(24) + 0.5


def week(hours, days):
    """Weights of a week out of those of 24 hours and of 7 days; the largest is 1."""
    weights = np.outer(days, hours)
    return weights.ravel() / weights.max()


def between(first, last):
    """24 hours of which those from first to last count, and the others hardly."""
    hours = np.full(24, 0.01)
    hours[first:last] = 1
    return hours


def with_break(hours, at=13, share=0.35):
    """The same day with a pause for lunch."""
    return np.where(np.arange(24) == at, hours * share, hours)


def _bumps(*bumps, floor=0.02):
    """24 hours with bell-shaped rushes: (hour, width, height)."""
    return floor + sum(height * np.exp(-(((_MIDDLES - hour) / width) ** 2) / 2) for hour, width, height in bumps)


EVENING = week(_bumps((12.5, 2.5, 0.5), (20.5, 2.3, 1.0)), [1, 1, 1, 1, 0.95, 1.1, 1.15])
SHOPS = week(_bumps((10.5, 2, 1.0), (15.5, 2.2, 0.9), (20.5, 1.7, 0.4)), [1, 1, 1, 1, 1, 0.9, 0.45])
OFFICE = week(with_break(between(9, 18)), [1, 1, 1, 1, 0.9, 0.02, 0.005])
STUDY = week(_bumps((9.5, 2, 0.45), (17, 2, 0.8), (21, 1.8, 1.0)), [1, 1, 1, 1, 0.6, 0.5, 0.9])
FLAT = np.ones(168)
NIGHTS = week(_bumps((23, 2, 1.0), (1, 1.6, 0.9), (20, 2, 0.7)), [0.8, 0.8, 0.8, 0.8, 1.1, 1.2, 1.0])
DAYLIGHT = week(_bumps((9, 2, 0.7), (14, 3.5, 1.0), (19, 2, 0.5)), np.ones(7))
