"""Simulated businesses by an investigator of fraud rings, spam and scraping: see :mod:`.generate`."""

from . import seasons
from .generate import SCENARIOS, generate

SIZES = {name: season.requests for name, season in seasons.SEASONS.items()}

__all__ = ["SCENARIOS", "SIZES", "generate"]
