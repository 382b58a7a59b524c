"""Which accounts are a campaign's, by how each compares with its usual one in links and in work; and which groups mark its harvest."""

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

YOUNG_DAYS = 30
"""Age at the first request below which an account is young."""
CERTAIN_POSTERIOR = 0.9
"""Posterior probability at which links speak neither for nor against an account."""
MOSTLY_TIED_SHARE = 0.9
"""Share of the leading group's accounts from which its links tell members from others."""
CARRYING = 2.0
"""Most nats that the sub-stream and a young account speak for a member of a campaign whose accounts are linked."""
CARRIED = 0.25
"""Share of a group's median requests from which an account carries the group's sub-stream as its other accounts do."""
DEVOTED = 0.4
"""Share of the group's devotion from which an account does with it what the others do."""
LARGE = 0.2
"""Share of the leading group's accounts from which another group of the campaign speaks for single accounts, if it is as central."""


def linkage(scene: Scene, group_label: I64, account_label: I64, lead: I64, known: NDArray[np.bool_] | None = None) -> F64:
    """How surely links and youth make each account one of its campaign's, nats beyond CERTAIN_POSTERIOR, ``(n_accounts,)``.

    0 where it has none.

    The likelihood ratio of what links the account to the others (conversations handed over, a shared payment method or
    contact, the sub-stream carried, a young account), between the accounts of the leading group and all accounts outside,
    taken as independent, times the prior odds of being one of its accounts. A user of the same tool, drawn into a group,
    lacks what the others have. ``known`` accounts ``(n_accounts,)``, or all, tell what is usual.
    """
    out, known = np.zeros(scene.people.n), _all_if_none(known, scene)
    cores = np.full(scene.people.n, -1, np.int64)
    start = scene.groups.start
    for number, group in enumerate(lead):
        rows = slice(start[group], start[group + 1])
        core = scene.groups.member_account[rows][scene.seen[rows]]
        cores[core[(account_label[core] == number) & known[core]]] = number
    links, carriers = linked(scene, cores), _carriers(scene, group_label, lead)
    young = np.nan_to_num(scene.people.tenure_days(), nan=1e9) < YOUNG_DAYS
    nobody = account_label < 0
    for number in range(len(lead)):
        mine = account_label == number
        core, outside = cores == number, nobody
        carries = np.zeros(scene.people.n, bool)
        carries[carriers[number]] = True
        signs = [found == number for found in links]
        tied = np.logical_or.reduce(signs)
        if (tied & core).sum() >= MOSTLY_TIED_SHARE * core.sum():
            # Where links tie the accounts, who has none and carries the sub-stream is one of those who do so outside.
            core, outside = core & tied, outside | (mine & ~tied)
        # Who was drawn in carries the sub-stream by construction, so it counts little where conversations tell.
        # Colleagues share a card for their own reasons: where conversations are handed over, these decide.
        handed, *shared = signs
        most = CARRYING if (handed & core).sum() >= HALF * core.sum() else np.inf
        odds = np.full(scene.people.n, np.log(max(int(core.sum()), 1) / scene.people.n))
        for sign, limit in ((handed, np.inf), *((sign, most) for sign in shared), (carries, most), (young, most)):
            p_in = (float((sign & core).sum()) + 1) / (float(core.sum()) + 2)
            p_out = (float((sign & outside).sum()) + 1) / (float(outside.sum()) + 2)
            odds += np.where(sign, min(np.log(p_in / p_out), limit), np.log((1 - p_in) / (1 - p_out)))
        # Where even the usual account would be unsure, nothing ties the accounts: whoever is as it is is as sure.
        usual = odds[mine & known]
        line = min(np.log(CERTAIN_POSTERIOR / (1 - CERTAIN_POSTERIOR)), float(np.median(usual))) if len(usual) else 0.0
        out[mine] = odds[mine] - line
    return out


def _all_if_none(known: NDArray[np.bool_] | None, scene: Scene) -> NDArray[np.bool_]:
    return np.ones(scene.people.n, bool) if known is None else known


MIN_POSTERIOR = 0.95
"""Posterior probability from which an account is accused with its campaign."""
ROUNDS = 10
"""How often the accounts of a campaign are compared anew, at most, as others leave it."""
MIN_POSTERIOR_FAR_OUT = 0.8
"""Posterior probability from which an account is accused with a campaign that lies far beyond the line: in calibration hardly any account
is drawn into such campaigns."""
FAR_OUT_NATS = (4.0, 6.0)
"""Nats beyond the line at which less than MIN_POSTERIOR begins to do, and from which MIN_POSTERIOR_FAR_OUT does."""
NEAR_POSTERIOR = 0.7
"""Posterior probability from which an account is nearly sure: it is accused, too, where hardly any account is in between."""
MIDDLE_POSTERIOR = 0.05
"""Posterior probability from which, up to NEAR_POSTERIOR, an account is in between, as those drawn in often are."""
MAX_STRAY_SHARE = 0.05
"""Of the accounts from NEAR_POSTERIOR to MIN_POSTERIOR: the expected share drawn in, told by how many are in between, that is accepted."""
FAR = 2.0
"""Nats beyond the line from which who is nearly sure is accused: groups that barely pass hold strangers who look like their accounts."""
UNTIED = 0.9
"""Share of a campaign's accounts that no link ties to another from which nothing but work tells its accounts from strangers who do the
same, so that nobody is accused who is only nearly sure."""


MIXED = 2.0
"""Nats by which the best group of an account lies below that of its campaign's usual account from which it was in mixed groups alone."""
MANY_MIXED = 0.25
"""Share of a campaign that such accounts without a link to the others must be to be a crowd beside it: fewer are batches of its own that no
better group holds."""
LOWEST = -5.0
"""Score of whoever is in none of the campaign's groups, well below every group that is accused."""


NATS_PER_LINK = 3.0
"""Nats of linkage that count as one in an account's standing."""


def standing(
    scene: Scene, group_label: I64, account_label: I64, n: int, log_odds: F64, links: F64, known: NDArray[np.bool_] | None = None
) -> tuple[I64, dict[str, F64]]:
    """How each account compares with the usual one of its campaign: codes of the accounts, and a value of each piece.

    What an operator's accounts do makes many groups, found one from the other's objects apart, in which they are among
    themselves. A member is in few others and sends much in these; an innocent who met their work once is in the few that this
    meeting made, with a small part of what he does. All pieces but ``age``, ``answers``, ``span``, ``rate``
    and the last three are 0 for the campaign's median account.

    - ``amount``: its requests in the group of the campaign in which it sent most (log ratio).
    - ``accepted``: share of the campaign's own groups in which it is (difference).
    - ``best``: highest score of those in which it is (difference): who is only in the mixed ones is in none that scores high.
    - ``elsewhere``: how far the share that groups mostly of the campaign have of those in which it is lies below the usual account's (minus
      the log of 1 and the robust spreads): where the accounts of a campaign are in no other group, one that is stands out.
    - ``wide``: the campaign's accounts in the second largest of the groups that are mostly its, 0 if it is in none (log ratio): who met its
      work once is in one wide group, and in small ones beside.
    - ``joined``: how many of its campaign's other accounts signed up within three days of it, beside all accounts (log ratio).
    - ``private``, ``young``: minus 1 for an account of an organisation where the median account has none, and for one of more than 30
      days where the median account is younger.
    - ``hours``, ``mix``, ``length``: how much less like the campaign it is than its usual account is, by the parts of the day, the kinds of
      work and the lengths of the prompts in the group of the campaign in which it sent most (minus the log of 1 and the robust spreads
      beyond the median, so that accounts that keep hours of their own expect no other).
    - ``age``: how far its age at its first request is from the campaign's, on a log scale (minus the log of 1 and the robust spreads, to
      either side; the usual account is not at 0); 0 where sign-up is not told.
    - ``answers``, ``span``, ``rate``: how far the length of its answers in the group of the campaign in which it sent most, the time
      between its first and its last request of any kind, and its requests a day in that time are from the campaign's, as for ``age``.
    - ``bare``: minus 1 for an account that no link ties to another of its campaign.
    - ``alone``: log of the share of the campaign's accounts that no link ties to another, where none ties it; else 0 (without a weight:
      :func:`joining` asks for it).
    - ``links``: its linkage, in NATS_PER_LINK.

    Args:
        scene: the run.
        group_label: campaign of each group that was judged one, -1 for none, ``(n_groups,)``.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
        log_odds: score of each group.
        links: :func:`linkage`.
        known: accounts that tell what is usual in a campaign, ``(n_accounts,)``; all of it if not given.
    """
    told_by, mine = _all_if_none(known, scene), np.flatnonzero(account_label >= 0)
    campaign, of = account_label[mine], told_by[mine]

    def usual(value: F64) -> F64:
        told = [value[(campaign == number) & of & ~np.isnan(value)] for number in range(n)]
        return np.array([np.median(some) if len(some) else 0.0 for some in told])[campaign]

    place, elsewhere, told = _in_groups(scene, group_label, account_label, mine, told_by, n, log_odds)
    told |= {
        "joined": _joined(scene, mine, campaign, of), "private": -(scene.people.org[mine] >= 0).astype(np.float64),
        "young": (np.nan_to_num(scene.people.tenure_days()[mine], nan=1e9) < YOUNG_DAYS).astype(np.float64),
    }
    pieces = {name: value - usual(value) for name, value in told.items()}
    pieces |= {name: np.minimum(pieces[name], 0) for name in ("private", "young")}
    kinds = {"hours": scene.measured.day_parts, "mix": scene.measured.capabilities, "length": scene.measured.lengths}
    beyond = {"elsewhere": (elsewhere, ELSEWHERE_SPREAD)}
    beyond |= {name: (_unlike(counts, place, campaign, n, of), LEAST_SPREAD) for name, counts in kinds.items()}
    pieces |= {name: -np.log1p(_spreads(value, usual, least)) for name, (value, least) in beyond.items()}
    habits = _habits(scene, mine, place)
    pieces |= {name: -np.log1p(_spreads(value, usual, least, either_side=True)) for name, (value, least) in habits.items()}
    return mine, {**pieces, **_ties(scene, account_label, mine, told_by, n), "links": links[mine] / NATS_PER_LINK}


def _in_groups(
    scene: Scene, group_label: I64, account_label: I64, mine: I64, told_by: NDArray[np.bool_], n: int, log_odds: F64
) -> tuple[I64, F64, dict[str, F64]]:
    """What the groups tell of each account, ``(n_rows,)`` each; arguments as :func:`standing`, and the accounts of campaigns (``mine``).

    Its membership in the group of the campaign in which it sent most, -1 where none is told; ``elsewhere``, as a share of its groups; and
    ``amount``, ``accepted``, ``wide`` and ``best``, none of them against the usual account yet.
    """
    rows = np.flatnonzero(scene.seen & (scene.of_members(account_label) >= 0))
    group, account, sent = (column[rows] for column in (scene.groups.member_group, scene.groups.member_account, scene.measured.n))
    whose, total = account_label[account], scene.people.n
    best, inside = mostly_of(scene, np.where(told_by, account_label, -1), n)
    theirs = np.where(inside >= HALF * scene.size, best, -2)[group] == whose
    judged = group_label[group] == whose
    often, every, accepted = (np.bincount(of, minlength=total)[mine] for of in (account[theirs], account, account[judged]))
    # The score of a group made by its links is high by them; it tells accounts apart only where the campaign has no other group.
    links_made, other = by_links(scene), np.zeros(max(n, 1), bool)
    other[group_label[(group_label >= 0) & ~links_made]] = True
    scored = judged & (~links_made[group] | ~other[whose])
    best_score = np.full(total, LOWEST)
    np.maximum.at(best_score, account[scored], log_odds[group[scored]])
    most = np.flatnonzero(judged)
    most = most[np.lexsort((group[most], -sent[most], account[most]))]
    most = most[np.flatnonzero(np.diff(account[most], prepend=-1))]
    # Who is in none of the groups by himself was put there with a pool: nothing is told of him.
    amount, place = np.zeros(total), np.full(total, -1, np.int64)
    amount[account[most]], place[account[most]] = sent[most], rows[most]
    n_groups = np.bincount(group_label[group_label >= 0], minlength=max(n, 1))[account_label[mine]]
    return place[mine], 1 - often / np.maximum(every, 1), {
        "amount": np.log1p(amount[mine]), "accepted": accepted / np.maximum(n_groups, 1),
        "wide": np.log1p(_second(account[theirs], inside[group[theirs]], total)[mine]), "best": best_score[mine],
    }


def _ties(scene: Scene, account_label: I64, mine: I64, told_by: NDArray[np.bool_], n: int) -> dict[str, F64]:
    """``bare`` and ``alone`` of :func:`standing`, ``(n_rows,)`` each; arguments as there, and the accounts of campaigns (``mine``)."""
    campaign, of = account_label[mine], told_by[mine]
    partners = linked(scene, np.where(told_by, account_label, -1))
    tied = np.logical_or.reduce([found == account_label for found in partners])[mine].astype(np.float64)
    size, linking = (np.bincount(campaign, weights=weight, minlength=max(n, 1)) for weight in (of, of * tied))
    alone = np.log((size - linking + 1) / (size + 2))[campaign]
    return {"bare": tied - 1, "alone": np.where(tied > 0, 0.0, alone)}


ELSEWHERE_SPREAD = 0.05
"""Share of their groups by which accounts of one campaign differ at least."""
LEAST_SPREAD = 0.02
"""Correlation by which accounts of one campaign differ at least, so that those of a large one need not be exactly alike."""


def _unlike(counts: NDArray[np.int32], row: I64, campaign: I64, n: int, known: NDArray[np.bool_]) -> F64:
    """How much each account's mix differs from the mean of its campaign: intra-class correlation of the account alone, 0 where not told.

    Pearson's X² over its degrees of freedom, less one, a request but one (Donner 1986).

    Args:
        counts: classes of the requests of every membership, ``(n_memberships, n_classes)``.
        row: membership of each account, -1 where none is told, ``(n_rows,)``.
        campaign: of each account, below n.
        n: number of campaigns.
        known: which rows make the mean, ``(n_rows,)``.
    """
    own = np.where(row[:, None] >= 0, counts[row], 0).astype(np.float64)
    sent = own.sum(axis=1)
    share = own / np.maximum(sent, 1)[:, None]
    told = np.bincount(campaign, weights=(sent > 0) & known, minlength=n)
    sums = np.stack([np.bincount(campaign, weights=column * known, minlength=n) for column in share.T], axis=1)
    mean = sums / np.maximum(told, 1)[:, None]
    expected = mean[campaign] * sent[:, None]
    chi2 = np.where(expected > 0, (own - expected) ** 2 / np.where(expected > 0, expected, 1), 0).sum(axis=1)
    freedom = np.maximum((mean > 0).sum(axis=1) - 1, 1)[campaign]
    return np.asarray(np.where(sent >= 2, (chi2 / freedom - 1) / np.maximum(sent - 1, 1), 0))


def _spreads(value: F64, usual: Callable[[F64], F64], least: float, *, either_side: bool = False) -> F64:
    """How many robust standard deviations of its campaign, and ``least``, each value lies beyond the median, or from it to either side.

    At least 0, and 0 where it is not told (NaN).
    """
    off = value - usual(value)
    distance = np.abs(off)
    return np.asarray(np.maximum(np.nan_to_num((distance if either_side else off) / (1.4826 * usual(distance) + least)), 0))


def _second(account: I64, size: I64, n: int) -> I64:
    """The second largest size of each account, the only one of who has one, 0 of who has none, ``(n,)``."""
    order = np.lexsort((-size, account))
    account, size = account[order], size[order]
    first = np.flatnonzero(np.diff(account, prepend=-1))
    after = np.minimum(first + 1, len(account) - 1)
    out = np.zeros(n, np.int64)
    out[account[first]] = size[np.where(account[after] == account[first], after, first)]
    return out


AGE_SPREAD, ANSWERS_SPREAD, SPAN_SPREAD, RATE_SPREAD = 0.3, 0.1, 0.2, 0.3
"""Logs of days, of tokens, of days and of requests a day by which accounts of one campaign differ at least."""


def _habits(scene: Scene, mine: I64, place: I64) -> dict[str, tuple[F64, float]]:
    """What an account is used for, on log scales, NaN where not told, ``(n_rows,)`` each, and the least spread of it.

    Args:
        scene: the run.
        mine: the accounts.
        place: membership of each in its campaign, -1 where none is told.
    """
    people, measured = scene.people, scene.measured
    days = np.maximum(people.last_us[mine] - people.first_us[mine], 0) / DAY_US
    answers = np.log1p(measured.output_tokens[place] / np.maximum(measured.n[place], 1))
    return {
        "age": (np.log1p(people.tenure_days()[mine]), AGE_SPREAD),
        "answers": (np.where(place >= 0, answers, np.nan), ANSWERS_SPREAD),
        "span": (np.log1p(days), SPAN_SPREAD),
        "rate": (np.log(people.n_events[mine] / (days + 1)), RATE_SPREAD),
    }


NEAR_US = 3 * DAY_US
"""Time within which accounts signed up together."""


def _joined(scene: Scene, mine: I64, campaign: I64, known: NDArray[np.bool_]) -> F64:
    """Log of how much likelier the sign-up of each account is among its campaign's (``known``) than among all, 0 where not told."""
    created = scene.people.created_us
    everybody = np.sort(created[created != UNKNOWN])
    out = np.zeros(len(mine))
    rows = np.flatnonzero(created[mine] != UNKNOWN)
    if not len(rows):
        return out
    at, of = created[mine[rows]], known[rows]
    first, end = np.searchsorted(everybody, at - NEAR_US), np.searchsorted(everybody, at + NEAR_US, "right")
    # Campaigns lie on one line, which holds how many signed up before and not when: times as far apart would not fit a number.
    line = campaign[rows] * (len(everybody) + 1)
    ordered = np.sort((line + np.searchsorted(everybody, at))[of])
    inside = np.searchsorted(ordered, line + end) - np.searchsorted(ordered, line + first) - of
    others = np.bincount(campaign[rows], weights=of)[campaign[rows]] - of
    out[rows] = np.log((inside + 1) / (others + 2)) - np.log((end - first) / (len(everybody) + 1))
    return out


Compared = tuple[I64, dict[str, F64], F64]
"""Accounts, the pieces of their standing and the posterior probability of each, ``(n_rows,)``."""


def belonging(
    scene: Scene, group_label: I64, account_label: I64, lead: I64, log_odds: F64, model: Model, sure: NDArray[np.bool_] | None = None
) -> I64:
    """The campaign of each account that surely belongs to it (:func:`standing`); -1 for who may have been drawn in.

    Accounts drawn in are of every kind, those of an operator who replaces his are a little unlike each other: where hardly any account
    is in between, and the campaign lies far beyond the line, those nearly sure are the operator's, too, unless it is UNTIED; and where it
    lies FAR_OUT_NATS beyond, those at MIN_POSTERIOR_FAR_OUT beside the sure ones. So do those who are there still and were ``sure``
    ``(n_accounts,)`` by part of the groups, since every further group changes a little who is usual; and :func:`second_pools` of campaigns
    at FAR. Wrong for accounts without links that were banned early and had no time to appear.
    """
    links = linkage(scene, group_label, account_label, lead)
    mixed = _mixed(scene, group_label, account_label, len(lead), log_odds, links)
    account_label = np.where(mixed if sure is None else mixed & ~sure, -1, account_label)
    score = np.append(log_odds[lead], -np.inf)[: max(len(lead), 1)]

    def compared(label: I64, known: NDArray[np.bool_] | None = None) -> Compared:
        mine, pieces = standing(scene, group_label, label, len(lead), log_odds, links, known)
        return mine, pieces, model.members.posterior(pieces)

    stays, posterior, alone = _surely(compared, account_label, score)
    nearly = _nearly_sure(account_label, posterior, alone, score, model.members.strays)
    mine, pieces, beside_these = compared(account_label, stays)
    were = np.zeros(len(mine), bool) if sure is None else sure[mine]
    stays[mine] |= nearly[mine] | _readmitted(pieces, beside_these, account_label[mine], stays[mine], were, score)
    rows, away = np.flatnonzero(~stays[mine]), np.zeros(scene.people.n, bool)
    gone = mine[rows]
    away[gone] = not_unlike({name: value[rows] for name, value in pieces.items()}, beside_these[rows], account_label[gone])
    back = second_pools(scene, group_label, account_label, stays, away, score >= FAR)
    return np.where(stays | back, account_label, -1)


def _mixed(scene: Scene, group_label: I64, account_label: I64, n: int, log_odds: F64, links: F64) -> NDArray[np.bool_]:
    """Who is only in groups of a campaign that score MIXED less than its usual account's, without a link to the others, ``(n_accounts,)``.

    Where they are MANY_MIXED of it: such a group looks like a campaign since it holds one. Arguments as :func:`standing`.
    """
    mine, pieces = standing(scene, group_label, account_label, n, log_odds, links)
    low = np.isin(np.arange(scene.people.n), mine[pieces["best"] <= -MIXED])
    tied = np.logical_or.reduce([found == account_label for found in linked(scene, np.where(low, -1, account_label))])
    apart = low & ~tied
    n_apart, of_all = (np.bincount(account_label[rows], minlength=max(n, 1)) for rows in (apart, account_label >= 0))
    return np.asarray(apart & (n_apart >= MANY_MIXED * of_all)[account_label])


def _surely(compared: Callable[[I64], Compared], account_label: I64, score: F64) -> tuple[NDArray[np.bool_], F64, F64]:
    """Who is left of the campaigns when everybody has left who is not surely of his, as long as that leaves others unsure.

    Returns those who stay and the posterior probability by which each account stays or left, -1 for who is in none, ``(n_accounts,)``, and
    the least ``alone`` of those who stay, ``(n_campaigns,)``.
    """
    out, posterior = account_label.copy(), np.full(len(account_label), -1.0)
    for _ in range(ROUNDS):
        # Who was drawn in with others seems usual while they are there.
        mine, pieces, found = compared(out)
        posterior[mine] = found
        gone = mine[(found < MIN_POSTERIOR) | _is_stranger(pieces, score[out[mine]])]
        if not len(gone):
            break
        out[gone] = -1
    alone = np.zeros(len(score))
    np.minimum.at(alone, account_label[mine], pieces["alone"])
    return out >= 0, posterior, alone


def _is_stranger(pieces: dict[str, F64], score: F64) -> NDArray[np.bool_]:
    """Who has no link where links tie nearly all of a campaign that barely passes: a stranger who looks like them, ``(n_rows,)``."""
    return np.asarray((pieces["alone"] < np.log(1 - MOSTLY_TIED_SHARE)) & (score < FAR))


def _nearly_sure(account_label: I64, posterior: F64, alone: F64, score: F64, strays: float) -> NDArray[np.bool_]:
    """Accounts from NEAR_POSTERIOR on of campaigns beyond FAR that have so few in between that few can be drawn in, ``(n_accounts,)``."""
    nearly = (posterior >= NEAR_POSTERIOR) & (posterior < MIN_POSTERIOR)
    between = (posterior >= MIDDLE_POSTERIOR) & (posterior < NEAR_POSTERIOR)
    n_nearly, n_between = (np.bincount(account_label[rows], minlength=len(score)) for rows in (nearly, between))
    clear = (strays * (n_between + 1) <= MAX_STRAY_SHARE * n_nearly) & (score >= FAR) & ((alone == 0) | (alone < np.log(UNTIED)))
    return np.asarray(nearly & clear[account_label])


def _readmitted(
    pieces: dict[str, F64], posterior: F64, campaign: I64, stays: NDArray[np.bool_], were: NDArray[np.bool_], score: F64
) -> NDArray[np.bool_]:
    """Who comes back to a campaign far beyond the line, and who ``were`` sure of it by part of the groups and are likely, ``(n_rows,)``.

    Args:
        pieces: standing of each account beside those who stay.
        posterior: by these.
        campaign: of each.
        stays: who surely stays.
        were: who was sure by part of the groups.
        score: of each campaign, ``(n_campaigns,)``.
    """
    # Where few are sure, they do not tell what is usual.
    stayed, all_of_it = (np.bincount(label, minlength=len(score)) for label in (campaign[stays], campaign))
    asked = (score > FAR_OUT_NATS[0]) & (stayed >= HALF * all_of_it)
    likely = posterior >= np.interp(score, FAR_OUT_NATS, (MIN_POSTERIOR, MIN_POSTERIOR_FAR_OUT))[campaign]
    still = were & (posterior >= MIN_POSTERIOR_FAR_OUT) & ~_is_stranger(pieces, score[campaign])
    return np.asarray((likely & asked[campaign]) | still)


def beside(scene: Scene, member: I64, n: int) -> I64:
    """The campaign whose accounts are half or more of most of the groups that each account is in, -1 for none, ``(n_accounts,)``.

    Args:
        scene: the run.
        member: campaign of each account, -1 for none, ``(n_accounts,)``.
        n: number of campaigns.
    """
    best, inside = mostly_of(scene, member, n)
    mostly = np.where((inside > 0) & (inside >= HALF * scene.size), best, -1)[scene.groups.member_group]
    rows = np.flatnonzero(scene.seen & (mostly >= 0))
    met = coo_matrix((np.ones(len(rows), np.int64), (scene.groups.member_account[rows], mostly[rows])), (scene.people.n, max(n, 1))).tocsr()
    most = np.asarray(met.max(axis=1).todense()).ravel()
    return np.where(most > 0, np.asarray(met.argmax(axis=1)).ravel(), -1)


def candidates(
    scene: Scene, accepted: NDArray[np.bool_], member: I64, asked: I64, lead: I64, log_odds: F64
) -> tuple[I64, dict[str, F64]]:
    """How each account that is asked stands in the campaign (:func:`standing`), whose own accounts alone say what is usual in it.

    Args:
        scene: the run.
        accepted: groups that were judged campaigns, ``(n_groups,)``.
        member: campaign of each account, -1 for none, ``(n_accounts,)``.
        asked: campaign for which each account is asked, -1 for none, ``(n_accounts,)``; of nobody who is in one.
        lead: leading group of each campaign.
        log_odds: score of each group.
    """
    n, known = len(lead), member >= 0
    best, inside = mostly_of(scene, member, n)
    group_label, label = np.where(accepted & (inside > 0), best, -1), np.where(known, member, asked)
    links = linkage(scene, group_label, label, lead, known)
    mine, pieces = standing(scene, group_label, label, n, log_odds, links, known)
    rows = asked[mine] >= 0
    return mine[rows], {name: value[rows] for name, value in pieces.items()}


PASSING_SPAN = -1.5
"""``span`` below which, 3.5 robust spreads from the campaign's, an account without a link does not join: of 435 that would
join in 283 logs ten are so, seven fakes and the three innocents whom graders found accused in this way (docs/experiments.md)."""


def may_join(pieces: dict[str, F64], work: F64) -> NDArray[np.bool_]:
    """Which of the :func:`candidates` may join, ``(n_candidates,)``.

    Where links tie nearly all of a campaign, nobody without one; nobody who is in none of its groups and sends none of its marks: of whom
    nothing is known he is like everybody; and nobody without a link who was there for a moment, or for far longer, beside its accounts.
    """
    known = (pieces["accepted"] > -1) | (work > 0)
    passing = (pieces["bare"] < 0) & (pieces["span"] < PASSING_SPAN)
    return np.asarray((pieces["alone"] > np.log(1 - MOSTLY_TIED_SHARE)) & known & ~passing)


def joining(
    scene: Scene, accepted: NDArray[np.bool_], member: I64, asked: I64, work: F64, lead: I64, log_odds: F64, model: Model
) -> NDArray[np.bool_]:
    """Accounts that surely belong to the campaign for which each is asked, beside its own, ``(n_accounts,)``.

    Takes what :func:`candidates` takes, the log-odds ``work`` that each account has by the campaign's marks, ``(n_accounts,)``, and
    the weights.
    """
    out = np.zeros(scene.people.n, bool)
    if (asked >= 0).any() and model.joins is not None:
        mine, pieces = candidates(scene, accepted, member, asked, lead, log_odds)
        may = may_join(pieces, work[mine])
        out[mine] = may & (model.joins.log_odds(model.members.log_odds(pieces), work[mine]) >= model.joins.line)
    return out


def _carriers(scene: Scene, group_label: I64, lead: I64) -> list[I64]:
    """Accounts, of it or not, that carry the sub-streams of each campaign as its others do."""
    group, size, devotion = scene.groups.member_group, scene.size, scene.devotion
    mine = np.flatnonzero(group_label >= 0)
    of = lead[group_label[mine]]
    large = np.zeros(scene.n, bool)
    large[mine] = (size[mine] >= LARGE * size[of]) & (devotion[mine] >= CENTRAL * devotion[of])
    own = scene.measured.n / np.maximum(scene.of_members(scene.people.n_events), 1)
    rows = large[group] & (scene.measured.n >= CARRIED * scene.median_requests[group]) & (own >= DEVOTED * devotion[group])
    account, whose = scene.groups.member_account[rows], group_label[group[rows]]
    order = np.argsort(whose, kind="stable")
    return np.split(account[order], np.searchsorted(whose[order], np.arange(1, len(lead))))


def linked(scene: Scene, account_label: I64) -> list[I64]:
    """Per kind of link, conversations first: the campaign in which each account, of it or not, has a partner, -1 for none.

    Who hands conversations to several is linked to his own, else to that of most requests, else to the first. A card or number links only
    where at least HALF of those who share it are of campaigns.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none, ``(n_accounts,)``.
    """
    hand, n, base = scene.handoffs, scene.people.n, int(account_label.max(initial=0)) + 1
    foreign = scene.customer[hand.taker] != scene.customer[hand.giver]
    side, other = (np.concatenate([a[foreign], b[foreign]]) for a, b in ((hand.taker, hand.giver), (hand.giver, hand.taker)))
    held = account_label[other] >= 0
    asked_of = coo_matrix((np.tile(hand.n[foreign], 2)[held], (side[held], account_label[other[held]])), (n, base)).tocsr()
    asked_of.sum_duplicates()
    of, whose, asked = np.repeat(np.arange(n), np.diff(asked_of.indptr)), asked_of.indices.astype(np.int64), asked_of.data
    best_last = np.lexsort((-whose, asked, account_label[of] == whose))
    found = np.full(n, -1, np.int64)
    found[of[best_last]] = whose[best_last]
    out = [found]
    for value in scene.identities.values():
        told = np.flatnonzero(value >= 0)
        # What mostly others share is theirs: two of an agency's seven accounts with one card, drawn in, are no link.
        mostly = np.bincount(value[told], weights=account_label[told] >= 0)[value[told]] >= HALF * np.bincount(value[told])[value[told]]
        told = told[mostly]
        held = told[account_label[told] >= 0]
        pairs, number, n_own = np.unique(value[held] * base + account_label[held], return_inverse=True, return_counts=True)
        of, whose = np.divmod(pairs, base)
        # A value's campaign is that of most of its accounts; an account needs a partner beside itself.
        campaign_of, most = np.full(int(value.max(initial=0)) + 1, -1, np.int64), np.zeros(int(value.max(initial=0)) + 1, np.int64)
        fewest_first = np.argsort(n_own, kind="stable")
        campaign_of[of[fewest_first]], most[of[fewest_first]] = whose[fewest_first], n_own[fewest_first]
        partner, whose = np.full(n, -1, np.int64), campaign_of[value[told]]
        enough = most[value[told]] - (account_label[told] == whose) >= 1
        partner[told[enough]] = whose[enough]
        several = held[n_own[number] >= 2]
        partner[several] = account_label[several]
        out.append(partner)
    return out


MARK_INSIDE, MARK_REACH, MARK_FEWEST, MARK_FIRST = 0.8, 0.25, 8, 0.3
"""Share of a group's accounts that must be the campaign's for it to mark the harvest; in a pool, share of the campaign's that must be in
it; the fewest of them; and share of its requests that begin a conversation."""
POOL_FIRST, POOL_WORK = 0.8, 0.85
"""In a pool: share of requests that begin a conversation, and of prompts that are sent once, from which work is harvest."""


def pooled(scene: Scene, account_label: I64, n: int) -> NDArray[np.bool_]:
    """Campaigns at least half of whose accounts hand conversations to each other, ``(max(n, 1),)``; arguments as :func:`marking`."""
    handing = (account_label >= 0) & (linked(scene, account_label)[0] == account_label)
    size, handed = (np.bincount(account_label[rows], minlength=max(n, 1)) for rows in (account_label >= 0, handing))
    return np.asarray(handed >= HALF * size)


def marking(scene: Scene, account_label: I64, n: int, preset: NDArray[np.bool_]) -> I64:
    """The campaign whose harvest each proposed group marks, -1 for none, ``(n_groups,)``.

    A group marks a campaign's harvest when its accounts are nearly all of the campaign and it is work that is begun, not
    continued: its objects are in system prompts or tools, or its requests begin conversations. In a pool, whose accounts hand
    conversations to each other, others' requests may pass through: what few of its accounts share is an end user's, and
    what has its own system prompt may be his application, so harvest is what many share, begins and never repeats.

    Args:
        scene: the run.
        account_label: campaign of each account, -1 for none.
        n: number of campaigns.
        preset: ``(n_groups,)`` groups that have an object in a system prompt or in tools.
    """
    best, inside = mostly_of(scene, account_label, n)
    size = np.bincount(account_label[account_label >= 0], minlength=max(n, 1))
    first = scene.total(scene.measured.first_turns) / np.maximum(scene.events, 1)
    has_objects = np.bincount(scene.groups.object_group, minlength=scene.n) > 0
    good = has_objects & (inside >= MARK_INSIDE * np.maximum(scene.size, 1)) & (inside >= MARK_FEWEST)
    pool = pooled(scene, account_label, n)[best]
    work = np.nan_to_num(scene.sample.distinct_share) * (1 - np.nan_to_num(scene.sample.common_share))
    of_pool = (inside >= MARK_REACH * size[best]) & (first >= POOL_FIRST) & (work >= POOL_WORK)
    passes = np.where(pool, of_pool, preset | (first >= MARK_FIRST))
    return np.where(good & passes, best, -1)
