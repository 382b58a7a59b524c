"""Same inputs, same bytes, however the events are cut into files and batches."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stillwatch import dataset, sketch
from stillwatch.detect import accusing, pipeline
from stillwatch.detect.run_folder import harvested
from stillwatch.errors import InputError
from stillwatch.files import data_files, digest

TABLES = ("accounts", "campaigns", "harvest", "links", "watch")


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


def test_a_run_of_a_log_claims_no_seed(little_run: Path) -> None:
    assert json.loads((little_run / "summary.json").read_text())["parameters"] == {"as_of": None, "min_accounts": accusing.MIN_ACCOUNTS}


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


def shuffled(world: Path, folder: Path, events: pa.Table, rng: np.random.Generator) -> Path:
    """The world with its events in any order, in up to five files of any size."""
    made, order = beside(world, folder), rng.permutation(len(events))
    cuts = np.sort(rng.integers(0, len(events), rng.integers(0, 5)))
    for number, rows in enumerate(np.split(order, cuts)):
        pq.write_table(events.take(pa.array(rows)), made / "events" / f"{rng.integers(1 << 30):010}-{number}.parquet")
    return made


@pytest.mark.parametrize("unit", ["microsecond", "minute"])
def test_rows_in_any_order_in_any_files_give_the_same_bytes(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path, unit: str
) -> None:
    """Logs come by host or by account too, with coarse clocks and some requests twice: a run is of the requests, not of their order."""
    events, expected = all_events(little_world), reference
    if unit != "microsecond":
        place = events.column_names.index("timestamp")
        events = events.set_column(place, events.field(place), pc.floor_temporal(events["timestamp"], 1, unit))
        events = pa.concat_tables([events, events.slice(5000, 40)])
        pq.write_table(events, beside(little_world, tmp_path / "coarse") / "events" / "all.parquet")
        expected = detected(tmp_path / "coarse", tmp_path / "coarse-run")
    rng = np.random.default_rng(1)
    for i in range(3):
        found = detected(shuffled(little_world, tmp_path / f"world-{i}", events, rng), tmp_path / f"run-{i}")
        assert [name for name in TABLES if found[name] != expected[name]] == []
    assert json.loads(pq.read_table(pa.BufferReader(expected["campaigns"]))["details"][0].as_py())["templates"]


def test_small_batches_give_the_same_bytes(
    little_world: Path, reference: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "BATCH_ROWS", 997)
    assert detected(little_world, tmp_path) == reference


def test_row_groups_of_any_size_give_the_same_bytes(little_world: Path, tmp_path: Path) -> None:
    """Where columns are dictionaries a batch ends with its row group, and not where there is none: the two readings are cut otherwise."""
    events = all_events(little_world).drop_columns(["model", "access_path", "system"])
    assert {"ip", "user_agent", "ja4"} <= set(events.column_names)
    made = []
    for size in (len(events), 997):
        world = beside(little_world, tmp_path / f"world-{size}")
        pq.write_table(events, world / "events" / "all.parquet", row_group_size=size)
        made.append(detected(world, tmp_path / f"run-{size}"))
    assert made[0] == made[1]
    assert len(pq.read_table(pa.BufferReader(made[0]["harvest"])))


def test_a_log_that_changes_under_a_run_is_told_in_one_line(
    little_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = harvested._event_batches
    for change in (lambda table: table.slice(1), lambda table: pa.concat_tables([table, table.slice(0, 1)])):
        monkeypatch.setattr(harvested, "_event_batches", lambda *args, change=change: map(change, read(*args)))
        with pytest.raises(InputError, match="the events changed while they were read"):
            pipeline.detect(little_world, tmp_path / "run", quiet=True)


def test_an_empty_text_is_told_like_none(little_world: Path, tmp_path: Path) -> None:
    """As in Parquet that was made of CSV."""
    events, made = all_events(little_world), []
    for value in (None, ""):
        table = events
        for place, name in enumerate(table.column_names):
            if name in ("ip", "model", "access_path", "ja4"):
                none = pa.array([name == "ja4" or i % 2 == 0 for i in range(len(table))])
                table = table.set_column(place, name, pc.if_else(none, pa.scalar(value, pa.string()), table[name].cast(pa.string())))
        world = beside(little_world, tmp_path / f"world-{value}")
        pq.write_table(table, world / "events" / "all.parquet")
        found = detected(world, tmp_path / f"run-{value}")
        told = json.loads((tmp_path / f"run-{value}" / "summary.json").read_text())
        made.append((found, told["warnings"], told["blind_views"]))
    assert made[0] == made[1]
    assert re.search(r"\d+ % no ip, 50 % no model, 50 % no access_path", made[1][1][0])
    assert ["ja4" in view["reason"] for view in made[1][2]] == [True]


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
