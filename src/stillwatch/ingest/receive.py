"""Takes the logs that a gateway posts and appends each body to a file, for ``stillwatch ingest`` to read.

LiteLLM's callback ``generic_api`` posts its log and needs a server. Bodies are not parsed here; ingest does that, and puts bad rows into
its quarantine.
"""

import hmac
import ipaddress
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import make_private_folder
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import print_plain

LARGEST = 256 << 20
"""Largest body, bytes; a gateway posts some hundred requests at once."""
PATIENCE_S = 60.0
"""How long a caller may send nothing in the middle of a request, seconds."""


class Shelf:
    """A folder with one file an hour (UTC); each body is appended as one or more whole lines."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Make the folder; only its owner can read it and its files, since they contain prompts."""
        make_private_folder(folder)
        self.folder, self.n, self._now, self.lock = folder, 0, now, threading.Lock()

    def put(self, body: bytes) -> Path:
        """Append a body and return the file. Raises OSError if it cannot be stored; the file is then unchanged."""
        path = self.folder / f"{self._now():%Y-%m-%dT%H}.ndjson"
        with self.lock, open(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "ab", buffering=0) as file:
            start = os.fstat(file.fileno()).st_size
            # a process that was killed in the middle of a body left half a line, to which this body must not be joined
            torn = start > 0 and os.pread(file.fileno(), 1, start - 1) != b"\n"
            remaining = memoryview(b"\n" * torn + body.strip() + b"\n")
            try:
                while remaining:
                    remaining = remaining[file.write(remaining) :]
            except OSError:
                os.ftruncate(file.fileno(), start)
                raise
            self.n += 1
        return path


class _Server(ThreadingHTTPServer):
    """Handles each request in a thread, with :class:`_Handler`."""

    daemon_threads = True
    request_queue_size = 128
    """Backlog of connections; the default of five is too small for a gateway that posts single requests."""

    def __init__(self, address: tuple[str, int], shelf: Shelf, token: str, say: Callable[[str], None]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)
        self.shelf, self.token, self.say = shelf, token, say

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print one line, not the traceback of the base class; nothing if the caller disconnected."""
        if not isinstance(error := sys.exception(), ConnectionError):
            self.say(f"a request failed ({error!r})")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version, timeout = "HTTP/1.1", PATIENCE_S

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(200, f"{self.server.shelf.n} bodies since the start")
        else:
            self._answer(404, "POST the log")

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        given = self.headers.get("authorization", "").encode("latin-1", "replace")
        token = self.server.token
        if token and not hmac.compare_digest(given, b"Bearer " + token.encode()):
            self._refuse(401, "wrong token")
        elif not token and _from_browser(self.headers):
            self._refuse(403, "without --token-file only programs of this machine may post, at its loopback address")
        elif self.headers.get("content-encoding", "identity") != "identity":
            self._refuse(415, "compressed bodies are not accepted")
        elif not (length.isascii() and length.isdecimal()):
            self._refuse(411, "no Content-Length")
        elif len(length) > len(str(LARGEST)) or int(length) > LARGEST:
            self._refuse(413, f"more than {LARGEST >> 20} MiB")
        else:
            self._take(self.rfile.read(int(length)), int(length))

    def _take(self, body: bytes, length: int) -> None:
        if len(body) < length:
            self.close_connection = True  # the caller disconnected in the middle, so no answer is needed
            return
        try:
            if body.strip():
                self.server.shelf.put(body)
        except OSError as error:
            self.server.say(f"not stored: {len(body):,} bytes ({error.strerror or error})")
            self._answer(503, "it could not be stored")
        else:
            self._answer(200, "stored")

    def _refuse(self, status: int, what: str) -> None:
        self.close_connection = True  # its body was not read
        self._answer(status, what)

    def _answer(self, status: int, what: str) -> None:
        text = f"{what}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Print nothing: one line a body would be too much."""


def server(shelf: Shelf, host: str, port: int, token: str = "", say: Callable[[str], None] = print) -> ThreadingHTTPServer:
    """A server that listens but does not serve yet.

    Args:
        shelf: stores the bodies.
        host: address to listen on.
        port: port to listen on; 0: any free one.
        token: required ``Authorization: Bearer`` token; empty: none, which is allowed only on a loopback address.
        say: called with a line for each body that could not be stored.

    Raises:
        InputError: there is no token and ``host`` is not a loopback address; or the port is in use.
    """
    if not token and not _is_loopback(host):
        todo = "Pass --token-file: whoever reaches the port could write to the disk"
        raise InputError("a receiver that others can reach needs a token", where=f"--host {host}", todo=todo)
    try:
        return _Server((host, port), shelf, token, say)
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen ({error})", where=f"{host}:{port}", todo="Pass another --port or --host") from error


def _from_browser(headers: Message) -> bool:
    """Whether a page in a browser on this machine may have sent a request: it has an Origin, or a Host that is not loopback."""
    return "origin" in headers or not _is_loopback(re.sub(r":\d*$", "", headers.get("host", "localhost")).strip("[]").lower())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run(folder: Path, host: str, port: int, token_file: Path | None, *, quiet: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; a body that is being stored then is still stored.

    Args:
        folder: where to store bodies.
        host: address to listen on.
        port: port to listen on.
        token_file: file with the token; None: no token.
        quiet: print nothing.

    Raises:
        InputError: the token or the address cannot be used.
    """
    say: Callable[[str], None] = (lambda _: None) if quiet else lambda text: print_plain(text, flush=True)
    try:
        token = "" if token_file is None else token_file.read_text().strip()
    except UnicodeDecodeError as error:
        raise InputError("the token is not text", where=token_file, todo="Write it as letters and digits") from error
    if token_file is not None and not token:
        raise InputError("the file has no token", where=token_file)
    shelf = Shelf(folder)
    with server(shelf, host, port, token, say) as listening:
        def end(*_: Any) -> None:
            threading.Thread(target=listening.shutdown).start()  # shutdown waits for serve_forever, which this handler interrupts

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        say(f"http://{f'[{host}]' if ':' in host else host}:{listening.server_port}/ appends what is posted to {folder}, a file an hour")
        listening.serve_forever(poll_interval=0.2)
        shelf.lock.acquire()  # never released: a body that began to be stored from here on would be cut off by the end of the process
        say(f"{number_of(shelf.n, 'body', 'bodies')} in {folder}: stillwatch ingest {folder} --from litellm --out DIR")
