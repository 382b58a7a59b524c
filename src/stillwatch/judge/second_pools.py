"""Second pools: accounts that were bought elsewhere or at another time than the campaign's, and do the same work.

The test of single accounts removes them, since their sign-ups, ages and hours are unlike the usual ones. Taken together they differ from
strangers whom the campaign's objects drew in: their requests are of the same kinds and lengths, with answers of the same length. A pool
that comes over another pathway (a cloud's marketplace beside direct keys) is not linked to the campaign, which is found without it; such a
pool must also do the campaign's work alone, each account as much of it.
"""

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.conduct import HARDLY_ANY
from stillwatch.judge.scene import Scene, mostly_of
from stillwatch.numeric.arrays import distinct_rows
from stillwatch.tables import CAPABILITIES

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOT_UNLIKE = {"mix": -1.5, "length": -1.5, "answers": -1.0, "amount": -1.2}
"""Least values of what an account of a second pool does, compared with the campaign's usual account (:func:`.members.standing`)."""
CLEARLY_NOT = 0.02
"""Posterior probability of membership below which an account is a stranger, whatever the accounts beside it do."""
LESS = 0.7
"""Most by which an account's requests may lie below the pool's median, natural log (a half): strangers send little of the work."""
MIN_POOL_ACCOUNTS, FEWEST_REQUESTS, MOST = 12, 200, 0.5
"""Fewest accounts and requests that show what a pool does; and least share of a group's removed accounts that are the pool's: a few who do
what the campaign does among many who do not are chance."""
SAME_WORK, SAME_LENGTH = 0.04, 0.07
"""Largest total variation between the kinds, and between the prompt lengths, of both; and largest difference of the mean lengths of answers
and prompts, natural log: of 1,478 logs pools so like were 1,270 fakes and 9 innocents (docs/experiments.md)."""
MOST_OF_CAMPAIGN, HARDLY_ELSE = 0.6, 0.9
"""Least share of the campaign in the group of a pool over another pathway, and least share of the group that both make up."""
AS_MUCH, EVEN_AMOUNTS = 0.35, 0.35
"""Largest difference between the median requests of such a pool's accounts and the campaign's, and largest robust spread of the pool's,
natural logs: users of one tool spread by more (docs/experiments.md)."""
NOTHING_ELSE = 0.5
"""Least median devotion of the accounts of either: they do little else."""


def second_pools(scene: Scene, group_label: I64, account_label: I64, stays: Flags, may_return: Flags, far: Flags) -> Flags:
    """Accounts of second pools among those that ``may_return``, ``(n_accounts,)``.

    Blind for pools that do another part of the work, for fewer than MIN_POOL_ACCOUNTS, and where the log has no text or no answers.

    Args:
        scene: the run.
        group_label: campaign of each accepted group, -1 for none, ``(n_groups,)``.
        account_label: campaign of each account before the test, -1 for none, ``(n_accounts,)``.
        stays: accounts that passed the test, ``(n_accounts,)``.
        may_return: accounts that it removed and that are :func:`not_unlike` the usual one, ``(n_accounts,)``.
        far: campaigns that lie far enough beyond the line, ``(n_campaigns,)``.
    """
    out = np.zeros(scene.people.n, bool)
    own = scene.seen & (group_label[scene.groups.member_group] >= 0)
    own &= scene.of_members(account_label) == group_label[scene.groups.member_group]
    removed, pool = own & scene.of_members(~stays), own & scene.of_members(may_return)
    core = own & scene.of_members(stays)
    n_pool, n_requests = scene.total(pool), scene.total(scene.measured.n * pool)
    eligible = (group_label >= 0) & far[group_label] & (scene.total(core) >= MIN_POOL_ACCOUNTS)
    eligible &= (n_pool >= MIN_POOL_ACCOUNTS) & (n_pool >= MOST * scene.total(removed)) & (n_requests >= FEWEST_REQUESTS)
    if not eligible.any():
        return out
    eligible &= _same_work(scene, core, pool)
    out[scene.groups.member_account[pool & eligible[scene.groups.member_group]]] = True
    return out


def pools_elsewhere(scene: Scene, member: I64, far: Flags) -> I64:
    """The campaign whose second pool over another pathway each account outside all campaigns is in, -1 for none, ``(n_accounts,)``.

    Such accounts share a prompt, a system prompt or tools with most of a campaign and with hardly anybody else, and do little but the same
    work, in the same even amounts: people who use one tool use it now and then, some much and most little. Blind for fewer than
    MIN_POOL_ACCOUNTS, for pools that do another part of the work or send cover, and where the log has no text or no answers.

    Args:
        scene: the run.
        member: campaign of each account, -1 for none, ``(n_accounts,)``.
        far: campaigns that lie far enough beyond the line, ``(n_campaigns,)``.
    """
    out = np.full(scene.people.n, -1, np.int64)
    if not far.any():
        return out
    group, campaign = scene.groups.member_group, scene.of_members(member)
    best, inside = mostly_of(scene, member, len(far))
    core = scene.seen & (campaign == best[group])
    pool = scene.seen & (campaign < 0) & ~scene.of_members(scene.people.known).astype(bool)
    size = np.bincount(member[member >= 0], minlength=len(far))
    owners = distinct_rows(np.stack([group[pool], scene.of_members(scene.customer)[pool]], axis=1))[0][:, 0]
    eligible = far[best] & (inside >= np.maximum(MIN_POOL_ACCOUNTS, MOST_OF_CAMPAIGN * size[best]))
    eligible &= np.bincount(owners, minlength=scene.n) >= MIN_POOL_ACCOUNTS
    eligible &= scene.total(core | pool) >= HARDLY_ELSE * scene.size
    eligible &= np.bincount(scene.groups.object_group, minlength=scene.n) > 0
    eligible &= scene.total(scene.measured.n * pool) >= FEWEST_REQUESTS
    if not eligible.any():
        return out
    core, pool = core & eligible[group], pool & eligible[group]
    devotion = scene.measured.n / np.maximum(scene.of_members(scene.people.n_events), 1)
    amount = np.log(np.maximum(scene.measured.n, 1))
    usual, theirs = (scene.median(np.where(rows, amount, np.nan)) for rows in (core, pool))
    spread = 1.4826 * scene.median(np.where(pool, np.abs(amount - theirs[group]), np.nan))
    eligible &= (np.abs(theirs - usual) <= AS_MUCH) & (spread <= EVEN_AMOUNTS)
    for rows in (core, pool):
        eligible &= scene.median(np.where(rows, devotion, np.nan)) >= NOTHING_ELSE
    rows = pool & (eligible & _same_work(scene, core, pool))[group]
    out[scene.groups.member_account[rows]] = best[group[rows]]
    return out


def _same_work(scene: Scene, core: Flags, pool: Flags) -> Flags:
    """Groups in which two sets of memberships, as wholes, have the same kinds, prompt lengths and answer lengths, ``(n_groups,)``."""
    kinds = _shares(scene, scene.measured.capabilities, core)
    same = kinds[CAPABILITIES.index("other")] <= 1 - HARDLY_ANY
    for counts in (scene.measured.capabilities, scene.measured.lengths):
        of_core, of_pool = (_shares(scene, counts, rows) for rows in (core, pool))
        same &= np.abs(of_core - of_pool).sum(axis=0) / 2 <= SAME_WORK
    for amount in (scene.measured.output_tokens, scene.measured.words):
        with np.errstate(divide="ignore", invalid="ignore"):
            of_core, of_pool = (np.log(scene.total(amount * rows) / scene.total(scene.measured.n * rows)) for rows in (core, pool))
            same &= np.abs(of_core - of_pool) <= SAME_LENGTH  # NaN, so False, where the log has none
    return np.asarray(same)


def _shares(scene: Scene, counts: NDArray[np.int32], rows: Flags) -> F64:
    """Share of each class in the requests of some memberships of each group, ``(n_classes, n_groups)``."""
    summed = np.stack([scene.total(column * rows) for column in counts.T])
    return np.asarray(summed / np.maximum(summed.sum(axis=0), 1))


def not_unlike(pieces: dict[str, F64], posterior: F64, campaign: I64) -> Flags:
    """Which removed accounts may be of a second pool, ``(n,)``: by what each does, and how much compared with the others.

    Args:
        pieces: :func:`.members.standing` of each account, ``(n,)`` each.
        posterior: probability that each is a member, ``(n,)``.
        campaign: campaign that each was removed from, ``(n,)``.
    """
    alike = np.logical_and.reduce([pieces[name] >= least for name, least in NOT_UNLIKE.items()]) & (posterior >= CLEARLY_NOT)
    out = np.zeros(len(campaign), bool)
    for number in np.unique(campaign[alike]):
        rows = np.flatnonzero(alike & (campaign == number))
        amount = pieces["amount"][rows]
        out[rows] = amount >= np.median(amount) - LESS
    return out
