"""Reads the records of any source: gzip or plain, JSON lines or documents, CSV, Parquet. Damage is reported in records, not raised."""

import csv
import json
import os
import re
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from stillwatch.errors import InputError
from stillwatch.ingest.faults import Bad
from stillwatch.ingest.split import MAX_RECORD, TooLarge, records, shallow, whole_records
from stillwatch.ingest.values import Cells, Unreadable, kind

BLOCK = 1 << 20
"""Bytes that are read at once."""
LONG_LINE = 8 << 20
"""Bytes from which a line with several records is not held in memory as a whole."""
PARQUET_BATCH = 8192
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
BOM = b"\xef\xbb\xbf"
FOREIGN = {
    b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "Zstandard", b"PK\x03\x04": "a zip archive", b"\x04\x22\x4d\x18": "LZ4",
    b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"ORC": "ORC", b"Obj\x01": "Avro", b"SQLite": "an SQLite database",
}
"""First bytes of files in forms that are not supported -> name; their lines would only fill the quarantine."""
SEPARATORS = ",;\t"
NULLS = ("", "\\N", "NULL")
"""Null in CSV, as written by spreadsheets and databases."""
SUFFIXES = (".jsonl", ".ndjson", ".json", ".log", ".txt", ".csv", ".parquet")
HIDDEN = (".", "_")
"""First characters of names of files and folders that are skipped in folders."""


class Record(NamedTuple):
    """One record of a source, or a fault (``value`` is None)."""

    line: int
    """Line in files of lines, else number of the record, from 1; 0 means the whole source."""
    value: dict[str, Any] | None
    raw: bytes | None = None
    """The record's bytes; None if the source does not store records as bytes."""
    reason: str | None = None
    detail: str = ""

    def as_bytes(self) -> bytes:
        """The record's bytes, or the record as JSON if the source does not store records as bytes."""
        if self.raw is not None:
            return self.raw
        try:
            return orjson.dumps(self.value, default=repr)
        except (orjson.JSONEncodeError, TypeError):
            return json.dumps(self.value, default=repr).encode()


def files(sources: list[Path], unread: list[Path] | None = None) -> list[Path]:
    """The files of all sources in a fixed order; folders are searched for known endings (also with .gz).

    Args:
        sources: files and folders; hidden files and folders in folders are skipped.
        unread: list to which other files in folders, which are not read, are added.

    Raises:
        InputError: a source, or a folder in one, is absent or cannot be read.
    """
    found: list[Path] = []
    for source in sources:
        if source.is_dir():
            logs = [path for path in _within(source) if _wanted(path)]
            if unread is not None:
                unread += [path for path in _within(source) if not _wanted(path)]
            if not logs:
                todo = f"Known endings: {', '.join(SUFFIXES)}, also with .gz"
                raise InputError("no log files in the folder", where=source, todo=todo)
            found += logs
        elif source.is_file():
            found.append(source)
        elif source.exists():
            todo = "Write what the pipe gives to a file first: sources are read twice"
            raise InputError("neither a file nor a folder", where=source, todo=todo)
        else:
            raise InputError("no such file", where=source)
    for path in found:
        opened(path).close()
    if not found:
        raise InputError("no sources", todo="Pass at least one file or folder")
    return found


def _within(folder: Path) -> list[Path]:
    """Files in a folder and its subfolders, and links to folders, which are not followed because they may form cycles."""
    def fail(error: OSError) -> None:
        raise InputError(f"cannot read ({error.strerror})", where=error.filename) from error

    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        found += [Path(place, name) for name in (*names, *links) if not name.startswith(HIDDEN)]
    return sorted(found)


def _wanted(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(SUFFIXES) and path.is_file()


def opened(path: Path) -> BinaryIO:
    """Open a file for reading bytes; raises InputError."""
    try:
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"cannot read ({error.strerror})", where=path) from error


class Source:
    """One file; iterating yields its records."""

    def __init__(self, path: Path, *, header: bool = False, skip: frozenset[str] = frozenset()) -> None:
        """Read ``path``.

        Args:
            path: the file; its first bytes tell its form.
            header: whether text that is not JSON is CSV with a header line.
            skip: columns of a Parquet file that must not be read.
        """
        self._path, self._header, self._skip = path, header, skip
        self._fault: tuple[str, str] | None = None
        """Reason and detail of what ended the source early."""

    def __iter__(self) -> Iterator[Record]:
        """Yield the records; faults of the whole source come last."""
        seen = False
        with opened(self._path) as handle:
            try:
                for record in self._records(handle):
                    seen = seen or record.line > 0
                    yield record
            except OSError as error:
                self._fault = ("unread_rest", f"reading failed: {error.strerror or type(error).__name__}")
        if self._fault:
            yield Record(0, None, None, *self._fault)
        elif not seen:
            yield Record(0, None, None, "empty_file", f"{self._path.stat().st_size} bytes")

    def _records(self, handle: BinaryIO) -> Iterator[Record]:
        head = handle.read(6)
        handle.seek(0)
        if head[:4] == PARQUET:
            yield from self._parquet()
            return
        foreign = next((name for mark, name in FOREIGN.items() if head.startswith(mark)), None)
        if foreign is not None:
            self._fault = ("unknown_form", f"it is {foreign}")
            return
        blocks = self._gunzipped(handle) if head[:2] == GZIP else _plain(handle)
        first = _first_line(blocks).removeprefix(BOM)
        chained = _chain(first, blocks)
        if is_document(first):
            yield from self._document(chained)
        elif self._header and first.lstrip()[:1] not in (b"{", b"["):
            yield from self._table(chained)
        else:
            yield from self._lines(chained)

    def _gunzipped(self, handle: BinaryIO) -> Iterator[bytes]:
        """Unpack all gzip members; truncation or damage ends the blocks, and is noted as the source's fault."""
        unpacker, packed = zlib.decompressobj(wbits=31), handle.read(BLOCK)
        try:
            while packed:
                before = unpacker.copy()
                block = unpacker.decompress(packed, BLOCK)
                if block:
                    yield block
                packed = unpacker.unconsumed_tail
                if unpacker.eof:
                    packed, unpacker = unpacker.unused_data.lstrip(b"\0"), zlib.decompressobj(wbits=31)
                    packed = packed or handle.read(BLOCK).lstrip(b"\0")
                    if not packed:
                        return
                packed = packed or handle.read(BLOCK)
            self._fault = ("truncated_gzip", "the stream has no end mark")
        except zlib.error as error:
            self._fault = ("corrupt_gzip", str(error))
            yield from _salvaged(before, packed)

    def _lines(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        for number, line, ended in split_lines(blocks, in_parts=True):
            if len(line) > MAX_RECORD:
                yield Record(number, None, line[:BLOCK], "record_too_large", "more than 64 MiB; the rest of its line was not read")
            elif line and not line.isspace():
                try:
                    value = orjson.loads(line)
                except orjson.JSONDecodeError:
                    value = None
                if type(value) is dict:
                    yield Record(number, value, line)
                else:
                    yield from _decoded(number, line, self._fault is not None and not ended)

    def _document(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        number = 0
        try:
            for number, raw in enumerate(records(blocks), start=1):
                yield from _decoded(number, raw, self._fault is not None)
        except TooLarge as error:
            yield Record(number + 1, None, error.args[0][:BLOCK], "record_too_large", "more than 64 MiB")
            self._fault = ("unread_rest", f"from record {number + 1}")

    def _table(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        csv.field_size_limit(MAX_RECORD)
        lines = _TextLines(blocks)
        head = next(lines, "")
        lines.rewind()
        # strict: otherwise a quote that is never closed would swallow all later rows silently
        rows = csv.reader(lines, delimiter=max(SEPARATORS, key=head.count), strict=True)
        names: list[str] | None = None
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                number, raw, _ = lines.rewind(1)
                yield Record(number, None, raw, "not_csv", str(error))
                continue
            if row is None:
                return
            record_lines = lines.take()
            if names is None:
                names = [mended(name).strip() for name in row]
                twice = next((name for name in names if name and names.count(name) > 1), None)
                if twice is not None:
                    self._fault = ("doubled_column", f"column {names.index(twice) + 1}")
                    return
            elif row:
                yield self._row(names, row, record_lines)

    def _row(self, names: list[str], row: list[str], record_lines: list["_Line"]) -> Record:
        number, raw = record_lines[0].number, b"\n".join(line.raw for line in record_lines)
        if self._fault is not None and not record_lines[-1].ended:
            return Record(number, None, raw, "truncated")
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            return Record(number, None, raw, "invalid_utf8", f"at byte {error.start}")
        if len(row) != len(names):
            return Record(number, None, raw, "wrong_columns", f"{len(row)} fields, the header has {len(names)}")
        values = Cells((name, None if value in NULLS else value) for name, value in zip(names, row, strict=True))
        return Record(number, values, raw)

    def _parquet(self) -> Iterator[Record]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        number = 0
        try:
            with opened(self._path) as handle, pq.ParquetFile(handle) as file:  # by handle: pyarrow cannot open names that are not UTF-8
                names = [name for name in file.schema_arrow.names if name not in self._skip]
                for batch in file.iter_batches(batch_size=PARQUET_BATCH, columns=names):
                    for value in _rows(batch):
                        number += 1
                        yield Record(number, value)
        except (pa.ArrowException, OSError) as error:
            self._fault = ("corrupt_parquet", f"{type(error).__name__} after row {number}")


def _salvaged(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    """Unpack what comes before the damage, in ever smaller steps, because a call that fails returns nothing."""
    for step in (4096, 1):
        while packed:
            trial = unpacker.copy()
            try:
                block = trial.decompress(packed[:step])
            except zlib.error:
                break
            yield block
            unpacker, packed = trial, packed[step:]


def _plain(handle: BinaryIO) -> Iterator[bytes]:
    while block := handle.read(BLOCK):
        yield block


def _first_line(blocks: Iterator[bytes]) -> bytes:
    """The first blocks, up to the end of the first line or beyond MAX_RECORD; they tell a document from lines."""
    head, size = [], 0
    for block in blocks:
        head.append(block)
        size += len(block)
        if b"\n" in block or size > MAX_RECORD:
            break
    return b"".join(head)


def _chain(first: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from blocks


def split_lines(blocks: Iterator[bytes], *, in_parts: bool = False) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (line number from 1, line, whether it ends with a newline).

    With ``in_parts`` a line of JSON over LONG_LINE is yielded as its records, as they are complete, then as an array of the rest. Of a
    record or another line over MAX_RECORD only the beginning is yielded.
    """
    number, pending, size, next_split_size = 1, [b""], 0, LONG_LINE
    for block in blocks:
        first, *others = block.split(b"\n")
        if size <= MAX_RECORD:
            pending.append(first)
            size += len(first)
            if in_parts and size > min(next_split_size, MAX_RECORD):
                complete, rest = whole_records(b"".join(pending))
                yield from ((number, record, True) for record in complete)
                pending, size = [rest], len(rest)
                # a long record is scanned again only when what has arrived of it has doubled
                next_split_size = max(LONG_LINE, 2 * size)
        if others:
            yield number, b"".join(pending), True
            for place, line in enumerate(others[:-1], start=number + 1):
                yield place, line, True
            number += len(others)
            pending, size, next_split_size = [others[-1]], len(others[-1]), LONG_LINE
    if size:
        yield number, b"".join(pending), False


class _Line(NamedTuple):
    number: int
    raw: bytes
    ended: bool
    """Whether it ends with a newline."""


class _TextLines:
    """Lines as text for csv; remembers the lines of the current record, and can return them again."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._lines = split_lines(blocks)
        self._waiting: deque[_Line] = deque()
        self._taken: list[_Line] = []

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else _Line(*next(self._lines))
        self._taken.append(line)
        return line.raw.decode("utf-8", "surrogateescape") + "\n"

    def take(self) -> list[_Line]:
        """The lines that were returned since the last call."""
        lines, self._taken = self._taken, []
        return lines

    def rewind(self, skip: int = 0) -> _Line:
        """Return the lines since the last :meth:`take` again, but for the first ``skip``; returns the first of them."""
        lines = self.take()
        self._waiting.extendleft(reversed(lines[skip:]))
        return lines[0] if lines else _Line(0, b"", True)


def is_document(head: bytes) -> bool:
    """Whether the first bytes are those of JSON over several lines (an array, or indented objects), not of one value a line."""
    head = head.lstrip()
    if head[:1] not in (b"[", b"{"):
        return False
    line, newline, rest = head.partition(b"\n")
    line = line.rstrip()
    if not newline or _complete(line) or (line[:1] == b"{" and _complete(rest.partition(b"\n")[0])):
        return False
    return line[-1:] in (b"{", b"[", b",", b":") or _complete(line + b"]")


def _complete(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _decoded(number: int, raw: bytes, cut: bool) -> Iterator[Record]:
    """The record, or the records of an array, in ``raw``; ``cut``: the source is cut off here."""
    try:
        value = decode(raw)
    except Bad as bad:
        pieces = several(raw)
        for piece in pieces:
            yield from _decoded(number, piece, cut)
        if pieces:
            return
        if cut:
            bad = Bad("truncated", bad.detail)
        yield Record(number, None, raw, bad.reason, bad.detail)
        return
    if type(value) is not list:
        yield _checked(number, value, raw)
        return
    for element in value:
        yield _checked(number, element)


def several(raw: bytes) -> list[bytes]:
    """The records of a line that has more than one (objects without newlines between them, a cut array); else an empty list."""
    if raw.lstrip()[:1] not in (b"[", b"{"):
        return []
    try:
        pieces = list(records([raw]))
    except TooLarge:
        return []
    return pieces if len(pieces) > 1 and pieces[0][:1] == b"{" and _complete(pieces[0]) else []


def _checked(number: int, value: Any, raw: bytes | None = None) -> Record:
    if type(value) is dict:
        return Record(number, value, raw)
    return Record(number, None, raw or json.dumps(value).encode(), "not_an_object", f"it is {kind(value)}")


def decode(raw: bytes) -> Any:
    """The JSON value of ``raw``, also if Python wrote NaN or lone surrogates.

    Raises:
        Bad: it is not UTF-8 or not JSON.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Bad("invalid_utf8", f"at byte {error.start}") from error
    try:
        return mended(json.loads(text))
    except json.JSONDecodeError as error:
        raise Bad("not_json", f"{error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        if (cut := shallow(raw)) != raw:
            return decode(cut)
        raise Bad("not_json", "nested too deeply, or a number with too many digits") from error


def mended(value: Any) -> Any:
    """The value with lone surrogates, which UTF-8 cannot represent, replaced."""
    if type(value) is str:
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if type(value) is list:
        return [mended(item) for item in value]
    if type(value) is dict:
        return {mended(name): mended(item) for name, item in value.items()}
    return value


def _rows(batch: Any) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet batch as objects."""
    for values in zip(*[_values(_readable(column)) for column in batch.columns], strict=True):
        yield dict(zip(batch.schema.names, values, strict=True))


def _readable(column: Any) -> Any:
    """The column with dates and nanoseconds as microseconds, the resolution of Python's times."""
    import pyarrow as pa

    try:
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            return column.cast(pa.timestamp("us", column.type.tz), safe=False)
        if pa.types.is_date(column.type):
            return column.cast(pa.timestamp("us"))
    except pa.ArrowException:
        pass
    return column


def _values(column: Any) -> list[Any]:
    """The values of a column; bytes become strings, since some engines write strings to Parquet as bytes."""
    import pyarrow as pa

    try:
        values: list[Any] = column.to_pylist()
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            return [value if value is None else value.decode() for value in values]
        return values
    except (ValueError, OverflowError) as error:
        if len(column) > 1:
            return [_values(column[at : at + 1])[0] for at in range(len(column))]
        text = isinstance(error, UnicodeDecodeError)
        return [Unreadable("bytes that are not UTF-8" if text else "a time that no calendar has", _spelled(column[0]))]


def _spelled(value: Any) -> Any:
    """A form for the quarantine of a value that Python cannot represent: times as numbers, text as Latin-1."""
    import pyarrow as pa

    if pa.types.is_timestamp(value.type):
        return value.value
    return bytes(value.as_buffer()).decode("latin-1") if hasattr(value, "as_buffer") else None
