"""The command ``stillwatch exposure``. Nothing heavy is imported before it runs."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import demand_new_or_own, demand_no_overlap
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import print_plain
from stillwatch.terminal.seeds import seed


def register(add: Callable[..., argparse.ArgumentParser], commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add ``exposure`` to the command line."""
    sub = add("exposure", _exposure, "measure what a harvest of your own model is worth, and value the campaigns of a run")
    sub.add_argument("stores", nargs="*", type=Path, metavar="STORE", help="harvest stores of your teacher: closed answers")
    sub.add_argument("--capability", default="grading", help="what the stores' task stands for in campaigns (default: grading)")
    sub.add_argument("--truth", type=Path, help="Parquet or JSON lines of prompt, label: right answers")
    sub.add_argument("--curves", type=Path, action="append", default=[], help="curves measured elsewhere or before (JSON); may be repeated")
    sub.add_argument("--student", action="append", default=[], help="words, characters or the folder of a static encoder; may be repeated")
    sub.add_argument("--exchanges", default="", metavar="N[,N...]", help="also tell what so many exchanges are worth, such as 5000,20000")
    sub.add_argument("--no-countermeasures", action="store_true", help="leave out the countermeasures")
    sub.add_argument("--run", type=Path, metavar="RUN", help="a detection run whose campaigns are to be valued")
    sub.add_argument("--out", type=Path, help="folder to write to (default: RUN/exposure, or exposure)")
    sub.add_argument("--seed", type=seed, default=0, help="of what is drawn (default: 0)")


def _exposure(args: argparse.Namespace) -> Any:
    stores = list({folder.resolve(): folder for folder in args.stores}.values())
    if not stores and not args.curves:
        raise InputError("nothing to measure", todo="Pass a harvest STORE, or --curves FILE")
    from dataclasses import replace

    from stillwatch import report as run_report
    from stillwatch.distill import store
    from stillwatch.exposure import calibration, curves, report, study, worth
    from stillwatch.tables import CAPABILITIES

    exchanges = _counts(args.exchanges)
    if args.capability not in CAPABILITIES:
        raise InputError(f"unknown capability {args.capability!r}", where="--capability", todo=f"Known: {', '.join(CAPABILITIES)}")
    out = args.out or (args.run / "exposure" if args.run else Path("exposure"))
    students = list(dict.fromkeys(args.student)) or ["words", "characters"]  # the same twice would vouch for itself
    demand_no_overlap(out, *stores, args.truth, *args.curves, *(Path(name) for name in students if Path(name).is_dir()), args.run)
    demand_new_or_own(out, report.TABLES, "an exposure study")  # before the minutes that it takes
    quiet = args.quiet or args.json
    # All that is read is, before the minutes that a study takes.
    truth = _truth(args.truth) if args.truth else None
    known = [m for path in args.curves for m in curves.read(path)]
    harvests = worth.harvests(args.run) if args.run else []
    names = study.names(stores)
    measured, checks, effects, teachers = [], [], [], []
    for folder, name in zip(stores, names, strict=True):
        loaded = study.load(folder, capability=args.capability, truth=truth, name=name)
        for n, what in ((loaded.without_truth, f"no right answer in {args.truth}: accuracy is told of the others"),
                        (loaded.never_answered, "a right answer that the teacher never gives: any answer there is wrong"),
                        (loaded.unused, f"no part in it: at most {study.MAX_POOL:,} are asked for and {study.MAX_TEST:,} held out")):
            if n and not quiet:
                print_plain(f"{folder}: {number_of(n, 'prompt has', 'prompts have')} {what}")
        found = study.run(loaded, students, seed=args.seed, countermeasures=not args.no_countermeasures, quiet=quiet)
        measured += found.measured
        checks += [replace(check, name=f"{name}: {check.name}") if len(stores) > 1 else check for check in found.checks]
        effects += found.effects
        if (teacher := store.about(folder)["teacher"]) not in teachers:
            teachers.append(teacher)
    several = measured + known
    measured = curves.distinct(several)
    if (n := len(several) - len(measured)) and not quiet:
        print(f"{number_of(n, 'copy of a curve does', 'copies of curves do')} not count: none vouches for itself")
    widening = calibration.widening()
    skills = worth.backtested(worth.skills(measured), widen=widening)
    valued = [worth.value(row, skills, widen=widening) for row in harvests]
    settings = {
        "asks": "prompts of the task itself, each once", "trains": ", ".join(sorted({m.student for m in measured})),
        "sees": ", ".join(sorted({m.channel for m in measured})),
        "budget": f"up to {max(float(skill.curve.n[-1]) for skill in skills):,.0f} exchanges",
    }
    built = report.build(skills, measured, checks, effects, valued, teachers, settings, widening, exchanges)
    paths = report.write(built, out)
    if args.run and out.resolve() == (args.run / "exposure").resolve() and (args.run / "report.html").is_file():
        paths.append(run_report.run(args.run))  # so that each campaign's part of it says what its harvest is worth
    if not quiet:
        print_plain(report.console(built))
        print(*paths[paths.index(out / "exposure.html") :], sep="\n")
    return {"files": [str(path) for path in paths]}


def _counts(given: str) -> list[float]:
    """Numbers of exchanges with commas between."""
    counts = [part.strip() for part in given.split(",")] if given else []
    wrong = next((part for part in counts if not (part.isdecimal() and len(part) <= 12 and int(part) > 0)), None)
    if wrong is not None:
        raise InputError(f"{wrong!r} is no number of exchanges", where="--exchanges",
                         todo="Pass whole numbers from 1 to 999,999,999,999, with commas between them and none inside, such as 5000,20000")
    return [float(count) for count in sorted({*map(int, counts)})]


def _truth(path: Path) -> dict[str, str]:
    from stillwatch.rows import read_rows

    try:
        told = [(row["prompt"], row["label"]) for row in read_rows(path)]
        return {str(prompt): str(label) for prompt, label in told if prompt is not None and label not in (None, "")}
    except KeyError as error:
        todo = "Give it the columns prompt and label"
        raise InputError(f"right answers without {error}", where=path, todo=todo) from error
