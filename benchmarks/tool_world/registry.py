"""The registry: who there is, from where and with what."""

import datetime as dt
import hashlib
import math
from random import Random

import numpy as np

from .surfaces import CARRIERS, CLIENT_WEIGHTS, CLIENTS, CLOUDS, COUNTRIES, DAY, FREE, JA4S, NATIVE, PROVIDERS, VPNS
from .text import TOPICS, Text

LIMITS = (None, 256, 512, 1000, 1024, 1024, 1500, 2000, 2048, 4000, 4096, 4096, 8192)
NEW_MODELS = ("atlas-4", "atlas-think-4", "atlas-4-mini")


def key64(*parts):
    """A 64-bit hash of the parts."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Account:
    """One account and whoever uses it."""

    __slots__ = (
        "adopts_at", "clients", "country", "dynamic", "families", "first", "habits", "hours", "id", "ips", "keys",
        "language", "last", "max_tokens", "model", "number", "org", "path", "stream", "style", "system", "temperature",
        "top_p", "topics", "zone",
    )


class Registry:
    """Who there is; times are Unix seconds."""

    def __init__(self, recipe, seed, n_events, days, releases=1):
        self.rng = rng = Random(key64(recipe, seed))
        self.numpy = np.random.default_rng(abs(key64(seed, recipe)))
        self.text = Text(rng)
        self.n_events, self.days, self.scale = n_events, days, n_events / 180000
        first_day = dt.datetime(2026, 1, 5, tzinfo=dt.UTC) + dt.timedelta(days=rng.randrange(0, 200))
        self.start = first_day.timestamp()
        self.end = self.start + days * DAY
        self.weekday = first_day.weekday()
        self.models = ["atlas-3", "atlas-3-mini", "atlas-2.5", "atlas-think-3"]
        self.new_models = []
        for i, model in enumerate(NEW_MODELS[:releases]):
            t = self.start + DAY * (days * (i + 1) / (releases + 1) + rng.uniform(-1, 1)) // 3600 * 3600
            self.new_models.append((model, math.floor((t - self.start) / DAY) * DAY + self.start + 17 * 3600))
        self.releases = [
            ("atlas-2.5", self.start - 300 * DAY), ("atlas-3-mini", self.start - 120 * DAY),
            ("atlas-3", self.start - 95 * DAY), ("atlas-think-3", self.start - 60 * DAY), *self.new_models,
        ]
        self.accounts, self.registry, self.truth = [], [], []
        self.n_innocents = 1
        self.library = [self._snippet(i) for i in range(30)]
        """a public library of prompts, which some operators use too"""

    def _snippet(self, i):
        if i % 2:
            return self.text.elicit_fixed()
        return self.text.expand(
            "Act as a {tone} expert on {n}s. Ask yourself {num1} questions, answer them in {fmt}, then give the "
            "result for {aud}.\n\n", self.rng.choice(TOPICS),
        )

    def scaled(self, n):
        """So many in a world of 180,000 requests."""
        return max(2, round(n * self.scale))

    def hex_id(self, n=16):
        """A hash-like string of n digits."""
        return f"{self.rng.getrandbits(4 * n):0{n}x}"

    def groups(self, n, least, most):
        """Sizes of groups that n accounts fall into."""
        while n > 0:
            size = min(n, self.rng.randint(least, most))
            n -= size
            yield size

    # addresses, each with its network and country

    def _in_block(self, block):
        return f"{block[0]}.{block[1]}.{self.rng.randrange(256)}.{self.rng.randrange(2, 252)}"

    def home(self, country):
        """A home line."""
        asn, blocks = self.rng.choice(PROVIDERS[country])
        return self._in_block(self.rng.choice(blocks)), asn, country

    def cloud(self):
        """An address of a cloud."""
        asn, blocks = self.rng.choice(CLOUDS)
        return self._in_block(self.rng.choice(blocks)), asn, self.rng.choice(("US", "DE", "SG", "US"))

    def vpn(self):
        """An exit of a VPN."""
        asn, exits = self.rng.choice(VPNS)
        return self.rng.choice(exits), asn, self.rng.choice(("NL", "US", "SG"))

    def carrier(self, country):
        """A shared address of a mobile carrier."""
        asn, gateways = self.rng.choice(CARRIERS[country])
        return self.rng.choice(gateways), asn, country

    def client(self, kind):
        """User agent and fingerprint of one installation."""
        rng = self.rng
        if kind == "any":
            kind = rng.choices(list(CLIENTS), CLIENT_WEIGHTS)[0]
        version = f"{rng.choice((0, 1, 1, 1, 2))}.{int(40 * rng.random() ** 2)}.{int(4 * rng.random())}"
        user_agent = rng.choice(CLIENTS[kind]).format(v=version, m=int(8 * rng.random()))
        return user_agent, JA4S[kind][int(len(JA4S[kind]) * rng.random() ** 2)]

    def country(self):
        """Where somebody lives: country, hours from UTC, weight."""
        return self.rng.choices(COUNTRIES, [weight for _, _, weight in COUNTRIES])[0]

    # accounts

    def person(
        self, crowd, campaign=None, country=None, kind=None, org=None, verified=None, access="application",
        domain=None, payment="own", phone="maybe", ip=None, created=None, signup_ip=None, client="any", hours="allday",
        families=("chat",), style=None, language="auto", path=None, window=None, n_more_ips=None,
    ):
        """Register one account; the operator or crowd it is of is kept apart from the registry."""
        rng = self.rng
        a = Account()
        a.country, a.zone, _ = next(c for c in COUNTRIES if c[0] == country) if country else self.country()
        a.number, a.id = len(self.accounts), "acct_" + self.hex_id(12)
        a.topics = rng.sample(TOPICS, rng.choice((1, 2, 2, 3)))
        a.style = rng.choice((0, 0, 1, 1, 2, 2, 3, 4)) if style is None else style
        a.language = "en" if language == "auto" else language
        if language == "auto" and a.country in NATIVE and rng.random() < 0.55:
            a.language = NATIVE[a.country]
        a.clients = [self.client(client) if isinstance(client, str) else client]
        if client == "any" and rng.random() < 0.25:
            a.clients.append(self.client("any"))
        self._place(a, ip, n_more_ips)
        self._parameters(a, path)
        a.families, a.hours, a.org = families, hours, org
        a.system, a.habits = None, {}
        a.model = rng.choices(self.models, (45, 30, 15, 10))[0]
        a.adopts_at = {
            model: t + (rng.expovariate(1 / (4 * DAY)) if rng.random() < 0.65 else 1e9) for model, t in self.new_models
        }
        if created is None and rng.random() < 0.86:
            created = self.start - rng.expovariate(1 / (220 * DAY))
        elif created is None:
            created = rng.uniform(self.start, self.end - 0.5 * DAY)
        created = min(created, self.end - 9000)
        self._span(a, created, window)
        domain = domain or rng.choices(list(FREE), list(FREE.values()))[0]
        banned = None
        if campaign is None and rng.random() < 0.004:
            banned = a.last = rng.uniform(a.first, a.last)
        if phone == "own" or (phone == "maybe" and rng.random() < 0.55):
            phone = self.hex_id()
        elif phone == "maybe":
            phone = None
        card = self.hex_id() if payment == "own" else None if payment == "none" else payment
        if payment == "own" and a.path == "app" and rng.random() < 0.6:
            card = None
        kinds = ("individual", "startup", "education", "research", "enterprise")
        kind = kind or rng.choices(kinds, (80, 9, 5, 3, 3))[0]
        if verified is None:
            verified = rng.random() < 0.06
        email = self.hex_id()
        signup_ip = (signup_ip or a.ips[0][0]) if rng.random() < 0.97 else None
        plan = rng.choices(("free", "pro", "payg", "team"), (25, 30, 40, 5))[0]
        row = {
            "account_id": a.id, "created_at": created, "kind": kind, "org_id": org, "verified": verified,
            "access_type": access, "email_domain": domain, "email_hash": email, "payment_hash": card,
            "phone_hash": phone, "signup_ip": signup_ip, "country": a.country, "banned_at": banned, "plan": plan,
        }
        self.registry.append(row)
        self.accounts.append(a)
        self.truth.append((a.id, campaign, crowd))
        return a

    def _place(self, a, ip, n_more):
        rng = self.rng
        if ip is not None:
            a.ips, a.dynamic = list(ip), False
            return
        u = rng.random()
        a.ips = [self.vpn() if u < 0.08 else self.carrier(a.country) if u < 0.16 else self.home(a.country)]
        for _ in range(rng.choice((0, 0, 1, 1, 2, 4)) if n_more is None else n_more):
            a.ips.append(self.home(a.country) if rng.random() < 0.8 else self.vpn())
        a.dynamic = rng.random() < 0.25

    def _parameters(self, a, path):
        rng = self.rng
        u, user_agent = rng.random(), a.clients[0][0]
        api = not ("Mozilla" in user_agent or "ChatApp" in user_agent)
        a.temperature = a.top_p = a.max_tokens = None
        if api:
            usual = (None, None, None, 0.0, 0.0, 0.2, 0.3, 0.7, 0.7, 1.0, 1.0, round(rng.random(), 2))
            a.temperature = rng.choice(usual)
        if api and u >= 0.8:
            a.top_p = rng.choice((0.9, 0.95, 1.0))
        if api or u >= 0.9:
            a.max_tokens = rng.choice(LIMITS)
        a.path = path or ("api" if api else "app")
        a.keys = ["key_" + self.hex_id(10)] if a.path != "app" else [None]
        if a.path == "api" and rng.random() < 0.15:
            a.keys.append("key_" + self.hex_id(10))
        a.stream = rng.random() < 0.4 if api else True

    def _span(self, a, created, window):
        """The first and last moment at which the account is used."""
        a.first, a.last = max(self.start, created + self.rng.expovariate(1 / 1800)), self.end
        if window:
            a.first = max(a.first, window[0])
            a.last = max(a.first + 3600, window[1])
        elif self.rng.random() < 0.25:
            a.last = self.rng.uniform(a.first, self.end)
        if a.last <= a.first:
            a.last = a.first + 3600
        a.last = min(a.last, self.end)
        a.first = min(a.first, self.end - 3600)
