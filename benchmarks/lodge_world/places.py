"""Countries, networks and clients."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .dice import Ints, Seeds, below, choose, mix, ranked, unit

TONGUE_OF = {
    "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "BE": "fr", "ES": "es", "MX": "es", "AR": "es", "BR": "pt", "PT": "pt", "TW": "zh",
    "SG": "zh", "US": "en", "GB": "en", "IN": "en", "CA": "en", "PL": "en", "NL": "en", "NG": "en", "JP": "en", "VN": "en",
}
COUNTRIES = tuple(TONGUE_OF)
ZONES = {
    "DE": 1, "AT": 1, "CH": 1, "FR": 1, "BE": 1, "ES": 1, "MX": -6, "AR": -3, "BR": -3, "PT": 0, "TW": 8, "SG": 8, "US": -6, "GB": 0,
    "IN": 5, "CA": -5, "PL": 1, "NL": 1, "NG": 1, "JP": 9, "VN": 7,
}
CARRIERS, ISPS, CLOUDS, VPNS = 3, 6, 9, 5
"""networks: of phones and of homes in each country; of servers and of anonymous exits in all"""
BUILDS: dict[str, tuple[str, int]] = {
    "python": ("OpenAI/Python 1.{}", 14), "async": ("AsyncOpenAI/Python 1.{}", 10), "node": ("OpenAI/JS 4.{}", 12),
    "curl": ("curl/8.{}", 6), "requests": ("python-requests/2.{}", 5), "httpx": ("python-httpx/0.{}", 5), "go": ("Go-http-client/{}", 2),
    "java": ("okhttp/4.{}", 4),
    "chrome": ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/14{}.0.0.0 Safari/537.36", 5),
    "safari": ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.{} Safari/605.1.15", 4),
    "firefox": ("Mozilla/5.0 (X11; Linux x86_64; rv:14{}.0) Gecko/20100101 Firefox/14{}.0", 5),
    "mobile": ("ChatClient/6.{} (Android 16)", 6), "harness": ("coding-harness/0.{} node", 8), "plugin": ("editor-agent/2.{}", 6),
    "chain": ("langchain/1.{} python", 7), "proxy": ("litellm/1.{}", 6), "eval": ("eval-harness/0.4.{}", 4),
    "notebook": ("campus-notebook/1.{} python-httpx", 3),
}
"""Name as it is sent, and how many versions are about."""
FAMILIES = list(BUILDS)
VERSIONS = 16
FIRST = np.array([octet for octet in range(31, 210) if octet not in (100, 127, 169, 172, 192, 198, 203)])
"""neither private nor shared nor local"""
CLIENT_NAMES = [BUILDS[family][0].replace("{}", str(version)) for family in FAMILIES for version in range(VERSIONS)]
DESK = {"chrome": 0.4, "safari": 0.2, "firefox": 0.15, "mobile": 0.25}
CROWD = {
    "python": 0.3, "async": 0.08, "node": 0.14, "curl": 0.04, "requests": 0.08, "httpx": 0.05, "go": 0.04, "java": 0.04, "chrome": 0.05,
    "harness": 0.05, "plugin": 0.05, "chain": 0.08, "proxy": 0.03,
}


@dataclass(frozen=True)
class Exits:
    """Where requests come from."""

    ip: Seeds
    asn: Ints
    country: Ints


def clients(mode: str, group: int, account: Seeds, desk: bool) -> Ints:
    """The client build of each: a place in CLIENT_NAMES. A mode is crowd, one, few or the name of a family."""
    popular = DESK if desk else CROWD
    if mode in BUILDS:
        family = np.full(len(account), FAMILIES.index(mode))
        thing = mix(account, "build")
    else:
        thing = mix(account, "build") if mode == "crowd" else mix(group, "build", below(1 if mode == "one" else 3, account, "pick"))
        thing = np.broadcast_to(thing, account.shape)
        family = np.array([FAMILIES.index(name) for name in popular])[choose(popular, thing, "family")]
    most = np.array([BUILDS[name][1] for name in FAMILIES])[family]
    return np.asarray(family * VERSIONS + (most - 1 - np.minimum(ranked(VERSIONS, 1.1, thing, "version"), most - 1)), np.int64)


def fingerprints() -> pa.Array:
    """JA4 of each client build: some versions of a family have it in common."""
    family, version = np.divmod(np.arange(len(CLIENT_NAMES)), VERSIONS)
    thing = mix("ja4", family, version // 5)
    text = [
        f"t13d{15 + int(t % 5)}{10 + int(t % 3)}h{2 - int(t % 7 == 0)}_{int(t) & 0xFFFFFFFFFFFF:012x}_{int(t) >> 16:012x}" for t in thing
    ]
    return pa.array(text)


def exits(net: str, group: int, host: int, account: Seeds, org: Seeds, country: Ints, day: Ints, nonce: Seeds) -> Exits:
    """Addresses on a kind of network.

    Args:
        net: home, phone, office, campus, inside, cloud (servers of the group), server (of the account), vpn, proxies (another home for each
            conversation), sticky (one home for good), one (one address of the group).
        group: number of the group.
        host: number of the world, for networks that all its customers share.
        account: number of each account.
        org: number of its organisation.
        country: of the account.
        day: of the request.
        nonce: of the conversation.
    """
    n = len(account)
    if net in ("home", "sticky", "proxies"):
        lease = (day + below(9, account, "lease")) // (3 + below(9, account, "lasts")) if net == "home" else np.zeros(n, np.int64)
        thing = nonce if net == "proxies" else mix(account, lease)
        if net == "proxies":  # one provider of exits sells homes of a few countries
            country = below(len(COUNTRIES), group, "land", below(5, nonce, "land"))
        isp = ranked(ISPS, 0.9, thing if net == "proxies" else account, "isp")
        block = mix("block", country, isp, below(6, account if net != "proxies" else thing, "block"))
        return Exits(_address(block, thing, 16), _asn("isp", country, isp), country)
    if net == "phone":
        carrier = ranked(CARRIERS, 0.8, account, "carrier")
        exit_ = below(60, nonce, "cgnat")
        return Exits(_address(mix("cgnat", country, carrier), mix(exit_), 8), _asn("carrier", country, carrier), country)
    if net in ("office", "one"):
        where = np.broadcast_to(mix(group, "one"), (n,)) if net == "one" else org
        isp = below(ISPS, where, "isp")
        land = country if net == "office" else np.full(n, country[0] if n else 0)
        return Exits(_address(mix("office", where), mix(where, below(2, account, "nat")), 8), _asn("isp", land, isp), land)
    if net == "campus":
        land = np.full(n, country[0] if n else 0)
        return Exits(_address(mix(host, "campus"), mix(below(24, account, day, "nat")), 8), _asn("campus", land, below(1, nonce)), land)
    if net == "inside":
        thing = mix(host, below(400, org, "site"), below(40, account, "seat"))
        return Exits((np.uint64(10 << 24) + (thing & np.uint64(0xFFFFFF))).astype(np.uint64), np.full(n, -1), np.full(n, -1))
    if net in ("cloud", "server"):
        which = below(1 + below(6, group, "servers"), nonce, "which")
        owner = mix(group, "server", which) if net == "cloud" else mix(account, "server")
        cloud = ranked(CLOUDS, 0.7, np.broadcast_to(mix(group, "cloud"), (n,)) if net == "cloud" else account, "cloud")
        land = np.array([COUNTRIES.index(name) for name in ("US", "DE", "SG", "NL", "FR")])[below(5, cloud, "land")]
        return Exits(_address(mix("cloud", cloud, below(20, owner, "block")), owner, 16), _asn("cloud", land * 0, cloud), land)
    if net == "vpn":
        seller = ranked(VPNS, 0.8, account, "vpn")
        exit_ = below(40, nonce, "exit")
        land = below(len(COUNTRIES), mix("vpn", seller), exit_ // 8)
        return Exits(_address(mix("vpn", seller, exit_ // 8), mix(exit_), 8), _asn("vpn", land * 0, seller), land)
    raise ValueError(f"no network {net!r}")


def _address(block: Seeds, thing: Seeds, bits: int) -> Seeds:
    """An address in a block that leaves so many bits free."""
    head = FIRST[below(len(FIRST), block, "a")]
    base = (head.astype(np.uint64) << np.uint64(24)) | (mix(block, "b") & np.uint64(0xFFFFFF))
    mask = np.uint64((1 << bits) - 1)
    return np.asarray((base & ~mask) | (mix(thing, "host") & mask), np.uint64)


def _asn(kind: str, country: Ints, number: Ints) -> Ints:
    return np.asarray(20_000 + below(40_000, kind, country, number), np.int64)


def dotted(ip: Seeds) -> pa.Array:
    """Addresses as text."""
    octets = [pc.cast(pa.array(((ip >> np.uint64(shift)) & np.uint64(255)).astype(np.int64)), pa.string()) for shift in (24, 16, 8, 0)]
    return pc.binary_join_element_wise(*octets, ".")


def awake(seed: Seeds) -> Ints:
    """By how many hours a person is early or late."""
    return np.asarray(np.round((unit(seed, "early") - 0.5) * 4), np.int64)
