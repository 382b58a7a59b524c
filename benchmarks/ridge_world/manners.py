"""How a kind of customer looks and behaves."""

from dataclasses import dataclass, field

NAN = float("nan")
Weights = dict[str, float]
Params = tuple[tuple[float, float, int, float], ...]
DEFAULT: Params = (
    (1.0, 0.95, 8192, 0.25), (0.8, 0.95, 8192, 0.15), (0.6, 0.95, 16384, 0.2), (NAN, NAN, 0, 5.0), (NAN, NAN, 1024, 2.0),
    (NAN, NAN, 4096, 2.0), (0.7, NAN, 0, 1.5), (0.0, NAN, 2048, 1.0), (1.0, NAN, 4096, 0.7), (0.2, 0.9, 800, 0.5), (0.7, 0.95, 2000, 0.5)
)
EXACT: Params = ((0.0, NAN, 512, 3.0), (0.0, NAN, 1024, 3.0), (0.1, NAN, 300, 1.0), (0.0, 1.0, 256, 1.0), (NAN, NAN, 1024, 1.0))
BENCH: Params = ((0.0, NAN, 2048, 3.0), (0.6, 0.95, 16384, 2.0), (1.0, 1.0, 8192, 1.0), (0.0, NAN, 4096, 2.0))
AGENTIC: Params = ((0.8, NAN, 16384, 0.4), (NAN, NAN, 8192, 4.0), (0.0, NAN, 8192, 2.0), (1.0, NAN, 16384, 1.0), (NAN, NAN, 4096, 2.0))
SMALL = {"lark-mini-2": 0.6, "lark-core-2": 0.3, "lark-core-3": 0.1}
MIXED = {"lark-mini-2": 0.25, "lark-core-2": 0.35, "lark-deep-2": 0.15, "lark-core-3": 0.25}
STRONG = {"lark-core-2": 0.2, "lark-deep-2": 0.3, "lark-core-3": 0.5}


@dataclass(frozen=True)
class Crowd:
    """How a kind of customer looks and behaves."""

    name: str
    epa: float
    tasks: Weights
    kinds: Weights = field(default_factory=lambda: {"individual": 1.0})
    plans: Weights = field(default_factory=lambda: {"payg": 1.0})
    path: Weights = field(default_factory=lambda: {"api": 1.0})
    net: Weights = field(default_factory=lambda: {"res": 0.8, "mob": 0.2})
    signup: str = "res"
    client: Weights = field(default_factory=lambda: {"py": 0.6, "node": 0.25, "raw": 0.15})
    profile: str = "day"
    turns: float = 1.0
    gap: float = 50.0
    run: float = 1.0
    run_gap: float = 2.0
    sigma: float = 1.0
    group: tuple[int, int] | None = None
    share: frozenset[str] = frozenset()
    pool: int = 0
    paste: float = 0.5
    params: Params = DEFAULT
    systems: tuple[str, ...] = ()
    per_account: int = 1
    p_system: float = 1.0
    tools: str = ""
    models: Weights = field(default_factory=lambda: dict(MIXED))
    age: str = "old"
    windows: int = 0
    hours: float = 2.0
    cron: bool = False
    verified: float = 0.05
    passthrough: bool = False
    orphan: float = 0.0
    handover: float = 0.0
    fail: float = 0.012
    foreign: float = 0.3
    stream: float = 0.4
    keys: int = 1
    long: float = 1.0
    styled: float = 0.6
    phone: float = 0.8
    edu: bool = False
    churn: float = 0.15
    sid: float = 0.0
    lands: tuple[str, ...] = ()
