"""What both of LiteLLM's logs share."""

from typing import Any

from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import maybe, section

OK, FAILED = 200, 500
REDACTED = "redacted-by-litellm"
"""What LiteLLM writes in place of every message when logging of messages is turned off."""
RESPONSES = ("responses", "aresponses")
"""Types of calls of the responses API, whose ``input`` LiteLLM logs as ``messages``."""
MASTER = "default_user_id"
"""The user under which LiteLLM logs requests with the proxy's master key."""
HEADERS = ("x-forwarded-for", "x-ja4", "x-request-id")


def status(outcome: Any, error: dict[str, Any]) -> int | None:
    """The HTTP status that the client saw, as far as the log tells."""
    if outcome == "success":
        return OK
    code = str(error.get("error_code") or "")
    if code.isdecimal() and len(code) == 3:
        return int(code)
    return FAILED if outcome == "failure" else None


def client(address: Any, headers: dict[str, Any], tenant: Tenant) -> str | None:
    """The client's network.

    With ``use_x_forwarded_for`` LiteLLM logs the header, which anyone can write, in place of the socket address, and so
    does uvicorn behind a proxy on the same machine: an address that repeats the header is the header.
    """
    logged = maybe(address, "requester_ip_address")
    forwarded = maybe(headers.get("x-forwarded-for"), "x-forwarded-for")
    entries = [entry.strip() for entry in (forwarded or "").split(",")]
    if logged is None or "," in logged or logged in entries:
        return tenant.client(None, forwarded or logged)
    return tenant.client(logged, forwarded)


def principal(user: Any, org: Any, key: Any, tenant: Tenant) -> dict[str, Any]:
    """Who can be acted on: the user, else the organisation, else the key.

    Requests with the master key are of a user that may be several customers; they are told as ``_master_key``. Their key is one,
    too, and the decision service is asked about that user, so they are not named after the key.
    """
    ids = [tenant.id(value) for value in (user, org, key)]
    account = next((id_ for id_ in ids if id_ is not None), None)
    return {"account_id": account, "org_id": ids[1], "key_id": ids[2], "_master_key": user == MASTER}


def messages_as(call_type: Any) -> str:
    """The name in the API's request of what LiteLLM logs as ``messages``."""
    return "input" if call_type in RESPONSES else "messages"


def logged_headers(metadata: dict[str, Any]) -> dict[str, Any]:
    """The headers that matter here; LiteLLM logs all of them, or the x- headers only."""
    custom = section(metadata, "requester_custom_headers")
    headers = section(section(metadata, "requester_metadata"), "headers")
    return {name: custom.get(name) or headers.get(name) for name in HEADERS}
