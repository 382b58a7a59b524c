"""Progress bars on a terminal, a line a minute elsewhere; and the time that each stage took."""

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
LINE_EVERY_S = 60.0
"""How often progress is printed where there is no terminal."""


def track(items: Iterable[T], what: str, total: int, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> Iterator[T]:
    """Yield the items and show how many of ``total`` are done: as a bar on a terminal, else once a minute on stderr.

    Args:
        items: what to yield.
        what: the work, in a word or two.
        total: how many items there are.
        quiet: show nothing.
        clock: gives the time, seconds.
    """
    if quiet:
        yield from items
        return
    if not sys.stderr.isatty():
        last_line_s = start_s = clock()
        for done, item in enumerate(items):
            if (now_s := clock()) >= last_line_s + LINE_EVERY_S and done:
                remaining_min = math.ceil((total - done) * (now_s - start_s) / done / 60)
                print(f"{what}: {done:,} of {total:,}, about {remaining_min:,} min to go", file=sys.stderr)
                last_line_s = now_s
            yield item
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import track as rich_track

    yield from rich_track(items, description=escape(what), total=total, console=Console(stderr=True), transient=True)


@contextmanager
def _status(what: str, quiet: bool) -> Iterator[None]:
    """On a terminal, show a spinner beside ``what`` while the block runs."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@dataclass
class Clock:
    """Measures the seconds spent in each stage; unless ``quiet``, a terminal shows the stage that runs."""

    seconds: dict[str, float] = field(default_factory=dict)
    quiet: bool = True

    @contextmanager
    def stage(self, name: str, *, tracked: bool = False) -> Iterator[None]:
        """Add the time of the block to a stage; ``tracked``: the block shows a bar of its own."""
        start = time.perf_counter()
        try:
            with _status(name, self.quiet or tracked):
                yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0) + time.perf_counter() - start, 3)
