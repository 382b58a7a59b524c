"""Connections whose answer must be whole within the time-out. Those of the standard library bound each read alone.

So an endpoint that sends a byte now and then would hold whoever asks it, and whoever breaks that off, for as long as it likes.
"""

import http.client
import io
import socket
import time
import urllib.request
from typing import Any


class _Reads(io.RawIOBase):
    """What a socket receives until a point in time; reading on after it is a TimeoutError."""

    def __init__(self, connection: socket.socket, ends: float) -> None:
        self._connection, self._ends = connection, ends
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """Reads from a socket that was told when to end."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        ends = time.monotonic() + sock.gettimeout()
        self.fp.close()
        self.fp = io.BufferedReader(_Reads(sock, ends))


class Plain(http.client.HTTPConnection):
    """To a server of ``http:``."""

    response_class = _Answer


class Secret(http.client.HTTPSConnection):
    """To a server of ``https:``."""

    response_class = _Answer


class Http(urllib.request.HTTPHandler):
    """``http:``, each answer whole within the time-out."""

    def http_open(self, req: urllib.request.Request) -> Any:
        """Open it."""
        return self.do_open(Plain, req)


class Https(urllib.request.HTTPSHandler):
    """``https:``, each answer whole within the time-out."""

    def https_open(self, req: urllib.request.Request) -> Any:
        """Open it."""
        return self.do_open(Secret, req)
