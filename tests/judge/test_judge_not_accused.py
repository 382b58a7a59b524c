"""A group for review says which condition it misses, and only such a group does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from judge_helpers import findings, grown, model, part, values

from stillwatch import judge
from stillwatch.judge.lines import PLAIN, PLAINEST, SLEEPING, TREES, YARDSTICK
from stillwatch.judge.model import Forest
from stillwatch.judge.reasons import everyday
from stillwatch.judge.trees import Trees
from stillwatch.judge.verdict import CONTRACTED, review_conditions
from stillwatch.judge.verdict_words import QUESTIONS, changes, not_accused

CREW: dict[str, Any] = {"session__handoff": 1.0, "volume__even_load": 1.0, "harvest__rate": 0.2}
SURE = {"session.handoff": 1e-12, "volume.even_load": 1e-12}
MOVED_TOGETHER = {**SURE, "timing.together": 1e-12}
BOTH = {"linked": part(harvest__rate=100.0), "unlinked": part(harvest__rate=50.0)}


LISTED = {"context__batches": 1.0, "context__alike": 0.1, "identity__payment": 0.5, "content__one_mix": 0.9}
"""Batches with a card each that do one kind of work at hours of their own."""

NO_OWNERS = {"context__owners": 0.0, "context__crowd": np.log10(63) / 4, "infra__network": 0.5}

OPENLY = {
    "session__handoff": 0.49, "timing__together": 1.0, "harvest__elicitation": 0.05, "context__one_domain": 0.9, "context__one_payer": 0.2,
    "context__crowd": np.log10(63) / 4,
}

NOTHING = Trees(("harvest.rate",), (0,), (-1,), (0.0,), (0,), (0,), (0.0,))


def why(change: dict[str, Any], p_values: dict[str, Any] = SURE, **parts: Any) -> list[str]:
    told, used = values(1, **(CREW | change)), model(**parts)
    return not_accused(told, judge.judge(told, findings(1, p_values), used), used, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"context__contracted": 0.45}, "45% of the accounts have contracts or checked identities"),
        ({"context__one_owner": 0.5}, "one organisation owns 50%"),
        ({"context__one_payer": 0.6}, "one customer"),
        ({"context__crowd": np.log10(6) / 4}, "fewer than 8 accounts"),
        ({"context__alike": 0.5, "context__crowd": np.log10(31) / 4}, "a club, a cohort or one shop's customers"),
        (LISTED, "hunt for free credit"),
        ({"context__one_place": 0.6}, "colleagues"),
        ({"infra__network": 0.5, "identity__payment": 0.6, "session__handoff": 0.0, "context__one_payer": 0.2},
         "few payment methods pay for it"),
        ({"context__placed": 0.0, "context__crowd": np.log10(63) / 4}, "the log lacks networks"),
        (NO_OWNERS, "the log lacks organisations"),
        ({"volume__even_load": 0.0}, "independent families"),
        ({"context__education": 0.3, "context__common_work": 0.2}, "30% are registered for education and 20% of requests send what others"),
        ({"context__organised": 0.5, "infra__network": 0.3}, "50% of it belongs to organisations"),
        ({"session__handoff": 0.19, "identity__signup": 0.19}, "conversations, bans and bursts of sign-ups link too few"),
        ({"session__handoff": 0.0, "content__one_length": 0.5}, "a ring of another kind"),
        ({"harvest__rate": 0.0}, "below the line"),
        ({"context__look_alikes": 4.0, "harvest__rate": 0.03}, "4 other sets of accounts of this log look as much like an operator's"),
        ({"context__unwanted": 0.8, "infra__network": 0.5, "harvest__elicitation": 0.5}, "50% of its requests ask to write reasoning out"),
        ({"context__unwanted": 0.8}, "is 20% of the average of the log's groups; at 60% of it or less a person is asked), 0% of"),
    ],
)
def test_it_says_which_condition_is_missed(change: dict[str, Any], said: str) -> None:
    assert why({}) == []
    told = why(change)
    assert any(said in one for one in told), told


def test_each_condition_that_a_person_is_asked_about_has_its_words() -> None:
    assert list(QUESTIONS) == list(review_conditions(values(1), np.zeros(1), np.zeros(1)))


def test_what_makes_known_business_is_what_does() -> None:
    told = values(2, **CREW, context__contracted=np.array([CONTRACTED - 0.01, CONTRACTED]))
    used = model()
    verdicts = judge.judge(told, findings(2, SURE), used)
    assert verdicts.campaign.tolist() == [True, False]
    assert f"checked identities of {CONTRACTED:.0%} of the accounts (39% have them)" in " ".join(changes(told, used, verdicts, 0))


def test_it_says_that_the_trees_doubt() -> None:
    """With as many digits as show that it is below."""
    for nats, narrow, told_as in (
        (0.5, 1.0, "+0.5 nats; below 2.0"), (0.5, 0.43, "+0.5 nats; below 0.6"), (1.997, 1.0, "+1.997 nats; below 2.000"),
    ):
        used = model(grown(nats, NOTHING), linked=part(harvest__rate=35.0))
        told = values(1, **CREW, harvest__narrow=narrow, harvest__volume=1.0)
        (said,) = not_accused(told, judge.judge(told, findings(1, SURE), used), used, 0)
        assert f"together they are less so (the trees give {told_as} a person is asked)" in said


@pytest.mark.parametrize("name", ["linked", "unlinked"])
@pytest.mark.parametrize(
    "change",
    [
        {"session__handoff": 0.19, "identity__payment": 0.19, "timing__round_the_clock": 0.0, "context__sent": 5.0},
        {"session__handoff": 0.9, "identity__payment": 0.9, "timing__round_the_clock": 0.0, "context__sent": 5.0},
        {"session__handoff": 0.5, "identity__payment": 0.29, "context__crowd": np.log10(15) / 4},
        {"session__handoff": 0.19, "identity__payment": 0.9, "context__night": 0.8},
        {"context__own_client": 0.4, "session__handoff": 0.19}, {"session__handoff": 0.9, "context__mostly_alike": 0.1},
        {"infra__network": 0.5, "identity__payment": 0.29},
    ],
)
def test_accounts_of_which_some_are_linked_are_not_said_to_have_no_link(name: str, change: dict[str, Any]) -> None:
    for said in why(change, **{name: part(harvest__rate=100.0)}):
        assert not any(word in said for word in ("no link", "nothing but", "alone", "no cards", "only", "no payment")), said


@pytest.mark.parametrize("change", [
    {"context__one_domain": 0.89}, {"context__one_payer": 0.19}, {"context__crowd": np.log10(64) / 4}, {"infra__rotation": 0.5},
])
def test_who_hides_one_of_both_or_where_he_works_or_is_many_or_beyond_doubt_is_not_openly_one_customer(change: dict[str, Any]) -> None:
    below = {"linked": part(harvest__rate=35.0)}
    (said,) = why(OPENLY, MOVED_TOGETHER, **below)
    assert said.startswith("90% of its accounts share rare mail domains, and few payment methods pay for it")
    told = values(1, **(CREW | OPENLY))
    verdicts = judge.judge(told, findings(1, MOVED_TOGETHER), model(**below))
    assert (verdicts.campaign[0], verdicts.review[0]) == (False, True)
    assert why(OPENLY | change, MOVED_TOGETHER, **below) == []
    assert judge.judge(values(1, **(CREW | OPENLY | change)), findings(1, MOVED_TOGETHER), model(**below)).campaign[0]
    assert why(OPENLY, MOVED_TOGETHER) == []  # its score is 18
    assert judge.judge(told, findings(1, MOVED_TOGETHER), model()).campaign[0]


POOLED = {
    "timing__together": 1.0, "context__one_domain": 0.6, "context__one_payer": 0.2, "harvest__elicitation": 0.05,
    "context__crowd": np.log10(299) / 4,
}
"""A gateway that spreads its users over its accounts."""
PLAINLY, HARDLY = (grown(nats, NOTHING, trees=np.inf) for nats in (PLAIN, PLAIN - 0.01))


@pytest.mark.parametrize("change", [
    {"context__one_domain": 0.59}, {"context__one_payer": 0.19}, {"context__crowd": np.log10(300) / 4}, {"session__handoff": 0.49},
])
def test_a_pool_that_shows_whose_it_is_is_a_persons_to_judge_unless_the_trees_are_plain(change: dict[str, Any]) -> None:
    (said,) = why(POOLED, forest=HARDLY)
    assert said.startswith("60% of its accounts share rare mail domains, and few payment methods pay for it")
    assert why(POOLED, forest=PLAINLY) == []
    assert why(POOLED | change, MOVED_TOGETHER, forest=HARDLY) == []


@pytest.mark.parametrize("change", [
    {"session__handoff": 0.49}, {"harvest__single_turns": 0.5}, {"identity__payment": 0.29}, {"harvest__elicitation": 0.05},
    {"harvest__long_answers": 0.1},
])
def test_who_relays_for_others_needs_more_of_the_trees(change: dict[str, Any]) -> None:
    relay = {"timing__together": 1.0, "harvest__single_turns": 0.49, "identity__payment": 0.3, "context__one_pool": 1.0}
    doubtful, enough = (grown(nats, NOTHING, trees=np.inf) for nats in (SLEEPING - 0.01, SLEEPING))
    (said,) = why(relay, forest=doubtful)
    assert "below 3.00 a person is asked" in said
    assert why(relay, forest=enough) == []
    assert why(relay | change, MOVED_TOGETHER, forest=doubtful) == []


@pytest.mark.parametrize(("change", "asked"), [({}, True), ({"context__one_pool": 0.5}, False), ({"session__handoff": 0.49}, False)])
def test_several_pools_together_are_a_persons_to_judge(change: dict[str, Any], asked: bool) -> None:
    said = why({"timing__together": 1.0, "context__one_pool": 0.49, "session__handoff": 0.5} | change, MOVED_TOGETHER)
    assert len(said) == asked
    assert all(one.startswith("its accounts hand conversations over in several pools, of which the largest connects 49%") for one in said)


@pytest.mark.parametrize(("change", "listed"), [({}, True), ({"identity__banned": 0.29}, False), ({"identity__replacement": 0.19}, False)])
def test_batches_that_come_back_after_bans_are_shown_to_a_person(change: dict[str, Any], listed: bool) -> None:
    """Others with an everyday reason are too many."""
    back = {"context__batches": 1.0, "context__mostly_alike": 0.5, "identity__banned": 0.3, "identity__replacement": 0.2} | change
    found = judge.judge(values(1, **(CREW | back)), findings(1, SURE), model())
    assert (found.campaign[0], found.review[0]) == (False, listed)


@pytest.mark.parametrize("change", [
    {"context__mostly_alike": 0.6}, {"session__handoff": 0.3}, {"timing__round_the_clock": 0.6}, {"identity__contact": 0.3},
    {"harvest__elicitation": 0.04},
])
def test_annotators_who_want_reasoning_each_at_his_own_hours_have_a_job(change: dict[str, Any]) -> None:
    job = {"context__mostly_alike": 0.59, "session__handoff": 0.29, "timing__round_the_clock": 0.59, "identity__payment": 0.9,
           "harvest__elicitation": 0.3, "harvest__long_answers": 0.2}
    assert any("ask whether they have one job, in teams" in one for one in why(job))
    assert not any("ask whether they have one job, in teams" in one for one in why(job | change))


def test_many_who_surely_hide_are_no_mill_if_they_ask_for_some_of_what_is_worth_training_on() -> None:
    many = {"context__unwanted": 0.79, "infra__rotation": 0.8, "context__crowd": np.log10(64) / 4}
    assert why(many) == []
    for change in ({"infra__rotation": 0.79}, {"infra__hopping": 0.8}, {"context__crowd": np.log10(63) / 4}, {"context__unwanted": 0.8}):
        (said,) = why(many | change)
        assert "of its requests that do is" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"context__occasion": 0.6}, "a class, an office or an event"),
        ({"harvest__devotion": 0.3}, "30% of what its usual account does, for answers that are not long: ask whether it is odd jobs"),
        ({"context__mostly_alike": 0.79}, "many people do the same thing"),
        ({"context__placed": 0.0, "context__crowd": np.log10(63) / 4}, "the log lacks networks"),
        (NO_OWNERS, "the log lacks organisations"),
        ({"content__one_length": 0.5, "session__handoff": 0.0}, "a ring of another kind"),
    ],
)
def test_it_says_so_of_the_part_that_knows_no_links(change: dict[str, Any], said: str) -> None:
    assert any(said in one for one in why(change, unlinked=part(harvest__rate=100.0))), change


@pytest.mark.parametrize("name", ["linked", "unlinked"])
def test_it_says_who_relays_openly_and_who_sleeps(name: str) -> None:
    asks = {name: part(harvest__rate=100.0)}
    assert any("an app that relays its users" in said for said in why({"context__one_domain": 0.9}, **asks))
    asleep = {"timing__round_the_clock": 0.0, "context__sent": 5.0, "session__handoff": 0.0, "identity__signup": 1.0}
    assert any("one job, one course or one cause" in said for said in why(asleep | {"content__one_length": 0.94}, **asks))
    assert not any("one job" in said for said in why(asleep | {"identity__contact": 0.9, "timing__round_the_clock": 0.5}, **asks))


@pytest.mark.parametrize("name", ["linked", "unlinked"])
@pytest.mark.parametrize(
    ("change", "asked"),
    [({}, True), ({"context__lived": 0.49}, False), ({"context__lived": 0.49, "context__occasion": 0.5}, True),
     ({"context__lived": 0.49, "context__night": 0.8}, True)],
)
def test_accounts_used_up_within_a_day_each_do_not_show_that_they_sleep(name: str, change: dict[str, Any], asked: bool) -> None:
    brief = {"timing__round_the_clock": 0.0, "context__sent": 5.0, "session__handoff": 0.0, "identity__signup": 1.0}
    assert bool(everyday(TREES, values(1, **(CREW | brief | change)))[0]) == asked
    said = why(brief | change, **{name: part(harvest__rate=100.0)})
    assert any("one job" in one for one in said) == (asked and (name == "linked" or "context__occasion" not in change))


@pytest.mark.parametrize("name", ["linked", "unlinked"])
@pytest.mark.parametrize(
    ("change", "asked"),
    [({}, True), ({"context__night": 0.79}, False), ({"identity__payment": 0.0, "identity__signup": 1.0}, True),
     ({"timing__round_the_clock": 0.0, "context__sent": 5.0}, True),
     ({"identity__contact": 0.2}, False), ({"session__handoff": 0.2}, False), ({"identity__replacement": 0.2}, False),
     ({"infra__rotation": 0.5, "harvest__elicitation": 0.05}, False), ({"infra__rotation": 0.5, "harvest__long_answers": 0.15}, False),
     ({"infra__rotation": 0.5, "harvest__elicitation": 0.04, "harvest__long_answers": 0.14}, True)],
)
def test_pieceworkers_whom_one_platform_pays_for_are_asked_about_if_they_sleep(name: str, change: dict[str, Any], asked: bool) -> None:
    crew = {"context__night": 0.8, "identity__payment": 0.9, "session__handoff": 0.0, "timing__round_the_clock": 0.5} | change
    said = why(crew, **{name: part(harvest__rate=100.0)})
    assert any("quiet in the same six hours" in one for one in said) == asked
    assert bool(everyday(TREES, values(1, **(CREW | crew)))[0]) == asked


@pytest.mark.parametrize("name", ["linked", "unlinked"])
@pytest.mark.parametrize(
    ("change", "asked"),
    [({}, True), ({"context__own_client": 0.39}, False), ({"identity__signup": 1.0}, True), ({"identity__contact": 0.2}, False),
     ({"session__handoff": 0.2}, False), ({"identity__banned": 0.2}, False)],
)
def test_users_of_one_app_are_asked_about_unless_more_ties_them(name: str, change: dict[str, Any], asked: bool) -> None:
    app = {"context__own_client": 0.4, "identity__payment": 0.0, "session__handoff": 0.0} | change
    said = why(app, **{name: part(harvest__rate=100.0)})
    assert any("an app's, a plug-in's or a course's users" in one for one in said) == asked


@pytest.mark.parametrize(("clock", "place", "office"), [(0.09, 0.5, True), (0.1, 0.5, False), (0.09, 0.49, False)])
def test_an_office_is_asked_about_whoever_pays_unless_it_is_seen_to_work_round_the_clock(clock: float, place: float, office: bool) -> None:
    agents = {"timing__round_the_clock": clock, "context__one_place": place, "identity__payment": 0.9, "session__handoff": 0.6}
    said = why(agents, linked=part(harvest__rate=100.0))
    assert any("ask whether it is an office, whoever pays" in one for one in said) == office
    assert everyday(TREES, values(1, **agents)).tolist() == [office]


KEPT = grown(PLAINEST, NOTHING, trees=0.0)
"""Trees that find every group beyond its log's line: only an everyday reason keeps them from saying so."""
ONE_PERSON_S: dict[str, Any] = {YARDSTICK: 0.0, "context__crowd": np.log10(15) / 4}


def test_a_reason_of_the_trees_alone_is_none_where_a_part_accuses() -> None:
    """Such a group is accused, or misses another condition; below the line of the part the reason is why."""
    told, used = values(1, **(CREW | ONE_PERSON_S)), model(KEPT)
    assert used.assess(told).spared[0]
    assert judge.judge(told, findings(1, SURE), used).campaign[0]
    assert why(ONE_PERSON_S, forest=KEPT) == []
    assert why(ONE_PERSON_S, {"volume.even_load": 1e-12}, forest=KEPT) == ["fewer than 2 independent families of evidence speak"]
    (talk, *below) = why(ONE_PERSON_S | {"harvest__rate": 0.0}, forest=KEPT)
    assert "whether one person continues his own conversation" in talk
    assert below[0] == "its score is below the line"


@pytest.mark.parametrize("forest", [None, KEPT])
@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(*[st.floats(0, 1)] * 9), min_size=1, max_size=12))
@example(rows=[(1.0, 1.0, 0.2, 0.0, float(np.log10(15) / 4), 1.0, 0.0, 0.0, 0.0)])
def test_a_review_has_a_reason_and_a_campaign_has_none(forest: Forest | None, rows: list[tuple[float, ...]]) -> None:
    names = ("session__handoff", "volume__even_load", "harvest__rate", "context__one_payer", "context__crowd", "context__alike",
             "context__one_place", "context__occasion", "context__batches")
    told = values(len(rows), **{name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    told[YARDSTICK] = np.zeros(len(rows))
    used = model(forest, **BOTH)
    found = judge.judge(told, findings(len(rows), dict.fromkeys(SURE, 1e-6)), used)
    for group in range(len(rows)):
        said = not_accused(told, found, used, group)
        if found.review[group]:
            assert said
        if found.campaign[group]:
            assert said == []
