"""Networks and addresses: every network is an index into one table, every address a network and a key."""

import hashlib

import numpy as np

from .arrays import Arr, shares
from .carriers import CAMPUSES, CLOUDS, COUNTRIES, VPNS

RESERVED = (100, 127, 172, 192, 198)
"""first bytes of which a part belongs to nobody"""


class Net:
    """The table of networks."""

    def __init__(self) -> None:
        """Number homes and phones of every country, then clouds, VPNs, campuses."""
        rows: list[tuple[int, str, str]] = []
        for c, (_, _, homes, phones) in COUNTRIES.items():
            rows += [(a, c, "home") for a in homes] + [(a, c, "mobile") for a in phones]
        rows += [(a, c, "cloud") for a, (c, _) in CLOUDS.items()] + [(a, c, "vpn") for a, c in VPNS.items()]
        rows += [(a, c, "campus") for c, a in CAMPUSES.items()]
        self.asn = np.array([a for a, _, _ in rows], dtype=np.int32)
        self.country = np.array([c for _, c, _ in rows])
        self.kind = np.array([kind for _, _, kind in rows])
        self.codes = list(COUNTRIES)
        self.tz = {c: row[1] for c, row in COUNTRIES.items()}
        self.weights = shares({c: row[0] for c, row in COUNTRIES.items()})
        tenants = np.array([share for _, share in CLOUDS.values()])
        self.cloud_cdf = np.cumsum(tenants / tenants.sum())
        self._v4 = [_prefixes(int(a)) for a in self.asn]
        self._v6 = [f"2{(int(a) * 2654435761 >> 5) % 0xD00 + 0x400:03x}:{(int(a) * 40503) % 0xFFFF:x}" for a in self.asn]

    def of(self, country: str, kind: str) -> Arr:
        """Networks of a kind in a country."""
        return np.flatnonzero((self.country == country) & (self.kind == kind))

    def all(self, kind: str) -> Arr:
        """All networks of a kind."""
        return np.flatnonzero(self.kind == kind)

    def pick(self, rng: np.random.Generator, countries: Arr, kind: str) -> Arr:
        """A network of the kind for each country."""
        out = np.zeros(len(countries), dtype=np.int64)
        for c in np.unique(countries):
            there = countries == c
            out[there] = rng.choice(self.of(str(c), kind), there.sum())
        return out

    def text(self, net: Arr, key: Arr, v6: Arr) -> list[str]:
        """Addresses as they are written."""
        out = []
        for n, k, six in zip(net.tolist(), key.tolist(), v6.tolist(), strict=True):
            if six:
                out.append(f"{self._v6[n]}:{k & 0xFFFF:x}:{(k >> 16 & 0xFF) << 8:x}::{k >> 24 & 0xFFFF:x}:{k >> 40 & 0xFFFF:x}")
            else:
                a, b = self._v4[n][k & 3]
                out.append(f"{a}.{b}.{k >> 8 & 0xFF}.{(k >> 16) % 254 + 1}")
        return out


def _prefixes(asn: int) -> list[tuple[int, int]]:
    """Four pairs of first bytes that belong to a network."""
    h = hashlib.blake2b(str(asn).encode(), digest_size=16).digest()
    firsts = [h[2 * k] % 190 + 12 for k in range(4)]
    return [(a + 1 if a in RESERVED else a, h[2 * k + 1]) for k, a in enumerate(firsts)]
