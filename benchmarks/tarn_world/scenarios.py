"""The scenarios: which host, which innocents and which operators meet, when and for how long."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import worlds
from . import borrowed, developers, farms, firms, private, programmes
from .world import Host, Model, World

PARTS = (private, developers, firms, farms, programmes, borrowed)
LINES = {
    "heron": [
        Model("heron-mini", "small", -310, 0.2, 0.8), Model("heron-2", "main", -220, 2.5, 10), Model("heron-think", "reason", -90, 4, 16)
    ],
    "tide": [
        Model("tide-s", "small", -260, 0.15, 0.6), Model("tide-l-1", "main", -240, 3, 12), Model("tide-l-2", "main", 5.6, 3, 12),
        Model("tide-r", "reason", -60, 3, 15)
    ],
    "alder": [
        Model("alder-nano", "small", -400, 0.1, 0.4), Model("alder-pro", "main", -130, 2, 8), Model("alder-pro-r", "reason", -130, 2, 8),
        Model("alder-pro-r2", "reason", 9.4, 2.5, 10)
    ],
    "quartz": [
        Model("quartz-lite-3", "small", -100, 0.3, 1.2), Model("quartz-3", "main", -100, 3, 15),
        Model("quartz-3-deep", "reason", 3.7, 5, 25)
    ]
}
"""lines of models that a host sells"""
Part = Callable[[World], Any]


def of(name: str, *args: Any, **changes: Any) -> Part:
    """A crowd or an operator of a scenario: its name, heads, further numbers, what is unusual about it."""
    part = next(getattr(module, name) for module in PARTS if hasattr(module, name))
    return lambda w: part(w, *args, **changes)


@dataclass(frozen=True)
class Recipe:
    """A host and who meets there, in this order."""

    about: str
    events: int
    """about so many at usual size"""
    host: Host
    parts: tuple[Part, ...]


def met(about: str, events: int, host: Host, *parts: Part) -> Recipe:
    """A recipe of so many parts."""
    return Recipe(about, events, host, parts)


RECIPES: dict[str, Recipe] = {
    "free_tier_farm": met(
        "a throw-away farm of free app accounts with rented numbers", 183_000,
        Host("2026-03-02", 14, LINES["heron"], "app", "none", free_cap=30),
        of("base_app", 1.25), of("hobby_dev", 250), of("classroom", 160, [5.8, 11.8]), of("classroom", 90, [8.9]), of("cafe", 90),
        of("question_bank", 130), of("many_accounts", 180), of("free_farm", "free_tier_farm", 430)
    ),
    "voucher_burn": met(
        "sign-up credit burnt by a script; a hackathon and a viral tutorial look like it", 180_000,
        Host("2026-05-11", 12, LINES["quartz"], "never", "all", responses=True),
        of("base_api", 1.0), of("trialist", 800), of("hackathon", 130, 4.6), of("hackathon", 70, 5.5), of("viral_tutorial", 260, 6.2),
        of("content_mill", 9), of("credit_farm", "voucher_burn", 260), of("script_kid", "laptop_lister", 14)
    ),
    "chargeback_sprint": met(
        "stolen cards: warm up, run out the balance before the chargeback", 255_000,
        Host("2026-01-12", 18, LINES["tide"], "all", "few", fold_mail=True),
        of("base_api", 0.9), of("vpn_people", 220), of("casual", 700), of("agency_card", 90), of("migration", 9, 8.0),
        of("internal_app", 60), of("carder", "chargeback_sprint", 95)
    ),
    "aged_shelf": met(
        "subscriptions with a history, bought and handed over", 288_000, Host("2026-02-09", 21, LINES["alder"], "app", "none"),
        of("base_app", 1.0), of("subscriber", 400), of("vpn_people", 160), of("seat_sharing", 45), of("annotators", 70),
        of("office_proxy", 180), of("aged", "aged_shelf", 130), of("slow_drip", "quiet_shelf", 24)
    ),
    "leaked_keys": met(
        "keys found in public code, used beside their owners", 229_000,
        Host("2026-04-06", 14, LINES["heron"], "never", "few", api_sessions=True),
        of("base_api", 1.2), of("migration", 8, 5.0), of("migration", 12, 9.3), of("eval_team", 6, 300, 3, (4, 8)), of("vendor_keys", 160),
        of("stolen_keys", "leaked_keys", 42)
    ),
    "paid_by_the_prompt": met(
        "crews of real people, paid a prompt, half of their use is their own", 304_000,
        Host("2026-06-01", 20, LINES["quartz"], "app", "none", incidents=((7.6, 1.2),), responses=True),
        of("base_app", 1.0), of("subscriber", 270), of("annotators", 120), of("call_centre", 85), of("question_bank", 160),
        of("classroom", 120, [9.8]), of("gig_crew", "paid_by_the_prompt", 170)
    ),
    "grey_gateway": met(
        "a cheap unlicensed gateway whose customers' talk is partly kept; conversations hop between accounts", 264_000,
        Host("2026-03-16", 15, LINES["tide"], "never", "few", ja4=False),
        of("base_api", 0.9), of("role_players", 110), of("honest_reseller", 55), of("vendor_keys", 120), of("vpn_people", 120),
        of("casual", 500), of("grey_proxy", "grey_gateway", 85)
    ),
    "agent_foundry": met(
        "trajectories of tool use from sandboxes: one crude foundry, one with its own tools an account", 243_000,
        Host("2026-05-04", 16, LINES["quartz"], "never", "all", api_sessions=True),
        of("base_api", 0.8), of("coding_agents", 330), of("coding_agents", 120, tag="shipmate"),
        of("eval_team", 5, 90, 2, (6, 9), agent=True, turns=8, tools="crowd", mix={"agent": 1}), of("ci_jobs", 40), of("trialist", 420),
        of("trace_harvester", "agent_foundry", 46), of("trace_harvester", "quiet_foundry", 22, own_tools=True, rate=1.1)
    ),
    "many_answers": met(
        "hard problems, several reasoned answers each, every copy from another account", 261_000,
        Host("2026-02-16", 18, LINES["alder"], "all", "few", responses=True),
        of("base_api", 0.9), of("eval_team", 6, 320, 4, (3, 6)), of("eval_team", 4, 200, 3, (10, 13)), of("researchers", 30),
        of("question_bank", 170), of("casual", 600), of("sampler", "many_answers", 120, 3200, 4)
    ),
    "homework_front": met(
        "a real homework app before a rotating pool of accounts; all it hears is kept", 272_000,
        Host("2026-04-13", 14, LINES["heron"], "never", "all"),
        of("base_api", 0.85), of("vendor_keys", 220), of("startup_app", 70), of("internal_app", 30), of("classroom", 120, [6.8]),
        of("casual", 700), of("migration", 7, 6.0), of("wrapper_app", "homework_front", 62), of("arena_site", "compare_site", 12)
    ),
    "hydra": met(
        "two waves of bans; each time a new batch with other machines takes up the queue", 270_000,
        Host("2026-01-05", 24, LINES["tide"], "all", "all"),
        of("base_api", 0.6), of("migration", 10, 8.4), of("migration", 6, 16.1), of("hackathon", 110, 11.4), of("content_mill", 12),
        of("agency_card", 80), of("casual", 700, ban=0.012), of("whack", "hydra", 56, [8.2, 15.7])
    ),
    "shell_companies": met(
        "shell firms in the cloud marketplace, contracts signed, bills paid; one firm has retention switched off", 283_000,
        Host("2026-06-08", 20, LINES["quartz"], "never", "all", ja4=False),
        of("cloud_enterprise", 420, rate=2.6), of("etl", 46), of("base_api", 0.45), of("judges", 40), of("casual", 900),
        of("data_makers", 40), of("shell_tenant", "shell_companies", 15, 3), of("shell_tenant", "sealed_shell", 12, 1, zdr=1.0, rate=8)
    ),
    "campus_discount": met(
        "school mailboxes bought by the hundred among true classes with one assignment", 175_000,
        Host("2026-09-14", 21, LINES["alder"], "app", "few", free_cap=50),
        of("base_app", 0.75), of("classroom", 240, [4.8, 11.8, 18.8], plan="edu"), of("classroom", 150, [7.8, 14.9], plan="edu"),
        of("classroom", 80, [10.9]), of("question_bank", 150, plan="edu"), of("cafe", 80), of("worksheet", 140), of("family_card", 60),
        of("student_fraud", "campus_discount", 150)
    ),
    "other_words": met(
        "a seed list reworded by another model: a careful ring and a crude one", 298_000,
        Host("2026-02-02", 28, LINES["alder"], "never", "few"),
        of("base_api", 0.55), of("content_mill", 10), of("agency_card", 70), of("plugin_users", 140), of("researchers", 20),
        of("casual", 500), of("trialist", 380), of("paraphrase_ring", "other_words", 110),
        of("paraphrase_ring", "crude_words", 50, 900, careful=False)
    ),
    "borrowed_seats": met(
        "seats on shared subscriptions, and people who let out their own accounts at night", 204_000,
        Host("2026-05-18", 17, LINES["heron"], "app", "none"),
        of("base_app", 0.9), of("seat_sharing", 110), of("vpn_people", 150), of("family_card", 140), of("office_proxy", 150),
        of("seat_renter", "borrowed_seats", 30), of("mules", "night_tenants", 90)
    ),
    "verdicts": met(
        "judgements bought for a reward model: tiny outputs in great number", 209_000,
        Host("2026-03-23", 12, LINES["heron"], "never", "few", responses=True),
        of("base_api", 0.95), of("judges", 110), of("eval_team", 5, 260, 2, (5, 8), mix={"judge": 1}), of("internal_app", 50),
        of("casual", 400), of("preference_mill", "verdicts", 38)
    ),
    "small_tongues": met(
        "parallel text in languages with little data, bought through small accounts", 289_000,
        Host("2026-07-06", 22, LINES["tide"], "all", "few", ja4=False),
        of("base_api", 0.5), of("translators", 120), of("call_centre", 70), of("plugin_users", 110, mix={"translate": 6, "extract": 2}),
        of("casual", 800), of("trialist", 200), of("rare_tongues", "small_tongues", 85)
    ),
    "thirty_days_quiet": met(
        "funded and patient believable people, and a few recruited employees, over thirty days", 269_000,
        Host("2026-08-03", 30, LINES["quartz"], "app", "few"),
        of("base_app", 0.7), of("subscriber", 350), of("hobby_dev", 300), of("office_staff", 260), of("slow_drip", "thirty_days_quiet", 48),
        of(
            "recruit", "moonlighters", 14, "office_proxy", "recruited_employee", {"business": 3, "explain": 3, "code": 3}, rhythm="office",
            rate=1.6, per_visit=2.5, visit_gap=140, turns=0.8
        )
    ),
    "three_doors": met(
        "one operator with a leg in each of three products and one list of tasks", 294_000,
        Host("2026-10-05", 20, LINES["tide"], "app", "few", cloud="gcp", cloud_ip=True),
        of("base_app", 0.55), of("base_api", 0.45), of("cloud_enterprise", 160, rate=4), of("etl", 24), of("content_mill", 8),
        of("classroom", 90, [8.8]), of("three_doors", "three_doors", 130, 50, 13)
    ),
    "packed_questions": met(
        "caps by message invite a dozen questions in each; beside it, a maker of whole data sets", 218_000,
        Host("2026-04-20", 15, LINES["alder"], "app", "all", responses=True),
        of("base_app", 0.8), of("worksheet", 260), of("data_makers", 90), of("base_api", 0.35), of("researchers", 18),
        of("packer", "packed_questions", 75), of("seed_expander", "whole_sets", 26)
    ),
    "reseller_tenants": met(
        "contracted resellers, honest but for a few tenants behind the same gateway", 230_000,
        Host("2026-11-02", 14, LINES["heron"], "never", "all"),
        of("base_api", 0.7), of("honest_reseller", 45), of("large_reseller", 120), of("startup_app", 80), of("casual", 700),
        of(
            "recruit", "reseller_tenants", 16, "honest_reseller", "tenant", {"explain": 4, "code": 4, "maths": 3}, rhythm="flat", rate=9,
            per_visit=6, visit_gap=12, turns=0.1
        ),
        of("aged", "second_hand", 60, (1, 6))
    ),
    "thin_spread": met(
        "nearly a thousand free accounts that ask three things a day, in a large and busy free tier", 187_000,
        Host("2026-10-19", 11, LINES["heron"], "never", "none", free_cap=25, incidents=((6.4, 1.5),)),
        of("casual", 6800, rate=0.42), of("subscriber", 300), of("many_accounts", 240), of("meme", 700, 3.0),
        of("classroom", 260, [4.8, 8.9]), of("cafe", 140), of("worksheet", 120), of("question_bank", 120),
        of(
            "free_farm", "thin_spread", 880, {"explain": 4, "code": 2, "maths": 2, "business": 2, "creative": 1}, stagger=(-3, 6),
            season=9.0, life=9.0, mail="personal", per_phone=1.4, signup="use", net="sticky", rate=0.9, per_visit=2.2, turns=0.35,
            gaps=[(4.9, 9.0)]
        )
    ),
    "three_makes": met(
        "three operators of different make at one host: a hasty laptop, a mid-size buyer of cards, a patient household", 218_000,
        Host("2026-08-24", 19, LINES["quartz"], "all", "few", fold_mail=True, incidents=((11.2, 0.8),)),
        of("base_api", 0.6), of("base_app", 0.35), of("agency_card", 60), of("data_makers", 30), of("plugin_users", 60),
        of("hackathon", 90, 12.5), of("script_kid", "laptop", 12, rate=1.2),
        of("carder", "card_buyer", 60, stagger=(1, 15), gaps=[(8.3, 16.0)]), of("slow_drip", "household", 36, 1.3)
    ),
    "small_host": met(
        "a small developer host, everybody in an organisation; a dozen well kept accounts mirror a public site's visitors", 118_000,
        Host("2026-03-09", 10, LINES["tide"], "never", "all", responses=True, fold_mail=True),
        of("hobby_dev", 900), of("trialist", 780), of("startup_app", 140), of("internal_app", 24), of("vendor_keys", 90),
        of("coding_agents", 90), of("ci_jobs", 24), of("arena_site", "small_host", 12, rate=34)
    ),
    "honest_term": met(
        "innocents only: start of term, classes, cram schools, libraries, families, a meme", 155_000,
        Host("2026-09-07", 16, LINES["heron"], "app", "none"),
        of("base_app", 0.8), of("classroom", 300, [3.8, 8.8, 12.9]), of("classroom", 200, [6.9, 13.9]), of("classroom", 110, [9.9]),
        of("question_bank", 240), of("cafe", 120), of("worksheet", 160), of("meme", 420, 7.0), of("office_proxy", 120),
        of("hackathon", 120, 11.5)
    ),
    "honest_launch": met(
        "innocents only: a model comes out; evaluation, migration, batches, vendors and agents at once", 185_000,
        Host("2026-05-25", 12, LINES["quartz"], "never", "few", api_sessions=True, cloud_ip=True),
        of("base_api", 0.55), of("trialist", 500), of("eval_team", 8, 260, 3, (3.7, 6)), of("eval_team", 5, 180, 4, (4, 7)),
        of("migration", 11, 4.4), of("migration", 7, 5.2), of("viral_tutorial", 300, 4.9), of("vendor_keys", 180), of("judges", 50),
        of("data_makers", 70), of("researchers", 25), of("cloud_enterprise", 70, rate=5), of("etl", 16), of("honest_reseller", 40)
    ),
    "honest_grey": met(
        "innocents only, but unlovely: account collectors, VPNs, seat markets, mills, fans, piece workers", 242_000,
        Host("2026-07-20", 18, LINES["alder"], "all", "all", responses=True, ja4=False, free_cap=30),
        of("base_app", 0.5), of("many_accounts", 260), of("vpn_people", 260), of("seat_sharing", 75), of("content_mill", 14),
        of("content_mill", 9, start=5.0), of("annotators", 110), of("call_centre", 60), of("role_players", 70), of("agency_card", 70),
        of("trialist", 350, phone="rented", mail="throwaway", net="vpn"), of("translators", 40)
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}
SIZES = {name: recipe.events for name, recipe in RECIPES.items()}
"""usual number of requests, about"""


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    recipe = worlds.recipe(RECIPES, name)
    w = World(recipe.host, seed, (events or recipe.events) / recipe.events)
    for part in recipe.parts:
        part(w)
    return w
