"""What innocent crowds and operators alike are made of: a group of accounts, its supply, its lines and its works."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CHAT: dict[str, float] = {"chat": 5, "writing": 2, "reasoning": 1, "code": 2, "translate": 1, "rewriting": 0.7, "vision": 0.6}
DEVELOP: dict[str, float] = {
    "code": 5,
    "agentic": 1,
    "data": 1.2,
    "chat": 1,
    "extract": 1,
    "reasoning": 0.8,
    "taskgen": 0.2,
    "grading": 0.3,
}


@dataclass(frozen=True)
class Supply:
    """How the accounts came to be, and what the register keeps of it."""

    kind: str = "individual"
    plan: str = "payg"
    verified: float = 0.03
    """Share of accounts whose identity or contract was checked."""
    passthrough: bool = False
    signup: str = "years"
    """years: exponential, mean ``days``; burst: around ``at``, spread ``days``; spell: evenly in ``days`` until ``at``."""
    at: float = 0.0
    """Day, counted from the first day of the world."""
    days: float = 420.0
    mail: str = "public"
    """public, firm, campus, throwaway, alias (of a privacy service) or bought (domains of the group)."""
    domains: int = 1
    card: float = 1.0
    """Accounts that share a payment method, in the mean; 0: none, no payment."""
    phone: float = 1.0
    """Accounts that share a telephone number; 0: none was asked. Rented numbers are those of a few services that anybody can use."""
    rented: float = 0.0
    """Share of telephone numbers that are rented."""
    org: str = "none"
    """none, group (one organisation), gaps (one, told for half of the accounts) or own."""
    countries: int = 0
    """Number of countries at sign-up; 0: as people live."""


@dataclass(frozen=True)
class Line:
    """Where requests come from."""

    kind: str = "home"
    """home, mobile, site, campus, vpn, server (one per group), servers (one per account), notebook, sticky or rotating."""
    away: float = 0.08
    """Share of sittings from elsewhere: at home for a site, on the move for a home."""
    country: int = -1
    """Country of the group; -1: that of each account."""


@dataclass(frozen=True)
class Setup:
    """The program that sends."""

    program: str = "sdk"
    """sdk, script, browser, agent or custom."""
    scope: str = "account"
    """account: as people choose; group: one build; world: a known program's builds (``which``)."""
    which: int = 0
    middle: float = 0.0
    """Share of accounts whose TLS print is that of something in between: an inspecting proxy, or a program that calls itself another."""
    settings: str = "account"
    """Sampling parameters by account, by group or by session; default: none sent."""
    temperature: float | None = None


@dataclass(frozen=True)
class Work:
    """A stream of requests of a group."""

    requests: float = 0.0
    """Number of requests in all."""
    topics: Mapping[str, float] = field(default_factory=lambda: DEVELOP)
    campaign: str | None = None
    """Operator who harvests by it; none: everyday work or cover."""
    access: str = "api"
    line: Line = Line()
    setup: Setup = Setup()
    hours: str = "people"
    """people, office, evening, night, always or weekend."""
    start: float = 0.0
    end: float = 99.0
    """Days of the world within which there is work."""
    zone: int | None = None
    """Hours from UTC of those who work; none: those of each account."""
    pace: str = "sittings"
    """sittings; shifts (the group's own, all together); pump (even in time, accounts in turn); daily (a ration each day); clock (cron)."""
    sitting: float = 3.0
    """Conversations per sitting."""
    period: float = 60.0
    """Minutes between runs of a clock."""
    spread: float = 1.3
    """Sigma of the logarithm of accounts' volumes."""
    queue: str = "own"
    """own; split (no task twice); samples (each task ``copies`` times); sweep (everyone the whole pool); few (``pool`` tasks)."""
    pool: int = 1000
    copies: int = 4
    shared: int = 0
    """Pool common to all groups that name the same number; 0: the group's."""
    template: str = ""
    """Section of what is added to each task; empty: nothing."""
    wording: str = "fixed"
    """fixed; several (a dozen variants); personal (by account); varied (each time another)."""
    known: int = 0
    """Wording common to all groups that name the same number; 0: the group's."""
    system: str = ""
    """person, house or agent; empty: none."""
    system_scope: str = "account"
    """account, group, people (by the person behind), or world (by ``setup.which``)."""
    tools: bool = False
    turns: float = 1.4
    gap: float = 75.0
    """Seconds between turns, in the median."""
    follow: str = ""
    """Section of later turns; empty: as the topic has it."""
    handoff: float = 0.0
    """Chance that a turn goes through another account of the group."""
    people: int = 0
    """People behind the stream, whose conversations are spread over the accounts; 0: one behind each account."""
    foreign: float = 0.22
    """Share of people who write in another language."""
    by_hand: bool = True
    context: float = 0.6
    """Sentences of pasted context, in the mean."""
    large: float = 0.55
    """Chance that an account prefers the large model."""
    adopt: float = 60.0
    """Hours until the new model is used, in the median."""
    adopters: float = 0.6
    surge: float = 1.0
    """Factor of activity in the two days after the release."""
    fallback: float | None = None
    """Day from which the large models refuse and a weaker one is used."""
    sessions_named: float = 0.1
    """Share of accounts whose client names its conversations."""
    stream: float = 0.45
    retry: float = 0.5


@dataclass(frozen=True)
class Life:
    """How long accounts may work."""

    kind: str = "open"
    """open; cut (banned around ``day``); chain (banned after ``mean`` days, replaced within hours)."""
    day: float = 0.0
    spread: float = 0.02
    mean: float = 3.0
    delay: float = 3.0
    """Hours until a successor works."""
    banned: float = 0.0
    """Share of accounts banned at some time for other reasons."""


UNTIL_THE_END = Life()


@dataclass(frozen=True)
class Group:
    """Accounts that have something in common, and what they do."""

    crowd: str
    accounts: int
    works: tuple[Work, ...]
    supply: Supply = Supply()
    life: Life = UNTIL_THE_END
    campaign: str | None = None
