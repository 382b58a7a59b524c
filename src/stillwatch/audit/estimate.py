"""The share of one group of documents, or the reason why none is given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.audit import check, share
from stillwatch.audit.detector import Detector

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """Share of model-written documents.

    Attributes:
        share: α̂; None where refused.
        low: lower end of the 95 % interval; None where refused.
        high: upper end.
        adjusted_count: the same by classify and count, as a cross-check.
        unlike: AUROC of a classifier that tells the documents from the references.
        foreign: share of documents that lie outside the references.
        n: documents.
        reason: why it is refused; empty where it is not.
    """

    share: float | None
    low: float | None
    high: float | None
    adjusted_count: float | None
    unlike: float
    foreign: float
    n: int
    reason: str


def estimate(
    counts: F64, sample: list[str], known: share.References, references: check.References, self_check: check.SelfCheck,
    rng: np.random.Generator, *, bootstrap_rng: np.random.Generator | None = None, draws: int = share.N_BOOTSTRAP,
) -> Estimate:
    """Estimate the share of a group of documents.

    Args:
        counts: histogram of their scores, ``(n_strata, 256)``.
        sample: texts of some of them, for the comparison with the references.
        known: binned held-out references.
        references: texts of references.
        self_check: of the detector.
        rng: for the sample of the comparison, and the bootstrap where that has none of its own.
        drawn: for the bootstrap.
        draws: bootstrap draws.
    """
    densities = known.densities()
    alpha, bounds, off = fit_mixture(counts, known)
    shift = references.shift(sample, alpha, rng)
    reason = self_check.reason or shift.reason
    if not reason and off > check.MAX_MISFIT:
        reason = (f"the scores are no mixture of the references' scores (distance {check.format_beside(off, check.MAX_MISFIT)}, at most "
                  f"{check.MAX_MISFIT}): models or people that the references do not cover")
    n = round(counts.sum())
    if reason:
        return Estimate(None, None, None, None, shift.auroc, shift.foreign, n, reason)
    low, high = widen_interval(alpha, counts, known, bounds, self_check.error, bootstrap_rng or rng, draws)
    return Estimate(alpha, low, high, share.adjusted_count(counts, densities), shift.auroc, shift.foreign, n, "")


def fit_mixture(counts: F64, known: share.References) -> tuple[float, tuple[float, float], float]:
    """α̂ with the makers mixed as in the references; what other mixes allow; the best fit's distance.

    The bounds do not move α̂: they know nothing of the noise of the references, and cost more where the mix is the references'.
    """
    low, high, mixture = share.profile(counts, known.by_maker())
    return share.fit_share(counts, known.densities()), (low, high), share.misfit(counts, mixture)


def widen_interval(
    alpha: float, counts: F64, known: share.References, bounds: tuple[float, float], error: float, rng: np.random.Generator,
    draws: int = share.N_BOOTSTRAP,
) -> tuple[float, float]:
    """An interval as wide as the bootstrap's, as other mixes of makers ask for, and wider by the error of the self-check."""
    intervals = [bounds, share.interval(counts, known, rng, draws=draws)]
    if known.maker.max() > 1:
        intervals.append(share.free_interval(counts, known, rng, draws=draws))
    below = max(alpha - min(low for low, _ in intervals), 0.0)
    above = max(max(high for _, high in intervals) - alpha, 0.0)
    return max(0.0, alpha - float(np.hypot(below, error))), min(1.0, alpha + float(np.hypot(above, error)))


def known_references(detector: Detector) -> share.References:
    """The detector's held-out references, binned."""
    return share.references(detector.held_out, detector.generated, detector.n_words, detector.maker)
