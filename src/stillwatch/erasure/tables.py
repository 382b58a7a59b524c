"""Tables of logs, runs and replays without an account, and what a run counted of it."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import dataset, partitions, run_details
from stillwatch.erasure.names import name_pattern, redact_names
from stillwatch.files import atomic_write, read_json, reading_parquet
from stillwatch.ingest.parsers import all_formats
from stillwatch.ingest.tenant import Tenant

MIN_EVENT_ID_CHARS = 8
"""Characters of an event's identifier that is told from other words of a row that cannot be read."""

RowTest = Callable[[pa.RecordBatch], pa.Array]


@dataclass(frozen=True)
class ErasedAccount:
    """The account, as each table knows it."""

    account: str
    names: tuple[str, ...]
    account_key: int
    events: pa.Table
    """``event_id`` and ``timestamp`` of its requests, as far as the logs given have them."""
    tenant_keys: Sequence[bytes]
    """Of the tenant, as far as they are known."""


def equals(column: Any, value: str) -> Any:
    """Which values of a column, of any type, read so; null is none of them."""
    return pc.fill_null(pc.equal(column.cast(pa.string()), value), False)


def _row_test(names: Sequence[str], who: ErasedAccount, folder: Path) -> tuple[list[str], RowTest] | None:
    """What tells the rows about the account in a table of a folder with these columns, and which columns it looks at; None: no rows are."""
    if "account_id" in names and "event_id" in names and len(who.events):
        # A mark log may leave the account to the events.
        event_ids = who.events["event_id"].combine_chunks()

        def test(rows: pa.RecordBatch) -> pa.Array:
            same = equals(rows["account_id"], who.account)
            if not rows["account_id"].null_count:
                return same
            return pc.or_(same, pc.and_(pc.is_null(rows["account_id"]), pc.is_in(rows["event_id"].cast(pa.string()), event_ids)))

        return ["account_id", "event_id"], test
    if "account_id" in names:
        return ["account_id"], lambda rows: equals(rows["account_id"], who.account)
    if {"account_a", "account_b"} <= set(names):
        ends = ["account_a", "account_b"]
        return ends, lambda rows: pc.or_(*(equals(rows[end], who.account) for end in ends))
    if {"reason", "raw", "detail"} <= set(names):
        about = _quarantine_row_test(folder, who)
        return ["raw", "detail"], lambda rows: pc.fill_null(about(rows), False)
    if "event_id" in names and len(who.events):
        events = who.events["event_id"].combine_chunks()
        return ["event_id"], lambda rows: pc.is_in(rows["event_id"].cast(pa.string()), events)
    return None


def lacks_account_ids(path: Path) -> bool:
    """Whether a table has rows that tell a request and not whose it is."""
    if path.suffix == ".jsonl":
        with open(path, "rb") as file:
            rows = map(_json_or_none, file)
            return any(isinstance(row, dict) and "event_id" in row and row.get("account_id") is None for row in rows)
    with reading_parquet(path), pq.ParquetFile(path) as table:
        if "event_id" not in table.schema_arrow.names:
            return False
        if "account_id" not in table.schema_arrow.names:
            return bool(table.metadata.num_rows)
        return any(batch.column(0).null_count for batch in table.iter_batches(dataset.BATCH_ROWS, columns=["account_id"]))


def _quarantine_row_test(folder: Path, who: ErasedAccount) -> RowTest:
    """What tells which rows that ingest put aside are about the account: they name it, or the format reads its account or event in them.

    Null where that cannot be told.
    """
    ingest_record = read_json(folder / "ingest.json") if (folder / "ingest.json").exists() else {}
    format_, name_regex = all_formats().get(str(ingest_record.get("format"))), name_pattern(who.names)
    events = set(who.events["event_id"].to_pylist())
    words = {name.encode() for name in events if len(name) >= MIN_EVENT_ID_CHARS}
    tenants = [Tenant(key, text=False) for key in who.tenant_keys or (b"",)]

    def is_about(raw: bytes | None, detail: str | None) -> bool | None:
        if name_regex and (name_regex.search(raw or b"") or name_regex.search((detail or "").encode())):
            return True
        if raw is None:
            return False
        row, accounts = _json_or_none(raw), set()
        if not isinstance(row, dict):  # a line of CSV, or cut off
            return True if not words.isdisjoint(re.split(rb'[\s,"]+', raw)) else None
        for tenant in tenants:
            try:
                fields = format_.parse(row, tenant) if format_ else {}
            except Exception:  # a format is a plug-in, and this may be what the row was put aside for
                fields = {}
            if str(fields.get("event_id")) in events:
                return True
            # a row of the registry is in no format
            accounts |= {str(one) for one in (fields.get("account_id"), row.get("account_id"), tenant.id(row.get("account_id"))) if one}
        if who.account in accounts:
            return True
        return False if accounts and (who.tenant_keys or (format_ and not format_.keyed)) else None

    def test(rows: pa.RecordBatch) -> pa.Array:
        return pa.array(map(is_about, rows["raw"].to_pylist(), rows["detail"].to_pylist()), pa.bool_())

    return test


def count_undecided_rows(path: Path, who: ErasedAccount) -> int:
    """Rows that ingest put aside of which nobody can tell whose they are."""
    test = _quarantine_row_test(path.parent, who)
    with reading_parquet(path), pq.ParquetFile(path) as file:
        return sum(test(batch).null_count for batch in file.iter_batches(dataset.BATCH_ROWS, columns=["raw", "detail"]))


def copy_parquet_without(path: Path, target: Path | None, who: ErasedAccount) -> int:
    """Write a table without the account, if it has it; returns how many rows were about it. ``target`` None: only count."""
    with reading_parquet(path), pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        if {"details", "campaign_id"} <= set(schema.names) or "account_ids" in schema.names:
            return _copy_groups_without(path, target, who)
        found = _row_test(schema.names, who, path.parent)
        if found is None:
            return 0
        columns, test = found
        n = sum(int(pc.sum(test(batch)).as_py() or 0) for batch in file.iter_batches(dataset.BATCH_ROWS, columns=columns))
        if n and target is not None:
            codec = file.metadata.row_group(0).column(0).compression.lower().replace("uncompressed", "none")
            with atomic_write(target) as partial, pq.ParquetWriter(partial, schema, compression=codec) as out:
                for batch in file.iter_batches(dataset.BATCH_ROWS):
                    kept = batch.filter(pc.invert(test(batch)))
                    if len(kept):
                        out.write_batch(kept)
    return n


def _copy_groups_without(path: Path, target: Path | None, who: ErasedAccount) -> int:
    """The same for tables of groups, whose rows stay: the account leaves their lists."""
    table = pq.read_table(path)
    n, columns = 0, {}
    for name, clean in (("details", _details_without), ("account_ids", _list_without)):
        if name not in table.column_names:
            continue
        old = table[name].to_pylist()
        new = [None if value is None else clean(value, who) for value in old]
        n += sum(a != b for a, b in zip(old, new, strict=True))
        columns[name] = new
    if n and target is not None:
        for name, values in columns.items():
            at = table.column_names.index(name)
            table = table.set_column(at, table.field(at), pa.array(values, table.field(at).type))
        with atomic_write(target) as partial:
            pq.write_table(table, partial, compression="zstd")
    return n


def _list_without(accounts: list[str], who: ErasedAccount) -> list[str]:
    return [account for account in accounts if account != who.account]


def _details_without(text: str, who: ErasedAccount) -> str:
    """The details of a campaign without the account: its row of what is drawn, its links, and its name in texts."""
    try:
        details = json.loads(text)
    except ValueError:
        return text
    if not isinstance(details, dict):
        return text
    drawn, graph = details.get("activity") or {}, details.get("graph") or {}
    accounts = drawn.get("accounts") or []
    if who.account in accounts:
        at = accounts.index(who.account)
        for name in ("accounts", "counts"):
            drawn[name] = [one for i, one in enumerate(drawn.get(name) or []) if i != at]
    nodes = graph.get("nodes") or []
    if who.account in nodes:
        at = nodes.index(who.account)
        graph["nodes"] = [node for i, node in enumerate(nodes) if i != at]
        edges = [edge for edge in graph.get("edges") or [] if at not in edge[:2]]
        graph["edges"] = [[a - (a > at), b - (b > at), *rest] for a, b, *rest in edges]
    name_regex = name_pattern(who.names)
    details = redact_names(details, name_regex) if name_regex else details
    new = json.dumps(details, sort_keys=True)
    return text if new == json.dumps(json.loads(text), sort_keys=True) else new


def copy_lines_without(path: Path, target: Path | None, who: ErasedAccount) -> int:
    """The same for JSON lines; the other lines stay byte for byte."""
    events = set(who.events["event_id"].to_pylist())

    def is_about(line: bytes) -> bool:
        row = _json_or_none(line)
        if not isinstance(row, dict):
            return False
        if row.get("account_id") is not None:
            return str(row["account_id"]) == who.account
        return row.get("event_id") is not None and str(row["event_id"]) in events

    with open(path, "rb") as file:
        n = sum(map(is_about, file))
    if n and target is not None:
        with atomic_write(target) as partial, open(path, "rb") as file, open(partial, "wb") as out:
            out.writelines(line for line in file if not is_about(line))
    return n


def _json_or_none(line: bytes) -> Any:
    """A line of JSON; null where it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def erased_counts_by_campaign(run: Path, who: ErasedAccount) -> dict[str, dict[str, int]]:
    """Of each campaign or group: accounts, requests and harvested requests that go; requests are those that the run looked at."""
    with reading_parquet(run / "accounts.parquet"):
        mine = pq.read_table(run / "accounts.parquet", columns=["account_id", "campaign_id"], filters=[("account_id", "==", who.account)])
    counted = {str(name): {"accounts": 1, "requests": _count_requests_of_run(run, who), "harvested": 0}
               for name in mine["campaign_id"].to_pylist() if name is not None}
    if (run / "harvest.parquet").exists() and len(who.events):
        with reading_parquet(run / "harvest.parquet"):
            rows = pq.read_table(run / "harvest.parquet", filters=pc.field("event_id").isin(who.events["event_id"].combine_chunks()))
        for row in rows.group_by("campaign_id").aggregate([("event_id", "count")]).to_pylist():
            counted.setdefault(row["campaign_id"], {"accounts": 0, "requests": 0, "harvested": 0})["harvested"] = row["event_id_count"]
    return counted


def _count_requests_of_run(run: Path, who: ErasedAccount) -> int:
    """Requests of the account that the run looked at: by its sketches, or else by the logs."""
    summary = run_details.read_summary(run)
    files = [run / partitions.FOLDER / name for name in summary.get("sketches") or ()]
    if files and all(path.exists() and partitions.ids_path(path).exists() for path in files):
        return sum(partitions.copy_without_account(path, None, who.account, who.account_key) for path in files)
    start, as_of = (datetime.fromisoformat(summary[end]) if summary.get(end) else None for end in ("start", "as_of"))
    return int(pc.sum(dataset.between(who.events["timestamp"], start, as_of)).as_py() or 0)
