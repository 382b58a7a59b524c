"""An OpenAI-compatible endpoint on loopback whose answers are known, which counts what it charges, and misbehaves on order."""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = Callable[[int], str]
"""From the number of a call (from 0) to a fault: slow, drip, 302, 429, 500, garbage (what it ``says_instead``), truncated, or nothing."""


class FakeEndpoint:
    """Deterministic answers; an Idempotency-Key seen before is answered from memory and charged once."""

    def __init__(self, *, fault: Fault = lambda n: "", delay_s: float = 0.0, idempotent: bool = True) -> None:
        self.fault, self.delay_s, self.idempotent = fault, delay_s, idempotent
        self.calls = 0
        self.charged: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.url = self.elsewhere = self.path = ""
        self.model = ""
        self.says = "no such option"
        self.says_instead = b"<html>502 Bad Gateway</html>"

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        prompt = body["messages"][-1]["content"]
        words = hashlib.sha256(f"{prompt} {body['seed']}".encode()).hexdigest()[:16]
        found: dict[str, Any] = {
            "choices": [{"message": {"content": f"answer {words}", "reasoning_content": f"because of {prompt}"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": len(prompt), "completion_tokens": 16},
        }
        if self.model:
            found["model"] = self.model
        if body.get("logprobs"):
            token = {"top_logprobs": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1.5}]}
            found["choices"][0]["logprobs"] = {"content": [token, token]}
        return found

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.path = request.path
        with self._lock:
            number, self.calls = self.calls, self.calls + 1
        fault = self.fault(number)
        if fault in ("429", "500", "400", "401", "302"):
            request.send_response(int(fault))
            if fault == "302":
                request.send_header("Location", self.elsewhere)
            if fault == "429":
                request.send_header("Retry-After", "0.01")
            payload = json.dumps({"error": {"message": self.says}}).encode()
            request.send_header("Content-Length", str(len(payload)))
            request.end_headers()
            request.wfile.write(payload)
            return
        with self._lock:
            key = request.headers.get("Idempotency-Key", "")
            if not (self.idempotent and self.charged[key]):
                self.charged[key] += 1
        time.sleep(5.0 if fault == "slow" else self.delay_s)
        payload = json.dumps(self.answer(body)).encode()
        if fault == "garbage":
            payload = self.says_instead
        if fault == "truncated":
            payload = payload[: len(payload) // 2]
        request.send_response(200)
        request.send_header("Content-Length", str(len(payload)))
        request.end_headers()
        for byte in payload if fault == "drip" else b"":
            request.wfile.write(bytes([byte]))
            time.sleep(0.05)
        request.wfile.write(b"" if fault == "drip" else payload)


@contextmanager
def serving(endpoint: FakeEndpoint) -> Iterator[FakeEndpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):
                endpoint.handle(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
