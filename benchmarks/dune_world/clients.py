"""Programs that send requests: how they name themselves, their releases, their TLS fingerprints, and what they tell of a conversation."""

from dataclasses import dataclass

import numpy as np

from .keys import I64, U64, Bool, below, mix, one, unit

TOOLS = 26
"""Agents, plugins and applications with a public system prompt; the first are used by many."""


@dataclass(frozen=True)
class Client:
    """A program: its name, how many releases are about, the TLS library, and how often it names the conversation."""

    name: str
    releases: int
    tls: str
    sessions: float
    streams: float


def _all() -> tuple[Client, ...]:
    web = [Client(f"web-{name}", 4, f"browser-{name}", 1.0, 1.0) for name in ("fennec", "jerboa", "caracal", "oryx")]
    phone = [Client(f"phone-{name}", 7, f"phone-{name}", 1.0, 1.0) for name in ("basalt", "pumice")]
    sdk = [
        Client(f"sdk-{name}", 14, tls, 0.08, 0.35)
        for name, tls in (("python", "python"), ("js", "node"), ("java", "jvm"), ("go", "go"), ("dotnet", "dotnet"), ("rust", "rustls"))
    ]
    plain = [
        Client(f"http-{name}", 6, tls, 0.0, 0.15)
        for name, tls in (("requests", "python"), ("curl", "openssl"), ("axios", "node"), ("okhttp", "jvm"))
    ]
    gateway = [Client(f"gateway-{name}", 9, tls, 0.5, 0.4) for name, tls in (("sluice", "python"), ("weir", "go"))]
    stacks = ("node", "python", "go", "rustls", "browser-fennec", "node")
    tool = [Client(f"tool-{one('tool', i) % 9000 + 1000}", 5 + i % 7, stacks[i % 6], 0.75, 0.7) for i in range(TOOLS)]
    return (*web, *phone, *sdk, *plain, *gateway, *tool)


CLIENTS = _all()
_RELEASES = np.array([client.releases for client in CLIENTS])
_STREAMS = np.array([client.streams for client in CLIENTS])
_SESSIONS = np.array([client.sessions for client in CLIENTS])
_WEIGHTS = {
    "sdk": (50, 22, 8, 9, 6, 5),
    "http": (45, 25, 20, 10),
    "web": (45, 25, 20, 10),
    "phone": (55, 45),
    "gateway": (60, 40),
    "tool": tuple(60 / (i + 1) for i in range(TOOLS)),
}


def choose(policy: str, key: U64) -> I64:
    """The client of each key.

    ``code`` is any program that people write themselves, ``app`` a browser or a phone, ``tool:3`` the fourth tool, and other policies the
    beginning of the names: sdk, http, web, phone, gateway, tool.
    """
    if policy == "code":
        return np.where(unit(key, "sdk") < 0.8, choose("sdk", key), choose("http", key))
    if policy == "app":
        return np.where(unit(key, "web") < 0.6, choose("web", key), choose("phone", key))
    if policy.startswith("tool:"):
        return np.full(len(key), tool(int(policy[5:])), dtype=np.int64)
    found = np.array([i for i, client in enumerate(CLIENTS) if client.name.startswith(policy + "-")])
    steps = np.cumsum(np.array(_WEIGHTS[policy], dtype=np.float64))
    chosen: I64 = found[np.searchsorted(steps / steps[-1], unit(key, "client"), side="right").clip(max=len(found) - 1)]
    return chosen


def tool(number: int) -> int:
    """The client of a numbered tool."""
    return len(CLIENTS) - TOOLS + number


def release(client: I64, key: U64, day: I64) -> I64:
    """The release each request comes from: some follow at once, some late, some never."""
    pace = unit(key, "pace")
    age = (pace**2 * _RELEASES[client]).astype(np.int64)
    new = (day + below(9, key, "phase")) // 9
    release_number: I64 = np.where(pace < 0.6, _RELEASES[client] + new - age, _RELEASES[client] - age)
    return release_number


def names(client: I64, version: I64) -> tuple[I64, list[str], list[str]]:
    """For each request the row in two lists, of user agents and of JA4 fingerprints."""
    code = client * 1_000 + version
    values, inverse = np.unique(code, return_inverse=True)
    agents, prints = [], []
    for value in values:
        which = CLIENTS[value // 1_000]
        step = int(value % 1_000)
        agents.append(f"{which.name}/{1 + one(which.name) % 5}.{step}.{one(which.name, step) % 4}")
        prints.append(_ja4(which.tls, step // 6))
    return inverse, agents, prints


def _ja4(tls: str, generation: int) -> str:
    key = one("tls", tls, generation)
    head = f"t13d{12 + key % 7}{10 + key // 7 % 8}h{1 if tls in ('python', 'openssl') else 2}"
    return f"{head}_{one(key, 1) % 16**12:012x}_{one(key, 2) % 16**12:012x}"


def streamed(client: I64, key: U64) -> Bool:
    """Whether the answers of this owner are streamed; a habit of its code."""
    return unit(mix(key, "stream")) < _STREAMS[client]


def tells_session(client: I64, key: U64) -> Bool:
    """Whether the client of this owner names its conversations."""
    return unit(mix(key, "session")) < _SESSIONS[client]
