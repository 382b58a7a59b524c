"""Measures of form, the trees on them, and the self-check as a test."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from audit_writers import texts

from stillwatch.audit import boost, check, detector, fit, forest, form, punctuation, questions, share
from stillwatch.errors import InputError


def _of(text: str, layout: bool = True) -> dict[str, float]:
    names = (*form.NAMES, *form.SHAPE) if layout else form.NAMES
    return dict(zip(names, form.measures([text], layout=layout)[0], strict=True))


def test_measures_are_what_their_names_say() -> None:
    got = _of("You and I, BOTH of us: \u201cwell\u201d (3 x).\n\n- Go!  i do")
    n = 13
    assert got["commas"] == pytest.approx(1 / n)
    assert got["first person"] == pytest.approx(2 / n)
    assert got["second person"] == pytest.approx(1 / n)
    assert got["i alone"] == pytest.approx(1 / n)
    assert got["typographic quotes"] == pytest.approx(2 / n)
    assert got["brackets"] == pytest.approx(1 / n)
    assert got["words in capitals"] == pytest.approx(1 / n)
    assert got["dashes"] == pytest.approx(1 / n)
    assert got["blank lines"] == pytest.approx(1 / n)
    assert got["double blanks"] == pytest.approx(1 / n)
    assert got["words a sentence"] == pytest.approx(n / 3)
    assert got["starts with a capital"] == 1
    assert _of("a\n\nb", layout=False)["blank lines"] == 0
    assert not form.measures(["", "  \n"], layout=True).any()


def test_the_shape_of_sentences_and_lines_leaves_out_the_last_of_each() -> None:
    text = "To do:\n1. Eat two figs. Sleep.\n\n2) eat\n- Go on\n"
    got = _of(text + "• and this is cut")
    assert got == pytest.approx({**got, "sentences": 6 / 17, "mean sentence": np.log(3), "longest sentence": 3 / 2,
                                 "shortest sentence": np.log(2), "first sentence": np.log(3), "one line": 0, "lines": 4 / 17,
                                 "lines that end with a mark": 1 / 4, "lines that end with a letter": 2 / 4, "lines with a colon": 1 / 4,
                                 "numbered lines": 2 / 4, "bullets": 1 / 4, "blank lines a line": 1 / 4})
    longer = _of(text + "• and this is cut further on")
    whole = ("sentences", "lines")  # a word
    assert all(got[name] == longer[name] for name in form.SHAPE if name not in whole)
    assert got["spread of sentences"] == pytest.approx(np.std([2, 1, 3, 1, 2, 3]) / 2)
    one = _of("so it is. so it was. So be it. so")
    assert one["one line"] == 1
    assert (one["sentences that begin alike"], one["sentences that start small"]) == pytest.approx((2 / 3, 2 / 3))


def test_trees_see_what_is_odd_at_both_ends() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2_000, 3))
    y = np.abs(x[:, 1]) > 1
    trees = boost.fit(x, y, np.ones(len(x)))
    new = rng.normal(size=(2_000, 3))
    said = boost.predict(new, *trees)
    assert check.auroc(said[np.abs(new[:, 1]) <= 1], said[np.abs(new[:, 1]) > 1]) > 0.98
    again = boost.fit(x, y, np.ones(len(x)))
    assert all(np.array_equal(a, b) for a, b in zip(trees, again, strict=True))


def test_randomised_trees_see_what_no_measure_tells_alone() -> None:
    rng = np.random.default_rng(0)
    x, new = rng.normal(size=(2, 600, 4))
    y, truth = x[:, 1] * x[:, 2] > 0, new[:, 1] * new[:, 2] > 0
    grown = forest.fit(x, y, np.ones(len(x)))
    said = forest.predict(new, *grown)
    assert check.auroc(said[~truth], said[truth]) > 0.9
    again = forest.fit(x, y, np.ones(len(x)))
    assert all(np.array_equal(a, b) for a, b in zip(grown, again, strict=True))
    leaf = (grown.left == 0) & (grown.value > 0)
    assert leaf.sum(axis=1).max() <= forest.MAX_LEAVES
    both = forest.stacked([grown, forest.fit(x[:300], y[:300], np.ones(300))])
    assert np.array_equal(forest.predict(new, *(part[0] for part in both)), said)
    heavy = forest.predict(new, *forest.fit(x, y, np.where(y, 9.0, 1.0)))
    assert heavy.mean() > said.mean() + 1


def test_a_text_with_its_words_blanked_out() -> None:
    assert punctuation.blank_words(["It's Late-été,\n\n3.14 (see  B2)", "", "ab"]) == ["X X - x , \x7f \x7f 9 . 9 ( x X 9 ) ", "", "x "]


def test_marks_tell_writers_of_the_same_words_where_line_breaks_count() -> None:
    """Both use as many of every mark and word; only their order differs."""
    words = [f"word{chr(97 + j)}" for j in range(26)]

    def made(seed: int, model: bool) -> list[str]:
        rng = np.random.default_rng(seed)
        frames = ("{}, {}; {} {}: {}. ", "{}: {}, {} {}; {}. ") if model else ("{}; {}, {} {}: {}. ", "{}: {}; {} {}, {}. ")
        return ["".join(frames[i % 2].format(*rng.choice(words, 5)) for i in range(8)) for _ in range(80)]

    human, model = made(0, False), made(1, True)
    counted = fit.read(punctuation.blank_words(human + model), detector.BLANKED_BITS, detector.BLANKED_GROUPS)
    assert not (counted.matrix.indices >= 3 << detector.BLANKED_BITS).any()
    got = detector.train(human, model, np.random.default_rng(0), layout=True)
    said, other = got.score(made(2, False)).score, got.score(made(3, True)).score
    assert check.auroc(said, other) > 0.95
    dumb = dataclasses.replace(got, blanked=np.zeros_like(got.blanked))
    assert not np.allclose(dumb.score(made(2, False)).score, said)


@pytest.mark.parametrize("layout", [False, True])
def test_a_detector_says_the_same_when_it_is_read_again(tmp_path: Path, layout: bool) -> None:
    made = detector.train(texts("human", 60, 1), texts("model", 60, 2), np.random.default_rng(0), layout=layout)
    made.save(tmp_path / "d.npz")
    new = texts("human", 20, 5)
    assert np.array_equal(detector.Detector.load(tmp_path / "d.npz").score(new).score, made.score(new).score)
    assert made.forest.left.size > 0 if layout else made.forest.left.size == len(made.blanked) == 0


def test_what_begins_as_a_reference_does_is_scored_as_a_held_out_one() -> None:
    """Whole or cut: a model that saw the reference would know it."""
    given = texts("human", 60, 1), texts("model", 60, 2)
    made, both = detector.train(*given, np.random.default_rng(0)), given[0] + given[1]
    assert made.trained_on([*both, both[0].upper() + " ", both[0][:200], *texts("human", 9, 3)]).tolist() == [True] * 121 + [False] * 10
    assert made.score(both).score == pytest.approx(made.held_out, abs=1e-3)
    assert np.array_equal(made._unseen_by([text[:150] for text in both]), made.fold[:, None] == np.arange(detector.N_FOLDS))
    everywhere = dataclasses.replace(made, seen=np.ones_like(made.seen)).score(both).score
    assert np.isfinite(everywhere).all()
    assert not np.allclose(everywhere, made.held_out)


@pytest.mark.parametrize("kinds", [("human", "model"), ("human",), ("model",)])
def test_references_that_all_begin_alike_are_refused(kinds: tuple[str, ...]) -> None:
    header = "You are reading the weekly bulletin of the old garden society, number one. "
    given = [[header * (kind in kinds) + text for text in texts(kind, 60, 1)] for kind in ("human", "model")]
    with pytest.raises(InputError, match=r"references begin alike\. Strip the opening"):
        detector.train(*given, np.random.default_rng(0))


def test_a_reference_is_not_known_by_its_own_versions() -> None:
    """Or documents, which have none, would be called unknown."""
    end, given = "abcdefghijklmnopqrstuvwxyz", texts("human", 60, 1)
    odd = [f"{text} The zq{end[i % 26]}{end[i // 26]} is" for i, text in enumerate(given)]
    made = detector.train(odd, [f"{text} {word}." for text in odd for word in ("rose", "bee")], np.random.default_rng(0))
    assert made.known.max() < 1
    new = [text.replace(" zq", " zy") for text in odd]
    assert made.known[:60] == pytest.approx(made.score(new).known, abs=0.03)


def test_answers_to_one_question_are_held_out_together() -> None:
    given = texts("human", 60, 1) + texts("model", 60, 2)
    asked = [f"Question {i % 60 // 2}?" for i in range(120)]
    alone = detector.version_groups(given)
    assert np.array_equal(detector.fold_groups(given, [""] * 120), alone)
    assert np.array_equal(detector.fold_groups(given, ["Write an abstract."] * 120), alone)  # a task, not a question
    group = detector.fold_groups([*given, given[0]], [*asked, " "])
    assert all(len(set(group[[i, i + 1, i + 60, i + 61]])) == 1 for i in range(0, 60, 2))
    assert len(set(group)) == 31
    assert group[120] not in group[:120]
    made = detector.train(given[:60], given[60:], np.random.default_rng(0), asked=(asked[:60], asked[60:]))
    assert np.array_equal(made.fold[:60], made.fold[60:])
    assert np.array_equal(made.fold[:60:2], made.fold[1:60:2])
    assert not made.questions


def test_the_self_check_asks_for_more_than_chance() -> None:
    assert not check.too_biased("they come", 0.03, 0.0)
    assert "surely more than" in check.too_biased("they come", 0.04, 0.025)
    assert "too few" in check.too_biased("they come", 0.2, 0.0)


def _bias(n: int, seed: int, shift: float) -> str:
    """Reason of a check whose third fold of human references scores higher than the others, as a detector that fails would."""
    rng = np.random.default_rng(seed)
    generated = np.arange(2 * n) >= n
    fold = np.arange(2 * n) % 5
    held_out = np.where(generated, rng.normal(2, 1, 2 * n), rng.normal(-2, 1, 2 * n) + shift * (fold == 2))
    known = share.references(held_out, generated, np.full(2 * n, 50, np.int32), generated.astype(np.int64))
    folds = check._Folds(known, fold, np.arange(2 * n))
    bias = folds.estimate(0.0)
    return check.too_biased("they come", bias, min(bias, check._bias_lower_bound(known, fold)))


def test_the_self_check_passes_sound_references_and_refuses_wrong_ones() -> None:
    assert sum(bool(_bias(200, seed, 0.0)) for seed in range(10)) <= 1
    assert all(_bias(200, seed, 3.0) for seed in range(5))


def test_how_an_answer_takes_up_the_question() -> None:
    said = "The Rose grows near a hedge. It is the capital of France"
    asked = "What is the capital of France? Why is a rose red?"
    one = dict(zip(questions.NAMES, questions.measures([said], [asked])[0], strict=True))
    assert one["words of the question among the answer's"] == pytest.approx(3 / 6)  # rose, capital, france of six content words
    assert one["words of the answer among the question's"] == pytest.approx(3 / 5)  # of capital, france, why, rose, red
    assert one["first words from the question"] == pytest.approx(3 / 12)
    assert one["pairs from the question"] == pytest.approx(4 / 12)  # is the, the capital, capital of, of france
    assert one["runs of three from the question"] == pytest.approx(3 / 12)
    assert one["runs of three at the beginning"] == 3
    assert not questions.measures(["", said, said], [asked, "", "?!"]).any()
