"""The scenarios: which crowds and which operators live together, for how long."""

from dataclasses import dataclass
from typing import Any

from .. import worlds
from .borrowed import grey_gateway, key_thief, paid_crew, rented_seats
from .farms import aged_buyer, card_burner, fake_campus, free_swarm, long_drip, paraphraser, patient_browser
from .firms import agency, call_centre, cloud_firms, cooperative, corporate, resold, vendor
from .fronts import agent_farm, cloud_trials, label_taker, mirror, preference_pairs, shell_firms, trace_hunter
from .learning import classroom, content_site, hackathon, tutor, tutorial
from .machines import evaluators, migration, pipelines, plugin, research_data
from .market import grey_import
from .private import family, labellers, quota_dodgers, shelter
from .town import bans, ordinary
from .world import World

USUAL_EVENTS = 150_000
"""about; every scenario has a size of its own"""


@dataclass(frozen=True)
class Recipe:
    """A window, a size, and the crowds and operators that share it."""

    about: str
    events: int
    """about so many at usual size"""
    start: str
    days: int
    parts: tuple[tuple[Any, ...], ...]
    """a crowd or an operator each, with its numbers"""
    release_day: float | None = None
    responses: bool = False


RECIPES: dict[str, Recipe] = {
    "term_start": Recipe(
        "no operator: classes, schools registered as individuals, tutors, families, quota dodgers, a hackathon", 135_000, "2026-08-31", 16,
        (
            (ordinary, 3600, 70_000), (classroom, 14, 34, 30), (classroom, 9, 40, 34, "individual", True), (tutor, 22, 45),
            (family, 110, 35), (quota_dodgers, 45, 32), (hackathon, 160, 55), (content_site, 2, 300), (bans, 0.01),
        )
    ),
    "honest_guilds": Recipe(
        "no operator: agencies, co-operatives, call centres, refugees on one line, gig labellers, resellers, grey imports", 184_000,
        "2026-05-11", 21,
        (
            (ordinary, 3200, 75_000), (agency, 9, 22, 60), (cooperative, 9, 18, 60), (call_centre, 4, 70, 90), (shelter, 4, 110, 26),
            (corporate, 5, 50, 45), (labellers, 240, 60), (resold, 3, 16, 350), (grey_import, 240, 40), (research_data, 2, 600),
        ),
        responses=True
    ),
    "launch_week": Recipe(
        "no operator: a new model, evaluations everywhere, a viral tutorial, migrations, plug-ins, templates, build jobs", 193_000,
        "2026-06-08", 12,
        (
            (ordinary, 3400, 80_000), (evaluators, 9, 5, 500), (tutorial, 420, 22), (migration, 9, 1500), (vendor, 130, 120),
            (plugin, 160, 150), (pipelines, 9, 420), (research_data, 3, 700), (content_site, 2, 400),
        ),
        release_day=4.7
    ),
    "burner_cards": Recipe(
        "stolen cards, servers by the month, a topic list; banned in batches and replaced", 127_000, "2026-03-02", 18,
        (
            (ordinary, 3000, 80_000), (card_burner, "burner_cards", 110, 190), (content_site, 3, 420), (tutorial, 180, 24),
            (family, 60, 32), (agency, 5, 18, 60), (pipelines, 5, 380),
        )
    ),
    "tended_profiles": Recipe(
        "patient staff with an anti-detect browser and sticky home lines", 141_000, "2026-09-07", 24,
        (
            (ordinary, 4300, 105_000), (patient_browser, "tended_profiles", 64, 170), (corporate, 4, 40, 40), (call_centre, 2, 60, 70),
            (cooperative, 6, 16, 60), (family, 80, 40), (grey_import, 120, 40),
        )
    ),
    "aged_stock": Recipe(
        "aged accounts bought in four deliveries, beside honest buyers in the same market", 139_000, "2026-02-09", 26,
        (
            (ordinary, 4200, 100_000), (aged_buyer, "aged_stock", 150, 95), (grey_import, 420, 48), (quota_dodgers, 30, 30),
            (shelter, 2, 90, 28),
        )
    ),
    "leaked_keys": Recipe(
        "stolen keys of real products, used on top of the owners' traffic until the key is changed", 168_000, "2026-04-13", 20,
        (
            (ordinary, 3000, 90_000), (key_thief, "leaked_keys", 34, 620), (migration, 8, 1400), (vendor, 90, 110), (evaluators, 5, 3, 500),
            (plugin, 80, 130),
        ),
        release_day=9.6
    ),
    "free_flood": Recipe(
        "hundreds of free accounts with two days of life each", 178_000, "2026-07-06", 14,
        (
            (ordinary, 8000, 110_000), (free_swarm, "free_flood", 820, 25), (tutorial, 300, 22), (quota_dodgers, 70, 30),
            (classroom, 6, 30, 26, "individual"), (shelter, 3, 100, 26), (hackathon, 120, 50),
        )
    ),
    "cheap_gateway": Recipe(
        "a grey gateway whose honest end users are partly harvested", 148_000, "2026-10-05", 16,
        (
            (ordinary, 3200, 80_000), (grey_gateway, "cheap_gateway", 120, 300), (resold, 5, 16, 320), (vendor, 90, 110),
            (grey_import, 150, 40),
        )
    ),
    "topic_sheet": Recipe(
        "real people paid by the prompt, beside an honest gig platform", 128_000, "2026-01-12", 21,
        (
            (ordinary, 3600, 80_000), (paid_crew, "topic_sheet", 190, 110), (labellers, 300, 70), (tutor, 14, 40), (classroom, 7, 30, 30),
            (cooperative, 5, 15, 60),
        ),
        responses=True
    ),
    "long_thoughts": Recipe(
        "reasoning traces by paying shells, and a small poor burner that has nothing to do with them", 138_000, "2026-05-25", 20,
        (
            (ordinary, 3000, 75_000), (trace_hunter, "long_thoughts", 38, 760), (card_burner, "small_burner", 16, 150),
            (evaluators, 9, 5, 480), (research_data, 4, 650), (tutor, 10, 40),
        )
    ),
    "sandbox_farm": Recipe(
        "trajectories of agents with tools, beside editor plug-ins and build jobs", 163_000, "2026-08-03", 15,
        (
            (ordinary, 2600, 70_000), (agent_farm, "sandbox_farm", 26, 1100), (plugin, 260, 190), (plugin, 90, 150, "termpal"),
            (pipelines, 8, 380), (hackathon, 90, 60), (evaluators, 4, 4, 450),
        ),
        release_day=6.7
    ),
    "other_words": Recipe(
        "seeds rewritten by another model, no two accounts with the same words", 133_000, "2026-06-22", 20,
        (
            (ordinary, 3600, 85_000), (paraphraser, "other_words", 130, 140), (labellers, 180, 60), (content_site, 3, 420),
            (classroom, 8, 32, 28), (vendor, 80, 110),
        )
    ),
    "glass_app": Recipe(
        "a real app that keeps every answer, and a shop for preference pairs", 160_000, "2026-03-23", 18,
        (
            (ordinary, 3000, 80_000), (mirror, "glass_app", 14, 1700), (preference_pairs, "pair_shop", 36, 330), (vendor, 120, 120),
            (evaluators, 6, 4, 450), (resold, 3, 14, 300), (labellers, 140, 60),
        )
    ),
    "paper_firms": Recipe(
        "shell firms with one staff and one list cut into parts; beside them a taker of labels", 164_000, "2026-09-14", 20,
        (
            (ordinary, 3000, 85_000), (shell_firms, "paper_firms", 20, 1150), (label_taker, "label_taker", 22, 420), (migration, 8, 1300),
            (content_site, 3, 420), (agency, 6, 18, 60), (corporate, 4, 40, 45),
        )
    ),
    "month_of_drops": Recipe(
        "hundreds of accounts, a task or two a day each, for a month", 184_000, "2026-10-01", 30,
        (
            (ordinary, 6500, 130_000), (long_drip, "month_of_drops", 380, 60), (labellers, 160, 60), (family, 90, 40), (shelter, 2, 90, 30),
            (call_centre, 2, 60, 70),
        )
    ),
    "rented_seats": Recipe(
        "real people rent their seats to an extension; a second operator of twelve tended accounts", 167_000, "2026-11-02", 22,
        (
            (ordinary, 5200, 120_000), (rented_seats, "rented_seats", 160, 95), (patient_browser, "the_dozen", 12, 260, 0.45, "pro"),
            (family, 90, 40), (labellers, 120, 60), (plugin, 90, 130), (grey_import, 120, 40),
        )
    ),
    "parked_college": Recipe(
        "a fake college at the start of term, among real ones", 128_000, "2026-09-01", 20,
        (
            (ordinary, 3800, 80_000), (fake_campus, "parked_college", 240, 80), (classroom, 18, 34, 32),
            (classroom, 6, 36, 32, "individual", True), (tutor, 16, 42),
        )
    ),
    "cloud_trials": Recipe(
        "trial credit of a cloud, tenant after tenant, with no address in the log", 145_000, "2026-04-27", 20,
        (
            (ordinary, 3000, 80_000), (cloud_trials, "cloud_trials", 75, 260), (cloud_firms, 140, 160), (migration, 6, 1200),
            (content_site, 3, 400), (tutorial, 120, 22),
        )
    ),
    "three_shops": Recipe(
        "three operators at once: bought accounts, free accounts, and a buyer of reasoning; a small share of a large world", 173_000,
        "2026-07-20", 20,
        (
            (ordinary, 7200, 140_000), (aged_buyer, "shop_aged", 45, 110), (free_swarm, "shop_free", 160, 24),
            (trace_hunter, "shop_traces", 14, 650, 2), (grey_import, 130, 42), (evaluators, 5, 4, 420), (tutorial, 180, 22),
            (shelter, 2, 80, 26), (agency, 4, 16, 55),
        ),
        release_day=8.7
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    recipe = worlds.recipe(RECIPES, name)
    world = World(name, seed, (events or recipe.events) / recipe.events, recipe.start, recipe.days, recipe.release_day, recipe.responses)
    for make, *numbers in recipe.parts:
        make(world, *numbers)
    return world
