"""Where requests come from: countries, autonomous systems, addresses, client builds."""

from dataclasses import dataclass, field

import numpy as np

COUNTRIES = {
    "US": (-6, 24), "CA": (-5, 5), "BR": (-3, 8), "MX": (-6, 4), "GB": (0, 9), "DE": (1, 9), "FR": (1, 7), "PL": (1, 5), "NG": (1, 4),
    "KE": (3, 3), "TR": (3, 3), "IN": (5.5, 12), "VN": (7, 4), "SG": (8, 4), "JP": (9, 7), "KR": (9, 5), "AU": (10, 5),
}
"""Offset from UTC in hours, and weight among users."""
CODES = tuple(COUNTRIES)
OFFSETS_H = np.array([offset for offset, _ in COUNTRIES.values()])
WEIGHTS = np.array([weight for _, weight in COUNTRIES.values()]) / sum(weight for _, weight in COUNTRIES.values())
SLOTS = 12
"""Addresses that an account may have in turn."""
LEASE_S = {
    "home": 3 * 86400, "home_mobile": 6 * 3600, "mobile": 5 * 3600, "office": 10 * 3600, "campus": 7 * 3600, "venue": 5 * 3600,
    "cloud": 4 * 86400, "one_cloud": 86400, "vpn": 4 * 3600, "sticky": 86400, "rotating": 2400,
}
"""How long an account keeps an address."""


@dataclass
class Internet:
    """Blocks of addresses and who owns them. ``owner`` and ``country`` are by /16: a number of an autonomous system, a place in CODES."""

    rng: np.random.Generator
    owner: np.ndarray = field(default_factory=lambda: np.zeros(1 << 16, np.int64))
    country: np.ndarray = field(default_factory=lambda: np.zeros(1 << 16, np.int64))

    def __post_init__(self) -> None:
        first = np.arange(1 << 16) >> 8
        blocks = np.flatnonzero((first > 10) & (first < 224) & ~np.isin(first, (100, 127, 169, 172, 192, 198, 203)))
        self._free = list(self.rng.permutation(blocks))
        self._number = 3000
        places = range(len(CODES))
        self.homes = [[self._system(place, 5) for _ in range(4)] for place in places]
        self.carriers = [self._exits(self._system(place, 1), 3, 48) for place in places]
        self.clouds = [self._system(self._somewhere(), 6) for _ in range(6)]
        self.vpns = [self._exits(self._system(self._somewhere(), 2), 5, 60) for _ in range(6)]

    def _somewhere(self) -> int:
        return int(self.rng.choice(len(CODES), p=WEIGHTS))

    def _system(self, place: int, n_blocks: int) -> np.ndarray:
        """The /16 blocks of a new autonomous system."""
        self._number += int(self.rng.integers(7, 900))
        blocks = np.array([self._free.pop() for _ in range(n_blocks)])
        self.owner[blocks], self.country[blocks] = self._number, place
        return blocks

    def _exits(self, blocks: np.ndarray, n_nets: int, n: int) -> np.ndarray:
        """Addresses of a gateway, in a few /24."""
        nets = self.rng.choice(blocks, n_nets) << 8 | self.rng.integers(256, size=n_nets)
        return self.rng.choice(nets, n) << 8 | self.rng.integers(1, 255, size=n)

    def _random(self, blocks: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
        return self.rng.choice(blocks, size) << 16 | self.rng.integers(256, 65280, size=size)

    def at_home(self, places: np.ndarray, k: int) -> np.ndarray:
        """``k`` addresses of one access provider for each account."""
        found = np.empty((len(places), k), np.int64)
        for place in np.unique(places):
            systems = self.rng.integers(4, size=len(places))
            for system in range(4):
                here = (places == place) & (systems == system)
                found[here] = self._random(self.homes[place][system], (int(here.sum()), k))
        return found

    def addresses(self, mode: str, places: np.ndarray) -> np.ndarray:
        """The addresses of a party's accounts.

        Args:
            mode: a key of LEASE_S.
            places: country of each account, places in CODES.

        Returns:
            Accounts by SLOTS, IPv4 as whole numbers.
        """
        n, rng = len(places), self.rng
        if mode == "rotating":
            return np.concatenate([self.at_home(rng.permutation(places), 1) for _ in range(SLOTS)], axis=1)
        if mode in ("cloud", "one_cloud"):
            systems = rng.integers(len(self.clouds), size=1 if mode == "one_cloud" else n)
            own = np.stack([self._random(self.clouds[i], (2,)) for i in systems])
            return own[np.zeros(n, np.int64) if mode == "one_cloud" else np.arange(n)][:, np.arange(SLOTS) % 2]
        if mode == "vpn":
            provider = self.vpns[int(rng.integers(len(self.vpns)))]
            return rng.choice(provider, (n, SLOTS))
        home = self.at_home(places, 3)[:, [0] * 7 + [1] * 3 + [2] * 2]
        if mode == "sticky":
            return np.repeat(home[:, :1], SLOTS, axis=1)
        mobile = np.stack([rng.choice(self.carriers[place], SLOTS) for place in places])
        shared = {"home": 0, "home_mobile": 4, "mobile": 12, "office": 9, "campus": 8, "venue": 11}[mode]
        if mode in ("home", "home_mobile", "mobile"):
            home[:, :shared] = mobile[:, :shared]
            return home
        block = self._system(int(places[0]), 1)
        gateway = self._exits(block, 1, {"office": int(rng.integers(1, 3)), "campus": int(rng.integers(2, 7)), "venue": 1}[mode])
        home[:, :shared] = rng.choice(gateway, (n, shared))
        home[:, shared:] = np.where(rng.random((n, 1)) < 0.4, mobile[:, shared:], home[:, shared:])
        return home


def dotted(addresses: np.ndarray) -> list[str]:
    """IPv4 addresses as text."""
    return [f"{a >> 24}.{a >> 16 & 255}.{a >> 8 & 255}.{a & 255}" for a in addresses.tolist()]


STACKS = {"python": 6, "node": 4, "go": 3, "java": 2, "curl": 3, "browser": 7, "phone": 4}
"""TLS stacks and how many fingerprints each has."""
NAMES = {
    "python": ("python", "cairn-python/1.{}.{} py3.1{}", 14), "raw": ("python", "python-requests/2.3{}.{}", 7),
    "node": ("node", "cairn-node/0.{}.{} node2{}", 12), "go": ("go", "Go-http-client/{}.{}", 2), "java": ("java", "okhttp/4.{}.{}", 5),
    "curl": ("curl", "curl/8.{}.{}", 5), "browser": ("browser", "Mozilla/5.0 ({} Gecko) rv:1{}{}", 26),
    "phone": ("phone", "CairnApp/5.{}.{} os1{}", 16),
    "treehand": ("node", "treehand/0.{}.{}", 6), "sedge": ("python", "sedge-agent/1.{}.{}", 4),
    "device": ("go", "hearthbox/3.{}.{}", 3),
}
"""Kinds of client: TLS stack, form of the name, number of builds."""


def clients() -> tuple[list[str], list[str], dict[str, np.ndarray]]:
    """User agents and JA4 of all builds, and the builds of each kind; the earlier the more popular. The same in every world."""
    rng = np.random.default_rng(47)
    agents: list[str] = []
    prints: list[str] = []
    of_kind = {}
    stacks = {
        name: [
            f"t13d{rng.integers(12, 40)}{rng.integers(8, 20):02d}h{1 + (name != 'curl')}_{rng.bytes(6).hex()}_{rng.bytes(6).hex()}"
            for _ in range(n)
        ]
        for name, n in STACKS.items()
    }
    for kind, (stack, form, n) in NAMES.items():
        of_kind[kind] = np.arange(len(agents), len(agents) + n)
        agents += [form.format(*rng.integers((30, 0, 0), (60, 10, 5))) + (f".{i}" if kind == "browser" else "") for i in range(n)]
        prints += [stacks[stack][min(int(rng.geometric(0.4)), len(stacks[stack])) - 1] for _ in range(n)]
    return agents, prints, of_kind


def popular(builds: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """``n`` builds drawn by popularity."""
    weights = 1 / (np.arange(len(builds)) + 1.5)
    return rng.choice(builds, n, p=weights / weights.sum())
