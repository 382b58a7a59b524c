"""The parts of a file or folder, and its files that are none."""

import codecs
from collections import Counter
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from stillwatch.audit.corpus import KINDS, READ_BYTES, Columns, DamagedError, Part, is_utf16_or_32, kind_of, open_decompressed, relative
from stillwatch.audit.fields import TEXT, TURNS
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet

PART_BYTES = 64 << 20
PART_FILES = 1_000


def plan(root: Path, columns: Columns | None = None, *, out: Path | None = None) -> list[Part]:
    """The parts of a file or folder, in the order of their paths.

    Args:
        root: file or folder.
        columns: says which field of a ``.json`` file would be text.
        out: a folder inside that is no part of the corpus, such as what an audit wrote there before.

    Raises:
        InputError: nothing there can be read, or a file's name is no text.
    """
    return plan_with_unread(root, columns, out=out)[0]


def plan_with_unread(root: Path, columns: Columns | None = None, *, out: Path | None = None) -> tuple[list[Part], list[Path]]:
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


def count_endings(files: list[Path]) -> Counter[str]:
    """How many files have each ending, as it can be shown."""
    found: Counter[str] = Counter()
    for path in files:
        ending = "".join(path.suffixes[-2:] if kind_of(path)[1] else path.suffixes[-1:])
        found[(ending if ending.isprintable() else ascii(ending)) or "(no ending)"] += 1
    return found


def _json_kind(path: Path, columns: Columns) -> str:
    """A ``.json`` file is an array of objects, or lines of objects that have a text; else "" (settings, descriptions)."""
    try:
        with open_decompressed(path) as file:
            head = file.read(READ_BYTES).removeprefix(codecs.BOM_UTF8).lstrip()
    except DamagedError:
        return "jsonl"  # reading it will say what is wrong
    if is_utf16_or_32(head):
        return "jsonl"
    if head[:1] == b"[":
        return "array"
    try:
        first = orjson.loads(head.partition(b"\n")[0])
    except orjson.JSONDecodeError:
        return "jsonl" if head[:1] == b"{" and b"\n" not in head else ""  # one line longer than what was read
    names = (*TEXT, *TURNS) if columns.text is None else (columns.text,)
    return "jsonl" if isinstance(first, dict) and any(name in first for name in names) else ""


def _hidden(path: Path, root: Path, out: Path | None) -> bool:
    if out is not None and path.resolve().is_relative_to(out.resolve()):
        return True
    return any(name.startswith((".", "_")) for name in path.relative_to(root).parts) or path.suffix == ".partial"


def _part(kind: str, root: Path, paths: tuple[Path, ...], start: int, stop: int, size: int) -> Part:
    where = relative(root, paths[0]) if kind not in ("text", "html") else f"{kind} files"
    return Part(f"{where}:{start}", kind, root, paths, start, stop, size)


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
