"""What the simulated providers of this folder share: how a vocabulary is read, and the command line. They share no model of traffic.

The ``generate`` of each takes

- scenario: one of its SCENARIOS;
- out: the folder for events/, accounts.parquet, releases.json, truth.parquet, truth_events.parquet, as ``stillwatch simulate`` has them;
- seed: same scenario, seed and size give the same world;
- events: requests in all (about), by default as many as the scenario usually has; operators and crowds shrink and grow with them;

and returns counts of events, accounts and harvested events.
"""

import argparse
import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Recipe = TypeVar("Recipe")
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
