"""When people and programs ask. Times are seconds from the midnight (UTC) at which the log begins."""

import numpy as np

DAY_S, HOUR_S = 86400, 3600
PROFILES: dict[str, tuple[float, float, tuple[tuple[float, float, float], ...]]] = {
    "home": (0.06, 1.25, ((12.5, 2.5, 0.5), (20.5, 2.2, 1.0))),
    "office": (0.02, 0.10, ((10.3, 1.7, 1.0), (15.2, 1.9, 0.9))),
    "student": (0.05, 0.75, ((14.5, 3.0, 0.7), (22.0, 2.0, 1.0))),
    "evening": (0.01, 0.90, ((20.0, 1.6, 1.0),)),
    "shifts": (0.08, 0.80, ((9.0, 2.5, 1.0), (17.0, 2.5, 0.9))),
    "party": (0.00, 2.50, ((21.0, 1.3, 1.0),)),
    "noon": (0.02, 1.00, ((6.2, 0.5, 2.0), (12.0, 3.5, 0.5), (20.0, 2.5, 0.4))),
    "flat": (1.00, 1.00, ()),
    "venue": (0.15, 1.00, ((11.0, 3.0, 0.8), (19.0, 4.0, 1.0))),
    "block": (0.00, 1.00, ((6.0, 3.2, 1.0),)),
    "night": (0.03, 1.00, ((2.5, 2.0, 1.0),)),
}
"""Floor, factor at weekends, and bumps (hour, width in hours, height) in local time."""


def profile(name: str) -> tuple[np.ndarray, float]:
    """Rate in each of 96 quarters of a day, and the factor at weekends."""
    floor, weekend, bumps = PROFILES[name]
    hour = np.arange(96) / 4
    rate = np.full(96, floor)
    for middle, width, height in bumps:
        distance = np.abs(hour - middle)
        rate += height * np.exp(-0.5 * (np.minimum(distance, 24 - distance) / width) ** 2)
    if name == "block":  # on and off like a switch
        rate = (rate > 0.35) * 1.0
    return rate, weekend


def times(name: str, n: int, begin_s: float, end_s: float, offset_h: float, weekday: int, rng: np.random.Generator) -> np.ndarray:
    """``n`` times of a nonhomogeneous process; ``weekday`` is that of the log's first day, Monday 0."""
    rate, weekend = profile(name)
    quarters = np.arange(int(begin_s // 900), max(int(end_s // 900), int(begin_s // 900) + 1))
    local = quarters + int(offset_h * 4)
    day = local // 96
    intensity = rate[local % 96] * np.where((weekday + day) % 7 >= 5, weekend, 1.0)
    intensity = intensity * rng.lognormal(0, 0.2, day.max() - day.min() + 1)[day - day.min()] + 1e-9
    total = np.cumsum(intensity) / intensity.sum()
    return (quarters[np.searchsorted(total, rng.random(n))] + rng.random(n)) * 900.0


def sessions(
    name: str, counts: np.ndarray, length: float, begin_s: float, end_s: float, offsets_h: np.ndarray, weekday: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Conversations in sittings.

    Args:
        name: profile of hours.
        counts: sittings expected of each account.
        length: mean number of conversations of a sitting.
        begin_s, end_s: within these times.
        offsets_h: each account's distance from UTC, hours.
        weekday: of the log's first day.
        rng: source of chance.

    Returns:
        Account (its place in ``counts``) and start in seconds, of each conversation.
    """
    who, start = [], []
    chronotype_s = rng.normal(0, 1.1 * HOUR_S, len(counts))
    presence = rng.beta(3, 1.6, len(counts))
    salt = rng.integers(1 << 62)
    for offset in np.unique(offsets_h):
        here = np.flatnonzero(offsets_h == offset)
        owner = np.repeat(here, rng.poisson(counts[here] / presence[here]))
        at = times(name, len(owner), begin_s, end_s, float(offset), weekday, rng)
        there = coin(salt, owner, at // DAY_S) < presence[owner]  # nobody comes every day
        who.append(owner[there])
        start.append(at[there] + chronotype_s[owner[there]])
    owners, starts = np.concatenate(who), np.concatenate(start)
    repeats = rng.geometric(1 / max(length, 1.0), len(owners))
    gaps = rng.lognormal(np.log(420), 1.0, int(repeats.sum()))
    return np.repeat(owners, repeats), np.repeat(starts, repeats) + running(gaps, repeats)


def clock(period_s: np.ndarray, begin_s: float, end_s: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Account and start of calls that come every so many seconds, a little late."""
    n = np.maximum(((end_s - begin_s) / period_s).astype(int), 1)
    owner = np.repeat(np.arange(len(period_s)), n)
    turn = running(np.ones(len(owner)), n)
    phase = rng.random(len(period_s)) * period_s
    return owner, begin_s + phase[owner] + turn * period_s[owner] + rng.exponential(6, len(owner))


def running(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Sums of what came before, in runs of these lengths."""
    total = np.cumsum(values) - values
    first = np.cumsum(lengths) - lengths
    return total - np.repeat(total[first[lengths > 0]], lengths[lengths > 0])


def coin(*keys: np.ndarray | np.integer) -> np.ndarray:
    """Numbers in [0, 1) that hang on the keys alone."""
    return (mix(*keys) >> np.uint64(11)).astype(float) / 2**53


def mix(*keys: np.ndarray | np.integer) -> np.ndarray:
    """One 64-bit hash of several whole numbers (SplitMix64)."""
    state = np.zeros(1, np.uint64)
    for key in keys:
        state = state ^ np.asarray(key).astype(np.int64).astype(np.uint64)
        state = state + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return state
