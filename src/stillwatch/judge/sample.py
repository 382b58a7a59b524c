"""What accounts of a group have in common request by request: tasks, prompts and networks, on a sample by hash.

Sampling by the hash of the *value* keeps every occurrence of a sampled value, so coincidences are counted exactly and
partitions add up; large groups keep fewer values, small groups all. Accounts that share values which are not kept seem to share none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from stillwatch.numeric.arrays import by_value, distinct
from stillwatch.numeric.groups import Groups
from stillwatch.numeric.parallel import mapped

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Batch = tuple[NDArray[np.int32], Mapping[str, NDArray[Any]]]
Taken = tuple[I64, I64, NDArray[np.int32]]
"""Pairs, values and counts of distinct rows."""

TARGET = 1_000
"""Values of each kind that a large group keeps, about."""
KINDS = 3
PROMPT, NET, TASK = range(KINDS)
"""Kinds of values that are sampled."""
ROOM = 12
"""Rows an event that a batch gets room for at first; where they are more it is gone through again."""
MERGED = 4_000_000
"""Rows that wait to be merged, at least."""
MIN_PROMPTS = 20
"""Sampled requests below which the shares of common and of distinct prompts say nothing."""
MIN_EXPECTED, MIN_MET = 5, 20
"""Tasks that both halves of a group must be expected to draw, so that few of them tell of a queue, and coincidences with everybody else
from which the pool is known."""
MIN_PLACES = 10
"""Pairs of an owner and a network from which a group tells how often owners usually meet."""


@dataclass(frozen=True)
class Sample:
    """Per group, arrays ``(n_groups,)``; NaN where too little was seen."""

    common_share: F64
    """Share of requests whose exact prompt another account of the group also sent."""
    distinct_share: F64
    """Distinct prompts over requests."""
    log_overlap_ratio: F64
    """log10 of task overlap between halves over task overlap with everybody else."""
    queue_p: F64
    """P(so little overlap between the halves) under independent draws from the pool of everybody else."""
    one_in: F64
    """One value in so many was kept; only ``net_each`` and ``net_shared`` are multiplied by it."""
    net_share: F64
    """Share of the owners that share a network with another owner of the group."""
    net_repeats: F64
    """Owners beyond the first of each network, added up."""
    net_expected: F64
    """Pairs of owners that would meet in a network were the group as the median one."""
    net_known: F64
    """Pairs of an owner and a network."""
    net_each: F64
    """Networks that another owner of the group uses too, for each of its accounts."""
    net_shared: F64
    """How many such networks there are."""
    net_repeats2: F64
    """Squares of the owners beyond the first of each network, added up."""
    net_met2: F64
    """Squares of the owners of each such network, added up."""


@njit(cache=True, nogil=True)
def _scramble(x: np.int64) -> np.uint64:
    h = np.uint64(x) * np.uint64(0xD6E8FEB86659FD93)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xD6E8FEB86659FD93)
    return h ^ (h >> np.uint64(32))


@njit(cache=True, nogil=True)
def _take(
    order: I64, account: NDArray[np.int32], prompt: I64, net: I64, tasks: I64, places: NDArray[np.int32], modulus: I64, index: Index,
    first_task: int, pairs: I64, values: I64,
) -> int:
    """Fill in rows of one sampled value each; returns how many there are, be there room for them or not.

    A pair is ``(group * KINDS + kind) << 32 | account``: rows of all groups are what takes memory here.
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
        found = min(slots_of_event(a, i, places[i], index, known, slots), MOST_GROUPS)
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
                    # A shingle that marks this group is its template, not its task.
                    place = places[i, first_task + j - TASK]
                    marked = False
                    if place >= 0:
                        for row in range(index.key_start[place], index.key_start[place + 1]):
                            marked |= index.key_group[row] == group
                    if marked:
                        continue
                if rows < len(values):
                    pairs[rows], values[rows] = (group * KINDS + min(j, TASK)) << 32 | a, key
                rows += 1
    return rows


@njit(cache=True, nogil=True)
def _count(tasks: I64, table: I64, out: I64) -> None:
    for i in range(tasks.shape[0]):
        for j in range(tasks.shape[1]):
            if tasks[i, j] != 0:
                place = find(table, tasks[i, j])
                if place >= 0:
                    out[place] += 1


@njit(cache=True, nogil=True)
def _tally(pairs: I64, values: I64, counts: NDArray[np.int32], table: NDArray[np.int32]) -> int:
    """Put distinct rows first, in the order of their first appearance, with the sums of their counts; returns how many."""
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


def _merged(pairs: I64, values: I64, counts: NDArray[np.int32]) -> Taken:
    """Distinct rows with the sums of their counts; the arrays given are written over."""
    table = np.full(table_size(len(pairs)), -1, np.int32)
    n = _tally(pairs, values, counts, table)
    return pairs[:n].copy(), values[:n].copy(), counts[:n].copy()


def _together(parts: Sequence[Taken]) -> Taken:
    return _merged(*(np.concatenate(part) for part in zip(*parts, strict=True)))


NOTHING = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32)


def _rows(batch: Batch, matcher: Matcher, modulus: I64, task_columns: tuple[str, ...], parts: int) -> list[Taken]:
    """The sampled rows of a batch, in parts by account, so that each part is merged with its like alone."""
    account, columns = batch
    tasks = np.stack([columns[name] for name in task_columns], axis=1).astype(np.int64, copy=False)
    shared = (
        np.argsort(account, kind="stable"), account, columns["prompt"], columns["net"], tasks, matcher.places(columns), modulus,
        matcher.index, matcher.columns.index(task_columns[0]),
    )
    n = ROOM * len(account)
    while True:
        pairs, values = np.empty(n, np.int64), np.empty(n, np.int64)
        n = _take(*shared, pairs, values)
        if n <= len(values):
            pairs, values, counts = _merged(pairs[:n], values[:n], np.ones(n, np.int32))
            part = (pairs & LOW) % parts
            return [(pairs[mine], values[mine], counts[mine]) for mine in (part == k for k in range(parts))]


def sample(
    matcher: Matcher, events: I64, half: I64, owner: I64, task_columns: tuple[str, ...],
    batches: Callable[[tuple[str, ...]], Iterable[Batch]], threads: int = 1,
) -> Sample:
    """Two passes over the sketches: take the sample, then count how often its tasks occur anywhere.

    Args:
        matcher: of the groups.
        events: ``(n_groups,)`` requests of each group.
        half: ``(n_accounts,)`` 0 or 1.
        owner: ``(n_accounts,)``.
        task_columns: consecutive sketch columns of ``matcher.columns`` that hold task shingles.
        batches: starts a new pass over some sketch columns.
        threads: worker threads; the sample does not depend on them.
    """
    groups = matcher.groups
    modulus = 1 << np.maximum(0, np.ceil(np.log2(np.maximum(events, 1) / TARGET))).astype(np.int64)
    rows, waiting, held = [NOTHING] * threads, [], 0
    first = batches(("prompt", "net", *matcher.columns))
    with ThreadPoolExecutor(threads) as pool:
        for taken in mapped(lambda batch: _rows(batch, matcher, modulus, task_columns, threads), first, threads):
            waiting.append(taken)
            held += sum(len(part[0]) for part in taken)
            if held > max(sum(len(part[0]) for part in rows), MERGED):  # so that what repeats is held once, and each row merged seldom
                rows, waiting, held = list(pool.map(_together, zip(rows, *waiting, strict=True))), [], 0
        rows = list(pool.map(_together, zip(rows, *waiting, strict=True)))
    pairs, values, counts = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = _ordered(pairs, values, KINDS * groups.n, threads)
    pairs, values, counts = pairs[order], values[order], counts[order]
    kind = (pairs >> 32) % KINDS
    prompts, tasks, nets = (_Rows.of(pairs[kind == k], values[kind == k], counts[kind == k]) for k in (PROMPT, TASK, NET))
    known = np.sort(tasks.value)
    known = known[np.append(True, known[1:] != known[:-1])[: len(known)]]
    counted, total = np.zeros((threads, len(known)), np.int64), 0
    table = lookup(known)
    with ThreadPoolExecutor(threads) as pool:
        for _, columns in batches(task_columns):
            shingles = np.stack([columns[name] for name in task_columns], axis=1).astype(np.int64, copy=False)
            parts = np.array_split(shingles, threads)
            list(pool.map(_count, parts, [table] * threads, counted))
            total += int(np.count_nonzero(shingles))
    everywhere = counted.sum(axis=0)
    ratio, queue_p = _queue(groups, tasks, known, everywhere, total, half, modulus)
    return Sample(*_prompts(groups, prompts), ratio, queue_p, modulus.astype(np.float64), *_networks(groups, nets, owner, modulus))


def _ordered(pairs: I64, values: I64, n: int, threads: int) -> I64:
    """The rows by group and kind, of which there are ``n``, and by value."""
    order, start = by_value(pairs >> 32, n)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_by_value_within, [values] * threads, [order] * threads, [start] * threads, range(threads), [threads] * threads))
    return order


@njit(cache=True, nogil=True)
def _by_value_within(values: I64, order: I64, start: I64, part: int, parts: int) -> None:
    """Sort every ``parts``-th run of ``order`` by value; equal ones stay as they come."""
    for k in range(part, len(start) - 1, parts):
        run = order[start[k] : start[k + 1]]
        run[:] = run[np.argsort(values[run], kind="mergesort")]


def _by(group: I64, n: int, weights: NDArray[Any]) -> F64:
    return np.asarray(np.bincount(group, weights=weights.astype(np.float64), minlength=n), dtype=np.float64)


@dataclass(frozen=True)
class _Rows:
    """Sampled values of one kind, sorted by group and value."""

    group: I64
    value: I64
    account: I64
    count: NDArray[np.int32]

    @classmethod
    def of(cls, pairs: I64, values: I64, counts: NDArray[np.int32]) -> "_Rows":
        return cls((pairs >> 32) // KINDS, values, pairs & LOW, counts)

    def runs(self) -> tuple[I64, I64]:
        """Start of each run of one group and value, and the number of accounts in it."""
        return _runs(self.group, self.value)


def _runs(group: I64, value: I64) -> tuple[I64, I64]:
    if not len(group):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    start = np.flatnonzero(np.append(True, (group[1:] != group[:-1]) | (value[1:] != value[:-1])))
    return start, np.diff(np.append(start, len(group)))


def _prompts(groups: Groups, rows: _Rows) -> tuple[F64, F64]:
    start, width = rows.runs()
    events = _by(rows.group, groups.n, rows.count)
    common = _by(rows.group, groups.n, np.where(np.repeat(width, width) > 1, rows.count, 0))
    n_prompts = _by(rows.group[start], groups.n, np.ones(len(start)))
    few = events < MIN_PROMPTS
    safe = np.maximum(events, 1)
    return np.where(few, np.nan, common / safe), np.where(few, np.nan, n_prompts / safe)


def _queue(groups: Groups, rows: _Rows, known: I64, everywhere: I64, total: int, half: I64, modulus: I64) -> tuple[F64, F64]:
    start, width = rows.runs()
    group = rows.group[start]
    side = half[rows.account]
    # An account counts once a task: retries and samples of one task by one account are no overlap.
    a = np.add.reduceat((side == 0).astype(np.float64), start) if len(start) else np.zeros(0)
    b = width - a
    own = np.add.reduceat(rows.count.astype(np.float64), start) if len(start) else np.zeros(0)
    outside = everywhere[np.searchsorted(known, rows.value[start])] - own
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
    owned = distinct(np.column_stack([rows.group, rows.value, owner[rows.account]]))[0]
    start, width = _runs(owned[:, 0], owned[:, 1])
    group = owned[:, 0]
    repeats = _by(group[start], groups.n, width - 1)
    pairs = _by(group[start], groups.n, width * (width - 1) / 2)
    known = _by(group, groups.n, np.ones(len(owned)))
    met = owned[np.repeat(width, width) > 1]
    sharing, having = distinct(met[:, [0, 2]])[0], distinct(owned[:, [0, 2]])[0]
    share = _by(sharing[:, 0], groups.n, np.ones(len(sharing))) / np.maximum(_by(having[:, 0], groups.n, np.ones(len(having))), 1)
    all_pairs = np.maximum(known * (known - 1) / 2, 1)
    compared = usual_groups(groups) & (known >= MIN_PLACES)
    usual = np.median((pairs / all_pairs)[compared]) if compared.any() else 0.0
    size = np.bincount(groups.member_group, minlength=groups.n)
    each = _by(met[:, 0], groups.n, np.ones(len(met))) * modulus / np.maximum(size, 1)
    shared = _by(group[start[width > 1]], groups.n, np.ones(int((width > 1).sum()))) * modulus
    squares = (_by(group[start], groups.n, of.astype(np.float64) ** 2) for of in (width - 1, np.where(width > 1, width, 0)))
    return share, repeats, usual * all_pairs, known, each, shared, *squares


def in_all(seen: float, squares: float, one_in: int, most: float) -> tuple[float, float]:
    """What all values of a group add up to, at 90 %, by chance of the sample alone: a binomial range.

    A value comes with all that it adds or not at all, so it is as if so many equal ones were seen as vary like these.

    Args:
        seen: what the sampled values add up to, above 0.
        squares: their squares added up.
        one_in: one value in so many was sampled.
        most: what there can be at most.
    """
    equal = seen**2 / squares
    unseen = stats.nbinom.ppf((0.05, 0.95), (equal, equal + 1), 1 / one_in)
    low, high = np.minimum(seen * (1 + unseen / equal), most).tolist()
    return low, high
