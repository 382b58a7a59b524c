"""What the columns of a log folder hold: where each came from, how often it is null, and since when it is told.

Counts come from the Parquet metadata, so that no text and hardly any data is read; JSONL is read as a whole.
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
class Told:
    """One column of one table."""

    table: str
    column: str
    source: str
    """What filled it: a log format, the edge log with its share of the rows, the registry; ``nothing`` where all is null."""
    n_rows: int
    n_told: int
    since: str | None
    """First request of the first part of the log that tells it, ISO 8601, UTC; null for the registry, which has no time."""
    until: str | None
    """Last request of the last part that tells it."""
    feeds: str
    """What is blind without it; empty where nothing is."""


def told(data: dataset.Dataset) -> list[dict[str, Any]]:
    """Every column of the contract, events first; those that a file lacks count as null.

    Raises:
        InputError: a file cannot be read.
    """
    edge = {str(name): float(share) for name, share in ((data.ingested.get("edge") or {}).get("filled") or {}).items()}
    log = str(data.ingested.get("format") or "events as they are")
    rows = []
    parts = [part for path in data.event_files for part in _parts(path, EVENTS.names, "timestamp")]
    for column in EVENTS.columns:
        source = log if column.name not in edge else f"edge log ({edge[column.name]:.0%} of requests), {log}"
        rows.append(_told(EVENTS, column, source, parts))
    if data.accounts_file is not None:
        parts = list(_parts(data.accounts_file, ACCOUNTS.names, None))
        rows += [_told(ACCOUNTS, column, "registry", parts) for column in ACCOUNTS.columns]
    return [asdict(row) for row in rows]


@dataclass(frozen=True)
class _Part:
    """A row group of a file."""

    n: int
    told: dict[str, int]
    first: datetime | None
    last: datetime | None


def _told(table: Table, column: Column, source: str, parts: list[_Part]) -> Told:
    having = [part for part in parts if part.told.get(column.name)]
    first = min((part.first for part in having if part.first is not None), default=None)
    last = max((part.last for part in having if part.last is not None), default=None)
    n_told = sum(part.told[column.name] for part in having)
    return Told(
        table.name, column.name, source if n_told else "nothing", sum(part.n for part in parts), n_told, _iso(first), _iso(last),
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
    """From the metadata; columns without statistics are read."""
    group = file.metadata.row_group(number)
    told: dict[str, int] = {}
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
            told[name] = group.num_rows - known.null_count
            if name == time:
                span = (_time(known.min), _time(known.max))
    if unread:
        rest = _counted(file.read_row_group(number, columns=unread), tuple(unread), time if time in unread else None)
        told |= rest.told
        span = span or (rest.first, rest.last)
    first, last = span or (None, None)
    return _Part(group.num_rows, told, first, last)


def _counted(table: pa.Table, names: tuple[str, ...], time: str | None) -> _Part:
    told = {name: len(table) - table[name].null_count for name in names if name in table.column_names}
    if not time or time not in table.column_names or not len(table):
        return _Part(len(table), told, None, None)
    ends = pc.min_max(EVENTS.only((time,)).conform(table.select([time]))[time]).as_py()
    return _Part(len(table), told, ends["min"], ends["max"])


def _plain(kind: pa.DataType) -> bool:
    """Whether the metadata tell times of this type as they are: nanoseconds they do not, nor are words and dates times there."""
    return isinstance(kind, pa.TimestampType) and kind.unit != "ns"


def _time(value: Any) -> datetime | None:
    """A time of the statistics; files of others may keep it without a zone, which is UTC by contract."""
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
