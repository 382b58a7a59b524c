"""Every gate of a verdict closes alone, and under the null nobody is accused more often than declared."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_helpers import FEW, findings, grown, model, part, values

from stillwatch import judge
from stillwatch.judge.lines import CLEAR, DOUBTED, PLAIN, PLAINEST, PURPOSEFUL
from stillwatch.judge.model import RARE_SHARE
from stillwatch.judge.reasons import DESK, HOPPER
from stillwatch.judge.trees import Trees
from stillwatch.judge.verdict import FAMILIES, FDR, MIN_GROUP_ACCOUNTS, NO_NULL, WORTH, explain, families, q_values, significant
from stillwatch.judge.verdict_words import changes, not_accused

CREW: dict[str, Any] = {"session__handoff": 1.0, "volume__even_load": 1.0, "harvest__rate": 0.2}
"""Two families speak and innocents do not reach the score: log-odds 20, p = 0.01 exp(-20)."""
BY_CARD: dict[str, Any] = {"session__handoff": 0.0, "identity__payment": 1.0}
SURE = {"session.handoff": 1e-12, "volume.even_load": 1e-12}
NOTHING = Trees(("harvest.rate",), (0,), (-1,), (0.0,), (0,), (0,), (0.0,))
"""Trees that give every group their bias."""


def verdict(told: dict[str, Any], p_values: dict[str, Any], others: int = 0) -> str:
    """The verdict on one group among ``others`` of which nothing is known."""
    n = 1 + others
    usual = {"context__crowd": 0.5, "harvest__rate": -1.0}  # as large as the first, and far below the tail of innocents
    first = {name: np.where(np.arange(n) == 0, value, usual.get(name, 0.0)) for name, value in told.items()}
    p = {name: np.where(np.arange(n) == 0, value, 1.0) for name, value in p_values.items()}
    found = judge.judge(values(n, **first), findings(n, p), model())
    assert not found.campaign[1:].any()
    assert not found.review[1:].any()
    assert not (found.campaign & found.review).any()
    return "campaign" if found.campaign[0] else "review" if found.review[0] else "clear"


def rate(p_value: float) -> float:
    """The value of harvest.rate at which a group has this p-value under :func:`judge_helpers.model`."""
    return float(np.log(0.01 / p_value) / 100)


def crowd(n_accounts: int) -> float:
    """context.crowd of a group of ``n_accounts``."""
    return float(np.log10(n_accounts) / 4)


@pytest.mark.parametrize(
    ("change", "below", "nearly", "beside"),
    [
        ({}, 0.99, True, True), ({}, 1.01, False, True), ({}, 1.99, False, True), ({}, 2.01, False, False), ({}, -0.01, False, False),
        ({"context__one_payer": 0.6}, 0.5, False, False), ({"context__one_owner": 0.6}, 0.5, False, False),
        ({"volume__even_load": 0.0}, 0.5, False, False), ({"context__alike": 0.1, "context__crowd": crowd(31)}, 0.5, False, False),
    ],
)
def test_what_is_nearly_a_campaign_misses_the_line_alone_by_a_nat(
    change: dict[str, Any], below: float, nearly: bool, beside: bool
) -> None:
    """And by two nats where a campaign has the rest of its accounts."""
    at_the_line = {"harvest__rate": rate(RARE_SHARE * np.exp(below))}
    found = judge.judge(values(1, **(CREW | at_the_line | change)), findings(1, SURE), model())
    assert (found.nearly[0], found.beside[0]) == (nearly, beside)
    assert found.campaign[0] == (below < 0)


def test_a_crew_is_accused() -> None:
    assert verdict(CREW, SURE) == "campaign"
    assert verdict(CREW, SURE, others=500) == "campaign"


@pytest.mark.parametrize(
    ("change", "p_values", "expected"),
    [
        # one family is not enough, however sure it is
        ({"session__handoff": 0.0}, {}, "review"),
        ({"session__handoff": 0.49}, {}, "review"),  # below what nine of ten innocent groups show
        ({"session__handoff": 0.51}, {}, "campaign"),
        ({}, {"session.handoff": 0.02}, "review"),  # not significant
        ({}, {"session.handoff": np.nan}, "review"),  # without a null
        ({"session__handoff": 0.0, "volume__even_load": 0.0, "identity__payment": 1.0, "identity__contact": 1.0},
         {"identity.payment": 1e-12, "identity.contact": 1e-12}, "review"),  # two pieces of one family
        # a piece without a null speaks by its size alone
        ({"session__handoff": 0.0, NO_NULL[0].replace(".", "__"): 0.91}, {}, "campaign"),
        ({"session__handoff": 0.0, NO_NULL[0].replace(".", "__"): 0.89}, {}, "review"),
        # somebody's known business is nobody's concern, however unusual
        ({"context__contracted": 0.4}, {}, "clear"),
        # staff who share an office's numbers ask to have things explained, of which little is worth training on
        ({"context__unwanted": 0.8, "infra__network": 0.5, "harvest__elicitation": 0.5}, {}, "review"),
        ({"context__unwanted": 0.79, "infra__network": 0.5, "harvest__elicitation": 0.5}, {}, "campaign"),
        ({"context__unwanted": 0.8, "infra__network": 0.49, "harvest__elicitation": 0.5}, {}, "campaign"),
        ({"context__one_owner": 0.5}, {}, "clear"),
        ({"context__contracted": 0.39, "context__one_owner": 0.49, "context__one_payer": 0.49}, {}, "campaign"),
        # of one customer, or few: a person asks first where it is worth it
        ({"context__one_payer": 0.5}, {}, "review"),
        ({"context__one_payer": 0.5, "context__crowd": crowd(WORTH)}, {}, "review"),
        ({"context__one_payer": 0.5, "context__crowd": crowd(WORTH - 1)}, {}, "clear"),
        ({"context__one_payer": 0.5, "context__contracted": 0.5}, {}, "clear"),
        ({"context__one_payer": 0.5, "session__handoff": 0.0}, {}, "review"),  # whatever the families say
        # unless many hide where they work
        ({"context__one_payer": 1.0, "infra__rotation": 0.5, "context__crowd": crowd(DESK)}, {}, "campaign"),
        ({"context__one_payer": 1.0, "infra__rotation": 0.5, "context__crowd": crowd(DESK - 1)}, {}, "review"),
        ({"context__one_payer": 1.0, "infra__rotation": 0.49, "context__crowd": crowd(DESK)}, {}, "review"),
        ({"context__crowd": FEW, "identity__payment": 0.3}, {}, "campaign"),
        # few accounts tied by conversations alone may be one person's
        ({"context__crowd": crowd(HOPPER)}, {}, "campaign"),
        ({"context__crowd": crowd(HOPPER - 1)}, {}, "clear"),
        ({"context__crowd": crowd(HOPPER - 1), "identity__contact": 0.3}, {}, "campaign"),
        ({"context__crowd": crowd(MIN_GROUP_ACCOUNTS - 1)}, {}, "clear"),
        # an event is a doubt only about what no link holds together
        ({"context__occasion": 0.79}, {}, "campaign"), ({"context__occasion": 0.8}, {}, "review"),
        ({"context__occasion": 1.0, "harvest__long_answers": 0.15}, {}, "campaign"),
        ({"context__occasion": 1.0, "harvest__elicitation": 0.05}, {}, "campaign"),
        ({"context__occasion": 1.0, "timing__round_the_clock": 0.6}, {}, "campaign"),
        # innocents must not reach the score
        ({"harvest__rate": rate(0.9 * RARE_SHARE)}, {}, "campaign"),
        ({"harvest__rate": rate(1.1 * RARE_SHARE)}, {}, "review"),
        ({"harvest__rate": rate(9 * RARE_SHARE)}, {}, "review"),
        ({"harvest__rate": rate(11 * RARE_SHARE)}, {}, "clear"),
        ({"harvest__rate": -0.1}, {}, "clear"),
        # what would only be asked about must be surely unusual
        ({"context__one_payer": 0.5, "harvest__rate": rate(0.9 * RARE_SHARE)}, {}, "review"),
        ({"context__one_payer": 0.5, "harvest__rate": rate(1.1 * RARE_SHARE)}, {}, "clear"),
    ],
)
def test_each_gate(change: dict[str, Any], p_values: dict[str, Any], expected: str) -> None:
    assert verdict(CREW | change, SURE | p_values) == expected


@pytest.mark.parametrize(
    ("nats", "n_accounts", "expected"),
    [
        (PLAIN, HOPPER, "campaign"), (PLAIN - 0.01, WORTH, "review"), (PLAIN - 0.01, 1000, "review"),
        # a person looks at few who pay with one card only where the trees do not doubt them
        (PLAIN, HOPPER - 1, "review"), (DOUBTED, MIN_GROUP_ACCOUNTS, "review"), (DOUBTED, MIN_GROUP_ACCOUNTS - 1, "clear"),
        (DOUBTED - 0.01, WORTH - 1, "clear"),
        (DOUBTED - 0.01, WORTH, "review"),
    ],
)
def test_few_cards_shield_nobody_who_looks_like_a_fake_in_all_else(nats: float, n_accounts: int, expected: str) -> None:
    told = values(1, **(CREW | {"context__one_payer": 1.0, "identity__payment": 0.3, "context__crowd": crowd(n_accounts)}))
    used = model(grown(nats, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert bool(not_accused(told, found, used, 0)) == (expected != "campaign")
    assert found.comparable[0] == (expected == "campaign")


@pytest.mark.parametrize(
    ("asleep", "one_place", "short_log", "expected"),
    [(0.09, 0.5, 0, "review"), (0.1, 0.5, 0, "campaign"), (0.09, 0.49, 0, "campaign"), (0.6, 0.5, 1, "review"), (0.6, 0.49, 1, "campaign")],
)
def test_an_office_that_one_card_pays_for_is_one_customer_if_it_sleeps(
    asleep: float, one_place: float, short_log: float, expected: str
) -> None:
    office = {"timing__round_the_clock": asleep, "context__one_place": one_place, "context__one_payer": 1.0, "identity__contact": 0.6,
              "context__short_log": short_log}
    told = values(1, **(CREW | office | {"context__crowd": crowd(85), "context__sent": 4.0}))
    used = model(grown(PLAIN, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert bool(not_accused(told, found, used, 0)) == (expected != "campaign")


@pytest.mark.parametrize(
    ("nats", "education", "expected"), [(PLAIN - 0.01, 0.7, "review"), (PLAIN, 1.0, "campaign"), (PLAIN - 0.01, 0.69, "campaign")]
)
def test_a_school_is_asked_about_unless_it_looks_like_fakes_in_all_else(nats: float, education: float, expected: str) -> None:
    told, used = values(1, **(CREW | {"context__education": education})), model(grown(nats, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert any("a school, its teachers" in one for one in not_accused(told, found, used, 0)) == (expected != "campaign")


@pytest.mark.parametrize(
    ("nats", "distinct", "common", "expected"),
    [
        (PLAIN - 0.01, 0.049, 0.5, "review"), (PLAIN, 0.049, 0.5, "campaign"), (PLAIN - 0.01, 0.05, 0.5, "campaign"),
        (PLAIN - 0.01, 0.049, 0.49, "campaign"),
    ],
)
def test_who_sends_the_same_few_prompts_again_and_again_tests_something(nats: float, distinct: float, common: float, expected: str) -> None:
    told = values(1, **(CREW | {"harvest__distinct": distinct, "context__common_work": common}))
    used = model(grown(nats, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert any("are distinct" in one for one in not_accused(told, found, used, 0)) == (expected != "campaign")


DEVICES = {"context__youth": 0.5, "harvest__long_answers": -0.3, "context__own_client": 0.4}


@pytest.mark.parametrize(
    ("nats", "change", "expected"),
    [
        (PLAIN - 0.01, {}, "review"), (PLAIN, {}, "campaign"), (PLAIN - 0.01, {"context__youth": 0.11}, "campaign"),
        (PLAIN - 0.01, {"harvest__long_answers": -0.14}, "campaign"), (PLAIN - 0.01, {"infra__network": 0.49}, "campaign"),
        (PLAIN - 0.01, DEVICES, "review"), (PLAIN - 0.01, DEVICES | {"harvest__long_answers": -0.29}, "campaign"),
        (PLAIN - 0.01, DEVICES | {"context__own_client": 0.39}, "campaign"), (PLAIN, DEVICES, "campaign"),
    ],
)
def test_long_standing_customers_or_devices_that_meet_and_get_short_answers_may_be_a_call_centre_or_a_maker_s(
    nats: float, change: dict[str, float], expected: str
) -> None:
    pods = {"context__youth": 0.1, "harvest__long_answers": -0.15, "infra__network": 0.5} | change
    told, used = values(1, **(CREW | pods)), model(grown(nats, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert any("is a call centre" in one for one in not_accused(told, found, used, 0)) == (expected != "campaign")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "review"), ({"identity__signup": 0.0}, "review"), ({"identity__payment": 0.2}, "campaign"),
        ({"session__handoff": 0.2}, "campaign"), ({"identity__banned": 0.2}, "campaign"),
        ({"harvest__narrow": 0.89}, "campaign"), ({"harvest__long_answers": 0.1}, "campaign"),
        ({"harvest__elicitation": 0.05}, "campaign"),
    ],
)
def test_whom_a_burst_of_sign_ups_alone_links_for_one_kind_of_work_an_employer_may_have_hired(
    change: dict[str, float], expected: str
) -> None:
    markers = {
        "session__handoff": 0.0, NO_NULL[0].replace(".", "__"): 0.91, "identity__signup": 0.9, "harvest__narrow": 0.9,
    } | change
    told, used = values(1, **(CREW | markers)), model(grown(PLAINEST, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert any("took them on" in one for one in not_accused(told, found, used, 0)) == (expected != "campaign")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "review"), ({"context__mostly_alike": 0.75}, "campaign"), ({"timing__round_the_clock": 0.6}, "campaign"),
        ({"harvest__long_answers": 0.15}, "campaign"), ({"harvest__elicitation": 0.05}, "campaign"),
        ({"identity__contact": 0.3}, "campaign"), ({"identity__banned": 0.2}, "campaign"), ({"identity__replacement": 0.2}, "campaign"),
        ({"infra__rotation": 0.8}, "campaign"), ({"infra__rotation": 0.8, "context__one_provider": 0.5}, "review"),
        ({"context__one_pool": 0.5, "session__handoff": 0.51}, "campaign"),
        ({"context__one_pool": 0.5}, "review"), ({"context__batches": 1.0}, "review"),
        ({"context__lived": 0.49}, "campaign"), ({"context__lived": 0.49, "context__night": 0.8}, "review"),
        ({"context__lived": 0.49, "context__occasion": 0.5}, "review"), ({"context__lived": 0.49, "context__short_log": 1.0}, "review"),
    ],
)
def test_teams_on_their_own_cards_who_do_one_job_each_at_his_own_hours_may_have_one(change: dict[str, float], expected: str) -> None:
    """Whatever else speaks against them: they divide a list of work, and the trees find them nearly as plainly fake as can be. Accounts
    that are each used up within a day are not seen to rest."""
    teams = {
        "context__mostly_alike": 0.74, "timing__round_the_clock": 0.59, "identity__payment": 0.9, "context__one_pool": 0.49,
        "session__handoff": 0.49, "content__one_mix": 1.0, "timing__together": 1.0,
    } | change
    told, sure = values(1, **(CREW | teams)), findings(1, {**SURE, "timing.together": 1e-12})
    for nats, verdict in ((PLAINEST - 0.01, expected), (PLAINEST, expected if "context__batches" in change else "campaign")):
        used = model(grown(nats, NOTHING), linked=part(harvest__rate=100.0), batched=part(harvest__rate=100.0))
        found = judge.judge(told, sure, used)
        assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == verdict
        assert any("have one job, in teams" in one for one in not_accused(told, found, used, 0)) == (verdict != "campaign")


@pytest.mark.parametrize(
    ("alike", "devotion", "expected"), [(0.74, 0.09, "review"), (0.75, 0.09, "campaign"), (0.74, 0.1, "campaign")],
)
def test_what_links_accounts_in_passing_says_little_of_them(alike: float, devotion: float, expected: str) -> None:
    told = values(1, **(CREW | {"context__mostly_alike": alike, "harvest__devotion": devotion, "harvest__long_answers": 0.15}))
    found = judge.judge(told, findings(1, SURE), model(grown(PLAINEST, NOTHING), linked=part(harvest__rate=100.0)))
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected


@pytest.mark.parametrize(("one_pool", "expected"), [(0.5, "campaign"), (0.49, "review")])
def test_conversations_of_many_small_circles_make_no_pool(one_pool: float, expected: str) -> None:
    """Teams with a card each that hand conversations over among themselves are tied in two ways by the same few colleagues."""
    unlike = {"context__alike": 0.1, "context__mostly_alike": 0.1, "harvest__long_answers": 0.15}
    pool = {"session__handoff": 0.6, "identity__payment": 0.6} | unlike
    assert verdict(CREW | pool | {"context__one_pool": one_pool}, SURE) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "campaign"), ({"context__one_provider": 0.5}, "review"), ({"context__one_provider": 0.49}, "campaign"),
    ],
)
def test_who_rotates_within_one_provider_hides_nothing(change: dict[str, float], expected: str) -> None:
    """The machines of one cloud, which one payer pays for."""
    machines = {"context__one_payer": 1.0, "infra__rotation": 0.9, "context__crowd": crowd(DESK)} | change
    assert verdict(CREW | machines, SURE) == expected


@pytest.mark.parametrize(("offices", "expected"), [(0.9, "review"), (0.89, "campaign")])
def test_firms_each_in_its_own_office_are_customers_whatever_the_trees_say(offices: float, expected: str) -> None:
    firms = {"context__one_payer": 1.0, "context__offices": offices, "context__crowd": crowd(HOPPER)}
    told, used = values(1, **(CREW | firms)), model(grown(PLAIN, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "review"), ({"context__batches": 0.0}, "campaign"), ({"harvest__single_turns": 0.5}, "campaign"),
        ({"context__unwanted": 0.14}, "campaign"), ({"harvest__long_answers": 0.1}, "campaign"),
        ({"harvest__elicitation": 0.05}, "campaign"),
    ],
)
def test_batches_that_talk_about_whatever_they_like_may_be_a_resellers_customers(change: dict[str, float], expected: str) -> None:
    talk = {"context__batches": 1.0, "harvest__single_turns": 0.4, "context__unwanted": 0.15, "identity__payment": 0.6} | change
    told, used = values(1, **(CREW | talk)), model(grown(PLAINEST, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert any("resells access" in one for one in not_accused(told, found, used, 0)) == (expected != "campaign")


TAUGHT: dict[str, Any] = {"context__education": 0.3, "context__common_work": 0.2}
AN_APP: dict[str, Any] = {"context__one_domain": 0.9}
BATCHES: dict[str, Any] = {"context__batches": 1.0}


@pytest.mark.parametrize(
    ("reason", "nats", "beyond", "expected"),
    [
        (TAUGHT, PLAIN, CLEAR + 0.01, "campaign"), (TAUGHT, PLAIN - 0.01, CLEAR + 0.01, "review"), (TAUGHT, PLAIN, CLEAR - 0.01, "review"),
        # more is needed against a reason that the trees are asked for, too
        (AN_APP, PLAINEST, CLEAR + 0.01, "campaign"), (AN_APP, PLAINEST - 0.01, 20.0, "review"), (AN_APP, PLAINEST, CLEAR - 0.01, "review"),
        # of batches that live alike trees say nothing, and unless they do one list of work nobody looks
        (TAUGHT | BATCHES, PLAINEST, 20.0, "clear"),
    ],
)
def test_hardly_an_everyday_reason_holds_where_all_looks_like_fakes(
    reason: dict[str, Any], nats: float, beyond: float, expected: str
) -> None:
    told = values(1, **(CREW | reason | {"harvest__rate": rate(RARE_SHARE * np.exp(-beyond))}))
    used = model(grown(nats, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert bool(not_accused(told, found, used, 0)) == (expected != "campaign")
    if expected == "campaign":
        assert found.q_value[0] <= FDR, "it is one of the hypotheses of its part"


def test_groups_whose_reason_does_not_hold_are_hypotheses_of_their_part() -> None:
    """p = 1.2e-4 among 1,000 is a rate of 0.12 for one group, and of 0.012 for ten."""
    n = 1000
    for true, accused in ((1, 0), (10, 10)):
        crew = np.arange(n) < true
        told = {name: np.where(crew, value, 0.0) for name, value in (CREW | TAUGHT).items()}
        told |= {"harvest__rate": np.where(crew, rate(RARE_SHARE * np.exp(-CLEAR - 0.1)), -1.0), "context__crowd": 0.5}
        p = {name: np.where(crew, value, 1.0) for name, value in SURE.items()}
        found = judge.judge(values(n, **told), findings(n, p), model(grown(PLAIN, NOTHING), linked=part(harvest__rate=100.0)))
        assert found.campaign.sum() == accused


@pytest.mark.parametrize(("nats", "expected"), [(PURPOSEFUL, "campaign"), (PURPOSEFUL - 0.01, "review")])
def test_no_list_of_words_clears_who_looks_like_a_fake_in_all_else(nats: float, expected: str) -> None:
    told = values(1, **(CREW | {"context__unwanted": 0.9}))
    used = model(grown(nats, NOTHING), linked=part(harvest__rate=100.0))
    found = judge.judge(told, findings(1, SURE), used)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    assert any("of its requests that do is" in one for one in not_accused(told, found, used, 0)) == (expected != "campaign")
    if expected == "campaign":
        (said,) = (one for one in changes(told, used, found, 0) if "content mill" in one)
        does = "all that its accounts do looked less like what fake accounts of the calibration do"
        far = f"{does} (now it scores 7.0 for that; it would have to be less than 7)"
        assert said == f"a person would ask whether it is a content mill, or access that is resold, if {far}"


@pytest.mark.parametrize(
    ("occasion", "linked", "expected"),
    [(0.5, 0.19, "review"), (0.49, 0.19, "campaign"), (0.79, 0.2, "campaign"), (0.8, 0.2, "review")],
)
def test_what_moves_together_without_a_link_for_few_days_may_be_an_event(occasion: float, linked: float, expected: str) -> None:
    """The part that finds the group rarest without an everyday reason speaks; where each has one, a person asks."""
    two = model(unlinked=part(harvest__rate=100.0), linked=part(harvest__rate=90.0))
    told = values(1, volume__even_load=1.0, timing__one_rhythm=0.55, harvest__rate=0.2, identity__signup=linked, context__occasion=occasion)
    sure = {"volume.even_load": 1e-12, "timing.one_rhythm": 1e-12}
    found = judge.judge(told, findings(1, sure), two)
    assert ("campaign" if found.campaign[0] else "review" if found.review[0] else "clear") == expected
    small = judge.judge(told | {"context.crowd": np.array([crowd(WORTH - 1)])}, findings(1, sure), two)
    assert small.campaign[0] == (expected == "campaign")
    assert not small.review[0]


@pytest.mark.parametrize(("others", "expected"), [(499, "campaign"), (999, "review"), (1999, "clear")])
def test_the_more_groups_the_rarer_one_must_be(others: int, expected: str) -> None:
    """p = 0.9e-4 is below the line for single groups, but of 1000 groups and of 2000 the rate is 0.09 and 0.18."""
    assert verdict(CREW | {"harvest__rate": rate(0.9e-4)}, SURE, others) == expected


def null_run(rng: np.random.Generator, n: int, true: int = 0) -> judge.Verdicts:
    """Groups whose log-odds follow the calibrated null, all other gates open, but for some that are campaigns."""
    log_odds = np.where(rng.random(n) < 0.01, rng.exponential(1.0, n), -20 - rng.random(n))
    log_odds[:true] = rng.uniform(5, 12, true)
    told = {"session__handoff": 1.0, "volume__even_load": 1.0, "harvest__rate": log_odds / 100}
    return judge.judge(values(n, **told), findings(n, dict.fromkeys(SURE, 1e-12)), model())


def test_under_the_null_nobody_is_accused_at_more_than_the_declared_rate() -> None:
    rng = np.random.default_rng(1)
    runs = [null_run(rng, 200) for _ in range(800)]
    accused, asked = (np.mean([getattr(run, name).any() for run in runs]) for name in ("campaign", "review"))
    assert accused <= FDR + 3 * np.sqrt(FDR / 800)
    assert asked <= 10 * FDR + 3 * np.sqrt(10 * FDR / 800)
    assert asked > FDR  # the runs do reach the gates


def test_among_true_campaigns_false_discoveries_keep_to_the_declared_rate() -> None:
    rng = np.random.default_rng(2)
    false, power = [], []
    for _ in range(300):
        accused = null_run(rng, 400, true=80).campaign
        false.append(accused[80:].sum() / max(accused.sum(), 1))
        power.append(accused[:80].mean())
    assert np.mean(false) <= FDR
    assert np.mean(power) > 0.95


def test_evidence_under_its_null_is_significant_at_no_more_than_the_declared_rate() -> None:
    """Of uniform p-values of 150 groups, a piece has a significant one in at most a share FDR of all runs."""
    rng = np.random.default_rng(3)
    sure = [significant(findings(150, {name: rng.random(150) for name in judge.EVIDENCE})) for _ in range(300)]
    rates = [flags.any() for found in sure for flags in found.values()]
    assert len(rates) == 300 * len(judge.EVIDENCE)
    assert 0 < np.mean(rates) <= FDR + 3 * np.sqrt(FDR / len(rates))


def test_blind_groups_are_no_tests() -> None:
    """A group for which a piece is blind neither passes nor makes it harder for the others."""
    p = np.full(1000, np.nan)
    p[:2] = 0.004, 0.5
    sure = significant(findings(1000, {"session.handoff": p}))
    assert list(sure) == ["session.handoff"]
    assert np.flatnonzero(sure["session.handoff"]).tolist() == [0]


def test_what_is_not_usual_makes_it_no_harder_for_others() -> None:
    """Others are held to what passes among the usual; where a piece knows none of these, all are tested."""
    p = np.concatenate([[1e-4, 0.5], np.full(98, 0.9), [5e-5, 2e-4]])
    usual = np.arange(len(p)) < 2
    name = "session.handoff"
    assert np.flatnonzero(significant(findings(len(p), {name: p}), usual)[name]).tolist() == [0, 100]
    p[0] = 0.004  # of two it passes, of all it does not
    assert significant(findings(len(p), {name: p}), usual)[name][0]
    assert not significant(findings(len(p), {name: p}))[name][0]
    p[usual] = np.nan
    assert np.flatnonzero(significant(findings(len(p), {name: p}), usual)[name]).tolist() == [100, 101]


def test_families_are_told_apart() -> None:
    n = len(FAMILIES)
    pieces = [next(name for name in judge.EVIDENCE if name.startswith(f"{family}.") and name not in NO_NULL) for family in FAMILIES]
    told = {name: np.where(np.arange(n) == i, 1.0, 0.0) for i, name in enumerate(pieces)}
    sure = {name: value > 0 for name, value in told.items()}
    spoken = families(values(n) | told, sure, model())
    assert spoken.tolist() == np.eye(n, dtype=bool).tolist()


def test_scores_are_nats_beyond_the_line() -> None:
    told = CREW | {"harvest__rate": np.array([rate(RARE_SHARE * np.exp(-15)), rate(RARE_SHARE * np.exp(-7)), 0.0])}
    found = judge.judge(values(3, **told), findings(3, dict.fromkeys(SURE, 1e-12)), model())
    assert found.log_odds[:2] == pytest.approx([15, 7])


def test_no_groups() -> None:
    found = judge.judge(values(0), findings(0, {}), model())
    assert len(found.campaign) == len(found.q_value) == len(found.families) == 0


# --- Innocent explanations -----------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_explanations_are_shares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = {name.replace(".", "__"): rng.uniform(-0.5, 1.5, 20) for name in values(1) if not name.startswith("joint")}
    for name, score in explain(values(20, **told)).items():
        assert ((score >= 0) & (score <= 1)).all(), name


@pytest.mark.parametrize(
    ("told", "best"),
    [
        ({"context__one_owner": 1.0}, "one organisation"),
        ({"context__contracted": 1.0, "harvest__narrow": 1.0}, "contracted or verified customers"),
        ({"context__unwanted": 1.0}, "content mill or resale"),
        ({"context__education": 1.0, "context__youth": 1.0}, "classroom"),
        ({"identity__signup": 1.0, "context__youth": 1.0}, "hackathon or course"),
        ({"infra__network": 1.0, "context__one_domain": 1.0, "volume__even_load": 1.0}, "corporate or campus egress"),
        ({"context__common_work": 1.0, "harvest__rate": 1.0, "harvest__devotion": 1.0, "context__youth": 1.0}, "benchmark runner"),
        ({"timing__round_the_clock": 1.0, "context__organised": 1.0, "volume__even_load": 1.0}, "scheduled jobs"),
    ],
)
def test_innocents_are_explained_by_what_they_are(told: dict[str, float], best: str) -> None:
    scores = {name: float(score[0]) for name, score in explain(values(1, **told)).items()}
    assert scores[best] >= 0.99
    assert scores[best] == max(scores.values())


def test_what_links_accounts_takes_innocent_explanations_away() -> None:
    """A class does not continue each other's conversations on cards of strangers."""
    innocent = {"context__education": 1.0, "identity__signup": 1.0, "context__common_work": 1.0, "harvest__devotion": 0.0}
    linked = explain(values(1, **innocent, session__handoff=1.0))
    for name in ("classroom", "hackathon or course", "benchmark runner", "viral prompt"):
        assert explain(values(1, **innocent))[name][0] >= 0.99 or name == "hackathon or course"
        assert linked[name][0] == 0


def test_one_set_of_accounts_is_one_hypothesis() -> None:
    p = np.array([1e-4, 2e-4, 0.5, 0.5, 1e-5])
    twins = np.array([0, 0, 1, 2, 3])
    everybody = np.ones(5, bool)
    assert q_values(p, twins, everybody) == pytest.approx([2e-4, 2e-4, 0.5, 0.5, 4e-5])
    assert q_values(p, np.arange(5), everybody) == pytest.approx([2.5e-4, 1e-3 / 3, 0.5, 0.5, 5e-5])


def test_groups_that_nobody_would_accuse_are_no_hypotheses() -> None:
    p = np.array([1e-4, 0.5, 0.5, 1e-3])
    among = np.array([True, True, False, False])
    found = q_values(p, np.arange(4), among)
    assert found[:2] == pytest.approx([2e-4, 0.5])
    assert found[2] == pytest.approx(0.5)  # three hypotheses, of which it would be the third
    assert found[3] == pytest.approx(1.5e-3)
    assert q_values(p, np.arange(4), np.zeros(4, bool))[0] == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"context__alike": 0.79, "harvest__rate": 0.19}, "review"), ({"context__alike": 0.8, "context__mostly_alike": 0.75}, "campaign"),
     ({"context__one_place": 0.5}, "review"), ({"context__one_place": 0.9, "identity__payment": 0.3}, "campaign")],
)
def test_what_has_an_everyday_reason_is_for_a_person(change: dict[str, Any], expected: str) -> None:
    assert verdict(CREW | change, SURE) == expected


def test_each_part_has_hypotheses_of_its_own() -> None:
    """A thousand groups that one part could accuse make it no harder for the other, whose groups have an everyday reason there."""
    n = 1001
    first = np.arange(n) == 0
    told = values(n, **CREW | {"session__handoff": 0.55}, context__alike=first, context__occasion=np.where(first, 0, 0.5))
    told["harvest.rate"] = np.where(np.arange(n) == 0, rate(9e-4), -1.0)
    both = model(linked=part(harvest__rate=100.0), unlinked=part(harvest__volume=1.0))
    assert judge.judge(told, findings(n, SURE), both).campaign[0]
    all_alike = dict.fromkeys(("context.alike", "context.mostly_alike"), np.ones(n))
    assert not judge.judge(told | all_alike, findings(n, SURE), both).campaign[0]


def test_batches_that_keep_hours_of_their_own_are_listed_only_if_they_do_one_kind_of_work_busily_or_as_fakes_do() -> None:
    """Families and customers of one shop are put together by the hundred; farms that do so as well are for a person."""
    listed = CREW | {"context__batches": 1.0, "context__alike": 0.1, "identity__payment": 0.5, "content__one_mix": 0.9}
    assert verdict(listed, SURE) == "review"
    for less in ({"content__one_mix": 0.89}, {"harvest__rate": 0.19}, {"identity__payment": 0.49}, {"context__crowd": crowd(31)},
                 {"infra__network": 0.5}):
        assert verdict(listed | less, SURE) == "clear", less
    slow = values(1, **(listed | {"harvest__rate": 0.19}))
    for nats, expected in ((-0.01, False), (0.01, True)):
        found = judge.judge(slow, findings(1, SURE), model(grown(nats, NOTHING), linked=part(harvest__rate=100.0)))
        assert found.review[0] == expected, "slow farms are, where trees find them as likely as not"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"context__unwanted": 0.39}, "campaign"),
        ({"context__unwanted": 0.4}, "review"),
        (BY_CARD | {"context__unwanted": 0.39}, "campaign"),
        (BY_CARD | {"context__unwanted": 0.4}, "review"),
        ({"context__unwanted": 1.0, "harvest__elicitation": 0.05}, "campaign"),
        ({"context__unwanted": 1.0, "harvest__long_answers": 0.15}, "campaign"),
        ({"context__unwanted": 1.0, "harvest__long_answers": 0.14, "harvest__elicitation": 0.04}, "review"),
        ({"context__unwanted": 1.0, "context__crowd": np.log10(19) / 4}, ""),
    ],
)
def test_who_asks_for_little_that_is_worth_training_on_is_for_a_person(change: dict[str, float], verdict: str) -> None:
    told, sure, one = values(1, **(CREW | change)), findings(1, SURE | {"identity.payment": 1e-12}), model()
    found = judge.judge(told, sure, one)
    assert (bool(found.campaign[0]), bool(found.review[0])) == (verdict == "campaign", verdict == "review")
    asked = any("content mill" in reason for reason in not_accused(told, found, one, 0))
    assert asked == (verdict != "campaign")
