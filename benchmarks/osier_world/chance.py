"""Chance by counting: every choice is a hash of who chooses and what for, so that a choice can be made again anywhere.

A task of a list is a seed; whoever is dealt the task gets the same text without a table of texts. Choices over ranges
that the seed of a world draws go through :class:`Draw`.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Any = TypeVar("Any")

_A, _B, _C = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = (np.uint64(n) for n in (30, 27, 31, 11))


@cache
def salt(name: str) -> np.uint64:
    """A number that stands for a name."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


def round_of(seeds: U64, constant: U64 | np.uint64) -> U64:
    """One round of :func:`mix`, for where seeds are mixed a great many times."""
    z = (seeds ^ constant) + _A
    z = (z ^ (z >> _30)) * _B
    z = (z ^ (z >> _27)) * _C
    return np.asarray(z ^ (z >> _31))


def mix(seeds: U64, *with_: U64 | np.uint64 | str | int) -> U64:
    """New seeds from seeds and what they are for (splitmix64)."""
    z = np.atleast_1d(seeds).astype(np.uint64)
    for other in with_:
        if isinstance(other, str):
            other = salt(other)
        z = round_of(z, np.asarray(other).astype(np.uint64))
    return z


def unit(seeds: U64, *with_: U64 | np.uint64 | str | int) -> F64:
    """Numbers of [0, 1) from seeds."""
    return np.asarray((mix(seeds, *with_) >> _11).astype(np.float64) / float(1 << 53))


def below(seeds: U64, n: int | I64, *with_: U64 | np.uint64 | str | int) -> I64:
    """Whole numbers of [0, n) from seeds."""
    return np.asarray((unit(seeds, *with_) * n).astype(np.int64))


def weighted(weights: Sequence[float] | F64, chance: F64) -> I64:
    """Indices by their weights."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(np.searchsorted(steps / steps[-1], chance, side="right"), len(steps) - 1).astype(np.int64)


def within(counts: I64) -> I64:
    """0, 1, … for each group of so many rows."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts))


class Draw:
    """What the seed of a world decides."""

    def __init__(self, seed: int, *names: str) -> None:
        key = hashlib.blake2b(repr((seed, *names)).encode(), digest_size=8).digest()
        self.rng = np.random.default_rng(int.from_bytes(key, "little"))

    def whole(self, low: float, high: float) -> int:
        """A whole number, its logarithm even over the range."""
        return round(float(np.exp(self.rng.uniform(np.log(low), np.log(high)))))

    def real(self, low: float, high: float) -> float:
        """A number of the range."""
        return float(self.rng.uniform(low, high))

    def yes(self, chance: float) -> bool:
        """True with this chance."""
        return bool(self.rng.random() < chance)

    def one(self, of: Sequence[Any]) -> Any:
        """One of them."""
        return of[int(self.rng.integers(len(of)))]

    def some(self, of: Sequence[Any], low: int, high: int) -> tuple[Any, ...]:
        """Some of them, in their order."""
        n = min(len(of), int(self.rng.integers(low, high + 1)))
        return tuple(of[i] for i in np.sort(self.rng.choice(len(of), n, replace=False)))

    def shares(self, names: Sequence[str], evenness: float = 1.0) -> dict[str, float]:
        """Random weights."""
        return dict(zip(names, (self.rng.dirichlet(np.full(len(names), evenness)) + 0.01).tolist(), strict=True))
