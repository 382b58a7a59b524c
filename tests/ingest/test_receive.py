"""The receiver of posted logs: nothing is lost, nobody else writes, nothing is half stored."""

import http.client
import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from unittest.mock import MagicMock

import pytest

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.ingest import receive
from stillwatch.ingest.receive import Shelf, server


class Receiving:
    def __init__(self, folder: Path, token: str = "") -> None:
        self.said: list[str] = []
        self.hour = 9
        self.shelf = Shelf(folder, lambda: datetime(2026, 3, 1, self.hour, 59, tzinfo=UTC))
        self.server: ThreadingHTTPServer = server(self.shelf, "127.0.0.1", 0, token, self.said.append)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def post(self, body: bytes, *, length: str | None = None, method: str = "POST", path: str = "/", **headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if length != "":
                connection.putheader("Content-Length", length or str(len(body)))
            connection.endheaders(body if length is None else None)
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture
def receiving(tmp_path: Path) -> Iterator[Receiving]:
    made = Receiving(tmp_path / "bodies")
    yield made
    made.server.shutdown()
    made.server.server_close()


def stored(receiving: Receiving) -> dict[str, list[bytes]]:
    return {path.name: path.read_bytes().splitlines() for path in sorted(receiving.shelf.folder.iterdir())}


def test_each_body_is_whole_lines_of_a_file_an_hour(receiving: Receiving) -> None:
    assert receiving.post(b'\n [{"id": 1}]\n\n') == 200
    assert receiving.post(b'{"id": 2}\n{"id": 3}', path="/any/path") == 200
    receiving.hour = 10
    assert (receiving.post(b'{"id": 4}'), receiving.post(b" \n")) == (200, 200)
    nine, ten = stored(receiving).values()
    assert (list(stored(receiving)), ten) == (["2026-03-01T09.ndjson", "2026-03-01T10.ndjson"], [b'{"id": 4}'])
    assert nine == [b'[{"id": 1}]', b'{"id": 2}', b'{"id": 3}']
    assert {path.stat().st_mode & 0o777 for path in (receiving.shelf.folder, *receiving.shelf.folder.iterdir())} == {0o700, 0o600}


def test_many_at_once_do_not_mix(receiving: Receiving) -> None:
    bodies = [json.dumps({"id": i, "text": chr(97 + i % 26) * 200_000}).encode() for i in range(24)]
    threads = [threading.Thread(target=receiving.post, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored(receiving)["2026-03-01T09.ndjson"]) == sorted(bodies)
    assert receiving.post(b"", method="GET", path="/healthz") == 200
    assert receiving.shelf.n == 24


def test_what_is_not_taken(receiving: Receiving) -> None:
    assert receiving.post(b"", length="") == 411
    assert receiving.post(b"", length="-1") == 411
    assert receiving.post(b"", length=str(receive.LARGEST + 1)) == 413
    assert receiving.post(b"", length="9" * 5000) == 413
    assert receiving.post(b"x", Content_Encoding="gzip") == 415
    assert receiving.post(b"", method="GET") == 404
    assert stored(receiving) == {}


def test_a_body_that_was_cut_off_is_not_stored(receiving: Receiving) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", receiving.server.server_port)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b'{"half": ')
    connection.close()
    assert receiving.post(b'{"id": 1}') == 200
    assert list(stored(receiving).values()) == [[b'{"id": 1}']]


def test_half_a_line_of_a_killed_receiver_takes_no_body_with_it(receiving: Receiving) -> None:
    (receiving.shelf.folder / "2026-03-01T09.ndjson").write_bytes(b'{"id": 1}\n{"half": ')
    assert (receiving.post(b'{"id": 2}'), receiving.post(b'{"id": 3}')) == (200, 200)
    assert list(stored(receiving).values()) == [[b'{"id": 1}', b'{"half": ', b'{"id": 2}', b'{"id": 3}']]


def test_nothing_begins_to_be_stored_while_the_receiver_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelves: list[Shelf] = []
    monkeypatch.setattr(receive, "server", lambda shelf, *_: shelves.append(shelf) or MagicMock())
    monkeypatch.setattr(receive.signal, "signal", lambda *_: None)
    receive.run(tmp_path / "bodies", "127.0.0.1", 0, None, quiet=True)
    assert [shelf.lock.locked() for shelf in shelves] == [True]


def test_a_failed_request_is_told_in_one_line_unless_its_caller_went_away(
    receiving: Receiving, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed: Queue[object] = Queue()
    tell = receiving.server.handle_error
    monkeypatch.setattr(receiving.server, "handle_error", lambda *call: failed.put((tell(*call), type(sys.exception()))))
    body = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf"
    with socket.create_connection(("127.0.0.1", receiving.server.server_port)) as caller:
        caller.sendall(body)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert (failed.get(timeout=10), receiving.said) == ((None, ConnectionResetError), [])
    monkeypatch.setattr(receive._Handler, "do_POST", lambda _: {}["what no header says"])
    with socket.create_connection(("127.0.0.1", receiving.server.server_port)) as caller:
        caller.sendall(body)
        assert failed.get(timeout=10) == (None, KeyError)
    assert receiving.said == ["a request failed (KeyError('what no header says'))"]
    assert capsys.readouterr().err == ""


def test_a_full_disk_is_told_and_leaves_no_half_line(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    assert receiving.post(b'{"id": 1}') == 200

    class Full:
        """Takes three bytes, then there is no space."""

        def __init__(self, descriptor: int, *_: object, **__: object) -> None:
            self.file = open(descriptor, "ab", buffering=0)  # noqa: SIM115 - closed by __exit__
            self.left = 3

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def fileno(self) -> int:
            return self.file.fileno()

        def write(self, data: memoryview) -> int:
            if not self.left:
                raise OSError(28, "No space left on device")
            self.left = 0
            return self.file.write(data[:3])

    monkeypatch.setattr(receive, "open", Full, raising=False)
    assert receiving.post(b'{"id": 2}') == 503
    assert receiving.said == ["not stored: 9 bytes (No space left on device)"]
    monkeypatch.undo()
    assert receiving.post(b'{"id": 3}') == 200
    assert list(stored(receiving).values()) == [[b'{"id": 1}', b'{"id": 3}']]


def test_a_token_is_asked_for_where_there_is_one(tmp_path: Path) -> None:
    receiving = Receiving(tmp_path / "bodies", "s3cret")
    try:
        told = ("Bearer s3cret", "Bearer s3cre", "s3cret", "")
        assert [receiving.post(b"{}", Authorization=one) for one in told] == [200, 401, 401, 401]
        assert receiving.post(b"{}") == 401
        assert len(stored(receiving)["2026-03-01T09.ndjson"]) == 1
    finally:
        receiving.server.shutdown()
        receiving.server.server_close()


def test_no_web_page_posts_where_no_token_is_asked_for(receiving: Receiving) -> None:
    port = receiving.server.server_port
    hosts = ("localhost", f"LocalHost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "evil.example", f"evil.example:{port}", "192.0.2.7")
    assert [receiving.post(b"{}", Host=host) for host in hosts] == [200] * 4 + [403] * 3
    assert [receiving.post(b"{}", Origin=origin) for origin in ("https://evil.example", "null", f"http://127.0.0.1:{port}")] == [403] * 3
    assert len(stored(receiving)["2026-03-01T09.ndjson"]) == 4


def test_it_listens_on_ipv6(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    made = server(Shelf(tmp_path / "bodies"), "::1", 0)
    assert made.server_address[0] == "::1"
    made.server_close()


def test_bad_settings_are_one_line(tmp_path: Path, receiving: Receiving, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    common = ["receive", "--out", str(tmp_path / "out")]
    for options, what in (
        (["--host", "0.0.0.0"], "needs a token"), (["--token-file", str(tmp_path / "empty")], "the file has no token"),
        (["--token-file", str(tmp_path / "none")], "No such file"), (["--port", str(receiving.server.server_port)], "cannot listen"),
        (["--port", "70000"], "cannot listen"), (["--token-file", str(tmp_path / "binary")], "the token is not text"),
    ):
        assert main([*common, *options]) == 1
        error = capsys.readouterr().err
        assert (what in error, error.count("\n")) == (True, 1), error
    with pytest.raises(InputError):
        server(Shelf(tmp_path / "out"), "guard.example", 0)
