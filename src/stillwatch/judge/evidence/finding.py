"""A piece of evidence for every group, and how counts are compared with their null."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LEAST_EXPECTED_REPEATS = 0.05
"""Floor of the expected number of owners beyond the first of each value or network, for the p-value."""


@dataclass(frozen=True)
class Finding:
    """One piece of evidence for every group; all arrays are ``(n_groups,)``."""

    value: F64
    """Strength, 0 to 1, which the calibrated model weighs."""
    observed: F64
    """The observed statistic; its unit is the piece's. NaN where the piece is blind."""
    expected: F64
    """The same statistic under the null."""
    p_value: F64
    """p-value under the null; NaN where the piece has none or is blind."""
    window: tuple[I64, I64] | None = None
    """Length in days of the window of the observation, 0 where there is none, and its start in microseconds since 1970 UTC."""
    sampled: tuple[F64, F64, F64] | None = None
    """For a piece measured on a sample of values: the observed total, the sum of squares of each value's part of it, and the most that the
    total over all values can be."""

    def followed_by(self, other: "Finding", start: int) -> "Finding":
        """The same piece for further groups behind these: those of ``other`` from ``start`` on."""
        def joined(name: str) -> Any:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, tuple):
                return tuple(np.append(own, its[start:]) for own, its in zip(mine, theirs, strict=True))
            return None if mine is None else np.append(mine, theirs[start:])

        return Finding(**{field.name: joined(field.name) for field in fields(self)})


def ratio(numerator: F64, denominator: F64) -> F64:
    """Quotient; NaN where the denominator is not positive."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1), np.nan)


def excess_share(observed: F64, expected: F64) -> F64:
    """Share of the observed count beyond the expected one plus two standard deviations (Poisson), 0 to 1."""
    return np.nan_to_num(np.clip(1 - ratio(expected + 2 * np.sqrt(expected), observed), 0, 1))


def poisson_p(observed: F64, expected: F64) -> F64:
    """P(X ≥ observed) of a Poisson variable; 1 where nothing was observed."""
    return np.asarray(stats.poisson.sf(observed - 1, np.maximum(expected, 1e-12)), dtype=np.float64)
