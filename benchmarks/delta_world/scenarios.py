"""The scenarios: a period, what is logged, a population and the operators in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .. import worlds
from . import firms, learning, machines, private
from .borrowed import leaked_keys, paid_crew, tapped_proxy
from .farms import aged_market, credit_burners, golden_image, parallel_tongues, paraphrase_mill, slow_drip, trial_farm
from .fronts import cloud_hoppers, judge_loop, mirror_product, second_floor, shell_startups
from .queues import rejection_sampler, sandbox_traces, seed_expander, trace_miners, training_cycle
from .town import Crowd, populace
from .world import LogProfile, World

USUAL_EVENTS = 170_000
"""about; every scenario has a size of its own"""
Operator = Callable[[World, str, int, float], None]
LEAN = LogProfile(
    ja4=False, asn=False, cached=False, session_api=0.0, phone=0.1, payment=0.6, signup_ip=0.5, org_event=0.6, kind_filled=0.35
)
RICH = LogProfile(response=True, phone=0.8, session_api=0.3, kind_filled=0.9)
NO_EDGE = LogProfile(ja4=False, phone=0.3, payment=0.8)
SPARSE = LogProfile(phone=0.0, payment=0.7, signup_ip=0.3, email=0.8, kind_filled=0.2, org_event=0.4, session_api=0.03)


@dataclass(frozen=True)
class Recipe:
    """A period, an innocent population with its special crowds, and the operators in it."""

    start: str
    days: int
    accounts: int
    """of innocents"""
    asked: int
    """requests of innocents, about"""
    events: int
    """requests of everybody, about, at usual size"""
    about: str
    more: dict[Crowd, tuple[float, float]]
    """crowds whose accounts and requests are multiplied"""
    operators: tuple[tuple[Operator, str, int, float], ...] = ()
    """an operator, its name, accounts and requests"""
    log: LogProfile = field(default_factory=LogProfile)
    holidays: tuple[int, ...] = ()
    outages: tuple[tuple[float, float, float], ...] = ()
    """from day, to day, share of requests that fail"""
    release_day: float = 1e9


RECIPES: dict[str, Recipe] = {
    "quiet_term": Recipe(
        "2026-09-07", 21, 5200, 170_000, 172_000,
        "no operator: term starts, cram schools work through question banks, a viral tutorial, benchmarks",
        {
            learning.classroom: (6, 9), learning.cram_school: (5, 8), learning.viral: (3, 4), machines.eval_teams: (2, 2),
            learning.labs: (2, 3), machines.coders: (1, 0.5)
        },
        outages=((6.4, 6.55, 0.5),)
    ),
    "quiet_launch": Recipe(
        "2026-05-11", 18, 4600, 190_000, 187_000,
        "no operator: a release with an outage, evaluation teams, replayed logs, refugees of another provider's outage",
        {
            machines.eval_teams: (4, 5), firms.migration: (8, 8), firms.surge: (7, 9), learning.hackathon: (4, 5), firms.judge_saas: (3, 4),
            firms.synth_makers: (4, 4)
        },
        log=RICH, release_day=8.7, outages=((8.8, 8.95, 0.35), (12.2, 12.24, 0.9)), holidays=(14,)
    ),
    "quiet_resale": Recipe(
        "2026-02-02", 24, 6000, 180_000, 181_000,
        "no operator: resellers, templates with shared exits, routers, credit dodgers, apps spread over accounts",
        {
            firms.reseller: (6, 6), firms.byok_vendor: (5, 5), machines.gateways: (4, 4), private.limit_dodgers: (7, 10),
            firms.bargain_app: (8, 8), machines.workflow: (3, 3), private.agency: (3, 3), private.gig_writers: (4, 5)
        },
        log=SPARSE, outages=((3.1, 3.3, 0.4),)
    ),
    "credit_mill": Recipe(
        "2026-03-02", 20, 5000, 150_000, 165_000, "free credits used up in two or three days behind one deduplicating queue, then replaced",
        {private.limit_dodgers: (3, 3), private.toe_dippers: (1.4, 1.4), learning.hackathon: (3, 3), learning.viral: (2, 2)},
        ((credit_burners, "credit_mill", 170, 15_000),), outages=((9.5, 9.62, 0.6),)
    ),
    "best_of_six": Recipe(
        "2026-06-08", 16, 4200, 150_000, 172_000, "every question six times at temperature 1, each from another paid account",
        {learning.labs: (3, 4), machines.eval_teams: (3, 3), learning.classroom: (2, 3)}, ((rejection_sampler, "best_of_six", 42, 21_000),)
    ),
    "graders": Recipe(
        "2026-10-05", 21, 3600, 150_000, 163_000, "a few verified shell firms let the model grade their student's answers",
        {firms.judge_saas: (8, 9), machines.eval_teams: (2, 2), firms.synth_makers: (3, 3)}, ((judge_loop, "graders", 14, 13_000),),
        log=RICH, release_day=11.3
    ),
    "sandbox_fleet": Recipe(
        "2026-07-06", 18, 3500, 150_000, 172_000, "a public coding agent run headless round the clock; a third of the tasks run twice",
        {machines.coders: (2.5, 2.5), firms.agent_vendor: (4, 3), machines.ci_jobs: (2, 1.5)},
        ((sandbox_traces, "sandbox_fleet", 64, 19_000),), release_day=6.6, outages=((6.7, 6.8, 0.3),)
    ),
    "cheap_router": Recipe(
        "2026-04-13", 21, 6500, 170_000, 204_000, "an uncontracted cut-price proxy of real customers keeps the large models' answers",
        {firms.reseller: (3, 3), machines.gateways: (3, 3), firms.byok_vendor: (2, 2), firms.bargain_app: (5, 4)},
        ((tapped_proxy, "cheap_router", 300, 30_000),), log=NO_EDGE
    ),
    "drip_month": Recipe(
        "2026-08-01", 30, 7500, 170_000, 191_000,
        "hundreds of patient accounts, a request or so a day each, on residential lines of their own",
        {private.app_users: (2, 2), private.hobby: (1.3, 1.2)}, ((slow_drip, "drip_month", 520, 15_000),), holidays=(14, 15)
    ),
    "second_hand": Recipe(
        "2026-01-12", 26, 4500, 150_000, 164_000, "accounts bought after eight months or more, then another machine, key, hour and work",
        {private.hobby: (1.4, 1.3), firms.corporate: (2, 2), private.agency: (2, 2), private.movers: (4, 4)},
        ((aged_market, "second_hand", 95, 13_000),)
    ),
    "open_keys": Recipe(
        "2026-09-14", 15, 5500, 150_000, 173_000, "leaked keys drained for a few days beside their owners' work",
        {machines.plugin: (2, 2), machines.workflow: (2, 2), firms.surge: (2, 3)}, ((leaked_keys, "open_keys", 75, 9_000),),
        outages=((2.3, 2.38, 0.8),)
    ),
    "piecework": Recipe(
        "2026-05-18", 20, 5000, 140_000, 152_000, "people paid for each accepted conversation, among freelance writers of the same cities",
        {private.gig_writers: (9, 11), private.app_users: (2, 2.5), learning.classroom: (2, 2)}, ((paid_crew, "piecework", 70, 9_000),),
        log=RICH
    ),
    "olympiad": Recipe(
        "2026-10-19", 18, 4200, 140_000, 154_000,
        "long reasoning answers to competition problems, taken by accounts that pose as education",
        {learning.labs: (3, 3), learning.cram_school: (6, 6), learning.classroom: (4, 5), machines.eval_teams: (3, 3)},
        ((trace_miners, "olympiad", 115, 13_000),)
    ),
    "reworded": Recipe(
        "2026-03-23", 22, 4300, 140_000, 152_000, "every seed task in three wordings by three accounts",
        {firms.synth_makers: (3, 3), firms.byok_vendor: (3, 3), learning.viral: (3, 3)}, ((paraphrase_mill, "reworded", 84, 13_000),),
        log=NO_EDGE
    ),
    "borrowed_users": Recipe(
        "2026-06-22", 20, 4000, 160_000, 175_000, "a chat product's real conversations are sent here too, and both answers kept",
        {firms.migration: (8, 6), firms.bargain_app: (6, 5), firms.indie_apps: (1.5, 1.3)},
        ((mirror_product, "borrowed_users", 32, 16_000),), release_day=12.5, holidays=(12,)
    ),
    "trial_robots": Recipe(
        "2026-02-16", 24, 8200, 130_000, 142_000,
        "a robot signs up hundreds of free accounts on forty phones; a wave of bans, then better proxies",
        {
            private.toe_dippers: (1.6, 1.6), private.limit_dodgers: (4, 4), learning.hackathon: (3, 3), learning.viral: (4, 4),
            firms.surge: (3, 3)
        },
        ((trial_farm, "trial_robots", 760, 9_500),)
    ),
    "paper_firms": Recipe(
        "2026-04-01", 28, 3800, 160_000, 186_000,
        "a dozen paper firms with stories of their own; beside them tasks invented here and answered here",
        {firms.synth_makers: (3, 3), firms.indie_apps: (1.5, 1.2)},
        ((shell_startups, "paper_firms", 14, 17_000), (seed_expander, "tasks_from_tasks", 38, 8_000)), log=SPARSE, holidays=(2, 5)
    ),
    "marketplace": Recipe(
        "2026-07-20", 20, 3600, 150_000, 169_000, "through two clouds' market places, without address, key or client in the log",
        {firms.rag_bots: (3, 2.5), firms.corporate: (2, 2), machines.eval_teams: (2, 3)}, ((cloud_hoppers, "marketplace", 26, 15_000),),
        release_day=9.6, outages=((9.7, 9.9, 0.25),)
    ),
    "many_tongues": Recipe(
        "2026-08-17", 21, 4800, 140_000, 151_000, "one list of topics in six languages, in the same order, some days apart",
        {machines.batch_jobs: (1.3, 1.2), private.gig_writers: (3, 3)}, ((parallel_tongues, "many_tongues", 56, 11_000),), log=LEAN
    ),
    "train_and_pause": Recipe(
        "2026-09-28", 27, 4600, 150_000, 172_000,
        "two days of collection, then a pause for training; beside it clones of one machine image",
        {machines.ci_jobs: (2, 2), learning.labs: (2, 2), machines.eval_teams: (2, 2), learning.hackathon: (2, 2)},
        ((training_cycle, "train_and_pause", 48, 13_000), (golden_image, "clones", 60, 7_000)), release_day=13.4
    ),
    "upstairs": Recipe(
        "2026-07-01", 24, 4400, 150_000, 170_000, "customers of an honest contracted reseller, among its 130 others",
        {firms.reseller: (4, 4), machines.gateways: (2, 2)}, ((second_floor, "upstairs", 26, 11_000),), log=SPARSE, holidays=(3,)
    ),
    "crossfire": Recipe(
        "2026-05-04", 25, 9000, 180_000, 205_000, "a patient drip, burners of free credits and a mirrored product at once",
        {learning.classroom: (2, 3), firms.corporate: (2, 2), machines.coders: (1.5, 1.3), firms.reseller: (2, 2)},
        ((slow_drip, "patient", 260, 6_000), (credit_burners, "burners", 80, 6_000), (mirror_product, "shadow", 16, 7_000)), log=LEAN,
        holidays=(10, 21), outages=((15.3, 15.5, 0.5),), release_day=17.8
    )
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    r = worlds.recipe(RECIPES, name)
    scale = (events or r.events) / r.events
    world = World(seed, r.days, datetime.fromisoformat(r.start).replace(tzinfo=UTC), r.log, r.holidays, r.outages, r.release_day, scale)
    populace(world, r.accounts, r.asked, r.more)
    for operate, campaign, n, asked in r.operators:
        operate(world, campaign, max(3, round(n * scale)), max(60.0, asked * scale))
    return world
