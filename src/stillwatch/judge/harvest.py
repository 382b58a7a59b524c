"""Count the harvest of each campaign: sums over partitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from stillwatch.judge.people import HOUR_US
from stillwatch.numeric.arrays import distinct_rows
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]

SHOWN_STEPS = 240
"""Most steps of time in a campaign's pictures."""
BEYOND, CHANCE = 10.0, 1e-4
"""Least ratio of observed to expected requests, and largest p-value (Poisson), of a campaign's own wordings."""


def worded(inside: I64, outside: I64, events: I64, innocent_events: int) -> NDArray[np.bool_]:
    """Which wordings are a campaign's own: sent BEYOND times as often as if all of its requests were cover, ``(n_wordings,)``.

    Cover is made to look like innocents' requests, so it would show a wording at their rate. Blind where cover has its own wordings that
    several accounts share.

    Args:
        inside: requests of the campaign that show each wording, ``(n_wordings,)``.
        outside: requests of innocents that show it, ``(n_wordings,)``.
        events: requests of the wording's campaign, ``(n_wordings,)``.
        innocent_events: all requests of innocents.
    """
    expected = (outside + 1.0) * events / max(innocent_events, 1)
    return np.asarray((inside >= BEYOND * expected) & (stats.poisson.sf(inside - 1, expected) <= CHANCE))


@dataclass
class Tally:
    """Sums of each campaign, and of each group to review."""

    harvested: I64
    """Requests that count as harvest, ``(n_campaigns, n_hours)``."""
    between: I64
    """Ends of the interval of the harvest (:func:`.between`), requests, ``(n_campaigns, 2)``."""
    other: I64
    """Other requests of the same accounts, ``(n_campaigns, n_hours)``."""
    capabilities: I64
    """Harvested requests by capability, ``(n_campaigns, len(CAPABILITIES))``."""
    output_tokens: I64
    """Output tokens of the harvested requests, ``(n_campaigns,)``."""
    first_us: I64
    """Time of the first harvested request, microseconds since 1970 UTC, ``(n_campaigns,)``; the largest int64 where there is none."""
    last_us: I64
    """Time of the last one; the smallest int64 where there is none."""
    by_account: I64
    """Harvested requests of each account, ``(n_accounts,)``."""
    paths: list[dict[int, int]]
    """Hash of the access path -> harvested requests."""
    models: list[dict[tuple[int, int], int]]
    """(hash of the model, hour) -> harvested requests."""
    start_hour: int
    """The first hour, counted from 1970 UTC."""
    shown: I64
    """Accounts whose activity is kept, ascending."""
    activity: I64
    """Requests of these by steps of :attr:`step_hours`, ``(len(shown), n_steps)``; by hour, a log of years would take gigabytes."""

    @property
    def step_hours(self) -> int:
        """Hours per step of the report's pictures."""
        return _step_hours(self.harvested.shape[1])

    @classmethod
    def empty(cls, n: int, n_accounts: int, hours: tuple[int, int], shown: I64) -> "Tally":
        """A tally of zeros.

        Args:
            n: number of campaigns.
            n_accounts: number of accounts.
            hours: first and last hour since 1970 UTC.
            shown: accounts whose activity is kept, ascending.
        """
        shape = (n, hours[1] - hours[0] + 1)
        n_steps = -(-shape[1] // _step_hours(shape[1]))
        return cls(
            np.zeros(shape, np.int64), np.zeros((n, 2), np.int64), np.zeros(shape, np.int64), np.zeros((n, len(CAPABILITIES)), np.int64),
            np.zeros(n, np.int64), np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min),
            np.zeros(n_accounts, np.int64), [{} for _ in range(n)], [{} for _ in range(n)], hours[0],
            shown, np.zeros((len(shown), n_steps), np.int64),
        )

    def add(
        self, account: NDArray[np.int32], owner: I64, harvested: NDArray[np.bool_], columns: Mapping[str, NDArray[Any]]
    ) -> None:
        """Add a batch of events.

        Args:
            account: code of each event's account, ``(n_events,)``.
            owner: campaign of that account, -1 for none, ``(n_events,)``.
            harvested: whether each event is harvest, ``(n_events,)``.
            columns: sketch columns ``time``, ``output_tokens``, ``capability``, ``path`` and ``model``, ``(n_events,)`` each.
        """
        n, n_hours = self.harvested.shape
        hour = (columns["time"] // HOUR_US - self.start_hour).astype(np.int64)
        rows, rest = np.flatnonzero(harvested & (owner >= 0)), np.flatnonzero(~harvested & (owner >= 0))
        c = owner[rows]
        self.harvested += np.bincount(c * n_hours + hour[rows], minlength=n * n_hours).reshape(n, n_hours)
        self.other += np.bincount(owner[rest] * n_hours + hour[rest], minlength=n * n_hours).reshape(n, n_hours)
        kinds = len(CAPABILITIES)
        self.capabilities += np.bincount(c * kinds + columns["capability"][rows], minlength=n * kinds).reshape(n, kinds)
        self.output_tokens += np.bincount(c, weights=columns["output_tokens"][rows], minlength=n).astype(np.int64)
        np.minimum.at(self.first_us, c, columns["time"][rows])
        np.maximum.at(self.last_us, c, columns["time"][rows])
        self.by_account += np.bincount(account[rows], minlength=len(self.by_account))
        place = np.minimum(np.searchsorted(self.shown, account), max(len(self.shown) - 1, 0))
        seen = np.flatnonzero(self.shown[place] == account) if len(self.shown) else np.zeros(0, np.int64)
        flat = np.bincount(place[seen] * self.activity.shape[1] + hour[seen] // self.step_hours, minlength=self.activity.size)
        self.activity += flat.reshape(self.activity.shape)
        for (campaign, path), count in _counted(c, columns["path"][rows]):
            self.paths[campaign][path] = self.paths[campaign].get(path, 0) + count
        for (campaign, model, at), count in _counted(c, columns["model"][rows], hour[rows]):
            self.models[campaign][model, at] = self.models[campaign].get((model, at), 0) + count


def _step_hours(n_hours: int) -> int:
    return -(-n_hours // SHOWN_STEPS)


def _counted(*keys: NDArray[Any]) -> list[tuple[tuple[int, ...], int]]:
    """Distinct combinations of the keys, ``(n,)`` each, and how often each occurs."""
    values, counts = distinct_rows(np.stack([key.astype(np.int64) for key in keys], axis=1))
    return [(tuple(value), count) for value, count in zip(values.tolist(), counts.tolist(), strict=True)]
