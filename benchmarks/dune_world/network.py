"""Addresses: providers of lines in invented markets, and which address a line has at a time.

All addresses lie in 240.0.0.0/4, autonomous systems are private numbers, markets are user-assigned country codes. A residential proxy
leaves by a line of some home, in the same ranges as everybody's home, so that it now and then has the address of an honest household.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .keys import F64, I64, U64, below, mix, unit

COUNTRIES = ("XA", "XB", "XC", "XD", "XE", "XF", "XG", "XH", "XJ", "XL", "XM", "XN", "XP", "XR", "XS", "XT")
COUNTRY_WEIGHTS = np.array([24, 14, 11, 9, 7, 6, 5, 5, 4, 3, 3, 3, 2, 2, 1, 1]) / 100
ZONES = np.array([-6, 1, 5, 8, 0, -3, 9, 2, 1, 3, 7, -5, 1, 10, 2, -8])
"""Hours to add to UTC."""
TONGUES = np.array([0, 1, 0, 2, 0, 3, 4, 1, 5, 2, 4, 0, 1, 0, 5, 3])
"""The language that people of the market write besides the main one."""

KINDS = ("home", "house", "mobile", "site", "campus", "vpn", "server", "proxy", "sticky", "cloud")
"""Lines: at home, in a home that the group shares, on a phone, of an office, of a school, of a VPN service, of a rented machine; homes
of strangers, another for each conversation or the same for some days; a cloud's own path, which tells no address."""


@dataclass(frozen=True)
class _Class:
    """A class of networks: how many a market has, and how many addresses each has."""

    per_market: int
    addresses: int


_CLASSES = {
    "home": _Class(5, 6_000),
    "mobile": _Class(2, 160),
    "site": _Class(3, 4_000),
    "campus": _Class(2, 24),
    "vpn": _Class(3, 40),
    "server": _Class(4, 3_000),
}
_CLASS_OF = {
    "home": "home",
    "house": "home",
    "mobile": "mobile",
    "site": "site",
    "campus": "campus",
    "vpn": "vpn",
    "server": "server",
    "proxy": "home",
    "sticky": "home",
}
_CLASS_NAMES = tuple(_CLASSES)
_FIRST = np.concatenate([[0], np.cumsum([c.per_market * len(COUNTRIES) for c in _CLASSES.values()])])[:-1]


def market(draw: F64) -> I64:
    """Markets by their weights, for draws in [0, 1)."""
    return np.searchsorted(np.cumsum(COUNTRY_WEIGHTS), draw).clip(max=len(COUNTRIES) - 1).astype(np.int64)


def countries(policy: str, n: int, seed: int) -> I64:
    """The market of each account: all of ``one``, of a ``few``, or of the whole ``world``."""
    limit = {"one": 1, "few": 4, "world": n}[policy]
    which = np.arange(n) if policy == "world" else below(limit, seed, "which", np.arange(n))
    return market(unit(seed, "country", which))


def addresses(kind: I64, country: I64, line: U64, site: U64, conversation: U64, day: I64, hour: I64) -> tuple[Any, Any, Any]:
    """Address, autonomous system and country for each request; null where a cloud hides them.

    Args:
        kind: index in KINDS.
        country: where the line is.
        line: key of the account's own line.
        site: key of the place that its group shares.
        conversation: key of the conversation.
        day: days since the first.
        hour: hours since the first.
    """
    lease = 2 + below(40, line, "lease")
    rented = {
        "home": mix(line, day // lease),
        "house": mix(site, day // (2 + below(40, site, "lease"))),
        "mobile": mix(line, hour // 5),
        "site": mix(site, below(2, conversation)),
        "campus": mix(site, below(6, line)),
        "vpn": mix(line, day, below(2, conversation)),
        "server": mix(site),
        "proxy": mix(line, conversation),
        "sticky": mix(line, "sticky", day // (1 + lease // 4)),
    }
    shared = ("house", "site", "campus", "server")
    unit_key = np.zeros(len(kind), dtype=np.uint64)
    system = np.zeros(len(kind), dtype=np.int64)
    span = np.ones(len(kind), dtype=np.int64)
    for name, key in rented.items():
        rows = kind == KINDS.index(name)
        of = _CLASSES[_CLASS_OF[name]]
        chooser = site if name in shared else mix(key, "which") if name == "proxy" else line
        number = _FIRST[_CLASS_NAMES.index(_CLASS_OF[name])] + country * of.per_market + below(of.per_market, chooser, "provider")
        unit_key, system, span = np.where(rows, key, unit_key), np.where(rows, number, system), np.where(rows, of.addresses, span)
    value = (240 << 24) + (below(0x0FFF00, system, "block") << 8) + below(span, unit_key, "address")
    hidden = pa.array(kind == KINDS.index("cloud"))
    octets = [pa.array((value >> shift) & 255).cast(pa.string()) for shift in (24, 16, 8, 0)]
    codes = pa.array(COUNTRIES).take(pa.array(country))
    nothing = pa.scalar(None)
    return (
        pc.if_else(hidden, nothing, pc.binary_join_element_wise(*octets, ".")),
        pc.if_else(hidden, nothing, pa.array((64_512 + system).astype(np.int32))),
        pc.if_else(hidden, nothing, codes),
    )
