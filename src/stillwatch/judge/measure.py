"""Measure the requests of every group: one pass over the sketches that only sums.

Sums of partitions add up, so the result does not depend on how the events are cut into partitions.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.judge.matcher import MOST_GROUPS, Index, Matcher, note_memberships, slots_of_event
from stillwatch.judge.people import DAY_US, HOUR_US
from stillwatch.numeric.fast_hashes import splitmix64
from stillwatch.numeric.groups import Groups
from stillwatch.tables import CAPABILITIES

I64 = NDArray[np.int64]

HOUR_BITS = 512
"""Bits of the bit map that counts the hours of a membership. Logs of up to three weeks have one bit per hour. In longer ones the bit is a
hash of the hour, since linear counting needs random bits: by remainder, the same hours of the day would collide too seldom."""
LONGEST_HOURS = 366 * 24
"""In logs of so many hours, ``hourly`` leaves out days without a request: one stray time can add up to twenty years of them."""
DAY_PARTS = 8
"""Three-hour parts of the UTC day."""
OTHER = CAPABILITIES.index("other")
LENGTHS = 8
"""Classes of prompt length, each twice as long as the one before."""


@dataclass(frozen=True)
class Measured:
    """Sums over the requests of each membership (a row of ``member_group``) and of each group.

    A request belongs to a group when its account is a member and, where the group has objects, the request shows one.
    """

    n: I64
    """Number of requests, ``(n_members,)``."""
    first_turns: I64
    """Requests that begin a conversation, ``(n_members,)``."""
    output_tokens: I64
    """Output tokens, ``(n_members,)``."""
    elicitation: I64
    """Requests with at least two words that ask to write the reasoning out, ``(n_members,)``."""
    words: I64
    """Words of the prompts, ``(n_members,)``."""
    unclear: I64
    """Requests that continue a conversation and do not say what they ask for, such as "go on", ``(n_members,)``; among ``other`` below."""
    first_us: I64
    """Time of the first request, microseconds since 1970 UTC, ``(n_members,)``; the largest int64 where there is none."""
    last_us: I64
    """Time of the last request; the smallest int64 where there is none."""
    day_parts: NDArray[np.int32]
    """Requests by part of the day, ``(n_members, DAY_PARTS)``."""
    capabilities: NDArray[np.int32]
    """Requests by capability, ``(n_members, len(CAPABILITIES))``."""
    lengths: NDArray[np.int32]
    """Requests by the words of their prompt: under 4, 8, 16, … 256, and more, ``(n_members, LENGTHS)``."""
    active_hours: NDArray[np.float64]
    """Distinct hours with a request, ``(n_members,)``; in long logs an estimate by linear counting (Whang et al. 1990)."""
    hourly: NDArray[np.int32]
    """Requests of each half of each group by hour (:func:`hour_columns`), ``(n_groups, 2, n_hours)``; accounts are halved by their hash."""
    crowded: int = 0
    """Requests that belong to more than MOST_GROUPS groups, and count for only so many of them."""

    def select(self, members: NDArray[np.bool_], groups: NDArray[np.bool_]) -> "Measured":
        """The sums of some memberships ``(n_members,)`` and groups ``(n_groups,)``."""
        of_members = {f.name: getattr(self, f.name)[members] for f in fields(self) if f.name not in ("hourly", "crowded")}
        return replace(self, hourly=self.hourly[groups], **of_members)

    def beside(self, other: "Measured") -> "Measured":
        """The sums of further groups of the same log behind these."""
        of_both = {f.name: np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self) if f.name != "crowded"}
        return Measured(**of_both, crowded=self.crowded)


PASSING_DEVOTION, PASSING_VOLUME, PASSING_ANYHOW = 0.4, 0.25, 0.04
"""An account is in a group only in passing if it has less than the first share of the usual devotion and the second of the usual volume, or
less than the third of the usual volume alone."""


HALF_OCTAVES = 48
"""Number of classes of volume, each √2 times the one before; the last has everything above."""
TWO_MODES = 0.75
"""Share of the variance of log volume between two classes from which a group is two populations; a normal distribution has 0.64."""
LESS_DEVOTED = 0.7
"""Share of a group's usual devotion below which an account of the lower population is left out."""
MODE_GAP_HALF_OCTAVES = 4
"""Fewest half octaves between the mean volumes of two populations: a factor of 4, more than chance or a load balancer gives."""


def _lower_mode(group: I64, n_groups: int, count: NDArray[np.float64], least: int) -> NDArray[np.bool_]:
    """Memberships of the lower of two populations by volume (Otsu 1979), ``(n_members,)``.

    Only where a group has two, and ``least`` accounts or more in the upper one.
    """
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
    two = (between[at] >= TWO_MODES * np.maximum(variance, 1e-9)) & (upper >= least) & (np.nan_to_num(gap) >= MODE_GAP_HALF_OCTAVES)
    return np.asarray(two[group] & (level <= cut[group]))


def devoted(groups: Groups, n: I64, n_events: I64, least: int) -> NDArray[np.bool_]:
    """Memberships that count, ``(n_members,)``: the account sent requests of the group, and not just in passing.

    An innocent who takes up an operator's wording now and then does so with a small part of his traffic and of the operator's volume. Left
    out are accounts below the PASSING shares of the usual devotion and volume, averaged over the group's requests, and less devoted
    accounts of the lower of two populations by volume. Groups without objects hold everything that their accounts do.

    Args:
        groups: the groups.
        n: requests of each membership, ``(n_members,)``.
        n_events: requests of each account, ``(n_accounts,)``.
        least: fewest accounts of the upper of two populations.
    """
    group, count = groups.member_group, n.astype(np.float64)
    devotion = count / np.maximum(n_events[groups.member_account], 1)
    weight = np.maximum(np.bincount(group, weights=count, minlength=groups.n), 1)
    usual_devotion = np.bincount(group, weights=count * devotion, minlength=groups.n) / weight
    usual_n = np.bincount(group, weights=count * count, minlength=groups.n) / weight
    passing = (devotion < PASSING_DEVOTION * usual_devotion[group]) & (count < PASSING_VOLUME * usual_n[group])
    passing |= count < PASSING_ANYHOW * usual_n[group]
    # A replaced account had little time but did the same in it: of the lower population only less devoted accounts are left out.
    passing |= _lower_mode(group, groups.n, count, least) & (devotion < LESS_DEVOTED * usual_devotion[group])
    has_objects = np.bincount(groups.object_group, minlength=groups.n) > 0
    return np.asarray((n > 0) & ~(passing & has_objects[group]))


@njit(cache=True, nogil=True)
def _accumulate(
    order: I64, account: NDArray[np.int32], time: I64, parent: I64, output: NDArray[np.int32],
    elicitation: NDArray[np.uint8], words: NDArray[np.int32], capability: NDArray[np.uint8], marks: NDArray[np.int32], half: I64,
    index: Index, start_hour: int, column: I64, hashed: bool, part: int, parts: int,
    sums: I64, first: I64, last: I64, day_parts: NDArray[np.int32], capabilities: NDArray[np.int32], lengths: NDArray[np.int32],
    active: NDArray[np.uint64], crowded: I64, hourly: NDArray[np.int32],
) -> None:
    """Add the events of every ``parts``-th account: a membership belongs to one account, so parts can run in parallel.

    Events come in the order of their accounts, and so do the sums, so that memory is written in order.
    """
    slots, known, last_account = np.empty(MOST_GROUPS, np.int64), np.full((index.n_groups, 2), -1, np.int64), -1
    for i in order:
        a = account[i]
        if a < 0 or a % parts != part:
            continue
        if a != last_account:
            note_memberships(a, index, known)
            last_account = a
        found = slots_of_event(a, i, marks[i], index, known, slots)
        if found == 0:
            continue
        if found > MOST_GROUPS:
            crowded[part] += 1
            found = MOST_GROUPS
        # What the event adds is worked out once: inside the loop it would be read again for each membership, since the arrays that are
        # written might be those that are read.
        at_us, begins, tokens, elicits, n_words, asked = time[i], parent[i] == 0, output[i], elicitation[i] >= 2, words[i], capability[i]
        unclear, hour = not begins and asked == OTHER, at_us // HOUR_US
        day_part = (hour % 24) * DAY_PARTS // 24
        length = 0
        while length < LENGTHS - 1 and n_words >= 4 << length:
            length += 1
        bit = np.int64(splitmix64(np.uint64(hour)) % np.uint64(HOUR_BITS)) if hashed else hour % HOUR_BITS
        word, mask, side, hour_column = bit >> 6, np.uint64(1) << np.uint64(bit & 63), half[a], column[hour - start_hour]
        for k in range(found):
            s = slots[k]
            sums[s, 0] += 1
            sums[s, 1] += begins
            sums[s, 2] += tokens
            sums[s, 3] += elicits
            sums[s, 4] += n_words
            sums[s, 5] += unclear
            first[s] = min(first[s], at_us)
            last[s] = max(last[s], at_us)
            day_parts[s, day_part] += 1
            capabilities[s, asked] += 1
            lengths[s, length] += 1
            active[s, word] |= mask
            hourly[index.own_group[s], side, hour_column] += 1


def hour_columns(hours: tuple[int, int], times: Iterable[I64]) -> I64:
    """The column of ``hourly`` for each hour from the first to the last, ``(n_hours,)``: its own, except in logs of LONGEST_HOURS.

    Args:
        hours: first and last hour of the log, since 1970 UTC.
        times: times of all requests, microseconds since 1970 UTC, in any order; read only for such long logs.
    """
    day = np.arange(hours[0], hours[1] + 1) // 24
    if len(day) < LONGEST_HOURS:
        return np.arange(len(day))
    return np.isin(day, np.concatenate([np.unique(time // DAY_US) for time in times])).cumsum() - 1


def measure(
    matcher: Matcher, half: I64, hours: tuple[int, int], column: I64,
    batches: Iterable[tuple[NDArray[np.int32], Mapping[str, NDArray[Any]]]], threads: int = 1,
) -> Measured:
    """Sum the requests of every membership and group.

    Args:
        matcher: finds the groups of each request.
        half: 0 or 1 for each account, ``(n_accounts,)``.
        hours: first and last hour of the log, since 1970 UTC.
        column: :func:`hour_columns`, ``(n_hours,)``.
        batches: account codes and sketch columns of partitions, or of parts of them, in any order.
        threads: worker threads; the sums do not depend on them.
    """
    n_members, n_groups = len(matcher.groups.member_group), matcher.groups.n
    sums = np.zeros((n_members, 6), np.int64)
    first, last = np.full(n_members, np.iinfo(np.int64).max), np.full(n_members, np.iinfo(np.int64).min)
    day_parts = np.zeros((n_members, DAY_PARTS), np.int32)
    capabilities = np.zeros((n_members, len(CAPABILITIES)), np.int32)
    lengths = np.zeros((n_members, LENGTHS), np.int32)
    active, hashed = np.zeros((n_members, HOUR_BITS // 64), np.uint64), hours[1] - hours[0] >= HOUR_BITS
    crowded = np.zeros(threads, np.int64)
    hourly = np.zeros((threads, n_groups, 2, int(column[-1]) + 1), np.int32)
    with ThreadPoolExecutor(threads) as pool:
        for account, batch in batches:
            events = (
                np.argsort(account, kind="stable"), account, batch["time"], batch["parent"], batch["output_tokens"],
                batch["elicitation"], batch["n_words"], batch["capability"], matcher.marks(batch, pool), half,
                matcher.index, hours[0], column, hashed,
            )

            def add(part: int, events: tuple[Any, ...] = events) -> None:
                arguments = (*events, part, threads, sums, first, last, day_parts, capabilities, lengths, active, crowded, hourly[part])
                _accumulate(*arguments)

            list(pool.map(add, range(threads)))
    # Back to the order of groups, one array after the other: they are the largest of a run.
    place = np.empty(n_members, np.int64)
    place[matcher.order] = np.arange(n_members)
    sums = sums[place]
    first, last = first[place], last[place]
    day_parts, capabilities, lengths = day_parts[place], capabilities[place], lengths[place]
    active = active[place]
    set_bits = np.bitwise_count(active).sum(axis=1).astype(np.float64)
    active_hours = -HOUR_BITS * np.log1p(-np.minimum(set_bits, HOUR_BITS - 1) / HOUR_BITS) if hashed else set_bits
    n, first_turns, output, elicits, words, unclear = np.ascontiguousarray(sums.T)
    return Measured(
        n, first_turns, output, elicits, words, unclear, first, last, day_parts, capabilities, lengths,
        active_hours, hourly.sum(axis=0, dtype=np.int32), int(crowded.sum()),
    )
