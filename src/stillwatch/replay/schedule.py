"""The times at which a replay runs detection on a log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from stillwatch import judge
from stillwatch.errors import InputError
from stillwatch.replay.branch import NEVER, Branch
from stillwatch.replay.log import Log

SECOND_US = 1_000_000
MOST_STEPS = 200_000


@dataclass(frozen=True)
class Schedule:
    """Steps are multiples of ``every_us``; the other fields are arguments of :func:`stillwatch.replay.run.run`."""

    every_us: int
    growth: float
    first_us: int | None
    recent_us: tuple[int, ...]
    """Sorted, without duplicates."""

    def grid(self, log: Log) -> tuple[list[int], int]:
        """Times (us) of all steps from the first at which a group could be judged, and the number of steps before it.

        Raises:
            InputError: there are more than MOST_STEPS.
        """
        began_us, ended_us = int(log.time.min()), int(log.time.max())
        first, last = began_us // self.every_us, ended_us // self.every_us + 1
        if self.first_us is not None and began_us + self.first_us <= ended_us:
            last = max((began_us + self.first_us) // self.every_us, first + 1)
        n = last - first
        if n > MOST_STEPS:
            raise InputError(f"{n:,} steps", where="--every", todo="Pass a longer time between runs")
        # The last step is the first full second after the last request, since findings are stored by the second.
        times = np.minimum(np.arange(first + 1, last + 1) * self.every_us, (ended_us // SECOND_US + 1) * SECOND_US)
        early = int((np.searchsorted(np.sort(log.begun), times) < judge.MIN_GROUP_ACCOUNTS).sum())
        return times[early:].tolist(), early

    def due(self, branch: Branch, grid: list[int]) -> Iterator[int]:
        """Steps (us) at which the log has grown by the share ``growth`` since the last such step, and the last step if anything is new.

        The share is of the answered requests in the shortest of ``recent_us`` before the last such step; of all, if there is none.
        """
        window_us = min(self.recent_us, default=NEVER)
        n_last, n_in_window = 0, 0
        for at_us in grid:
            n = branch.count(at_us)
            if n > n_last and (n >= n_last + n_in_window * self.growth or at_us == grid[-1]):
                n_last, n_in_window = n, branch.answered(at_us - window_us, at_us)
                yield at_us

    def as_json(self) -> dict[str, Any]:
        """The schedule for the result, times as text such as ``12h``."""
        first = None if self.first_us is None else _text(self.first_us)
        return {"every": _text(self.every_us), "growth": self.growth, "first": first, "recent": [_text(us) for us in self.recent_us]}


def _text(us: int) -> str:
    minutes = us // 60_000_000
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"
