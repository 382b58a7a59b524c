"""Client programs in families: user agents, TLS prints, and how common each is."""

import hashlib
from typing import NamedTuple

import numpy as np

from .arrays import Arr

PLATFORMS = {
    "Windows NT 10.0; Win64; x64": 5, "Macintosh; Intel Mac OS X 10_15_7": 2.4, "X11; Linux x86_64": 0.5, "X11; CrOS x86_64 14541.0.0": 0.5
}
CHROMES = {136: 0.4, 137: 1, 138: 4, 139: 5, 140: 1.5}


class Client(NamedTuple):
    """A program as the host sees it."""

    agent: str
    ja4: str
    weight: float


def _ja4(seed: str, alpn: str = "h2") -> str:
    """A TLS print in the usual shape."""
    h = hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()
    n = int(h[:2], 16)
    return f"t13d{10 + n % 9:02d}{8 + n % 7:02d}{alpn}_{h[:12]}_{h[12:24]}"


def _chrome(platform: str, version: int, tail: str = "", weight: float = 1.0) -> Client:
    agent = f"Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36{tail}"
    return Client(agent, _ja4(f"chromium{version // 2}"), weight)


def _browsers() -> list[Client]:
    out = []
    for platform, share in PLATFORMS.items():
        for version, weight in CHROMES.items():
            out.append(_chrome(platform, version, "", share * weight))
            if "Win" in platform:
                out.append(_chrome(platform, version, f" Edg/{version}.0.0.0", share * weight * 0.3))
        out.append(Client(f"Mozilla/5.0 ({platform}; rv:141.0) Gecko/20100101 Firefox/141.0", _ja4("gecko141"), share * 0.9))
    safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Safari/605.1.15"
    return out + [Client(safari.format(v), _ja4("webkit" + v[:2]), 3) for v in ("17.6", "18.4", "18.5")]


def _apps() -> list[Client]:
    out = []
    for v in ("4.11.0", "4.12.0", "4.12.1", "4.13.0"):
        out += [Client(f"HostApp/{v} (iPhone; iOS {ios})", _ja4("cfnet" + ios[:2]), 2) for ios in ("17.6", "18.5", "18.6")]
        out += [Client(f"HostApp/{v} (Android {android})", _ja4("okhttp-app" + v[:4]), 3) for android in range(12, 16)]
    return out


def _kits() -> list[Client]:
    versions, pythons = ("1.8.0", "1.14.2", "1.21.0", "1.30.1", "1.31.0"), ("3.9", "3.10", "3.11", "3.12", "3.13")
    return [Client(f"host-sdk/python {v} (py {py})", _ja4("openssl" + py, "h1"), 2) for v in versions for py in pythons]


def _table(rows: dict[str, tuple[str, float]], alpn: str = "h1") -> list[Client]:
    """Clients by agent: the seed of the print, and the weight."""
    return [Client(agent, _ja4(seed, alpn), weight) for agent, (seed, weight) in rows.items()]


FAMILIES = {
    "browser": _browsers(),
    "mobile": _apps(),
    "python": [
        *_kits(),
        *_table({"python-requests/2.32.3": ("requests", 5), "python-httpx/0.27.2": ("httpx", 3)}),
        *_table({"Python/3.11 aiohttp/3.9.5": ("aiohttp", 2)})
    ],
    "node": [
        *_table({f"host-sdk/node {v}": ("undici" + v[0], 4) for v in ("4.2.0", "4.20.1", "5.3.0")}),
        *_table({"axios/1.7.4": ("node20", 4), "node": ("undici", 3)})
    ],
    "lowcode": [
        *_table({"n8n": ("node20", 4), "Zapier": ("zap", 3), "Make/production": ("mk", 3)}),
        *_table({"GoogleAppsScript; beanserver": ("gas", 2), "PowerAutomate/1.0": ("schannel", 1)}, "h2")
    ],
    "server": [
        *_table({"Go-http-client/2.0": ("go122", 4), "okhttp/4.12.0": ("okhttp-jvm", 2), "Java-http-client/17.0.11": ("jdk17", 2)}, "h2"),
        *_table({"GuzzleHttp/7": ("php-curl", 3), "Ruby": ("ruby", 1), "litellm/1.44.8": ("openssl3.11", 1)})
    ],
    "curl": [
        *_table({"curl/8.5.0": ("curl85", 2), "curl/7.88.1": ("curl788", 1)}, "h2"), *_table({"PostmanRuntime/7.41.0": ("postman", 2)})
    ],
    # a driven browser looks like a recent Chrome; its TLS is that of the real engine
    "headless": [_chrome(platform, version) for platform in list(PLATFORMS)[:2] for version in (138, 139)]
}
CLIENTS = [client for family in FAMILIES.values() for client in family]


def pick(rng: np.random.Generator, family: str, n: int) -> Arr:
    """Numbers of clients of a family."""
    families = list(FAMILIES)
    first = sum(len(FAMILIES[name]) for name in families[: families.index(family)])
    weight = np.array([client.weight for client in FAMILIES[family]])
    return rng.choice(np.arange(first, first + len(weight)), n, p=weight / weight.sum())
