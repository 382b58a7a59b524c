"""The answers of the last seconds by request id. Bounded, so that an attacker cannot fill the memory: the oldest are forgotten first."""

from collections import deque
from collections.abc import Hashable

import msgspec

from stillwatch.serve.decisions import Decision

REPLAY_S = 10.0
"""How long a repeated request id gets its earlier answer, seconds; gateways retry within a second or two."""
REPLAYS = 3
"""How often it does. A client whose id the gateway uses can repeat an admitted request this often without being counted, and no more."""


class _Remembered(msgspec.Struct, gc=False):
    """An earlier answer."""

    at: float
    """When it was given, seconds of the steady clock."""
    decision: Decision
    repeats: int = 0


class Replays:
    """The answers of the last seconds, by principals and request id.

    Each new answer removes at most two old ones, because removing many at once would delay the question at hand.
    """

    def __init__(self, capacity: int = 1 << 16) -> None:
        """Keep at most ``capacity`` answers."""
        self._capacity = capacity
        self._answers: dict[Hashable, _Remembered] = {}
        self._order: deque[Hashable] = deque()

    def get(self, key: Hashable, at: float) -> Decision | None:
        """The earlier answer of a request, or None if there is none, or it is too old or was repeated too often.

        Args:
            key: principals and request id.
            at: now, seconds of the steady clock.
        """
        earlier = self._answers.get(key)
        if earlier is None or at - earlier.at > REPLAY_S or earlier.repeats >= REPLAYS:
            return None
        earlier.repeats += 1
        return earlier.decision

    def put(self, key: Hashable, decision: Decision, at: float) -> None:
        """Remember an answer. A request that was repeated too often gets no earlier answer until it is forgotten."""
        known = self._answers.get(key)
        if known is not None:
            known.at, known.decision = at, decision
            return
        self._answers[key] = _Remembered(at, decision)
        self._order.append(key)
        for _ in range(2):
            oldest = self._order[0]
            if len(self._order) <= self._capacity and at - self._answers[oldest].at <= REPLAY_S:
                break
            del self._answers[oldest]
            self._order.popleft()

    def __len__(self) -> int:
        """Number of answers that are kept."""
        return len(self._answers)
