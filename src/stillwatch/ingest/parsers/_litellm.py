"""Shared by the parsers of LiteLLM's two logs."""

from typing import Any

from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import maybe, section

OK, FAILED = 200, 500
REDACTED = "redacted-by-litellm"
"""LiteLLM's placeholder for every message when logging of messages is turned off."""
RESPONSES = ("responses", "aresponses")
"""Call types of the responses API, whose ``input`` LiteLLM logs as ``messages``."""
MASTER = "default_user_id"
"""The user under which LiteLLM logs requests with the proxy's master key."""
HEADERS = ("x-forwarded-for", "x-ja4", "x-request-id")


def status(outcome: Any, error: dict[str, Any]) -> int | None:
    """The HTTP status that the client got, or None if the log does not say."""
    if outcome == "success":
        return OK
    code = str(error.get("error_code") or "")
    if code.isdecimal() and len(code) == 3:
        return int(code)
    return FAILED if outcome == "failure" else None


def client(address: Any, headers: dict[str, Any], tenant: Tenant) -> str | None:
    """The keyed hash of the client's network.

    With ``use_x_forwarded_for`` LiteLLM logs the header, which anyone can write, in place of the socket address; so does uvicorn behind a
    proxy on the same machine. So an address that also is in the header counts as the header.
    """
    logged = maybe(address, "requester_ip_address")
    forwarded = maybe(headers.get("x-forwarded-for"), "x-forwarded-for")
    entries = [entry.strip() for entry in (forwarded or "").split(",")]
    if logged is None or "," in logged or logged in entries:
        return tenant.client(None, forwarded or logged)
    return tenant.client(logged, forwarded)


def principal(user: Any, org: Any, key: Any, tenant: Tenant) -> dict[str, Any]:
    """The account that can be acted on: the user, else the organisation, else the key.

    Requests with the master key come from one user that may stand for several customers; they are marked ``_master_key``. They keep that
    user as account: they share one key as well, and gateways ask the decision service about the user.
    """
    ids = [tenant.id(value) for value in (user, org, key)]
    account = next((id_ for id_ in ids if id_ is not None), None)
    return {"account_id": account, "org_id": ids[1], "key_id": ids[2], "_master_key": user == MASTER}


def messages_as(call_type: Any) -> str:
    """The field of the API's request that LiteLLM logs as ``messages``."""
    return "input" if call_type in RESPONSES else "messages"


def logged_headers(metadata: dict[str, Any]) -> dict[str, Any]:
    """The values of HEADERS; LiteLLM logs all headers, or only those that begin with x-."""
    custom = section(metadata, "requester_custom_headers")
    headers = section(section(metadata, "requester_metadata"), "headers")
    return {name: custom.get(name) or headers.get(name) for name in HEADERS}
