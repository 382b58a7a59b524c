"""From accepted groups to campaigns: groups of one operator are put together, then every account is tested.

Accounts and groups overlap: one operator is found by its template, by its payment cards and by its conversations. Groups
whose accounts mostly coincide are one campaign.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from stillwatch.judge.evidence import Scene
from stillwatch.judge.measure import Proposed

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SAME = 0.5
"""Share of the smaller group's accounts that must be in the larger one for both to be one campaign."""


def incidence(groups: Proposed, n_accounts: int, keep: NDArray[np.bool_]) -> csr_matrix:
    """Members of groups as a sparse 0/1 matrix ``(n_groups, n_accounts)``; only memberships where ``keep``."""
    rows, columns = groups.member_group[keep], groups.member_account[keep]
    return coo_matrix((np.ones(len(rows), np.int64), (rows, columns)), (groups.n, n_accounts)).tocsr()


def campaigns_of(scene: Scene, accepted: NDArray[np.bool_], member: NDArray[np.bool_]) -> I64:
    """A campaign number for each group, -1 where it is not accepted; numbered by size, largest first."""
    label = np.full(scene.n, -1, np.int64)
    index = np.flatnonzero(accepted)
    if not len(index):
        return label
    inside = incidence(scene.groups, scene.people.n, member)[index]
    both = (inside @ inside.T).tocoo()
    size = np.asarray(inside.sum(axis=1)).ravel()
    smaller = np.minimum(size[both.row], size[both.col])
    near = both.data >= SAME * np.maximum(smaller, 1)
    graph = coo_matrix((np.ones(near.sum(), np.int8), (both.row[near], both.col[near])), (len(index), len(index)))
    _, part = connected_components(graph, directed=False)
    accounts = np.array([len(np.unique(inside[np.flatnonzero(part == p)].indices)) for p in range(part.max() + 1)])
    rank = np.empty(len(accounts), np.int64)
    rank[np.argsort(-accounts, kind="stable")] = np.arange(len(accounts))
    label[index] = rank[part]
    return label


def suspects(scene: Scene) -> NDArray[np.bool_]:
    """Memberships that may be accused: seen in the group, and neither contracted nor of a checked organisation."""
    return scene.seen & ~scene.of_members(scene.people.contracted).astype(bool)
