"""How strongly links and youth tie an account to its campaign, and the campaigns in which it has partners."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from stillwatch.judge.campaigns import CENTRAL, HALF
from stillwatch.judge.scene import Scene

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

YOUNG_DAYS = 30
"""An account is young if it is less than this many days old at its first request."""
CERTAIN_POSTERIOR = 0.9
"""Posterior probability at which linkage is 0: links speak neither for nor against the account."""
MOSTLY_TIED_SHARE = 0.9
"""Where links tie this share of the leading group's accounts or more, an account without a link is treated as an outsider."""
CARRYING = 2.0
"""Most nats that a card, a contact, the sub-stream or youth can add where conversations link the campaign's accounts."""
CARRIED = 0.25
"""An account carries a group's sub-stream if it sends at least this share of the group's median requests."""
DEVOTED = 0.4
"""And if the group is at least this share, times the group's devotion, of what the account sends."""
LARGE = 0.2
"""Other groups of a campaign count for carrying if they have this share of the leading group's accounts, and are as central."""


def linkage(scene: Scene, group_label: I64, account_label: I64, lead: I64, reference: Flags | None = None) -> F64:
    """How strongly links and youth tie each account to its campaign: nats beyond CERTAIN_POSTERIOR, ``(n_accounts,)``.

    0 for accounts without a campaign. It is the likelihood ratio of the account's signs (conversations handed over, a shared payment
    method or contact, the sub-stream carried, youth) between the leading group's accounts and all accounts outside, taken as independent,
    times the prior odds of membership. A user of the same tool who was drawn into a group lacks what the others have.

    Args:
        scene: the run.
        group_label: campaign of each accepted group, -1 for none, ``(n_groups,)``.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        lead: leading group of each campaign, ``(n_campaigns,)``.
        reference: accounts that define what is usual in their campaign, ``(n_accounts,)``; all if not given.
    """
    out, reference = np.zeros(scene.people.n), all_if_none(reference, scene)
    core_label = np.full(scene.people.n, -1, np.int64)
    start = scene.groups.start
    for number, group in enumerate(lead):
        rows = slice(start[group], start[group + 1])
        core = scene.groups.member_account[rows][scene.seen[rows]]
        core_label[core[(account_label[core] == number) & reference[core]]] = number
    partners, carriers = partner_campaigns(scene, core_label), _carriers(scene, group_label, lead)
    young = np.nan_to_num(scene.people.tenure_days(), nan=1e9) < YOUNG_DAYS
    unassigned = account_label < 0
    for number in range(len(lead)):
        members = account_label == number
        core, outside = core_label == number, unassigned
        carries = np.zeros(scene.people.n, bool)
        carries[carriers[number]] = True
        link_signs = [partner == number for partner in partners]
        tied = np.logical_or.reduce(link_signs)
        if (tied & core).sum() >= MOSTLY_TIED_SHARE * core.sum():
            # Where links tie the accounts, a member without one that carries the sub-stream counts with the outsiders that do.
            core, outside = core & tied, outside | (members & ~tied)
        # Accounts that were drawn in carry the sub-stream by construction, and colleagues share a card for their own reasons: where
        # conversations are handed over, these decide.
        handed, *shared = link_signs
        cap = CARRYING if (handed & core).sum() >= HALF * core.sum() else np.inf
        odds = np.full(scene.people.n, np.log(max(int(core.sum()), 1) / scene.people.n))
        for sign, limit in ((handed, np.inf), *((sign, cap) for sign in shared), (carries, cap), (young, cap)):
            p_in = (float((sign & core).sum()) + 1) / (float(core.sum()) + 2)
            p_out = (float((sign & outside).sum()) + 1) / (float(outside.sum()) + 2)
            odds += np.where(sign, min(np.log(p_in / p_out), limit), np.log((1 - p_in) / (1 - p_out)))
        # Where nothing ties the accounts, even the usual one is below the line: then the usual one is the line.
        usual = odds[members & reference]
        line = min(np.log(CERTAIN_POSTERIOR / (1 - CERTAIN_POSTERIOR)), float(np.median(usual))) if len(usual) else 0.0
        out[members] = odds[members] - line
    return out


def all_if_none(reference: Flags | None, scene: Scene) -> Flags:
    """The accounts that define what is usual in their campaign, all if not given, ``(n_accounts,)``."""
    return np.ones(scene.people.n, bool) if reference is None else reference


def _carriers(scene: Scene, group_label: I64, lead: I64) -> list[I64]:
    """Codes of the accounts, members or not, that carry the sub-streams of each campaign as its members do."""
    group, size, devotion = scene.groups.member_group, scene.size, scene.devotion
    accepted = np.flatnonzero(group_label >= 0)
    lead_of = lead[group_label[accepted]]
    large = np.zeros(scene.n, bool)
    large[accepted] = (size[accepted] >= LARGE * size[lead_of]) & (devotion[accepted] >= CENTRAL * devotion[lead_of])
    own_share = scene.measured.n / np.maximum(scene.of_members(scene.people.n_events), 1)
    rows = large[group] & (scene.measured.n >= CARRIED * scene.median_requests[group]) & (own_share >= DEVOTED * devotion[group])
    account, campaign = scene.groups.member_account[rows], group_label[group[rows]]
    order = np.argsort(campaign, kind="stable")
    return np.split(account[order], np.searchsorted(campaign[order], np.arange(1, len(lead))))


def partner_campaigns(scene: Scene, account_label: I64) -> list[I64]:
    """The campaign in which each account, a member or not, has a partner by each kind of link; -1 for none, ``(n_accounts,)`` each.

    Conversations come first, then the views of :attr:`.Scene.identities`.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
    """
    by_value = (_partners_by_value(value, account_label) for value in scene.identities.values())
    return [partners_by_conversations(scene, account_label), *by_value]


def partners_by_conversations(scene: Scene, account_label: I64) -> I64:
    """The campaign with which each account hands over conversations: its own, else the one of most requests, else the first."""
    handoffs, n, n_campaigns = scene.handoffs, scene.people.n, int(account_label.max(initial=0)) + 1
    foreign = scene.customer[handoffs.taker] != scene.customer[handoffs.giver]
    taker, giver = handoffs.taker[foreign], handoffs.giver[foreign]
    account, other = np.concatenate([taker, giver]), np.concatenate([giver, taker])
    in_campaign = account_label[other] >= 0
    requests = coo_matrix(
        (np.tile(handoffs.n[foreign], 2)[in_campaign], (account[in_campaign], account_label[other[in_campaign]])), (n, n_campaigns)
    ).tocsr()
    requests.sum_duplicates()
    account, campaign = np.repeat(np.arange(n), np.diff(requests.indptr)), requests.indices.astype(np.int64)
    best_last = np.lexsort((-campaign, requests.data, account_label[account] == campaign))
    out = np.full(n, -1, np.int64)
    out[account[best_last]] = campaign[best_last]
    return out


def _partners_by_value(value: I64, account_label: I64) -> I64:
    """The campaign with which each account shares its value (a card, a number): its own, else that of most of the value's accounts.

    A value links only where at least HALF of its accounts are in campaigns: where two of the seven accounts with an agency's card were
    drawn in, the card does not link them. ``value`` ``(n_accounts,)`` is its number, below 0 where unknown.
    """
    n_campaigns, n_values = int(account_label.max(initial=0)) + 1, int(value.max(initial=0)) + 1
    rows = np.flatnonzero(value >= 0)
    n_in_campaigns, n_sharing = np.bincount(value[rows], weights=account_label[rows] >= 0), np.bincount(value[rows])
    rows = rows[(n_in_campaigns >= HALF * n_sharing)[value[rows]]]
    members = rows[account_label[rows] >= 0]
    pairs, pair, n_members = np.unique(value[members] * n_campaigns + account_label[members], return_inverse=True, return_counts=True)
    pair_value, pair_campaign = np.divmod(pairs, n_campaigns)
    campaign_of, most = np.full(n_values, -1, np.int64), np.zeros(n_values, np.int64)
    fewest_first = np.argsort(n_members, kind="stable")
    campaign_of[pair_value[fewest_first]], most[pair_value[fewest_first]] = pair_campaign[fewest_first], n_members[fewest_first]
    out, campaign = np.full(len(value), -1, np.int64), campaign_of[value[rows]]
    # An account is not its own partner.
    has_partner = most[value[rows]] - (account_label[rows] == campaign) >= 1
    out[rows[has_partner]] = campaign[has_partner]
    of_own = members[n_members[pair] >= 2]
    out[of_own] = account_label[of_own]
    return out
