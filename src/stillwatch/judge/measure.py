"""Measure what the accounts of every group do together: one pass over the sketches, sums only.

Sums of partitions add up, so the result does not depend on how the events are cut into partitions.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.arrays import by_value, distinct
from stillwatch.judge.people import HOUR_US
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]

LOW = (1 << 32) - 1
HOUR_BITS = 512
DAY_PARTS = 8
"""Three-hour parts of the UTC day."""
LENGTHS = 8
"""Classes of prompt length, each twice as long as the one before."""


class Proposed(Protocol):
    """What is needed of :class:`stillwatch.group.Groups`."""

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def member_group(self) -> I64: ...  # noqa: D102
    @property
    def member_account(self) -> I64: ...  # noqa: D102
    @property
    def object_group(self) -> I64: ...  # noqa: D102
    @property
    def object_column(self) -> I64: ...  # noqa: D102
    @property
    def object_key(self) -> I64: ...  # noqa: D102
    @property
    def origin(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Measured:
    """Sums over the requests of each membership (a row of ``member_group``) and of each group.

    A request belongs to a group when its account is a member and, where the group has objects, the request shows one.
    """

    n: I64
    """Requests, ``(n_members,)``."""
    first_turns: I64
    output_tokens: I64
    elicitation: I64
    """Requests with at least two words that ask to write the reasoning out."""
    words: I64
    first_us: I64
    last_us: I64
    day_parts: NDArray[np.int32]
    """``(n_members, DAY_PARTS)``."""
    capabilities: NDArray[np.int32]
    """``(n_members, len(CAPABILITIES))``."""
    lengths: NDArray[np.int32]
    """Requests by the words of their prompt: under 4, 8, 16, … 256, and more, ``(n_members, LENGTHS)``."""
    active_hours: NDArray[np.float64]
    """Distinct hours with a request, estimated by linear counting on HOUR_BITS bits (Whang et al. 1990)."""
    hourly: NDArray[np.int32]
    """Requests of each half of each group by hour, ``(n_groups, 2, n_hours)``; accounts are halved by their hash."""
    start_hour: int

    def select(self, members: NDArray[np.bool_], groups: NDArray[np.bool_]) -> "Measured":
        """Some memberships ``(n_members,)`` and groups ``(n_groups,)``."""
        kept = {f.name: getattr(self, f.name)[groups if f.name == "hourly" else members] for f in fields(self) if f.name != "start_hour"}
        return Measured(**kept, start_hour=self.start_hour)


PASSING_DEVOTION, PASSING_VOLUME, PASSING_ANYHOW = 0.4, 0.25, 0.04
"""Shares of a group's usual devotion and volume below which an account is of it in passing: both of the first two, or the last alone."""


HALF_OCTAVES = 48
TWO_MODES = 0.75
"""Share of the variance of log volume between two classes from which a group is two populations; a bell has 0.64."""
LESS_DEVOTED = 0.7
APART = 4
"""Half octaves between the mean volumes of two populations, at least: a factor of 4, more than chance or a balancer gives."""


def _lower_mode(group: I64, n_groups: int, count: NDArray[np.float64], least: int) -> NDArray[np.bool_]:
    """Memberships of the lower of two populations by volume (Otsu 1979), where there are two and the upper has enough accounts."""
    level = np.minimum(np.rint(2 * np.log2(np.maximum(count, 1))), HALF_OCTAVES - 1).astype(np.int64)
    flat = np.bincount((group * HALF_OCTAVES + level)[count > 0], minlength=n_groups * HALF_OCTAVES)
    table = flat.reshape(n_groups, HALF_OCTAVES).astype(np.float64)
    total = np.maximum(table.sum(axis=1, keepdims=True), 1)
    x = np.arange(HALF_OCTAVES)
    below, first = (table / total).cumsum(axis=1), (table * x / total).cumsum(axis=1)
    mean = first[:, -1:]
    variance = (table * x**2 / total).sum(axis=1) - mean[:, 0] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.nan_to_num((mean * below - first) ** 2 / (below * (1 - below)), posinf=0)
    cut = between.argmax(axis=1)
    upper = np.rint((1 - below[np.arange(n_groups), cut]) * total[:, 0])
    at = np.arange(n_groups), cut
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = (mean[:, 0] - first[at]) / (1 - below[at]) - first[at] / below[at]
    two = (between[at] >= TWO_MODES * np.maximum(variance, 1e-9)) & (upper >= least) & (np.nan_to_num(gap) >= APART)
    return np.asarray(two[group] & (level <= cut[group]))


def devoted(groups: Proposed, n: I64, n_events: I64, least: int) -> NDArray[np.bool_]:
    """Memberships that count, ``(n_members,)``: the account sent requests of the group, and not just in passing.

    An innocent who takes up an operator's wording now and then does so with a small part of his traffic and of the
    operator's volume. Left out is who reaches neither 0.4 of the devotion of the group's average request nor a quarter of
    the volume of the account that sent it, or not a twenty-fifth of that volume; or is
    of the lower of two populations by volume and less devoted than the upper. Groups without objects hold all that their accounts do.

    Args:
        groups: whose memberships.
        n: requests of each membership.
        n_events: requests of each account.
        least: accounts that the upper of two populations must have to stand alone.
    """
    group, count = groups.member_group, n.astype(np.float64)
    devotion = count / np.maximum(n_events[groups.member_account], 1)
    weight = np.maximum(np.bincount(group, weights=count, minlength=groups.n), 1)
    usual_devotion = np.bincount(group, weights=count * devotion, minlength=groups.n) / weight
    usual_n = np.bincount(group, weights=count * count, minlength=groups.n) / weight
    passing = (devotion < PASSING_DEVOTION * usual_devotion[group]) & (count < PASSING_VOLUME * usual_n[group])
    passing |= count < PASSING_ANYHOW * usual_n[group]
    # A replaced account had little time but did the same with it: of the lower population leaves who does less of it as well.
    passing |= _lower_mode(group, groups.n, count, least) & (devotion < LESS_DEVOTED * usual_devotion[group])
    has_objects = np.bincount(groups.object_group, minlength=groups.n) > 0
    return np.asarray((n > 0) & ~(passing & has_objects[group]))


@njit(cache=True, nogil=True)
def _place(key: np.int64, size: int) -> np.uint64:
    """Where the search for a key begins in an open-addressed table of ``size`` rows, a power of two."""
    return (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & np.uint64(size - 1)


@njit(cache=True, nogil=True)
def find(table: I64, key: np.int64) -> int:
    """The position of ``key`` under :func:`lookup`, -1 where unknown, as in a table without rows."""
    if len(table) == 0:
        return -1
    slot = _place(key, len(table))
    while table[slot, 1] >= 0:
        if table[slot, 0] == key:
            return int(table[slot, 1])
        slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
    return -1


@njit(cache=True, nogil=True)
def _fill(table: I64, new: I64, positions: I64) -> None:
    for i in range(len(new)):
        slot = _place(new[i], len(table))
        while table[slot, 1] >= 0:
            slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
        table[slot, 0], table[slot, 1] = new[i], positions[i]


def lookup(new: I64) -> I64:
    """An open-addressed table ``(size, 2)`` from each key of ``new`` to its position; rows of an absent key have position -1."""
    return _table(new, np.arange(len(new)))


def _table(new: I64, positions: I64) -> I64:
    size = 1 << max(1, int(np.ceil(np.log2(max(1, 2 * len(new))))))
    table = np.empty((size, 2), np.int64)
    table[:, 1] = -1
    _fill(table, new, positions)
    return table


@njit(cache=True, nogil=True)
def account_codes(table: I64, hashes: I64, out: NDArray[np.int32]) -> None:
    """The position of each hash, -1 where unknown."""
    for i in range(len(hashes)):
        out[i] = find(table, hashes[i])


@njit(cache=True, nogil=True)
def _mark(bits: NDArray[np.uint64], keys: I64) -> None:
    for key in keys:
        bit = _place(key, 64 * len(bits))
        bits[bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))


class Index(NamedTuple):
    """Groups as the kernels look them up. A slot is the place of a membership in the order of accounts, and of groups within."""

    column_start: I64
    """First row of each column in ``table``, ``(n_columns + 1,)``."""
    table: I64
    """An open-addressed table (:func:`lookup`) a column: from an object to its number among those of all columns."""
    bits: NDArray[np.uint64]
    """A filter: the bit of an object that is no group's is seldom set."""
    key_start: I64
    """First row of each object in ``key_group``, ``(n_objects + 1,)``."""
    key_group: I64
    """Groups that an object marks."""
    plain_start: I64
    """First row of each account in ``plain_slot``, ``(n_accounts + 1,)``."""
    plain_slot: I64
    """Memberships in groups without objects, which take every request."""
    own_start: I64
    """First slot of each account, ``(n_accounts + 1,)``."""
    own_group: I64
    """Group of each slot, ``(n_members,)``."""
    n_groups: int


@njit(cache=True, nogil=True)
def _know(account: int, index: Index, known: I64) -> None:
    """Write down the memberships of an account, each at its group: an account's events come one after the other."""
    for j in range(index.own_start[account], index.own_start[account + 1]):
        known[index.own_group[j], 0] = account << 32 | j


@njit(cache=True, nogil=True, inline="always")  # a call with so many arrays costs as much as what it does
def _slots_of_event(account: int, event: int, objects: I64, index: Index, known: I64, slots: I64) -> int:
    """Fill the slots that one event counts for; returns how many.

    ``known`` has for each group who was written there last (:func:`_know`), and the last event that counts for it.
    """
    found = 0
    if index.own_start[account] == index.own_start[account + 1]:
        return 0
    for j in range(index.plain_start[account], index.plain_start[account + 1]):
        if found < len(slots):
            slots[found] = index.plain_slot[j]
            found += 1
    for c in range(len(index.column_start) - 1):
        key = objects[c]
        if key == 0:
            continue
        # Most objects of most requests are no group's: a bit in the cache says so.
        bit = _place(key, 64 * len(index.bits))
        if not index.bits[bit >> np.uint64(6)] >> (bit & np.uint64(63)) & np.uint64(1):
            continue
        place = find(index.table[index.column_start[c] : index.column_start[c + 1]], key)
        if place < 0:
            continue
        for j in range(index.key_start[place], index.key_start[place + 1]):
            group = index.key_group[j]
            if known[group, 0] >> 32 == account and known[group, 1] != event and found < len(slots):
                known[group, 1] = event
                slots[found] = known[group, 0] & LOW
                found += 1
    return found


@njit(cache=True, nogil=True)
def _accumulate(
    order: I64, account: NDArray[np.int32], time: I64, parent: I64, output: NDArray[np.int32],
    elicitation: NDArray[np.uint8], words: NDArray[np.int32], capability: NDArray[np.uint8], objects: I64, half: I64,
    index: Index, start_hour: int, part: int, parts: int,
    sums: I64, first: I64, last: I64, day_parts: NDArray[np.int32], capabilities: NDArray[np.int32], lengths: NDArray[np.int32],
    active: NDArray[np.uint64], hourly: NDArray[np.int32],
) -> None:
    """Add the events of every ``parts``-th account: memberships belong to one account, so parts may run side by side.

    Events come in the order of their accounts, and sums lie in that order too: what is added to lies side by side.
    """
    slots, known, last_account = np.empty(64, np.int64), np.full((index.n_groups, 2), -1, np.int64), -1
    for i in order:
        a = account[i]
        if a < 0 or a % parts != part:
            continue
        if a != last_account:
            _know(a, index, known)
            last_account = a
        found = _slots_of_event(a, i, objects[i], index, known, slots)
        if found == 0:
            continue
        hour = time[i] // HOUR_US
        day_part = (hour % 24) * DAY_PARTS // 24
        length = 0
        while length < LENGTHS - 1 and words[i] >= 4 << length:
            length += 1
        for k in range(found):
            s = slots[k]
            sums[s, 0] += 1
            sums[s, 1] += parent[i] == 0
            sums[s, 2] += output[i]
            sums[s, 3] += elicitation[i] >= 2
            sums[s, 4] += words[i]
            first[s] = min(first[s], time[i])
            last[s] = max(last[s], time[i])
            day_parts[s, day_part] += 1
            capabilities[s, capability[i]] += 1
            lengths[s, length] += 1
            bit = hour % HOUR_BITS
            active[s, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
            hourly[index.own_group[s], half[a], hour - start_hour] += 1


@njit(cache=True, nogil=True)
def _match(order: I64, account: NDArray[np.int32], objects: I64, index: Index, out: NDArray[np.bool_]) -> None:
    """Whether each event belongs to any group of its account."""
    slots, known, last_account = np.empty(64, np.int64), np.full((index.n_groups, 2), -1, np.int64), -1
    for i in order:
        a = account[i]
        if a < 0:
            out[i] = False
            continue
        if a != last_account:
            _know(a, index, known)
            last_account = a
        out[i] = _slots_of_event(a, i, objects[i], index, known, slots) > 0


BITS_AN_OBJECT = 16
"""Bits of the filter for each object of a group: one in 16 other objects gets through it."""


class Matcher:
    """Finds the groups of events: the tables that the kernels need, built once."""

    def __init__(self, groups: Proposed, n_accounts: int, columns: tuple[str, ...]) -> None:
        """Index the groups' objects by sketch column and their members by account."""
        self.groups, self.columns, self.n_accounts = groups, columns, n_accounts
        objects = distinct(np.stack([groups.object_column, groups.object_key, groups.object_group], axis=1))[0]
        begins = np.flatnonzero(np.append(True, (objects[1:, :2] != objects[:-1, :2]).any(axis=1))[: len(objects)])
        key_column, key = objects[begins, 0], objects[begins, 1]
        tables, start = [], [0]
        for column in range(len(columns)):
            rows = np.flatnonzero(key_column == column)
            tables.append(_table(key[rows], rows) if len(rows) else np.zeros((0, 2), np.int64))
            start.append(start[-1] + len(tables[-1]))
        bits = np.zeros(1 << max(4, int(np.ceil(np.log2(max(1, BITS_AN_OBJECT * len(groups.object_key) / 64))))), np.uint64)
        _mark(bits, groups.object_key)
        self.order, of_account = by_value(groups.member_account, n_accounts)
        """Memberships in the order of their accounts, and of groups within; memberships come in the order of groups."""
        own_group = groups.member_group[self.order]
        has_objects = np.bincount(groups.object_group, minlength=groups.n) > 0
        plain = np.flatnonzero(~has_objects[own_group]) if groups.n else np.zeros(0, np.int64)
        counts = np.bincount(groups.member_account[self.order[plain]], minlength=n_accounts)
        self.index = Index(
            np.array(start), np.concatenate(tables), bits, np.append(begins, len(objects)), objects[:, 2].copy(),
            np.concatenate([[0], np.cumsum(counts)]), plain, of_account, own_group, groups.n,
        )

    def objects(self, batch: Mapping[str, NDArray[Any]]) -> I64:
        """The content objects of a batch, ``(n, n_columns)``."""
        return np.stack([batch[name] for name in self.columns], axis=1).astype(np.int64, copy=False)

    def marked(self, account: NDArray[np.int32], batch: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Which events belong to any group of their account."""
        out = np.empty(len(account), np.bool_)
        _match(np.argsort(account, kind="stable"), account, self.objects(batch), self.index, out)
        return out


def measure(
    matcher: Matcher, half: I64, hours: tuple[int, int], batches: Iterable[tuple[NDArray[np.int32], Mapping[str, NDArray[Any]]]],
    threads: int = 1,
) -> Measured:
    """Sum over all batches of (account codes, sketch columns).

    Args:
        matcher: of the groups.
        half: ``(n_accounts,)`` 0 or 1.
        hours: first and last hour since 1970 that occur.
        batches: partitions or parts of them, in any order.
        threads: worker threads; the sums do not depend on them.
    """
    n_members, n_groups = len(matcher.groups.member_group), matcher.groups.n
    sums = np.zeros((n_members, 5), np.int64)
    first, last = np.full(n_members, np.iinfo(np.int64).max), np.full(n_members, np.iinfo(np.int64).min)
    day_parts = np.zeros((n_members, DAY_PARTS), np.int32)
    capabilities = np.zeros((n_members, len(CAPABILITIES)), np.int32)
    lengths = np.zeros((n_members, LENGTHS), np.int32)
    active = np.zeros((n_members, HOUR_BITS // 64), np.uint64)
    hourly = np.zeros((threads, n_groups, 2, hours[1] - hours[0] + 1), np.int32)
    with ThreadPoolExecutor(threads) as pool:
        for account, batch in batches:
            events = (
                np.argsort(account, kind="stable"), account, batch["time"], batch["parent"], batch["output_tokens"],
                batch["elicitation"], batch["n_words"], batch["capability"], matcher.objects(batch), half,
                matcher.index, hours[0],
            )

            def add(part: int, events: tuple[Any, ...] = events) -> None:
                arguments = (*events, part, threads, sums, first, last, day_parts, capabilities, lengths, active, hourly[part])
                _accumulate(*arguments)

            list(pool.map(add, range(threads)))
    # Back to the order of groups, one array after the other, since they are the largest that a run holds.
    place = np.empty(n_members, np.int64)
    place[matcher.order] = np.arange(n_members)
    sums = sums[place]
    first, last = first[place], last[place]
    day_parts, capabilities, lengths = day_parts[place], capabilities[place], lengths[place]
    active = active[place]
    set_bits = np.bitwise_count(active).sum(axis=1).astype(np.float64)
    span = hours[1] - hours[0] + 1
    # Hours wrap around only where the log is longer than the bits.
    distinct = set_bits if span <= HOUR_BITS else -HOUR_BITS * np.log1p(-np.minimum(set_bits, HOUR_BITS - 1) / HOUR_BITS)
    n, first_turns, output, elicits, words = np.ascontiguousarray(sums.T)
    return Measured(
        n, first_turns, output, elicits, words, first, last, day_parts, capabilities, lengths,
        distinct, hourly.sum(axis=0), hours[0],
    )
