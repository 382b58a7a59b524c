"""Documents of a part, in order and in batches, from Parquet, JSON lines and arrays, text, HTML, WARC and WET."""

import codecs
import json
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.audit import markup
from stillwatch.audit.corpus import (
    MAX_LINE_BYTES,
    READ_BYTES,
    Columns,
    DamagedError,
    Document,
    Part,
    Unread,
    is_utf16_or_32,
    open_decompressed,
    relative,
)
from stillwatch.audit.fields import assistant_text, choose_columns, demand_columns, host, missing_column, question
from stillwatch.audit.periods import period, unreadable_time
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet

BATCH_DOCUMENTS = 1_024
BATCH_BYTES = 8 << 20
MAX_ADDRESS = 200
"""Characters of a page's address where it is named in a message."""
NO_TEXT = "binary, or text neither in UTF-8 nor with a byte-order mark"
_BETWEEN = re.compile(r"[\s,]*")


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
        yield from _parquet_documents(part, columns, keep_raw)
    elif part.kind in ("jsonl", "array"):
        yield from _json_documents(part, columns, keep_raw)
    elif part.kind == "warc":
        for record in _damage_as_error(markup.warc_pages(part.paths[0]), part.paths[0]):
            url, stamp, text, why = record
            yield (Unread(url[:MAX_ADDRESS], why=why) if text is None
                   else Document(url, text, host(url), period(stamp), stamp, untimed=unreadable_time(stamp)))
    else:
        for path in part.paths:
            yield _document_file(part, path)


def _document_file(part: Part, path: Path) -> Document | Unread:
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


def _parquet_documents(part: Part, columns: Columns, keep_raw: bool) -> Iterator[Document | Unread]:
    path, where = part.paths[0], relative(part.root, part.paths[0])
    try:
        with reading_parquet(path):
            file = pq.ParquetFile(path)
    except InputError as error:
        raise DamagedError(error.what, where=path) from error
    demand_columns(file.schema_arrow.names, columns, path)
    names = choose_columns(file.schema_arrow.names, columns)
    wanted = None if keep_raw else sorted({name for name in names.values() if name})
    row = sum(file.metadata.row_group(i).num_rows for i in range(part.start))
    blocks = file.iter_batches(256, row_groups=list(range(part.start, part.stop)), columns=wanted)
    for block in _damage_as_error(blocks, path):
        values = {key: _column_values(block.column(name)) if name else None for key, name in names.items()}
        for i in range(len(block)):
            record = {key: v[i] if v is not None else None for key, v in values.items()}
            yield _document(where, record, row + i, block.slice(i, 1) if keep_raw else None)
        row += len(block)


def _column_values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)  # Python's times know no billionths
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):  # said to be text or a time, and some of it is none
        return [_scalar_value(item) for item in column]
    return values


def _scalar_value(item: pa.Scalar) -> Any:
    try:
        return item.as_py()
    except UnicodeDecodeError:
        return None
    except (ValueError, OverflowError):
        return f"{item.value} {item.type}"


def _damage_as_error(items: Iterator[Any], path: Path) -> Iterator[Any]:
    """The items; what goes wrong in reading them is damage."""
    try:
        yield from items
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(f"cannot be read to its end ({str(error).splitlines()[0]})", where=path) from error


def _json_documents(part: Part, columns: Columns, keep_raw: bool) -> Iterator[Document | Unread]:
    path, where = part.paths[0], relative(part.root, part.paths[0])
    demand_columns(_field_names(part, columns), columns, path)
    for at, line in rows(part):
        record = _parse_object(line)
        if record is None:
            yield Unread(f"{where}#{at}", line if keep_raw else None)
            continue
        fields = {key: record.get(name) if name else None for key, name in choose_columns(record, columns).items()}
        yield _document(where, fields, at, line if keep_raw else None)


def _parse_object(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None where it holds none."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _field_names(part: Part, columns: Columns) -> Collection[str]:
    """Fields of the records of a part's whole file, up to the record by which all that is looked for was met: mostly the first."""
    path = part.paths[0]
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise DamagedError(f"cannot be read ({error})", where=path) from error
    return _field_names_of_file(replace(part, name="", start=0, stop=-1, size=0), columns, changed)


@lru_cache(maxsize=64)  # every part of a file asks
def _field_names_of_file(whole: Part, columns: Columns, _changed: int) -> Collection[str]:
    names: dict[str, None] = {}
    with suppress(DamagedError):  # whoever reads the documents says so
        for _, line in rows(whole):
            names |= dict.fromkeys(_parse_object(line) or ())
            if not missing_column(names, columns):
                break
    return names.keys()


def rows(part: Part) -> Iterator[tuple[int, bytes]]:
    """Lines of JSON, or elements of an array, as they stand, and where; blank lines are none.

    Raises:
        DamagedError: the file ends before its time, or is none of its kind.
    """
    for at, line in _array_elements(part.paths[0]) if part.kind == "array" else _lines(part):
        if line.strip():
            yield at, line


def _lines(part: Part) -> Iterator[tuple[int, bytes]]:
    """Lines that begin in ``[start, stop)`` with the byte where they begin."""
    with open_decompressed(part.paths[0]) as file:
        at = part.start
        if at:
            file.seek(at - 1)
            at += len(file.readline(MAX_LINE_BYTES)) - 1
        while part.stop < 0 or at < part.stop:
            line = file.readline(MAX_LINE_BYTES)
            if not line:
                return
            if at == 0 and is_utf16_or_32(line):
                raise DamagedError("UTF-16 or UTF-32 instead of UTF-8", where=part.paths[0], todo="Save it as UTF-8")
            yield at, line if at else line.removeprefix(codecs.BOM_UTF8)
            at += len(line)


def _array_elements(path: Path) -> Iterator[tuple[int, bytes]]:
    """Elements of a JSON array with their numbers, as they stand; no more is held than one of them and what was read at once."""
    decoder, number, done = json.JSONDecoder(), 0, False
    with open_decompressed(path) as file:
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


def _document(where: str, record: dict[str, Any], row: int, raw: Any) -> Document | Unread:
    text = assistant_text(record["text"])
    if text is None:
        return Unread(f"{where}#{row}", raw)
    source = record["source"]
    source = (host(source) if "://" in source else source) if isinstance(source, str) and source else where
    identity = record["identity"]
    return Document(str(identity) if identity is not None else f"{where}#{row}", text, source,
                    period(record["time"]), raw, question(record), unreadable_time(record["time"]))
