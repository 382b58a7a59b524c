"""The month or year in which a document was written, from any usual way to write a time."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

FIRST_YEAR, FIRST_NUMBERED = 1500, 1990
"""The earliest year of a date that is written out, and of a number, which may be something else than a time."""
MAX_TIME = 40
"""Characters of a time that is named in a message."""
_WRITTEN = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?![0-9]).*)?", re.DOTALL)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})(?:[0-9]{2}(?:T?[0-9]{4}(?:[0-9]{2})?Z?)?)?")
_NUMBER = re.compile(r"[0-9]{1,19}(?:\.[0-9]*)?")


def period(value: Any) -> str:
    """Month of a time as ``YYYY-MM``, or its year alone; "" where it is none that can be read.

    Known are dates, ISO text, ``yyyymmdd`` and ``yyyymmddhhmmss`` as text or number, and seconds since 1970, or thousandths,
    millionths or billionths of them. Numbers are times from 1990 to next year, dates that are written out from 1500 on.
    """
    if isinstance(value, datetime | date):
        return _month(value.year, value.month, FIRST_YEAR)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    written = str(value).strip()
    if found := _WRITTEN.fullmatch(written):
        year, month = found.groups()
        return _month(int(year), None if month is None else int(month), FIRST_YEAR if isinstance(value, str) else FIRST_NUMBERED)
    if (found := _COMPACT.fullmatch(written)) and (read := _month(int(found[1]), int(found[2]), FIRST_NUMBERED)):
        return read
    if _NUMBER.fullmatch(written):
        for unit in (1, 1_000, 1_000_000, 1_000_000_000):
            with suppress(OverflowError, OSError, ValueError):
                when = datetime.fromtimestamp(float(written) / unit, UTC)
                if read := _month(when.year, when.month, FIRST_NUMBERED):
                    return read
    return ""


def _month(year: int, month: int | None, first: int) -> str:
    """The month, or the year where no month is known; "" where there is no such month or year.

    The clock is asked for the year alone, so that what is no time is told: the same file is read otherwise in another year only
    where it tells of times to come.
    """
    if not first <= year <= datetime.now(UTC).year + 1:
        return ""
    return f"{year:04d}" if month is None else f"{year:04d}-{month:02d}" * (1 <= month <= 12)


def unreadable_time(value: Any) -> str:
    """A time that cannot be read, as it stands; "" where there is none, or it can be read."""
    nothing = value is None or value != value or not str(value).strip()
    return "" if nothing or period(value) else str(value)[:MAX_TIME]
