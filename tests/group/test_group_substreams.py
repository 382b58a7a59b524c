"""Objects that the same accounts carry are one proposal: planted communities come back whole, pure, and once."""

import itertools
from typing import Any

import numpy as np
import pytest
from group_helpers import carried, marked, members, objects
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch import group

COMMUNITIES = {name: range(start, start + size) for name, start, size in (
    ("large", 0, 120), ("small", 120, 6), ("within", 40, 12), ("bordering", 100, 40), ("apart", 500, 25),
)}
"""Accounts of each planted community; one lies within another and one borders on it."""


def planted(seed: int, lost: float, each: int = 6) -> dict[tuple[int, int], set[int]]:
    """Each community carries ``each`` objects in several columns, of which each account lacks a share ``lost``."""
    rng = np.random.default_rng(seed)
    holders = {}
    for number, accounts in enumerate(COMMUNITIES.values()):
        own = np.array(accounts)
        for i in range(each):
            kept = own[rng.random(len(own)) >= lost] if len(own) > 10 else own
            holders[i % 4, 1000 * number + i] = set(kept.tolist())
    return holders


def crowd(seed: int, n_objects: int = 400, n_accounts: int = 600) -> dict[tuple[int, int], set[int]]:
    """Objects of independent accounts, from 4 to 60 each."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(4, 60, n_objects)
    return {(i % 4, 10**6 + i): set(rng.choice(n_accounts, size, replace=False).tolist()) for i, size in enumerate(sizes)}


@pytest.mark.parametrize(("seed", "lost"), [(1, 0.0), (2, 0.0), (3, 0.03), (4, 0.03)])
def test_planted_communities_come_back_whole_and_pure_and_once(seed: int, lost: float) -> None:
    holders = planted(seed, lost) | crowd(seed)
    found = marked(group.substreams(carried(holders), 4))
    for number, (name, accounts) in enumerate(COMMUNITIES.items()):
        own = frozenset((i % 4, 1000 * number + i) for i in range(6))
        assert own in found, name  # every object, duplicates merged, and no other's object among them
        assert found[own] == frozenset().union(*(holders[key] for key in own)) <= frozenset(accounts), name
        assert len(found[own]) >= 0.97 * len(accounts), name
    rest = {own: accounts for own, accounts in found.items() if min(own)[1] >= 10**6}
    assert len(found) == len(COMMUNITIES) + len(rest)
    assert all(len(own) == 1 and accounts == frozenset(holders[next(iter(own))]) for own, accounts in rest.items())
    assert len(rest) == 400


def test_nothing_merges_where_accounts_are_dealt_anew() -> None:
    """The same objects with as many carriers each, who are now anybody: every object is a proposal of its own."""
    holders = planted(1, 0.0) | crowd(1)
    rows = [(key, account) for key, own in holders.items() for account in own]
    rng = np.random.default_rng(5)
    dealt: dict[tuple[int, int], set[int]] = {}
    for (key, _), account in zip(rows, rng.permutation([account for _, account in rows]).tolist(), strict=True):
        dealt.setdefault(key, set()).add(account)
    found = marked(group.substreams(carried(dealt), 4))
    assert len(found) == sum(len(own) >= 4 for own in dealt.values())
    assert all(len(own) == 1 for own in found)


@pytest.mark.parametrize(("share", "one"), [(1.0, True), (0.9, True), (0.4, False), (0.2, False), (0.0, False)])
def test_objects_merge_by_how_alike_their_carriers_are(share: float, one: bool) -> None:
    """Over 40 pairs of objects with the given Jaccard similarity, nearly all merge or nearly none."""
    rng, merged = np.random.default_rng(7), 0
    for _ in range(40):
        both = round(100 * 2 * share / (1 + share))
        accounts = rng.permutation(2000).tolist()
        a, b = accounts[:100], accounts[100 - both : 200 - both]
        found = group.substreams(carried({(0, 1): a, (1, 2): b}), 4)
        merged += found.n == 1
        assert set().union(*members(found)) == set(a) | set(b)
    assert merged >= 36 if one else merged <= 3


def test_few_carriers_are_not_proposed() -> None:
    holders = {(0, 1): {10, 11, 12}, (0, 2): {1, 2, 3, 4}, (2, 3): {5, 6, 7, 8, 9}}
    found = group.substreams(carried(holders), 4)
    assert marked(found) == {frozenset({(0, 2)}): frozenset({1, 2, 3, 4}), frozenset({(2, 3)}): frozenset({5, 6, 7, 8, 9})}
    assert found.origin == ("content", "content")
    for none in ({}, {0: {"object": np.zeros(0, np.int64), "account": np.zeros(0, np.int64)}}):
        assert group.substreams(none, 4).n == 0


HOLDERS = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(-5, 5)), st.sets(st.integers(0, 15), min_size=1), min_size=1, max_size=10
)


@settings(max_examples=80, deadline=None)
@given(HOLDERS, st.integers(1, 5))
def test_any_carriers_are_divided_among_proposals(holders: dict[tuple[int, int], set[int]], smallest: int) -> None:
    """No object is in two proposals, none is lost, and each proposal has its objects' carriers."""
    found = marked(group.substreams(carried(holders), smallest))
    listed = list(itertools.chain(*found))
    assert len(listed) == len(set(listed))
    for own, accounts in found.items():
        assert accounts == frozenset().union(*(holders[key] for key in own))
        assert len(accounts) >= smallest
    assert {key for key, own in holders.items() if len(own) >= smallest} <= set(listed)


def test_equal_carriers_are_one_proposal_whatever_else_is_there() -> None:
    same = {2, 4, 5, 7, 8}
    found = marked(group.substreams(carried({(0, 0): same | {0, 1}, (0, 1): same, (1, 0): same}), 1))
    assert any({(0, 1), (1, 0)} <= own for own in found)


# --- Content of groups that were proposed without ------------------------------------------------------------------


def enriched(plain: dict[int, list[int]], holders: dict[tuple[int, int], set[int]], n_accounts: int, **options: Any) -> Any:
    streams = group.substreams(carried(holders), 4)
    label, account = (np.array(x, np.int64) for x in zip(*((k, a) for k, own in plain.items() for a in own), strict=True))
    groups = group.from_labels(label, account, "session", 4)
    told = {"min_share": 0.3, "min_lift": 5.0, "max_width": 20.0, "min_accounts": 4} | options
    return group.enriched(groups, streams, n_accounts, **told)


def test_content_that_a_group_does_together_marks_it() -> None:
    """The crew's own object does; a tool that many use, an object of few of them, and others' objects do not."""
    crew = list(range(20))
    holders = {
        (0, 1): set(crew[:15]) | {900},  # the crew's
        (1, 2): set(crew[5:]),  # the crew's, too
        (0, 3): set(crew) | set(range(100, 600)),  # a tool: the carriers are 26 times the crew
        (0, 4): set(crew[:5]) | {901},  # of a quarter of the crew
        (0, 5): set(range(300, 320)),  # of others
    }
    found = enriched({7: crew, 8: list(range(700, 710))}, holders, 1000)
    assert members(found) == [frozenset(crew)]
    assert objects(found) == [frozenset({(0, 1), (1, 2)})]
    assert found.origin == ("session+content",)
    # Among 20,000 accounts the tool is rare as well, so that only its width tells it from the crew's own.
    assert objects(enriched({7: crew}, holders, 20_000)) == [frozenset({(0, 1), (1, 2)})]
    assert (0, 3) in objects(enriched({7: crew}, holders, 20_000, max_width=30.0))[0]
    assert (0, 4) in objects(enriched({7: crew}, holders, 1000, min_share=0.25))[0]


def test_content_that_everybody_does_marks_nobody() -> None:
    """Two of three accounts carry it, so the crew carries it no more often than chance."""
    holders = {(0, 1): {account for account in range(90) if account % 3}}
    assert enriched({0: list(range(20))}, holders, 90, min_lift=2.0).n == 0
    assert enriched({0: list(range(20))}, holders, 900, min_lift=2.0).n == 1


def test_dealt_content_marks_no_group() -> None:
    rng = np.random.default_rng(11)
    holders = {(0, i): set(rng.choice(5000, 60, replace=False).tolist()) for i in range(500)}
    plain = {i: rng.choice(5000, 12, replace=False).tolist() for i in range(100)}
    # Of 50,000 pairs, 1.7e-5 share four accounts or more by chance (Poisson, mean 0.144).
    assert enriched(plain, holders, 5000).n <= 4


def test_enriching_nothing_gives_nothing() -> None:
    none = group.from_labels(np.zeros(0, np.int64), np.zeros(0, np.int64), "session", 4)
    one = group.from_labels(np.zeros(5, np.int64), np.arange(5), "session", 4)
    options = {"min_share": 0.3, "min_lift": 5.0, "max_width": 20.0, "min_accounts": 4}
    for a, b in ((none, none), (one, none), (none, one)):
        assert group.enriched(a, b, 10, **options).n == 0
