"""A simulated provider by one who looked after its customer data and wrote down who the customers really were: see :mod:`.generate`."""

from . import scenarios
from .generate import SCENARIOS, generate

SIZES = {name: scenario.requests for name, scenario in scenarios.SCENARIOS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
