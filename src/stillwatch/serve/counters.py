"""Live counters: rate windows for throttled accounts, and the answers of the last seconds by request id.

Both are bounded: what an attacker can grow is forgotten oldest first, which errs to letting a request through.
"""

from collections import deque
from typing import Generic, TypeVar

import msgspec

from stillwatch.serve.decisions import Decision

K = TypeVar("K")

BURST_S = 10.0
"""A window lets through at once what its rate gives in this long, at least one request."""
REPLAY_S = 10.0
"""Within this a repeated request id gets the answer it had; gateways retry within a second or two."""
REPLAYS = 3
"""How often. A client that chooses its request ids cannot live on one admitted request."""


class Rates(Generic[K]):
    """Requests a minute by key, with the generic cell rate algorithm (ITU-T I.371, annex A; virtual scheduling).

    One number a key: when the next request is due if all had come at even intervals. Requests may be early by the burst.
    """

    def __init__(self, capacity: int = 1 << 18) -> None:
        """Keep at most ``capacity`` keys."""
        self._due: dict[K, float] = {}
        self._capacity = capacity

    def wait_s(self, key: K, rate_per_min: float, at: float) -> float:
        """Seconds until one more request of this key conforms; 0 if it does now. Nothing is counted."""
        due = self._due.get(key)
        if due is None:
            return 0.0
        early = due - at - max(0.0, BURST_S - 60.0 / rate_per_min)
        return early if early > 1e-9 else 0.0

    def take(self, key: K, rate_per_min: float, at: float) -> None:
        """Count one request."""
        due = self._due.get(key, at)
        if len(self._due) >= self._capacity:
            self._forget(at)
        self._due[key] = max(due, at) + 60.0 / rate_per_min

    def _forget(self, at: float) -> None:
        kept = {key: due for key, due in self._due.items() if due > at}
        if len(kept) > self._capacity // 2:
            kept = dict(list(kept.items())[self._capacity // 2 :])
        self._due = kept

    def __len__(self) -> int:
        """How many keys have a window."""
        return len(self._due)


class Given(msgspec.Struct, gc=False):
    """An answer that was given."""

    at: float
    decision: Decision
    repeats: int = 0


class Replays:
    """The answers of the last seconds, by (account, request id).

    Each answer that is put takes at most two old ones out: forgetting many at once would hold up whoever asks just then.
    """

    def __init__(self, capacity: int = 1 << 16) -> None:
        """Keep at most ``capacity`` answers."""
        self._capacity = capacity
        self._given: dict[tuple[int, str], Given] = {}
        self._order: deque[tuple[int, str]] = deque()

    def get(self, key: tuple[int, str], at: float) -> Decision | None:
        """The answer this request had, unless it is too old or was repeated too often."""
        found = self._given.get(key)
        if found is None or at - found.at > REPLAY_S or found.repeats >= REPLAYS:
            return None
        found.repeats += 1
        return found.decision

    def put(self, key: tuple[int, str], decision: Decision, at: float) -> None:
        """Remember an answer. One that was repeated too often stays so until it is forgotten."""
        known = self._given.get(key)
        if known is not None:
            known.at, known.decision = at, decision
            return
        self._given[key] = Given(at, decision)
        self._order.append(key)
        for _ in range(2):
            oldest = self._order[0]
            if len(self._order) <= self._capacity and at - self._given[oldest].at <= REPLAY_S:
                break
            del self._given[oldest]
            self._order.popleft()

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._given)
