"""From verdicts to campaigns: what passes a line, who is left, and what then lies beyond the rest."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from judge_helpers import findings, groups, grown, model, part, people, scene, values

from stillwatch import judge
from stillwatch.detect import accusing
from stillwatch.detect.accusing import Alone
from stillwatch.detect.traffic import Traffic
from stillwatch.judge.lines import DOUBTED
from stillwatch.judge.reasons import OUTSTANDING
from stillwatch.judge.trees import Trees
from stillwatch.numeric.groups import Groups

N, SIZE = 16, 20
RATE = Trees(("harvest.rate",), (0,), (0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, 0.0, 9.0))
"""Nine nats for a high rate, nothing for a low one."""


def accused(
    volume: dict[int, float], rate: dict[int, float], bias: float = DOUBTED, last: range = range((N - 1) * SIZE, N * SIZE),
    unwanted: float = 0.0,
) -> tuple[list[list[int]], judge.Verdicts]:
    """Groups of each campaign; of N groups of SIZE accounts these have a volume, which the sums look at, or a rate, which the trees do.

    The ``last`` group may hold other accounts. The first three ask for what is ``unwanted``.
    """
    known = scene(groups(*(list(range(i * SIZE, (i + 1) * SIZE)) for i in range(N - 1)), list(last)), people(N * SIZE))
    one = model(grown(bias, RATE, trees=6.0), linked=part(harvest__volume=1.0))
    told = values(N, context__crowd=np.log10(SIZE) / 4, timing__together=1.0, volume__even_load=0.6, identity__payment=0.6)
    told["harvest.volume"] = np.array([volume.get(i, -9.0) for i in range(N)])
    told["harvest.rate"] = np.array([rate.get(i, 0.0) for i in range(N)])
    told["context.unwanted"][:3] = unwanted
    sure = findings(N, {"timing.together": 1e-9, "volume.even_load": 1e-9})
    _, found, lead, verdicts = accusing.accuse(known, told, sure, one.by_trees(told), one)
    assert len(lead) == found.n
    return [np.unique(found.member_account[found.member_group == i] // SIZE).tolist() for i in range(found.n)], verdicts


def test_what_lies_beyond_its_log_is_a_campaign_beside_what_passes_a_line() -> None:
    campaigns, verdicts = accused({3: 20.0}, {7: 1.0})
    assert campaigns == [[3], [7]]
    assert verdicts.log_odds[7] == 9.0 - 6.0
    assert verdicts.log_odds[3] > 3.0


def test_what_lies_beyond_its_log_makes_a_campaign_that_passed_a_line_larger() -> None:
    """Half of its accounts are known by another of its groups, which alone passes the line. Where a quarter is, what the group looks like
    says nothing of the others; where a sixth is, the others are a campaign of their own."""
    for n_known, expected in ((SIZE, [[3, 4]]), (7, [[3]]), (4, [[3], [4]])):
        campaigns, verdicts = accused({3: 6.0}, {N - 1: 1.0}, last=range(4 * SIZE - n_known, 5 * SIZE))
        assert campaigns == expected
        assert verdicts.campaign[N - 1] == (n_known != 7), "nor do those who would join meet it as a campaign"
        assert verdicts.held[N - 1] == verdicts.review[N - 1] == (n_known == 7), "a person is asked about the others"


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("verdict", ["campaign", "review", "more", "neither"])
def test_what_is_a_campaign_without_the_accused_joins_theirs(monkeypatch: pytest.MonkeyPatch, verdict: str, whole: bool) -> None:
    """More than a fifth of its accounts are known, and less than a half. The others are looked at by themselves: they join a campaign that
    their group holds whole, and beside another they are for review."""
    last = range(3 * SIZE, 5 * SIZE + 10) if whole else range(4 * SIZE - 7, 5 * SIZE - 7)

    def alone(
        traffic: Traffic | None, known: judge.Scene, told: object, seen: object, which: np.ndarray, free: np.ndarray, used: object
    ) -> Alone:
        assert np.flatnonzero(which).tolist() in ([N - 1], [])
        assert not free[3 * SIZE : 4 * SIZE].any()
        nothing = np.zeros(0, np.int64)
        said = (which & (verdict == word) for word in ("campaign", "review", "more"))
        return Alone(*said, known, np.zeros(known.n), nothing)

    monkeypatch.setattr(accusing, "judged_alone", alone)
    campaigns, verdicts = accused({3: 6.0}, {N - 1: 1.0}, last=last)
    joins = whole and verdict in ("campaign", "more")
    assert campaigns == [[3, 4, 5] if joins else [3]]
    assert verdicts.campaign[N - 1] == joins
    assert verdicts.held[N - 1] == (verdict in ("campaign", "review") and not joins)


@pytest.mark.parametrize(("n_known", "joins"), [(SIZE // 2, True), (SIZE // 2 - 1, False)])
def test_a_group_a_little_below_the_line_makes_a_campaign_larger_that_has_half_of_it(
    monkeypatch: pytest.MonkeyPatch, n_known: int, joins: bool
) -> None:
    usual = judge.judge

    def nearly(*arguments: Any, **named: Any) -> judge.Verdicts:
        found = usual(*arguments, **named)
        last = np.arange(N) == N - 1
        # As near to the line as the campaign, whose accounts would else be crowds beside each other.
        return replace(found, nearly=last, log_odds=np.where(last, found.log_odds[3], found.log_odds))

    assert accused({3: 6.0}, {}, last=range(4 * SIZE - n_known, 5 * SIZE - n_known))[0] == [[3]]
    monkeypatch.setattr(judge, "judge", nearly)
    assert accused({3: 6.0}, {}, last=range(4 * SIZE - n_known, 5 * SIZE - n_known))[0] == [[3, 4] if joins else [3]]


def test_whom_the_trees_doubt_a_person_is_asked_about() -> None:
    """At DOUBTED nats a sum that passes accuses, below it is for review; however high its score; what trees
    themselves put beyond its log is no matter of it."""
    for volume in (7.0, 9.0):
        assert accused({3: volume}, {7: 1.0}, bias=DOUBTED)[0] == [[3], [7]]
        campaigns, verdicts = accused({3: volume}, {7: 1.0}, bias=DOUBTED - 0.01)
        assert campaigns == [[7]]
        assert verdicts.review[3]
        assert not verdicts.review[[0, 7]].any()


def test_what_passes_a_line_hides_nobody() -> None:
    """The one that is accused first is none of those that others are compared with."""
    many = dict.fromkeys(range(4), 20.0)
    assert accused(many, dict.fromkeys((*many, 7), 1.0))[0] == [[0], [1], [2], [3], [7]]


def test_where_all_are_alike_nobody_lies_beyond() -> None:
    campaigns, verdicts = accused({}, dict.fromkeys(range(N), 1.0))
    assert campaigns == []
    assert not verdicts.campaign.any()
    assert not verdicts.review.any()
    assert verdicts.comparable.all()


def test_several_that_lie_beyond_hide_each_other_only_where_they_are_many() -> None:
    """Of four none is of the yardstick's eleven, of five one, so that they lie less than three nats beyond the line: five crowds."""
    assert len(accused({}, dict.fromkeys(range(4), 1.0))[0]) == 4
    campaigns, verdicts = accused({}, dict.fromkeys(range(5), 1.0))
    assert campaigns == []
    assert verdicts.review.tolist() == [True] * 5 + [False] * (N - 5)


@pytest.mark.parametrize(
    ("others", "volume", "expected"),
    [(3, 4.0, "campaign"), (4, 4.0, "review"), (4, 5.2, "review"), (4, 5.4, "campaign"), (9, 20.0, "campaign")],
)
def test_where_four_others_look_like_an_operators_more_is_asked(others: int, volume: float, expected: str) -> None:
    """Those of its own log that get DOUBTED nats or more; who lies OUTSTANDING nats beyond the line is accused all the same."""
    _, verdicts = accused({8: volume}, dict.fromkeys((*range(others), 8), 1.0), bias=0.0)
    assert ("campaign" if verdicts.campaign[8] else "review" if verdicts.review[8] else "clear") == expected
    assert (verdicts.log_odds[8] >= OUTSTANDING) == (volume > 5.3)


def test_who_asks_for_something_else_looks_like_no_operators() -> None:
    for unwanted, expected in ((0.0, False), (1.0, True)):
        assert accused({8: 5.0}, dict.fromkeys((*range(4), 8), 1.0), bias=-3.0, unwanted=unwanted)[1].campaign[8] == expected


def test_who_is_left_of_a_relay_is_reviewed_and_who_is_left_of_another_group_is_not() -> None:
    proposed = groups(range(40), range(40, 80), range(80, 120), range(120, 140))
    known = scene(replace(proposed, origin=("session", "content", "session+content", "content")), people(140))
    free = np.ones(140, bool)
    free[[*range(20), *range(40, 60), *range(80, 101), *range(120, 124)]] = False
    nobody = np.zeros(4, bool)
    assert accusing.reviewable(known, nobody, free).tolist() == [True, False, False, True]
    held = np.array([False, False, True, False])
    assert accusing.reviewable(known, held, free).tolist() == [True, False, True, True], "what was held back"


TRAFFIC = cast(Traffic, SimpleNamespace(threads=1))


def measured_again(
    monkeypatch: pytest.MonkeyPatch, known: judge.Scene, free: np.ndarray, sizes: list[int], volume: tuple[float, ...]
) -> judge.Model:
    """What is left of groups, of ``sizes``, is measured beside all groups of the log; those that are large enough have these volumes."""
    n_large = len(volume)

    def measure(traffic: Traffic, proposed: Groups, handoffs: judge.Handoffs) -> tuple[judge.Scene, np.ndarray]:
        assert proposed.sizes().tolist() == sizes
        assert free[proposed.member_account].all()
        large = proposed.sizes() >= judge.MIN_GROUP_ACCOUNTS
        return scene(proposed.narrow(large[proposed.member_group]).select(large), known.people), large

    def look(beside: judge.Scene, threads: int) -> tuple[dict[str, np.ndarray], dict[str, judge.Finding]]:
        left = [size for size in sizes if size >= judge.MIN_GROUP_ACCOUNTS]
        assert beside.groups.sizes().tolist() == known.groups.sizes().tolist() + left, "they are compared with all groups of the log"
        n = known.n + n_large
        both = values(n, context__crowd=np.log10(SIZE) / 4, timing__together=1.0, volume__even_load=0.6, identity__payment=0.6)
        both["harvest.volume"] = np.array([-9.0] * known.n + list(volume))
        return both, findings(n, {"timing.together": 1e-9, "volume.even_load": 1e-9})

    monkeypatch.setattr(accusing, "measure", measure)
    monkeypatch.setattr(judge, "look", look)
    return model(grown(DOUBTED, RATE, trees=6.0), linked=part(harvest__volume=1.0))


@pytest.mark.parametrize(("volume", "expected"), [((9.0, -9.0), [1]), ((9.0, 8.0), [1, 3]), ((-9.0, -9.0), [])])
def test_accounts_lost_from_a_campaigns_group_are_one_of_their_own_if_they_are_unusual_alone(
    monkeypatch: pytest.MonkeyPatch, volume: tuple[float, float], expected: list[int]
) -> None:
    """Of five groups one was not accepted, and from one too few accounts were lost."""
    known = scene(groups(*(range(i * SIZE, (i + 1) * SIZE) for i in range(5))), people(5 * SIZE))
    free = np.ones(5 * SIZE, bool)
    for first in range(SIZE, 5 * SIZE, SIZE):
        free[first : first + 8] = False
    free[2 * SIZE : 3 * SIZE - 7] = free[4 * SIZE : 5 * SIZE] = False
    told = values(5) | {"context.look_alikes": np.zeros(5), judge.YARDSTICK: np.zeros(5)}
    seen = findings(5, {"timing.together": 1e-9, "volume.even_load": 1e-9})
    one = measured_again(monkeypatch, known, free, [12, 12], volume)
    accepted = np.array([False, True, True, True, True])
    found, lead = accusing.form_of_lost(TRAFFIC, known, told, seen, accepted, free, one)
    assert lead.tolist() == expected
    assert [found.member_account[found.member_group == i].tolist() for i in range(found.n)] == [
        list(range(i * SIZE + 8, (i + 1) * SIZE)) for i in expected
    ]
    assert accusing.form_of_lost(TRAFFIC, known, told, seen, np.zeros(5, bool), free, one)[0].n == 0
    assert accusing.form_of_lost(None, known, told, seen, accepted, free, one)[0].n == 0, "a person is asked about them at most"


def test_of_many_groups_a_part_says_what_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    known, left = scene(groups(*(range(10 * i, 10 * i + 10) for i in range(12))), people(120)), groups(range(75, 85))
    asked: list[list[int]] = []

    def look(beside: judge.Scene, threads: int) -> tuple[dict[str, np.ndarray], dict[str, judge.Finding]]:
        asked.append(beside.groups.member_account[::10].tolist())
        return values(beside.n), findings(beside.n, {})

    monkeypatch.setattr(accusing, "measure", lambda *_: (scene(left, known.people), np.ones(1, bool)))
    monkeypatch.setattr(judge, "look", look)
    told = values(12) | {"context.look_alikes": np.zeros(12), judge.YARDSTICK: np.zeros(12)}
    which = np.arange(12) == 7
    for most, expected in ((4, [0, 30, 60, 90, 75]), (12, [*range(0, 120, 10), 75])):
        monkeypatch.setattr(accusing, "MOST_COMPARED", most)
        alone = accusing.judged_alone(TRAFFIC, known, told, findings(12, {}), which, np.ones(120, bool), model())
        assert asked.pop() == expected
        assert alone.scene.n == len(alone.log_odds) == 13, "they are judged beside all"


def test_findings_of_further_groups_stand_behind_a_logs_own_with_all_they_hold() -> None:
    def finding(*numbers: float) -> judge.Finding:
        value, whole = np.array(numbers), np.array(numbers, np.int64)
        return judge.Finding(value, value + 1, value + 2, value + 3, (whole, whole + 1), (value, value + 1, value + 2))

    both, expected = finding(1, 2).followed_by(finding(9, 3, 4), 1), finding(1, 2, 3, 4)
    for name in ("value", "observed", "expected", "p_value"):
        assert getattr(both, name).tolist() == getattr(expected, name).tolist()
    for name in ("window", "sampled"):
        assert np.array_equal(getattr(both, name), getattr(expected, name))
    plain = replace(finding(1), window=None, sampled=None).followed_by(replace(finding(2), window=None, sampled=None), 0)
    assert plain.window is plain.sampled is None


@pytest.mark.parametrize(
    ("volume", "expected", "more"),
    [((9.0, -9.0), [1], []), ((-9.0, 9.0), [3], []), ((-9.0, -9.0), [], []), ((1.0, 9.0), [3], [1]), ((-0.5, 9.0), [3], [])],
)
def test_accounts_beside_a_campaign_are_reviewed_if_they_are_unusual_without_it(
    monkeypatch: pytest.MonkeyPatch, volume: tuple[float, float], expected: list[int], more: list[int]
) -> None:
    """Of four groups held back one is too small alone, and one has no free account. The others are measured again, without the accused:
    they may be a campaign, more of one (1.3 nats below the line; not 2.8), or neither."""
    known = scene(groups(*(range(i * SIZE, (i + 1) * SIZE) for i in range(5))), people(5 * SIZE))
    free = np.ones(5 * SIZE, bool)
    free[[*range(SIZE, SIZE + 8), *range(2 * SIZE, 3 * SIZE - 2), *range(3 * SIZE, 3 * SIZE + 8), *range(4 * SIZE, 5 * SIZE)]] = False
    told = values(5) | {"context.look_alikes": np.arange(5.0), judge.YARDSTICK: np.zeros(5)}
    seen = findings(5, {"timing.together": 1e-9, "volume.even_load": 1e-9})

    one = measured_again(monkeypatch, known, free, [12, 2, 12, 0], volume)
    unusual = accusing.judged_alone(TRAFFIC, known, told, seen, np.array([False, True, True, True, True]), free, one)
    assert np.flatnonzero(unusual.campaign).tolist() == expected
    assert np.flatnonzero(unusual.more).tolist() == np.flatnonzero(unusual.review).tolist() == more
    assert not accusing.judged_alone(TRAFFIC, known, told, seen, np.zeros(5, bool), free, one).campaign.any()
