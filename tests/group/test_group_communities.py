"""Communities: planted crews whose accounts share a list of objects are found, and chance makes none."""

import numpy as np
from group_helpers import members, objects

from stillwatch import group
from stillwatch.group import Incidence
from stillwatch.group.communities import LEAST_SHARED, STRONGEST, labels, links, own_objects


def incidence(pairs: list[tuple[int, int]], column: int = 0) -> Incidence:
    """Who left which object, each pair once; object ``o`` is named ``1000 + o``."""
    object_, account = np.unique(np.array(pairs, np.int64)[:, ::-1], axis=0).T
    key, number = np.unique(object_, return_inverse=True)
    return Incidence(account, number, np.arange(len(key)), np.full(len(key), column), key + 1000)


def world(crews: int = 2, size: int = 40, tasks: int = 60, n: int = 2000, seed: int = 3) -> list[tuple[int, int]]:
    """Crews of ``size`` accounts that draw 8 objects each of a list of their own, among accounts that draw of 40,000."""
    rng = np.random.default_rng(seed)
    pairs = [(account, int(o)) for account in range(n) for o in rng.choice(40_000, 6)]
    for crew in range(crews):
        listed = rng.choice(40_000, tasks, replace=False)
        pairs += [(crew * size + i, int(o)) for i in range(size) for o in rng.choice(listed, 8, replace=False)]
    return pairs


def test_crews_that_share_a_list_of_work_are_found_apart_and_whole() -> None:
    found = group.communities([incidence(world())], 2000, 8)
    for crew in (set(range(40)), set(range(40, 80))):
        best = max(members(found), key=lambda held: len(held & crew) / len(held | crew))
        assert len(best & crew) >= 38
        assert len(best - crew) <= 1
    assert set(found.origin) == {"community"}


def test_chance_makes_no_community() -> None:
    assert group.communities([incidence(world(crews=0))], 2000, 8).n == 0
    empty = Incidence(*(np.zeros(0, np.int64),) * 5)
    assert group.communities([empty], 10, 8).n == 0
    assert group.communities([], 10, 8).n == 0


def test_one_object_in_common_links_nobody() -> None:
    everybody = [(account, 1) for account in range(30)]
    a, _, _ = links(incidence(everybody), 30, 1)
    assert LEAST_SHARED == 2
    assert len(a) == 0


def test_links_keep_the_strongest_of_each_account() -> None:
    pairs = [(account, o) for account in range(80) for o in range(5)] + [(account, 10 + account) for account in range(2000)]
    a, b, evidence = links(incidence(pairs), 2000, 1)
    assert len(a) < 80 * 79 / 2
    assert np.bincount(np.concatenate([a, b]), minlength=80)[:80].min() >= STRONGEST
    assert (evidence > 0).all()


def test_objects_of_a_community_are_those_that_mostly_it_leaves() -> None:
    label = np.array([0, 0, 0, 0, 1, 1, -1, -1, -1, -1])
    pairs = [(0, 1), (1, 1), (2, 1), (9, 1), (0, 2), (1, 2), (6, 2), (7, 2), (8, 2), (0, 3), (1, 3), (2, 3), (6, 3), (7, 3), (8, 3), (9, 3)]
    whose, column, key = own_objects(label, [incidence(pairs, 4)])
    assert list(zip(whose.tolist(), column.tolist(), key.tolist(), strict=True)) == [(0, 4, 1001)]


def test_an_object_of_two_halves_is_of_both() -> None:
    label = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    halves, uneven = [(account, 1) for account in range(6)], [(account, 2) for account in range(7)]
    whose, _, key = own_objects(label, [incidence(halves + uneven)])
    assert list(zip(whose.tolist(), key.tolist(), strict=True)) == [(0, 1001), (0, 1002), (1, 1001)]


def test_an_object_with_several_names_brings_them_all() -> None:
    told = Incidence(np.arange(4), np.zeros(4, np.int64), np.array([0, 0]), np.array([2, 5]), np.array([77, 88]))
    whose, column, key = own_objects(np.zeros(4, np.int64), [told])
    assert (whose.tolist(), column.tolist(), key.tolist()) == ([0, 0], [2, 5], [77, 88])


def test_the_result_depends_on_neither_order_nor_threads() -> None:
    pairs = world(crews=3, size=25)
    one = group.communities([incidence(pairs)], 2000, 8)
    other = group.communities([incidence(pairs[::-1])], 2000, 8, threads=4)
    assert members(one) == members(other)
    assert objects(one) == objects(other)


def test_labels_are_of_linked_accounts_only() -> None:
    a, b = np.array([3, 3, 4]), np.array([4, 5, 5])
    for label in labels(a, b, np.ones(3), 8):
        assert (label[[0, 1, 2, 6, 7]] == -1).all()
        assert (label[[3, 4, 5]] >= 0).all()
    assert labels(a[:0], b[:0], np.ones(0), 8) == []


def test_one_set_of_accounts_is_proposed_once() -> None:
    told = incidence(world())
    found = group.communities([told, told], 2000, 8)
    assert found.n == len({frozenset(held) for held in members(found)}) == group.communities([told], 2000, 8).n
    assert len(np.unique(found.object_group)) == found.n
