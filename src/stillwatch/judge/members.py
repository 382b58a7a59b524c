"""From accepted groups to campaigns: whose are they?

Groups overlap, and one group can hold accounts of two operators (both ride one tool) or innocents beside them. Accounts
that hand conversations to each other, or share a payment card, a phone or an address, have one operator: their
components among the accounts of accepted groups are the cores. A group that mostly lies in one core belongs to it, a group
that mostly lies in none makes a campaign of its own, and a mixed group accuses nobody.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from stillwatch.judge.evidence import Scene
from stillwatch.judge.measure import Proposed

I64 = NDArray[np.int64]

MOSTLY = 0.8
"""Share of a group's accounts that must agree for the group to belong to a core, or to none."""
SAME = 0.7
"""Share of the smaller group's accounts that must be in the larger one for both to make one campaign."""


def suspects(scene: Scene) -> NDArray[np.bool_]:
    """Memberships that may be accused: seen in the group, and neither contracted nor of a checked organisation."""
    return scene.seen & ~scene.of_members(scene.people.contracted).astype(bool)


def _incidence(groups: Proposed, n_accounts: int, keep: NDArray[np.bool_]) -> csr_matrix:
    rows, columns = groups.member_group[keep], groups.member_account[keep]
    return coo_matrix((np.ones(len(rows), np.int64), (rows, columns)), (groups.n, n_accounts)).tocsr()


def cores(scene: Scene, pool: NDArray[np.bool_], min_accounts: int) -> I64:
    """Core number of each account of ``pool`` ``(n_accounts,)``, -1 for none."""
    a, b = [scene.handoffs.taker], [scene.handoffs.giver]
    for value in scene.identities.values():
        rows = np.flatnonzero((value >= 0) & pool)
        rows = rows[np.argsort(value[rows], kind="stable")]
        same = value[rows][1:] == value[rows][:-1]
        a.append(rows[:-1][same])
        b.append(rows[1:][same])
    left, right = np.concatenate(a), np.concatenate(b)
    inside = pool[left] & pool[right] & (scene.owner[left] != scene.owner[right])
    left, right, n = left[inside], right[inside], scene.people.n
    _, label = connected_components(coo_matrix((np.ones(len(left), np.int8), (left, right)), (n, n)), directed=False)
    size = np.bincount(label[pool], minlength=n)
    label = np.where(pool & (size[label] >= min_accounts), label, -1)
    values, number = np.unique(label, return_inverse=True)
    return (number - (values[0] == -1)).astype(np.int64) if len(values) else label.astype(np.int64)


def campaigns_of(scene: Scene, accepted: NDArray[np.bool_], member: NDArray[np.bool_], min_accounts: int) -> tuple[I64, I64]:
    """Campaign of each group ``(n_groups,)`` and of each account ``(n_accounts,)``, -1 for none.

    Args:
        scene: the run.
        accepted: groups that were judged campaigns.
        member: memberships that may be accused.
        min_accounts: smallest campaign.
    """
    group_label, account_label = np.full(scene.n, -1, np.int64), np.full(scene.people.n, -1, np.int64)
    index = np.flatnonzero(accepted)
    if not len(index):
        return group_label, account_label
    inside = _incidence(scene.groups, scene.people.n, member)[index]
    pool = np.asarray(inside.sum(axis=0)).ravel() > 0
    account_label = cores(scene, pool, min_accounts)
    size = np.asarray(inside.sum(axis=1)).ravel()
    for _ in range(2):
        share, best = _best_core(inside, account_label)
        settled = (share >= MOSTLY * size) & (size > 0)
        group_label[index] = np.where(settled, best, -1)
        _adopt(inside, group_label[index], account_label)
    share, best = _best_core(inside, account_label)
    free = (group_label[index] < 0) & (np.asarray(inside @ (account_label < 0).astype(np.int64)) >= MOSTLY * np.maximum(size, 1))
    group_label[index[free]] = _put_together(inside[np.flatnonzero(free)]) + account_label.max() + 1
    _adopt(inside, group_label[index], account_label)
    return _renumbered(group_label, account_label, min_accounts)


def _best_core(inside: csr_matrix, account_label: I64) -> tuple[I64, I64]:
    """Of each group: accounts in the core that holds most of them, and that core."""
    n_cores = int(account_label.max()) + 1
    if n_cores == 0:
        return np.zeros(inside.shape[0], np.int64), np.full(inside.shape[0], -1)
    held = np.flatnonzero(account_label >= 0)
    owner = coo_matrix((np.ones(len(held), np.int64), (held, account_label[held])), (len(account_label), n_cores)).tocsr()
    counts = (inside @ owner).tocsr()
    best = np.asarray(counts.argmax(axis=1)).ravel()
    return np.asarray(counts.max(axis=1).todense()).ravel(), best


def _adopt(inside: csr_matrix, group_label: I64, account_label: I64) -> None:
    """Accounts without a campaign join that of a settled group they are in, the largest group first."""
    size = np.asarray(inside.sum(axis=1)).ravel()
    for row in np.argsort(-size, kind="stable"):
        if group_label[row] >= 0:
            accounts = inside.indices[inside.indptr[row] : inside.indptr[row + 1]]
            account_label[accounts[account_label[accounts] < 0]] = group_label[row]


def _put_together(inside: csr_matrix) -> I64:
    """Number groups so that groups whose accounts mostly coincide have one number."""
    size = np.asarray(inside.sum(axis=1)).ravel()
    both = (inside @ inside.T).tocoo()
    near = both.data >= SAME * np.maximum(np.minimum(size[both.row], size[both.col]), 1)
    graph = coo_matrix((np.ones(near.sum(), np.int8), (both.row[near], both.col[near])), both.shape)
    label: I64 = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def _renumbered(group_label: I64, account_label: I64, min_accounts: int) -> tuple[I64, I64]:
    """Number campaigns by accounts, largest first; campaigns without a group or too small are dropped."""
    n = int(max(account_label.max(), group_label.max())) + 1
    size = np.bincount(account_label[account_label >= 0], minlength=n)
    has_group = np.bincount(group_label[group_label >= 0], minlength=n) > 0
    good = np.flatnonzero((size >= min_accounts) & has_group)
    number = np.full(n + 1, -1, np.int64)
    number[good[np.argsort(-size[good], kind="stable")]] = np.arange(len(good))
    return number[group_label], number[account_label]


def leads(scene: Scene, group_label: I64, n: int, log_odds: Sequence[float] | NDArray[np.float64]) -> I64:
    """The group that speaks for each campaign: the one with most requests times score."""
    weight = np.log1p(scene.events) * np.maximum(np.asarray(log_odds), 0.1)
    return np.array([max(np.flatnonzero(group_label == k), key=lambda g: (weight[g], -g)) for k in range(n)], np.int64)
