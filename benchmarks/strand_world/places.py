"""Networks, clients and models of the provider's customers. All names and numbers are invented."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .chance import Bits, Ints, mix, unit

COUNTRIES = ("US", "GB", "DE", "FR", "ES", "BR", "MX", "IN", "ID", "TR", "PL", "NL", "CA", "SG", "ZA", "PT", "AT", "TW", "KE", "SE")
ZONES = np.array([-6, 0, 1, 1, 1, -3, -6, 5, 7, 3, 1, 1, -5, 8, 2, 0, 1, 8, 3, 1])
TONGUE_OF = {"ES": "es", "MX": "es", "DE": "de", "AT": "de", "BR": "pt", "PT": "pt", "TW": "zh", "SG": "zh", "TR": "tr"}
PEOPLE = np.array([22, 8, 7, 5, 5, 7, 4, 10, 5, 4, 3, 3, 4, 2, 2, 2, 2, 2, 1, 2], float)
NETS = ("home", "carrier", "vpn", "cloud", "site", "rack", "resi", "sticky")
"""A home line, a carrier's shared addresses, a public VPN, an own machine in a cloud, the party's offices, the party's machines,
and proxies in homes: another each conversation, or one for each account."""
ISPS = 4
"""In each country."""
ISP_BASE, CARRIER_BASE, VPN_BASE, CLOUD_BASE, SITE_BASE = 31_000, 36_000, 44_000, 46_000, 49_000
PATHS = ("api", "app", "cumulus", "stratus")
MODELS = ("loom-3", "loom-3-mini", "loom-2", "loom-4")
NEW = MODELS.index("loom-4")

FAMILIES = ("py", "node", "java", "go", "raw", "web", "fox", "phone", "editor", "plover", "tiller", "rope", "kitti")
AGENTS = {"plover": 0, "tiller": 1, "editor": 2, "rope": 3, "kitti": 4}
"""Families that come with a system prompt and tools, and which."""
SHOWN = (
    "loom-python/1.{}.0", "loom-node/2.{}.3", "loom-java/0.{}.1", "go-http-client/1.{}", "httpx/0.{}.2",
    "Mozilla/5.0 Chrome/13{}.0", "Mozilla/5.0 Firefox/12{}.0", "LoomApp/6.{} (phone)", "siskin/0.{}.0 node",
    "plover/0.{}.4 python", "tillerman/1.{}.0", "ropewalk/0.{}.9", "kittiwake/0.{}.1",
)
STACK = (0, 1, 2, 3, 0, 5, 6, 7, 1, 0, 0, 1, 3)
"""Which TLS library a family uses."""
VERSIONS = 6


@dataclass(frozen=True)
class Site:
    """What a party's own networks hang on."""

    seed: int
    sites: int


def addresses(net: Ints, account: Bits, country: Ints, talk: Bits, second: Ints, site: Site) -> tuple[Ints, Ints, Ints]:
    """Address as a number, autonomous system and country of each request."""
    hour = second // 3600
    lease = 1 + (mix(account, 5) % np.uint64(20)).astype(np.int64)
    anywhere = np.searchsorted(np.cumsum(PEOPLE) / PEOPLE.sum(), unit(talk, 3))
    by = np.select([net == 6, net == 7], [talk, account], mix(account, hour // 24 // lease))
    place = np.where(net == 6, anywhere, country)
    isp = place * ISPS + (mix(by, 11) % np.uint64(ISPS)).astype(np.int64)
    house = (60 + isp) * 2**24 + (mix(by, 13) % np.uint64(700)).astype(np.int64) * 256 + 2 + (mix(by, 17) % np.uint64(250)).astype(np.int64)
    nat = 150 * 2**24 + country * 4096 + (mix(account, hour // 3) % np.uint64(14)).astype(np.int64) * 16
    tunnel = (mix(account, hour // 8, 19) % np.uint64(160)).astype(np.int64)
    exits = 160 * 2**24 + (tunnel % 3) * 2**16 + tunnel
    machine = (mix(account, hour // 24 // 30, 23) % np.uint64(3 * 65536)).astype(np.int64)
    cloud = 170 * 2**24 + machine
    which = (mix(account, 29) % np.uint64(max(site.sites, 1))).astype(np.int64)
    office = (
        180 * 2**24
        + (mix(which, site.seed) % np.uint64(2**20)).astype(np.int64) * 16
        + (mix(account, hour // 24) % np.uint64(2)).astype(np.int64)
    )
    rack = (
        171 * 2**24
        + (mix(which, site.seed, 31) % np.uint64(60000)).astype(np.int64) * 256
        + (mix(account, 37) % np.uint64(90)).astype(np.int64)
    )
    ways = [net == 1, net == 2, net == 3, net == 4, net == 5]
    ip = np.select(ways, [nat, exits, cloud, office, rack], house)
    asn = np.select(
        ways,
        [
            CARRIER_BASE + country, VPN_BASE + tunnel % 3, CLOUD_BASE + machine % 3, SITE_BASE + ip // 16 % 1500,
            np.full_like(ip, CLOUD_BASE + 1),
        ],
        ISP_BASE + isp,
    )
    seen = np.select([net == 2, (net == 3) | (net == 5), net == 6], [tunnel % len(COUNTRIES), np.zeros_like(ip), place], country)
    return ip, asn, seen


def dotted(ip: Ints) -> pa.Array:
    """Addresses as text."""
    octets = pa.array([str(n) for n in range(256)])
    parts = [octets.take(pa.array((ip >> shift) & 255)) for shift in (24, 16, 8, 0)]
    return pc.binary_join_element_wise(*parts, ".")


def clients(family: Ints, owner: Bits, second: Ints) -> tuple[pa.Array, pa.Array]:
    """Build and TLS fingerprint of each request, ``second`` into the log; builds are replaced when people come to it."""
    step = (mix(owner, 41) % np.uint64(4)).astype(np.int64)
    late = unit(owner, 43) * 80
    version = np.minimum(step + (second // 86400 > late), VERSIONS - 1)
    agents = pa.array([shown.format(v + 1) for shown in SHOWN for v in range(VERSIONS)])
    stack = np.array(STACK)[family]
    machine = (mix(owner, 47) % np.uint64(3)).astype(np.int64) // 2
    prints = pa.array(
        [
            f"t13d{15 + s % 3}{10 + s % 4}h2_{0x8DAAF6152771 + s * 7919:012x}_{0x02713D6AF862 + (s * 2 + m) * 104729:012x}"
            for s in range(8)
            for m in range(2)
        ]
    )
    return agents.take(pa.array(family * VERSIONS + version)), prints.take(pa.array(stack * 2 + machine))
