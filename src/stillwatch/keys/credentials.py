"""API keys of clients in the headers of requests: ingest names a request after the key that the decision service seeks.

Gateways read more than the standards have, so any scheme counts, in any case.
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
"""What stands before the key where a browser, which can set no header, names it as a subprotocol of its websocket."""
SIGNED = re.compile(r"Credential=(?:Bearer\s+)?([^/\s,]+)")
"""A header that is signed, as AWS has it, differs in every request; this is the name of its key."""


def parts(name: str, value: str) -> list[str]:
    """What a header says: repeated ones may be joined with commas, which no API key contains; of subprotocols those that are keys."""
    return [part for part in value.split(",") if name != SUBPROTOCOLS or part.strip().startswith(SUBPROTOCOL)]


def credentials(part: str) -> list[str]:
    """The API keys that a part of a header may name, the likeliest first; none where it names none."""
    text = part.strip()
    if text.startswith(SUBPROTOCOL):
        found = [text.removeprefix(SUBPROTOCOL)]
    elif len(words := text.split(None, 1)) < 2:
        found = [] if text.lower() == "bearer" else words
    else:
        scheme, rest = words
        signed = SIGNED.search(text)
        found = [signed[1]] if signed else []
        found += [rest, text.replace(f"{scheme} ", "").strip()]  # LiteLLM takes the scheme out wherever it stands
    return [key for key in dict.fromkeys(found) if key]


def credential(header: Callable[[str], Any]) -> str | None:
    """The API key of a request, from the first header that has one.

    Args:
        header: gives the value of a header by its lower-case name; None or empty where there is none.
    """
    told = ((name, header(name)) for name in HEADERS)
    return next((key for name, value in told if value for part in parts(name, value) for key in credentials(part)), None)
