"""Decisions that services logged: the last ones by case and name, and the old ones removed."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from respond_helpers import BEN, DEE, NOW

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.respond import audit, decisions
from stillwatch.respond.schema import AuditRow
from stillwatch.respond.snapshot import Decision, append_decisions
from stillwatch.respond.store import ForbiddenError, Store


def logged(store: Store, n: int, at: datetime, *, account: str | None = "ada", key: str | None = None, case: str = "case-one") -> None:
    append_decisions(store, [
        Decision(f"{at.isoformat()}-{i}-{account or key}", at + timedelta(seconds=i), "decide", account, key, "allow", "block", "shadow",
                 "terms_of_use", case, 0)
        for i in range(n)
    ])


def test_the_last_ones_by_case_and_by_name(store: Store) -> None:
    logged(store, 3, NOW)
    logged(store, 2, NOW + timedelta(hours=1), account=None, key="key-1", case="case-two")
    with store.read() as session:
        ats = [row.at for row in decisions.listed(session)]
        assert (len(ats), ats) == (5, sorted(ats, reverse=True))
        assert len(decisions.listed(session, limit=2)) == 2
        assert {row.account_id for row in decisions.listed(session, case_id="case-one")} == {"ada"}
        assert len(decisions.listed(session, name="key-1")) == 2
        assert decisions.listed(session, name="eve") == []


def test_old_ones_are_removed_in_parts_and_the_log_tells(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "ROWS", 4)
    monkeypatch.setattr(decisions, "PAUSE_S", 0.0)
    logged(store, 10, NOW - timedelta(days=40))
    logged(store, 3, NOW - timedelta(days=20))
    before = NOW - timedelta(days=30)
    with pytest.raises(ForbiddenError):
        decisions.prune(store, BEN, before, NOW)
    with pytest.raises(InputError, match="yet to come"):
        decisions.prune(store, DEE, NOW + timedelta(days=1), NOW)
    with store.read() as session:
        assert len(decisions.listed(session)) == 13
    revision = store.revision()
    assert decisions.prune(store, DEE, before, NOW) == 10
    assert decisions.prune(store, DEE, before, NOW) == 0
    assert store.revision() == revision, "services learn nothing of it"
    with store.read() as session:
        assert len(decisions.listed(session)) == 3
        rows = [(row.actor, row.action) for row in session.query(AuditRow).where(AuditRow.action == "decisions.prune")]
        assert rows == [("dee", "decisions.prune")] * 2
        assert audit.verify(session).whole


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = Store.open(url)
    logged(store, 2, NOW)
    store.close()
    common = ["--store", url, "--as", "dee"]
    assert main(["decisions", "list", "--case", "case-one", *common]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("2026-03-01 12:00:01  decide     ada ")
    assert first.endswith("allow (would be block)  terms_of_use  case-one")
    assert main(["decisions", "list", "--limit", "1", *common]) == 0
    assert "there are more than these 1: --limit N lists more" in capsys.readouterr().out
    assert main(["decisions", "list", "--account", "eve", *common]) == 0
    assert "no such decision was logged" in capsys.readouterr().out
    for wrong in (["list", "--limit", "0"], ["prune", "--days", "0"], ["prune", "--days", "nan"]):
        assert main(["decisions", *wrong, *common]) == 1
        assert capsys.readouterr().err.count("\n") == 1
    assert main(["decisions", "prune", "--days", "0.001", *common]) == 0
    assert "2 decisions of before" in capsys.readouterr().out
