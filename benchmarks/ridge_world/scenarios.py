"""The scenarios: a population, a window and its operators."""

from dataclasses import dataclass, field

from .campaigns import (
    AGED,
    BOUTIQUE_A,
    BOUTIQUE_B,
    CARELESS,
    CLOUD,
    CRITIC,
    DRIP,
    FARM,
    GIG,
    GYM,
    HYDRA,
    JUDGE,
    LONER,
    PROBES,
    RELAY,
    RESOLD,
    SAAS,
    STOLEN,
    STUDENT_SHELL,
    SWARM,
    TOOLER,
    WAVES,
)
from .crowds import CROWDS
from .manners import Weights
from .operators import Operator, operate
from .sessions import inhabit
from .world import World

USUAL_EVENTS = 160_000.0
"""about; every scenario has a size of its own"""
BASE: Weights = {
    "everyday": 0.27, "free_student": 0.11, "hobby_dev": 0.085, "one_assignment": 0.065, "template_vendor": 0.05, "family": 0.04,
    "shared_kiosk": 0.03, "professionals": 0.05, "privacy_vpn": 0.03, "open_agent": 0.035, "nocode": 0.03, "translators": 0.02,
    "agency": 0.018, "olympiad_club": 0.02, "gig_annotators": 0.022, "after_school": 0.018, "bootcamp": 0.018, "call_centre": 0.018,
    "companion_chat": 0.010, "hackathon": 0.012, "viral_tutorial": 0.018, "honest_reseller": 0.02, "embedded_saas": 0.009,
    "tutor_app": 0.003, "data_team": 0.006, "research_lab": 0.006, "evaluators": 0.004, "ci_jobs": 0.008, "migration": 0.003,
    "synthetic_data": 0.0035, "cloud_enterprise": 0.008, "key_pool_startup": 0.005
}


@dataclass(frozen=True)
class Recipe:
    """A population, a window and the operators in it."""

    about: str
    start: str
    days: int
    events: int
    """requests at usual size, about"""
    accounts: int
    operators: tuple[Operator, ...] = ()
    more: Weights = field(default_factory=dict)
    busy: float = 1.0
    responses: bool = False
    release_day: int | None = None


RECIPES: dict[str, Recipe] = {
    "hydra_queue": Recipe(
        "hundreds of bulk accounts on residential proxies deal out a reasoning queue", "2026-03-02", 16, 245_000, 6400, (HYDRA,),
        {"olympiad_club": 0.05, "viral_tutorial": 0.04}
    ),
    "tutor_term": Recipe(
        "no operator: term time of tutoring chains, classes, boot camps and their apps", "2026-09-07", 18, 126_000, 5200, (),
        {"after_school": 0.10, "one_assignment": 0.16, "bootcamp": 0.06, "tutor_app": 0.010, "olympiad_club": 0.07, "free_student": 0.2},
        0.8
    ),
    "launch_week": Recipe(
        "no operator: a model release, evaluators, hackathons, a viral tutorial, a migration, honest synthetic data", "2026-05-11", 12,
        121_000, 4200, (),
        {
            "evaluators": 0.018, "hackathon": 0.07, "viral_tutorial": 0.10, "migration": 0.008, "synthetic_data": 0.010,
            "key_pool_startup": 0.015
        },
        0.8, release_day=3
    ),
    "relay_leak": Recipe(
        "a relay of another front-end's users keeps their answers", "2026-04-06", 20, 176_000, 4600, (RELAY,),
        {"honest_reseller": 0.05, "companion_chat": 0.025, "migration": 0.006, "key_pool_startup": 0.012}, 0.9
    ),
    "boutique": Recipe(
        "two small paid crews and a handful of lone buyers", "2026-06-01", 26, 147_000, 4300, (BOUTIQUE_A, BOUTIQUE_B, LONER),
        {"gig_annotators": 0.06, "professionals": 0.09, "open_agent": 0.06}, responses=True
    ),
    "aged_wallets": Recipe(
        "bought aged accounts change hands and run coding agents", "2026-02-09", 18, 150_000, 4400, (AGED,),
        {"open_agent": 0.07, "hobby_dev": 0.15, "bootcamp": 0.03}, 0.9
    ),
    "ban_waves": Recipe(
        "two ban waves, replacements carry on with the same queue; a small crew beside it", "2026-07-06", 20, 191_000, 5600,
        (WAVES, BOUTIQUE_B), {"key_pool_startup": 0.01, "hackathon": 0.03}, 0.9
    ),
    "agent_gym": Recipe(
        "several rollouts of each repository task on rented boxes; a quiet tool-use simulator", "2026-08-03", 14, 150_000, 3900,
        (GYM, TOOLER), {"open_agent": 0.10, "ci_jobs": 0.015, "bootcamp": 0.05, "hackathon": 0.03}, 0.8
    ),
    "judge_mill": Recipe(
        "preference labels and essay marks for a reward model", "2026-10-05", 15, 150_000, 4300, (JUDGE, CRITIC),
        {"after_school": 0.07, "evaluators": 0.012, "research_lab": 0.010}, 0.85, responses=True
    ),
    "free_swarm": Recipe(
        "a swarm of free browser accounts with paraphrased tasks; a phone farm", "2026-01-12", 15, 190_000, 7800, (SWARM, FARM),
        {"free_student": 0.22, "shared_kiosk": 0.08, "everyday": 0.3}, 0.7
    ),
    "quiet_drip": Recipe(
        "slow clean identities that reuse nothing, and a careless copyist", "2026-03-30", 30, 164_000, 4700, (DRIP, CARELESS),
        {"privacy_vpn": 0.06, "synthetic_data": 0.006}, 0.95
    ),
    "stolen_keys": Recipe(
        "leaked keys of honest customers are burnt for a few days each; a bench-like harvester", "2026-05-18", 18, 153_000, 4500,
        (STOLEN, PROBES), {"nocode": 0.06, "evaluators": 0.008, "migration": 0.005}, 0.8
    ),
    "cloud_shop": Recipe(
        "shell start-ups with cloud credits walk through a topic list, without any address to see", "2026-06-22", 21, 123_000, 3600,
        (CLOUD,), {"cloud_enterprise": 0.028, "synthetic_data": 0.006}, 0.8
    ),
    "template_saas": Recipe(
        "an invented tutoring vendor whose customers do not exist", "2026-09-14", 18, 154_000, 5000, (SAAS, LONER),
        {"template_vendor": 0.16, "tutor_app": 0.006, "after_school": 0.04}, 0.85
    ),
    "reseller_mix": Recipe(
        "a laboratory behind some sub-accounts of a contracted reseller; education shells with discounts", "2026-04-20", 22, 151_000, 4400,
        (RESOLD, STUDENT_SHELL), {"honest_reseller": 0.10, "one_assignment": 0.09, "research_lab": 0.010}, 0.85
    ),
    "crowd_cards": Recipe(
        "people paid per prompt write from task cards in their own accounts", "2026-08-17", 24, 172_000, 5300, (GIG,),
        {"gig_annotators": 0.09, "olympiad_club": 0.05, "family": 0.06}, 0.95, responses=True
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    scale = (events or recipe.events) / recipe.events
    world = World(name, seed, recipe.start, recipe.days, scale, recipe.responses, recipe.release_day)
    weights = {**BASE, **recipe.more}
    total = sum(weights.values())
    drift = world.rng.lognormal(0, 0.18, len(weights))
    for crowd, factor in zip(CROWDS, drift, strict=True):
        inhabit(world, CROWDS[crowd], world.count(recipe.accounts * weights[crowd] / total * factor, 1), recipe.busy)
    for operator in recipe.operators:
        operate(world, operator)
    return world
