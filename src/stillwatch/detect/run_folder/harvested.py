"""The second reading of the events: it writes the harvest, and notes examples of it and the names and columns that the log has."""

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
from stillwatch.errors import InputError
from stillwatch.numeric.arrays import text_order
from stillwatch.numeric.parallel import prefetch
from stillwatch.tables import HARVEST

I64 = NDArray[np.int64]

HARVEST_ROWS = 1 << 20
"""Rows of a row group of harvest.parquet."""
MAX_EXAMPLES = 60
"""Harvested prompts of each campaign that are read to make masked examples."""
WARNED_COLUMNS = ("prompt", "context_key", "ip", "user_agent", "ja4", "model", "access_path")
"""Columns for which there is a warning where a notable part of the log lacks them."""
TEXT_COLUMNS = ("prompt", "system")
"""Columns that are read anyway, so that their values are counted rather than taken from the files' metadata."""
PIVOT_WINDOW_H, MIN_PIVOT_RISE = 48, 0.2
"""Hours before and after a release that are compared, and rise of the new model's share of the harvest that counts as a move to it."""


@dataclass
class SecondReading:
    """What the second reading of the events counts and keeps."""

    examples: list[list[str]]
    """Harvested prompts of each campaign, drawn by a hash of the event."""
    labels: dict[int, str]
    """Hash -> name of each model and access path."""
    filled: Counter[str]
    """Requests with a value in each column of WARNED_COLUMNS and TEXT_COLUMNS; empty texts are none, columns without any absent."""
    lacking: Counter[str]
    """Requests in files that have no value in a column, for each column of WARNED_COLUMNS."""
    hours: Counter[int]
    """Requests of each hour since 1970, UTC."""
    repeated: int
    """Requests whose event_id occurred before."""


def _event_batches(data: dataset.Dataset, names: tuple[str, ...], as_of: datetime | None, seen: SecondReading) -> Iterator[pa.Table]:
    """The events that the sketches were made of, in the same order; batches may end elsewhere, since other columns are read.

    It adds up ``seen.filled``, ``seen.lacking`` and ``seen.hours``. For whole files, metadata says which columns but TEXT_COLUMNS have
    values, so that these need not be read.
    """
    others = tuple(name for name in WARNED_COLUMNS if name not in TEXT_COLUMNS)
    for path in data.event_files:
        whole = path in data.whole or (as_of is None and data.start is None)
        from_metadata = dataset.filled(path, others) if whole else None
        more = others if from_metadata is None else ()
        n, has = 0, Counter(from_metadata or {})
        for table in dataset.batches(path, (*names, *TEXT_COLUMNS, *more, "timestamp"), as_of, data.start):
            n += len(table)
            hours, counts = np.unique(table["timestamp"].cast(pa.int64()).to_numpy() // judge.HOUR_US, return_counts=True)
            seen.hours.update(dict(zip(hours.tolist(), counts.tolist(), strict=True)))
            has.update({name: _count_filled(table[name]) for name in (*TEXT_COLUMNS, *more)})
            yield table
        seen.filled += has
        seen.lacking += Counter({name: n for name in WARNED_COLUMNS if not has[name]})


def _count_filled(column: pa.ChunkedArray) -> int:
    """Number of rows with a value; an empty text is none."""
    encoded = pa.types.is_dictionary(column.type)
    if not pa.types.is_string(column.type.value_type if encoded else column.type):
        return len(column) - int(column.null_count)
    n = 0
    for chunk in column.chunks:
        filled = pc.not_equal(chunk.dictionary, "").take(chunk.indices) if encoded else pc.not_equal(chunk, "")
        n += pc.sum(filled).as_py() or 0
    return n


def write_harvest(
    path: Path, data: dataset.Dataset, outcome: Outcome, identifiers: list[str], as_of: datetime | None
) -> SecondReading:
    """Write the harvested events of campaigns to ``path``, sorted by campaign and event.

    Nothing depends on the order of the log, or on how it is cut into files.

    Args:
        path: harvest.parquet.
        data: the folder of input.
        outcome: the result of detection.
        identifiers: identifier of each campaign and group to review.
        as_of: only events before this time; None for all.

    Raises:
        InputError: the events changed since they were sketched.
    """
    n = outcome.final.n
    seen = SecondReading([[] for _ in range(n)], {}, Counter(), Counter(), Counter(), 0)
    lowest: list[list[tuple[int, str]]] = [[] for _ in range(n)]
    ids: list[I64] = []
    names = ("event_id", "access_path", "model")
    campaigns: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    event_ids = [pa.array([], pa.large_string())]
    harvested, owners = _PartsReader(outcome.harvested), _PartsReader(outcome.owner)
    changed = InputError("the events changed while they were read", where=data.folder, todo="Run the same command again")
    for table in prefetch(_event_batches(data, names, as_of, seen)):
        flags, owner = harvested.take(len(table)), owners.take(len(table))
        if len(owner) < len(table):
            raise changed
        for name in ("access_path", "model"):
            for value in pc.unique(table[name].cast(pa.string())).to_pylist():
                if value:
                    seen.labels[int(sketch.account_key(pa.array([value]))[0])] = value
        ids.append(sketch.account_key(table["event_id"]))
        rows = np.flatnonzero(flags & (owner >= 0))
        of_campaigns = rows[owner[rows] < outcome.n_campaigns]
        campaigns.append(owner[of_campaigns].astype(np.int32))
        event_ids += table["event_id"].take(pa.array(of_campaigns)).cast(pa.large_string()).chunks
        for number in np.unique(owner[rows]).tolist():
            lowest[number] = _lowest_hashes(lowest[number], ids[-1], rows[owner[rows] == number], table["prompt"])
    if len(owners.take(1)):
        raise changed
    seen.examples = [[text for _, text in prompts if text] for prompts in lowest]
    with ThreadPoolExecutor(1) as pool:
        sorting = pool.submit(np.sort, np.concatenate(ids) if ids else np.zeros(0, np.int64))
        _write_sorted(path, np.concatenate(campaigns), pa.concat_arrays(event_ids), identifiers)
        sorted_ids = sorting.result()
    seen.repeated = int((sorted_ids[1:] == sorted_ids[:-1]).sum())
    return seen


def _lowest_hashes(known: list[tuple[int, str]], hashes: I64, rows: I64, prompts: pa.ChunkedArray) -> list[tuple[int, str]]:
    """The prompts with the lowest hashes of the event: a sample that does not depend on the order of the log.

    Args:
        known: hashes and prompts of earlier batches, ascending, at most MAX_EXAMPLES.
        hashes: hash of each event of the batch, ``(n_events,)``.
        rows: events of the batch that may be drawn.
        prompts: prompt of each event of the batch; null counts as empty.
    """
    candidates = hashes[rows]
    limit = np.partition(candidates, MAX_EXAMPLES - 1)[MAX_EXAMPLES - 1] if len(candidates) > MAX_EXAMPLES else np.iinfo(np.int64).max
    if len(known) == MAX_EXAMPLES:
        limit = min(limit, known[-1][0])
    low = candidates <= limit
    texts = prompts.take(pa.array(rows[low])).to_pylist()
    return sorted(known + [(key, text or "") for key, text in zip(candidates[low].tolist(), texts, strict=True)])[:MAX_EXAMPLES]


class _PartsReader:
    """Reads an array of all events, held in parts, in slices of any length: how a file is cut into batches depends on the columns read."""

    def __init__(self, parts: list[NDArray[Any]]) -> None:
        self._parts, self._part, self._at = parts, 0, 0

    def take(self, n: int) -> NDArray[Any]:
        """The next ``n`` rows, ``(n,)``; fewer at the end."""
        taken = []
        while n and self._part < len(self._parts):
            piece = self._parts[self._part][self._at : self._at + n]
            taken.append(piece)
            n, self._at = n - len(piece), self._at + len(piece)
            if self._at == len(self._parts[self._part]):
                self._part, self._at = self._part + 1, 0
        return taken[0] if len(taken) == 1 else np.concatenate([self._parts[0][:0], *taken])


def _write_sorted(path: Path, campaign: NDArray[np.int32], event_id: pa.LargeStringArray, identifiers: list[str]) -> None:
    """Write harvest.parquet, sorted by the identifier of the campaign and by event, in row groups of one size.

    Args:
        path: the file.
        campaign: number of the campaign of each event, ``(n_harvested,)``.
        event_id: its identifier, ``(n_harvested,)``.
        identifiers: identifier of each campaign.
    """
    rank = np.argsort(np.argsort(identifiers)).astype(np.int32)
    order = text_order(rank[campaign], event_id)
    campaign_ids = pa.array(identifiers, pa.string())
    with pq.ParquetWriter(path, HARVEST.schema, compression="zstd") as file:
        for start in range(0, max(len(order), 1), HARVEST_ROWS):
            rows = pa.array(order[start : start + HARVEST_ROWS])
            columns = [event_id.take(rows).cast(pa.string()), campaign_ids.take(pa.array(campaign).take(rows))]
            file.write_table(pa.table(columns, schema=HARVEST.schema))


def pivots(tally: judge.Tally, number: int, data: dataset.Dataset, labels: dict[int, str]) -> list[dict[str, Any]]:
    """Releases after which the campaign moved to the new model, with the model's share of the harvest before and after.

    Args:
        tally: counts of the harvest.
        number: the campaign.
        data: has the releases.
        labels: hash -> name of each model.
    """
    out = []
    by_name: dict[str, dict[int, int]] = {}
    for (model, hour), n in tally.models[number].items():
        by_name.setdefault(labels.get(model, ""), {})[hour + tally.start_hour] = n
    for release in data.releases:
        released = datetime.fromisoformat(str(release["released_at"]))
        at = int((released if released.tzinfo else released.replace(tzinfo=UTC)).timestamp()) // 3600
        of_model = by_name.get(str(release["model"]), {})

        def share(first: int, last: int, of_model: dict[int, int] = of_model) -> float:
            total = sum(n for hours in by_name.values() for hour, n in hours.items() if first <= hour < last)
            return sum(n for hour, n in of_model.items() if first <= hour < last) / total if total else 0.0

        before, after = share(at - PIVOT_WINDOW_H, at), share(at, at + PIVOT_WINDOW_H)
        if after - before >= MIN_PIVOT_RISE:
            shares = {"share_before": round(before, 4), "share_after": round(after, 4)}
            out.append({"model": release["model"], "released_at": release["released_at"]} | shares)
    return out
