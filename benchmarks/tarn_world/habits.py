"""What a member does in a conversation: the kind of task, the model, the address."""

import numpy as np
from numpy.random import Generator

from .arrays import Arr
from .places import SEATS
from .text import FAMILIES
from .world import DAY, Crowd, Members, World

TONGUE = {
    "ES": "es", "MX": "es", "AR": "es", "BR": "pt", "DE": "de", "FR": "fr", "ID": "id", "CN": "zh", "HK": "zh", "TW": "zh", "SG": "zh"
}
"""language that people of a country write if not English"""


def families(rng: Generator, m: Members, c: Crowd, who: Arr) -> Arr:
    """Kind of task of each conversation."""
    base = np.array([c.mix.get(family, 0.0) for family in FAMILIES])
    cum = np.cumsum(base[None, :] * (m.taste**c.tilt if c.tilt else 1.0) * np.ones((len(m.idx), 1)), 1)
    out = (rng.random(len(who))[:, None] * cum[who, -1:] > cum[who]).sum(1)
    if c.foreign:
        local = np.array([FAMILIES.index(TONGUE[x]) if x in TONGUE else -1 for x in m.land])
        use = (local[who] >= 0) & (rng.random(len(who)) < c.foreign * 0.8) & (m.quirk[who] < 0.75)
        out = np.where(use, local[who], out)
    return np.asarray(out)


def models(w: World, tier: Arr, t: Arr, quirk: Arr) -> Arr:
    """Number of the model used: newest of the tier, as soon as the account has adopted it."""
    out = np.zeros(len(tier), int)
    for name in np.unique(tier):
        where = np.flatnonzero(tier == name)
        options = sorted((x.released, i) for i, x in enumerate(w.host.models) if x.tier == name)
        for released, i in options:
            delay = -np.log(1 - quirk[where] * 0.999) * (2.5 if released > -30 else 15)
            ok = t[where] / DAY >= released + (delay if len(options) > 1 and released > -100 else 0)
            out[where[ok]] = i
    return out


def addresses(rng: Generator, m: Members, account: Arr, ts: Arr, rep: Arr, seat: Arr) -> Arr:
    """Address of each request; `seat` is a number between 0 and 1 of each conversation, `rep` the conversation of each request."""
    u = rng.random(len(seat))[rep]
    lease = (((ts / DAY) + m.quirk[account] * 10) / m.lease[account]).astype(int) % 3
    if m.ip_mode == "rotate":
        return np.asarray(m.pool[(rng.random(len(seat))[rep] * len(m.pool)).astype(int)])
    if m.ip_mode == "site":
        own = m.ips[account, (u * 50).astype(int) % 3]
        return np.asarray(np.where(u < 0.65, m.pool[(m.quirk[account] * len(m.pool)).astype(int)], own))
    column = {
        "seats": (seat[rep] ** 1.4 * SEATS).astype(int), "home": np.where(u < 0.22 * (m.quirk[account] > 0.4), 3, lease),
        "homeonly": lease, "lease": lease, "office": np.where(u < 0.75, 0, np.where(u < 0.82, 1, 2)),
        "any": (u**1.5 * m.ips.shape[1]).astype(int), "first": (u > 0.97).astype(int) % m.ips.shape[1]
    }[m.ip_mode]
    return np.asarray(m.ips[account, column])
