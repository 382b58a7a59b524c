"""What would change a verdict: facts that alone would end it are named, those that would not are not."""

from typing import Any

import numpy as np
import pytest
from judge_helpers import findings, grown, model, part, values

from stillwatch import judge
from stillwatch.judge.lines import PLAIN
from stillwatch.judge.reasons import NOWHERE
from stillwatch.judge.trees import Trees
from stillwatch.judge.verdict_words import FACTS, changes, not_accused

POOL: dict[str, Any] = {"session__handoff": 1.0, "identity__payment": 1.0, "volume__even_load": 1.0, "context__alike": 0.1}
SURE = {"session.handoff": 1e-12, "volume.even_load": 1e-12}
NOTHING = Trees(("harvest.rate",), (0,), (-1,), (0.0,), (0,), (0,), (0.0,))
"""Trees that give every group their bias."""


def told(change: dict[str, Any], p_values: dict[str, Any] = SURE, **weights: float) -> list[str]:
    found, used = values(1, **(POOL | change)), model(linked=part(**(weights or {"volume__even_load": 100.0})))
    return changes(found, used, judge.judge(found, findings(1, p_values), used), 0)


def test_what_alone_takes_it_below_the_line() -> None:
    said = told({})
    assert "without even loads the score would fall below the line" in said
    assert not any("without shared payment methods the score" in one for one in said)


def test_what_alone_leaves_an_everyday_reason() -> None:
    """Accounts that work unlike are a pool by two links; without either they are not."""
    assert "without handed-over conversations or shared payment methods there would be an everyday reason for what is left" in told({})
    assert not any("without handed-over conversations" in one for one in told({"context__alike": 1.0}))


def test_what_alone_leaves_the_trees_in_doubt() -> None:
    ties = Trees(("identity.payment",), (0,), (0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, 0.0, 3.0))
    found = values(1, **POOL, context__mostly_alike=1.0)
    used = model(grown(0.0, ties), linked=part(volume__even_load=8.0))
    found["context.alike"][:] = 1.0
    said = changes(found, used, judge.judge(found, findings(1, SURE), used), 0)
    too_little = "would together look too little like what fake accounts of the calibration do: a person asks first"
    assert f"without shared payment methods what is left {too_little}" in said
    assert "without even loads the score would fall below the line" in said


def test_each_piece_of_evidence_is_named_in_words() -> None:
    assert {*FACTS} == {*judge.EVIDENCE}


@pytest.mark.parametrize("name", ["context__alike", "context__mostly_alike"])
def test_work_of_their_own_would_be_a_club(name: str) -> None:
    lone = {"session__handoff": 0.5, "identity__payment": 0.5, "context__alike": 0.0, name: 1.0}
    assert any("a club or one shop's customers" in one for one in told(lone))
    assert not any("a club" in one for one in told({}))  # a pool whatever its accounts do


def test_of_what_is_explained_already_only_the_reason_is_told() -> None:
    said = told({"session__handoff": 0.0, "identity__payment": 0.0})
    assert any(one.startswith("an everyday reason explains it") for one in said)
    assert not any(one.startswith("without ") for one in said)


@pytest.mark.parametrize(
    "change",
    [
        {"session__handoff": 0.0, "identity__payment": 0.0}, {"identity__payment": 0.0, "context__crowd": 0.25},
        {"context__own_client": 0.4} | {"session__handoff": 0.0, "identity__payment": 0.0}, {"context__one_domain": 0.9},
        {"context__placed": 0.0, "context__crowd": 0.4, "identity__payment": 0.0},
    ],
)
def test_what_would_decide_names_the_reason_for_which_nobody_is_accused(change: dict[str, Any]) -> None:
    found, used = values(1, **(POOL | change)), model(linked=part(volume__even_load=100.0))
    verdicts = judge.judge(found, findings(1, SURE), used)
    (decides,) = (one for one in changes(found, used, verdicts, 0) if one.startswith("an everyday reason explains it"))
    assert decides.split(": ", 1)[1] in not_accused(found, verdicts, used, 0)


def test_two_families_are_said_to_be_few() -> None:
    assert any("only two families speak (session and volume)" in one for one in told({}))
    three = SURE | {"identity.payment": 1e-12}
    assert not any("only two families" in one for one in told({}, three))


WORK = {"session__handoff": 0.8, "context__alike": 1.0, "timing__together": 1.0}
"""Of one hand by how it works."""
SURER = SURE | {"timing.together": 1e-12, "identity.payment": 1e-12}
NO_LINKS = {"session__handoff": 0.0, "identity__payment": 0.0}


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("linked", {"infra__network": 0.3, "context__one_place": 0.4, "context__organised": 0.2, "identity__payment": 0.0},
         "belonged to organisations (20% is known to)"),
        ("linked", {"context__education": 0.1},
         "registered for education (10% are) and 20% of requests sent what others send (0% do)"),
        ("unlinked", {"harvest__devotion": 0.61}, "less than half of what its accounts usually do (61% now)"),
        ("unlinked", {}, "within three days"),
        ("unlinked", NO_LINKS | {"content__one_length": 0.5, "harvest__long_answers": 0.3},
         "were not long (2.0 times the average of the log's groups)"),
        (
            "linked", {"context__placed": 0.0, "context__crowd": np.log10(NOWHERE) / 4, "identity__payment": 0.0},
            "fewer than 128 accounts were left of it, it would go to a person",
        ),
        ("linked", {"context__owners": 0.0, "infra__network": 1.0, "identity__payment": 0.0}, "since the log lacks organisations"),
    ],
)
def test_an_everyday_reason_that_would_leave_it_to_a_person_is_told(name: str, change: dict[str, Any], said: str) -> None:
    found, used = values(1, **(POOL | WORK | change)), model(**{name: part(volume__even_load=100.0)})
    verdicts = judge.judge(found, findings(1, SURER), used)
    assert verdicts.campaign[0]
    assert any(said in one for one in changes(found, used, verdicts, 0))


def test_an_everyday_reason_that_would_not_is_not() -> None:
    """A pool of two links is one whatever its accounts do and whoever they are, but for a class."""
    assert not [one for one in told({}) if any(what in one for what in ("organisations", "three days", "odd jobs", "networks", "a club"))]


def purpose(verdict: str = "campaign", **change: float) -> list[str]:
    """What is said of a purpose, beside a group that asks for less than the log."""
    asking = WORK | change
    found = values(2, **(POOL | {name: [value, 1.0 if name == "context__unwanted" else value] for name, value in asking.items()}))
    used = model(linked=part(volume__even_load=100.0))
    verdicts = judge.judge(found, findings(2, SURER), used)
    assert getattr(verdicts, verdict)[0]
    return [one for one in changes(found, used, verdicts, 0) if "reasoning" in one or "content mill" in one]


ROTATING = "or accounts that do not each rotate over a pool of exits, would be one customer's, as few payment methods pay for them"


@pytest.mark.parametrize(
    ("payer", "rotation", "nats", "told"),
    [
        (1.0, 1.0, PLAIN - 0.1, f"fewer than 32 accounts, {ROTATING}"),
        (1.0, 1.0, PLAIN, "fewer than 16 accounts would be one customer's, as few payment methods pay for them"),
        (1.0, 0.0, PLAIN, "fewer than 16 accounts, or ones that together looked less like what fake accounts"),
        (0.2, 0.0, PLAIN - 0.1, "fewer than 8 accounts, or payers as concentrated as 0.5 on a scale from 0 to 1 (now 0.20), would be one "
                                "customer's"),
        (0.2, 1.0, PLAIN - 0.1, "fewer than 8 accounts would be one customer's: a person asks first"),
        (0.2, 0.0, PLAIN, "fewer than 8 accounts would be one customer's: a person asks first"),
    ],
)
def test_what_would_make_it_one_customer_s_is_told(payer: float, rotation: float, nats: float, told: str) -> None:
    """A pool that few cards pay for is accused since it hides, or is plainly one of fakes: what would not change that is not named."""
    found = values(1, **(POOL | WORK | {"context__one_payer": payer, "infra__rotation": rotation, "context__crowd": 0.5}))
    used = model(grown(nats, NOTHING), linked=part(volume__even_load=100.0))
    verdicts = judge.judge(found, findings(1, SURER), used)
    assert verdicts.campaign[0]
    (said,) = (one for one in changes(found, used, verdicts, 0) if "would be one customer's" in one)
    assert said.startswith(told)
    # An accused customer reads them, too.
    assert not [one for one in changes(found, used, verdicts, 0) if " trees" in one or " nats" in one]


def test_how_far_a_campaign_is_from_another_purpose() -> None:
    (said,) = purpose(context__unwanted=0.28)
    assert said == (
        "a person would ask whether it is a content mill, or access that is resold, if it asked less for reasoning, grading, code, agents, "
        "data and (if many) images (now the share of its requests that do is 72% of the average of the log's groups; it would have to be "
        "at most 60% of it)"
    )
    (as_many,) = purpose(context__unwanted=0.0)
    assert "that do is the average of the log's groups or more; it would have to be at most 60% of it)" in as_many


def test_all_that_is_missing_for_another_purpose_is_told() -> None:
    (said,) = purpose(context__unwanted=0.9, harvest__elicitation=0.3, harvest__long_answers=0.3)
    assert "share" not in said
    told = "if less than 5% of its requests asked for reasoning written out (now 30% do); and if its answers were shorter than 1.41 times"
    assert told in said
    assert "the average of the log's groups (now they are 2.00 times it)" in said


def test_what_hides_many_accounts_is_told_of_who_would_be_of_another_purpose() -> None:
    (said,) = purpose(context__unwanted=0.7, infra__rotation=0.8, context__crowd=0.5)
    assert said.endswith("if it had fewer than 64 accounts, or these did not each use a pool of exits with the others")


def test_where_the_log_does_not_tell_what_is_asked_for_no_purpose_is_told() -> None:
    assert not any("content mill" in one for one in told({"context__alike": 1.0}))


def test_what_another_purpose_alone_leaves_to_a_person_would_be_accused() -> None:
    (said,) = purpose("review", context__unwanted=0.8)
    assert said.startswith("it would be accused if it asked more for reasoning")
    assert said.endswith("that do is 20% of the average of the log's groups; it would have to be more than 60% of it)")
    assert not purpose("review", context__unwanted=0.8, context__one_payer=0.6)
    # A school is asked about, whatever the answers are for.
    assert not purpose("review", context__unwanted=0.8, context__education=0.7)


def test_how_far_a_small_campaign_is_from_openly_one_customer() -> None:
    small = {"context__crowd": np.log10(63) / 4, "context__one_domain": 0.5}
    below = {"volume__even_load": 8.0}
    (said,) = (one for one in told({"context__alike": 1.0} | small, **below) if "openly" in one)
    assert said.startswith("if 90% of its accounts shared rare mail domains (50% do) and its payers were as concentrated as 0.2 on")
    for change in ({"context__crowd": np.log10(64) / 4}, {"context__one_domain": 0.0}, {"infra__rotation": 0.5}):
        assert not any("openly" in one for one in told({"context__alike": 1.0} | small | change, **below))
    assert not any("openly" in one for one in told({"context__alike": 1.0} | small))  # beyond doubt
