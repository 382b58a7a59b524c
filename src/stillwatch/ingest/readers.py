"""Reads any source by records: gzip or plain, JSON lines or documents, CSV, Parquet; damage is told, not raised."""

import csv
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from stillwatch.errors import InputError
from stillwatch.ingest.faults import Bad
from stillwatch.ingest.split import MAX_RECORD, TooLarge, records
from stillwatch.ingest.values import kind

BLOCK = 1 << 20
"""Bytes read at a time."""
PARQUET_BATCH = 8192
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
BOM = b"\xef\xbb\xbf"
SUFFIXES = (".jsonl", ".ndjson", ".json", ".log", ".txt", ".csv", ".parquet")


class Record(NamedTuple):
    """One record of a source, or what is wrong there."""

    line: int
    """Line in files of lines, else the record's number; from 1, and 0 where the whole source is meant."""
    value: dict[str, Any] | None
    raw: bytes | None = None
    """The record's bytes; null where the source does not hold records as bytes."""
    reason: str | None = None
    detail: str = ""

    def as_bytes(self) -> bytes:
        """The record's bytes, written as JSON where the source has another form."""
        if self.raw is not None:
            return self.raw
        try:
            return orjson.dumps(self.value, default=repr)
        except (orjson.JSONEncodeError, TypeError):
            return json.dumps(self.value, default=repr).encode()


def files(sources: list[Path]) -> list[Path]:
    """The files of all sources, folders searched for known endings (also with .gz), in a fixed order."""
    found: list[Path] = []
    for source in sources:
        if source.is_dir():
            inside = sorted(path for path in source.rglob("*") if _wanted(path))
            if not inside:
                todo = f"Known endings: {', '.join(SUFFIXES)}, also with .gz"
                raise InputError("no log files in the folder", where=source, todo=todo)
            found += inside
        elif source.exists():
            found.append(source)
        else:
            raise InputError("no such file", where=source)
    for path in found:
        opened(path).close()
    if not found:
        raise InputError("no sources", todo="Pass at least one file or folder")
    return found


def _wanted(path: Path) -> bool:
    name = path.name.removesuffix(".gz")
    return name.endswith(SUFFIXES) and not path.name.startswith((".", "_")) and path.is_file()


def opened(path: Path) -> BinaryIO:
    """The file, opened, or an InputError."""
    try:
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"cannot read ({error.strerror})", where=path) from error


class Source:
    """One file; iterating yields its records."""

    def __init__(self, path: Path, *, header: bool = False, skip: frozenset[str] = frozenset()) -> None:
        """Read ``path``.

        Args:
            path: the file; what it is, its first bytes say.
            header: text that is not JSON is CSV with a header line.
            skip: columns of a Parquet file that must not be read.
        """
        self._path, self._header, self._skip = path, header, skip
        self._cut: tuple[str, str] | None = None

    def __iter__(self) -> Iterator[Record]:
        """Yield the records; faults of the whole source come last."""
        seen = False
        with opened(self._path) as handle:
            try:
                for record in self._records(handle):
                    seen = seen or record.line > 0
                    yield record
            except OSError as error:
                self._cut = ("unread_rest", f"reading failed: {error.strerror or type(error).__name__}")
        if self._cut:
            yield Record(0, None, None, *self._cut)
        elif not seen:
            yield Record(0, None, None, "empty_file", f"{self._path.stat().st_size} bytes")

    def _records(self, handle: BinaryIO) -> Iterator[Record]:
        head = handle.read(4)
        handle.seek(0)
        if head == PARQUET:
            yield from self._parquet()
            return
        blocks = self._gunzipped(handle) if head[:2] == GZIP else _plain(handle)
        first = next(blocks, b"").removeprefix(BOM)
        chained = _chain(first, blocks)
        if is_document(first):
            yield from self._document(chained)
        elif self._header and first.lstrip()[:1] not in (b"{", b"["):
            yield from self._table(chained)
        else:
            yield from self._lines(chained)

    def _gunzipped(self, handle: BinaryIO) -> Iterator[bytes]:
        """Unpack all members; a cut or a damage ends the blocks and is noted."""
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
            self._cut = ("truncated_gzip", "the stream has no end mark")
        except zlib.error as error:
            self._cut = ("corrupt_gzip", str(error))
            yield from _salvaged(before, packed)

    def _lines(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        for number, line, ended in split_lines(blocks):
            if len(line) > MAX_RECORD:
                yield Record(number, None, line[:BLOCK], "record_too_large", "more than 64 MiB")
            elif line and not line.isspace():
                try:
                    value = orjson.loads(line)
                except orjson.JSONDecodeError:
                    value = None
                if type(value) is dict:
                    yield Record(number, value, line)
                else:
                    yield from _decoded(number, line, self._cut is not None and not ended)

    def _document(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        number = 0
        try:
            for number, raw in enumerate(records(blocks), start=1):
                yield from _decoded(number, raw, self._cut is not None)
        except TooLarge as error:
            yield Record(number + 1, None, error.args[0][:BLOCK], "record_too_large", "more than 64 MiB")
            self._cut = ("unread_rest", f"from record {number + 1}")

    def _table(self, blocks: Iterator[bytes]) -> Iterator[Record]:
        csv.field_size_limit(MAX_RECORD)
        lines = _TextLines(blocks)
        rows = csv.reader(lines)
        names: list[str] | None = None
        while True:
            before = lines.number + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield Record(before, None, None, "not_csv", str(error))
                continue
            if row is None:
                return
            if names is None:
                names = row
            elif row:
                yield self._row(before, names, row, lines)

    def _row(self, number: int, names: list[str], row: list[str], lines: "_TextLines") -> Record:
        raw = "\x1f".join(row).encode("utf-8", "surrogateescape") if lines.dirty or len(row) != len(names) else None
        if self._cut is not None and not lines.ended:
            return Record(number, None, raw or b"", "truncated")
        if lines.dirty:
            lines.dirty = False
            return Record(number, None, raw, "invalid_utf8")
        if len(row) != len(names):
            return Record(number, None, raw, "wrong_columns", f"{len(row)} fields, the header has {len(names)}")
        return Record(number, {name: value or None for name, value in zip(names, row, strict=True)})

    def _parquet(self) -> Iterator[Record]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        number = 0
        try:
            with pq.ParquetFile(self._path) as file:
                names = [name for name in file.schema_arrow.names if name not in self._skip]
                for batch in file.iter_batches(batch_size=PARQUET_BATCH, columns=names):
                    for value in _rows(batch):
                        number += 1
                        yield _checked(number, value)
        except (pa.ArrowException, OSError) as error:
            self._cut = ("corrupt_parquet", f"{type(error).__name__} after row {number}")


def _salvaged(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    """What can be unpacked before the damage: a failing call gives nothing, so ever smaller steps go up to it."""
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


def _chain(first: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from blocks


def split_lines(blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (number, line, whether it has its newline); of a line over MAX_RECORD only the beginning."""
    number, pending, size = 1, [b""], 0
    for block in blocks:
        first, *others = block.split(b"\n")
        if size <= MAX_RECORD:
            pending.append(first)
            size += len(first)
        if others:
            yield number, b"".join(pending), True
            for place, line in enumerate(others[:-1], start=number + 1):
                yield place, line, True
            number += len(others)
            pending, size = [others[-1]], len(others[-1])
    if size:
        yield number, b"".join(pending), False


class _TextLines:
    """Lines as text for csv; remembers whether bytes were not UTF-8 and whether the last line had its end."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._lines = split_lines(blocks)
        self.number, self.dirty, self.ended = 0, False, True

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        self.number, line, self.ended = next(self._lines)
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError:
            self.dirty = True
            return line.decode("utf-8", "surrogateescape") + "\n"


def is_document(head: bytes) -> bool:
    """Whether JSON goes over several lines (an array, or indented objects) rather than a value a line."""
    head = head.lstrip()
    if head[:1] not in (b"[", b"{"):
        return False
    line, newline, rest = head.partition(b"\n")
    if not newline:
        return head[:1] == b"[" and len(head) >= BLOCK
    line = line.rstrip()
    if _complete(line) or (line[:1] == b"{" and _complete(rest.partition(b"\n")[0])):
        return False
    return line[-1:] in (b"{", b"[", b",", b":") or _complete(line + b"]")


def _complete(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _decoded(number: int, raw: bytes, cut: bool) -> Iterator[Record]:
    """The record, or the records of an array, in these bytes."""
    try:
        value = decode(raw)
    except Bad as bad:
        if cut:
            bad = Bad("truncated", bad.detail)
        yield Record(number, None, raw, bad.reason, bad.detail)
        return
    if type(value) is not list:
        yield _checked(number, value, raw)
        return
    for element in value:
        yield _checked(number, element)


def _checked(number: int, value: Any, raw: bytes | None = None) -> Record:
    if type(value) is dict:
        return Record(number, value, raw)
    if isinstance(value, Bad):
        return Record(number, None, b"", value.reason, value.detail)
    return Record(number, None, raw or json.dumps(value).encode(), "not_an_object", f"it is {kind(value)}")


def decode(raw: bytes) -> Any:
    """The JSON value of these bytes; what Python's own writer makes (NaN, lone surrogates) is read too."""
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
        raise Bad("not_json", "nested too deeply, or a number with too many digits") from error


def mended(value: Any) -> Any:
    """The value with lone surrogates replaced, which no UTF-8 can hold."""
    if type(value) is str:
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if type(value) is list:
        return [mended(item) for item in value]
    if type(value) is dict:
        return {mended(name): mended(item) for name, item in value.items()}
    return value


def _rows(batch: Any) -> Iterator[Any]:
    """The rows of a Parquet batch as objects; a row that cannot be read is a Bad."""
    try:
        columns = [column.to_pylist() for column in batch.columns]
    except (UnicodeDecodeError, ValueError, OverflowError):
        for at in range(len(batch)):
            try:
                yield batch.slice(at, 1).to_pylist()[0]
            except UnicodeDecodeError:
                yield Bad("invalid_utf8", "in a Parquet column")
            except (ValueError, OverflowError):
                yield Bad("impossible_time", "a time that no calendar has")
        return
    names = batch.schema.names
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))
