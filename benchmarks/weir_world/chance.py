"""Chance by key: what belongs to a person, a task or a firm is a function of its number, so that no table has to hold it."""

import zlib
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Key = int | np.uint64 | Keys | Ints
ODD = np.uint64(0x632BE59BD9B4E019)
FACTORS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


@cache
def word(text: str) -> int:
    """The number of a word, the same in every process."""
    raw = text.encode()
    return zlib.crc32(raw) << 32 | zlib.crc32(raw[::-1] + b"weir")


def mix(*keys: Any) -> Keys:
    """One key out of several (arrays or numbers), in order."""
    out: Keys = np.zeros(1, dtype=np.uint64)
    for key in keys:
        out = out ^ np.asarray(key).astype(np.uint64)
        # In place: worlds call it ten thousand times for a few keys each. Arrays overflow without a warning.
        out *= FACTORS[0]
        out += ODD
        out ^= out >> SHIFTS[0]
        out *= FACTORS[1]
        out ^= out >> SHIFTS[1]
        out *= FACTORS[2]
        out ^= out >> SHIFTS[2]
    return out


def below(keys: Keys, most: int | Ints) -> Ints:
    """A number from 0 to below ``most`` for each key."""
    return (keys % np.asarray(most).astype(np.uint64)).astype(np.int64)


def unit(keys: Keys) -> Floats:
    """A number in [0, 1) for each key."""
    return (keys >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def weighted(keys: Keys, weights: npt.ArrayLike) -> Ints:
    """An index for each key, as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(np.searchsorted(edges / edges[-1], unit(keys), side="right"), len(edges) - 1).astype(np.int64)
