"""Throttles: who has to wait, tried request by request and over a whole log."""

import itertools
import math

import numpy as np
import pytest

from stillwatch.throttling.rates import BURST_S, NEVER_S, Rates, Throttle, admitted


def test_a_rate_lets_its_share_through_and_a_burst_at_once() -> None:
    every_second = np.arange(600.0)
    passed = admitted(every_second, ["a"] * 600, 6.0)
    assert passed.sum() == 60, "six a minute for ten minutes"
    assert passed[0]
    assert not passed[1:10].any()
    hasty = admitted(np.zeros(100), ["a"] * 100, 60.0)
    assert hasty.sum() == BURST_S, "what a minute's rate gives in the burst"


def test_accounts_do_not_share_a_rate_but_a_group_does() -> None:
    at_s = np.repeat(np.arange(100.0), 10)
    names = [f"a{i}" for i in range(10)] * 100
    assert admitted(at_s, names, 60.0).all()
    together = admitted(at_s, names, math.inf, group_rate_per_min=60.0)
    assert together.sum() == pytest.approx(100 + BURST_S, abs=1)
    assert not admitted(at_s, names, 0.0).any(), "no requests a minute are none"


def test_accounts_of_no_case_share_no_rate() -> None:
    throttle: Throttle[str] = Throttle()
    assert [throttle.wait_s(name, 60.0, "", 1.0, 0.0) for name in ("a", "b")] == [0, 0]
    assert [throttle.wait_s(name, 60.0, "case", 1.0, 0.0) > 0 for name in ("c", "d")] == [False, True]


def test_what_lets_nothing_through_does_not_say_try_again_in_a_minute() -> None:
    throttle: Throttle[str] = Throttle()
    rates = ((0.0, 0.0), (-1.0, 6.0), (math.nan, 6.0))
    waits = {throttle.wait_s("a", rate, "case", group, at) for rate, group in rates for at in (0.0, 61.0, 10_000.0)}
    assert waits == {NEVER_S}
    assert NEVER_S >= 86_400


def test_what_was_refused_is_not_counted() -> None:
    throttle: Throttle[str] = Throttle()
    assert throttle.wait_s("a", 6.0, "case", 600.0, 0.0) == 0
    for at in np.arange(0.5, 9.5, 0.5).tolist():
        assert throttle.wait_s("a", 6.0, "case", 600.0, at) == pytest.approx(10 - at)
    assert throttle.wait_s("b", 6.0, "case", 600.0, 9.6) == 0, "refusals of one account take nothing from the group"
    assert throttle.wait_s("a", 6.0, "case", 600.0, 10.0) == 0


def test_a_milder_rate_owes_nothing_of_a_stricter_one_and_forgives_nothing() -> None:
    throttle: Throttle[str] = Throttle()
    assert [throttle.wait_s("a", 0.02, "case", 0.05, at) for at in (0.0, 1.0)] == [0, pytest.approx(2999)]
    assert throttle.wait_s("a", 60.0, "case", 600.0, 60.0) == 0
    assert throttle.wait_s("b", 60.0, "case", 600.0, 60.0) == 0, "nor does another account of the case"
    assert throttle.wait_s("a", 0.02, "case", 0.05, 90.0) == pytest.approx(2910), "the strict one holds at the same time"


def test_silence_saves_up_a_burst_and_no_more() -> None:
    after_a_day = np.concatenate([[0.0], np.full(100, 86_400.0)])
    assert admitted(after_a_day, ["a"] * 101, 60.0)[1:].sum() == BURST_S


def test_the_windows_that_end_soonest_are_forgotten_first_and_one_at_a_time() -> None:
    rates: Rates[int] = Rates(capacity=10)
    for key in range(11):
        rates.take(key, 1.0, at=0.0)
    assert [rates.wait_s(key, 1.0, at=1.0) > 0 for key in range(11)] == [key >= 1 for key in range(11)]
    rates.take(11, 0.1, at=0.0)
    rates.take(10, 1.0, at=0.0)
    assert len(rates) == 10, "whose window is there takes nobody else's place"
    for key in range(12, 40):
        rates.take(key, 1.0, at=0.0)
    assert rates.wait_s(11, 0.1, at=1.0) > 0, "a strict one outlives many mild ones"


def test_windows_that_are_over_go_a_few_at_a_time_behind_a_long_one_too() -> None:
    rates: Rates[int] = Rates()
    rates.take(-1, 0.01, at=0.0)
    for key in range(1000):
        rates.take(key, 60.0, at=0.0)
    rates.take(999, 60.0, at=0.0)
    sizes = []
    for _ in range(600):
        rates.take(-2, 60.0, at=1000.0)
        sizes.append(len(rates))
    assert max(a - b for a, b in itertools.pairwise(sizes)) == 2
    assert sizes[-1] == 2, "the long one and the new one"
    assert rates.wait_s(-1, 0.01, at=1000.0) > 0
