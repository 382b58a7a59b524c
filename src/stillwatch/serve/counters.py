"""The answers of the last seconds by request id. Bounded: what an attacker can grow is forgotten oldest first."""

from collections import deque
from collections.abc import Hashable

import msgspec

from stillwatch.serve.decisions import Decision

REPLAY_S = 10.0
"""Within this a repeated request id gets the answer it had; gateways retry within a second or two."""
REPLAYS = 3
"""How often. A gateway that takes its clients' ids for its own gives them so much of one admitted request, and no more."""


class Given(msgspec.Struct, gc=False):
    """An answer that was given."""

    at: float
    decision: Decision
    repeats: int = 0


class Replays:
    """The answers of the last seconds, by who was asked about and the request id.

    Each answer that is put takes at most two old ones out: forgetting many at once would hold up whoever asks just then.
    """

    def __init__(self, capacity: int = 1 << 16) -> None:
        """Keep at most ``capacity`` answers."""
        self._capacity = capacity
        self._given: dict[Hashable, Given] = {}
        self._order: deque[Hashable] = deque()

    def get(self, key: Hashable, at: float) -> Decision | None:
        """The answer this request had, unless it is too old or was repeated too often."""
        found = self._given.get(key)
        if found is None or at - found.at > REPLAY_S or found.repeats >= REPLAYS:
            return None
        found.repeats += 1
        return found.decision

    def put(self, key: Hashable, decision: Decision, at: float) -> None:
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
