"""What a party is: accounts that have something in common, innocent or not. Operators and crowds are parties alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYDAY = {
    "knowledge": 4.0, "advice": 4.0, "writing": 3.5, "rewriting": 2.0, "code": 2.5, "math": 1.2, "translation": 1.3, "vision": 0.7,
    "roleplay": 0.8, "science": 0.7, "data": 0.6, "native": 1.4, "grading": 0.2,
}
WORK = {
    "code": 5.0, "data": 3.0, "rewriting": 2.0, "writing": 2.5, "knowledge": 1.5, "translation": 1.0, "labelling": 1.0, "math": 0.4,
    "agentic": 0.5,
}
DEVELOPER = {
    "code": 5.0, "labelling": 2.0, "support": 2.0, "data": 1.5, "writing": 1.0, "agentic": 1.0, "translation": 0.7, "rewriting": 0.7,
    "knowledge": 0.7,
}

ASIDE_TURNS = 1.7
"""Mean turns of a conversation about anything else."""


@dataclass(frozen=True)
class Text:
    """What is asked: tasks, what stands around them, what follows."""

    tasks: Mapping[str, float]
    """Rules of tasks, in these shares."""
    common: float = 0.06
    """Share of tasks that come from the pool that the whole world knows."""
    pool: int = 0
    """Tasks that the party shares; 0: everybody asks what they like, -1: as many as there are conversations."""
    deal: str = "random"
    """How the pool is dealt: random, zipf, split (each task goes to one account), or twice (to two)."""
    frames: Mapping[str, float] = field(default_factory=dict)
    """Rules of frames around tasks, in these shares."""
    n_frames: int = 1
    """Frames that the party has; 0: one for each account, -1: a new one for each conversation."""
    framed: float = 1.0
    """Share of conversations with a frame."""
    injected: bool = False
    """The frame is put around later turns too."""
    follow: str = "follow"
    answer: str = ""
    """Rule of answers; empty: by the kind of task."""


@dataclass(frozen=True)
class Party:
    """Accounts with something in common.

    ``size`` is in accounts, ``rate`` in requests per account and day, ``spread`` the standard deviation of the logarithm of the rate over
    accounts, ``active`` the share of the log's time between which they ask; with ``lasts`` (days) they ask only so long,
    from a random moment.
    """

    label: str
    text: Text
    size: tuple[int, int]
    rate: float
    spread: float = 0.8
    active: tuple[float, float] = (0.0, 1.0)
    lasts: float = 0.0
    # registry
    kinds: Mapping[str, float] = field(default_factory=lambda: {"individual": 1.0})
    verified: float = 0.05
    org: str = "none"  # none, one, each
    signup: str = "old"  # old, trickle, burst
    mail: Mapping[str, float] = field(default_factory=lambda: {"public": 0.9, "own": 0.09, "disposable": 0.01})  # also org
    card: Mapping[str, float] = field(default_factory=lambda: {"own": 0.6, "none": 0.4})  # also one, shared
    per_card: int = 4
    phone: Mapping[str, float] = field(default_factory=lambda: {"own": 0.6, "none": 0.4})  # also farm
    passthrough: bool = False
    plan: str = "plus"
    # place and client
    network: Mapping[str, float] = field(default_factory=lambda: {"home": 0.5, "home_mobile": 0.4, "mobile": 0.1})
    near: bool = False  # all in one country
    client: Mapping[str, float] = field(default_factory=lambda: {"browser": 0.65, "phone": 0.35})
    builds: int = 0  # distinct builds of the party; 0: everybody has their own
    paths: Mapping[str, float] = field(default_factory=lambda: {"app": 1.0})
    # time
    hours: str = "home"
    pace: str = "sittings"  # sittings, clock, queue
    sitting: float = 1.6
    turns: float = 1.8
    gap_s: float = 80.0
    # request
    system: str = ""
    n_systems: int = 0  # 0: everybody has their own
    tools: str = ""  # one, own
    harness: str = ""
    """Program whose system prompts and tools it has in common with other parties; empty: its own."""
    sampling: str = "default"  # default, own, one
    large: float = 0.6  # share of accounts on the large model
    adopts: str = "slow"  # slow, fast, never, pivot
    # among each other
    handoff: float = 0.0
    """Chance that another account takes over a conversation before a later turn."""
    replay: float = 0.0
    """Share of conversations that go on from the last message of one that another account had."""
    aside: float = 0.05
    """Share of conversations about anything else, without frame: private matters, or cover."""
    aside_tasks: Mapping[str, float] = field(default_factory=lambda: EVERYDAY)
    several: tuple[int, int] = (1, 1)
    """How many such parties a world has."""
    # what a provider does to it
    waves: tuple[tuple[float, float], ...] = ()
    """When (share of the active time) how large a share of the accounts is banned."""
    replaces: bool = True
    """Banned accounts are replaced within hours."""
    falls: float = 0.0
    """When (share of the active time) the large model begins to refuse it, so that it takes a smaller one."""

    @property
    def mean_turns(self) -> float:
        """Requests of a conversation, in the mean."""
        return self.aside * ASIDE_TURNS + (1 - self.aside) * self.turns
