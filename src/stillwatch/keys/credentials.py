"""API keys of clients in request headers; ingest and the decision service read them alike, so that both know a client by the same key.

Gateways accept more than the standards define, so any authentication scheme counts, in upper or lower case.
"""

import re
from collections.abc import Callable
from typing import Any

SUBPROTOCOLS = "sec-websocket-protocol"
HEADERS = (
    "authorization", "x-api-key", "api-key", "x-goog-api-key", "x-litellm-api-key", "ocp-apim-subscription-key", SUBPROTOCOLS,
)
"""Headers that carry a client's API key in the APIs in use, and at LiteLLM; lower-case, the usual first."""
SUBPROTOCOL = "openai-insecure-api-key."
"""Prefix of the key where a browser, which can set no header, passes it as a websocket subprotocol."""
SIGNED = re.compile(r"Credential=(?:Bearer\s+)?([^/\s,]+)")
"""Finds the key's id in a signed header (AWS); the header itself differs in every request."""


def parts(name: str, value: str) -> list[str]:
    """Split a header's value at commas, which may join repeated headers and which no API key contains; of subprotocols, only keys."""
    return [part for part in value.split(",") if name != SUBPROTOCOLS or part.strip().startswith(SUBPROTOCOL)]


def credentials(part: str) -> list[str]:
    """The API keys that a part of a header may hold, the likeliest first; empty if it holds none."""
    text = part.strip()
    if text.startswith(SUBPROTOCOL):
        found = [text.removeprefix(SUBPROTOCOL)]
    elif len(words := text.split(None, 1)) < 2:
        found = [] if text.lower() == "bearer" else words
    else:
        scheme, rest = words
        signed = SIGNED.search(text)
        found = [signed[1]] if signed else []
        found += [rest, text.replace(f"{scheme} ", "").strip()]  # LiteLLM removes the scheme wherever it occurs
    return [key for key in dict.fromkeys(found) if key]


def credential(header: Callable[[str], Any]) -> str | None:
    """The API key of a request, from the first header that has one.

    Args:
        header: returns the value of a header by its lower-case name; None or empty if absent.
    """
    values = ((name, header(name)) for name in HEADERS)
    return next((key for name, value in values if value for part in parts(name, value) for key in credentials(part)), None)
