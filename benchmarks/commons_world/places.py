"""Where requests come from and with what: lands, networks, client builds. Numbers of networks and names of products are made up."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .chance import Ints, Numbers, below, mix, unit


@dataclass(frozen=True)
class Land:
    """Hours ahead of UTC and what is spoken, by weight."""

    ahead: int
    tongues: dict[str, float]


LANDS = {
    "US": Land(-5, {"en": 9, "es": 1}), "GB": Land(0, {"en": 1}), "IN": Land(5, {"en": 1}), "BR": Land(-3, {"pt": 9, "en": 1}),
    "MX": Land(-6, {"es": 9, "en": 1}), "ES": Land(1, {"es": 9, "en": 1}), "PT": Land(0, {"pt": 8, "en": 2}),
    "DE": Land(1, {"de": 8, "en": 2}), "AT": Land(1, {"de": 9, "en": 1}), "FR": Land(1, {"fr": 9, "en": 1}),
    "SN": Land(0, {"fr": 1}), "ID": Land(7, {"id": 8, "en": 2}), "PH": Land(8, {"en": 1}), "KE": Land(3, {"en": 1}),
    "NG": Land(1, {"en": 1}), "PL": Land(1, {"en": 1}), "CA": Land(-5, {"en": 7, "fr": 3}), "AR": Land(-3, {"es": 1}),
    "NL": Land(1, {"en": 8, "de": 2}), "JP": Land(9, {"en": 1}),
}
CODES = list(LANDS)
USUAL = dict(zip(CODES, (24, 9, 11, 8, 5, 4, 2, 6, 2, 6, 1, 5, 4, 2, 3, 3, 4, 2, 3, 3), strict=True))
"""Where ordinary customers live."""
AHEAD = np.array([land.ahead for land in LANDS.values()])

NETS = ["home", "household", "roam", "carrier", "vpn", "isolation", "office", "house_cloud", "own_cloud", "runner"]
"""A line at home whose address changes after weeks; one that a few share; another line every time; a phone behind a carrier's translation;
a service that sells exits; a browser that runs elsewhere; the house's office; the house's servers; a server of one's own; machines that
a cloud lends for minutes."""
SERVICES = 3
OCTETS = np.array([str(number) for number in range(256)])


def address(
    net: Ints, land: Ints, house: Numbers, sites: Ints, person: Numbers, chat: Numbers, week: Ints
) -> tuple[pa.Array, Ints]:
    """Addresses and autonomous systems of requests: ``chat`` is a number of the conversation."""
    name = np.array(NETS)[net]
    maker = np.zeros(len(net), np.uint64)
    block = np.zeros(len(net), np.uint64)
    host = np.zeros(len(net), np.uint64)
    asn = np.zeros(len(net), np.int64)

    def put(kind: str, system: Ints, nth: Numbers, within: int, final: Numbers) -> None:
        rows = name == kind
        maker[rows] = mix("network", system[rows])
        block[rows] = below(nth[rows], within).astype(np.uint64)
        host[rows] = final[rows]
        asn[rows] = system[rows]

    line = below(mix(person, "line"), 4)
    lease = mix(person, "lease", week // (1 + below(mix(person, "stays"), 6)))
    for kind in ("home", "household"):
        put(kind, 210_000 + land * 10 + line, mix(lease, 1), 4096, mix(lease, 2))
    put("roam", 210_000 + land * 10 + below(mix(chat, "line"), 4), mix(chat, 1), 4096, mix(chat, 2))
    mast = below(mix(chat, person, "mast"), 24)
    put("carrier", 230_000 + land * 10 + line // 2, mix(mast % 2), 16, mix("mast", mast))
    service = below(mix(house, "service", unit(mix(person, "strays")) < 0.15), SERVICES)
    door = below(mix(person, "door", unit(mix(chat, "door")) < 0.3), 40)
    put("vpn", 240_000 + service, mix(door % 5), 64, mix("door", door))
    put("isolation", np.full(len(net), 245_001), mix(np.zeros(len(net))), 2, mix("glass", below(mix(chat, "glass"), 10)))
    site = below(mix(person, "site"), sites)
    put("office", 250_000 + below(mix(house, site, "operator"), 60), mix(house, site), 4096, mix(house, site, 2))
    rack = below(mix(chat, "rack"), 1 + below(mix(house, "racks"), 5))
    put("house_cloud", 260_000 + below(mix(house, "cloud"), 6), mix(house, "rack"), 4096, mix(house, rack))
    put("own_cloud", 260_000 + below(mix(person, "cloud"), 6), mix(person, 3), 4096, mix(person, 4))
    put("runner", 260_000 + below(mix(house, "ci"), 2), mix(chat, 5), 96, mix(chat, 6))
    first = 20 + below(mix(maker, 1), 180)
    second = (below(mix(maker, 2), 240) + block.astype(np.int64) // 256) % 256
    octets = [first, second, block.astype(np.int64) % 256, 1 + below(host, 254)]
    texts = [pa.array(OCTETS).take(pa.array(octet)) for octet in octets]
    return pc.binary_join_element_wise(*texts, "."), asn


@dataclass(frozen=True)
class Client:
    """A client: how it names itself ({0} and {1} stand for a version), its TLS fingerprint, how many versions go round."""

    agent: str
    ja4: str
    versions: int = 6


CHROME_TLS = "t13d1516h2_8daaf6152771_02713d6af862"
CLIENTS = {
    "chrome": Client("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/13{0}.0.0.0 Safari/537.36", CHROME_TLS),
    "chrome_mac": Client("Mozilla/5.0 (Macintosh) Chrome/13{0}.0.0.0 Safari/537.36", CHROME_TLS),
    "firefox": Client("Mozilla/5.0 (X11; Linux x86_64; rv:14{0}.0) Firefox/14{0}.0", "t13d1717h2_5b57614c22b0_3cbfd9057e0d"),
    "safari": Client("Mozilla/5.0 (Macintosh) Version/18.{0} Safari/605.1.15", "t13d2014h2_a09f3c656075_14788d8d241b"),
    "phone": Client("ChatApp/4.{0}{1} (iPhone)", "t13d2014h2_a09f3c656075_e42f34c56612"),
    "droid": Client("ChatApp/4.{0}{1} (Android)", "t13d1513h2_8daaf6152771_eca864cca44a"),
    "python": Client("python-sdk/1.{0}{1}.0", "t13d1812h1_85036bcba153_b26ce05bbdd6", 40),
    "node": Client("node-sdk/5.{0}.{1}", "t13d521100_b262b3658495_8e6e362c5eac", 30),
    "requests": Client("python-requests/2.3{0}.{1}", "t13d4312h1_c7886603b240_b26ce05bbdd6", 8),
    "curl": Client("curl/8.{0}.{1}", "t13d3112h2_e8f1e7e78f70_6bebaf5329ac", 12),
    "go": Client("Go-http-client/2.0", "t13d1311h2_f57a46bbacb6_ab7e3b40a677", 1),
    "editor": Client("inline-editor/0.{0}{1}", "t13d1516h2_acb858a92679_18f69afefd3d", 12),
    "sheet": Client("Mozilla/5.0 (compatible; SheetsScript)", "t13d1411h2_cbb2034c60b8_e7c285222651", 1),
    "flow": Client("flowmaker-http/3.{0}", "t13d5911h1_a33745022dd6_1f22a2ca17c4", 3),
    "agent": Client("opencrate-agent/0.{0}{1}.1", "t13d521100_b262b3658495_8e6e362c5eac", 25),
    "starter": Client("ragstarter/0.{0}", "t13d1812h1_85036bcba153_b26ce05bbdd6", 5),
    "evals": Client("evalbench/1.{0}", "t13d1812h1_85036bcba153_b26ce05bbdd6", 6),
    "house": Client("{house}/{0}.{1}", "", 5),
}
APPS = ["chrome", "chrome_mac", "firefox", "safari", "phone", "droid"]
CLIENT_NAMES = list(CLIENTS)
HOUSE_BASE = ["python", "node", "go", "chrome", "droid"]
"""Whose TLS a product of a house may have."""


def clients(which: Ints, person: Numbers, later: Ints, houses: list[str], party: Ints, house: Numbers) -> tuple[pa.Array, pa.Array]:
    """Names and TLS fingerprints of clients. ``later`` counts the weeks: builds move on."""
    known = list(CLIENTS.values())
    versions = np.array([client.versions for client in known])[which]
    version = (below(mix(person, "version"), versions) + later // 2) % np.maximum(versions, 1)
    code = (which * 64 + version) * (len(houses) + 1) + np.where(which == CLIENT_NAMES.index("house"), party + 1, 0)
    found, back = np.unique(code, return_inverse=True)
    agents = []
    for one in found.tolist():
        rest, owner = divmod(one, len(houses) + 1)
        kind, nth = divmod(rest, 64)
        named = known[kind].agent.replace("{house}", houses[owner - 1])
        agents.append(named.replace("{0}", str(nth % 10)).replace("{1}", str(nth // 10)))
    base = np.array([CLIENT_NAMES.index(name) for name in HOUSE_BASE])[below(mix(house, "base"), len(HOUSE_BASE))]
    tls = np.where(which == CLIENT_NAMES.index("house"), base, which)
    prints = pa.array([client.ja4 for client in known]).take(pa.array(tls))
    return pa.array(agents).take(pa.array(back)), prints
