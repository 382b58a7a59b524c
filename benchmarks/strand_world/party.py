"""What makes up a party: the accounts of one crowd or one crew. Innocents and crews are the same record."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Mix = Mapping[str, float]
TASTES: Mix = {
    "chat": 30,
    "write": 14,
    "sum": 9,
    "math": 5,
    "reason": 7,
    "code": 14,
    "data": 5,
    "rewrite": 5,
    "trans": 4,
    "make": 3,
    "label": 2,
    "grade": 2,
}
"""What people in general ask for."""
DEVELOPERS: Mix = {"code": 40, "agent": 14, "data": 12, "label": 8, "sum": 8, "reason": 6, "chat": 6, "make": 3, "grade": 3}
ENGLISH: Mix = {"en": 1}


@dataclass(frozen=True)
class Routine:
    """One thing that the accounts of a party do."""

    works: Mix = field(default_factory=lambda: TASTES)
    share: float = 1.0
    harvest: bool = False
    personal: bool = True
    """Each account has its own few kinds of work; otherwise every conversation draws anew."""
    topics: int = 0
    """So many topics for the whole party; 0: each account its own one to four."""
    tongues: Mix = field(default_factory=dict)
    """Empty: the one of the account's country, or English."""
    tongue_by: str = "account"
    """account or talk"""
    frames: int = 0
    """How many of the texts that go round the party puts around its tasks."""
    frame_by: str = "talk"
    """talk, account, or share (each account keeps to one; a part of the tasks goes bare)"""
    frame_share: float = 1.0
    frame_first: int = -1
    """The frame to begin with; -1 draws it."""
    inject: bool = False
    """The frame stands in the system prompt."""
    system: str = ""
    """party or account: who has a system prompt in common; empty: none, or that of the harness"""
    pool: int = 0
    """Tasks: 0 made up each time, -1 the public list, otherwise so many that the party draws from."""
    dealt: bool = False
    """Tasks of the pool are dealt out over accounts, each once."""
    turns: float = 1.6
    clients: Mix = field(default_factory=lambda: {"py": 30, "node": 14, "web": 36, "phone": 12, "editor": 4, "plover": 3, "raw": 3})
    sampling: str = "account"
    """account, party or talk"""
    models: Mix = field(default_factory=dict)
    length: float = 1.0
    handover: float = 0.0
    """Share of longer conversations that another account of the party continues."""
    scatter: bool = False
    """Such a conversation is sent to any account at each turn; otherwise it moves once."""
    replay: float = 0.0
    """Share of conversations that begin with an earlier one of the party's."""
    phase: tuple[float, float] = (0.0, 1.0)
    """Part of the party's time in which it is done."""
    blocked: bool = False
    """The provider refuses it towards the end of its phase."""


@dataclass(frozen=True)
class Party:
    """Accounts with something in common."""

    label: str
    size: float
    rate: float
    """Exchanges of an account and day on which it is used at all."""
    routines: tuple[Routine, ...]
    campaign: str = ""
    spread: float = 0.8
    """Of the loads of accounts, as the deviation of a logarithm."""
    busy: float = 0.5
    """Share of days on which an account is used."""
    days: float = 0.0
    """How long it lasts; 0: as long as the log."""
    start: float = -1.0
    """Where in the log it begins; below 0: drawn."""
    hours: str = "day"
    zone: str = "many"
    # registry
    kinds: Mix = field(default_factory=lambda: {"individual": 1})
    verified: float = 0.04
    org: str = "none"
    """none, one, each or some (each account its own, or none)"""
    mail: Mix = field(default_factory=lambda: {"free": 1})
    """free, own (the party's domain), each (its own), school or junk"""
    per_mail: float = 1.0
    per_card: float = 1.0
    card_share: float = 0.85
    per_phone: float = 1.0
    phone_share: float = 0.7
    joined: str = "old"
    """old, recent, burst, lots, drip or fresh (when first needed)"""
    signup: str = "home"
    """home, site or any net"""
    plans: Mix = field(default_factory=lambda: {"payg": 5, "monthly": 3, "free": 2})
    passthrough: float = 0.0
    # infrastructure
    nets: Mix = field(default_factory=lambda: {"home": 6, "carrier": 2, "vpn": 1, "cloud": 2})
    away: float = 0.12
    """Share of hours in which an account uses another network."""
    sites: int = 1
    homes: str = "account"
    """Who has a line in common: account (nobody), card (those with one) or chain (an account and what replaces it)."""
    leak: float = 0.0
    """Share of requests that leave from the party's own machines, past its proxies."""
    builds: str = "account"
    paths: Mix = field(default_factory=lambda: {"api": 1})
    countries: int = 0
    """So many countries for the whole party; 0: any."""
    # fate
    life: float = 0.0
    """Days until an account is banned; 0: not."""
    delay: float = 2.0
    """Hours until a banned one is replaced."""
    ended: float = 0.0
    """Share of accounts that are banned when the party's time is over."""
    mistaken: float = 0.006
    """Share of accounts banned at some time, for whatever else they did."""
    pivot: float = -1.0
    """Share that goes to a new model within a day; below 0: as people do."""
    tested: float = 0.25
    """Share of accounts that begin with a test prompt."""
    sloppy: float = 0.0006
    """Share of prompts that a half-finished script leaves unfilled."""
    budget: float = 0.05
    """Most of the log's requests that it may make."""

    def but(self, **changes: Any) -> "Party":
        """The same with changes."""
        return replace(self, **changes)
