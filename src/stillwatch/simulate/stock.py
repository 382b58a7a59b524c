"""What every world has: networks, client builds, tools, models, sampling parameters, hours of the day, mail domains.

Addresses are of 240.0.0.0/4, autonomous systems of the private range and countries of the user-assigned codes, so that
no real party can be meant.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stillwatch.simulate.grammar import Phrases
from stillwatch.simulate.kernels import next_random
from stillwatch.simulate.world import HOURS

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
MODELS = ("large-3", "mid-3", "small-3", "large-4")
NEW_MODEL = 3
COUNTRIES = tuple(f"X{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWZ")
MAIL = ("mailbox.example", "post.example", "letters.example", "inbox.example")
PARAMETERS = (
    # temperature, top_p, max_tokens, stream; None is the client's default
    (None, None, None, True),
    (0.7, None, 1024, False),
    (0.0, None, 2048, False),
    (1.0, None, 4096, True),
    (0.2, None, 4096, True),
    (0.7, 0.95, 2048, False),
    (0.3, None, None, False),
    (0.0, 1.0, 512, False),
    (1.0, 0.95, 8192, False),
    (0.6, 0.95, 8192, False),
    (None, None, 4096, True),
    (0.8, 0.9, 1024, True),
)
PARAMETER_WEIGHTS = (5, 3, 3, 2, 2, 1, 1, 1, 1, 1, 3, 1)
BY_ACCOUNT, BY_SESSION, BY_DAY, BY_WEEK = range(4)
N_ISPS = 300
N_VPNS = 24
N_CGNATS = 40
N_POPULAR = 14
N_DISPOSABLE = 12
_SPACE = 240 << 24


@dataclass
class Networks:
    """Address blocks: first address, how many, autonomous system, country."""

    base: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    asn: list[int] = field(default_factory=list)
    country: list[int] = field(default_factory=list)
    _next: int = _SPACE

    def add(self, size: int, asn: int, country: int) -> int:
        """Take a block of its own /24s; returns its number."""
        self.base.append(self._next + 1)
        self.size.append(size)
        self.asn.append(asn)
        self.country.append(country)
        self._next += -(-(size + 1) // 256) * 256
        if self._next >= 1 << 32:
            self._next = _SPACE
        return len(self.base) - 1


@dataclass(frozen=True)
class Tool:
    """A program that many people use: its system prompt, tool definitions and client build."""

    system: int
    key: int
    tools: int
    client: int
    turns: float
    parameters: int


@dataclass
class Stock:
    """The shared stock of a world."""

    rng: np.random.Generator
    salt: int
    phrases: Phrases
    chat_topics: npt.NDArray[np.int32]
    code_topics: npt.NDArray[np.int32]
    bench_topics: npt.NDArray[np.int32]
    capability_topics: dict[str, npt.NDArray[np.int32]]
    networks: Networks = field(default_factory=Networks)
    agents: list[str] = field(default_factory=list)
    ja4: list[str] = field(default_factory=list)
    client_weights: list[float] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    domains: list[str] = field(default_factory=lambda: list(MAIL))

    def seed(self, *parts: int) -> int:
        """A 64-bit value that depends on the world's seed and on the parts."""
        value = np.uint64(self.salt)
        for part in parts:
            value = next_random(np.uint64(value) ^ np.uint64(part & 0xFFFFFFFFFFFFFFFF))
        return int(value)

    def new_value(self) -> int:
        """A new 62-bit value, never 0."""
        return int(self.rng.integers(1, 1 << 62))

    def add_client(self, agent: str, ja4: str, weight: float) -> int:
        """Add a client build; weight is how popular it is among people who choose their own."""
        self.agents.append(agent)
        self.ja4.append(ja4)
        self.client_weights.append(weight)
        return len(self.agents) - 1

    def clients(self, n: int) -> npt.NDArray[np.int32]:
        """Client builds of n people who choose their own."""
        weights = np.array(self.client_weights)
        return self.rng.choice(len(weights), n, p=weights / weights.sum()).astype(np.int32)

    def parameters(self, n: int) -> npt.NDArray[np.int16]:
        """Sampling parameters of n people who choose their own."""
        weights = np.array(PARAMETER_WEIGHTS, float)
        return self.rng.choice(len(weights), n, p=weights / weights.sum()).astype(np.int16)

    def own_build(self) -> int:
        """A client build that somebody made for their own use, on a common TLS library."""
        name = f"client-{self.rng.integers(10000)}/{self.rng.integers(9)}.{self.rng.integers(30)}"
        return self.add_client(name, self.ja4[int(self.clients(1)[0])], 0.0)

    def new_domain(self) -> int:
        """Add a mail domain; what it is for does not show in its name."""
        self.domains.append(f"d{len(self.domains) * 7919 % 1000003:06d}.example")
        return len(self.domains) - 1


CHAT_TOPICS = (
    "code_python",
    "code_web",
    "code_debug",
    "maths",
    "physics",
    "chemistry",
    "data_analysis",
    "summarise",
    "extract",
    "translate",
    "email",
    "story",
    "marketing",
    "law",
    "health",
    "finance",
    "cooking",
    "travel",
    "history",
    "teaching",
    "short",
    "grading",
    "rewriting",
    "planning",
    "jobs",
    "ops",
    "puzzle",
    "vision",
    "traces",
    "intl",
    "summarise",
    "extract",
    "classify",
    "short",
    "email",
    "summarise",
)
CODE_TOPICS = ("code_python", "code_web", "code_debug", "code_sql", "ops", "agentic", "data_analysis")
BENCH_TOPICS = ("maths", "puzzle", "code_python", "physics", "law", "chemistry", "maths", "code_sql")
CAPABILITY_TOPICS = {
    "reasoning": ("maths", "physics", "puzzle", "chemistry", "finance", "law"),
    "grading": ("grading",),
    "rewriting": ("rewriting",),
    "code": ("code_python", "code_web", "code_debug", "code_sql"),
    "agentic": ("agentic",),
    "data_analysis": ("data_analysis", "code_sql"),
    "vision": ("vision",),
    "traces": ("traces",),
}


def make(seed: int, phrases: Phrases, pools: dict[str, list[str]]) -> Stock:
    """The stock of a world; ``pools`` names the file pools for chat, code, bench and each capability."""

    def topics(use: str, names: tuple[str, ...]) -> npt.NDArray[np.int32]:
        return np.array([phrases(name) for name in pools.get(use) or names], np.int32)

    rng = np.random.default_rng([seed, 1])
    stock = Stock(
        rng,
        int(rng.integers(1, 1 << 62)),
        phrases,
        topics("chat", CHAT_TOPICS),
        topics("code", CODE_TOPICS),
        topics("bench", BENCH_TOPICS),
        {name: topics(name, names) for name, names in CAPABILITY_TOPICS.items()},
    )
    for isp in range(N_ISPS):
        stock.networks.add(1 << 17, 64512 + isp, int(rng.zipf(1.6) % len(COUNTRIES)))
    for vpn in range(N_VPNS):
        stock.networks.add(int(rng.integers(24, 200)), 64900 + vpn, int(rng.integers(len(COUNTRIES))))
    for cgnat in range(N_CGNATS):
        stock.networks.add(int(rng.integers(16, 64)), 64512 + cgnat, stock.networks.country[cgnat])
    for _ in range(N_DISPOSABLE):
        stock.new_domain()
    _clients(stock)
    for number in range(N_POPULAR):
        stock.tools.append(_tool(stock, number))
    return stock


def _clients(stock: Stock) -> None:
    """Seventy builds of SDKs and browsers, popular ones first; several builds share a TLS fingerprint."""
    families = ("sdk-python", "sdk-js", "browser", "sdk-go", "http-client", "sdk-java", "sdk-rust")
    prints = [fingerprint(stock) for _ in range(22)]
    for rank in range(70):
        family = families[int(stock.rng.integers(len(families)))]
        version = f"{stock.rng.integers(1, 5)}.{stock.rng.integers(0, 60)}.{stock.rng.integers(0, 9)}"
        stock.add_client(f"{family}/{version}", prints[int(stock.rng.integers(len(prints)))], 1 / (rank + 1.5))


def fingerprint(stock: Stock) -> str:
    """A TLS fingerprint in the form of JA4."""
    a, b, c = stock.rng.integers(0, 1 << 47, 3)
    return f"t13d{10 + a % 9}{10 + b % 9}h2_{a:012x}"[:23] + f"_{c:012x}"


def _tool(stock: Stock, number: int) -> Tool:
    name = f"agent-{int(stock.rng.integers(100, 999))}"
    client = stock.add_client(f"{name}/{number}.{stock.rng.integers(40)}", fingerprint(stock), 0.0)
    return Tool(
        stock.phrases("system_tool"),
        stock.new_value(),
        stock.new_value(),
        client,
        float(stock.rng.uniform(3, 9)),
        int(stock.parameters(1)[0]),
    )


def profiles() -> F64:
    """Weights of the 24 local hours of a day in each of HOURS, ``(len(HOURS), 24)``."""
    hour = np.arange(24)

    def bump(centre: float, width: float) -> F64:
        away = np.minimum(np.abs(hour - centre), 24 - np.abs(hour - centre))
        return np.asarray(np.exp(-((away / width) ** 2) / 2))

    shapes = {
        "human": 0.06 + bump(11, 2.5) + 0.9 * bump(16, 2.5) + 0.8 * bump(21, 2.0),
        "office": 0.02 + bump(10.5, 1.6) + bump(15, 1.9),
        "student": 0.04 + 0.5 * bump(14, 3) + bump(20, 2.5) + 0.4 * bump(23.5, 1.5),
        "evening": 0.03 + bump(20.5, 2.2),
        "flat": np.ones(24),
        "clockwork": np.ones(24),
    }
    return np.array([shapes[name] for name in HOURS])
