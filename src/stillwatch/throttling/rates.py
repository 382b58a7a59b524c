"""Rate limits of requests: for the decision service one request at a time, for back-tests over a whole log.

The generic cell rate algorithm (ITU-T I.371, annex A; virtual scheduling) keeps one number a key: the time at which the next request
would be due if requests came at even intervals. A request may be early by the burst.
"""

import heapq
import itertools
from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K")

BURST_S = 10.0
"""A burst is what the rate allows in this time, at least one request."""
NEVER_S = 86_400.0
"""The wait under a rate of 0: retrying every minute would be useless."""


class Rates(Generic[K]):
    """Windows of rate limits by key. Bounded, because attackers can add keys: the window that ends soonest is dropped first.

    Dropping a window lets requests through, never refuses any. Each rate of a key has a window of its own, so that a change to a milder
    rate neither inherits the wait of the stricter one nor forgives it. Each counted request drops at most two windows, expired ones
    first, because dropping many at once would delay that request.
    """

    def __init__(self, capacity: int = 1 << 18) -> None:
        """Keep at most ``capacity`` windows."""
        self._due: dict[tuple[K, float], float] = {}
        """``(key, requests a minute)`` -> when its next request is due, seconds."""
        self._ends: list[tuple[float, int, tuple[K, float]]] = []
        """A heap with one entry a window: its end when last checked, seconds; a serial number that breaks ties; the window."""
        self._numbers = itertools.count()
        self._capacity = capacity

    def wait_s(self, key: K, rate_per_min: float, at: float) -> float:
        """Seconds until one more request of this key conforms at time ``at``; 0 if it does now. Counts nothing."""
        due = self._due.get((key, rate_per_min))
        if due is None:
            return 0.0
        early = due - at - max(0.0, BURST_S - 60.0 / rate_per_min)
        return early if early > 1e-9 else 0.0

    def take(self, key: K, rate_per_min: float, at: float) -> None:
        """Count one request at time ``at``, seconds."""
        window = key, rate_per_min
        known = self._due.get(window)
        due = self._due[window] = max(at if known is None else known, at) + 60.0 / rate_per_min
        if known is None:
            heapq.heappush(self._ends, (due, next(self._numbers), window))
        self._forget(at)

    def _forget(self, at: float) -> None:
        for _ in range(2):
            full = len(self._due) > self._capacity
            if not self._ends or (not full and self._ends[0][0] > at):
                return
            _, number, window = self._ends[0]
            due = self._due[window]
            if due > at and not full:
                heapq.heapreplace(self._ends, (due, number, window))
            else:
                heapq.heappop(self._ends)
                del self._due[window]

    def __len__(self) -> int:
        """How many windows are kept, including expired ones."""
        return len(self._due)


class Throttle(Generic[K]):
    """A rate limit for each key and, if set, one for all keys of a group together."""

    def __init__(self) -> None:
        """Start without requests."""
        self.by_key: Rates[K] = Rates()
        self.by_group: Rates[str] = Rates()

    def wait_s(self, key: K, rate_per_min: float, group: str, group_rate_per_min: float, at: float) -> float:
        """Seconds that a request has to wait; 0 lets it through and counts it. Refused requests are not counted.

        Args:
            key: the account or API key that sends the request.
            rate_per_min: limit of each key, requests a minute; at or below 0, or NaN, nothing passes and the wait is :data:`NEVER_S`.
            group: the case for which the key is throttled; empty: none.
            group_rate_per_min: limit of all keys of the group together, requests a minute; at or below 0: no limit.
            at: the time, seconds of a monotonic clock.
        """
        if not rate_per_min > 0:
            return NEVER_S
        wait_s = self.by_key.wait_s(key, rate_per_min, at)
        grouped = group_rate_per_min > 0 and group != ""
        if grouped:
            wait_s = max(wait_s, self.by_group.wait_s(group, group_rate_per_min, at))
        if wait_s == 0:
            self.by_key.take(key, rate_per_min, at)
            if grouped:
                self.by_group.take(group, group_rate_per_min, at)
        return wait_s


def admitted(
    at_s: NDArray[np.float64], keys: Sequence[K], rate_per_min: float, *, group_rate_per_min: float = 0.0
) -> NDArray[np.bool_]:
    """Which requests a throttle would have let through, had it been in force from the first one on.

    The requests are taken as given: that refused clients retry or slow down is not modelled.

    Args:
        at_s: ``(n,)`` times, ascending, seconds.
        keys: the sender of each request, ``n``.
        rate_per_min: limit of each key, requests a minute, as for :meth:`Throttle.wait_s`; infinity: no limit.
        group_rate_per_min: limit of all keys together, requests a minute; 0: no limit.

    Returns:
        ``(n,)`` booleans.
    """
    throttle: Throttle[K] = Throttle()
    waits = (
        throttle.wait_s(key, rate_per_min, "all", group_rate_per_min, at) for key, at in zip(keys, at_s.tolist(), strict=True)
    )
    return np.fromiter((wait == 0 for wait in waits), bool, len(at_s))
