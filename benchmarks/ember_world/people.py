"""Parties: accounts of one make with what they do, and what the registry knows of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .places import COUNTRIES, CROWDED, FAMILIES, NETS, ON_API, ON_APP, addresses, hexadecimal, mix, name_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mix = Mapping[str, float]

KINDS = ("individual", "education", "research", "startup", "enterprise")
PATHS = ("api", "app", "cloud_alder", "cloud_rowan")
PLANS = ("free", "plus", "pay_as_you_go", "team", "contract")
FREE_MAIL = ("postbox.example", "mailhaven.example", "inbox7.example", "lettera.example", "webmail.example", "quickpost.example")
THROWN_AWAY = ("tmpinbox.example", "tenminute.example", "dropmail.example", "burnerbox.example")
PRIVATE = {"individual": 1.0}
AT_HOME = {"home": 0.8, "mobile": 0.12, "vpn": 0.08}
MISTAKEN = 0.006
"""share of innocent accounts that are banned; of residents more, for all sorts of reasons"""


@dataclass(frozen=True)
class Folk:
    """Accounts of one make.

    - ``org``: none, one (all in one), own (each its own), teams (of about ``team``).
    - ``mail``: free, own (each its own domain), one (one domain), teams, thrown (disposable), few (some domains of the party's own).
    - ``card`` and ``phone``: accounts on each. With ``grouped``, teams share machine, product and, where this is 0, cards and phones.
    - ``signup``: spread over two years, burst (around ``opened``, days from the start, ``width`` wide), lots, aged, during (while the log
      runs), last (rather the newest).
    - ``links``: accounts that follow each other on a seat; with ``banned`` because each is banned.
    """

    size: int
    kinds: Mix = field(default_factory=lambda: PRIVATE)
    verified: float = 0.03
    org: str = "none"
    team: int = 6
    grouped: bool = False
    mail: str = "free"
    card: float = 1.0
    cardless: float = 0.3
    phone: float = 1.0
    phoneless: float = 0.3
    signup: str = "spread"
    opened: float = -3.0
    width: float = 1.0
    seller: int = 0
    """whose lots these are; 0: the party's own"""
    plans: Mix = field(default_factory=lambda: {"free": 0.35, "plus": 0.25, "pay_as_you_go": 0.4})
    paths: Mix = field(default_factory=lambda: {"api": 0.5, "app": 0.5})
    nets: Mix = field(default_factory=lambda: AT_HOME)
    sites: int = 1
    clients: Mix | None = None
    one_build: bool = False
    country: bool = False
    """all of one country"""
    passthrough: bool = False
    links: int = 1
    banned: float = 0.0
    """share that is banned, of links each at its end"""
    wave: float | None = None
    """part of the log after which those are banned within a day"""
    delay: tuple[float, float] = (1.0, 8.0)
    """hours until the next link"""
    warm: float = 0.3
    """days between the opening of an account and its first use, at most"""


@dataclass(frozen=True)
class Routine:
    """What accounts do.

    - ``rate``: conversations on an active day.
    - ``frame``: section of the vocabulary around the task; its ``wording`` is fixed (one for all), account (each its own) or varied.
    - ``pool``: tasks that are shared; ``deal``: any, all (everybody does them in turn) or split (each is done once).
    - ``window``: part of the log in which it is done.
    """

    works: Mix
    rate: float
    spread: float = 0.7
    active: float = 0.5
    turns: float = 1.8
    hours: str = "waking"
    weekend: float = 0.6
    topics: int | tuple[int, ...] = 3
    loyal: int = 0
    """kinds of work that each account keeps to; 0: it does all"""
    tongues: Mix | None = None
    frame: str = ""
    framed: float = 1.0
    wording: str = "fixed"
    pool: int = 0
    deal: str = "any"
    public: bool = False
    """the pool is a list that everybody knows"""
    system: str = ""
    """none, own (each account's), a section (each account one of it) or section:number (all the same)"""
    tools: int = 0
    """shared set of tools; -1: each its own"""
    sampling: tuple[float | None, float | None, int | None] | None = None
    models: Mix = field(default_factory=lambda: {"ember-small": 0.3, "ember-mid": 0.45, "ember-large": 0.25})
    pivot: float = 0.0
    fallback: float = 1.0
    """part of the log after which only a weaker model is asked"""
    window: tuple[float, float] = (0.0, 1.0)
    handover: float = 0.0
    replay: float = 0.0
    resample: int = 0
    elsewhere: float = 0.0
    """share of requests that fail and are sent again by another account"""
    rerun: float = 0.0
    """share of tasks that are asked once more, of another model, days later"""
    gap: float = 70.0
    even: bool = False
    roam: float = 0.1
    longer: float = 1.0
    share: float = 1.0
    harvest: bool = False

    def expected(self, days: float) -> float:
        """Requests of an account in the whole log, about."""
        weekly = (5 + 2 * self.weekend) / 7
        one = self.rate * (1.0 if self.even else self.active) * weekly * min(self.turns, 14.0)
        copies = 1 + self.replay + self.elsewhere + (self.resample + self.rerun) / self.turns
        return one * copies * days * (self.window[1] - self.window[0]) * self.share


@dataclass(frozen=True)
class Party:
    """A crowd or a crew."""

    label: str
    folk: Folk
    routines: tuple[Routine, ...]
    campaign: str | None = None

    def expected(self, days: float) -> float:
        """Requests in the whole log, about."""
        return -(-self.folk.size // self.folk.links) * sum(routine.expected(days) for routine in self.routines)


def draw(rng: np.random.Generator, mixed: Mix, names: tuple[str, ...], n: int) -> Ints:
    """Numbers of names by their weights."""
    weights = np.array([mixed.get(name, 0.0) for name in names])
    return rng.choice(len(names), size=n, p=weights / weights.sum())


@dataclass
class Accounts:
    """What is true of accounts, one row each, in the order of parties."""

    party: Ints
    serial: Ints
    kind: Ints
    verified: NDArray[np.bool_]
    created: Floats
    """days from the start of the log"""
    begin: Floats
    end: Floats
    banned: Floats
    """NaN: never"""
    country: Ints
    net: Ints
    path: Ints
    family: Ints
    version: Ints
    build: Ints
    org: Ints
    domain: NDArray[np.object_]
    card: Ints
    phone: Ints
    plan: Ints
    site: Ints
    leader: Ints
    """first account of its group, or itself"""
    group: Ints
    """with whom it shares work"""
    passthrough: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.party)


def settle(parties: list[Party], days: float, rng: np.random.Generator) -> Accounts:
    """Open the accounts of all parties."""
    made = [_open(number, party, days, rng) for number, party in enumerate(parties)]
    before = np.cumsum([0, *(party.folk.size for party in parties)])
    for one, first in zip(made, before, strict=False):
        one["leader"] = one["leader"] + first
    whole = {name: np.concatenate([one[name] for one in made]) for name in made[0]}
    return Accounts(serial=np.arange(len(whole["party"])), **whole)


def _open(number: int, party: Party, days: float, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    folk, n = party.folk, party.folk.size
    window = min(r.window[0] for r in party.routines) * days, max(r.window[1] for r in party.routines) * days
    innocent = party.campaign is None
    # a crew opens nothing when it is about to stop
    latest = window[1] - (0.3 if innocent else 0.3 * (window[1] - window[0]))
    begin, end, banned, created = _lives(folk, n, window, latest, days, rng)
    if innocent:
        mistaken = rng.random(n) < MISTAKEN * (2.5 if party.label == "resident" else 1.0)
        banned = np.where(mistaken, np.maximum(created, 0.0) + rng.random(n) * (days - np.maximum(created, 0.0)), banned)
        end = np.where(mistaken, np.minimum(end, banned), end)
    team = rng.integers(0, max(1, round(n / folk.team)), n) if folk.team < n else np.zeros(n, np.int64)
    key = (number + 1) * 1_000_000
    if folk.grouped:
        _, first, back = np.unique(team, return_index=True, return_inverse=True)
        leader = first[back]
    else:
        leader = np.arange(n)
    org = {"none": np.full(n, -1), "one": np.full(n, key), "own": key + 1 + np.arange(n), "teams": key + team}[folk.org]
    land = rng.choice(len(COUNTRIES), size=n, p=np.array(CROWDED) / sum(CROWDED))
    land = np.where(rng.random(n) < 0.97, land[0], land) if folk.country else land
    path = draw(rng, folk.paths, PATHS, n)
    clients = [draw(rng, _fit(folk.clients or {}, name, usual), FAMILIES, n) for name, usual in (("api", ON_API), ("app", ON_APP))]
    version = np.minimum(rng.geometric(0.4, n) - 1, 6)
    return {
        "party": np.full(n, number),
        "kind": draw(rng, folk.kinds, KINDS, n),
        "verified": rng.random(n) < folk.verified,
        "created": created, "begin": begin, "end": end, "banned": banned,
        "country": land,
        "net": draw(rng, folk.nets, NETS, n),
        "path": path,
        "family": np.where(path == 1, clients[1], clients[0]),
        "version": np.full(n, version[0]) if folk.one_build else version,
        "build": np.zeros(n, np.int64) if folk.one_build else rng.integers(0, 3, n) * (rng.random(n) < 0.5),
        "org": org,
        "domain": _domains(folk, n, team, key, rng),
        "card": _shared(folk.card, folk.cardless, team, key, rng),
        "phone": _shared(folk.phone, folk.phoneless, team, key, rng),
        "plan": draw(rng, folk.plans, PLANS, n),
        "site": team if folk.grouped else rng.integers(0, folk.sites, n),
        "leader": leader,
        "group": key + (team if folk.grouped else 0 * team),
        "passthrough": np.full(n, folk.passthrough),
    }


def _fit(wanted: Mix, path: str, usual: Mix) -> Mix:
    """Of the clients of a party those that fit the way in; where a plug-in or a telephone asks over the API, its own."""
    fits = {name: weight for name, weight in wanted.items() if (name in ON_APP) == (path == "app")}
    return fits or (wanted if path == "api" and wanted else usual)


def _lives(
    folk: Folk, n: int, window: tuple[float, float], latest: float, days: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """First and last day of use, ban, opening."""
    never, always = np.full(n, np.nan), np.full(n, days + 1.0)
    if folk.links > 1:
        seats = max(1, -(-n // folk.links))
        seat, link = np.arange(n) % seats, np.arange(n) // seats
        cuts = np.cumsum(rng.gamma(4.0, 1.0, (seats, folk.links)), axis=1)
        cuts = np.concatenate([np.zeros((seats, 1)), cuts / cuts[:, -1:]], axis=1) * (window[1] - window[0]) + window[0]
        pause = rng.uniform(*folk.delay, n) / 24
        begin = cuts[seat, link] + np.where(link > 0, pause, rng.random(n) * 0.2)
        end = np.maximum(cuts[seat, link + 1], begin + 0.05)
        struck = (rng.random(n) < folk.banned) & (end < days - 0.02)
        return begin, end, np.where(struck, end, never), begin - np.minimum(pause, 1.0) * rng.random(n) - folk.warm * rng.random(n)
    if folk.signup == "burst":
        created = folk.opened + folk.width * rng.standard_normal(n) * 0.5
    elif folk.signup == "lots":
        source = np.random.default_rng([folk.seller, round(days * 1e6)]) if folk.seller else rng
        opened = -source.uniform(60, 500, 16 if folk.seller else max(2, n // 12))
        created = rng.choice(opened, n) + rng.random(n) * 0.6
    elif folk.signup == "aged":
        created = -rng.uniform(150, 900, n)
    elif folk.signup == "during":
        created = rng.uniform(-2, days * 0.9, n)
    else:
        created = days * 0.95 - rng.exponential(30.0 if folk.signup == "last" else 220.0, n)
    created = np.where(created > latest, latest - rng.random(n) * (latest - window[0]), created)
    begin = np.maximum(created + rng.random(n) * folk.warm, window[0])
    struck = rng.random(n) < folk.banned
    banned = np.where(struck, begin + (window[1] - begin) * rng.uniform(0.15, 0.95, n), never)
    if folk.wave is not None:
        banned = np.where(struck, np.minimum(folk.wave * days - 0.4 + rng.random(n), days - 0.01), never)
    return begin, np.where(struck, banned, always), banned, created


def _shared(each: float, without: float, team: Ints, key: int, rng: np.random.Generator) -> Ints:
    """A number for each account's card or phone; -1: none."""
    n = len(team)
    if not each:
        return key + team
    held = key + rng.permutation(n) if each <= 1 else key + rng.integers(0, max(1, round(n / each)), n)
    return np.where(rng.random(n) < without, -1, held)


def _domains(folk: Folk, n: int, team: Ints, key: int, rng: np.random.Generator) -> NDArray[np.object_]:
    free = np.array(FREE_MAIL, object)[np.minimum(rng.geometric(0.35, n) - 1, len(FREE_MAIL) - 1)]
    free = np.where(rng.random(n) < 0.025, np.array(THROWN_AWAY, object)[rng.integers(len(THROWN_AWAY), size=n)], free)
    if folk.mail == "free":
        return free
    if folk.mail == "thrown":
        return np.where(rng.random(n) < 0.75, np.array(THROWN_AWAY, object)[rng.integers(len(THROWN_AWAY), size=n)], free)
    which = {"own": np.arange(n), "one": np.zeros(n, np.int64), "teams": team, "few": rng.integers(0, max(3, n // 7), n)}[folk.mail]
    salt = int(rng.integers(1 << 40))
    ends = ("net", "org", "io", "dev", "co", "biz")
    own = np.array([f"{_syllables(int(v))}.{ends[int(v) % 6]}.example" for v in mix(which + key, salt)], object)
    return np.where(rng.random(n) < (0.65 if folk.mail == "few" else 0.92), own, free)


def _syllables(number: int) -> str:
    parts = ("ba", "cor", "del", "fi", "gran", "hol", "ki", "lum", "mor", "nes", "pol", "ri", "sten", "ta", "vel", "zan")
    return "".join(parts[number >> shift & 15] for shift in (8, 16, 24, 32))


def registry(accounts: Accounts, start: int, salt: int, rng: np.random.Generator) -> tuple[pa.Table, pa.Array]:
    """The table of accounts, and the name of each."""
    n = len(accounts)
    ids = pa.array([f"acct_{digits}" for digits in hexadecimal(mix(accounts.serial, salt)).to_pylist()])
    day = np.floor(accounts.created).astype(np.int64)
    net = np.where(np.isin(accounts.net, [NETS.index("cloud"), NETS.index("serverless")]) & (rng.random(n) < 0.8), 0, accounts.net)
    ip, _, _ = addresses(
        net, accounts.serial, accounts.leader, accounts.country, accounts.party, accounts.site, mix(accounts.serial, 99), day, salt
    )
    sold_in = np.where(rng.random(n) < 0.97, accounts.country, rng.permutation(accounts.country))

    def hashed(values: Ints, name: str) -> pa.Array:
        return pa.array(hexadecimal(mix(values, name_of(name), salt)).to_pylist(), mask=values < 0)

    def when(values: Floats) -> pa.Array:
        absent = np.isnan(values)
        return pa.array(start + (np.where(absent, 0.0, values) * 86.4e9).astype(np.int64), pa.timestamp("us", "UTC"), mask=absent)

    table = pa.table({
        "account_id": ids,
        "created_at": when(accounts.created),
        "kind": pa.array(np.array(KINDS, object)[accounts.kind]),
        "org_id": hashed(accounts.org, "org"),
        "verified": pa.array(accounts.verified),
        "access_type": pa.array(np.where(accounts.passthrough, "passthrough", "application").tolist()),
        "email_domain": pa.array(accounts.domain),
        "email_hash": hashed(accounts.serial, "email"),
        "payment_hash": hashed(accounts.card, "card"),
        "phone_hash": hashed(accounts.phone, "phone"),
        "signup_ip": ip,
        "country": pa.array(np.array(list(COUNTRIES), object)[sold_in]),
        "banned_at": when(accounts.banned),
        "plan": pa.array(np.array(PLANS, object)[accounts.plan]),
    })
    return table, ids
