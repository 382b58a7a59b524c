"""What the client package takes out of a restricted account's answers, in every form that they come in."""

import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from serve_kit import CLIENT

sys.path.insert(0, str(CLIENT))
from stillwatch_client.traces import Stream, without_traces

BLOCKS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"content": []}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Let me think: é."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Héllo."}},
    {"type": "content_block_stop", "index": 1},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "redacted_thinking", "data": "x"}},
    {"type": "content_block_stop", "index": 2},
    {"type": "content_block_start", "index": 3, "content_block": {"type": "tool_use", "id": "t"}},
    {"type": "content_block_stop", "index": 3},
    {"type": "message_stop"},
]
LEFT = [0, 4, 5, 6, 9, 10, 11]
"""Events of which something is left."""
MOVED = {1: 0, 3: 1}


def events(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(f"event: {row['type']}\ndata: {json.dumps(row, ensure_ascii=False)}\n\n".encode() for row in rows)


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("kind", [bytes, str])
def test_thinking_blocks_leave_a_stream_of_messages_wherever_it_is_cut(size: int, kind: type) -> None:
    sent = events(BLOCKS)
    whole: Any = sent if kind is bytes else sent.decode()
    stream = Stream()
    parts = [stream.left(whole[i : i + size]) for i in range(0, len(whole), size)]
    got = [part if kind is bytes else part.encode() for part in parts if part is not None]
    expected = [BLOCKS[i] | ({"index": MOVED[BLOCKS[i]["index"]]} if "index" in BLOCKS[i] else {}) for i in LEFT]
    assert b"".join(got) == events(expected)


def test_what_is_no_event_of_theirs_passes() -> None:
    text = b": ping\n\ndata: [DONE]\n\ndata: 7\n\n"
    assert Stream().left(text) == text


def test_items_leave_a_streamed_response() -> None:
    told = [
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning"}},
        {"type": "response.reasoning_text.delta", "output_index": 0, "delta": "Let me think."},
        {"type": "response.output_item.added", "output_index": 1, "item": {"type": "message"}},
        {"type": "response.completed", "response": {"output": [{"type": "reasoning"}, {"type": "message"}]}},
    ]
    stream = Stream()
    left = [stream.left(SimpleNamespace(**row)) for row in told]
    assert left[:2] == [None, None]
    assert left[2].output_index == 0
    assert left[3].response["output"] == [{"type": "message"}]


def test_whole_answers_keep_all_else() -> None:
    message = SimpleNamespace(content="Hello.", reasoning_content="Hm.", provider_specific_fields={"reasoning": "Hm.", "other": 1})
    cleaned = without_traces(SimpleNamespace(choices=[SimpleNamespace(message=message)]))
    assert vars(cleaned.choices[0].message) == {"content": "Hello.", "provider_specific_fields": {"other": 1}}
    blocks = {"type": "message", "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hello."}]}
    assert without_traces(blocks)["content"] == [{"type": "text", "text": "Hello."}]
