"""What is a harvest of a classifier's answers worth, and how far can that be told ahead?

Curves: every task (20 Newsgroups, Reuters R52, Rotten Tomatoes, CLINC 150) x three students x two interfaces. Then the
back-test of the laws at 14, 7 and 3.5 times beyond what they saw, countermeasures against adaptive attackers, sanity.

    python benchmarks/exposure.py curves [--tasks clinc rt …] --out FILE
    python benchmarks/exposure.py backtest FILE
    python benchmarks/exposure.py defences [--tasks clinc …] --out FILE
    python benchmarks/exposure.py sanity [--tasks clinc …]
"""

import argparse
import time
from pathlib import Path

import numpy as np

import exposure_tasks as tasks
from stillwatch.exposure import backtest, closed, curves, defences, learners

SIZES = (11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793)


def kernels(task: tasks.Exposed) -> list[learners.Kernel]:
    """Two students that read text only, and one that starts from a public encoder's token vectors."""
    found = [learners.text_kernel(name, task.pool, task.test) for name in ("words", "characters")]
    model = tasks.token_vectors()
    return [*found, learners.vector_kernel("static encoder", model.encode(task.pool), model.encode(task.test))]


def sizes(task: tasks.Exposed) -> list[int]:
    pool = min(len(task.pool), SIZES[-1])
    return [n for n in SIZES if n <= pool]


def measure(args: argparse.Namespace) -> None:
    found = curves.read(args.out) if args.out.is_file() else []
    have = {m.name for m in found}
    for task in tasks.all_tasks(args.tasks):
        start, cpu = time.monotonic(), time.process_time()
        for kernel in kernels(task):
            for channel in closed.PLAIN.values():
                if f"{task.task.name}, {kernel.name}, {channel.name}" in have:
                    continue
                found.append(closed.measure(task.task, kernel, channel, sizes(task)))
                curves.write(found, args.out)
                last = found[-1].fidelity
                print(f"{found[-1].name}: zero {last.zero:.3f}", np.round(last.mean, 3).tolist(), flush=True)
        print(f"{task.task.name}: {time.monotonic() - start:.0f} s, {time.process_time() - cpu:.0f} cpu-s", flush=True)


def test_laws(args: argparse.Namespace) -> None:
    found = [m.fidelity for m in curves.read(args.file)]
    for widen in (1.0, args.widen):
        rows = backtest.rows(found, widen=widen)
        print(f"{len(found)} curves, widening {widen}")
        for line in backtest.table(rows):
            print(f"  {line.factor:>4}x: {line.n_curves} curves, median {line.median:.3f}, largest {line.largest:.3f}, "
                  f"covered {line.covered:.0%}, width {line.width:.3f}")
        print(f"  widening that would cover 90 %: {backtest.widening(rows):.2f}")
    for row in sorted(rows, key=lambda row: -row.error)[:6]:
        print(f"  {row.curve} {row.factor}x: {row.predicted:.3f} [{row.low:.3f}, {row.high:.3f}], was {row.truth:.3f}")


def test_defences(args: argparse.Namespace) -> None:
    table = []
    for task in tasks.all_tasks(args.tasks):
        kernel = learners.text_kernel("words", task.pool, task.test)
        grid = [n for n in sizes(task) if n >= 64][::2]
        if grid[-1] != sizes(task)[-1]:
            grid.append(sizes(task)[-1])
        plain = [closed.measure(task.task, kernel, channel, grid, seeds=lambda n: 3).fidelity for channel in closed.PLAIN.values()]
        best = closed.best_of(plain, "undefended")
        effects = []
        for what in defences.COUNTERMEASURES:
            cost = what.cost(task.task)
            for attacker, channel in zip(defences.ATTACKS, defences.channels(what, kernel), strict=True):
                curve = closed.measure(task.task, kernel, channel, grid[-1:], seeds=lambda n: 3).fidelity
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
        kernel = learners.text_kernel("words", task.pool, task.test)
        labels = np.array([task.classes.index(y) if y in task.classes else 0 for y in task.pool_labels])
        for check in closed.sanity(task.task, kernel, labels):
            print(f"{task.task.name}: {check}", flush=True)


def main() -> None:
    top = argparse.ArgumentParser(description=__doc__)
    below = top.add_subparsers(required=True)
    for name, command in (("curves", measure), ("backtest", test_laws), ("defences", test_defences), ("sanity", test_sanity)):
        sub = below.add_parser(name)
        sub.set_defaults(command=command)
        sub.add_argument("--tasks", nargs="*")
        sub.add_argument("--out", type=Path)
        sub.add_argument("--widen", type=float, default=1.0)
        if name == "backtest":
            sub.add_argument("file", type=Path)
    args = top.parse_args()
    args.command(args)


if __name__ == "__main__":
    main()
