"""Whose accounts are and how they share their tasks: a made case and one by chance of each piece."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge_helpers import groups, people, scene

from stillwatch.judge import Scene
from stillwatch.judge.conduct import contracted, one_domain, one_owner, overlap, youth
from stillwatch.judge.evidence.content import queue
from stillwatch.judge.people import DAY_US, UNKNOWN
from stillwatch.judge.sample import MIN_EXPECTED, _queue, _Rows

TASKS, OUTSIDE, ACCOUNTS = 1000, 20, 20
HALF = np.arange(ACCOUNTS) % 2


def sampled(tasks: list[np.ndarray], n_tasks: int = TASKS) -> Scene:
    """One group whose accounts sent these tasks, each of which everybody else sent OUTSIDE times."""
    account = np.repeat(np.arange(ACCOUNTS), [len(own) for own in tasks])
    pairs, count = np.unique(np.stack([np.concatenate(tasks), account], axis=1), axis=0, return_counts=True)
    rows = _Rows(np.zeros(len(pairs), np.int64), pairs[:, 0], pairs[:, 1], count.astype(np.int32))
    everywhere = OUTSIDE + np.bincount(np.concatenate(tasks), minlength=n_tasks)
    group = groups(range(ACCOUNTS))
    ratio, p = _queue(group, rows, np.arange(n_tasks), everywhere, int(everywhere.sum()), HALF, np.ones(1, np.int64))
    told = scene(group, people(ACCOUNTS))
    return replace(told, sample=replace(told.sample, log_overlap_ratio=ratio, queue_p=p))


def drawn(rng: np.random.Generator, n_each: int, n_tasks: int = TASKS) -> list[np.ndarray]:
    """Tasks of accounts that each draw from the pool as everybody does."""
    return [rng.integers(0, n_tasks, n_each) for _ in range(ACCOUNTS)]


def test_tasks_that_are_dealt_out_are_a_queue() -> None:
    """Every task goes to one account, so the halves share none of those that everybody else shares with both."""
    dealt = sampled(np.array_split(np.random.default_rng(1).permutation(TASKS), ACCOUNTS))
    assert queue(dealt).value[0] == 1
    assert queue(dealt).p_value[0] < 1e-9
    assert overlap(dealt)[0] == 0


def test_draws_from_the_common_pool_are_no_queue_and_an_assignment_is_overlap() -> None:
    p = np.array([queue(sampled(drawn(np.random.default_rng(seed), 50))).p_value[0] for seed in range(40)])
    assert p.min() > 0.005
    assert 0.3 < (p <= 0.5).mean() < 0.7
    assigned = sampled([np.arange(12)] * ACCOUNTS)
    assert queue(assigned).value[0] == 0
    assert overlap(assigned)[0] > 0.5


def test_no_queue_is_told_where_chance_gives_few_common_tasks() -> None:
    few = sampled(drawn(np.random.default_rng(3), 6, 100 * TASKS), 100 * TASKS)
    assert (ACCOUNTS / 2 * 6) ** 2 / (100 * TASKS) < MIN_EXPECTED
    assert np.isnan(queue(few).p_value[0])
    assert queue(few).value[0] == overlap(few)[0] == 0


OF_TEN = groups(range(10), range(10, 20))


@pytest.mark.parametrize(
    ("piece", "told", "expected"),
    [
        (one_owner, {"org": [3] * 6 + [4] * 2 + [-1] * 2 + [3] * 1 + [-1] * 9}, [0.6, 0.1]),
        (contracted, {"contracted": [True] * 4 + [False] * 16}, [0.4, 0.0]),
        (youth, {"first_us": [40 * DAY_US] * 20, "created_us": [20 * DAY_US] * 3 + [0] * 7 + [UNKNOWN] * 10}, [0.3, 0.0]),
    ],
)
def test_shares_of_accounts(piece: Any, told: dict[str, list[Any]], expected: list[float]) -> None:
    known = people(20, **{name: np.array(value) for name, value in told.items()})
    assert piece(scene(OF_TEN, known)).tolist() == pytest.approx(expected)


def test_a_rare_domain_of_several_accounts_is_one_domain_and_a_popular_one_is_none() -> None:
    domain = np.array([7] * 4 + [8] + [-1] * 5 + [0] * 10 + [0] * 480)
    assert one_domain(scene(OF_TEN, people(500, domain=domain))).tolist() == pytest.approx([0.4, 0.0])
