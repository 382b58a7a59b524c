"""Whether the conversations that accounts hand over make one pool of them, or many small circles."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.judge.scene import Scene
from stillwatch.numeric.arrays import counting_sort, next_common

I64 = NDArray[np.int64]


def one_pool(scene: Scene) -> NDArray[np.float64]:
    """Of the accounts that continue each other's conversations, the share in the largest set that such conversations connect.

    A queue deals conversations to any account and connects them all; teams, families and shifts of one desk each keep to themselves. An
    operator who splits his accounts into pools looks like teams.
    """
    handoffs, groups = scene.handoffs, scene.groups
    foreign = scene.customer[handoffs.taker] != scene.customer[handoffs.giver]
    order, start = counting_sort(groups.member_account, scene.people.n)
    root = np.arange(len(order))
    _connect(handoffs.taker[foreign], handoffs.giver[foreign], groups.member_group[order], start, root)
    size = np.bincount(root, minlength=len(order))
    connected = size[root] > 1
    n_connected, largest = np.bincount(groups.member_group[order][connected], minlength=scene.n), np.zeros(scene.n, np.int64)
    np.maximum.at(largest, groups.member_group[order], np.where(connected, size[root], 0))
    return largest / np.maximum(n_connected, 1)


@njit(cache=True, nogil=True)
def _connect(taker: I64, giver: I64, group: I64, start: I64, root: I64) -> None:
    """Connect the memberships of taker and giver in each group that has both; ``root`` becomes the first membership of each component.

    Args:
        taker: account that continues a conversation, ``(n_pairs,)``.
        giver: account that began it, ``(n_pairs,)``.
        group: groups of every account, ascending within it, ``(n_members,)``.
        start: where each account's groups begin, ``(n_accounts + 1,)``.
        root: the number of each membership, ``(n_members,)``; changed in place.
    """
    for i in range(len(taker)):
        a, b = start[taker[i]], start[giver[i]]
        end_a, end_b = start[taker[i] + 1], start[giver[i] + 1]
        a, b = next_common(group, a, end_a, b, end_b)
        while a < end_a and b < end_b:
            x, y = a, b
            while root[x] != x:
                root[x] = root[root[x]]
                x = root[x]
            while root[y] != y:
                root[y] = root[root[y]]
                y = root[y]
            root[max(x, y)] = min(x, y)
            a, b = next_common(group, a + 1, end_a, b + 1, end_b)
    for row in range(len(root)):
        root[row] = root[root[row]]
