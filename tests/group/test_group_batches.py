"""Batches: accounts with a card for a few each are found, and farms among families by how they live."""

import os
import subprocess
import sys

import numpy as np
import pytest
from group_helpers import members

from stillwatch import group
from stillwatch.group.batches import LARGEST, classes

NONE = -1


def test_who_shares_a_card_or_a_phone_is_of_one_batch() -> None:
    card = np.array([5, 5, NONE, NONE, 7, 7, NONE, 9])
    phone = np.array([NONE, 3, 3, NONE, NONE, NONE, NONE, 4])
    found = group.batched([card, phone], np.arange(8))
    assert found[0] == found[1] == found[2] != found[4] == found[5]
    assert (found[[3, 6, 7]] == NONE).all()  # who shares with nobody is of none
    assert set(found[found >= 0]) == {0, 1}


def test_one_owner_is_no_batch_and_neither_is_a_shop() -> None:
    assert (group.batched([np.array([5, 5, 5])], np.array([1, 1, 1])) == NONE).all()
    assert (group.batched([np.zeros(LARGEST, np.int64)], np.arange(LARGEST)) == 0).all()
    assert (group.batched([np.zeros(LARGEST + 1, np.int64)], np.arange(LARGEST + 1)) == NONE).all()
    assert (group.batched([np.full(3, NONE)], np.arange(3)) == NONE).all()


def town(seed: int = 1, families: int = 150, farms: tuple[int, ...] = (30, 20)) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """Batches of three accounts: families with hours and work of their own each, and farms that draw from one mix each.

    The batch of each account, habits and machines a batch; families come first, then one farm after the other.
    """
    rng = np.random.default_rng(seed)
    sizes = (8, 8, 16)
    mixes = [rng.dirichlet(np.full(n, 0.4), families) for n in sizes]
    for farm in farms:
        of_farm = [rng.dirichlet(np.full(n, 0.7)) for n in sizes]
        mixes = [np.concatenate([mix, np.tile(one, (farm, 1))]) for mix, one in zip(mixes, of_farm, strict=True)]
    n = len(mixes[0])
    requests = rng.integers(10, 60, n)
    habits = [rng.multinomial(requests, mix).astype(float) for mix in mixes]
    machines = [np.eye(61)[rng.integers(61, size=n)] * requests[:, None]]
    return np.repeat(np.arange(n), 3), habits, machines


@pytest.mark.parametrize("seed", range(4))
def test_farms_are_proposed_whole_beside_families(seed: int) -> None:
    batch, habits, machines = town(seed)
    found = group.alike_batches(batch, habits, machines, 4)
    assert set(found.origin) == {"batches"}  # three accounts of one card are too few by themselves
    for first, last in ((150, 180), (180, 200)):
        farm = set(np.flatnonzero((batch >= first) & (batch < last)).tolist())
        best = max(members(found), key=lambda held: len(held & farm) / len(held | farm))
        assert len(best & farm) >= 0.9 * len(farm)
        assert len(best - farm) <= 0.1 * len(best)


def test_the_order_of_batches_changes_nothing() -> None:
    batch, habits, machines = town()
    order = np.random.default_rng(5).permutation(len(habits[0]))
    place = np.argsort(order)
    turned = group.alike_batches(place[batch], [table[order] for table in habits], [table[order] for table in machines], 4)
    assert set(members(turned)) == set(members(group.alike_batches(batch, habits, machines, 4)))


def test_a_batch_that_is_large_enough_is_proposed_by_itself_and_few_are_not_compared() -> None:
    batch = np.array([0, 0, 0, 0, 1, 1, NONE])
    found = group.alike_batches(batch, [np.ones((2, 3))], [np.ones((2, 2))], 4)
    assert members(found) == [frozenset(range(4))]
    assert found.origin == ("identity",)
    assert group.alike_batches(np.full(3, NONE), [np.zeros((0, 3))], [np.zeros((0, 2))], 4).n == 0


def test_rows_of_one_mix_are_one_class() -> None:
    rng = np.random.default_rng(2)
    mix = np.array([[0.7, 0.2, 0.1, 0.0], [0.1, 0.1, 0.1, 0.7]])
    of = np.repeat([0, 1], 40)
    found = classes([rng.multinomial(30, mix[of]).astype(float)], 2)
    assert (found[:40] == found[0]).all()
    assert (found[40:] == found[40]).all()
    assert found[0] != found[40]


MIRRORED = """
import numpy as np
from stillwatch.group.batches import classes

half = np.random.default_rng(1).dirichlet(np.full(32, 0.5), 1000) * 30
left = np.concatenate([half, np.zeros_like(half)], axis=1)
left[0], left[0, 0] = 0, 100
both = np.concatenate([half, half[:, ::-1]], axis=1)
print(classes([np.concatenate([left, left[:, ::-1], both])], 8).tolist())
"""
"""Rows, their mirror images, and rows that are their own, which are as near to a class as to its image."""


def test_threads_of_the_algebra_library_break_no_tie() -> None:
    threads = ({"OPENBLAS_NUM_THREADS": n, "OMP_NUM_THREADS": n, "MKL_NUM_THREADS": n} for n in "12")
    running = [subprocess.Popen([sys.executable, "-c", MIRRORED], env=os.environ | n, stdout=subprocess.PIPE) for n in threads]
    one, two = (child.communicate()[0] for child in running)
    assert len(one) > 3000
    assert one == two


def test_accounts_that_hop_are_proposed_together_and_those_who_live_alike_apart() -> None:
    _, habits, machines = town(3, families=0, farms=(40, 30))
    number = np.full(100, NONE)
    number[20:90] = np.arange(70)
    found = group.alike_accounts(number, habits, machines, 8)
    assert set(found.origin) == {"hopping"}
    assert set(range(20, 90)) == members(found)[0]
    for mine in (set(range(20, 60)), set(range(60, 90))):
        best = max(members(found)[1:], key=lambda held: len(held & mine) / len(held | mine))
        assert len(best & mine) >= 0.9 * len(mine) >= 0.8 * len(best)


def test_few_accounts_that_hop_are_no_group() -> None:
    _, habits, machines = town(3, families=0, farms=(7,))
    assert group.alike_accounts(np.arange(7), habits, machines, 8).n == 0
    assert group.alike_accounts(np.full(5, NONE), [np.zeros((0, 8))], [np.zeros((0, 8))], 8).n == 0
