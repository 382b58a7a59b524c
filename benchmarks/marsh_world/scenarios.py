"""The scenarios: which weeks of the provider, with which crowds and operators."""

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np

from .. import worlds
from . import borrowed, farms, hired, programmes
from .arrays import Mix, Rng, mix, pick
from .crowds import ACCOUNTS, CROWDS
from .network import SITE
from .profiles import Operator
from .sittings import ask
from .world import Population, World

ALWAYS = {"patrons", "terminals", "card_holders", "subscribers", "api_trials", "hobby_coders", "mobile_people"}
"""crowds of every scenario"""
ABSENT = 6
"""other crowds that a scenario lacks, by lot; not those that are louder in it"""
CUSTOMERS = (5300, 7400)
"""innocent accounts at usual size"""
INNOCENTS_BANNED = 0.004


@dataclass(frozen=True)
class Recipe:
    """A window, and who comes."""

    about: str
    events: int
    """requests at usual size, about"""
    start: str
    """first day"""
    days: int
    release: float
    """share of the days after which the new model comes out, about"""
    louder: Mix = field(default_factory=dict)
    """how many times as many accounts some crowds have"""
    operators: tuple[Operator, ...] = ()


RECIPES: dict[str, Recipe] = {
    "card_desk": Recipe(
        "accounts on borrowed and forged library cards burn the free quota of each, among card holders and terminals",
        128_000, "2026-03-02", 21, 0.6, {"terminals": 1.6, "card_holders": 1.8, "viral_puzzle": 1.4}, (farms.CARD_DESK,)
    ),
    "reading_room": Recipe(
        "students paid by the piece sit in reading rooms, with own accounts and words and a subject of the week",
        118_000, "2026-04-06", 18, 0.4, {"terminals": 2, "evening_course": 2.2, "school_class": 1.4}, (hired.READING_ROOM,)
    ),
    "false_volunteers": Recipe(
        "some of an archive's volunteers work on shelves of their own, and ask why",
        122_000, "2026-02-02", 24, 0.5, {"archive_volunteers": 2.2, "proof_readers": 2, "nature_counters": 1.5}, (hired.FALSE_VOLUNTEERS,)
    ),
    "tidal_batch": Recipe(
        "six shell firms on servers ask evenly day and night, with one system text",
        131_000, "2026-05-04", 14, 0.5, {"synth_permitted": 1.5, "bench_labs": 1.6, "auction_jobs": 1.5}, (programmes.TIDAL_BATCH,)
    ),
    "ferry": Recipe(
        "a chat site passes its own users' talks over a pool of accounts; every request may go out by another",
        126_000, "2026-06-01", 16, 0.55, {"resellers": 2, "key_rotators": 1.8, "chat_bots": 1.3}, (borrowed.FERRY,)
    ),
    "dormant_eels": Recipe(
        "old accounts, bought and silent, wake when a model comes out",
        124_000, "2026-09-07", 14, 0.55, {"model_curious": 2.5, "bench_labs": 1.8, "viral_puzzle": 1.3}, (farms.DORMANT_EELS,)
    ),
    "mill_pond": Recipe(
        "hundreds of old accounts with a life of their own ask half a useful question a day",
        146_000, "2026-01-05", 28, 0.5, {"crammers": 1.6, "patrons": 1.2}, (farms.MILL_POND,)
    ),
    "exam_mill": Recipe(
        "each hard task is answered four times, by different accounts, with instructions that never repeat",
        121_000, "2026-10-05", 16, 0.35, {"crammers": 2.2, "olympiad": 2, "many_samples": 2}, (programmes.EXAM_MILL,)
    ),
    "cloud_judges": Recipe(
        "preferences and marks through clouds, without address or client, each pair twice",
        119_000, "2026-02-16", 14, 0.5, {"judge_teams": 2, "cloud_tenants": 3.5, "exam_boards": 1.5}, (programmes.CLOUD_JUDGES,)
    ),
    "union_hall": Recipe(
        "some members of an association that pays for all work for somebody else",
        123_000, "2026-03-16", 20, 0.5, {"union_members": 2.4, "interviewees": 1.6, "growers": 1.4}, (hired.UNION_HALL,)
    ),
    "addin_leech": Recipe(
        "an office add-in uses its honest users' log-ins, mostly by night",
        125_000, "2026-11-02", 15, 0.5, {"easy_readers": 2, "clerks": 1.6, "nightly_jobs": 1.3}, (borrowed.ADDIN_LEECH,)
    ),
    "piece_work": Recipe(
        "workers at home on accounts of their own share a queue, each task given to three of them",
        127_000, "2026-04-20", 21, 0.5, {"annotators": 2.5, "teachers": 1.5, "shared_logins": 1.4}, (hired.PIECE_WORK,)
    ),
    "two_mouths": Recipe(
        "the same subjects in several languages, a pool of accounts for each",
        120_000, "2026-05-18", 18, 0.45, {"translators": 2, "refugee_aid": 2.2, "campus": 1.3}, (hired.TWO_MOUTHS,)
    ),
    "spring_tide": Recipe(
        "waves of new accounts burn a free credit within hours",
        130_000, "2026-06-15", 14, 0.5, {"api_trials": 1.8, "hackathon": 2.2, "tutorial": 1.8}, (farms.SPRING_TIDE,)
    ),
    "tool_loop": Recipe(
        "trajectories by the popular agent, with its own public system text, tools and client",
        132_000, "2026-08-03", 15, 0.5, {"agent_users": 1.7, "agent_niche": 1.6, "hobby_coders": 1.3}, (programmes.TOOL_LOOP,)
    ),
    "lock_keeper": Recipe(
        "a pool is banned twice, and each generation is made otherwise",
        134_000, "2026-09-14", 24, 0.6, {"api_trials": 1.5, "subscribers": 1.4, "vpn_people": 1.6},
        (farms.LOCK_KEEPER_1, farms.LOCK_KEEPER_2, farms.LOCK_KEEPER_3)
    ),
    "silt": Recipe(
        "a research institute that is a front: few accounts, much work",
        117_000, "2026-10-19", 17, 0.5, {"research_groups": 2.2, "bench_labs": 1.8, "synth_permitted": 1.5}, (programmes.SILT,)
    ),
    "echo_reader": Recipe(
        "asks again within a day or so what others asked",
        122_000, "2026-01-19", 16, 0.5, {"resellers": 1.6, "flow_users": 2, "mobile_people": 1.4}, (borrowed.ECHO_READER,)
    ),
    "three_creeks": Recipe(
        "three operators at once: firms by the batch, a pool of three lives, hired teachers",
        148_000, "2026-11-09", 20, 0.45, {"teachers": 1.8, "card_holders": 1.5, "synth_permitted": 1.4},
        (programmes.CREEK_BATCH, farms.CREEK_POOL, hired.CREEK_CREW)
    ),
    "eel_ladder": Recipe(
        "sixty places, each filled again within hours of a ban, on mobile lines",
        129_000, "2026-03-23", 19, 0.5, {"mobile_people": 1.6, "growers": 1.5, "viral_puzzle": 1.4}, (farms.EEL_LADDER,)
    ),
    "neap_tide": Recipe(
        "nobody harvests, but it is loud: classes, hackathons, courses, puzzles, a release",
        112_000, "2026-09-21", 14, 0.5, {
            "school_class": 2, "hackathon": 2.5, "viral_puzzle": 2, "tutorial": 2, "model_curious": 2, "crammers": 1.8,
            "evening_course": 2, "terminals": 1.5, "interviewees": 1.8
        }
    ),
    "storm_surge": Recipe(
        "nobody harvests, but it looks like it: common queues, annotators, call centres, benchmarks, judges, permitted data",
        138_000, "2026-12-01", 16, 0.4, {
            "archive_volunteers": 2.5, "nature_counters": 2.5, "annotators": 2.5, "call_centres": 1.8, "bench_labs": 2,
            "many_samples": 2, "judge_teams": 2, "exam_boards": 2, "synth_permitted": 2, "quiz_publishers": 2, "content_agencies": 2,
            "research_groups": 2, "key_rotators": 2, "nightly_jobs": 2
        }
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}
SIZES = {name: recipe.events for name, recipe in RECIPES.items()}


def build(scenario: str, seed: int, events: int | None = None) -> World:
    """Fill the world of a scenario with about so many requests, by default as many as it usually has.

    Raises:
        ValueError: there is no such scenario.
    """
    recipe = worlds.recipe(RECIPES, scenario)
    total = events or recipe.events
    factor = total / recipe.events
    key = int(mix(seed, scenario)) >> 2
    rng = np.random.default_rng(key)
    start = dt.datetime.fromisoformat(recipe.start).replace(tzinfo=dt.UTC)
    w = World(key, recipe.days, start, recipe.days * recipe.release + rng.uniform(-0.3, 0.3) + 0.25)
    crowds = _crowds(recipe, factor, rng)
    busy = sum(o.share * (1 + sum(requests for _, requests in o.cover)) for o in recipe.operators)
    scale = total * (1 - busy) / sum(n * CROWDS[name].requests for name, n in crowds.items())
    for name, n in crowds.items():
        profile = CROWDS[name]
        ask(w, w.populate(profile, n, rng, banned=INNOCENTS_BANNED), profile, n * profile.requests * scale, rng)
    for i, operator in enumerate(recipe.operators):
        _harvest(w, operator, i, factor, total, rng)
    return w


def _crowds(recipe: Recipe, factor: float, rng: Rng) -> dict[str, int]:
    """How many accounts each crowd has."""
    absent = set(rng.choice([name for name in ACCOUNTS if name not in ALWAYS and name not in recipe.louder], ABSENT, replace=False))
    drawn = {name: round(n * recipe.louder.get(name, 1) * float(np.exp(rng.normal(0, 0.3))) * factor) for name, n in ACCOUNTS.items()}
    there = {name: n for name, n in drawn.items() if n >= 1 and name not in absent}
    people = rng.uniform(*CUSTOMERS) * factor / sum(there.values())
    return {name: max(1, round(n * people)) for name, n in there.items()}


def _harvest(w: World, o: Operator, i: int, factor: float, total: int, rng: Rng) -> None:
    """Let an operator, number i of the scenario, open accounts and work with them."""
    n = max(2, round(o.n * factor))
    made = replace(o.made, lives=min(o.made.lives, n))
    population = w.populate(made, n, rng, campaign=o.name, window=o.window, banned=o.banned, tag=f"{o.name}/{i}")
    for host in w.populations:
        if host.kind == o.guests:
            _seat(population, host)
    for crowd, requests in o.cover:
        ask(w, population, replace(CROWDS[crowd], dispatch=None), o.share * requests * total, rng)
    ask(w, population, o.work, o.share * total, rng, campaign=o.name, window=o.window)


def _seat(population: Population, host: Population) -> None:
    """Put each group at a site of a host."""
    member = pick(host.n, population.base, "host", np.arange(population.member_of.max() + 1))[population.member_of]
    population.group, population.country = host.group[member], host.country[member]
    population.boxed = host.boxed[member] & (population.net == SITE)
