"""Tasks, prompts and networks that the accounts of a group have in common, on a sample by hash.

Sampling by the hash of the *value* keeps every occurrence of a sampled value, so coincidences are counted exactly and partitions add up.
Large groups keep fewer values, small groups all. Values that are not kept are not seen to be shared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from stillwatch.judge.matcher import (
    LOW,
    MOST_GROUPS,
    Index,
    Matcher,
    find,
    lookup,
    note_memberships,
    slots_of_event,
    table_size,
    usual_groups,
)
from stillwatch.numeric.arrays import counting_sort, distinct_rows
from stillwatch.numeric.groups import Groups
from stillwatch.numeric.parallel import parallel_map

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Batch = tuple[I32, Mapping[str, NDArray[Any]]]
Counted = tuple[I64, I64, I32]
"""Pairs, values and counts of distinct rows, ``(n_rows,)`` each."""

TARGET = 1_000
"""Approximate number of values of each kind that a large group keeps."""
KINDS = 3
PROMPT, NET, TASK = range(KINDS)
"""Kinds of values that are sampled."""
ROOM = 12
"""Rows per event that are allocated for a batch at first; if there are more, the batch is read again."""
MERGED = 4_000_000
"""Fewest rows that wait before they are merged."""
MIN_PROMPTS = 20
"""Fewest sampled requests for the shares of common and of distinct prompts."""
MIN_EXPECTED, MIN_MET = 5, 20
"""Fewest tasks that both halves of a group are expected to draw, so that a shortage of them shows a queue; and fewest coincidences with
everybody else, so that the pool of tasks is known."""
MIN_PLACES = 10
"""Fewest pairs of an owner and a network of a group from which the usual rate of meetings is taken."""


@dataclass(frozen=True)
class Sample:
    """What the accounts of each group have in common, ``(n_groups,)`` each; NaN where too little was seen."""

    common_share: F64
    """Share of requests whose exact prompt another account of the group also sent."""
    distinct_share: F64
    """Distinct prompts divided by requests."""
    log_overlap_ratio: F64
    """log10 of the ratio of the task overlap between two halves of the group to their overlap with everybody else."""
    queue_p: F64
    """Probability of so little overlap between the halves if both drew independently from the pool of everybody else."""
    one_in: F64
    """The sample kept one value in so many; only ``net_each`` and ``net_shared`` are multiplied by it."""
    net_share: F64
    """Share of the owners that share a network with another owner of the group."""
    net_repeats: F64
    """Number of owners beyond the first of each network, over all networks."""
    net_usual: F64
    """Share of the pairs of owners that meet on a network in the median group of the log, the same for all."""
    net_known: F64
    """Number of pairs of an owner and a network."""
    net_each: F64
    """Mean number of networks per account that another owner of the group uses too."""
    net_shared: F64
    """Number of such networks."""
    net_repeats2: F64
    """Sum of squares of the owners beyond the first of each network."""
    net_met2: F64
    """Sum of squares of the owners of each network that several use."""

    @property
    def net_expected(self) -> F64:
        """Expected number of pairs of owners that meet on a network, at the rate of the median group."""
        return self.net_usual * _pairs(self.net_known)

    def select(self, groups: NDArray[np.bool_]) -> "Sample":
        """The samples of some groups ``(n_groups,)``."""
        return Sample(**{f.name: getattr(self, f.name)[groups] for f in fields(self)})

    def beside(self, other: "Sample") -> "Sample":
        """The samples of further groups of the same log behind these; what is usual stays as it is here."""
        both = {f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)}
        return Sample(**both | {"net_usual": np.resize(self.net_usual, len(both["net_usual"]))})


def _pairs(n: F64) -> F64:
    """Number of pairs of ``n`` things, at least 1."""
    return np.asarray(np.maximum(n * (n - 1) / 2, 1))


@njit(cache=True, nogil=True)
def _scramble(x: np.int64) -> np.uint64:
    """A hash of a value."""
    h = np.uint64(x) * np.uint64(0xD6E8FEB86659FD93)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xD6E8FEB86659FD93)
    return h ^ (h >> np.uint64(32))


@njit(cache=True, nogil=True)
def _take(
    order: I64, account: I32, prompt: I64, net: I64, tasks: I64, marks: I32, modulus: I64, index: Index,
    first_task: int, pairs: I64, values: I64,
) -> int:
    """Fill ``pairs`` and ``values`` with one row per sampled value; returns the number of rows, which may be more than fit.

    A pair is ``(group * KINDS + kind) << 32 | account``, packed to save memory.
    """
    slots, known, last_account = np.empty(MOST_GROUPS, np.int64), np.full((index.n_groups, 2), -1, np.int64), -1
    rows = 0
    n_keys = 2 + tasks.shape[1]
    keys, chance = np.empty(n_keys, np.int64), np.empty(n_keys, np.uint64)
    for i in order:
        a = account[i]
        if a < 0:
            continue
        if a != last_account:
            note_memberships(a, index, known)
            last_account = a
        found = min(slots_of_event(a, i, marks[i], index, known, slots), MOST_GROUPS)
        if found == 0:
            continue
        keys[0], keys[1] = prompt[i], net[i]
        for j in range(2, n_keys):
            keys[j] = tasks[i, j - 2]
        for j in range(n_keys):
            chance[j] = _scramble(keys[j])
        for k in range(found):
            group = index.own_group[slots[k]]
            mask = np.uint64(modulus[group] - 1)
            for j in range(n_keys):
                key = keys[j]
                if key == 0 or chance[j] & mask != 0:
                    continue
                if j >= TASK:
                    # A shingle that marks this group is part of its template, not a task.
                    mark = marks[i, first_task + j - TASK]
                    marked = False
                    if mark >= 0:
                        for row in range(index.mark_start[mark], index.mark_start[mark + 1]):
                            marked |= index.mark_group[row] == group
                    if marked:
                        continue
                if rows < len(values):
                    pairs[rows], values[rows] = (group * KINDS + min(j, TASK)) << 32 | a, key
                rows += 1
    return rows


@njit(cache=True, nogil=True)
def _count(tasks: I64, table: I64, out: I64) -> None:
    """Add to ``out`` how often each task of the table (:func:`lookup`) occurs in ``tasks`` ``(n, n_columns)``."""
    for i in range(tasks.shape[0]):
        for j in range(tasks.shape[1]):
            if tasks[i, j] != 0:
                place = find(table, tasks[i, j])
                if place >= 0:
                    out[place] += 1


@njit(cache=True, nogil=True)
def _tally(pairs: I64, values: I64, counts: I32, table: I32) -> int:
    """Move distinct rows to the front, in the order of their first appearance, with the sums of their counts; returns their number."""
    mask = np.uint64(len(table) - 1)
    found = 0
    for i in range(len(pairs)):
        slot = _scramble(pairs[i] ^ np.int64(_scramble(values[i]))) & mask
        while table[slot] >= 0:
            j = table[slot]
            if pairs[j] == pairs[i] and values[j] == values[i]:
                counts[j] += counts[i]
                break
            slot = (slot + np.uint64(1)) & mask
        else:
            table[slot] = found
            pairs[found], values[found], counts[found] = pairs[i], values[i], counts[i]
            found += 1
    return found


def _merged(pairs: I64, values: I64, counts: I32) -> Counted:
    """Distinct rows with the sums of their counts; the arguments are overwritten."""
    table = np.full(table_size(len(pairs)), -1, np.int32)
    n = _tally(pairs, values, counts, table)
    return pairs[:n].copy(), values[:n].copy(), counts[:n].copy()


def _merged_parts(parts: Sequence[Counted]) -> Counted:
    """Distinct rows of several parts, with the sums of their counts."""
    return _merged(*(np.concatenate(part) for part in zip(*parts, strict=True)))


NOTHING = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32)


def _rows(batch: Batch, matcher: Matcher, modulus: I64, task_columns: tuple[str, ...], parts: int) -> list[Counted]:
    """The sampled rows of a batch, split by account so that parts can be merged separately."""
    account, columns = batch
    tasks = np.stack([columns[name] for name in task_columns], axis=1).astype(np.int64, copy=False)
    shared = (
        np.argsort(account, kind="stable"), account, columns["prompt"], columns["net"], tasks, matcher.marks(columns), modulus,
        matcher.index, matcher.columns.index(task_columns[0]),
    )
    n = ROOM * len(account)
    while True:
        pairs, values = np.empty(n, np.int64), np.empty(n, np.int64)
        n = _take(*shared, pairs, values)
        if n <= len(values):
            pairs, values, counts = _merged(pairs[:n], values[:n], np.ones(n, np.int32))
            part = (pairs & LOW) % parts
            return [(pairs[rows], values[rows], counts[rows]) for rows in (part == k for k in range(parts))]


def sample(
    matcher: Matcher, events: I64, half: I64, owner: I64, task_columns: tuple[str, ...],
    batches: Callable[[tuple[str, ...]], Iterable[Batch]], threads: int = 1,
) -> Sample:
    """Draw the sample in one pass over the sketches, and in a second one count how often its tasks occur in the whole log.

    Args:
        matcher: finds the groups of each request.
        events: number of requests of each group, ``(n_groups,)``.
        half: 0 or 1 for each account, ``(n_accounts,)``.
        owner: number of each account's owner, ``(n_accounts,)``.
        task_columns: consecutive sketch columns of ``matcher.columns`` that hold task shingles.
        batches: starts a new pass over some sketch columns.
        threads: worker threads; the sample does not depend on them.
    """
    groups = matcher.groups
    modulus = 1 << np.maximum(0, np.ceil(np.log2(np.maximum(events, 1) / TARGET))).astype(np.int64)
    drawn = _drawn(matcher, modulus, task_columns, batches, threads)
    prompts, tasks, nets = (_of_kind(drawn, kind, groups.n, threads) for kind in (PROMPT, TASK, NET))
    drawn.clear()  # as large as all that follows
    sampled_tasks = np.sort(tasks.value)
    sampled_tasks = sampled_tasks[np.append(True, sampled_tasks[1:] != sampled_tasks[:-1])[: len(sampled_tasks)]]
    counted, total = np.zeros((threads, len(sampled_tasks)), np.int64), 0
    table = lookup(sampled_tasks)
    with ThreadPoolExecutor(threads) as pool:
        for _, columns in batches(task_columns):
            shingles = np.stack([columns[name] for name in task_columns], axis=1).astype(np.int64, copy=False)
            parts = np.array_split(shingles, threads)
            list(pool.map(_count, parts, [table] * threads, counted))
            total += int(np.count_nonzero(shingles))
    in_log = counted.sum(axis=0)
    ratio, queue_p = _queue(groups, tasks, sampled_tasks, in_log, total, half, modulus)
    del tasks
    return Sample(*_prompts(groups, prompts), ratio, queue_p, modulus.astype(np.float64), *_networks(groups, nets, owner, modulus))


def _drawn(
    matcher: Matcher, modulus: I64, task_columns: tuple[str, ...], batches: Callable[[tuple[str, ...]], Iterable[Batch]], threads: int
) -> list[Counted]:
    """The sampled rows, in parts; arguments as :func:`sample`, and the sample keeps one value in ``modulus`` ``(n_groups,)``."""
    rows, waiting, n_waiting = [NOTHING] * threads, [], 0
    first = batches(("prompt", "net", *matcher.columns))
    with ThreadPoolExecutor(threads) as pool:
        for sampled in parallel_map(lambda batch: _rows(batch, matcher, modulus, task_columns, threads), first, threads):
            waiting.append(sampled)
            n_waiting += sum(len(part[0]) for part in sampled)
            # Merging at this size keeps repeated rows out of memory, and merges each row only a few times.
            if n_waiting > max(sum(len(part[0]) for part in rows), MERGED):
                rows, waiting, n_waiting = list(pool.map(_merged_parts, zip(rows, *waiting, strict=True))), [], 0
        return list(pool.map(_merged_parts, zip(rows, *waiting, strict=True)))


def _of_kind(drawn: Sequence[Counted], kind: int, n_groups: int, threads: int) -> "_Rows":
    """The sampled rows of one kind, sorted by group and by value within it."""
    chosen = [(pairs >> 32) % KINDS == kind for pairs, _, _ in drawn]
    pairs, value, count = (
        np.concatenate([column[rows] for column, rows in zip(columns, chosen, strict=True)]) for columns in zip(*drawn, strict=True)
    )
    group, account = (pairs >> 32) // KINDS, (pairs & LOW).astype(np.int32)
    del pairs
    order, start = counting_sort(group, n_groups)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_by_value_within, [value] * threads, [order] * threads, [start] * threads, range(threads), [threads] * threads))
    return _Rows(group[order].astype(np.int32), value[order], account[order], count[order])


@njit(cache=True, nogil=True)
def _by_value_within(values: I64, order: I64, start: I64, part: int, parts: int) -> None:
    """Sort every ``parts``-th run of ``order`` by value, stably."""
    for k in range(part, len(start) - 1, parts):
        run = order[start[k] : start[k + 1]]
        run[:] = run[np.argsort(values[run], kind="mergesort")]


def _by(group: I32 | I64, n: int, weights: NDArray[Any]) -> F64:
    """Sum of the weights of each group, ``(n,)``."""
    return np.asarray(np.bincount(group, weights=weights.astype(np.float64), minlength=n), dtype=np.float64)


@dataclass(frozen=True)
class _Rows:
    """Sampled values of one kind, sorted by group and value, ``(n_rows,)`` each."""

    group: I32
    value: I64
    account: I32
    count: I32

    def runs(self) -> tuple[I64, I64]:
        """Start of each run of rows with one group and value, and its length, which is its number of accounts."""
        return _runs(self.group, self.value)


def _runs(group: I32 | I64, value: I64) -> tuple[I64, I64]:
    if not len(group):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    start = np.flatnonzero(np.append(True, (group[1:] != group[:-1]) | (value[1:] != value[:-1])))
    return start, np.diff(np.append(start, len(group)))


def _prompts(groups: Groups, rows: _Rows) -> tuple[F64, F64]:
    """``common_share`` and ``distinct_share`` of :class:`Sample`."""
    start, width = rows.runs()
    events = _by(rows.group, groups.n, rows.count)
    common = _by(rows.group, groups.n, np.where(np.repeat(width, width) > 1, rows.count, 0))
    n_prompts = _by(rows.group[start], groups.n, np.ones(len(start)))
    few = events < MIN_PROMPTS
    safe = np.maximum(events, 1)
    return np.where(few, np.nan, common / safe), np.where(few, np.nan, n_prompts / safe)


def _queue(groups: Groups, rows: _Rows, tasks: I64, in_log: I64, total: int, half: I64, modulus: I64) -> tuple[F64, F64]:
    """``log_overlap_ratio`` and ``queue_p`` of :class:`Sample`.

    Args:
        groups: the groups.
        rows: sampled tasks.
        tasks: distinct sampled tasks, ascending, ``(n_tasks,)``.
        in_log: how often each occurs in the whole log, ``(n_tasks,)``.
        total: number of tasks in the whole log.
        half: 0 or 1 for each account, ``(n_accounts,)``.
        modulus: the sample kept one value in so many, ``(n_groups,)``.
    """
    start, width = rows.runs()
    group = rows.group[start]
    # An account counts once per task: one account's retries of a task are no overlap.
    a = np.add.reduceat(half[rows.account] == 0, start, dtype=np.float64) if len(start) else np.zeros(0)
    b = width - a
    own = np.add.reduceat(rows.count, start, dtype=np.float64) if len(start) else np.zeros(0)
    outside = in_log[np.searchsorted(tasks, rows.value[start])] - own
    n_a, n_b = _by(group, groups.n, a), _by(group, groups.n, b)
    n_own = _by(group, groups.n, own)
    n_outside = np.maximum(total / modulus - n_own, 1)
    met_outside = _by(group, groups.n, (a + b) * outside)
    rate = met_outside / np.maximum((n_a + n_b) * n_outside, 1)
    expected = rate * n_a * n_b
    observed = _by(group, groups.n, a * b)
    blind = (expected < MIN_EXPECTED) | (met_outside < MIN_MET)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log10((observed + 0.5) / (expected + 0.5))
    p = stats.poisson.cdf(observed, np.maximum(expected, 1e-9))
    return np.where(blind, np.nan, ratio), np.where(blind, np.nan, p)


def _networks(groups: Groups, rows: _Rows, owner: I64, modulus: I64) -> tuple[F64, ...]:
    """The fields ``net_…`` of :class:`Sample`, in order."""
    owned = distinct_rows(np.column_stack([rows.group, rows.value, owner[rows.account]]))[0]
    start, width = _runs(owned[:, 0], owned[:, 1])
    group = owned[:, 0]
    repeats = _by(group[start], groups.n, width - 1)
    pairs = _by(group[start], groups.n, width * (width - 1) / 2)
    known = _by(group, groups.n, np.ones(len(owned)))
    met = owned[np.repeat(width, width) > 1]
    sharing, having = distinct_rows(met[:, [0, 2]])[0], distinct_rows(owned[:, [0, 2]])[0]
    share = _by(sharing[:, 0], groups.n, np.ones(len(sharing))) / np.maximum(_by(having[:, 0], groups.n, np.ones(len(having))), 1)
    compared = usual_groups(groups) & (known >= MIN_PLACES)
    usual = np.median((pairs / _pairs(known))[compared]) if compared.any() else 0.0
    size = np.bincount(groups.member_group, minlength=groups.n)
    each = _by(met[:, 0], groups.n, np.ones(len(met))) * modulus / np.maximum(size, 1)
    shared = _by(group[start[width > 1]], groups.n, np.ones(int((width > 1).sum()))) * modulus
    squares = (_by(group[start], groups.n, of.astype(np.float64) ** 2) for of in (width - 1, np.where(width > 1, width, 0)))
    return share, repeats, np.full(groups.n, usual), known, each, shared, *squares


def in_all(seen: float, squares: float, one_in: int, most: float) -> tuple[float, float]:
    """90 % interval of the total over all values of a group, as far as the sample leaves it open (negative binomial).

    A value is sampled whole or not at all, so the sum of squares gives the number of equal values that would vary as much.

    Args:
        seen: total over the sampled values, above 0.
        squares: sum of squares of what each sampled value adds.
        one_in: the sample kept one value in so many.
        most: upper limit of the total.
    """
    effective_n = seen**2 / squares
    unseen = stats.nbinom.ppf((0.05, 0.95), (effective_n, effective_n + 1), 1 / one_in)
    low, high = np.minimum(seen * (1 + unseen / effective_n), most).tolist()
    return low, high
