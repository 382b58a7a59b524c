"""A fixed invented internet: providers and their addresses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .carriers import CC, CLOUD_REGIONS, CODES, KINDS, VPN_EXITS

Ints = NDArray[np.int64]


def mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A 64-bit finaliser: spreads integers over the whole range."""
    with np.errstate(over="ignore"):
        x = value.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


@dataclass
class Route:
    """Where requests come from: address, provider row and country, one each."""

    ip: NDArray[np.uint32]
    isp: Ints

    def take(self, index: Ints) -> "Route":
        """Rows of this route, in the given order."""
        return Route(self.ip[index], self.isp[index])

    def put(self, mask: NDArray[np.bool_], other: "Route") -> "Route":
        """This route with the masked rows of another one."""
        return Route(np.where(mask, other.ip, self.ip), np.where(mask, other.isp, self.isp))


class Network:
    """Tables of providers; the same in every world, as the real internet is."""

    def __init__(self) -> None:
        rng = np.random.default_rng(90210)
        self.asn: list[int] = []
        self.cc: list[int] = []
        self.kind: list[str] = []
        self.weight: list[float] = []
        counts = {"home": 5, "mobile": 3, "edu": 4, "biz": 4}
        for c in range(len(CODES)):
            for kind, count in counts.items():
                for j in range(count):
                    self._add(
                        int(rng.integers(2800, 64000)) if rng.random() < 0.7 else int(rng.integers(196700, 402000)), c, kind,
                        1.0 / (j + 1) ** 0.9
                    )
        for p in range(9):
            asn = int(rng.integers(8000, 64000))
            for region in CLOUD_REGIONS:
                self._add(asn, CC[region], "host", 1.0 / (p + 1) ** 1.1 * (3 if region == "US" else 1))
        for p in range(4):
            asn = int(rng.integers(30000, 210000))
            for region in VPN_EXITS:
                self._add(asn, CC[region], "vpn", 1.0 / (p + 1))
        self.n = len(self.asn)
        self.asn_a, self.cc_a, self.w_a = np.array(self.asn, np.int32), np.array(self.cc), np.array(self.weight)
        self.kind_a = np.array([KINDS.index(k) for k in self.kind])
        first = np.array([x for x in range(11, 223) if x not in (100, 127, 169, 172, 192, 198, 203)])
        flat = rng.choice(first.size * 250, size=self.n * 12, replace=False)
        self.prefix = ((first[flat // 250] << 24) | ((flat % 250 + 2) << 16)).astype(np.uint32).reshape(self.n, 12)
        self.by = {(c, k): np.flatnonzero((self.cc_a == c) & (self.kind_a == k)) for c in range(len(CODES)) for k in range(len(KINDS))}
        self.all_kind = {k: np.flatnonzero(self.kind_a == k) for k in range(len(KINDS))}

    def _add(self, asn: int, country: int, kind: str, weight: float) -> None:
        self.asn.append(asn)
        self.cc.append(country)
        self.kind.append(kind)
        self.weight.append(weight)

    def pick(self, rng: np.random.Generator, countries: Ints, kind: str) -> Ints:
        """A provider of this kind for each country (world-wide where a country has none)."""
        out = np.zeros(len(countries), np.int64)
        k = KINDS.index(kind)
        for c in np.unique(countries):
            where = np.flatnonzero(countries == c)
            rows = self.by[int(c), k]
            rows = rows if rows.size else self.all_kind[k]
            out[where] = rng.choice(rows, size=where.size, p=self.w_a[rows] / self.w_a[rows].sum())
        return out

    def anywhere(self, rng: np.random.Generator, n: int, kind: str) -> Ints:
        """Providers of this kind from the whole world."""
        rows = self.all_kind[KINDS.index(kind)]
        return rng.choice(rows, size=n, p=self.w_a[rows] / self.w_a[rows].sum())

    def address(self, isp: Ints, seed: NDArray[np.uint64]) -> Route:
        """The address a subscriber with this seed has; carriers and VPNs share few addresses among many."""
        h = mix(np.asarray(seed, np.uint64))
        shared = np.isin(self.kind_a[isp], (KINDS.index("mobile"), KINDS.index("vpn")))
        prefix = self.prefix[isp, np.where(shared, h % np.uint64(2), h % np.uint64(12)).astype(np.int64)]
        low = (h >> np.uint64(9)) & np.uint64(0xFFFF)
        low = np.where(shared, (low % np.uint64(110)) * np.uint64(5) + np.uint64(770), np.maximum(low, np.uint64(257)))
        return Route((prefix + low.astype(np.uint32)).astype(np.uint32), np.asarray(isp, np.int64))


def ip_text(ip: NDArray[np.uint32]) -> NDArray[np.object_]:
    """Dotted addresses."""
    unique, inverse = np.unique(ip, return_inverse=True)
    texts = np.array([f"{x >> 24}.{(x >> 16) & 255}.{(x >> 8) & 255}.{x & 255}" for x in unique.tolist()], object)
    return texts[inverse]
