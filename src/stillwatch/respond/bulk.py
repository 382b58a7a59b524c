"""Many rows at once: insert, or update where they are there, without an object or a statement for each."""

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import JSON, Connection, Table
from sqlalchemy.orm import Session

from stillwatch.respond.schema import Base

T = TypeVar("T")

CHUNK = 5000
"""Rows of a statement."""


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """The values in parts of a size."""
    return (values[at : at + size] for at in range(0, len(values), size))


def put(
    session: Session | Connection, model: type[Base], rows: Sequence[Mapping[str, Any]], *, update: Collection[str] | None = None,
    key: Collection[str] | None = None,
) -> int:
    """Insert rows; returns how many were written.

    SQLite takes them one by one in a prepared statement; PostgreSQL as one JSON document, since its driver would wait for an
    answer after each row. What the session holds is flushed first, so that rows may refer to it; it does not see these rows'
    changes of objects that it has loaded.

    Args:
        session: open, in a write.
        model: the table.
        rows: all with the same columns; those that are left out are null.
        update: columns to write where the key is there already, none of them to leave such a row as it is; None: such
            a row is an error.
        key: columns that are unique; by default the primary key.
    """
    if not rows:
        return 0
    if isinstance(session, Session):
        session.flush()
    connection = session.connection() if isinstance(session, Session) else session
    table, n = cast(Table, model.__table__), 0
    columns = list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, columns))
    clash = ""
    if update is not None:
        unique = ", ".join(map(quote, key or [column.name for column in table.primary_key]))
        sets = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in update)
        clash = f" ON CONFLICT ({unique}) DO " + (f"UPDATE SET {sets}" if sets else "NOTHING")
    into = f"INSERT INTO {quote(table.name)} ({names}) "
    as_json = connection.dialect.name == "postgresql"
    for chunk in chunks(rows):
        values = list(zip(*(_driven(connection, table, name, chunk, as_json) for name in columns), strict=True))
        if as_json:
            source = f"SELECT {names} FROM json_populate_recordset(NULL::{quote(table.name)}, CAST(%s AS json))"
            document = json.dumps([dict(zip(columns, row, strict=True)) for row in values])
            n += connection.exec_driver_sql(into + source + clash, (document,)).rowcount
        else:
            n += connection.exec_driver_sql(into + f"VALUES ({', '.join('?' * len(columns))})" + clash, values).rowcount
    return n


def _driven(connection: Connection, table: Table, name: str, rows: Sequence[Mapping[str, Any]], as_json: bool) -> list[Any]:
    """A column's values as the driver takes them, or as JSON of which PostgreSQL makes them."""
    kind = table.c[name].type
    values = [row[name] for row in rows]
    if as_json and isinstance(kind, JSON):
        return values
    to_driver = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if to_driver is not None:
        values = [to_driver(value) for value in values]
    if as_json:  # JSON has no infinity; the column's type reads it from text
        values = [str(value) if isinstance(value, float) and not math.isfinite(value) else value for value in values]
    return values
