"""Compare a group with the others of its own log, and the watch list of groups that pass no line and yet stand out.

The line of a campaign comes from the innocents of calibration. Another provider's operators may all lie below it, or have an everyday
reason, and still be the rarest of their log. So the log-odds of the trees are also compared with those of other groups of the same log that
share few accounts: whatever shifts a provider's innocents shifts them all. The log's yardstick, the mean of its next groups, shifts the
line from which the trees accuse. A group that passes no line and yet stands out is put on the watch list, which accuses nobody: every log
has a rarest group, and often it is a crowd that works alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.lines import DOUBTED
from stillwatch.judge.scene import Scene
from stillwatch.judge.verdict import MIN_GROUP_ACCOUNTS
from stillwatch.numeric.arrays import distinct_rows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

WATCHED = 3
"""Most groups on the list."""
FEWEST_WATCHED = 12
"""Fewest accounts of a group on the list."""
WATCHED_FROM = 4.0
"""Nats by which a group must stand out to be on the list."""
NEXT, FEWEST_NEXT = 11, 3
"""Most and fewest groups that a group is compared with."""
PLACES = 4
"""Number of groups of a log that may stand out: the highest that share few accounts. The next ones are its yardstick."""
SHARED = 0.2
"""Largest share of a group's accounts that higher groups may hold for it to count as another group."""
CLEARED, OTHERS = 100, 0.5
"""Most groups in cleared.parquet, and largest share of a group's accounts that the groups before it may hold."""


@dataclass(frozen=True)
class Watch:
    """Groups on the list, those that stand out most first, ``(n_watched,)`` each."""

    group: I64
    """Index of the group."""
    stands_out: F64
    """Nats above the mean of the log's next groups."""
    score: F64
    """Nats beyond the line of a campaign; below 0 short of it."""
    member: NDArray[np.bool_]
    """Memberships whose accounts the list names, ``(n_members,)``."""


def yardstick(scene: Scene, tree_odds: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_]) -> float:
    """How much other groups of this log look like an operator's: the more they do, the higher is the line for each group.

    It is what the trees give the fifth to fifteenth of those that share few accounts, on average. NaN where there are too few to compare.
    It is blind where several operators, or several groups of one, fill these places.

    Args:
        scene: the run.
        tree_odds: log-odds that the trees give each group, nats, ``(n_groups,)``.
        member: memberships of accounts that are not accused, ``(n_members,)``.
        comparable: groups that are compared, ``(n_groups,)``.
    """
    next_ones = tree_odds[_apart(scene, tree_odds, member, comparable & scene.usual)[PLACES:]]
    return float(next_ones.mean()) if len(next_ones) >= FEWEST_NEXT else float("nan")


def look_alikes(scene: Scene, tree_odds: F64, comparable: NDArray[np.bool_], far: NDArray[np.bool_]) -> F64:
    """Number of other sets of accounts of this log that look as much like an operator's, none of which stands out.

    The trees give each DOUBTED nats or more. Few providers have many operators, while many have many crowds that work alike: where many
    groups look like an operator's, that is no sign of one. Blind where crowds do not look so; many operators none of whom stands out, or
    many pools of one that share few accounts, count as crowds.

    Args:
        scene, tree_odds, comparable: as of :func:`yardstick`.
        far: groups that stand out, whose accounts belong to no crowd, ``(n_groups,)``.
    """
    in_far = np.zeros(scene.people.n, bool)
    in_far[scene.groups.member_account[far[scene.groups.member_group] & scene.seen]] = True
    apart = _apart(scene, tree_odds, scene.seen & ~scene.of_members(in_far), comparable)
    sets = apart[tree_odds[apart] >= DOUBTED]
    groups, set_of = scene.groups, np.full(scene.people.n, -1, np.int64)
    for number, group in reversed(list(enumerate(sets.tolist()))):
        set_of[groups.member_account[(groups.member_group == group) & scene.seen]] = number
    rows = np.flatnonzero(scene.seen & (set_of[groups.member_account] >= 0))
    pairs, n = distinct_rows(np.stack([groups.member_group[rows], set_of[groups.member_account[rows]]], axis=1))
    # A set that a group shares accounts with is not another set.
    own = n > SHARED * scene.size[sets][pairs[:, 1]]
    return len(sets) - np.bincount(pairs[own, 0], minlength=scene.n).astype(np.float64)


def stands_out(scene: Scene, tree_odds: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_]) -> F64:
    """Nats by which the trees give each group more than the mean of the log's next groups, ``(n_groups,)``.

    0 for all but the PLACES highest of the groups that share few accounts. It is blind where several operators, or several groups of one,
    fill the next places, and in a log with too few groups to compare.

    Args:
        scene, tree_odds, member, comparable: as of :func:`yardstick`.
    """
    out, apart = np.zeros(scene.n), _apart(scene, tree_odds, member, comparable)
    for place in range(min(PLACES, len(apart) - FEWEST_NEXT)):
        out[apart[place]] = tree_odds[apart[place]] - tree_odds[apart[place + 1 : place + 1 + NEXT]].mean()
    return out


def watched(scene: Scene, tree_odds: F64, score: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_]) -> Watch:
    """The watch list of a run.

    Args:
        scene, tree_odds, member, comparable: as of :func:`yardstick`.
        score: score of each group, nats beyond the line, ``(n_groups,)``.
    """
    nats = stands_out(scene, tree_odds, member, comparable)
    far = np.flatnonzero((nats >= WATCHED_FROM) & (scene.size >= FEWEST_WATCHED))
    kept = far[np.argsort(-nats[far], kind="stable")][:WATCHED]
    return Watch(kept, nats[kept], score[kept], member)


def cleared(scene: Scene, suspicion: F64, member: NDArray[np.bool_]) -> I64:
    """Groups that are not accused, those nearest to a campaign first: classes, firms and users of one tool, as a rule.

    Args:
        scene: the run.
        suspicion: :func:`stillwatch.judge.suspicion` of each group, nats, ``(n_groups,)``.
        member: memberships of accounts that are neither accused nor for review, ``(n_members,)``.
    """
    return _apart(scene, suspicion, member, scene.total(member) >= MIN_GROUP_ACCOUNTS, OTHERS, CLEARED)


def _apart(
    scene: Scene, rank_by: F64, member: NDArray[np.bool_], comparable: NDArray[np.bool_], shared: float = SHARED, most: int = PLACES + NEXT
) -> I64:
    """The highest groups that share few accounts with those before them, highest first; at most ``most``.

    Args:
        scene: the run.
        rank_by: value by which groups are ranked, ``(n_groups,)``.
        member: memberships that count, ``(n_members,)``; a group needs all but the share ``shared`` of its accounts.
        comparable: groups that are ranked, ``(n_groups,)``.
        shared: largest share of a group's accounts that groups before it may hold.
        most: number of groups.
    """
    eligible = np.flatnonzero(comparable & (scene.total(member) >= (1 - shared) * scene.size))
    start, in_earlier, out = scene.groups.start, np.zeros(scene.people.n, bool), []
    for group in eligible[np.argsort(-rank_by[eligible], kind="stable")].tolist():
        rows = slice(start[group], start[group + 1])
        accounts = scene.groups.member_account[rows][member[rows]]
        if in_earlier[accounts].mean() > shared:
            continue
        in_earlier[accounts] = True
        out.append(group)
        if len(out) == most:
            break
    return np.array(out, np.int64)
