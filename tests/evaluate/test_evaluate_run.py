"""A run folder against a truth, by hand: every number here can be counted on paper."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch import cli, engine, evaluate
from stillwatch.errors import InputError
from stillwatch.evaluate import harvest, show
from stillwatch.keys.hashing import keyed, tenant_key
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, HARVEST, TRUTH, WATCH

# Two operators, ten accounts each. North is found whole, but in two parts; of south eight are found, one waits for
# review, one is missed. One student is flagged with south. 100 people are clear.
VERDICTS = (
    [(f"n{i}", "campaign", "c1" if i < 7 else "c2", 20.0) for i in range(10)]
    + [(f"s{i}", "campaign", "c3", 10.0) for i in range(8)]
    + [("s8", "review", "r1", 2.0), ("s9", "clear", None, -4.0), ("student0", "campaign", "c3", 9.0)]
    + [(f"student{i}", "clear", None, -5.0) for i in range(1, 5)]
    + [(f"person{i}", "clear", None, -6.0) for i in range(99)]
    + [("stranger", "campaign", "c3", 9.0)]
)
KNOWN = (
    [(f"n{i}", "north", "hydra") for i in range(10)]
    + [(f"s{i}", "south", "relay") for i in range(10)]
    + [(f"student{i}", None, "classroom") for i in range(5)]
    + [(f"person{i}", None, "individual") for i in range(100)]
)
# North harvested 20 requests: 18 are told, 2 missed, and 2 of its other requests are told too. South harvested 10: 9
# told. The review group claims 5 requests, which must not count.
TOLD = (
    [(f"h{i}", "c1") for i in range(10)] + [(f"h{i}", "c2") for i in range(10, 18)] + [("x0", "c1"), ("x1", "c2")]
    + [(f"k{i}", "c3") for i in range(9)] + [(f"w{i}", "r1") for i in range(5)]
)
HARVESTED = (
    [(f"h{i}", "north") for i in range(20)] + [(f"k{i}", "south") for i in range(10)] + [("x0", None), ("x1", None)]
)


def rows(contract: Any, values: list[tuple[Any, ...]], names: str, **constant: Any) -> pa.Table:
    """A table of a contract from rows of some of its columns."""
    table = pa.table({name: [v[i] for v in values] for i, name in enumerate(names.split())})
    for name, value in constant.items():
        table = table.append_column(name, pa.array([value] * len(values), contract.schema.field(name).type))
    return contract.conform(table)


def verdicts(values: list[tuple[Any, ...]] = VERDICTS) -> pa.Table:
    return rows(ACCOUNT_VERDICTS, values, "account_id verdict campaign_id score", reasons=[])


def campaigns() -> pa.Table:
    counts = [("c1", "campaign", 11), ("c2", "campaign", 9), ("c3", "campaign", 9), ("r1", "review", 5)]
    constant: dict[str, Any] = {
        "score": 9.0,
        "q_value": 0.001,
        "n_accounts": 1,
        "n_events": 9,
        "views": [],
        "explanations": [],
    }
    return rows(CAMPAIGNS, counts, "campaign_id verdict n_harvested", **constant)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "summary.json").write_text("{}")
    pq.write_table(verdicts(), folder / "accounts.parquet")
    pq.write_table(campaigns(), folder / "campaigns.parquet")
    pq.write_table(rows(HARVEST, TOLD, "event_id campaign_id"), folder / "harvest.parquet")
    pq.write_table(rows(TRUTH, KNOWN, "account_id campaign kind"), tmp_path / "truth.parquet")
    pq.write_table(pa.table({"event_id": [h[0] for h in HARVESTED], "campaign": [h[1] for h in HARVESTED]}),
                   tmp_path / "truth_events.parquet")
    return folder


@pytest.fixture
def result(run: Path) -> dict[str, Any]:
    return evaluate.run(run, run.parent / "truth.parquet", quiet=True)


def test_accounts(result: dict[str, Any]) -> None:
    accounts = result["accounts"]
    assert (accounts["true"], accounts["false"], accounts["flagged"]) == (18, 1, 19)
    assert accounts["precision"]["value"] == pytest.approx(18 / 19)
    assert accounts["recall"]["value"] == pytest.approx(18 / 20)
    assert accounts["f1"]["value"] == pytest.approx(2 * 18 / (2 * 18 + 1 + 2))
    assert accounts["false_per_10000"]["value"] == pytest.approx(10_000 / 104)
    assert accounts["false_per_10000"]["upper_95"] > 10_000 / 104
    # Two campaigns are too few for a bootstrap over campaigns; the interval by account is there.
    assert accounts["recall"]["bootstrap"] is None
    low, high = accounts["recall"]["wilson"]
    assert low < 0.9 < high


def test_review_is_told_apart(result: dict[str, Any]) -> None:
    review = result["accounts"]["review"]
    assert (review["attackers"], review["innocent"]) == (1, 0)
    assert review["recall_with_review"] == pytest.approx(19 / 20)


def test_accounts_on_one_side_only(result: dict[str, Any]) -> None:
    # person99 is not in the run, stranger is not in the truth: neither counts anywhere.
    accounts = result["accounts"]
    assert (accounts["n_innocent_not_seen"], accounts["n_attackers_not_seen"], accounts["n_unknown"]) == (1, 0, 1)
    assert (accounts["n"], accounts["n_innocent"], result["ranking"]["n"]) == (124, 104, 124)
    # The flagged student stands above the two of south that are not flagged.
    assert result["ranking"]["auc"] == pytest.approx(1 - 2 / (20 * 104))


def test_attackers_that_the_run_did_not_see_are_missed() -> None:
    truth = rows(TRUTH, [*KNOWN, ("s10", "south", "relay")], "account_id campaign kind")
    told = evaluate.measures(verdicts(), truth)
    assert told["accounts"]["n_attackers_not_seen"] == 1
    assert told["accounts"]["recall"]["value"] == pytest.approx(18 / 21)
    assert told["campaigns"][1]["accounts"] == 11
    assert told["accounts"]["recall_of_seen"] == pytest.approx(18 / 20)
    # It has no place among those that have a score, but recall at a bar counts it.
    ranking = told["ranking"]
    assert (ranking["n"], ranking["n_positive"], ranking["n_unranked"]) == (124, 20, 1)
    assert ranking["auc"] == pytest.approx(1 - 2 / (20 * 104))
    assert ranking["recall_at_1_false_in_10000"] == pytest.approx(18 / 21)


def test_a_perfect_ranking_of_those_seen_is_perfect() -> None:
    """As of an early time most operators' accounts have sent nothing yet."""
    truth = rows(TRUTH, [(name, "north" if name < "d" else None, "") for name in "abcdefgh"], "account_id campaign kind")
    told = evaluate.measures(verdicts([("a", "campaign", "c1", 5.0), ("g", "clear", None, -1.0), ("h", "clear", None, -2.0)]), truth)
    assert (told["ranking"]["auc"], told["ranking"]["ap"]) == (1.0, 1.0)
    assert (told["ranking"]["recall_at_1_false_in_10000"], told["accounts"]["recall"]["value"]) == (1 / 3, 1 / 3)
    note = (
        "  note               5 accounts of the truth sent no request that the run read: 3 innocent, left out; 2 of campaigns, missed"
        " (recall of the others 1.000) and not ranked by AUC and AP"
    )
    assert note in show.text(told).splitlines()


def test_true_campaigns(result: dict[str, Any]) -> None:
    north, south = result["campaigns"]
    assert (north["campaign"], north["found"], north["split_into"], north["reported_as"]) == ("north", 10, 2, "c1")
    assert north["completeness"] == pytest.approx(0.7)
    assert north["purity"] == 1.0
    assert (south["found"], south["review"], south["split_into"]) == (8, 1, 1)
    assert south["completeness"] == pytest.approx(0.8)
    # Eight of south and one student; the stranger is of unknown origin.
    assert south["purity"] == pytest.approx(8 / 9)


def test_harvest_estimates(result: dict[str, Any]) -> None:
    north, south = (row["harvest"] for row in result["campaigns"])
    assert (north["estimated"], north["true"], north["error"]) == (20, 20, pytest.approx(0.0))
    assert (north["event_precision"], north["event_recall"]) == (pytest.approx(18 / 20), pytest.approx(18 / 20))
    assert (south["estimated"], south["true"], south["error"]) == (9, 10, pytest.approx(-0.1))
    events = result["events"]
    assert (events["estimated"], events["true"]) == (29, 30)
    assert events["event_precision"] == pytest.approx(27 / 29)
    assert events["event_recall"] == pytest.approx(27 / 30)


@pytest.mark.parametrize(("highest", "within"), [(15, 1), (14, 0)])
def test_intervals_are_held_against_the_truth(run: Path, capsys: pytest.CaptureFixture[str], highest: int, within: int) -> None:
    """North took 20 and is told as two campaigns, whose intervals add up; too many accounts of south are missing."""
    told = campaigns().to_pydict() | {"harvested_low": [11, 4, 1, 1], "harvested_high": [highest, 5, 9, 5]}
    pq.write_table(pa.table(told, schema=CAMPAIGNS.schema), run / "campaigns.parquet")
    assert cli.main(["evaluate", str(run), "--truth", str(run.parent / "truth.parquet")]) == 0
    assert f"in the interval    the harvest of {within} of 1 campaigns found nearly whole" in capsys.readouterr().out
    result = json.loads((run / "evaluation.json").read_text())
    assert [result["campaigns"][0]["harvest"][name] for name in ("low", "high")] == [15, highest + 5]
    assert result["intervals"] == {"campaigns": 1, "within": within}


def test_reported_campaigns_and_clusters(result: dict[str, Any]) -> None:
    assert [(row["campaign_id"], row["is"], row["innocent"]) for row in result["reported"]] == [
        ("c1", "north", 0), ("c2", "north", 0), ("c3", "south", 1),
    ]
    # 21 accounts: all attackers, and the student. Precision: 18 in c1, c2, c3; the two missed stand alone.
    precision = (7 + 3 + 8 * 8 / 9 + 1 / 9 + 2) / 21
    recall = (7 * 0.7 + 3 * 0.3 + 8 * 0.8 + 1 + 2 * 0.1) / 21
    assert result["clusters"]["n"] == 21
    assert result["clusters"]["bcubed_precision"] == pytest.approx(precision)
    assert result["clusters"]["bcubed_recall"] == pytest.approx(recall)


def test_kinds(result: dict[str, Any]) -> None:
    assert [(row["kind"], row["accounts"], row["found"]) for row in result["attacks"]] == [
        ("hydra", 10, 10),
        ("relay", 10, 8),
    ]
    classroom, individual = result["innocents"]
    assert (classroom["kind"], classroom["accounts"], classroom["flagged"], classroom["rate"]) == (
        "classroom",
        5,
        1,
        0.2,
    )
    assert (individual["accounts"], individual["flagged"]) == (99, 0)
    assert individual["upper_95"] == pytest.approx(1 - 0.05 ** (1 / 99))


def test_the_watch_list_is_held_against_the_truth(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.run(run, run.parent / "truth.parquet", quiet=True)["watch"] is None
    lists = [["s9", "s8", "person1", "nobody"], ["student1", "n1", "student2"], ["n1", "person1"]]
    told = [(rank, accounts) for rank, accounts in enumerate(lists, start=1)]
    constant: dict[str, Any] = {"stands_out": 3.0, "score": 0.0, "n_accounts": 3, "n_events": 9, "reasons": [], "not_accused": [],
                                "explanations": []}
    pq.write_table(rows(WATCH, told, "rank account_ids", **constant), run / "watch.parquet")
    assert cli.main(["evaluate", str(run), "--truth", str(run.parent / "truth.parquet")]) == 0
    assert "on the watch list  3 groups, 1 of campaigns; 4 accounts of campaigns, 4 innocent" in capsys.readouterr().out
    assert json.loads((run / "evaluation.json").read_text())["watch"] == {
        "groups": 3, "of_campaigns": 1, "campaigns": ["south", None, None], "attackers": 4, "innocent": 4,
    }


def test_a_run_of_a_part_of_the_log_says_so(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for told, words in (({"start": "2026-02-10T00:00:00+00:00", "as_of": None}, "from 2026-02-10T00:00 UTC alone"), ({"start": None}, "")):
        (run / "summary.json").write_text(json.dumps(told))
        looked = evaluate.run(run, run.parent / "truth.parquet")["looked_at"]
        assert looked == ({"start": told["start"]} if words else None)
        assert ("the run looked at requests" in (out := capsys.readouterr().out)) == bool(words)
        assert words in out


def test_writes_what_it_returns(run: Path, result: dict[str, Any]) -> None:
    assert json.loads((run / "evaluation.json").read_text()) == json.loads(json.dumps(result))
    before = (run / "evaluation.json").read_bytes()
    evaluate.run(run, run.parent / "truth.parquet", quiet=True)
    assert (run / "evaluation.json").read_bytes() == before


def test_prints_a_table(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", str(run), "--truth", str(run.parent / "truth.parquet")]) == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if line.startswith("south"))
    assert line.split() == ["south", "relay", "10", "0.800", "1", "1", "0.800", "0.889", "9", "10", "-10.0%"]
    assert "recall             0.9000 (0.6990–0.9721 by account)" in out
    assert max(map(len, out.splitlines())) <= 120


def test_without_events_and_without_harvest(run: Path) -> None:
    (run.parent / "truth_events.parquet").unlink()
    told = evaluate.run(run, run.parent / "truth.parquet", quiet=True)
    assert told["events"] is None
    assert told["campaigns"][0]["harvest"] == {
        "estimated": 20, "true": None, "event_precision": None, "event_recall": None, "error": None,
        "low": None, "high": None,
    }
    (run / "harvest.parquet").unlink()
    with pytest.raises(InputError, match="though campaigns have a harvest"):
        evaluate.run(run, run.parent / "truth.parquet", quiet=True)


def test_nothing_flagged_is_no_precision() -> None:
    clear = verdicts([(name, "clear", None, -1.0) for name, *_ in VERDICTS])
    innocents = rows(TRUTH, [row for row in KNOWN if row[1] is None], "account_id campaign kind")
    told = evaluate.measures(clear, innocents)
    assert told["accounts"]["precision"] == {"value": None, "wilson": None, "bootstrap": None}
    assert told["accounts"]["false_per_10000"]["value"] == 0.0
    assert (told["campaigns"], told["ranking"]["auc"]) == ([], None)


def test_order_of_rows_changes_nothing() -> None:
    truth = rows(TRUTH, KNOWN, "account_id campaign kind")
    told = evaluate.measures(verdicts(), truth, campaigns=campaigns())
    assert (
        evaluate.measures(verdicts(VERDICTS[::-1]), truth.take(list(range(len(truth)))[::-1]), campaigns=campaigns())
        == told
    )


def test_a_campaign_half_of_each_of_two_is_the_first_by_name() -> None:
    told = verdicts([(name, "campaign", "both", 1.0) for name in ("n0", "n1", "s0", "s1")])
    truth = rows(TRUTH, [("s0", "south", "relay"), ("s1", "south", "relay"), ("n0", "north", "hydra"), ("n1", "north", "hydra")],
                 "account_id campaign kind")
    assert [row["is"] for row in evaluate.measures(told, truth)["reported"]] == ["north"]


def test_bad_input_is_one_line(run: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.parquet"
    with pytest.raises(InputError, match=r"no such run folder: .*nowhere"):
        evaluate.run(tmp_path / "nowhere", truth)
    with pytest.raises(InputError, match=r"no such file: .*absent\.parquet"):
        evaluate.run(run, tmp_path / "absent.parquet")
    with pytest.raises(InputError, match=r"no such file: .*absent\.parquet"):
        evaluate.run(run, truth, truth_events=tmp_path / "absent.parquet")
    (tmp_path / "text.parquet").write_text("account_id,campaign\n")
    with pytest.raises(InputError, match="not readable as Parquet") as error:
        evaluate.run(run, tmp_path / "text.parquet")
    assert "\n" not in str(error.value)
    pq.write_table(pa.table({"account_id": ["a"]}), tmp_path / "thin.parquet")
    with pytest.raises(InputError, match="truth lacks the column campaign"):
        evaluate.run(run, tmp_path / "thin.parquet")
    pq.write_table(pa.table({"account_id": ["a"], "kind": ["hydra"]}), tmp_path / "innocent.parquet")
    with pytest.raises(InputError, match=r"truth lacks the column campaign .*It has: account_id, kind$"):
        evaluate.run(run, tmp_path / "innocent.parquet")
    pq.write_table(pa.table({"event_id": ["e"], "campaign": ["hydra"]}), tmp_path / "harvested.parquet")
    with pytest.raises(InputError, match=r"truth lacks the column account_id .*It has: event_id, campaign$"):
        evaluate.run(run, tmp_path / "harvested.parquet")
    with pytest.raises(InputError, match="truth_events lacks the column event_id"):
        evaluate.run(run, truth, truth_events=truth)
    pq.write_table(pa.concat_tables([pq.read_table(truth)] * 2), tmp_path / "twice.parquet")
    with pytest.raises(InputError, match="125 account_id occur again"):
        evaluate.run(run, tmp_path / "twice.parquet")
    pq.write_table(pa.table({"account_id": ["nobody"], "campaign": ["hydra"], "kind": ["attack"]}), tmp_path / "others.parquet")
    with pytest.raises(InputError, match=r"no account of the truth is in the run"):
        evaluate.run(run, tmp_path / "others.parquet")


@pytest.mark.parametrize("type_", [pa.int64(), pa.bool_(), pa.float64()])
@pytest.mark.parametrize("name", ["truth", "truth_events"])
def test_operators_that_are_numbers_are_refused(run: Path, tmp_path: Path, name: str, type_: pa.DataType) -> None:
    """A label of 0 and 1 would make attackers of everybody."""
    told = pq.read_table(tmp_path / f"{name}.parquet")
    labels = pa.array([int(campaign is not None) for campaign in told["campaign"].to_pylist()]).cast(type_)
    pq.write_table(told.set_column(told.column_names.index("campaign"), "campaign", labels), tmp_path / f"{name}.parquet")
    with pytest.raises(InputError, match=rf"campaign is {type_}, not a string: .*{name}\.parquet"):
        evaluate.run(run, tmp_path / "truth.parquet")
    assert not (run / "evaluation.json").exists()


def test_harvested_requests_of_something_else_are_no_zeros(run: Path, tmp_path: Path) -> None:
    truth, events = tmp_path / "truth.parquet", tmp_path / "other.parquet"
    told = pq.read_table(tmp_path / "truth_events.parquet")
    names, ids = told["campaign"].to_pylist(), told["event_id"].to_pylist()
    pq.write_table(pa.table({"event_id": ids, "campaign": [name and f"{name}-1" for name in names]}), events)
    with pytest.raises(InputError, match=r"no campaign of the harvested requests is one of the truth: .*other\.parquet"):
        evaluate.run(run, truth, truth_events=events)
    pq.write_table(pa.table({"event_id": [f"0x{id_}" for id_ in ids], "campaign": names}), events)
    with pytest.raises(InputError, match=r"no request of the run's harvest is in it: .*other\.parquet"):
        evaluate.run(run, truth, truth_events=events)
    # who harvested none of what the run tells, but the log is the same
    kept = [name if id_.startswith("x") else None for id_, name in zip(ids, names, strict=True)]
    pq.write_table(pa.table({"event_id": [*ids, "y"], "campaign": [*kept, "north"]}), events)
    assert evaluate.run(run, truth, truth_events=events, quiet=True)["events"]["event_recall"] == 0


def test_harvested_requests_of_another_log_beside_the_truth_are_left_out(
    run: Path, result: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody named them, and what is true of accounts does not need them."""
    beside = tmp_path / "truth_events.parquet"
    told = pq.read_table(beside)
    other = [f"0x{id_}" for id_ in told["event_id"].to_pylist()]
    pq.write_table(told.set_column(told.column_names.index("event_id"), "event_id", pa.array(other)), beside)
    found = evaluate.run(run, tmp_path / "truth.parquet")
    assert found["accounts"] == result["accounts"]
    assert found["events"] is None or found["events"]["event_recall"] is None
    assert "the harvested requests beside the truth are left out: no request of the run's harvest is in it" in capsys.readouterr().out


@pytest.mark.parametrize("beside", [True, False])
def test_a_truth_whose_innocents_sent_the_harvest_is_of_another_log(run: Path, tmp_path: Path, beside: bool) -> None:
    """Worlds of one seed name accounts and requests alike, whoever sends them."""
    others = [(name, None if campaign else "hydra", kind) for name, campaign, kind in KNOWN if name not in ("student0", "stranger")]
    pq.write_table(rows(TRUTH, others, "account_id campaign kind"), tmp_path / "truth.parquet")
    events = tmp_path / "truth_events.parquet"
    with pytest.raises(InputError, match=r"whose accounts are innocent in .*truth\.parquet: .*truth_events\.parquet"):
        evaluate.run(run, tmp_path / "truth.parquet", truth_events=None if beside else events)
    assert not (run / "evaluation.json").exists()


def test_an_operator_without_a_name_is_none(run: Path, result: dict[str, Any], tmp_path: Path) -> None:
    truth = pq.read_table(tmp_path / "truth.parquet")
    blank = pa.array([name or " " * (at % 2) for at, name in enumerate(truth["campaign"].to_pylist())])
    pq.write_table(truth.set_column(truth.column_names.index("campaign"), "campaign", blank), tmp_path / "blank.parquet")
    assert evaluate.run(run, tmp_path / "blank.parquet", quiet=True)["accounts"] == result["accounts"]
    for name in truth.column_names:
        truth = truth.set_column(truth.column_names.index(name), name, truth[name].dictionary_encode())
    pq.write_table(truth, tmp_path / "categories.parquet")
    assert evaluate.run(run, tmp_path / "categories.parquet", quiet=True)["accounts"] == result["accounts"]


def test_a_truth_in_clear_is_hashed_as_ingest_does(run: Path, result: dict[str, Any], tmp_path: Path) -> None:
    key = tmp_path / "stillwatch.key"
    accounts = pq.read_table(run / "accounts.parquet")
    hashed = [keyed(tenant_key(key), name) for name in accounts["account_id"].to_pylist()]
    place = accounts.column_names.index("account_id")
    pq.write_table(accounts.set_column(place, accounts.schema.field(place), pa.array(hashed)), run / "accounts.parquet")
    truth = tmp_path / "truth.parquet"
    with pytest.raises(InputError, match=r"no account of the truth is in the run.*pass --key-file"):
        evaluate.run(run, truth)
    assert evaluate.run(run, truth, key_file=key, quiet=True)["accounts"] == result["accounts"]
    assert cli.main(["evaluate", str(run), "--truth", str(truth), "--key-file", str(key), "-q"]) == 0
    with pytest.raises(InputError, match=r"no such key file: .*absent"):
        evaluate.run(run, truth, key_file=tmp_path / "absent")
    assert not (tmp_path / "absent").exists(), "a key that is made now hashed nothing"


def test_requests_of_no_name_are_not_harvested(run: Path) -> None:
    """As in truths that have been a CSV once: empty strings stand for nulls."""
    truth, events = run.parent / "truth.parquet", run.parent / "truth_events.parquet"
    before = evaluate.run(run, truth, quiet=True)["events"]
    told = pq.read_table(events)
    more = pa.table({"event_id": [f"innocent {i}" for i in range(50)], "campaign": ["", " "] * 25})
    pq.write_table(pa.concat_tables([told, more]), events)
    assert evaluate.run(run, truth, quiet=True)["events"] == before


def test_a_request_that_is_told_twice_counts_once(run: Path, result: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert result["events"]["repeated"] == 0
    for path, again in ((run / "harvest.parquet", 3), (run.parent / "truth_events.parquet", 4)):
        table = pq.read_table(path)
        pq.write_table(pa.concat_tables([table, table.slice(0, again)]), path)
    table = pq.read_table(run / "campaigns.parquet")  # three more of the first campaign's
    more = pa.array([n + 3 * (i == 0) for i, n in enumerate(table["n_harvested"].to_pylist())], pa.int64())
    pq.write_table(table.set_column(table.column_names.index("n_harvested"), table.field("n_harvested"), more), run / "campaigns.parquet")
    twice = evaluate.run(run, run.parent / "truth.parquet")
    assert twice["events"] == result["events"] | {"repeated": 7}
    assert "7 rows repeat an event_id of harvest or truth: counted once" in capsys.readouterr().out


def test_requests_with_numbers_for_names_are_those_of_the_run(run: Path, result: dict[str, Any]) -> None:
    """As pandas reads identifiers that are digits in a CSV; those of the log may be digits in part."""
    beside, table = run.parent / "truth_events.parquet", pq.read_table(run / "harvest.parquet")
    number = {id_: str(at) for at, (id_, name) in enumerate(HARVESTED) if name}
    pq.write_table(pa.table({"event_id": range(len(number)), "campaign": [name for _, name in HARVESTED if name]}), beside)
    with pytest.raises(InputError, match=r"no request of the run's harvest is in it"):
        evaluate.run(run, run.parent / "truth.parquet", truth_events=beside)
    ids = pa.array([number.get(id_, id_) for id_ in table["event_id"].to_pylist()])
    pq.write_table(table.set_column(table.column_names.index("event_id"), "event_id", ids), run / "harvest.parquet")
    assert evaluate.run(run, run.parent / "truth.parquet", quiet=True)["events"] == result["events"]


def test_what_does_not_fit_into_memory_is_spilled_beside_the_run(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not to the current folder, nor to all of the machine's memory."""
    seen = []
    execute = harvest._source

    def looked(engine: Any, *args: Any) -> str:
        seen.extend(engine.execute("SELECT current_setting('temp_directory'), current_setting('memory_limit')").fetchall())
        return execute(engine, *args)

    monkeypatch.setattr(harvest, "_source", looked)
    monkeypatch.setattr(engine, "machine_memory_gb", lambda: 10.0)
    evaluate.run(run, run.parent / "truth.parquet", quiet=True)
    assert seen
    assert all(Path(folder).is_relative_to(run) and limit == "2.7 GiB" for folder, limit in seen)
    assert not [path for path in run.iterdir() if path.is_dir()]


@pytest.mark.parametrize("name", ["run/harvest.parquet", "truth_events.parquet"])
def test_damaged_requests_are_one_line(run: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = run.parent / name
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(200) + content[204:])
    assert cli.main(["evaluate", str(run), "--truth", str(run.parent / "truth.parquet")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("stillwatch: not readable (")
    assert str(path) in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "says", "advises"),
    [
        (duckdb.OutOfMemoryException, "too large for this machine's memory (none left): ", "Free memory, or space"),
        (duckdb.IOException, "not readable (none left): ", "Check the file, the free space and the permissions"),
    ],
)
def test_what_the_machine_lacks_is_not_told_as_damage(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: type[Exception], says: str, advises: str
) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise error("none left")

    monkeypatch.setattr(duckdb, "connect", lacking)
    assert cli.main(["evaluate", str(run), "--truth", str(run.parent / "truth.parquet")]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"stillwatch: {says}{run / 'harvest.parquet'}")
    assert f". {advises}" in told
    assert told.count("\n") == 1
