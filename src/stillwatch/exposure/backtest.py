"""Back-test of the laws: hide the top of each curve, predict it, compare. Intervals are only as good as this says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.exposure.laws import MIN_POINTS, Curve, predict

FACTORS = (14.0, 7.0, 3.5)
TARGET = 0.90


@dataclass(frozen=True)
class Row:
    """One curve with its top hidden."""

    curve: str
    factor: float
    """Largest N over the largest N that was shown to the law."""
    truth: float
    predicted: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """Absolute error of the point estimate."""
        return abs(self.predicted - self.truth)

    @property
    def covered(self) -> bool:
        """The truth lies in the interval."""
        return self.low <= self.truth <= self.high


@dataclass(frozen=True)
class Table:
    """Errors at one factor over all curves."""

    factor: float
    n_curves: int
    median: float
    largest: float
    covered: float
    width: float
    """Median width of the intervals."""


def hide(curve: Curve, factor: float) -> Curve | None:
    """The part of a curve up to its largest N over ``factor``; nothing where too few points are left."""
    part = curve.upto(curve.n[-1] / factor * 1.0001)
    return part if len(part.n) >= MIN_POINTS else None


def rows(curves: Sequence[Curve], factors: Sequence[float] = FACTORS, *, widen: float = 1.0) -> list[Row]:
    """Predict the mean score at the largest N of each curve from what lies below it by each factor."""
    found = []
    for curve in curves:
        for factor in factors:
            part = hide(curve, factor)
            if part is None:
                continue
            guess = predict(part, [float(curve.n[-1])], widen=widen)[0]
            if guess.score is not None:
                found.append(Row(curve.name, factor, float(curve.mean[-1]), guess.score, guess.low, guess.high))
    return found


def table(found: Sequence[Row]) -> list[Table]:
    """Errors and coverage at each factor."""
    tables = []
    for factor in sorted({row.factor for row in found}, reverse=True):
        mine = [row for row in found if row.factor == factor]
        errors = np.array([row.error for row in mine])
        tables.append(Table(
            factor, len(mine), float(np.median(errors)), float(errors.max()), float(np.mean([row.covered for row in mine])),
            float(np.median([row.high - row.low for row in mine])),
        ))  # fmt: skip
    return tables


def widening(found: Sequence[Row], target: float = TARGET) -> float:
    """The factor on half-widths at which ``target`` of the rows are covered (split-conformal on relative misses)."""
    ratios: NDArray[np.float64] = np.array([
        (row.truth - row.predicted) / max(row.high - row.predicted, 1e-9) if row.truth >= row.predicted
        else (row.predicted - row.truth) / max(row.predicted - row.low, 1e-9)
        for row in found
    ])  # fmt: skip
    return float(np.quantile(ratios, min(1.0, target * (len(ratios) + 1) / len(ratios)))) if len(ratios) else 1.0
