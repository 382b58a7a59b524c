"""What the tests of the service share: the service as a process, a model behind gateways, and guards that misbehave."""

import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ports import free_port
from stillwatch.keys.hashing import keyed

DOCS = Path(__file__).parents[2] / "docs" / "serve.md"
CLIENT = Path(__file__).parents[2] / "clients" / "stillwatch-client" / "src"
KEY = bytes(range(32))
CASE_URL = "https://guard.example/cases/{case_id}"
http.client._MAXHEADERS = 1000  # of the model: it must not be the one that refuses many headers
ACTIONS = ("observe", "throttle", "challenge", "restrict", "block")


def wait_for(port: int, process: "subprocess.Popen[bytes] | None" = None, log: Path | None = None, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended with {process.returncode}: {log.read_text()[-2000:] if log else ''}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens at {port}: {log.read_text()[-2000:] if log else ''}")


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(
    port: int, path: str, headers: dict[str, str] | list[tuple[str, str]] | None = None, body: Any = None, method: str | None = None,
    timeout_s: float = 60,
) -> Reply:
    """One HTTP request; repeated headers may be passed as pairs."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.putrequest(method or ("GET" if data is None else "POST"), path)
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if data is not None:
            pairs += [("content-length", str(len(data))), ("content-type", "application/json")]
        for name, value in pairs:
            connection.putheader(name, value)
        connection.endheaders(data)
        response = connection.getresponse()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def entries(names: dict[str, str], **more: Any) -> pa.Table:
    """Rows of a snapshot: identifier → action, all of one case."""
    n = len(names)
    columns = {
        "account_id": list(names), "action": list(names.values()), "mode": ["enforce"] * n,
        "reason_code": ["coordinated-harvest"] * n, "case_id": ["c-1"] * n, "policy_version": ["7"] * n,
        "rate_per_min": pa.array([1.0] * n, pa.float32()), "max_tokens": pa.array([64] * n, pa.int32()),
    }
    return pa.table(columns | {name: [value] * n for name, value in more.items()})


def people(*surfaces: str) -> pa.Table:
    """For each action an account of its name, and one known by the API key ``sk-NAME``; a throttled one for each surface."""
    acted = {action: action for action in ACTIONS} | {f"throttle-{surface}": "throttle" for surface in surfaces}
    names = {keyed(KEY, name): action for name, action in acted.items()}
    names |= {keyed(KEY, hashlib.sha256(f"sk-{name}".encode()).hexdigest()): action for name, action in acted.items()}
    return entries(names)


class Service:
    """``stillwatch serve`` as a process."""

    def __init__(self, folder: Path, *options: str, port: int | None = None, source: pa.Table | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port, self.grpc_port = folder, port or free_port(), free_port()
        self.source, self.tokens, self.log = folder / "entries.parquet", folder / "tokens.json", folder / "service.log"
        (folder / "tenant.key").write_text(KEY.hex())
        if source is not None:
            self.write(source)
        self.options = [*options] if {"--run", "--store"} & set(options) else ["--snapshot", str(self.source), *options]
        self.secrets = {role: self.token(role) for role in ("decide", "metrics", "admin")}
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, table: pa.Table) -> None:
        partial = self.source.with_suffix(".partial")
        pq.write_table(table, partial)
        os.replace(partial, self.source)

    def token(self, role: str) -> str:
        from stillwatch.serve.tokens import Role, create

        return create(self.tokens, role, Role(role)) if not self.tokens.exists() or role not in self.tokens.read_text() else ""

    def start(self, *, ready: bool = True, environment: dict[str, str] | None = None) -> "Service":
        command = [
            sys.executable, "-m", "stillwatch", "serve", "--port", str(self.port), "--state", str(self.folder / "state"),
            "--tokens", str(self.tokens), "--key-file", str(self.folder / "tenant.key"), "--case-url", CASE_URL,
            "--refresh-s", "0.1", "--drain-s", "0", "--deadline-ms", "20000", *self.options,  # a busy machine's delays are no faults
        ]
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, env=os.environ | (environment or {})
            )
        wait_for(self.port, self.process, self.log)
        if ready:
            self.until(lambda: call(self.port, "/readyz").status == 200)
        return self

    def until(self, true: Any, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if true():
                    return
            time.sleep(0.05)
        raise AssertionError(f"it did not come to be: {self.log.read_text()[-3000:]}")

    def ask(self, body: Any, role: str = "decide", path: str = "/v1/decide") -> Reply:
        return call(self.port, path, {"x-stillwatch-token": self.secrets[role]}, body)

    def decide(self, account: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask({"account_id": account, **more}).json()
        return answer

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = call(self.port, "/v1/status", {"x-stillwatch-token": self.secrets["metrics"]}).json()
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)
        code = self.process.wait(30)
        self.process = None
        return code


THOUGHT = "Let me think."
ANSWER: dict[str, Any] = {
    "id": "c-1", "object": "chat.completion", "created": 1, "model": "still",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello.", "reasoning_content": THOUGHT}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}


class Model:
    """A model server behind the gateways: remembers what reached it, thinks aloud, and streams if it is asked to."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.proceed, self.proceeded = threading.Event(), list[bool]()
        """A stream waits for the event after its first part; whether the event came, or the wait was too long."""
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                model.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                if b'"stream":true' in body.replace(b" ", b""):
                    self.stream()
                    return
                answer = json.dumps(ANSWER).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def stream(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                self.part({"role": "assistant", "reasoning_content": THOUGHT})
                model.proceeded.append(model.proceed.wait(30))
                self.part({"content": "Hello."})
                self.part({}, finish_reason="stop")
                self.chunk(b"data: [DONE]\n\n")
                self.chunk(b"")

            def end_headers(self) -> None:
                # On a busy machine Caddy 2.6.2, also without a guard, breaks off about one stream in fifty that comes over a
                # connection which it used before: 200, and no body.
                self.send_header("connection", "close")
                super().end_headers()

            def part(self, delta: dict[str, str], **more: str) -> None:
                row = ANSWER | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, **more}]}
                self.chunk(b"data: " + json.dumps(row).encode() + b"\n\n")

            def chunk(self, data: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class BrokenGuard:
    """Listens where the service should and answers every connection with some bytes, or never (None)."""

    def __init__(self, port: int, reply: bytes | None) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self._reply, self._held = reply, list[socket.socket]()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._held.append(connection)
                if self._reply is not None:
                    threading.Thread(target=self._answer, args=(connection, self._reply), daemon=True).start()

    def _answer(self, connection: socket.socket, reply: bytes) -> None:
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                connection.sendall(reply)
                if not reply.startswith(b"HTTP"):
                    connection.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._held:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # no TIME_WAIT on the port
                connection.close()


GARBAGE = b"\x16\x03garbage, no protocol\r\n\r\n"
NO_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{not json"
BROKEN = {"down": "", "slow": None, "malformed": GARBAGE}


@contextlib.contextmanager
def broken(kind: str, port: int, malformed: bytes = GARBAGE) -> Iterator[None]:
    """Nothing at the port (down), silence (slow), or nonsense (malformed)."""
    if kind == "down":
        yield
        return
    guard = BrokenGuard(port, None if kind == "slow" else malformed)
    try:
        yield
    finally:
        guard.close()


def documented(name: str, *, model: int, guard: int, grpc: int, gateway: int, token: str, patient: bool) -> str:
    """A block of docs/serve.md with the addresses of a test in place of its own; a patient one waits for a busy machine's guard."""
    found = re.search(rf"<!-- tested: {re.escape(name)} -->\n```\w+\n(.*?)```", DOCS.read_text(), re.S)
    assert found is not None, f"docs/serve.md has no block {name}"
    text = found[1].replace("SERVICE_TOKEN", token)
    for theirs, ours in ((8000, model), (8080, guard), (8081, grpc), (10000, gateway)):
        text = re.sub(rf"(?<=[:\s]){theirs}\b", str(ours), text)
    if not patient:
        return text
    waits = {"5": "20", "0.2s": "20s", "200ms": "20000ms"}
    text, replaced = re.subn(r"(?<=timeout: )(?:5|0\.2s)\b|\b200ms\b", lambda wait: waits[wait[0]], text)
    assert replaced or "timeout" not in text, f"no time to wait was found in the block {name}"
    return text


@contextlib.contextmanager
def running(command: list[str], folder: Path, port: int, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A gateway process that listens."""
    log = folder / "gateway.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, env=os.environ | environment
        )
    try:
        wait_for(port, process, log, 120)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
