"""The ranking measures against their definitions, and their behaviour on ties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.errors import InputError
from stillwatch.evaluate import ranking


def by_pairs(labels: list[bool], scores: list[float]) -> float:
    """AUC from its definition: the share of (positive, negative) pairs in the right order."""
    wins = [
        1.0 if p > n else 0.5 if p == n else 0.0
        for p, is_positive in zip(scores, labels, strict=True) if is_positive
        for n, also in zip(scores, labels, strict=True) if not also
    ]
    return sum(wins) / len(wins)


def by_thresholds(labels: list[bool], scores: list[float]) -> float:
    """Average precision from its definition: precision at each distinct score, weighted by the recall it adds."""
    total, before = 0.0, 0
    for threshold in sorted(set(scores), reverse=True):
        chosen = [label for label, score in zip(labels, scores, strict=True) if score >= threshold]
        total += (sum(chosen) - before) / sum(labels) * sum(chosen) / len(chosen)
        before = sum(chosen)
    return total


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40))
@settings(max_examples=200, deadline=None)
def test_auc_and_ap_are_their_definitions(rows: list[tuple[bool, int]]) -> None:
    labels, scores = [r[0] for r in rows], [float(r[1]) for r in rows]
    result = ranking(labels, scores)
    if 0 < sum(labels) < len(labels):
        assert result["auc"] == pytest.approx(by_pairs(labels, scores))
        assert result["ap"] == pytest.approx(by_thresholds(labels, scores))
    else:
        assert result["auc"] is None
        assert result["ap"] is None


def test_ties_give_no_advantage() -> None:
    result = ranking([True] * 10 + [False] * 90, [1.0] * 100, at=(10, 50))
    assert result["auc"] == 0.5
    assert result["ap"] == pytest.approx(0.1)
    assert result["precision_at"] == {"10": pytest.approx(0.1), "50": pytest.approx(0.1)}
    assert result["recall_at_1_false_in_10000"] == 0.0


def test_precision_at_a_rank_inside_a_tie() -> None:
    # One sure positive, then a tie of two positives and two negatives: of the first three, 1 + 2 * 2/4 are right.
    result = ranking([True, True, True, False, False], [9, 5, 5, 5, 5], at=(1, 3, 5, 6))
    assert result["precision_at"] == {"1": 1.0, "3": pytest.approx(2 / 3), "5": pytest.approx(0.6)}


def test_recall_at_one_false_account_in_10000() -> None:
    # 20,000 innocents allow 2 false accounts: the third is not allowed, so the positives below it are not found.
    scores = np.concatenate([[10, 8, 6, 4], [9, 7, 5], np.zeros(19_997)])
    labels = np.concatenate([np.ones(4), np.zeros(20_000)])
    assert ranking(labels, scores)["recall_at_1_false_in_10000"] == 0.75
    # With 19,999 only one is allowed.
    assert ranking(labels[:-1], scores[:-1])["recall_at_1_false_in_10000"] == 0.5


def test_unseen_accounts_rank_last() -> None:
    assert ranking([True, False, True], [-np.inf, 0.0, 5.0])["auc"] == 0.5


def test_bootstrap_over_clusters_is_wider_than_over_accounts() -> None:
    rng = np.random.default_rng(0)
    crew = np.repeat(np.arange(20), 50)
    labels = crew < 8
    # Whole crews are easy or hard: their accounts say the same thing 50 times.
    scores = labels * 1.0 + rng.normal(size=20)[crew] + rng.normal(scale=0.1, size=1000)
    by_crew = ranking(labels, scores, clusters=crew)["auc_interval"]
    by_account = ranking(labels, scores, clusters=np.arange(1000))["auc_interval"]
    assert by_crew[1] - by_crew[0] > 3 * (by_account[1] - by_account[0])
    assert by_crew[0] <= ranking(labels, scores)["auc"] <= by_crew[1]
    assert ranking(labels, scores, clusters=crew)["auc_interval"] == by_crew


def test_intervals_over_few_clusters_hold_the_truth() -> None:
    # Ten crews of 20; plain percentiles hold 0.89 of the truths.
    # A positive scores above a negative of another crew with probability Φ(1 / 2).
    rng, held, told = np.random.default_rng(1), 0, 0
    for seed in range(200):
        scores = rng.normal(size=200) + np.repeat(rng.normal(size=10), 20)
        labels = np.repeat(rng.random(10) < 0.4, 20)
        interval = ranking(labels, scores + labels, clusters=np.repeat(np.arange(10), 20), seed=seed).get("auc_interval")
        if interval is not None:
            told += 1
            held += interval[0] <= 0.6915 <= interval[1]
    assert told > 150
    assert held / told >= 0.9


@pytest.mark.parametrize(
    ("labels", "scores", "what"),
    [([True, False], [1.0], "do not match"), ([True, False], [1.0, float("nan")], "NaN")],
)
def test_bad_input_is_one_line(labels: list[bool], scores: list[float], what: str) -> None:
    with pytest.raises(InputError, match=what):
        ranking(labels, scores)
