"""Requests are put together as conversations: over turns and over accounts of one campaign, and never into another one."""

from dataclasses import dataclass
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.judge import conversation_roots


@dataclass(frozen=True)
class Turn:
    time: int
    campaign: int
    context: int
    parent: int
    tie: int = 0


def followed(turns: list[Turn]) -> list[int]:
    return conversation_roots(*(np.array([getattr(turn, name) for turn in turns], np.int64) for name in Turn.__annotations__)).tolist()


def slowly(turns: list[Turn]) -> list[Turn]:
    """The first turn of each turn's conversation."""
    out: dict[int, Turn] = {}
    for turn in sorted(turns, key=lambda turn: turn.time):
        before = [
            other for other in turns
            if other.time < turn.time and other.campaign == turn.campaign and other.context == turn.parent != 0
        ]
        out[turn.time] = out[max(before, key=lambda other: other.time).time] if before else turn
    return [out[turn.time] for turn in turns]


def test_later_turns_follow_the_first_on_any_account_and_only_there() -> None:
    turns = [
        Turn(1, 0, 11, 0), Turn(2, 0, 12, 11), Turn(3, 0, 13, 12),  # continued twice
        Turn(4, 1, 14, 11), Turn(5, 1, 15, 14),  # another campaign continues it: a conversation of its own
        Turn(6, 0, 32, 31),  # of a conversation that the log does not hold
        Turn(7, 0, 0, 0), Turn(8, 0, 41, 0),  # no keys: 0 continues nothing
        Turn(9, 0, 51, 13), Turn(10, 0, 52, 13),  # a conversation that forks
    ]
    assert followed(turns) == [0, 0, 0, 3, 3, 5, 6, 7, 0, 0]


def test_the_latest_of_those_who_say_the_same_is_continued() -> None:
    """Many people begin with the same greeting."""
    assert followed([Turn(1, 0, 5, 0), Turn(2, 0, 5, 0), Turn(3, 0, 6, 5), Turn(4, 0, 5, 0), Turn(5, 0, 7, 6)]) == [0, 1, 1, 3, 1]


@given(st.permutations(range(6)))
def test_of_one_time_stamp_the_order_of_the_log_does_not_count(order: list[int]) -> None:
    """Clocks of whole minutes: who is continued is told by what the requests are."""
    turns = [Turn(9, 0, 5, 0, 3), Turn(9, 0, 5, 0, 7), Turn(9, 0, 5, 0, 1), Turn(9, 0, 6, 5, 2), Turn(10, 0, 7, 5, 9), Turn(10, 0, 7, 5, 8)]
    root = followed([turns[i] for i in order])
    begins = {order[row]: order[begin] for row, begin in enumerate(root)}
    assert [begins[i] for i in range(6)] == [0, 1, 2, 2, 1, 1]


def test_turns_of_one_time_stamp_are_put_together_in_any_order() -> None:
    turns = [Turn(9, 0, 1, 0), Turn(9, 0, 2, 1), Turn(9, 0, 3, 2)]
    assert followed(turns) == [0, 0, 0]
    assert followed(turns[::-1]) == [2, 2, 2]
    # What claims to continue itself, or its own continuation, ends somewhere.
    assert followed([Turn(9, 0, 1, 1)]) == [0]
    assert len(set(followed([Turn(9, 0, 1, 2), Turn(9, 0, 2, 1)]))) == 1


def test_nobody() -> None:
    assert followed([]) == []


@st.composite
def logs(draw: st.DrawFn) -> list[Turn]:
    """Turns that start, continue or fork conversations of their own or of another campaign."""
    turns: list[Turn] = []
    for i in range(draw(st.integers(0, 40))):
        before = draw(st.integers(-1, i - 1)) if i else -1
        parent = turns[before].context if before >= 0 else draw(st.sampled_from([0, 0, -5]))
        context = draw(st.sampled_from([100 + i, -(2**63) + i, 0, 3 << 40]))
        turns.append(Turn(i, draw(st.integers(0, 2)), context, parent))
    return turns


@settings(max_examples=300, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_it_is_that_of_looking_for_each_in_any_order(turns: list[Turn], random: Random) -> None:
    random.shuffle(turns)
    assert [turns[row] for row in followed(turns)] == slowly(turns)
