"""A simulated provider whose attackers run laboratory gateways: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS

__all__ = ["SCENARIOS", "generate"]
