"""A 90 % interval around the estimate of a campaign's harvest.

The mixture (:mod:`stillwatch.judge.unmix`) errs more by what it cannot know than by sampling: whether cover looks like innocents, whether
a gateway's answers are kept. So the interval is no bootstrap. Its width is a weighted sum of what makes the estimate doubtful. The weights
are calibrated on the errors for simulated campaigns of many authors and are in interval.json, written by ``python benchmarks/harvest.py``.
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
"""Numbers of requests that make the estimate doubtful: too high (the truth lies below) or too low (it lies above).

- ``told``: requests estimated to be harvest;
- ``unmarked``: those of them in conversations without a mark;
- ``marked``: other requests in conversations with a mark;
- ``torn``: expected number of wrong requests if the mixture is right;
- ``torn_unmarked``: geometric mean of ``torn`` and ``unmarked``, since doubt is worse where no mark says which kind is harvest;
- ``relayed``: other requests in a pool that relays users' conversations."""


def doubts(conversations: Conversations, odds: F64, harvest: NDArray[np.bool_], *, relays: bool) -> dict[str, F64]:
    """The number of requests of each of DOUBTS, for either side.

    Args:
        conversations: of one campaign.
        odds: log-odds of harvest of each, nats, ``(n,)``.
        harvest: conversations that count as harvest, ``(n,)``.
        relays: whether half of the accounts hand conversations over.
    """
    p, marked, turns = chances(odds), conversations.marked > 0, conversations.turns
    torn = float((np.minimum(p, 1 - p) * turns).sum())
    unmarked = int(turns[harvest & ~marked].sum())
    return {
        "below": np.array([turns[harvest].sum(), unmarked, (torn * unmarked) ** 0.5]),
        "above": np.array([turns[~harvest & marked].sum(), torn, turns[~harvest].sum() * relays]),
    }


def between(
    conversations: Conversations, usual: list[I64], odds: F64, harvest: NDArray[np.bool_], *, relays: bool
) -> tuple[int, int]:
    """Ends of the 90 % interval of one campaign's harvest, requests.

    With too few conversations to fit a mixture, from the marked requests to all.

    Args:
        conversations: of one campaign.
        usual: number of innocents' conversations in each class, for each of TRAITS.
        odds: log-odds of harvest of each conversation, nats, ``(n,)``.
        harvest: conversations that count as harvest, ``(n,)``.
        relays: whether half of the accounts hand conversations over.
    """
    n_requests, estimate = int(conversations.turns.sum()), int(conversations.turns[harvest].sum())
    if too_few(conversations, usual):
        return int(conversations.turns[conversations.marked > 0].sum()), n_requests
    doubtful = doubts(conversations, odds, harvest, relays=relays)
    width = {side: float(requests @ widths()[side]) for side, requests in doubtful.items()}
    return max(int(np.floor(estimate - width["below"])), 0), min(int(np.ceil(estimate + width["above"])), n_requests)


@cache
def widths() -> dict[str, F64]:
    """Weight of each of DOUBTS, for either side, as calibrated for this version."""
    weights = json.loads((resources.files("stillwatch.judge") / "interval.json").read_text(encoding="utf-8"))
    return {side: np.array([weights[side][name] for name in names]) for side, names in DOUBTS.items()}
