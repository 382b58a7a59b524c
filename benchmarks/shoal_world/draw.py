"""Draws from broad distributions, which make each seed's crowds and crews others."""

from dataclasses import dataclass

import numpy as np

from .numbers import Mix


@dataclass
class Draw:
    """One world's draws; ``days`` is how long its log is."""

    rng: np.random.Generator
    days: int

    def u(self, low: float, high: float) -> float:
        """Evenly between two bounds."""
        return float(self.rng.uniform(low, high))

    def log(self, low: float, high: float) -> float:
        """Evenly in logarithms."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def size(self, low: int, high: int) -> int:
        """How many, evenly in logarithms."""
        return round(self.log(low, high))

    def odds(self, chance: float) -> bool:
        """Whether something happens."""
        return bool(self.rng.random() < chance)

    def one(self, *names: str) -> str:
        """One of the names."""
        return names[int(self.rng.integers(0, len(names)))]

    def mix(self, *names: str, even: float = 1.0) -> Mix:
        """The names with weights; the smaller ``even``, the more one prevails."""
        return dict(zip(names, self.rng.dirichlet(np.full(len(names), even)).tolist(), strict=True))

    def country(self) -> Mix:
        """One country."""
        return {self.one("US", "GB", "IN", "DE", "FR", "ES", "MX", "BR", "ID", "SG", "PL", "NG", "KE", "CA", "AT", "TW"): 1.0}

    def part(self, low: float, high: float) -> tuple[float, float]:
        """A part of the log of about so long a share of it."""
        length = self.u(low, high)
        begin = self.u(0, 1 - length)
        return begin, begin + length
