"""Numbers that a seed decides."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")
TONGUE_CODES = ("es", "fr", "de", "pt", "id", "tr", "zh")


class Draw:
    """Draws choices for the parties of a log of so many days and requests."""

    def __init__(self, rng: np.random.Generator, days: float, release: float, requests: int) -> None:
        """Draw from ``rng``."""
        self.rng, self.days, self.release, self.requests = rng, days, release, requests

    def pace(self, accounts: int, days: float, low: float, high: float) -> float:
        """Requests of an account a day with which so many accounts in so many days make a share of the log."""
        return self.between(low, high) * self.requests / (accounts * days)

    def between(self, low: float, high: float) -> float:
        """Any number between."""
        return float(self.rng.uniform(low, high))

    def log(self, low: float, high: float) -> float:
        """A number between, small ones as likely as large ones."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def count(self, low: float, high: float) -> int:
        """The same as a whole number."""
        return round(self.log(low, high))

    def one(self, *things: Thing) -> Thing:
        """One of the things."""
        return things[int(self.rng.integers(len(things)))]

    def chance(self, part: float) -> bool:
        """Whether something happens that so often does."""
        return bool(self.rng.random() < part)

    def day(self, low: float = 0.1, high: float = 0.8) -> float:
        """A moment of the log."""
        return self.days * self.between(low, high)

    def shares(self, weights: Mapping[str, float], firmness: float = 6.0) -> dict[str, float]:
        """Shares about as given."""
        total = sum(weights.values())
        drawn = self.rng.dirichlet([max(weight / total * firmness, 0.05) for weight in weights.values()])
        return dict(zip(weights, drawn.tolist(), strict=True))

    def abroad(self, many: int) -> dict[str, float]:
        """Some tongues other than English."""
        chosen = self.rng.choice(TONGUE_CODES, many, replace=False).tolist()
        return self.shares(dict.fromkeys(chosen, 1.0), 5.0 * many)
