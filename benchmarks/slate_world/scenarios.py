"""The scenarios: which crowds and which operators live together, for how long."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .. import worlds
from . import borrowed, farms, fronts, programmes
from .town import people
from .world import World

USUAL_EVENTS = 174_000
"""about; every scenario has a size of its own"""
OPERATORS: dict[str, Callable[[World, int, str], None]] = {
    "corner_queue": farms.corner_queue, "syllabus": farms.syllabus, "free_flood": farms.free_flood, "shelf": farms.shelf,
    "phoenix": farms.phoenix, "phone_rack": farms.phone_rack, "tool_farm": programmes.tool_farm, "sampler": programmes.sampler,
    "judge_pairs": programmes.judge_pairs, "leaky_relay": fronts.leaky_relay, "piecework": fronts.piecework, "mirror": fronts.mirror,
    "quiet_fronts": fronts.quiet_fronts, "tenants": fronts.tenants, "leaked_keys": borrowed.leaked_keys, "key_rider": borrowed.key_rider,
    "insiders": borrowed.insiders, "lent": borrowed.lent
}


@dataclass(frozen=True)
class Recipe:
    """A window, a size, the crowds and the operators that share it."""

    about: str
    events: int
    """about so many at usual size"""
    days: int
    crowds: dict[str, int]
    """accounts of the crowds that are not as usual"""
    operators: dict[str, int] = field(default_factory=dict)
    """accounts of each operator"""
    responses: bool = False


RECIPES: dict[str, Recipe] = {
    "corner_queue": Recipe(
        "one queue over accounts with bulk mailboxes, vouchers and an exit for each request", 121_000, 14,
        {"poolers": 40, "content_mill": 30, "viral": 200, "plugin": 160}, {"corner_queue": 170}
    ),
    "exam_weeks": Recipe(
        "no operator: classes, tutors, hackathons, free accounts one after another, a viral tutorial", 160_000, 21,
        {
            "classroom": 900, "tutoring": 140, "hackathon": 260, "hoppers": 240, "coworking": 260, "viral": 220, "eval_team": 16, "lab": 8,
            "saas": 80
        }
    ),
    "market_day": Recipe(
        "no operator: pooled keys, relays, call centres, annotators, migrations, article mills, a plugin", 185_000, 16,
        {
            "plugin": 420, "poolers": 90, "migration": 24, "annotators": 150, "content_mill": 70, "relay_users": 60, "call_centre": 120,
            "studio": 36, "eval_team": 20, "agency": 80, "lab": 10, "reseller": 260
        }
    ),
    "shelf": Recipe(
        "aged accounts of a trader: a former owner's life, a silence, another hand", 248_000, 28,
        {"casual": 1900, "freelancers": 320, "family": 200, "annotators": 90, "eval_team": 8, "hoppers": 150}, {"shelf": 140}
    ),
    "leaked_keys": Recipe(
        "keys of public repositories beside their owners; a plugin that asks on its users' keys", 167_000, 18,
        {"solo_devs": 850, "saas": 200, "plugin": 200, "migration": 14, "relay_users": 20}, {"leaked_keys": 55, "key_rider": 60}
    ),
    "free_flood": Recipe(
        "free app accounts used up to the daily limit for some days and left", 143_000, 12,
        {"casual": 4200, "hoppers": 420, "hackathon": 280, "viral": 420, "classroom": 420, "vpn_users": 160, "coworking": 200, "saas": 70},
        {"free_flood": 620}
    ),
    "grey_relay": Recipe(
        "a relay that sells its customers' talks and asks a list of its own by night", 173_000, 15,
        {"relay_users": 110, "reseller": 420, "poolers": 60, "vpn_users": 150, "call_centre": 80}, {"leaky_relay": 64}
    ),
    "piecework": Recipe(
        "people paid by the prompt, beside honest annotators; with responses", 187_000, 20,
        {"annotators": 260, "tutoring": 90, "freelancers": 320, "call_centre": 70, "coworking": 140, "hackathon": 80}, {"piecework": 95},
        responses=True
    ),
    "tool_farm": Recipe(
        "a public agent in an image; each issue several times over several accounts", 112_000, 12,
        {"coding_agents": 520, "ci_jobs": 140, "studio": 50, "solo_devs": 800, "poolers": 30, "eval_team": 10}, {"tool_farm": 58}
    ),
    "sampler": Recipe(
        "hard problems in several samples by a model that thinks; a third of the accounts on duty each day", 174_000, 16,
        {"eval_team": 36, "lab": 24, "classroom": 380, "solo_devs": 800, "migration": 10, "tutoring": 60}, {"sampler": 110}
    ),
    "syllabus": Recipe(
        "topics and aspects in alphabetical order over thirty voucher accounts and three servers", 187_000, 24,
        {"tutoring": 160, "annotators": 70, "classroom": 260, "content_mill": 40, "lab": 8, "saas": 100}, {"syllabus": 30}
    ),
    "mirror": Recipe(
        "an app of the operator's own, whose users' words go to firms that share servers", 189_000, 14,
        {"saas": 260, "poolers": 110, "bots": 260, "relay_users": 30, "classroom": 200}, {"mirror": 42}
    ),
    "fronts": Recipe(
        "paper firms that ask nothing twice; employees who run a script on a contractor's seats", 234_000, 26,
        {"saas": 200, "marketplace": 110, "staffing": 90, "call_centre": 60, "freelancers": 260}, {"quiet_fronts": 16, "insiders": 14}
    ),
    "phoenix": Recipe(
        "waves of bans, refilled from stock; after the second all habits change", 191_000, 21,
        {"content_mill": 70, "hoppers": 260, "vpn_users": 160, "poolers": 50, "plugin": 160}, {"phoenix": 280}
    ),
    "judge_pairs": Recipe(
        "each question under two system prompts, then judged pairs; with responses", 197_000, 18,
        {"annotators": 150, "eval_team": 28, "lab": 20, "content_mill": 24, "coworking": 160}, {"judge_pairs": 46}, responses=True
    ),
    "phone_rack": Recipe(
        "a script on real phones behind a carrier's shared addresses", 131_000, 15,
        {"casual": 2600, "family": 260, "hoppers": 320, "classroom": 240, "saas": 80}, {"phone_rack": 120}
    ),
    "lent": Recipe(
        "accounts lent to students by an extension that adds questions of its own", 175_000, 20,
        {"classroom": 620, "tutoring": 60, "hoppers": 220, "casual": 1700, "coworking": 180, "viral": 120}, {"lent": 190}
    ),
    "three_shops": Recipe(
        "a queue, paid hands and leaked keys at once, each small", 166_000, 17,
        {"relay_users": 40, "annotators": 110, "poolers": 60, "plugin": 220, "lab": 8},
        {"corner_queue": 36, "piecework": 32, "leaked_keys": 18}
    ),
    "launch_rush": Recipe(
        "samples and a small mirror in the rush of a release", 122_000, 13,
        {"eval_team": 44, "viral": 320, "solo_devs": 900, "migration": 12, "hackathon": 140}, {"sampler": 48, "mirror": 14}
    ),
    "tenants": Recipe(
        "one operator as many customers of a contracted reseller", 173_000, 19,
        {"reseller": 520, "saas": 160, "marketplace": 70, "relay_users": 25, "annotators": 60}, {"tenants": 26}
    ),
    "poor_and_tiny": Recipe(
        "three very small operators; with responses", 194_000, 22,
        {"hoppers": 200, "content_mill": 50, "poolers": 60, "bots": 260, "studio": 30},
        {"corner_queue": 15, "judge_pairs": 12, "shelf": 18}, responses=True
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    recipe = worlds.recipe(RECIPES, name)
    w = World(name, seed, (events or recipe.events) / recipe.events, recipe.days, recipe.responses)
    people(w, recipe.crowds)
    for operator, n in recipe.operators.items():
        OPERATORS[operator](w, max(5, w.n(n * w.r.uniform(0.8, 1.2))), operator)
    return w
