"""What every part uses: kinds of arrays, hashes, draws by hash, names by number."""

import zlib
from collections.abc import Collection
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ObjArray = NDArray[np.object_]
Words = NDArray[np.uint64]
Rng = np.random.Generator
Mix = dict[str, float]
"""names by weight"""
U = np.uint64
DAY = 86400.0
"""seconds"""
_HEX = np.array([f"{i:04x}" for i in range(1 << 16)], dtype=object)


def mix(*parts: ArrayLike | str) -> Words:
    """Hash scalars and columns together, row by row; texts count by their CRC."""
    h: Any = U(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        for part in parts:
            p = np.asarray(zlib.crc32(part.encode()) if isinstance(part, str) else part)
            p = p.astype(np.int64).view(U) if p.dtype.kind in "ib" else p.astype(U)
            h = (h ^ p) * U(0xBF58476D1CE4E5B9)
            h = (h ^ (h >> U(29))) * U(0x94D049BB133111EB)
            h = h ^ (h >> U(32))
            h = h + U(0x632BE59BD9B4E019)
    return cast(Words, h)


def unit(*parts: ArrayLike | str) -> FloatArray:
    """Uniform numbers from 0 to below 1 by hash."""
    return (mix(*parts) >> U(11)).astype(np.float64) * 2.0**-53


def pick(n: int, *parts: ArrayLike | str) -> IntArray:
    """Numbers from 0 to below n by hash."""
    return (mix(*parts) % U(n)).astype(np.int64)


def choose(weights: Collection[float], *parts: ArrayLike | str) -> IntArray:
    """Places in a list of weights, drawn by hash."""
    c = np.cumsum(np.asarray(list(weights), float))
    return np.minimum(np.searchsorted(c / c[-1], unit(*parts), side="right"), len(c) - 1)


def draw(names: Mix, *parts: ArrayLike | str) -> ObjArray:
    """Names drawn by weight and hash."""
    return objects(list(names))[choose(names.values(), *parts)]


def hexed(h: Words, digits: int = 16) -> ObjArray:
    """Hexadecimal digits of hashes, a multiple of four."""
    out = _HEX[(h & U(0xFFFF)).astype(np.int64)]
    for i in range(1, digits // 4):
        out = out + _HEX[((h >> U(16 * (i % 4))) & U(0xFFFF)).astype(np.int64)]
        if i % 4 == 3 and digits > 16:
            h = mix(h, 7)
    return out


def objects(values: Collection[object]) -> ObjArray:
    """A column of whatever there is."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def without(values: ObjArray, mask: BoolArray) -> ObjArray:
    """Values, none under a mask."""
    return np.where(mask, np.array(None, dtype=object), values)


def heads(groups: NDArray[np.generic]) -> BoolArray:
    """Which rows begin a group; rows of a group stand together."""
    return np.concatenate([np.ones(min(len(groups), 1), dtype=bool), groups[1:] != groups[:-1]])
