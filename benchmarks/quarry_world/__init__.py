"""A simulated provider of prepaid, resold and rented accounts: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, USUAL_EVENTS

__all__ = ["SCENARIOS", "USUAL_EVENTS", "generate"]
