"""LiteLLM's Generic Guardrail API: POST {api_base}/beta/litellm_basic_guardrail_api.

It can only say BLOCKED, which LiteLLM turns into a 400; for 429, 401 and 403 with headers, and to restrict, use the hook
of stillwatch-client.
"""

import msgspec

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Answer, Context, Dialect, Request, decoded
from stillwatch.serve.identity import LONGEST


class Who(msgspec.Struct):
    """The fields of request_data that say who asks; others are passed over."""

    user_api_key_user_id: str | None = None
    user_api_key_org_id: str | None = None
    user_api_key_hash: str | None = None


class Guarded(msgspec.Struct):
    """A body as LiteLLM posts it; texts, images and tools are not read."""

    input_type: str
    request_data: Who | None = None
    litellm_call_id: str | None = None


_decoder = msgspec.json.Decoder(Guarded)
_HEADERS = [answers.JSON, answers.NO_STORE]
_NONE = msgspec.json.encode({"action": "NONE"})


def _ask(request: Request, context: Context) -> Question | Answer:
    body: Guarded = decoded(_decoder, request.body)
    if body.input_type != "request":
        return 200, _HEADERS, _NONE  # who asks was decided before the model answered
    who = body.request_data or Who()
    ids = context.identities.principal(who.user_api_key_user_id, who.user_api_key_org_id, who.user_api_key_hash)
    return Question("litellm", (ids,) if ids else (), (body.litellm_call_id or "")[:LONGEST])


def _answer(decision: Decision, question: Question) -> Answer:
    if not decision.refused:
        return 200, _HEADERS + answers.headers(decision), _NONE
    told = {"action": "BLOCKED", "blocked_reason": answers.message(decision)}
    return 200, _HEADERS + answers.headers(decision), msgspec.json.encode(told)


GUARDRAIL = Dialect(
    "litellm", "/beta/litellm_basic_guardrail_api", frozenset({"POST"}), _ask, _answer, reads_body=True
)
