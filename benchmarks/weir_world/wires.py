"""Where requests come from: networks, and the software that sends them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .chance import Bools, Floats, Ints, Keys, below, mix, unit, weighted, word

COUNTRIES = ("US", "DE", "BR", "IN", "GB", "FR", "ES", "PL", "SG", "CN")
ZONES = np.array([-6, 1, -3, 5, 0, 1, 1, 1, 8, 8])
NETS = (
    "home", "roam", "mobile", "town", "office", "campus", "dorm", "hosting", "server", "cloud", "proxies", "sticky", "pool",
    "vpn", "isolation", "none",
)
HOME_ISPS, PHONE_ISPS = 8, 3
SHARES = (30, 22, 15, 11, 8, 6, 5, 3)


def _isp(country: Ints, which: Ints) -> Ints:
    return 20_000 + country * 40 + which


def _address(asn: Ints, host: Ints) -> Ints:
    """An address of a network: each has a /14 of its own."""
    block = below(mix(word("block"), asn), 190 * 64)
    octet = 23 + block // 64
    return (octet + (octet >= 127)) * 2**24 + block % 64 * 2**18 + host % 2**18


def addresses(net: str, group: int, account: Keys, org: Keys, session: Keys, day: Ints, country: Ints, exits: int) -> tuple[Ints, Ints]:
    """Address (-1: not told) and network of each request.

    Args:
        net: one of NETS.
        group, account, org, session: whose it is.
        day: of the request.
        country: index in COUNTRIES, of the account.
        exits: addresses of a shared exit.
    """
    n = len(account)
    isp = _isp(country, weighted(mix(account, 11), SHARES))
    spell = 1 + below(mix(account, 12), 40)
    lease = mix(account, 13, (day + below(mix(account, 14), 40)) // spell)
    home = _address(isp, below(lease, 2**18))
    if net == "none":
        return np.full(n, -1), np.full(n, -1)
    if net in ("home", "sticky"):
        return home, isp
    carrier = _isp(country, 20 + weighted(mix(account, 15), (5, 3, 2)))
    phone = _address(carrier, below(mix(session, 16), 500))
    if net == "mobile":
        return phone, carrier
    if net == "roam":
        out = unit(mix(session, 17)) < 0.1 + 0.5 * unit(mix(account, 18))
        return np.where(out, phone, home), np.where(out, carrier, isp)
    one = np.zeros(n, dtype=np.int64)
    if net in ("town", "campus", "dorm"):
        asn = one + 30_000 + int(below(mix(group, 19), 4000)[0])
        host = mix(group, below(mix(account, day // 2, 20), exits)) if net != "town" else mix(group, below(mix(session, 20), exits))
        return _address(asn, below(host, 4096)), asn
    if net == "office":
        asn = _isp(country, weighted(mix(org, 21), SHARES))
        return _address(asn, below(mix(org, 22, below(mix(account, 23), exits)), 2**18)), asn
    hoster = 36_000 + weighted(mix(account, 24), (6, 5, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1))
    if net == "hosting":
        return _address(hoster, below(mix(account, 25), 2**17)), hoster
    if net == "server":
        asn = 36_000 + weighted(mix(org, 24), (6, 5, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1))
        return _address(asn, below(mix(org, 25, below(mix(session, 26), exits)), 2**17)), asn
    if net == "cloud":
        asn = 37_000 + weighted(mix(org, 27), (5, 3, 2, 1))
        return _address(asn, below(mix(session, day, 28), 2**15)), asn
    if net in ("proxies", "pool"):
        exit_ = mix(session, 29) if net == "proxies" else mix(group, below(mix(session, 29), exits), day // 3)
        there = np.where(unit(mix(exit_, 30)) < 0.7, country, below(mix(exit_, 31), len(COUNTRIES)))
        asn = _isp(there, weighted(mix(exit_, 32), SHARES))
        return _address(asn, below(mix(exit_, 33), 2**18)), asn
    asn = (38_000 if net == "vpn" else 39_000) + below(mix(account, 34), 6 if net == "vpn" else 2)
    place = below(mix(account, 35), 40) if net == "vpn" else below(mix(session, 35), 60)
    return _address(asn, place * 8 + below(mix(session, 36), 5)), asn


def dotted(address: Ints) -> pa.Array:
    """Addresses as text, null where -1."""
    parts = [pa.array(address >> shift & 255).cast(pa.string()) for shift in (24, 16, 8, 0)]
    text = pc.binary_join_element_wise(*parts, ".")
    return pc.if_else(pa.array(address >= 0), text, pa.scalar(None, pa.string()))


@dataclass(frozen=True)
class Client:
    """A kind of software.

    Attributes:
        name: its name in the user agent; with several, each account has one.
        builds: how many are in use; the newest is the most common.
        path: api or app.
        session: it names conversations.
        system: section of its own system prompt, the same for all of its users; empty: none.
        tools: it sends tools of its own.
        temperature: -1: the default.
        max_tokens: 0: the default.
        person: somebody types.
    """

    name: tuple[str, ...]
    builds: int = 6
    path: str = "api"
    session: bool = False
    system: str = ""
    tools: bool = False
    temperature: float = -1.0
    max_tokens: int = 0
    person: bool = False


_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chromium/{}", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chromium/{} Edge",
    "Mozilla/5.0 (Macintosh) Safari/{}", "Mozilla/5.0 (X11; Linux x86_64) Firefox/{}", "Mozilla/5.0 (iPhone) Safari/{}",
    "Mozilla/5.0 (Android 15) Chromium/{}", "Mozilla/5.0 (Windows NT 10.0) Firefox/{}",
)
CLIENTS = {
    "browser": Client(_BROWSERS, 9, "app", session=True, person=True),
    "phone_app": Client(("model-app/{} (iOS)", "model-app/{} (Android)"), 8, "app", session=True, person=True),
    "masked_browser": Client(_BROWSERS, 9, "app", session=True, person=True),
    "python": Client(("model-python/2.{}",), 14),
    "python_zero": Client(("model-python/2.{}",), 14, temperature=0.0, max_tokens=1024),
    "node": Client(("model-node/5.{}",), 11),
    "go": Client(("model-go/0.{}",), 6),
    "java": Client(("okhttp/4.{}",), 5),
    "curl": Client(("curl/8.{}",), 9),
    "plain_http": Client(("python-httpx/0.{}", "aiohttp/3.{}", "python-requests/2.{}"), 5),
    "no_code": Client(("flowboard/{}",), 3, system="system.person", temperature=0.7),
    "sheet": Client(("sheetfill/1.{}",), 4, temperature=0.2, max_tokens=512),
    "chat_front": Client(("openroom/0.{}",), 9, session=True, person=True),
    "documents": Client(("shelf-rag/0.{}",), 7, system="system.rag", temperature=0.1),
    "harness": Client(("pilotfish/1.{} node",), 12, session=True, system="system.agent", tools=True, max_tokens=8192),
    "harness_two": Client(("brace-cli/0.{}",), 9, session=True, system="system.agent", tools=True, temperature=0.0),
    "harness_rare": Client(("knotwork/0.{}",), 4, system="system.agent", tools=True, temperature=0.3, max_tokens=4096),
    "game_mod": Client(("UnityPlayer/2022.{}",), 4, system="system.person", temperature=0.9, max_tokens=256),
    "evaluator": Client(("evalbench/0.4.{} model-python/2.9",), 6, temperature=0.0, max_tokens=2048),
}


@cache
def _prints(client: str) -> tuple[pa.Array, pa.Array]:
    """User agents and TLS fingerprints of all builds of a client."""
    made = CLIENTS[client]
    agents, prints = [], []
    for name in made.name:
        # A fingerprint belongs to the library below, which several products share, and changes seldom; a masked browser has that of the
        # engine it is built on, an old one, whatever it says.
        library = name.replace(" Edge", "").split()[-1].split("/")[0].replace("model-", "")
        engine = "Chromium" if client == "masked_browser" else library
        for build in range(made.builds):
            agents.append(name.format(118 + build if "Mozilla" in name else build + 3))
            cut = 0 if client == "masked_browser" else build // 4
            a, b = (int(mix(word(engine), cut, side)[0]) for side in (1, 2))
            prints.append(f"t13d{10 + a % 9:02d}{8 + b % 8:02d}h2_{a & 0xFFFFFFFFFFFF:012x}_{b & 0xFFFFFFFFFFFF:012x}")
    return pa.array(agents), pa.array(prints)


def builds(client: str, account: Keys, old: Floats, moved: Bools) -> tuple[pa.Array, pa.Array]:
    """User agent and fingerprint of each request.

    Args:
        client: one of CLIENTS.
        account: whose.
        old: 0 to 1: how far behind the newest build the account keeps.
        moved: the account has taken an update since the log began.
    """
    made = CLIENTS[client]
    age = np.minimum((made.builds * old**2).astype(np.int64), made.builds - 1)
    build = np.minimum(made.builds - 1 - age + moved, made.builds - 1)
    row = below(mix(account, 41), len(made.name)) * made.builds + build
    agents, prints = _prints(client)
    return agents.take(pa.array(row)), prints.take(pa.array(row))
