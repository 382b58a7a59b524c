"""Proposes groups, as flat arrays."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from stillwatch.numeric.arrays import distinct_rows
from stillwatch.numeric.fast_hashes import GOLDEN_GAMMA, splitmix64_all
from stillwatch.numeric.groups import CONTENT, WITH_CONTENT, Groups

I64 = NDArray[np.int64]

N_MINHASH = 12
"""Length of a MinHash signature."""
BAND = 2
"""Length of a band of a signature; sets that agree in a whole band are compared."""
SAME_CARRIERS = 0.75
"""Least estimated Jaccard similarity of the carriers of two objects that mark the same sub-stream."""


_NONE = np.zeros(0, np.int64)
NO_GROUPS = Groups(0, _NONE, _NONE, _NONE, _NONE, _NONE, ())


def from_labels(label: I64, account: I64, origin: str, min_accounts: int) -> Groups:
    """Groups without objects, one for each label.

    Args:
        label: (n_rows,) integers of at least 0.
        account: (n_rows,) code of the account that has the label; an account may have several.
        origin: origin of the groups.
        min_accounts: labels of fewer accounts are dropped.
    """
    pairs, _ = distinct_rows(np.stack([label, account], axis=1))
    _, inverse, counts = np.unique(pairs[:, 0], return_inverse=True, return_counts=True)
    keep = counts >= min_accounts
    rows = keep[inverse]
    number = np.cumsum(keep) - 1
    n = int(keep.sum())
    return Groups(n, number[inverse[rows]], pairs[rows, 1], _NONE, _NONE, _NONE, (origin,) * n)


def components(a: I64, b: I64, n_accounts: int, origin: str, min_accounts: int) -> Groups:
    """Connected components of account pairs, as groups without objects.

    Args:
        a, b: (n_pairs,) codes of the accounts of each pair.
        n_accounts: number of account codes.
        origin: origin of the groups.
        min_accounts: smallest group that is proposed.
    """
    if not len(a):
        return NO_GROUPS
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(n_accounts, n_accounts))
    _, label = connected_components(graph, directed=False)
    account = np.unique(np.concatenate([a, b]))
    return from_labels(label[account].astype(np.int64), account, origin, min_accounts)


def minhashes(account: I64, start: I64) -> NDArray[np.uint64]:
    """(n_sets, N_MINHASH) MinHash signatures of sets of accounts (Broder 1997).

    Args:
        account: (n_members,) account codes of all sets, one set after the other.
        start: (n_sets,) index of each set's first member.
    """
    out = np.empty((len(start), N_MINHASH), np.uint64)
    for j in range(N_MINHASH):
        salted = account.astype(np.uint64) + np.uint64(1 + j * int(GOLDEN_GAMMA) & (1 << 64) - 1)
        out[:, j] = np.minimum.reduceat(splitmix64_all(salted), start)
    return out


def substreams(carriers: Mapping[int, Mapping[str, I64]], min_accounts: int) -> Groups:
    """Sub-streams: objects that (nearly) the same accounts leave are merged, with these accounts.

    Args:
        carriers: sketch column number -> ``object``, ``account`` (codes), sorted by object.
        min_accounts: smallest group that is proposed.
    """
    columns: list[I64] = []
    keys: list[I64] = []
    starts: list[I64] = []
    accounts: list[I64] = []
    at = 0
    for number_of_column, rows in carriers.items():
        if not len(rows["object"]):
            continue
        start = np.flatnonzero(np.append(True, rows["object"][1:] != rows["object"][:-1]))
        columns.append(np.full(len(start), number_of_column))
        keys.append(rows["object"][start])
        starts.append(start + at)
        accounts.append(rows["account"])
        at += len(rows["object"])
    if not columns:
        return NO_GROUPS
    column, key, start, account = (np.concatenate(parts) for parts in (columns, keys, starts, accounts))
    carried = np.diff(np.append(start, at))
    label = _merge(minhashes(account, start), carried)
    pairs, _ = distinct_rows(np.stack([np.repeat(label, carried), account], axis=1))
    kept = np.bincount(pairs[:, 0]) >= min_accounts
    number, n, members = np.cumsum(kept) - 1, int(kept.sum()), pairs[kept[pairs[:, 0]]]
    order = np.argsort(label, kind="stable")
    order = order[kept[label[order]]]
    return Groups(n, number[members[:, 0]], members[:, 1], number[label[order]], column[order], key[order], (CONTENT,) * n)


def twins(n: int, member_group: I64, member_account: I64) -> I64:
    """(n,) label of each group: groups of (nearly) the same accounts get the same label, whatever their origin.

    Args:
        n: number of groups, none of which may be empty.
        member_group, member_account: (n_members,) group and account of each member, sorted by group.
    """
    if not n:
        return np.zeros(0, np.int64)
    start = np.searchsorted(member_group, np.arange(n))
    return _merge(minhashes(member_account, start), np.bincount(member_group, minlength=n))


def _merge(signatures: NDArray[np.uint64], sizes: I64) -> I64:
    """(n_sets,) labels: sets that share a band of their signatures and are similar enough get the same label; equal sets always do."""
    left, right = [], []
    keys = [
        splitmix64_all(signatures[:, band] * np.uint64(31) + splitmix64_all(signatures[:, band + 1])) for band in range(0, N_MINHASH, BAND)
    ]
    # A set is compared only with the first of its bucket; under the whole signature, equal sets share a bucket.
    whole = sizes.astype(np.uint64)
    for j in range(N_MINHASH):
        whole = splitmix64_all(whole * np.uint64(31) + signatures[:, j])
    for key in (*keys, whole):
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.append(True, key[order][1:] != key[order][:-1]))
        head = order[np.repeat(first, np.diff(np.append(first, len(order))))]
        alike = (signatures[order] == signatures[head]).mean(axis=1) >= SAME_CARRIERS
        alike &= np.minimum(sizes[order], sizes[head]) >= SAME_CARRIERS * np.maximum(sizes[order], sizes[head])
        left.append(order[alike])
        right.append(head[alike])
    a, b = np.concatenate(left), np.concatenate(right)
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(len(sizes), len(sizes)))
    label: I64 = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def enriched(
    groups: Groups, streams: Groups, n_accounts: int, *, min_share: float, min_lift: float, max_width: float, min_accounts: int
) -> Groups:
    """Add objects to groups that were proposed without content: those that mark what their accounts do together.

    A sub-stream marks a group if at least ``min_share`` of the group carries it, and its carriers are in the group at least ``min_lift``
    times as often as by chance. A sub-stream with more carriers than ``max_width`` times the group's accounts is a tool of others.

    Args:
        groups: groups without objects.
        streams: sub-streams, with objects.
        n_accounts: number of account codes.
        min_share: least share of the group that carries the sub-stream, 0 to 1.
        min_lift: least ratio to chance.
        max_width: most carriers, as a multiple of the group's accounts.
        min_accounts: fewest accounts of the group that carry the sub-stream.

    Returns:
        The marked groups only, each once, with the objects of all sub-streams that mark it.
    """
    if not groups.n or not streams.n:
        return NO_GROUPS
    shape = (groups.n, n_accounts)
    ours = coo_matrix((np.ones(len(groups.member_group), np.int32), (groups.member_group, groups.member_account)), shape).tocsr()
    theirs = coo_matrix(
        (np.ones(len(streams.member_group), np.int32), (streams.member_group, streams.member_account)), (streams.n, n_accounts)
    ).tocsr()
    both = coo_matrix(ours @ theirs.T)
    size, width = groups.sizes(), streams.sizes()
    lift = both.data * n_accounts / (size[both.row] * width[both.col].astype(np.float64))
    keep = (both.data >= np.maximum(min_share * size[both.row], min_accounts)) & (lift >= min_lift)
    keep &= width[both.col] <= max_width * size[both.row]
    pair_group, pair_stream = both.row[keep].astype(np.int64), both.col[keep].astype(np.int64)
    if not len(pair_group):
        return NO_GROUPS
    marked, number = np.unique(pair_group, return_inverse=True)
    members = groups.select(np.isin(np.arange(groups.n), marked))
    object_start = np.searchsorted(streams.object_group, np.arange(streams.n + 1))
    counts = np.diff(object_start)[pair_stream]
    rows = np.repeat(object_start[pair_stream] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    group = np.repeat(number, counts)
    order = np.argsort(group, kind="stable")
    return Groups(
        members.n, members.member_group, members.member_account,
        group[order], streams.object_column[rows][order], streams.object_key[rows][order],
        tuple(origin + WITH_CONTENT for origin in members.origin),
    )
