"""Internet access: homes, phones, sites, rented servers, VPNs and residential proxies."""

import numpy as np

from .arrays import Arr
from .carriers import CLOUDS, COUNTRIES, NAMES, VPNS, WEIGHTS
from .clients import FAMILIES


class Internet:
    """Hands out hosts (address, network, country); hosts are numbered and kept in one table."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.ip: list[str] = []
        self.asn: list[int] = []
        self.country: list[str] = []
        self._prefix: dict[tuple[int, str], list[str]] = {}
        self._taken: set[str] = set()
        self._cgnat: dict[int, list[int]] = {}
        self._vpn = [self._new(asn, c) for asn, c in VPNS for _ in range(22)]

    def _new(self, asn: int, country: str) -> int:
        key = (asn, country)
        if key not in self._prefix:
            self._prefix[key] = []
            while len(self._prefix[key]) < 3:
                a, b = int(self.rng.integers(23, 220)), int(self.rng.integers(0, 256))
                pre = f"{a}.{b}"
                if a not in (127, 100, 169, 172, 192, 198, 203) and pre not in self._taken:
                    self._taken.add(pre)
                    self._prefix[key].append(pre)
        pre = self._prefix[key][int(self.rng.integers(0, 3))]
        x = self.rng.integers(1, 255, 2)
        self.ip.append(f"{pre}.{x[0]}.{x[1]}")
        self.asn.append(asn)
        self.country.append(country)
        return len(self.ip) - 1

    def countries(self, n: int, among: tuple[str, ...] | None = None) -> Arr:
        """Countries of n users, by market size, perhaps only among those given."""
        if among:
            weight = np.array([COUNTRIES[c][0] for c in among])
            return np.array(among, dtype=object)[self.rng.choice(len(among), n, p=weight / weight.sum())]
        return NAMES[self.rng.choice(len(NAMES), n, p=WEIGHTS)]

    def fixed(self, countries: Arr) -> Arr:
        """A home or small office line for each."""
        u = self.rng.random(len(countries))
        return np.array(
            [self._new(COUNTRIES[c][2][int(x * len(COUNTRIES[c][2]))], c) for c, x in zip(countries, u, strict=True)], dtype=np.int64
        )

    def mobile(self, countries: Arr) -> Arr:
        """A mobile line: few public addresses, shared by many (carrier-grade NAT)."""
        out = []
        for c, u in zip(countries, self.rng.random((len(countries), 2)), strict=True):
            asn = COUNTRIES[c][3][int(u[0] * len(COUNTRIES[c][3]))]
            if asn not in self._cgnat:
                self._cgnat[asn] = [self._new(asn, c) for _ in range(9)]
            out.append(self._cgnat[asn][int(u[1] * 9)])
        return np.array(out, dtype=np.int64)

    def cloud(self, n: int, provider: int | None = None) -> Arr:
        """Rented servers, anywhere or at one provider."""
        which = self.rng.integers(0, len(CLOUDS), n) if provider is None else np.full(n, provider)
        return np.array([self._new(*CLOUDS[w]) for w in which], dtype=np.int64)

    def vpn(self, n: int) -> Arr:
        """Exits of commercial VPNs, shared by all their users."""
        return np.array(self._vpn)[self.rng.integers(0, len(self._vpn), n)]

    def site(self, country: str, n: int = 1) -> Arr:
        """n neighbouring addresses of one organisation's line."""
        first = int(self.fixed(np.array([country], dtype=object))[0])
        base, last = self.ip[first].rsplit(".", 1)
        out = [first]
        for k in range(1, n):
            self.ip.append(f"{base}.{(int(last) + k - 1) % 254 + 1}")
            self.asn.append(self.asn[first])
            self.country.append(country)
            out.append(len(self.ip) - 1)
        return np.array(out, dtype=np.int64)

    def proxies(self, n: int, among: tuple[str, ...] | None = None) -> Arr:
        """Residential proxy exits: lines of ordinary homes, some of them mobile."""
        where = self.countries(n, among)
        out = self.fixed(where)
        mob = self.rng.random(n) < 0.2
        out[mob] = self.mobile(where[mob])
        return out

    def clients(self, n: int, *families: str) -> Arr:
        """Client builds of n users among the families."""
        pool = np.concatenate([FAMILIES[f] for f in families])
        weight = 1 + np.arange(len(pool)) % 7
        return self.rng.choice(pool, n, p=weight / weight.sum())
