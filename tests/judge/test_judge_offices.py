"""Few payers and few places are customers: firms in their offices, branches on one card, and a provider at which everybody shares."""

import numpy as np
import pytest
from judge_helpers import groups, people, scene

from stillwatch.judge.conduct import apart, one_payer, one_place
from stillwatch.judge.evidence.identity import payment


@pytest.mark.parametrize(
    ("network", "card", "office", "met"),
    [
        ([1, 1, 1, 2, 2, 2], [7, 7, 7, 8, 8, 8], 1.0, 1.0),  # two firms, each in its office
        ([1, 2, 3, 4, 5, 6], [7, 7, 7, 8, 8, 8], 0.0, 0.0),  # two cards, everybody at a home of his own
        ([1, 1, 1, 1, 1, 1], [7, 7, 7, 8, 8, 8], 1.0, 1.0),  # a firm with two cards
        ([1, 1, 1, 1, 1, 1], [7, 7, 7, 7, 7, 8], 1.0, 1.0),  # a firm and a card that is used once
        ([1, 1, 1, 1, 1, 2], [7, 7, 8, 8, 8, 7], 0.0, 5 / 6),  # two cards, one of which is used elsewhere, too
        ([1] * 6, [7, 8, 9, 9, 10, 10], 0.0, 1.0),  # four customers in one data centre
        ([1] * 3 + [2] * 3, [7, 8, 9, 10, 11, 12], 0.0, 1.0),  # each on his own
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
    card = np.concatenate([np.repeat(np.arange(25), 2), np.arange(25, n - 25)])
    at_home = scene(groups(list(range(50))), people(n), payment=card, network=np.arange(1, n + 1))
    in_offices = scene(groups(list(range(50))), people(n), payment=card, network=card + 1)
    assert payment(at_home).value[0] > 0.3
    assert payment(in_offices).value[0] == 0
    assert one_payer(at_home)[0] == 0
    assert one_payer(in_offices)[0] == 1
    assert apart(at_home)[0] == 1
    assert apart(in_offices)[0] == 0


@pytest.mark.parametrize(
    ("cards", "concentration"),
    [
        ([30, 0], 0.5),  # half of sixty on one card, the others on their own
        ([30, 30], 0.5**0.5),
        ([10] * 6, 6**-0.5),
        ([3] * 20, 20**-0.5),
        ([1] * 60, 0.0),
    ],
)
def test_concentration_of_payers(cards: list[int], concentration: float) -> None:
    shared = np.repeat(np.arange(len(cards)), cards)
    card = np.concatenate([shared, 1000 + np.arange(5_000 - len(shared))])
    found = scene(groups(range(60)), people(5_000), payment=card)
    assert found.concentration(card)[0] == pytest.approx(concentration)
    assert found.few_payers[0] == pytest.approx(np.clip((concentration - 0.2) / 0.4, 0, 1))
    assert one_payer(found)[0] == pytest.approx(found.few_payers[0])


def test_the_fewer_pay_the_less_a_shared_card_links() -> None:
    def value(size: int) -> float:
        card = np.concatenate([np.arange(60) // size, 1000 + np.arange(4_940)])
        return float(payment(scene(groups(range(60)), people(5_000), payment=card)).value[0])

    assert value(3) > 0.9
    assert value(3) > value(10) > value(20)
    assert value(30) == 0


def test_where_many_share_sharing_says_less() -> None:
    half = np.where(np.arange(60) < 30, np.arange(60) // 3, 500 + np.arange(60))
    rest = np.arange(4_940)
    few = scene(groups(range(60)), people(5_000), payment=np.concatenate([half, 1000 + rest]))
    many = scene(groups(range(60)), people(5_000), payment=np.concatenate([half, 1000 + np.where(rest < 2_470, rest // 2, rest)]))
    assert payment(few).value[0] > 0.45
    assert payment(many).value[0] < 0.05


def test_few_places_are_an_office_and_many_are_not() -> None:
    def value(n_places: int) -> float:
        home = np.concatenate([np.arange(60) % n_places, 1000 + np.arange(440)]) + 1
        return float(one_place(scene(groups(range(60)), people(500), network=home))[0])

    assert value(1) == value(2) == 1
    assert value(4) == pytest.approx(0.5)
    assert value(30) == 0
    assert one_place(scene(groups(range(60)), people(500)))[0] == 0  # not told
