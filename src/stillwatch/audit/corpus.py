"""Corpora as parts and batches of documents: Parquet, JSON lines and arrays, text and HTML folders, WARC and WET.

A part is what one process reads at once and what a resumed run skips; a batch is what is held in memory.
"""

import codecs
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.audit import markup
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet
from stillwatch.rows import COMPRESSED_SUFFIXES
from stillwatch.tables import it_has

TEXT = ("text", "content", "raw_content", "response", "output", "answer", "completion", "document", "body")
SOURCE = ("source", "domain", "subset", "dataset", "url", "uri")
MAKER = ("generator", "model", "model_name", "maker")
TIME = ("timestamp", "date", "created", "created_at", "published", "published_at", "crawl_date", "time")
TURNS = ("messages", "conversations")
ASKED = ("prompt", "instruction", "question", "input", "query")
IDENTITY = ("id", "doc_id", "document_id", "uuid", "warc_record_id", "url")
KINDS = {
    ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".txt": "text", ".md": "text", ".html": "html",
    ".htm": "html", ".xhtml": "html", ".warc": "warc", ".wet": "warc",
}
PART_BYTES = 64 << 20
PART_FILES = 1_000
BATCH_DOCUMENTS = 1_024
BATCH_BYTES = 8 << 20
MAX_LINE_BYTES = 64 << 20
READ_BYTES = 1 << 20
MAX_ADDRESS = 200
"""Characters of a page's address where it is named in a message."""
NO_TEXT = "binary, or text neither in UTF-8 nor with a byte-order mark"
FIRST_YEAR, FIRST_NUMBERED = 1500, 1990
"""The earliest year of a date that is written out, and of a number, which may be something else than a time."""
MAX_TIME = 40
"""Characters of a time that is named in a message."""
_BETWEEN = re.compile(r"[\s,]*")
_WRITTEN = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?![0-9]).*)?", re.DOTALL)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})(?:[0-9]{2}(?:T?[0-9]{4}(?:[0-9]{2})?Z?)?)?")
_NUMBER = re.compile(r"[0-9]{1,19}(?:\.[0-9]*)?")


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


def plan(root: Path, columns: Columns | None = None, *, out: Path | None = None) -> list[Part]:
    """The parts of a file or folder, in the order of their paths.

    Args:
        root: file or folder.
        columns: says which field of a ``.json`` file would be text.
        out: a folder inside that is no part of the corpus, such as what an audit wrote there before.

    Raises:
        InputError: nothing there can be read, or a file's name is no text.
    """
    return listed(root, columns, out=out)[0]


def listed(root: Path, columns: Columns | None = None, *, out: Path | None = None) -> tuple[list[Part], list[Path]]:
    """What :func:`plan` gives, and the files that are none of it."""
    if not root.exists():
        raise InputError("no such file or folder", where=root)
    files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file() and not _hidden(p, root, out))
    parts: list[Part] = []
    single: dict[str, list[Path]] = {"text": [], "html": []}
    unread: list[Path] = []
    for path in files:
        kind, packed = kind_of(path)
        if kind and not str(path).isprintable():  # tables and reports name it; bytes that are no UTF-8 are not printable either
            raise InputError("a file name with bytes that are no UTF-8, or characters that cannot be shown", where=ascii(str(path)),
                             todo="Rename it")
        if kind == "json":
            kind = _json_kind(path, columns or Columns())
        if kind in single and not packed:
            single[kind].append(path)
        elif kind == "parquet" and not packed:
            parts += _row_groups(root, path)
        elif kind == "jsonl" and not packed:
            size = path.stat().st_size
            for begin in range(0, max(size, 1), PART_BYTES):
                end = min(begin + PART_BYTES, size)
                parts.append(_part("jsonl", root, (path,), begin, end, end - begin))
        elif kind in ("jsonl", "array") or (kind == "warc" and packed != ".zst"):
            parts.append(_part(kind, root, (path,), 0, -1, path.stat().st_size))
        else:
            unread.append(path)
    for kind, paths in single.items():
        for i in range(0, len(paths), PART_FILES):
            some = tuple(paths[i : i + PART_FILES])
            parts.append(_part(kind, root, some, i, i + len(some), sum(p.stat().st_size for p in some)))
    if not parts:
        todo = f"Known endings: {', '.join(KINDS)}; .jsonl.gz, .json.gz, .jsonl.zst, .json.zst, .warc.gz, .wet.gz. " \
               "Write CSV as one of these"
        raise InputError("no document files", where=root, todo=todo)
    return parts, unread


def endings(files: list[Path]) -> Counter[str]:
    """How many files have each ending, as it can be shown."""
    found: Counter[str] = Counter()
    for path in files:
        ending = "".join(path.suffixes[-2:] if kind_of(path)[1] else path.suffixes[-1:])
        found[(ending if ending.isprintable() else ascii(ending)) or "(no ending)"] += 1
    return found


def _json_kind(path: Path, columns: Columns) -> str:
    """A ``.json`` file is an array of objects, or lines of objects that have a text; else "" (settings, descriptions)."""
    try:
        with opened(path) as file:
            head = file.read(READ_BYTES).removeprefix(codecs.BOM_UTF8).lstrip()
    except DamagedError:
        return "jsonl"  # reading it will say what is wrong
    if _wide(head):
        return "jsonl"
    if head[:1] == b"[":
        return "array"
    try:
        first = orjson.loads(head.partition(b"\n")[0])
    except orjson.JSONDecodeError:
        return "jsonl" if head[:1] == b"{" and b"\n" not in head else ""  # one line longer than what was read
    names = (*TEXT, *TURNS) if columns.text is None else (columns.text,)
    return "jsonl" if isinstance(first, dict) and any(name in first for name in names) else ""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked.

    Raises:
        DamagedError: it cannot be read, or not to its end.
    """
    packed = kind_of(path)[1]
    try:
        if packed == ".gz":
            with gzip.open(path, "rb") as file:
                yield cast(BinaryIO, file)
        elif packed == ".zst":
            with pa.input_stream(str(path), compression="zstd") as stream:
                yield cast(BinaryIO, io.BufferedReader(stream, 1 << 16))
        else:
            with open(path, "rb") as plain:
                yield plain
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        raise DamagedError(f"cannot be read ({str(error).splitlines()[0]})", where=path) from error


def _hidden(path: Path, root: Path, out: Path | None) -> bool:
    if out is not None and path.resolve().is_relative_to(out.resolve()):
        return True
    return any(name.startswith((".", "_")) for name in path.relative_to(root).parts) or path.suffix == ".partial"


def _part(kind: str, root: Path, paths: tuple[Path, ...], start: int, stop: int, size: int) -> Part:
    where = relative(root, paths[0]) if kind not in ("text", "html") else f"{kind} files"
    return Part(f"{where}:{start}", kind, root, paths, start, stop, size)


def relative(root: Path, path: Path) -> str:
    """A file's path within a corpus; its name where it is the corpus."""
    return path.name if path == root else path.relative_to(root).as_posix()


def _wide(head: bytes) -> bool:
    """Whether a file of JSON begins as UTF-16 or UTF-32 do: no JSON in UTF-8 has a zero byte."""
    return b"\0" in head[:4]


def _row_groups(root: Path, path: Path) -> list[Part]:
    """Parts of a Parquet file; a damaged one within a folder is a part without row groups, and reading it says what is wrong."""
    try:
        with reading_parquet(path):
            meta = pq.ParquetFile(path).metadata
    except InputError:
        if path == root:
            raise
        return [_part("parquet", root, (path,), 0, 0, path.stat().st_size)]
    parts, begin, size = [], 0, 0
    for i in range(meta.num_row_groups):
        size += meta.row_group(i).total_byte_size
        if size >= PART_BYTES or i + 1 == meta.num_row_groups:
            parts.append(_part("parquet", root, (path,), begin, i + 1, size))
            begin, size = i + 1, 0
    return parts


def batches(part: Part, columns: Columns) -> Iterator[tuple[list[Document], list[Unread]]]:
    """Documents of a part in order, and what between them could not be read."""
    batch: list[Document] = []
    bad: list[Unread] = []
    size = 0
    try:
        for item in documents(part, columns):
            if isinstance(item, Unread):
                bad.append(item)
            else:
                batch.append(item)
                size += len(item.text)
            if len(batch) + len(bad) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
                yield batch, bad
                batch, bad, size = [], [], 0
    except DamagedError:
        yield batch, bad
        raise
    if batch or bad:
        yield batch, bad


def documents(part: Part, columns: Columns, *, keep_raw: bool = False) -> Iterator[Document | Unread]:
    """Documents of a part in order, and in their places those that cannot be read.

    Raises:
        DamagedError: the file ends before its time, or is none of its kind.
        NoTextError: no column is known to hold text, or there is none of the name that was given.
        InputError: another column that was named is not there.
    """
    if part.kind == "parquet":
        yield from _parquet(part, columns, keep_raw)
    elif part.kind in ("jsonl", "array"):
        yield from _jsonl(part, columns, keep_raw)
    elif part.kind == "warc":
        for record in _to_its_end(markup.warc_pages(part.paths[0]), part.paths[0]):
            url, stamp, text, why = record
            yield (Unread(url[:MAX_ADDRESS], why=why) if text is None
                   else Document(url, text, host(url), period(stamp), stamp, untimed=_untimed(stamp)))
    else:
        for path in part.paths:
            yield _file(part, path)


def _file(part: Part, path: Path) -> Document | Unread:
    where = relative(part.root, path)
    try:
        data = path.read_bytes()
    except OSError:
        return Unread(where)
    source = where.rsplit("/", 1)[0] if "/" in where else part.root.name
    if part.kind == "html":
        page = markup.page(data)
        return Unread(where, data) if page is None else Document(where, page, source, "", data)
    text = markup.plain(data)
    return Unread(where, data, NO_TEXT) if text is None else Document(where, text, source, "", data)


def _parquet(part: Part, columns: Columns, keep_raw: bool) -> Iterator[Document | Unread]:
    path, where = part.paths[0], relative(part.root, part.paths[0])
    try:
        with reading_parquet(path):
            file = pq.ParquetFile(path)
    except InputError as error:
        raise DamagedError(error.what, where=path) from error
    _demand(file.schema_arrow.names, columns, path)
    names = _fields(file.schema_arrow.names, columns)
    wanted = None if keep_raw else sorted({name for name in names.values() if name})
    row = sum(file.metadata.row_group(i).num_rows for i in range(part.start))
    blocks = file.iter_batches(256, row_groups=list(range(part.start, part.stop)), columns=wanted)
    for block in _to_its_end(blocks, path):
        values = {key: _values(block.column(name)) if name else None for key, name in names.items()}
        for i in range(len(block)):
            record = {key: v[i] if v is not None else None for key, v in values.items()}
            yield _document(where, record, row + i, block.slice(i, 1) if keep_raw else None)
        row += len(block)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)  # Python's times know no billionths
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # said to be text or a time, and some of it is none
        return [_value(item) for item in column]
    return values


def _value(item: pa.Scalar) -> Any:
    try:
        return item.as_py()
    except UnicodeDecodeError:
        return None
    except (ValueError, OverflowError):
        return f"{item.value} {item.type}"


def _to_its_end(items: Iterator[Any], path: Path) -> Iterator[Any]:
    """The items; what goes wrong in reading them is damage."""
    try:
        yield from items
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(f"cannot be read to its end ({str(error).splitlines()[0]})", where=path) from error


def _jsonl(part: Part, columns: Columns, keep_raw: bool) -> Iterator[Document | Unread]:
    path, where = part.paths[0], relative(part.root, part.paths[0])
    _demand(_names(part, columns), columns, path)
    for at, line in rows(part):
        record = _record(line)
        if record is None:
            yield Unread(f"{where}#{at}", line if keep_raw else None)
            continue
        fields = {key: record.get(name) if name else None for key, name in _fields(record, columns).items()}
        yield _document(where, fields, at, line if keep_raw else None)


def _record(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None where it holds none."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _names(part: Part, columns: Columns) -> Collection[str]:
    """Fields of the records of a part's whole file, up to the record by which all that is looked for was met: mostly the first."""
    path = part.paths[0]
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise DamagedError(f"cannot be read ({error})", where=path) from error
    return _names_of(replace(part, name="", start=0, stop=-1, size=0), columns, changed)


@lru_cache(maxsize=64)  # every part of a file asks
def _names_of(whole: Part, columns: Columns, _changed: int) -> Collection[str]:
    names: dict[str, None] = {}
    with suppress(DamagedError):  # whoever reads the documents says so
        for _, line in rows(whole):
            names |= dict.fromkeys(_record(line) or ())
            if not _lacking(names, columns):
                break
    return names.keys()


def rows(part: Part) -> Iterator[tuple[int, bytes]]:
    """Lines of JSON, or elements of an array, as they stand, and where; blank lines are none.

    Raises:
        DamagedError: the file ends before its time, or is none of its kind.
    """
    for at, line in _elements(part.paths[0]) if part.kind == "array" else _lines(part):
        if line.strip():
            yield at, line


def _lines(part: Part) -> Iterator[tuple[int, bytes]]:
    """Lines that begin in ``[start, stop)`` with the byte where they begin."""
    with opened(part.paths[0]) as file:
        at = part.start
        if at:
            file.seek(at - 1)
            at += len(file.readline(MAX_LINE_BYTES)) - 1
        while part.stop < 0 or at < part.stop:
            line = file.readline(MAX_LINE_BYTES)
            if not line:
                return
            if at == 0 and _wide(line):
                raise DamagedError("UTF-16 or UTF-32 instead of UTF-8", where=part.paths[0], todo="Save it as UTF-8")
            yield at, line if at else line.removeprefix(codecs.BOM_UTF8)
            at += len(line)


def _elements(path: Path) -> Iterator[tuple[int, bytes]]:
    """Elements of a JSON array with their numbers, as they stand; no more is held than one of them and what was read at once."""
    decoder, number, done = json.JSONDecoder(), 0, False
    with opened(path) as file:
        text = codecs.getreader("utf-8")(file, "replace")
        held = text.read(READ_BYTES).lstrip("\ufeff \t\r\n")
        at = 1
        while not done:
            at = cast(re.Match[str], _BETWEEN.match(held, at)).end()
            try:
                end = decoder.raw_decode(held, at)[1]
            except RecursionError as error:
                raise DamagedError(f"element {number} of the array is nested too deeply", where=path) from error
            except ValueError:
                end = len(held)
            if end < len(held):  # what ends where the reading ended may go on
                yield number, held[at:end].encode("utf-8", "replace")
                number, at = number + 1, end
                continue
            if held[at : at + 1] == "]":
                return
            held, at = held[at:], 0
            more = text.read(max(READ_BYTES, len(held)))
            held, done = held + more, not more or len(held) > MAX_LINE_BYTES
    raise DamagedError(f"the array does not end, or element {number} is no JSON", where=path)


@lru_cache(maxsize=64)  # every record of JSON asks
def _asked_for(columns: Columns) -> dict[str, tuple[str, ...]]:
    """The names that a column may have, the first one first."""
    known = {"text": (*TEXT, *TURNS), "source": (*MAKER, *SOURCE) if columns.makers else SOURCE, "time": TIME, "identity": IDENTITY}
    given = {"text": columns.text, "source": columns.source, "time": columns.time, "identity": columns.identity}
    return {key: known[key] if name is None else (name,) for key, name in given.items()}


def _lacking(names: Collection[str], columns: Columns) -> str | None:
    """What must be among the names, and is not: ``text``, or another column that was named; None where all is."""
    demanded = {"text": True, "source": columns.source, "time": columns.time, "identity": columns.identity}
    return next((key for key, known in _asked_for(columns).items()
                 if demanded[key] and not any(name in names for name in known)), None)


def _demand(names: Collection[str], columns: Columns, path: Path) -> None:
    """Refuse a file without what must be there; one without any record has no names, and is not refused.

    Raises:
        NoTextError: no column is known to hold text, or there is none of the name that was given.
        InputError: another column that was named is not there.
    """
    lacking = _lacking(names, columns) if names else None
    if lacking == "text" and columns.text is None:
        todo = f"Pass --text-column; it has: {', '.join(list(names)[:20])}"
        raise NoTextError("no column that is known to hold text", where=path, todo=todo)
    if lacking is not None:
        kind = NoTextError if lacking == "text" else InputError
        raise kind(f"no column {_asked_for(columns)[lacking][0]!r}", where=path, todo=it_has(list(names)))


def _fields(names: Collection[str], columns: Columns) -> dict[str, str | None]:
    """Which column holds what; None where none does."""
    chosen = {key: next((n for n in known if n in names), None) for key, known in _asked_for(columns).items()}
    chosen["asked"] = next((n for n in ASKED if n in names and n != chosen["text"]), None)
    return chosen


def _document(where: str, record: dict[str, Any], row: int, raw: Any) -> Document | Unread:
    text = said(record["text"])
    if text is None:
        return Unread(f"{where}#{row}", raw)
    source = record["source"]
    source = (host(source) if "://" in source else source) if isinstance(source, str) and source else where
    identity = record["identity"]
    return Document(str(identity) if identity is not None else f"{where}#{row}", text, source,
                    period(record["time"]), raw, question(record), _untimed(record["time"]))


def said(value: Any) -> str | None:
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


def _untimed(value: Any) -> str:
    """A time that cannot be read, as it stands; "" where there is none, or it can be read."""
    nothing = value is None or value != value or not str(value).strip()
    return "" if nothing or period(value) else str(value)[:MAX_TIME]
