"""The benchmarks are scripts beside the package: make them and their folder importable; their simulated worlds are made once."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT)]


@pytest.fixture(scope="session")
def simulated(once: Callable[..., Path]) -> Callable[..., tuple[Path, dict[str, int]]]:
    """``simulated(generate, scenario, seed, events)``: folder and counts of a world that one of the workers makes; not to be changed."""

    def world(generate: Callable[..., dict[str, int]], scenario: str, seed: int, events: int | None) -> tuple[Path, dict[str, int]]:
        def make(folder: Path) -> None:
            counts = generate(scenario, folder / "world", seed, events)
            (folder / "counts.json").write_text(json.dumps(counts), encoding="utf-8")

        folder = once(f"{generate.__module__}-{scenario}-{seed}-{events}", make)
        return folder / "world", json.loads((folder / "counts.json").read_text(encoding="utf-8"))

    return world
