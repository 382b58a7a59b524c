"""Sketched partitions on disk: each file of events is sketched once and kept until the file changes.

A partition is ``NAME.parquet``, one row an event in the order of its file, and ``NAME.ids``, the accounts in it.

Where text is not kept, ingest sketches: it writes the partition ``sketches/STEM`` for each ``events/STEM.parquet``, and
under ``sketches`` in ingest.json their format and the SHA-256 of every file of events. Such sketches are read in place
of the text, all or none, and only if every digest is right.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import dataset
from stillwatch.errors import InputError
from stillwatch.files import PARTIAL, atomic_write, digest, make_private_folder, reading_parquet, write_parquet
from stillwatch.tables import EVENTS
from stillwatch.terminal.progress import track

Sketcher = Callable[[pa.Table], pa.Table]
Add = Callable[[pa.Table, pa.ChunkedArray], None]
Columns = dict[str, NDArray[Any]]

FORMAT = 7
"""Raised whenever the same events would give other sketches, so that old partitions are not read."""
FOLDER = "sketches"
CUT = "cut-"
"""How the names of partitions begin that hold a part of a file."""


def sketch_files(
    data: dataset.Dataset, folder: Path, sketcher: Sketcher, *, as_of: datetime | None, threads: int, quiet: bool
) -> list[Path]:
    """Sketch every file of events that is not yet sketched; the result lists a Parquet file for each, in order.

    A file that lies whole in the time that is looked at is sketched as ever, so that every later look finds it.
    What is cut from the others is of this look alone: cuts that earlier looks left in ``folder`` are removed, and so is what is not whole.

    Raises:
        InputError: a file of events is not readable, two of them are the same, or sketches that ingest made do not belong to the events.
    """
    made = _ready(data, threads)
    dataset.demand_distinct(data.event_files)
    ready = dict(zip(data.event_files, made or (), strict=made is not None))
    ends = {path: (None, None) if path in data.whole else (as_of, data.start) for path in data.event_files}
    targets = {
        path: ready[path] if path in ready and not any(ends[path]) else folder / f"{_name(path, *ends[path])}.parquet"
        for path in data.event_files
    }
    # What was changed since is made again: the events are there. Ingest's own were looked at.
    looked = [target for path, target in targets.items() if ready.get(path) != target]
    with ThreadPoolExecutor(threads) as pool:
        whole = dict(zip(looked, pool.map(_whole, looked), strict=True))
    missing = [path for path, target in targets.items() if not whole.get(target, True)]

    def work(source: Path) -> None:
        if source in ready:
            _cut(ready[source], source, targets[source], *ends[source])
        else:
            _sketch_file(source, targets[source], sketcher, *ends[source])

    if missing:
        make_private_folder(folder)
        for left in folder.glob(f"*{PARTIAL}"):  # by a run that was killed
            left.unlink()
    with ThreadPoolExecutor(threads) as pool:
        for _ in track(pool.map(work, missing), "sketch", len(missing), quiet=quiet):
            pass
    for left in set(folder.glob(f"{CUT}*.parquet")).difference(targets.values()):
        remove(left)
    return list(targets.values())


def _name(path: Path, as_of: datetime | None, start: datetime | None) -> str:
    stat = path.stat()
    # A copy that keeps the time of its source (rsync, tar, object stores) may be as long as what it replaces: ctime tells that it is new.
    times = f"{stat.st_mtime_ns} {stat.st_ctime_ns}"
    text = f"{FORMAT} {path.resolve()} {stat.st_size} {times} {as_of}" + (f" {start}" if start else "")
    return (CUT if start or as_of else "") + hashlib.sha256(text.encode()).hexdigest()[:24]


def _sketch_file(source: Path, target: Path, sketcher: Sketcher, as_of: datetime | None, start: datetime | None) -> None:
    with writing(target) as add:
        empty = True
        for events in dataset.batches(source, as_of=as_of, start=start):
            add(sketcher(events), events["account_id"])
            empty = False
        if empty:
            nobody = EVENTS.schema.empty_table()
            add(sketcher(nobody), nobody["account_id"])


def _cut(ready: Path, source: Path, target: Path, as_of: datetime | None, start: datetime | None) -> None:
    """Copy the sketches of events from a time on and before another."""
    sketches = pq.read_table(ready)
    kept = dataset.between(sketches["time"], start, as_of)
    events = [EVENTS.only(["account_id"]).schema.empty_table(), *dataset.batches(source, ("account_id",))]
    with writing(target) as add:
        add(sketches.filter(kept), pa.concat_tables(events)["account_id"].filter(kept))


@contextmanager
def writing(target: Path) -> Iterator[Add]:
    """Yield a function that takes the sketches of some events and their ``account_id``; at the end all appear.

    It must be called at least once, since it learns the schema from the first sketches.
    """
    ids: list[pa.Array] = []
    with atomic_write(target) as partial:
        writer: pq.ParquetWriter | None = None

        def add(sketched: pa.Table, account_id: pa.ChunkedArray) -> None:
            nonlocal writer
            ids.append(pc.unique(account_id))
            if writer is None:
                options = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
                writer = pq.ParquetWriter(partial, sketched.schema, **options)
            writer.write_table(sketched, row_group_size=max(len(sketched), 1))

        try:
            yield add
        finally:
            if writer is not None:
                writer.close()
        # Written before the partition takes its name, so a partition that exists has its accounts.
        unique = pc.unique(pa.chunked_array(ids, pa.string()))
        told = {"sha256": digest(partial), "accounts": str(len(unique)), "ids": _digest(unique)}
        write_parquet(pa.table({"account_id": unique}).replace_schema_metadata(told), ids_path(target))


def _whole(target: Path) -> bool:
    """Whether a partition is there as it was written, with the list of its accounts; of one that tells no digest, its size counts."""
    try:
        told = pq.read_table(ids_path(target))
        written = told.schema.metadata or {}
        if told.column_names != ["account_id"] or int(written.get(b"accounts", len(told))) != len(told):
            return False
        if (ids := written.get(b"ids")) is not None and ids.decode() != _digest(told["account_id"]):
            return False
        if (sha256 := written.get(b"sha256")) is not None:
            return bool(sha256.decode() == digest(target))
        pq.read_schema(target)
        size = target.stat().st_size
        return int(written.get(b"bytes", size)) == size
    except (OSError, pa.ArrowException, ValueError):
        return False


def _digest(ids: pa.Array | pa.ChunkedArray) -> str:
    return hashlib.sha256("\0".join(map(str, ids.to_pylist())).encode()).hexdigest()


def without(source: Path, target: Path | None, account_id: str, key: int) -> int:
    """Copy a partition without the rows of one account.

    Args:
        source: the partition.
        target: what to write; None: only count.
        account_id: who is left out.
        key: the number that sketches carry for it.

    Returns:
        How many rows it has of the account; where there is none, nothing is written.

    Raises:
        InputError: a file of it is not readable.
    """
    with reading_parquet(ids_path(source)):
        ids = pq.read_table(ids_path(source))["account_id"]
    if not pc.any(pc.equal(ids, account_id)).as_py():
        return 0
    with reading_parquet(source), pq.ParquetFile(source) as file:
        n = sum(int((part["account"] == key).sum()) for part in columns(source, ("account",)))
        if target is not None:
            left = ids.filter(pc.not_equal(ids, account_id))
            with writing(target) as add:
                for i in range(file.num_row_groups):
                    group = file.read_row_group(i)
                    add(group.filter(pc.not_equal(group["account"], key)), left)
    return n


def remove(target: Path) -> None:
    """Remove a partition, if it is there."""
    target.unlink(missing_ok=True)
    ids_path(target).unlink(missing_ok=True)


def ids_path(target: Path) -> Path:
    """Where the accounts of a partition are listed."""
    return target.with_suffix(".ids")


def account_ids(targets: list[Path]) -> pa.Array:
    """Every account of some partitions, sorted."""
    parts = [pq.read_table(ids_path(target))["account_id"].combine_chunks() for target in targets]
    return pc.unique(pa.chunked_array(parts, pa.string())).sort()


def columns(path: Path, names: tuple[str, ...]) -> Iterator[Columns]:
    """Some columns of one sketched partition, as arrays, a row group at a time; none is empty."""
    with pq.ParquetFile(path) as file:
        for i in range(file.num_row_groups):
            if file.metadata.row_group(i).num_rows:
                table = file.read_row_group(i, columns=list(names))
                yield {name: table[name].combine_chunks().to_numpy() for name in names}


# --- Sketches that ingest made -------------------------------------------------------------------------------------


def record(parts: list[Path]) -> dict[str, Any]:
    """What ingest.json says of sketches: their format, and the digest of each file of events."""
    return {"format": FORMAT, "events": {path.name: digest(path) for path in parts}}


def _ready(data: dataset.Dataset, threads: int) -> list[Path] | None:
    """The sketches that ingest made of all files of events, in order; None where it made none.

    They hash text with the tenant's key, which detection does not have, so they cannot be mixed with others.
    """
    told = data.ingested.get("sketches")
    if told is None:
        return None
    todo = "Run stillwatch ingest again"
    if not isinstance(told, dict) or not isinstance(digests := told.get("events"), dict):
        raise InputError("sketches are not told as ingest tells them", where=data.folder / "ingest.json", todo=todo)
    if told.get("format") != FORMAT:
        raise InputError("sketches of another version of Stillwatch", where=data.folder / FOLDER, todo=todo)
    found = [data.folder / FOLDER / f"{path.stem}.parquet" for path in data.event_files]
    with ThreadPoolExecutor(threads) as pool:
        actual = list(pool.map(digest, data.event_files))
        whole = list(pool.map(_whole, found))
    for path, sha256, kept in zip(data.event_files, actual, whole, strict=True):
        if path.parent != data.folder / "events" or digests.get(path.name) != sha256:
            raise InputError("not the events that were sketched when ingest dropped the text", where=path, todo=todo)
        if not kept:
            raise InputError("no sketches of this file of events, or damaged ones", where=path, todo=todo)
    return found
