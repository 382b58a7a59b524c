"""Numbers that belong to a thing: what is drawn for it is a function of its 64-bit number, so that it is the same wherever it is asked."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Seeds = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ODD = np.uint64(0x9E3779B97F4A7C15)
FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


@cache
def salt(name: str) -> int:
    """The number of a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def mix(*parts: Any) -> Seeds:
    """One number for several; names stand for their salt."""
    out = np.zeros(1, np.uint64)
    for part in parts:
        out = out ^ np.asarray(salt(part) if isinstance(part, str) else part).astype(np.uint64)
        # In place: worlds call it tens of thousands of times for a few numbers each. Arrays overflow without a warning.
        out += ODD
        out ^= out >> SHIFTS[0]
        out *= FACTORS[0]
        out ^= out >> SHIFTS[1]
        out *= FACTORS[1]
        out ^= out >> SHIFTS[2]
    return out


def unit(*parts: Any) -> Floats:
    """Even over 0 to 1."""
    return np.asarray((mix(*parts) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def below(n: Any, *parts: Any) -> Ints:
    """A whole number below n."""
    return np.asarray((unit(*parts) * n).astype(np.int64))


def choose(weights: Mapping[Any, float], *parts: Any) -> Ints:
    """The place of one of the names, as often as its weight says."""
    edges = np.cumsum(list(weights.values()))
    return np.asarray(np.searchsorted(edges / edges[-1], unit(*parts), side="right").clip(max=len(edges) - 1), np.int64)


def ranked(n: int, steep: float, *parts: Any) -> Ints:
    """A whole number below n, the first much more often than the last."""
    edges = np.cumsum(1.0 / np.arange(1, n + 1) ** steep)
    return np.asarray(np.searchsorted(edges / edges[-1], unit(*parts), side="right").clip(max=n - 1), np.int64)


def hexed(seeds: Seeds) -> pa.Array:
    """Sixteen hexadecimal digits for each number."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    octets = seeds.astype(">u8").view(np.uint8)
    text = np.stack([digits[octets >> 4], digits[octets & 15]], axis=-1).tobytes()
    offsets = np.arange(len(seeds) + 1, dtype=np.int32) * 16
    return pa.StringArray.from_buffers(len(seeds), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text))
