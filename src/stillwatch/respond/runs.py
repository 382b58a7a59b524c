"""Reads what an import needs: campaigns from a run folder; registry facts, keys and traffic from the log folder it was made of."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import run_details, run_worth
from stillwatch.dataset import Dataset, open_dataset, read_accounts
from stillwatch.errors import InputError
from stillwatch.files import demand_no_open_erasure, digest, json_as_text, reading_parquet, sql_file_list
from stillwatch.respond import log_columns
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, Table


@dataclass(frozen=True)
class FoundCampaign:
    """One row of campaigns.parquet, its parsed details and its members."""

    row: Mapping[str, Any]
    details: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    """``account_id``, ``score`` and ``reasons`` of each."""


@dataclass(frozen=True)
class FoundRun:
    """A run folder, ready to be imported."""

    run_id: str
    start: datetime | None
    """The run left out earlier requests; null: it read the whole log."""
    last_seen: datetime | None
    """Time of the newest request."""
    summary: Mapping[str, Any]
    campaigns: Sequence[FoundCampaign]


def read_run(folder: Path) -> FoundRun:
    """Read campaigns and accused accounts of a run.

    Raises:
        InputError: the folder is no complete run, a table cannot be read or does not match the digest in the summary, details are
            not what detect writes, or an erasure was interrupted.
    """
    if not folder.is_dir():
        raise InputError("no such run folder", where=folder, todo="Pass the folder that stillwatch detect wrote")
    demand_no_open_erasure(folder)
    run_details.demand_whole(folder)
    summary = run_details.read_summary(folder)
    if erasures := run_details.erasures(folder):
        summary["warnings"] = [*run_details.erasure_notes(erasures), *(summary.get("warnings") or [])]
    tables = [folder / name for name in ("campaigns.parquet", "accounts.parquet")]
    digests = {path.name: _digest(path) for path in tables}
    run_details.demand_unchanged(folder, summary, digests)
    campaigns = _read(tables[0], CAMPAIGNS)
    run_id = _run_id(digests.values(), summary, found=len(campaigns) > 0)
    accused = _read(tables[1], ACCOUNT_VERDICTS, filters=[("campaign_id", "!=", "")])
    members: dict[str, dict[str, Mapping[str, Any]]] = {}  # by name: names that differ only in NUL characters are one account in the store
    for row in _storable(accused.select(["campaign_id", "account_id", "score", "reasons"])).to_pylist():
        members.setdefault(row.pop("campaign_id"), {})[row["account_id"]] = row
    valued = run_worth.read(folder)
    found = [
        FoundCampaign(
            row,
            run_details.parse_details(_without_nul(row.pop("details")), row["campaign_id"], tables[0]) | valued.get(row["campaign_id"], {}),
            list(members.get(row["campaign_id"], {}).values()),
        )
        for row in campaigns.to_pylist()
    ]
    start, seen = (None if summary.get(name) is None else datetime.fromisoformat(summary[name]) for name in ("start", "last_seen"))
    return FoundRun(run_id, start, seen, summary, found)


def _run_id(digests: Iterable[str], summary: Mapping[str, Any], *, found: bool) -> str:
    """Identifies a run by its tables; if it found nothing by its inputs, too, because empty tables are all the same."""
    inputs = "" if found else json.dumps([summary.get(name) for name in ("start", "as_of", "last_seen", "inputs")], sort_keys=True)
    return hashlib.sha256(("".join(digests) + inputs).encode()).hexdigest()


def _digest(path: Path) -> str:
    try:
        return digest(path)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path, todo="Run stillwatch detect first") from error


def _read(path: Path, contract: Table, filters: Any = None) -> pa.Table:
    with reading_parquet(path, "Run stillwatch detect first"):
        table = pq.read_table(path, filters=filters)
    return contract.conform(table, where=path)


@dataclass(frozen=True)
class Facts:
    """What a log folder says about some accounts."""

    accounts: Sequence[Mapping[str, Any]]
    """Columns of ``schema.Account``."""
    keys: Sequence[tuple[str, str]]
    """``(key_id, account_id)``, of keys that one account alone used."""
    columns: Sequence[Mapping[str, Any]] = ()
    """What each column of the folder holds; see :class:`.log_columns.ColumnContent`."""


NO_FACTS = Facts((), ())


def read_facts(folder: Path, account_ids: Sequence[str], now: datetime) -> Facts:
    """Registry rows, traffic and keys of some accounts, from the folder that ``detect`` read.

    Args:
        folder: the folder.
        account_ids: the accounts.
        now: a ban after this time is none yet.

    Raises:
        InputError: the folder has no events, or a file cannot be read.
    """
    data = open_dataset(folder)
    registry = _storable(read_accounts(data, now))
    with _log(data) as engine:
        accounts, keys = _facts(engine, registry, account_ids)
    return Facts(accounts, keys, log_columns.describe(data))


def find_facts(
    folder: Path, account_ids: Sequence[str], now: datetime, *, key_ids: Sequence[str] = (), org_ids: Sequence[str] = ()
) -> Facts:
    """Facts about those of some accounts that the registry or the log has, about owners of keys, and all accounts of organisations.

    Args:
        folder: the folder that ``detect`` read.
        account_ids: the accounts.
        now: a ban after this time is none yet.
        key_ids: keys whose owners are looked for.
        org_ids: organisations.

    Raises:
        InputError: the folder has no events, or a file cannot be read.
    """
    data = open_dataset(folder)
    registry = _storable(read_accounts(data, now))
    in_orgs = registry.filter(pc.is_in(registry["org_id"], pa.array(org_ids, pa.string())))["account_id"].to_pylist()
    with _log(data) as engine:
        engine.register("named", pa.table({"key_id": pa.array(key_ids, pa.string())}))
        owners = [str(owner) for _, owner in engine.sql(_OWNERS.format(keys="(FROM named)")).fetchall()] if key_ids else []
        wanted = sorted({*account_ids, *owners, *in_orgs})
        accounts, keys = _facts(engine, registry, wanted)
    registered = set(registry.filter(pc.is_in(registry["account_id"], pa.array(wanted, pa.string())))["account_id"].to_pylist())
    return Facts([row for row in accounts if row["n_events"] or row["account_id"] in registered], keys)


@contextmanager
def _log(data: Dataset) -> Iterator[Any]:
    """A DuckDB connection whose view ``events`` is the log."""
    import duckdb

    with duckdb.connect() as engine:
        try:
            _view(engine, data.event_files)
            yield engine
        except duckdb.Error as error:
            raise InputError(f"not readable ({' '.join(str(error).split())})", where=data.folder) from error


def _facts(engine: Any, registry: pa.Table, account_ids: Sequence[str]) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Columns of ``schema.Account`` for each account, and the keys that one of these accounts alone used."""
    wanted = pa.array(account_ids, pa.string())
    engine.register("wanted", pa.table({"account_id": wanted}))
    traffic = {row[0]: row[1:] for row in engine.sql(_TRAFFIC).fetchall()}
    span_us = engine.sql('SELECT epoch_us(max("timestamp")) - epoch_us(min("timestamp")) FROM events').fetchall()[0][0]
    keys = engine.sql(_OWNERS.format(keys=_THEIRS)).fetchall() if traffic else []
    known = {row["account_id"]: row for row in registry.filter(pc.is_in(registry["account_id"], wanted)).select(
        ["account_id", *REGISTRY]).to_pylist()}
    nothing = dict.fromkeys(REGISTRY)
    accounts = []
    for account_id in account_ids:
        n_events, output_tokens = traffic.get(account_id, (0, 0))
        sent = {"n_events": n_events, "output_tokens": output_tokens, "window_days": max((span_us or 0) / 86_400e6, 1 / 24)}
        accounts.append({**nothing, **known.get(account_id, {}), "account_id": account_id, **sent})
    return accounts, [(str(key_id), str(account_id)) for key_id, account_id in keys]


def read_requests(folder: Path, account_ids: Sequence[str], n_others: int, left_out: Sequence[str] = ()) -> tuple[pa.Table, int]:
    """When some accounts sent requests, and a sample of other accounts.

    Args:
        folder: what ``detect`` read.
        account_ids: the accounts.
        n_others: how many other accounts at most, chosen by a hash of their identifiers, so the same each time.
        left_out: accounts that must not be among the others.

    Returns:
        ``account_id``, ``at_s`` (seconds since 1970) and ``wanted`` (false: one of the others), a row a request, by
        time; and how many other accounts there are in all.

    Raises:
        InputError: the folder has no events, or a file cannot be read.
    """
    with _log(open_dataset(folder)) as engine:
        engine.register("wanted", pa.table({"account_id": pa.array(account_ids, pa.string())}))
        engine.register("left_out", pa.table({"account_id": pa.array(left_out, pa.string())}))
        engine.execute("CREATE TABLE others AS SELECT DISTINCT account_id FROM events ANTI JOIN wanted USING (account_id) "
                       "ANTI JOIN left_out USING (account_id)")
        n_all = engine.sql("SELECT count(*) FROM others").fetchall()[0][0]
        engine.execute(f"CREATE VIEW sample AS SELECT * FROM others ORDER BY md5(account_id), account_id LIMIT {int(n_others)}")
        found = engine.sql(_REQUESTS).to_arrow_table()
    return found, int(n_all)


_REQUESTS = """
    WITH chosen AS (SELECT account_id, true AS wanted FROM wanted UNION ALL SELECT account_id, false FROM sample)
    SELECT account_id, epoch_us("timestamp") / 1e6 AS at_s, chosen.wanted FROM events JOIN chosen USING (account_id)
    ORDER BY at_s, account_id
"""

REGISTRY = ("org_id", "kind", "verified", "access_type", "created_at", "banned_at")
_TRAFFIC = """
    SELECT account_id, count(*), coalesce(sum(output_tokens), 0)::BIGINT FROM events SEMI JOIN wanted USING (account_id) GROUP BY account_id
"""
_THEIRS = "(SELECT key_id FROM events SEMI JOIN wanted USING (account_id) WHERE key_id IS NOT NULL)"
_OWNERS = """
    SELECT key_id, min(account_id) FROM events WHERE key_id IN {keys}
    GROUP BY key_id HAVING count(DISTINCT account_id) = 1 ORDER BY key_id
"""
"""A key that several accounts used belongs to none of them: an action on one must not reach the others."""

SQL_TYPES = {"account_id": "VARCHAR", "key_id": "VARCHAR", "timestamp": "TIMESTAMPTZ", "output_tokens": "INTEGER"}


def _view(engine: Any, files: Sequence[Path]) -> None:
    """Create the view ``events`` with the needed columns; those that a file lacks are null."""
    parts = []
    engine.execute("SET TimeZone = 'UTC'")  # of times without a zone
    for suffix in (".parquet", ".jsonl"):
        paths = [path for path in files if path.suffix == suffix]
        if not paths:
            continue
        source = (f"read_parquet({sql_file_list(paths)}, union_by_name=true)" if suffix == ".parquet"
                  else json_as_text(engine, paths, ("timestamp", "output_tokens")))
        present = {row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        columns = {name: (f'"{name}"' if name in present else "NULL") + f"::{type_}" for name, type_ in SQL_TYPES.items()}
        chosen = [
            (f"replace({column}, chr(0), chr(65533))" if SQL_TYPES[name] == "VARCHAR" else column) + f' AS "{name}"'
            for name, column in columns.items()
        ]
        parts.append(f"SELECT {', '.join(chosen)} FROM {source}")
    engine.execute(f"CREATE VIEW events AS {' UNION ALL '.join(parts)}")


def _storable(table: pa.Table) -> pa.Table:
    """The table with texts that a database can hold; see :func:`_without_nul`."""
    for i, column in enumerate(table.columns):
        if pa.types.is_string(column.type):
            table = table.set_column(i, table.field(i), pc.replace_substring(column, "\0", "\ufffd"))
    return table


def _without_nul(details: str | None) -> str | None:
    """Details with texts that a database can hold: PostgreSQL refuses U+0000, which prompts and names may contain."""
    return None if details is None else details.replace("\\u0000", "\\ufffd")
