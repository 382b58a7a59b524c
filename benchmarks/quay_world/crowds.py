"""Innocent crowds of a world: how many groups of each, and how large."""

from collections.abc import Mapping

import numpy as np

from . import learning, private, working  # noqa: F401  each adds its crowds
from .crowd import CROWDS, Draw
from .profiles import Group


def draw(days: float, release: float, rng: np.random.Generator, scale: float, loud: Mapping[str, float]) -> list[Group]:
    """Groups of nearly all crowds in random sizes; some crowds are ``loud``: so many times as many groups."""
    names = sorted(CROWDS)
    absent = set(rng.choice([name for name in names if name not in loud and CROWDS[name].size[1] < 400], 7, replace=False))
    groups = []
    for name in names:
        kind = CROWDS[name]
        if name in absent:
            continue
        units = rng.integers(kind.units[0], kind.units[1] + 1) * loud.get(name, 1.0)
        # A small world has fewer groups, and fewer accounts only of the crowds that are one group.
        few = max(1, round(units * scale)) if kind.units[1] > 1 else max(1, round(units))
        for _ in range(few):
            low, high = kind.size
            size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            size = size * scale if kind.units[1] == 1 else size
            accounts = max(2, round(size))
            requests = accounts * kind.per * float(np.exp(0.35 * rng.standard_normal()))
            groups.append(kind.make(Draw(name, accounts, requests, days, release, rng)))
    return groups
