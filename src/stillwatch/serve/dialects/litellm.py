"""LiteLLM's Generic Guardrail API: POST {api_base}/beta/litellm_basic_guardrail_api.

Its only refusal is BLOCKED, which LiteLLM turns into a 400. For 429, 401 and 403 with headers, and for restrictions, use the hook of
stillwatch-client.
"""

import json

import msgspec

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Answer, Context, Dialect, MalformedError, Request, Sought
from stillwatch.serve.identity import LONGEST


class Who(msgspec.Struct):
    """The fields of request_data that identify the account; others are ignored."""

    user_api_key_user_id: str | None = None
    user_api_key_org_id: str | None = None
    user_api_key_hash: str | None = None


class Guarded(msgspec.Struct):
    """A body as LiteLLM posts it; texts, images and tools are not read."""

    input_type: str
    request_data: Who | None = None
    litellm_call_id: str | None = None


LONGEST_BODY = 64 << 20
"""Largest body, bytes: a long conversation with images, which LiteLLM may send twice, in the messages and separately."""

_decoder = msgspec.json.Decoder(Guarded)
_WHO = b'"request_data":'
_values = json.JSONDecoder(strict=False)
_HEADERS = [answers.JSON, answers.NO_STORE]
_NONE = msgspec.json.encode({"action": "NONE"})


def _ask(request: Request, context: Context) -> Question | Answer:
    body = _decoded(request)
    if body.input_type == "response":
        return 200, _HEADERS, _NONE  # the account was checked before the model answered
    if body.input_type != "request":
        raise MalformedError(f"input_type is {body.input_type[:40]!r}")
    who = body.request_data or Who()
    ids = context.identities.principal(who.user_api_key_user_id, who.user_api_key_org_id, who.user_api_key_hash)
    return Question("litellm", (ids,) if ids else (), (body.litellm_call_id or "")[:LONGEST], restricts=False)


def _decoded(request: Request) -> Guarded:
    sought = request.sought
    if sought is None:
        try:
            return _decoder.decode(request.body)
        except (msgspec.DecodeError, RecursionError):  # perhaps only the client's text is invalid, such as half a surrogate pair
            sought = Sought(_WHO)
            sought.feed(request.body)
    if sought.head.startswith(b'{"input_type":"response"'):
        return Guarded("response")
    if sought.times != 1:
        raise MalformedError(f"request_data is there {sought.times} times")
    try:
        request_data, _ = _values.raw_decode(sought.value.decode(errors="replace").lstrip())
        return Guarded("request", msgspec.convert(request_data, Who | None))
    except (ValueError, RecursionError) as error:
        raise MalformedError("request_data cannot be read") from error


def _answer(decision: Decision, question: Question) -> Answer:
    if not decision.refused:
        return 200, _HEADERS + answers.headers(decision), _NONE
    blocked = {"action": "BLOCKED", "blocked_reason": answers.message(decision)}
    return 200, _HEADERS + answers.headers(decision), msgspec.json.encode(blocked)


GUARDRAIL = Dialect(
    "litellm", "/beta/litellm_basic_guardrail_api", frozenset({"POST"}), _ask, _answer, reads_body=True, largest=LONGEST_BODY, seeks=_WHO,
    errors_pass=True,
)
