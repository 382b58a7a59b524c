"""A wall clock that does not follow jumps.

Actions expire at a time of day. A clock that is set back by an hour must not revive expired blocks, and one that is set forward must
not end blocks in force. So time starts at the wall clock's, runs on the machine's steady clock, follows the wall clock's slow drift, and
accepts a jump only after it has lasted for :data:`HELD_S`. The wall clock may be wrong at the start, too: see ``settled`` and ``behind_s``.
"""

import time
from collections.abc import Callable
from pathlib import Path

from stillwatch.errors import InputError
from stillwatch.files import read_json, write_json

DRIFT_S = 2.0
"""A difference up to this is drift, which is followed at once, seconds."""
HELD_S = 600.0
"""After this time a jump is accepted, seconds: by then people have seen the metric and the log."""

BEHIND_S = 60.0
"""How far entries of other machines may be ahead without meaning anything, seconds, since clocks differ a little."""

_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady() -> float:
    """Reading of a clock that cannot be set, seconds; it includes the time that the machine sleeps, if the system measures it."""
    return time.clock_gettime(_CLOCK)


class Clock:
    """Time in seconds since the epoch."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = steady) -> None:
        """Start from the wall clock."""
        self._wall, self.steady = wall, steady
        self._started = steady()
        self._offset = wall() - self._started
        self._jumped_at: float | None = None
        self.skew_s = 0.0
        self.past: float | None = None
        """The newest time of entries that others wrote, which must be past, seconds since the epoch; None if there are none."""

    def resume(self, path: Path) -> None:
        """Count from the start of an earlier service, as :meth:`keep` left it, so that one that is restarted often settles at all.

        That start counts if the wall clock still stands as far ahead of the steady one as it did then: so neither was set since, and the
        machine was not started anew, which begins the steady clock at another time of day.
        """
        try:
            kept = read_json(path)
            started, offset = float(kept["started_s"]), float(kept["offset_s"])
        except (InputError, KeyError, TypeError, ValueError):
            return
        if started <= self._started and abs(offset - self._offset) <= DRIFT_S:
            self._started = started

    def keep(self, path: Path) -> None:
        """Leave the start for the next service, in JSON."""
        write_json({"started_s": self._started, "offset_s": self._offset}, path)

    @property
    def settled(self) -> bool:
        """Whether it ran long enough for a wrong start to show, and the wall clock agrees; changes that cannot be undone wait for this."""
        return self.steady() - self._started >= HELD_S and abs(self.skew_s) <= DRIFT_S

    @property
    def behind_s(self) -> float:
        """How far it is behind ``past``, seconds; 0 up to BEHIND_S."""
        behind_s = 0.0 if self.past is None else self.past - self.now()
        return behind_s if behind_s > BEHIND_S else 0.0

    def now(self) -> float:
        """Seconds since the epoch, without jumps."""
        return self.steady() + self._offset

    def at(self, steady_s: float) -> float:
        """Seconds since the epoch at a reading of the steady clock."""
        return steady_s + self._offset

    def check(self) -> float:
        """Compare with the wall clock; call this about once a second. Returns how far the wall clock is ahead, seconds."""
        at = self.steady()
        self.skew_s = self._wall() - (at + self._offset)
        if abs(self.skew_s) <= DRIFT_S:
            self._jumped_at = None
        elif self._jumped_at is None:
            self._jumped_at = at
            return self.skew_s
        elif at - self._jumped_at < HELD_S:
            return self.skew_s
        accepted_s, self.skew_s = self.skew_s, 0.0
        self._offset += accepted_s
        self._jumped_at = None
        return accepted_s
