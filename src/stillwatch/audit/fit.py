"""Logistic regression on sets of hashed features, by L-BFGS on a sparse matrix."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from stillwatch.numeric import text_features
from stillwatch.numeric.arrays import text_bytes

F64 = NDArray[np.float64]
ALL_GROUPS = (1 << text_features.N_GROUPS) - 1
MIN_SEEN = 2
COMMON_FROM = 3


class Sets(NamedTuple):
    """Features of texts.

    Attributes:
        matrix: ``(n, 4 * 2**bits)``, 1 where a text has the feature.
        n_words: ``(n,)`` tokens.
        bits: log2 of the buckets of a group.
    """

    matrix: sparse.csr_matrix
    n_words: NDArray[np.int32]
    bits: int


def with_breaks(text: str) -> str:
    """The text with its line breaks as marks that count as words, for corpora that kept their layout."""
    return text.replace("\n", " ¶ ")


def read(texts: list[str], bits: int, groups: int = ALL_GROUPS) -> Sets:
    """Feature sets of texts."""
    offsets, data = text_bytes(texts)
    n = len(texts)
    out = np.empty(6 * int(offsets[-1] - offsets[0]) + 8 * n + 8, np.int32)
    indptr, n_words = np.zeros(n + 1, np.int64), np.zeros(n, np.int32)
    ends = np.zeros((n, text_features.N_GROUPS), np.int32)
    size = text_features.feature_sets(
        offsets, data, text_features.FUNCTION_TABLE, bits, groups, out, indptr, n_words, ends
    )
    indices = out[:size].copy()
    matrix = sparse.csr_matrix((np.ones(size, np.float32), indices, indptr), shape=(n, text_features.N_GROUPS << bits))
    return Sets(matrix, n_words, bits)


def rarity(matrix: sparse.csr_matrix) -> tuple[F64, NDArray[np.int64]]:
    """Inverse document frequency ``(n_features,)`` and document frequency.

    Features of fewer than three texts weigh the same, so that a text that was counted weighs its own words no more
    than a text that was not.
    """
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return np.log((1 + matrix.shape[0]) / np.maximum(seen, COMMON_FROM)) + 1.0, seen


def scaled(sets: Sets, idf: F64) -> sparse.csr_matrix:
    """The matrix with entries of idf, each group of a row scaled to length 1."""
    matrix = sets.matrix
    value = idf[matrix.indices]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    cell = rows * text_features.N_GROUPS + (matrix.indices >> sets.bits)
    length = np.sqrt(np.bincount(cell, weights=value * value, minlength=matrix.shape[0] * text_features.N_GROUPS))
    return sparse.csr_matrix((value / length[cell], matrix.indices, matrix.indptr), shape=matrix.shape)


def logistic(
    matrix: sparse.csr_matrix, positive: NDArray[np.bool_], *, c: float = 10.0, weight: F64 | None = None
) -> tuple[F64, float]:
    """Weights ``(n_features,)`` and intercept that minimise c · log loss + half the squared weights.

    Only features of at least two rows get a weight: the others say nothing about other texts.

    Args:
        matrix: ``(n, n_features)``.
        positive: ``(n,)``.
        c: inverse strength of the penalty.
        weight: ``(n,)`` weight of each row in the loss.
    """
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    used = np.flatnonzero(seen >= MIN_SEEN)
    rows = matrix[:, used].tocsr()
    columns = rows.T.tocsr()
    sign = np.where(positive, 1.0, -1.0)
    loss_weight = c * (np.ones(len(sign)) if weight is None else weight)

    def loss(x: F64) -> tuple[float, F64]:
        margin = sign * (rows @ x[:-1] + x[-1])
        slope = -sign * loss_weight / (1 + np.exp(np.minimum(margin, 500)))
        value = loss_weight @ np.logaddexp(0, -margin) + 0.5 * (x[:-1] @ x[:-1])
        return float(value), np.append(columns @ slope + x[:-1], slope.sum())

    found = optimize.minimize(
        loss, np.zeros(len(used) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200, "maxcor": 10}
    )
    weights = np.zeros(matrix.shape[1])
    weights[used] = found.x[:-1]
    return weights, float(found.x[-1])
