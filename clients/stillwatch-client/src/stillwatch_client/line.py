"""Questions over HTTP/1.1 on connections that are kept: some at once, the others in line.

What a question costs the caller's own event loop decides how many may come at once, so it is h11 over asyncio's transports and no client
library. The deadline is for the service: neither waiting in line while it answers others, nor a loop that stands still, counts.
"""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import h11

AT_ONCE = 32
"""Questions under way; further ones wait in line."""
TICKS = 5
"""A deadline is over after this many parts. However long the caller's loop stands still, it is one part, and then sockets are read."""
LINE = 20
"""Deadlines that a question may wait in line, while the service answers others."""


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Connection(asyncio.Protocol):
    """One question after another."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT)
        self._answer: asyncio.Future[Answer] | None = None
        self._head: h11.Response | None = None
        self._body: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    @property
    def usable(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by their class

    def ask(self, request: h11.Request, body: bytes) -> "asyncio.Future[Answer]":
        assert self._transport is not None
        self._head, self._body = None, []
        self._answer = asyncio.get_running_loop().create_future()
        events = (request, h11.Data(body), h11.EndOfMessage()) if body else (request, h11.EndOfMessage())
        self._transport.write(b"".join(self._http.send(event) or b"" for event in events))
        return self._answer

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():  # to no question: it must not become the next one's answer
            self.close()
            return
        try:
            self._http.receive_data(data)
            self._read(self._answer)
        except h11.RemoteProtocolError as error:
            self._end(error)

    def connection_lost(self, error: Exception | None) -> None:
        try:
            if self._head is not None and self._answer is not None and not self._answer.done():
                self._http.receive_data(b"")  # the end of an answer that told no length, or of one that was cut off
                self._read(self._answer)
        except h11.RemoteProtocolError as cut:
            error = error or cut
        self._end(error or ConnectionResetError("the service closed the connection"))

    def _read(self, answer: "asyncio.Future[Answer]") -> None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Response):
                self._head = event
            elif isinstance(event, h11.Data):
                self._body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                headers = {name.decode("ascii"): value.decode("latin-1") for name, value in self._head.headers}
                answer.set_result(Answer(self._head.status_code, headers, b"".join(self._body)))
                if self._http.our_state is self._http.their_state is h11.DONE and not self._http.trailing_data[0]:
                    self._http.start_next_cycle()
                else:
                    self.close()
                return
            elif not isinstance(event, h11.InformationalResponse):
                return

    def _end(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Line:
    """The way to the service at an address. ``async with`` it is a turn, in which :meth:`ask` may be called."""

    def __init__(self, url: str, deadline_s: float) -> None:
        """Take the address; nothing is connected yet."""
        parts = urlsplit(url)
        self._host, self._path, self._tick_s = parts.hostname or "", parts.path.rstrip("/"), deadline_s / TICKS
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._place = parts.netloc.rpartition("@")[2]
        self._loop: asyncio.AbstractEventLoop | None = None

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start anew: connections and futures belong to one loop."""
        self._loop, self._free = loop, AT_ONCE
        self._kept: list[_Connection] = []
        self._turns: deque[tuple[asyncio.Future[None], int]] = deque()
        self._asked: dict[asyncio.Task[Answer], int] = {}
        """Both with the tick in which they began to wait."""
        self._tick, self._heard, self._ticking = 0, 0, False
        """The tick that it is, and the one in which the service answered last."""

    async def __aenter__(self) -> None:
        """Wait for a turn: a deadline, or longer while the service answers others."""
        if (loop := asyncio.get_running_loop()) is not self._loop:
            self._begin(loop)
        if self._free:
            self._free -= 1
            return
        turn = loop.create_future()
        self._turns.append((turn, self._tick))
        self._start()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on()
            raise

    async def __aexit__(self, *_: object) -> None:
        """Let the next have the turn."""
        self._pass_on()

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer.

        Raises:
            TimeoutError: there was none within the deadline.
            OSError: the service cannot be reached.
            h11.ProtocolError: it talks nonsense, or a header cannot be sent.
        """
        assert self._loop is not None
        pairs = [("host", self._place), *headers.items(), *([("content-length", str(len(body)))] if body else [])]
        request = h11.Request(
            method=method, target=self._path + path, headers=[(name.encode(), value.encode("latin-1")) for name, value in pairs]
        )
        asking = self._loop.create_task(self._exchange(request, body))
        self._asked[asking] = self._tick
        self._start()
        try:
            await asyncio.wait((asking,))
            if asking.cancelled():
                raise TimeoutError(f"no answer in {self._tick_s * TICKS * 1000:g} ms")
            return asking.result()
        finally:
            del self._asked[asking]
            asking.cancel()

    async def _exchange(self, request: h11.Request, body: bytes) -> Answer:
        while True:
            while self._kept and not self._kept[-1].usable:
                self._kept.pop()
            kept = self._kept.pop() if self._kept else None
            connection = kept or await self._connected()
            try:
                answer = await connection.ask(request, body)
            except ConnectionError:
                if kept is None:
                    raise
                continue  # the service had ended it, idle as it was
            except BaseException:
                connection.close()
                raise
            self._heard = self._tick
            if connection.usable:
                self._kept.append(connection)
            return answer

    async def _connected(self) -> _Connection:
        assert self._loop is not None
        _, connection = await self._loop.create_connection(_Connection, self._host, self._port, ssl=self._tls)
        return connection

    def _pass_on(self) -> None:
        while self._turns:
            turn, _ = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _start(self) -> None:
        if not self._ticking:
            assert self._loop is not None
            self._ticking = True
            self._loop.call_later(self._tick_s, self._beat)

    def _beat(self) -> None:
        """Give up what waited too long: one tick more than the deadline has, since the first was under way."""
        self._tick += 1
        for asking, since in self._asked.items():
            if self._tick - since <= TICKS:
                break
            asking.cancel()
        while self._turns:
            turn, since = self._turns[0]
            waited = self._tick - since
            if waited <= TICKS or (self._tick - self._heard <= TICKS and waited <= TICKS * LINE):
                break
            self._turns.popleft()
            if not turn.done():
                turn.set_exception(TimeoutError("no turn: too many others ask"))
        self._ticking = False
        if self._asked or self._turns:
            self._start()
