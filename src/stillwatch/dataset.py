"""A folder of input: events/ (Parquet or JSONL), accounts (Parquet or JSONL) and releases.json."""

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
from stillwatch.tables import ACCOUNTS, EVENTS, TRACES, Table

BATCH_ROWS = 250_000
REPEATED = ("system", "user_agent", "ja4", "ip", "model", "access_path")
"""Columns read as dictionaries, since few values repeat often."""


@dataclass(frozen=True)
class Dataset:
    """Where the input lies."""

    folder: Path
    event_files: tuple[Path, ...]
    accounts_file: Path | None
    releases: tuple[dict[str, Any], ...]


def open_dataset(folder: Path) -> Dataset:
    """Find the files of a folder.

    Raises:
        InputError: the folder or its events are absent, or releases.json is not a list of releases.
    """
    if not folder.is_dir():
        raise InputError("no such folder", where=folder, todo="Pass a folder that has events/")
    events = folder / "events"
    files = tuple(data_files(events)) if events.exists() else ()
    if not files:
        raise InputError("no events", where=events, todo="It must hold Parquet or JSONL files; see stillwatch ingest --help")
    found = [path for name in ("accounts.parquet", "accounts.jsonl") if (path := folder / name).exists()]
    releases_file = folder / "releases.json"
    releases = read_json(releases_file) if releases_file.exists() else []
    if not isinstance(releases, list) or any(
        not isinstance(release, dict) or not {"model", "released_at"} <= release.keys() for release in releases
    ):
        raise InputError("not a list of releases", where=releases_file, todo='Write [{"model": …, "released_at": …}]')
    return Dataset(folder, files, found[0] if found else None, tuple(releases))


def batches(path: Path, columns: tuple[str, ...] | None = None, as_of: datetime | None = None) -> Iterator[pa.Table]:
    """The events of one file in order, conforming, a few hundred thousand at a time.

    Args:
        path: Parquet or JSONL.
        columns: columns to read, all where None; those not read are null.
        as_of: events at or after this time are left out.
    """
    for table in _tables(path, EVENTS, columns):
        conforming = EVENTS.conform(table, where=path) if columns is None else table
        if as_of is not None:
            conforming = conforming.filter(pc.less(conforming["timestamp"], pa.scalar(as_of, pa.timestamp("us", "UTC"))))
        yield conforming


def _tables(path: Path, contract: Table, columns: tuple[str, ...] | None) -> Iterator[pa.Table]:
    try:
        if path.suffix == ".jsonl":
            whole = pj.read_json(path)
            for start in range(0, len(whole), BATCH_ROWS):
                part = whole.slice(start, BATCH_ROWS)
                yield part.select([name for name in columns if name in part.column_names]) if columns else part
            return
        known = pq.read_schema(path).names
        with pq.ParquetFile(path, read_dictionary=[name for name in REPEATED if name in known]) as file:
            names = [name for name in contract.names if name in file.schema_arrow.names]
            if columns is not None:
                names = [name for name in names if name in columns]
            for batch in file.iter_batches(BATCH_ROWS, columns=names):
                yield pa.Table.from_batches([batch])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"not readable ({reason})", where=path, todo="Repair or remove the file, or use stillwatch ingest") from error


def read_accounts(dataset: Dataset) -> pa.Table:
    """The registry, one row an account (the last row of an account counts); empty where there is none."""
    if dataset.accounts_file is None:
        return ACCOUNTS.schema.empty_table()
    parts = list(_tables(dataset.accounts_file, ACCOUNTS, None))
    table = ACCOUNTS.conform(_decoded(pa.concat_tables(parts)) if parts else ACCOUNTS.schema.empty_table(), where=dataset.accounts_file)
    row = pa.array(range(len(table)))
    latest = table.append_column("row", row).group_by("account_id").aggregate([("row", "max")])
    return table.take(latest["row_max"].combine_chunks().sort()) if len(latest) < len(table) else table


def _decoded(table: pa.Table) -> pa.Table:
    return pa.table(
        {
            name: table[name].cast(table[name].type.value_type) if pa.types.is_dictionary(table[name].type) else table[name]
            for name in table.column_names
        }
    )


def read_traces(path: Path) -> pa.Table:
    """Traces of any (account, object, time) data."""
    if not path.exists():
        raise InputError("no such file", where=path)
    parts = [pa.concat_tables(_tables(file, TRACES, None)) for file in data_files(path)]
    if not parts:
        raise InputError("no traces", where=path)
    table = _decoded(pa.concat_tables(parts, promote_options="permissive"))
    if "view" not in table.column_names and "object" in table.column_names:
        table = table.append_column("view", pa.array(["content.object"] * len(table)))
    return TRACES.conform(table, where=path)
