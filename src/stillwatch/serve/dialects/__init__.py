"""Dialects: how each gateway asks and which answers it understands, as pure functions from a request to a question, and back.

A dialect that cannot read a request raises :class:`MalformedError`; the service then answers.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from stillwatch.serve import answers
from stillwatch.serve.decisions import Decision, Question
from stillwatch.serve.identity import Identities

Answer = tuple[int, answers.Headers, bytes]

LARGEST = 4 << 20
"""Largest body that is decoded, bytes. Decoding delays all other answers, by some milliseconds a megabyte; by 30 if crafted for it."""
KEPT = 1 << 16
"""Bytes that are kept of a longer body."""


class MalformedError(ValueError):
    """The request is not what the dialect's gateway sends."""


class Sought:
    """Searches a JSON object that arrives in parts for one key, without decoding it or keeping more than what follows the key.

    Text of a client cannot contain the key, because its quotes are escaped; an object of the client could. So callers must check that
    the key occurs once.
    """

    def __init__(self, key: bytes) -> None:
        """Take the key to search for, with its quotes and colon."""
        self._key, self._end = key, b""
        self.times = 0
        """How often the key occurred."""
        self.head = self.value = b""
        """The first bytes of the body, and those after the first occurrence of the key."""

    def feed(self, part: bytes) -> None:
        """Search the next part of the body."""
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
    """A request as it arrived."""

    method: str
    path: str
    """Without the query."""
    headers: list[tuple[bytes, bytes]]
    """Names in lower case; a repeated header occurs as often as it was sent."""
    body: bytes = b""
    sought: Sought | None = None
    """Replaces a body that is longer than LARGEST, if the dialect searches for a key."""

    def header(self, name: bytes) -> str:
        """The first value of a header, or an empty string."""
        return next(iter(self.values(name)), "")

    def values(self, name: bytes) -> list[str]:
        """Every value of a header, decoded as UTF-8 (as names are in logs), or as Latin-1 if it is not UTF-8."""
        return [_text(value) for key, value in self.headers if key == name]


class Context(msgspec.Struct, frozen=True):
    """Settings of the service that dialects read."""

    identities: Identities
    account_header: bytes = b""
    """Header in which the edge names the account; empty if no edge overwrites it."""


class Dialect(msgspec.Struct, frozen=True):
    """How one kind of gateway asks."""

    surface: str
    path: str
    """Ends with ``/*`` if any path may follow."""
    methods: frozenset[str]
    """Empty: any."""
    ask: Callable[[Request, Context], Question | Answer]
    answer: Callable[[Decision, Question], Answer]
    reads_body: bool = False
    largest: int = LARGEST
    """Largest body that is read, bytes."""
    seeks: bytes = b""
    """The key to search for in a body that is longer than LARGEST; see :class:`Sought`."""
    errors_pass: bool = False
    """Whether the gateway lets a request through if it gets an error. If so, the fail mode answers questions that cannot be read."""
    relays: bool = False
    """Whether the gateway passes the client's own Authorization header and relays errors to it."""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """Decode a body and check it against the decoder's type.

    Raises:
        MalformedError: it is not JSON, or not of the type.
    """
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(" ".join(str(error).split())[:300]) from error
