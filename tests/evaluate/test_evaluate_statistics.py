"""Intervals and cluster measures against worked examples."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from stillwatch.evaluate.clustering import clustering
from stillwatch.evaluate.intervals import bootstrap, upper_bound, wilson


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (9_990, 10_000)])
def test_wilson_is_scipys(k: int, n: int) -> None:
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx([expected.low, expected.high], abs=1e-9)


@pytest.mark.parametrize(("k", "n"), [(0, 3_000), (2, 3_000)])
def test_upper_bound_is_where_so_few_are_a_surprise(k: int, n: int) -> None:
    bound = upper_bound(k, n)
    assert bound is not None
    assert binom.cdf(k, n, bound) == pytest.approx(0.05)


def test_nothing_seen_is_not_nothing_possible() -> None:
    assert upper_bound(0, 3_000) == pytest.approx(3 / 3_000, rel=0.01)
    assert upper_bound(4, 4) == 1.0
    assert upper_bound(0, 0) is None
    assert wilson(0, 0) is None


def test_bootstrap_needs_campaigns() -> None:
    few = bootstrap(np.array([5, 5]), np.array([0, 0]), np.array([1]))
    assert few == {"precision": None, "recall": None, "f1": None}


def test_bootstrap_has_the_campaign_as_its_unit() -> None:
    # Nine campaigns found whole, one of the same size missed: by account the recall is narrow, by campaign it is not.
    found, missed = np.array([1000] * 9 + [0]), np.array([0] * 9 + [1000])
    low, high = bootstrap(found, missed, np.zeros(9, dtype=np.int64))["recall"] or [0, 0]
    narrow = wilson(9_000, 10_000)
    assert narrow is not None
    assert low <= 0.75 < narrow[0]
    assert high == 1.0


def test_bootstrap_says_nothing_where_campaigns_agree() -> None:
    nothing = np.zeros(6, dtype=np.int64)
    assert bootstrap(np.full(6, 9), nothing, nothing) == {"precision": None, "recall": None, "f1": None}
    assert bootstrap(np.full(6, 9), np.array([0, 0, 0, 0, 0, 2]), nothing)["recall"] is not None


@pytest.mark.parametrize(("n_campaigns", "at_least"), [(5, 0.85), (6, 0.88), (12, 0.92)])
def test_bootstrap_of_few_campaigns_holds_the_truth(n_campaigns: int, at_least: float) -> None:
    # Campaigns of 5 to 59 accounts, of whom beta(4, 1) are found. Plain percentiles hold 0.79, 0.84 and 0.90 of the truths.
    rng, held = np.random.default_rng(2), 0
    for seed in range(300):
        size = rng.integers(5, 60, n_campaigns)
        found = rng.binomial(size, rng.beta(4, 1, n_campaigns))
        low, high = bootstrap(found, size - found, np.zeros(1, np.int64), n=1000, seed=seed)["recall"] or (0, 0)
        held += low <= 0.8 <= high
    assert held / 300 >= at_least


def test_same_partition_under_other_names() -> None:
    result = clustering(["x", "x", "y", None], ["1", "1", "2", None])
    assert (result["bcubed_f1"], result["ari"]) == (1.0, 1.0)


def test_bcubed_worked_example() -> None:
    # Reported: {a a b} and {b}. Precision by account: 2/3, 2/3, 1/3, 1; recall: 1, 1, 1/2, 1/2.
    result = clustering(["a", "a", "b", "b"], ["1", "1", "1", "2"])
    assert result["bcubed_precision"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert result["bcubed_recall"] == pytest.approx(0.75)
    # Pairs: 1 together in both, 2 true, 3 reported, 6 in all.
    assert result["ari"] == pytest.approx((1 - 2 * 3 / 6) / ((2 + 3) / 2 - 2 * 3 / 6))


def test_accounts_without_a_campaign_stand_alone() -> None:
    merged_innocents = clustering([None, None, None], ["1", "1", "1"])
    assert merged_innocents["bcubed_precision"] == pytest.approx(1 / 3)
    assert merged_innocents["bcubed_recall"] == 1.0
    assert clustering([], [])["ari"] is None
    # chance does as well as any where the truth is one cluster
    assert clustering(["a"] * 9, [None, *["1"] * 8])["ari"] is None
    assert clustering(["a"] * 9, ["1"] * 9)["ari"] == 1


def test_chance_has_no_agreement() -> None:
    rng = np.random.default_rng(1)
    assert abs(clustering(rng.integers(5, size=4000), rng.integers(5, size=4000))["ari"]) < 0.01
