"""What a corpus consists of: parts, documents, and what cannot be read; Parquet, JSON, text, HTML, WARC and WET files.

A part is what one process reads at once and what a resumed run skips.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from stillwatch import rows
from stillwatch.errors import InputError
from stillwatch.rows import COMPRESSED_SUFFIXES

KINDS = {
    ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".txt": "text", ".md": "text", ".html": "html",
    ".htm": "html", ".xhtml": "html", ".warc": "warc", ".wet": "warc",
}
MAX_LINE_BYTES = 64 << 20
"""A longer line of JSON, or element of an array, is damage."""
READ_BYTES = 1 << 20


class DamagedError(InputError):
    """A file that cannot be read to its end; what stood before is good."""


class NoTextError(InputError):
    """A file without a column that holds text."""


@dataclass(frozen=True)
class Columns:
    """Which fields hold what; None: the first known name that is there, in JSON in each record anew.

    With ``makers``, who made a text is its source.
    """

    text: str | None = None
    source: str | None = None
    time: str | None = None
    identity: str | None = None
    makers: bool = False


@dataclass(frozen=True)
class Part:
    """A piece of a corpus.

    Attributes:
        name: unique and stable over runs.
        kind: parquet, jsonl, array (of JSON objects), text, html or warc.
        root: the corpus.
        paths: its file, or its files where each is one document.
        start: first row group, or first byte.
        stop: row group or byte after the last.
        size: bytes, for the progress bar.
    """

    name: str
    kind: str
    root: Path
    paths: tuple[Path, ...]
    start: int
    stop: int
    size: int


@dataclass(frozen=True)
class Unread:
    """A row, page or file that holds no text that can be read.

    Attributes:
        where: where it stands, as in :class:`Document`, or a page's address.
        raw: as it stands there, for a filtered copy; None where that was not asked for, or cannot be had.
        why: what it is instead, where that is known.
    """

    where: str
    raw: Any = None
    why: str = ""


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes:
        identity: its key.
        text: its text.
        source: where it came from.
        period: when it was written, ``YYYY-MM`` or ``YYYY``; "" where that is not known.
        raw: its row for a filtered copy, or the date of a page.
        asked: its question.
        untimed: what stands in place of a time and cannot be read; "" where nothing does.

    One without a key of its own is ``FILE#POSITION``: byte where the line begins in JSON lines (unpacked), number of the row in
    Parquet or of the element in an array, from 0.
    """

    identity: str
    text: str
    source: str
    period: str
    raw: Any = None
    asked: str = ""
    untimed: str = ""


def kind_of(path: Path) -> tuple[str, str]:
    """Kind of a file by its name ("" where unknown), and how it is packed (.gz, .zst or "")."""
    packed = path.suffix.lower() if path.suffix.lower() in COMPRESSED_SUFFIXES else ""
    return KINDS.get((path.with_suffix("") if packed else path).suffix.lower(), ""), packed


@contextmanager
def open_decompressed(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked.

    Raises:
        DamagedError: it cannot be read, or not to its end.
    """
    try:
        with rows.open_decompressed(path) as file:
            yield file
    except DamagedError:
        raise
    except InputError as error:
        raise DamagedError(error.what, where=path) from error


def relative(root: Path, path: Path) -> str:
    """A file's path within a corpus; its name where it is the corpus."""
    return path.name if path == root else path.relative_to(root).as_posix()


def is_utf16_or_32(head: bytes) -> bool:
    """Whether a file of JSON begins as UTF-16 or UTF-32 do: no JSON in UTF-8 has a zero byte."""
    return b"\0" in head[:4]
