"""The calibrated model: no weight against its sign, and p-values hold on innocents."""

import re
from dataclasses import replace

import numpy as np
import pytest
from judge_helpers import exponential, findings, model, part, values
from scipy import stats

from stillwatch import judge
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.lines import YARDSTICK
from stillwatch.judge.model import CHOSEN, KNOTS, LEEWAY, RARE_SHARE, SIZES, Part, Tail, dump, load
from stillwatch.judge.pieces import JOINT_SENTENCES, LINKED_PIECES, PARTS, UNLINKED_PIECES, alike, joint
from stillwatch.judge.pieces import SIGNS as SINGLE
from stillwatch.judge.reasons import MANY, NOWHERE, REASONS, everyday
from stillwatch.judge.results import evidence_rows, reasons
from stillwatch.judge.sample import in_all
from stillwatch.run_details import LOG10_SCALE, UNITS

SIGNS = {name: SINGLE.get(name, 1) for name in (*LINKED_PIECES, *UNLINKED_PIECES)}
"""Of single pieces and of those that agree, which can only speak for a campaign."""
LINKS = ("session", "identity")
"""Families that the part named unlinked must not see."""


def test_log_odds_are_the_sum_of_weighted_values() -> None:
    fitted = Part(-2.0, {"session.handoff": 3.0, "context.contracted": -1.5}, ())
    found = fitted.log_odds({"session.handoff": np.array([0, 1, 0.5]), "context.contracted": np.array([0, 1, 0.0])})
    assert found.tolist() == [-2.0, -0.5, -0.5]


def innocents(rng: np.random.Generator, n: int, tail: Tail) -> np.ndarray:
    """Log-odds of innocent groups that fall off as the tail says."""
    above = rng.random(n) < tail.share
    return np.where(above, tail.start + rng.exponential(tail.scale, n), tail.start - 20 * rng.random(n))


def test_p_values_of_innocents_are_the_share_that_reaches_them() -> None:
    """In every class of sizes, where log-odds fall off exponentially above the start of its tail: p <= alpha in a share alpha."""
    rng, n = np.random.default_rng(9), 600_000
    tails = tuple(exponential(i - 1.0, 0.02 / (i + 1), 0.7 + 0.4 * i) for i in range(len(SIZES)))
    for tail, size in zip(tails, KNOTS, strict=True):
        log_odds = innocents(rng, n, tail)
        one = model(linked=Part(0.0, {"harvest.rate": 1.0}, tails))
        told = values(n, harvest__rate=log_odds, context__crowd=np.log10(size) / 4)
        p = one.p_values(told)[0]
        for alpha in (tail.share, 0.2 * tail.share, 0.02 * tail.share):
            assert (p <= alpha).mean() == pytest.approx(alpha, abs=4 * np.sqrt(alpha / n))
        assert (p[log_odds < tail.start] > tail.share).all()
        assert p.max() <= 1
        assert (np.diff(p[np.argsort(log_odds)]) <= 0).all()
        assert ((one.assess(told).score >= 0) == (p <= RARE_SHARE)).all()


def test_of_two_parts_the_one_that_finds_a_group_rarer_speaks() -> None:
    two = model(linked=part(harvest__rate=1.0), unlinked=part(harvest__volume=1.0))
    told = values(3, harvest__rate=[19.0, 0, 19], harvest__volume=[0, 19.0, 17], context__mostly_alike=0.89)
    part_, score, explained, *_ = two.assess(told)
    assert part_.tolist() == [0, 1, 0]
    assert score[0] == score[1] == score[2] > 0
    assert not explained.any()


def test_a_part_with_an_everyday_reason_gives_way_to_one_without() -> None:
    """What happens in one place for a few days explains what moves together, and no shared card; below the line nothing gives way."""
    two = model(linked=part(harvest__rate=1.0), unlinked=part(harvest__volume=1.0))
    told = values(4, harvest__rate=[12.0, 12.0, 1.0, 12.0], harvest__volume=19.0, context__occasion=[1.0, 0.0, 1.0, 1.0],
                  context__alike=[1.0, 1.0, 1.0, 0.1])
    part_, score, explained, *_ = two.assess(told)
    assert part_.tolist() == [0, 1, 1, 1]
    assert explained.tolist() == [False, False, True, True]
    assert score[0] < score[1] == score[2]


DIVIDED_WORK = {"context__alike": 0.1, "identity__contact": 0.3, "content__one_mix": 1.0, "content__one_length": 0.8,
                "context__common_work": 0.29, "harvest__rate": 0.2}
"""Of linked accounts that keep hours of their own."""
HANDING = {"context__alike": 0.1, "session__handoff": 0.5, "harvest__rate": 0.2, "context__crowd": np.log10(32) / 4}
"""Of accounts that continue each other's conversations."""
BATCHES = {"context__batches": 1.0, "context__alike": 0.1, "context__mostly_alike": 0.75, "identity__payment": 0.5, "harvest__rate": 0.1,
           "infra__network": 0.49, "context__crowd": np.log10(32) / 4}
"""That were put together since they live alike."""
ONE_LIST = {"context__mostly_alike": 0.1, "content__one_mix": 0.9, "content__one_length": 1.0, "harvest__rate": 0.2}
"""What they do where each keeps hours of its own."""
FEW_MEET = {"infra__network": 0.5, "context__crowd": np.log10(50) / 4}
"""Fifty accounts that no link ties and that meet on networks."""
HOURS_APART = BATCHES | {"context__mostly_alike": 0.1, "identity__payment": 0.6, "content__one_mix": 1.0, "content__one_length": 0.95,
                         "harvest__rate": 0.2, "context__crowd": np.log10(64) / 4}
"""Many batches that draw from one list of work, each account at hours of its own."""
NO_NETWORKS = {"context__placed": 0.49, "context__crowd": np.log10(NOWHERE - 1) / 4, "session__handoff": 1.0}
"""Of a log without addresses."""
NO_OWNERS = {"context__owners": 0.0, "context__crowd": np.log10(63) / 4, "session__handoff": 1.0, "infra__network": 0.5}
"""Of a log that tells no organisations."""
FARM = {"context__batches": 1.0, "context__alike": 0.1, "context__mostly_alike": 0.6, "identity__payment": 0.5, "infra__network": 0.49,
        "context__crowd": np.log10(32) / 4}
"""Batches each of which keeps hours of its own."""
BY_DAY = {"timing__round_the_clock": 0.09, "context__sent": np.log10(12)}
"""A hundred accounts of twelve requests each that sleep at night."""
NETWORKED = {"context__one_place": 0.0, "infra__network": 0.5}
RELAY = {"session__handoff": 0.3, "context__one_place": 0.5, "context__unwanted": 0.2, "identity__payment": 0.9,
         "harvest__elicitation": 0.04, "harvest__long_answers": 0.09}
"""Of an app that relays its users from its servers, over accounts with many cards."""
FIRMS = {"context__organised": 0.5, "infra__network": 0.3, "identity__payment": 0.29}
"""That are customers of one vendor."""


@pytest.mark.parametrize(
    ("told", "part_", "reason"),
    [
        ({"context__alike": 0.79}, "linked", True),  # a club, a cohort
        ({"context__alike": 0.8}, "linked", False),
        ({"context__alike": 0.1, "context__mostly_alike": 0.87, "identity__contact": 0.3}, "linked", True),
        ({"context__alike": 0.1, "context__mostly_alike": 0.88, "identity__contact": 0.3}, "linked", False),  # and a few passers-by
        ({"context__alike": 0.1, "context__mostly_alike": 1.0, "identity__contact": 0.29, "identity__signup": 1.0}, "linked", True),
        ({"context__alike": 0.1, "session__handoff": 0.6, "identity__payment": 0.6}, "linked", False),  # a pool
        ({"context__alike": 0.1, "session__handoff": 0.6, "identity__payment": 0.59}, "linked", True),  # a school that hands over
        ({"context__alike": 1.0, "context__mostly_alike": 0.69}, "linked", True),  # a few accounts send most
        (HANDING, "linked", False),  # a pool that relays
        (HANDING | {"session__handoff": 0.49}, "linked", True),
        (HANDING | {"context__crowd": np.log10(31) / 4}, "linked", True),  # a team that hands over
        (HANDING | {"harvest__rate": 0.19}, "linked", True),  # volunteers
        (HANDING | {"infra__network": 0.5}, "linked", True),  # a call centre
        (HANDING | {"context__one_place": 0.5}, "linked", True),
        ({"infra__network": 0.5, "identity__payment": 0.6, "context__one_payer": 0.2}, "linked", True),  # a relay's few cards
        ({"infra__network": 0.5, "identity__payment": 0.6, "context__one_payer": 0.19}, "linked", False),
        ({"infra__network": 0.5, "identity__payment": 0.6, "context__one_payer": 0.2, "infra__rotation": 0.5}, "linked", False),
        ({"infra__network": 0.5, "identity__payment": 0.6, "context__one_payer": 0.2, "identity__contact": 0.3}, "linked", False),
        ({"infra__network": 0.5, "identity__payment": 0.6, "context__one_payer": 0.2, "session__handoff": 0.3}, "linked", False),
        ({"context__one_place": 0.5}, "linked", True),  # colleagues
        ({"context__one_place": 0.5, "identity__contact": 0.3}, "linked", False),
        ({"infra__network": 0.5}, "linked", True),  # colleagues in several offices
        ({"infra__network": 0.49}, "linked", False),
        ({"infra__network": 1.0, "context__crowd": np.log10(299) / 4}, "linked", True),
        ({"infra__network": 1.0, "context__crowd": np.log10(300) / 4}, "linked", False),  # too many for an unknown firm
        ({"infra__network": 0.5, "identity__payment": 0.3}, "linked", False),
        ({"infra__network": 0.5, "session__handoff": 0.5}, "linked", False),
        ({"infra__network": 0.5, "session__handoff": 0.5, "context__crowd": np.log10(31) / 4}, "linked", True),  # a desk in one office
        ({"infra__network": 0.5, "context__crowd": np.log10(31) / 4, "identity__payment": 0.3}, "linked", False),
        ({"identity__signup": 0.19}, "linked", True),  # people who do one thing
        ({"identity__signup": 0.19}, "unlinked", False),
        ({"identity__signup": 0.19, "identity__replacement": 0.2}, "linked", False),
        ({"identity__signup": 0.19, "identity__banned": 0.2}, "linked", False),
        (DIVIDED_WORK, "linked", False),
        (DIVIDED_WORK | {"identity__contact": 0.29}, "linked", True),
        (DIVIDED_WORK | {"content__one_length": 0.79}, "linked", True),
        (DIVIDED_WORK | {"context__common_work": 0.3}, "linked", True),  # readers of one tip
        (DIVIDED_WORK | {"context__common_work": 1.0, "content__one_length": 0.9}, "linked", False),  # each task asked more than once
        (DIVIDED_WORK | {"context__common_work": 1.0, "content__one_length": 0.9} | BY_DAY, "linked", True),  # a class with shared cards
        (DIVIDED_WORK | BY_DAY, "linked", True),  # annotators, each at his own hours, who share cards
        (DIVIDED_WORK | {"context__common_work": 1.0, "content__one_length": 0.89}, "linked", True),
        (DIVIDED_WORK | {"context__common_work": 1.0, "content__one_length": 0.9, "harvest__devotion": 0.79}, "linked", True),
        (DIVIDED_WORK | {"harvest__rate": 0.19, "context__youth": 0.64}, "linked", True),  # pupils
        (DIVIDED_WORK | {"harvest__rate": 0.1, "context__youth": 0.65}, "linked", False),
        (DIVIDED_WORK | {"harvest__rate": 0.09, "context__youth": 1.0}, "linked", True),
        ({"content__one_length": 0.93, "harvest__long_answers": 0.09}, "linked", True),  # a ring that spams
        ({"content__one_length": 0.93, "harvest__long_answers": 0.09}, "unlinked", True),
        ({"content__one_length": 0.93, "harvest__long_answers": 0.1}, "linked", False),
        ({"content__one_length": 0.94}, "linked", False),
        ({"content__one_length": 0.93, "identity__payment": 0.2}, "linked", False),
        (BATCHES, "linked", False),
        (BATCHES | {"context__mostly_alike": 0.74}, "linked", True),  # hunters of free credit
        (BATCHES | {"harvest__rate": 0.09}, "linked", True),  # readers of one tip
        (BATCHES | {"infra__network": 0.5, "session__handoff": 0.5}, "linked", True),
        (BATCHES | {"context__crowd": np.log10(31) / 4}, "linked", True),
        (BATCHES | {"context__mostly_alike": 0.88, "harvest__rate": 0.0, "identity__payment": 0.3}, "linked", False),
        (DIVIDED_WORK | {"context__batches": 1.0}, "linked", True),
        (BATCHES | ONE_LIST, "linked", True),  # hunters of free credit, too
        ({"context__batches": 1.0, "context__mostly_alike": 0.87, "identity__payment": 0.5}, "linked", True),  # alike was looked for
        ({"context__education": 0.3, "context__common_work": 0.2}, "linked", True),  # a class
        ({"context__education": 0.3, "context__common_work": 0.2}, "unlinked", True),
        ({"context__education": 0.29, "context__common_work": 0.9}, "linked", False),
        ({"context__education": 0.9, "context__common_work": 0.19}, "unlinked", False),
        (FIRMS, "linked", True),
        (FIRMS | {"identity__payment": 0.3}, "linked", False),
        (FIRMS | {"context__organised": 0.49}, "linked", False),
        (FIRMS | {"infra__network": 0.29}, "linked", False),
        (FIRMS, "unlinked", True),
        ({"context__one_place": 0.5}, "unlinked", True),
        ({"context__occasion": 0.5}, "unlinked", True),
        ({"context__occasion": 0.49, "context__one_place": 0.49}, "unlinked", False),
        ({"context__mostly_alike": 0.9, "context__alike": 0.8}, "unlinked", False),
        (FEW_MEET | {"context__mostly_alike": 0.95}, "unlinked", True),  # colleagues in several offices
        (FEW_MEET | {"context__mostly_alike": 0.96}, "unlinked", False),
        ({"context__mostly_alike": 0.89, "infra__network": 0.5}, "unlinked", True),  # many of them
        ({"context__mostly_alike": 0.9, "infra__network": 0.5}, "unlinked", False),
        ({"context__mostly_alike": 0.9, "infra__network": 0.49}, "unlinked", False),
        ({"context__mostly_alike": 0.89, "context__crowd": np.log10(50) / 4}, "unlinked", True),  # translators, guests of a hackathon
        ({"context__mostly_alike": 0.8, "context__crowd": np.log10(64) / 4}, "unlinked", False),  # too many for harnesses
        ({"context__mostly_alike": 0.79}, "unlinked", True),
        (FEW_MEET | {"context__mostly_alike": 0.95, "infra__network": 0.0, "context__placed": 0.49}, "unlinked", True),
        (NO_NETWORKS, "linked", True),  # keys that one firm rotates
        (NO_NETWORKS, "unlinked", True),
        (NO_NETWORKS | {"context__placed": 0.5}, "linked", False),
        (NO_NETWORKS | {"context__crowd": np.log10(NOWHERE) / 4}, "linked", False),
        (NO_NETWORKS | {"identity__payment": 0.3}, "linked", False),
        (NO_OWNERS | {"context__mostly_alike": 0.96}, "unlinked", True),  # a customer who makes data by contract
        (NO_OWNERS | {"context__mostly_alike": 0.96, "context__owners": 0.001}, "unlinked", False),
        (NO_OWNERS | {"context__mostly_alike": 0.96, "infra__network": 0.49}, "unlinked", False),
        (NO_OWNERS | {"context__mostly_alike": 0.96, "context__crowd": np.log10(64) / 4}, "unlinked", False),
        (NO_OWNERS | {"context__mostly_alike": 0.96, "identity__payment": 0.3}, "unlinked", False),
        (FARM, "batched", False),
        (FARM | {"context__batches": 0.0}, "batched", True),
        (HOURS_APART, "linked", False),
        (HOURS_APART | {"context__crowd": np.log10(63) / 4}, "linked", True),
        (HOURS_APART | {"identity__payment": 0.59}, "linked", True),
        (HOURS_APART | {"content__one_length": 0.94}, "linked", True),
        (HOURS_APART | {"harvest__rate": 0.19}, "linked", True),
        (HOURS_APART | {"infra__network": 0.5}, "linked", True),
        (FARM | {"identity__payment": 0.49}, "batched", True),
        (FARM | {"infra__network": 0.5}, "batched", True),  # one shop's customers
        (FARM | {"context__crowd": np.log10(31) / 4}, "batched", True),
        (FARM | {"context__mostly_alike": 0.59}, "batched", True),  # a test school's or a club's
        (FARM | {"context__education": 0.3, "context__common_work": 0.2}, "batched", True),
        (FARM, "linked", True),  # whose accounts keep hours of their own
        (HOURS_APART | {"context__usual_mix": 1.0}, "linked", True),  # teams of developers, each with a card
        (HOURS_APART | {"context__usual_mix": 1.0, "context__mostly_alike": 0.75}, "linked", False),
        ({"context__occasion": 1.0}, "linked", False),
        ({"harvest__devotion": 0.49, "harvest__long_answers": 0.09}, "unlinked", True),  # odd jobs beside a life of their own
        ({"harvest__devotion": 0.49, "harvest__long_answers": 0.09, "context__mostly_alike": 0.95}, "unlinked", True),
        ({"harvest__devotion": 0.49, "harvest__long_answers": 0.09, "context__mostly_alike": 0.96}, "unlinked", False),  # cover
        ({"harvest__devotion": 0.5, "harvest__long_answers": 0.09}, "unlinked", False),
        ({"harvest__devotion": 0.49, "harvest__long_answers": 0.1}, "unlinked", False),
        ({"harvest__devotion": 0.1}, "linked", False),
        (RELAY, "linked", True),
        (RELAY, "trees", True),
        (RELAY | {"context__one_place": 0.49}, "linked", False),
        (RELAY | {"context__one_place": 0.0, "context__unwanted": 0.0, "context__one_domain": 0.9}, "linked", True),
        (RELAY | NETWORKED | {"context__unwanted": 0.29, "context__one_domain": 0.89}, "linked", False),
        (RELAY | NETWORKED | {"context__unwanted": 0.3}, "linked", True),
        (RELAY | NETWORKED | {"context__unwanted": 0.3, "infra__network": 0.49}, "linked", False),
        (RELAY | {"context__crowd": np.log10(300) / 4}, "linked", False),  # too many for an app without a contract
        (RELAY | {"infra__rotation": 0.5}, "linked", False),  # an app does not hide where it works
        (RELAY | {"infra__rotation": 0.49}, "linked", True),
        (RELAY | {"infra__rotation": 0.5, "context__crowd": np.log10(31) / 4}, "linked", True),  # too few to tell
        (RELAY | {"session__handoff": 0.29}, "linked", False),
        (RELAY | {"context__unwanted": 0.19}, "linked", False),
        (RELAY | {"harvest__elicitation": 0.05}, "linked", False),
        (RELAY | {"harvest__long_answers": 0.1}, "linked", False),
        (BY_DAY, "unlinked", True),
        (BY_DAY, "linked", True),  # a burst of sign-ups ties a course, too
        (BY_DAY, "trees", True),
        (BY_DAY | {"context__short_log": 1.0}, "trees", False),  # a day tells nobody's sleep
        (BY_DAY | {"context__short_log": 1.0}, "unlinked", False),
        (BY_DAY | {"identity__contact": 0.2}, "linked", False),
        (BY_DAY | {"identity__contact": 0.2}, "trees", False),
        (BY_DAY | {"identity__contact": 0.2}, "unlinked", True),
        (BY_DAY | {"timing__round_the_clock": 0.1}, "unlinked", False),
        (BY_DAY | {"context__sent": np.log10(11)}, "unlinked", False),  # too little to tell their hours by
    ],
)
def test_everyday_reasons(told: dict[str, float], part_: str, reason: bool) -> None:
    assert everyday(part_, values(1, **told)).tolist() == [reason]


def test_who_is_alike() -> None:
    """One rhythm and one mix; a blind piece does not make accounts unlike, but two blind pieces tell nothing."""
    p = {"timing.one_rhythm": np.array([0.5, np.nan, 0.5, np.nan]), "content.one_mix": np.array([0.5, 0.5, np.nan, np.nan])}
    told = values(4, timing__one_rhythm=0.5, content__one_mix=0.8)
    assert alike((told["timing.one_rhythm"], told["content.one_mix"]), findings(4, p)) == pytest.approx([0.4, 0.8, 0.5, 0.0])


def test_bars_add_up_to_the_score() -> None:
    two = model(linked=part(0.5, harvest__rate=3.0, context__youth=1.0), unlinked=part(0.25, harvest__volume=2.0, context__contracted=-4.0))
    told = values(3, harvest__rate=[1, 0, 0.5], harvest__volume=[0, 1, 0.2], context__youth=0.5, context__contracted=[0.5, 0, 0])
    for group, spoke in enumerate(("harvest.rate", "harvest.volume", "harvest.rate")):
        base, pieces = two.bars(told, group)
        assert base + sum(pieces.values()) == pytest.approx(two.assess(told).score[group])
        assert spoke in pieces
    assert two.bars(told, 0)[1] == pytest.approx({"harvest.rate": 6.0, "context.youth": 1.0})  # nats of rarity


def test_shipped_calibration_obeys_its_own_rules() -> None:
    shipped = judge.calibrated()
    assert {name: set(one.weights) for name, one in shipped.parts.items()} == {n: set(told) for n, told in PARTS.items()}
    assert not any(name.split(".")[0] in LINKS for name in shipped.parts["unlinked"].weights)
    for one in shipped.parts.values():
        for name, weight in one.weights.items():
            assert weight * SIGNS[name] >= 0, name
        assert len(one.tails) == len(SIZES)
        assert all(0 < tail.rare < tail.share < 0.5 and tail.scale > 0 for tail in one.tails)
    assert {"command", "commit"} <= set(shipped.record)
    assert all(shipped.usual[name] <= strong for name, strong in shipped.strong.items())
    assert (shipped.p_values(values(1)) > shipped.parts["linked"].tails[0].rare).all()
    assert all(margin >= 0 for name in shipped.parts for margin in shipped.margins[name])
    assert all(weight >= 0 for weight in shipped.members.weights.values())
    assert load(dump(shipped)) == shipped


def test_the_part_without_links_does_not_move_with_links() -> None:
    """What an operator gives up must not be needed: sessions and identities change nothing there, joint pieces included."""
    rng = np.random.default_rng(11)
    told = {name: rng.random(50) for name in values(1) if not name.startswith("joint.")}
    linked = {name: 1 - value if name.split(".")[0] in LINKS else value for name, value in told.items()}
    before, after = told | joint(told), linked | joint(linked)
    assert [name for name in UNLINKED_PIECES if (before[name] != after[name]).any()] == []


# --- Pieces that agree ---------------------------------------------------------------------------------------------

LINK = {"session__handoff": 1.0}
WORK = {"harvest__distinct": 1.0}


AGREEING = ("link_work", "one_source", "two_links", "rhythm_mix", "alike")


def test_one_side_alone_gives_nothing() -> None:
    for alone in (LINK, WORK, {"timing__one_rhythm": 1.0}, {"content__one_mix": 1.0}):
        found = joint(values(1, **alone))
        assert {name for name in AGREEING if found[f"joint.{name}"][0]} == set(), alone


@pytest.mark.parametrize(
    ("sides", "name"),
    [((LINK, WORK), "link_work"), ((LINK, {"identity__contact": 1.0}), "two_links"),
     (({"timing__one_rhythm": 1.0}, {"content__one_mix": 1.0}), "rhythm_mix")],
)
def test_both_sides_give_the_weaker(sides: tuple[dict[str, float], ...], name: str) -> None:
    one, other = sides
    assert joint(values(1, **one, **other))[f"joint.{name}"][0] == 1
    weak = dict.fromkeys(one, 0.25)
    assert joint(values(1, **weak, **other))[f"joint.{name}"][0] == pytest.approx(0.25)


def test_common_work_is_nobodys_list() -> None:
    assert joint(values(1, **LINK, **WORK, context__common_work=1.0))["joint.link_work"][0] == 0


def test_one_account_more_never_moves_a_score_far() -> None:
    """Below the first knot and beyond the last the class decides alone; between, scores change steadily."""
    tails = (exponential(0.0, 0.03, 1.5), exponential(1.0, 0.03, 0.5), exponential(-1.0, 0.03, 1.0))
    one = model(linked=Part(0.0, {"harvest.rate": 1.0}, tails))
    sizes = np.arange(8, 400)
    told = values(len(sizes), harvest__rate=4.0, context__crowd=np.log10(sizes) / 4)
    scores = one.assess(told).score
    assert np.ptp(scores[sizes <= KNOTS[0]]) == 0
    assert np.ptp(scores[sizes >= KNOTS[-1]]) == 0
    assert np.ptp(scores) > 3
    assert np.abs(np.diff(scores)).max() < 0.3


def test_a_margin_moves_the_line_and_no_p_value() -> None:
    """Innocents of the calibration are as rare as they are; what is accused must be rarer by the margin of its size."""
    tails = (exponential(0.0, 0.01, 1.0),) * len(SIZES)
    plain = model(linked=Part(0.0, {"harvest.rate": 1.0}, tails))
    careful = replace(plain, margins={"linked": (3.0, 1.0, 2.0)})
    for size, margin in zip(KNOTS, careful.margins["linked"], strict=True):
        told = values(40, harvest__rate=np.linspace(0, 12, 40), context__crowd=np.log10(size) / 4)
        assert careful.assess(told).score == pytest.approx(plain.assess(told).score - margin)
        assert careful.p_values(told) == pytest.approx(plain.p_values(told))


def test_many_accounts_that_work_as_one_need_less_where_nothing_links_them() -> None:
    """Whole from MANY accounts on, nothing below and nothing for who works unlike or is judged by links; p-values stay."""
    sizes = np.array([20, MANY[0], 56, MANY[1], 300])
    for name, most in (("unlinked", LEEWAY), ("linked", 0.0)):
        one = model(**{name: part(harvest__rate=1.0)})
        as_one, unlike = (values(5, harvest__rate=4.0, context__crowd=np.log10(sizes) / 4, context__mostly_alike=v) for v in (0.9, 0.89))
        gained = one.assess(as_one).score - one.assess(unlike).score
        assert gained == pytest.approx(np.array([0, 0, np.log(56 / 50) / np.log(64 / 50), 1, 1]) * most)
        assert one.p_values(as_one) == pytest.approx(one.p_values(unlike))


def test_the_part_for_batches_judges_nothing_else() -> None:
    """And of batches CHOSEN more is asked, in the score; p-values stay."""
    two = model(batched=part(harvest__rate=9.0), linked=part(harvest__rate=8.0))
    batch, other = (values(1, harvest__rate=1.0, **(FARM | {"context__batches": told})) for told in (1.0, 0.0))
    assert two.by_part(other)[0] == -np.inf
    assert two.p_values(other)[0] == 1
    alone = model(batched=part(harvest__rate=9.0))
    assert two.by_part(batch)[0] == pytest.approx(alone.parts["batched"].log_odds(batch) - np.log(0.01 / RARE_SHARE) - CHOSEN)
    assert two.by_part(batch)[1] == pytest.approx(two.by_part(other)[1] - CHOSEN)
    assert two.p_values(batch)[1] == pytest.approx(two.p_values(other)[1])
    assert two.assess(batch)[0].tolist() == [0]
    assert two.assess(other)[0].tolist() == [1]


def test_every_piece_has_a_sentence() -> None:
    """What moves a score is told in words: joint pieces and conduct as well as evidence."""
    told = {name for name in (*LINKED_PIECES, *UNLINKED_PIECES) if name.startswith("joint.")}
    assert told == set(JOINT_SENTENCES)
    assert not any("none repeats" in said or "repeat nothing" in said for said in JOINT_SENTENCES.values())  # a value of 0.8 may repeat
    shipped = judge.calibrated()
    rows = evidence_rows(values(1, **{"session__handoff": 1.0, "context__yardstick": 0.0}), findings(1, {}), shipped, 0)[1]
    assert {row["name"] for row in rows} == {*REASONS, YARDSTICK, *shipped.pieces}
    assert {*LINKED_PIECES, *UNLINKED_PIECES} <= set(shipped.pieces)
    assert all(row["sentence"] and row["sentence"] != row["name"] for row in rows)
    # An accused customer reads them, too.
    assert not [row["sentence"] for row in rows if re.search(r"\b(trees|nats|log10)\b", row["sentence"])]


def test_what_is_observed_has_a_unit_and_tables_keep_what_is_encoded() -> None:
    assert {*judge.EVIDENCE} <= {*UNITS}
    assert {*LOG10_SCALE} <= {*UNITS} <= {*judge.EVIDENCE, *CONDUCT}
    told, found = values(1, identity__payment=1.0, context__crowd=0.5, context__yardstick=0.0), findings(1, {})
    found["identity.payment"] = judge.Finding(*(np.array([x]) for x in (1.0, 40.0, 1.3, 1e-9)))
    used = model(linked=part(identity__payment=9.0, context__crowd=9.0))
    rows = evidence_rows(told, found, used, 0)[1]
    (said,) = reasons(rows)
    assert said.endswith(" (observed 40 owners beyond the first, expected 1.3)")
    assert not any("sampled_one_in" in row for row in rows)
    sampled = [row["name"] for row in evidence_rows(told, found, used, 0, 8)[1] if row.get("sampled_one_in") == 8]
    assert sorted(sampled) == ["context.common_work", "harvest.distinct", "infra.network", "infra.rotation"]
    seen = tuple(np.array([x]) for x in (11.0, 22.0, 500.0))  # owners beyond the first, of 1 in 4 networks
    found["infra.network"] = replace(found["infra.network"], sampled=seen)
    ranges = [row["in_all"] for row in evidence_rows(told, found, used, 0, 4)[1] if "in_all" in row]
    assert ranges == [list(in_all(11, 22, 4, 500))]
    found["infra.network"] = replace(found["infra.network"], sampled=tuple(0 * x for x in seen))
    assert not any("in_all" in row for row in evidence_rows(told, found, used, 0, 4)[1])
    (crowd,) = (row for row in rows if row["name"] == "context.crowd")
    assert (crowd["value"], crowd["observed"]) == (0.5, 0.5)


@pytest.mark.parametrize(("name", "observed", "expected", "told"), [
    ("infra.network", 47.0, 48.0, False), ("infra.network", 47.0, 9.0, True), ("content.queue", -1.0, 0.0, True),
    ("content.queue", 0.5, 0.0, False), ("volume.even_load", 0.2, 0.5, True), ("infra.rotation", 12.0, None, True),
])
def test_only_what_goes_beyond_what_is_expected_is_told_as_had_in_common(
    name: str, observed: float, expected: float | None, told: bool
) -> None:
    row = {"name": name, "log_odds": 1.0, "sentence": "They do.", "observed": observed, "expected": expected, "p_value": None}
    assert bool(reasons([row])) == told


def test_what_a_sample_leaves_open_is_a_range() -> None:
    """Of equal values that is the binomial one; of some with much and many with little it is wider, and what there can be ends it."""
    low, high = in_all(20, 20, 2, 1000)
    assert stats.binom.sf(19, low, 0.5) > 0.05 >= stats.binom.sf(19, low - 1, 0.5)
    assert stats.binom.cdf(20, high, 0.5) > 0.05 >= stats.binom.cdf(20, high + 1, 0.5)
    assert in_all(20, 60, 2, 1000)[0] < low < high < in_all(20, 60, 2, 1000)[1]
    assert in_all(20, 60, 2, 45)[1] == 45
    rng = np.random.default_rng(1)
    owners = rng.choice([1, 1, 1, 2, 3, 9], 200)  # beyond the first, of each network
    kept = [owners[rng.random(200) < 1 / 4] for _ in range(400)]
    ranges = [in_all(seen.sum(), (seen**2).sum(), 4, 10_000) for seen in kept]
    assert sum(low <= owners.sum() <= high for low, high in ranges) >= 0.88 * 400
