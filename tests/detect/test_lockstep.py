"""Groups in any (account, view, object, hour) data: planted ones are found, chance is not, and the real bars hold."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from stillwatch import cli
from stillwatch.detect.lockstep import detect_traces, views
from stillwatch.errors import InputError
from stillwatch.evaluate.ranking import auc, average_precision, curve
from stillwatch.files import digest, read_json
from stillwatch.numeric import nulls

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import real_data

CREW = 40


def planted(seed: int = 0, *, crew: bool = True) -> pa.Table:
    """2,000 people with 10 of 8,000 objects each, popular and rare; a crew of 40 draws 12 more from a pool of 60."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(2000), 10)
    object_ = (8000 * rng.random(20_000) ** 2).astype(np.int64)
    if crew:
        account = np.concatenate([account, np.repeat(np.arange(CREW), 12)])
        tasks = [9000 + rng.choice(60, 12, replace=False) for _ in range(CREW)]
        object_ = np.concatenate([object_, *tasks])
    return pa.table({
        "account_id": [f"a{code:04}" for code in account],
        "view": ["content.template"] * len(account),
        "object": pa.array(object_.astype(str)),
    })


def detected(table: pa.Table, folder: Path) -> pa.Table:
    pq.write_table(table, folder / "traces.parquet")
    detect_traces(folder / "traces.parquet", folder / "run")
    return pq.read_table(folder / "run" / "accounts.parquet")


def flagged(verdicts: pa.Table) -> set[str]:
    return set(verdicts.filter(pc.not_equal(verdicts["verdict"], "clear"))["account_id"].to_pylist())


def test_crew_is_found_and_chance_is_not(tmp_path: Path) -> None:
    crew = {f"a{code:04}" for code in range(CREW)}
    found = flagged(detected(planted(), tmp_path))
    assert crew <= found
    assert len(found - crew) <= 2
    assert flagged(detected(planted(crew=False), tmp_path)) == set()


def test_who_joins_a_group_shares_much_with_more_than_one_of_it() -> None:
    """Five are flagged; 5 shares twenty objects each with two of them, 6 with one alone, 7 two each, which its 280 may share by chance."""
    a, b, n = np.array([(0, 5, 20), (1, 5, 20), (0, 6, 20), (0, 7, 2), (1, 7, 2)], np.int32).T
    degree = np.array([10] * 7 + [280], np.int64)
    links = nulls.PairLinks(a, b, n, degree[a] * degree[b] * 1e-4, degree, 1e-4)
    flags = np.arange(8) < 5
    group = views.add_joining_accounts(np.where(flags, 3, -1), flags, links)
    assert group.tolist() == [0, 0, 0, 0, 0, 0, -1, -1]


def test_run_folder_is_whole_and_the_same_again(tmp_path: Path) -> None:
    detected(planted(), tmp_path)
    files = ("accounts.parquet", "campaigns.parquet", "links.parquet", "harvest.parquet", "summary.json")
    before = {name: (tmp_path / "run" / name).read_bytes() for name in files}
    shuffled = planted().take(pa.array(np.random.default_rng(1).permutation(len(planted()))))
    detected(shuffled, tmp_path)
    tables = [name for name in files if name.endswith("parquet")]
    assert all((tmp_path / "run" / name).read_bytes() == before[name] for name in tables)
    campaigns = pq.read_table(tmp_path / "run" / "campaigns.parquet").to_pylist()
    assert [row["verdict"] for row in campaigns] == ["review"]
    assert campaigns[0]["n_accounts"] >= CREW
    assert campaigns[0]["q_value"] < 1e-6
    summary = read_json(tmp_path / "run" / "summary.json")
    assert summary["n_review"] == 1
    assert summary["tables"] == {path.name: digest(path) for path in (tmp_path / "run").glob("*.parquet")}


def test_empty_or_wrong_traces_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no traces"):
        detected(planted().slice(0, 0), tmp_path)
    with pytest.raises(InputError, match=r"lacks the column object .*It has: account_id, view$"):
        detected(planted().select(["account_id", "view"]), tmp_path)


def ranked(benchmark: real_data.Benchmark, verdicts: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    assert benchmark.labelled is not None
    place = pc.index_in(pa.array(benchmark.labelled.accounts), verdicts["account_id"].combine_chunks())
    score = verdicts["score"].combine_chunks().take(place).to_numpy(zero_copy_only=False)
    flags = pc.not_equal(verdicts["verdict"].combine_chunks().take(place), "clear").to_numpy(zero_copy_only=False)
    return np.nan_to_num(score, nan=-1.0), flags.astype(bool)


def test_bar_on_collusive_reviewers(benchmark_data: Path, tmp_path: Path) -> None:
    benchmark = real_data.amazoncn(benchmark_data)
    score, flags = ranked(benchmark, detected(benchmark.traces, tmp_path))
    assert benchmark.labelled is not None
    labels = benchmark.labelled.labels
    points = curve(labels, score)
    assert auc(points) >= 0.90
    assert average_precision(points) >= 0.87
    assert (flags & labels).sum() / flags.sum() >= 0.85
    assert (flags & labels).sum() / labels.sum() >= 0.80


def test_bar_on_airdrop_sybils(benchmark_data: Path, tmp_path: Path) -> None:
    benchmark = real_data.hop(benchmark_data)
    assert benchmark.labelled is not None
    score, _ = ranked(benchmark, detected(benchmark.traces, tmp_path))
    points = curve(benchmark.labelled.labels, score)
    assert auc(points) >= 0.84
    assert average_precision(points) >= 0.74
    rows = benchmark.labelled.subsets["report-only"]
    assert auc(curve(benchmark.labelled.labels[rows], score[rows])) >= 0.80


def test_bar_on_posts_by_permutation(benchmark_data: Path, tmp_path: Path) -> None:
    real = len(flagged(detected(real_data.coortweet(benchmark_data).traces, tmp_path)))
    chance = len(flagged(detected(real_data.coortweet(benchmark_data, permuted=7).traces, tmp_path)))
    assert real > 500
    assert chance <= 0.01 * real


def test_bar_on_negative_controls(benchmark_data: Path, tmp_path: Path) -> None:
    assert flagged(detected(real_data.yelpchi(benchmark_data).traces, tmp_path)) == set()
    for benchmark in (real_data.amazoncn(benchmark_data), real_data.hop(benchmark_data)):
        assert flagged(detected(real_data.permuted(benchmark).traces, tmp_path)) == set()


def test_what_cannot_be_counted_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "traces.parquet"
    for n in (0, None):
        pq.write_table(pa.table({"account_id": ["a"], "view": ["a.b"], "object": ["x"], "n": pa.array([n], pa.int64())}), path)
        with pytest.raises(InputError, match=r"traces\.n has values below 1, or nulls"):
            detect_traces(path, tmp_path / "run")


def test_counts_that_no_integer_holds_are_one_line(tmp_path: Path) -> None:
    rows = {"account_id": ["a", "b"] * 2, "view": ["a.b"] * 4, "object": ["x", "x", "y", "y"], "n": pa.array([2**62] * 4, pa.int64())}
    pq.write_table(pa.table(rows), tmp_path / "traces.parquet")
    with pytest.raises(InputError, match=r"traces\.n adds up"):
        detect_traces(tmp_path / "traces.parquet", tmp_path / "run")


def test_a_trace_told_again_is_no_crowd() -> None:
    rng = np.random.default_rng(0)
    account, amount, hour = np.arange(300), rng.integers(0, 40, 300).astype(np.float64), rng.integers(0, 2000, 300)
    once = views.crowds("timing.x", account, amount, hour, 300).value
    again = np.concatenate([np.arange(300), np.zeros(20, np.int64)])
    assert np.array_equal(views.crowds("timing.x", account[again], amount[again], hour[again], 300).value, once)
    alike = np.concatenate([amount, np.full(20, amount[0])]), np.concatenate([hour, np.full(20, hour[0])])
    assert views.crowds("timing.x", np.arange(320), *alike, 320).value[0] > 1 + once[0]  # of twenty others it is one


@pytest.mark.parametrize(("objects", "amounts"), [(["3", "4"], True), (["3", "nan"], False), (["3", "inf"], False), (["3", "x"], False)])
def test_amounts_are_numbers_that_can_be_compared(objects: list[str], amounts: bool) -> None:
    traces = pa.table({"view": ["timing.first"] * 2, "object": objects, "hour": pa.array([5, 5], pa.int32())})
    (view,) = views.views(traces, np.arange(2), 2, 1)
    assert (view.links is None) == amounts


def test_amounts_whose_differences_no_float_holds_are_one_line() -> None:
    traces = pa.table({"view": ["timing.first"] * 2, "object": ["1e308", "-1e308"], "hour": pa.array([5, 5], pa.int32())})
    with pytest.raises(InputError, match=r"traces\.object of timing\.first has amounts beyond"):
        list(views.views(traces, np.arange(2), 2, 1))


def test_a_run_of_traces_tells_of_itself_what_every_run_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, run = tmp_path / "traces.parquet", tmp_path / "run"
    columns = {"account_id": ["a", "b"], "view": ["a.b", "a.c"], "object": [1, 1], "hour": pa.array([5, None], pa.int32())}
    pq.write_table(pa.table(columns | {"weight": [1.0, 2.0]}), path)
    assert cli.main(["detect", "--traces", str(path), "--out", str(run)]) == 0
    assert "Note: The column weight is not used yet" in capsys.readouterr().out
    summary = read_json(run / "summary.json")
    assert {row["view"] for row in summary["blind_views"]} == {"harvest", "a.c by hour"}
    assert summary["estimated_false_discoveries"] == 0
    assert set(summary["stages"]) == {"read", "link and group"}
    assert cli.main(["report", str(run)]) == 0
    page = (run / "report.html").read_text()
    assert "traces have no requests" in page
    pq.write_table(pa.table(columns | {"weight": [1.0, None]}), path)
    assert cli.main(["detect", "--traces", str(path), "--out", str(run), "-q"]) == 0
    assert read_json(run / "summary.json")["warnings"] == []


def test_a_run_of_traces_says_what_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "traces.parquet"
    pq.write_table(pa.table({"account_id": ["a", "b"], "view": ["a.b"] * 2, "object": ["x"] * 2}), path)
    assert cli.main(["detect", "--traces", str(path), "--out", str(tmp_path / "run")]) == 0
    assert "Traces of 2 accounts: 0 groups for a person to review" in capsys.readouterr().out
