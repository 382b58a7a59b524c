"""The service's own API: POST /v1/decide."""

import json
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from stillwatch.files import reject_repeated_keys
from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Answer, Context, Dialect, MalformedError, Request, decoded
from stillwatch.serve.identity import LONGEST

Name = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Ask(msgspec.Struct, forbid_unknown_fields=True):
    """A question. At least one of account_id, org_id and key_id is needed; the first that is present is acted on."""

    account_id: Name | UnsetType | None = UNSET
    org_id: Name | UnsetType | None = UNSET
    key_id: Name | UnsetType | None = UNSET
    """The API key's identifier or hash as the gateway logs it, never the key."""
    hashed: bool | UnsetType = UNSET
    """Whether the identifiers are hashed already, as in Stillwatch's tables."""
    request_id: str | UnsetType | None = UNSET
    """Identifier of the request, chosen by the gateway. If it is repeated within ten seconds for the same account and key, it gets the
    same answer and is not counted again. Its first 1,024 characters are read."""
    api: Literal["openai", "anthropic"] | UnsetType = UNSET
    """The API whose error bodies the client expects; by default openai."""


class Refusal(msgspec.Struct):
    """The answer to send to the client of a refused request."""

    status: int
    headers: dict[str, str]
    body: msgspec.Raw


class Told(Decision, omit_defaults=True, gc=False):
    """A decision, with the answer for the client if it refuses."""

    refusal: Refusal | None = None


_decoder = msgspec.json.Decoder(Ask)
_encoder = msgspec.json.Encoder()
_HEADERS = [answers.JSON, answers.NO_STORE]


def _ask(request: Request, context: Context) -> Question:
    fields: Ask = decoded(_decoder, request.body)
    _check_no_repeated_field(fields, request.body)
    if b"u0000" in request.body and any("\0" in (name or "") for name in (fields.account_id, fields.org_id, fields.key_id)):
        raise MalformedError("NUL in a name")
    if fields.hashed:
        name = fields.account_id or fields.org_id or fields.key_id
        ids = context.identities.with_key(name, fields.key_id or None) if name else ()
    else:
        ids = context.identities.principal(fields.account_id or None, fields.org_id or None, fields.key_id or None)
    if not ids:
        raise MalformedError("one of account_id, org_id and key_id must be there and not be empty")
    # a long id is cut, not refused: it may come from the client, who must not be able to cause an error
    return Question("decide", (ids,), (fields.request_id or "")[:LONGEST], fields.api or "openai", idempotent=True)


def _check_no_repeated_field(fields: Ask, body: bytes) -> None:
    """Raise MalformedError if a field occurs twice: the decoder would keep the second, which may be injected through a name."""
    quotes = 0
    for value in (fields.account_id, fields.org_id, fields.key_id, fields.request_id, fields.hashed, fields.api):
        if value is not UNSET:
            quotes += 4 if isinstance(value, str) else 2
    if body.count(b'"') == quotes:  # the fields' own quotes and no others, so no field is repeated
        return
    try:
        json.loads(body, object_pairs_hook=reject_repeated_keys)
    except ValueError as error:
        raise MalformedError(str(error)) from error


def _answer(decision: Decision, question: Question) -> Answer:
    if not decision.refused:
        return 200, _HEADERS, _encoder.encode(decision)
    headers = {name.decode(): value.decode() for name, value in answers.headers(decision)}
    refusal = Refusal(
        answers.STATUS[decision.decision], headers | {"content-type": "application/json"},
        msgspec.Raw(answers.body(decision, question.api)),
    )
    decision_fields = {name: getattr(decision, name) for name in decision.__struct_fields__}
    status = 503 if decision.decision == "unavailable" else 200
    return status, _HEADERS, _encoder.encode(Told(refusal=refusal, **decision_fields))


DECIDE = Dialect("decide", "/v1/decide", frozenset({"POST"}), _ask, _answer, reads_body=True)
