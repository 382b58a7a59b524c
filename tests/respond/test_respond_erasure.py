"""Erasure of an account: nothing of it stays in the store, and the audit log is whole nevertheless; on both databases."""

import hashlib
import json
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from respond_helpers import ANA, BEN, CEM, DEE, NOW, Folder, accounts, approved, imported, proposed, the_case, write_run
from respond_postgres import DATABASES
from sqlalchemy import select, text
from test_respond_store import without_0006

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.respond import action_queries, actions, allow, appeals, audit, cases, erasure, inclusion
from stillwatch.respond.schema import Account, AuditRow, Base, DecisionRow, Key, Label, Member
from stillwatch.respond.store import SYSTEM, ForbiddenError, Store, StoreError
from stillwatch.respond.vocabulary import Action, Reason, Subject

GONE, OTHER = "acct-00003", "acct-00004"
DIGEST = hashlib.sha256(b"key-of-ada").hexdigest()
"""As the decision service logs a key that stands in the clear."""
SECRETS = (GONE, "key-of-ada", DIGEST, "Ada", "her thesis", "we are a class", "the syllabus fits", "a cousin", "spoke to her",
           "an old friend", "no part in it")


def live(store: Store, folder: Path) -> None:
    details = {"graph": {"nodes": [GONE, OTHER], "edges": [[0, 1, "identity.payment", 1.0]]}}
    run = {"c-one": {"members": accounts(0, 10), "marks": ["t1", "t2"], "details": details}}
    imported(store, write_run(folder / "run", run, last_seen=NOW))
    case_id = the_case(store).case_id
    block = proposed(store, case_id=case_id)
    approved(store, block.action_id)
    alone = proposed(store, kind=Action.THROTTLE, subjects=[(Subject.ACCOUNT, GONE)], note="spoke to her")
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add_all([Account(account_id=GONE, org_id="org-1"), Account(account_id=OTHER)])
        change.session.add(Key(key_id="key-of-ada", account_id=GONE))
        for i, name in enumerate((GONE, OTHER)):
            change.session.add(DecisionRow(request_id=f"r{i}", at=NOW, surface="api", account_id=name, decision="allow", mode="shadow"))
        change.session.add(DecisionRow(request_id="r2", at=NOW, surface="nginx", key_id=DIGEST, decision="block", mode="enforce"))
    with store.write(ANA, now=NOW) as change:
        cases.annotate(change, case_id, "Ada says it is for her thesis", account_id=GONE)
        cases.annotate(change, case_id, f"{GONE}, {OTHER} and {GONE}x came last; Ada, Adam")
        cases.annotate(change, case_id, "triage")
        received = appeals.receive(change, case_id, GONE, "we are a class")
    with store.write(CEM, now=NOW) as change:
        lifts = appeals.decide(change, received.appeal_id, overturned=True, reason="the syllabus fits")
        entry = allow.add(change, Subject.KEY, "key-of-ada", owner="sales", reason="a cousin", expires_at=NOW + timedelta(days=9))
        allow.revoke(change, entry.allow_id, "an old friend")
        inclusion.include(change, case_id, GONE, "no part in it")
    for lift in lifts:
        if lift.state == "proposed":
            approved(store, lift.action_id)
    assert alone.action_id in {lift.lifts for lift in lifts}


@pytest.fixture(params=DATABASES)
def lived(request: pytest.FixtureRequest, copied: Callable[..., str]) -> Iterator[Store]:
    """A store in which people wrote about an account wherever they can, and nothing holds on it any more."""
    store = Store.open(copied(request.param, live), create=False)
    yield store
    store.close()


def everything(store: Store) -> str:
    with store.read() as session:
        return json.dumps([[str(v) for v in row] for table in Base.metadata.sorted_tables for row in session.execute(select(table))])


def verified(store: Store, head: str | None = None) -> audit.Verification:
    with store.read() as session:
        return audit.verify(session, head=head)


def erased(store: Store, account_id: str = GONE, **options: Any) -> dict[str, Any]:
    return erasure.erase(store, DEE, account_id, **{"note": "request 17", "now": NOW, **options})


def test_nothing_of_the_account_stays_and_the_log_is_whole(lived: Store) -> None:
    told, head = everything(lived), verified(lived).head
    assert all(secret in told for secret in SECRETS), "what the test looks for is there to be found"
    done = erased(lived, also=["Ada"])
    told = everything(lived)
    assert [secret for secret in SECRETS if secret in told.replace(f"{GONE}x", "").replace("Adam", "")] == []
    found = verified(lived, head)
    assert (found.whole, found.n_erased, found.erasures) == (True, done["log_rows"], (found.n_rows,))
    assert done["log_rows"] > 8
    assert f"{GONE}x came last" in told, "another identifier that begins like it"
    assert OTHER in told
    assert "Adam" in told
    assert (done["remarks"], done["appeals"], done["decisions"], done["keys"], done["facts"]) == (1, 1, 2, 1, 1)
    with lived.read() as session:
        case_id = the_case(lived).case_id
        left = session.get_one(Member, (case_id, done["pseudonym"]))
        assert (left.present, left.reasons) == (False, [])
        assert len(cases.members(session, case_id)) == 10
        assert session.scalars(select(Label).where(Label.account_id == done["pseudonym"])).all() == []
        log = {row.seq: row for row in session.scalars(select(AuditRow))}
        last = log[found.n_rows]
        assert (last.action, last.object, last.actor, last.reason) == ("account.erase", done["pseudonym"], "dee", "request 17")
        assert all(log[seq].salt is None for seq, _ in json.loads(last.after or "")["rows"]), "or a guess could be checked"
        assert any("triage" in (row.after or "") for row in log.values()), "other remarks stay in the log"


def test_the_file_holds_nothing_either(lived: Store, tmp_path: Path) -> None:
    if lived.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps old rows until a VACUUM")
    erased(lived, also=["Ada"])
    for file in tmp_path.glob("store.db*"):
        rest = file.read_bytes().replace(f"{GONE}x".encode(), b"").replace(b"Adam", b"")
        assert [secret for secret in SECRETS if secret.encode() in rest] == [], file.name


def test_who_reads_the_store_keeps_the_erased_in_its_log_which_is_told(
    lived: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lived.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no such file")
    monkeypatch.setattr("stillwatch.respond.store.BUSY_MS", 50)
    impatient = Store.open(str(tmp_path / "store.db"))
    with lived.read() as session:
        session.scalars(select(Label)).all()
        with pytest.raises(StoreError, match=r"erased and called erased-.*may still name it \(somebody reads the store\)"):
            erased(impatient, also=["Ada"])
    lived.close()
    with pytest.raises(InputError, match="holds nothing of it"):
        erased(impatient, also=["Ada"])
    impatient.close()
    assert [file.name for file in tmp_path.glob("store.db*")] == ["store.db"]


def test_a_dry_run_counts_and_stores_nothing(lived: Store) -> None:
    before = everything(lived)
    done = erased(lived, dry=True)
    assert done["log_rows"] > 5
    assert everything(lived) == before
    with pytest.raises(StoreError, match="append-only"), lived.connect(writing=True) as connection:
        connection.execute(text("UPDATE audit_log SET actor = 'x'"))


def test_the_log_is_append_only_after_an_erasure_too(lived: Store) -> None:
    erased(lived)
    with pytest.raises(StoreError, match="append-only"), lived.connect(writing=True) as connection:
        connection.execute(text("UPDATE audit_log SET actor = 'x'"))


@pytest.mark.parametrize("column", ["reason", "after", "before", "actor", "object", "payload_hash"])
def test_what_is_left_of_an_erased_row_cannot_be_changed(lived: Store, column: str) -> None:
    erased(lived)
    with lived.read() as session:
        (seq, _), *_ = json.loads(session.scalars(select(AuditRow.after).where(AuditRow.action == audit.ERASE)).one() or "")["rows"]
    tampered(lived, f"UPDATE audit_log SET {column} = '\"x\"' WHERE seq = {seq}")
    assert any(f"row {seq} was changed" in fault for fault in verified(lived).faults)


@pytest.mark.parametrize("after", ["oops", '"x"', "{}", '{"rows": 7}', '{"rows": [[1, 2, 3]]}', '{"rows": [["a", "b"]]}'])
def test_a_changed_row_of_an_erasure_is_found(lived: Store, after: str) -> None:
    erased(lived)
    last = verified(lived).n_rows
    tampered(lived, f"UPDATE audit_log SET after = '{after}' WHERE seq = {last}")
    faults = verified(lived).faults
    assert any(f"row {last} was changed" in fault for fault in faults)
    assert len(faults) > 3, "nothing vouches for what it changed"


def tampered(store: Store, statement: str) -> None:
    """What somebody who owns the database does."""
    with store.connect(writing=True) as connection, erasure._unlocked(connection):
        connection.exec_driver_sql(statement)


def test_two_accounts_one_after_the_other(lived: Store) -> None:
    first = erased(lived)
    of_other = [(Subject.ACCOUNT, OTHER)]
    with lived.write(ANA, now=NOW) as change:
        held = action_queries.touching(change.session, of_other)
        lifts = [actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=of_other) for row in held]
    for row in lifts:
        approved(lived, row.action_id)
    second = erased(lived, OTHER)
    found = verified(lived)
    assert found.whole
    assert len(found.erasures) == 2
    assert found.n_erased < first["log_rows"] + second["log_rows"], "some rows named both"
    assert OTHER not in everything(lived)


def test_rows_of_an_older_store_are_erased_too(lived: Store) -> None:
    with lived.connect(writing=True) as connection:
        without_0006(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    again = Store.open(lived.engine.url.render_as_string(hide_password=False))
    with again.read() as session:  # the hashes that such a version gave
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    previous = audit.START
    with again.connect(writing=True) as connection, erasure._unlocked(connection):
        for row in rows:
            row.prev_hash, previous = previous, ""
            row.hash = previous = audit.row_hash(row)
            values = {"p": row.prev_hash, "h": row.hash, "s": row.seq}
            connection.execute(text("UPDATE audit_log SET prev_hash = :p, hash = :h WHERE seq = :s"), values)
        connection.execute(text("UPDATE store_meta SET audit_hash = :h"), {"h": previous})
    assert verified(again).whole
    done = erased(again, also=["Ada"])
    found = verified(again)
    assert (found.whole, found.n_erased) == (True, done["log_rows"])
    assert "her thesis" not in everything(again)
    again.close()


def test_what_stands_in_the_way(store: Store, case_id: str) -> None:
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    with pytest.raises(InputError, match=f"action {row.action_id} still touches it"):
        erased(store)
    with store.write(ANA, now=NOW) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, GONE)])
        appeals.receive(change, case_id, GONE, "why?")
    with pytest.raises(InputError, match="appeal 1 of it is open"):
        erased(store)
    with store.write(CEM, now=NOW) as change:
        appeals.decide(change, 1, overturned=False, reason="it is theirs")
        entry = allow.add(change, Subject.ACCOUNT, GONE, owner="sales", reason="x", expires_at=NOW + timedelta(days=2))
    with pytest.raises(InputError, match=f"entry {entry.allow_id} of the allow-list"):
        erased(store)
    later = NOW + timedelta(days=3)
    with pytest.raises(InputError, match="must say which request"):
        erased(store, now=later, note=f"{GONE} wants it")
    with pytest.raises(InputError, match="holds nothing of it"):
        erased(store, "nobody", now=later)
    with pytest.raises(ForbiddenError):
        erasure.erase(store, BEN, GONE, note="request 17", now=later)
    with pytest.raises(InputError, match="too short"):
        erased(store, now=later, also=["Al"])
    assert GONE in everything(store)
    erased(store, now=later)
    assert GONE not in everything(store)


def test_the_command_that_an_erasure_asks_for_works(store: Store, case_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="key-of-ada", account_id=GONE))
    now = datetime.now(UTC)
    subjects = [(Subject.KEY, "key-of-ada"), (Subject.KEY, "key-of-nobody")]
    block, throttle = (proposed(store, kind=kind, subjects=subjects, now=now) for kind in (Action.BLOCK, Action.THROTTLE))
    asked = []
    for row, reason in ((block, "WHY"), (throttle, "false_positive")):
        with pytest.raises(InputError, match=f"action {row.action_id} still touches it") as refused:
            erased(store, now=now)
        asked.append(shlex.split(str(refused.value).split(": stillwatch ")[1].replace("REASON", reason)))
        assert main([*asked[-1], "--as", "ana", "--store", store.engine.url.render_as_string(hide_password=False)]) == 0
    assert [words[:2] for words in asked] == [["actions", "reject"], ["actions", "undo"]]
    assert "--key=key-of-ada" in asked[1]
    erased(store, now=now)
    waits = proposed(store, subjects=subjects[1:], now=now)
    approved(store, waits.action_id, now=now)
    with store.write(ANA, now=now) as change:
        lift = actions.undo(change, waits.action_id, Reason.FALSE_POSITIVE)
    with pytest.raises(InputError, match=f"agree with stillwatch actions approve {lift.action_id}, or turn it down: .* reject"):
        erased(store, "key-of-nobody", now=now)


def test_a_short_identifier_is_no_part_of_other_texts(store: Store, run_folder: Folder) -> None:
    imported(store, run_folder({"c-one": {"members": ["1", *accounts(0, 9)]}}))
    case_id = the_case(store).case_id
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    with store.write(ANA, now=NOW) as change:
        cases.annotate(change, case_id, "1 of them was seen on day 1")
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
    done = erased(store, "1")
    told = everything(store)
    assert "1 of them was seen on day 1" in told
    assert "account:1\\" not in told
    assert f"account:{done['pseudonym']}" in told
    assert verified(store).whole
    with store.read() as session:
        assert session.get(Member, (case_id, "1")) is None


@pytest.fixture
def namesakes(store: Store, run_folder: Folder) -> str:
    """Account 17 of a case, and key 17 of account 5, under an action that is returned."""
    imported(store, run_folder({"c-one": {"members": ["17", *accounts(0, 9)]}}))
    row = proposed(store, kind=Action.THROTTLE, subjects=[(Subject.KEY, "17")], note="seen at night")
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="17", account_id="5"))
        change.session.add(DecisionRow(request_id="r", at=NOW, surface="api", key_id="17", decision="allow", mode="shadow"))
    return str(row.action_id)


def test_a_key_of_the_same_identifier_is_not_erased_with_an_account(store: Store, namesakes: str) -> None:
    done = erased(store, "17")
    assert (done["cases"], done["actions"], done["decisions"], done["keys"]) == (1, 0, 0, 0)
    assert '[\\"key:17\\"]' in everything(store), "nor is the log's word of it"
    with store.read() as session:
        assert action_queries.targets(session, namesakes, live=True) == [(Subject.KEY, "17")]
        assert action_queries.get(session, namesakes).note == "seen at night"
    with pytest.raises(InputError, match="holds nothing of it"):
        erased(store, "17")


def test_an_account_of_the_same_identifier_is_not_erased_with_a_key(store: Store, namesakes: str) -> None:
    with pytest.raises(InputError, match=f"action {namesakes} still touches it"):
        erased(store, "5")
    with store.write(ANA, now=NOW) as change:
        actions.undo(change, namesakes, Reason.FALSE_POSITIVE)
    done = erased(store, "5")
    assert (done["cases"], done["actions"], done["decisions"], done["keys"]) == (0, 2, 1, 1)
    assert "key:17" not in everything(store)
    with store.read() as session:
        assert session.get_one(Member, (the_case(store).case_id, "17")).present


def test_from_the_command_line(lived: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", lived.engine.url.render_as_string(hide_password=False)]
    words = ["cases", "erase", GONE, "--note", "request 17", "--also", "Ada", *store]
    assert main(words) == 0
    assert "nothing was erased; pass --yes" in capsys.readouterr().out
    assert GONE in everything(lived)
    assert main([*words, "--yes"]) == 0
    assert "what is left of it is called erased-" in capsys.readouterr().out
    assert main(["audit-log", "verify", *store]) == 0
    assert "changed by erasures, of which rows" in capsys.readouterr().out
    assert main([*words, "--yes"]) == 1, "nothing is left"
