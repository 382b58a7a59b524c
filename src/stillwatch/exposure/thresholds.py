"""Skills that switch on: no smooth law is fitted to them, the last failing and first passing harvest are told instead."""

from dataclasses import dataclass

import numpy as np

from stillwatch.exposure.laws import Curve

JUMP = 0.30
"""One step of the grid that moves the score by more than this is a threshold."""
FLAT_STEPS = 3
"""So many points at chance followed by a rise are one, too."""


@dataclass(frozen=True)
class Bracket:
    """Where a skill switches on."""

    failing: float | None
    """Largest N without the skill; null where the smallest N measured has it already."""
    passing: float | None
    """Smallest N with it; null where no N measured has it."""
    seeds_passing: int
    """Of the seeds at that N (at the largest N, where none passes)."""
    seeds: int

    def __str__(self) -> str:
        """In words."""
        if self.passing is None:
            return f"not seen up to {self.failing:,.0f} exchanges"
        low = "fewer" if self.failing is None else f"{self.failing:,.0f}"
        return f"between {low} and {self.passing:,.0f} exchanges ({self.seeds_passing} of {self.seeds} seeds)"


def is_threshold(curve: Curve) -> bool:
    """Whether one step moves the score by more than :data:`JUMP`, or the score stays at chance for long and then may rise."""
    mean = np.concatenate([[curve.zero], curve.envelope])
    # The grid may be fine: a rise by a factor of two in N counts as one step.
    n = np.concatenate([[curve.n[0] / 2], curve.n])
    for i in range(1, len(n)):
        window = np.flatnonzero((n >= n[i] / 2.05) & (np.arange(len(n)) < i))
        if i > 1 and len(window) and mean[i] - mean[window[0]] > JUMP and mean[window[0]] < curve.zero + 0.05:
            return True
    return at_chance(curve) >= FLAT_STEPS


def at_chance(curve: Curve) -> int:
    """Points from the left that are no better than no exchanges at all."""
    noise = 3 * np.sqrt(max(curve.zero * (1 - curve.zero), 1e-4) / curve.n_test)
    above = np.flatnonzero(curve.envelope > curve.zero + noise)
    return int(above[0]) if len(above) else len(curve.n)


def bracket(curve: Curve, level: float) -> Bracket:
    """Last failing and first passing N, where passing is a score of ``level`` or more on at least one seed."""
    passed = np.nanmax(curve.scores, axis=1) >= level
    seeds = np.isfinite(curve.scores).sum(axis=1)
    if not passed.any():
        return Bracket(float(curve.n[-1]), None, 0, int(seeds[-1]))
    first = int(np.argmax(passed))
    count = int((curve.scores[first] >= level).sum())
    return Bracket(float(curve.n[first - 1]) if first else None, float(curve.n[first]), count, int(seeds[first]))
