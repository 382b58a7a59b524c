"""Laws of learning from a harvest: error against the number of exchanges, fitted, and extrapolated with an interval.

Two laws are fitted to the error ``e(N) = 1 - score``, both bounded by the error ``e0`` at N = 0, and their mean predicts:

* offset power: ``e = c + (e0 - c) (1 + N/k)^-b``. For N well above k it is ``c + a N^-b``, the data term of distillation
  scaling laws for a fixed teacher and student (Busbridge et al. 2025, eq. 8); without the bound at e0 it misled by 0.15 on
  tasks of many classes (docs/exposure.md).
* Hill: ``e = c + (e0 - c) / (1 + (N/k)^b)``; ``k`` is the number of exchanges that transfers half of what can be.

``c`` is the student's floor, 0 <= c <= e0. A short curve does not tell c, k and b apart, and the single best fit is then far
off; so all of them on a grid are kept, each with its likelihood times a weak prior, and the mean predicts (what bends late is
as likely as what bends early). Students of one task end near each other though they start far apart, so the floor of one is also
judged by the curves of the others, its peers. No start values, no local minima, no draws: the same bytes again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

EXPONENTS = np.geomspace(0.2, 2.5, 36)
FLOORS = np.linspace(0, 1, 41)
"""Grid of c over e0."""
N_SCALES = 60
UNLIKELY = 1e-9
"""Grid points less likely than the best by this factor are dropped."""
DISCREPANCY = 0.02
"""How far a true curve may lie from any law at its last point, beside its noise (standard deviation).

The variance grows as N falls: a law stands for the curve near where it goes on, and first exchanges bend it in ways of their own.
"""
FLOOR_SPREAD = 0.1
"""How far the floors of students of one task lie apart (standard deviation of c over e0)."""
MAX_FACTOR = 30.0
"""Beyond this many times the largest N measured there is no point estimate, since nothing was back-tested there."""
TESTED_FACTOR = 14.0
"""Up to this factor intervals are back-tested; from here to MAX_FACTOR they are doubled."""
MIN_POINTS = 4


@dataclass(frozen=True, eq=False)
class Curve:
    """A measured curve: score of a student against the exchanges it was trained on."""

    name: str
    n: F64
    """(n_points,), exchanges, ascending."""
    scores: F64
    """(n_points, n_seeds), 0 to 1; not a number where a seed was not run."""
    zero: float
    """Score at no exchanges at all: the same student without the teacher."""
    n_test: int
    """Held-out items behind each score."""
    pool: float = np.inf
    """Number of prompts that all harvests were drawn from: large harvests from a small pool share prompts."""

    @property
    def mean(self) -> F64:
        """Mean over seeds, (n_points,)."""
        mean: F64 = np.nanmean(self.scores, axis=1)
        return mean

    @property
    def envelope(self) -> F64:
        """Best seed at each N, made monotone: what an attacker who keeps the best would have."""
        return np.maximum(np.maximum.accumulate(np.nanmax(self.scores, axis=1)), self.zero)

    @property
    def fresh(self) -> F64:
        """Finite-pool correction (n_points,): how many times further apart scores of independent harvests would lie."""
        return 1 / np.sqrt(np.maximum(1 - self.n / self.pool, 1 / self.pool))

    @property
    def sd(self) -> F64:
        """Standard error of the mean, (n_points,): seeds, as if their harvests were independent, and the test set that they share."""
        least = 1 / max(self.n_test, 2)  # a single item says nothing of a score
        mean = np.clip(self.mean, least, 1 - least)
        seeds = np.sum(np.isfinite(self.scores), axis=1)
        spread = np.nanvar(self.scores, axis=1, ddof=0) / np.maximum(seeds - 1, 1) * self.fresh**2
        found: F64 = np.sqrt(mean * (1 - mean) / self.n_test + spread)
        return found

    def upto(self, limit: float) -> "Curve":
        """The part with N <= limit."""
        keep = self.n <= limit
        return replace(self, n=self.n[keep], scores=self.scores[keep])


def power_shape(n: Any, k: Any, b: Any) -> Any:
    """What is left to learn, 1 at N = 0: offset power."""
    return (1 + n / k) ** -b


def hill_shape(n: Any, k: Any, b: Any) -> Any:
    """What is left to learn, 1 at N = 0: Hill."""
    return 1 / (1 + (n / k) ** b)


SHAPES = {"power": power_shape, "hill": hill_shape}


@dataclass(frozen=True)
class Law:
    """A fitted law: the likely points of its parameter grid, each with its posterior weight."""

    name: str
    floor: F64
    """(n_grid,): c."""
    scale: F64
    """(n_grid,): k."""
    exponent: F64
    """(n_grid,): b."""
    weight: F64
    """(n_grid,), sums to 1."""
    zero_error: float

    def errors(self, n: float) -> F64:
        """Error at N for every grid point, (n_grid,)."""
        left = SHAPES[self.name](n, self.scale, self.exponent)
        found: F64 = self.floor + (self.zero_error - self.floor) * left
        return found

    def mean(self, n: float) -> float:
        """Expected error at N."""
        return float(self.errors(n) @ self.weight)

    def parameters(self) -> dict[str, list[float]]:
        """Ceiling (score as N grows without limit), exponent and scale (exchanges): the likeliest value and the 90 % interval of each."""
        best = int(np.argmax(self.weight))
        values_of = {"ceiling": 1 - self.floor, "exponent": self.exponent, "scale": self.scale}
        return {name: [float(values[best]), *_quantiles(values, self.weight, (0.05, 0.95))] for name, values in values_of.items()}


@lru_cache(maxsize=64)
def fit(curve: Curve, peers: tuple[Curve, ...] = (), floor_spread: float = FLOOR_SPREAD) -> tuple[Law, Law]:
    """Fit both laws to the mean over seeds; cached, since many campaigns use the same few curves.

    Args:
        curve: what was measured.
        peers: curves of other students of the same task, which inform its floor.
        floor_spread: standard deviation of the floors of one task, of c over e0.

    Raises:
        ValueError: fewer than :data:`MIN_POINTS` points.
    """
    floor, scale = FLOORS * (1 - curve.zero), _scales(curve)
    shared = _shared_floors(tuple(peer for peer in peers if len(peer.n) >= MIN_POINTS), floor_spread)
    laws = []
    for name in SHAPES:
        weight = _posterior(name, curve) * shared[:, None, None]
        kept = np.nonzero(weight > UNLIKELY * weight.max())
        weight = weight[kept]
        laws.append(Law(name, floor[kept[0]], scale[kept[1]], EXPONENTS[kept[2]], weight / weight.sum(), 1 - curve.zero))
    return laws[0], laws[1]


def _scales(curve: Curve) -> F64:
    return np.geomspace(curve.n[0] / 10, curve.n[-1] * 100, N_SCALES)


def _parabolas(name: str, curve: Curve, error: F64, precision: F64, exponents: F64) -> tuple[F64, F64, F64]:
    """Chi squared is whole - 2 c cross + c² square at each scale and exponent, (n_scales, n_exponents) each: square, cross, whole."""
    left = SHAPES[name](curve.n, _scales(curve)[:, None, None], exponents[None, :, None])  # (n_scales, n_exponents, n_points)
    free = 1 - left
    rest = error - (1 - curve.zero) * left
    return (free * free) @ precision, (free * rest) @ precision, (rest * rest) @ precision


def misfit(name: str, curve: Curve, score: F64, sd: F64, exponents: F64 = EXPONENTS) -> float:
    """Chi squared of the law of these exponents that is nearest to some scores, (n_points,), with standard errors ``sd``."""
    square, cross, whole = _parabolas(name, curve, 1 - score, 1 / sd**2, exponents)
    c = np.clip(cross / np.maximum(square, 1e-12), 0, 1 - curve.zero)
    return float((whole - 2 * c * cross + c * c * square).min())


def _posterior(name: str, curve: Curve) -> F64:
    """Weight of each floor, scale and exponent, (n_floors, n_scales, n_exponents); sums to 1."""
    n = curve.n
    if len(n) < MIN_POINTS:
        raise ValueError(f"{len(n)} points are too few for a law; {MIN_POINTS} are needed")
    square, cross, whole = _parabolas(name, curve, 1 - curve.mean, 1 / (curve.sd**2 + DISCREPANCY**2 * n[-1] / n), EXPONENTS)
    c = (FLOORS * (1 - curve.zero))[:, None, None]
    chi = whole - 2 * c * cross + c * c * square
    # Where no grid point fits within the noise, the noise was underestimated.
    slack = max(float(chi.min()) / max(len(n) - 3, 1), 1.0)
    # Prior: exponents are of the order of one; the floor has a flat prior.
    log = -0.5 * chi / slack - 0.5 * (np.log(EXPONENTS) / 0.5) ** 2
    weight = np.exp(log - log.max())
    found: F64 = weight / weight.sum()
    return found


@lru_cache(maxsize=256)
def _own_floors(curve: Curve) -> F64:
    """Posterior of a curve's floor from the curve alone, both laws together, (n_floors,)."""
    found: F64 = np.mean([_posterior(name, curve).sum(axis=(1, 2)) for name in SHAPES], axis=0)
    return found


def _shared_floors(peers: tuple[Curve, ...], floor_spread: float) -> F64:
    """Prior of the floor of one more student of a task, (n_floors,): the floors of all lie around an unknown common one."""
    near = np.exp(-0.5 * ((FLOORS[:, None] - FLOORS[None, :]) / floor_spread) ** 2)
    near /= near.sum(axis=0)  # of a floor (row), given the middle of all (column)
    log = np.zeros(len(FLOORS))
    for peer in peers:
        log += np.log(np.maximum(near.T @ _own_floors(peer), 1e-300))
    found: F64 = near @ np.exp(log - log.max()) if peers else np.ones(len(FLOORS))
    return found


@dataclass(frozen=True)
class Prediction:
    """Score at some N: measured, extrapolated, or refused."""

    n: float
    factor: float
    """N over the largest N that the law was fitted to."""
    score: float | None
    """Null where no point estimate is given."""
    low: float
    high: float
    basis: str
    """measured, below (fewer than the smallest N measured), extrapolated, doubled (14 to 30 times beyond) or refused (a range only)."""


def predict(
    curve: Curve, at: Sequence[float], *, widen: float = 1.0, peers: tuple[Curve, ...] = (),
    best: Curve | None = None, floor_spread: float = FLOOR_SPREAD,
) -> list[Prediction]:
    """Scores at other N, with 90 % intervals.

    Args:
        curve: what was measured.
        at: exchanges.
        widen: factor on the half-widths, from a back-test (:mod:`backtest`) of students that have peers. Without peers, which inform
            the floor, intervals are no narrower than the laws' own.
        peers: curves of other students of the same task.
        best: the best of all students at each N up to the curve's largest: the prediction where it was measured, and a lower bound
            beyond.
        floor_spread: standard deviation of the floors of one task, as :data:`FLOOR_SPREAD`.
    """
    last_sd = float(curve.sd[-1])
    has_peers = any(len(peer.n) >= MIN_POINTS for peer in peers)
    best = best or curve
    most = float(curve.n[-1])
    reached = measured(best, float(best.n[-1]))
    predictions = []
    for n in at:
        factor = n / most
        if factor <= 1:
            predictions.append(measured(best, n))
            continue
        laws = fit(curve, peers, floor_spread)
        point = 1 - sum(law.mean(n) for law in laws) / 2
        low, high = (1 - e for e in _joint_quantiles(laws, [law.errors(n) for law in laws], (0.95, 0.05)))
        low, high = min(low, point) - 2 * last_sd, max(high, point) + 2 * last_sd
        stretch = (widen if has_peers else max(widen, 1.0)) * (2 if factor > TESTED_FACTOR else 1)
        low, high = point - stretch * (point - low), point + stretch * (high - point)
        # A larger harvest is worth no less, so the score at the largest N bounds predictions beyond it from below.
        if factor > MAX_FACTOR:
            predictions.append(Prediction(n, factor, None, low=reached.low, high=1.0, basis="refused"))
        else:
            basis = "doubled" if factor > TESTED_FACTOR else "extrapolated"
            low, high = max(low, reached.low), min(max(high, reached.high), 1.0)
            predictions.append(Prediction(n, factor, float(np.clip(max(point, reached.score or 0.0), low, high)), low, high, basis))
    return predictions


def steps(curve: Curve, now: float, then: float, peers: tuple[Curve, ...] = ()) -> tuple[float, float]:
    """90 % bounds of the rise of the score from ``now`` to ``then`` exchanges, over both laws."""
    laws = fit(curve, peers)
    low, high = _joint_quantiles(laws, [law.errors(now) - law.errors(then) for law in laws], (0.05, 0.95))
    return low, high


def _joint_quantiles(laws: Sequence[Law], values: Sequence[F64], at: Sequence[float]) -> list[float]:
    """Quantiles of a value over the grid points of both laws, each law with half of the weight."""
    return _quantiles(np.concatenate(values), np.concatenate([law.weight for law in laws]), at)


def _quantiles(values: F64, weights: F64, at: Sequence[float]) -> list[float]:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    places = np.minimum(np.searchsorted(total, np.asarray(at) * total[-1]), len(order) - 1)
    return [float(value) for value in values[order][places]]


def measured(curve: Curve, n: float) -> Prediction:
    """Score at an N up to the largest measured: interpolation over log N, from the score without a teacher.

    Below the smallest N measured a skill may come early or late, so the interval reaches from that score to the bounds at that N.
    """
    x = np.concatenate([[0.0], np.log1p(curve.n)])
    score = float(np.interp(np.log1p(n), x, np.concatenate([[curve.zero], curve.mean])))
    sd = float(np.interp(np.log1p(n), x[1:], curve.sd))
    half = 1.645 * sd
    low, high, basis = score - half, score + half, "measured"
    if n < curve.n[0]:
        low, high, basis = min(low, curve.zero), max(high, float(curve.mean[0]) + half), "below"
    return Prediction(n, n / float(curve.n[-1]), score, max(low, 0.0), min(high, 1.0), basis)


def exchanges_for(curve: Curve, score: float) -> float:
    """The number of exchanges at which a curve's envelope reaches a score: 0 if it starts there, infinity if never."""
    reached = curve.envelope
    if score <= curve.zero:
        return 0.0
    if score > reached[-1]:
        return float("inf")
    first = int(np.argmax(reached >= score))
    before_n, before = (float(curve.n[first - 1]), float(reached[first - 1])) if first else (1.0, curve.zero)
    step = float(reached[first]) - before
    share = (score - before) / step if step > 0 else 1.0
    return float(np.exp(np.log(before_n) + share * (np.log(curve.n[first]) - np.log(before_n))))
