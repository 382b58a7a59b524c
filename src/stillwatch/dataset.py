"""A folder of input: events/ (Parquet or JSONL), accounts (Parquet or JSONL), releases.json, and what ingest told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from stillwatch.errors import InputError
from stillwatch.files import data_files, read_json
from stillwatch.tables import ACCOUNTS, EVENTS, Table

BATCH_ROWS = 250_000
JSON_BLOCK = 64 << 20
"""Bytes; a line of JSONL cannot be longer."""
REPEATED = ("system", "user_agent", "ja4", "ip", "model", "access_path")
"""Columns read as dictionaries, since few values repeat often."""


@dataclass(frozen=True)
class Dataset:
    """Where the input lies."""

    folder: Path
    event_files: tuple[Path, ...]
    accounts_file: Path | None
    releases: tuple[dict[str, Any], ...]
    ingested: dict[str, Any]
    """ingest.json; empty where the events did not come from ``stillwatch ingest``."""


def open_dataset(folder: Path) -> Dataset:
    """Find the files of a folder.

    Raises:
        InputError: the folder or its events are absent, an ingest into it was interrupted, or releases.json is no list
            of releases.
    """
    if not folder.is_dir():
        raise InputError("no such folder", where=folder, todo="Pass a folder that has events/")
    ingested = _ingested(folder)
    events = folder / "events"
    files = tuple(data_files(events)) if events.exists() else ()
    if not files:
        todo = "It must hold Parquet or JSONL files; see stillwatch ingest --help"
        raise InputError("no events", where=events, todo=todo)
    found = [path for name in ("accounts.parquet", "accounts.jsonl") if (path := folder / name).exists()]
    releases_file = folder / "releases.json"
    releases = read_json(releases_file) if releases_file.exists() else []
    if not isinstance(releases, list) or not all(map(_is_release, releases)):
        todo = 'Write [{"model": …, "released_at": …}] with ISO times'
        raise InputError("not a list of releases", where=releases_file, todo=todo)
    return Dataset(folder, files, found[0] if found else None, tuple(releases), ingested)


def _is_release(value: Any) -> bool:
    try:
        datetime.fromisoformat(value["released_at"])
    except (TypeError, KeyError, ValueError):
        return False
    return "model" in value


def _ingested(folder: Path) -> dict[str, Any]:
    """What ``stillwatch ingest`` told of the folder; it writes this last, so without it tables may be old and new."""
    record = folder / "ingest.json"
    if record.exists():
        told = read_json(record)
        if not isinstance(told, dict):
            raise InputError("not a JSON object", where=record, todo="Run stillwatch ingest again")
        return told
    if (folder / ".ingest.partial").exists() or (folder / "sketches").exists():
        raise InputError("an ingest was interrupted", where=folder, todo="Run the same stillwatch ingest again")
    return {}


def batches(path: Path, columns: tuple[str, ...] | None = None, as_of: datetime | None = None) -> Iterator[pa.Table]:
    """The events of one file in order, conforming, a few hundred thousand at a time; no batch is empty.

    Args:
        path: Parquet or JSONL.
        columns: columns to read and give, all where None.
        as_of: events at or after this time are left out; ``columns`` must have ``timestamp``.
    """
    contract = EVENTS if columns is None else EVENTS.only(columns)
    for table in tables(path, contract):
        conforming = contract.conform(table, where=path)
        if as_of is not None:
            before = pc.less(conforming["timestamp"], pa.scalar(as_of, pa.timestamp("us", "UTC")))
            conforming = conforming.filter(before)
        if len(conforming):
            yield conforming


def tables(path: Path, contract: Table) -> Iterator[pa.Table]:
    """The contract's columns that a file has; at least one table, which has them even if the file has no rows."""
    try:
        if path.suffix == ".jsonl":
            yield from _json_tables(path, contract)
            return
        known = pq.read_schema(path).names
        with pq.ParquetFile(path, read_dictionary=[name for name in REPEATED if name in known]) as file:
            names = [name for name in contract.names if name in known]
            yield file.schema_arrow.empty_table().select(names)
            for batch in file.iter_batches(BATCH_ROWS, columns=names):
                yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        todo = "Repair or remove the file, or use stillwatch ingest"
        raise InputError(f"not readable ({reason})", where=path, todo=todo) from error


def _json_tables(path: Path, contract: Table) -> Iterator[pa.Table]:
    if not path.stat().st_size:
        yield contract.schema.empty_table()
        return
    # Nulls are allowed here, so that conforming tells which column has them.
    nullable = pa.schema([field.with_nullable(True) for field in contract.schema])
    whole = pj.read_json(
        path,
        read_options=pj.ReadOptions(block_size=JSON_BLOCK),
        parse_options=pj.ParseOptions(explicit_schema=nullable, unexpected_field_behavior="ignore"),
    )
    for start in range(0, max(len(whole), 1), BATCH_ROWS):
        yield whole.slice(start, BATCH_ROWS)


def read_accounts(dataset: Dataset, as_of: datetime | None = None) -> pa.Table:
    """The registry, one row an account (the last row of an account counts); empty where there is none.

    Args:
        dataset: where it lies.
        as_of: bans at or after this time are not known yet.
    """
    if dataset.accounts_file is None:
        return ACCOUNTS.schema.empty_table()
    parts = list(tables(dataset.accounts_file, ACCOUNTS))
    table = ACCOUNTS.conform(_decoded(pa.concat_tables(parts)), where=dataset.accounts_file)
    row = pa.array(range(len(table)))
    latest = table.append_column("row", row).group_by("account_id").aggregate([("row", "max")])
    table = table.take(latest["row_max"].combine_chunks().sort()) if len(latest) < len(table) else table
    if as_of is None:
        return table
    banned = table["banned_at"]
    known = pc.if_else(pc.less(banned, pa.scalar(as_of, pa.timestamp("us", "UTC"))), banned, None)
    return table.set_column(table.column_names.index("banned_at"), "banned_at", known)


def _decoded(table: pa.Table) -> pa.Table:
    def decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
        return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column

    return pa.table({name: decoded(table[name]) for name in table.column_names})
