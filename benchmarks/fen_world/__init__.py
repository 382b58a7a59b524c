"""A simulated provider whose operators share what costs money or staff time: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, USUAL_EVENTS

__all__ = ["SCENARIOS", "USUAL_EVENTS", "generate"]
