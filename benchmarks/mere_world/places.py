"""Countries, networks, and programs that many have."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

COUNTRIES = {
    "US": (-6, 20), "GB": (0, 8), "DE": (1, 8), "FR": (1, 6), "ES": (1, 5), "MX": (-6, 4), "BR": (-3, 8), "PT": (0, 2), "IN": (5, 10),
    "ID": (7, 5),
    "NG": (1, 4), "CA": (-5, 4), "AU": (10, 3), "KE": (3, 2), "PL": (1, 3), "VN": (7, 4), "CO": (-5, 2), "AT": (1, 2),
}
"""hours east, weight"""
NAMES = list(COUNTRIES)
EAST = np.array([east for east, _ in COUNTRIES.values()])
WEIGHT = np.array([weight for _, weight in COUNTRIES.values()]) / sum(weight for _, weight in COUNTRIES.values())
CARRIERS, BLOCKS = 3, 60
SDKS = [
    "mill-python/3.2.0", "mill-python/3.1.4", "mill-python/2.9.0", "mill-node/5.0.2", "mill-node/4.8.1", "mill-go/1.4.0",
    "python-httpx/0.28.1",
    "curl/8.12.0",
]
"""libraries; the first is the most common"""
TOOLS = ["OpenDrawer/1.9.2", "TypeBeside/0.14.0", "PaneChat/3.3.1", "Quillfox/2.0.5"]
"""programs that anybody may install"""
BROWSERS = [
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{version}.0.0.0 Safari/537.36" for version in (140, 141, 142)),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15) Chrome/141.0.0.0 Mobile Safari/537.36", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0",
]
APPS = ["Mill/7.4.1 (iOS 18.6)", "Mill/7.4.0 (iOS 18.5)", "Mill/7.4.1 (Android 15)", "Mill/7.3.2 (Android 14)"]
FREEMAIL = ["gmail.com"] * 9 + ["outlook.com"] * 3 + ["yahoo.com", "icloud.com", "proton.me", "gmx.net", "hotmail.com", "orange.fr"]
RELAYS = ["duck.com", "privaterelay.icloud.com", "simplelogin.io", "proton.me", "tuta.io"]
DISPOSABLE = ["quickbox.example", "tenminutes.example", "inboxgo.example", "mailnull.example", "dropmail.example"]


class Places:
    """The networks of a world: an address is 256 times the number of its block, and the host.

    Args:
        r: what is drawn from.
    """

    def __init__(self, r: np.random.Generator) -> None:
        self.r = r
        self.prefix: list[str] = []
        self.system: list[int] = []
        self._home = np.array([[self.block(BLOCKS) for _ in range(CARRIERS)] for _ in NAMES])
        self._hosters = np.array([self.block(40) for _ in range(4)])
        self._tunnels = self.block(6)

    def block(self, number: int) -> int:
        """The first of so many new blocks of one system."""
        first = len(self.prefix)
        self.prefix += [".".join(map(str, block)) for block in self.r.integers((11, 0, 0), (220, 256, 256), (number, 3)).tolist()]
        self.system += [int(self.r.integers(3000, 60000))] * number
        return first

    def home(self, country: Ints) -> Ints:
        """Households."""
        r = self.r
        return (self._home[country, r.integers(0, CARRIERS, len(country))] + r.integers(0, BLOCKS, len(country))) * 256 + r.integers(2, 254,
            len(country))

    def mobile(self, country: Ints) -> Ints:
        """Exits of carriers, which many share."""
        r = self.r
        block = self._home[country, r.integers(0, CARRIERS, len(country))] + r.integers(0, 3, len(country))
        return np.asarray(block * 256 + r.integers(1, 10, len(country)))

    def hired(self, number: int) -> Ints:
        """Hired machines."""
        r = self.r
        return np.asarray((self._hosters[r.integers(0, 4, number)] + r.integers(0, 40, number)) * 256 + r.integers(2, 254, number))

    def tunnel(self, number: int) -> Ints:
        """Exits of a seller of tunnels."""
        return np.asarray((self._tunnels + self.r.integers(0, 6, number)) * 256 + self.r.integers(10, 40, number))

    def halls(self, number: int) -> Ints:
        """Exits of new halls: schools, libraries, fairs."""
        return np.array([self.block(1) * 256 + int(self.r.integers(2, 30)) for _ in range(number)])
