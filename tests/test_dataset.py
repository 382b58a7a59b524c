"""A folder of input: which events lie in a time, and what the registry says of an account at one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import dataset
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


def test_the_last_so_long_ends_with_the_last_event(tmp_path: Path) -> None:
    data = dataset.lately(dataset.open_dataset(events(tmp_path, 0, 8, 9, 10)), 120_000_001, None)
    (path,) = data.event_files
    assert [t.minute for t in next(dataset.batches(path, start=data.start))["timestamp"].to_pylist()] == [8, 9, 10]
    assert not data.whole
    alone = dataset.open_dataset(events(tmp_path / "alone", 5))
    assert dataset.lately(alone, 1, None).whole == set(alone.event_files)
    with pytest.raises(InputError, match="no events from"):
        dataset.lately(dataset.open_dataset(tmp_path), 60_000_000, T - MINUTE)


def test_the_last_row_of_an_account_counts(tmp_path: Path) -> None:
    data = registry(tmp_path, {"account_id": "a", "plan": "old"}, {"account_id": "b", "plan": "b"}, {"account_id": "a", "plan": "new"})
    read = dataset.read_accounts(data)
    assert dict(zip(read["account_id"].to_pylist(), read["plan"].to_pylist(), strict=True)) == {"a": "new", "b": "b"}


def test_a_ban_is_known_after_its_time(tmp_path: Path) -> None:
    data = registry(tmp_path, {"account_id": "a", "banned_at": T}, {"account_id": "b"})
    assert dataset.read_accounts(data)["banned_at"].to_pylist() == [T, None]
    assert dataset.read_accounts(data, T)["banned_at"].to_pylist() == [None, None]
    assert dataset.read_accounts(data, T + MINUTE)["banned_at"].to_pylist() == [T, None]


def test_without_a_registry_it_is_empty(tmp_path: Path) -> None:
    assert len(dataset.read_accounts(dataset.open_dataset(events(tmp_path, 0)))) == 0
