"""Habits of private persons and of groups: how often, when, for how long; how they call themselves."""

from collections.abc import Iterator

import numpy as np

from .arrays import Arr
from .log import Group
from .text import GENERAL
from .world import DAY, World

CHAT = (*GENERAL, "health", "plan", "rp")


def sessions(w: World, g: Group, mean: float, sigma: float = 1.0, lo: Arr | float = 0.0, hi: Arr | float | None = None) -> tuple[Arr, Arr]:
    """Heavy-tailed numbers of conversations an account (at most 60 times the mean), at times of its habit."""
    count = np.minimum(w.rng.poisson(mean * w.rng.lognormal(-(sigma**2) / 2, sigma, g.n)), int(60 * mean) + 1)
    who = np.repeat(np.arange(g.n), count)
    lo_ = np.broadcast_to(np.asarray(lo, float), g.n)[who]
    hi_ = np.broadcast_to(np.asarray(w.end if hi is None else hi, float), g.n)[who]
    return who, w.times(len(who), lo_, hi_, w.tz(g.country)[who], g.profile, g.weekend)


def turns(w: World, n: int, mean: float) -> Arr:
    """Numbers of turns of n conversations."""
    return w.rng.geometric(1 / mean, n)


def parties(w: World, size: float, least: int, below: int) -> Iterator[int]:
    """Sizes of groups, from `least` to under `below`, until all accounts of a crowd are in one."""
    left = w.n(size)
    while left > 0:
        n = min(left, int(w.rng.integers(least, below)))
        left -= n
        yield n


def joined(w: World, n: int, share: float) -> Arr:
    """Creation times: a share of accounts joins during the log, the others long ago."""
    old = -np.exp(w.rng.uniform(np.log(1), np.log(600), n)) * DAY
    return np.where(w.rng.random(n) < share, w.rng.uniform(0, w.end * 0.95, n), old)


def vary(w: World, g: Group, firm: float = 0.12) -> None:
    """People describe themselves in many ways at sign-up; some use a domain of their own."""
    n = g.n
    own = w.domains("companies", n)
    said = w.rng.choice(("startup", "research", "education", "enterprise"), n, p=(0.55, 0.2, 0.2, 0.05))
    for a, d, k, u, v in zip(g.idx.tolist(), own, said.tolist(), w.rng.random(n), w.rng.random(n), strict=True):
        if u < firm:
            w.acc["kind"][a] = k
        if v < firm * 0.7:
            w.acc["domain"][a] = d
