"""Envoy ext_authz over gRPC: envoy.service.auth.v3.Authorization/Check, in the service's event loop."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError, MissingExtraError
from stillwatch.serve import answers
from stillwatch.serve.app import TOKEN, Service
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Request
from stillwatch.serve.dialects.relays import asked
from stillwatch.serve.tokens import Role

if TYPE_CHECKING:
    from stillwatch.serve.server import Settings

SURFACE = "envoy-grpc"
JWT = "envoy.filters.http.jwt_authn"
"""Dynamic metadata in which Envoy's JWT filter leaves the payload that it verified."""
OK, DENIED = 0, 7  # google.rpc.Code


def modules() -> Any:
    """The packages of gRPC and the messages.

    Raises:
        MissingExtraError: one is not installed.
    """
    try:
        import grpc

        from stillwatch.serve import ext_authz_messages
    except ImportError as error:
        raise MissingExtraError(f"{error.name} is not installed", todo="pip install '.[serve-grpc]' in a checkout of Stillwatch") from error
    return grpc, ext_authz_messages


def question(check: Any, service: Service) -> Question:
    """What an Envoy asks.

    The account is the subject of a verified JWT if the filter before left one, else what the credentials say. Raw headers
    (``encode_raw_headers``) are read too, so that a repeated header is seen.
    """
    http = check.attributes.request.http
    headers = [(pair.key.lower(), pair.value or pair.raw_value) for pair in (*http.headers, *http.header_map.headers)]
    path = http.path.decode("latin-1")
    out = asked(SURFACE, path, Request(http.method.decode("latin-1"), path, headers), service.context)
    subject = _subject(check.attributes.metadata_context.filter_metadata)
    if subject:
        out.who = ((service.context.identities.id(subject),), *out.who)
    out.request_id = out.request_id or http.id.decode("latin-1")[:200]
    return out


def _subject(metadata: Iterable[Any]) -> str:
    for entry in metadata:
        if entry.key == JWT:
            for payload in entry.value.fields.values():
                if payload.HasField("struct_value") and "sub" in payload.struct_value.fields:
                    subject: str = payload.struct_value.fields["sub"].string_value
                    return subject
    return ""


class Authorization:
    """The servicer."""

    def __init__(self, service: Service) -> None:
        """Answer with the service's decider."""
        self._service = service
        self._grpc, self._messages = modules()

    async def check(self, check: Any, context: Any) -> Any:
        """One question."""
        started_ns = time.perf_counter_ns()
        service = self._service
        token = b"".join(_bytes(value) for name, value in context.invocation_metadata() if name == TOKEN.decode())[:200]
        found = service.tokens.find(token, service.decider.clock.now()) if token else None
        if found is None or found.role not in (Role.DECIDE, Role.ADMIN):
            service.reject_caller(SURFACE, "unauthorised" if found is None else "forbidden", context.peer())
            await context.abort(self._grpc.StatusCode.UNAUTHENTICATED, "the gateway's token was not accepted")
        try:
            asked_ = question(check, service)
        except Exception:
            return self._response(*service.answer_unread(SURFACE, "malformed", started_ns))
        try:
            return self._response(service.answer(asked_, started_ns), asked_)
        except Exception:
            return self._response(*service.answer_failed(SURFACE))

    def _response(self, decision: Decision, asked_: Question) -> Any:
        headers = answers.headers(decision)
        response = self._messages.CheckResponse()
        told = {"decision": decision.decision, "would": decision.would, "case_id": decision.case_id, "mode": decision.mode}
        response.dynamic_metadata.update(told | {"reason": decision.reasons[0] if decision.reasons else ""})
        if not decision.refused:
            response.status.code = OK
            _add(response.ok_response.headers, headers)
            return response
        response.status.code = DENIED
        response.denied_response.status.code = answers.STATUS[decision.decision]
        _add(response.denied_response.headers, [*headers, answers.JSON])
        response.denied_response.body = answers.body(decision, asked_.api)
        return response


def _add(fields: Any, headers: answers.Headers) -> None:
    for name, value in headers:
        option = fields.add()
        option.header.key, option.header.value = name, value
        option.append_action = 2  # OVERWRITE_IF_EXISTS_OR_ADD: what the client sent under this name does not stay


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


async def start(service: Service, settings: "Settings") -> Any:
    """Serve on the gRPC port; returns the server.

    Raises:
        InputError: the port cannot be had.
        MissingExtraError: grpcio is not installed.
    """
    grpc, messages = modules()
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 4 << 20)])
    name, method = messages.METHOD
    handler = grpc.unary_unary_rpc_method_handler(
        Authorization(service).check, messages.CheckRequest.FromString, messages.CheckResponse.SerializeToString
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(name, {method: handler})])
    address = f"{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.grpc_port}"
    try:
        if settings.tls_cert is not None and settings.tls_key is not None:
            pair = [(settings.tls_key.read_bytes(), settings.tls_cert.read_bytes())]
            server.add_secure_port(address, grpc.ssl_server_credentials(pair))
        else:
            server.add_insecure_port(address)
    except RuntimeError as error:
        raise InputError("cannot listen for gRPC", where=address, todo="Pass another --grpc-port") from error
    await server.start()
    return server
