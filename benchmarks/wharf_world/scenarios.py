"""Scenarios: who is in the log, how long and how large it is, and what the provider does not record."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..worlds import World, recipe
from . import operators
from .crowds import CROWDS, residents
from .draw import Draw
from .people import Party, Routine
from .world import build

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "nobody"
CROWDED, ASKED = 0.47, 0.62
"""at most this share of accounts are of crowds and operators, and of requests"""
MOST_HARVEST = 0.5


@dataclass(frozen=True)
class Scenario:
    """A recipe."""

    about: str
    level: str
    requests: int
    accounts: int
    days: tuple[int, int]
    make: Callable[[Draw], list[Party]] | None
    beside: tuple[str, ...]
    """crowds that are always there"""
    lacks: tuple[str, ...] = ()
    """columns that the provider does not have"""
    only: bool = False
    """no other crowds are drawn"""


STUDY = ("lecture_hall", "course_platform", "trial_card_students", "essay_markers", "thesis_group", "cram_school", "quiz_teachers",
    "language_tandem")
COUNTERS = ("court_clerks", "council_rollout", "aid_desk", "job_centre", "pharmacy_franchise", "dental_clinics", "field_advisers",
    "call_centre", "parish_volunteers")
SOFTWARE = ("crm_plugin", "own_key_app", "shipped_key", "bot_template", "niche_agent", "game_modders", "dental_clinics", "night_jobs",
    "harness_fans")
MONTH_END = ("closing_books", "one_card_company", "claims_adjusters", "agency_clients", "cloud_partner", "night_jobs", "call_centre",
    "newsroom")
MOVING = ("changed_company", "rotating_keys", "cloud_partner", "contracted_reseller", "agency_clients", "credit_startups", "card_shop",
    "internet_cafe", "families")
RELEASE = ("harness_fans", "viral_prompt", "incident_crews", "weekend_hackathon", "evaluation_labs", "own_key_app", "course_platform",
    "fantasy_league", "credit_startups")

SCENARIOS = {"shared_cards_all_night": Scenario("reasons or marks on shared cards, balanced, on and off together", EASY, 120_000, 6_000,
    (14, 28), operators.shared_cards_all_night, ("cram_school", "trial_card_students", "call_centre")),
    "banned_and_back": Scenario("a small pool whose banned accounts are replaced within hours", EASY, 100_000, 5_000, (20, 40),
    operators.banned_and_back, ("changed_company", "card_shop", "crm_plugin")),
    "swing_on_release_day": Scenario("agentic coding, half of which goes to a new model within the day", MEDIUM, 160_000, 7_000,
    (12, 24), operators.swing_on_release_day, ("harness_fans", "niche_agent", "evaluation_labs")),
    "second_floor_takes_over": Scenario("one injected text; when the first pool is shut, a second among other buyers goes on", EASY,
    110_000, 5_500, (18, 36), operators.second_floor_takes_over, ("cloud_partner", "contracted_reseller", "changed_company")),
    "resold_seats": Scenario("relays its own users' requests through fake accounts and keeps the answers", HARD, 130_000, 6_500,
    (14, 28), operators.resold_seats, ("contracted_reseller", "shipped_key", "bot_template", "aid_desk")),
    "wrapped_harness": Scenario("relays users of a coding harness and replays their sessions", MEDIUM, 170_000, 6_000, (12, 25),
    operators.wrapped_harness, ("harness_fans", "own_key_app", "rotating_keys"), ("phone_hash", "signup_ip")),
    "launder_traces": Scenario("cleans and grades traces, falls back to a weaker model when one is closed to it", MEDIUM, 90_000, 4_500,
    (10, 22), operators.launder_traces, ("podcast_editors", "essay_markers", "permitted_labelling")),
    "pool_dealt_once": Scenario("a pool of varied tasks dealt out over accounts, each task once, no template", HARD, 120_000, 7_000,
    (14, 30), operators.pool_dealt_once, ("translators", "evaluation_labs", "lecture_hall")),
    "slow_tide": Scenario("hundreds of accounts ask a few things a day for weeks", HARD, 150_000, 9_000, (42, 45), operators.slow_tide,
    ("market_stalls", "claims_adjusters", "families")),
    "bought_old_accounts": Scenario("aged accounts that were bought in lots wake up", HARD, 100_000, 7_000, (20, 42),
    operators.bought_old_accounts, ("quiz_teachers", "agency_clients", "course_platform"), ("ja4", "asn")),
    "paid_hands_at_home": Scenario("people who are paid to ask by hand, from their homes, between their own affairs", HARD, 80_000,
    6_000, (12, 30), operators.paid_hands_at_home, ("essay_markers", "quiz_teachers", "language_tandem")),
    "asked_in_six_tongues": Scenario("reasons, marks or rewrites in six tongues other than English", MEDIUM, 110_000, 6_000, (12, 28),
    operators.asked_in_six_tongues, ("translators", "aid_desk", "language_tandem", "field_advisers")),
    "few_keys_flat_out": Scenario("some thirty accounts at hundreds of requests a day", EASY, 120_000, 4_000, (4, 7),
    operators.few_keys_flat_out, ("evaluation_labs", "permitted_labelling", "night_jobs", "thesis_group")),
    "dressed_as_students": Scenario("sums and code in the evening, under what looks like a college", HARD, 90_000, 6_500, (14, 30),
    operators.dressed_as_students, ("lecture_hall", "trial_card_students", "cram_school", "course_platform")),
    "four_doorways": Scenario("one harvest over the API, the app and two clouds, with accounts of different make", MEDIUM, 140_000,
    7_500, (14, 28), operators.four_doorways, ("cloud_partner", "crm_plugin", "closing_books"),
    ("tools_key", "temperature", "top_p", "max_tokens")),
    "careful_but_hurried": Scenario("a competent crew with own cards, homes and words, which leaves three or four habits", MEDIUM,
    130_000, 8_000, (14, 32), operators.careful_but_hurried, ("own_key_app", "claims_adjusters", "market_stalls")),
    "neighbours_unaware": Scenario("two or three operators who know nothing of each other", EASY, 140_000, 6_500, (12, 26),
    operators.neighbours_unaware, ("podcast_editors", "cram_school", "crm_plugin")),
    "every_crowd_once": Scenario("innocents alone: all crowds", NOBODY, 200_000, 10_400, (18, 30), None, tuple(CROWDS), only=True),
    "term_begins": Scenario("innocents alone: schools, courses, markers, students", NOBODY, 90_000, 7_000, (14, 30), None, STUDY),
    "public_counters_open": Scenario("innocents alone: courts, councils, clinics, aid desks, libraries", NOBODY, 80_000, 6_500,
    (12, 28), None, COUNTERS),
    "plugins_ship": Scenario("innocents alone: plug-ins, apps with the users' keys, products with the maker's", NOBODY, 120_000, 6_000,
    (10, 24), None, SOFTWARE, ("org_id",)), "month_closes": Scenario("innocents alone: a few days at the end of a month", NOBODY,
    40_000, 3_000, (4, 7), None, MONTH_END), "houses_move": Scenario("innocents alone: firms that move, resell, rotate and share cards",
    NOBODY, 100_000, 5_000, (14, 32), None, MOVING, ("email_hash", "user_agent")),
    "release_fever": Scenario("innocents alone: a model, a harness, an outage and a hackathon in one fortnight", NOBODY, 40_000, 1_800,
    (10, 16), None, RELEASE)}


def cast(scenario: Scenario, rng: np.random.Generator, days: float, release: float, factor: float) -> list[Party]:
    """Operators, crowds and residents of a world, shrunk by a factor."""
    d = Draw(rng, days, release, scenario.requests)
    crews = scenario.make(d) if scenario.make else []
    names = list(scenario.beside)
    if not scenario.only:
        rest = [name for name in CROWDS if name not in names]
        half = max(len(CROWDS) // 2 - len(names), 0)
        names += rng.permutation(rest)[:half].tolist()
    crowds = [CROWDS[name](d) for name in names]
    total = scenario.accounts * d.between(0.85, 1.15)
    theirs = sum(_accounts(party, days) for party in crews)
    room = max(total * CROWDED - theirs, total * 0.15) / sum(_accounts(party, days) for party in crowds)
    crowds = [_sized(party, min(room, 1.0) * factor, 3) for party in crowds]
    crews = [_sized(party, factor, 5) for party in crews]
    wanted = scenario.requests * factor
    harvested = sum(_requests(party, days) for party in crews)
    if harvested > MOST_HARVEST * wanted:
        crews = [_slowed(party, MOST_HARVEST * wanted / harvested) for party in crews]
        harvested = MOST_HARVEST * wanted
    left = max(ASKED * wanted - harvested, 0.22 * wanted)
    asked = sum(_requests(party, days) for party in crowds)
    crowds = [_slowed(party, min(left / asked, 1.6)) for party in crowds]
    others = sum(_accounts(party, days) for party in crews + crowds)
    size = max(round(total * factor - others), round(1.1 * others), 20)
    more = wanted - harvested - sum(_requests(party, days) for party in crowds)
    settled = residents(size, 1.0)
    return [*crews, *crowds, residents(size, more / _requests(settled, days))]


def _accounts(party: Party, days: float) -> float:
    folk = party.folk
    lifetimes = 2.0 if folk.moves else 1.0 if not (folk.lives and folk.heir) else max(1.0, (min(folk.end, days) - folk.start) / folk.lives)
    return folk.size * lifetimes


def _requests(party: Party, days: float) -> float:
    folk = party.folk
    total = 0.0
    for routine in party.routines:
        begin, end = max(folk.start + folk.staggered / 2, routine.start, 0.0), min(folk.end, routine.end, days)
        if folk.opened[0] == "burst":
            begin = max(begin, folk.opened[1])
        known = 0.93 if folk.opened[0] == "long" else 1.0
        total += folk.size * routine.share * routine.rate * max(end - begin, 0.0) * known
    return total


def _sized(party: Party, factor: float, least: int) -> Party:
    folk = party.folk
    size = max(round(folk.size * factor), min(least, folk.size))
    return replace(party, folk=replace(folk, size=size),
        routines=tuple(_with_fewer(routine, size / folk.size) for routine in party.routines))


def _with_fewer(routine: Routine, factor: float) -> Routine:
    return replace(routine, users=max(round(routine.users * factor), 5) if routine.users else 0)


def _slowed(party: Party, factor: float) -> Party:
    return replace(party, routines=tuple(replace(routine, rate=routine.rate * factor) for routine in party.routines))


def world(name: str, seed: int, events: int | None = None) -> World:
    """The world of a scenario."""
    scenario = recipe(SCENARIOS, name)
    rng = np.random.default_rng([seed, *name.encode()])
    low, high = scenario.days
    days = float(rng.integers(low, high + 1))
    release = float(rng.uniform(0.35, 0.65) * days)
    parties = cast(scenario, rng, days, release, (events or scenario.requests) / scenario.requests)
    return build(rng, parties, days, release, frozenset(scenario.lacks))
