"""Reasons why a row or a whole source is put aside. The run continues, unless nothing of the registry or the edge log can be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import printable_path

ERASED_ACCOUNT = "erased_account"
"""Reason of rows that are counted, and of which nothing else is kept."""
UNREAD = "unread_field"
"""Reason of a note about a row of the log or the registry that is kept."""
REASONS = {
    "not_json": "the line is not JSON",
    "not_csv": "the line cannot be read as CSV",
    "not_an_object": "the value is JSON but not an object, so it has no fields",
    "invalid_utf8": "the bytes are not UTF-8",
    "truncated": "the source ends in the middle of the record",
    "record_too_large": "the record is larger than 64 MiB",
    "doubled_column": "the header names a column twice, so it cannot be told which counts; the source was not read",
    "unknown_form": "the source has a form that is not read: make it JSON, CSV or Parquet, as UTF-8, or gzip of these",
    "wrong_columns": "the line has more or fewer fields than the header",
    "wrong_type": "a field that is required has a type or value that its column cannot hold",
    "no_event_id": "the request has no identifier",
    "no_timestamp": "the request has no time",
    "no_account_id": "nobody is named who could be acted on (neither account, organisation nor key)",
    ERASED_ACCOUNT: "the account was erased (stillwatch cases erase): the row is left out, and nothing of it is kept",
    "impossible_time": "the time is before 2015, or more than a day after the as-of time",
    "duplicate_event_id": "an earlier row of this run has the same event_id",
    "duplicate_account_id": "an earlier row of the registry has the same account_id",
    UNREAD: "an optional field of the row is not what its column holds; it is left empty, and the row stays",
    "prompt_too_large": "the prompt or system prompt has more than 4 Mi characters",
    "parser_failed": "the format's parser met something it does not expect",
    "no_request_id": "the edge log line has no request identifier, so nothing can be joined to it",
    "empty_file": "the source holds no rows",
    "truncated_gzip": "the gzip stream ends too early; what came before was read",
    "corrupt_gzip": "the gzip stream is damaged; what came before was read",
    "corrupt_parquet": "the file is damaged or not Parquet; what came before was read",
    "unread_rest": "the rest of the source was not read: reading failed, or a record never ends",
}
"""Reason -> explanation, which is copied to ingest.json."""


class Bad(Exception):  # noqa: N818 - a verdict on a row, not an error of the program
    """Puts a row aside. ``detail`` is kept in every privacy mode, so only the registry quotes values, in the mode that keeps bad rows."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Take one of :data:`REASONS`, and what exactly is wrong."""
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def unusable(what: str, option: str, path: Path, line: int, bad: Bad) -> InputError:
    """The error that nothing of the registry or the edge log can be used; ``bad`` is the first fault, line 0 means the whole file."""
    detail = f" ({bad.detail})" if bad.detail else ""
    where = f"{path}, line {line}" if line else path
    todo = f"Correct it, or leave {option} out"
    return InputError(f"nothing in the {what} can be used: {REASONS.get(bad.reason, bad.reason)}{detail}", where=where, todo=todo)


_noted: ContextVar[dict[str, str] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[dict[str, str]]:
    """Collect optional fields that cannot be read, so that they do not put their record aside; yields the notes: field -> detail."""
    notes: dict[str, str] = {}
    token = _noted.set(notes)
    try:
        yield notes
    finally:
        _noted.reset(token)


def unread(name: str, detail: str) -> None:
    """Report that an optional field cannot be read: within :func:`noting` it is noted, and the caller leaves the field empty.

    Raises:
        Bad: outside of :func:`noting`.
    """
    notes = _noted.get()
    if notes is None:
        raise Bad("wrong_type", detail)
    notes.setdefault(name, detail)


def count(counts: dict[str, dict[str, Any]], path: Path, line: int, notes: dict[str, str]) -> None:
    """Add a row's fields that were left empty to ``counts``: field -> number of ``rows``, and the ``first`` detail with its place."""
    for name, detail in notes.items():
        counts.setdefault(name, {"rows": 0, "first": f"{printable_path(path)}, line {line}: {detail}"})["rows"] += 1
