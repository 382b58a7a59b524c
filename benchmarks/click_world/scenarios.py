"""The scenarios: who operates, beside which crowds."""

from dataclasses import dataclass

from .groups import group
from .operators import OPERATORS
from .private_crowds import PRIVATE_CROWDS
from .settings import Settings
from .working_crowds import WORKING_CROWDS
from .world import World

USUAL_EVENTS = 180_000
CROWDS = PRIVATE_CROWDS | WORKING_CROWDS


@dataclass(frozen=True)
class Scenario:
    """One recipe of a world."""

    line: str
    days: int
    operators: list[tuple[str, int, float]]
    """name, accounts, share of the requests"""
    sizes: dict[str, float]
    """of some crowds"""
    everyday: float = 0.5
    """share of the requests that everyday users make"""
    rest: float = 0.55
    """usual size of the other crowds"""


RECIPES = {
    "sim_farm_beside_call_centres": Scenario(
        "accounts on SIM cards answer one queue, beside call centres, carriers and annotators",
        21,
        [
            ("sim_farm_router", 300, 0.11),
        ],
        {
            "call_centre_shifts": 1.5, "rural_cgnat": 1.4, "annotation_vendor_remote_staff": 1.2,
        },
    ),
    "device_farm_slow_burn": Scenario(
        "650 phones with some 18 requests each, half of them cover, beside hotels, tutors and phone shops",
        28,
        [
            ("device_farm_rack", 650, 0.065),
        ],
        {
            "phone_shop_signups": 2.0, "hotel_and_library_wifi": 1.6, "rural_cgnat": 1.6,
            "homework_service_tutors": 1.2,
        },
    ),
    "honest_app_laundering": Scenario(
        "an extension borrows its users' accounts, beside users of honest extensions",
        18,
        [
            ("extension_that_borrows_accounts", 260, 0.05),
        ],
        {
            "browser_extension_users": 2.0, "accessibility_tool_users": 2.0,
        },
    ),
    "worker_marketplace_and_tutors": Scenario(
        "a task market of real people with their own accounts, beside tutors, schools and panels",
        24,
        [
            ("task_marketplace_workers", 220, 0.06),
        ],
        {
            "homework_service_tutors": 2.0, "test_preparation_school": 1.6, "research_participants": 1.4,
            "annotation_vendor_remote_staff": 1.3,
        },
    ),
    "botnet_in_many_languages": Scenario(
        "a throttled botnet in six languages on other people's lines, beside language clubs",
        30,
        [
            ("throttled_botnet", 420, 0.07),
        ],
        {
            "language_exchange_club": 2.0, "vpn_users": 1.5,
        },
    ),
    "relay_and_handover": Scenario(
        "an operator relays its own users; talks are handed round; beside key rotation and call centres",
        16,
        [
            ("relay_of_own_users", 130, 0.12), ("conversation_handover_ring", 90, 0.04),
        ],
        {
            "key_rotation_customer": 1.5, "call_centre_shifts": 1.3, "freelancer_cooperative": 1.8,
            "migrated_conversations": 1.5,
        },
    ),
    "release_week_rush": Scenario(
        "agents that move to the new model at once; traces cleaned at night; beside evaluation and CI",
        14,
        [
            ("agent_harness_pivot_crew", 120, 0.1), ("trace_cleaning_shop", 48, 0.05),
        ],
        {
            "evaluation_harness": 1.5, "popular_code_agent_users": 1.6, "robotics_club_hackathon": 1.3,
            "ci_fleet": 1.5,
        },
    ),
    "voucher_bazaar": Scenario(
        "a pool on vouchers shared with innocents; a fixed prompt; beside gift credit and a reseller",
        22,
        [
            ("voucher_pool_mixer", 240, 0.08), ("fixed_prompt_blaster", 80, 0.05),
        ],
        {
            "gift_credit_buyers": 2.0, "contracted_reseller": 1.5,
        },
    ),
    "grading_shops_and_schools": Scenario(
        "preferences graded; old accounts at home walk a bank by night; beside schools and annotators",
        20,
        [
            ("preference_grader", 110, 0.05), ("night_bank_walker", 140, 0.03),
        ],
        {
            "test_preparation_school": 2.0, "annotation_vendor_remote_staff": 1.7, "red_team_programme": 2.0,
            "trainee_programme": 1.4,
        },
    ),
    "five_small_operators": Scenario(
        "five small operators of five sorts at once",
        25,
        [
            ("sim_farm_router", 50, 0.02), ("task_marketplace_workers", 60, 0.02), ("throttled_botnet", 70, 0.015),
            ("trace_cleaning_shop", 30, 0.02), ("preference_grader", 36, 0.015),
        ],
        {},
    ),
    "quiet_county": Scenario(
        "innocents only: clinics, newspapers, offices, churches",
        20,
        [],
        {
            "clinic_chain_one_bookkeeper": 1.6, "local_newspapers": 1.6, "regional_offices_no_org": 1.6,
            "church_and_hobby_guide": 1.6,
        },
        everyday=0.55, rest=0.6,
    ),
    "festival_of_guides": Scenario(
        "innocents only: tips, guilds, courses, tutors, annotators, panels, exam nights",
        15,
        [],
        {
            "betting_tip_group": 3.0, "prompt_course_followers": 2.0, "exam_night_chat_group": 2.0,
            "volunteer_help_line": 2.0, "game_guild": 2.5, "test_preparation_school": 2.4,
            "annotation_vendor_remote_staff": 2.4, "research_participants": 2.5, "homework_service_tutors": 2.4,
            "trainee_programme": 2.0, "call_centre_shifts": 1.6, "gift_credit_buyers": 2.0,
            "ghost_writing_collective": 2.0,
        },
        everyday=0.33, rest=0.5,
    ),
}
SCENARIOS = {name: scenario.line for name, scenario in RECIPES.items()}


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; operators and everyday users shrink with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe, n = RECIPES[name], events or USUAL_EVENTS
    world = World(name, seed, n, recipe.days)
    rng, scale = world.rng, n / USUAL_EVENTS
    operated = sum(share for _, _, share in recipe.operators)
    for crowd, settings, n_accounts, n_events in _crowds(world, recipe, n * (1 - operated - recipe.everyday)):
        group(world, crowd, settings, n_accounts, n_events)
    world.shared["voucher"] = world.shared.get("voucher") or [world.hex_id() for _ in range(7)]
    everyday = rng.uniform(5200, 7400) * min(1, scale**0.5)
    left = max(n * 0.1, n * (1 - operated) - len(world.rows) - n * 0.012)
    people = group(world, "everyday_user", Settings(sigma=1.55), everyday, left)
    for i, (operator, n_accounts, share) in enumerate(recipe.operators, 1):
        n_farmed, n_asked = n_accounts * min(1, max(0.3, scale)), n * share * 1.03
        group(world, operator, OPERATORS[operator], n_farmed, n_asked, campaign=f"C{i}_{operator}")
    world.go_viral(people)
    return world


def _crowds(world: World, recipe: Scenario, room: float) -> list[tuple[str, Settings, int, float]]:
    """The groups of innocents: crowd, settings, accounts, requests."""
    rng = world.rng
    found = []
    for name, crowd in CROWDS.items():
        usual = recipe.rest * rng.choice([0, 0.6, 1, 1, 1.4])
        size = recipe.sizes.get(name, usual)
        if not size:
            continue
        grow, (least, most) = size**0.5, crowd.accounts
        for _ in range(max(1, round(rng.uniform(*crowd.groups) * grow))):
            n_accounts = max(
                least if most < 6 else 4, round(rng.uniform(least, most) * (grow if most > 5 else 1))
            )
            found.append((name, crowd.settings, n_accounts, n_accounts * crowd.events * rng.lognormvariate(0, 0.35)))
    total = sum(n_events for _, _, _, n_events in found)
    return [(name, settings, n_accounts, n * (room / total)) for name, settings, n_accounts, n in found]
