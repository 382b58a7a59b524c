"""Paces requests to somebody else's endpoint: rate limits shared by all threads, and waits before retries."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE_S = 60.0
"""Longest of the pauses that double with each retry."""
LONGEST_WAIT_S = 300.0
"""Longest wait that we accept from an endpoint. If it asks for longer we give up, because to retry sooner would disregard it."""


class Pace:
    """Lets requests through in order, no faster than the limits; thread-safe. Time comes from ``clock``."""

    def __init__(
        self, requests_per_minute: float, tokens_per_minute: float = 0.0, *,
        sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the limits.

        Args:
            requests_per_minute: 0: no limit.
            tokens_per_minute: 0: no limit.
            sleep: sleeps for some seconds.
            clock: gives the time, seconds.
        """
        self._per_minute = requests_per_minute, tokens_per_minute
        self._sleep, self._clock, self._free_at = sleep, clock, clock()
        self._lock = threading.Lock()

    def wait(self, tokens: float = 0.0, requests: int = 1) -> None:
        """Block until ``requests`` requests, of ``tokens`` tokens together, may be sent."""
        shares = [amount / limit for amount, limit in zip((requests, tokens), self._per_minute, strict=True) if limit]
        with self._lock:  # reserved under the lock, waited for outside of it, so that other threads can reserve theirs
            now = self._clock()
            turn = max(self._free_at, now)
            self._free_at = turn + 60 * max(shares, default=0.0)
        if turn > now:
            self._sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Let no thread through for some seconds: an endpoint that is too busy for one request is too busy for all."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock() + seconds)

    def again(self, retry_after_s: float | None, pause: float, tokens: float = 0.0) -> bool:
        """Wait before a retry; False, without waiting, if the endpoint wants a longer wait than :data:`LONGEST_WAIT_S`.

        Args:
            retry_after_s: the wait that the endpoint asks for, seconds; None: it asks for none.
            pause: the wait if it asks for none, seconds.
            tokens: tokens of the request.
        """
        if retry_after_s is None:
            self._sleep(min(pause, LONGEST_PAUSE_S))
        elif retry_after_s > LONGEST_WAIT_S:
            return False
        else:
            self.hold(retry_after_s)
        self.wait(tokens)
        return True


def retry_after(header: str | None) -> float | None:
    """The wait of a Retry-After header (seconds or a date), in seconds; None if it is absent or malformed."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
