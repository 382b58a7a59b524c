"""What every crowd is made with: its usual size, the register of a kind of crowds, and mixes of tasks and lines that several have."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .profiles import Stream, Supply, Weights

Draw = np.random.Generator
Made = tuple[Supply, tuple[Stream, ...]]
Make = Callable[[Draw], Made]

CHAT: Weights = (
    ("chat", 30),
    ("email", 9),
    ("homework", 10),
    ("travel", 5),
    ("cooking", 6),
    ("translate", 8),
    ("summary", 7),
    ("story", 4),
    ("medicine", 5),
    ("law", 4),
    ("codefix", 4),
    ("math", 2),
    ("logic", 2),
    ("data", 2),
    ("science", 2),
)
CODE: Weights = (("codewrite", 30), ("codefix", 26), ("codereview", 14), ("sql", 10), ("data", 6), ("chat", 5), ("tooluse", 3))
AGENT: Weights = (("agent", 70), ("codefix", 15), ("codereview", 10), ("sql", 5))
HARD: Weights = (("math", 40), ("science", 25), ("logic", 20), ("codewrite", 15))
STUDY: Weights = (("homework", 35), ("math", 18), ("science", 14), ("summary", 12), ("codefix", 8), ("translate", 6), ("chat", 7))
OFFICE: Weights = (
    ("email", 25),
    ("summary", 22),
    ("data", 14),
    ("extract", 10),
    ("translate", 9),
    ("chat", 10),
    ("law", 5),
    ("product", 5),
)

HOME = (("home", 0.75), ("mobile", 0.25))
PHONE = (("mobile", 0.7), ("home", 0.3))


@dataclass(frozen=True)
class Crowd:
    """A crowd's usual size, and how one of its groups is made."""

    accounts: int
    rate: float
    groups: tuple[int, int]
    make: Make


class Register(dict[str, Crowd]):
    """Crowds by name, in the order in which they were written."""

    def crowd(self, accounts: int, rate: float, groups: tuple[int, int] = (1, 1)) -> Callable[[Make], Make]:
        """Register the function below as a crowd under its own name.

        Args:
            accounts: the crowd's usual number of accounts.
            rate: their requests within the world.
            groups: between how many and how many groups it consists of.
        """

        def add(make: Make) -> Make:
            self[make.__name__] = Crowd(accounts, rate, groups, make)
            return make

        return add
