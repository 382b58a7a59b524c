"""Worlds of all authors and their groups as examples: what was measured of each, and what is true of it."""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import (
    alder_world,
    bazaar_world,
    cairn_world,
    click_world,
    commons_world,
    delta_world,
    dune_world,
    farm_world,
    fen_world,
    gauge_world,
    harbour_world,
    heath_world,
    heron_world,
    kelp_world,
    lab_world,
    lodge_world,
    marsh_world,
    mill_world,
    osier_world,
    quarry_world,
    quay_world,
    ridge_world,
    second_world,
    slate_world,
    tarn_world,
    tool_world,
    vane_world,
    weir_world,
    wharf_world,
)
from stillwatch import dataset, judge, partitions, simulate, sketch
from stillwatch.detect.traffic import Traffic, measure, propose, read_traffic
from stillwatch.engine import Engine, open_engine
from stillwatch.judge import model, verdict
from stillwatch.judge.pieces import joint, look
from stillwatch.judge.reasons import LINKED

Examples = dict[str, np.ndarray]
"""One entry a group: values (``v.``), significance (``s.``), and what is true of it."""

OTHERS = {
    "second": second_world, "farm": farm_world, "lab": lab_world, "click": click_world, "tool": tool_world, "bazaar": bazaar_world,
    "harbour": harbour_world, "mill": mill_world, "quarry": quarry_world, "ridge": ridge_world, "fen": fen_world,
    "heron": heron_world, "delta": delta_world, "kelp": kelp_world, "tarn": tarn_world, "slate": slate_world,
    "alder": alder_world, "marsh": marsh_world,
    "dune": dune_world, "quay": quay_world,
    "cairn": cairn_world, "osier": osier_world, "vane": vane_world, "wharf": wharf_world, "lodge": lodge_world,
    "weir": weir_world, "heath": heath_world, "gauge": gauge_world, "commons": commons_world,
}
HELD_OUT = {"second": ("stealthy",)}
UNTOLD = ("seat_sharing",)
"""Innocents who teach the part of links nothing: shops that sell seats of accounts bought with a few cards and numbers are farms in all
that a log tells. The suite counts them among the innocents."""
TREES_ALONE = ("slate", "alder", "marsh", "dune", "quay", "cairn", "osier", "vane", "wharf", "lodge",
               "weir", "heath", "gauge", "commons")
"""Authors whose worlds teach the trees and not the sums. To a sum of pieces the honest relays and pools of keys of ``slate`` work as
operators do, which would move the line for everybody; with those of ``alder`` and ``marsh`` sums find fewer of everybody else's
operators; the last eleven were not tried."""
TWICE = ("swollen",)
"""Scenarios of crowds that are rare: twice as many seeds."""
WINDOWS = (("first", 2), ("first", 4), ("last", 1), ("last", 2), ("last", 4))
"""Days of a log that may be judged beside the whole of it: a provider may have no more, and ``detect --recent`` looks at the last ones."""


def generate(author: str, scenario: str, seed: int, events: int | None, folder: Path) -> None:
    """Write one world of one author."""
    if author == "own":
        simulate.write(simulate.random_world(np.random.default_rng(seed), events=events), folder, seed=seed, quiet=True)
    else:
        OTHERS[author].generate(scenario, folder, seed, events=events)


@contextmanager
def opened(data: dataset.Dataset, work: Path, as_of: datetime | None = None) -> Iterator[tuple[Engine, Traffic, judge.Scene]]:
    """Sketch a log, and measure the groups that are proposed in it."""
    files = partitions.sketch_files(data, work, sketch.sketch_events, as_of=as_of, threads=1, quiet=True)
    with open_engine(work, threads=1, memory_gb=4) as engine:
        traffic = read_traffic(engine, data, files, as_of)
        groups, handoffs, _ = propose(engine, traffic)
        yield engine, traffic, measure(traffic, groups, handoffs)


def measured(folder: Path, work: Path, kept: Path, window: tuple[str, int] | None = None) -> None:
    """Put the scene of one world, or of a window of its log, and who its accounts are into ``kept``."""
    data, as_of = dataset.open_dataset(folder), None
    if window is not None:
        end, days = window
        if end == "first":
            as_of = min(pc.min(pq.read_table(path, columns=["timestamp"])["timestamp"]).as_py() for path in data.event_files)
            as_of += timedelta(days=days)
        else:
            data = dataset.lately(data, days * 24 * judge.HOUR_US, None)
    with opened(data, work, as_of) as (_, _, scene):
        pass
    truth = pq.read_table(folder / "truth.parquet")
    campaign = dict(zip(truth["account_id"].to_pylist(), truth["campaign"].to_pylist(), strict=True))
    kind = dict(zip(truth["account_id"].to_pylist(), truth["kind"].to_pylist(), strict=True))
    names = sorted({name for name in campaign.values() if name})
    number = np.array([names.index(campaign[i]) if campaign[i] else -1 for i in scene.people.ids.to_pylist()])
    kinds = np.array([kind[i] for i in scene.people.ids.to_pylist()])
    kept.write_bytes(pickle.dumps((scene, number, kinds)))


def examples(kept: Path) -> Examples:
    """Values of every group of one world, with what is true of it."""
    scene, number, kinds = pickle.loads(kept.read_bytes())
    values, findings = look(scene)
    sure = verdict.significant(findings, scene.usual)
    member, group = number[scene.groups.member_account[scene.seen]], scene.groups.member_group[scene.seen]
    size = np.maximum(np.bincount(group, minlength=scene.n), 1)
    n_operators = max(int(number.max()) + 1, 1)
    inside = np.stack([np.bincount(group[member == k], minlength=scene.n) for k in range(n_operators)])
    best = inside.argmax(axis=0)
    total = np.array([max((number == k).sum(), 1) for k in range(n_operators)])
    kind, of_kind = np.unique(kinds, return_inverse=True)
    of_kind = of_kind[scene.groups.member_account[scene.seen]]
    mostly = kind[np.stack([np.bincount(group[of_kind == k], minlength=scene.n) for k in range(len(kind))]).argmax(axis=0)]
    return {
        **{f"v.{name}": value for name, value in values.items()},
        **{f"s.{name}": sure.get(name, np.zeros(scene.n, bool)) for name in judge.EVIDENCE},
        "purity": inside.max(axis=0) / size, "coverage": inside.max(axis=0) / total[best], "size": size,
        "any": inside.sum(axis=0) / size, "kind": mostly, "operator": best if number.max() >= 0 else np.full(scene.n, -1),
        "origin": np.array(scene.groups.origin),
        "world": np.full(scene.n, kept.stem), "author": np.full(scene.n, kept.stem.split()[0]),
    }


def world(author: str, scenario: str, seed: int, events: int, window: tuple[str, int] | None, scenes: Path) -> list[Path]:
    """Simulate and measure one world of one author, and a window of its log, if these scenes are not kept already; their files."""
    name = f"{author} {scenario} {seed}"
    kept = {None: scenes / f"{name}.scene"}
    if window is not None:
        kept[window] = scenes / f"{name} {window[0]} {window[1]}d.scene"
    missing = {part: path for part, path in kept.items() if not path.exists()}
    if missing:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "world"
            generate(author, scenario, seed, None if scenario == "tiny" else events, folder)
            for i, (part, path) in enumerate(missing.items()):
                measured(folder, Path(scratch) / f"work{i}", path, part)
    return list(kept.values())


def values_of(found: Examples) -> dict[str, np.ndarray]:
    """The values of all groups, with the joint pieces."""
    values = {name[2:]: value for name, value in found.items() if name.startswith("v.")}
    return values | joint(values)


def spoken(found: Examples, values: dict[str, np.ndarray], fitted: model.Model) -> np.ndarray:
    """Families that speak for each group."""
    sure = {name[2:]: flags for name, flags in found.items() if name.startswith("s.")}
    return verdict.families(values, sure, fitted).sum(axis=1)


def split(found: Examples) -> tuple[np.ndarray, np.ndarray]:
    """Positive and negative examples; what is never accused, or left to a person whatever it scores, teaches nothing.

    Who has another purpose does: without him trees and sums find fewer operators of authors left out, and more innocents.
    """
    told = values_of(found)
    owned = verdict.known_business(told) | verdict.one_customer(told)
    return (found["purity"] >= 0.8) & (found["coverage"] >= 0.3) & ~owned, (found["any"] <= 0.1) & ~owned


def untold(found: Examples, part: str) -> np.ndarray:
    """Groups of innocents whom no log tells from a farm."""
    return np.isin(found["kind"], UNTOLD) & (part == LINKED)
