"""A table either conforms to its contract or the error names the column."""

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch import tables
from stillwatch.errors import SchemaError
from stillwatch.tables import EVENTS, TRACES, TRUTH, Table, it_has

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
