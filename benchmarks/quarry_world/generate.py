"""Write the log tables of a simulated provider of prepaid, resold and rented accounts.

    python benchmarks/quarry_world/generate.py SCENARIO --out DIR --seed S [--events N]

The tables are those of ``stillwatch simulate``, but nothing is shared with it or with the other worlds of the
benchmarks: carriers, clients, hours, wording, crowds and operators are modelled anew. See README.md.
"""

import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.quarry_world"

from ..worlds import command
from .output import write
from .scenarios import SCENARIOS, build


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, int]:
    """Write a scenario of about so many requests, by default as many as it usually has; returns counts (see :mod:`..worlds`)."""
    return write(build(scenario, seed, events), Path(out))


if __name__ == "__main__":
    command("Write the log tables of a simulated provider of prepaid, resold and rented accounts.", SCENARIOS, generate)
