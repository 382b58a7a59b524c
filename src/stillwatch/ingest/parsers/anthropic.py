"""Anthropic messages: request and response bodies in an envelope."""

from stillwatch.ingest.parsers._envelope import SOUGHT
from stillwatch.ingest.parsers._envelope import parse_envelope as parse

__all__ = ["DESCRIPTION", "NAME", "SOUGHT", "parse"]

NAME = "anthropic"
DESCRIPTION = "Anthropic messages: request and response bodies in an envelope of headers"
