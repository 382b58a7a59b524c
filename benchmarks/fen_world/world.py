"""The world: accounts, clocks, starts of conversations."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .carriers import CC, CODES, SHARE, TZ
from .clients import CLIENT_JA4, FIRST_GATEWAY, pick_clients
from .network import Ints, Network, Route, mix
from .text import Text

DAY, HOUR, MINUTE, SECOND = 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000
MODELS = ("corvid-3", "corvid-3-mini", "corvid-think-2", "corvid-4")
CLOUDS = ("nimbus", "stratus")
WEBMAIL = (
    "gmail.com", "outlook.com", "yahoo.com", "icloud.com", "hotmail.com", "proton.me", "gmx.de", "mail.com", "qq.com", "163.com",
    "yandex.com", "live.com"
)
WEBMAIL_W = np.array([58, 11, 7, 8, 5, 3, 2, 1, 2, 1, 1, 1]) / 100
LIMITS = {
    0: 0.25, 64: 0.01, 128: 0.02, 256: 0.05, 512: 0.08, 800: 0.03, 1000: 0.08, 1024: 0.11, 1500: 0.02, 2000: 0.06, 2048: 0.08, 3000: 0.02,
    4096: 0.11, 8192: 0.05, 16000: 0.015, 16384: 0.01, 32000: 0.005
}
"""max_tokens of API accounts and their shares; 0 is none"""
CURVES: dict[str, list[float]] = {
    "life": [3, 1.5, 0.8, 0.5, 0.5, 0.8, 1.8, 3.2, 4.5, 5.5, 6, 6.2, 6, 6, 6, 6, 6, 5.8, 5.8, 6.2, 7, 7, 6, 4.5],
    "office": [0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 3, 8, 11, 11, 10, 6, 8, 11, 11, 9, 6, 2.5, 1.2, 1, 0.9, 0.7, 0.4],
    "study": [4, 2.5, 1, 0.5, 0.3, 0.3, 0.5, 1, 3, 4, 5, 5, 4, 5, 6, 6, 6, 6, 6, 7, 9, 9, 8, 6], "flat": [1] * 24,
    "night": [6, 7, 7, 6, 4, 2, 1, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.5, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 4, 5],
    "shift": [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 1, 7, 10, 10, 10, 8, 6, 9, 10, 10, 9, 8, 7, 4, 2, 0.5, 0.2, 0.1],
    "evening": [3, 1, 0.4, 0.2, 0.2, 0.3, 0.5, 1, 1, 1, 1, 1, 1.5, 1.5, 1.5, 2, 3, 5, 8, 10, 11, 11, 9, 6]
}
MIXES: dict[str, dict[str, float]] = {
    "casual": {"chat": 30, "qa": 18, "write": 14, "creative": 8, "study": 10, "advice": 10, "translate": 6, "code": 3, "math": 1},
    "work": {
        "write": 24, "business": 14, "code": 18, "qa": 10, "extract": 8, "translate": 8, "advice": 6, "chat": 6, "math": 3, "study": 3
    },
    "dev": {"code": 60, "qa": 9, "math": 6, "extract": 9, "write": 6, "agent": 8, "business": 2},
    "hard": {"math": 36, "code": 36, "qa": 18, "judge": 10},
    "broad": {"qa": 24, "code": 18, "write": 14, "math": 12, "creative": 10, "advice": 8, "business": 7, "translate": 7},
    "student": {"study": 38, "qa": 24, "math": 14, "code": 8, "write": 8, "chat": 8},
    "support": {"extract": 35, "write": 35, "advice": 18, "translate": 12}
}


def many(value: Any, n: int, dtype: Any = None) -> NDArray[Any]:
    """A scalar or array as an array of n."""
    array = np.asarray(value, dtype)
    return np.full(n, array) if array.ndim == 0 else array


def key64(*parts: str) -> int:
    """A signed 64-bit hash of texts, the same in every run."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "big", signed=True)


class World:
    """One recipe's world. Days count from its first midnight UTC."""

    def __init__(
        self, recipe: str, seed: int, scale: float, start: str, days: int, release_day: float | None = None, keep_responses: bool = False
    ) -> None:
        self.rng = np.random.default_rng([seed, key64(recipe) & 0x7FFFFFFF])
        self.text = Text(int(self.rng.integers(2**31)))
        self.net = Network()
        self.scale, self.days, self.keep_responses = scale, days, keep_responses
        self.start = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()) * SECOND
        self.end = self.start + days * DAY
        self.weekday = datetime.fromisoformat(start).weekday()
        self.release_day = release_day
        self.salt = int(self.rng.integers(2**62))
        self.acc: dict[str, NDArray[Any]] = {}
        self.events: list[dict[str, Any]] = []
        self._next, self.sessions_seen = 1, 0

    def n(self, count: float) -> int:
        """A head count at this scale."""
        return max(1, round(count * self.scale))

    def new(self, count: int) -> Ints:
        """Fresh internal numbers for cards, phones, organisations, keys."""
        out = np.arange(self._next, self._next + count)
        self._next += count
        return out

    def at(self, day: float) -> int:
        """The microsecond of a day within the window."""
        return self.start + int(day * DAY)

    def countries(self, n: int, only: Sequence[str] | None = None, weights: Sequence[float] | None = None) -> Ints:
        """Countries of n people."""
        if only is None:
            return self.rng.choice(len(CODES), size=n, p=SHARE)
        p = np.asarray(weights, float) if weights is not None else SHARE[[CC[c] for c in only]]
        return self.rng.choice([CC[c] for c in only], size=n, p=p / p.sum())

    def clock(self, n: int, curve: str, tz: NDArray[np.float64] | float) -> Ints:
        """Microseconds into a UTC day, for people with this rhythm living in these zones (may fall on neighbouring days)."""
        p = np.asarray(CURVES[curve], float)
        hour = self.rng.choice(24, size=n, p=p / p.sum()) + self.rng.random(n)
        return ((hour - tz) * HOUR).astype(np.int64)

    def born(self, n: int, tz: NDArray[np.float64], recent: float = 0.12, mean_age: float = 250.0) -> Ints:
        """Sign-up times of ordinary people: a growing service, some joining during the window."""
        age = np.minimum(self.rng.exponential(mean_age, n), 1000.0)
        day = np.where(self.rng.random(n) < recent, self.rng.random(n) * self.days, -age)
        return self.start + np.floor(day).astype(np.int64) * DAY + self.clock(n, "life", tz)

    def within(self, n: int, lo: float, hi: float, curve: str = "office", tz: NDArray[np.float64] | float = 0.0) -> Ints:
        """Sign-up times between two days (may be negative), at hours of this rhythm."""
        return (
            self.start
            + self.rng.integers(int(np.floor(lo)), max(int(np.floor(lo)) + 1, int(np.ceil(hi))), n) * DAY
            + self.clock(n, curve, tz)
        )

    def domain(self) -> str:
        """A small firm's own domain."""
        t = self.text
        tail = [".com", ".io", ".co", ".net", ".dev", ".ai", ".org", ".eu"][int(self.rng.integers(8))]
        return (
            t.one("fa") + ["", "-"][int(self.rng.random() < 0.2)] + t.one(["fb", "city", "name"][int(self.rng.integers(3))])
        ).lower() + tail

    def accounts(
        self, n: int, crowd: str, *, campaign: str | None = None, path: str = "app", cc: Ints | None = None, created: Ints | None = None,
        recent: float = 0.12, **given: Any
    ) -> Ints:
        """Sign up n accounts; anything not given is as an ordinary person's would be. Returns their row numbers."""
        r = self.rng
        cc = self.countries(n) if cc is None else cc
        created = self.born(n, TZ[cc], recent) if created is None else created
        created = np.where(created >= self.end, created - 2 * DAY, created)
        seed = r.integers(0, 2**63, n).astype(np.uint64)
        home, mob = self.net.pick(r, cc, "home"), self.net.pick(r, cc, "mobile")
        app = path == "app"
        plan = (
            r.choice(["free", "plus", "pro"], n, p=[0.8, 0.17, 0.03])
            if app
            else r.choice(["payg", "free", "scale"], n, p=[0.78, 0.12, 0.1])
        )
        plan = many(given.pop("plan", plan), n, object)
        paid = plan != "free"
        own = np.array([self.domain() for _ in range(n)], object) if not app else np.array(["gmail.com"] * n, object)
        webmail = r.choice(np.array(WEBMAIL, object), n, p=WEBMAIL_W)
        lease = many(given.pop("lease", r.choice([1, 3, 7, 30, 90], n, p=[0.12, 0.13, 0.2, 0.25, 0.3])), n)
        epoch = ((created - self.start) // DAY + 2000) // lease
        signup = self.net.address(given.get("home", home), seed + epoch.astype(np.uint64) * np.uint64(1009))
        signup = signup.put(r.random(n) < 0.35, self.net.address(mob, mix(seed)))
        mob_share = r.beta(1.2, 2.2, n)
        host = self.net.anywhere(r, n, "host")
        base: dict[str, Any] = {
            "crowd": crowd, "campaign": campaign or "", "path": path, "cc": cc, "created": created, "banned": -1, "seed": seed,
            "home": home, "mob": mob, "mob_share": mob_share, "host": host, "servers": r.choice([1, 1, 1, 2, 3, 5], n), "work_ip": 0,
            "work_isp": -1, "vpn": np.where(r.random(n) < 0.06, self.net.anywhere(r, n, "vpn"), -1), "lease": lease,
            "client": pick_clients(r, n, "desktop" if app else "sdk"), "phone_client": pick_clients(r, n, "phone"),
            "ja4": self._odd_prints(n, app), "update": r.integers(-10, self.days + 12, n),
            "style": r.choice(9, n, p=[0.34, 0.16, 0.12, 0.06, 0.06, 0.05, 0.08, 0.05, 0.08]),
            "pref": r.choice(3, n, p=[0.6, 0.28, 0.12] if app else [0.36, 0.48, 0.16]),
            "adopt": np.where(r.random(n) < 0.6, (self.release_day if self.release_day is not None else 1e6) + r.exponential(6.0, n), 1e6),
            "temp": np.where(
                r.random(n) < 0.5, np.nan,
                r.choice([0.0, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0], n, p=[0.25, 0.15, 0.1, 0.1, 0.04, 0.2, 0.06, 0.1])
            ),
            "top_p": np.where(r.random(n) < 0.88, np.nan, r.choice([0.9, 0.95, 1.0], n)),
            "max_tokens": r.choice(list(LIMITS), n, p=list(LIMITS.values())), "stream": r.random(n) < 0.42,
            "keys": r.choice([1, 1, 1, 2, 2, 3, 6], n), "key0": self.new(n * 6)[::6], "system": np.full(n, None, object),
            "kind": r.choice(
                np.array(["individual", "education", "research", "startup", "enterprise"], object), n,
                p=[0.93, 0.04, 0.01, 0.015, 0.005] if app else [0.42, 0.05, 0.06, 0.38, 0.09]
            ),
            "org": np.where(app, 0, self.new(n)), "verified": r.random(n) < (0.01 if app else 0.09), "access_type": "application",
            "email_domain": webmail if app else np.where(r.random(n) < 0.55, own, webmail),
            "email": np.where(r.random(n) < 0.05, 0, self.new(n)), "pay": np.where(paid & (r.random(n) < 0.97), self.new(n), 0),
            "phone": np.where(r.random(n) < (0.72 if app else 0.5), self.new(n), 0), "signup_ip": signup.ip, "plan": plan
        }
        base.update(given)
        if app and "system" not in given:
            some = np.flatnonzero(r.random(n) < 0.03)
            for i in some:
                base["system"][i] = self.text.one("system")
        first = len(self.acc["seed"]) if self.acc else 0
        for name, value in base.items():
            dtype = object if isinstance(value, str) or name in ("kind", "email_domain", "plan", "system", "access_type") else None
            chunk = many(value, n, dtype)
            self.acc[name] = chunk if not first else np.concatenate([self.acc[name], chunk])
        return np.arange(first, first + n)

    def _odd_prints(self, n: int, app: bool) -> Ints:
        """The few whose TLS print does not fit their client (privacy browsers, inspecting gateways); -1 for the others."""
        odd = np.full(n, CLIENT_JA4[0, 0]) if app else FIRST_GATEWAY + self.rng.integers(0, 40, n)
        return np.where(self.rng.random(n) < (0.012 if app else 0.02), odd, -1)

    def office(self, country: str | int, kind: str = "biz", addresses: int = 1) -> Route:
        """A fixed line of a site: one or a few egress addresses side by side."""
        cc = np.array([CC[country] if isinstance(country, str) else country])
        isp = self.net.pick(self.rng, cc, kind)
        first = self.net.address(isp, self.rng.integers(0, 2**63, 1).astype(np.uint64))
        return Route((first.ip[0] + np.arange(addresses)).astype(np.uint32), np.repeat(isp, addresses))

    def gateway(self) -> int:
        """The fingerprint of a site's TLS-inspecting proxy."""
        return FIRST_GATEWAY + int(self.rng.integers(40))

    def sessions(
        self, rows: Ints, per_day: Any, curve: str = "life", weekend: float = 0.8, lo: float = 0.0, hi: float | None = None,
        tz: NDArray[np.float64] | float | None = None
    ) -> tuple[Ints, Ints]:
        """Starts of conversations: (account row, microsecond) for Poisson numbers of them."""
        r, a = self.rng, self.acc
        hi = float(self.days) if hi is None else hi
        rate = many(per_day, len(rows), float) * (hi - lo)
        who = np.repeat(rows, r.poisson(np.minimum(rate, 5e5)))
        d0, d1 = int(np.floor(lo)), max(int(np.floor(lo)) + 1, int(np.ceil(hi)))
        days = np.arange(d0, d1)
        weight = np.where((days + self.weekday) % 7 >= 5, weekend, 1.0)
        day = r.choice(days, size=who.size, p=weight / weight.sum())
        zone = TZ[a["cc"][who]] if tz is None else tz
        return who, self.start + day * DAY + self.clock(who.size, curve, zone)

    def turns(self, n: int, mean: float, gap: float = 80.0, cap: int = 40) -> tuple[Ints, Ints, Ints]:
        """Turns of n conversations: (conversation, turn, microseconds after its start)."""
        count = np.minimum(self.rng.geometric(1 / max(mean, 1.0), n), cap)
        conv = np.repeat(np.arange(n), count)
        turn = np.arange(conv.size) - np.repeat(np.cumsum(count) - count, count)
        wait = self.rng.lognormal(np.log(gap), 0.9, conv.size) * (turn > 0)
        total = np.cumsum(wait)
        return conv, turn, ((total - total[np.cumsum(count) - count][conv]) * SECOND).astype(np.int64) if n else conv

    def families(self, mixture: str | dict[str, float], n: int) -> NDArray[np.object_]:
        """Task families drawn from a mixture."""
        table = MIXES[mixture] if isinstance(mixture, str) else mixture
        p = np.array(list(table.values()), float)
        return np.array(list(table), object)[self.rng.choice(len(p), size=n, p=p / p.sum())] if n else np.empty(0, object)
