"""The second reading of the events: which requests are harvest, examples of them, and what names and columns the log has."""

from collections.abc import Iterator
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
from stillwatch.run_folder.outcome import Outcome
from stillwatch.tables import HARVEST

I64 = NDArray[np.int64]

HARVEST_ROWS = 1 << 20
"""Rows of a row group of harvest.parquet."""
EXAMPLES = 60
"""Harvested prompts of each campaign that are read to make masked examples."""
AROUND_HOURS, MOVED = 48, 0.2
"""Hours before and after a release that are compared, and the rise of the new model's share of the harvest that is told as a move to it."""


@dataclass
class Seen:
    """What the second reading of the events tells."""

    examples: list[list[str]]
    """Of each campaign: harvested prompts, spread evenly over its harvest."""
    labels: dict[int, str]
    """Names of models and access paths behind their hashes."""
    filled: set[str]
    """Text columns that have values."""
    repeated: int
    """Requests whose event_id came before."""


def _event_batches(data: dataset.Dataset, names: tuple[str, ...], as_of: datetime | None) -> Iterator[pa.Table]:
    """The batches that sketches were made of, in the same order and cut the same way, with other columns."""
    for path in data.event_files:
        yield from dataset.batches(path, (*names, "timestamp"), as_of, data.start)


def write_harvest(
    path: Path, data: dataset.Dataset, outcome: Outcome, identifiers: list[str], as_of: datetime | None
) -> Seen:
    """Write the harvested events of campaigns; nothing depends on how the events are cut into files."""
    n = outcome.final.n
    total = np.zeros(n, np.int64)
    for flags, owner in zip(outcome.harvested, outcome.owner, strict=True):
        total += np.bincount(owner[flags & (owner >= 0)], minlength=n)
    wanted = [np.unique(np.linspace(0, max(k - 1, 0), min(EXAMPLES, k)).astype(np.int64)) for k in total.tolist()]
    passed = np.zeros(n, np.int64)
    seen = Seen([[] for _ in range(n)], {}, set(), 0)
    ids: list[I64] = []
    names = ("event_id", "access_path", "model", "prompt", "system")
    with _Rows(path) as rows_out:
        for table, flags, owner in zip(
            _event_batches(data, names, as_of), outcome.harvested, outcome.owner, strict=True
        ):
            for name in ("access_path", "model"):
                for value in pc.unique(table[name].cast(pa.string())).to_pylist():
                    if value is not None:
                        seen.labels[int(sketch.account_key(pa.array([value]))[0])] = value
            seen.filled |= {name for name in ("prompt", "system") if table[name].null_count < len(table)}
            ids.append(sketch.account_key(table["event_id"]))
            rows = np.flatnonzero(flags & (owner >= 0))
            sure = rows[owner[rows] < outcome.n_campaigns]
            if len(sure):
                indices = pa.array(owner[sure].astype(np.int32))
                whose = pa.DictionaryArray.from_arrays(indices, pa.array(identifiers, pa.string()))
                columns = [table["event_id"].take(pa.array(sure)), whose.cast(pa.string())]
                rows_out.add(pa.table(columns, schema=HARVEST.schema))
            for number in np.unique(owner[rows]).tolist():
                mine = rows[owner[rows] == number]
                place = wanted[number] - passed[number]
                passed[number] += len(mine)
                taken = mine[place[(place >= 0) & (place < len(mine))]]
                seen.examples[number] += [text for text in table["prompt"].take(pa.array(taken)).to_pylist() if text]
    every = np.sort(np.concatenate(ids)) if ids else np.zeros(0, np.int64)
    seen.repeated = int((every[1:] == every[:-1]).sum())
    return seen


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
