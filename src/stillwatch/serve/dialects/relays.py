"""Gateways that ask with the client's request itself: Envoy ext_authz (HTTP), nginx auth_request, forward_auth.

Caddy's forward_auth has the shape that Traefik and APISIX share. Who asks is told by the client's credentials, or by a
header that the edge is configured to overwrite.
"""

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Answer, Context, Dialect, Request

ENVOY_PREFIX = "/envoy"
NOTHING = ((b"x-guard-reason", b""), (b"x-guard-case", b""), (b"x-guard-drop", b""), (b"x-guard-max-tokens", b"0"))
"""What Caddy is told where there is nothing to tell: 2.6.2 passes the placeholder of a header on that it did not get."""
ANY: frozenset[str] = frozenset()


def spoken(path: str, headers: list[tuple[bytes, bytes]]) -> str:
    """Which API a request speaks, by its path and headers."""
    if "/v1/messages" in path or any(name == b"anthropic-version" for name, _ in headers):
        return "anthropic"
    return "openai"


def asked(surface: str, path: str, request: Request, context: Context) -> Question:
    """The question behind a client's request."""
    who = context.identities.of_accounts(request.values(context.account_header)) if context.account_header else ()
    who += context.identities.of_credentials(request.headers)
    return Question(surface, who, request.header(b"x-request-id")[:200], spoken(path, request.headers))


def _relayed(decision: Decision, question: Question) -> Answer:
    """2xx lets through; anything else goes to the client as it is."""
    headers = answers.headers(decision)
    if not decision.refused:
        return 200, headers, b""
    return answers.STATUS[decision.decision], [*headers, answers.JSON, answers.NO_STORE], answers.body(decision, question.api)


def _nginx(decision: Decision, question: Question) -> Answer:
    """nginx makes a 500 of everything but 2xx, 401 and 403, and drops the body.

    So the true decision is in x-guard-decision, and the body for the client in x-guard-body, for nginx to return.
    """
    status, headers, body = _relayed(decision, question)
    if status == 200:
        return status, headers, b""
    return status if status == 401 else 403, [*headers, (b"x-guard-body", body)], body


def _forwarded(decision: Decision, question: Question) -> Answer:
    """To the model the headers that the edge copies are told in full, so that none is the client's own."""
    status, headers, body = _relayed(decision, question)
    if status == 200:
        told = {name for name, _ in headers}
        headers += [(name, value) for name, value in NOTHING if name not in told]
    return status, headers, body


ENVOY = Dialect(
    "envoy", f"{ENVOY_PREFIX}/*", ANY,
    lambda request, context: asked("envoy", request.path.removeprefix(ENVOY_PREFIX), request, context), _relayed, relays=True,
)
NGINX = Dialect(
    "nginx", "/nginx", ANY,
    lambda request, context: asked("nginx", request.header(b"x-original-uri"), request, context), _nginx, relays=True,
)
FORWARD = Dialect(
    "forward", "/forward", ANY,
    lambda request, context: asked("forward", request.header(b"x-forwarded-uri"), request, context), _forwarded, relays=True,
)
