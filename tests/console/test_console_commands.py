"""The commands: users from a terminal, and the console as a process of its own."""

import contextlib
import http.client
import io
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("granian")
pytest.importorskip("argon2")
pytest.importorskip("sqlalchemy")
from console_kit import Client, copy
from sqlalchemy import select

from ports import free_port
from stillwatch.cli import main
from stillwatch.respond import cases
from stillwatch.respond.schema import ActionRow, AuditRow
from stillwatch.respond.store import Store

COMMAND = [sys.executable, "-m", "stillwatch"]
HASTY = "import sys; from stillwatch.cli import main; from stillwatch.console import form; form.FORM_S = 0.3; sys.exit(main())"


def run(*words: str, store: Path, password: str = "a long enough password") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *words, "--store", str(store)], input=password + "\n", capture_output=True, text=True, timeout=120
    )


def test_users_from_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "store.db"

    def user(*words: str, password: str = "a long enough password") -> tuple[int, str, int]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
        done, said = main(["user", *words, "--store", str(store)]), capsys.readouterr()
        return done, said.out, said.err.count("\n")

    short = user("add", "dee", "--role", "admin", password="short")
    assert (short[0], short[2]) == (1, 1)
    first = run("user", "add", "dee", "--role", "admin", store=store)
    assert (first.returncode, "commands that read or change this store, scheduled ones too, need --as NAME" in first.stdout) == (0, True)
    assert user("add", "ana", "--role", "analyst", "--as", "dee")[:2] == (0, "ana may log in as analyst\n")
    assert user("add", "eve", "--role", "admin", "--as", "ana")[0] == 1
    assert "ana" in user("list", "--as", "ana")[1]


def test_who_was_disabled_can_be_let_in_again(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = copy(filled, tmp_path)

    def user(*words: str, by: str = "dee") -> tuple[int, str]:
        done = main(["user", *words, "--store", str(tmp_path / "store.db"), "--as", by])
        said = capsys.readouterr()
        return done, said.out + said.err

    assert user("enable", "ana")[0] == 1, "she is not disabled"
    assert user("disable", "ana")[0] == 0
    visitor = Client(store)
    assert visitor.login("ana").status_code == 401
    password = tmp_path / "password"
    password.write_text("another long password")
    done, said = user("add", "ana", "--role", "admin", "--password-file", str(password))
    assert (done, "stillwatch user enable ana" in said) == (1, True)
    assert user("enable", "ana", by="ben")[0] == 1, "this takes an admin, as disabling does"
    assert user("enable", "nobody")[0] == 1
    assert user("enable", "ana") == (0, "ana may log in again as analyst, with the password of before\n")
    assert visitor.login("ana").status_code == 303
    with store.read() as session:
        last = session.scalars(select(AuditRow).where(AuditRow.action.like("user.%")).order_by(AuditRow.seq.desc())).first()
    assert last is not None
    assert (last.action, last.object, last.actor, last.after) == ("user.enable", "ana", "dee", '"analyst"')
    visitor.close()
    store.close()


def test_the_console_by_itself(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    assert run("user", "add", "dee", "--role", "admin", store=store).returncode == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port := free_port()))
        probe.listen()
        taken = run("console", "--port", str(port), store=store)
        assert (taken.returncode, taken.stderr.count("\n")) == (1, 1)
    process = subprocess.Popen([sys.executable, "-c", HASTY, "console", "-q", "--store", str(store), "--port", str(port)])
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        idle = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(200)]
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        wire.request("GET", "/console/")
        answer = wire.getresponse()
        assert (answer.status, answer.headers["location"]) == (303, "/console/login?next=%2Fconsole%2F")
        slow = socket.create_connection(("127.0.0.1", port), 5)
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 999"
        slow.sendall(f"POST /console/login HTTP/1.1\r\nHost: h\r\n{form}\r\n\r\nname=".encode())
        told = b"".join(iter(lambda: slow.recv(65536), b""))  # until the connection is closed
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b"the form was not here within 0.3 s. Send it again" in told
        for connection in (wire, slow, *idle):
            connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_a_case_and_its_blast_radius_in_words(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = copy(filled, tmp_path)
    with store.read() as session:
        case = cases.queue(session)[0]
        sentence = max(case.details["evidence"], key=lambda e: e["log_odds"])["sentence"]
    store.close()

    def told(*words: str) -> str:
        assert main([*words, "--store", str(tmp_path / "store.db"), "--as", "ana"]) == 0
        return capsys.readouterr().out

    shown = told("cases", "show", case.case_id)
    assert sentence in shown
    assert "the group that leads it was measured on 61,004 of its accounts' 98,511 requests, those that show what marks it" in shown
    assert "; networks are counted in a sample, so more share them than this says" in shown
    assert f"innocent explanations, fit from 0 to 1: {max(case.explanations, key=lambda e: e['score'])['hypothesis']}" in shown
    preview = told("actions", "preview", "--case", case.case_id)
    assert "60 subjects, 60 accounts: 60 unknown" in preview, "of whom the invented run tells members"
    assert "innocents expected, by the false-discovery rate" in preview
    assert "log-odds" not in shown.split("why, strongest first")[0], "a score is no log-odds"
    assert f"score {case.score:+.1f} (" in shown
    assert "traffic unknown" in preview
    proposed = told("actions", "propose", "throttle", "--case", case.case_id, "--reason", "terms_of_use")
    action = proposed.splitlines()[-1].split(":")[0]
    assert "nothing is carried out (it was proposed so; to enforce it, propose it again with --mode enforce, once a policy" in proposed
    shown = told("cases", "show", case.case_id)
    assert f"in shadow, recorded and not carried out (the action is in shadow mode): throttle {action}" in shown
    assert "in force" not in shown
    assert f"{action}  shadow    throttle" in told("actions", "list")
    assert "innocents expected" in told("actions", "show", action)
    told("actions", "undo", action, "--reason", "false_positive")
    with Store.open(str(tmp_path / "store.db")).read() as session:
        lift = session.scalars(select(ActionRow.action_id).where(ActionRow.kind == "lift")).one()
    assert "60 subjects" in told("actions", "show", lift)
