"""``detect --recent``: it is detection on the last requests alone, whatever was sketched before, and the run says so."""

import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq
import pytest

from stillwatch import workflows
from stillwatch.cli import main
from stillwatch.detect import pipeline
from stillwatch.files import data_files
from stillwatch.judge import HOUR_US

HOURS = 60
TABLES = ("accounts.parquet", "campaigns.parquet", "harvest.parquet", "links.parquet")


def last(world: Path) -> datetime:
    found: datetime = pc.max(pq.read_table(world / "events", columns=["timestamp"])["timestamp"]).as_py()
    return found


def cut(world: Path, folder: Path, start: datetime, end: datetime) -> Path:
    """A copy of a world, by hand, with the events from a time on and before another."""
    (folder / "events").mkdir(parents=True)
    for path in data_files(world / "events"):
        table = pq.read_table(path)
        held = table.filter((pc.field("timestamp") >= start) & (pc.field("timestamp") < end))
        if len(held):
            pq.write_table(held, folder / "events" / path.name)
    for name in ("accounts.parquet", "releases.json"):
        shutil.copy(world / name, folder)
    return folder


def found(data: Path, run: Path, **options: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    summary = pipeline.detect(data, run, quiet=True, threads=1, **options)
    return summary, {name: (run / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def lately(small_world: Path, once: Callable[..., Path]) -> Path:
    """The last sixty hours of the small world, which begin in the middle of a file."""
    end = last(small_world) + timedelta(microseconds=1)
    return once("lately", lambda folder: cut(small_world, folder, end - timedelta(hours=HOURS), end))


def test_it_is_detection_on_these_events_alone(small_world: Path, lately: Path, tmp_path: Path) -> None:
    alone, expected = found(lately, tmp_path / "alone")
    summary, tables = found(small_world, tmp_path / "recent", recent_us=HOURS * HOUR_US)
    assert alone["n_campaigns"] >= 1
    assert tables == expected
    same = ("n_events", "n_accounts", "n_accused", "n_harvested", "first_seen", "last_seen", "blind_views")
    assert [summary[name] for name in same] == [alone[name] for name in same]


def test_the_run_says_at_what_it_looked(small_world: Path, tmp_path: Path) -> None:
    end, days = last(small_world), sorted((small_world / "events").iterdir())
    summary, _ = found(small_world, tmp_path / "recent", recent_us=24 * HOUR_US)
    start = end + timedelta(microseconds=1) - timedelta(days=1)
    assert json.loads((tmp_path / "recent" / "summary.json").read_text())["start"] == summary["start"] == start.isoformat()
    assert (summary["as_of"], summary["parameters"]["recent_hours"]) == (None, 24)
    read = [row["path"] for row in summary["inputs"]]
    assert read == [f"events/{days[-1].name}", "accounts.parquet", "releases.json"]
    assert main(["report", str(tmp_path / "recent"), "-q"]) == 0
    assert f"nothing before <time>{start:%Y-%m-%d %H:%M}" in (tmp_path / "recent" / "report.html").read_text()


def test_it_ends_at_as_of(small_world: Path, tmp_path: Path) -> None:
    as_of = (last(small_world) - timedelta(days=5)).replace(hour=17, minute=30)
    by_hand = cut(small_world, tmp_path / "cut", as_of - timedelta(hours=HOURS), as_of)
    _, expected = found(by_hand, tmp_path / "alone", as_of=as_of)
    summary, tables = found(small_world, tmp_path / "recent", as_of=as_of, recent_us=HOURS * HOUR_US)
    assert tables == expected
    assert summary["start"] == (as_of - timedelta(hours=HOURS)).isoformat()
    assert summary["as_of"] == as_of.isoformat()


def test_sketches_of_whole_files_are_kept_and_cuts_are_not(small_world: Path, small_run: Path, tmp_path: Path) -> None:
    """A look in the folder of a run of the whole log sketches one file anew, the one that it cuts, and spoils nothing."""
    run, days = tmp_path / "run", len(data_files(small_world / "events"))
    shutil.copytree(small_run, run)
    before = {path.name: path.stat().st_mtime_ns for path in (run / "sketches").iterdir()}
    assert len(before) == 2 * days  # each has its accounts beside it
    expected, wrong = found(small_world, tmp_path / "fresh", recent_us=HOURS * HOUR_US)[1], []
    for hours in (30, HOURS):
        _, tables = found(small_world, run, recent_us=hours * HOUR_US)
        after = {path.name: path.stat().st_mtime_ns for path in (run / "sketches").iterdir()}
        assert {name: after.get(name) for name in before} == before
        assert len(after.keys() - before.keys()) == 2
        wrong.append(tables != expected)
    assert wrong == [True, False]
    _, whole = found(small_world, run)
    assert whole == {name: (small_run / name).read_bytes() for name in TABLES}


def test_looks_up_to_a_time_sketch_the_cut_file_alone(lately: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    found(lately, run)
    before = {path.name: path.stat().st_mtime_ns for path in (run / "sketches").iterdir()}
    for hours in (1, 2):
        as_of = last(lately) - timedelta(hours=hours)
        tables = found(lately, run, as_of=as_of)[1]
        after = {path.name: path.stat().st_mtime_ns for path in (run / "sketches").iterdir()}
        assert {name: after.get(name) for name in before} == before
        assert len(after.keys() - before.keys()) == 2
        assert tables == found(lately, tmp_path / f"fresh-{hours}", as_of=as_of)[1]


def test_a_changed_file_is_sketched_anew(lately: Path, tmp_path: Path) -> None:
    """The log goes on in the file that the last look cut: a second look sees it."""
    data, run = tmp_path / "data", tmp_path / "run"
    shutil.copytree(lately, data)
    files = data_files(data / "events")
    whole, half = pq.read_table(files[-1]), last(lately) - timedelta(hours=10)
    pq.write_table(whole.filter(pc.field("timestamp") < half), files[-1])
    os.utime(files[-1], (1, 1))
    early, _ = found(data, run, recent_us=20 * HOUR_US)
    pq.write_table(whole, files[-1])
    late, tables = found(data, run, recent_us=20 * HOUR_US)
    assert early["start"] < late["start"]
    assert tables == found(data, tmp_path / "fresh", recent_us=20 * HOUR_US)[1]


def test_sketches_of_files_that_changed_or_went_go(lately: Path, tmp_path: Path) -> None:
    """A run that is repeated as its log grows and is thinned out keeps sketches of the files that there are, and no others."""
    data, run = tmp_path / "data", tmp_path / "run"
    shutil.copytree(lately, data)
    first, *_, newest = data_files(data / "events")
    kept = []
    for change in (None, lambda: pq.write_table(pq.read_table(newest).slice(1), newest), lambda: os.utime(newest, (1, 1)), first.unlink):
        if change is not None:
            change()
        found(data, run)
        kept.append({path.name for path in (run / "sketches").iterdir()})
    assert [len(names) for names in kept] == [6, 6, 6, 4]
    assert [len(old & new) for old, new in pairwise(kept)] == [4, 4, 4]
    found(data, run, recent_us=3 * HOUR_US)
    assert kept[-1] < {path.name for path in (run / "sketches").iterdir()}, "a look lets the sketches of other files be"


def test_nothing_outside_of_the_sketches_is_removed(lately: Path, tmp_path: Path) -> None:
    """A summary that was edited names a file beside the run; the file of events that it stands for changes."""
    data, run, other = tmp_path / "data", tmp_path / "run", tmp_path / "other.parquet"
    shutil.copytree(lately, data)
    found(data, run)
    other.touch()
    told = json.loads((run / "summary.json").read_text())
    told["sketches"] = ["../../other.parquet"] * len(told["sketches"])
    (run / "summary.json").write_text(json.dumps(told))
    data_files(data / "events")[0].unlink()
    found(data, run)
    assert other.exists()


def test_json_lines_are_cut_alike(lately: Path, tmp_path: Path) -> None:
    """One file of JSONL, out of order, in place of daily Parquet: the same accounts, the same verdicts."""
    data = tmp_path / "data"
    (data / "events").mkdir(parents=True)
    shutil.copy(lately / "accounts.parquet", data)
    table = pa.concat_tables([pq.read_table(path) for path in data_files(lately / "events")[::-1]])
    with open(data / "events" / "log.jsonl", "w") as out:
        for row in table.to_pylist():
            out.write(json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items() if v is not None}) + "\n")
    assert len(pj.read_json(data / "events" / "log.jsonl")) == len(table)
    parquet, _ = found(lately, tmp_path / "parquet", recent_us=24 * HOUR_US)
    lines, _ = found(data, tmp_path / "lines", recent_us=24 * HOUR_US)
    assert parquet["n_events"] < len(table)
    same = ("start", "n_events", "n_accounts", "n_accused", "n_harvested", "first_seen", "last_seen")
    assert [lines[name] for name in same] == [parquet[name] for name in same]


def test_sketches_that_ingest_made_are_cut_alike(small_world: Path, lately: Path, tmp_path: Path) -> None:
    """Where ingest kept no text, the last sixty hours of its sketches are those of a log that has no more."""
    (tmp_path / "key").write_text("3c" * 32 + "\n")
    for name, files in (("all", data_files(small_world / "events")[-4:]), ("few", data_files(lately / "events"))):
        workflows.ingest(files, "canonical", tmp_path / name, privacy="features", key_file=tmp_path / "key",
                         accounts=small_world / "accounts.parquet", quiet=True)
    alone, expected = found(tmp_path / "few", tmp_path / "alone")
    _, tables = found(tmp_path / "all", tmp_path / "run", recent_us=HOURS * HOUR_US)
    assert alone["n_campaigns"] >= 1
    assert tables == expected


@pytest.mark.parametrize(("long", "words"), [
    ("yesterday", "no length of time"), ("0d", "no length of time"), ("1w", "no length of time"), ("9999999999d", "longer than any log"),
])
def test_a_bad_time_is_one_line(long: str, words: str, lately: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", str(lately), "--out", str(tmp_path / "run"), "--recent", long]) == 1
    told = capsys.readouterr().err
    assert (told.count("\n"), f"{words}: --recent" in told) == (1, True), told
    assert not (tmp_path / "run" / "summary.json").exists()


def test_a_time_without_events_is_a_run_of_nothing(lately: Path, tmp_path: Path) -> None:
    """A look every hour must not fail because nobody sent anything."""
    summary, tables = found(lately, tmp_path, as_of=datetime(2020, 1, 2, tzinfo=UTC), recent_us=24 * HOUR_US)
    told = "The log has no events from 2020-01-01T00:00:00+00:00 on and before 2020-01-02T00:00:00+00:00, so nothing was looked at"
    assert (summary["warnings"], summary["n_events"], summary["inputs"][0]["path"]) == ([told], 0, "accounts.parquet")
    assert all(not pq.read_metadata(tmp_path / name).num_rows for name in tables)


def test_a_time_before_the_log_is_refused(lately: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = min(min(pq.read_table(path)["timestamp"].to_pylist()) for path in (lately / "events").iterdir())
    detect = ["detect", str(lately), "--out", str(tmp_path / "run"), "--as-of"]
    for as_of in ("2020-01-01", first.isoformat()):  # an event at --as-of is not before it
        assert main([*detect, as_of]) == 1
        assert capsys.readouterr().err == (
            f"stillwatch: no event is before {as_of[:10]} {as_of[11:16] or '00:00'} UTC, the first is of {first:%Y-%m-%d %H:%M} UTC:"
            f" {lately / 'events'}. Pass a later time to --as-of\n"
        )
        assert not (tmp_path / "run").exists()
    assert main([*detect, (first + timedelta(microseconds=1)).isoformat()]) == 0


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("days", "told"), [(6, False), (60, True)])
def test_a_last_request_long_after_all_others_is_told(lately: Path, tmp_path: Path, apart: bool, days: int, told: bool) -> None:
    """One wrong clock, in a file of its own or among others, must not make every night look clean."""
    logs = shutil.copytree(lately, tmp_path / "logs")
    path = sorted((logs / "events").iterdir())[-1]
    table = pq.read_table(path)
    late = pa.array([last(lately) + timedelta(days=days)], table.schema.field("timestamp").type)
    one = table.slice(0, 1).set_column(table.column_names.index("timestamp"), table.schema.field("timestamp"), late)
    pq.write_table(one if apart else pa.concat_tables([table, one]), path.with_name("last.parquet") if apart else path)
    summary = pipeline.detect(logs, tmp_path / "run", quiet=True, recent_us=24 * HOUR_US)
    assert summary["n_events"] == 1
    assert any(f"Nobody sent anything in the {days - 1} days before" in one for one in summary["warnings"]) == told
    summary = pipeline.detect(logs, tmp_path / "run", quiet=True)
    assert any(re.search(rf"Nobody .* in the {days - 1} days before .*, and then 1 of", one) for one in summary["warnings"]) == told


def test_traces_have_no_time_to_choose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", "--traces", "t.parquet", "--out", str(tmp_path / "run"), "--threads", "2"]) == 1
    assert "without the engine: --traces" in capsys.readouterr().err
    for option in (["--recent", "1d"], ["--as-of", "2026-02-01"]):
        assert main(["detect", "--traces", "t.parquet", "--out", str(tmp_path / "run"), *option]) == 1
        assert "choose among events: --traces" in capsys.readouterr().err
