"""Groups of accounts and their habits: innocents and operators are the same record and differ by nothing but what it says.

Many fields are scopes: who has the thing in common. "own" is each account its own, "unit" all of a unit (a family, an office, a firm),
"group" all of the group, "lot3" three accounts in the order of sign-up, "few5" one of five in the group, "public5" one of five known
to the whole world (popular software), "event" a new one with each request (text alone), "" nobody has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

PERSON = {"home": 6.0, "mobile": 3.0, "office": 1.0}
ANY_WORK = {
    "chat": 5.0,
    "code": 2.0,
    "rewrite": 2.0,
    "summary": 1.5,
    "reason": 1.5,
    "translate": 1.0,
    "reply": 1.0,
    "query": 0.6,
    "synth": 0.4,
}


@dataclass(frozen=True)
class Habit:
    """One thing that the accounts of a group do."""

    rate: float
    """conversations a day and account, on average over all days"""
    works: Mapping[str, float]
    spread: float = 0.8
    """of rates between accounts: standard deviation of the logarithm"""
    active: float = 0.7
    """share of days"""
    hours: str = "day"
    window: tuple[float, float] = (0.0, 1.0)
    """part of the log in which it is done"""
    topics: tuple[str, ...] = ()
    """none: one to three by ``topics_by``"""
    topics_by: str = "own"
    tongue: str = ""
    """none: that of the account"""
    pool: str = ""
    """a list of tasks: a public one by its name, "private:SIZE", or "private:SIZE:NAME" of several groups; none: all is asked once"""
    pool_by: str = "group"
    pool_how: str = "any"
    """any, popular (the first ones most), walk (each from the first on), split (no task twice before all are done)"""
    pool_share: float = 1.0
    pool_from: int = 0
    """where a list that is split is begun"""
    frame: str = ""
    frame_by: str = "own"
    frame_share: float = 1.0
    system: str = ""
    system_by: str = "own"
    tools_by: str = ""
    clients: Mapping[str, float] = field(default_factory=lambda: {"browser": 3.0, "phone": 1.0})
    client_by: str = "own"
    nets: Mapping[str, float] = field(default_factory=lambda: PERSON)
    """by account"""
    model: str = "mixed"
    """mixed (each its own), best, cheap, move (to the new one once it is out), eval (all in turn)"""
    temps: tuple[float | None, ...] = (None,)
    temp_by: str = "own"
    most: tuple[int | None, ...] = (None,)
    turns: float = 0.0
    """further turns of a conversation, on average"""
    machine: bool = False
    """turns follow each other within seconds"""
    handover: str = ""
    """scope within which another account may go on with a conversation"""
    handover_share: float = 0.0
    verbose: float = 1.0
    fails: float = 0.012
    retries: float = 0.3
    failover: str = ""
    """scope within which another account tries again what failed"""
    harvest: bool = False


@dataclass(frozen=True)
class Group:
    """Accounts of one kind."""

    label: str
    size: int
    habits: tuple[Habit, ...]
    campaign: str | None = None
    unit: float = 1.0
    """mean size of a unit"""
    exact: bool = False
    """all units of that size"""
    kinds: Mapping[str, float] = field(default_factory=lambda: {"individual": 1.0})
    plans: Mapping[str, float] = field(default_factory=lambda: {"free": 1.0, "pay": 1.0})
    plan_by: str = "own"
    org_by: str = ""
    org_named: str = ""
    """groups with the same name are one organisation's, if ``org_by`` is "group\""""
    verified: float = 0.03
    passthrough: bool = False
    mail: str = "public"
    mail_by: str = "own"
    """whose address it is; above "own", addresses differ by a tag that the hash leaves out"""
    card_by: str = "own"
    paying: float = 1.0
    """times the business's share of accounts with a payment"""
    phone_by: str = "own"
    phoned: float = 1.0
    born: tuple[str, float, float] = ("old", 0.15, 0.0)
    """("old", share that joins during the log, –), ("wave", when, days), ("lots", how many, part of the log), ("before", from, to: days
    before the log), ("chain", –, –): one of a unit after the other"""
    chain_bans: float = 0.0
    """share of accounts of a chain whose end is a ban"""
    bans: float = 0.005
    closed: float = 0.0
    """part of the log after which nearly all accounts are banned within a day; 0: never"""
    lives: float = 0.0
    """days for which an account is used, if not as long as the log"""
    signup: str = ""
    """network at sign-up; none: that of the first habit"""
    homes: tuple[str, ...] = ()
    """countries; none: those of the business"""
    home_by: str = "own"
    english: float = 0.15
    """share that asks in English whatever is spoken at home"""
    fixed: bool = False
    """as many whatever is asked for"""

    def resized(self, size: int, rate: float) -> "Group":
        """The same of another size, with rates times ``rate``."""
        return replace(self, size=size, habits=tuple(replace(h, rate=h.rate * rate) for h in self.habits))


@dataclass(frozen=True)
class Draw:
    """The seed's draws while parties are made up."""

    rng: np.random.Generator
    days: float
    accounts: int
    requests: int

    def between(self, low: float, high: float) -> float:
        """A number, even on the logarithm."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def flat(self, low: float, high: float) -> float:
        """A number, even."""
        return float(self.rng.uniform(low, high))

    def count(self, low: float, high: float) -> int:
        """A whole number, even on the logarithm."""
        return round(self.between(low, high))

    def one(self, *choices: str) -> str:
        """One of several."""
        return choices[int(self.rng.integers(len(choices)))]

    def one_of(self, choices: tuple[float, ...]) -> float:
        """One of several numbers."""
        return choices[int(self.rng.integers(len(choices)))]

    def some(self, choices: tuple[str, ...], n: int) -> tuple[str, ...]:
        """Several of several."""
        return tuple(choices[i] for i in sorted(self.rng.choice(len(choices), n, replace=False)))

    def chance(self, share: float) -> bool:
        """Whether it is so."""
        return bool(self.rng.random() < share)


Maker = Callable[[Draw], Group]
