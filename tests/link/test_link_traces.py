"""Habits, identities and marks, against Python that counts one row at a time."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from link_helpers import load, shuffled, tuples

from stillwatch import link
from stillwatch.engine import Engine
from stillwatch.link import traces
from stillwatch.tables import ACCOUNTS

COLUMNS = [column for view in link.CONTENT_VIEWS.values() for column in view]


# --- Habits --------------------------------------------------------------------------------------------------------


def test_habitual_carriers_of_a_planted_object(engine: Engine) -> None:
    """An object counts for who left it twice, and only if enough accounts did."""
    rows = [{"account": account, "opening": 5} for account in (3, 1, 2) for _ in range(account + 1)]
    rows += [{"account": 9, "opening": 5}]  # once is no habit
    rows += [{"account": account, "opening": 6} for account in (1, 2) for _ in range(2)]  # too few accounts
    rows += [{"account": account, "opening": 7} for account in range(10)]  # nobody's habit
    rows += [{"account": account} for account in range(10) for _ in range(3)]  # no text
    found = link.carriers(load(engine, rows), min_accounts=3)
    assert tuples(found["opening"], "object", "account", "n") == [(5, 1, 2), (5, 2, 3), (5, 3, 4)]
    assert list(found) == COLUMNS
    assert all(len(found[column]["object"]) == 0 for column in COLUMNS if column != "opening")


def carriers_slowly(rows: list[dict[str, int]], column: str, min_accounts: int) -> list[tuple[int, int, int]]:
    counts = Counter((row[column], row["account"]) for row in rows if row[column])
    habits = {pair: n for pair, n in counts.items() if n >= 2}
    width = Counter(object_ for object_, _ in habits)
    return sorted((object_, account, n) for (object_, account), n in habits.items() if width[object_] >= min_accounts)


ROW = st.fixed_dictionaries(
    {
        "account": st.integers(-3, 3), "time": st.integers(0, 50), "opening": st.integers(0, 3),
        "shingle_1": st.integers(-2, 2), "shingle_2": st.integers(-2, 2), "tools": st.sampled_from([0, 2**62, -(2**63)]),
    }
)
ON_ENGINE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ON_ENGINE
@given(st.lists(ROW, max_size=40), st.integers(1, 4))
def test_any_carriers(engine: Engine, rows: list[dict[str, int]], min_accounts: int) -> None:
    found = link.carriers(load(engine, rows), min_accounts)
    for column in ("opening", "shingle_1", "tools"):
        assert tuples(found[column], "object", "account", "n") == carriers_slowly(rows, column, min_accounts)


@ON_ENGINE
@given(st.lists(ROW, min_size=1, max_size=40))
def test_profiles_say_how_many_and_when(engine: Engine, rows: list[dict[str, int]]) -> None:
    times: dict[int, list[int]] = {}
    for row in rows:
        times.setdefault(row["account"], []).append(row["time"])
    expected = [(account, len(own), min(own), max(own)) for account, own in sorted(times.items())]
    for order in (rows, shuffled(rows, 1)):
        assert tuples(link.profiles(load(engine, list(order))), "account", "n", "first_us", "last_us") == expected


# --- Programs ------------------------------------------------------------------------------------------------------


PROGRAM_ROW = st.fixed_dictionaries({"account": st.integers(-3, 3), "client": st.integers(-1, 2), "parameters": st.integers(0, 1)})


def programs_slowly(rows: list[dict[str, int]], fewest: int, most: int) -> list[list[int]]:
    users: dict[tuple[int, int], list[int]] = {}
    for account in sorted({row["account"] for row in rows}):
        own = [(row["client"], row["parameters"]) for row in rows if row["account"] == account]
        program, n = Counter(own).most_common(1)[0]
        if n >= 2 and 2 * n > len(own) and program[0]:
            users.setdefault(program, []).append(account)
    return sorted(accounts for accounts in users.values() if fewest <= len(accounts) <= most)


@ON_ENGINE
@given(st.lists(PROGRAM_ROW, min_size=1, max_size=40), st.integers(1, 7))
def test_any_programs(engine: Engine, rows: list[dict[str, int]], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"PROGRAM_FEWEST": 1, "PROGRAM_MOST": most, "PROGRAM_SHARE": 0.0}.items():
            patch.setattr(traces, name, value)
        found = link.programs(load(engine, rows), 7)
    assert len(set(zip(found["program"].tolist(), found["account"].tolist(), strict=True))) == len(found["account"])
    by_program = [sorted(found["account"][found["program"] == number].tolist()) for number in np.unique(found["program"])]
    assert sorted(by_program) == programs_slowly(rows, 1, most)


def test_a_program_of_too_few_or_too_many_proposes_nobody(engine: Engine) -> None:
    """Of a large log a share of its accounts may use one program, of a small one a thousand."""
    of = {1: 7, 2: 8, 3: 1_000, 4: 1_001}
    rows = [{"account": 10_000 * client + i, "client": client} for client, n in of.items() for i in range(n) for _ in range(2)]
    loaded = load(engine, rows)
    for n_accounts, sizes in ((2_016, [8, 1_000]), (20_019, [8, 1_000]), (20_020, [8, 1_000, 1_001])):
        assert np.bincount(link.programs(loaded, n_accounts)["program"])[1:].tolist() == sizes, n_accounts


# --- Identities ----------------------------------------------------------------------------------------------------


def registry(**columns: Any) -> pa.Table:
    n = len(next(iter(columns.values())))
    return ACCOUNTS.conform(pa.table({"account_id": [f"a{i}" for i in range(n)]} | columns))


def clusters(codes: np.ndarray) -> list[list[int]]:
    return sorted(np.flatnonzero(codes == code).tolist() for code in np.unique(codes[codes >= 0]))


def test_accounts_with_one_value_have_one_code() -> None:
    found = link.identities(
        registry(payment_hash=["p", "q", None, "p", None], phone_hash=[None] * 5, email_hash=list("abcde"))
    )
    assert set(found) == {"identity.payment", "identity.phone", "identity.email"}
    assert clusters(found["identity.payment"]) == [[0, 3], [1]]
    assert clusters(found["identity.phone"]) == []
    assert clusters(found["identity.email"]) == [[0], [1], [2], [3], [4]]


@pytest.mark.parametrize("column", ["payment_hash", "phone_hash", "email_hash"])
def test_an_empty_string_is_no_value(column: str) -> None:
    """Accounts without a card are not one customer; an export that wrote "" tied them all together once."""
    found = link.identities(registry(**{column: ["", "", "", "x", "x", None]}))
    assert clusters(found["identity." + column.removesuffix("_hash")]) == [[3, 4]]


@given(st.lists(st.none() | st.sampled_from(["", "p", "q", "é"]), max_size=12), st.integers(0, 12))
def test_identities_of_any_registry(values: list[str | None], cut: int) -> None:
    table = registry(payment_hash=pa.array(values, pa.string()))
    same: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        if value:
            same.setdefault(value, []).append(row)
    chunked = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    dictionary = table.set_column(
        table.column_names.index("payment_hash"), "payment_hash", table["payment_hash"].dictionary_encode()
    )
    for form in (table, chunked, dictionary):
        assert clusters(link.identities(form)["identity.payment"]) == sorted(same.values())


# --- Marks ---------------------------------------------------------------------------------------------------------

COLUMN_OF = {0: "opening", 1: "shingle_1", 2: "shingle_2"}
MARK = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(1, 3))
"""(campaign, place, object)."""
VIEW_OF = {0: list(link.CONTENT_VIEWS).index("content.opening"), 1: list(link.CONTENT_VIEWS).index("content.shingle"),
           2: list(link.CONTENT_VIEWS).index("content.shingle")}


def marks_of(marks: list[tuple[int, int, int]]) -> dict[str, np.ndarray]:
    columns = np.array(marks, np.int64).reshape(-1, 3).T
    return dict(zip(("campaign", "place", "object"), columns, strict=True))


def hits_slowly(rows: list[dict[str, int]], marks: list[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
    """Requests of each (campaign, account) that show a mark, in the column where most do."""
    counts = Counter(
        (campaign, row["account"], place)
        for campaign, place, object_ in marks for row in rows if row[COLUMN_OF[place]] == object_
    )
    most: dict[tuple[int, int], int] = {}
    for (campaign, account, _), n in counts.items():
        most[campaign, account] = max(most.get((campaign, account), 0), n)
    return most


@ON_ENGINE
@given(st.lists(ROW, max_size=30), st.lists(MARK, max_size=5, unique=True))
def test_hits_of_marks(engine: Engine, rows: list[dict[str, int]], marks: list[tuple[int, int, int]]) -> None:
    found = tuples(link.hits(load(engine, rows), COLUMN_OF, marks_of(marks)), "campaign", "account", "n")
    assert {(campaign, account): n for campaign, account, n in found} == hits_slowly(rows, marks)
    assert found == sorted(found)


@ON_ENGINE
@given(
    st.lists(ROW, max_size=30), st.lists(MARK, max_size=5, unique=True),
    st.sets(st.tuples(st.integers(0, 1), st.integers(-3, 3)), max_size=6),
)
@example(  # one request that has the object in two columns of the view
    rows=[dict.fromkeys(COLUMN_OF.values(), 1) | {"account": 1}], marks=[(0, 1, 1)], members={(0, 1)}
)
def test_who_leaves_each_mark(
    engine: Engine, rows: list[dict[str, int]], marks: list[tuple[int, int, int]], members: set[tuple[int, int]]
) -> None:
    pairs = np.array(sorted(members), np.int64).reshape(-1, 2).T
    found, of_view = link.mark_counts(load(engine, rows), COLUMN_OF, marks_of(marks), {"campaign": pairs[0], "account": pairs[1]})
    expected, whole = {}, {}
    for campaign, place, object_ in marks:
        who = [row["account"] for row in rows if row[COLUMN_OF[place]] == object_]
        if who:
            inside = {account for account in who if (campaign, account) in members}
            expected[campaign, place, object_] = len(set(who)), len(inside), len(who)
    for campaign, view, object_ in {(campaign, VIEW_OF[place], object_) for campaign, place, object_ in marks}:
        # Each request once, whichever of the view's columns has the object.
        columns = [name for place, name in COLUMN_OF.items() if VIEW_OF[place] == view]
        who = [row["account"] for row in rows if object_ in [row[name] for name in columns]]
        if who:
            inside = [account for account in who if (campaign, account) in members]
            whole[campaign, view, object_] = len(set(who)), len(set(inside)), len(inside)
    names = ("campaign", "place", "object", "accounts", "inside", "events")
    for told, counts in ((found, expected), (of_view, whole)):
        result = tuples(told, *names)
        assert {row[:3]: row[3:] for row in result} == counts
        assert len(result) == len(counts)
        assert result == sorted(result, key=lambda row: (row[0], -row[4], -row[5], row[1], row[2]))


@pytest.mark.parametrize("column", ["net", "client", "parameters"])
def test_the_network_and_client_that_each_account_used_most(column: str, engine: Engine) -> None:
    """Of equal ones the smaller hash, whatever the order of the log; accounts without any are left out."""
    used = {1: [5, 9, 9, 0, 0, 0], 2: [7, 7, -3, -3], 3: [0, 0]}
    rows = [{"account": account, column: value} for account, values in used.items() for value in values]
    for log in (rows, rows[::-1]):
        found = link.most_used(load(engine, log))[column]
        assert sorted(tuples(found, "account", "value", "n_values")) == [(1, 9, 2), (2, -3, 2)]


# --- Lives ---------------------------------------------------------------------------------------------------------

HOUR_US = 3_600_000_000


@ON_ENGINE
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 40), st.integers(0, 7), st.integers(-(2**63), 2**63 - 1)), max_size=30))
def test_lives_of_batches(engine: Engine, told: list[tuple[int, int, int, int]]) -> None:
    """Requests of a batch by part of the day, kind of work and program, against one row at a time; others' do not count."""
    rows = [{"account": a, "time": hour * HOUR_US, "capability": work, "client": client} for a, hour, work, client in told]
    of_batch = {-2: 0, 1: 0, 3: 1}
    batched = {"account": np.array(list(of_batch), np.int64), "batch": np.array(list(of_batch.values()), np.int64)}
    found = link.lives(load(engine, rows), batched, 2)
    hours, work, machines = np.zeros((2, 8)), np.zeros((2, 8)), np.zeros((2, 61))
    for a, hour, kind, client in told:
        if a in of_batch:
            hours[of_batch[a], hour // 3 % 8] += 1
            work[of_batch[a], kind] += 1
            machines[of_batch[a], abs(client) % 61] += 1
    np.testing.assert_array_equal(found["hours"], hours)
    np.testing.assert_array_equal(found["work"], work)
    np.testing.assert_array_equal(found["client"], machines)
    assert {name for name in found if name in link.MACHINES} == set(link.MACHINES)


HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("providers", "every_us", "hops"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], HOUR, 1),
        ([1, 2, 3, 4, 5, 6, 7, 7], HOUR, 0),  # seven providers
        ([1, 2, 3, 4, 5, 6, 7, 8], 6 * HOUR, 0),  # never two within six hours
        ([1, 2, 3, 4, 5, 0, 6, 7, 8], HOUR, 1),  # one request tells none
        ([1, 2, 3, 4, 5, 6, 7], HOUR, None),  # too few tell
        ([1] * 20, HOUR, 0),
    ],
)
def test_an_account_hops_that_changes_between_many_providers_within_hours(
    engine: Engine, providers: list[int], every_us: int, hops: int | None
) -> None:
    rows = [{"account": 5, "time": i * every_us, "provider": provider} for i, provider in enumerate(providers)]
    told = tuples(link.hopping(load(engine, shuffled(rows, 1))), "account", "providers", "hops")
    assert told == ([] if hops is None else [(5, len({*providers} - {0}), hops)])


def test_four_changes_within_hours_are_needed_however_many_providers(engine: Engine) -> None:
    days = [{"account": 1, "time": i * 24 * HOUR, "provider": 1 + i} for i in range(9)]
    hours = [{"account": 1, "time": i * 24 * HOUR + HOUR, "provider": 20 + i} for i in range(4)]
    assert link.hopping(load(engine, shuffled([*days, *hours], 2)))["hops"].tolist() == [1]
    assert link.hopping(load(engine, shuffled([*days, *hours[:3]], 2)))["hops"].tolist() == [0]
