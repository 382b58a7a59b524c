"""Ends what takes too long with one timer for all; asyncio's timer for each request costs as much as looking an account up."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class _Wait:
    """Somebody who waits; ``task`` is None when it is over."""

    __slots__ = ("at", "late", "task")

    def __init__(self, at: float, task: "asyncio.Task[Any] | None") -> None:
        self.at, self.task, self.late = at, task, False


class Deadlines:
    """Every wait has the same time, so they end in the order in which they began. Of one event loop."""

    def __init__(self, seconds: float) -> None:
        """Take the time of each wait."""
        self._seconds = seconds
        self._waits: deque[_Wait] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, work: Awaitable[T]) -> T:
        """The result of something awaited.

        Raises:
            TimeoutError: it took longer; it was cancelled.
        """
        loop = asyncio.get_running_loop()
        wait = _Wait(loop.time() + self._seconds, asyncio.current_task())
        self._waits.append(wait)
        if self._timer is None:
            self._timer = loop.call_at(wait.at, self._look)
        try:
            return await work
        except asyncio.CancelledError:
            # somebody else's cancellation goes on, also where it came beside ours
            if wait.late and wait.task is not None and wait.task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            wait.task = None
            while self._waits and self._waits[0].task is None:  # at once: all of a deadline's would hold up others when the timer comes
                self._waits.popleft()

    def _look(self) -> None:
        """Cancel those whose time is over, and come back when the next one's is."""
        loop, waits = asyncio.get_running_loop(), self._waits
        now = loop.time()
        while waits and (waits[0].task is None or waits[0].at <= now):
            wait = waits.popleft()
            if wait.task is not None:
                wait.late = True
                wait.task.cancel()
        self._timer = loop.call_at(waits[0].at, self._look) if waits else None
