"""How an account stands beside the usual one of its campaign, in groups, links, work and habits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.campaigns import HALF, by_links
from stillwatch.judge.linkage import YOUNG_DAYS, all_if_none, partner_campaigns
from stillwatch.judge.people import DAY_US, UNKNOWN
from stillwatch.judge.scene import Scene, mostly_of

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

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
    reference, accounts = all_if_none(reference, scene), np.flatnonzero(account_label >= 0)
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
