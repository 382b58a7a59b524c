"""Addresses: blocks and gateways of the networks, and where the requests of a group come from."""

from dataclasses import dataclass, field

import numpy as np

from .arrays import FloatArray, IntArray, Mix, ObjArray, Rng, Words, below, digest, hash64
from .carriers import COUNTRY, FIRST_OCTETS, HOME_MIX, HOST_MIX, KIND, NAMES, ROW

GATEWAYS = 44
"""that strangers share at each mobile carrier"""


def _blocks() -> IntArray:
    """Three /16 blocks for every network, none of them shared."""
    used: set[int] = set()
    out = np.zeros((len(NAMES), 3), dtype=np.int64)
    for i, name in enumerate(NAMES):
        for k in range(3):
            seed = int(digest(f"{name}/{k}"), 16)
            firsts = FIRST_OCTETS[KIND[i]]
            first, second = firsts[seed % len(firsts)], (seed // 97) % 240 + 8
            while first * 256 + second in used or (first == 172 and 16 <= second <= 31):
                second = second % 247 + 8
            used.add(first * 256 + second)
            out[i, k] = (first * 256 + second) << 16
    return out


BLOCKS = _blocks()


def address(row: IntArray, hashed: Words) -> IntArray:
    """The address of a hash inside the blocks of a network."""
    return np.asarray(BLOCKS[row, below(hashed, 3)] + below(hashed >> np.uint64(8), 65000) + 260)


def gateway(row: IntArray, number: IntArray) -> IntArray:
    """Address of a carrier's gateway: few /24s, neighbouring last octets."""
    return (address(row, hash64(row, number // 12, 77)) & ~255) + 10 + (number % 12) * 3


def written(ip: IntArray) -> ObjArray:
    """Addresses as text, below zero none."""
    values, where = np.unique(ip, return_inverse=True)
    text = [None if v < 0 else f"{v >> 24}.{v >> 16 & 255}.{v >> 8 & 255}.{v & 255}" for v in values.tolist()]
    return np.array(text, dtype=object)[where]


@dataclass
class Net:
    """Where a group's requests come from; columns have one row an account."""

    salt: int
    home: IntArray
    """network at home, or of the server"""
    mobile: IntArray
    """network when out"""
    p_mobile: FloatArray
    """share of sessions when out"""
    lease: FloatArray
    """seconds that an address is kept, infinite where for ever"""
    site: IntArray
    """accounts of one site share its addresses; -1 where alone"""
    site_ips: int = 1
    exits: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """networks of a seller of exits, if there is one"""
    sticky: float = 600.0
    """seconds that an exit is kept"""
    pool: int = 0
    """exits of each of its networks, 0 where without end"""
    pinned: bool = False
    """an account keeps to one network of the seller"""
    hidden: bool = False
    """a cloud hides the address"""

    def draw(self, rng: Rng, who: IntArray, ts: FloatArray) -> tuple[IntArray, IntArray]:
        """Addresses and networks of sessions at moments in seconds, -1 where hidden."""
        if self.hidden:
            return np.full(len(who), -1, dtype=np.int64), np.full(len(who), -1, dtype=np.int64)
        return self._exit(who, ts) if len(self.exits) else self._line(rng, who, ts)

    def _exit(self, who: IntArray, ts: FloatArray) -> tuple[IntArray, IntArray]:
        hashed = hash64(self.salt, who, (ts / self.sticky).astype(np.int64))
        row = self.exits[below(hash64(self.salt, who, 21) if self.pinned else hashed, len(self.exits))]
        host = hash64(self.salt, hashed.astype(np.int64), 5)
        if self.pool:
            host = hash64(self.salt, below(host, self.pool), row)
        ip, shared = address(row, host), KIND[row] == "mobile"
        ip[shared] = gateway(row[shared], below(host[shared], GATEWAYS))
        return ip, row

    def _line(self, rng: Rng, who: IntArray, ts: FloatArray) -> tuple[IntArray, IntArray]:
        n, lease = len(who), self.lease[who]
        out = rng.random(n) < self.p_mobile[who]
        row = np.where(out, self.mobile[who], self.home[who])
        fixed = ~np.isfinite(lease)
        slot = np.where(fixed, 0, ts / np.where(fixed, 1.0, lease)).astype(np.int64)
        ip = address(row, hash64(self.salt, who, slot, 3))
        on_site = (self.site[who] >= 0) & ~out
        hashed = hash64(self.site[who], rng.integers(self.site_ips, size=n), row, 9)
        ip[on_site] = address(row[on_site], hashed[on_site])
        shared, area = (KIND[row] == "mobile") & ~on_site, below(hash64(self.salt, who, 11), 9)
        number = np.where(rng.random(n) < 0.8, area * 5 + rng.integers(3, size=n), rng.integers(GATEWAYS, size=n))
        ip[shared] = gateway(row[shared], np.minimum(number, GATEWAYS - 1)[shared])
        return ip, row


def networks(rng: Rng, mix: Mix, n: int) -> IntArray:
    """Draw n networks by weight."""
    p = np.array(list(mix.values()), dtype=float)
    return np.asarray(np.array([ROW[name] for name in mix])[rng.choice(len(p), size=n, p=p / p.sum())])


def _in_country(country: str, *kinds: str) -> list[int]:
    return [i for i in range(len(NAMES)) if COUNTRY[i] == country and KIND[i] in kinds]


def _alone(n: int) -> IntArray:
    return np.full(n, -1, dtype=np.int64)


def consumer_net(
    rng: Rng, n: int, mix: Mix | None = None, p_mobile: float = 0.55, site: IntArray | None = None, site_ips: int = 1
) -> Net:
    """People with a phone, some with a fixed line; carriers of one country go together."""
    home = networks(rng, mix or HOME_MIX, n)
    mobile = home.copy()
    for country in sorted(set(COUNTRY.tolist())):
        rows = np.flatnonzero((COUNTRY[home] == country) & (KIND[home] != "mobile"))
        if carriers := _in_country(country, "mobile"):
            mobile[rows] = rng.choice(carriers, size=len(rows))
    out = np.clip(rng.beta(2, 2 * (1 - p_mobile) / p_mobile, n), 0, 1)
    lease = 86400 * rng.choice([0.5, 1, 3, 9, 30], size=n, p=[0.15, 0.3, 0.25, 0.2, 0.1])
    return Net(int(rng.integers(1 << 40)), home, mobile, out, lease, _alone(n) if site is None else site, site_ips)


def site_net(rng: Rng, site: IntArray, mix: Mix, p_mobile: float = 0.1, site_ips: int = 1) -> Net:
    """Offices, campuses, computer rooms: accounts of one site share its few addresses."""
    n = len(site)
    sites, where = np.unique(site, return_inverse=True)
    net = consumer_net(rng, n, mix, max(p_mobile, 0.01), site, site_ips)
    net.home = networks(rng, mix, len(sites))[where]
    for country in sorted(set(COUNTRY[net.home].tolist())):
        rows = np.flatnonzero(COUNTRY[net.home] == country)
        net.mobile[rows] = rng.choice(_in_country(country, "mobile", "foreign") or [ROW["ke_mob1"]], size=len(rows))
    net.p_mobile = rng.beta(1.5, 1.5 * (1 - p_mobile) / max(p_mobile, 0.01), n) if p_mobile > 0 else np.zeros(n)
    return net


def host_net(
    rng: Rng, n: int, mix: Mix | None = None, site: IntArray | None = None, site_ips: int = 1, lease_days: float = np.inf
) -> Net:
    """Servers: an address of their own, or a few that a site shares, or machines that live short; some developers try things at home."""
    sites, where = np.unique(np.arange(n) if site is None else site, return_inverse=True)
    home = networks(rng, mix or HOST_MIX, len(sites))[where]
    lease = np.full(n, lease_days * 86400)
    laptop = networks(rng, HOME_MIX, n)
    p_home = np.where(rng.random(n) < 0.35, rng.beta(1, 12, n), 0.0)
    return Net(int(rng.integers(1 << 40)), home, laptop, p_home, lease, _alone(n) if site is None else site, site_ips)


def proxy_net(rng: Rng, n: int, mix: Mix, sticky: float, pool: int = 0, pinned: bool = True) -> Net:
    """Exits of a seller, changed every few minutes or hours."""
    net = consumer_net(rng, n)
    p = np.array(list(mix.values()), dtype=float)
    net.exits = np.repeat([ROW[name] for name in mix], np.maximum((30 * p / p.max()).astype(int), 1))
    net.sticky, net.pool, net.pinned = sticky, pool, pinned
    return net


def hidden_net(rng: Rng, n: int) -> Net:
    """Requests that arrive through a cloud that hides the client."""
    net = host_net(rng, n)
    net.hidden = True
    return net
