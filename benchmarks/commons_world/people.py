"""A group of accounts: who they are in the registry, and how they ask. Crowds, operators and ordinary customers are the same record."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .chance import Floats, one_of, span

OFFICE = {"office": 1.0}
LEARN = {"school": 3.0, "evening": 2.0}
WAKING = {"office": 3.0, "evening": 4.0, "around": 0.3}
PRIVATE = {"individual": 20.0, "startup": 1.0}
HUMAN = {"chrome": 5.0, "chrome_mac": 2.0, "firefox": 1.0, "safari": 2.0, "phone": 3.0, "droid": 3.0}
CODE = {"python": 5.0, "node": 2.0, "requests": 1.0, "curl": 0.5, "go": 0.5}
ONE_PRODUCT = {"house": 1.0}
AFFAIRS = {"chat": 6.0, "explain": 4.0, "draft": 4.0, "rewrite": 2.0, "code": 2.0, "debug": 1.0, "summarise": 1.0, "translate": 1.0,
           "story": 1.0, "reason": 1.0, "query": 0.6, "form": 0.4, "quiz": 0.4, "product": 0.4, "make": 0.3, "label": 0.3, "grade": 0.3,
           "extract": 0.4, "agent": 0.5}
"""What people ask when nobody tells them to."""


@dataclass(frozen=True)
class Group:
    """Spans and choices are drawn by the seed; weights of a mixture need not sum to 1.

    Where something is "house", it is the group's: one card, one office, one product, one template.
    """

    why: str
    """What makes them alike; of a crowd: and why that is innocent."""
    label: str = ""
    size: float = span(20, 200)
    campaign: str | None = None
    # -- registry
    kind: dict[str, float] = field(default_factory=lambda: PRIVATE)
    one_org: float = 0.0
    """Share of accounts in the house's organisation."""
    own_org: float = 0.05
    verified: float = 0.05
    resells: bool = False
    mail: dict[str, float] = field(default_factory=lambda: {"public": 1.0})
    """public, alias (a forwarding service), own (a domain of one's own), house."""
    card: dict[str, float] = field(default_factory=lambda: {"own": 8.0, "none": 2.0})
    """own, none, clump (shared by a few), house (one of a few cards for all)."""
    clump: float = 3.0
    """Accounts that share a card or a phone, where some do."""
    cards: float = 1.0
    """Cards of the house."""
    phone: dict[str, float] = field(default_factory=lambda: {"own": 5.0, "none": 5.0})
    join: dict[str, float] = field(default_factory=lambda: {"old": 8.0, "log": 2.0})
    """old (over years), log (while it runs), burst (around one hour), batch (one after another), yearly (the same weeks a year before)."""
    burst: float = 12.0
    """Hours over which most of a burst signs up."""
    twins: float = 0.0
    """Share of accounts whose owner had another in the group: the same card and phone, and the first falls silent."""
    plan: dict[str, float] = field(default_factory=lambda: {"free": 5.0, "paid": 4.0, "team": 1.0})
    lands: str = "all"
    """all, few (three), one."""
    banned: float = 0.004
    # -- days and hours
    rate: float = span(2, 8)
    """Requests of an active day."""
    uneven: float = span(0.4, 1.0)
    """Spread of the rate over accounts, as of a log-normal."""
    there: float = span(0.3, 0.8)
    """Share of days."""
    weekend: float = span(0.3, 1.0)
    shape: str = "flat"
    """flat, window (some days), peak (a viral rise and decay), deadline (ever more, then over)."""
    window: float = span(0.25, 0.8)
    """Share of the log that a window, peak or deadline takes."""
    hours: dict[str, float] = field(default_factory=lambda: WAKING)
    """office, evening, night, school, around (all day), clock (fixed minutes), block (a stretch for all), utc (about one hour)."""
    turns: float = span(1.2, 4)
    pace: float = span(30, 300)
    """Seconds between turns."""
    # -- network and client
    net: dict[str, float] = field(default_factory=lambda: {"home": 6.0, "carrier": 3.0, "roam": 0.3, "vpn": 0.4})
    sites: float = 1.0
    client: dict[str, float] = field(default_factory=lambda: HUMAN)
    models: dict[str, float] = field(default_factory=lambda: {"small": 3.0, "mid": 5.0, "large": 2.0, "think": 1.0})
    one_model: float = 0.1
    """Share of accounts that use the model of the house."""
    sampling: dict[str, float] = field(default_factory=lambda: {"default": 6.0, "own": 2.0})
    system: dict[str, float] = field(default_factory=lambda: {"none": 8.0, "own": 1.0})
    tools: float = 0.0
    """Share of accounts with the tools of the house."""
    path: dict[str, float] = field(default_factory=lambda: {"app": 7.0, "api": 2.0, "cloud": 0.3})
    keys: float = 1.0
    """Days that a key lasts; 1 and less: it stays."""
    # -- text
    works: dict[str, float] = field(default_factory=lambda: AFFAIRS)
    framed: float = 0.0
    """Share of first turns in the house's template."""
    frames: float = 1.0
    """How many templates the house has."""
    follows: float = 0.0
    """Share of later turns that are the house's."""
    topics: float = 12.0
    """Fields that the house's requests keep to."""
    tongue: str = "land"
    """land, house (all in one), many (mixed for each request)."""
    pool: float = 0.0
    """Items of the house's list; 0: everybody asks something else."""
    pooled: float = 0.0
    """Share of conversations on an item of the list."""
    order: str = "any"
    """any, sequence (each through the list), split (dealt out, each item once)."""
    public: bool = False
    """The list is one of those that are on the internet."""
    own_life: float = span(0.05, 0.4)
    """Share of conversations about their own affairs."""
    handed: float = 0.0
    """Share of conversations that another account of the group goes on with."""
    scattered: bool = False
    """Each later turn of those comes from any account."""
    lives: float = 0.0
    """Days until an account is banned and replaced; 0: they are not."""


def hours_of(name: str, count: int, rng: np.random.Generator, middle: float, steps: Floats) -> npt.NDArray[np.float64]:
    """Hours of the day, local (of clock, block and utc: in UTC)."""
    if name == "office":
        return np.where(rng.random(count) < 0.5, rng.normal(10.6, 1.3, count), rng.normal(14.8, 1.5, count))
    if name == "evening":
        return rng.normal(20.3, 2.0, count)
    if name == "night":
        return rng.normal(26.0, 2.6, count)
    if name == "school":
        return rng.choice(np.array([8.2, 9.1, 10.2, 11.2, 13.1, 14.1]), count) + rng.gamma(2.0, 0.1, count)
    if name == "block":
        return middle + rng.uniform(-1.6, 1.6, count)
    if name == "utc":
        return rng.normal(middle, 2.2, count)
    if name == "clock":
        return rng.choice(steps, count) + rng.gamma(1.5, 0.004, count)
    return rng.uniform(0, 24, count)


HOURS = ("office", "evening", "night", "school", "around", "clock", "block", "utc")
PRODUCT = one_of({"house": 1.0}, {"node": 1.0}, {"python": 1.0}, {"requests": 1.0})
