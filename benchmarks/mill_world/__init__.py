"""A simulated provider in a market of accounts, where every operator is a small business: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, USUAL_EVENTS

__all__ = ["SCENARIOS", "USUAL_EVENTS", "generate"]
