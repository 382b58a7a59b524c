"""How alike the accounts of a group are in one mix: hours, kinds of work, lengths."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from stillwatch.judge.evidence.finding import Finding
from stillwatch.judge.mixes import overdispersion
from stillwatch.judge.scene import Scene

F64 = NDArray[np.float64]

DIFFERENT = 0.3
"""Intra-class correlation from which accounts differ as innocents' usually do: the value is 0 from there."""
SAME_HABITS = 0.05
"""Intra-class correlation over all accounts of a log below which the value falls: where everybody is alike, an alike group says less."""
MIN_FREEDOM = 10
"""Fewest degrees of freedom of a group's correlation; with fewer the evidence is blind."""


def alike(scene: Scene, counts: NDArray[np.int32], outlier_share: float = 0) -> Finding:
    """Finding of how alike the accounts of each group are in one mix.

    Args:
        scene: the run.
        counts: requests of each membership by class of the mix, ``(n_members, n_classes)``.
        outlier_share: share of each group's accounts, those least like the others, that is left out.
    """
    rho, limit, freedom, lift = overdispersion(counts, scene.groups.member_group, scene.n, outlier_share)
    blind = (freedom < MIN_FREEDOM) | np.isnan(rho)
    compared = scene.usual & ~blind
    usual = float(np.median(rho[compared])) if compared.any() else DIFFERENT
    # Where all accounts of the log are alike, it says nothing that those of a group are.
    rho_of_log = overdispersion(counts[scene.main], np.zeros(len(scene.main), np.int64), 1)[0]
    weight = min(float(np.nan_to_num(rho_of_log[0])) / SAME_HABITS, 1)
    value = np.where(blind, 0, weight * (1 - np.minimum(np.nan_to_num(limit, nan=1) / DIFFERENT, 1)))
    # Standard error of rho at the usual value.
    error = np.sqrt(2 / np.maximum(freedom, 1)) * (1 + lift * usual) / lift
    p = np.where(blind, np.nan, stats.norm.cdf((np.nan_to_num(rho) - usual) / error))
    return Finding(value, rho, np.full(scene.n, usual), p)


PASSING = 0.05
"""Share of a group's accounts that may be passers-by."""


def mostly_alike(scene: Scene) -> tuple[F64, F64]:
    """How much the accounts keep one rhythm and do one mix of work, where the twentieth of them least like the others does not count.

    Returns both values, ``(n_groups,)`` each. Without this, one passer-by in a hundred who does other work would make the group unlike.
    """
    rhythm, mix = (alike(scene, counts, PASSING).value for counts in (scene.measured.day_parts, scene.measured.capabilities))
    return rhythm, mix
