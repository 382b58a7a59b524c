"""Imports: which case a campaign is, what survives them, and looks at the last requests alone; on both databases."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from respond_helpers import ANA, CEM, NOW, VIC, Folder, accounts, held, imported, log_of, the_case, write_run

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.files import digest
from stillwatch.keys import hashing
from stillwatch.respond import actions, audit, cases, erasure, identifiers, importing, inclusion
from stillwatch.respond.lookup import look_up
from stillwatch.respond.runs import read_facts, read_requests
from stillwatch.respond.schema import Account, AuditRow, Case, Key, Mark, Run
from stillwatch.respond.store import SYSTEM, ForbiddenError, Store
from stillwatch.respond.vocabulary import State, Subject, Verdict


def test_the_same_run_twice_changes_nothing(store: Store, run_folder: Folder) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 5)}, "c-two": {"members": accounts(10, 5)}})
    first = imported(store, folder)
    assert len(first.opened) == 2
    with store.read() as session:
        head = audit.verify(session).head
    assert imported(store, folder).known
    with store.read() as session:
        assert session.query(Case).count() == 2
        assert audit.verify(session).head == head


def with_digests(folder: Path) -> None:
    """Add to a summary what detect tells of the tables."""
    told = json.loads((folder / "summary.json").read_text())
    told["tables"] = {path.name: digest(path) for path in folder.glob("*.parquet")}
    (folder / "summary.json").write_text(json.dumps(told))


def test_facts_and_requests_are_of_identifiers_as_they_stand(tmp_path: Path) -> None:
    """DuckDB would take these for a UUID and a time, and write them in another form."""
    who, key = "6F9619FF-8B86-D011-B42D-00C04FC964FF", "2026-01-01T02:00:00Z"
    rows = [{"event_id": f"e{i}", "account_id": who, "key_id": key, "timestamp": f"2026-01-01T0{i}:00:00Z", "output_tokens": 5}
            for i in (1, 2)]
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "e.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_facts(tmp_path, [who], NOW)
    assert [(one["n_events"], one["output_tokens"], one["window_days"]) for one in found.accounts] == [(2, 10, 1 / 24)]
    assert found.keys == [(key, who)]
    assert read_requests(tmp_path, [who], 5)[0]["wanted"].to_pylist() == [True, True]


def test_a_ban_that_is_to_come_is_none(store: Store, run_folder: Folder, tmp_path: Path) -> None:
    """Some registries write the year 9999 for never, others the end of a contract."""
    folder, data = run_folder({"c-one": {"members": accounts(0, 3)}}), log_of(tmp_path / "log", "org-x", accounts(0, 3))
    bans = [datetime(9999, 12, 31, tzinfo=UTC), NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)]
    pq.write_table(pa.table({"account_id": accounts(0, 3), "banned_at": bans}), data / "accounts.parquet")
    assert imported(store, folder, data=data).facts == 3
    with store.read() as session:
        assert [row.banned_at for row in session.query(Account).order_by(Account.account_id)] == [None, None, bans[2]]
        assert actions.preview(session, NOW, case_id="case-one")["n_already_banned"] == 1
    assert imported(store, folder, data=data, now=NOW + timedelta(hours=1)).facts == 1, "its time has come"


def test_times_without_a_zone_are_utc_wherever_the_machine_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "e.jsonl").write_text('{"event_id": "e", "account_id": "a", "timestamp": "2026-01-01T00:00:00"}\n')
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert read_requests(tmp_path, ["a"], 5)[0]["at_s"].to_pylist() == [datetime(2026, 1, 1, tzinfo=UTC).timestamp()]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("name", ["accounts.parquet", "campaigns.parquet"])
def test_a_run_with_a_byte_changed_is_refused(store: Store, run_folder: Folder, name: str) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 500)}})
    with_digests(folder)
    whole = (folder / name).read_bytes()
    for at in range(4, len(whole) - 4, len(whole) // 20):
        (folder / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(InputError, match=f"not the table that the run's summary.json tells.*{name}.*run stillwatch detect again"):
            imported(store, folder)
    (folder / name).write_bytes(whole)
    assert len(imported(store, folder).opened) == 1


@pytest.mark.parametrize("tables", [[], {}, {"accounts.parquet": 3}])
def test_a_summary_that_tells_other_tables_is_refused(store: Store, run_folder: Folder, tables: object) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 5)}})
    told = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps(told | {"tables": tables}))
    with pytest.raises(InputError, match=r"summary\.json"):
        imported(store, folder)


def test_an_erasure_tells_the_tables_that_it_left(store: Store, run_folder: Folder) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 5)}})
    with_digests(folder)
    before, path = json.loads((folder / "summary.json").read_text())["tables"], folder / "accounts.parquet"
    table = pq.read_table(path)
    pq.write_table(table.filter(pc.field("account_id") != "acct-00004"), path)
    with pytest.raises(InputError, match=r"summary\.json"):
        imported(store, folder)
    entry = {"at": NOW.isoformat(), "note": "request 1", "campaigns": {},
             "files": [{"path": path.name, "before": before[path.name], "after": digest(path)}]}
    (folder / "erasures.json").write_text(json.dumps([entry]))
    assert len(imported(store, folder).opened) == 1


def test_found_again_updates_the_case_and_keeps_its_name(store: Store, run_folder: Folder, case_id: str) -> None:
    later = NOW + timedelta(days=1)
    done = imported(store, run_folder({"c-two": {"members": accounts(5, 10), "score": 7.0}}, last_seen=later))
    assert (done.opened, done.updated, done.joined) == ([], [case_id], {case_id: 5})
    case = the_case(store)
    assert (case.campaign_id, case.score, case.n_accounts) == ("c-two", 7.0, 10)
    assert held(store, case_id) == dict.fromkeys(accounts(5, 10), (True, False)) | dict.fromkeys(accounts(0, 5), (False, False))


def test_a_case_that_the_last_whole_run_does_not_accuse_says_so(
    store: Store, run_folder: Folder, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def said() -> dict[str, datetime]:
        with store.read() as session:
            return cases.no_longer_accused(session, [case.case_id for case in session.query(Case)])

    later = NOW + timedelta(days=1)
    imported(store, run_folder({"c-look": {"members": accounts(60, 9)}}, last_seen=later, days=1))
    imported(store, run_folder({"c-old": {"members": accounts(70, 9)}}, last_seen=NOW - timedelta(days=1)))
    assert case_id not in said(), "looks and older runs do not tell"
    other = {"members": accounts(50, 40), "verdict": "review"}
    imported(store, run_folder({"c-crowd": other}, last_seen=later))
    assert set(said()) == {case_id, "case-look", "case-old"}
    assert said()[case_id] == later
    url = store.engine.url.render_as_string(hide_password=False)
    for words in (["list"], ["show", case_id]):
        assert main(["cases", *words, "--store", url]) == 0
        assert f"the last whole run, of requests to {later:%Y-%m-%d %H:%M} UTC, does not accuse it" in capsys.readouterr().out
    merged = {"members": accounts(0, 10) + accounts(70, 9)}
    imported(store, run_folder({"c-two": merged}, last_seen=later + timedelta(days=1)))
    assert not {case_id, "case-old"} & set(said()), "who is accused in another case is accused"


def test_an_import_tells_whose_verdict_changed(
    store: Store, store_url: str, run_folder: Folder, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever acted on a campaign has to know that a later run only lists it, and whoever waited that it is accused."""

    def told(verdict: str, days: int) -> str:
        run = run_folder({f"c-{days}": {"members": accounts(0, 10), "verdict": verdict}}, last_seen=NOW + timedelta(days=days))
        assert main(["cases", "import", str(run), "--store", store_url]) == 0
        return capsys.readouterr().out.removeprefix("0 opened, 1 found again, 0 reopened\n")

    assert told("campaign", 1) == ""
    assert told("review", 2) == f"{case_id}: was accused, is for review now; actions on it stay\n"
    assert told("review", 3) == ""
    before = f"it is for review now, but a run of requests to {NOW + timedelta(days=1):%Y-%m-%d %H:%M} UTC accused it; actions on it stay"
    for words, line in ((["list"], f"{case_id}: {before}"), (["show", case_id], before)):
        assert main(["cases", *words, "--store", store_url]) == 0
        assert line in capsys.readouterr().out.splitlines()
    assert told("campaign", -1) == "", "an older run changes no figures"
    assert told("campaign", 4) == f"{case_id}: was for review, is accused now\n"
    assert main(["cases", "list", "--store", store_url]) == 0
    assert "it is for review now" not in capsys.readouterr().out


def test_after_a_ban_of_all_the_replacements_are_the_same_case(store: Store, run_folder: Folder, case_id: str) -> None:
    later = NOW + timedelta(days=1)
    imported(store, run_folder({"c-two": {"members": accounts(100, 10), "marks": ["t2", "t3", "t4"]}}, last_seen=later))
    assert the_case(store).case_id == case_id
    assert held(store, case_id)["acct-00100"] == (True, False)
    assert held(store, case_id)["acct-00000"] == (False, False)
    # And when only the second generation's marks are left, it is still the same case.
    imported(store, run_folder({"c-three": {"members": accounts(200, 10), "marks": ["t4", "t3"]}}, last_seen=later + timedelta(days=1)))
    assert the_case(store).case_id == case_id


def test_an_older_run_does_not_take_the_case_back(store: Store, run_folder: Folder, case_id: str) -> None:
    imported(store, run_folder({"c-old": {"members": accounts(3, 10), "score": 2.0}}, last_seen=NOW - timedelta(days=9)))
    case = the_case(store)
    assert (case.campaign_id, case.score) == ("c-one", 5.0)
    assert held(store, case_id)["acct-00009"] == (True, False)
    assert held(store, case_id)["acct-00012"] == (False, False), "seen in an older run only"


def test_an_older_run_changes_no_mark_and_reopens_nothing(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(CEM, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE, note="x")
    older = {"c-old": {"members": accounts(6, 6), "marks": ["t1", "t9"]}}
    done = imported(store, run_folder(older, last_seen=NOW - timedelta(days=9)))
    assert (done.joined, done.reopened, the_case(store).state) == ({}, [], State.RESOLVED)
    with store.read() as session:
        told = {mark.object: (mark.n_accounts, mark.last_run == done.run_id) for mark in session.query(Mark)}
    assert told == {"t1": (10, False), "t2": (10, False), "t3": (10, False), "t9": (6, True)}
    found = imported(store, run_folder({"c-new": {"members": accounts(0, 11)}}, last_seen=NOW + timedelta(days=1)))
    assert (found.joined, found.reopened) == ({case_id: 1}, [case_id]), "now it is there, and nobody judged it"


def test_after_a_split_the_part_that_was_judged_innocent_keeps_its_case(store: Store, run_folder: Folder, case_id: str) -> None:
    stayed, left = accounts(0, 6), accounts(6, 4)
    imported(store, run_folder({"c-two": {"members": stayed}, "c-zoo": {"members": left}}, last_seen=NOW + timedelta(days=1)))
    replaced = [*accounts(0, 1), *accounts(100, 5)]
    later = {"c-new": {"members": replaced}, "c-zoo": {"members": left, "lineage": "c-one"}}
    imported(store, run_folder(later, last_seen=NOW + timedelta(days=2)))
    assert {name for name, (present, _) in held(store, "case-zoo").items() if present} == set(left)
    assert {name for name, (present, _) in held(store, case_id).items() if present} == set(stayed)


def test_a_prompt_with_a_nul_stops_no_import(store: Store, run_folder: Folder) -> None:
    """It would otherwise be a way for whoever harvests to have no case."""
    template = {"masked": "Solve\0 ⟨…⟩", "events": 3, "of": 4}
    imported(store, run_folder({"c-one": {"members": accounts(0, 10), "details": {"templates": [template]}}}))
    with store.read() as session:
        details = session.get_one(Case, the_case(store).case_id).details
        assert details["templates"] == [template | {"masked": "Solve\ufffd ⟨…⟩"}]


def test_names_with_a_nul_stop_no_import(store: Store, run_folder: Folder, tmp_path: Path) -> None:
    from stillwatch.respond.schema import Account, Key

    named = ["a\0", "a\ufffd", *accounts(0, 4)]  # the first two are one to the store
    event = {"timestamp": NOW.isoformat(), "account_id": "a\0", "key_id": "k\0", "output_tokens": 7, "prompt": "x", "event_id": "e"}
    (tmp_path / "data" / "events").mkdir(parents=True)
    (tmp_path / "data" / "events" / "events.jsonl").write_text(json.dumps(event) + "\n")
    (tmp_path / "data" / "accounts.jsonl").write_text(json.dumps({"account_id": "a\0", "org_id": "o\0"}) + "\n")
    imported(store, run_folder({"c-one": {"members": named}}), data=tmp_path / "data")
    assert set(held(store, the_case(store).case_id)) == {"a\ufffd", *accounts(0, 4)}
    with store.read() as session:
        account = session.get_one(Account, "a\ufffd")
        assert (account.output_tokens, account.org_id) == (7, "o\ufffd")
        assert session.get_one(Key, "k\ufffd").account_id == "a\ufffd"


def test_an_unrelated_campaign_opens_its_own(store: Store, run_folder: Folder, case_id: str) -> None:
    assert len(imported(store, run_folder({"c-two": {"members": accounts(500, 9), "marks": ["z1", "z2"]}})).opened) == 1


def test_a_judgement_survives_every_import(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.assign(change, case_id, "ana")
        cases.annotate(change, case_id, "a class of mine")
        cases.exclude(change, case_id, "acct-00003", "known customer")
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.BENIGN, note="asked them")
    for day in range(1, 4):
        folder = run_folder({f"c-{day}": {"members": accounts(day, 12), "score": 9.0}}, last_seen=NOW + timedelta(days=day))
        imported(store, folder)
    case = the_case(store)
    assert (case.state, case.verdict, case.assignee) == (State.RESOLVED, Verdict.BENIGN, "ana")
    assert held(store, case_id)["acct-00003"] == (True, True)


def test_a_confirmed_campaign_that_grows_is_reopened_and_keeps_its_verdict(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
    same = run_folder({"c-x": {"members": accounts(0, 9)}}, last_seen=NOW + timedelta(days=1))
    assert (imported(store, same).reopened, the_case(store).judged) == ([], "true positive"), "nobody new"
    more = run_folder({"c-y": {"members": accounts(0, 12)}}, last_seen=NOW + timedelta(days=2))
    assert imported(store, more).reopened == [case_id]
    assert (the_case(store).state, the_case(store).verdict) == (State.REOPENED, Verdict.TRUE_POSITIVE)
    assert the_case(store).judged == "true positive before it was opened again"


def test_who_was_cleared_by_name_stays_out_of_other_cases(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "known customer")
    done = imported(store, run_folder({"c-two": {"members": ["acct-00003", *accounts(300, 9)], "marks": ["q1", "q2"]}}))
    assert done.kept_out == 1
    assert held(store, done.opened[0])["acct-00003"] == (True, True)
    with store.write(ANA, now=NOW) as change:
        inclusion.include(change, case_id, "acct-00003", "was lying")
    third = imported(store, run_folder({"c-three": {"members": ["acct-00003", *accounts(600, 9)], "marks": ["r1", "r2"]}}))
    assert third.kept_out == 0


def present(store: Store, case_id: str) -> set[str]:
    return {account_id for account_id, (here, _) in held(store, case_id).items() if here}


@pytest.mark.parametrize("first", ["whole", "look"])
def test_a_look_and_the_whole_log_count_together_in_any_order(
    store: Store, store_url: str, run_folder: Folder, first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = run_folder({"c-whole": {"members": accounts(0, 10), "score": 7.0}})
    look = run_folder({"c-look": {"members": accounts(6, 8), "score": 2.0}}, last_seen=NOW + timedelta(minutes=5), days=1)
    for folder in (whole, look) if first == "whole" else (look, whole):
        imported(store, folder)
    case = the_case(store)
    assert present(store, case.case_id) == set(accounts(0, 14))
    assert (case.campaign_id, case.score, case.n_accounts) == ("c-whole", 7.0, 10)
    assert main(["cases", "show", case.case_id, "--store", store_url]) == 0
    told = "10 accounts and 4 that another look found (0 no longer seen, 0 excluded), 90 (80 to 100) of their 100 requests harvested"
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("first", ["whole", "look"])
def test_whom_a_look_accuses_is_accused_though_the_whole_log_lists_him(store: Store, run_folder: Folder, first: str) -> None:
    whole = run_folder({"c-whole": {"members": accounts(0, 20), "score": -1.0, "verdict": "review"}})
    look = run_folder({"c-look": {"members": accounts(0, 12), "score": 2.0}}, days=1)
    for folder in (whole, look) if first == "whole" else (look, whole):
        imported(store, folder)
    case = the_case(store)
    assert (case.detected, case.campaign_id, case.score) == ("campaign", "c-look", 2.0)
    assert present(store, case.case_id) == set(accounts(0, 20))


def test_a_look_takes_nothing_from_an_earlier_run_of_the_whole_log(store: Store, run_folder: Folder, case_id: str) -> None:
    later = NOW + timedelta(days=4)
    imported(store, run_folder({"c-look": {"members": accounts(8, 6), "score": 2.0}}, last_seen=later, days=1))
    assert present(store, case_id) == set(accounts(0, 14))
    assert (the_case(store).campaign_id, the_case(store).n_accounts) == ("c-one", 10)


def test_an_old_look_goes_with_the_next_run_of_the_whole_log(store: Store, run_folder: Folder, case_id: str) -> None:
    """It was of another time; one of the same night stays."""
    old = [*accounts(8, 4), "acct-00020"]
    imported(store, run_folder({"c-old": {"members": old}}, last_seen=NOW + timedelta(days=1), days=1))
    assert present(store, case_id) == {*accounts(0, 10), *old}
    imported(store, run_folder({"c-new": {"members": accounts(9, 5)}}, last_seen=NOW + timedelta(days=6), days=1))
    imported(store, run_folder({"c-two": {"members": accounts(0, 9), "score": 7.0}}, last_seen=NOW + timedelta(days=6)))
    assert present(store, case_id) == set(accounts(0, 14))
    imported(store, run_folder({"c-six": {"members": accounts(0, 9), "score": 6.0}}, last_seen=NOW + timedelta(days=9)))
    assert present(store, case_id) == set(accounts(0, 9))
    assert (the_case(store).campaign_id, the_case(store).score) == ("c-six", 6.0)


def test_looks_alone_follow_each_other(store: Store, run_folder: Folder) -> None:
    imported(store, run_folder({"c-one": {"members": accounts(0, 10)}}, days=1))
    imported(store, run_folder({"c-two": {"members": accounts(5, 10), "score": 3.0}}, last_seen=NOW + timedelta(hours=2), days=1))
    case = the_case(store)
    assert (case.campaign_id, case.score) == ("c-two", 3.0)
    assert present(store, case.case_id) == set(accounts(0, 15)), "two hours later the first still counts"
    imported(store, run_folder({"c-six": {"members": accounts(5, 9)}}, last_seen=NOW + timedelta(days=6), days=1))
    assert present(store, case.case_id) == set(accounts(5, 9))
    imported(store, run_folder({"c-old": {"members": accounts(0, 10), "score": 9.0}}, last_seen=NOW + timedelta(hours=1), days=1))
    assert (the_case(store).campaign_id, present(store, case.case_id)) == ("c-six", set(accounts(5, 9))), "an old one that comes late"


def test_two_runs_that_found_nothing_are_two_runs(store: Store, tmp_path: Path) -> None:
    folders = [write_run(tmp_path / str(day), {}, last_seen=NOW + timedelta(days=day)) for day in range(2)]
    tables = [[(folder / f"{name}.parquet").read_bytes() for name in ("campaigns", "accounts")] for folder in folders]
    assert tables[0] == tables[1]
    assert [imported(store, folder).known for folder in (*folders, folders[0])] == [False, False, True]
    with store.read() as session:
        assert session.query(Run).count() == 2


def verified(store: Store) -> str:
    with store.read() as session:
        return audit.verify(session).head


def orgs(store: Store) -> dict[str, str | None]:
    with store.read() as session:
        return {row.account_id: row.org_id for row in session.query(Account)}


def test_an_older_run_takes_back_no_fact_of_a_newer_one(store: Store, run_folder: Folder, tmp_path: Path) -> None:
    old_log, new_log = log_of(tmp_path / "old", None, accounts(0, 10)), log_of(tmp_path / "new", "org-x", accounts(2, 8))
    old = run_folder({"c-one": {"members": accounts(0, 10)}}, last_seen=NOW - timedelta(days=7))
    new = run_folder({"c-two": {"members": accounts(2, 8)}})
    first = imported(store, old, data=old_log)
    assert (first.facts, first.keys) == (10, 10)
    assert imported(store, new, data=new_log).facts == 8
    wanted = dict.fromkeys(accounts(0, 2)) | dict.fromkeys(accounts(2, 8), "org-x")
    assert orgs(store) == wanted
    head, revision = verified(store), store.revision()
    again = imported(store, old, data=old_log)
    assert (again.known, again.facts, again.keys, again.older, again.columns) == (True, 0, 0, 8, False)
    assert imported(store, new, data=new_log).older == 0
    assert (orgs(store), verified(store), store.revision()) == (wanted, head, revision), "nothing is written"
    late = run_folder({"c-late": {"members": [*accounts(0, 9), "acct-00077"]}}, last_seen=NOW - timedelta(days=1))
    imported(store, late, data=log_of(tmp_path / "late", "org-l", [*accounts(0, 9), "acct-00077"]))
    assert orgs(store) == wanted | dict.fromkeys([*accounts(0, 2), "acct-00077"], "org-l"), "of others it is the newest"


def test_the_same_run_with_other_facts_says_so(
    store: Store, store_url: str, run_folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 3)}})

    def told(data: Path) -> str:
        assert main(["cases", "import", str(folder), "--data", str(data), "--store", store_url]) == 0
        return capsys.readouterr().out

    assert "1 opened" in told(log_of(tmp_path / "one", None, accounts(0, 3)))
    assert told(tmp_path / "one") == "imported before; nothing changed\n"
    revision = store.revision()
    assert "imported before; now new: facts of 3 accounts" in told(log_of(tmp_path / "two", "org-x", accounts(0, 3), verified=True))
    assert orgs(store) == dict.fromkeys(accounts(0, 3), "org-x")
    assert store.revision() == revision + 1, "decision services are told"
    assert told(tmp_path / "two") == "imported before; nothing changed\n"


def test_the_log_of_another_run_is_refused_and_one_that_lacks_some_accounts_is_told(
    store: Store, store_url: str, run_folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All traffic would count as none, actions would reach no key, and names would be looked up in the wrong folder."""
    folder = run_folder({"c-one": {"members": accounts(0, 3)}})
    command = ["cases", "import", str(folder), "--store", store_url, "--data"]
    strange = log_of(tmp_path / "strange", None, accounts(5, 9))
    assert main([*command, str(strange)]) == 1
    assert capsys.readouterr().err == (
        f"stillwatch: of 3 accounts that the run found, none sent a request in this log: {strange}. Pass the folder that detect read, or"
        " leave --data out\n"
    )
    with store.read() as session:
        assert not session.query(Case).count()
    assert main([*command, str(log_of(tmp_path / "part", None, accounts(1, 5)))]) == 0
    assert "\n1 account of the run sent nothing in " in capsys.readouterr().out
    assert main([*command, str(log_of(tmp_path / "whole", None, accounts(0, 5)))]) == 0
    assert "sent nothing" not in capsys.readouterr().out
    nobody = log_of(tmp_path / "nobody", None, accounts(5, 9))
    assert imported(store, run_folder({}), data=nobody).silent == 0, "a run that found nobody fits any log"


@pytest.mark.parametrize("place", ["ingest.json", "stillwatch.key"])
def test_an_import_tells_the_store_with_which_key_identifiers_were_hashed(
    place: str, store: Store, run_folder: Folder, tmp_path: Path
) -> None:
    key = bytes(range(32))
    folder, data = run_folder({"c-one": {"members": accounts(0, 3)}}), log_of(tmp_path / "log", "org-x", accounts(0, 3))
    (data / place).write_text(json.dumps({"key_check": hashing.key_check(key)}) if place == "ingest.json" else key.hex())

    def others() -> list[bool]:
        with store.read() as session:
            return [identifiers.of_another_key(session, one) for one in (key, bytes(32))]

    imported(store, folder)
    assert others() == [False, False], "not known"
    nobody = run_folder({}, last_seen=NOW - timedelta(days=7))
    imported(store, nobody)
    with pytest.raises(ForbiddenError):  # though the run is known and no facts are new
        importing.import_run(store, VIC, nobody, data=data, now=NOW)
    assert others() == [False, False]
    for _ in range(2):
        imported(store, folder, data=data)
    assert others() == [False, True]
    with store.read() as session:
        (row,) = session.query(AuditRow).where(AuditRow.action == "run.key")
        assert (json.loads(row.before), json.loads(row.after)) == ({"key_check": None}, {"key_check": hashing.key_check(key)})


@pytest.mark.parametrize(("place", "content"), [("stillwatch.key", "no key"), ("ingest.json", "{"), ("ingest.json", "[]")])
def test_an_import_of_a_log_whose_key_cannot_be_read_stores_nothing(
    place: str, content: str, store: Store, run_folder: Folder, tmp_path: Path
) -> None:
    folder, data = run_folder({"c-one": {"members": accounts(0, 3)}}), log_of(tmp_path / "log", "org-x", accounts(0, 3))
    (data / place).write_text(content)
    with pytest.raises(InputError):
        imported(store, folder, data=data)
    with store.read() as session:
        assert (cases.counts(session), session.query(Run).count()) == ({}, 0)


def test_an_import_brings_nobody_back_who_was_erased(
    store: Store, store_url: str, run_folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, data = run_folder({"c-one": {"members": accounts(0, 3)}}), log_of(tmp_path / "log", "org-x", accounts(0, 3))
    key = data / hashing.KEY_NAME
    hashing.tenant_key(key)
    imported(store, folder, data=data)
    hashing.list_erased(key, "acct-00001")
    erasure.erase(store, SYSTEM, "acct-00001", note="request 1")
    again = imported(store, folder, data=data)
    assert (again.known, again.facts, again.keys, again.back) == (True, 0, 0, 0)
    with store.read() as session:
        assert set(orgs(store)) == {row.account_id for row in session.query(Key)} == {"acct-00000", "acct-00002"}
        found = look_up(session, [(Subject.ACCOUNT, "acct-00001"), (Subject.ORG, "org-x")])
        assert found.unknown == ((Subject.ACCOUNT, "acct-00001"),)
        assert {row["account_id"] for row in found.facts.accounts} == set(orgs(store))
    following = run_folder({"c-two": {"members": accounts(0, 3)}}, last_seen=NOW + timedelta(days=1))
    assert main(["cases", "import", str(following), "--data", str(data), "--store", store_url]) == 0
    assert "1 account that was erased is in the store again" in capsys.readouterr().out
    assert "acct-00001" in orgs(store)


def test_who_was_cleared_is_not_accused_by_a_group_for_review(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "known customer")
    done = imported(store, run_folder({"c-two": {"members": ["acct-00003", *accounts(300, 9)], "verdict": "review"}}))
    assert (done.kept_out, held(store, done.opened[0])["acct-00003"]) == (0, (True, True))
