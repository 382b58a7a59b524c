"""The second generator, the bars of the suite and the price of evasion."""

import argparse
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import evasion
import replay
import suite
import suite_tables
from benchmarks import second_world
from stillwatch.dataset import batches, open_dataset, read_accounts


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("second") / "world"
    second_world.generate("tiny", out, seed=3, events=4000)
    return out


def test_second_world_is_input_that_stillwatch_reads(world):
    data = open_dataset(world)
    events = pa.concat_tables([table for path in data.event_files for table in batches(path)])
    assert len(events) >= 4000
    assert set(read_accounts(data)["account_id"].to_pylist()) <= set(
        pq.read_table(world / "truth.parquet")["account_id"].to_pylist()
    )
    contexts = set(events["context_key"].to_pylist())
    assert {key for key in events["parent_key"].to_pylist() if key is not None} <= contexts
    harvested = pq.read_table(world / "truth_events.parquet")
    assert len(harvested) > 0
    assert set(harvested["event_id"].to_pylist()) <= set(events["event_id"].to_pylist())


def test_second_world_is_the_same_again(world, tmp_path):
    second_world.generate("tiny", tmp_path, seed=3, events=4000)
    for path in sorted(world.rglob("*.parquet")):
        assert path.read_bytes() == (tmp_path / path.relative_to(world)).read_bytes()


def test_second_world_draws_prompts_from_a_file(tmp_path):
    real = [f"what does a heron {verb}" for verb in ("eat", "hear", "want")]
    pq.write_table(pa.table({"prompt": real}), tmp_path / "prompts.parquet")
    second_world.generate("tiny", tmp_path / "world", seed=3, events=4000, prompts=tmp_path / "prompts.parquet")
    asked = set(pq.read_table(tmp_path / "world" / "events", columns=["prompt"])["prompt"].to_pylist())
    assert asked & set(real)


def test_sparse_logs_lack_columns(tmp_path):
    for seed in (1, 2):
        second_world.generate("sparse", tmp_path / str(seed), seed=seed, events=4000)
        assert "ip" not in pq.read_schema(tmp_path / str(seed) / "events" / "part-000.parquet").names
    assert "email_hash" not in pq.read_schema(tmp_path / "1" / "accounts.parquet").names
    assert pq.read_table(tmp_path / "2" / "accounts.parquet")["payment_hash"].null_count > 0


def test_adaptive_worlds_harvest_as_much_with_every_switch():
    from stillwatch import simulate

    harvest = {
        name: sum(o.exchanges for o in simulate.named(name, suite.size(name, None)).operators)
        for name in suite.OWN
        if name.startswith("adaptive")
    }
    assert max(harvest.values()) <= 1.01 * min(harvest.values())
    assert all(suite.size(name, None) <= suite.MOST_EVENTS for name in (*suite.OWN, *suite.SECOND))


def test_a_further_author_may_set_the_size_of_each_scenario():
    assert suite.size("tarn-small_host", None) == suite.FURTHER["tarn"].SIZES["small_host"] == 118_000
    assert suite.size("marsh-ferry", None) == suite.FURTHER["marsh"].SIZES["ferry"] == 126_000
    assert suite.size("kelp-quiet_harvest", None) == suite.FURTHER_EVENTS
    assert suite.size("tarn-small_host", 5000) == 5000


def test_files_go_where_the_simulator_draws_from_them(tmp_path):
    """What is of no effect is in no result's key."""
    file = tmp_path / "prompts.parquet"
    file.touch()
    runs = [suite.run_of(name, 1, 5000, file, file) for name in ("demo", "second-classic", "farm-deep_cover")]
    assert [(run.prompts, run.rates) for run in runs] == [(file, file), (file, None), (None, None)]


def test_a_killed_process_fails_its_run_alone(tmp_path, monkeypatch):
    (tmp_path / "dying.py").write_text("""
import os
from typing import NamedTuple

class Run(NamedTuple):
    scenario: str
    seed: int
    key: str = "key"

def finish(run, results, threads, keep_data):
    return os._exit(9) if run.seed == 1 else {"failed": "in its turn"}
""")
    monkeypatch.syspath_prepend(tmp_path)
    dying = import_module("dying")
    monkeypatch.setattr(suite, "finish", dying.finish)
    runs = [dying.Run("demo", seed) for seed in (1, 2)]
    killed, after = suite.suite(runs, tmp_path / "results", jobs=1, fresh=False, keep_data=False)
    assert killed == {"run": "key", "failed": "its process was killed, perhaps for want of memory"}
    assert after == {"failed": "in its turn"}


def test_a_failure_leaves_no_earlier_result(tmp_path, monkeypatch):
    run = suite.run_of("demo", 1, 5000)
    for fails in (False, True):
        monkeypatch.setattr(suite, "one", lambda *of, fails=fails: {"run": {}["none"] if fails else run.key})
        suite.finish(run, tmp_path, 1, False)
        assert bool(suite.kept(tmp_path / "demo-1.json", run)) is not fails


def test_replays_take_scenarios_of_every_simulator(tmp_path, monkeypatch, capsys):
    made = []
    for simulator, name in ((suite.second_world, "generate"), (suite.FURTHER["farm"], "generate"), (suite.simulate, "run")):
        monkeypatch.setattr(simulator, name, lambda scenario, *of, **named: made.append(scenario))
    monkeypatch.setattr(replay, "run", lambda *of, **named: {})
    args = argparse.Namespace(events=0, seed=1, every="6h", growth=0, first=None, recent=[], policies=["campaign"])
    for scenario in ("demo", "second-classic", "farm-deep_cover"):
        replay.replayed(scenario, tmp_path, args)
    assert made == ["demo", "classic", "deep_cover"]
    monkeypatch.setattr("sys.argv", ["replay.py", "--scenarios", "farm-none"])
    with pytest.raises(SystemExit):
        replay.main()
    assert "no scenario farm-none; there are: " in capsys.readouterr().err


def test_a_truth_without_innocents_is_said_to_have_none():
    nobody = {"n": 0, "touched": 0, "per_10000": None}
    said = replay.judged({"policies": [{"policy": "campaign", "campaigns": [], "innocents": nobody}]})
    assert said == ["campaign: the truth has no innocents to touch"]


def evaluation(*, found: int, false: int, error: float, campaign: str = "a") -> dict:
    rows = [{
        "campaign": campaign, "accounts": 100, "found": found, "split_into": 1, "completeness": found / 100,
        "harvest": {"true": 1000, "estimated": round(1000 * (1 + error)), "error": error},
    }]
    return {
        "accounts": {
            "n_attackers": 100, "n_innocent": 20_000, "true": found, "false": false, "flagged": found + false,
            "recall": {"value": found / 100}, "review": {"attackers": 0, "innocent": 0},
        },
        "campaigns": rows, "reported": [], "ranking": {"auc": 1.0, "ap": 0.75, "recall_at_1_false_in_10000": 0.5},
        "innocents": [{"kind": "vpn", "flagged": false, "accounts": 20_000}],
        "watch": {"groups": 2, "of_campaigns": 1, "campaigns": [None, campaign]},
    }


def pooled(scenario: str, *evaluations: dict) -> dict:
    results = [
        {"run": {"scenario": scenario, "seed": seed, "events": 1}, "evaluation": one, "costs": None}
        for seed, one in enumerate(evaluations)
    ]
    return suite_tables.pooled(results)[scenario]


def test_bars_are_held_against_all_seeds_together():
    good, bad = evaluation(found=97, false=0, error=0.05), evaluation(found=94, false=4, error=0.13)
    assert pooled("demo", good, bad)["missed_bars"] == []
    assert pooled("demo", bad, bad)["missed_bars"] == [
        "recall ≥ 0.95", "harvest within 10% (a)", "false ≤ 1 in 10,000",
    ]


def test_told_harvests_are_compared_where_the_operator_was_found():
    figures = {
        str(i): pooled("demo", evaluation(found=found, false=0, error=error))
        for i, (found, error) in enumerate([(100, 0.0), (60, 1.0), (50, -0.5), (49, 8.0)])
    }
    said = suite_tables.told_over_true(figures)
    assert "3 operators" in said
    assert said.endswith("median 1.00, all of them 0.50 to 2.00.")
    assert suite_tables.told_over_true({"x": pooled("demo", evaluation(found=0, false=0, error=-1.0))}) == "No operator was found."


def test_the_watch_list_counts_for_operators_who_were_missed():
    figures = pooled("demo", evaluation(found=49, false=0, error=0.0), evaluation(found=50, false=0, error=0.0))
    assert figures["watch"] == [4, 2, 1, 1]
    assert "hold 4 groups, 2 of operators: 1 of the 1 operators" in suite_tables._total({"demo": figures})


def test_authors_are_told_apart_and_together():
    figures = {name: pooled(name, evaluation(found=found, false=false, error=0.0))
               for name, found, false in (("demo", 90, 0), ("adaptive-none", 60, 1), ("farm-shop", 50, 2))}
    table = suite_tables._by_author(figures)
    found = {cells[1].strip(): cells[2:5] + cells[6:7] for cells in (row.split("|") for row in table[2:])}
    assert {name: [cell.strip() for cell in cells][:3] for name, cells in found.items()} == {
        "`farm`": ["1", "50 of 100", "0.500"], "`own`": ["2", "150 of 200", "0.750"], "all": ["3", "200 of 300", "0.667"],
    }
    assert [cells[3].split()[0] for cells in found.values()] == ["2", "1", "3"]
    assert {row.split("|")[-2].strip() for row in table[2:]} == {"0.750, 0.500"}


def test_bars_differ_by_tactic():
    seldom = evaluation(found=65, false=0, error=-0.3)
    assert pooled("stealth", seldom)["missed_bars"] == []
    assert pooled("adaptive", seldom)["missed_bars"] == ["F1 ≥ 0.85"]
    assert pooled("relay", seldom)["missed_bars"] == ["recall ≥ 0.95", "harvest within 10% (a)"]


def written(folder: Path, events: pa.Table, harvested: list[str]) -> None:
    """A log and its truth: all accounts but ``innocent`` are an operator's."""
    (folder / "events").mkdir()
    pq.write_table(events, folder / "events" / "part.parquet")
    accounts = sorted(set(events["account_id"].to_pylist()))
    truth = {"account_id": accounts, "campaign": [None if name == "innocent" else "a" for name in accounts]}
    pq.write_table(pa.table(truth), folder / "truth.parquet")
    pq.write_table(pa.table({"event_id": harvested, "campaign": ["a"] * len(harvested)}), folder / "truth_events.parquet")


def test_costs_are_counted_in_the_logs(tmp_path):
    day = [datetime(2026, 2, number, 12, tzinfo=UTC) for number in (1, 1, 2, 2, 3)]
    events = pa.table({
        "event_id": ["1", "2", "3", "4", "5"], "account_id": ["x", "y", "x", "y", "innocent"], "timestamp": day,
        "prompt": ["solve 1", "solve 1", "other", "cover", "hello"],
        "ip": ["10.0.0.1", "10.0.0.2", "10.0.0.1", "9.9.9.9", "8.8.8.8"],
        "context_key": [1, 2, 3, 4, 5], "parent_key": pa.array([None, 1, None, None, None], pa.int64()),
        "input_tokens": [10, 10, 10, 30, 10], "output_tokens": [1, 1, 1, 3, 1],
    })
    written(tmp_path, events, harvested=["1", "2", "3"])
    created = [datetime(2026, 1, 22, 12, tzinfo=UTC)] * 2
    registry = {"account_id": ["x", "y"], "created_at": created, "payment_hash": ["card", "card"]}
    pq.write_table(pa.table(registry), tmp_path / "accounts.parquet")
    found = evasion.costs(tmp_path, tmp_path)
    assert found is not None
    assert found["harvested"] == 3
    thousand = {name: found[name] * 3 / 1000 for name in ("accounts", "cards", "phones", "addresses", "own_addresses")}
    assert thousand == pytest.approx({"accounts": 2, "cards": 1, "phones": 0, "addresses": 3, "own_addresses": 1})
    assert found["extra_requests"] == pytest.approx(1 / 3)
    assert found["extra_tokens"] == pytest.approx(11)
    assert found["age_days"] == pytest.approx(10)
    assert found["handed_over"] == 1
    assert found["reused_wording"] == pytest.approx(2 / 3)
    (tmp_path / "accounts.parquet").unlink()  # a log without a registry tells no cards and no ages
    without = evasion.costs(tmp_path, tmp_path)
    assert without is not None
    assert (without["cards"], without["age_days"], without["accounts"]) == (0, None, found["accounts"])


def test_turns_are_handed_over_where_the_account_never_sent_what_they_continue(tmp_path):
    """Others may have sent the same; cover is no harvest."""
    written(tmp_path, pa.table({
        "event_id": ["1", "2", "3", "4", "5", "6"], "account_id": ["x", "y", "x", "y", "z", "x"],
        "timestamp": [datetime(2026, 2, 1, hour, tzinfo=UTC) for hour in range(6)], "prompt": ["solve"] * 6,
        "context_key": [1, 1, 2, 2, 3, 4], "parent_key": pa.array([None, None, 1, 1, 1, 2], pa.int64()),
    }), harvested=["1", "2", "3", "4", "5"])
    found = evasion.costs(tmp_path, tmp_path)
    assert found is not None
    assert found["handed_over"] == pytest.approx(1 / 3)


def test_days_of_an_address_are_of_utc_wherever_the_machine_stands(tmp_path, monkeypatch):
    noon = datetime(2026, 2, 1, 12, tzinfo=UTC)
    written(tmp_path, pa.table({
        "event_id": ["1", "2"], "account_id": ["x", "x"], "timestamp": [noon, noon + timedelta(hours=6)],
        "prompt": ["solve"] * 2, "ip": ["10.0.0.1"] * 2,
    }), harvested=["1"])
    monkeypatch.setenv("TZ", "Etc/GMT-9")
    time.tzset()
    try:
        found = evasion.costs(tmp_path, tmp_path)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found is not None
    assert found["own_addresses"] == 0


def test_the_busiest_tenth_is_a_tenth_where_all_are_as_busy(tmp_path):
    n = 20
    written(tmp_path, pa.table({
        "event_id": list(map(str, range(n))), "account_id": [f"x{i}" for i in range(n)],
        "timestamp": [datetime(2026, 2, 1, tzinfo=UTC)] * n, "prompt": ["solve"] * n,
    }), harvested=list(map(str, range(n))))
    found = evasion.costs(tmp_path, tmp_path)
    assert found is not None
    assert found["busiest_tenth"] == pytest.approx(0.1)
