"""Replay: each step is detection as of its time, the future reaches no step, and the figures are those of the log."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import killed
from stillwatch import cli, dataset, evaluate, partitions, sketch
from stillwatch.detect import pipeline
from stillwatch.errors import InputError
from stillwatch.files import data_files
from stillwatch.keys.hashing import keyed, tenant_key
from stillwatch.replay import measure
from stillwatch.replay import run as replay
from stillwatch.replay.log import INNOCENT, Log, join_truth, read_log
from stillwatch.replay.policy import DEFAULT
from stillwatch.replay.schedule import Schedule
from stillwatch.terminal.times import length_us

TWO_DAYS_US = 2 * 86_400_000_000
FILES = ("replay.json", "replay.parquet")
TOLD = ("n_harvested", "harvested_low", "harvested_high")


def replayed(world: Path, out: Path, **options: Any) -> dict[str, Any]:
    given = {"every_us": TWO_DAYS_US, "truth": world / "truth.parquet", "threads": 1, "quiet": True} | options
    return replay.run(world, out, **given)


def of(result: dict[str, Any], policy: str) -> dict[str, Any]:
    return next(row for row in result["policies"] if row["policy"] == policy)


def owners(world: Path) -> dict[str, str | None]:
    """Account -> the campaign that it is of."""
    truth = pq.read_table(world / "truth.parquet")
    return dict(zip(truth["account_id"].to_pylist(), truth["campaign"].to_pylist(), strict=True))


def step_files(out: Path) -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text()) for path in out.glob("steps/*/*.json")}


@pytest.fixture(scope="module")
def whole(little_world: Path, once: Callable[..., Path]) -> tuple[Path, dict[str, Any]]:
    """The replay under the built-in policies: its folder, not to be changed, and what it told."""
    out = once("replay", lambda folder: replayed(little_world, folder))
    return out, json.loads((out / "replay.json").read_text())


def with_steps_of(whole: tuple[Path, dict[str, Any]], out: Path) -> Path:
    """A folder in which the sketches and the steps of the whole replay lie already: a replay into it reads those that it needs."""
    for name in ("sketches", "steps"):
        shutil.copytree(whole[0] / name, out / name)
    return out


def policies(folder: Path, *names: str) -> Path:
    """A file of these of the built-in policies."""
    path = folder / "policies.json"
    path.write_text(json.dumps({"policies": [asdict(one) for one in DEFAULT if one.name in names]}))
    return path


def test_a_step_is_detection_as_of_its_time(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    steps = of(whole[1], "shadow")["steps"]
    assert steps[-1]["n_campaigns"] >= 3
    for at in (len(steps) // 2, len(steps) - 2):
        run = tmp_path / str(at)
        as_of = datetime.fromisoformat(steps[at]["as_of"])
        summary = pipeline.detect(little_world, run, as_of=as_of, quiet=True, threads=1)
        table = pq.read_table(run / "campaigns.parquet", columns=["campaign_id", "verdict", "n_accounts", "details", *TOLD]).to_pylist()
        sure = sorted(row["campaign_id"] for row in table if row["verdict"] == "campaign")
        assert sure == steps[at]["campaigns"]
        assert summary["n_events"] == steps[at]["n_events"]
        assert summary["n_accused"] == steps[at]["n_accused"]
        (kept,) = (step for name, step in step_files(whole[0]).items() if name.startswith(f"{as_of:%Y%m%dT%H%M%SZ}-")
                   and name.endswith(of_no_action(whole[0])))
        assert {row["campaign_id"]: [row[name] for name in TOLD] for row in kept["found"]} == {
            row["campaign_id"]: [row[name] for name in TOLD] for row in table
        }
        review = [(row["n_accounts"], json.loads(row["details"])["not_accused"]) for row in table if row["verdict"] == "review"]
        told = [(row["n_accounts"], row["not_accused"]) for row in steps[at]["listed"]]
        assert told == sorted(review, key=lambda row: -row[0])[: replay.MAX_LISTED]


def test_the_harvest_that_was_told_last_stands_beside_the_true_one(little_world: Path, whole: tuple[Path, dict[str, Any]]) -> None:
    owner = owners(little_world)
    last = max(name for name in step_files(whole[0]) if name.endswith(of_no_action(whole[0])))
    told: dict[str, list[list[int]]] = {}
    for found in step_files(whole[0])[last]["found"]:
        whose = [owner[name] for name in found["accounts"]]
        if found["verdict"] == "campaign" and (most := max(set(whose), key=whose.count)) and 2 * whose.count(most) > len(whose):
            told.setdefault(most, []).append([found[name] for name in TOLD])
    assert told
    for row in of(whole[1], "shadow")["campaigns"]:
        assert [row[name] for name in measure.ESTIMATED] == [row[name] for name in TOLD]
        if row["accused_at_end"]:
            assert row["estimate_truth"] <= row["harvested_in_all"]
            assert row["estimate_at"] == of(whole[1], "shadow")["steps"][-1]["as_of"]
            assert [row[name] for name in TOLD] == [sum(values) for values in zip(*told[row["campaign"]], strict=True)]
            assert row["harvested_low"] <= row["n_harvested"] <= row["harvested_high"]
    table = pq.read_table(whole[0] / "replay.parquet", filters=[("policy", "==", "shadow")]).to_pylist()
    assert [[row[name] for name in TOLD] for row in table] == [
        [row[name] for name in TOLD] for row in of(whole[1], "shadow")["campaigns"]
    ]


def test_the_largest_groups_for_review_are_told_with_what_they_miss() -> None:
    groups = [{"verdict": "review", "accounts": ["a"] * n, "not_accused": [f"of {n}"]} for n in (8, 30, 9, 10, 11, 12)]
    old = {"verdict": "review", "accounts": ["a"] * 40}  # as it was kept before
    told = replay.largest_reviews({"found": [{"verdict": "campaign", "accounts": ["a"] * 99, "not_accused": []}, *groups, old]})
    assert told == [{"n_accounts": n, "not_accused": [f"of {n}"] if n < 40 else []} for n in (40, 30, 12, 11, 10)]


def test_what_happens_later_changes_no_earlier_step(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """Later requests change hands, everybody is banned later, files are rewritten: steps before say what they said."""
    cut, after_cut = (datetime.fromisoformat(of(whole[1], "campaign")["steps"][at]["as_of"]) for at in (2, 3))
    world = tmp_path / "world"
    shutil.copytree(little_world, world)
    limit = pa.scalar(cut, pa.timestamp("us", "UTC"))
    for path in data_files(world / "events"):
        table = pq.read_table(path)
        later = pc.greater_equal(table["timestamp"], limit)
        moved = pc.if_else(
            later, table["account_id"].take(pa.array(np.roll(np.arange(len(table)), 7))), table["account_id"]
        )
        table = table.set_column(table.column_names.index("account_id"), "account_id", moved)
        prompt = pc.if_else(later, "Say hello.", table["prompt"].cast(pa.string()))
        pq.write_table(table.set_column(table.column_names.index("prompt"), "prompt", prompt), path)
    accounts = pq.read_table(world / "accounts.parquet")
    banned = pc.fill_null(accounts["banned_at"], limit)  # everybody, at the first moment that is not seen
    pq.write_table(
        accounts.set_column(accounts.column_names.index("banned_at"), "banned_at", banned), world / "accounts.parquet"
    )
    names = ("shadow", "campaign", "single")
    first_us = (after_cut - datetime.fromisoformat(whole[1]["first_event"])) // timedelta(microseconds=1)
    changed = replayed(world, tmp_path / "out", growth=0.0, policy=policies(tmp_path, *names), first_us=first_us)
    last = of(changed, "shadow")["steps"][-1]
    (unchanged,) = (step for step in of(whole[1], "shadow")["steps"] if step["as_of"] == last["as_of"])
    assert datetime.fromisoformat(last["as_of"]) > cut
    assert last != unchanged
    for policy in names:
        before, after = (
            [
                {k: v for k, v in row.items() if k not in ("n_harvested", "harvested_so_far")}
                for row in of(result, policy)["steps"]
                if row["as_of"] <= cut.isoformat()
            ]
            for result in (whole[1], changed)
        )
        assert before == after
        assert len(before) == 3
    known_steps, new_steps = step_files(whole[0]), step_files(tmp_path / "out")
    early = [name for name in new_steps if new_steps[name]["as_of"] <= cut.isoformat()]
    assert len(early) >= 5  # of two policies some, once they have acted
    assert all(known_steps[name] == new_steps[name] for name in early)


def test_bans_are_not_known_before_they_happen(tmp_path: Path) -> None:
    at = datetime(2026, 2, 3, tzinfo=UTC)
    times = [at - timedelta(microseconds=1), at, None]
    names = ["before", "then", "never"]
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "1.jsonl").touch()
    pq.write_table(pa.table({"account_id": names, "banned_at": times}), tmp_path / "accounts.parquet")
    data = dataset.open_dataset(tmp_path)
    told = [dataset.read_accounts(data, as_of)["banned_at"].to_pylist() for as_of in (at, None)]
    assert told == [[times[0], None, None], times]


def test_a_killed_replay_goes_on_to_the_same_bytes(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    truth, policy, out = little_world / "truth.parquet", policies(tmp_path, "campaign"), tmp_path / "out"
    undisturbed = with_steps_of(whole, tmp_path / "undisturbed")
    replayed(little_world, undisturbed, policy=policy)
    assert len(step_files(undisturbed)) == len(step_files(whole[0]))  # it found none anew
    command = ["replay", little_world, "--every", "2d", "--truth", truth, "--policy", policy, "--threads", "1", "--out", out, "-q"]
    killed.at("stillwatch.detect.pipeline:find_campaigns:6", *command)
    kept = {path: path.stat().st_mtime_ns for path in out.glob("steps/*/*.json")}
    assert len(kept) == 5
    assert not (out / "replay.json").exists()
    assert cli.main([str(word) for word in command]) == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(step_files(out)) > len(kept)
    for name in FILES:
        assert (out / name).read_bytes() == (undisturbed / name).read_bytes()


def test_figures_are_those_of_the_log(little_world: Path, whole: tuple[Path, dict[str, Any]]) -> None:
    events = pa.concat_tables(
        [
            pq.read_table(path, columns=["event_id", "account_id", "timestamp"])
            for path in data_files(little_world / "events")
        ]
    )
    owner = owners(little_world)
    harvested = pq.read_table(little_world / "truth_events.parquet")
    whose = dict(zip(harvested["event_id"].to_pylist(), harvested["campaign"].to_pylist(), strict=True))
    rows = {row["campaign"]: row for row in of(whole[1], "shadow")["campaigns"]}
    assert set(rows) == {name for name in owner.values() if name}
    told = events.to_pylist()
    for name, row in rows.items():
        mine = sorted(event["timestamp"] for event in told if whose.get(event["event_id"]) == name)
        assert row["n_harvest"] == row["harvested_in_all"] == len(mine)
        assert row["n_requests"] == sum(owner[event["account_id"]] == name for event in told)
        one = mine[int(np.ceil(0.01 * len(mine))) - 1]
        assert datetime.fromisoformat(row["one_percent_at"]) == one
        if row["detected_at"]:
            at = datetime.fromisoformat(row["detected_at"])
            assert row["harvested_before_detection"] == sum(time < at for time in mine)
            assert row["hours_after_one_percent"] == pytest.approx((at - one) / timedelta(hours=1), abs=0.01)
            assert row["listed_hours_after_one_percent"] <= row["hours_after_one_percent"]
            if row["half_hours_after_one_percent"] is not None:
                assert row["half_hours_after_one_percent"] >= row["hours_after_one_percent"]
        assert row["acted_at"] is None
        assert row["share_before_action"] == 1
    table = pq.read_table(whole[0] / "replay.parquet")
    assert table.num_rows == 5 * len(rows)


def of_no_action(out: Path) -> str:
    """How the names of steps end before which nobody was acted on: as that of the first."""
    return min(step_files(out)).rpartition("-")[2]


def test_shadow_touches_nobody_and_whole_campaigns_lose_more(little_world: Path, whole: tuple[Path, dict[str, Any]]) -> None:
    result = whole[1]
    assert of(result, "shadow")["n_acted_on"] == of(result, "shadow")["innocents"]["touched"] == 0
    owner = owners(little_world)
    kept = [step for name, step in step_files(whole[0]).items() if name.endswith(of_no_action(whole[0]))]
    for verdicts, name in ((("campaign",), "accused"), (("campaign", "review"), "listed")):
        named = {x for step in kept for row in step["found"] if row["verdict"] in verdicts for x in row["accounts"]}
        assert of(result, "shadow")["innocents"][name] == sum(owner[x] is None for x in named)
    taken = {
        policy: sum(row["harvested_in_all"] for row in of(result, policy)["campaigns"])
        for policy in ("shadow", "campaign", "single")
    }
    assert taken["campaign"] < taken["single"] <= taken["shadow"]
    for row in of(result, "campaign")["campaigns"]:
        assert row["moved"] <= row["harvested_in_all"] <= row["n_harvest"]
        assert (row["acted_at"] is None) == (row["accounts_acted_on"] == 0)
        assert row["share_before_action"] <= row["share_before_half_action"]
        assert (row["half_acted_at"] is None) == (row["share_before_half_action"] == 1)
    assert {row["share_before_half_action"] for row in of(result, "shadow")["campaigns"]} == {1.0}


@pytest.mark.parametrize(("acted", "half_us"), [
    ([(25, {0})], None),
    ([(25, {0}), (26, {1})], 26),
    ([(26, {1}), (25, {0})], 26),
    ([(25, {0}), (26, {0})], None),
    ([(9, {0})], 9),
    ([(25, {0, 1})], 25),
])
def test_half_is_of_the_accounts_that_had_begun(acted: list[tuple[int, set[int]]], half_us: int | None) -> None:
    assert measure.half_acted_us(np.array([0, 10, 20, 30]), acted) == half_us


@pytest.mark.parametrize("text", ["{}", "[]", '{"as'])
def test_a_damaged_step_is_one_line_that_says_to_remove_it(
    text: str, little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    out, policy = with_steps_of(whole, tmp_path / "out"), policies(tmp_path, "shadow")
    path = min(out.glob("steps/*/*.json"))
    path.write_text(text)
    with pytest.raises(InputError, match=rf"{path.name}\. Remove it: a replay makes it again$"):
        replayed(little_world, out, policy=policy)
    path.unlink()
    replayed(little_world, out, policy=policy)
    assert step_files(out) == step_files(whole[0])


def test_without_truth_it_reports_what_was_found(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(whole[0] / "sketches", tmp_path / "sketches")
    policy = policies(tmp_path, "campaign")
    command = ["replay", little_world, "--every", "4d", "--policy", policy, "--threads", "1", "--out", tmp_path]
    assert cli.main([str(word) for word in command]) == 0
    printed = capsys.readouterr().out
    assert "Without --truth" in printed
    result = json.loads((tmp_path / "replay.json").read_text())
    campaign = of(result, "campaign")
    assert campaign["innocents"] is None
    assert campaign["n_replacements"] == 0
    assert all(row["campaign"].startswith("c-") for row in campaign["campaigns"])
    assert any(row["harvested_in_all"] < row["n_harvest"] for row in campaign["campaigns"])


def test_steps_without_news_are_left_out(little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    out = with_steps_of(whole, tmp_path)
    result = replayed(little_world, out, every_us=TWO_DAYS_US, growth=0.5, policy=policies(tmp_path, "shadow"))
    (shadow,) = result["policies"]
    assert shadow["skipped"] > 0
    assert len(shadow["steps"]) + shadow["skipped"] + result["steps"]["early"] == result["steps"]["grid"]
    assert shadow["steps"][-1]["n_events"] == result["n_events"]
    sizes = [row["n_events"] for row in shadow["steps"]]
    assert all(b >= 1.5 * a for a, b in pairwise(sizes[:-1]))


def test_the_first_days_alone_say_what_they_say_of_the_whole(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """Steps of the first five days are those of the whole replay, and harvest is still counted over the whole log."""
    early = replayed(little_world, with_steps_of(whole, tmp_path), first_us=5 * 86_400_000_000)
    ended = datetime.fromisoformat(whole[1]["first_event"]) + timedelta(days=5)
    for policy in ("shadow", "campaign"):
        mine, all_ = of(early, policy), of(whole[1], policy)
        before = [step for step in all_["steps"] if datetime.fromisoformat(step["as_of"]) <= ended]
        assert mine["steps"] == before
        assert 0 < len(before) < len(all_["steps"])
        assert [row["n_harvest"] for row in mine["campaigns"]] == [row["n_harvest"] for row in all_["campaigns"]]
    assert early["steps"]["first"] == "120h"
    assert len(step_files(tmp_path)) == len(step_files(whole[0]))  # each was there already


def test_a_look_at_the_last_days_is_what_detect_recent_finds(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    policy, out = policies(tmp_path, "shadow"), with_steps_of(whole, tmp_path)
    made = replayed(little_world, out, policy=policy, recent_us=[2 * TWO_DAYS_US, TWO_DAYS_US], first_us=4 * TWO_DAYS_US)
    assert made["steps"]["recent"] == ["48h", "96h"]
    assert not list(tmp_path.glob("cut/*"))
    shadow = of(made, "shadow")["steps"]
    before = of(whole[1], "shadow")["steps"][: len(shadow)]
    assert [step["as_of"] for step in shadow] == [step["as_of"] for step in before]
    assert all(new["n_accused"] >= old["n_accused"] for new, old in zip(shadow, before, strict=True))

    at = datetime.fromisoformat(shadow[-2]["as_of"])
    since = at - timedelta(days=4)
    summary = pipeline.detect(little_world, tmp_path / "run", as_of=at, recent_us=2 * TWO_DAYS_US, quiet=True, threads=1)
    (look,) = tmp_path.glob(f"steps/*/{at:%Y%m%dT%H%M%SZ}-{since:%Y%m%dT%H%M%SZ}-*.json")
    told = json.loads(look.read_text())
    assert (told["n_events"], told["n_accounts"]) == (summary["n_events"], summary["n_accounts"])
    assert 0 < told["n_events"] < shadow[-2]["n_events"]
    table = pq.read_table(tmp_path / "run" / "campaigns.parquet", columns=["campaign_id", "verdict"]).to_pylist()
    assert table
    assert {row["campaign_id"]: row["verdict"] for row in table} == {row["campaign_id"]: row["verdict"] for row in told["found"]}


@pytest.mark.parametrize("text", ["", "1", "0h", "1 h", "-1h", "1w", "h", "9999999999999d", "١h"])
def test_times_between_runs_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="--every"):
        length_us(text, "--every")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--threads", "-1"], "-1 is below 0, or no number: --threads"), (["--threads", "1025"], "1025 threads are too many: --threads"),
     (["--memory", "-1"], "-1 is below 0, or no number: --memory"), (["--memory", "nan"], "nan is below 0, or no number: --memory"),
     (["--out", __file__], "not a folder"), (["--first", "0d"], "'0d' is no length of time: --first")],
    ids=str,
)
def test_options_that_are_none_are_one_line(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(tmp_path), "--out", str(tmp_path / "out"), *words]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_truth_of_another_log_is_one_line(
    little_world: Path, whole: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(whole[0] / "sketches", tmp_path / "out" / "sketches")
    other = tmp_path / "truth.parquet"
    pq.write_table(pa.table({"account_id": ["x"], "campaign": ["y"], "kind": ["attack"]}), other)
    assert cli.main(["replay", str(little_world), "--out", str(tmp_path / "out"), "--truth", str(other)]) == 1
    told = capsys.readouterr().err
    assert "no account of the log is in the truth" in told
    assert "as ingest hashed them" in told


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Three requests of three accounts, the first of them harvest of one operator's account, and who they are."""
    (tmp_path / "log" / "events").mkdir(parents=True)
    times = pa.array([0, 1, 2], pa.timestamp("us", "UTC"))
    events = {"event_id": ["1", "2", "3"], "timestamp": times, "account_id": ["a", "b", "c"]}
    pq.write_table(pa.table(events), tmp_path / "log/events/a.parquet")
    truth = {"account_id": ["a", "b", "c"], "campaign": ["hydra", None, " "], "kind": ["attack", "family", "family"]}
    pq.write_table(pa.table(truth), tmp_path / "log/truth.parquet")
    pq.write_table(pa.table({"event_id": ["1", "2"], "campaign": ["hydra", None]}), tmp_path / "log/truth_events.parquet")
    return tmp_path / "log"


@pytest.mark.parametrize(
    ("option", "columns", "said"),
    [
        ("--truth", ["account_id", "kind"], "truth lacks the column campaign (operator)"),
        ("--truth-events", ["event_id"], "truth_events lacks the column campaign"),
    ],
)
def test_a_truth_that_does_not_name_the_operators_is_one_line(
    option: str, columns: list[str], said: str, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{option[2:].replace('-', '_')}.parquet"
    pq.write_table(pq.read_table(tiny / name, columns=columns), tmp_path / name)
    words = ["--truth", tiny / "truth.parquet", option, tmp_path / name]  # of one option, the last counts
    assert cli.main(["replay", str(tiny), "--out", str(tmp_path / "out"), *map(str, words)]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert told.endswith(f"It has: {', '.join(columns)}\n")
    # The truth of accounts is read before hours of requests are.
    assert (tmp_path / "out" / "sketches").exists() == (option == "--truth-events")


def test_who_has_no_operator_is_innocent_however_that_is_written(tiny: Path, tmp_path: Path) -> None:
    data = dataset.open_dataset(tiny)
    log = read_log(partitions.sketch_files(data, tmp_path / "sketches", sketch.sketch_events, as_of=None, threads=1, quiet=True))
    truth = tiny / "truth.parquet"
    told = join_truth(log, data, evaluate.read_truth(truth), truth, tiny / "truth_events.parquet")
    assert (told.operators, told.operator.tolist()) == (["hydra"], [0, INNOCENT, INNOCENT])
    assert told.harvested.tolist() == [True, False, False]
    # Of an operator's account all requests are harvest that the truth lists as somebody's.
    for nobody in (pa.nulls(1, pa.string()), pa.array([""]), pa.array([" "]).dictionary_encode()):
        pq.write_table(pa.table({"event_id": ["1"], "campaign": nobody}), tmp_path / "none.parquet")
        assert not join_truth(log, data, evaluate.read_truth(truth), truth, tmp_path / "none.parquet").harvested.any()
    pq.write_table(pa.table({"event_id": [1], "campaign": [0]}), tmp_path / "none.parquet")
    with pytest.raises(InputError, match=r"campaign is int64, not a string: .*none\.parquet"):
        join_truth(log, data, evaluate.read_truth(truth), truth, tmp_path / "none.parquet")
    # Worlds of one seed name accounts and requests alike, whoever sends them.
    other = evaluate.read_truth(truth).set_column(1, "campaign", pa.array([None, "hydra", None]))
    with pytest.raises(InputError, match=r"most of its requests are sent by accounts that are innocent in .*truth\.parquet: .*_events\.p"):
        join_truth(log, data, other, truth, tiny / "truth_events.parquet")


def test_harvested_requests_of_another_log_are_left_out_where_they_only_lie_beside(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq.write_table(pa.table({"event_id": ["0x1"], "campaign": ["hydra"]}), tiny / "truth_events.parquet")
    words = ["replay", str(tiny), "--out", str(tmp_path / "out"), "--truth", str(tiny), "--threads", "0"]  # the folder of the world will do
    assert cli.main(words) == 0
    assert "The harvested requests beside the truth are left out: no request of the log is in it" in capsys.readouterr().out
    told = json.loads((tmp_path / "out" / "replay.json").read_text())
    assert (told["truth_events"], told["policies"][0]["campaigns"][0]["n_harvest"]) == (False, 1)
    assert cli.main([*words, "--truth-events", str(tiny / "truth_events.parquet")]) == 1
    assert "no request of the log is in it" in capsys.readouterr().err


def test_a_truth_in_clear_meets_a_log_of_hashed_accounts(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "t.key"
    secret = tenant_key(key)
    file = tiny / "events/a.parquet"
    events = pq.read_table(file)
    hashed = pa.array([keyed(secret, name) for name in events["account_id"].to_pylist()])
    pq.write_table(events.set_column(events.column_names.index("account_id"), "account_id", hashed), file)
    words = ["replay", str(tiny), "--out", str(tmp_path / "out")]
    assert cli.main([*words, "--truth", str(tiny)]) == 1
    assert "or in clear with ingest's key (--key-file)" in capsys.readouterr().err
    assert cli.main([*words, "--truth", str(tiny), "--key-file", str(key)]) == 0
    told = json.loads((tmp_path / "out" / "replay.json").read_text())
    assert (told["truth_events"], told["policies"][0]["campaigns"][0]["n_harvest"]) == (True, 1)
    assert cli.main([*words, "--key-file", str(key)]) == 1
    assert "--key-file without --truth" in capsys.readouterr().err


def test_a_truth_that_tells_an_account_twice_is_one_line(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = tmp_path / "twice.parquet"
    pq.write_table(pa.table({"account_id": ["a", "a"], "campaign": ["hydra", None], "kind": ["attack", "family"]}), twice)
    assert cli.main(["replay", str(tiny), "--out", str(tmp_path / "out"), "--truth", str(twice)]) == 1
    assert capsys.readouterr().err == f"stillwatch: truth: 1 account_id occur again: {twice}. One row for each account\n"


@pytest.mark.parametrize("words", [("--policy", "nowhere.json"), ("--truth", "nowhere.parquet"), ("--recent", "soon")])
def test_what_is_wrong_at_once_leaves_no_folder(words: tuple[str, str], tiny: Path, tmp_path: Path) -> None:
    assert cli.main(["replay", str(tiny), "--out", str(tmp_path / "runs" / "out"), *words]) == 1
    assert not (tmp_path / "runs").exists()
    (tmp_path / "mine").mkdir()
    assert cli.main(["replay", str(tiny), "--out", str(tmp_path / "mine"), *words]) == 1
    assert (tmp_path / "mine").exists(), "what was there before stays"


def test_files_decades_apart_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "events").mkdir()
    for year in (1975, 2190):
        event = {"event_id": str(year), "timestamp": f"{year}-01-01T00:00:00Z", "account_id": "a"}
        (tmp_path / "events" / f"{year}.jsonl").write_text(json.dumps(event), encoding="utf-8")
    assert cli.main(["replay", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "more than 20 years apart" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(("every_h", "steps"), [(1, [1, 2, 2.5]), (2, [2, 2.5]), (2_400_000, [2.5]), (0.5, [0.5, 1, 1.5, 2, 2.5])])
def test_the_last_step_is_right_after_the_last_request(every_h: float, steps: list[float]) -> None:
    hour, account = 3_600_000_000, np.arange(10, dtype=np.int32)
    time = np.append(np.arange(9), int(2.5 * hour) - 300_000)
    log = Log([], np.array([0, 10]), pa.array([f"a{n}" for n in account]), time, account, np.arange(10), time)
    assert Schedule(int(every_h * hour), 0.02, None, ()).grid(log) == ([int(at * hour) for at in steps], 0)
