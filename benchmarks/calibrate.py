"""Calibrate the judge: fit the weights of evidence on random simulated worlds and write them with their record.

    python benchmarks/calibrate.py

The worlds are drawn by ``simulate.random_world`` from seeds that start at --seed, so that its named scenarios are held out,
and by the simulators that other people wrote, so that no weight leans on one simulator's habits. A group of a
world is an example: positive where at least 0.8 of its accounts belong to one operator (weighted by the share of the
operator's accounts that it holds, so that fragments count little), negative where at most 0.1 belong to any.
"""

import argparse
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier

from stillwatch import dataset, group, judge, partitions, pipeline, simulate, sketch
from stillwatch.engine import open_engine
from stillwatch.judge import model, reasons, verdict
from stillwatch.judge.trees import DIGITS, Trees

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import (
    alder_world,
    bazaar_world,
    click_world,
    delta_world,
    farm_world,
    fen_world,
    harbour_world,
    heron_world,
    kelp_world,
    lab_world,
    marsh_world,
    mill_world,
    quarry_world,
    ridge_world,
    second_world,
    slate_world,
    tarn_world,
    tool_world,
)

OTHERS = {
    "second": second_world, "farm": farm_world, "lab": lab_world, "click": click_world, "tool": tool_world, "bazaar": bazaar_world,
    "harbour": harbour_world, "mill": mill_world, "quarry": quarry_world, "ridge": ridge_world, "fen": fen_world,
    "heron": heron_world, "delta": delta_world, "kelp": kelp_world, "tarn": tarn_world, "slate": slate_world,
    "alder": alder_world, "marsh": marsh_world,
}
HELD_OUT = {"second": ("stealthy",)}
UNTOLD = ("seat_sharing",)
"""Innocents who teach the part of links nothing: shops that sell seats of accounts bought with a few cards and numbers are farms in all
that a log tells. The suite counts them among the innocents."""
TREES_ALONE = ("slate", "alder", "marsh")
"""Authors whose worlds teach the trees and not the sums. To a sum of pieces the honest relays and pools of keys of ``slate`` work as
operators do, which would move the line for everybody; and with the others' worlds sums find fewer of everybody else's operators."""
TWICE = ("swollen",)
"""Scenarios of crowds that are rare: twice as many seeds."""
CALIBRATION = Path(judge.__file__).parent / "calibration.json"


def measured(folder: Path, work: Path, kept: Path) -> None:
    """Put the scene of one world and who its accounts are into ``kept``."""
    data = dataset.open_dataset(folder)
    files = partitions.sketch_files(data, work, sketch.sketch_events, as_of=None, threads=1, quiet=True)
    with open_engine(work, threads=1, memory_gb=4) as engine:
        traffic = pipeline.read_traffic(engine, data, files)
        groups, handoffs, _ = pipeline.propose(engine, traffic)
        scene = pipeline.measure(traffic, groups, handoffs)
    truth = pq.read_table(folder / "truth.parquet")
    campaign = dict(zip(truth["account_id"].to_pylist(), truth["campaign"].to_pylist(), strict=True))
    kind = dict(zip(truth["account_id"].to_pylist(), truth["kind"].to_pylist(), strict=True))
    names = sorted({name for name in campaign.values() if name})
    number = np.array([names.index(campaign[i]) if campaign[i] else -1 for i in scene.people.ids.to_pylist()])
    kinds = np.array([kind[i] for i in scene.people.ids.to_pylist()])
    kept.write_bytes(pickle.dumps((scene, number, kinds)))


def examples(kept: Path) -> dict[str, np.ndarray]:
    """Values of every group of one world, with what is true of it."""
    scene, number, kinds = pickle.loads(kept.read_bytes())
    values, findings = model.look(scene)
    sure = verdict.significant(findings)
    member, group = number[scene.groups.member_account[scene.seen]], scene.groups.member_group[scene.seen]
    size = np.maximum(np.bincount(group, minlength=scene.n), 1)
    n_operators = max(int(number.max()) + 1, 1)
    inside = np.stack([np.bincount(group[member == k], minlength=scene.n) for k in range(n_operators)])
    best = inside.argmax(axis=0)
    total = np.array([max((number == k).sum(), 1) for k in range(n_operators)])
    # The kind of the middle member stands for the group, which is enough to read a table by.
    middle = scene.groups.member_account[np.searchsorted(scene.groups.member_group, np.arange(scene.n))] if scene.n else np.zeros(0, int)
    return {
        **{f"v.{name}": value for name, value in values.items()},
        **{f"s.{name}": sure.get(name, np.zeros(scene.n, bool)) for name in judge.EVIDENCE},
        "purity": inside.max(axis=0) / size, "coverage": inside.max(axis=0) / total[best], "size": size,
        "any": inside.sum(axis=0) / size, "kind": kinds[middle], "operator": best if number.max() >= 0 else np.full(scene.n, -1),
        "origin": np.array(scene.groups.origin),
        "world": np.full(scene.n, kept.stem), "author": np.full(scene.n, kept.stem.split()[0]),
    }


def world(author: str, scenario: str, seed: int, events: int, scenes: Path) -> dict[str, np.ndarray]:
    """Simulate and measure one world of one author, if its scene is not kept already, and look at it."""
    kept = scenes / f"{author} {scenario} {seed}.scene"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "world"
            if author == "own":
                simulate.write(simulate.random_world(np.random.default_rng(seed), events=events), folder, seed=seed, quiet=True)
            else:
                OTHERS[author].generate(scenario, folder, seed, events=None if scenario == "tiny" else events)
            measured(folder, Path(scratch) / "work", kept)
    return examples(kept)


def accounts(kept: Path, fitted: model.Model) -> dict[str, np.ndarray]:
    """How the accounts of every campaign of one world stand, with what is true of them."""
    scene, operator, _ = pickle.loads(kept.read_bytes())
    fake = operator >= 0
    values, findings = model.look(scene)
    same = group.twins(scene.n, scene.groups.member_group, scene.groups.member_account)
    found = verdict.judge(values, findings, fitted, same)
    of_group, of_account = judge.campaigns_of(scene, found.campaign, judge.suspects(scene), pipeline.MIN_ACCOUNTS, found.log_odds)
    n = int(of_account.max(initial=-1)) + 1
    lead = judge.leads(scene, of_group, n, found.log_odds)
    links = judge.linkage(scene, of_group, of_account, lead)
    mine, pieces = judge.standing(scene, of_group, of_account, n, found.log_odds, links)
    return {**pieces, "fake": fake[mine], "campaign": np.array([f"{kept.stem} {number}" for number in of_account[mine]], dtype=object)}


def members(parts: list[dict[str, np.ndarray]]) -> model.Members:
    """Fit what tells a campaign's accounts from those drawn in; campaigns count alike, and those mostly of innocents teach nothing."""
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    _, number, size = np.unique(found["campaign"].astype(str), return_inverse=True, return_counts=True)
    fake = found["fake"].astype(bool)
    use = (np.bincount(number, weights=fake) >= 0.5 * size)[number]
    pieces = {name: np.clip(found[name][use], *model.REACH) for name in PIECES}
    bias, weights = model.fit(pieces, fake[use], 30 / size[number][use], ridge=1.0, names=PIECES, limit=None)
    left = model.Members(bias, weights)
    kept = left.posterior({name: found[name] for name in PIECES}) >= judge.SURE
    print(f"{len(size)} campaigns, {int((~fake).sum())} accounts drawn in, {int((kept & ~fake).sum())} of them kept; "
          f"members kept {kept[fake].mean():.4f}:", *(f"{name} {weight:+.2f}" for name, weight in weights.items()))
    return left


def judged(kept: Path, fitted: model.Model) -> dict[str, object]:
    """What the judge says of the accounts of one world: counts, and the kinds of the innocents flagged."""
    scene, operator, kinds = pickle.loads(kept.read_bytes())
    values, findings = model.look(scene)
    sure, _, found = pipeline.accuse(scene, values, findings, fitted.by_trees(values), fitted)
    accused, review = (np.zeros(scene.people.n, bool) for _ in range(2))
    accused[sure.member_account] = True
    open_, _ = pipeline.campaigns(scene, found.review & pipeline.apart(scene, ~accused), ~accused, found.log_odds, fitted)
    review[open_.member_account] = True
    fake = operator >= 0
    wrong, counts = np.unique(kinds[accused & ~fake], return_counts=True)
    return {
        "world": kept.stem, "fakes": int(fake.sum()), "found": int((fake & accused).sum()), "review": int((fake & review).sum()),
        "innocent": int((~fake).sum()), "false": int((~fake & accused).sum()), "doubted": int((~fake & review).sum()),
        "wrong": dict(zip(wrong.tolist(), counts.tolist(), strict=True)),
        "operators": [(int(of.sum()), *(round(float(told[of].mean()), 2) for told in (accused, review)))
                      for k in range(operator.max() + 1) for of in (operator == k,)],
    }


def left_out(found: dict[str, np.ndarray], folder: Path) -> None:
    """Judge each author's worlds by weights that never saw that author; print what a provider nobody has seen would get."""
    sums = {name: value[~np.isin(found["author"], TREES_ALONE)] for name, value in found.items()}
    reach, scores = furthest(sums)
    whole, total = fit(sums, {}), dict.fromkeys(("fakes", "found", "review", "innocent", "false", "doubted"), 0)
    of_worlds = by_world(found, unseen(found, scores, whole), trees(found, whole)[2], whole, folder)
    for author in np.unique(found["author"]).tolist():
        others = margins({name: theirs for name, theirs in reach.items() if name != author})
        rest = {name: value[found["author"] != author] for name, value in found.items()}
        fitted = replace(fit({name: value[sums["author"] != author] for name, value in sums.items()}, {}), margins=others)
        scenes = sorted(folder.glob("*.scene"))
        theirs, rest_of = ([path for path in scenes if path.name.startswith(f"{author} ") == mine] for mine in (True, False))
        rest_of = [path for path in rest_of if path.name.split()[0] not in TREES_ALONE]
        with ProcessPoolExecutor(2) as pool:
            fitted = replace(fitted, members=members(list(pool.map(accounts, rest_of, [fitted] * len(rest_of)))))
            part, margin, _ = trees(rest, fitted)
            lines = apart({world: out for world, out in of_worlds.items() if world.split()[0] != author})
            fitted = replace(fitted, parts={**fitted.parts, model.TREES: part}, margins={**others, model.TREES: margin}, apart=lines)
            told = list(pool.map(judged, theirs, [fitted] * len(theirs)))
        for one in told:
            print("  ", *(f"{name} {value}" for name, value in one.items()))
        mine = {name: sum(one[name] for one in told) for name in total}
        total = {name: total[name] + mine[name] for name in total}
        print(f"LEFT OUT {author}, margins {others}:", mine, f"recall {mine['found'] / max(mine['fakes'], 1):.3f}, "
              f"false per 10,000 {1e4 * mine['false'] / mine['innocent']:.2f}", flush=True)
    print("LEFT OUT all:", total)


PIECES = (
    "often", "amount", "accepted", "best", "own", "joined", "private", "young", "hours", "mix", "length", "age", "bare", "alone", "links",
)
RIDGE = 0.5
EVERYDAY = 0.2
"""Weight of innocents whom their everyday reason leaves to a person: they teach little of who is accused."""
COPIES = 12
BLIND = 0.4


def blinded(
    values: dict[str, np.ndarray], positive: np.ndarray, weight: np.ndarray, usual: dict[str, float], copies: int = COPIES
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Copies of the examples in which whole families are blind, as logs without columns and operators who adapt make them.

    Without this, the fit leans on the few pieces that tell these worlds apart and is lost where others' worlds lack them.
    Conduct is blinded piece by piece, to what is usual for innocents.
    """
    rng = np.random.default_rng(0)
    families = {name: name.split(".")[0] if name in judge.EVIDENCE else name for name in values}
    out: dict[str, list[np.ndarray]] = {name: [] for name in values}
    n = len(positive)
    for copy in range(copies):
        hidden = {family: rng.random(n) < (BLIND if copy else 0.0) for family in sorted(set(families.values()))}
        # An operator with unique identities hides all links at once.
        unlinked = rng.random(n) < (BLIND if copy else 0.0)
        hidden["session"], hidden["identity"] = hidden["session"] | unlinked, hidden["identity"] | unlinked
        for name, value in values.items():
            blank = 0.0 if name in judge.EVIDENCE or name.startswith("context.") else usual[name]
            out[name].append(np.where(hidden[families[name]], blank, value))
    merged = {name: np.concatenate(parts) for name, parts in out.items() if not name.startswith("joint.")}
    return {**merged, **model.joint(merged)}, np.tile(positive, copies), np.tile(weight / copies, copies)


def spoken(found: dict[str, np.ndarray], values: dict[str, np.ndarray], fitted: model.Model) -> np.ndarray:
    """Families that speak for each group."""
    sure = {name[2:]: flags for name, flags in found.items() if name.startswith("s.")}
    return verdict.families(values, sure, fitted).sum(axis=1)


def split(found: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Positive and negative examples; what is never accused, or left to a person whatever it scores, teaches nothing."""
    told = {name[2:]: value for name, value in found.items() if name.startswith("v.")}
    owned = verdict.known_business(told) | verdict.one_customer(told)
    return (found["purity"] >= 0.8) & (found["coverage"] >= 0.3) & ~owned, (found["any"] <= 0.1) & ~owned


def untold(found: dict[str, np.ndarray], part: str) -> np.ndarray:
    """Groups of innocents whom no log tells from a farm."""
    return np.isin(found["kind"], UNTOLD) & (part == "linked")


def fit(found: dict[str, np.ndarray], record: dict[str, object]) -> model.Model:
    values = {name[2:]: value for name, value in found.items() if name.startswith("v.")}
    values.update(model.joint(values))
    positive, negative = split(found)
    known = negative & ~reasons.batched(values)
    worlds, inverse = np.unique(found["world"], return_inverse=True)
    usual = {name: float(np.quantile(value[known], 0.9)) for name, value in values.items()}
    strong = {name: float(np.quantile(value[known & (found["size"] >= 8)], 0.99)) for name, value in values.items()}
    size = model.size_class(values)
    parts = {}
    for part, names in model.PARTS.items():
        taught = reasons.teaching(part, values)
        mine, use = positive & taught, (positive | negative) & taught
        # Each world counts alike, however many groups it has.
        of_world = np.bincount(inverse[mine], weights=found["coverage"][mine], minlength=len(worlds))
        share = 3 * found["coverage"] / np.maximum(of_world[inverse], 1)
        innocent = np.minimum(found["size"] / 20, 1) * np.where(reasons.reasoned(part, values), EVERYDAY, 1)
        chosen = {name: value[use] for name, value in values.items()}
        seen = chosen, positive[use], np.where(positive, share, innocent)[use]
        # What an operator can hide is hidden at random where links lead; elsewhere is what cannot be hidden cheaply, or has shown itself.
        seen = blinded(*seen, usual) if part == "linked" else seen
        limit = None if part == "batched" else model.CONDUCT_LIMIT
        bias, weights = model.fit(*seen, ridge=RIDGE, names=names, limit=limit)
        log_odds = model.Part(bias, weights, ()).log_odds(values)
        judged = negative & reasons.telling(part, values) & ~untold(found, part)
        # Few innocents of batches are known: one tail for all sizes.
        of_size = [judged & ((size == k) | (part == "batched")) for k in range(len(model.SIZES))]
        parts[part] = model.Part(bias, weights, tuple(tail(log_odds[some]) for some in of_size))
    return model.Model(parts, usual, strong, dict.fromkeys(parts, (0.0,) * len(model.SIZES)), model.Members(0.0, {}), record)


GROWTH = {"max_iter": 120, "learning_rate": 0.12, "max_leaf_nodes": 15, "min_samples_leaf": 100, "l2_regularization": 5}
FOLDS = 6
"""Parts of the authors, each of which is scored by trees that never saw it."""
HEARD = {True: 300.0, False: 3000.0}
"""Weight of all positive and of all negative examples of an author, so that none is heard above the others."""
OF_THE_LOG = ("context.placed", "context.owners")
"""What a log does not tell is the provider's, and would give away the simulator."""


TREE_COPIES = 3
SIGNED = {**model.SIGNS, **dict.fromkeys(model.JOINT_SENTENCES, 1)}


def examples_of(found: dict[str, np.ndarray], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rounded values of every group ``(n, n_names)``, which are positive, and weights, 0 for what teaches trees nothing."""
    values = {name[2:]: value for name, value in found.items() if name.startswith("v.")}
    values.update(model.joint(values))
    x = np.round(np.stack([values[name] for name in names], axis=1), DIGITS)
    positive, negative = split(found)
    negative &= ~np.isin(found["kind"], UNTOLD)
    _, world = np.unique(found["world"], return_inverse=True)
    of_world = np.bincount(world[positive], weights=found["coverage"][positive], minlength=world.max() + 1)
    share = found["coverage"] / np.maximum(of_world[world], 1e-9)
    weight = np.where(positive, share, np.where(negative, np.minimum(found["size"] / 20, 1), 0))
    for author in np.unique(found["author"]):
        for of, total in HEARD.items():
            rows = (found["author"] == author) & (positive == of)
            weight[rows] *= total / max(weight[rows].sum(), 1e-9)
    return x, positive, weight


def grown(x: np.ndarray, positive: np.ndarray, weight: np.ndarray, names: tuple[str, ...]) -> model.Part:
    """Boosted trees, each piece kept to its sign, without tails."""
    # One group is proposed many times over: the same example once, with the weight of all.
    key = np.random.default_rng(0).integers(1, 1 << 62, len(names)) | 1
    same = np.rint(x * 10**DIGITS).astype(np.int64) @ key * 2 + positive
    use = np.flatnonzero(weight > 0)
    _, first, number = np.unique(same[use], return_index=True, return_inverse=True)
    x, positive, weight = x[use[first]], positive[use[first]], np.bincount(number, weights=weight[use])
    innocent = {name: float(np.quantile(value[~positive], 0.9)) for name, value in zip(names, x.T, strict=True)}
    values, positive, weight = blinded(dict(zip(names, x.T, strict=True)), positive, weight, innocent, TREE_COPIES)
    signs = [SIGNED.get(name, 0) for name in names]
    fitted = HistGradientBoostingClassifier(monotonic_cst=signs, early_stopping=False, random_state=0, **GROWTH)
    fitted.fit(np.round(np.stack([values[name] for name in names], axis=1), DIGITS), positive, sample_weight=weight)
    roots, nodes = [], []
    for (tree,) in fitted._predictors:
        start, told = len(nodes), tree.nodes
        roots.append(start)
        mean = told["value"].astype(float)
        for i in np.flatnonzero(told["is_leaf"] == 0)[::-1]:
            of = np.array([told["left"][i], told["right"][i]])
            mean[i] = np.average(mean[of], weights=told["count"][of])
        for i, node in enumerate(told):
            at = round(float(np.floor(node["num_threshold"] * 10**DIGITS) + 0.5) / 10**DIGITS, DIGITS + 1)
            inner = (int(node["feature_idx"]), at, start + int(node["left"]), start + int(node["right"]))
            place = (-1, 0.0, 0, 0) if node["is_leaf"] else inner
            nodes.append((*place, round(float(mean[i]), DIGITS + 1)))
    return model.Part(float(fitted._baseline_prediction[0, 0]), {}, (), Trees(names, tuple(roots), *zip(*nodes, strict=True)))


def trees(found: dict[str, np.ndarray], fitted: model.Model) -> tuple[model.Part, tuple[float, ...], np.ndarray]:
    """The part of trees, with tails of how innocents score under trees that never saw their author, its margins, and these log-odds.

    Of groups for which two families speak, since others are not accused. A margin is the step from the second furthest author to the
    furthest, which is at the line or below.
    """
    names = tuple(sorted(key[2:] for key in found if key.startswith("v.") and key[2:] not in OF_THE_LOG))
    x, positive, weight = examples_of(found, names)
    authors, number = np.unique(found["author"], return_inverse=True)
    values = {name: x[:, i] for i, name in enumerate(names)}
    log_odds = np.full(len(x), np.nan)
    for fold in range(FOLDS):
        mine = number % FOLDS == fold
        if mine.any() and not mine.all():
            one = grown(x, positive, np.where(mine, 0, weight), names)
            log_odds[mine] = one.log_odds({name: value[mine] for name, value in values.items()})
    enough = spoken(found, {**{name[2:]: value for name, value in found.items() if name.startswith("v.")}, **values}, fitted)
    innocent, size = (weight > 0) & ~positive & (enough >= verdict.MIN_FAMILIES), model.size_class(values)
    tails, margin = [], []
    for k in range(len(model.SIZES)):
        rows = innocent & (size == k)
        tails.append(tail(log_odds[rows]))
        most = np.sort([log_odds[rows & (number == a)].max(initial=-np.inf) for a in range(len(authors))])
        margin.append(float(most[-1] - most[-2]) * (1 - tails[-1].shape) / tails[-1].scale)
        top = np.flatnonzero(rows)[np.argsort(-log_odds[rows])[:5]]
        print(f"trees from {model.SIZES[k]} accounts, furthest",
              *(f"{log_odds[i]:.2f} ({found['kind'][i]}, {found['size'][i]} accounts, {found['world'][i]})" for i in top))
    whole = grown(x, positive, weight, names)
    return replace(whole, tails=tuple(tails)), tuple(margin), log_odds


LOOKED_AT, FURTHEST = (*model.PARTS, model.TREES), 10


def furthest_out(kept: Path, plain: np.ndarray, innocent: np.ndarray, comparable: np.ndarray, passes: np.ndarray,
                 odds: np.ndarray) -> np.ndarray:
    """How far innocent groups of one world stand out that each part of LOOKED_AT has no reason for, ``(n_parts,)``; 0 for none.

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
    found: dict[str, np.ndarray], by_part: np.ndarray, log_odds: np.ndarray, fitted: model.Model, folder: Path
) -> dict[str, np.ndarray]:
    """:func:`furthest_out` of every world, scored by parts that never saw its author."""
    values = {name[2:]: value for name, value in found.items() if name.startswith("v.")}
    values.update(model.joint(values))
    plain = np.stack([~reasons.everyday(name, values) for name in LOOKED_AT])
    mine = verdict.known_business(values) | verdict.one_customer(values)
    comparable = (spoken(found, values, fitted) >= verdict.MIN_FAMILIES) & ~mine
    passes = comparable & (plain[: len(by_part)] & (by_part >= 0)).any(axis=0)
    innocent = np.stack([split(found)[1] & ~untold(found, name) for name in LOOKED_AT])
    worlds, number = np.unique(found["world"], return_inverse=True)
    rows = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    of_world = [(folder / f"{world}.scene", plain[:, of], innocent[:, of], comparable[of], passes[of], log_odds[of])
                for world, of in zip(worlds, rows, strict=True)]
    with ProcessPoolExecutor(2) as pool:
        out = list(pool.map(furthest_out, *zip(*of_world, strict=True), chunksize=4))
    return dict(zip(worlds.tolist(), out, strict=True))


def unseen(found: dict[str, np.ndarray], scores: np.ndarray, fitted: model.Model) -> np.ndarray:
    """Scores of all groups by sums that never saw their author, ``(n_parts, n_groups)``: TREES_ALONE by the whole fit."""
    alone = np.isin(found["author"], TREES_ALONE)
    rest = {name[2:]: value[alone] for name, value in found.items() if name.startswith("v.")}
    out = np.full((len(model.PARTS), len(alone)), -np.inf)
    out[:, ~alone], out[:, alone] = scores, fitted.by_part(rest | model.joint(rest))
    return out


def apart(of_worlds: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The lines of standing out: the furthest innocents of all worlds and once more the mean excess of the FURTHEST worlds', nats.

    Where tails are exponential, that is how much further one more of e times as many worlds reaches. The parts that see links have one
    line, since few innocent groups of batches have no everyday reason.
    """
    ordered = {name: np.sort([out[i] for out in of_worlds.values()])[::-1] for i, name in enumerate(LOOKED_AT)}
    for world, out in sorted(of_worlds.items(), key=lambda of: -of[1].max())[:9]:
        print("stands out", world, dict(zip(LOOKED_AT, out.round(2).tolist(), strict=True)))
    lines = {name: float(line[0] + line[:FURTHEST].mean() - line[FURTHEST]) for name, line in ordered.items()}
    return lines | dict.fromkeys(("batched", "linked"), max(lines["batched"], lines["linked"]))


def tail(log_odds: np.ndarray) -> model.Tail:
    """The tail of innocent groups above its 3 % quantile: a generalised Pareto distribution, exponential or lighter.

    Its shape is kept from -0.5 to 0, where maximum likelihood is regular (Smith 1985). The scale is the upper limit of one standard error,
    since a false accusation costs more than a miss.
    """
    ordered = np.sort(log_odds)[::-1]
    n = min(max(3 * len(ordered) // 100, 20), len(ordered) - 1)
    start, share = float(ordered[n]), n / len(ordered)
    shape = float(np.clip(stats.genpareto.fit(ordered[:n] - start, floc=0)[0], LIGHTEST, 0))
    scale = stats.genpareto.fit(ordered[:n] - start, f0=shape, floc=0)[2] * (1 + 1 / np.sqrt(n))
    beyond = stats.genpareto(shape, start, scale)
    line = max(float(beyond.isf(model.RARE / share)), float(ordered[0]))
    # A tail that ends leaves nothing beyond the highest: at least half a group is.
    return model.Tail(start, share, float(scale), shape, line, max(share * float(beyond.sf(line)), 0.5 / len(ordered)))


LIGHTEST = -0.5


def furthest(found: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """How far beyond the line of each part the innocents of each author reach, left out of the fit, in nats, ``(n_parts, len(SIZES))``.

    And the scores of all groups, ``(n_parts, n_groups)``, each left out with its author.
    """
    reach, scores = {}, np.full((len(model.PARTS), len(found["size"])), -np.inf)
    for author in np.unique(found["author"]):
        mine = found["author"] == author
        fitted = fit({name: value[~mine] for name, value in found.items()}, {})
        theirs = {name: value[mine] for name, value in found.items()}
        values = {name[2:]: value for name, value in theirs.items() if name.startswith("v.")}
        values.update(model.joint(values))
        size, innocent = model.size_class(values), split(theirs)[1] & (spoken(theirs, values, fitted) >= verdict.MIN_FAMILIES)
        reach[str(author)] = np.full((len(fitted.parts), len(model.SIZES)), -np.inf)
        scores[:, mine] = fitted.by_part(values)
        for part, (name, score) in enumerate(zip(fitted.parts, scores[:, mine], strict=True)):
            plain = innocent & ~reasons.everyday(name, values) & ~untold(theirs, name)
            told = []
            for k in range(len(model.SIZES)):
                of_size = np.flatnonzero(plain & (size == k))
                if len(of_size):
                    top = of_size[score[of_size].argmax()]
                    reach[str(author)][part, k] = score[top]
                    told.append(f"{score[top]:.2f} ({theirs['kind'][top]}, {theirs['size'][top]} accounts)")
            beyond = int((plain & (score >= 0)).sum())
            print(f"left out {author}, {name}: {int(plain.sum())} innocent groups, {beyond} beyond the line, furthest", *told)
    return reach, scores


def margins(reach: Mapping[str, np.ndarray]) -> dict[str, tuple[float, ...]]:
    """The furthest of all authors and once more the step from the second to it, of each part and class of sizes, nats.

    Were n authors drawn alike, one more reaches beyond all of them with a chance of one in n + 1, and where tails are exponential by as
    much as such a step in the mean: beyond both with a chance of about one in 2.7 (n + 1).
    """
    ordered = np.sort(np.maximum(list(reach.values()), 0), axis=0)
    most = 2 * ordered[-1] - ordered[-2]
    return {name: tuple(map(float, of_sizes)) for name, of_sizes in zip(model.PARTS, most, strict=True)}


def report(found: dict[str, np.ndarray], fitted: model.Model) -> None:
    values = {name[2:]: value for name, value in found.items() if name.startswith("v.")}
    values.update(model.joint(values))
    by_part, (_, score, explained, _) = fitted.by_part(values), fitted.speaks(values)
    n_families = spoken(found, values, fitted)
    negative, gate = split(found)[1], n_families >= verdict.MIN_FAMILIES
    for name, part in fitted.parts.items():
        tails = (f"tail {t.start:.2f} {t.share:.4f} {t.scale:.3f} {t.shape:.2f} line {t.line:.2f} {t.rare:.5f}" for t in part.tails)
        print(name, "bias", round(part.bias, 2), *tails)
        print("  ", *(f"{piece} {weight:+.2f}" for piece, weight in sorted(part.weights.items(), key=lambda i: -abs(i[1])) if weight))
    good = gate & ~explained & (score >= 0)
    print("innocent groups", int(negative.sum()), "accepted", int((negative & good).sum()), "highest:")
    for i in np.argsort(-np.where(negative & gate & ~explained, score, -99))[:15]:
        print(f"  {score[i]:+.2f} {found['kind'][i]} size {found['size'][i]} world {found['world'][i]} {found['origin'][i]} "
              f"{by_part[:, i].round(2)}")
    missed, operators = 0, 0
    for world in np.unique(found["world"]):
        for operator in np.unique(found["operator"][(found["world"] == world) & (found["purity"] >= 0.5)]):
            rows = (found["world"] == world) & (found["operator"] == operator) & (found["purity"] >= 0.5)
            operators += 1
            if not (rows & good).any():
                missed += 1
                i = np.flatnonzero(rows)[np.argmax(score[rows])]
                print(f"  missed {operator} world {world} best group {score[i]:+.2f} {by_part[:, i].round(2)} coverage "
                      f"{found['coverage'][i]:.2f} purity {found['purity'][i]:.2f} families {n_families[i]}; "
                      f"reach {found['coverage'][rows].max():.2f}")
    print("missed operators", missed, "of", operators)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=24)
    parser.add_argument("--events", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--second", type=int, default=2, help="seeds of each scenario of the second simulator")
    parser.add_argument("--others", type=int, default=1, help="seeds of each scenario of the further simulators")
    parser.add_argument("--keep", type=Path, help="folder to keep the measured worlds in, and to read them from if they are there")
    parser.add_argument("--left-out", action="store_true", help="judge each author by weights that never saw it; writes nothing")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        calibrate(args, args.keep or Path(scratch))


def calibrate(args: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    worlds = [("own", "random", args.seed + seed) for seed in range(args.worlds)]
    for author, simulator in OTHERS.items():
        seeds = args.second if author == "second" else args.others
        names = [name for name in simulator.SCENARIOS if name not in HELD_OUT.get(author, ())]
        worlds += [(author, name, args.seed + seed) for name in names for seed in range(seeds * (2 if name in TWICE else 1))]
    with ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(world, *zip(*worlds, strict=True), [args.events] * len(worlds), [folder] * len(worlds)))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if args.left_out:
        left_out(found, folder)
        return
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    record = {
        "command": f"python benchmarks/calibrate.py --worlds {args.worlds} --events {args.events} --seed {args.seed} "
                   f"--second {args.second} --others {args.others}",
        "commit": commit, "groups": len(found["size"]), "worlds": len(np.unique(found["world"])),
    }
    sums = {name: value[~np.isin(found["author"], TREES_ALONE)] for name, value in found.items()}
    reach, scores = furthest(sums)
    fitted = replace(fit(sums, record), margins=margins(reach))
    # Trees know the groups that they were grown on, so campaigns that they pass here are no usual ones: the sums alone make them.
    scenes = [path for path in sorted(folder.glob("*.scene")) if path.name.split()[0] not in TREES_ALONE]
    with ProcessPoolExecutor(2) as pool:
        fitted = replace(fitted, members=members(list(pool.map(accounts, scenes, [fitted] * len(scenes)))))
    part, margin, log_odds = trees(found, fitted)
    of_worlds = by_world(found, unseen(found, scores, fitted), log_odds, fitted, folder)
    fitted = replace(fitted, parts={**fitted.parts, model.TREES: part}, margins={**fitted.margins, model.TREES: margin},
                     apart=apart(of_worlds), logs=len(of_worlds))
    print("margins", fitted.margins, "stands out", fitted.apart)
    report(sums, fitted)
    CALIBRATION.write_text(model.dump(fitted), encoding="utf-8")


if __name__ == "__main__":
    main()
