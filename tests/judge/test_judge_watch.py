"""The watch list holds who stands out among the log's own groups, and nobody who is accused, owned or few."""

from typing import Any

import numpy as np
import pytest
from judge_helpers import groups, model, part, people, scene, values

from stillwatch import judge
from stillwatch.judge.watch import FEWEST_WATCHED, STANDS_OUT, WATCHED

N = 20
BOTH = {"linked": part(harvest__rate=1.0), "unlinked": part(harvest__volume=1.0)}
"""Scores are straight in the value, nats for nats, below and beyond the line."""


def listed(scores: Any, *, size: int = 20, hidden: Any = (), overlap: int = 0, **told: Any) -> judge.Watch:
    """The list of N groups of ``size`` accounts each, the second with ``overlap`` of the first's; ``hidden`` accounts are in a campaign."""
    members = [list(range(i * size, (i + 1) * size)) for i in range(N)]
    members[1] = members[0][:overlap] + members[1][overlap:]
    known = scene(groups(*members), people(N * size))
    free = np.ones(N * size, bool)
    free[list(hidden)] = False
    rate = np.zeros(N)
    rate[: len(scores)] = scores
    change = {"harvest__rate": rate, "harvest__volume": 0.0, "context__crowd": np.log10(size) / 4} | told
    return judge.watched(known, values(N, **change), model(**BOTH), judge.suspects(known) & known.of_members(free))


def test_who_stands_out_is_listed_furthest_first() -> None:
    found = listed([4.0, 9.0])
    assert found.group.tolist() == [1, 0]
    assert (np.diff(found.stands_out) < 0).all()
    assert (np.diff(found.score) < 0).all()


def test_where_nobody_stands_out_nobody_is_listed() -> None:
    assert listed(np.linspace(0, 1, N)).group.tolist() == []


def test_a_group_below_the_line_stands_out_where_the_others_are_lower() -> None:
    found = listed([-10.0], harvest__rate=np.where(np.arange(N) == 0, -1.0, -9.0))
    assert found.group.tolist() == [0]
    assert found.score[0] < 0
    assert found.stands_out[0] > STANDS_OUT


def test_what_the_other_part_sees_counts_as_well() -> None:
    volume = np.zeros(N)
    volume[3] = 8.0
    assert listed([], harvest__volume=volume).group.tolist() == [3]


@pytest.mark.parametrize(("overlap", "found"), [(4, [0, 1]), (5, [0])])
def test_a_group_that_shares_accounts_with_a_better_one_is_no_other(overlap: int, found: list[int]) -> None:
    assert listed([9.0, 8.0], overlap=overlap).group.tolist() == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, [0]),
        ({"hidden": range(4)}, [0]),  # few of its accounts are in a campaign
        ({"hidden": range(5)}, []),
        ({"size": FEWEST_WATCHED}, [0]),
        ({"size": FEWEST_WATCHED - 1}, []),
        ({"context__one_owner": 0.5}, []),
        ({"context__contracted": 0.5}, []),
        ({"context__one_payer": 0.5}, []),
        ({"context__occasion": 1.0}, [0]),  # an everyday reason is told beside it
    ],
)
def test_nobody_is_listed_who_is_accused_or_known(change: dict[str, Any], found: list[int]) -> None:
    assert listed([9.0], **change).group.tolist() == found


def test_the_accused_of_a_listed_group_are_not_listed() -> None:
    found = listed([9.0], hidden=range(3))
    assert found.group.tolist() == [0]
    assert found.member[:20].tolist() == [False] * 3 + [True] * 17


def test_the_list_is_short_and_needs_others_to_compare_with() -> None:
    assert len(listed([20.0, 16.0, 12.0, 8.0, 4.0]).group) == WATCHED
    few = np.arange(N) >= 4  # all but four belong to somebody
    assert listed([9.0], context__one_owner=few * 1.0).group.tolist() == [0]
    assert listed([9.0], context__one_owner=(np.arange(N) >= 3) * 1.0).group.tolist() == []
