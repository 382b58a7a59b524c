"""Reduces a conversation to the columns of an event: system prompt, last user turn, and hashes that link its turns.

The hashes must not depend on what clients and gateways change between two turns: text as a string or as one part, ``developer`` for
``system``, null fields, cache marks, dropped reasoning. They are keyed, so that without the tenant's key nobody can guess a text from its
hash.
"""

import json
from typing import Any, NamedTuple

import orjson

from stillwatch.ingest.faults import unread
from stillwatch.ingest.tenant import Tenant, signed
from stillwatch.ingest.values import kind

SYSTEM = ("system", "developer")
TEXT_PARTS = ("text", "input_text", "output_text")
REASONING = ("thinking", "redacted_thinking", "reasoning")
MARKS = {
    "image_url": "[image]", "image": "[image]", "input_image": "[image]", "input_audio": "[audio]", "audio": "[audio]",
    "file": "[file]", "input_file": "[file]", "document": "[file]", "video_url": "[video]",
}
LENGTH_BYTES = 8
MAX_LEVELS = 200
"""Levels of nested arrays and objects that are hashed; orjson writes at most 254."""


class Reduced(NamedTuple):
    """Columns of an event that come from its messages."""

    system: str | None
    prompt: str
    context_key: int | None
    parent_key: int | None


def reduce(messages: list[dict[str, Any]], tenant: Tenant) -> Reduced:
    """Reduce messages (objects with ``role`` and ``content``, as in chat APIs) in the order in which they were sent."""
    end, turn = boundaries([message.get("role") for message in messages])
    hasher = tenant.hasher(b"context")
    before = None
    for at, message in enumerate(messages[:end]):
        if at == turn and turn:
            before = signed(hasher)
        form = canonical(message)
        hasher.update(len(form).to_bytes(LENGTH_BYTES, "little") + form)
    context = signed(hasher) if end else None
    return Reduced(system_text(messages), prompt_text(messages), context, before)


def boundaries(roles: list[Any]) -> tuple[int, int]:
    """Indices at which the request's messages end, and at which the turn before ended (0 on a first turn).

    An assistant message at the end is a prefill, a beginning of the answer that the client dictates, so it belongs to the answer. The
    turn before ended where the last run of assistant messages begins.
    """
    end = len(roles)
    while end and roles[end - 1] == "assistant":
        end -= 1
    turn = end
    while turn and roles[turn - 1] != "assistant":
        turn -= 1
    while turn and roles[turn - 1] == "assistant":
        turn -= 1
    return end, turn


def canonical(message: dict[str, Any]) -> bytes:
    """The bytes of a message that are hashed: role, content, tool calls."""
    role, content = message.get("role"), message.get("content")
    if role == "developer":
        role = "system"
    if type(content) is list:
        content = canonical_parts(content)
    calls = message.get("tool_calls") or message.get("function_call")
    if type(calls) is list:
        calls = [unmarked(call) for call in calls]
    return dumped([role, content or "", calls, message.get("tool_call_id")])


def canonical_parts(parts: list[Any]) -> Any:
    """Content parts without what changes between turns; parts of only text become one string."""
    kept = [part for part in parts if not (type(part) is dict and part.get("type") in REASONING)]
    if all(type(part) is str or (type(part) is dict and part.get("type") in TEXT_PARTS) for part in kept):
        return "\n".join(part if type(part) is str else str(part.get("text") or "") for part in kept)
    return [part_form(part) for part in kept]


def part_form(part: Any) -> Any:
    """A part without its cache mark and null fields; also applied to nested parts, as in a tool's result."""
    if type(part) is not dict:
        return part
    content = part.get("content")
    inner = {"content": canonical_parts(content)} if type(content) is list else {}
    return {name: value for name, value in unmarked(part).items() if value is not None} | inner


def unmarked(part: Any) -> Any:
    """A part, tool or tool call without its cache mark, which moves from turn to turn."""
    return {name: value for name, value in part.items() if name != "cache_control"} if type(part) is dict else part


def dumped(value: Any) -> bytes:
    """Canonical JSON; if the value cannot be written, what lies deeper than MAX_LEVELS becomes null."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, TypeError):
        value = cut(value, MAX_LEVELS)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, TypeError):
        return json.dumps(value, sort_keys=True, default=repr).encode()  # unlike orjson, it writes integers of any size


def cut(value: Any, levels: int) -> Any:
    """The value with null in place of arrays and objects below ``levels`` levels."""
    if type(value) not in (list, dict):
        return value
    if not levels:
        return None
    if type(value) is list:
        return [cut(item, levels - 1) for item in value]
    return {name: cut(item, levels - 1) for name, item in value.items()}


def content_text(content: Any) -> str:
    """The text of a message's content: text parts joined by newlines, other parts as marks such as ``[image]``."""
    if type(content) is str:
        return content
    if content is None:
        return ""
    if type(content) is dict:
        content = [content]
    if type(content) is not list:
        unread("content", f"the content of a message is {kind(content)}")
        return ""
    texts = []
    for part in content:
        if type(part) is dict:
            type_ = part.get("type")
            kept = part.get("text") if type_ in TEXT_PARTS or type_ is None else MARKS.get(str(type_))
            part = part.get("refusal") if type_ == "refusal" else kept
        if type(part) is str and part:
            texts.append(part)
    return "\n".join(texts)


def system_text(messages: list[dict[str, Any]]) -> str | None:
    """All system and developer messages, joined by an empty line."""
    texts = [content_text(message.get("content")) for message in messages if message.get("role") in SYSTEM]
    return "\n\n".join(texts) if texts else None


def prompt_text(messages: list[dict[str, Any]]) -> str:
    """The text of the last user turn that has text (a turn may be only a tool's result)."""
    for message in reversed(messages):
        if message.get("role") == "user":
            text = content_text(message.get("content"))
            if text:
                return text
    return ""


def tools_key(tools: Any, tenant: Tenant) -> int | None:
    """The hash of tool definitions, independent of their order and of the API."""
    if type(tools) is not list or not tools:
        return None
    return tenant.key64(b"tools", b"\n".join(sorted(dumped(tool_form(tool)) for tool in tools)))


def tool_form(tool: Any) -> Any:
    """A tool definition in one form for the chat, responses and messages APIs."""
    if type(tool) is not dict:
        return tool
    inner = tool.get("function")
    function = inner if type(inner) is dict else tool
    if "name" not in function or tool.get("type", "function") not in ("function", "custom"):
        return unmarked(tool)
    schema = function.get("parameters") or function.get("input_schema") or None
    return [function["name"], function.get("description"), schema]


def as_messages(value: Any, name: str = "messages") -> list[dict[str, Any]]:
    """Messages as a list of objects; a string, or each of a list of strings, becomes a user turn.

    A prompt of token numbers has no text, but a hash. It must not be put aside: otherwise clients could send numbers to escape detection.

    Args:
        value: the field of the request.
        name: its name, for notes of what cannot be read.
    """
    if value is None:
        return []
    if type(value) is not list or is_tokens(value):
        value = [value]
    messages = []
    for at, item in enumerate(value):
        message = as_message(item)
        if type(message) is dict:
            messages.append(message)
        else:
            unread(name, f"{name}[{at}] is {kind(message)}, not an object")
    return messages


def as_message(item: Any) -> Any:
    """A string or token numbers as a user turn; anything else unchanged."""
    if is_tokens(item):
        return {"role": "user", "content": [{"type": "tokens", "tokens": item}]}
    return {"role": "user", "content": item} if type(item) is str else item


def is_tokens(value: Any) -> bool:
    """Whether a value is a prompt of token numbers, as completions and embeddings accept it."""
    return type(value) is list and bool(value) and all(type(item) is int for item in value)


def with_system(system: Any, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, with a separate system prompt (Anthropic's system, OpenAI's instructions) as the first."""
    return [{"role": "system", "content": system}, *messages] if system else messages


def from_items(items: Any) -> list[dict[str, Any]]:
    """The items of an OpenAI Responses ``input`` as chat messages; reasoning is dropped."""
    messages = []
    for item in as_messages(items, "input"):
        type_ = str(item.get("type") or "message")
        if type_ in REASONING:
            continue
        if type_ == "message" or "role" in item:
            messages.append(item)
        elif type_.endswith("_output"):
            messages.append({"role": "tool", "content": item.get("output"), "tool_call_id": item.get("call_id")})
        else:
            call = {name: value for name, value in item.items() if name not in ("id", "status")}
            # the client approves, so this is a result, not a turn of the model
            approval = type_ == "mcp_approval_response"
            messages.append({"role": "tool", "content": [call]} if approval else {"role": "assistant", "tool_calls": [call]})
    return messages
