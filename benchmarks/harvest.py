"""The interval of a harvest: campaigns of many authors' worlds beside the truth, and the widths that would have held it.

    python benchmarks/harvest.py [--keep DIR]

The worlds are simulated and detected, and the requests that are harvest by the truth are counted among those of the accounts of each
campaign and group for review of which at least half are operators'. How far the estimate may be off is a sum of what makes it doubtful
(judge/unmix.py), with weights by quantile regression, widened until strangers are covered: each author by the weights of the others.
STRANGERS are held against what is written.
"""

import argparse
import json
import pickle
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.calibration.examples import OTHERS

import suite_tables
from stillwatch import dataset, judge, partitions, simulate, sketch
from stillwatch.detect import pipeline, unmixing
from stillwatch.detect.traffic import read_traffic
from stillwatch.engine import open_engine
from stillwatch.judge import interval, unmix
from stillwatch.terminal.progress import Clock

WRITTEN = Path(judge.__file__).parent / "interval.json"
STRANGERS = ("dune", "quay")
"""Authors that are held against what is written, and teach it nothing."""
SCENARIOS = (
    "bazaar-new_model", "click-voucher_bazaar", "delta-reworded", "farm-deep_cover", "farm-five_books", "farm-two_pools_abroad",
    "fen-burner_cards", "fen-cheap_gateway", "harbour-night_market", "heron-crowd_cover", "kelp-cheap_gateways",
    "lab-evolved_prompts_no_template", "lab-hydra_replacement", "mill-aged_market", "own-0", "quarry-relay", "ridge-agent_gym",
    "second-hard", "second-sparse", "slate-grey_relay", "tarn-grey_gateway", "tarn-three_doors", "tool-release_refresh",
    "dune-great_shift", "dune-open_cast", "quay-block_expander", "quay-mother_tongue",
)
"""Worlds that are looked at, ``author-scenario``: by chance of each author's in which the suite finds half of the accounts, and four
where estimates were known to be far off; ``own-N`` is the random world of the seed N further."""
MISSED = 0.05
"""Share of campaigns whose harvest may lie below the interval, and above it."""


@dataclass(frozen=True)
class Campaign:
    """What was found, and what is true of it."""

    world: str
    told: judge.Conversations
    usual: list[np.ndarray]
    relays: bool
    true: int
    """Harvested requests of its accounts."""

    @property
    def author(self) -> str:
        return self.world.partition("-")[0]


def campaigns(world: str, folder: Path, work: Path) -> list[Campaign]:
    """What detection finds in a world, with the requests that are harvest of accounts of which half are operators'."""
    data = dataset.open_dataset(folder)
    files = partitions.sketch_files(data, work, sketch.sketch_events, as_of=None, threads=1, quiet=True)
    with open_engine(work, threads=1, memory_gb=4) as engine:
        outcome = pipeline.find_campaigns(engine, data, files, None, Clock())
        scene, final = outcome.scene, outcome.final
        traffic = read_traffic(engine, data, files)
        found = unmixing.collect_conversations(traffic, unmixing.add_own_wordings(engine, traffic, scene, final))
    truth, harvest = (pq.read_table(folder / f"{name}.parquet") for name in ("truth", "truth_events"))
    fakes = truth.filter(pc.is_valid(truth["campaign"]))["account_id"].combine_chunks()
    fake = pc.is_in(scene.people.ids, value_set=fakes).to_numpy(zero_copy_only=False)
    kept = harvest.filter(pc.is_valid(harvest["campaign"]))["event_id"].combine_chunks()
    events = (table["event_id"] for path in data.event_files for table in dataset.batches(path, ("event_id", "timestamp")))
    true = np.zeros(final.n, np.int64)
    for event_id, owner in zip(events, found.owners, strict=True):
        true += np.bincount(owner[pc.is_in(event_id, value_set=kept).to_numpy() & (owner >= 0)], minlength=final.n)
    relays = unmixing.relaying_campaigns(scene, final)
    mostly = np.bincount(final.member_group, fake[final.member_account], final.n) * 2 >= final.sizes()
    return [
        Campaign(world, found.conversations.take(found.campaign == number), found.usual, bool(relays[number]), int(true[number]))
        for number in np.flatnonzero(mostly)
    ]


def looked_at(world: str, seed: int, events: int, folder: Path) -> list[Campaign]:
    """The campaigns of one world, if they are not kept already."""
    kept = folder / f"{world} {seed} {events}.pickle"
    if not kept.exists():
        author, _, scenario = world.partition("-")
        with tempfile.TemporaryDirectory() as scratch:
            made = Path(scratch) / "world"
            if author == "own":
                number = seed + int(scenario)
                simulate.write(simulate.random_world(np.random.default_rng(number), events=events), made, seed=number, quiet=True)
            else:
                OTHERS[author].generate(scenario, made, seed, events=events)
            kept.write_bytes(pickle.dumps(campaigns(world, made, Path(scratch) / "work")))
    found: list[Campaign] = pickle.loads(kept.read_bytes())
    print(f"{world}: {len(found)} campaigns", file=sys.stderr, flush=True)
    return found


@dataclass(frozen=True)
class Examples:
    """Campaigns of whom enough was seen to compare, ``(n,)`` each."""

    author: np.ndarray
    relays: np.ndarray
    off: np.ndarray
    """How far the truth lies below the estimate, and above it, as a share of all requests, ``(2, n)``."""
    room: np.ndarray
    """How far it can, ``(2, n)``."""
    doubts: tuple[np.ndarray, ...]
    """For either side ``(n, n_doubts)``, shares of all requests."""

    def of(self, rows: np.ndarray) -> "Examples":
        return Examples(self.author[rows], self.relays[rows], self.off[:, rows], self.room[:, rows], tuple(of[rows] for of in self.doubts))

    @property
    def counts(self) -> np.ndarray:
        """An author of many campaigns counts more, yet not for each of them."""
        _, of, n = np.unique(self.author, return_inverse=True, return_counts=True)
        return np.asarray(n[of] ** -0.5)


def examples(found: list[Campaign]) -> Examples:
    author, relays, off, room = [], [], [], []
    of: tuple[list[np.ndarray], ...] = ([], [])
    for campaign in found:
        told = campaign.told
        if unmix.too_few(told, campaign.usual):
            continue
        odds = judge.log_odds(told, campaign.usual)
        flags = judge.harvested(told, odds)
        n, estimate = told.turns.sum(), told.turns[flags].sum()
        author.append(campaign.author)
        relays.append(campaign.relays)
        off.append(np.array([estimate - campaign.true, campaign.true - estimate]) / n)
        room.append(np.array([estimate, n - estimate]) / n)
        for side, doubts in zip(of, interval.doubts(told, odds, flags, relays=campaign.relays).values(), strict=True):
            side.append(doubts / n)
    return Examples(np.array(author), np.array(relays), np.array(off).T, np.array(room).T, tuple(map(np.array, of)))


def regressed(doubts: np.ndarray, off: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Weights of at least 0 with which doubts add up to the quantile of what is off, ``(n_doubts,)``: a linear programme."""
    n, k = doubts.shape
    cost = np.concatenate([np.zeros(k), counts * (1 - MISSED), counts * MISSED])
    found = linprog(cost, A_eq=np.hstack([doubts, np.eye(n), -np.eye(n)]), b_eq=off, method="highs")
    return np.asarray(found.x[:k])


def widths(found: Examples) -> list[np.ndarray]:
    """What each doubt counts, for either side: regressed, and as much wider as authors need whom the regression did not see."""
    out = []
    for doubts, off in zip(found.doubts, found.off, strict=True):
        more = np.zeros(len(off))
        for author in np.unique(found.author):
            rest = found.author != author
            told = doubts[~rest] @ regressed(doubts[rest], off[rest], found.counts[rest])
            more[~rest] = np.maximum(off[~rest], 0) / np.maximum(told, 1e-6)
        order = np.argsort(more)
        share = found.counts[order].cumsum()
        wider = max(more[order][np.searchsorted(share, (1 - MISSED) * share[-1])], 1.0)
        out.append(regressed(doubts, off, found.counts) * wider)
    return out


def held(found: Examples, width: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each interval holds the truth, ``(n,)``, and how far it reaches below and above, ``(2, n)``."""
    reach = np.minimum([doubts @ of for doubts, of in zip(found.doubts, width, strict=True)], found.room)
    return (found.off <= reach + 1e-9).all(axis=0), reach


def said(name: str, inside: np.ndarray, reach: np.ndarray) -> str:
    share, whole = reach.sum(axis=0), np.quantile(reach.sum(axis=0), [0.25, 0.5, 0.75])
    return (f"{name:8} {len(inside):4} campaigns, {inside.mean():.2f} inside; width as a share of all requests: "
            f"quartiles {whole[0]:.3f}, {whole[1]:.3f}, {whole[2]:.3f}, mean {share.mean():.3f}")


def command(events: int, seed: int, scenarios: Sequence[str]) -> str:
    """What computes the same again."""
    told = "" if tuple(scenarios) == SCENARIOS else f" --scenarios {' '.join(scenarios)}"
    return f"python benchmarks/harvest.py --events {events} --seed {seed}{told}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=60_000, help="requests of each world")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep what was found in, and to read it from if it is there")
    parser.add_argument("--scenarios", nargs="+", metavar="NAME", default=SCENARIOS, help="author-scenario; default: those of the record")
    parser.add_argument("--write", action="store_true", help=f"write {WRITTEN.name}, not just print")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(args.jobs) as pool:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        n = len(args.scenarios)
        parts = list(pool.map(looked_at, args.scenarios, [args.seed] * n, [args.events] * n, [folder] * n))
    found = examples([campaign for part in parts for campaign in part])
    strange = np.isin(found.author, STRANGERS)
    known = found.of(~strange)
    inside, reach = np.zeros(len(known.author), bool), np.zeros((2, len(known.author)))
    for author in np.unique(known.author):
        mine = known.author == author
        inside[mine], reach[:, mine] = held(known.of(mine), widths(known.of(~mine)))
        print(said(author, inside[mine], reach[:, mine]))
    width = widths(known)
    relays = known.relays
    for name, rows in (("pools", relays), ("others", ~relays), ("all", relays | True)):
        print(said(name, inside[rows], reach[:, rows]))
    if strange.any():
        print(said("strange", *held(found.of(strange), width)))
    record = {
        "command": command(args.events, args.seed, args.scenarios), "commit": suite_tables.commit(),
        "worlds": sum(name.partition("-")[0] not in STRANGERS for name in args.scenarios),
        "campaigns": len(known.author), "authors": len(np.unique(known.author)),
    }
    told = {
        side: dict(zip(names, of.round(4).tolist(), strict=True))
        for (side, names), of in zip(interval.DOUBTS.items(), width, strict=True)
    }
    text = json.dumps(told | {"record": record}, indent=1) + "\n"
    print(text)
    if args.write:
        WRITTEN.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
