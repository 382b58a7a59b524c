"""Rates of requests: who would have to wait. The decision service asks request by request, back-tests over a whole log.

The generic cell rate algorithm (ITU-T I.371, annex A; virtual scheduling) keeps one number a key: when the next request is
due if all had come at even intervals. Requests may be early by the burst.
"""

import heapq
import itertools
from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

K = TypeVar("K")

BURST_S = 10.0
"""A window lets through at once what its rate gives in this long, at least one request."""
NEVER_S = 86_400.0
"""What a rate of none asks to wait: to ask each minute would be in vain."""


class Rates(Generic[K]):
    """Requests a minute by key. Bounded: of what an attacker can grow the window that ends soonest goes, which errs to letting through.

    Each rate of a key has a window of its own: what one asks to wait holds nobody up under a milder one in its place, and what a
    milder one lets through meanwhile forgives nothing. Each request that is counted takes at most two windows out, those that are over
    first: forgetting many at once would hold up whoever asks just then.
    """

    def __init__(self, capacity: int = 1 << 18) -> None:
        """Keep at most ``capacity`` windows."""
        self._due: dict[tuple[K, float], float] = {}
        self._ends: list[tuple[float, int, tuple[K, float]]] = []
        """A heap with one entry a window: when it ends, or ended as it was looked at last, and a number that says which came first."""
        self._numbers = itertools.count()
        self._capacity = capacity

    def wait_s(self, key: K, rate_per_min: float, at: float) -> float:
        """Seconds until one more request of this key conforms; 0 if it does now. Nothing is counted."""
        due = self._due.get((key, rate_per_min))
        if due is None:
            return 0.0
        early = due - at - max(0.0, BURST_S - 60.0 / rate_per_min)
        return early if early > 1e-9 else 0.0

    def take(self, key: K, rate_per_min: float, at: float) -> None:
        """Count one request."""
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
        """How many windows are kept; some may be over."""
        return len(self._due)


class Throttle(Generic[K]):
    """A rate for each key, and where it is set one for all keys of a group together."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.by_key: Rates[K] = Rates()
        self.by_group: Rates[str] = Rates()

    def wait_s(self, key: K, rate_per_min: float, group: str, group_rate_per_min: float, at: float) -> float:
        """Seconds that a request has to wait; 0 lets it through and counts it. Refused requests are not counted.

        Args:
            key: account or key that asks.
            rate_per_min: of each key; at or below 0, or NaN, nobody passes, and the wait is :data:`NEVER_S`.
            group: the case it is throttled for.
            group_rate_per_min: of all keys of the group together; at or below 0 there is no such limit.
            at: seconds, of a clock that does not go back.
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
    """Which requests a throttle would have let through, had it held from the first one on.

    Clients are taken to send what they sent: who is refused and asks again, or slows down, sends others.

    Args:
        at_s: times, ascending, seconds ``(n,)``.
        keys: who sent each, ``n`` of them.
        rate_per_min: as for :meth:`Throttle.wait_s`; infinity is no such limit.
        group_rate_per_min: the same, of all of them together; 0 is no such limit.
    """
    throttle: Throttle[K] = Throttle()
    waits = (
        throttle.wait_s(key, rate_per_min, "all", group_rate_per_min, at) for key, at in zip(keys, at_s.tolist(), strict=True)
    )
    return np.fromiter((wait == 0 for wait in waits), bool, len(at_s))
