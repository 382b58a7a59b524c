"""Where requests come from: home and mobile networks of some countries, rented servers, VPNs; and what sends them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .chance import Ints, Seeds, below, mix, unit
from .speech import TONGUES

COUNTRIES = {  # hours from UTC, share of customers, tongues
    "US": (-5, 0.24, {"en": 0.93, "es": 0.07}), "GB": (0, 0.1, {"en": 1.0}), "IN": (5, 0.12, {"en": 1.0}),
    "DE": (1, 0.08, {"de": 0.7, "en": 0.3}),
    "FR": (1, 0.06, {"fr": 0.8, "en": 0.2}), "BR": (-3, 0.07, {"pt": 0.85, "en": 0.15}), "ID": (7, 0.06, {"id": 0.7, "en": 0.3}),
    "TR": (3, 0.04, {"tr": 0.75, "en": 0.25}), "MX": (-6, 0.04, {"es": 0.85, "en": 0.15}), "ES": (1, 0.04, {"es": 0.8, "en": 0.2}),
    "JP": (9, 0.03, {"en": 1.0}), "SG": (8, 0.03, {"en": 0.7, "zh": 0.3}), "TW": (8, 0.03, {"zh": 0.8, "en": 0.2}),
    "KE": (3, 0.03, {"en": 1.0}), "CA": (-6, 0.03, {"en": 0.85, "fr": 0.15}),
}  # fmt: skip
CODES = list(COUNTRIES)
OFFSETS = np.array([hours for hours, _, _ in COUNTRIES.values()])
SHARES = np.array([share for _, share, _ in COUNTRIES.values()])
SPOKEN = np.array([[spoken.get(tongue, 0.0) for tongue in TONGUES] for _, _, spoken in COUNTRIES.values()])
HOMES, MOBILES, HOSTS, VPNS = 4, 2, 9, 5
BLOCKS = 3
WEB, PHONE, PYTHON, NODE, GO, JAVA, CURL, AUTOMATION = range(8)
SDKS = (PYTHON, NODE, GO, JAVA, CURL)


@dataclass(frozen=True)
class Net:
    """The internet of a world: networks in a row, by country the home ones and the mobile ones, then servers, then VPNs."""

    blocks: Ints
    """(network, block) first address of each /16"""
    asn: Ints
    country: Ints
    exits: Ints
    """(VPN, exit) addresses"""

    def home(self, country: Ints, seed: Seeds, lease: Seeds) -> tuple[Ints, Ints]:
        """Address and network of a home, for as long as the lease lasts."""
        return self._in(country * (HOMES + MOBILES) + (HOMES * unit(mix(seed, 1)) ** 1.6).astype(np.int64), mix(lease, 3))

    def mobile(self, country: Ints, seed: Seeds, moment: Seeds) -> tuple[Ints, Ints]:
        """One of the few addresses that a mobile network shares out."""
        network = country * (HOMES + MOBILES) + HOMES + below(mix(seed, 1), MOBILES)
        return self.blocks[network, 0] + 256 * below(mix(moment, 4), 3) + below(mix(moment, 5), 40), network

    def server(self, seed: Seeds) -> tuple[Ints, Ints]:
        """A rented machine."""
        first = len(CODES) * (HOMES + MOBILES)
        return self._in(first + (HOSTS * unit(mix(seed, 1)) ** 2).astype(np.int64), mix(seed, 3))

    def vpn(self, seed: Seeds, moment: Seeds) -> tuple[Ints, Ints]:
        """An exit of somebody's VPN."""
        provider = below(mix(seed, 1), VPNS)
        return self.exits[provider, below(mix(moment, 6), self.exits.shape[1])], len(CODES) * (HOMES + MOBILES) + HOSTS + provider

    def _in(self, network: Ints, seed: Seeds) -> tuple[Ints, Ints]:
        return self.blocks[network, below(mix(seed, 7), BLOCKS)] + below(mix(seed, 8), 65_536), network


def net(rng: np.random.Generator) -> Net:
    """Networks of a world."""
    here = np.repeat(np.arange(len(CODES)), HOMES + MOBILES)
    country = np.concatenate([here, rng.choice(len(CODES), HOSTS, p=SHARES), rng.choice(len(CODES), VPNS, p=SHARES)])
    sixteens = rng.permutation(np.arange(23 * 256, 223 * 256))[: len(country) * BLOCKS].reshape(-1, BLOCKS)
    blocks = sixteens.astype(np.int64) * 65_536
    exits = blocks[-VPNS:, :1] + rng.integers(0, 65_536, (VPNS, 60))
    return Net(blocks, rng.permutation(np.arange(1_000, 400_000))[: len(country)], country, exits)


def dotted(address: Ints, missing: np.ndarray) -> pa.Array:
    """Addresses as text."""
    text = pa.array([str(part) for part in range(256)])
    bytes_ = [text.take(pa.array((address >> shift) & 255)) for shift in (24, 16, 8, 0)]
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), pc.binary_join_element_wise(*bytes_, "."))


@dataclass(frozen=True)
class Builds:
    """What sends requests: every build by family, with the TLS fingerprint of its library."""

    agent: list[str]
    ja4: list[str]
    family: Ints
    weight: np.ndarray

    def of(self, family: Ints, seed: Seeds) -> Ints:
        """The build that a person of a family has."""
        found = np.zeros(len(family), np.int64)
        for kind in np.unique(family).tolist():
            members = np.flatnonzero(self.family == kind)
            edges = np.cumsum(self.weight[members])
            at = np.flatnonzero(family == kind)
            found[at] = members[np.minimum(np.searchsorted(edges, unit(mix(seed[at], 9)) * edges[-1]), len(members) - 1)]
        return found


def fingerprint(rng: np.random.Generator, start: str = "t13d1715h2") -> str:
    """A TLS fingerprint as JA4 writes it."""
    parts = ["".join(rng.choice(list("0123456789abcdef"), 12).tolist()) for _ in range(2)]
    return f"{start}_{parts[0]}_{parts[1]}"


def builds(rng: np.random.Generator, vendor: str, products: list[str]) -> Builds:
    """Browsers, phones, SDKs, and the products of this world, which come after them as further families."""
    agent: list[str] = []
    ja4: list[str] = []
    family: list[int] = []
    weight: list[float] = []

    def add(kind: int, names: list[str], prints: list[str], weights: list[float]) -> None:
        for k, name in enumerate(names):
            agent.append(name)
            ja4.append(prints[k % len(prints)])
            family.append(kind)
            weight.append(weights[k])

    chrome, firefox, safari, ios, android = (fingerprint(rng, "t13d1516h2") for _ in range(5))
    major = int(rng.integers(138, 150))
    windows, mac = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7"
    for system, share in ((windows, 0.6), (mac, 0.3), ("X11; Linux x86_64", 0.1)):
        kit = f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome"
        names = [f"{kit}/{major - back}.0.0.0 Safari/537.36" for back in range(4)]
        add(WEB, names, [chrome], [share * part for part in (0.5, 0.2, 0.05, 0.02)])
        names = [f"Mozilla/5.0 ({system}; rv:{major + back}.0) Gecko/20100101 Firefox/{major + back}.0" for back in (1, 2)]
        add(WEB, names, [firefox], [share * 0.05, share * 0.08])
    add(WEB, [f"Mozilla/5.0 ({mac}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v} Safari/605.1.15" for v in ("18.5", "26.0")],
        [safari], [0.06, 0.09])
    add(PHONE, [f"{vendor}-ios/1.{v}" for v in range(60, 66)], [ios], [0.02, 0.03, 0.05, 0.1, 0.3, 0.5])
    add(PHONE, [f"{vendor}-android/1.{v}" for v in range(60, 66)], [android], [0.05, 0.05, 0.08, 0.12, 0.3, 0.5])
    openssl = [fingerprint(rng, "t13d1812h1") for _ in range(4)]
    for kind, name, minor in ((PYTHON, "python", 70), (NODE, "node", 58), (GO, "go", 14), (JAVA, "java", 9)):
        shares = (0.6 ** np.arange(9)).tolist()
        add(kind, [f"{vendor}-{name}/1.{minor - k}.{int(rng.integers(0, 4))}" for k in range(9)],
            openssl if kind == PYTHON else [fingerprint(rng)], shares)
    add(PYTHON, [f"python-requests/2.{v}" for v in (31, 32)] + ["python-httpx/0.28.1"], openssl, [0.1, 0.2, 0.3])
    add(CURL, ["curl/8.5.0", "curl/8.12.1"], openssl, [1, 1])
    add(AUTOMATION, ["axios/1.7.9", "axios/1.8.2", "node-fetch/1.0"], [fingerprint(rng), fingerprint(rng)], [0.5, 0.3, 0.2])
    for k, product in enumerate(products):
        first = int(rng.integers(1, 9))
        versions = [f"{product}/{first}.{v}.{int(rng.integers(0, 10))}" for v in range(int(rng.integers(1, 5)))]
        library = openssl[int(rng.integers(0, 4))] if rng.random() < 0.4 else fingerprint(rng)
        add(AUTOMATION + 1 + k, versions, [library], (2.0 ** np.arange(len(versions))).tolist())
    return Builds(agent, ja4, np.array(family), np.array(weight))


def hexes(rng: np.random.Generator, n: int, length: int, prefix: str = "") -> np.ndarray:
    """Random identifiers."""
    return np.array([prefix + text for text in _hex(rng, n, length)], object)


def _hex(rng: np.random.Generator, n: int, length: int) -> list[str]:
    text = rng.bytes(n * length // 2 + 1).hex()
    return [text[k * length : (k + 1) * length] for k in range(n)]
