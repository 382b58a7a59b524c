"""Where requests come from and what sends them: access providers, exits, clouds, proxies; client builds and their TLS fingerprints."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .numbers import Floats, Ints, Mix, Words, below, choose, hexes, mixed, unit

COUNTRIES = ["US", "GB", "IN", "DE", "FR", "ES", "MX", "BR", "ID", "SG", "PL", "NG", "KE", "CA", "AT", "TW"]
OFFSETS = np.array([-6, 0, 5.5, 1, 1, 1, -6, -3, 7, 8, 1, 1, 3, -5, 1, 8])
"""hours from UTC"""
SPOKEN: list[Mix] = [
    {"en": 0.9, "es": 0.1},
    {"en": 1},
    {"en": 1},
    {"de": 0.75, "en": 0.25},
    {"fr": 0.8, "en": 0.2},
    {"es": 0.8, "en": 0.2},
    {"es": 0.85, "en": 0.15},
    {"pt": 0.85, "en": 0.15},
    {"id": 0.8, "en": 0.2},
    {"en": 0.8, "zh": 0.2},
    {"en": 1},
    {"en": 1},
    {"en": 1},
    {"en": 0.85, "fr": 0.15},
    {"de": 0.8, "en": 0.2},
    {"zh": 0.8, "en": 0.2},
]
NETS = ["home", "mobile", "office", "campus", "vpn", "cloud", "serverless", "proxy", "sticky"]
ISPS, LEASE_MOST = 4, 40.0
CLOUDS, VPNS = 4, 4
FIRST_OCTETS = np.array([n for n in range(11, 200) if n not in (100, 127, 169, 172, 192, 198)], np.uint64)
OCTETS = pa.array([str(n) for n in range(256)])
FAMILIES: dict[str, tuple[list[str], int]] = {
    "browser": (
        [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{w}.0 Safari/605.1.15",
        ],
        150,
    ),
    "phone": (["Tally/{w}.2 (iPhone; iOS 19)", "Tally/{w}.2 (Android 16)"], 40),
    "python": (
        ["tally-python/2.{w} Linux CPython/3.12", "tally-python/2.{w} Darwin CPython/3.13", "tally-python/2.{w} Windows CPython/3.11"],
        30,
    ),
    "node": (["tally-node/5.{w} linux node/22", "tally-node/5.{w} darwin node/24"], 20),
    "go": (["tally-go/1.{w} linux"], 12),
    "java": (["tally-java/3.{w} jvm/21", "tally-java/3.{w} jvm/17"], 15),
    "curl": (["curl/8.{w}.0", "python-requests/2.{w}.1", "axios/1.{w}.0"], 32),
    "chain": (["chainline/0.{w} python", "chainline/0.{w} js"], 60),
    "flow": (["flowtable/{w}.1 (server)"], 90),
    "harness": (["terncli/1.{w} linux", "terncli/1.{w} darwin", "terncli/1.{w} windows"], 70),
    "niche": (["oxbow-agent/0.{w} linux", "oxbow-agent/0.{w} darwin"], 22),
    "plugin": (["pressleaf/4.{w}; php/8.3", "pressleaf/4.{w}; php/8.2"], 16),
    "sheet": (["cellmate/2.{w} (add-on)"], 25),
}
"""of each family of clients the makes, and a recent version"""
KINDS = list(FAMILIES)
VERSIONS = 8
MAKES = [len(makes) for makes, _ in FAMILIES.values()]
FIRST = np.concatenate([[0], np.cumsum(np.array(MAKES) * VERSIONS)[:-1]])


@dataclass
class Places:
    """The networks and the clients of a world; all follows from its number."""

    seed: int
    agents: list[str] = field(default_factory=list)
    prints: Words = field(default_factory=lambda: np.zeros(0, np.uint64))

    def __post_init__(self) -> None:
        """List the builds."""
        prints = []
        for family, (makes, recent) in FAMILIES.items():
            for make, form in enumerate(makes):
                for version in range(VERSIONS):
                    self.agents.append(form.format(v=recent - version, w=max(recent - 100, recent % 60) - version + VERSIONS))
                    prints.append(hash_of(self.seed, KINDS.index(family), make if family == "browser" else 0, version // 3))
        self.prints = np.array(prints, np.uint64)

    def isp(self, country: Ints, person: Words) -> Ints:
        """The access provider of somebody; the first of a country has most customers."""
        return country * ISPS + choose(unit(person, 31), {"a": 5, "b": 3, "c": 1.5, "d": 0.5}, ["a", "b", "c", "d"])

    def address(
        self, net: Ints, country: Ints, person: Words, talk: Words, day: Floats, house: Words, exits: int, salt: int = 0
    ) -> tuple[Ints, Ints, Ints]:
        """Address, autonomous system and country of requests.

        Args:
            net: places in NETS.
            country: where the person lives.
            person: who asks; talk: the conversation.
            day: time in days.
            house: what a group has in common: its office, its campus.
            exits: how many addresses that has.
            salt: another place of the same kind.
        """
        isp = self.isp(country, person)
        lease = 2 + unit(person, 32) ** 2 * LEASE_MOST
        lease = np.where(unit(person, 33) < 0.3, 1e6, lease)
        term = (day / lease + unit(person, 34)).astype(np.int64)
        far = choose(unit(talk, 35), dict.fromkeys(COUNTRIES, 1.0), COUNTRIES)
        other = self.isp(far, mixed(talk, 36))
        exit_ = below(talk, exits, 37) if exits > 1 else np.zeros(len(net), np.int64)
        cloud = below(house, CLOUDS, 38)
        hour = (day * 6).astype(np.int64)
        vpn = below(person, VPNS, 39)
        rows = {
            "home": (isp, mixed(person, 40 + salt) + term.astype(np.uint64), 16),
            "mobile": (200 + country, below(mixed(person, hour), 40) + 7 * country, 0),
            "office": (isp_of(country, house), mixed(house, 41 + salt) + exit_.astype(np.uint64), 16),
            "campus": (300 + below(house, 60, 42), mixed(house, 43) % np.uint64(200) * np.uint64(256) + (exit_ + 1).astype(np.uint64), 0),
            "vpn": (400 + vpn, below(mixed(person, (day * 2).astype(np.int64)), 48) * 3, 0),
            "cloud": (500 + below(mixed(person, 44), CLOUDS), mixed(person, 45), 16),
            "serverless": (500 + cloud, below(mixed(talk, 46), 900) * 29 + 11, 0),
            "proxy": (other, mixed(talk, 47), 16),
            "sticky": (isp, mixed(person, 48 + salt) + (day / 60).astype(np.uint64), 16),
        }
        owner, low = np.zeros(len(net), np.int64), np.zeros(len(net), np.uint64)
        for i, name in enumerate(NETS):
            here = net == i
            if here.any():
                whose, number, _ = rows[name]
                owner[here] = whose[here]
                low[here] = (mixed(np.asarray(number).astype(np.uint64)) if rows[name][2] else np.asarray(number).astype(np.uint64))[here]
        block = mixed(owner * 4 + (low.astype(np.int64) >> 16 & 3) * (owner < 200), self.seed)
        top = FIRST_OCTETS[(block % np.uint64(len(FIRST_OCTETS))).astype(np.int64)]
        ip = (top << np.uint64(24)) | (block >> np.uint64(20) & np.uint64(255)) << np.uint64(16) | low & np.uint64(0xFFFF)
        asn = 1000 + mixed(owner, self.seed + 1) % np.uint64(60_000)
        where = np.where(owner < 200, owner // ISPS % len(COUNTRIES), np.where(owner < 300, owner - 200, country))
        where = np.where(owner >= 400, mixed(owner, 49) % np.uint64(len(COUNTRIES)), where)
        return ip.astype(np.int64), asn.astype(np.int64), where.astype(np.int64)

    @staticmethod
    def build(family: Ints, person: Words, day: Floats) -> Ints:
        """The build somebody has: recent ones are more common, and a third of people take the next one some day."""
        make = below(person, np.array(MAKES)[family], 50)
        version = (unit(person, 51) ** 2 * (VERSIONS - 1)).astype(np.int64) + 1
        version -= (unit(person, 52) < 0.35) & (day > unit(person, 53) * 40)
        return FIRST[family] + make * VERSIONS + version


def isp_of(country: Ints, house: Words) -> Ints:
    """The access provider of an office."""
    return country * ISPS + below(house, ISPS, 54)


def hash_of(*numbers: int) -> int:
    """One number of several."""
    found = np.zeros(1, np.uint64)
    for number in numbers:
        found = mixed(found + np.uint64(number), 3)
    return int(found[0])


def dotted(ip: Ints) -> pa.StringArray:
    """Addresses as they are written."""
    return pc.binary_join_element_wise(*(OCTETS.take(ip >> shift & 255) for shift in (24, 16, 8, 0)), ".")


def ja4(prints: Words) -> pa.StringArray:
    """TLS fingerprints in the form of JA4."""
    head = pa.array(["t13d1516h2", "t13d1517h2", "t13d3112h2", "t13d1812h1", "t13i1311h1"]).take(below(prints, 5, 1))
    return pc.binary_join_element_wise(head, hexes(mixed(prints, 2), 12), hexes(mixed(prints, 3), 12), "_")
