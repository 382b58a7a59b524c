"""Envoy ext_authz over gRPC: envoy.service.auth.v3.Authorization/Check, in the service's event loop."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError, MissingExtraError
from stillwatch.serve import answers
from stillwatch.serve.app import TOKEN, Service
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.dialects import Request
from stillwatch.serve.dialects.relays import client_question
from stillwatch.serve.tokens import Role

if TYPE_CHECKING:
    from stillwatch.serve.server import Settings

SURFACE = "envoy-grpc"
JWT = "envoy.filters.http.jwt_authn"
"""Dynamic metadata in which Envoy's JWT filter puts the payload that it verified."""
OK, DENIED = 0, 7  # google.rpc.Code


def modules() -> Any:
    """The module grpc and the module of messages.

    Raises:
        MissingExtraError: grpc or protobuf is not installed.
    """
    try:
        import grpc

        from stillwatch.serve import ext_authz_messages
    except ImportError as error:
        raise MissingExtraError(f"{error.name} is not installed", todo="pip install '.[serve-grpc]' in a checkout of Stillwatch") from error
    return grpc, ext_authz_messages


def question_of(check: Any, service: Service) -> Question:
    """The question in Envoy's CheckRequest.

    The account is the subject of a JWT that Envoy's filter verified, if there is one; else the credentials identify it. Raw headers
    (``encode_raw_headers``) are read too, so that repeated headers are seen.

    Args:
        check: the CheckRequest.
        service: its context says how identifiers are hashed.
    """
    http = check.attributes.request.http
    headers = [(pair.key.lower(), pair.value or pair.raw_value) for pair in (*http.headers, *http.header_map.headers)]
    path = http.path.decode("latin-1")
    out = client_question(SURFACE, path, Request(http.method.decode("latin-1"), path, headers), service.context)
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
    """The servicer of envoy.service.auth.v3.Authorization."""

    def __init__(self, service: Service) -> None:
        """Answer with the service's decider."""
        self._service = service
        self._grpc, self._messages = modules()

    async def check(self, check: Any, context: Any) -> Any:
        """Answer a CheckRequest with a CheckResponse; abort with UNAUTHENTICATED if the gateway's token is not accepted."""
        started_ns = time.perf_counter_ns()
        service = self._service
        token = b"".join(_bytes(value) for name, value in context.invocation_metadata() if name == TOKEN.decode())[:200]
        token_row = service.tokens.find(token, service.decider.clock.now()) if token else None
        if token_row is None or token_row.role not in (Role.DECIDE, Role.ADMIN):
            service.reject_caller(SURFACE, "unauthorised" if token_row is None else "forbidden", context.peer())
            await context.abort(self._grpc.StatusCode.UNAUTHENTICATED, "the gateway's token was not accepted")
        try:
            question = question_of(check, service)
        except Exception:
            return self._response(*service.answer_unread(SURFACE, "malformed", started_ns))
        try:
            return self._response(service.answer(question, started_ns), question)
        except Exception:
            return self._response(*service.answer_failed(SURFACE))

    def _response(self, decision: Decision, question: Question) -> Any:
        headers = answers.headers(decision)
        response = self._messages.CheckResponse()
        metadata = {"decision": decision.decision, "would": decision.would, "case_id": decision.case_id, "mode": decision.mode}
        response.dynamic_metadata.update(metadata | {"reason": decision.reasons[0] if decision.reasons else ""})
        if not decision.refused:
            response.status.code = OK
            _add(response.ok_response.headers, headers)
            return response
        response.status.code = DENIED
        response.denied_response.status.code = answers.STATUS[decision.decision]
        _add(response.denied_response.headers, [*headers, answers.JSON])
        response.denied_response.body = answers.body(decision, question.api)
        return response


def _add(fields: Any, headers: answers.Headers) -> None:
    for name, value in headers:
        option = fields.add()
        option.header.key, option.header.value = name, value
        option.append_action = 2  # OVERWRITE_IF_EXISTS_OR_ADD: replaces a header of this name that the client sent


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


async def start(service: Service, settings: "Settings") -> Any:
    """Start the gRPC server and return it.

    Raises:
        InputError: the port is in use or not allowed.
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
