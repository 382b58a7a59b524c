"""A simulated provider that carriers and kiosks sell, where the phone is the identity: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, SIZES

__all__ = ["SCENARIOS", "SIZES", "generate"]
