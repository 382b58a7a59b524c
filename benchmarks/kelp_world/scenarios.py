"""The scenarios: which crowds and which operators meet, when and for how long."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .. import worlds
from . import borrowed, farms, firms, learning, machines, private, programmes
from .world import World

USUAL_EVENTS = 170_000
"""about; every scenario has a size of its own"""
EVERYDAY: dict[str, float] = {
    "consumers": 1500, "freelancers": 130, "vpn_users": 110, "hobby_devs": 240, "backends": 26, "offices": 3, "families": 40,
    "credit_chasers": 90, "coworking": 4, "classes": 6, "cron_jobs": 30, "agent_coders": 35, "plugin_users": 70, "roleplayers": 60,
    "shared_logins": 6, "card_resellers": 2, "vendor_tenants": 2, "agencies": 5, "benchmark_teams": 3, "build_jobs": 15
}
"""crowds of every world at size 1, in accounts or groups"""
PARTS = (private, learning, firms, machines, farms, programmes, borrowed)


@dataclass(frozen=True)
class Recipe:
    """A window, a size, and who shares it."""

    about: str
    events: int
    """about so many at usual size"""
    start: str
    days: int
    size: float
    """of the everyday crowds"""
    operators: dict[str, int]
    """accounts of each (teams of `seat_stuffing`)"""
    crowds: dict[str, Any] = field(default_factory=dict)
    """what is added: accounts or groups, with further numbers that a crowd takes"""


RECIPES: dict[str, Recipe] = {
    "referral_rush": Recipe(
        "free accounts in chains of referral credits, beside a viral tutorial", 140_000, "2026-03-02", 18, 1.0, {"referral_farm": 240},
        {"viral": 260, "credit_chasers": 160, "hackathons": 1}
    ),
    "old_accounts": Recipe(
        "aged accounts bought in a batch: another hand from the middle on", 154_000, "2026-05-04", 22, 0.74, {"aged_market": 90},
        {"shared_logins": 14, "card_resellers": 4, "vpn_users": 200, "agencies": 8}
    ),
    "leaked_and_reasoned": Recipe(
        "bursts on leaked keys; problems sent four times through different keys", 147_000, "2026-02-09", 16, 0.9,
        {"stolen_keys": 14, "best_of_k": 34}, {"benchmark_teams": 7, "research_labs": 8, "course_builders": 3, "migrations": 5}
    ),
    "paid_people": Recipe(
        "real people paid by the prompt; friends' keys that ask for tasks and answer them", 195_000, "2026-06-01", 24, 0.68,
        {"paid_crew": 110, "seed_and_answer": 16}, {"gig_workers": 420, "translators": 5, "tutoring": 3, "classes": 8}
    ),
    "team_seats": Recipe(
        "team plans of shell firms, filled with invented staff", 165_000, "2026-01-12", 19, 0.75, {"seat_stuffing": 8},
        {"offices": 7, "call_centres": 3, "tutoring": 4, "agencies": 6}
    ),
    "cheap_gateways": Recipe(
        "a shadow reseller that keeps two conversations in five; an app that mirrors all", 162_000, "2026-04-06", 17, 0.8,
        {"cheap_gateway": 45, "mirror_app": 40}, {"resellers": 4, "vendor_tenants": 4, "shared_logins": 12, "card_resellers": 3}
    ),
    "rollouts": Recipe(
        "agent tasks rolled out many times by shell start-ups", 114_000, "2026-07-06", 14, 0.85, {"rollout_farm": 24},
        {"agent_coders": 90, "hackathons": 2, "build_jobs": 60, "benchmark_teams": 5}
    ),
    "exam_season": Recipe(
        "hundreds of sleepers on carriers, a sitting or less a day, in the weeks of exams", 171_000, "2026-05-11", 26, 0.74,
        {"slow_drip": 320}, {"classes": (26, 0.55), "tutoring": 6, "course_builders": 2, "viral": 150}
    ),
    "reworded_prepaid": Recipe(
        "a seed set reworded for each of many prepaid keys", 172_000, "2026-08-03", 20, 0.84, {"rephrased_set": 130},
        {"course_builders": 4, "plugin_users": 200, "seo_shops": 4, "labellers": 3, "hobby_devs": 150}
    ),
    "free_helper": Recipe(
        "a browser helper adds prompts of its own to its users' sittings", 154_000, "2026-03-16", 21, 0.78, {"helper_extension": 310},
        {"viral": 300, "plugin_users": 160, "gig_workers": 160, "vpn_users": 120}
    ),
    "card_carousel": Recipe(
        "waves of trials on virtual cards; verdicts through a cloud", 171_000, "2026-02-02", 20, 0.95,
        {"trial_cycler": 162, "preference_mill": 12}, {"credit_chasers": 150, "labellers": 4, "migrations": 6, "hackathons": 2}
    ),
    "flows_by_night": Recipe(
        "an agency's nightly branch in its customers' flows; a call centre's night seats", 169_000, "2026-06-15", 18, 0.85,
        {"crooked_agency": 55, "night_shift": 48}, {"automation_agencies": 6, "call_centres": 4, "cron_jobs": 80, "plugin_users": 120}
    ),
    "three_at_once": Recipe(
        "sleepers, aged accounts and a reworded set at once, each small", 156_000, "2026-09-07", 23, 0.78,
        {"slow_drip": 160, "aged_market": 24, "rephrased_set": 22},
        {"classes": (8, 0.5), "translators": 3, "automation_agencies": 3, "research_labs": 5, "gig_workers": 150}
    ),
    "quiet_harvest": Recipe(
        "thirteen tenants who ask for verdicts in a large world", 251_000, "2026-09-21", 28, 1.1, {"preference_mill": 13},
        {"labellers": 3, "research_labs": 6, "families": 60}
    ),
    "holiday_peak_clean": Recipe(
        "no operator: agencies, shops, call centres, resellers of all kinds, a viral wave at the peak of the season", 188_000,
        "2026-11-16", 16, 1.0, {}, {
            "agencies": 12, "seo_shops": 6, "call_centres": 5, "card_resellers": 5, "vendor_tenants": 5, "automation_agencies": 5,
            "viral": 250, "resellers": 2
        }
    ),
    "campus_and_bench_clean": Recipe(
        "no operator: classes, benchmarks, laboratories, course builders, hackathons, gig workers", 191_000, "2026-04-13", 20, 0.85, {}, {
            "classes": (22, 0.4), "benchmark_teams": 8, "research_labs": 9, "course_builders": 4, "hackathons": 3, "gig_workers": 350,
            "tutoring": 5, "translators": 4, "migrations": 4, "credit_chasers": 150
        }
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def _part(name: str) -> Callable[..., None]:
    """The crowd or operator of this name."""
    found: Callable[..., None] = next(getattr(part, name) for part in PARTS if hasattr(part, name))
    return found


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    recipe = worlds.recipe(RECIPES, name)
    w = World(name, seed, (events or recipe.events) / recipe.events, recipe.start, recipe.days)
    for crowd, n in EVERYDAY.items():
        _part(crowd)(w, n * recipe.size)
    for operator, m in recipe.operators.items():
        _part(operator)(w, m, operator)
    for crowd, given in recipe.crowds.items():
        _part(crowd)(w, *(given if isinstance(given, tuple) else (given,)))
    return w
