"""Kinds of groups: which teach the weights of a part that sums, whose innocents make its tail, and in which class of sizes."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.conduct import log_accounts
from stillwatch.judge.model import SIZES
from stillwatch.judge.reasons import BATCHED, LINKED, UNLINKED, batched, reasoned

F64 = NDArray[np.float64]

HALF_ALIKE = 0.5
"""Rhythm × mix without the twentieth below which innocents do not tell how far work alone carries."""


def size_class(values: Mapping[str, F64]) -> NDArray[np.int64]:
    """Class of each group's size, ``(n_groups,)``: the place in SIZES from which it begins."""
    size = np.rint(10 ** log_accounts(values))
    return np.asarray(np.searchsorted(SIZES, size, "right") - 1, dtype=np.int64)


def telling(part: str, values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups whose innocents make the tail of the part, ``(n_groups,)``: no reason explains them, and work alone could."""
    return np.asarray(~reasoned(part, values) & ((part != UNLINKED) | (values["context.mostly_alike"] >= HALF_ALIKE)))


def teaching(part: str, values: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Groups that teach the weights of the part, ``(n_groups,)``: those of the kind that it tells apart.

    What batches share, they were put together by; and without links the question is who, of those that work alike, is one hand.
    """
    if part == BATCHED:
        return telling(part, values)
    return np.asarray(~batched(values) & ((part == LINKED) | (values["context.mostly_alike"] >= HALF_ALIKE)))
