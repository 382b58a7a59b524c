"""From accepted groups to campaigns: accounts that hand conversations to each other are one pool, and pools are kept apart."""

import numpy as np
import pytest
from judge_helpers import groups, people, scene

from stillwatch import judge

SIZE = 10


def campaigns(*members: range, accepted: list[int], log_odds: list[float]) -> list[list[int]]:
    """Accounts of each campaign; the first twenty of forty are two pools of SIZE, whose accounts hand on their conversations."""
    hand = [(i, i + 1) for pool in (0, SIZE) for i in range(pool, pool + SIZE - 1)]
    known = scene(groups(*members), people(40), handoffs=hand)
    sure = np.isin(np.arange(len(members)), accepted)
    _, label = judge.campaigns_of(known, sure, judge.suspects(known), 4, np.array(log_odds))
    return [np.flatnonzero(label == k).tolist() for k in range(int(label.max(initial=-1)) + 1)]


@pytest.mark.parametrize("shared", [1.0, 9.0])
def test_two_pools_are_kept_apart_whatever_else_they_share(shared: float) -> None:
    """The third group is of the users of one tool, whether it scores below the pools' own or beyond them."""
    pools = [list(range(SIZE)), list(range(SIZE, 2 * SIZE))]
    assert campaigns(range(SIZE), range(SIZE, 2 * SIZE), range(30), accepted=[0, 1, 2], log_odds=[5.0, 4.0, shared]) == pools


def test_pools_without_a_group_of_their_own_hide_nobody() -> None:
    """Where conversations move among some of its accounts now and then, an operator's group is still one campaign."""
    everybody = list(range(30))
    assert campaigns(range(SIZE), range(SIZE, 2 * SIZE), range(30), accepted=[2], log_odds=[5.0, 4.0, 3.0]) == [everybody]


def test_what_holds_a_pool_with_a_group_and_one_without_accuses_nobody_else() -> None:
    assert campaigns(range(SIZE), range(SIZE, 2 * SIZE), range(24), accepted=[0, 2], log_odds=[5.0, 4.0, 3.0]) == [list(range(SIZE))]
