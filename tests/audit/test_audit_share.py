"""Shares from scores: known truths are recovered, intervals hold them, a wrong mixture is seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.audit import check, estimate, share


def _references(rng: np.random.Generator, n: int = 600) -> share.References:
    held_out = np.concatenate([rng.normal(-2, 1, n), rng.normal(2, 1.5, n)])
    generated = np.arange(2 * n) >= n
    return share.references(held_out, generated, np.full(2 * n, 100, np.int32), generated.astype(np.int64))


def _corpus(rng: np.random.Generator, known: share.References, n: int, alpha: float) -> np.ndarray:
    k = round(alpha * n)
    scores = np.concatenate([rng.normal(-2, 1, n - k), rng.normal(2, 1.5, k)])
    return known.scale.histogram(scores, np.full(n, 100, np.int32))


@pytest.mark.parametrize("alpha", [0.0, 0.02, 0.1, 0.5, 0.9, 1.0])
def test_recovers_a_known_share(alpha: float) -> None:
    rng = np.random.default_rng(1)
    known = _references(rng, 2_000)
    counts = _corpus(rng, known, 5_000, alpha)
    assert share.fit_share(counts, known.densities()) == pytest.approx(alpha, abs=0.02)
    assert share.adjusted_count(counts, known.densities()) == pytest.approx(alpha, abs=0.03)


def test_intervals_hold_the_truth() -> None:
    inside = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        known = _references(rng, 300)
        low, high = share.interval(_corpus(rng, known, 400, 0.2), known, rng, draws=60)
        inside += low <= 0.2 <= high
    assert inside >= 16


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=256, max_size=256), st.integers(1, 1_000))
def test_share_maximises_the_likelihood(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    densities = rng.dirichlet(np.ones(256), 2).reshape(2, 1, 256) + 1e-6
    histogram = np.array(counts, float).reshape(1, 256)
    if histogram.sum() == 0:
        return
    best = share.fit_share(histogram, densities)

    def likelihood(alpha: float) -> float:
        return float((histogram * np.log((1 - alpha) * densities[0] + alpha * densities[1])).sum())

    assert all(likelihood(best) >= likelihood(a) - 1e-4 * histogram.sum() for a in np.linspace(0, 1, 21))


def test_histograms_add_up() -> None:
    rng = np.random.default_rng(2)
    known = _references(rng)
    scores, words = rng.normal(0, 3, 500), rng.integers(20, 500, 500).astype(np.int32)
    whole = known.scale.histogram(scores, words)
    parts = known.scale.histogram(scores[:200], words[:200]) + known.scale.histogram(scores[200:], words[200:])
    assert (whole == parts).all()
    assert whole.sum() == 500


def test_a_third_kind_of_document_is_a_misfit() -> None:
    rng = np.random.default_rng(3)
    known = _references(rng)
    strange = known.scale.histogram(np.full(1_000, 0.0), np.full(1_000, 100, np.int32))
    assert share.misfit(strange, share.profile(strange, known.by_maker())[2]) > 0.3
    honest = _corpus(rng, known, 1_000, 0.3)
    assert share.misfit(honest, share.profile(honest, known.by_maker())[2]) < 0.06


def test_another_mix_of_makers_is_in_the_interval() -> None:
    """References hold a plain maker and one that writes nearly as people do; the corpus holds the second alone."""
    inside = {True: 0, False: 0}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        held_out = np.concatenate([rng.normal(-2, 1, 200), rng.normal(4, 1, 100), rng.normal(-1, 1.2, 100)])
        generated, words = np.arange(400) >= 200, np.full(400, 100, np.int32)
        scores = np.concatenate([rng.normal(-2, 1, 210), rng.normal(-1, 1.2, 90)])
        for named in (True, False):
            maker = np.repeat([0, 1, 2], [200, 100, 100]) if named else generated.astype(np.int64)
            known = share.references(held_out, generated, words, maker)
            counts = known.scale.histogram(scores, np.full(300, 100, np.int32))
            alpha, bounds, _ = estimate.fit_mixture(counts, known)
            low, high = estimate.widen_interval(alpha, counts, known, bounds, 0.02, rng, draws=60)
            inside[named] += low <= 0.3 <= high
    assert inside[True] >= 10
    assert inside[False] <= 3


def test_one_maker_gives_what_likelihood_gives() -> None:
    rng = np.random.default_rng(5)
    known = _references(rng, 2_000)
    for alpha in (0.0, 0.3, 1.0):
        counts = _corpus(rng, known, 2_000, alpha)
        low, high, _ = share.profile(counts, known.by_maker())
        assert low <= share.fit_share(counts, known.densities()) + 0.005
        assert share.fit_share(counts, known.densities()) - 0.005 <= high
        assert high - low < 0.06


@pytest.mark.parametrize(("value", "limit", "digits", "percent", "said"), [
    (0.6504, 0.65, 2, False, "0.6504"), (0.66, 0.65, 2, False, "0.66"), (0.65, 0.65, 2, False, "0.65"), (0.6496, 0.65, 2, False, "0.65"),
    (0.1502, 0.15, 0, True, "15.02%"), (0.15, 0.15, 0, True, "15%"), (0.2, 0.15, 0, True, "20%"), (0.02003, 0.02, 1, True, "2.003%"),
])
def test_a_figure_beyond_its_limit_does_not_look_as_if_it_met_it(value: float, limit: float, digits: int, percent: bool, said: str) -> None:
    assert check.format_beside(value, limit, digits, percent=percent) == said


def test_a_refusal_shows_which_limit_broke() -> None:
    assert "5.004%" in check.too_biased("they come", check.MAX_BIAS_SEEN + 4e-5, 0.0)
    assert "2.004%" in check.too_biased("they come", 0.06, check.MAX_BIAS + 4e-5)


def test_strata_of_length_need_enough_references() -> None:
    rng = np.random.default_rng(4)
    few = share.scale(rng.normal(size=200), np.arange(200) % 2 == 0, rng.integers(20, 900, 200).astype(np.int32))
    many = share.scale(rng.normal(size=4_000), np.arange(4_000) % 2 == 0, rng.integers(20, 900, 4_000).astype(np.int32))
    assert few.n_strata == 1
    assert many.n_strata == 4
