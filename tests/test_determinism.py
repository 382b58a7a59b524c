"""Same inputs, same bytes, however the events are cut into files and batches."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import dataset, pipeline, sketch
from stillwatch.files import data_files, digest

TABLES = ("accounts", "campaigns", "harvest", "links")


def tables(run: Path) -> dict[str, bytes]:
    return {name: (run / f"{name}.parquet").read_bytes() for name in TABLES}


def detected(world: Path, run: Path, **options: Any) -> dict[str, bytes]:
    pipeline.detect(world, run, quiet=True, **options)
    return tables(run)


def beside(world: Path, folder: Path) -> Path:
    """A folder with the world's registry and releases, and an empty events/."""
    (folder / "events").mkdir(parents=True)
    for name in ("accounts.parquet", "releases.json"):
        shutil.copy(world / name, folder / name)
    return folder


def all_events(world: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in data_files(world / "events")])


@pytest.fixture(scope="module")
def reference(little_run: Path) -> dict[str, bytes]:
    summary = json.loads((little_run / "summary.json").read_text())
    assert summary["n_campaigns"] >= 3
    assert summary["tables"] == {path.name: digest(path) for path in little_run.glob("*.parquet")}, "what an import compares"
    return tables(little_run)


def test_the_same_again_is_the_same_bytes(little_world: Path, reference: dict[str, bytes], tmp_path: Path) -> None:
    assert detected(little_world, tmp_path, threads=1) == reference


def test_a_second_run_reads_the_sketches_of_the_first(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert detected(little_world, tmp_path) == reference
    monkeypatch.setattr(sketch, "sketch_events", None)
    assert detected(little_world, tmp_path) == reference


def test_daily_files_and_one_file_give_the_same_bytes(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    one = beside(little_world, tmp_path / "one")
    pq.write_table(all_events(little_world), one / "events" / "all.parquet")
    assert detected(one, tmp_path / "run") == reference


def test_rows_in_another_order_give_the_same_verdicts(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    """Logs come by host or by account too: who is accused, why, and of which requests does not depend on it."""
    world = beside(little_world, tmp_path / "world")
    events = all_events(little_world)
    order = np.random.default_rng(1).permutation(len(events))
    pq.write_table(events.take(pa.array(order)), world / "events" / "all.parquet")
    found = detected(world, tmp_path / "run")
    assert found["accounts"] == reference["accounts"]
    rows = [pq.read_table(pa.BufferReader(one["harvest"])).sort_by("event_id") for one in (found, reference)]
    assert rows[0].equals(rows[1])


def test_small_batches_give_the_same_bytes(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "BATCH_ROWS", 997)
    assert detected(little_world, tmp_path) == reference


def test_empty_files_change_nothing(little_world: Path, reference: dict[str, bytes], tmp_path: Path) -> None:
    world = beside(little_world, tmp_path / "world")
    for path in data_files(little_world / "events"):
        shutil.copy(path, world / "events" / path.name)
    pq.write_table(all_events(little_world).slice(0, 0), world / "events" / "0.parquet")
    (world / "events" / "1.jsonl").touch()
    assert detected(world, tmp_path / "run") == reference


def test_json_lines_with_iso_times_give_the_same_bytes(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    world = beside(little_world, tmp_path / "world")
    with open(world / "events" / "all.jsonl", "w") as handle:
        for row in all_events(little_world).to_pylist():
            row["timestamp"] = row["timestamp"].isoformat()
            told = {name: value for name, value in row.items() if value is not None}
            handle.write(json.dumps(told | {"of no column": {"a": 1}}) + "\n")
    assert detected(world, tmp_path / "run") == reference
