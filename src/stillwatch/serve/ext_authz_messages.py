"""The messages of envoy.service.auth.v3 that the service reads and writes, as Envoy's API defines their fields.

Only the fields in use are defined; protobuf skips the others. On the wire only numbers and types matter, so a map is defined as
repeated pairs, and text as bytes, because a header may not be valid UTF-8. The messages are built here because packages with all of
Envoy's API install modules of other projects in versions that break those projects.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2

PACKAGE = "stillwatch.ext_authz"
METHOD = ("envoy.service.auth.v3.Authorization", "Check")
STRUCT = ".google.protobuf.Struct"

_FIELDS: dict[str, list[tuple[str, int, str]]] = {
    # envoy/config/core/v3/base.proto; HeaderValue also stands for an entry of map<string, string>
    "HeaderValue": [("key", 1, "bytes"), ("value", 2, "bytes"), ("raw_value", 3, "bytes")],
    "HeaderMap": [("headers", 1, "*HeaderValue")],
    "HeaderValueOption": [("header", 1, "HeaderValue"), ("append_action", 3, "int32")],
    "MetadataEntry": [("key", 1, "string"), ("value", 2, STRUCT)],
    "Metadata": [("filter_metadata", 1, "*MetadataEntry")],
    # envoy/service/auth/v3/attribute_context.proto
    "HttpRequest": [
        ("id", 1, "bytes"), ("method", 2, "bytes"), ("headers", 3, "*HeaderValue"), ("path", 4, "bytes"), ("header_map", 13, "HeaderMap"),
    ],
    "Request": [("http", 2, "HttpRequest")],
    "AttributeContext": [("request", 4, "Request"), ("metadata_context", 11, "Metadata")],
    # envoy/service/auth/v3/external_auth.proto, google/rpc/status.proto, envoy/type/v3/http_status.proto
    "CheckRequest": [("attributes", 1, "AttributeContext")],
    "Status": [("code", 1, "int32")],
    "HttpStatus": [("code", 1, "int32")],
    "DeniedHttpResponse": [("status", 1, "HttpStatus"), ("headers", 2, "*HeaderValueOption"), ("body", 3, "bytes")],
    "OkHttpResponse": [("headers", 2, "*HeaderValueOption")],
    "CheckResponse": [
        ("status", 1, "Status"), ("denied_response", 2, "DeniedHttpResponse"), ("ok_response", 3, "OkHttpResponse"),
        ("dynamic_metadata", 4, STRUCT),
    ],
}
"""Message -> its fields as (name, number, type); ``*`` marks a repeated field."""


def _file() -> descriptor_pb2.FileDescriptorProto:
    kinds = descriptor_pb2.FieldDescriptorProto
    scalars = {"bytes": kinds.TYPE_BYTES, "string": kinds.TYPE_STRING, "int32": kinds.TYPE_INT32}
    file = descriptor_pb2.FileDescriptorProto(
        name="stillwatch/ext_authz.proto", package=PACKAGE, syntax="proto3", dependency=[struct_pb2.DESCRIPTOR.name]
    )
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            repeated = kinds.LABEL_REPEATED if kind.startswith("*") else kinds.LABEL_OPTIONAL
            descriptor = message.field.add(name=field, number=number, label=repeated)
            kind = kind.removeprefix("*")
            if kind in scalars:
                descriptor.type = scalars[kind]
            else:
                descriptor.type, descriptor.type_name = kinds.TYPE_MESSAGE, kind if kind.startswith(".") else f".{PACKAGE}.{kind}"
    return file


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(f"{PACKAGE}.{name}"))


descriptor_pool.Default().AddSerializedFile(_file().SerializeToString())
CheckRequest, CheckResponse = _message("CheckRequest"), _message("CheckResponse")
