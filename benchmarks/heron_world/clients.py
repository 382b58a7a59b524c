"""Client builds: what a user agent says and what the TLS handshake shows."""

import hashlib
from dataclasses import dataclass

import numpy as np

from .arrays import Arr


@dataclass(frozen=True)
class Client:
    """A client build: what the user agent says and what the TLS handshake shows."""

    agent: str
    ja4: str
    family: str


def _ja4(stack: str, http: str = "h2", head: str = "t13d1516") -> str:
    dig = hashlib.sha256(stack.encode()).hexdigest()
    return f"{head}{http}_{dig[:12]}_{dig[12:24]}"


def _clients() -> list[Client]:
    """All builds in use; TLS stacks are shared by many versions and products."""
    out: list[Client] = []
    py = [_ja4(f"openssl{v}", "h1", "t13d3012") for v in ("1.1", "3.0", "3.2")]
    for minor in range(30, 62):
        out.append(Client(f"LumenAI/Python 1.{minor}.{minor % 4}", py[minor % 3], "python"))
    node = [_ja4(f"node{v}", "h1", "t13d5911") for v in (18, 20, 22)]
    for minor in range(10, 34):
        out.append(Client(f"LumenAI/JS 4.{minor}.{minor % 3}", node[minor % 3], "node"))
    for major in range(139, 147):
        ja = _ja4("chromium" + str(major // 4))
        out.append(
            Client(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{major}.0.0.0 Safari/537.36", ja, "browser")
        )
        out.append(
            Client(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/{major}.0.0.0 Safari/537.36", ja, "browser")
        )
    out.append(
        Client(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1", _ja4("ios19"),
            "browser"
        )
    )
    out.append(Client("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", _ja4("nss", "h2", "t13d1715"), "browser"))
    out.append(Client("LumenApp/7.4 (Android 15)", _ja4("conscrypt", "h2", "t13d1314"), "browser"))
    for agent in ("python-requests/2.32.3", "python-requests/2.31.0", "python-httpx/0.27.2", "aiohttp/3.10.5"):
        out.append(Client(agent, py[len(agent) % 3], "raw"))
    for agent in ("Go-http-client/2.0", "okhttp/4.12.0", "curl/8.7.1", "axios/1.7.9", "Java/21.0.4", "reqwest/0.12"):
        out.append(Client(agent, _ja4(agent), "raw"))
    for name in ("oxbow", "tinker-code", "pairling", "loomcli"):
        for v in range(4):
            out.append(Client(f"{name}/0.{v + 7}.{v}", node[v % 3] if name != "loomcli" else _ja4("rustls"), name))
    for v in range(3):
        out.append(Client(f"FlowBridge/{v + 2}.0", _ja4("flowbridge"), "nocode"))
        out.append(Client(f"TavernFront/1.{v + 12}", node[v], "tavern"))
        out.append(Client(f"LumenAI/JS 4.{v + 28}.0", _ja4("Go-http-client/2.0"), "gateway"))
        out.append(Client(f"pairling/0.{v + 8}.{v}", _ja4("Go-http-client/2.0"), "gateway"))
        out.append(Client(f"LumenAI/Python 1.{v + 55}.0", _ja4("middlebox"), "inspected"))
        out.append(Client(f"eval-harness/0.4.{v + 3} LumenAI/Python 1.5{v}.0", py[v], "harness"))
    return out


CLIENTS = _clients()
FAMILIES: dict[str, Arr] = {f: np.array([i for i, c in enumerate(CLIENTS) if c.family == f]) for f in {c.family: None for c in CLIENTS}}
