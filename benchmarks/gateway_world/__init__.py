"""Simulated gateways as they log: bodies and payloads of real formats, to be ingested; see :mod:`.generate`."""

from .generate import SCENARIOS, generate

__all__ = ["SCENARIOS", "generate"]
