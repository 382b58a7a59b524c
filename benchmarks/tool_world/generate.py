"""Write the log tables of a simulated provider, as an engineer of developers' tools sees them.

    python benchmarks/tool_world/generate.py SCENARIO --out DIR --seed S [--events N]

The tables are those of ``stillwatch simulate``, but nothing is shared with it or with the other worlds of the
benchmarks: tools, agents, task queues, hours, wording and crowds are modelled anew. See README.md.
"""

import sys
from os import PathLike
from pathlib import Path
from typing import Any

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.tool_world"

from ..worlds import command
from .output import write
from .scenarios import SCENARIOS, build


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, Any]:
    """Write a scenario of about so many requests, by default as many as it usually has; returns counts (see :mod:`..worlds`)."""
    world = build(scenario, seed, events)
    n_events, n_accounts, n_harvested = write(world, Path(out))
    return {"events": n_events, "accounts": n_accounts, "harvested": n_harvested}


if __name__ == "__main__":
    command("Write the log tables of a simulated provider full of developers' tools.", SCENARIOS, generate)
