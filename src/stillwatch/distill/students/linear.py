"""Route (a): a linear classifier from a teacher's labels or probabilities, on hashed words, pairs of words and characters,
and, where a static encoder is given, on the vectors of words, so that it knows words that no harvest had.

Soft answers are fitted by ridge regression on centred log-probabilities (Ba and Caruana 2014, "Do Deep Nets Really Need
to be Deep?", section 2.2: regress the logits), hard answers by the same regression on one-hot rows; neither needs a schedule,
and a fit is the same bytes again. The strength of the ridge, and how far down the log-probabilities are believed, are chosen on
answers left out: what a teacher says of unlikely classes is most of what it knows in one task, and noise in another.

What a text says is a sum over its different words and pairs of neighbours, so the part of a word (itself, the character
n-grams within it, its vector) is computed once and remembered: that makes characters and vectors as cheap as words.
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
from stillwatch.files import digest, own_folder, read_json, write_json
from stillwatch.numeric.arrays import conjugate_gradients
from stillwatch.terminal.counting import number_of

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
RIDGES = (0.1, 0.3, 1.0, 3.0)
"""Strengths tried, on features whose rows have length 1."""
LEAST = 10
"""Answers to train on."""
CHOOSING = 2000
"""Up to so many answers the ridge is chosen by leaving each out, above by a tenth held back."""
FLOORS = (-8.0, -5.0, -20.0)
"""Log-probabilities below one of these say nothing more, nats; the first where nothing tells them apart."""
SURE = 8.0
"""What a label fits for its class: as far above the others as the first floor is below certainty."""
SHARES = (0.8, 0.6)
"""Lengths of the part of words and of the part of characters in a row of length 1."""
MEANING = 0.8
"""Length of the part of vectors, where there is one: then a row's length is above 1."""
WORD = re.compile(r"\w+")
MAX_WORDS = 1 << 16
"""Words remembered."""
WEIGHTS, ABOUT, ENCODER = "model.safetensors", "config.json", "encoder"
FORMAT = "linear 2"
"""Version 1 had other columns, which cannot be read any more."""


@dataclass(frozen=True)
class Features:
    """Words and pairs of neighbours, hashed into 2**bits columns, and character n-grams within words into as many more."""

    bits: int = 18
    characters: tuple[int, int] | None = (3, 5)
    """Lengths of character n-grams, a space at each end of a word; none, and words stand alone."""
    n_dims: int = 0
    """Of the words' vectors, which come after all columns."""

    @property
    def n_columns(self) -> int:
        """Of words and characters."""
        return 1 << self.bits if self.characters is None else 2 << self.bits

    @property
    def shares(self) -> tuple[float, float, float]:
        """Lengths of the parts."""
        words, characters = (1.0, 0.0) if self.characters is None else SHARES
        return words, characters, MEANING if self.n_dims else 0.0

    def grams(self, word: str) -> list[int]:
        """Columns of a word's different character n-grams."""
        if self.characters is None:
            return []
        text, (least, most) = f" {word} ", self.characters
        found = {text[i : i + n] for n in range(least, most + 1) for i in range(len(text) - n + 1)}
        mask = (1 << self.bits) - 1
        return sorted({(1 << self.bits) + (zlib.crc32(gram.encode("utf-8", "replace")) & mask) for gram in found})


@dataclass(frozen=True)
class Read:
    """Texts as numbers of words and columns of pairs; each once a text."""

    words: Any
    """(n_texts, n_words_known), sparse, 1 where a text has a word."""
    pairs: Any
    """(n_texts, n_columns), sparse, 1 where a text has a pair of neighbours."""


class Reader:
    """Numbers words as they are first met, and knows the columns of each."""

    def __init__(self, features: Features, encoder: StaticEncoder | None = None) -> None:
        """Knows nothing yet; ``encoder`` has the words' vectors, of ``features.n_dims``."""
        self.features, self.encoder = features, encoder
        self.number: dict[str, int] = {}
        self._code: NDArray[np.uint64] = np.zeros(1024, np.uint64)

    def read(self, texts: Sequence[str]) -> tuple[Read, list[str]]:
        """Read texts; also gives the words that were not known, in the order of their numbers."""
        split = [WORD.findall(text.lower()) for text in texts]
        new = sorted(set(chain.from_iterable(split)).difference(self.number))
        for word in new:
            self.number[word] = len(self.number)
        n, known = len(texts), len(self.number)
        if known > len(self._code):
            self._code = np.resize(self._code, 2 * known)
        self._code[known - len(new) : known] = [zlib.crc32(word.encode("utf-8", "replace")) for word in new]
        ids = np.fromiter(map(self.number.__getitem__, chain.from_iterable(split)), np.int64)
        text = np.repeat(np.arange(n), [len(row) for row in split])
        code = self._code[ids]
        beside = text[1:] == text[:-1]
        # Order matters: "not bad" and "bad not" are two pairs.
        mixed = code[:-1] * np.uint64(0x9E3779B97F4A7C15) + code[1:] * np.uint64(0xD1B54A32D192ED03)
        pairs = (mixed[beside] >> np.uint64(64 - self.features.bits)).astype(np.int64)
        return Read(_once(text, ids, (n, known)), _once(text[1:][beside], pairs, (n, self.features.n_columns))), new

    def columns(self, words: Sequence[str]) -> Any:
        """Columns of words (n_words, n_columns), sparse, 1 where a word has one."""
        mask = (1 << self.features.bits) - 1
        lists = [[zlib.crc32(word.encode("utf-8", "replace")) & mask, *self.features.grams(word)] for word in words]
        ends = np.cumsum([0, *map(len, lists)])
        flat = np.fromiter(chain.from_iterable(lists), np.int64, int(ends[-1]))
        return sparse.csr_array((np.ones(len(flat), np.float32), flat, ends), shape=(len(words), self.features.n_columns))

    def vectors(self, words: Sequence[str]) -> F32:
        """Vectors of words (n_words, n_dims); the rarer a word, the longer."""
        if self.encoder is None or not words:
            return np.zeros((len(words), self.features.n_dims), np.float32)
        found: F32 = self.encoder.counts(words) @ self.encoder.table
        return found

    def meaning(self, read: Read) -> F32:
        """Sum of the words' vectors of texts (n_texts, n_dims), of length 1 if no two had anything in common."""
        vectors = self.vectors(list(self.number))
        found: F32 = (read.words @ vectors) * _scale(1.0, read.words @ (vectors * vectors).sum(axis=1))[:, None]
        return found

    def counts(self, texts: Sequence[str]) -> tuple[Any, Any, F32]:
        """Columns of texts (n_texts, n_columns), of words and pairs, and of characters, which count once a word; and their meaning."""
        read, _ = self.read(texts)
        own = self.columns(list(self.number))
        cut = 1 << self.features.bits
        both = (read.words @ own).tocsc()
        words = sparse.hstack([both[:, :cut], sparse.csc_array((len(texts), own.shape[1] - cut), dtype=np.float32)])
        characters = sparse.hstack([sparse.csc_array((len(texts), cut), dtype=np.float32), both[:, cut:]])
        return (words + read.pairs).tocsr(), characters.tocsr(), self.meaning(read)


def _once(text: I64, column: I64, shape: tuple[int, int]) -> Any:
    keys = np.unique(text << 32 | column)
    ends = np.searchsorted(keys >> 32, np.arange(shape[0] + 1))
    return sparse.csr_array((np.ones(len(keys), np.float32), keys & 0xFFFFFFFF, ends), shape=shape)


def _scale(share: float, square: Any) -> F32:
    """What brings parts of these squared lengths to a length of ``share``; parts of nothing stay so."""
    found: F32 = np.asarray(share / np.sqrt(np.where(square > 0, square, 1)), np.float32)
    return found


def weigh(features: Features, counts: tuple[Any, Any, F32], idf: F32) -> tuple[Any, F32]:
    """Counts to rows weighed by ``idf`` (n_columns,), sparse (n_texts, n_columns), and meaning (n_texts, n_dims), each of one length."""
    *shares, meaning = features.shares
    parts = []
    for part, share in zip(counts[:2], shares, strict=True):
        square = part @ (idf * idf)
        parts.append(sparse.diags_array(_scale(share, square)) @ part @ sparse.diags_array(idf))
    return (parts[0] + parts[1]).tocsr().astype(np.float32), counts[2] * np.float32(meaning)


def inverse_frequency(counts: Any) -> F32:
    """Smoothed inverse document frequency of each column; columns never seen weigh nothing."""
    seen = np.bincount(counts.tocsr().indices, minlength=counts.shape[1])
    return np.where(seen > 0, np.log((1 + counts.shape[0]) / (1 + seen)) + 1, 0).astype(np.float32)


def _room(held: F32, n: int) -> F32:
    """The rows held with room for ``n``, twice as many as before at least: words that come one by one are not copied each time."""
    if n <= len(held):
        return held
    more = np.zeros((max(n, 2 * len(held)), held.shape[1]), np.float32)
    more[: len(held)] = held
    return more


class LinearClassifier:
    """``predict_proba(texts)`` and ``classes_``, as scikit-learn's classifiers have them.

    Only columns that the harvest had are kept, each as 8 bits a class with its own scale.
    """

    def __init__(
        self, features: Features, classes: Sequence[str], columns: NDArray[np.int32], idf: F32, rows: NDArray[np.int8], scale: F32,
        bias: F32, encoder: StaticEncoder | None = None,
    ) -> None:
        """``columns`` and ``idf`` are (n_kept,), ``rows`` (n_kept + n_dims, n_classes), ``scale`` a number each, ``bias`` (n_classes,)."""
        self.features, self.classes_, self.encoder = features, list(classes), encoder
        self.columns, self.idf, self.rows, self.scale, self.bias = columns, idf, rows, scale, bias
        self.identity = f"linear {features} {self.classes_}"
        self._place = np.full(features.n_columns, -1, np.int64)
        self._place[columns] = np.arange(len(columns))
        self._table = self.weights[: len(columns)] * idf[:, None]
        self._meaning = self.weights[len(columns) :]
        self._forget()

    def _forget(self) -> None:
        self._reader = Reader(self.features, self.encoder)
        # Of each word known, with room for more: what it says, its own part, that of its characters and of its vector, and their
        # squared lengths.
        self._says = np.zeros((0, len(self.features.shares) * len(self.classes_)), np.float32)
        self._square = np.zeros((0, len(self.features.shares)), np.float32)

    @property
    def weights(self) -> F32:
        """(n_kept + n_dims, n_classes)."""
        found: F32 = self.rows.astype(np.float32) * self.scale[:, None]
        return found

    def kept(self, matrix: Any) -> Any:
        """A sparse matrix over all columns, reduced to those kept (n, n_kept)."""
        place = self._place[matrix.indices]
        held = place >= 0
        ends = np.concatenate([[0], np.cumsum(held)])[matrix.indptr]
        return sparse.csr_array((matrix.data[held], place[held], ends), shape=(matrix.shape[0], len(self.columns)))

    def inputs(self, texts: Sequence[str]) -> Any:
        """What the weights are multiplied with (n_texts, n_kept + n_dims), sparse: the input of the ONNX file."""
        idf = np.zeros(self.features.n_columns, np.float32)
        idf[self.columns] = self.idf
        rows, meaning = weigh(self.features, Reader(self.features, self.encoder).counts(texts), idf)
        return sparse.hstack([self.kept(rows), sparse.csr_array(meaning)]).tocsr()

    def logits(self, texts: Sequence[str]) -> F32:
        """Centred log-probabilities (n_texts, n_classes)."""
        if len(self._reader.number) > MAX_WORDS:
            self._forget()
        read, new = self._reader.read(texts)
        if new:
            self._learn(new)
        k = len(self.classes_)
        pairs = self.kept(read.pairs)
        known = len(self._reader.number)
        square, said = read.words @ self._square[:known], read.words @ self._says[:known]
        own = square[:, 0] + pairs @ (self.idf * self.idf)
        found: F32 = (said[:, :k] + pairs @ self._table) * _scale(self.features.shares[0], own)[:, None] + self.bias
        for i, share in enumerate(self.features.shares):
            if i and share:
                found += said[:, i * k : (i + 1) * k] * _scale(share, square[:, i])[:, None]
        return found

    def _learn(self, words: Sequence[str]) -> None:
        matrix = self.kept(self._reader.columns(words))
        first = self.columns < 1 << self.features.bits
        parts = [matrix @ sparse.diags_array(part.astype(np.float32)) for part in (first, ~first)]
        vectors = self._reader.vectors(words)
        says = [*(part @ self._table for part in parts), vectors @ self._meaning]
        known = len(self._reader.number)
        begin = known - len(words)
        self._says, self._square = _room(self._says, known), _room(self._square, known)
        self._says[begin:known] = np.concatenate(says, axis=1)
        square = [*(part @ (self.idf * self.idf) for part in parts), (vectors * vectors).sum(axis=1)]
        self._square[begin:known] = np.stack(square, axis=1)

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
        """Bytes of the weights, and of the words' vectors at a byte a number."""
        return sum(array.nbytes for array in self._arrays().values()) + (self.encoder.table.size if self.encoder else 0)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {"columns": self.columns, "idf": self.idf, "weights": self.rows, "scale": self.scale, "bias": self.bias}

    def save(self, folder: Path) -> None:
        """Write safetensors and configuration."""
        numpy_io = need("safetensors.numpy", what="saving a student")
        own_folder(folder)
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
            told = about["features"]
            features = Features(told["bits"], tuple(told["characters"]) if told["characters"] else None, told.get("n_dims", 0))
            columns, idf, rows, scale, bias = (arrays[name] for name in ("columns", "idf", "weights", "scale", "bias"))
            encoder = StaticEncoder.load(folder / ENCODER) if features.n_dims else None
            model = cls(features, about["classes"], columns, idf, rows, scale, bias, encoder)
        except Exception as error:  # the library raises its own kinds
            raise InputError(f"not a linear classifier ({type(error).__name__}: {error})", where=folder) from error
        model.identity = digest(folder / WEIGHTS)
        return model


def soft_targets(probabilities: NDArray[Any]) -> list[F32]:
    """What the regression may fit, (n_texts, n_classes) for each of :data:`FLOORS`: centred log-probabilities.

    One alone where every answer is sure, since then they differ by a factor only.
    """
    # Smaller ones are mostly rounding.
    logs = np.log(np.clip(probabilities, 1e-9, 1))
    floors = FLOORS[:1] if np.isin(probabilities, (0, 1)).all() else FLOORS
    cut = [np.maximum(logs, floor) for floor in floors]
    return [(rows - rows.mean(axis=1, keepdims=True)).astype(np.float32) for rows in cut]


def hard_targets(labels: NDArray[np.int64], n_classes: int) -> F32:
    """What the regression fits to labels: one-hot rows (n_texts, n_classes), scaled so that a sure answer's probabilities are sure."""
    return (np.eye(n_classes, dtype=np.float32)[labels] - 1 / n_classes) * np.float32(SURE)


def ridge(
    rows: Any, dense: F32, wanted: F32, strength: float, *, tolerance: float = 1e-3, iterations: int = 200
) -> tuple[F32, F32]:
    """Weights (n_columns + n_dims, n_classes) and bias (n_classes,) of a ridge regression, by conjugate gradients on the dual.

    Args:
        rows: (n_texts, n_columns), sparse.
        dense: (n_texts, n_dims), further columns; n_dims may be 0.
        wanted: (n_texts, n_classes).
        strength: of the ridge, above 0.
        tolerance: relative residual at which a class is done.
        iterations: at most.
    """
    bias = wanted.mean(axis=0)
    flipped = rows.T.tocsr()

    def times(dual: F32) -> F32:
        found: F32 = rows @ (flipped @ dual) + dense @ (dense.T @ dual) + strength * dual
        return found

    # Dense columns have a few strong directions, which take plain conjugate gradients five times the iterations. Sparse rows have
    # length 1 and little in common, so without them the matrix is near (strength + 1) I + dense dense'. Its inverse is taken along the
    # directions of dense and beside them: Woodbury's identity is the same but for cancellation, which in 32 bits is all that is left.
    rest = strength + 1
    square, turned = np.linalg.eigh(dense.T.astype(np.float64) @ dense)
    strong = square > 1e-6 * max(float(square.max(initial=0)), rest)
    basis = (dense @ (turned[:, strong] / np.sqrt(square[strong]))).astype(np.float32)
    inverse = (1 / (square[strong] + rest)).astype(np.float32)[:, None]

    def near(dual: F32) -> F32:
        along = basis.T @ dual
        found: F32 = (dual - basis @ along) / np.float32(rest) + basis @ (inverse * along)
        return found

    dual = conjugate_gradients(times, (wanted - bias).astype(np.float32), tolerance=tolerance, iterations=iterations, near=near)
    return np.concatenate([flipped @ dual, dense.T @ dual]).astype(np.float32), bias


def left_out(gram: NDArray[Any], wanted: Sequence[F32], ridges: Sequence[float]) -> NDArray[np.float64]:
    """Share of answers that a ridge regression on all others gets right, (n_ridges, n_wanted).

    All leave-one-out predictions follow from one inverse (Allen 1974), so no part of a small harvest is set aside.

    Args:
        gram: (n, n), products of rows.
        wanted: (n, n_classes) each, what may be fitted; they share the likeliest class.
        ridges: strengths.
    """
    n, best = len(gram), wanted[0].argmax(axis=1)
    scores = np.zeros((len(ridges), len(wanted)))
    for i, ridge_ in enumerate(ridges):
        factor = cho_factor(gram + np.eye(n, dtype=gram.dtype) * ridge_, lower=True, check_finite=False)
        inverse = cho_solve(factor, np.eye(n, dtype=gram.dtype), check_finite=False)
        own = inverse.sum(axis=1, keepdims=True) / (n - 1)  # of an answer's part in the mean of all, which the others have not
        for j, fitted in enumerate(wanted):
            centred = fitted - fitted.mean(axis=0)
            alone = fitted - (inverse @ centred + own * centred) / np.diagonal(inverse)[:, None]
            scores[i, j] = (alone.argmax(axis=1) == best).mean()
    return scores


def best_pair(scores: NDArray[np.float64], n: int) -> tuple[int, int]:
    """Places of the best ridge and of what to fit in ``scores`` (n_ridges, n_wanted), shares of ``n`` answers left out.

    Anything but the first must be better by two standard errors (Agresti and Coull's): of 32 answers to 150 classes, two that happen to be
    right say nothing.
    """
    best = scores.max(axis=0)
    which = int(best.argmax())
    share = (best[0] * n + 2) / (n + 4)
    if best[which] - best[0] <= 2 * np.sqrt(share * (1 - share) / n):
        which = 0
    return int(scores[:, which].argmax()), which


@dataclass(frozen=True)
class Fit:
    """A trained student and what choosing its ridge and floor saw."""

    model: LinearClassifier
    strength: float
    floor: float | None
    """Of log-probabilities, nats; None where labels were fitted."""
    agreement: float
    """With the teacher on answers left out."""


def train(
    texts: Sequence[str], classes: Sequence[str], *, probabilities: NDArray[Any] | None = None,
    labels: NDArray[np.int64] | None = None, features: Features | None = None, encoder: StaticEncoder | None = None, seed: int = 0,
) -> Fit:
    """Fit a student.

    Args:
        texts: what the teacher answered.
        classes: all of the teacher's.
        probabilities: (n_texts, n_classes) of the teacher, or
        labels: (n_texts,) positions in ``classes``.
        features: default words, pairs and characters.
        encoder: of the words' vectors; kept in 8 bits a number, and with the student.
        seed: which tenth chooses ridge and floor, where there are many.
    """
    if len(texts) < LEAST:
        few = number_of(len(texts), "answer is", "answers are")
        raise InputError(f"{few} too few to train a classifier", todo=f"Harvest at least {LEAST}")
    features = features or Features()
    if encoder is not None:
        features, encoder = replace(features, n_dims=encoder.table.shape[1]), encoder.int8()
    counts = Reader(features, encoder).counts(texts)
    idf = inverse_frequency(counts[0]) + inverse_frequency(counts[1])
    rows, meaning = weigh(features, counts, idf)
    if probabilities is not None:
        wanted = soft_targets(probabilities)
    else:
        assert labels is not None
        wanted = [hard_targets(labels, len(classes))]
    kept_columns = np.flatnonzero(idf).astype(np.int32)
    rows = rows[:, kept_columns]
    if len(texts) <= CHOOSING:
        scores = left_out(np.asarray((rows @ rows.T).toarray(), np.float64) + meaning @ meaning.T, wanted, RIDGES)
    else:  # on all the rest and not on a sample, since the best strength grows with the harvest
        order = np.random.default_rng(seed).permutation(len(texts))
        held, kept = order[: len(texts) // 10], order[len(texts) // 10 :]
        best, asked = wanted[0][held].argmax(axis=1), sparse.hstack([rows[held], sparse.csr_array(meaning[held])])

        def score(strength: float, fitted: F32) -> float:
            weights, bias = ridge(rows[kept], meaning[kept], fitted[kept], strength, tolerance=1e-2)
            return float(((asked @ weights + bias).argmax(axis=1) == best).mean())

        scores = np.zeros((len(RIDGES), len(wanted)))
        scores[:, 0] = [score(strength, wanted[0]) for strength in RIDGES]
        best_ridge = int(scores[:, 0].argmax())  # floors are tried with it alone, which is half of the fits
        scores[best_ridge, 1:] = [score(RIDGES[best_ridge], fitted) for fitted in wanted[1:]]
    which, floor = best_pair(scores, len(texts) if len(texts) <= CHOOSING else len(texts) // 10)
    strength, agreement = RIDGES[which], float(scores[which, floor])
    weights, bias = ridge(rows, meaning, wanted[floor], strength)
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-12).astype(np.float32) / 127
    small = np.round(weights / scale[:, None]).astype(np.int8)
    model = LinearClassifier(features, classes, kept_columns, idf[kept_columns], small, scale, bias.astype(np.float32), encoder)
    return Fit(model, strength, FLOORS[floor] if probabilities is not None else None, agreement)
