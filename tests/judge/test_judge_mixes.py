"""The compiled correlation of mixes against its formula, label by label."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stillwatch.judge.mixes import overdispersion


def plainly(counts: np.ndarray, passing: float) -> tuple[float, float, int]:
    """Correlation, requests of a row but one, and degrees of freedom, of the rows with two requests or more."""
    used = counts[counts.sum(axis=1) >= 2].astype(float)
    if not len(used):
        return np.nan, 0.5, 0

    def off(rows: np.ndarray) -> np.ndarray:
        mix = rows.sum(axis=0) / rows.sum()
        expected = rows.sum(axis=1, keepdims=True) * mix
        return np.where(expected > 0, (rows - expected) ** 2 / np.where(expected > 0, expected, 1), 0).sum(axis=1)

    gone = int(passing * len(used))
    order = np.argsort(-off(used))
    # Which of two rows as unlike is left out is left to chance.
    assume(not gone or np.diff(-off(used)[order])[gone - 1] > 1e-9)
    used = used[order[gone:]]
    freedom = max((len(used) - 1) * (int((used.sum(axis=0) > 0).sum()) - 1), 0)
    lift = max(used.sum() / len(used) - 1, 0.5)
    return (off(used).sum() / freedom - 1) / lift if freedom else np.nan, lift, freedom


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from((0.0, 0.05, 0.3)))
def test_each_label_has_the_correlation_of_its_rows(seed: int, passing: float) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 60, 6)
    label = np.repeat(np.arange(6), sizes)
    # Accounts of their own mixes; many requests each, so that no two are as unlike but by the same counts.
    counts = rng.poisson(rng.gamma(rng.choice([0.3, 20.0]), 9.0, (len(label), 4))).astype(np.int32)
    rho, limit, freedom, lift = overdispersion(counts, label, 6, passing)
    for g in range(6):
        told, requests, free = plainly(counts[label == g], passing)
        assert freedom[g] == free
        if free:
            assert lift[g] == pytest.approx(requests)
            assert rho[g] == pytest.approx(np.clip(told, 0, 1), abs=1e-9)
            assert rho[g] <= limit[g] <= 1
        else:
            assert np.isnan(rho[g])


def test_of_rows_as_unlike_only_as_many_as_pass_are_left_out() -> None:
    """Ten of forty do the same one thing of their own: two of them are passers-by, whichever."""
    counts = np.repeat(np.array([[30, 10, 0], [0, 0, 40]], np.int32), (30, 10), axis=0)
    freedom = overdispersion(counts, np.zeros(40, np.int64), 1, 0.05)[2]
    assert freedom[0] == (38 - 1) * (3 - 1)
