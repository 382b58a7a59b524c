"""The scenarios: who operates, beside which crowds."""

from dataclasses import dataclass
from datetime import UTC, datetime

from . import jobs
from .crowds import CROWDS
from .operators import Operator
from .people import background
from .plans import Plan
from .world import World

OLD_MODELS = [("orion-4-mini", -300), ("orion-4", -210), ("orion-4-think", -90)]


@dataclass(frozen=True)
class Scenario:
    """One recipe of a world."""

    line: str
    days: int
    start: datetime
    events: int
    """requests unless told otherwise"""
    releases: list[tuple[str, float]]
    """new models and the days on which they come"""
    size: float
    """of every crowd but those of ``sizes``"""
    sizes: dict[str, float]
    operators: list[Plan]


RECIPES = {
    "quiet_campus_month": Scenario(
        "innocents only; every crowd large, academic ones twice",
        28, datetime(2026, 3, 2, tzinfo=UTC), 240_000,
        [("orion-5", 11.4)],
        1.0, {
            "uni_harness": 2.2, "benchmark_fan": 1.6, "tutoring_co": 1.4, "translation_crowd": 1.5, "mooc_cohort": 2,
            "label_coop": 1.6, "cot_reading_group": 2,
        },
        [],
    ),
    "release_week_no_operator": Scenario(
        "innocents only; two releases, benchmark fans, hackathons, viral prompts, comebacks",
        12, datetime(2026, 5, 7, tzinfo=UTC), 180_000,
        [("orion-5", 4.7), ("orion-5-think", 8.1)],
        0.6, {
            "benchmark_fan": 4, "kaggle_comp": 2, "hackathon": 2.2, "viral_prompt": 2.5, "synth_licensed": 1.5,
            "cot_reading_group": 2, "shared_gateway": 3, "aged_comeback": 2,
        },
        [],
    ),
    "sharded_cot_queue": Scenario(
        "a fixed injected trace prompt over equal loads and shared cards; rubric grading from cloud exits",
        14, datetime(2026, 2, 10, tzinfo=UTC), 200_000,
        [],
        0.5, {},
        [
            Plan(
                "cot_shards", "fixed_trace_queue", 240, 34000, (jobs.fixed_trace,), first_day=2.3, last_day=12.5,
                assign="rr", cards=8, phones=3, mail="disposable", temp=1.0, top_p=0.95, max_tokens=8192,
                verify=0.08, life_days=14, replaced_days=0.1,
            ),
            Plan(
                "rl_grader", "rubric_reward", 60, 7000, (jobs.rubric,), first_day=5, infra="cloud", cards=0,
                phones=0, signup="drip", rhythm="flat", temp=0.0, max_tokens=512, fixed_rubric=0.9, client="go",
            ),
        ],
    ),
    "evolved_prompts_no_template": Scenario(
        "tasks mutated by a local model, three samples each; task variants written by the victim, at night",
        21, datetime(2026, 4, 6, tzinfo=UTC), 220_000,
        [("orion-5", 9.2)],
        0.5, {},
        [
            Plan(
                "mutation_farm", "local_model_mutation", 320, 30000, (jobs.mutated,), first_day=3, samples=3,
                cover=0.4, infra="mix", cards=3, mail=("free", "catchall"), signup=("drip", "aged"), client="many",
                skew=0.6, verify=0.1,
            ),
            Plan(
                "task_breeder", "evolve_with_victim", 48, 5000, (jobs.evolve, jobs.plain), first_day=7, last_day=17,
                assign="rr", infra="vpn", cards=0, phones=4, rhythm="night", zone=-5, cover=0.1,
            ),
        ],
    ),
    "agent_trajectories": Scenario(
        "turns of public agents hop between keys and move at the release; self-play; screen data",
        16, datetime(2026, 6, 1, tzinfo=UTC), 220_000,
        [("orion-5", 8.6)],
        0.45, {
            "oss_agent": 0.9,
        },
        [
            Plan(
                "swe_rollouts", "agent_trajectory_harvest", 260, 42000, (jobs.agent,), first_day=1, hand=0.5,
                cards=2, mail=("free", "firm"), signup=("drip", "aged"), pivot=True, skew=0.4, cover=0.1,
                kind=("individual", "startup"),
            ),
            Plan(
                "dialogue_selfplay", "self_play", 70, 9000, (jobs.selfplay,), first_day=4, assign="sticky",
                infra="cgnat", country="VN", cards=4, phones=2, rhythm="mixed", zone=7, client="node", temp=0.9,
            ),
            Plan(
                "screen_data", "vision_and_data", 40, 4000, (jobs.data,), first_day=9, assign="rr", infra="rotate",
                cards=0, phones=0, mail="disposable", signup="late", rhythm="flat", pivot=True,
            ),
        ],
    ),
    "relay_of_users": Scenario(
        "2,500 end users routed over a pool of keys on two paths; traces cleaned on the weak model",
        20, datetime(2026, 7, 6, tzinfo=UTC), 240_000,
        [("orion-5", 13.3)],
        0.5, {
            "contract_reseller": 1.2, "shared_gateway": 2,
        },
        [
            Plan(
                "app_relay", "user_relay", 420, 48000, (jobs.relay,), assign="sticky", hand=0.15, infra="mix",
                cards=5, phones=2, mail=("free", "catchall", "disposable"), signup=("drip", "aged"), rhythm="mixed",
                users=2500, paths=("api", "api", "cloud-east"), client="many", life_days=12, replaced_days=0.15,
                temp=None, max_tokens=None, clean=0.06,
            ),
            Plan(
                "trace_replay", "trace_cleaning", 45, 4500, (jobs.clean,), first_day=8, assign="rr", infra="cloud",
                cards=6, rhythm="flat", prefer="orion-4-mini", temp=0.3,
            ),
        ],
    ),
    "slow_burn": Scenario(
        "650 aged accounts with some 17 requests each; thirty accounts with bare code tasks and much cover",
        28, datetime(2026, 9, 7, tzinfo=UTC), 220_000,
        [],
        0.5, {
            "plugin_user": 0.4,
        },
        [
            Plan(
                "patient_pool", "slow_burn", 620, 5600, (jobs.paraphrase,), first_day=1, assign="shift", cover=0.4,
                infra="person", signup="aged", rhythm="mixed", zone=2, client="many", strength=(6, 3, 0.4),
                families=("math", "logic", "t_law", "t_med"), skew=0.3, history=0.5,
            ),
            Plan(
                "quiet_thirty", "slow_burn_small", 34, 900, (jobs.plain,), first_day=4, assign="shift", cover=0.65,
                infra="person", cards=3, signup="drip", rhythm="office", zone=-5, families=("t_code",),
            ),
        ],
    ),
    "hydra_replacement": Scenario(
        "accounts that live four days, then a second pool that carries other buyers too; a copycat",
        24, datetime(2026, 1, 12, tzinfo=UTC), 240_000,
        [("orion-5", 15.5)],
        0.45, {},
        [
            Plan(
                "hydra_pool_1", "ban_and_replace", 200, 34000, (jobs.fixed_trace, jobs.slots), first_day=1,
                last_day=15, assign="rr", cards=12, phones=6, mail="disposable", life_days=4, replaced_days=0.12,
                temp=0.6,
            ),
            Plan(
                "hydra_pool_1", "failover_pool_mixed_buyers", 160, 16000, (jobs.slots, jobs.paraphrase),
                first_day=14.6, infra="mix", cards=7, mail=("free", "catchall"), signup="aged", others=0.6,
                paths=("cloud-east", "api"), client="many", pivot=True, life_days=20,
            ),
            Plan(
                "copycat_cards", "fixed_trace_queue", 50, 4500, (jobs.fixed_trace,), first_day=10, infra="rotate",
                cards=25, signup="late", mail="catchall", rhythm="flat",
            ),
        ],
    ),
    "rubric_reward_model": Scenario(
        "the model as reward model under mixed rubrics; safe rewriting; rollouts scored",
        15, datetime(2026, 8, 3, tzinfo=UTC), 200_000,
        [("orion-5", 6.0)],
        0.5, {
            "mooc_cohort": 1, "label_coop": 1.2,
        },
        [
            Plan(
                "reward_service", "rubric_reward", 130, 26000, (jobs.rubric,), first_day=2, infra="mix", cards=3,
                signup=("drip", "aged"), rhythm="flat", temp=0.0, max_tokens=256, fixed_rubric=0.35, skew=0.8,
                cover=0.15, client="many",
            ),
            Plan(
                "safe_rewriter", "safe_rewriting", 55, 6000, (jobs.safe,), first_day=4, assign="rr", country="US",
                cards=5, mail="catchall", rhythm="office", temp=0.4,
            ),
            Plan(
                "rollout_scorer", "rubric_reward", 36, 3500, (jobs.rubric, jobs.clean), first_day=8, last_day=12,
                assign="rr", infra="cloud", cards=0, phones=0, rhythm="flat",
            ),
        ],
    ),
    "polyglot_trace_elicitation": Scenario(
        "traces asked for in Spanish, Portuguese, Chinese, Indonesian, German and French",
        18, datetime(2026, 10, 5, tzinfo=UTC), 210_000,
        [],
        0.5, {
            "country_office": 1,
        },
        [
            Plan(
                "iberian_traces", "non_english_elicitation", 150, 14000, (jobs.foreign,), first_day=2,
                languages=("es", "pt"), strength=(1, 3, 3, 1), cards=4, signup="drip", cover=0.2,
            ),
            Plan(
                "east_asian_traces", "non_english_elicitation", 110, 9000, (jobs.foreign,), first_day=5,
                languages=("zh", "id"), strength=(0, 0, 1, 4), assign="rr", infra="cgnat", country="ID", cards=10,
                mail="disposable", rhythm="flat",
            ),
            Plan(
                "plain_european", "non_english_no_elicitation", 90, 6000, (jobs.foreign,), first_day=3,
                languages=("de", "fr"), strength=(6, 1, 0.3, 0), assign="shift", infra="person", country="DE",
                cards=2, signup="aged", rhythm="office", zone=1, cover=0.5, client="many",
            ),
        ],
    ),
    "hired_typists": Scenario(
        "people hired to type: in one hall on shared cards, and at home with everything their own",
        22, datetime(2026, 11, 2, tzinfo=UTC), 210_000,
        [],
        0.5, {
            "tutoring_co": 1, "label_coop": 1.5, "country_office": 1.3, "research_annotators": 2,
        },
        [
            Plan(
                "typing_hall", "hired_people", 120, 9000, (jobs.typist,), first_day=3, assign="shift", infra="cgnat",
                country="PH", cards=15, rhythm="shift", client="app",
                families=("math", "logic", "t_law", "t_med", "t_code"), cover=0.25,
            ),
            Plan(
                "home_typists", "hired_people", 80, 4500, (jobs.typist,), first_day=1, assign="shift",
                infra="person", signup="aged", rhythm="evening", zone=3, client="app",
                families=("t_code", "t_debug", "t_data"), cover=0.6,
            ),
        ],
    ),
    "crowded_house": Scenario(
        "five operators of five sorts at once",
        26, datetime(2026, 4, 20, tzinfo=UTC), 300_000,
        [("orion-5", 7.5), ("orion-5-think", 18.2)],
        0.55, {},
        [
            Plan(
                "big_queue", "fixed_trace_queue", 420, 36000, (jobs.slots, jobs.fixed_trace), first_day=6,
                last_day=20, assign="rr", cards=6, phones=3, mail="disposable", life_days=9, verify=0.05,
            ),
            Plan(
                "tool_miner", "agent_trajectory_harvest", 110, 15000, (jobs.agent, jobs.relay), first_day=2,
                assign="sticky", hand=0.25, infra="mix", cards=2, signup=("drip", "aged"), pivot=True, cover=0.2,
                client="many",
            ),
            Plan(
                "paraphrase_room", "paraphrased_elicitation", 90, 7000, (jobs.paraphrase,), first_day=9, infra="vpn",
                signup="drip", rhythm="mixed", zone=-3, cover=0.4, strength=(1, 3, 2),
            ),
            Plan(
                "ghost_pool", "slow_burn", 260, 3000, (jobs.mutated,), assign="shift", infra="person", signup="aged",
                cover=0.3, rhythm="evening", zone=5, weak=0.2, client="many",
            ),
            Plan(
                "deep_cover", "cover_80", 60, 1600, (jobs.mutated, jobs.plain), first_day=5, assign="shift",
                infra="person", cards=4, phones=2, signup="drip", cover=0.8, rhythm="mixed", client="many",
            ),
        ],
    ),
}
SCENARIOS = {name: scenario.line for name, scenario in RECIPES.items()}


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world: operators, crowds, and ordinary people up to the number of requests."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    n = events or recipe.events
    world = World(name, seed, n, recipe.start, recipe.days, OLD_MODELS + recipe.releases)
    for plan in recipe.operators:
        Operator(world, plan).run()
    for crowd, make in CROWDS.items():
        make(world, recipe.sizes.get(crowd, recipe.size))
    background(world, max(int(n * 0.12), n - world.size))
    return world
