"""How fast somebody else's endpoint is asked: rate limits that hold over all threads and over what is asked again."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE_S = 60.0
"""Pauses that double stop growing here."""
LONGEST_WAIT_S = 300.0
"""As long as an endpoint may ask us to wait. Where it asks for longer we stop: to ask sooner would be against its word."""


class Pace:
    """Lets requests through no faster than the limits, each in its turn; time comes from ``clock``."""

    def __init__(
        self, requests_per_minute: float, tokens_per_minute: float = 0.0, *,
        sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A limit of 0 is none."""
        self._per_minute = requests_per_minute, tokens_per_minute
        self._sleep, self._clock, self._free_at = sleep, clock, clock()
        self._lock = threading.Lock()

    def wait(self, tokens: float = 0.0, requests: int = 1) -> None:
        """Return when so many requests, of so many tokens together, may be sent."""
        shares = [amount / limit for amount, limit in zip((requests, tokens), self._per_minute, strict=True) if limit]
        with self._lock:  # the turn is taken here and waited for outside, so that others can take theirs
            now = self._clock()
            turn = max(self._free_at, now)
            self._free_at = turn + 60 * max(shares, default=0.0)
        if turn > now:
            self._sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Let nobody through for so long: an endpoint that is too busy for one is too busy for all."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock() + seconds)

    def again(self, retry_after_s: float | None, pause: float, tokens: float = 0.0) -> bool:
        """Wait before asking again; False, without waiting, where the endpoint wants us to wait too long.

        Args:
            retry_after_s: what the endpoint asks for, if anything.
            pause: seconds to wait where it asks for nothing.
            tokens: of the request.
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
    """Seconds to wait from a Retry-After header, which may be seconds or a date."""
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
