"""Accounts that pay alike and sit together are a firm; who pays alike from networks of strangers is not."""

import numpy as np
import pytest
from judge_helpers import groups, people, scene

from stillwatch.judge.conduct import apart, one_payer
from stillwatch.judge.evidence import payment


@pytest.mark.parametrize(
    ("network", "card", "office", "met"),
    [
        ([1, 1, 1, 2, 2, 2], [7, 7, 7, 8, 8, 8], 1.0, 1.0),  # two firms, each in its office
        ([1, 2, 3, 4, 5, 6], [7, 7, 7, 8, 8, 8], 0.0, 0.0),  # two cards, everybody at a home of his own
        ([1, 1, 1, 1, 1, 1], [7, 7, 7, 8, 8, 8], 0.0, 1.0),  # two cards in one data centre
        ([1, 1, 1, 1, 1, 1], [7, 7, 7, 7, 7, 8], 5 / 6, 1.0),  # a firm and a guest
        ([1, 1, 2, 3, 4, 5], [7, 7, 7, 7, 7, 7], 1 / 3, 1 / 3),  # some of a firm are in
        ([0, 0, 0, 0, 0, 0], [7, 7, 7, 8, 8, 8], 0.0, 0.0),  # nothing is told
    ],
)
def test_offices(network: list[int], card: list[int], office: float, met: float) -> None:
    found = scene(groups(list(range(6))), people(6), payment=card, network=network)
    assert found.office_share[0] == pytest.approx(office)
    assert found.met_share[0] == pytest.approx(met)


def test_firms_in_offices_of_their_own_are_customers_and_no_link() -> None:
    n = 2_000
    card = np.concatenate([np.repeat(np.arange(5), 10), np.arange(5, n - 45)])
    at_home = scene(groups(list(range(50))), people(n), payment=card, network=np.arange(1, n + 1))
    in_offices = scene(groups(list(range(50))), people(n), payment=card, network=card + 1)
    assert payment(at_home).value[0] > 0.3
    assert payment(in_offices).value[0] == 0
    assert one_payer(at_home)[0] == 0
    assert one_payer(in_offices)[0] == 1
    assert apart(at_home)[0] == 1
    assert apart(in_offices)[0] == 0
