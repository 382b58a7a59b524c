"""From accepted groups to campaigns: pools of handed-over conversations are kept apart, and an operator's parts are put together."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge_helpers import groups, people, scene

from stillwatch import judge

SIZE = 10


def campaigns(
    *members: range, accepted: list[int], log_odds: list[float], origin: tuple[str, ...] = (), pools: tuple[int, ...] = (0, SIZE)
) -> list[list[int]]:
    """Accounts of each campaign; the first twenty of forty are two pools of SIZE, whose accounts hand on their conversations."""
    hand = [(i, i + 1) for pool in pools for i in range(pool, pool + SIZE - 1)]
    proposed = groups(*members)
    known = scene(replace(proposed, origin=origin or proposed.origin), people(40), handoffs=hand)
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


BY_LINKS = ("content", "content", "batches")


def test_pools_whose_batches_live_alike_are_one_operator_and_all_of_it_is_accused() -> None:
    """Conversations that stay within parts of an operator's accounts neither cut it up nor hide who hands nothing over."""
    whole = [range(SIZE), range(SIZE, 2 * SIZE), range(40)]
    assert campaigns(*whole, accepted=[0, 1, 2], log_odds=[5.0, 4.0, 6.0], origin=BY_LINKS) == [list(range(40))]
    assert len(campaigns(*whole, accepted=[0, 1, 2], log_odds=[5.0, 4.0, 3.0], origin=BY_LINKS)) == 2  # scores too low for both
    assert len(campaigns(*whole, accepted=[0, 1, 2], log_odds=[5.0, 4.0, 6.0])) == 2  # of an object, that of one tool


PARTS = (range(12), range(12, 24), range(30))
CUT = ("program", "program+content", "community")


def test_a_header_that_an_operator_writes_does_not_cut_his_accounts_up() -> None:
    """What those of one program score is no measure of the whole, which puts them together and accuses nobody besides."""
    def found(*scores: float, members: tuple[range, ...] = PARTS, **change: Any) -> list[list[int]]:
        told = {"accepted": [0, 1, 2], "log_odds": list(scores), "origin": CUT, "pools": ()} | change
        return campaigns(*members, **told)

    parts = [list(range(12)), list(range(12, 24))]
    assert found(9.0, 8.0, 1.0) == [list(range(24))]
    assert found(9.0, 8.0, 1.0, accepted=[0, 1]) == parts  # nobody says that they are one
    assert found(9.0, 8.0, 1.0, origin=("content", "content", "community")) == parts  # by what others do not write themselves
    assert found(9.0, 8.0, 1.0, members=(*PARTS[:2], range(34))) == parts  # three tenths of it are others
    assert found(9.0, 8.0, 8.0) == [list(range(30))]  # scores as its parts do, and makes them larger
    assert found(9.0, 8.0, 1.0, pools=(0, 12)) == parts  # two pools
