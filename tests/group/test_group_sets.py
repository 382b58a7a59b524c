"""Groups from labels and from pairs of accounts, and groups of groups: the same as with plain sets."""

import numpy as np
from group_helpers import members, objects
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch import group
from stillwatch.group import Groups

PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15)
LABELS = st.lists(st.tuples(st.integers(-2, 3), st.integers(0, 11)), max_size=20)


def columns(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.array(rows, np.int64).reshape(-1, 2).T
    return a, b


@given(LABELS, st.integers(1, 4))
def test_groups_of_labels(rows: list[tuple[int, int]], smallest: int) -> None:
    found = group.from_labels(*columns(rows), "identity.payment", smallest)
    held: dict[int, set[int]] = {}
    for label, account in rows:
        held.setdefault(label, set()).add(account)
    assert members(found) == [frozenset(held[label]) for label in sorted(held) if len(held[label]) >= smallest]
    assert found.origin == ("identity.payment",) * found.n
    assert objects(found) == [frozenset()] * found.n


def components_slowly(pairs: list[tuple[int, int]]) -> set[frozenset[int]]:
    parts: list[set[int]] = []
    for a, b in pairs:
        joined = {a, b}.union(*(part for part in parts if part & {a, b}))
        parts = [part for part in parts if not part & {a, b}] + [joined]
    return {frozenset(part) for part in parts}


@settings(deadline=None)
@given(PAIRS, st.integers(1, 5))
def test_components_are_those_of_joining_pair_by_pair(pairs: list[tuple[int, int]], smallest: int) -> None:
    found = members(group.components(*columns(pairs), 12, "session", smallest))
    assert set(found) == {part for part in components_slowly(pairs) if len(part) >= smallest}
    assert len(found) == len(set(found))


GROUPS = st.lists(
    st.tuples(
        st.sets(st.integers(0, 9), min_size=1, max_size=4),
        st.sets(st.tuples(st.integers(0, 3), st.integers(-9, 9)), max_size=3),
        st.sampled_from(["content", "session"]),
    ),
    max_size=5,
)


Parts = list[tuple[set[int], set[tuple[int, int]], str]]


def built(parts: Parts) -> Groups:
    held = np.array([(i, a) for i, part in enumerate(parts) for a in sorted(part[0])], np.int64).reshape(-1, 2)
    marks = np.array([(i, *key) for i, part in enumerate(parts) for key in sorted(part[1])], np.int64).reshape(-1, 3)
    return Groups(len(parts), *held.T, *marks.T, tuple(part[2] for part in parts))


@given(GROUPS, GROUPS, st.data())
def test_groups_put_together_and_taken_apart(one: Parts, other: Parts, data: st.DataObject) -> None:
    together = group.concatenate([built(one), built([]), built(other)])
    expected = one + other
    keep = np.array([data.draw(st.booleans()) for _ in expected], bool)
    for found, parts in ((together, expected), (together.select(keep), [p for p, k in zip(expected, keep, strict=True) if k])):
        assert found.n == len(parts)
        assert members(found) == [frozenset(part[0]) for part in parts]
        assert objects(found) == [frozenset(part[1]) for part in parts]
        assert found.origin == tuple(part[2] for part in parts)
        assert found.sizes().tolist() == [len(part[0]) for part in parts]


def test_groups_of_the_same_accounts_are_twins() -> None:
    rng = np.random.default_rng(4)
    one, other = (np.sort(rng.choice(10_000, 200, replace=False)) for _ in range(2))
    members = [one, other, one, one[:190], one[:20]]
    of_group = np.repeat(np.arange(5), [len(m) for m in members])
    label = group.twins(5, of_group, np.concatenate(members))
    assert label[0] == label[2] == label[3]
    assert len({int(label[i]) for i in (0, 1, 4)}) == 3
    assert not len(group.twins(0, np.zeros(0, np.int64), np.zeros(0, np.int64)))
