"""Pieces that read when requests are sent: people in sittings and by day beside what a dispenser does, planted and by chance."""

from typing import Any

import numpy as np
import pytest
from judge_helpers import groups, measured, people, scene

from stillwatch.judge import Scene
from stillwatch.judge.evidence.timing import MIN_CLOCK_REQUESTS, MIN_HOURLY, MIN_STEADY_REQUESTS, round_the_clock, steady, together
from stillwatch.judge.measure import DAY_PARTS
from stillwatch.judge.people import HOUR_US

SIZE, DAYS = 20, 14


def of_groups(n_groups: int, **told: Any) -> Scene:
    """Groups of SIZE accounts each, with these sums."""
    proposed = groups(*(range(g * SIZE, (g + 1) * SIZE) for g in range(n_groups)))
    return scene(proposed, people(n_groups * SIZE), measured(proposed, **told))


def by_parts(shares: list[np.ndarray], requests: int, seed: int = 1) -> Scene:
    """A group for each of these shares of the parts of the day, whose accounts draw their requests from it."""
    rng = np.random.default_rng(seed)
    counts = np.concatenate([rng.multinomial(requests, share, SIZE) for share in shares]).astype(np.int32)
    return of_groups(len(shares), n=counts.sum(axis=1), day_parts=counts)


FLAT = np.full(DAY_PARTS, 1 / DAY_PARTS)
OFFICE = np.array([0, 0, 0, 0.4, 0.4, 0.2, 0, 0])


def test_accounts_that_never_sleep_work_round_the_clock_and_others_do_not() -> None:
    found = round_the_clock(by_parts([FLAT, *[OFFICE] * 20], 60))
    assert found.value[0] > 0.95
    assert (found.value[1:] == 0).all()
    assert found.p_value[0] < 1e-6
    assert found.p_value[1:].min() > 0.01


def test_where_all_accounts_are_flat_no_group_stands_out_by_it() -> None:
    assert round_the_clock(by_parts([FLAT] * 40, 60)).p_value.min() > 1e-3


@pytest.mark.parametrize(("requests", "blind"), [(MIN_CLOCK_REQUESTS, False), (MIN_CLOCK_REQUESTS - 1, True)])
def test_hours_of_accounts_with_few_requests_are_not_told(requests: int, blind: bool) -> None:
    found = round_the_clock(by_parts([FLAT], requests))
    assert np.isnan(found.p_value).all() == blind
    assert (found.value == 0).all() == blind


def spread(hours: int, requests: int = 40) -> Scene:
    """One group whose accounts each send so many requests in so many hours of a fortnight."""
    n = np.full(SIZE, requests)
    return of_groups(1, n=n, active_hours=np.full(SIZE, hours), first_us=np.zeros(SIZE, np.int64),
                     last_us=np.full(SIZE, DAYS * 24 * HOUR_US))


def test_an_hour_for_each_request_is_steady_and_sittings_are_not() -> None:
    dispensed, sittings = steady(spread(38)), steady(spread(8))
    assert dispensed.observed[0] == pytest.approx(1.0, abs=0.02)
    assert dispensed.value[0] > 0.95
    assert sittings.value[0] == 0
    assert np.isnan([dispensed.p_value, sittings.p_value]).all()


def test_steadiness_is_not_told_of_few_requests_nor_where_every_hour_is_filled() -> None:
    few, full = spread(6, MIN_STEADY_REQUESTS - 1), spread(330, 3000)
    assert steady(few).value[0] == steady(full).value[0] == 0
    assert np.isnan([steady(few).observed, steady(full).observed]).all()


def hourly(rng: np.random.Generator, n_groups: int, requests: float = 20.0) -> np.ndarray:
    """Requests of both halves of groups in each hour of a fortnight, as all traffic comes: many by day, few by night."""
    day = 1 + np.sin(np.arange(DAYS * 24) / 24 * 2 * np.pi)
    return rng.poisson(requests * day, (n_groups, 2, DAYS * 24)).astype(np.int32)


def test_halves_that_pause_together_are_told_from_those_that_follow_the_day() -> None:
    sent = hourly(np.random.default_rng(4), 30)
    sent[0, :, 100:180] = 0  # both pause for three days
    sent[1, 0, 100:180] = 0  # one half does
    found = together(of_groups(30, hourly=sent))
    assert found.p_value[0] < 1e-6
    assert found.value[0] > 0.5
    assert found.value[1] < 0.1
    assert found.p_value[2:].min() > 1e-3
    assert found.value[2:].max() < 0.3


def test_halves_that_send_little_are_not_compared() -> None:
    sent = np.zeros((1, 2, DAYS * 24), np.int32)
    sent[0, :, : MIN_HOURLY // 2 - 1] = 1
    assert np.isnan(together(of_groups(1, hourly=sent)).p_value[0])
    sent[0, :, MIN_HOURLY // 2] = 1
    assert not np.isnan(together(of_groups(1, hourly=sent)).p_value[0])
