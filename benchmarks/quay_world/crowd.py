"""What innocent crowds are made with: a draw, how often a crowd is met, and supplies that many of them have.

Each crowd is a function that makes one group of it; its docstring says why the crowd is innocent, or what else it is guilty of.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .profiles import UNTIL_THE_END, Group, Life, Line, Setup, Supply, Work


@dataclass(frozen=True)
class Draw:
    """What a group is made for: its size, the world's time and chance."""

    name: str
    accounts: int
    requests: float
    days: float
    release: float
    rng: np.random.Generator

    def day(self, low: float = 0.1, high: float = 0.8) -> float:
        """A day of the world."""
        return float(self.rng.uniform(low, high) * self.days)

    def number(self, low: int, high: int) -> int:
        """A whole number, high excluded."""
        return int(self.rng.integers(low, high))

    def zone(self) -> int:
        """Hours from UTC."""
        return int(self.rng.choice([-5, 0, 1, 2, 5, 8, 9]))

    def group(self, works: Work | tuple[Work, ...], supply: Supply, life: Life = UNTIL_THE_END) -> Group:
        """The group; its works share the requests as their own numbers say."""
        works = works if isinstance(works, tuple) else (works,)
        parts = np.array([work.requests or 1.0 for work in works])
        shares = parts / parts.sum() * self.requests
        return Group(
            self.name, self.accounts, tuple(replace(w, requests=float(s)) for w, s in zip(works, shares, strict=True)), supply, life
        )


@dataclass(frozen=True)
class Crowd:
    """How often a crowd is met: number of groups, accounts of each, requests per account and relative to the others."""

    units: tuple[int, int]
    size: tuple[int, int]
    per: float
    make: Callable[[Draw], Group]


CROWDS: dict[str, Crowd] = {}


def crowd(units: tuple[int, int], size: tuple[int, int], per: float) -> Callable[[Callable[[Draw], Group]], Callable[[Draw], Group]]:
    """Add a function to CROWDS under its name."""

    def add(make: Callable[[Draw], Group]) -> Callable[[Draw], Group]:
        CROWDS[make.__name__] = Crowd(units, size, per, make)
        return make

    return add


FREE = Supply(plan="free", card=0, days=240, rented=0.02)
PAYG = Supply(rented=0.01)
TEAM = Supply(kind="startup", verified=0.4, mail="firm", card=60, org="group", countries=1)
FIRM = Supply(kind="enterprise", plan="scale", verified=0.9, mail="firm", card=400, org="group", countries=2)
CAMPUS = Supply(kind="education", verified=0.3, mail="campus", card=0, phone=0, countries=1)
LAB = Supply(kind="research", verified=0.5, mail="campus", card=8, org="gaps", countries=1)
SITE = Line("site", 0.15)


def agent(which: int, **changes: object) -> Work:
    """The work of people who use a known program with tools."""
    work = Work(
        topics={"agentic": 5, "code": 4, "data": 0.6},
        setup=Setup("agent", "world", which),
        system="agent",
        system_scope="world",
        tools=True,
        turns=7,
        gap=14,
        sitting=2,
        large=0.75,
        adopt=30,
        adopters=0.75,
        stream=0.9,
        sessions_named=0.3,
        context=0.4,
    )
    return replace(work, **changes)
