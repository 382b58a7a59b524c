"""Erasure of an account from folders of logs and runs: nothing of it stays, all else does, and later commands say why figures differ."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import killed
from stillwatch import partitions, run_details, sketch
from stillwatch.cli import main
from stillwatch.dataset import open_dataset
from stillwatch.detect import pipeline
from stillwatch.erasure.folders import _publish_erasure, erase
from stillwatch.erasure.names import mentions_name
from stillwatch.errors import InputError
from stillwatch.evidence import pdf
from stillwatch.files import digest, folder_lock, read_json, write_json, write_parquet
from stillwatch.keys import hashing
from stillwatch.report.load import load
from stillwatch.tables import TRACES

pytest.importorskip("sqlalchemy")

from sqlalchemy import select


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packets are written as where no Chromium is installed: no test here reads their PDF, which takes it seconds."""
    monkeypatch.setattr(pdf, "BROWSERS", ())


def accused(run: Path) -> tuple[str, str]:
    """An account of the largest campaign, and the campaign."""
    rows = pq.read_table(run / "accounts.parquet", filters=[("verdict", "=", "campaign")]).to_pylist()
    return rows[0]["account_id"], rows[0]["campaign_id"]


def digests(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def held(folder: Path, account: str) -> list[str]:
    """Tables that have the account or its sketches."""
    found = []
    key = int(sketch.account_key(pa.array([account]))[0])
    for path in [*folder.rglob("*.parquet"), *folder.rglob("*.ids")]:
        table = pq.read_table(path)
        sketched = path.parent.name == "sketches" and path.suffix == ".parquet"
        if pc.any(pc.equal(table["account"], key)).as_py() if sketched else account in str(table.to_pylist()):
            found.append(str(path))
    return found


@pytest.fixture
def folders(little_world: Path, little_run: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of logs and of the run that was made of them."""
    return shutil.copytree(little_world, tmp_path / "logs"), shutil.copytree(little_run, tmp_path / "run")


def test_nothing_of_the_account_stays_in_logs_and_run(folders: tuple[Path, Path]) -> None:
    logs, run = folders
    account, campaign = accused(run)
    before = {path: pq.read_table(path) for path in [*logs.rglob("*.parquet"), *run.glob("*.parquet")]}
    mine = pa.concat_tables([pq.read_table(p, columns=["event_id", "account_id"]) for p in sorted((logs / "events").glob("*.parquet"))])
    mine = mine.filter(pc.equal(mine["account_id"], account))["event_id"].combine_chunks()
    assert held(logs, account)
    assert held(run, account)
    (run / "report.html").write_text(account)
    done = erase([logs, run], account, note="request 17")
    assert [each.folder for each in done] == [run, logs], "only the logs tell which requests are its"
    assert held(logs, account) == held(run, account) == []
    assert not (run / "report.html").exists()
    harvest = pq.read_table(run / "harvest.parquet")
    assert not pc.any(pc.is_in(harvest["event_id"], mine)).as_py()
    for path, table in before.items():  # all other rows are as they were
        after = pq.read_table(path)
        if "account_id" in table.column_names:
            assert after.equals(table.filter(pc.not_equal(table["account_id"], account))), path
            assert after.schema.equals(table.schema, check_metadata=True)
    lost = len(before[run / "harvest.parquet"]) - len(harvest)
    assert lost > 0
    (told,) = run_details.erasures(run)
    assert told["campaigns"] == {campaign: {"accounts": 1, "requests": len(mine), "harvested": lost}}
    found = {path.name: digest(path) for path in run.glob("*.parquet")}
    run_details.demand_unchanged(run, read_json(run / "summary.json"), found)  # an import follows what the erasure changed
    with pytest.raises(InputError, match="not the table"):
        run_details.demand_unchanged(run, read_json(run / "summary.json"), found | {"harvest.parquet": "0" * 64})
    assert account not in (run / "erasures.json").read_text() + (logs / "erasures.json").read_text()
    rows = {row["campaign_id"]: row for row in before[run / "campaigns.parquet"].to_pylist()}
    after = {row["campaign_id"]: row for row in pq.read_table(run / "campaigns.parquet").to_pylist()}
    assert after[campaign]["n_accounts"] == rows[campaign]["n_accounts"], "figures stay as they were found"


def test_what_is_drawn_stays_in_step(folders: tuple[Path, Path]) -> None:
    logs, run = folders
    _, campaign = accused(run)
    details = next(c.details for c in load(run).campaigns if c.row["campaign_id"] == campaign)
    graph, activity = details["graph"], details["activity"]
    account = graph["nodes"][0]
    links = [(graph["nodes"][a], graph["nodes"][b], view) for a, b, view, _ in graph["edges"]]
    counts = dict(zip(activity["accounts"], activity["counts"], strict=True))
    erase([logs, run], account, note="request 17")
    new = next(c.details for c in load(run).campaigns if c.row["campaign_id"] == campaign)
    nodes = new["graph"]["nodes"]
    assert [(nodes[a], nodes[b], view) for a, b, view, _ in new["graph"]["edges"]] == [row for row in links if account not in row[:2]]
    left = dict(zip(new["activity"]["accounts"], new["activity"]["counts"], strict=True))
    assert left == {name: row for name, row in counts.items() if name != account}
    assert {name: new[name] for name in new if name not in ("graph", "activity")} == {
        name: details[name] for name in details if name not in ("graph", "activity")}


def test_later_commands_say_that_something_was_erased(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cryptography")
    logs, run = folders
    account, campaign = accused(run)
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(run), str(logs)]
    store = ["--store", f"sqlite:///{tmp_path}/store.db"]
    assert main(["cases", "import", str(run), "--data", str(logs), *store]) == 0
    assert main([*words, *store, "--yes"]) == 0
    capsys.readouterr()
    key, out = str(tmp_path / "k.pem"), tmp_path / "packets"
    packed = ["export", str(run), "--format", "packet", "--data", str(logs), "--key", key, "--out", str(out)]
    assert main([*packed, "--campaign", campaign]) == 0
    packet = str(out / f"{campaign}.packet.zip")
    assert main(["verify", packet, "--public-key", f"{key}.pub"]) == 0
    told = capsys.readouterr().out
    assert "erased before: 1 account with " in told
    assert "the logs were changed by an erasure" in told
    assert main(["rescore", packet, "--public-key", f"{key}.pub"]) == 0
    assert "1 account with" in capsys.readouterr().out
    assert main(["report", str(run)]) == 0
    assert "was erased since (request 17)" in (run / "report.html").read_text()
    capsys.readouterr()
    assert main(["export", str(run), "--format", "csv"]) == 0
    assert "was erased since (request 17)" in capsys.readouterr().out
    assert main(["cases", "import", str(run), "--data", str(logs), *store]) == 0
    told = capsys.readouterr().out
    assert "0 opened" in told, "the same cases"
    assert "0 reopened" in told
    assert main(["detect", str(logs), "--out", str(run), "-q"]) == 0
    assert not (run / "erasures.json").exists(), "a new run was made of what is left"


@pytest.mark.parametrize("cut_off", [False, True])
def test_who_has_a_packet_that_names_it_is_told(
    folders: tuple[Path, Path], tmp_path: Path, cut_off: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cryptography")
    logs, run = folders
    account, campaign = accused(run)
    other = next(c.row["campaign_id"] for c in load(run).campaigns if c.row["campaign_id"] != campaign)
    out, packed = tmp_path / "packets", ["export", str(run), "--format", "packet", "--key", str(tmp_path / "k.pem"), "--out"]
    assert main([*packed, str(out), "--campaign", campaign, "--campaign", other, "--for", "the court"]) == 0
    (out / f"{campaign}.packet.zip").rename(tmp_path / "handed out")
    assert main([*packed, str(tmp_path / "kept"), "--campaign", campaign]) == 0
    assert [(row["campaign_id"], row["for"]) for row in run_details.packets(run)] == [
        (campaign, "the court"), (other, "the court"), (campaign, "")]
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(run), str(logs)]
    if cut_off:
        erase([run], account, note="request 17")
        assert main([*packed, str(tmp_path / "later"), "--campaign", campaign]) == 0
    for yes in ([], ["--yes"]):
        capsys.readouterr()
        assert main([*words, *yes]) == 0
        told = [line for line in capsys.readouterr().out.splitlines() if "a packet of " in line]
        assert len(told) == 2
        assert f" for the court names it, and is not reached: {out / f'{campaign}.packet.zip'} (SHA-256 " in told[0]
        assert f" names it, and is not reached: {tmp_path / 'kept' / f'{campaign}.packet.zip'} (SHA-256 " in told[1]


def test_a_list_of_packets_that_was_changed_is_noticed_before_anything_goes(a_little: tuple[Path, Path, str], tmp_path: Path) -> None:
    _, run, account = copied(a_little, tmp_path)
    (run / "packets.jsonl").write_text('{"at": 7}\n')
    before = digests(run)
    with pytest.raises(InputError, match="not what stillwatch export writes"):
        erase([run], account, note="request 17")
    assert digests(run) == before


def test_a_packet_without_what_was_erased_must_say_so(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    logs, run = folders
    account, campaign = accused(run)
    erase([logs, run], account, note="request 17")
    write_json([], run / "erasures.json")
    words = ["export", str(run), "--format", "packet", "--data", str(logs), "--key", str(tmp_path / "k.pem"), "--campaign", campaign]
    assert main(words) == 1


def test_a_dry_run_changes_nothing_and_tells_what_still_names_it(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    logs, run = folders
    account, _ = accused(run)
    (run / "notes.txt").write_text(f"about {account}, and Ada")
    (run / "others.txt").write_text(f"about {account}x, and Adam")
    before = digests(logs) | digests(run)
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(run), str(logs), "--also", "Ada"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "would be erased" in told
    assert "names it, and is not changed: notes.txt" in told
    assert digests(logs) | digests(run) == before


def test_an_account_that_is_nowhere(folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs, run = folders
    assert main(["cases", "erase", "nobody-at-all", "--note", "request 17", "--from", str(run), str(logs), "--yes"]) == 1
    assert "neither the folders nor a store" in capsys.readouterr().err
    assert main(["cases", "erase", "nobody-at-all", "--note", "request 17", "--from", str(tmp_path)]) == 1
    assert "neither logs nor a run, a replay, a proof or an exposure study" in capsys.readouterr().err
    with pytest.raises(InputError, match="must say which request"):
        erase([logs], "nobody", note="nobody asks")


def test_what_the_store_forbids_is_not_done_in_folders(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs, run = folders
    account, _ = accused(run)
    store = ["--store", f"sqlite:///{tmp_path}/store.db"]
    assert main(["cases", "import", str(run), *store]) == 0
    password = tmp_path / "password"
    password.write_text("a long pass phrase of nobody\n")
    for name, role in (("dee", "admin"), ("ana", "analyst")):
        assert main(["user", "add", name, "--role", role, "--password-file", str(password), *store, "--as", "dee"]) == 0
    before = digests(run) | digests(logs)
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(run), str(logs), "--yes", *store]
    assert main([*words, "--as", "ana"]) == 1
    assert "admin" in capsys.readouterr().err
    assert digests(run) | digests(logs) == before
    assert main([*words, "--as", "dee"]) == 0
    assert main(["audit-log", "export", "--out", str(tmp_path / "log.jsonl"), *store, "--as", "dee"]) == 0
    last = (tmp_path / "log.jsonl").read_text().splitlines()[-1]
    assert str(run) in last, "the audit log tells where, and never whom"
    assert account not in last


def test_logs_in_json_lines(folders: tuple[Path, Path], tmp_path: Path) -> None:
    logs = tmp_path / "json"
    (logs / "events").mkdir(parents=True)
    rows = [{"event_id": str(i), "timestamp": "2026-01-01T00:00:00Z", "account_id": name} for i, name in enumerate("abcab")]
    lines = [json.dumps(row) + "\n" for row in rows]
    (logs / "events" / "one.jsonl").write_text("".join(lines) + "not json\n")
    (logs / "accounts.jsonl").write_text('{"account_id": "\\u0061"}\n{"account_id":  "b"}\n')
    (logs / "truth_events.jsonl").write_text('{"event_id": "0"}\n{"event_id": "1"}\n')
    lines.append("not json\n")
    with pytest.raises(InputError, match="not readable"):
        erase([logs], "a", note="request 17")
    (logs / "events" / "one.jsonl").write_text("".join(lines[:-1]))
    (done,) = erase([logs], "a", note="request 17")
    assert done.rows == {"accounts.jsonl": 1, "events/one.jsonl": 2, "truth_events.jsonl": 1}
    assert (logs / "events" / "one.jsonl").read_text() == "".join(lines[i] for i in (1, 2, 4))
    assert (logs / "accounts.jsonl").read_text() == '{"account_id":  "b"}\n'
    assert (logs / "truth_events.jsonl").read_text() == '{"event_id": "1"}\n'


def test_a_single_table(tmp_path: Path) -> None:
    rows = [{"account_id": name, "view": "content.x", "object": "o", "hour": 1, "n": 1, "weight": 1.0} for name in "aba"]
    write_parquet(pa.Table.from_pylist(rows, TRACES.schema), tmp_path / "traces.parquet")
    (done,) = erase([tmp_path / "traces.parquet"], "a", note="request 17")
    assert done.rows == {"traces.parquet": 2}
    assert pq.read_table(tmp_path / "traces.parquet").to_pylist() == [rows[1]]


def test_a_mark_log_that_leaves_accounts_to_the_events(tmp_path: Path) -> None:
    """As ``prove mark`` writes it; the ledger made of it tells accounts."""
    from stillwatch.prove.exposure_ledger import LEDGER, MARK_LOG

    (tmp_path / "logs" / "events").mkdir(parents=True)
    events = [{"event_id": f"e{i}", "timestamp": "2026-01-01T00:00:00Z", "account_id": name} for i, name in enumerate("aba")]
    (tmp_path / "logs" / "events" / "one.jsonl").write_text("".join(json.dumps(row) + "\n" for row in events))
    rows = [{"event_id": f"e{i}", "account_id": name, "tenant": "t", "scheme": "choice", "tokens": 5} for i, name in enumerate("aba")]
    marks, ledger, elicited = tmp_path / "marks.parquet", tmp_path / "ledger.parquet", tmp_path / "elicited.jsonl"
    write_parquet(LEDGER.conform(pa.Table.from_pylist(rows)), ledger)
    write_parquet(MARK_LOG.conform(pa.Table.from_pylist([row | {"account_id": None} for row in rows])), marks)
    elicited.write_text("".join(json.dumps({"event_id": row["event_id"], "output": "o"}) + "\n" for row in rows))
    done = erase([tmp_path / "logs", marks, ledger, elicited], "a", note="request 17")
    assert [sum(each.rows.values()) for each in done] == [2, 2, 2, 2]
    assert pq.read_table(marks)["event_id"].to_pylist() == pq.read_table(ledger)["event_id"].to_pylist() == ["e1"]
    assert elicited.read_text() == '{"event_id": "e1", "output": "o"}\n'


def test_json_lines_and_parquet_tell_the_same_events(tmp_path: Path) -> None:
    (tmp_path / "logs" / "events").mkdir(parents=True)
    ids = {"0": "a", "1": "b", "2": "a", "None": "a"}
    events = [{"event_id": id_, "timestamp": "2026-01-01T00:00:00Z", "account_id": name} for id_, name in ids.items()]
    (tmp_path / "logs" / "events" / "one.jsonl").write_text("".join(json.dumps(row) + "\n" for row in events))
    lines, table = tmp_path / "lines.jsonl", tmp_path / "table.parquet"
    lines.write_text('{"event_id": 0}\n{"event_id": 1}\n{"event_id": ["x"]}\n{"event_id": null}\n{"event_id": 2}\n')
    pq.write_table(pa.table({"event_id": [0, 1, None, 2]}), table)
    done = erase([tmp_path / "logs", lines, table], "a", note="request 17")
    assert [sum(each.rows.values()) for each in done] == [2, 2, 3]
    assert lines.read_text() == '{"event_id": 1}\n{"event_id": ["x"]}\n{"event_id": null}\n'


def test_a_table_that_tells_requests_alone_needs_the_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs" / "events").mkdir(parents=True)
    event = {"event_id": "e1", "timestamp": "2026-01-01T00:00:00Z", "account_id": "acct-1"}
    (tmp_path / "logs" / "events" / "one.jsonl").write_text(json.dumps(event) + "\n")
    untold, told = tmp_path / "untold.parquet", tmp_path / "told.parquet"
    pq.write_table(pa.table({"event_id": ["e1", "e2"], "account_id": pa.array([None, "b"])}), untold)
    pq.write_table(pa.table({"event_id": ["e1", "e2"], "account_id": ["a", "b"]}), told)
    pq.write_table(pa.table({"event_id": ["e1"]}), tmp_path / "ids.parquet")
    (tmp_path / "lines.jsonl").write_text('{"event_id": "e1"}\n')
    words = ["cases", "erase", "acct-1", "--note", "request 17", "--from"]
    for path in (untold, tmp_path / "ids.parquet", tmp_path / "lines.jsonl"):
        assert main([*words, str(path)]) == 0
        assert "rows that tell requests and no accounts" in capsys.readouterr().out
        assert main([*words, str(path), str(tmp_path / "logs")]) == 0
        assert "no accounts" not in capsys.readouterr().out
    assert main([*words, str(told)]) == 1, "nothing of it is there, for certain"


def replayed(logs: Path, out: Path) -> Path:
    """A replay of three steps, the later ones under blocks that operators answer with new accounts."""
    (out.parent / "policy.json").write_text(json.dumps({"policies": [
        {"name": "block", "ladder": [{"after": 1, "action": "block"}], "review_hours": 0},
    ], "reply": {"failover": 0, "replaced": 1}}))
    words = ["replay", str(logs), "--every", "6d", "--policy", str(out.parent / "policy.json"), "--truth", str(logs / "truth.parquet")]
    assert main([*words, "--out", str(out), "-q"]) == 0
    return out


def test_nothing_of_the_account_stays_in_a_replay(little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = replayed(little_world, tmp_path / "replay")
    steps = {path: {name for row in json.loads(path.read_text())["found"] for name in row["accounts"]}
             for path in (out / "steps").rglob("*.json")}
    account = next(name.split("~")[0] for names in steps.values() for name in sorted(names) if "~" in name)
    (out / "cut").mkdir()  # as a replay that was killed leaves it
    (out / "cut" / "once.parquet").write_text("sketches")
    result = (out / "replay.json").read_bytes()
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(out)]
    before = digests(out)
    assert main(words) == 0
    assert digests(out) == before, "only told"
    capsys.readouterr()
    assert main([*words, "--yes"]) == 0
    assert "removed, since it can be made again: steps/" in capsys.readouterr().out
    assert held(out, account) == []
    for path, names in steps.items():
        assert path.exists() == (not any(name == account or name.startswith(f"{account}~") for name in names)), path
    assert not (out / "cut" / "once.parquet").exists()
    assert (out / "replay.json").read_bytes() == result
    assert account not in (out / "erasures.json").read_text()
    assert main([*words, "--yes"]) == 1, "nothing is left of it"


def test_a_replay_that_erasure_was_cut_off_in_does_not_go_on(
    little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "replay" / ".erase.ready").mkdir(parents=True)
    assert main(["replay", str(little_world), "--every", "7d", "--out", str(tmp_path / "replay"), "-q"]) == 1
    assert "an erasure was interrupted" in capsys.readouterr().err
    with folder_lock(tmp_path / "other", "command"):
        assert main(["replay", str(little_world), "--every", "7d", "--out", str(tmp_path / "other"), "-q"]) == 1
    assert "another replay is writing" in capsys.readouterr().err


def test_a_step_that_found_only_who_replaces_it_goes(tmp_path: Path) -> None:
    (tmp_path / "steps" / "x").mkdir(parents=True)
    (tmp_path / "sketches").mkdir()
    for name, account in (("mine", "acct-1~2"), ("other", "acct-12")):
        (tmp_path / "steps" / "x" / f"{name}.json").write_text(json.dumps({"found": [{"accounts": [account]}]}))
    (done,) = erase([tmp_path], "acct-1", note="request 17")
    assert done.rows == {"steps/x/mine.json": 1}
    assert [path.name for path in (tmp_path / "steps" / "x").iterdir()] == ["other.json"]


def test_a_step_of_a_replay_that_was_changed_is_told(tmp_path: Path) -> None:
    (tmp_path / "steps" / "x").mkdir(parents=True)
    (tmp_path / "sketches").mkdir()
    (tmp_path / "steps" / "x" / "one.json").write_text('{"found": [7]}')
    with pytest.raises(InputError, match="not what a step of stillwatch replay found"):
        erase([tmp_path], "acct-1", note="request 17")


@pytest.mark.parametrize("mark", ["record.json", "exposure.json"])
def test_a_proof_that_names_it_is_told_and_stays(tmp_path: Path, mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A tenant may be an account, and a proof is signed."""
    (tmp_path / mark).write_text('{"tenants": ["acct-1"]}')
    words = ["cases", "erase", "acct-1", "--note", "request 17", "--from", str(tmp_path), "--yes"]
    assert main(words) == 0
    assert f"still names it, and is not changed: {mark}" in capsys.readouterr().out
    assert (tmp_path / mark).read_text() == '{"tenants": ["acct-1"]}'


def test_sketches_in_place_of_text_stay_those_of_the_events(tmp_path: Path) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "logs"
    rows = [{"event_id": str(i), "prompt": f"What is {i}?", "timestamp": "2026-01-01T00:00:00Z", "account_id": f"acct-{i % 5}"}
            for i in range(50)]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"event_id": "x", "account_id": "acct-3", "prompt": 7}\n')
    assert main(["ingest", str(log), "--from", "canonical", "--privacy", "features", "--out", str(out), "-q"]) == 0
    part = next((out / "sketches").glob("*.parquet"))
    before = pq.read_table(part)
    (done,) = erase([out], "acct-3", note="request 17")
    assert done.rows == {"events/part-00000.parquet": 10, "sketches/part-00000.parquet": 10}
    kept = pc.not_equal(before["account"], int(sketch.account_key(pa.array(["acct-3"]))[0]))
    assert pq.read_table(part).equals(before.filter(kept))
    assert main(["detect", str(out), "--out", str(tmp_path / "run"), "-q"]) == 0
    assert main(["ingest", str(log), "--from", "canonical", "--privacy", "features", "--out", str(out), "-q"]) == 0
    assert not (out / "erasures.json").exists(), "the sources brought it back"


def test_rows_that_were_put_aside_go_where_they_name_it(tmp_path: Path) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "logs"
    good = {"event_id": "1", "timestamp": "2026-01-01T00:00:00Z", "account_id": "acct-3"}
    log.write_text(json.dumps(good) + '\n{"event_id": "x", "account_id": "acct-3"}\n{"event_id": "y", "account_id": "acct-33"}\n')
    assert main(["ingest", str(log), "--from", "canonical", "--out", str(out), "-q"]) == 0
    (done,) = erase([out], "acct-3", note="request 17")
    assert done.rows["quarantine.parquet"] == 1
    assert b"acct-33" in pq.read_table(out / "quarantine.parquet")["raw"][0].as_py()


def test_rows_that_were_put_aside_go_where_the_format_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def payload(id_: str, user: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "startTime": "2026-01-01T00:00:00Z", "metadata": {"user_api_key_user_id": user}, "response": None, **more}

    log, out = tmp_path / "log.jsonl", tmp_path / "logs"
    rows = [payload("a", "acct-3"), payload("b", "other"), payload("a", "acct-4"), payload("b", "acct-3"), payload("b", "acct-5"),
            payload("c", "acct-3", startTime="never"), {"id": "d"}, payload("chatcmpl-1", "acct-3")]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"id": "chatcmpl-1", "cut": ')
    assert main(["ingest", str(log), "--from", "litellm", "--out", str(out), "-q"]) == 0
    account = hashing.keyed(hashing.tenant_key(out / "stillwatch.key"), "acct-3")
    capsys.readouterr()
    assert main(["cases", "erase", account, "--note", "request 17", "--from", str(out), "--yes"]) == 0
    assert "quarantine.parquet has 1 row that ingest put aside and of which nobody can tell" in capsys.readouterr().out
    left = [json.loads(raw) for raw in pq.read_table(out / "quarantine.parquet")["raw"].to_pylist()]
    assert left == [rows[4], rows[6]], "neither its own, nor one of an event of its"


@pytest.mark.parametrize("text", ['"zoë\\""', '"zo\\u00eb\\""', '"zo\\u00EB\\""', json.dumps(json.dumps('zoë"')), json.dumps('zoë"')])
def test_a_name_is_found_as_json_spells_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "proof.json").write_text(text)
    assert mentions_name(tmp_path / "proof.json", ['zoë"'])
    assert not mentions_name(tmp_path / "proof.json", ['zoé"', 'zo"'])


@pytest.mark.parametrize("nested", [0, 1, 3])
@pytest.mark.parametrize("shift", [1, 600, 1100, 4000])
def test_a_long_name_is_found_across_the_end_of_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nested: int, shift: int) -> None:
    monkeypatch.setattr("stillwatch.erasure.names.CHUNK", 1 << 14)
    name = "é" * 1000
    text = json.dumps(name)
    for _ in range(nested):
        text = json.dumps(text)
    (tmp_path / "notes.txt").write_text(" " * ((1 << 14) - shift) + text + " " * (1 << 14))
    assert mentions_name(tmp_path / "notes.txt", ["acct-1", name])
    assert not mentions_name(tmp_path / "notes.txt", ["acct-1", name + "é"])


def test_the_decisions_of_a_service_without_a_store(tmp_path: Path) -> None:
    pytest.importorskip("structlog")
    from stillwatch.serve.decision_log import FileSink, Record

    names = ["acct-3", "acct-33", "acct-3"]
    records = [Record(1e9, f"r{i}", "decide", name, "block", "block", "shadow", "r", "c", "1", "r1", 5) for i, name in enumerate(names)]
    FileSink(tmp_path / "decisions").write(records)
    (tmp_path / "snapshot.arrow").write_text("acct-3")
    (path,) = (tmp_path / "decisions").iterdir()
    other = path.read_bytes().splitlines(keepends=True)[1]
    with folder_lock(tmp_path, "service"), pytest.raises(InputError, match="is writing to this folder"):
        erase([tmp_path], "acct-3", note="request 17")
    (done,) = erase([tmp_path], "acct-3", note="request 17")
    assert (done.rows, done.still_naming) == ({"decisions/decisions-2001-09-09.ndjson": 2}, ["snapshot.arrow"])
    assert path.read_bytes() == other


def test_a_torn_line_that_names_it_is_told_though_others_went(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "d.ndjson").write_text('{"account_id": "acct-3"}\n{"account_id": "acct-3", "at"\n{"account_id": "b"}\n')
    (done,) = erase([tmp_path], "acct-3", note="request 17")
    assert (done.rows, done.still_naming) == ({"decisions/d.ndjson": 1}, ["decisions/d.ndjson"])


ROWS = [{"event_id": f"e{i}", "timestamp": "2026-01-01T00:00:00Z", "account_id": f"acct-{i % 3}", "prompt": f"What is {i}?"}
        for i in range(9)]


def ingested(tmp_path: Path, form: str = "canonical-clear", *words: str) -> tuple[dict[str, Any], str]:
    """Ingest rows of three accounts, one of acct-1 without a time, and their registry; the summary, and acct-1 as tables have it."""
    log, registry, out = tmp_path / "log.jsonl", tmp_path / "registry.jsonl", tmp_path / "logs"
    log.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, {"event_id": "x", "account_id": "acct-1", "prompt": "told"}]))
    registry.write_text("".join(json.dumps({"account_id": f"acct-{i}"}) + "\n" for i in range(3)))
    named = ["ingest", str(log), "--from", form, "--out", str(out), "--accounts", str(registry), *words]
    assert main(named) == 0
    key = hashing.tenant_key(Path(words[1]) if words else out / "stillwatch.key")
    return json.loads((out / "ingest.json").read_text()), "acct-1" if form == "canonical" else hashing.keyed(key, "acct-1")


@pytest.mark.parametrize("form", ["canonical", "canonical-clear"])
@pytest.mark.parametrize("apart", [False, True])
def test_the_same_sources_do_not_bring_it_back(tmp_path: Path, form: str, apart: bool, capsys: pytest.CaptureFixture[str]) -> None:
    key = ["--key-file", str(tmp_path / "own.key")] if apart else []
    _, account = ingested(tmp_path, form, *key)
    out = tmp_path / "logs"
    assert main(["cases", "erase", account, "--note", "request 17", "--from", str(out), *key, "--yes"]) == 0
    listed = hashing.erased_path(tmp_path / "own.key" if apart else out / "stillwatch.key")
    assert f"{listed}: has its keyed hash" in capsys.readouterr().out
    assert listed.stat().st_mode & 0o777 == 0o600
    assert account not in listed.read_text(), "nor the hash that tables know it by"
    summary, _ = ingested(tmp_path, form, *key)
    told = capsys.readouterr().out
    assert "the account was erased (stillwatch cases erase)" in told
    assert summary["rows"] == {"read": 10, "written": 6, "quarantined": 4}
    assert summary["quarantined"] == {"erased_account": 4}, "the row without a time, too"
    assert summary["accounts"]["quarantined"] == {"erased_account": 1}
    assert held(out, account) == []
    assert not len(pq.read_table(out / "quarantine.parquet"))
    assert b"acct-1" not in b"".join(digests(out).values())


def test_who_is_not_erased_is_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, account = ingested(tmp_path)
    words, logs = ["cases", "erase", account, "--note", "request 17", "--from"], str(tmp_path / "logs")
    listed = hashing.erased_path(tmp_path / "logs" / "stillwatch.key")
    assert main([*words, logs]) == 0
    assert f"{listed}: would have its keyed hash" in capsys.readouterr().out
    assert main([*words, logs, str(tmp_path), "--yes"]) == 1, "a folder that is none of ours"
    assert main(["cases", "erase", "nobody-at-all", "--note", "request 17", "--from", logs, "--yes"]) == 1
    assert main([*words, logs, "--key-file", str(tmp_path / "none"), "--yes"]) == 1
    assert "no such key file" in capsys.readouterr().err
    assert not listed.exists() or hashing.erased_hashes(tmp_path / "logs" / "stillwatch.key") == []
    assert main([*words, logs, "--yes"]) == 0
    assert len(hashing.erased_hashes(tmp_path / "logs" / "stillwatch.key")) == 1


def test_where_one_of_two_folders_fails_either_nothing_is_erased_or_the_account_stays_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, account = ingested(tmp_path)
    logs, other = tmp_path / "logs", shutil.copytree(tmp_path / "logs", tmp_path / "other")
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(logs), str(other), "--yes", "-q"]
    aside, whole = other / "quarantine.parquet", (other / "quarantine.parquet").read_bytes()
    aside.write_bytes(whole[:-9])
    before = digests(logs)
    assert main(words) == 1, "a table that cannot be read"
    assert {name: data for name, data in digests(logs).items() if not name.endswith(".erased")} == before
    assert [hashing.erased_hashes(folder / "stillwatch.key") for folder in (logs, other)] == [[], []]
    aside.write_bytes(whole)

    def fails(folder: Path, *args: Any) -> None:
        if folder == other:
            raise InputError("the disk is full", where=folder)
        _publish_erasure(folder, *args)

    with monkeypatch.context() as patch:
        patch.setattr("stillwatch.erasure.folders._publish_erasure", fails)
        assert main(words) == 1
    assert (held(logs, account), held(other, account) != []) == ([], True)
    assert [len(hashing.erased_hashes(folder / "stillwatch.key")) for folder in (logs, other)] == [1, 1]
    assert main(words) == 0
    assert held(other, account) == []


def test_a_folder_that_is_named_twice_is_erased_from_once(tmp_path: Path) -> None:
    _, account = ingested(tmp_path)
    (tmp_path / "same").symlink_to(tmp_path / "logs")
    (done,) = erase([tmp_path / "logs", tmp_path / "same", tmp_path / "logs" / ".." / "logs"], account, note="request 17")
    assert done.rows


def test_a_folder_has_one_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingested(tmp_path)
    out, other = tmp_path / "logs", tmp_path / "tenant.key"
    words = ["ingest", str(tmp_path / "log.jsonl"), "--from", "canonical-clear", "--out", str(out), "--key-file", str(other)]
    before = digests(out)
    capsys.readouterr()
    assert main(words) == 1
    assert f"the folder has another key: {out / 'stillwatch.key'}. Pass that" in capsys.readouterr().err
    assert not other.exists()
    hashing.tenant_key(other)
    assert main(words) == 1
    assert digests(out) == before
    shutil.copy(out / "stillwatch.key", other)
    assert main(words) == 0


def test_a_list_that_was_damaged_lets_nobody_back_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, account = ingested(tmp_path)
    key = tmp_path / "logs" / "stillwatch.key"
    assert main(["cases", "erase", account, "--note", "request 17", "--from", str(tmp_path / "logs"), "--yes"]) == 0
    hashing.erased_path(key).write_text(hashing.erased_path(key).read_text()[:-5] + "\n")
    before = digests(tmp_path / "logs")
    assert main(["ingest", str(tmp_path / "log.jsonl"), "--from", "canonical-clear", "--out", str(tmp_path / "logs")]) == 1
    assert "is no keyed hash" in capsys.readouterr().err
    assert digests(tmp_path / "logs") == before


@pytest.fixture(scope="module")
def a_little(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Logs of two days, a run, and an account that both have."""
    from stillwatch import simulate

    place = tmp_path_factory.mktemp("little")
    simulate.run("demo", place / "logs", events=6_000, seed=3, quiet=True)
    pipeline.detect(place / "logs", place / "run", quiet=True)
    ids = partitions.account_ids(sorted((place / "run" / "sketches").glob("*.parquet")))
    return place / "logs", place / "run", ids[0].as_py()


def copied(little: tuple[Path, Path, str], to: Path) -> tuple[Path, Path, str]:
    logs, run, account = little
    return shutil.copytree(logs, to / "logs"), shutil.copytree(run, to / "run"), account


def untimed(folder: Path) -> dict[str, bytes]:
    found = digests(folder)
    found.pop("erasures.json", None)
    return found


@pytest.fixture(scope="module")
def a_little_erased(a_little: tuple[Path, Path, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], ...]:
    """What the logs and the run of :func:`a_little` hold after an undisturbed erasure."""
    logs, run, account = copied(a_little, tmp_path_factory.mktemp("erased"))
    erase([run, logs], account, note="request 17")
    return digests(logs), digests(run)


@pytest.mark.parametrize("at", ["os:replace:2", "os:rename:1", "os:rename:2", "shutil:rmtree:3", "last", "middle", "middle of the logs"])
def test_killed_in_the_middle_it_loses_nothing(
    a_little: tuple[Path, Path, str], a_little_erased: tuple[dict[str, bytes], ...], at: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    of_logs, staged = (len(json.loads(files["erasures.json"])[0]["files"]) + 2 for files in a_little_erased)  # erasures.json, gone.json
    wanted = [{name: data for name, data in files.items() if name != "erasures.json"} for files in a_little_erased]
    at = {"middle": f"os:replace:{staged + 3}", "last": f"os:replace:{2 * staged - 1}",
          "middle of the logs": f"os:replace:{2 * staged - 1 + of_logs + 3}"}.get(at, at)
    logs, run, account = copied(a_little, tmp_path / "cut")
    before = digests(tmp_path / "cut")
    words = ["cases", "erase", account, "--note", "request 17", "--from", str(logs), str(run), "--yes"]
    killed.at(at, *words)
    for folder in (logs, run):
        if (folder / ".erase.ready").exists():
            assert main(["detect", str(logs), "--out", str(run), "-q"]) == 1, "not half of it"
            assert main(["cases", "erase", account, "--note", "request 17", "--from", str(folder)]) == 1, "nor told as if it were whole"
        elif not (folder / "erasures.json").exists():
            assert {str(Path(folder.name) / name): data for name, data in digests(folder).items() if ".erase.partial" not in name} == {
                name: data for name, data in before.items() if name.startswith(f"{folder.name}/")}
    assert main([*words, "-q"]) == 0
    assert [untimed(logs), untimed(run)] == wanted
    assert [len(run_details.erasures(folder)) for folder in (logs, run)] == [1, 1]


MARKED = ("marks.parquet", "ledger.parquet", "elicited.jsonl")
OF_STEPS = {f"replay/{name}" for name in ("steps/x/one.json", "steps/x/two.json", "cut/often-1.parquet")}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs, a replay that was killed, a mark log and answers that leave accounts to the events, a ledger, a store."""
    from stillwatch.prove.exposure_ledger import LEDGER, MARK_LOG
    from stillwatch.respond.schema import Account
    from stillwatch.respond.store import SYSTEM, Store

    place = tmp_path_factory.mktemp("lived")
    logs, replay = place / "logs", place / "replay"
    ingested(place, "canonical")
    partitions.sketch_files(open_dataset(logs), replay / "sketches", sketch.sketch_events, as_of=None, threads=1, quiet=True)
    for name, accounts in (("one", ["acct-0", "acct-1"]), ("two", ["acct-0", "acct-1~1"]), ("three", ["acct-0"])):
        write_json({"found": [{"accounts": accounts}]}, replay / "steps" / "x" / f"{name}.json")
    (replay / "cut").mkdir()
    (replay / "cut" / "often-1.parquet").write_text("sketches")
    rows = [{"event_id": row["event_id"], "account_id": row["account_id"], "tenant": "t", "scheme": "choice", "tokens": 5} for row in ROWS]
    marks, ledger, elicited = (place / name for name in MARKED)
    write_parquet(MARK_LOG.conform(pa.Table.from_pylist([row | {"account_id": None} for row in rows])), marks)
    write_parquet(LEDGER.conform(pa.Table.from_pylist(rows)), ledger)
    elicited.write_text("".join(json.dumps({"event_id": row["event_id"], "output": "o"}) + "\n" for row in rows))
    store = Store.open(str(place / "store.db"))
    with store.write(SYSTEM) as change:
        change.session.add_all([Account(account_id=name, kind="individual") for name in ("acct-0", "acct-1")])
    store.close()
    return place


def erasing(place: Path) -> list[str]:
    return ["cases", "erase", "acct-1", "--note", "request 17", "--from", *(str(place / name) for name in ("logs", "replay", *MARKED)),
            "--yes", "--store", f"sqlite:///{place / 'store.db'}", "-q"]


def left_in(place: Path) -> tuple[dict[str, bytes], list[str]]:
    """All files but sources and what tells times, and the accounts of the store."""
    from stillwatch.respond.schema import Account
    from stillwatch.respond.store import Store

    store = Store.open(str(place / "store.db"))
    with store.read() as session:
        names = sorted(session.scalars(select(Account.account_id)))
    store.close()
    other = ("log.jsonl", "registry.jsonl", "store.db", "erasures.json")
    return {name: data for name, data in digests(place).items() if not Path(name).name.startswith(other)}, names


@pytest.fixture(scope="module")
def lived_erased(lived: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], int]:
    """What :func:`lived` holds after an undisturbed erasure, and how many files took their places."""
    whole, n, real = shutil.copytree(lived, tmp_path_factory.mktemp("erased") / "whole"), 0, os.replace
    before, _ = left_in(whole)

    def counted(*args: Any) -> None:
        nonlocal n
        n += 1
        real(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", counted)
        assert main(erasing(whole)) == 0
    wanted, names = left_in(whole)
    assert (names, before.keys() - wanted.keys()) == (["acct-0"], OF_STEPS)
    assert held(whole, "acct-1") == []
    tables = [pq.read_table(whole / name)["event_id"].to_pylist() for name in MARKED[:2]]
    assert tables == [[row["event_id"] for row in ROWS if row["account_id"] != "acct-1"]] * 2
    return wanted, n


PLACED = "os:replace:-"
"""So many before the last."""


@pytest.mark.parametrize("at", [
    "stillwatch.erasure.folders:_requests_of_account:1",  # it is listed for ingest, no more
    "stillwatch.erasure.folders:_publish_erasure:1",
    "stillwatch.erasure.folders:finish_erasure:3",  # the new files of the replay are whole, none is in its place
    "os:unlink:2",  # a step is gone, another is not
    "stillwatch.erasure.folders:copy_lines_without:1",  # of three tables two are done
    "stillwatch.erasure.folders:_publish_erasure:2",
    "stillwatch.erasure.folders:finish_erasure:4",  # the same of the logs
    f"{PLACED}2", f"{PLACED}1",
    "stillwatch.respond.erasure:erase:2",  # all but the store
])
def test_killed_among_replays_mark_logs_and_ledgers_the_next_time_does_the_rest(
    lived: Path, lived_erased: tuple[dict[str, bytes], int], tmp_path: Path, at: str
) -> None:
    (wanted, n), cut = lived_erased, shutil.copytree(lived, tmp_path / "cut")
    if at.startswith(PLACED):
        at = f"os:replace:{n - int(at.removeprefix(PLACED)) + 1}"
    killed.at(at, *erasing(cut))
    if (cut / "replay" / ".erase.ready").exists():
        assert main(["replay", str(cut / "logs"), "--out", str(cut / "replay"), "-q"]) == 1, "not half of it"
    assert main(erasing(cut)) == 0
    assert left_in(cut) == (wanted, ["acct-0"])
    assert [len(run_details.erasures(cut / folder)) for folder in ("logs", "replay")] == [1, 1]
    assert len(hashing.erased_hashes(cut / "logs" / "stillwatch.key")) == 1


def test_a_run_in_the_making_is_not_touched(a_little: tuple[Path, Path, str], tmp_path: Path) -> None:
    _, run, account = copied(a_little, tmp_path)
    with folder_lock(run, "detect"), pytest.raises(InputError, match="another command is writing"):
        erase([run], account, note="request 17")


@pytest.mark.parametrize("text", ["7", "[7]", '[{"at": "x", "note": "x", "files": [], "campaigns": {"c": {"accounts": "one"}}}]', "oops"])
def test_a_record_that_was_changed_is_noticed(a_little: tuple[Path, Path, str], tmp_path: Path, text: str) -> None:
    _, run, _ = copied(a_little, tmp_path)
    (run / "erasures.json").write_text(text)
    assert main(["report", str(run)]) == 1


def test_without_its_logs_a_run_says_what_stays(folders: tuple[Path, Path], capsys: Any) -> None:
    _, run = folders
    account, _ = accused(run)
    assert main(["cases", "erase", account, "--note", "request 17", "--from", str(run), "--yes"]) == 0
    assert "harvest.parquet still lists its requests by their identifiers" in capsys.readouterr().out
