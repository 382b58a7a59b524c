"""The service as an ASGI application: routes, tokens, the deadline and the fail mode. Dialects parse and answer the questions."""

import math
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
import structlog

from stillwatch.serve import answers, openapi
from stillwatch.serve.deadlines import Deadlines
from stillwatch.serve.decider import Decider
from stillwatch.serve.decision_log import DecisionLog, Record
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import LARGEST, Answer, Context, Dialect, MalformedError, Request, Sought
from stillwatch.serve.dialects.decide import DECIDE
from stillwatch.serve.dialects.litellm import GUARDRAIL
from stillwatch.serve.dialects.relays import ENVOY, FORWARD, NGINX
from stillwatch.serve.identity import CREDENTIAL_SURFACES, KEY, Identities, unhashed
from stillwatch.serve.metrics import CONTENT_TYPE, Metrics
from stillwatch.serve.telemetry import PROPAGATED, Tracing
from stillwatch.serve.tokens import Role, Tokens

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

DIALECTS: tuple[Dialect, ...] = (DECIDE, GUARDRAIL, ENVOY, NGINX, FORWARD)
SURFACES = (*(dialect.surface for dialect in DIALECTS), "envoy-grpc")
TOKEN = b"x-stillwatch-token"
FAULT = (b"x-guard-fault", b"token")
"""Header of an answer that is no decision, for edges that pass on any answer, as Caddy does."""
DEADLINE_S = 2.0
"""How long the body of a question (decide, LiteLLM) may take to arrive, seconds; then the surface's fail mode answers. The decision
itself is not timed.

Longer than the client package waits (0.5 s): the application may be busy between sending the head and the body, and a service that
gives up first lets through requests that it would have refused.
"""
REJECTED_LOG_S = 60.0
"""Shortest time between two log lines about callers without a valid token, seconds."""
MISSED = b"x-guard-missed"
"""Header in which the client package reports how many requests it answered by its fail mode; edges remove it from clients' requests."""
MISSED_DIGITS = 6
"""Most digits of that number, so that no caller can report an absurd one."""

NOTHING = "There is nothing at this path. GET / tells what is here."
FRONT = f"""\
Stillwatch decision service: gateways ask it whether an account may go on. Nothing else is at this path.

/healthz        is the process alive
/readyz         should requests be sent here
with a token, in {TOKEN.decode()} or Authorization: Bearer:
/metrics        Prometheus metrics (role metrics or admin)
/v1/status      snapshot, source, log and clock (role metrics or admin)
/openapi.json   every route and its fields
/v1/decide      POST: may this account go on (role decide or admin)
"""
DOCUMENTED = "\nGateways, tokens and how to run it: docs/serve.md of Stillwatch.\n"

logger = structlog.get_logger("stillwatch.serve")


class TooLargeError(ValueError):
    """The body is longer than the service reads."""


class Route(msgspec.Struct, frozen=True):
    """A path, who may call it, and what answers it."""

    path: str
    roles: frozenset[Role] | None
    """Roles that may call it; None: anybody (only the two health checks)."""
    methods: frozenset[str]
    """Empty: any."""
    dialect: Dialect | None = None
    page: Callable[["Service"], Answer] | None = None


def _pages() -> dict[str, Callable[["Service"], Answer]]:
    text = [(b"content-type", b"text/plain; charset=utf-8"), answers.NO_STORE]
    return {
        "/healthz": lambda service: (200, text, b"alive\n"),
        "/readyz": lambda service: (200, text, b"ready\n") if service.ready else (503, text, b"not ready\n"),
        "/metrics": lambda service: (200, [(b"content-type", CONTENT_TYPE), answers.NO_STORE], service.metrics.text()),
        "/v1/status": lambda service: (200, [answers.JSON, answers.NO_STORE], msgspec.json.encode(service.status())),
        "/openapi.json": lambda service: (200, [answers.JSON], openapi.document()),
    }


def routes() -> list[Route]:
    """Every route of the service, without mounted applications."""
    anyone = frozenset(Role)
    monitors = frozenset({Role.METRICS, Role.ADMIN})
    roles = {"/healthz": None, "/readyz": None, "/metrics": monitors, "/v1/status": monitors, "/openapi.json": anyone}
    gateways = frozenset({Role.DECIDE, Role.ADMIN})
    return [Route(dialect.path, gateways, dialect.methods, dialect=dialect) for dialect in DIALECTS] + [
        Route(path, roles[path], frozenset({"GET", "HEAD"}), page=page) for path, page in _pages().items()
    ]


class Service:
    """The ASGI application."""

    def __init__(
        self, decider: Decider, tokens: Tokens, context: Context, log: DecisionLog, *,
        status: Callable[[], dict[str, Any]] = dict, deadline_s: float = DEADLINE_S, tracing: Tracing | None = None,
        mounts: dict[str, ASGIApp] | None = None,
    ) -> None:
        """Compose the parts.

        Args:
            decider: makes the decisions.
            tokens: tokens of callers.
            context: settings that dialects read.
            log: stores the decisions.
            status: returns further fields of the status.
            deadline_s: how long the body of a question may take to arrive, seconds; then the fail mode answers.
            tracing: OpenTelemetry spans, or None.
            mounts: ASGI applications by path prefix, such as {"/console": app}; they authorise by themselves. The prefix "" takes
                all paths that are no route here.
        """
        self.decider, self.tokens, self.context, self.log = decider, tokens, context, log
        self.draining = False
        self._n_rejected, self._rejected_logged_s = 0, -math.inf
        self.metrics = Metrics(self._gauges, self._counters)
        self._status, self._deadlines, self.tracing = status, Deadlines(deadline_s), tracing
        self._mounts = sorted((mounts or {}).items(), key=lambda mount: -len(mount[0]))
        self._exact = {route.path: route for route in routes() if not route.path.endswith("/*")}
        self._under = [(route.path[:-1], route) for route in routes() if route.path.endswith("/*")]

    @property
    def ready(self) -> bool:
        """Whether requests should be sent here: there is a snapshot, and the service is not draining."""
        return self.decider.snapshot is not None and not self.draining

    def status(self) -> dict[str, Any]:
        """The status for monitors, JSON-ready; times in seconds."""
        snapshot = self.decider.snapshot
        return {
            "ready": self.ready, "draining": self.draining,
            "snapshot": None if snapshot is None else {
                "revision": snapshot.revision, "rows": snapshot.rows, "built_at": snapshot.built_at,
                "age_s": round(self.decider.clock.now() - snapshot.built_at, 3),
            },
            "fail_closed": sorted(self.decider.fail_closed), "clock_skew_s": round(self.decider.clock.skew_s, 3),
            "clock_behind_store_s": round(self.decider.clock.behind_s, 3),
            "log": {"written": self.log.written, "dropped": self.log.dropped, "failures": self.log.failures, "waiting": self.log.waiting},
        } | self._status()

    def _gauges(self) -> dict[str, tuple[str, float]]:
        snapshot, log, decider = self.decider.snapshot, self.log, self.decider
        unreachable = self._status().get("source_unreachable_s", 0.0)
        return {
            "ready": ("1 where requests should be sent here", self.ready),
            "snapshot_rows": ("Accounts and keys in the snapshot", snapshot.rows if snapshot else 0),
            "snapshot_built_timestamp_seconds": ("When the snapshot was built", snapshot.built_at if snapshot else 0),
            "source_unreachable_seconds": ("How long the snapshot's source could not be read", unreachable),
            "clock_skew_seconds": ("How far the wall clock jumped ahead of the one in use", decider.clock.skew_s),
            "clock_behind_store_seconds": ("How far it is behind what was the store's newest entry at the start", decider.clock.behind_s),
            "decisions_waiting": ("Decisions that wait to be logged", log.waiting),
            "rate_windows": (
                "Windows of rates of accounts and keys that are kept; those that are over go as others come",
                len(decider.throttle.by_key) + len(decider.shadow.by_key),
            ),
        } | {name: (f"{name}_total by its earlier name", value) for name, (_, value) in self._counters().items()}

    def _counters(self) -> dict[str, tuple[str, float]]:
        return {
            "decisions_dropped": ("Decisions that were not logged", self.log.dropped),
            "decisions_write_failures": ("How often decisions that wait could not be logged, or not all of them", self.log.failures),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the server."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if self.draining and scope.get("http_version", "").startswith("1"):
            send = _closing(send)
        path = scope["path"]
        route = self._exact.get(path)
        if route is None:
            route = next((route for prefix, route in self._under if path.startswith(prefix)), None)
        if route is None or scope["type"] != "http":
            for prefix, app in self._mounts:
                if path == prefix or path.startswith(prefix + "/"):
                    await app(scope, receive, send)
                    return
            if scope["type"] != "http":
                await send({"type": "websocket.close", "code": 1000})
                return
            status, headers, body = self._front() if path == "/" else answers.fault(404, NOTHING, "not_found")
        else:
            status, headers, body = await self._answer(route, scope, receive)
        if scope["method"] == "HEAD":
            body = b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _front(self) -> Answer:
        """A text about the service, at its bare address. Never a 200, which an edge that asks here by mistake would take for an allow."""
        mounted = [f"{prefix + '/':16}the console, for people\n" for prefix, _ in self._mounts if prefix]
        return 404, [(b"content-type", b"text/plain; charset=utf-8"), answers.NO_STORE], "".join((FRONT, *mounted, DOCUMENTED)).encode()

    async def _answer(self, route: Route, scope: Scope, receive: Receive) -> Answer:
        if route.methods and scope["method"] not in route.methods:
            status, headers, body = answers.fault(405, "This method is not for this path.", "method_not_allowed")
            return status, [*headers, (b"allow", ", ".join(sorted(route.methods)).encode())], body
        refused = self.refusal(route, scope)
        if refused is not None:
            return refused
        if route.page is not None:
            return route.page(self)
        assert route.dialect is not None
        try:
            return await self._answer_question(route.dialect, scope, receive)
        except Exception:
            return route.dialect.answer(*self.answer_failed(route.dialect.surface))

    def refusal(self, route: Route, scope: Scope) -> Answer | None:
        """The answer to a caller who may not call this route, or None."""
        if route.roles is None:
            return None
        relays = route.dialect is not None and route.dialect.relays
        secret = presented(scope["headers"], relayed=relays)
        token = self.tokens.find(secret, self.decider.clock.now()) if secret else None
        if token is not None and token.role in route.roles:
            return None
        surface = route.dialect.surface if route.dialect else "service"
        caller = scope.get("client") or ("unknown",)
        self.reject_caller(surface, "unauthorised" if token is None else "forbidden", caller[0])
        if relays:
            # a 401 or 403 would be relayed to the client as if its key were at fault; 503 is a fault of the guard
            status, headers, body = answers.fault(503, "The gateway's token was not accepted by the decision service.", "guard_token")
            return status, [*headers, FAULT], body
        if token is None:
            return answers.fault(401, f"A token is needed, in {TOKEN.decode()} or Authorization: Bearer.", "token_needed")
        return answers.fault(403, "This token's role may not call this path.", "role_forbidden")

    def reject_caller(self, surface: str, kind: str, caller: str) -> None:
        """Count a caller without a valid token, and log one a minute: nothing else shows that a revoked token is still in use.

        Args:
            surface: the surface that was called.
            kind: ``unauthorised`` or ``forbidden``.
            caller: address of the caller.
        """
        self.metrics.faults[surface, kind] += 1
        self._n_rejected += 1
        now = time.monotonic()
        if now - self._rejected_logged_s >= REJECTED_LOG_S:
            logger.warning("a caller's token is not accepted", surface=surface, kind=kind, caller=caller, since_last_told=self._n_rejected)
            self._n_rejected, self._rejected_logged_s = 0, now

    async def _answer_question(self, dialect: Dialect, scope: Scope, receive: Receive) -> Answer:
        started_ns = time.perf_counter_ns()
        surface, headers = dialect.surface, scope["headers"]
        request = Request(scope["method"], scope["path"], headers)
        if surface in (DECIDE.surface, FORWARD.surface) and (missed := request.header(MISSED)[:MISSED_DIGITS]).isdecimal():
            self.metrics.faults[surface, "missed"] += int(missed)
        try:
            if dialect.reads_body:
                await self._deadlines.within(_read(dialect, receive, request))
            question = dialect.ask(request, self.context)
        except TimeoutError:
            return self._dialect_unread(dialect, "deadline", started_ns)
        except MalformedError as error:
            if dialect.errors_pass:
                return self._dialect_unread(dialect, "malformed", started_ns)
            self.metrics.faults[surface, "malformed"] += 1
            return answers.fault(400, f"The question is malformed: {error}", "malformed")
        except TooLargeError:
            if dialect.errors_pass:
                return self._dialect_unread(dialect, "too-large", started_ns)
            self.metrics.faults[surface, "too-large"] += 1
            return answers.fault(413, f"The body is longer than {dialect.largest} bytes.", "too_large")
        if not isinstance(question, Question):
            return question  # the dialect answered by itself
        decision = self.answer(question, started_ns)
        if self.tracing is not None:
            parent = request.header(PROPAGATED)
            ended = time.time_ns()
            self.tracing.span(parent, surface, decision, ended - (time.perf_counter_ns() - started_ns), ended)
        return dialect.answer(decision, question)

    def _dialect_unread(self, dialect: Dialect, kind: str, started_ns: int) -> Answer:
        decision, question = self.answer_unread(dialect.surface, kind, started_ns)
        return dialect.answer(decision, question)

    def answer_unread(self, surface: str, kind: str, started_ns: int) -> tuple[Decision, Question]:
        """The fail mode's answer to a question that could not be read; counts and logs it.

        Args:
            surface: the surface that was asked.
            kind: why: ``deadline``, ``malformed`` or ``too-large``.
            started_ns: ``time.perf_counter_ns()`` at the start.
        """
        self.metrics.faults[surface, kind] += 1
        question = Question(surface, ())
        decision = self.decider.unavailable(question, f"guard-{kind}")
        self._record(question, decision, started_ns)
        return decision, question

    def answer_failed(self, surface: str) -> tuple[Decision, Question]:
        """The fail mode's answer where the service itself failed; call it while the error is handled, which is logged."""
        self.metrics.faults[surface, "internal"] += 1
        logger.exception("a question failed", surface=surface)
        question = Question(surface, ())
        return self.decider.unavailable(question), question

    def answer(self, question: Question, started_ns: int) -> Decision:
        """Decide, count and log; also for surfaces outside of ASGI (gRPC).

        Args:
            question: the question.
            started_ns: ``time.perf_counter_ns()`` at the start.
        """
        decision, repeated = self.decider.decide(question)
        if not decision.revision:
            self.metrics.faults[question.surface, "no-snapshot"] += 1
        self._record(question, decision, started_ns, repeated=repeated)
        return decision

    def _record(self, question: Question, decision: Decision, started_ns: int, *, repeated: bool = False) -> None:
        """Count and log an answer."""
        seconds = (time.perf_counter_ns() - started_ns) / 1e9
        self.metrics.observe(question.surface, decision.decision, decision.would, decision.mode, seconds)
        if not repeated and self.log.wants(not decision.reasons):
            self.log.add(
                Record(
                    self.decider.clock.now(), question.request_id, question.surface,
                    _principal(question, decision, self.context.identities), decision.decision,
                    decision.would, decision.mode, decision.reasons[0] if decision.reasons else "", decision.case_id,
                    decision.policy_version, decision.revision, int(seconds * 1e6),
                )
            )


async def _read(dialect: Dialect, receive: Receive, request: Request) -> None:
    message = await receive()
    part: bytes = message.get("body", b"")
    # granian sets more_body before it has checked; another receive() goes to its thread and back, a quarter of a request's cost
    if len(part) <= LARGEST and (not message.get("more_body") or (b"content-length", b"%d" % len(part)) in request.headers):
        request.body = part
        return
    parts, size = [part], len(part)
    while True:
        if size > dialect.largest:
            parts.clear()  # still read to the end: a client that is sending may not read an answer
        elif size > LARGEST:
            request.sought = request.sought or Sought(dialect.seeks)
            for part in parts:
                request.sought.feed(part)
            parts.clear()
        if not message.get("more_body"):
            break
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if size > dialect.largest:
        raise TooLargeError
    request.body = b"".join(parts)


def presented(headers: list[tuple[bytes, bytes]], *, relayed: bool) -> bytes:
    """The service token of a call; empty if there is none.

    Of ``relayed`` headers only TOKEN counts, because the others are the client's.
    """
    found = b""
    for name, value in headers:
        if name == TOKEN:
            return value.strip()
        if relayed:
            continue
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            found = found or value[7:].strip()
        elif name == b"x-api-key":
            found = found or value.strip()
    return found


def _principal(question: Question, decision: Decision, identities: Identities) -> str:
    """The identifier to log: of the principal whose action decided, or the first account.

    Empty for an API key in the clear, and for one without an action.
    """
    if not (question.who and question.who[0]):
        return ""
    place, i = question.decided_by
    if question.surface not in CREDENTIAL_SURFACES:
        return question.who[place][0]
    if not (decision.reasons and decision.revision):  # in which form the tables have the key is unknown; an erasure would not find it
        return ""
    # tables have the hash of the key or of its SHA-256; without a tenant's key the former would be the API key itself
    name = question.who[place][i if identities.hashed else 0].removeprefix(KEY)
    return "" if unhashed(name) else name


def _closing(send: Send) -> Send:
    """Wrap ``send`` so that responses close the connection, and the client moves to another process before this one ends."""

    async def closing(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"connection", b"close")]
        await send(message)

    return closing


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
