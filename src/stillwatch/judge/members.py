"""Which accounts belong to a campaign, by comparing each with its usual account in links and in work; and which groups mark its harvest."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from stillwatch.judge.campaigns import CENTRAL, HALF, by_links
from stillwatch.judge.model import Model
from stillwatch.judge.people import DAY_US, UNKNOWN
from stillwatch.judge.scene import Scene, mostly_of
from stillwatch.judge.second_pools import not_unlike, second_pools

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
    out, reference = np.zeros(scene.people.n), _all_if_none(reference, scene)
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


def _all_if_none(reference: Flags | None, scene: Scene) -> Flags:
    return np.ones(scene.people.n, bool) if reference is None else reference


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
UNTIED = 0.9
"""Where no link ties this share of a campaign's accounts or more, only work tells members from strangers who do the same, and nearly
certain accounts are not accused."""


MIXED = 2.0
"""An account is in mixed groups alone if its best group scores this many nats or more below the usual account's best group."""
MANY_MIXED = 0.25
"""Such accounts, if no link ties them to the others, are a crowd beside the campaign if they are this share of it or more. Fewer are
batches of its own that no better group holds."""
LOWEST = -5.0
"""Score of an account that is in none of the campaign's groups: well below every accepted group."""


NATS_PER_LINK = 3.0
"""Nats of linkage that count as one in an account's standing."""


def standing(
    scene: Scene, group_label: I64, account_label: I64, n: int, log_odds: F64, links: F64, reference: Flags | None = None
) -> tuple[I64, dict[str, F64]]:
    """Compare each account with the usual one of its campaign.

    An operator's accounts form many groups, each found by different objects, in which they are among themselves. A member sends much in
    these groups and is in few others. An innocent who met their work once is in the few groups that this meeting made, with a small part
    of what he does. All pieces but ``age``, ``answers``, ``span``, ``rate``, ``bare``, ``alone`` and ``links`` are 0 for the campaign's
    median account. *Its group* is the group of the campaign in which the account sent most; *spread* is a distance in robust standard
    deviations of the campaign, which enters as minus log(1 + spread).

    - ``amount``: requests in its group (log ratio).
    - ``accepted``: share of the campaign's groups in which it is (difference).
    - ``best``: highest score of the campaign's groups in which it is (difference); low for accounts that are in mixed groups alone.
    - ``elsewhere``: spread by which more of its groups are not mostly the campaign's: it stands out where members are in no other group.
    - ``wide``: number of the campaign's accounts in the second largest of its groups that are mostly the campaign's, 0 if there are none
      (log ratio): an innocent who met the work once is in one wide group, and in small ones.
    - ``joined``: how many of the campaign's other accounts signed up within three days of it, compared with all accounts (log ratio).
    - ``private``, ``young``: -1 for an account of an organisation where the median account has none, and for one that is not young where
      the median account is.
    - ``hours``, ``mix``, ``length``: spread by which it is less like the campaign's mean than the usual account is, in the parts of the
      day, the kinds of work and the lengths of prompts in its group.
    - ``age``: spread of its age at the first request, in log days, to either side; 0 where the sign-up time is unknown.
    - ``answers``, ``span``, ``rate``: spread, to either side, of the length of its answers in its group, of the time between its first and
      last request of any kind, and of its requests per day in that time, all in logs.
    - ``bare``: -1 for an account that no link ties to another of its campaign, else 0.
    - ``alone``: log of the share of the campaign's accounts that no link ties to another, for an account that none ties; else 0. It has
      no weight; :func:`may_join` uses it.
    - ``links``: its linkage, in NATS_PER_LINK.

    Args:
        scene: the run.
        group_label: campaign of each accepted group, -1 for none, ``(n_groups,)``.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
        log_odds: score of each group, ``(n_groups,)``.
        links: :func:`linkage` of each account, ``(n_accounts,)``.
        reference: accounts that define what is usual in their campaign, ``(n_accounts,)``; all if not given.

    Returns:
        Codes of the accounts that are in a campaign, ``(n_rows,)``, and each piece by its name, ``(n_rows,)``.
    """
    reference, accounts = _all_if_none(reference, scene), np.flatnonzero(account_label >= 0)
    campaign, in_reference = account_label[accounts], reference[accounts]

    def usual(value: F64) -> F64:
        of_campaigns = [value[(campaign == number) & in_reference & ~np.isnan(value)] for number in range(n)]
        return np.array([np.median(values) if len(values) else 0.0 for values in of_campaigns])[campaign]

    membership, elsewhere, compared = _in_groups(scene, group_label, account_label, accounts, reference, n, log_odds)
    compared |= {
        "joined": _joined(scene, accounts, campaign, in_reference), "private": -(scene.people.org[accounts] >= 0).astype(np.float64),
        "young": (np.nan_to_num(scene.people.tenure_days()[accounts], nan=1e9) < YOUNG_DAYS).astype(np.float64),
    }
    pieces = {name: value - usual(value) for name, value in compared.items()}
    pieces |= {name: np.minimum(pieces[name], 0) for name in ("private", "young")}
    mixes = {"hours": scene.measured.day_parts, "mix": scene.measured.capabilities, "length": scene.measured.lengths}
    one_sided = {"elsewhere": (elsewhere, ELSEWHERE_SPREAD)}
    one_sided |= {name: (_unlike(counts, membership, campaign, n, in_reference), LEAST_SPREAD) for name, counts in mixes.items()}
    pieces |= {name: -np.log1p(_spreads(value, usual, least)) for name, (value, least) in one_sided.items()}
    habits = _habits(scene, accounts, membership)
    pieces |= {name: -np.log1p(_spreads(value, usual, least, either_side=True)) for name, (value, least) in habits.items()}
    return accounts, {**pieces, **_ties(scene, account_label, accounts, reference, n), "links": links[accounts] / NATS_PER_LINK}


def _in_groups(
    scene: Scene, group_label: I64, account_label: I64, accounts: I64, reference: Flags, n: int, log_odds: F64
) -> tuple[I64, F64, dict[str, F64]]:
    """What the groups say of each of ``accounts``, those in campaigns, ``(n_rows,)`` each; other arguments as :func:`standing`.

    Returns:
        The membership in the campaign's group in which each sent most, -1 where there is none; ``elsewhere``, as a share of its groups; and
        ``amount``, ``accepted``, ``wide`` and ``best``, not yet compared with the usual account.
    """
    rows = np.flatnonzero(scene.seen & (scene.of_members(account_label) >= 0))
    group, account, n_sent = (column[rows] for column in (scene.groups.member_group, scene.groups.member_account, scene.measured.n))
    campaign, n_accounts = account_label[account], scene.people.n
    best, n_inside = mostly_of(scene, np.where(reference, account_label, -1), n)
    mostly_own = np.where(n_inside >= HALF * scene.size, best, -2)[group] == campaign
    accepted = group_label[group] == campaign
    n_mostly_own, n_all, n_accepted = (
        np.bincount(of, minlength=n_accounts)[accounts] for of in (account[mostly_own], account, account[accepted])
    )
    # A group made by links scores high by them; its score tells accounts apart only where the campaign has no other group.
    links_made, has_other = by_links(scene), np.zeros(max(n, 1), bool)
    has_other[group_label[(group_label >= 0) & ~links_made]] = True
    scored = accepted & (~links_made[group] | ~has_other[campaign])
    best_score = np.full(n_accounts, LOWEST)
    np.maximum.at(best_score, account[scored], log_odds[group[scored]])
    most = np.flatnonzero(accepted)
    most = most[np.lexsort((group[most], -n_sent[most], account[most]))]
    most = most[np.flatnonzero(np.diff(account[most], prepend=-1))]
    # An account that is in none of the campaign's groups was put there with its pool: no membership describes it.
    amount, membership = np.zeros(n_accounts), np.full(n_accounts, -1, np.int64)
    amount[account[most]], membership[account[most]] = n_sent[most], rows[most]
    n_groups = np.bincount(group_label[group_label >= 0], minlength=max(n, 1))[account_label[accounts]]
    return membership[accounts], 1 - n_mostly_own / np.maximum(n_all, 1), {
        "amount": np.log1p(amount[accounts]), "accepted": n_accepted / np.maximum(n_groups, 1),
        "wide": np.log1p(_second_largest(account[mostly_own], n_inside[group[mostly_own]], n_accounts)[accounts]),
        "best": best_score[accounts],
    }


def _ties(scene: Scene, account_label: I64, accounts: I64, reference: Flags, n: int) -> dict[str, F64]:
    """``bare`` and ``alone`` of :func:`standing` for ``accounts``, those in campaigns, ``(n_rows,)`` each; other arguments as there."""
    campaign, in_reference = account_label[accounts], reference[accounts]
    partners = partner_campaigns(scene, np.where(reference, account_label, -1))
    tied = np.logical_or.reduce([partner == account_label for partner in partners])[accounts].astype(np.float64)
    size, n_tied = (np.bincount(campaign, weights=weight, minlength=max(n, 1)) for weight in (in_reference, in_reference * tied))
    alone = np.log((size - n_tied + 1) / (size + 2))[campaign]
    return {"bare": tied - 1, "alone": np.where(tied > 0, 0.0, alone)}


ELSEWHERE_SPREAD = 0.05
"""Floor of the spread of ``elsewhere`` within a campaign, as a share of an account's groups."""
LEAST_SPREAD = 0.02
"""Floor of the spread of the intra-class correlation within a campaign: accounts of a large one need not be exactly alike."""


def _unlike(counts: NDArray[np.int32], membership: I64, campaign: I64, n: int, in_reference: Flags) -> F64:
    """How much each account's mix differs from its campaign's mean: intra-class correlation of the account alone, 0 where it has none.

    It is (Pearson's X² / degrees of freedom - 1) / (requests - 1) (Donner 1986).

    Args:
        counts: requests of every membership by class, ``(n_memberships, n_classes)``.
        membership: row of ``counts`` for each account, -1 for none, ``(n_rows,)``.
        campaign: campaign of each account, below n, ``(n_rows,)``.
        n: number of campaigns.
        in_reference: accounts that make the mean, ``(n_rows,)``.
    """
    own = np.where(membership[:, None] >= 0, counts[membership], 0).astype(np.float64)
    sent = own.sum(axis=1)
    share = own / np.maximum(sent, 1)[:, None]
    n_accounts = np.bincount(campaign, weights=(sent > 0) & in_reference, minlength=n)
    sums = np.stack([np.bincount(campaign, weights=column * in_reference, minlength=n) for column in share.T], axis=1)
    mean = sums / np.maximum(n_accounts, 1)[:, None]
    expected = mean[campaign] * sent[:, None]
    chi2 = np.where(expected > 0, (own - expected) ** 2 / np.where(expected > 0, expected, 1), 0).sum(axis=1)
    freedom = np.maximum((mean > 0).sum(axis=1) - 1, 1)[campaign]
    return np.asarray(np.where(sent >= 2, (chi2 / freedom - 1) / np.maximum(sent - 1, 1), 0))


def _spreads(value: F64, usual: Callable[[F64], F64], least: float, *, either_side: bool = False) -> F64:
    """How many robust standard deviations each value lies above its campaign's median, ``(n_rows,)``.

    Never below 0, and 0 where the value is NaN.

    Args:
        value: one per account, ``(n_rows,)``.
        usual: gives the median of each account's campaign.
        least: added to the standard deviation.
        either_side: whether values below the median count as well.
    """
    deviation = value - usual(value)
    distance = np.abs(deviation)
    return np.asarray(np.maximum(np.nan_to_num((distance if either_side else deviation) / (1.4826 * usual(distance) + least)), 0))


def _second_largest(account: I64, size: I64, n: int) -> I64:
    """The second largest ``size`` of each account; its only one if it has one, 0 if it has none, ``(n,)``."""
    order = np.lexsort((-size, account))
    account, size = account[order], size[order]
    first = np.flatnonzero(np.diff(account, prepend=-1))
    after = np.minimum(first + 1, len(account) - 1)
    out = np.zeros(n, np.int64)
    out[account[first]] = size[np.where(account[after] == account[first], after, first)]
    return out


AGE_SPREAD, ANSWERS_SPREAD, SPAN_SPREAD, RATE_SPREAD = 0.3, 0.1, 0.2, 0.3
"""Floors of the spread within a campaign, natural logs: of days, of tokens per answer, of days and of requests per day."""


def _habits(scene: Scene, accounts: I64, membership: I64) -> dict[str, tuple[F64, float]]:
    """How each account is used: values on log scales, NaN where unknown, ``(n_rows,)`` each, and the floor of their spread.

    Args:
        scene: the run.
        accounts: codes of the accounts, ``(n_rows,)``.
        membership: membership of each in its campaign's group, -1 for none, ``(n_rows,)``.
    """
    people, measured = scene.people, scene.measured
    days = np.maximum(people.last_us[accounts] - people.first_us[accounts], 0) / DAY_US
    answers = np.log1p(measured.output_tokens[membership] / np.maximum(measured.n[membership], 1))
    return {
        "age": (np.log1p(people.tenure_days()[accounts]), AGE_SPREAD),
        "answers": (np.where(membership >= 0, answers, np.nan), ANSWERS_SPREAD),
        "span": (np.log1p(days), SPAN_SPREAD),
        "rate": (np.log(people.n_events[accounts] / (days + 1)), RATE_SPREAD),
    }


NEAR_US = 3 * DAY_US
"""Accounts that signed up within this time of each other, microseconds, signed up together."""


def _joined(scene: Scene, accounts: I64, campaign: I64, in_reference: Flags) -> F64:
    """Log ratio of the share of its campaign's other accounts and of all accounts that signed up together with each account.

    ``(n_rows,)`` each; 0 where the sign-up time is unknown. Only accounts ``in_reference`` count for their campaign.
    """
    created = scene.people.created_us
    signups = np.sort(created[created != UNKNOWN])
    out = np.zeros(len(accounts))
    rows = np.flatnonzero(created[accounts] != UNKNOWN)
    if not len(rows):
        return out
    signup_us, counts = created[accounts[rows]], in_reference[rows]
    first, end = np.searchsorted(signups, signup_us - NEAR_US), np.searchsorted(signups, signup_us + NEAR_US, "right")
    # All campaigns are searched at once on one axis of campaign * width + rank of the sign-up: times would overflow int64.
    offset = campaign[rows] * (len(signups) + 1)
    axis = np.sort((offset + np.searchsorted(signups, signup_us))[counts])
    n_near = np.searchsorted(axis, offset + end) - np.searchsorted(axis, offset + first) - counts
    n_others = np.bincount(campaign[rows], weights=counts)[campaign[rows]] - counts
    out[rows] = np.log((n_near + 1) / (n_others + 2)) - np.log((end - first) / (len(signups) + 1))
    return out


Compared = tuple[I64, dict[str, F64], F64]
"""Codes of accounts, the pieces of their standing and the posterior probability of each, ``(n_rows,)``."""


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
    account_label = np.where(crowd if confirmed is None else crowd & ~confirmed, -1, account_label)
    score = np.append(log_odds[lead], -np.inf)[: max(len(lead), 1)]

    def compare(label: I64, reference: Flags | None = None) -> Compared:
        accounts, pieces = standing(scene, group_label, label, len(lead), log_odds, links, reference)
        return accounts, pieces, model.members.posterior(pieces)

    stays, posterior, alone = _certain_members(compare, account_label, score)
    nearly = _nearly_certain(account_label, posterior, alone, score, model.members.strays)
    accounts, pieces, posterior_beside = compare(account_label, stays)
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


def _certain_members(compare: Callable[[I64], Compared], account_label: I64, score: F64) -> tuple[Flags, F64, F64]:
    """Remove unlikely members from their campaigns, and compare the rest again, until nobody is left to remove.

    Returns:
        The accounts that stay, ``(n_accounts,)``; the posterior probability by which each stayed or was removed, -1 for accounts without a
        campaign, ``(n_accounts,)``; and the least ``alone`` of those that stay, ``(n_campaigns,)``.
    """
    out, last_posterior = account_label.copy(), np.full(len(account_label), -1.0)
    for _ in range(ROUNDS):
        # Accounts that were drawn in together look usual until the others are gone.
        accounts, pieces, posterior = compare(out)
        last_posterior[accounts] = posterior
        removed = accounts[(posterior < MIN_POSTERIOR) | _is_stranger(pieces, score[out[accounts]])]
        if not len(removed):
            break
        out[removed] = -1
    alone = np.zeros(len(score))
    np.minimum.at(alone, account_label[accounts], pieces["alone"])
    return out >= 0, last_posterior, alone


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


def beside(scene: Scene, account_label: I64, n: int) -> I64:
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
    return [_partners_by_conversations(scene, account_label), *by_value]


def _partners_by_conversations(scene: Scene, account_label: I64) -> I64:
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


MARK_INSIDE, MARK_FEWEST, MARK_FIRST = 0.8, 8, 0.3
"""A group marks a campaign's harvest if at least this share of its accounts, and this number, are the campaign's, and this share of its
requests begins a conversation."""
POOL_REACH, POOL_FIRST, POOL_WORK = 0.25, 0.8, 0.85
"""In a pool, a group must hold this share of the campaign, and this share of its requests must begin a conversation, and this share of its
prompts be sent only once."""


def pooled(scene: Scene, account_label: I64, n: int) -> Flags:
    """Campaigns of which at least half of the accounts hand conversations to each other, ``(max(n, 1),)``; arguments as :func:`marking`."""
    is_member = account_label >= 0
    hands_over = is_member & (_partners_by_conversations(scene, account_label) == account_label)
    size, n_handing = (np.bincount(account_label[rows], minlength=max(n, 1)) for rows in (is_member, hands_over))
    return np.asarray(n_handing >= HALF * size)


def marking(scene: Scene, account_label: I64, n: int, preset: Flags) -> I64:
    """The campaign whose harvest each proposed group marks, -1 for none, ``(n_groups,)``.

    A group marks a campaign's harvest if nearly all of its accounts are the campaign's and its work is begun, not continued: its objects
    are in system prompts or tools, or its requests begin conversations. A pool, whose accounts hand conversations to each other, may relay
    others' requests: what few of its accounts share is an end user's, and what has its own system prompt may be that user's application.
    There, harvest is what many accounts share, begin and never repeat.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
        preset: groups that have an object in a system prompt or in tools, ``(n_groups,)``.
    """
    best, n_inside = mostly_of(scene, account_label, n)
    size = np.bincount(account_label[account_label >= 0], minlength=max(n, 1))
    first_share = scene.total(scene.measured.first_turns) / np.maximum(scene.events, 1)
    has_objects = np.bincount(scene.groups.object_group, minlength=scene.n) > 0
    own = has_objects & (n_inside >= MARK_INSIDE * np.maximum(scene.size, 1)) & (n_inside >= MARK_FEWEST)
    pool = pooled(scene, account_label, n)[best]
    once_share = np.nan_to_num(scene.sample.distinct_share) * (1 - np.nan_to_num(scene.sample.common_share))
    passes_in_pool = (n_inside >= POOL_REACH * size[best]) & (first_share >= POOL_FIRST) & (once_share >= POOL_WORK)
    passes = np.where(pool, passes_in_pool, preset | (first_share >= MARK_FIRST))
    return np.where(own & passes, best, -1)
