"""Tests that may be looked at after every answer, and how many answers to plan for.

The e-process is a mixture of likelihood ratios of marked against unmarked numbers over a grid of strengths. Under the
null it is a martingale, so the chance that it ever passes 1/alpha is at most alpha (Ville's inequality): stop whenever
it does. Its price against a fixed size is roughly the logarithm of the grid, measured in docs/prove.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
import numpy.typing as npt
from scipy import special

from stillwatch.prove.statistics import Null, power

Floats = npt.NDArray[np.float64]
STRENGTHS = np.geomspace(0.004, 3.0, 24)
"""Relative excesses of the mean that the mixture spreads over."""


@dataclass
class EProcess:
    """Feed it the numbers of new distinct tuples, in order; ``log_p`` is valid at every moment."""

    null: Null
    best: float = 0.0
    _ratios: Floats = field(init=False)
    _strengths: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Start with even weights over strengths that the null can have."""
        room = STRENGTHS
        if self.null.kind == "bernoulli":
            room = STRENGTHS[self.null.rate * (1 + STRENGTHS) < 1]
        self._strengths = room
        self._ratios = np.zeros(len(room))

    @property
    def log_p(self) -> float:
        """Natural log of the anytime-valid p-value: one over the largest evidence so far."""
        return -max(0.0, self.best)

    def add(self, numbers: Floats) -> float:
        """Take the numbers of the next tuples; returns :attr:`log_p`. The order inside one call is kept."""
        if not len(numbers):
            return self.log_p
        shift = self._strengths
        if self.null.kind == "bernoulli":
            rate = self.null.rate
            hit, miss = np.log1p(shift), np.log1p(-rate * (1 + shift)) - np.log1p(-rate)
            steps = np.cumsum(numbers)
            done = np.arange(1, len(numbers) + 1) * self.null.trials
            paths = steps[:, None] * hit + (done - steps)[:, None] * miss
        else:
            steps = np.cumsum(numbers)
            done = np.arange(1, len(numbers) + 1)
            paths = -done[:, None] * np.log1p(shift) + steps[:, None] * (shift / (1 + shift))
        paths = paths + self._ratios
        self._ratios = paths[-1]
        evidence = special.logsumexp(paths, axis=1) - log(len(shift))
        self.best = max(self.best, float(evidence.max()))
        return self.log_p


@dataclass(frozen=True)
class Growth:
    """Distinct tuples after ``a`` answers: ``scale * a ** exponent`` (Heaps' law)."""

    scale: float
    exponent: float

    def tuples(self, answers: float) -> float:
        """Expected distinct tuples."""
        return float(self.scale * answers**self.exponent)


def growth(records: npt.NDArray[np.int64], n_answers: int) -> Growth:
    """Fit Heaps' law to the record in which each distinct tuple first appeared ``(n,)``."""
    marks = np.unique(np.geomspace(max(1, n_answers // 16), n_answers, 8).astype(int))
    counts = np.searchsorted(np.sort(records), marks)  # tuples first seen in records before each mark
    fine = counts > 0
    if fine.sum() < 2:
        return Growth(max(1.0, len(records) / max(1, n_answers)), 1.0)
    exponent, _ = np.polyfit(np.log(marks[fine]), np.log(counts[fine]), 1)
    exponent = float(np.clip(exponent, 0.1, 1.0))
    return Growth(float(counts[-1] / marks[-1] ** exponent), exponent)


@dataclass(frozen=True)
class Plan:
    """Answers needed; None where the effect does not suffice at any size up to the limit."""

    shift: float
    answers: int | None
    tuples: int | None
    answers_sequential: int | None


def plan(
    null: Null, grow: Growth, shifts: Sequence[float], log_alpha: float, wanted: float = 0.9, limit: int = 10_000_000
) -> list[Plan]:
    """How many answers reach ``log_alpha`` with power ``wanted``, for each relative excess of the mean.

    ``answers_sequential`` is where the expected evidence of the e-process passes 1/alpha: about half of the runs have
    stopped there.
    """
    out = []
    for shift in shifts:
        def short(answers: float, shift: float = shift) -> float:
            return power(null, int(grow.tuples(answers)), shift, log_alpha) - wanted

        enough = None if shift <= 0 or short(limit) < 0 else _least(short, limit)
        sequential = None if shift <= 0 else _sequential(null, grow, shift, log_alpha, limit)
        out.append(Plan(shift, enough, None if enough is None else int(grow.tuples(enough)), sequential))
    return out


def _least(short: Callable[[float], float], limit: int) -> int:
    low, high = 1, limit
    while low < high:
        middle = (low + high) // 2
        if short(middle) >= 0:
            high = middle
        else:
            low = middle + 1
    return low


def _sequential(null: Null, grow: Growth, shift: float, log_alpha: float, limit: int) -> int | None:
    """Expected log evidence per tuple of the nearest strength, less the mixture's price."""
    mean = null.mean / null.trials * (1 + shift)
    near = STRENGTHS if null.kind == "exponential" else STRENGTHS[null.rate * (1 + STRENGTHS) < 1]
    if null.kind == "bernoulli":
        gain = mean * np.log1p(near) + (1 - mean) * (np.log1p(-null.rate * (1 + near)) - np.log1p(-null.rate))
        each = float(gain.max()) * null.trials
    else:
        each = float((-np.log1p(near) + mean * near / (1 + near)).max())
    if each <= 0:
        return None
    needed = (-log_alpha + log(len(near))) / each
    answers = (needed / grow.scale) ** (1 / grow.exponent)
    return int(np.ceil(answers)) if answers <= limit else None


LOOKS = tuple(round(20 * 1.3**look) for look in range(24))
"""Numbers of answers after which choice marks are looked at, from 20 to 8,363."""


def looked_log_p(log_ps: Sequence[float]) -> float:
    """Natural log of a p-value that stands whenever one stopped: Bonferroni's over :data:`LOOKS`, taken or not.

    Coins of choice marks are drawn once for all answers, so that no martingale is at hand as for draws of their own.

    Args:
        log_ps: of the looks that were taken, each valid by itself.
    """
    return min(0.0, min(log_ps, default=0.0) + log(len(LOOKS)))
