"""Countries, networks, programs that people have."""

from collections.abc import Sequence

import numpy as np

Address = tuple[str, int]
"""an address and its system"""

COUNTRIES: dict[str, tuple[float, int, str]] = {
    "US": (-6, 20, ""), "GB": (0, 8, ""), "DE": (1, 8, "de"), "FR": (1, 6, "fr"), "ES": (1, 5, "es"), "MX": (-6, 4, "es"),
    "BR": (-3, 7, "pt"), "PT": (0, 2, "pt"), "IN": (5.5, 10, ""), "ID": (7, 5, "id"), "TR": (3, 4, "tr"), "CA": (-5, 4, ""),
    "AU": (10, 3, ""), "KE": (3, 2, ""), "PL": (1, 3, ""), "SE": (1, 2, ""), "CO": (-5, 2, "es"), "AT": (1, 2, "de"),
}
"""hours east, weight, language besides English"""
CARRIERS = 3
"""access networks of a country"""
SDKS = [
    "hostkit-python/2.1.0", "hostkit-python/2.0.4", "hostkit-python/1.9.3", "hostkit-node/4.3.1", "hostkit-node/4.2.0",
    "hostkit-go/0.8.2", "python-httpx/0.28", "curl/8.11.0",
]
"""the host's own libraries and what does without; the first is the most common"""
BROWSERS = [
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{version}.0.0.0 Safari/537.36" for version in (140, 141, 142)),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15) Chrome/141.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0",
]
FREEMAIL = [
    *["gmail.com"] * 9, *["outlook.com"] * 3, "yahoo.com", "icloud.com", "icloud.com", "proton.me", "gmx.net", "hotmail.com", "orange.fr",
]
RELAYS = ["duck.com", "privaterelay.icloud.com", "simplelogin.io", "proton.me", "tuta.io", "gmail.com"]


class Places:
    """The networks of a world.

    Args:
        r: what is drawn from.
    """

    def __init__(self, r: np.random.Generator) -> None:
        self.r = r
        self._weights = np.array([weight for _, weight, _ in COUNTRIES.values()], float)
        self._weights /= self._weights.sum()
        self._carriers = {country: [(int(r.integers(3000, 60000)), self._blocks(160)) for _ in range(CARRIERS)] for country in COUNTRIES}
        self._hosters = [(int(r.integers(3000, 60000)), self._blocks(45)) for _ in range(4)]
        self._shared = (int(r.integers(3000, 60000)), self._blocks(5))
        self._clouds = [(int(r.integers(3000, 60000)), self._blocks(9)) for _ in range(3)]
        self._tunnels = (int(r.integers(3000, 60000)), self._blocks(7))
        self._schools = [(int(r.integers(3000, 60000)), self._blocks(1)) for _ in range(9)]

    def _blocks(self, number: int) -> list[str]:
        drawn = self.r.integers((11, 0, 0), (220, 256, 256), (number, 3)).tolist()
        return [".".join(map(str, block)) for block in drawn]

    def countries(self, number: int, among: Sequence[str] = ()) -> list[str]:
        """So many countries, those named alike or all by weight."""
        if among:
            return [among[place] for place in self.r.integers(0, len(among), number)]
        names = list(COUNTRIES)
        return [names[place] for place in self.r.choice(len(names), number, p=self._weights)]

    def _in(self, network: tuple[int, list[str]], low: int = 2, high: int = 254, first: int | None = None) -> Address:
        system, blocks = network
        return f"{blocks[int(self.r.integers(first or len(blocks)))]}.{self.r.integers(low, high)}", system

    def home(self, country: str) -> Address:
        """A household."""
        return self._in(self._carriers[country][int(self.r.integers(CARRIERS))])

    def mobile(self, country: str) -> Address:
        """A carrier's exit, which many share."""
        return self._in(self._carriers[country][int(self.r.integers(CARRIERS))], 1, 12, 6)

    def hired(self) -> Address:
        """A hired machine."""
        return self._in(self._hosters[int(self.r.integers(4))])

    def hosting(self) -> Address:
        """A machine that holds the pages of hundreds."""
        return self._in(self._shared, 10, 16)

    def tunnel(self) -> Address:
        """An exit of a seller of tunnels."""
        return self._in(self._tunnels, 10, 40)

    def campus(self, school: int) -> Address:
        """An exit of a school."""
        return self._in(self._schools[school], 8, 12)

    def serverless(self, number: int) -> list[Address]:
        """Addresses from which a cloud runs whatever its customers start."""
        cloud = self._clouds[int(self.r.integers(3))]
        return [self._in(cloud) for _ in range(number)]
