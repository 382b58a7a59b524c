"""A simulated provider whose customers come by libraries, evening schools, archives and cooperatives: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, SIZES

__all__ = ["SCENARIOS", "SIZES", "generate"]
