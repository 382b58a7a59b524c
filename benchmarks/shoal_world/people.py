"""A group of accounts: who opened them, and what they do. A crowd and a crew are the same record; only their choices differ."""

from dataclasses import dataclass, field

from .numbers import Mix

ORDINARY = "ordinary"
CHAT: Mix = {"ask": 5, "write": 4, "rewrite": 2, "summary": 2, "translate": 2, "code": 2, "reason": 1, "play": 1, "data": 0.6,
    "label": 0.3, "grade": 0.2}
BUILD: Mix = {"code": 5, "agent": 3, "data": 2, "ask": 1, "label": 1, "summary": 1, "write": 1, "reason": 0.4, "taskgen": 0.3, "grade": 0.2}


@dataclass
class Group:
    """Accounts that have something in common, or (``house_each``) nothing.

    A Mix is names with weights. ``per_...`` is how many accounts share one thing, 0 that none has it.
    """

    label: str
    size: int
    campaign: str | None = None
    house: int = 0
    """groups of one campaign share words, offices and pools of tasks by it; 0: its own"""
    house_each: bool = False

    # Registry
    kinds: Mix = field(default_factory=lambda: {"individual": 1})
    plans: Mix = field(default_factory=lambda: {"payg": 2, "free": 1, "pro": 1})
    per_org: float = 0
    verified: float = 0.02
    passthrough: bool = False
    mail: Mix = field(default_factory=lambda: {"public": 1})
    """public, work (an own domain), house (one of the group), campus, throwaway"""
    per_mail: int = 1
    per_card: float = 1
    carded: float = 0.7
    per_phone: float = 1
    phoned: float = 0.7
    shuffled: bool = False
    """cards and phones are dealt at random, not by neighbours"""
    joined: str = "ages"
    """ages, lately (within the log too), burst (one day before or in the log), lots"""
    age: tuple[float, float] = (0, 20)
    """days before its first use, of lately, burst and lots"""
    lots: int = 3
    signup_net: str = ""
    countries: Mix | None = None

    # Days
    rate: float = 6
    """requests of an account on an active day"""
    load: float = 0.8
    """spread of that over accounts, in log units"""
    keep: float = 0.5
    """share of days on which an account is used"""
    weekend: float = 0.6
    span: tuple[float, float] = (0, 1)
    wake: float = 0
    """share of the span over which accounts begin"""
    ramp: float = 0
    """growth of the rate by the end"""
    breaks: int = 0
    """days on which nobody of the group asks"""
    clock: str = "day"
    """day, office, evening, night, flat, windows, clockwork"""
    windows: tuple[int, float] = (4, 3)
    """how many, and hours of each"""
    zone: float | None = None
    """hours from UTC by which all live; else each by the own country"""
    turns: float = 2.5
    gap: float = 90
    """seconds between turns"""
    hand: float = 0
    """chance that the next turn goes over another account"""
    pod: int = 0
    """among how many accounts; 0: all"""
    people: float = 0
    """users per account, who keep to theirs as far as hand lets them; 0: the account is one person"""
    banned: float = 0.004
    heirs: bool = False
    delay: float = 5
    """hours until a banned account is replaced"""

    # Places
    nets: Mix = field(default_factory=lambda: {"home": 6, "mobile": 2, "vpn": 0.4})
    exits: int = 1
    clients: Mix = field(default_factory=lambda: {"browser": 5, "phone": 3})
    builds: int = 0
    """builds in all; 0: everybody's own"""
    paths: Mix | None = None
    sampling: str = "default"
    """default, own (by person), house, talk"""
    models: Mix = field(default_factory=lambda: {"large": 3, "middle": 5, "small": 2})
    pivot: float = 0.2
    lag: float = 150
    """hours within which those who move to a new model do"""
    fallback: float = 0
    """share of the log after which the largest model is closed to it; 0: never"""

    # Words
    works: Mix = field(default_factory=lambda: CHAT)
    topics: int = 0
    """of the group; 0: each has some own"""
    tongues: Mix | None = None
    frame: str = ""
    framed: float = 1
    frames: int = 1
    frame_by: str = "house"
    """house (some fixed texts), person (one each), talk (another each time)"""
    system: str = ""
    system_by: str = "house"
    """house, person, popular"""
    tools: str = ""
    """house, person, popular"""
    tooled: float = 0.8
    tasks: str = "free"
    """free, public (lists that go round), assigned (few, of the group), pool (of the group, each asked ``samples`` times)"""
    tasked: float = 1
    n_tasks: int = 8
    samples: int = 1
    replay: float = 0
    """share of conversations that bring an earlier answer of the group"""
    cover: float = 0
    """share of conversations that are everyday ones"""
