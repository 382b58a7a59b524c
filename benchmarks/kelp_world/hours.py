"""When accounts are used: days of the week, hours of the day, spells; sittings of one or several turns."""

from dataclasses import dataclass

import numpy as np

from .arrays import Arr, mix
from .world import DAY, World

HOURS: dict[str, list[float]] = {
    "human": [3, 2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 8, 8, 9, 9, 9, 9, 10, 11, 12, 12, 9, 6],
    "office": [0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 4, 9, 12, 12, 11, 7, 10, 12, 11, 9, 6, 3, 2, 1.5, 1, 0.6, 0.4],
    "school": [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 1, 4, 10, 12, 12, 10, 8, 10, 8, 5, 4, 4, 4, 5, 5, 4, 2, 0.5],
    "night": [9, 8, 8, 7, 5, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10], "flat": [1] * 24,
    "shop": [4, 3, 2, 2, 2, 2, 3, 4, 6, 7, 8, 8, 8, 8, 8, 8, 8, 9, 10, 11, 11, 10, 8, 6]
}
WEEK: dict[str, list[float]] = {
    "human": [1, 1, 1, 1, 0.9, 0.95, 1.05], "office": [1, 1.05, 1.05, 1, 0.85, 0.12, 0.1], "school": [1, 1, 1, 1, 0.8, 0.1, 0.3],
    "night": [1, 1, 1, 1, 1, 1.2, 1.2], "flat": [1] * 7, "shop": [1, 1, 1, 1, 1.1, 1.2, 1.1]
}


@dataclass(frozen=True)
class Sittings:
    """Conversations to come: whose, from which second on, of how many turns."""

    who: Arr
    start: Arr
    turns: Arr

    def __len__(self) -> int:
        """How many there are."""
        return len(self.who)

    def where(self, which: Arr) -> "Sittings":
        """Some of them."""
        return Sittings(self.who[which], self.start[which], self.turns[which])


def turns(w: World, n: int, mean: float, who: Arr | None = None) -> Arr:
    """Turns of n sittings, with a long tail; accounts that are given have habits, many of asking just once."""
    m = np.full(n, max(mean, 1.0001))
    if who is not None:
        m = 1.0001 + (m - 1) * 2.4 * (mix(who, 23) % 1000 / 1000.0) ** 1.6
    return np.minimum(w.rng.geometric(1.0 / m), 40)


def once(who: Arr, start: Arr) -> Sittings:
    """Sittings of one turn."""
    return Sittings(who, start, np.ones(len(who), dtype=np.int64))


def sittings(
    w: World, who: Arr, rate: float, profile: str = "human", mean_turns: float = 1.0, *, window: tuple[float, float] | None = None,
    sigma: float = 0.9, until: Arr | None = None, tz: float | None = None
) -> Sittings:
    """Sittings of accounts over the window: a mean a day, which sigma spreads between accounts; of one turn, or with habits."""
    rng, n = w.rng, len(who)
    low, high = window or (0.0, float(w.days))
    count = rng.poisson(rate * np.exp(rng.normal(0, sigma, n) - sigma * sigma / 2) * (high - low))
    of = np.repeat(np.arange(n), count)
    day = _days(w, profile, of, n, low, high)
    day_hours = np.array(HOURS[profile], dtype=float)
    hour = rng.choice(24, len(of), p=day_hours / day_hours.sum()) + rng.random(len(of))
    if profile == "human":
        hour = hour + rng.normal(0, 1.6, n)[of]
    zone = w.column("tz", who)[of] if tz is None else tz
    t = day + (hour - zone) / 24
    born = w.column("created", who)[of].astype(float)
    ok = (t > np.maximum(born + 0.002, low)) & (t < min(high, w.days - 0.001))
    if until is not None:
        ok &= t < until[of]
    kept = np.flatnonzero(ok)
    kept = kept[np.lexsort((t[kept], who[of][kept]))]
    s = once(who[of][kept], t[kept] * DAY)
    return s if mean_turns == 1.0 else Sittings(s.who, s.start, turns(w, len(s), mean_turns, s.who))


def _days(w: World, profile: str, of: Arr, n: int, low: float, high: float) -> Arr:
    """The day of each sitting; people come in spells, a few active days and then silence."""
    rng = w.rng
    if profile == "human":
        focus, width = rng.random(n) * (high - low), np.exp(rng.normal(2.2, 0.8, n))
    days = np.arange(int(np.floor(low)), int(np.ceil(high)))
    weight = np.array([WEEK[profile][(w.start.weekday() + d) % 7] for d in days], dtype=float)
    day = rng.choice(days, len(of), p=weight / weight.sum()).astype(float)
    if profile == "human":
        near = rng.random(len(of)) < 0.5
        spell = np.floor(np.clip(focus[of] + rng.normal(0, 1, len(of)) * width[of] * 0.4, 0, high - low - 0.01) + low)
        day = np.where(near, spell, day)
    return day


def first_days(w: World, who: Arr, more: float) -> tuple[Arr, Arr]:
    """Account and second of sittings soon after sign-up, for accounts opened within the window: one and on average some more."""
    born = w.column("created", who).astype(float)
    new = (born > 0) & (born < w.days - 0.2)
    count = w.rng.poisson(more, len(who))[new] + 1
    t = np.repeat(born[new], count) + 0.002 + w.rng.exponential(0.15, int(count.sum()))
    kept = t < w.days - 0.01
    return np.repeat(who[new], count)[kept], t[kept] * DAY
