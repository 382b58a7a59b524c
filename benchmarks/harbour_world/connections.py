"""How the accounts of a crowd are connected, by style: at home, from an office, behind one egress."""

import numpy as np

from .networks import pick_lines


def connect(world, style, land, org, n_orgs):
    """Lines of accounts in a style.

    Args:
        world: whose networks.
        style: one of those below.
        land: country of each account.
        org: organisation of each account, 0 to n_orgs - 1.
        n_orgs: number of organisations.

    Returns:
        Up to four lines, and the share of traffic that takes each.
    """
    return STYLES[style](world, land, org, n_orgs)


def _mixed(world, land, org, n_orgs):
    """At home, and on the phone, through a VPN or from a server."""
    nets = world.networks
    others = [nets.mobile(land), nets.vpn(land), nets.cloud(land), nets.home(land)]
    which = world.rng.choice(4, len(land), p=[0.5, 0.14, 0.2, 0.16])
    second = tuple(np.choose(which, [other[part] for other in others]) for part in range(3))
    return [nets.home(land), second], [0.7, 0.3]


def _desks(world, org, n_orgs):
    return pick_lines(world.networks.spots(n_orgs, "office"), org)


def _home(world, land, org, n_orgs):
    return [world.networks.home(land), world.networks.mobile(land)], [0.85, 0.15]


def _mobile(world, land, org, n_orgs):
    nets = world.networks
    return [nets.mobile(land), nets.mobile(land), nets.home(land)], [0.5, 0.3, 0.2]


def _cloud(world, land, org, n_orgs):
    return [world.networks.cloud(land), world.networks.cloud(land)], [0.75, 0.25]


def _campus(world, land, org, n_orgs):
    return [world.networks.campus(land, org), world.networks.home(land)], [0.6, 0.4]


def _vpn(world, land, org, n_orgs):
    return [world.networks.vpn(land), world.networks.vpn(land)], [0.6, 0.4]


def _office(world, land, org, n_orgs):
    return [_desks(world, org, n_orgs), world.networks.home(land)], [0.88, 0.12]


def _office_and_vpn(world, land, org, n_orgs):
    nets = world.networks
    return [_desks(world, org, n_orgs), nets.vpn(land), nets.home(land)], [0.5, 0.25, 0.25]


def _office_and_home(world, land, org, n_orgs):
    return [_desks(world, org, n_orgs), world.networks.home(land)], [0.4, 0.6]


def _home_and_vpn(world, land, org, n_orgs):
    return [world.networks.home(land), world.networks.vpn(land)], [0.6, 0.4]


def _egress(world, land, org, n_orgs):
    """Two addresses of servers for all of an organisation."""
    servers = world.networks.spots(2 * n_orgs, "cloud")
    return [pick_lines(servers, 2 * org), pick_lines(servers, 2 * org + 1)], [0.6, 0.4]


def _venue(world, land, org, n_orgs):
    nets = world.networks
    return [pick_lines(nets.spots(3, "office"), org % 3), nets.mobile(land), nets.home(land)], [0.7, 0.15, 0.15]


def _venue_and_cloud(world, land, org, n_orgs):
    nets = world.networks
    return [pick_lines(nets.spots(2, "office"), org % 2), nets.cloud(land)], [0.4, 0.6]


STYLES = {
    "mixed": _mixed, "home": _home, "mobile": _mobile, "cloud": _cloud, "campus": _campus, "vpn": _vpn,
    "office": _office, "office+vpn": _office_and_vpn, "office+home": _office_and_home, "home+vpn": _home_and_vpn,
    "egress": _egress, "venue": _venue, "venue+cloud": _venue_and_cloud,
}
SERVERS = ("cloud", "egress", "venue+cloud")
"""styles in which people register from a desk, not from the server that calls"""
