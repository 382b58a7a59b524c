"""The real LiteLLM proxy, called by the real OpenAI client, with the guardrail and the hook of docs/serve.md; and the ASGI
middleware in a FastAPI application on uvicorn, loaded as vLLM loads it.

They run in the environment that ``eval "$(.ci/litellm.sh FOLDER)"`` makes.
"""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gateways_kit import MODES, NO_LITELLM, PYTHON, chat, proxy
from serve_kit import BROKEN, CLIENT, GARBAGE, NO_JSON, THOUGHT, Model, Reply, Service, broken, call, people, running

from ports import free_port

pytest.importorskip("granian")
pytestmark = [pytest.mark.real_peer, NO_LITELLM]


def seen(folder: Path) -> list[dict[str, Any]]:
    path = folder / "seen.ndjson"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    path.unlink(missing_ok=True)
    return rows


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("service"), "--enforce", source=people(*MODES, "asgi"))
    yield made.start()
    made.stop()


@pytest.fixture(scope="module")
def model() -> Model:
    made = Model()
    made.proceed.set()
    return made


@pytest.fixture(scope="module", params=MODES)
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, service: Service, model: Model
) -> Iterator[tuple[str, int, Path]]:
    folder = tmp_path_factory.mktemp(request.param)
    with proxy(request.param, folder, service.port, service.secrets["decide"], model=model.port) as port:
        yield request.param, port, folder


def test_outcomes(gateway: tuple[str, int, Path]) -> None:
    mode, port, folder = gateway
    assert [chat(port, who)["status"] for who in ("nobody", "observe")] == [200, 200]
    assert len(seen(folder)) == 2

    throttled = [chat(port, f"throttle-{mode}") for _ in range(2)]
    challenged, blocked = chat(port, "challenge"), chat(port, "block")
    statuses = [told["status"] for told in (*throttled, challenged, blocked)]
    link = "https://guard.example/cases/c-1"
    assert link in blocked["error"]["message"]
    assert "coordinated-harvest" in blocked["error"]["message"]
    if mode == "guardrail":  # which can say 400 only
        assert statuses == [200, 400, 400, 400]
        return
    assert statuses == [200, 429, 401, 403]
    assert [told["class"] for told in (throttled[1], challenged, blocked)] == [
        "RateLimitError", "AuthenticationError", "PermissionDeniedError",
    ]
    headers = blocked["headers"]
    assert (headers["x-guard-decision"], headers["x-guard-reason"], headers["x-guard-case"]) == ("block", "coordinated-harvest", link)
    assert 1 <= int(throttled[1]["headers"]["retry-after"]) <= 60
    assert challenged["headers"]["www-authenticate"].startswith("Verification")
    assert len(seen(folder)) == 1  # of the throttled account's first request; the others went no further


def test_a_client_of_anthropic(gateway: tuple[str, int, Path]) -> None:
    mode, port, _ = gateway
    body = {"model": "still", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
    reply = call(port, "/v1/messages", {"x-api-key": "sk-block-0123456789", "anthropic-version": "2023-06-01"}, body)
    assert reply.json()["type"] == "error"
    assert "https://guard.example/cases/c-1" in reply.json()["error"]["message"]
    if mode == "guardrail":
        assert reply.status == 400
        return
    assert (reply.status, reply.json()["error"]["type"]) == (403, "permission_error")
    assert (reply.headers["x-guard-decision"], reply.headers["x-guard-case"]) == ("block", "https://guard.example/cases/c-1")
    slow = {"x-api-key": "sk-throttle-hook-0123456789", "anthropic-version": "2023-06-01"}
    *_, limited = (call(port, "/v1/messages", slow, body) for _ in range(2))
    assert (limited.status, 1 <= int(limited.headers["retry-after"]) <= 60) == (429, True)


def test_restrict(gateway: tuple[str, int, Path]) -> None:
    mode, port, folder = gateway
    seen(folder)
    options = {"max_completion_tokens": 4000, "logprobs": True, "top_logprobs": 5}
    assert chat(port, "restrict", **options)["status"] == 200
    assert chat(port, "restrict")["status"] == 200
    within = {"extra_body": {"max_tokens": 4000, "logprobs": True, "reasoning_effort": "high", "top_k": 3}, "max_tokens": -1}
    assert chat(port, "restrict", extra_body=within)["status"] == 200  # the client joins the outer one to its body
    rows = seen(folder)
    if mode == "hook":
        assert rows == [{"max_completion_tokens": 64}, {"max_tokens": 64}, {"max_tokens": 64, "extra_body": {"max_tokens": 64, "top_k": 3}}]
    else:
        assert rows == [options, {}, within]  # this surface cannot change a request


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_model_that_thinks_unasked(gateway: tuple[str, int, Path], model: Model, stream: bool) -> None:
    """What it thought reaches everybody but the restricted account, whose answer is the same otherwise."""
    mode, port, _ = gateway
    told = {who: chat(port, who, model="thinker", stream=stream)["said"] for who in ("nobody", "restrict")}
    for who, parts in told.items():
        assert "".join(part.get("content") or "" for part in parts) == "Hello.", who
        assert (THOUGHT in json.dumps(parts)) == (who == "nobody" or mode == "guardrail"), who
    asked = {"model": "thinker", "max_tokens": 99, "messages": [{"role": "user", "content": "Hello"}], "stream": stream}
    for who in ("nobody", "restrict"):
        reply = call(port, "/v1/messages", {"x-api-key": f"sk-{who}-0123456789", "anthropic-version": "2023-06-01"}, asked)
        assert (reply.status, b"Hello." in reply.body) == (200, True), reply.body
        assert (THOUGHT.encode() in reply.body) == (who == "nobody" or mode == "guardrail"), who
    refused = chat(port, "block", model="thinker", stream=stream)
    assert refused["status"] == (403 if mode == "hook" else 400)


def test_a_long_prompt_lets_nobody_through(gateway: tuple[str, int, Path]) -> None:
    """Though both fail open."""
    mode, port, _ = gateway
    for who, status in (("block", 400 if mode == "guardrail" else 403), ("nobody", 200)):
        body = {"model": "still", "messages": [{"role": "user", "content": "a" * 6_000_000}]}
        assert call(port, "/v1/chat/completions", {"authorization": f"Bearer sk-{who}-0123456789"}, body).status == status, who


def test_many_at_once_are_refused_with_the_documented_timeout(service: Service, tmp_path: Path) -> None:
    """What LiteLLM spends on the others counts for each."""
    with proxy("guardrail", tmp_path, service.port, service.secrets["decide"], patient=False) as port, ThreadPoolExecutor(30) as pool:
        ask = {"model": "still", "messages": [{"role": "user", "content": "a"}]}
        told = [
            pool.submit(call, port, "/v1/chat/completions", {"authorization": "Bearer sk-block-0123456789"}, ask) for _ in range(30)
        ]
        assert {one.result().status for one in told} == {400}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_service_down_slow_malformed(mode: str, closed: bool, tmp_path: Path) -> None:
    guard = free_port()
    with proxy(mode, tmp_path, guard, "swt_none", closed=closed, patient=False) as port:
        for kind, reply in [(kind, GARBAGE) for kind in BROKEN] + [("malformed", NO_JSON)]:
            with broken(kind, guard, reply):
                told = chat(port, "block")
            assert (kind, told["status"] == 200) == (kind, not closed), told
            if closed:
                assert told["status"] == (503 if mode == "hook" else 500), told


APP = """
import importlib, inspect, json, os, sys
import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()

@app.get("/health")
async def health():
    return {}

@app.post("/{path:path}")
async def model(path: str, request: Request):
    return {"path": path, "body": await request.json()}

# vLLM's way: a dotted path; a class is added as a middleware without arguments
module, name = "stillwatch_client.asgi.StillwatchMiddleware".rsplit(".", 1)
middleware = getattr(importlib.import_module(module), name)
assert inspect.isclass(middleware)
app.add_middleware(middleware)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""


@contextlib.contextmanager
def application(folder: Path, guard: int, token: str, *, closed: bool = False, patient: bool = True) -> Iterator[int]:
    port = free_port()
    environment = {
        "PYTHONPATH": str(CLIENT), "STILLWATCH_URL": f"http://127.0.0.1:{guard}", "STILLWATCH_TOKEN": token,
        "STILLWATCH_FAIL": "closed" if closed else "open", "STILLWATCH_DEADLINE_MS": "20000" if patient else "1000",
    }
    with running([PYTHON, "-c", APP, str(port)], folder, port, **environment):
        yield port


def post(port: int, who: str, body: Any, path: str = "/v1/chat/completions") -> Reply:
    return call(port, path, {"authorization": f"Bearer sk-{who}"}, body)


def test_asgi_middleware(tmp_path: Path, service: Service) -> None:
    body = {"messages": [], "max_tokens": 9000, "logprobs": True, "reasoning_effort": "high", "temperature": 0.5}
    with application(tmp_path, service.port, service.secrets["decide"]) as port:
        for who in ("nobody", "observe"):
            assert post(port, who, body).json() == {"path": "v1/chat/completions", "body": body}
        throttled = [post(port, "throttle-asgi", body) for _ in range(2)]
        assert [reply.status for reply in throttled] == [200, 429]
        assert throttled[1].json()["error"]["type"] == "rate_limit_error"
        assert 1 <= int(throttled[1].headers["retry-after"]) <= 60
        challenged, blocked = post(port, "challenge", body), post(port, "block", body, "/invocations")
        assert (challenged.status, challenged.headers["www-authenticate"][:12]) == (401, "Verification")
        assert (blocked.status, blocked.headers["x-guard-case"]) == (403, "https://guard.example/cases/c-1")
        assert call(port, "/v1/messages", {"x-api-key": "sk-block"}, body).json()["type"] == "error"
        assert post(port, "restrict", body).json()["body"] == {"messages": [], "max_tokens": 64, "temperature": 0.5}
        assert post(port, "restrict", {}, "/v1/responses").json()["body"] == {"max_output_tokens": 64}
        assert post(port, "restrict", b"[1]").status == 400  # what cannot be restricted does not pass
        assert call(port, "/health", {"authorization": "Bearer sk-block"}).status == 200


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_asgi_middleware_without_a_good_service(tmp_path: Path, closed: bool) -> None:
    guard = free_port()
    with application(tmp_path, guard, "swt_none", closed=closed, patient=False) as port:
        for kind, reply in [(kind, GARBAGE) for kind in BROKEN] + [("malformed", NO_JSON)]:
            with broken(kind, guard, reply):
                answer = post(port, "block", {})
            assert (kind, answer.status) == (kind, 503 if closed else 200)
            if closed:
                assert answer.json()["error"]["code"] == "guard_unavailable"
