"""Chance: draws from one buffered stream, and hashes that stand for what a log keeps as hashes."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")
BUFFER = 65_536


def hashed(*parts: object) -> int:
    """64 signed bits of what the parts say."""
    told = "\x1f".join("" if part is None else str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest(), "little", signed=True)


class Draws:
    """A stream of draws.

    Args:
        rng: what is drawn from; arrays are drawn from it directly.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._ready: list[float] = []

    def share(self) -> float:
        """A number from 0 to 1."""
        if not self._ready:
            self._ready = self.rng.random(BUFFER).tolist()
        return self._ready.pop()

    def chance(self, share: float) -> bool:
        """True for such a share of draws."""
        return self.share() < share

    def pick(self, among: Sequence[Choice]) -> Choice:
        """One of them."""
        return among[int(self.share() * len(among))]

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def wait(self, mean: float) -> float:
        """An exponential time."""
        return float(-mean * np.log(1 - self.share() + 1e-12))

    def around(self, middle: float, spread: float) -> float:
        """A normal number."""
        return float(middle + spread * self.rng.standard_normal())

    def skewed(self, median: float, sigma: float) -> float:
        """A log-normal number."""
        return float(median * np.exp(sigma * self.rng.standard_normal()))

    def digits(self, length: int = 12) -> str:
        """So many hexadecimal digits."""
        return "".join("0123456789abcdef"[int(self.share() * 16)] for _ in range(length))
