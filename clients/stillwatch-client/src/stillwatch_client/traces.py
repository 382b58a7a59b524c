"""Reasoning taken out of answers, whatever object LiteLLM makes of them: chat completions, messages, responses, and parts of streams."""

from typing import Any

_TEXTS = ("reasoning_content", "reasoning", "thinking_blocks", "reasoning_items")
_KINDS = ("reasoning", "thinking", "redacted_thinking")


def without_traces(answer: Any) -> Any:
    """The answer, changed in place, with nothing that the model thought; None for a part of a stream that is nothing else."""
    kind = str(_get(answer, "type") or "")
    if kind.startswith("response.reasoning") or _get(_get(answer, "item"), "type") in _KINDS:
        return None
    for choice in _get(answer, "choices") or []:
        for name in ("message", "delta"):
            _clean(_get(choice, name))
    whole = _get(answer, "response")  # of the last part of a streamed response
    for holder in (answer, whole):
        for name in ("content", "output"):
            items = _get(holder, name)
            if isinstance(items, list):
                items[:] = [item for item in items if _get(item, "type") not in _KINDS]
    return answer


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


def _drop(holder: Any, name: str) -> None:
    if isinstance(holder, dict):
        del holder[name]
        return
    try:
        delattr(holder, name)  # as LiteLLM does itself, so that the client sees no null
    except AttributeError:
        setattr(holder, name, None)
