"""From what a log holds to what a column holds, or a :class:`Bad` that says which column and type."""

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
"""Microseconds: from the year 1 to the end of the year 9999, as Python's calendar goes."""
EXACT = 2.0**53
"""Below it a float holds every integer."""
FLOAT = re.compile(r"(0|[1-9]\d{0,15})\.0", re.ASCII)
TRUE, FALSE = ("true", "t", "1", "1.0", "yes", "y"), ("false", "f", "0", "0.0", "no", "n")
DATE_DIGITS = 8
"""``20260220`` is a day; other strings of digits count seconds or parts of them."""

NAMES = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array", dict: "an object"}


class Unreadable:
    """A value that a Parquet file holds and Python does not."""

    def __init__(self, what: str, stands: Any) -> None:
        """Take what it is, and how it is shown."""
        self.what, self._stands = what, stands

    def __repr__(self) -> str:
        """As it stands in the file."""
        return str(self._stands)


def kind(value: Any) -> str:
    """The JSON name of a value's type, for messages that must not quote the value."""
    if type(value) is Unreadable:
        return value.what
    return "null" if value is None else NAMES.get(type(value), f"a {type(value).__name__}")


def section(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """The object at ``name``: absent and unread are empty, and JSON in a string (a dumped jsonb column) is opened."""
    value = opened(raw.get(name), name)
    if value is None:
        return {}
    if type(value) is not dict:
        unread(name, f"{name} is {kind(value)}, not an object")
        return {}
    return value


def opened(value: Any, name: str) -> Any:
    """The value, decoded if it is a string that holds JSON; null where it holds none."""
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
    """A string; empty is null, and so is NaN, which data frames have in place of null."""
    if value is None or value == "" or value != value:
        return None
    if type(value) is not str:
        unread(name, f"{name} is {kind(value)}, not a string")
        return None
    return value


def text(value: Any) -> str:
    """A string; numbers are written out (identifiers are often numbers)."""
    if type(value) is str:
        return value
    value = whole_number(value)
    if type(value) is int:
        return str(value)
    raise ValueError


def whole_number(value: Any) -> Any:
    """An integer that was written as a float, as data frames do with columns that have gaps; all else stays."""
    return int(value) if type(value) is float and value.is_integer() and abs(value) < EXACT else value


class Cells(dict[str, Any]):
    """A row of CSV, where all that stands is text, numbers too."""


def cell_number(value: Any) -> Any:
    """The integer that a data frame wrote as a float into CSV (``7.0``); all else stays, ``007.0`` and ``1.50`` too."""
    return int(value[:-2]) if type(value) is str and FLOAT.fullmatch(value) and float(value) < EXACT else value


def instant(value: Any) -> int:
    """Microseconds since 1970 UTC, from ISO 8601 (no zone means UTC) or seconds, ms, us or ns since 1970."""
    found = _microseconds(value)
    if not FIRST_US <= found <= LAST_US:
        raise ValueError
    return found


def _microseconds(value: Any) -> int:
    if type(value) is str:
        value = value.strip()
        # BigQuery writes UTC behind a time, others a space before the offset, and Go both
        value = re.sub(" (?=[+-][0-9]{2}:?[0-9]{2}$)", "", value.removesuffix(" UTC"))
        try:
            # 1770120112345 would also be 23:45 on a day of the year 1770
            value = float(value) if value.isdecimal() and len(value) != DATE_DIGITS else datetime.fromisoformat(value)
        except ValueError:
            value = float(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - EPOCH) // MICROSECOND
    number = real(value)
    # seconds reach 1e11 in the year 5138, so larger numbers are of a finer unit
    for limit, scale in ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0)):
        if abs(number) < limit:
            return round(number * scale)
    return round(number / 1e3)


def real(value: Any) -> float:
    """A finite number."""
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
    """A reader of whole numbers that fit into ``bits``."""
    bound = 1 << (bits - 1)

    def read(value: Any) -> int:
        if type(value) is str:
            # digits are read as they stand: a float would round a 64-bit key
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
    """A truth value, also as 0, 1, t, f, true, false, y, n, yes or no."""
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
    """The value as a column of that type holds it; null where it cannot."""
    try:
        return None if value is None or value == "" else READERS[type_](value)
    except (ValueError, TypeError, OverflowError):
        return None


def asn(value: Any) -> Any:
    """The number of an autonomous system, also where it is written ``AS64500``; null where the table's 32 signed bits do not hold it.

    Such are private (RFC 6996), so that nothing is lost which two customers could share.
    """
    number = value.strip()[2:] if type(value) is str and value.strip()[:2].upper() == "AS" else value
    try:
        return None if 1 << 31 <= int(number) < 1 << 32 else number
    except (TypeError, ValueError, OverflowError):
        return number  # whoever reads it says what is wrong


WANTED = {
    "str": "text", "us": "time", "i64": "whole number of 64 bits", "i32": "whole number of 32 bits", "i16": "whole number of 16 bits",
    "f32": "number", "f64": "number", "bool": "truth value",
}
"""What a column's type holds, for people."""
SPELLED = {
    "us": "ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970", "bool": "true, false, yes, no, t, f, 1 or 0",
}
"""How that is written, where its name does not say."""


class Coercer:
    """Makes the values of a row fit a table's columns, in place."""

    def __init__(self, table: Table, shown: Callable[[Any, str], str] = lambda value, name: kind(value)) -> None:
        """Prepare for one table; columns it does not have are left alone. ``shown`` tells a value that does not fit, of a column."""
        self._shown = shown
        self._texts = {column.name for column in table.columns if column.type == "str"}
        self._required = {column.name for column in table.columns if column.required}
        self._readers = {column.name: (READERS[column.type], column.type) for column in table.columns}

    def __call__(self, row: dict[str, Any]) -> None:
        """Convert what is there; null stays null, NaN means null, and an optional value that does not fit is :func:`unread`.

        Raises:
            Bad: a required value does not fit, or another and nobody notes that; the detail names the column, and the value by its kind
                alone, unless ``shown`` tells more.
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
