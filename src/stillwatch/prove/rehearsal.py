"""A stand-in suspect: answers of a file behind an OpenAI-compatible URL on this machine, so that a proof can be rehearsed."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from stillwatch.errors import InputError

MOST_BYTES = 1 << 20


def server(outputs: Sequence[str], port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 that is not running yet; port 0 takes a free one.

    Whatever is asked, one of the ``outputs`` comes back: which one depends on the question and how often it was asked.

    Raises:
        InputError: the port is taken.
    """
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer ``…/chat/completions`` and ``…/completions``."""
            size = int(self.headers.get("Content-Length") or 0)
            try:
                given = json.loads(self.rfile.read(min(size, MOST_BYTES)))
                prompt = given["messages"][-1]["content"] if "messages" in given else given["prompt"]
                prompt = prompt if isinstance(prompt, str) else json.dumps(prompt)  # a list of parts, as some clients write
            except (ValueError, KeyError, IndexError, TypeError, RecursionError):
                self.send_error(400)
                return
            asked[prompt] += 1
            draw = hashlib.blake2b(f"{asked[prompt]}\0{prompt}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
            text = outputs[int.from_bytes(draw) % len(outputs)]
            choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
            choice |= {"message": {"role": "assistant", "content": text}} if "messages" in given else {"text": text}
            body = json.dumps({"model": given.get("model"), "choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen ({error})", where=f"127.0.0.1:{port}", todo="Pass another --port") from error
