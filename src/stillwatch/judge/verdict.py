"""Verdicts on groups: score, independent families, harvest, innocent explanations, false-discovery control."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stillwatch.judge.evidence import Finding
from stillwatch.judge.model import Model
from stillwatch.nulls import benjamini_hochberg

F64 = NDArray[np.float64]

MIN_FAMILIES = 2
FDR = 0.01
FAMILIES = ("session", "identity", "infra", "timing", "volume", "content")


@dataclass(frozen=True)
class Verdicts:
    """One entry a group, ``(n_groups,)``."""

    log_odds: F64
    campaign: NDArray[np.bool_]
    review: NDArray[np.bool_]
    q_value: F64
    families: NDArray[np.bool_]
    """``(n_groups, len(FAMILIES))``: families with a significant piece of at least the usual effect."""
    explanations: dict[str, F64]
    """Innocent hypothesis -> how well it explains the group, 0 to 1."""


def explain(values: Mapping[str, F64]) -> dict[str, F64]:
    """Score every innocent hypothesis, 0 to 1: the weakest of the signs that it needs, so that all must be there."""
    v = {name: np.clip(value, 0, 1) for name, value in values.items()}
    linked = np.maximum(v["session.handoff"], np.maximum(v["identity.payment"], v["identity.contact"]))
    unlinked = 1 - linked
    slow = 1 - v["harvest.rate"]
    human = 1 - np.clip((v["timing.round_the_clock"] - 0.5) * 2, 0, 1)
    uneven = 1 - v["volume.even_load"]
    same_work = np.maximum(v["context.common_work"], v["context.overlap"])
    return {
        "one organisation": np.clip(v["context.one_owner"] * 1.25, 0, 1),
        "contracted or verified customers": v["context.contracted"],
        "classroom": np.minimum.reduce([np.maximum(v["context.education"], np.minimum(same_work * 2, 1)), unlinked, slow, human]),
        "hackathon or course": np.minimum.reduce([v["identity.signup"], unlinked, human, slow]),
        "benchmark runner": np.minimum.reduce([np.minimum(same_work * 1.5, 1), unlinked]),
        "popular or niche tool": np.minimum.reduce([uneven, unlinked, 1 - v["context.youth"]]),
        "corporate or campus egress": np.minimum.reduce([v["infra.network"], np.maximum(v["context.one_domain"], v["context.education"])]),
        "reseller": v["context.contracted"] * (1 - v["harvest.narrow"]),
        "viral prompt": np.minimum.reduce([same_work, unlinked, 1 - v["harvest.devotion"]]),
        "VPN or carrier": np.minimum.reduce([v["infra.network"], unlinked, uneven]),
        "scheduled jobs": np.minimum.reduce([v["timing.round_the_clock"], v["context.organised"], unlinked]),
        "key rotation": np.minimum.reduce([v["session.handoff"], v["context.one_owner"]]),
    }


def families(values: Mapping[str, F64], findings: Mapping[str, Finding], model: Model) -> NDArray[np.bool_]:
    """Which families speak: a piece is significant at FDR over all groups, and its effect is above innocents' usual one."""
    n = len(next(iter(values.values())))
    out = np.zeros((n, len(FAMILIES)), bool)
    for name, finding in findings.items():
        told = ~np.isnan(finding.p_value)
        q = np.ones(n)
        if told.any():
            q[told] = benjamini_hochberg(np.log(np.maximum(finding.p_value[told], 1e-300)))
        out[:, FAMILIES.index(name.split(".")[0])] |= (q <= FDR) & (values[name] > model.usual.get(name, 0.0))
    return out


def judge(values: Mapping[str, F64], findings: Mapping[str, Finding], model: Model) -> Verdicts:
    """Judge every group.

    A campaign needs log-odds above the calibrated line, at least two independent families, and must pass
    false-discovery control over posterior probabilities (Efron 2008, local fdr averaged over what is accepted).
    """
    log_odds = np.asarray(model.log_odds(values), dtype=np.float64)
    spoken = families(values, findings, model)
    enough = spoken.sum(axis=1) >= MIN_FAMILIES
    innocent = 1 - expit(np.where(enough, log_odds, np.minimum(log_odds, 0)))
    order = np.argsort(innocent, kind="stable")
    q = np.empty(len(order))
    q[order] = np.maximum.accumulate(np.cumsum(innocent[order]) / np.arange(1, len(order) + 1)) if len(order) else 0
    campaign = enough & (log_odds >= model.accept) & (q <= FDR)
    review = ~campaign & (log_odds >= model.review)
    return Verdicts(log_odds, campaign, review, q, spoken, explain(values))
