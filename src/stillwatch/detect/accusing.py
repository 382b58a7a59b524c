"""Which groups are accused or reviewed, and the campaigns that they form together."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge
from stillwatch.detect.traffic import STANDING_COLUMNS, Traffic, measure
from stillwatch.numeric.groups import CAMPAIGN, SESSION

MIN_FREE_SHARE = 0.8
"""Least share of a group's accounts that must be outside all campaigns for the group to be reviewed."""
LARGER_SHARE = 0.5
"""Largest share of a group's accounts outside all campaigns at which it may make a campaign larger, by comparison with the rest of its log
or as it lies only a little below the line.
Between the two shares the accused are too many and too few: what the group looks like says nothing of its other accounts."""
MIN_TALKING_ACCOUNTS = 20
"""Accounts outside all campaigns from which a group of handed-over conversations is reviewed whoever else is in it."""
MOST_COMPARED = 5_000
"""Groups of a log, about, beside which others are measured: enough to say what is usual, and a tenth of those of a large log."""
MIN_ACCOUNTS = 4
"""Fewest accounts of a campaign after every account was tested."""


def accuse(
    scene: judge.Scene, values: dict[str, NDArray[np.float64]], findings: dict[str, judge.Finding], tree_odds: NDArray[np.float64],
    model: judge.Model, traffic: Traffic | None = None,
) -> tuple[dict[str, NDArray[np.float64]], group.Groups, NDArray[np.int64], judge.Verdicts]:
    """Judge all groups of a log and put the accused ones together.

    Groups are judged three times, since two values follow from verdicts on the log's other groups: ``context.look_alikes`` and
    :data:`judge.YARDSTICK`.

    Args:
        scene: the run.
        values: value of each piece, ``(n_groups,)``.
        findings: the findings behind the values that are evidence.
        tree_odds: log-odds of the trees, nats, ``(n_groups,)``.
        model: the calibrated weights.
        traffic: the traffic of the run; without it groups that are judged by some of their accounts alone are for review.

    Returns:
        The values with these two, the campaigns before anybody joins them, the leading group of each, and the verdicts.
    """
    same = group.twins(scene.n, scene.groups.member_group, scene.groups.member_account)
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    # Look-alikes are counted among comparable groups, which are known only once all are judged.
    far = verdicts.campaign & (verdicts.log_odds >= judge.OUTSTANDING)
    alike = judge.look_alikes(scene, tree_odds, verdicts.comparable & ~verdicts.other_purpose, far)
    values = {**values, "context.look_alikes": alike}
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    known, free = verdicts.campaign, np.ones(scene.people.n, bool)
    final, lead = _form_in_two_rounds(scene, known, verdicts.log_odds, model)
    # A group far beyond the rest of the log may be a campaign, or make a known one larger.
    free[final.member_account] = False
    member = judge.suspects(scene) & scene.of_members(free)
    yardstick = judge.yardstick(scene, tree_odds, member, verdicts.comparable & ~known)
    values = {**values, judge.YARDSTICK: np.full(scene.n, model.usual.get(judge.YARDSTICK, 0.0) if np.isnan(yardstick) else yardstick)}
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    n_free = scene.total(scene.of_members(free) & scene.seen)
    held = verdicts.campaign & ~known & ~mostly_free(scene, free) & (n_free > LARGER_SHARE * scene.size)
    alone = judged_alone(traffic, scene, values, findings, held, free, model)
    accused = verdicts.campaign & (~held | alone.campaign | alone.more) | verdicts.nearly & (n_free <= LARGER_SHARE * scene.size)
    if (accused & ~known).any():
        final, lead = _form_in_two_rounds(scene, known | accused, verdicts.log_odds, model, ~free)
        free = np.ones(scene.people.n, bool)
        free[final.member_account] = False
        # Not every campaign alone is one with the accused: whose accounts are still free, and who is left of the others, is for review.
        left = scene.total(scene.of_members(free) & scene.seen)
        held &= ~(alone.campaign | alone.more) | (left > LARGER_SHARE * scene.size)
        if (held & (left < n_free)).any():
            alone = judged_alone(traffic, scene, values, findings, held, free, model)
        accused &= ~held
    more, more_lead = form_of_lost(traffic, scene, values, findings, accused, free, model)
    final, lead = group.concatenate([final, more]), np.append(lead, more_lead)
    unusual = held & (alone.campaign | alone.review)
    return values, final, lead, replace(verdicts, campaign=accused, review=verdicts.review | held, held=unusual)


def form_campaigns(
    scene: judge.Scene, accepted: NDArray[np.bool_], free: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model,
    confirmed: NDArray[np.bool_] | None = None,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Put accepted groups together to campaigns, and test each account.

    Args:
        scene: the run.
        accepted: the groups, ``(n_groups,)``.
        free: accounts that may belong to these campaigns, ``(n_accounts,)``.
        log_odds: score of each group, nats beyond the line, ``(n_groups,)``.
        model: the calibrated weights.
        confirmed: accounts that were members by part of the groups already, for whom less is enough (:func:`judge.belonging`).

    Returns:
        The campaigns with their accounts and marks, and the leading group of each.
    """
    member = judge.suspects(scene) & scene.of_members(free).astype(bool)
    group_label, account_label = judge.campaigns_of(scene, accepted, member, MIN_ACCOUNTS, log_odds)
    n = int(account_label.max(initial=-1)) + 1
    lead = judge.leads(scene, group_label, n, log_odds)
    account_label = judge.belonging(scene, group_label, account_label, lead, log_odds, model, confirmed)
    # A campaign that the test leaves too small is dropped; the others keep their order.
    kept = np.bincount(account_label[account_label >= 0], minlength=n) >= MIN_ACCOUNTS
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    account_label, group_label, lead, n = number[account_label], number[group_label], lead[kept], int(kept.sum())
    accounts = np.flatnonzero(account_label >= 0)
    accounts = accounts[np.argsort(account_label[accounts], kind="stable")]
    preset = np.zeros(scene.n, bool)
    preset[scene.groups.object_group[np.isin(scene.groups.object_column, STANDING_COLUMNS)]] = True
    objects = judge.marking(scene, account_label, n, preset)[scene.groups.object_group]
    marks = np.unique(
        np.stack([objects, scene.groups.object_column, scene.groups.object_key], axis=1)[objects >= 0], axis=0
    ).reshape(-1, 3)
    found = group.Groups(n, account_label[accounts], accounts, marks[:, 0], marks[:, 1], marks[:, 2], (CAMPAIGN,) * n)
    return found, lead


def _form_in_two_rounds(
    scene: judge.Scene, accepted: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model,
    confirmed: NDArray[np.bool_] | None = None,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """As :func:`form_campaigns`, of all accounts; accounts that the test removes may be a campaign of their own."""
    free = np.ones(scene.people.n, bool)
    first, first_lead = form_campaigns(scene, accepted, free, log_odds, model, confirmed)
    free[first.member_account] = False
    second, second_lead = form_campaigns(scene, accepted & mostly_free(scene, free), free, log_odds, model, confirmed)
    return group.concatenate([first, second]), np.concatenate([first_lead, second_lead])


def mostly_free(scene: judge.Scene, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups of which MIN_FREE_SHARE or more are ``free`` accounts ``(n_accounts,)``; ``(n_groups,)``.

    A group that looks like a campaign because of its accused accounts says nothing of the others.
    """
    return np.asarray(scene.total(scene.of_members(free) & scene.seen) >= MIN_FREE_SHARE * scene.size)


@dataclass(frozen=True)
class Alone:
    """Some groups of a log, judged without the accounts that are accused already."""

    campaign: NDArray[np.bool_]
    """Groups whose other accounts are a campaign by themselves, ``(n_groups,)``; False for groups that were not looked at."""
    review: NDArray[np.bool_]
    """The same for those whose other accounts are for review."""
    more: NDArray[np.bool_]
    """The same for those whose other accounts are more of the campaign that has the accused ones."""
    scene: judge.Scene
    """The log's groups, and after them what is left of the judged ones."""
    log_odds: NDArray[np.float64]
    """Score of each group of ``scene``, nats beyond the line."""
    rows: NDArray[np.int64]
    """Which of the log's groups were judged, in the order of ``scene``."""


def judged_alone(
    traffic: Traffic | None, scene: judge.Scene, values: dict[str, NDArray[np.float64]], findings: dict[str, judge.Finding],
    which: NDArray[np.bool_], free: NDArray[np.bool_], model: judge.Model,
) -> Alone:
    """Judge some groups by their ``free`` accounts alone.

    A group that has a campaign's accounts stands out by these, so its other accounts are measured and judged without them, beside all
    groups of the log, with which they are compared (of many groups a part says what is usual). What the log's groups are stays as it was.

    Args:
        traffic: the traffic of the run; None to have all of them reviewed.
        scene: the run.
        values: value of each piece, ``(n_groups,)``.
        findings: the findings behind the values that are evidence.
        which: the groups, ``(n_groups,)``.
        free: accounts of no campaign, ``(n_accounts,)``.
        model: the calibrated weights.
    """
    nobody, nothing = np.zeros(scene.n, bool), np.zeros(0, np.int64)
    if traffic is None or not which.any():
        return Alone(nobody, which, nobody, scene, np.zeros(scene.n), nothing)
    rest, large_enough = measure(traffic, scene.groups.narrow(scene.of_members(free)).select(which), scene.handoffs)
    rows, beside = np.flatnonzero(which)[large_enough], scene.beside(rest)
    compared = scene.select(np.arange(scene.n) % max(scene.n // MOST_COMPARED, 1) == 0)
    of_rest, findings_of_rest = judge.look(compared.beside(rest), traffic.threads)
    both = {name: np.append(values[name], value[compared.n :]) for name, value in of_rest.items()}
    both |= {name: np.append(values[name], values[name][rows]) for name in ("context.look_alikes", judge.YARDSTICK)}
    findings = {name: finding.followed_by(findings_of_rest[name], compared.n) for name, finding in findings.items()}
    same = group.twins(beside.n, beside.groups.member_group, beside.groups.member_account)
    verdicts = judge.judge(both, findings, model, same, beside.usual)
    campaign, review, more = nobody, nobody.copy(), nobody.copy()
    campaign[rows], review[rows], more[rows] = (flags[scene.n :] for flags in (verdicts.campaign, verdicts.review, verdicts.beside))
    return Alone(campaign, review, more, beside, verdicts.log_odds, rows)


def form_of_lost(
    traffic: Traffic | None, scene: judge.Scene, values: dict[str, NDArray[np.float64]], findings: dict[str, judge.Finding],
    accepted: NDArray[np.bool_], free: NDArray[np.bool_], model: judge.Model,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """The campaigns that accounts lost from ``accepted`` groups ``(n_groups,)`` are by themselves, and the leading group of each.

    Lost are accounts unlike the usual one of the campaign, and accounts of groups that mix campaigns: innocents who share something with
    it, and other operators. The latter pass as any group must. Other arguments as :func:`judged_alone`.
    """
    lost = accepted & (scene.total(scene.of_members(free) & scene.seen) >= judge.MIN_GROUP_ACCOUNTS)
    alone = judged_alone(traffic, scene, values, findings, lost, free, model)
    found = np.zeros(alone.scene.n, bool)
    found[scene.n :] = alone.campaign[alone.rows]
    campaigns, lead = form_campaigns(alone.scene, found, free, alone.log_odds, model)
    return campaigns, alone.rows[lead - scene.n]


def reviewable(scene: judge.Scene, held: NDArray[np.bool_], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups that a person may be asked about, ``(n_groups,)``.

    Those that are :func:`mostly_free`; those ``held`` back ``(n_groups,)`` because some of their accounts are accused already, whose others
    are unusual by themselves; and those with MIN_TALKING_ACCOUNTS ``free`` accounts that hand conversations to each other.
    """
    talking = scene.groups.proposed_as(SESSION)
    return mostly_free(scene, free) | held | (talking & (scene.total(scene.of_members(free) & scene.seen) >= MIN_TALKING_ACCOUNTS))
