"""Write the logs of simulated hosts where most accounts send few requests.

    python benchmarks/mere_world/generate.py SCENARIO --out DIR --seed S [--events N]

See README.md, and :mod:`..worlds` for what all worlds have in common.
"""

import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.mere_world"

from ..worlds import command
from . import scenarios

SCENARIOS = {name: scenario.about for name, scenario in scenarios.SCENARIOS.items()}


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, int]:
    """Write a scenario of about so many requests, by default as its author made it; returns counts (see :mod:`..worlds`)."""
    return scenarios.world(scenario, seed, events).write(Path(out))


if __name__ == "__main__":
    command("Write the logs of simulated hosts where most accounts send few requests.", SCENARIOS, generate)
