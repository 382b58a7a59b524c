"""Addresses of sessions by the kind of access."""

import numpy as np

from .carriers import BUSINESS, CHEAP, CLOUD_COUNTRY, CLOUDS, COUNTRIES, NAMES, STATIC, VPNS
from .hashing import mix, pick, unit


def addresses(asn: np.ndarray, host: np.ndarray, six: np.ndarray) -> np.ndarray:
    """Address strings of hosts (hashes) in networks; some of them of version 6."""
    prefix = mix(asn, (host % np.uint64(5)).astype(np.int64))
    first = np.array([a for a in range(23, 223) if a not in (100, 127, 169, 172, 192, 198, 203)])[(prefix % np.uint64(193)).astype(int)]
    second = (prefix >> np.uint64(20)) % np.uint64(256)
    low = (host >> np.uint64(8)).astype(np.uint64)
    packed = (first.astype(np.uint64) << np.uint64(24)) | (second << np.uint64(16)) | (low % np.uint64(65536))
    packed = np.where((packed & np.uint64(255)) == 0, packed + np.uint64(7), packed)
    head = (mix(asn) % np.uint64(4000)).astype(int)
    out = np.empty(len(asn), dtype=object)
    tops = low.astype(np.uint64)
    for i, (value, is_six) in enumerate(zip(packed.tolist(), six.tolist(), strict=True)):
        if is_six:
            part = int(tops[i])
            out[i] = f"2a{head[i] % 16:02x}:{head[i]:x}:{part & 0xFFFF:x}:{part >> 16 & 0xFFFF:x}::{part >> 32 & 0xFFFF:x}"
        else:
            out[i] = f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
    return out


def home_asn(country: np.ndarray, who: np.ndarray, mobile: bool) -> np.ndarray:
    """The home or mobile network of persons."""
    out = np.zeros(len(country), dtype=np.int64)
    hashed = mix(who, 11 if mobile else 12)
    for name in NAMES[np.isin(NAMES, np.unique(country.astype(str)))]:
        rows = np.flatnonzero(country == name)
        nets = np.array(COUNTRIES[name][3 if mobile else 2])
        share = (hashed[rows] % np.uint64(100)).astype(int)
        out[rows] = nets[np.minimum((share * share // 100) * len(nets) // 100, len(nets) - 1)]
    return out


def locate(
    kind: np.ndarray, who: np.ndarray, group: np.ndarray, country: np.ndarray, day: np.ndarray, noise: np.ndarray,
    exits: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Address, network and country of sessions by the kind of access; `exits` are homes that lend their line to a proxy."""
    size = len(kind)
    asn, host, six, land = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=bool), country.copy()
    for name in sorted(set(kind.tolist())):
        rows = np.flatnonzero(kind == name)
        w, g, d, z, c = who[rows], group[rows], day[rows], noise[rows], country[rows]
        if name in ("proxy", "sticky"):
            seed = mix(z, 3) if name == "proxy" else mix(w, d // 2, 4)
            homes, lands = exits
            real = (seed % np.uint64(100)).astype(int) < 30
            at = (mix(seed.astype(np.int64), 5) % np.uint64(len(homes))).astype(int)
            w = np.where(real, homes[at], 10_000_000 + (seed >> np.uint64(9)).astype(np.int64) % 6000)
            c = np.where(real, lands[at], pick(NAMES, w, 8))
            land[rows] = c
        if name in ("res", "proxy", "sticky", "homegroup"):
            w = g + 50_000_000 if name == "homegroup" else w
            lease = np.array([1, 3, 14, 60, 400])[(mix(w, 6) % np.uint64(5)).astype(int)]
            asn[rows] = home_asn(c, w, mobile=False)
            host[rows] = mix(w, d // lease)
            six[rows] = unit(w, 7) < 0.22
        elif name in ("mob", "farm"):
            asn[rows] = home_asn(c, w if name == "mob" else g, mobile=True)
            host[rows] = mix(asn[rows], d, z % 120)
            six[rows] = unit(w, 9) < 0.3
        elif name == "office":
            asn[rows] = pick(BUSINESS, g, 13)
            host[rows] = mix(g, z % 2 * (z % 5 == 0), 14)
        elif name == "campus":
            asn[rows] = 2 + (mix(g, 15) % np.uint64(290)).astype(int)
            host[rows] = mix(g, z % 4, 16)
        elif name in ("cloud", "cloudgroup", "cheap"):
            owner = g if name == "cloudgroup" else w
            asn[rows] = pick(CHEAP if name == "cheap" else CLOUDS, owner, 17)
            host[rows] = mix(owner, z % (1 + (mix(owner, 18) % np.uint64(3)).astype(int)), 19)
        elif name in ("serverless", "nocode"):
            asn[rows] = pick(CLOUDS[:8], g, 20) if name == "serverless" else 16509
            host[rows] = mix(asn[rows], z % (350 if name == "serverless" else 22), 21)
        elif name == "vpn":
            asn[rows] = pick(VPNS, w, 22)
            host[rows] = mix(asn[rows], mix(w, d, z % 2).astype(np.int64) % 45, 23)
        elif name == "isp":
            asn[rows] = pick(STATIC, w, 24)
            host[rows] = mix(asn[rows], mix(w, 25).astype(np.int64) % 900, 26)
            land[rows] = "US"
        else:
            raise ValueError(name)
        if name in ("cloud", "cloudgroup", "cheap", "serverless", "nocode", "vpn"):
            land[rows] = np.array([CLOUD_COUNTRY.get(int(a), "US") for a in asn[rows]], dtype=object)
    return addresses(asn, host, six), asn, land
