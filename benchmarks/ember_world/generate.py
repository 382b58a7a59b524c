"""Write the logs of a simulated provider, as the hidden set of a contest of detectors.

    python benchmarks/ember_world/generate.py SCENARIO --out DIR --seed S [--events N]

See README.md, and :mod:`..worlds` for what all worlds have in common.
"""

import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.ember_world"

from ..worlds import command
from . import scenarios

SCENARIOS = {name: scenario.about for name, scenario in scenarios.SCENARIOS.items()}


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, int]:
    """Write a scenario of about so many requests, by default as many as it usually has; returns counts (see :mod:`..worlds`)."""
    return scenarios.world(scenario, seed, events).write(Path(out))


if __name__ == "__main__":
    command("Write the logs of a simulated provider, as the hidden set of a contest of detectors.", SCENARIOS, generate)
