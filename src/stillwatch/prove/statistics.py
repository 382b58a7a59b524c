"""Exact p-values of sums of independent keyed numbers, ranks among decoys, and corrections over many keys.

Far tails matter here (p = 1e-200 is a fair answer, 0 is not), so tails are natural logarithms throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

LN10 = log(10.0)
Floats = npt.NDArray[np.float64]
BERRY_ESSEEN = 0.56
EXPONENTIAL_THIRD = 12 * exp(-1) - 2
"""E |X - 1|^3 of an exponential variable of mean 1."""


@dataclass(frozen=True)
class Null:
    """The distribution of one tuple's number under a key that the text does not know.

    ``bernoulli``: 1 with chance ``rate``, ``trials`` independent draws a tuple. ``exponential``: mean 1.
    """

    kind: Literal["bernoulli", "exponential"]
    rate: float = 1.0
    trials: int = 1

    @property
    def mean(self) -> float:
        """Expected sum over one tuple."""
        return self.rate * self.trials if self.kind == "bernoulli" else 1.0

    @property
    def variance(self) -> float:
        """Variance of the sum over one tuple."""
        return self.rate * (1 - self.rate) * self.trials if self.kind == "bernoulli" else 1.0

    def log_p(self, total: float, n: int) -> float:
        """Natural log of the chance that ``n`` tuples sum to ``total`` or more."""
        if n == 0:
            return 0.0
        if self.kind == "bernoulli":
            return binomial_log_tail(round(total), n * self.trials, self.rate)
        return gamma_log_tail(total, n)

    def z(self, total: float, n: int) -> float:
        """Standardised excess; 0 where there is nothing."""
        return 0.0 if n == 0 else (total - n * self.mean) / float(np.sqrt(n * self.variance))


def binomial_log_tail(successes: int, trials: int, rate: float) -> float:
    """Natural log of P(X >= successes), X binomial."""
    if successes <= 0:
        return 0.0
    if successes > trials:
        return -np.inf
    tail = float(special.betainc(successes, trials - successes + 1, rate))
    if tail > 1e-280:
        return log(tail)
    # the terms fall geometrically beyond the mean: the first few thousand are the sum to double precision
    k = np.arange(successes, min(trials, successes + 20_000) + 1, dtype=np.float64)
    terms = (
        special.gammaln(trials + 1) - special.gammaln(k + 1) - special.gammaln(trials - k + 1)
        + k * log(rate) + (trials - k) * np.log1p(-rate)
    )
    return float(special.logsumexp(terms))


def gamma_log_tail(total: float, n: int) -> float:
    """Natural log of P(X >= total), X the sum of ``n`` exponentials of mean 1."""
    if total <= 0:
        return 0.0
    tail = float(special.gammaincc(n, total))
    if tail > 1e-280:
        return log(tail)
    # Poisson(total) at most n - 1: sum downward from the largest term
    k = np.arange(max(0, n - 20_000), n, dtype=np.float64)
    return float(special.logsumexp(k * log(total) - total - special.gammaln(k + 1)))


def rademacher_log_tail(weights: Floats, total: float, copies: int = 1) -> float:
    """Natural log of an upper bound on P(sum of ±weights >= total), signs fair and independent (Chernoff).

    ``copies``: the same weights under so many keys, summed.
    """
    if total <= 0 or not len(weights):
        return 0.0
    scale = float(np.sqrt(copies * (weights**2).sum()))
    if scale == 0:
        return 0.0
    # convex in the tilt: a fine logarithmic grid around the Gaussian optimum costs at most a rounding of the bound
    tilts = (total / scale**2) * np.geomspace(0.05, 50, 400)
    scaled = np.abs(weights)[None, :] * tilts[:, None]
    log_cosh = scaled + np.log1p(np.exp(-2 * scaled)) - log(2.0)
    return float(min(0.0, (copies * log_cosh.sum(1) - tilts * total).min()))


class SignSums:
    """The distribution of a sum of ±weights, signs fair and independent, on a grid: tails are exact, rounded upwards.

    ``copies``: the same weights under so many keys, summed; ``cells``: half the grid. Beyond ``MOST`` weights the tail is
    Chernoff's bound.
    """

    MOST = 1000

    def __init__(self, weights: Floats, copies: int = 1, cells: int = 2**16) -> None:
        """Add one weight after another."""
        self._weights, self._copies = weights, copies
        sizes = np.tile(np.abs(weights[weights != 0]), copies)
        self._log_tails: Floats | None = None
        if not 0 < len(sizes) <= self.MOST:
            return
        self._step = float(sizes.sum()) / cells
        steps = np.rint(sizes / self._step).astype(np.int64)
        # what rounding moves a sum by, at most, and what adding them up in floating point does
        self._slack = float(np.abs(sizes - self._step * steps).sum()) + 1e-9 * float(sizes.sum())
        self._zero = int(steps.sum())
        chance, reach = np.zeros(2 * self._zero + 1), 0
        chance[self._zero] = 1.0
        for step in steps.tolist():
            low, high = self._zero - reach, self._zero + reach + 1
            before = 0.5 * chance[low:high]
            chance[low:high] = 0.0
            chance[low - step : high - step] += before
            chance[low + step : high + step] += before
            reach += step
        with np.errstate(divide="ignore"):
            self._log_tails = np.log(np.cumsum(chance[::-1])[::-1])

    def log_p(self, total: float) -> float:
        """Natural log of P(sum >= total), never below the truth."""
        bound = rademacher_log_tail(self._weights, total, self._copies)
        if self._log_tails is None:
            return bound
        at = int(np.ceil((total - self._slack) / self._step)) + self._zero
        if at >= len(self._log_tails):
            return bound
        return float(min(0.0, bound, self._log_tails[max(at, 0)]))


def weighted_log_tail(null: Null, weights: Floats, total: float, copies: int = 1) -> float:
    """Natural log of an upper bound on P(sum of weights * number >= total), numbers independent.

    Chernoff's bound, times what it leaves out: with the tilt, mean and deviation of :func:`_tilted_moments`,

        P = exp(log M(tilt) - tilt total) E[exp(-tilt (S - total)); S >= total] under the tilted law,

    where that law is normal but for 0.56 times Lyapunov's ratio (Berry and Esseen; the constant is Shevtsova's, 2010), so that
    the expectation is at most the normal one and twice that. Weights may have either sign; they must not depend on the key.
    ``copies``: the same weights under so many keys, summed.
    """
    excess = total - copies * float(weights.sum()) * null.mean
    spread = copies * float((weights**2).sum()) * null.variance
    if excess <= 0 or spread == 0:
        return 0.0
    tilts = (excess / spread) * np.geomspace(0.02, 8, 160)
    if null.kind == "exponential" and weights.max() > 0:
        tilts = tilts[tilts * weights.max() < 0.999]
    best, at = 0.0, 0.0
    for tilt in tilts:
        scaled = tilt * weights
        if null.kind == "bernoulli":
            # log(1 - rate + rate e^s) without overflow
            moment = np.logaddexp(np.log1p(-null.rate), log(null.rate) + scaled) * null.trials
        else:
            moment = -np.log1p(-scaled)
        bound = copies * float(moment.sum()) - float(tilt) * total
        if bound < best:
            best, at = bound, float(tilt)
    if not at:
        return best
    mean, deviation, third = _tilted_moments(null, weights, at, copies)
    steep, gap = at * deviation, (total - mean) / deviation
    normal = float(np.exp(min(0.0, steep * gap + steep**2 / 2 + float(special.log_ndtr(-(steep + gap))))))
    return best + min(0.0, log(normal + 2 * BERRY_ESSEEN * third / deviation**3))


def _tilted_moments(null: Null, weights: Floats, tilt: float, copies: int) -> tuple[float, float, float]:
    """Mean, standard deviation and sum of absolute third central moments of the weighted sum under exponential tilting."""
    scaled = tilt * weights
    if null.kind == "bernoulli":
        rate, n = special.expit(log(null.rate / (1 - null.rate)) + scaled), copies * null.trials
        mean, variance = weights * rate, weights**2 * rate * (1 - rate)
        third = np.abs(weights) ** 3 * rate * (1 - rate) * (rate**2 + (1 - rate) ** 2)
    else:
        mean, n = weights / (1 - scaled), copies
        variance, third = mean**2, np.abs(mean) ** 3 * EXPONENTIAL_THIRD
    return n * float(mean.sum()), float(np.sqrt(n * variance.sum())), n * float(third.sum())


def rank_p(observed: float, decoys: Floats) -> float:
    """(1 + decoys at or above) / (1 + decoys): exact whatever the dependence between tuples; floor 1/(1 + decoys).

    Sums that are equal but for rounding are ties, and these count as above.
    """
    return float((1 + int((decoys >= observed - 1e-9 * max(1.0, abs(observed))).sum())) / (1 + len(decoys)))


def holm(log_p: Sequence[float]) -> list[float]:
    """Natural logs of Holm's adjusted p-values (family-wise error over all keys that were tried)."""
    p = np.asarray(log_p, float)
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(p[order] + np.log(np.arange(len(p), 0, -1)))
    out = np.empty(len(p))
    out[order] = np.minimum(adjusted, 0.0)
    return [float(value) for value in out]


def power(null: Null, n: int, shift: float, log_alpha: float) -> float:
    """Chance that ``n`` tuples reach ``log_alpha`` when each tuple's mean is ``1 + shift`` times the null's."""
    if n == 0:
        return 0.0
    if null.kind == "bernoulli":
        trials = n * null.trials
        needed = _critical_count(trials, null.rate, log_alpha)
        return float(stats.binom.sf(needed - 1, trials, min(1.0, null.rate * (1 + shift))))
    needed_sum = float(stats.gamma.isf(exp(log_alpha), n))
    return float(stats.gamma.sf(needed_sum / (1 + shift), n))


def detectable(null: Null, n: int, log_alpha: float, wanted: float = 0.8) -> float | None:
    """The smallest relative excess of the mean that ``n`` tuples find with power ``wanted``; None where none does."""
    high = (1 / null.rate - 1) if null.kind == "bernoulli" else 100.0
    if power(null, n, high, log_alpha) < wanted:
        return None
    low = 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if power(null, n, middle, log_alpha) >= wanted else (middle, high)
    return high


def _critical_count(trials: int, rate: float, log_alpha: float) -> int:
    """The smallest count whose tail is at most alpha."""
    low, high = 0, trials + 1
    while low < high:
        middle = (low + high) // 2
        if binomial_log_tail(middle, trials, rate) <= log_alpha:
            high = middle
        else:
            low = middle + 1
    return low


def show_p(log_p: float) -> str:
    """A p-value for people: two digits, and powers of ten without underflow."""
    if log_p > log(1e-4):
        return f"{exp(log_p):.2g}"
    if log_p == -np.inf:
        return "0"
    exponent = int(np.floor(log_p / LN10))
    return f"{exp(log_p - exponent * LN10):.1f}e{exponent}"
