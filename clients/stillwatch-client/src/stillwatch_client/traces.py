"""Reasoning taken out of answers, whatever LiteLLM makes of them: chat completions, messages, responses, whole or in parts."""

import json
from typing import Any

_TEXTS = ("reasoning_content", "reasoning", "thinking_blocks", "reasoning_items")
_KINDS = ("reasoning", "thinking", "redacted_thinking")


def without_traces(answer: Any) -> Any:
    """The answer, changed in place, with nothing that the model thought."""
    for choice in _get(answer, "choices") or []:
        for name in ("message", "delta"):
            _clean(_get(choice, name))
    for holder in (answer, _get(answer, "response")):  # the last event of a streamed response has it whole
        for name in ("content", "output"):
            items = _get(holder, name)
            if isinstance(items, list):
                items[:] = [item for item in items if _get(item, "type") not in _KINDS]
    return answer


class Stream:
    """The same of a stream's parts. Blocks and items are numbered, and clients keep them by number: those after a dropped one move up."""

    def __init__(self) -> None:
        """Start at its first part."""
        self._dropped: set[int] = set()
        self._place: dict[int, int] = {}
        self._begun = b""

    def left(self, part: Any) -> Any:
        """What is left of a part; None: nothing, or what comes next decides."""
        if isinstance(part, str):
            return self._events(part.encode()).decode() or None
        return self._events(part) or None if isinstance(part, bytes) else self._part(part)

    def _events(self, data: bytes) -> bytes:
        """Events of /v1/messages come as the bytes that are sent, not always cut where an event ends."""
        *whole, self._begun = (self._begun + data).replace(b"\r\n", b"\n").split(b"\n\n")
        return b"".join(event + b"\n\n" for event in map(self._event, whole) if event is not None)

    def _event(self, event: bytes) -> bytes | None:
        lines = event.split(b"\n")
        at = next((i for i, line in enumerate(lines) if line.startswith(b"data:")), None)
        try:
            told = None if at is None else json.loads(lines[at][5:])
        except ValueError:
            told = None
        if at is None or not isinstance(told, dict):
            return event
        if self._part(told) is None:
            return None
        lines[at] = b"data: " + json.dumps(told, ensure_ascii=False).encode()
        return b"\n".join(lines)

    def _part(self, part: Any) -> Any:
        name = "index" if _get(part, "output_index") is None else "output_index"
        number = _get(part, name)
        if isinstance(number, int):
            if _get(_get(part, "content_block") or _get(part, "item"), "type") in _KINDS:
                self._dropped.add(number)
            if number in self._dropped:
                return None
            _set(part, name, self._place.setdefault(number, len(self._place)))
        return without_traces(part)


def _clean(message: Any) -> None:
    if message is None:
        return
    for name in _TEXTS:
        if _get(message, name) is not None:
            _drop(message, name)
    fields = _get(message, "provider_specific_fields")
    if isinstance(fields, dict):
        for name in _TEXTS:
            fields.pop(name, None)


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)


def _set(holder: Any, name: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[name] = value
    else:
        setattr(holder, name, value)


def _drop(holder: Any, name: str) -> None:
    if isinstance(holder, dict):
        del holder[name]
        return
    try:
        delattr(holder, name)  # as LiteLLM does itself, so that the client sees no null
    except AttributeError:
        setattr(holder, name, None)
