"""Verdicts on groups: score, families of evidence, conditions for a campaign, innocent explanations, false-discovery control."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.evidence import Finding
from stillwatch.judge.lines import BEYOND_DOUBT, DOUBTED, PLAIN, PLAINEST, PURPOSEFUL
from stillwatch.judge.model import OPEN, Model
from stillwatch.judge.reasons import (
    AT_HOME,
    ELICITED,
    HOPPER,
    OFFICES,
    batched,
    by_day,
    coming_back,
    crowded,
    event,
    fewer_than,
    hiding,
    hired,
    in_passing,
    jobs,
    listed_batches,
    openly_one,
    openly_pooled,
    other_purpose,
    rehearsed,
    resold,
    school,
    settled,
    several_pools,
)
from stillwatch.numeric.nulls import benjamini_hochberg

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

MIN_FAMILIES = 2
"""Fewest families of evidence that must speak for a campaign."""
FDR = 0.05
"""False-discovery rate of campaigns: share of the accused sets of accounts that may be innocent (the p-values are upper limits)."""
OPEN_FDR = 0.1
"""The same for review."""
NEARLY = 1.0
"""Nats below the line up to which a group may make a campaign larger."""
BESIDE = 2.0
"""The same for what is left of a group, judged without the accounts that a campaign has of it: whoever was proposed together with a
campaign's accounts is more often more of it than an innocent of the log is."""
SIGNIFICANT = 0.01
"""False-discovery rate at which a single piece of evidence is significant."""
MIN_GROUP_ACCOUNTS = 8
"""A group of fewer accounts goes to a person: a firm without an organisation looks like it too often."""
WORTH = 20
"""Fewest accounts of a group that is worth a person's look although it may be one customer's, everyday life or of another purpose;
MIN_GROUP_ACCOUNTS are enough where the trees do not doubt it (DOUBTED)."""
OWNED, CONTRACTED = 0.5, 0.4
"""Share of the accounts that one organisation owns or one payer pays for, and share that is contracted, from which a group is somebody's
known business."""
FAMILIES = ("session", "identity", "infra", "timing", "volume", "content")


@dataclass(frozen=True)
class Verdicts:
    """The verdict on each group, ``(n_groups,)`` each."""

    log_odds: F64
    """Score, nats beyond the line."""
    campaign: Flags
    nearly: Flags
    """It only lies a little below the line (NEARLY): no campaign by itself, but it may make larger one that has at least half of it."""
    beside: Flags
    """It lies up to BESIDE below the line: no campaign by itself, but more of a campaign if that has the others of its accounts."""
    review: Flags
    """For a person to look at."""
    comparable: Flags
    """Two families speak, and the group is nobody's known business: such groups are compared with each other."""
    other_purpose: Flags
    """It asks for little that is worth training on (:func:`.reasons.other_purpose`), so it looks like no operator's."""
    q_value: F64
    """False-discovery rate at which the group would be accused, 0 to 1."""
    families: Flags
    """``(n_groups, len(FAMILIES))``: families with a significant piece whose effect is above the usual one."""
    explanations: dict[str, F64]
    """Innocent hypothesis -> how well it explains the group, 0 to 1."""
    held: Flags
    """For review since too many of its accounts are another's for it to be a campaign, and the others are unusual by themselves; set once
    campaigns are known."""


def explain(values: Mapping[str, F64]) -> dict[str, F64]:
    """Score every innocent hypothesis, 0 to 1, ``(n_groups,)`` each.

    The score is that of the weakest sign that the hypothesis needs, so that all must be there.
    """
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


def significant(findings: Mapping[str, Finding], usual: Flags | None = None) -> dict[str, Flags]:
    """For which groups each piece is significant, by false-discovery control over the groups, ``(n_groups,)`` each.

    Pieces without any p-value are left out.

    Args:
        findings: the pieces of evidence, by name.
        usual: groups that are tested, ``(n_groups,)``, all if not given. The others are held to the largest p-value that passes among
            these, so that the number of groups proposed in other ways makes nobody's evidence count less.
    """
    out = {}
    for name, finding in findings.items():
        p = finding.p_value
        has_p = ~np.isnan(p)
        if has_p.any():
            tested = has_p if usual is None or not (has_p & usual).any() else has_p & usual
            passing = p[tested][benjamini_hochberg(np.log(np.maximum(p[tested], 1e-300))) <= SIGNIFICANT]
            out[name] = has_p & (p <= passing.max(initial=-1.0))
    return out


def known_business(values: Mapping[str, F64]) -> Flags:
    """Groups that one organisation owns or whose accounts have contracts: there is nobody to accuse."""
    return np.asarray((values["context.contracted"] >= CONTRACTED) | (values["context.one_owner"] >= OWNED))


def one_customer(values: Mapping[str, F64], tree_odds: F64 | None = None) -> Flags:
    """Groups that one payment method pays for, or that have few accounts: a person must look before anybody is accused.

    Groups that are :func:`hiding` are no customer's: a firm or an agency does not hide where it works. Nor are HOPPER accounts or more to
    which the trees give PLAIN nats: an operator may pay for all with one card. But accounts in one place that sleep, or whose log is too
    short to show it, are an office whatever the trees say: lawyers who divide the documents of one case.

    Args:
        values: value of each piece, ``(n_groups,)``.
        tree_odds: log-odds of the trees, nats, ``(n_groups,)``; without them one payer is enough.
    """
    one_payer = (values["context.one_payer"] >= OWNED) & ~hiding(values)
    if tree_odds is not None:
        sleeps = by_day(values) | (values["context.short_log"] > 0)
        office = (sleeps & (values["context.one_place"] >= AT_HOME)) | (values["context.offices"] >= OFFICES)
        one_payer &= (tree_odds < PLAIN) | fewer_than(HOPPER, values) | office
    return np.asarray(one_payer | fewer_than(MIN_GROUP_ACCOUNTS, values))


def review_conditions(values: Mapping[str, F64], tree_odds: F64, score: F64) -> dict[str, Flags]:
    """Conditions, besides everyday reasons, under which a person must look before anybody is accused, ``(n_groups,)`` each.

    Args:
        values: value of each piece, ``(n_groups,)``.
        tree_odds: log-odds of the trees, nats, ``(n_groups,)``.
        score: nats beyond the line, ``(n_groups,)``.
    """
    unlikely = tree_odds < PLAIN
    return {
        "customer": one_customer(values, tree_odds),
        "purpose": other_purpose(values) & ((tree_odds < PURPOSEFUL) | batched(values)),
        "resold": resold(values),
        "openly": openly_one(values) & (score < BEYOND_DOUBT) | openly_pooled(values) & unlikely,
        "rehearsed": rehearsed(values) & unlikely,
        "school": school(values) & unlikely,
        "settled": settled(values) & unlikely,
        "hired": hired(values),
        "jobs": jobs(values) & ((tree_odds < PLAINEST) | batched(values)),
        "event": event(values),
        "in passing": in_passing(values),
        "crowded": crowded(values, score),
        "pools": several_pools(values),
    }


NO_NULL = ("timing.steady", "infra.rotation")
"""Pieces without a p-value: they speak by effect size alone."""


def families(values: Mapping[str, F64], significant_for: Mapping[str, Flags], model: Model) -> Flags:
    """Which families speak for each group, ``(n_groups, len(FAMILIES))``.

    A family speaks by a significant piece whose effect is above that of nine of ten innocent groups, or by a piece without a null whose
    effect is above that of 99 of 100.

    Args:
        values: value of each piece, ``(n_groups,)``.
        significant_for: :func:`significant`.
        model: has the effects that are usual among innocents.
    """
    n = len(next(iter(values.values())))
    out = np.zeros((n, len(FAMILIES)), bool)
    for name, flags in significant_for.items():
        out[:, FAMILIES.index(name.split(".")[0])] |= flags & (values[name] > model.usual.get(name, 0.0))
    for name in NO_NULL:
        out[:, FAMILIES.index(name.split(".")[0])] |= values[name] > model.strong.get(name, 1.0)
    return out


def q_values(p: F64, same: NDArray[np.int64], may_accuse: Flags) -> F64:
    """False-discovery rate at which each group's accounts would be accused (Benjamini and Hochberg 1995), ``(n_groups,)``.

    One set of accounts is one hypothesis, however often it was proposed, with the smallest of its p-values. Groups that may not be accused
    are no hypotheses; such a group gets the rate at which it would pass beside the others.

    Args:
        p: p-value of each group, ``(n_groups,)``.
        same: label of each group, equal for groups of the same accounts, ``(n_groups,)``.
        may_accuse: groups that may be accused, ``(n_groups,)``.
    """
    if not len(p):
        return p
    smallest = np.ones(int(same.max()) + 1)
    np.minimum.at(smallest, same[may_accuse], p[may_accuse])
    tested = np.unique(same[may_accuse])
    out = np.ones(len(p))
    if len(tested):
        q = np.ones(len(smallest))
        q[tested] = benjamini_hochberg(np.log(smallest[tested]))
        out[may_accuse] = q[same[may_accuse]]
    rest = np.flatnonzero(~may_accuse)
    if len(rest):
        ascending = np.sort(smallest[tested])
        rank = np.searchsorted(ascending, p[rest], "right") + 1
        out[rest] = np.minimum(p[rest] * (len(ascending) + 1) / rank, 1)
    return out


def judge(
    values: Mapping[str, F64], findings: Mapping[str, Finding], model: Model, same: NDArray[np.int64] | None = None,
    usual: Flags | None = None,
) -> Verdicts:
    """Judge every group.

    A campaign needs two independent families of evidence; no owner or contract of most of its accounts; none of the
    :func:`review_conditions`; and a score that innocent groups do not reach. That is, either its p-value under the calibrated tail of
    innocent groups passes false-discovery control over all sets of accounts of the run without an everyday reason, and the trees do not
    doubt it; or it lies further beyond its log's other groups than innocents did in any log of calibration. A group that is as unusual but
    misses one of the conditions, or passes only at a higher rate, is for a person to review.

    Args:
        values: value of each piece, ``(n_groups,)``.
        findings: the findings behind the values that are evidence.
        model: the calibrated weights.
        same: label of each group, equal for groups of nearly the same accounts, ``(n_groups,)``; by default each group stands alone.
        usual: groups among which evidence is significant (:func:`significant`); by default all.
    """
    part, log_odds, explained, beyond_log, doubted, tree_odds, part_explained, spared = model.assess(values)
    speaking = families(values, significant(findings, usual), model)
    enough = speaking.sum(axis=1) >= MIN_FAMILIES
    owned, conditions = known_business(values), review_conditions(values, tree_odds, log_odds)
    conditional = np.logical_or.reduce(list(conditions.values()))
    needs_person, may_accuse = explained | conditional, ~owned & ~conditional
    label = np.arange(len(owned)) if same is None else same
    # Each part looks for its own kind of campaign, so its hypotheses are a family of their own (Sun et al. 2006).
    by_part = zip(part_explained, model.p_values(values), strict=True)
    q = np.choose(np.maximum(part, 0), [q_values(p, label, may_accuse & ~everyday) for everyday, p in by_part])
    if model.forest is not None:
        # No log of calibration had innocents so far out. Each log is one trial, so the rate is at most half of one in so many.
        q = np.where(beyond_log, np.minimum(0.5 / model.forest.logs * np.exp(-log_odds), 1), q)
    # Fragments of one campaign are many true discoveries and would loosen the rate for all, so the score has a line too.
    passes = (q <= FDR) & (log_odds >= 0)
    free_of_reasons = enough & ~owned & ~needs_person & ~doubted
    campaign = free_of_reasons & passes
    below = free_of_reasons & ~passes & (q <= OPEN_FDR)
    nearly, beside = below & (log_odds >= -NEARLY), below & (log_odds >= -BESIDE)
    # Families and customers of one shop who live alike are put together by the hundred: a person can look at some of them, not at all.
    too_many = explained & batched(values) & ~listed_batches(values, tree_odds) & ~coming_back(values)
    worth = ~fewer_than(WORTH, values) | ~fewer_than(MIN_GROUP_ACCOUNTS, values) & (tree_odds >= DOUBTED)
    open_ = ~too_many & np.where(needs_person, passes & worth, (q <= OPEN_FDR) & (log_odds >= -OPEN))
    review = ~campaign & ~owned & (open_ | spared & worth)
    comparable = enough & ~owned & ~conditions["customer"]
    return Verdicts(
        log_odds, campaign, nearly, beside, review, comparable, conditions["purpose"], q, speaking, explain(values), np.zeros_like(campaign)
    )
