"""The world that a scenario fills: its dates, the accounts of its crowds and operators, and what these ask."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from . import network
from .arrays import DAY, BoolArray, FloatArray, IntArray, ObjArray, Rng, Words, choose, draw, mix, pick, unit
from .clients import FAMILY
from .hours import HOURS
from .profiles import Old, Profile

BROWSERS = np.array([FAMILY["web"], FAMILY["web2"], FAMILY["web3"]])


@dataclass
class Population:
    """Accounts of a profile, one row each; moments are seconds from the first midnight."""

    profile: Profile
    campaign: str | None
    kind: str
    base: Words
    """what all their keys come from"""
    at: IntArray
    """row of each among all accounts"""
    key: Words
    member_of: IntArray
    """number of the group"""
    group: Words
    """key of the group"""
    country: IntArray
    created: FloatArray
    banned: FloatArray
    """infinite for never"""
    first: FloatArray
    """before which an account is not used"""
    delay: FloatArray
    """until a ban is noticed"""
    net: IntArray
    family: IntArray
    tongue: IntArray
    boxed: BoolArray
    """whether the site's proxy makes its connections"""

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.at)

    @property
    def slots(self) -> int:
        """Places, each of which is filled by one account after another."""
        return self.n // self.profile.lives


@dataclass(frozen=True)
class Actors:
    """Who works with the accounts of a population, one row each."""

    crowd: str
    lead: IntArray
    """an account of each; the first where there are several"""
    lives: int
    """how many each has, one after another"""
    key: Words
    group: Words
    zone: IntArray
    created: FloatArray

    @property
    def n(self) -> int:
        """Number of actors."""
        return len(self.lead)


@dataclass(frozen=True)
class Stream:
    """Requests of a population to one end."""

    profile: Profile
    population: Population
    campaign: str | None
    columns: dict[str, FloatArray | IntArray | Words | ObjArray]

    @property
    def n(self) -> int:
        """Number of requests."""
        return len(self.columns["t"])


@dataclass
class World:
    """One provider over one window."""

    seed: int
    days: int
    start: dt.datetime
    release: float
    """day on which the new model comes out"""
    populations: list[Population] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)

    @property
    def first_microsecond(self) -> int:
        """The first midnight, in microseconds of the epoch."""
        return int(self.start.timestamp()) * 1_000_000

    def populate(
        self, profile: Profile, n: int, rng: Rng, *, campaign: str | None = None, window: tuple[float, float] = (0.0, 1.0),
        banned: float = 0.0, tag: str = ""
    ) -> Population:
        """Open accounts; those of a campaign work in a window, given as shares of the days."""
        p = profile
        member_of = _groups(n, p.group, rng)
        base = mix(self.seed, "account", p.name, tag, campaign or "", int(rng.integers(2**40)))
        key = mix(base, np.arange(n))
        group = mix(base, "group", member_of) if p.group else key
        country = choose(network.COUNTRY_WEIGHTS, group if p.group and unit(base, "same") < 0.7 else key, "country")
        created = p.opened.days(rng, member_of, self.days)
        hour = rng.choice(24, n, p=np.array(HOURS["day"]) / sum(HOURS["day"]))
        created = np.floor(created) + (hour - network.ZONES[country] + rng.random(n)) / 24
        low, high = window[0] * self.days, window[1] * self.days
        ban, first, delay = np.full(n, np.inf), np.full(n, -np.inf), rng.exponential(0.03, n)
        if p.lives > 1:
            n = n // p.lives * p.lives
            key, group, member_of, country = key[:n], group[:n], member_of[:n], country[:n]
            created, delay = created[:n], delay[:n]
            created, ban, first = _successions(created, delay, p.lives, low, high, rng)
        if campaign or not isinstance(p.opened, Old):
            created = np.where(created > high - 1.2, high - 1.2 - rng.exponential(2.5, n), created)
        if banned:
            hit = rng.random(n) < banned
            ban = np.where(hit & ~np.isfinite(ban), rng.uniform(max(low, 1), max(high, low + 1.5), n), ban)
        created = np.where(created > self.days - 0.3, self.days - 0.3 - rng.exponential(1.5, n), created)
        ban = np.where((ban < created + 0.2) | (ban > self.days - 0.05), np.inf, ban)
        net = np.array([network.NETS[name] for name in draw(p.nets, key, "net")])
        population = Population(
            p, campaign, tag or p.name, base, sum(other.n for other in self.populations) + np.arange(n), key, member_of, group, country,
            created * DAY, ban * DAY, first * DAY, delay * DAY, net, _families(p, base, key, group),
            np.where(unit(group, "foreign") < p.foreign, 1 + pick(3, country // 2, "tongue"), 0),
            (unit(group, "boxed") < 0.12) & (net == network.SITE)
        )
        self.populations.append(population)
        return population


def _groups(n: int, mean: float, rng: Rng) -> IntArray:
    """Number of the group of each account."""
    if not mean:
        return np.arange(n)
    sizes = np.maximum(1, np.round(rng.lognormal(np.log(mean) - 0.18, 0.6, int(n / mean * 3) + 8))).astype(int)
    return np.repeat(np.arange(len(sizes)), sizes)[:n]


def _successions(
    created: FloatArray, delay: FloatArray, lives: int, low: float, high: float, rng: Rng
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """When accounts that follow one another are opened, banned and first used; some are opened in store, the others after the ban."""
    n = len(created)
    slots = n // lives
    cuts = np.sort(low + (high - low) * rng.beta(1.5, 1.5, (slots, lives - 1)), axis=1)
    never = np.full((slots, 1), np.inf)
    ban = np.concatenate([cuts, never], 1).ravel()
    first = np.concatenate([-never, cuts], 1).ravel() + np.where(np.arange(n) % lives, delay, 0)
    prepared = created - rng.uniform(0, 1, n)
    stored = (created < first) & (rng.random(n) < 0.5)
    after = np.where(np.isfinite(first), first - rng.gamma(1.2, 0.6, n) - 0.02, prepared)
    return np.where(stored, created, after), ban, first


def _families(p: Profile, base: Words, key: Words, group: Words) -> IntArray:
    """Client programs; who is on the web has one of three browsers."""
    chooser = {"own": key, "group": group, "crowd": np.full(len(key), base)}[p.client_of]
    family = np.array([FAMILY[name] for name in draw(p.clients, chooser, "client")])
    browser = BROWSERS[choose([55, 27, 18], chooser, "browser")]
    return np.where(family == FAMILY["web"], browser, family)
