"""What a group of accounts is like: one set of settings for crowds and operators alike."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Settings:
    """A group; shares and spans are of the whole unless they say otherwise."""

    # who
    kinds: dict[str, float] = field(
        default_factory=lambda: {"individual": 0.85, "startup": 0.1, "research": 0.03, "education": 0.02}
    )
    org: str | None = None
    """one, some or each"""
    verified: float = 0.04
    access: str = "application"
    domain: str = "public"
    """public, disp, each, one or mix"""
    domain_share: float = 1.0
    payment: tuple[Any, ...] = ("own", 0.45)
    """none; own, share; k, accounts; one, share; or a shared pool, its name, its size"""
    phone: tuple[Any, ...] = ("own", 0.5)
    signup: tuple[Any, ...] = ("old",)
    """old; burst, when, hours; aged, days, days; ramp, from, to"""
    wakes: float = 0
    """aged accounts come to life by then"""
    load: str = "heavy"
    """heavy or equal"""
    sigma: float = 1.3
    ban: float = 0.006
    replaced_h: float | None = None
    decoy: float = 0.0
    """share of an operator's accounts that never harvest"""
    peoples_own: bool = False
    """the accounts are real people's"""

    # where from
    ip: str = "home"
    """home, mixed, site, own_site, pool, vpn, mob, cloud, rot or res"""
    n_ips: int = 3
    onsite: float = 0.3
    countries: Any = "world"
    signup_ip: str = "own"
    """own, shared or res"""
    client: list[str] | None = None
    one_build: bool = False
    paths: tuple[list[str], list[float]] | None = None

    # when
    clock: str | None = None
    """a person's hours"""
    hours: str | None = None
    """the hours of the work"""
    ramp: float | None = None
    active: tuple[float, float] = (0, 1)
    pause: tuple[float, float] | None = None
    bursts: list[tuple[int, float, float]] | None = None
    """day, hour, width in hours"""
    every_min: int | None = None
    siblings: int = 1
    """1: all jobs of a tick start together"""
    gap: str = "human"

    # what
    pools_of_people: list[str] | None = None
    share: float = 1.0
    """of the requests that are the group's work; the rest is the people's own"""
    pools: list[str] | None = None
    languages: tuple[list[str], float] | None = None
    bank: tuple[Any, ...] = ("free",)
    """free; cover, items; terr, items of each; zipf, items; or assign, items, days"""
    repeats: float = 0.0
    wording: str = "none"
    """none, fixed, slots or para"""
    ending: str | None = None
    steps: float = 0.0
    elicit: float = 0.0
    style: str = "raw"
    turns: float = 1.3
    agent: bool = False
    system: str = "none"
    """none, fixed, short, agent, many or shared and a number"""
    n_rules: int = 12
    tools: int | None = None
    job_client: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    out_tokens: int = 260
    models: list[str] | None = None
    pivot_h: float | None = None
    """hours after the release within which all move"""
    buyers: bool = False
    """own use is that of many unrelated buyers"""

    # by whom
    assign: str = "own"
    """own, queue or rr"""
    hop: float = 0.0
    """share of conversations that pass between accounts"""
    shifts: bool = False

    name: str = ""
    campaign: str | None = None
