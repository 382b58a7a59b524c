"""Groups of accounts, when they ask, and in which technical manner."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .network import IntArray, Net
from .text import Pins

FloatArray = NDArray[np.float64]
DAY = 86_400_000_000
SEC = 1_000_000
HOURS: dict[str, list[float]] = {
    "person": [2, 1, 1, 0.5, 0.5, 1, 2, 4, 6, 8, 8, 7, 6, 6, 6, 6, 6, 6, 7, 8, 9, 9, 7, 4],
    "office": [0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 1, 3, 8, 11, 11, 10, 5, 8, 10, 10, 9, 6, 3, 2, 1.5, 1, 0.7, 0.4],
    "evening": [4, 3, 2, 1, 0.5, 0.5, 0.5, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 8, 9, 10, 10, 9, 7],
    "student": [3, 2, 1, 0.5, 0.3, 0.3, 1, 2, 5, 7, 7, 5, 4, 5, 6, 6, 5, 5, 6, 8, 10, 10, 8, 5],
    "night": [9, 10, 10, 9, 7, 5, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 8], "flat": [1.0] * 24,
    "service": [3, 2, 2, 2, 2, 3, 4, 6, 8, 10, 10, 9, 9, 9, 10, 10, 10, 10, 9, 9, 8, 7, 6, 4],
    "shift": [0, 0, 0, 0, 0, 0, 0, 6, 10, 10, 9, 10, 3, 9, 10, 10, 9, 7, 1, 0, 0, 0, 0, 0],
    "late": [10, 9, 9, 3, 9, 8, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 8, 10, 10],
    "class": [0, 0, 0, 0, 0, 0, 0, 1, 6, 10, 10, 7, 2, 7, 9, 6, 3, 1, 1, 2, 3, 3, 1, 0]
}


@dataclass
class Group:
    """A set of accounts made together, with their way into the service."""

    idx: IntArray
    net: Net
    client: IntArray
    client2: IntArray
    swap_ts: IntArray
    cc: IntArray
    tz: FloatArray
    created: IntArray
    pins: list[Pins | None]
    other: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # a second device, -1 = none

    @property
    def n(self) -> int:
        """How many accounts."""
        return len(self.idx)


@dataclass
class Plan:
    """When which account asks: local account, session, turn, time; ordered by session and turn."""

    a: IntArray
    s: IntArray
    t: IntArray
    ts: IntArray

    def keep(self, mask: NDArray[np.bool_]) -> "Plan":
        """The rows where `mask` holds."""
        return Plan(self.a[mask], self.s[mask], self.t[mask], self.ts[mask])

    @property
    def n(self) -> int:
        """How many requests."""
        return len(self.a)


@dataclass
class Style:
    """The technical manners of a crowd's requests."""

    path: str | list[str] = "api"
    models: dict[str, float] = field(default_factory=lambda: {"mini": 5, "main": 4, "think": 1, "next": 2})
    temps: dict[float | None, float] = field(default_factory=lambda: {None: 6, 0.0: 1, 0.7: 2, 1.0: 1, 0.2: 1})
    top_ps: dict[float | None, float] = field(default_factory=lambda: {None: 9, 0.95: 1, 1.0: 1})
    caps: dict[int | None, float] = field(default_factory=lambda: {None: 4, 1024: 3, 2048: 2, 4096: 2, 512: 1})
    stream: float = 0.4
    out: float = 260.0
    out_sigma: float = 0.8
    think: float = 700.0
    extra: float = 0.0
    extra_sigma: float = 0.9
    chained: bool = True
    tools: IntArray | None = None
    fail: float = 0.012
    session_p: float = 0.25
    steady: float = 0.9  # how often an account keeps its usual model and settings
