"""A folder of input: which events lie in a time, and what the registry says of an account at one."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import dataset, sketch
from stillwatch.cli import main
from stillwatch.detect import pipeline
from stillwatch.errors import InputError
from stillwatch.tables import ACCOUNTS, EVENTS

T = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def events(folder: Path, *minutes: int | None) -> Path:
    rows = [{"event_id": str(i), "timestamp": None if m is None else T + m * MINUTE, "account_id": "a"} for i, m in enumerate(minutes)]
    (folder / "events").mkdir(parents=True, exist_ok=True)
    nullable = pa.schema([field.with_nullable(True) for field in EVENTS.schema])
    pq.write_table(pa.Table.from_pylist(rows, nullable), folder / "events" / "part.parquet")
    return folder


def registry(folder: Path, *rows: dict[str, Any]) -> dataset.Dataset:
    pq.write_table(pa.Table.from_pylist(list(rows), ACCOUNTS.schema), folder / "accounts.parquet")
    return dataset.open_dataset(events(folder, 0))


def test_a_time_is_from_its_start_on_and_before_its_end() -> None:
    times = pa.chunked_array([[T - MINUTE, T, T + MINUTE, T + 2 * MINUTE, None]], pa.timestamp("us", "UTC"))
    assert dataset.between(times, T, T + 2 * MINUTE).to_pylist() == [False, True, True, False, False]
    assert dataset.between(times, None, T).to_pylist() == [True, False, False, False, False]
    assert dataset.between(times, T, None).to_pylist() == [False, True, True, True, False]
    assert dataset.between(times.cast(pa.int64()), T, T + 2 * MINUTE).to_pylist() == [False, True, True, False, False]


def test_lines_may_tell_nanoseconds(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    path = tmp_path / "events" / "e.jsonl"
    times = ("2026-03-01T00:00:00Z", "2026-03-01T02:00:00.123456789+02:00", "2026-03-01T00:00:00.1234567Z")
    path.write_text("".join(f'{{"event_id": "{time}", "timestamp": "{time}", "account_id": "a"}}\n' for time in times), encoding="utf-8")
    read = next(dataset.batches(path))["timestamp"].to_pylist()
    assert read == [T, *[T + timedelta(microseconds=123_456)] * 2]
    path.write_text('{"event_id": "1", "timestamp": 1772323200, "account_id": "a"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"not readable .*timestamp.*e\.jsonl"):
        next(dataset.batches(path))
    data = registry(tmp_path, {"account_id": "a"})
    (tmp_path / "accounts.parquet").unlink()
    (tmp_path / "accounts.jsonl").write_text('{"account_id": "a", "banned_at": "9999-12-31T00:00:00Z"}\n', encoding="utf-8")
    assert dataset.read_accounts(dataset.open_dataset(data.folder))["banned_at"].to_pylist() == [datetime(9999, 12, 31, tzinfo=UTC)]


def test_an_earlier_run_that_is_none_is_told_before_anything_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = events(tmp_path / "logs", 0)
    assert main(["detect", str(logs), "--out", str(tmp_path / "run"), "--since", str(tmp_path / "nowhere")]) == 1
    assert "no such run folder" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_last_so_long_ends_with_the_last_event(tmp_path: Path) -> None:
    data = dataset.lately(dataset.open_dataset(events(tmp_path, 0, 8, 9, 10)), 120_000_001, None)
    (path,) = data.event_files
    assert [t.minute for t in next(dataset.batches(path, start=data.start))["timestamp"].to_pylist()] == [8, 9, 10]
    assert not data.whole
    alone = dataset.open_dataset(events(tmp_path / "alone", 5))
    assert dataset.lately(alone, 1, None).whole == set(alone.event_files)
    before = dataset.lately(dataset.open_dataset(tmp_path), 60_000_000, T - MINUTE)
    assert (before.event_files, before.start) == ((), T - 2 * MINUTE)


def test_the_last_row_of_an_account_counts(tmp_path: Path) -> None:
    data = registry(tmp_path, {"account_id": "a", "plan": "old"}, {"account_id": "b", "plan": "b"}, {"account_id": "a", "plan": "new"})
    read = dataset.read_accounts(data)
    assert dict(zip(read["account_id"].to_pylist(), read["plan"].to_pylist(), strict=True)) == {"a": "new", "b": "b"}


def test_a_ban_is_known_after_its_time(tmp_path: Path) -> None:
    data = registry(tmp_path, {"account_id": "a", "banned_at": T}, {"account_id": "b"})
    assert dataset.read_accounts(data)["banned_at"].to_pylist() == [T, None]
    assert dataset.read_accounts(data, T)["banned_at"].to_pylist() == [None, None]
    assert dataset.read_accounts(data, T + MINUTE)["banned_at"].to_pylist() == [T, None]


@pytest.mark.parametrize("name", ["created_at", "banned_at"])
@pytest.mark.parametrize("at", [-62_135_596_800_000_000, -1, 253_402_300_800_000_000])
def test_a_time_that_no_account_can_have_is_refused(tmp_path: Path, name: str, at: int) -> None:
    data = registry(tmp_path, {"account_id": "a", "created_at": datetime(1970, 1, 1, tzinfo=UTC)}, {"account_id": "b"})
    assert dataset.read_accounts(data).num_rows == 2
    data = registry(tmp_path, {"account_id": "a"}, {"account_id": "b", name: at})
    with pytest.raises(InputError, match=rf"accounts\.{name} has times before 1970 or after 9999: .*accounts\.parquet\. Write null "):
        dataset.read_accounts(data)


def test_without_a_registry_it_is_empty(tmp_path: Path) -> None:
    assert len(dataset.read_accounts(dataset.open_dataset(events(tmp_path, 0)))) == 0


def test_a_copied_file_of_events_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = events(tmp_path, 0, 1) / "events" / "part.parquet"
    copy = first.with_name("copy.parquet")
    shutil.copy(first, copy)
    for command in ("detect", "replay"):
        assert main([command, str(tmp_path), "--out", str(tmp_path / "out")]) == 1
        told = capsys.readouterr().err
        assert f"is the same as {copy}, so its requests would be counted twice: {first}. Remove one of the two" in told
        assert told.count("\n") == 1
    dataset.demand_distinct([first, events(tmp_path / "other", 0, 2) / "events" / "part.parquet"])


def test_files_without_events_may_be_alike(tmp_path: Path) -> None:
    files = [events(tmp_path / name) / "events" / "part.parquet" for name in "ab"]
    for name in "cd":
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].touch()
    dataset.demand_distinct(files)
    assert len({path.read_bytes() for path in files}) == 2
    full = events(tmp_path / "full", 0) / "events" / "part.parquet"
    files += [full, Path(shutil.copy(full, tmp_path / "full.parquet"))]
    with pytest.raises(InputError, match=f"the same as {full}"):
        dataset.demand_distinct(files)


def test_only_files_of_one_size_are_read_to_find_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [events(tmp_path / "a", 0) / "events" / "part.parquet", events(tmp_path / "b", *range(99)) / "events" / "part.parquet"]
    monkeypatch.setattr(dataset, "digest", lambda path: pytest.fail(f"{path} was read"))
    dataset.demand_distinct(files)


def test_what_keeps_a_log_from_being_read_is_told_as_it_is(tmp_path: Path) -> None:
    events(tmp_path, 0)
    (tmp_path / "sketches").mkdir()
    with pytest.raises(InputError, match=r"sketches without the ingest\.json .*if a run or a replay was written here, remove them"):
        dataset.open_dataset(tmp_path)
    for left in (".ingest.old", ".ingest.partial"):
        (tmp_path / left).mkdir()
        with pytest.raises(InputError, match=r"an ingest was interrupted: .*Run the same stillwatch ingest again"):
            dataset.open_dataset(tmp_path)
        (tmp_path / left).rmdir()


def test_a_foreign_file_among_the_events_tells_its_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "foreign.parquet"
    pq.write_table(pa.table({"city": ["x"], "size": [1]}), path)
    with pytest.raises(InputError, match=r"events lacks the column event_id .*foreign\.parquet\. It has: city, size$"):
        list(dataset.batches(path))
    with pytest.raises(InputError, match=r"It has: city, size$"):
        list(dataset.batches(path, ("timestamp",)))
    pq.write_table(pa.table({}), path)
    with pytest.raises(InputError, match=r"It has no columns$"):
        list(dataset.batches(path))


def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    logs = events(tmp_path, 0)
    path = logs / "events" / "part.parquet"
    good = pq.read_table(path)
    days = good.set_column(1, "timestamp", good["timestamp"].cast(pa.date32()))
    for table, told in ((good.append_column("ip", good["ip"]), r"events\.ip is there 2 times"), (days, r"date32.*, a day without a time")):
        pq.write_table(table, path)
        with pytest.raises(InputError, match=rf"{told}: .*part\.parquet\. "):
            list(dataset.batches(path))
    for name in ("accounts.parquet", "accounts.jsonl"):
        (logs / name).touch()
    with pytest.raises(InputError, match=r"a second registry beside accounts\.parquet: .*accounts\.jsonl\. "):
        dataset.open_dataset(logs)
    # A registry may tell days.
    (logs / "accounts.jsonl").unlink()
    pq.write_table(pa.table({"account_id": ["a"], "created_at": pa.array([T]).cast(pa.date32())}), logs / "accounts.parquet")
    assert dataset.read_accounts(dataset.open_dataset(logs))["created_at"].to_pylist() == [T]


def test_a_file_of_the_same_size_and_time_is_another_file(tmp_path: Path) -> None:
    """As rsync, tar and object stores write them; sketches of the earlier one must not stand for it."""
    logs, run = events(tmp_path / "logs", 0, 1), tmp_path / "run"
    (path,) = dataset.open_dataset(logs).event_files
    path.unlink()
    line = '{{"event_id": "1", "timestamp": "2026-03-01T00:00:00Z", "account_id": "{}"}}\n'
    path = path.with_suffix(".jsonl")
    for account in "ab":
        (tmp_path / "next").write_text(line.format(account))
        os.utime(tmp_path / "next", (1, 1))
        (tmp_path / "next").replace(path)
        pipeline.detect(logs, run, quiet=True)
        assert pq.read_table(run / "accounts.parquet")["account_id"].to_pylist() == [account]
        assert len(list((run / "sketches").glob("*.parquet"))) == 1


def test_a_run_that_failed_leaves_sketches_that_the_next_one_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs, run = events(tmp_path / "logs", 0, 1), tmp_path / "run"
    (logs / "accounts.jsonl").write_text("[")
    with pytest.raises(InputError, match=r"accounts\.jsonl"):
        pipeline.detect(logs, run, quiet=True)
    assert [path.name for path in run.iterdir()] == ["sketches"]
    (logs / "accounts.jsonl").write_text('{"account_id": "a"}\n')
    (run / "sketches" / "of-another-file.parquet.partial").touch()
    with monkeypatch.context() as patch:
        patch.setattr(sketch, "sketch_events", None)
        assert pipeline.detect(logs, run, quiet=True)["n_events"] == 2
    shutil.rmtree(run)
    (run / "sketches").mkdir(parents=True)
    (run / "sketches" / "of-another-file.parquet.partial").touch()
    pipeline.detect(logs, run, quiet=True)
    assert {path.suffix for path in (run / "sketches").iterdir()} == {".parquet", ".ids"}
