"""Numbers of things in words."""

import pytest

from stillwatch.terminal.counting import noun, number_of


@pytest.mark.parametrize(("n", "said"), [(0, "0 documents"), (1, "1 document"), (2, "2 documents"), (12_345, "12,345 documents")])
def test_only_one_is_singular(n: int, said: str) -> None:
    assert number_of(n, "document") == said


def test_words_that_do_more_than_take_an_s() -> None:
    assert [number_of(n, "entry is", "entries are") for n in (1, 3)] == ["1 entry is", "3 entries are"]
    assert [noun(n, "request") for n in (1, 3)] == ["request", "requests"]
