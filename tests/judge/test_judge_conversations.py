"""A conversation is harvested whole: over turns and over accounts of one campaign, and never into another one."""

from dataclasses import dataclass
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.judge import continued


@dataclass(frozen=True)
class Turn:
    time: int
    campaign: int
    context: int
    parent: int
    marked: bool


def followed(turns: list[Turn]) -> list[bool]:
    columns = [np.array([getattr(turn, name) for turn in turns], np.int64) for name in ("time", "campaign", "context", "parent")]
    marked = np.array([turn.marked for turn in turns], bool)
    before = marked.copy()
    out = continued(*columns, marked)
    assert (marked == before).all()
    return [bool(told) for told in out]


def slowly(turns: list[Turn]) -> list[bool]:
    """The same by repeating until nothing changes: who continues what was marked then or before."""
    told = [turn.marked for turn in turns]
    while True:
        since: dict[tuple[int, int], int] = {}
        for turn, is_told in zip(turns, told, strict=True):
            if is_told and turn.context:
                since[turn.campaign, turn.context] = min(turn.time, since.get((turn.campaign, turn.context), turn.time))
        new = [
            is_told or (turn.parent != 0 and since.get((turn.campaign, turn.parent), turn.time + 1) <= turn.time)
            for turn, is_told in zip(turns, told, strict=True)
        ]
        if new == told:
            return told
        told = new


def test_later_turns_follow_the_first_on_any_account_and_only_there() -> None:
    turns = [
        Turn(1, 0, 11, 0, True), Turn(2, 0, 12, 11, False), Turn(3, 0, 13, 12, False),  # marked, continued twice
        Turn(4, 1, 14, 11, False), Turn(5, 1, 15, 14, False),  # another campaign continues it: nothing of it is marked
        Turn(6, 0, 21, 0, False), Turn(7, 0, 22, 21, False),  # a conversation without marks
        Turn(8, 0, 32, 31, False),  # of a conversation that the log does not hold
        Turn(9, 0, 0, 0, True), Turn(10, 0, 41, 0, False),  # no keys: 0 continues nothing
        Turn(11, 0, 51, 13, False), Turn(12, 0, 52, 13, False),  # a conversation that forks
    ]
    assert followed(turns) == [True, True, True, *[False] * 5, True, False, True, True]


def test_a_mark_in_the_middle_is_followed_forwards_only() -> None:
    turns = [Turn(1, 0, 1, 0, False), Turn(2, 0, 2, 1, True), Turn(3, 0, 3, 2, False)]
    assert followed(turns) == [False, True, True]


def test_nobody() -> None:
    assert followed([]) == []


@st.composite
def conversations(draw: st.DrawFn) -> list[Turn]:
    """Turns that start, continue or fork conversations of their own or of another campaign; times may tie."""
    turns: list[Turn] = []
    for i in range(draw(st.integers(0, 40))):
        before = draw(st.integers(-1, i - 1)) if i else -1
        parent = turns[before].context if before >= 0 else draw(st.sampled_from([0, 0, -5]))
        context = draw(st.sampled_from([100 + i, -(2**63) + i, 0, 3 << 40]))
        time = (turns[-1].time if turns else 0) + draw(st.integers(0, 2))
        turns.append(Turn(time, draw(st.integers(0, 2)), context, parent, draw(st.integers(0, 4)) == 0))
    return turns


@settings(max_examples=300, deadline=None)
@given(conversations(), st.randoms(use_true_random=False))
def test_the_closure_is_that_of_repeating_in_any_order(turns: list[Turn], random: Random) -> None:
    expected = dict(zip(map(id, turns), slowly(turns), strict=True))
    assert followed(turns) == list(expected.values())
    shuffled = turns.copy()
    random.shuffle(shuffled)
    assert followed(shuffled) == [expected[id(turn)] for turn in shuffled]
