"""Where each column came from, how often it is null, and since when it is told."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from respond_helpers import accounts

from stillwatch import dataset
from stillwatch.files import write_json, write_parquet
from stillwatch.respond import log_columns
from stillwatch.respond.importing import import_run
from stillwatch.respond.schema import Run
from stillwatch.respond.store import SYSTEM, Store
from stillwatch.tables import ACCOUNTS, EVENTS

START = datetime(2026, 2, 1, tzinfo=UTC)


def requests(day: int, **told: Any) -> pa.Table:
    """A request an hour of one day."""
    return pa.Table.from_pylist([
        {"event_id": f"e-{day}-{hour}", "timestamp": START + timedelta(days=day, hours=hour), "account_id": f"acct-{hour % 3:05d}", **told}
        for hour in range(24)
    ], EVENTS.schema)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Three days, of which the second is one file with two row groups; the fingerprint is told from its second half on."""
    folder = tmp_path / "logs"
    (folder / "events").mkdir(parents=True)
    write_parquet(requests(0, prompt="hello"), folder / "events" / "0.parquet")
    halves = pa.concat_tables([requests(1, prompt="hello")[:12], requests(1, prompt="hello", ja4="t13d")[12:]])
    pq.write_table(halves, folder / "events" / "1.parquet", row_group_size=12)
    write_parquet(requests(2, ja4="t13d"), folder / "events" / "2.parquet")
    rows = [{"account_id": name, "kind": "individual" if i else None} for i, name in enumerate(accounts(0, 3))]
    write_parquet(pa.Table.from_pylist(rows, ACCOUNTS.schema), folder / "accounts.parquet")
    write_json({"format": "litellm", "edge": {"filled": {"ja4": 0.5}}}, folder / "ingest.json")
    return folder


def rows_of(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["table"], row["column"]): row for row in log_columns.describe(dataset.open_dataset(folder))}


@pytest.mark.parametrize("statistics", [True, False])
def test_times_of_nanoseconds_are_told_as_others(statistics: bool, tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    table = requests(0, prompt="hello")
    odd = pa.array([us * 1000 + 123 for us in table["timestamp"].cast(pa.int64()).to_pylist()]).cast(pa.timestamp("ns", "UTC"))
    pq.write_table(table.set_column(1, "timestamp", odd), tmp_path / "events" / "0.parquet", write_statistics=statistics)
    prompt = rows_of(tmp_path)["events", "prompt"]
    assert (prompt["n_told"], prompt["since"], prompt["until"]) == (24, "2026-02-01T00:00:00+00:00", "2026-02-01T23:00:00+00:00")


def test_a_column_is_told_since_the_part_that_has_it(logs: Path) -> None:
    found = rows_of(logs)
    ja4 = found["events", "ja4"]
    assert (ja4["n_rows"], ja4["n_told"], ja4["source"]) == (72, 36, "edge log (50% of requests), litellm")
    assert (ja4["since"], ja4["until"]) == ("2026-02-02T12:00:00+00:00", "2026-02-03T23:00:00+00:00")
    prompt = found["events", "prompt"]
    assert (prompt["n_told"], prompt["source"], prompt["until"]) == (48, "litellm", "2026-02-02T23:00:00+00:00")
    assert prompt["feeds"]
    nothing = found["events", "tools_key"]
    assert (nothing["n_told"], nothing["source"], nothing["since"]) == (0, "nothing", None)
    kind = found["accounts", "kind"]
    assert (kind["n_rows"], kind["n_told"], kind["source"]) == (3, 2, "registry")


def test_files_without_statistics_and_jsonl_are_read(logs: Path) -> None:
    expected = rows_of(logs)
    for path in sorted((logs / "events").iterdir()):
        table = pq.read_table(path)
        if path.stem == "2":
            path.unlink()
            kept = table.select(["event_id", "timestamp", "account_id", "ja4"]).to_pylist()
            lines = [json.dumps(row | {"timestamp": row["timestamp"].isoformat()}) for row in kept]
            path.with_suffix(".jsonl").write_text("\n".join(lines) + "\n")
        else:
            pq.write_table(table, path, row_group_size=12, write_statistics=False)
    assert rows_of(logs) == expected


def test_only_what_nothing_reads_is_for_investigators(logs: Path) -> None:
    """What detection cannot do without is no matter of theirs, and a country is never evidence."""
    unread = {"country", "asn", "org_id", "session_id", "response", "input_tokens", "cached_tokens", "reasoning_tokens", "status"}
    assert {name for (table, name), row in rows_of(logs).items() if table == "events" and not row["feeds"]} == unread
    assert {column.name for column in ACCOUNTS.columns if not column.feeds} == {"country", "plan", "signup_ip"}


def test_an_import_keeps_what_its_log_holds(store: Store, run_folder: Any, logs: Path) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 3)}})
    import_run(store, SYSTEM, folder)
    import_run(store, SYSTEM, folder, data=logs)
    with store.read() as session:
        (run,) = session.query(Run).all()
    assert {row["column"] for row in run.summary["columns"] if row["table"] == "events"} == set(EVENTS.names)
    assert run.summary["version"] == "0", "the rest of the summary stays"
