"""Numbers that belong to a thing.

A person's favourite topic and a task's wording are functions of a number, so that the same task has the same words.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Mix = Mapping[str, float]


def mixed(seed: npt.NDArray[Any], salt: int | npt.NDArray[Any] = 0) -> Words:
    """64 bits that look random, of a number and a salt (finaliser of splitmix64)."""
    salted = np.asarray(salt).astype(np.uint64).reshape(-1) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019)
    x = np.asarray(seed).astype(np.uint64) + salted
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    last: Words = x ^ (x >> np.uint64(31))
    return last


def unit(seed: npt.NDArray[Any], salt: int | npt.NDArray[Any] = 0) -> Floats:
    """The same as a number from 0 up to 1."""
    return (mixed(seed, salt) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def below(seed: npt.NDArray[Any], n: int | Ints, salt: int = 0) -> Ints:
    """The same as a whole number below n."""
    return (unit(seed, salt) * n).astype(np.int64)


def choose(u: Floats, mix: Mix, order: list[str]) -> Ints:
    """Which of the weighted names each number from 0 to 1 stands for, as a place in ``order``."""
    places = np.array([order.index(name) for name in mix])
    edges = np.cumsum(np.array(list(mix.values()), dtype=np.float64))
    return places[np.minimum(np.searchsorted(edges / edges[-1], u, side="right"), len(places) - 1)]


def fresh(rng: np.random.Generator, n: int) -> Words:
    """New 64-bit numbers."""
    return rng.integers(0, 2**63, n, dtype=np.uint64)


def hexes(seed: Words, digits: int = 16) -> pa.StringArray:
    """Numbers as hexadecimal digits, 16 or fewer."""
    if not len(seed):
        return pa.array([], pa.string())
    text = np.frombuffer(seed.astype(">u8").tobytes().hex().encode(), "S16").astype("U16")
    return pa.array(text.astype(f"U{digits}"))
