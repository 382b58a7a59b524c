"""What somebody writes into the database past the audit log is told by its verification; on both databases."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from respond_helpers import ANA, BEN, DEE, EXTRACTION, NOW, accounts, approved, one_case, proposed, the_case
from respond_postgres import DATABASES
from sqlalchemy import event, text

from stillwatch.cli import main
from stillwatch.respond import action_queries, actions, allow, audit, erasure, policy, promotion, tokens
from stillwatch.respond.schema import User
from stillwatch.respond.store import Store
from stillwatch.respond.vocabulary import Action, Reason, Role, Subject

LATER = NOW + timedelta(days=9)
FIELDS = (
    "case_id, kind, lifts, state, mode, reason, note, parameters, policy_version, needed_approvals, blast, proposed_at, proposed_by, "
    "duration_s, effective_at, expires_at"
)


def live(store: Store, folder: Path) -> None:
    one_case(store, folder)
    case_id = the_case(store).case_id
    with store.write(DEE, now=NOW) as change:
        for name, role in (("dee", Role.ADMIN), ("vic", Role.VIEWER), ("eve", Role.ANALYST)):
            change.session.add(User(name=name, role=role, created_at=NOW))
            change.audit("user.add", name, after=role)
        tokens.add(change, "edge", "0" * 64, "decide", LATER)
        tokens.add(change, "old", "1" * 64, "decide")
        tokens.revoke(change, "old")
        allow.add(change, Subject.ACCOUNT, "acct-00009", owner="sales", reason="ours", expires_at=LATER)
        allow.revoke(change, allow.add(change, Subject.ORG, "org", owner="x", reason="y", expires_at=LATER).allow_id, "over")
        for mode in ("enforce", "shadow"):
            policy.draft(change, policy.parse({"mode": mode}), mode)
        promotion.promote(change, 2, "x")
        promotion.promote(change, 1, "y")
    block = proposed(store, case_id=case_id).action_id
    with store.write(DEE, now=NOW) as change:
        allow.add(change, Subject.ACCOUNT, "acct-00008", owner="sales", reason="ours", expires_at=LATER)
    approved(store, block)
    for kind in (Action.THROTTLE, Action.OBSERVE, Action.RESTRICT):
        proposed(store, kind=kind, subjects=[(Subject.ACCOUNT, name) for name in accounts(20, 3)], parameters={}, note="in short")
    with store.write(ANA, now=NOW) as change:
        throttle, observe = (next(row.action_id for row in action_queries.in_force(change.session, NOW) if row.kind == kind)
                             for kind in ("throttle", "observe"))
        actions.undo(change, throttle, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00021")])
        actions.undo(change, observe, Reason.FALSE_POSITIVE)
        actions.undo(change, block, Reason.FALSE_POSITIVE)
    proposed(store, kind=Action.OBSERVE, subjects=[(Subject.KEY, "a-key")], duration_s=1)
    waits = proposed(store, subjects=[(Subject.ACCOUNT, "acct-00030")])
    with store.write(BEN, now=NOW + timedelta(seconds=2)) as change:
        actions.sweep(change)
        actions.reject(change, waits.action_id, "no")


@pytest.fixture(params=DATABASES)
def lived(request: pytest.FixtureRequest, copied: Callable[..., str]) -> Iterator[Store]:
    """A store in which each kind of thing was done and ended."""
    store = Store.open(copied(request.param, live), create=False)
    yield store
    store.close()


def faults(store: Store) -> tuple[str, ...]:
    with store.read() as session:
        return audit.verify(session).faults


def did(store: Store, *statements: str) -> tuple[str, ...]:
    """What a verification says after somebody with the rights of the database's owner did something."""
    with store.connect(writing=True) as connection:
        for statement in statements:
            connection.execute(text(statement))
    return faults(store)


def test_what_the_log_made_is_as_it_says(lived: Store) -> None:
    assert faults(lived) == ()
    for name in ("acct-00021", "acct-00022"):  # of actions that are over, and whose end nobody noted
        erasure.erase(lived, DEE, name, note="request 17", now=NOW + timedelta(days=100))
    assert faults(lived) == ()


def test_a_block_that_nobody_proposed_is_told(lived: Store, capsys: pytest.CaptureFixture[str]) -> None:
    values = FIELDS.replace("kind", "'block'").replace("needed_approvals", "1").replace("state", "'in_force'")
    (fault,) = did(
        lived, f"INSERT INTO actions (action_id, {FIELDS}) SELECT 'act-forged', {values} FROM actions WHERE kind = 'throttle'",
        "INSERT INTO action_targets (action_id, subject, subject_id) VALUES ('act-forged', 'account', 'acct-00042')",
    )
    assert fault == "action act-forged (block, account acct-00042): no row of the log tells of it"
    url = lived.engine.url.render_as_string(hide_password=False)
    assert main(["audit-log", "verify", "--store", url, "--as", "eve"]) == 1
    told = capsys.readouterr().err
    assert told == f"stillwatch: the audit log is broken, or the store was changed past it: {fault}\n"


@pytest.mark.parametrize(("statement", "told"), [
    ("UPDATE users SET role = 'admin' WHERE name = 'vic'", "user vic (admin): the log gives another role"),
    ("UPDATE users SET disabled_at = 0 WHERE name = 'vic'", "user vic (viewer): the log gives another disabled_at"),
    ("DELETE FROM users WHERE name = 'dee'", "user dee: the log tells of it, the store has none"),
    ("INSERT INTO users (name, role, created_at) VALUES ('mal', 'admin', 0)", "user mal (admin): no row of the log tells of it"),
    ("UPDATE api_tokens SET role = 'admin' WHERE name = 'edge'", "token edge (admin): the log gives another role"),
    ("UPDATE api_tokens SET revoked_at = NULL", "token old (decide): the log gives another revoked_at"),
    ("UPDATE allow_list SET subject_id = 'acct-00007' WHERE allow_id = 1", "list 1 (acct-00007): the log gives another subject_id"),
    ("UPDATE allow_list SET expires_at = expires_at + 1 WHERE allow_id = 1", "list 1 (acct-00009): the log gives another expires_at"),
    ("UPDATE policies SET active = (version = 2)", "policy version 1 (dee): the log gives another active"),
    ("UPDATE policies SET document = '{}' WHERE version = 1", "policy version 1 (dee): the log gives another document"),
    ("UPDATE actions SET mode = 'shadow' WHERE kind = 'throttle'", "(throttle): the log gives another mode"),
    ("UPDATE actions SET parameters = '{\"requests_per_min\": 0}' WHERE kind = 'throttle'", "(throttle): the log gives another parameters"),
    ("UPDATE actions SET state = 'in_force' WHERE kind = 'observe' AND state = 'undone'", "(observe): the log gives another state"),
    ("UPDATE actions SET state = 'undone' WHERE kind = 'throttle'", "(throttle): the log gives another state"),
    ("UPDATE actions SET expires_at = expires_at + 1 WHERE kind = 'block'", "(block): the log gives another expires_at"),
    ("UPDATE action_targets SET ended_at = NULL WHERE subject_id = 'acct-00008'",
     "it touches account:acct-00008, of which no row of the log tells"),
    ("UPDATE action_targets SET ended_at = NULL WHERE subject_id = 'acct-00021'",
     "it touches account:acct-00021, of which no row of the log tells"),
    ("UPDATE action_targets SET ended_at = 0 WHERE subject_id = 'acct-00020' AND ended_at IS NULL",
     "the log tells that it touches account:acct-00020, the store does not"),
    ("INSERT INTO action_targets (action_id, subject, subject_id) SELECT action_id, 'account', 'mal' FROM actions WHERE kind = 'restrict'",
     "it touches account:mal, of which no row of the log tells"),
    ("DELETE FROM approvals", "the log tells that ben agreed, the store does not"),
    ("UPDATE approvals SET actor = 'cem' WHERE approved", "no row of the log tells that cem agreed"),
])
def test_each_change_past_the_log_is_told(lived: Store, statement: str, told: str) -> None:
    found = did(lived, statement)
    assert any(told in fault for fault in found), found
    assert all(fault.isprintable() for fault in found)


@pytest.mark.parametrize("column", ["parameters", "effective_at", "state"])
def test_whatever_stands_in_a_column_ends_no_verification(lived: Store, column: str) -> None:
    for value in ("x'ff00'", "CAST(x'ff' AS TEXT)", "'garbage'", "1.5") if lived.engine.dialect.name == "sqlite" else ():
        found = did(lived, f"UPDATE actions SET {column} = {value} WHERE kind = 'throttle'")
        assert any(f"gives another {column}" in fault for fault in found), value


def test_many_actions_are_compared_in_one_go(store: Store) -> None:
    with store.write(ANA, now=NOW) as change:
        for i in range(300):
            actions.propose(change, Action.OBSERVE, EXTRACTION, subjects=[(Subject.ACCOUNT, f"acct-{i}")])
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert faults(store) == ()
    assert len(asked) < 20
