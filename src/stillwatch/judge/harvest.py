"""Unmix: which requests of a campaign's accounts are its harvest, and what they amount to. Sums over partitions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.measure import HOUR_US, Matcher
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]
Batch = tuple[NDArray[np.int32], Mapping[str, NDArray[np.generic]]]


@dataclass
class Tally:
    """Sums of one run; arrays start with the campaign, ``(n_campaigns, …)``."""

    harvested: I64
    """``(n_campaigns, n_hours)``."""
    other: I64
    """Other requests of the accounts, ``(n_campaigns, n_hours)``."""
    capabilities: I64
    output_tokens: I64
    first_us: I64
    last_us: I64
    by_account: I64
    """Harvested requests of each account, ``(n_accounts,)``."""
    paths: list[dict[int, int]]
    models: list[dict[tuple[int, int], int]]
    """(model, hour) -> harvested requests."""
    start_hour: int


class Unmixer:
    """Tells the harvested requests of a run, partition by partition.

    The matcher's groups are the campaigns: their accounts, and the objects that mark their harvest. Where content marks a
    campaign's harvest, what its accounts do besides is cover; where nothing does, all that they do is harvest.
    """

    def __init__(self, matcher: Matcher, window_us: tuple[int, int]) -> None:
        """Prepare empty sums for the campaigns of ``matcher``."""
        groups = matcher.groups
        self.matcher, self.n = matcher, groups.n
        self.rank = np.zeros(groups.n, np.int64)
        self.account_campaign = np.full(matcher.n_accounts, -1, np.int64)
        self.account_campaign[groups.member_account] = groups.member_group
        hours = (window_us[0] // HOUR_US, window_us[1] // HOUR_US)
        shape = (self.n, hours[1] - hours[0] + 1)
        self.tally = Tally(
            np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros((self.n, len(CAPABILITIES)), np.int64),
            np.zeros(self.n, np.int64), np.full(self.n, np.iinfo(np.int64).max), np.full(self.n, np.iinfo(np.int64).min),
            np.zeros(matcher.n_accounts, np.int64), [{} for _ in range(self.n)], [{} for _ in range(self.n)], hours[0],
        )

    def campaign_of(self, batch: Batch) -> I64:
        """Campaign of each event of a batch, -1 where it is no harvest; adds to the tally."""
        account, columns = batch
        found = self.matcher.best(account, columns, self.rank).astype(np.int64)
        self._add(account, columns, found)
        return found

    def _add(self, account: NDArray[np.int32], columns: Mapping[str, NDArray[np.generic]], found: I64) -> None:
        tally, shape = self.tally, self.tally.harvested.shape
        hour = (columns["time"] // HOUR_US - tally.start_hour).astype(np.int64)
        whose = self.account_campaign[account]
        rows, rest = np.flatnonzero(found >= 0), np.flatnonzero((found < 0) & (whose >= 0))
        c = found[rows]
        size = shape[0] * shape[1]
        tally.harvested += np.bincount(c * shape[1] + hour[rows], minlength=size).reshape(shape)
        tally.other += np.bincount(whose[rest] * shape[1] + hour[rest], minlength=size).reshape(shape)
        kinds = len(CAPABILITIES)
        tally.capabilities += np.bincount(c * kinds + columns["capability"][rows], minlength=self.n * kinds).reshape(-1, kinds)
        tally.output_tokens += np.bincount(c, weights=columns["output_tokens"][rows], minlength=self.n).astype(np.int64)
        np.minimum.at(tally.first_us, c, columns["time"][rows])
        np.maximum.at(tally.last_us, c, columns["time"][rows])
        tally.by_account += np.bincount(account[rows], minlength=len(tally.by_account))
        _count(tally.paths, c, columns["path"][rows])
        key = np.stack([c, columns["model"][rows], hour[rows]], axis=1)
        values, counts = np.unique(key, axis=0, return_counts=True)
        for (campaign, model, at), count in zip(values.tolist(), counts.tolist(), strict=True):
            tally.models[campaign][model, at] = tally.models[campaign].get((model, at), 0) + count


def _count(into: list[dict[int, int]], campaign: I64, value: NDArray[np.generic]) -> None:
    values, counts = np.unique(np.stack([campaign, value.astype(np.int64)], axis=1), axis=0, return_counts=True)
    for (c, key), count in zip(values.tolist(), counts.tolist(), strict=True):
        into[c][key] = into[c].get(key, 0) + count


def unmix(unmixer: Unmixer, batches: Iterable[Batch]) -> Tally:
    """Tally all batches."""
    for batch in batches:
        unmixer.campaign_of(batch)
    return unmixer.tally
