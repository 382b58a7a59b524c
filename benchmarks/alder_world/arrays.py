"""What every part uses: kinds of arrays, weighted draws, hashes, places within groups."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ObjArray = NDArray[np.object_]
Words = NDArray[np.uint64]
Rng = np.random.Generator
Mix = dict[str, float]
"""names by weight"""
Agents = tuple[ObjArray, ObjArray]
"""user agents and TLS prints, row by row"""


def choose(rng: Rng, mix: Mix, n: int) -> ObjArray:
    """Draw n names by weight."""
    p = np.array(list(mix.values()), dtype=float)
    return np.asarray(np.array(list(mix), dtype=object)[rng.choice(len(mix), size=n, p=p / p.sum())])


def missing(values: ObjArray) -> BoolArray:
    """Which values are none."""
    return np.array([value is None for value in values], dtype=bool)


def only(mask: BoolArray, values: ObjArray) -> ObjArray:
    """Values under a mask, else none."""
    return np.where(mask, values, np.array(None, dtype=object))


def instead(given: ObjArray | None, drawn: ObjArray) -> ObjArray:
    """What is given, and what was drawn where nothing is."""
    return drawn if given is None else np.where(missing(given), drawn, given)


def digest(text: str, n: int = 12) -> str:
    """Hexadecimal digits of a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()[:n]


def text_hash(texts: ObjArray) -> IntArray:
    """A 63-bit hash of every text, 0 for none."""
    known: dict[Any, int] = {None: 0}
    for text in texts:
        if text not in known:
            known[text] = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1
    return np.array([known[text] for text in texts], dtype=np.int64)


def hash64(*parts: IntArray | int) -> Words:
    """Hash integer columns together, row by row."""
    acc = np.zeros(1, dtype=np.uint64)
    for part in parts:
        acc = _scrambled(acc ^ np.asarray(part, dtype=np.int64).astype(np.uint64))
    return acc


def _scrambled(x: Words) -> Words:
    """The finaliser of splitmix64."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def hash63(*parts: IntArray | int) -> IntArray:
    """Hash integer columns together, row by row, to what is not negative."""
    return (hash64(*parts) >> np.uint64(1)).astype(np.int64)


def below(hashed: Words, n: int) -> IntArray:
    """Numbers from 0 to below n by hash."""
    return (hashed % np.uint64(n)).astype(np.int64)


def heads(groups: IntArray) -> BoolArray:
    """Which rows begin a group; rows of a group stand together."""
    return np.concatenate([np.ones(min(len(groups), 1), dtype=bool), groups[1:] != groups[:-1]])


def places(groups: IntArray) -> IntArray:
    """How many rows of its group stand before each; rows of a group stand together."""
    rows = np.arange(len(groups))
    return rows - np.maximum.accumulate(np.where(heads(groups), rows, 0))
