"""A party is a record of choices: who its accounts are, what they ask, how, when and from where. Crowds and operators are alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

Shares = Mapping[str, float]
T = TypeVar("T")


@dataclass(frozen=True)
class Party:
    """Accounts with one way of life. Rates are requests per account and day; shares are 0 to 1."""

    label: str
    """kind in the truth"""
    accounts: int
    works: Shares
    """rules ``ask.*`` by how often they are asked; a name of a tongue, such as ``de``, is its general rule"""
    campaign: str = ""
    """operator; empty for innocents"""

    kin: int = 0
    """parties of one number share instructions, tasks, tools and builds"""

    # what is written
    each: int = 0
    """kinds of work that one account does, of those above; 0 is all"""
    topics: Sequence[str] = ()
    """that all of them share; empty: everyone has their own"""
    speakers: int = 1
    """people behind one account"""
    roaming: bool = False
    """a person comes through any account of the party"""
    frames: int = 0
    """instructions that the party wraps around tasks"""
    framed: float = 0.0
    """share of requests in one of them"""
    frame: str = "plain"
    """rule ``frame.*``; ``think``: that of the tongue in use; ``work``: that of the work, where it has one"""
    stems: int = 1
    """sentences of a frame"""
    manners: float = 1.0
    """how much people greet, thank and write in their own way"""
    system: str = ""
    """none, or who shares a system prompt: account, party, few; ``large`` after a blank for a long one"""
    pool: int = 0
    """tasks that the party has in common"""
    pooled: float = 0.0
    """share of first turns that come from it"""
    pooling: str = "split"
    """split: everyone has other tasks; same: everyone goes through all; popular: some are asked by many"""
    turns: float = 1.3
    """mean length of a conversation"""
    follow: str = "talk"
    gap_s: float = 90.0
    """median time between turns"""
    handover: float = 0.0
    """share of later turns that another account sends"""
    cover: float = 0.0
    """share of conversations that are like anyone's and no harvest"""

    # when
    rate: float = 1.5
    spread: float = 0.7
    """sigma of the logarithm of the rate between accounts"""
    hours: str = "own"
    """own, office, evening, shift, flat, clock, runs"""
    weekend: float = 0.8
    """requests of a weekend day to those of another"""
    span: tuple[float, float] = (0.0, 1.0)
    """part of the log in which the party is active"""
    stint_days: float = 0.0
    """how long one account is used; 0: all the span"""
    lives: float = 0.0
    """bans of a place in the party; each banned account is replaced"""
    felled: bool = False
    """all are banned when the span ends"""
    replaced_h: tuple[float, float] = (1.0, 30.0)
    queue: bool = False
    """one stream of tasks is dealt to the accounts, instead of each having its own"""

    # where from
    net: Shares = field(default_factory=lambda: {"home": 0.7, "mobile": 0.2, "vpn": 0.1})
    exits: int = 1
    """addresses of an office, campus or cloud"""
    country: int = -1
    """everyone is in this one; negative: anywhere"""
    client: Shares = field(default_factory=lambda: {"browser": 0.7, "sdk": 0.3})
    """browser, sdk, or tool: a build of the party's"""
    paths: Shares = field(default_factory=dict)
    """api, or a cloud, for what does not come by browser"""
    sampling: str = "account"
    """who shares temperature, top_p and max_tokens: default, account, party"""
    tools: str = ""
    """who shares tool definitions: none, account, party"""
    models: Shares = field(default_factory=lambda: {"main": 0.6, "small": 0.4})
    pivot: float = 0.1
    """share of requests that go to the new model once it is released"""
    pivot_h: float = 120.0
    """within this time"""
    blocked: float = 0.0
    """part of the log after which the main model refuses the party and it takes the small one; 0: never"""

    # who they are
    card: float = 1.0
    """accounts on one means of payment, on average; 0: no payment"""
    mail: str = "public"
    """public, party, throwaway"""
    phone: float = 0.3
    """share of accounts with a phone number"""
    phones: float = 1.0
    """accounts on one number"""
    signup: str = "old"
    """old, fresh: within the log as needed, burst: in a few days, aged: long ago in few days, trickle"""
    signup_net: str = ""
    """kind of network at sign-up, if not the usual"""
    idle_days: float = 0.0
    """median time between sign-up and use, of burst"""
    kinds: Shares = field(default_factory=lambda: {"individual": 1.0})
    plans: Shares = field(default_factory=lambda: {"free": 0.5, "plus": 0.3, "payg": 0.2})
    org: str = ""
    """none, one, own, or cards: those who share a card"""
    verified: float = 0.03
    reseller: bool = False
    keys: int = 1
    """keys of an account"""


class Draw:
    """Choices that a seed makes."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def of(self, low: float, high: float) -> float:
        """Uniform."""
        return float(self.rng.uniform(low, high))

    def log(self, low: float, high: float) -> float:
        """Uniform in the logarithm, for what differs by factors."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def n(self, low: float, high: float) -> int:
        """A count, uniform in the logarithm."""
        return round(self.log(low, high))

    def yes(self, share: float = 0.5) -> bool:
        return bool(self.rng.random() < share)

    def pick(self, *options: T) -> T:
        return options[int(self.rng.integers(len(options)))]

    def some(self, options: Sequence[str], low: int, high: int) -> list[str]:
        """A few different ones."""
        n = min(len(options), int(self.rng.integers(low, high + 1)))
        return [options[int(i)] for i in self.rng.permutation(len(options))[:n]]

    def mix(self, options: Sequence[str], low: int = 0, high: int = 0, evenness: float = 1.0) -> dict[str, float]:
        """Shares of a few of the options, by default of all; a small evenness lets one prevail."""
        names = self.some(options, low, high) if high else list(options)
        parts = self.rng.gamma(evenness, size=len(names)) + 0.02
        return {name: float(part) for name, part in zip(names, parts / parts.sum(), strict=True)}
