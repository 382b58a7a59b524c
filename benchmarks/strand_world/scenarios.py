"""Twenty seasons of a provider: with whom, for how long, and what is not recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from ..worlds import World, recipe
from . import crews
from .crowds import CROWDS
from .draw import Draw
from .live import DAY, Log
from .party import Party, Routine
from .world import BEGIN, make

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "innocents alone"
CROWDED = 0.44
"""Most of the accounts that crowds and crews may be; the rest have nothing in common."""
TOGETHER = 0.42
"""Most of the requests that crowds may make together."""
SHARE = 0.5
"""Of the crowds, in a scenario that does not have all."""


@dataclass(frozen=True)
class Scenario:
    """One season."""

    about: str
    level: str
    accounts: int
    requests: int
    days: tuple[int, int]
    crew: Callable[[Draw], list[Party]] | None
    beside: tuple[str, ...]
    """Crowds that are always there: those most like the crew, or what the season is about."""
    lacks: tuple[str, ...] = ()
    release: float = 0.5
    """Chance that a model is released."""
    every: bool = False


TALKS = ("context_key", "parent_key", "session_id")
SCENARIOS = {
    "hydra_on_one_card_lot": Scenario(
        "a hydra on the cards of one lot, banned and replaced within hours", EASY, 2500, 60_000, (8, 18),
        crews.hydra_one_card_lot, ("families", "banned_by_mistake", "evaluation_labs", "gift_card_buyers"),
    ),
    "one_text_forces_thinking_tags": Scenario(
        "one fixed text in every request; pool 2 takes over, among other buyers", EASY, 6000, 130_000, (10, 24),
        crews.thinking_tags, ("tutorial_readers", "plugin_users", "vpn_users", "contracted_reseller"), ("user_agent", "ja4"),
    ),
    "rubrics_marked_in_step": Scenario(
        "rubric grading, rewrites and reasons in step, on shared cards", EASY, 900, 30_000, (5, 14), crews.rubrics_in_step,
        ("exam_markers", "labellers_at_home", "research_consortium", "batch_labelling"),
    ),
    "coding_fleet_jumps_at_release": Scenario(
        "agentic coding with tools, half of which goes to a new model within the day", EASY, 4500, 120_000, (10, 22),
        crews.fleet_jumps, ("firm_moves_at_release", "popular_agent_users", "ci_fleet", "coding_school"), (), 1.0,
    ),
    "agents_by_several_doors": Scenario(
        "agentic work over API, app and clouds, later the reconstruction of traces", MEDIUM, 5000, 110_000, (15, 35),
        crews.several_doors, ("cloud_tenants", "popular_agent_users", "agency_clients", "one_card_company"),
        ("phone_hash", "signup_ip"),
    ),
    "thinking_in_the_users_tongue": Scenario(
        "forces the trace into the user's language, five tongues", MEDIUM, 4000, 80_000, (10, 32), crews.users_tongue,
        ("freelancers", "bot_makers", "prompt_pack_buyers", "vpn_users"), ("created_at",),
    ),
    "harness_users_relayed": Scenario(
        "relays the users of coding harnesses, talks go on at other accounts", MEDIUM, 3000, 100_000, (14, 18),
        crews.harness_relayed, ("wrapper_founder", "key_rotation", "popular_agent_users", "contracted_reseller"),
        ("payment_hash",),
    ),
    "graders_fall_back_to_weaker": Scenario(
        "cleans and grades traces, then falls back to a weaker model", MEDIUM, 1800, 50_000, (17, 22), crews.graders_fall_back,
        ("evaluation_labs", "permitted_synthetic_data", "exam_markers", "research_consortium"),
    ),
    "stock_of_a_reseller_wakes": Scenario(
        "bought accounts in lots, cover first, harvest later", MEDIUM, 7000, 140_000, (14, 36), crews.reseller_stock,
        ("gift_card_buyers", "startups_on_credit", "council_rollout", "prompt_pack_buyers"), TALKS,
    ),
    "lodgers_relayed_and_replayed": Scenario(
        "relays its own users and replays signed blocks", HARD, 8000, 170_000, (15, 30), crews.lodgers_relayed,
        ("wrapper_founder", "contracted_reseller", "big_app", "key_rotation"),
    ),
    "thirteen_a_day_by_open_harness": Scenario(
        "some 13 exchanges a day and account, sessions replayed through open harnesses", HARD, 12_000, 220_000, (20, 26),
        crews.thirteen_a_day, ("popular_agent_users", "niche_agent_users", "interview_practice", "coding_school"), ("org_id",),
    ),
    "pool_split_without_overlap": Scenario(
        "a pool of varied tasks, each dealt once, no template, own cards", HARD, 5000, 100_000, (12, 32), crews.pool_split,
        ("puzzle_club", "evaluation_labs", "freelancers", "labellers_at_home"),
    ),
    "slow_drip_of_synthetic_people": Scenario(
        "synthetic people who ask little for weeks among much cover", HARD, 14_000, 250_000, (30, 40), crews.slow_synthetic,
        ("prompt_pack_buyers", "families", "carrier_nat", "plugin_users"), ("ja4", "user_agent"),
    ),
    "three_crews_behind_one_shop": Scenario(
        "three crews unaware of each other behind one proxy shop", HARD, 6000, 130_000, (10, 25), crews.three_behind_one_shop,
        ("vpn_users", "carrier_nat", "wrapper_founder", "exam_markers"),
    ),
    "exam_fortnight": Scenario(
        "innocents alone: courses, schools, markers, puzzles", NOBODY, 3000, 50_000, (10, 16), None,
        ("university_course", "exam_markers", "coding_school", "puzzle_club", "shared_house", "interview_practice", "tutorial_readers"),
        ("payment_hash",),
    ),
    "hackathon_and_outage": Scenario(
        "innocents alone: a weekend of new accounts, a release and an outage", NOBODY, 700, 25_000, (5, 9), None,
        ("hackathon", "viral_prompt", "startups_on_credit", "popular_agent_users", "firm_moves_at_release"), (), 1.0,
    ),
    "founders_and_wrappers": Scenario(
        "innocents alone: apps whose back ends spread users over accounts", NOBODY, 2000, 80_000, (12, 28), None,
        ("wrapper_founder", "key_rotation", "big_app", "bot_makers", "contracted_reseller", "agency_clients", "startups_on_credit"),
        ("org_id", "phone_hash"),
    ),
    "vendors_with_leave": Scenario(
        "innocents alone: labellers, makers of permitted data, laboratories", NOBODY, 1500, 90_000, (8, 20), None,
        (
            "permitted_synthetic_data", "labellers_at_home", "batch_labelling", "evaluation_labs", "research_consortium",
            "contracted_testers", "call_centre",
        ),
    ),
    "households_carriers_and_tunnels": Scenario(
        "innocents alone: shared lines, cards and tunnels", NOBODY, 9000, 120_000, (15, 30), None,
        ("carrier_nat", "vpn_users", "families", "gift_card_buyers", "shared_house", "viral_prompt"), ("created_at", "ja4"),
    ),
    "every_crowd_at_once": Scenario("innocents alone: all crowds", NOBODY, 13_000, 200_000, (14, 30), None, (), (), 0.7, True),
}


def cast(scenario: Scenario, draw: Draw, factor: float) -> list[Party]:
    """The crowds and crews of a season, shrunk to the size of the log."""
    names = list(scenario.beside)
    others = [name for name in CROWDS if name not in names]
    most = len(CROWDS) if scenario.every else round(SHARE * len(CROWDS))
    names += [others[i] for i in sorted(draw.rng.choice(len(others), most - len(names), replace=False))]
    crowds = [CROWDS[name](draw) for name in names]
    crew = scenario.crew(draw) if scenario.crew else []
    accounts, requests = scenario.accounts * factor, scenario.requests * factor
    crew = [_fit(party, draw, accounts, requests, 10 if factor < 1 else 12) for party in crew]
    harvesters = sum(party.size for party in crew)
    room = max(CROWDED * accounts - harvesters, 0.15 * accounts)
    shrink = min(1.0, room / sum(party.size for party in crowds))
    least = min(8.0, max(3.0, 8 * factor))
    crowds = [party.but(size=max(party.size * shrink, min(least, party.size))) for party in crowds]
    crowds = [_fit(party, draw, accounts, requests, min(least, party.size)) for party in crowds]
    loud = min(1.0, TOGETHER * requests / sum(_wants(party, draw) for party in crowds))
    return [*(party.but(rate=max(party.rate * loud, 1.0)) for party in crowds), *crew]


def _wants(party: Party, draw: Draw) -> float:
    turns = [routine.turns for routine in party.routines]
    return (
        party.size
        * party.rate
        * party.busy
        * min(party.days or draw.days, draw.days)
        * (1.2 if max(turns) < 3 else 1.0)
        * (1.0 if party.campaign or party.days else 0.8)
    )


def _fit(party: Party, draw: Draw, accounts: float, requests: float, least: float) -> Party:
    """A party within its part of the log: crews stop sooner, then have fewer accounts, then ask less; crowds ask less."""
    if party.campaign:
        party = party.but(size=max(least, min(party.size, accounts * 0.16)), days=min(party.days, draw.days) if party.days else 0.0)
        over = _wants(party, draw) / (party.budget * requests)
        if over > 1 and not party.days and not any(routine.phase != (0.0, 1.0) for routine in party.routines):
            days = max(draw.days / min(over, 1.6), 2.0)
            party, over = party.but(days=days), over * days / draw.days
        if over > 1:
            # who asks little goes on asking as little
            smaller = max(party.size / over ** (1.0 if party.rate < 20 else 0.6), least)
            party, over = party.but(size=smaller), over * smaller / party.size
        return party.but(rate=max(party.rate / max(over, 1), 2.0))
    over = _wants(party, draw) / (party.budget * requests)
    return party.but(rate=max(party.rate / max(over, 1), 1.0))


def world(name: str, seed: int, events: int | None = None) -> World:
    """A scenario's tables."""
    scenario = recipe(SCENARIOS, name)
    rng = np.random.default_rng([seed, crc32(name.encode())])
    requests = events or scenario.requests
    factor = requests / scenario.requests
    draw = Draw(rng, int(rng.integers(scenario.days[0], scenario.days[1] + 1)))
    released = rng.random() < scenario.release
    outage = draw.even(1, draw.days - 0.5) * DAY if rng.random() < 0.4 or "outage" in name else -DAY
    log = Log(
        rng, draw.days, BEGIN + int(rng.integers(0, 150)) * DAY, draw.even(0.3, 0.7) * draw.days if released else 1e9,
        (outage, outage + draw.between(0.7, 5) * 3600),
        tuple(rng.choice(draw.days, 1 + draw.days // 20, replace=False).tolist()),
    )
    parties = cast(scenario, draw, factor)
    size = max(scenario.accounts * factor - sum(party.size for party in parties), sum(party.size for party in parties) * 1.02)
    residents = Party(
        "resident", size, 6.0, (Routine(),), spread=1.2, busy=0.35, org="none",
        kinds={"individual": 80, "startup": 9, "education": 4, "enterprise": 4, "research": 3},
        mail={"free": 75, "each": 18, "school": 6, "junk": 1}, verified=0.08, per_card=1.03, per_phone=1.02,
        paths={"api": 80, "cumulus": 6, "stratus": 4},
    )
    return make(parties, residents, log, requests, scenario.lacks, bool(rng.random() < 0.5))
