"""Unmarked conversations are told by likeness to marked ones: a planted share comes back, cover and look-alikes stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.judge import KINDS, kinds, likened, worded
from stillwatch.tables import CAPABILITIES


def drawn(rng: np.random.Generator, n: int, sharp: float, seed: int) -> np.ndarray:
    """Classes of ``n`` requests of one sort; the sharper, the fewer classes it keeps to."""
    mixes = [np.random.default_rng(seed + i).dirichlet(np.full(k, 1 / sharp)) for i, k in enumerate(KINDS)]
    return np.stack([rng.choice(len(mix), n, p=mix) for mix in mixes]).astype(np.uint8)


def counts(kind: np.ndarray) -> list[np.ndarray]:
    return [np.bincount(row, minlength=k) for row, k in zip(kind, KINDS, strict=True)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_planted_share_of_harvest_among_the_unmarked_comes_back(share: float) -> None:
    rng = np.random.default_rng(1)
    n, n_marked = 4_000, 500
    n_harvest = n_marked + round(share * n)
    kind = np.concatenate([drawn(rng, n_harvest, 5.0, 10), drawn(rng, n + n_marked - n_harvest, 5.0, 20)], axis=1)
    marked = np.arange(n + n_marked) < n_marked
    found = likened(kind, marked, counts(drawn(rng, 50_000, 5.0, 20)))
    assert not found[marked].any()
    assert found.sum() == pytest.approx(share * n, abs=0.02 * n)
    true = (np.arange(n + n_marked) < n_harvest) & ~marked
    assert (found & true).sum() >= 0.95 * true.sum()


def test_harvest_that_looks_like_cover_is_not_told() -> None:
    rng = np.random.default_rng(2)
    kind = drawn(rng, 3_000, 2.0, 10)
    marked = np.arange(3_000) < 600
    assert not likened(kind, marked, counts(drawn(rng, 50_000, 2.0, 10))).any()


@pytest.mark.parametrize(("n_marked", "told"), [(19, False), (20, True)])
def test_few_marked_conversations_tell_nothing(n_marked: int, told: bool) -> None:
    rng = np.random.default_rng(3)
    kind = drawn(rng, 400, 20.0, 10)
    found = likened(kind, np.arange(400) < n_marked, counts(drawn(rng, 50_000, 20.0, 20)))
    assert found.any() == told


@pytest.mark.parametrize("n_marked", [0, 50])
def test_nothing_to_tell(n_marked: int) -> None:
    kind = np.zeros((3, n_marked), np.uint8)
    assert likened(kind, np.ones(n_marked, bool), counts(np.ones((3, 100), np.uint8))).tolist() == [False] * n_marked


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_the_log_does_not_matter(seed: int) -> None:
    """However many requests are alike: which of them comes first in a file says nothing."""
    rng = np.random.default_rng(seed)
    kind = np.concatenate([drawn(rng, 150, 20.0, 10), drawn(rng, 150, 20.0, 20)], axis=1) % 4
    marked, usual = rng.random(300) < np.where(np.arange(300) < 150, 0.3, 0.0), counts(drawn(rng, 5_000, 20.0, 20) % 4)
    order = rng.permutation(300)
    assert likened(kind[:, order], marked[order], usual).tolist() == likened(kind, marked, usual)[order].tolist()


def test_classes_are_within_their_bounds() -> None:
    n = 500
    rng = np.random.default_rng(4)
    columns = {
        "capability": rng.integers(0, len(CAPABILITIES), n).astype(np.uint8),
        "system": rng.choice([0, -5, 7], n),
        "tools": rng.choice([0, 9], n),
        "n_words": rng.choice([-1, 0, 1, 2, 3, 2**31 - 1], n).astype(np.int32),
        "output_tokens": rng.choice([0, 7, 8, 2**31 - 1], n).astype(np.int32),
    }
    found = kinds(columns)
    assert found.shape == (len(KINDS), n)
    assert all(row.max() < k for row, k in zip(found, KINDS, strict=True))
    for i in range(n):
        first = columns["capability"][i] * 4 + (columns["system"][i] != 0) * 2 + (columns["tools"][i] != 0)
        lengths = [min((max(int(columns[name][i]), 0) + 1).bit_length() - 1, 15) for name in ("n_words", "output_tokens")]
        assert found[:, i].tolist() == [first, *lengths]


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
