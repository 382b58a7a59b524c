"""Write the logs of simulated gateways, which are short or partial.

    python benchmarks/ford_world/generate.py SCENARIO --out DIR --seed S [--events N]

See README.md, and :mod:`..worlds` for what all worlds have in common.
"""

import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.ford_world"

from ..worlds import command
from . import scenarios

SCENARIOS = {name: scenario.about for name, scenario in scenarios.SCENARIOS.items()}


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, int]:
    """Write a scenario of about so many requests, by default as its author made it; returns counts (see :mod:`..worlds`)."""
    counts = scenarios.world(scenario, seed, events).write(Path(out))
    if not scenarios.SCENARIOS[scenario].log.registry:
        (Path(out) / "accounts.parquet").unlink()
    return counts


if __name__ == "__main__":
    command("Write the logs of simulated gateways, which are short or partial.", SCENARIOS, generate)
