"""Names of an account in files of any kind: whether a file holds one, and values of JSON without them."""

import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.tables import ERASED, SHORTEST

CHUNK = 16 << 20
"""Bytes of a file that are searched at once."""


MAX_BACKSLASHES = 8
"""So many stand for one in JSON that is a string of JSON three times over; names in deeper ones may be cut by a block's end."""


def _char_pattern(char: str) -> bytes:
    """A character as it is and as JSON may escape it, also where that JSON is a string of another."""
    plain, escaped = re.escape(char.encode("utf-8", "surrogatepass")), json.dumps(char)[1:-1]
    if escaped == char:
        return plain
    return rb"(?:%b|(?i:%b))" % (plain, re.escape(escaped.encode()).replace(rb"\\", rb"\\+"))


def _max_spelling_bytes(names: Sequence[str]) -> int:
    """Bytes of the longest spelling of any name: its own JSON, with more backslashes."""
    return max(len(escaped) + (MAX_BACKSLASHES - 1) * escaped.count("\\") for escaped in (json.dumps(name) for name in names))


def name_pattern(names: Sequence[str]) -> "re.Pattern[bytes] | None":
    """What finds names of :data:`SHORTEST` characters or more in bytes, as words of their own; None: there are none."""
    patterns = [b"".join(map(_char_pattern, name)) for name in sorted(names, key=len, reverse=True) if len(name) >= SHORTEST]
    return re.compile(rb"(?<![\w-])(?:" + b"|".join(patterns) + rb")(?![\w-])") if patterns else None


def mentions_name(path: Path, names: Sequence[str]) -> bool:
    """Whether a file, or one in a zip, holds a name; a Parquet file is read, anything else searched as it is."""
    name_regex = name_pattern(names)
    if name_regex is None:
        return False
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return any(_content_mentions(archive.read(member), member.filename, name_regex) for member in archive.infolist())
        if path.suffix == ".parquet":
            return _content_mentions(path.read_bytes(), path.name, name_regex)
        with open(path, "rb") as file:
            before, overlap = b"", _max_spelling_bytes(names)  # with two bytes over, since what stands before a name counts
            while block := file.read(CHUNK):
                if name_regex.search(before + block):
                    return True
                before = (before + block)[-overlap:]
    except (OSError, zipfile.BadZipFile):
        return True  # what cannot be looked at may have it
    return False


def _content_mentions(content: bytes, name: str, name_regex: "re.Pattern[bytes]") -> bool:
    if not name.endswith(".parquet"):
        return bool(name_regex.search(content))
    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            return any(name_regex.search(str(batch.to_pylist()).encode("utf-8", "surrogatepass")) for batch in file.iter_batches(10_000))
    except (pa.ArrowException, OSError):
        return True


def redact_names(value: Any, name_regex: "re.Pattern[bytes]") -> Any:
    """A value of JSON with :data:`ERASED` in place of the names that :func:`name_pattern` finds, in texts and keys."""
    if isinstance(value, str):
        # Text is searched as bytes, as files are.
        return name_regex.sub(ERASED.encode(), value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return [redact_names(one, name_regex) for one in value]
    if isinstance(value, dict):
        return {redact_names(name, name_regex): redact_names(one, name_regex) for name, one in value.items()}
    return value
