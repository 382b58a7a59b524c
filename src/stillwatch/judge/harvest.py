"""What the harvest of each campaign amounts to: sums over partitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from stillwatch.judge.people import HOUR_US
from stillwatch.numeric.arrays import distinct
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]

SHOWN_STEPS = 240
"""Steps of time that a campaign's pictures have at most."""
BEYOND, CHANCE = 10.0, 1e-4
"""Times the expected number of requests, and its p-value (Poisson), from which a wording is a campaign's own."""


def worded(inside: I64, outside: I64, events: I64, innocent_events: int) -> NDArray[np.bool_]:
    """Wordings that a campaign's accounts send ten times as often as its cover would, were all of its requests cover, ``(n,)``.

    Cover is made to look like innocents' requests, so it shows a wording at their rate; what is far beyond that is the
    campaign's own. Blind where cover is made with wordings of its own that several accounts share.

    Args:
        inside: requests of the campaign that show each wording.
        outside: innocents' requests that do.
        events: requests of the campaign, for each wording.
        innocent_events: all requests of innocents.
    """
    expected = (outside + 1.0) * events / max(innocent_events, 1)
    return np.asarray((inside >= BEYOND * expected) & (stats.poisson.sf(inside - 1, expected) <= CHANCE))


@dataclass
class Tally:
    """Sums; arrays start with the campaign, ``(n_campaigns, …)``."""

    harvested: I64
    """Requests taken for harvest, ``(n_campaigns, n_hours)``."""
    between: I64
    """Fewest and most requests that the harvest is told to be, ``(n_campaigns, 2)``."""
    other: I64
    """Other requests of the same accounts, ``(n_campaigns, n_hours)``."""
    capabilities: I64
    """Harvested requests by capability, ``(n_campaigns, len(CAPABILITIES))``."""
    output_tokens: I64
    """Answered to them."""
    first_us: I64
    last_us: I64
    """When the first and the last of them was sent; the ends of what an int64 holds where there is none."""
    by_account: I64
    """Harvested requests of each account, ``(n_accounts,)``."""
    paths: list[dict[int, int]]
    """Hash of the access path -> harvested requests."""
    models: list[dict[tuple[int, int], int]]
    """(hash of the model, hour) -> harvested requests."""
    start_hour: int
    """Hour since 1970 UTC that the hours begin with."""
    shown: I64
    """Accounts whose activity is kept, ascending."""
    activity: I64
    """Their requests by steps of :attr:`step_hours`, ``(len(shown), n_steps)``: by hour it would take gigabytes in a log of years."""

    @property
    def step_hours(self) -> int:
        """Hours of which the report draws one value."""
        return _step_hours(self.harvested.shape[1])

    @classmethod
    def empty(cls, n: int, n_accounts: int, hours: tuple[int, int], shown: I64) -> "Tally":
        """Zero for ``n`` campaigns over the hours from first to last."""
        shape = (n, hours[1] - hours[0] + 1)
        n_steps = -(-shape[1] // _step_hours(shape[1]))
        return cls(
            np.zeros(shape, np.int64), np.zeros((n, 2), np.int64), np.zeros(shape, np.int64), np.zeros((n, len(CAPABILITIES)), np.int64),
            np.zeros(n, np.int64), np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min),
            np.zeros(n_accounts, np.int64), [{} for _ in range(n)], [{} for _ in range(n)], hours[0],
            shown, np.zeros((len(shown), n_steps), np.int64),
        )

    def add(
        self, account: NDArray[np.int32], whose: I64, harvested: NDArray[np.bool_], columns: Mapping[str, NDArray[Any]]
    ) -> None:
        """Add events: ``whose`` is the campaign of each event's account, -1 for none."""
        n, n_hours = self.harvested.shape
        hour = (columns["time"] // HOUR_US - self.start_hour).astype(np.int64)
        rows, rest = np.flatnonzero(harvested & (whose >= 0)), np.flatnonzero(~harvested & (whose >= 0))
        c = whose[rows]
        self.harvested += np.bincount(c * n_hours + hour[rows], minlength=n * n_hours).reshape(n, n_hours)
        self.other += np.bincount(whose[rest] * n_hours + hour[rest], minlength=n * n_hours).reshape(n, n_hours)
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
    values, counts = distinct(np.stack([key.astype(np.int64) for key in keys], axis=1))
    return [(tuple(value), count) for value, count in zip(values.tolist(), counts.tolist(), strict=True)]
