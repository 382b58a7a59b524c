"""Reads response bodies of the chat, responses and messages APIs, streamed or whole: text and token counts."""

import re
from typing import Any

import orjson

from stillwatch.ingest.messages import content_text
from stillwatch.ingest.values import fitting, section

STREAM = ("data:", "event:", "id:", "retry:", ":")
"""Prefixes of lines of text/event-stream; proxies send comments (``:``) to keep a stream open."""
LINE_END = re.compile(r"\r\n|\n|\r")
"""End of a line of text/event-stream (HTML standard, section 9.2.6)."""
FINISHED = ("response.completed", "response.incomplete", "response.failed")


def answer_text(response: Any) -> str | None:
    """The text of an answer, with tool calls as ``[tool_call: name]``; None if there is no answer."""
    if type(response) is str:
        return response or None
    if type(response) is not dict:
        return None
    if type(response.get("choices")) is list:
        texts = [_choice_text(choice) for choice in response["choices"] if type(choice) is dict]
    elif type(response.get("output")) is list:
        texts = [_item_text(item) for item in response["output"] if type(item) is dict]
    elif "content" in response:
        texts = [_message_text(response)]
    else:
        return None
    return "\n\n".join(text for text in texts if text)


def _choice_text(choice: dict[str, Any]) -> str:
    message = choice.get("message")
    return _message_text(message) if type(message) is dict else str(choice.get("text") or "")


def _item_text(item: dict[str, Any]) -> str:
    if str(item.get("type")).endswith("_call"):
        return f"[tool_call: {item.get('name') or item['type']}]"
    return content_text(item.get("content"))


def _message_text(message: dict[str, Any]) -> str:
    content, calls = message.get("content") or message.get("refusal"), message.get("tool_calls")
    if type(content) is str and not calls:
        return content
    texts = [content_text(content)]
    for call in calls if type(calls) is list else ():
        if type(call) is dict:
            texts.append(f"[tool_call: {section(call, 'function').get('name')}]")
    for part in content if type(content) is list else ():
        if type(part) is dict and part.get("type") == "tool_use":
            texts.append(f"[tool_call: {part.get('name')}]")
    return "\n".join(text for text in texts if text)


def usage_tokens(usage: dict[str, Any]) -> dict[str, Any]:
    """Columns of token counts from ``usage`` of any of the APIs; cached tokens are part of ``input_tokens``."""
    if not usage:
        return dict.fromkeys(("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"))
    input_tokens = usage.get("prompt_tokens")
    details = section(usage, "prompt_tokens_details") or section(usage, "input_tokens_details")
    output_details = section(usage, "completion_tokens_details") or section(usage, "output_tokens_details")
    cache_read, cache_written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    if input_tokens is None:
        input_tokens = usage.get("input_tokens")
        if not details and (uncached := fitting(input_tokens, "i32")) is not None:
            # Anthropic counts cached tokens separately, OpenAI as part of the input tokens
            input_tokens = uncached + (fitting(cache_read, "i32") or 0) + (fitting(cache_written, "i32") or 0)
    cached = details.get("cached_tokens")
    output_tokens = usage.get("completion_tokens")
    return {
        "input_tokens": input_tokens,
        "cached_tokens": cache_read if cached is None else cached,
        "output_tokens": usage.get("output_tokens") if output_tokens is None else output_tokens,
        "reasoning_tokens": output_details.get("reasoning_tokens"),
    }


def whole_response(response: Any) -> Any:
    """The response as one object; a streamed response (a list of events, or text/event-stream) is assembled."""
    if type(response) is str and response.lstrip().startswith(STREAM) and "data:" in response:
        response = _events(response)
    if type(response) is not list:
        return response
    events = [event for event in response if type(event) is dict]
    if any("choices" in event for event in events):
        return _chat(events)
    for event in reversed(events):
        if event.get("type") in FINISHED:
            return event.get("response")
    return _messages(events)


def _events(stream: str) -> list[Any]:
    events = []
    # not splitlines, which also splits at U+2028 and the like, which occur in answers
    for line in LINE_END.split(stream):
        if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
            try:
                events.append(orjson.loads(line[5:]))
            except orjson.JSONDecodeError:
                continue  # the torn last event of a stream that was cut off; the events before it count
    return events


def _chat(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Assemble a chat completion from its chunks."""
    # Azure begins with a chunk of its content filter, with empty id and model
    whole: dict[str, Any] = {name: next((chunk[name] for chunk in chunks if chunk.get(name)), None) for name in ("id", "model")}
    whole["usage"] = {}
    texts: dict[Any, list[str]] = {}
    calls: dict[Any, list[dict[str, Any]]] = {}
    for chunk in chunks:
        whole["usage"] = chunk.get("usage") or whole["usage"]
        choices = chunk.get("choices")
        for choice in choices if type(choices) is list else ():
            if type(choice) is not dict:
                continue
            index, delta = str(choice.get("index")), section(choice, "delta")
            # a legacy completion streams its text without a delta
            text = content_text(delta.get("content")) or delta.get("refusal") or choice.get("text")
            texts.setdefault(index, []).append(str(text or ""))
            tool_calls = delta.get("tool_calls")
            for call in tool_calls if type(tool_calls) is list else ():
                if type(call) is dict and section(call, "function").get("name"):
                    calls.setdefault(index, []).append(call)
    whole["choices"] = [
        {"message": {"role": "assistant", "content": "".join(parts), "tool_calls": calls.get(index)}}
        for index, parts in texts.items()
    ]
    return whole


def _messages(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Assemble an Anthropic message, or an unfinished OpenAI response, from its events."""
    whole: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    texts: list[str] = []
    tools: list[dict[str, Any]] = []
    for event in events:
        if event.get("type") in ("message_start", "response.created"):
            whole = dict(section(event, "message") or section(event, "response"))
            usage = dict(section(whole, "usage"))
        elif event.get("type") == "content_block_start":
            block = section(event, "content_block")
            tools += [block] if block.get("type") == "tool_use" else []
        elif event.get("type") == "response.output_item.added":
            item = section(event, "item")
            if str(item.get("type")).endswith("_call"):
                tools.append({"type": "tool_use", "name": item.get("name") or item["type"]})
        elif event.get("type") == "content_block_delta":
            texts.append(str(section(event, "delta").get("text") or ""))
        elif event.get("type") in ("response.output_text.delta", "response.refusal.delta"):
            texts.append(str(event.get("delta") or ""))
        elif event.get("type") == "message_delta":
            # SDKs write null for counts that the last event does not repeat
            usage |= {name: count for name, count in section(event, "usage").items() if count is not None}
    whole.pop("output", None)
    return whole | {"usage": usage, "content": [{"type": "text", "text": "".join(texts)}, *tools]}
