"""Why a row, or a whole source, is put aside; the run goes on, unless nothing is left of the registry or the edge log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import spelled

ERASED_ACCOUNT = "erased_account"
"""Counted and told, and nothing else of the row is kept."""
UNREAD = "unread_field"
"""A note beside a row of the log or the registry that stays."""
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
"""Every reason, explained; the text goes into ingest.json."""


class Bad(Exception):  # noqa: N818 - a verdict on a row, not an error of the program
    """This row is put aside. ``detail`` is kept in every privacy mode: only the registry quotes in it, in the mode that keeps bad rows."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Take one of :data:`REASONS` and what exactly is wrong."""
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def of_no_use(what: str, option: str, path: Path, line: int, bad: Bad) -> InputError:
    """The error where nothing of the registry or the edge log can be used; ``bad`` is the first thing wrong, line 0 the whole file."""
    detail = f" ({bad.detail})" if bad.detail else ""
    where = f"{path}, line {line}" if line else path
    todo = f"Correct it, or leave {option} out"
    return InputError(f"nothing in the {what} is of use: {REASONS.get(bad.reason, bad.reason)}{detail}", where=where, todo=todo)


_noted: ContextVar[dict[str, str] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[dict[str, str]]:
    """Within it, optional fields that cannot be read are noted, and do not refuse the record; yields the notes: field, what it is not."""
    notes: dict[str, str] = {}
    token = _noted.set(notes)
    try:
        yield notes
    finally:
        _noted.reset(token)


def unread(name: str, detail: str) -> None:
    """An optional field cannot be read: noted where somebody is :func:`noting`, and whoever calls goes on without it.

    Raises:
        Bad: nobody is.
    """
    notes = _noted.get()
    if notes is None:
        raise Bad("wrong_type", detail)
    notes.setdefault(name, detail)


def count(found: dict[str, dict[str, Any]], path: Path, line: int, notes: dict[str, str]) -> None:
    """Count fields of a row that were left empty: by field, in how many ``rows``, and the ``first``, with its place."""
    for name, detail in notes.items():
        found.setdefault(name, {"rows": 0, "first": f"{spelled(path)}, line {line}: {detail}"})["rows"] += 1
