"""Reading mode for choice marks: what is read depends on no key, clean suspects stay clean, a trained one is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.prove import choice_reading as reading
from stillwatch.prove.choices import ChoiceMark, pairs
from stillwatch.prove.keys import decoy_keys
from stillwatch.prove.statistics import SignSums

KEYS = [(int(a), int(b)) for a, b in decoy_keys(b"tests", 1001)]
WORDS = st.lists(
    st.sampled_from(["For example", "do not", "often", "cat", "a", "several", "however,", ".", "\n", "\n- ", "\n1. ", "`often`",
                     "...", "\"often\""]), max_size=40,
).map(" ".join)


@settings(deadline=None)
@given(WORDS, st.sampled_from(KEYS[:20]), st.floats(0, 1000))
def test_what_is_read_depends_on_no_key(text: str, key: tuple[int, int], rate: float) -> None:
    marked, _ = ChoiceMark(rate=rate).apply(text, key)
    assert reading.redraw_forms(marked, "q") == reading.redraw_forms(text, "q")


@pytest.mark.parametrize("frame", ['"{}"', "```{}```", "“{}”", "> {}"])
def test_what_is_quoted_depends_on_no_key_either(frame: str) -> None:
    """Earlier answers stand in questions, quoted or not: a reader that copies would repeat their mark."""
    text = "It is often so, for example. We do not buy big things."
    shown = {reading.redraw_forms(frame.format(ChoiceMark(rate=1000).apply(text, key)[0]), "question") for key in KEYS[:20]}
    assert len(shown) == 1


def test_forms_are_drawn_evenly_and_by_the_question() -> None:
    text = "It is so, for example. " * 400
    forms = [site.form for site in reading.word_sites(ChoiceMark(), reading.redraw_forms(text, "q"))]
    assert 0.4 < np.mean(forms) < 0.6
    assert reading.redraw_forms(text, "q") != reading.redraw_forms(text, "another")


def test_a_place_is_read_with_the_word_after_it() -> None:
    text = reading.redraw_forms("It rains. For example, here", "q")
    (place,) = reading.form_places(text)
    assert place.forms == ("It rains. For example,", "It rains. For instance,")


def moved(mark: ChoiceMark, key: tuple[int, int], by: float, rng: np.random.Generator) -> tuple[list[str], list[list[float]]]:
    """Texts with every pair, and shifts of a suspect that drifted anyhow and moved to the key's forms."""
    text = " ".join(f"It is {a} so." for a, _ in pairs().forms[: pairs().n_words])
    texts = [reading.redraw_forms(text, str(i)) for i in range(5)]
    drift = rng.normal(0, 0.3, mark.n_cells) + by * (2 * mark.coins(key) - 1)
    return texts, [[drift[mark.cell(site)] + rng.normal(0, 0.3) for site in reading.word_sites(mark, one)] for one in texts]


def test_false_positives_are_rare_and_power_is_there() -> None:
    mark, rng = ChoiceMark(), np.random.default_rng(0)
    lean, n = reading.cell_shifts(mark, *moved(mark, KEYS[0], 0.0, rng))
    assert n > 300
    tail = SignSums(lean)
    p = np.exp([tail.log_p(mark.sum(lean, key)) for key in KEYS[1:]])
    assert (p <= 0.01).mean() <= 0.015
    assert (p <= 0.001).mean() <= 0.002
    lean, _ = reading.cell_shifts(mark, *moved(mark, KEYS[0], 0.3, rng))
    tail = SignSums(lean)
    assert tail.log_p(mark.sum(lean, KEYS[0])) < np.log(1e-5)
    assert tail.log_p(mark.sum(lean, KEYS[1])) > np.log(1e-3)


def test_nothing_moved_and_nothing_read() -> None:
    mark = ChoiceMark()
    texts, shifts = moved(mark, KEYS[0], 0.3, np.random.default_rng(0))
    lean, _ = reading.cell_shifts(mark, texts, [[0.0] * len(row) for row in shifts])
    assert not lean.any()
    assert reading.cell_shifts(mark, ["nothing"], [[]])[1] == 0
    with pytest.raises(ValueError, match="shifts for"):
        reading.cell_shifts(mark, texts, shifts[:2])
