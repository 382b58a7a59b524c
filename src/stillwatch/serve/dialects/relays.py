"""Gateways that ask with the client's request itself: Envoy ext_authz (HTTP), nginx auth_request, forward_auth.

Caddy's forward_auth works like those of Traefik and APISIX. The client's credentials identify the account, or a header that the edge
is configured to overwrite.
"""

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Answer, Context, Dialect, Request

ENVOY_PREFIX = "/envoy"
EMPTY_HEADERS = ((b"x-guard-reason", b""), (b"x-guard-case", b""), (b"x-guard-drop", b""), (b"x-guard-max-tokens", b"0"))
"""Sent to Caddy where the decision has no such header: Caddy 2.6.2 passes on the placeholder of a header that is missing."""
ANY: frozenset[str] = frozenset()


def spoken_api(path: str, headers: list[tuple[bytes, bytes]]) -> str:
    """The API of a request, ``openai`` or ``anthropic``, by its path and headers (lower-case names)."""
    if "/v1/messages" in path or any(name == b"anthropic-version" for name, _ in headers):
        return "anthropic"
    return "openai"


def client_question(surface: str, path: str, request: Request, context: Context) -> Question:
    """The question about a client's request that a gateway passes on.

    Args:
        surface: name of the gateway's surface.
        path: path of the client's request, which tells the API.
        request: the gateway's request, with the client's headers.
        context: settings of the service.
    """
    who = context.identities.of_accounts(request.values(context.account_header)) if context.account_header else ()
    who += context.identities.of_credentials(request.headers)
    return Question(surface, who, request.header(b"x-request-id")[:200], spoken_api(path, request.headers))


def _relayed(decision: Decision, question: Question) -> Answer:
    """200 lets the request through; the gateway relays anything else to the client as it is."""
    headers = answers.headers(decision)
    if not decision.refused:
        return 200, headers, b""
    return answers.STATUS[decision.decision], [*headers, answers.JSON, answers.NO_STORE], answers.body(decision, question.api)


def _nginx(decision: Decision, question: Question) -> Answer:
    """nginx turns every status but 2xx, 401 and 403 into a 500, and drops the body.

    So x-guard-decision holds the decision, and x-guard-body the body that nginx returns to the client.
    """
    status, headers, body = _relayed(decision, question)
    if status == 200:
        return status, headers, b""
    return status if status == 401 else 403, [*headers, (b"x-guard-body", body)], body


def _forwarded(decision: Decision, question: Question) -> Answer:
    """As :func:`_relayed`, with every header that the edge copies to the model, so that none of the client's own gets there."""
    status, headers, body = _relayed(decision, question)
    if status == 200:
        present = {name for name, _ in headers}
        headers += [(name, value) for name, value in EMPTY_HEADERS if name not in present]
    return status, headers, body


ENVOY = Dialect(
    "envoy", f"{ENVOY_PREFIX}/*", ANY,
    lambda request, context: client_question("envoy", request.path.removeprefix(ENVOY_PREFIX), request, context), _relayed, relays=True,
)
NGINX = Dialect(
    "nginx", "/nginx", ANY,
    lambda request, context: client_question("nginx", request.header(b"x-original-uri"), request, context), _nginx, relays=True,
)
FORWARD = Dialect(
    "forward", "/forward", ANY,
    lambda request, context: client_question("forward", request.header(b"x-forwarded-uri"), request, context), _forwarded, relays=True,
)
