"""Where requests come from and with what: networks, addresses, clients."""

import zlib
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .language import TONGUES

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]

COUNTRIES = {"US": "en", "GB": "en", "CA": "en", "AU": "en", "IN": "en", "NG": "en", "DE": "de", "AT": "de", "FR": "fr", "BE": "fr",
             "ES": "es", "MX": "es", "AR": "es", "BR": "pt", "PT": "pt", "ID": "id", "TR": "tr", "JP": "ja", "NL": "en",
             "PL": "en", "SE": "en", "KR": "en"}
CROWDED = (22, 6, 4, 3, 9, 3, 7, 1, 5, 1, 4, 4, 2, 7, 1, 4, 3, 4, 2, 2, 1, 2)
"""of so many accounts in a hundred"""
TONGUE_OF = np.array([TONGUES.index(tongue) for tongue in COUNTRIES.values()])
NETS = ("home", "mobile", "office", "campus", "venue", "vpn", "cloud", "serverless", "proxy", "sticky", "hosting")
FIRST = np.array([a for a in range(13, 220) if a not in (100, 127, 169, 172, 192, 198, 203)])
"""first bytes of addresses"""

PY, NODE, GO, JAVA, CURL = "ember-python/1.{}.0", "ember-node/4.{}.1", "ember-go/0.{}.0", "ember-java/2.{}.0", "curl/8.{}.0"
AGENTS = {
    "python": (PY, 3), "node": (NODE, 3), "go": (GO, 2), "java": (JAVA, 2), "curl": (CURL, 2), "httpx": ("python-httpx/0.{}.2", 2),
    "chain": ("chainwork/0.{}.4 ember-python", 3), "flow": ("flowpipe/1.{}.0", 1), "lathe": ("lathe-cli/0.{}.3", 2),
    "brightfork": ("Brightfork/1.{}.0 (editor)", 2), "pocketsmith": ("pocketsmith/0.{}.1", 1),
    "chrome": ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/14{}.0.0.0", 2),
    "safari": ("Mozilla/5.0 (Macintosh) Version/18.{} Safari/605", 1),
    "firefox": ("Mozilla/5.0 (X11; Linux x86_64; rv:14{}.0) Firefox/14{}", 1),
    "ios": ("EmberApp/7.{} iOS", 1), "android": ("EmberApp/7.{} Android", 2),
}
"""client: how it names itself, and how many TLS builds it is seen with"""
FAMILIES = tuple(AGENTS)
ON_API = {"python": 0.4, "node": 0.2, "httpx": 0.07, "chain": 0.09, "curl": 0.05, "go": 0.05, "java": 0.04, "flow": 0.05,
          "lathe": 0.03, "brightfork": 0.02}
ON_APP = {"chrome": 0.42, "safari": 0.14, "firefox": 0.08, "ios": 0.2, "android": 0.16}
VERSIONS = 7


def mix(*parts: Hashes | Ints | int) -> Hashes:
    """A number of 64 bits that looks like chance and is always the same for the same parts."""
    state: Hashes = np.asarray(0x9E3779B97F4A7C15, np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            state = np.asarray(part).astype(np.uint64) ^ (state * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(0x94D049BB133111EB))
            for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
                state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
            state = state ^ (state >> np.uint64(31))
    return np.asarray(state)


def below(seed: Hashes, n: Ints | int) -> Ints:
    """Numbers from 0 to n - 1."""
    return ((seed >> np.uint64(11)) % np.asarray(n).astype(np.uint64)).astype(np.int64)


def name_of(text: str) -> int:
    """A number for a name."""
    return zlib.crc32(text.encode())


def hexadecimal(values: Hashes) -> pa.Array:
    """Sixteen digits each."""
    if not len(values):
        return pa.array([], pa.string())
    digits = values.astype(">u8").tobytes().hex().encode()
    offsets = np.arange(0, len(digits) + 1, 16, dtype=np.int32)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets.tobytes()), pa.py_buffer(digits))


def addresses(
    net: Ints, account: Ints, leader: Ints, country: Ints, party: Ints, site: Ints, session: Hashes, day: Ints, salt: int
) -> tuple[pa.Array, Ints, Ints]:
    """Address, autonomous system and country of each request; a leader is the account whose machine it shares, mostly itself.

    Homes get a new address every two to sixty days; carriers, VPNs and platforms hand a few addresses to all their customers.
    """
    me = mix(account, salt)
    anywhere = np.searchsorted(np.cumsum(CROWDED) / sum(CROWDED), below(mix(session, 5), 1 << 20) / (1 << 20), "right")
    land = np.where(np.isin(net, _codes("proxy")), anywhere, country)
    consumer = land * 4 + below(mix(me, 1), 3)
    ours = mix(leader, salt, 3)
    lease = 2 + below(mix(me, 8), 59)
    place = mix(party, site, salt)
    keys: dict[str, tuple[Ints, Hashes]] = {
        "home": (consumer, mix(me, (day + below(mix(me, 7), 60)) // lease)),
        "mobile": (land * 4 + 3, mix(3, below(mix(me, day), 48))),
        "office": (land * 4 + below(place, 3), place),
        "campus": (100 + below(mix(place, 3), 40), mix(place, below(session, 3))),
        "venue": (land * 4 + below(mix(party, salt), 3), mix(party, salt, below(session, 2))),
        "vpn": (140 + below(mix(me, 9), 5), mix(below(session, 40))),
        "cloud": (150 + below(mix(ours, 4), 6), mix(ours, 44)),
        "serverless": (150 + below(mix(me, 5), 3), mix(below(session, 24), 8)),
        "proxy": (land * 4 + below(mix(session, 6), 3), mix(session, 66)),
        "sticky": (consumer, mix(me, 77)),
        "hosting": (160 + below(place, 12), mix(place, 4, below(session, 5))),
    }
    system, key = np.zeros(len(net), np.int64), np.zeros(len(net), np.uint64)
    for code, name in enumerate(NETS):
        rows = net == code
        system[rows], key[rows] = keys[name][0][rows], keys[name][1][rows]
    key = mix(key, system)
    block = mix(system, below(key, 6))  # a system has a few /16
    low = below(mix(key, 2), 65536)
    number = FIRST[below(block, len(FIRST))] << 24 | below(mix(block, 1), 256) << 16 | low
    distinct, where = np.unique(number, return_inverse=True)
    parts = [pc.cast(pa.array(distinct >> shift & 255), pa.string()) for shift in (24, 16, 8, 0)]
    abroad = np.isin(net, _codes("vpn", "cloud", "serverless", "hosting"))
    land = np.where(abroad, below(mix(system, 12), len(COUNTRIES)), land)
    return pc.binary_join_element_wise(*parts, ".").take(pa.array(where)), 200_003 + system * 37, land


def _codes(*names: str) -> list[int]:
    return [NETS.index(name) for name in names]


@cache
def agents() -> tuple[pa.Array, pa.Array]:
    """User agents by family and version, JA4 by family and build (four of each)."""
    named = [AGENTS[family][0].replace("{}", str(40 - v if family not in ("chrome", "firefox", "safari") else 9 - v)) for family in FAMILIES
             for v in range(VERSIONS)]
    prints = []
    for family in FAMILIES:
        for build in range(4):
            a, b = (int(mix(name_of(family), build, k)) for k in (1, 2))
            prints.append(f"t13d{15 + a % 16}{10 + b % 5}h2_{a % 16**12:012x}_{b % 16**12:012x}")
    return pa.array(named), pa.array(prints)
