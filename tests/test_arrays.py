"""Distinct rows: the same as numpy.unique along an axis, for any whole numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stillwatch.arrays import distinct

VALUES = st.sampled_from([-(2**63), -7, -1, 0, 1, 2, 2**62, 2**63 - 1])


SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 4))


@settings(max_examples=300, deadline=None)
@given(hnp.arrays(np.int64, SHAPES, elements=VALUES) | hnp.arrays(np.int64, SHAPES, elements=st.integers(-3, 3)))
def test_rows_and_counts_are_those_of_numpy(rows: np.ndarray) -> None:
    before = rows.copy()
    found, counts = distinct(rows)
    expected, expected_counts = np.unique(rows, axis=0, return_counts=True)
    assert found.tolist() == expected.tolist()
    assert counts.tolist() == expected_counts.tolist()
    assert counts.sum() == len(rows)
    assert (rows == before).all()


@pytest.mark.parametrize("width", [1, 3])
def test_no_rows(width: int) -> None:
    found, counts = distinct(np.zeros((0, width), np.int64))
    assert found.shape == (0, width)
    assert counts.shape == (0,)
    assert counts.dtype == np.int64
