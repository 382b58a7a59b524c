"""Evidence in conversations."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.judge.evidence.finding import Finding, excess_share, poisson_p, ratio
from stillwatch.judge.scene import Scene
from stillwatch.numeric.arrays import counting_sort, next_common

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

MIN_CONTINUED = 5
"""Fewest requests of a group that continue a conversation; with fewer the evidence is blind."""
MIN_HANDED = 3
"""Fewest requests handed over within a group that count."""
LEAST_EXPECTED_HANDED = 0.01
"""Floor of the expected number of requests handed over, for the p-value."""


def handoff(scene: Scene) -> Finding:
    """Conversations that one account began are continued by another account of another owner.

    Observed is every request handed over between the group's accounts, whether or not it carries the group's marks; the value compares it
    with the group's own requests that continue a conversation. Null: a continued conversation was begun by any account, in proportion to
    its traffic. Blind where the log has no context and parent keys, and where an operator keeps each conversation on one account.
    """
    handoffs = scene.handoffs
    # One customer may rotate accounts: neither one organisation nor one payment card hands over to itself.
    foreign = scene.customer[handoffs.taker] != scene.customer[handoffs.giver]
    taker, giver, n_requests = handoffs.taker[foreign], handoffs.giver[foreign], handoffs.n[foreign]
    n_taken = np.bincount(taker, weights=n_requests, minlength=scene.people.n)
    n_handed, n_mutual = _handed_within_groups(scene, taker, giver, n_requests)
    n_continued = scene.total(scene.measured.n - scene.measured.first_turns)
    traffic_share = scene.people.n_events / scene.people.n_events.sum()
    expected = scene.total(scene.of_members(n_taken)) * scene.total(scene.of_members(traffic_share))
    handed_share = ratio(n_handed, n_continued)
    blind = n_continued < MIN_CONTINUED
    p = np.where(blind, np.nan, poisson_p(n_handed, np.maximum(expected, LEAST_EXPECTED_HANDED)))
    # Most of the accounts must both take and give. A few that do speak against themselves alone, not against all users of their tool;
    # and an account that only takes does not make those it takes from part of its pool.
    mutual_share = ratio(n_mutual, scene.size)
    strength = 0.5 + 0.5 * np.sqrt(np.clip(np.nan_to_num(handed_share), 0, 1))
    value = np.clip(mutual_share, 0, 1) * strength * excess_share(n_handed, expected)
    return Finding(np.where(blind | (n_handed < MIN_HANDED), 0, value), n_handed, expected, p)


def _handed_within_groups(scene: Scene, taker: I64, giver: I64, n_requests: I64) -> tuple[F64, F64]:
    """Requests handed over within each group, and accounts that both take and give there, ``(n_groups,)`` each.

    Args:
        scene: the run.
        taker: account that continues a conversation, ``(n_pairs,)``.
        giver: account that began it, ``(n_pairs,)``.
        n_requests: requests that continue, ``(n_pairs,)``.
    """
    order, start = counting_sort(scene.groups.member_account, scene.people.n)
    gives = np.repeat([0, 1], len(taker))
    account, other = np.concatenate([taker, giver]), np.concatenate([giver, taker])
    by_account, _ = counting_sort(2 * account + gives, 2 * scene.people.n)
    n_handed, n_mutual = np.zeros(scene.n), np.zeros(scene.n)
    _count_handed(
        account[by_account], other[by_account], gives[by_account] > 0, np.tile(n_requests, 2)[by_account].astype(np.float64),
        scene.groups.member_group[order], start, n_handed, np.full((2, scene.n), -1, np.int64), n_mutual,
    )
    return n_handed, n_mutual


@njit(cache=True, nogil=True)
def _count_handed(
    account: I64, other: I64, gives: NDArray[np.bool_], n_requests: F64, group: I64, start: I64, n_handed: F64, last: I64, n_mutual: F64
) -> None:
    """Add up ``n_handed`` and ``n_mutual`` of each group in place.

    Rows are sorted by account, those in which it takes before those in which it gives, so that ``last``, the account that took (0) and
    the one that gave (1) last in each group, ``(2, n_groups)``, is enough to count each mutual account once. ``group`` holds the groups of
    every account, ascending, from ``start`` of the account on.
    """
    for i in range(len(account)):
        a, b = start[account[i]], start[other[i]]
        end_a, end_b = start[account[i] + 1], start[other[i] + 1]
        a, b = next_common(group, a, end_a, b, end_b)
        while a < end_a and b < end_b:
            g = group[a]
            if not gives[i]:
                n_handed[g] += n_requests[i]
                last[0, g] = account[i]
            elif last[0, g] == account[i] and last[1, g] != account[i]:
                last[1, g] = account[i]
                n_mutual[g] += 1
            a, b = next_common(group, a + 1, end_a, b + 1, end_b)
