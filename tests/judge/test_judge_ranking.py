"""The order of accounts: what the groups that hold an account look like, and what speaks against accusing them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge_helpers import findings, groups, grown, measured, model, part, people, scene, values

from stillwatch import judge
from stillwatch.judge.ranking import BEST, KNOWN, PRIOR_CLEAR, REASON
from stillwatch.judge.trees import Trees

ONE_SPLIT = Trees(("harvest.rate",), (0,), (0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, 0.0, 4.0))
TWO_FAMILIES = {"session.handoff": 1e-9, "identity.payment": 1e-9}


def looked_at(**told: Any) -> float:
    """How suspicious one group is of which two families speak, by trees that give 4 nats to a busy one."""
    with_trees = model(grown(-1.0, ONE_SPLIT), linked=part(harvest__rate=1.0), unlinked=part(harvest__rate=1.0))
    one = values(1, **{"harvest__rate": 1.0, "session__handoff": 1.0, "identity__payment": 1.0, **told})
    return float(judge.suspicion(one, judge.judge(one, findings(1, TWO_FAMILIES), with_trees), with_trees)[0])


@pytest.mark.parametrize(
    ("told", "less"),
    [
        ({}, 0.0),
        ({"harvest__rate": 0.0}, 4.0),
        ({"context__one_owner": 1.0}, KNOWN),
        ({"context__contracted": 1.0}, KNOWN),
        ({"context__one_payer": 1.0}, REASON),
        ({"context__unwanted": 1.0}, REASON),
        ({"context__education": 1.0, "context__common_work": 1.0}, REASON),
        ({"identity__payment": 0.0}, REASON),
        ({"context__one_owner": 1.0, "context__one_payer": 1.0}, KNOWN + REASON),
    ],
)
def test_what_speaks_against_accusing_a_group_counts_against_it(told: dict[str, float], less: float) -> None:
    assert looked_at() == pytest.approx(3.0)
    assert looked_at(**told) == pytest.approx(3.0 - less)


def test_without_trees_the_part_that_speaks_orders() -> None:
    bare = model(linked=part(harvest__rate=1.0), unlinked=part(harvest__rate=1.0))
    two = values(2, harvest__rate=[0.2, 0.7], session__handoff=1.0, identity__payment=1.0)
    verdicts = judge.judge(two, findings(2, TWO_FAMILIES), bare)
    low, high = judge.suspicion(two, verdicts, bare)
    assert high - low == pytest.approx(verdicts.log_odds[1] - verdicts.log_odds[0]) != 0


def ordered(told: Any, *members: Any, n: int = 10, sent: Any = 1, campaign: Any = -1, lead: Any = (), score: float = 0.0) -> np.ndarray:
    proposed = groups(*members)
    known = scene(proposed, people(n), measured(proposed, n=np.broadcast_to(np.asarray(sent, np.int64), len(proposed.member_group))))
    one = values(proposed.n)
    verdicts = replace(judge.judge(one, findings(proposed.n, {}), model()), log_odds=np.full(proposed.n, score))
    label = np.broadcast_to(np.asarray(campaign, np.int64), n)
    return judge.account_scores(known, np.asarray(told, np.float64), verdicts, label, np.asarray(lead, np.int64), len(lead))


def test_who_is_in_no_group_comes_last() -> None:
    scores = ordered([-30.0], range(5))
    assert (scores[5:] == PRIOR_CLEAR).all()
    assert (scores[:5] > PRIOR_CLEAR).all()
    assert (ordered([-1e6], range(5))[:5] == PRIOR_CLEAR).all()


def test_a_chance_meeting_is_less_than_a_life_among_them() -> None:
    """The best groups of an account speak together, so that one alone does not."""
    often = [range(5)] * BEST
    scores = ordered([8.0] * BEST + [-4.0] * BEST, range(6), *often[1:], *[range(5, 10)] * BEST)
    assert scores[0] > scores[5] > scores[6]
    more = ordered([8.0] * BEST + [-4.0] * BEST, *often, *[range(10)] * BEST)
    assert more[0] == pytest.approx(-np.logaddexp(0, -8.0))  # groups beyond the best ones say nothing


def test_who_carries_little_of_a_group_is_less_of_it() -> None:
    scores = ordered([2.0], range(5), sent=[100, 100, 100, 25, 400])
    assert scores[0] == scores[4] == pytest.approx(-np.logaddexp(0, -2.0))
    assert scores[3] == pytest.approx(-np.logaddexp(0, -2.0 + np.log(2)))


def test_no_account_outside_campaigns_scores_above_one_inside() -> None:
    label = np.array([0] * 4 + [1] * 3 + [-1] * 3)
    scores = ordered([-5.0, 50.0, 50.0], range(4), range(4, 7), range(7, 10), campaign=label, lead=[0], score=3.0)
    assert (scores[:4] >= 0).all()
    assert (scores[4:] <= 0).all()  # the second of the two is for review
    sure = ordered([-5.0, 50.0], range(4), [0, 1], campaign=label, lead=[0], score=3.0)
    assert sure[0] > sure[2] > 0
    assert sure.max() <= 3.0
