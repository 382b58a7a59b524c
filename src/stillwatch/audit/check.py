"""Checks that come before any figure: known human text must give zero, and the corpus must resemble the references.

Both are mandatory. Where one fails, the share is refused with the reason.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.audit import fit, share
from stillwatch.audit.detector import Detector, version_groups

MAX_BIAS = 0.02
MAX_BIAS_SEEN = 0.05
ONE_SIDED_LEVEL = 0.05
N_DRAWS = 100
MAX_ERROR = 0.1
TRIED_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
MAX_UNLIKE = 0.65
MAX_FOREIGN = 0.15
FOREIGN_QUANTILE = 0.95
MAX_MISFIT = 0.15
MIN_SAMPLE = 50
MAX_SAMPLE = 400
SHIFT_BITS = 15

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class SelfCheck:
    """α̂ on held-out references of known share.

    Attributes:
        bias: α̂ of human texts alone.
        bias_low: what it surely exceeds (one-sided 95 %, references drawn anew): of a few hundred texts of 50 words α̂ is
            above 2 % by chance every other time.
        error: largest absolute error of α̂ over mixtures of 0.1 to 0.9.
        auroc: of held-out scores.
        n_human: human references.
        n_generated: model-written references.
        reason: why the share is refused; empty where it is not.
    """

    bias: float
    bias_low: float
    error: float
    auroc: float
    n_human: int
    n_generated: int
    reason: str


def auroc(negative: F64, positive: F64, weight: F64 | None = None) -> float:
    """Chance that a positive scores above a negative (weighted negatives, ties count half)."""
    w = np.ones(len(negative)) if weight is None else weight
    order = np.argsort(negative, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(w[order])])
    left = below[np.searchsorted(negative[order], positive, side="left")]
    right = below[np.searchsorted(negative[order], positive, side="right")]
    return float(((left + right) / 2).mean() / max(below[-1], 1e-12))


class _Folds:
    """Histograms and densities of each fold's references, under the densities of the other folds.

    Args:
        known: binned references.
        fold: ``(n,)`` fold of each.
        rows: references that are used; drawn ones may repeat.
    """

    def __init__(self, known: share.References, fold: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        """Count the references."""
        n_strata, n_folds = known.scale.n_strata, int(fold.max()) + 1
        cells, kind, of = known.stratum[rows] * share.N_BINS + known.bins[rows], known.generated[rows], fold[rows]
        self.counts = np.empty((n_folds, 2, n_strata * share.N_BINS))
        densities = np.empty((n_folds, 2, n_strata, share.N_BINS))
        for k in range(n_folds):
            densities[k] = known.densities(rows[of != k])
            for generated in (0, 1):
                self.counts[k, generated] = np.bincount(cells[(of == k) & (kind == bool(generated))], minlength=n_strata * share.N_BINS)
        self.densities = densities.transpose(1, 0, 2, 3).reshape(2, -1, share.N_BINS)
        self.n = len(rows)

    def estimate(self, alpha: float) -> float:
        """α̂ of the references mixed at α: one for all folds, each under its own densities."""
        human, model = (self.counts[:, kind].sum() for kind in (0, 1))
        mixed = (1 - alpha) * self.counts[:, 0] / human + alpha * self.counts[:, 1] / model
        return share.fit_share(mixed.reshape(-1, share.N_BINS) * self.n, self.densities)


def self_check(detector: Detector) -> SelfCheck:
    """α̂ on each fold's references, with densities from the other folds, at 0 and at known mixtures."""
    known = share.references(detector.held_out, detector.generated, detector.n_words, detector.maker)
    folds = _Folds(known, detector.fold, np.arange(len(known.bins)))
    bias = folds.estimate(0.0)
    bias_low = min(bias, _bias_lower_bound(known, detector.fold)) if bias > MAX_BIAS else 0.0
    error = max(bias, *(abs(folds.estimate(alpha) - alpha) for alpha in TRIED_SHARES))
    area = auroc(detector.held_out[~detector.generated], detector.held_out[detector.generated])
    reason = too_biased("held-out human references come", bias, bias_low)
    if not reason and error > MAX_ERROR:
        reason = f"known mixtures of held-out references come out wrong by up to {format_beside(error, MAX_ERROR)} (at most {MAX_ERROR})"
    n_generated = int(detector.generated.sum())
    return SelfCheck(bias, bias_low, error, area, len(known.bins) - n_generated, n_generated, reason)


def _bias_lower_bound(known: share.References, fold: NDArray[np.int64]) -> float:
    """Lower end of the bias: 5 % of the draws of references, within fold and kind, are below."""
    rng = np.random.default_rng(len(fold))
    groups = [rows for k in range(int(fold.max()) + 1) for kind in (False, True)
              if len(rows := np.flatnonzero((fold == k) & (known.generated == kind)))]
    drawn = [_Folds(known, fold, np.concatenate([rng.choice(rows, len(rows)) for rows in groups])) for _ in range(N_DRAWS)]
    return float(np.quantile([one.estimate(0.0) for one in drawn], ONE_SIDED_LEVEL))


def format_beside(value: float, limit: float, digits: int = 2, *, percent: bool = False) -> str:
    """Format a figure beside its limit: with ``digits`` decimal places, or more where rounding would put it on the other side."""
    while (round(value, digits + 2 * percent) > limit) != (value > limit):
        digits += 1
    return f"{value:.{digits}{'%' if percent else 'f'}}"


def too_biased(which: str, bias: float, low: float) -> str:
    """Why human texts that come out as model-written refuse the share; empty where they do not."""
    if low > MAX_BIAS:
        surely = format_beside(low, MAX_BIAS, 1, percent=True)
        return f"{which} out as {bias:.1%} model-written, surely more than {surely} (at most {MAX_BIAS:.0%} is allowed)"
    if bias > MAX_BIAS_SEEN:
        seen = format_beside(bias, MAX_BIAS_SEEN, 1, percent=True)
        return (f"{which} out as {seen} model-written, too few to say whether it is chance "
                f"(at most {MAX_BIAS_SEEN:.0%} is allowed then): give more references")
    return ""


@dataclass(frozen=True)
class Shift:
    """How unlike the references, mixed at the estimated share, a sample of a corpus is.

    Attributes:
        auroc: of a classifier that tells them apart, on texts it has not seen; 0.5 is alike.
        foreign: share of the documents beyond what 95 % of the references reach, less the 5 % expected.
        n: documents in the sample.
        reason: why the share is refused; empty where it is not.
    """

    auroc: float
    foreign: float
    n: int
    reason: str


class References:
    """Reference texts to compare corpora with, read once.

    Args:
        human: texts.
        generated: texts.
        rng: picks at most 400 of each.
    """

    def __init__(self, human: list[str], generated: list[str], rng: np.random.Generator) -> None:
        """Read features of a sample of the references."""
        picked = [
            [texts[i] for i in sorted(rng.choice(len(texts), min(len(texts), MAX_SAMPLE), replace=False))]
            for texts in (human, generated)
        ]
        self.texts = picked[0] + picked[1]
        self.generated = np.arange(len(self.texts)) >= len(picked[0])

    def shift(self, sample: list[str], alpha: float, rng: np.random.Generator) -> Shift:
        """Compare a sample of a corpus, whose share is thought to be ``alpha``."""
        sample = sorted(set(sample))
        n = len(sample)
        if n < MIN_SAMPLE:
            return Shift(float("nan"), float("nan"), n, f"{n} different documents of 20 words or more, too few to compare with "
                                                        f"the references (at least {MIN_SAMPLE})")
        texts = self.texts + sample
        corpus = np.arange(len(texts)) >= len(self.texts)
        weight = np.ones(len(texts))
        for kind, mass in ((False, 1 - alpha), (True, alpha)):
            rows = np.flatnonzero(self.generated == kind)
            weight[rows] = max(mass, 1e-6) / len(rows) * n
        family = version_groups(texts)
        half = rng.permuted(np.arange(family.max() + 1) % 2)[family].astype(bool)
        if min(len(np.unique(family[corpus & h])) for h in (half, ~half)) < MIN_SAMPLE // 4:
            return Shift(float("nan"), float("nan"), n, "nearly all documents begin alike, so they cannot be compared with the "
                                                        "references: strip the opening that they have in common")
        sets = fit.read(texts, SHIFT_BITS)
        idf, _ = fit.rarity(sets.matrix)
        matrix = fit.scaled(sets, idf)
        areas, foreign = [], []
        for mine in (half, ~half):
            w, b = fit.logistic(matrix[~mine], corpus[~mine], c=1.0, weight=weight[~mine])
            scores = matrix[mine] @ w + b
            ours, theirs = scores[~corpus[mine]], scores[corpus[mine]]
            ours_weight = weight[mine][~corpus[mine]]
            areas.append(auroc(ours, theirs, ours_weight))
            order = np.argsort(ours)
            mass_below = np.cumsum(ours_weight[order]) / ours_weight.sum()
            cut = ours[order][min(np.searchsorted(mass_below, FOREIGN_QUANTILE), len(order) - 1)]
            foreign.append(float((theirs > cut).mean()))
        area = float(np.mean(areas))
        beyond = max(0.0, (float(np.mean(foreign)) - (1 - FOREIGN_QUANTILE)) / FOREIGN_QUANTILE)
        reason = ""
        if area > MAX_UNLIKE or beyond > MAX_FOREIGN:
            distance, outside = format_beside(area, MAX_UNLIKE), format_beside(beyond, MAX_FOREIGN, 0, percent=True)
            reason = (f"the documents are unlike the references (told apart with AUROC {distance}, at most {MAX_UNLIKE}; "
                      f"{outside} lie outside, at most {MAX_FOREIGN:.0%}): another domain, or models "
                      "that the model-written references do not cover")
        return Shift(area, beyond, n, reason)

