"""Rows of whole numbers: sorting out duplicates faster than :func:`numpy.unique` does along an axis."""

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


def distinct(rows: I64) -> tuple[I64, I64]:
    """Distinct rows of ``(n, k)``, sorted by their columns, and how often each occurs."""
    if not len(rows):
        return rows, np.zeros(0, np.int64)
    ordered = rows[np.lexsort(rows.T[::-1])]
    start = np.flatnonzero(np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1)))
    return ordered[start], np.diff(np.append(start, len(ordered)))
