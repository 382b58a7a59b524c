"""How each gateway asks and what it understands: pure functions from a request to a question, and back.

A dialect that cannot read a request raises :class:`MalformedError`; what then happens is the service's affair.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.identity import Identities

Answer = tuple[int, answers.Headers, bytes]


class MalformedError(ValueError):
    """The request is not what the dialect's gateway sends."""


class Request(msgspec.Struct, gc=False):
    """What came in."""

    method: str
    path: str
    """Without the query."""
    headers: list[tuple[bytes, bytes]]
    """Names in lower case; repeated headers are repeated."""
    body: bytes = b""

    def header(self, name: bytes) -> str:
        """The first value of a header, or an empty string."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""


class Context(msgspec.Struct, frozen=True):
    """What dialects know of the service."""

    identities: Identities
    account_header: bytes = b""
    """Header in which the edge says who the account is; empty where no edge overwrites it."""


class Dialect(msgspec.Struct, frozen=True):
    """One way to ask."""

    surface: str
    path: str
    """Ends with ``/*`` where anything may follow."""
    methods: frozenset[str]
    """Empty: any."""
    ask: Callable[[Request, Context], Question | Answer]
    answer: Callable[[Decision, Question], Answer]
    reads_body: bool = False
    relays: bool = False
    """Whether the gateway passes the client's own Authorization header and relays errors to it."""


def decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """A body that was checked against its type."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(" ".join(str(error).split())[:300]) from error
