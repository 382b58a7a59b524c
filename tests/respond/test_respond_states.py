"""States and verdicts of cases, what a viewer may not do, and what the commands print; on both databases."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from respond_helpers import ANA, EXTRACTION, NOW, VIC, Folder, accounts, the_case

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.respond import actions, allow, appeals, audit, cases, policy
from stillwatch.respond.snapshot import Decision, append_decisions
from stillwatch.respond.store import SYSTEM, ForbiddenError, Store
from stillwatch.respond.vocabulary import TRANSITIONS, Action, State, Subject, Verdict


@pytest.mark.parametrize("state", list(State))
def test_only_legal_moves(store: Store, case_id: str, state: State) -> None:
    for to in State:
        with store.write(SYSTEM, now=NOW) as change:
            cases.get(change.session, case_id).state = state
        verdict = Verdict.SUSPICIOUS if to is State.RESOLVED else None

        def attempt(to: State = to, verdict: Verdict | None = verdict) -> None:
            with store.write(ANA, now=NOW) as change:
                cases.move(change, case_id, to, verdict=verdict)

        if to in TRANSITIONS[state]:
            attempt()
            assert the_case(store).state == to
        else:
            with pytest.raises(InputError, match="cannot become"):
                attempt()


def test_every_state_can_be_reached_and_left() -> None:
    assert {to for moves in TRANSITIONS.values() for to in moves} == set(State)
    assert all(TRANSITIONS[state] for state in State)


@pytest.mark.parametrize(("to", "verdict"), [(State.RESOLVED, None), (State.TRIAGE, Verdict.BENIGN)])
def test_a_verdict_comes_with_resolving_and_only_then(store: Store, case_id: str, to: State, verdict: Verdict | None) -> None:
    with pytest.raises(InputError, match="verdict"), store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, to, verdict=verdict)


def test_a_verdict_labels_the_accounts(store: Store, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "customer")
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
    with store.read() as session:
        rows = {row["account_id"]: row["campaign"] for row in cases.labels(session)}
    assert rows == {a: (None if a == "acct-00003" else case_id) for a in accounts(0, 10)}


@pytest.mark.parametrize("job", ["move", "propose", "allow", "policy", "annotate", "exclude", "appeal"])
def test_a_viewer_changes_nothing(store: Store, case_id: str, job: str) -> None:
    with store.read() as session:
        head = audit.verify(session).head
    jobs: dict[str, Callable[[Any], Any]] = {
        "move": lambda c: cases.move(c, case_id, State.TRIAGE),
        "propose": lambda c: actions.propose(c, Action.OBSERVE, EXTRACTION, case_id=case_id),
        "allow": lambda c: allow.add(c, Subject.ACCOUNT, "a", owner="o", reason="r", expires_at=NOW + timedelta(days=1)),
        "policy": lambda c: policy.draft(c, policy.Policy(), "x"),
        "annotate": lambda c: cases.annotate(c, case_id, "x"),
        "exclude": lambda c: cases.exclude(c, case_id, "acct-00001", "x"),
        "appeal": lambda c: appeals.receive(c, case_id, "acct-00001", "x"),
    }
    with pytest.raises(ForbiddenError), store.write(VIC, now=NOW) as change:
        jobs[job](change)
    with store.read() as session:
        assert audit.verify(session).head == head


@pytest.mark.parametrize("days", ["nan", "inf", "1e20", "4000", "-1", "0"])
def test_a_length_that_is_none_is_one_clear_line(tmp_path: Path, run_folder: Folder, days: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "store.db")
    assert main(["cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--store", url]) == 0
    with_days = {
        "the policy's 90": ["actions", "propose", "throttle", "--account", "acct-00001", "--reason", "terms_of_use"],
        "3650: --days": ["allow", "add", "account", "acct-00001", "--owner", "ana", "--reason", "a customer"],
    }
    for most, words in with_days.items():
        capsys.readouterr()
        assert main([*words, "--days", days, "--store", url]) == 1
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert f"days are not more than 0 and at most {most}" in told.err


@pytest.mark.parametrize(("details", "said"), [
    ({}, "of traces alone"),
    ({"evidence": [{"name": "x", "log_odds": 1.0, "sentence": "They do."}]}, "148 times rarer, as extrapolated, among innocent groups"),
    ({"score": -0.04, "evidence": [{"name": "x"}]}, "score -0.04 (1.0 times more common among"),
    ({"score": 9.9, "evidence": [{"name": "x"}]}, "(more than 1,000 times rarer, as extrapolated, among"),
    ({"evidence": [{"name": "context.crowd", "log_odds": 1.0, "sentence": "Many.", "observed": 0.5, "expected": 0.25}]},
     "Many. (observed 100 accounts, expected 10)"),
])
def test_a_score_is_told_as_what_it_is(
    tmp_path: Path, run_folder: Folder, details: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = str(tmp_path / "store.db")
    why = {"not_accused": ["it is one customer"]}
    campaign = {"members": accounts(0, 8), "verdict": "review", "score": details.get("score", 5.0), "details": details | why}
    run = run_folder({"c-one": campaign})
    assert main(["cases", "import", str(run), "--store", url]) == 0
    assert main(["cases", "show", "case-one", "--store", url]) == 0
    told = capsys.readouterr().out
    assert said in told
    assert "why nobody is accused:\n  it is one customer" in told
    assert "accounts, most suspicious first (nobody is accused, so scores are 0 at most):" in told


def test_lists_say_that_they_are_empty(tmp_path: Path, run_folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "store.db")
    Store.open(url).close()
    assert main(["cases", "list", "--store", url]) == 0
    assert capsys.readouterr().out == "no case is open\n"
    assert main(["cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--store", url]) == 0
    capsys.readouterr()
    for words, said in (
        (["cases", "list", "--state", "closed"], "no case is closed"), (["actions", "list"], "no action holds"),
        (["actions", "list", "--waiting"], "nothing waits for another person"), (["allow", "list"], "nobody is on the allow-list"),
        (["appeal", "list"], "no appeal is open"), (["appeal", "list", "--all"], "no appeal was received"),
    ):
        assert main([*words, "--store", url]) == 0
        assert capsys.readouterr().out == said + "\n"
    assert main(["cases", "show", "case-one", "--store", url]) == 0
    assert "\n\n" not in capsys.readouterr().out
    assert main(["actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction", "--store", url]) == 0
    capsys.readouterr()
    assert main(["actions", "list", "--store", url]) == 0
    assert capsys.readouterr().out == "no action holds\nwaiting for another person: 1; stillwatch actions list --waiting\n"


def test_a_list_on_a_terminal_names_its_columns(
    run_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Elsewhere a program may read the rows."""
    store = ["--store", str(tmp_path / "store.db")]
    assert main(["cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), *store]) == 0
    assert main(["actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction", *store]) == 0
    answer = Decision("r-1", NOW, "litellm", "acct-00001", None, "block", "block", "enforce", "coordinated_extraction", "case-one", 0)
    append_decisions(Store.open(store[1]), [answer])
    told: dict[str, list[str]] = {}
    for where in ("file", "terminal"):
        monkeypatch.setattr(sys.stdout, "isatty", lambda where=where: where == "terminal")
        for words in (["cases", "list"], ["actions", "list", "--waiting"], ["decisions", "list"]):
            capsys.readouterr()
            assert main([*words, *store]) == 0
            told[f"{words[0]} {where}"] = capsys.readouterr().out.splitlines()
    for what, columns in (
        ("cases", {"STATE": "pending_action", "DETECTED": "campaign"}), ("actions", {"STATE": "proposed", "KIND": "block"}),
        ("decisions", {"SURFACE": "litellm", "ACCOUNT": "acct-00001", "DECISION": "block"}),
    ):
        header, *rows = told[f"{what} terminal"]
        assert rows == told[f"{what} file"]
        assert {name: rows[0][header.index(name):].split()[0] for name in columns} == columns
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["cases", "list", "--json", *store]) == 0
    assert json.loads(capsys.readouterr().out)["cases"]


def test_a_case_names_others_of_its_run_that_share_its_marks(
    run_folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = str(tmp_path / "store.db")
    found = {"c-one": ["t1", "t2", "t3"], "c-two": ["t1", "t2"], "c-six": ["t3"], "c-ten": ["t4"]}
    run = run_folder({name: {"members": accounts(10 * i, 10 * i + 8), "marks": marks} for i, (name, marks) in enumerate(found.items())})
    assert main(["cases", "import", str(run), "--store", url]) == 0
    capsys.readouterr()
    assert main(["cases", "show", "case-one", "--store", url]) == 0
    line = "of the objects that its accounts share, 2 are shared by case-two, too; 1 is shared by case-six, too\n"
    assert line in capsys.readouterr().out
    assert main(["cases", "show", "case-ten", "--store", url]) == 0
    assert "objects that" not in capsys.readouterr().out
