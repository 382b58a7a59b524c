"""Rows of files as people have them: JSON lines, an array, CSV or Parquet, plain or packed; damage is one clear line."""

import csv
import gzip
import io
import json
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from stillwatch.errors import InputError
from stillwatch.files import reading_parquet

if TYPE_CHECKING:
    import pyarrow as pa

COMPRESSED_SUFFIXES = (".gz", ".zst")
FORMAT_TODO = "Mend the line. What is no JSONL must end in .json (an array), .csv or .parquet, what is packed in .gz or .zst"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL, CSV or Parquet file, or of a JSON array (``.json``); all but Parquet also packed (``.gz``, ``.zst``)."""
    return [row for _, row in rows_with_place(path)]


def rows_with_place(path: Path, *, strings: bool = False) -> list[tuple[str, Any]]:
    """The same, each with its place for messages, counted from 1: "line 3" of JSONL, "row 3" of the others.

    Args:
        path: the file.
        strings: JSON may hold texts in place of objects.

    Raises:
        InputError: the file is absent, damaged or of another kind.
    """
    rows: Any
    row_types = (dict, str) if strings else (dict,)
    if path.is_dir():
        raise InputError("a folder, where a file is needed", where=path, todo="Pass one of its files")
    if not path.is_file():
        raise InputError("no such file", where=path)
    if path.suffix == ".parquet":
        return _numbered_rows(read_parquet(path).to_pylist())
    suffix = (path.with_suffix("") if path.suffix in COMPRESSED_SUFFIXES else path).suffix
    with open_decompressed(path) as handle:
        if suffix == ".csv":
            return _csv_rows(handle, path)
        if suffix == ".json":
            rows = _parse_json(handle.read(), path)
            if not isinstance(rows, list) or not all(isinstance(row, row_types) for row in rows):
                raise InputError("not an array of objects", where=path, todo="Call it .jsonl where every line is one")
            return _numbered_rows(rows)
        out = []
        for number, line in enumerate(handle, 1):
            if not line.removeprefix(BOM_UTF8).strip():
                continue
            row = _parse_json(line, path, number)
            if not isinstance(row, row_types):
                raise InputError(f"line {number} is not an object", where=path, todo=FORMAT_TODO)
            out.append((f"line {number}", row))
    return out


@contextmanager
def open_decompressed(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked.

    Raises:
        InputError: it cannot be read to its end.
    """
    import pyarrow as pa

    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as file:
                yield cast(BinaryIO, file)
        elif path.suffix.lower() == ".zst":
            with pa.input_stream(str(path), compression="zstd") as stream:
                yield cast(BinaryIO, io.BufferedReader(stream, 1 << 16))
        else:
            with path.open("rb") as plain:
                yield plain
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        raise InputError(f"cannot be read ({str(error).splitlines()[0]})", where=path, todo="Take it from where it came again") from error


def _csv_rows(handle: BinaryIO, path: Path) -> list[tuple[str, Any]]:
    """Rows of a CSV file under its first line; what is empty in a row is an empty text."""
    csv.field_size_limit(2**31 - 1)  # answers are longer than the cells of a spreadsheet
    with io.TextIOWrapper(handle, "utf-8-sig", newline="") as text:
        rows = csv.DictReader(text, strict=True)
        try:
            found: list[dict[str, Any]] = list(rows)
        except UnicodeDecodeError as error:
            raise InputError("not UTF-8 text", where=path, todo="Save it as UTF-8") from error
        except csv.Error as error:
            raise InputError(f"not CSV ({error}, near line {rows.line_num})", where=path, todo="Mend the line, or write JSONL") from error
    for number, row in enumerate(found, 1):
        if None in row or None in row.values():
            raise InputError(f"row {number} has {'more' if None in row else 'fewer'} fields than the first line names", where=path,
                             todo="Fields with commas or line breaks stand in quotes")
    return _numbered_rows(found)


def _numbered_rows(rows: list[Any]) -> list[tuple[str, Any]]:
    return [(f"row {number}", row) for number, row in enumerate(rows, 1)]


def _parse_json(raw: bytes, path: Path, line: int | None = None) -> Any:
    """JSON whose texts can be written again: a lone half of a surrogate pair (``\\ud800``) is no text in any encoding."""
    where, todo = ("", None) if line is None else (f"line {line} is ", FORMAT_TODO)
    try:
        found = json.loads(raw)
        if b"\\ud" in raw.lower():
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{where}not text (half a surrogate pair: {error.object[error.start]!a})", where=path) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{where}not UTF-8 text (byte {error.start + 1})", where=path, todo="Save it as UTF-8, or unpack it") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}not JSON ({error})", where=path, todo=todo) from error
    return found


def read_parquet(path: Path) -> "pa.Table":
    """A Parquet file.

    Raises:
        InputError: it is none, or is damaged.
    """
    import pyarrow.parquet as pq

    with reading_parquet(path):
        table = pq.read_table(path)
    return table
