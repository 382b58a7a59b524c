"""How far innocents stand out in their own logs, scored by parts that never saw their author: the lines of standing out."""

import pickle
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from benchmarks.calibration.examples import Examples, split, spoken, untold, values_of

from stillwatch import judge
from stillwatch.judge import model, reasons, verdict

FURTHEST = 10


def furthest_out(kept: Path, plain: np.ndarray, innocent: np.ndarray, comparable: np.ndarray, passes: np.ndarray,
                 odds: np.ndarray) -> np.ndarray:
    """How far innocent groups of one world stand out that each part has no reason for, ``(n_parts,)``; 0 for none.

    Args:
        kept: scene of the world.
        plain: whether each part has no everyday reason, ``(n_parts, n_groups)``.
        innocent: for each part, ``(n_parts, n_groups)``.
        comparable, passes, odds: of each group: as of :func:`judge.stands_out`, whether it is accused, and its log-odds.
    """
    scene, _, _ = pickle.loads(kept.read_bytes())
    free, suspects = np.ones(scene.people.n, bool), judge.suspects(scene)
    free[scene.groups.member_account[suspects & passes[scene.groups.member_group]]] = False
    out = judge.stands_out(scene, odds, suspects & scene.of_members(free), comparable & ~passes)
    return np.where(innocent & plain, out, 0).max(axis=1, initial=0)


def by_world(
    found: Examples, by_part: np.ndarray, log_odds: np.ndarray, fitted: model.Model, folder: Path
) -> dict[str, np.ndarray]:
    """:func:`furthest_out` of every world, scored by parts that never saw its author."""
    values = values_of(found)
    plain = np.stack([~reasons.everyday(name, values) for name in model.PARTS])
    mine = verdict.known_business(values) | verdict.one_customer(values)
    comparable = (spoken(found, values, fitted) >= verdict.MIN_FAMILIES) & ~mine
    passes = comparable & (plain & (by_part >= 0)).any(axis=0)
    innocent = np.stack([split(found)[1] & ~untold(found, name) for name in model.PARTS])
    worlds, number = np.unique(found["world"], return_inverse=True)
    rows = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    of_world = [(folder / f"{world}.scene", plain[:, of], innocent[:, of], comparable[of], passes[of], log_odds[of])
                for world, of in zip(worlds, rows, strict=True)]
    with ProcessPoolExecutor(2) as pool:
        out = list(pool.map(furthest_out, *zip(*of_world, strict=True), chunksize=4))
    return dict(zip(worlds.tolist(), out, strict=True))


def apart(of_worlds: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The lines of standing out: the furthest innocents of all worlds and once more the mean excess of the FURTHEST worlds', nats.

    Where tails are exponential, that is how much further one more of e times as many worlds reaches. The parts that see links have one
    line, since few innocent groups of batches have no everyday reason.
    """
    ordered = {name: np.sort([out[i] for out in of_worlds.values()])[::-1] for i, name in enumerate(model.PARTS)}
    for world, out in sorted(of_worlds.items(), key=lambda of: -of[1].max())[:9]:
        print("stands out", world, dict(zip(model.PARTS, out.round(2).tolist(), strict=True)))
    lines = {name: float(line[0] + line[:FURTHEST].mean() - line[FURTHEST]) for name, line in ordered.items()}
    return lines | dict.fromkeys(("batched", "linked"), max(lines["batched"], lines["linked"]))
