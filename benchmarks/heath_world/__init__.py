"""Simulated businesses by somebody who ran billing support and an appeals desk: see :mod:`.generate`."""

from . import seasons
from .generate import SCENARIOS, generate

SIZES = {name: season.requests for name, season in seasons.SEASONS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
