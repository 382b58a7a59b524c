"""Laws find what was planted, intervals hold it, and nothing is estimated where nothing was checked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.exposure import backtest, laws, thresholds
from stillwatch.exposure.laws import Curve

N = np.geomspace(16, 4096, 17).round()


def planted(shape: str, c: float, k: float, b: float, *, zero: float = 0.05, n: np.ndarray = N, noise: float = 0.0, seeds: int = 3,
            seed: int = 0) -> Curve:
    rng = np.random.default_rng(seed)
    error = c + (1 - zero - c) * laws.SHAPES[shape](n, k, b)
    scores = np.clip(1 - error[:, None] + rng.normal(size=(len(n), seeds)) * noise, 0, 1)
    return Curve(f"{shape} {c} {k} {b}", n, scores, zero, 3000)


@pytest.mark.parametrize("shape", ["power", "hill"])
@pytest.mark.parametrize(("c", "k", "b"), [(0.1, 200, 0.8), (0.0, 500, 1.0), (0.2, 100, 1.2), (0.05, 60, 0.6)])
def test_planted_laws_are_extrapolated(shape: str, c: float, k: float, b: float) -> None:
    """Each law alone would be exact; the mean of both pays for not knowing which it is."""
    curve = planted(shape, c, k, b, noise=0.005)
    for n in (3.5 * 4096, 10 * 4096):
        truth = 1 - (c + (0.95 - c) * laws.SHAPES[shape](n, k, b))
        found = laws.predict(curve, [n])[0]
        assert found.score == pytest.approx(truth, abs=0.04)
        assert found.low - 0.005 <= truth <= found.high + 0.005


def walked(curve: Curve, shape: str, walkers: int = 1000, rounds: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws of c, k and b from the posterior by differential evolution moves (ter Braak 2006): no grid."""
    rng = np.random.default_rng(0)
    error, top, variance = 1 - curve.mean, 1 - curve.zero, curve.sd**2 + laws.DISCREPANCY**2 * curve.n[-1] / curve.n
    low = np.array([0, np.log(curve.n[0] / 10), np.log(0.2)])
    high = np.array([top, np.log(curve.n[-1] * 100), np.log(2.5)])

    def left(n: np.ndarray, k: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (1 + n / k) ** -b if shape == "power" else 1 / (1 + (n / k) ** b)

    def log_posterior(x: np.ndarray) -> np.ndarray:
        c, k, b = x[:, :1], np.exp(x[:, 1:2]), np.exp(x[:, 2:])
        chi = ((c + (top - c) * left(curve.n[None], k, b) - error) ** 2 / variance).sum(axis=1)
        return np.where(((x >= low) & (x <= high)).all(axis=1), -0.5 * chi - 0.5 * (x[:, 2] / 0.5) ** 2, -np.inf)

    start = rng.uniform(low, high, (40_000, 3))
    log = log_posterior(start)
    weight = np.exp(log - log.max())
    x = start[rng.choice(len(start), walkers, p=weight / weight.sum())]
    log, kept = log_posterior(x), []
    for number in range(rounds):
        i, j = rng.integers(0, walkers, (2, walkers))
        step = np.where(rng.random(walkers) < 0.1, 1.0, 2.38 / np.sqrt(6))[:, None]
        moved = x + step * (x[i] - x[j]) + rng.normal(size=x.shape) * 1e-3
        moved_log = log_posterior(moved)
        taken = np.log(rng.random(walkers)) < moved_log - log
        x, log = np.where(taken[:, None], moved, x), np.where(taken, moved_log, log)
        if number > rounds // 3 and number % 10 == 0:
            kept.append(x)
    c, k, b = np.concatenate(kept).T
    return c, np.exp(k), np.exp(b)


def test_the_grid_agrees_with_draws_from_the_posterior() -> None:
    """Point, interval and the worth of waiting by another computation: random walks over the parameters in place of the grid."""
    for curve in (planted("power", 0.1, 200, 0.8, noise=0.005), planted("hill", 0.1, 200, 0.9, noise=0.01).upto(300)):
        last, n = float(curve.n[-1]), 7 * float(curve.n[-1])
        at, gain = [], []
        for shape in ("power", "hill"):
            c, k, b = walked(curve, shape)
            end, start = (c + (1 - curve.zero - c) * laws.SHAPES[shape](m, k, b) for m in (n, last))
            at.append(end)
            gain.append(start - end)
        found = laws.predict(curve, [n])[0]
        score = 1 - np.concatenate(at)
        assert found.score == pytest.approx(score.mean(), abs=0.006)
        edge = 2 * float(curve.sd[-1])
        assert found.low == pytest.approx(np.quantile(score, 0.05) - edge, abs=0.012)
        assert found.high == pytest.approx(min(np.quantile(score, 0.95) + edge, 1), abs=0.012)
        assert laws.steps(curve, last, n) == pytest.approx(np.quantile(np.concatenate(gain), (0.05, 0.95)), abs=0.008)


def test_coverage_over_many_planted_curves() -> None:
    rng = np.random.default_rng(3)
    curves = [
        planted(
            ("power", "hill")[i % 2],
            rng.uniform(0, 0.25),
            np.exp(rng.uniform(4, 7)),
            rng.uniform(0.5, 1.3),
            noise=0.01,
            seed=i,
        )
        for i in range(40)
    ]
    tables = {t.factor: t for t in backtest.table(backtest.rows(curves))}
    # Were it known that the curves are of these laws, every point would count alike, and these would be 0.015 and 0.028.
    assert tables[3.5].median < 0.025
    assert tables[7.0].median < 0.035
    assert all(t.covered >= 0.85 for t in tables.values())


def test_what_first_exchanges_do_is_forgiven() -> None:
    """A start that no law has (nothing learnt from the first 60) moves what is told of 14 times beyond by little."""
    curve = planted("hill", 0.1, 400, 1.0, n=N[N <= 1100])
    late = Curve("late", curve.n, np.where(curve.n[:, None] < 60, curve.zero, curve.scores), curve.zero, curve.n_test)
    n = 14 * float(curve.n[-1])
    truth = 1 - (0.1 + 0.85 * laws.hill_shape(n, 400, 1.0))
    assert laws.predict(late, [n])[0].score == pytest.approx(truth, abs=0.04)  # 0.058 off where all points count alike


def test_other_students_of_the_task_say_where_the_floor_lies() -> None:
    """The start of a slow student does not show its floor; those of faster ones with like floors do, and narrow the interval."""
    slow = planted("hill", 0.30, 700, 1.0, noise=0.005)
    start, n = slow.upto(200), 14 * float(slow.upto(200).n[-1])
    truth = 1 - (0.30 + 0.65 * laws.hill_shape(n, 700, 1.0))
    peers = tuple(planted("hill", c, 60, 1.1, noise=0.005, seed=i) for i, c in enumerate((0.27, 0.31, 0.33)))
    alone, beside = laws.predict(start, [n])[0], laws.predict(start, [n], peers=peers)[0]
    assert alone.score is not None
    assert beside.score is not None
    assert abs(beside.score - truth) < 0.7 * abs(alone.score - truth)
    assert beside.high - beside.low < 0.9 * (alone.high - alone.low)
    assert beside.low <= truth <= beside.high
    # The factor was measured on students beside others: one alone, or beside one of too few sizes for a law, has none.
    few = (peers[0].upto(float(N[2])),)
    for others, narrowed in (((), False), (few, False), (peers, True)):
        laws_, half = (laws.predict(start, [n], peers=others, widen=widen)[0] for widen in (1, 0.5))
        assert (half.high - half.low < 0.7 * (laws_.high - laws_.low)) == narrowed
    far = tuple(planted("hill", c, 60, 1.1, noise=0.005) for c in (0.0, 0.01))  # a peer is not believed more than like students are
    assert laws.predict(start, [n], peers=far)[0].high >= beside.high
    # where floors lie far apart the others say less
    apart = laws.predict(start, [n], peers=peers, floor_spread=1.0)[0]
    assert beside.high - beside.low < apart.high - apart.low < 1.1 * (alone.high - alone.low)


def test_the_best_of_students_is_told_by_the_one_that_leads() -> None:
    """Early the first leads, late the second: what was measured is of the best at each N, the law is of the second."""
    early, late = planted("hill", 0.35, 60, 1.2), planted("power", 0.1, 400, 1.0)
    best = Curve("best", N, np.maximum(early.scores, late.scores), 0.05, 3000)
    first, others = backtest.leader([early, late])
    assert first is late
    assert others == (early,)
    found = laws.predict(first, [64.0, 7 * 4096.0], peers=others, best=best)
    assert found[0].score == pytest.approx(laws.measured(early, 64.0).score)
    assert found[1].score == pytest.approx(1 - (0.1 + 0.85 * laws.power_shape(7 * 4096.0, 400, 1.0)), abs=0.05)
    rows = backtest.best_rows([(best, [early, late])])
    assert [row.factor for row in rows] == [14, 7, 3.5]
    assert rows[2].error < 0.05


def test_the_back_test_asks_exactly_so_far_beyond() -> None:
    curve = planted("hill", 0.1, 200, 0.9)
    for row in backtest.rows([curve]):
        shown = backtest.hide(curve, row.factor)
        assert shown is not None
        assert row.truth == pytest.approx(laws.measured(curve, row.factor * float(shown.n[-1])).score)


def test_what_is_measured_is_not_extrapolated() -> None:
    curve = planted("hill", 0.1, 200, 0.9)
    found = laws.predict(curve, [100.0, 4096.0])
    assert [f.basis for f in found] == ["measured", "measured"]
    assert found[1].score == pytest.approx(float(curve.mean[-1]))
    assert found[0].score == pytest.approx(float(np.interp(np.log1p(100), np.log1p(N), curve.mean)), abs=1e-6)


def test_below_the_smallest_harvest_measured_the_interval_reaches_down_to_none() -> None:
    """A skill that comes late is not on the line from none to the first point, nor one that comes early."""
    whole = planted("hill", 0.1, 200, 3.0)
    curve = Curve("late", N[N >= 90], whole.scores[N >= 90], 0.05, 3000)
    found, first = laws.predict(curve, [16.0, float(curve.n[0])])
    assert (found.basis, first.basis) == ("below", "measured")
    assert found.low == curve.zero
    assert found.score is not None
    assert found.low <= float(whole.mean[0]) < found.score <= found.high == first.high


def test_a_single_held_out_item_says_nothing_of_a_score() -> None:
    curve = Curve("one", np.array([10.0, 20.0]), np.array([[1.0], [1.0]]), 0.5, 1)
    assert curve.sd.tolist() == [0.5, 0.5]
    found = laws.measured(curve, 20.0)
    assert (found.low, found.high) == (pytest.approx(1 - 1.645 / 2), 1)


@pytest.mark.parametrize(
    ("factor", "basis"),
    [(2, "extrapolated"), (13.9, "extrapolated"), (20, "doubled"), (29, "doubled"), (31, "refused")],
)
def test_no_point_beyond_thirty_times(factor: float, basis: str) -> None:
    curve = planted("power", 0.1, 200, 0.9, noise=0.01)
    found = laws.predict(curve, [4096 * factor])[0]
    assert found.basis == basis
    assert (found.score is None) == (basis == "refused")
    assert 0 <= found.low <= found.high <= 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=12), st.floats(0, 0.9), st.floats(1.01, 40))
def test_any_curve_gives_ordered_bounds(scores: list[float], zero: float, factor: float) -> None:
    n = 10.0 * 2 ** np.arange(len(scores))
    found = laws.predict(Curve("any", n, np.array(scores)[:, None], zero, 100), [float(n[-1]) * factor])[0]
    assert 0 <= found.low <= found.high <= 1
    assert found.score is None or found.low <= found.score <= found.high


def test_later_is_worth_no_less() -> None:
    curve = planted("hill", 0.15, 300, 0.8, noise=0.01)
    found = laws.predict(curve, np.geomspace(5000, 4096 * 13, 8).tolist())
    scores = [f.score for f in found if f.score is not None]
    assert len(scores) == len(found)
    assert (np.diff(scores) >= -1e-9).all()


def test_too_few_points() -> None:
    with pytest.raises(ValueError, match="too few"):
        laws.fit(Curve("x", N[:3], np.full((3, 1), 0.5), 0.1, 100))


def test_equivalent_harvest_is_read_from_the_envelope() -> None:
    curve = Curve("x", np.array([100.0, 200.0, 400.0]), np.array([[0.3], [0.5], [0.7]]), 0.1, 1000)
    assert laws.exchanges_for(curve, 0.5) == pytest.approx(200)
    assert laws.exchanges_for(curve, 0.6) == pytest.approx(200 * 2**0.5)
    assert laws.exchanges_for(curve, 0.05) == 0
    assert laws.exchanges_for(curve, 0.9) == float("inf")


def test_widening_reaches_its_target() -> None:
    rows = [backtest.Row(str(i), 7, 0.5 + 0.01 * i, 0.5, 0.45, 0.55) for i in range(20)]
    factor = backtest.widening(rows, 0.9)
    covered = np.mean([abs(row.truth - 0.5) <= 0.05 * factor + 1e-9 for row in rows])
    assert 0.85 <= covered <= 0.97


def test_widening_covers_the_distance_that_misses_most() -> None:
    """Many near rows that miss by little must not make the intervals of the far ones too narrow."""
    near = [backtest.Row(str(i), 3.5, 0.5 + 0.001 * i, 0.5, 0.45, 0.55) for i in range(20)]
    far = [backtest.Row(str(i), 14, 0.5 - 0.01 * i, 0.5, 0.45, 0.55) for i in range(20)]
    factor = backtest.widening([*near, *far], 0.9)
    assert factor == backtest.widening(far, 0.9)
    assert np.mean([row.error <= 0.05 * factor for row in far]) >= 0.9


SIZES = 500.0 * 2 ** np.arange(8)


def test_a_threshold_is_seen_and_bracketed() -> None:
    scores = np.array(
        [
            [0.013, 0.009],
            [0.012, 0.008],
            [0.013, 0.011],
            [0.991, 0.990],
            [0.788, 1.0],
            [1.0, 0.83],
            [0.9, 0.088],
            [0.01, 0.999],
        ]
    )
    curve = Curve("arithmetic", SIZES, scores, 0.01, 2000)
    found = thresholds.find(curve, curve)
    assert found is not None
    assert (found.failing, found.passing, found.seeds_passing) == (2000, 4000, 2)
    assert "between 2,000 and 4,000" in str(found)
    for n_test in (50, 2000):
        part = Curve("part of the way", 100.0 * 2 ** np.arange(6), np.array([[0.2], [0.2], [0.2], [0.85], [0.88], [0.89]]), 0.2, n_test)
        assert str(thresholds.find(part, part)) == "between 400 and 800 exchanges (1 of 1 seeds)"


def test_what_may_be_chance_was_not_seen() -> None:
    curve = Curve("answers only", SIZES, np.full((8, 2), 0.01), 0.01, 2000)
    assert str(thresholds.find(curve, curve)) == "not seen up to 64,000 exchanges"
    assert backtest.hide(curve, 3.5) is None  # nothing would be predicted from it, so nothing is tested
    draw = np.random.default_rng(0)
    for n_test in (50, 300, 3000):
        guessed = [Curve("c", SIZES, draw.binomial(n_test, 0.2, (8, 5)) / n_test, 0.2, n_test) for _ in range(20)]
        assert [thresholds.find(curve, curve) for curve in guessed] == [thresholds.Bracket(64_000, None, 0, 5)] * 20


@pytest.mark.parametrize("shape", ["power", "hill"])
def test_smooth_curves_are_no_thresholds(shape: str) -> None:
    for k in (50, 200, 800):
        curve = planted(shape, 0.1, k, 0.9, noise=0.01)
        assert thresholds.find(curve, curve) is None


@pytest.mark.parametrize("n_test", [20, 100, 300, 3000])
def test_a_small_test_set_or_small_harvests_make_no_threshold(n_test: int) -> None:
    """A known power law, by a test set that leaves much open, and with harvests so small that they teach nothing yet."""
    draw = np.random.default_rng(n_test)
    for fewest in ([], [2, 4, 8]):
        n = np.array([*fewest, 50, 100, 200, 400, 800, 1600, 3200], float)
        truth = 0.9 - 0.7 * (1 + n / 400) ** -0.7
        curves = [Curve("c", n, draw.binomial(n_test, truth)[:, None] / n_test, 0.2, n_test) for _ in range(20)]
        assert [thresholds.find(curve, curve) for curve in curves] == [None] * 20
