"""How much a campaign's harvest may be beside its estimate: an interval that holds nine in ten of strangers' campaigns.

What the mixture (:mod:`stillwatch.judge.unmix`) does not know is worth more than what a sample does not tell: whether cover looks like
innocents, whether a gateway's answers are kept. So the interval is no bootstrap. It is as wide as simulated campaigns of many authors
were told wrongly, for each thing that makes an estimate doubtful, by weights in interval.json, which ``python benchmarks/harvest.py``
writes; none is typed in.
"""

import json
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.unmix import Conversations, chances, too_few

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

DOUBTS = {
    "below": ("told", "unmarked", "torn_unmarked"),
    "above": ("marked", "torn", "relayed"),
}
"""What may be wrong, in requests, of what is told as harvest (the truth lies below) and of the rest (it lies above).

``told``: all of it. ``unmarked``: told in conversations without a mark. ``marked``: of the rest in conversations with one.
``torn``: what would be told wrongly if the mixture were right. ``torn_unmarked``: the geometric mean of both, since to be torn is worse
where no mark says which of the two kinds is asked for. ``relayed``: the rest in a pool that passes users' conversations on."""


def doubts(told: Conversations, odds: F64, harvest: NDArray[np.bool_], *, relays: bool) -> dict[str, F64]:
    """The requests of each of DOUBTS, for either side.

    Args:
        told: conversations of one campaign.
        odds: log-odds of harvest, for each.
        harvest: which are told as it.
        relays: half of the accounts hand conversations over.
    """
    p, marked = chances(odds), told.marked > 0
    torn = float((np.minimum(p, 1 - p) * told.turns).sum())
    unmarked = int(told.turns[harvest & ~marked].sum())
    return {
        "below": np.array([told.turns[harvest].sum(), unmarked, (torn * unmarked) ** 0.5]),
        "above": np.array([told.turns[~harvest & marked].sum(), torn, told.turns[~harvest].sum() * relays]),
    }


def between(told: Conversations, usual: list[I64], odds: F64, harvest: NDArray[np.bool_], *, relays: bool) -> tuple[int, int]:
    """Fewest and most requests that one campaign's harvest may be, 90 %; arguments as of :func:`doubts`.

    Where there are too few conversations to compare, from what is marked to all.

    Args:
        usual: innocents' conversations in each class, for each of TRAITS.
    """
    all_of, estimate = int(told.turns.sum()), int(told.turns[harvest].sum())
    if too_few(told, usual):
        return int(told.turns[told.marked > 0].sum()), all_of
    off = {side: float(of @ widths()[side]) for side, of in doubts(told, odds, harvest, relays=relays).items()}
    return max(int(np.floor(estimate - off["below"])), 0), min(int(np.ceil(estimate + off["above"])), all_of)


@cache
def widths() -> dict[str, F64]:
    """What each of DOUBTS counts, as calibrated for this version."""
    told = json.loads((resources.files("stillwatch.judge") / "interval.json").read_text(encoding="utf-8"))
    return {side: np.array([told[side][name] for name in names]) for side, names in DOUBTS.items()}
