"""Draws from broad distributions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .party import Mix

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Draw:
    """What is drawn for one season of a provider."""

    rng: np.random.Generator
    days: int

    def between(self, low: float, high: float) -> float:
        """A number, as likely in each octave."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def even(self, low: float, high: float) -> float:
        """A number, as likely everywhere."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one(self, *things: Thing) -> Thing:
        """One of the things."""
        return things[int(self.rng.integers(len(things)))]

    def says(self, chance: float) -> bool:
        """True so often."""
        return bool(self.rng.random() < chance)

    def some(self, mix: Mix, least: int = 2) -> Mix:
        """Part of a mix, in other shares."""
        names: Sequence[str] = list(mix)
        many = self.whole(min(least, len(names)), len(names))
        kept = [names[i] for i in sorted(self.rng.choice(len(names), many, replace=False))]
        return {name: mix[name] * self.between(0.4, 2.5) for name in kept}
