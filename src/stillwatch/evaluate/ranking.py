"""How well scores order accounts: AUC, average precision, and what is found at a bounded number of false accounts.

Ties are never broken by position. Every measure is what a random order of tied accounts gives on average, or is read
only at thresholds between distinct scores, so a detector cannot gain by giving everybody the same score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillwatch.errors import InputError
from stillwatch.evaluate.intervals import percentile_interval

Floats = NDArray[np.float64]

FALSE_ACCOUNT_RATE = 1e-4
"""The rate of false accounts at which recall is reported: 1 in 10,000, the bar of benchmarks/README.md."""
RESAMPLES = 200
"""Of the bootstrap over clusters."""


@dataclass(frozen=True)
class Curve:
    """Counts at every threshold between distinct scores, from the strictest down, ``(n_distinct,)`` each.

    ``true`` and ``false`` are the (weighted) positives and negatives at or above the threshold.
    """

    true: Floats
    false: Floats

    @property
    def positives(self) -> float:
        """All positives."""
        return float(self.true[-1])

    @property
    def negatives(self) -> float:
        """All negatives."""
        return float(self.false[-1])


def curve(labels: NDArray[np.bool_], scores: Floats, weights: Floats | None = None) -> Curve:
    """Cumulative counts of positives and negatives by falling score; tied scores are one step."""
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last_of_tie = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    true = np.cumsum(np.where(labels[order], weights[order], 0.0))[last_of_tie]
    false = np.cumsum(np.where(labels[order], 0.0, weights[order]))[last_of_tie]
    return Curve(true, false)


def auc(points: Curve) -> float:
    """Probability that a random positive scores above a random negative, ties counted half."""
    true_steps = np.diff(points.true, prepend=0.0)
    false_before = points.false - np.diff(points.false, prepend=0.0) / 2
    return float(1.0 - np.sum(true_steps * false_before) / (points.positives * points.negatives))


def average_precision(points: Curve) -> float:
    """Mean precision over the positives, each read at its own threshold (the step-wise area, not interpolated)."""
    found = points.true + points.false
    precision = np.divide(points.true, found, out=np.zeros_like(found), where=found > 0)
    return float(np.sum(np.diff(points.true, prepend=0.0) * precision) / points.positives)


def precision_at(points: Curve, k: int) -> float:
    """Precision of the ``k`` highest scores; where a tie crosses ``k``, the mean over its random orders."""
    ends = points.true + points.false
    step = int(np.searchsorted(ends, k))
    before_true, before = (points.true[step - 1], ends[step - 1]) if step else (0.0, 0.0)
    share = (k - before) / (ends[step] - before)
    return float((before_true + share * (points.true[step] - before_true)) / k)


def recall_at_false_rate(points: Curve, rate: float = FALSE_ACCOUNT_RATE, *, n_unranked: int = 0) -> float:
    """Largest recall at any threshold with at most ``rate`` of the negatives above it; ``n_unranked`` positives more are missed by all."""
    allowed = points.false <= rate * points.negatives + 1e-9
    return float(points.true[allowed].max(initial=0.0) / (points.positives + n_unranked))


def recall_at_precision(points: Curve, precision: float = 0.95, *, n_unranked: int = 0) -> float:
    """Largest recall at any threshold whose precision is at least ``precision``; ``n_unranked`` positives more are missed by all."""
    allowed = points.true >= precision * (points.true + points.false)
    return float(points.true[allowed].max(initial=0.0) / (points.positives + n_unranked))


def best_f1(points: Curve, *, n_unranked: int = 0) -> float:
    """F1 at the best threshold, likewise: an oracle, for comparison with papers that report it."""
    return float(np.max(2 * points.true / (points.true + points.false + points.positives + n_unranked)))


def ranking(
    labels: ArrayLike,
    scores: ArrayLike,
    *,
    at: Sequence[int] = (100, 1000),
    clusters: ArrayLike | None = None,
    n_unranked: int = 0,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure how well scores rank positives above negatives.

    Args:
        labels: ``(n,)``, true for positives.
        scores: ``(n,)``, higher is more suspicious; infinities are allowed, NaN is not.
        at: ranks k for ``precision_at``; those above ``n`` are left out.
        clusters: ``(n,)`` units that were drawn together (such as crews); with it, AUC and AP get 95 % intervals from
            a bootstrap over clusters, because the accounts of one crew are not independent.
        n_unranked: positives that have no score. The order says nothing of them, so AUC, AP and precision leave them out; recall and F1
            count them as missed.
        seed: of the bootstrap.

    Returns:
        ``n`` and ``n_positive`` (with a score), ``n_unranked``, and, null unless both classes are present, ``auc``, ``ap``,
        ``precision_at`` (rank, as text, to precision), ``recall_at_1_false_in_10000``, ``recall_at_precision_95``, ``best_f1``;
        with clusters also ``auc_interval`` and ``ap_interval``.

    Raises:
        InputError: the lengths differ, or a score is NaN.
    """
    truth, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    if truth.shape != values.shape or truth.ndim != 1:
        raise InputError(f"{truth.shape} labels do not match {values.shape} scores", where="ranking")
    if np.isnan(values).any():
        raise InputError(f"{int(np.isnan(values).sum())} scores are NaN", where="ranking")
    result: dict[str, Any] = {"n": len(truth), "n_positive": int(truth.sum()), "n_unranked": n_unranked}
    if not 0 < truth.sum() < len(truth):
        names = ("auc", "ap", "recall_at_1_false_in_10000", "recall_at_precision_95", "best_f1")
        return result | dict.fromkeys(names) | {"precision_at": {}}
    points = curve(truth, values)
    result |= {
        "auc": auc(points),
        "ap": average_precision(points),
        "precision_at": {str(k): precision_at(points, k) for k in at if 0 < k <= len(truth)},
        "recall_at_1_false_in_10000": recall_at_false_rate(points, n_unranked=n_unranked),
        "recall_at_precision_95": recall_at_precision(points, n_unranked=n_unranked),
        "best_f1": best_f1(points, n_unranked=n_unranked),
    }
    if clusters is not None:
        result |= _intervals(truth, values, np.asarray(clusters), seed)
    return result


def _intervals(
    labels: NDArray[np.bool_], scores: Floats, clusters: NDArray[Any], seed: int
) -> dict[str, list[float] | None]:
    """Bootstrap over clusters: a resample is a weight per cluster, so nothing is copied."""
    _, unit = np.unique(clusters, return_inverse=True)
    n_units, rng = int(unit.max()) + 1, np.random.default_rng(seed)
    aucs, aps = [], []
    for _ in range(RESAMPLES):
        weights = np.bincount(rng.integers(n_units, size=n_units), minlength=n_units)[unit].astype(np.float64)
        points = curve(labels, scores, weights)
        if points.positives and points.negatives:
            aucs.append(auc(points))
            aps.append(average_precision(points))
    return {"auc_interval": percentile_interval(aucs, n_units), "ap_interval": percentile_interval(aps, n_units)}
