"""Share of model-written documents from scores: a mixture of two known densities, fitted by maximum likelihood.

A corpus's scores are (1 - α) human + α model-written; the densities are those of held-out references (kernel density,
Scott's bandwidth). α by maximum likelihood, where expectation maximisation ends (Saerens, Latinne and Decaestecker,
"Adjusting the outputs of a classifier to new a priori probabilities", 2002), on scores as in Liang et al., "Monitoring
AI-modified content at scale" (2024), section 3. Corpora enter as histograms, which add up over parts and months.

Whose models wrote a corpus, and how much each, is not known. Where the references name their makers, each has a density of
its own, and :func:`profile` gives every α that some mix of makers explains about as well as the best one does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

F64 = NDArray[np.float64]
N_BINS = 256
MIN_PER_STRATUM = 150
MAX_STRATA = 4
HALVINGS = 20
N_BOOTSTRAP = 200
MIN_MAKER_IN_STRATUM = 20
ALPHAS = np.linspace(0, 1, 201)
STEPS = 200
CHI_SQUARE_95 = 3.841
_FLOOR = 1e-6


@dataclass(frozen=True)
class Scale:
    """How scores and lengths are binned.

    Attributes:
        low: lower edge of the first bin of scores.
        high: upper edge of the last.
        lengths: ``(n_strata - 1,)`` words at which the strata of length part.
    """

    low: float
    high: float
    lengths: F64

    @property
    def n_strata(self) -> int:
        """Number of strata of length."""
        return len(self.lengths) + 1

    def bins(self, scores: F64) -> NDArray[np.int64]:
        """Bin of each score; scores outside go to the outermost bins."""
        at = np.floor((scores - self.low) / (self.high - self.low) * N_BINS)
        return np.clip(at, 0, N_BINS - 1).astype(np.int64)

    def strata(self, n_words: NDArray[np.int32]) -> NDArray[np.int64]:
        """Stratum of length of each document."""
        return np.searchsorted(self.lengths, n_words, side="right").astype(np.int64)

    def cells(self, score: F64, n_words: NDArray[np.int32]) -> NDArray[np.int64]:
        """Stratum · 256 + bin of each document."""
        return self.strata(n_words) * N_BINS + self.bins(score)

    def histogram(self, score: F64, n_words: NDArray[np.int32]) -> F64:
        """Documents by stratum and bin, ``(n_strata, 256)``."""
        return np.bincount(self.cells(score, n_words), minlength=self.n_strata * N_BINS).reshape(self.n_strata, N_BINS).astype(np.float64)


def scale(held_out: F64, generated: NDArray[np.bool_], n_words: NDArray[np.int32]) -> Scale:
    """Bins that hold the references with a margin; as many strata of length (at most 4) as have 150 of each kind."""
    margin = 0.25 * (held_out.max() - held_out.min()) + 1e-3
    low, high = float(held_out.min() - margin), float(held_out.max() + margin)
    for n in range(MAX_STRATA, 1, -1):
        edges = np.unique(np.quantile(n_words, np.arange(1, n) / n))
        at = np.searchsorted(edges, n_words, side="right")
        if all(
            min((generated & (at == i)).sum(), (~generated & (at == i)).sum()) >= MIN_PER_STRATUM
            for i in range(len(edges) + 1)
        ):
            return Scale(low, high, edges.astype(np.float64))
    return Scale(low, high, np.zeros(0))


def density(bins: NDArray[np.int64]) -> F64:
    """Density over the 256 bins of the binned scores of one kind."""
    counts = np.bincount(bins, minlength=N_BINS).astype(np.float64)
    n = max(len(bins), 1)
    width = max(float(np.std(bins)) * n**-0.2, 0.5) if len(bins) else N_BINS / 4
    smooth = ndimage.gaussian_filter1d(counts / n, width, mode="nearest", truncate=6.0)
    smooth += _FLOOR
    normal: F64 = smooth / smooth.sum()
    return normal


@dataclass(frozen=True)
class References:
    """Held-out references, binned.

    Attributes:
        bins: ``(n,)`` bin of each score.
        stratum: ``(n,)``.
        generated: ``(n,)``.
        maker: ``(n,)`` 0 of human ones, from 1 on the maker of model-written ones.
        scale: the bins.
    """

    bins: NDArray[np.int64]
    stratum: NDArray[np.int64]
    generated: NDArray[np.bool_]
    maker: NDArray[np.int64]
    scale: Scale

    def densities(self, pick: NDArray[np.int64] | None = None) -> F64:
        """Densities ``(2, n_strata, 256)``, human first, of all references or of picked ones."""
        rows = np.arange(len(self.bins)) if pick is None else pick
        bins, stratum, generated = self.bins[rows], self.stratum[rows], self.generated[rows]
        out = np.empty((2, self.scale.n_strata, N_BINS))
        for kind in (0, 1):
            for s in range(self.scale.n_strata):
                out[kind, s] = density(bins[(generated == bool(kind)) & (stratum == s)])
        return out

    def by_maker(self, pick: NDArray[np.int64] | None = None) -> F64:
        """Densities ``(1 + n_makers, n_strata, 256)``, human first; of all lengths where a maker has few of one."""
        rows = np.arange(len(self.bins)) if pick is None else pick
        bins, stratum, made_by = self.bins[rows], self.stratum[rows], self.maker[rows]
        out = np.empty((int(self.maker.max()) + 1, self.scale.n_strata, N_BINS))
        for maker in range(len(out)):
            mine = made_by == maker
            for s in range(self.scale.n_strata):
                here = mine & (stratum == s)
                out[maker, s] = density(bins[here if here.sum() >= MIN_MAKER_IN_STRATUM else mine])
        return out


def references(held_out: F64, generated: NDArray[np.bool_], n_words: NDArray[np.int32], maker: NDArray[np.int64]) -> References:
    """Bin the held-out references."""
    by = scale(held_out, generated, n_words)
    return References(by.bins(held_out), by.strata(n_words), generated, maker, by)


def fit_share(counts: F64, densities: F64) -> float:
    """α that maximises the likelihood of a histogram ``(n_strata, 256)``."""
    if counts.sum() <= 0:
        return 0.0
    return float(fit_shares(counts.reshape(1, -1), densities.reshape(2, 1, -1))[0])


def fit_shares(counts: F64, densities: F64) -> F64:
    """α of each row of histograms ``(n, cells)`` under densities ``(2, n or 1, cells)``.

    The likelihood is concave in α, so its slope is zero once: halving finds where the expectation maximisation ends.
    """
    gain = densities[1] / densities[0] - 1.0
    low, high = np.zeros(len(counts)), np.ones(len(counts))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rising = (counts * gain / (1 + middle[:, None] * gain)).sum(axis=1) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return (low + high) / 2


def profile(counts: F64, by_maker: F64) -> tuple[float, float, F64]:
    """Which α some mix of makers explains about as well as the best α and mix do.

    For each α the mix of most likelihood (expectation maximisation); α is in where twice the loss is under the 95 % point of
    χ² with one degree of freedom (profile likelihood).

    Args:
        counts: histogram ``(n_strata, 256)``.
        by_maker: densities ``(1 + n_makers, n_strata, 256)``, human first.

    Returns:
        Smallest and largest α, and the best mixture's density ``(n_strata, 256)``.
    """
    cells = np.flatnonzero(counts.ravel())
    n = counts.ravel()[cells]
    human, models = by_maker[0].ravel()[cells], by_maker[1:].reshape(len(by_maker) - 1, -1)[:, cells]
    share = np.full((len(ALPHAS), len(models)), 1 / len(models))
    for _ in range(STEPS):
        mixed = (1 - ALPHAS)[:, None] * human + ALPHAS[:, None] * (share @ models)
        share *= ((n / mixed) @ models.T) * ALPHAS[:, None] + 1e-12
        share /= share.sum(axis=1, keepdims=True)
    likelihood = np.log((1 - ALPHAS)[:, None] * human + ALPHAS[:, None] * (share @ models)) @ n
    best = int(likelihood.argmax())
    inside = ALPHAS[2 * (likelihood[best] - likelihood) <= CHI_SQUARE_95]
    mixture = (1 - ALPHAS[best]) * by_maker[0] + ALPHAS[best] * np.tensordot(share[best], by_maker[1:], axes=1)
    half = (ALPHAS[1] - ALPHAS[0]) / 2
    return max(float(inside.min()) - half, 0.0), min(float(inside.max()) + half, 1.0), mixture


def adjusted_count(counts: F64, densities: F64) -> float:
    """α by classify and count with its known error rates (Forman, "Quantifying counts and costs", 2008): a cross-check."""
    human, model = densities
    says = model > human
    total = counts.sum()
    weight = counts.sum(axis=1) / max(total, 1e-9)
    false = float((human * says).sum(axis=1) @ weight)
    true = float((model * says).sum(axis=1) @ weight)
    count = float((counts * says).sum() / max(total, 1e-9))
    return float(np.clip((count - false) / max(true - false, 1e-3), 0, 1))


def misfit(counts: F64, mixture: F64) -> float:
    """Largest distance between the distribution of scores and a mixture's ``(n_strata, 256)`` (Kolmogorov–Smirnov)."""
    strata = counts.sum(axis=1)
    expected = mixture.T @ (strata / max(strata.sum(), 1e-9))
    seen = counts.sum(axis=0) / max(counts.sum(), 1e-9)
    return float(np.abs(np.cumsum(seen) - np.cumsum(expected)).max())


def interval(
    counts: F64, known: References, rng: np.random.Generator, *, level: float = 0.95, draws: int = N_BOOTSTRAP
) -> tuple[float, float]:
    """Bootstrap interval of α: both the documents and the references are drawn anew."""
    n = round(counts.sum())
    if n == 0:
        return 0.0, 1.0
    drawn = rng.multinomial(n, (counts / counts.sum()).ravel(), size=draws).astype(np.float64)
    kinds = [rows for kind in (False, True) if len(rows := np.flatnonzero(known.generated == kind))]
    densities = np.stack([
        known.densities(np.concatenate([rng.choice(rows, len(rows)) for rows in kinds])).reshape(2, -1)
        for _ in range(draws)
    ], axis=1)
    found = fit_shares(drawn, densities)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def free_interval(
    counts: F64, known: References, rng: np.random.Generator, *, level: float = 0.95, draws: int = N_BOOTSTRAP
) -> tuple[float, float]:
    """The same where every draw finds its own mix of makers."""
    cells = np.flatnonzero(counts.ravel())
    n = counts.ravel()[cells]
    drawn = rng.multinomial(round(n.sum()), n / n.sum(), size=draws).astype(np.float64)
    groups = [rows for maker in range(int(known.maker.max()) + 1) if len(rows := np.flatnonzero(known.maker == maker))]
    densities = np.stack([
        known.by_maker(np.concatenate([rng.choice(rows, len(rows)) for rows in groups])).reshape(len(groups), -1)[:, cells]
        for _ in range(draws)
    ])
    share = np.full((draws, len(groups)), 1 / len(groups))
    for _ in range(STEPS):
        share *= np.einsum("dgc,dc->dg", densities, drawn / np.einsum("dgc,dg->dc", densities, share))
        share /= share.sum(axis=1, keepdims=True)
    low, high = np.quantile(1 - share[:, 0], [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
