"""Tuples: counted once, with what was shown left out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.prove.tuples import read, written_tuples

texts = st.lists(st.lists(st.integers(0, 6), max_size=14), min_size=1, max_size=5)


def plain(tuples) -> set[tuple[int, ...]]:
    return {tuple(int(v) for v in row) for row in tuples.rows}


@settings(deadline=None)
@given(texts, texts, st.integers(1, 3), st.sampled_from(["window", "tuple", "none"]))
def test_written_is_the_plain_definition(prompts: list, outputs: list, width: int, rule: str) -> None:
    outputs = (outputs * len(prompts))[: len(prompts)]
    expected, positions = set(), 0
    for prompt, output in zip(prompts, outputs, strict=True):
        size = {"window": width, "tuple": width + 1, "none": 99}[rule]
        shown = {tuple(prompt[i : i + size]) for i in range(len(prompt) - size + 1)}
        for i in range(width, len(output)):
            run = tuple(output[i - width : i + 1])
            positions += 1
            if run[:size] not in shown:
                expected.add(run)
    got = written_tuples(prompts, outputs, width, rule)
    assert plain(got) == expected
    assert len(got) == len(expected)
    assert got.n_positions == positions


@settings(deadline=None)
@given(texts, st.integers(1, 2), st.sampled_from(["window", "tuple", "none"]), st.randoms())
def test_read_is_the_plain_definition(answers: list, width: int, rule: str, random) -> None:
    prompts = [[random.randrange(7) for _ in range(3)] for _ in answers]
    guesses = [[random.randrange(-1, 7) for _ in answer] for answer in answers]
    expected = set()
    for prompt, answer, guess in zip(prompts, answers, guesses, strict=True):
        whole = prompt + answer
        for i in range(width, len(answer)):
            at = len(prompt) + i
            context, token = tuple(whole[at - width : at]), guess[i]
            if token < 0:
                continue
            seen_windows = {tuple(whole[j - width : j]) for j in range(width, at)}
            seen_tuples = {tuple(whole[j - width : j + 1]) for j in range(width, at)}
            if rule == "window" and context in seen_windows:
                continue
            if rule == "tuple" and (*context, token) in seen_tuples:
                continue
            expected.add((*context, token))
    assert plain(read(prompts, answers, guesses, width, rule)) == expected


def test_order_is_of_first_appearance() -> None:
    got = written_tuples([[], []], [[5, 1, 5, 1], [9, 1, 5]], 1, "none")
    assert got.rows.tolist() == [[5, 1], [1, 5], [9, 1]]
    assert got.records.tolist() == [0, 0, 1]


def test_nothing_in_nothing_out() -> None:
    assert len(written_tuples([[]], [[]], 2)) == 0
    assert len(read([[1]], [[]], [[]], 2)) == 0
    assert np.asarray(written_tuples([[]], [[1, 2]], 2).contexts).shape == (0, 2)
