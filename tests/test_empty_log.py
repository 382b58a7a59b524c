"""A log without an event is a quiet day and no fault: a run of nothing, and every command that reads a run takes it."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy.engine import make_url

from stillwatch import cli, tables
from stillwatch.detect import run_folder
from stillwatch.files import RUN_FILES

NOTHING = "The log has no events, so nothing was looked at"
TABLES = {"campaigns": tables.CAMPAIGNS, "accounts": tables.ACCOUNT_VERDICTS, "harvest": tables.HARVEST, "links": tables.LINKS,
          "watch": tables.WATCH, "cleared": tables.CLEARED}


def command(capsys: pytest.CaptureFixture[str], *words: object) -> list[str]:
    """The lines that a command prints, which must end well and complain of nothing."""
    capsys.readouterr()
    assert cli.main([str(word) for word in words]) == 0, capsys.readouterr().err
    told = capsys.readouterr()
    assert told.err == ""
    return told.out.splitlines()


@pytest.fixture
def logs(tmp_path: Path, little_world: Path) -> Path:
    """A log with a registry, releases and a file of events without a row."""
    folder = tmp_path / "logs"
    (folder / "events").mkdir(parents=True)
    for name in ("accounts.parquet", "releases.json"):
        shutil.copy(little_world / name, folder / name)
    pq.write_table(tables.EVENTS.schema.empty_table(), folder / "events" / "today.parquet")
    return folder


@pytest.fixture
def run(logs: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    out = logs.with_name("run")
    assert command(capsys, "detect", logs, "--out", out)[0] == NOTHING
    return out


def test_the_run_is_whole_and_says_that_there_was_nothing(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == {*RUN_FILES, "sketches"}
    for name, contract in TABLES.items():
        table = pq.read_table(run / f"{name}.parquet")
        assert (len(table), table.schema) == (0, contract.schema)
    summary = json.loads((run / "summary.json").read_text())
    assert summary["warnings"] == [NOTHING]
    assert summary["blind_views"] == [{"view": "all", "reason": "there are no events"}]
    assert (summary["n_events"], summary["n_accounts"], summary["n_campaigns"], summary["first_seen"]) == (0, 0, 0, None)
    assert [row["path"] for row in summary["inputs"]] == ["events/today.parquet", "accounts.parquet", "releases.json"]


def test_its_summary_has_all_that_another_has(run: Path, little_run: Path) -> None:
    keys = [set(json.loads((folder / "summary.json").read_text())) for folder in (run, little_run)]
    assert keys[0] == keys[1]


def test_a_log_of_which_every_row_was_put_aside_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.jsonl").write_text('{"event_id": "1"}\n')
    assert cli.main(["ingest", str(tmp_path / "log.jsonl"), "--from", "canonical", "--out", str(tmp_path / "logs"), "-q"]) == 1
    assert command(capsys, "detect", tmp_path / "logs", "--out", tmp_path / "run")[0] == NOTHING


@pytest.mark.parametrize("options", [("--recent", "1h"), ("--recent", "1h", "--as-of", "2026-02-02"), ("--as-of", "2026-02-02")])
def test_no_choice_of_time_changes_that(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]) -> None:
    first, _ = command(capsys, "detect", logs, "--out", tmp_path / "run", *options)
    assert first.startswith("The log has no events")


def test_it_may_come_after_a_run_and_before_one(run: Path, logs: Path, little_run: Path, little_world: Path, tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    assert command(capsys, "detect", logs, "--out", tmp_path / "after", "--since", little_run)[0] == NOTHING
    command(capsys, "detect", little_world, "--out", tmp_path / "before", "--since", run)
    assert set(pq.read_table(tmp_path / "before" / "campaigns.parquet")["lineage"].to_pylist()) == {None}
    assert run_folder.earlier_run(run) == run_folder.NO_EARLIER


def test_the_report_says_so(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(capsys, "report", run)
    page = (run / "report.html").read_text()
    assert NOTHING in page
    assert "No campaign of fake accounts was found" in page


@pytest.mark.parametrize("format", ["csv", "json", "stix", "ocsf", "packet"])
def test_it_is_exported(run: Path, capsys: pytest.CaptureFixture[str], format: str) -> None:
    assert command(capsys, "export", run, "--format", format, "--key", run.with_name("key.pem"))


def test_all_operators_of_the_truth_are_missed_in_it(run: Path, little_world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(capsys, "evaluate", run, "--truth", little_world)
    told = json.loads((run / "evaluation.json").read_text())
    assert (told["accounts"]["recall"]["value"], told["accounts"]["flagged"]) == (0.0, 0)
    assert told["accounts"]["n_attackers"] == told["accounts"]["n_attackers_not_seen"] > 0


def test_its_import_opens_no_case(run: Path, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = make_url(f"sqlite:///{tmp_path / 'store.db'}")
    assert command(capsys, "cases", "import", run, "--data", logs, "--store", store) == ["0 opened, 0 found again, 0 reopened"]


@pytest.mark.parametrize("with_truth", [False, True])
def test_there_is_nothing_to_replay(logs: Path, little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                    with_truth: bool) -> None:
    truth = ("--truth", little_world / "truth.parquet") if with_truth else ()
    told = command(capsys, "replay", logs, "--every", "1h", "--out", tmp_path / "replay", *truth)
    assert told == [f"The log has no events, so there is nothing to replay: {logs}"]
    assert json.loads((tmp_path / "replay" / "replay.json").read_text())["n_events"] == 0
    assert pq.read_metadata(tmp_path / "replay" / "replay.parquet").num_rows == 0
