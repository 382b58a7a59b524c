"""An ASGI middleware; vLLM takes it as ``--middleware stillwatch_client.asgi.StillwatchMiddleware``.

Streams pass untouched: it looks at requests only. A restricted account's JSON body is rewritten on its way in.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from stillwatch_client.guard import Guard, NotRestrictableError, SettingError, Verdict, encoded, restricted, silent

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

OPEN_PATHS = frozenset({"/health", "/healthz", "/readyz", "/ping", "/version", "/metrics", "/load"})
"""Paths that are never asked about: probes carry no key. All others are, so that no way to the model is forgotten."""
LARGEST = 64 << 20
"""Bytes of a body that is rewritten; a restricted account's longer one is read to its end and refused with 413."""


class StillwatchMiddleware:
    """Asks the decision service before each HTTP request and each websocket."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], guard: Guard | None = None) -> None:
        """Wrap an application; settings come from the environment unless a guard is passed."""
        self.app = app
        self._mistake: SettingError | None = None
        self._open = OPEN_PATHS | {path.strip() for path in os.environ.get("STILLWATCH_OPEN_PATHS", "").split(",")} - {""}
        try:
            self._guard = guard or Guard()
        except SettingError as error:
            if not _serving():
                raise
            self._mistake = error  # Starlette makes its middleware with the first scope, where the server takes an error for no lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, rewrite, or refuse."""
        if self._mistake is not None:
            if scope["type"] != "lifespan":
                raise self._mistake
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(self._mistake)})
            return
        if scope["type"] == "lifespan":
            try:
                await self.app(scope, receive, send)
            finally:
                await self._guard.aclose()
            return
        path = _path(scope)
        if scope["type"] not in ("http", "websocket") or path in self._open or scope.get("method") == "OPTIONS":
            await self.app(scope, receive, send)
            return
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        api = "anthropic" if "/v1/messages" in path or any(name == "anthropic-version" for name, _ in headers) else "openai"
        verdict = await self._guard.relay(scope.get("method", "GET"), path, headers, api)
        if scope["type"] == "websocket" and (verdict.refused or verdict.decision == "restrict"):  # its messages cannot be rewritten
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": verdict.decision})
            return
        if verdict.refused:
            await _send(send, verdict.status, verdict.headers, encoded(verdict.body))
            return
        if verdict.decision != "restrict" or scope["type"] == "websocket" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            text = f"This account is restricted; its requests may have {LARGEST >> 20} MiB at most."
            await _send(send, 413, verdict.headers, _error(api, text, "request_too_large"))
            return
        try:
            changed = _changed(body, verdict, path)
        except NotRestrictableError as error:
            await _send(send, 400, verdict.headers, _error(api, str(error), "invalid_request_error"))
            return
        length = str(len(changed)).encode()
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in (b"content-length", b"transfer-encoding")]
        await self.app({**scope, "headers": [*kept, (b"content-length", length)]}, _replay(changed, receive), send)


def _serving() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _path(scope: Scope) -> str:
    """The path as the application's routes have it: without where the application is mounted."""
    path, root = str(scope.get("path", "")), str(scope.get("root_path", "")).rstrip("/")
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


def _changed(body: bytes, verdict: Verdict, path: str) -> bytes:
    try:
        parsed = json.loads(body) if body else {}
        if isinstance(parsed, dict):
            changed = restricted(parsed, verdict, path)
            return encoded(silent(changed, path) if verdict.drop_reasoning and "vllm" in sys.modules else changed)
    except NotRestrictableError:
        raise
    except (ValueError, RecursionError):  # no JSON, or half a surrogate pair, or nested deeper than can be read
        pass
    raise NotRestrictableError("This account is restricted; its requests must be JSON objects.")


def _error(api: str, text: str, kind: str) -> bytes:
    if api == "anthropic":
        return encoded({"type": "error", "error": {"type": kind, "message": text}})
    return encoded({"error": {"message": text, "type": "invalid_request_error", "param": None, "code": "restricted"}})


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too long. That one is read to its end, too: who still sends may not see an answer."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST:
            parts.clear()
        else:
            parts.append(part)
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts) if size <= LARGEST else None


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    fields += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
