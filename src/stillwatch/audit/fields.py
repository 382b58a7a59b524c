"""Which fields of a record hold its text, source, time and key, and what a conversation's turns say."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stillwatch.audit.corpus import Columns, NoTextError
from stillwatch.errors import InputError
from stillwatch.tables import it_has

TEXT = ("text", "content", "raw_content", "response", "output", "answer", "completion", "document", "body")
SOURCE = ("source", "domain", "subset", "dataset", "url", "uri")
MAKER = ("generator", "model", "model_name", "maker")
TIME = ("timestamp", "date", "created", "created_at", "published", "published_at", "crawl_date", "time")
TURNS = ("messages", "conversations")
ASKED = ("prompt", "instruction", "question", "input", "query")
IDENTITY = ("id", "doc_id", "document_id", "uuid", "warc_record_id", "url")


@lru_cache(maxsize=64)  # every record of JSON asks
def _candidate_names(columns: Columns) -> dict[str, tuple[str, ...]]:
    """The names that a column may have, the first one first."""
    known = {"text": (*TEXT, *TURNS), "source": (*MAKER, *SOURCE) if columns.makers else SOURCE, "time": TIME, "identity": IDENTITY}
    given = {"text": columns.text, "source": columns.source, "time": columns.time, "identity": columns.identity}
    return {key: known[key] if name is None else (name,) for key, name in given.items()}


def missing_column(names: Collection[str], columns: Columns) -> str | None:
    """What must be among the names, and is not: ``text``, or another column that was named; None where all is."""
    demanded = {"text": True, "source": columns.source, "time": columns.time, "identity": columns.identity}
    return next((key for key, known in _candidate_names(columns).items()
                 if demanded[key] and not any(name in names for name in known)), None)


def demand_columns(names: Collection[str], columns: Columns, path: Path) -> None:
    """Refuse a file without what must be there; one without any record has no names, and is not refused.

    Raises:
        NoTextError: no column is known to hold text, or there is none of the name that was given.
        InputError: another column that was named is not there.
    """
    lacking = missing_column(names, columns) if names else None
    if lacking == "text" and columns.text is None:
        todo = f"Pass --text-column; it has: {', '.join(list(names)[:20])}"
        raise NoTextError("no column that is known to hold text", where=path, todo=todo)
    if lacking is not None:
        kind = NoTextError if lacking == "text" else InputError
        raise kind(f"no column {_candidate_names(columns)[lacking][0]!r}", where=path, todo=it_has(list(names)))


def choose_columns(names: Collection[str], columns: Columns) -> dict[str, str | None]:
    """Which column holds what; None where none does."""
    chosen = {key: next((n for n in known if n in names), None) for key, known in _candidate_names(columns).items()}
    chosen["asked"] = next((n for n in ASKED if n in names and n != chosen["text"]), None)
    return chosen


def assistant_text(value: Any) -> str | None:
    """Text of a field: itself, or the assistant's turns of a conversation."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return None
    turns = [turn for turn in value if isinstance(turn, dict)]
    parts = [
        turn.get("content", turn.get("value"))
        for turn in turns
        if turn.get("role", turn.get("from")) in ("assistant", "gpt", "model")
    ]
    text = "\n".join(part for part in parts if isinstance(part, str))
    return text or None


def question(record: dict[str, Any]) -> str:
    """What was asked: a column of its own, or the other turns of a conversation."""
    asked, turns = record["asked"], record["text"]
    if isinstance(asked, str):
        return asked
    if not isinstance(turns, list):
        return ""
    parts = [turn.get("content", turn.get("value")) for turn in turns
             if isinstance(turn, dict) and turn.get("role", turn.get("from")) in ("system", "user", "human")]
    return "\n".join(part for part in parts if isinstance(part, str))


def host(url: str) -> str:
    """Host of a URL without www."""
    try:
        name = urlsplit(url).hostname or url
    except ValueError:
        name = url
    return name.removeprefix("www.")
