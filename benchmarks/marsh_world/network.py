"""The networks of the world, and the addresses of accounts in them."""

from collections.abc import Callable

import numpy as np

from .arrays import DAY, FloatArray, IntArray, ObjArray, U, Words, mix, objects, pick, unit

HOME, MOBILE, SITE, HOST, VPN, RELAY, ROTATING, STICKY, CLOUD, HOSTSITE = range(10)
NETS = {
    "home": HOME, "mobile": MOBILE, "site": SITE, "host": HOST, "vpn": VPN, "relay": RELAY, "rotating": ROTATING, "sticky": STICKY,
    "cloud": CLOUD, "hostsite": HOSTSITE
}
"""kinds of places; rotating and sticky lines are rented ones of homes, a hostsite is a firm's server, a cloud tells no address"""
COUNTRIES = objects(["XA", "XB", "XC", "XD", "XE", "XF", "XG", "XH", "QM", "QN", "QO", "QP"])
COUNTRY_WEIGHTS = [0.3, 0.2, 0.13, 0.1, 0.07, 0.05, 0.04, 0.03, 0.03, 0.02, 0.02, 0.01]
ZONES = np.array([1, 1, 1, 0, 2, 1, 8, -5, 5, 1, 7, -8])
"""hours from UTC"""
N_HOME, N_MOBILE, N_SITE, N_HOST, N_VPN, N_RELAY = 26, 9, 34, 11, 5, 2
FIRST_MOBILE = N_HOME
FIRST_SITE = FIRST_MOBILE + N_MOBILE
FIRST_HOST = FIRST_SITE + N_SITE
FIRST_VPN = FIRST_HOST + N_HOST
FIRST_RELAY = FIRST_VPN + N_VPN
N_LINES = FIRST_RELAY + N_RELAY
BLOCK_SIZE = 2**18
_BYTES = objects([str(i) for i in range(256)])


def _lines() -> tuple[IntArray, IntArray, IntArray]:
    """Numbers of the autonomous systems, first addresses, countries; those of homes first, then mobile ones and so on."""
    rng = np.random.default_rng(77123)
    asn = rng.permutation(np.arange(64512, 65535))[:N_LINES]
    block = rng.permutation(1000)[:N_LINES].astype(np.int64) * BLOCK_SIZE + 240 * 2**24
    country = rng.choice(len(COUNTRIES), N_LINES, p=COUNTRY_WEIGHTS)
    country[: len(COUNTRIES)] = np.arange(len(COUNTRIES))  # each country has a line for homes
    country[FIRST_MOBILE:FIRST_SITE] = np.arange(N_MOBILE)
    return asn, block, country


ASN, BLOCK, COUNTRY = _lines()


def _home_line(country: IntArray, key: Words) -> IntArray:
    """A line for homes of the country."""
    out = np.zeros(len(key), np.int64)
    for c in range(len(COUNTRIES)):
        rows = np.flatnonzero(country == c)
        own = np.flatnonzero(COUNTRY[:N_HOME] == c)
        out[rows] = own[(unit(key[rows], "isp") ** 2 * len(own)).astype(int)]
    return out


def _mobile_line(country: IntArray, key: Words) -> IntArray:
    """A mobile line of the country, of any country where it has none."""
    out = np.zeros(len(key), np.int64)
    for c in range(len(COUNTRIES)):
        rows = np.flatnonzero(country == c)
        own = np.flatnonzero(COUNTRY[FIRST_MOBILE:FIRST_SITE] == c)
        own = own if len(own) else np.arange(N_MOBILE)
        out[rows] = FIRST_MOBILE + own[pick(len(own), key[rows], "mobile")]
    return out


def addresses(
    net: IntArray, account: Words, site: Words, country: IntArray, sitting: Words, talk: Words, t: FloatArray, seed: int
) -> tuple[IntArray, IntArray]:
    """Addresses as numbers and rows of their lines, -1 for none.

    All columns have one row a request: kinds of places, accounts, groups that share a site, countries, sittings, conversations, seconds.
    """
    line, host = np.full(len(net), -1, np.int64), np.zeros(len(net), np.int64)
    day, key = t / DAY, mix(seed, account)

    def home(rows: IntArray, leased: bool = True) -> tuple[IntArray, IntArray]:
        k = key[rows]
        length = np.where(unit(k, "fixed") < 0.45, 1e4, 1 + 9 * unit(k, "lease")) if leased else 1e4
        lease = np.floor((day[rows] + 40 * unit(k, "phase")) / length).astype(np.int64)
        return _home_line(country[rows], k), pick(BLOCK_SIZE - 2, k, "home", lease) + 1

    def mobile(rows: IntArray) -> tuple[IntArray, IntArray]:
        k = key[rows]
        return _mobile_line(country[rows], k), 256 * 9 + pick(90, k, "cgnat", sitting[rows] // 2)

    def at_site(rows: IntArray) -> tuple[IntArray, IntArray]:
        k = mix(seed, site[rows])
        exits = 1 + (unit(k, "exits") ** 2 * 5).astype(np.int64)
        seat = (mix(account[rows], "seat") % exits.astype(U)).astype(np.int64)
        return FIRST_SITE + pick(N_SITE, k, "site"), pick(BLOCK_SIZE - 16, k, "egress") + seat

    def server(rows: IntArray, owner: Words = account) -> tuple[IntArray, IntArray]:
        k = mix(seed, owner[rows])
        n = 1 + (unit(k, "servers") ** 3 * 4).astype(np.int64)
        which = (mix(talk[rows]) % n.astype(U)).astype(np.int64)
        return FIRST_HOST + (unit(k, "hoster") ** 1.5 * N_HOST).astype(np.int64), pick(BLOCK_SIZE - 2, k, "server", which)

    def vpn(rows: IntArray) -> tuple[IntArray, IntArray]:
        k = key[rows]
        return FIRST_VPN + pick(N_VPN, k, "vpn"), 700 + pick(26, k, "exit", np.where(unit(k, "sticks") < 0.4, U(0), sitting[rows]))

    def relay(rows: IntArray) -> tuple[IntArray, IntArray]:
        half_hour = (day[rows] * 48).astype(np.int64)
        return FIRST_RELAY + pick(N_RELAY, key[rows], "relay"), 300 + pick(400, talk[rows], "relay", half_hour)

    def rotating(rows: IntArray) -> tuple[IntArray, IntArray]:
        k = mix(seed, talk[rows], "rot", (day[rows] * 24).astype(np.int64))
        near = np.where(unit(k, "far") < 0.15, pick(len(COUNTRIES), k, "c"), country[rows])
        return _home_line(near, k), pick(BLOCK_SIZE - 2, k, "home") + 1

    places: dict[int, Callable[[IntArray], tuple[IntArray, IntArray]]] = {
        HOME: home, MOBILE: mobile, SITE: at_site, HOST: server, HOSTSITE: lambda rows: server(rows, site), VPN: vpn, RELAY: relay,
        ROTATING: rotating, STICKY: lambda rows: home(rows, leased=False)
    }
    for code, place in places.items():
        rows = np.flatnonzero(net == code)
        if len(rows):
            line[rows], host[rows] = place(rows)
    return np.where(line >= 0, BLOCK[np.maximum(line, 0)] + host, -1), line


def written(address: IntArray) -> ObjArray:
    """Addresses as text, none below zero."""
    values, back = np.unique(address, return_inverse=True)
    v = np.maximum(values, 0)
    text: ObjArray = _BYTES[(v >> 24) & 255] + "." + _BYTES[(v >> 16) & 255] + "." + _BYTES[(v >> 8) & 255] + "." + _BYTES[v & 255]
    text[values < 0] = None
    return text[back]
