"""A folder of input: events/ (Parquet or JSONL), accounts (Parquet or JSONL), releases.json, and the record of the ingest."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from stillwatch.errors import InputError
from stillwatch.files import data_files, demand_no_open_erasure, digest, read_json, reading_parquet
from stillwatch.tables import ACCOUNTS, EVENTS, Table

BATCH_ROWS = 250_000
JSON_BLOCK = 64 << 20
"""Bytes; a line of JSONL cannot be longer."""
FIRST_US, LAST_US = 0, 7_258_118_400_000_000
"""Microseconds: from 1970 to 2200."""
LAST_REGISTERED_US = 253_402_300_800_000_000
"""The year 10000: the day before is what some registries write for never."""
LATEST_BAN = timedelta(days=366)
"""How long after a log's last request a ban may be. A later one, such as in the year 9999 or at a contract's end, is to come, not past."""
LONGEST_US = 20 * 366 * 86_400 * 1_000_000
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
    start: datetime | None = None
    """Earlier events are left out; None: there is no such time."""
    before: datetime | None = None
    """When the last of those that are left out was; None where none is."""
    whole: frozenset[Path] = frozenset()
    """Files of events that :func:`lately` or :func:`until` found to have none outside of the time that is looked at."""


def open_dataset(folder: Path) -> Dataset:
    """Find the files of a folder.

    Raises:
        InputError: the folder or its events are absent, an ingest into it or an erasure was interrupted, it has two registries, or
            releases.json is no list of releases.
    """
    if not folder.is_dir():
        raise InputError("no such folder", where=folder, todo="Pass a folder that has events/")
    demand_no_open_erasure(folder)
    ingested = _ingested(folder)
    events = folder / "events"
    files = tuple(data_files(events)) if events.exists() else ()
    if not files:
        todo = "It must hold Parquet or JSONL files; see stillwatch ingest --help"
        raise InputError("no events", where=events, todo=todo)
    found = [path for name in ("accounts.parquet", "accounts.jsonl") if (path := folder / name).exists()]
    if len(found) > 1:
        raise InputError(f"a second registry beside {found[0].name}", where=found[1], todo="Put both into one file, or remove one")
    if found and found[0].suffix == ".parquet" and _is_verdicts(found[0]):
        raise InputError("accounts of a run, not a registry", where=found[0], todo="Put the registry back, or remove the file")
    releases_file = folder / "releases.json"
    releases = read_json(releases_file) if releases_file.exists() else []
    if not isinstance(releases, list) or not all(map(_is_release, releases)):
        todo = 'Write [{"model": …, "released_at": …}] with ISO times'
        raise InputError("not a list of releases", where=releases_file, todo=todo)
    return Dataset(folder, files, found[0] if found else None, tuple(releases), ingested)


def _is_verdicts(path: Path) -> bool:
    with reading_parquet(path):
        return {"verdict", "campaign_id"} <= set(pq.read_schema(path).names)


def _is_release(value: Any) -> bool:
    try:
        datetime.fromisoformat(value["released_at"])
    except (TypeError, KeyError, ValueError):
        return False
    return "model" in value


def _ingested(folder: Path) -> dict[str, Any]:
    """The record that ``stillwatch ingest`` left of the folder, empty where there is none.

    It writes this last, so without it tables may be old and new. A log that no ingest made has neither this nor sketches.
    """
    record = folder / "ingest.json"
    if record.exists():
        entries = read_json(record)
        if not isinstance(entries, dict):
            raise InputError("not a JSON object", where=record, todo="Run stillwatch ingest again")
        return entries
    if (folder / "campaigns.parquet").exists() and not (folder / "events").exists():
        raise InputError("a run, not a log", where=folder, todo="Pass the folder that stillwatch detect read")
    if any((folder / name).exists() for name in (".ingest.partial", ".ingest.old")):
        raise InputError("an ingest was interrupted", where=folder, todo="Run the same stillwatch ingest again")
    if (folder / "sketches").exists():
        todo = "If ingest made them, run the same stillwatch ingest again; if a run or a replay was written here, remove them"
        raise InputError("sketches without the ingest.json that says of which events they are", where=folder / "sketches", todo=todo)
    return {}


def lately(dataset: Dataset, recent_us: int, as_of: datetime | None) -> Dataset:
    """The same input with the events of the last so long before a time alone, and only the files that have any; there may be none.

    Args:
        dataset: all of it.
        recent_us: how long.
        as_of: where it ends; None: with the last event.

    Raises:
        InputError: a file of events is not readable, or that time begins before the year 1.
    """
    spans = {path: span for path in dataset.event_files if (span := _span(path)) is not None}
    if not spans and as_of is None:
        return replace(dataset, event_files=())
    # The last event is itself within a time that ends with it.
    end = as_of or max(last for _, last in spans.values()) + timedelta(microseconds=1)
    try:
        start = end - timedelta(microseconds=recent_us)
    except OverflowError as error:
        raise InputError("longer than any log", where="--recent", todo="Write a shorter time, such as 1d") from error
    found = [path for path, (first, last) in spans.items() if last >= start and first < end]
    whole = frozenset(path for path in found if spans[path][0] >= start and spans[path][1] < end)
    earlier = [last if last < start else _last_before(path, start) for path, (first, last) in spans.items() if first < start]
    return replace(dataset, event_files=tuple(found), start=start, whole=whole, before=max(earlier, default=None))


def until(dataset: Dataset, as_of: datetime) -> Dataset:
    """The same input, which knows the files that end before a time: what is made of them is the same at any later look.

    Raises:
        InputError: a file of events is not readable, or the log has events and none before ``as_of``.
    """
    spans = {path: _span(path) for path in dataset.event_files}
    first = min((span[0] for span in spans.values() if span is not None), default=None)
    if first is not None and first >= as_of:
        what = f"no event is before {as_of:%Y-%m-%d %H:%M} UTC, the first is of {first:%Y-%m-%d %H:%M} UTC"
        raise InputError(what, where=dataset.folder / "events", todo="Pass a later time to --as-of")
    return replace(dataset, whole=frozenset(path for path, span in spans.items() if span is None or span[1] < as_of))


def _span(path: Path) -> tuple[datetime, datetime] | None:
    """Times of the first and the last event of a file; None where it has none."""
    spans = [pc.min_max(batch["timestamp"]) for batch in batches(path, ("timestamp",))]
    return (min(s["min"].as_py() for s in spans), max(s["max"].as_py() for s in spans)) if spans else None


def _last_before(path: Path, start: datetime) -> datetime:
    """Time of the last event of a file before another; it has one."""
    last: datetime = max(pc.max(batch["timestamp"]).as_py() for batch in batches(path, ("timestamp",), start))
    return last


def demand_distinct(files: Sequence[Path]) -> None:
    """Raise an InputError where two files of events are the same bytes, which would count every request in them twice.

    Only files of one size are read. Files without a row (days on which nobody sent anything) may be alike.
    """
    by_size: dict[int, list[Path]] = {}
    for path in files:
        by_size.setdefault(path.stat().st_size, []).append(path)
    for alike in by_size.values():
        seen: dict[str, Path] = {}
        for path in alike if len(alike) > 1 else ():
            first = seen.setdefault(digest(path), path)
            if first is not path and next(batches(path, ("event_id",)), None) is not None:
                what = f"a file of events is the same as {first}, so its requests would be counted twice"
                raise InputError(what, where=path, todo="Remove one of the two")


def between(times: pa.ChunkedArray, start: datetime | None, end: datetime | None) -> pa.ChunkedArray:
    """Which of some times (us UTC, or integers of that) are from one on and before another; a null is not. None: there is no such bound."""
    times = times.cast(pa.timestamp("us", "UTC"))
    kept = pc.is_valid(times)
    if start is not None:
        kept = pc.and_kleene(kept, pc.greater_equal(times, pa.scalar(start, times.type)))
    if end is not None:
        kept = pc.and_kleene(kept, pc.less(times, pa.scalar(end, times.type)))
    return kept


def batches(
    path: Path, columns: tuple[str, ...] | None = None, as_of: datetime | None = None, start: datetime | None = None
) -> Iterator[pa.Table]:
    """The events of one file in order, conforming, a few hundred thousand at a time; no batch is empty.

    Args:
        path: Parquet or JSONL.
        columns: columns to read and give, all where None.
        as_of: events at or after this time are left out; ``columns`` must have ``timestamp``.
        start: events before this time are left out, likewise.
    """
    contract = EVENTS if columns is None else EVENTS.only(columns)
    for table in tables(path, contract):
        conforming = contract.conform(table, where=path)
        if "timestamp" in contract.names:
            _demand_times(conforming["timestamp"], path)
        if as_of is not None or start is not None:
            conforming = conforming.filter(between(conforming["timestamp"], start, as_of))
        if len(conforming):
            yield conforming


def filled(path: Path, names: Iterable[str]) -> dict[str, int] | None:
    """Rows of a file of events in which each column has a value, as its metadata tells.

    None where it does not: in JSONL, or where some texts are empty, which is no value.
    """
    if path.suffix == ".jsonl":
        return None
    found = dict.fromkeys(names, 0)
    with reading_parquet(path):
        metadata = pq.read_metadata(path)
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            if column.path_in_schema in found:
                known = column.statistics
                if known is None or not known.has_null_count or (known.has_min_max and known.min == ""):
                    return None
                found[column.path_in_schema] += group.num_rows - column.statistics.null_count
    return found


def _demand_times(times: pa.ChunkedArray, path: Path) -> None:
    span = pc.min_max(times.cast(pa.int64()))
    if span["min"].is_valid:
        demand_span(span["min"].as_py(), span["max"].as_py(), path)


def demand_span(first_us: int, last_us: int, where: Path) -> None:
    """Raise an InputError where the first and the last event are at times that no log has, microseconds since 1970 UTC.

    Hours and days between them are counted out: a stray time of another unit would ask for centuries of them. :func:`batches` looks at
    each batch alone, so whoever counts hours of several asks this of all.
    """
    if not FIRST_US <= first_us <= last_us < LAST_US or last_us - first_us > LONGEST_US:
        todo = "Correct or remove these rows, or use stillwatch ingest, which puts them aside"
        raise InputError("events.timestamp has times before 1970 or after 2199, or more than 20 years apart", where=where, todo=todo)


def tables(path: Path, contract: Table) -> Iterator[pa.Table]:
    """The contract's columns that a file has; at least one table, which has them even if the file has no rows.

    Raises:
        InputError: the file is not readable, or lacks a column that must be there.
    """
    try:
        if path.suffix == ".jsonl":
            yield from _json_tables(path, contract)
            return
        known = pq.read_schema(path).names
        contract.demand(known, where=path)
        with pq.ParquetFile(path, read_dictionary=[name for name in REPEATED if name in known]) as file:
            names = [name for name in contract.names if name in known]
            yield _plain(file.schema_arrow.empty_table().select(names))
            for batch in file.iter_batches(BATCH_ROWS, columns=names):
                yield _plain(pa.Table.from_batches([batch]))
    except (pa.ArrowException, OSError) as error:
        reason = _from_one(" ".join(str(error).split()), path)
        todo = "Repair or remove the file, or use stillwatch ingest"
        raise InputError(f"not readable ({reason})", where=path, todo=todo) from error


def _from_one(reason: str, path: Path) -> str:
    """An error of Arrow with its row of JSONL counted from 1, or without it in files of several blocks: Arrow counts anew in each."""
    one_block = path.stat().st_size <= JSON_BLOCK
    return re.sub(r" in row (\d+)", lambda found: f" in row {int(found[1]) + 1}" if one_block else "", reason)


def _plain(table: pa.Table) -> pa.Table:
    """The table with no dictionaries but those of REPEATED; a file says of itself which it has, such as pandas' categories."""
    for place, name in enumerate(table.column_names):
        if name not in REPEATED and pa.types.is_dictionary(table[name].type):
            table = table.set_column(place, name, decoded(table[name]))
    return table


def _json_tables(path: Path, contract: Table) -> Iterator[pa.Table]:
    if not path.stat().st_size:
        yield contract.schema.empty_table()
        return
    # Nulls are allowed here, so that conforming tells which column has them.
    fields = zip(contract.columns, contract.schema, strict=True)
    nullable = pa.schema([pa.field(column.name, pa.int64() if column.wide else field.type) for column, field in fields])
    try:
        whole = _json_table(path, nullable)
    except pa.ArrowInvalid:  # times of nanoseconds, perhaps; such a type holds fewer years
        fine = pa.timestamp("ns", "UTC")
        finer = pa.schema([field.with_type(fine) if pa.types.is_timestamp(field.type) else field for field in nullable])
        whole = _json_table(path, finer).cast(nullable, safe=False)
    for start in range(0, max(len(whole), 1), BATCH_ROWS):
        yield whole.slice(start, BATCH_ROWS)


def _json_table(path: Path, schema: pa.Schema) -> pa.Table:
    return pj.read_json(
        path,
        read_options=pj.ReadOptions(block_size=JSON_BLOCK),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )


def read_accounts(dataset: Dataset, as_of: datetime | None = None) -> pa.Table:
    """The registry, one row an account (the last row of an account counts); empty where there is none.

    Args:
        dataset: where it lies.
        as_of: bans at or after this time are not known yet, or to come.

    Raises:
        InputError: the file is not readable, or has times that no account can have.
    """
    if dataset.accounts_file is None:
        return ACCOUNTS.schema.empty_table()
    parts = list(tables(dataset.accounts_file, ACCOUNTS))
    whole = pa.concat_tables(parts)
    table = ACCOUNTS.conform(plain(whole), where=dataset.accounts_file)
    for name in ("created_at", "banned_at"):
        span = pc.min_max(table[name].cast(pa.int64()))
        if span["min"].is_valid and not FIRST_US <= span["min"].as_py() <= span["max"].as_py() < LAST_REGISTERED_US:
            todo = "Write null where there is none, or use stillwatch ingest, which does"
            raise InputError(f"accounts.{name} has times before 1970 or after 9999", where=dataset.accounts_file, todo=todo)
    row = pa.array(range(len(table)))
    latest = table.append_column("row", row).group_by("account_id").aggregate([("row", "max")])
    table = table.take(latest["row_max"].combine_chunks().sort()) if len(latest) < len(table) else table
    if as_of is None:
        return table
    banned = table["banned_at"]
    known = pc.if_else(pc.less(banned, pa.scalar(as_of, pa.timestamp("us", "UTC"))), banned, None)
    return table.set_column(table.column_names.index("banned_at"), "banned_at", known)


def latest_ban(last_us: int) -> datetime:
    """When a ban can be at the latest in the registry of a log whose last request is at a time, microseconds since 1970."""
    return datetime.fromtimestamp(last_us / 1e6, UTC) + LATEST_BAN


def decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column itself, where it is a dictionary of values."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def plain(table: pa.Table) -> pa.Table:
    """The table with values where it has dictionaries of them."""
    return pa.table({name: decoded(table[name]) for name in table.column_names})
