"""The scenarios: which innocents and which operators live together, for how long."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import worlds
from . import alone, mixed
from .town import people, stray_bans
from .world import World

USUAL_EVENTS = 155_000
"""about; every scenario has a size of its own"""


@dataclass(frozen=True)
class Recipe:
    """A window, a size, the crowds and the operators that share it."""

    about: str
    events: int
    """about so many at usual size"""
    start: str
    days: int
    crowd: dict[str, float]
    """factors on the usual crowds"""
    operators: Callable[[World], None] | None = None
    release_day: float | None = None


RECIPES: dict[str, Recipe] = {
    "one_card": Recipe(
        "shared payment, alone", 147_000, "2026-05-04", 14, {"shared_cards": 4, "companies": 2, "hackathons": 0}, alone.one_card
    ),
    "even_load": Recipe(
        "near-equal load, alone", 150_000, "2026-06-11", 14, {"rotators": 3, "load_testers": 3, "ci_jobs": 2, "viral": 0}, alone.even_load
    ),
    "clock_windows": Recipe(
        "common start and stop, alone", 146_000, "2026-03-02", 14, {"ci_jobs": 2, "classrooms": 3, "gig_workers": 3}, alone.clock_windows
    ),
    "hydra": Recipe(
        "ban waves and replacement, alone", 153_000, "2026-04-20", 17, {"returners": 6, "rotators": 2, "shared_cards": 0.5}, alone.hydra
    ),
    "crowd_cover": Recipe(
        "cover of unrelated customers", 176_000, "2026-07-01", 15, {"resellers": 2, "vpn_crowd": 2, "viral": 0.5}, alone.crowd_cover
    ),
    "fixed_injection": Recipe(
        "one injected prompt, alone", 148_000, "2026-02-16", 16, {"viral": 2, "courses": 3, "nocode": 2}, alone.fixed_injection
    ),
    "no_template": Recipe(
        "diversified tasks, alone", 143_000, "2026-08-03", 16, {"permitted_synth": 3, "tinkerers": 1.4, "viral": 0.3}, alone.no_template
    ),
    "pool_split": Recipe(
        "a topic list split over accounts, alone", 134_000, "2026-05-18", 14, {"bureaus": 6, "courses": 2.5, "evaluators": 2},
        alone.pool_split
    ),
    "failover": Recipe(
        "failover to a second pool", 169_000, "2026-06-22", 18, {"rotators": 2, "nocode": 2, "resellers": 1.5, "cloud_buyers": 3},
        alone.failover
    ),
    "release_pivot": Recipe(
        "pivot at a release, alone", 146_000, "2026-09-07", 14, {"launch_testers": 4, "evaluators": 2}, alone.release_pivot, release_day=7
    ),
    "handoff": Recipe(
        "conversations continued elsewhere, alone", 154_000, "2026-03-23", 15, {"rotators": 4, "link_sharers": 5, "returners": 2},
        alone.handoff
    ),
    "user_relay": Recipe(
        "relay of own users", 147_000, "2026-08-17", 15, {"coders": 2.2, "tavern": 1.5, "classrooms": 0.5}, alone.user_relay
    ),
    "trace_polish": Recipe(
        "trace cleaning and grading", 143_000, "2026-04-06", 15, {"labellers": 3, "evaluators": 2, "bureaus": 2}, alone.trace_polish
    ),
    "slow_burn": Recipe(
        "slow burn of 13 to 26 a day", 184_000, "2026-07-13", 24, {"chatters": 1.3, "gig_workers": 2, "companies": 1.5}, alone.slow_burn
    ),
    "farm_and_crew": Recipe(
        "free tier farm; paid people", 178_000, "2026-06-01", 16, {"chatters": 2, "gig_workers": 4, "dormant": 3, "vpn_crowd": 2},
        mixed.farm_and_crew
    ),
    "stolen_and_aged": Recipe(
        "stolen keys; bought aged accounts", 159_000, "2026-02-02", 21, {"tinkerers": 1.6, "app_vendors": 1.5}, mixed.stolen_and_aged
    ),
    "coalition": Recipe(
        "agents, traces and a copying reseller", 188_000, "2026-09-14", 16, {"coders": 1.6, "resellers": 3, "evaluators": 2},
        mixed.coalition, release_day=9
    ),
    "mirror_paraphrase": Recipe(
        "mirrored traffic; paraphrase", 149_000, "2026-05-25", 15, {"courses": 2, "viral": 2}, mixed.mirror_paraphrase
    ),
    "boutique": Recipe(
        "twelve patient accounts; one machine image", 166_000, "2026-04-13", 20, {"bureaus": 4, "shared_cards": 2, "companies": 2},
        mixed.boutique
    ),
    "judge_and_students": Recipe(
        "reward model; student credits", 156_000, "2026-03-16", 16, {"labellers": 4, "classrooms": 4, "hackathons": 2},
        mixed.judge_and_students
    ),
    "proxy_bazaar": Recipe(
        "all tactics in one; a quiet team", 170_000, "2026-08-24", 18, {"resellers": 2, "vpn_crowd": 2, "coders": 1.3}, mixed.proxy_bazaar,
        release_day=10
    ),
    "quiet_term": Recipe(
        "no operator: a term with many groups", 183_000, "2026-10-05", 21,
        {
            "classrooms": 7, "companies": 3, "evaluators": 3, "courses": 3, "bureaus": 4, "shared_cards": 3, "rotators": 4,
            "load_testers": 3, "permitted_synth": 2, "link_sharers": 2
        }
    ),
    "launch_week": Recipe(
        "no operator: a release, hackathons, viral prompts", 170_000, "2026-09-21", 12,
        {
            "launch_testers": 8, "evaluators": 5, "hackathons": 6, "viral": 4, "coders": 1.6, "returners": 5, "labellers": 3, "nocode": 2,
            "rotators": 3
        },
        release_day=5
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    recipe = worlds.recipe(RECIPES, name)
    w = World(name, seed, (events or recipe.events) / recipe.events, recipe.start, recipe.days, recipe.release_day)
    people(w, recipe.crowd)
    stray_bans(w)
    if recipe.operators is not None:
        recipe.operators(w)
    return w
