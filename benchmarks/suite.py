"""The scenario suite: every scenario of all simulators over several seeds, detected, evaluated, held against the bars.

    python benchmarks/suite.py [--scenarios NAME …] [--seeds 1 2 3 4 5] [--shuffle SEED] [--events N] [--jobs N] [--keep DIR]

Calibration (benchmarks/calibrate.py) never uses seeds below 1000. Detection sees the logs only: the truth lies in
another folder. With --keep, finished results are kept and not computed again, unless --fresh is given or the size or
the files of the run differ. A change of the code does not count: pass --fresh after one; the tables name the commits.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import evasion
import suite_tables
from stillwatch import evaluate, simulate

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import second_world

OWN = (
    "demo", "mixed", "failover", "station", "relay", "cleaning", "slow_burn", "replaced", "stealth", "adaptive-none",
    "adaptive-uneven", "adaptive-sticky", "adaptive-cover", "adaptive-injections", "adaptive-unique", "adaptive",
    "innocents",
)
SECOND = tuple(f"second-{name}" for name in second_world.SCENARIOS)
FURTHER = {
    name: import_module(f"benchmarks.{name}_world")
    for name in (
        "farm", "lab", "click", "tool", "bazaar", "harbour", "mill", "quarry", "ridge", "fen", "heron", "delta", "slate", "kelp", "tarn",
        "alder", "marsh", "dune", "quay", "cairn", "osier", "vane", "wharf", "lodge", "weir", "heath", "gauge", "commons", "shoal",
        "strand", "ember", "moor", "brook", "ford", "holm", "loom", "mere",
    )
    if (Path(__file__).parent / f"{name}_world").is_dir()
}
"""Simulators of further authors; weights are calibrated, with other seeds, on all but shoal, strand, ember, moor, brook, ford, holm,
loom and mere."""
OTHERS = tuple(f"{name}-{scenario}" for name, simulator in FURTHER.items() for scenario in simulator.SCENARIOS)
SEEDS = (1, 2, 3, 4, 5)
MOST_EVENTS = 300_000
FURTHER_EVENTS = 180_000
CALIBRATION_SEEDS = 1000


@dataclass(frozen=True)
class Run:
    """One world to detect in; what decides its result."""

    scenario: str
    seed: int
    events: int
    prompts: Path | None
    rates: Path | None

    @property
    def key(self) -> dict[str, Any]:
        """What a kept result must have been computed from."""
        files = {"prompts": _digest(self.prompts), "rates": _digest(self.rates)}
        return {"scenario": self.scenario, "seed": self.seed, "events": self.events, **files}


def _digest(path: Path | None) -> str | None:
    if path is None:
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def size(scenario: str, events: int | None) -> int:
    """Requests of a scenario: as asked for, else its own number up to the cap (of further authors' as many as each says, if any).

    The adaptive worlds are shrunk by one factor, so that operators harvest as much with every switch.
    """
    if simulator := further(scenario):
        return events or getattr(simulator, "SIZES", {}).get(scenario.partition("-")[2], FURTHER_EVENTS)
    if scenario.startswith("second-"):
        usual = second_world.TINY_EVENTS if scenario == "second-tiny" else second_world.USUAL_EVENTS
        return min(events or usual, usual)
    own = simulate.named(scenario).events
    most = events or MOST_EVENTS
    if scenario.startswith("adaptive"):
        largest = max(simulate.named(name).events for name in OWN if name.startswith("adaptive"))
        return round(own * min(most / largest, 1.0))
    return events or min(own, most)


def further(scenario: str) -> Any:
    """The simulator of a further author whose scenario it is, else None."""
    return FURTHER.get(scenario.partition("-")[0])


def run_of(scenario: str, seed: int, events: int | None, prompts: Path | None = None, rates: Path | None = None) -> Run:
    """A run of the files that its simulator draws from: further authors' take none, the second one no rates."""
    strange = further(scenario) is not None
    return Run(scenario, seed, size(scenario, events), None if strange else prompts, None if strange or scenario in SECOND else rates)


def check(parser: argparse.ArgumentParser, scenarios: list[str]) -> None:
    """End with a usage error where no simulator has a scenario."""
    known = [*simulate.scenarios(), *SECOND, *OTHERS]
    if wrong := [name for name in scenarios if name not in known]:
        parser.error(f"no scenario {', '.join(wrong)}; there are: {', '.join(known)}")


def generate(
    scenario: str, world: Path, seed: int, events: int | None, prompts: Path | None = None, rates: Path | None = None
) -> None:
    """Simulate, the truth beside the logs; with ``events`` None as many requests as the scenario has."""
    if simulator := further(scenario):
        simulator.generate(scenario.partition("-")[2], world, seed, events)
    elif scenario in SECOND:
        second_world.generate(scenario.removeprefix("second-"), world, seed, events, prompts)
    else:
        simulate.run(scenario, world, events=events, seed=seed, prompts=prompts, rates=rates, quiet=True)


def make_world(run: Run, world: Path, truth: Path) -> None:
    """Simulate, and put the truth apart."""
    truth.mkdir(parents=True)
    generate(run.scenario, world, run.seed, run.events, run.prompts, run.rates)
    for name in ("truth.parquet", "truth_events.parquet"):
        (world / name).replace(truth / name)


def command(*arguments: str | Path | int) -> None:
    """Run a command of Stillwatch.

    Raises:
        RuntimeError: it failed; what it said.
    """
    line = [sys.executable, "-m", "stillwatch", *map(str, arguments), "-q"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"stillwatch {arguments[0]} ended with {done.returncode}")


def one(run: Run, folder: Path, threads: int, keep_data: bool) -> dict[str, Any]:
    """Simulate, detect, evaluate."""
    world, truth, found = folder / "world", folder / "truth", folder / "run"
    shutil.rmtree(folder, ignore_errors=True)
    make_world(run, world, truth)
    start = time.perf_counter()
    command("detect", world, "--out", found, "--threads", threads)
    seconds = time.perf_counter() - start
    measured = evaluate.run(found, truth / "truth.parquet", quiet=True)
    measured.pop("inputs")
    result = {
        "run": run.key, "commit": suite_tables.commit(), "detect_s": round(seconds, 1), "evaluation": measured,
        "costs": evasion.costs(world, truth),
    }
    if not keep_data:
        shutil.rmtree(folder)
    return result


def kept(file: Path, run: Run) -> dict[str, Any] | None:
    """A finished result of the same run."""
    try:
        result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return result if result.get("run") == run.key else None


def finish(run: Run, results: Path, threads: int, keep_data: bool) -> dict[str, Any]:
    """One result, written when it is whole; what was there before does not outlive a failure."""
    name = f"{run.scenario}-{run.seed}"
    (results / f"{name}.json").unlink(missing_ok=True)
    try:
        result = one(run, results / "data" / name, threads, keep_data)
    except Exception as error:
        trace = traceback.format_exc()
        return {"run": run.key, "failed": f"{type(error).__name__}: {error}", "trace": trace}
    part = results / f"{name}.json.part"
    part.write_text(json.dumps(result, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
    part.replace(results / f"{name}.json")
    return result


def apart(run: Run, results: Path, threads: int, keep_data: bool) -> dict[str, Any]:
    """:func:`finish` in a process of its own: where it is killed, this run alone fails."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(finish, run, results, threads, keep_data).result()
        except BrokenProcessPool:
            return {"run": run.key, "failed": "its process was killed, perhaps for want of memory"}


def suite(runs: list[Run], results: Path, *, jobs: int, fresh: bool, keep_data: bool) -> list[dict[str, Any]]:
    """All results in the order of the runs."""
    results.mkdir(parents=True, exist_ok=True)
    done: dict[Run, dict[str, Any]] = {}
    for run in runs:
        if not fresh and (found := kept(results / f"{run.scenario}-{run.seed}.json", run)):
            done[run] = found
    left = [run for run in runs if run not in done]
    if done:
        print(f"{len(done)} results kept, {len(left)} to compute", file=sys.stderr)
    threads = max((os.cpu_count() or 1) // jobs, 1)
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting = {pool.submit(apart, run, results, threads, keep_data): run for run in left}
        for future in as_completed(waiting):
            run = waiting[future]
            done[run] = future.result()
            line = done[run].get("failed") or suite_tables.brief(done[run])
            print(f"[{len(done)}/{len(runs)}] {run.scenario} seed {run.seed}: {line}", file=sys.stderr, flush=True)
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt begins nothing more
    return [done[run] for run in runs]


def main() -> None:
    """Run what was asked for; print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", nargs="+", metavar="NAME", default=[*OWN, *SECOND, *OTHERS], help="default: all but february_2026")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    own = f"its own number, at most {MOST_EVENTS:,}"
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="in random order: what is done when it is stopped is a fair sample")
    parser.add_argument("--events", type=int, help=f"requests of each world (default: {own})")
    parser.add_argument("--jobs", type=int, default=1, help="worlds at a time (default: 1)")
    parser.add_argument("--prompts", type=Path, help="Parquet with a column prompt: worlds draw from it (none of further authors)")
    parser.add_argument("--rates", type=Path, help="Parquet of client rates (worlds of stillwatch simulate only)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder of finished results, to go on from")
    parser.add_argument("--keep-data", action="store_true", help="with --keep: keep worlds and runs too")
    parser.add_argument("--fresh", action="store_true", help="compute anew what --keep has")
    parser.add_argument("--json", type=Path, help="file to write all results and pooled figures to")
    args = parser.parse_args()
    check(parser, args.scenarios)
    if any(seed >= CALIBRATION_SEEDS for seed in args.seeds):
        parser.error(f"seeds from {CALIBRATION_SEEDS} on belong to calibration")
    if args.keep_data and not args.keep:
        parser.error("--keep-data needs --keep DIR")
    runs = [
        run_of(scenario, seed, args.events, args.prompts, args.rates)
        for scenario in args.scenarios
        for seed in args.seeds
    ]
    if args.shuffle is not None:
        random.Random(args.shuffle).shuffle(runs)
    with tempfile.TemporaryDirectory() as scratch:
        results = suite(runs, args.keep or Path(scratch), jobs=args.jobs, fresh=args.fresh, keep_data=args.keep_data)
    pooled = suite_tables.pooled(results)
    print(suite_tables.markdown(results, pooled))
    if args.json:
        written = {"commit": suite_tables.commit(), "pooled": pooled, "results": results}
        args.json.write_text(json.dumps(written, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
    sys.exit(any("failed" in result for result in results))


if __name__ == "__main__":
    main()
