"""Additive regression trees: how pieces of evidence go together, where no sum of them tells.

Fitted by gradient boosting (Friedman 2001) with each piece kept to its sign (benchmarks/calibrate.py); here they are only read. The share
of a piece in a group's log-odds is what its splits change in the expected value on the group's way through each tree (Saabas 2014), so
that the shares of all pieces and the base add up.
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
"""Digits of values that trees look at: those that a run keeps, so that whoever computes a score again takes the same way."""


@njit(cache=True, nogil=True)
def _add(told: F64, roots: I64, piece: I64, at: F64, lower: I64, upper: I64, value: F64, out: F64) -> None:
    """Add the leaf of every tree that each row of ``told`` comes to."""
    for i in range(len(told)):
        for root in roots:
            node = root
            while piece[node] >= 0:
                node = lower[node] if told[i, piece[node]] <= at[node] else upper[node]
            out[i] += value[node]


@dataclass(frozen=True)
class Trees:
    """Trees end to end, the root of each first; lists of one entry a node, as calibration.json holds them."""

    pieces: tuple[str, ...]
    """Names of the values that they look at."""
    roots: tuple[int, ...]
    """Number of the first node of each tree."""
    piece: tuple[int, ...]
    """Place of the piece that a node looks at among ``pieces``, -1 for a leaf."""
    at: tuple[float, ...]
    """The largest value that goes to the lower child; between two values of DIGITS digits."""
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    """Numbers of a node's children; 0 for a leaf."""
    value: tuple[float, ...]
    """Nats: of a leaf its own, of another node what its leaves give in the mean of the examples."""

    @cached_property
    def _nodes(self) -> tuple[I64, F64, I64, I64, F64]:
        """The lists as arrays.

        Raises:
            ValueError: they are no trees: a way through them would leave the lists, or never end.
        """
        piece, lower, upper = (np.array(told, np.int64) for told in (self.piece, self.lower, self.upper))
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
        told = self._told(values)
        out = np.zeros(len(told))
        _add(told, np.array(self.roots, np.int64), *self._nodes, out)
        return out

    def shares(self, values: Mapping[str, F64], group: int) -> dict[str, float]:
        """Nats that each piece gives one group; with the roots' values they add up to its log-odds."""
        piece, at, lower, upper, value = self._nodes
        told = self._told({name: values[name][group : group + 1] for name in self.pieces})[0]
        out = dict.fromkeys(self.pieces, 0.0)
        for root in self.roots:
            node = root
            while piece[node] >= 0:
                child = int(lower[node] if told[piece[node]] <= at[node] else upper[node])
                out[self.pieces[piece[node]]] += float(value[child] - value[node])
                node = child
        return out

    def _told(self, values: Mapping[str, F64]) -> F64:
        return np.asarray(np.round(np.stack([values[name] for name in self.pieces], axis=1), DIGITS), dtype=np.float64)
