"""One timer for the deadlines of all requests, because a timer of asyncio for each costs as much as looking up an account."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class _Wait:
    """A task that waits until ``at`` (seconds of the loop's clock); ``task`` is None when the wait is over."""

    __slots__ = ("at", "late", "task")

    def __init__(self, at: float, task: "asyncio.Task[Any] | None") -> None:
        self.at, self.task, self.late = at, task, False


class Deadlines:
    """Deadlines of one event loop. Every wait has the same length, so deadlines come in the order in which the waits began."""

    def __init__(self, seconds: float) -> None:
        """Take the length of each wait, seconds."""
        self._seconds = seconds
        self._waits: deque[_Wait] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, work: Awaitable[T]) -> T:
        """The result of ``work``.

        Raises:
            TimeoutError: it took longer, and was cancelled.
        """
        loop = asyncio.get_running_loop()
        wait = _Wait(loop.time() + self._seconds, asyncio.current_task())
        self._waits.append(wait)
        if self._timer is None:
            self._timer = loop.call_at(wait.at, self._cancel_late)
        try:
            return await work
        except asyncio.CancelledError:
            # a cancellation by others is passed on, even if it comes together with ours
            if wait.late and wait.task is not None and wait.task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            wait.task = None
            while self._waits and self._waits[0].task is None:  # now, not when the timer fires, where removing many would delay answers
                self._waits.popleft()

    def _cancel_late(self) -> None:
        """Cancel the tasks whose deadline has passed, and set the timer to the next deadline."""
        loop, waits = asyncio.get_running_loop(), self._waits
        now = loop.time()
        while waits and (waits[0].task is None or waits[0].at <= now):
            wait = waits.popleft()
            if wait.task is not None:
                wait.late = True
                wait.task.cancel()
        self._timer = loop.call_at(waits[0].at, self._cancel_late) if waits else None
