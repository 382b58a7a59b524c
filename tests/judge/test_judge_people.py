"""Who accounts are: what the registry tells of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from judge_helpers import groups, measured, people, scene

from stillwatch.judge import Scene
from stillwatch.judge.conduct import apart, own_client
from stillwatch.judge.evidence.infra import network, rotation
from stillwatch.judge.evidence.volume import even_load
from stillwatch.judge.people import people as join
from stillwatch.run_details import NO_EXCESS_SPREAD
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


def test_no_more_owners_and_networks_are_told_than_there_can_be() -> None:
    """A ring of 48 accounts that each use 4 networks, and send more requests than that; one of them sends two."""
    proposed, sent = groups(range(48)), np.full(48, 40)
    sent[0] = 2
    ring = scene(proposed, people(48), measured(proposed, n=sent), n_networks=np.full(48, 4))
    most = [piece(ring).sampled[2][0] for piece in (network, rotation)]
    assert most == [47 * 4 + 2 - 1, pytest.approx((47 * 4 + 2) / 48)]


@pytest.mark.parametrize(("each", "told"), [(12.0, 1.0), (1.0, 0.1)])
def test_a_pool_of_exits_is_no_place(each: float, told: float) -> None:
    office = scene(groups(range(20)), people(400), network=np.where(np.arange(400) < 20, 7, 0))
    assert apart(behind(office, each=each, shared=100)) == pytest.approx(told)


@pytest.mark.parametrize(
    ("of", "client", "own"),
    [
        (range(20), [4] * 20, 1.0),
        (range(20), [4] * 40, 0.5),  # as many others use it
        (range(20), [4] * 10 + [6] * 10, 1.0),  # two programs, both the group's
        (range(20), [4] * 10 + [5] * 10, 0.5),  # the second says that it is a browser
        (range(20), [4] * 10 + list(range(100, 120, 2)), 0.5),  # half of them use something of their own each
        (range(20), [4] * 7 + [6] * 7 + [8] * 6, 0.0),  # too few each
        (range(20), [0] * 20, 0.0),
    ],
)
def test_a_client_is_a_groups_own_as_far_as_others_do_not_use_it(of: range, client: list[int], own: float) -> None:
    told = scene(groups(of), people(60), client=np.array(client + [0] * (60 - len(client))))
    assert own_client(told) == pytest.approx(own)


@pytest.mark.parametrize(("others", "own"), [(0, 1.0), (1, 1.0), (2, 0.0)])
def test_a_client_that_users_set_each_in_their_own_way_is_no_app(others: int, own: float) -> None:
    client, setting = np.zeros(60, np.int64), np.full(60, 4)
    client[:20], setting[:others] = 6, 9
    assert own_client(scene(groups(range(20)), people(60), client=client, setting=setting)) == pytest.approx(own)


def test_loads_are_shown_beside_usual_ones_less_what_counting_gives() -> None:
    n = np.tile([6, 40], 20)
    found = even_load(scene(groups(range(40)), people(40), measured(groups(range(40)), n=n)))
    assert found.expected == pytest.approx(found.observed)
    same = even_load(scene(groups(range(40)), people(40), measured(groups(range(40)), n=np.full(40, 40))))
    assert same.observed.tolist() == [NO_EXCESS_SPREAD]


def test_what_is_usual_is_not_taken_from_groups_of_one_program() -> None:
    """Loads of everybody, which a program's users have, do not make those of others look even; where there are no others, they tell."""
    loads = np.concatenate([np.tile([8, 12], 10), np.tile([6, 600], 40)])
    both = groups(range(20), range(20, 100))
    for origin, expected in ((("content", "content"), False), (("content", "program"), True), (("program", "program+content"), False)):
        told = replace(both, origin=origin)
        n = loads[told.member_account]
        found = even_load(scene(told, people(100), measured(told, n=n))).expected
        alone = even_load(scene(groups(range(20)), people(100), measured(groups(range(20)), n=loads[:20]))).expected
        assert (found[0] == pytest.approx(alone[0])) == expected
