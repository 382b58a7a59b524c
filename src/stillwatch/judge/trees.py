"""Additive regression trees: how pieces of evidence combine.

They are fitted by gradient boosting (Friedman 2001), each piece kept to its sign, in benchmarks/calibrate.py, and only evaluated here. The
share of a piece in a group's log-odds is the change of the expected value at its splits on the group's path through each tree (Saabas
2014), so that the shares of all pieces and the base add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

DIGITS = 4
"""Decimals to which values are rounded: those that a run keeps, so that a score computed from a run is the same."""


@njit(cache=True, nogil=True)
def _add(rows: F64, roots: I64, piece: I64, at: F64, lower: I64, upper: I64, value: F64, out: F64) -> None:
    """Add to ``out`` ``(n_groups,)`` the leaf of every tree that each of ``rows`` ``(n_groups, n_pieces)`` reaches."""
    for i in range(len(rows)):
        for root in roots:
            node = root
            while piece[node] >= 0:
                node = lower[node] if rows[i, piece[node]] <= at[node] else upper[node]
            out[i] += value[node]


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees, tree after tree, the root of each first; one entry per node, as in calibration.json."""

    pieces: tuple[str, ...]
    """Names of the pieces that the trees use."""
    roots: tuple[int, ...]
    """Index of the root of each tree."""
    piece: tuple[int, ...]
    """Index in ``pieces`` of the piece that a node splits on, -1 for a leaf."""
    at: tuple[float, ...]
    """Values up to this go to the lower child; it lies between two values of DIGITS decimals."""
    lower: tuple[int, ...]
    """Index of the lower child; 0 for a leaf."""
    upper: tuple[int, ...]
    """Index of the upper child; 0 for a leaf."""
    value: tuple[float, ...]
    """Nats: a leaf's value, or the mean of the examples' leaves below another node."""

    @cached_property
    def _nodes(self) -> tuple[I64, F64, I64, I64, F64]:
        """The lists as arrays.

        Raises:
            ValueError: the nodes are no trees: a path would leave the lists, or never end.
        """
        piece, lower, upper = (np.array(nodes, np.int64) for nodes in (self.piece, self.lower, self.upper))
        at, value = np.array(self.at, np.float64), np.array(self.value, np.float64)
        n, inner = len(piece), np.flatnonzero(piece >= 0)
        children = np.array([lower[inner], upper[inner]])
        if not (
            {x.shape for x in (piece, at, lower, upper, value)} == {(n,)} and all(0 <= root < n for root in self.roots)
            and (piece < len(self.pieces)).all() and (children > inner).all() and (children < n).all()
        ):
            raise ValueError("trees whose nodes do not fit together")
        return piece, at, lower, upper, value

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Sum over the trees, nats, ``(n_groups,)``."""
        rows = self._matrix(values)
        out = np.zeros(len(rows))
        _add(rows, np.array(self.roots, np.int64), *self._nodes, out)
        return out

    def shares(self, values: Mapping[str, F64], group: int) -> dict[str, float]:
        """What each piece adds to one group's log-odds, nats; with the roots' values they add up to it."""
        piece, at, lower, upper, value = self._nodes
        row = self._matrix({name: values[name][group : group + 1] for name in self.pieces})[0]
        out = dict.fromkeys(self.pieces, 0.0)
        for root in self.roots:
            node = root
            while piece[node] >= 0:
                child = int(lower[node] if row[piece[node]] <= at[node] else upper[node])
                out[self.pieces[piece[node]]] += float(value[child] - value[node])
                node = child
        return out

    def _matrix(self, values: Mapping[str, F64]) -> F64:
        """The rounded values of ``pieces``, ``(n_groups, n_pieces)``."""
        return np.asarray(np.round(np.stack([values[name] for name in self.pieces], axis=1), DIGITS), dtype=np.float64)
