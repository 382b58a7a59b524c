"""Who counts for a group, who may be accused, and how groups become campaigns."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_helpers import groups, measured, model, people, scene

from stillwatch import judge
from stillwatch.group import Groups
from stillwatch.judge.campaigns import CENTRAL, WEAKER, _Campaigns
from stillwatch.judge.measure import LESS_DEVOTED, PASSING_ANYHOW, PASSING_DEVOTION, PASSING_VOLUME
from stillwatch.judge.members import FAR, MIXED, MOST_SURER, USUAL_SHARE, _surer
from stillwatch.judge.model import Joins, Members
from stillwatch.judge.people import HOUR_US, UNKNOWN
from stillwatch.judge.second_pools import NOT_UNLIKE

# --- Riders --------------------------------------------------------------------------------------------------------


def members(proposed: Groups, n: Any, n_events: Any, least: int = 8) -> list[bool]:
    """Which memberships count."""
    return list(map(bool, judge.devoted(proposed, np.asarray(n), np.asarray(n_events), least)))


def kept(n: Any, n_events: Any, objects: Any = ((0, 7),)) -> list[bool]:
    """Which accounts of one group count for it, by their requests of the group and altogether."""
    return members(groups(range(len(n)), objects=objects), n, n_events)


CREW, ALL = [100] * 20, [100] * 20
"""Twenty accounts that do nothing else than the group's work."""


@pytest.mark.parametrize(
    ("n", "n_events", "stays"),
    [
        (100, 100, True),
        (2, 50, False),  # took up a wording
        (10, 200, False),
        (10, 13, True),  # little, but much of what it does: a replacement of a banned account
        (10, 20, False),  # of a lower population, and less devoted
        (40, 400, True),  # beside much cover, but as much as others: cover traffic does not save an operator's account
        (3, 3, False),  # nearly nothing, devoted or not
        (5, 5, True),
        (0, 50, False),
    ],
)
def test_riders_leave_and_members_stay(n: int, n_events: int, stays: bool) -> None:
    assert kept([*CREW, n], [*ALL, n_events]) == [True] * len(CREW) + [stays]


def test_groups_without_objects_keep_all_who_were_seen() -> None:
    assert kept([*CREW, 1, 0], [*ALL, 1000, 5], objects=()) == [True] * 21 + [False]


def test_a_group_of_passing_users_only_loses_nobody() -> None:
    """A tool takes a small part of everybody's traffic: who is usual is not in passing."""
    assert all(kept([3] * 30, [200] * 30))


@pytest.mark.parametrize("load", [12, 19, 27, 38, 54, 64, 76, 90, 107, 500])
def test_a_pool_with_even_loads_loses_nobody(load: int) -> None:
    """A balancer's deal is one population, wherever its loads fall between powers of two."""
    n = 5 + np.random.default_rng(load).poisson(load, 60)
    assert all(kept(n, 2 * n))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 200)), min_size=1, max_size=30), st.integers(1, 29))
def test_devotion_is_told_group_by_group(told: list[tuple[int, int]], cut: int) -> None:
    """Groups do not touch each other, whatever is usual in one is there, and limits are shares of what is usual."""
    n, n_events = np.array([own for own, _ in told]), np.array([own + other for own, other in told])
    proposed = groups(range(len(n)), range(min(cut, len(n))), objects=((0, 7), (1, 8)))
    both = members(proposed, n[proposed.member_account], n_events)
    assert both[: len(n)] == kept(n, n_events)
    assert both[len(n) :] == kept(n[:cut], n_events)
    if n.sum():
        devotion = n / np.maximum(n_events, 1)
        usual_devotion, usual_n = (devotion * n).sum() / n.sum(), (n * n).sum() / n.sum()
        passing = (devotion < PASSING_DEVOTION * usual_devotion) & (n < PASSING_VOLUME * usual_n)
        stays = (n > 0) & ~passing & (n >= PASSING_ANYHOW * usual_n)
        less = devotion < LESS_DEVOTED * usual_devotion
        # Of a lower population leaves only who is less devoted as well.
        assert all(now == may or (may and less[i]) for i, (now, may) in enumerate(zip(both, stays.tolist(), strict=False)))


# --- Who may be accused --------------------------------------------------------------------------------------------


def test_an_identity_without_an_organisation_may_be_accused() -> None:
    """Checked identities are for sale; a checked organisation and a reseller under contract are somebody to ask."""
    who = ["nobody", "checked identity", "organisation", "checked organisation", "reseller", "not seen"]
    known = people(
        len(who), org=[-1, -1, 0, 1, -1, -1], verified=[False, True, False, True, False, False],
        reseller=[False, False, False, False, True, False],
    )
    proposed = groups(range(len(who)))
    found = judge.suspects(scene(proposed, known, measured(proposed, n=[1, 1, 1, 1, 1, 0])))
    assert [name for name, may in zip(who, found, strict=True) if may] == ["nobody", "checked identity", "organisation"]


# --- Groups into campaigns -----------------------------------------------------------------------------------------


def placed(*told: tuple[range, float, float], n: int = 200, by_links: bool = False) -> list[int]:
    """Campaign of each account once groups of (accounts, score, devotion) were put in this order; the last one may be made by links."""
    found = _Campaigns(np.full(n, -1), [], [], [], [])
    for number, (accounts, score, devotion) in enumerate(told, 1):
        found.place(np.array(accounts), score, devotion, by_links and number == len(told))
    return [int(label) for label in found.account]


def of(labels: list[int], accounts: range) -> set[int]:
    return {labels[account] for account in accounts}


@pytest.mark.parametrize(("devotion", "joins"), [(1.0, True), (CENTRAL * 0.9, True), (CENTRAL * 0.9 - 0.01, False), (0.0, False)])
def test_a_group_of_low_devotion_brings_nobody(devotion: float, joins: bool) -> None:
    """Mostly of one campaign, but a small part of what its accounts do: a meeting of their tasks."""
    labels = placed((range(0, 50), 9.0, 0.9), (range(10, 70), 8.0, devotion))
    assert of(labels, range(0, 50)) == {0}
    assert of(labels, range(50, 70)) == ({0} if joins else {-1})


@pytest.mark.parametrize("devotion", [1.0, 0.9 * CENTRAL - 0.01, 0.0])
def test_a_group_of_low_devotion_merges_nothing(devotion: float) -> None:
    """It holds two campaigns whole and scores like them; only when central to them it puts them together."""
    labels = placed((range(0, 40), 9.0, 0.9), (range(40, 70), 9.0, 0.8), (range(0, 75), 9.0, devotion))
    if devotion == 1.0:
        assert of(labels, range(0, 75)) == {0}
    else:
        assert of(labels, range(0, 40)) == {0}
        assert of(labels, range(40, 70)) == {1}
        assert of(labels, range(70, 75)) == {-1}


def test_a_low_group_leaves_the_centre_of_its_campaign() -> None:
    """Many groups of low devotion do not add up to one that brings accounts."""
    labels = placed((range(0, 50), 9.0, 0.9), *((range(10, 70), 8.0, 0.1 + 0.01 * i) for i in range(10)))
    assert of(labels, range(50, 70)) == {-1}


def test_a_group_that_scores_lower_puts_nothing_together() -> None:
    first, second = (range(0, 40), 9.0, 0.9), (range(40, 80), 9.0, 0.9)
    assert len(of(placed(first, second, (range(0, 80), 9.0 - WEAKER, 0.9)), range(0, 80))) == 1
    assert len(of(placed(first, second, (range(0, 80), 9.0 - WEAKER - 0.01, 0.9)), range(0, 80))) == 2


def test_what_is_put_together_keeps_the_highest_of_its_parts() -> None:
    """The smaller part scores higher and is more of what its accounts do; a group that it alone would keep out stays out."""
    parts = ((range(0, 30), 10.0, 0.9), (range(30, 70), 9.5, 0.3), (range(0, 70), 9.5, 0.3))
    labels = placed(*parts, (range(0, 88), 8.0, 0.12))
    assert [len(of(labels, range(0, 70))), of(labels, range(70, 88))] == [1, {-1}]
    labels = placed(*parts, (range(70, 110), 8.2, 0.9), (range(0, 110), 10.0 - WEAKER - 0.01, 0.9))
    assert len(of(labels, range(0, 110))) == 2  # scores too low for the smaller part


@pytest.mark.parametrize("gathered", [True, False])
def test_campaigns_put_together_have_the_highest_values_of_both(gathered: bool) -> None:
    found = _Campaigns(np.repeat([0, 1], [30, 40]), [False, False], [10.0, 9.5], [8.0, 7.0], [0.9, 0.3])
    (found.gather if gathered else found.place)(np.arange(70), 9.0, 0.3, False)
    number = found.account[0]
    assert (found.account == number).all()
    assert [found.best[number], found.whole[number], found.devotion[number]] == [10.0, 8.0, 0.9]


@pytest.mark.parametrize(("first", "grows"), [(0, True), (17, False)])
def test_a_group_that_holds_one_campaign_whole_makes_it_larger(first: int, grows: bool) -> None:
    found = placed((range(0, 40), 9.0, 0.9), (range(first, 90), 0.1, 0.9))
    assert of(found, range(0, 40)) == {0}
    assert of(found, range(40, 90)) == ({0} if grows else {-1})


@pytest.mark.parametrize(("by_links", "grows"), [(True, True), (False, False)])
def test_a_group_that_links_made_brings_its_accounts_though_few_are_known(by_links: bool, grows: bool) -> None:
    """Of sixty accounts in batches of a card each, twenty are known of one campaign; of sixty users of a tool that says nothing."""
    found = placed((range(0, 50), 9.0, 0.9), (range(30, 90), 1.0, 0.9), by_links=by_links)
    assert of(found, range(50, 90)) == ({0} if grows else {-1})
    both = placed((range(0, 40), 9.0, 0.9), (range(40, 80), 9.0, 0.9), (range(30, 50), 1.0, 0.9), by_links=by_links)
    assert [of(both, range(0, 40)), of(both, range(40, 80))] == [{0}, {1}]


def test_two_pools_are_never_put_together() -> None:
    known, proposed = people(80), groups(range(0, 40), range(40, 80), range(0, 80))
    hand = [(i, i + 1) for i in range(79) if i != 39]
    told = scene(proposed, known, handoffs=hand)
    member, accepted = judge.suspects(told), np.ones(3, bool)
    _, label = judge.campaigns_of(told, accepted, member, 4, np.array([9.0, 9.0, 9.5]))
    assert of(label.tolist(), range(0, 40)) | of(label.tolist(), range(40, 80)) == {0, 1}
    _, label = judge.campaigns_of(scene(proposed, known), accepted, member, 4, np.array([9.0, 9.0, 9.5]))
    assert of(label.tolist(), range(0, 80)) == {0}


def test_batches_come_last_and_lead_nothing_that_others_lead() -> None:
    """Their links make their scores high; the community of all accounts says who belongs."""
    accepted, scores = np.ones(3, bool), np.array([9.0, 9.0, 1.0])

    def put(*origins: str) -> tuple[list[int], list[int]]:
        told = scene(replace(groups(range(0, 20), range(20, 40), range(0, 90)), origin=origins), people(90))
        of_group, of_account = judge.campaigns_of(told, accepted, judge.suspects(told), 4, scores)
        return of_account.tolist(), judge.leads(told, of_group, int(of_account.max()) + 1, scores).tolist()

    label, lead = put("batches", "batches", "community")
    assert of(label, range(0, 90)) == {0}
    assert lead == [2]
    assert of(put("content", "content", "community")[0], range(40, 90)) == {-1}
    assert put("batches", "batches", "batches")[1] == [0, 1]
    assert put("identity", "identity+content", "community") == (label, lead)


# --- Who belongs: again and again, and linked as the others are -----------------------------------------------------


def belonging(in_fragments: list[int], payment: Any = None, n: int = 60) -> np.ndarray:
    """Campaign of accounts 0 to 30 of a crew, and 31 who is in the first ``in_fragments[0]`` of its twelve groups, and so on."""
    rng = np.random.default_rng(5)
    fragments = [sorted(rng.choice(31, 24, replace=False).tolist()) for _ in range(12)]
    for i, count in enumerate(in_fragments):
        for fragment in fragments[:count]:
            fragment.append(31 + i)
    known = scene(groups(*fragments), people(n), **({} if payment is None else {"payment": payment}))
    label = np.where(np.arange(n) < 31 + len(in_fragments), 0, -1)
    return judge.belonging(known, np.zeros(12, np.int64), label, np.zeros(1, np.int64), np.full(12, 3.0), model())


def test_who_met_the_campaign_once_leaves_and_its_accounts_stay() -> None:
    found = belonging([1, 2, 9])
    assert (found[:31] == 0).all()
    assert found[31:34].tolist() == [-1, -1, 0]


def test_who_is_not_linked_where_nearly_all_are_leaves_and_where_few_are_stays() -> None:
    cards = np.arange(60) // 3  # all pay in threes
    cards[31] = 50
    assert belonging([9], cards)[31] == -1
    cards = np.arange(60)
    cards[[0, 1, 2]] = 0
    assert belonging([9], cards)[31] == 0


@pytest.mark.parametrize(("below", "sharing", "stay"), [(MIXED, 0, 10), (MIXED - 0.1, 0, 14), (MIXED, 1, 14)])
def test_who_is_in_mixed_groups_alone_and_shares_nothing_with_the_others_leaves(below: float, sharing: int, stay: int) -> None:
    """Ten accounts, and four more in a group that scores less, a quarter of all: two share a card with each other, and where another
    does with one of the ten, those without are fewer than a quarter."""
    cards = np.arange(40)
    cards[10 : 10 + sharing] = range(sharing)
    cards[12:14] = 30
    mixed = scene(groups(range(10), range(14)), people(40), payment=cards)
    one = replace(model(), members=Members(9.0, {"best": 0.0}))
    label = np.where(np.arange(40) < 14, 0, -1)
    left = judge.belonging(mixed, np.zeros(2, np.int64), label, np.zeros(1, np.int64), np.array([5.0, 5.0 - below]), one)
    assert left.tolist() == [0] * stay + [-1] * (40 - stay)


@pytest.mark.parametrize(
    ("below", "own", "accepted", "shares", "leave"),
    [
        (MIXED + 0.1, range(20, 24), False, False, range(20, 24)),
        (MIXED + 0.1, range(20, 24), False, True, range(21, 24)),  # one has a card of the core's
        (MIXED + 0.1, range(20, 24), True, False, ()),
        (MIXED + 0.1, range(18, 24), False, False, ()),  # a group of the core, too
        (MIXED + 0.1, [*range(20, 24), 30, 31], False, False, ()),  # mostly others
        (MIXED - 0.1, range(20, 24), False, False, ()),
    ],
)
def test_who_was_refused_alone_and_is_beside_the_core_leaves(below: float, own: Any, accepted: bool, shares: bool, leave: Any) -> None:
    """Twenty accounts are a campaign; four more, fewer than a quarter, are beside them in a group that scores less."""
    cards = np.arange(40)
    cards[20] = 0 if shares else 20
    known = scene(groups(range(20), range(24), own), people(40), payment=cards)
    one = replace(model(), members=Members(9.0, {"best": 0.0}))
    label = np.where(np.arange(40) < 24, 0, -1)
    group_label = np.array([0, 0, 0 if accepted else -1])
    left = judge.belonging(known, group_label, label, np.zeros(1, np.int64), np.array([5.0, 5.0 - below, 4.0]), one)
    assert np.flatnonzero(left[:24] < 0).tolist() == list(leave)


def test_where_even_the_usual_account_would_be_unsure_who_is_as_it_is_is_as_sure() -> None:
    """Nothing links forty accounts, and a hundred others carry their sub-stream too; who does not carry it is less sure."""
    label = np.where((np.arange(200) < 40) | (np.arange(200) >= 198), 0, -1)
    links = judge.linkage(scene(groups(range(140)), people(200)), np.zeros(1, np.int64), label, np.zeros(1, np.int64))
    assert (links[:40] == 0).all()
    assert (links[40:198] == 0).all()  # of no campaign
    assert (links[198:] < -1).all()


def test_who_shares_a_card_as_the_others_do_is_the_surer() -> None:
    cards = np.arange(200) // 4  # all of the campaign pay in fours, and so does everybody else, with other cards
    cards[39] = 100
    label = np.where(np.arange(200) < 40, 0, -1)
    links = judge.linkage(scene(groups(range(40)), people(200), payment=cards), np.zeros(1, np.int64), label, np.zeros(1, np.int64))
    assert (links[:38] > 0).all()
    assert links[39] < -2


def test_standing_is_measured_against_the_usual_account() -> None:
    known = scene(groups(range(20), range(10), range(5)), people(30))
    label = np.where(np.arange(30) < 20, 0, -1)
    mine, pieces = judge.standing(known, np.array([0, 0, -1]), label, 1, np.array([1.0, 4.0, 9.0]), np.zeros(200))
    assert mine.tolist() == list(range(20))
    assert np.median(pieces["accepted"]) == 0
    assert pieces["accepted"][[0, 19]].tolist() == [0.25, -0.25]
    assert pieces["best"][[0, 19]].tolist() == [1.5, -1.5]  # a group of nobody's campaign tells nothing
    assert (pieces["alone"] == np.log(21 / 22)).all()


def test_who_is_in_other_groups_and_only_once_in_a_wide_one_stands_apart() -> None:
    """Twenty accounts are together in two groups; the last is in one of them, in a group of four and in two of strangers."""
    known = scene(groups(range(20), range(19), range(16, 20), *([19, *range(near, near + 3)] for near in (20, 23))), people(30))
    _, pieces = judge.standing(known, np.array([0, 0, 0, -1, -1]), np.where(np.arange(30) < 20, 0, -1), 1, np.ones(5), np.zeros(200))
    assert pieces["elsewhere"][:19] == pytest.approx(0)
    assert pieces["elsewhere"][19] == pytest.approx(-np.log1p(0.5 / 0.05))  # two groups of four are others'
    assert pieces["wide"][:19] == pytest.approx(0)
    assert pieces["wide"][19] == pytest.approx(np.log(5 / 20))


def test_the_only_group_of_an_account_is_its_second_largest_too() -> None:
    known = scene(groups(range(20), range(10)), people(20))
    _, pieces = judge.standing(known, np.array([0, 0]), np.zeros(20, np.int64), 1, np.ones(2), np.zeros(200))
    assert pieces["wide"][19] - pieces["wide"][0] == pytest.approx(np.log(21 / 11))


def test_who_signed_up_apart_or_is_somebody_elses_stands_apart() -> None:
    """Nineteen private accounts signed up within an hour of each other and are new; one is old, and one of an organisation."""
    day = 24 * HOUR_US
    created, org = np.arange(200) * day, np.full(200, -1)
    created[:20] = 300 * day + np.arange(20)
    created[3], org[4] = 100 * day, 0
    known = scene(groups(range(20)), people(200, created_us=created, org=org, first_us=np.full(200, 301 * day)))
    label = np.where(np.arange(200) < 20, 0, -1)
    _, pieces = judge.standing(known, np.zeros(1, np.int64), label, 1, np.array([1.0]), np.zeros(200))
    usual = np.delete(np.arange(20), [3, 4])
    assert pieces["joined"][usual] == pytest.approx(0)
    assert pieces["joined"][3] < -1
    assert np.flatnonzero(pieces["young"]).tolist() == [3]
    assert np.flatnonzero(pieces["private"]).tolist() == [4]
    assert (pieces["bare"] == -1).all()


def test_a_sign_up_of_ages_ago_moves_nobody_of_many_campaigns() -> None:
    """Of the first campaign three accounts signed up on the day on which all four of the last did, and one later.

    Times of all 257 in a row, each as long as from the first sign-up of all to the last, would lead from the last to the first again.
    """
    day = 24 * HOUR_US
    created = np.array([0, 0, 0, 10, 0, 0, 0, 0, 16]) * day
    created[-1] -= (1 << 56) - 1
    known, label = scene(groups(range(4), range(4, 8)), people(9, created_us=created)), np.repeat([0, 256, -1], [4, 4, 1])
    _, pieces = judge.standing(known, np.array([0, 256]), label, 257, np.ones(2), np.zeros(9))
    assert pieces["joined"][3] == pytest.approx(np.log(1 / 3) - np.log(1 / 7))


def test_who_is_of_another_age_than_the_campaign_stands_apart_and_who_tells_none_does_not() -> None:
    day = 24 * HOUR_US
    created = np.full(200, 290 * day) + np.arange(200) * HOUR_US
    created[3], created[4] = 0, UNKNOWN
    known = scene(groups(range(20)), people(200, created_us=created, first_us=np.full(200, 301 * day)))
    label = np.where(np.arange(200) < 20, 0, -1)
    _, pieces = judge.standing(known, np.zeros(1, np.int64), label, 1, np.array([1.0]), np.zeros(200))
    assert pieces["age"].argmin() == 3
    assert pieces["age"][3] < -1.5
    assert pieces["age"][4] == 0
    assert np.delete(pieces["age"], 3).min() > -0.5


def test_who_has_other_answers_or_comes_for_less_time_or_at_another_rate_stands_apart() -> None:
    """Nineteen accounts send 200 requests in ten days for answers of 500 tokens; three more differ in one of these each."""
    day, n = 24 * HOUR_US, np.full(30, 10)
    n_events, last = np.full(30, 200), np.full(30, 10 * day)
    output = n * 500
    output[3], last[4], n_events[4], n_events[5] = 10 * 40, day, 36, 5000
    proposed = groups(range(20))
    sums = measured(proposed, n=n[:20], output_tokens=output[:20])
    known = scene(proposed, people(30, n_events=n_events, last_us=last), sums)
    label = np.where(np.arange(30) < 20, 0, -1)
    _, pieces = judge.standing(known, np.zeros(1, np.int64), label, 1, np.array([1.0]), np.zeros(30))
    for name, account in (("answers", 3), ("span", 4), ("rate", 5)):
        assert pieces[name][account] < -1.5, name
        assert np.delete(pieces[name], account) == pytest.approx(0, abs=0.05), name


def test_a_link_to_the_campaign_is_not_bare() -> None:
    known = scene(groups(range(20)), people(30), payment=np.where(np.arange(30) < 6, 0, np.arange(30)))
    label = np.where(np.arange(30) < 20, 0, -1)
    _, pieces = judge.standing(known, np.zeros(1, np.int64), label, 1, np.array([1.0]), np.zeros(200))
    assert pieces["bare"].tolist() == [0] * 6 + [-1] * 14
    assert (pieces["alone"][:6] == 0).all()
    assert (pieces["alone"][6:] < 0).all()


def test_who_has_partners_in_two_campaigns_is_linked_to_his_own() -> None:
    label = np.array([0, 0, 0, 1, 1, 1, -1, -1])
    paid = scene(groups(range(8)), people(8), payment=np.array([0, 0, 1, 0, 1, 1, 1, 2]))
    assert judge.partner_campaigns(paid, label)[1].tolist() == [0, 0, 1, 0, 1, 1, 1, -1]
    handed = scene(groups(range(8)), people(8), handoffs=[(0, 1), (0, 3), (4, 3), (4, 0), (6, 2)])
    assert judge.partner_campaigns(handed, label)[0].tolist() == [0, 0, -1, 1, 1, -1, 0, -1]


@pytest.mark.parametrize(("n", "campaign"), [((5, 1, 3), 1), ((4, 1, 3), 0), ((3, 1, 3), 0)])
def test_who_is_in_none_is_linked_to_the_campaign_of_most_requests(n: tuple[int, int, int], campaign: int) -> None:
    """The last account hands to one account of the second campaign, or takes from two of the first, in any order of rows."""
    label = np.array([0, 0, 1, -1])
    for rows in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        known = scene(groups(range(4)), people(4), handoffs=np.array([(2, 3), (3, 0), (3, 1)])[rows].tolist())
        handed = replace(known, handoffs=replace(known.handoffs, n=np.array(n)[rows]))
        assert judge.partner_campaigns(handed, label)[0].tolist() == [-1, -1, -1, campaign]


def test_a_card_that_mostly_others_hold_links_nobody() -> None:
    """Of nine accounts four are a campaign's: two of them share a card with each other, two a card with three others."""
    known = scene(groups(range(4)), people(9), payment=np.array([0, 0, 1, 1, 1, 1, 1, 2, 3]))
    label = np.where(np.arange(9) < 4, 0, -1)
    tied = np.logical_or.reduce([found == 0 for found in judge.partner_campaigns(known, label)])
    assert tied.tolist() == [True, True] + [False] * 7


def as_usual(mine: np.ndarray) -> dict[str, np.ndarray]:
    """Pieces of accounts that do what the usual one does."""
    return {name: np.zeros(len(mine)) for name in (*NOT_UNLIKE, "best")}


def test_accounts_are_compared_anew_until_nobody_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three accounts that pull the usual one their way leave one after the other."""
    value = np.array([0.0] * 10 + [-1.2, -2.0, -20.0])

    def stand(_: Any, __: Any, account_label: np.ndarray, *___: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        mine = np.flatnonzero(account_label >= 0)
        return mine, as_usual(mine) | {"amount": value[mine] - value[mine].mean(), "alone": np.zeros(len(mine))}

    monkeypatch.setattr("stillwatch.judge.members.standing", stand)
    told = replace(model(), members=Members(10 + float(np.log(judge.MIN_POSTERIOR / (1 - judge.MIN_POSTERIOR))), {"amount": 10.0}))
    crew, whole = scene(groups(range(13)), people(13)), np.zeros(13, np.int64)
    left = judge.belonging(crew, np.zeros(1, np.int64), whole, np.zeros(1, np.int64), np.array([1.0]), told)
    assert left.tolist() == [0] * 10 + [-1] * 3


def asked_of(*, like: Any, unlike: Any) -> tuple[judge.Scene, np.ndarray, np.ndarray]:
    """Twenty accounts are a campaign; more are asked for it: those like it are in its other group, those unlike only in others' groups."""
    proposed = groups(range(20), [*range(20), *like], *([account, 190 + account % 7] for account in unlike))
    member = np.where(np.arange(200) < 20, 0, -1)
    return scene(proposed, people(200)), member, np.where(np.isin(np.arange(200), [*like, *unlike]), 0, -1)


def joined(
    known: judge.Scene, member: np.ndarray, asked: np.ndarray, work: Any = 0.0, weight: float = 0.0, n_accepted: int = 2
) -> list[int]:
    told = replace(model(), members=Members(5.0, {"elsewhere": 3.0}), joins=Joins(0.0, standing=1.0, work=weight, line=2.2))
    accepted, score, odds = np.arange(known.n) < n_accepted, np.ones(known.n), np.full(200, work)
    return np.flatnonzero(judge.joining(known, accepted, member, asked, odds, np.zeros(1, np.int64), score, told)).tolist()


def test_who_is_asked_and_like_the_campaign_joins_it() -> None:
    assert joined(*asked_of(like=[30, 31], unlike=[40, 41])) == [30, 31]
    known, member, asked = asked_of(like=[30, 31], unlike=[40, 41])
    assert joined(known, member, np.full(200, -1)) == []
    assert joined(known, member, np.where(asked == 0, -1, asked)) == []


def test_of_whom_nothing_is_known_he_does_not_join() -> None:
    """Who meets its accounts in no group of the campaign's own, and sends none of its marks: like everybody, and like a passer-by."""
    known, member, asked = asked_of(like=[30, 31], unlike=[40, 41])
    assert joined(known, member, asked, n_accepted=1) == []
    assert joined(known, member, asked, work=0.1, n_accepted=1) == [30, 31]


def test_who_was_there_for_a_moment_and_has_no_link_does_not_join() -> None:
    known, member, asked = asked_of(like=[30, 31, 32], unlike=[])
    days = np.where(np.arange(200) < 20, 10 + np.arange(200) % 3, 11)
    days[[30, 31]] = 0
    phone = np.full(200, -1)
    phone[[3, 4, 31]] = 7
    several = people(200, last_us=days * judge.DAY_US, n_events=np.full(200, 60))
    assert joined(scene(known.groups, several, phone=phone), member, asked, work=8.0, weight=1.0) == [31, 32]


def test_who_sends_more_of_its_work_need_be_less_like_it() -> None:
    known, member, asked = asked_of(like=[30], unlike=[40])
    assert joined(known, member, asked, work=8.0, weight=1.0) == [30, 40]
    assert joined(known, member, asked, work=-8.0, weight=1.0) == []


def test_who_meets_its_accounts_where_they_are_among_themselves_is_beside_the_campaign() -> None:
    apart, mixed = ([*range(6), 30, 31], [*range(20, 25), 60]), ([*range(10, 12), *range(40, 50)], [0, *range(70, 80)])
    known = scene(groups(range(20), *apart, *mixed), people(100))
    member = np.where(np.arange(100) < 20, 0, np.where(np.arange(100) < 25, 1, -1))
    told = judge.most_met_campaign(known, member, 2)
    assert np.flatnonzero(told == 0).tolist() == [*range(20), 30, 31]
    assert np.flatnonzero(told == 1).tolist() == [*range(20, 25), 60]
    assert (judge.most_met_campaign(known, np.full(100, -1), 0) == -1).all()


def test_without_a_calibration_of_it_nobody_joins() -> None:
    known, member, asked = asked_of(like=[30], unlike=[40])
    accepted, lead, score = np.arange(known.n) == 0, np.zeros(1, np.int64), np.ones(known.n)
    assert not judge.joining(known, accepted, member, asked, np.full(200, 50.0), lead, score, replace(model(), joins=None)).any()


def test_where_nearly_all_are_linked_nobody_without_a_link_joins() -> None:
    known, member, asked = asked_of(like=[30, 31], unlike=[40])
    cards = np.arange(200)
    cards[:20] = np.arange(20) // 2
    cards[31] = 0
    linked = replace(known, identities=known.identities | {"identity.payment": cards})
    assert joined(linked, member, asked) == [31]
    cards[2:20] = np.arange(2, 20)
    assert joined(linked, member, asked) == [30, 31]


def test_who_is_asked_does_not_move_what_is_usual() -> None:
    """Ten times as many strangers are asked as the campaign has accounts: they stay as far from it as one alone."""
    for strangers in (range(40, 41), range(40, 190)):
        known, member, asked = asked_of(like=[30], unlike=strangers)
        assert joined(known, member, asked) == [30]
        label, group_label = np.where(asked == 0, 0, member), np.where(np.arange(known.n) < 1, 0, -1)
        args = (known, group_label, label, 1, np.ones(known.n), np.zeros(200))
        mine, pieces = judge.standing(*args, member >= 0)
        assert [np.median(pieces[name][member[mine] >= 0]) for name in ("accepted", "elsewhere", "wide", "best")] == [0, 0, 0, 0]
        assert pieces["accepted"][mine == 40] == [-1]
    _, pieces = judge.standing(*args)
    assert np.median(pieces["accepted"][member[mine] >= 0]) == 1, "else the strangers are the usual ones"


@pytest.mark.parametrize(
    ("score", "sure", "stay"), [(4.0, 20, 20), (5.0, 20, 23), (6.0, 20, 26), (9.0, 20, 26), (9.0, 9, 9), (9.0, 0, 0)]
)
def test_less_is_asked_of_the_accounts_of_a_campaign_far_beyond_the_line(
    monkeypatch: pytest.MonkeyPatch, score: float, sure: int, stay: int
) -> None:
    """Six are likely beside the sure ones, if these are half of the campaign: fewer do not tell what is usual in it."""
    posterior = np.array([0.96] * sure + [0.9] * 3 + [0.81] * 3 + [0.75] * 4 + [0.4] * 9)

    def stand(_: Any, __: Any, account_label: np.ndarray, *___: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        mine = np.flatnonzero(account_label >= 0)
        return mine, as_usual(mine) | {"amount": np.log(posterior / (1 - posterior))[mine] / 10, "alone": np.zeros(len(mine))}

    monkeypatch.setattr("stillwatch.judge.members.standing", stand)
    n = len(posterior)
    told = replace(model(), members=Members(0.0, {"amount": 10.0}, strays=np.inf))
    left = judge.belonging(
        scene(groups(range(n)), people(n)), np.zeros(1, np.int64), np.zeros(n, np.int64), np.zeros(1, np.int64), np.array([score]), told
    )
    assert left.tolist() == [0] * stay + [-1] * (n - stay)


@pytest.mark.parametrize(("alone", "stay"), [(1.0, 22), (0.95, 22), (0.05, 20)])
def test_who_was_sure_by_part_of_the_groups_stays_if_still_likely(monkeypatch: pytest.MonkeyPatch, alone: float, stay: int) -> None:
    """Of three at 0.85 two were sure, of two at 0.75 both; where links tie nearly all, who has none is a stranger still."""
    posterior = np.array([0.96] * 20 + [0.85] * 3 + [0.75] * 2 + [0.4] * 9)
    sure = np.isin(np.arange(len(posterior)), [0, 1, 20, 21, 23, 24])

    def stand(_: Any, __: Any, account_label: np.ndarray, *___: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        mine = np.flatnonzero(account_label >= 0)
        told = {"amount": np.log(posterior / (1 - posterior))[mine] / 10, "alone": np.where(mine < 20, 0.0, np.log(alone))}
        return mine, as_usual(mine) | told

    monkeypatch.setattr("stillwatch.judge.members.standing", stand)
    n = len(posterior)
    crew, whole, one = scene(groups(range(n)), people(n)), np.zeros(n, np.int64), np.zeros(1, np.int64)
    told = replace(model(), members=Members(0.0, {"amount": 10.0}, strays=np.inf))
    left = [judge.belonging(crew, one, whole, one, np.array([1.0]), told, *more) for more in ((), (sure,))]
    assert [np.flatnonzero(found == 0).tolist() for found in left] == [list(range(20)), list(range(stay))]


@pytest.mark.parametrize(("score", "sharing", "stay"), [(1.0, 30, 30), (3.0, 30, 32), (1.0, 16, 32)])
def test_who_has_no_link_leaves_a_campaign_that_barely_passes_and_whose_accounts_are_tied(score: float, sharing: int, stay: int) -> None:
    """Of 32 accounts that are alike in all else so many share a card with others."""
    payment = np.where(np.arange(32) < sharing, np.arange(32) % 2, np.arange(32))
    told = replace(model(), members=Members(10.0, {"amount": 1.0}))
    crew, whole = scene(groups(range(32)), people(32), payment=payment), np.zeros(32, np.int64)
    left = judge.belonging(crew, np.zeros(1, np.int64), whole, np.zeros(1, np.int64), np.array([score]), told)
    assert int((left == 0).sum()) == stay


@pytest.mark.parametrize(
    ("between", "score", "alone", "stay"),
    [(0, 2.0, 0.8, 7), (1, 2.0, 0.8, 7), (2, 2.0, 0.8, 0), (7, 2.0, 0.8, 0), (0, 1.9, 0.8, 0), (0, 2.0, 1, 7), (0, 2.0, 0.95, 0)],
)
def test_nearly_sure_accounts_stay_where_hardly_any_is_in_between(
    monkeypatch: pytest.MonkeyPatch, between: int, score: float, alone: float, stay: int
) -> None:
    """Seven of a campaign are at 0.8, and stay where so few are at 0.4 that less than a twentieth of the seven would be drawn in.

    Unless hardly any account is tied to another: then who works like them may be a stranger. Where all are tied, ``alone`` is 1.
    """
    posterior = np.array([0.99] * 20 + [0.8] * 7 + [0.4] * between + [0.01] * 5)

    def stand(_: Any, __: Any, account_label: np.ndarray, *___: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        mine = np.flatnonzero(account_label >= 0)
        return mine, as_usual(mine) | {"amount": np.log(posterior / (1 - posterior))[mine] / 10, "alone": np.full(len(mine), np.log(alone))}

    monkeypatch.setattr("stillwatch.judge.members.standing", stand)
    n = len(posterior)
    crew, whole = scene(groups(range(n)), people(n)), np.zeros(n, np.int64)
    told = replace(model(), members=Members(0.0, {"amount": 10.0}, strays=0.15))
    left = judge.belonging(crew, np.zeros(1, np.int64), whole, np.zeros(1, np.int64), np.array([score]), told)
    assert left.tolist() == [0] * (20 + stay) + [-1] * (n - 20 - stay)


def test_who_keeps_other_hours_does_other_work_or_writes_otherwise_is_less_like_the_campaign() -> None:
    """Twenty accounts draw from one mix, and of each mix one draws from another; where every account has its own, nobody stands out."""
    rng = np.random.default_rng(7)
    known, label = groups(range(20)), np.where(np.arange(30) < 20, 0, -1)
    sums = {"n": np.full(20, 40), "day_parts": rng.multinomial(40, np.full(8, 1 / 8), 20),
            "capabilities": rng.multinomial(40, np.full(8, 1 / 8), 20), "lengths": rng.multinomial(40, np.full(8, 1 / 8), 20)}
    places = {"hours": ("day_parts", 3), "mix": ("capabilities", 7), "length": ("lengths", 11)}
    for name, odd in places.values():
        sums[name][odd] = np.eye(sums[name].shape[1], dtype=int)[0] * 40
    one_hand = scene(known, people(30), measured(known, **sums))
    _, pieces = judge.standing(one_hand, np.zeros(1, np.int64), label, 1, np.array([1.0]), np.zeros(200))
    for piece, (_, odd) in places.items():
        assert pieces[piece].argmin() == odd
        assert pieces[piece][odd] < -2
        assert np.delete(pieces[piece], odd).min() > -1.5
    own = dict(sums, day_parts=np.stack([rng.multinomial(40, rng.dirichlet(np.full(8, 0.5))) for _ in range(20)]))
    many_hours = scene(known, people(30), measured(known, **own))
    _, pieces = judge.standing(many_hours, np.zeros(1, np.int64), label, 1, np.array([1.0]), np.zeros(200))
    assert pieces["hours"].min() > -1.5


# --- How many were drawn in -----------------------------------------------------------------------------------------


def odds_of(share: float, n: int, *, usual: float = USUAL_SHARE, seed: int = 1) -> Any:
    """What a test that takes ``usual`` members for granted says of ``n`` accounts, of which ``share`` are members, nats."""
    draw = np.random.default_rng(seed)
    mean = np.where(draw.random(n) < share, 1.5, -1.5)
    return 2 * 1.5 * (mean + draw.standard_normal(n)) + np.log(usual / (1 - usual))


@pytest.mark.parametrize("share", [0.95, 0.97])
def test_a_campaign_that_drew_few_in_makes_its_accounts_likelier_by_what_it_shows(share: float) -> None:
    odds = odds_of(share, 200_000)
    surer = _surer(odds, np.zeros(len(odds), np.int64), np.array([FAR]))
    assert surer[0] == pytest.approx(np.log(share / (1 - share)) - np.log(USUAL_SHARE / (1 - USUAL_SHARE)), abs=0.1)


def test_only_pure_and_large_campaigns_beyond_the_line_make_their_accounts_likelier() -> None:
    pure, mixed, few = odds_of(1, 5000), odds_of(0.7, 5000), odds_of(1, 20)
    campaign = np.repeat([0, 1, 2, 3], [len(pure), len(mixed), len(few), len(pure)])
    surer = _surer(np.concatenate([pure, mixed, few, pure]), campaign, np.array([FAR, FAR, FAR, FAR - 0.1]))
    assert surer[0] == MOST_SURER
    assert surer[1] == surer[3] == 0
    assert 0 < surer[2] < 0.2
