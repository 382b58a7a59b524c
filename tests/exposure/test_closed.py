"""Students of a synthetic teacher whose rule is known: sanity, channels, countermeasures and their attackers."""

from dataclasses import replace

import numpy as np
import pytest

from stillwatch.distill.students import linear
from stillwatch.exposure import closed, curves, defences, learners
from stillwatch.exposure.closed import Task
from stillwatch.exposure.laws import Curve

N_CLASSES = 6


@pytest.fixture(scope="module")
def world() -> tuple[Task, learners.Kernel, np.ndarray]:
    """A teacher that is linear in 12 dimensions, sure of most answers, and right on 90 %."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2400, 12)).astype(np.float32)
    logits = x @ rng.normal(size=(12, N_CLASSES)) * 1.5
    p = np.exp(logits - logits.max(1, keepdims=True))
    p = (p / p.sum(1, keepdims=True)).astype(np.float32)
    best = p.argmax(1)
    truth = np.where(rng.random(2400) < 0.9, best, rng.integers(0, N_CLASSES, 2400))
    kernel = learners.vector_kernel("linear", x[:1600], x[1600:])
    return Task("toy", "grading", p[:1600], p[1600:], truth[1600:]), kernel, truth[:1600]


def test_fidelity_grows_from_the_baseline(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    task, kernel, _ = world
    m = closed.measure(task, kernel, closed.PLAIN["labels"], closed.grid(1600))
    assert m.fidelity.n[-1] == 1600
    assert m.fidelity.zero < 0.35
    assert m.fidelity.mean[-1] > 0.75
    assert m.fidelity.mean[-1] > m.fidelity.mean[0] + 0.2
    assert m.accuracy is not None
    assert m.accuracy.mean[-1] < m.fidelity.mean[-1]


def test_sanity_holds_and_notices_when_it_does_not(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    task, kernel, truth = world
    checks = closed.sanity(task, kernel, truth)
    assert len(checks) == 4
    assert all(check.passed for check in checks), list(map(str, checks))
    assert [check.passed for check in closed.sanity(task, kernel, (truth + 1) % N_CLASSES)] == [True, True, True, False]


BROKEN = {
    "knows what is held out": ([False, False, True, True], lambda task, rows, wanted: task.test),
    "knows half of it": ([False, False, True, True], lambda task, rows, wanted: task.test * (np.arange(len(task.test)) % 2)[:, None]),
    "learns nothing": ([True, True, False, True], lambda task, rows, wanted: np.tile(wanted.mean(axis=0), (len(task.test), 1))),
    "answers by chance": ([True, False, False, True], lambda task, rows, wanted: np.random.default_rng(0).random(task.test.shape)),
}
"""A student: which of the checks hold, and what it answers."""


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_student_fails(world: tuple[Task, learners.Kernel, np.ndarray], monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Each check is failed by one of them: none holds whatever the student does."""
    task, kernel, truth = world
    holds, answers = BROKEN[how]
    monkeypatch.setattr(closed, "learn", lambda _, rows, wanted, strength: answers(task, rows, wanted))
    assert [check.passed for check in closed.sanity(task, kernel, truth)] == holds


def test_the_same_seed_gives_the_same_curve(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    task, kernel, _ = world
    first, again = (closed.measure(task, kernel, closed.PLAIN["probabilities"], [50, 400], seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.fidelity.scores, again.fidelity.scores)


def test_an_attacker_believes_unlikely_classes_only_where_that_helps() -> None:
    """Of a teacher whose least likely classes are noise, and of one that says everything with them."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(660, 24)).astype(np.float32)
    logits = 2 * x @ rng.normal(size=(24, 12))
    logs = logits - logits.max(1, keepdims=True)
    kernel = learners.vector_kernel("linear", x[:60], x[60:])
    unsure = np.where(logs > -3, logs, -3 - 13 * rng.random(logs.shape))
    lowest, fidelity = linear.FLOORS.index(-20.0), []
    for told, tells in ((logs, True), (unsure, False)):
        p = np.exp(told) / np.exp(told).sum(1, keepdims=True)
        task = Task("toy", "grading", p[:60].astype(np.float32), p[60:].astype(np.float32))
        rows, wanted = closed.probabilities(task, np.arange(60), rng)
        assert len(wanted) == len(linear.FLOORS)
        ridge, which = learners.choose(kernel, rows, wanted)
        each = [(learners.learn(kernel, rows, fitted, ridge).argmax(1) == task.test.argmax(1)).mean() for fitted in wanted]
        assert (which == lowest) == tells
        fidelity.append(dict(zip(linear.FLOORS, each, strict=True)))
    assert fidelity[0][-20.0] > fidelity[0][-8.0] + 0.1
    assert fidelity[1][-20.0] < fidelity[1][-5.0] - 0.05


def test_what_two_answers_happen_to_say_chooses_nothing() -> None:
    scores = np.array([[0.06, 0.05, 0.12], [0.05, 0.05, 0.1]])  # of (ridge, floor)
    assert linear.choose_ridge(scores, 32) == (0, 0)
    assert linear.choose_ridge(scores, 300) == (0, 2)
    assert linear.choose_ridge(np.array([[0.0, 0.0, 2 / 32]]), 32) == (0, 0)
    assert linear.choose_ridge(scores[::-1], 300) == (1, 2)


def test_conjugate_gradients_agree_with_cholesky() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 40)).astype(np.float32)
    gram, wanted = x @ x.T / 40, rng.normal(size=(300, 3)).astype(np.float32)
    exact = learners.solve(gram, wanted, 1.0)
    before = learners.EXACT
    try:
        learners.EXACT = 10
        iterated = learners.solve(gram, wanted, 1.0)
    finally:
        learners.EXACT = before
    np.testing.assert_allclose(iterated, exact, atol=5e-3)


def test_countermeasures_change_what_they_say(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    task, _, _ = world
    rows = np.arange(1600)
    by_name = {c.name: c for c in defences.COUNTERMEASURES}
    assert by_name["labels only"].cost(task) == 0
    assert by_name["scrambled tail"].cost(task) == 0
    assert by_name["20 % flips"].cost(task) == pytest.approx(0.2, abs=0.04)
    scrambled = by_name["scrambled tail"].answers(task, rows, 0)
    np.testing.assert_allclose(np.sort(scrambled, axis=1), np.sort(task.pool, axis=1), atol=1e-6)
    assert (scrambled != task.pool).any()
    assert by_name["two decimals"].cost(task) < 0.02  # ties only
    two = by_name["two decimals"].answers(task, rows, 0)
    np.testing.assert_allclose(two, task.pool, atol=0.00501)
    assert (two == 0).any()
    afresh, sticky = by_name["20 % flips"], by_name["20 % sticky flips"]
    assert (afresh.answers(task, rows, 0) != afresh.answers(task, rows, 1)).any()
    assert (sticky.answers(task, rows, 0) == sticky.answers(task, rows, 1)).all()


def test_adaptive_attackers_take_back_what_a_countermeasure_takes(
    world: tuple[Task, learners.Kernel, np.ndarray],
) -> None:
    task, kernel, _ = world
    sizes = closed.grid(800, least=32)
    plain = closed.best_of(
        [closed.measure(task, kernel, c, sizes, seeds=lambda n: 3).fidelity for c in closed.PLAIN.values()],
        "undefended",
    )
    effects = []
    for what in defences.COUNTERMEASURES:
        for attacker, channel in zip(defences.ATTACKS, defences.channels(what, kernel), strict=True):
            curve = closed.measure(task, kernel, channel, [800], seeds=lambda n: 3).fidelity
            effects.append(defences.effect(what.name, attacker, curve, plain, what.cost(task)))
    published = {e.countermeasure: e for e in defences.strongest(effects)}
    naive = {e.countermeasure: e for e in effects if e.attacker == "believes everything"}
    assert set(published) == {c.name for c in defences.COUNTERMEASURES}
    for name, found in published.items():
        assert found.n_eff >= naive[name].n_eff
        assert found.low <= found.high <= found.n
        assert found.multiplier >= 1
    # shuffled probabilities hurt only who believes them
    assert published["scrambled tail"].attacker != "believes everything"
    assert published["scrambled tail"].multiplier < naive["scrambled tail"].multiplier
    assert published["20 % flips"].multiplier > 1.3


def test_a_countermeasure_that_does_nothing_is_worth_all_of_the_harvest(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    """The best of seeds on both sides: a mean against the best would tell of an effect where there is none."""
    task, kernel, _ = world
    sizes = closed.grid(closed.largest(1600), least=32)
    plain = closed.measure(task, kernel, closed.PLAIN["labels"], sizes).fidelity
    same = closed.measure(task, kernel, closed.PLAIN["labels"], sizes[-1:]).fidelity
    found = defences.effect("none", "anybody", same, replace(plain, scores=np.sort(plain.scores, axis=0)), 0.0)
    assert (found.n, found.n_eff, found.high, found.multiplier) == (1200, 1200, 1200, 1)
    steep = Curve("x", np.array([100.0, 200.0, 400.0]), np.array([[0.30, 0.34], [0.50, 0.54], [0.70, 0.74]]), 0.1, 10_000)
    alone = defences.effect("none", "anybody", steep, steep, 0.0)
    assert (alone.n_eff, alone.high) == pytest.approx((400, 400))
    assert 340 < alone.low < 400
    weaker = Curve("y", np.array([400.0]), np.array([[0.62, 0.58]]), 0.1, 10_000)
    apart = defences.effect("half", "anybody", weaker, steep, 0.0)
    crowded = [replace(curve, pool=440.0) for curve in (weaker, steep)]  # seeds of 400 have nine in ten prompts in common: less is known
    known = defences.effect("half", "anybody", *crowded, 0.0)
    assert apart.n_eff == known.n_eff == pytest.approx(200 * 2**0.4)
    assert known.high - known.low > 1.5 * (apart.high - apart.low)


def test_seeds_that_share_prompts_are_told_to_lie_further_apart_than_they_do(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    """Harvests of most of a pool scatter less than independent ones; corrected, about as much as those of a far larger pool."""
    task, kernel, _ = world
    rng = np.random.default_rng(5)
    few = [rng.permutation(1600)[:200] for _ in range(12)]
    inner = []
    for rows in few:
        part = replace(task, pool=task.pool[rows])
        curve = closed.measure(part, learners.Kernel("k", kernel.pool[np.ix_(rows, rows)], kernel.test[:, rows]), closed.PLAIN["labels"],
                               [150], seeds=lambda n: 8).fidelity
        assert curve.fresh[0] == pytest.approx(2)  # three quarters of the pool
        inner.append(curve.scores.var(axis=1, ddof=1)[0])
    wide = closed.measure(task, kernel, closed.PLAIN["labels"], [150], seeds=lambda n: 60).fidelity
    outer = wide.scores.var(ddof=1)
    assert np.mean(inner) < 0.5 * outer
    assert 0.6 < np.mean(inner) * curve.fresh[0] ** 2 / outer < 2


def test_seeds_of_the_largest_harvest_differ() -> None:
    assert closed.largest(8000) == 6000
    with pytest.raises(ValueError, match="pool must be"):
        curves._curve("c", np.array([10.0, 20.0]), [[0.1], [0.2]], 0.0, 100, 15)


def test_votes_are_paid_for(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    task, kernel, _ = world
    flips = next(what for what in defences.COUNTERMEASURES if what.name == "20 % flips")
    rows, (wanted,) = defences.channels(flips, kernel)[2].answers(task, np.arange(900), np.random.default_rng(0))
    assert len(rows) <= 300
    assert (task.pool[rows].argmax(1) == wanted.argmax(1)).mean() > 0.85
    assert len(rows) == len(wanted)


def test_the_best_recipe_is_taken(world: tuple[Task, learners.Kernel, np.ndarray]) -> None:
    task, kernel, _ = world
    good = closed.measure(task, kernel, closed.PLAIN["labels"], [100, 400, 1600]).fidelity
    bad = replace(good, scores=np.where(np.isfinite(good.scores), 0.1, np.nan))
    best = closed.best_of([bad, good], "best")
    np.testing.assert_allclose(best.mean, good.mean)
    assert (np.diff(best.envelope) >= 0).all()
