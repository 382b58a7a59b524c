"""What the harvest of each campaign amounts to: sums over partitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from stillwatch.arrays import distinct
from stillwatch.judge.measure import HOUR_US
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]


KINDS = (len(CAPABILITIES) * 4, 16, 16)
"""Classes of a request by capability, system prompt and tools; by the length of its prompt; by the length of its answer."""
TELLING = 0.3
"""Nats a request by which marked requests must differ from innocents' for the others to be told by likeness."""

BEYOND, CHANCE = 10.0, 1e-4
"""Times the expected number of requests, and its p-value (Poisson), from which a wording is a campaign's own."""


def kinds(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Class of each request on each of KINDS, ``(len(KINDS), n)``."""
    first = columns["capability"].astype(np.int64) * 4 + (columns["system"] != 0) * 2 + (columns["tools"] != 0)
    lengths = (np.log2(np.maximum(columns[name], 0).astype(np.float64) + 1).astype(np.int64) for name in ("n_words", "output_tokens"))
    return np.stack([first, *(np.minimum(length, 15) for length in lengths)]).astype(np.uint8)


def likened(kind: NDArray[np.uint8], marked: NDArray[np.bool_], usual: list[I64]) -> NDArray[np.bool_]:
    """Unmarked conversations of one campaign that are most like its marked ones, about as many as a mixture of both needs.

    Marked conversations tell how harvest looks, innocents' how cover looks, since it is made to look like theirs; classes are
    taken as independent. The share of harvest among the unmarked is the one unknown; it is found by expectation maximisation
    with both sides held fixed, which cannot wander off. None where marked and innocent look alike.

    Args:
        kind: ``(len(KINDS), n)`` of the first turns of the campaign's accounts.
        marked: ``(n,)``.
        usual: for each of KINDS, how many first turns of innocents fall in each class.
    """
    out = np.zeros(len(marked), bool)
    rest = np.flatnonzero(~marked)
    if not len(rest) or marked.sum() < 20:
        return out
    ratio, differs = np.zeros(len(rest)), 0.0
    for row, theirs in zip(kind, usual, strict=True):
        ours = np.bincount(row[marked], minlength=len(theirs)) + 0.5
        other = theirs + 0.5
        ours, other = ours / ours.sum(), other / other.sum()
        ratio += np.log(ours / other)[row[rest]]
        differs += float((ours * np.log(ours / other)).sum())
    if differs < TELLING:
        return out
    # Requests of one class are as likely as each other: all of them or none, so that the order of the log does not matter.
    found, place, n = np.unique(ratio, return_inverse=True, return_counts=True)
    share = 0.5
    for _ in range(200):
        posterior = 1 / (1 + (1 - share) / share * np.exp(-np.clip(found, -30, 30)))
        before, share = share, float(np.clip((posterior * n).sum() / n.sum(), 1e-6, 1 - 1e-6))
        if abs(share - before) < 1e-6:
            break
    middle = n[::-1].cumsum()[::-1] - n / 2
    out[rest[(middle <= (posterior * n).sum())[place]]] = True
    return out


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


@njit(cache=True, nogil=True)
def _follow(
    order: I64, time: I64, campaign: I64, context: I64, parent: I64, marked: NDArray[np.bool_], keys: I64, whose: I64, since: I64
) -> None:
    mask = np.uint64(len(keys) - 1)
    for i in order:
        slot = (np.uint64(parent[i]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
        while not marked[i] and parent[i] != 0 and whose[slot] >= 0:
            marked[i] = keys[slot] == parent[i] and whose[slot] == campaign[i] and since[slot] <= time[i]
            slot = (slot + np.uint64(1)) & mask
        if marked[i] and context[i] != 0:
            slot = (np.uint64(context[i]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
            while whose[slot] >= 0 and not (keys[slot] == context[i] and whose[slot] == campaign[i]):
                slot = (slot + np.uint64(1)) & mask
            since[slot] = time[i] if whose[slot] < 0 else min(since[slot], time[i])
            keys[slot], whose[slot] = context[i], campaign[i]


def continued(time: I64, campaign: I64, context: I64, parent: I64, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Marked requests and those that continue them, on whichever account of the same campaign: a conversation is harvested whole.

    The order of the requests does not matter, whether their times differ or not.

    Args:
        time: of the requests of all campaigns' accounts, us, ``(n,)``.
        campaign: whose they are.
        context: hash of all messages sent, 0 where not told.
        parent: the same of the turn before, 0 on a first turn.
        marked: shows a mark of its campaign.
    """
    out = marked.copy()
    size = 1 << max(4, int(np.ceil(np.log2(max(1, 2 * len(time))))))
    keys, whose, since = np.zeros(size, np.int64), np.full(size, -1, np.int64), np.zeros(size, np.int64)
    told, before = (np.argsort(time, kind="stable"), time, campaign, context, parent, out, keys, whose, since), -1
    # One pass in the order of time does it, but for turns of one time stamp, whose order nobody knows.
    _follow(*told)
    while before != (before := int(out.sum())):
        _follow(*told)
    return out


@dataclass
class Tally:
    """Sums; arrays start with the campaign, ``(n_campaigns, …)``."""

    harvested: I64
    """``(n_campaigns, n_hours)``."""
    other: I64
    """Other requests of the same accounts, ``(n_campaigns, n_hours)``."""
    capabilities: I64
    output_tokens: I64
    first_us: I64
    last_us: I64
    by_account: I64
    """Harvested requests of each account, ``(n_accounts,)``."""
    paths: list[dict[int, int]]
    """Hash of the access path -> harvested requests."""
    models: list[dict[tuple[int, int], int]]
    """(hash of the model, hour) -> harvested requests."""
    start_hour: int
    shown: I64
    """Accounts whose activity is kept by hour, ascending."""
    activity: I64
    """``(len(shown), n_hours)``."""

    @classmethod
    def empty(cls, n: int, n_accounts: int, hours: tuple[int, int], shown: I64) -> "Tally":
        """Zero for ``n`` campaigns over the hours from first to last."""
        shape = (n, hours[1] - hours[0] + 1)
        return cls(
            np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros((n, len(CAPABILITIES)), np.int64),
            np.zeros(n, np.int64), np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min),
            np.zeros(n_accounts, np.int64), [{} for _ in range(n)], [{} for _ in range(n)], hours[0],
            shown, np.zeros((len(shown), shape[1]), np.int64),
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
        flat = np.bincount(place[seen] * n_hours + hour[seen], minlength=self.activity.size)
        self.activity += flat.reshape(self.activity.shape)
        for (campaign, path), count in _counted(c, columns["path"][rows]):
            self.paths[campaign][path] = self.paths[campaign].get(path, 0) + count
        for (campaign, model, at), count in _counted(c, columns["model"][rows], hour[rows]):
            self.models[campaign][model, at] = self.models[campaign].get((model, at), 0) + count


def _counted(*keys: NDArray[Any]) -> list[tuple[tuple[int, ...], int]]:
    values, counts = distinct(np.stack([key.astype(np.int64) for key in keys], axis=1))
    return [(tuple(value), count) for value, count in zip(values.tolist(), counts.tolist(), strict=True)]
