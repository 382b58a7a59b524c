"""A table either conforms to its contract or the error names the column."""

import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch import dataset, tables
from stillwatch.errors import SchemaError
from stillwatch.tables import (
    ACCOUNT_VERDICTS,
    ACCOUNTS,
    CAMPAIGNS,
    CLEARED,
    EVENTS,
    HARVEST,
    LINKS,
    TRACES,
    TRUTH,
    WATCH,
    Table,
    it_has,
)

# Other programs read and write these; a star: no nulls. What follows these columns in a table is Stillwatch's own.
CONTRACT = {
    "events": """
        event_id* str, timestamp* us, account_id* str, org_id str, key_id str, session_id str, access_path str, model str, system str,
        prompt str, response str, context_key i64, parent_key i64, tools_key i64, temperature f32, top_p f32, max_tokens i32, stream bool,
        input_tokens i32, cached_tokens i32, output_tokens i32, reasoning_tokens i32, status i16, ip str, asn i32, country str,
        user_agent str, ja4 str""",
    "accounts": """
        account_id* str, created_at us, kind str, org_id str, verified bool, access_type str, email_domain str, email_hash str,
        payment_hash str, phone_hash str, signup_ip str, country str, banned_at us, plan str""",
    "traces": "account_id* str, view* str, object* str, hour i32, n i64, weight f64",
    "campaigns": """
        campaign_id* str, verdict* str, score* f64, q_value* f64, n_accounts* i64, n_events* i64, n_harvested* i64, first_seen us,
        last_seen us, views* list[str], capabilities shares, output_tokens i64, explanations* scored, lineage str""",
    "accounts (of a run)": "account_id* str, verdict* str, campaign_id str, score* f64, reasons* list[str]",
    "harvest": "event_id* str, campaign_id* str",
    "truth": "account_id* str, campaign str, kind* str",
}
BESIDES = {"campaigns": ["harvested_low", "harvested_high", "details"]}
ALL = [value for value in vars(tables).values() if isinstance(value, Table)]
TRACE = {"account_id": ["a"], "view": ["content.template"], "object": ["7"], "hour": [12], "n": [1], "weight": [None]}


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_contract_is_complete(table: Table) -> None:
    assert len(set(table.names)) == len(table.names)
    assert table.grain
    assert all(column.meaning for column in table.columns)
    assert any(column.required for column in table.columns)
    assert table.schema.names == list(table.names)
    assert len(table.conform(table.schema.empty_table())) == 0


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_are_those_that_other_programs_rely_on(name: str) -> None:
    table = next(table for table in ALL if table.name == name)
    told = [f"{c.name}{'*' if c.required else ''} {c.type}" for c in table.columns if c.name not in BESIDES.get(name, [])]
    assert told == " ".join(CONTRACT[name].split()).split(", ")


def test_logs_and_runs_have_the_types_of_the_contract(little_world: Path, little_run: Path) -> None:
    tables_of = {"events/*": EVENTS, "accounts": ACCOUNTS, "truth": TRUTH}
    made = {"accounts": ACCOUNT_VERDICTS, "campaigns": CAMPAIGNS, "harvest": HARVEST, "links": LINKS, "watch": WATCH, "cleared": CLEARED}
    for folder, contracts in ((little_world, tables_of), (little_run, made)):
        for name, contract in contracts.items():
            for path in folder.glob(f"{name}.parquet"):
                schema = pq.read_schema(path)
                assert [(f.name, f.type) for f in schema] == [(f.name, f.type) for f in contract.schema], path


PRIVATE = 4_200_000_000
"""Of the numbers of autonomous systems that 32 signed bits do not hold, one that anybody may use."""


@pytest.mark.parametrize("type_", [pa.int64(), pa.uint32(), pa.uint64(), pa.float64()])
def test_a_wider_asn_is_taken_and_what_does_not_fit_is_null(type_: pa.DataType) -> None:
    row = {"event_id": ["1", "2", "3"], "account_id": ["a"] * 3, "timestamp": pa.array([1] * 3, pa.timestamp("us", "UTC"))}
    read = EVENTS.conform(pa.table(row | {"asn": pa.array([64500, PRIVATE, None], type_)}))["asn"]
    assert (read.type, read.to_pylist()) == (pa.int32(), [64500, None, None])
    for beyond in (1 << 32, -(1 << 31) - 1):
        with pytest.raises(SchemaError, match=r"events\.asn is int64, not readable as int32"):
            EVENTS.conform(pa.table(row | {"asn": pa.array([beyond] * 3, pa.int64())}))


def test_an_asn_in_json_lines_is_taken_alike(tmp_path: Path) -> None:
    row = {"event_id": "1", "account_id": "a", "timestamp": "2026-03-01T00:00:00Z"}
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(row | {"asn": asn}) + "\n" for asn in (64500, PRIVATE)))
    (batch,) = dataset.batches(tmp_path / "e.jsonl")
    assert (batch["asn"].type, batch["asn"].to_pylist()) == (pa.int32(), [64500, None])


def test_missing_required_column_is_named() -> None:
    with pytest.raises(SchemaError, match=r"traces lacks the column view .*traces\.parquet.*It has: account_id"):
        TRACES.conform(pa.table({"account_id": ["a"]}), where="traces.parquet")


def test_many_and_hostile_names_are_told_briefly() -> None:
    told = it_has(["a\x1b[2J" + "b" * 99, *map(str, range(99))])
    assert told.startswith(f"It has: a?[2J{'b' * 55}, 0, 1")
    assert told.endswith(", 28 and 70 more")


def test_a_column_whose_absence_would_mean_something_must_be_there() -> None:
    with pytest.raises(SchemaError, match=r"truth lacks the column campaign \(operator\)\. It has: account_id, kind$"):
        TRUTH.conform(pa.table({"account_id": ["a"], "kind": ["attack"]}))
    assert TRUTH.conform(pa.table({"account_id": ["a"], "kind": ["family"], "campaign": pa.nulls(1)}))["campaign"].to_pylist() == [None]


def test_column_that_cannot_be_cast_is_named() -> None:
    with pytest.raises(SchemaError, match=r"traces\.hour is string, not readable as int32"):
        TRACES.conform(pa.table(TRACE | {"hour": ["noon"]}))
    for type_ in (pa.timestamp("us"), pa.date32()):
        with pytest.raises(SchemaError, match=r"traces\.hour is .*, not a number. Write numbers: hours since 1970-01-01 UTC"):
            TRACES.conform(pa.table(TRACE | {"hour": pa.array([12], type_)}))
    with pytest.raises(SchemaError, match=r"traces\.hour is int64"):
        TRACES.conform(pa.table(TRACE | {"hour": [2**40]}))
    with pytest.raises(SchemaError, match=r"traces\.n is list"):
        TRACES.conform(pa.table(TRACE | {"n": [[1]]}))


def test_null_in_required_column_is_named() -> None:
    with pytest.raises(SchemaError, match=r"traces\.object has 1 nulls"):
        TRACES.conform(pa.table(TRACE | {"object": pa.array([None], pa.string())}))


def test_integer_objects_become_text() -> None:
    assert TRACES.conform(pa.table(TRACE | {"object": [-7]}))["object"].to_pylist() == ["-7"]


@given(
    present=st.sets(st.sampled_from([column.name for column in EVENTS.columns if not column.required])),
    extra=st.sets(st.sampled_from(["price", "region", "model_id"])),
    n_rows=st.integers(0, 3),
    order=st.randoms(use_true_random=False),
)
def test_any_subset_of_optional_columns_in_any_order_conforms(
    present: set[str], extra: set[str], n_rows: int, order: Random
) -> None:
    required = {column.name for column in EVENTS.columns if column.required}
    names = sorted(required | present | extra)
    order.shuffle(names)
    values = {
        name: pa.array([1] * n_rows, pa.int64()).cast(EVENTS.schema.field(name).type)
        if name in required
        else pa.nulls(n_rows, EVENTS.schema.field(name).type if name in present else pa.int8())
        for name in names
    }
    conformed = EVENTS.conform(pa.table(values))
    assert conformed.schema == EVENTS.schema
    assert len(conformed) == n_rows
    assert all(conformed[column.name].null_count == n_rows for column in EVENTS.columns if not column.required)
    assert EVENTS.conform(conformed) == conformed


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**62)), max_size=5))
def test_values_survive(rows: list[tuple[str, int, int]]) -> None:
    accounts, hours, counts = ([row[i] for row in rows] for i in range(3))
    raw = pa.table(
        {
            "n": pa.array(counts, pa.int64()),
            "hour": pa.array(hours, pa.int64()),
            "object": pa.array(accounts, pa.large_string()),
            "view": pa.array(["infra.ip"] * len(rows), pa.dictionary(pa.int8(), pa.string())),
            "account_id": pa.array(accounts, pa.string()),
        }
    )
    conformed = TRACES.conform(raw)
    assert conformed["account_id"].to_pylist() == accounts == conformed["object"].to_pylist()
    assert conformed["hour"].to_pylist() == hours
    assert conformed["n"].to_pylist() == counts
