"""Find the groups of a request: the objects and members of groups as flat tables for compiled look-ups."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric.arrays import counting_sort, distinct_rows
from stillwatch.numeric.fast_hashes import set_hashes
from stillwatch.numeric.groups import HOPPING, PROGRAM, Groups

I64 = NDArray[np.int64]

LOW = (1 << 32) - 1
"""Mask of the lower of two numbers packed into one."""
MOST_GROUPS = 64
"""Most groups that one request counts for; a run warns how many requests belong to more."""


def usual_groups(groups: Groups) -> NDArray[np.bool_]:
    """Groups from which the usual values of a log are taken, ``(n_groups,)``; all, if there are no others than the excluded ones.

    Excluded are groups of one program, which anybody may use, and groups of accounts that hop between providers, which were put together
    for that. Weights were calibrated among the others, whose accounts share something.
    """
    usual = ~(groups.proposed_as(PROGRAM) | groups.proposed_as(HOPPING))
    return usual if usual.any() else np.ones(groups.n, bool)


@njit(cache=True, nogil=True)
def hash_slot(key: np.int64, size: int) -> np.uint64:
    """Where the search for a key begins in an open-addressed table of ``size`` rows, a power of two."""
    return (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & np.uint64(size - 1)


@njit(cache=True, nogil=True)
def find(table: I64, key: np.int64) -> int:
    """The position of ``key`` in a table of :func:`lookup`, -1 where it is absent or the table has no rows."""
    if len(table) == 0:
        return -1
    slot = hash_slot(key, len(table))
    while table[slot, 1] >= 0:
        if table[slot, 0] == key:
            return int(table[slot, 1])
        slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
    return -1


@njit(cache=True, nogil=True)
def _fill(table: I64, new: I64, positions: I64) -> None:
    for i in range(len(new)):
        slot = hash_slot(new[i], len(table))
        while table[slot, 1] >= 0:
            slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
        table[slot, 0], table[slot, 1] = new[i], positions[i]


def lookup(new: I64) -> I64:
    """An open-addressed table ``(size, 2)`` from each key of ``new`` to its position; rows of an absent key have position -1."""
    return _table(new, np.arange(len(new)))


def table_size(n: int) -> int:
    """Number of rows of an open-addressed table for ``n`` keys: a power of two, at most half full."""
    return 1 << max(4, int(np.ceil(np.log2(max(1, 2 * n)))))


def _table(new: I64, positions: I64) -> I64:
    table = np.empty((table_size(len(new)), 2), np.int64)
    table[:, 1] = -1
    _fill(table, new, positions)
    return table


@njit(cache=True, nogil=True)
def account_codes(table: I64, hashes: I64, out: NDArray[np.int32]) -> None:
    """Fill ``out`` with the position of each hash in a table of :func:`lookup`, -1 where unknown."""
    for i in range(len(hashes)):
        out[i] = find(table, hashes[i])


@njit(cache=True, nogil=True)
def _places(table: I64, keys: I64, out: NDArray[np.int32]) -> None:
    """Fill ``out`` with the position of each key in a table of :func:`lookup`, -1 where unknown or 0.

    All keys are looked up before any is used: reads of a large table are slow, but independent ones overlap.
    """
    for i in range(len(keys)):
        out[i] = -1 if keys[i] == 0 else find(table, keys[i])


class Index(NamedTuple):
    """Groups as the kernels look them up. A slot is the position of a membership when these are sorted by account and then by group.

    Objects that mark the same groups are one *mark*: most objects of a prompt are, so that few need to be looked at.
    """

    mark_start: I64
    """First row of each mark in ``mark_group``, ``(n_marks + 1,)``."""
    mark_group: NDArray[np.int32]
    """Groups of each mark, ascending, mark after mark."""
    plain_start: I64
    """First row of each account in ``plain_slot``, ``(n_accounts + 1,)``."""
    plain_slot: I64
    """Slots of memberships in groups without objects, to which every request of the account belongs."""
    own_start: I64
    """First slot of each account, ``(n_accounts + 1,)``."""
    own_group: I64
    """Group of each slot, ``(n_members,)``."""
    n_groups: int


@njit(cache=True, nogil=True)
def note_memberships(account: int, index: Index, known: I64) -> None:
    """Note the memberships of an account in ``known``, each at its group; events come account by account."""
    for j in range(index.own_start[account], index.own_start[account + 1]):
        known[index.own_group[j], 0] = account << 32 | j


@njit(cache=True, nogil=True, inline="always")  # a call with so many arrays costs as much as what it does
def slots_of_event(account: int, event: int, marks: NDArray[np.int32], index: Index, known: I64, slots: I64) -> int:
    """Fill ``slots`` with the memberships that one event counts for; returns their number, which may be more than fit.

    ``marks`` are those of its objects (:meth:`Matcher.marks`). ``known`` has for each group the account noted last
    (:func:`note_memberships`), and the last event that counted for the group.
    """
    found = 0
    if index.own_start[account] == index.own_start[account + 1]:
        return 0
    for j in range(index.plain_start[account], index.plain_start[account + 1]):
        if found < len(slots):
            slots[found] = index.plain_slot[j]
        found += 1
    for k in range(len(marks)):
        mark = marks[k]
        is_new = mark >= 0
        for earlier in range(k):
            is_new &= marks[earlier] != mark
        if not is_new:
            continue
        for j in range(index.mark_start[mark], index.mark_start[mark + 1]):
            group = index.mark_group[j]
            if known[group, 0] >> 32 == account and known[group, 1] != event:
                known[group, 1] = event
                if found < len(slots):
                    slots[found] = known[group, 0] & LOW
                found += 1
    return found


@njit(cache=True, nogil=True)
def _match(order: I64, account: NDArray[np.int32], marks: NDArray[np.int32], index: Index, out: NDArray[np.bool_]) -> None:
    """Fill ``out`` with whether each event belongs to any group of its account."""
    slots, known, last_account = np.empty(MOST_GROUPS, np.int64), np.full((index.n_groups, 2), -1, np.int64), -1
    for i in order:
        a = account[i]
        if a < 0:
            out[i] = False
            continue
        if a != last_account:
            note_memberships(a, index, known)
            last_account = a
        out[i] = slots_of_event(a, i, marks[i], index, known, slots) > 0


class Matcher:
    """Finds the groups of events, by tables that are built once."""

    def __init__(self, groups: Groups, n_accounts: int, columns: tuple[str, ...]) -> None:
        """Index the groups' objects by sketch column and their members by account."""
        self.groups, self.columns, self.n_accounts = groups, columns, n_accounts
        objects = distinct_rows(np.stack([groups.object_column, groups.object_key, groups.object_group], axis=1))[0]
        begins = np.flatnonzero(np.append(True, (objects[1:, :2] != objects[:-1, :2]).any(axis=1))[: len(objects)])
        key_column, key = objects[begins, 0], objects[begins, 1]
        n_groups = np.diff(np.append(begins, len(objects)))
        marked = set_hashes(len(begins), np.repeat(np.arange(len(begins)), n_groups), objects[:, 2])
        _, first, mark = np.unique(marked, return_index=True, return_inverse=True)
        self._tables = []
        for column in range(len(columns)):
            rows = np.flatnonzero(key_column == column)
            self._tables.append(_table(key[rows], mark[rows]) if len(rows) else np.zeros((0, 2), np.int64))
        mark_start = np.concatenate([[0], np.cumsum(n_groups[first])])
        mark_rows = np.arange(mark_start[-1]) + np.repeat(begins[first] - mark_start[:-1], n_groups[first])
        self.order, of_account = counting_sort(groups.member_account, n_accounts)
        """Memberships sorted by account and then by group."""
        own_group = groups.member_group[self.order]
        has_objects = np.bincount(groups.object_group, minlength=groups.n) > 0
        plain = np.flatnonzero(~has_objects[own_group]) if groups.n else np.zeros(0, np.int64)
        counts = np.bincount(groups.member_account[self.order[plain]], minlength=n_accounts)
        self.index = Index(
            mark_start, objects[mark_rows, 2].astype(np.int32),
            np.concatenate([[0], np.cumsum(counts)]), plain, of_account, own_group, groups.n,
        )

    def marks(self, batch: Mapping[str, NDArray[Any]], pool: ThreadPoolExecutor | None = None) -> NDArray[np.int32]:
        """The mark that each content object of a batch is, ``(n_events, n_columns)``; -1 for objects of no group."""
        keys = [batch[name].astype(np.int64, copy=False) for name in self.columns]
        out = np.empty((len(keys), len(keys[0])), np.int32)
        list((pool.map if pool else map)(_places, self._tables, keys, out))
        return np.ascontiguousarray(out.T)

    def marked(self, account: NDArray[np.int32], batch: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Whether each event belongs to any group of its account, ``(n_events,)``."""
        out = np.empty(len(account), np.bool_)
        _match(np.argsort(account, kind="stable"), account, self.marks(batch), self.index, out)
        return out
