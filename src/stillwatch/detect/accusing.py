"""Which groups are accused or reviewed, and the campaigns that they make together."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge
from stillwatch.detect.traffic import STANDING_COLUMNS
from stillwatch.numeric.groups import CAMPAIGN, SESSION

FREE_SHARE = 0.8
"""Share of a group's accounts that no campaign may hold for the group to be reviewed."""
LARGER_SHARE = 0.5
"""Most of a group's accounts, as a share, that no campaign holds where it makes a campaign larger by what the rest of its log tells.
Between the two shares the accused are too many and too few: what the group looks like says nothing of its others."""
TALKING = 20
"""Accounts that no campaign holds from which a group of handed-over conversations is reviewed whoever else is in it."""
MIN_ACCOUNTS = 4
"""Smallest campaign that is left once every account of a group was tested."""


def accuse(
    scene: judge.Scene, values: dict[str, NDArray[np.float64]], findings: dict[str, judge.Finding], odds: NDArray[np.float64],
    model: judge.Model,
) -> tuple[dict[str, NDArray[np.float64]], group.Groups, NDArray[np.int64], judge.Verdicts]:
    """The values with those that the log's other groups tell, campaigns before who is linked to them joins, their leads, and the verdicts.

    The first are ``context.look_alikes`` and the log's yardstick (:data:`judge.YARDSTICK`). ``odds`` is what the trees give each group.
    """
    same = group.twins(scene.n, scene.groups.member_group, scene.groups.member_account)
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    # Which groups compare is known once they are judged; how many of them look alike, each is asked only then.
    far = verdicts.campaign & (verdicts.log_odds >= judge.OUTSTANDING)
    values = {**values, "context.look_alikes": judge.look_alikes(scene, odds, verdicts.comparable, far)}
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    known, free = verdicts.campaign, np.ones(scene.people.n, bool)
    final, lead = _put_together(scene, known, verdicts.log_odds, model)
    # What lies far beyond all that is left of the log may be a campaign, or make a known one larger.
    free[final.member_account] = False
    member = judge.suspects(scene) & scene.of_members(free)
    told = judge.yardstick(scene, odds, member, verdicts.comparable & ~known)
    values = {**values, judge.YARDSTICK: np.full(scene.n, model.usual.get(judge.YARDSTICK, 0.0) if np.isnan(told) else told)}
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    n_free = scene.total(scene.of_members(free) & scene.seen)
    tells = known | mostly_free(scene, free) | (n_free <= LARGER_SHARE * scene.size)
    held = verdicts.campaign & ~tells
    verdicts = replace(verdicts, campaign=verdicts.campaign & tells, review=verdicts.review | held, held=held)
    if (verdicts.campaign & ~known).any():
        final, lead = _put_together(scene, known | verdicts.campaign, verdicts.log_odds, model, ~free)
    return values, final, lead, verdicts


def campaigns(
    scene: judge.Scene, accepted: NDArray[np.bool_], free: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model,
    confirmed: NDArray[np.bool_] | None = None,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Accepted groups put together, with their accounts among ``free`` ``(n_accounts,)`` and marks; and each one's lead.

    Of who was already ``confirmed`` ``(n_accounts,)`` by part of the groups less is asked.
    """
    member = judge.suspects(scene) & scene.of_members(free).astype(bool)
    group_label, account_label = judge.campaigns_of(scene, accepted, member, MIN_ACCOUNTS, log_odds)
    n = int(account_label.max(initial=-1)) + 1
    lead = judge.leads(scene, group_label, n, log_odds)
    account_label = judge.belonging(scene, group_label, account_label, lead, log_odds, model, confirmed)
    # A campaign that the test leaves too small is none; numbers stay in order.
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


def _put_together(
    scene: judge.Scene, accepted: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model,
    confirmed: NDArray[np.bool_] | None = None,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Campaigns of the accepted groups, and each one's lead; whom the test of accounts sends away may be a campaign of their own."""
    free = np.ones(scene.people.n, bool)
    first, first_lead = campaigns(scene, accepted, free, log_odds, model, confirmed)
    free[first.member_account] = False
    second, second_lead = campaigns(scene, accepted & mostly_free(scene, free), free, log_odds, model, confirmed)
    return group.concatenate([first, second]), np.concatenate([first_lead, second_lead])


def mostly_free(scene: judge.Scene, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups whose accounts are mostly ``free``: one that looks like it because of accused accounts says nothing of the others."""
    return np.asarray(scene.total(scene.of_members(free) & scene.seen) >= FREE_SHARE * scene.size)


def reviewable(scene: judge.Scene, held: NDArray[np.bool_], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups that a person may be asked about, ``(n_groups,)``.

    Those :func:`mostly_free`; those that were ``held`` back only since some of their accounts are accused already; and, accused or not,
    those that hand conversations on to each other.
    """
    talking = scene.groups.proposed_as(SESSION)
    return mostly_free(scene, free) | held | (talking & (scene.total(scene.of_members(free) & scene.seen) >= TALKING))
