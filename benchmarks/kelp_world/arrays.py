"""What every part uses: arrays, and a hash of integers that is the same in every run."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Arr = NDArray[Any]


def mix(*parts: Arr | int) -> Arr:
    """A hash below 2^63 of integers, element by element."""
    with np.errstate(over="ignore"):
        h: Arr = np.array(0x9E3779B97F4A7C15, dtype=np.uint64)
        for part in parts:
            h = (h ^ np.asarray(part).astype(np.int64).astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
            h = (h ^ (h >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
            h = h ^ (h >> np.uint64(32))
    return np.asarray(h >> np.uint64(1)).astype(np.int64)


def shares(weights: dict[str, float]) -> Arr:
    """Weights as probabilities."""
    p = np.array(list(weights.values()), dtype=float)
    return np.asarray(p / p.sum())
