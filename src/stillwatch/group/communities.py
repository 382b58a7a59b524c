"""Communities: accounts that pairwise share several objects, although no single object is common to all.

An operator gives each account a part of a list of work, so that two accounts share several rare objects, and no object is common to all.
Pairs that share more than chance are links; each community of links is proposed, with its own objects.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.group.proposals import NO_GROUPS, from_labels
from stillwatch.numeric import nulls
from stillwatch.numeric.fast_hashes import set_hashes
from stillwatch.numeric.groups import COMMUNITY, Groups, concatenate

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

POPULARITY_CAPS = (100, 50, 25)
"""Most accounts of an object that links pairs, in the order in which the caps are tried."""
MAX_PAIRS = 50_000_000
"""Most coincidences of one kind of object; the popularity cap is lowered until there are no more, or to the last cap."""
LEAST_SHARED, LEAST_RATIO = 2, 5.0
"""Fewest shared objects of a linked pair, and least ratio to chance; a single shared object links anybody."""
STRONGEST = 30
"""A link is kept if it is among this many strongest links of either account, which bounds the average number of links an account."""
RESOLUTIONS = (1.0, 2.0, 4.0, 8.0)
"""Resolutions of modularity: each operator separates at some scale, and a group costs little to examine."""
OWN_ACCOUNTS, OWN_SHARE = 3, 0.5
"""Fewest accounts of a community, and least share of all accounts that leave an object, for the object to be the community's own."""


class Incidence(NamedTuple):
    """Distinct pairs (account, object) of one kind of object; an object has one or more names (column and key)."""

    account: I64
    """(n_pairs,) account code."""
    object: I64
    """(n_pairs,) object number, sorted."""
    named: I64
    """(n_names,) object of each name, sorted; ``column`` and ``key`` are the names."""
    column: I64
    key: I64


def links(incidence: Incidence, n_accounts: int, threads: int) -> tuple[I64, I64, F64]:
    """Pairs of accounts that share more objects than chance.

    Args:
        incidence: objects of one kind.
        n_accounts: number of account codes.
        threads: worker threads; the result does not depend on them.

    Returns:
        Two account codes and the evidence (log-likelihood ratio, nats), (n_pairs,) each.
    """
    popularity = np.bincount(incidence.object)
    cap = nulls.popularity_cap(popularity, POPULARITY_CAPS, MAX_PAIRS)
    pairs = nulls.pair_links(
        incidence.account, incidence.object, n_accounts, len(popularity), max_popularity=cap, min_shared=LEAST_SHARED, threads=threads
    )
    keep = pairs.n_shared > LEAST_RATIO * np.maximum(pairs.expected, 1e-12)
    a, b = pairs.a[keep].astype(np.int64), pairs.b[keep].astype(np.int64)
    evidence = pairs.log_odds[keep]
    side, link = np.concatenate([a, b]), np.tile(np.arange(len(a)), 2)
    order = np.lexsort((link, -evidence[link], side))
    rank = np.arange(len(order)) - np.searchsorted(side[order], side[order])
    strongest = np.unique(link[order[rank < STRONGEST]])
    return a[strongest], b[strongest], evidence[strongest]


def labels(a: I64, b: I64, evidence: F64, n_accounts: int) -> list[I64]:
    """For each resolution (n_accounts,) community of each account, -1 without a link.

    Louvain with refinement (Blondel et al. 2008; Staudt and Meyerhenke 2016) on one thread, so that the same graph gives the same labels.

    Args:
        a, b, evidence: the links, as from :func:`links`.
        n_accounts: number of account codes.
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
        result = networkit.community.PLM(graph, refine=True, gamma=resolution, par="none").run()
        label = np.full(n_accounts, -1, np.int64)
        label[linked] = np.asarray(result.getPartition().getVector(), np.int64)
        out.append(label)
    return out


@njit(cache=True, nogil=True)
def _owned(objects: I64, community: I64, n_communities: int, owned: I64, by: I64) -> int:
    """Write each object that is a community's own to ``owned``, and the community to ``by``; returns their number."""
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
    """The objects that mostly accounts of one community leave: community, column and key of each, sorted by community.

    Args:
        label: (n_accounts,) community of each account, -1 for none.
        incidences: the kinds of objects.
    """
    owners, column, key = [], [], []
    n_communities = int(label.max(initial=0)) + 1
    for incidence in incidences:
        if not len(incidence.account):
            continue
        capacity = int(incidence.object[-1] + 1) * int(1 / OWN_SHARE)
        owned, by = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
        n_owned = _owned(incidence.object, label[incidence.account], n_communities, owned, by)
        owned, by = owned[:n_owned], by[:n_owned]
        first, last = (np.searchsorted(incidence.named, owned, side) for side in ("left", "right"))
        n = last - first
        rows = np.repeat(first - np.cumsum(n) + n, n) + np.arange(n.sum())
        owners.append(np.repeat(by, n))
        column.append(incidence.column[rows])
        key.append(incidence.key[rows])
    owner = np.concatenate(owners or [np.zeros(0, np.int64)])
    order = np.argsort(owner, kind="stable")
    return owner[order], np.concatenate(column or [owner])[order], np.concatenate(key or [owner])[order]


def communities(incidences: Sequence[Incidence], n_accounts: int, min_accounts: int, threads: int = 1) -> Groups:
    """Propose the communities of each kind of object at each resolution, with their own objects of all kinds.

    Args:
        incidences: one for each kind of object; kinds whose objects come from the same words of a prompt are kinds of their own.
        n_accounts: number of account codes.
        min_accounts: smallest group that is proposed.
        threads: worker threads; the result does not depend on them.
    """
    groups = [NO_GROUPS]
    known_sets = np.zeros(0, np.uint64)
    for incidence in incidences:
        if not len(incidence.account):
            continue
        for label in labels(*links(incidence, n_accounts, threads), n_accounts):
            size = np.bincount(label[label >= 0], minlength=int(label.max()) + 1)
            label = np.where((label >= 0) & (size[label] >= min_accounts), label, -1)
            owner, column, key = own_objects(label, incidences)
            having = np.unique(owner)
            members = from_labels(*_members(label, having), COMMUNITY, min_accounts)
            proposed = replace(members, object_group=np.searchsorted(having, owner), object_column=column, object_key=key)
            # The same accounts are one community, even if found at several resolutions or by several kinds of objects.
            account_set = set_hashes(proposed.n, proposed.member_group, proposed.member_account)
            groups.append(proposed.select(~np.isin(account_set, known_sets)))
            known_sets = np.append(known_sets, account_set)
    return concatenate(groups)


def _members(label: I64, known: I64) -> tuple[I64, I64]:
    """(community, account) of the accounts in some communities."""
    account = np.flatnonzero(np.isin(label, known) & (label >= 0))
    return label[account], account
