"""Sketched partitions on disk: each file of events is sketched once and kept until the file changes."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import dataset
from stillwatch.files import replacing, write_parquet
from stillwatch.progress import track
from stillwatch.tables import EVENTS

Sketcher = Callable[[pa.Table], pa.Table]
Columns = dict[str, NDArray[Any]]

FORMAT = 1
"""Raised whenever the same events would give other sketches, so that old partitions are not read."""


def sketch_files(
    data: dataset.Dataset, folder: Path, sketcher: Sketcher, *, as_of: datetime | None, threads: int, quiet: bool
) -> list[Path]:
    """Sketch every file of events that is not yet sketched; the result lists a Parquet file for each, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"{_name(path, as_of)}.parquet" for path in data.event_files]
    missing = [(source, target) for source, target in zip(data.event_files, targets, strict=True) if not target.exists()]
    with ThreadPoolExecutor(threads) as pool:
        done = pool.map(lambda pair: _sketch_file(*pair, sketcher, as_of), missing)
        for _ in track(done, "sketch", len(missing), quiet=quiet):
            pass
    return targets


def _name(path: Path, as_of: datetime | None) -> str:
    stat = path.stat()
    text = f"{FORMAT} {path.resolve()} {stat.st_size} {stat.st_mtime_ns} {as_of}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _sketch_file(source: Path, target: Path, sketcher: Sketcher, as_of: datetime | None) -> None:
    ids: list[pa.Array] = []
    with replacing(target) as partial:
        writer: pq.ParquetWriter | None = None
        for events in dataset.batches(source, as_of=as_of):
            sketched = sketcher(events)
            ids.append(pc.unique(events["account_id"]))
            if writer is None:
                writer = pq.ParquetWriter(partial, sketched.schema, compression="lz4", use_dictionary=False, write_statistics=False)
            writer.write_table(sketched)
        if writer is None:
            pq.write_table(sketcher(EVENTS.schema.empty_table()), partial)
        else:
            writer.close()
        distinct = pc.unique(pa.chunked_array(ids, pa.string())) if ids else pa.array([], pa.string())
        # Written before the partition takes its name, so a partition that exists has its accounts.
        write_parquet(pa.table({"account_id": distinct}), _ids_path(target))


def _ids_path(target: Path) -> Path:
    return target.with_suffix(".ids")


def account_ids(targets: list[Path]) -> pa.Array:
    """Every account of some partitions, sorted."""
    tables = [pq.read_table(_ids_path(target)) for target in targets]
    return pc.unique(pa.concat_tables(tables)["account_id"]).sort()


def columns(path: Path, names: tuple[str, ...]) -> Iterator[Columns]:
    """Some columns of one sketched partition, as arrays, a row group at a time."""
    with pq.ParquetFile(path) as file:
        for i in range(file.num_row_groups):
            table = file.read_row_group(i, columns=list(names))
            yield {name: table[name].combine_chunks().to_numpy() if len(table) else np.zeros(0, np.int64) for name in names}
