"""What one view says: groups that share beyond chance, or crowds in time and amount; a value and a flag for each account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import graspologic_native
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch.errors import InputError
from stillwatch.numeric import nulls

Floats = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOURS_A_DAY = 24
POPULARITY_CAPS = (400, 200, 100, 50, 20)
MAX_PAIRS = 5_000_000
"""Coincidences that one view should give at most: the popularity cap is lowered until it does, and no further than the last."""
RESOLUTIONS = (0.5, 1.0, 2.0)
"""Of Leiden; an account is flagged where most of them flag it, and its group is that of the middle one."""
MIN_EXCESS_RATIO = 3.0
"""Shared objects beyond each pair's first, over chance. From 2 to 5 the benchmarks give the same groups."""
MIN_MEMBERS = 5
MIN_PARTNERS = 2
MAX_JOIN_Q = 0.01
"""False-discovery rate at which an account joins a group that was accepted without it."""
CROWD_REACH_H = (0, 1, 4, 24)
CROWD_REACH = (1.0, 4.0)
"""Reach in amount, in steps of the objects' numbers."""
LARGEST = 1e300
"""Amount either way up to which no difference overflows."""


@dataclass(frozen=True)
class View:
    """What one view says: a value and a flag for each account, and its groups (-1 for none)."""

    name: str
    value: Floats
    flagged: Bools
    group: I64
    found: nulls.ObservedExpected | None = None
    excess: nulls.ObservedExpected | None = None
    links: nulls.PairLinks | None = None
    n_tests: int = 0
    """Communities that were looked at, of all resolutions."""


def co_sharing(name: str, account: I64, object_: I64, n_accounts: int, seed: int) -> View:
    """Groups of accounts that share objects of one view, against chance.

    An account's value grows with how many times chance its group shares, and with how much it shares with its group.
    A group is flagged on what its pairs share *beyond the first* object, because a community of a random graph forms
    around single popular objects, which says nothing (on YelpChi and on permuted data none is flagged).
    """
    n_objects = int(object_.max(initial=-1)) + 1
    cap = nulls.popularity_cap(np.bincount(object_, minlength=n_objects), POPULARITY_CAPS, MAX_PAIRS)
    links = nulls.pair_links(account, object_, n_accounts, n_objects, max_popularity=cap)
    groups = communities(links, n_accounts, RESOLUTIONS, seed)
    values, flags = zip(*(judged(group, links) for group in groups), strict=True)
    flagged = np.sum(flags, axis=0) * 2 > len(RESOLUTIONS)
    group = joined(groups[len(groups) // 2], flagged, links)
    found, excess = nulls.cluster_obs_exp(group, links), nulls.cluster_obs_exp(group, beyond(links))
    n_tests = sum(int(group.max(initial=-1)) + 1 for group in groups)
    return View(name, np.mean(values, axis=0), group >= 0, group, found, excess, links, n_tests)


def beyond(links: nulls.PairLinks) -> nulls.PairLinks:
    """The pairs without the first object that each shares."""
    return links._replace(n_shared=links.n_shared - 1)


def judged(group: I64, links: nulls.PairLinks) -> tuple[Floats, Bools]:
    """Value and flag of every account under one division into groups."""
    found, excess = nulls.cluster_obs_exp(group, links), nulls.cluster_obs_exp(group, beyond(links))
    ratio = np.where(group >= 0, np.append(found.ratio, 0.0)[group], 0.0)
    value = np.log1p(np.log1p(ratio) * np.log1p(own_group(group, links).observed))
    partners = own_group(group, repeated(links)).n_partners
    sure = np.append((excess.ratio > MIN_EXCESS_RATIO) & (excess.n_members >= MIN_MEMBERS), False)
    return value, sure[group] & (group >= 0) & (partners >= MIN_PARTNERS)


def repeated(links: nulls.PairLinks) -> nulls.PairLinks:
    """The pairs that share two objects or more."""
    again = links.n_shared >= 2
    return links._replace(
        a=links.a[again], b=links.b[again], n_shared=links.n_shared[again], expected=links.expected[again]
    )


def joined(group: I64, flagged: Bools, links: nulls.PairLinks) -> I64:
    """Groups of the flagged accounts, numbered anew, with every account that shares too much with one to be chance."""
    numbers, kept = np.unique(group[flagged], return_inverse=True)
    accepted = np.full(len(group), -1, np.int64)
    accepted[flagged] = kept
    member = nulls.account_obs_exp(accepted, repeated(links))
    log_p = nulls.poisson_log_sf(member.observed, member.expected)
    q = nulls.benjamini_hochberg(log_p, len(group) * max(len(numbers), 1))
    join = (q < MAX_JOIN_Q) & (member.n_partners >= MIN_PARTNERS) & ~flagged[member.account]
    rows = np.flatnonzero(join)[np.argsort(-log_p[join], kind="stable")]
    accepted[member.account[rows]] = member.group[rows]  # of an account's several, the last stays: the most surprising
    return accepted


def communities(links: nulls.PairLinks, n_accounts: int, resolutions: Sequence[float], seed: int) -> list[I64]:
    """Leiden communities of the pairs at each resolution, ``(n_accounts,)`` each; -1 for accounts without a pair."""
    groups = [np.full(n_accounts, -1, np.int64) for _ in resolutions]
    if not len(links.a):
        return groups
    # The library wants named ends. Names are made once an account, and shared by all of its pairs.
    names = np.array([str(code) for code in range(n_accounts)], object)
    # Weighted by evidence (log-likelihood ratio), not by count: with counts a crew drowns in a large random community.
    weights = np.maximum(links.log_odds, 1e-6)
    edges = list(zip(names[links.a].tolist(), names[links.b].tolist(), weights.tolist(), strict=True))
    for group, resolution in zip(groups, resolutions, strict=True):
        _, label = graspologic_native.leiden(edges, resolution=resolution, seed=seed, use_modularity=True, iterations=3)
        group[np.array(list(label), np.int64)] = list(label.values())
    return groups


def own_group(group: I64, links: nulls.PairLinks) -> nulls.Membership:
    """What each account shares with its own group, ``(n_accounts,)`` each."""
    member = nulls.account_obs_exp(group, links)
    own = member.group == group[member.account]
    account, n = member.account[own], len(group)
    return nulls.Membership(
        np.arange(n),
        group,
        np.bincount(account, member.observed[own], n).astype(np.float64),
        np.bincount(account, member.expected[own], n).astype(np.float64),
        np.bincount(account, member.n_partners[own], n).astype(np.int64),
    )


def crowds(name: str, account: I64, amount: Floats, hour: I64, n_accounts: int) -> View:
    """Crowds in time and amount, fused over scales; an account's best trace counts, and a trace that is told twice counts once."""
    account, amount, hour = _distinct(account, amount, hour)
    # Half a step on, no whole number lies on an edge between bins, where rounding would decide.
    logs = [
        nulls.crowd(hour * 3600, amount + 0.5, within_s=reach_h * 3600, within=reach).log_p
        for reach_h in CROWD_REACH_H
        for reach in CROWD_REACH
    ]
    value = np.zeros(n_accounts)
    np.maximum.at(value, account, nulls.crowd_score(np.stack(logs)))
    return View(name, value, np.zeros(n_accounts, bool), np.full(n_accounts, -1, np.int64))


def _distinct(account: I64, amount: Floats, hour: I64) -> tuple[I64, Floats, I64]:
    """The different rows: its own rows told again would be a crowd around an account."""
    order = np.lexsort((amount, hour, account))
    rows = account[order], amount[order], hour[order]
    new = np.append(True, np.any([part[1:] != part[:-1] for part in rows], axis=0))
    return rows[0][new], rows[1][new], rows[2][new]


def views(traces: pa.Table, account: I64, n_accounts: int, seed: int) -> Iterator[View]:
    """Look at each view of the traces, in order of their names."""
    names = traces["view"].combine_chunks()
    for name in sorted(pc.unique(names).to_pylist()):
        rows = np.flatnonzero(pc.equal(names, name).to_numpy(zero_copy_only=False))
        part, who = traces.take(pa.array(rows)), account[rows]
        timed = part["hour"].null_count == 0
        numbers = _numbers(part["object"], name) if timed and name.startswith("timing.") else None
        if numbers is not None:
            yield crowds(name, who, numbers, part["hour"].to_numpy().astype(np.int64), n_accounts)
            continue
        objects = pc.cast(part["object"], pa.string()).combine_chunks().dictionary_encode()
        key = objects.indices.to_numpy().astype(np.int64)
        if timed:  # the same object on the same day: who is active when is then part of the null
            day = part["hour"].to_numpy().astype(np.int64) // HOURS_A_DAY
            key = np.unique(key * (int(day.max()) - int(day.min()) + 1) + day - int(day.min()), return_inverse=True)[1]
        base = int(key.max(initial=0)) + 1
        pairs = np.unique(who * base + key)
        yield co_sharing(name, pairs // base, pairs % base, n_accounts, seed)


def _numbers(objects: pa.ChunkedArray, view: str) -> Floats | None:
    """Amounts; None where the objects are no numbers.

    Raises:
        InputError: an amount is beyond LARGEST.
    """
    try:
        found = np.asarray(pc.cast(pc.cast(objects, pa.string()), pa.float64()).to_numpy(), np.float64)
    except pa.ArrowInvalid:
        return None
    if not np.isfinite(found).all():
        return None
    if np.abs(found).max(initial=0) > LARGEST:
        what = f"traces.object of {view} has amounts beyond {LARGEST:g}"
        raise InputError(what, todo="Write smaller amounts, or name the view so that it does not begin with timing.")
    return found


def fuse(looked: list[View]) -> Floats:
    """Sum of the views' values, each in its own standard deviations."""
    total = np.zeros(len(looked[0].value))
    for view in looked:
        spread = float(view.value.std())
        total += view.value / spread if spread else 0.0
    return total
