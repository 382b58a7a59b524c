"""What is a harvest of a classifier's answers worth, and how far can that be told ahead?

Curves: every task (20 Newsgroups, Reuters R52, Rotten Tomatoes, CLINC 150) x three students x two interfaces. Then the
back-test of the laws at 14, 7 and 3.5 times beyond what they saw, countermeasures against adaptive attackers, sanity.

    python benchmarks/exposure.py curves [--tasks clinc rt …] --out FILE
    python benchmarks/exposure.py backtest FILE [--spreads 0.05 0.1 0.2]
    python benchmarks/exposure.py defences [--tasks clinc …] --out FILE
    python benchmarks/exposure.py sanity [--tasks clinc …]
    python benchmarks/exposure.py simulated   # the same back-test where the truth is known, also of a law that is not fitted
"""

import argparse
import time
from pathlib import Path

import numpy as np

import exposure_tasks as tasks
from stillwatch.exposure import backtest, calibration, closed, curves, defences, laws, learners

SIZES = (11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793)


STUDENTS = ("words", "characters", "static encoder")


def kernel(task: tasks.Exposed, name: str) -> learners.Kernel:
    """Of a student that reads text only, or of one that starts from a public encoder's token vectors."""
    if name != "static encoder":
        return learners.text_kernel(name, task.pool, task.test)
    model = tasks.token_vectors()
    return learners.vector_kernel(name, model.encode(task.pool), model.encode(task.test))


def sizes(task: tasks.Exposed) -> list[int]:
    pool = min(len(task.pool), SIZES[-1])
    return [n for n in SIZES if n <= pool]


def measure(args: argparse.Namespace) -> None:
    found = curves.read(args.out) if args.out.is_file() else []
    have = {m.name for m in found}
    for task in tasks.all_tasks(args.tasks):
        start, cpu = time.monotonic(), time.process_time()
        for student in STUDENTS:
            missing = [channel for channel in closed.PLAIN.values() if f"{task.task.name}, {student}, {channel.name}" not in have]
            read = kernel(task, student) if missing else None
            for channel in missing:
                assert read is not None
                found.append(closed.measure(task.task, read, channel, sizes(task)))
                curves.write(found, args.out)
                last = found[-1].fidelity
                print(f"{found[-1].name}: zero {last.zero:.3f}", np.round(last.mean, 3).tolist(), flush=True)
        print(f"{task.task.name}: {time.monotonic() - start:.0f} s, {time.process_time() - cpu:.0f} cpu-s", flush=True)


def best_groups(found: list[closed.Measured]) -> list[tuple[laws.Curve, list[laws.Curve]]]:
    """The best of all students and interfaces of each task, of all students at one interface, of one student at both."""
    groups = []
    for task in dict.fromkeys(m.task for m in found):
        mine = [m for m in found if m.task == task]
        parts = {task: mine}
        parts |= {f"{task}, {name}": [m for m in mine if name in (m.channel, m.student)] for m in mine for name in (m.channel, m.student)}
        groups += [(closed.best_of(kept, name), kept) for name, part in parts.items() if (kept := [m.fidelity for m in part])]
    return groups


def tell(what: str, rows: list[backtest.Row]) -> None:
    print(what)
    for line in backtest.table(rows):
        print(f"  {line.factor:>4}x: {line.n_curves} curves, median {line.median:.4f}, largest {line.largest:.3f}, "
              f"covered {line.covered:.0%}, width {line.width:.3f}")


def test_laws(args: argparse.Namespace) -> None:
    found = curves.read(args.file)
    each, tasks_ = [m.fidelity for m in found], [m.task for m in found]
    rows = backtest.rows(each, widen=args.widen, tasks=tasks_)
    tell(f"each curve, floors shared within a task, widening {args.widen}", rows)
    for row in sorted(rows, key=lambda row: -row.error)[:6]:
        print(f"  {row.curve} {row.factor}x: {row.predicted:.3f} [{row.low:.3f}, {row.high:.3f}], was {row.truth:.3f}")
    print(f"  widening that covers 90 % at each distance: {backtest.widening(backtest.rows(each, tasks=tasks_)):.2f}")
    tell("the best of several students, as campaigns are valued", backtest.best_rows(best_groups(found), widen=args.widen))
    tell("each curve for itself", backtest.rows(each, widen=args.widen))
    if args.spreads:
        choose(each, tasks_, args.spreads)


def choose(each: list[laws.Curve], tasks_: list[str], spreads: list[float]) -> None:
    """Errors at other spreads of floors, and those of the spread that is best on the other tasks."""
    tried = {spread: backtest.rows(each, tasks=tasks_, floor_spread=spread) for spread in spreads}
    for spread, rows in tried.items():
        tell(f"spread of floors {spread}", rows)

    def error(spread: float, without: str) -> float:
        """Mean over factors of the mean error."""
        kept = [row for row in tried[spread] if not row.curve.startswith(without)]
        return float(np.mean([np.mean([row.error for row in kept if row.factor == f]) for f in backtest.FACTORS]))

    best = {task: min(spreads, key=lambda spread: error(spread, task)) for task in dict.fromkeys(tasks_)}
    rows = [row for task, spread in best.items() for row in tried[spread] if row.curve.startswith(task)]
    tell(f"each task with the spread that is best on the others, {best}", rows)


def test_defences(args: argparse.Namespace) -> None:
    table = []
    for task in tasks.all_tasks(args.tasks):
        words = kernel(task, "words")
        grid = [n for n in sizes(task) if n >= 64][::2]
        if grid[-1] != sizes(task)[-1]:
            grid.append(sizes(task)[-1])
        plain = [closed.measure(task.task, words, channel, grid, seeds=lambda n: 3).fidelity for channel in closed.PLAIN.values()]
        best = closed.best_of(plain, "undefended")
        effects = []
        for what in defences.COUNTERMEASURES:
            cost = what.cost(task.task)
            for attacker, channel in zip(defences.ATTACKS, defences.channels(what, words), strict=True):
                curve = closed.measure(task.task, words, channel, grid[-1:], seeds=lambda n: 3).fidelity
                found = defences.effect(what.name, attacker, curve, best, cost)
                effects.append(found)
                print(f"{task.task.name}, {what.name}, {attacker}: fidelity {found.fidelity:.3f}, N_eff {found.n_eff:,.0f} "
                      f"[{found.low:,.0f}, {found.high:,.0f}] of {found.n:,.0f}, {found.multiplier:.2f}x, cost {cost:.1%}", flush=True)
        for found in defences.strongest(effects):
            print(f"  => {found.countermeasure}: {found.multiplier:.2f}x against {found.attacker}, cost {found.cost:.1%}", flush=True)
        table += [vars(found) | {"task": task.task.name} for found in effects]
    if args.out:
        tasks.write_json(args.out, table)


def test_sanity(args: argparse.Namespace) -> None:
    for task in tasks.all_tasks(args.tasks):
        words = kernel(task, "words")
        labels = np.array([task.classes.index(y) if y in task.classes else 0 for y in task.pool_labels])
        for check in closed.sanity(task.task, words, labels):
            print(f"{task.task.name}: {check}", flush=True)


TRUTHS = laws.SHAPES | {"stretched": lambda n, k, b: np.exp(-((n / k) ** b))}


def planted(shape: str, students: int, rng: np.random.Generator) -> list[laws.Curve]:
    """Curves of students of one task, which end near each other: 3 seeds, 2,000 held-out prompts."""
    n, zero, floor, found = np.array(SIZES, float), rng.choice([0.01, 0.1, 0.2, 0.5]), rng.uniform(0, 0.4), []
    for number in range(students):
        c = (1 - zero) * float(np.clip(floor + rng.normal() * 0.07, 0, 0.9))
        k, b = np.exp(rng.uniform(np.log(50), np.log(2000))), rng.uniform(0.5, 1.5)
        score = 1 - c - (1 - zero - c) * TRUTHS[shape](n, k, b)
        found.append(laws.Curve(f"{shape} {number}", n, rng.binomial(2000, score, (3, len(n))).T / 2000, zero, 2000))
    return found


def test_planted(args: argparse.Namespace) -> None:
    for shape in TRUTHS:
        for students in (1, 3, 6):
            rows: list[backtest.Row] = []
            rng = np.random.default_rng(0)
            for _ in range(102 // students):
                mine = planted(shape, students, rng)
                rows += backtest.rows(mine, widen=args.widen, tasks=[shape] * students)
            tell(f"{shape}, students of a task: {students}", rows)


def main() -> None:
    top = argparse.ArgumentParser(description=__doc__)
    below = top.add_subparsers(required=True)
    commands = {
        "curves": measure, "backtest": test_laws, "defences": test_defences, "sanity": test_sanity, "simulated": test_planted,
    }
    for name, command in commands.items():
        sub = below.add_parser(name)
        sub.set_defaults(command=command)
        sub.add_argument("--tasks", nargs="*")
        sub.add_argument("--out", type=Path)
        if name in ("backtest", "simulated"):
            sub.add_argument("--widen", type=float, default=calibration.widening())
        if name == "backtest":
            sub.add_argument("file", type=Path)
            sub.add_argument("--spreads", type=float, nargs="*", help="other spreads of floors to try")
    args = top.parse_args()
    args.command(args)


if __name__ == "__main__":
    main()
