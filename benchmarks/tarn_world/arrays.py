"""What every part uses: arrays, weighted draws, hashes, places within groups."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Arr = NDArray[Any]
T = TypeVar("T")


def choose(rng: Generator, weights: Mapping[str, float], n: int) -> list[str]:
    """Weighted draw of names."""
    names = list(weights)
    p = np.array(list(weights.values()), float)
    return [names[i] for i in rng.choice(len(names), n, p=p / p.sum())]


def pick(rng: Generator, pool: Sequence[T], n: int) -> list[T]:
    """Draw n entries of a pool with replacement."""
    return [pool[i] for i in rng.integers(0, len(pool), n)]


def shuffled(rng: Generator, pool: Sequence[T], most: int | None = None) -> list[T]:
    """The entries of a pool in random order, or so many of them."""
    return [pool[i] for i in rng.permutation(len(pool))[:most]]


def heads(counts: Arr) -> Arr:
    """Where each run of repeated rows begins."""
    return np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else np.zeros(0, int)


def h64(*parts: object) -> int:
    """A signed 64-bit hash of text parts."""
    return digest64("\x1f".join(map(str, parts)))


def digest64(text: str) -> int:
    """A signed 64-bit hash of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def starts(groups: Arr) -> Arr:
    """For sorted groups, the row where each row's group begins."""
    new = np.concatenate([[True], groups[1:] != groups[:-1]]) if len(groups) else np.zeros(0, bool)
    first: Arr = np.maximum.accumulate(np.where(new, np.arange(len(groups)), 0))
    return first


def rank_in_group(groups: Arr) -> Arr:
    """How many earlier rows each row's group has."""
    order = np.argsort(groups, kind="stable")
    out = np.empty(len(groups), int)
    out[order] = np.arange(len(groups)) - starts(groups[order])
    return out
