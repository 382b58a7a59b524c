"""What ingest writes, in a staging folder that becomes visible only when everything is whole."""

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
from stillwatch.files import ERASURES, own_folder, read_json, spelled, write_json, write_parquet
from stillwatch.ingest.faults import ERASED_ACCOUNT, Bad
from stillwatch.ingest.readers import Record
from stillwatch.ingest.tenant import Tenant
from stillwatch.tables import EVENTS, OF_MANY, Table

if TYPE_CHECKING:
    import pyarrow as pa

Finish = Callable[["pa.Table"], "pa.Table | None"]
"""Takes a batch of events, text still in it; may give their sketches, which are then written beside the events."""

STAGING, OLD = ".ingest.partial", ".ingest.old"
QUARANTINE, FAILED = "quarantine.parquet", "failed-quarantine.parquet"
"""What a run put aside; and what the last one put aside of which no row became an event, where the tables of an earlier one stayed."""
WRITTEN = ("events", partitions.FOLDER, QUARANTINE, FAILED, "accounts.parquet", "ingest.json", ERASURES, STAGING, OLD)
"""What a run replaces in the folder it writes."""
BATCH_ROWS, BATCH_CHARS = 100_000, 256 << 20
"""A batch of events is written when it has this many rows, or characters of text."""
PLACE_BITS = 32
"""How many low bits of an event's place number its row within a part; the bits above number the part."""
CHUNK_ROWS = 1024
"""Rows that become Arrow at once: few enough to be in the processor's cache still."""
QUARANTINE_ROWS, QUARANTINE_BYTES = 10_000, 32 << 20
RAW_KEPT = 1 << 20
"""Bytes of a bad row that are kept; its length tells whether that is all."""
ROLES = ("log", "edge", "accounts", "fields")
"""What rows are of; ``fields`` are notes beside rows of the log and the registry that stay."""
TEXT = ("system", "prompt", "response")
COMMON = 0.05
"""Share of a batch's requests from which those of a network are counted."""


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield an empty folder inside ``out``; it is removed at the end, whatever happens."""
    staging = out / STAGING
    try:
        shutil.rmtree(staging, ignore_errors=True)
        own_folder(staging / "events")
        yield staging
    except OSError as error:
        what = f"cannot write ({error.strerror or error})"
        raise InputError(what, where=out, todo="Free space or pass another folder") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(staging: Path, out: Path, summary: dict[str, Any]) -> None:
    """Put the new tables in place of the old ones; ``ingest.json`` goes first and comes last: it says all is done."""
    shutil.rmtree(out / OLD, ignore_errors=True)
    (out / OLD).mkdir()  # before ingest.json goes: without both, the folder would look like one that no ingest wrote
    for name in ("ingest.json", ERASURES, FAILED):
        (out / name).unlink(missing_ok=True)
    for name in ("events", partitions.FOLDER):
        if (out / name).exists():
            if (staging / name).exists():
                shutil.copymode(out / name, staging / name)  # whoever was let in stays so
            os.rename(out / name, out / OLD / name)
        if (staging / name).exists():
            os.rename(staging / name, out / name)
    for name in (QUARANTINE, "accounts.parquet"):
        if (staging / name).exists():
            os.replace(staging / name, out / name)
    write_json(summary, out / "ingest.json")
    shutil.rmtree(out / OLD, ignore_errors=True)


def demand_ingested(out: Path) -> None:
    """Raise an InputError where events lie in the folder that no ingest wrote, and that nobody could get back."""
    if not any((out / name).exists() for name in ("ingest.json", STAGING, OLD)) and any((out / "events").glob("*")):
        raise InputError("no ingest wrote these events, so they are not replaced", where=out / "events", todo="Pass another --out")


def demand_format(out: Path, format: str) -> None:
    """Raise an InputError where an earlier run left events of another format, which nobody means to replace."""
    if not (out / "ingest.json").exists() or not has_events(out):
        return
    before = read_json(out / "ingest.json").get("format")
    if before not in (None, format):
        todo = (
            "Pass another --out and the same --key-file, and copy the events of both into one folder (docs/ingest.md, Formats);"
            " or remove this folder's, to replace them"
        )
        raise InputError(f"events of {before} lie here and would be replaced by those of {format}", where=out / "events", todo=todo)


def gone(out: Path, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The logs, as an earlier run noted them, whose events lie here and that are not among ``inputs``, by name or by content."""
    if not (out / "ingest.json").exists() or not has_events(out):
        return []
    read = {one[name] for one in inputs for name in ("path", "sha256")}
    before = read_json(out / "ingest.json").get("inputs", [])
    try:
        return [one for one in before if one["role"] == "log" and one["rows"] and read.isdisjoint((one["path"], one["sha256"]))]
    except (KeyError, TypeError) as error:
        raise InputError("not what stillwatch ingest writes", where=out / "ingest.json", todo="Pass another --out") from error


def has_events(out: Path) -> bool:
    """Whether an earlier run left events here that a run without any must not replace."""
    record = out / "ingest.json"
    if not record.exists():  # it was interrupted, which OLD goes on to tell
        return any((out / "events").glob("*"))
    told = read_json(record)
    try:
        return bool(told["rows"]["written"])
    except (KeyError, TypeError) as error:
        raise InputError("not what stillwatch ingest writes", where=record, todo="Pass another --out") from error


def as_table(rows: list[dict[str, Any]], table: Table) -> "pa.Table":
    """Rows as an Arrow table of exactly the contract's columns."""
    import pyarrow as pa

    if not rows:
        return table.schema.empty_table()
    # all columns of a row at once, while the row is in the cache; then row tuples turn into columns
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
        """Requests of networks, in batches where they are COMMON."""
        self.senders: dict[str, set[str]] = {}
        """Accounts of these, so many as are asked for."""
        self.first: int | None = None
        self.last: int | None = None

    def add(self, row: dict[str, Any]) -> None:
        """Take one event."""
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
        """Write what was collected; an empty run still writes one part, which has the schema."""
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
            with partitions.writing(self._folder.parent / partitions.FOLDER / part.name) as add:
                add(sketches, table["account_id"])
            self._sketched.append(part)
        self.parts += 1

    @property
    def place(self) -> int:
        """Where the next event will stand, for :meth:`relink`."""
        return self.parts << PLACE_BITS | self._count

    def relink(self, links: Iterable[tuple[int, int, int]]) -> None:
        """Write other conversation keys into rows that are written: place, parent_key and context_key of each."""
        import numpy as np
        import pyarrow.parquet as pq

        found = np.fromiter(chain.from_iterable(links), np.int64).reshape(-1, 3)
        found = found[np.argsort(found[:, 0], kind="stable")]
        for part in np.unique(found[:, 0] >> PLACE_BITS).tolist():
            rows, parents, contexts = found[found[:, 0] >> PLACE_BITS == part].T
            rows = rows & (1 << PLACE_BITS) - 1
            path = self._folder / f"part-{part:05}.parquet"
            events = pq.read_table(path, schema=EVENTS.schema)
            write_parquet(replaced(events, rows, parent_key=parents, context_key=contexts), path)
            if path in self._sketched:
                partition = self._folder.parent / partitions.FOLDER / path.name
                sketches = pq.read_table(partition)
                with partitions.writing(partition) as add:
                    add(replaced(sketches, rows, parent=parents, context=contexts), events["account_id"])

    def sketched(self) -> dict[str, Any] | None:
        """What ingest.json says of the sketches, if any were made."""
        return partitions.record(self._sketched) if self._sketched else None

    def _measure(self, table: "pa.Table") -> None:
        import pyarrow.compute as pc

        self.written += len(table)
        for name in table.column_names:
            self.filled[name] += len(table) - table[name].null_count
        known = table["ip"].drop_null().value_counts()
        for one in known.filter(pc.greater_equal(known.field("counts"), COMMON * len(table))).to_pylist():
            self.networks[one["values"]] += one["counts"]
            senders = self.senders.setdefault(one["values"], set())
            if len(senders) < OF_MANY:
                senders.update(table.filter(pc.equal(table["ip"], one["values"]))["account_id"].unique().to_pylist()[:OF_MANY])
        if len(table):
            span = pc.min_max(table["timestamp"].cast("int64")).as_py()
            self.first = min(span["min"], self.first if self.first is not None else span["min"])
            self.last = max(span["max"], self.last if self.last is not None else span["max"])


def replaced(table: "pa.Table", rows: Any, **columns: Any) -> "pa.Table":
    """The table with other whole numbers in some rows of some columns; null stays null, and so does 0, which is null in sketches."""
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
    """The events, text columns null."""
    import pyarrow as pa

    for name in TEXT:
        at = table.column_names.index(name)
        table = table.set_column(at, table.field(at), pa.nulls(len(table), pa.string()))
    return table


class Quarantine:
    """Collects what was put aside and counts it by reason."""

    def __init__(self, path: Path, tenant: Tenant, *, keep_raw: bool) -> None:
        """Write to ``path``; without ``keep_raw`` a row's bytes are kept as length and keyed hash only."""
        self._path, self._tenant, self._keep_raw = path, tenant, keep_raw
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0
        self._writer: Any = None
        self.rows: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
        self.sources: Counter[str] = Counter()
        self.examples: dict[str, dict[str, str]] = {role: {} for role in (*ROLES, "source")}
        """By role (source where the whole is meant) and reason, where the first of its kind stands and what exactly is wrong there."""

    def add(self, role: str, source: Path, record: Record, bad: Bad) -> None:
        """Put one record, or one fault of a whole source (line 0), aside; of an erased account it is only counted."""
        if bad.reason == ERASED_ACCOUNT:
            self.rows[role][bad.reason] += 1
            return
        (self.rows[role] if record.line else self.sources)[bad.reason] += 1
        name = spelled(source)
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
        """Write the rest; the file exists even if nothing was put aside."""
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
