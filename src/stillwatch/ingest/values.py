"""Converts values of logs to the types of columns, or raises :class:`Bad` with column and type."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from stillwatch.ingest.faults import Bad, unread
from stillwatch.ingest.split import shallow
from stillwatch.tables import Table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FLOAT32_MAX = 3.4e38
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""From the year 1 to the end of the year 9999, the range of Python's calendar, microseconds since 1970."""
EXACT = 2.0**53
"""Below this a float represents every integer."""
FLOAT = re.compile(r"(0|[1-9]\d{0,15})\.0", re.ASCII)
TRUE, FALSE = ("true", "t", "1", "1.0", "yes", "y"), ("false", "f", "0", "0.0", "no", "n")
DATE_DIGITS = 8
"""``20260220`` is a date; other strings of digits are seconds, or smaller units, since 1970."""

NAMES = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array", dict: "an object"}


class Unreadable:
    """A value of a Parquet file that Python cannot represent."""

    def __init__(self, what: str, shown: Any) -> None:
        """Take what it is, in words, and how to show it."""
        self.what, self._shown = what, shown

    def __repr__(self) -> str:
        """The value as in the file."""
        return str(self._shown)


def kind(value: Any) -> str:
    """The JSON name of a value's type, for messages that must not quote the value."""
    if type(value) is Unreadable:
        return value.what
    return "null" if value is None else NAMES.get(type(value), f"a {type(value).__name__}")


def section(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """The object at ``name``, also from JSON in a string (a dumped jsonb column); {} if it is absent or cannot be read."""
    value = opened(raw.get(name), name)
    if value is None:
        return {}
    if type(value) is not dict:
        unread(name, f"{name} is {kind(value)}, not an object")
        return {}
    return value


def opened(value: Any, name: str) -> Any:
    """The value; a string is decoded as JSON, and becomes None if it is not JSON."""
    if type(value) is not str:
        return value
    if not value.strip():
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(shallow(value.encode()))
    except orjson.JSONDecodeError:
        unread(name, f"{name} is a string that is not JSON")
        return None


def maybe(value: Any, name: str) -> str | None:
    """A string, or None if it is empty, not a string, or NaN, which data frames write for null."""
    if value is None or value == "" or value != value:
        return None
    if type(value) is not str:
        unread(name, f"{name} is {kind(value)}, not a string")
        return None
    return value


def text(value: Any) -> str:
    """A string; integers are converted, since identifiers are often numbers. Raises ValueError for other types."""
    if type(value) is str:
        return value
    value = whole_number(value)
    if type(value) is int:
        return str(value)
    raise ValueError


def whole_number(value: Any) -> Any:
    """An integer from an integral float, as data frames write in columns with gaps; any other value unchanged."""
    return int(value) if type(value) is float and value.is_integer() and abs(value) < EXACT else value


class Cells(dict[str, Any]):
    """A row of CSV, in which all values are text, even numbers."""


def cell_number(value: Any) -> Any:
    """The integer that a data frame wrote as a float into CSV (``7.0``); any other value unchanged, also ``007.0`` and ``1.50``."""
    return int(value[:-2]) if type(value) is str and FLOAT.fullmatch(value) and float(value) < EXACT else value


def instant(value: Any) -> int:
    """Microseconds since 1970 UTC, from ISO 8601 (without a zone: UTC) or s, ms, us or ns since 1970. Raises ValueError."""
    time_us = _microseconds(value)
    if not FIRST_US <= time_us <= LAST_US:
        raise ValueError
    return time_us


def _microseconds(value: Any) -> int:
    if type(value) is str:
        value = value.strip()
        # BigQuery writes UTC after a time, others a space before the offset, and Go both
        value = re.sub(" (?=[+-][0-9]{2}:?[0-9]{2}$)", "", value.removesuffix(" UTC"))
        try:
            # not ISO 8601: 1770120112345 would also be 23:45 on a day of the year 1770
            value = float(value) if value.isdecimal() and len(value) != DATE_DIGITS else datetime.fromisoformat(value)
        except ValueError:
            value = float(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - EPOCH) // MICROSECOND
    number = real(value)
    # seconds reach 1e11 in the year 5138, so larger numbers are in a smaller unit
    for limit, scale in ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0)):
        if abs(number) < limit:
            return round(number * scale)
    return round(number / 1e3)


def real(value: Any) -> float:
    """A finite number. Raises ValueError for others, and for booleans."""
    if type(value) is bool:
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def float32(value: Any) -> float:
    """A number that a 32-bit float can hold."""
    number = real(value)
    if abs(number) > FLOAT32_MAX:
        raise ValueError
    return number


def whole(bits: int) -> Callable[[Any], int]:
    """A converter to signed integers of ``bits`` bits, which raises ValueError."""
    bound = 1 << (bits - 1)

    def read(value: Any) -> int:
        if type(value) is str:
            # digits are not converted by way of float, which would round a 64-bit key
            value = int(value) if value.strip().lstrip("+-").isdecimal() else real(value)
        if type(value) is not int:
            number = real(value)
            value = int(number)
            if value != number:
                raise ValueError
        if not -bound <= value < bound:
            raise ValueError
        return int(value)

    return read


def boolean(value: Any) -> bool:
    """A boolean, also from 0, 1, t, f, true, false, y, n, yes or no. Raises ValueError."""
    if type(value) is bool:
        return value
    word = str(value).strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError
    return word in TRUE


READERS: dict[str, Callable[[Any], Any]] = {
    "str": text, "us": instant, "i64": whole(64), "i32": whole(32), "i16": whole(16), "f32": float32, "f64": real,
    "bool": boolean,
}

def fitting(value: Any, type_: str) -> Any:
    """The value converted to a column's type; None if it does not fit."""
    try:
        return None if value is None or value == "" else READERS[type_](value)
    except (ValueError, TypeError, OverflowError):
        return None


def asn(value: Any) -> Any:
    """The number of an autonomous system, also from ``AS64500``; None if it does not fit the table's signed 32 bits.

    Numbers that do not fit are private (RFC 6996), so they say nothing about what two customers share.
    """
    number = value.strip()[2:] if type(value) is str and value.strip()[:2].upper() == "AS" else value
    try:
        return None if 1 << 31 <= int(number) < 1 << 32 else number
    except (TypeError, ValueError, OverflowError):
        return number  # the column's converter reports what is wrong


WANTED = {
    "str": "text", "us": "time", "i64": "whole number of 64 bits", "i32": "whole number of 32 bits", "i16": "whole number of 16 bits",
    "f32": "number", "f64": "number", "bool": "truth value",
}
"""Type of a column -> words for messages."""
SPELLED = {
    "us": "ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970", "bool": "true, false, yes, no, t, f, 1 or 0",
}
"""Type of a column -> accepted forms, for messages, where the words do not say it."""


class Coercer:
    """Converts the values of a row to the types of a table's columns, in place."""

    def __init__(self, table: Table, shown: Callable[[Any, str], str] = lambda value, name: kind(value)) -> None:
        """Prepare for one table.

        Args:
            table: the table; other fields of a row are left alone.
            shown: words for a value that does not fit a column, from the value and the column's name.
        """
        self._shown = shown
        self._texts = {column.name for column in table.columns if column.type == "str"}
        self._required = {column.name for column in table.columns if column.required}
        self._readers = {column.name: (READERS[column.type], column.type) for column in table.columns}

    def __call__(self, row: dict[str, Any]) -> None:
        """Convert the values of a row. NaN becomes null; an optional value that does not fit is reported by :func:`unread`.

        Raises:
            Bad: a required value does not fit, or, outside of :func:`stillwatch.ingest.faults.noting`, any value. The detail has the
                column, and the value in the words of ``shown``.
        """
        for name, value in row.items():
            if value is None or (type(value) is str and name in self._texts) or name not in self._readers:
                continue
            reader, type_ = self._readers[name]
            if value == "" or value != value:
                row[name] = None
                continue
            try:
                row[name] = reader(value)
            except (ValueError, TypeError, OverflowError) as error:
                wanted = f" ({SPELLED[type_]})" if type_ in SPELLED else ""
                detail = f"{name} is no {WANTED[type_]}: {self._shown(value, name)}{wanted}"
                if name in self._required:
                    raise Bad("wrong_type", detail) from error
                row[name] = None
                unread(name, detail)
