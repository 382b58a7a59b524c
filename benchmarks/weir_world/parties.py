"""What a group of accounts is: who they are in the registry, and what they do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from .tongue import TOPICS

T = TypeVar("T")
OWN, NONE = 1.0, 0.0
"""How many accounts share a card or a phone: each its own; none has one."""


@dataclass(frozen=True)
class Frame:
    """Words around a task.

    Attributes:
        name: section of ``frames.txt``.
        how: "fixed" one phrase for all, "few" some phrases, "account" one for each account, "varied" put together anew each time.
        place: before, after, or system.
        share: of first turns that have it.
        few: number of phrases where how is "few".
        common: chosen by the world at large, not by the group: a wording that goes round.
    """

    name: str
    how: str = "fixed"
    place: str = "before"
    share: float = 1.0
    few: int = 3
    common: bool = False


@dataclass(frozen=True)
class Routine:
    """One thing that the accounts of a group do.

    Attributes:
        works: kinds of work and how often.
        clients: software and how often; each account keeps to one.
        nets: networks and how often; each account keeps to one.
        rate: requests a day and account while it goes on.
        spread: of rates over accounts (sigma of a log-normal).
        turns: mean turns of a conversation.
        hours: a profile of :data:`.ledger.HOURS`, or "clock" for requests at fixed minutes.
        weekend: weekend days against weekdays.
        presence: share of days on which an account does it.
        window: first and last of the log's days, as shares.
        ramp: accounts begin one after the other over this share of the window.
        topics: index in TOPICS; empty: each account has favourites.
        favourites: topics of an account.
        pool: tasks in common; 0: everyone has their own.
        public: the tasks are those of a public list.
        pooled: share of conversations about the pool or the list.
        tongues: how often each of :data:`.tongue.TONGUES` by index; empty: the account's.
        frame: words around tasks.
        system: section of a system prompt of the group's own.
        per: whose system prompt it is: "group", "account", "org", or "app" (one of the apps that all know).
        temperature, max_tokens: -1 and 0: the client's.
        tools: the group's own tools are sent.
        models: name of the model and how often; empty: the business's mix.
        pivot: share of requests that go to the new model from its release on (those of others drift).
        pivot_hours: after so many hours.
        path: overrides the client's.
        follow: later turns are "next" (somebody goes on), "same" (more of the same work), or a kind of work.
        gap: seconds between turns.
        handover: share of turns that another account of the group sends.
        again: share of conversations that repeat an earlier task of the group.
        slots: minutes at which all begin, as a machine that deals out work does; 0: none.
        exits: of shared networks.
        harvest: the answers are kept to train a model.
        users: many people stand behind an account.
        hushed: share of accounts that do it at all.
    """

    works: dict[str, float]
    clients: dict[str, float]
    nets: dict[str, float]
    rate: float = 2.0
    spread: float = 0.9
    turns: float = 1.6
    hours: str = "awake"
    weekend: float = 0.7
    presence: float = 0.6
    window: tuple[float, float] = (0.0, 1.0)
    ramp: float = 0.0
    topics: tuple[int, ...] = ()
    favourites: int = 3
    pool: int = 0
    public: bool = False
    pooled: float = 1.0
    tongues: dict[int, float] = field(default_factory=dict)
    frame: Frame | None = None
    system: str = ""
    per: str = "group"
    temperature: float = -1.0
    max_tokens: int = 0
    tools: bool = False
    models: dict[str, float] = field(default_factory=dict)
    pivot: float = 0.0
    pivot_hours: float = 0.0
    path: str = ""
    follow: str = "next"
    gap: float = 70.0
    handover: float = 0.0
    again: float = 0.0
    slots: int = 0
    exits: int = 4
    harvest: bool = False
    users: bool = False
    hushed: float = 1.0


@dataclass(frozen=True)
class Group:
    """Accounts that have something in common.

    Attributes:
        label: crowd or attack.
        size: seats; a seat whose account is banned may get another.
        routines: what they do.
        campaign: name of the operator; empty: innocent.
        kinds, plans: of the registry, and how often; empty: the business's.
        orgs: accounts of one organisation (0: none, 1: each its own, "one": inf).
        cards, phones: accounts that share one; -1: as the business has it.
        mail: "free", "org", "throwaway", "own", "school".
        verified: share.
        passthrough: a contracted reseller's.
        signup: "old", "growing", "burst" and "lots" (of late), "fresh" (as they begin),
            "batches" (over the last year), "aged" (lots, long ago).
        lots: batches of sign-up.
        signup_net: network at sign-up; empty: that of the first routine.
        country: index; -1: the business's mix; -2: anywhere.
        life: days until an account is banned; 0: never.
        dry: it is not banned then, its credit is spent.
        delay: hours until the next account of the seat takes over.
        stock: the next account was made beforehand.
        replaced: share of bans after which the seat goes on.
        quiet: the registry does not tell the organisation.
        kin: groups of the same kin share organisation, cards, system prompt and shared networks.
    """

    label: str
    size: int
    routines: Sequence[Routine]
    campaign: str = ""
    kinds: dict[str, float] = field(default_factory=dict)
    plans: dict[str, float] = field(default_factory=dict)
    orgs: float = 0.0
    cards: float = -1.0
    phones: float = -1.0
    mail: str = "free"
    verified: float = -1.0
    passthrough: bool = False
    signup: str = "old"
    lots: int = 1
    signup_net: str = ""
    country: int = -1
    life: float = 0.0
    dry: bool = False
    delay: float = 6.0
    stock: bool = False
    replaced: float = 1.0
    quiet: bool = False
    kin: str = ""


class Draw:
    """Draws from broad distributions for one world."""

    def __init__(self, rng: np.random.Generator, days: float, accounts: int, requests: int, tongues: dict[int, float]) -> None:
        self.rng, self.days, self.accounts, self.requests, self.tongues = rng, days, accounts, requests, tongues

    def log(self, low: float, high: float) -> float:
        """Log-uniform."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def some(self, low: float, high: float) -> float:
        """Uniform."""
        return float(self.rng.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """A whole number, log-uniform, both ends included."""
        return min(high, max(low, round(self.log(low - 0.49, high + 0.49))))

    def chance(self, share: float) -> bool:
        """True with this chance."""
        return bool(self.rng.random() < share)

    def one(self, *options: T) -> T:
        """One of several."""
        return options[int(self.rng.integers(len(options)))]

    def topics(self, low: int, high: int) -> tuple[int, ...]:
        """Some subjects."""
        return tuple(sorted(self.rng.choice(len(TOPICS), self.count(low, high), replace=False).tolist()))

    def span(self, low: float, high: float) -> tuple[float, float]:
        """A time of so many days somewhere in the log, as shares of it."""
        long = min(1.0, self.log(low, high) / self.days)
        start = self.some(0, 1 - long)
        return start, start + long

    def afresh(self, share: float = 0.5) -> dict[int, float]:
        """A foreign tongue or two besides or instead of the business's own."""
        if not self.chance(share):
            return {}
        return {int(tongue): self.some(0.2, 1) for tongue in self.rng.choice(6, self.count(1, 3), replace=False)}
