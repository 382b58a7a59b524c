"""API businesses as one sees them who has bought data for a laboratory, and was a customer like others before: see :mod:`.generate`."""

from . import scenarios
from .generate import SCENARIOS, generate

SIZES = {name: scenario.business.requests for name, scenario in scenarios.SCENARIOS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
