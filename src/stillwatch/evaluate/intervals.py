"""Intervals for shares: by account (Wilson, Clopper-Pearson) and by campaign (bootstrap)."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Interval = list[float]

Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""

MIN_BOOTSTRAP_UNITS = 5
"""Below this many campaigns a bootstrap over campaigns says more about the resampling than about the detector."""


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, or None where the whole is zero: an undefined share is not a zero."""
    return part / whole if whole else None


def wilson(successes: int, trials: int) -> Interval | None:
    """Two-sided 95 % score interval of a share (Wilson 1927); None without trials. Assumes independent accounts."""
    if trials == 0:
        return None
    share, z2 = successes / trials, Z_95**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z_95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    # The interval touches 0 and 1 exactly at the ends; rounding must not put it beyond the share itself.
    return [0.0 if successes == 0 else centre - half, 1.0 if successes == trials else centre + half]


def upper_bound(successes: int, trials: int) -> float | None:
    """One-sided exact 95 % upper bound of a share (Clopper-Pearson); about 3/n where nothing was seen."""
    if trials == 0:
        return None
    if successes == trials:
        return 1.0
    from scipy.stats import beta

    return float(beta.ppf(0.95, successes + 1, trials - successes))


def percentile_interval(values: Sequence[float], n_units: int) -> Interval | None:
    """The middle 95 % of bootstrap values, and further out the fewer units were drawn; None where all values are one.

    Of few units a bootstrap spreads too little, and its tails are the normal distribution's. The quantiles are therefore those that
    give a mean its t interval (expanded percentile interval; Hesterberg, "What teachers should know about the bootstrap", 2015).
    Values that never vary say that the units agree, not that others would.

    Args:
        values: of the resamples.
        n_units: what was drawn, such as campaigns.
    """
    if len(values) == 0 or n_units < 2 or min(values) == max(values):
        return None
    from scipy.stats import norm, t

    tail = float(norm.cdf(-math.sqrt(n_units / (n_units - 1)) * t.ppf(0.975, n_units - 1)))
    return [float(v) for v in np.quantile(values, (tail, 1 - tail))]


def bootstrap(
    found: NDArray[np.int64], missed: NDArray[np.int64], false: NDArray[np.int64], *, n: int = 2000, seed: int = 0
) -> dict[str, Interval | None]:
    """95 % intervals of precision, recall and F1 with the campaign as the unit.

    Args:
        found: accounts found, per true campaign, ``(n_true,)``.
        missed: accounts missed, per true campaign, ``(n_true,)``.
        false: innocent accounts flagged, per campaign reported, zeros included, ``(n_reported,)``.
        n: resamples.
        seed: of the resampling.

    Returns:
        ``precision``, ``recall``, ``f1``; None with fewer than :data:`MIN_BOOTSTRAP_UNITS` true campaigns, and where the campaigns
        agree (all found whole, nobody flagged by mistake).
    """
    if len(found) < MIN_BOOTSTRAP_UNITS:
        return {"precision": None, "recall": None, "f1": None}
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(found), size=(n, len(found)))
    tp, fn = found[draws].sum(axis=1), missed[draws].sum(axis=1)
    fp = false[rng.integers(len(false), size=(n, len(false)))].sum(axis=1) if len(false) else np.zeros(n)
    with np.errstate(invalid="ignore"):
        values = {"precision": tp / (tp + fp), "recall": tp / (tp + fn), "f1": 2 * tp / (2 * tp + fp + fn)}
    # False accounts are drawn by reported campaign: where these are fewer they say how little is known.
    of_both = min(len(found), len(false) or len(found))
    return {
        name: percentile_interval(v[np.isfinite(v)].tolist(), len(found) if name == "recall" else of_both) for name, v in values.items()
    }
