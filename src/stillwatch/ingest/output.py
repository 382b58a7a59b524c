"""Writes the output of ingest to a staging folder, which is published only when it is complete."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch import partitions
from stillwatch.errors import InputError
from stillwatch.files import ERASURES, make_private_folder, printable_path, read_json, write_json, write_parquet
from stillwatch.ingest.faults import ERASED_ACCOUNT, Bad
from stillwatch.ingest.readers import Record
from stillwatch.ingest.tenant import Tenant
from stillwatch.tables import EVENTS, OF_MANY, Table

if TYPE_CHECKING:
    import pyarrow as pa

Finish = Callable[["pa.Table"], "pa.Table | None"]
"""Takes a batch of events, with text; may return their sketches, which are then written beside the events."""

STAGING, OLD = ".ingest.partial", ".ingest.old"
QUARANTINE, FAILED = "quarantine.parquet", "failed-quarantine.parquet"
"""Rows that a run put aside; and those of a later run that produced no event, so that the earlier tables stayed."""
REPLACED = ("events", partitions.FOLDER, QUARANTINE, FAILED, "accounts.parquet", "ingest.json", ERASURES, STAGING, OLD)
"""Names that a run replaces in its output folder."""
BATCH_ROWS, BATCH_CHARS = 100_000, 256 << 20
"""A batch of events is written when it has so many rows, or so many characters of text."""
PLACE_BITS = 32
"""Number of low bits of an event's place that hold its row within a part; the bits above hold the part's number."""
CHUNK_ROWS = 1024
"""Rows that are converted to Arrow at once, few enough to stay in the processor's cache."""
QUARANTINE_ROWS, QUARANTINE_BYTES = 10_000, 32 << 20
"""Rows that are put aside are written when there are so many, or so many bytes of them."""
RAW_KEPT = 1 << 20
"""Most bytes of a bad row that are kept; ``raw_bytes`` shows whether it was cut."""
ROLES = ("log", "edge", "accounts", "fields")
"""Roles of rows in the quarantine; ``fields`` are notes about rows of the log and the registry that are kept."""
TEXT = ("system", "prompt", "response")
COMMON = 0.05
"""Least share of a batch's requests from one network for which the network's requests are counted."""


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield an empty folder inside ``out``; it is removed at the end, whatever happens."""
    staging = out / STAGING
    try:
        shutil.rmtree(staging, ignore_errors=True)
        make_private_folder(staging / "events")
        yield staging
    except OSError as error:
        what = f"cannot write ({error.strerror or error})"
        raise InputError(what, where=out, todo="Free space or pass another folder") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(staging: Path, out: Path, summary: dict[str, Any]) -> None:
    """Replace the old tables by the new ones. ``ingest.json`` is removed first and written last, since it marks a complete run."""
    shutil.rmtree(out / OLD, ignore_errors=True)
    (out / OLD).mkdir()  # before ingest.json is removed: without both, the folder would look as if no ingest had written it
    for name in ("ingest.json", ERASURES, FAILED):
        (out / name).unlink(missing_ok=True)
    for name in ("events", partitions.FOLDER):
        if (out / name).exists():
            if (staging / name).exists():
                shutil.copymode(out / name, staging / name)  # keeps the permissions
            os.rename(out / name, out / OLD / name)
        if (staging / name).exists():
            os.rename(staging / name, out / name)
    for name in (QUARANTINE, "accounts.parquet"):
        if (staging / name).exists():
            os.replace(staging / name, out / name)
    write_json(summary, out / "ingest.json")
    shutil.rmtree(out / OLD, ignore_errors=True)


def demand_ingested(out: Path) -> None:
    """Raise an InputError if the folder has events that no ingest wrote, which could not be restored."""
    if not any((out / name).exists() for name in ("ingest.json", STAGING, OLD)) and any((out / "events").glob("*")):
        raise InputError("no ingest wrote these events, so they are not replaced", where=out / "events", todo="Pass another --out")


def demand_format(out: Path, format: str) -> None:
    """Raise an InputError if the folder has events of another format from an earlier run, which are hardly meant to be replaced."""
    if not (out / "ingest.json").exists() or not has_events(out):
        return
    before = read_json(out / "ingest.json").get("format")
    if before not in (None, format):
        todo = (
            "Pass another --out and the same --key-file, and copy the events of both into one folder (docs/ingest.md, Formats);"
            " or remove this folder's, to replace them"
        )
        raise InputError(f"events of {before} lie here and would be replaced by those of {format}", where=out / "events", todo=todo)


def unread_logs(out: Path, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Inputs of the earlier run whose events are in the folder and which are not among ``inputs``, neither by path nor by content."""
    if not (out / "ingest.json").exists() or not has_events(out):
        return []
    read = {entry[name] for entry in inputs for name in ("path", "sha256")}
    before = read_json(out / "ingest.json").get("inputs", [])
    try:
        return [entry for entry in before if entry["role"] == "log" and entry["rows"] and read.isdisjoint((entry["path"], entry["sha256"]))]
    except (KeyError, TypeError) as error:
        raise InputError("not what stillwatch ingest writes", where=out / "ingest.json", todo="Pass another --out") from error


def has_events(out: Path) -> bool:
    """Whether the folder has events of an earlier run, which a run without events must not replace."""
    record = out / "ingest.json"
    if not record.exists():  # the run was interrupted; OLD still marks the folder
        return any((out / "events").glob("*"))
    summary = read_json(record)
    try:
        return bool(summary["rows"]["written"])
    except (KeyError, TypeError) as error:
        raise InputError("not what stillwatch ingest writes", where=record, todo="Pass another --out") from error


def as_table(rows: list[dict[str, Any]], table: Table) -> "pa.Table":
    """Rows (dicts) as an Arrow table of exactly the columns of ``table``; absent values are null."""
    import pyarrow as pa

    if not rows:
        return table.schema.empty_table()
    # all columns of a row at once, while it is in the processor's cache; then tuples of rows become columns
    empty, pick = dict.fromkeys(table.names), itemgetter(*table.names)
    columns = zip(*[pick(empty | row) for row in rows], strict=True)
    arrays = []
    for field, values in zip(table.schema, columns, strict=True):
        plain = pa.int64() if pa.types.is_timestamp(field.type) else field.type
        arrays.append(pa.array(values, plain).cast(field.type))
    return pa.table(arrays, schema=table.schema)


class Events:
    """Collects events into batches and writes each as one part."""

    def __init__(self, folder: Path, *, keep_text: bool, finish: Finish | None) -> None:
        """Write parts to ``folder``; hand each batch to ``finish`` before its text is dropped."""
        self._folder, self._keep_text, self._finish = folder, keep_text, finish
        self._sketched: list[Path] = []
        self._rows: list[dict[str, Any]] = []
        self._chunks: list[pa.Table] = []
        self._count = self._chars = 0
        self.parts = self.written = self.empty_prompts = self.redacted = self.master_key = 0
        self.filled: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()
        """Network -> its requests, in batches of which it has at least the share COMMON."""
        self.senders: dict[str, set[str]] = {}
        """Network -> some of its accounts, at most OF_MANY."""
        self.first: int | None = None
        self.last: int | None = None

    def add(self, row: dict[str, Any]) -> None:
        """Add one event."""
        self._rows.append(row)
        self._count += 1
        self._chars += sum(len(row.get(name) or "") for name in TEXT)
        self.empty_prompts += row.get("prompt") == ""
        self.redacted += row.get("_redacted") is True
        self.master_key += row.get("_master_key") is True
        if len(self._rows) >= CHUNK_ROWS:
            self._pack()
        if self._count >= BATCH_ROWS or self._chars >= BATCH_CHARS:
            self.flush()

    def _pack(self) -> None:
        self._chunks.append(as_table(self._rows, EVENTS))
        self._rows = []

    def flush(self) -> None:
        """Write the collected events; a run without events still writes one part, for the schema."""
        import pyarrow as pa

        if not self._count and self.parts:
            return
        self._pack()
        table = pa.concat_tables(self._chunks).combine_chunks()
        self._chunks, self._count, self._chars = [], 0, 0
        sketches = None if self._finish is None else self._finish(table)
        if not self._keep_text:
            table = without_text(table)
        self._measure(table)
        part = self._folder / f"part-{self.parts:05}.parquet"
        write_parquet(table, part)
        if sketches is not None:
            with partitions.partition_writer(self._folder.parent / partitions.FOLDER / part.name) as add:
                add(sketches, table["account_id"])
            self._sketched.append(part)
        self.parts += 1

    @property
    def place(self) -> int:
        """Place of the next event, for :meth:`relink`."""
        return self.parts << PLACE_BITS | self._count

    def relink(self, links: Iterable[tuple[int, int, int]]) -> None:
        """Update conversation keys of rows that are already written, from (place, parent_key, context_key) of each."""
        import numpy as np
        import pyarrow.parquet as pq

        updates = np.fromiter(chain.from_iterable(links), np.int64).reshape(-1, 3)
        updates = updates[np.argsort(updates[:, 0], kind="stable")]
        for part in np.unique(updates[:, 0] >> PLACE_BITS).tolist():
            rows, parents, contexts = updates[updates[:, 0] >> PLACE_BITS == part].T
            rows = rows & (1 << PLACE_BITS) - 1
            path = self._folder / f"part-{part:05}.parquet"
            events = pq.read_table(path, schema=EVENTS.schema)
            write_parquet(replaced(events, rows, parent_key=parents, context_key=contexts), path)
            if path in self._sketched:
                partition = self._folder.parent / partitions.FOLDER / path.name
                sketches = pq.read_table(partition)
                with partitions.partition_writer(partition) as add:
                    add(replaced(sketches, rows, parent=parents, context=contexts), events["account_id"])

    def sketched(self) -> dict[str, Any] | None:
        """The entry of ingest.json about the sketches; None if there are none."""
        return partitions.ingest_record(self._sketched) if self._sketched else None

    def _measure(self, table: "pa.Table") -> None:
        import pyarrow.compute as pc

        self.written += len(table)
        for name in table.column_names:
            self.filled[name] += len(table) - table[name].null_count
        counts = table["ip"].drop_null().value_counts()
        for row in counts.filter(pc.greater_equal(counts.field("counts"), COMMON * len(table))).to_pylist():
            self.networks[row["values"]] += row["counts"]
            senders = self.senders.setdefault(row["values"], set())
            if len(senders) < OF_MANY:
                senders.update(table.filter(pc.equal(table["ip"], row["values"]))["account_id"].unique().to_pylist()[:OF_MANY])
        if len(table):
            span = pc.min_max(table["timestamp"].cast("int64")).as_py()
            self.first = min(span["min"], self.first if self.first is not None else span["min"])
            self.last = max(span["max"], self.last if self.last is not None else span["max"])


def replaced(table: "pa.Table", rows: Any, **columns: Any) -> "pa.Table":
    """The table with new integers in some rows of some columns. Null stays null, and so does 0, which is null in sketches.

    Args:
        table: the table.
        rows: (n,) row numbers.
        columns: name -> (n,) new values.
    """
    import numpy as np
    import pyarrow as pa

    for name, values in columns.items():
        at, old = table.column_names.index(name), table[name].combine_chunks()
        null, new = np.array(old.is_null()), np.array(old.fill_null(0))
        kept = new[rows] == 0
        new[rows] = np.where(kept, new[rows], values)
        table = table.set_column(at, table.field(at), pa.array(new, mask=null))
    return table


def without_text(table: "pa.Table") -> "pa.Table":
    """The events with all text columns null."""
    import pyarrow as pa

    for name in TEXT:
        at = table.column_names.index(name)
        table = table.set_column(at, table.field(at), pa.nulls(len(table), pa.string()))
    return table


class Quarantine:
    """Collects the rows that are put aside, and counts them by reason."""

    def __init__(self, path: Path, tenant: Tenant, *, keep_raw: bool) -> None:
        """Write to ``path``; without ``keep_raw`` only length and keyed hash of a row's bytes are kept."""
        self._path, self._tenant, self._keep_raw = path, tenant, keep_raw
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0
        self._writer: Any = None
        self.rows: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
        self.sources: Counter[str] = Counter()
        self.examples: dict[str, dict[str, str]] = {role: {} for role in (*ROLES, "source")}
        """Role (``source`` for a whole source) -> reason -> place and detail of the first."""

    def add(self, role: str, source: Path, record: Record, bad: Bad) -> None:
        """Put a record, or a fault of a whole source (line 0), aside; a record of an erased account is only counted."""
        if bad.reason == ERASED_ACCOUNT:
            self.rows[role][bad.reason] += 1
            return
        (self.rows[role] if record.line else self.sources)[bad.reason] += 1
        name = printable_path(source)
        place = f"{name}, line {record.line}" if record.line else name
        self.examples[role if record.line else "source"].setdefault(bad.reason, f"{place}: {bad.detail}" if bad.detail else place)
        raw = record.as_bytes() if record.line else b""
        kept = raw[:RAW_KEPT] if self._keep_raw and raw else None
        self._rows.append({
            "source": name, "line": record.line, "reason": bad.reason, "detail": bad.detail, "raw": kept,
            "raw_bytes": len(raw), "raw_hash": self._tenant.raw_hash(raw) if raw else None,
        })
        self._bytes += len(kept or b"")
        if len(self._rows) >= QUARANTINE_ROWS or self._bytes >= QUARANTINE_BYTES:
            self._flush()

    def reasons(self) -> list[str]:
        """All reasons that occurred."""
        return sorted({*self.sources}.union(*self.rows.values()))

    def close(self) -> None:
        """Write the remaining rows; the file exists even if nothing was put aside."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([
            ("source", pa.string()), ("line", pa.int64()), ("reason", pa.string()), ("detail", pa.string()),
            ("raw", pa.binary()), ("raw_bytes", pa.int64()), ("raw_hash", pa.string()),
        ])
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema))
        self._rows, self._bytes = [], 0
