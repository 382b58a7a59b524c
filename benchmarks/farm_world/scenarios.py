"""The scenarios: who farms, beside which crowds."""

from dataclasses import dataclass

from .crowds import CROWDS
from .operators import Operator, second_stage
from .plans import Plan
from .private import Shop
from .world import World

USUAL_EVENTS = 200_000


@dataclass(frozen=True)
class Scenario:
    """One recipe of a world."""

    line: str
    days: int
    operators: list[Plan]
    crowds: dict[str, float]
    """shares of the innocent traffic, beside those that every world has"""
    shop: bool = False
    """operators and strangers buy at the same shop"""
    release: float | None = None
    """when the new model comes, as a share of the span; else at random"""
    responses: bool = False
    second: tuple[str, int, float] | None = None
    """a farm that works on what the first took: name, accounts, share"""


RECIPES = {
    "card_farm": Scenario(
        "two plain account farms: one on shared cards with one fixed prompt, one on virtual cards that grades by "
        "slots",
        14,
        [
            Plan(
                "card_farm", 260, 0.1, payment="cards 12", ip="rotating", load="even", template="fixed", bench=0.2,
                own_build=True,
            ),
            Plan(
                "virtual_card_farm", 120, 0.05, payment="unique", phone="sims", ip="mixed", schedule="office",
                goal="grade", window=(0.2, 0.9),
            ),
        ],
        {
            "bootcamp": 0.04, "hackathon": 0.03, "eval_labs": 0.05, "franchise": 0.02, "classroom": 0.03,
            "prompt_pack": 0.03,
        },
    ),
    "seasoned_shop": Scenario(
        "an operator and many private strangers buy seasoned accounts from the same grey shop; no template, 40 % "
        "cover",
        21,
        [
            Plan(
                "seasoned_shop_buyer", 240, 0.08, acquire="shop", schedule="human", template="none", goal="plain",
                skill="all", cover=0.4, params="jitter", email="plain", warm=4,
            ),
        ],
        {
            "shop_buyers": 0.06, "marketplace": 0.04, "call_centre": 0.04, "coworking": 0.02, "gig_writers": 0.03,
            "credit_farmers": 0.02,
        },
        shop=True,
    ),
    "night_shift_desk": Scenario(
        "employees in shifts type paraphrased requests into the app; beside them call centres, content mills and "
        "rater vendors",
        18,
        [
            Plan(
                "shift_desk", 170, 0.09, acquire="aged", payment="cards 5", ip="office", schedule="shifts",
                template="paraphrased", skill="all", client="app", params="own", handoff=0.04, turns=1.8,
                email="plain",
            ),
            Plan(
                "shift_desk_home", 90, 0.04, acquire="staggered", payment="unique", schedule="shifts",
                template="paraphrased", goal="grade", client="app", params="own", turns=1.4, email="plain",
                cover=0.2,
            ),
        ],
        {
            "call_centre": 0.09, "gig_writers": 0.05, "labelling_vendor": 0.04, "tutors": 0.04, "coworking": 0.02,
        },
    ),
    "staggered_ramp": Scenario(
        "sign-ups and volumes ramp up in waves, bans are replaced within hours, most of the load moves at the release",
        28,
        [
            Plan(
                "ramp_farm", 380, 0.12, acquire="staggered", payment="mixed 6", phone="sims", load="ramp",
                skill="coding", ban=0.045, pivot=0.6, ramp_days=8.0,
            ),
            Plan(
                "ramp_farm_small", 60, 0.02, acquire="staggered", payment="unique", schedule="office", load="ramp",
                template="paraphrased", skill="data", ramp_days=10.0, window=(0.3, 1.0), pivot=0.9, email="plain",
            ),
        ],
        {
            "franchise": 0.03, "bootcamp": 0.04, "marketplace": 0.04, "eval_labs": 0.04, "ci_fleet": 0.03,
            "prompt_pack": 0.03,
        },
        release=0.6,
    ),
    "relay_desk": Scenario(
        "an operator relays its own users' coding sessions and keeps the answers; a second drives the open agent from "
        "a queue; honest resellers beside them",
        16,
        [
            Plan(
                "relay_of_users", 200, 0.14, acquire="aged", payment="unique", ip="dc", relay_users=600,
                handoff=0.35, pivot=0.5, skill="agentic", email="plain",
            ),
            Plan(
                "relay_plus_queue", 80, 0.04, payment="cards 6", ip="rotating", template="none", goal="plain",
                skill="agentic", turns=4.0, client="opencrab", handoff=0.5, window=(0.3, 1.0),
            ),
        ],
        {
            "resellers": 0.09, "popular_agent": 0.12, "niche_agent": 0.02, "key_rotation": 0.05, "group_bots": 0.03,
            "freelancers": 0.03,
        },
    ),
    "slow_burn": Scenario(
        "800 accounts with 10 to 25 diversified requests in a month, all unique; a second takes four samples of each "
        "task over four accounts",
        30,
        [
            Plan(
                "slow_burn", 800, 0.07, acquire="aged", payment="unique", schedule="drip", template="diversified",
                goal="plain", skill="all", params="jitter", turns=1.05, email="plain",
            ),
            Plan(
                "slow_burn_twins", 220, 0.02, acquire="staggered", payment="mixed 4", schedule="drip",
                template="none", goal="plain", samples=4, params="jitter", email="plain", drip=(10, 20), bench=0.3,
            ),
        ],
        {
            "classroom": 0.04, "tutors": 0.04, "shop_buyers": 0.02, "eval_labs": 0.04, "social_sim": 0.02,
            "vpn_users": 0.05,
        },
    ),
    "grade_and_clean": Scenario(
        "one farm takes traces, a second farm cleans, grades and expands them, a third grades preferences; among "
        "honest graders",
        15,
        [
            Plan(
                "trace_taker", 150, 0.07, payment="cards 10", ip="dc", schedule="batches", goal="trace", bench=0.4,
            ),
            Plan(
                "preference_grader", 70, 0.04, acquire="aged", payment="unique", schedule="office",
                template="paraphrased", goal="grade", params="jitter", email="plain",
            ),
        ],
        {
            "labelling_vendor": 0.06, "contest": 0.05, "eval_labs": 0.06, "synth_customer": 0.03, "tutors": 0.03,
            "social_sim": 0.02,
        },
        responses=True, second=("trace_cleaner", 40, 0.03),
    ),
    "two_pools_abroad": Scenario(
        "non-English; pool A behind residential lines falls in a ban wave, work moves to pool B on a cloud path that "
        "other buyers share, on weaker models",
        20,
        [
            Plan(
                "two_pools", 300, 0.12, payment="unique", template="fixed", where="system", language="zh", ban=0.03,
                failover={"path": "cloud_b", "ip": "dc", "acquire": "aged", "other_buyers": True, "weaker": True},
            ),
            Plan(
                "rewriter_abroad", 90, 0.03, acquire="aged", payment="cards 7", ip="mixed", schedule="office",
                template="paraphrased", goal="rewrite", language="es", skill="all", cover=0.25,
            ),
        ],
        {
            "resellers": 0.05, "cgnat_users": 0.07, "classroom": 0.04, "translators": 0.04, "shop_buyers": 0.02,
            "flash": 0.01,
        },
    ),
    "five_books": Scenario(
        "five operators of five sorts at once",
        21,
        [
            Plan(
                "card_farm", 150, 0.04, payment="cards 15", ip="rotating", template="fixed", bench=0.1,
                window=(0.0, 0.6),
            ),
            Plan(
                "seasoned_shop_buyer", 110, 0.03, acquire="shop", schedule="human", template="diversified",
                goal="plain", skill="office", cover=0.3, params="jitter", email="plain", warm=3,
            ),
            Plan(
                "shift_desk", 70, 0.03, acquire="aged", ip="office", schedule="shifts", template="paraphrased",
                client="app", params="own", email="plain",
            ),
            Plan(
                "relay_of_users", 90, 0.04, acquire="aged", payment="unique", ip="dc", relay_users=250, handoff=0.2,
                email="plain",
            ),
            Plan(
                "slow_burn", 300, 0.025, acquire="aged", payment="unique", schedule="drip", template="diversified",
                goal="plain", skill="coding", params="jitter", email="plain",
            ),
        ],
        {
            "franchise": 0.02, "call_centre": 0.03, "bootcamp": 0.03, "labelling_vendor": 0.03, "contest": 0.02,
            "shop_buyers": 0.03, "resellers": 0.03,
        },
        shop=True,
    ),
    "deep_cover": Scenario(
        "80 % cover by lived-in accounts; 60 % cover from a small script of chit-chat",
        25,
        [
            Plan(
                "deep_cover", 180, 0.03, acquire="aged", payment="unique", schedule="human", template="mixed",
                cover=0.8, params="jitter", email="plain", warm=6,
            ),
            Plan(
                "scripted_cover", 140, 0.04, acquire="staggered", payment="mixed 5", template="paraphrased",
                skill="coding", cover=0.6, cover_kind="script", pivot=0.5,
            ),
        ],
        {
            "prompt_pack": 0.05, "tutors": 0.04, "coworking": 0.03, "gig_writers": 0.03, "credit_farmers": 0.02,
            "niche_agent": 0.02,
        },
    ),
    "task_factory": Scenario(
        "task generation in heavy batches that jumps to the new model; and a small quiet farm that shares only its "
        "build",
        12,
        [
            Plan(
                "task_factory", 420, 0.13, payment="unique", phone="none", ip="rotating", schedule="batches",
                load="heavy", goal="taskgen", skill="agentic", pivot=0.8, window=(0.25, 1.0), turns=2.0,
            ),
            Plan(
                "quiet_library", 60, 0.05, acquire="aged", payment="unique", ip="dc", schedule="human", load="heavy",
                template="none", goal="plain", skill="coding", email="plain", own_build=True,
            ),
        ],
        {
            "hackathon": 0.05, "synth_customer": 0.04, "ci_fleet": 0.03, "contest": 0.04, "popular_agent": 0.09,
            "niche_agent": 0.02,
        },
        release=0.5,
    ),
    "quiet_saints": Scenario(
        "no operator; every hard crowd, large",
        21,
        [],
        {
            "franchise": 0.06, "call_centre": 0.08, "bootcamp": 0.07, "labelling_vendor": 0.06, "contest": 0.05,
            "prompt_pack": 0.06, "shop_buyers": 0.05, "credit_farmers": 0.04, "gig_writers": 0.05,
            "niche_agent": 0.03, "key_rotation": 0.06, "eval_labs": 0.05, "social_sim": 0.03, "marketplace": 0.04,
            "tutors": 0.03, "ci_fleet": 0.03, "classroom": 0.04,
        },
    ),
    "saints_at_release": Scenario(
        "no operator; ten days around a model release: evaluations, prompt packs, hackathons, a remote rater vendor",
        10,
        [],
        {
            "eval_labs": 0.14, "prompt_pack": 0.1, "hackathon": 0.08, "flash": 0.03, "synth_customer": 0.05,
            "resellers": 0.08, "shop_buyers": 0.06, "labelling_vendor": 0.08, "bootcamp": 0.04, "key_rotation": 0.06,
        },
        release=0.5,
    ),
}
SCENARIOS = {name: scenario.line for name, scenario in RECIPES.items()}
USUAL_CROWDS = {
    "firms_org": 0.07, "firms_plain": 0.05, "popular_agent": 0.06, "service_platform": 0.05, "vpn_users": 0.03,
    "cgnat_users": 0.03, "families": 0.02, "plugin_users": 0.03, "movers": 0.008, "oncall": 0.01, "key_rotation": 0.02,
    "freelancers": 0.015, "game_npc": 0.02, "group_bots": 0.015, "flash": 0.004,
}


def mix(total: float, crowds: dict[str, float]) -> dict[str, int]:
    """Requests of each crowd; the rest is ordinary people."""
    shares = {**USUAL_CROWDS, **crowds}
    shares["people"] = max(0.12, 1 - sum(shares.values()))
    whole = sum(shares.values())
    return {name: int(share / whole * total) for name, share in shares.items()}


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; farms shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe, n = RECIPES[name], events or USUAL_EVENTS
    release = None if recipe.release is None else recipe.days * recipe.release
    world = World(name, seed, n, recipe.days, recipe.responses, release)
    shop = Shop(world) if recipe.shop else None
    scale = min(1.6, max(0.06, n / USUAL_EVENTS))
    farmed = sum(plan.share / (1 - plan.cover) for plan in recipe.operators)
    innocent = n * (1 - farmed - (recipe.second[2] if recipe.second else 0))
    _innocents(world, innocent, recipe.crowds, shop)
    for i, plan in enumerate(recipe.operators):
        farm = Operator(world, plan, f"{plan.name}:{name}", max(20, int(plan.accounts * scale)), n * plan.share, shop)
        farm.run()
        if i == 0 and recipe.second:
            kind, accounts, share = recipe.second
            second_stage(world, farm, f"{kind}:{name}", max(8, int(accounts * scale)), n * share)
    return world


def _innocents(world: World, total: float, crowds: dict[str, float], shop: Shop | None) -> None:
    for name, n in mix(total, crowds).items():
        crowd = CROWDS[name]
        if n < 5:
            continue
        if name == "shop_buyers":
            crowd(world, n, shop)
        elif name == "labelling_vendor" and n > world.n * 0.05:
            crowd(world, n // 2, True)
            crowd(world, n // 2, False)
        elif name in ("franchise", "call_centre", "contest") and n > world.n * 0.04:
            for _ in range(3):
                crowd(world, n // 3)
        else:
            crowd(world, n)
