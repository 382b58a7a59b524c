"""Who joins: what tells a campaign's accounts from others that send its work or meet them."""

import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from benchmarks.calibration.examples import HELD_OUT, OTHERS, generate, opened
from benchmarks.calibration.logistic import fit

from stillwatch import dataset, judge
from stillwatch.detect import accusing, joining
from stillwatch.judge import model
from stillwatch.judge.pieces import look

OWN = 5
"""One of so many worlds is of ``simulate.random_world``."""
CROWD = 10
"""Accounts of one campaign that count in full: those of a campaign are alike."""
FRESH = 9000
"""Seed from which no world is in the calibration of groups."""
PIECES = ("standing", "work")
INNOCENTS, JOINED = 1e-5, 0.02
"""Share of all innocents, and of all who join, that those drawn in may be."""


def asked(author: str, scenario: str, seed: int, events: int) -> dict[str, np.ndarray]:
    """How the accounts that are asked in one world stand, with what is true of them, and how many others it has."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, weights = Path(scratch) / "world", judge.calibrated()
        generate(author, scenario, seed, events, folder)
        with opened(dataset.open_dataset(folder), Path(scratch) / "work") as (engine, traffic, scene):
            values, findings = look(scene)
            final, lead, verdicts = accusing.accuse(scene, values, findings, weights.by_trees(values), weights)
            whose, odds = joining.find_candidates(engine, traffic, scene, joining.owned_marks(engine, traffic, final)[1], final)
        truth = pq.read_table(folder / "truth.parquet", columns=["account_id", "campaign"])
    told = dict(zip(*truth.to_pydict().values(), strict=True))
    fake = np.array([bool(told[i]) for i in scene.people.ids.to_pylist()])
    member = final.labels(scene.people.n)
    mine, pieces = judge.candidates(scene, verdicts.campaign, member, whose, lead, verdicts.log_odds)
    return {
        "standing": weights.members.log_odds(pieces), "work": odds[mine], "fake": fake[mine],
        "may": judge.may_join(pieces, odds[mine]), "author": np.full(len(mine), author),
        "campaign": np.array([f"{author} {scenario} {seed} {k}" for k in whose[mine]], str),
        "counts": np.array([[np.count_nonzero(~fake), np.count_nonzero(fake), np.count_nonzero(fake & (member >= 0))]]),
    }


def worlds(n: int, seed: int) -> Iterator[tuple[str, str, int]]:
    """Author, scenario and seed of ``n`` worlds of all authors that calibrate; from FRESH on none is in the calibration of groups."""
    yield from (("own", "random", seed + i) for i in range(n // OWN))
    others = [(author, name) for author, simulator in OTHERS.items() for name in simulator.SCENARIOS
              if name not in HELD_OUT.get(author, ()) and name != "tiny"]
    yield from ((*one, seed) for one in random.Random(seed).sample(others, n - n // OWN))


def joins(n: int, seed: int, events: int) -> model.Joins:
    """Fit who joins on fresh worlds, and draw the line by fits that never saw each author."""
    with ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(asked, *zip(*worlds(n, seed), strict=True), [events] * n))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    fake, may, innocents = found["fake"], found["may"], int(found["counts"][:, 0].sum())
    _, number, size = np.unique(found["campaign"], return_inverse=True, return_counts=True)
    weight = np.minimum(1, CROWD / size[number])

    def fitted(use: np.ndarray) -> model.Joins:
        values = {name: np.clip(found[name][use], -model.MAX_NATS, model.MAX_NATS) for name in PIECES}
        bias, weights = fit(values, fake[use], weight[use], names=PIECES, limit=None)
        return model.Joins(bias, **weights, line=0.0)

    score = np.full(len(fake), -np.inf)
    for author in np.unique(found["author"]):
        mine = (found["author"] == author) & may
        score[mine] = fitted(may & (found["author"] != author)).log_odds(found["standing"][mine], found["work"][mine])
    order = np.argsort(-score, kind="stable")[: np.count_nonzero(may)]
    drawn = np.cumsum(~fake[order])
    allowed = np.flatnonzero((drawn <= INNOCENTS * innocents) & (drawn <= JOINED * np.arange(1, len(order) + 1)))
    last = int(allowed[-1]) if len(allowed) else -1
    line = float(score[order[last]]) if last >= 0 else np.inf
    print(f"{n} worlds, {innocents} innocents, {' of '.join(map(str, found['counts'][:, :0:-1].sum(axis=0)))} fakes found; "
          f"asked {np.count_nonzero(fake)} fakes, {np.count_nonzero(~fake)} innocents")
    for drawn_in in sorted({0, 1, 2, 5, 10, 20, int(drawn[last]) if last >= 0 else 0}):
        rows = drawn <= drawn_in
        print(f"  {drawn_in} innocents with {np.count_nonzero(fake[order][rows])} fakes from {score[order][rows].min(initial=np.inf):.2f}")
    result = model.Joins(*(getattr(fitted(may), name) for name in ("bias", *PIECES)), line=line)
    print(result)
    return result
