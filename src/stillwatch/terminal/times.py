"""Parses the times and durations that commands take."""

import re
from datetime import UTC, datetime

from stillwatch.errors import InputError

MOST_DIGITS = 7
"""Most digits of a duration."""


def as_of(text: str | None) -> datetime | None:
    """Parse the time of an option ``--as-of``; one without a zone counts as UTC. None if the option was not passed.

    Returns:
        The time in UTC.

    Raises:
        InputError: it is no ISO time, or is outside of the years 1970 to 9998.
    """
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        todo = "Write it like 2026-02-28T12:00:00Z"
        raise InputError(f"{text!r} is not an ISO time", where="--as-of", todo=todo) from error
    if not 1970 <= value.year < 9999:  # at the ends of the calendar, zones and margins would overflow
        raise InputError(f"{text!r} is not a time of any log", where="--as-of", todo="Write a year from 1970 to 9998")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def length_us(text: str, where: str) -> int:
    """Parse a duration such as ``30m``, ``1h`` or ``2d``, in microseconds.

    Args:
        text: the duration.
        where: the option that it was passed to, for the error.

    Raises:
        InputError: it is no duration, is 0, or has more than :data:`MOST_DIGITS` digits.
    """
    found = re.fullmatch(r"([0-9]+)(m|h|d)", text)
    digits = found[1].lstrip("0") if found else ""
    if not found or not digits:
        raise InputError(f"{text!r} is no length of time", where=where, todo="Write it like 30m, 1h, 12h or 1d")
    if len(digits) > MOST_DIGITS:  # longer than any log; the sum with a time would overflow
        raise InputError("longer than any log", where=where, todo="Write a shorter time, such as 1d")
    return int(digits) * {"m": 60, "h": 3600, "d": 86400}[found[2]] * 1_000_000
