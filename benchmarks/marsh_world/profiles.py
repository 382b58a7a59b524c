"""What the accounts of a crowd or an operator are like, and what they do; crowds and operators are made of the same."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .arrays import FloatArray, IntArray, Mix, Rng, Words, mix, pick, unit
from .queues import Queue
from .subjects import EVERYDAY


class Old(NamedTuple):
    """Accounts of this mean age in days, some opened in the window."""

    age: float

    def days(self, rng: Rng, group: IntArray, span: int) -> FloatArray:
        """When accounts are opened, in days from the first midnight; `group` is the group of each, `span` the days of the window."""
        n = len(group)
        at = -rng.exponential(self.age, n)
        at = np.where(at < -1100, -rng.uniform(0, 1100, n), at)
        return np.where(rng.random(n) < 0.12, rng.uniform(-20, span * 0.9, n), at)


OLD = Old(250)


class Recent(NamedTuple):
    """Accounts opened evenly from so many days before the first midnight until so many after it."""

    before: float
    after: float

    def days(self, rng: Rng, group: IntArray, span: int) -> FloatArray:
        """As above."""
        return rng.uniform(-self.before, self.after, len(group))


class Burst(NamedTuple):
    """The accounts of a group opened one after another, so many days apart from the group's first day on average."""

    before: float
    after: float
    spread: float

    def days(self, rng: Rng, group: IntArray, span: int) -> FloatArray:
        """As above."""
        first = rng.uniform(-self.before, self.after, group.max() + 1)
        return np.asarray(first[group] + rng.exponential(self.spread, len(group)))


class Instructions(NamedTuple):
    """Texts that go with tasks.

    They belong to the account (own), its group, the whole crowd, to no one (each conversation has another) or, written pool.x or deck.x,
    to a public collection; with :k, they are one of k, by conversation, and in a pool by account.
    """

    section: str
    """of the vocabulary"""
    owner: str
    share: float
    """of accounts that use them"""

    @property
    def translated(self) -> bool:
        """Whether they are in the language of the task; what many share is in the main one."""
        return self.owner.startswith(("own", "group", "each"))

    def keys(self, crowd: str, account: Words, group: Words, talk: Words, seed: int) -> Words:
        """What the texts of conversations are drawn by."""
        base, _, number = self.owner.partition(":")
        k = int(number or 1)
        if base.startswith("pool."):
            return mix(seed, base, np.floor(unit(account, base) ** 1.5 * k).astype(np.int64))
        if base.startswith("deck."):
            return mix(seed, base, np.floor(unit(talk, base) ** 1.3 * k).astype(np.int64))
        if base == "each":
            return mix(talk, "each")
        key = {"own": account, "group": group, "crowd": mix(seed, crowd, np.zeros(len(account), np.int64))}[base]
        return mix(key, base, pick(k, talk, "variant"))


@dataclass(frozen=True)
class Profile:
    """How accounts are registered, where they are and what they do."""

    name: str
    requests: float = 10
    """mean in fourteen days, beside other crowds"""
    spread: float = 1.0
    """of the logarithm of requests, between accounts"""
    group: float = 0
    """mean size of groups, 0 for none"""
    said: Mix = field(default_factory=lambda: {"individual": 1})
    """what they call themselves"""
    org: float = 0.0
    """share of groups with an organisation"""
    verified: float = 0.02
    passthrough: bool = False
    opened: Old | Recent | Burst = OLD
    mail: Mix = field(default_factory=lambda: {"public": 0.8, "own": 0.06, "site": 0.06, "disposable": 0.02, "none": 0.06})
    pay: Mix = field(default_factory=lambda: {"own": 0.3, "none": 0.7})
    """who pays: nobody, the account, its group, the crowd as one, a library's voucher, a card that serves about six (few), three (dozen)
    or now and then two accounts (pair)"""
    phone: float = 0.4
    signup: str = "net"
    """where from: as later (net), or a line of a home"""
    nets: Mix = field(default_factory=lambda: {"home": 0.8, "mobile": 0.14, "vpn": 0.04, "relay": 0.02})
    roam: float = 0.15
    """share of sittings of people with a phone that are elsewhere"""
    clients: Mix = field(default_factory=lambda: {"web": 0.5, "android": 0.25, "ios": 0.15, "desk": 0.1})
    client_of: str = "own"
    """whose choice the client is: own, group, crowd"""
    hours: str = "evening"
    week: str = "all"
    course: str = "flat"
    """of activity over the window, see :mod:`.hours`"""
    steady: float = 0.6
    """shape of the gamma distribution of days; from 50 on days are alike"""
    sitting: float = 3
    """mean requests of a sitting"""
    sitting_spread: float = 0.8
    pace: float = 110
    """seconds between requests of a sitting"""
    turns: float = 0.5
    """share of requests that go on in the conversation"""
    tasks: Mix = field(default_factory=lambda: EVERYDAY)
    focus: float = 0.5
    """share of tasks that are of one's favourite kinds"""
    queue: Queue | None = None
    """what tasks come from, if not out of one's own head"""
    system: Instructions | None = None
    wrap: Instructions | None = None
    """what is written around first turns"""
    follow: str = "chat"
    """kind of later turns"""
    human: float = 1.0
    """share that types greetings and slips"""
    settings: str = "own"
    """whose sampling parameters: own, group, crowd, each, default, or as:x, those of crowd x"""
    kept: float = 1.0
    """share whose texts are kept"""
    foreign: float = 0.22
    """share with another language"""
    models: tuple[float, float, float] = (0.25, 0.45, 0.3)
    adopt: float = 6.0
    """mean days until the new model is used; 0 for within hours"""
    dispatch: str | None = None
    """whether each sitting or request goes out by any account of the group"""
    workers: float = 1.0
    """people to an account, where requests are dispatched"""
    lives: int = 1
    """accounts that follow one another in a place after bans"""
    tools: float = 0.0
    attach: float = 0.06
    """share of first turns with a file"""


@dataclass(frozen=True)
class Operator:
    """Who harvests: accounts made as `made` says, work as `work` says, cover as innocent crowds do."""

    name: str
    n: int
    share: float
    """harvested requests of all"""
    made: Profile
    work: Profile
    cover: tuple[tuple[str, float], ...] = ()
    """crowds, and their requests for each harvested one"""
    window: tuple[float, float] = (0.0, 1.0)
    """of the scenario's days"""
    banned: float = 0.0
    guests: str = ""
    """the crowd at whose sites the groups are"""
