"""Questions to the service: some at once, the others in line.

The deadline is for the service: neither waiting in line while it answers others, nor a loop that stands still, counts.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

AT_ONCE = 8
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


class Line:
    """The way to the service at an address; see :meth:`turn`."""

    def __init__(self, url: str, deadline_s: float) -> None:
        """Take the address; nothing is connected yet."""
        self._tick_s = deadline_s / TICKS
        # Certificates are read here and not within the first question's deadline.
        self._tls = httpx.create_ssl_context() if url.startswith("https:") else False
        self._url = url
        self._loop: asyncio.AbstractEventLoop | None = None

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start anew: connections and futures belong to one loop."""
        self._loop = loop
        # One client for each: of questions that share one's connections, one may lose them to the others again and again.
        self._free = [
            httpx.AsyncClient(base_url=self._url, timeout=None, trust_env=False, verify=self._tls) for _ in range(AT_ONCE)
        ]
        self._turns: deque[tuple[asyncio.Future[httpx.AsyncClient], int]] = deque()
        self._asked: dict[asyncio.Task[Answer], int] = {}
        """Both with the tick in which they began to wait."""
        self._tick, self._heard, self._ticking = 0, 0, False
        """The tick that it is, and the one in which the service answered last."""

    async def aclose(self) -> None:
        """Close the connections of this loop that no question uses; a later question begins anew."""
        if self._loop is asyncio.get_running_loop():
            clients, self._loop = self._free, None
            for client in clients:
                await client.aclose()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[httpx.AsyncClient]:
        """Wait for a turn, a deadline, or longer while the service answers others; what is yielded is for :meth:`ask`.

        Raises:
            TimeoutError: there was none.
        """
        if (loop := asyncio.get_running_loop()) is not self._loop:
            self._begin(loop)
        client = self._free.pop() if self._free else await self._waited(loop)
        try:
            yield client
        finally:
            self._pass_on(client)

    async def _waited(self, loop: asyncio.AbstractEventLoop) -> httpx.AsyncClient:
        turn: asyncio.Future[httpx.AsyncClient] = loop.create_future()
        self._turns.append((turn, self._tick))
        self._start()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on(turn.result())
            raise

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer.

        Raises:
            TimeoutError: there was none within the deadline.
            httpx.HTTPError: the service cannot be reached, or talks nonsense.
        """
        assert self._loop is not None
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        asking = self._loop.create_task(self._exchange(client, method, path, pairs, body))
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

    async def _exchange(
        self, client: httpx.AsyncClient, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> Answer:
        try:
            said = await client.request(method, path, headers=headers, content=body)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):  # it had ended the connection, idle as that was
            said = await client.request(method, path, headers=headers, content=body)
        self._heard = self._tick
        return Answer(said.status_code, dict(said.headers), said.content)

    def _pass_on(self, client: httpx.AsyncClient) -> None:
        while self._turns:
            turn, _ = self._turns.popleft()
            if not turn.done():
                turn.set_result(client)
                return
        self._free.append(client)

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
