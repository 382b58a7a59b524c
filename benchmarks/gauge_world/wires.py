"""Addresses and clients: where requests come from, and what sends them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dice import U64, below, mix, pick, unit

COUNTRIES = ("US", "GB", "DE", "IN", "BR", "FR", "TR", "ES", "PL", "VN", "JP", "CN", "RU", "NG", "ID")
ZONES = np.array([-6, 0, 1, 5, -3, 1, 3, 1, 1, 7, 9, 8, 3, 1, 7])
TONGUE_OF = {"DE": "de", "BR": "pt", "FR": "fr", "TR": "tr", "ES": "es", "CN": "zh", "RU": "ru"}
NETS = (
    "home", "mobile", "office", "venue", "campus", "vpn", "isolation", "dc_unit", "dc_own", "proxy", "sticky", "exits",
    "village", "none",
)
APP, API = "app", "api"
BROWSERS = (
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36", "cr", 9.0),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36", "cr", 3.0),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.{w} Safari/605.1.15", "sf", 3.0),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0", "ff", 1.0),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0", "ff", 1.5),
)
PROGRAMS: dict[str, tuple[str, str, str, int]] = {
    "phone": (APP, "AssistantApp/{w}.{x} (mobile; build {y})", "okhttp", 14),
    "python": (API, "python-sdk/3.{w}.{x}", "openssl", 22),
    "node": (API, "node-sdk/7.{w}.{x}", "node", 16),
    "java": (API, "java-client/2.{w}", "jvm", 6),
    "golang": (API, "Go-http-client/2.0", "go", 3),
    "curl": (API, "curl/8.{w}.0", "openssl", 6),
    "notebook": (API, "python-requests/2.3{w}.0", "openssl", 4),
    "chatbox": (APP, "OpenParlour/1.{w}.{x}", "electron", 9),
    "loomcode": (API, "loomcode/{w}.{x}.0", "node", 12),
    "tinkershell": (API, "tinkershell/0.{w}.{x}", "rustls", 10),
    "patchwright": (API, "patchwright/1.{w}", "go", 5),
    "studio": (API, "studio-assist/{w}.{x}", "electron", 8),
    "plugin": (API, "shelf-plugin/1.{w}", "php", 3),
    "homemade": (API, "aiohttp/3.1{w}", "openssl", 3),
}
CLIENTS = ("browser", *PROGRAMS, "cloudsdk")
HARNESSES = ("loomcode", "tinkershell", "patchwright", "studio")


def _ja4(stack: str, variant: int) -> str:
    h = int(mix(sum(ord(c) * 131**k for k, c in enumerate(stack)) % 2**60, variant))
    return f"t13d{10 + h % 9}{10 + h % 7}h{1 + (h >> 8) % 2}_{h & 0xFFFFFFFFFFFF:012x}_{int(mix(h)) & 0xFFFFFFFFFFFF:012x}"


def _builds() -> tuple[list[str], list[str], dict[str, tuple[int, list[float]]]]:
    agents: list[str] = []
    prints: list[str] = []
    where: dict[str, tuple[int, list[float]]] = {}
    first, weights = 0, []
    for text, stack, weight in BROWSERS:
        for age in range(6):
            agents.append(text.format(v=148 - age, w=6 - age))
            prints.append(_ja4(stack, age // 3))
            weights.append(weight * 0.5**age)
    where["browser"] = first, weights
    for name, (_, text, stack, n) in PROGRAMS.items():
        where[name] = len(agents), [0.8**age for age in range(n)]
        for age in range(n):
            agents.append(text.format(w=9 - age % 10, x=(age * 7) % 5, y=4200 - 31 * age))
            prints.append(_ja4(stack, age // 5))
    where["cloudsdk"] = len(agents), [1.0]
    return [*agents, ""], [*prints, ""], where


AGENTS, PRINTS, BUILDS = _builds()


def kind(client: str) -> str:
    """Whether a client is used by hand or by a program."""
    return APP if client == "browser" else PROGRAMS[client][0] if client in PROGRAMS else API


def build(client: NDArray[np.int64], account: U64, style: str, party: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The build of each request (its name, its TLS stack) by account; "one" build for a party, or "masks" over one stack."""
    agent = np.zeros(len(client), dtype=np.int64)
    for number in np.unique(client):
        rows = np.flatnonzero(client == number)
        first, weights = BUILDS[CLIENTS[number]]
        if style == "one":
            agent[rows] = first + pick(np.full(len(rows), unit(party, number, 8)), weights)
        else:
            agent[rows] = first + pick(unit(account[rows], number, 8), weights)
    stack = agent.copy()
    if style == "masks":
        stack[:] = BUILDS["golang"][0] if unit(party, 81) < 0.4 else BUILDS["browser"][0] + 2
    return agent, stack


class Wires:
    """The networks of a world."""

    def __init__(self, salt: int) -> None:
        self.salt = salt

    def address(
        self, net: str, exits: int, account: U64, group: U64, party: int, country: NDArray[np.int64], session: U64, day: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Address, autonomous system and country of requests over one kind of network; address -1 where none is logged."""
        s, n = self.salt, len(account)
        here = country
        if net == "none":
            return np.full(n, -1), np.full(n, -1), np.full(n, -1)
        if net in ("home", "proxy", "sticky"):
            carrier = pick(unit(session if net == "proxy" else account, 21), [5, 3, 2, 1, 0.5])
            lease = below(20, account, 22) + 3
            host = (
                mix(session, 23) if net == "proxy" else mix(account, 24, 0 if net == "sticky" else (day + below(20, account, 25)) // lease)
            )
            network = mix(s, country, carrier, host % np.uint64(3))
            return _join(network, host >> np.uint64(8), 65_000), _asn(mix(s, country, carrier)), here
        if net in ("mobile", "village"):
            carrier = below(2, account, 26) if net == "mobile" else np.zeros(n, dtype=np.int64)
            pool = 40 if net == "mobile" else 3
            network = mix(s, country, carrier, 31, 0 if net == "mobile" else party)
            return _join(network, mix(session, 32) % np.uint64(pool), 65_000), _asn(mix(s, country, carrier, 31)), here
        if net == "campus":
            return _join(mix(s, np.full(n, 41)), mix(account, day, 42) % np.uint64(4), 65_000), _asn(mix(s, np.full(n, 41))), here
        if net in ("vpn", "isolation"):
            brand = below(3, account, 43) + (0 if net == "vpn" else 10)
            site = below(12, session if net == "vpn" else group, 44)
            there = below(len(COUNTRIES), brand, site, 45)
            return _join(mix(s, brand, site), below(6, session, 46).astype(np.uint64), 65_000), _asn(mix(s, brand)), there
        if net in ("dc_unit", "dc_own"):
            owner = group if net == "dc_unit" else account
            cloud = below(4, owner, 47)
            host = mix(owner, 48, below(3 if net == "dc_unit" else 2, session, 49))
            there = np.array([0, 2, 3, 1])[below(4, owner, 50)]
            return _join(mix(s, cloud, there, 51, host % np.uint64(4)), host >> np.uint64(9), 65_000), _asn(mix(s, cloud, 51)), there
        if net == "exits":
            spot = below(max(exits, 1), account, below(3, session, 53), party, 54)
            cloud = below(4, spot, party, 55)
            host = mix(party, spot, 56)
            return (
                _join(mix(s, cloud, 0, 51, host % np.uint64(4)), host >> np.uint64(9), 65_000), _asn(mix(s, cloud, 51)),
                np.zeros(n, dtype=np.int64),
            )
        owner = group if net == "office" else mix(np.full(n, party), 57)
        spot = below(max(1, exits // 4), session, 58)
        carrier = below(5, owner, 59)
        host = mix(owner, spot, 60)
        return _join(mix(s, country, carrier, host % np.uint64(3)), host >> np.uint64(8), 65_000), _asn(mix(s, country, carrier)), here


def _join(network: Any, host: Any, hosts: int) -> NDArray[np.int64]:
    first = (network % np.uint64(160)).astype(np.int64) + 20
    first = np.where((first == 127) | (first == 172), 90, first)
    second = ((network >> np.uint64(20)) % np.uint64(256)).astype(np.int64)
    return np.asarray((first << 24) | (second << 16) | ((host % np.uint64(hosts)).astype(np.int64) + 1))


def _asn(network: Any) -> NDArray[np.int64]:
    return np.asarray((network % np.uint64(60_000)).astype(np.int64) + 1_200)


def spread(weights: Mapping[str, float], names: tuple[str, ...], account: U64, session: U64, salt: int) -> NDArray[np.int64]:
    """Which of several each request uses: every account has one that it mostly uses, and now and then another."""
    u = np.where(unit(session, salt, 1) < 0.8, unit(account, salt), unit(session, salt, 2))
    number = np.array([names.index(name) for name in weights])
    return np.asarray(number[pick(u, weights)])
