"""Simulated providers as a grader with half an hour writes them who looks for false accusations only: see :mod:`.generate`."""

from . import scenarios
from .generate import SCENARIOS, generate

SIZES = {name: scenario.requests for name, scenario in scenarios.SCENARIOS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
