"""The envelope around a provider's request and response bodies; docs/ingest.md defines it.

``{"request_id", "timestamp", "account_id", "org_id", "key_id", "session_id", "access_path", "remote_address", "asn",
"country", "headers": {…}, "path", "request": {…}, "response": {…}, "status"}``
"""

from typing import Any

from stillwatch.ingest.answers import usage_tokens, whole_response
from stillwatch.ingest.conversation import conversation, parameters
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import asn, maybe, opened, section
from stillwatch.keys.credentials import credential

WRAP = "is there; wrap a log of another schema in the envelope (docs/ingest.md)"
SOUGHT = {
    "event_id": f"no request_id {WRAP}", "timestamp": f"no timestamp {WRAP}",
    "account_id": f"no account_id, org_id, key_id or API key in headers {WRAP}",
}


def parse_envelope(raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Parse one envelope."""
    request, response = section(raw, "request"), whole_response(parsed_body(raw.get("response")))
    headers = {name.lower(): value for name, value in section(raw, "headers").items()}
    body = response if type(response) is dict else {}
    key = raw.get("key_id") or None
    if tenant.id(key) is None:
        key = credential(lambda name: maybe(headers.get(name), name))
    # the header openai-organization is not read: with it a client could be another account in every request
    names = (("account_id", raw.get("account_id")), ("org_id", raw.get("org_id")), ("key_id", key))
    ids = {name: tenant.id(value) for name, value in names}
    fields = parameters(request)
    fields |= ids | {
        # x-request-id last: a client may choose it, and a repeated identifier puts a request aside
        "event_id": raw.get("request_id") or headers.get("request-id") or body.get("id") or headers.get("x-request-id"),
        "timestamp": raw.get("timestamp"),
        "account_id": ids["account_id"] or ids["org_id"] or ids["key_id"],
        "session_id": tenant.id(raw.get("session_id") or object_id(request.get("conversation"))),
        "access_path": raw.get("access_path") or "api",
        "model": request.get("model") or body.get("model"),
        "status": raw.get("status"),
        "ip": tenant.client(
            maybe(raw.get("remote_address"), "remote_address"), maybe(headers.get("x-forwarded-for"), "x-forwarded-for")
        ),
        "asn": asn(raw.get("asn")),
        "country": raw.get("country"),
        "user_agent": headers.get("user-agent"),
        "ja4": raw.get("ja4") or headers.get("x-ja4"),
        "_request_ids": (raw.get("request_id"), body.get("id"), headers.get("x-request-id")),
    }
    fields |= usage_tokens(section(body, "usage"))
    return fields | conversation(request, response, tenant)


def parsed_body(body: Any) -> Any:
    """A body, parsed if it was logged as a string of JSON; other strings (a stream of events) are returned unchanged."""
    return opened(body, "response") if type(body) is str and body.lstrip()[:1] in ("{", "[") else body


def object_id(value: Any) -> Any:
    """The ``id`` of an object; any other value is returned unchanged."""
    return value.get("id") if type(value) is dict else value
