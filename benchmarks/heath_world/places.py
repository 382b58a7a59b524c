"""Countries, networks, client programs and public lists of tasks."""

from dataclasses import dataclass

import numpy as np

from .chance import Floats, Ints, Keys, below, mix, name_key, pick, unit


@dataclass(frozen=True)
class Country:
    """Where accounts live."""

    code: str
    zone: int
    tongue: str
    carriers: int


COUNTRIES = (
    Country("US", -5, "en", 7), Country("GB", 0, "en", 6), Country("IN", 5, "en", 4), Country("NG", 1, "en", 3),
    Country("KE", 3, "en", 2), Country("PH", 8, "en", 3), Country("DE", 1, "de", 5), Country("AT", 1, "de", 3),
    Country("ES", 1, "es", 4), Country("MX", -6, "es", 3), Country("CO", -5, "es", 3), Country("FR", 1, "fr", 4),
    Country("SN", 0, "fr", 2), Country("ID", 7, "id", 4), Country("BR", -3, "pt", 5), Country("PT", 0, "pt", 3),
    Country("PL", 1, "en", 4), Country("CA", -5, "en", 4),
)
CODES = {country.code: i for i, country in enumerate(COUNTRIES)}
ZONES = np.array([country.zone for country in COUNTRIES])
CARRIERS = np.array([country.carriers for country in COUNTRIES])

HOURS = {
    "day": (1, 1, 1, 1, 1, 2, 4, 8, 20, 30, 32, 30, 20, 24, 30, 30, 26, 18, 8, 5, 4, 3, 2, 1),
    "waking": (3, 2, 1, 1, 1, 2, 4, 8, 12, 14, 15, 15, 15, 15, 15, 15, 16, 17, 18, 20, 22, 22, 16, 8),
    "evening": (6, 3, 1, 1, 1, 1, 1, 2, 3, 3, 3, 4, 5, 5, 5, 6, 8, 12, 20, 28, 32, 30, 22, 12),
    "night": (22, 24, 24, 22, 20, 16, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 14, 20, 22),
    "always": (10,) * 24,
    "shift": (10,) * 8 + (0,) * 16,  # begins at 0, 8 or 16 h by account
    "class": (8, 10, 4) + (0,) * 21,  # begins at an hour of the unit
    "cron": (1,) + (0,) * 23,  # at an hour of the unit, and within minutes
    "afternoon": (0,) * 12 + (5, 12, 20, 20, 18, 12, 6, 2) + (0,) * 4,
}
NETS = (
    "home", "unit_home", "mobile", "one_carrier", "office", "group_office", "campus", "server", "unit_server", "group_server",
    "lambda", "vpn", "resold", "sticky", "none",
)
BIG = 9_000
"""Numbers of autonomous systems begin here."""


def addresses(net: Ints, seed: int, account: Keys, of_unit: Keys, group: Keys, talk: Keys, day: Ints, country: Ints) -> tuple[Ints, Ints]:
    """Addresses as whole numbers (-1: not told) and their autonomous systems, for events on networks by their number in NETS."""
    ip, asn = np.full(len(net), -1), np.full(len(net), -1)
    carrier = below(mix(account, 31), CARRIERS[country])
    for kind in np.unique(net):
        at = net == kind
        name = NETS[kind]
        where, who = country[at], account[at]
        if name == "none":
            continue
        if name in ("home", "mobile", "one_carrier", "sticky", "unit_home", "resold"):
            mine = carrier[at]
            if name == "one_carrier":
                mine = np.zeros_like(mine)
            elif name == "unit_home":
                mine = below(mix(of_unit[at], 31), CARRIERS[where])
            elif name == "resold":
                where = below(mix(talk[at], 32), len(COUNTRIES))
                mine = below(mix(talk[at], 33), CARRIERS[where])
            system = BIG + where * 40 + mine
            lease = day[at] // (2 + below(mix(who, 34), 25))
            if name == "mobile" or name == "one_carrier":
                host = mix(system, below(mix(talk[at], 35), 90))
            elif name == "unit_home":
                host = mix(of_unit[at], 36, day[at] // (3 + below(mix(of_unit[at], 34), 30)))
            elif name == "resold":
                host = mix(talk[at], 37)
            else:
                host = mix(who, 38, lease)
        elif name in ("office", "group_office", "campus"):
            owner = of_unit[at] if name == "office" else group[at]
            system = BIG + where * 40 + 20 + below(mix(owner, 41), 6)
            if name == "campus":
                system = BIG + 5000 + below(mix(owner, 42), 400)
            host = mix(owner, 43, below(mix(talk[at], 44), {"office": 1, "group_office": 3, "campus": 7}[name]))
        elif name == "vpn":
            firm = below(mix(who, 51), 7)
            system = BIG + 4000 + firm
            host = mix(system, 52, below(mix(who, 53, day[at]), 45))
        else:  # rented machines
            owner = {"server": who, "unit_server": of_unit[at], "group_server": group[at], "lambda": mix(below(mix(who, 61), 4))}[name]
            system = BIG + 3000 + below(mix(owner, 62), 6)
            spread = {"server": 1, "unit_server": 2, "group_server": 3, "lambda": 160}[name]
            host = mix(owner, 63, below(mix(talk[at], 64), spread))
        block = mix(seed, system, below(mix(host, 71), 24))
        ip[at] = (1 + below(block, 222)) << 24 | below(mix(block, 72), 256) << 16 | below(mix(host, 73), 1 << 16)
        asn[at] = system
    return ip, asn


@dataclass(frozen=True)
class Client:
    """A program that sends requests, in several builds."""

    agent: str
    builds: int
    finger: str
    fingers: int
    app: bool = False
    sessions: float = 0.0


CLIENTS = {
    "browser": Client("Mozilla/5.0 ({os}) Gecko/20100101 Web/{v}", 40, "t13d1517h2", 6, app=True, sessions=1.0),
    "phone": Client("ModelApp/{v} ({os})", 24, "t13d2014h2", 3, app=True, sessions=1.0),
    "python": Client("sdk-python/{v} {os}", 26, "t13d1812h1", 4, sessions=0.2),
    "node": Client("sdk-node/{v} {os}", 20, "t13d3011h2", 3, sessions=0.2),
    "java": Client("okhttp/{v}", 10, "t12d1209h2", 3),
    "go": Client("Go-http-client/{v}", 3, "t13d1311h2", 2),
    "curl": Client("curl/{v}", 12, "t13d3112h2", 4),
    "agent_tool": Client("code-agent/{v} ({os})", 14, "t13d2913h2", 3, sessions=0.9),
    "flow": Client("flow-runner/{v}", 3, "t13d2611h2", 1),
    "desktop": Client("ChatDesk/{v} ({os})", 8, "t13d1516h2", 2, sessions=0.8),
    "bot_host": Client("herald-bot/{v}", 4, "t13d2811h2", 1, sessions=0.3),
    "harness": Client("eval-harness/{v} sdk-python/{v}", 5, "t13d1812h1", 2),
    "proxy": Client("llm-gateway/{v}", 7, "t13d1612h1", 2),
    "sheet": Client("SheetAddOn/{v}", 4, "t13d1715h2", 1),
    "custom": Client("client-{v}", 900, "t13d2210h2", 60, sessions=0.4),
}
SYSTEMS = ("Windows NT 10.0", "Macintosh; 14.5", "X11; Linux x86_64", "Windows NT 11.0", "Android 15", "iOS 19.1")
"""Desktops first, phones last."""


@dataclass(frozen=True)
class Pool:
    """A list of tasks that everybody can download."""

    size: int
    works: dict[str, float]
    topics: tuple[str, ...] = ()
    tongue: str = "en"


POOLS = {
    "sums": Pool(1300, {"reason": 1.0}, ("school", "retail", "logistics")),
    "katas": Pool(800, {"code": 1.0}),
    "marks": Pool(1500, {"grade": 1.0}, ("school", "law")),
    "seeds": Pool(175, {"synth": 3.0, "rewrite": 1.0, "reason": 1.0}),
    "turns": Pool(2500, {"chat": 2.0, "synth": 1.0, "reason": 1.0, "code": 1.0}),
    "chores": Pool(600, {"agent": 1.0}),
    "opinions": Pool(4000, {"label": 1.0}, ("retail", "travel", "games")),
    "ledgers": Pool(900, {"query": 1.0}, ("billing", "energy", "logistics")),
    "pleas": Pool(700, {"grade": 1.0, "reason": 2.0}, ("law", "clinic")),
    "phrases": Pool(5000, {"translate": 1.0}),
}
POOL_KEYS = {name: name_key(name) for name in POOLS}


def hour_of(name: str, draws: Floats, account: Keys, of_unit: Keys) -> Floats:
    """Hours of the day of a habit's conversations, local time."""
    edges = np.cumsum(np.asarray(HOURS[name], dtype=np.float64))
    at = np.searchsorted(edges, draws * edges[-1], side="right")
    start = edges[at] - np.asarray(HOURS[name])[at]
    hour = at + (draws * edges[-1] - start) / np.maximum(edges[at] - start, 1e-9)
    if name == "shift":
        return np.asarray(hour + 8 * below(mix(account, 21), 3) + 6)
    if name == "class":
        return np.asarray(hour + 8 + below(mix(of_unit, 22), 9))
    if name == "cron":
        return np.asarray(below(mix(of_unit, 23), 24) + unit(mix(of_unit, 24)) * 0.9 + 0.6 * (hour % 1) ** 2)
    return np.asarray(hour + 1.6 * (unit(mix(account, 25)) - 0.5))


def choose(keys: Keys, weights: dict[str, float]) -> tuple[list[str], Ints]:
    """Names, and which of them each key falls on."""
    names = list(weights)
    return names, pick(keys, [weights[name] for name in names])
