"""Route (a): a linear classifier trained on a teacher's labels or probabilities.

Its features are hashed words, pairs of words and character n-grams. With a static encoder they also are the vectors of words, so
that the classifier can use words that the harvest lacks.

Soft answers are fitted by ridge regression on centred log-probabilities (Ba and Caruana 2014, "Do Deep Nets Really Need
to be Deep?", section 2.2: regress the logits), hard answers by the same regression on one-hot rows. Neither needs a schedule,
and a fit is deterministic to the byte. The strength of the ridge and the floor of the log-probabilities are chosen on left-out
answers: a teacher's probabilities of unlikely classes hold most of its knowledge in some tasks and are noise in others.

The logits of a text are a sum over its different words and pairs of neighbours. So the part of a word (the word itself, its
character n-grams, its vector) is computed once and cached, which makes characters and vectors as cheap as words.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from stillwatch.distill.extra import need
from stillwatch.distill.students.static import StaticEncoder
from stillwatch.errors import InputError
from stillwatch.files import digest, make_private_folder, read_json, write_json
from stillwatch.numeric.arrays import conjugate_gradients
from stillwatch.terminal.counting import number_of

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
RIDGES = (0.1, 0.3, 1.0, 3.0)
"""Strengths tried, on features whose rows have length 1."""
MIN_ANSWERS = 10
"""Fewest answers to train on."""
MAX_LEAVE_ONE_OUT = 2000
"""Up to this many answers the ridge is chosen by leave-one-out, above it on a held-out tenth."""
FLOORS = (-8.0, -5.0, -20.0)
"""Candidates for the lowest log-probability that counts, nats; lower ones are raised to it. The first is the default."""
CONFIDENT = 8.0
"""Target of a label's class above the others: as far as the first floor is below certainty, nats."""
SHARES = (0.8, 0.6)
"""Lengths of the word part and of the character part of a row of length 1."""
VECTOR_SHARE = 0.8
"""Length of the vector part, where there is one; the length of a row is then above 1."""
WORD = re.compile(r"\w+")
MAX_WORDS = 1 << 16
"""At most about this many words are cached."""
WEIGHTS, ABOUT, ENCODER = "model.safetensors", "config.json", "encoder"
FORMAT = "linear 2"
"""Version 1 had other columns and cannot be read any more."""


@dataclass(frozen=True)
class Features:
    """Settings of the features: words and pairs of neighbours in 2**bits hashed columns, character n-grams in as many more."""

    bits: int = 18
    characters: tuple[int, int] | None = (3, 5)
    """Shortest and longest character n-gram, with a space at each end of a word; None for words alone."""
    n_dims: int = 0
    """Dimensions of the words' vectors, which come after all columns; 0 for none."""

    @property
    def n_columns(self) -> int:
        """Hashed columns, of words and characters."""
        return 1 << self.bits if self.characters is None else 2 << self.bits

    @property
    def shares(self) -> tuple[float, float, float]:
        """Lengths of the parts of a row: words, characters, vectors."""
        word_share, character_share = (1.0, 0.0) if self.characters is None else SHARES
        return word_share, character_share, VECTOR_SHARE if self.n_dims else 0.0

    def grams(self, word: str) -> list[int]:
        """Columns of a word's different character n-grams."""
        if self.characters is None:
            return []
        text, (shortest, longest) = f" {word} ", self.characters
        grams = {text[i : i + n] for n in range(shortest, longest + 1) for i in range(len(text) - n + 1)}
        mask = (1 << self.bits) - 1
        return sorted({(1 << self.bits) + (zlib.crc32(gram.encode("utf-8", "replace")) & mask) for gram in grams})


@dataclass(frozen=True)
class ReadTexts:
    """Texts as the words and the pairs of neighbours that they contain, each counted once per text."""

    words: Any
    """(n_texts, n_known_words), sparse, 1 where a text has a word."""
    pairs: Any
    """(n_texts, n_columns), sparse, 1 where a text has a pair of neighbours."""


class Reader:
    """Reads texts; numbers words in the order in which it meets them and gives their columns."""

    def __init__(self, features: Features, encoder: StaticEncoder | None = None) -> None:
        """Start without known words; ``encoder`` gives the words' vectors, of ``features.n_dims``."""
        self.features, self.encoder = features, encoder
        self.word_number: dict[str, int] = {}
        self._hash: NDArray[np.uint64] = np.zeros(1024, np.uint64)

    def read(self, texts: Sequence[str]) -> tuple[ReadTexts, list[str]]:
        """Read texts; returns them and the words that were new, in the order of their numbers."""
        split = [WORD.findall(text.lower()) for text in texts]
        new = sorted(set(chain.from_iterable(split)).difference(self.word_number))
        for word in new:
            self.word_number[word] = len(self.word_number)
        n, known = len(texts), len(self.word_number)
        if known > len(self._hash):
            self._hash = np.resize(self._hash, 2 * known)
        self._hash[known - len(new) : known] = [zlib.crc32(word.encode("utf-8", "replace")) for word in new]
        ids = np.fromiter(map(self.word_number.__getitem__, chain.from_iterable(split)), np.int64)
        text_index = np.repeat(np.arange(n), [len(row) for row in split])
        hashes = self._hash[ids]
        is_same_text = text_index[1:] == text_index[:-1]
        # Order matters: "not bad" and "bad not" are two pairs.
        mixed = hashes[:-1] * np.uint64(0x9E3779B97F4A7C15) + hashes[1:] * np.uint64(0xD1B54A32D192ED03)
        pairs = (mixed[is_same_text] >> np.uint64(64 - self.features.bits)).astype(np.int64)
        pair_matrix = _unique_matrix(text_index[1:][is_same_text], pairs, (n, self.features.n_columns))
        return ReadTexts(_unique_matrix(text_index, ids, (n, known)), pair_matrix), new

    def columns(self, words: Sequence[str]) -> Any:
        """Columns of words: a sparse matrix (n_words, n_columns), 1 where a word has a column."""
        mask = (1 << self.features.bits) - 1
        lists = [[zlib.crc32(word.encode("utf-8", "replace")) & mask, *self.features.grams(word)] for word in words]
        ends = np.cumsum([0, *map(len, lists)])
        flat = np.fromiter(chain.from_iterable(lists), np.int64, int(ends[-1]))
        return sparse.csr_array((np.ones(len(flat), np.float32), flat, ends), shape=(len(words), self.features.n_columns))

    def vectors(self, words: Sequence[str]) -> F32:
        """Vectors of words (n_words, n_dims); rarer words have longer ones."""
        if self.encoder is None or not words:
            return np.zeros((len(words), self.features.n_dims), np.float32)
        vectors: F32 = self.encoder.counts(words) @ self.encoder.table
        return vectors

    def vector_sum(self, read: ReadTexts) -> F32:
        """Sum of the vectors of each text's words (n_texts, n_dims), scaled to length 1 if the vectors were orthogonal."""
        vectors = self.vectors(list(self.word_number))
        sums: F32 = (read.words @ vectors) * _scale(1.0, read.words @ (vectors * vectors).sum(axis=1))[:, None]
        return sums

    def counts(self, texts: Sequence[str]) -> tuple[Any, Any, F32]:
        """Columns of words and pairs, columns of characters (both n_texts, n_columns) and :meth:`vector_sum` of texts.

        A character n-gram counts once for each word that has it.
        """
        read, _ = self.read(texts)
        columns = self.columns(list(self.word_number))
        n_word_columns = 1 << self.features.bits
        counts = (read.words @ columns).tocsc()
        empty = sparse.csc_array((len(texts), columns.shape[1] - n_word_columns), dtype=np.float32)
        words = sparse.hstack([counts[:, :n_word_columns], empty])
        characters = sparse.hstack([sparse.csc_array((len(texts), n_word_columns), dtype=np.float32), counts[:, n_word_columns:]])
        return (words + read.pairs).tocsr(), characters.tocsr(), self.vector_sum(read)


def _unique_matrix(text: I64, column: I64, shape: tuple[int, int]) -> Any:
    keys = np.unique(text << 32 | column)
    ends = np.searchsorted(keys >> 32, np.arange(shape[0] + 1))
    return sparse.csr_array((np.ones(len(keys), np.float32), keys & 0xFFFFFFFF, ends), shape=shape)


def _scale(share: float, square: Any) -> F32:
    """Factors that bring parts with these squared lengths to the length ``share``; empty parts stay as they are."""
    factors: F32 = np.asarray(share / np.sqrt(np.where(square > 0, square, 1)), np.float32)
    return factors


def weight_rows(features: Features, counts: tuple[Any, Any, F32], idf: F32) -> tuple[Any, F32]:
    """Weight counts and bring each part of a row to its length.

    Args:
        features: settings, with the lengths of the parts.
        counts: from :meth:`Reader.counts`.
        idf: (n_columns,) weight of each column.

    Returns:
        Rows (n_texts, n_columns), sparse, and vector sums (n_texts, n_dims).
    """
    *shares, vector_sum = features.shares
    parts = []
    for part, share in zip(counts[:2], shares, strict=True):
        square = part @ (idf * idf)
        parts.append(sparse.diags_array(_scale(share, square)) @ part @ sparse.diags_array(idf))
    return (parts[0] + parts[1]).tocsr().astype(np.float32), counts[2] * np.float32(vector_sum)


def inverse_frequency(counts: Any) -> F32:
    """Smoothed inverse document frequency (n_columns,) of a count matrix (n_texts, n_columns); 0 for columns never seen."""
    seen = np.bincount(counts.tocsr().indices, minlength=counts.shape[1])
    return np.where(seen > 0, np.log((1 + counts.shape[0]) / (1 + seen)) + 1, 0).astype(np.float32)


def _with_capacity(rows: F32, n: int) -> F32:
    """An array with room for ``n`` rows. It at least doubles when it grows, so that words that come singly cost no copy each."""
    if n <= len(rows):
        return rows
    grown = np.zeros((max(n, 2 * len(rows)), rows.shape[1]), np.float32)
    grown[: len(rows)] = rows
    return grown


class LinearClassifier:
    """A linear text classifier with ``predict_proba(texts)`` and ``classes_``, as scikit-learn's classifiers have them.

    Only columns that the harvest had are kept, with 8 bits for each class and a scale for each column.
    """

    def __init__(
        self, features: Features, classes: Sequence[str], columns: NDArray[np.int32], idf: F32, rows: NDArray[np.int8], scale: F32,
        bias: F32, encoder: StaticEncoder | None = None,
    ) -> None:
        """Set up the classifier.

        Args:
            features: settings.
            classes: names, (n_classes,).
            columns: (n_kept,) hashed columns kept.
            idf: (n_kept,) their inverse document frequencies.
            rows: (n_kept + n_dims, n_classes) weights in 8 bits.
            scale: (n_kept + n_dims,) factor of each row.
            bias: (n_classes,).
            encoder: gives the words' vectors, if ``features.n_dims`` is above 0.
        """
        self.features, self.classes_, self.encoder = features, list(classes), encoder
        self.columns, self.idf, self.rows, self.scale, self.bias = columns, idf, rows, scale, bias
        self.identity = f"linear {features} {self.classes_}"
        self._place = np.full(features.n_columns, -1, np.int64)
        self._place[columns] = np.arange(len(columns))
        self._table = self.weights[: len(columns)] * idf[:, None]
        self._meaning = self.weights[len(columns) :]
        self._clear_cache()

    def _clear_cache(self) -> None:
        self._reader = Reader(self.features, self.encoder)
        # For each known word, with spare rows: the logits that its own part, its characters and its vector add, and the squared
        # lengths of these parts.
        self._logits_of_word = np.zeros((0, len(self.features.shares) * len(self.classes_)), np.float32)
        self._squares_of_word = np.zeros((0, len(self.features.shares)), np.float32)

    @property
    def weights(self) -> F32:
        """Weights (n_kept + n_dims, n_classes)."""
        found: F32 = self.rows.astype(np.float32) * self.scale[:, None]
        return found

    def kept(self, matrix: Any) -> Any:
        """A sparse matrix over all columns (n, n_columns), reduced to the columns kept (n, n_kept)."""
        place = self._place[matrix.indices]
        held = place >= 0
        ends = np.concatenate([[0], np.cumsum(held)])[matrix.indptr]
        return sparse.csr_array((matrix.data[held], place[held], ends), shape=(matrix.shape[0], len(self.columns)))

    def inputs(self, texts: Sequence[str]) -> Any:
        """Feature rows (n_texts, n_kept + n_dims), sparse: the input of the ONNX file."""
        idf = np.zeros(self.features.n_columns, np.float32)
        idf[self.columns] = self.idf
        rows, vector_sum = weight_rows(self.features, Reader(self.features, self.encoder).counts(texts), idf)
        return sparse.hstack([self.kept(rows), sparse.csr_array(vector_sum)]).tocsr()

    def logits(self, texts: Sequence[str]) -> F32:
        """Centred log-probabilities (n_texts, n_classes)."""
        if len(self._reader.word_number) > MAX_WORDS:
            self._clear_cache()
        read, new = self._reader.read(texts)
        if new:
            self._cache_words(new)
        k = len(self.classes_)
        pairs = self.kept(read.pairs)
        n_known = len(self._reader.word_number)
        square, word_logits = read.words @ self._squares_of_word[:n_known], read.words @ self._logits_of_word[:n_known]
        word_square = square[:, 0] + pairs @ (self.idf * self.idf)
        logits: F32 = (word_logits[:, :k] + pairs @ self._table) * _scale(self.features.shares[0], word_square)[:, None] + self.bias
        for i, share in enumerate(self.features.shares):
            if i and share:
                logits += word_logits[:, i * k : (i + 1) * k] * _scale(share, square[:, i])[:, None]
        return logits

    def _cache_words(self, words: Sequence[str]) -> None:
        matrix = self.kept(self._reader.columns(words))
        is_word = self.columns < 1 << self.features.bits
        parts = [matrix @ sparse.diags_array(part.astype(np.float32)) for part in (is_word, ~is_word)]
        vectors = self._reader.vectors(words)
        logits = [*(part @ self._table for part in parts), vectors @ self._meaning]
        n_known = len(self._reader.word_number)
        first_new = n_known - len(words)
        self._logits_of_word = _with_capacity(self._logits_of_word, n_known)
        self._squares_of_word = _with_capacity(self._squares_of_word, n_known)
        self._logits_of_word[first_new:n_known] = np.concatenate(logits, axis=1)
        square = [*(part @ (self.idf * self.idf) for part in parts), (vectors * vectors).sum(axis=1)]
        self._squares_of_word[first_new:n_known] = np.stack(square, axis=1)

    def predict_proba(self, texts: Sequence[str]) -> F32:
        """Probabilities (n_texts, n_classes)."""
        return self.probabilities(self.logits(texts))

    @staticmethod
    def probabilities(logits: F32) -> F32:
        """Softmax of each row."""
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        found: F32 = shifted / shifted.sum(axis=1, keepdims=True)
        return found

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The likeliest class of each."""
        return [self.classes_[i] for i in self.logits(texts).argmax(axis=1)]

    def size_bytes(self) -> int:
        """Bytes of the weights and of the words' vectors, the latter at one byte a number."""
        return sum(array.nbytes for array in self._arrays().values()) + (self.encoder.table.size if self.encoder else 0)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {"columns": self.columns, "idf": self.idf, "weights": self.rows, "scale": self.scale, "bias": self.bias}

    def save(self, folder: Path) -> None:
        """Write safetensors and configuration."""
        numpy_io = need("safetensors.numpy", what="saving a student")
        make_private_folder(folder)
        numpy_io.save_file(self._arrays(), folder / WEIGHTS)
        features = {"bits": self.features.bits, "characters": self.features.characters, "n_dims": self.features.n_dims}
        if self.encoder is not None:
            self.encoder.save(folder / ENCODER, quantise=True)
        write_json({"stillwatch": FORMAT, "features": features, "classes": self.classes_}, folder / ABOUT)

    @classmethod
    def load(cls, folder: Path) -> "LinearClassifier":
        """Read what :meth:`save` wrote; raises InputError on anything else."""
        numpy_io = need("safetensors.numpy", what="loading a student")
        about = read_json(folder / ABOUT)
        if not isinstance(about, dict) or about.get("stillwatch") != FORMAT:
            raise InputError("not a linear classifier of Stillwatch", where=folder / ABOUT)
        try:
            arrays = numpy_io.load_file(folder / WEIGHTS)
            settings = about["features"]
            lengths = settings["characters"]
            features = Features(settings["bits"], tuple(lengths) if lengths else None, settings.get("n_dims", 0))
            columns, idf, rows, scale, bias = (arrays[name] for name in ("columns", "idf", "weights", "scale", "bias"))
            encoder = StaticEncoder.load(folder / ENCODER) if features.n_dims else None
            model = cls(features, about["classes"], columns, idf, rows, scale, bias, encoder)
        except Exception as error:  # the library raises its own kinds
            raise InputError(f"not a linear classifier ({type(error).__name__}: {error})", where=folder) from error
        model.identity = digest(folder / WEIGHTS)
        return model


def soft_targets(probabilities: NDArray[Any]) -> list[F32]:
    """Targets of the regression: centred log-probabilities (n_texts, n_classes), one array for each of :data:`FLOORS`.

    There is only one where all probabilities are 0 or 1, since the others would differ from it by a factor.
    """
    # Smaller ones are mostly rounding.
    logs = np.log(np.clip(probabilities, 1e-9, 1))
    floors = FLOORS[:1] if np.isin(probabilities, (0, 1)).all() else FLOORS
    floored = [np.maximum(logs, floor) for floor in floors]
    return [(rows - rows.mean(axis=1, keepdims=True)).astype(np.float32) for rows in floored]


def hard_targets(labels: NDArray[np.int64], n_classes: int) -> F32:
    """Targets of the regression for labels (n_texts,): centred one-hot rows (n_texts, n_classes), scaled so that a fit is confident."""
    return (np.eye(n_classes, dtype=np.float32)[labels] - 1 / n_classes) * np.float32(CONFIDENT)


def ridge(
    rows: Any, dense: F32, targets: F32, strength: float, *, tolerance: float = 1e-3, iterations: int = 200
) -> tuple[F32, F32]:
    """Weights (n_columns + n_dims, n_classes) and bias (n_classes,) of a ridge regression, by conjugate gradients on the dual.

    Args:
        rows: (n_texts, n_columns), sparse.
        dense: (n_texts, n_dims), further columns; n_dims may be 0.
        targets: (n_texts, n_classes).
        strength: of the ridge, above 0.
        tolerance: relative residual at which a class is done.
        iterations: at most.
    """
    bias = targets.mean(axis=0)
    transposed = rows.T.tocsr()

    def apply_kernel(dual: F32) -> F32:
        product: F32 = rows @ (transposed @ dual) + dense @ (dense.T @ dual) + strength * dual
        return product

    # Precondition: dense columns have a few strong directions, with which plain conjugate gradients need five times the iterations.
    # Sparse rows have length 1 and little in common, so the matrix is near (strength + 1) I + dense dense'. This is inverted along
    # the eigenvectors of dense and beside them; Woodbury's identity would lose all digits to cancellation in 32 bits.
    rest = strength + 1
    eigenvalues, eigenvectors = np.linalg.eigh(dense.T.astype(np.float64) @ dense)
    strong = eigenvalues > 1e-6 * max(float(eigenvalues.max(initial=0)), rest)
    basis = (dense @ (eigenvectors[:, strong] / np.sqrt(eigenvalues[strong]))).astype(np.float32)
    inverse = (1 / (eigenvalues[strong] + rest)).astype(np.float32)[:, None]

    def precondition(dual: F32) -> F32:
        along = basis.T @ dual
        product: F32 = (dual - basis @ along) / np.float32(rest) + basis @ (inverse * along)
        return product

    centred = (targets - bias).astype(np.float32)
    dual = conjugate_gradients(apply_kernel, centred, tolerance=tolerance, iterations=iterations, preconditioner=precondition)
    return np.concatenate([transposed @ dual, dense.T @ dual]).astype(np.float32), bias


def leave_one_out(gram: NDArray[Any], targets: Sequence[F32], ridges: Sequence[float]) -> NDArray[np.float64]:
    """Share of answers that a ridge regression on all others predicts right, (n_ridges, n_targets).

    All leave-one-out predictions follow from one inverse (Allen 1974), so no part of a small harvest is set aside.

    Args:
        gram: (n, n), products of rows.
        targets: alternatives to fit, (n, n_classes) each, all with the same likeliest class.
        ridges: strengths.
    """
    n, best = len(gram), targets[0].argmax(axis=1)
    scores = np.zeros((len(ridges), len(targets)))
    for i, ridge_ in enumerate(ridges):
        factor = cho_factor(gram + np.eye(n, dtype=gram.dtype) * ridge_, lower=True, check_finite=False)
        inverse = cho_solve(factor, np.eye(n, dtype=gram.dtype), check_finite=False)
        mean_part = inverse.sum(axis=1, keepdims=True) / (n - 1)  # an answer's part in the mean of all, which the others lack
        for j, fitted in enumerate(targets):
            centred = fitted - fitted.mean(axis=0)
            predicted = fitted - (inverse @ centred + mean_part * centred) / np.diagonal(inverse)[:, None]
            scores[i, j] = (predicted.argmax(axis=1) == best).mean()
    return scores


def choose_ridge(scores: NDArray[np.float64], n: int) -> tuple[int, int]:
    """Indices of the best ridge and of the best target in ``scores`` (n_ridges, n_targets), shares of ``n`` answers left out.

    A target other than the first must be better by two standard errors (Agresti and Coull's): of 32 answers to 150 classes, two that
    happen to be right prove nothing.
    """
    best = scores.max(axis=0)
    which = int(best.argmax())
    share = (best[0] * n + 2) / (n + 4)
    if best[which] - best[0] <= 2 * np.sqrt(share * (1 - share) / n):
        which = 0
    return int(scores[:, which].argmax()), which


@dataclass(frozen=True)
class Fit:
    """A trained student, and how its ridge and floor were chosen."""

    model: LinearClassifier
    strength: float
    floor: float | None
    """Lowest log-probability that counted, nats; None where labels were fitted."""
    agreement: float
    """With the teacher on left-out answers, 0 to 1."""


def train(
    texts: Sequence[str], classes: Sequence[str], *, probabilities: NDArray[Any] | None = None,
    labels: NDArray[np.int64] | None = None, features: Features | None = None, encoder: StaticEncoder | None = None, seed: int = 0,
) -> Fit:
    """Fit a student.

    Args:
        texts: that the teacher answered; at least :data:`MIN_ANSWERS`.
        classes: all that the teacher used.
        probabilities: (n_texts, n_classes) of the teacher, or
        labels: (n_texts,) indices into ``classes``.
        features: default words, pairs and characters.
        encoder: gives the words' vectors; kept with the student in 8 bits a number.
        seed: of the held-out tenth that chooses ridge and floor, where there are many texts.

    Raises:
        InputError: there are too few texts.
    """
    if len(texts) < MIN_ANSWERS:
        few = number_of(len(texts), "answer is", "answers are")
        raise InputError(f"{few} too few to train a classifier", todo=f"Harvest at least {MIN_ANSWERS}")
    features = features or Features()
    if encoder is not None:
        features, encoder = replace(features, n_dims=encoder.table.shape[1]), encoder.int8()
    counts = Reader(features, encoder).counts(texts)
    idf = inverse_frequency(counts[0]) + inverse_frequency(counts[1])
    rows, vector_sum = weight_rows(features, counts, idf)
    if probabilities is not None:
        targets = soft_targets(probabilities)
    else:
        assert labels is not None
        targets = [hard_targets(labels, len(classes))]
    kept_columns = np.flatnonzero(idf).astype(np.int32)
    rows = rows[:, kept_columns]
    if len(texts) <= MAX_LEAVE_ONE_OUT:
        scores = leave_one_out(np.asarray((rows @ rows.T).toarray(), np.float64) + vector_sum @ vector_sum.T, targets, RIDGES)
    else:  # fitted to all others and not to a sample, since the best strength grows with the harvest
        order = np.random.default_rng(seed).permutation(len(texts))
        held_out, fitted = order[: len(texts) // 10], order[len(texts) // 10 :]
        held_classes = targets[0][held_out].argmax(axis=1)
        held_rows = sparse.hstack([rows[held_out], sparse.csr_array(vector_sum[held_out])])

        def score(strength: float, target: F32) -> float:
            weights, bias = ridge(rows[fitted], vector_sum[fitted], target[fitted], strength, tolerance=1e-2)
            return float(((held_rows @ weights + bias).argmax(axis=1) == held_classes).mean())

        scores = np.zeros((len(RIDGES), len(targets)))
        scores[:, 0] = [score(strength, targets[0]) for strength in RIDGES]
        best_ridge = int(scores[:, 0].argmax())  # floors are tried with this ridge only, which halves the fits
        scores[best_ridge, 1:] = [score(RIDGES[best_ridge], target) for target in targets[1:]]
    ridge_index, floor_index = choose_ridge(scores, len(texts) if len(texts) <= MAX_LEAVE_ONE_OUT else len(texts) // 10)
    strength, agreement = RIDGES[ridge_index], float(scores[ridge_index, floor_index])
    weights, bias = ridge(rows, vector_sum, targets[floor_index], strength)
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-12).astype(np.float32) / 127
    quantised = np.round(weights / scale[:, None]).astype(np.int8)
    model = LinearClassifier(features, classes, kept_columns, idf[kept_columns], quantised, scale, bias.astype(np.float32), encoder)
    return Fit(model, strength, FLOORS[floor_index] if probabilities is not None else None, agreement)
