"""Every route and every way to call it without permission; dialects, bodies, deadlines; the application is called directly."""

import asyncio
import hashlib
import itertools
import json
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pyarrow as pa
import pytest
import structlog

pytest.importorskip("granian")
from serve_kit import KEY, documented, entries

from stillwatch.cli import parser
from stillwatch.keys.hashing import keyed
from stillwatch.serve import app as application
from stillwatch.serve import grpc_authz, identity, snapshot
from stillwatch.serve.app import DEADLINE_S, DIALECTS, LARGEST, SURFACES, Service, routes
from stillwatch.serve.decider import Decider
from stillwatch.serve.decision_log import DecisionLog, Record
from stillwatch.serve.decisions import Question
from stillwatch.serve.dialects import KEPT, Context, Sought
from stillwatch.serve.dialects.litellm import LONGEST_BODY
from stillwatch.serve.identity import MANY, Identities
from stillwatch.serve.tokens import Role, Token, Tokens

PUBLIC = {"/healthz", "/readyz"}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
EXPIRED = "expired"


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, records: list[Record]) -> None:
        self.records += records


@pytest.fixture
def log() -> Kept:
    return Kept()


@pytest.fixture
def service(tmp_path: Path, log: Kept) -> Service:
    names = {keyed(KEY, name): name for name in ("throttle", "challenge", "restrict", "block")}
    names[keyed(KEY, hashlib.sha256(b"sk-block").hexdigest())] = "block"
    snapshot.write(entries(names), tmp_path / "s", "r1")
    decider = Decider(enforce=True, case_url="https://guard.example/{case_id}")
    decider.snapshot = snapshot.read(tmp_path / "s")
    tokens = [Token(role, hashlib.sha256(role.encode()).hexdigest(), role) for role in Role]
    tokens.append(Token(EXPIRED, hashlib.sha256(EXPIRED.encode()).hexdigest(), Role.ADMIN, expires_at=1.0))
    return Service(decider, Tokens(tokens), Context(Identities(KEY)), DecisionLog(log), deadline_s=0.2)


def called(
    service: Service, path: str, token: str | None = "decide", body: bytes | list[bytes] = b"", method: str = "POST",
    headers: list[tuple[bytes, bytes]] | None = None, hang: bool = False, asked: list[int] | None = None, version: str = "1.1",
    late_s: float = 0.0,
) -> tuple[int, dict[str, str], bytes]:
    """The answer of one call; ``hang`` never sends the end of the body, and each part takes ``late_s``.

    ``asked`` grows with each part that is asked for.
    """
    parts = [body] if isinstance(body, bytes) else body
    given = list(headers or []) + ([(b"x-stillwatch-token", token.encode())] if token else [])
    sent: list[Any] = []

    async def one() -> None:
        waiting = iter(parts)

        async def receive() -> dict[str, Any]:
            part = next(waiting, None)
            if asked is not None:
                asked.append(len(asked))
            await asyncio.sleep(60 if part is None or hang else late_s)
            return {"type": "http.request", "body": part, "more_body": part is not parts[-1]}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": given, "query_string": b"", "http_version": version,
                 "client": ("192.0.2.7", 40_000)}
        await asyncio.wait_for(service(scope, receive, send), 10)

    asyncio.run(one())
    start, end = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, end["body"]


def ask(service: Service, **fields: Any) -> Any:
    return json.loads(called(service, "/v1/decide", body=json.dumps(fields).encode())[2])


def paths() -> list[str]:
    return [route.path.replace("/*", "/v1/chat/completions") for route in routes()]


def test_no_route_is_without_authorisation(service: Service) -> None:
    assert {route.path for route in routes() if route.roles is None} == PUBLIC
    seen = set()
    for path, method, token in itertools.product(paths(), METHODS, (None, "", "guess", "decide ", EXPIRED)):
        if path in PUBLIC:
            continue
        headers = [(b"authorization", f"Basic {token}".encode())] if token else []
        status, answered, _ = called(service, path, token, b"{}", method, headers)
        assert status in (401, 403, 405, 503) or token == "decide ", (path, method, token, status)
        assert "x-guard-decision" not in answered or token == "decide "
        seen.add(status)
    assert seen >= {401, 503, 405}


def test_each_role_reaches_its_routes_only(service: Service) -> None:
    expected = {"/metrics": {"metrics", "admin"}, "/v1/status": {"metrics", "admin"}, "/openapi.json": {"decide", "metrics", "admin"}}
    for route in routes():
        if route.path in PUBLIC:
            continue
        path, reached = route.path.replace("/*", "/x"), set()
        method = "POST" if route.dialect is not None and route.dialect.reads_body else "GET"
        for role in Role:
            status, _, _ = called(service, path, role, b'{"account_id":"x","input_type":"request"}', method)
            if status in (200, 400):
                reached.add(str(role))
        assert reached == expected.get(route.path, {"decide", "admin"}), route.path


def test_public_routes_tell_nothing(service: Service) -> None:
    assert called(service, "/healthz", None, method="GET")[2] == b"alive\n"
    assert called(service, "/readyz", None, method="GET")[2] == b"ready\n"
    service.draining = True
    assert called(service, "/readyz", None, method="GET")[::2] == (503, b"not ready\n")


def test_a_clients_own_credentials_are_no_token_at_edges(service: Service) -> None:
    for header in (b"authorization", b"x-api-key"):
        value = b"Bearer admin" if header == b"authorization" else b"admin"
        assert called(service, "/v1/status", None, method="GET", headers=[(header, value)])[0] == 200
        for path in ("/envoy/v1/chat/completions", "/nginx", "/forward"):
            assert called(service, path, None, method="GET", headers=[(header, value)])[0] == 503


def test_odd_paths_are_nothing(service: Service) -> None:
    for path in ("/", "", "/v1", "/v1/decide/", "/V1/decide", "/../metrics", "//metrics", "/envoy", "/metrics\0", "/envoyx/y"):
        assert called(service, path, "admin", method="GET")[0] == 404


def test_what_is_mounted_gets_what_is_no_route(service: Service) -> None:
    async def console(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    mounted = Service(service.decider, service.tokens, service.context, service.log, mounts={"/console": console})
    assert called(mounted, "/console/cases/1", None, method="GET")[::2] == (299, b"/console/cases/1")
    assert called(mounted, "/console", None, method="GET")[0] == 299
    assert called(mounted, "/consoles", None, method="GET")[0] == 404
    assert called(mounted, "/metrics", None, method="GET")[0] == 401


def test_decisions_and_bodies(service: Service) -> None:
    assert ask(service, account_id="nobody")["decision"] == "allow"
    told = ask(service, account_id="block", api="anthropic")
    assert (told["decision"], told["reasons"], told["case_url"]) == ("block", ["coordinated-harvest"], "https://guard.example/c-1")
    assert told["refusal"]["status"] == 403
    assert told["refusal"]["body"]["error"]["type"] == "permission_error"
    restricted = ask(service, account_id="restrict")
    assert (restricted["decision"], restricted["max_tokens"], restricted["drop_reasoning"]) == ("restrict", 64, True)
    assert ask(service, account_id=keyed(KEY, "block"), hashed=True)["decision"] == "block"
    assert ask(service, account_id="ada", key_id=hashlib.sha256(b"sk-block").hexdigest())["decision"] == "block"


@pytest.mark.parametrize(
    "body",
    [
        b'{"account_id":"ada","account_id":"block"}', b'{"account_id":"ada","account_id":"ada"}', b'{"account_id":"ada","account_id":null}',
        b'{"account_id":"ada","hashed":false,"hashed":false}', b'{"account_id":"ada","\\u0061ccount_id":"block"}',
        b'{"account_id":"ada","request_id":"api","api":"openai","account_id" : "block"}',
    ],
)
def test_a_field_that_is_there_twice_is_malformed(service: Service, body: bytes) -> None:
    assert called(service, "/v1/decide", body=body)[0] == 400
    assert service.metrics.faults["decide", "malformed"] == 1


@pytest.mark.parametrize("request_id", ["account_id", '"account_id":"x"', "\\", "é", None])
def test_a_request_id_that_looks_like_a_field_is_none(service: Service, request_id: str | None) -> None:
    for more in ({}, {"api": "openai", "hashed": False}, {"org_id": None, "key_id": "k"}):
        assert ask(service, account_id="block", request_id=request_id, **more)["decision"] == "block"


def test_the_same_request_gets_the_same_answer_and_one_record(service: Service, log: Kept) -> None:
    first, again = (ask(service, account_id="throttle", request_id="r-1") for _ in range(2))
    assert first == again
    assert first["decision"] == "allow"
    other = ask(service, account_id="throttle", request_id="r-2")
    assert other["decision"] == "throttle"
    assert ask(service, account_id="throttle", request_id="r-2") == other
    service.log._flush()
    assert [record.request_id for record in log.records] == ["r-1", "r-2"]


def test_a_client_that_repeats_its_request_id_gets_no_older_answer(tmp_path: Path, service: Service) -> None:
    """At an edge, and with LiteLLM, the client may choose the id: an answer to other credentials, or to an admitted request."""
    names = {keyed(KEY, hashlib.sha256(f"sk-{name}".encode()).hexdigest()): name for name in ("throttle", "block")}
    snapshot.write(entries(names | {keyed(KEY, "slow"): "throttle"}), tmp_path / "s2", "r2")
    service.decider.snapshot = snapshot.read(tmp_path / "s2")
    same = (b"x-request-id", b"q")
    harmless, bad, slow = ((b"x-api-key", b"!"), (b"authorization", b"Bearer sk-block"), (b"authorization", b"Bearer sk-throttle"))
    for path in ("/nginx", "/forward", "/envoy/v1/x"):
        service.decider.throttle = type(service.decider.throttle)()
        told = [called(service, path, method="GET", headers=[*who, same])[1]["x-guard-decision"]
                for who in ([harmless], [bad, harmless], [bad, harmless], [slow], [slow], [slow, harmless])]
        assert told == ["allow", "block", "block", "allow", "throttle", "throttle"], path
    body = json.dumps({"input_type": "request", "request_data": {"user_api_key_user_id": "slow"}, "litellm_call_id": "q"}).encode()
    actions = [json.loads(called(service, "/beta/litellm_basic_guardrail_api", body=body)[2])["action"] for _ in range(2)]
    assert actions == ["NONE", "BLOCKED"]


@pytest.mark.parametrize("length", [1024, 5000])
def test_a_long_request_id_is_cut_and_not_refused(service: Service, log: Kept, length: int) -> None:
    assert ask(service, account_id="block", request_id="r" * length)["decision"] == "block"
    body = json.dumps({"input_type": "request", "request_data": {"user_api_key_user_id": "block"}, "litellm_call_id": "r" * length})
    called(service, "/beta/litellm_basic_guardrail_api", body=body.encode())
    service.log._flush()
    assert [record.request_id for record in log.records] == ["r" * 1024] * 2


@pytest.mark.parametrize("others", [[], ["a"], ["a", "b", "c", "d", "e"]])
def test_the_log_names_whose_action_decided(service: Service, log: Kept, others: list[str]) -> None:
    """Whatever other credentials the client sends along, and wherever theirs stand."""
    hashed = {name: hashlib.sha256(f"sk-{name}".encode()).hexdigest() for name in ("block", *others)}
    credentials = [(b"x-api-key", f"sk-{name}".encode()) for name in ("block", *others)]
    assert called(service, "/nginx", method="GET", headers=credentials)[0] == 403
    service.log._flush()
    assert [record.account_id for record in log.records] == [keyed(KEY, hashed["block"])]
    service.log._allow_share = 1.0
    assert called(service, "/nginx", method="GET", headers=credentials[1:])[0] == 200
    service.decider.snapshot = None
    called(service, "/nginx", method="GET", headers=credentials)
    service.log._flush()
    told = [record.account_id for record in log.records[1:]]
    assert told == ["", ""], "of a key that no action is on nobody knows the form that an erasure looks for"


@pytest.mark.parametrize("before", ["", identity.KEY])
def test_the_log_names_a_key_as_the_table_has_it(tmp_path: Path, service: Service, log: Kept, before: str) -> None:
    """By the hash of the key itself, as ingest of envelopes has it, or that of its SHA-256, as of LiteLLM's logs."""
    plain, digest = keyed(KEY, "sk-ada"), keyed(KEY, hashlib.sha256(b"sk-ada").hexdigest())
    snapshot.write(entries({before + plain: "throttle", before + digest: "restrict"}), tmp_path / "keys", "r1")
    service.decider.snapshot, service.context = snapshot.read(tmp_path / "keys"), Context(Identities(KEY, apart=bool(before)))
    for _ in range(2):  # the first passes the throttle
        called(service, "/nginx", headers=[(b"authorization", b"Bearer sk-ada")], method="GET")
    snapshot.write(entries({before + plain: "block"}), tmp_path / "block", "r2")
    service.decider.snapshot = snapshot.read(tmp_path / "block")
    called(service, "/nginx", headers=[(b"authorization", b"Bearer sk-ada")], method="GET")
    service.log._flush()
    told = [(record.decision, record.account_id) for record in log.records]
    assert told == [("restrict", digest), ("throttle", plain), ("block", plain)]


def test_no_secret_is_logged(tmp_path: Path, service: Service, log: Kept) -> None:
    snapshot.write(entries({"sk-in-the-clear": "block"}), tmp_path / "clear", "r1")
    service.decider.snapshot, service.context = snapshot.read(tmp_path / "clear"), Context(Identities(None))
    status, _, _ = called(service, "/forward", headers=[(b"authorization", b"Bearer sk-in-the-clear")], method="GET")
    assert status == 403
    service.log._flush()
    [record] = log.records
    assert "sk-in" not in str(record)
    assert record.account_id == hashlib.sha256(b"sk-in-the-clear").hexdigest()


def test_a_secret_that_looks_like_a_hash_is_not_logged(tmp_path: Path, service: Service, log: Kept) -> None:
    secret = "0123456789abcdef" * 2
    snapshot.write(entries({secret: "block"}), tmp_path / "clear", "r1")
    service.decider.snapshot, service.context = snapshot.read(tmp_path / "clear"), Context(Identities(None))
    called(service, "/forward", headers=[(b"x-api-key", secret.encode())], method="GET")
    service.log._flush()
    assert [record.account_id for record in log.records] == [hashlib.sha256(secret.encode()).hexdigest()]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"account_id":""}', b'{"account_id":1}', b'{"acount_id":"a"}', b"\xff\xfe", b"[" * 100_000,
             b'{"account_id":"' + b"x" * 2000 + b'"}', rb'{"account_id":"a\u0000"}', rb'{"org_id":"\u0000","hashed":true}',
             rb'{"account_id":"ada","key_id":"a\u0000b"}']
)
def test_malformed_questions(service: Service, body: bytes) -> None:
    status, headers, answer = called(service, "/v1/decide", body=body)
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(answer)["error"]["code"] == "malformed"


def test_a_long_body_is_not_read(service: Service) -> None:
    parts = [b"x" * (LARGEST // 2)] * 3 + [b""]
    assert called(service, "/v1/decide", body=parts)[0] == 413
    assert called(service, "/v1/decide", body=b"x" * (LARGEST + 1))[0] == 413


@pytest.mark.parametrize("told", [10, 18, 40])
def test_a_body_of_the_length_that_was_told_is_not_waited_for(service: Service, told: int) -> None:
    """The server says that more may come; 18 bytes are the whole question, and of a part nothing is decided."""
    parts = [b'{"account_id":"a"}', b""]
    assert len(parts[0]) == 18
    asked: list[int] = []
    length = [(b"content-length", str(told).encode())]
    assert called(service, "/v1/decide", body=parts, headers=length, asked=asked)[0] == 200
    assert len(asked) == (1 if told == 18 else 2)


def test_a_body_may_come_as_late_as_the_client_package_waits_for_its_answer(service: Service) -> None:
    """A busy application sends heads first; whom the service gave up on sooner it would let through."""
    usual = Service(service.decider, service.tokens, service.context, service.log)
    _, _, body = called(usual, "/v1/decide", body=b'{"account_id": "block"}', late_s=0.6)
    assert json.loads(body)["decision"] == "block"
    assert parser().parse_args(["serve"]).deadline_ms == DEADLINE_S * 1000
    block = documented("litellm-guardrail.yaml", model=0, guard=0, grpc=0, gateway=0, token="", patient=False)
    assert float(block.split(" timeout: ")[1].split()[0]) > DEADLINE_S, "LiteLLM waits for the service's fail mode"


def test_a_caller_who_hangs_gets_the_fail_mode(service: Service) -> None:
    status, _, body = called(service, "/v1/decide", body=b"x", hang=True)
    assert (status, json.loads(body)["decision"], json.loads(body)["reasons"]) == (200, "allow", ["guard-deadline"])
    service.decider.fail_closed = frozenset({"decide", "litellm"})
    status, _, body = called(service, "/v1/decide", body=b"x", hang=True)
    assert (status, json.loads(body)["decision"]) == (503, "unavailable")
    status, _, body = called(service, "/beta/litellm_basic_guardrail_api", body=b"x", hang=True)
    assert (status, json.loads(body)["action"]) == (200, "BLOCKED")


def test_without_a_snapshot_each_surface_answers_as_declared(service: Service) -> None:
    service.decider.snapshot = None
    asked = {"decide": b'{"account_id":"a"}', "litellm": b'{"input_type":"request"}'}
    closed = {"decide": (503, "unavailable"), "litellm": (200, "BLOCKED"), "envoy": (503, ""), "nginx": (403, ""), "forward": (503, "")}
    for dialect in DIALECTS:
        path, method = dialect.path.replace("*", "x"), "POST" if dialect.reads_body else "GET"
        body = asked.get(dialect.surface, b"")
        service.decider.fail_closed = frozenset()
        status, _, answer = called(service, path, body=body, method=method)
        assert status == 200
        assert b"BLOCKED" not in answer
        service.decider.fail_closed = frozenset({dialect.surface})
        status, _, answer = called(service, path, body=body, method=method)
        expected, word = closed[dialect.surface]
        assert (status, word in answer.decode()) == (expected, True)


def test_in_shadow_mode_nothing_is_refused_on_any_surface_that_fails_closed(service: Service) -> None:
    """No snapshot, a caller who hangs, a question that cannot be read: what would have been is told."""
    decider = Decider(fail_closed=frozenset(SURFACES))

    def shadow() -> Service:
        return Service(decider, service.tokens, service.context, service.log, deadline_s=0.05)

    asked = {"decide": b'{"account_id":"a"}', "litellm": b'{"input_type":"request"}'}
    for dialect in DIALECTS:
        path, method = dialect.path.replace("*", "x"), "POST" if dialect.reads_body else "GET"
        status, headers, answer = called(shadow(), path, body=asked.get(dialect.surface, b""), method=method)
        assert (status, headers.get("x-guard-decision", "allow"), b"BLOCKED" in answer) == (200, "allow", False), dialect.surface
        if dialect.reads_body:
            status, _, answer = called(shadow(), path, body=b"x", hang=True)
            assert (status, b"BLOCKED" in answer) == (200, False)
        if dialect.errors_pass:
            status, _, answer = called(shadow(), path, body=b"junk")
            assert (status, b"BLOCKED" in answer) == (200, False)
    for surface in SURFACES:
        told = decider.unavailable(Question(surface, ()))
        assert (told.decision, told.would, told.mode, told.refused) == ("allow", "unavailable", "shadow", False)
    status, _, answer = called(shadow(), "/v1/decide", body=asked["decide"])
    assert (json.loads(answer)["decision"], json.loads(answer)["would"]) == ("allow", "unavailable")


def test_the_bare_address_says_what_is_here_and_allows_nobody(service: Service) -> None:
    """A 200 would be an allow for an edge that was told the wrong path."""
    status, headers, body = called(service, "/", None, method="GET")
    assert (status, headers["content-type"]) == (404, "text/plain; charset=utf-8")
    told = body.decode()
    assert all(route.path in told for route in routes() if route.dialect is None or route.path.startswith("/v1/"))
    assert "docs/serve.md" in told
    assert "/console/" not in told

    async def console(*_: Any) -> None: ...

    with_console = Service(service.decider, service.tokens, service.context, service.log, mounts={"/console": console})
    assert "/console/" in called(with_console, "/", None, method="GET")[2].decode()
    assert called(service, "/", None, method="HEAD")[2] == b""
    assert b"GET / tells" in called(service, "/nothing", None, method="GET")[2]


def test_a_failure_inside_is_answered_with_the_fail_mode(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(service.decider, "decide", broken)
    assert called(service, "/envoy/v1/x", method="GET")[0] == 200
    service.decider.fail_closed = frozenset({"envoy"})
    status, _, body = called(service, "/envoy/v1/x", method="GET")
    assert status == 503
    assert b"a fault of ours" not in body
    assert service.metrics.faults["envoy", "internal"] == 2


def test_grpc_answers_a_failure_and_an_unread_question_as_http_does(
    service: Service, log: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("grpc", reason="grpcio is not installed")
    surface = grpc_authz.SURFACE
    service.decider.fail_closed = frozenset({surface})
    context = MagicMock(invocation_metadata=lambda: [(application.TOKEN.decode(), "decide")])

    def checked(check: Any) -> tuple[int, str]:
        answer = asyncio.run(grpc_authz.Authorization(service).check(check, context))
        return answer.denied_response.status.code, answer.dynamic_metadata["reason"]

    service.log.start()
    assert checked(None) == (503, "guard-malformed")
    service.log.close()
    assert [(record.surface, record.reason_code) for record in log.records] == [(surface, "guard-malformed")]

    def broken(*_: Any) -> Any:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(service.decider, "decide", broken)
    assert checked(grpc_authz.modules()[1].CheckRequest()) == (503, "guard-unavailable")
    assert dict(service.metrics.faults) == {(surface, "malformed"): 1, (surface, "internal"): 1}


def test_litellm_is_asked_about_requests_only(service: Service) -> None:
    who = {"user_api_key_user_id": "block", "user_api_key_hash": "h"}
    for kind, action in (("request", "BLOCKED"), ("response", "NONE")):
        body = json.dumps({"input_type": kind, "request_data": who, "texts": ["x"], "images": None}).encode()
        status, _, answer = called(service, "/beta/litellm_basic_guardrail_api", body=body)
        assert (status, json.loads(answer)["action"]) == (200, action)


def test_where_litellm_cannot_restrict_the_next_action_is_carried_out(service: Service, tmp_path: Path) -> None:
    rows = pa.concat_tables([entries({keyed(KEY, "both"): kind}) for kind in ("restrict", "challenge")])
    snapshot.write(rows, tmp_path / "both", "r2")
    service.decider.snapshot = snapshot.read(tmp_path / "both")
    body = json.dumps({"input_type": "request", "request_data": {"user_api_key_user_id": "both"}}).encode()
    told = json.loads(called(service, "/beta/litellm_basic_guardrail_api", body=body)[2])
    assert told["action"] == "BLOCKED"
    assert "verified" in told["blocked_reason"]
    assert ask(service, account_id="both")["decision"] == "restrict"


def test_what_litellm_cannot_do_is_not_told_as_done(service: Service, log: Kept) -> None:
    body = json.dumps({"input_type": "request", "request_data": {"user_api_key_user_id": "restrict"}}).encode()
    _, headers, answer = called(service, "/beta/litellm_basic_guardrail_api", body=body)
    assert (json.loads(answer), headers["x-guard-decision"]) == ({"action": "NONE"}, "allow")
    service.log._flush()
    assert [(row.decision, row.would, row.mode) for row in log.records] == [("allow", "restrict", "enforce")]
    assert dict(service.metrics.decisions) == {("litellm", "allow", "restrict", "enforce"): 1}


def guarded(service: Service, body: bytes | list[bytes], **more: Any) -> tuple[str, str | None]:
    """LiteLLM's answer, and the reason."""
    status, headers, answer = called(service, "/beta/litellm_basic_guardrail_api", body=body, **more)
    assert status == 200, "LiteLLM lets through what is answered with an error"
    return json.loads(answer)["action"], headers.get("x-guard-reason")


BLOCKED, UNKNOWN = (b'"request_data":{"user_api_key_user_id":"%b"}' % name for name in (b"block", b"nobody"))


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "malformed"), (b"{", "malformed"), (b"{}", "malformed"), (b"\xff\xfe", "malformed"), (b"[" * 100_000, "malformed"),
        (b'{"input_type":"requests",%b}' % BLOCKED, "malformed"),
        (b'{"input_type":"request","texts":["\\ud800"]}', "malformed"),
        (b'{"input_type":"request","texts":["\\ud800"],"tools":[{%b}],%b}' % (UNKNOWN, BLOCKED), "malformed"),
        (b'{"input_type":"request","texts":["\\ud800"],"request_data":{"user_api_key_user_id":["block"]}}', "malformed"),
        (b'{"input_type":"request","texts":["\\ud800"],"request_data":' + b'{"a":' * 5000, "malformed"),
        ([b'{"input_type":"request","texts":["'] + [b"x" * (LONGEST_BODY // 4)] * 4 + [b'"],' + BLOCKED + b"}"], "too-large"),
        (b"x" * (LONGEST_BODY + 1), "too-large"),
    ],
    ids=[
        "empty", "cut", "nothing", "no text", "deep", "of another type", "nobody said", "said twice", "a list", "deep inside", "long",
        "long at once",
    ],
)
def test_what_litellm_asks_and_cannot_be_read_gets_the_fail_mode(
    service: Service, log: Kept, body: bytes | list[bytes], kind: str, closed: bool
) -> None:
    service.decider.fail_closed = frozenset({"litellm"} if closed else {"decide"})
    assert guarded(service, body) == ("BLOCKED" if closed else "NONE", f"guard-{kind}")
    service.log._flush()
    decision = "unavailable" if closed else "allow"
    assert [(record.surface, record.decision, record.reason_code) for record in log.records] == [("litellm", decision, f"guard-{kind}")]
    assert service.metrics.faults == {("litellm", kind): 1}
    assert service.metrics.decisions == {("litellm", decision, decision, "enforce"): 1}


@pytest.mark.parametrize("texts", [[b"\\ud800"], [b"\\ud800\\u0041"], [b"x" * LARGEST], [b"x" * (LARGEST // 3)] * 5])
def test_texts_are_not_read(service: Service, texts: list[bytes]) -> None:
    """Nor do they keep who asks from being found, whatever they hold."""
    claim = UNKNOWN.replace(b'"', b'\\"')  # in a text quotes are escaped
    for who, action in ((BLOCKED, "BLOCKED"), (UNKNOWN, "NONE")):
        for spaced in (who, who.replace(b":", b": "), who + b',"model":"m"'):
            parts = [b'{"input_type":"request","texts":["' + claim, *texts, b'"],' + spaced + b"}"]
            assert guarded(service, parts)[0] == guarded(service, b"".join(parts))[0] == action, who
    answer = b'{"input_type":"response","texts":["%b"],%b}' % (b"".join(texts), BLOCKED)
    assert guarded(service, answer) == ("NONE", None), "who asks was decided before the model answered"


@pytest.mark.parametrize("size", [1, 2, 5, 14, 15, 16, 40, 100])
def test_a_key_is_found_wherever_the_body_is_cut(size: int) -> None:
    key, value = b'"request_data":', b'{"a":"b"},"texts":[]}'
    for n, before in itertools.product((0, 1, 2), range(20)):
        body = b"{" + b"x" * before + key.join([b"", *[value] * n])
        sought = Sought(key)
        for at in range(0, len(body), size):
            sought.feed(body[at : at + size])
        assert (sought.times, sought.value) == (n, key.join([value] * n))


def test_of_a_long_body_little_is_kept() -> None:
    sought = Sought(b'"request_data":')
    for part in (b"x" * KEPT, b'"request_data":', *[b"y" * (KEPT // 2 + 1)] * 9):
        sought.feed(part)
    assert (sought.times, len(sought.value), len(sought._end)) == (1, KEPT, 14)


def test_an_account_header_counts_only_where_it_is_declared(service: Service) -> None:
    headers = [(b"x-account", b"block")]
    assert called(service, "/forward", method="GET", headers=headers)[0] == 200
    service.context = Context(Identities(KEY), b"x-account")
    assert called(service, "/forward", method="GET", headers=headers)[0] == 403


@pytest.mark.parametrize(
    "values", [["ok", "block"], ["block", "ok"], ["ok, block"], ["block,ok"], ["x," * 40, "block"], ["block", "x," * 40],
               ["x," * 9 + "block," + "x," * 9, "block"]],
    ids=str,
)
@pytest.mark.parametrize("path", ["/forward", "/nginx", "/envoy/v1/chat"])
def test_every_account_of_a_repeated_header_counts(service: Service, path: str, values: list[str]) -> None:
    service.context = Context(Identities(KEY), b"x-account")
    headers = [(b"x-account", value.encode()) for value in values]
    assert called(service, path, method="GET", headers=headers)[0] == 403


def test_an_account_whose_name_has_a_comma_is_found() -> None:
    assert Identities().of_accounts(["Doe, Jane"]) == (("Doe, Jane",), ("Doe",), ("Jane",))
    assert len(Identities().of_accounts([",".join(map(str, range(1000)))])) == MANY


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_an_account_header_is_read_beyond_ascii(service: Service, tmp_path: Path, coding: str) -> None:
    snapshot.write(entries({keyed(KEY, "zoë"): "block"}), tmp_path / "zoë", "r2")
    service.decider.snapshot = snapshot.read(tmp_path / "zoë")
    service.context = Context(Identities(KEY), b"x-account")
    assert called(service, "/forward", method="GET", headers=[(b"x-account", "zoë".encode(coding))])[0] == 403


def test_metrics_and_status(service: Service) -> None:
    ask(service, account_id="block")
    called(service, "/v1/decide", "guess", b"{}")
    text = called(service, "/metrics", "metrics", method="GET")[2].decode()
    assert 'stillwatch_decisions_total{decision="block",mode="enforce",surface="decide",would="block"} 1.0' in text
    assert 'stillwatch_faults_total{kind="unauthorised",surface="decide"} 1.0' in text
    assert "add it to no other kind" in text
    assert 'stillwatch_decision_seconds_bucket{le="+Inf",surface="decide"} 1.0' in text
    assert "stillwatch_snapshot_rows 5.0" in text
    assert "stillwatch_decisions_waiting 1.0" in text
    for name in ("decisions_write_failures", "decisions_dropped"):
        assert f"# TYPE stillwatch_{name}_total counter\nstillwatch_{name}_total 0.0" in text
        assert f"\nstillwatch_{name} 0.0" in text, "by its earlier name, too"
    status = json.loads(called(service, "/v1/status", "metrics", method="GET")[2])
    assert (status["ready"], status["snapshot"]["revision"]) == (True, "r1")


def test_a_token_that_is_not_accepted_is_logged_once_a_minute_with_the_callers_address(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(application.time, "monotonic", lambda: clock[0])
    with structlog.testing.capture_logs() as said:
        for _ in range(3):
            called(service, "/v1/decide", "revoked")
        clock[0] += application.REJECTED_LOG_S
        called(service, "/nginx", "metrics")
    told = [(line["log_level"], line["surface"], line["kind"], line["caller"], line["since_last_told"]) for line in said]
    assert told == [("warning", "decide", "unauthorised", "192.0.2.7", 1), ("warning", "nginx", "forbidden", "192.0.2.7", 3)]
    assert "revoked" not in str(said), "what was presented may be a customer's key"


@pytest.mark.parametrize(("path", "told", "counted"), [
    ("/v1/decide", "17", 17), ("/forward", "17", 17), ("/nginx", "17", 0), ("/v1/decide", "-3", 0), ("/v1/decide", "9" * 40, 999_999),
    ("/v1/decide", "many", 0),
])
def test_what_the_client_package_answered_itself_is_counted(service: Service, path: str, told: str, counted: int) -> None:
    called(service, path, body=b'{"account_id": "ada"}', headers=[(b"x-guard-missed", told.encode())])
    assert service.metrics.faults[path.rpartition("/")[2], "missed"] == counted
    called(service, path, "revoked", headers=[(b"x-guard-missed", told.encode())])
    assert service.metrics.faults[path.rpartition("/")[2], "missed"] == counted, "of a caller without a token nothing counts"


@pytest.mark.parametrize(("version", "told"), [("1.1", "close"), ("2", None)])
def test_while_it_ends_clients_are_told_to_leave(service: Service, version: str, told: str | None) -> None:
    async def other(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    service._mounts = [("/console", other)]
    for path in ("/nginx", "/readyz", "/console"):
        assert "connection" not in called(service, path, method="GET", version=version)[1]
    service.draining = True
    for path in ("/nginx", "/nginx", "/readyz", "/console"):
        assert called(service, path, method="GET", version=version)[1].get("connection") == told
    service.draining = False
    assert "connection" not in called(service, "/nginx", method="GET", version=version)[1], "nothing stays in what answers share"


def test_the_description_has_every_route() -> None:
    described = json.loads(application.openapi.document())["paths"]
    assert {path.rstrip("/") for path in described} == {route.path.removesuffix("/*") for route in routes()}
