"""The detector: five models, each scored on references that it has not seen.

A model is linear on hashed features; trees on that score and on measures of form give the final one. The trees of a model
are trained on the linear scores of references that were held out from *their* linear model, as a corpus's are. Where line breaks
count, so does a second linear score, of the text with its words blanked out, and randomised trees stand beside the boosted ones.

A document of the corpus is to a model what a held-out reference is: both were not trained on. So the scores of
held-out references say, without any assumption about shape, how human and model-written documents of this domain score.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stillwatch.audit import boost, fit, forest, form, punctuation, questions
from stillwatch.errors import InputError
from stillwatch.files import atomic_write
from stillwatch.numeric import text_features
from stillwatch.numeric.arrays import text_bytes
from stillwatch.terminal.counting import number_of

N_FOLDS = 5
BITS = 17
BLANKED_BITS = 15
BLANKED_GROUPS = 7
"""Of a text whose words are blanked out single marks, pairs, threes and fours; letters would say the same again."""
MIN_REFERENCE = 50
MIN_WORDS = 20
MAX_CHARACTERS = 20_000
HASHED_CHARACTERS = 2_000
"""A text is known by the hash of so many characters of its beginning."""
MIN_MAKER = 40
MAX_MAKERS = 8
OTHERS = "(others)"
OPENING_LETTERS = 60
"""Texts that have so many letters of their beginning in common may be versions of one text."""
IS_REFERENCE, NO_QUESTION = -1.0, -2.0
"""What stands in place of ``known`` for a text that is a reference itself, and for one that lacks its question where these count."""
MAX_SAME_QUESTION = 0.05
"""A question of more than this share of the texts is a task, such as "Write an abstract": it keeps no texts together."""

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """What the detector says of texts.

    Attributes:
        score: ``(n,)`` mean over the models of the log-odds that the text is model-written, uncalibrated: over those that have not
            seen its opening, where there are such.
        known: ``(n,)`` share of its words and pairs of words that the references know.
        n_words: ``(n,)`` tokens.
    """

    score: F64
    known: F64
    n_words: NDArray[np.int32]


@dataclass(frozen=True)
class Detector:
    """Models and held-out references.

    Attributes:
        table: ``(4 * 2**bits, k + 2)``, see :func:`stillwatch.numeric.text_features.score_texts`.
        intercepts: ``(k,)``.
        bits: log2 of the buckets of a group of features.
        generated: ``(n_reference,)`` whether a reference is model-written.
        fold: ``(n_reference,)`` the model that has not seen it.
        held_out: ``(n_reference,)`` that model's score of it.
        known: ``(n_reference,)`` share of its words and pairs that references know that are not held out with it.
        n_words: ``(n_reference,)``.
        trees: the fields of :class:`stillwatch.audit.boost.Trees`, each with a leading axis of models.
        blanked: ``table`` of texts with their words blanked out; no rows where line breaks do not count.
        blanked_intercepts: ``(k,)``.
        forest: the fields of :class:`stillwatch.audit.forest.Forest`, with a leading axis of models; of none where line breaks do
            not count.
        maker: ``(n_reference,)`` 0 of human references, from 1 on who made a model-written one.
        makers: their names.
        texts: ``(n_reference,)`` hashed beginnings of the texts, 2,000 letters each.
        openings: ``(n,)`` hashed :func:`opening` of the texts, sorted.
        seen: ``(n, k)`` which models were trained on one that begins so.
        layout: whether line breaks are features.
        questions: whether what was asked is.
    """

    table: F32
    intercepts: F64
    bits: int
    generated: NDArray[np.bool_]
    fold: NDArray[np.int64]
    held_out: F64
    known: F64
    n_words: NDArray[np.int32]
    trees: boost.Trees
    blanked: F32
    blanked_intercepts: F64
    forest: forest.Forest
    maker: NDArray[np.int64]
    makers: tuple[str, ...]
    texts: NDArray[np.int64]
    openings: NDArray[np.int64]
    seen: NDArray[np.bool_]
    layout: bool = False
    questions: bool = False

    def trained_on(self, texts: list[str]) -> NDArray[np.bool_]:
        """Which texts are references: who wrote them was given, so nothing is to be found out."""
        found = np.isin(_opening_hashes(texts, OPENING_LETTERS), self.openings)  # of the others the whole need not be read
        found[found] = np.isin(_opening_hashes(list(compress(texts, found)), HASHED_CHARACTERS), self.texts)
        return found

    def _unseen_by(self, texts: list[str]) -> NDArray[np.bool_]:
        """Which models ``(n, k)`` score a text: those that were not trained on its opening, as is so of a held-out reference.

        What else they saw of a version of it would make its score unlike those of other texts. All score where all have seen it:
        answers to several questions may begin alike, and are not held out together.
        """
        named = _opening_hashes(texts, OPENING_LETTERS)
        at = np.minimum(np.searchsorted(self.openings, named), len(self.openings) - 1)
        seen = self.seen[at] & (self.openings[at] == named)[:, None]
        unseen: NDArray[np.bool_] = ~seen | seen.all(axis=1, keepdims=True)
        return unseen

    def score(self, texts: list[str], asked: list[str] | None = None) -> Scored:
        """Score texts; of a long one the first 20,000 characters are read.

        Args:
            texts: texts.
            asked: what each answers, where questions count. A text without its question is scored as if it took up nothing
                of it, and ``known`` is −2, so that nothing is said of it.
        """
        clipped = [text[:MAX_CHARACTERS] for text in texts]
        scores, known, n_words = _linear_scores(_feature_texts(clipped, self.layout), self.table, self.bits, fit.ALL_GROUPS)
        scores += self.intercepts
        measures, total, unseen = form.measures(clipped, layout=self.layout), np.zeros(len(texts)), self._unseen_by(clipped)
        if self.questions:
            given = asked if asked is not None else [""] * len(texts)
            measures = np.column_stack([measures, questions.measures(clipped, given)])
            known[[not question for question in given]] = NO_QUESTION
        if self.layout:
            blanked, _, _ = _linear_scores(punctuation.blank_words(clipped), self.blanked, BLANKED_BITS, BLANKED_GROUPS)
            blanked += self.blanked_intercepts
        for k in range(len(self.intercepts)):
            values = np.column_stack([scores[:, k], measures, *([blanked[:, k]] if self.layout else [])])
            log_odds = boost.predict(values, *(part[k] for part in self.trees))
            if self.layout:
                log_odds = (log_odds + forest.predict(values, *(part[k] for part in self.forest))) / 2
            total += np.where(unseen[:, k], log_odds, 0.0)
        return Scored(total / unseen.sum(axis=1), known, n_words)

    def save(self, path: Path) -> None:
        """Write as NPZ, without pickles."""
        with atomic_write(path) as partial, open(partial, "wb") as handle:
            np.savez_compressed(
                handle, table=self.table, intercepts=self.intercepts, bits=np.int64(self.bits),
                generated=self.generated, fold=self.fold, held_out=self.held_out, known=self.known,
                n_words=self.n_words, texts=self.texts, openings=self.openings, seen=self.seen,
                maker=self.maker, makers=np.array(self.makers, np.str_),
                layout=np.bool_(self.layout), questions=np.bool_(self.questions),
                blanked=self.blanked, blanked_intercepts=self.blanked_intercepts,
                **{f"trees_{name}": part for name, part in self.trees._asdict().items()},
                **{f"forest_{name}": part for name, part in self.forest._asdict().items()},
            )

    @classmethod
    def load(cls, path: Path) -> "Detector":
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        trees = boost.Trees(*(arrays.pop(f"trees_{name}") for name in boost.Trees._fields))
        grown = forest.Forest(*(arrays.pop(f"forest_{name}") for name in forest.Forest._fields))
        makers = tuple(str(name) for name in arrays.pop("makers"))
        bits, layout, asked = int(arrays.pop("bits")), bool(arrays.pop("layout")), bool(arrays.pop("questions"))
        return cls(bits=bits, makers=makers, trees=trees, forest=grown, layout=layout, questions=asked, **arrays)


def _linear_scores(texts: list[str], table: F32, bits: int, groups: int) -> tuple[F64, F64, NDArray[np.int32]]:
    """Linear scores ``(n, k)`` without intercepts, share of known words and pairs ``(n,)``, and tokens ``(n,)``."""
    offsets, data = text_bytes(texts)
    scores, known = np.empty((len(texts), table.shape[1] - 2), np.float32), np.empty(len(texts), np.float32)
    n_words = np.empty(len(texts), np.int32)
    text_features.score_texts(offsets, data, text_features.FUNCTION_TABLE, bits, groups, table, scores, known, n_words)
    return scores.astype(np.float64), known.astype(np.float64), n_words


def text_hash(text: str) -> int:
    """48-bit BLAKE2b hash of the first 2,000 characters of a text."""
    return int.from_bytes(hashlib.blake2b(text[:HASHED_CHARACTERS].encode("utf-8", "surrogatepass"), digest_size=6).digest())


def _feature_texts(texts: list[str], layout: bool) -> list[str]:
    """Texts for the hashed features: with line breaks, and their beginnings marked, where these count."""
    return [fit.with_breaks("\n" + text) for text in texts] if layout else texts


def opening(text: str, letters: int = OPENING_LETTERS) -> str:
    """The first 60 letters, case and blanks aside: texts that have them in common may be versions of one text."""
    return "".join(text[: 4 * letters].split()).lower()[:letters]


def _opening_hashes(texts: list[str], letters: int) -> NDArray[np.int64]:
    """48-bit hashes ``(n,)`` of the :func:`opening` of each text, of so many letters."""
    return np.array([text_hash(opening(text, letters)) for text in texts], np.int64)


def version_groups(texts: list[str]) -> NDArray[np.int64]:
    """Numbers ``(n,)``, the same for texts of the same :func:`opening`: they may be versions of one text."""
    return np.unique(np.array([opening(text) for text in texts], dtype=object).astype(str), return_inverse=True)[1].astype(np.int64)


def fold_groups(texts: list[str], asked: list[str]) -> NDArray[np.int64]:
    """Numbers ``(n,)``, the same for texts that must be in one fold: answers to one question, else versions of one text.

    A model that has seen only models' answers to a question takes its words for theirs, so that a person's answer to it, held out,
    scores as no new document would.
    """
    names = np.array([text_hash(question) for question in asked], np.int64)
    _, question, count = np.unique(names, return_inverse=True, return_counts=True)
    known = np.array([bool(text.strip()) for text in asked]) & (count[question] <= MAX_SAME_QUESTION * len(texts))
    return np.unique(np.where(known, len(texts) + question, version_groups(texts)), return_inverse=True)[1].astype(np.int64)


def train(
    human: list[str], generated: list[str], rng: np.random.Generator, *, bits: int = BITS, layout: bool = False,
    asked: tuple[list[str], list[str]] | None = None, questions_count: bool = False, makers: list[str] | None = None,
) -> Detector:
    """Train on references of one domain.

    Args:
        human: texts that people wrote; texts under 20 words are left out.
        generated: texts that models wrote, of the same domain and length.
        rng: decides the folds.
        bits: log2 of the buckets of a group of features.
        layout: whether line breaks are features: only where corpus and references kept them alike.
        asked: what each human and each model-written text answers, empty where that is not known; one question's answers are held
            out together.
        questions_count: whether what was asked is a feature, too.
        makers: who made each model-written text; None: they are taken as one.

    Raises:
        InputError: fewer than 50 texts of either, or all of either begin alike, so that they are held out together.
    """
    texts = [text[:MAX_CHARACTERS] for text in (*human, *generated)]
    sets = fit.read(_feature_texts(texts, layout), bits)
    label = np.arange(len(texts)) >= len(human)
    keep = sets.n_words >= MIN_WORDS
    _demand_enough(keep, label)
    sets = fit.Sets(sets.matrix[keep], sets.n_words[keep], bits)
    label = label[keep]
    kept = list(compress(texts, keep))
    given = list(compress((*asked[0], *asked[1]), keep)) if asked is not None else [""] * len(kept)
    group = fold_groups(kept, given)
    fold = rng.permuted(np.arange(group.max() + 1) % N_FOLDS)[group]
    for what, mine in (("human", ~label), ("model-written", label)):
        if (fold[mine] == fold[mine][0]).all():
            raise InputError(f"all {what} references begin alike", todo="Strip the opening that they have in common (a header, a greeting)")
    weight = np.stack([_balanced_weights(label, fold != k) for k in range(N_FOLDS)])
    table, intercepts, linear, seen = _train_linear(sets, label, fold, weight)
    values = np.column_stack([linear, form.measures(kept, layout=layout)])
    if questions_count:
        values = np.column_stack([values, questions.measures(kept, given)])
    blanked, blanked_intercepts = np.zeros((0, N_FOLDS + 2), np.float32), np.zeros(N_FOLDS)
    if layout:
        blanked, blanked_intercepts, blanked_linear, _ = _train_linear(
            fit.read(punctuation.blank_words(kept), BLANKED_BITS, BLANKED_GROUPS), label, fold, weight
        )
        values = np.column_stack([values, blanked_linear])
    trees, forests, held_out = _train_trees(values, label, fold, weight, randomised=layout)
    names = list(compress(makers or [""] * len(generated), keep[len(human) :]))
    openings, at = np.unique(_opening_hashes(kept, OPENING_LETTERS), return_inverse=True)
    trained_on = np.zeros((len(openings), N_FOLDS), np.bool_)
    np.logical_or.at(trained_on, at, fold[:, None] != np.arange(N_FOLDS))
    return Detector(table, intercepts, bits, label, fold, held_out, _known_shares(sets, seen, group), sets.n_words, trees,
                    blanked, blanked_intercepts, forests, *_number_makers(names, label),
                    _opening_hashes(kept, HASHED_CHARACTERS), openings, trained_on, layout, questions_count)


def _demand_enough(keep: NDArray[np.bool_], label: NDArray[np.bool_]) -> None:
    """Raise the InputError of :func:`train` unless enough references of either kind are long enough."""
    for what, mine in (("human", ~label), ("model-written", label)):
        n = int((keep & mine).sum())
        if n < MIN_REFERENCE:
            todo = f"At least {MIN_REFERENCE} are needed, some hundred are better"
            raise InputError(f"{number_of(n, f'{what} reference text')} of {MIN_WORDS} words or more", todo=todo)


def _balanced_weights(label: NDArray[np.bool_], trained_on: NDArray[np.bool_]) -> F64:
    """Weights ``(n,)`` under which both kinds of what a model is trained on weigh the same, one a text on average."""
    share = np.where(label, 0.5 / max((label & trained_on).sum(), 1), 0.5 / max((~label & trained_on).sum(), 1))
    return np.asarray(share * trained_on.sum(), np.float64)


def _train_linear(
    sets: fit.Sets, label: NDArray[np.bool_], fold: NDArray[np.int64], weight: F64
) -> tuple[F32, F64, F64, NDArray[np.int64]]:
    """Table and intercepts of :class:`Detector`, held-out linear scores ``(n,)``, and how many texts have each feature."""
    idf, seen = fit.rarity(sets.matrix)
    matrix = fit.scaled(sets, idf)
    table = np.zeros((matrix.shape[1], N_FOLDS + 2), np.float32)
    intercepts, linear = np.zeros(N_FOLDS), np.zeros(len(label))
    for k in range(N_FOLDS):
        mine = fold == k
        weights, intercepts[k] = fit.logistic(matrix[~mine], label[~mine], weight=weight[k][~mine])
        linear[mine] = matrix[mine] @ weights + intercepts[k]
        table[:, k] = weights * idf
    table[:, N_FOLDS] = idf * idf
    table[:, N_FOLDS + 1] = seen >= fit.MIN_SEEN
    return table, intercepts, linear, seen


def _train_trees(
    values: F64, label: NDArray[np.bool_], fold: NDArray[np.int64], weight: F64, *, randomised: bool
) -> tuple[boost.Trees, forest.Forest, F64]:
    """Trees of all models, and each reference's score ``(n,)`` by those that have not seen it."""
    grown, drawn, held_out = [], [], np.zeros(len(label))
    for k in range(N_FOLDS):
        mine = fold == k
        grown.append(boost.fit(values[~mine], label[~mine], weight[k][~mine]))
        held_out[mine] = boost.predict(values[mine], *grown[k])
        if randomised:
            drawn.append(forest.fit(values[~mine], label[~mine], weight[k][~mine]))
            held_out[mine] = (held_out[mine] + forest.predict(values[mine], *drawn[k])) / 2
    trees = boost.Trees(*(np.stack(part) for part in zip(*grown, strict=True)))
    return trees, forest.stacked(drawn), held_out


def _number_makers(names: list[str], label: NDArray[np.bool_]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Numbers of makers from 1 on, and their names: the largest of 40 texts or more, and the others as one."""
    counted = Counter(names).most_common()
    large = [name for name, n in counted[:MAX_MAKERS] if n >= MIN_MAKER] or [counted[0][0]]
    others = len(names) - sum(n for name, n in counted if name in large)
    kept = (*large, *([OTHERS] if others >= MIN_MAKER else []))
    code = {name: i + 1 for i, name in enumerate(large)}
    out = np.zeros(len(label), np.int64)
    out[label] = [code.get(name, len(kept)) for name in names]
    return out, kept


def _known_shares(sets: fit.Sets, seen: NDArray[np.int64], group: NDArray[np.int64]) -> F64:
    """Share of each reference's words and pairs that at least two references of other groups have.

    A document of the corpus has no versions among the references, nor answers to its question.
    """
    n, width = sets.matrix.shape
    counted = sets.matrix.indices < (2 << sets.bits)
    rows, words = np.repeat(np.arange(n), np.diff(sets.matrix.indptr))[counted], sets.matrix.indices[counted]
    _, at, own = np.unique(group[rows] * width + words, return_inverse=True, return_counts=True)
    hit = seen[words] - own[at] >= fit.MIN_SEEN
    known: F64 = np.bincount(rows[hit], minlength=n) / np.maximum(np.bincount(rows, minlength=n), 1)
    return known
