"""What privacy costs: the same traffic ingested with text, with features only, with metadata only, then detected.

    python benchmarks/privacy.py [--scenarios demo mixed second-classic] [--seeds 1 2] [--events N]

The modes are those of ``stillwatch ingest --privacy``: with features, text is gone after it was sketched; with metadata
it is never read.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import suite
import suite_tables
from stillwatch import evaluate

MODES = ("text", "features", "metadata")
AS_OF = "2100-01-01T00:00:00Z"
"""Simulated worlds may lie in the future."""


def ingested(world: Path, out: Path, mode: str) -> None:
    """Ingest a world's logs."""
    suite.command(
        "ingest", world / "events", "--from", "canonical", "--accounts", world / "accounts.parquet", "--privacy", mode,
        "--out", out, "--as-of", AS_OF, "--key-file", out.with_suffix(".key"),
    )
    shutil.copy(world / "releases.json", out / "releases.json")


def contents(folder: Path) -> set[tuple[str, str]]:
    """Tables and columns of a folder, whatever the tables are split into."""
    return {
        (str(path.parent.relative_to(folder)), name)
        for path in folder.rglob("*.parquet")
        for name in pq.read_schema(path).names
    }


def compare(run: suite.Run, folder: Path) -> dict[str, Any]:
    """Measures of one world in every mode; what a mode fails with where it does."""
    world, truth = folder / "world", folder / "truth"
    suite.make_world(run, world, truth)
    result: dict[str, Any] = {}
    for mode in MODES:
        logs, found = folder / mode, folder / f"run-{mode}"
        try:
            ingested(world, logs, mode)
            suite.command("detect", logs, "--out", found)
            measured = evaluate.run(found, truth / "truth.parquet", quiet=True)
        except Exception as error:
            result[mode] = {"failed": f"{type(error).__name__}: {error}"}
            continue
        result[mode] = {"run": run.key, "evaluation": measured, "sketched": True}
    if not {"failed"} & (result["features"].keys() | result["metadata"].keys()):
        result["features"]["sketched"] = bool(contents(folder / "features") - contents(folder / "metadata"))
    return result


def markdown(pooled: dict[str, dict[str, dict[str, Any]]], failed: Iterable[str]) -> str:
    """A row for each scenario and mode, with the loss against text."""
    lines = [
        "| scenario | privacy | recall | precision | F1 | AUC | false of innocents | worst harvest estimate |",
        "|" + "---|" * 8,
    ]
    for scenario, modes in pooled.items():
        base = modes.get("text", {})
        for mode, row in modes.items():
            against = {} if mode == "text" else base
            cells = [_cell(row[name], against.get(name)) for name in ("recall", "precision", "f1", "auc")]
            harvest = "" if row["worst_harvest"] is None else f"{row['worst_harvest']:+.1%}"
            cells += [f"{row['false']} of {row['n_innocent']:,}", harvest]
            note = "" if row["sketched"] else " (ingest kept no sketches: nothing more than metadata)"
            lines.append(f"| {scenario} | {mode}{note} | {' | '.join(cells)} |")
    return "\n".join([*lines, *(f"\nNot run: {line}" for line in failed)])


def _cell(value: float | None, base: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if base is None else f"{value:.3f} ({value - base:+.3f})"


def main() -> None:
    """Compare; print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", nargs="+", metavar="NAME", default=["demo", "mixed", "second-classic"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--events", type=int, help="requests of each world")
    parser.add_argument("--prompts", type=Path, help="Parquet with a column prompt: worlds draw from it (none of further authors)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    args = parser.parse_args()
    suite.check(parser, args.scenarios)
    pooled: dict[str, dict[str, dict[str, Any]]] = {}
    failed = []
    for scenario in args.scenarios:
        by_mode: dict[str, list[dict[str, Any]]] = {mode: [] for mode in MODES}
        for seed in args.seeds:
            run = suite.run_of(scenario, seed, args.events, args.prompts)
            with tempfile.TemporaryDirectory() as folder:
                for mode, result in compare(run, Path(folder)).items():
                    if "failed" in result:
                        failed.append(f"{scenario}, seed {seed}, {mode}: {result['failed']}")
                    else:
                        by_mode[mode].append(result)
        pooled[scenario] = {
            mode: suite_tables.pooled(results)[scenario] | {"sketched": all(r["sketched"] for r in results)}
            for mode, results in by_mode.items()
            if results
        }
    print(markdown(pooled, failed))
    if args.json:
        written = {"commit": suite_tables.commit(), "modes": pooled, "failed": failed}
        args.json.write_text(json.dumps(written, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
