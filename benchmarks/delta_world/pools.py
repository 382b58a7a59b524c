"""What operators share: a curriculum, queues and workers, replacement, cover."""

import numpy as np

from .clock import Turns
from .hours import DAY
from .world import Group, World

CURRICULUM = {
    "explain": 6, "coding": 8, "math": 5, "science": 3, "reason": 4, "write": 5, "summ": 4, "extract": 3, "sql": 2, "legal": 2, "health": 2,
    "cot": 3, "rag": 1, "translate": 2
}
SOURCES = {"US": 5, "GB": 1, "DE": 1, "SG": 2, "HK": 1.5, "NL": 1, "BR": 1, "IN": 1, "JP": 1, "PL": 1}


def live(w: World, g: Group, t: np.ndarray, skew: float = 0.4) -> np.ndarray:
    """For each task time an account of the pool that is alive then (-1 if none).

    A queue's free worker, some workers are favoured.
    """
    weight = np.exp(w.rng.normal(0, skew, len(g)))
    cdf = np.cumsum(weight) / weight.sum()
    who = np.full(len(t), -1)
    need = np.arange(len(t))
    for _ in range(40):
        if not len(need):
            break
        c = np.minimum(np.searchsorted(cdf, w.rng.random(len(need))), len(g) - 1)
        good = (g.birth[c] + 120 < t[need]) & (t[need] < g.death[c])
        who[need[good]] = c[good]
        need = need[~good]
    return who


def singles(who: np.ndarray, t: np.ndarray) -> tuple[Turns, np.ndarray]:
    """Single-turn requests from an assignment; returns the turns and the rows kept."""
    rows = np.flatnonzero(who >= 0)
    return Turns(who[rows], np.arange(len(rows)), np.zeros(len(rows), int), t[rows]), rows


def queue_times(w: World, m: int, rhythm: str = "server", tz: float = 8, lo: float = 0, hi: float | None = None) -> np.ndarray:
    """Times of m tasks of a work queue between days lo and hi, sorted."""
    end = w.days if hi is None else hi
    return np.sort(w.clock.times(np.full(m, tz), np.full(m, lo * DAY), np.full(m, end * DAY), rhythm))


def relay(w: World, n: int, standing: int, life_days: float) -> tuple[np.ndarray, np.ndarray]:
    """Births and deaths of a pool kept at about `standing` live accounts: each ban brings a replacement some hours later."""
    rng = w.rng
    birth, death = np.empty(n), np.empty(n)
    lanes = -rng.exponential(3 * DAY, standing)
    for i in range(n):
        j = i if i < standing else int(np.argmin(lanes))
        birth[i] = lanes[j]
        death[i] = max(birth[i], 0) + DAY * (0.2 + rng.gamma(2, life_days / 2))
        lanes[j] = death[i] + rng.exponential(9 * 3600)
    return np.minimum(birth, w.span - 7200), np.where(death < w.span, death, np.inf)


def cover(w: World, g: Group, ev: float, rhythm: str = "evening") -> None:
    """Small talk of fake accounts, not harvested: a test call, a few questions, somebody's own curiosity."""
    if ev < 1 or not len(g):
        return
    tn = w.turns(g, ev, rhythm, sigma=0.9, turns=1.5, hi=np.minimum(g.death, w.span))
    w.play(
        g, tn, w.talk(tn, {"hello": 4, "chat": 4, "explain": 2, "coding": 2, "write": 1}, rough=0.3),
        model=w.models(tn.who, tn.t, {"base": 5, "mini": 3, "pro": 2})
    )
