"""Files that are whole or absent: every table is written beside its place and renamed into it.

A run that is killed leaves at most ``*.partial`` files, which no reader opens.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

PARTIAL = ".partial"
RUN_FILES = (
    "harvest.parquet", "links.parquet", "watch.parquet", "cleared.parquet", "accounts.parquet", "campaigns.parquet", "summary.json",
)
"""The files of a run, in the order in which they take their places."""
ERASURES = "erasures.json"
"""What was erased from a folder of logs or a run since it was written (:mod:`stillwatch.erasure.folders`)."""
EXPORTED = tuple(
    f"export/{name}" for name in ("campaigns.csv", "accounts.csv", "harvest.csv", "campaigns.json", "accounts.jsonl", "harvest.jsonl")
)
"""What ``stillwatch export`` makes of a run in its folder, besides what holds no account and what is signed."""
RUN_STALE = ("report.html", "evaluation.json", ERASURES, *EXPORTED, "export/stix.json", "export/ocsf.jsonl", "exposure/exposure.json",
             "exposure/exposure.html")
"""What is made of a run, and would be of an earlier one after the next. Packets stay: they are signed and say of which run they are;
and so do the curves of exposure, which are of no run."""
ERASING, TO_ERASE = f".erase{PARTIAL}", ".erase.ready"
"""Folders within a folder: files that an erasure is still writing, and those that are whole and only have to take their places."""


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone: prompts may be in it. One that is there keeps its mode."""
    if not folder.parent.exists():
        make_private_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)


@contextmanager
def removed_if_empty(folder: Path) -> Iterator[None]:
    """Of a folder that a command may make, and those above it: what was not there before and is empty in the end is removed."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    finally:
        with suppress(OSError):  # rmdir removes only an empty folder
            for place in missing:
                place.rmdir()


@contextmanager
def atomic_write(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a path to write to; on success it is synced and renamed to ``path``, on failure removed. ``private``: with mode 0600.

    A link stays, and what it points at is replaced. What is neither absent nor a plain file (a pipe, a device, a folder) is refused.
    """
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    partial = place.with_name(place.name + PARTIAL)
    try:
        if path.exists() and not path.is_file():  # a rename would put a file in the place of a pipe or device
            raise InputError("no plain file, so it is not replaced", where=path, todo="Pass another place")
        make_private_folder(place.parent)
        if private:
            partial.unlink(missing_ok=True)  # one that was left has the mode that it has
            partial.touch(mode=0o600)
        yield partial
        with open(partial, "rb") as handle:
            os.fsync(handle.fileno())
        os.replace(partial, place)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        what = f"cannot write ({error.strerror or error})"
        raise InputError(what, where=path, todo="Free space or pass another folder") from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def publish_together(out: Path, names: tuple[str, ...], stale: tuple[str, ...] = ()) -> Iterator[Path]:
    """Yield a hidden folder to write some files to; on success they take their places in ``out`` together.

    Args:
        out: folder that is made if absent.
        names: files to expect. The last one is removed first and placed last: where it stands, all are of one run.
        stale: files in ``out`` that earlier files of these names were made into; they are removed where there are any such.
    """
    staging = out / f".run{PARTIAL}"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        make_private_folder(staging)
        yield staging
        earlier = any((out / name).exists() for name in names)
        for name in (names[-1], *(stale if earlier else ()), *names[:-1]):
            (out / name).unlink(missing_ok=True)
        for name in names:
            os.replace(staging / name, out / name)
    except OSError as error:
        what = f"cannot write ({error.strerror or error})"
        raise InputError(what, where=out, todo="Free space or pass another folder") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def demand_new_or_own(out: Path, marks: tuple[str, ...], what: str) -> None:
    """Raise an InputError unless a folder is absent, empty, or holds a file that tells that it is ``what`` already.

    Args:
        out: folder that is to be written to.
        marks: names of such files.
        what: such as "a harvest store".
    """
    if out.exists() and not out.is_dir():
        raise InputError("a file stands there", where=out, todo="Pass a folder")
    if out.is_dir() and not any((out / name).exists() for name in marks) and any(out.iterdir()):
        todo = "Pass a folder that is absent, empty, or one already"
        raise InputError(f"the folder holds something else than {what}", where=out, todo=todo)


def demand_outside_logs(logs: Path | None, out: Path, what: str) -> None:
    """Raise an InputError where something would be written among the logs that it is made of.

    A run has an accounts.parquet too, which would take the registry's place; and whatever lies in events/ is read as events.

    Args:
        logs: folder of logs that is read, if any.
        out: folder or file that is to be written to.
        what: such as "a run".
    """
    if logs is None or not logs.is_dir():
        return
    place, written = logs.resolve(), out.resolve()
    if written == place or any(written.is_relative_to(place / name) for name in ("events", "sketches")):
        todo = "Pass another place"
        raise InputError(f"{what} must not be written among the logs it reads", where=f"--out {out}", todo=todo)


def demand_run_folder(out: Path, *read: Path) -> None:
    """Raise an InputError where a run would take the place of tables that are no run's: a log's registry has the name of one.

    Args:
        out: folder that the run is to be written to.
        read: files that it is made of, which must be none of its tables.
    """
    if any((out / name).exists() for name in ("events", "ingest.json")):
        raise InputError("a folder of logs, whose registry a run would replace", where=f"--out {out}", todo="Pass another place")
    registry = out / "accounts.parquet"
    if registry.is_file():
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            columns = pq.read_schema(registry).names
        except (pa.ArrowException, OSError):
            columns = []
        if "verdict" not in columns:
            todo = "Pass another place, or remove it if a run that was cut off left it"
            raise InputError("no table of a run, which would replace it", where=registry, todo=todo)
    if any(path.resolve() == (out / name).resolve() for path in read for name in RUN_FILES):
        raise InputError("a run would be written over what it is made of", where=f"--out {out}", todo="Pass another place")


def demand_no_overlap(out: Path, *read: Path | None) -> None:
    """Raise an InputError unless what is read is apart from ``out``, a file or folder to write: none of it is ``out`` or lies in it."""
    place = out.resolve()
    if any(path is not None and path.resolve().is_relative_to(place) for path in read):
        todo = "Pass another place"
        raise InputError("this would be written over something that is read or written, too", where=out, todo=todo)


def demand_no_open_erasure(folder: Path) -> None:
    """Raise an InputError where an erasure was cut off while its files took their places: some have the account still, some not."""
    if (folder / TO_ERASE).exists():
        todo = "Run the same stillwatch cases erase again, which finishes it"
        raise InputError("an erasure was interrupted", where=folder, todo=todo)


@contextmanager
def folder_lock(folder: Path, what: str, *, refuse_open_erasure: bool = True) -> Iterator[None]:
    """Hold a folder, which is made if absent, for one writer at a time; the hold ends with the process, however that ends.

    Raises:
        InputError: another process holds it (``what`` is what it does: "ingest"), or ``refuse_open_erasure`` and an erasure was
            cut off in it, whose files would take the places of newer ones.
    """
    if refuse_open_erasure:
        demand_no_open_erasure(folder)
    try:
        import fcntl
    except ImportError:  # Windows has no such hold
        yield
        return
    try:
        make_private_folder(folder)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        what = f"cannot write ({error.strerror or error})"
        raise InputError(what, where=folder, todo="Free space or pass another folder") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            todo = "Wait until it is done, or pass another folder"
            raise InputError(f"another {what} is writing to this folder", where=folder, todo=todo) from error
        yield
    finally:
        os.close(handle)


def write_parquet(table: "pa.Table", path: Path) -> None:
    """Write a table atomically; same table, same bytes."""
    import pyarrow.parquet as pq

    with atomic_write(path) as partial:
        pq.write_table(table, partial, compression="zstd")


@contextmanager
def reading_parquet(path: Path, todo: str | None = None) -> Iterator[None]:
    """Whatever keeps a Parquet file from being read becomes an InputError that names it; ``todo`` is for one that is not there."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise InputError("no such file", where=path, todo=todo) from error
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"not readable as Parquet ({' '.join(str(error).split())})", where=path) from error


def json_bytes(value: Any) -> bytes:
    """JSON as UTF-8, keys sorted so that equal values give equal bytes."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def write_json(value: Any, path: Path) -> None:
    """Write :func:`json_bytes` atomically."""
    with atomic_write(path) as partial:
        partial.write_bytes(json_bytes(value))


def reject_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The ``object_pairs_hook`` for JSON that people write: of two values of one name the later would count, unseen."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there more than once")
    return found


def read_json(path: Path, hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """Read a JSON file, or raise an InputError that names it; ``hook`` makes the objects, as :func:`reject_repeated_keys`."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=hook)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except IsADirectoryError as error:
        raise InputError("a folder, where a file is needed", where=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"not readable as JSON ({error})", where=path) from error


DATA_SUFFIXES = (".parquet", ".jsonl")


def data_files(folder: Path) -> list[Path]:
    """The data files (Parquet, JSONL) of a folder (or the file itself), sorted by path; partial and hidden files are never listed.

    Raises:
        InputError: the name of one is not UTF-8, so pyarrow cannot open it.
    """
    if folder.is_file():
        return [folder]
    found = [path for path in _visible_files(folder) if path.suffix in DATA_SUFFIXES]
    for path in found:
        _demand_utf8(path)
    return found


def other_files(folder: Path) -> list[Path]:
    """The files of a folder that :func:`data_files` passes over and that are neither partial nor hidden, sorted by path."""
    return [path for path in _visible_files(folder) if path.suffix not in (*DATA_SUFFIXES, PARTIAL)]


def _visible_files(folder: Path) -> list[Path]:
    """Files of a folder and of those in it, but for what begins with a dot or an underscore, as other programs name what is no data yet."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )


def path_argument(text: str) -> Path:
    """The path that an argument names, ``~`` at its beginning for the home folder.

    Pyarrow takes a relative path for a URI where a colon is in its first part, and expands ``~`` itself; such paths are made absolute.

    Raises:
        InputError: the name is empty, which is mostly a variable that is not set and would name the current folder, or is not UTF-8, so
            neither pyarrow nor DuckDB can open it.
    """
    if not text:
        raise InputError("an empty path", todo="Write . for the current folder")
    path = Path(os.path.expanduser(text))
    _demand_utf8(path)
    first = str(path).partition(os.sep)[0]
    return path.absolute() if ":" in first or first.startswith("~") else path


def _demand_utf8(path: Path) -> None:
    if printable_path(path) != str(path):
        raise InputError("a name that is not UTF-8", where=path, todo="Rename it")


def printable_path(path: Path) -> str:
    """A path as text that files of any form take: bytes that are not UTF-8 are escaped."""
    return str(path).encode(errors="surrogateescape").decode(errors="backslashreplace")


def sql_string(path: Path | str) -> str:
    """A path as a string of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def sql_file_list(files: Iterable[Path]) -> str:
    """Files that DuckDB is to read, as a list of SQL: it takes ``[``, ``*`` and ``?`` in a path for patterns, and would read others."""
    plain = (re.sub(r"[*?[]", r"[\g<0>]", str(path)) for path in files)
    return f"[{', '.join(map(sql_string, plain))}]"


def json_as_text(connection: Any, files: Sequence[Path], typed: Collection[str]) -> str:
    """SQL that reads JSON lines through a DuckDB connection, each column but the ``typed`` ones as the text that stands there.

    DuckDB takes identifiers for UUIDs and times where they look like them, and writes these in another form.
    """
    found = connection.execute(f"DESCRIBE SELECT * FROM read_json_auto({sql_file_list(files)}, union_by_name=true)").fetchall()
    columns = ", ".join(f"{sql_string(name)}: {sql_string(kind if name in typed else 'VARCHAR')}" for name, kind, *_ in found)
    return f"read_json({sql_file_list(files)}, columns={{{columns}}})"


def table_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each table of a run that is whole; its summary, which is written last, tells them."""
    return {name: digest(folder / name) for name in RUN_FILES if name != "summary.json"}


Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp:
    """What changes when a file is replaced or written to: its time in nanoseconds, bytes, inode.

    Raises:
        OSError: there is none, or it cannot be looked at.
    """
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def digest(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
