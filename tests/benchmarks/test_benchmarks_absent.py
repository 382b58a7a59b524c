"""Logs that lack something lack that, and nothing else."""

import shutil
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import absent
from benchmarks import second_world

NETWORK, REGISTRY = set(absent.NETWORK), set(absent.IDENTITY)
GONE = {
    "nothing": (set(), set()),
    "identities": (set(), REGISTRY),
    "customers": ({"org_id"}, set(absent.CUSTOMERS)),
    "registry": ({"org_id"}, None),
    "network": (NETWORK, set()),
    "conversations": (set(absent.CONVERSATIONS), set()),
    "registry and network": (NETWORK | {"org_id"}, None),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("absent") / "world"
    second_world.generate("classic", out, seed=3, events=8000)
    return out


def kept(folder: Path) -> tuple[set[str], set[str] | None, int]:
    """Columns of the log, of the registry if there is one, and rows of the log."""
    log, accounts = ds.dataset(folder / "events"), folder / "accounts.parquet"
    return set(log.schema.names), set(pq.read_schema(accounts).names) if accounts.exists() else None, log.count_rows()


@pytest.mark.parametrize("name", GONE)
def test_what_is_said_to_lack_is_gone(world: Path, tmp_path: Path, name: str) -> None:
    lack = next(told for told in absent.LACKS if told.split(":")[0].split(",")[0] == name)
    shutil.copytree(world, tmp_path / "poor")
    absent.LACKS[lack](tmp_path / "poor")
    columns, registry, rows = kept(world)
    of_log, of_registry = GONE[name]
    assert registry is not None
    assert kept(tmp_path / "poor") == (columns - of_log, None if of_registry is None else registry - of_registry, rows)


def test_only_some_days_are_left(world: Path, tmp_path: Path) -> None:
    shutil.copytree(world, tmp_path / "poor")
    absent.only(tmp_path / "poor", 1)
    logs = (ds.dataset(folder / "events").to_table(columns=["timestamp"]) for folder in (tmp_path / "poor", world))
    times, before = (log["timestamp"].to_pylist() for log in logs)
    assert 0 < len(times) < len(before)
    assert (max(times) - min(times)).days < absent.DAYS
    assert min(before) < min(times)
