"""What the columns of a log folder hold: the source of each, how often it is null, and since when it has values.

Counts come from Parquet metadata, so hardly any data and no text is read; JSONL files are read as a whole.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import dataset
from stillwatch.errors import InputError
from stillwatch.tables import ACCOUNTS, EVENTS, Column, Table


@dataclass(frozen=True)
class ColumnContent:
    """One column of one table."""

    table: str
    column: str
    source: str
    """What filled it: a log format, the edge log with its share of the rows, the registry; ``nothing`` where every row is null."""
    n_rows: int
    n_told: int
    """Rows with a value."""
    since: str | None
    """First request of the first part of the log with values, ISO 8601, UTC; null for the registry, which has no time."""
    until: str | None
    """Last request of the last part with values, ISO 8601, UTC; null for the registry."""
    feeds: str
    """The evidence that is blind without it; empty if none is."""


def describe(data: dataset.Dataset) -> list[dict[str, Any]]:
    """Every column of events and then of accounts, as :class:`ColumnContent`; columns that a file lacks count as null.

    Raises:
        InputError: a file cannot be read.
    """
    edge = {str(name): float(share) for name, share in ((data.ingested.get("edge") or {}).get("filled") or {}).items()}
    log = str(data.ingested.get("format") or "events as they are")
    rows = []
    parts = [part for path in data.event_files for part in _parts(path, EVENTS.names, "timestamp")]
    for column in EVENTS.columns:
        source = log if column.name not in edge else f"edge log ({edge[column.name]:.0%} of requests), {log}"
        rows.append(_describe_column(EVENTS, column, source, parts))
    if data.accounts_file is not None:
        parts = list(_parts(data.accounts_file, ACCOUNTS.names, None))
        rows += [_describe_column(ACCOUNTS, column, "registry", parts) for column in ACCOUNTS.columns]
    return [asdict(row) for row in rows]


@dataclass(frozen=True)
class _Part:
    """A row group of a Parquet file, or a batch of rows."""

    n_rows: int
    n_values: dict[str, int]
    """Column -> rows with a value."""
    first: datetime | None
    last: datetime | None


def _describe_column(table: Table, column: Column, source: str, parts: list[_Part]) -> ColumnContent:
    with_values = [part for part in parts if part.n_values.get(column.name)]
    first = min((part.first for part in with_values if part.first is not None), default=None)
    last = max((part.last for part in with_values if part.last is not None), default=None)
    n_told = sum(part.n_values[column.name] for part in with_values)
    return ColumnContent(
        table.name, column.name, source if n_told else "nothing", sum(part.n_rows for part in parts), n_told, _iso(first), _iso(last),
        column.feeds,
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def _parts(path: Path, names: tuple[str, ...], time: str | None) -> Iterator[_Part]:
    try:
        if path.suffix == ".jsonl":
            table = EVENTS if time else ACCOUNTS
            for batch in dataset.tables(path, table):
                yield _counted(batch, names, time)
            return
        with pq.ParquetFile(path) as file:
            for number in range(file.metadata.num_row_groups):
                yield _row_group(file, number, names, time)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"not readable ({' '.join(str(error).split())})", where=path) from error


def _row_group(file: pq.ParquetFile, number: int, names: tuple[str, ...], time: str | None) -> _Part:
    """Count by the metadata; columns without statistics are read."""
    group = file.metadata.row_group(number)
    n_values: dict[str, int] = {}
    unread, span = [], None
    for at in range(group.num_columns):
        column = group.column(at)
        name = column.path_in_schema
        if name not in names:
            continue
        known = column.statistics
        timed = known is not None and known.has_min_max and _plain(file.schema_arrow.field(name).type)
        if known is None or not known.has_null_count or (name == time and not timed):
            unread.append(name)
        else:
            n_values[name] = group.num_rows - known.null_count
            if name == time:
                span = (_time(known.min), _time(known.max))
    if unread:
        rest = _counted(file.read_row_group(number, columns=unread), tuple(unread), time if time in unread else None)
        n_values |= rest.n_values
        span = span or (rest.first, rest.last)
    first, last = span or (None, None)
    return _Part(group.num_rows, n_values, first, last)


def _counted(table: pa.Table, names: tuple[str, ...], time: str | None) -> _Part:
    n_values = {name: len(table) - table[name].null_count for name in names if name in table.column_names}
    if not time or time not in table.column_names or not len(table):
        return _Part(len(table), n_values, None, None)
    ends = pc.min_max(EVENTS.only((time,)).conform(table.select([time]))[time]).as_py()
    return _Part(len(table), n_values, ends["min"], ends["max"])


def _plain(kind: pa.DataType) -> bool:
    """Whether the statistics of this type are usable as times: not those of nanoseconds, which are cut, nor of text and dates."""
    return isinstance(kind, pa.TimestampType) and kind.unit != "ns"


def _time(value: Any) -> datetime | None:
    """A time from the statistics; one without a zone, as other programs write it, is UTC by contract."""
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
