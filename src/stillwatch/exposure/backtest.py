"""Back-test of the laws: hide the top of each curve, predict it, compare. Intervals are only as good as this says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stillwatch.exposure.laws import FLOOR_SPREAD, MIN_POINTS, Curve, Prediction, measured, predict
from stillwatch.exposure.thresholds import at_chance

FACTORS = (14.0, 7.0, 3.5)
TARGET = 0.90
MEDIAN_AIMS = {14.0: 0.03, 7.0: 0.02, 3.5: 0.015}
LARGEST_AIM = 0.10
LEAST_COVERED = 0.85
"""Aims of a back-test: errors no larger than these, and the truth within no fewer of the intervals."""


@dataclass(frozen=True)
class Row:
    """One curve with its top hidden."""

    curve: str
    factor: float
    """N that was predicted over the largest N that was shown to the law."""
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

    @property
    def misses(self) -> str:
        """Which aims it misses, in words; empty where none is."""
        aim = MEDIAN_AIMS.get(self.factor, np.inf)
        missed = [
            f"median error {self.median:.3f}, aim {aim:g}" * (self.median > aim),
            f"largest error {self.largest:.3f}, aim {LARGEST_AIM:g}" * (self.largest > LARGEST_AIM),
            f"{self.covered:.0%} within the interval, aim {LEAST_COVERED:.0%}" * (self.covered < LEAST_COVERED),
        ]
        return "; ".join(filter(None, missed))

    @property
    def fails(self) -> bool:
        """Whether some curve was missed by too much or too often: of few curves the median may miss its aim by chance."""
        return self.largest > LARGEST_AIM or self.covered < LEAST_COVERED


def hide(curve: Curve, factor: float) -> Curve | None:
    """The part of a curve up to its largest N over ``factor``; nothing where no law would be fitted to it: too few points, or chance."""
    part = curve.upto(curve.n[-1] / factor * 1.0001)
    return part if len(part.n) >= MIN_POINTS and not at_chance(part) else None


def rows(
    curves: Sequence[Curve], factors: Sequence[float] = FACTORS, *, widen: float = 1.0, tasks: Sequence[str] | None = None,
    floor_spread: float = FLOOR_SPREAD,
) -> list[Row]:
    """Predict the mean score of each curve at each factor beyond what is shown of it.

    Args:
        curves: what was measured.
        factors: what is shown ends at the largest N measured over the factor, or at the next N below.
        widen: factor on half-widths.
        tasks: of each curve; what is shown of the other curves of its task is known, too.
        floor_spread: how far the floors of students of one task lie apart.
    """
    found = []
    for factor in factors:
        shown = [hide(curve, factor) for curve in curves]
        for i, (curve, part) in enumerate(zip(curves, shown, strict=True)):
            if part is None:
                continue
            peers = tuple(
                other for j, other in enumerate(shown) if other is not None and j != i and tasks is not None and tasks[j] == tasks[i]
            )
            guess = predict(part, [factor * float(part.n[-1])], widen=widen, peers=peers, floor_spread=floor_spread)[0]
            found += _row(curve.name, factor, curve, guess)
    return found


def best_rows(
    groups: Sequence[tuple[Curve, Sequence[Curve]]], factors: Sequence[float] = FACTORS, *, widen: float = 1.0
) -> list[Row]:
    """The same of the best of several students of a task, as campaigns are valued: by the curve of the one that leads where shown.

    Nothing in the package asks it; it ships beside :func:`rows` as the check of how :mod:`.worth` values campaigns, which
    ``benchmarks/exposure.py`` makes.

    Args:
        groups: the best of all students at each N, and the curves of the students.
        factors: as above.
        widen: factor on half-widths.
    """
    found = []
    for factor in factors:
        for best, curves in groups:
            part, shown = hide(best, factor), [hide(curve, factor) for curve in curves]
            kept = [curve for curve in shown if curve is not None]
            if part is None or not kept:
                continue
            first, others = leader(kept)
            guess = predict(first, [factor * float(first.n[-1])], widen=widen, peers=others, best=part)[0]
            found += _row(best.name, factor, best, guess)
    return found


def leader(curves: Sequence[Curve]) -> tuple[Curve, tuple[Curve, ...]]:
    """The curve with the highest score at its largest N, and the others."""
    first = max(range(len(curves)), key=lambda i: float(curves[i].mean[-1]))
    return curves[first], tuple(curve for i, curve in enumerate(curves) if i != first)


def _row(name: str, factor: float, curve: Curve, guess: Prediction) -> list[Row]:
    if guess.score is None:
        return []
    truth = measured(curve, guess.n).score
    assert truth is not None
    return [Row(name, factor, truth, guess.score, guess.low, guess.high)]


def table(found: Sequence[Row]) -> list[Table]:
    """Errors and coverage at each factor."""
    tables = []
    for factor in sorted({row.factor for row in found}, reverse=True):
        mine = [row for row in found if row.factor == factor]
        errors = np.array([row.error for row in mine])
        tables.append(Table(
            factor, len(mine), float(np.median(errors)), float(errors.max()), float(np.mean([row.covered for row in mine])),
            float(np.median([row.high - row.low for row in mine])),
        ))
    return tables


def widening(found: Sequence[Row], target: float = TARGET) -> float:
    """The factor on half-widths at which ``target`` of the rows are covered at each distance: a quantile of relative misses.

    It is taken between two misses, so it may be a little less than that of split-conformal prediction, the ceil((n + 1) target)-th miss.
    The largest of the distances' factors: one of all rows together is too small where laws miss most, far from what they saw.
    """
    by_distance = {row.factor: [_miss(other) for other in found if other.factor == row.factor] for row in found}
    return max((_quantile(misses, target) for misses in by_distance.values()), default=1.0)


def _miss(row: Row) -> float:
    """Error over the half-width on its side."""
    half = row.high - row.predicted if row.truth >= row.predicted else row.predicted - row.low
    return row.error / max(half, 1e-9)


def _quantile(misses: list[float], target: float) -> float:
    return float(np.quantile(misses, min(1.0, target * (len(misses) + 1) / len(misses))))
