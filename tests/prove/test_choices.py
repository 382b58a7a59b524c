"""Text-only marks: what they change, what they leave alone, and that they can be read again."""

from math import log

import numpy as np
import pytest
from benchmarks.synonyms import paraphrase
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.prove.choices import ChoiceMark, pairs, plan
from stillwatch.prove.keys import decoy_keys
from stillwatch.prove.sequential import LOOKS
from stillwatch.prove.statistics import SignSums

KEYS = [(int(a), int(b)) for a, b in decoy_keys(b"tests", 1001)]
WORDS = st.lists(
    st.sampled_from(["For example", "do not", "often", "cat", "a", "several", "however,", ".", "\n", "\n- ", "\n1. ", "`often`",
                     "nobody", "the", "...", "\"often\""]), max_size=40,
).map(" ".join)


def test_pairs_are_consistent() -> None:
    known = pairs()
    assert len(known.names) == len(known.forms) == len(set(known.names)) > 70
    assert all(a.lower() != b.lower() for a, b in known.forms)


@settings(deadline=None)
@given(WORDS, st.sampled_from(KEYS[:20]), st.sampled_from([1, 4]))
def test_marked_text_has_the_same_sites(text: str, key: tuple[int, int], buckets: int) -> None:
    mark = ChoiceMark(rate=1000, buckets=buckets)
    marked, _ = mark.apply(text, key)
    before, after = mark.sites(text), mark.sites(marked)
    assert [mark.cell(site) for site in before] == [mark.cell(site) for site in after]
    coins = mark.coins(key)
    assert all(site.form == coins[mark.cell(site)] for site in after)
    assert mark.apply(marked, key) == (marked, 0)


@settings(deadline=None)
@given(WORDS, st.sampled_from(KEYS[:20]), st.floats(0, 20))
def test_rate_is_kept(text: str, key: tuple[int, int], rate: float) -> None:
    marked, changed = ChoiceMark(rate=rate).apply(text, key)
    assert changed <= 2 + rate * len(text.split()) / 100
    assert (changed == 0) == (marked == text)


def test_a_short_answer_carries_the_mark() -> None:
    """As the help says: two places, though the rate alone would allow none in 13 words."""
    text = "He does not often, however, do so; for example, they walk around often."
    assert len(text.split()) == 13
    assert max(ChoiceMark(rate=3).apply(text, key)[1] for key in KEYS[:40]) == 2


def test_a_format_is_changed_throughout_or_not_at_all() -> None:
    """Also where its first place comes too early for the rate, and a later one would not."""
    text = "For example, they do not.\n- a\n- b" + " word" * 100 + "\n- c\n"
    for key in KEYS[:100]:
        assert {line[0] for line in ChoiceMark(rate=1).apply(text, key)[0].splitlines()[1:]} in ({"-"}, {"*"})


def test_code_quotations_and_links_are_left_alone() -> None:
    text = 'Run `often` and "for example, often" at https://often.example/often\n```\ndo not # often\n```\n> often\n'
    for key in KEYS[:30]:
        assert ChoiceMark(rate=1000).apply(text, key) == (text, 0)


@pytest.mark.parametrize("text", ["for inſtance, it iſ not", "FOR İNSTANCE", "for ınstance", "It iſ not so."])
def test_letters_that_are_others_in_lower_case_make_no_form(text: str) -> None:
    """A pattern that ignores case takes a long s for an s: one letter of a suspect, or of an old book, ended every test."""
    mark = ChoiceMark(rate=1000)
    assert mark.counts_beyond([text], [text])[0].sum() == 0
    assert all(mark.apply(text, key) == (text, 0) for key in KEYS[:5])


def test_articles_stay_right() -> None:
    text = "It is an important day, a completely new one, and important."
    marked = {ChoiceMark(rate=1000).apply(text, key)[0] for key in KEYS[:40]}
    assert len(marked) > 1
    assert all("a entirely" not in made and "an completely" not in made for made in marked)


def test_case_is_kept() -> None:
    made = {ChoiceMark(rate=1000).apply("However, for example. For example.", key)[0] for key in KEYS[:40]}
    assert made == {f"{a}, {b}. {b.capitalize()}." for a in ("However", "Nevertheless") for b in ("for example", "for instance")}


def habit(mark: ChoiceMark, key: tuple[int, int], share: float, rng: np.random.Generator) -> np.ndarray:
    """Counts of a suspect that took over a share of the key's wishes."""
    base = rng.beta(0.5, 0.5, mark.n_cells)
    lean = (1 - share) * base + share * mark.coins(key)
    n = rng.poisson(20, mark.n_cells)
    ones = rng.binomial(n, lean)
    return np.column_stack([n - ones, ones])


def test_false_positives_are_rare_and_power_is_there() -> None:
    mark, rng = ChoiceMark(), np.random.default_rng(0)
    decoys = decoy_keys(b"decoys", 199)
    counts = habit(mark, KEYS[0], 0.0, rng)
    null = mark.test(counts, KEYS[1:], decoys)
    p = np.exp([result.log_p for result in null])
    assert (p <= 0.01).mean() <= 0.015
    assert (np.array([result.rank_p for result in null]) <= 0.01).mean() <= 0.03
    marked = mark.test(habit(mark, KEYS[0], 0.6, rng), [KEYS[0]], decoys)[0]
    assert marked.log_p < np.log(1e-5)
    assert marked.rank_p == pytest.approx(1 / 200)


def test_a_reference_sharpens() -> None:
    mark, rng = ChoiceMark(), np.random.default_rng(1)
    base = rng.beta(0.5, 0.5, mark.n_cells)
    reference = np.column_stack([rng.binomial(200, 1 - base), np.zeros(mark.n_cells, int)])
    reference[:, 1] = 200 - reference[:, 0]
    ones = rng.binomial(40, 0.75 * base + 0.25 * mark.coins(KEYS[0]))
    counts = np.column_stack([40 - ones, ones])
    decoys = decoy_keys(b"decoys", 99)
    with_one = mark.test(counts, [KEYS[0]], decoys, reference)[0]
    without = mark.test(counts, [KEYS[0]], decoys)[0]
    assert with_one.log_p < without.log_p - 3


def test_paraphrase_takes_the_mark_away() -> None:
    mark, key = ChoiceMark(rate=1000), KEYS[0]
    text = " ".join(f"It is {a}. " for a, _ in pairs().forms[: pairs().n_words]) * 3
    marked, _ = mark.apply(text, key)
    counts = mark.counts([paraphrase(marked, seed) for seed in range(30)])
    assert mark.test(mark.counts([marked]), [key], decoy_keys(b"d", 99))[0].log_p < np.log(1e-5)
    assert mark.test(counts, [key], decoy_keys(b"d", 99))[0].log_p > np.log(1e-3)


def test_what_the_prompt_showed_is_not_counted() -> None:
    mark = ChoiceMark()
    texts = ["For example, it does not.", "For instance, it doesn't."]
    whole, none = mark.counts_beyond(texts, ["", ""])
    assert none == 0
    assert (whole == mark.counts(texts)).all()
    some, left_out = mark.counts_beyond(texts, ["Give me, for instance, two.", ""])
    assert left_out == 1
    assert (whole - some).sum() == 1
    echo, left_out = mark.counts_beyond(texts, texts)
    assert (echo.sum(), left_out) == (0, 4)


@pytest.mark.parametrize("shown", [
    "Say it again: \"It is, for instance, so.\"", "> It is, for instance, so.", "```\nIt is, for\ninstance, so.\n```", "`For\n instance`",
])
def test_a_quotation_in_the_prompt_is_shown_too(shown: str) -> None:
    """A page with marked answers that somebody quotes or wraps in a question: who copies it is not trained on it."""
    mark = ChoiceMark()
    assert mark.counts_beyond(["It is, for instance, so."], [shown])[0].sum() == 0
    assert mark.counts_beyond(["It isn't."], ["“It isn’t so.”"])[0].sum() == 0
    assert mark.counts_beyond(["* It"], ["> - It"])[0].sum() == 0


def test_who_copies_quoted_marks_shows_none() -> None:
    text = " ".join(f"It is {forms[0]} so." for forms in pairs().forms[: pairs().n_words])
    mark, key = ChoiceMark(rate=1000), KEYS[0]
    marked, _ = mark.apply(text, key)
    counts, left_out = mark.counts_beyond([marked] * 5, [f"Repeat ```{marked}```"] * 5)
    assert counts.sum() == 0 < left_out


def test_plan_meets_its_promise() -> None:
    mark, rng = ChoiceMark(), np.random.default_rng(0)
    rate, lean = np.full(mark.n_cells, 0.1), rng.beta(0.5, 0.5, mark.n_cells)
    pilot = rng.poisson(rate * 2000)
    ones = rng.binomial(pilot, lean)
    found = [plan(mark, np.column_stack([pilot - ones, ones]), 2000, share, log(1e-6), reference=True, looks=LOOKS, rng=rng)
             for share in (0.02, 0.3)]
    assert found[1].answers is not None
    assert found[1].answers_early is not None
    assert 0.6 * found[1].answers < found[1].answers_early < 1.3 * found[1].answers
    assert found[0].answers is None or found[0].answers > 20 * found[1].answers
    reached = []
    for _ in range(200):
        coins, n = rng.integers(0, 2, len(rate)), rng.poisson(rate * found[1].answers)
        mine, theirs = rng.binomial(n, 0.7 * lean + 0.3 * coins), rng.binomial(n, lean)
        leans = mark.preferences(np.column_stack([n - mine, mine]), np.column_stack([n - theirs, theirs]))
        reached.append(SignSums(leans).log_p(float(((2 * coins - 1) * leans).sum())) <= log(1e-6))
    assert 0.82 < np.mean(reached) < 0.97


def test_two_suspects_are_independent_only_under_other_keys_or_a_reference_anew() -> None:
    """As docs/prove.md says: a reference's answers that two suspects share move both sums under one key the same way."""
    mark, rng = ChoiceMark(), np.random.default_rng(3)
    rate, lean = np.full(mark.n_cells, 5.0), rng.beta(2, 2, mark.n_cells)

    def counts() -> np.ndarray:
        n = rng.poisson(rate)
        ones = rng.binomial(n, lean)
        return np.column_stack([n - ones, ones])

    def together(anew: bool, keys: tuple[tuple[int, int], ...]) -> float:
        sums = []
        for _ in range(400):
            reference = counts()
            sums.append([mark.sum(mark.preferences(counts(), counts() if anew else reference), key) for key in keys])
        return float(np.corrcoef(np.array(sums).T)[0, 1])

    one, other = KEYS[:2]
    assert together(False, (one, one)) > 0.3
    assert abs(together(True, (one, one))) < 0.15
    assert abs(together(False, (one, other))) < 0.2
