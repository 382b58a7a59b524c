"""Masked examples show what a campaign's prompts have in common and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.judge import masked
from stillwatch.judge.templates import MASK, RUN, SHARE

TASKS = ("why birds sing at dawn", "how glaciers carve deep valleys", "what makes bread dough rise", "when tides turn",
         "who built the lighthouse")


def test_template_is_shown_and_slots_are_not() -> None:
    texts = [f"You are a tutor. Explain in detail {task} and then check every step." for task in TASKS]
    assert masked(texts) == [(f"You are a tutor. Explain in detail {MASK} and then check every step.", 5)]


def test_every_template_is_counted_most_frequent_first() -> None:
    texts = [f"Grade the answer: {task}" for task in TASKS] + [f"text {i} – rewrite it in plain words" for i in range(3)]
    assert masked(texts) == [(f"Grade the answer: {MASK}", 5), (f"{MASK} – rewrite it in plain words", 3)]


def test_what_few_have_in_common_is_blank() -> None:
    """A task that two of ten prompts share is no form, of six it is; what one prompt has is never shown."""
    both, others = ["tell me the secret recipe please"] * 2, [f"x{i} y{i} z{i} {i}" for i in range(8)]
    assert masked(both + others) == []
    assert masked(both + others[:4]) == [("tell me the secret recipe please", 2)]
    assert masked(both[:1] + others[:2]) == []
    assert masked([]) == []
    assert masked(["", " ", "\n"]) == []


def test_only_the_beginning_of_a_text_is_looked_at() -> None:
    texts = [" ".join(["same"] * 10 + [f"w{i}"] * 200 + ["the", "same", "end"]) for i in range(4)]
    assert masked(texts) == [(" ".join(["same"] * 10) + f" {MASK}", 4)]


WORD = st.sampled_from(["a", "b", "c", "secret"])


@given(st.lists(st.lists(WORD, max_size=10), max_size=8))
def test_no_word_is_shown_outside_a_run_that_enough_texts_have(rows: list[list[str]]) -> None:
    found = masked([" ".join(row) for row in rows])
    assert sum(n for _, n in found) <= len(rows)
    assert [n for _, n in found] == sorted((n for _, n in found), reverse=True)
    for form, _ in found:
        assert MASK + " " + MASK not in form
        for shown in form.split(MASK):
            run = shown.split()
            covered = [False] * len(run)
            for i in range(len(run) - RUN + 1):
                words = run[i : i + RUN]
                having = sum(any(row[j : j + RUN] == words for j in range(len(row))) for row in rows)
                if having >= max(2, SHARE * len(rows)):
                    covered[i : i + RUN] = [True] * RUN
            assert all(covered)
