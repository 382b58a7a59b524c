"""What would change a verdict: facts that alone would end it are named, those that would not are not."""

from typing import Any

import pytest
from judge_helpers import findings, model, part, values

from stillwatch import judge
from stillwatch.judge.results import changes

POOL: dict[str, Any] = {"session__handoff": 1.0, "identity__payment": 1.0, "volume__even_load": 1.0, "context__alike": 0.1}
SURE = {"session.handoff": 1e-12, "volume.even_load": 1e-12}


def told(change: dict[str, Any], p_values: dict[str, Any] = SURE, **weights: float) -> list[str]:
    found, used = values(1, **(POOL | change)), model(linked=part(**(weights or {"volume__even_load": 100.0})))
    return changes(found, used, judge.judge(found, findings(1, p_values), used), 0)


def test_what_alone_takes_it_below_the_line() -> None:
    said = told({})
    assert "without volume.even_load the score would fall below the line" in said
    assert not any("without identity.payment the score" in one for one in said)


def test_what_alone_leaves_an_everyday_reason() -> None:
    """Accounts that work unlike are a pool by two links; without either they are not."""
    said = told({})
    for link in ("session.handoff", "identity.payment"):
        assert f"without {link} there would be an everyday reason for what is left" in said
    assert not any("without session.handoff there" in one for one in told({"context__alike": 1.0}))


@pytest.mark.parametrize("name", ["context__alike", "context__mostly_alike"])
def test_work_of_their_own_would_be_a_club(name: str) -> None:
    lone = {"session__handoff": 0.5, "identity__payment": 0.5, "context__alike": 0.0, name: 1.0}
    assert any("a club or one shop's customers" in one for one in told(lone))
    assert not any("a club" in one for one in told({}))  # a pool whatever its accounts do


def test_of_what_is_explained_already_only_the_reason_is_told() -> None:
    said = told({"session__handoff": 0.0, "identity__payment": 0.0})
    assert any(one.startswith("an everyday reason explains it") for one in said)
    assert not any(one.startswith("without ") for one in said)


def test_two_families_are_said_to_be_few() -> None:
    assert any("only two families speak (session and volume)" in one for one in told({}))
    three = SURE | {"identity.payment": 1e-12}
    assert not any("only two families" in one for one in told({}, three))
