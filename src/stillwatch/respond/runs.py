"""Read what an import needs from a run folder, and from the folder it was made of: registry facts, keys and traffic."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import InputError
from stillwatch.files import data_files, digest, read_json
from stillwatch.tables import ACCOUNT_VERDICTS, ACCOUNTS, CAMPAIGNS, EVENTS, Column, Table


@dataclass(frozen=True)
class FoundCampaign:
    """One row of campaigns.parquet and its members."""

    row: Mapping[str, Any]
    details: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    """``account_id``, ``score`` and ``reasons`` of each."""


@dataclass(frozen=True)
class FoundRun:
    """A run folder, ready to be imported."""

    run_id: str
    last_seen: datetime | None
    summary: Mapping[str, Any]
    campaigns: Sequence[FoundCampaign]


def read_run(folder: Path) -> FoundRun:
    """Read campaigns and accused accounts of a run.

    Raises:
        InputError: the folder is no whole run, or one of its tables cannot be read.
    """
    if not folder.is_dir():
        raise InputError("no such run folder", where=folder, todo="Pass the folder that stillwatch detect wrote")
    summary = read_json(folder / "summary.json")  # written last: where it stands, the run is whole
    if not isinstance(summary, dict):
        raise InputError("not a JSON object", where=folder / "summary.json")
    tables = [folder / name for name in ("campaigns.parquet", "accounts.parquet")]
    run_id = hashlib.sha256("".join(map(_digest, tables)).encode()).hexdigest()
    campaigns = _read(tables[0], CAMPAIGNS)
    accused = _read(tables[1], ACCOUNT_VERDICTS, filters=[("campaign_id", "!=", "")])
    members: dict[str, list[Mapping[str, Any]]] = {}
    for row in accused.select(["campaign_id", "account_id", "score", "reasons"]).to_pylist():
        members.setdefault(row.pop("campaign_id"), []).append(row)
    found = [FoundCampaign(row, _details(row.pop("details")), members.get(row["campaign_id"], ())) for row in campaigns.to_pylist()]
    seen = summary.get("last_seen")
    return FoundRun(run_id, None if seen is None else datetime.fromisoformat(seen), summary, found)


def _digest(path: Path) -> str:
    try:
        return digest(path)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path, todo="Run stillwatch detect first") from error


def _read(path: Path, contract: Table, filters: Any = None) -> pa.Table:
    try:
        table = pq.read_table(path, filters=filters)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"not readable as Parquet ({' '.join(str(error).split())})", where=path) from error
    return contract.conform(table, where=path)


def _details(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}", parse_constant=lambda _: None)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Facts:
    """What the input of the run says about some accounts."""

    accounts: Sequence[Mapping[str, Any]]
    """Columns of ``schema.Account``."""
    keys: Sequence[tuple[str, str]]
    """(key_id, account_id)."""


def read_facts(folder: Path, account_ids: Sequence[str]) -> Facts:
    """Registry rows, traffic and keys of some accounts, from the folder that ``detect`` read.

    Raises:
        InputError: the folder has no events, or a file cannot be read.
    """
    import duckdb

    files = data_files(folder / "events") if (folder / "events").is_dir() else []
    if not files:
        raise InputError("no events", where=folder / "events", todo="Pass the folder that stillwatch detect read")
    with duckdb.connect() as engine:
        engine.register("wanted", pa.table({"account_id": pa.array(account_ids, pa.string())}))
        try:
            _view(engine, "events", files, EVENTS.only(("account_id", "key_id", "timestamp", "output_tokens")))
            registry = [path for name in ("accounts.parquet", "accounts.jsonl") if (path := folder / name).exists()]
            _view(engine, "registry", registry, ACCOUNTS)
            accounts = engine.sql(_FACTS).to_arrow_table().to_pylist()
            keys = engine.sql(_KEYS).fetchall()
        except duckdb.Error as error:
            raise InputError(f"not readable ({' '.join(str(error).split())})", where=folder) from error
    return Facts(accounts, [(str(key_id), str(account_id)) for key_id, account_id in keys])


_FACTS = """
    WITH span AS (SELECT epoch_us(max("timestamp")) - epoch_us(min("timestamp")) AS us FROM events),
    traffic AS (
        SELECT account_id, count(*) AS n_events, coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens
        FROM events SEMI JOIN wanted USING (account_id) GROUP BY account_id
    ),
    known AS (
        SELECT account_id, max(org_id) AS org_id, max(kind) AS kind, bool_or(verified) AS verified, max(access_type) AS access_type,
               min(created_at) AS created_at, min(banned_at) AS banned_at
        FROM registry SEMI JOIN wanted USING (account_id) GROUP BY account_id
    )
    SELECT account_id, org_id, kind, verified, access_type, created_at, banned_at, n_events, output_tokens,
           greatest(us / 86400e6, 1 / 24.0)::DOUBLE AS window_days
    FROM wanted LEFT JOIN known USING (account_id) LEFT JOIN traffic USING (account_id), span ORDER BY account_id
"""
_KEYS = """
    SELECT key_id, min(account_id) FROM events
    WHERE key_id IN (SELECT key_id FROM events SEMI JOIN wanted USING (account_id) WHERE key_id IS NOT NULL)
    GROUP BY key_id HAVING count(DISTINCT account_id) = 1 ORDER BY key_id
"""
"""A key that several accounts used is no account's: an action on one must not reach the others."""


SQL_TYPES = {"str": "VARCHAR", "us": "TIMESTAMPTZ", "bool": "BOOLEAN", "i32": "INTEGER"}


def _column(column: Column, present: bool) -> str:
    value = f'"{column.name}"' if present else "NULL"
    return f'{value}::{SQL_TYPES[column.type]} AS "{column.name}"'


def _view(engine: Any, name: str, files: Sequence[Path], contract: Table) -> None:
    """Files of one table by the contract's columns; those that they lack are null."""
    parts = []
    for suffix, reader in ((".parquet", "read_parquet"), (".jsonl", "read_json_auto")):
        paths = [str(path) for path in files if path.suffix == suffix]
        if not paths:
            continue
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        source = f"{reader}([{listed}], union_by_name=true)"
        present = {row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        columns = [_column(column, column.name in present) for column in contract.columns]
        parts.append(f"SELECT {', '.join(columns)} FROM {source}")
    if not parts:
        parts = [f"SELECT {', '.join(_column(column, False) for column in contract.columns)} WHERE false"]
    engine.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(parts)}")
