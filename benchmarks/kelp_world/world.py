"""The world a scenario fills: its networks, models and accounts, and numbers for cards, phones and groups."""

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import clients
from .arrays import Arr, mix, shares
from .network import Net
from .text import Text

DAY = 86400.0
FREE_MAIL = {
    "gmail.com": 62.0, "outlook.com": 10.0, "yahoo.com": 7.0, "hotmail.com": 7.0, "icloud.com": 6.0, "proton.me": 2.5, "gmx.net": 2.0,
    "mail.com": 1.0, "live.com": 1.5, "zoho.com": 1.0
}
PLANS = {"free": 0.62, "plus": 0.25, "payg": 0.13}
SAYS = {"individual": 0.8, "startup": 0.1, "education": 0.07, "enterprise": 0.01, "research": 0.02}
PAID = ("plus", "payg", "family", "team")
COLUMNS = (
    "created", "says", "org", "verified", "access", "domain", "email", "pay", "phone", "signup_net", "signup_key", "signup_v6", "country",
    "tz", "banned", "plan", "campaign", "crowd", "home", "mobile", "v6", "web", "app"
)
"""of accounts; organisations, cards, phones and mailboxes are numbers, -1 for none; moments are days from the first midnight UTC"""


class World:
    """Accounts and requests, collected by column."""

    def __init__(self, name: str, seed: int, scale: float, start: str, days: int) -> None:
        """Draw the models' releases; about half of the worlds have one inside the window."""
        self.scale, self.days = scale, days
        self.rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.text = Text(int(self.rng.integers(1 << 40)))
        self.start = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
        self.net = Net()
        self.salt = self.rng.bytes(12)
        self.accounts: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.log: list[dict[str, Arr]] = []
        self.conversations = self._numbers = 0
        self.released = {"wrack-4": -160.0, "wrack-4-mini": -160.0, "wrack-4-think": -75.0}
        if self.rng.random() < 0.6:
            self.released["wrack-5"] = float(self.rng.integers(4, max(5, days - 4))) + 0.7

    @property
    def n(self) -> int:
        """How many accounts there are."""
        return len(self.accounts["created"])

    def k(self, n: float, least: int = 1) -> int:
        """A count at this scale."""
        return max(least, round(n * self.scale))

    def groups(self, n: float) -> Iterator[float]:
        """So many groups at this scale; where that is less than one, a single group of that share of its size."""
        yield from [min(1.0, n * self.scale)] * self.k(n)

    def size(self, low: int, high: int, share: float = 1.0) -> int:
        """Size of a group, from low to below high, or of a share of it."""
        return max(1, round(int(self.rng.integers(low, high)) * share))

    def new(self) -> int:
        """A fresh number for an organisation, a card, a phone, a group."""
        self._numbers += 1
        return self._numbers

    def tag(self, kind: str, number: int) -> str:
        """Opaque text of a number."""
        return hashlib.blake2b(f"{kind}:{number}".encode(), digest_size=10, key=self.salt).hexdigest()

    def domains(self, n: int, own: float = 0.6) -> list[str]:
        """Mail domains of small firms: their own for a share, for the others a free one."""
        return [self.text.domain() if self.rng.random() < own else "gmail.com" for _ in range(n)]

    def country(self) -> str:
        """Some country, by its share of customers."""
        return str(self.rng.choice(self.net.codes, p=self.net.weights))

    def clients(self, family: str, n: int) -> Arr:
        """Programs of a family."""
        return clients.pick(self.rng, family, n)

    def client(self, *families: str) -> int:
        """One program of one of the families."""
        return int(self.clients(self.text.r.choice(families) if len(families) > 1 else families[0], 1)[0])

    def cloud(self) -> int:
        """Some cloud."""
        return int(self.rng.choice(self.net.all("cloud")))

    def enrol(
        self, n: int, crowd: str, campaign: str | None = None, *, countries: dict[str, float] | None = None,
        age: tuple[float, float] = (5, 500), born: Arr | None = None, says: dict[str, float] = SAYS, org: int = -1, verified: float = 0.03,
        access: str = "application", domain: str | list[str] | None = None, pay: float | int | Arr = 0.4, phone: float = 0.6,
        plan: dict[str, float] = PLANS, signup: tuple[int, int] | None = None
    ) -> Arr:
        """Open accounts; returns their numbers.

        `age` is in days before the start, most of them recent; `pay` a share of cards of their own, or the numbers of cards; `signup` a
        network and a group that all of them signed up from.
        """
        rng, net, c = self.rng, self.net, self.accounts
        who = np.arange(self.n, self.n + n)
        codes = rng.choice(list(countries), n, p=shares(countries)) if countries else rng.choice(net.codes, n, p=net.weights)
        if born is None:
            born = -(age[0] + (age[1] - age[0]) * rng.random(n) ** 1.7) + rng.random(n)
        home, mobile = net.pick(rng, codes, "home"), net.pick(rng, codes, "mobile")
        c["created"] += born.tolist()
        c["says"] += rng.choice(list(says), n, p=shares(says)).tolist()
        c["verified"] += (rng.random(n) < verified).tolist()
        if domain is None:
            domain = rng.choice(list(FREE_MAIL), n, p=shares(FREE_MAIL)).tolist()
        c["domain"] += [domain] * n if isinstance(domain, str) else domain
        c["email"] += [self.new() for _ in range(n)]
        plans = rng.choice(list(plan), n, p=shares(plan)).tolist()
        c["plan"] += plans
        c["pay"] += self._cards(pay, plans)
        c["phone"] += [self.new() if u < phone else -1 for u in rng.random(n)]
        self._sign_up(who, home, mobile, signup)
        c["home"] += home.tolist()
        c["mobile"] += mobile.tolist()
        c["country"] += codes.tolist()
        c["tz"] += [net.tz[code] for code in codes.tolist()]
        for name, value in (("org", org), ("access", access), ("banned", np.nan), ("campaign", campaign), ("crowd", crowd)):
            c[name] += [value] * n
        c["web"] += self.clients("browser", n).tolist()
        c["app"] += self.clients("mobile", n).tolist()
        return who

    def _cards(self, pay: float | int | Arr, plans: list[str]) -> list[int]:
        """Cards or wallets: whoever pays has one on file, of the others a few left one."""
        if not isinstance(pay, float):
            return [int(card) for card in np.broadcast_to(pay, len(plans))]
        chances = [0.96 if plan in PAID else pay * 0.25 for plan in plans]
        return [self.new() if u < chance else -1 for u, chance in zip(self.rng.random(len(plans)).tolist(), chances, strict=True)]

    def _sign_up(self, who: Arr, home: Arr, mobile: Arr, signup: tuple[int, int] | None) -> None:
        """Addresses of the sign-up: a home's or a carrier's, or one of two of a group."""
        rng, c, n = self.rng, self.accounts, len(who)
        on_mobile, v6 = rng.random(n) < 0.35, rng.random(n) < 0.22
        c["v6"] += v6.tolist()
        if signup is None:
            c["signup_net"] += np.where(on_mobile, mobile, home).tolist()
            c["signup_key"] += np.where(on_mobile, mix(mobile, rng.integers(0, 300, n)), mix(who, -1)).tolist()
            c["signup_v6"] += (v6 & ~on_mobile).tolist()
        else:
            c["signup_net"] += [signup[0]] * n
            c["signup_key"] += mix(np.full(n, signup[1]), rng.integers(0, 2, n)).tolist()
            c["signup_v6"] += [False] * n

    def column(self, name: str, who: Arr) -> Arr:
        """A column of some accounts."""
        values = self.accounts[name]
        return np.array([values[i] for i in who.tolist()])

    def put(self, name: str, who: Arr, values: list[Any] | Arr) -> None:
        """Change a column of some accounts."""
        for i, value in zip(who.tolist(), list(values), strict=True):
            self.accounts[name][i] = value

    def ban(self, who: Arr, share: float, low: float = 1.0, high: float | None = None) -> None:
        """Ban a share of the accounts at some day within the window; what they would have asked later is lost."""
        hit = who[self.rng.random(len(who)) < share]
        day = self.rng.uniform(low, high or self.days, len(hit))
        self.put("banned", hit, np.maximum(day, self.column("created", hit).astype(float) + 0.3))
