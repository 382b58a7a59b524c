"""Webhooks: signatures of the standard, no way into our networks, in order and at least once."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from evidence_helpers import write_run

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.evidence import delivery, webhooks
from stillwatch.respond import audit
from stillwatch.respond.schema import AuditRow, User
from stillwatch.respond.store import SYSTEM, Store

LOOPBACK = delivery.networks(["127.0.0.0/8"])


@pytest.fixture
def receiver() -> Iterator[Any]:
    """A receiver on loopback that keeps what it gets and answers what it is told to."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status = server.answers.pop(0) if server.answers else 204
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        answers: list[int]
        got: list[tuple[dict[str, str], bytes]]

    server = Server(("127.0.0.1", 0), Handler)
    server.answers, server.got = [], got
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_the_signature_is_the_one_of_the_standard() -> None:
    """The example that the specification's own libraries test with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = delivery.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:f5ff:fffe", "2001:db8::1", "198.18.0.1", "192.0.2.1",
    ],
)
def test_no_address_of_ours_is_public(address: str) -> None:
    import ipaddress

    assert not delivery.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are(address: str) -> None:
    import ipaddress

    assert delivery.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/",
        "https://0x7f.1/", "https://127.1/", "https://0/", "http://169.254.169.254/latest/meta-data", "https://user:pw@8.8.8.8/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd", "https:///x", "https://8.8.8.8:0/", "https://8.8.8.8:99999/", "https://8.8.8.8/a\r\nX: y", "gopher://8.8.8.8",
        "", "https://no-such-host.invalid/",
    ],
)
def test_what_must_not_be_called_is_not(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: Any) -> Any:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", never)
    if "example.com" in url:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", ("93.184.216.34", 80))])
    with pytest.raises(InputError):
        delivery.post(url, b"k" * 24, "msg_1", 1, b"{}", [])


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers)
    with pytest.raises(InputError, match=r"10\.0\.0\.1"):
        delivery.post("https://rebind.example/", b"k" * 24, "msg_1", 1, b"{}", [])


def test_the_address_that_was_checked_is_the_one_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    names = iter([[(0, 0, 0, "", ("8.8.8.8", 443))], [(0, 0, 0, "", ("127.0.0.1", 443))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: next(names))

    def connect(address: Any, *args: Any) -> Any:
        called.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert delivery.post("https://rebind.example/", b"k" * 24, "msg_1", 1, b"{}", []) == "no answer (OSError)"
    assert called == [("8.8.8.8", 443)]


def test_a_receiver_that_drips_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the answer never does."""
    monkeypatch.setattr(delivery, "TIMEOUT_S", 0.2)
    over = threading.Event()

    def drip() -> None:
        held, _ = server.accept()
        with held, suppress(OSError):
            held.sendall(b"HTTP/1.1 204 ")
            while not over.wait(0.05):
                held.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        threading.Timer(0.7, over.set).start()  # then the connection is closed, which is another error
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert delivery.post(url, b"k" * 24, "msg_1", 1, b"{}", LOOPBACK) == "no answer (TimeoutError)"
        assert not over.is_set()
        over.set()
        thread.join()


def test_the_next_address_is_tried_where_the_first_takes_nothing(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(0, 0, 0, "", (address, receiver.server_port)) for address in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers)
    called: list[Any] = []

    def connect(address: Any, timeout_s: float) -> socket.socket:
        called.append((address[0], timeout_s))
        if address[0] == "127.0.0.2":
            raise ConnectionRefusedError
        taken = socket.socket()
        taken.connect(address)
        return taken

    monkeypatch.setattr(socket, "create_connection", connect)
    assert delivery.post(f"http://two.example:{receiver.server_port}/", b"k" * 24, "msg_1", 1, b"{}", LOOPBACK) is None
    assert (called, len(receiver.got)) == ([("127.0.0.2", 5.0), ("127.0.0.1", 5.0)], 1)


def test_no_redirect_is_followed(receiver: Any) -> None:
    receiver.answers = [307]
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    assert delivery.post(url, b"k" * 24, "msg_1", 1, b"{}", LOOPBACK) == "answered 307"
    assert len(receiver.got) == 1


def test_messages_come_in_order_signed_and_again_after_a_failure(
    receiver: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, secret = str(tmp_path / "s.db"), tmp_path / "secret"
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    common = ["--store", store, "--as", "ana", "-q"]
    assert main(["webhooks", "add", "siem", url, "--secret-file", str(secret), "--allow-network", "127.0.0.0/8", *common[:-1]]) == 0
    said = f"Added siem: it will be sent what happens from now on. Give its owner the secret in {secret}\n"
    assert capsys.readouterr().out == said
    assert main(["cases", "import", str(write_run(tmp_path / "run")), *common]) == 0
    receiver.answers = [204, 500]
    assert main(["webhooks", "deliver", *common]) == 1
    assert "answered 500" in capsys.readouterr().err
    assert main(["webhooks", "deliver", *common]) == 0
    bodies = [json.loads(body) for _, body in receiver.got]
    assert [b["type"] for b in bodies] == ["case.opened"] * 4, "the one that failed came twice"
    assert receiver.got[1][0]["webhook-id"] == receiver.got[2][0]["webhook-id"]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 3
    key = base64.b64decode(secret.read_text().strip().removeprefix("whsec_"))
    for headers, body in receiver.got:
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert main(["webhooks", "deliver", *common]) == 0
    assert len(receiver.got) == 4, "nothing new"
    assert oct(secret.stat().st_mode & 0o777) == "0o600"
    assert main(["webhooks", "remove", "siem", *common[:-1]]) == 0
    assert main(["webhooks", "deliver", *common[:-1]]) == 0
    none = "There are no receivers, so nothing was sent. stillwatch webhooks add adds one"
    assert capsys.readouterr().out == f"Removed siem: nothing more will be sent to it\n{none}\n"
    with Store.open(store).read() as session:
        assert audit.verify(session).whole
    assert secret.read_text().strip().encode() not in (tmp_path / "s.db").read_bytes() + (tmp_path / "s.db-wal").read_bytes()


def test_each_message_is_signed_with_the_time_at_which_it_is_sent(receiver: Any, tmp_path: Path) -> None:
    """Receivers refuse what is minutes old, which the last of many slow messages was."""
    (tmp_path / "k").write_text("whsec_" + base64.b64encode(b"k" * 24).decode())
    (tmp_path / "k").chmod(0o600)
    url, messages = f"http://127.0.0.1:{receiver.server_port}/hook", [webhooks.Message(n, f"msg_{n}", b"{}") for n in (1, 2)]
    hook = webhooks.Due("siem", url, tmp_path / "k", ["127.0.0.0/8"], 2, 0, messages)
    assert webhooks.deliver([hook], iter([1000.9, 1600.0]).__next__) == {"siem": (2, None)}
    assert [headers["webhook-timestamp"] for headers, _ in receiver.got] == ["1000", "1600"]


def test_a_receiver_is_never_told_again_what_another_process_told_it(tmp_path: Path) -> None:
    url = str(tmp_path / "s.db")
    add = ["webhooks", "add", "siem", "https://siem.example/hook", "--secret-file", str(tmp_path / "k"), "--store", url, "-q"]
    assert main([*add, "--as", "ana"]) == 0
    store = Store.open(url)
    for told in (7, 3):
        with store.write(SYSTEM) as change:
            webhooks.record(change, {"siem": (told, None), "gone": (9, None)})
    with store.read() as session:
        assert [(row["name"], row["cursor"]) for row in webhooks.receivers(session)] == [("siem", 7)]


def test_messages_hold_no_account_and_no_words(receiver: Any, tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    common = ["--store", store, "-q", "--as"]
    main(["webhooks", "add", "siem", url, "--secret-file", str(tmp_path / "k"), "--allow-network", "127.0.0.0/8", *common, "ana"])
    main(["cases", "import", str(write_run(tmp_path / "run")), *common, "ana"])
    assert main(["cases", "assign", "case-aaaa", "zoe-the-analyst", *common, "ana"]) == 0
    propose = ["actions", "propose", "throttle", "--case", "case-aaaa", "--reason", "terms_of_use", "--note", "private words"]
    assert main([*propose, *common, "ana"]) == 0
    assert main(["appeal", "receive", "case-aaaa", "c-aaaa-acct-0", "--statement", "private words", *common, "ana"]) == 0
    assert main(["webhooks", "deliver", *common, "ana"]) == 0
    text = b"".join(body for _, body in receiver.got).decode()
    assert [json.loads(body)["type"] for _, body in receiver.got][-3:] == [
        "enforcement_action.proposed", "enforcement_action.opened", "appeal.received",
    ]
    assert "private words" not in text
    assert "acct" not in text
    assert "zoe" not in text


@pytest.mark.parametrize("action", sorted(webhooks.EVENTS))
def test_a_bare_word_of_the_log_is_told_only_where_it_is_a_state(action: str) -> None:
    row = AuditRow(seq=1, at=datetime(2026, 2, 1, tzinfo=UTC), action=action, object="case-aaaa", after='"word"', hash="0" * 64)
    data = json.loads(webhooks._message(row).body)["data"]
    logged_as_states = {"action.undo", "action.expire", "action.reject", "appeal.decide"}
    assert data == {"object": "case-aaaa"} | ({"state": "word"} if action in logged_as_states else {})


@pytest.mark.parametrize("content", ["", "whsec_", "whsec_AAAA", "nothing", "whsec_!!!"])
def test_what_is_no_secret_is_told_without_telling_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        delivery.read_secret(path)
    assert not content or content not in str(caught.value).replace("whsec_ and", "")


def test_a_receiver_that_could_never_be_told_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["webhooks", "add", "siem", "http://siem.example/hook", "--secret-file", str(tmp_path / "secret")]
    words += ["--store", str(tmp_path / "s")]
    assert main(words) == 1
    assert "--allow-network" in capsys.readouterr().err
    assert not (tmp_path / "secret").exists()
    assert main([*words, "--allow-network", "10.1.0.0/16"]) == 0
    words[4:6] = ["--secret-file", str(tmp_path / "another")]
    assert main([*words, "--allow-network", "10.1.0.0/16"]) == 1
    assert "a receiver siem exists already" in capsys.readouterr().err
    assert not (tmp_path / "another").exists()


def test_no_secret_is_made_up_for_a_delivery(receiver: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The receiver would refuse every message, and the operator would not learn why."""
    store, secret = str(tmp_path / "s.db"), tmp_path / "secret"
    hook = f"http://127.0.0.1:{receiver.server_port}/hook"
    common = ["--store", store, "--as", "ana", "-q"]
    assert main(["webhooks", "add", "siem", hook, "--secret-file", str(secret), "--allow-network", "127.0.0.0/8", *common]) == 0
    assert main(["cases", "import", str(write_run(tmp_path / "run")), *common]) == 0
    secret.unlink()
    assert main(["webhooks", "deliver", *common]) == 1
    assert "the webhook's secret is gone" in capsys.readouterr().err
    assert (secret.exists(), receiver.got) == (False, [])


def test_delivering_takes_an_analyst(receiver: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url, secret = f"sqlite:///{tmp_path / 's.db'}", str(tmp_path / "secret")
    place = ["--store", url, "--as"]
    hook = f"http://127.0.0.1:{receiver.server_port}/hook"
    assert main(["webhooks", "add", "siem", hook, "--secret-file", secret, "--allow-network", "127.0.0.0/8", *place, "dee"]) == 0
    assert main(["cases", "import", str(write_run(tmp_path / "run")), *place, "dee"]) == 0
    store = Store.open(url)
    with store.write(SYSTEM) as change:
        for name, role in (("dee", "admin"), ("vic", "viewer"), ("ana", "analyst")):
            change.session.add(User(name=name, role=role, created_at=change.now))
    store.close()
    capsys.readouterr()
    assert main(["webhooks", "deliver", *place, "vic"]) == 1
    assert "vic is viewer; this needs analyst" in capsys.readouterr().err
    assert receiver.got == []
    assert main(["webhooks", "deliver", *place, "ana"]) == 0
    assert len(receiver.got) > 0
