"""Which accounts belong to a campaign, by comparing each with its usual account."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from stillwatch.judge.campaigns import CENTRAL, HALF, MOSTLY, NEW
from stillwatch.judge.linkage import MOSTLY_TIED_SHARE, linkage, partner_campaigns
from stillwatch.judge.model import Model
from stillwatch.judge.scene import Scene, mostly_of
from stillwatch.judge.second_pools import not_unlike, second_pools
from stillwatch.judge.standing import standing

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

MIN_POSTERIOR = 0.95
"""Posterior probability from which an account is accused with its campaign."""
ROUNDS = 10
"""Most rounds in which unlikely members are removed and the rest compared again."""
MIN_POSTERIOR_FAR_OUT = 0.8
"""Posterior probability from which an account is accused with a campaign that lies far beyond the line: in calibration hardly any account
is drawn into such campaigns."""
FAR_OUT_NATS = (4.0, 6.0)
"""Nats beyond the line between which the required posterior falls from MIN_POSTERIOR to MIN_POSTERIOR_FAR_OUT."""
NEAR_POSTERIOR = 0.7
"""Posterior probability from which an account is nearly certain: it is accused as well where hardly any account is in the middle."""
MIDDLE_POSTERIOR = 0.05
"""Posterior probability from which, up to NEAR_POSTERIOR, an account is in the middle, as accounts that were drawn in often are."""
MAX_STRAY_SHARE = 0.05
"""Accepted share of accounts that were drawn in among the nearly certain ones, estimated from the number in the middle."""
FAR = 2.0
"""Nats beyond the line from which nearly certain accounts are accused: groups that barely pass hold strangers who look like members."""
USUAL_SHARE, USUAL_WEIGHT = 0.9, 200
"""Share of operators' accounts among those that are tested, which the test takes for granted, and the number of accounts as which it counts
against what a campaign shows of itself: a small one shows little."""
MOST_SURER = 2.0
"""Most nats by which a campaign's accounts are likelier than the test says."""
UNTIED = 0.9
"""Where no link ties this share of a campaign's accounts or more, only work tells members from strangers who do the same, and nearly
certain accounts are not accused."""
MIXED = 2.0
"""An account is in mixed groups alone if its best group scores this many nats or more below the usual account's best group."""
MANY_MIXED = 0.25
"""Such accounts, if no link ties them to the others, are a crowd beside the campaign if they are this share of it or more. Fewer are
batches of its own that no better group holds."""

FEW_OF_CORE = 0.05
"""Largest share of a group's accounts that may be of a campaign's core for the group to be a crowd beside it."""

Compared = tuple[I64, dict[str, F64], F64]
"""Codes of accounts, the pieces of their standing and the log-odds that each belongs, nats, ``(n_rows,)``."""


def belonging(
    scene: Scene, group_label: I64, account_label: I64, lead: I64, log_odds: F64, model: Model, confirmed: Flags | None = None
) -> I64:
    """The campaign of each account that belongs to it, -1 for accounts that may have been drawn in, ``(n_accounts,)``.

    Unlikely members are removed until those left all reach MIN_POSTERIOR beside each other. Then four kinds come back:

    - nearly certain accounts of campaigns beyond FAR, if hardly any account is in the middle and the campaign is not UNTIED: accounts
      that were drawn in are of every kind, while those of an operator who replaces his are a little unlike each other;
    - accounts that reach the lower MIN_POSTERIOR_FAR_OUT beside the certain ones, of campaigns FAR_OUT_NATS beyond the line;
    - ``confirmed`` accounts that reach it, since every further group shifts a little what is usual;
    - :func:`second_pools` of campaigns beyond FAR.

    Wrong for accounts without links that were banned early and had no time to appear.

    Args:
        scene: the run.
        group_label: campaign of each accepted group, -1 for none, ``(n_groups,)``.
        account_label: campaign of each account before the test, -1 for none, ``(n_accounts,)``.
        lead: leading group of each campaign, ``(n_campaigns,)``.
        log_odds: score of each group, nats beyond the line, ``(n_groups,)``.
        model: the calibrated weights.
        confirmed: accounts that were members of a campaign by part of the groups already, ``(n_accounts,)``; nobody if not given.
    """
    links = linkage(scene, group_label, account_label, lead)
    crowd = _crowds_beside(scene, group_label, account_label, len(lead), log_odds, links)
    crowd |= _refused_alone(scene, group_label, account_label, lead, log_odds)
    account_label = np.where(crowd if confirmed is None else crowd & ~confirmed, -1, account_label)
    score = np.append(log_odds[lead], -np.inf)[: max(len(lead), 1)]

    def compare(label: I64, reference: Flags | None = None) -> Compared:
        accounts, pieces = standing(scene, group_label, label, len(lead), log_odds, links, reference)
        return accounts, pieces, model.members.log_odds(pieces)

    stays, posterior, alone, surer = _certain_members(compare, account_label, score)
    nearly = _nearly_certain(account_label, posterior, alone, score, model.members.strays)
    accounts, pieces, odds_beside = compare(account_label, stays)
    posterior_beside = expit(odds_beside + surer[account_label[accounts]])
    was_confirmed = np.zeros(len(accounts), bool) if confirmed is None else confirmed[accounts]
    stays[accounts] |= nearly[accounts] | _readmitted(
        pieces, posterior_beside, account_label[accounts], stays[accounts], was_confirmed, score
    )
    rows, may_return = np.flatnonzero(~stays[accounts]), np.zeros(scene.people.n, bool)
    removed = accounts[rows]
    may_return[removed] = not_unlike({name: value[rows] for name, value in pieces.items()}, posterior_beside[rows], account_label[removed])
    returned = second_pools(scene, group_label, account_label, stays, may_return, score >= FAR)
    return np.where(stays | returned, account_label, -1)


def _crowds_beside(scene: Scene, group_label: I64, account_label: I64, n: int, log_odds: F64, links: F64) -> Flags:
    """Accounts that are in mixed groups alone and have no link to the others, ``(n_accounts,)``; arguments as :func:`standing`.

    Only where they are MANY_MIXED of the campaign: a group of such a crowd looks like a campaign because it holds one.
    """
    accounts, pieces = standing(scene, group_label, account_label, n, log_odds, links)
    in_mixed = np.isin(np.arange(scene.people.n), accounts[pieces["best"] <= -MIXED])
    partners = partner_campaigns(scene, np.where(in_mixed, -1, account_label))
    untied = in_mixed & ~np.logical_or.reduce([partner == account_label for partner in partners])
    n_untied, size = (np.bincount(account_label[rows], minlength=max(n, 1)) for rows in (untied, account_label >= 0))
    return np.asarray(untied & (n_untied >= MANY_MIXED * size)[account_label])


def _refused_alone(scene: Scene, group_label: I64, account_label: I64, lead: I64, log_odds: F64) -> Flags:
    """Accounts that are in their campaign only beside its core, and are a group that was judged by itself and not accepted.

    ``(n_accounts,)``; arguments as :func:`belonging`. The core are the accounts of groups within MIXED nats of the campaign's best. An
    account with a link to it stays.
    """
    n, account, group = len(lead), scene.groups.member_account, scene.groups.member_group
    campaign, accepted = account_label[account], group_label >= 0
    top = np.full(n, -np.inf)
    np.maximum.at(top, group_label[accepted], log_odds[accepted])
    below = np.zeros(scene.n, bool)
    below[accepted] = log_odds[accepted] < top[group_label[accepted]] - MIXED
    own = scene.seen & (campaign >= 0) & (group_label[group] == campaign)
    core = np.zeros(scene.people.n, bool)
    core[account[own & ~below[group]]] = True
    of_core = scene.share(core)
    beside = below & (of_core >= NEW)
    only_beside = (account_label >= 0) & ~core
    only_beside[account[own & ~beside[group]]] = False
    best, n_inside = mostly_of(scene, account_label, n)
    central = scene.devotion >= CENTRAL * np.append(scene.devotion[lead], np.inf)[np.where(n_inside > 0, best, n)]
    refused = ~accepted & (n_inside >= MOSTLY * scene.size) & (of_core <= FEW_OF_CORE) & central
    in_refused = np.zeros(scene.people.n, bool)
    in_refused[account[scene.seen & refused[group] & (campaign == best[group])]] = True
    partners = partner_campaigns(scene, np.where(core, account_label, -1))
    return np.asarray(only_beside & in_refused & ~np.logical_or.reduce([partner == account_label for partner in partners]))


def _certain_members(compare: Callable[[I64], Compared], account_label: I64, score: F64) -> tuple[Flags, F64, F64, F64]:
    """Remove unlikely members from their campaigns, and compare the rest again, until nobody is left to remove.

    Returns:
        The accounts that stay, ``(n_accounts,)``; the posterior probability by which each stayed or was removed, -1 for accounts without a
        campaign, ``(n_accounts,)``; the least ``alone`` of those that stay, ``(n_campaigns,)``; and :func:`_surer`.
    """
    out, last_posterior, last_odds = account_label.copy(), np.full(len(account_label), -1.0), np.zeros(len(account_label))
    tested = np.flatnonzero(account_label >= 0)
    for _ in range(ROUNDS):
        # Accounts that were drawn in together look usual until the others are gone.
        accounts, pieces, last_odds[accounts] = compare(out)
        surer = _surer(last_odds[tested], account_label[tested], score)
        posterior = last_posterior[accounts] = expit(last_odds[accounts] + surer[out[accounts]])
        removed = accounts[(posterior < MIN_POSTERIOR) | _is_stranger(pieces, score[out[accounts]])]
        if not len(removed):
            break
        out[removed] = -1
    alone = np.zeros(len(score))
    np.minimum.at(alone, account_label[accounts], pieces["alone"])
    return out >= 0, last_posterior, alone, surer


def _surer(odds: F64, campaign: I64, score: F64) -> F64:
    """Nats by which a campaign's accounts are likelier its own than the test says, from 0 to MOST_SURER, ``(n_campaigns,)``.

    The test takes USUAL_SHARE of members for granted. A campaign that shows more of them, by what the test says of all its accounts, drew
    fewer strangers in, so each account is likelier (expectation-maximisation: Saerens, Latinne and Decaestecker 2002). Only beyond FAR,
    and never the other way: a campaign that drew many in is tested in rounds. Accounts that left count, so that rounds do not make the rest
    look purer than they are. Blind where strangers pass the test themselves.

    Args:
        odds: log-odds of each account that was tested, nats, ``(n_rows,)``.
        campaign: its campaign, ``(n_rows,)``.
        score: of each campaign, nats beyond the line, ``(n_campaigns,)``.
    """
    surer, size = np.zeros(len(score)), np.bincount(campaign, minlength=len(score))
    for _ in range(30):  # enough to settle
        members = np.bincount(campaign, weights=expit(odds + surer[campaign]), minlength=len(score))
        share = (members + USUAL_WEIGHT * USUAL_SHARE) / (size + USUAL_WEIGHT)
        surer = np.clip(logit(share) - logit(USUAL_SHARE), 0, MOST_SURER)
    return np.where(score >= FAR, surer, 0.0)


def _is_stranger(pieces: dict[str, F64], score: F64) -> Flags:
    """Accounts without a link in a campaign that barely passes and whose others nearly all have one, ``(n_rows,)``: strangers that look
    like members."""
    return np.asarray((pieces["alone"] < np.log(1 - MOSTLY_TIED_SHARE)) & (score < FAR))


def _nearly_certain(account_label: I64, posterior: F64, alone: F64, score: F64, strays: float) -> Flags:
    """Accounts from NEAR_POSTERIOR on of campaigns beyond FAR with so few in the middle that few were drawn in, ``(n_accounts,)``.

    Args:
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        posterior: by which each stayed or was removed, ``(n_accounts,)``.
        alone: least ``alone`` of the accounts that stay, ``(n_campaigns,)``.
        score: of each campaign, nats beyond the line, ``(n_campaigns,)``.
        strays: nearly certain accounts that were drawn in, for each in the middle (:attr:`.Members.strays`).
    """
    nearly = (posterior >= NEAR_POSTERIOR) & (posterior < MIN_POSTERIOR)
    middle = (posterior >= MIDDLE_POSTERIOR) & (posterior < NEAR_POSTERIOR)
    n_nearly, n_middle = (np.bincount(account_label[rows], minlength=len(score)) for rows in (nearly, middle))
    clear = (strays * (n_middle + 1) <= MAX_STRAY_SHARE * n_nearly) & (score >= FAR) & ((alone == 0) | (alone < np.log(UNTIED)))
    return np.asarray(nearly & clear[account_label])


def _readmitted(pieces: dict[str, F64], posterior: F64, campaign: I64, stays: Flags, was_confirmed: Flags, score: F64) -> Flags:
    """Accounts that come back to a campaign far beyond the line, or that were confirmed and are still likely, ``(n_rows,)``.

    Args:
        pieces: standing of each account beside those that stay, ``(n_rows,)`` each.
        posterior: probability that follows from them, ``(n_rows,)``.
        campaign: campaign of each account, ``(n_rows,)``.
        stays: accounts that stay, ``(n_rows,)``.
        was_confirmed: accounts that were members by part of the groups already, ``(n_rows,)``.
        score: of each campaign, nats beyond the line, ``(n_campaigns,)``.
    """
    # Where few stay, they do not show what is usual.
    n_staying, size = (np.bincount(label, minlength=len(score)) for label in (campaign[stays], campaign))
    readmits = (score > FAR_OUT_NATS[0]) & (n_staying >= HALF * size)
    likely = posterior >= np.interp(score, FAR_OUT_NATS, (MIN_POSTERIOR, MIN_POSTERIOR_FAR_OUT))[campaign]
    still_likely = was_confirmed & (posterior >= MIN_POSTERIOR_FAR_OUT) & ~_is_stranger(pieces, score[campaign])
    return np.asarray((likely & readmits[campaign]) | still_likely)
