"""The link graph of one campaign: the accounts and links that are drawn, the strongest, and how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

SHOWN_NODES, SHOWN_EDGES = 80, 900


@dataclass(frozen=True)
class Pairs:
    """Linked pairs of accounts in one view, each once and within one campaign or group; all arrays are ``(n_pairs,)``."""

    a: I64
    """Number of the account; below ``b``."""
    b: I64
    shared: I64
    """Objects, or continued requests."""
    expected: F64
    """As many by chance, above 0."""

    @property
    def log_odds(self) -> F64:
        """Evidence for a link, nats: of a Poisson rate of what was seen against the expected one; 0 if no more was seen than expected."""
        nats = self.shared * np.log(self.shared / self.expected) - (self.shared - self.expected)
        return np.asarray(np.where(self.shared > self.expected, nats, 0.0))

    def take(self, rows: NDArray[Any]) -> "Pairs":
        """Some of them, by number or mask."""
        return Pairs(self.a[rows], self.b[rows], self.shared[rows], self.expected[rows])


def link_graph(members: I64, linked: Mapping[str, Pairs]) -> tuple[I64, list[list[Any]], dict[str, Any]]:
    """What is drawn of a campaign's links, and how many there are.

    Args:
        members: numbers of its accounts, ascending.
        linked: view -> pairs, of any campaigns.

    Returns:
        The accounts to draw, at most SHOWN_NODES: the best-linked one, then always the one that is linked most strongly with those
        before it. The links between them, at most SHOWN_EDGES as ``[place, place, view, nats]``: the strongest of each view, of all
        views equally many as far as they go. And totals: ``links`` and ``accounts`` (that have any) of it all, of each of ``views`` and
        of each of ``families``.
    """
    views = sorted(linked)
    own = [linked[view].take(np.isin(linked[view].a, members)) for view in views]
    sizes = [len(pairs.a) for pairs in own]
    nothing = [np.zeros(0, np.int64)]
    view = np.repeat(np.arange(len(views)), sizes)
    a, b = (np.searchsorted(members, np.concatenate(nothing + [getattr(pairs, end) for pairs in own])) for end in "ab")
    weight = np.concatenate(nothing + [pairs.log_odds for pairs in own])
    order = np.lexsort((b, a, -weight, view))
    a, b, weight, view = a[order], b[order], weight[order], view[order]
    nodes = _best_linked(a, b, weight, len(members))
    place = np.full(len(members), -1)
    place[nodes] = np.arange(len(nodes))
    inside = np.flatnonzero((place[a] >= 0) & (place[b] >= 0))
    rank = np.arange(len(inside)) - np.searchsorted(view[inside], view[inside])
    drawn = inside[np.lexsort((view[inside], rank))[:SHOWN_EDGES]]
    edges = [[int(place[a[i]]), int(place[b[i]]), views[view[i]], round(float(weight[i]), 2)] for i in drawn]

    def total(rows: NDArray[np.bool_]) -> dict[str, int]:
        return {"links": int(rows.sum()), "accounts": len(np.unique(np.concatenate([a[rows], b[rows]])))}

    family = np.array([name.split(".")[0] for name in views], dtype=object)[view]
    totals = total(np.ones(len(view), bool)) | {
        "views": {name: total(view == number) for number, name in enumerate(views) if sizes[number]},
        "families": {name: total(family == name) for name in sorted(set(family.tolist()))},
    }
    return members[nodes], edges, totals


def _best_linked(a: I64, b: I64, weight: F64, n: int) -> I64:
    """At most SHOWN_NODES of ``n`` accounts, grown along the strongest links, so that what is drawn hangs together."""
    end, other, by = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([weight, weight])
    order = np.argsort(end, kind="stable")
    start = np.searchsorted(end[order], np.arange(n + 1))
    left, near = np.bincount(end, weights=by, minlength=n), np.zeros(n)
    chosen: list[int] = []
    while len(chosen) < min(n, SHOWN_NODES):
        new = int(np.argmax(near if near.max() > 0 else left))
        chosen.append(new)
        rows = order[start[new] : start[new + 1]]
        np.add.at(near, other[rows], by[rows])
        left[new], near[chosen] = -1.0, -1.0
    return np.array(chosen, np.int64)
