"""Where requests come from: access networks and builds of clients, which thousands share."""

from dataclasses import dataclass

import numpy as np

from .party import Party
from .text import Ints, Texts

COUNTRIES = (
    ("US", -6, ""), ("GB", 0, ""), ("DE", 1, "de"), ("ES", 1, "es"), ("FR", 1, "fr"), ("BR", -3, "pt"), ("TR", 3, "tr"), ("ID", 7, "id"),
    ("TW", 8, "zh"), ("JP", 9, "ja"), ("IN", 5, ""), ("MX", -6, "es"), ("CA", -5, ""), ("AU", 10, ""), ("KE", 3, ""), ("PL", 1, ""),
)  # fmt: skip
"""code, hours from UTC, tongue of the vocabulary"""
CODES = np.array([code for code, _, _ in COUNTRIES], object)
ZONES = np.array([zone for _, zone, _ in COUNTRIES])
WEIGHTS = np.array([20, 8, 8, 5, 6, 6, 4, 4, 3, 5, 10, 4, 5, 4, 3, 5], float) / 100
KINDS = ("home", "mobile", "vpn", "cloud", "office")
PLACES, LEASES, EXITS = 3, 6, 48
"""places that a person uses; addresses that a home has in a log; exits of a mobile network or a VPN"""
AGENTS = {
    "browser": ("Mozilla/5.0 ({os}) Gecko/{y} Firefox/{v}.0", "Mozilla/5.0 ({os}) AppleWebKit/537.36 Chrome/{v}.0", "plover/{w}.{x} {os}"),
    "sdk": ("plover-python/{w}.{x}.{y}", "plover-node/{w}.{x}.{y}", "okhttp/4.{x}.{y}", "python-requests/2.{x}.{y}", "Go-http-client/2.0"),
}
SYSTEMS = ("Windows NT 10.0", "Macintosh", "X11; Linux", "iPhone", "Android 15")


@dataclass(frozen=True)
class Internet:
    """Access networks by kind, each with its number, its first two octets and its country; builds of clients."""

    kind: Ints
    asn: Ints
    octets: Ints
    country: Ints
    exits: Ints
    """hosts behind which the customers of a mobile network or VPN appear"""
    builds: dict[str, tuple[Texts, Texts]]
    """names and TLS fingerprints, the popular first"""


def hexes(rng: np.random.Generator, n: int, digits: int, prefix: str = "") -> Texts:
    """Random identifiers."""
    text = rng.bytes(n * (digits + 1) // 2 + digits).hex()
    return np.array([prefix + text[i * digits : (i + 1) * digits] for i in range(n)], object)


def internet(rng: np.random.Generator) -> Internet:
    """Draw the networks and the builds of a world."""
    nation = np.arange(len(COUNTRIES))
    kind = np.repeat([0, 1, 2, 3, 4], [4 * len(nation), 2 * len(nation), 9, 8, 60])
    n = len(kind)
    country = np.concatenate([np.tile(nation, 6), rng.choice(nation, n - 6 * len(nation), p=WEIGHTS)])
    octets = rng.permutation(np.arange(11 * 256, 220 * 256))[:n]
    builds = {}
    for client, shapes in AGENTS.items():
        families = hexes(rng, 3 * len(shapes), 12)
        names, prints = [], []
        for i in range(26):
            k = int(rng.integers(len(shapes)))
            v, w, x, y = (int(rng.integers(*bounds)) for bounds in ((118, 141), (0, 3), (1, 60), (0, 12)))
            names.append(shapes[k].format(os=SYSTEMS[int(rng.integers(len(SYSTEMS)))], v=v, w=w, x=x, y=y))
            tls = families[3 * k + i % 3]
            prints.append(f"t13d{15 + k}{12 + i % 3}h2_{tls}_{families[k]}")
        builds[client] = (np.array(names, object), np.array(prints, object))
    return Internet(kind, rng.permutation(np.arange(1200, 64000))[:n], octets, country, rng.integers(0, 65536, (n, EXITS)), builds)


def among(rng: np.random.Generator, shares: dict[str, float], n: int) -> Texts:
    """Names drawn by their shares."""
    parts = np.array(list(shares.values()))
    return np.array(list(shares), object)[rng.choice(len(parts), n, p=parts / parts.sum())]


class Places:
    """From where the accounts of a party ask: up to three places each, the first most often."""

    def __init__(self, rng: np.random.Generator, net: Internet, party: Party, country: Ints) -> None:
        n = len(country)
        self.net = net
        self.kinds = np.stack([among(rng, dict(party.net), n) for _ in range(PLACES)], axis=1)
        self.isp = np.zeros((n, PLACES), np.int64)
        self.host = rng.integers(0, 65536, (n, PLACES, LEASES))
        fixed = {kind: rng.choice(np.flatnonzero(net.kind == KINDS.index(kind))) for kind in ("cloud", "office")}
        rack = rng.integers(0, 256, max(1, n // 90 + 1)) * 256
        shared = rng.integers(0, 65536, max(1, party.exits))
        spread = (rng.integers(0, 1 << 30, (n, PLACES))).astype(np.int64)
        for kind in np.unique(self.kinds.astype(str)):
            rows, cols = np.nonzero(self.kinds == kind)
            base = {"proxy": "home", "sticky": "home", "rack": "cloud", "egress": "cloud", "campus": "office"}.get(kind, kind)
            if kind in ("home", "mobile"):
                self.isp[rows, cols] = self._in_country(spread[rows, cols], country[rows], KINDS.index(base))
            elif kind in ("proxy", "sticky", "vpn", "cloud"):
                options = np.flatnonzero(net.kind == KINDS.index(base))
                self.isp[rows, cols] = options[spread[rows, cols] % len(options)]
            else:
                self.isp[rows, cols] = fixed[base]
            if kind in ("office", "campus", "egress"):
                self.host[rows, cols] = shared[spread[rows, cols, None] % len(shared)]
            elif kind in ("sticky", "cloud"):  # one address, whatever the place
                self.host[rows, cols] = self.host[rows, 0, :1]
                self.isp[rows, cols] = np.where(self.kinds[rows, 0] == kind, self.isp[rows, 0], self.isp[rows, cols])
            elif kind == "rack":
                self.host[rows, cols] = (rack[spread[rows, 0] % len(rack)] + spread[rows, 0] // 256 % 256)[:, None]

    def _in_country(self, spread: Ints, country: Ints, kind: int) -> Ints:
        """A network of this kind in each country; networks lie by country, several to each."""
        first = np.flatnonzero(self.net.kind == kind)
        each = len(first) // len(COUNTRIES)
        found: Ints = first[country + len(COUNTRIES) * (spread % each)]
        return found

    def signup(self, rng: np.random.Generator) -> Texts:
        return self.at(rng, np.arange(len(self.isp)), np.arange(len(self.isp)), np.zeros(len(self.isp)))[0]

    def at(self, rng: np.random.Generator, who: Ints, talk: Ints, day: np.ndarray) -> tuple[Texts, Ints, Texts]:
        """Address, network number and country of requests that ``who`` sends in conversation ``talk``."""
        luck = rng.random(int(talk.max(initial=0)) + 1)[talk]
        place = np.searchsorted([0.72, 0.93], luck)
        kinds, isp = self.kinds[who, place], self.isp[who, place]
        host = self.host[who, place, (day / 5).astype(np.int64) % LEASES]
        mixed = talk * 2654435761 + who * 40503
        for kind in ("mobile", "vpn"):
            rows = np.flatnonzero(kinds == kind)
            host[rows] = self.net.exits[isp[rows], mixed[rows] // 7 % EXITS]
        rows = np.flatnonzero(kinds == "proxy")
        homes = np.flatnonzero(self.net.kind == 0)
        isp[rows] = homes[mixed[rows] // 11 % len(homes)]
        host[rows] = mixed[rows] // 769 % 65536
        octets = self.net.octets[isp]
        ip = [f"{a >> 8}.{a & 255}.{b >> 8}.{b & 255}" for a, b in zip(octets.tolist(), host.tolist(), strict=True)]
        return np.array(ip, object), self.net.asn[isp], CODES[self.net.country[isp]]
