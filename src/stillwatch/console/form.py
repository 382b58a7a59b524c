"""What a browser sent, before anybody knows who sits before it."""

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import Request

from stillwatch.errors import InputError

LARGEST = 256 << 10
"""Bytes of a form; a policy is the longest."""
MOST_FIELDS = 64
FORM_S = 10.0
"""Seconds in which a form must be here whole; who sends it byte by byte would hold a connection for as long as it likes."""


class LateError(InputError):
    """The form was not here in time."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, urlencoded; a field that comes twice is a mistake.

    Raises:
        InputError: it is no form, or longer than one may be.
        LateError: it was not here whole within FORM_S.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise InputError("the request is no form")
    body = b""
    try:
        async with asyncio.timeout(FORM_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    raise InputError(f"the form is longer than {LARGEST} bytes")
    except TimeoutError as error:
        raise LateError(f"the form was not here within {FORM_S:g} s", todo="Send it again") from error
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InputError("the form cannot be read") from error
    if len(dict(pairs)) != len(pairs):
        raise InputError("a field of the form comes twice")
    # A NUL cannot be stored, and nobody types one; browsers end lines with CR LF, whatever was typed.
    return {name: value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n") for name, value in pairs}


def client_ip(request: Request) -> str | None:
    """Where a request comes from, as the server saw it."""
    return request.client.host if request.client else None
