"""Real Envoy, nginx and Caddy with the configuration of docs/serve.md: every outcome, seen at the client.

``eval "$(.ci/peers.sh FOLDER)"`` installs Envoy and sets STILLWATCH_ENVOY; nginx and Caddy are Debian packages.
"""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways_kit import CLOSED_STATUS, EDGES, PROGRAMS, edge
from serve_kit import BROKEN, THOUGHT, Model, Reply, Service, broken, call, people

from ports import free_port

pytest.importorskip("granian")
CHAT = {"model": "still", "messages": [{"role": "user", "content": "Hello"}]}
@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    pytest.importorskip("grpc", reason="grpcio is not installed")
    made = Service(tmp_path_factory.mktemp("service"), "--enforce", source=people(*PROGRAMS))
    made.options += ["--grpc-port", str(made.grpc_port)]
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module", params=EDGES)
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, service: Service, model: Model) -> Iterator[int]:
    folder, token = tmp_path_factory.mktemp("edge"), service.secrets["decide"]
    with edge(request.param, folder, model=model.port, guard=service.port, grpc=service.grpc_port, token=token) as port:
        yield port


def chat(port: int, key: str, path: str = "/v1/chat/completions", **headers: str) -> Reply:
    return call(port, path, {"authorization": f"Bearer sk-{key}"} | headers, CHAT)


@pytest.mark.parametrize("who", ["nobody", "observe"])
def test_allow(gateway: int, model: Model, who: str) -> None:
    model.seen.clear()
    assert chat(gateway, who).status == 200
    [(path, headers, body)] = model.seen
    assert (path, headers["x-guard-decision"]) == ("/v1/chat/completions", "allow")
    assert b"Hello" in body
    assert "x-stillwatch-token" not in headers
    if who == "nobody":
        assert {headers.get(f"x-guard-{name}") for name in ("reason", "case", "drop", "max-tokens")} <= {None, "", "0"}


def test_a_long_prompt_passes(gateway: int, model: Model) -> None:
    model.seen.clear()
    assert call(gateway, "/v1/chat/completions", {"authorization": "Bearer sk-nobody"}, {"prompt": "a" * 3_000_000}).status == 200
    assert len(model.seen[0][2]) > 3_000_000


def streamed(gateway: int, model: Model) -> bool:
    """Whether a stream comes whole, its first part before the model makes the second."""
    model.proceed.clear()
    model.proceeded.clear()
    connection = http.client.HTTPConnection("127.0.0.1", gateway, timeout=60)
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(CHAT | {"stream": True}), {"authorization": "Bearer sk-nobody"})
        response = connection.getresponse()
        assert response.status == 200
        first = THOUGHT.encode() in response.readline()
        model.proceed.set()
        return first and response.read().endswith(b"data: [DONE]\n\n") and model.proceeded == [True]
    finally:
        connection.close()


def test_a_stream_comes_as_it_is_made(gateway: int, model: Model, request: pytest.FixtureRequest) -> None:
    # Caddy 2.6.2 on a busy machine breaks off a stream now and then, also without a guard.
    tries = 3 if request.node.callspec.params["gateway"] == "caddy" else 1
    assert any(streamed(gateway, model) for _ in range(tries))


def test_throttle(gateway: int, model: Model, request: pytest.FixtureRequest) -> None:
    model.seen.clear()
    name = request.node.callspec.params["gateway"]
    replies = [chat(gateway, f"throttle-{name}") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 429, 429]
    assert len(model.seen) == 1
    assert 1 <= int(replies[1].headers["retry-after"]) <= 60
    assert replies[1].headers["x-guard-decision"] == "throttle"
    error = replies[1].json()["error"]
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")


def test_challenge(gateway: int, model: Model) -> None:
    model.seen.clear()
    reply = chat(gateway, "challenge")
    assert (reply.status, reply.headers["x-guard-decision"], model.seen) == (401, "challenge", [])
    assert reply.headers["www-authenticate"] == 'Verification realm="account", uri="https://guard.example/cases/c-1"'
    assert reply.json()["error"]["code"] == "verification_required"


def test_restrict(gateway: int, model: Model) -> None:
    model.seen.clear()
    assert chat(gateway, "restrict").status == 200
    [(_, headers, _)] = model.seen
    assert headers["x-guard-decision"] == "restrict"
    assert (headers["x-guard-max-tokens"], headers["x-guard-drop"]) == ("64", "reasoning,logprobs")


def test_block(gateway: int, model: Model) -> None:
    model.seen.clear()
    reply = chat(gateway, "block")
    assert (reply.status, model.seen) == (403, [])
    assert reply.headers["content-type"].startswith("application/json")
    guard = {name: reply.headers[f"x-guard-{name}"] for name in ("decision", "reason", "case")}
    assert guard == {"decision": "block", "reason": "coordinated-harvest", "case": "https://guard.example/cases/c-1"}
    error = reply.json()["error"]
    assert (error["type"], error["param"]) == ("permission_error", None)
    assert "https://guard.example/cases/c-1" in error["message"]


def test_block_in_the_shape_of_anthropic(gateway: int, model: Model) -> None:
    model.seen.clear()
    reply = call(gateway, "/v1/messages", {"x-api-key": "sk-block", "anthropic-version": "2023-06-01"}, CHAT)
    assert (reply.status, model.seen) == (403, [])
    assert (reply.json()["type"], reply.json()["error"]["type"]) == ("error", "permission_error")


@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", "Bearer sk-nobody"), ("x-api-key", "sk-block")],
        [("authorization", "Bearer sk-nobody"), ("api-key", "sk-block")],
        [("authorization", "Bearer sk-nobody"), ("x-goog-api-key", "sk-block")],
        [("authorization", "Bearer sk-nobody"), ("authorization", "Bearer sk-block")],
        [("authorization", "Bearer sk-nobody"), ("x-litellm-api-key", "sk-block")],
        [("ocp-apim-subscription-key", "sk-block")],
        [("sec-websocket-protocol", "realtime, openai-insecure-api-key.sk-block")],
        [("authorization", "Basic sk-block")],
        [("authorization", "Bearer\tsk-block")],
        [("authorization", "bearer  sk-block")],
        [("authorization", "Bearer sk-block"), ("x-guard-decision", "allow"), ("x-stillwatch-token", "guess")],
        [("authorization", "Bearer sk-block"), *[(f"x-{n}", "a") for n in range(98)]],
        [("authorization", "Bearer sk-block"), *[(f"x-{n}", "a") for n in range(200)]],
        [*[("x-api-key", f"sk-{n}") for n in range(99)], ("x-api-key", "sk-block")],
        [("authorization", "Bearer sk-block"), ("x-api-key", ",".join(str(n) for n in range(1500)))],
    ],
    ids=["two headers", "api-key", "x-goog-api-key", "repeated", "x-litellm-api-key", "azure", "websocket", "basic", "tab",
         "other case", "forged", "98 headers", "200 headers", "repeated often",
         "many keys"],
)
def test_no_way_around(gateway: int, model: Model, headers: list[tuple[str, str]]) -> None:
    model.seen.clear()
    reply = call(gateway, "/v1/chat/completions", headers, CHAT)
    assert reply.status in (400, 403, 431)  # a gateway may refuse repeated headers, or many, itself
    assert model.seen == []


FORGED = {f"x-guard-{name}": "allow" for name in ("decision", "reason", "case", "drop", "max-tokens")}
LISTED = ", ".join([*FORGED, "authorization", "x-api-key"])


@pytest.mark.parametrize("who", ["nobody", "restrict"])
@pytest.mark.parametrize("connection", ["close", f"{LISTED}, close", f"keep-alive, {LISTED}", LISTED.title()])
def test_what_a_client_says_of_the_guard_does_not_reach_the_model(gateway: int, model: Model, who: str, connection: str) -> None:
    """Said itself, or taken out on the way: what Connection lists is of one hop only."""
    model.seen.clear()
    chat(gateway, who, connection=connection, **FORGED)
    for _, headers, _ in model.seen:
        told = {name: value for name, value in headers.items() if name.startswith("x-guard-") and value not in ("", "0")}
        if who == "nobody" or "authorization" not in headers:
            assert told == {"x-guard-decision": "allow"}
        else:
            told = {name: told.get(f"x-guard-{name}") for name in ("decision", "drop", "max-tokens", "case")}
            assert told == {
                "decision": "restrict", "drop": "reasoning,logprobs", "max-tokens": "64", "case": "https://guard.example/cases/c-1"
            }


@pytest.mark.parametrize("more", [{}, {"upgrade": "websocket"}, {"upgrade": "h2c"}], ids=["plain", "websocket", "h2c"])
@pytest.mark.parametrize("also", ["close", "upgrade", "Keep-Alive, Upgrade"])
def test_a_key_that_connection_lists_is_asked_about_or_goes_nowhere(gateway: int, model: Model, more: dict[str, str], also: str) -> None:
    model.seen.clear()
    chat(gateway, "block", connection=f"Authorization, {also}", **more)
    assert [headers["authorization"] for _, headers, _ in model.seen if "authorization" in headers] == []


@pytest.mark.parametrize("name", EDGES)
def test_what_a_client_says_of_the_guard_does_not_reach_the_model_while_there_is_none(name: str, tmp_path: Path, model: Model) -> None:
    guard = free_port()
    with edge(name, tmp_path, model=model.port, guard=guard, grpc=guard, token="swt_none", patient=False) as port:
        for kind in BROKEN:
            model.seen.clear()
            with broken(kind, guard):
                assert chat(port, "nobody", **FORGED).status == 200
            [(_, headers, _)] = model.seen
            assert (kind, [told for told in headers if told in FORGED]) == (kind, [])


@pytest.mark.parametrize("name", [one for one in EDGES if one.values == ("caddy",)])
def test_websockets_pass_caddy(name: str, tmp_path: Path, service: Service, model: Model) -> None:
    token = service.secrets["decide"]
    with edge(name, tmp_path, model=model.port, guard=service.port, grpc=0, token=token) as port:
        for upgrade in ("websocket", "WebSocket"):
            model.seen.clear()
            chat(port, "nobody", connection="keep-alive, Upgrade", upgrade=upgrade, **{"sec-websocket-version": "13"})
            [(_, headers, _)] = model.seen
            assert (headers["connection"].lower(), headers["upgrade"].lower()) == ("upgrade", "websocket")


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_service_down_slow_malformed(name: str, closed: bool, tmp_path: Path, model: Model) -> None:
    guard = free_port()
    with edge(name, tmp_path, model=model.port, guard=guard, grpc=guard, token="swt_none", closed=closed, patient=False) as port:
        for kind in BROKEN:
            model.seen.clear()
            with broken(kind, guard):
                reply = chat(port, "block")
            if closed:
                assert (kind, reply.status in CLOSED_STATUS[name], model.seen) == (kind, True, [])
            else:
                assert (kind, reply.status, len(model.seen)) == (kind, 200, 1)


@pytest.mark.parametrize("name", EDGES)
def test_wrong_gateway_token_is_a_fault_of_the_guard(name: str, tmp_path: Path, service: Service, model: Model) -> None:
    where = {"model": model.port, "guard": service.port, "grpc": service.grpc_port, "token": "swt_wrong"}
    with edge(name, tmp_path, closed=True, **where) as port:
        model.seen.clear()
        assert chat(port, "nobody").status not in (200, 401)  # never as if the client's key were at fault
        assert model.seen == []
    with edge(name, tmp_path / "open", **where) as port:
        assert chat(port, "nobody").status == 200, "its fail mode is open"
