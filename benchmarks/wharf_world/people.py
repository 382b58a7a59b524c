"""Who customers are: a party is people of one kind with one or several routines; operators and innocents are the same record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .chance import Floats, Ints, Seeds, below, fresh, mix, pick, unit
from .places import CODES, OFFSETS, SHARES, Net, dotted, hexes

KINDS = ["individual", "education", "research", "startup", "enterprise"]
PATHS = ["app", "api", "stratus", "nimbus"]
SOMEBODY = {"individual": 0.88, "startup": 0.06, "education": 0.02, "research": 0.01, "enterprise": 0.03}
SMALL_FIRM = {"individual": 0.6, "startup": 0.33, "enterprise": 0.07}
FREE_MAIL = ["gmail.com", "outlook.com", "icloud.com", "yahoo.com", "proton.me", "gmx.net", "qq.com", "hotmail.com"]
FREE_SHARES = dict(zip(FREE_MAIL, (0.55, 0.14, 0.08, 0.08, 0.04, 0.04, 0.03, 0.04), strict=True))
DAY_HOURS = 24


@dataclass(frozen=True)
class Folk:
    """Who the accounts are, as the registry knows them."""

    size: int
    kinds: Mapping[str, float] = field(default_factory=lambda: SOMEBODY)
    org: str = "some"
    """none, one, each, or some: a few have one of their own"""
    verified: float = 0.06
    mail: str = "mixed"
    """mixed (mostly free), free, one (a domain of the group), each (own domains), throwaway (some disposable ones)"""
    card: float = 1.0
    """accounts to a card"""
    carded: float = 1.0
    """share whose card is one of the group's; others have their own"""
    cardless: float = 0.25
    phone: float = 1.0
    phoneless: float = 0.35
    opened: tuple[Any, ...] = ("long",)
    """long; burst, day, width; lead, days before the first request; lots, how many, oldest day"""
    countries: int = 0
    """how many countries they live in; 0: the world"""
    signup: str = "home"
    """home, site, server, vpn, abroad (homes anywhere: proxies)"""
    paths: Mapping[str, float] = field(default_factory=lambda: {"app": 0.62, "api": 0.32, "stratus": 0.03, "nimbus": 0.03})
    start: float = 0.0
    end: float = 1e9
    staggered: float = 0.0
    """days over which they begin, after the start"""
    lives: float = 0.0
    """mean days until an account is banned; 0: only by the ordinary rare mistake"""
    heir: float = 0.0
    """mean hours until another takes its place; 0: none does"""
    shut: bool = False
    """whether all are banned at the end"""
    moves: float = 0.0
    """day on which all leave their accounts for new ones, of their own will; 0: they stay"""


@dataclass(frozen=True)
class Routine:
    """What accounts do: how much, when, from where, with what, in which words."""

    rate: float
    """requests of an account on a day"""
    works: Mapping[str, float]
    share: float = 1.0
    """of the accounts that do it"""
    spread: float = 1.0
    """sigma of the logarithm of rates; 0: all alike, to the request"""
    turns: float = 2.0
    gap: float = 70.0
    """median seconds between turns"""
    start: float = 0.0
    end: float = 1e9
    hours: str = "home"
    surges: tuple[tuple[float, float, float], ...] = ()
    """(day, days, how many times as much as else)"""
    waves: int = 0
    """common moments a day at which work is begun; 0: none"""
    topics: int = 0
    """how many topics the group has in common; 0: everybody's own"""
    tongues: Mapping[str, float] | None = None
    frame: str = ""
    wordings: int = 1
    """of the frame; 0: each request has one of its own, -1: those that go round on the internet"""
    framed: float = 1.0
    role: str = ""
    roles: int = 1
    """wordings of the instructions; 0: every account has its own"""
    voiced: float = 1.0
    """share of accounts with these instructions"""
    pool: int = 0
    """size of a list of tasks that all draw from"""
    split: bool = False
    """each task of the list is given out once only"""
    public: bool = False
    """the list is one that anybody can download"""
    client: Mapping[str, float] = field(default_factory=lambda: {"any": 1.0})
    """any, browser, sdk, python, node, curl, product (the group's own), automation, harness (a popular one)"""
    one_build: bool = False
    net: Mapping[str, float] = field(default_factory=lambda: {"home": 0.78, "office": 0.13, "vpn": 0.05, "server": 0.04})
    """home, office, site, branch, server, servers, vpn; rotate: another home each time, sticky: somebody's, exits: a few, users: theirs"""
    sites: int = 1
    away: float = 0.15
    """share of conversations over a mobile network, of those at home"""
    paths: Mapping[str, float] | None = None
    tools: int = 0
    heat: float | None = None
    limit: int | None = None
    strict: float = 1.0
    """share of accounts with the group's sampling and tools"""
    models: Mapping[str, float] = field(default_factory=lambda: {"main": 0.6, "small": 0.28, "old": 0.12})
    pivot: float = 0.35
    """share of accounts that go to a new model"""
    haste: float = 5.0
    """mean days until they do"""
    falls: float = 0.0
    """day on which the main model is closed to them and they fall back to the small one; 0: none"""
    handover: float = 0.0
    """share of later turns from which on another account goes on"""
    replay: float = 0.0
    """share of conversations that go on from the end of an earlier one"""
    users: int = 0
    """people whose requests are passed on through the accounts"""
    longer: float = 1.0
    harvest: bool = False


@dataclass(frozen=True)
class Party:
    """Accounts of one kind, and the campaign that they belong to, if any."""

    label: str
    folk: Folk
    routines: tuple[Routine, ...]
    campaign: str = ""


@dataclass(frozen=True)
class Roster:
    """The accounts of a party: what the registry has, and what routines need to know."""

    seed: Seeds
    soul: Seeds
    """the person or the place in the crew; stays when an account is replaced"""
    country: Ints
    begin: Floats
    end: Floats
    created: Floats
    banned: Floats
    path: Ints
    group: Seeds
    """one number: the group's"""
    columns: dict[str, Any]


def word(rng: np.random.Generator) -> str:
    """A name that means nothing."""
    middle = rng.choice(["bra", "cor", "del", "fen", "gli", "hal", "jun", "kel", "lum", "mor", "nev", "ost", "pel", "quil", "ren",
        "sol", "tav", "ulm", "vor", "wex"], 2)
    return "".join(middle.tolist()) + str(rng.choice(["a", "ix", "ow", "en", "um", "y", "ett", "ora"]))


def _shared(rng: np.random.Generator, n: int, each: float, part: float, prefix: str, length: int) -> Any:
    """Identifiers, of which each of the group's is held by about so many accounts."""
    own = hexes(rng, n, length, prefix)
    if each <= 1:
        return own
    common = hexes(rng, max(1, round(n / each)), length, prefix)
    popular = rng.dirichlet(np.full(len(common), 3.0))
    return np.where(rng.random(n) < part, common[rng.choice(len(common), n, p=popular)], own)


def _lives(rng: np.random.Generator, folk: Folk, days: float) -> tuple[Ints, Floats, Floats, Floats]:
    """Of every account: its place, when it begins and ends, and when it is banned, if ever."""
    begin = np.full(folk.size, folk.start) + rng.random(folk.size) * folk.staggered
    last = min(folk.end, days)
    if folk.shut:
        banned = last + rng.exponential(0.02, folk.size)
        return np.arange(folk.size), begin, banned, banned
    if folk.moves:
        leaves = folk.moves + rng.random(folk.size)
        never = np.full(2 * folk.size, np.nan)
        ends = np.concatenate([leaves, np.full(folk.size, last)])
        return np.tile(np.arange(folk.size), 2), np.concatenate([begin, leaves]), ends, never
    if not folk.lives:
        banned = np.where(rng.random(folk.size) < 0.006, rng.random(folk.size) * days, np.nan)
        banned[banned < begin + 0.5] = np.nan
        return np.arange(folk.size), begin, np.fmin(np.full(folk.size, last), banned), banned
    found = []
    place = np.arange(folk.size)
    for _ in range(12):
        end = begin + rng.gamma(2.0, folk.lives / 2, len(begin))
        found.append((place, begin, np.minimum(end, last), np.where(end < days, end, np.nan)))
        goes_on = end + rng.exponential(folk.heir / DAY_HOURS, len(end)) + 0.02
        again = (goes_on < last - 0.1) & bool(folk.heir)
        place, begin = place[again], goes_on[again]
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))  # type: ignore[return-value]


def enlist(rng: np.random.Generator, party: Party, days: float, net: Net) -> Roster:
    """Open the accounts of a party."""
    folk = party.folk
    place, begin, end, banned = _lives(rng, folk, days)
    n = len(place)
    seed, group = fresh(rng, n), fresh(rng, 1)
    soul = fresh(rng, folk.size)[place]
    chosen = np.arange(len(CODES)) if not folk.countries else rng.choice(len(CODES), folk.countries, replace=False, p=SHARES)
    country = chosen[np.searchsorted(np.cumsum(SHARES[chosen]), unit(mix(soul, 11)) * SHARES[chosen].sum() * 0.999999)]
    created = _opened(rng, folk, begin, days)
    begin = np.maximum(begin, created)
    kind = pick(rng.random(n), folk.kinds, KINDS)
    columns: dict[str, Any] = {"account_id": hexes(rng, n, 16, "acct_"), "kind": np.array(KINDS, object)[kind]}
    columns["org_id"] = _orgs(rng, folk, kind, n)
    columns["email_domain"] = _mail(rng, folk, n)
    columns["email_hash"] = hexes(rng, n, 24)
    columns["payment_hash"] = np.where(rng.random(n) < folk.cardless, None, _shared(rng, n, folk.card, folk.carded, "", 24))
    columns["phone_hash"] = np.where(rng.random(n) < folk.phoneless, None, _shared(rng, n, folk.phone, 1.0, "", 24))
    path = pick(unit(mix(soul, 12)), folk.paths, PATHS)
    plan = np.where(path == 0, np.where(columns["payment_hash"] == None, 0, 1), 2)  # noqa: E711
    plan = np.where(kind == KINDS.index("enterprise"), 3, plan)
    columns["plan"] = np.array(["free", "plus", "payg", "contract"], object)[plan]
    columns["verified"] = rng.random(n) < np.where(kind == KINDS.index("enterprise"), max(folk.verified, 0.5), folk.verified)
    if folk.signup == "site":
        address, _ = net.home(np.repeat(country[:1], n), np.repeat(mix(group, 113), n), np.repeat(mix(group, 112, 0), n))
    elif folk.signup == "server":
        address, _ = net.server(mix(np.repeat(group, n), 115, below(fresh(rng, n), 3)))
    elif folk.signup == "vpn":
        address, _ = net.vpn(np.repeat(group, n), fresh(rng, n))
    elif folk.signup == "abroad":
        address, _ = net.home(rng.choice(len(CODES), n, p=SHARES), fresh(rng, n), fresh(rng, n))
    else:
        address, _ = net.home(country, seed, mix(seed, 23))
    columns["signup_ip"] = np.array(dotted(address, np.zeros(n, bool)).to_pylist(), object)
    columns["country"] = np.array(CODES, object)[country]
    return Roster(seed, soul, country, begin, end, created, banned, path, group, columns)


def _opened(rng: np.random.Generator, folk: Folk, begin: Floats, days: float) -> Floats:
    n = len(begin)
    mode, *numbers = folk.opened
    if folk.moves:
        return np.where(np.arange(n) < folk.size, -rng.exponential(300, n), begin - rng.exponential(2.0, n))
    if mode == "long":
        new = rng.random(n) < 0.1 * days / 30
        made = np.where(new, rng.random(n) * days * 0.95, -rng.exponential(280, n) - 0.1)
    elif mode == "burst":
        made = numbers[0] + rng.exponential(numbers[1], n)
    elif mode == "lots":
        lot = -rng.uniform(60, numbers[1], int(numbers[0]))
        made = lot[rng.integers(0, len(lot), n)] + rng.normal(0, 2.0, n)
    else:
        made = begin - rng.exponential(numbers[0], n) - 0.003
    return np.minimum(made, days * 0.97)


def _orgs(rng: np.random.Generator, folk: Folk, kind: Ints, n: int) -> Any:
    own = hexes(rng, n, 12, "org_")
    if folk.org == "one":
        return np.full(n, hexes(rng, 1, 12, "org_")[0], object)
    if folk.org == "each":
        return own
    some = (rng.random(n) < np.where(kind == 0, 0.03, 0.7)) & (folk.org == "some")
    own[~some] = None
    return own


def _mail(rng: np.random.Generator, folk: Folk, n: int) -> Any:
    free = np.array(FREE_MAIL, object)[pick(rng.random(n), FREE_SHARES, FREE_MAIL)]
    ends = rng.choice([".com", ".net", ".org", ".io", ".co"], n)
    own = np.array([word(rng) + end for end in ends.tolist()], object)
    if folk.mail == "one":
        return np.full(n, own[0], object)
    if folk.mail == "throwaway":
        few = own[: max(1, int(rng.integers(3, 9)))]
        return np.where(rng.random(n) < rng.uniform(0.3, 0.9), few[rng.integers(0, len(few), n)], free)
    own_share = {"free": 0.0, "each": 0.85}.get(folk.mail, 0.14)
    return np.where(rng.random(n) < own_share, own, free)


def hours_of(country: Ints, soul: Seeds) -> Ints:
    """Hours from UTC by which a person lives: the country's, somewhat earlier or later."""
    return OFFSETS[country] + np.round(2.6 * (unit(mix(soul, 31)) + unit(mix(soul, 32)) - 1)).astype(np.int64)
