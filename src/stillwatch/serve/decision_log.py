"""The log of decisions, written in batches by its own thread, so that a log that cannot be written never delays an answer."""

import itertools
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
"""Records that are encoded at once; other threads may run between batches."""
CAPACITY = 200_000
"""Most records that wait; further ones are dropped and counted."""
OTHER_ROWS = 3
"""Other rows that are tried if one cannot be written."""
EVERY_S = 1.0
"""Time between flushes, seconds."""
logger = structlog.get_logger("stillwatch.serve")


class Record(msgspec.Struct, gc=False):
    """One decision as it is logged. Identifiers are those of the tables; an API key in the clear is never logged."""

    at: float
    """Seconds since the epoch."""
    request_id: str
    surface: str
    account_id: str
    """Of several credentials the one whose action decided, as in the table; empty if none decided."""
    decision: str
    would: str
    mode: str
    reason_code: str
    case_id: str
    policy_version: str
    revision: str
    latency_us: int
    answer_id: str = ""
    """Assigned by the log before it writes, because clients may choose ``request_id``: an id of the log's start and a number."""


class Sink(Protocol):
    """Stores decisions."""

    def write(self, records: list[Record]) -> None:
        """Write a batch. Raises any exception if that fails; its rows may then come again, with the same ``answer_id``."""
        ...


class FileSink:
    """Appends one JSON object a line to one file a day (UTC)."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made if absent."""
        self._folder = folder
        self._encoder = msgspec.json.Encoder()

    def write(self, records: list[Record]) -> None:
        """Append a batch with one write, so that a killed process tears at most the last line; the next batch starts on a new line."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"decisions-{datetime.fromtimestamp(records[0].at, UTC):%Y-%m-%d}.ndjson"
        lines = self._encoder.encode_lines(records)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                lines = b"\n" + lines
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
            sink: stores the batches.
            allow_share: share of the decisions about accounts without an entry that is logged, 0 to 1. Decisions about accounts with
                an entry are all logged.
        """
        self._sink, self._allow_share = sink, allow_share
        self._waiting: deque[Record] = deque()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._start_id, self._numbers = os.urandom(8).hex(), itertools.count(1)
        self._n_writing = 0
        self._error = ""
        self.dropped = self.written = 0
        self.failures = 0
        """Number of flushes that could not write all waiting records."""

    @property
    def waiting(self) -> int:
        """Number of records that are not written yet."""
        return len(self._waiting) + self._n_writing

    def wants(self, plain_allow: bool) -> bool:
        """Whether to log a decision; ``plain_allow``: it is about an account without an entry, of which most are only counted."""
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
        """Write the waiting records and end the thread; what a broken sink does not take within the time is dropped and counted."""
        self._stop.set()
        hangs = False
        if self._thread is not None:
            self._thread.join(timeout_s)
            hangs = self._thread.is_alive()
        n_left = self.waiting
        if n_left:
            self.dropped += n_left
            why = f"nothing was answered within {timeout_s:g} s" if hangs else self._error
            logger.error("decisions dropped at the end: they could not be written", dropped=n_left, error=why)

    def _run(self) -> None:
        # not at low priority: a thread that waits for a core while it holds the interpreter delays every answer
        while True:
            last = self._stop.wait(EVERY_S)
            self._flush()
            if last:
                return

    def _flush(self) -> None:
        """Write the records that wait now. A batch that fails is split, so that a record that cannot be written delays no other.

        If a single record fails, others are tried: if none can be written, the sink is broken, and all wait for the next flush; if one
        can, and the first still cannot, the first is dropped.
        """
        n_todo, size, dropped, self._error = len(self._waiting), BATCH, 0, ""
        while n_todo > 0:
            batch = [self._waiting.popleft() for _ in range(min(size, n_todo))]
            self._n_writing = len(batch)
            if self._write(batch):
                n_todo -= len(batch)
                size = min(BATCH, 2 * size)
                time.sleep(0.0005)
            elif len(batch) > 1:
                size = len(batch) // 2
                self._waiting.extendleft(reversed(batch))
            elif self._write_another():
                n_todo -= 2
                dropped += not self._write(batch)
            else:
                n_todo = 0
                self._waiting.extendleft(batch)
            self._n_writing = 0
        if dropped:
            self.dropped += dropped
            logger.error("decisions dropped: they could not be written, although others could", dropped=dropped, error=self._error)

    def _write_another(self) -> bool:
        """Whether one of a few waiting records could be written, drawn at random, because the next ones may share the fault."""
        for _ in range(min(OTHER_ROWS, len(self._waiting))):
            at = random.randrange(len(self._waiting))
            if self._write([self._waiting[at]]):
                del self._waiting[at]
                return True
        return False

    def _write(self, batch: list[Record]) -> bool:
        """Write a batch; returns whether that succeeded."""
        assert self._sink is not None
        for record in batch:
            record.answer_id = record.answer_id or f"{self._start_id}-{next(self._numbers)}"
        try:
            self._sink.write(batch)
        except Exception as error:
            first_failure, self._error = not self._error, f"{type(error).__name__}: {error}"[:300]
            if first_failure:
                self.failures += 1
                logger.warning("decisions not written", error=self._error, waiting=self.waiting)
            return False
        self.written += len(batch)
        return True
