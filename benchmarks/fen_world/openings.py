"""What conversations begin with."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .network import Ints
from .world import World

Openings = Callable[[Ints, NDArray[np.object_]], Sequence[str]]
"""Opening prompts of conversations, from their account rows and task families."""


def from_pool(pool: Sequence[str], order: Ints) -> Openings:
    """From a pool in this order, round and round."""

    def first(rows: Ints, fam: NDArray[np.object_]) -> list[str]:
        return [pool[i % len(pool)] for i in np.resize(order, len(rows)).tolist()]

    return first


def drawn(w: World, pool: Sequence[str]) -> Openings:
    """From a pool at random."""

    def first(rows: Ints, fam: NDArray[np.object_]) -> list[str]:
        return [pool[i] for i in w.rng.integers(0, len(pool), len(rows)).tolist()]

    return first


def reworded(w: World, pool: Sequence[str]) -> Openings:
    """From a pool at random, each in other words."""

    def first(rows: Ints, fam: NDArray[np.object_]) -> list[str]:
        return [w.text.paraphrase(pool[i]) for i in w.rng.integers(0, len(pool), len(rows)).tolist()]

    return first


def assignment(w: World, pool: Sequence[str]) -> Openings:
    """From a pool at random, four in ten in other words."""

    def first(rows: Ints, fam: NDArray[np.object_]) -> list[str]:
        chosen, share = w.rng.integers(0, len(pool), len(rows)).tolist(), w.rng.random(len(rows)).tolist()
        return [w.text.paraphrase(pool[i]) if x < 0.4 else pool[i] for i, x in zip(chosen, share, strict=True)]

    return first


def worksheet(w: World, pool: Sequence[str]) -> Openings:
    """From a pool, mostly from its beginning."""

    def first(rows: Ints, fam: NDArray[np.object_]) -> list[str]:
        return [pool[i] for i in np.minimum(w.rng.exponential(9, len(rows)).astype(int), len(pool) - 1).tolist()]

    return first


def articles(w: World, shape: str, keywords: Sequence[str], client: dict[int, str]) -> Openings:
    """One shape of text over a list of keywords for each account's client, a third of the time something else."""

    def first(rows: Ints, fam: NDArray[np.object_]) -> list[str]:
        return [
            shape.format(k=keywords[i % len(keywords)], f=client[x])
            if i % 3
            else w.text.one("business")
            for i, x in enumerate(rows.tolist())
        ]

    return first
