"""Killed runs, full disks and unreadable input: nothing half-written is read, and one line says what is wrong."""

import json
import random
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import killed
from stillwatch import cli, judge, report, workflows
from stillwatch.detect import pipeline
from stillwatch.detect.run_folder import gaps
from stillwatch.engine import open_engine
from stillwatch.errors import InputError
from stillwatch.files import data_files, folder_lock
from stillwatch.judge import HOUR_US

TABLES = ("accounts.parquet", "campaigns.parquet", "harvest.parquet", "links.parquet")
MOMENTS = (
    # sketch
    "stillwatch.sketch:sketch_events:8", "stillwatch.partitions:write_parquet:3", "os:replace:20",
    # link, group, judge
    "stillwatch.link:carriers:1", "stillwatch.group:concatenate:1", "stillwatch.judge:look:1",
    # write: before, while and after the tables take their places
    "stillwatch.detect.run_folder.writing:write_harvest:1", "stillwatch.detect.run_folder.writing:write_parquet:3",
    "stillwatch.detect.run_folder.writing:write_json:1",
    "os:unlink:4", "os:replace:33", "os:replace:35", "os:replace:37",
)


def tables(run: Path) -> dict[str, bytes | None]:
    return {name: (run / name).read_bytes() if (run / name).exists() else None for name in TABLES}


@pytest.fixture(scope="module")
def runs(little_world: Path, little_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Undisturbed runs on the whole world, and on its first half."""
    folder = tmp_path_factory.mktemp("runs")
    half = folder / "half-world"
    (half / "events").mkdir(parents=True)
    shutil.copy(little_world / "accounts.parquet", half)
    for path in data_files(little_world / "events")[:7]:
        shutil.copy(path, half / "events")
    pipeline.detect(half, folder / "old", quiet=True)
    report.run(folder / "old")
    assert not set(tables(folder / "old").items()) & set(tables(little_run).items()), "each table tells the one from the other"
    return {"new": little_run, "old": folder / "old"}


def one_run(run: Path, runs: dict[str, Path]) -> None:
    """All that a reader opens is of one run, the earlier or the new one."""
    whole = [tables(runs[name]) for name in ("old", "new")]
    found = tables(run)
    if (run / "summary.json").exists():
        assert found in whole
        report.run(run, out=run / "try.html")
    else:
        kept = [{name: table if found[name] is not None else None for name, table in one.items()} for one in whole]
        assert found in kept
        if found["campaigns.parquet"] is None:
            with pytest.raises(InputError):
                report.run(run)
        else:
            assert found in whole


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_made_good_by_the_same_command(
    little_world: Path, runs: dict[str, Path], tmp_path: Path, moment: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(runs["old"], run)
    arguments = ["detect", str(little_world), "--out", str(run), "-q"]
    killed.at(moment, *arguments)
    one_run(run, runs)
    assert cli.main(arguments) == 0
    assert tables(run) == tables(runs["new"])
    assert {path.name for path in run.iterdir()} - {"try.html"} == {*TABLES, "watch.parquet", "cleared.parquet", "sketches", "summary.json"}


def test_runs_killed_at_random_moments(little_world: Path, runs: dict[str, Path], tmp_path: Path) -> None:
    run, rng = tmp_path / "run", random.Random(5)
    for _ in range(4):
        process = killed.start("detect", little_world, "--out", run, "-q")
        time.sleep(rng.uniform(0.2, 2))
        process.kill()
        process.join()
        one_run(run, runs)
    assert cli.main(["detect", str(little_world), "--out", str(run), "-q"]) == 0
    assert tables(run) == tables(runs["new"])


def test_an_interrupt_within_a_query_is_an_interrupt(tmp_path: Path) -> None:
    long = "SELECT count(*) AS n FROM range(2000000) a, range(100000) b WHERE hash(a.range, b.range) % 7 = 1"

    def query() -> None:
        with open_engine(tmp_path, 1) as engine:
            threading.Timer(0.3, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
            engine.arrays(long)

    with pytest.raises(KeyboardInterrupt):
        query()


def test_a_killed_ingest_is_not_read(little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = tmp_path / "logs"
    arguments = ["ingest", str(little_world / "events"), "--from", "canonical", "--out", str(logs), "-q"]
    assert cli.main(arguments) == 0
    whole = (logs / "events" / "part-00000.parquet").read_bytes()
    for moment in ("stillwatch.ingest.output:write_parquet:1", "os:rename:2", "stillwatch.ingest.output:write_json:1"):
        killed.at(moment, *arguments, "--privacy", "features")
        if not (logs / "ingest.json").exists():
            assert cli.main(["detect", str(logs), "--out", str(tmp_path / "run")]) == 1
            assert "ingest again" in capsys.readouterr().err
        else:
            assert (logs / "events" / "part-00000.parquet").read_bytes() == whole
    assert cli.main(arguments) == 0
    assert (logs / "events" / "part-00000.parquet").read_bytes() == whole
    assert not list(logs.glob(".*"))


# --- Full disk -----------------------------------------------------------------------------------------------------


def on_a_full_disk(limit: int, *args: object) -> str:
    """Run a command that cannot write files beyond a size (bytes); its one line."""
    done = killed.run(*args, file_bytes=limit)
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("stillwatch: cannot write")
    return done.stderr


def test_a_disk_full_of_sketches(little_world: Path, tmp_path: Path) -> None:
    on_a_full_disk(50_000, "detect", little_world, "--out", tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_disk_full_of_tables_keeps_the_earlier_run(
    little_world: Path, runs: dict[str, Path], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(runs["old"], run)
    shutil.copytree(runs["new"] / "sketches", run / "sketches", dirs_exist_ok=True)
    on_a_full_disk(4_000, "detect", little_world, "--out", run)
    assert tables(run) == tables(runs["old"])
    assert (run / "report.html").exists()
    assert not list(run.glob(".*"))


@pytest.mark.parametrize("privacy", ["text", "features"])
def test_a_disk_full_of_events(little_world: Path, tmp_path: Path, privacy: str) -> None:
    on_a_full_disk(
        100_000, "ingest", little_world / "events", "--from", "canonical", "--out", tmp_path, "--privacy", privacy
    )
    assert {path.name for path in tmp_path.iterdir()} == {"stillwatch.key"}


def test_a_disk_full_of_the_simulator_or_the_report(
    little_world: Path, runs: dict[str, Path], tmp_path: Path
) -> None:
    on_a_full_disk(20_000, "simulate", "demo", "--events", 5_000, "--out", tmp_path / "world")
    on_a_full_disk(20_000, "report", runs["new"], "--out", tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


# --- Input ---------------------------------------------------------------------------------------------------------

GOOD = {"event_id": "e", "timestamp": "2026-02-20T10:00:00Z", "account_id": "a"}


def parquet(**columns: object) -> Callable[[Path], None]:
    """Write events as Parquet: three good rows, some columns replaced, or left out where None."""
    instants = pa.array([0, 1, 2], pa.timestamp("us", "UTC"))
    good = {"event_id": ["1", "2", "3"], "timestamp": instants, "account_id": ["a", "b", "c"]}
    kept = {name: values for name, values in (good | columns).items() if values is not None}
    return lambda folder: pq.write_table(pa.table(kept), folder / "events" / "a.parquet")


def text(content: str | bytes, name: str = "events/a.jsonl") -> Callable[[Path], None]:
    raw = content if isinstance(content, bytes) else content.encode()

    def write(folder: Path) -> None:
        (folder / name).write_bytes(raw)

    return write


def cut(folder: Path) -> None:
    parquet()(folder)
    path = folder / "events" / "a.parquet"
    path.write_bytes(path.read_bytes()[:-40])


def damaged(folder: Path) -> None:
    pq.write_table(pa.table({name: [value] * 50_000 for name, value in GOOD.items()}), folder / "events" / "a.parquet")
    path = folder / "events" / "a.parquet"
    raw = bytearray(path.read_bytes())
    raw[4:200] = bytes(196)
    path.write_bytes(raw)


def apart(folder: Path) -> None:
    for number, year in enumerate((1975, 2190)):
        text(json.dumps(GOOD | {"event_id": str(number), "timestamp": f"{year}-01-01T00:00:00Z"}), f"events/{year}.jsonl")(folder)


def with_registry(content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        parquet()(folder)
        text(content, "accounts.jsonl")(folder)

    return write


def with_releases(content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        parquet()(folder)
        text(content, "releases.json")(folder)

    return write


BAD_INPUT: dict[str, tuple[Callable[[Path], None], str]] = {
    "no events": (lambda folder: None, "no events"),
    "not Parquet": (text("PAR1 no", "events/a.parquet"), "a.parquet"),
    "cut Parquet": (cut, "a.parquet"),
    "damaged Parquet": (damaged, "a.parquet"),
    "not JSON": (text("{"), "a.jsonl"),
    "a line that is cut": (text('{"event_id": "1", "account_id": "a"}\n{"event_id": "2", "acc'), "in row 2)"),
    "not UTF-8": (text(b'{"event_id": "\xff"}\n'), "a.jsonl"),
    "no account_id": (parquet(account_id=None), "lacks the column account_id"),
    "null account_id": (parquet(account_id=["a", None, "b"]), "account_id has 1 nulls"),
    "null account_id in JSONL": (text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"account_id": None})), "1 nulls"),
    "no account_id in JSONL": (text(json.dumps({"event_id": "1", "timestamp": GOOD["timestamp"]})), "account_id"),
    "times as numbers": (parquet(timestamp=[1, 2, 3]), "a number of unknown unit"),
    "times as numbers in JSONL": (text(json.dumps(GOOD | {"timestamp": 1771581600})), "timestamp"),
    "times that no log has": (parquet(timestamp=pa.array([1771581600_000_000, 0, 2 * 10**18]).cast(
        pa.timestamp("us", "UTC"))), "times before 1970 or after 2199"),
    "times that no log has, each in a file of its own": (apart, "more than 20 years apart"),
    "times as words": (parquet(timestamp=["then", "now", "soon"]), "events.timestamp"),
    "wrong type": (parquet(output_tokens=["many", "few", "none"]), "events.output_tokens"),
    "wrong type in JSONL": (text(json.dumps(GOOD | {"status": "fine"})), "status"),
    "a list for a string": (parquet(prompt=[["a"], ["b"], ["c"]]), "events.prompt"),
    "registry that is no JSON": (with_registry("["), "accounts.jsonl"),
    "registry without account_id": (with_registry('{"kind": "education"}'), "accounts.jsonl"),
    "releases that are no list": (with_releases("{}"), "releases.json"),
    "releases at no time": (with_releases('[{"model": "m", "released_at": "soon"}]'), "releases.json"),
}


@pytest.mark.parametrize(("write", "words"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], write: Callable[[Path], None], words: str
) -> None:
    (tmp_path / "events").mkdir()
    write(tmp_path)
    assert cli.main(["detect", str(tmp_path), "--out", str(tmp_path / "run")]) == 1
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("stillwatch: ")
    assert words in lines[0]
    assert not [path for path in (tmp_path / "run").glob("*") if path.is_file()]


def test_few_good_rows_are_enough(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    parquet()(tmp_path)
    summary = pipeline.detect(tmp_path, tmp_path / "run", quiet=True)
    assert (summary["n_events"], summary["n_accounts"], summary["n_campaigns"]) == (3, 3, 0)
    report.run(tmp_path / "run")


def test_a_registry_of_other_accounts_is_told(little_world: Path, tmp_path: Path) -> None:
    """Such as one that was hashed with another key: identity would be blind, and nobody would know why."""
    world = tmp_path / "world"
    shutil.copytree(little_world, world)
    assert pipeline.detect(world, tmp_path / "run", quiet=True)["warnings"] == []
    registry = pq.read_table(world / "accounts.parquet")
    place = registry.column_names.index("account_id")
    others = pa.array([f"other-{at}" for at in range(len(registry))])
    pq.write_table(registry.set_column(place, registry.schema.field(place), others), world / "accounts.parquet")
    summary = pipeline.detect(world, tmp_path / "run", quiet=True)
    (warning,) = summary["warnings"]
    everybody = f"{summary['n_events']:,} of {summary['n_events']:,} requests are of accounts without a row in accounts.parquet"
    assert warning.startswith(everybody)
    assert warning.endswith("Are identifiers hashed with one key in both?")
    pq.write_table(registry[: len(registry) * 3 // 4], world / "accounts.parquet")
    (warning,) = pipeline.detect(world, tmp_path / "run", quiet=True)["warnings"]
    assert re.match(rf"[\d,]+ of {summary['n_events']:,} requests .* \([\d,]+ of {summary['n_accounts']:,} accounts\): of these", warning)
    assert "hashed" not in warning
    pq.write_table(pa.concat_tables([registry, registry[:2]]), world / "accounts.parquet")
    assert pipeline.detect(world, tmp_path / "run", quiet=True)["warnings"] == [
        "accounts.parquet names accounts again in 2 rows: of each account the last row counts"
    ]


@pytest.mark.parametrize(("accounts", "through", "told"), [(58, 923, True), (58, 800, False), (19, 923, False)])
def test_a_proxy_that_hides_who_sends_is_told(accounts: int, through: int, told: bool) -> None:
    network = np.array([7] * accounts + [0, *range(100, 160)])
    requests = np.ones(len(network), np.int64)
    requests[0] += through - accounts
    requests[accounts] += 928 - requests.sum()
    found = gaps.warn_one_network(requests, network)
    line = f"{accounts} of {len(network)} accounts, with 923 of 928 requests, use one network most: is that your own proxy?"
    assert [one.startswith(line) for one in found] == [True] * told


def test_requests_of_too_many_groups_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events").mkdir()
    parquet()(tmp_path)
    assert not any("belong to" in one for one in pipeline.detect(tmp_path, tmp_path / "run", quiet=True)["warnings"])
    measure = judge.measure
    monkeypatch.setattr(judge, "measure", lambda *told: replace(measure(*told), crowded=2))
    (line,) = [one for one in pipeline.detect(tmp_path, tmp_path / "run", quiet=True)["warnings"] if "belong to" in one]
    assert line.startswith("2 of 3 requests belong to more than 64 of the groups that were looked at")


@pytest.mark.parametrize(
    ("hours", "told"), [(0.00334, "covers 12 s of 60"), (5.25, "covers 5.2 h of"), (72, "covers 3.0 days of"), (96, "")]
)
def test_a_log_of_few_days_says_that_little_can_be_found(hours: float, told: str) -> None:
    found = gaps.warn_few_days(0, int(hours * HOUR_US), 60)
    assert [told in one for one in found] == [True] * bool(told)


def test_days_that_the_log_lacks_are_told(little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, run = shutil.copytree(little_world, tmp_path / "world"), tmp_path / "run"
    lost = data_files(world / "events")[4:6]
    for day in lost:
        day.unlink()
    assert cli.main(["detect", str(world), "--out", str(run)]) == 0
    (warning,) = json.loads((run / "summary.json").read_text())["warnings"]
    assert warning.startswith(f"Nobody sent anything in the 48 hours from {lost[0].stem} 00:00 UTC on, where some ")
    assert f"Note: {warning}\n" in capsys.readouterr().out
    assert cli.main(["evaluate", str(run), "--truth", str(world)]) == 0
    assert f"  note               of the run: {warning}\n" in capsys.readouterr().out
    assert json.loads((run / "evaluation.json").read_text())["warnings"] == [warning]
    assert cli.main(["report", str(run)]) == 0
    assert warning in (run / "report.html").read_text()


def test_repeated_requests_are_told(little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = tmp_path / "world"
    shutil.copytree(little_world, world)
    day = data_files(world / "events")[3]
    pq.write_table(pq.read_table(day), world / "events" / "again.parquet")  # other bytes: a copy is refused
    assert cli.main(["detect", str(world), "--out", str(tmp_path / "run")]) == 0
    (warning,) = json.loads((tmp_path / "run" / "summary.json").read_text())["warnings"]
    assert f"Note: {warning}\n" in capsys.readouterr().out
    assert warning.startswith(f"{pq.read_metadata(day).num_rows:,} requests have an event_id that came before")
    ingested = workflows.ingest([world / "events"], "canonical", tmp_path / "logs", quiet=True)
    assert ingested["quarantined"] == {"duplicate_event_id": pq.read_metadata(day).num_rows}
    assert pipeline.detect(tmp_path / "logs", tmp_path / "clean", quiet=True)["warnings"] == []


@pytest.mark.parametrize("as_of", [None, datetime(2100, 1, 1, tzinfo=UTC)], ids=["metadata", "rows"])
def test_columns_that_a_part_of_the_log_lacks_are_told(tmp_path: Path, as_of: datetime | None) -> None:
    """Where other requests have them no view is blind altogether. Of a file that is cut, of JSONL, and of prompts, rows are counted."""
    (tmp_path / "events").mkdir()

    def rows(name: str, n: int, **columns: str) -> list[dict[str, Any]]:
        told = {"timestamp": datetime(2026, 2, 20, tzinfo=UTC), "prompt": "why is it so?", "ip": "net", "ja4": "t13d", "model": "m"}
        return [told | {"event_id": f"{name}{at}", "account_id": f"{name}{at % 5}"} | columns for at in range(n)]

    pq.write_table(pa.Table.from_pylist(rows("a", 82) + rows("d", 8, prompt="")), tmp_path / "events" / "a.parquet")
    pq.write_table(pa.Table.from_pylist(rows("b", 4)).drop_columns(["ja4"]), tmp_path / "events" / "b.parquet")
    partly = [row | {"model": None if at else "m"} for at, row in enumerate(rows("c", 6, ip="", prompt=""))]
    lines = [{name: value for name, value in row.items() if name != "ip"} for row in partly]
    (tmp_path / "events" / "c.jsonl").write_text("".join(json.dumps(row, default=str) + "\n" for row in lines))
    short, warning = pipeline.detect(tmp_path, tmp_path / "run", as_of=as_of, quiet=True)["warnings"]
    assert short.startswith("The log covers 0 s of ")
    assert re.findall(r"(\d+) % no (\w+)", warning) == [("14", "prompt"), ("6", "ip"), ("4", "ja4")]


def test_one_detection_at_a_time_writes_to_a_run(runs: dict[str, Path], little_world: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(runs["new"], run)
    before = tables(run)
    with folder_lock(run, "detect"), pytest.raises(InputError, match="another detect is writing to this folder"):
        pipeline.detect(little_world, run, quiet=True)
    assert tables(run) == before
