"""Where requests come from: the seats of accounts and their addresses."""

from dataclasses import dataclass, fields, replace

import numpy as np

from .carriers import BY_CODE, CLOUD_WEIGHT, CLOUDS, CONSUMER, COUNTRIES, CROWDED, VPN
from .clients import API_MIX, clients
from .hashing import U64, Weights, hash_code, mix64, pick


@dataclass
class Seats:
    """The network seat of each account of a group: parallel arrays."""

    country: np.ndarray
    tz: np.ndarray
    asn: np.ndarray
    host: np.ndarray
    rot: np.ndarray
    ua: np.ndarray
    ja4: np.ndarray

    def sub(self, idx: np.ndarray) -> "Seats":
        """The seats of a selection of accounts."""
        return Seats(*(getattr(self, f.name)[idx] for f in fields(self)))

    def moved(self, **changes: np.ndarray) -> "Seats":
        """A copy with some columns replaced."""
        return replace(self, **changes)


def either(mask: np.ndarray, these: Seats, those: Seats) -> Seats:
    """The seats of `these` under a mask, else of `those`."""
    return Seats(*(np.where(mask, getattr(these, f.name), getattr(those, f.name)) for f in fields(these)))


def joined(parts: list[Seats]) -> Seats:
    """The seats of all parts."""
    return Seats(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(parts[0])))


def seats(rng: np.random.Generator, n: int, where: Weights | None = None, net: Weights | str = "home", mix: Weights | None = None) -> Seats:
    """Draw n independent seats. Nets: home, mobile, cloud, office, campus, vpn, or a weight table of them."""
    weights = {c.code: c.weight for c in COUNTRIES} if where is None else where
    code = pick(rng, weights, n)
    nets = pick(rng, {net: 1.0} if isinstance(net, str) else net, n)
    asn, rot, seen = np.zeros(n, np.int64), np.zeros(n), code.copy()
    r = rng.random((n, 2))
    cloud_cdf = np.cumsum(CLOUD_WEIGHT) / CLOUD_WEIGHT.sum()
    for i in range(n):
        c = BY_CODE[code[i]]
        kind = nets[i]
        if kind == "home":
            asn[i], rot[i] = c.home[int(r[i, 0] ** 1.4 * len(c.home))], (0, 86400, 7 * 86400, 3 * 86400)[int(r[i, 1] * 4)]
        elif kind == "mobile":
            asn[i], rot[i] = c.mobile[int(r[i, 0] * len(c.mobile))], 3600 * (1 + int(r[i, 1] * 8))
        elif kind == "cloud":
            asn[i], seen[i] = CLOUDS[int(np.searchsorted(cloud_cdf, r[i, 0]))]
            rot[i] = (0, 0, 0, 0, 900, 86400)[int(r[i, 1] * 6)]
        elif kind == "office":
            asn[i] = c.home[0] if r[i, 0] < 0.5 else 199000 + int(r[i, 1] * 13000)
        elif kind == "campus":
            asn[i] = 1900 + int(mix64(hash_code(c.code), int(r[i, 0] * 60)) % U64(1500))
        else:
            asn[i], seen[i] = VPN[int(r[i, 0] * len(VPN))]
            rot[i] = 4 * 3600
    ua, ja = clients(rng, n, mix or API_MIX)
    tz = np.array([BY_CODE[c].tz for c in code], dtype=float) if n else np.zeros(0)
    return Seats(seen, tz, asn, rng.integers(1, 2**62, n), rot, ua, ja)


def addresses(asn: np.ndarray, handle: np.ndarray) -> np.ndarray:
    """Textual addresses of host handles inside their networks (consumer networks are partly IPv6)."""
    firsts = np.array([x for x in range(2, 223) if x not in (10, 100, 127, 169, 172, 192, 198, 203)])
    h = mix64(handle)
    block = mix64(asn, (h % U64(5)).astype(np.int64))
    a = firsts[(block % U64(len(firsts))).astype(np.int64)]
    b = ((block >> U64(16)) % U64(256)).astype(np.int64)
    c = ((h >> U64(20)) % U64(256)).astype(np.int64)
    d = 1 + ((h >> U64(32)) % U64(254)).astype(np.int64)
    # carrier-grade translation and VPN exits put many customers behind few addresses
    c = np.where(np.isin(asn, list(CROWDED)), c % 3, c)
    consumer = np.isin(asn, list(CONSUMER))
    six = consumer & ((h >> U64(45)) % U64(100) < U64(28))
    out = np.empty(len(asn), object)
    rest = (h >> U64(3)).astype(np.int64)
    for i in range(len(asn)):
        if six[i]:
            x = int(rest[i])
            out[i] = (
                f"2a0{a[i] % 10}:{int(block[i]) % 65536:x}:{x % 65536:x}:{(x >> 9) % 65536:x}:{(x >> 17) % 65536:x}:"
                f"{(x >> 26) % 65536:x}:{(x >> 33) % 65536:x}:{(x >> 41) % 65536:x}"
            )
        else:
            out[i] = f"{a[i]}.{b[i]}.{c[i]}.{d[i]}"
    return out


def same(seat: Seats, n: int, host: bool = True) -> Seats:
    """Copy a one-row seat n times (a shared exit); without `host` each has an own machine in that network."""
    s = seat.sub(np.zeros(n, int))
    return s if host else s.moved(host=np.arange(n) * 7919 + int(seat.host[0]))
