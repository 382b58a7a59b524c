"""Single pieces: p-values hold where their null does and are small for one hand; what takes little or lasts few days is seen."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge_helpers import YEAR_1_US, groups, measured, people, scene, values

from stillwatch.judge import Measured, Scene
from stillwatch.judge.conduct import CONDUCT, lived, long_answers, night, occasion, one_provider, short_answers
from stillwatch.judge.evidence import EVIDENCE, Finding, mostly_alike
from stillwatch.judge.evidence.content import one_length, one_mix
from stillwatch.judge.evidence.identity import contact, payment
from stillwatch.judge.evidence.infra import hopping, network, rotation
from stillwatch.judge.evidence.lifecycle import HALF_BANNED, banned, replacement, signup
from stillwatch.judge.evidence.session import handoff
from stillwatch.judge.evidence.timing import one_rhythm
from stillwatch.judge.matcher import MOST_GROUPS, Matcher
from stillwatch.judge.measure import DAY_PARTS, LENGTHS, hour_columns, measure
from stillwatch.judge.people import HOUR_US, UNKNOWN
from stillwatch.judge.pieces import JOINT_SENTENCES, usual_mix
from stillwatch.judge.pools import one_pool
from stillwatch.judge.reasons import HOURS_REQUESTS, by_day
from stillwatch.judge.results import COMPUTED, _sentence
from stillwatch.judge.sample import _networks, _Rows
from stillwatch.tables import CAPABILITIES

# --- Sums -----------------------------------------------------------------------------------------------------------


def sums(hours: Any, *, of_day: Any = range(24)) -> Measured:
    """What is measured of one group of one account that sent a request in each of these hours of 2026 that are of these of the day."""
    hour = START + np.array([hour for hour in hours if hour % 24 in of_day])
    none = np.zeros(len(hour), np.int64)
    columns = dict.fromkeys(("parent", "output_tokens", "elicitation", "n_words", "capability", "tools"), none)
    batch = (none.astype(np.int32), {"time": hour * HOUR_US, **columns})
    ends = int(hour[0]), int(hour[-1])
    return measure(Matcher(groups([0]), 1, ("tools",)), none[:1], ends, hour_columns(ends, [hour * HOUR_US]), [batch])


START = 20_454 * 24


@pytest.mark.parametrize("objects", [(), tuple((group, 7) for group in range(MOST_GROUPS + 3))])
def test_requests_of_more_groups_than_they_count_for_are_counted(objects: tuple[tuple[int, int], ...]) -> None:
    told = {name: np.full(2, 7) for name in ("parent", "output_tokens", "elicitation", "n_words", "tools")}
    batch = np.zeros(2, np.int32), {"time": np.zeros(2, np.int64), "capability": np.zeros(2, np.int64), **told}
    for n_groups, crowded in ((MOST_GROUPS, 0), (MOST_GROUPS + 3, 2)):
        proposed = groups(*[[0]] * n_groups, objects=objects[:n_groups])
        sums = measure(Matcher(proposed, 1, ("tools",)), np.zeros(1, np.int64), (0, 0), np.zeros(1, np.int64), [batch], threads=2)
        assert (sums.crowded, sums.n.tolist()) == (crowded, [2] * MOST_GROUPS + [0] * (n_groups - MOST_GROUPS))
        assert sums.select(sums.n > 0, sums.n > 0).crowded == crowded


def test_objects_that_mark_the_same_groups_are_one_mark_and_a_request_counts_once_for_each_group() -> None:
    # Objects 7 and 8 mark groups 0 and 1, 9 marks group 1, and 10 marks group 2, in which account 0 is not.
    proposed = groups([0], [0], [1], objects=((0, 7), (0, 8), (1, 7), (1, 8), (1, 9), (2, 10)))
    matcher = Matcher(replace(proposed, object_column=np.array([0, 1, 0, 1, 0, 0])), 2, ("tools", "system"))
    objects = {"tools": np.array([7, 7, 9, 10, 3]), "system": np.array([8, 3, 0, 8, 7])}
    marks = matcher.marks(objects)
    assert len(matcher.index.mark_start) - 1 == 3
    assert marks[0, 0] == marks[0, 1] == marks[3, 1] >= 0
    columns = ("time", "capability", "parent", "output_tokens", "elicitation", "n_words")
    batch = np.zeros(5, np.int32), {**dict.fromkeys(columns, np.zeros(5, np.int64)), **objects}
    assert measure(matcher, np.zeros(2, np.int64), (0, 0), np.zeros(1, np.int64), [batch]).n.tolist() == [3, 4, 0]
    assert matcher.marked(*batch).tolist() == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("days", "of_day", "about"), [(21, range(24), 504), (64, range(9, 17), 512), (90, range(24), 2160), (120, range(3), 360)]
)
def test_hours_are_counted_also_where_a_log_is_longer_than_the_bits(days: int, of_day: range, about: int) -> None:
    assert sums(range(24 * days), of_day=of_day).active_hours == pytest.approx([about], rel=0.1 if days > 21 else 0)


def test_a_stray_time_takes_no_memory_for_the_years_between() -> None:
    usual, stray = sums([0, 30, 100]).hourly, sums([0, 30, 100, 19 * 365 * 24 + 5]).hourly
    assert (usual.dtype, usual.shape, np.flatnonzero(usual[0, 0]).tolist()) == (np.int32, (1, 2, 101), [0, 30, 100])
    assert (stray.shape, np.flatnonzero(stray[0, 0]).tolist()) == ((1, 2, 78), [0, 30, 52, 77])


def test_later_turns_that_say_nothing_of_the_work_are_unclear() -> None:
    """A first turn that says nothing is not: nothing before it tells more."""
    code, other = (CAPABILITIES.index(name) for name in ("code", "other"))
    none = np.zeros(4, np.int64)
    columns = dict.fromkeys(("time", "output_tokens", "elicitation", "n_words", "tools"), none)
    batch = none.astype(np.int32), {**columns, "parent": np.array([0, 7, 7, 0]), "capability": np.array([code, code, other, other])}
    found = measure(Matcher(groups([0]), 1, ("tools",)), none[:1], (0, 0), none[:1], [batch])
    assert (found.unclear.tolist(), found.capabilities[0, [code, other]].tolist()) == ([1], [2, 2])


# --- Accounts that are alike ---------------------------------------------------------------------------------------

ALIKE = {
    "day_parts": (one_rhythm, DAY_PARTS), "capabilities": (one_mix, len(CAPABILITIES)), "lengths": (one_length, LENGTHS),
}


def drawn(name: str, rng: np.random.Generator, concentration: float | list[float], n_groups: int, size: int, requests: float) -> Scene:
    """Groups whose accounts draw their requests from a mix of their own; the higher the concentration, the more alike."""
    n_classes = ALIKE[name][1]
    proposed = groups(*(range(g * size, (g + 1) * size) for g in range(n_groups)))
    spread = np.repeat(np.broadcast_to(concentration, n_groups), size)
    centre = np.repeat(rng.dirichlet(np.full(n_classes, 3.0), n_groups), size, axis=0)
    mix = np.array([rng.dirichlet(one * c + 1e-3) for one, c in zip(centre, spread, strict=True)])
    n = 2 + rng.poisson(requests, len(mix))
    counts = rng.multinomial(n, mix)
    return scene(proposed, people(n_groups * size), measured(proposed, n=n, **{name: counts.astype(np.int32)}))


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize(("size", "requests"), [(10, 30.0), (40, 10.0), (100, 60.0)])
def test_under_the_null_p_values_of_alike_accounts_are_about_uniform(name: str, size: int, requests: float) -> None:
    """Every group's accounts differ as much as every other's: half of the p-values are below a half, few are small."""
    p = ALIKE[name][0](drawn(name, np.random.default_rng(1), 4.0, 200, size, requests)).p_value
    assert not np.isnan(p).any()
    assert 0.4 <= (p <= 0.5).mean() <= 0.6
    for alpha in (0.05, 0.2):
        assert (p <= alpha).mean() <= alpha + 0.1
    assert (p <= 1e-4).mean() <= 0.01


@pytest.mark.parametrize("name", ALIKE)
def test_one_hand_among_people_is_told(name: str) -> None:
    """One group draws from one list, the others are people: its p-value is far below theirs, and its value far above."""
    found = ALIKE[name][0](drawn(name, np.random.default_rng(2), [1e6, *[4.0] * 60], 61, 40, 20.0))
    assert found.p_value[0] < 1e-6
    assert found.p_value[1:].min() > 100 * found.p_value[0]
    assert found.value[0] > 0.8
    assert np.median(found.value[1:]) < 0.4
    assert found.observed[0] < 0.02 < found.expected[0]


@pytest.mark.parametrize(("name", "place"), [("day_parts", 0), ("capabilities", 1)])
@pytest.mark.parametrize(("passers_by", "told"), [(2, True), (5, False)])
def test_a_few_passers_by_do_not_hide_one_hand(name: str, place: int, passers_by: int, told: bool) -> None:
    """Two in forty who do one thing of their own make all unlike, but not those that are left when the oddest twentieth is not counted."""
    drawn_ = drawn(name, np.random.default_rng(6), [1e6, *[4.0] * 60], 61, 40, 60.0)
    counts = getattr(drawn_.measured, name)
    rarest = counts[:40].sum(axis=0).argmin()
    counts[:passers_by] = np.eye(counts.shape[1], dtype=np.int32)[rarest] * 200
    assert ALIKE[name][0](drawn_).value[0] < 0.5
    assert (mostly_alike(drawn_)[place][0] > 0.8) == told


@pytest.mark.parametrize("name", ALIKE)
def test_where_everybody_is_alike_that_says_nothing(name: str) -> None:
    """All accounts of the log draw from one list, as where traffic is dealt at random: no group stands out by it."""
    rng = np.random.default_rng(5)
    alike = drawn(name, rng, 1e6, 1, 40 * 20, 20.0)
    several = groups(*(range(g * 40, (g + 1) * 40) for g in range(20)))
    dealt = scene(several, alike.people, measured(several, n=alike.measured.n, **{name: getattr(alike.measured, name)}))
    assert (ALIKE[name][0](dealt).value < 0.3).all()


@pytest.mark.parametrize("name", ALIKE)
def test_few_requests_tell_nothing(name: str) -> None:
    one_each = drawn(name, np.random.default_rng(3), 4.0, 5, 12, 0.0)
    nothing = {name: np.minimum(getattr(one_each.measured, name), 0)}
    found = ALIKE[name][0](scene(one_each.groups, one_each.people, measured(one_each.groups, **nothing)))
    assert np.isnan(found.p_value).all()
    assert (found.value == 0).all()


# --- Beyond chance -------------------------------------------------------------------------------------------------


def test_what_chance_gives_links_nobody() -> None:
    """Handoffs dealt over all accounts by traffic: everybody takes part, and the value is about 0. Within a pool it is high."""
    rng, n = np.random.default_rng(4), 400
    own = range(0, 100)
    proposed = groups(own)
    sums = measured(proposed, n=np.full(100, 40), first_turns=np.full(100, 10))
    known = people(n, n_events=np.full(n, 40))
    chance = rng.integers(0, n, (12_000, 2))
    dealt = handoff(scene(proposed, known, sums, chance.tolist()))
    assert dealt.p_value[0] > 1e-3
    assert dealt.value[0] < 0.05
    within = rng.integers(0, 100, (1_500, 2))
    pool = handoff(scene(proposed, known, sums, within.tolist()))
    assert pool.p_value[0] < 1e-12
    assert pool.value[0] > 0.5


def test_a_class_whose_conversations_strangers_continue_hands_nothing_over() -> None:
    """Half of the accounts only give, half only take: whoever copies a class would else make its pupils his accounts."""
    rng = np.random.default_rng(6)
    proposed = groups(range(60))
    sums = measured(proposed, n=np.full(60, 40), first_turns=np.full(60, 10))
    known = people(400, n_events=np.full(400, 40))
    copied = np.column_stack([rng.integers(30, 60, 600), rng.integers(0, 30, 600)])
    found = handoff(scene(proposed, known, sums, copied.tolist()))
    assert found.observed[0] == 600
    assert found.value[0] == 0
    both_ways = handoff(scene(proposed, known, sums, [*copied.tolist(), *copied[:, ::-1].tolist()]))
    assert both_ways.value[0] > 0.5


@pytest.mark.parametrize(("piece", "view"), [(payment, "payment"), (contact, "phone"), (contact, "email")])
def test_identities_shared_by_chance_link_nobody(piece: Any, view: str) -> None:
    rng, n = np.random.default_rng(5), 2_000
    proposed = groups(range(0, 200))
    by_chance = scene(proposed, people(n), **{view: rng.integers(0, 400, n)})
    found = piece(by_chance)
    assert found.value[0] < 0.2
    alone = np.arange(n)
    alone[:200] = np.arange(200) // 4
    found = piece(scene(proposed, people(n), **{view: alone}))
    assert found.value[0] > 0.8
    assert found.p_value[0] < 1e-12


@pytest.mark.parametrize(("piece", "view"), [(payment, "payment"), (contact, "phone"), (contact, "email")])
def test_a_value_that_hundreds_of_others_share_hides_no_batches(piece: Any, view: str) -> None:
    """A carrier's 400 customers have one payer; a group whose accounts share in fours does so however many they are."""
    value = np.arange(2_000)
    value[:400] = np.arange(400) // 4
    value[1_600:] = 5_000
    found = piece(scene(groups(range(400)), people(2_000), **{view: value}))
    # Drawn from the other 1,600 accounts as often: 400 of them have one value, and the others each their own.
    assert found.expected[0] == pytest.approx(400 * 400 / 1_600 - 1, abs=0.01)
    assert found.observed[0] == 300
    assert found.value[0] > 0.4


def test_as_many_repeats_are_expected_as_draws_from_the_others_give() -> None:
    """Known truth: the mean over random groups of the same size among all others."""
    rng, n, size = np.random.default_rng(7), 900, 150
    value = rng.integers(0, 300, n)
    value[size:260] = 0
    told = payment(scene(groups(range(size)), people(n), payment=value)).expected[0]
    others = value[size:]
    drawn = [size - len(np.unique(rng.choice(others, size, replace=False))) for _ in range(400)]
    assert told == pytest.approx(np.mean(drawn), rel=0.03)


@pytest.mark.parametrize(("networks", "expected"), [(1, 47.0), (4, 44.0)])
def test_owners_in_networks_are_expected_in_the_unit_that_they_are_observed_in(networks: int, expected: float) -> None:
    """Groups of 48 owners that are all alike: as many are beyond the first of each network as are expected, however many pairs that is."""
    proposed, account = groups(*(range(i * 48, (i + 1) * 48) for i in range(3))), np.arange(144)
    rows = _Rows(account // 48, account // 48 * 9 + account % 48 * networks // 48, account, np.ones(144, np.int32))
    _, repeats, usual, known, *_ = _networks(proposed, rows, account, np.ones(3, np.int64))
    assert repeats.tolist() == [expected] * 3
    alike = scene(proposed, people(144))
    told = network(replace(alike, sample=replace(alike.sample, net_repeats=repeats, net_usual=usual, net_known=known)))
    assert told.expected == pytest.approx(repeats, rel=0.01)


def test_further_groups_are_expected_to_meet_as_the_logs_median_group_does() -> None:
    """Not as the median of the further ones; their own owners and places stay theirs."""
    log, further = (
        replace(scene(groups(*members), people(60)), sample=replace(
            scene(groups(*members), people(60)).sample, net_usual=np.full(len(members), usual), net_known=np.full(len(members), known)))
        for members, usual, known in (((range(10), range(10, 30)), 0.1, 9.0), ((range(30, 60),), 0.7, 5.0))
    )
    assert log.beside(further).sample.net_expected.tolist() == pytest.approx([3.6, 3.6, 1.0])
    assert log.beside(further).groups.sizes().tolist() == [10, 20, 30]


@pytest.mark.parametrize(("piece", "view"), [(payment, "payment"), (contact, "phone"), (contact, "email")])
def test_one_customer_among_strangers_links_nobody(piece: Any, view: str) -> None:
    """27 of 70 accounts have one value and the others each their own; in batches of three the same number would be a link."""
    shared, batches = np.arange(500), np.arange(500)
    shared[:27], batches[:27] = 0, np.arange(27) // 3
    found = {value: piece(scene(groups(range(70)), people(500), **{view: told})).value[0]
             for value, told in (("shared", shared), ("batches", batches))}
    assert found["shared"] == 0
    assert found["batches"] > 0.2


def test_earlier_bans_speak_beyond_what_all_accounts_have() -> None:
    """Groups of 40 of which 0, 2 and 3 (what chance gives at 5 %), 12 and 40 were banned; where nobody was, it is blind."""
    n, per_group = 4_000, (0, 2, 3, 12, 40)
    proposed = groups(*(range(g * 40, (g + 1) * 40) for g in range(len(per_group))))
    when = np.full(n, UNKNOWN)
    for number, count in enumerate(per_group):
        when[number * 40 : number * 40 + count] = 0
    when[-143:] = 0
    found = banned(scene(proposed, people(n, banned_us=when)))
    assert found.expected == pytest.approx(2.0)
    assert found.value[:3].tolist() == [0, 0, 0]
    by_chance = 2 + 2 * np.sqrt(2)
    assert found.value[3:] == pytest.approx([0.25 / 0.95 * (1 - by_chance / 12), HALF_BANNED * (1 - by_chance / 40)], rel=1e-3)
    assert np.isnan(found.p_value[0])
    assert found.p_value[2] > 0.05 > 1e-5 > found.p_value[3] > found.p_value[4]
    nobody = banned(scene(proposed, people(n)))
    assert (nobody.value == 0).all()
    assert np.isnan(nobody.p_value).all()


@pytest.mark.parametrize(("banned_on", "signed_up_on", "expected"), [
    (50.0, 51.0, 20 / 40), (50.0, 50.0, 20 / 40), (50.0, 49.0, 0), (50.0, 54.0, 0),
    (-300.0, 0.0, 0),  # long before anybody is known to have signed up: nobody's replacement
    (-1.0, 0.0, 20 / 40), (200.0, 100.0, 0), (200.0, 0.0, 0),
])
def test_who_signs_up_within_three_days_after_a_ban_replaces(banned_on: float, signed_up_on: float, expected: float) -> None:
    """20 of 40 accounts are banned, 20 sign up; the group beside, banned or signed up at the same times, has nothing to do with it."""
    n, day = 4_000, 24 * HOUR_US
    created = np.linspace(0, 100 * day, n).astype(np.int64)
    created[:40], created[40:120] = int(99.5 * day), int(signed_up_on * day)
    when = np.full(n, UNKNOWN)
    when[40:60], when[120:140] = int(banned_on * day), int(banned_on * day)
    created[40:60], created[120:140] = int(99.5 * day), int(99.5 * day)
    proposed = groups(range(40), range(40, 80), range(80, 120), range(120, 140))
    found = replacement(scene(proposed, people(n, banned_us=when, created_us=created)))
    assert found.observed.tolist() == [0, 20 * (expected > 0), 0, 0]
    assert found.value[1] == pytest.approx(expected, abs=0.1 * (expected > 0))


def test_only_who_tells_a_sign_up_is_expected_to_replace() -> None:
    n, day = 4_000, 24 * HOUR_US
    created, when = np.linspace(0, 100 * day, n).astype(np.int64), np.full(n, UNKNOWN)
    when[0] = 50 * day
    whole, half = created, np.where((np.arange(n) < 40) & (np.arange(n) % 2 == 0), UNKNOWN, created)
    expected = [replacement(scene(groups(range(40)), people(n, banned_us=when, created_us=told))).expected for told in (whole, half)]
    assert expected[1] == pytest.approx(expected[0] / 2, rel=0.01)


@pytest.mark.parametrize("piece", [signup, replacement])
def test_a_time_of_ages_ago_changes_nothing_of_others(piece: Any) -> None:
    """Every other of 200 groups signed up on a day of its own, after a ban; somebody else did long before, or in the year 1."""
    n, day = 200 * 8 + 1, 24 * HOUR_US
    created = np.random.default_rng(4).integers(0, 400 * day, n)
    when = np.full(n, UNKNOWN)
    for group in range(0, 200, 2):
        created[8 * group : 8 * group + 8] = group * day + np.arange(8)
        when[8 * group] = group * day - HOUR_US
    found = []
    for created[-1] in (-100 * day, YEAR_1_US):
        found.append(piece(scene(groups(*np.arange(n - 1).reshape(200, 8)), people(n, created_us=created.copy(), banned_us=when))))
    assert (found[0].value > 0.4).tolist() == [True, False] * 100
    if piece is signup:  # tells within how many days, and from when on
        days, start = found[0].window
        assert (days[::2] == 1).all()
        assert start[::2].tolist() == [group * day for group in range(0, 200, 2)]
    for one, other in zip(vars(found[0]).values(), vars(found[1]).values(), strict=True):
        np.testing.assert_array_equal(one, other)


# --- Context -------------------------------------------------------------------------------------------------------


def over_days(days: float, log_days: int, requests: int = 5_000) -> float:
    """The value of occasion for a group that works ``days`` in a row, evenly."""
    hourly = np.zeros((1, 2, log_days * 24), np.int32)
    at = np.random.default_rng(6).uniform(24, 24 + days * 24, requests).astype(int)
    np.add.at(hourly[0, 0], at, 1)
    proposed = groups(range(10))
    return float(occasion(scene(proposed, people(10), measured(proposed, hourly=hourly)))[0])


@pytest.mark.parametrize(
    ("days", "low", "high"),
    [(0.5, 1.0, 1.0), (3.0, 1.0, 1.0), (4.0, 0.7, 0.9), (5.0, 0.4, 0.6), (6.5, 0.0, 0.1), (7.0, 0.0, 0.0), (12.0, 0.0, 0.0)],
)
def test_what_falls_within_few_days_may_be_an_occasion(days: float, low: float, high: float) -> None:
    assert low - 0.02 <= over_days(days, 14) <= high + 0.02


def test_an_occasion_bears_stragglers_and_needs_a_log() -> None:
    """A tail of a tenth of the requests before and after does not matter; a log of a week says nothing."""
    hourly = np.zeros((2, 2, 14 * 24), np.int32)
    hourly[:, 0, 100:148] = 100
    hourly[0, 1, ::8] = 5  # 210 of 5,010
    hourly[1, 1, ::4] = 60  # half of all
    proposed = groups(range(10), range(10, 20))
    told = occasion(scene(proposed, people(20), measured(proposed, hourly=hourly)))
    assert told.tolist() == [1.0, 0.0]
    assert over_days(2.0, 7) == 0
    assert over_days(2.0, 8) == 1


def answers(*tokens: float) -> Measured:
    proposed = groups(*(range(10 * i, 10 * i + 10) for i in range(len(tokens))))
    return measured(proposed, n=np.full(10 * len(tokens), 100), output_tokens=np.repeat(np.array(tokens) * 100, 10).astype(np.int64))


def test_short_answers_go_from_the_average_to_a_fifth_of_it() -> None:
    tokens = [1000.0, 200.0, 100.0, 500.0, 20.0]
    mean = np.mean(tokens)
    proposed = groups(*(range(10 * i, 10 * i + 10) for i in range(len(tokens))))
    told = scene(proposed, people(50), answers(*tokens))
    expected = np.clip(-np.log10(np.array(tokens) / mean) / 0.7, 0, 1)
    assert short_answers(told).tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    assert short_answers(told)[[0, 4]].tolist() == [0, 1]
    assert (np.minimum(short_answers(told), np.maximum(long_answers(told), 0)) == 0).all()


def test_answers_are_not_judged_where_tokens_are_not_told() -> None:
    proposed = groups(range(10), range(10, 20))
    told = scene(proposed, people(20), answers(0, 0))
    assert short_answers(told).tolist() == [0, 0]
    assert long_answers(told).tolist() == [0, 0]


def nights(parts: list[int], lasted_hours: int = 240) -> float:
    """The value of night of ten accounts that send so much in each three hours of the day."""
    proposed, hourly = groups(range(10)), np.zeros((1, 2, 14 * 24), np.int32)
    hourly[0, 0, :lasted_hours] = 10
    return float(night(scene(proposed, people(10), measured(proposed, hourly=hourly, day_parts=np.array([parts] * 10, np.int32))))[0])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [([5] * 8, 0.0), ([0, 6, 6, 6, 6, 6, 6, 0], 1.0), ([6, 0, 6, 6, 0, 6, 6, 6], 1 - 4 / 6), ([1, 1, 9, 9, 9, 9, 1, 1], 1 - 8 / 40)],
)
def test_people_of_one_time_zone_are_quiet_together(parts: list[int], expected: float) -> None:
    assert nights(parts) == pytest.approx(expected)


def test_who_worked_for_a_day_shows_no_night() -> None:
    assert nights([0, 0, 9, 9, 9, 9, 0, 0], 40) == 0
    assert nights([0, 0, 9, 9, 9, 9, 0, 0], 60) == 1


@pytest.mark.parametrize(("requests", "sleeps"), [(HOURS_REQUESTS - 1, False), (HOURS_REQUESTS, True)])
def test_of_groups_of_any_size_it_is_told_how_much_each_account_sent(requests: int, sleeps: bool) -> None:
    proposed = groups(range(20_000), range(2))
    known = scene(proposed, people(20_000), measured(proposed, n=np.append(np.full(20_000, requests), (7_000_000, 7_000_000))))
    amounts = {name: piece(known) for name, piece in CONDUCT.items() if name in ("context.crowd", "context.sent", "harvest.volume")}
    assert by_day(values(2, timing__round_the_clock=0.0) | amounts).tolist() == [sleeps, True]


def test_an_account_lived_that_was_seen_for_a_day() -> None:
    """Of four accounts one sent a single request, one for an hour, and two for a day and for a week."""
    proposed = groups(range(4))
    last = np.array([0, 1, 24, 24 * 7]) * HOUR_US
    sums = measured(proposed, n=np.array([1, 9, 9, 9]), last_us=last)
    assert lived(scene(proposed, people(4), sums))[0] == pytest.approx(2 / 3)


def test_a_mix_of_work_that_other_groups_of_the_log_have_too_is_usual() -> None:
    one_list, everybody = ([1e6, *[4.0] * 60], [1e6] * 61)
    for shape, usual in ((one_list, [0, 1]), (everybody, [1, 1])):
        told = drawn("capabilities", np.random.default_rng(2), shape, 61, 40, 20.0)
        assert usual_mix({"content.one_mix": one_mix(told)})[:2].tolist() == usual
    assert usual_mix({"content.one_mix": Finding(*np.full((4, 1), np.nan))}).tolist() == [0]  # no text was read


@pytest.mark.parametrize("name", [*EVIDENCE, *CONDUCT, *COMPUTED, *JOINT_SENTENCES])
def test_what_an_analyst_reads_of_a_piece_has_no_markup_shape_or_constant(name: str) -> None:
    assert not re.search(r"[`_]|:func:|[A-Z]{5}", _sentence(name))


def test_conversations_connect_a_queue_and_not_the_teams_beside_it() -> None:
    """In one group a chain of eight; in another teams of two, three and two, and one account that hands nothing over; nothing in a third.
    A conversation that leaves a group connects nobody in it."""
    chain = [(i + 1, i) for i in range(7)]
    teams = [(9, 8), (11, 10), (12, 11), (14, 13), (16, 15)]
    known = scene(groups(range(8), range(8, 16), range(15, 24)), people(24), handoffs=[*chain, *teams, (8, 2), (2, 14)])
    assert one_pool(known).tolist() == [1.0, 3 / 7, 1.0]
    assert one_pool(scene(groups(range(8)), people(8))).tolist() == [0.0]


def test_accounts_of_one_provider_are_counted_among_those_whose_provider_is_known() -> None:
    known = scene(groups(range(4), range(4, 8)), people(8), providers=[1, 1, 5, 0, 0, 0, 0, 0])
    assert one_provider(known).tolist() == [2 / 3, 0.0]


def test_who_hops_between_providers_is_compared_with_the_logs_other_accounts() -> None:
    """Twenty of a group's 30 hop, and ten of the other 270 of whom enough is told."""
    hops = np.zeros(400, np.int64)
    hops[:20], hops[30:40], hops[300:] = 1, 1, -1
    told = hopping(scene(groups(range(30), range(30, 330)), people(400), hops=hops))
    expected = 30 * (10 + 8 * 11 / 272) / (270 + 8)
    assert told.observed.tolist() == [20, 10]
    assert told.expected[0] == pytest.approx(expected)
    assert told.value[0] == pytest.approx((20 - expected) / (30 - expected))
    assert told.p_value[0] < 1e-20
    assert told.value[1] == 0
    assert told.p_value[1] > 0.9


def test_hopping_is_blind_where_no_providers_are_told_and_who_hops_rotates() -> None:
    blind = hopping(scene(groups(range(30)), people(60)))
    assert np.isnan(blind.p_value[0])
    assert blind.value[0] == 0
    hops = np.zeros(60, np.int64)
    hops[:24] = 1
    assert rotation(scene(groups(range(30)), people(60))).value[0] == 0
    assert rotation(scene(groups(range(30)), people(60), hops=hops)).value[0] == pytest.approx(0.8, abs=0.01)
