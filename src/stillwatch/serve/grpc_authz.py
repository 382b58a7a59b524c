"""Envoy ext_authz over gRPC: envoy.service.auth.v3.Authorization/Check, in the service's event loop."""

import time
from collections.abc import Mapping
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


def _modules() -> Any:
    try:
        import grpc
        from envoy.service.auth.v3 import external_auth_pb2, external_auth_pb2_grpc
        from envoy.type.v3 import http_status_pb2
        from google.rpc import status_pb2
    except ImportError as error:
        raise MissingExtraError(f"{error.name} is not installed", todo="pip install 'stillwatch[serve-grpc]'") from error
    return grpc, external_auth_pb2, external_auth_pb2_grpc, http_status_pb2, status_pb2


def question(check: Any, service: Service) -> Question:
    """What an Envoy asks.

    The account is the subject of a verified JWT if the filter before left one, else what the credentials say. Raw headers
    (``encode_raw_headers``) are read too, so that a repeated header is seen.
    """
    http = check.attributes.request.http
    headers = [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in http.headers.items()]
    headers += [(header.key.lower().encode("latin-1", "replace"), header.raw_value) for header in http.header_map.headers]
    request = Request(http.method, http.path, headers)
    out = asked(SURFACE, http.path, request, service.context)
    subject = _subject(check.attributes.metadata_context.filter_metadata)
    if subject:
        out.who = ((service.context.identities.id(subject),), *out.who)
    out.request_id = out.request_id or http.id[:200]
    return out


def _subject(metadata: Mapping[str, Any]) -> str:
    if JWT not in metadata:
        return ""
    fields = metadata[JWT].fields
    for value in fields.values():
        if value.HasField("struct_value") and "sub" in value.struct_value.fields:
            subject: str = value.struct_value.fields["sub"].string_value
            return subject
    return ""


class Authorization:
    """The servicer."""

    def __init__(self, service: Service) -> None:
        """Answer with the service's decider."""
        self._service = service
        _, self._auth, _, self._http_status, self._status = _modules()

    async def Check(self, check: Any, context: Any) -> Any:  # noqa: N802 (its name in the protocol)
        """One question."""
        started_ns = time.perf_counter_ns()
        service = self._service
        token = b"".join(_bytes(value) for name, value in context.invocation_metadata() if name == TOKEN.decode())[:200]
        found = service.tokens.find(token) if token else None
        if found is None or found.role not in (Role.DECIDE, Role.ADMIN):
            service.metrics.faults[SURFACE, "unauthorised" if found is None else "forbidden"] += 1
            grpc = _modules()[0]
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the gateway's token was not accepted")
        try:
            asked_ = question(check, service)
        except Exception:
            service.metrics.faults[SURFACE, "malformed"] += 1
            asked_ = Question(SURFACE, ())
            return self._response(service.decider.unavailable(asked_), asked_)
        return self._response(service.decided(asked_, started_ns), asked_)

    def _response(self, decision: Decision, asked_: Question) -> Any:
        headers = answers.headers(decision)
        response = self._auth.CheckResponse()
        told = {"decision": decision.decision, "would": decision.would, "case_id": decision.case_id, "mode": decision.mode}
        response.dynamic_metadata.update(told | {"reason": decision.reasons[0] if decision.reasons else ""})
        if not decision.refused:
            response.status.CopyFrom(self._status.Status(code=OK))
            _add(response.ok_response.headers, headers)
            return response
        response.status.CopyFrom(self._status.Status(code=DENIED))
        response.denied_response.status.CopyFrom(self._http_status.HttpStatus(code=answers.STATUS[decision.decision]))
        _add(response.denied_response.headers, [*headers, answers.JSON])
        response.denied_response.body = answers.body(decision, asked_.api).decode()
        return response


def _add(fields: Any, headers: answers.Headers) -> None:
    for name, value in headers:
        option = fields.add()
        option.header.key, option.header.value = name.decode(), value.decode("ascii")
        option.append_action = 2  # OVERWRITE_IF_EXISTS_OR_ADD: what the client sent under this name does not stay


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


async def start(service: Service, settings: "Settings") -> Any:
    """Serve on the gRPC port; returns the server.

    Raises:
        InputError: the port cannot be had.
        MissingExtraError: grpcio or xds-protos is not installed.
    """
    grpc, _, stubs, _, _ = _modules()
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 4 << 20)])
    stubs.add_AuthorizationServicer_to_server(Authorization(service), server)
    address = f"{settings.host}:{settings.grpc_port}"
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
