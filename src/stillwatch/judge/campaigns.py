"""Put accepted groups together to campaigns.

Groups overlap, and one group can hold accounts of two operators (both use one tool) or innocents beside them. Accounts that hand
conversations to each other are one pool; pools stay apart whatever else they share, unless links made a group of them. Groups are then
placed in the order of their scores:

- a group whose accounts are of no campaign yet makes a campaign;
- a group whose assigned accounts are mostly of one campaign joins it, if these are half of its accounts or links made the group;
- a group that holds several campaigns whole merges them, if it scores like them and they are not several pools;
- a group that holds a single campaign whole makes it larger;
- any other mixed group accuses nobody.

Then groups without a campaign are tried again, after pools that got no group of their own are dissolved: their accounts are of one
campaign and hand a conversation on now and then. Last, campaigns that together are nearly all of a group are merged even if parts of them
that use one program score beyond it: a header that an operator writes splits his accounts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from stillwatch.judge.scene import Scene
from stillwatch.numeric.groups import ALIKE_BATCHES, BATCH, PROGRAM

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

MOSTLY = 0.8
"""Least share of a group's assigned accounts that must be of one campaign for the group to join it."""
NEW = 0.2
"""Largest share of a group's accounts that may be of other campaigns for it to make a new one."""
HALF = 0.5
"""Least share of a group's accounts that must be of a campaign already for the rest to join it."""
WHOLE = 0.6
"""Least share of a campaign's accounts that a group must hold to hold it whole."""
CENTRAL = 0.3
"""Least devotion of a group, as a share of a campaign's, to bring accounts or to merge campaigns."""
WEAKER = 1.5
"""Most nats by which a group may score below the campaigns that it merges."""


def suspects(scene: Scene) -> NDArray[np.bool_]:
    """Memberships that may be accused, ``(n_members,)``: seen in the group, and not of an account that is :attr:`.People.known`."""
    return np.asarray(scene.seen & ~scene.of_members(scene.people.known).astype(bool))


def pools(scene: Scene, among: NDArray[np.bool_], min_accounts: int) -> I64:
    """The pool of each account, -1 for none, ``(n_accounts,)``: connected components of conversations handed over.

    Args:
        scene: the run.
        among: accounts that may be in a pool, ``(n_accounts,)``.
        min_accounts: fewest accounts of a pool.
    """
    handoffs, n = scene.handoffs, scene.people.n
    foreign = scene.customer[handoffs.taker] != scene.customer[handoffs.giver]
    inside = among[handoffs.taker] & among[handoffs.giver] & foreign
    edges = (np.ones(int(inside.sum()), np.int8), (handoffs.taker[inside], handoffs.giver[inside]))
    _, label = connected_components(coo_matrix(edges, (n, n)), directed=False)
    size = np.bincount(label[among], minlength=n)
    label = np.where(among & (size[label] >= min_accounts), label, -1)
    values, number = np.unique(label, return_inverse=True)
    return (number - int(len(values) > 0 and values[0] == -1)).astype(np.int64)


@dataclass
class _Campaigns:
    """Campaigns as they are put together; lists have one entry per campaign, merged ones included."""

    account: I64
    """Campaign of each account, -1 for none, ``(n_accounts,)``."""
    is_pool: list[bool]
    best: list[float]
    """Highest score of each campaign's groups, -inf while it has none."""
    whole: list[float]
    """The same over groups that are not of one program."""
    devotion: list[float]
    """Highest devotion of each campaign's groups, 0 while it has none."""

    def new(self) -> int:
        self.is_pool.append(False)
        self.best.append(-np.inf)
        self.whole.append(-np.inf)
        self.devotion.append(0.0)
        return len(self.best) - 1

    def place(self, members: I64, score: float, devotion: float, by_links: bool) -> int:
        """Place one group; returns its campaign, or -1 if it is mixed.

        Args:
            members: accounts of the group that may be accused.
            score: of the group, nats beyond the line.
            devotion: of the group, 0 to 1.
            by_links: whether links made the group.
        """
        labels = self.account[members]
        assigned = labels[labels >= 0]
        if len(assigned) <= NEW * len(members):
            return self._join(members, self.new(), score, devotion)
        values, counts = np.unique(assigned, return_counts=True)
        top = int(values[counts.argmax()])
        # Users of one tool may share an object with a campaign; accounts that links put together are one operator's, however few of them
        # are assigned.
        if counts.max() >= MOSTLY * len(assigned) and (by_links or len(assigned) >= HALF * len(members)):
            return self._join(members, top, score, devotion)
        strong = len(values) == 1 or score >= max(self.best[value] for value in values) - WEAKER
        if strong and self._together(values, counts, devotion, by_links):
            return self._join(members, self._merge(values, top), score, devotion)
        return -1

    def gather(self, members: I64, score: float, devotion: float, by_links: bool) -> None:
        """Merge campaigns that are nearly all of a group and score beyond it only by groups of one program; no account joins."""
        labels = self.account[members]
        values, counts = np.unique(labels[labels >= 0], return_counts=True)
        if len(values) < 2 or counts.sum() < MOSTLY * len(members):
            return
        if score >= max(self.whole[value] for value in values) - WEAKER and self._together(values, counts, devotion, by_links):
            self._merge(values, int(values[counts.argmax()]))

    def _together(self, values: I64, counts: I64, devotion: float, by_links: bool) -> bool:
        """Whether a group with ``counts`` accounts of each campaign holds them whole, is central to them, and mixes no pools."""
        whole = all(count >= WHOLE * (self.account == value).sum() for value, count in zip(values, counts, strict=True))
        central = devotion >= CENTRAL * max(self.devotion[value] for value in values)
        return whole and central and (by_links or sum(self.is_pool[value] for value in values) <= 1)

    def _merge(self, values: I64, top: int) -> int:
        into = next((int(value) for value in values if self.is_pool[value]), top)
        self.account[np.isin(self.account, values)] = into
        for highest in (self.best, self.whole, self.devotion):
            highest[into] = max(highest[value] for value in values)
        return into

    def release(self, members: I64) -> None:
        """Dissolve the pools of these accounts if none of them has a group: a few conversations moved within one campaign."""
        values = np.unique(self.account[members])
        if all(np.isneginf(self.best[value]) for value in values[values >= 0]):
            self.account[np.isin(self.account, values[values >= 0])] = -1

    def _join(self, members: I64, campaign: int, score: float, devotion: float) -> int:
        # A group that is little of what its accounts do is a chance meeting of their tasks: it brings no accounts.
        if devotion >= CENTRAL * self.devotion[campaign]:
            self.account[members[self.account[members] < 0]] = campaign
        self.best[campaign] = max(self.best[campaign], score)
        self.devotion[campaign] = max(self.devotion[campaign], devotion)
        return campaign


def campaigns_of(
    scene: Scene, accepted: NDArray[np.bool_], member: NDArray[np.bool_], min_accounts: int, log_odds: F64
) -> tuple[I64, I64]:
    """Campaign of each group ``(n_groups,)`` and of each account ``(n_accounts,)``, -1 for none; largest first.

    Args:
        scene: the run.
        accepted: groups that were judged campaigns, ``(n_groups,)``.
        member: memberships that may be accused, ``(n_members,)``.
        min_accounts: fewest accounts of a campaign.
        log_odds: score of each group, nats beyond the line, ``(n_groups,)``.
    """
    group_label, start = np.full(scene.n, -1, np.int64), scene.groups.start
    inside = {
        int(g): scene.groups.member_account[start[g] : start[g + 1]][member[start[g] : start[g + 1]]] for g in np.flatnonzero(accepted)
    }
    among = np.zeros(scene.people.n, bool)
    for accounts in inside.values():
        among[accounts] = True
    label = pools(scene, among, min_accounts)
    n_pools = int(label.max(initial=-1)) + 1
    campaigns = _Campaigns(label, [True] * n_pools, [-np.inf] * n_pools, [-np.inf] * n_pools, [0.0] * n_pools)
    links_made, one_program = by_links(scene), scene.groups.proposed_as(PROGRAM)
    order = sorted((g for g in inside if len(inside[g]) >= min_accounts), key=lambda g: (links_made[g], -log_odds[g], -len(inside[g]), g))
    for late in (False, True):
        for g in order:
            if late and group_label[g] < 0:
                campaigns.release(inside[g])
            if group_label[g] < 0:
                group_label[g] = campaigns.place(inside[g], float(log_odds[g]), float(scene.devotion[g]), links_made[g])
                if group_label[g] >= 0 and not one_program[g]:
                    campaigns.whole[group_label[g]] = max(campaigns.whole[group_label[g]], float(log_odds[g]))
    for g in order:
        campaigns.gather(inside[g], float(log_odds[g]), float(scene.devotion[g]), links_made[g])
    return _renumbered(group_label, campaigns.account, min_accounts, start, scene)


def by_links(scene: Scene) -> NDArray[np.bool_]:
    """Groups that links made, ``(n_groups,)``: batches, and batches that live alike. Their links raise their scores."""
    return np.asarray(scene.groups.proposed_as(ALIKE_BATCHES) | scene.groups.proposed_as(BATCH))


def _renumbered(group_label: I64, account: I64, min_accounts: int, start: I64, scene: Scene) -> tuple[I64, I64]:
    """Assign groups to the campaign of most of their accounts, drop campaigns without a group or too small, and number by size."""
    for g in np.flatnonzero(group_label >= 0):
        labels = account[scene.groups.member_account[start[g] : start[g + 1]]]
        values, counts = np.unique(labels[labels >= 0], return_counts=True)
        group_label[g] = values[counts.argmax()]
    n = int(max(account.max(initial=-1), group_label.max(initial=-1))) + 1
    size = np.bincount(account[account >= 0], minlength=n)
    has_group = np.bincount(group_label[group_label >= 0], minlength=n) > 0
    good = np.flatnonzero((size >= min_accounts) & has_group)
    number = np.full(n + 1, -1, np.int64)
    number[good[np.argsort(-size[good], kind="stable")]] = np.arange(len(good))
    return number[group_label], number[account]


def leads(scene: Scene, group_label: I64, n: int, log_odds: F64) -> I64:
    """The leading group of each campaign, ``(n,)``: the highest log1p(requests) × score; made by links only where there is no other.

    Args:
        scene: the run.
        group_label: campaign of each group, -1 for none, ``(n_groups,)``.
        n: number of campaigns.
        log_odds: score of each group, nats beyond the line, ``(n_groups,)``.
    """
    weight = np.log1p(scene.events) * np.maximum(np.asarray(log_odds), 0.1)
    links_made = by_links(scene)
    return np.array([max(np.flatnonzero(group_label == k), key=lambda g: (not links_made[g], weight[g], -g)) for k in range(n)], np.int64)
