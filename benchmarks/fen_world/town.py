"""The background population."""

import numpy as np

from .firms import cloud_firm, corporate, product
from .private import casual, developer, family, quota_dodgers, worker
from .world import DAY, HOUR, World


def ordinary(w: World, n: float, events: float) -> None:
    """The bulk: chatters, office workers, developers, small products and cloud customers, scaled to a number of requests."""
    total, target = w.n(n), events * w.scale
    shares = {casual: (0.66, 8.0), worker: (0.15, 22.0), developer: (0.11, 40.0), product: (0.055, 190.0), cloud_firm: (0.025, 150.0)}
    unit = target / (total * sum(s * e for s, e in shares.values()))
    for crowd, (share, each) in shares.items():
        crowd(w, max(1, round(total * share)), each * unit)
    family(w, n * 0.008, 22)
    quota_dodgers(w, n * 0.002, 25)
    corporate(w, n / 2500, 26, 30)
    bans(w, 0.006)


def bans(w: World, share: float) -> None:
    """Innocents banned for other reasons (charge-backs, rules of use, mistakes), so that a ban is no mark of a fake."""
    pool = np.flatnonzero((w.acc["banned"] < 0) & (w.acc["campaign"] == ""))
    hit = pool[w.rng.random(pool.size) < share]
    when = w.start + (w.rng.random(hit.size) * w.days * 1.15 * DAY).astype(np.int64)
    w.acc["banned"][hit] = np.where(when < w.end, np.maximum(when, w.acc["created"][hit] + 2 * HOUR), -1)
    w.acc["banned"][hit[w.acc["banned"][hit] >= w.end]] = -1
