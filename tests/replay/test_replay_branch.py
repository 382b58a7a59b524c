"""The course of events under a policy, on a log small enough to count by hand."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch import partitions, sketch
from stillwatch.replay.branch import HOUR_US, Branch
from stillwatch.replay.log import INNOCENT, Log, read_log
from stillwatch.replay.policy import ANSWERABLE, Reply
from stillwatch.tables import ACCOUNTS, EVENTS
from stillwatch.throttling.rates import Throttle

HOURS = 40
NOBODY = Reply(failover=0, replaced=0)


def events(accounts: list[str]) -> pa.Table:
    """Every account asks once an hour."""
    n = HOURS * len(accounts)
    hours = np.repeat(np.arange(HOURS), len(accounts))
    table = pa.table({
        "event_id": [f"e{i}" for i in range(n)],
        "timestamp": pa.array(hours * HOUR_US, pa.int64()).cast(pa.timestamp("us", "UTC")),
        "account_id": pa.array(accounts * HOURS),
    })
    return EVENTS.conform(table, where="test")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Accounts a to d of an operator and x, y of nobody; the first half in one file and the rest in another."""
    folder = tmp_path_factory.mktemp("log")
    table = events(["a", "b", "c", "d", "x", "y"])
    half = len(table) // 2
    files = []
    for name, part in (("0", table.slice(0, half)), ("1", table.slice(half))):
        path = folder / f"{name}.parquet"
        with partitions.partition_writer(path) as add:
            add(sketch.sketch_events(part), part["account_id"])
        files.append(path)
    return read_log(files)


def branch(log: Log, reply: Reply) -> Branch:
    return Branch(log, reply, np.array([0, 0, 0, 0, INNOCENT, INNOCENT], np.int32))


def answered(made: Branch, code: int) -> np.ndarray:
    made.decide()
    return np.sort(made.log.time[made.passes & (made.sender == code)] // HOUR_US)


def test_the_log_is_read_as_it_is(log: Log) -> None:
    assert log.ids.to_pylist() == ["a", "b", "c", "d", "x", "y"]
    assert np.bincount(log.account).tolist() == [HOURS] * 6
    assert log.starts.tolist() == [0, HOURS * 3, HOURS * 6]


def test_a_block_stops_later_requests_and_no_earlier_one(log: Log) -> None:
    made = branch(log, NOBODY)
    made.act(10 * HOUR_US, "block", [0])
    assert answered(made, 0).tolist() == list(range(10))
    assert all(len(answered(made, code)) == HOURS for code in range(1, 6))
    assert (made.failovers, made.names) == (0, [])


def test_a_challenge_lets_a_share_pass_and_a_block_ends_it(log: Log) -> None:
    made = branch(log, NOBODY)
    made.act(0, "throttle", [4, 5])
    made.act(0, "challenge", [4, 5])
    passed = len(answered(made, 4)) + len(answered(made, 5))
    assert 1 <= passed <= 20  # 8 of 80 are expected
    made.act(20 * HOUR_US, "block", [4])
    assert (answered(made, 4) < 20).all()


def test_replacements_begin_late_and_one_after_the_other(log: Log) -> None:
    made = branch(log, Reply(failover=0, replaced=1, replacement_hours=5, signups_per_day=1))
    made.act(10 * HOUR_US, "block", [0, 1])
    assert made.names == ["a~1", "b~2"]
    assert made.born_us == [15 * HOUR_US, 21 * HOUR_US]  # four accounts: four sign-ups a day
    assert answered(made, 6).tolist() == list(range(15, HOURS))
    assert answered(made, 7).tolist() == list(range(21, HOURS))
    made.act(30 * HOUR_US, "block", [6])
    assert made.names[2] == "a~3"
    assert answered(made, 6).tolist() == list(range(15, 30))
    assert answered(made, 8).tolist() == list(range(35, HOURS))
    assert made.origin(8) == 0


def test_failover_goes_to_accounts_that_are_left_and_never_to_innocents(log: Log) -> None:
    made = branch(log, Reply(failover=1, failover_hours=2, replaced=0))
    made.act(10 * HOUR_US, "block", [0, 1, 2])
    assert made.failovers == 3
    assert len(answered(made, 3)) == HOURS + 3 * (HOURS - 12)
    assert len(answered(made, 4)) == len(answered(made, 5)) == HOURS
    made.act(20 * HOUR_US, "block", [3])
    assert made.failovers == 3  # nobody is left
    assert answered(made, 3).max() == 19


@pytest.mark.parametrize("failover", [0.0, 0.3, 0.9, 1.0])
def test_where_nobody_is_left_a_share_of_all_is_replaced(log: Log, failover: float) -> None:
    for replaced, new in ((0, 0), (0.6, 2), (1, 4)):
        made = branch(log, Reply(failover=failover, replaced=replaced))
        made.act(10 * HOUR_US, "block", [0, 1, 2, 3])
        assert (made.failovers, len(made.names)) == (0, new)


def test_innocents_do_not_answer_bans(log: Log) -> None:
    made = branch(log, Reply(failover=1, replaced=1))
    made.act(10 * HOUR_US, "block", [4])
    assert answered(made, 4).max() == 9
    assert made.names == []


@pytest.mark.parametrize(("action", "left"), [("challenge", 0.1), ("restrict", 1), ("throttle", 0.5), ("block", 0)])
def test_an_account_is_given_up_where_operators_answer_what_is_done_to_it(log: Log, action: str, left: float) -> None:
    """Its work waits for the new account and then moves; until then, and where no new account comes, it meets the action."""
    rates = (1 / 120, None)  # one request in two hours
    reply = Reply(("throttle", "challenge", "restrict", "block"), failover=0, replaced=1, signups_per_day=None)
    made = Branch(log, reply, branch(log, NOBODY)._operator, rates)
    made.act(10 * HOUR_US, action, [0, 4])
    assert made.names == ["a~1"]
    assert answered(made, 6).tolist() == list(range(15, HOURS))
    assert answered(made, 0).max() < 15
    assert len(answered(made, 0)) == pytest.approx(10 + 5 * left, abs=2)
    kept = Branch(log, Reply(("throttle", "challenge", "restrict", "block"), failover=0, replaced=0), made._operator, rates)
    kept.act(10 * HOUR_US, action, [0])
    assert kept.names == []
    assert len(answered(kept, 0)) == pytest.approx(10 + 30 * left, abs=4)
    unanswered = Branch(log, Reply((), failover=0, replaced=1), made._operator, rates)
    unanswered.act(10 * HOUR_US, action, [0])
    assert unanswered.names == []
    assert answered(unanswered, 0).tolist() == answered(kept, 0).tolist()


def test_an_account_is_given_up_once_and_takes_over_nothing(log: Log) -> None:
    made = branch(log, Reply(("challenge", "block"), failover=1, failover_hours=2, replaced=1, signups_per_day=None))
    made.act(10 * HOUR_US, "challenge", [0, 1])
    assert set(np.unique(made.sender[made.moved]).tolist()) == {2, 3}
    made.act(11 * HOUR_US, "block", [0, 1])  # an hour before the others take over
    assert (made.failovers, made.names) == (2, [])
    made.act(30 * HOUR_US, "block", [2, 3])
    assert (made.failovers, len(made.names)) == (2, 2), "nobody is left who was not given up"


def test_the_registry_has_replacements_where_nobody_was_banned(log: Log, tmp_path: Path) -> None:
    base = ACCOUNTS.conform(pa.Table.from_pylist([{"account_id": name, "kind": "startup"} for name in "abcdxy"]), where="test")
    made = branch(log, Reply(("challenge",), failover=0, replaced=1, replacement_hours=1))
    made.act(25 * HOUR_US, "challenge", [0])
    assert made.registry(base, tmp_path, 26 * HOUR_US) is None
    path = made.registry(base, tmp_path, 30 * HOUR_US)
    assert path is not None
    told = {row["account_id"]: row for row in pq.read_table(path).to_pylist()}
    assert (told["a~1"]["kind"], told["a"]["banned_at"]) == ("startup", None)


def test_sketches_before_an_action_are_the_log_s_own(log: Log, tmp_path: Path) -> None:
    made = branch(log, Reply(failover=0, replaced=1, replacement_hours=1, signups_per_day=None))
    made.act(25 * HOUR_US, "block", [0])
    assert made.sketches(tmp_path, 20 * HOUR_US) == log.files[:1]
    first, second = made.sketches(tmp_path, 30 * HOUR_US)
    assert first == log.files[0]
    table = pq.read_table(second)
    names = dict(zip(sketch.account_key(pa.array([*"abcdxy", "a~1"])).tolist(), [*"abcdxy", "a~1"], strict=True))
    seen = [names[key] for key in table["account"].to_pylist()]
    assert (seen.count("a"), seen.count("b"), seen.count("a~1")) == (5, 10, 4)
    assert sorted(partitions.account_ids([second]).to_pylist()) == ["a", "a~1", "b", "c", "d", "x", "y"]
    assert max(table["time"].to_pylist()) < 30 * HOUR_US


def test_the_registry_tells_bans_and_replacements_of_the_past(log: Log, tmp_path: Path) -> None:
    rows = [{"account_id": name, "kind": "startup", "payment_hash": "p", "plan": "pro"} for name in "abcdxy"]
    base = ACCOUNTS.conform(pa.Table.from_pylist(rows), where="test")
    made = branch(log, Reply(failover=0, replaced=1, replacement_hours=1, signups_per_day=None))
    made.act(25 * HOUR_US, "block", [0])
    assert made.registry(base, tmp_path, 25 * HOUR_US) is None
    path = made.registry(base, tmp_path, 30 * HOUR_US)
    assert path is not None
    told = {row["account_id"]: row for row in pq.read_table(path).to_pylist()}
    assert told["a"]["banned_at"].timestamp() == 25 * 3600
    assert told["b"]["banned_at"] is None
    new = told["a~1"]
    assert (new["kind"], new["plan"], new["payment_hash"]) == ("startup", "pro", None)
    assert new["created_at"].timestamp() == 26 * 3600


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 39),
            st.sampled_from(["throttle", "challenge", "block"]),
            st.sets(st.integers(0, 5), min_size=1),
        )
    ),
    st.integers(0, 40),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sets(st.sampled_from(ANSWERABLE)),
)
def test_actions_never_change_what_was_before_them(
    log: Log, acts: list[tuple[int, str, set[int]]], at: int, failover: float, replaced: float, answers: set[str]
) -> None:
    """What holds from a time on leaves all requests before it, and every request keeps one sender at most."""
    made = branch(log, Reply(tuple(answers), failover=failover, replaced=replaced))
    for hour, action, codes in sorted(acts, key=lambda act: act[0]):
        past = log.time < hour * HOUR_US
        made.decide(hour * HOUR_US)
        before = made.sender[past].copy(), made.passes[past].copy()
        key = made.key(hour * HOUR_US)
        made.act(hour * HOUR_US, action, list(codes))
        assert (made.sender[past] == before[0]).all()
        assert (made.passes[past] == before[1]).all()
        assert made.key(hour * HOUR_US) == key
    made.decide()
    innocent = np.isin(log.account, [4, 5])
    assert (made.sender[innocent] == log.account[innocent]).all()
    assert made.count(at * HOUR_US) == int((made.passes & (log.time < at * HOUR_US)).sum())
    blocked = [
        code for code in made.banned_us if (log.time[made.passes & (made.sender == code)] >= made.banned_us[code]).any()
    ]
    assert blocked == []


# --- Throttles -----------------------------------------------------------------------------------------------------


def test_a_throttle_is_a_rate_and_not_a_share(log: Log) -> None:
    """Every account asks once an hour: six a minute take nothing, one in four hours takes three in four."""
    made = branch(log, NOBODY)
    made.act(10 * HOUR_US, "throttle", [0, 1])
    made.decide()
    assert made.passes.all(), "as many slow accounts do"
    slow = Branch(log, NOBODY, made._operator, (1 / 240, None))
    slow.act(10 * HOUR_US, "throttle", [0])
    assert answered(slow, 0).tolist() == [*range(10), *range(10, HOURS, 4)]
    assert answered(slow, 1).tolist() == list(range(HOURS))
    same = branch(log, NOBODY)
    same.act(10 * HOUR_US, "throttle", [0])
    assert same.key(11 * HOUR_US) != slow.key(11 * HOUR_US), "findings of one are not the other's"
    assert same.key(10 * HOUR_US) == slow.key(10 * HOUR_US)


def test_accounts_throttled_for_one_case_share_what_those_of_two_do_not(log: Log) -> None:
    """One request in two hours for a case: findings of the one replay are not the other's, though the same was done to the same."""
    made = {}
    for name, case in (("one", {0: "c-1", 1: "c-1"}), ("two", {0: "c-1", 1: "c-2"})):
        made[name] = Branch(log, NOBODY, None, (60.0, 1 / 120))
        made[name].act(0, "throttle", [0, 1], case)
        made[name].decide()
    assert sum(len(answered(made["one"], code)) for code in (0, 1)) == HOURS // 2
    assert [len(answered(made["two"], code)) for code in (0, 1)] == [HOURS // 2] * 2
    assert made["one"].key(HOUR_US) != made["two"].key(HOUR_US)


def test_other_actions_neither_empty_windows_nor_decide_anew(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request in four hours is so many whatever else is decided meanwhile, and each request is asked for once."""
    asked: list[tuple[int, float]] = []
    wait_s = Throttle.wait_s

    def counted(self: Throttle[int], key: int, each: float, group: str, together: float, at: float) -> float:
        asked.append((key, at))
        return wait_s(self, key, each, group, together, at)

    monkeypatch.setattr(Throttle, "wait_s", counted)
    made = Branch(log, NOBODY, branch(log, NOBODY)._operator, (1 / 240, None))
    made.act(10 * HOUR_US, "throttle", [0])
    made.act(11 * HOUR_US, "throttle", [1])
    for hour, (action, code) in zip((13, 14, 17, 18), (("observe", 2), ("throttle", 2), ("observe", 3), ("throttle", 3)), strict=True):
        made.act(hour * HOUR_US, action, [code])
        assert made.count(hour * HOUR_US) == int(made.passes[log.between(0, hour * HOUR_US)].sum())
    assert answered(made, 0).tolist() == [*range(10), *range(10, HOURS, 4)]
    assert answered(made, 1).tolist() == [*range(11), *range(11, HOURS, 4)]
    assert len(asked) == len(set(asked)) == 4 * HOURS - 10 - 11 - 14 - 18


def test_accounts_of_a_campaign_share_its_rate_also_those_that_join_later(log: Log) -> None:
    made = Branch(log, NOBODY, branch(log, NOBODY)._operator, (60.0, 1 / 60))
    case = {0: "c-1", 1: "c-1", 2: "c-1", 4: "c-2"}
    made.act(10 * HOUR_US, "throttle", [0, 1, 4], case)
    made.decide(20 * HOUR_US)
    before = made.passes & (made.log.time >= 10 * HOUR_US) & (made.log.time < 20 * HOUR_US)
    assert before[np.isin(made.sender, [0, 1])].sum() == 10, "one an hour between the two"
    assert before[made.sender == 4].sum() == 10, "another campaign has its own"
    made.act(20 * HOUR_US, "throttle", [2], case)
    made.decide()
    after = made.passes & (made.log.time >= 20 * HOUR_US)
    assert after[np.isin(made.sender, [0, 1, 2])].sum() == HOURS - 20, "one an hour between the three"
    assert answered(made, 3).tolist() == list(range(HOURS))


def test_who_is_blocked_after_a_throttle_stays_blocked_and_failover_meets_the_rate(log: Log) -> None:
    made = Branch(log, Reply(failover=1.0, failover_hours=0, replaced=0), branch(log, NOBODY)._operator, (1 / 120, None))
    made.act(10 * HOUR_US, "throttle", [0, 1, 2, 3])
    made.act(20 * HOUR_US, "block", [0])
    assert not (answered(made, 0) >= 20).any()
    heir = int(made.sender[made.moved][0])
    assert len(answered(made, heir)) == 10 + 5 + 10, "one in two hours, whosever work it does"
