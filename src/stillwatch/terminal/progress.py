"""Progress bars on a terminal, a line a minute elsewhere; and how long stages took."""

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
LINE_EVERY_S = 60.0
"""Off a terminal, how often it is said how many are done."""


def track(items: Iterable[T], what: str, total: int, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> Iterator[T]:
    """Yield the items; on a terminal, show how many of ``total`` are done, elsewhere say it once a minute on stderr."""
    if quiet:
        yield from items
        return
    if not sys.stderr.isatty():
        said = begun = clock()
        for done, item in enumerate(items):
            if (now := clock()) >= said + LINE_EVERY_S and done:
                left = math.ceil((total - done) * (now - begun) / done / 60)
                print(f"{what}: {done:,} of {total:,}, about {left:,} min to go", file=sys.stderr)
                said = now
            yield item
        return
    from rich.console import Console
    from rich.progress import track as rich_track

    yield from rich_track(items, description=what, total=total, console=Console(stderr=True), transient=True)


@contextmanager
def _shown(what: str, quiet: bool) -> Iterator[None]:
    """On a terminal, show what is at work, how far nobody knows."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@dataclass
class Clock:
    """Seconds spent in each stage; unless ``quiet``, a terminal shows the stage that is at work."""

    seconds: dict[str, float] = field(default_factory=dict)
    quiet: bool = True

    @contextmanager
    def stage(self, name: str, *, tracked: bool = False) -> Iterator[None]:
        """Add the time of the block to a stage; what is ``tracked`` shows a bar of its own."""
        start = time.perf_counter()
        try:
            with _shown(name, self.quiet or tracked):
                yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0) + time.perf_counter() - start, 3)
