"""Write the log tables of a simulated provider whose customers are shoppers, shops and partner apps.

    python benchmarks/bazaar_world/generate.py SCENARIO --out DIR --seed S [--events N]

The tables are those of ``stillwatch simulate``, but nothing is shared with it or with the other worlds of the
benchmarks: places, clients, hours, wording, crowds and operators are modelled anew. See README.md.
"""

import sys
from os import PathLike
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.bazaar_world"

from ..worlds import command
from .output import write
from .scenarios import SCENARIOS, build


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, Any]:
    """Write a scenario of about so many requests, by default as many as it usually has; returns counts (see :mod:`..worlds`)."""
    world = build(scenario, seed, events)
    n_events, n_harvested = write(world, Path(out))
    return {"events": n_events, "accounts": world.n_accounts, "harvested": n_harvested}


if __name__ == "__main__":
    command("Write the log tables of a simulated bazaar.", SCENARIOS, generate)
