"""Which campaign of an earlier run one continues."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stillwatch.cli import main
from stillwatch.detect.run_folder.lineage import EarlierCampaigns, ancestor

EARLIER: EarlierCampaigns = [("c-1", {"a", "b"}, {"m"}, "c-0"), ("c-2", {"x"}, set(), None)]


def test_the_one_with_most_in_common_is_continued() -> None:
    assert ancestor(EARLIER, "c-9", {"a", "b", "c"}, {}) == "c-1"
    assert ancestor(EARLIER, "c-9", {"new"}, {"objects": [{"object": "m"}]}) == "c-1"
    assert ancestor(EARLIER, "c-9", {"new"}, {}) is None


def test_one_that_is_the_same_continues_what_it_did(little_world: Path, little_run: Path, tmp_path: Path) -> None:
    """A schedule that looks at the whole log each night, beside its last run, keeps what an operator did before his bans."""
    assert ancestor(EARLIER, "c-1", {"a", "b"}, {}) == "c-0"
    assert ancestor(EARLIER, "c-2", {"x"}, {}) is None
    assert main(["detect", str(little_world), "--out", str(tmp_path / "run"), "--since", str(little_run), "-q"]) == 0
    found = pq.read_table(tmp_path / "run" / "campaigns.parquet")["lineage"].to_pylist()
    assert found
    assert not any(found)


def test_a_later_run_is_no_earlier_one(little_world: Path, little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs passed in the wrong order would make a campaign continue what came after it."""
    later, run = json.loads((little_run / "summary.json").read_text())["last_seen"], tmp_path / "run"
    days = sorted((little_world / "events").iterdir())
    assert main(["detect", str(little_world), "--out", str(run), "--since", str(little_run), "--as-of", days[5].stem]) == 1
    told = capsys.readouterr().err
    assert told.startswith("stillwatch: not an earlier run: it has requests to 2026-")
    assert told.count("\n") == 1
    assert not run.exists()

    logs = tmp_path / "logs"  # a log that ends before the other run's requests, as after an erasure of the last ones
    (logs / "events").mkdir(parents=True)
    for day in days[:5]:
        (logs / "events" / day.name).symlink_to(day)
    assert main(["detect", str(logs), "--out", str(run), "--since", str(little_run)]) == 0
    note = f"Note: The run of --since has requests to {later[:10]} {later[11:16]} UTC, this one only to {days[4].stem} "
    assert note in capsys.readouterr().out
    assert main(["detect", str(little_world), "--out", str(run), "--since", str(run)]) == 0
    assert "--since" not in capsys.readouterr().out
