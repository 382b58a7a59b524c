"""The log that is replayed, in columns, and what the truth tells of it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import dataset, evaluate, partitions, sketch
from stillwatch.errors import InputError
from stillwatch.numeric.fast_hashes import PRIME, mixed

I64 = NDArray[np.int64]
INNOCENT, UNTOLD = -1, -2


@dataclass(frozen=True)
class Log:
    """Every request, in the order of the files: arrays are ``(n_events,)`` unless said otherwise."""

    files: list[Path]
    """Sketches."""
    starts: I64
    """Of each file, and the end, ``(n_files + 1,)``."""
    ids: pa.Array
    """Accounts, sorted, ``(n_accounts,)``."""
    time: I64
    """Microseconds since 1970 UTC."""
    account: NDArray[np.int32]
    order: I64
    """Requests by time."""
    clock: I64
    """Their times in that order."""

    def between(self, start_us: int, end_us: int | None = None) -> I64:
        """Requests from a time on and before another, in the order of time."""
        end = len(self.clock) if end_us is None else np.searchsorted(self.clock, end_us)
        return self.order[np.searchsorted(self.clock, start_us) : end]

    @cached_property
    def begun(self) -> I64:
        """First request of each account, ``(n_accounts,)``."""
        first = np.full(self.n_accounts, np.iinfo(np.int64).max)
        np.minimum.at(first, self.account, self.time)
        return first

    @property
    def n_accounts(self) -> int:
        """Accounts seen."""
        return len(self.ids)


@dataclass(frozen=True)
class Truth:
    """Whose each account is, ``(n_accounts,)``, and which requests are harvest, ``(n_events,)``."""

    operators: list[str]
    operator: NDArray[np.int32]
    """Number of the operator, INNOCENT, or UNTOLD where the truth does not have the account."""
    kind: list[str]
    kind_code: NDArray[np.int32]
    harvested: NDArray[np.bool_]
    by_event: bool
    """False: the truth does not tell requests, so all of an operator's are taken for harvest."""
    left_out: str | None = None
    """Why a list of harvested requests was not taken."""


def read_log(files: list[Path]) -> Log:
    """Read the columns that are needed from sketches; they must have events."""
    ids = partitions.account_ids(files)
    key = sketch.account_key(ids)
    by_key = np.argsort(key)
    times, accounts, starts = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)], [0]
    for path in files:
        n = 0
        for columns in partitions.columns(path, ("account", "time")):
            times.append(columns["time"])
            accounts.append(by_key[np.searchsorted(key[by_key], columns["account"])].astype(np.int32))
            n += len(columns["time"])
        starts.append(starts[-1] + n)
    time = np.concatenate(times)
    order = np.argsort(time, kind="stable")
    return Log(files, np.array(starts), ids, time, np.concatenate(accounts), order, time[order])


def join_truth(log: Log, data: dataset.Dataset, table: pa.Table, path: Path, events: Path | None, *, named: bool = True) -> Truth:
    """Join the truth that was read from ``path`` with the log.

    Args:
        log: what was sent.
        data: where it was read from.
        table: of TRUTH.
        path: of the truth, for errors.
        events: harvested requests; None: not told.
        named: somebody passed ``events``; else it was only found, and is left out where it has no request of the log.

    Raises:
        InputError: it names none of the log's accounts, or the list of harvested requests is not readable, or mostly of innocents, or
            was passed and has no request of the log.
    """
    place = pc.index_in(log.ids, table["account_id"].combine_chunks())
    if place.null_count == len(place):
        todo = "Pass the truth of these events, its accounts named as ingest hashed them, or in clear with ingest's key (--key-file)"
        raise InputError("no account of the log is in the truth", where=path, todo=todo)
    row = place.fill_null(0).to_numpy(zero_copy_only=False)
    told = ~place.is_null().to_numpy(zero_copy_only=False)
    names = sorted(set(table["campaign"].drop_null().to_pylist()))
    number = {name: i for i, name in enumerate(names)}
    whose = np.array([number.get(name, INNOCENT) for name in table["campaign"].to_pylist()], np.int32)
    kinds = table["kind"].combine_chunks().dictionary_encode()
    operator = np.where(told, whose[row], UNTOLD).astype(np.int32)
    kind_code = np.where(told, kinds.indices.to_numpy()[row], -1).astype(np.int32)
    harvested = operator[log.account] >= 0
    left_out = None
    if events is not None:
        listed, common = _in(log, data, events)
        if not common and harvested.any():
            misfit = InputError("no request of the log is in it", where=events, todo="Pass the event_id that the log's events have")
            if named:
                raise misfit
            events, listed, left_out = None, harvested, str(misfit)
        elif (listed & harvested).sum() < (listed & (operator[log.account] == INNOCENT)).sum():
            what = f"most of its requests are sent by accounts that are innocent in {path}"
            raise InputError(what, where=events, todo="Pass the truth, and the harvested requests, of this log")
        harvested &= listed
    return Truth(names, operator, kinds.dictionary.to_pylist(), kind_code, harvested, events is not None, left_out)


def _in(log: Log, data: dataset.Dataset, path: Path) -> tuple[NDArray[np.bool_], bool]:
    """Which requests are listed as somebody's harvest, by event_id; and whether any request is listed, harvested or not."""
    table = evaluate.read_truth_events(path)
    keys, harvest = sketch.account_key(table["event_id"].cast(pa.string())), table["campaign"].is_valid().to_numpy()
    wanted, others = np.unique(keys[harvest]), np.unique(keys[~harvest])
    parts, common = [np.zeros(0, bool)], False
    for file in data.event_files:
        for batch in dataset.batches(file, ("event_id", "timestamp")):
            mine = sketch.account_key(batch["event_id"])
            parts.append(np.isin(mine, wanted))
            common = common or bool(parts[-1].any() or np.isin(mine, others).any())
    found = np.concatenate(parts)
    if len(found) != len(log.time):
        raise InputError("events changed while they were replayed", where=data.folder, todo="Start again")
    return found, common


def uniform(*keys: Any) -> NDArray[np.float64]:
    """Numbers in [0, 1) that depend on the given integers alone (SplitMix64, Steele and others 2014)."""
    x = np.zeros(1, np.uint64)
    for key in keys:
        x = x ^ np.asarray(key).astype(np.int64).view(np.uint64)
        x = mixed(x + PRIME)
    return (x >> np.uint64(11)).astype(np.float64) / float(1 << 53)
