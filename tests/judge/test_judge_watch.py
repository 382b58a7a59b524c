"""Who lies beyond the log's own groups is accused, for review or on the watch list; nobody who is accused, owned or few is listed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge_helpers import findings, groups, grown, model, part, people, scene, values

from stillwatch import judge
from stillwatch.judge import YARDSTICK
from stillwatch.judge.lines import TREES, Lines
from stillwatch.judge.reasons import OWN_CLIENT
from stillwatch.judge.results import evidence_rows, far_out
from stillwatch.judge.trees import Trees
from stillwatch.judge.verdict_words import changes, not_accused
from stillwatch.judge.watch import CLEARED, FEWEST_NEXT, FEWEST_WATCHED, NEXT, PLACES, WATCHED, WATCHED_FROM

N = 20


def told(*members: Any, size: int = 20, hidden: Any = (), overlap: int = 0) -> tuple[judge.Scene, np.ndarray]:
    """N groups of ``size`` accounts, the second with ``overlap`` of the first's, and memberships of accounts that are not ``hidden``."""
    of = [list(range(i * size, (i + 1) * size)) for i in range(N)]
    of[1] = of[0][:overlap] + of[1][overlap:]
    known = scene(groups(*of), people(N * size))
    free = np.ones(N * size, bool)
    free[list(hidden)] = False
    return known, judge.suspects(known) & known.of_members(free)


def odds(*highest: float, rest: float = 0.0) -> np.ndarray:
    return np.array([*highest, *[rest] * (N - len(highest))])


EVERY = np.ones(N, bool)


def out_of(highest: np.ndarray, comparable: np.ndarray = EVERY, **change: Any) -> np.ndarray:
    known, member = told(**change)
    return judge.stands_out(known, highest, member, comparable)


def test_a_group_is_compared_with_the_mean_of_the_next() -> None:
    falling = odds(*np.arange(N, 0, -1.0) ** 2)
    out = out_of(falling)
    assert out[:PLACES] == pytest.approx([falling[i] - falling[i + 1 : i + 1 + NEXT].mean() for i in range(PLACES)])
    assert not out[PLACES:].any()
    shifted = out_of(falling - 100)  # what shifts a provider's groups shifts them all
    assert shifted == pytest.approx(out)


@pytest.mark.parametrize(("overlap", "second"), [(4, 8.0), (5, 0.0)])
def test_a_group_that_shares_accounts_with_a_better_one_is_no_other(overlap: int, second: float) -> None:
    out = out_of(odds(9.0, 8.0), overlap=overlap)
    assert out[1] == second
    assert out[0] == pytest.approx(9.0 - (8.0 / NEXT if second else 0.0))


def test_who_nobody_is_accused_of_is_told_once_nearest_first_and_never_who_is_accused() -> None:
    """The second group shares 12 of 20 accounts with the first, so that it is no other; more than half of the third are accused."""
    falling = np.arange(N, 0, -1.0)
    known, member = told(overlap=12, hidden=range(40, 51))
    assert judge.cleared(known, falling, member).tolist() == [0, *range(3, N)]
    known, member = told(overlap=10, hidden=range(40, 50))
    assert judge.cleared(known, falling, member).tolist() == list(range(N))
    assert judge.cleared(known, -falling, member).tolist() == [*range(N - 1, 1, -1), 1, 0]
    small, member = told(size=7)
    assert not len(judge.cleared(small, falling, member))


def test_no_more_are_told_than_somebody_reads() -> None:
    size, n = 8, CLEARED + 1
    known = scene(groups(*(list(range(i * size, (i + 1) * size)) for i in range(n))), people(n * size))
    assert judge.cleared(known, np.arange(n, 0, -1.0), known.seen).tolist() == list(range(CLEARED))


def test_look_alikes_are_other_sets_of_accounts() -> None:
    """Of five sets that get DOUBTED nats none is another to itself or to one with more than a fifth of its accounts; the sixth is less."""
    highest = odds(9.0, 2.0, 8.0, 2.0, 3.0, 1.99)
    assert judge.look_alikes(told()[0], highest, EVERY, ~EVERY).tolist() == [4.0] * 5 + [5.0] * (N - 5)
    assert judge.look_alikes(told(overlap=4)[0], highest, EVERY, ~EVERY).tolist() == [4.0] * 5 + [5.0] * (N - 5)
    assert judge.look_alikes(told(overlap=5)[0], highest, EVERY, ~EVERY).tolist() == [3.0] * 5 + [4.0] * (N - 5)
    assert judge.look_alikes(told()[0], highest, np.arange(N) > 1, ~EVERY).tolist() == [3.0, 3.0, 2.0, 2.0, 2.0, *[3.0] * (N - 5)]
    assert judge.look_alikes(told()[0], highest, EVERY, np.arange(N) == 2).tolist() == [3.0, 3.0, 4.0, 3.0, 3.0, *[4.0] * (N - 5)]
    assert judge.look_alikes(told()[0], odds(), EVERY, ~EVERY).tolist() == [0.0] * N


def test_who_is_accused_is_not_compared() -> None:
    assert out_of(odds(9.0), hidden=range(4))[0] == 9.0
    assert out_of(odds(9.0), hidden=range(5))[0] == 0.0
    assert out_of(odds(30.0, 9.0), comparable=np.arange(N) != 0)[:2].tolist() == [0.0, 9.0]


def test_it_needs_others_to_compare_with() -> None:
    few = np.arange(N) <= FEWEST_NEXT
    assert out_of(odds(9.0), comparable=few)[0] == 9.0
    assert not out_of(odds(9.0), comparable=few & (np.arange(N) != 1)).any()


def test_no_group_at_all_stands_out_nowhere() -> None:
    known = scene(groups(), people(3))
    assert judge.stands_out(known, np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)).shape == (0,)


def listed(highest: np.ndarray, **change: Any) -> judge.Watch:
    known, member = told(**change)
    return judge.watched(known, highest, highest - 20, member, EVERY)


def test_the_list_is_short_and_has_the_furthest_first() -> None:
    found = listed(odds(20.0, 30.0, 25.0, 15.0))
    assert found.group.tolist() == [1, 2, 0]
    assert len(found.group) == WATCHED
    assert found.score.tolist() == [10.0, 5.0, 0.0]
    assert found.stands_out[0] == pytest.approx(30 - 60 / NEXT)


@pytest.mark.parametrize(("far", "found"), [(WATCHED_FROM, [0]), (WATCHED_FROM - 0.01, [])])
def test_where_nobody_stands_out_nobody_is_listed(far: float, found: list[int]) -> None:
    assert listed(odds(far)).group.tolist() == found


@pytest.mark.parametrize(("size", "found"), [(FEWEST_WATCHED, [0]), (FEWEST_WATCHED - 1, [])])
def test_few_accounts_are_not_watched(size: int, found: list[int]) -> None:
    assert listed(odds(9.0), size=size).group.tolist() == found


def test_the_accused_of_a_listed_group_are_not_listed() -> None:
    found = listed(odds(9.0), hidden=range(3))
    assert found.group.tolist() == [0]
    assert found.member[:20].tolist() == [False] * 3 + [True] * 17


@pytest.mark.parametrize(("comparable", "expected"), [(N, 100 - np.arange(PLACES, PLACES + NEXT).mean()), (PLACES + FEWEST_NEXT, 95.0)])
def test_the_yardstick_is_the_mean_of_the_places_after_those_that_may_stand_out(comparable: int, expected: float) -> None:
    known, member = told()
    assert judge.yardstick(known, odds(*100 - np.arange(N)), member, np.arange(N) < comparable) == pytest.approx(expected)
    assert judge.yardstick(known, odds(*-np.arange(N)), member, np.arange(N) < comparable) == pytest.approx(expected - 100)


def test_a_log_of_few_groups_has_no_yardstick() -> None:
    known, member = told()
    assert np.isnan(judge.yardstick(known, odds(9.0), member, np.arange(N) < PLACES + FEWEST_NEXT - 1))
    nobody = scene(groups(), people(3))
    assert np.isnan(judge.yardstick(nobody, np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)))


def test_who_is_accused_is_not_of_the_yardstick() -> None:
    known, member = told(hidden=range(5))
    assert judge.yardstick(known, odds(*100 - np.arange(N)), member, EVERY) == pytest.approx(100 - np.arange(5, 16).mean())


ONE = Trees(("harvest.rate", "timing.together"), (0,), (0, -1, 1, -1, -1), (0.5, 0.0, 0.5, 0.0, 0.0), (1, 0, 3, 0, 0), (2, 0, 4, 0, 0),
            (-1.0, -2.0, 0.5, -1.0, 3.0))
"""-2 for a low rate; else -1, or 3 for accounts that move together."""


def outliers(**change: Any) -> tuple[judge.Model, dict[str, np.ndarray], judge.Verdicts]:
    """One group that no part passes, beyond its log by a nat unless it is told otherwise; two families speak."""
    forest = grown(0.0, ONE, trees=8.0, linked=-2.0, unlinked=1.0)
    one = model(forest, linked=part(harvest__volume=1.0), unlinked=part(harvest__volume=1.0))
    told = values(1, **({"context__yardstick": 1.0, "harvest__rate": 1.0, "timing__together": 1.0, "harvest__volume": np.log(10) - 3.0,
                         "identity__payment": 0.6, "volume__even_load": 0.6, "context__crowd": np.log10(50) / 4} | change))
    return one, told, judge.judge(told, findings(1, {"timing.together": 1e-9, "volume.even_load": 1e-9}), one)


UNTIED = {"identity__payment": 0.0, "identity__signup": 0.0}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "campaign"),
        ({"context__yardstick": 2.0}, "campaign"),
        ({"context__yardstick": 2.1}, "review"),
        ({"context__yardstick": 2.0 + np.log(10) + 0.01}, ""),
        # Of accounts that nothing links the part that sees links says nothing; where every part has a reason the trees alone are asked.
        (UNTIED, "review"),
        (UNTIED | {"context__yardstick": -1.0}, "campaign"),
        ({"context__alike": 0.1, "context__mostly_alike": 0.1, "context__yardstick": -1.0}, ""),
        ({"context__alike": 0.1, "context__mostly_alike": 0.1, "context__yardstick": -5.0, "timing__round_the_clock": 0.6}, "campaign"),
        ({"context__one_owner": 0.6}, ""),
        ({"context__contracted": 0.6}, ""),
        ({"context__one_payer": 0.6}, "review"),
        ({"timing__together": 0.0, "context__yardstick": -9.0}, "review"),  # one family alone speaks
    ],
)
def test_what_lies_beyond_its_log_further_than_innocents_is_accused(change: dict[str, float], verdict: str) -> None:
    _, _, found = outliers(**change)
    assert (bool(found.campaign[0]), bool(found.review[0])) == (verdict == "campaign", verdict == "review")


def test_its_score_is_how_much_further_and_an_analyst_reads_of_the_log() -> None:
    one, told, found = outliers()
    assert found.log_odds[0] == pytest.approx(3.0 - 3.0 - 1.0 + 2.0)
    assert found.q_value[0] == pytest.approx(0.5 / 100 * np.exp(-1.0))
    base, evidence = evidence_rows(told, findings(1, {}), one, 0)
    rows = {row["name"]: row for row in evidence}
    assert "other groups" in rows[YARDSTICK]["sentence"]
    # It tells of the log, so it is where the sum starts and no reason about these accounts.
    assert (rows[YARDSTICK]["value"], rows[YARDSTICK]["log_odds"]) == (1.0, 0.0)
    assert base + sum(row["log_odds"] for row in evidence) == pytest.approx(found.log_odds[0])
    assert "2.0 nats beyond" in far_out(told, one, 0)
    assert "held against" not in far_out(told, one, 0)
    assert "of such work alone" in far_out(outliers(harvest__narrow=0.3)[1], one, 0)
    # A class that has no line for the part that speaks is held against the rest.
    assert one.forest is not None
    lines = (one.forest.lines[0], Lines(1.0, {TREES: 8.0}))
    rest = far_out(outliers(harvest__narrow=0.3)[1], replace(one, forest=replace(one.forest, lines=lines)), 0)
    assert "2.0 nats beyond" in rest
    assert "held against" not in rest
    assert far_out(outliers(context__yardstick=2.1)[1], one, 0) == ""


def test_without_a_piece_it_would_lie_so_much_lower_in_its_log() -> None:
    one, told, found = outliers()
    assert "without starting and stopping together the score would fall below the line" in changes(told, one, found, 0)
    one, told, found = outliers(context__yardstick=-4.0)
    assert "without starting and stopping together the score would fall below the line" not in changes(told, one, found, 0)


def test_what_only_an_everyday_reason_keeps_the_trees_from_passing_is_for_a_person() -> None:
    """An app's users, by trees that lie a nat beyond their line; a nat below it nobody looks at them."""
    app = {"context__own_client": OWN_CLIENT, "identity__payment": 0.0, "session__handoff": 0.0, "identity__contact": 0.0}
    for yardstick, asked in ((-6.0, True), (-4.0, False)):
        one, told, found = outliers(context__yardstick=yardstick, **app)
        assert (found.campaign[0], found.review[0]) == (False, asked)
        assert one.assess(told).spared[0] == asked
        assert any("an app's, a plug-in's or a course's users" in said for said in not_accused(told, found, one, 0))
    one, told, found = outliers(context__yardstick=-6.0, context__crowd=np.log10(7) / 4, **app)
    assert not found.review[0]


def test_a_log_that_was_not_compared_and_a_model_that_cannot_accuse_nobody_by_it() -> None:
    one, told, _ = outliers(context__yardstick=-30.0)
    assert one.assess(told).beyond_log.any()
    assert not replace(one, forest=None).assess(told).beyond_log.any()
    del told[YARDSTICK]
    assert not one.assess(told).beyond_log.any()
