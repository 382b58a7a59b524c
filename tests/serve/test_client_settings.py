"""The client package's settings: a fail mode that is misspelt is no open one."""

import asyncio
import json
import logging
import sys
from typing import Any

import pytest
from serve_kit import CLIENT

pytest.importorskip("httpx")
sys.path.insert(0, str(CLIENT))
from stillwatch_client.asgi import LARGEST, StillwatchMiddleware
from stillwatch_client.guard import Guard, SettingError, Verdict


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "TOKEN", "FAIL", "DEADLINE_MS"):
        monkeypatch.delenv(f"STILLWATCH_{name}", raising=False)


async def app(*_: Any) -> None: ...


@pytest.mark.parametrize(
    ("name", "value"),
    [("FAIL", "close"), ("FAIL", "fail_closed"), ("FAIL", "true"), ("DEADLINE_MS", "fifty"), ("DEADLINE_MS", "-5"), ("DEADLINE_MS", "0"),
     ("DEADLINE_MS", "nan"), ("URL", "127.0.0.1:8080")],
)
def test_a_setting_that_makes_no_sense_stops_the_start(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"STILLWATCH_{name}", value)
    for made in (Guard, lambda: StillwatchMiddleware(app)):
        with pytest.raises(SettingError) as caught:
            made()
        assert f"STILLWATCH_{name} is {value!r}" in str(caught.value)


def test_a_setting_that_makes_no_sense_stops_the_start_of_a_starlette_application(monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes its middleware with the first scope, the lifespan, and servers take an error there for an application without one."""
    applications = pytest.importorskip("starlette.applications")
    monkeypatch.setenv("STILLWATCH_FAIL", "close")
    made = applications.Starlette()
    made.add_middleware(StillwatchMiddleware)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(made({"type": "lifespan", "state": {}}, receive, send))
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert "STILLWATCH_FAIL is 'close'" in sent[0]["message"]
    scope = {"type": "http", "method": "GET", "path": "/v1/models", "headers": []}
    with pytest.raises(SettingError):  # a server that has no lifespan: nothing passes
        asyncio.run(made(scope, receive, send))
    assert [message["status"] for message in sent[1:] if "status" in message] == [500]


@pytest.mark.parametrize(("mode", "decision"), [("", "allow"), ("open", "allow"), ("closed", "unavailable"), (" Closed\n", "unavailable")])
def test_the_fail_mode_is_as_declared(mode: str, decision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_FAIL", mode)
    guard = Guard("http://127.0.0.1:1", "token")
    assert asyncio.run(guard.decide({"account_id": "ada"})).decision == decision


def test_a_missing_token_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "stillwatch_client"):
        Guard()
        assert "STILLWATCH_TOKEN is not set" in caplog.text
        caplog.clear()
        Guard(token="swt_x")
        assert not caplog.text


RESTRICTED = Verdict("restrict", headers={"x-guard-decision": "restrict"}, max_tokens=9)


@pytest.mark.parametrize(
    ("verdict", "path", "sizes", "status", "kind"),
    [
        (RESTRICTED, "/v1/chat/completions", [LARGEST], 400, "restricted"),
        (RESTRICTED, "/v1/chat/completions", [LARGEST // 2, LARGEST // 2, 1, 7], 413, "restricted"),
        (RESTRICTED, "/v1/messages", [LARGEST + 1], 413, "request_too_large"),
        (Verdict("allow"), "/v1/chat/completions", [LARGEST + 1], 200, ""),
    ],
)
def test_a_body_that_is_too_long_to_rewrite_is_refused_to_a_restricted_account_alone(
    verdict: Verdict, path: str, sizes: list[int], status: int, kind: str
) -> None:
    """A 413 that says why, after the last byte, since who still sends may not see an answer; others' bodies pass unread."""
    block, sent, left = memoryview(bytes(max(sizes))), [], list(sizes)

    async def receive() -> dict[str, Any]:
        size = left.pop(0)
        return {"type": "http.request", "body": block[:size], "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    async def model(scope: Any, receive: Any, send: Any) -> None:
        assert left == sizes, "read before the model did"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    class Decided(Guard):
        async def relay(self, *_: Any) -> Verdict:
            return verdict

    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    asyncio.run(StillwatchMiddleware(model, Decided(token="t"))(scope, receive, send))
    assert sent[0]["status"] == status
    if kind:
        assert left == []
        error = json.loads(sent[1]["body"])["error"]
        assert kind in (error.get("code"), error.get("type"))
        assert ("at most" in error["message"]) == (status == 413)


@pytest.mark.parametrize("text", [b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"extra_body":' * 5000 + b"{}" + b"}" * 5000,
                                  b'{"a":"\\ud800"}', b"{", b"[1]", b'{"prompt":["a","b"]}'],
                         ids=["deep", "deep objects", "half a pair", "cut", "a list", "two prompts"])
def test_what_cannot_be_restricted_is_a_bad_request(text: bytes) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": text}

    async def send(message: Any) -> None:
        sent.append(message)

    class Decided(Guard):
        async def relay(self, *_: Any) -> Verdict:
            return RESTRICTED

    scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": []}
    asyncio.run(StillwatchMiddleware(app, Decided(token="t"))(scope, receive, send))
    assert sent[0]["status"] == 400
    error = json.loads(sent[1]["body"])["error"]
    assert (error["code"], error["type"]) == ("restricted", "invalid_request_error")
    assert error["message"].endswith("may have one prompt." if b"prompt" in text else "must be JSON objects.")


def passed(scope: dict[str, Any], verdict: Verdict, monkeypatch: pytest.MonkeyPatch, opened: str = "") -> tuple[list[Any], list[Any]]:
    """What reached the application, and what was sent to the client."""
    seen: list[Any] = []
    sent: list[Any] = []
    monkeypatch.setenv("STILLWATCH_OPEN_PATHS", opened)

    async def model(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        seen.append(json.loads(message["body"]) if message.get("body") else scope["path"])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}" if scope.get("method") == "POST" else b""}

    async def send(message: Any) -> None:
        sent.append(message)

    class Decided(Guard):
        async def relay(self, *_: Any) -> Verdict:
            return verdict

    asyncio.run(StillwatchMiddleware(model, Decided(token="t"))({"headers": [], **scope}, receive, send))
    return seen, sent


@pytest.mark.parametrize("decision", ["allow", "restrict", "block", "unavailable"])
def test_a_websocket_that_cannot_be_restricted_is_refused(decision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, sent = passed({"type": "websocket", "path": "/v1/realtime"}, Verdict(decision, max_tokens=9), monkeypatch)
    refused = {"type": "websocket.close", "code": 1008, "reason": decision}
    assert (seen, sent) == ((["/v1/realtime"], []) if decision == "allow" else ([], [refused]))


@pytest.mark.parametrize(
    ("path", "root", "is_open"),
    [("/health", "", True), ("/llm/health", "/llm", True), ("/llm/health", "/llm/", True), ("/health", "/llm", True),
     ("/llm/b", "/llm", True), ("/a", "", True), ("/llm/health", "", False), ("/llm/llm/health", "/llm", False),
     ("/llmhealth", "/llm", False), ("/", "", False), ("", "", False), ("/llm", "/llm", False), ("/health/health", "", False)],
)
def test_open_paths_are_those_of_the_application_wherever_it_is_mounted(
    path: str, root: str, is_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": root}
    seen, _ = passed(scope, Verdict("block", 403), monkeypatch, " /a, /b ,,")
    assert seen == ([path] if is_open else [])


def test_a_restriction_is_of_the_api_wherever_it_is_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = {"type": "http", "method": "POST", "path": "/responses/v1/chat/completions", "root_path": "/responses"}
    assert passed(scope, RESTRICTED, monkeypatch)[0] == [{"max_tokens": 9}]
