"""Tails, ranks, corrections and power against known values."""

from math import exp, log

import numpy as np
import pytest
from scipy import stats

from stillwatch.prove import statistics as s


@pytest.mark.parametrize(("k", "n", "rate"), [(30, 100, 0.25), (0, 5, 0.5), (60, 100, 0.25), (5, 5, 0.1)])
def test_binomial_tail(k: int, n: int, rate: float) -> None:
    assert exp(s.binomial_log_tail(k, n, rate)) == pytest.approx(stats.binom.sf(k - 1, n, rate), rel=1e-9)


def test_far_tails_neither_underflow_nor_jump() -> None:
    near = [s.binomial_log_tail(k, 100_000, 0.25) for k in range(29_900, 30_200)]
    steps = np.diff(near)
    assert min(near) < 280 * log(0.1) < max(near)
    assert (steps < 0).all()
    assert abs(np.diff(steps)).max() < 1e-3
    gamma = np.diff([s.gamma_log_tail(total, 20_000) for total in np.arange(25_500, 26_500, 10.0)])
    assert (gamma < 0).all()
    assert abs(np.diff(gamma)).max() < 1e-2


def test_rademacher_bound_holds_and_is_not_loose() -> None:
    rng = np.random.default_rng(0)
    weights = rng.exponential(size=200)
    sums = (rng.choice([-1, 1], (20_000, 200)) * weights).sum(1)
    for quantile in (0.9, 0.99, 0.999):
        at = np.quantile(sums, quantile)
        bound = exp(s.rademacher_log_tail(weights, float(at)))
        assert 1 - quantile < bound < 10 * (1 - quantile)


def test_sums_of_signs_are_exact_and_never_too_small() -> None:
    rng = np.random.default_rng(1)
    for n in (1, 5, 12):
        weights = rng.exponential(size=n) * rng.choice([-1.0, 1.0], n)
        signs = 1 - 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)
        sums, tail = signs @ weights, s.SignSums(weights)
        for at in [*np.quantile(sums, [0.0, 0.3, 0.8, 0.99]), sums.max(), 0.1]:
            truth = (sums >= at - 1e-12).mean()
            assert truth * (1 - 1e-9) <= exp(tail.log_p(float(at))) <= truth + 0.02 * (n > 5)
    weights = rng.exponential(size=80)
    far = float(np.abs(weights).sum())
    assert s.SignSums(weights).log_p(far) == pytest.approx(-80 * log(2), abs=3)
    # several keys are as many weights; too many of them fall back to the bound
    at = 4 * float(np.sqrt(3 * (weights**2).sum()))
    assert s.SignSums(weights, 3).log_p(at) == pytest.approx(s.SignSums(np.tile(weights, 3)).log_p(at))
    assert s.SignSums(weights, 3).log_p(at) < s.rademacher_log_tail(weights, at, 3) - 0.5
    assert s.SignSums(weights, 50).log_p(at) == s.rademacher_log_tail(weights, at, 50)
    assert s.SignSums(np.zeros(3)).log_p(0.0) == 0.0


@pytest.mark.parametrize("z", [1.5, 4.0, 7.0, 20.0])
def test_weighted_bound_is_near_the_exact_tail(z: float) -> None:
    """Equal weights have exact tails: never below them, and within a quarter of a decade at 5,000 draws, half of one far out."""
    n, ones = 5_000, np.ones(5_000)
    green, uniform = s.Null("bernoulli", 0.25), s.Null("exponential")
    k = round(n * 0.25 + z * np.sqrt(n * 0.1875))
    total = n + z * np.sqrt(n)
    found = [(s.weighted_log_tail(green, ones, float(k)), s.binomial_log_tail(k, n, 0.25)),
             (s.weighted_log_tail(green, ones[:2500], float(k), copies=2), s.binomial_log_tail(k, n, 0.25)),
             (s.weighted_log_tail(uniform, ones, float(total)), s.gamma_log_tail(total, n))]
    for bound, exact in found:
        assert exact <= bound <= exact + (0.25 if z < 10 else 0.6) * log(10)


def test_holm_and_rank() -> None:
    adjusted = [exp(p) for p in s.holm([log(0.01), log(0.04), log(0.03)])]
    assert adjusted == pytest.approx([0.03, 0.06, 0.06])
    assert s.rank_p(5.0, np.array([1.0, 5.0, 7.0])) == pytest.approx(3 / 4)


def test_power_and_what_is_detectable() -> None:
    null = s.Null("bernoulli", 0.25)
    found = s.detectable(null, 10_000, log(1e-6))
    assert found is not None
    assert s.power(null, 10_000, found, log(1e-6)) == pytest.approx(0.8, abs=0.02)
    assert s.detectable(null, 5, log(1e-6)) is None
    exponential = s.Null("exponential")
    assert s.power(exponential, 5_000, 0.1, log(1e-5)) > 0.95


def test_show_p() -> None:
    assert s.show_p(log(0.02)) == "0.02"
    assert s.show_p(-1000 * log(10) + log(3)) == "3.0e-1000"
