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
"""What holds the answer in a response body of the chat, responses and messages APIs, and a key by which its parts are known: an answer
may be JSON of these names, too."""
TEXT_FIELDS = ("messages", "response", "error_str")


def parse(raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Parse one payload."""
    metadata, options = section(raw, "metadata"), section(raw, "model_parameters")
    headers, usage = logged_headers(metadata), usage_tokens(section(metadata, "usage_object"))
    get = metadata.get
    call, own = raw.get("litellm_call_id"), raw.get("id")
    # an answer from the cache has the identifier of the answer that was cached
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
        # a client may send the header, and the call's identifier too
        "_request_ids": (None if cached else own, call, headers.get("x-request-id")),
    }
    request = options | {"messages": None, messages_as(raw.get("call_type")): _messages(raw.get("messages"))}
    return fields | conversation(request, _response(raw.get("response")), tenant, REDACTED)


def _messages(told: Any) -> Any:
    """The messages, also where an export wrote them as a string of JSON; other strings are a prompt."""
    if type(told) is not str or told.lstrip()[:2] not in ("[{", '{"'):
        return told
    try:
        found = orjson.loads(told)
    except orjson.JSONDecodeError:
        return told
    first = found[0] if type(found) is list and found else found
    # a conversation of the responses API may begin with an item of a tool
    return found if type(first) is dict and ("role" in first or "call_id" in first) else told


def _response(told: Any) -> Any:
    """The response, also where an export wrote its body as a string of JSON; other strings are the answer, JSON or not."""
    if type(told) is not str or told.lstrip()[:1] != "{":
        return told
    try:
        found = orjson.loads(told)
    except orjson.JSONDecodeError:
        return told
    return found if any(_parts(found.get(name), keys) for name, keys in BODIES.items()) else told


def _parts(value: Any, keys: tuple[str, ...]) -> bool:
    return type(value) is list and bool(value) and all(type(part) is dict and any(key in part for key in keys) for part in value)
