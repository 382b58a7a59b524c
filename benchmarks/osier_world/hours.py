"""When conversations begin, in days since the log began (UTC)."""

import numpy as np

from .chance import F64, I64, U64, Draw, below, unit
from .party import Party
from .provider import Provider

_HOUR = np.arange(24)


def _bump(middle: float, width: float, weight: float = 1.0) -> F64:
    """Activity around an hour of the day."""
    away = np.minimum(np.abs(_HOUR - middle), 24 - np.abs(_HOUR - middle))
    return np.asarray(weight * np.exp(-0.5 * (away / width) ** 2))


PROFILES = (
    np.stack(
        [
            _bump(9.5, 1.6) + _bump(14.5, 2.0),  # office
            _bump(20.5, 2.0) + _bump(12.5, 1.0, 0.3),  # evening
            _bump(7, 1.5) + _bump(18, 2.5, 0.5),  # early
            _bump(23.5, 2.2) + _bump(15, 3, 0.3),  # night
            _bump(15, 4.5),  # all day
            _bump(10.5, 1.5, 0.7) + _bump(16, 2.0, 0.8) + _bump(21.5, 1.5, 0.8),  # student
        ]
    )
    + 0.008
)
_STEPS = np.cumsum(PROFILES / PROFILES.sum(1, keepdims=True), 1)
WEEKS = np.array(  # how likely each weekday is used, by habit
    [[1, 1, 1, 1, 0.9, 0.1, 0.05], [0.9, 0.9, 0.9, 0.9, 0.8, 0.7, 0.8], [0.35, 0.3, 0.35, 0.3, 0.5, 1, 1], [1, 0.2, 1, 0.2, 0.8, 0.1, 0.3]]
)
WEEK_SHARES = np.array([0.0, 0.42, 0.8, 0.92])
TRIES = 9


def begin(provider: Provider, party: Party, draw: Draw, person: U64, sitting: U64, zone: I64, window: tuple[F64, F64]) -> F64:
    """When the sittings of persons begin, within the window of each."""
    first, last = window
    if party.clock in ("steady", "switch"):
        day = first + unit(sitting, "day") * (last - first)
        if party.clock == "steady":
            return np.asarray(day)
        return _switch(provider, draw, np.asarray(day), sitting)
    if party.clock == "meets":
        return _meet(provider, party, draw, person, sitting, zone, window)
    office = party.clock == "office"
    habit = np.zeros(len(person), np.int64) if office else np.searchsorted(WEEK_SHARES, unit(person, "week"), side="right") - 1
    profile = np.zeros(len(person), np.int64) if office else below(person, len(PROFILES), "profile")
    day = np.floor(first + unit(sitting, "day") * (last - first))
    for again in range(1, TRIES):  # a day that the person's week makes likely
        weekday = (day.astype(np.int64) + provider.weekday) % 7
        poor = unit(sitting, "accept", again) > WEEKS[habit, weekday]
        day = np.where(poor, np.floor(first + unit(sitting, "day", again) * (last - first)), day)
    chance = unit(sitting, "hour")
    hour = np.searchsorted((_STEPS + np.arange(len(PROFILES))[:, None]).ravel(), profile + chance) - 24 * profile
    shift = (unit(person, "shift") - 0.5) * 2.4
    time = day + (np.minimum(hour, 23) + unit(sitting, "minute") + shift - zone) / 24
    return np.asarray(np.where(time < first, time + 1, time))


def _switch(provider: Provider, draw: Draw, day: F64, sitting: U64) -> F64:
    """In the hours in which the whole party is on; on some days it is off."""
    opens, lasts = draw.real(0, 24), draw.real(5, 11)
    off = draw.rng.random(provider.days + 2) < draw.real(0.05, 0.3)
    whole = np.floor(day).astype(np.int64)
    for _ in range(3):
        whole = np.where(off[whole], np.maximum(whole - 1, 0), whole)
    return np.asarray(whole + (opens + lasts * unit(sitting, "hour")) / 24)


def _meet(provider: Provider, party: Party, draw: Draw, person: U64, sitting: U64, zone: I64, window: tuple[F64, F64]) -> F64:
    """At one of the meetings, sometimes before or after it, at home."""
    first, last = float(window[0].min()), float(window[1].max())
    days = np.floor(draw.rng.uniform(first, max(first + 1, last - 1), party.meetings * 3))
    weekend = (days.astype(np.int64) + provider.weekday) % 7 >= 5
    days = days[np.argsort(weekend, kind="stable")][: party.meetings] if party.width < 0.2 else np.sort(days)[: party.meetings]
    at = days + (draw.rng.uniform(8, 15, len(days)) - float(zone[0])) / 24
    home = unit(sitting, "home") < 0.12
    time = at[below(sitting, len(at), "meeting")] + party.width * unit(sitting, "when")
    return np.asarray(np.where(home, time + 0.5 * unit(sitting, "later") + 0.1, time))
