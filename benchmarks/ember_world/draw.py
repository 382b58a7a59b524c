"""Chance for those who write parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .language import topics
from .traffic import Season

Item = TypeVar("Item")


@dataclass
class Draw:
    """One stream of chance, and the season that parties are made for."""

    rng: np.random.Generator
    season: Season
    requests: int

    @property
    def days(self) -> float:
        """How long the log is."""
        return self.season.days

    def size(self, low: float, high: float) -> int:
        """A whole number, as often between 10 and 20 as between 20 and 40."""
        return round(self.about(low, high))

    def about(self, low: float, high: float) -> float:
        """A number, likewise."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def between(self, low: float, high: float) -> float:
        """A number."""
        return float(self.rng.uniform(low, high))

    def one(self, items: Sequence[Item]) -> Item:
        """One of them."""
        return items[int(self.rng.integers(len(items)))]

    def chance(self, share: float) -> bool:
        """Whether it happens."""
        return bool(self.rng.random() < share)

    def subjects(self, low: int, high: int, among: str = "") -> tuple[int, ...]:
        """Some topics, of those named or of all."""
        names = list(topics())
        pool = [names.index(name) for name in among.split()] or list(range(len(names)))
        count = min(len(pool), int(self.rng.integers(low, high + 1)))
        return tuple(int(k) for k in self.rng.permutation(pool)[:count])
