"""Order-keeping work on threads, with a bound on what is held in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def parallel_map(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """``map(work, items)`` on ``threads`` threads, at most one item ahead of them."""
    with ThreadPoolExecutor(threads) as pool:
        pending: deque[Future[R]] = deque()
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def prefetch(items: Iterator[T]) -> Iterator[T]:
    """The items, of which the next is made on a thread while the caller is busy with one."""

    def next_item() -> tuple[T] | None:
        for item in items:
            return (item,)
        return None

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(next_item)
        while (item := future.result()) is not None:
            future = pool.submit(next_item)
            yield item[0]
