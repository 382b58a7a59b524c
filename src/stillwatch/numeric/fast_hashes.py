"""Unkeyed 64-bit hashes for kernels: FNV-1a over bytes, spread by SplitMix64, and hashes of ordered pairs.

Fast, and no secret: whoever guesses a text can compute its hash. Identifiers take :mod:`stillwatch.keys.hashing`.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

FNV_OFFSET_BASIS = np.uint64(0xCBF29CE484222325)
"""FNV-1a's hash of no bytes (Fowler, Noll and Vo); ``h = (h ^ byte) * FNV_PRIME`` takes in one more."""
FNV_PRIME = np.uint64(0x100000001B3)
GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


@njit(cache=True, nogil=True, inline="always")
def splitmix64(x: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014): spreads every input bit over the output."""
    x ^= x >> np.uint64(30)
    x *= _MIX1
    x ^= x >> np.uint64(27)
    x *= _MIX2
    x ^= x >> np.uint64(31)
    return x


def splitmix64_all(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """:func:`splitmix64` of each number of an array."""
    x = (x ^ (x >> np.uint64(30))) * _MIX1
    x = (x ^ (x >> np.uint64(27))) * _MIX2
    return x ^ (x >> np.uint64(31))


def set_hashes(n: int, owner: NDArray[np.integer], element: NDArray[np.integer]) -> NDArray[np.uint64]:
    """A hash of each of ``n`` sets, ``(n,)``: equal for equal sets; different sets collide with a probability of about 2⁻⁶⁴.

    Args:
        n: number of sets.
        owner: number of the set that each element is in, ``(n_elements,)``.
        element: the elements, distinct within a set, ``(n_elements,)``.
    """
    out = np.zeros(n, np.uint64)
    np.add.at(out, owner, splitmix64_all(element.astype(np.uint64) + GOLDEN_GAMMA))
    return out


@njit(cache=True, nogil=True, inline="always")
def hash_pair(a: np.uint64, b: np.uint64) -> np.uint64:
    """Hash of an ordered pair of hashes."""
    return splitmix64((a ^ (b + GOLDEN_GAMMA + (a << np.uint64(6)) + (a >> np.uint64(2)))) * GOLDEN_GAMMA)


def fnv1a(word: str) -> int:
    """FNV-1a of a word's UTF-8 bytes, as kernels compute it byte by byte."""
    h = int(FNV_OFFSET_BASIS)
    for byte in word.encode():
        h = ((h ^ byte) * int(FNV_PRIME)) & 0xFFFF_FFFF_FFFF_FFFF
    return h
