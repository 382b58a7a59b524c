"""Records of every format, and what a run gave; used by the ingest tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

KEY = bytes(range(32))
AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
TIME = "2026-02-20T10:00:00Z"
SECRET = "xylophone-marmalade"
"""A word that stands in every text of the fixtures, to search outputs for."""


class Result:
    def __init__(self, out: Path, summary: dict[str, Any]) -> None:
        self.out, self.summary = out, summary

    @property
    def rows(self) -> list[dict[str, Any]]:
        return pq.read_table(self.out / "events").to_pylist()

    @property
    def aside(self) -> list[dict[str, Any]]:
        return pq.read_table(self.out / "quarantine.parquet").to_pylist()

    @property
    def accounts(self) -> list[dict[str, Any]]:
        return pq.read_table(self.out / "accounts.parquet").to_pylist()

    @property
    def reasons(self) -> dict[str, int]:
        return self.summary["quarantined"]


def event(**fields: Any) -> dict[str, Any]:
    """One canonical event."""
    return {"event_id": "e1", "timestamp": TIME, "account_id": "a1", "prompt": f"why {SECRET}?"} | fields


def payload(**fields: Any) -> dict[str, Any]:
    """One StandardLoggingPayload, with the fields that LiteLLM 1.108 writes and ingest reads."""
    metadata = {
        "user_api_key_hash": "h" * 64, "user_api_key_user_id": "ada", "user_api_key_org_id": "engine-org",
        "user_api_key_end_user_id": None, "requester_ip_address": "203.0.113.9", "user_agent": "OpenAI/Python 3.57.0",
        "requester_metadata": {"headers": {"x-ja4": "t13d_1"}},
        "requester_custom_headers": {"x-ja4": "t13d_1", "x-request-id": "edge-1"},
        "usage_object": {
            "prompt_tokens": 30, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 16},
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
    }
    return {
        "id": "chatcmpl-1", "litellm_call_id": "call-1", "session_id": "s-1", "call_type": "acompletion",
        "stream": None, "status": "success", "startTime": 1771581600.25, "endTime": 1771581601.0,
        "model": "openai/gpt-x", "model_group": "still-small", "prompt_tokens": 30, "completion_tokens": 9,
        "cache_hit": None, "requester_ip_address": "203.0.113.9", "user_agent": "OpenAI/Python 3.57.0",
        "metadata": metadata, "messages": [
            {"role": "system", "content": f"Be terse. {SECRET}"}, {"role": "user", "content": f"why {SECRET}?"},
        ],
        "response": {
            "id": "chatcmpl-1", "object": "chat.completion",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": f"because {SECRET}"}}],
        },
        "model_parameters": {"temperature": 0.5, "max_tokens": 64, "stream": False},
        "error_information": {"error_code": "", "error_message": ""}, "error_str": None,
    } | fields


def envelope(request: dict[str, Any], response: Any, **fields: Any) -> dict[str, Any]:
    """One request and response in the envelope of docs/ingest.md."""
    return {
        "request_id": "req-1", "timestamp": TIME, "account_id": "ada", "org_id": "engine-org", "status": 200,
        "remote_address": "203.0.113.9", "path": "/v1/chat/completions",
        "headers": {"User-Agent": "curl/8", "Authorization": "Bearer sk-clear"},
        "request": request, "response": response,
    } | fields
