"""Where requests come from: homes, sites, servers, proxies, VPNs."""

from collections.abc import Callable, Sequence

import numpy as np

from .carriers import CC, TZ
from .network import Ints, Route, mix
from .world import DAY, HOUR, World

RouteFn = Callable[[World, Ints, Ints], Route]


def people_route(w: World, rows: Ints, ts: Ints) -> Route:
    """Home line with its lease, phone on a carrier, the office in office hours, a VPN for those who use one."""
    a, r = w.acc, w.rng
    epoch = ((ts - w.start) // DAY + 2000) // a["lease"][rows]
    place = w.net.address(a["home"][rows], a["seed"][rows] + epoch.astype(np.uint64) * np.uint64(1009))
    mobile = w.net.address(a["mob"][rows], r.integers(0, 2**63, rows.size).astype(np.uint64))
    place = place.put(r.random(rows.size) < a["mob_share"][rows] * 0.7, mobile)
    local = ((ts - w.start) / HOUR + TZ[a["cc"][rows]]) % 24
    weekday = ((ts - w.start) // DAY + w.weekday) % 7 < 5
    office = (a["work_isp"][rows] >= 0) & (local > 7) & (local < 19) & weekday & (r.random(rows.size) < 0.9)
    place = place.put(office, Route(a["work_ip"][rows].astype(np.uint32), a["work_isp"][rows]))
    hidden = (a["vpn"][rows] >= 0) & (r.random(rows.size) < 0.6) & ~office
    return place.put(hidden, w.net.address(np.maximum(a["vpn"][rows], 0), r.integers(0, 2**63, rows.size).astype(np.uint64)))


def site_route(w: World, rows: Ints, ts: Ints) -> Route:
    """Always from the account's fixed site."""
    return Route(w.acc["work_ip"][rows].astype(np.uint32), w.acc["work_isp"][rows])


def server_route(w: World, rows: Ints, ts: Ints) -> Route:
    """Rented servers: one to five addresses, replaced when redeployed."""
    a = w.acc
    slot = w.rng.integers(0, 1000, rows.size) % a["servers"][rows]
    epoch = ((ts - w.start) // DAY + 1000 + (a["seed"][rows] % np.uint64(40)).astype(np.int64)) // 40
    return w.net.address(a["host"][rows], a["seed"][rows] + (slot * 77 + epoch * 5003).astype(np.uint64))


def mixed_route(w: World, rows: Ints, ts: Ints) -> Route:
    """Developers: a server for some accounts, the desk at home or work for the others and for tests."""
    server = (w.acc["seed"][rows] % np.uint64(10) < 6) & (w.rng.random(rows.size) < 0.9)
    return people_route(w, rows, ts).put(server, server_route(w, rows, ts))


def proxy_route(sticky_hours: float | None, countries: Sequence[str] | None = None, overlap: float = 0.03) -> RouteFn:
    """A residential proxy pool: home lines of strangers, kept some hours, a few of them lines of real customers."""

    def route(w: World, rows: Ints, ts: Ints) -> Route:
        a, r = w.acc, w.rng
        if sticky_hours is None:
            seed = r.integers(0, 2**63, rows.size).astype(np.uint64)
        else:
            seed = mix(a["seed"][rows] + ((ts - w.start) // int(sticky_hours * HOUR) + 5000).astype(np.uint64))
        pool = w.net.all_kind[0] if countries is None else np.concatenate([w.net.by[CC[c], 0] for c in countries])
        isp = pool[(mix(seed) % np.uint64(pool.size)).astype(np.int64)] if countries is not None else a["home"][rows]
        place = w.net.address(isp, seed)
        victims = r.integers(0, len(a["seed"]), rows.size)
        epoch = ((ts - w.start) // DAY + 2000) // a["lease"][victims]
        theirs = w.net.address(a["home"][victims], a["seed"][victims] + epoch.astype(np.uint64) * np.uint64(1009))
        return place.put(r.random(rows.size) < overlap, theirs)

    return route


def vpn_route(w: World, rows: Ints, ts: Ints) -> Route:
    """Always through the account's commercial VPN."""
    return w.net.address(np.maximum(w.acc["vpn"][rows], 0), w.rng.integers(0, 2**63, rows.size).astype(np.uint64))


def carrier_route(w: World, rows: Ints, ts: Ints) -> Route:
    """Rented phone lines of the account's carrier: a shared address that changes with every airplane-mode reset."""
    return w.net.address(w.acc["mob"][rows], w.rng.integers(0, 2**63, rows.size).astype(np.uint64))
