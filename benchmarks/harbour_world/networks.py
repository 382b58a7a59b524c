"""Countries, networks and addresses. Lines are arrays of addresses (as numbers), networks and countries (by place in COUNTRIES)."""

import numpy as np

# Code, hours from UTC, weight among customers.
_COUNTRIES = [
    ("US", -6, 26), ("DE", 1, 8), ("GB", 0, 8), ("FR", 1, 5), ("IN", 5, 12), ("BR", -3, 6), ("JP", 9, 5), ("NG", 1, 3),
    ("ID", 7, 4), ("PL", 1, 3), ("KE", 3, 2), ("SG", 8, 4), ("CN", 8, 3), ("KR", 9, 3), ("NL", 1, 3), ("VN", 7, 3),
    ("CA", -5, 4), ("AU", 10, 3), ("TR", 3, 3), ("MX", -6, 3), ("ES", 1, 3), ("PH", 8, 3), ("HK", 8, 2), ("UA", 2, 2),
]
COUNTRIES = np.array([code for code, _, _ in _COUNTRIES], object)
ZONES = np.array([hours for _, hours, _ in _COUNTRIES], float)
WEIGHTS = np.array([weight for _, _, weight in _COUNTRIES], float)
WEIGHTS /= WEIGHTS.sum()
CLOUD_COUNTRIES = [0, 1, 2, 11, 14]
RENTED_COUNTRIES = [0, 1, 14, 11]
CLOUD_SHARES = [0.34, 0.24, 0.16, 0.1, 0.07, 0.05, 0.04]
FIRST_BYTES = np.array([x for x in range(11, 222) if x not in (100, 127, 169, 172, 192, 198, 203)])
N_CAMPUSES = 40


def countries(rng, n):
    """Countries of n customers."""
    return rng.choice(len(COUNTRIES), n, p=WEIGHTS)


def pick_lines(lines, rows):
    """The lines of these rows."""
    return tuple(column[rows] for column in lines)


class Networks:
    """Address space of one world; every method gives lines, one for each country asked."""

    def __init__(self, rng):
        self.rng = rng
        self._prefixes = {}
        self._pools = {}
        free = rng.permutation(np.arange(2000, 64000))[:400].tolist()

        def networks(number, blocks):
            return np.array([self._network(free.pop(), blocks) for _ in range(number)])

        land = range(len(COUNTRIES))
        self._consumer = np.array([networks(4, 5) for _ in land])
        self._cell = np.array([networks(2, 1) for _ in land])
        self._business = np.array([networks(2, 3) for _ in land])
        self._clouds = networks(7, 8)
        self._rented = networks(6, 1)
        self._vpns = networks(5, 1)
        self._campuses = networks(N_CAMPUSES, 1)

    def _network(self, asn, blocks):
        self._prefixes[asn] = (self.rng.choice(FIRST_BYTES, blocks) << 8) | self.rng.integers(0, 256, blocks)
        return asn

    def _hosts(self, asns):
        ip = np.empty(len(asns), np.int64)
        for asn in np.unique(asns):
            at = np.flatnonzero(asns == asn)
            prefixes = self._prefixes[int(asn)]
            prefix = prefixes[self.rng.integers(0, len(prefixes), len(at))]
            ip[at] = (prefix << 16) | self.rng.integers(257, 65000, len(at))
        return ip

    def _pool(self, name, asn, size):
        """The few addresses that everybody of a network shares."""
        if (name, asn) not in self._pools:
            self._pools[name, asn] = self._hosts(np.full(size, asn))
        return self._pools[name, asn]

    def _pooled(self, name, asns, size):
        ip = np.empty(len(asns), np.int64)
        for asn in np.unique(asns):
            at = np.flatnonzero(asns == asn)
            ip[at] = self._pool(name, int(asn), size)[self.rng.integers(0, size, len(at))]
        return ip

    def _in_country(self, table, land):
        return table[land, self.rng.integers(0, table.shape[1], len(land))]

    def home(self, land):
        """Fixed lines at home."""
        asns = self._in_country(self._consumer, land)
        return self._hosts(asns), asns, land

    def office(self, land):
        """Fixed lines of firms."""
        asns = self._in_country(self._business, land)
        return self._hosts(asns), asns, land

    def mobile(self, land):
        """Carriers, whose customers share addresses."""
        asns = self._in_country(self._cell, land)
        return self._pooled("cell", asns, 30), asns, land

    def vpn(self, land):
        """Exits of VPN services, anywhere."""
        asns = self._vpns[self.rng.integers(0, len(self._vpns), len(land))]
        return self._pooled("vpn", asns, 90), asns, countries(self.rng, len(land))

    def cloud(self, land):
        """Servers in the big clouds."""
        asns = self._clouds[self.rng.choice(len(self._clouds), len(land), p=CLOUD_SHARES)]
        return self._hosts(asns), asns, self.rng.choice(CLOUD_COUNTRIES, len(land))

    def rented(self, land):
        """Cheap rented servers: few /24s, neighbours next door."""
        asns = self._rented[self.rng.integers(0, len(self._rented), len(land))]
        subnet = self._pooled("rented", asns, 14) & ~255
        return subnet | self.rng.integers(2, 254, len(land)), asns, self.rng.choice(RENTED_COUNTRIES, len(land))

    def campus(self, land, which):
        """Shared addresses of numbered campuses."""
        asns = self._campuses[which % N_CAMPUSES]
        return self._pooled("campus", asns, 6), asns, land

    def spots(self, n, kind):
        """Lines of n fixed places: "office" or "cloud"."""
        return getattr(self, kind)(countries(self.rng, n))


def dotted(ip):
    """Addresses as text."""
    distinct, place = np.unique(ip, return_inverse=True)
    texts = [f"{x >> 24}.{x >> 16 & 255}.{x >> 8 & 255}.{x & 255}" for x in distinct.tolist()]
    return np.array(texts, object)[place]
