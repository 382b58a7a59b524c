"""A simulated provider as its traffic engineer knows it, one operator for each tactic of the list of threats: see :mod:`.generate`."""

from . import scenarios
from .generate import SCENARIOS, generate

SIZES = {name: scenario.requests for name, scenario in scenarios.SCENARIOS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
