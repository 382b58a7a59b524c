"""What an operator decides: every habit is a field."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Plan:
    """One operator; accounts and share are those of a world of 180,000 requests."""

    name: str
    accounts: int
    share: float
    """of all requests"""
    start: float = 0
    """first day"""
    end: float | None = None
    tasks: tuple[str, ...] = ("code", "math", "sci")
    topics: list[str] | None = None
    task_list: list[str] | None = None
    """the same tasks again and again"""
    languages: list[str] | None = None
    wrap: str = "none"
    """none, fixed, library, slots, para or persona"""
    place: str = "prompt"
    """where a frame stands: prompt or system"""
    turns: int = 1
    follow: float = 0.0
    """how often the thinking is asked for in a later turn"""
    samples: int = 1
    agent: bool = False
    relay: bool = False
    grade: bool = False
    expand: bool = False
    """finished answers come back for their thoughts"""
    system: str | None = None
    tools: int | None = None
    cover: float = 0.0
    """share of the requests that is not harvest"""
    cover_kind: str = "persona"
    """persona, or a pool of small talk"""
    warm: bool = False
    """cover begins with the account"""
    hours: str = "flat"
    zone: float | None = None
    burst: list[float] | None = None
    """Unix times around which all work happens"""
    assign: str = "balanced"
    """balanced, random, hash, or own: people who keep their own hours"""
    chunk: int = 1
    """tasks that an account takes in a row"""
    handoff: float = 0.0
    """share of conversations that pass between accounts"""
    card: str = "unique"
    """unique, one, groups or none"""
    per_card: int = 8
    phone: str = "maybe"
    ip: str = "resi"
    """resi, rot, sticky, cloud, vpn, home or cgn"""
    email: str = "free"
    """free, disp or mixed"""
    signup: str = "stagger"
    """stagger, burst, waves or aged"""
    countries: tuple[str, ...] = ()
    kind: str | None = None
    client: str | tuple[str, ...] = "py"
    n_clients: int = 1
    params: tuple[Any, ...] | None = field(default=(0.7, None, 2048))
    """temperature, top_p, max_tokens"""
    paths: tuple[str, ...] = ("api",)
    failover: float = 0.0
    """how often a request takes another cloud"""
    ban_days: float | None = None
    purge_day: float | None = None
    """every other account is banned, and the sleeping rest starts"""
    pivot: float | None = None
    """share of the work that moves to each new model"""
