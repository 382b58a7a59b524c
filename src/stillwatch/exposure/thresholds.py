"""Skills that switch on at a threshold: instead of a law they get the last failing and the first passing harvest."""

from dataclasses import dataclass

import numpy as np

from stillwatch.exposure.laws import DISCREPANCY, SHAPES, Curve, misfit

STEEP = np.geomspace(4, 32, 7)
"""Exponents of Hill curves that stand for a step; those of smooth laws end at 2.5."""
STEP = 6.6
"""A curve has a step where the best smooth law fits worse than the best step by this much (chi squared, 1 % by chance)."""
CHANCE_MARGIN = 9.2
"""A curve differs from chance where the best law fits better than chance by this much (chi squared)."""


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


def find(best: Curve, leader: Curve) -> Bracket | None:
    """Where a skill switches on, or that it was not seen; nothing where a smooth law explains what was measured.

    Args:
        best: the best of all recipes, where a step is looked for in the best seed at each N.
        leader: the recipe that a law would be fitted to, which may have learnt nothing in the mean.
    """
    if has_step(best):
        top = float(best.envelope[-1])
        return bracket(best, best.zero + (top - best.zero) / 2)
    if at_chance(leader):
        return Bracket(float(leader.n[-1]), None, 0, int(np.isfinite(leader.scores[-1]).sum()))
    return None


def has_step(curve: Curve) -> bool:
    """Whether the best seeds rise more steeply than any smooth law, by more than what the held-out prompts leave open."""
    score = curve.envelope
    least = 1 / max(curve.n_test, 2)
    kept = np.clip(score, least, 1 - least)
    sd = np.sqrt(kept * (1 - kept) / curve.n_test + DISCREPANCY**2)
    smooth = min(misfit(name, curve, score, sd) for name in SHAPES)
    steep = misfit("hill", curve, score, sd, STEEP)
    # Where no step fits within the noise either, the noise was underestimated.
    return smooth - steep > STEP * max(steep / max(len(score) - 3, 1), 1.0)


def at_chance(curve: Curve) -> bool:
    """Whether all that was measured may be chance: the mean over seeds is as near to no exchanges at all as to any law."""
    chance = float((((curve.mean - curve.zero) / curve.sd) ** 2).sum())
    return chance - min(misfit(name, curve, curve.mean, curve.sd) for name in SHAPES) < CHANCE_MARGIN


def bracket(curve: Curve, level: float) -> Bracket:
    """Last failing and first passing N, where passing is a score of ``level`` or more on at least one seed."""
    passed = np.nanmax(curve.scores, axis=1) >= level
    seeds = np.isfinite(curve.scores).sum(axis=1)
    if not passed.any():
        return Bracket(float(curve.n[-1]), None, 0, int(seeds[-1]))
    first = int(np.argmax(passed))
    count = int((curve.scores[first] >= level).sum())
    return Bracket(float(curve.n[first - 1]) if first else None, float(curve.n[first]), count, int(seeds[first]))
