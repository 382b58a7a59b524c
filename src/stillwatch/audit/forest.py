"""Randomised trees on a few measures: cuts are drawn, and the best of some draws is taken (Geurts et al. 2006).

Their mean errs elsewhere than boosted trees do, so the two together tell more than either. Deterministic: draws depend on the
number of the tree alone. Our own, as the boosted ones are: scikit-learn, which has both, is no required dependency.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

N_TREES = 100
MIN_LEAF = 3
MAX_LEAVES = 500
TRIED = 0.3
_LEAST = 1e-4

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class Forest(NamedTuple):
    """Trees of at most ``n`` nodes; the children of a node follow each other.

    Attributes:
        measure: ``(100, n)`` what a node looks at.
        cut: ``(100, n)`` greater goes right.
        left: ``(100, n)`` its left child, 0 where it is a leaf.
        value: ``(100, n)`` share of model-written texts there.
    """

    measure: I32
    cut: F32
    left: I32
    value: F32


def fit(values: F64, positive: NDArray[np.bool_], weight: F64) -> Forest:
    """Fit trees, as :func:`stillwatch.audit.boost.fit` does."""
    n, m = values.shape
    least = max(MIN_LEAF, n // MAX_LEAVES)
    shape = (N_TREES, 2 * max(n // least, 1))
    forest = Forest(np.zeros(shape, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.int32), np.zeros(shape, np.float32))
    # columns side by side, and as the prediction sees them
    _grow(np.ascontiguousarray(values.astype(np.float32).T), positive.astype(np.float64), weight, max(int(TRIED * m), 1), least, *forest)
    return forest


def stacked(forests: list[Forest]) -> Forest:
    """Forests side by side, with a leading axis, each filled up to the largest; no trees of no forests."""
    if not forests:
        return Forest(*(np.zeros((0, 0, 0), np.int32), np.zeros((0, 0, 0), np.float32)) * 2)
    nodes = max(one.left.shape[1] for one in forests)
    padded = [[np.pad(part, ((0, 0), (0, nodes - part.shape[1]))) for part in one] for one in forests]
    return Forest(*(np.stack(part) for part in zip(*padded, strict=True)))


@njit(cache=True, nogil=True)
def _grow(
    columns: F32, y: F64, weight: F64, tried: int, least: int, measure: I32, cut: F32, left: I32, value: F32
) -> None:
    """Fill the trees."""
    m, n = columns.shape
    rows, order = np.arange(n), np.arange(m)
    begins, ends, waiting = np.zeros(measure.shape[1], np.int64), np.zeros(measure.shape[1], np.int64), np.zeros(measure.shape[1], np.int64)
    for tree in range(len(measure)):
        np.random.seed(tree)
        nodes, n_waiting = 1, 1
        begins[0], ends[0], waiting[0] = 0, n, 0
        while n_waiting > 0:
            n_waiting -= 1
            node = waiting[n_waiting]
            begin, end = begins[node], ends[node]
            total, of = 0.0, 0.0
            for r in rows[begin:end]:
                total += weight[r]
                of += weight[r] * y[r]
            value[tree, node] = of / total
            if end - begin < 2 * least or of <= 0 or of >= total:
                continue
            best, found, drawn = -1.0, 0, 0
            for j in range(m):
                k = np.random.randint(j, m)
                order[j], order[k] = order[k], order[j]
                column = columns[order[j]]
                low, high = column[rows[begin]], column[rows[begin]]
                for r in rows[begin:end]:
                    low, high = min(low, column[r]), max(high, column[r])
                if low == high:
                    continue
                at = np.float32(low + np.random.random() * (high - low))
                count, mass, mine = 0, 0.0, 0.0
                for r in rows[begin:end]:
                    if column[r] <= at:
                        count += 1
                        mass += weight[r]
                        mine += weight[r] * y[r]
                if count >= least and end - begin - count >= least:
                    gain = mine * mine / mass + (of - mine) ** 2 / (total - mass)
                    if gain > best:
                        best, found = gain, count
                        measure[tree, node], cut[tree, node] = order[j], at
                drawn += 1
                if drawn == tried:
                    break
            if best < 0:
                continue
            column, at, i = columns[measure[tree, node]], cut[tree, node], begin
            for j in range(begin, end):
                if column[rows[j]] <= at:
                    rows[i], rows[j] = rows[j], rows[i]
                    i += 1
            left[tree, node] = nodes
            for child in range(2):
                begins[nodes + child] = begin if child == 0 else begin + found
                ends[nodes + child] = begin + found if child == 0 else end
                waiting[n_waiting] = nodes + child
                n_waiting += 1
            nodes += 2


@njit(cache=True, nogil=True)
def predict(values: F64, measure: I32, cut: F32, left: I32, value: F32) -> F64:
    """Log-odds of each row, by the fields of :class:`Forest`."""
    out = np.zeros(len(values))
    for i in range(len(values)):
        for tree in range(len(measure)):
            node = 0
            while left[tree, node] > 0:
                node = left[tree, node] + (1 if np.float32(values[i, measure[tree, node]]) > cut[tree, node] else 0)
            out[i] += value[tree, node]
        p = min(max(out[i] / len(measure), _LEAST), 1 - _LEAST)
        out[i] = np.log(p / (1 - p))
    return out
