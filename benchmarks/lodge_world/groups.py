"""What a crowd and a crew are made of: the same record. A crew differs from innocents by its choices alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Habit:
    """One thing that the accounts of a group do."""

    rate: float
    """requests on a day on which an account does it"""
    works: Mapping[str, float]
    spread: float = 0.8
    """of the rates over accounts (standard deviation of the logarithm)"""
    topics: tuple[str, ...] = ()
    """none: each account has a few of its own"""
    tongues: Mapping[str, float] = field(default_factory=dict)
    """none: that of the account's country"""
    hours: str = "waking"
    weekend: float = 0.4
    days: float = 0.5
    """share of days on which an account does it"""
    when: tuple[float, float] = (0.0, 1.0)
    """share of the log in which it is done"""
    turns: float = 1.7
    frame: tuple[str, str] = ("none", "one")
    """kind, and whether the group has one wording, a few, each account or each request its own"""
    system: tuple[str, str] = ("none", "one")
    """the same; also: popular, of frameworks that many use"""
    tasks: str = "free"
    """free; same: all go through one list; public: through a list that the whole world knows; dealt: each task of a list goes to
    one account, once; again: each account repeats its own few"""
    pool: int = 400
    net: Mapping[str, float] = field(default_factory=lambda: {"home": 0.8, "phone": 0.15, "vpn": 0.05})
    client: str = "crowd"
    sampling: str = "own"
    tools: str = "none"
    model: str = "own"
    keys: int = 1
    moves: float | None = None
    """share of the log after which an account uses its second key"""
    handover: float = 0.0
    """of later turns, the share that another account of the group asks"""
    replay: float = 0.0
    """of conversations, the share that says again what an earlier one said"""
    harvest: bool = False


@dataclass(frozen=True)
class Group:
    """Accounts of one kind. A number in place of a word (org, card, mail, phone) says how many the group has in all."""

    label: str
    size: int
    habits: Sequence[Habit]
    campaign: str = ""
    kinds: Mapping[str, float] = field(default_factory=lambda: {"individual": 1.0})
    org: str | int = "none"
    house: str = ""
    """whose organisations these are, where groups have them in common; one: one of them"""
    card: str | int = "own"
    mail: str | int = "common"
    phone: str | int = "own"
    signup: tuple[str, float, float] = ("long", 300.0, 0.0)
    """long: days ago, on average; burst: at this day of the log (before it: negative), over so many days; during: from and to, as
    shares of the log"""
    signup_net: str = "home"
    verified: float = 0.1
    passthrough: float = 0.0
    plans: Mapping[str, float] = field(default_factory=lambda: {"free": 0.5, "pay": 0.4, "pro": 0.1})
    paths: Mapping[str, float] = field(default_factory=dict)
    """none: as the host has them"""
    countries: Mapping[str, float] | int = field(default_factory=dict)
    """none: as the host has them; a number: so many of the host's"""
    bans: float = 0.004
    """share of accounts that are banned while the log runs"""
    standing: float = 1.0
    """share of accounts that are there at first; each of the others begins when one is banned, within hours"""
    ends: float = 1.0
    """share of the log after which all of it is shut at once"""

    def scaled(self, sizes: float, rates: float, least: int) -> "Group":
        """The same with another number of accounts and other rates."""
        habits = [replace(habit, rate=habit.rate * rates) for habit in self.habits]
        return replace(self, size=max(least, round(self.size * sizes)) if sizes != 1 else self.size, habits=habits)


class Draw:
    """Chance in the choices of groups."""

    def __init__(self, rng: np.random.Generator, days: float) -> None:
        self.rng, self.days = rng, days

    def between(self, low: float, high: float) -> float:
        """Even over the logarithm."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def size(self, low: int, high: int) -> int:
        """A number of accounts."""
        return round(self.between(low, high))

    def even(self, low: float, high: float) -> float:
        """Even."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True as often as told."""
        return bool(self.rng.random() < share)

    def among(self, *values: Any) -> Any:
        """One of these."""
        return values[int(self.rng.integers(len(values)))]

    def some(self, values: Sequence[str], low: int, high: int) -> tuple[str, ...]:
        """A few of these, in any order."""
        n = min(len(values), int(self.rng.integers(low, high + 1)))
        return tuple(values[place] for place in self.rng.permutation(len(values))[:n])
