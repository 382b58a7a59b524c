"""Conversations that another account continues: exactly those that are, and nothing that only looks like one."""

from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from link_helpers import load, shuffled, sketches, tuples

from stillwatch import link
from stillwatch.engine import Engine

ADA, BOB, CY, DEE = 11, -22, 33, 44


def found(engine: Engine, rows: list[dict[str, int]]) -> list[tuple[int, int, int]]:
    """(taker, giver, n)."""
    return tuples(link.handoffs(load(engine, rows)), "taker", "giver", "n")


def turn(account: int, time: int, context: int, parent: int = 0) -> dict[str, int]:
    return {"account": account, "time": time, "context": context, "parent": parent}


def test_exactly_the_planted_pairs_are_found(engine: Engine) -> None:
    rows = [
        turn(ADA, 0, 100),
        turn(BOB, 1, 101, parent=100),  # Bob continues Ada's
        turn(ADA, 2, 102, parent=101),  # and Ada Bob's
        turn(BOB, 3, 103, parent=100),  # again, from the same turn
        turn(CY, 4, 300), turn(CY, 5, 301, parent=300), turn(CY, 6, 302, parent=301),  # on its own
        turn(DEE, 7, 400, parent=999),  # of a turn that the log does not have
    ]
    assert found(engine, rows) == [(BOB, ADA, 2), (ADA, BOB, 1)]
    assert found(engine, shuffled(rows, 1)) == [(BOB, ADA, 2), (ADA, BOB, 1)]


def test_an_account_that_continues_its_own_conversation_hands_over_nothing(engine: Engine) -> None:
    """Nor does it where somebody else sent the same turn before."""
    own = [turn(ADA, 0, 100), turn(ADA, 1, 101, parent=100), turn(ADA, 2, 102, parent=101)]
    assert found(engine, own) == []
    assert found(engine, [turn(BOB, 0, 100), turn(ADA, 1, 100), turn(ADA, 2, 101, parent=100)]) == []
    assert found(engine, [turn(BOB, 0, 100), turn(ADA, 1, 101, parent=100), turn(ADA, 2, 100)]) == []


def test_a_turn_that_several_send_tells_nothing(engine: Engine) -> None:
    """Everybody says hello; who continues a hello continues nobody's conversation."""
    hello = [turn(account, time, 7) for time, account in enumerate((ADA, BOB, CY))]
    assert found(engine, [*hello, turn(DEE, 9, 8, parent=7)]) == []
    assert found(engine, [*hello[:2], turn(DEE, 9, 8, parent=7)]) == []
    assert found(engine, [*hello[:1], turn(ADA, 3, 7), turn(DEE, 9, 8, parent=7)]) == [(DEE, ADA, 1)]


def test_nobody_takes_over_what_was_not_yet_sent(engine: Engine) -> None:
    assert found(engine, [turn(BOB, 5, 101, parent=100), turn(ADA, 6, 100)]) == []
    assert found(engine, [turn(BOB, 6, 101, parent=100), turn(ADA, 6, 100)]) == [(BOB, ADA, 1)]


def test_keys_that_are_not_told_link_nobody(engine: Engine) -> None:
    assert found(engine, [turn(ADA, 0, 0), turn(BOB, 1, 0), turn(CY, 2, 5)]) == []
    assert found(engine, []) == []


def handoffs_slowly(rows: list[dict[str, int]]) -> dict[tuple[int, int], int]:
    """The definition: each request against all others."""
    counts: dict[tuple[int, int], int] = {}
    for row in rows:
        sent = [other for other in rows if row["parent"] and other["context"] == row["parent"]]
        givers = {other["account"] for other in sent}
        takers = {other["account"] for other in rows if other["parent"] == row["parent"]} - givers
        if len(givers) != 1 or row["account"] in givers or len(takers) > 2:
            continue
        first = min(other["time"] for other in rows if other["account"] == row["account"] and other["parent"] == row["parent"])
        if min(other["time"] for other in sent) <= first:
            pair = row["account"], givers.pop()
            counts[pair] = counts.get(pair, 0) + 1
    return counts


TURN = st.fixed_dictionaries(
    {"account": st.integers(1, 5), "context": st.integers(0, 6), "parent": st.integers(0, 6), "time": st.integers(0, 9)}
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TURN, max_size=25))
def test_any_traffic_gives_what_the_definition_gives(engine: Engine, rows: list[dict[str, int]]) -> None:
    result = found(engine, rows)
    assert {(taker, giver): n for taker, giver, n in result} == handoffs_slowly(rows)
    assert result == sorted(result)


def test_partitions_are_one_log(engine: Engine, tmp_path: Any) -> None:
    """A conversation that goes on in another partition is found all the same."""
    rows = [turn(ADA, 0, 100), turn(BOB, 1, 101, parent=100), turn(CY, 2, 102, parent=101)]
    files = [tmp_path / f"{i}'.parquet" for i in range(3)]
    for path, row in zip(files, rows, strict=True):
        pq.write_table(sketches([row]), path)
    engine.run("DROP TABLE IF EXISTS sketches")
    try:
        engine.view("sketches", files)
        assert tuples(link.handoffs(engine), "taker", "giver", "n") == [(BOB, ADA, 1), (CY, BOB, 1)]
    finally:
        engine.run("DROP VIEW sketches")


def test_a_conversation_shared_by_link_is_not_handed_over(engine: Engine) -> None:
    """Two may take over one turn; three who do have read a link."""
    rows = [turn(ADA, 0, 100), turn(BOB, 1, 101, parent=100), turn(CY, 2, 102, parent=100)]
    assert found(engine, rows) == [(BOB, ADA, 1), (CY, ADA, 1)]
    assert found(engine, [*rows, turn(DEE, 3, 103, parent=100)]) == []
    assert found(engine, [*rows, turn(DEE, 3, 103, parent=100), turn(DEE, 4, 104, parent=101)]) == [(DEE, BOB, 1)]
