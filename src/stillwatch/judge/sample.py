"""What accounts of a group have in common request by request: tasks, prompts and networks, on a sample by hash.

Sampling by the hash of the *value* keeps every occurrence of a sampled value, so coincidences are counted exactly and
partitions add up; large groups keep fewer values, small groups all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from stillwatch.arrays import distinct
from stillwatch.judge.measure import Matcher, Proposed, _find, _slots_of_event, lookup
from stillwatch.parallel import mapped

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Batch = tuple[NDArray[np.int32], Mapping[str, NDArray[Any]]]

TARGET = 4_000
"""Values of each kind that a large group keeps, about."""
KINDS = 3
PROMPT, TASK, NET = range(KINDS)


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
    net_share: F64
    """Share of accounts that share a network with another owner of the group."""
    net_repeats: F64
    net_expected: F64
    net_known: F64


@njit(cache=True, nogil=True)
def _scramble(x: np.int64) -> np.uint64:
    h = np.uint64(x) * np.uint64(0xD6E8FEB86659FD93)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xD6E8FEB86659FD93)
    return h ^ (h >> np.uint64(32))


@njit(cache=True, nogil=True)
def _take(
    account: NDArray[np.int32], prompt: I64, net: I64, tasks: I64, objects: I64, modulus: I64,
    column_start: I64, table_keys: I64, table_values: I64, object_group: I64,
    plain_start: I64, plain_slot: I64, member_start: I64, member_account: I64, member_group: I64,
    first_task: int, out: I64,
) -> int:
    """Fill ``out`` with rows (group, kind, value, account); returns how many there are, be there room for them or not."""
    slots = np.empty(64, np.int64)
    rows = 0
    n_tasks = tasks.shape[1]
    for i in range(len(account)):
        a = account[i]
        if a < 0:
            continue
        found = _slots_of_event(
            a, objects[i], objects.shape[1], column_start, table_keys, table_values, object_group,
            plain_start, plain_slot, member_start, member_account, slots,
        )
        for k in range(found):
            group = member_group[slots[k]]
            m = np.uint64(modulus[group])
            for j in range(2 + n_tasks):
                if j == 0:
                    key, kind = prompt[i], PROMPT
                elif j == 1:
                    key, kind = net[i], NET
                else:
                    key, kind = tasks[i, j - 2], TASK
                if key == 0 or _scramble(key) % m != 0:
                    continue
                if kind == TASK:
                    # A shingle that marks this group is its template, not its task.
                    c = first_task + j - 2
                    begin, size = column_start[c], column_start[c + 1] - column_start[c]
                    marked = False
                    if size:
                        mask = np.uint64(size - 1)
                        slot = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
                        while table_values[begin + np.int64(slot)] >= 0:
                            if (table_keys[begin + np.int64(slot)] == key
                                    and object_group[table_values[begin + np.int64(slot)]] == group):
                                marked = True
                                break
                            slot = (slot + np.uint64(1)) & mask
                    if marked:
                        continue
                if rows < len(out):
                    out[rows, 0], out[rows, 1], out[rows, 2], out[rows, 3] = group, kind, key, a
                rows += 1
    return rows


@njit(cache=True, nogil=True)
def _count(tasks: I64, keys: I64, values: I64, out: I64) -> None:
    for i in range(tasks.shape[0]):
        for j in range(tasks.shape[1]):
            if tasks[i, j] != 0:
                place = _find(keys, values, tasks[i, j])
                if place >= 0:
                    out[place] += 1


def _rows(batch: Batch, matcher: Matcher, modulus: I64, task_columns: tuple[str, ...]) -> I64:
    account, columns = batch
    tasks = np.stack([columns[name] for name in task_columns], axis=1).astype(np.int64, copy=False)
    shared = (
        account, columns["prompt"], columns["net"], tasks, matcher.objects(columns), modulus, *matcher.index,
        matcher.columns.index(task_columns[0]),
    )
    out = np.empty((len(account), 4), np.int64)
    n = _take(*shared, out)
    if n > len(out):
        out = np.empty((n, 4), np.int64)
        _take(*shared, out)
    return out[:n].copy()


def sample(
    matcher: Matcher, events: I64, half: I64, owner: I64, task_columns: tuple[str, ...], batches: Callable[[], Iterable[Batch]],
    threads: int = 1,
) -> Sample:
    """Two passes over the sketches: take the sample, then count how often its tasks occur anywhere.

    Args:
        matcher: of the groups.
        events: ``(n_groups,)`` requests of each group.
        half: ``(n_accounts,)`` 0 or 1.
        owner: ``(n_accounts,)``.
        task_columns: consecutive sketch columns of ``matcher.columns`` that hold task shingles.
        batches: starts a new pass.
        threads: worker threads; the sample does not depend on them.
    """
    groups = matcher.groups
    modulus = 1 << np.maximum(0, np.ceil(np.log2(np.maximum(events, 1) / TARGET))).astype(np.int64)
    taken = list(mapped(lambda batch: _rows(batch, matcher, modulus, task_columns), batches(), threads))
    rows, counts = distinct(np.concatenate([np.zeros((0, 4), np.int64), *taken]))
    tasks = rows[:, 1] == TASK
    known = np.unique(rows[tasks, 2])
    everywhere, total = np.zeros(len(known), np.int64), 0
    keys, values = lookup(known)
    for _, columns in batches():
        shingles = np.stack([columns[name] for name in task_columns], axis=1).astype(np.int64, copy=False)
        _count(shingles, keys, values, everywhere)
        total += int((shingles != 0).sum())
    ratio, queue_p = _queue(groups, rows[tasks], counts[tasks], known, everywhere, total, half, modulus)
    return Sample(
        *_prompts(groups, rows[rows[:, 1] == PROMPT], counts[rows[:, 1] == PROMPT]), ratio, queue_p,
        *_networks(groups, rows[rows[:, 1] == NET], owner),
    )


def _by(group: I64, n: int, weights: NDArray[Any]) -> F64:
    return np.asarray(np.bincount(group, weights=weights.astype(np.float64), minlength=n), dtype=np.float64)


def _runs(rows: I64) -> tuple[I64, I64]:
    """Start of each (group, value) run of sorted rows, and the number of accounts in it."""
    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    start = np.flatnonzero(np.append(True, (rows[1:, :3] != rows[:-1, :3]).any(axis=1)))
    return start, np.diff(np.append(start, len(rows)))


def _prompts(groups: Proposed, rows: I64, counts: I64) -> tuple[F64, F64]:
    start, width = _runs(rows)
    group = rows[:, 0]
    events = _by(group, groups.n, counts)
    common = _by(group, groups.n, np.where(np.repeat(width, width) > 1, counts, 0))
    distinct = _by(group[start], groups.n, np.ones(len(start)))
    few = events < 20
    safe = np.maximum(events, 1)
    return np.where(few, np.nan, common / safe), np.where(few, np.nan, distinct / safe)


def _queue(
    groups: Proposed, rows: I64, counts: I64, known: I64, everywhere: I64, total: int, half: I64, modulus: I64
) -> tuple[F64, F64]:
    start, width = _runs(rows)
    group = rows[start, 0]
    side = half[rows[:, 3]]
    ends = np.append(start, len(rows))[:-1]
    # An account counts once a task: retries and samples of one task by one account are no overlap.
    a = np.add.reduceat((side == 0).astype(np.float64), ends) if len(rows) else np.zeros(0)
    b = width - a
    own = np.add.reduceat(counts.astype(np.float64), ends) if len(rows) else np.zeros(0)
    outside = everywhere[np.searchsorted(known, rows[start, 2])] - own
    n_a, n_b = _by(group, groups.n, a), _by(group, groups.n, b)
    n_own = _by(group, groups.n, own)
    n_outside = np.maximum(total / modulus - n_own, 1)
    met_outside = _by(group, groups.n, (a + b) * outside)
    rate = met_outside / np.maximum((n_a + n_b) * n_outside, 1)
    expected = rate * n_a * n_b
    observed = _by(group, groups.n, a * b)
    # Coincidences with the rest of the world must be many enough to know the pool.
    blind = (expected < 5) | (met_outside < 20)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log10((observed + 0.5) / (expected + 0.5))
    p = stats.poisson.cdf(observed, np.maximum(expected, 1e-9))
    return np.where(blind, np.nan, ratio), np.where(blind, np.nan, p)


def _networks(groups: Proposed, rows: I64, owner: I64) -> tuple[F64, F64, F64, F64]:
    owned = distinct(np.column_stack([rows[:, :3], owner[rows[:, 3]]]))[0]
    start, width = _runs(owned)
    group = owned[:, 0]
    repeats = _by(group[start], groups.n, width - 1)
    pairs = _by(group[start], groups.n, width * (width - 1) / 2)
    known = _by(group, groups.n, np.ones(len(owned)))
    sharing, having = distinct(owned[np.repeat(width, width) > 1][:, [0, 3]])[0], distinct(owned[:, [0, 3]])[0]
    share = _by(sharing[:, 0], groups.n, np.ones(len(sharing))) / np.maximum(_by(having[:, 0], groups.n, np.ones(len(having))), 1)
    all_pairs = np.maximum(known * (known - 1) / 2, 1)
    usual = np.median((pairs / all_pairs)[known >= 10]) if (known >= 10).any() else 0.0
    return share, repeats, usual * all_pairs, known
