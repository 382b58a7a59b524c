"""A simulated model host as somebody sees it who thinks in what an account costs: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, SIZES

__all__ = ["SCENARIOS", "SIZES", "generate"]
