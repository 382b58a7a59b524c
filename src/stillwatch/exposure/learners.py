"""Students of a closed set of answers, trained on nested harvests at little cost: ridge regression through one kernel.

The kernel of all prompts is computed once; a harvest of N is a corner of it, so that dozens of harvests, seeds and answer
channels share one pass over the text. Kernels are of TF-IDF rows (words or characters) or of a public encoder's vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from stillwatch.distill.extra import need
from stillwatch.distill.students.linear import choose_ridge, inverse_frequency, leave_one_out
from stillwatch.numeric.arrays import conjugate_gradients

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

RIDGES = (0.03, 0.3, 3.0)
EXACT = 8000
"""Up to this many exchanges are solved by Cholesky, more by block conjugate gradients."""
MAX_CHOOSING = 1500
"""At most this many exchanges choose the ridge."""


@dataclass(frozen=True)
class Kernel:
    """Similarities within the pool and from the held-out texts to it."""

    name: str
    pool: F32
    """(n_pool, n_pool)."""
    test: F32
    """(n_test, n_pool)."""


def text_kernel(name: str, pool: Sequence[str], test: Sequence[str]) -> Kernel:
    """Kernel of TF-IDF rows: ``words`` (one and two words) or ``characters`` (three to five, within words)."""
    text = need("sklearn.feature_extraction.text", what="a student on words or characters")
    vectorizer = text.HashingVectorizer(
        n_features=1 << 18, analyzer="word" if name == "words" else "char_wb", ngram_range=(1, 2) if name == "words" else (3, 5),
        alternate_sign=False, norm=None, dtype=np.float32, token_pattern=r"(?u)\b\w+\b",
    )
    counts = vectorizer.transform(pool)
    idf = inverse_frequency(counts)
    rows, held = _weigh(counts, idf), _weigh(vectorizer.transform(test), idf)
    return Kernel(name, _product(rows, rows), _product(held, rows))


def _weigh(counts: Any, idf: F32) -> Any:
    """Counts to sublinear TF-IDF rows of length 1, sparse (n_texts, n_columns)."""
    matrix = counts.tocsr(copy=True)
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.where(length > 0, length, 1), np.diff(matrix.indptr))
    return matrix


def _product(left: Any, right: Any, block: int = 1000) -> F32:
    """Dense product of sparse rows, block by block, so that the sparse product is never whole in memory."""
    flipped = right.T.tocsr()
    parts = [np.asarray((left[i : i + block] @ flipped).toarray(), np.float32) for i in range(0, left.shape[0], block)]
    return np.concatenate(parts)


def vector_kernel(name: str, pool: F32, test: F32) -> Kernel:
    """Kernel of an encoder's vectors, plus a constant; (n_pool, n_dims) and (n_test, n_dims), rows of length 1."""
    return Kernel(name, pool @ pool.T + 1, test @ pool.T + 1)


def static_kernel(name: str, folder: Path, pool: Sequence[str], test: Sequence[str]) -> Kernel:
    """Kernel of a static encoder that Stillwatch or model2vec wrote."""
    from stillwatch.distill.students.static import StaticEncoder

    encoder = StaticEncoder.load(folder)
    return vector_kernel(name, encoder.encode(pool), encoder.encode(test))


def learn(kernel: Kernel, rows: I64, wanted: F32, ridge: float) -> F32:
    """Predictions (n_test, n_classes) of a student trained on some of the pool.

    Args:
        kernel: of the whole pool.
        rows: (n,) positions of the harvested prompts; with repetition if a prompt was asked again.
        wanted: (n, n_classes) what the answers say (``soft_targets`` and ``hard_targets`` of :mod:`stillwatch.distill.students.linear`).
        ridge: strength.
    """
    bias = wanted.mean(axis=0)
    dual = solve(kernel.pool[np.ix_(rows, rows)], wanted - bias, ridge)
    found: F32 = kernel.test[:, rows] @ dual + bias
    return found


def choose(kernel: Kernel, rows: I64, wanted: Sequence[F32]) -> tuple[float, int]:
    """The ridge, and the index in ``wanted``, with the best leave-one-out agreement over the harvest.

    Choosing on a held-out fifth was worse: from 90 answers to 20 classes curves dipped by a quarter.
    """
    rows = rows[:MAX_CHOOSING]
    scores = leave_one_out(kernel.pool[np.ix_(rows, rows)], [each[:MAX_CHOOSING] for each in wanted], RIDGES)
    ridge, which = choose_ridge(scores, len(rows))
    return RIDGES[ridge], which


def solve(gram: F32, wanted: F32, ridge: float, *, iterations: int = 80, tolerance: float = 1e-3) -> F32:
    """Dual weights (n, n_classes) of ``(gram + ridge I) dual = wanted``."""
    n = len(gram)
    if n <= EXACT:
        factor = cho_factor(gram + np.eye(n, dtype=np.float32) * ridge, lower=True, overwrite_a=True, check_finite=False)
        return np.asarray(cho_solve(factor, wanted, check_finite=False), np.float32)

    def times(dual: F32) -> F32:
        found: F32 = gram @ dual + ridge * dual
        return found

    return conjugate_gradients(times, wanted, tolerance=tolerance, iterations=iterations)
