"""Decisions are logged in batches by a thread of its own; a log that cannot be written never holds up an answer."""

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
"""Records that are encoded at a time, between which other threads may run."""
CAPACITY = 200_000
"""Records that wait at most; then the newest are dropped and counted."""
OTHERS = 3
"""Rows that are tried where one cannot be written."""
EVERY_S = 1.0
logger = structlog.get_logger("stillwatch.serve")


class Record(msgspec.Struct, gc=False):
    """One decision as it is logged. Identifiers are those of the tables; an API key in the clear is never here."""

    at: float
    """Seconds since the epoch."""
    request_id: str
    surface: str
    account_id: str
    """Of several credentials the one whose action decided, as the table has it; empty where none did."""
    decision: str
    would: str
    mode: str
    reason_code: str
    case_id: str
    policy_version: str
    revision: str
    latency_us: int
    answer_id: str = ""
    """The service's own, since clients may choose a request's: that of the log's start, and a number. The log gives it before it writes."""


class Sink(Protocol):
    """Where decisions go."""

    def write(self, records: list[Record]) -> None:
        """Write a batch; raises any exception if it could not. Then rows of it may come again, with the same ``answer_id``."""
        ...


class FileSink:
    """One JSON object a line, one file a day, appended."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, made if absent."""
        self._folder = folder
        self._encoder = msgspec.json.Encoder()

    def write(self, records: list[Record]) -> None:
        """Append a batch with one write, so that a killed process tears at most the last line, which the next batch does not go on with."""
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
            sink: where batches go.
            allow_share: share of the decisions about accounts without an entry that is kept, 0 to 1; those about
                accounts with one are all kept.
        """
        self._sink, self._allow_share = sink, allow_share
        self._waiting: deque[Record] = deque()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._start, self._numbers = os.urandom(8).hex(), itertools.count(1)
        self._in_hand = 0
        self._error = ""
        self.dropped = self.written = 0
        self.failures = 0
        """How often what waited could not be written, or not all of it."""

    @property
    def waiting(self) -> int:
        """Records that are not written yet."""
        return len(self._waiting) + self._in_hand

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
        hangs = False
        if self._thread is not None:
            self._thread.join(timeout_s)
            hangs = self._thread.is_alive()
        left = self.waiting
        if left:
            self.dropped += left
            why = f"nothing was answered within {timeout_s:g} s" if hangs else self._error
            logger.error("decisions dropped at the end: they could not be written", dropped=left, error=why)

    def _run(self) -> None:
        # not at low priority: a thread that waits for a core while it holds the interpreter holds up every answer
        while True:
            last = self._stop.wait(EVERY_S)
            self._flush()
            if last:
                return

    def _flush(self) -> None:
        """Write what waits now. A batch that fails is tried in ever smaller parts, so that a row that cannot be written holds up no other.

        Where a single one fails, others tell whose fault it is: if they cannot be written either, the sink takes nothing, and all wait for
        the next flush; if one can, and the first still cannot, that is dropped.
        """
        todo, size, dropped, self._error = len(self._waiting), BATCH, 0, ""
        while todo > 0:
            batch = [self._waiting.popleft() for _ in range(min(size, todo))]
            self._in_hand = len(batch)
            if self._put(batch):
                todo -= len(batch)
                size = min(BATCH, 2 * size)
                time.sleep(0.0005)
            elif len(batch) > 1:
                size = len(batch) // 2
                self._waiting.extendleft(reversed(batch))
            elif self._takes_another():
                todo -= 2
                dropped += not self._put(batch)
            else:
                todo = 0
                self._waiting.extendleft(batch)
            self._in_hand = 0
        if dropped:
            self.dropped += dropped
            logger.error("decisions dropped: others can be written, they cannot", dropped=dropped, error=self._error)

    def _takes_another(self) -> bool:
        """Write one of those that wait, whichever can be; not the next ones, which may be alike."""
        for _ in range(min(OTHERS, len(self._waiting))):
            at = random.randrange(len(self._waiting))
            if self._put([self._waiting[at]]):
                del self._waiting[at]
                return True
        return False

    def _put(self, batch: list[Record]) -> bool:
        """Whether a batch could be written."""
        assert self._sink is not None
        for record in batch:
            record.answer_id = record.answer_id or f"{self._start}-{next(self._numbers)}"
        try:
            self._sink.write(batch)
        except Exception as error:
            first, self._error = not self._error, f"{type(error).__name__}: {error}"[:300]
            if first:
                self.failures += 1
                logger.warning("decisions not written", error=self._error, waiting=self.waiting)
            return False
        self.written += len(batch)
        return True
