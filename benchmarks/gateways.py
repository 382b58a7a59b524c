"""Does what gateways log suffice, from the first command on? Raw logs of eight gateways, ingested, detected, held against the truth.

    python benchmarks/gateways.py [--worlds NAME …] [--seeds 1 2] [--keep DIR]

The worlds (gateway_world/) write what products write: payloads of LiteLLM, bodies of OpenAI's and Anthropic's APIs, an edge
log, a registry; and the ``stillwatch ingest`` commands that make a log folder of them. These run as they stand.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import suite
import suite_tables
from stillwatch import evaluate

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.gateway_world.output import RawLogs

from benchmarks import gateway_world

HEAD = (
    "world", "input", "accounts", "requests", "quarantined (planted)", "fake accounts found", "listed for review", "innocents accused",
    "exchanges told, of true", "ingest, s", "detect, s",
)
UNTOLD = "innocents alone"


def measure(world: str, seed: int, folder: Path) -> dict[str, Any]:
    """Write, ingest, detect, evaluate.

    Raises:
        RuntimeError: a command failed; what it said.
    """
    raw = gateway_world.generate(world, folder, seed)
    start = time.perf_counter()
    for command in raw.ingests:
        suite.command(*command)
    raw.gather()
    ingested = time.perf_counter()
    suite.command("detect", raw.logs, "--out", folder / "run")
    detected = time.perf_counter()
    measured = evaluate.run(folder / "run", raw.truth, key_file=raw.key_file, quiet=True)
    return {
        "run": {"scenario": world, "seed": seed, "events": raw.requests}, "evaluation": measured, "accounts": raw.accounts,
        "input": described(raw), "quarantined": sum(quarantined(raw).values()), "planted": sum(raw.planted.values()),
        "ingest_s": round(ingested - start, 1), "detect_s": round(detected - ingested, 1),
    }


def quarantined(raw: RawLogs) -> dict[str, int]:
    """Rows of the log, of the edge log and of the registry that ingest set aside, by reason."""
    found: dict[str, int] = defaultdict(int)
    for part in raw.parts:
        told = json.loads((part / "ingest.json").read_text(encoding="utf-8"))
        for source in (told, told["edge"] or {}, told["accounts"] or {}):
            for reason, n in source.get("quarantined", {}).items():
                found[reason] += n
    return dict(found)


def described(raw: RawLogs) -> str:
    """What there is to ingest."""
    files = [path.name for path in raw.folder.iterdir()]
    registry = next((f"registry as {name.rpartition('.')[2].upper()}" for name in files if name.startswith("accounts.")), "no registry")
    return ", ".join([*raw.formats, *(["edge log"] if "edge.jsonl" in files else []), registry])


def row(name: str, results: list[dict[str, Any]]) -> str:
    """A line of the table, over all seeds of a world or over all worlds."""
    by_world = suite_tables.pooled(results)
    pooled = by_world.values()
    true, fakes, review, innocent_review, false, innocent = (
        sum(figures[which] for figures in pooled)
        for which in ("true", "n_attackers", "review", "review_innocent", "false", "n_innocent")
    )
    operators = [seen for figures in pooled for seen in figures["operators"].values()]
    told, harvested = (sum(seen[which] for seen in operators) for which in ("estimated", "true"))
    accounts, aside, planted, ingest, detect = (
        sum(result[which] for result in results) for which in ("accounts", "quarantined", "planted", "ingest_s", "detect_s")
    )
    requests = sum(result["run"]["events"] for result in results)
    cells = [
        name, results[0]["input"] if name in by_world else "", f"{accounts:,}", f"{requests:,}", f"{aside} ({planted})",
        f"{true:,} of {fakes:,}" if fakes else UNTOLD, f"{review:,} fake, {innocent_review:,} innocent", f"{false} of {innocent:,}",
        f"{told:,} of {harvested:,} ({told / harvested:.2f})" if harvested else "", f"{ingest:.0f}", f"{detect:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def markdown(results: list[dict[str, Any]], failed: Iterable[str]) -> str:
    """The table: worlds, and all of them."""
    by_world: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in results:
        by_world[result["run"]["scenario"]].append(result)
    seeds = sorted({result["run"]["seed"] for result in results})
    lines = [f"Commit {suite_tables.commit()}; seeds {', '.join(map(str, seeds))}, added up.", ""]
    lines += [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    lines += [row(name, group) for name, group in by_world.items()]
    if results:
        lines.append(row("all", results))
    return "\n".join([*lines, *(f"\nNot run: {line}" for line in failed)])


def main() -> None:
    """Measure; print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = list(gateway_world.SCENARIOS)
    parser.add_argument("--worlds", nargs="+", metavar="NAME", choices=every, default=every, help=f"of {', '.join(every)} (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder to leave raw logs, log folders and runs in")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    args = parser.parse_args()
    results, failed = [], []
    for world in args.worlds:
        for seed in args.seeds:
            with tempfile.TemporaryDirectory() as scratch:
                folder = (args.keep or Path(scratch)).resolve() / f"{world}-{seed}"
                try:
                    results.append(measure(world, seed, folder))
                except Exception as error:
                    failed.append(f"{world}, seed {seed}: {type(error).__name__}: {error}")
                    continue
            print(f"{world} seed {seed}: {suite_tables.brief(results[-1])}", file=sys.stderr, flush=True)
    print(markdown(results, failed))
    if args.json:
        written = {"commit": suite_tables.commit(), "results": results, "failed": failed}
        args.json.write_text(json.dumps(written, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
