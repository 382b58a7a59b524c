"""A dump of LiteLLM's table LiteLLM_SpendLogs; jsonb columns may be objects or strings."""

from typing import Any

from stillwatch.ingest.answers import usage_tokens
from stillwatch.ingest.conversation import conversation, parameters
from stillwatch.ingest.parsers._litellm import REDACTED, client, logged_headers, messages_as, principal, status
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import Cells, cell_number, opened, section

NAME = "litellm-spend"
DESCRIPTION = "dump of LiteLLM's table LiteLLM_SpendLogs: CSV with a header, JSONL or Parquet"
HEADER = True
TEXT_FIELDS = ("messages", "response")


def parse(raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Parse one row."""
    # where LiteLLM stores prompts, it keeps the request's body in proxy_server_request and leaves messages empty
    metadata, body = section(raw, "metadata"), section(raw, "proxy_server_request")
    usage, headers = usage_tokens(section(metadata, "usage_object")), logged_headers(metadata)
    call = raw.get("litellm_call_id") or metadata.get("litellm_call_id")
    fields = parameters(body)
    principals = [raw.get(name) for name in ("user", "organization_id", "api_key")]
    user, org, key = map(cell_number, principals) if isinstance(raw, Cells) else principals
    fields |= principal(user, org, key, tenant)
    fields |= {
        "event_id": raw.get("request_id"),
        "timestamp": raw.get("startTime"),
        "session_id": tenant.id(raw.get("session_id")),
        "access_path": "api",
        "model": raw.get("model_group") or raw.get("model"),
        "input_tokens": raw.get("prompt_tokens"),
        "cached_tokens": usage["cached_tokens"],
        "output_tokens": raw.get("completion_tokens"),
        "reasoning_tokens": usage["reasoning_tokens"],
        "status": status(raw.get("status") or metadata.get("status"), section(metadata, "error_information")),
        "ip": client(raw.get("requester_ip_address") or metadata.get("requester_ip_address"), headers, tenant),
        "user_agent": metadata.get("user_agent"),
        "ja4": headers.get("x-ja4"),
        # last, because a client may set the header and the call's identifier
        "_request_ids": (raw.get("request_id"), call, headers.get("x-request-id")),
    }
    if not tenant.text:
        return fields | conversation({"previous_response_id": body.get("previous_response_id")}, _id_only(raw), tenant)
    messages = opened(raw.get("messages"), "messages")
    name = messages_as(raw.get("call_type"))
    request = body | {name: messages} if messages and not body.get(name) else body
    return fields | conversation(request, opened(raw.get("response"), "response"), tenant, REDACTED)


def _id_only(raw: dict[str, Any]) -> dict[str, Any]:
    """A response of only its id, which is LiteLLM's request_id."""
    return {"id": raw.get("request_id")}
