"""The scenarios: a length, what the provider does not log, the crowds and the operators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import desks, farms, relays
from .crowds import CROWDS
from .world import World

USUAL_EVENTS = 150_000
"""About the size of a scenario as it stands; each has its own."""
SESSIONS, CARDS, PHONES, JA4, USER_AGENTS = {"session_id"}, {"payment_hash"}, {"phone_hash"}, {"ja4"}, {"user_agent"}
CHAINS, MAILS, ADDRESSES = {"context_key", "parent_key"}, {"email_domain", "email_hash"}, {"ip", "asn", "signup_ip"}
LEAST = 6
"""Accounts of an operator in the smallest world."""


@dataclass(frozen=True)
class Operator:
    """One operator and its size."""

    run: Callable[..., None]
    accounts: int
    options: dict[str, Any] | None = None


@dataclass(frozen=True)
class Scenario:
    """One recipe of a world."""

    line: str
    start: str
    days: int
    requests: int
    """how many come out, about, at this size"""
    operators: list[Operator]
    crowds: dict[str, int]
    """accounts of each innocent crowd"""
    unlogged: frozenset[str] = frozenset()
    """columns that are null"""
    release_day: int | None = None
    """when a new model opens"""
    volume: float = 0.75
    """how much is asked, beside a crowd's usual"""


def _columns(*groups: set[str]) -> frozenset[str]:
    return frozenset().union(*groups)


RECIPES = {
    "clerks": Scenario(
        "an office of annotators types and grades by a guideline, beside call centres and a labelling firm",
        "2026-08-10", 21, 135_000,
        [Operator(desks.annotator_office, 64, {"country": "PK"})],
        {
            "household": 4700, "shopkeepers": 1600, "students": 900, "classrooms": 500, "call_centre": 160,
            "labelling_firm": 70, "freelancers": 500, "vpn_users": 300, "teachers": 300, "listing_agency": 150,
            "script_panel": 220, "merchant_bots": 200, "benchmark_runners": 5,
        },
        volume=0.9,
    ),
    "coupons": Scenario(
        "sign-up gifts are farmed on emulated phones, beside deal hunters and a hackathon; no mail is logged",
        "2026-07-01", 45, 189_000,
        [Operator(farms.promo_farm, 900)],
        {
            "household": 6200, "shopkeepers": 1500, "students": 900, "deal_hunters": 900, "cybercafe": 450,
            "hackathon": 160, "viral_prompt": 500, "partner_app_users": 400, "congregations": 250, "cron_jobs": 12,
            "bootcamp": 200,
        },
        unlogged=_columns(MAILS),
    ),
    "piece_rates": Scenario(
        "hired people paste the sheet of the day from their own phones; a small lab rewrites traces",
        "2026-09-07", 28, 140_000,
        [Operator(desks.piecework, 150), Operator(desks.small_lab, 18)],
        {
            "household": 5200, "freelancers": 900, "script_panel": 350, "shopkeepers": 1100, "students": 700,
            "cybercafe": 300, "extension_users": 450, "translators_coop": 70, "farm_cooperative": 260,
            "game_guild": 350, "teachers": 200,
        },
        volume=0.85,
    ),
    "partners": Scenario(
        "two partner apps keep their users' talks as training data, beside honest partners; no session ids",
        "2026-06-15", 24, 133_000,
        [
            Operator(relays.partner_relay, 320, {"name": "amigo-chat"}),
            Operator(relays.partner_relay, 46, {"name": "soma-sasa", "countries": ("KE", "TZ"), "keep": 0.6, "volume": 1.4}),
        ],
        {
            "household": 4200, "partner_app_users": 1500, "merchant_bots": 450, "tutoring_startup": 50,
            "accessibility_tool": 350, "shopkeepers": 1100, "reseller_customers": 400, "gateway_users": 350,
            "students": 600, "extension_users": 300, "eval_firms": 12,
        },
        unlogged=_columns(SESSIONS), volume=0.8,
    ),
    "drip": Scenario(
        "eight hundred aged accounts ask one task in six days each; no keys of conversations",
        "2026-08-01", 45, 208_000,
        [Operator(farms.slow_trickle, 800)],
        {
            "household": 6600, "shopkeepers": 1500, "students": 900, "vpn_users": 450, "congregations": 300,
            "extension_users": 400, "freelancers": 350, "account_rotators": 60, "teachers": 300, "game_guild": 300,
            "cron_jobs": 10,
        },
        unlogged=_columns(CHAINS),
    ),
    "sprinters": Scenario(
        "coding agents in sprints of a day and a half, and a ring that has the model judge",
        "2026-09-14", 18, 131_000,
        [Operator(relays.agent_sprints, 32), Operator(desks.grader_ring, 22)],
        {
            "household": 4700, "oss_agent_users": 450, "hackathon": 240, "gateway_users": 400, "bootcamp": 350,
            "benchmark_runners": 9, "cron_jobs": 25, "shopkeepers": 1000, "students": 700, "account_rotators": 60,
            "vpn_users": 250, "eval_firms": 12, "listing_agency": 110,
        },
        volume=0.8,
    ),
    "cashless": Scenario(
        "a pool with a new household address each request, a grading ring and a small lab; no cards are logged",
        "2026-10-05", 30, 140_000,
        [
            Operator(farms.rotation_pool, 520, {"volume": 0.75}), Operator(desks.grader_ring, 26, {"volume": 0.7}),
            Operator(desks.small_lab, 15, {"kinds": ("taskgen", "logic")}),
        ],
        {
            "household": 5600, "shopkeepers": 1300, "students": 900, "cram_school": 450, "classrooms": 400,
            "vpn_users": 400, "gateway_users": 300, "viral_prompt": 400, "benchmark_runners": 7, "labelling_firm": 50,
            "partner_app_users": 300, "cybercafe": 250,
        },
        unlogged=_columns(CARDS), volume=0.7,
    ),
    "fair_days": Scenario(
        "no operator; hackathons, coupons, a viral prompt, translators, agencies; no session ids",
        "2026-07-13", 30, 152_000,
        [],
        {
            "household": 5000, "shopkeepers": 1500, "students": 900, "hackathon": 260, "deal_hunters": 500,
            "viral_prompt": 500, "script_panel": 300, "farm_cooperative": 300, "translators_coop": 60,
            "listing_agency": 160, "benchmark_runners": 8, "permitted_synthetic": 12, "call_centre": 120,
            "gateway_users": 300, "reseller_customers": 250,
        },
        unlogged=_columns(SESSIONS), volume=0.85,
    ),
    "exams": Scenario(
        "no operator; classes, cram schools and tutors before exams, and a model that opens; no JA4",
        "2026-05-04", 35, 166_000,
        [],
        {
            "household": 4400, "students": 1800, "classrooms": 900, "cram_school": 800, "teachers": 450,
            "tutoring_startup": 40, "bootcamp": 350, "shopkeepers": 900, "cybercafe": 300, "labelling_firm": 60,
            "eval_firms": 12, "freelancers": 350, "account_rotators": 60, "game_guild": 250,
        },
        unlogged=_columns(JA4), release_day=15,
    ),
    "middlemen": Scenario(
        "access is resold under the counter beside the seller's own harvest; shops on paper copy selling talk",
        "2026-09-01", 26, 132_000,
        [Operator(relays.grey_reseller, 210), Operator(desks.shop_scraper, 70)],
        {
            "household": 4300, "reseller_customers": 900, "gateway_users": 800, "merchant_bots": 350,
            "oss_agent_users": 350, "vpn_users": 400, "shopkeepers": 1100, "students": 600, "account_rotators": 90,
            "partner_app_users": 400, "cron_jobs": 20,
        },
    ),
    "new_model": Scenario(
        "half of an operator's load moves to a new model within hours, beside agents in sprints",
        "2026-08-17", 28, 139_000,
        [Operator(farms.pivot_chasers, 240), Operator(relays.agent_sprints, 17, {"volume": 0.8, "sprints": 2})],
        {
            "household": 5000, "gateway_users": 500, "oss_agent_users": 350, "benchmark_runners": 14, "eval_firms": 18,
            "vpn_users": 400, "shopkeepers": 1200, "students": 800, "viral_prompt": 350, "extension_users": 300,
            "hackathon": 150, "listing_agency": 120,
        },
        unlogged=_columns({"email_hash"}), release_day=13,
    ),
    "sim_cards": Scenario(
        "two racks of phones with SIM cards; no session ids, cards or mail",
        "2026-06-01", 32, 152_000,
        [
            Operator(farms.sim_farm, 360, {"country": "VN", "volume": 0.55}),
            Operator(farms.sim_farm, 90, {"country": "ID", "volume": 0.8}),
        ],
        {
            "household": 6200, "shopkeepers": 1700, "students": 900, "farm_cooperative": 450, "cram_school": 350,
            "cybercafe": 350, "congregations": 350, "game_guild": 300, "deal_hunters": 350, "partner_app_users": 300,
            "viral_prompt": 300,
        },
        unlogged=_columns(SESSIONS, CARDS, MAILS),
    ),
    "many_heads": Scenario(
        "pools that are banned and replaced, an annotators' office, one list in nine languages, a small lab",
        "2026-07-20", 28, 144_000,
        [
            Operator(farms.hydra_pools, 420, {"volume": 0.8}),
            Operator(desks.annotator_office, 40, {"country": "EG", "volume": 0.8}), Operator(farms.polyglot, 180),
            Operator(desks.small_lab, 15),
        ],
        {
            "household": 5600, "shopkeepers": 1100, "students": 800, "vpn_users": 400, "gateway_users": 300,
            "oss_agent_users": 200, "classrooms": 350, "deal_hunters": 300, "freelancers": 300, "tutoring_startup": 25,
            "call_centre": 100, "benchmark_runners": 6,
        },
        volume=0.7,
    ),
    "lent_names": Scenario(
        "rented accounts of real people, and a slow trickle; no phone numbers",
        "2026-09-21", 40, 176_000,
        [Operator(desks.rented_accounts, 130), Operator(farms.slow_trickle, 200, {"volume": 1.2, "twin": 0.1})],
        {
            "household": 6000, "extension_users": 700, "shopkeepers": 1200, "students": 900, "freelancers": 400,
            "accessibility_tool": 250, "teachers": 250, "congregations": 250, "translators_coop": 60, "vpn_users": 300,
            "merchant_bots": 180,
        },
        unlogged=_columns(PHONES),
    ),
    "tongues": Scenario(
        "one list of tasks in nine languages, an invented class, shops on paper; no JA4, no keys of conversations",
        "2026-10-12", 30, 152_000,
        [
            Operator(farms.polyglot, 460), Operator(desks.fake_class, 95),
            Operator(desks.shop_scraper, 110, {"volume": 0.8}),
        ],
        {
            "household": 5400, "translators_coop": 140, "students": 1100, "shopkeepers": 1400, "classrooms": 400,
            "congregations": 350, "partner_app_users": 400, "cram_school": 350, "game_guild": 300, "labelling_firm": 60,
            "script_panel": 250,
        },
        unlogged=_columns(JA4, CHAINS),
    ),
    "dark_counter": Scenario(
        "four operators, and neither addresses, JA4, user agents nor session ids are logged",
        "2026-08-24", 22, 129_000,
        [
            Operator(farms.rotation_pool, 280, {"volume": 0.7}),
            Operator(desks.piecework, 90, {"countries": ("IN", "PK")}), Operator(desks.fake_class, 60),
            Operator(relays.agent_sprints, 15, {"volume": 0.8}),
        ],
        {
            "household": 4800, "shopkeepers": 1300, "students": 800, "freelancers": 500, "merchant_bots": 300,
            "reseller_customers": 300, "hackathon": 140, "bootcamp": 250, "classrooms": 300, "listing_agency": 120,
            "eval_firms": 12, "benchmark_runners": 6,
        },
        unlogged=_columns(SESSIONS, JA4, ADDRESSES, USER_AGENTS),
    ),
}
SCENARIOS = {name: scenario.line for name, scenario in RECIPES.items()}


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; crowds and operators shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    scale = 1.0 if events is None else events / recipe.requests
    world = World(name, seed, recipe.start, recipe.days, recipe.release_day, scale, recipe.unlogged)
    asked = max(1.0, recipe.days / 25) ** 0.75
    for crowd, accounts in recipe.crowds.items():
        CROWDS[crowd](world, world.scaled(accounts), (1.05 * recipe.volume if crowd == "household" else 0.92) * asked)
    # A few honest accounts are banned for other reasons (chargebacks, abuse), some wrongly.
    honest = world.n_accounts
    world.ban_some(range(honest), honest // 170, 0.3)
    for operator in recipe.operators:
        before = world.n_accounts
        operator.run(world, max(LEAST, world.scaled(operator.accounts)), **operator.options or {})
        if operator.run is not farms.hydra_pools:  # abuse checks hit operators now and then too
            world.ban_some(range(before, world.n_accounts), (world.n_accounts - before) // 60, 0.4)
    return world
