"""Order-keeping work on threads, with a bound on what is held in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def mapped(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """``map(work, items)`` on ``threads`` threads, at most one item ahead of them."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, of which the next is made on a thread while the caller is busy with one."""

    def following() -> tuple[T] | None:
        for item in items:
            return (item,)
        return None

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(following)
        while (found := coming.result()) is not None:
            coming = pool.submit(following)
            yield found[0]
