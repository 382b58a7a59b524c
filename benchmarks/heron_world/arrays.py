"""What every part uses: arrays of texts, and hashes that are the same in every run."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arr = NDArray[Any]


def obj(values: Sequence[Any] | Arr) -> Arr:
    """An object array."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def digest(*parts: object) -> int:
    """A signed 64-bit hash."""
    raw = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(raw, "little", signed=True)


def mix(a: Arr, b: Arr) -> Arr:
    """A signed 64-bit hash of each pair of 64-bit integers."""
    x = a.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ (b.view(np.uint64) + np.uint64(0x632BE59BD9B4E019))
    x = (x ^ (x >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed: Arr = (x ^ (x >> np.uint64(29))).view(np.int64)
    return mixed
