"""How far innocents lie beyond the other groups of their logs, by what never saw their author: the lines of the trees."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.calibration.examples import UNTOLD, Examples, split, spoken, values_of

from stillwatch import judge
from stillwatch.judge import model, reasons, verdict
from stillwatch.judge.lines import Lines, line_class, with_trees
from stillwatch.judge.pieces import PARTS

FURTHEST = 10
SHARES = (0.0, 0.25, 0.5, 0.75), (0.0,)
"""Shares of a log's yardstick that are tried for each class of groups: of the second a log has too few to tell by the next ones."""


@dataclass(frozen=True)
class Unseen:
    """Every group, scored by what never saw its author."""

    told: dict[str, np.ndarray]
    """Of the trees alone, and of the trees and each part that sums, nats, ``(n_groups,)``; what may not be accused so is at -inf."""
    yardstick: np.ndarray
    """Of each group's log, ``(n_groups,)``; NaN where there are too few groups to compare."""
    passes: np.ndarray
    """A part that sums accuses it, ``(n_groups,)``."""


def yardstick_of(kept: Path, comparable: np.ndarray, passes: np.ndarray, odds: np.ndarray) -> float:
    """The yardstick of one world.

    Args:
        kept: scene of the world.
        comparable, passes, odds: of each group: as of :func:`judge.yardstick`, whether it is accused, and its log-odds.
    """
    scene, _, _ = pickle.loads(kept.read_bytes())
    free, suspects = np.ones(scene.people.n, bool), judge.suspects(scene)
    free[scene.groups.member_account[suspects & passes[scene.groups.member_group]]] = False
    return judge.yardstick(scene, odds, suspects & scene.of_members(free), comparable & ~passes)


def unseen_by(found: Examples, by_part: np.ndarray, odds: np.ndarray, fitted: model.Model, folder: Path) -> Unseen:
    """All groups of all worlds, by scores ``(n_parts, n_groups)`` and log-odds of trees ``(n_groups,)`` that never saw their author."""
    values = values_of(found)
    reason = {name: reasons.everyday(name, values) for name in PARTS}
    mine = verdict.known_business(values) | verdict.one_customer(values)
    comparable = (spoken(found, values, fitted) >= verdict.MIN_FAMILIES) & ~mine
    passes = comparable & (np.where(np.stack(list(reason.values())), -np.inf, by_part) >= 0).any(axis=0)
    worlds, number = np.unique(found["world"], return_inverse=True)
    rows = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    with ProcessPoolExecutor(2) as pool:
        of_worlds = list(pool.map(yardstick_of, [folder / f"{world}.scene" for world in worlds], *(
            [of[rows_of] for rows_of in rows] for of in (comparable, passes, odds)), chunksize=4))
    sums = {name: (score, reason[name]) for name, score in zip(PARTS, by_part, strict=True) if name != reasons.BATCHED}
    told = with_trees(values, sums, odds)
    return Unseen({name: np.where(comparable, value, -np.inf) for name, value in told.items()}, np.array(of_worlds)[number], passes)


def with_lines(forest: model.Forest, found: Examples, unseen: Unseen, use: np.ndarray) -> tuple[model.Forest, float]:
    """Trees with the lines beyond which no innocent group of the worlds that are used lies, and the mean yardstick of these.

    A line is the furthest innocents of all worlds and once more the mean excess of the FURTHEST worlds': where tails are exponential,
    that is how much further one more of e times as many worlds reaches. Of the SHARES the one that passes the most operators is taken,
    for each class of groups apart.

    Args:
        forest: the trees.
        found: all groups.
        unseen: what is said of them.
        use: groups of the worlds that are used, ``(n_groups,)``.
    """
    positive, innocent = split(found)
    innocent &= use & ~np.isin(found["kind"], UNTOLD) & ~unseen.passes
    worlds, number = np.unique(found["world"][use], return_inverse=True)
    first = np.unique(number, return_index=True)[1]
    usual = float(np.nanmean(unseen.yardstick[use][first]))
    yardstick = np.where(np.isnan(unseen.yardstick), usual, unseen.yardstick)
    operators = np.unique(np.stack([np.unique(found["world"], return_inverse=True)[1], found["operator"]]), axis=1, return_inverse=True)[1]

    def line(score: np.ndarray, of: np.ndarray) -> float:
        furthest = np.full(max(len(worlds), FURTHEST + 1), -np.inf)
        np.maximum.at(furthest, number, np.where(innocent & of, score, -np.inf)[use])
        furthest = np.sort(furthest)[::-1]
        # Where hardly a world has such innocents, nothing tells how far they reach.
        return float(furthest[0] + furthest[:FURTHEST].mean() - furthest[FURTHEST]) if np.isfinite(furthest[FURTHEST]) else np.inf

    def lines_of(shares: tuple[float, ...], of: np.ndarray) -> Lines:
        anywhere = line(unseen.told[reasons.TREES], of)
        known = use & positive & (unseen.passes | of & (unseen.told[reasons.TREES] >= anywhere))
        most: tuple[int, float, dict[str, float]] = (-1, 0.0, {})
        for share in shares:
            scores = {name: told - share * yardstick for name, told in unseen.told.items()}
            lines = {name: line(score, of) for name, score in scores.items()}
            passed = use & positive & of & np.logical_or.reduce([score >= lines[name] for name, score in scores.items()])
            n = len(np.setdiff1d(operators[passed], operators[known]))
            print(f"share of the yardstick {share:g}: lines", {name: round(told, 2) for name, told in lines.items()}, "operators more", n)
            most = max(most, (n, share, lines), key=lambda one: one[0])
        return Lines(most[1], {name: told for name, told in most[2].items() if np.isfinite(told)}, anywhere)

    number_of = line_class({name[2:]: value for name, value in found.items() if name.startswith("v.")})
    lines = tuple(lines_of(shares, number_of == i) for i, shares in enumerate(SHARES))
    return model.Forest(forest.bias, forest.trees, lines, len(worlds)), usual
