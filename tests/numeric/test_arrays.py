"""Distinct rows are those of numpy.unique, for any whole numbers; many systems are solved as one by one."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stillwatch.numeric.arrays import conjugate_gradients, counting_sort, distinct_rows, text_order

VALUES = st.sampled_from([-(2**63), -7, -1, 0, 1, 2, 2**62, 2**63 - 1])


SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 4))


@settings(max_examples=300, deadline=None)
@given(hnp.arrays(np.int64, SHAPES, elements=VALUES) | hnp.arrays(np.int64, SHAPES, elements=st.integers(-3, 3)))
def test_rows_and_counts_are_those_of_numpy(rows: np.ndarray) -> None:
    before = rows.copy()
    found, counts = distinct_rows(rows)
    expected, expected_counts = np.unique(rows, axis=0, return_counts=True)
    assert found.tolist() == expected.tolist()
    assert counts.tolist() == expected_counts.tolist()
    assert counts.sum() == len(rows)
    assert (rows == before).all()


@pytest.mark.parametrize("width", [1, 3])
def test_no_rows(width: int) -> None:
    found, counts = distinct_rows(np.zeros((0, width), np.int64))
    assert found.shape == (0, width)
    assert counts.shape == (0,)
    assert counts.dtype == np.int64


@settings(deadline=None)
@given(hnp.arrays(np.int64, st.integers(0, 60), elements=st.integers(0, 9)))
def test_rows_by_value_are_a_stable_sort(value: np.ndarray) -> None:
    order, start = counting_sort(value, 10)
    assert order.tolist() == np.argsort(value, kind="stable").tolist()
    assert start.tolist() == np.searchsorted(np.sort(value), np.arange(11)).tolist()


TEXTS = st.text(st.sampled_from("\0abÿ€😀"), max_size=20)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), TEXTS | TEXTS.map("req_0123456789".__add__))))
def test_texts_are_sorted_by_their_bytes(rows: list[tuple[int, str]]) -> None:
    """Also such as begin alike, or differ in zero bytes at their end alone."""
    order = text_order(np.array([group for group, _ in rows], np.int32), pa.array([text for _, text in rows], pa.string()))
    assert sorted(order.tolist()) == list(range(len(rows)))
    assert [rows[row] for row in order] == sorted(rows, key=lambda row: (row[0], row[1].encode()))


def test_columns_are_solved_as_each_alone() -> None:
    """Also one that is zero, and one a million times larger; too few steps leave a residual."""
    rng = np.random.default_rng(3)
    half = rng.normal(size=(60, 60)).astype(np.float32)
    matrix = half @ half.T / 60 + np.eye(60, dtype=np.float32)
    wanted = rng.normal(size=(60, 3)).astype(np.float32) * np.array([1, 0, 1e6], np.float32)
    exact = np.linalg.solve(matrix.astype(np.float64), wanted.astype(np.float64))
    scale = np.abs(exact).max(axis=0) + 1e-9
    found = conjugate_gradients(lambda x: matrix @ x, wanted, tolerance=1e-5, iterations=100)
    assert (np.abs(found - exact) / scale).max() < 1e-3
    early = conjugate_gradients(lambda x: matrix @ x, wanted, tolerance=1e-5, iterations=2)
    assert (np.abs(early - exact) / scale).max() > 1e-2


def test_a_matrix_near_the_inverse_saves_iterations() -> None:
    rng = np.random.default_rng(1)
    strong = (rng.normal(size=(200, 20)) * np.geomspace(1, 30, 20)).astype(np.float32)
    matrix = strong @ strong.T + np.diag(rng.random(200).astype(np.float32) * 0.2 + 1)
    wanted = rng.normal(size=(200, 3)).astype(np.float32)
    close = np.linalg.inv(strong @ strong.T + 1.1 * np.eye(200)).astype(np.float32)
    known = np.linalg.solve(matrix.astype(np.float64), wanted)
    plain, helped = (
        conjugate_gradients(lambda x: matrix @ x, wanted, tolerance=1e-6, iterations=6, preconditioner=preconditioner)
        for preconditioner in (None, lambda x: close @ x)
    )
    assert np.abs(helped - known).max() < 0.02
    assert np.abs(plain - known).max() > 1
