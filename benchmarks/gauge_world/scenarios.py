"""The businesses and seasons: who hosts, who is after its answers, and who is there besides."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..worlds import World, recipe
from . import crews, logbook
from .dice import Dice
from .houses import HOUSES
from .innocents import CROWDS, SURE, builders, ordinary, ordinary_builders
from .parts import Party

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "nobody"


@dataclass(frozen=True)
class Scenario:
    """One business in one season."""

    about: str
    house: str
    level: str
    days: tuple[float, float]
    accounts: int
    requests: int
    make: crews.Crews | None = None
    beside: tuple[str, ...] = ()
    """Crowds that are there in every world; others by chance."""
    crowds: tuple[int, int] = (6, 12)
    release: float = 0.5
    """Chance of a release while the log runs."""


S = Scenario
nobody = partial(S, level=NOBODY)
SCENARIOS = {
    "card_batch_on_the_free_tier": S(
        "free tier harvested day and night by accounts of one lot", "meridian", EASY, (8, 20), 7000, 150_000,
        crews.card_batch_free_tier, ("gift_card_buyers", "viral_prompt", "shop_plugin"),
    ),
    "trial_accounts_in_batches": S(
        "trial accounts made in batches at a start-up", "tinystart", EASY, (6, 21), 600, 20_000, crews.trial_batch,
        ("hackathon", "own_key_app"), (3, 6),
    ),
    "banned_and_back_on_prepaid": S(
        "banned accounts of a prepaid API are replaced within hours", "coinmeter", EASY, (10, 24), 2500, 90_000,
        crews.bans_replaced, ("wrapper_app", "key_migration", "gift_card_buyers"),
    ),
    "sim_bank_in_the_app": S(
        "a SIM bank grades or reasons through a telephone company's app", "pocketline", EASY, (7, 20), 9000, 120_000,
        crews.sim_bank, ("phone_shop_customers", "village_behind_one_carrier"),
    ),
    "two_crews_at_an_open_host": S(
        "amateurs and professionals who know nothing of each other", "openweights", EASY, (8, 25), 3000, 120_000,
        crews.two_crews, ("evaluation_labs", "licensed_synthetic", "cron_jobs"),
    ),
    "failover_and_pivot": S(
        "a pool is shut, a second among other buyers goes on; both run to the new model", "meridian", MEDIUM, (14, 30), 8000,
        180_000, crews.failover_and_pivot, ("release_watchers", "agent_rollout", "contracted_reseller"), release=1.0,
    ),
    "partner_firm_trains_on_answers": S(
        "a partner firm's accounts harvest for its own training", "partnergate", MEDIUM, (14, 35), 1500, 60_000,
        crews.partner_firm_trains, ("ci_fleet", "claims_department", "annotation_project"), (4, 8),
    ),
    "harness_relay_replays_sessions": S(
        "users of a harness are relayed; their sessions replayed and cleaned", "forge", MEDIUM, (10, 25), 3500, 150_000,
        crews.harness_relay, ("niche_harness", "key_migration", "agent_rollout"), release=0.7,
    ),
    "task_makers_in_many_tongues": S(
        "tasks in many tongues out of a learning app's free tier", "learnly", MEDIUM, (10, 30), 6000, 90_000, crews.task_makers,
        ("language_tandem", "exam_crammers", "exam_markers"),
    ),
    "reseller_keeps_the_answers": S(
        "an uncontracted reseller relays its users and has a harvest on the side", "hyperscale", HARD, (12, 30), 2500, 140_000,
        crews.reseller_keeps_answers, ("contracted_reseller", "rag_tenants", "wrapper_app"),
    ),
    "click_workers_at_home": S(
        "people are paid to ask by hand, in their own names, between their own affairs", "meridian", HARD, (10, 28), 5000,
        90_000, crews.workers_at_home, ("annotation_project", "neighbourhood_volunteers", "exam_crammers"),
    ),
    "task_pool_split_without_template": S(
        "a varied pool of tasks split over accounts, no two alike", "openweights", HARD, (10, 30), 4000, 130_000,
        crews.pool_split, ("evaluation_labs", "own_key_app", "release_watchers"),
    ),
    "slow_burn_of_aged_accounts": S(
        "hundreds of aged accounts ask a few things a day, among chatter", "meridian", HARD, (30, 45), 9000, 200_000,
        crews.slow_burn, ("conference_reviewers", "vpn_readers", "exam_crammers"),
    ),
    "stolen_logins_at_the_university": S(
        "stolen logins of students, whose owners go on studying", "campus", HARD, (14, 40), 4000, 80_000, crews.stolen_logins,
        ("course_assignment", "shared_logins", "evaluation_labs"), (5, 9),
    ),
    "everyone_at_the_big_provider": nobody(
        "all sorts of customers, the largest log", "meridian", days=(10, 18), accounts=15_000, requests=250_000,
        crowds=(22, 30), release=1.0,
    ),
    "thesis_season_on_campus": nobody(
        "theses, sheets, markers and the library", "campus", days=(20, 40), accounts=3000, requests=80_000,
        beside=("thesis_group", "exam_markers", "library_cleaning", "course_assignment", "help_desk", "conference_reviewers"),
        crowds=(8, 12),
    ),
    "exam_weeks_of_a_learning_app": nobody(
        "pupils, markers and hypes in a free app", "learnly", days=(8, 21), accounts=6000, requests=80_000,
        beside=("exam_crammers", "exam_markers", "viral_prompt", "language_tandem"), crowds=(8, 12),
    ),
    "rollout_week_at_the_gateway": nobody(
        "a company and its partners get agents, forms and migrations", "partnergate", days=(5, 20), accounts=2500,
        requests=80_000,
        beside=("agent_rollout", "hospital_clerks", "court_registry", "translation_office", "ci_fleet", "key_migration"),
        crowds=(8, 12),
    ),
    "agents_and_pipelines": nobody(
        "coding agents, pipelines, alarms, a release", "forge", days=(7, 21), accounts=4000, requests=140_000,
        beside=("agent_rollout", "ci_fleet", "on_call_bots", "niche_harness", "release_watchers", "evaluation_labs"),
        crowds=(9, 14), release=1.0,
    ),
    "gift_cards_and_bots_on_prepaid": nobody(
        "cards of one shop, players' bots, plug-ins, wrappers", "coinmeter", days=(6, 30), accounts=1500, requests=60_000,
        beside=("gift_card_buyers", "players_with_bots", "own_key_app", "wrapper_app", "shop_plugin", "chat_front_end"),
        crowds=(8, 13),
    ),
    "phone_shops_and_families": nobody(
        "counters, families, valleys and dormitories of a telephone company", "pocketline", days=(4, 20), accounts=7000,
        requests=90_000, beside=("phone_shop_customers", "families_on_one_card", "village_behind_one_carrier", "shared_logins"),
        crowds=(7, 11),
    ),
    "tenants_of_a_cloud": nobody(
        "back-ends with many tenants, resellers, load tests, licensed teams", "hyperscale", days=(6, 25), accounts=3000,
        requests=130_000,
        beside=("rag_tenants", "contracted_reseller", "agency_clients", "load_tests", "licensed_synthetic", "chat_front_end", "cron_jobs"),
        crowds=(10, 15),
    ),
}
LEAST, LEAST_HOUSED = 0.52, 0.35
"""Share of accounts that have nothing in common, at least: at a business, and at the gateway of a company or a university."""


def weight(party: Party, days: float) -> float:
    """Requests of an account, about."""
    life = 0.35 if party.bans else 0.8
    each = (
        routine.rate
        * np.exp(routine.spread**2 / 2)
        * routine.days
        * (5 + 2 * routine.weekend)
        / 7
        * (routine.span[1] - routine.span[0])
        * days
        for routine in party.routines
    )
    return life * float(sum(each))


def thinned(crowds: list[Party], room: float, days: float) -> list[Party]:
    """Crowds that ask about so much together, none of them most of it, with fewer accounts rather than lower rates."""

    def held(party: Party, share: float) -> Party:
        return replace(party, n=max(min(party.floor + 2, party.n), round(party.n * min(1.0, share))))

    crowds = [held(party, 0.2 * room / (party.n * weight(party, days))) for party in crowds]
    asked = sum(party.n * weight(party, days) for party in crowds)
    return [held(party, max(0.35, (room / asked) ** 0.8)) for party in crowds]


def fitted(crew: list[Party], most: float, days: float) -> list[Party]:
    """Crews that ask no more than so much, with fewer accounts and fewer requests of each."""
    asked = sum(party.n * weight(party, days) for party in crew)
    if asked <= most:
        return crew
    fewer = [max(party.floor + 5, round(party.n * max(0.5, (most / asked) ** 0.4))) for party in crew]
    slower = min(1.0, most / sum(n * weight(party, days) for party, n in zip(crew, fewer, strict=True)))
    return [
        replace(
            party, n=n,
            routines=tuple(
                replace(routine, rate=max(2.0, routine.rate * slower)) if routine.harvest else routine for routine in party.routines
            ),
        )
        for party, n in zip(crew, fewer, strict=True)
    ]


def cast(scenario: Scenario, d: Dice, share: float, busy: float) -> list[tuple[Party, int]]:
    """The parties of a world and their numbers of accounts, the ordinary last."""
    house = HOUSES[scenario.house]
    crew = scenario.make(d, house) if scenario.make else []
    crew = fitted(crew, d.log(0.13, 0.42) * scenario.requests, d.days)
    drawn = {name: make(d, house) for name, (tags, make) in CROWDS.items() if tags & house.tags}
    told = "verified" not in house.no_accounts
    fitting = [name for name, party in drawn.items() if name not in scenario.beside and (told or (party.papers.verified or 0) < SURE)]
    wanted = max(0, int(d.rng.integers(scenario.crowds[0], scenario.crowds[1] + 1)) - len(scenario.beside))
    crowds = [drawn[name] for name in (*scenario.beside, *d.some(fitting, wanted, wanted))]
    crowds = thinned(
        crowds, scenario.requests * max(0.2, busy - sum(party.n * weight(party, d.days) for party in crew) / scenario.requests), d.days
    )
    total = max(60, round(scenario.accounts * share**0.85))
    least = LEAST_HOUSED if house.orgs else LEAST
    held = [(party, max(min(party.floor, party.n), round(party.n * share**0.85))) for party in crew]
    room = max((1 - least) * total - sum(n for _, n in held), 3 * len(crowds))
    small = min(1.0, room / (sum(party.n for party in crowds) * share**0.85))
    held += [(party, max(min(party.floor, party.n), round(party.n * share**0.85 * small))) for party in crowds]
    others = sum(n for _, n in held)
    rest = max(total - others, int(others * least / (1 - least)) + 1)
    building = round(rest * builders(house))
    if building:
        held.append((ordinary_builders(house), building))
    return [*held, (ordinary(house), rest - building)]


def world(name: str, seed: int, events: int | None = None) -> World:
    """The tables of a world."""
    scenario = recipe(SCENARIOS, name)
    rng = np.random.default_rng([seed, sum(ord(char) << (5 * place) for place, char in enumerate(name))])
    asked = events or scenario.requests
    days = float(rng.uniform(*scenario.days))
    log = logbook.Log(HOUSES[scenario.house], scenario.house, days, asked, rng, bool(rng.random() < scenario.release))
    d = Dice(rng, days, asked)
    busy = d.real(0.45, 0.68)
    return logbook.run(log, cast(scenario, d, min(1.0, asked / scenario.requests), busy), busy)
