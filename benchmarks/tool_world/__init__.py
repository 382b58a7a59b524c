"""A simulated provider as an engineer of developers' tools sees it: see :mod:`.generate`."""

from .generate import generate
from .scenarios import SCENARIOS, USUAL_EVENTS

__all__ = ["SCENARIOS", "USUAL_EVENTS", "generate"]
