"""LiteLLM's StandardLoggingPayload, as its generic_api callback and its bucket loggers write it."""

from typing import Any

import orjson

from stillwatch.ingest.answers import usage_tokens
from stillwatch.ingest.conversation import conversation, parameters
from stillwatch.ingest.parsers._litellm import REDACTED, client, logged_headers, messages_as, principal, status
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import fitting, section

NAME = "litellm"
DESCRIPTION = "LiteLLM StandardLoggingPayload (generic_api callback): JSON array, ndjson or single objects"
BODIES = {"choices": ("message", "text"), "output": ("type",), "content": ("type",)}
"""Field that holds the answer in a response body of the chat, responses and messages APIs -> keys of which each of its parts has one. The
keys are checked because an answer may itself be JSON with a field of that name."""
TEXT_FIELDS = ("messages", "response", "error_str")


def parse(raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Parse one payload."""
    metadata, options = section(raw, "metadata"), section(raw, "model_parameters")
    headers, usage = logged_headers(metadata), usage_tokens(section(metadata, "usage_object"))
    get = metadata.get
    call, own = raw.get("litellm_call_id"), raw.get("id")
    # an answer from the cache has the id of the cached answer
    cached = fitting(raw.get("cache_hit"), "bool")
    fields = parameters(options)
    fields |= principal(
        get("user_api_key_user_id"), get("user_api_key_org_id"), get("user_api_key_hash"), tenant
    )
    fields |= {
        "event_id": (call or own) if cached else (own or call),
        "_call": call,
        "timestamp": raw.get("startTime"),
        "session_id": tenant.id(raw.get("session_id")),
        "access_path": "api",
        "model": raw.get("model_group") or raw.get("model"),
        "stream": fields["stream"] if raw.get("stream") is None else fitting(raw["stream"], "bool"),
        "input_tokens": usage["input_tokens"] if raw.get("prompt_tokens") is None else raw["prompt_tokens"],
        "cached_tokens": usage["cached_tokens"],
        "output_tokens": usage["output_tokens"] if raw.get("completion_tokens") is None else raw["completion_tokens"],
        "reasoning_tokens": usage["reasoning_tokens"],
        "status": status(raw.get("status"), section(raw, "error_information")),
        "ip": client(raw.get("requester_ip_address") or get("requester_ip_address"), headers, tenant),
        "user_agent": raw.get("user_agent") or get("user_agent"),
        "ja4": headers.get("x-ja4"),
        # last, because a client may set the header and the call's identifier
        "_request_ids": (None if cached else own, call, headers.get("x-request-id")),
    }
    request = options | {"messages": None, messages_as(raw.get("call_type")): _messages(raw.get("messages"))}
    return fields | conversation(request, _response(raw.get("response")), tenant, REDACTED)


def _messages(value: Any) -> Any:
    """The messages, parsed if an export wrote them as a string of JSON; any other string is a prompt."""
    if type(value) is not str or value.lstrip()[:2] not in ("[{", '{"'):
        return value
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    first_item = parsed[0] if type(parsed) is list and parsed else parsed
    # a conversation of the responses API may begin with a tool's item
    return parsed if type(first_item) is dict and ("role" in first_item or "call_id" in first_item) else value


def _response(value: Any) -> Any:
    """The response, parsed if an export wrote its body as a string of JSON; any other string is the answer, JSON or not."""
    if type(value) is not str or value.lstrip()[:1] != "{":
        return value
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return parsed if any(_are_parts(parsed.get(name), keys) for name, keys in BODIES.items()) else value


def _are_parts(value: Any, keys: tuple[str, ...]) -> bool:
    """Whether a value is a list of objects that each have one of the keys."""
    return type(value) is list and bool(value) and all(type(part) is dict and any(key in part for key in keys) for part in value)
