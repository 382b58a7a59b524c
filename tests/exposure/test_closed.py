"""Students of a synthetic teacher whose rule is known: sanity, channels, countermeasures and their attackers."""

from dataclasses import replace

import numpy as np
import pytest

from stillwatch.distill.students import linear
from stillwatch.exposure import closed, defences, learners
from stillwatch.exposure.closed import Task

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
    assert len(checks) == 3
    assert all(check.passed for check in checks), list(map(str, checks))
    # held-out prompts that are in the pool with their answers: shuffling still teaches nothing, but wrong labels do
    wrong = closed.sanity(task, kernel, (truth + 1) % N_CLASSES)
    assert not wrong[2].passed


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
    assert linear.best_pair(scores, 32) == (0, 0)
    assert linear.best_pair(scores, 300) == (0, 2)
    assert linear.best_pair(np.array([[0.0, 0.0, 2 / 32]]), 32) == (0, 0)
    assert linear.best_pair(scores[::-1], 300) == (1, 2)


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
    sizes = closed.grid(1600, least=32)
    plain = closed.best_of(
        [closed.measure(task, kernel, c, sizes, seeds=lambda n: 3).fidelity for c in closed.PLAIN.values()],
        "undefended",
    )
    effects = []
    for what in defences.COUNTERMEASURES:
        for attacker, channel in zip(defences.ATTACKS, defences.channels(what, kernel), strict=True):
            curve = closed.measure(task, kernel, channel, [1600], seeds=lambda n: 3).fidelity
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
