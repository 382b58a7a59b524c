"""The world: accounts, how they were registered, when people are awake."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Arr, digest
from .carriers import TZ
from .network import Internet
from .text import N_VOICES, Text

DAY = 86400.0
MODELS = ("lumen-4-large", "lumen-4-mini", "lumen-3-large", "lumen-r2", "lumen-5-large")
REASONING = (3, 4)
WEBMAIL = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "gmx.net", "hotmail.com", "qq.com", "naver.com", "mail.ru")
WEBMAIL_P = (0.55, 0.13, 0.08, 0.06, 0.05, 0.03, 0.04, 0.03, 0.02, 0.01)
DISPOSABLE = (
    "mailnest.example.io", "tempinboxly.com", "dropkite.net", "fastmailbin.org", "guerrilla-post.net", "inboxfifteen.com", "yomailo.cc"
)
OFFICE = np.array([0, 0, 0, 0, 0, 0, 1, 3, 8, 10, 10, 9, 6, 9, 10, 9, 8, 5, 2, 1, 1, 1, 0, 0], float) + 0.05
EVENING = np.array([2, 1, 1, 0, 0, 0, 1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7, 8, 9, 10, 10, 7, 4], float) + 0.1
STUDENT = np.array([4, 2, 1, 0, 0, 0, 0, 1, 3, 6, 7, 7, 5, 7, 8, 7, 6, 5, 6, 8, 9, 10, 9, 7], float) + 0.1
SERVED = np.array([4, 3, 3, 3, 3, 3, 4, 5, 7, 8, 9, 9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 7, 6, 5], float)
FLAT = np.ones(24)


@dataclass
class Signup:
    """How a group of accounts was registered."""

    label: str
    said: str = "individual"
    campaign: str | None = None
    plan: str = "payg"
    age: tuple[float, float] = (5.0, 500.0)  # days before the first day of the log
    org: str = "own"  # own, shared, none
    verified: float = 0.03
    access: str = "application"
    mail: str = "webmail"  # webmail, company, edu, disposable, mixed
    card: str = "own"  # own, shared, none
    phone: float = 0.4
    at: str = "home"  # where they signed up: home (the first host) or any


def _held(each: list[str], how: str) -> list[str] | list[None]:
    """What n accounts have: one each, one in common, or none."""
    return {"own": each, "shared": each[:1] * len(each)}.get(how, [None] * len(each))


class World:
    """Accounts, their habits and everything that shares one seed; moments are seconds from the first midnight UTC."""

    def __init__(self, recipe: str, seed: int, scale: float, start: str, days: int, release_day: float | None) -> None:
        self.rng = np.random.default_rng([seed, digest(recipe) & 0xFFFFFFFF])
        self.text = Text(self.rng)
        self.net = Internet(self.rng)
        self.days, self.scale = days, scale
        self.end = days * DAY
        self.start = np.datetime64(start, "us")
        self.weekday = int((self.start.astype("datetime64[D]").astype(int) + 3) % 7)  # Monday is 0
        self.release = None if release_day is None else (release_day + float(self.rng.uniform(0.6, 0.8))) * DAY
        self.acc: dict[str, list[Any]] = {
            k: [] for k in ("account_id", "created", "kind", "org", "verified", "access", "domain", "email", "payment")
        }
        self.acc |= {k: [] for k in ("phone", "signup_ip", "country", "banned", "plan", "campaign", "label")}
        self.base = np.empty(0, dtype=np.int64)
        self.adopt = np.empty(0)
        self.voices = np.empty(0, dtype=np.int64)
        self.wordy = np.empty(0)  # how long the answers are that an account asks for (log)
        self.keys: list[list[str]] = []
        self.log: list[dict[str, Arr]] = []
        self.sms = self.hexes(70, 24)  # rented numbers, used by all who rent
        self.packs = [digest("pack", k) for k in range(14)]  # tool definitions of popular frameworks
        self.bench: list[Arr] = []  # public benchmarks

    def n(self, size: float) -> int:
        """A size at the scale of this run."""
        return max(1, round(size * self.scale))

    def hexes(self, n: int, length: int, prefix: str = "") -> list[str]:
        """Random ids."""
        raw = self.rng.bytes(n * 16).hex()
        return [prefix + raw[32 * i : 32 * i + length] for i in range(n)]

    def join(self, signup: Signup, country: Arr, hosts: Arr, created: Arr | None = None) -> Arr:
        """Register accounts; answers their numbers."""
        rng, n = self.rng, len(country)
        if n == 0:
            return np.empty(0, dtype=np.int64)
        base = len(self.acc["account_id"])
        if created is None:
            lo, hi = signup.age
            created = -np.exp(rng.uniform(np.log(max(lo, 0.02)), np.log(hi), n)) * DAY if lo >= 0 else rng.uniform(lo, hi, n) * DAY
        self.acc["account_id"] += self.hexes(n, 20, "acct_")
        self.acc["created"] += created.tolist()
        self.acc["kind"] += [signup.said] * n
        own = self.hexes(n, 16, "org_")
        self.acc["org"] += _held(own, signup.org)
        self.acc["verified"] += (rng.random(n) < signup.verified).tolist()
        self.acc["access"] += [signup.access] * n
        self.acc["domain"] += self.domains(signup.mail, n)
        self.acc["email"] += self.hexes(n, 24)
        cards = self.hexes(n, 24)
        self.acc["payment"] += _held(cards, signup.card)
        phones = self.hexes(n, 24)
        self.acc["phone"] += [p if u < signup.phone else None for p, u in zip(phones, rng.random(n), strict=True)]
        at = hosts[:, 0] if signup.at == "home" else hosts[np.arange(n), rng.integers(0, hosts.shape[1], n)]
        self.acc["signup_ip"] += [self.net.ip[h] for h in at]
        self.acc["country"] += country.tolist()
        self.acc["banned"] += [np.inf] * n
        self.acc["plan"] += [signup.plan] * n
        self.acc["campaign"] += [signup.campaign] * n
        self.acc["label"] += [signup.label] * n
        self.keys += [self.hexes(1 + int(u < 0.25) + int(u < 0.06), 18, "key_") for u in rng.random(n)]
        self.base = np.concatenate([self.base, rng.choice(4, n, p=(0.5, 0.25, 0.1, 0.15))])
        late = np.where(rng.random(n) < 0.6, rng.exponential(6 * DAY, n), np.inf)
        late[rng.random(n) < 0.12] = rng.uniform(0, 0.7 * DAY)
        self.adopt = np.concatenate([self.adopt, late + (self.release if self.release is not None else np.inf)])
        self.wordy = np.concatenate([self.wordy, rng.normal(0.1, 0.5, n)])
        self.voices = np.concatenate([self.voices, rng.integers(0, N_VOICES, n)])
        return np.arange(base, base + n)

    def domains(self, style: str, n: int) -> list[str]:
        """Mail domains of n accounts."""
        rng = self.rng
        web = rng.choice(WEBMAIL, n, p=WEBMAIL_P)
        if style == "company":
            return [f"{str(self.text.one('company')).lower()}{int(rng.integers(1, 99))}.com"] * n
        if style == "companies":
            return [
                f"{c.lower()}{k}.{t}"
                for c, k, t in zip(
                    self.text.gen("company", n), rng.integers(1, 999, n), rng.choice(("com", "io", "ai", "net", "dev"), n), strict=True
                )
            ]
        if style == "edu":
            return [f"{self.text.one('ident').replace('_', '')}{int(rng.integers(1, 99))}.edu"] * n
        throw = rng.choice(DISPOSABLE, n)
        share = {"webmail": 0.012, "mixed": 0.3, "disposable": 0.85}.get(style, 0.0)
        return [str(name) for name in np.where(rng.random(n) < share, throw, web)]

    def times(self, n: int, lo: Arr | float, hi: Arr | float, tz: Arr | float, profile: Arr, weekend: float = 0.8) -> Arr:
        """n moments between lo and hi, by the hour of the day at home and the day of the week."""
        lo, hi = np.broadcast_to(np.asarray(lo, float), n), np.broadcast_to(np.asarray(hi, float), n)
        tz = np.broadcast_to(np.asarray(tz, float), n)
        out = self.rng.uniform(lo, hi)
        open_ = np.arange(n)
        for _ in range(60):
            local = out[open_] + tz[open_] * 3600
            hour = (local // 3600 % 24).astype(int)
            wd = (np.floor(local / DAY).astype(int) + self.weekday) % 7
            p = profile[hour] / profile.max() * np.where(wd >= 5, weekend, 1.0)
            open_ = open_[self.rng.random(len(open_)) > p]
            if not len(open_):
                break
            out[open_] = self.rng.uniform(lo[open_], hi[open_])
        return out

    def tz(self, country: Arr) -> Arr:
        """Hours from UTC."""
        return np.array([TZ[c] for c in country], dtype=float)

    def ban(self, accounts: Arr, at: Arr) -> None:
        """Accounts are closed at the moment given."""
        for a, t in zip(accounts.tolist(), at.tolist(), strict=True):
            self.acc["banned"][a] = min(self.acc["banned"][a], t)
