"""Which groups mark a campaign's harvest."""

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.campaigns import HALF
from stillwatch.judge.linkage import partners_by_conversations
from stillwatch.judge.scene import Scene, mostly_of

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

MARK_INSIDE, MARK_FEWEST, MARK_FIRST = 0.8, 8, 0.3
"""A group marks a campaign's harvest if at least this share of its accounts, and this number, are the campaign's, and this share of its
requests begins a conversation."""
POOL_REACH, POOL_FIRST, POOL_WORK = 0.25, 0.8, 0.85
"""In a pool, a group must hold this share of the campaign, and this share of its requests must begin a conversation, and this share of its
prompts be sent only once."""


def pooled(scene: Scene, account_label: I64, n: int) -> Flags:
    """Campaigns of which at least half of the accounts hand conversations to each other, ``(max(n, 1),)``; arguments as :func:`marking`."""
    is_member = account_label >= 0
    hands_over = is_member & (partners_by_conversations(scene, account_label) == account_label)
    size, n_handing = (np.bincount(account_label[rows], minlength=max(n, 1)) for rows in (is_member, hands_over))
    return np.asarray(n_handing >= HALF * size)


def marking(scene: Scene, account_label: I64, n: int, preset: Flags) -> I64:
    """The campaign whose harvest each proposed group marks, -1 for none, ``(n_groups,)``.

    A group marks a campaign's harvest if nearly all of its accounts are the campaign's and its work is begun, not continued: its objects
    are in system prompts or tools, or its requests begin conversations. A pool, whose accounts hand conversations to each other, may relay
    others' requests: what few of its accounts share is an end user's, and what has its own system prompt may be that user's application.
    There, harvest is what many accounts share, begin and never repeat.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
        preset: groups that have an object in a system prompt or in tools, ``(n_groups,)``.
    """
    best, n_inside = mostly_of(scene, account_label, n)
    size = np.bincount(account_label[account_label >= 0], minlength=max(n, 1))
    first_share = scene.total(scene.measured.first_turns) / np.maximum(scene.events, 1)
    has_objects = np.bincount(scene.groups.object_group, minlength=scene.n) > 0
    own = has_objects & (n_inside >= MARK_INSIDE * np.maximum(scene.size, 1)) & (n_inside >= MARK_FEWEST)
    pool = pooled(scene, account_label, n)[best]
    once_share = np.nan_to_num(scene.sample.distinct_share) * (1 - np.nan_to_num(scene.sample.common_share))
    passes_in_pool = (n_inside >= POOL_REACH * size[best]) & (first_share >= POOL_FIRST) & (once_share >= POOL_WORK)
    passes = np.where(pool, passes_in_pool, preset | (first_share >= MARK_FIRST))
    return np.where(own & passes, best, -1)
