"""Campaigns, accounts and harvested requests for other tools, streamed: a harvest may have millions of rows."""

from pathlib import Path
from typing import Any

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import atomic_write, reading_parquet, sql_file_list, sql_string, write_json
from stillwatch.report import words
from stillwatch.run_details import demand_harvest, read_table
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CAPABILITIES, HARVEST, Table

TABLES = {"campaigns": CAMPAIGNS, "accounts": ACCOUNT_VERDICTS, "harvest": HARVEST}


def write(run: Path, format: str, out: Path) -> list[Path]:
    """Write the three tables of a run to a folder; see :func:`stillwatch.report.export`."""
    if format not in ("csv", "json"):
        raise InputError(f"unknown format {format!r}", todo="Pass csv or json")
    run_details.demand_run(run)
    written = []
    campaigns = run / "campaigns.parquet"
    rows = read_table(campaigns, CAMPAIGNS).to_pylist()
    harvest = demand_harvest(run, sum(row["n_harvested"] for row in rows))
    run_details.demand_digests(run, run_details.read_summary(run), [f"{name}.parquet" for name in TABLES])
    parsed = [_parsed(row, campaigns) for row in rows] if format == "json" else []
    for name, contract in TABLES.items():
        source = run / f"{name}.parquet"
        if name == "harvest" and harvest is None:  # a run from traces has no requests
            continue
        if format == "csv":
            target = out / f"{name}.csv"
            _copy(source, contract, _csv_columns(contract), target, "FORMAT csv, HEADER")
        elif name == "campaigns":
            target = out / f"{name}.json"
            write_json(parsed, target)
        else:
            target = out / f"{name}.jsonl"
            _copy(source, contract, [f'"{column}"' for column in contract.names], target, "FORMAT json")
        written.append(target)
    return written


def _parsed(row: dict[str, Any], where: Path) -> dict[str, Any]:
    times = {name: None if row[name] is None else row[name].isoformat() for name in ("first_seen", "last_seen")}
    return row | times | {"details": run_details.parse_details(row["details"], row["campaign_id"], where)}


def _csv_columns(contract: Table) -> list[str]:
    """SQL expressions for the columns of the CSV: lists are joined, shares get a column each, texts are disarmed, details left out."""
    columns = []
    for column in contract.columns:
        if column.name == "details":  # up to 100,000 characters of JSON; a cell of a spreadsheet holds 32,767
            continue
        name = f'"{column.name}"'
        if column.type == "str":
            columns.append(f"{_disarmed(name)} AS {name}")
        elif column.type == "list[str]":
            columns.append(f"{_disarmed(f'''array_to_string({name}, ' | ')''')} AS {name}")
        elif column.type == "shares":
            columns += [f'{name}."{part}" AS "share_{part}"' for part in CAPABILITIES]
        elif column.type == "scored":
            parts = f"list_transform({name}, lambda e: concat(e.hypothesis, ' ', e.score))"
            columns.append(f"{_disarmed(f'''array_to_string({parts}, ' | ')''')} AS {name}")
        elif column.type == "us":
            columns.append(f"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}")
        else:
            columns.append(name)
    return columns


def _disarmed(expression: str) -> str:
    """:func:`stillwatch.report.words.disarmed` in SQL."""
    # only texts that may need it go to Python
    return f"CASE WHEN regexp_matches({expression}, '^[=+@-]|[^ -~]') THEN disarmed({expression}) ELSE {expression} END"


def _copy(source: Path, contract: Table, columns: list[str], target: Path, options: str) -> None:
    from stillwatch.engine import engine_over

    todo = "Free space, or run stillwatch detect again"
    # in order, so that the same run gives the same bytes
    with atomic_write(target) as partial, engine_over([source], target.parent, what="cannot export", todo=todo, in_order=True) as engine:
        if contract is CAMPAIGNS:
            engine.register("source", read_table(source, contract))
        else:
            _view(engine, source, contract)
        engine.create_function("disarmed", words.disarmed, ["VARCHAR"], "VARCHAR")
        open(partial, "wb").close()  # fails early if it cannot be written: DuckDB's error would name the source and give no advice
        engine.execute(f"COPY (SELECT {', '.join(columns)} FROM source) TO {sql_string(partial)} ({options})")


def _view(engine: Any, source: Path, contract: Table) -> None:
    """Check the schema and make a view of the file, which DuckDB streams. Columns that may be absent are text here."""
    import pyarrow.parquet as pq

    with reading_parquet(source, "Run stillwatch detect first"):
        present = pq.read_schema(source)
    contract.conform(present.empty_table(), where=source)
    absent = "".join(f', NULL::VARCHAR AS "{name}"' for name in contract.names if name not in present.names)
    engine.execute(f"CREATE VIEW source AS SELECT *{absent} FROM read_parquet({sql_file_list([source])})")
