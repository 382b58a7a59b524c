"""A second simulated provider, independent of ``stillwatch simulate``: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS

__all__ = ["SCENARIOS", "generate"]
