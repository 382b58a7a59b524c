"""Numbers that are fixed for a thing: a person, a machine or a day always gets the same ones, without a table of them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Seeds = NDArray[np.uint64]
Floats = NDArray[np.float64]


def mix(seed: Seeds, *salts: int | Ints | Seeds) -> Seeds:
    """A well mixed number for every seed with its salts."""
    found = seed.astype(np.uint64)
    for salt in salts:
        add = np.uint64(salt & 0xFFFFFFFFFFFFFFFF) if isinstance(salt, int) else salt.astype(np.uint64)
        with np.errstate(over="ignore"):
            found = (found ^ add) + np.uint64(0x9E3779B97F4A7C15)
            found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            found = found ^ (found >> np.uint64(31))
    return found


def unit(seed: Seeds) -> Floats:
    """The number as a fraction of 1."""
    return (seed >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def below(seed: Seeds, bound: int | Ints) -> Ints:
    """The number as an index below a bound."""
    return np.asarray((unit(seed) * bound).astype(np.int64))


def fresh(rng: np.random.Generator, n: int) -> Seeds:
    """New seeds."""
    return rng.integers(0, 1 << 63, n, dtype=np.uint64)


def pick(at: Floats, weights: Mapping[str, float], names: list[str]) -> Ints:
    """For fractions of 1, the place in ``names`` of what the weights give."""
    edges = np.cumsum(list(weights.values()))
    chosen = np.minimum(np.searchsorted(edges, at * edges[-1], side="right"), len(edges) - 1)
    return np.asarray(np.array([names.index(name) for name in weights])[chosen], np.int64)
