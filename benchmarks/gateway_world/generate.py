"""Write the raw logs of a simulated gateway, the commands that ingest them, and the truth.

    python benchmarks/gateway_world/generate.py SCENARIO --out DIR [--seed S]

See README.md. The other simulators of this folder write the tables that detection reads; this one writes what stands before them.
"""

import argparse
import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.gateway_world"

from ..worlds import recipe
from . import scenarios
from .output import RawLogs, write

SCENARIOS = {name: scenario.about for name, scenario in scenarios.SCENARIOS.items()}


def generate(scenario: str, out: str | PathLike[str], seed: int) -> RawLogs:
    """Write a scenario into a folder, which is made anew; same scenario, seed and version of Python, same logs.

    Raises:
        ValueError: there is no such scenario.
    """
    found = recipe(scenarios.SCENARIOS, scenario)
    return write(scenarios.world(scenario, seed), found.logging, Path(out))


def main() -> None:
    """Write a scenario as the command line says, and print what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=SCENARIOS, metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; what it holds is removed")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    made = generate(args.scenario, args.out, args.seed)
    size = f"{made.requests:,} requests of {made.accounts:,} accounts"
    print(f"{args.scenario}, seed {args.seed}: {size}; {args.out}/commands.txt ingests them")


if __name__ == "__main__":
    main()
