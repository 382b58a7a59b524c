"""Fields of an event from the request and response bodies that several formats contain."""

from typing import Any

from stillwatch.ingest.answers import answer_text
from stillwatch.ingest.chains import continued
from stillwatch.ingest.messages import SYSTEM, as_messages, from_items, reduce, system_text, tools_key, with_system
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import fitting, maybe, opened

Fields = dict[str, Any]


def parameters(request: Fields) -> Fields:
    """Sampling parameters as columns, under any API's names.

    Clients choose them, and some gateways pass on anything. A value that does not fit its column becomes null: otherwise a client could
    ask for 3e9 tokens to have its requests put aside, and escape detection.
    """
    limits = (request.get(name) for name in ("max_completion_tokens", "max_output_tokens", "max_tokens"))
    return {
        "temperature": fitting(request.get("temperature"), "f32"),
        "top_p": fitting(request.get("top_p"), "f32"),
        "max_tokens": fitting(next((limit for limit in limits if limit is not None), None), "i32"),
        "stream": fitting(request.get("stream"), "bool"),
    }


def conversation(request: Fields, response: Any, tenant: Tenant, placeholder: str | None = None) -> Fields:
    """Text and hashes of a request body (chat, legacy completion, responses or messages API) and its answer.

    If no text may be read, turns are linked only by the identifiers of a response and the one before it.

    Args:
        request: the request body.
        response: the response body, whole; see :func:`stillwatch.ingest.answers.whole_response`.
        tenant: hashes.
        placeholder: text that the gateway writes in place of every message if it logs none; such a request gets ``_redacted``.

    Returns:
        Columns of the event, and ``_response``, ``_before`` and ``_own_messages`` for :class:`stillwatch.ingest.chains.Chains`.
    """
    own = maybe(response.get("id"), "response.id") if type(response) is dict else None
    previous = request.get("previous_response_id")
    if previous is None and type(response) is dict:
        previous = response.get("previous_response_id")
    earlier = maybe(previous, "previous_response_id")
    answered = tenant.response(own) if own is not None and own.startswith("resp_") else None
    before = tenant.response(earlier) if earlier else None
    if not tenant.text:
        return {"context_key": answered, "parent_key": before}
    messages = request_messages(request)
    if not messages:
        return {"tools_key": tools_key(tools(request), tenant), "response": answer_text(response)}
    if placeholder is not None and redacted(messages, placeholder):
        system = system_text([message for message in messages if message.get("content") != placeholder])
        return {"system": system, "tools_key": tools_key(tools(request), tenant), "response": None, "_redacted": True}
    fields = reduce(messages, tenant)._asdict() | {"_response": answered}
    if before is not None:
        own_messages = fields["context_key"]
        context = None if own_messages is None else continued(tenant, before, own_messages)
        fields |= {"parent_key": before, "context_key": context, "_before": before, "_own_messages": own_messages}
    return fields | {"tools_key": tools_key(tools(request), tenant), "response": answer_text(response)}


def request_messages(request: Fields) -> list[Fields]:
    """All messages of a request body, the system prompt first."""
    if request.get("input") is not None and request.get("messages") is None:
        return with_system(request.get("instructions"), from_items(request["input"]))
    messages = request.get("messages")
    messages = as_messages(request.get("prompt"), "prompt") if messages is None else as_messages(messages)
    return with_system(request.get("system") or request.get("instructions"), messages)


def tools(request: Fields) -> Any:
    """Tool definitions, also under their legacy name."""
    return opened(request.get("tools"), "tools") or request.get("functions")


def redacted(messages: list[Fields], placeholder: str) -> bool:
    """Whether the gateway replaced all messages by its placeholder, whose hash would link all conversations.

    It may keep a system prompt that is separate from the messages. If any other message is left, the placeholder was written by the client,
    who could use it to hide its text.
    """
    contents = [message.get("content") for message in messages if message.get("role") not in SYSTEM]
    return bool(contents) and all(content == placeholder for content in contents)
