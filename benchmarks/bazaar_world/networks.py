"""Places and address pools. Numbers of networks are invented."""

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Region:
    """One country: weight, hours from UTC, shares of languages, mobile and fixed carriers."""

    weight: float
    zone: float
    languages: dict[str, float]
    mobile: tuple[int, ...]
    fixed: tuple[int, ...]


REGIONS = {
    "IN": Region(14, 5.5, {"hi": 0.55, "en": 0.45}, (21041, 21079, 21116), (21155, 21194, 21233)),
    "ID": Region(9, 7, {"id": 0.92, "en": 0.08}, (21273, 21313, 21351), (21388, 21426)),
    "BR": Region(10, -3, {"pt": 0.97, "en": 0.03}, (21464, 21505, 21543), (21584, 21623, 21543)),
    "MX": Region(6, -6, {"es": 0.95, "en": 0.05}, (21663, 21704), (21741, 21782)),
    "NG": Region(6, 1, {"en": 1.0}, (21820, 21858, 21898), (21937,)),
    "KE": Region(4, 3, {"en": 0.55, "sw": 0.45}, (21976, 22016), (22056, 22094)),
    "TZ": Region(2, 3, {"sw": 0.8, "en": 0.2}, (22135, 22175), (22215,)),
    "EG": Region(4, 2, {"ar": 0.93, "en": 0.07}, (22255, 22292), (22332, 22373)),
    "MA": Region(2, 1, {"ar": 0.5, "fr": 0.5}, (22410, 22449), (22488,)),
    "SN": Region(2, 0, {"fr": 0.97, "en": 0.03}, (22526, 22564), (22526,)),
    "TR": Region(4, 3, {"tr": 0.95, "en": 0.05}, (22605, 22642, 22683), (22721, 22761)),
    "VN": Region(4, 7, {"vi": 0.94, "en": 0.06}, (22802, 22839), (22839, 22878)),
    "PH": Region(5, 8, {"en": 1.0}, (22915, 22954), (22994, 23034)),
    "PK": Region(4, 5, {"hi": 0.5, "en": 0.5}, (23074, 23114), (23152, 23189)),
    "MY": Region(2, 8, {"id": 0.5, "en": 0.5}, (23229, 23266), (23303,)),
    "DE": Region(3, 2, {"de": 0.85, "en": 0.15}, (23344, 23385), (23425, 23466)),
    "FR": Region(3, 2, {"fr": 0.93, "en": 0.07}, (23505, 23542), (23580, 23617)),
    "ES": Region(2, 2, {"es": 0.95, "en": 0.05}, (23655, 23694), (23732, 23770)),
    "CO": Region(3, -5, {"es": 1.0}, (23811, 23851), (23889, 23930)),
    "AR": Region(2, -3, {"es": 1.0}, (23968, 24009), (24047, 24088)),
    "US": Region(5, -5, {"en": 0.88, "es": 0.12}, (24128, 24167, 24207), (24247, 24286, 24325)),
    "GB": Region(2, 1, {"en": 1.0}, (24362, 24401), (24441, 24479)),
    "RU": Region(1.5, 3, {"ru": 1.0}, (24519, 24558), (24599, 24637)),
    "TW": Region(1.5, 8, {"zh": 0.93, "en": 0.07}, (24677, 24714), (24677, 24754)),
    "SG": Region(1, 8, {"en": 0.8, "zh": 0.2}, (24793, 24831), (24871, 24912)),
}
CLOUDS = (61000, 61041, 61082, 61123, 61164, 61205, 61246, 61287, 61328, 61369)
VPNS = (63000, 63041, 63082, 63123)
COUNTRIES = list(REGIONS)
FIRST_BYTES = (
    5, 14, 27, 31, 36, 41, 45, 49, 58, 62, 77, 81, 88, 93, 102, 105, 110, 116, 121, 139, 151, 154, 163, 177, 181, 187,
    189, 196, 201, 212,
)
FIXED, LEASED, SITTING, REQUEST = range(4)
"""How an address of a line is chosen: one an account, one an account for some days, one a sitting, one a request."""


def digest(*parts):
    """A hash of the parts, 16 hexadecimal digits."""
    return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).hexdigest()


class Networks:
    """Addresses. A line is a run of the flat table of addresses and a habit of choosing one of them."""

    def __init__(self, rng):
        self.rng = rng
        self.addresses, self.asns, self.countries = [], [], []
        self.offsets, self.lengths, self.habits = [], [], []
        self._blocks, self._shared = {}, {}

    def _blocks_of(self, asn):
        if asn not in self._blocks:
            own = np.random.default_rng(asn)
            n = int(own.integers(14, 45))
            self._blocks[asn] = np.stack([own.choice(FIRST_BYTES, n), own.integers(0, 255, n)], 1)
        return self._blocks[asn]

    def _draw(self, asn, n, six=False, near=False):
        """n addresses of a carrier, anywhere in its blocks or side by side (in one /24 or two)."""
        rng, blocks = self.rng, self._blocks_of(asn)
        if six:
            prefix = f"{0x2400 + asn % 700:x}:{asn % 65535:x}"
            return [":".join([prefix, *(f"{part:x}" for part in parts)]) for parts in rng.integers(0, 65535, (n, 6)).tolist()]
        block = blocks[rng.integers(0, len(blocks), n)]
        third, fourth = rng.integers(0, 256, n), rng.integers(1, 255, n)
        if near:
            block, third = np.repeat(block[:1], n, 0), third[0] + np.arange(n) // 200
        return [f"{a}.{b}.{c % 256}.{d}" for (a, b), c, d in zip(block.tolist(), third.tolist(), fourth.tolist(), strict=True)]

    def _add(self, addresses, asns, countries, habit):
        self.offsets.append(len(self.addresses))
        self.lengths.append(len(addresses))
        self.habits.append(habit)
        self.addresses += addresses
        self.asns += asns
        self.countries += countries
        return len(self.offsets) - 1

    def _carrier(self, asn, n, country, habit, **where):
        return self._add(self._draw(asn, n, **where), [asn] * n, [country] * n, habit)

    def home(self, country):
        """A household's line: an address for some days."""
        asn = int(self.rng.choice(REGIONS[country].fixed))
        n = int(self.rng.choice([1, 2, 3, 5], p=[0.4, 0.25, 0.2, 0.15]))
        return self._carrier(asn, n, country, LEASED, six=self.rng.random() < 0.12)

    def mobile(self, country):
        """A carrier's shared NAT for a city: a few hundred addresses for thousands of people."""
        asn, area = int(self.rng.choice(REGIONS[country].mobile)), int(self.rng.integers(0, 3))
        key = (country, asn, area)
        if key not in self._shared:
            n = int(self.rng.integers(60, 400))
            self._shared[key] = self._carrier(asn, n, country, SITTING, six=asn % 5 == 0)
        return self._shared[key]

    def office(self, country, n=1):
        """A firm's egress: n addresses side by side."""
        return self._carrier(int(self.rng.choice(REGIONS[country].fixed)), n, country, SITTING, near=True)

    def cloud(self, n=1, asn=None, habit=FIXED):
        """Addresses of a data centre."""
        return self._carrier(int(asn or self.rng.choice(CLOUDS)), n, "US", habit)

    def vpn(self):
        """One of the VPNs that everybody can rent."""
        asn = int(self.rng.choice(VPNS))
        if asn not in self._shared:
            self._shared[asn] = self._carrier(asn, 180, "NL", SITTING)
        return self._shared[asn]

    def residential(self, n, countries, own=0.5, habit=REQUEST):
        """A rented pool of household addresses, a share of them lines of honest customers seen elsewhere in the log."""
        lent = self.rng.integers(0, len(self.addresses), int(n * own))
        addresses, asns, places = self._rows(lent)
        each = max(1, (n - len(lent)) // 40)
        while len(addresses) < n:
            country = str(self.rng.choice(countries))
            asn = int(self.rng.choice(REGIONS[country].fixed))
            addresses += self._draw(asn, each)
            asns += [asn] * each
            places += [country] * each
        return self._add(addresses, asns, places, habit)

    def slice(self, line, n):
        """A sticky handful of addresses of a pool."""
        return self._add(*self._rows(self.offsets[line] + self.rng.integers(0, self.lengths[line], n)), LEASED)

    def _rows(self, at):
        return [[table[i] for i in at] for table in (self.addresses, self.asns, self.countries)]

    def any_address(self, line):
        """One address of a line."""
        return self.addresses[self.offsets[line] + int(self.rng.integers(self.lengths[line]))]
