"""A simulated provider after the reported campaigns and the support desk's look-alikes, at a small scale: see :mod:`.generate`."""

from . import scenarios
from .generate import SCENARIOS, generate

SIZES = {name: scenario.requests for name, scenario in scenarios.SCENARIOS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
