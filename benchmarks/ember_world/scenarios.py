"""Scenarios: one provider in one season, with its crews, its crowds and what it does not record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..worlds import World, recipe
from . import crews
from .crowds import MAKERS, crowd, residents
from .draw import Draw
from .log import table
from .people import Accounts, Party, registry, settle
from .places import name_of
from .traffic import MODELS, Season, live

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "nobody"
CREWS_MOST, CROWDS_MOST, OTHERS_MOST = (0.1, 0.36), 0.42, 0.48
"""of requests by crews (drawn between), of requests by crowds, of accounts by both"""
LEAST = {"crew": 12, "crowd": 8}


@dataclass(frozen=True)
class Scenario:
    """A provider's season. ``beside``: crowds that are always there; ``more``: how many others are drawn."""

    about: str
    level: str
    days: tuple[float, float]
    accounts: int
    requests: int
    make: Callable[[Draw], list[Party]] | None
    beside: tuple[str, ...]
    more: int = 8
    lacks: tuple[str, ...] = ()
    release: bool | None = None
    """whether a model is released while the log runs; None: by chance"""


def _of(
    name: str, level: str, days: tuple[float, float], accounts: int, requests: int, about: str, beside: str, more: int = 8, lacks: str = "",
    release: bool | None = None,
) -> tuple[str, Scenario]:
    make = getattr(crews, name, None)
    return name, Scenario(about, level, days, accounts, requests, make, tuple(beside.split()), more, tuple(lacks.split()), release)


SCENARIOS: dict[str, Scenario] = dict([
    _of("free_credit_burned_in_series", EASY, (8, 16), 2_500, 60_000,
        "accounts opened one after the other, each used until its free credit ends",
        "credit_startups hackathon conference_guests evaluation_labs", lacks="context_key parent_key session_id"),
    _of("tags_forced_on_every_request", EASY, (12, 24), 5_000, 150_000,
        "one injected text in every request; a second pool goes on when the first is banned",
        "gift_cards vpn_customers browser_plugin tutorial_followers"),
    _of("hydra_on_shared_wallets", EASY, (14, 30), 6_000, 180_000,
        "balanced accounts on shared cards; whoever is banned is replaced within hours",
        "company_one_card agency_clients gift_cards families second_hand_phones"),
    _of("weekend_sweep_with_a_rubric", EASY, (5, 9), 700, 25_000,
        "a few dozen new accounts grade by a rubric for three days",
        "exam_markers hackathon recruiters", more=4, lacks="user_agent ja4"),
    _of("three_crews_no_acquaintance", EASY, (10, 20), 6_000, 160_000,
        "task makers, soft rewriters and quiet coders who know nothing of each other",
        "permitted_synthetic laid_off_colleagues oncall_and_ci olympiad_club", lacks="phone_hash signup_ip"),
    _of("pivot_when_the_model_ships", MEDIUM, (10, 22), 4_000, 120_000,
        "agentic coding, about half of which moves to a new model within a day; old tasks are run again",
        "open_agent_users release_movers niche_agent_users laid_off_colleagues", release=True),
    _of("harness_users_relayed", MEDIUM, (10, 25), 4_500, 150_000,
        "users of a coding harness are served through a pool; sessions wander and are replayed",
        "open_agent_users key_rotation founder_wrapper contracted_reseller", lacks="payment_hash"),
    _of("traces_washed_and_graded", MEDIUM, (10, 22), 3_500, 100_000,
        "traces are completed, cleaned and graded; at times with a weaker model when one is closed",
        "tutor_centre exam_markers olympiad_club patient_researchers"),
    _of("four_samples_by_four_accounts", MEDIUM, (10, 24), 3_000, 90_000,
        "each task is asked by four accounts and judged once more",
        "evaluation_labs survey_simulators campus_course patient_researchers", lacks="created_at"),
    _of("corpus_in_seven_tongues", MEDIUM, (12, 28), 6_000, 140_000,
        "reasoning and rewriting in seven tongues, thoughts in the same",
        "translation_bureau carrier_nat advice_centres apps_with_one_key", lacks="org_id"),
    _of("drip_under_cover", HARD, (25, 40), 9_000, 240_000,
        "hundreds of accounts ask a few things a day among others, for weeks",
        "olympiad_club homework_app tutor_centre campus_course vpn_customers"),
    _of("pool_split_without_template", HARD, (12, 28), 5_000, 140_000,
        "tasks dealt out, each once, no two worded alike",
        "olympiad_club oncall_and_ci laid_off_colleagues freelance_labellers"),
    _of("bought_from_a_seller_of_accounts", HARD, (14, 30), 7_000, 170_000,
        "aged accounts in lots, whose seller has other customers too",
        "market_sellers tutor_centre second_hand_phones gift_cards"),
    _of("free_chat_app_keeps_answers", HARD, (10, 22), 3_000, 110_000,
        "a free app's users are relayed through accounts in other names, and their answers kept",
        "founder_wrapper apps_with_one_key key_rotation contracted_reseller homework_app"),
    _of("wrappers_and_plugins_only", NOBODY, (10, 20), 3_500, 110_000,
        "innocents alone: back-ends, plug-ins, apps and agents that speak for others",
        "founder_wrapper browser_plugin homework_app apps_with_one_key open_agent_users niche_agent_users cloud_tenants "
        "contracted_reseller key_rotation game_modders", more=4, lacks="org_id"),
    _of("exam_week_and_hackathon", NOBODY, (7, 14), 4_500, 90_000,
        "innocents alone: courses, markers, clubs and a weekend of new accounts",
        "campus_course exam_markers hackathon olympiad_club school_district homework_app tutor_centre "
        "conference_guests", more=5, lacks="created_at"),
    _of("agencies_and_teams_without_organisation", NOBODY, (14, 35), 2_500, 70_000,
        "innocents alone: shared cards, mail domains and offices without an organisation",
        "agency_clients team_without_org call_centre company_one_card families freelance_labellers laid_off_colleagues recruiters "
        "bookkeepers", more=5, lacks="phone_hash email_hash"),
    _of("labs_compare_a_new_release", NOBODY, (8, 16), 2_200, 110_000,
        "innocents alone: a release, evaluations, labelling and licensed generation",
        "evaluation_labs patient_researchers survey_simulators permitted_synthetic batch_labelling release_movers viral_prompt "
        "oncall_and_ci", more=5, release=True),
    _of("carriers_vpns_and_cloud_tenants", NOBODY, (5, 12), 14_000, 250_000,
        "innocents alone: thousands of people behind a few addresses",
        "vpn_customers carrier_nat cloud_tenants library_terminals second_hand_phones gift_cards families "
        "crews_of_night_nurses", more=6, lacks="user_agent ja4"),
    _of("quiet_provider_every_crowd", NOBODY, (20, 40), 12_000, 250_000,
        "innocents alone: every crowd at once",
        " ".join(MAKERS), more=0),
])


def cast(scenario: Scenario, rng: np.random.Generator, season: Season, factor: float) -> list[Party]:
    """Who is there: crews, crowds and residents, in sizes and rates that a log of so many requests holds."""
    d = Draw(rng, season, scenario.requests)
    made = scenario.make(d) if scenario.make else []
    others = [name for name in MAKERS if name not in scenario.beside]
    drawn = [others[int(k)] for k in rng.permutation(len(others))[: scenario.more]]
    crowds = [party for party in made if not party.campaign] + [crowd(name, d) for name in (*scenario.beside, *drawn)]
    acting = [party for party in made if party.campaign]
    load = sum(party.expected(season.days) for party in acting)
    acting = _sized(acting, min(1.0, d.about(*CREWS_MOST) * scenario.requests / max(load, 1.0)), LEAST["crew"])
    theirs = sum(party.folk.size for party in acting)
    room = OTHERS_MOST * scenario.accounts - theirs
    crowds = _sized(crowds, min(1.0, max(room, 0.1 * scenario.accounts) / max(sum(party.folk.size for party in crowds), 1)), LEAST["crowd"])
    acting, crowds = _sized(acting, factor, 4), _sized(crowds, factor, 3)
    asked = scenario.requests * factor
    load = sum(party.expected(season.days) for party in acting)
    if load > 0.45 * asked:  # small logs: a crew of the smallest size asks less
        acting, load = _slower(acting, 0.45 * asked / load), 0.45 * asked
    crowd_load = sum(party.expected(season.days) for party in crowds)
    most = min(CROWDS_MOST * asked, 0.75 * asked - load) if acting else 0.6 * asked
    if crowd_load > most:
        crowds, crowd_load = _slower(crowds, most / crowd_load), most
    both = sum(party.folk.size for party in (*acting, *crowds))
    ordinary = residents(max(round(scenario.accounts * factor) - both, both + 2))
    ordinary = _slower(ordinary, (asked - load - crowd_load) / sum(party.expected(season.days) for party in ordinary))
    return [*acting, *crowds, *ordinary]


def _sized(parties: list[Party], factor: float, least: int) -> list[Party]:
    return [
        replace(party, folk=replace(party.folk, size=max(min(least, party.folk.size), round(party.folk.size * factor))))
        for party in parties
    ]


def _slower(parties: list[Party], factor: float) -> list[Party]:
    return [replace(party, routines=tuple(replace(routine, rate=routine.rate * factor) for routine in party.routines)) for party in parties]


def world(name: str, seed: int, events: int | None = None) -> World:
    """All tables of a scenario."""
    scenario = recipe(SCENARIOS, name)
    rng = np.random.default_rng([seed, name_of(name)])
    factor = (events or scenario.requests) / scenario.requests
    days = float(rng.uniform(*scenario.days))
    start = datetime(2026, int(rng.integers(1, 11)), int(rng.integers(1, 28)), tzinfo=UTC)
    released = scenario.release if scenario.release is not None else bool(rng.random() < 0.35)
    season = Season(days, start.weekday(), float(days * rng.uniform(0.35, 0.7)) if released else days + 50.0, int(rng.integers(1 << 62)))
    parties = cast(scenario, rng, season, factor)
    accounts = settle(parties, days, rng)
    start_us = round(start.timestamp()) * 1_000_000
    accounts_table, names = registry(accounts, start_us, season.salt, rng)
    rows = _rows(parties, accounts, season, rng)
    log = table(rows, parties, accounts, names, season, start_us, rng)
    harvested = pc.and_(log["harvest"], pc.equal(log["status"], 200))
    party_of = dict(zip(names.to_pylist(), accounts.party.tolist(), strict=True))
    used = pc.is_in(accounts_table["account_id"], log["account_id"].unique())
    innocent = pa.array([parties[number].campaign is None for number in accounts.party.tolist()])
    registered = accounts_table.filter(pc.or_(used, innocent)).sort_by("account_id")  # nobody could find a fake account that was never used
    order = [parties[party_of[account]] for account in registered["account_id"].to_pylist()]
    truth = pa.table(
        {
            "account_id": registered["account_id"],
            "campaign": pa.array([party.campaign for party in order], pa.string()),
            "kind": pa.array([party.label for party in order], pa.string()),
        }
    )
    taken = log.filter(harvested)
    campaign = pa.array([parties[party_of[account]].campaign for account in taken["account_id"].unique().to_pylist()], pa.string())
    harvest = pa.table(
        {
            "event_id": taken["event_id"],
            "campaign": campaign.take(pc.index_in(taken["account_id"], taken["account_id"].unique()).combine_chunks()),
        }
    ).sort_by("event_id")
    lost = {*scenario.lacks, "harvest"}
    dates = [
        start_us - 400 * 86_400_000_000,
        start_us - 300 * 86_400_000_000,
        start_us - 120 * 86_400_000_000,
        start_us + int(season.release * 86.4e9),
    ]
    releases = [
        {"model": model, "released_at": datetime.fromtimestamp(at / 1e6, UTC).isoformat()} for model, at in zip(MODELS, dates, strict=True)
    ]
    return World(
        log.drop_columns([column for column in log.column_names if column in lost]),
        registered.drop_columns([column for column in registered.column_names if column in lost]),
        truth,
        harvest,
        releases if released else releases[:3],
    )


def _rows(parties: list[Party], accounts: Accounts, season: Season, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Requests of all parties; rows point at each other by their place in all."""
    made, before, talks = [], 0, 0
    for number, party in enumerate(parties):
        for which in range(len(party.routines)):
            rows = live(number, party, which, accounts, season, rng)
            for pointer in ("parent", "same"):
                rows[pointer] = np.where(rows[pointer] >= 0, rows[pointer] + before, -1)
            rows["conversation"] = rows["conversation"] + talks
            talks = int(rows["conversation"].max(initial=talks)) + 1
            before += len(rows["time"])
            made.append(rows)
    whole = {name: np.concatenate([rows[name] for rows in made]) for name in made[0]}
    return whole | {"path": accounts.path[whole["account"]]}
