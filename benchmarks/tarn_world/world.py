"""What a world is made of: the host's models and policies, crowds and their accounts, and the numbers that a world hands out.

Days and hours are of UTC, counted from the first midnight; a person's hours are shifted by `tz`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from .arrays import Arr
from .clients import Client
from .network import Network

INF = float("inf")
DAY = 86400.0
LEAST = 3
"""accounts that an operator keeps in the smallest world"""
Prompts = Callable[[Generator, Arr, Arr], list[str]]
"""first requests of conversations, of members (by place among them), at seconds"""
Mix = dict[str, float]
APPS: Mix = {"explain": 4, "code": 2, "business": 3, "extract": 2, "translate": 1, "creative": 1}
EVERYDAY: Mix = {"explain": 4, "code": 2, "maths": 1, "business": 2, "creative": 1.5, "extract": 0.7, "translate": 0.8}
LANDS: Mix = {
    "US": 34, "GB": 8, "DE": 7, "IN": 12, "FR": 5, "BR": 6, "JP": 5, "CA": 4, "ES": 3, "PL": 2, "ID": 3, "PH": 3, "AU": 2, "NG": 1,
    "MX": 2, "NL": 2, "VN": 1.5, "TR": 1.5, "KR": 2, "SG": 1, "HK": 1
}
"""countries of customers"""


class Model(NamedTuple):
    """A model on sale: day of release, prices of a million tokens read and written."""

    name: str
    tier: str
    released: float
    price_in: float
    price_out: float


@dataclass(frozen=True)
class Host:
    """What the host sells, asks for at the door and keeps in its log."""

    start: str
    days: int
    models: list[Model]
    phones: str  # never, app, all
    orgs: str  # none: contracted firms alone have one; few; all
    responses: bool = False  # the opening of each answer is kept
    ja4: bool = True
    api_sessions: bool = False
    free_cap: int = 40  # messages a day on the free plan
    cloud: str = "aws"
    cloud_ip: bool = False
    fold_mail: bool = False  # aliases of a mailbox have one hash
    incidents: tuple[tuple[float, float], ...] = ()  # day and hours of trouble at the host


@dataclass(frozen=True)
class Crowd:
    """Everything about a group of accounts; its words are those that `signup`, `places` and `work` tell apart."""

    kind: str
    n: int
    path: str = "app"
    plan: str = "free"
    say: Mix = field(default_factory=lambda: {"individual": 1.0})
    lands: Mix | None = None
    one_land: bool = False
    # sign-up
    fresh: float = 0.15  # share that signs up inside the window; the others are `age` days old on average
    age: float = 260.0
    bursts: list[tuple[float, float]] = field(default_factory=list)  # days about which the fresh ones sign up, with their spread
    stagger: tuple[float, float] | None = None
    """days between which the accounts go to work one by one, signed up about `season` days before"""
    season: float = 0.3
    life: float | None = None
    verified: float = 0.0
    access: str = "application"
    mail: str = "personal"
    mail_domains: int = 1
    team: tuple[int, int] = (1, 1)
    org: float = 0.03
    card: str = "own"
    per_card: float = 1.0
    phone: str = "own"
    per_phone: float = 3.0
    signup: str = "use"
    per_signup: float = 4.0
    credit: float = INF
    ban: float = 0.003
    # network and devices
    net: str = "home"
    exits: int = 40
    place: tuple[int, str] | None = None
    dev: str = "person"
    images: int = 3
    flavour: str | None = None
    tag: str = ""  # name of the program of the device `plugin`
    # rhythm and work
    rhythm: str = "evening"
    tz: float | None = None
    start: float = 0.0
    end: float = 1000.0
    gaps: list[tuple[float, float]] = field(default_factory=list)  # day and hours without any work
    rate: float = 0.5  # visits a day
    spread: float = 1.0
    per_visit: float = 1.5
    visit_gap: float = 240.0
    turns: float = 1.5
    think: float = 50.0
    mix: Mix = field(default_factory=lambda: EVERYDAY)
    tilt: float = 0.0  # how much members differ in their mix
    prompts: Prompts | None = None
    system: str = "none"
    systems: list[str] = field(default_factory=list)
    system_long: bool = False
    tools: str = "none"
    temperature: list[float | None] = field(default_factory=lambda: [None])
    top_p: list[float | None] = field(default_factory=lambda: [None])
    max_tokens: list[int | None] = field(default_factory=lambda: [None])
    stream: float = 0.3
    tiers: Mix = field(default_factory=lambda: {"small": 3, "main": 6, "reason": 1})
    length: float = 1.0
    samples: int = 1
    agent: bool = False
    foreign: float = 0.5
    narrow: float = 0.7
    again: float = 0.02
    zdr: float = 0.0  # share without retention: no text is kept
    throttle: float = 0.004
    # truth
    campaign: str | None = None
    harvest: float = 0.0
    hop: float = 0.0  # share of later turns that another account of the crowd carries


@dataclass(frozen=True)
class Members:
    """Enrolled accounts of a crowd with their habits, a row each; `begin` and `until` are days."""

    idx: Arr
    land: list[str]
    tz: Arr
    begin: Arr
    until: Arr
    team: Arr
    ips: Arr
    ip_mode: str
    pool: Arr
    lease: Arr
    devices: Arr
    habit: Arr
    zest: Arr
    taste: Arr
    system_of: list[str | None]
    tools_of: Arr
    temp_of: Arr
    top_of: Arr
    cap_of: Arr
    keys: Arr
    zdr: Arr
    quirk: Arr
    bent: Arr

    def only(self, which: Arr) -> Members:
        """A part of the members, by place."""
        rows: dict[str, Any] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, np.ndarray) and part.name != "pool":
                rows[part.name] = value[which]
            elif isinstance(value, list):
                rows[part.name] = [value[i] for i in which.tolist()]
        return replace(self, **rows)


COLUMNS = (
    "created", "say", "entity", "verified", "access", "domain", "email", "card", "phone", "signup_ip", "land", "banned", "plan", "credit",
    "campaign", "kind", "path"
)
"""of accounts; organisations, mailboxes, cards and phones are numbers, -1 for none"""


class World:
    """Accounts and requests, collected by column."""

    def __init__(self, host: Host, seed: int, scale: float = 1.0) -> None:
        """Start an empty world."""
        self.host, self.seed, self.scale = host, seed, scale
        self.start = datetime.fromisoformat(host.start).replace(tzinfo=UTC)
        self.net = Network(self.rng("network"))
        self.rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.blocks: list[dict[str, Any]] = []
        self.counter = dict.fromkeys(("entity", "card", "phone", "email", "session", "tools", "crowd"), 0)
        self.clients: list[Client] = []
        self.rented: list[int] = []
        """phones that were rented out before"""
        self.throwaway: list[str] = []
        """domains of throw-away mail"""
        self.recruitable: dict[str, tuple[Members, Crowd]] = {}
        """honest groups in which an operator may find people"""

    @property
    def days(self) -> int:
        """Length of the log."""
        return self.host.days

    def rng(self, name: str) -> Generator:
        """An independent stream for a purpose."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def take(self, what: str, count: int = 1) -> int:
        """Reserve numbers of a kind; give the first."""
        first = self.counter[what]
        self.counter[what] += count
        return first

    def size(self, n: int, least: int = 1) -> int:
        """A head count at this scale."""
        return max(min(n, least), round(n * self.scale))

    def client(self, client: Client) -> int:
        """Add a program and give its number."""
        self.clients.append(client)
        return len(self.clients) - 1
