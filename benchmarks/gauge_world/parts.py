"""What a crowd or a crew is made of: papers, and routines of asking. Innocents and operators are the same record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

__all__ = ["Papers", "Party", "Routine", "replace"]


@dataclass(frozen=True)
class Papers:
    """What the registry holds of a party's accounts."""

    born: tuple[str, float, float] = ("ages", 300.0, 1.0)
    """("ages", median of days, spread) · ("burst", fraction of the log, width in days) · ("lots", how many, age of the oldest in days)
    · ("rolling", 0, 0): while the log runs."""
    kind: Mapping[str, float] | None = None
    plan: Mapping[str, float] | None = None
    verified: float | None = None
    mail: str = "free"
    """free, unit (a domain for each unit), one (a domain of the party), throwaway, handful (a few odd domains)."""
    card: tuple[str, float] = ("house", 0.0)
    """("own", 0) · ("unit", 0) · ("one", 0) · ("few", accounts to a card) · ("house", 0): as the ordinary have it · ("none", 0)."""
    phone: tuple[str, float] = ("house", 0.0)
    org: str = "none"
    """none, unit, one, several (lent organisations of the house)."""
    signup: str = "net"
    """net (where the account works from), home, unit, proxy, exits."""
    unit: float = 1.0
    """Accounts of a unit (a household, a firm, a tenant), about."""
    country: Mapping[str, float] | None = None
    reseller: bool = False


@dataclass(frozen=True)
class Routine:
    """One manner of asking."""

    rate: float = 5.0
    """Requests a day and account, median."""
    spread: float = 0.9
    """Standard deviation of the logarithm of it over accounts."""
    even: bool = False
    """A dispatcher hands out the same number each day."""
    days: float = 0.6
    """Share of days on which an account asks."""
    hours: str = "day"
    """day, office, evening, night, flat, shifts, clock, blocks."""
    weekend: float = 0.8
    span: tuple[float, float] = (0.0, 1.0)
    """From when to when, as fractions of the log."""
    ramp: float = 0.0
    """How much more is asked at the end of the span than at its start."""
    turns: float = 2.2
    gap: float = 120.0
    """Seconds between turns."""
    works: Mapping[str, float] | None = None
    subjects: tuple[str, ...] | None = None
    tongues: Mapping[str, float] | None = None
    """None: that of the country, or English."""
    source: str = "own"
    """own, public (tasks of the public list), sheet (a sheet of the party)."""
    mixed: float = 0.0
    """Share of a party's tasks that are the public's."""
    sheet: int = 12
    queue: bool = False
    """Subjects come one after another for all accounts."""
    frame: str = ""
    """Nothing, or a section of frames, of which one; "varied": wordings by chance; "many": several of the section frame.trace."""
    framed: float = 1.0
    """Share of first turns in it."""
    system: str = ""
    """Nothing, one, unit, person, several."""
    tools: str = ""
    """Nothing, one, unit."""
    client: Mapping[str, float] | None = None
    build: str = ""
    """Nothing: as people have them; "one": one build; "masks": builds by chance over one TLS stack."""
    net: Mapping[str, float] | None = None
    exits: int = 8
    """Addresses of an egress of the party."""
    cloud: float = 0.0
    """Share of accounts that come over another path than their client's."""
    model: str = "people"
    """people, best, cheap, one, fallback (the best until it is closed to the party)."""
    sampling: str = ""
    """Nothing: as people; one; default."""
    people: int = 0
    """Persons who ask through a unit; 0: the account's owner alone."""
    pooled: bool = False
    """These persons are the party's, not the unit's."""
    handover: float = 0.0
    """Share of later turns that another account of the unit (pooled: of the party) sends."""
    replay: float = 0.0
    """Share of conversations that repeat or go on from an earlier one of the party."""
    harvest: bool = False
    pivot: float = 0.0
    """Share that goes to the new model within hours of its release."""


@dataclass(frozen=True)
class Party:
    """A crowd or a crew."""

    label: str
    n: int
    papers: Papers
    routines: tuple[Routine, ...]
    campaign: str | None = None
    lag: float = 0.0
    """Days between sign-up and first use, mean."""
    bans: tuple[float, float, float] | None = None
    """(share of accounts in the first cohort, mean life in days, mean hours until a replacement asks)."""
    shut: float | None = None
    """Fraction of the log at which most of its accounts are banned within hours."""
    floor: int = 3
    """Fewest accounts that it has in a small log."""
