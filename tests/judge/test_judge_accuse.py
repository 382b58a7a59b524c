"""From verdicts to campaigns: what passes a line, who is left, and what then stands out among the rest."""

from dataclasses import replace

import numpy as np
from judge_helpers import findings, groups, grown, model, part, people, scene, values

from stillwatch import judge, pipeline
from stillwatch.judge.model import TREES
from stillwatch.judge.trees import Trees

N, SIZE = 16, 20
RATE = Trees(("harvest.rate",), (0,), (0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, 0.0, 9.0))
"""Nine nats for a high rate, nothing for a low one."""


def accused(volume: dict[int, float], rate: dict[int, float]) -> tuple[list[list[int]], judge.Verdicts]:
    """Groups of each campaign; of N groups of SIZE accounts these have a volume, which the sums look at, or a rate, which the trees do."""
    known = scene(groups(*(list(range(i * SIZE, (i + 1) * SIZE)) for i in range(N))), people(N * SIZE))
    parts = {"linked": part(harvest__volume=1.0), TREES: grown(-50.0, RATE)}
    one = replace(model(**parts), apart={"linked": 6.0, TREES: 8.0}, logs=100)
    told = values(N, context__crowd=np.log10(SIZE) / 4, timing__together=1.0, volume__even_load=0.6, identity__payment=0.6)
    told["harvest.volume"] = np.array([volume.get(i, -9.0) for i in range(N)])
    told["harvest.rate"] = np.array([rate.get(i, 0.0) for i in range(N)])
    sure = findings(N, {"timing.together": 1e-9, "volume.even_load": 1e-9})
    found, lead, verdicts = pipeline.accuse(known, told, sure, one.by_trees(told), one)
    assert len(lead) == found.n
    return [np.unique(found.member_account[found.member_group == i] // SIZE).tolist() for i in range(found.n)], verdicts


def test_what_stands_out_is_a_campaign_beside_what_passes_a_line() -> None:
    campaigns, verdicts = accused({3: 20.0}, {7: 1.0})
    assert campaigns == [[3], [7]]
    assert verdicts.log_odds[7] == 9.0 - 6.0
    assert verdicts.log_odds[3] > 3.0


def test_what_passes_a_line_hides_nobody() -> None:
    """The one that is accused first is none of those that others are compared with."""
    assert accused({3: 20.0}, {3: 1.0, 7: 1.0})[0] == [[3], [7]]


def test_where_all_are_alike_nobody_stands_out() -> None:
    campaigns, verdicts = accused({}, dict.fromkeys(range(N), 1.0))
    assert campaigns == []
    assert not verdicts.campaign.any()
    assert not verdicts.review.any()
    assert verdicts.comparable.all()


def test_several_that_stand_out_hide_each_other_in_part() -> None:
    """Of three the first lies 9 - 2 x 9 / 11 = 7.4 nats beyond the next; of five 5.7, and the last is none of the four highest."""
    assert sorted(accused({}, dict.fromkeys(range(3), 1.0))[0]) == [[0], [1], [2]]
    assert sorted(accused({}, dict.fromkeys(range(5), 1.0))[0]) == [[1], [2], [3]]
