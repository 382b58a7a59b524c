"""A second pool: accounts that live otherwise than the campaign's, bought elsewhere or at another time, and do the same work.

The test of single accounts sends them away, for they signed up, age and rest unlike the usual one. Taken together they are told from
strangers whom the campaign's objects drew in: their requests are of the same kinds, of the same lengths, and answered at the same length.
Where the second pool comes over another pathway (a cloud's marketplace beside direct keys) nothing links it to the campaign, which is
found without it; then it does, besides, the campaign's work alone, and each account as much of it.
"""

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.conduct import HARDLY_ANY
from stillwatch.judge.scene import Scene, mostly_of
from stillwatch.numeric.arrays import distinct
from stillwatch.tables import CAPABILITIES

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOT_UNLIKE = {"mix": -1.5, "length": -1.5, "answers": -1.0, "amount": -1.2}
"""Least that an account of a second pool may have of what it does beside the campaign's usual one (:func:`.members.standing`)."""
CLEARLY_NOT = 0.02
"""Probability of belonging below which an account is a stranger's by all that is known of it, whatever others beside it do."""
LESS = 0.7
"""Most by which it may lie below the pool's median in its requests, on a log scale: a half. Strangers send little of the work."""
MIN_POOL_ACCOUNTS, FEWEST_REQUESTS, MOST = 12, 200, 0.5
"""Accounts and requests that tell what a pool does; and share of a group's accounts that were sent away which must be of it: a few who do
what the campaign does among many who do not are chance."""
SAME_WORK, SAME_LENGTH = 0.04, 0.07
"""Share of requests that may be of other kinds, and of other lengths (total variation), and difference of the mean lengths of answers and
prompts on a log scale: of 1,478 logs pools so like were 1,270 fakes and 9 innocents (docs/experiments.md)."""
MOST_OF_CAMPAIGN, HARDLY_ELSE = 0.6, 0.9
"""Share of the campaign that the group of a pool over another pathway must hold, and share of the group that both must be."""
AS_MUCH, EVEN_AMOUNTS = 0.35, 0.35
"""Most by which the median requests of such a pool's accounts may differ from the campaign's, and robust spread of theirs, logs: users of
one tool spread by more (docs/experiments.md)."""
NOTHING_ELSE = 0.5
"""Devotion of the usual account of either from which they do little else."""


def second_pools(scene: Scene, group_label: I64, account_label: I64, stays: Flags, away: Flags, far: Flags) -> Flags:
    """Accounts of second pools among those that were sent ``away``, ``(n_accounts,)``.

    Blind for pools that do another part of the work, for fewer than MIN_POOL_ACCOUNTS, and where the log tells no text or no answers.

    Args:
        scene: the run.
        group_label: campaign of each group that was judged one, -1 for none, ``(n_groups,)``.
        account_label: campaign of each account before the test, -1 for none, ``(n_accounts,)``.
        stays: accounts that surely belong, ``(n_accounts,)``.
        away: accounts that do not, and are not unlike, ``(n_accounts,)``; see :func:`not_unlike`.
        far: campaigns that lie far enough beyond the line, ``(n_campaigns,)``.
    """
    out = np.zeros(scene.people.n, bool)
    mine = scene.seen & (group_label[scene.groups.member_group] >= 0)
    mine &= scene.of_members(account_label) == group_label[scene.groups.member_group]
    rest, pool = mine & scene.of_members(~stays), mine & scene.of_members(away)
    core = mine & scene.of_members(stays)
    n, sent = scene.total(pool), scene.total(scene.measured.n * pool)
    asked = (group_label >= 0) & far[group_label] & (scene.total(core) >= MIN_POOL_ACCOUNTS)
    asked &= (n >= MIN_POOL_ACCOUNTS) & (n >= MOST * scene.total(rest)) & (sent >= FEWEST_REQUESTS)
    if not asked.any():
        return out
    asked &= _same_work(scene, core, pool)
    out[scene.groups.member_account[pool & asked[scene.groups.member_group]]] = True
    return out


def pools_elsewhere(scene: Scene, member: I64, far: Flags) -> I64:
    """The campaign of whose second pool each account outside all campaigns is, -1 for none, ``(n_accounts,)``.

    Accounts that share a prompt, a system prompt or tools with most of a campaign and with hardly anybody else, do little but this, and the
    same work, in the same even amounts: people who use one tool use it now and then, some much and most little. Blind for fewer than
    MIN_POOL_ACCOUNTS, for pools that do another part of the work or send cover, and where the log tells no text or no answers.

    Args:
        scene: the run.
        member: campaign of each account, -1 for none, ``(n_accounts,)``.
        far: campaigns that lie far enough beyond the line, ``(n_campaigns,)``.
    """
    out = np.full(scene.people.n, -1, np.int64)
    if not far.any():
        return out
    group, whose = scene.groups.member_group, scene.of_members(member)
    best, inside = mostly_of(scene, member, len(far))
    core = scene.seen & (whose == best[group])
    pool = scene.seen & (whose < 0) & ~scene.of_members(scene.people.known).astype(bool)
    size = np.bincount(member[member >= 0], minlength=len(far))
    owners = distinct(np.stack([group[pool], scene.of_members(scene.customer)[pool]], axis=1))[0][:, 0]
    asked = far[best] & (inside >= np.maximum(MIN_POOL_ACCOUNTS, MOST_OF_CAMPAIGN * size[best]))
    asked &= np.bincount(owners, minlength=scene.n) >= MIN_POOL_ACCOUNTS
    asked &= scene.total(core | pool) >= HARDLY_ELSE * scene.size
    asked &= np.bincount(scene.groups.object_group, minlength=scene.n) > 0
    asked &= scene.total(scene.measured.n * pool) >= FEWEST_REQUESTS
    if not asked.any():
        return out
    core, pool = core & asked[group], pool & asked[group]
    devotion = scene.measured.n / np.maximum(scene.of_members(scene.people.n_events), 1)
    amount = np.log(np.maximum(scene.measured.n, 1))
    usual, theirs = (scene.median(np.where(rows, amount, np.nan)) for rows in (core, pool))
    spread = 1.4826 * scene.median(np.where(pool, np.abs(amount - theirs[group]), np.nan))
    asked &= (np.abs(theirs - usual) <= AS_MUCH) & (spread <= EVEN_AMOUNTS)
    for rows in (core, pool):
        asked &= scene.median(np.where(rows, devotion, np.nan)) >= NOTHING_ELSE
    rows = pool & (asked & _same_work(scene, core, pool))[group]
    out[scene.groups.member_account[rows]] = best[group[rows]]
    return out


def _same_work(scene: Scene, core: Flags, pool: Flags) -> Flags:
    """Groups of which the memberships of two sets ask for the same kinds, lengths and answers as a whole, ``(n_groups,)``."""
    kinds = _shares(scene, scene.measured.capabilities, core)
    same = kinds[CAPABILITIES.index("other")] <= 1 - HARDLY_ANY
    for counts in (scene.measured.capabilities, scene.measured.lengths):
        ours, theirs = (_shares(scene, counts, rows) for rows in (core, pool))
        same &= np.abs(ours - theirs).sum(axis=0) / 2 <= SAME_WORK
    for amount in (scene.measured.output_tokens, scene.measured.words):
        with np.errstate(divide="ignore", invalid="ignore"):
            ours, theirs = (np.log(scene.total(amount * rows) / scene.total(scene.measured.n * rows)) for rows in (core, pool))
            same &= np.abs(ours - theirs) <= SAME_LENGTH  # NaN, so no, where the log tells none
    return np.asarray(same)


def _shares(scene: Scene, counts: NDArray[np.int32], rows: Flags) -> F64:
    """Share of each class in the requests of some memberships of each group, ``(n_classes, n_groups)``."""
    summed = np.stack([scene.total(column * rows) for column in counts.T])
    return np.asarray(summed / np.maximum(summed.sum(axis=0), 1))


def not_unlike(pieces: dict[str, F64], posterior: F64, campaign: I64) -> Flags:
    """Which accounts that were sent away may be of a second pool, ``(n,)``: by what each does, and how much beside the others.

    Args:
        pieces: of :func:`.members.standing`, ``(n,)`` each.
        posterior: probability that each belongs.
        campaign: which sent it away.
    """
    alike = np.logical_and.reduce([pieces[name] >= least for name, least in NOT_UNLIKE.items()]) & (posterior >= CLEARLY_NOT)
    out = np.zeros(len(campaign), bool)
    for number in np.unique(campaign[alike]):
        rows = np.flatnonzero(alike & (campaign == number))
        amount = pieces["amount"][rows]
        out[rows] = amount >= np.median(amount) - LESS
    return out
