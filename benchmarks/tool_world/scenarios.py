"""The scenarios: who operates, beside which crowds."""

from collections.abc import Callable
from dataclasses import dataclass

from . import developers, firms, freelancers, private, schools
from .crowds import innocents
from .operators import operate
from .plans import Plan
from .registry import key64
from .surfaces import DAY
from .world import World

USUAL_EVENTS = 180_000


def _careless_and_careful(world):
    innocents(world, 0.80)
    operate(
        world,
        Plan(
            "one_card_one_template", 140, 0.09, start=2.2, end=11, wrap="fixed", card="one", ip="cloud", email="disp",
            signup="burst", tasks=("math", "code"), params=(0.7, 0.95, 4096),
        ),
        Plan(
            "sdk_pool", 220, 0.08, start=1, wrap="slots", cover=0.15, card="groups", per_card=12, signup="waves",
            chunk=3, params=(1.0, None, 4096), client=("py", "lite"), n_clients=3, tasks=("code", "sql", "debug"),
        ),
        Plan(
            "everything_unique", 120, 0.025, wrap="para", cover=0.5, ip="sticky", signup="aged", assign="own",
            params=None, n_clients=999, client="any", hours="allday", tasks=("sci", "math", "explain"),
            topics=["bio", "math", "data"],
        ),
    )


def _sdk_pool_and_seats(world):
    innocents(world, 0.74, {"seat_sharers": 3, "reseller": 2, "payment_rings": 2, "key_rotation_firm": 2})
    system = world.text.system("the helpful assistant of our app", 3)
    operate(
        world,
        Plan(
            "proxied_sdk_pool", 420, 0.13, start=1, end=19, tasks=("code", "debug", "agent"), ip="rot", samples=2,
            card="groups", per_card=20, params=(0.8, 0.95, 8192), n_clients=2, cover=0.1,
        ),
        Plan(
            "seat_sharing_relay", 160, 0.13, start=3, relay=True, system=system, handoff=0.35,
            tasks=("chat", "write", "explain", "code", "plan", "sum"), languages=["zh", "zh", "en", "ru"],
            hours="evening", zone=8, ip="cloud", card="groups", per_card=6, signup="waves", client="node",
            params=(0.6, None, 2000), ban_days=9,
        ),
    )


def _release_refresh(world):
    innocents(world, 0.82, {"release_testers": 4, "eval_harness": 2, "prompt_of_the_day": 2})
    b = [t for _, t in world.new_models]
    pool = [world.text.task(f) for f in ("math", "code", "sci", "explain", "plan") for _ in range(world.scaled(220))]
    operate(
        world,
        Plan(
            "dataset_refresh", 170, 0.09, burst=b, task_list=pool, pivot=1.0, wrap="para", signup="aged",
            params=(0.0, None, 4096), card="groups", per_card=10, cover=0.2, warm=True,
        ),
        Plan(
            "pivot_in_a_day", 110, 0.06, start=2, wrap="slots", place="system", pivot=0.9, tasks=("agent", "code"),
            ip="vpn", client="lite", params=(1.0, None, 8192),
        ),
        Plan(
            "quiet_after_release", 60, 0.012, burst=[b[-1] + 1.5 * DAY], pivot=0.7, assign="hash", tasks=("sci",),
            topics=["bio", "health"], params=None, n_clients=999, client="any", ip="sticky", signup="aged", cover=0.6,
        ),
    )


def _gig_students(world):
    innocents(world, 0.87, {"course_repo": 3, "data_cleaning_crew": 2.5, "study_groups": 2, "localisation_team": 2})
    operate(
        world,
        Plan(
            "gig_students", 330, 0.09, start=2, end=17, assign="own", hours="student", wrap="slots", ip="home",
            client="browser", n_clients=999, params=None, cover=0.55, paths=("api", "app"),
            tasks=("explain", "sci", "math", "write"), countries=("IN", "KE", "ID", "BR", "PL", "NG"), kind="education",
            follow=0.5,
        ),
        Plan(
            "gig_copy_paste", 90, 0.035, start=5, end=12, assign="own", hours="evening", wrap="fixed", ip="home",
            card="groups", per_card=5, phone="shared", signup="burst", client="browser", n_clients=999, params=None,
            cover=0.25, paths=("app",), tasks=("math", "explain"), countries=("IN", "ID"),
        ),
    )


def _agent_trajectories(world):
    innocents(world, 0.70, {"ide_assistant_users": 1.8, "agent_framework_users": 2.2, "triage_bots": 2, "ci_fleet": 2})
    text = world.text
    forge = text.system("ForgeCLI, a coding agent in a sandbox", 18, "ops")
    open_agent = text.system("an autonomous agent that reasons, acts and observes", 16)
    operate(
        world,
        Plan(
            "trajectory_factory", 240, 0.15, start=1, agent=True, system=forge,
            tools=key64("forge", world.rng.random()), tasks=("agent", "debug"), handoff=0.5, card="groups", per_card=15,
            client="ide", n_clients=2, params=(0.6, 0.95, 16384), ban_days=8,
        ),
        Plan(
            "harness_user_relay", 180, 0.08, start=4, end=18, agent=True, system=open_agent, tools=key64("pub", 1),
            tasks=("agent", "code", "sql"), handoff=0.15, hours="office", zone=8, ip="sticky", signup="aged",
            client=("ide", "chain"), n_clients=5, params=(0.2, None, 8192), cover=0.2,
            languages=["zh", "en", "en", "en"],
        ),
        Plan(
            "bare_tool_calls", 70, 0.04, agent=True, tools=key64("bare", world.rng.random()), tasks=("agent",),
            topics=["ops", "web"], ip="vpn", assign="hash", signup="waves", card="one", client="go",
            params=(1.0, None, 4096),
        ),
    )


def _translation_harvest(world):
    innocents(world, 0.80, {"localisation_team": 3, "translators": 4, "study_groups": 4})
    operate(
        world,
        Plan(
            "translated_tasks", 260, 0.10, start=1, wrap="slots", languages=["id", "tr", "pt", "es", "ru", "zh"],
            email="mixed", card="groups", per_card=9, params=(0.5, None, 3000), client=("py", "node"), n_clients=4,
            cover=0.1,
        ),
        Plan(
            "native_relay", 130, 0.07, start=3, relay=True, languages=["ru", "tr"], tasks=("chat", "write", "math"),
            hours="evening", zone=3, ip="cgn", signup="waves", handoff=0.2, params=(0.7, None, 1500), client="java",
        ),
        Plan(
            "multilingual_resampling", 90, 0.03, samples=3, languages=["de", "fr", "es", "pt"], assign="random",
            ip="sticky", signup="aged", cover=0.4, hours="allday", params=None, n_clients=999, client="any",
        ),
    )


def _grading_mill(world):
    innocents(world, 0.78, {"eval_harness": 2.5, "golden_set_ci": 3, "uni_cluster": 2, "permitted_synth": 1.5})
    operate(
        world,
        Plan(
            "rubric_graders", 150, 0.10, start=1, grade=True, wrap="fixed", ip="cloud", card="groups", per_card=25,
            signup="waves", params=(0.0, None, 700), chunk=40, client="py",
        ),
        Plan(
            "trace_reconstruction", 110, 0.06, start=4, expand=True, tasks=("math", "code", "sci"),
            params=(0.3, None, 8192), client="lite", cover=0.1, ban_days=7,
        ),
        Plan(
            "verification_jobs", 100, 0.035, grade=True, burst=[world.start + DAY * x for x in (3, 6.2, 9, 13.1)],
            ip="vpn", signup="aged", params=(0.0, None, 1024), client="nb", n_clients=3, cover=0.3,
        ),
    )


def _ban_pressure(world):
    innocents(world, 0.66, {"payment_rings": 3, "casual_users": 1.3})
    operate(
        world,
        Plan(
            "two_pools", 900, 0.17, start=1, wrap="fixed", place="system", ban_days=5, purge_day=11.4, failover=0.12,
            email="disp", signup="burst", card="groups", per_card=4, params=(0.7, 0.9, 4096),
            tasks=("code", "agent", "math", "sci"), client=("py", "lite"), n_clients=3,
        ),
        Plan(
            "cross_cloud", 300, 0.10, wrap="para", paths=("api", "cloud_a", "cloud_b"), failover=0.3, ban_days=10,
            ip="cloud", signup="aged", samples=2, tasks=("sql", "sci", "sum"), params=(0.9, None, 4096),
            client=("py", "java"), n_clients=4, cover=0.1, kind="startup",
        ),
        Plan(
            "student_relaunch", 120, 0.04, start=6, wrap="slots", ban_days=4, ip="sticky", hours="evening",
            tasks=("math",), cover=0.2,
        ),
    )


def _quiet_developer_month(world):
    innocents(
        world, 0.97,
        {
            "company_no_org": 2.5, "founder_card_mvps": 2.5, "template_gallery": 2, "notebook_fleet": 2.5,
            "key_rotation_firm": 2, "support_desk": 2, "ab_tool": 2, "golden_set_ci": 2,
        },
    )


def _hack_and_deadline_fortnight(world):
    innocents(world, 0.55, {"course_repo": 2, "school_classes": 2})
    n = world.n_events
    for _ in range(3):
        developers.hack_week(world, world.scaled(260), int(n * 0.035))
    for _ in range(3):
        freelancers.data_cleaning_crew(world, world.scaled(230), int(n * 0.03))
    for _ in range(2):
        freelancers.localisation_team(world, world.scaled(120), int(n * 0.02))
        developers.docs_sprint(world, world.scaled(120), int(n * 0.012))
        firms.legal_pilot(world, world.scaled(90), int(n * 0.008))
    schools.eval_harness(world, world.scaled(200), int(n * 0.06))
    private.prompt_of_the_day(world, world.scaled(800), int(n * 0.03))
    private.release_testers(world, world.scaled(500), int(n * 0.03))
    firms.support_desk(world, world.scaled(200), int(n * 0.03))
    firms.company_no_org(world, world.scaled(200), int(n * 0.03), "company_no_org_vpn", True)


def _slow_burn_month(world):
    innocents(world, 0.93)
    operate(
        world,
        Plan(
            "slow_burn_sheet", 420, 0.04, wrap="persona", assign="own", hours="allday", ip="home", signup="aged",
            params=None, n_clients=999, client="any", tasks=("math", "sci", "code", "explain"),
            topics=["math", "data", "bio", "fin"], cover=0.4,
        ),
        Plan(
            "slow_burn_template", 260, 0.022, wrap="para", hours="office", zone=1, ip="sticky",
            client=("py", "browser"), n_clients=12, tasks=("law", "sci"), topics=["law", "health"], cover=0.25,
        ),
        Plan(
            "covered_four_fifths", 150, 0.06, wrap="slots", cover=0.8, signup="aged", assign="random", hours="allday",
            params=None, n_clients=999, client="any", tasks=("code", "debug"),
        ),
    )


def _five_teams(world):
    innocents(world, 0.72, {"casual_users": 1.2, "solo_developers": 1.3})
    operate(
        world,
        Plan(
            "card_and_cloud", 40, 0.03, start=8, end=13, wrap="fixed", card="one", phone="shared", ip="cloud",
            signup="burst", params=(1.0, None, 4096), tasks=("role", "write"),
        ),
        Plan(
            "library_prompt", 120, 0.06, start=2, wrap="library", card="groups", per_card=6, ip="vpn", email="mixed",
            signup="waves", cover=0.3, cover_kind="pool", params=(0.9, None, 4096), tasks=("code", "sql"), chunk=10,
        ),
        Plan(
            "relay_in_the_evening", 90, 0.06, relay=True, hours="evening", zone=-3, languages=["pt", "pt", "es"],
            tasks=("chat",), ip="sticky", handoff=0.25, client="node", params=(0.7, None, 1024),
        ),
        Plan(
            "best_of_four", 150, 0.06, start=5, samples=4, tasks=("math", "code"), signup="aged",
            params=(1.0, 0.95, 4096), client="lite", assign="random",
        ),
        Plan(
            "careful_few", 40, 0.012, wrap="persona", assign="own", hours="office", ip="home", signup="aged", cover=0.5,
            params=None, n_clients=999, client="any", tasks=("law", "sci", "sum"),
        ),
    )


@dataclass(frozen=True)
class Scenario:
    """One recipe of a world."""

    line: str
    make: Callable[[World], None]
    days: int
    releases: int = 1
    """of new models"""


RECIPES = {
    "careless_and_careful": Scenario(
        "from careless to careful: one card and one frame; a pool on cards of twelve; everything unique",
        _careless_and_careful, 14,
    ),
    "sdk_pool_and_seats": Scenario(
        "a pool behind rotating exits, tasks sampled twice; own users relayed over seats",
        _sdk_pool_and_seats, 20,
    ),
    "release_refresh": Scenario(
        "the same data set re-run at each of three releases; work that moves in a day; a quiet team",
        _release_refresh, 21, 3,
    ),
    "gig_students": Scenario(
        "hired students at home with their own hours; a frame copied and pasted in the app",
        _gig_students, 18,
    ),
    "agent_trajectories": Scenario(
        "long tool loops handed between accounts; a harness relayed; bare tool calls",
        _agent_trajectories, 20,
    ),
    "translation_harvest": Scenario(
        "tasks in six languages; users relayed in their language; every task three times",
        _translation_harvest, 16,
    ),
    "grading_mill": Scenario(
        "grading by one rubric; finished answers come back for their thoughts; verification in bursts",
        _grading_mill, 15,
    ),
    "ban_pressure": Scenario(
        "lives of days, a purge and a sleeping second pool; work over three clouds; relaunches",
        _ban_pressure, 21,
    ),
    "quiet_developer_month": Scenario(
        "innocents only: firms without org id, founder cards, notebooks, key rotation, support desks",
        _quiet_developer_month, 30, 2,
    ),
    "hack_and_deadline_fortnight": Scenario(
        "innocents only: hack weeks, cleaning campaigns, sprints, a big benchmark, viral prompts, schools",
        _hack_and_deadline_fortnight, 14,
    ),
    "slow_burn_month": Scenario(
        "some sixteen requests an account in a month, in personas or one template; four fifths cover",
        _slow_burn_month, 30,
    ),
    "five_teams": Scenario(
        "five teams of five sorts at once",
        _five_teams, 17, 2,
    ),
}
SCENARIOS = {name: scenario.line for name, scenario in RECIPES.items()}


def build(name: str, seed: int, events: int | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    world = World(name, seed, events or USUAL_EVENTS, recipe.days, recipe.releases)
    recipe.make(world)
    return world
