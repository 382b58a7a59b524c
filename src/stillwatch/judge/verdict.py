"""Verdicts on groups: score, independent families, harvest, innocent explanations, false-discovery control."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.evidence import Finding
from stillwatch.judge.lines import BEYOND_DOUBT, DOUBTED, PLAIN, PURPOSEFUL
from stillwatch.judge.model import OPEN, Model
from stillwatch.judge.reasons import (
    AT_HOME,
    ELICITED,
    HOPPER,
    batched,
    by_day,
    crowded,
    fewer_than,
    hiding,
    hired,
    listed_batches,
    openly_one,
    other_purpose,
    rehearsed,
    school,
    settled,
)
from stillwatch.numeric.nulls import benjamini_hochberg

F64 = NDArray[np.float64]

MIN_FAMILIES = 2
"""Families of evidence that must speak for a campaign."""
FDR = 0.05
"""Share of accused sets of accounts that may be innocent, at p-values that are upper limits."""
OPEN_FDR = 0.1
"""The same for review."""
SIGNIFICANT = 0.01
"""False-discovery rate at which a single piece of evidence is significant."""
MIN_GROUP_ACCOUNTS = 8
"""Accounts below which a group is left to a person: a firm without an organisation looks like it too often."""
WORTH = 20
"""Accounts from which what may be one customer's, everyday life or of another purpose is worth a person's look; MIN_GROUP_ACCOUNTS where
trees do not doubt it (DOUBTED)."""
OWNED, CONTRACTED = 0.5, 0.4
"""Share of one organisation's accounts or of one payer's, and of contracted ones, from which a group is somebody's known business."""
FAMILIES = ("session", "identity", "infra", "timing", "volume", "content")


@dataclass(frozen=True)
class Verdicts:
    """One entry a group, ``(n_groups,)``."""

    log_odds: F64
    campaign: NDArray[np.bool_]
    review: NDArray[np.bool_]
    comparable: NDArray[np.bool_]
    """Two families speak, and it is nobody's known business: such groups are compared with each other."""
    q_value: F64
    families: NDArray[np.bool_]
    """``(n_groups, len(FAMILIES))``: families with a significant piece of at least the usual effect."""
    explanations: dict[str, F64]
    """Innocent hypothesis -> how well it explains the group, 0 to 1."""
    held: NDArray[np.bool_]
    """For review, though it would be a campaign by itself: too many of its accounts are another's (set once campaigns are known)."""


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
        "content mill or resale": np.minimum.reduce([v["context.unwanted"], 1 - np.clip(v["harvest.elicitation"] / ELICITED, 0, 1)]),
        "key rotation": np.minimum.reduce([v["session.handoff"], v["context.one_owner"]]),
    }


def significant(findings: Mapping[str, Finding], usual: NDArray[np.bool_] | None = None) -> dict[str, NDArray[np.bool_]]:
    """Which pieces are significant, by false-discovery control over all groups; pieces without any null are left out.

    Where ``usual`` ``(n_groups,)`` tells from which groups it is taken what is usual, those alone are tested, and the others held to the
    p-value that passes among them: however many of everybody are proposed, no other's evidence counts less for it.
    """
    out = {}
    for name, finding in findings.items():
        p = finding.p_value
        told = ~np.isnan(p)
        if told.any():
            tested = told if usual is None or not (told & usual).any() else told & usual
            passing = p[tested][benjamini_hochberg(np.log(np.maximum(p[tested], 1e-300))) <= SIGNIFICANT]
            out[name] = told & (p <= passing.max(initial=-1.0))
    return out


def known_business(values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that one organisation owns or whose accounts have contracts: nobody to accuse."""
    return np.asarray((values["context.contracted"] >= CONTRACTED) | (values["context.one_owner"] >= OWNED))


def one_customer(values: Mapping[str, F64], odds: F64 | None = None) -> NDArray[np.bool_]:
    """Groups that one payment method pays for, or that are few: a person asks before anybody is accused.

    Not those that are :func:`hiding`: a firm or an agency does not hide where it works. Nor, where the ``odds`` of the trees are given,
    HOPPER accounts or more to which they give PLAIN nats: who fakes accounts may pay for all with one card. But those in one place that
    sleep, or whose log is too short to tell, are an office, whatever else they do alike: lawyers who divide up the documents of one case.
    """
    shielded = (values["context.one_payer"] >= OWNED) & ~hiding(values)
    if odds is not None:
        sleeps = by_day(values) | (values["context.short_log"] > 0)
        shielded &= (odds < PLAIN) | fewer_than(HOPPER, values) | (sleeps & (values["context.one_place"] >= AT_HOME))
    return np.asarray(shielded | fewer_than(MIN_GROUP_ACCOUNTS, values))


def for_another(values: Mapping[str, F64], odds: F64) -> NDArray[np.bool_]:
    """Groups of another purpose than to train on the answers, unless the trees give them PURPOSEFUL nats (``odds``)."""
    return np.asarray(other_purpose(values) & (odds < PURPOSEFUL))


def asked_openly(values: Mapping[str, F64], score: F64) -> NDArray[np.bool_]:
    """Groups that are openly one customer's, unless their score is beyond doubt: a person asks before anybody is accused."""
    return np.asarray(openly_one(values) & (score < BEYOND_DOUBT))


def asked_for(values: Mapping[str, F64], odds: F64, score: F64) -> dict[str, NDArray[np.bool_]]:
    """What a person asks about before anybody is accused, an everyday reason aside: of which groups, ``(n_groups,)`` each.

    Args:
        values: of each piece.
        odds: what the trees give each group.
        score: of each group.
    """
    unlikely = odds < PLAIN
    return {
        "customer": one_customer(values, odds),
        "purpose": for_another(values, odds),
        "openly": asked_openly(values, score),
        "rehearsed": rehearsed(values) & unlikely,
        "school": school(values) & unlikely,
        "settled": settled(values) & unlikely,
        "hired": hired(values),
        "crowded": crowded(values, score),
    }


NO_NULL = ("timing.steady", "infra.rotation")
"""Pieces without a p-value: they speak by effect size alone."""


def families(values: Mapping[str, F64], sure: Mapping[str, NDArray[np.bool_]], model: Model) -> NDArray[np.bool_]:
    """Which families speak: a piece is significant and its effect above that of nine of ten innocent groups; a piece
    that has no null speaks when its effect is above that of 99 of 100.
    """
    n = len(next(iter(values.values())))
    out = np.zeros((n, len(FAMILIES)), bool)
    for name in sure:
        out[:, FAMILIES.index(name.split(".")[0])] |= sure[name] & (values[name] > model.usual.get(name, 0.0))
    for name in NO_NULL:
        out[:, FAMILIES.index(name.split(".")[0])] |= values[name] > model.strong.get(name, 1.0)
    return out


def q_values(p: F64, same: NDArray[np.int64], among: NDArray[np.bool_]) -> F64:
    """False-discovery rate at which each group's accounts are accused (Benjamini and Hochberg 1995), ``(n,)``.

    One set of accounts is one hypothesis, however often it was proposed, with the smallest of its p-values; groups that
    nobody would accuse are none. A group that is not ``among`` them gets the rate at which it would pass beside them.

    Args:
        p: p-value of each group.
        same: label of each group, one for groups of the same accounts.
        among: groups that may be accused.
    """
    if not len(p):
        return p
    smallest = np.ones(int(same.max()) + 1)
    np.minimum.at(smallest, same[among], p[among])
    known = np.unique(same[among])
    out = np.ones(len(p))
    if len(known):
        q = np.ones(len(smallest))
        q[known] = benjamini_hochberg(np.log(smallest[known]))
        out[among] = q[same[among]]
    rest = np.flatnonzero(~among)
    if len(rest):
        every = np.sort(smallest[known])
        rank = np.searchsorted(every, p[rest], "right") + 1
        out[rest] = np.minimum(p[rest] * (len(every) + 1) / rank, 1)
    return out


def judge(
    values: Mapping[str, F64], findings: Mapping[str, Finding], model: Model, same: NDArray[np.int64] | None = None,
    usual: NDArray[np.bool_] | None = None,
) -> Verdicts:
    """Judge every group.

    A campaign needs at least two independent families, nobody who owns or contracted most of it, and a score that innocent
    groups do not reach: its p-value under the calibrated tail of innocent groups must pass false-discovery control over
    all sets of accounts of the run that nothing everyday explains, and the trees must not doubt it; or it lies further beyond its
    log's other groups than innocents did in any log of calibration. What is as unusual but lacks one of the conditions, or passes only
    at a higher rate, is for a person to review.

    Args:
        values: of each piece, ``(n_groups,)``.
        findings: behind the evidence among them.
        model: the weights.
        same: label of each group, one for groups of nearly the same accounts; by default each group stands alone.
        usual: groups among which evidence is significant (:func:`significant`); by default all.
    """
    part, log_odds, explained, beyond, doubted, odds, reason, kept = model.speaks(values)
    spoken = families(values, significant(findings, usual), model)
    enough = spoken.sum(axis=1) >= MIN_FAMILIES
    owned, asks = known_business(values), asked_for(values, odds, log_odds)
    elsewhere = np.logical_or.reduce(list(asks.values()))
    asked, may = explained | elsewhere, ~owned & ~elsewhere
    alone = np.arange(len(owned)) if same is None else same
    # Each part looks for its own kind of campaign: a family of hypotheses apart, among the groups that it may accuse (Sun et al. 2006).
    by_part = zip(reason, model.p_values(values), strict=True)
    q = np.choose(np.maximum(part, 0), [q_values(p, alone, may & ~everyday) for everyday, p in by_part])
    if model.forest is not None:
        # Of the logs of calibration none had innocents so far out, each log being one trial: at most half of one in so many.
        q = np.where(beyond, np.minimum(0.5 / model.forest.logs * np.exp(-log_odds), 1), q)
    # Fragments of one campaign are many true discoveries and would loosen the rate for all, so the score has a line too.
    sure = (q <= FDR) & (log_odds >= 0)
    campaign = enough & ~owned & ~asked & ~doubted & sure
    # Families and customers of one shop who live alike are put together by the hundred: nobody can look at them all, but at some.
    chosen = explained & batched(values) & ~listed_batches(values, odds)
    worth = ~fewer_than(WORTH, values) | ~fewer_than(MIN_GROUP_ACCOUNTS, values) & (odds >= DOUBTED)
    open_ = ~chosen & np.where(asked, sure & worth, (q <= OPEN_FDR) & (log_odds >= -OPEN))
    review = ~campaign & ~owned & (open_ | kept & worth)
    return Verdicts(log_odds, campaign, review, enough & ~owned & ~asks["customer"], q, spoken, explain(values), np.zeros_like(campaign))
