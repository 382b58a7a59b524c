"""Places: countries, hours from UTC, autonomous systems and addresses. All invented: 240.0.0.0/4, private numbers, user-assigned codes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .hashing import F64, I64, U64, choose, mix, pick, uniform, zipf

COUNTRIES = (*("X" + letter for letter in "ABCDEFGHJKLMNP"), "QM", "QN", "QP", "QR")
ZONES = np.array([-5, 1, 8, 0, 5, -3, 1, 9, 2, -6, 3, 7, 1, -8, 10, 2, 5, -4])
POPULATION = zipf(len(COUNTRIES), 0.8)

_FIRST_ASN = 64_512
_HOMES, _MOBILES, _HOSTS, _BUSINESSES, _CAMPUSES, _TUNNELS = 36, 18, 14, 26, 10, 6
_KINDS = {"home": 0, "mobile": 1, "host": 2, "business": 3, "campus": 4, "tunnel": 5}
_SIZES = np.array([_HOMES, _MOBILES, _HOSTS, _BUSINESSES, _CAMPUSES, _TUNNELS])
_STARTS = np.cumsum(_SIZES) - _SIZES
_HOUSEHOLDS = 60_000
"""Homes of a home network; proxies that sell homes' addresses sell these."""


@dataclass(frozen=True)
class Lines:
    """Lines of works, one place per work."""

    kinds: tuple[str, ...]
    away: F64
    country: I64


def systems() -> int:
    """Number of autonomous systems."""
    return int(_SIZES.sum())


def addresses(lines: Lines, work: I64, account: U64, group: U64, home: I64, sitting: U64, day: Any) -> tuple[U64, I64, I64]:
    """Address (a number), autonomous system and country of each request."""
    kind = np.array(lines.kinds)[work]
    elsewhere = uniform(sitting, "away") < lines.away[work]
    fixed = np.isin(kind, ["site", "campus", "notebook", "server", "servers"])
    kind = np.where(elsewhere & fixed, "home", np.where(elsewhere & (kind == "home"), "mobile", kind))
    country = np.where(lines.country[work] >= 0, lines.country[work], home)
    rotating = np.isin(kind, ["rotating", "vpn"])
    country = np.where(rotating, choose(POPULATION, sitting, "exit"), country)
    country = np.where(kind == "sticky", choose(POPULATION, account, "exit"), country)
    country = np.where(np.isin(kind, ["server", "notebook"]), choose(POPULATION, group, "rack"), country)
    country = np.where(kind == "servers", choose(POPULATION, account, "rack"), country)

    asn = np.zeros(len(work), np.int64)
    host = np.zeros(len(work), np.uint64)
    lease = np.floor(day / (2 + 40 * uniform(account, "lease"))).astype(np.int64)

    def settle(name: str, pool: str, owner: U64, who: U64, size: int) -> None:
        rows = np.flatnonzero(kind == name)
        place = country[rows] if pool != "tunnel" else np.zeros(len(rows), np.int64)
        few = choose(zipf(min(3, _SIZES[_KINDS[pool]])), owner[rows], "provider")
        asn[rows] = _STARTS[_KINDS[pool]] + (place * 2 + few * 5) % _SIZES[_KINDS[pool]]
        host[rows] = pick(size, who[rows], asn[rows]).astype(np.uint64)

    settle("home", "home", account, mix(account, lease), _HOUSEHOLDS)
    settle("mobile", "mobile", account, mix(sitting, "exit"), 160)
    settle("vpn", "tunnel", mix(account, "brand"), mix(pick(40, account, sitting), "exit"), 300)
    settle("rotating", "home", sitting, mix(sitting, "exit"), _HOUSEHOLDS)
    settle("sticky", "home", mix(account, "exit"), mix(account, "exit"), _HOUSEHOLDS)
    settle("server", "host", group, mix(group, pick(3, sitting)), 20_000)
    settle("servers", "host", account, mix(account, "rack"), 20_000)
    settle("notebook", "host", mix(group, 0), mix(pick(24, sitting), "notebook", group), 20_000)
    settle("site", "business", group, mix(group, "site"), 4_000)
    settle("campus", "campus", group, mix(group, "campus"), 60)
    host = np.where(np.isin(kind, ["home", "sticky", "rotating"]), host * np.uint64(7), host)  # homes lie apart
    rows = np.flatnonzero(kind == "site")  # an office has a few addresses in a row
    host[rows] = host[rows] * np.uint64(8) + pick(3, sitting[rows], "port").astype(np.uint64)
    rows = np.flatnonzero(kind == "campus")  # and a campus many of one network
    host[rows] = host[rows] * np.uint64(256) + pick(60, account[rows], sitting[rows]).astype(np.uint64)
    return (np.uint64(240) << np.uint64(24)) + asn.astype(np.uint64) * np.uint64(1 << 20) + host, asn + _FIRST_ASN, country


def dotted(numbers: U64) -> list[str]:
    """Addresses as people write them."""
    return [".".join(map(str, octets)) for octets in numbers.astype(">u4").view(np.uint8).reshape(-1, 4).tolist()]
