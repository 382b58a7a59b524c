"""Keeps the snapshot up to date: a builder process writes the file, the service notices and loads it.

The builder is a separate process of low priority, so that reading a store and sorting a million rows never takes the interpreter or a
core away from answers. If it dies, it is started again; if the source cannot be read, the last snapshot stays in use, also after a
restart of the service.
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

from stillwatch.files import Stamp, atomic_write, stamp
from stillwatch.serve import snapshot
from stillwatch.serve.decider import Decider
from stillwatch.serve.sources import SnapshotSource

NICENESS_ABOVE = 10
"""How much higher the niceness of the builder is than the service's."""
LOOK_S = 5.0
"""How long reading the tokens may take before it counts as a failure, seconds."""
SILENT_S = 90.0
"""How long the builder may report nothing before that counts as a failure, seconds: longer than a million rows or a time-out take."""
SNAPSHOT, CHANGES, BUILDER = "snapshot.arrow", "changes.arrow", "builder.json"
logger = structlog.get_logger("stillwatch.serve")


def _stamp(path: Path) -> Stamp | None:
    """The stamp of a file; None if there is no file."""
    try:
        return stamp(path)
    except FileNotFoundError:
        return None


class Builder:
    """Writes the rows of a source: first all, later only changes if the source can tell them."""

    def __init__(self, source: SnapshotSource, folder: Path) -> None:
        """Take the source and the folder to write to."""
        self._source, self._folder = source, folder
        self.revision: str | None = None
        self._base: int | None = None
        self._stamps: list[Stamp | None] = [None, None]

    def build(self) -> bool:
        """Write the snapshot or its changes, if the source's revision is new or the written files changed. Returns whether it wrote."""
        if self._written_stamps() != self._stamps:
            self.revision = self._base = None
        revision = self._source.revision()
        if revision == self.revision:
            return False
        changes = None if self._base is None else self._source.changes()
        if changes is None:
            self._base = None  # if this fails, later changes would refer to rows that were never written
            rows = self._source.rows()
            _release_memory()
            self._base = snapshot.write(rows, self._folder / SNAPSHOT, revision, source=self._source.name)
            (self._folder / CHANGES).unlink(missing_ok=True)
        else:
            snapshot.write(changes.rows, self._folder / CHANGES, revision, base=self._base, names=changes.names)
        self.revision, self._stamps = revision, self._written_stamps()
        return True

    def _written_stamps(self) -> list[Stamp | None]:
        return [_stamp(self._folder / name) for name in (SNAPSHOT, CHANGES)]


def build_forever(source: SnapshotSource, folder: Path, every_s: float, parent: int) -> None:
    """Main loop of the builder process; ends when its parent does.

    Args:
        source: what to read.
        folder: where to write.
        every_s: seconds between looks at the source.
        parent: process id of the service.
    """
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # the other memory pools keep freed memory
    pyarrow.set_cpu_count(1)
    builder, low = Builder(source, folder), min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS_ABOVE)
    since: float | None = None
    while os.getppid() == parent:
        failure: dict[str, Any] = {}
        try:
            if builder.build():
                _release_memory()
            since = None
        except Exception as error:
            since = since or time.time()
            failure = {"error": f"{type(error).__name__}: {' '.join(str(error).split())}"[:300], "since": since}
        try:
            with atomic_write(folder / BUILDER) as partial:
                partial.write_text(json.dumps({"at": time.time(), "revision": builder.revision} | failure))
        except Exception as error:  # a full disk must not end the builder
            print(json.dumps({"event": "builder cannot write", "error": str(error)[:300]}), flush=True)
        _lower_priority(low)  # not before the first snapshot, for which the service waits
        time.sleep(every_s)


def _lower_priority(low: int) -> None:
    """Lower the priority of every existing thread: on Linux each thread has its own, and libraries keep threads."""
    for task in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, int(task.name), low)


def _release_memory() -> None:
    """Return freed memory to the system, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Refresher:
    """Watches the builder and its files, and swaps in new snapshots."""

    def __init__(
        self, decider: Decider, folder: Path, source: SnapshotSource | None, every_s: float = 1.0,
        also: Callable[[], None] | None = None, *, keyed: bool | None = None, enforce: bool | None = None, other_key: bool = False,
    ) -> None:
        """Take the folder of the snapshot.

        Args:
            decider: gets the new snapshots.
            folder: where the snapshot is kept.
            source: what the builder reads; None if another program writes the file.
            every_s: seconds between looks.
            also: called at each look, such as to read tokens again; its errors are reported.
            keyed: whether names in questions are hashed with a tenant's key, to warn where the snapshot does not match; None: unknown.
            enforce: whether the service enforces actions, to warn where the snapshot does not match; None: unknown.
            other_key: whether identifiers in the source are known to be hashed with another key.
        """
        self._also, self._keyed, self._enforce, self._other_key = also, keyed, enforce, other_key
        self.ending = False
        """Set while the service drains, so that a builder that was ended with it (systemd ends a whole unit) is not started again."""
        self.mismatch = ""
        self._decider, self._folder, self._source, self._every_s = decider, folder, source, every_s
        self._seen: dict[str, Stamp] = {}
        self._base: snapshot.Snapshot | None = None
        self._changes: snapshot.Snapshot | None = None
        self._process: Any = None
        self._errors: dict[str, str] = {}
        """File name -> why it could not be read; cleared only when the same file is read."""
        self.also_error = ""
        self._looking_since: float | None = None
        self._logged_overdue: set[str] = set()
        self._closed = threading.Event()
        self.builder: dict[str, Any] = {}
        self._heard_s = time.monotonic()

    def status(self) -> dict[str, Any]:
        """State of the source, for the service's status: last error, seconds without an answer, warning."""
        error = next(iter(self._errors.values()), "") or self.builder.get("error", "") or self.also_error
        since = self.builder.get("since")
        unreachable = max(0.0, time.time() - since) if since else 0.0
        for what, silent_s in self._overdue().items():
            unreachable, error = max(unreachable, silent_s), error or f"no answer for {silent_s:.0f} s: {what}"
        return {"source_error": error, "source_unreachable_s": round(unreachable, 1), "warning": self.mismatch}

    def _overdue(self) -> dict[str, float]:
        """What takes longer than allowed -> for how long, seconds."""
        now, overdue = time.monotonic(), {}
        looking = self._looking_since
        if looking is not None and now - looking > LOOK_S:
            overdue["the tokens"] = now - looking
        if self._process is not None and now - self._heard_s > SILENT_S + self._every_s:
            overdue["the builder"] = now - self._heard_s
        return overdue

    async def run(self) -> None:
        """Look at the files every ``every_s`` seconds until cancelled at the end of the service."""
        loop = asyncio.get_running_loop()
        if self._also is not None:
            # in a thread of its own that nothing joins: a store that hangs must delay neither snapshots nor the end of the service
            threading.Thread(target=self._look_also_for_ever, name="tokens", daemon=True).start()
        try:
            while True:
                self._decider.clock.check()
                try:
                    await loop.run_in_executor(None, self.look)
                    self._errors.pop("", None)
                except Exception as error:
                    self._report("", f"{type(error).__name__}: {error}")
                self._log_overdue()
                await asyncio.sleep(self._every_s)
        finally:
            self.close()

    def _log_overdue(self) -> None:
        """Log what does not answer, once until it answers again."""
        silent = set(self._overdue())
        if silent - self._logged_overdue:
            logger.error("the source does not answer; what was read last stays", silent=sorted(silent))
        self._logged_overdue = silent

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
            self._heard_s = time.monotonic()
        self._load()
        self._read_builder()

    def _load(self) -> None:
        """Swap in the snapshot if it changed."""
        base, changes = self._read_if_changed(SNAPSHOT), self._read_if_changed(CHANGES)
        if base is None and changes is None:
            return
        self._base, self._changes = base or self._base, changes or self._changes
        loaded = self._base
        if loaded is None:
            return
        n_changed = 0
        if self._changes is not None and self._changes.base == loaded.digest:
            loaded, n_changed = loaded.overlaid_with(self._changes), self._changes.rows
        elif base is None:
            return  # these changes belong to a snapshot that the next look will read
        self._decider.snapshot = loaded
        self._warn_of_mismatch(loaded.hashed, loaded.enforced)
        logger.info("snapshot", revision=loaded.revision, rows=loaded.rows, rows_over=n_changed)

    def _warn_of_mismatch(self, hashed: bool | None, enforced: bool | None) -> None:
        """Warn where names in questions cannot match the snapshot's identifiers, or where actions and ``--enforce`` disagree."""
        warnings, remedy = [], ""
        if hashed is not None and self._keyed is not None and hashed != self._keyed:
            remedy = "Pass --key-file, the key of ingest, unless gateways send hashes themselves" if hashed else "Leave out --key-file"
            warnings.append(
                "identifiers in the snapshot look hashed and there is no --key-file: no account is found by its name" if hashed
                else "identifiers in the snapshot are in the clear and --key-file hashes those in questions: no account is found"
            )
        elif self._other_key:
            remedy = "Pass the --key-file of the ingest whose run was imported last"
            warnings.append(
                "identifiers in the store were hashed with another key than --key-file: no account is found by its name"
            )
        if enforced is not None and self._enforce is not None and enforced != self._enforce:
            warnings.append(
                "actions are in force and the service runs without --enforce: nothing is refused" if enforced
                else "the service runs with --enforce and no action is enforced: each, or the policy in force, is in shadow mode"
            )
        mismatch = "; ".join(warnings)
        if mismatch and mismatch != self.mismatch:
            logger.warning(mismatch)
            if self._enforce and remedy:  # the log is JSON and may be off; whoever wants to enforce must see this on the terminal
                print(f"stillwatch: --enforce, and yet nobody is refused: {warnings[0]}. {remedy}", file=sys.stderr, flush=True)
        self.mismatch = mismatch

    def _read_if_changed(self, name: str) -> snapshot.Snapshot | None:
        """The snapshot in a file, if the file changed since the last look; else None."""
        path = self._folder / name
        seen = _stamp(path)
        if seen is None or seen == self._seen.get(name):
            return None
        try:
            loaded = snapshot.read(path, pause=lambda: time.sleep(0.001))
        except Exception as error:  # the next look reads it again, since it may hold a lift, which must not wait for the next change
            self._report(name, str(error))
            return None
        self._seen[name] = seen
        self._errors.pop(name, None)
        if name == SNAPSHOT and self._source is not None and loaded.source not in (None, self._source.name):
            # blocks of another store, or of a run on which nobody decided, must not be served
            logger.warning("the state folder holds the snapshot of another source, which is not served", source=loaded.source)
            return None
        return loaded

    def _read_builder(self) -> None:
        """Read the builder's report on the source; log its first failure and its recovery."""
        try:
            report = json.loads((self._folder / BUILDER).read_bytes()) if self._source is not None else {}
        except (OSError, ValueError):
            report = {}
        if report.get("at") != self.builder.get("at"):
            self._heard_s = time.monotonic()
        if ("error" in report) != ("error" in self.builder):
            if "error" in report:
                then = "the last snapshot stays" if self._decider.snapshot is not None else "there is no snapshot: the fail modes answer"
                logger.error(f"the source cannot be read; {then}", error=report["error"])
            else:
                logger.info("the source can be read again")
        self.builder = report

    def _report(self, name: str, error: str) -> None:
        error = error[:300]
        if error != self._errors.get(name):
            logger.error("the snapshot cannot be refreshed; the last one stays", error=error)
        self._errors[name] = error

    def close(self) -> None:
        """End the builder, and stop reading tokens after the current look."""
        self._closed.set()
        if self._process is not None:
            self._process.terminate()
            self._process.join(5)
            if self._process.is_alive():  # else the interpreter would wait for it at exit
                self._process.kill()
