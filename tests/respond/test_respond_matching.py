"""Which case a campaign is: pure matching, and its laws."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.respond.matching import KnownCase, NewCampaign, match


def found(name: str, members: list[str], marks: Sequence[str] = (), lineage: str | None = None) -> NewCampaign:
    return NewCampaign(name, frozenset(members), frozenset(("v", m) for m in marks), lineage)


def known(
    name: str, members: list[str], marks: Sequence[str] = (), campaigns: Sequence[str] = (), present: Sequence[str] = ()
) -> KnownCase:
    return KnownCase(name, frozenset(members), frozenset(("v", m) for m in marks), frozenset(campaigns), frozenset(present))


def names(found_: list[NewCampaign], known_: list[KnownCase]) -> dict[str, str]:
    return {campaign_id: m.case_id for campaign_id, m in match(found_, known_).items()}


def test_the_same_members_are_the_same_case() -> None:
    assert names([found("c1", ["a", "b", "c"])], [known("k1", ["a", "b", "x"]), known("k2", ["y", "z"])]) == {"c1": "k1"}


def test_after_all_were_replaced_the_objects_tell() -> None:
    assert names([found("c1", ["n1", "n2"], ["t1", "t2", "t3"])], [known("k1", ["a", "b"], ["t1", "t2", "t9"])]) == {"c1": "k1"}


def test_one_shared_account_or_object_among_many_is_chance() -> None:
    campaign = found("c1", list("abcdefgh"), ["t1", "t2", "t3"])
    assert names([campaign], [known("k1", ["a", "x", "y", "z"], ["t1", "u1", "u2"])]) == {}


def test_lineage_that_detection_told_is_enough() -> None:
    assert names([found("c2", ["x", "y"], lineage="c1")], [known("k1", ["a", "b"], campaigns=["c1"])]) == {"c2": "k1"}


def test_the_same_campaign_is_its_case_whatever_they_share() -> None:
    assert names([found("c1", ["x", "y"])], [known("k1", ["a", "b"], campaigns=["c1"])]) == {"c1": "k1"}


def test_a_split_keeps_the_case_for_the_stronger_part() -> None:
    parts = [found("c1", ["a", "b", "c", "d"]), found("c2", ["e", "f"])]
    assert names(parts, [known("k1", list("abcdef"))]) in ({"c1": "k1"}, {"c2": "k1"})
    assert names(parts, [known("k1", list("abcdef"))]) == {"c1": "k1"}, "of two whole overlaps the larger one"


def test_a_merger_goes_to_one_case_only() -> None:
    assert names([found("c1", list("abcdef"))], [known("k1", ["a", "b", "c", "d"]), known("k2", ["e", "f"])]) == {"c1": "k1"}


def test_after_a_split_each_part_stays_in_its_case() -> None:
    cases = [
        known("k1", list("abcdef"), campaigns=["c1", "c2"], present=list("abc")),
        known("k2", list("def"), campaigns=["c3"], present=list("def")),
    ]
    replaced = found("c4", ["a", *"uvwxyz"])
    assert names([replaced, found("c3", list("def"), lineage="c1")], cases) == {"c3": "k2"}, "the same campaign"
    assert names([replaced, found("c5", list("def"), lineage="c3")], cases) == {"c5": "k2"}, "its lineage"
    assert names([replaced, found("c5", list("ef"))], cases) == {"c5": "k2"}, "where they are present"
    assert names([found("c5", list("adef"))], cases) == {"c5": "k2"}, "although it has more of the old case"


def test_after_a_merger_and_a_new_split_each_part_is_in_its_own_case() -> None:
    cases = [
        known("k1", list("abcdef"), campaigns=["c1", "c3"], present=list("abcdef")),
        known("k2", list("ef"), campaigns=["c2"], present=list("ef")),
    ]
    assert names([found("c2", list("ef")), found("c4", ["a", *"uvwxyz"])], cases) == {"c2": "k2"}
    assert names([found("c5", list("ef")), found("c4", ["a", *"uvwxyz"])], cases) == {"c5": "k2"}


ids = st.sampled_from([f"a{i}" for i in range(12)])
sets = st.frozensets(ids, min_size=1, max_size=6).map(sorted)


@given(st.lists(sets, max_size=5), st.lists(sets, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_order_does_not_matter_and_no_case_takes_two(campaigns: list[list[str]], cases: list[list[str]], order: random.Random) -> None:
    f = [found(f"c{i}", m, m) for i, m in enumerate(campaigns)]
    k = [known(f"k{i}", m, m) for i, m in enumerate(cases)]
    first = names(f, k)
    assert len(set(first.values())) == len(first)
    order.shuffle(f)
    order.shuffle(k)
    assert names(f, k) == first
