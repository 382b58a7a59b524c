"""Draws of a world: numbers for parameters from a generator, and numbers for things from what they are called by."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
U64 = NDArray[np.uint64]


def mix(*parts: Any) -> U64:
    """A number that looks random for each combination of integers (arrays and scalars mix)."""
    with np.errstate(over="ignore"):
        h: Any = np.uint64(0x51ED270B7A3F9C15)
        for part in parts:
            h = (h ^ np.asarray(part).astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            h = (h ^ (h >> np.uint64(31))) * np.uint64(0xC2B2AE3D27D4EB4F)
            h = h ^ (h >> np.uint64(29))
    found: U64 = np.asarray(h, dtype=np.uint64)
    return found


def unit(*parts: Any) -> NDArray[np.float64]:
    """As :func:`mix`, between 0 and 1."""
    return np.asarray((mix(*parts) >> np.uint64(11)).astype(np.float64) / 2.0**53)


def below(n: Any, *parts: Any) -> NDArray[np.int64]:
    """As :func:`mix`, an integer below n."""
    return np.asarray((mix(*parts) % np.asarray(n).astype(np.uint64)).astype(np.int64))


def pick(u: NDArray[np.float64], weights: Mapping[Any, float] | Sequence[float]) -> NDArray[np.int64]:
    """Which of the weighted things each u between 0 and 1 falls on."""
    w = np.array(list(weights.values()) if isinstance(weights, Mapping) else weights, dtype=float)
    return np.minimum(np.searchsorted(np.cumsum(w) / w.sum(), u, side="right"), len(w) - 1)


class Dice:
    """What the author of a scenario leaves to the seed."""

    def __init__(self, rng: np.random.Generator, days: float, events: int) -> None:
        self.rng, self.days, self.events = rng, days, events

    def real(self, low: float, high: float) -> float:
        """Evenly between the two."""
        return float(self.rng.uniform(low, high))

    def log(self, low: float, high: float) -> float:
        """Evenly in the logarithm."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def count(self, low: int, high: int) -> int:
        """A whole number, evenly in the logarithm."""
        return max(low, min(high, round(self.log(low, high + 0.49))))

    def chance(self, p: float) -> bool:
        """True in so many worlds."""
        return bool(self.rng.random() < p)

    def one(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[int(self.rng.integers(len(things)))]

    def some(self, things: Sequence[T], low: int, high: int) -> tuple[T, ...]:
        """So many of them, in an order of chance."""
        n = min(len(things), int(self.rng.integers(low, high + 1)))
        return tuple(things[i] for i in self.rng.permutation(len(things))[:n])

    def few(self, low: float, high: float, p: float) -> float:
        """A strength that is nothing in some worlds: with chance p drawn between the two, else 0."""
        return self.real(low, high) if self.chance(p) else 0.0
