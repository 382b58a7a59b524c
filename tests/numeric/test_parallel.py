"""Work on threads: order kept, little held, errors passed on."""

import threading
import time
from collections.abc import Iterator

import pytest

from stillwatch.numeric.parallel import parallel_map, prefetch


class BrokenError(Exception):
    pass


def until_broken(items: Iterator[int]) -> list[int]:
    """What came before the error; there must be one."""
    seen = []
    try:
        for item in items:
            seen.append(item)
    except BrokenError:
        return seen
    pytest.fail("no error was passed on")


def slow_first(item: int) -> int:
    time.sleep(0.02 if item % 5 == 0 else 0)
    return item * item


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    assert list(parallel_map(slow_first, range(30), threads)) == [i * i for i in range(30)]
    assert list(parallel_map(slow_first, [], threads)) == []


def test_work_runs_side_by_side() -> None:
    """Three items meet at a barrier, which one thread after the other would never pass."""
    barrier = threading.Barrier(3, timeout=20)
    assert sorted(parallel_map(lambda _: barrier.wait(), range(3), 3)) == [0, 1, 2]


@pytest.mark.parametrize("threads", [1, 3])
def test_items_are_taken_one_ahead_of_the_threads(threads: int) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for i in range(50):
            taken += 1
            yield i

    for done, _ in enumerate(parallel_map(lambda i: i, items(), threads), start=1):
        assert taken - done <= threads
    assert taken == 50


def test_an_error_of_the_work_comes_where_its_result_would() -> None:
    def work(item: int) -> int:
        if item == 4:
            raise BrokenError(item)
        return item

    assert until_broken(parallel_map(work, range(10), 2)) == [0, 1, 2, 3]


def broken(after: int) -> Iterator[int]:
    yield from range(after)
    raise BrokenError


def test_an_error_of_the_items_is_passed_on() -> None:
    with pytest.raises(BrokenError):
        list(parallel_map(lambda i: i, broken(5), 2))
    assert until_broken(prefetch(broken(3))) == [0, 1, 2]


@pytest.mark.parametrize("items", [[], [None], [None, 0, False, "x"], list(range(100))])
def test_ahead_gives_the_same_items(items: list[object]) -> None:
    assert list(prefetch(iter(items))) == items


def test_the_next_item_is_made_while_the_caller_has_one() -> None:
    made = [threading.Event() for _ in range(4)]

    def items() -> Iterator[int]:
        for i, event in enumerate(made):
            event.set()
            yield i

    for i in prefetch(items()):
        if i + 1 < len(made):
            assert made[i + 1].wait(20)
        if i + 2 < len(made):
            assert not made[i + 2].is_set()


def test_a_caller_may_stop() -> None:
    """Leaving early ends the thread; nothing more is asked of the items."""
    asked = 0

    def items() -> Iterator[int]:
        nonlocal asked
        while True:
            asked += 1
            yield asked

    threads = threading.active_count()
    for item in prefetch(items()):
        if item == 3:
            break
    assert asked <= 4
    assert threading.active_count() == threads
