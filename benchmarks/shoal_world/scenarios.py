"""Twenty providers in one season each: the business, what it logs, the crews in it and the crowds beside them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from . import operators
from .crowds import CROWDS, ordinary
from .draw import Draw
from .numbers import Mix
from .people import Group

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "nobody"
CROWDED, CREWED = 0.46, 0.2
"""share of accounts that crowds and crews may have together; crews alone"""
ASKED_BY_CREWS, ASKED_BY_CROWDS = 0.4, 0.4
FEWEST, FEWEST_IN_CROWD = 12, 8
BESIDE = 13
"""crowds of a world, where it does not have all"""
WORLD: Mix = {
    "US": 6,
    "GB": 2,
    "IN": 4,
    "DE": 2,
    "FR": 2,
    "ES": 1,
    "MX": 1,
    "BR": 2,
    "ID": 2,
    "SG": 1,
    "PL": 1,
    "NG": 1,
    "KE": 0.6,
    "CA": 1,
    "AT": 0.4,
    "TW": 0.8,
}
EUROPE: Mix = {"DE": 5, "FR": 4, "ES": 3, "AT": 1, "GB": 3, "PL": 2, "US": 1}
SOUTH: Mix = {"BR": 5, "MX": 3, "ID": 4, "NG": 2, "KE": 2, "IN": 3, "SG": 1}
CASHLESS, PHONELESS, UNORGANISED = ("payment_hash",), ("phone_hash",), ("org_id",)
CLIENTLESS, DATELESS, CHAINLESS = ("user_agent", "ja4"), ("created_at",), ("context_key", "parent_key", "session_id")


@dataclass(frozen=True)
class Business:
    """Accounts, requests and days of a log, where customers live, over what they come, and which columns are not kept."""

    accounts: int
    requests: int
    days: tuple[int, int]
    lacks: tuple[str, ...] = ()
    countries: Mix = field(default_factory=lambda: WORLD)
    paths: Mix = field(default_factory=lambda: {"api": 6, "cloud_north": 1, "cloud_south": 0.6})


@dataclass(frozen=True)
class Scenario:
    """What it is, how hard, and who is always there."""

    about: str
    level: str
    business: Business
    crews: Callable[[Draw], list[Group]] | None = None
    beside: tuple[str, ...] = ()
    all_crowds: bool = False


SCENARIOS = {
    "one_purse_many_keys": Scenario(
        "a hydra of balanced keys on a few cards, opened in one go, asks for reasoning", EASY,
        Business(5000, 120_000, (10, 24)), operators.one_purse, ("one_card_company", "lecture_course", "agency_clients"),
    ),
    "same_sentence_everywhere": Scenario(
        "one text in every request; when the first pool is shut, a second goes on among other customers", EASY,
        Business(8000, 170_000, (18, 34), PHONELESS), operators.same_sentence,
        ("content_plugin", "prompt_course", "bot_template"),
    ),
    "banned_by_noon_back_by_dusk": Scenario(
        "a small pool whose banned accounts are replaced within hours", EASY, Business(2500, 70_000, (8, 20), countries=SOUTH),
        operators.banned_and_replaced, ("outage_refugees", "key_rotators", "exam_cram"),
    ),
    "a_dozen_keys_flat_out": Scenario(
        "twelve to thirty new keys on tool use at hundreds of requests a day", EASY, Business(1500, 60_000, (5, 12)),
        operators.few_at_full_throttle, ("ci_fleet", "niche_harness", "stress_testers"),
    ),
    "three_bidders_one_season": Scenario(
        "three crews that know nothing of each other: marks, tongues, code", EASY, Business(9000, 200_000, (14, 30)),
        operators.bidders, ("marking_teachers", "popular_harness", "language_learners"),
    ),
    "queue_moves_on_release_day": Scenario(
        "agentic coding, much of which goes to a new model within hours", MEDIUM,
        Business(6000, 180_000, (10, 24), UNORGANISED), operators.queue_moves,
        ("popular_harness", "niche_harness", "release_enthusiasts", "migrating_company"),
    ),
    "users_resold_upstream": Scenario(
        "a chat service relays its users over bought accounts and keeps the answers", MEDIUM, Business(5000, 140_000, (10, 26)),
        operators.resold_upstream, ("wrapper_app", "contracted_reseller", "key_rotators", "big_apps"),
    ),
    "trace_laundry": Scenario(
        "traces are replayed, cleaned and marked; a weaker model must do when the best is closed", MEDIUM,
        Business(4000, 100_000, (10, 30), CLIENTLESS), operators.laundry,
        ("research_consortium", "moderation_desk", "prompt_course"),
    ),
    "quota_for_each_tongue": Scenario(
        "data in seven tongues by quota, over sticky exits", MEDIUM, Business(7000, 150_000, (14, 32), countries=EUROPE),
        operators.eight_tongues, ("translators", "local_translators", "language_learners", "call_desk"),
    ),
    "suppliers_sent_identities": Scenario(
        "made-up identities by the lot from two suppliers, some weeks old", MEDIUM,
        Business(6000, 130_000, (12, 30), CHAINLESS), operators.supplied,
        ("accelerator_startups", "team_without_org", "vpn_customers"),
    ),
    "split_pool_no_overlap": Scenario(
        "a varied pool of tasks dealt out, each once; nothing else in common", HARD, Business(8000, 170_000, (16, 34)),
        operators.split_pool, ("benchmark_runners", "exam_cram", "coworking_floor"),
    ),
    "slow_burn_small_talk": Scenario(
        "hundreds of accounts ask a few things a day, and chat besides", HARD, Business(14_000, 250_000, (28, 40)),
        operators.slow_burn, ("carrier_nat", "dormitory", "viral_prompt", "paid_raters"),
    ),
    "seats_rented_by_the_week": Scenario(
        "seats of a dealer on which several buyers work; one of them harvests", HARD,
        Business(4000, 110_000, (12, 28), CASHLESS), operators.rented_seats,
        ("vpn_customers", "wrapper_app", "job_freelancers", "families"),
    ),
    "two_floors_one_friday": Scenario(
        "marks over the API, reasoning over clouds; a deadline; prompts by many hands", HARD,
        Business(7000, 150_000, (12, 26), DATELESS), operators.two_floors,
        ("cloud_tenants", "marking_teachers", "moderation_desk", "licensed_synthesis"),
    ),
    "everyone_at_once": Scenario("innocents alone: all crowds", NOBODY, Business(12_000, 220_000, (14, 28)), all_crowds=True),
    "exam_season": Scenario(
        "innocents alone: schools, courses, markers, students", NOBODY, Business(6000, 120_000, (8, 24), PHONELESS),
        beside=(
            "lecture_course", "exam_cram", "tutoring_centre", "marking_teachers", "bootcamp", "homework_app", "dormitory",
            "thesis_lab", "prompt_course",
        ),
    ),
    "founders_and_their_back_ends": Scenario(
        "innocents alone: apps, agencies, plug-ins and start-ups over accounts of one founder", NOBODY,
        Business(3000, 110_000, (10, 26)),
        beside=(
            "wrapper_app", "homework_app", "agency_clients", "content_plugin", "accelerator_startups", "big_apps",
            "key_rotators", "contracted_reseller", "bot_template",
        ),
    ),
    "one_front_door": Scenario(
        "innocents alone: networks that many share", NOBODY, Business(9000, 150_000, (12, 30), CLIENTLESS),
        beside=(
            "carrier_nat", "vpn_customers", "cloud_tenants", "coworking_floor", "dormitory", "town_offices", "clinic_chain",
            "call_desk",
        ),
    ),
    "launch_week": Scenario(
        "innocents alone: a model, a hackathon, an outage elsewhere, all within days", NOBODY,
        Business(6000, 120_000, (5, 9), UNORGANISED),
        beside=(
            "weekend_hackathon", "outage_refugees", "release_enthusiasts", "viral_prompt", "popular_harness", "niche_harness",
            "benchmark_runners", "tutorial_followers",
        ),
    ),
    "paid_to_label_and_judge": Scenario(
        "innocents alone: labellers, markers, raters, permitted makers of data", NOBODY, Business(700, 25_000, (7, 16)),
        beside=(
            "licensed_synthesis", "batch_labellers", "moderation_desk", "paid_raters", "marking_teachers",
            "research_consortium", "benchmark_runners", "job_freelancers",
        ),
    ),
}


def cast(scenario: Scenario, rng: np.random.Generator, days: int, requests: int) -> list[Group]:
    """All groups of a world of about so many requests; ordinary users come last and have at least half of the accounts."""
    business = scenario.business
    scale = requests / business.requests
    total = max(60, round(business.accounts * scale**0.75))
    pace = scale**0.25
    d = Draw(rng, days)
    crews = scenario.crews(d) if scenario.crews else []
    names = list(scenario.beside)
    others = [name for name in CROWDS if name not in names]
    rng.shuffle(others)
    names += others if scenario.all_crowds else others[: max(0, BESIDE - len(names))]
    crowds = [CROWDS[name](d) for name in names]
    crews = [smaller(group, scale**0.75, pace, FEWEST) for group in crews]
    crews = [smaller(group, min(1.0, CREWED * total / sum(g.size for g in crews)), 1, FEWEST) for group in crews]
    room = CROWDED * total - sum(group.size for group in crews)
    crowds = [smaller(group, min(1.0, scale**0.75), pace, FEWEST_IN_CROWD) for group in crowds]
    while crowds and not scenario.all_crowds and FEWEST_IN_CROWD * len(crowds) > room and len(crowds) > len(scenario.beside) // 2 + 1:
        crowds.pop()
    crowds = [smaller(group, min(1.0, room / sum(g.size for g in crowds)), 1, FEWEST_IN_CROWD) for group in crowds]
    over = ASKED_BY_CREWS * requests / sum(expected(group, days) for group in crews) if crews else 1.0
    crews = [smaller(group, min(1.0, over**0.5), 1, FEWEST) for group in crews]  # a budget is kept by fewer accounts and by slower ones
    crews = slowed(crews, days, ASKED_BY_CREWS * requests)
    crowds = slowed(crowds, days, ASKED_BY_CROWDS * requests)
    left = requests - sum(expected(group, days) for group in (*crews, *crowds))
    size = max(total - sum(group.size for group in (*crews, *crowds)), sum(group.size for group in (*crews, *crowds)))
    people = ordinary(size, 1.0)
    rate = max(left, 0.15 * requests) / sum(expected(group, days) for group in people)
    return [*crews, *crowds, *ordinary(size, rate)]


def smaller(group: Group, part: float, pace: float, least: int) -> Group:
    """A part of a group, at another pace, whole pods."""
    size = max(least, round(group.size * part)) if part < 1 else group.size
    size = min(size, group.size)
    if group.pod:
        size = max(group.pod, size // group.pod * group.pod)
    return replace(group, size=size, rate=group.rate * pace)


def expected(group: Group, days: int) -> float:
    """Requests that a group will make, about."""
    week = (5 + 2 * group.weekend) / 7 * (1 + group.ramp / 2) * (1 - group.breaks / days)
    alive = (group.span[1] - group.span[0]) * (1 - group.wake / 2) * (0.8 if group.joined == "lately" and group.span == (0, 1) else 1)
    banned = 1 - 0.45 * group.banned * (not group.heirs)
    return group.size * group.rate * group.keep * week * alive * days * banned


def slowed(groups: list[Group], days: int, most: float) -> list[Group]:
    """Groups that would ask more than so much, all slower by one factor."""
    asks = sum(expected(group, days) for group in groups)
    part = min(1.0, most / asks) if asks else 1.0
    return [replace(group, rate=group.rate * part) for group in groups]
