"""Who accounts are: what the registry tells of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from judge_helpers import groups, people, scene

from stillwatch.judge import Scene
from stillwatch.judge.evidence import rotation, signup
from stillwatch.judge.people import HOUR_US
from stillwatch.judge.people import people as join
from stillwatch.tables import ACCOUNTS


def test_an_organisation_of_one_account_is_none_unless_it_was_checked() -> None:
    """Many providers give every account an organisation of its own."""
    org = ["firm", "firm", "own 1", "own 2", "checked", None, ""]
    n = len(org)
    told = {"account_id": [f"a{i}" for i in range(n)], "org_id": org, "verified": [i == 4 for i in range(n)]}
    registry = pa.table({field.name: pa.array(told.get(field.name, [None] * n), field.type) for field in ACCOUNTS.schema})
    profile = {name: np.ones(n, np.int64) for name in ("n", "first_us", "last_us")}
    found = join(registry["account_id"].combine_chunks(), np.arange(n), profile, registry).org
    assert found[0] == found[1] >= 0
    assert found[4] >= 0
    assert found[[2, 3, 5, 6]].tolist() == [-1] * 4


def behind(told: Scene, **exits: Any) -> Scene:
    """The same where this many networks are shared by each account and in all."""
    return replace(told, sample=replace(told.sample, **{f"net_{name}": np.full(told.n, float(n)) for name, n in exits.items()}))


@pytest.mark.parametrize(
    ("each", "shared", "rotating"),
    [(1.0, 400.0, 0.1), (5.0, 40.0, 0.5), (12.0, 400.0, 1.0), (10.0, 4.0, 0.1), (np.nan, np.nan, 0.0)],
)
def test_many_exits_each_are_a_pool_and_few_are_offices(each: float, shared: float, rotating: float) -> None:
    told = behind(scene(groups(range(20)), people(30)), each=each, shared=shared)
    assert rotation(told).value == pytest.approx(rotating)


@pytest.mark.parametrize(("each", "speaks"), [(12.0, True), (1.0, False)])
def test_a_burst_of_sign_ups_speaks_behind_a_pool_of_exits_but_not_in_a_class(each: float, speaks: bool) -> None:
    created = np.arange(400) * HOUR_US * 24
    created[:20] = created[300]
    told = scene(groups(range(20)), people(400, created_us=created), network=np.where(np.arange(400) < 20, 7, 0))
    assert (signup(behind(told, each=each, shared=100)).value[0] > 0.5) == speaks
