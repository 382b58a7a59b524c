"""A simulated provider with the tactics of the reports, alone or mixed: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, USUAL_EVENTS

__all__ = ["SCENARIOS", "USUAL_EVENTS", "generate"]
