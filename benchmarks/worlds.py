"""What the simulated providers of this folder share: reading a vocabulary, writing tables, a command line. They share no model of traffic.

The ``generate`` of each takes

- scenario: one of its SCENARIOS;
- out: the folder for events/, accounts.parquet, releases.json, truth.parquet, truth_events.parquet, as ``stillwatch simulate`` has them;
- seed: same scenario, seed and size give the same world;
- events: requests in all (about), by default as many as the scenario usually has; operators and crowds shrink and grow with them;

and returns counts of events, accounts and harvested events.
"""

import argparse
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import tables

Recipe = TypeVar("Recipe")
EVENT_COLUMNS, ACCOUNT_COLUMNS = (dict(zip(table.names, table.schema.types, strict=True)) for table in (tables.EVENTS, tables.ACCOUNTS))
"""Type of each column of the tables, in their order."""
ESCAPES = {"n": "\n", "t": "\t", "p": "|", "\\": "\\"}


@cache
def sections(path: Path) -> dict[str, list[str]]:
    """Phrases of a vocabulary by section: what stands between | in the lines that follow [section]."""
    found: dict[str, str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if re.fullmatch(r"\[[\w.]+\]", line):
            name = line[1:-1]
            found[name] = ""
        elif name:
            found[name] += line
    return {name: [_unescape(phrase) for phrase in text.split("|")] for name, text in found.items()}


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES[found[1]], text)


def recipe(recipes: Mapping[str, Recipe], name: str) -> Recipe:
    """A scenario's recipe.

    Raises:
        ValueError: there is none of this name.
    """
    if name not in recipes:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(recipes)}")
    return recipes[name]


def command(description: str, scenarios: Collection[str], generate: Callable[[str, Path, int, int | None], dict[str, Any]]) -> None:
    """Write a scenario as the command line says, and print what was written."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("scenario", choices=scenarios, metavar="SCENARIO", help=", ".join(scenarios))
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, help="number of requests")
    args = parser.parse_args()
    counts = generate(args.scenario, args.out, args.seed, args.events)
    print(f"{args.scenario}, seed {args.seed}: " + ", ".join(f"{n:,} {what}" for what, n in counts.items()))


@dataclass(frozen=True)
class World:
    """The tables of a world."""

    events: pa.Table
    accounts: pa.Table
    truth: pa.Table
    harvest: pa.Table
    releases: list[dict[str, str]]

    def write(self, out: Path) -> dict[str, int]:
        """Write the folder; returns counts."""
        (out / "events").mkdir(parents=True, exist_ok=True)
        day = pc.strftime(self.events["timestamp"], "%Y-%m-%d")
        for name in sorted(pc.unique(day).to_pylist()):
            pq.write_table(self.events.filter(pc.equal(day, name)), out / "events" / f"{name}.parquet")
        pq.write_table(self.accounts, out / "accounts.parquet")
        pq.write_table(self.truth, out / "truth.parquet")
        pq.write_table(self.harvest, out / "truth_events.parquet")
        (out / "releases.json").write_text(json.dumps(self.releases, indent=1) + "\n", encoding="utf-8")
        fake = len(self.truth) - self.truth["campaign"].null_count
        return {"events": len(self.events), "accounts": len(self.accounts), "fake": fake, "harvested": len(self.harvest)}
