"""The watch list: groups that pass no line and yet stand out among their own log's groups.

The line of a campaign is drawn by the innocents of calibration, whoever they were. Another provider's operators may all lie below it, or
have an everyday reason, and still be what is rarest in the log. So each part's scores, reasons left aside, are also compared with those of
other groups of the same log that share few accounts. Nobody is accused by that: in every log something is rarest, and most often
it is a crowd that works alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.model import Model
from stillwatch.judge.scene import Scene
from stillwatch.judge.verdict import known_business, one_customer

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

WATCHED = 3
"""Groups on the list at most."""
FEWEST_WATCHED = 12
"""Accounts below which a group is not put on it."""
STANDS_OUT = 2.0
"""Nats by which a group must lie above the mean of the next ones."""
NEXT = 11
"""Groups that it is compared with, at most, and a third of that at least."""
SHARED = 0.2
"""Share of a group's accounts that better groups may hold for it to be another one."""
PARTS = ("linked", "unlinked")


@dataclass(frozen=True)
class Watch:
    """Groups on the list, furthest out first, ``(n_watched,)`` each."""

    group: I64
    stands_out: F64
    """Nats above the mean score of the log's next groups."""
    score: F64
    """Nats beyond the line, below 0 for less."""
    member: NDArray[np.bool_]
    """Memberships that may be listed, ``(n_members,)``."""


def watched(scene: Scene, values: dict[str, F64], model: Model, member: NDArray[np.bool_]) -> Watch:
    """The watch list of a run.

    Args:
        scene: the run.
        values: of each piece, ``(n_groups,)``.
        model: the weights.
        member: memberships that may be listed ``(n_members,)``: of accounts in no campaign and in no group for review.
    """
    start = np.searchsorted(scene.groups.member_group, np.arange(scene.n + 1))
    owned = known_business(values) | one_customer(values)
    may = ~owned & (scene.size >= FEWEST_WATCHED) & (scene.total(member) >= (1 - SHARED) * scene.size)
    by_part, found = model.by_part(values), []
    for name in PARTS:
        score = by_part[list(model.parts).index(name)]
        apart = _apart(scene, start, member, np.flatnonzero(may)[np.argsort(-score[may], kind="stable")], NEXT + 1)
        for place in range(len(apart) - NEXT // 3):
            out = score[apart[place]] - score[apart[place + 1 :]].mean()
            found.append((float(out), float(score[apart[place]]), int(apart[place])))
    found = sorted((one for one in found if one[0] >= STANDS_OUT), key=lambda one: (-one[0], one[2]))
    best = {group: (out, score) for out, score, group in reversed(found)}
    kept = _apart(scene, start, member, np.array(list(dict.fromkeys(group for *_, group in found)), np.int64), WATCHED)
    return Watch(kept, np.array([best[int(g)][0] for g in kept]), np.array([best[int(g)][1] for g in kept]), member)


def _apart(scene: Scene, start: I64, member: NDArray[np.bool_], ordered: I64, most: int) -> I64:
    """The first ``most`` of the groups that share few accounts with those before."""
    taken, out = np.zeros(scene.people.n, bool), []
    for group in ordered.tolist():
        rows = slice(start[group], start[group + 1])
        accounts = scene.groups.member_account[rows][member[rows]]
        if taken[accounts].mean() > SHARED:
            continue
        taken[accounts] = True
        out.append(group)
        if len(out) == most:
            break
    return np.array(out, np.int64)
