"""A simulated developer-first provider, a quay at which many kinds of ships tie up: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS

SIZES = {name: scenario.requests for name, scenario in SCENARIOS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
