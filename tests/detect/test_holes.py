"""Days without a request that a log should have are told; nights, weekends and small logs are not."""

import numpy as np
import pytest

from stillwatch.detect.run_folder.holes import DAY_H, Hole, find_holes, warn_holes

MONDAY_H = 20_486 * DAY_H
"""Hours from 1970 to Monday, 2 February 2026."""


def service(days: int, per_hour: float, *, open_h: tuple[int, int] = (0, 24), weekend: float = 1.0, seed: int = 1) -> dict[int, int]:
    """Requests of each hour from a Monday on: so many an hour while it is open, times ``weekend`` on Saturdays and Sundays."""
    hour = np.arange(days * DAY_H)
    rate = np.where((hour % DAY_H >= open_h[0]) & (hour % DAY_H < open_h[1]), per_hour, 0.0)
    rate[hour // DAY_H % 7 >= 5] *= weekend
    counts = np.random.default_rng(seed).poisson(rate)
    return {MONDAY_H + int(h): int(counts[h]) for h in hour if counts[h]}


def without(requests: dict[int, int], first_day: float, days: float) -> dict[int, int]:
    """The same without the requests of some days, counted from the first."""
    start = MONDAY_H + first_day * DAY_H
    return {hour: n for hour, n in requests.items() if not start <= hour < start + days * DAY_H}


@pytest.mark.parametrize(("requests", "lost_days", "silent_h"), [
    (service(14, 30), (4, 2), 48),
    (service(14, 30), (5, 2), 48),  # a weekend, of a service that never sleeps
    (service(7, 30), (2, 1), 24),
    (service(6, 30), (2.5, 2), 48),
    (service(28, 20, open_h=(8, 19), weekend=0.0), (8, 2), 61),
    (service(28, 30, weekend=0.3), (12, 2), 48),
    (service(28, 30), (6, 9), 216),
])
def test_a_hole_is_found(requests: dict[int, int], lost_days: tuple[float, float], silent_h: int) -> None:
    assert find_holes(requests) == []
    (found,) = find_holes(without(requests, *lost_days))
    assert (found.hours, found.start_hour <= MONDAY_H + lost_days[0] * DAY_H) == (silent_h, True)
    lost = sum(requests.values()) - sum(without(requests, *lost_days).values())
    assert 0.4 * lost < found.usual < 1.2 * lost


@pytest.mark.parametrize("requests", [
    {},
    {MONDAY_H: 10_000},
    service(28, 20, open_h=(8, 19), weekend=0.0),
    service(13, 20, open_h=(8, 19), weekend=0.0),  # whose one weekend has no other to compare with
    service(9, 20, open_h=(8, 19), weekend=0.0),
    *(service(28, 20, open_h=(8, 19), weekend=0.01, seed=seed) for seed in range(20)),
    service(28, 100, weekend=0.0),
    service(16, 20, open_h=(8, 19), weekend=0.0) | {MONDAY_H + 5 * DAY_H + hour: 50 for hour in range(9, 18)},  # one person's Saturday
    *(without(service(28, 0.5, seed=seed), 10, 2) for seed in range(20)),  # twelve requests a day
    without(service(28, 30), 10, 23 / 24),
    *(without(service(28, 60, open_h=(8, 19), weekend=weekend, seed=seed), day, 1)  # a holiday, on a Wednesday, a Monday and a Friday
      for seed in range(5) for weekend in (0.0, 0.02) for day in (9, 14, 18)),
    without(without(service(28, 60, open_h=(0, 8), weekend=0.0), 8, 1), 15, 1),  # two weeks with a holiday each
    {hour: n for hour, n in service(35, 60, weekend=0.3).items() if hour // DAY_H - MONDAY_H // DAY_H not in (17, 18) or hour % 6 == 0},
    {**service(7, 30), MONDAY_H + 300 * DAY_H: 3},  # a wrong clock
    {**service(7, 30), MONDAY_H - 3000 * DAY_H: 3},
])
def test_no_hole_is_found(requests: dict[int, int]) -> None:
    assert find_holes(requests) == []


def test_a_christmas_of_two_days_is_asked_about() -> None:
    """Where nobody works at night, working days that are missing one after the other may be a hole or holidays."""
    closed = without(service(35, 60, open_h=(8, 19), weekend=0.0), 17, 2)  # Thursday and Friday, and the weekend after them
    (sentence,) = warn_holes(find_holes(closed))
    assert "in the 109 hours from 2026-02-18 19:00 UTC on" in sentence
    assert sentence.endswith("is a part of the log missing, or were these holidays?")
    (lost,) = warn_holes(find_holes(without(service(35, 60), 17, 2)))
    assert lost.endswith("is a part of the log missing?"), "who never sleeps has no holidays"
    few = {MONDAY_H + day * DAY_H + hour: 2 for day in (17, 18) for hour in (9, 15)}  # little traffic, not none
    assert find_holes(closed | few) == []


def test_several_holes_are_one_sentence() -> None:
    assert warn_holes([]) == []
    assert warn_holes([Hole(MONDAY_H, 48, 4_321)]) == [
        "Nobody sent anything in the 48 hours from 2026-02-02 00:00 UTC on, where some 4,300 requests would be usual: is a part of the log"
        " missing?"
    ]
    (one,) = warn_holes([Hole(MONDAY_H + 100 * i, 24 + i, 100) for i in range(5)])
    assert "in the 26 hours from 2026-02-10 08:00 UTC on, the 27 hours" in one
    assert "and 2 shorter times, where some 500 requests" in one


def test_it_is_as_quick_in_a_log_of_twenty_years() -> None:
    years = service(20 * 364, 20, open_h=(8, 19), weekend=0.0)
    assert [hole.hours for hole in find_holes(without(years, 3003, 3))] == [133]
