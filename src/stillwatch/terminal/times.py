"""The times and lengths of time that commands take."""

import re
from datetime import UTC, datetime

from stillwatch.errors import InputError

MOST_DIGITS = 7
"""Of a length of time."""


def as_of(text: str | None) -> datetime | None:
    """The time of an option ``--as-of``, in UTC, as which one without a zone counts; None where it is not passed.

    Raises:
        InputError: it is no ISO time, or no time of any log.
    """
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        todo = "Write it like 2026-02-28T12:00:00Z"
        raise InputError(f"{text!r} is not an ISO time", where="--as-of", todo=todo) from error
    if not 1970 <= value.year < 9999:  # next to the ends of the calendar no zone and no slack can be counted
        raise InputError(f"{text!r} is not a time of any log", where="--as-of", todo="Write a year from 1970 to 9998")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def length_us(text: str, where: str) -> int:
    """Microseconds of ``30m``, ``1h``, ``2d``.

    Raises:
        InputError: it is none, or longer than any log; ``where`` is the option that it was passed to.
    """
    found = re.fullmatch(r"([0-9]+)(m|h|d)", text)
    digits = found[1].lstrip("0") if found else ""
    if not found or not digits:
        raise InputError(f"{text!r} is no length of time", where=where, todo="Write it like 30m, 1h, 12h or 1d")
    if len(digits) > MOST_DIGITS:  # than any log has minutes, and no time could be counted
        raise InputError("longer than any log", where=where, todo="Write a shorter time, such as 1d")
    return int(digits) * {"m": 60, "h": 3600, "d": 86400}[found[2]] * 1_000_000
