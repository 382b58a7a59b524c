"""A second simulated provider, independent of ``stillwatch simulate``: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, TINY_EVENTS, USUAL_EVENTS

__all__ = ["SCENARIOS", "TINY_EVENTS", "USUAL_EVENTS", "generate"]
