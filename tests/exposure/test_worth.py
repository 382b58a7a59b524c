"""Worth of harvests and campaigns: by capability, with bounds, and refused where it must be."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.exposure import backtest, curves, worth
from stillwatch.exposure.closed import Measured
from stillwatch.exposure.laws import Curve

N = np.geomspace(16, 4096, 17).round()
FIRST = datetime(2026, 2, 1, tzinfo=UTC)


def smooth(task: str = "tickets", capability: str = "grading") -> Measured:
    scores = 0.95 - 0.85 / (1 + (N / 300) ** 0.9)
    curve = Curve(task, N, np.stack([scores, scores + 0.004], axis=1), 0.1, 3000)
    return Measured(task, capability, "words", "labels", curve, None, 0.9)


def switch() -> Measured:
    n = 500.0 * 2 ** np.arange(5)
    curve = Curve("sums", n, np.array([[0.01], [0.01], [0.01], [0.99], [1.0]]), 0.01, 2000)
    return Measured("sums", "reasoning", "transformer", "traces", curve, None, None)


def row(n: int = 150_000, **changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "campaign_id": "c-1", "verdict": "campaign", "n_harvested": n, "first_seen": FIRST, "last_seen": FIRST + timedelta(days=10),
        "capabilities": {"grading": 0.2, "reasoning": 0.5, "code": 0.3},
    }
    return base | changes


def test_gap_closed_is_between_the_baseline_and_the_teacher() -> None:
    skill = worth.skills([smooth()])[0]
    found = [worth.worth(skill, n) for n in (0, 100, 4096, 40_000, 100_000, 13e6)]
    assert [w.basis for w in found] == ["measured", "measured", "measured", "extrapolated", "doubled", "refused"]
    assert found[0].gap == 0
    assert found[2].gap == pytest.approx(worth.closed_share(skill.curve, float(skill.curve.mean[-1])))
    assert all(0 <= w.low <= w.high <= 1 for w in found)
    assert found[5].gap is None
    assert found[2].gap is not None
    assert found[5].low == pytest.approx(found[2].gap, abs=0.05)


def test_a_little_more_than_was_measured_is_worth_no_less() -> None:
    """The law may lie below the last point, which scatters, and be surer than it."""
    n = np.array([125.0, 250, 500, 1000, 2000, 4000])
    curve = Curve("c", n, np.array([[0.3], [0.4], [0.5], [0.57], [0.62], [0.7]]), 0.2, 800)
    for known in ([curve], [curve, Curve("d", n, curve.scores - 0.05, 0.2, 800)]):
        skill = worth.skills([Measured("t", "grading", c.name, "labels", c, None) for c in known])[0]
        at, beyond = worth.worth(skill, 4000), worth.worth(skill, 4001)
        assert (at.basis, beyond.basis) == ("measured", "extrapolated")
        assert at.gap is not None
        assert beyond.gap is not None
        assert beyond.gap >= at.gap
        assert beyond.low >= at.low
        assert beyond.high >= at.high
        assert worth.worth(skill, 1e6).low >= at.low, "where there is no point estimate, too"


def student(name: str, n: list[int], scores: list[float]) -> Measured:
    curve = Curve(name, np.array(n, float), np.array(scores)[:, None], 0.1, 5000)
    return Measured("t", "grading", name, "labels", curve, None)


def test_recipes_measured_at_other_sizes_are_all_of_use() -> None:
    """A large student far beyond a small one, which leads where only it was measured."""
    small = student("7B", [500, 1000, 2000, 4000], [0.3, 0.4, 0.5, 0.55])
    large = student("32B", [1000, 4000, 16_000, 32_000, 64_000], [0.35, 0.6, 0.75, 0.8, 0.85])
    for known in ([small, large], [large, small]):
        skill = worth.skills(known)[0]
        assert skill.curve.n.tolist() == [500, 1000, 2000, 4000, 16_000, 32_000, 64_000]
        assert skill.curve.mean.tolist() == [0.3, 0.4, 0.5, 0.6, 0.75, 0.8, 0.85]
        assert (skill.leader.name, skill.left_out) == ("32B", ())
        assert [worth.worth(skill, at).basis for at in (500, 64_000, 65_000)] == ["measured", "measured", "extrapolated"]


def test_where_only_a_worse_recipe_was_measured_the_best_of_all_does_not_fall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worse = student("1B", [700, 2000, 64_000], [0.12, 0.2, 0.5])
    better = student("32B", [500, 1000, 4000, 8000], [0.3, 0.4, 0.6, 0.7])
    skill = worth.skills([worse, better])[0]
    assert skill.curve.n.tolist() == [500, 1000, 4000, 8000]
    assert skill.left_out == (700, 2000, 64_000)
    curves.write([worse, better], tmp_path / "c.json")
    assert main(["exposure", "--curves", str(tmp_path / "c.json"), "--out", str(tmp_path / "out")]) == 0
    assert "not counted: scores at 700, 2,000, 64,000 exchanges" in capsys.readouterr().out
    told = json.loads((tmp_path / "out" / "exposure.json").read_text())
    assert told["settings"]["budget"] == "up to 8,000 exchanges"
    assert "700, 2,000, 64,000 exchanges" in (tmp_path / "out" / "exposure.html").read_text()


def test_a_leader_of_few_sizes_has_no_law_however_many_others_have() -> None:
    small = student("7B", [250, 500, 1000, 2000, 4000], [0.2, 0.3, 0.4, 0.5, 0.55])
    skill = worth.skills([small, student("32B", [500, 8000], [0.35, 0.8])])[0]
    beyond = worth.value(row(20_000, capabilities={"grading": 1.0}), [skill])
    assert (beyond.now[0].gap, beyond.now[0].basis) == (None, "refused")
    assert "too few sizes for a law (2)" in beyond.now[0].note
    assert worth.worth(skill, 4000).gap is not None
    assert worth.sizes(skill) == worth.NEWS


def test_a_threshold_is_between_sizes_at_which_the_recipe_that_passes_was_measured() -> None:
    passes, fails = student("32B", [500, 1000, 2000], [0.1, 0.95, 0.99]), student("1B", [500, 700, 4000], [0.1, 0.1, 0.1])
    skill = worth.skills([passes, fails])[0]
    assert skill.threshold is not None
    assert (skill.threshold.failing, skill.threshold.passing) == (500, 1000)


def test_copies_of_a_curve_do_not_vouch_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        curves.write([smooth()], tmp_path / f"{name}.json")
    once = ["exposure", "--curves", str(tmp_path / "a.json"), "--out", str(tmp_path / "out")]
    assert main(once) == 0
    alone = (tmp_path / "out" / "exposure.json").read_bytes()
    capsys.readouterr()
    assert main([*once, "--curves", str(tmp_path / "b.json")]) == 0
    assert "1 copy of a curve does not count" in capsys.readouterr().out
    assert (tmp_path / "out" / "exposure.json").read_bytes() == alone
    other = Measured("tickets", "grading", "words", "probabilities", smooth().fidelity, None)
    assert len(curves.distinct([smooth(), other, smooth()])) == 2
    elsewhere = [replace(smooth(), fidelity=replace(smooth().fidelity, **change)) for change in ({"zero": 0.2}, {"n_test": 100})]
    assert len(curves.distinct([smooth(), *elsewhere])) == 3


@pytest.mark.parametrize("damage", ["text", "cut", "column", "null", "type"])
def test_campaigns_that_cannot_be_read_are_one_line(tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "campaigns.parquet"
    whole = {"campaign_id": ["c-1"], "verdict": ["campaign"], "n_harvested": [100]}
    changes: dict[str, dict[str, object]] = {"null": {"n_harvested": [None]}, "type": {"n_harvested": ["many"]}}
    table = pa.table(whole | changes.get(damage, {}))
    pq.write_table(table.drop_columns(["n_harvested"]) if damage == "column" else table, path)
    if damage == "text":
        path.write_text("no table")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    curves.write([smooth()], tmp_path / "c.json")
    assert main(["exposure", "--curves", str(tmp_path / "c.json"), "--run", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "campaigns.parquet" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("change", "says"), [
    ({"capabilities": {"grading": float("nan")}}, "c-1 has a share that is none (grading nan)"),
    ({"capabilities": {"grading": 5.0}}, "c-1 has a share that is none (grading 5.0)"),
    ({"capabilities": {"grading": -0.1}}, "c-1 has a share that is none (grading -0.1)"),
    ({"harvested_high": 90}, "c-1 has a harvest of 100 (interval: None to 90)"),
    ({"harvested_low": 110, "harvested_high": 120}, "c-1 has a harvest of 100 (interval: 110 to 120)"),
    ({"n_harvested": -1}, "c-1 has a harvest of -1"),
])
def test_campaigns_that_cannot_be_are_not_valued(tmp_path: Path, change: dict[str, object], says: str) -> None:
    pq.write_table(pa.Table.from_pylist([row(100) | change]), tmp_path / "campaigns.parquet")
    with pytest.raises(InputError) as caught:
        worth.harvests(tmp_path)
    assert says in str(caught.value)
    pq.write_table(pa.Table.from_pylist([row(100, harvested_low=100, harvested_high=100)]), tmp_path / "campaigns.parquet")
    assert worth.harvests(tmp_path)[0]["n_harvested"] == 100


def test_a_harvest_below_the_smallest_measured_says_so() -> None:
    skill = worth.skills([smooth()])[0]
    found = worth.worth(skill, 5)
    assert (found.basis, found.low) == ("below", 0)
    assert found.high == worth.worth(skill, 16).high
    assert found.note == "fewer than the fewest measured (16): anything from none to what those are worth"
    both = worth.value(row(100, harvested_low=10, harvested_high=110, capabilities={"grading": 1.0}), [skill]).now[0]
    assert both.note == f"{worth.worth(skill, 100).note}; the interval's lower end: {found.note}"


def test_names_of_others_do_not_rule_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = smooth("cost \x1b[2J $5^{")
    curves.write([named], tmp_path / "c.json")
    assert main(["exposure", "--curves", str(tmp_path / "c.json"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "cost ?[2J $5^{" in said
    assert "\x1b" not in said


def bent(n: float) -> float:
    """What no law foresees: a skill that seems to end, and goes on from 512 exchanges."""
    return 0.15 + 0.1 * min(1, n / 300) + (0.18 * float(np.log2(n / 512)) if n > 512 else 0)


def test_a_law_that_fails_its_back_test_gives_no_estimate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = [replace(smooth(), fidelity=replace(smooth().fidelity, scores=np.array([[bent(n)] for n in N])))]
    trusted = worth.skills(known)[0]
    assert worth.worth(trusted, 20_000).gap is not None
    skill = worth.backtested([trusted])[0]
    found, at = worth.worth(skill, 20_000), worth.worth(skill, 4096)
    assert (found.gap, found.low, found.high, found.basis) == (None, at.low, 1.0, "refused")
    assert found.note.startswith("the law does not hold well on this task so far beyond 4,096 exchanges (back-test at 3.5 times: median")
    assert at.gap is not None
    assert worth.sizes(skill)[0] == 4096
    # Intervals that hold stay, and so does what lies nearer than the distance that fails; waiting has bounds, and no estimate.
    near, far = (backtest.Row("c", factor, 0.5, 0.5 + error, 0.3, 0.7) for factor, error in ((3.5, 0.01), (7.0, 0.15)))
    partly = replace(trusted, tested=(near, far))
    assert worth.worth(partly, 3 * 4096) == worth.worth(trusted, 3 * 4096)
    beyond, before = worth.worth(partly, 20 * 4096), worth.worth(trusted, 20 * 4096)
    assert (beyond.gap, beyond.low, beyond.high) == (None, before.low, before.high)
    gains = worth.value(row(20_000, capabilities={"grading": 1.0}), [partly]).waiting
    assert {(gain.gap, 0 <= gain.low <= gain.high <= 1) for gain in gains} == {(None, True)}
    curves.write(known, tmp_path / "c.json")
    assert main(["exposure", "--curves", str(tmp_path / "c.json"), "--out", str(tmp_path / "out")]) == 0
    assert "1 curves within the interval: misses its aims (median error 0." in capsys.readouterr().out
    assert "14 times beyond it misses its aims: median error" in (tmp_path / "out" / "exposure.html").read_text()
    told = json.loads((tmp_path / "out" / "exposure.json").read_text())
    assert "largest error" in told["backtest"][0]["misses"]


def test_what_so_many_exchanges_are_worth_can_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    curves.write([smooth()], tmp_path / "c.json")
    ask = ["exposure", "--curves", str(tmp_path / "c.json"), "--out", str(tmp_path / "out"), "--exchanges"]
    assert main([*ask, "10000, 500"]) == 0
    said = capsys.readouterr().out
    assert "         500 exchanges: 58%, 56% to 60%" in said
    assert "      10,000 exchanges: 9" in said
    told = json.loads((tmp_path / "out" / "exposure.json").read_text())
    assert [(w["n"], w["basis"]) for w in told["exchanges"]] == [(500, "measured"), (10_000, "extrapolated")]
    assert '<td class="n">10,000</td>' in (tmp_path / "out" / "exposure.html").read_text()
    for wrong in ("5,000", "many", "-1", "1.5", "5,,6"):
        assert main([*ask, wrong]) == 1
        assert "is no number of exchanges: --exchanges" in capsys.readouterr().err
    assert main([*ask, "1" + "0" * 12]) == 1
    assert "whole numbers from 1 to 999,999,999,999" in capsys.readouterr().err
    # The most that has an estimate, asked for as well, is told once and in its place.
    most = int(min(w["n"] for w in told["news"]))
    assert main([*ask, f"{most},500,20000000"]) == 0
    counts = [line.split(" exchanges: ")[0].strip() for line in capsys.readouterr().out.splitlines() if " exchanges: " in line]
    assert counts == ["500", f"{most:,}", "150,000", "3,400,000", "13,000,000", "20,000,000"]


def test_a_harvest_that_misleads_is_worth_nothing_and_not_less() -> None:
    """Below the baseline by more than its noise, the interval had its ends the wrong way round."""
    n = np.array([10.0, 100, 1000, 10_000])
    curve = Curve("c", n, np.array([[0.2], [0.4], [0.7], [0.8]]), 0.5, 5000)
    skill = worth.skills([Measured("t", "grading", "words", "labels", curve, None)])[0]
    found = worth.worth(skill, 10)
    assert (found.gap, found.low, found.high) == (0, 0, 0)


def test_a_curve_below_chance_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    curve = Curve("c", N, np.full((len(N), 1), 0.1), 0.2, 3000)
    curves.write([Measured("t", "grading", "words", "labels", curve, None)], tmp_path / "c.json")
    assert main(["exposure", "--curves", str(tmp_path / "c.json"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "no gap closed, and less agreement than without any exchange, at 4,096 exchanges" in said
    assert "not seen up to 4,096 exchanges" in said
    assert "-" not in said.split("\n")[0]


def test_campaigns_are_valued_by_capability() -> None:
    skills = worth.skills([smooth(), switch()])
    found = worth.value(row(20_000), skills)
    by_task = {w.task: w for w in found.now}
    assert by_task["tickets"].n == pytest.approx(4000)
    assert by_task["tickets"].basis == "measured"
    assert by_task["sums"].n == pytest.approx(10_000)
    assert by_task["sums"].gap is not None
    assert by_task["sums"].gap > 0.95
    assert found.unmeasured == (("code", 0.3),)
    assert found.per_day == pytest.approx(2000)


def test_counts_that_may_be_off_widen_the_interval_and_not_the_estimate() -> None:
    skill = worth.skills([smooth()])[0]
    told = worth.value(row(10_000, capabilities={"grading": 0.2, "code": 0.3, "other": 0.5}), [skill]).now[0]
    assert told.gap == worth.worth(skill, 2000).gap
    assert (told.n_low, told.n_high) == (pytest.approx(2000 / 2.5), pytest.approx(7000 * 2.5))
    assert told.low == worth.worth(skill, 800).low
    assert told.high == worth.worth(skill, 17_500).high
    assert told.note.startswith("within what was measured")
    assert "extrapolated to 4.3 times as many" in told.note
    named = worth.value(row(10_000, capabilities={"grading": 0.2, "code": 0.8}), [skill]).now[0]
    assert named.gap == told.gap
    assert named.high < told.high
    # "other" may hold this skill although no request was named after it
    unnamed = worth.value(row(10_000, capabilities={"code": 0.5, "other": 0.5}), [skill]).now[0]
    assert (unnamed.gap, unnamed.low) == (0, 0)
    assert unnamed.high > 0.8


def test_the_interval_of_the_run_takes_the_place_of_the_factor() -> None:
    skill = worth.skills([smooth()])[0]
    shares = {"grading": 0.2, "code": 0.3, "other": 0.5}
    found = worth.value(row(10_000, capabilities=shares, harvested_low=9_000, harvested_high=12_000), [skill])
    told = found.now[0]
    assert (told.n, told.n_low, told.n_high) == (pytest.approx(2000), pytest.approx(1800), pytest.approx(12_000 * 0.7))
    assert told.gap == worth.worth(skill, 2000).gap
    assert (told.low, told.high) == (worth.worth(skill, 1800).low, worth.worth(skill, 12_000 * 0.7).high)
    assert (found.capped[0].n_low, found.capped[0].n_high) == (pytest.approx(180), pytest.approx(1200 * 0.7))
    factor = worth.value(row(10_000, capabilities=shares, harvested_low=None, harvested_high=None), [skill])
    assert factor == worth.value(row(10_000, capabilities=shares), [skill])
    assert factor.now[0].low < told.low <= told.high < factor.now[0].high
    for wide, tight in zip(factor.waiting, found.waiting, strict=True):
        assert wide.low <= tight.low <= tight.high <= wide.high
    nothing = worth.value(row(10_000, harvested_low=0, harvested_high=10_000, capabilities={"grading": 1.0}), [skill]).now[0]
    assert nothing.low == 0


def gained(n: int, days: float = 7.0, shares: dict[str, float] | None = None, **changes: object) -> worth.Gain:
    found = worth.value(row(n, capabilities=shares or {"grading": 1.0}, **changes), worth.skills([smooth()]))
    return next(g for g in found.waiting if g.days == days)


def test_stopping_a_small_campaign_now_is_worth_more_than_a_large_one() -> None:
    small, large = gained(500), gained(20_000)
    assert small.gap is not None
    assert large.gap is not None
    assert small.gap > large.gap >= 0
    assert small.low <= small.gap <= small.high
    assert small.gap == pytest.approx(0.08, abs=0.03)


def test_waiting_is_worth_the_step_along_the_curve() -> None:
    """The truth is known: 7 more days of 10 multiply the harvest by 1.7. Both ends share one curve, so the bounds are tight."""

    def score(n: float) -> float:
        return 0.952 - 0.85 / (1 + (n / 300) ** 0.9)

    for n in (1000, 8000, 16_000):
        found = gained(n)
        truth = (score(1.7 * n) - score(n)) / 0.9
        assert found.low - 0.002 <= truth <= found.high + 0.002
        assert found.gap == pytest.approx(truth, abs=0.02)
        assert found.high - found.low < 0.2
    month, week = gained(500, 30.0).gap, gained(500, 7.0).gap
    assert month is not None
    assert week is not None
    assert month > week
    far = gained(3_000_000)
    assert far.gap is None
    assert (far.low, far.high) == (0, pytest.approx(0.05, abs=0.1))


def test_waiting_is_worth_most_where_the_curve_is_steepest() -> None:
    """Somewhere between the fewest and the most exchanges, and the bounds reach to there."""
    found = gained(1000, shares={"grading": 0.01, "other": 0.99})  # 10 exchanges, or 2,500, or any number between

    def step(n: float) -> float:
        return float(0.85 / 0.9 * (1 / (1 + (n / 300) ** 0.9) - 1 / (1 + (1.7 * n / 300) ** 0.9)))

    steepest = max(step(n) for n in np.geomspace(4, 2500, 50))
    assert max(step(4), step(10), step(2500)) < 0.7 * steepest
    assert found.high > steepest - 0.01
    assert found.low <= step(4) + 0.002


def test_a_rate_cap_is_worth_the_exchanges_that_it_keeps_back() -> None:
    skill = worth.skills([smooth()])[0]
    found = worth.value(row(10_000, capabilities={"grading": 0.2, "other": 0.8}), [skill])
    assert found.capped[0].gap == worth.worth(skill, 200).gap
    assert found.capped[0].high == worth.worth(skill, 2500).high
    assert found.now[0].gap is not None
    assert found.capped[0].gap < found.now[0].gap


def test_between_failing_and_passing_nothing_is_claimed() -> None:
    skill = worth.skills([switch()])[0]
    assert worth.worth(skill, 1500).gap == 0
    unknown = worth.worth(skill, 3000)
    assert (unknown.gap, unknown.low) == (None, 0)
    assert unknown.high > 0.99


def test_of_a_threshold_what_was_measured_is_told() -> None:
    """A skill that switches on and goes a part of the way: at no harvest less is told than was measured there."""
    n, scores = 100.0 * 2 ** np.arange(6), np.array([0.2, 0.21, 0.2, 0.85, 0.88, 0.89])
    curve = Curve("c", n, scores[:, None], 0.2, 2000)
    skill = worth.skills([Measured("t", "grading", "words", "labels", curve, None)])[0]
    assert skill.threshold is not None
    for at, score in zip(n, scores, strict=True):
        found, share = worth.worth(skill, at), (score - 0.2) / 0.8
        assert found.gap == pytest.approx(share)
        assert found.low <= share <= found.high < share + 0.04
    last, beyond = worth.worth(skill, 3200), worth.worth(skill, 6400)
    assert (beyond.gap, beyond.low, beyond.high) == (last.gap, last.low, 1)
    # Of seeds that disagree the best is kept, and what they gave in the mean is within the interval.
    seeds = Curve("c", n, np.stack([scores, np.where(n > 1600, 0.2, scores)], axis=1), 0.2, 2000)
    apart = worth.worth(worth.skills([Measured("t", "grading", "words", "labels", seeds, None)])[0], 3200)
    assert apart.low < (0.545 - 0.2) / 0.8 < apart.gap < apart.high


def test_what_may_be_chance_has_no_estimate() -> None:
    """Of a hundred held-out prompts nobody can tell: the interval says what may be, at what was measured and beyond."""
    n = 100.0 * 2 ** np.arange(6)
    curve = Curve("c", n, np.array([0.2, 0.22, 0.17, 0.24, 0.2, 0.25])[:, None], 0.2, 100)
    skill = worth.skills([Measured("t", "grading", "words", "labels", curve, None)])[0]
    at, beyond = worth.worth(skill, 3200), worth.worth(skill, 6400)
    assert (at.gap, at.low, beyond.gap, beyond.low, beyond.high) == (None, 0, None, 0, 1)
    assert 0.06 < at.high < 0.2


def test_a_run_without_capabilities_or_times(tmp_path: Path) -> None:
    found = worth.value({"campaign_id": "x", "verdict": "review", "n_harvested": 100}, worth.skills([smooth()]))
    assert found.now[0].n == 100
    assert found.per_day is None
    assert found.waiting == ()
    with pytest.raises(InputError, match="no campaigns"):
        worth.harvests(tmp_path)


def test_curves_come_back(tmp_path: Path) -> None:
    curves.write([smooth(), switch()], tmp_path / "c.json")
    again = curves.read(tmp_path / "c.json")
    np.testing.assert_allclose(again[0].fidelity.scores, smooth().fidelity.scores, atol=1e-6)
    assert again[1].capability == "reasoning"


@pytest.mark.parametrize(
    "change",
    [
        {"n": [1, 1]},
        {"n": [0.4, 2]},
        {"scores": [[0.5]]},
        {"scores": [[0.5], [1.5]]},
        {"zero": -1},
        {"n_test": 0},
        {"task": None, "n": None},
        {"scores": [[], []]},
        {"scores": [[0.1], [float("nan")]]},
        {"zero": 1},
        {"capability": "c"},
        {"task": "\ud800"},
        {"n": [1, float("nan")]},
        {"n": [[1, 2], [3, 4]]},
        {"n_test": float("inf")},
        {"teacher_accuracy": "good"},
        {"zero": None},
        {"scores": [[0.1], [None]]},
        {"scores": [0.1, 0.2]},
        {"accuracy": {"scores": [[0.1], [0.2]]}},
        {"accuracy": [0.1]},
        {"n": [1, "x"]},
        {"n_test": "9"},
        {"pool": "many"},
        {"teacher_accuracy": 90},
    ],
)
def test_curves_that_are_none(tmp_path: Path, change: dict[str, object]) -> None:
    entry = {
        "task": "t",
        "capability": "code",
        "student": "s",
        "channel": "labels",
        "n": [1, 2],
        "scores": [[0.1], [0.2]],
        "zero": 0,
        "n_test": 9,
    }
    (tmp_path / "c.json").write_text(json.dumps([entry]))
    assert curves.read(tmp_path / "c.json")[0].capability == "code"
    (tmp_path / "c.json").write_text(json.dumps([entry | change]))
    with pytest.raises(InputError, match="not a curve") as caught:
        curves.read(tmp_path / "c.json")
    assert not any(raw in str(caught.value) for raw in ("float", "NoneType", "object of type", "indices")), "no words of Python's"


def test_the_command_values_the_campaigns_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    run.mkdir()
    shares = pa.map_(pa.string(), pa.float64())
    table = pa.Table.from_pylist([
        row(3_400_000, capabilities={"grading": 1.0}, harvested_low=None, harvested_high=None),
        row(3_000, campaign_id="c-2", capabilities={"grading": 1.0}, harvested_low=2_900, harvested_high=3_100),
    ])
    assert shares is not None
    pq.write_table(table, run / "campaigns.parquet")
    curves.write([smooth(), switch()], tmp_path / "c.json")
    assert main(["exposure", "--curves", str(tmp_path / "c.json"), "--run", str(run)]) == 0
    said = capsys.readouterr().out
    assert "no point estimate" in said
    assert "c-1 (3,400,000 exchanges)" in said
    assert "c-2 (3,000 exchanges, 2,900 to 3,100)" in said
    page = (run / "exposure" / "exposure.html").read_text()
    assert 'id="c-1"' in page
    assert "<p>3,400,000 exchanges harvested, " in page
    assert "<p>3,000 exchanges harvested (2,900 to 3,100), " in page
    assert "2.5 times too low or too high" in page
    assert "a threshold" in page
    assert "150,000" in page
    assert "http" not in page.replace("http-equiv", "")
    told = json.loads((run / "exposure" / "exposure.json").read_text())
    # First the most exchanges that a law speaks of; a threshold has no law.
    grading, sums = ([(w["n"], w["gap"] is None) for w in told["news"] if w["task"] == task] for task in ("tickets", "sums"))
    assert grading == [(7 * N[-1], False), *((n, True) for n in worth.NEWS)]  # the back-test fails at 14 times
    assert sums == [(n, False) for n in worth.NEWS]
    (power, hill), none = (skill["laws"] for skill in told["skills"])
    assert (power["law"], hill["law"], none) == ("power", "hill", [])
    for name, truth in (("ceiling", 0.952), ("exponent", 0.9), ("scale", 300)):
        likeliest, low, high = hill[name]
        assert low <= truth <= high
        assert likeliest == pytest.approx(truth, rel=0.15)
    assert told["campaigns"][0]["now"][0]["basis"] == "refused"
    assert [(c["harvested_low"], c["harvested_high"]) for c in told["campaigns"]] == [(None, None), (2_900, 3_100)]
    pytest.importorskip("matplotlib")
    assert (run / "exposure" / "curve-1.png").read_bytes().startswith(b"\x89PNG")
    assert page.count("data:image/png;base64,") == 2


def test_nothing_to_measure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exposure"]) == 1
    assert "nothing to measure" in capsys.readouterr().err
    assert main(["exposure", "store", "--capability", "sums"]) == 1
    assert "Known: reasoning, grading" in capsys.readouterr().err
