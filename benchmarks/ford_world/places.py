"""Networks, clients and mail domains of one world."""

import numpy as np

from .text import Text

Address = tuple[str, int, str]
"""an address, its system number and country"""
Client = tuple[str, str]
"""user agent and JA4"""

COUNTRIES = ("US", "US", "US", "GB", "DE", "FR", "IN", "IN", "BR", "JP", "CA", "NL", "PL", "ES", "AU", "ID", "MX", "KR", "SG", "VN")
SYSTEMS = (
    "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "iPhone; CPU iPhone OS 18_2",
    "Linux; Android 15",
)
BROWSERS = ("Chrome", "Safari", "Firefox", "Edge")
LIBRARIES = (
    "sdk-python", "sdk-python", "sdk-node", "sdk-node", "httpx", "requests", "go-http-client", "okhttp", "langframe", "litegate",
)
MAIL = (
    "gmail.com", "gmail.com", "gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "hotmail.com", "gmx.de", "qq.com",
    "naver.com", "orange.fr",
)
CARRIERS, HOSTERS = 70, 10


class Places:
    """Where accounts ask from, and with what.

    Args:
        text: words of the world, and what is drawn from.
    """

    def __init__(self, text: Text) -> None:
        self.text, self.r = text, text.r
        r = self.r
        self._carriers = [self._network(24, 220, 20) for _ in range(CARRIERS)]
        self._share = r.dirichlet(np.full(CARRIERS, 0.5))
        self._hosters = [self._network(3, 60, 8) for _ in range(HOSTERS)]
        self.shared_exits = [self._exit(self._carriers, 4) for _ in range(45)]
        """behind which a carrier hides many subscribers"""
        self.tunnels = [self._exit(self._hosters, 2) for _ in range(30)]
        self._browsers = [
            (f"Mozilla/5.0 ({system}) {browser}/{r.integers(120, 150)}", self._hello("h2")) for browser in BROWSERS for system in SYSTEMS
        ]
        self._browser_share = r.dirichlet(np.full(len(self._browsers), 0.7))
        self._programs = [
            (f"{library}/{r.integers(0, 3)}.{r.integers(1, 70)}.{r.integers(0, 9)}", self._hello(f"h{r.integers(1, 3)}"))
            for library in LIBRARIES
            for _ in range(int(r.integers(1, 4)))
        ]
        self._program_share = r.dirichlet(np.full(len(self._programs), 0.8))
        parts = ("mail|box|tmp|in|post|drop|quick", "ly|zen|nest|forge|loop|dot|wave", "com|net|xyz|site|top")
        first, second, end = (text.pick(part.split("|"), 9) for part in parts)
        self.throwaway = [f"{a}{b}.{c}" for a, b, c in zip(first, second, end, strict=True)]

    def _network(self, low: int, high: int, countries: int) -> Address:
        r = self.r
        return f"{r.integers(low, high)}.{r.integers(0, 255)}", int(r.integers(3000, 60000)), COUNTRIES[int(r.integers(countries))]

    def _exit(self, among: list[Address], blocks: int) -> Address:
        prefix, system, country = self.text.one(among)
        return f"{prefix}.{self.r.integers(0, blocks)}.{self.r.integers(1, 255)}", system, country

    def _hello(self, version: str) -> str:
        return f"t13d{self.r.integers(13, 18)}{self.r.integers(10, 20)}{version}_{self.digits(12)}_{self.digits(12)}"

    def digits(self, number: int) -> str:
        """Random hexadecimal digits."""
        return f"{int(self.r.integers(0, 1 << 62)) % (1 << 4 * number):0{number}x}"

    def carrier(self) -> int:
        """One of the carriers, all alike."""
        return int(self.r.integers(CARRIERS))

    def home(self, carrier: int | None = None) -> Address:
        """A household's address, at a carrier by its share if none is named."""
        prefix, system, country = self._carriers[int(self.r.choice(CARRIERS, p=self._share)) if carrier is None else carrier]
        return f"{prefix}.{self.r.integers(0, 256)}.{self.r.integers(1, 255)}", system, country

    def server(self) -> Address:
        """A hired machine's address."""
        return self._exit(self._hosters, 256)

    def browser(self) -> Client:
        """A browser, some more common than others."""
        return self._browsers[int(self.r.choice(len(self._browsers), p=self._browser_share))]

    def program(self) -> Client:
        """A library's build, some more common than others."""
        return self._programs[int(self.r.choice(len(self._programs), p=self._program_share))]
