"""What crowds and operators alike are made of: a group of accounts, and streams of work that they do."""

from dataclasses import dataclass, field

Weights = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Supply:
    """Where a group's accounts come from and what their registration says."""

    signup: str = "grown"
    """grown: over three years; burst: within ``spread`` days from day ``at`` on; drip: evenly over ``spread`` days."""
    at: float = 0.0
    part: float = 0.0
    """Part of the world that is added to ``at``."""
    spread: float = 3.0
    mail: str = "public"
    """public: large mail services; firm: one domain; own: each its own; disposable: throw-away services; domains: a few bought ones."""
    pay: str = "own"
    """none, own, shared (``per_card`` accounts to a card), or one (of the whole group)."""
    per_card: int = 1
    phone: float = 0.5
    per_phone: int = 1
    kind: str = "individual"
    plan: str = "payg"
    org: str = "none"
    """none, one (of the group), some (one, but half of the accounts are outside of it), or each."""
    verified: float = 0.0
    passthrough: bool = False
    country: str = "world"
    line: str = "home"
    """Where the sign-up came from; see network.KINDS."""
    idle: float = 0.08
    """Accounts that make no request."""
    banned: float = 0.004
    life: float = 0.0
    """Mean days from sign-up to ban, after which a new account takes the place within hours; 0: no such turnover."""
    ban_at: float = 0.0
    """Part of the world after which all are banned within the hour; 0: never."""


@dataclass(frozen=True)
class Wrap:
    """A phrase before or after the task: a section of the vocabulary, who shares its choice, and how often it is there."""

    section: str
    scope: str = "task"
    """group, few (some variants in the group), account, or task."""
    rate: float = 1.0


@dataclass(frozen=True)
class Stream:
    """One line of work of a group's accounts."""

    work: Weights
    """Kinds of tasks and their weights."""
    share: float = 1.0
    """Part of the group's requests."""
    harvest: bool = False
    members: tuple[float, float] = (0.0, 1.0)
    """Which part of the accounts do it."""
    window: tuple[float, float] = (0.0, 1.0)
    """When, as parts of the world."""
    stagger: float = 0.0
    """Part of the world over which accounts begin or end apart; negative: they end apart."""
    rhythm: str = "human"
    """human, office, student, evening, night, flat, batch or shift: the hours of a day, see activity.HOURS."""
    zone: str = "own"
    """own: each account lives by its country's clock; group: all by one."""
    active: float = 0.4
    """Chance that an account works on a day."""
    group_days: float = 1.0
    """Chance that the group works on a day."""
    burst: tuple[float, float] | None = None
    """Centre (part of the world) and width (days) of a common peak."""
    beat: int = 0
    """Minutes of a clock's beat at which work begins."""
    sitting: float = 2.0
    """Conversations in one go."""
    gap: float = 240.0
    """Seconds between them."""
    turns: float = 1.5
    think: float = 60.0
    """Seconds between turns."""
    follow: str = "follow.chat"
    handoff: float = 0.0
    """Chance that a turn goes over another account of the group than the one before."""
    uneven: float = 1.0
    """Sigma of the accounts' log volumes."""
    even: bool = False
    """Load is dealt out, not drawn."""
    source: str = "own"
    """own, split (a queue, each task once or ``repeats`` times), sweep (each account all of it), deck (a few, some more often), daily."""
    bank: str = ""
    """Public collection of tasks; empty: the group's own."""
    size: int = 1_000
    repeats: int = 1
    system: str = "none"
    """none, common (bare helpers), group, few, account, or tool (the client's)."""
    rules: int = 4
    before: Wrap | None = None
    after: Wrap | None = None
    people: bool = False
    """Typed by hand."""
    foreign: float = 0.0
    """Part of accounts who write in their market's language; above 1: each task in a language of its own."""
    client: str = "code"
    pinned: bool = False
    """One client and release for the whole group."""
    lines: Weights = (("home", 1.0),)
    own_site: bool = False
    """Each account has a machine or an office of its own, not the group's."""
    access: str = "api"
    params: str = "own"
    """default, own (each account's habit), or group."""
    models: tuple[float, float, float] = (0.3, 0.4, 0.3)
    """Small, middle, large."""
    adopt: tuple[float, float] = (0.4, 6.0)
    """Who goes over to the new model, and after how many days in the mean."""
    long: float = 1.0
    """Factor on the length of answers."""
    attached: float = 0.0
    """Mean tokens of pasted files, pictures or documents."""


@dataclass(frozen=True)
class Group:
    """Accounts of one kind with what they do; ``campaign`` names the operator that they work for."""

    kind: str
    accounts: int
    events: int
    supply: Supply
    streams: tuple[Stream, ...]
    campaign: str = ""
    key: int = 0
    """All draws of the group come from it."""


@dataclass(frozen=True)
class World:
    """A scenario with all its groups."""

    name: str
    days: int
    seed: int
    release: float
    """When the new model comes out, as a part of the world."""
    groups: tuple[Group, ...] = field(default_factory=tuple)
