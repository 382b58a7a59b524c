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
    request, response = section(raw, "request"), whole_response(opened_body(raw.get("response")))
    headers = {name.lower(): value for name, value in section(raw, "headers").items()}
    body = response if type(response) is dict else {}
    key = raw.get("key_id") or None
    if tenant.id(key) is None:
        key = credential(lambda name: maybe(headers.get(name), name))
    # the header openai-organization is not read: a client could be another account in every request
    told = (("account_id", raw.get("account_id")), ("org_id", raw.get("org_id")), ("key_id", key))
    ids = {name: tenant.id(value) for name, value in told}
    fields = parameters(request)
    fields |= ids | {
        # x-request-id last: a client may send its own, and the second request of one identifier is put aside
        "event_id": raw.get("request_id") or headers.get("request-id") or body.get("id") or headers.get("x-request-id"),
        "timestamp": raw.get("timestamp"),
        "account_id": ids["account_id"] or ids["org_id"] or ids["key_id"],
        "session_id": tenant.id(raw.get("session_id") or named(request.get("conversation"))),
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


def opened_body(body: Any) -> Any:
    """A body that was logged as a string of JSON, opened; other strings (a stream of events) stay."""
    return opened(body, "response") if type(body) is str and body.lstrip()[:1] in ("{", "[") else body


def named(value: Any) -> Any:
    """An identifier, or that of an object which has one."""
    return value.get("id") if type(value) is dict else value
