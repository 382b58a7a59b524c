"""Boosted trees of depth three on a few measures, by Newton steps of the log loss on binned values.

The first column is a score that stands already; trees start from its line of best fit and add to it. Linear models miss
what is odd at both ends (a text without any comma, one with very many). Deterministic: ties go to the first measure and bin.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]
N_BINS = 32
N_TREES = 120
DEPTH = 3
RATE = 0.05
PENALTY = 5.0
MIN_ROWS = 20
_INNER, _LEAVES = (1 << DEPTH) - 1, 1 << DEPTH


class Trees(NamedTuple):
    """Trees, whole to their depth: node ``i`` has children ``2 i + 1`` and ``2 i + 2``.

    Attributes:
        measure: ``(120, 7)`` what a node looks at.
        cut: ``(120, 7)`` greater goes right; infinite where a node does not split.
        value: ``(120, 8)`` what a leaf adds to the log-odds.
        line: ``(2,)`` slope and intercept of the log-odds before any tree, on the first column.
    """

    measure: NDArray[np.int64]
    cut: F64
    value: F64
    line: F64


def fit(values: F64, positive: NDArray[np.bool_], weight: F64) -> Trees:
    """Fit trees.

    Args:
        values: ``(n, m)``.
        positive: ``(n,)``.
        weight: ``(n,)`` weight of each row in the loss.
    """
    edges = np.quantile(values, np.arange(1, N_BINS) / N_BINS, axis=0, method="lower")
    bins = np.stack([np.searchsorted(np.unique(edges[:, j]), values[:, j]) for j in range(values.shape[1])], axis=1)
    cuts = np.full((N_BINS, values.shape[1]), np.inf)
    for j in range(values.shape[1]):
        unique = np.unique(edges[:, j])
        cuts[: len(unique), j] = unique
    line = _line(values[:, 0], positive, weight)
    start = values[:, 0] * line[0] + line[1]
    measure, at, value = np.zeros((N_TREES, _INNER), np.int64), np.full((N_TREES, _INNER), -1, np.int64), np.zeros((N_TREES, _LEAVES))
    _grow(bins.astype(np.int64), positive.astype(np.float64), weight, start, measure, at, value)
    cut = np.where(at >= 0, cuts[np.maximum(at, 0), measure], np.inf)
    return Trees(measure, cut, value, line)


def _line(score: F64, positive: NDArray[np.bool_], weight: F64) -> F64:
    """Slope and intercept of the log-odds on a score (Platt), by Newton steps; held back a little, so that it is finite."""
    matrix, line = np.column_stack([score, np.ones(len(score))]), np.zeros(2)
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(matrix @ line, -30, 30)))
        curve = (matrix * (weight * p * (1 - p))[:, None]).T @ matrix + np.eye(2) * 0.1
        line = line + np.linalg.solve(curve, matrix.T @ (weight * (positive - p)) - 0.1 * line)
    return line


@njit(cache=True, nogil=True)
def _grow(
    bins: NDArray[np.int64], y: F64, weight: F64, start: F64, measure: NDArray[np.int64], at: NDArray[np.int64], value: F64
) -> None:
    """Fill the trees; ``at`` is the bin up to which a node's rows go left, -1 where all do."""
    n, m = bins.shape
    score = start.copy()
    slope, curve, node = np.empty(n), np.empty(n), np.empty(n, np.int64)
    g, h, c = np.empty((m, N_BINS)), np.empty((m, N_BINS)), np.empty((m, N_BINS))
    for tree in range(len(measure)):
        for i in range(n):
            p = 1 / (1 + np.exp(-score[i]))
            slope[i] = weight[i] * (y[i] - p)
            curve[i] = weight[i] * p * (1 - p)
            node[i] = 0
        for inner in range(_INNER):
            g[:], h[:], c[:] = 0.0, 0.0, 0.0
            for i in range(n):
                if node[i] == inner:
                    for j in range(m):
                        b = bins[i, j]
                        g[j, b] += slope[i]
                        h[j, b] += curve[i]
                        c[j, b] += 1
            total_g, total_h, total_c = g[0].sum(), h[0].sum(), c[0].sum()
            best = total_g * total_g / (total_h + PENALTY) + 1e-9
            for j in range(m):
                left_g, left_h, left_c = 0.0, 0.0, 0.0
                for b in range(N_BINS - 1):
                    left_g += g[j, b]
                    left_h += h[j, b]
                    left_c += c[j, b]
                    if left_c < MIN_ROWS or total_c - left_c < MIN_ROWS:
                        continue
                    right_g, right_h = total_g - left_g, total_h - left_h
                    gain = left_g * left_g / (left_h + PENALTY) + right_g * right_g / (right_h + PENALTY)
                    if gain > best:
                        best = gain
                        measure[tree, inner] = j
                        at[tree, inner] = b
            for i in range(n):
                if node[i] == inner:
                    right = at[tree, inner] >= 0 and bins[i, measure[tree, inner]] > at[tree, inner]
                    node[i] = 2 * inner + (2 if right else 1)
        top, low = np.zeros(_LEAVES), np.zeros(_LEAVES)
        for i in range(n):
            top[node[i] - _INNER] += slope[i]
            low[node[i] - _INNER] += curve[i]
        for leaf in range(_LEAVES):
            value[tree, leaf] = RATE * top[leaf] / (low[leaf] + PENALTY)
        for i in range(n):
            score[i] += value[tree, node[i] - _INNER]


@njit(cache=True, nogil=True)
def predict(values: F64, measure: NDArray[np.int64], cut: F64, value: F64, line: F64) -> F64:
    """Log-odds of each row, by the fields of :class:`Trees`."""
    out: F64 = values[:, 0] * line[0] + line[1]
    for i in range(len(values)):
        for tree in range(len(measure)):
            node = 0
            for _ in range(DEPTH):
                node = 2 * node + (2 if values[i, measure[tree, node]] > cut[tree, node] else 1)
            out[i] += value[tree, node - _INNER]
    return out
