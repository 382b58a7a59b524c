"""HTTP connections with one time-out for the whole response; the standard library's applies to each read alone.

With those, an endpoint that sends a byte now and then could hold its caller for as long as it likes.
"""

import http.client
import io
import socket
import time
import urllib.request
from typing import Any


class _DeadlineReader(io.RawIOBase):
    """Reads a socket until a deadline (``time.monotonic()``, seconds); later reads raise TimeoutError."""

    def __init__(self, connection: socket.socket, deadline_s: float) -> None:
        self._connection, self._deadline_s = connection, deadline_s
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining_s = self._deadline_s - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(remaining_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response that must be complete within the time-out of its socket."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        deadline_s = time.monotonic() + sock.gettimeout()
        self.fp.close()
        self.fp = io.BufferedReader(_DeadlineReader(sock, deadline_s))


class HttpConnection(http.client.HTTPConnection):
    """A connection for ``http:``."""

    response_class = _Response


class HttpsConnection(http.client.HTTPSConnection):
    """A connection for ``https:``."""

    response_class = _Response


class HttpHandler(urllib.request.HTTPHandler):
    """Opens ``http:`` URLs; each response must be complete within the time-out."""

    def http_open(self, req: urllib.request.Request) -> Any:
        """Open a request."""
        return self.do_open(HttpConnection, req)


class HttpsHandler(urllib.request.HTTPSHandler):
    """Opens ``https:`` URLs; each response must be complete within the time-out."""

    def https_open(self, req: urllib.request.Request) -> Any:
        """Open a request."""
        return self.do_open(HttpsConnection, req)
