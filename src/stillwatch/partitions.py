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
AppendSketches = Callable[[pa.Table, pa.ChunkedArray], None]
Columns = dict[str, NDArray[Any]]

FORMAT = 7
"""Raised whenever the same events would give other sketches, so that old partitions are not read."""
FOLDER = "sketches"
CUT_PREFIX = "cut-"
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
    ingested = _ingested_sketches(data, threads)
    dataset.demand_distinct(data.event_files)
    from_ingest = dict(zip(data.event_files, ingested or (), strict=ingested is not None))
    time_range = {path: (None, None) if path in data.whole else (as_of, data.start) for path in data.event_files}
    targets = {
        path: from_ingest[path] if path in from_ingest and not any(time_range[path])
        else folder / f"{_partition_name(path, *time_range[path])}.parquet"
        for path in data.event_files
    }
    # What was changed since is made again: the events are there. Ingest's own were looked at.
    to_check = [target for path, target in targets.items() if from_ingest.get(path) != target]
    with ThreadPoolExecutor(threads) as pool:
        is_whole = dict(zip(to_check, pool.map(_is_whole, to_check), strict=True))
    missing = [path for path, target in targets.items() if not is_whole.get(target, True)]

    def sketch_one(source: Path) -> None:
        if source in from_ingest:
            _copy_time_range(from_ingest[source], source, targets[source], *time_range[source])
        else:
            _sketch_file(source, targets[source], sketcher, *time_range[source])

    if missing:
        make_private_folder(folder)
        for leftover in folder.glob(f"*{PARTIAL}"):  # by a run that was killed
            leftover.unlink()
    with ThreadPoolExecutor(threads) as pool:
        for _ in track(pool.map(sketch_one, missing), "sketch", len(missing), quiet=quiet):
            pass
    for leftover in set(folder.glob(f"{CUT_PREFIX}*.parquet")).difference(targets.values()):
        remove_partition(leftover)
    return list(targets.values())


def _partition_name(path: Path, as_of: datetime | None, start: datetime | None) -> str:
    stat = path.stat()
    # A copy that keeps the time of its source (rsync, tar, object stores) may be as long as what it replaces: ctime tells that it is new.
    times = f"{stat.st_mtime_ns} {stat.st_ctime_ns}"
    text = f"{FORMAT} {path.resolve()} {stat.st_size} {times} {as_of}" + (f" {start}" if start else "")
    return (CUT_PREFIX if start or as_of else "") + hashlib.sha256(text.encode()).hexdigest()[:24]


def _sketch_file(source: Path, target: Path, sketcher: Sketcher, as_of: datetime | None, start: datetime | None) -> None:
    with partition_writer(target) as append:
        empty = True
        for events in dataset.batches(source, as_of=as_of, start=start):
            append(sketcher(events), events["account_id"])
            empty = False
        if empty:
            no_events = EVENTS.schema.empty_table()
            append(sketcher(no_events), no_events["account_id"])


def _copy_time_range(sketched: Path, source: Path, target: Path, as_of: datetime | None, start: datetime | None) -> None:
    """Copy the sketches of events from a time on and before another."""
    sketches = pq.read_table(sketched)
    in_range = dataset.between(sketches["time"], start, as_of)
    events = [EVENTS.only(["account_id"]).schema.empty_table(), *dataset.batches(source, ("account_id",))]
    with partition_writer(target) as append:
        append(sketches.filter(in_range), pa.concat_tables(events)["account_id"].filter(in_range))


@contextmanager
def partition_writer(target: Path) -> Iterator[AppendSketches]:
    """Yield a function that takes the sketches of some events and their ``account_id``; at the end all appear.

    It must be called at least once, since it learns the schema from the first sketches.
    """
    ids: list[pa.Array] = []
    with atomic_write(target) as partial:
        writer: pq.ParquetWriter | None = None

        def append(sketched: pa.Table, account_id: pa.ChunkedArray) -> None:
            nonlocal writer
            ids.append(pc.unique(account_id))
            if writer is None:
                options = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
                writer = pq.ParquetWriter(partial, sketched.schema, **options)
            writer.write_table(sketched, row_group_size=max(len(sketched), 1))

        try:
            yield append
        finally:
            if writer is not None:
                writer.close()
        # Written before the partition takes its name, so a partition that exists has its accounts.
        unique = pc.unique(pa.chunked_array(ids, pa.string()))
        metadata = {"sha256": digest(partial), "accounts": str(len(unique)), "ids": _ids_digest(unique)}
        write_parquet(pa.table({"account_id": unique}).replace_schema_metadata(metadata), ids_path(target))


def _is_whole(target: Path) -> bool:
    """Whether a partition is there as it was written, with the list of its accounts; of one that tells no digest, its size counts."""
    try:
        id_table = pq.read_table(ids_path(target))
        metadata = id_table.schema.metadata or {}
        if id_table.column_names != ["account_id"] or int(metadata.get(b"accounts", len(id_table))) != len(id_table):
            return False
        if (ids := metadata.get(b"ids")) is not None and ids.decode() != _ids_digest(id_table["account_id"]):
            return False
        if (sha256 := metadata.get(b"sha256")) is not None:
            return bool(sha256.decode() == digest(target))
        pq.read_schema(target)
        size = target.stat().st_size
        return int(metadata.get(b"bytes", size)) == size
    except (OSError, pa.ArrowException, ValueError):
        return False


def _ids_digest(ids: pa.Array | pa.ChunkedArray) -> str:
    return hashlib.sha256("\0".join(map(str, ids.to_pylist())).encode()).hexdigest()


def copy_without_account(source: Path, target: Path | None, account_id: str, key: int) -> int:
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
            remaining_ids = ids.filter(pc.not_equal(ids, account_id))
            with partition_writer(target) as append:
                for i in range(file.num_row_groups):
                    group = file.read_row_group(i)
                    append(group.filter(pc.not_equal(group["account"], key)), remaining_ids)
    return n


def remove_partition(target: Path) -> None:
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


def ingest_record(parts: list[Path]) -> dict[str, Any]:
    """What ingest.json says of sketches: their format, and the digest of each file of events."""
    return {"format": FORMAT, "events": {path.name: digest(path) for path in parts}}


def _ingested_sketches(data: dataset.Dataset, threads: int) -> list[Path] | None:
    """The sketches that ingest made of all files of events, in order; None where it made none.

    They hash text with the tenant's key, which detection does not have, so they cannot be mixed with others.
    """
    record = data.ingested.get("sketches")
    if record is None:
        return None
    todo = "Run stillwatch ingest again"
    if not isinstance(record, dict) or not isinstance(digests := record.get("events"), dict):
        raise InputError("sketches are not told as ingest tells them", where=data.folder / "ingest.json", todo=todo)
    if record.get("format") != FORMAT:
        raise InputError("sketches of another version of Stillwatch", where=data.folder / FOLDER, todo=todo)
    sketches = [data.folder / FOLDER / f"{path.stem}.parquet" for path in data.event_files]
    with ThreadPoolExecutor(threads) as pool:
        actual = list(pool.map(digest, data.event_files))
        whole = list(pool.map(_is_whole, sketches))
    for path, sha256, is_whole in zip(data.event_files, actual, whole, strict=True):
        if path.parent != data.folder / "events" or digests.get(path.name) != sha256:
            raise InputError("not the events that were sketched when ingest dropped the text", where=path, todo=todo)
        if not is_whole:
            raise InputError("no sketches of this file of events, or damaged ones", where=path, todo=todo)
    return sketches
