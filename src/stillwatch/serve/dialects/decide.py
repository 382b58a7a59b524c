"""The service's own API: POST /v1/decide."""

from typing import Annotated, Literal

import msgspec

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Answer, Context, Dialect, MalformedError, Request, decoded
from stillwatch.serve.identity import LONGEST

Name = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Ask(msgspec.Struct, forbid_unknown_fields=True):
    """Who asks. At least one of account_id, org_id and key_id; the first of them that is there is acted on."""

    account_id: Name | None = None
    org_id: Name | None = None
    key_id: Name | None = None
    """The API key's identifier or hash as the gateway logs it, never the key."""
    hashed: bool = False
    """Whether the identifiers are those of Stillwatch's tables already."""
    request_id: str | None = None
    """Of the request, chosen by the gateway; a repeated one within ten seconds, asked about the same account and key, gets the
    same answer and is not counted again. 1,024 characters of it are read."""
    api: Literal["openai", "anthropic"] = "openai"
    """Whose error bodies the client expects."""


class Refusal(msgspec.Struct):
    """What to send to the client."""

    status: int
    headers: dict[str, str]
    body: msgspec.Raw


class Told(Decision, omit_defaults=True, gc=False):
    """A decision with the answer for the client where it is refused."""

    refusal: Refusal | None = None


_decoder = msgspec.json.Decoder(Ask)
_encoder = msgspec.json.Encoder()
_HEADERS = [answers.JSON, answers.NO_STORE]


def _ask(request: Request, context: Context) -> Question:
    asked: Ask = decoded(_decoder, request.body)
    if asked.hashed:
        name = asked.account_id or asked.org_id or asked.key_id
        ids = context.identities.together(name, asked.key_id) if name else ()
    else:
        ids = context.identities.principal(asked.account_id, asked.org_id, asked.key_id)
    if not ids:
        raise MalformedError("one of account_id, org_id and key_id must be there and not be empty")
    # a long id is cut, not refused: a gateway may pass on its client's, who must not bring about an error
    return Question("decide", (ids,), (asked.request_id or "")[:LONGEST], asked.api, idempotent=True)


def _answer(decision: Decision, question: Question) -> Answer:
    if not decision.refused:
        return 200, _HEADERS, _encoder.encode(decision)
    headers = {name.decode(): value.decode() for name, value in answers.headers(decision)}
    refusal = Refusal(
        answers.STATUS[decision.decision], headers | {"content-type": "application/json"},
        msgspec.Raw(answers.body(decision, question.api)),
    )
    fields = {name: getattr(decision, name) for name in decision.__struct_fields__}
    status = 503 if decision.decision == "unavailable" else 200
    return status, _HEADERS, _encoder.encode(Told(refusal=refusal, **fields))


DECIDE = Dialect("decide", "/v1/decide", frozenset({"POST"}), _ask, _answer, reads_body=True)
