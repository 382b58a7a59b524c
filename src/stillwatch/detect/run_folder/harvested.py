"""The second reading of the events: which requests are harvest, examples of them, and what names and columns the log has."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import dataset, judge, sketch
from stillwatch.detect.run_folder.outcome import Outcome
from stillwatch.engine import Engine
from stillwatch.errors import InputError
from stillwatch.files import listed, quoted
from stillwatch.numeric.parallel import ahead
from stillwatch.tables import HARVEST

I64 = NDArray[np.int64]

HARVEST_ROWS = 1 << 20
"""Rows of a row group of harvest.parquet."""
EXAMPLES = 60
"""Harvested prompts of each campaign that are read to make masked examples."""
PARTLY = ("prompt", "context_key", "ip", "user_agent", "ja4", "model", "access_path")
"""Columns of which it is told where a notable part of the log lacks them."""
TEXTS = ("prompt", "system")
"""Columns that are read whole anyhow, so that metadata is not asked about them."""
AROUND_HOURS, MOVED = 48, 0.2
"""Hours before and after a release that are compared, and the rise of the new model's share of the harvest that is told as a move to it."""


@dataclass
class Seen:
    """What the second reading of the events tells."""

    examples: list[list[str]]
    """Of each campaign: harvested prompts, drawn by a hash of the event."""
    labels: dict[int, str]
    """Names of models and access paths behind their hashes."""
    filled: Counter[str]
    """Requests that have a value, of each column of PARTLY and TEXTS, an empty text being none; columns without any are absent."""
    lacking: Counter[str]
    """Requests in files where none has a value, of each column of PARTLY."""
    days: Counter[int]
    """Requests of each UTC day, counted from 1970."""
    repeated: int
    """Requests whose event_id came before."""


def _event_batches(data: dataset.Dataset, names: tuple[str, ...], as_of: datetime | None, seen: Seen) -> Iterator[pa.Table]:
    """The events that sketches were made of, in the same order, with other columns, so batches may end elsewhere.

    ``seen`` learns what is filled: but for texts, of whole files from their metadata, so that nothing more is read.
    """
    others = tuple(name for name in PARTLY if name not in TEXTS)
    for path in data.event_files:
        whole = path in data.whole or (as_of is None and data.start is None)
        told = dataset.filled(path, others) if whole else None
        more = others if told is None else ()
        n, has = 0, Counter(told or {})
        for table in dataset.batches(path, (*names, *TEXTS, *more, "timestamp"), as_of, data.start):
            n += len(table)
            days, counts = np.unique(table["timestamp"].cast(pa.int64()).to_numpy() // judge.DAY_US, return_counts=True)
            seen.days.update(dict(zip(days.tolist(), counts.tolist(), strict=True)))
            has.update({name: _told(table[name]) for name in (*TEXTS, *more)})
            yield table
        seen.filled += has
        seen.lacking += Counter({name: n for name in PARTLY if not has[name]})


def _told(column: pa.ChunkedArray) -> int:
    """Rows that have a value; an empty text is none."""
    encoded = pa.types.is_dictionary(column.type)
    if not pa.types.is_string(column.type.value_type if encoded else column.type):
        return len(column) - int(column.null_count)
    n = 0
    for chunk in column.chunks:
        told = pc.not_equal(chunk.dictionary, "").take(chunk.indices) if encoded else pc.not_equal(chunk, "")
        n += pc.sum(told).as_py() or 0
    return n


def write_harvest(
    engine: Engine, path: Path, data: dataset.Dataset, outcome: Outcome, identifiers: list[str], as_of: datetime | None
) -> Seen:
    """Write the harvested events of campaigns, sorted: nothing depends on the order of the log, or on how it is cut into files."""
    n = outcome.final.n
    seen = Seen([[] for _ in range(n)], {}, Counter(), Counter(), Counter(), 0)
    lowest: list[list[tuple[int, str]]] = [[] for _ in range(n)]
    ids: list[I64] = []
    names = ("event_id", "access_path", "model")
    unsorted, in_order = (path.with_name(f"{name}.parquet") for name in ("unsorted", "sorted"))
    harvested, owners = _Along(outcome.harvested), _Along(outcome.owner)
    changed = InputError("the events changed while they were read", where=data.folder, todo="Run the same command again")
    with _Rows(unsorted) as rows_out:
        for table in ahead(_event_batches(data, names, as_of, seen)):
            flags, owner = harvested.take(len(table)), owners.take(len(table))
            if len(owner) < len(table):
                raise changed
            for name in ("access_path", "model"):
                for value in pc.unique(table[name].cast(pa.string())).to_pylist():
                    if value:
                        seen.labels[int(sketch.account_key(pa.array([value]))[0])] = value
            ids.append(sketch.account_key(table["event_id"]))
            rows = np.flatnonzero(flags & (owner >= 0))
            sure = rows[owner[rows] < outcome.n_campaigns]
            if len(sure):
                indices = pa.array(owner[sure].astype(np.int32))
                whose = pa.DictionaryArray.from_arrays(indices, pa.array(identifiers, pa.string()))
                columns = [table["event_id"].take(pa.array(sure)), whose.cast(pa.string())]
                rows_out.add(pa.table(columns, schema=HARVEST.schema))
            for number in np.unique(owner[rows]).tolist():
                lowest[number] = _lowest(lowest[number], ids[-1], rows[owner[rows] == number], table["prompt"])
    if len(owners.take(1)):
        raise changed
    seen.examples = [[text for _, text in found if text] for found in lowest]
    with ThreadPoolExecutor(1) as beside:
        sorting = beside.submit(
            engine.run,
            f"COPY (SELECT event_id, campaign_id FROM read_parquet({listed([unsorted])}) ORDER BY campaign_id, event_id)"
            f" TO {quoted(in_order)} (FORMAT parquet)",
        )
        every = np.sort(np.concatenate(ids)) if ids else np.zeros(0, np.int64)
        seen.repeated = int((every[1:] == every[:-1]).sum())
        sorting.result()
    # How the engine cuts a file into row groups depends on its threads.
    with _Rows(path) as rows_out, pq.ParquetFile(in_order) as file:
        for batch in file.iter_batches(HARVEST_ROWS):
            rows_out.add(pa.Table.from_batches([batch]).cast(HARVEST.schema))
    for left in (unsorted, in_order):
        left.unlink()
    return seen


def _lowest(known: list[tuple[int, str]], hashes: I64, rows: I64, prompts: pa.ChunkedArray) -> list[tuple[int, str]]:
    """The prompts with the lowest hashes of the event: a sample that does not depend on the order of the log.

    Args:
        known: hashes and prompts of earlier batches, at most EXAMPLES.
        hashes: of each event of the batch.
        rows: events of the batch that may be taken.
        prompts: of each event of the batch; null counts as empty.
    """
    mine = hashes[rows]
    limit = np.partition(mine, EXAMPLES - 1)[EXAMPLES - 1] if len(mine) > EXAMPLES else np.iinfo(np.int64).max
    if len(known) == EXAMPLES:
        limit = min(limit, known[-1][0])
    near = mine <= limit
    texts = prompts.take(pa.array(rows[near])).to_pylist()
    return sorted(known + [(key, text or "") for key, text in zip(mine[near].tolist(), texts, strict=True)])[:EXAMPLES]


class _Along:
    """An array of all events in parts, read on by any number of rows: how a file is cut into batches depends on which columns are read."""

    def __init__(self, parts: list[NDArray[Any]]) -> None:
        self._parts, self._part, self._at = parts, 0, 0

    def take(self, n: int) -> NDArray[Any]:
        """The next so many rows; fewer at the end."""
        taken = []
        while n and self._part < len(self._parts):
            piece = self._parts[self._part][self._at : self._at + n]
            taken.append(piece)
            n, self._at = n - len(piece), self._at + len(piece)
            if self._at == len(self._parts[self._part]):
                self._part, self._at = self._part + 1, 0
        return taken[0] if len(taken) == 1 else np.concatenate([self._parts[0][:0], *taken])


class _Rows:
    """Writes harvest.parquet in row groups of one size, whatever the size of the batches."""

    def __init__(self, path: Path) -> None:
        self._path, self._waiting, self._n = path, [HARVEST.schema.empty_table()], 0

    def __enter__(self) -> "_Rows":
        self._writer = pq.ParquetWriter(self._path, HARVEST.schema, compression="zstd")
        return self

    def add(self, table: pa.Table) -> None:
        """Take some rows."""
        self._waiting.append(table)
        self._n += len(table)
        if self._n >= HARVEST_ROWS:
            self._write(self._n - self._n % HARVEST_ROWS)

    def _write(self, n: int) -> None:
        table = pa.concat_tables(self._waiting).combine_chunks()
        self._writer.write_table(table.slice(0, n), row_group_size=HARVEST_ROWS)
        self._waiting, self._n = [table.slice(n)], self._n - n

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                self._write(self._n)
        finally:
            self._writer.close()


def pivots(tally: judge.Tally, number: int, data: dataset.Dataset, labels: dict[int, str]) -> list[dict[str, Any]]:
    """Releases after which the campaign moved to the new model, with its share of the harvest before and after."""
    out = []
    by_name: dict[str, dict[int, int]] = {}
    for (model, hour), n in tally.models[number].items():
        by_name.setdefault(labels.get(model, ""), {})[hour + tally.start_hour] = n
    for release in data.releases:
        released = datetime.fromisoformat(str(release["released_at"]))
        at = int((released if released.tzinfo else released.replace(tzinfo=UTC)).timestamp()) // 3600
        mine = by_name.get(str(release["model"]), {})

        def share(first: int, last: int, mine: dict[int, int] = mine) -> float:
            total = sum(n for hours in by_name.values() for hour, n in hours.items() if first <= hour < last)
            return sum(n for hour, n in mine.items() if first <= hour < last) / total if total else 0.0

        before, after = share(at - AROUND_HOURS, at), share(at, at + AROUND_HOURS)
        if after - before >= MOVED:
            shares = {"share_before": round(before, 4), "share_after": round(after, 4)}
            out.append({"model": release["model"], "released_at": release["released_at"]} | shares)
    return out
