"""Rank all accounts by suspicion, for somebody who has time to look at more than the campaigns.

An accusation needs a line that no innocents reach; a ranking does not. So accounts are compared by the trees alone, which learnt from the
innocents with an everyday reason as well. What keeps a group from being a campaign lowers its accounts' scores but decides nothing.
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
"""Number of an account's highest groups whose mean is its score. An innocent who met an operator's work once is in a group or two of it."""
KNOWN, REASON = 2.0, 1.0
"""Nats off for a group that is somebody's known business, and for each other reason not to accuse it: fewer than two families, a condition
under which a person must look, an everyday reason for both *linked* and *unlinked*."""


def suspicion(values: Mapping[str, F64], verdicts: Verdicts, model: Model) -> F64:
    """How much each group looks like an operator's, nats, ``(n_groups,)``: log-odds of the trees, less what speaks against accusing it.

    For a model without trees, the score of the group instead of their log-odds.
    """
    odds = verdicts.log_odds if model.forest is None else model.by_trees(values)
    needs_person = everyday(TREES, values) | other_purpose(values) | one_customer(values)
    explained = everyday(LINKED, values) & everyday(UNLINKED, values)
    reasons = (verdicts.families.sum(axis=1) < MIN_FAMILIES).astype(np.float64) + needs_person + explained
    return np.asarray(odds - KNOWN * known_business(values) - REASON * reasons)


def account_scores(scene: Scene, suspicion: F64, verdicts: Verdicts, campaign: I64, lead: I64, n_campaigns: int) -> F64:
    """Score of every account, higher is more suspicious, ``(n_accounts,)``: below 0 outside campaigns, 0 or more inside.

    An account's log-odds are the mean suspicion of its BEST groups, where a group counts less the smaller the account's part in it is (half
    the log of that part). Outside campaigns the score is the log of the probability; inside, it is the campaign's score times it.

    Args:
        scene: the run.
        suspicion: :func:`suspicion` of each group, nats, ``(n_groups,)``.
        verdicts: on all groups.
        campaign: campaign, or group for review, of each account, -1 for none, ``(n_accounts,)``.
        lead: leading group of each of them, ``(n_found,)``.
        n_campaigns: the first so many are campaigns.
    """
    group, account = scene.groups.member_group[scene.seen], scene.groups.member_account[scene.seen]
    n_sent = scene.measured.n[scene.seen].astype(np.float64)
    part = np.minimum(n_sent / np.maximum(scene.median_requests[group], 1), 1)
    nats = suspicion[group] + np.log(np.maximum(part, 1e-2)) / 2
    order = np.lexsort((-nats, account))
    account, nats = account[order], nats[order]
    best = np.arange(len(order)) - np.searchsorted(account, account) < BEST
    n_groups = np.bincount(account[best], minlength=scene.people.n)
    mean = np.bincount(account[best], weights=nats[best], minlength=scene.people.n) / np.maximum(n_groups, 1)
    log_probability = -np.logaddexp(0, -np.where(n_groups > 0, mean, PRIOR_CLEAR))
    accused = (campaign >= 0) & (campaign < n_campaigns)
    score = np.maximum(verdicts.log_odds[lead[np.where(accused, campaign, 0)]], 0) if n_campaigns else np.zeros(scene.people.n)
    return np.where(accused, score * np.exp(log_probability), np.maximum(log_probability, PRIOR_CLEAR))
