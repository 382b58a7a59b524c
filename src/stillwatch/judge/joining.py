"""Which accounts outside join a campaign."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from stillwatch.judge.campaigns import HALF
from stillwatch.judge.linkage import MOSTLY_TIED_SHARE, linkage
from stillwatch.judge.model import Model
from stillwatch.judge.scene import Scene, mostly_of
from stillwatch.judge.standing import standing

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

def most_met_campaign(scene: Scene, account_label: I64, n: int) -> I64:
    """The campaign that each account meets most: in most of its groups that are half a campaign's or more; -1 for none, ``(n_accounts,)``.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
    """
    best, n_inside = mostly_of(scene, account_label, n)
    mostly = np.where((n_inside > 0) & (n_inside >= HALF * scene.size), best, -1)[scene.groups.member_group]
    rows = np.flatnonzero(scene.seen & (mostly >= 0))
    met = coo_matrix((np.ones(len(rows), np.int64), (scene.groups.member_account[rows], mostly[rows])), (scene.people.n, max(n, 1))).tocsr()
    most = np.asarray(met.max(axis=1).todense()).ravel()
    return np.where(most > 0, np.asarray(met.argmax(axis=1)).ravel(), -1)


def candidates(
    scene: Scene, accepted: Flags, account_label: I64, candidate_for: I64, lead: I64, log_odds: F64
) -> tuple[I64, dict[str, F64]]:
    """Compare each candidate with the campaign that it may join (:func:`standing`); only the campaign's own accounts are the reference.

    Args:
        scene: the run.
        accepted: groups that were judged campaigns, ``(n_groups,)``.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        candidate_for: campaign that each account may join, -1 for none and for accounts that are in one, ``(n_accounts,)``.
        lead: leading group of each campaign, ``(n_campaigns,)``.
        log_odds: score of each group, ``(n_groups,)``.

    Returns:
        Codes of the candidates, ``(n_candidates,)``, and each piece of their standing, ``(n_candidates,)``.
    """
    n, is_member = len(lead), account_label >= 0
    best, n_inside = mostly_of(scene, account_label, n)
    group_label, label = np.where(accepted & (n_inside > 0), best, -1), np.where(is_member, account_label, candidate_for)
    links = linkage(scene, group_label, label, lead, is_member)
    accounts, pieces = standing(scene, group_label, label, n, log_odds, links, is_member)
    rows = candidate_for[accounts] >= 0
    return accounts[rows], {name: value[rows] for name, value in pieces.items()}


PASSING_SPAN = -1.5
"""``span`` below which (3.5 robust spreads from the campaign's) an account without a link does not join: of 435 that would
join in 283 logs ten are so, seven fakes and the three innocents whom graders found accused in this way (docs/experiments.md)."""


def may_join(pieces: dict[str, F64], work: F64) -> Flags:
    """Which of the :func:`candidates` may join, ``(n_candidates,)``.

    Three kinds may not: accounts without a link where links tie nearly all of the campaign; accounts that are in none of its groups and
    send none of its marks, about which nothing is known; and accounts without a link that were active for a far shorter or longer time.

    Args:
        pieces: standing of the candidates, ``(n_candidates,)`` each.
        work: their log-odds by the campaign's marks, nats, ``(n_candidates,)``.
    """
    known = (pieces["accepted"] > -1) | (work > 0)
    passing = (pieces["bare"] < 0) & (pieces["span"] < PASSING_SPAN)
    return np.asarray((pieces["alone"] > np.log(1 - MOSTLY_TIED_SHARE)) & known & ~passing)


def joining(
    scene: Scene, accepted: Flags, account_label: I64, candidate_for: I64, work: F64, lead: I64, log_odds: F64, model: Model
) -> Flags:
    """Candidates that join the campaign that each is a candidate for, ``(n_accounts,)``; nobody where the model has no weights for it.

    Arguments as :func:`candidates`; besides, ``work`` is the log-odds of each account by that campaign's marks, nats, ``(n_accounts,)``,
    and ``model`` has the calibrated weights.
    """
    out = np.zeros(scene.people.n, bool)
    if (candidate_for >= 0).any() and model.joins is not None:
        accounts, pieces = candidates(scene, accepted, account_label, candidate_for, lead, log_odds)
        may = may_join(pieces, work[accounts])
        out[accounts] = may & (model.joins.log_odds(model.members.log_odds(pieces), work[accounts]) >= model.joins.line)
    return out
