"""Accounts, personas and daily rhythms."""

import numpy as np

from .clients import Clients
from .networks import COUNTRIES, LANGUAGES, ZONES

# mixes of skills
PERSONA = {
    "dev": {
        "code": 5, "debug": 4, "sql": 1.5, "explain": 2, "chat": 1, "agent": 1, "data": 1, "email": 0.5, "math": 0.4,
        "trace": 0.1,
    },
    "student": {
        "explain": 5, "math": 4, "quiz": 1.5, "summarise": 2, "write": 2, "grade": 0.5, "chat": 1.5, "code": 1,
        "translate": 1, "trace": 0.4,
    },
    "office": {
        "email": 5, "summarise": 4, "rewrite": 3, "write": 2, "extract": 2, "plan": 1, "translate": 1.5, "data": 1.5,
        "legal": 1, "chat": 1, "classify": 0.5,
    },
    "hobby": {"role": 4, "chat": 5, "plan": 2, "write": 2, "explain": 2, "legal": 0.5},
    "research": {
        "explain": 3, "math": 3, "data": 3, "code": 3, "grade": 1.5, "summarise": 2, "trace": 0.7, "rewrite": 1,
    },
    "marketer": {"write": 7, "rewrite": 3, "translate": 1, "email": 2, "plan": 1, "data": 0.5},
    "support": {"email": 5, "rewrite": 3, "classify": 2, "translate": 1},
    "teacher": {"quiz": 5, "grade": 4, "explain": 3, "write": 1, "rewrite": 1},
    "mixed": {
        "code": 2, "math": 2, "explain": 2, "write": 1, "data": 1, "debug": 1, "sql": 0.5, "plan": 0.5, "legal": 0.5,
        "quiz": 0.5, "summarise": 0.5,
    },
}
# how often such a person uses each tool
TOOLS_OF = {
    "dev": {
        "pysdk": 4, "nodesdk": 3, "app": 3, "curl": 1, "opencrab": 3, "patchling": 2, "vsmate": 3, "go": 0.7,
        "java": 0.7, "chainkit": 1, "browserimp": 0.4,
    },
    "student": {"app": 8, "deskpal": 1, "notemill": 1, "pysdk": 1, "vsmate": 0.6},
    "office": {"app": 8, "sheetwand": 1.5, "deskpal": 1.5, "flowbee": 1, "notemill": 1},
    "hobby": {"app": 6, "rolechat": 3, "deskpal": 1},
    "research": {"pysdk": 6, "chainkit": 2, "app": 3, "patchling": 1},
    "marketer": {"app": 6, "flowbee": 2, "sheetwand": 1}, "support": {"app": 5, "deskpal": 2},
    "teacher": {"app": 9, "notemill": 1}, "mixed": {"pysdk": 6, "nodesdk": 2, "curl": 1, "app": 1},
}
# weight per local hour, weekend factor
RHYTHMS = {
    "office": ([0.05] * 7 + [0.5, 1.5, 3, 3, 2.6, 1.6, 2.4, 3, 2.8, 2, 1, 0.5, 0.4, 0.4, 0.3, 0.2, 0.1], 0.15),
    "evening": (
        [0.8, 0.4, 0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 0.8, 0.8, 0.8, 0.9, 1, 1, 1, 1, 1.2, 1.6, 2, 2.6, 3, 3, 2.4, 1.5],
        1.25,
    ),
    "student": (
        [
            1, 0.6, 0.3, 0.1, 0.1, 0.1, 0.1, 0.3, 0.8, 1.4, 1.8, 1.8, 1.4, 1.7, 2, 2, 1.8, 1.5, 1.5, 2, 2.4, 2.6, 2.2,
            1.6,
        ],
        0.7,
    ),
    "night": (
        [3, 3, 2.6, 2, 1.3, 0.7, 0.3, 0.1, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 1, 1, 1, 1, 1.2, 1.6, 2, 2.4, 2.8, 3], 1.1,
    ),
    "flat": ([1] * 24, 1.0),
    "app": (
        [
            0.5, 0.35, 0.25, 0.2, 0.2, 0.3, 0.5, 0.9, 1.2, 1.3, 1.3, 1.3, 1.4, 1.3, 1.2, 1.2, 1.3, 1.4, 1.6, 1.7, 1.7,
            1.5, 1.2, 0.8,
        ],
        1.0,
    ),
    "shop": ([0] * 8 + [0.7, 1.5, 1.5, 1.2, 1, 1, 1.2, 1.3, 1.3, 1.2, 0.8, 0.2] + [0] * 4, 0.7),
    "class": ([0] * 8 + [1, 3, 3, 2, 0.3, 2, 3, 2, 0.6, 0.3, 0.3, 0.5, 0.8, 0.6, 0.2, 0], 0.15),
}


class Account:
    """One account: what the registry knows, and how its user lives."""

    __slots__ = (
        "access", "adopts_after_days", "banned", "campaign", "country", "created", "crowd", "domain", "email", "id",
        "ips", "keys", "kind", "language", "model", "number", "org", "path", "payment", "persona", "phone", "pinned",
        "plan", "rhythm", "role", "signup_ip", "tools", "used", "verified", "voice", "zone",
    )


class Registry(Clients):
    """Who there is."""

    def persona_task(self, persona, language="en"):
        """What such a person asks for."""
        return self.words.task(self.weighted(PERSONA[persona]), language)

    def account(
        self, crowd, campaign=None, created=None, kind="individual", org=None, verified=False, access="application",
        domain=None, email=None, payment="own", phone="maybe", signup_ip=None, country=None, zone=None, plan=None,
        rhythm=None, persona=None, language=None, tools=None, ips=None, path=None,
    ):
        """Register one account."""
        a = Account()
        random = self.random
        a.number = len(self.accounts)
        a.id = self.random_id("acc_")
        a.crowd = crowd
        a.campaign = campaign
        a.country = country or self.weighted(COUNTRIES)
        a.zone = ZONES[a.country] if zone is None else zone
        a.created = (
            self.seconds(created) if created is not None
            else (
                self.seconds(-(random() ** 1.7) * 620) if random() < 0.86 else self.seconds(random() * self.days * 0.9)
            )
        )
        a.kind, a.org, a.verified, a.access, a.plan = (
            kind, org, verified, access, plan or self.weighted({"payg": 6, "free": 3, "pro": 3, "team": 0.5}),
        )
        a.domain = domain or self.pick(
            ("gmail.com",) * 9
            + (
                "outlook.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "qq.com", "gmx.de", "hotmail.com",
                "mail.ru", "uol.com.br",
            )
        )
        if not domain and random() < 0.03:
            a.domain = self.words.expand("{nn}").lower() + self.pick(
                (".xyz", ".site", ".mail", ".click", ".store", ".me", ".net")
            )
        a.email = email or self.hex_id()
        a.payment = (self.hex_id() if a.plan != "free" or random() < 0.2 else None) if payment == "own" else payment
        a.phone = (self.hex_id() if random() < 0.65 else None) if phone == "maybe" else phone
        a.persona = persona or self.weighted(
            {
                "dev": 4, "student": 3, "office": 3, "hobby": 3, "research": 1, "marketer": 1, "teacher": 0.7,
                "support": 0.4,
            }
        )
        a.rhythm = rhythm or self.weighted(
            {
                "dev": {"office": 3, "evening": 2, "night": 1}, "student": {"student": 1}, "office": {"office": 1},
                "hobby": {"evening": 2, "night": 1}, "research": {"office": 2, "student": 1, "night": 0.5},
            }.get(a.persona, {"office": 2, "evening": 1})
        )
        a.language = language or ((LANGUAGES.get(a.country, "en")) if random() < 0.6 else "en")
        a.voice = self.between(0, 7)
        if ips is None:
            home = self.home_ip(a.country)
            ips = [home, home, home]
            if random() < 0.3:
                ips.append(self.home_ip(a.country))
            if random() < 0.3:
                ips.append(self.mobile_ip(a.country))
            if random() < 0.07:
                ips = [self.vpn_ip() for _ in range(3)] + [home]
            if len(self.homes) < 4000:
                self.homes.append(home)
        a.ips = ips
        a.signup_ip = signup_ip if signup_ip is not None else ips[0][0]
        a.tools = tools or [
            self.client(self.weighted(TOOLS_OF.get(a.persona, TOOLS_OF["mixed"])))
            for _ in range(1 + (random() < 0.35) + (random() < 0.1))
        ]
        if not campaign and not tools:
            for c in a.tools:
                if random() < 0.03:
                    c["ja4"] = self.new_ja4()
                if c["name"] in ("pysdk", "nodesdk", "chainkit") and random() < 0.08:
                    c["tools_key"] = self.words.rng.getrandbits(61)
                if c["name"] in ("pysdk", "nodesdk", "go") and random() < 0.12:
                    c["system"] = self.words.long_system(
                        self.between(60, 900), self.words.expand("the {adj} assistant of {nn}")
                    )
        a.keys = [self.random_id("key_", 10) for _ in range(1 + (random() < 0.15))]
        a.path = path
        a.banned = None
        a.adopts_after_days = float(self.rng.lognormal(1.3, 1.1))
        a.pinned = random() < 0.35
        a.model = self.weighted({"heron-4": 2, "heron-4-swift": 3, "heron-4.5": 5})
        a.used = a.role = None
        self.accounts.append(a)
        return a

    def team(self, n, crowd, **kw):
        """Register n accounts; what is callable is asked for each."""
        return [self.account(crowd, **{k: (v() if callable(v) else v) for k, v in kw.items()}) for _ in range(n)]

    def times(self, a, n, lo=None, hi=None, zone=None, rhythm=None, noise=True):
        """N sorted unix seconds with the rhythm of the account, between lo and hi (days)."""
        lo = max(lo if lo is not None else 0, (a.created - self.start) / 86400 + 0.01)
        hi = hi if hi is not None else self.days
        if a.banned:
            hi = min(hi, (a.banned - self.start) / 86400)
        if hi <= lo or n <= 0:
            return []
        zone = a.zone if zone is None else zone
        rhythm = rhythm or a.rhythm
        key = (zone, rhythm)
        if key not in self._cdf:
            weight, weekend = RHYTHMS[rhythm]
            hours = np.arange(self.n_hours + 24) + self.start / 3600 + zone
            weekday = ((hours // 24).astype(int) + 3) % 7
            self._cdf[key] = np.array(weight)[(hours % 24).astype(int)] * np.where(weekday >= 5, weekend, 1.0)
        b = self._cdf[key][: self.n_hours].copy()
        if noise:
            b *= np.repeat(self.rng.gamma(0.6, 1, self.days) + 0.02, 24)
        i, ja4 = int(lo * 24), max(int(lo * 24) + 1, int(hi * 24))
        b[:i] = 0
        b[ja4:] = 0
        c = np.cumsum(b)
        if c[-1] <= 0:
            return []
        h = np.searchsorted(c, self.rng.random(n) * c[-1], side="right")
        t = self.start + (h + self.rng.random(n)) * 3600
        t = t[(t < self.start + hi * 86400) & (t > a.created)]
        return np.sort(t).tolist()
