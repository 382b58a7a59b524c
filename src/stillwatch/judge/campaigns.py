"""From accepted groups to campaigns: whose are they?

Groups overlap, and one group can hold accounts of two operators (both ride one tool) or innocents beside them. Accounts
that hand conversations to each other are one pool: pools are kept apart whatever else they share, unless links made a group of
them. Groups are then taken in the order of their scores. A group whose known accounts are mostly of one campaign joins it, if
these are half of its accounts or links made it; a group of unknown accounts makes a campaign; a group that holds several campaigns
whole puts them together if it scores like them and they are not several pools; one that holds a single campaign whole makes it
larger; and any other mixed group accuses nobody. In the end groups without a campaign are tried again, and pools that got no group
of their own are forgotten for it: they were accounts of one campaign that now and then hand a conversation on. And campaigns that
are a group's whole are put together though those of its accounts who use one program score beyond it: a header that an operator
writes cuts his accounts in parts.
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
"""Share of a group's known accounts that must be of one campaign for the group to belong to it."""
NEW = 0.2
"""A group makes a campaign of its own when at most this share of its accounts is of other campaigns."""
HALF = 0.5
"""Share of a group's accounts that must be of a campaign already for the rest to join it."""
WHOLE = 0.6
"""Share of a campaign's accounts that a group must hold to hold it whole."""
CENTRAL = 0.3
"""Share of a campaign's devotion that a group needs to bring accounts or to put campaigns together."""
WEAKER = 1.5
"""Nats by which a group may score below the campaigns that it puts together."""


def suspects(scene: Scene) -> NDArray[np.bool_]:
    """Memberships that may be accused: seen in the group, and of nobody who is :attr:`.People.known`."""
    return np.asarray(scene.seen & ~scene.of_members(scene.people.known).astype(bool))


def pools(scene: Scene, among: NDArray[np.bool_], min_accounts: int) -> I64:
    """Pool of each account of ``among`` ``(n_accounts,)``, -1 for none: components of conversations handed over."""
    hand, n = scene.handoffs, scene.people.n
    inside = among[hand.taker] & among[hand.giver] & (scene.customer[hand.taker] != scene.customer[hand.giver])
    edges = (np.ones(int(inside.sum()), np.int8), (hand.taker[inside], hand.giver[inside]))
    _, label = connected_components(coo_matrix(edges, (n, n)), directed=False)
    size = np.bincount(label[among], minlength=n)
    label = np.where(among & (size[label] >= min_accounts), label, -1)
    values, number = np.unique(label, return_inverse=True)
    return (number - int(len(values) > 0 and values[0] == -1)).astype(np.int64)


@dataclass
class _Campaigns:
    account: I64
    """Campaign of each account, -1 for none."""
    is_pool: list[bool]
    best: list[float]
    """Highest score of each campaign's groups, -inf while it has none."""
    whole: list[float]
    """The same, without groups of one program."""
    devotion: list[float]
    """Highest devotion of each campaign's groups, 0 while it has none."""

    def new(self) -> int:
        self.is_pool.append(False)
        self.best.append(-np.inf)
        self.whole.append(-np.inf)
        self.devotion.append(0.0)
        return len(self.best) - 1

    def place(self, members: I64, score: float, devotion: float, by_links: bool) -> int:
        """Put one group; returns its campaign or -1."""
        labels = self.account[members]
        known = labels[labels >= 0]
        if len(known) <= NEW * len(members):
            return self._join(members, self.new(), score, devotion)
        values, counts = np.unique(known, return_counts=True)
        top = int(values[counts.argmax()])
        # An object, users of one tool may share with a campaign; accounts that links put together are of one hand, however few are known.
        if counts.max() >= MOSTLY * len(known) and (by_links or len(known) >= HALF * len(members)):
            return self._join(members, top, score, devotion)
        strong = len(values) == 1 or score >= max(self.best[value] for value in values) - WEAKER
        if strong and self._together(values, counts, devotion, by_links):
            return self._join(members, self._merge(values, top), score, devotion)
        return -1

    def gather(self, members: I64, score: float, devotion: float, by_links: bool) -> None:
        """Put campaigns together that are nearly all of a group and score beyond it by groups of one program alone; nobody joins."""
        labels = self.account[members]
        values, counts = np.unique(labels[labels >= 0], return_counts=True)
        if len(values) < 2 or counts.sum() < MOSTLY * len(members):
            return
        if score >= max(self.whole[value] for value in values) - WEAKER and self._together(values, counts, devotion, by_links):
            self._merge(values, int(values[counts.argmax()]))

    def _together(self, values: I64, counts: I64, devotion: float, by_links: bool) -> bool:
        """Whether a group with so many accounts of each campaign holds them whole, is of much of what they do, and mixes no pools."""
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
        """Forget the pools of these accounts if none of them has a group: conversations that now and then move within one campaign."""
        values = np.unique(self.account[members])
        if all(np.isneginf(self.best[value]) for value in values[values >= 0]):
            self.account[np.isin(self.account, values[values >= 0])] = -1

    def _join(self, members: I64, campaign: int, score: float, devotion: float) -> int:
        # What is little of what its accounts do is a chance meeting of their tasks: it brings nobody.
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
        accepted: groups that were judged campaigns.
        member: memberships that may be accused.
        min_accounts: smallest campaign.
        log_odds: score of each group.
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
    found = _Campaigns(label, [True] * n_pools, [-np.inf] * n_pools, [-np.inf] * n_pools, [0.0] * n_pools)
    linked, one_program = by_links(scene), scene.groups.proposed_as(PROGRAM)
    order = sorted((g for g in inside if len(inside[g]) >= min_accounts), key=lambda g: (linked[g], -log_odds[g], -len(inside[g]), g))
    for late in (False, True):
        for g in order:
            if late and group_label[g] < 0:
                found.release(inside[g])
            if group_label[g] < 0:
                group_label[g] = found.place(inside[g], float(log_odds[g]), float(scene.devotion[g]), linked[g])
                if group_label[g] >= 0 and not one_program[g]:
                    found.whole[group_label[g]] = max(found.whole[group_label[g]], float(log_odds[g]))
    for g in order:
        found.gather(inside[g], float(log_odds[g]), float(scene.devotion[g]), linked[g])
    return _renumbered(group_label, found.account, min_accounts, start, scene)


def by_links(scene: Scene) -> NDArray[np.bool_]:
    """Groups of everybody whom shared values connect, and of their batches: scores are high by their links, and who has none may belong."""
    return np.asarray(scene.groups.proposed_as(ALIKE_BATCHES) | scene.groups.proposed_as(BATCH))


def _renumbered(group_label: I64, account: I64, min_accounts: int, start: I64, scene: Scene) -> tuple[I64, I64]:
    """Groups follow their accounts where campaigns were put together; campaigns without a group or too small are dropped."""
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
    """The group that speaks for each campaign: the one with most requests times score; of links alone where there is no other."""
    weight = np.log1p(scene.events) * np.maximum(np.asarray(log_odds), 0.1)
    linked = by_links(scene)
    return np.array([max(np.flatnonzero(group_label == k), key=lambda g: (not linked[g], weight[g], -g)) for k in range(n)], np.int64)
