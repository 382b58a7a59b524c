"""A world: its span, its accounts, its clocks and what was said in it."""

import datetime as dt

import numpy as np

from .clients import clients
from .hours import HOURS, WEEK
from .networks import ZONES, Networks, countries
from .registry import Registry
from .text import key64, mix, speak, tokens_of

DAY = 86400.0
MODELS = ["pier-mini-2", "pier-xl-2", "pier-reason-1", "pier-code-1", "pier-mini-1", "pier-reason-2"]
MODEL_AT = {model: i for i, model in enumerate(MODELS)}
RELEASED = {
    "pier-mini-2": "2026-03-04",
    "pier-xl-2": "2026-01-20",
    "pier-reason-1": "2025-11-11",
    "pier-code-1": "2026-02-17",
    "pier-mini-1": "2025-05-06",
}
FREE_MAIL = {
    "gmail.com": 50, "outlook.com": 18, "proton.me": 6, "yahoo.com": 8, "icloud.com": 6, "qq.com": 4, "163.com": 3,
    "gmx.de": 2, "mail.ru": 2, "naver.com": 1, "mailbox-zone.com": 0.6, "fastinbox.net": 0.5, "post-drop.org": 0.4,
}
USUAL_CLIENTS = {"py": 40, "node": 18, "requests": 14, "curl": 5, "chain": 8, "go": 5, "java": 4, "lite": 4, "web": 8}
FIRM_ENDINGS = ["", "-hq", "labs", "app", "io", "group", "s", "-dev", "soft"]
TOP_LEVELS = [".com", ".io", ".ai", ".co", ".net", ".eu", ".dev"]
TOP_LEVEL_SHARES = [0.45, 0.15, 0.13, 0.08, 0.07, 0.06, 0.06]
PATH_SHARES = [0.7, 0.16, 0.09, 0.05]


def pick(rng, options, n, shares=None):
    """n of some options (texts or None), by share."""
    options = np.array(options, object)
    share = None if shares is None else np.array(shares, float) / np.sum(shares)
    return options[rng.choice(len(options), n, p=share)]


class World:
    """One provider over some days.

    Args:
        name: scenario.
        seed: same scenario and seed: same world.
        days: length of the log.
        start: first day, as a date.
        launch: day (with a fraction) on which pier-reason-2 is released; None: not in this log.
        blind: columns that this provider does not keep.
        paths: ways of access, the most frequent first.
    """

    def __init__(self, name, seed, days, start, launch=None, blind=(), paths=("api",)):
        self.name, self.days, self.launch, self.blind, self.paths = name, days, launch, set(blind), list(paths)
        self.rng = np.random.default_rng([seed, key64(name) & 0xFFFFFFFF])
        first = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
        self.start = first.timestamp()
        self.end = self.start + days * DAY
        self.weekday = first.weekday()
        self.networks = Networks(self.rng)
        self.registry = Registry()
        self.blocks = []
        self._text_pools = {}
        self._domains = set()

    def at_day(self, day):
        """Unix time of a day since the start."""
        return self.start + day * DAY

    def firms(self, n):
        """n mail domains of firms, none twice in a world."""
        found = []
        while len(found) < n:
            for name in speak(self.rng, "firm", n - len(found)):
                word = "".join(c for c in name.lower().split(" ")[0] if c.isalpha())
                domain = word + self.rng.choice(FIRM_ENDINGS) + self.rng.choice(TOP_LEVELS, p=TOP_LEVEL_SHARES)
                if domain not in self._domains:
                    self._domains.add(domain)
                    found.append(domain)
        return np.array(found, object)

    def schools(self, n):
        """n mail domains of schools."""
        return np.array([domain.split(".")[0] + ".edu" for domain in self.firms(n)], object)

    def text_pool(self, name, weights, n):
        """A finite, world-wide pool of texts (a public benchmark, an exam bank)."""
        if name not in self._text_pools:
            texts = dict.fromkeys(mix(self.rng, weights, int(n * 1.4)).tolist())
            self._text_pools[name] = np.array(list(texts)[:n], object)
        return self._text_pools[name]

    def registered(self, n, during=0.12):
        """Registered over the years before the log, a share of them during it."""
        rng = self.rng
        recent = self.start + rng.uniform(0, self.days * 0.9, n) * DAY
        return np.where(rng.random(n) < during, recent, self.start - rng.exponential(260, n) * DAY - 3600)

    def enrol(self, n, crowd, families=None, lines=None, line_shares=None, **given):
        """Add n accounts of a crowd; every column has a plain default.

        Args:
            n: number of accounts.
            crowd: kind in the truth.
            families: clients by weight.
            lines: up to four lines (address, network, country), each for n accounts.
            line_shares: share of traffic of each.
            given: columns, each an array of n or one value.

        Returns:
            Where they stand in the registry.
        """
        rng = self.rng
        land = given.pop("land", None)
        land = countries(rng, n) if land is None else np.broadcast_to(land, (n,)).copy()
        lines = lines or [self.networks.home(land)]
        line_shares = line_shares or [1 / len(lines)] * len(lines)
        user_agent, ja4 = clients(rng, families or USUAL_CLIENTS, n)
        columns = {
            "created": self.registered(n),
            "kind": "individual",
            "org": None,
            "verified": False,
            "access": "application",
            "domain": pick(rng, list(FREE_MAIL), n, list(FREE_MAIL.values())),
            "email": tokens_of(rng, n),
            "card": None,
            "phone": None,
            "signup_ip": np.where(rng.random(n) < 0.8, lines[0][0], self.networks.home(land)[0]),
            "land": land,
            "banned": np.nan,
            "plan": "payg",
            "zone": ZONES[land],
            "user_agent": user_agent,
            "ja4": ja4,
            "temperature": rng.choice([np.nan, 0, 0.2, 0.7, 1.0], n, p=[0.45, 0.2, 0.12, 0.15, 0.08]),
            "top_p": rng.choice([np.nan, 1.0, 0.95, 0.9], n, p=[0.72, 0.14, 0.1, 0.04]),
            "max_tokens": rng.choice([0, 512, 1024, 2048, 4096, 8192], n, p=[0.3, 0.1, 0.2, 0.15, 0.2, 0.05]),
            "stream": rng.random(n) < 0.4,
            "path": pick(rng, self.paths, n, PATH_SHARES[: len(self.paths)]),
            "tools": None,
            "system": None,
            "n_keys": 1 + rng.poisson(0.4, n),
            "rotated": np.where(rng.random(n) < 0.1, rng.uniform(0, self.days, n), np.nan),
            "adopts": np.where(rng.random(n) < 0.3, np.inf, rng.exponential(8, n)),
            "crowd": crowd,
            "campaign": None,
        }
        return self.registry.append(n, columns | given, lines, line_shares)

    def times(self, accounts, hours="office", week=None, since=0, until=None):
        """A time for each account named, by its local hours and days of the week.

        Args:
            accounts: one entry for each time wanted.
            hours: profile of HOURS.
            week: profile of WEEK, by default that of the hours.
            since: first day, a number or an array; nothing happens before registration.
            until: last day, a number or an array.

        Returns:
            Unix times.
        """
        rng, n, days = self.rng, len(accounts), self.days
        weights = np.array(WEEK[week or hours])[(self.weekday + np.arange(days)) % 7]
        cumulative = np.concatenate([[0], np.cumsum(weights)])
        registered = np.clip((self.registry["created"][accounts] - self.start) / DAY, 0, days - 0.02)
        since = np.maximum(registered, since)
        until = np.maximum(np.minimum(days, days if until is None else until), since + 0.05)
        grid = np.arange(days + 1)
        low, high = np.interp(since, grid, cumulative), np.interp(np.minimum(until, days), grid, cumulative)
        day = np.floor(np.minimum(np.interp(low + (high - low) * rng.random(n), cumulative, grid), days - 1e-6))
        hour = np.searchsorted(np.cumsum(HOURS[hours]), rng.random(n) * 0.999999)
        second = day * DAY + ((hour - self.registry["zone"][accounts]) % 24) * 3600 + rng.random(n) * 3600
        second = np.where(second < since * DAY, since * DAY + rng.exponential(5400, n), second)
        return self.start + np.minimum(second, days * DAY - rng.uniform(1, 600, n))
