"""Carriers of objects, planted or random, and groups as plain sets; used by the group tests."""

from collections.abc import Iterable, Mapping

import numpy as np

from stillwatch.group import Groups

Carried = dict[int, dict[str, np.ndarray]]


def carried(holders: Mapping[tuple[int, int], Iterable[int]]) -> Carried:
    """Sketch column -> sorted (object, account) rows, from (column, object) -> accounts."""
    found: Carried = {}
    for column in sorted({column for column, _ in holders}):
        rows = sorted((object_, account) for (c, object_), own in holders.items() if c == column for account in own)
        object_, account = np.array(rows, np.int64).reshape(-1, 2).T
        found[column] = {"object": object_, "account": account}
    return found


def members(groups: Groups) -> list[frozenset[int]]:
    """The accounts of each group, in order; each is listed once."""
    rows = list(zip(groups.member_group.tolist(), groups.member_account.tolist(), strict=True))
    assert rows == sorted(set(rows))
    return [frozenset(account for number, account in rows if number == group) for group in range(groups.n)]


def objects(groups: Groups) -> list[frozenset[tuple[int, int]]]:
    """The (column, object) marks of each group, in order; each is listed once."""
    assert (np.diff(groups.object_group) >= 0).all()
    found: list[set[tuple[int, int]]] = [set() for _ in range(groups.n)]
    columns = (groups.object_group, groups.object_column, groups.object_key)
    for group, column, key in zip(*(values.tolist() for values in columns), strict=True):
        assert (column, key) not in found[group]
        found[group].add((column, key))
    return [frozenset(own) for own in found]


def marked(groups: Groups) -> dict[frozenset[tuple[int, int]], frozenset[int]]:
    """Marks -> accounts; no two groups have the same marks."""
    assert len(groups.origin) == groups.n
    found = dict(zip(objects(groups), members(groups), strict=True))
    assert len(found) == groups.n
    return found
