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

LARGEST = 4 << 20
"""Bytes of a body that is decoded. That holds up all others, by some milliseconds a megabyte, by 30 if a client makes it for that."""
KEPT = 1 << 16
"""Bytes that are kept of a longer one."""


class MalformedError(ValueError):
    """The request is not what the dialect's gateway sends."""


class Sought:
    """What follows one key of a JSON object that is not decoded; of the object, which comes in parts, no more is kept.

    A client's text cannot hold the key, since quotes in it are escaped. Its own object could: so it must be there once.
    """

    def __init__(self, key: bytes) -> None:
        """Take the key with its quotes and colon."""
        self._key, self._end = key, b""
        self.times = 0
        """How often the key was there."""
        self.head = self.value = b""
        """The first bytes of all, and those after the first key."""

    def feed(self, part: bytes) -> None:
        """Look at the next part."""
        self.head = self.head or part[:64]
        if self.times and len(self.value) < KEPT:
            self.value += part[: KEPT - len(self.value)]
        text = self._end + part
        times = text.count(self._key)
        if times and not self.times:
            self.value = text.partition(self._key)[2][:KEPT]
        self.times += times
        self._end = text[1 - len(self._key) :]


class Request(msgspec.Struct, gc=False):
    """What came in."""

    method: str
    path: str
    """Without the query."""
    headers: list[tuple[bytes, bytes]]
    """Names in lower case; repeated headers are repeated."""
    body: bytes = b""
    sought: Sought | None = None
    """In place of a body that is longer than LARGEST, where the dialect seeks something."""

    def header(self, name: bytes) -> str:
        """The first value of a header, or an empty string."""
        return next(iter(self.values(name)), "")

    def values(self, name: bytes) -> list[str]:
        """Every value of a header; read as UTF-8, as logs have names, or where it is none as Latin-1."""
        return [_text(value) for key, value in self.headers if key == name]


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
    largest: int = LARGEST
    """Bytes of a body that is read."""
    seeks: bytes = b""
    """The key whose value is sought in a body that is longer than LARGEST."""
    errors_pass: bool = False
    """Whether its gateway lets through what is answered with an error: then the fail mode answers what cannot be read."""
    relays: bool = False
    """Whether the gateway passes the client's own Authorization header and relays errors to it."""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """A body that was checked against its type."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(" ".join(str(error).split())[:300]) from error
