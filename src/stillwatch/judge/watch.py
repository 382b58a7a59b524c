"""How far a group lies beyond the others of its own log, and the watch list: groups that pass no line and yet stand out.

The line of a campaign is drawn by the innocents of calibration, whoever they were. Another provider's operators may all lie below it, or
have an everyday reason, and still be what is rarest in the log. So what the trees give is also compared with what they give other
groups of the same log that share few accounts: what shifts a provider's innocents shifts them all. The log's yardstick, which is what they
give its next groups, shifts the line by which the trees accuse. What passes no line and yet stands out is put on the watch list, by which
nobody is accused: in every log something is rarest, and often it is a crowd that works alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.lines import DOUBTED
from stillwatch.judge.scene import Scene
from stillwatch.judge.verdict import MIN_GROUP_ACCOUNTS
from stillwatch.numeric.arrays import distinct

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

WATCHED = 3
"""Groups on the list at most."""
FEWEST_WATCHED = 12
"""Accounts below which a group is not put on it."""
WATCHED_FROM = 4.0
"""Nats by which a group must stand out to be on it."""
NEXT, FEWEST_NEXT = 11, 3
"""Groups that a group is compared with, at most and at least."""
PLACES = 4
"""Groups of a log that may stand out: the highest that share few accounts. The next ones are its yardstick."""
SHARED = 0.2
"""Share of a group's accounts that better groups may hold for it to be another one."""
CLEARED, OTHERS = 100, 0.5
"""Groups at most that are told though nobody is accused of them, and the share of one's accounts that those before may hold."""


@dataclass(frozen=True)
class Watch:
    """Groups on the list, furthest out first, ``(n_watched,)`` each."""

    group: I64
    stands_out: F64
    """Nats above the mean of the log's next groups."""
    score: F64
    """As a campaign's, below 0 for less than the line."""
    member: NDArray[np.bool_]
    """Memberships that may be listed, ``(n_members,)``."""


def yardstick(scene: Scene, odds: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_]) -> float:
    """How much other groups of this log look like an operator's: the more they do, the more is asked of each group.

    It is what the trees give the fifth to fifteenth of those that share few accounts, on average. NaN where there are too few to compare.
    It is blind where several operators, or several groups of one, fill these places.

    Args:
        scene: the run.
        odds: log-odds that the trees give each group, ``(n_groups,)``.
        member: memberships of accounts that nobody is accused of, ``(n_members,)``.
        comparable: groups that are compared, ``(n_groups,)``.
    """
    next_ones = odds[_apart(scene, odds, member, comparable & scene.usual)[PLACES:]]
    return float(next_ones.mean()) if len(next_ones) >= FEWEST_NEXT else float("nan")


def look_alikes(scene: Scene, odds: F64, comparable: NDArray[np.bool_], far: NDArray[np.bool_]) -> F64:
    """So many other sets of accounts of this log look as much like an operator's, and none stands out.

    The trees give each 2 nats or more. Few providers have many operators, many have many crowds that work alike: where all look like it,
    none is one for that. It is blind where crowds do not, and many operators of whom none is far out, or many pools of one that share few
    accounts, count as many crowds.

    Args:
        scene, odds, comparable: as of :func:`yardstick`.
        far: groups that stand out, whose accounts are no crowd's, ``(n_groups,)``.
    """
    taken = np.zeros(scene.people.n, bool)
    taken[scene.groups.member_account[far[scene.groups.member_group] & scene.seen]] = True
    apart = _apart(scene, odds, scene.seen & ~scene.of_members(taken), comparable)
    sets = apart[odds[apart] >= DOUBTED]
    groups, of = scene.groups, np.full(scene.people.n, -1, np.int64)
    for number, group in reversed(list(enumerate(sets.tolist()))):
        of[groups.member_account[(groups.member_group == group) & scene.seen]] = number
    rows = np.flatnonzero(scene.seen & (of[groups.member_account] >= 0))
    pairs, n = distinct(np.stack([groups.member_group[rows], of[groups.member_account[rows]]], axis=1))
    own = n > SHARED * scene.size[sets][pairs[:, 1]]
    return len(sets) - np.bincount(pairs[own, 0], minlength=scene.n).astype(np.float64)


def stands_out(scene: Scene, odds: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_]) -> F64:
    """All that its accounts do goes together as in no other group of this log: by so many nats it lies above the mean of the next ones.

    0 for all but the PLACES highest of the groups that share few accounts. It is blind where several operators, or several groups of one,
    fill the next places, and in a log with too few groups to compare.

    Args:
        scene, odds, member, comparable: as of :func:`yardstick`.
    """
    out, apart = np.zeros(scene.n), _apart(scene, odds, member, comparable)
    for place in range(min(PLACES, len(apart) - FEWEST_NEXT)):
        out[apart[place]] = odds[apart[place]] - odds[apart[place + 1 : place + 1 + NEXT]].mean()
    return out


def watched(scene: Scene, odds: F64, score: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_]) -> Watch:
    """The watch list of a run, of groups that stand out among those that are left.

    Args:
        scene, odds, member, comparable: as of :func:`yardstick`.
        score: of each group, ``(n_groups,)``.
    """
    out = stands_out(scene, odds, member, comparable)
    far = np.flatnonzero((out >= WATCHED_FROM) & (scene.size >= FEWEST_WATCHED))
    kept = far[np.argsort(-out[far], kind="stable")][:WATCHED]
    return Watch(kept, out[kept], score[kept], member)


def cleared(scene: Scene, told: F64, member: NDArray[np.bool_]) -> I64:
    """Groups that nobody is accused of, those first that come nearest to a campaign: classes, firms and users of one tool, as a rule.

    Args:
        scene: the run.
        told: how far each group looks like an operator's (:func:`stillwatch.judge.suspicion`), ``(n_groups,)``.
        member: memberships of accounts that nobody is accused of or asked about, ``(n_members,)``.
    """
    return _apart(scene, told, member, scene.total(member) >= MIN_GROUP_ACCOUNTS, OTHERS, CLEARED)


def _apart(
    scene: Scene, odds: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_], shared: float = SHARED, most: int = PLACES + NEXT
) -> I64:
    """The highest groups, ``most`` of those of which few are accused, that share few accounts with those before."""
    may = np.flatnonzero(comparable & (scene.total(member) >= (1 - shared) * scene.size))
    start, taken, out = scene.groups.start, np.zeros(scene.people.n, bool), []
    for group in may[np.argsort(-odds[may], kind="stable")].tolist():
        rows = slice(start[group], start[group + 1])
        accounts = scene.groups.member_account[rows][member[rows]]
        if taken[accounts].mean() > shared:
            continue
        taken[accounts] = True
        out.append(group)
        if len(out) == most:
            break
    return np.array(out, np.int64)
