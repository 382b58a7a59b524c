"""Write the log tables of a second, independent simulated provider.

    python benchmarks/second_world/generate.py SCENARIO --out DIR --seed S [--events N] [--prompts FILE]

The tables are those of ``stillwatch simulate``, but nothing is shared with it: conversations, networks, hours,
wording, crowds and operators are modelled anew. It exists so that calibration does not lean on one simulator's habits.
"""

import argparse
import sys
from os import PathLike
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.second_world"

from .output import write
from .scenarios import SCENARIOS, build


def generate(
    scenario: str,
    out: str | PathLike[str],
    seed: int,
    events: int | None = None,
    prompts: str | PathLike[str] | None = None,
) -> dict[str, Any]:
    """Write a scenario.

    Args:
        scenario: one of SCENARIOS.
        out: folder for events/, accounts.parquet, releases.json, truth.parquet, truth_events.parquet.
        seed: same scenario, seed, size and prompts: same world.
        events: requests in all (about); below the usual 250,000 (tiny: 20,000) crowds and operators shrink too.
        prompts: Parquet with a column prompt (and source, role) to draw real prompts from; else all are made.

    Returns:
        Counts of events, accounts, days and harvested events.
    """
    world = build(scenario, seed, events, None if prompts is None else Path(prompts))
    return write(world, Path(out), sparse=scenario == "sparse", seed=seed)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Write the log tables of a second simulated provider.")
    parser.add_argument("scenario", choices=SCENARIOS, metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, help="number of requests")
    parser.add_argument("--prompts", type=Path, help="Parquet with a column prompt: real prompts to draw from")
    args = parser.parse_args()
    counts = generate(args.scenario, args.out, args.seed, args.events, args.prompts)
    print(f"{args.scenario}, seed {args.seed}: " + ", ".join(f"{n:,} {what}" for what, n in counts.items()))


if __name__ == "__main__":
    main()
