"""The store on both databases: schema, migrations, audit chain, serial writers, errors in one line."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from respond_helpers import ANA, BEN, DEE, NOW, Folder, accounts, imported
from sqlalchemy import Connection, String, select, text
from sqlalchemy.orm import Session

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.respond import audit, cases, identifiers, migrations, policy, promotion
from stillwatch.respond.schema import Appeal, AuditRow, Base, Campaign, Case, DecisionRow, Indicator, Meta, PolicyVersion, Run
from stillwatch.respond.snapshot import Decision, append_decisions
from stillwatch.respond.store import Store, StoreError


def test_a_store_that_was_moved_away_or_restored_is_told_and_found_again(tmp_path: Path) -> None:
    path, backup = tmp_path / "store.db", tmp_path / "backup.db"
    store, url = Store.open(f"sqlite:///{path}"), f"sqlite:///{backup}"
    other = Store.open(url)
    for _ in range(3):
        with other.write(DEE) as change:
            change.bump()
            change.audit("policy.promote", "7")
    other.close()
    assert store.revision() == 0
    for part in ("", "-wal", "-shm"):
        Path(f"{path}{part}").unlink()
    for _ in range(2):
        with pytest.raises(StoreError, match="it is gone"):
            store.revision()
    assert not path.exists(), "no empty file in its place"
    backup.rename(path)
    assert store.revision() == 3, "of the file that is there now"
    with store.write(DEE) as change:
        change.audit("case.note", "c")
    with store.read() as session:
        assert audit.verify(session).n_rows == 4


def test_a_new_store_is_for_its_owner_alone(shared_machine: None, tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "store.db"))
    with store.write(DEE) as change:
        change.audit("case.note", "c")
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == dict.fromkeys(
        ("store.db", "store.db-wal", "store.db-shm"), 0o600
    )
    (tmp_path / "store.db").chmod(0o640)
    Store.open(str(tmp_path / "store.db")).close()
    assert (tmp_path / "store.db").stat().st_mode & 0o777 == 0o640, "whoever was let in stays so"


def test_migrations_give_the_schema_of_the_code(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata) == []


def test_head_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def without_0012(connection: Connection) -> None:
    """Campaigns of cases as they were when only the case told what its last run made of it."""
    connection.execute(text("ALTER TABLE case_campaigns DROP COLUMN detected"))


def without_0011(connection: Connection) -> None:
    """The store as it was when nothing told with which key its identifiers were hashed."""
    without_0012(connection)
    connection.execute(text("ALTER TABLE store_meta DROP COLUMN key_check"))


def without_0010(connection: Connection) -> None:
    """Labels as they were when times alone told their order."""
    without_0011(connection)
    connection.execute(text("ALTER TABLE labels DROP COLUMN audit_seq"))


def without_0009(connection: Connection) -> None:
    """Decisions as they were when the request's id was unique."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    without_0010(connection)
    with Operations(MigrationContext.configure(connection)).batch_alter_table("decisions") as table:
        table.drop_constraint("uq_decisions_answer_id", type_="unique")
        table.drop_column("answer_id")
        table.create_unique_constraint("uq_decisions_request_id", ["request_id"])


def without_0008(connection: Connection) -> None:
    """Indicators as they were when the id alone was their key."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    without_0009(connection)
    with Operations(MigrationContext.configure(connection)).batch_alter_table("indicators") as table:
        table.drop_constraint("pk_indicators", type_="primary")
        table.create_primary_key("pk_indicators", ["indicator_id"])
        table.drop_column("modified")


def without_0007(connection: Connection) -> None:
    """Cases as they were when only their details told the interval of the harvest."""
    without_0008(connection)
    for column in ("harvested_low", "harvested_high"):
        connection.execute(text(f"ALTER TABLE cases DROP COLUMN {column}"))


def without_0006(connection: Connection) -> None:
    """The audit log as it was before what a row says had a hash of its own."""
    without_0007(connection)
    for column in ("salt", "payload_hash"):
        connection.execute(text(f"ALTER TABLE audit_log DROP COLUMN {column}"))


def without_0004(connection: Connection) -> None:
    """Appeals as they were before they could name an action."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    without_0006(connection)
    connection.execute(text("DROP INDEX ix_decisions_key_id"))  # of 0005
    connection.execute(text("DROP INDEX ix_appeals_action_id"))
    with Operations(MigrationContext.configure(connection)).batch_alter_table("appeals") as table:
        table.drop_column("action_id")
        table.alter_column("case_id", existing_type=String(32), nullable=False)


def test_an_older_store_knows_of_each_case_what_its_last_run_made_of_it(store: Store) -> None:
    with store.connect(writing=True) as connection:
        for line in (
            *(f"INSERT INTO runs (run_id, imported_at, imported_by, summary) VALUES ('{run}', 17, 'ana', '{{}}')" for run in "qr"),
            "INSERT INTO cases (case_id, state, opened_at, changed_at, campaign_id, run_id, detected, score, q_value, loss, n_accounts,"
            " n_events, n_harvested, output_tokens, views, capabilities, explanations, details)"
            " VALUES ('case-1', 'new', 17, 17, 'c', 'r', 'campaign', 1, 0, 1, 1, 1, 1, 1, '[]', '{}', '[]', '{}')",
            *(f"INSERT INTO case_campaigns (run_id, campaign_id, case_id, matched) VALUES ('{run}', 'c', 'case-1', '{{}}')"
              for run in "qr"),
        ):
            connection.execute(text(line))
        without_0012(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    again = Store.open(store.engine.url.render_as_string(hide_password=False))
    with again.read() as session:
        assert {row.run_id: row.detected for row in session.query(Campaign)} == {"q": None, "r": "campaign"}
    again.close()


def test_an_older_store_does_not_know_its_key(store: Store) -> None:
    with store.connect(writing=True) as connection:
        without_0011(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0010'"))
    test_migrations_give_the_schema_of_the_code(again := Store.open(store.engine.url.render_as_string(hide_password=False)))
    with again.read() as session:
        assert not identifiers.of_another_key(session, bytes(32))
    again.close()


def test_runs_of_an_older_store_count_as_whole(store: Store) -> None:
    with store.connect(writing=True) as connection:
        without_0004(connection)
        connection.execute(text("ALTER TABLE runs DROP COLUMN finished_at"))
        connection.execute(text("INSERT INTO runs (run_id, imported_at, imported_by, summary) VALUES ('r', 17, 'ana', '{}')"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    again = Store.open(store.engine.url.render_as_string(hide_password=False))
    with again.read() as session:
        run = session.get_one(Run, "r")
        assert run.finished_at == run.imported_at
    again.close()


def test_appeals_of_an_older_store_stay(store: Store) -> None:
    with store.connect(writing=True) as connection:
        for line in (
            "INSERT INTO runs (run_id, imported_at, imported_by, summary) VALUES ('r', 17, 'ana', '{}')",
            "INSERT INTO cases (case_id, state, opened_at, changed_at, campaign_id, run_id, detected, score, q_value, loss, n_accounts,"
            " n_events, n_harvested, output_tokens, views, capabilities, explanations, details)"
            " VALUES ('case-1', 'new', 17, 17, 'c', 'r', 'campaign', 1, 0, 1, 1, 1, 1, 1, '[]', '{}', '[]', '{}')",
            "INSERT INTO appeals (case_id, account_id, statement, state, received_at, received_by)"
            " VALUES ('case-1', 'ada', 'why?', 'open', 17, 'ana')",
        ):
            connection.execute(text(line))
        without_0004(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    test_migrations_give_the_schema_of_the_code(again := Store.open(store.engine.url.render_as_string(hide_password=False)))
    with again.write(DEE, now=NOW) as change:
        row = change.session.get_one(Appeal, 1)
        assert (row.case_id, row.action_id, row.account_id) == ("case-1", None, "ada")
        change.session.add(Appeal(account_id="bob", statement="", state="open", received_at=NOW, received_by="ana"))
    again.close()


def test_decisions_of_an_older_store_are_found_by_key(store: Store) -> None:
    with store.connect(writing=True) as connection:
        without_0006(connection)
        connection.execute(text("DROP INDEX ix_decisions_key_id"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    test_migrations_give_the_schema_of_the_code(again := Store.open(store.engine.url.render_as_string(hide_password=False)))
    again.close()


def test_intervals_of_an_older_store_come_out_of_the_details(store: Store, run_folder: Folder) -> None:
    imported(store, run_folder({"c-told": {"members": accounts(0, 8)}, "c-untold": {"members": accounts(50, 8)}}))
    with store.connect(writing=True) as connection:
        without_0007(connection)
        for case, details in (("told", {"harvested_low": 3_000_000_000, "harvested_high": 4_000_000_000}), ("untold", {"title": "x"})):
            connection.execute(text("UPDATE cases SET details = :d WHERE campaign_id = :c"), {"d": json.dumps(details), "c": f"c-{case}"})
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    test_migrations_give_the_schema_of_the_code(again := Store.open(store.engine.url.render_as_string(hide_password=False)))
    with again.read() as session:
        assert {case.campaign_id: (case.harvested_low, case.harvested_high, case.between) for case in session.scalars(select(Case))} == {
            "c-told": (3_000_000_000, 4_000_000_000, "3,000,000,000 to 4,000,000,000"), "c-untold": (None, None, ""),
        }
    again.close()


def test_indicators_of_an_older_store_stay_and_another_source_may_tell_the_same(store: Store) -> None:
    with store.connect(writing=True) as connection:
        without_0008(connection)
        connection.execute(text(
            "INSERT INTO indicators (indicator_id, view, object, pattern, name, source, imported_at, imported_by)"
            " VALUES ('indicator--1', 'ip', '192.0.2.1', '[…]', '', 'one', 17, 'ana')"
        ))
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    test_migrations_give_the_schema_of_the_code(again := Store.open(store.engine.url.render_as_string(hide_password=False)))
    with again.write(DEE, now=NOW) as change:
        old = change.session.scalars(select(Indicator)).one()
        assert (old.source, old.object, old.modified) == ("one", "192.0.2.1", None)
        change.session.add(Indicator(
            indicator_id="indicator--1", view="ip", object="192.0.2.1", pattern="[…]", name="", source="two", imported_at=NOW,
            imported_by="ana",
        ))
    again.close()


def test_decisions_of_an_older_store_stay_and_a_request_id_may_come_again(store: Store) -> None:
    def answered(answer_id: str) -> Decision:
        return Decision("q", NOW, "nginx", None, "k", "block", "block", "enforce", "terms_of_use", None, 0, answer_id=answer_id)

    with store.connect(writing=True) as connection:
        without_0009(connection)
        connection.execute(text(
            "INSERT INTO decisions (request_id, at, surface, key_id, decision, mode) VALUES ('q', 17, 'nginx', 'k', 'allow', 'enforce')"
        ))
        connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))
    test_migrations_give_the_schema_of_the_code(again := Store.open(store.engine.url.render_as_string(hide_password=False)))
    assert append_decisions(again, [answered("s-1"), answered("s-2")]) == 2
    with again.read() as session:
        rows = session.scalars(select(DecisionRow).order_by(DecisionRow.decision_id)).all()
    assert [(row.answer_id, row.request_id, row.decision) for row in rows] == [
        (None, "q", "allow"), ("s-1", "q", "block"), ("s-2", "q", "block"),
    ]
    again.close()


def test_opened_by_many_at_once_it_is_migrated_once(url: str) -> None:
    failed: list[Exception] = []
    together = threading.Barrier(4)

    def opened() -> None:
        together.wait()
        try:
            Store.open(url).close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    store = Store.open(url, create=False)
    assert store.revision() == 0
    store.close()


def test_a_new_file_is_switched_to_wal_once_nobody_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # in the old journal: nobody can switch now, and SQLite does not wait
    with monkeypatch.context() as hurried:
        hurried.setattr("stillwatch.respond.store.BUSY_MS", 100)
        with pytest.raises(StoreError, match="locked"):
            Store.open(f"sqlite:///{path}")
    timer = threading.Timer(0.5, other.rollback)
    timer.start()
    Store.open(f"sqlite:///{path}").close()
    timer.join()
    other.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("name", "told"), [("os.access", False), ("shutil.disk_usage", SimpleNamespace(free=8192))], ids=["read-only medium", "full disk"]
)
def test_a_file_where_none_can_be_made_beside_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, told: object
) -> None:
    path = tmp_path / "?s #1.db"
    store = Store.open(str(path))
    with store.write(DEE) as change:
        change.audit("case.note", "c")
    store.close()
    Path(f"{path}-shm").symlink_to(tmp_path / "none" / "shm")  # SQLite can make none, as there
    Path(f"{path}-wal").touch()  # as a command left it that failed there
    monkeypatch.setattr(f"stillwatch.respond.store.{name}", lambda *_: told)
    log = ["audit-log", "verify", "--store", str(path)]
    assert main(log) == 0
    assert "1 row, whole" in capsys.readouterr().out
    assert main(["cases", "note", "c", "x", "--store", str(path)]) == 1
    assert "is copied first, with the -wal file beside it" in capsys.readouterr().err
    Path(f"{path}-wal").write_bytes(b"what came last")
    assert main(log) == 1
    assert "is copied first, with the -wal file beside it" in capsys.readouterr().err


def test_a_newer_store_and_a_missing_one_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(StoreError, match="no store"):
        Store.open(url, create=False)
    store = Store.open(url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="newer version") as caught:
        Store.open(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", ["mysql://x/y", "sqlite://:://", "http://example.com"])
def test_other_urls_are_refused(bad: str) -> None:
    with pytest.raises((InputError, StoreError)) as caught:
        Store.open(bad)
    assert "\n" not in str(caught.value)


def test_a_password_is_never_in_an_error() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://user:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


_UNLOCK = "ALTER TABLE audit_log DISABLE TRIGGER USER"


def fill(store: Store, n: int = 6) -> None:
    for i in range(n):
        with store.write(ANA, now=NOW + timedelta(seconds=i)) as change:
            change.audit("test.step", f"object-{i}", before={"i": i}, after=[i, "é"], reason="why")


def verified(store: Store, head: str | None = None) -> audit.Verification:
    with store.read() as session:
        return audit.verify(session, head=head)


def tampered(store: Store, *statements: str) -> audit.Verification:
    """What a verification says after somebody with the rights of the database's owner did something."""
    lift, restore = {
        "sqlite": ([f"DROP TRIGGER {name}" for name in audit.TRIGGERS], list(audit.TRIGGERS.values())),
        "postgresql": (["ALTER TABLE audit_log DISABLE TRIGGER USER"], ["ALTER TABLE audit_log ENABLE TRIGGER USER"]),
    }[store.engine.dialect.name]
    with store.connect(writing=True) as connection:
        for statement in (*lift, *statements, *restore):
            connection.execute(text(statement))
    return verified(store)


def test_the_chain_is_whole(store: Store) -> None:
    fill(store)
    found = verified(store)
    assert found.whole
    assert found.n_rows == 6
    assert found.head.startswith("6:")


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE audit_log SET actor = 'bob' WHERE seq = 3"], "row 3 was changed"),
        (["UPDATE audit_log SET at = at + 1 WHERE seq = 3"], "row 3 was changed"),
        (["UPDATE audit_log SET reason = NULL WHERE seq = 3"], "row 3 was changed"),
        (["DELETE FROM audit_log WHERE seq = 3"], "row 3 is missing"),
        (["DELETE FROM audit_log WHERE seq = 1"], "row 1 is missing"),
        (["DELETE FROM audit_log WHERE seq IN (2, 3)"], "rows 2 to 3 are missing"),
        (["DELETE FROM audit_log WHERE seq = 6"], "cut off"),
        (["DELETE FROM audit_log"], "cut off"),
        (["UPDATE audit_log SET seq = 99 WHERE seq = 2", "UPDATE audit_log SET seq = 2 WHERE seq = 3",
          "UPDATE audit_log SET seq = 3 WHERE seq = 99"], "row 2 was changed"),
        (["DELETE FROM audit_log WHERE seq = 3", "UPDATE audit_log SET seq = seq - 1 WHERE seq = 4",
          "UPDATE audit_log SET seq = seq - 1 WHERE seq = 5", "UPDATE audit_log SET seq = seq - 1 WHERE seq = 6"], "row 3 does not follow"),
    ],
)
def test_tampering_is_found(store: Store, statements: list[str], told: str) -> None:
    fill(store)
    assert any(told in fault for fault in tampered(store, *statements).faults)


def test_of_many_faults_those_of_the_log_as_a_whole_are_told_and_the_rest_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_FAULTS", 2)
    fill(store)
    faults = tampered(store, "UPDATE audit_log SET at = at + 1 WHERE seq < 6", "DELETE FROM audit_log WHERE seq = 6").faults
    assert "rows were cut off" in next(fault for fault in faults if not fault.startswith("the trigger "))
    assert ["row 1 was changed" in faults[-3], "row 2 was changed" in faults[-2]] == [True, True]
    assert (faults[-1][:4], faults[-1][-5:]) == ("and ", " more")


@pytest.mark.parametrize("column", [column.name for column in AuditRow.__table__.columns])
def test_a_column_of_any_other_type_is_a_changed_row(store: Store, column: str) -> None:
    """Whatever somebody writes into a row, as far as the database takes it, is a fault that is told, and ends no verification."""
    fill(store)
    sqlite = store.engine.dialect.name == "sqlite"
    odd = ["x'ff00'", "CAST(x'ff' AS TEXT)", f"CAST({column} AS BLOB)", "1.5", "-1.5e300", "char(10)"] if sqlite else ["chr(10)"]
    tampered(store, "CREATE TABLE kept AS SELECT * FROM audit_log WHERE seq = 3")
    tried = 0
    for value in ("NULL", "''", "'garbage'", "'[[[1]]]'", "-1", "9223372036854775807", *odd):
        try:
            with store.connect(writing=True) as connection:
                for unlock in [f"DROP TRIGGER IF EXISTS {name}" for name in audit.TRIGGERS] if sqlite else [_UNLOCK]:
                    connection.exec_driver_sql(unlock)
                connection.exec_driver_sql(f"UPDATE audit_log SET {column} = {value} WHERE seq = 3")
        except StoreError:
            continue  # of another type than the database lets stand there
        found = verified(store)
        assert not found.whole, value
        assert all(fault.isprintable() for fault in found.faults)
        assert column == "seq" or any("row 3 was changed" in fault for fault in found.faults), value
        tried += 1
        with store.connect(writing=True) as connection:
            if not sqlite:
                connection.exec_driver_sql(_UNLOCK)
            connection.exec_driver_sql("DELETE FROM audit_log WHERE seq NOT IN (1, 2, 4, 5, 6)")
            connection.exec_driver_sql("INSERT INTO audit_log SELECT * FROM kept")
        assert [fault for fault in verified(store).faults if not fault.startswith("the trigger ")] == []
    assert tried > 1


@pytest.mark.parametrize(("sqlite", "postgresql", "told"), [
    (["DROP TRIGGER audit_log_no_delete"], "DROP TRIGGER audit_log_append_only ON audit_log", "is gone"),
    (["DROP TRIGGER audit_log_no_update"], _UNLOCK, "is gone, disabled"),
    (["DROP TRIGGER audit_log_no_update", audit.TRIGGERS["audit_log_no_update"].replace(" BEGIN", " WHEN 0 BEGIN")],
     "CREATE OR REPLACE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$", "another one"),
])
def test_a_log_that_its_triggers_no_longer_guard_is_told(store: Store, sqlite: list[str], postgresql: str, told: str) -> None:
    fill(store)
    with store.connect(writing=True) as connection:
        for statement in sqlite if connection.dialect.name == "sqlite" else [postgresql]:
            connection.exec_driver_sql(statement)
    (fault,) = verified(store).faults
    assert told in fault


@pytest.mark.parametrize("value", ['{"rows": [[Infinity, "x"]]}', '{"rows": [[1]]}', "[]", '{"rows": 1}', "[" * 100_000, "no JSON"])
def test_a_row_that_tells_of_an_erasure_may_say_anything(store: Store, value: str) -> None:
    fill(store)
    found = tampered(store, f"UPDATE audit_log SET action = '{audit.ERASE}', after = '{value}' WHERE seq = 3")
    assert any("row 3 was changed" in fault for fault in found.faults)


def test_a_forged_end_is_found_by_a_head_that_was_kept(store: Store) -> None:
    fill(store)
    head = verified(store).head
    with store.read() as session:
        row = session.execute(text("SELECT hash FROM audit_log WHERE seq = 5")).scalar_one()
    found = tampered(store, "DELETE FROM audit_log WHERE seq = 6", f"UPDATE store_meta SET audit_seq = 5, audit_hash = '{row}'")
    assert found.whole, "without a kept head a forger of everything goes unseen; if this fails, say so in the docs"
    assert not verified(store, head).whole


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"])
def test_the_database_refuses_to_change_the_log(store: Store, statement: str) -> None:
    fill(store)
    with pytest.raises(StoreError, match="append-only"), store.connect(writing=True) as connection:
        connection.execute(text(statement))
    assert verified(store).n_rows == 6


def test_an_error_in_a_write_leaves_nothing(store: Store) -> None:
    def failing() -> None:
        with store.write(ANA) as change:
            change.audit("test.step", "x")
            change.bump()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert verified(store).n_rows == 0
    assert store.revision() == 0


def test_writers_take_turns(store: Store) -> None:
    failed: list[Exception] = []

    def work(name: str) -> None:
        try:
            for i in range(10):
                with store.write(ANA) as change:
                    change.audit("allow.add", f"{name}-{i}")
                    change.bump()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert verified(store).whole
    assert verified(store).n_rows == 40
    assert store.revision() == 40


def test_decisions_are_stored_once_whatever_their_request_ids(store: Store) -> None:
    def answered(i: int) -> Decision:
        return Decision(f"r{i % 1000}", NOW, "decide", "a", None, "block", "block", "shadow", "terms_of_use", None, 0, answer_id=f"s-{i}")

    made = [answered(i) for i in range(1200)]
    assert append_decisions(store, made) == 1200
    assert append_decisions(store, [*made[:10], answered(1200)]) == 1
    with store.read() as session:
        found = session.scalars(select(DecisionRow).where(DecisionRow.request_id == "r700")).one()
    assert (found.decision, found.at) == ("block", NOW)


def test_policies_are_versions_and_one_is_active(store: Store) -> None:
    with store.read() as session:
        assert policy.active(session) == (0, policy.Policy())
    with store.write(BEN, now=NOW) as change:
        first = policy.draft(change, policy.Policy(mode="enforce"), "go")
        second = policy.draft(change, policy.Policy(max_accounts=5), "small")
    assert store.revision() == 0, "a draft changes nothing"
    for version, revision in ((first.version, 1), (second.version, 2), (first.version, 3)):
        with store.write(DEE, now=NOW) as change:
            promotion.promote(change, version, "now")
        assert store.revision() == revision
    with store.read() as session:
        assert policy.active(session)[1].mode == "enforce"
        assert session.query(PolicyVersion).filter(PolicyVersion.active).count() == 1


def test_a_log_that_grows_while_it_is_read_is_whole(store: Store, case_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = audit._rows

    def meanwhile(session: Session) -> Iterator[Any]:
        yield from rows(session)
        with store.write(DEE) as change:
            cases.annotate(change, case_id, "somebody goes on working")

    monkeypatch.setattr(audit, "_rows", meanwhile)
    assert verified(store).faults == ()


@pytest.mark.parametrize(
    "document",
    [{"mode": "on"}, {"max_accounts": 0}, {"max_accounts": True}, {"two_person": []}, {"durations_s": {"ban": 3}}, {"colour": 1},
     {"durations_s": {"block": -1}}, {"parameters": []}, {"service": {}}, {"parameters": {"throttle": 6}},
     {"parameters": {"throttle": {"requests_per_min": "six"}}}, {"parameters": {"throttle": {"requests_per_min": float("nan")}}},
     {"parameters": {"throttle": {"requests_per_minute": 6}}}, {"parameters": {"throttle": {"retry_after_s": 60}}},
     {"parameters": {"restrict": {"max_tokens": 1.5}}}, {"parameters": {"restrict": {"reasoning": "no"}}},
     {"parameters": {"challenge": {"verify_url": "javascript:alert(1)"}}}, {"parameters": {"challenge": {"verify_url": "https://"}}},
     {"parameters": {"challenge": {"verify_url": "https://a.example\nb"}}}, {"parameters": {"challenge": {"verify_url": "https://[a"}}},
     {"parameters": {"block": {"max_tokens": 1}}}],
)
def test_a_policy_that_makes_no_sense_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(InputError):
        policy.parse(document)


def test_parameters_that_are_not_told_are_those_of_the_built_in_policy() -> None:
    held = policy.parse({"parameters": {"throttle": {"case_requests_per_min": 30}}})
    assert held.parameters["throttle"] == {"requests_per_min": 6, "case_requests_per_min": 30}
    assert held.parameters["restrict"] == policy.Policy().parameters["restrict"]


def test_a_policy_of_an_earlier_version_still_holds(store: Store) -> None:
    """It may hold what was never read, and values that kept the service from reading any action."""
    document = policy.document(policy.Policy(mode="enforce")) | {"service": {"port": 1}}
    document["parameters"] = {"throttle": {"requests_per_min": "six", "retry_after_s": 60, "case_requests_per_min": 3}}
    with store.write(DEE, now=NOW) as change:
        row = PolicyVersion(document=document, created_at=NOW, created_by="dee", note="old", active=False)
        change.session.add(row)
        change.session.flush()
        promotion.promote(change, row.version, "again")
    with store.read() as session:
        _, held = policy.active(session)
    assert (held.mode, held.parameters["throttle"]) == ("enforce", {"requests_per_min": 6, "case_requests_per_min": 3})


def test_the_built_in_policy_can_be_put_in_force_again(store: Store) -> None:
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, policy.draft(change, policy.Policy(mode="enforce"), "go").version, "go")
    revision = store.revision()
    with store.write(DEE, now=NOW) as change:
        assert promotion.promote(change, policy.BUILT_IN, "too early") is None
    assert store.revision() == revision + 1, "decision services must notice"
    with store.read() as session:
        assert policy.active(session) == (policy.BUILT_IN, policy.Policy())
    with pytest.raises(InputError, match="no policy version 7"), store.write(DEE, now=NOW) as change:
        promotion.promote(change, 7, "what")


def test_the_meta_row_is_one(store: Store) -> None:
    with store.read() as session:
        assert session.query(Meta).count() == 1
