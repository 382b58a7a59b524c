"""Keeps the snapshot fresh: a builder process writes the file, the service notices and swaps.

The builder is a process of its own, of low priority, so that reading a store and sorting a million rows never takes the
interpreter or a core from an answer. If it dies it is started again; if the source cannot be read, the last snapshot
stays, also over a restart of the service.
"""

import asyncio
import contextlib
import ctypes
import json
import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import structlog

from stillwatch.files import replacing
from stillwatch.serve import snapshot
from stillwatch.serve.decider import Decider
from stillwatch.serve.sources import SnapshotSource

LOW = 10
"""Niceness of the builder."""
SNAPSHOT, BUILDER = "snapshot.arrow", "builder.json"
logger = structlog.get_logger("stillwatch.serve")


def build(source: SnapshotSource, folder: Path, known: str | None) -> str:
    """Write a snapshot if the source's revision is not ``known``; returns the revision."""
    revision = source.revision()
    if revision != known:
        snapshot.write(source.rows(), folder / SNAPSHOT, revision)
    return revision


def build_forever(source: SnapshotSource, folder: Path, every_s: float, parent: int) -> None:
    """The builder process: ends with its parent."""
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # the others keep what they had
    pyarrow.set_cpu_count(1)
    known: str | None = None
    since: float | None = None
    while os.getppid() == parent:
        told: dict[str, Any] = {}
        try:
            fresh = build(source, folder, known)
            if fresh != known:
                _give_back()
            known, since = fresh, None
        except Exception as error:
            since = since or time.time()
            told = {"error": f"{type(error).__name__}: {' '.join(str(error).split())}"[:300], "since": since}
        try:
            with replacing(folder / BUILDER) as partial:
                partial.write_text(json.dumps({"at": time.time(), "revision": known} | told))
        except Exception as error:  # a full disk must not end the builder
            print(json.dumps({"event": "builder cannot write", "error": str(error)[:300]}), flush=True)
        _step_back()  # the first snapshot is waited for, later ones are not
        time.sleep(every_s)


def _step_back() -> None:
    """Low priority for every thread that there is: on Linux each has its own, and libraries keep threads."""
    for task in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, int(task.name), LOW)


def _give_back() -> None:
    """Return memory that a build needed to the system, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Refresher:
    """Watches the file and the builder."""

    def __init__(
        self, decider: Decider, folder: Path, source: SnapshotSource | None, every_s: float = 1.0,
        also: Callable[[], None] | None = None,
    ) -> None:
        """Take the folder of the snapshot.

        Args:
            decider: whose snapshot is swapped.
            folder: where the snapshot is kept.
            source: what the builder reads; None if something else writes the file.
            every_s: seconds between looks.
            also: called with each look, such as to read tokens again; what it raises is reported.
        """
        self._also = also
        self._decider, self._folder, self._source, self._every_s = decider, folder, source, every_s
        self._seen: tuple[int, int, int] | None = None
        self._process: Any = None
        self.error = ""
        self.also_error = ""
        self.builder: dict[str, Any] = {}

    def status(self) -> dict[str, Any]:
        """Of the source, for the service's status."""
        error = self.error or self.builder.get("error", "") or self.also_error
        since = self.builder.get("since")
        unreachable = max(0.0, time.time() - since) if since else 0.0
        return {"source_error": error, "source_unreachable_s": round(unreachable, 1)}

    async def run(self) -> None:
        """Look for ever; cancelled at the end of the service."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._decider.clock.check()
                try:
                    await loop.run_in_executor(None, self.look)
                except Exception as error:
                    self._report(f"{type(error).__name__}: {error}")
                await loop.run_in_executor(None, self._look_also)
                await asyncio.sleep(self._every_s)
        finally:
            self.close()

    def _look_also(self) -> None:
        try:
            if self._also is not None:
                self._also()
            error = ""
        except Exception as caught:
            error = f"{type(caught).__name__}: {' '.join(str(caught).split())}"[:300]
        if error and error != self.also_error:
            logger.error("the tokens cannot be read; the last ones stay", error=error)
        self.also_error = error

    def look(self) -> None:
        """Start the builder if it is not running, and load the snapshot if it changed."""
        if self._source is not None and (self._process is None or not self._process.is_alive()):
            if self._process is not None:
                logger.error("the builder ended and is started again", exit_code=self._process.exitcode)
            arguments = (self._source, self._folder, self._every_s, os.getpid())
            self._process = multiprocessing.get_context("spawn").Process(
                target=build_forever, args=arguments, name="stillwatch-builder", daemon=True
            )
            self._process.start()
        self._read_builder()
        path = self._folder / SNAPSHOT
        try:
            stat = path.stat()
        except FileNotFoundError:
            return
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            fresh = snapshot.read(path, pause=lambda: time.sleep(0.001))
        except Exception as error:
            self._report(str(error))
            return
        self._decider.snapshot, self.error = fresh, ""
        logger.info("snapshot", revision=fresh.revision, rows=fresh.rows)

    def _read_builder(self) -> None:
        """What the builder tells of the source; its first failure and its recovery are logged."""
        try:
            told = json.loads((self._folder / BUILDER).read_bytes()) if self._source is not None else {}
        except (OSError, ValueError):
            told = {}
        if ("error" in told) != ("error" in self.builder):
            if "error" in told:
                logger.error("the source cannot be read; the last snapshot stays", error=told["error"])
            else:
                logger.info("the source can be read again")
        self.builder = told

    def _report(self, error: str) -> None:
        if error != self.error:
            logger.error("the snapshot cannot be refreshed; the last one stays", error=error[:300])
        self.error = error[:300]

    def close(self) -> None:
        """End the builder."""
        if self._process is not None:
            self._process.terminate()
            self._process.join(5)
