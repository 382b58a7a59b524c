"""Write the log tables of a simulated provider whose operators range from queues of hundreds of accounts to a dozen experts.

    python benchmarks/ridge_world/generate.py SCENARIO --out DIR --seed S [--events N]

The tables are those of ``stillwatch simulate``, but nothing is shared with it or with the other worlds of the
benchmarks: carriers, clients, hours, wording, crowds and operators are modelled anew. See README.md.
"""

import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.ridge_world"

from ..worlds import command
from .output import write
from .scenarios import SCENARIOS, build


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, int]:
    """Write a scenario.

    Args:
        scenario: one of SCENARIOS.
        out: folder for events/, accounts.parquet, releases.json, truth.parquet, truth_events.parquet.
        seed: same scenario, seed and size: same world.
        events: requests in all (about), by default as many as the scenario usually has; operators and crowds shrink and grow with them.

    Returns:
        Counts of events, accounts and harvested events.
    """
    return write(build(scenario, seed, events), Path(out))


if __name__ == "__main__":
    command(
        "Write the log tables of a simulated provider whose operators range from queues of hundreds of accounts to a dozen experts.",
        SCENARIOS, generate
    )
