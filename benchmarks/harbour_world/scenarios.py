"""The scenarios: who operates, beside which crowds."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from .campaigns import Campaign
from .crowds import CROWDS
from .disguises import course_mask, drip, giants, needle
from .makers import graders, grounded, pivoters, rebuilders, rewriters, rollouts
from .pools import broker_pool, grant_farm, hydra, key_thieves, relay
from .settling import settle
from .world import World

USUAL_EVENTS = 220_000
"""about; every scenario has a size of its own"""
LEAST_ACCOUNTS = 6
LEAST_HARVEST = 20
WITH_COVER = 1.35
"""requests of an operator for each harvested one, about"""
SAID = 1.12
"""accounts registered late and turns cut off are made up for"""


@dataclass(frozen=True)
class Operator:
    """One operator of a scenario of usual size."""

    act: Callable[..., None]
    accounts: int
    harvested: int
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One recipe of a world."""

    line: str
    accounts: int
    events: int
    days: int
    start: str
    blind: tuple[str, ...]
    """columns that this provider does not keep"""
    paths: tuple[str, ...]
    crowds: dict[str, float]
    """crowds that are larger than usual, and how many times"""
    operators: tuple[Operator, ...] = ()
    launch: float | None = None
    """day of a release"""


RECIPES = {
    "freeport": Scenario(
        "420 accounts of fake start-ups farm the start-up grant in five waves and spend it in days",
        accounts=12000, events=210000, days=30, start="2026-05-04", blind=("ja4",), paths=("api", "console"),
        crowds={"accelerator_cohort": 2.5, "startup_product": 1.3},
        operators=(
            Operator(grant_farm, 420, 21000),
        ),
    ),
    "skeleton_keys": Scenario(
        "140 leaked keys of real customers, used beside their owners until rotated",
        accounts=11000, events=190000, days=24, start="2026-06-01", blind=("session_id",), paths=("api", "nimbus-cloud"),
        crowds={"oncall_script": 1.5, "consultancy": 1.5},
        operators=(
            Operator(key_thieves, 140, 17000),
        ),
    ),
    "brokers_row": Scenario(
        "three pools of key brokers: one buyer harvests by one fixed text, the rest are real buyers",
        accounts=13000, events=240000, days=28, start="2026-04-06", blind=("system", "phone_hash"), paths=("api",),
        crowds={"key_broker_client": 3.5, "reseller_endpoint": 2, "family_card": 1.5},
        operators=(
            Operator(broker_pool, 620, 26000, {"brokers": 3}),
        ),
    ),
    "hydra_dock": Scenario(
        "900 accounts, some 300 at a time: each ban replaced in hours; a mass ban moves it to a second pool on another path",
        accounts=10000, events=220000, days=35, start="2026-03-30", blind=("signup_ip",),
        paths=("api", "nimbus-cloud", "strato-market"),
        crowds={"mobile_and_cafe": 1.5},
        operators=(
            Operator(hydra, 900, 38000),
        ),
    ),
    "needle_in_port": Scenario(
        "15 aged accounts among 14,000 share out a narrow list in common hours",
        accounts=14000, events=230000, days=30, start="2026-05-18", blind=(), paths=("api", "console"),
        crowds={"exam_crammer": 1.5, "tutoring_centre": 1.5},
        operators=(
            Operator(needle, 15, 1500),
        ),
    ),
    "three_flags": Scenario(
        "graders with four samples an item, agent roll-outs whose tasks wander, slow rewriters",
        accounts=12500, events=260000, days=32, start="2026-06-15", blind=("email_hash",), paths=("api", "nimbus-cloud"),
        crowds={"evaluation_firm": 1.6, "gateway_agent_user": 1.4},
        operators=(
            Operator(graders, 60, 9000),
            Operator(rollouts, 250, 16000),
            Operator(rewriters, 120, 5500),
        ),
    ),
    "launch_day": Scenario(
        "300 coding accounts move half their load to a new model within a day; so do innocents",
        accounts=11500, events=230000, days=21, start="2026-07-06", blind=("ja4", "phone_hash"),
        paths=("api", "nimbus-cloud"), launch=11.67,
        crowds={"harness_coder": 1.6, "viral_prompt": 1.5},
        operators=(
            Operator(pivoters, 300, 24000),
        ),
    ),
    "lecture_hall": Scenario(
        "90 accounts pose as one university course among many real ones",
        accounts=10500, events=180000, days=36, start="2026-09-07", blind=("session_id", "payment_hash"), paths=("api", "console"),
        crowds={"university_course": 4, "open_course_learner": 3, "academy_rollout": 2.5, "benchmark_lab": 1.5},
        operators=(
            Operator(course_mask, 90, 9500),
        ),
    ),
    "quiet_giants": Scenario(
        "20 shell companies, each of a real customer's size, among firms that may make synthetic data",
        accounts=9000, events=240000, days=26, start="2026-08-03", blind=("ja4",), paths=("api", "batch"),
        crowds={"evaluation_firm": 2.5, "permitted_synthetic": 2.5, "batch_labeller": 2, "public_archive": 2},
        operators=(
            Operator(giants, 20, 30000),
        ),
    ),
    "slow_drip": Scenario(
        "820 free accounts, some ten harvested requests each in six weeks",
        accounts=13500, events=250000, days=45, start="2026-04-20", blind=("session_id", "signup_ip"), paths=("api", "console"),
        crowds={"idle_trial": 1.6, "tutoring_centre": 1.5, "mobile_and_cafe": 1.4},
        operators=(
            Operator(drip, 820, 8200),
        ),
    ),
    "calm_sea": Scenario(
        "innocents only: more courses, brokers, accelerators, small distillations from a blog, vendors",
        accounts=12000, events=220000, days=28, start="2026-05-11", blind=(), paths=("api", "nimbus-cloud"),
        crowds={"key_broker_client": 2, "university_course": 2, "accelerator_cohort": 2, "blog_finetuner": 2,
            "retrieval_vendor_customer": 2, "permitted_synthetic": 2},
    ),
    "regatta": Scenario(
        "innocents only: hackathons, a viral prompt, a release, accelerators",
        accounts=8500, events=140000, days=14, start="2026-06-29", blind=("payment_hash", "system"),
        paths=("api", "console"), launch=6.6,
        crowds={"hackathon": 5, "viral_prompt": 4, "accelerator_cohort": 2, "open_course_learner": 2, "benchmark_lab": 2},
    ),
    "retrieval_bay": Scenario(
        "75 accounts pose as customers of a retrieval vendor; 160 rebuild reasoning and hand it over",
        accounts=11000, events=200000, days=25, start="2026-07-20", blind=("system", "ja4", "signup_ip"), paths=("api", "nimbus-cloud"),
        crowds={"retrieval_vendor_customer": 3, "rotating_keys": 2, "tender_writers": 2},
        operators=(
            Operator(grounded, 75, 9000),
            Operator(rebuilders, 160, 8500),
        ),
    ),
    "four_winds": Scenario(
        "a relayed editor, giants, a drip and a needle around a release",
        accounts=13000, events=290000, days=40, start="2026-03-02", blind=("phone_hash",),
        paths=("api", "nimbus-cloud", "strato-market"), launch=22.4,
        crowds={"harness_coder": 1.5, "contract_coders": 2, "reseller_endpoint": 1.5},
        operators=(
            Operator(relay, 340, 22000),
            Operator(giants, 16, 14000, {"wording": "loose", "text": {"taskgen": 50, "code": 50}}),
            Operator(drip, 300, 3600, {"text": {"plan": 50, "logic": 50}}),
            Operator(needle, 18, 1600, {"text": {"grade": 60, "rebuild": 40}}),
        ),
    ),
    "wildcat_wharf": Scenario(
        "agent roll-outs, and a farm of grants that generates tasks with bare prompts",
        accounts=9500, events=170000, days=18, start="2026-08-17", blind=("payment_hash", "session_id", "email_hash"),
        paths=("api", "nimbus-cloud"),
        crowds={"gateway_agent_user": 2, "game_guild": 2, "hackathon": 2},
        operators=(
            Operator(rollouts, 180, 14000, {"handed_over": 0.1}),
            Operator(grant_farm, 260, 9000, {"text": {"taskgen": 50, "sql": 20, "code": 30}, "wording": "bare"}),
        ),
    ),
    "night_market": Scenario(
        "a broker's pool with three quarters cover, and stolen keys for rewriting",
        accounts=10000, events=190000, days=20, start="2026-09-21", blind=("org_id", "asn", "tools_key"), paths=("api",),
        crowds={"key_broker_client": 2.5, "translation_agency": 2, "red_team_firm": 2},
        operators=(
            Operator(broker_pool, 240, 9000, {"covered": 0.75, "wording": "loose", "brokers": 5, "copies": 2}),
            Operator(key_thieves, 45, 5000, {"wording": "loose", "text": {"rewrite": 50, "hard": 50}}),
        ),
    ),
}
SCENARIOS = {name: scenario.line for name, scenario in RECIPES.items()}


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    size = (events or recipe.events) / recipe.events
    world = World(name, seed, recipe.days, recipe.start, recipe.launch, recipe.blind, recipe.paths)
    operators = [
        replace(
            operator,
            accounts=max(LEAST_ACCOUNTS, round(operator.accounts * size)),
            harvested=max(LEAST_HARVEST, round(operator.harvested * size)),
        )
        for operator in recipe.operators
    ]
    _settle_crowds(world, recipe, operators, size)
    for operator in operators:
        operator.act(Campaign(world, operator.act.__name__, operator.accounts, operator.harvested), **operator.options)
    return world


def _settle_crowds(world: World, recipe: Scenario, operators: list[Operator], size: float) -> None:
    """Fill the room that the operators leave with the innocent crowds, in shares that vary by world."""
    rng = world.rng
    taken = sum(operator.accounts for operator in operators if operator.act is not key_thieves)
    room = max(0, round(recipe.accounts * size) - taken)
    shares = {name: crowd.share * recipe.crowds.get(name, 1) * rng.uniform(0.75, 1.3) for name, crowd in CROWDS.items()}
    total = sum(shares.values())
    accounts = {name: max(LEAST_ACCOUNTS, round(room * share / total)) for name, share in shares.items()}
    missing = room - sum(accounts.values())
    accounts["solo_developer"] = max(LEAST_ACCOUNTS, accounts["solo_developer"] + missing)
    wanted = recipe.events * size - WITH_COVER * sum(operator.harvested for operator in operators)
    expected = sum(n * CROWDS[name].rate for name, n in accounts.items())
    for name, crowd in CROWDS.items():
        settle(world, name, crowd, accounts[name], SAID * wanted / expected * rng.uniform(0.85, 1.15))
