"""Judge one view: groups that share beyond chance, or crowds in time and amount; a value and a flag for each account."""

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
"""Caps on the accounts of an object; more popular objects are left out."""
MAX_PAIRS = 5_000_000
"""Target for the coincidences of one view: the cap is lowered until there are no more, but not below the last one."""
RESOLUTIONS = (0.5, 1.0, 2.0)
"""Resolutions of Leiden: an account is flagged if most of them flag it, and its group is that of the middle one."""
MIN_EXCESS_RATIO = 3.0
"""Ratio of objects shared beyond each pair's first to those expected by chance, above which a group is flagged. From 2 to 5 the benchmarks
give the same groups."""
MIN_MEMBERS = 5
"""Fewest accounts of a flagged group."""
MIN_PARTNERS = 2
"""Fewest accounts of its group with which a flagged account shares two objects or more."""
MAX_JOIN_Q = 0.01
"""False-discovery rate at which an account joins a group that was accepted without it."""
CROWD_REACH_H = (0, 1, 4, 24)
"""Reach of a crowd in time, hours."""
CROWD_REACH = (1.0, 4.0)
"""Reach of a crowd in amount, in the unit of the objects' numbers."""
MAX_AMOUNT = 1e300
"""Largest absolute amount, so that no difference overflows."""


@dataclass(frozen=True)
class View:
    """The result of one view."""

    name: str
    value: Floats
    """How suspicious each account is, ``(n_accounts,)``."""
    flagged: Bools
    """Accounts of flagged groups, ``(n_accounts,)``."""
    group: I64
    """Flagged group of each account, -1 for none, ``(n_accounts,)``."""
    shared: nulls.ObservedExpected | None = None
    """Objects that the pairs of each group share, and those expected; None for crowds."""
    excess: nulls.ObservedExpected | None = None
    """The same beyond the first object of each pair."""
    links: nulls.PairLinks | None = None
    n_tests: int = 0
    """Number of communities over all resolutions, each of which is a test."""


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
    values, flags = zip(*(judge_groups(group, links) for group in groups), strict=True)
    flagged = np.sum(flags, axis=0) * 2 > len(RESOLUTIONS)
    group = add_joining_accounts(groups[len(groups) // 2], flagged, links)
    shared, excess = nulls.cluster_obs_exp(group, links), nulls.cluster_obs_exp(group, beyond_first(links))
    n_tests = sum(int(group.max(initial=-1)) + 1 for group in groups)
    return View(name, np.mean(values, axis=0), group >= 0, group, shared, excess, links, n_tests)


def beyond_first(links: nulls.PairLinks) -> nulls.PairLinks:
    """The pairs without the first object that each shares."""
    return links._replace(n_shared=links.n_shared - 1)


def judge_groups(group: I64, links: nulls.PairLinks) -> tuple[Floats, Bools]:
    """Value and flag of every account under one division into groups, ``(n_accounts,)`` each."""
    shared, excess = nulls.cluster_obs_exp(group, links), nulls.cluster_obs_exp(group, beyond_first(links))
    ratio = np.where(group >= 0, np.append(shared.ratio, 0.0)[group], 0.0)
    value = np.log1p(np.log1p(ratio) * np.log1p(shared_with_own_group(group, links).observed))
    partners = shared_with_own_group(group, repeated_pairs(links)).n_partners
    beyond_chance = np.append((excess.ratio > MIN_EXCESS_RATIO) & (excess.n_members >= MIN_MEMBERS), False)
    return value, beyond_chance[group] & (group >= 0) & (partners >= MIN_PARTNERS)


def repeated_pairs(links: nulls.PairLinks) -> nulls.PairLinks:
    """The pairs that share two objects or more."""
    again = links.n_shared >= 2
    return links._replace(
        a=links.a[again], b=links.b[again], n_shared=links.n_shared[again], expected=links.expected[again]
    )


def add_joining_accounts(group: I64, flagged: Bools, links: nulls.PairLinks) -> I64:
    """Groups of the flagged accounts, numbered anew, with every account that shares too much with one to be chance."""
    numbers, kept = np.unique(group[flagged], return_inverse=True)
    accepted = np.full(len(group), -1, np.int64)
    accepted[flagged] = kept
    member = nulls.account_obs_exp(accepted, repeated_pairs(links))
    log_p = nulls.poisson_log_sf(member.observed, member.expected)
    q = nulls.benjamini_hochberg(log_p, len(group) * max(len(numbers), 1))
    join = (q < MAX_JOIN_Q) & (member.n_partners >= MIN_PARTNERS) & ~flagged[member.account]
    rows = np.flatnonzero(join)[np.argsort(-log_p[join], kind="stable")]
    # Of several groups that an account may join, the last assignment stays: the most surprising.
    accepted[member.account[rows]] = member.group[rows]
    return accepted


def communities(links: nulls.PairLinks, n_accounts: int, resolutions: Sequence[float], seed: int) -> list[I64]:
    """Leiden communities of the pairs at each resolution, ``(n_accounts,)`` each; -1 for accounts without a pair."""
    groups = [np.full(n_accounts, -1, np.int64) for _ in resolutions]
    if not len(links.a):
        return groups
    # The library needs names as ends. Each name is made once and shared by all pairs of the account.
    names = np.array([str(code) for code in range(n_accounts)], object)
    # Edges are weighted by evidence (log-likelihood ratio): by counts, a crew would drown in a large random community.
    weights = np.maximum(links.log_odds, 1e-6)
    edges = list(zip(names[links.a].tolist(), names[links.b].tolist(), weights.tolist(), strict=True))
    for group, resolution in zip(groups, resolutions, strict=True):
        _, label = graspologic_native.leiden(edges, resolution=resolution, seed=seed, use_modularity=True, iterations=3)
        group[np.array(list(label), np.int64)] = list(label.values())
    return groups


def shared_with_own_group(group: I64, links: nulls.PairLinks) -> nulls.Membership:
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
    """Crowds in time and amount, fused over scales; an account's best trace counts, and repeated traces count once.

    Args:
        name: of the view.
        account: code of each trace's account, ``(n_traces,)``.
        amount: number of each trace's object, ``(n_traces,)``.
        hour: hour of each trace since 1970 UTC, ``(n_traces,)``.
        n_accounts: number of accounts.
    """
    account, amount, hour = _distinct(account, amount, hour)
    # Shifted by half a step, no whole number lies on an edge between bins, where rounding would decide.
    logs = [
        nulls.count_nearby(hour * 3600, amount + 0.5, within_s=reach_h * 3600, within_value=reach).log_p
        for reach_h in CROWD_REACH_H
        for reach in CROWD_REACH
    ]
    value = np.zeros(n_accounts)
    np.maximum.at(value, account, nulls.fuse_log_p(np.stack(logs)))
    return View(name, value, np.zeros(n_accounts, bool), np.full(n_accounts, -1, np.int64))


def _distinct(account: I64, amount: Floats, hour: I64) -> tuple[I64, Floats, I64]:
    """The distinct rows: repeated rows of one account would look like a crowd."""
    order = np.lexsort((amount, hour, account))
    rows = account[order], amount[order], hour[order]
    new = np.append(True, np.any([part[1:] != part[:-1] for part in rows], axis=0))
    return rows[0][new], rows[1][new], rows[2][new]


def views(traces: pa.Table, account: I64, n_accounts: int, seed: int) -> Iterator[View]:
    """Judge each view of the traces, in order of their names; ``account`` is the code of each trace's account, ``(n_traces,)``."""
    names = traces["view"].combine_chunks()
    for name in sorted(pc.unique(names).to_pylist()):
        rows = np.flatnonzero(pc.equal(names, name).to_numpy(zero_copy_only=False))
        part, part_account = traces.take(pa.array(rows)), account[rows]
        timed = part["hour"].null_count == 0
        numbers = _amounts(part["object"], name) if timed and name.startswith("timing.") else None
        if numbers is not None:
            yield crowds(name, part_account, numbers, part["hour"].to_numpy().astype(np.int64), n_accounts)
            continue
        objects = pc.cast(part["object"], pa.string()).combine_chunks().dictionary_encode()
        key = objects.indices.to_numpy().astype(np.int64)
        if timed:
            # The same object on the same day counts, so that the days on which accounts are active are part of the null.
            day = part["hour"].to_numpy().astype(np.int64) // HOURS_A_DAY
            key = np.unique(key * (int(day.max()) - int(day.min()) + 1) + day - int(day.min()), return_inverse=True)[1]
        base = int(key.max(initial=0)) + 1
        pairs = np.unique(part_account * base + key)
        yield co_sharing(name, pairs // base, pairs % base, n_accounts, seed)


def _amounts(objects: pa.ChunkedArray, view: str) -> Floats | None:
    """Amounts; None where the objects are no numbers.

    Raises:
        InputError: an amount is beyond MAX_AMOUNT.
    """
    try:
        amounts = np.asarray(pc.cast(pc.cast(objects, pa.string()), pa.float64()).to_numpy(), np.float64)
    except pa.ArrowInvalid:
        return None
    if not np.isfinite(amounts).all():
        return None
    if np.abs(amounts).max(initial=0) > MAX_AMOUNT:
        what = f"traces.object of {view} has amounts beyond {MAX_AMOUNT:g}"
        raise InputError(what, todo="Write smaller amounts, or name the view so that it does not begin with timing.")
    return amounts


def sum_standardised(judged_views: list[View]) -> Floats:
    """Sum of the views' values, each in its own standard deviations, ``(n_accounts,)``."""
    total = np.zeros(len(judged_views[0].value))
    for view in judged_views:
        spread = float(view.value.std())
        total += view.value / spread if spread else 0.0
    return total
