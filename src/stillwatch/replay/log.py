"""The replayed log in columns, and its truth."""

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
from stillwatch.numeric.fast_hashes import GOLDEN_GAMMA, splitmix64_all

I64 = NDArray[np.int64]
INNOCENT, UNKNOWN = -1, -2


@dataclass(frozen=True)
class Log:
    """All requests in the order of the files; arrays are (n_events,) unless stated otherwise."""

    files: list[Path]
    """Files of sketches."""
    starts: I64
    """(n_files + 1,) first request of each file, and the end."""
    ids: pa.Array
    """(n_accounts,) account identifiers, sorted."""
    time: I64
    """Microseconds since 1970 UTC."""
    account: NDArray[np.int32]
    """Index in ``ids``."""
    order: I64
    """Indices of the requests, sorted by time."""
    clock: I64
    """Times in that order, us."""

    def between(self, start_us: int, end_us: int | None = None) -> I64:
        """Indices of the requests in ``[start_us, end_us)``, sorted by time; None: to the end."""
        end = len(self.clock) if end_us is None else np.searchsorted(self.clock, end_us)
        return self.order[np.searchsorted(self.clock, start_us) : end]

    @cached_property
    def begun(self) -> I64:
        """(n_accounts,) time of each account's first request, us."""
        first = np.full(self.n_accounts, np.iinfo(np.int64).max)
        np.minimum.at(first, self.account, self.time)
        return first

    @property
    def n_accounts(self) -> int:
        """Number of accounts."""
        return len(self.ids)


@dataclass(frozen=True)
class Truth:
    """Operator and kind of each account, (n_accounts,), and which requests are harvest, (n_events,)."""

    operators: list[str]
    """Names of the operators."""
    operator: NDArray[np.int32]
    """Index in ``operators``, INNOCENT, or UNKNOWN if the truth does not have the account."""
    kind: list[str]
    kind_code: NDArray[np.int32]
    harvested: NDArray[np.bool_]
    by_event: bool
    """False: the truth has no requests, so all requests of an operator count as harvest."""
    left_out: str | None = None
    """Why a list of harvested requests was not used."""


def read_log(files: list[Path]) -> Log:
    """Read the log from files of sketches, which must have events."""
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
    """Join the truth with the log.

    Args:
        log: the log.
        data: the folder that it was read from.
        table: the truth, columns as TRUTH.
        path: file of the truth, for messages.
        events: file of harvested requests; None: there is none.
        named: whether the user passed ``events``; else it was only found, and is left out if it has no request of the log.

    Raises:
        InputError: the truth has none of the log's accounts; or ``events`` cannot be read, is mostly of innocents, or was passed and has
            no request of the log.
    """
    place = pc.index_in(log.ids, table["account_id"].combine_chunks())
    if place.null_count == len(place):
        todo = "Pass the truth of these events, its accounts named as ingest hashed them, or in clear with ingest's key (--key-file)"
        raise InputError("no account of the log is in the truth", where=path, todo=todo)
    row = place.fill_null(0).to_numpy(zero_copy_only=False)
    known = ~place.is_null().to_numpy(zero_copy_only=False)
    names = sorted(set(table["campaign"].drop_null().to_pylist()))
    index_of = {name: i for i, name in enumerate(names)}
    operator_of_row = np.array([index_of.get(name, INNOCENT) for name in table["campaign"].to_pylist()], np.int32)
    kinds = table["kind"].combine_chunks().dictionary_encode()
    operator = np.where(known, operator_of_row[row], UNKNOWN).astype(np.int32)
    kind_code = np.where(known, kinds.indices.to_numpy()[row], -1).astype(np.int32)
    harvested = operator[log.account] >= 0
    left_out = None
    if events is not None:
        listed, common = _listed_requests(log, data, events)
        if not common and harvested.any():
            mismatch = InputError("no request of the log is in it", where=events, todo="Pass the event_id that the log's events have")
            if named:
                raise mismatch
            events, listed, left_out = None, harvested, str(mismatch)
        elif (listed & harvested).sum() < (listed & (operator[log.account] == INNOCENT)).sum():
            what = f"most of its requests are sent by accounts that are innocent in {path}"
            raise InputError(what, where=events, todo="Pass the truth, and the harvested requests, of this log")
        harvested &= listed
    return Truth(names, operator, kinds.dictionary.to_pylist(), kind_code, harvested, events is not None, left_out)


def _listed_requests(log: Log, data: dataset.Dataset, path: Path) -> tuple[NDArray[np.bool_], bool]:
    """(n_events,) whether each request is in the file as harvest; and whether any request is in it, as harvest or not."""
    table = evaluate.read_truth_events(path)
    keys, harvest = sketch.account_key(table["event_id"].cast(pa.string())), table["campaign"].is_valid().to_numpy()
    wanted, others = np.unique(keys[harvest]), np.unique(keys[~harvest])
    parts, common = [np.zeros(0, bool)], False
    for file in data.event_files:
        for batch in dataset.batches(file, ("event_id", "timestamp")):
            keys_of_batch = sketch.account_key(batch["event_id"])
            parts.append(np.isin(keys_of_batch, wanted))
            common = common or bool(parts[-1].any() or np.isin(keys_of_batch, others).any())
    listed = np.concatenate(parts)
    if len(listed) != len(log.time):
        raise InputError("events changed while they were replayed", where=data.folder, todo="Start again")
    return listed, common


def uniform(*keys: Any) -> NDArray[np.float64]:
    """Pseudo-random numbers in [0, 1) that depend only on the given integers (SplitMix64, Steele and others 2014)."""
    x = np.zeros(1, np.uint64)
    for key in keys:
        x = x ^ np.asarray(key).astype(np.int64).view(np.uint64)
        x = splitmix64_all(x + GOLDEN_GAMMA)
    return (x >> np.uint64(11)).astype(np.float64) / float(1 << 53)
