"""Calibrate the judge: fit the weights of evidence on random simulated worlds and write them with their record.

    python benchmarks/calibrate.py

The worlds are drawn by ``simulate.random_world`` from seeds that start at --seed (of groups 1000, of who joins 9000, by default), so that
its named scenarios are held out,
and by the simulators that other people wrote, so that no weight leans on one simulator's habits. A group of a
world is an example: positive where at least 0.8 of its accounts belong to one operator (weighted by the share of the
operator's accounts that it holds, so that fragments count little), negative where at most 0.1 belong to any.
"""

import argparse
import pickle
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.calibration.beyond import Unseen, unseen_by, with_lines
from benchmarks.calibration.examples import (
    HELD_OUT,
    OTHERS,
    TREES_ALONE,
    TWICE,
    WINDOWS,
    Examples,
    examples,
    split,
    spoken,
    values_of,
    world,
)
from benchmarks.calibration.joins import FRESH, joins
from benchmarks.calibration.members import accounts, members
from benchmarks.calibration.sums import fit, furthest, margins, unseen
from benchmarks.calibration.trees import Grown, grow

import suite_tables
from stillwatch import judge
from stillwatch.detect import accusing
from stillwatch.judge import model, verdict
from stillwatch.judge.lines import YARDSTICK
from stillwatch.judge.pieces import look

CALIBRATION = Path(judge.__file__).parent / "calibration.json"


def judged(kept: Path, fitted: model.Model) -> dict[str, object]:
    """What the judge says of the accounts of one world: counts, and the kinds of the innocents flagged."""
    scene, operator, kinds = pickle.loads(kept.read_bytes())
    values, findings = look(scene)
    sure, _, found = accusing.accuse(scene, values, findings, fitted.by_trees(values), fitted)
    accused, review = (np.zeros(scene.people.n, bool) for _ in range(2))
    accused[sure.member_account] = True
    reviewable = accusing.reviewable(scene, found.held, ~accused)
    open_, _ = accusing.form_campaigns(scene, found.review & reviewable, ~accused, found.log_odds, fitted)
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


def left_out(
    found: Examples, reach: Mapping[str, np.ndarray], fits: Mapping[str, model.Model], told_apart: Mapping[Path, dict[str, np.ndarray]],
    forest: Grown, unseen: Unseen, whole: model.Model, scenes: Mapping[str, list[Path]],
) -> None:
    """Judge each author's worlds by weights that never saw that author; print what a provider nobody has seen would get.

    Who belongs is fitted on campaigns of the others, which sums of all authors made (``told_apart``).

    Args:
        scenes: files by what they are of (whole logs, windows), which are counted apart.
    """
    total = {what: dict.fromkeys(("fakes", "found", "review", "innocent", "false", "doubted"), 0) for what in scenes}
    with ProcessPoolExecutor(2) as pool:
        for author in np.unique(found["author"]).tolist():
            beyond, usual = with_lines(forest.unseen[author], found, unseen, found["author"] != author)
            fitted = fits.get(author, whole)
            fitted = replace(
                fitted, margins=margins({name: theirs for name, theirs in reach.items() if name != author}), forest=beyond,
                usual={**fitted.usual, YARDSTICK: usual},
                members=members([of for path, of in told_apart.items() if path.name.split()[0] != author]),
            )
            for what, paths in scenes.items():
                theirs = [path for path in paths if path.name.split()[0] == author]
                verdicts = list(pool.map(judged, theirs, [fitted] * len(theirs)))
                for one in verdicts:
                    print("  ", *(f"{name} {value}" for name, value in one.items()))
                mine = {name: sum(one[name] for one in verdicts) for name in total[what]}
                total[what] = {name: total[what][name] + mine[name] for name in mine}
                print(f"LEFT OUT {author}, {what}:", mine, f"recall {mine['found'] / max(mine['fakes'], 1):.3f}, "
                      f"false per 10,000 {1e4 * mine['false'] / max(mine['innocent'], 1):.2f}", flush=True)
    for what, sums in total.items():
        print(f"LEFT OUT all, {what}:", sums)


def report(found: Examples, fitted: model.Model) -> None:
    values = values_of(found)
    by_part, (_, score, explained, *_) = fitted.by_part(values), fitted.assess(values)
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
    for name in np.unique(found["world"]):
        for operator in np.unique(found["operator"][(found["world"] == name) & (found["purity"] >= 0.5)]):
            rows = (found["world"] == name) & (found["operator"] == operator) & (found["purity"] >= 0.5)
            operators += 1
            if not (rows & good).any():
                missed += 1
                i = np.flatnonzero(rows)[np.argmax(score[rows])]
                print(f"  missed {operator} world {name} best group {score[i]:+.2f} {by_part[:, i].round(2)} coverage "
                      f"{found['coverage'][i]:.2f} purity {found['purity'][i]:.2f} families {n_families[i]}; "
                      f"reach {found['coverage'][rows].max():.2f}")
    print("missed operators", missed, "of", operators)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=24)
    parser.add_argument("--events", type=int, default=150_000)
    parser.add_argument("--seed", type=int, help=f"first seed; default: 1000, with --joins {FRESH:,}, since each side keeps to its own")
    parser.add_argument("--second", type=int, default=2, help="seeds of each scenario of the second simulator")
    parser.add_argument("--others", type=int, default=1, help="seeds of each scenario of the further simulators")
    parser.add_argument("--windows", type=int, default=0, help="with --left-out: of every so many worlds judge a window of the log, too")
    parser.add_argument("--keep", type=Path, help="folder to keep the measured worlds in, and to read them from if they are there")
    parser.add_argument("--members", action="store_true", help="fit only who belongs to a campaign, with the weights that ship")
    parser.add_argument("--joins", type=int, default=0, metavar="WORLDS",
                        help="fit only who joins a campaign, on so many fresh worlds, with the weights that ship")
    parser.add_argument("--left-out", action="store_true", help="then judge each author by weights that never saw it, too")
    args = parser.parse_args()
    if args.seed is None:
        args.seed = FRESH if args.joins else 1000
    if bool(args.joins) != (args.seed >= FRESH):
        parser.error(f"--seed {args.seed}: --joins takes worlds from {FRESH} on, groups and members those below")
    if args.joins:
        shipped = model.calibrated()
        record = {"command": f"python benchmarks/calibrate.py --joins {args.joins} --events {args.events} --seed {args.seed}",
                  "commit": suite_tables.commit(), "worlds": args.joins}
        again = replace(shipped, joins=joins(args.joins, args.seed, args.events), record={**shipped.record, "joins": record})
        CALIBRATION.write_text(model.dump(again), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as scratch:
        calibrate(args, args.keep or Path(scratch))


def calibrate(args: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    worlds = [("own", "random", args.seed + seed) for seed in range(args.worlds)]
    for author, simulator in OTHERS.items():
        seeds = args.second if author == "second" else args.others
        names = [name for name in simulator.SCENARIOS if name not in HELD_OUT.get(author, ())]
        worlds += [(author, name, args.seed + seed) for name in names for seed in range(seeds * (2 if name in TWICE else 1))]
    every = args.windows
    windows = [WINDOWS[i // every % len(WINDOWS)] if every and i % every == 0 else None for i in range(len(worlds))]
    with ProcessPoolExecutor(2) as pool:
        kept = list(pool.map(world, *zip(*worlds, strict=True), [args.events] * len(worlds), windows, [folder] * len(worlds)))
    made = [whole for whole, *_ in kept]
    scenes = {"whole logs": sorted(made), "windows": sorted(path for _, *rest in kept for path in rest)}
    command = (f"python benchmarks/calibrate.py --worlds {args.worlds} --events {args.events} --seed {args.seed} "
               f"--second {args.second} --others {args.others}")
    # Trees know the groups that they were grown on, so campaigns that they pass here are no usual ones: the sums alone make them.
    alone = [path for path in scenes["whole logs"] if path.name.split()[0] not in TREES_ALONE]
    if args.members:
        shipped = model.calibrated()
        with ProcessPoolExecutor(2) as pool:
            told = list(pool.map(accounts, alone, [replace(shipped, forest=None)] * len(alone)))
        record = {"command": f"{command} --members", "commit": suite_tables.commit(), "worlds": len(alone)}
        again = replace(shipped, members=members(told), record={**shipped.record, "members": record})
        CALIBRATION.write_text(model.dump(again), encoding="utf-8")
        return
    with ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(examples, made))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    record = {"command": command, "commit": suite_tables.commit(), "groups": len(found["size"]), "worlds": len(np.unique(found["world"]))}
    sums = {name: value[~np.isin(found["author"], TREES_ALONE)] for name, value in found.items()}
    reach, fits = furthest(sums)
    whole = replace(fit(sums, record), margins=margins(reach))
    with ProcessPoolExecutor(2) as pool:
        told_apart = dict(zip(alone, pool.map(accounts, alone, [whole] * len(alone)), strict=True))
    forest = grow(found)
    seen_by_none = unseen_by(found, unseen(found, fits, whole), forest.log_odds, whole, folder)
    beyond, usual = with_lines(forest.whole, found, seen_by_none, np.ones(len(found["size"]), bool))
    fitted = replace(whole, members=members(list(told_apart.values())), forest=beyond, usual={**whole.usual, YARDSTICK: usual})
    print("margins", fitted.margins)
    report(sums, fitted)
    # Who joins is asked of whole runs, which the kept worlds are not: --joins fits it anew by these weights.
    shipped = model.calibrated()
    fitted = replace(fitted, joins=shipped.joins, record={**fitted.record, "joins": shipped.record.get("joins")})
    CALIBRATION.write_text(model.dump(fitted), encoding="utf-8")
    if args.left_out:
        left_out(found, reach, fits, told_apart, forest, seen_by_none, whole, scenes)


if __name__ == "__main__":
    main()
