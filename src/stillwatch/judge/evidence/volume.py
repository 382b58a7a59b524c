"""Evidence in numbers of requests."""

import numpy as np
from scipy import stats

from stillwatch.judge.evidence.finding import Finding, ratio
from stillwatch.judge.scene import Scene
from stillwatch.run_details import NO_EXCESS_SPREAD

MIN_LOAD = 5
"""Fewest requests of an account for its load to be compared."""
MIN_LOADS = 5
"""Fewest such accounts of a group; with fewer the evidence is blind."""
MIN_LOADS_USUAL = 8
"""Fewest such accounts of a group that the usual spread is taken from."""
MIN_LOADS_SHARE = 0.5
"""Least share of such accounts in a group; below it the evidence is blind."""
LEAST_USUAL_SPREAD = 0.25
"""Floor of the usual variance of the log of requests within groups."""


def even_load(scene: Scene) -> Finding:
    """The accounts carry nearly equal loads, as a balancer deals them out.

    Observed is the spread (standard deviation of the log of requests), expected the median spread within all proposed groups, both less
    what counting alone gives (1 / n). Null: log requests are normal with that usual variance (chi-square, one-sided).
    Blind to operators who deal unevenly; evaluation harnesses also run equal numbers.
    """
    n = scene.measured.n.astype(np.float64)
    used = n >= MIN_LOAD
    log_n = np.log(np.where(used, n, 1))
    count = scene.total(used)
    centre = scene.mean(log_n, used)
    deviation = np.where(used, log_n - np.nan_to_num(centre)[scene.groups.member_group], 0)
    variance = ratio(scene.total(deviation**2), count - 1)
    counting_variance = scene.mean(1 / np.maximum(n, 1), used)
    excess = np.maximum(variance - counting_variance, NO_EXCESS_SPREAD**2)
    compared = scene.usual & (count >= MIN_LOADS_USUAL)
    usual = np.nanmedian(variance[compared]) if compared.any() else 1.0
    usual = max(float(np.nan_to_num(usual, nan=1.0)), LEAST_USUAL_SPREAD)
    # Counts near MIN_LOAD are alike because smaller ones were left out, so they weigh little.
    weight = 1 - np.sqrt(MIN_LOAD / np.maximum(scene.median(np.where(used, n, np.nan)), MIN_LOAD))
    blind = (count < MIN_LOADS) | (count < MIN_LOADS_SHARE * scene.size)
    p = np.where(blind, np.nan, stats.chi2.cdf((count - 1) * variance / usual, np.maximum(count - 1, 1)))
    value = np.where(blind, 0, np.clip(1 - np.sqrt(np.nan_to_num(excess, nan=1)), 0, 1) * np.nan_to_num(weight))
    return Finding(value, np.sqrt(excess), np.sqrt(np.maximum(usual - counting_variance, NO_EXCESS_SPREAD**2)), p)
