"""Where a crowd reaches the host from, and with which programs."""

import numpy as np
from numpy.random import Generator

from . import clients
from .arrays import Arr, choose
from .carriers import HOME
from .world import LANDS, Crowd, World

SEATS = 7
"""places and devices of a subscription that strangers share"""


def places(w: World, rng: Generator, c: Crowd, land: list[str], team: Arr) -> tuple[Arr, str, Arr, Arr]:
    """Addresses of each account (columns), how they are used (see `habits.addresses`), a shared pool, and days until an address changes."""
    n, net = len(land), w.net
    lease = np.maximum(0.3, rng.lognormal(1.6, 1.0, n))
    pool = np.zeros(0, int)
    lands = list(dict.fromkeys(land))
    if c.net in ("home", "homeonly", "family"):
        ips = np.array([[*net.home(x, 3), net.mobile(x)] for x in land])
        if c.net == "family":
            first = np.searchsorted(team, team)
            ips[:, :3], lease = ips[first, :3], lease[first]
        return ips, "homeonly" if c.net == "homeonly" else "home", pool, lease
    if c.net == "office":
        of_team = {t: (net.home(x, 2) if rng.random() < 0.6 else net.host(2)) for t, x in zip(team.tolist(), land, strict=True)}
        return np.array([of_team[t] + net.home(x, 1) for t, x in zip(team.tolist(), land, strict=True)]), "office", pool, lease
    if c.net == "site":
        pool = np.array([net.new((HOME.get(land[0]) or HOME["US"])[-1], land[0]) for _ in range(c.exits)])
        return np.array([[*net.home(x, 2), net.mobile(x)] for x in land]), "site", pool, lease
    if c.net == "host" and c.team[1] > 1:
        of_team = {t: net.host(3, c.place) for t in dict.fromkeys(team.tolist())}
        return np.array([of_team[t] for t in team.tolist()]), "any", pool, lease
    if c.net == "host":
        return np.array([net.host(2, c.place) for _ in land]), "first", pool, lease
    if c.net == "hostpool":
        pool = np.array(net.host(c.exits, c.place))
        return pool[rng.integers(0, len(pool), (n, 2))], "first", pool, lease
    if c.net == "vpn":
        return np.array([[net.vpn() for _ in range(4)] for _ in land]), "any", pool, lease
    if c.net == "sticky":
        return np.array([net.exits([x], 3) for x in land]), "lease", pool, lease
    if c.net == "geo":
        of_land = {x: np.array(net.exits([x], max(6, c.exits // len(lands)))) for x in lands}
        return np.array([rng.choice(of_land[x], 16) for x in land]), "any", pool, lease
    if c.net == "seats":
        return np.array([[
            net.home(x if u < 0.4 else y, 1)[0] for y, u in zip(choose(rng, LANDS, SEATS), rng.random(SEATS), strict=True)
        ] for x in land]), "seats", pool, lease
    return np.array([[0]] * n), "rotate", np.array(net.exits(lands, c.exits)), lease


def devices(w: World, rng: Generator, c: Crowd, team: Arr) -> Arr:
    """Two programs of each account (seven of a shared one), as numbers in the table of clients."""
    n = len(team)
    if c.dev == "person":
        out = []
        for u in rng.random(n).tolist():
            first = w.client(clients.phone_app(rng) if u < 0.3 else clients.browser(rng))
            out.append([first, w.client(clients.phone_app(rng)) if u > 0.6 else first])
        return np.array(out)
    if c.dev == "seats":
        return np.array([
            [w.client(clients.phone_app(rng) if u < 0.4 else clients.browser(rng)) for u in rng.random(SEATS)] for _ in range(n)
        ])
    if c.dev == "sdk":
        own = [w.client(clients.sdk(rng, c.flavour)) for _ in range(int(team[-1]) + 1)]
        return np.array([[own[t], own[t] if rng.random() < 0.8 else w.client(clients.sdk(rng, c.flavour))] for t in team.tolist()])
    if c.dev == "images":
        made = [w.client(clients.sdk(rng, c.flavour)) for _ in range(c.images)]
        return np.repeat(np.array(made)[rng.integers(0, c.images, n)][:, None], 2, 1)
    if c.dev == "plugin":
        made, name = [], c.tag or "sheet-helper"
        for i in range(5):
            now, later = (f"{name}/{1 + i // 3}.{i % 3 + step}.0" for step in (0, 1))
            made.append(w.client((now, later, clients.ja4_of(f"plug-{c.tag}-{i // 2}-{rng.integers(2)}"))))
        return np.repeat(np.array(made)[rng.choice(5, n, p=[0.05, 0.1, 0.15, 0.3, 0.4])][:, None], 2, 1)
    if c.dev == "shared_pc":
        inspected = clients.ja4_of(f"inspect-{rng.integers(5)}") if c.net == "office" and rng.random() < 0.6 else None
        made = [w.client((a, b, inspected or j)) for a, b, j in [clients.browser(rng) for _ in range(c.images)]]
        return np.array(made)[rng.integers(0, c.images, (n, 2))]
    kernels = rng.integers(118, 134, 2).tolist()
    return np.array([[x, x] for x in (w.client(clients.browser(rng, kernels[i])) for i in rng.integers(0, 2, n).tolist())])
