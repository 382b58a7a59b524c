"""How suspicious each account is: the order in which somebody who has time for more than the campaigns would look at accounts.

What accuses needs a line that no innocents reach; an order does not. So accounts are compared by the trees alone, which learnt from the
innocents who have an everyday reason as well, over the groups that hold an account, and what keeps a group from being a campaign counts
against it but decides nothing.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.model import Model
from stillwatch.judge.reasons import LINKED, TREES, UNLINKED, everyday, other_purpose
from stillwatch.judge.scene import Scene
from stillwatch.judge.verdict import MIN_FAMILIES, Verdicts, known_business, one_customer

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

PRIOR_CLEAR = -40.0
"""Score of an account that belongs to no proposed group: below every group that was ever judged."""
BEST = 5
"""Groups that speak for an account: the mean of its highest. An innocent who met an operator's work once is in a group or two of it."""
KNOWN, REASON = 2.0, 1.0
"""Nats that count against a group that is somebody's known business, and for each other reason not to accuse it: fewer than two families,
a person to ask whatever part speaks, an everyday reason for what both of the parts see that sum pieces."""


def suspicion(values: Mapping[str, F64], verdicts: Verdicts, model: Model) -> F64:
    """How far each group looks like an operator's, nats, ``(n_groups,)``: what the trees give it less what speaks against accusing it.

    By a model without trees, the score of the part that speaks.
    """
    odds = verdicts.log_odds if model.forest is None else model.by_trees(values)
    ask = everyday(TREES, values) | other_purpose(values) | one_customer(values)
    explained = everyday(LINKED, values) & everyday(UNLINKED, values)
    reasons = (verdicts.families.sum(axis=1) < MIN_FAMILIES).astype(np.float64) + ask + explained
    return np.asarray(odds - KNOWN * known_business(values) - REASON * reasons)


def account_scores(scene: Scene, told: F64, verdicts: Verdicts, campaign: I64, lead: I64, n_campaigns: int) -> F64:
    """Score of every account, higher is more suspicious, ``(n_accounts,)``: below 0 outside campaigns, from 0 on inside.

    The mean of what is told of the BEST groups that hold an account, each less the half of the log of how little of it the account
    carries, as a log-odds: outside campaigns the log of its probability, inside the campaign's score times it.

    Args:
        scene: the run.
        told: :func:`suspicion` of each group.
        verdicts: of each group.
        campaign: campaign, or group for review, of each account, -1 for none, ``(n_accounts,)``.
        lead: the group that speaks for each of them.
        n_campaigns: the first ones are campaigns.
    """
    group, account = scene.groups.member_group[scene.seen], scene.groups.member_account[scene.seen]
    sent = scene.measured.n[scene.seen].astype(np.float64)
    carried = np.minimum(sent / np.maximum(scene.median_requests[group], 1), 1)
    nats = told[group] + np.log(np.maximum(carried, 1e-2)) / 2
    order = np.lexsort((-nats, account))
    account, nats = account[order], nats[order]
    best = np.arange(len(order)) - np.searchsorted(account, account) < BEST
    held = np.bincount(account[best], minlength=scene.people.n)
    mean = np.bincount(account[best], weights=nats[best], minlength=scene.people.n) / np.maximum(held, 1)
    log_probability = -np.logaddexp(0, -np.where(held > 0, mean, PRIOR_CLEAR))
    accused = (campaign >= 0) & (campaign < n_campaigns)
    score = np.maximum(verdicts.log_odds[lead[np.where(accused, campaign, 0)]], 0) if n_campaigns else np.zeros(scene.people.n)
    return np.where(accused, score * np.exp(log_probability), np.maximum(log_probability, PRIOR_CLEAR))
