"""Killed imports, a full disk, damaged files: no judgement is lost, nothing is half done, one line tells."""

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from respond_helpers import ANA, BEN, NOW, accounts, served, write_run
from sqlalchemy import text

import killed
from stillwatch.cli import main
from stillwatch.respond import actions, audit, cases, importing, urls
from stillwatch.respond import store as store_module
from stillwatch.respond.schema import Campaign, Run
from stillwatch.respond.store import SYSTEM, Store, StoreError
from stillwatch.respond.vocabulary import Action, Reason, State, Verdict

MOMENTS = [
    "stillwatch.respond.audit:append:1", "stillwatch.respond.audit:append:4", "stillwatch.respond.importing:_stage_campaign:12",
    "stillwatch.respond.importing:put:2", "stillwatch.respond.importing:put:5", "stillwatch.respond.store:put:1",
]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A store on SQLite with a block in force, an excluded account and a verdict."""
    path = tmp_path / "store.db"
    store = Store.open(str(path))
    first = {"c-one": {"members": accounts(0, 10), "marks": ["t1", "t2"]}, "c-two": {"members": accounts(50, 8)}}
    importing.import_run(store, SYSTEM, write_run(tmp_path / "first", first, last_seen=NOW), now=NOW)
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, "case-one", "acct-00003", "known customer")
        row = actions.propose(change, Action.BLOCK, Reason.TERMS_OF_USE, case_id="case-one")
        cases.move(change, "case-two", State.RESOLVED, verdict=Verdict.BENIGN, note="a class")
    with store.write(BEN, now=NOW) as change:
        actions.approve(change, row.action_id)
    store.close()
    return path


@pytest.fixture
def second(tmp_path: Path) -> Path:
    found = {f"c-{i}": {"members": accounts(i * 5, 9), "marks": ["t1", "t2"] if i == 0 else [f"m{i}", f"n{i}"]} for i in range(12)}
    return write_run(tmp_path / "second", found, last_seen=NOW + timedelta(days=1))


def judgement(path: Path) -> tuple[object, ...]:
    """All that people decided; the log must be whole."""
    store = Store.open(str(path), create=False)
    with store.read() as session:
        assert audit.verify(session).whole
        one, two = cases.get(session, "case-one"), cases.get(session, "case-two")
        member = {m.account_id: m.excluded for m in cases.members(session, "case-one")}["acct-00003"]
        found = (one.state, one.verdict, two.state, two.verdict, member)
    held = sorted(served(store, NOW).accounts)
    store.close()
    return (*found, tuple(held))


def runs(path: Path) -> tuple[int, int]:
    store = Store.open(str(path), create=False)
    with store.read() as session:
        found = (session.query(Run).count(), session.query(Campaign).count())
    store.close()
    return found


def import_command(path: Path, run: Path) -> list[str]:
    return ["cases", "import", str(run), "--store", str(path), "-q"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_import_leaves_the_store_as_it_was(judged: Path, second: Path, moment: str) -> None:
    before, n = judgement(judged), runs(judged)
    killed.at(moment, *import_command(judged, second))
    assert judgement(judged) == before
    assert runs(judged) == n, "all or nothing"
    assert main(import_command(judged, second)) == 0
    assert judgement(judged) == before
    assert runs(judged) == (2, n[1] + 12)


def test_killed_at_any_time_it_is_all_or_nothing(judged: Path, second: Path, tmp_path: Path) -> None:
    before, n = judgement(judged), runs(judged)
    dice = random.Random(7)
    for i in range(4):
        copy = tmp_path / f"copy-{i}.db"
        shutil.copy(judged, copy)
        process = killed.start(*import_command(copy, second))
        time.sleep(dice.uniform(0.05, 0.6))
        process.kill()
        process.join()
        assert judgement(copy) == before
        assert runs(copy) in (n, (2, n[1] + 12))


@pytest.mark.parametrize("spare_bytes", [0, 20_000, 60_000])
def test_a_full_disk_is_one_line_and_loses_nothing(judged: Path, second: Path, spare_bytes: int) -> None:
    before, n = judgement(judged), runs(judged)
    limit = spare_bytes or judged.stat().st_size
    # The write-ahead log grows from nothing, so a limit on files is a disk that fills up within the import.
    done = killed.run(*import_command(judged, second), file_bytes=limit)
    if done.returncode:
        assert done.stderr.count("\n") == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert runs(judged) == n
    else:
        assert runs(judged) == (2, n[1] + 12)
    assert spare_bytes != 20_000 or done.returncode == 1, "the limit stops nothing"
    assert judgement(judged) == before


@pytest.mark.parametrize("damage", ["text", "empty header", "middle", "cut"])
def test_a_damaged_store_is_one_line_and_is_not_written(judged: Path, second: Path, damage: str) -> None:
    Store.open(str(judged)).close()
    content = bytearray(judged.read_bytes())
    if damage == "text":
        content = bytearray(b"this is no database\n" * 500)
    elif damage == "empty header":
        content[:100] = b"\0" * 100
    elif damage == "middle":
        content[4096:-4096] = b"\xa5" * (len(content) - 8192)
    else:
        content = content[: len(content) // 3]
    judged.write_bytes(bytes(content))
    for name in ("-wal", "-shm"):
        judged.with_name(judged.name + name).unlink(missing_ok=True)
    where = ["--store", str(judged)]
    for command in (import_command(judged, second), ["cases", "list", *where], ["audit-log", "verify", *where]):
        done = killed.run(*command)
        assert done.returncode == 1, (command, done)
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr
    assert judged.read_bytes() == bytes(content), "what could be rescued was overwritten"


def test_a_run_that_is_no_run_changes_nothing(store: Store, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", {"c-one": {"members": accounts(0, 5)}}, last_seen=NOW)
    (folder / "accounts.parquet").write_bytes(b"PAR1")
    for broken in (folder, tmp_path / "none", tmp_path):
        with pytest.raises(Exception, match=r"no such|no whole run|not readable|Parquet"):
            importing.import_run(store, SYSTEM, broken)
    with store.read() as session:
        assert audit.verify(session).n_rows == 0


@pytest.mark.real_peer
def test_a_database_that_goes_away_is_one_line(postgres: str) -> None:
    store = Store.open(f"{postgres}/postgres")
    store.close()
    with pytest.raises(StoreError) as caught:
        Store.open(postgres.rpartition(":")[0] + ":1/postgres")
    assert "\n" not in str(caught.value)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a server that takes connections and says nothing."""
    pytest.importorskip("pg8000")
    monkeypatch.setattr(urls, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://u@127.0.0.1:{server.getsockname()[1]}/x"


@pytest.mark.parametrize("option", ["", "?sslmode=disable"])
def test_a_database_that_says_nothing_is_one_line(silent: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "list", "--store", silent + option]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "the URL is right" in said
    assert "stored" not in said, "nothing was to be"


@pytest.mark.real_peer
def test_a_connection_that_hangs_is_given_up_for_another(fresh: Callable[..., str]) -> None:
    store = Store.open(fresh(), answer_s=0.5)

    def backend() -> int:
        with store.connect() as connection:
            return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    hung = backend()
    pids = [hung]
    try:
        os.kill(hung, signal.SIGSTOP)
        assert store.revision() == 0
        assert backend() != hung

        def hang() -> None:
            with store.read() as session:
                pids.append(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
                os.kill(pids[-1], signal.SIGSTOP)
                session.execute(text("SELECT 1"))

        with pytest.raises(StoreError, match="no answer in time") as caught:
            hang()
        assert "\n" not in str(caught.value)
        assert backend() not in pids
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        store.close()


@pytest.mark.real_peer
def test_a_connection_that_was_dropped_on_the_way_is_found_dead_and_a_long_answer_is_waited_for(fresh: Callable[..., str]) -> None:
    for url, kept in ((fresh(), None), (fresh(), 20.0)):
        store = Store.open(url, answer_s=kept)
        with store.connect() as connection:
            wire = connection.connection.dbapi_connection._usock
            assert wire.gettimeout() == kept
            if hasattr(socket, "TCP_KEEPIDLE"):
                assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 60
        store.close()


def test_a_command_that_waits_for_another_writer_says_so(judged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(judged)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(store_module, "WAIT_SILENTLY_MS", 10)
    told: list[str] = []
    monkeypatch.setattr(store_module.logger, "warning", lambda line: (told.append(line), other.rollback()))
    assert main(["cases", "note", "case-one", "x", "--store", str(judged), "--as", "ana"]) == 0
    assert told == ["waiting for the store, which another process writes to"]
    assert main(["cases", "note", "case-one", "y", "--store", str(judged), "--as", "ana"]) == 0
    assert len(told) == 1, "who need not wait says nothing"
    other.close()


def test_commands_speak_json(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["--store", str(judged), "--json"]
    assert main(["cases", "list", *common]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [case["case_id"] for case in told["cases"]] == ["case-one"]
    assert told["counts"] == {"investigating": 1, "resolved": 1}
    assert main(["actions", "propose", "observe", "--case", "case-one", "--reason", "suspected_extraction", *common]) == 0
    assert json.loads(capsys.readouterr().out)["blast"]["n_accounts"] == 9
    assert main(["actions", "list", *common]) == 0
    assert len(json.loads(capsys.readouterr().out)["actions"]) == 1
    assert main(["audit-log", "verify", *common]) == 0
    head = json.loads(capsys.readouterr().out)["head"]
    assert main(["audit-log", "verify", "--head", head, *common]) == 0
    assert main(["audit-log", "verify", "--head", "3:" + "0" * 64, *common]) == 1


def test_commands_know_users_and_their_roles(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from stillwatch.respond.schema import User

    store = Store.open(str(judged))
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(User(name="vic", role="viewer", created_at=NOW))
        change.session.add(User(name="gone", role="admin", created_at=NOW, disabled_at=NOW))
    store.close()
    move = ["cases", "move", "case-two", "reopened", "--store", str(judged), "--as"]
    for who, told in (("vic", "needs analyst"), ("gone", "disabled"), ("eve", "no user")):
        assert main([*move, who]) == 1
        assert told in capsys.readouterr().err
    assert main(["cases", "list", "--store", str(judged), "--as", "vic"]) == 0
