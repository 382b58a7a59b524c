"""What an operator decides."""

from collections.abc import Callable
from dataclasses import dataclass

from .jobs import Job


@dataclass(frozen=True)
class Plan:
    """One operator; sizes are those of a world of 200,000 requests."""

    campaign: str
    attack: str
    accounts: int
    requests: int
    make: tuple[Callable[..., Job], ...]
    first_day: float = 0.0
    last_day: float | None = None
    assign: str = "queue"
    """queue, rr (round robin), sticky, or shift (an account keeps a person's hours)"""
    samples: int = 1
    """of each task"""
    cover: float = 0.0
    others: float = 0.0
    """share of paying customers whose requests the pool carries as well"""
    history: float = 0.0
    """share of bought accounts with an honest past"""
    infra: str = "sticky"
    """sticky, rotate, cloud, vpn, cgnat, person or mix"""
    country: str = "*"
    cards: int = 1
    """accounts on a card; 0: none has one"""
    phones: int = 1
    """accounts on a number; 0: none has one"""
    mail: str | tuple[str, ...] = "free"
    """free, disposable, catchall or firm"""
    kind: str | tuple[str, ...] = "individual"
    signup: str | tuple[str, ...] = "burst"
    """burst, drip, late or aged"""
    life_days: float | None = None
    """until a ban"""
    replaced_days: float = 0.2
    rhythm: str = "daynight"
    zone: float = 8
    client: str = "py"
    temp: float | None = 0.7
    top_p: float | None = None
    max_tokens: int | None = 4096
    paths: tuple[str, ...] = ("api",)
    families: tuple[str, ...] = ("math", "logic", "t_code")
    languages: tuple[str, ...] = ("es",)
    strength: tuple[float, ...] = (1, 1, 1)
    """how often each strength of wish"""
    fixed_rubric: float = 1.0
    weak: float = 0.3
    """how often a mutated task comes with a weak wish"""
    users: int = 400
    hand: float = 0.0
    """how often a later turn leaves from another key"""
    skew: float = 0.0
    """of the load over accounts"""
    verify: float = 0.0
    clean: float = 0.0
    prefer: str | None = None
    pivot: bool = False
    """half of the work is redone on the new model when it appears"""
