"""What a campaign's accounts say ten times as often as innocents is its own; what they say at innocents' rate is cover."""

import numpy as np

from stillwatch.judge import worded


def test_wordings_at_innocents_rate_are_cover() -> None:
    """Counts drawn at the innocents' rate are hardly ever taken for the campaign's own; ten times and more are."""
    rng = np.random.default_rng(3)
    rate = 10.0 ** rng.uniform(-6, -2, 20_000)
    events, innocent = np.full(len(rate), 50_000), 5_000_000
    outside = rng.poisson(rate * innocent)
    assert worded(rng.poisson(rate * events), outside, events, innocent).mean() < 1e-3
    often = rate > 1e-4
    assert worded(rng.poisson(20 * rate * events), outside, events, innocent)[often].all()
    assert not worded(rng.poisson(5 * rate * events), outside, events, innocent)[rate > 1e-3].any()


def test_a_wording_that_nobody_else_has_needs_more_than_one_request() -> None:
    few = worded(np.array([1, 2, 3, 4]), np.zeros(4, np.int64), np.full(4, 10_000), 100_000)
    assert few.tolist() == [False, False, False, True]
