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
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import structlog

from stillwatch.files import Stamp, replacing, stamp
from stillwatch.serve import snapshot
from stillwatch.serve.decider import Decider
from stillwatch.serve.sources import SnapshotSource

LOW = 10
"""Niceness of the builder above the service's."""
LOOK_S = 5.0
"""How long a look at the tokens may take before it is told as a failure, seconds."""
SILENT_S = 90.0
"""How long the builder may say nothing before that is one, seconds: more than a million rows take, or a source that is given up."""
SNAPSHOT, CHANGES, BUILDER = "snapshot.arrow", "changes.arrow", "builder.json"
logger = structlog.get_logger("stillwatch.serve")


def _stamp(path: Path) -> Stamp | None:
    """Of a file; null where there is none."""
    try:
        return stamp(path)
    except FileNotFoundError:
        return None


class Builder:
    """Writes what a source has: all of it, and later what changed since, where the source can tell."""

    def __init__(self, source: SnapshotSource, folder: Path) -> None:
        """Take the source and the folder to write to."""
        self._source, self._folder = source, folder
        self.revision: str | None = None
        self._base: int | None = None
        self._wrote: list[Stamp | None] = [None, None]

    def build(self) -> bool:
        """Whether there was anything new to write, or what was written is not there any more as it was."""
        if self._there() != self._wrote:
            self.revision = self._base = None
        revision = self._source.revision()
        if revision == self.revision:
            return False
        changes = None if self._base is None else self._source.changes()
        if changes is None:
            self._base = None  # should this fail, the source's changes would be those since rows that nobody has
            rows = self._source.rows()
            _give_back()
            self._base = snapshot.write(rows, self._folder / SNAPSHOT, revision, source=self._source.name)
            (self._folder / CHANGES).unlink(missing_ok=True)
        else:
            snapshot.write(changes.rows, self._folder / CHANGES, revision, base=self._base, names=changes.names)
        self.revision, self._wrote = revision, self._there()
        return True

    def _there(self) -> list[Stamp | None]:
        return [_stamp(self._folder / name) for name in (SNAPSHOT, CHANGES)]


def build_forever(source: SnapshotSource, folder: Path, every_s: float, parent: int) -> None:
    """The builder process: ends with its parent."""
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # the others keep what they had
    pyarrow.set_cpu_count(1)
    builder, low = Builder(source, folder), min(19, os.getpriority(os.PRIO_PROCESS, 0) + LOW)
    since: float | None = None
    while os.getppid() == parent:
        told: dict[str, Any] = {}
        try:
            if builder.build():
                _give_back()
            since = None
        except Exception as error:
            since = since or time.time()
            told = {"error": f"{type(error).__name__}: {' '.join(str(error).split())}"[:300], "since": since}
        try:
            with replacing(folder / BUILDER) as partial:
                partial.write_text(json.dumps({"at": time.time(), "revision": builder.revision} | told))
        except Exception as error:  # a full disk must not end the builder
            print(json.dumps({"event": "builder cannot write", "error": str(error)[:300]}), flush=True)
        _step_back(low)  # the first snapshot is waited for, later ones are not
        time.sleep(every_s)


def _step_back(low: int) -> None:
    """Low priority for every thread that there is: on Linux each has its own, and libraries keep threads."""
    for task in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, int(task.name), low)


def _give_back() -> None:
    """Return memory that a build needed to the system, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Refresher:
    """Watches the file and the builder."""

    def __init__(
        self, decider: Decider, folder: Path, source: SnapshotSource | None, every_s: float = 1.0,
        also: Callable[[], None] | None = None, *, keyed: bool | None = None, enforce: bool | None = None, other_key: bool = False,
    ) -> None:
        """Take the folder of the snapshot.

        Args:
            decider: whose snapshot is swapped.
            folder: where the snapshot is kept.
            source: what the builder reads; None if something else writes the file.
            every_s: seconds between looks.
            also: called with each look, such as to read tokens again; what it raises is reported.
            keyed: whether questions are hashed with a tenant's key, to tell where no name could ever be found; null: not told.
            other_key: whether that key is known to be another than the one that identifiers in the source were hashed with.
            enforce: whether the service does what actions say, to tell where people may think so in vain; null: not told.
        """
        self._also, self._keyed, self._enforce, self._other_key = also, keyed, enforce, other_key
        self.ending = False
        """Set while the service drains: a builder that was ended with it (systemd ends all of a unit) is not started again."""
        self.mismatch = ""
        self._decider, self._folder, self._source, self._every_s = decider, folder, source, every_s
        self._seen: dict[str, Stamp] = {}
        self._base: snapshot.Snapshot | None = None
        self._changes: snapshot.Snapshot | None = None
        self._process: Any = None
        self._errors: dict[str, str] = {}
        """By the file that could not be read: that another one could mends nothing."""
        self.also_error = ""
        self._looking_since: float | None = None
        self._silence: set[str] = set()
        self._closed = threading.Event()
        self.builder: dict[str, Any] = {}
        self._heard = time.monotonic()

    def status(self) -> dict[str, Any]:
        """Of the source, for the service's status."""
        error = next(iter(self._errors.values()), "") or self.builder.get("error", "") or self.also_error
        since = self.builder.get("since")
        unreachable = max(0.0, time.time() - since) if since else 0.0
        for what, silent_s in self._silent().items():
            unreachable, error = max(unreachable, silent_s), error or f"no answer for {silent_s:.0f} s: {what}"
        return {"source_error": error, "source_unreachable_s": round(unreachable, 1), "warning": self.mismatch}

    def _silent(self) -> dict[str, float]:
        """What takes longer than it may, and for how long, seconds."""
        now, found = time.monotonic(), {}
        looking = self._looking_since
        if looking is not None and now - looking > LOOK_S:
            found["the tokens"] = now - looking
        if self._process is not None and now - self._heard > SILENT_S + self._every_s:
            found["the builder"] = now - self._heard
        return found

    async def run(self) -> None:
        """Look for ever; cancelled at the end of the service."""
        loop = asyncio.get_running_loop()
        if self._also is not None:
            # a thread of its own, which nothing waits for: a store that hangs must hold up neither snapshots nor the end
            threading.Thread(target=self._look_also_for_ever, name="tokens", daemon=True).start()
        try:
            while True:
                self._decider.clock.check()
                try:
                    await loop.run_in_executor(None, self.look)
                    self._errors.pop("", None)
                except Exception as error:
                    self._report("", f"{type(error).__name__}: {error}")
                self._tell_silence()
                await asyncio.sleep(self._every_s)
        finally:
            self.close()

    def _tell_silence(self) -> None:
        """Log what does not answer, once each time."""
        silent = set(self._silent())
        if silent - self._silence:
            logger.error("the source does not answer; what was read last stays", silent=sorted(silent))
        self._silence = silent

    def _look_also_for_ever(self) -> None:
        while not self._closed.is_set():
            self._looking_since = time.monotonic()
            self._look_also()
            self._looking_since = None
            self._closed.wait(self._every_s)

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
        if self._source is not None and not self.ending and (self._process is None or not self._process.is_alive()):
            if self._process is not None:
                logger.error("the builder ended and is started again", exit_code=self._process.exitcode)
            arguments = (self._source, self._folder, self._every_s, os.getpid())
            self._process = multiprocessing.get_context("spawn").Process(
                target=build_forever, args=arguments, name="stillwatch-builder", daemon=True
            )
            self._process.start()
            self._heard = time.monotonic()
        self._load()
        self._read_builder()

    def _load(self) -> None:
        """Swap in the snapshot if it changed."""
        base, changes = self._fresh(SNAPSHOT), self._fresh(CHANGES)
        if base is None and changes is None:
            return
        self._base, self._changes = base or self._base, changes or self._changes
        found = self._base
        if found is None:
            return
        n_over = 0
        if self._changes is not None and self._changes.base == found.digest:
            found, n_over = found.under(self._changes), self._changes.rows
        elif base is None:
            return  # changes of a snapshot that the next look will read
        self._decider.snapshot = found
        self._compare(found.hashed, found.enforced)
        logger.info("snapshot", revision=found.revision, rows=found.rows, rows_over=n_over)

    def _compare(self, hashed: bool | None, enforced: bool | None) -> None:
        """Tell where the names that are asked about and those that are acted on cannot be the same, or where nothing is done."""
        told, strangers = [], ""
        if hashed is not None and self._keyed is not None and hashed != self._keyed:
            strangers = "Pass --key-file, the key of ingest, unless gateways send hashes themselves" if hashed else "Leave out --key-file"
            told.append(
                "identifiers in the snapshot look hashed and there is no --key-file: nobody who is asked about by name is found" if hashed
                else "identifiers in the snapshot are in the clear and --key-file hashes those that are asked about: nobody is found"
            )
        elif self._other_key:
            strangers = "Pass the --key-file of the ingest whose run was imported last"
            told.append("identifiers in the store were hashed with another key than --key-file: nobody who is asked about by name is found")
        if enforced is not None and self._enforce is not None and enforced != self._enforce:
            told.append(
                "actions are in force and the service runs without --enforce: nothing is refused" if enforced
                else "the service runs with --enforce and no action is enforced: each, or the policy in force, is in shadow mode"
            )
        mismatch = "; ".join(told)
        if mismatch and mismatch != self.mismatch:
            logger.warning(mismatch)
            if self._enforce and strangers:  # the log is JSON, and may be quiet: who meant to enforce must see it at the terminal
                print(f"stillwatch: --enforce, and yet nobody is refused: {told[0]}. {strangers}", file=sys.stderr, flush=True)
        self.mismatch = mismatch

    def _fresh(self, name: str) -> snapshot.Snapshot | None:
        """What a file holds, if it is another than at the last look."""
        path = self._folder / name
        seen = _stamp(path)
        if seen is None or seen == self._seen.get(name):
            return None
        try:
            found = snapshot.read(path, pause=lambda: time.sleep(0.001))
        except Exception as error:  # it is read again with the next look: a lift that stands in it must not wait for the next change
            self._report(name, str(error))
            return None
        self._seen[name] = seen
        self._errors.pop(name, None)
        if name == SNAPSHOT and self._source is not None and found.source not in (None, self._source.name):
            # blocks of another store, or of a run that nobody decided on, are not this one's
            logger.warning("the state folder holds the snapshot of another source, which is not served", source=found.source)
            return None
        return found

    def _read_builder(self) -> None:
        """What the builder tells of the source; its first failure and its recovery are logged."""
        try:
            told = json.loads((self._folder / BUILDER).read_bytes()) if self._source is not None else {}
        except (OSError, ValueError):
            told = {}
        if told.get("at") != self.builder.get("at"):
            self._heard = time.monotonic()
        if ("error" in told) != ("error" in self.builder):
            if "error" in told:
                then = "the last snapshot stays" if self._decider.snapshot is not None else "there is no snapshot: the fail modes answer"
                logger.error(f"the source cannot be read; {then}", error=told["error"])
            else:
                logger.info("the source can be read again")
        self.builder = told

    def _report(self, name: str, error: str) -> None:
        error = error[:300]
        if error != self._errors.get(name):
            logger.error("the snapshot cannot be refreshed; the last one stays", error=error)
        self._errors[name] = error

    def close(self) -> None:
        """End the builder, and the looking at tokens after the look that is under way."""
        self._closed.set()
        if self._process is not None:
            self._process.terminate()
            self._process.join(5)
            if self._process.is_alive():  # the interpreter would wait for it
                self._process.kill()
