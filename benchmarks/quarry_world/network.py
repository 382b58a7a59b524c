"""Ways into the service: homes, offices, rented machines, proxies.

Addresses are made by hashing: the same network and key always yield the same address, so that a household, an office
or a proxy exit stays itself over time without a table.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .carriers import CARRIERS, CODE, COUNTRIES, HOSTING, VPN

U64 = np.uint64
IntArray = NDArray[np.int64]
_BAD_FIRST = {0, 10, 100, 127, 169, 172, 192, 198, 203}
_FIRST = np.array([x for x in range(2, 222) if x not in _BAD_FIRST], dtype=np.uint64)


def mix(x: NDArray[np.uint64] | IntArray | int) -> NDArray[np.uint64]:
    """Scramble 64-bit integers (a finaliser of the splitmix kind)."""
    with np.errstate(over="ignore"):
        z = np.asarray(x).astype(U64) + U64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> U64(30))) * U64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> U64(27))) * U64(0x94D049BB133111EB)
        return z ^ (z >> U64(31))


def address(asn: IntArray, key: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the address of a customer `key` inside the network `asn` (each network owns eight blocks)."""
    block = mix(np.asarray(asn).astype(U64) * U64(1009) + (key >> U64(20)) % U64(8))
    first = _FIRST[(block % U64(len(_FIRST))).astype(np.int64)]
    second = (block >> U64(16)) & U64(255)
    host = key & U64(0xFFFF)
    host = np.where((host & U64(255)) == 0, host + U64(7), host)
    return ((first << U64(24)) | (second << U64(16)) | host).astype(np.uint32)


def dotted(ip: NDArray[np.uint32]) -> list[str]:
    """Write addresses as text, working on the distinct ones only."""
    uniq, inv = np.unique(ip, return_inverse=True)
    words = np.array([f"{x >> 24}.{(x >> 16) & 255}.{(x >> 8) & 255}.{x & 255}" for x in uniq.tolist()], dtype=object)
    return words[inv].tolist()


Where = tuple[NDArray[np.uint32], IntArray, IntArray]


@dataclass
class Net:
    """How a group of accounts reaches the service.

    `style` is one of: home (fixed line + mobile), fixed (few steady addresses), exits (a pool of proxy exits).
    The arrays hold one entry an account (or one an exit, for `exits`).
    """

    style: str
    asn: IntArray
    cc: IntArray
    seed: NDArray[np.uint64]
    mobile: IntArray | None = None
    p_mobile: float = 0.0
    lease_days: float = 9.0
    egress: int = 1
    sticky_s: float = 0.0  # exits: how long one exit is held; 0 = a session
    width: int = 0  # exits: how many exits one account may use; 0 = all
    offset: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(1, dtype=U64))
    hosted: bool = False
    second: "Net | None" = None
    p_second: float = 0.0

    def draw(self, rng: np.random.Generator, a: IntArray, s: IntArray, ts: IntArray) -> Where:
        """Address, network and country for events of local account `a`, session `s`, time `ts` (microseconds)."""
        salt = self.seed[0]
        if self.style == "exits":
            slot = s if self.sticky_s <= 0 else (ts // int(self.sticky_s * 1e6)) + s * 0
            off = self.offset[a % len(self.offset)]
            h = mix(slot.astype(U64) * U64(7919) + a.astype(U64) * U64(104729) + salt)
            width = U64(self.width or len(self.asn))
            e = ((off + h % width) % U64(len(self.asn))).astype(np.int64)
            out = address(self.asn[e], self.seed[e]), self.asn[e], self.cc[e]
        elif self.style == "fixed":
            h = mix(s.astype(U64) + salt) % U64(max(1, self.egress))
            out = address(self.asn[a], mix(self.seed[a] + h)), self.asn[a], self.cc[a]
        else:
            lease = (ts // int(86400e6 * self.lease_days)).astype(U64)
            moves = (mix(self.seed[a]) % U64(3)) == 0  # a third of the lines get new addresses
            key = mix(self.seed[a] + np.where(moves, lease, U64(0)) * U64(31))
            ip, asn = address(self.asn[a], key), self.asn[a]
            if self.mobile is not None and self.p_mobile > 0:
                roll = mix(s.astype(U64) * U64(31337) + self.seed[a])
                on = (roll % U64(1000)).astype(np.int64) < int(1000 * self.p_mobile)
                masn = self.mobile[a]
                gate = mix(masn.astype(U64) * U64(131) + (roll >> U64(20)) % U64(420))
                ip, asn = np.where(on, address(masn, gate), ip), np.where(on, masn, asn)
            out = ip, asn, self.cc[a]
        if self.second is not None and self.p_second > 0:
            roll = (mix(s.astype(U64) * U64(69997) + salt) % U64(1000)).astype(np.int64) < int(1000 * self.p_second)
            o2 = self.second.draw(rng, a, s, ts)
            out = tuple(np.where(roll, x2, x1) for x1, x2 in zip(out, o2, strict=True))
        return out


def _seeds(rng: np.random.Generator, n: int) -> NDArray[np.uint64]:
    return rng.integers(1, 2**62, n, dtype=np.uint64)


def pick_countries(rng: np.random.Generator, n: int, weights: dict[str, float]) -> IntArray:
    """Draw country codes from weights."""
    p = np.array(list(weights.values()), float)
    return rng.choice(np.array([CODE[c] for c in weights]), n, p=p / p.sum())


def _lines(rng: np.random.Generator, cc: IntArray, mobile: bool) -> IntArray:
    out = np.zeros(len(cc), dtype=np.int64)
    for c in np.unique(cc):
        opts = CARRIERS[COUNTRIES[c]][1 if mobile else 0]
        w = 1.0 / np.arange(1, len(opts) + 1)
        m = cc == c
        out[m] = rng.choice(opts, int(m.sum()), p=w / w.sum())
    return out


def home(rng: np.random.Generator, cc: IntArray, p_mobile: float = 0.35, lease: float = 9.0) -> Net:
    """Ordinary people: a fixed line and a telephone each."""
    n = len(cc)
    return Net("home", _lines(rng, cc, False), cc, _seeds(rng, n), _lines(rng, cc, True), p_mobile, lease)


def servers(rng: np.random.Generator, n: int, asns: list[int], egress: int = 1, group: IntArray | None = None) -> Net:
    """Rented machines with few steady addresses; accounts of one `group` share them."""
    g = np.arange(n) if group is None else group
    m = int(g.max()) + 1 if n else 0
    asn = rng.choice(asns, m)
    cc = np.array([CODE[rng.choice(HOSTING[int(x)])] for x in asn], dtype=np.int64)
    return Net("fixed", asn[g], cc[g], _seeds(rng, m)[g], egress=egress, hosted=True)


def office(rng: np.random.Generator, cc: IntArray, group: IntArray, egress: int = 1) -> Net:
    """Sites behind a shared address: offices, campuses, internet cafes, event halls. `cc` is per group."""
    asn = _lines(rng, cc, False)
    return Net("fixed", asn[group], cc[group], _seeds(rng, len(cc))[group], egress=egress)


def proxy(
    rng: np.random.Generator, weights: dict[str, float], pool: int, sticky_s: float = 0.0, width: int = 0, accounts: int = 1,
    p_mobile: float = 0.25,
) -> Net:
    """Residential or mobile proxy exits, rented from a seller; `width` pins an account to a few neighbouring exits."""
    cc = np.sort(pick_countries(rng, pool, weights))
    mob = rng.random(pool) < p_mobile
    asn = np.where(mob, _lines(rng, cc, True), _lines(rng, cc, False))
    gate = mix(asn.astype(U64) * U64(131) + rng.integers(0, 420, pool).astype(U64))
    seed = np.where(mob, gate, mix(_seeds(rng, pool)))
    return Net("exits", asn, cc, seed, sticky_s=sticky_s, width=width, offset=rng.integers(0, pool, accounts).astype(U64))


def vpn(rng: np.random.Generator, accounts: int, pool: int = 60) -> Net:
    """Exits of consumer VPN companies: small pools shared by everybody (the same ones in every crowd)."""
    asn = rng.choice(list(VPN), pool)
    cc = np.array([CODE[VPN[int(a)][int(x)]] for a, x in zip(asn, rng.integers(0, 2, pool), strict=True)], dtype=np.int64)
    seed = mix(asn.astype(U64) * U64(17) + rng.integers(0, 90, pool).astype(U64))
    return Net("exits", asn, cc, seed, offset=rng.integers(0, pool, accounts).astype(U64), width=8)
