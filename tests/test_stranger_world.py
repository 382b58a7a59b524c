"""Logs as other programs write them, by the schema alone: types of the same values, folders a day, few columns."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stillwatch import dataset
from stillwatch.cli import main
from stillwatch.detect import pipeline
from stillwatch.files import RUN_FILES, read_json


def events_of(world: Path) -> pa.Table:
    return pq.read_table(world / "events").replace_schema_metadata(None)


def written(folder: Path, events: pa.Table, world: Path | None = None, rows: int = 5_000) -> Path:
    """A folder of logs with one file of events in small row groups; and the registry and releases of a world."""
    (folder / "events").mkdir(parents=True)
    pq.write_table(events, folder / "events" / "all.parquet", row_group_size=rows)
    for name in ("accounts.parquet", "releases.json") if world else ():
        shutil.copy(world / name, folder)
    return folder


def with_types(table: pa.Table, of: dict[Any, pa.DataType]) -> pa.Table:
    """The table with the columns of some types cast to others; a dictionary is made where its values have the type already."""
    return table.cast(pa.schema([field.with_type(of.get(field.type, field.type)) for field in table.schema]))


def tables(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in RUN_FILES if name.endswith(".parquet")}


WIDE = {
    pa.string(): pa.large_string(), pa.int16(): pa.int64(), pa.int32(): pa.int64(), pa.float32(): pa.float64(),
    pa.timestamp("us", "UTC"): pa.timestamp("ns", "Europe/Amsterdam"),
}
CATEGORIES = {pa.string(): pa.dictionary(pa.int32(), pa.string())}
LARGE_CATEGORIES = {pa.string(): pa.dictionary(pa.int32(), pa.large_string())}


@pytest.fixture(scope="module")
def plain(little_world: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("plain")
    pipeline.detect(written(folder / "logs", events_of(little_world), little_world), folder / "run", quiet=True)
    return tables(folder / "run")


@pytest.mark.parametrize("types", [WIDE, CATEGORIES, LARGE_CATEGORIES], ids=["wide", "categories", "large categories"])
def test_types_of_the_same_values_give_the_same_tables(
    types: dict[Any, pa.DataType], plain: dict[str, bytes], little_world: Path, tmp_path: Path
) -> None:
    events = with_types(events_of(little_world), types)
    events = events.select(list(reversed(events.column_names))).append_column("a column of theirs", pa.array([[1]] * len(events)))
    logs = written(tmp_path / "their logs", events, little_world)
    pq.write_table(with_types(pq.read_table(little_world / "accounts.parquet"), types), logs / "accounts.parquet")
    pipeline.detect(logs, tmp_path / "run", quiet=True)
    assert tables(tmp_path / "run") == plain


def test_only_columns_that_repeat_are_read_as_dictionaries(little_world: Path, tmp_path: Path) -> None:
    logs = written(tmp_path, with_types(events_of(little_world).slice(0, 100), CATEGORIES), rows=30)
    for batch in dataset.batches(logs / "events" / "all.parquet"):
        found = {name for name in batch.column_names if pa.types.is_dictionary(batch[name].type)}
        assert found == set(dataset.REPEATED)


def test_every_absent_column_is_told_to_be_blind(little_world: Path, tmp_path: Path) -> None:
    events = events_of(little_world).slice(0, 2_000)

    def blind(folder: str, *names: str, **columns: list[str]) -> dict[str, str]:
        told = events.select(["event_id", "timestamp", "account_id", *names])
        for name, values in columns.items():
            told = told.append_column(name, pa.array(values))
        logs = written(tmp_path / folder, told)
        pipeline.detect(logs, tmp_path / folder / "run", quiet=True)
        return {row["view"]: row["reason"] for row in read_json(tmp_path / folder / "run" / "summary.json")["blind_views"]}

    fewest = blind("fewest")
    assert {"infra.network", "content.opening", "session.handoff", "identity.payment"} <= fewest.keys()
    told = {
        "infra.client": "events have neither user_agent nor ja4", "harvest.pivot": "events have no model",
        "infra.pathway": "events have no access_path", "harvest.long_answers": "events have no output_tokens",
        "identity.banned": "no account seen was banned by the time looked at (banned_at)",
    }
    assert told.items() <= fewest.items()
    more = blind("more", "user_agent", "model", "access_path", "output_tokens")
    assert told.keys() & more.keys() == {"harvest.pivot", "identity.banned"}
    assert "releases.json" in more["harvest.pivot"]
    assert more["infra.ja4"] == "events have no ja4: programs are told apart by user_agent alone, which clients choose"
    assert "customers are not known as such" in more["context.owners"]
    assert not {"infra.client", "infra.ja4", "infra.user_agent"} & blind("both", "ja4", "user_agent").keys()
    assert blind("empty", prompt=[""] * 2_000, system=[""] * 2_000) == fewest


def test_a_ban_long_after_the_log_is_none(little_world: Path, tmp_path: Path) -> None:
    """Some registries write the year 9999 for never, others the end of a contract; without an ingest nothing else would notice."""
    logs = written(tmp_path, events_of(little_world).slice(0, 2_000), little_world)
    registry = pq.read_table(logs / "accounts.parquet")
    last = pc.max(pq.read_table(logs / "events")["timestamp"]).cast(pa.int64()).as_py()
    year = pa.scalar(last + 366 * 86_400_000_000, pa.int64())

    def told(at: Any) -> tuple[bool, list[str]]:
        bans = pa.chunked_array([pa.repeat(at, len(registry)).cast(registry.schema.field("banned_at").type)])
        pq.write_table(registry.set_column(registry.column_names.index("banned_at"), "banned_at", bans), logs / "accounts.parquet")
        pipeline.detect(logs, tmp_path / "run", quiet=True)
        summary = read_json(tmp_path / "run" / "summary.json")
        return "identity.banned" in {row["view"] for row in summary["blind_views"]}, [w for w in summary["warnings"] if "banned_at" in w]

    assert told(pc.subtract(year, pa.scalar(1, pa.int64()))) == (False, [])
    blind, warnings = told(year)
    rows = f"{len(registry):,} rows"
    assert (blind, warnings) == (True, [
        f"accounts.parquet has a banned_at more than a year after the last request in {rows}: these count as not banned. Write null"
        " where there is no ban"
    ])


def test_a_sign_up_after_the_first_request_counts_as_unknown_and_is_told(little_world: Path, tmp_path: Path) -> None:
    """A registry whose rows were written anew, as by a move to another database, would have everybody sign up in one hour."""
    logs = written(tmp_path, events_of(little_world).slice(0, 2_000), little_world)
    registry = pq.read_table(logs / "accounts.parquet")
    first = pc.min(pq.read_table(logs / "events")["timestamp"]).cast(pa.int64()).as_py()
    n_seen = pc.count_distinct(pq.read_table(logs / "events")["account_id"]).as_py()

    def told(days: float) -> tuple[bool, list[str]]:
        at = pa.scalar(first + int(days * 86_400_000_000), pa.int64())
        signups = pa.chunked_array([pa.repeat(at, len(registry)).cast(registry.schema.field("created_at").type)])
        pq.write_table(registry.set_column(registry.column_names.index("created_at"), "created_at", signups), logs / "accounts.parquet")
        pipeline.detect(logs, tmp_path / "run", quiet=True)
        summary = read_json(tmp_path / "run" / "summary.json")
        return "identity.signup" in {row["view"] for row in summary["blind_views"]}, [w for w in summary["warnings"] if "created_at" in w]

    assert told(1) == (False, [])
    assert told(400) == (True, [
        f"accounts.parquet has a created_at more than a day after the first request of {n_seen:,} accounts: when these signed up counts"
        " as unknown. Write when the account was made, not its row"
    ])


def test_files_that_are_not_read_are_told_and_a_command_can_be_pasted(
    little_world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = written(tmp_path / "my logs", events_of(little_world).slice(0, 500))
    (logs / "events" / "next.jsonl.gz").touch()
    (logs / "accounts.csv").write_text("account_id\na\n", encoding="utf-8")
    (logs / "events" / "_temporary").mkdir()
    pq.write_table(pa.table({"no": ["event"]}), logs / "events" / "_temporary" / "part.parquet")
    assert main(["detect", str(logs), "--out", str(tmp_path / "my run")]) == 0
    told = capsys.readouterr().out
    assert "Note: 1 file in events/ not read, being neither .parquet nor .jsonl; the first: events/next.jsonl.gz" in told
    assert "Note: accounts.csv was not read as the registry, which is accounts.parquet or accounts.jsonl: " in told
    assert f"stillwatch report '{tmp_path / 'my run'}'" in told


def test_a_truth_of_theirs_is_read(little_world: Path, little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = pq.read_table(little_world / "truth.parquet")
    named = pc.fill_null(truth["campaign"], "").cast(pa.large_string())
    theirs = pa.table({
        "note": pa.nulls(len(truth)), "kind": truth["kind"].dictionary_encode(), "campaign": named, "account_id": truth["account_id"],
    })
    run = shutil.copytree(little_run, tmp_path / "run")
    measured = []
    for table in (truth, theirs.take(pa.array(range(len(truth) - 1, -1, -1)))):
        pq.write_table(table, tmp_path / "their truth.parquet")
        assert main(["evaluate", str(run), "--truth", str(tmp_path / "their truth.parquet"), "--json"]) == 0
        measured.append(json.loads(capsys.readouterr().out))
        measured[-1].pop("inputs")
    assert measured[0] == measured[1]
    assert measured[0]["accounts"]["n_attackers"] > 0
