"""Decisions are logged in batches by a thread of its own; a log that cannot be written never holds up an answer."""

import os
import random
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

BATCH = 500
"""Records that are encoded at a time, between which other threads may run."""
CAPACITY = 200_000
"""Records that wait at most; then the newest are dropped and counted."""
EVERY_S = 1.0
logger = structlog.get_logger("stillwatch.serve")


class Record(msgspec.Struct, gc=False):
    """One decision as it is logged. Identifiers are those of the tables; an API key in the clear is never here."""

    at: float
    """Seconds since the epoch."""
    request_id: str
    surface: str
    account_id: str
    """Of several credentials the one whose action decided; where none did, the first."""
    decision: str
    would: str
    mode: str
    reason_code: str
    case_id: str
    policy_version: str
    revision: str
    latency_us: int


class Sink(Protocol):
    """Where decisions go."""

    def write(self, records: list[Record]) -> None:
        """Write a batch; raises any exception if it could not."""
        ...


class FileSink:
    """One JSON object a line, one file a day, appended."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, made if absent."""
        self._folder = folder
        self._encoder = msgspec.json.Encoder()

    def write(self, records: list[Record]) -> None:
        """Append a batch with one write, so that a killed process tears at most the last line."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"decisions-{datetime.fromtimestamp(records[0].at, UTC):%Y-%m-%d}.ndjson"
        lines = self._encoder.encode_lines(records)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            size = os.fstat(handle).st_size
            if os.write(handle, lines) < len(lines):
                os.ftruncate(handle, size)
                raise OSError("no space for the whole batch")
        finally:
            os.close(handle)


class DecisionLog:
    """A bounded queue and a thread that empties it."""

    def __init__(self, sink: Sink | None, *, allow_share: float = 0.001) -> None:
        """Take a sink, or None for no log.

        Args:
            sink: where batches go.
            allow_share: share of the decisions about accounts without an entry that is kept, 0 to 1; those about
                accounts with one are all kept.
        """
        self._sink, self._allow_share = sink, allow_share
        self._waiting: deque[Record] = deque()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped = self.written = self.failures = 0

    def wants(self, plain_allow: bool) -> bool:
        """Whether to log a decision; most of those without an entry are only counted."""
        return self._sink is not None and (not plain_allow or random.random() < self._allow_share)

    def add(self, record: Record) -> None:
        """Queue a record; never waits."""
        if len(self._waiting) < CAPACITY:
            self._waiting.append(record)
        else:
            self.dropped += 1

    def start(self) -> None:
        """Start the thread."""
        if self._sink is not None:
            self._thread = threading.Thread(target=self._run, name="decision-log", daemon=True)
            self._thread.start()

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what waits and end; what a broken sink does not take within the time is dropped and counted."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        # not at low priority: a thread that waits for a core while it holds the interpreter holds up every answer
        while True:
            last = self._stop.wait(EVERY_S)
            self._flush()
            if last:
                return

    def _flush(self) -> None:
        """Write what waits now; after a failure the batch goes back and is tried again with the next flush."""
        assert self._sink is not None
        for _ in range(0, len(self._waiting), BATCH):
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                self._sink.write(batch)
            except Exception as error:
                self.failures += 1
                self._waiting.extendleft(reversed(batch))
                what = f"{type(error).__name__}: {error}"[:300]
                logger.warning("decisions not written", error=what, waiting=len(self._waiting))
                return
            self.written += len(batch)
            time.sleep(0.0005)
