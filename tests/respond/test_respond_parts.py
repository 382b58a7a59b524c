"""An import is stored in parts: cut off anywhere and done again it gives the same cases, and others get their turn meanwhile."""

import itertools
import math
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from respond_helpers import ANA, NOW, VIC, accounts, write_run
from sqlalchemy import inspect, select
from test_respond_faults import import_command

import killed
from stillwatch.cli import main
from stillwatch.respond import audit, cases, importing
from stillwatch.respond.bulk import put
from stillwatch.respond.schema import AuditRow, Campaign, Case, Mark, Member, Run
from stillwatch.respond.store import SYSTEM, ForbiddenError, Store

Folder = Callable[..., Path]
TIMES = {"imported_at", "finished_at", "opened_at", "changed_at", "joined_at"}
FIRST = {f"c-{i:02}": {"members": accounts(10 * i, 10), "marks": [f"a{i}", f"b{i}"]} for i in range(20)}
SECOND = {
    # two campaigns for each case, so that they compete, and further ones by marks alone, by lineage, and new
    **{f"c-{i:02}": {"members": accounts(10 * i, 4), "score": 6.0} for i in range(10)},
    **{f"d-{i:02}": {"members": accounts(10 * i + 4, 9), "score": 6.0} for i in range(10)},
    **{f"e-{i:02}": {"members": accounts(5000 + 10 * i, 5), "marks": [f"a{i}", f"b{i}"]} for i in range(8, 15)},
    **{f"f-{i:02}": {"members": accounts(6000 + 10 * i, 5), "lineage": f"c-{i:02}"} for i in range(15, 18)},
    **{f"g-{i:02}": {"members": accounts(7000 + 10 * i, 5)} for i in range(5)},
}


def contents(store: Store) -> dict[str, list[Any]]:
    """All that imports write, without times."""
    found = {}
    with store.read() as session:
        assert audit.verify(session).whole
        for model in (Run, Case, Campaign, Member, Mark):
            columns = [column.key for column in inspect(model).columns if column.key not in TIMES]
            found[model.__tablename__] = sorted(repr([getattr(row, name) for name in columns]) for row in session.scalars(select(model)))
    return found


def windows(run_folder: Folder) -> tuple[Path, Path]:
    return run_folder(FIRST, last_seen=NOW), run_folder(SECOND, last_seen=NOW + timedelta(days=1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, list[Any]]]:
    """Two runs, and what a store holds when both were imported, each in one transaction."""
    folder = tmp_path_factory.mktemp("whole")
    first, second = windows(lambda found, last_seen: write_run(folder / f"{last_seen:%d}", found, last_seen=last_seen))
    store = Store.open(str(folder / "whole.db"))
    for run in (first, second):
        importing.import_run(store, SYSTEM, run, now=NOW)
    found = contents(store)
    store.close()
    return first, second, found


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CAMPAIGNS", 3)
    monkeypatch.setattr(importing, "PAUSE_S", 0.0)


def cut(store: Store, run: Path, monkeypatch: pytest.MonkeyPatch, at: int, name: str = "_store_part") -> None:
    """Import a run until the nth call of a function."""
    original, calls = getattr(importing, name), 0

    def failing(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt
        return original(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(importing, name, failing)
        with pytest.raises(KeyboardInterrupt):
            importing.import_run(store, SYSTEM, run, now=NOW)


@pytest.mark.parametrize(("name", "at"), [("_store_part", 2), ("_store_part", 5), ("put", 8), ("put", 29), ("_store_part", 12)])
def test_cut_off_and_done_again_it_is_the_same(
    store: Store, whole: Any, parts: None, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    first, second, expected = whole
    importing.import_run(store, SYSTEM, first, now=NOW)
    cut(store, second, monkeypatch, at, name)
    with store.read() as session:
        assert session.query(Run).filter(Run.finished_at.is_(None)).count() == 1
        assert audit.verify(session).whole
        stored = session.query(Campaign).count() - len(FIRST)
    assert 0 < stored < len(SECOND)
    done = importing.import_run(store, SYSTEM, second, now=NOW)
    assert (done.resumed, done.known) == (stored, False)
    assert len(done.opened) + len(done.updated) == len(SECOND) - stored
    assert contents(store) == expected
    again = importing.import_run(store, SYSTEM, second, now=NOW)
    assert again.known
    assert contents(store) == expected


def test_what_people_judged_in_between_stays(store: Store, whole: Any, parts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, _ = whole
    importing.import_run(store, SYSTEM, first, now=NOW)
    cut(store, second, monkeypatch, 2)
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, "case-14", "acct-00143", "known customer")
        cases.assign(change, "case-14", "ana")
    importing.import_run(store, SYSTEM, second, now=NOW)
    with store.read() as session:
        case = cases.get(session, "case-14")
        assert (case.assignee, case.campaign_id) == ("ana", "e-14")
        assert {m.account_id for m in cases.members(session, "case-14") if m.excluded} == {"acct-00143"}


def test_another_import_in_between_changes_no_identity(
    store: Store, whole: Any, run_folder: Folder, parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes between two parts of a running import: the plan that was made before is made anew."""
    first, second, _ = whole
    importing.import_run(store, SYSTEM, first, now=NOW)
    other = run_folder({"g-03": {"members": accounts(7030, 5)}, "h-00": {"members": accounts(190, 9)}}, last_seen=NOW)
    original, calls = importing._store_part, 0

    def between(*args: Any) -> None:
        nonlocal calls
        calls += 1
        original(*args)

    def pausing(_: float) -> None:
        if calls == 2:
            monkeypatch.setattr(importing.time, "sleep", lambda _: None)
            importing.import_run(store, SYSTEM, other, now=NOW)

    monkeypatch.setattr(importing, "_store_part", between)
    monkeypatch.setattr(importing.time, "sleep", pausing)
    importing.import_run(store, SYSTEM, second, now=NOW)
    with store.read() as session:
        assert session.query(Run).filter(Run.finished_at.is_(None)).count() == 0
        rows = session.scalars(select(Campaign)).all()
        assert len(rows) == len(FIRST) + len(SECOND) + 2
        assert len({row.case_id for row in rows if row.campaign_id == "g-03"}) == 1, "found by both, it is one case"
        per_run = [(row.run_id, row.case_id) for row in rows]
        assert len(per_run) == len(set(per_run)), "a case takes one campaign of a run"


def test_others_write_between_the_parts(store: Store, whole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CAMPAIGNS", 1)
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with store.write(ANA) as change:
                change.audit("test.turn", "store")

    store.revision()
    thread = threading.Thread(target=write)
    thread.start()
    try:
        time.sleep(0.2)
        importing.import_run(store, SYSTEM, whole[0])
    finally:
        over.set()
        thread.join()
    with store.read() as session:
        assert audit.verify(session).whole
        log = session.scalars(select(AuditRow.action).order_by(AuditRow.seq)).all()
    opened = [i for i, action in enumerate(log) if action == "case.open"]
    turns = sum("test.turn" in log[a:b] for a, b in itertools.pairwise(opened))
    assert turns > 0.8 * len(opened), "a writer that waits gets its turn between two parts"


def test_a_viewer_imports_nothing(store: Store, whole: Any) -> None:
    with pytest.raises(ForbiddenError, match="needs analyst"):
        importing.import_run(store, VIC, whole[0])
    assert not contents(store)["runs"]


def test_killed_between_parts_the_command_goes_on(tmp_path: Path) -> None:
    many = {f"c-{i:04}": {"members": accounts(3 * i, 3)} for i in range(1200)}
    run = write_run(tmp_path / "run", many, last_seen=NOW)
    found = []
    for moment in ("", "stillwatch.respond.importing:_store_part:3", "stillwatch.respond.importing:put:9"):
        path = tmp_path / f"store{len(found)}.db"
        if moment:
            killed.at(moment, *import_command(path, run))
            store = Store.open(str(path))
            with store.read() as session:
                assert 0 < session.query(Campaign).count() < 1200
            store.close()
        assert main(import_command(path, run)) == 0
        store = Store.open(str(path))
        found.append(contents(store))
        store.close()
    assert found[1] == found[2] == found[0]


def test_rows_in_bulk_are_what_single_rows_are(store: Store) -> None:
    row = {
        "case_id": "case-x", "account_id": "ümlaut \"'%s\\", "score": math.inf, "reasons": ["a", {"b": None}, "%(x)s"], "present": True,
        "excluded": False, "first_run": "r", "last_run": "r", "joined_at": NOW + timedelta(microseconds=1),
    }
    case = {
        "state": "new", "opened_at": NOW, "changed_at": NOW, "campaign_id": "c", "run_id": "r", "detected": "campaign",
        "score": -math.inf, "q_value": 1e-300, "loss": 0.1 + 0.2, "n_accounts": 1 << 40, "n_events": 1, "n_harvested": 1,
        "output_tokens": 1, "views": [], "capabilities": {}, "explanations": [], "details": {"é": [1, None]},
    }
    with store.write(SYSTEM) as change:
        change.session.add(Run(run_id="r", imported_at=NOW, imported_by="x", summary={}))
        put(change.session, Case, [{"case_id": "case-x", **case}])
        put(change.session, Member, [row])
        put(change.session, Member, [row | {"score": 1.0}], update=())
        put(change.session, Member, [row | {"score": 2.0, "excluded": True}], update=("last_run",))
    with store.read() as session:
        member, held = session.get_one(Member, ("case-x", row["account_id"])), cases.get(session, "case-x")
        assert {name: getattr(member, name) for name in row} == row
        assert {name: getattr(held, name) for name in case} == case
        assert (held.verdict, held.first_seen) == (None, None)
