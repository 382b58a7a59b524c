"""Trees: read as they were grown, their shares add up, and each piece keeps its sign."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_helpers import grown, model, part, values

from stillwatch import judge
from stillwatch.judge.lines import (
    BEYOND_DOUBT,
    BROAD,
    DOUBTED,
    FAINT,
    IDLE,
    SLEEPING,
    TREES,
    Lines,
    doubt,
)
from stillwatch.judge.model import SIZES, dump, load
from stillwatch.judge.pieces import SIGNS, joint
from stillwatch.judge.reasons import everyday
from stillwatch.judge.trees import DIGITS, Trees

TWO = Trees(
    pieces=("session.handoff", "harvest.rate"), roots=(0, 5),
    piece=(0, -1, 1, -1, -1, 1, -1, -1), at=(0.50005, 0.0, 0.20005, 0.0, 0.0, 0.70005, 0.0, 0.0), lower=(1, 0, 3, 0, 0, 6, 0, 0),
    upper=(2, 0, 4, 0, 0, 7, 0, 0), value=(0.25, -1.0, 1.5, 1.0, 2.0, 0.1, -0.5, 0.7),
)
"""If conversations are handed over, a rate above 0.2 counts; a rate above 0.7 counts anyhow."""


ZERO = Trees(pieces=("harvest.rate",), roots=(0,), piece=(-1,), at=(0.0,), lower=(0,), upper=(0,), value=(0.0,))
"""One tree that gives every group nothing."""


def test_each_group_takes_its_way() -> None:
    told = {"session.handoff": np.array([0.5, 0.6, 0.6, 0.0]), "harvest.rate": np.array([0.9, 0.2, 0.3, 0.1])}
    assert TWO.log_odds(told) == pytest.approx([-1 + 0.7, 1 - 0.5, 2 - 0.5, -1 - 0.5])
    assert TWO.log_odds({name: value[:0] for name, value in told.items()}).shape == (0,)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_shares_add_up(told: list[tuple[float, float]]) -> None:
    """The roots' values and what every piece changes are the log-odds of each group, whatever else is looked at with it."""
    found = dict(zip(TWO.pieces, np.array(told).T, strict=True))
    whole = TWO.log_odds(found)
    for group in range(len(told)):
        assert 0.25 + 0.1 + sum(TWO.shares(found, group).values()) == pytest.approx(whole[group])


def test_values_are_looked_at_as_a_run_keeps_them() -> None:
    exact = np.array([0.50004, 0.50006])
    kept = np.round(exact, DIGITS)
    rate = np.zeros(2)
    assert TWO.log_odds({"session.handoff": exact, "harvest.rate": rate}).tolist() == [-1.5, 0.5]
    assert TWO.log_odds({"session.handoff": kept, "harvest.rate": rate}).tolist() == [-1.5, 0.5]


@pytest.mark.parametrize(
    "wrong",
    [{"roots": (8,)}, {"roots": (-1,)}, {"piece": (2, -1, 1, -1, -1, 1, -1, -1)}, {"upper": (2, 0, 9, 0, 0, 7, 0, 0)}, {"value": (0.25,)},
     {"value": ("",) * 8}, {"lower": (0, 0, 3, 0, 0, 6, 0, 0)}],
    ids=str,
)
def test_trees_that_a_way_would_leave_or_never_end_in_are_refused(wrong: dict[str, tuple[float, ...]]) -> None:
    """A packet brings its own, and whoever computes it again must not hang or read what is not theirs."""
    with pytest.raises(ValueError, match=r"nodes do not fit together|could not convert"):
        replace(TWO, **wrong).log_odds({name: np.ones(1) for name in TWO.pieces})  # type: ignore[arg-type]


def test_trees_speak_only_where_no_sum_passes() -> None:
    """A part that sums pieces passes the first group; the second is explained to it, the third below its line: trees speak. The fourth
    is below both lines, and the sum is told.
    """
    told = values(4, harvest__rate=[1.0, 1.0, 0.9, 0.1], session__handoff=1.0, context__occasion=[0.0, 1.0, 0.0, 0.0],
                  context__yardstick=[1.0, 1.0, 1.0, 4.0])
    both = model(grown(1.0, TWO, 0.5, trees=2.5), unlinked=part(harvest__volume=1.0, harvest__rate=20.0))
    both = replace(both, margins={**both.margins, "unlinked": (18.5,) * len(SIZES)})
    said = both.assess(told)
    assert said.part.tolist() == [0, -1, -1, 0]
    assert said.beyond_log.tolist() == [False, True, True, False]
    assert not said.explained.any()
    assert said.score[1] == pytest.approx(1.0 + 2.7 - 0.5 * 1.0 - 2.5)  # less half of the log's yardstick, and the line
    base, pieces = both.bars(told, 1)
    assert set(pieces) == {*TWO.pieces}, "the yardstick tells of the log: it is in the base"
    assert base + sum(pieces.values()) == pytest.approx(said.score[1])
    assert set(both.pieces) == {"harvest.volume", "harvest.rate", "session.handoff"}
    assert load(dump(both)) == both


def test_trees_and_a_part_together_pass_what_neither_passes() -> None:
    """The part needs a nat more than it gives, the trees alone far more; together they pass, and the bars are of both."""
    told = values(2, harvest__rate=0.9, session__handoff=[1.0, 0.0], harvest__volume=np.log(10.0) - 1.0, context__yardstick=0.0)
    both = model(grown(0.0, TWO, linked=1.0, trees=9.0), linked=part(harvest__volume=1.0))
    said = both.assess(told)
    assert said.beyond_log.tolist() == [True, True]
    assert said.part.tolist() == [0, 0]
    sums = both.by_part(told)[0]
    assert (sums < 0).all()
    assert said.score == pytest.approx(sums - 1.0 + np.array([2.7, 1 - 1 - 0.3]))
    base, pieces = both.bars(told, 0)
    assert set(pieces) == {"harvest.volume", *TWO.pieces}
    assert base + sum(pieces.values()) == pytest.approx(said.score[0])
    explained = told | {"context.education": np.ones(2), "context.common_work": np.ones(2)}
    assert not both.assess(explained).beyond_log.any()


def test_what_no_log_of_calibration_reached_passes_in_any_log() -> None:
    """A log all of whose groups are far out hides the second; the first lies beyond innocents of all logs."""
    told = values(2, harvest__rate=[0.9, 0.1], session__handoff=1.0, harvest__volume=-9.0, context__yardstick=50.0)
    both = model(replace(grown(0.0, TWO), lines=(Lines(1.0, {TREES: 1.0}, anywhere=2.5),) * 2), linked=part(harvest__volume=1.0))
    said = both.assess(told)
    assert said.beyond_log.tolist() == [True, True]
    assert said.part.tolist() == [-2, -2]
    assert said.score == pytest.approx([2.7 - 2.5, 0.5 - 2.5])
    base, pieces = both.bars(told, 0)
    assert base + sum(pieces.values()) == pytest.approx(said.score[0])


def test_many_kinds_of_work_have_lines_of_their_own_and_are_asked_for_fewer_reasons() -> None:
    """Four groups of an occasion do as much alike; where the work is of many kinds the line is lower, and the part without links counts."""
    told = values(4, harvest__rate=0.9, harvest__narrow=[1.0, BROAD, BROAD - 0.01, 0.0], harvest__volume=-1.0, context__occasion=1.0,
                  session__handoff=1.0, context__yardstick=0.4)
    lines = Lines(1.0, {TREES: 9.0, "unlinked": 1.0}), Lines(0.5, {TREES: 9.0, "unlinked": 1.0})
    both = model(replace(grown(0.0, TWO), lines=lines), unlinked=part(harvest__volume=1.0))
    said = both.assess(told)
    assert said.beyond_log.tolist() == [False, False, True, True]
    assert said.explained.tolist() == [True, True, False, False]
    assert said.score[2:] == pytest.approx(both.by_part(told)[0][2:] + 2.7 - 0.5 * 0.4 - 1.0)
    taught = told | {"context.placed": np.zeros(4), "context.crowd": np.full(4, 0.4)}
    assert not both.assess(taught).beyond_log.any()  # what a log does not tell is asked of all


def test_a_class_without_a_line_for_a_part_has_that_of_the_first() -> None:
    told = values(2, harvest__rate=0.9, session__handoff=1.0, harvest__volume=-1.0, context__yardstick=0.4, harvest__narrow=[1.0, 0.0])
    lines = Lines(0.5, {TREES: 9.0, "linked": -9.0}), Lines(0.0, {TREES: 9.0})
    both = model(replace(grown(0.0, TWO), lines=lines), linked=part(harvest__volume=1.0))
    said = both.assess(told)
    sums = both.by_part(told)[0]
    assert said.beyond_log.all()
    assert said.score == pytest.approx(sums + 2.7 - 0.4 * 0.5 + 9.0)
    for group in range(2):
        base, pieces = both.bars(told, group)
        assert base + sum(pieces.values()) == pytest.approx(said.score[group])


def test_trees_doubt_the_more_the_fewer_kinds_of_work() -> None:
    """Trees that give a nat less than, and as much as, is asked of each breadth of work."""
    narrow = [BROAD - 0.1, BROAD, 0.45, 0.5, 1.0]
    told = values(5, harvest__narrow=narrow, harvest__volume=BEYOND_DOUBT, identity__payment=1.0)
    assert doubt(told, np.zeros(5), unlinked=np.zeros(5, bool)).tolist() == pytest.approx([0.0, 0.0, DOUBTED / 2, DOUBTED, DOUBTED])
    for nats, doubted in ((-0.1, [True] * 5), (0.0, [False, False, True, True, True]), (1.0, [False, False, False, True, True]),
                          (DOUBTED, [False] * 5)):
        one = model(grown(nats, ZERO), linked=part(harvest__volume=1.0))
        assert one.assess(told).doubted.tolist() == doubted
        assert one.assess(told | {"harvest.volume": np.full(5, BEYOND_DOUBT + np.log(10))}).doubted.tolist() == doubted


def test_trees_doubt_more_where_nothing_links_unless_the_score_is_high_and_the_work_wanted() -> None:
    told = values(3, harvest__narrow=[0.0, 0.45, 1.0])
    nothing, sure = np.zeros(3), np.full(3, BEYOND_DOUBT)
    assert doubt(told, nothing, unlinked=np.ones(3, bool)).tolist() == pytest.approx([DOUBTED, 1.5 * DOUBTED, 2 * DOUBTED])
    met = told | {"infra.network": np.full(3, 0.5)}
    assert doubt(met, nothing, unlinked=np.ones(3, bool)).tolist() == [2 * DOUBTED] * 3
    assert doubt(met, nothing, unlinked=np.zeros(3, bool)).tolist() == pytest.approx([0.0, DOUBTED / 2, DOUBTED])
    idle = told | {"context.unwanted": np.full(3, IDLE)}
    assert doubt(told, sure, unlinked=np.ones(3, bool)).tolist() == [DOUBTED] * 3
    assert doubt(idle, sure, unlinked=np.ones(3, bool)).tolist() == pytest.approx([DOUBTED, 1.5 * DOUBTED, 2 * DOUBTED])
    speaking = model(grown(DOUBTED, ZERO), unlinked=part(harvest__volume=1.0))
    assert speaking.assess(told | {"harvest.volume": np.full(3, 1.0)}).doubted.tolist() == [False, True, True]


def test_of_who_sleeps_trees_must_be_sure_whatever_the_score() -> None:
    """A vendor's contractors; the same round the clock, with too few requests to tell, and in a log of few days."""
    asleep = values(4, timing__round_the_clock=[0.0, 0.1, 0.0, 0.0], harvest__volume=1.0, harvest__narrow=0.0,
                    context__sent=[5.0, 5.0, 0.1, 5.0], context__short_log=[0.0, 0.0, 0.0, 1.0])
    sure = np.full(4, BEYOND_DOUBT)
    assert doubt(asleep, sure, unlinked=np.zeros(4, bool)).tolist() == [SLEEPING, 0.0, 0.0, -np.inf]
    for nats, doubted in ((SLEEPING - 0.1, True), (SLEEPING, False)):
        speaking = model(grown(nats, ZERO), linked=part(harvest__volume=BEYOND_DOUBT + 1))
        assert speaking.assess({name: value[:1] for name, value in asleep.items()}).doubted.tolist() == [doubted]


def test_in_a_log_of_few_days_trees_doubt_less_of_who_sent_little_and_nothing_of_a_high_score() -> None:
    """64 accounts of 10, 20, 25, 30 and 1,000 requests each, of one kind of work and of many."""
    sent = np.array([10, 20, 25, 30, 1000])
    for narrow, asked in ((1.0, DOUBTED), (0.0, 0.0)):
        told = values(5, harvest__narrow=narrow, context__sent=np.log10(sent), context__crowd=np.log10(64) / 4)
        assert doubt(told, np.zeros(5), unlinked=np.zeros(5, bool)).tolist() == [asked] * 5
        early = told | {"context.short_log": np.ones(5)}
        least = doubt(early, np.zeros(5), unlinked=np.zeros(5, bool))
        assert least[[0, 1, 3, 4]].tolist() == pytest.approx([FAINT, FAINT, asked, asked])
        assert FAINT < least[2] < asked
        assert (doubt(early, np.full(5, BEYOND_DOUBT), unlinked=np.ones(5, bool)) == -np.inf).all()


def test_of_batches_that_live_alike_trees_say_nothing() -> None:
    told = values(4, harvest__rate=0.9, harvest__volume=-9.0, context__yardstick=0.0, context__batches=[0.0, 1.0, 1.0, 1.0],
                  harvest__narrow=[1.0, 1.0, 0.0, 1.0], identity__contact=[0.0, 0.0, 0.0, 1.0])
    both = model(grown(9.0, TWO, trees=1.0), linked=part(harvest__volume=1.0))
    assert both.assess(told).beyond_log.tolist() == [True, False, False, False]


def test_trees_are_asked_few_reasons_and_what_a_log_does_not_tell() -> None:
    gathered = {"context.occasion": 1.0, "context.one_place": 0.49, "context.alike": 0.1}
    assert everyday("unlinked", values(1, **gathered)).tolist() == [True]
    assert everyday(TREES, values(1, **gathered)).tolist() == [False]
    # an office, or the runners of one cloud, is one for them as well, unless something ties it
    housed = gathered | {"context.one_place": 0.5}
    assert everyday(TREES, values(1, **housed)).tolist() == [True]
    assert everyday(TREES, values(1, **housed, identity__replacement=0.2)).tolist() == [False]
    assert everyday(TREES, values(1, **gathered, context__placed=0.0, context__crowd=0.4)).tolist() == [True]
    # so are an app's users
    assert everyday(TREES, values(1, **gathered, context__own_client=0.4)).tolist() == [True]
    assert everyday(TREES, values(1, **gathered, context__own_client=0.39)).tolist() == [False]
    assert everyday(TREES, values(1, **gathered, context__own_client=1.0, identity__payment=0.2)).tolist() == [False]
    assert everyday(TREES, values(1, infra__network=1.0, context__owners=0.0, context__crowd=0.4)).tolist() == [True]


def test_shipped_trees_keep_signs_and_see_nothing_of_the_provider() -> None:
    """Raised alone, with what agrees with it, a piece of evidence never makes a group more innocent, and a contract never less."""
    shipped = judge.calibrated().forest
    assert shipped is not None
    few, many = shipped.lines
    assert set(few.parts) == {TREES, "linked", "unlinked"}
    assert {TREES, "unlinked"} <= set(many.parts)
    assert (0 <= few.share <= 1, many.share) == (True, 0.0)
    assert 0 < many.anywhere < few.anywhere
    assert not {"context.placed", "context.owners"} & set(shipped.trees.pieces)
    rng, n = np.random.default_rng(5), 2000
    drawn = {name: rng.random(n) for name in values(1)}
    drawn |= joint(drawn)
    before = shipped.trees.log_odds(drawn)
    for name, sign in SIGNS.items():
        if not sign:
            continue
        # The joint pieces of a set of values move with it, all of them with their sign.
        raised = drawn | {name: np.minimum(drawn[name] + 0.3, 1.0)}
        change = sign * (shipped.trees.log_odds(raised) - before)
        assert (change >= -1e-3).all(), name
    used = np.array(shipped.trees.piece)
    assert len(np.unique(used[used >= 0])) > 20
    told = json.loads(dump(judge.calibrated()))["forest"]["trees"]
    assert len(told["piece"]) == len(told["at"]) == len(told["lower"]) == len(told["upper"]) == len(told["value"])
