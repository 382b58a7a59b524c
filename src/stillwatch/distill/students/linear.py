"""Route (a): a linear classifier from a teacher's labels or probabilities, on hashed n-grams or on a static encoder.

Soft answers are fitted by ridge regression on centred log-probabilities (Ba and Caruana 2014, "Do Deep Nets Really Need
to be Deep?", section 2.2: regress the logits), hard answers by the same regression on one-hot rows; both have a closed
form, so a fit needs no schedule and is the same bytes again. The strength of the ridge is chosen on a tenth of the harvest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from stillwatch.distill.extra import need
from stillwatch.errors import InputError
from stillwatch.files import digest, read_json, write_json

F32 = NDArray[np.float32]
RIDGES = (0.1, 0.3, 1.0, 3.0)
"""Strengths tried, on features whose rows have length 1."""
CHOOSING = 2000
"""Answers that choose the ridge, at most."""
FLOOR = -8.0
"""Log-probabilities below this say nothing more, nats."""
WEIGHTS, ABOUT = "model.safetensors", "config.json"


@dataclass(frozen=True)
class Features:
    """Hashed n-grams: ``words`` or ``characters``, into 2**bits columns, weighted by inverse document frequency."""

    kind: str = "words"
    bits: int = 18
    ngrams: tuple[int, int] = (1, 2)

    def vectorizer(self) -> Any:
        """A scikit-learn HashingVectorizer."""
        text = need("sklearn.feature_extraction.text", what="a classifier on hashed n-grams")
        analyzer = "word" if self.kind == "words" else "char_wb"
        return text.HashingVectorizer(
            n_features=1 << self.bits, analyzer=analyzer, ngram_range=self.ngrams, alternate_sign=False, norm=None,
            dtype=np.float32, token_pattern=r"(?u)\b\w+\b",
        )  # fmt: skip


class LinearClassifier:
    """``predict_proba(texts)`` and ``classes_``, as scikit-learn's classifiers have them."""

    def __init__(self, features: Features, classes: Sequence[str], idf: F32, weights: F32, bias: F32) -> None:
        """``idf`` (n_columns,), ``weights`` (n_columns, n_classes), ``bias`` (n_classes,)."""
        self.features, self.classes_ = features, list(classes)
        self._idf, self.weights, self.bias = idf, weights, bias
        self._vectorizer = features.vectorizer()
        self.identity = f"linear {features} {self.classes_}"

    def logits(self, texts: Sequence[str]) -> F32:
        """Centred log-probabilities (n_texts, n_classes)."""
        found: F32 = np.asarray(weigh(self._vectorizer.transform(texts), self._idf) @ self.weights + self.bias, np.float32)
        return found

    def predict_proba(self, texts: Sequence[str]) -> F32:
        """Probabilities (n_texts, n_classes)."""
        logits = self.logits(texts)
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: F32 = shifted / shifted.sum(axis=1, keepdims=True)
        return found

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The likeliest class of each."""
        return [self.classes_[i] for i in self.logits(texts).argmax(axis=1)]

    def size_bytes(self) -> int:
        """Bytes of the weights."""
        return int(self._idf.nbytes + self.weights.nbytes + self.bias.nbytes)

    def save(self, folder: Path) -> None:
        """Write safetensors and configuration."""
        numpy_io = need("safetensors.numpy", what="saving a student")
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {"idf": self._idf, "weights": np.ascontiguousarray(self.weights), "bias": self.bias}
        numpy_io.save_file(arrays, folder / WEIGHTS)
        features = {"kind": self.features.kind, "bits": self.features.bits, "ngrams": list(self.features.ngrams)}
        write_json({"stillwatch": "linear", "features": features, "classes": self.classes_}, folder / ABOUT)

    @classmethod
    def load(cls, folder: Path) -> "LinearClassifier":
        """Read what :meth:`save` wrote; raises InputError on anything else."""
        numpy_io = need("safetensors.numpy", what="loading a student")
        about = read_json(folder / ABOUT)
        if not isinstance(about, dict) or about.get("stillwatch") != "linear":
            raise InputError("not a linear classifier of Stillwatch", where=folder / ABOUT)
        arrays = numpy_io.load_file(folder / WEIGHTS)
        told = about["features"]
        features = Features(told["kind"], told["bits"], tuple(told["ngrams"]))
        model = cls(features, about["classes"], arrays["idf"], arrays["weights"], arrays["bias"])
        model.identity = digest(folder / WEIGHTS)
        return model


def weigh(counts: Any, idf: F32) -> Any:
    """Counts to sublinear TF-IDF rows of length 1, sparse (n_texts, n_columns)."""
    matrix = counts.tocsr(copy=True)
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.where(length > 0, length, 1), np.diff(matrix.indptr))
    return matrix


def inverse_frequency(counts: Any) -> F32:
    """Smoothed inverse document frequency of each column; columns never seen weigh nothing."""
    seen = np.bincount(counts.tocsr().indices, minlength=counts.shape[1])
    return np.where(seen > 0, np.log((1 + counts.shape[0]) / (1 + seen)) + 1, 0).astype(np.float32)


def targets(probabilities: NDArray[Any] | None, labels: NDArray[np.int64] | None, n_classes: int) -> F32:
    """What the regression fits (n_texts, n_classes): centred log-probabilities, or one-hot rows of labels."""
    if probabilities is not None:
        logs = np.maximum(np.log(np.clip(probabilities, 1e-9, 1)), FLOOR)
        found: F32 = (logs - logs.mean(axis=1, keepdims=True)).astype(np.float32)
        return found
    assert labels is not None
    # Scaled so that the predicted probabilities of a sure answer are sure.
    return (np.eye(n_classes, dtype=np.float32)[labels] - 1 / n_classes) * -FLOOR


def ridge(
    rows: Any, wanted: F32, strength: float, *, tolerance: float = 1e-3, iterations: int = 200
) -> tuple[F32, F32]:
    """Weights (n_columns, n_classes) and bias (n_classes,) of a ridge regression, in whichever form is smaller.

    Args:
        rows: (n_texts, n_columns), sparse or dense.
        wanted: (n_texts, n_classes).
        strength: of the ridge, above 0.
        tolerance: relative residual of conjugate gradients, used where both sides are large.
        iterations: at most.
    """
    bias = wanted.mean(axis=0)
    centred = wanted - bias
    n, d = rows.shape
    thin: bool = sparse.issparse(rows)
    if not thin and d <= 4096:
        gram = rows.T @ rows + strength * np.eye(d, dtype=np.float32)
        return np.linalg.solve(gram, rows.T @ centred).astype(np.float32), bias
    if n <= 3000:
        kernel = rows @ rows.T
        kernel = np.asarray(kernel.toarray() if thin else kernel, np.float64)
        dual = np.linalg.solve(kernel + strength * np.eye(n), centred.astype(np.float64))
        return np.asarray(rows.T @ dual, np.float32), bias
    flipped = rows.T.tocsr() if thin else rows.T
    columns = []
    system = LinearOperator((n, n), matvec=lambda v: rows @ (flipped @ v) + strength * v, dtype=np.float32)
    for column in centred.T:
        dual, _ = cg(system, column, rtol=tolerance, maxiter=iterations)
        columns.append(flipped @ dual)
    return np.stack(columns, axis=1).astype(np.float32), bias


@dataclass(frozen=True)
class Fit:
    """A trained student and what choosing its ridge saw."""

    model: LinearClassifier
    strength: float
    agreement: float
    """With the teacher on the tenth held back."""


def train(
    texts: Sequence[str], classes: Sequence[str], *, probabilities: NDArray[Any] | None = None,
    labels: NDArray[np.int64] | None = None, features: Features | None = None, seed: int = 0,
) -> Fit:  # fmt: skip
    """Fit a student.

    Args:
        texts: what the teacher answered.
        classes: all of the teacher's.
        probabilities: (n_texts, n_classes) of the teacher, or
        labels: (n_texts,) positions in ``classes``.
        features: default words, unigrams and bigrams.
        seed: which tenth chooses the ridge.
    """
    if len(texts) < 10:
        raise InputError(f"{len(texts)} answers are too few to train a classifier", todo="Harvest at least 10")
    features = features or Features()
    counts = features.vectorizer().transform(texts)
    idf = inverse_frequency(counts)
    rows, wanted = weigh(counts, idf), targets(probabilities, labels, len(classes))
    order = np.random.default_rng(seed).permutation(len(texts))[:CHOOSING]
    cut = max(len(order) // 10, 2)
    held, kept = order[:cut], order[cut:]
    # One kernel serves all strengths.
    gram = np.asarray((rows[kept] @ rows[kept].T).toarray(), np.float64)
    across = np.asarray((rows[held] @ rows[kept].T).toarray(), np.float64)
    bias, best = wanted[kept].mean(axis=0), wanted[held].argmax(axis=1)
    scores = []
    for strength in RIDGES:
        dual = np.linalg.solve(gram + strength * np.eye(len(kept)), wanted[kept] - bias)
        scores.append(float(((across @ dual + bias).argmax(axis=1) == best).mean()))
    strength = RIDGES[int(np.argmax(scores))]
    weights, bias = ridge(rows, wanted, strength)
    return Fit(LinearClassifier(features, classes, idf, weights, bias.astype(np.float32)), strength, max(scores))
