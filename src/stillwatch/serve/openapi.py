"""The OpenAPI 3.1 description of the service, built from the types that decode requests and encode answers."""

from functools import cache
from typing import Any

import msgspec

from stillwatch import __version__
from stillwatch.serve.dialects.decide import Ask, Told
from stillwatch.serve.dialects.litellm import Guarded

REF = "#/components/schemas/{name}"
_FAULT = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"}, "type": {"type": "string"}, "code": {"type": "string"},
                "param": {"type": "null"},
            },
        }
    },
}
_TOKEN: list[dict[str, list[str]]] = [{"token": []}, {"bearer": []}]


def _json(description: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _fault(description: str) -> dict[str, Any]:
    return _json(description, {"$ref": REF.format(name="Fault")})


_REFUSED = {
    "401": _fault("no token, or an unknown or expired one"),
    "403": _fault("the token's role may not call this"),
    "405": _fault("this method is not for this path"),
}


def _question(summary: str, body: Any, answer: Any, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": summary, "security": _TOKEN,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _REFUSED | {"200": _json("the decision", answer)} | more,
    }


def _relay(summary: str) -> dict[str, Any]:
    words = {
        "200": "let through", "401": "challenge, or (nginx) one", "403": "block; with nginx throttle too",
        "429": "throttle", "503": "the gateway's token is wrong, or nothing could be decided and the surface fails closed",
    }
    fault = {"application/json": {"schema": {"$ref": REF.format(name="Fault")}}}
    responses: dict[str, Any] = {status: {"description": text, "content": fault} for status, text in words.items()}
    responses["200"] = {"description": words["200"]}
    return {"get": {"summary": summary, "security": [{"token": []}], "responses": responses}}


def _page(summary: str, content: str, *, public: bool = False, more: dict[str, Any] | None = None) -> dict[str, Any]:
    schema = {"type": "object"} if content == "application/json" else {"type": "string"}
    responses = {"200": {"description": "as said", "content": {content: {"schema": schema}}}} | (more or {})
    if not public:
        responses |= _REFUSED
    return {"get": {"summary": summary, "security": [] if public else _TOKEN, "responses": responses}}


@cache
def document() -> bytes:
    """The description as JSON, UTF-8."""
    (ask, decision, guarded), schemas = msgspec.json.schema_components([Ask, Told, Guarded], ref_template=REF)
    undecided = {
        "400": _fault("the question is malformed"), "413": _fault("the body is too long"),
        "503": _json("nothing could be decided and the surface fails closed", decision),
    }
    action = {"type": "object", "required": ["action"], "properties": {"action": {"enum": ["NONE", "BLOCKED"]}}}
    not_ready = {"503": {"description": "not yet, or ending", "content": {"text/plain": {"schema": {"type": "string"}}}}}
    return msgspec.json.encode({
        "openapi": "3.1.0",
        "info": {"title": "Stillwatch decision service", "version": __version__},
        "paths": {
            "/v1/decide": {"post": _question("May this account go on?", ask, decision, undecided)},
            "/beta/litellm_basic_guardrail_api": {"post": _question("LiteLLM's Generic Guardrail API", guarded, action, {})},
            "/envoy/": _relay("Envoy ext_authz over HTTP, with the path prefix /envoy"),
            "/nginx": _relay("nginx auth_request"),
            "/forward": _relay("forward_auth of Caddy, and of others of the same shape"),
            "/healthz": _page("Is the process alive?", "text/plain", public=True),
            "/readyz": _page("Should requests be sent here?", "text/plain", public=True, more=not_ready),
            "/metrics": _page("Prometheus metrics", "text/plain"),
            "/v1/status": _page("Snapshot, log and clock", "application/json"),
            "/openapi.json": _page("This document", "application/json"),
        },
        "components": {
            "schemas": schemas | {"Fault": _FAULT},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "x-stillwatch-token"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    })
