"""Communities: accounts that share object after object, though no single object holds them together.

An operator's list of work gives each of his accounts a part of it, so that two of them meet in several rare objects and no
object is everybody's. Pairs that share beyond chance are links; a community of links is proposed, with the objects that are its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.group.proposals import NO_GROUPS, concatenate, from_labels, set_hash
from stillwatch.numeric import nulls
from stillwatch.numeric.groups import COMMUNITY, Groups

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

POPULARITY_CAPS = (100, 50, 25)
"""Accounts that leave an object at most for it to link pairs, from the cap that is tried first."""
MAX_PAIRS = 50_000_000
"""Coincidences that one kind of object should give at most: the popularity cap is lowered until it does, and no further than the last."""
LEAST_SHARED, LEAST_RATIO = 2, 5.0
"""Objects that a pair shares, and times chance, to be linked: one shared object is everybody's meeting."""
STRONGEST = 30
"""A link stays if it is among so many strongest of either account: at most so many an account on average, whatever a popular one has."""
RESOLUTIONS = (1.0, 2.0, 4.0, 8.0)
"""Of modularity: operators are found apart at one scale or another, and a group costs little to look at."""
OWN_ACCOUNTS, OWN_SHARE = 3, 0.5
"""Accounts of a community, and share of the accounts that leave an object, from which the object is the community's."""


class Incidence(NamedTuple):
    """Who left which object of one kind, each pair once; an object has one name (column and key) or several."""

    account: I64
    object: I64
    """Of each pair, sorted."""
    named: I64
    """Object of each name, sorted."""
    column: I64
    key: I64


def links(incidence: Incidence, n_accounts: int, threads: int) -> tuple[I64, I64, F64]:
    """Pairs of accounts that share objects beyond chance: codes and evidence (log-likelihood ratio, nats), ``(n_pairs,)`` each."""
    popularity = np.bincount(incidence.object)
    cap = nulls.popularity_cap(popularity, POPULARITY_CAPS, MAX_PAIRS)
    found = nulls.pair_links(
        incidence.account, incidence.object, n_accounts, len(popularity), max_popularity=cap, min_shared=LEAST_SHARED, threads=threads
    )
    keep = found.n_shared > LEAST_RATIO * np.maximum(found.expected, 1e-12)
    a, b = found.a[keep].astype(np.int64), found.b[keep].astype(np.int64)
    evidence = found.log_odds[keep]
    side, pair = np.concatenate([a, b]), np.tile(np.arange(len(a)), 2)
    order = np.lexsort((pair, -evidence[pair], side))
    rank = np.arange(len(order)) - np.searchsorted(side[order], side[order])
    strongest = np.unique(pair[order[rank < STRONGEST]])
    return a[strongest], b[strongest], evidence[strongest]


def labels(a: I64, b: I64, evidence: F64, n_accounts: int) -> list[I64]:
    """Community of each account at each resolution, ``(n_accounts,)``, -1 without a link.

    Louvain with refinement (Blondel et al. 2008; Staudt and Meyerhenke 2016) on one thread, so that the same graph gives the same labels.
    """
    if not len(a):
        return []
    import networkit

    linked, code = np.unique(np.concatenate([a, b]), return_inverse=True)
    networkit.setNumberOfThreads(1)  # more would make the result depend on the machine
    ends = code.astype(np.uint64)
    graph = networkit.GraphFromCoo((evidence, (ends[: len(a)], ends[len(a) :])), n=len(linked), weighted=True)
    out = []
    for resolution in RESOLUTIONS:
        networkit.setSeed(1, False)
        found = networkit.community.PLM(graph, refine=True, gamma=resolution, par="none").run()
        label = np.full(n_accounts, -1, np.int64)
        label[linked] = np.asarray(found.getPartition().getVector(), np.int64)
        out.append(label)
    return out


@njit(cache=True, nogil=True)
def _owned(objects: I64, community: I64, n_communities: int, owned: I64, by: I64) -> int:
    """Fill in each object that OWN_ACCOUNTS and OWN_SHARE of its accounts, of one community, leave, and the community; returns how many."""
    inside = np.zeros(n_communities, np.int64)
    found = begin = 0
    for row in range(len(objects)):
        if community[row] >= 0:
            inside[community[row]] += 1
        if row + 1 < len(objects) and objects[row + 1] == objects[row]:
            continue
        least = max(OWN_ACCOUNTS, OWN_SHARE * (row + 1 - begin))
        for k in range(begin, row + 1):
            c = community[k]
            if c < 0:
                continue
            if inside[c] >= least:
                owned[found], by[found] = objects[row], c
                found += 1
            inside[c] = 0
        begin = row + 1
    return found


def own_objects(label: I64, incidences: Sequence[Incidence]) -> tuple[I64, I64, I64]:
    """The objects that mostly one community's accounts leave: community, column and key of each, sorted by community.

    Args:
        label: community of each account, -1 for none, ``(n_accounts,)``.
        incidences: where objects are looked for.
    """
    whose, column, key = [], [], []
    n_communities = int(label.max(initial=0)) + 1
    for incidence in incidences:
        if not len(incidence.account):
            continue
        most = int(incidence.object[-1] + 1) * int(1 / OWN_SHARE)
        left, by = np.empty(most, np.int64), np.empty(most, np.int64)
        found = _owned(incidence.object, label[incidence.account], n_communities, left, by)
        left, by = left[:found], by[:found]
        first, last = (np.searchsorted(incidence.named, left, side) for side in ("left", "right"))
        n = last - first
        rows = np.repeat(first - np.cumsum(n) + n, n) + np.arange(n.sum())
        whose.append(np.repeat(by, n))
        column.append(incidence.column[rows])
        key.append(incidence.key[rows])
    owner = np.concatenate(whose or [np.zeros(0, np.int64)])
    order = np.argsort(owner, kind="stable")
    return owner[order], np.concatenate(column or [owner])[order], np.concatenate(key or [owner])[order]


def communities(incidences: Sequence[Incidence], n_accounts: int, min_accounts: int, threads: int = 1) -> Groups:
    """Propose the communities of each kind of object, at each resolution, with the objects of every kind that are theirs.

    Args:
        incidences: one for each kind of object; kinds whose objects come from the same words of a prompt are kinds of their own.
        n_accounts: number of account codes.
        min_accounts: smallest group that is proposed.
        threads: worker threads; the result does not depend on them.
    """
    found = [NO_GROUPS]
    known = np.zeros(0, np.uint64)
    for incidence in incidences:
        if not len(incidence.account):
            continue
        for label in labels(*links(incidence, n_accounts, threads), n_accounts):
            size = np.bincount(label[label >= 0], minlength=int(label.max()) + 1)
            label = np.where((label >= 0) & (size[label] >= min_accounts), label, -1)
            owner, column, key = own_objects(label, incidences)
            having = np.unique(owner)
            members = from_labels(*_of(label, having), COMMUNITY, min_accounts)
            proposed = replace(members, object_group=np.searchsorted(having, owner), object_column=column, object_key=key)
            # One set of accounts is one community, at whatever resolution and of whatever objects it is found.
            name = set_hash(proposed.n, proposed.member_group, proposed.member_account)
            found.append(proposed.select(~np.isin(name, known)))
            known = np.append(known, name)
    return concatenate(found)


def _of(label: I64, known: I64) -> tuple[I64, I64]:
    account = np.flatnonzero(np.isin(label, known) & (label >= 0))
    return label[account], account
