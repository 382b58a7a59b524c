"""Where sittings come from: homes and carriers, offices, VPNs, residential proxies, clouds."""

from dataclasses import dataclass

import numpy as np

from .arrays import Arr, mix
from .world import DAY, World

TENANT = 1 << 40
"""added to the number of a group that rents in a cloud, so that it is nobody's account number"""


@dataclass(frozen=True)
class Gear:
    """How a group of accounts reaches the host."""

    mode: str = "home"  # home, group, vpn, resproxy (an exit a sitting), sticky (an exit a month), cloud
    mobile: float = 0.0  # share of sittings on the carrier
    pool: int = 1  # addresses of a group, or of a tenant of a cloud
    net: int = -1  # network of a group or a tenant; -1: each its home network, or a cloud by chance


def where(w: World, who: Arr, start: Arr, gear: Gear, group: Arr | int = 0) -> tuple[Arr, Arr, Arr, Arr]:
    """Network, key of the address, whether it is IPv6, whether on the carrier, for each sitting; group 0: each on its own."""
    n = len(who)
    net, key, v6 = _fixed(w, who, start, gear, np.broadcast_to(np.asarray(group), n))
    on_mobile = w.rng.random(n) < gear.mobile if gear.mobile else np.zeros(n, dtype=bool)
    mobile = w.column("mobile", who)
    net = np.where(on_mobile, mobile, net)
    key = np.where(on_mobile, mix(mobile, w.rng.integers(0, 300, n)), key)
    return net, key, v6 & ~on_mobile, on_mobile


def _fixed(w: World, who: Arr, start: Arr, gear: Gear, group: Arr) -> tuple[Arr, Arr, Arr]:
    """The same, were there no phones."""
    rng, nets, n = w.rng, w.net, len(who)
    home, v4 = w.column("home", who), np.zeros(n, dtype=bool)
    if gear.mode == "home":
        lease = (start / DAY / (2 + who % 19)).astype(np.int64)
        return home, mix(who, lease), w.column("v6", who).astype(bool)
    if gear.mode == "vpn":
        exits = nets.all("vpn")
        net = np.where(rng.random(n) < 0.8, exits[who % len(exits)], rng.choice(exits, n))
        return net, mix(net, rng.integers(0, 90, n)), v4
    if gear.mode == "resproxy":
        net = nets.pick(rng, rng.choice(nets.codes, n, p=nets.weights), "home")
        return net, rng.integers(0, 1 << 50, n), v4
    if gear.mode == "sticky":
        return home, mix(who, 77, (start / DAY / 30).astype(np.int64)), v4
    if gear.mode == "group":
        net = np.full(n, gear.net) if gear.net >= 0 else home
        return net, mix(group, net, rng.integers(0, gear.pool, n)), v4
    tenant = np.where(group > 0, group + TENANT, who)
    clouds = nets.all("cloud")
    chosen = clouds[np.searchsorted(nets.cloud_cdf, (mix(tenant, 5) % 100003) / 100003)]
    net = np.full(n, gear.net) if gear.net >= 0 else chosen
    return net, mix(tenant, net, rng.integers(0, gear.pool, n)), v4
