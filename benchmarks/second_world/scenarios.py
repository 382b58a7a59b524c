"""The scenarios: every crowd, and the operators of each."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from . import machines, people, work
from .operators import Operator, Work, run
from .world import World, fingerprint, key64

SCENARIOS = {
    "classic": "four careless operators: a fixed template, agent loops, graders replaced when banned, one injection",
    "hard": "six operators who vary: templates, queues, riding on a popular agent, slow, covered, failing over",
    "crowds": "innocents only",
    "relays": "real users relayed: a station, a laboratory's own product, a large pool with an injection",
    "evasive": "five operators, each of whom gives one kind of evidence away",
    "tiny": "one operator of forty accounts among few",
    "stealthy": "accounts, clients and networks as people's; only the work is shared",
    "sparse": "classic, in logs that lack columns",
    "swollen": "innocents only, some crowds several times as large",
}
USUAL_EVENTS, TINY_EVENTS = 250_000, 20_000


def build(scenario: str, seed: int, events: int | None = None, prompts: Path | None = None) -> World:
    """Make a world; operators and crowds shrink with the events asked for."""
    if scenario not in SCENARIOS:
        raise ValueError(f"no scenario {scenario!r}; there are: {', '.join(SCENARIOS)}")
    tiny = scenario == "tiny"
    usual = TINY_EVENTS if tiny else USUAL_EVENTS
    scale = min((events or usual) / usual, 1.0)
    shared = list(SCENARIOS).index("classic" if scenario == "sparse" else scenario) * 1000
    days = 10 if tiny else random.Random(seed * 31 + shared).randint(11, 18)
    world = World(seed + shared, days, prompts)
    innocents(world, 0.06 * scale if tiny else scale, swollen=scenario == "swollen")
    for plan in OPERATORS[scenario](world):
        run(world, _scaled(plan, scale))
    target = events or usual
    people.individuals(world, max(int(3000 * scale), target - len(world.events)))
    return world


def _scaled(plan: Operator, scale: float) -> Operator:
    if scale >= 1:
        return plan
    return replace(plan, slots=max(12, round(plan.slots * scale)), harvest=max(60, round(plan.harvest * scale)))


def innocents(world: World, scale: float = 1.0, *, swollen: bool = False) -> None:
    """All crowds but the individuals; swollen, every crowd is a random number of times as large, up to six."""
    rng, text = world.rng, world.text
    whole = scale >= 0.1

    def n(usual: float, least: int = 1) -> int:
        swell = min(max(rng.lognormvariate(0, 0.9), 0.5), 6.0) if swollen else 1.0
        return max(least, round(usual * scale * swell))

    machines.popular_agent(world)
    popular = world.popular
    machines.tool_users(
        world, "popular_tool", n(2000), typical=5, most=120, systems=popular.systems, tools=popular.tools,
        user_agent=popular.user_agent,
    )
    thin_sections = text.system("Petrograph", "a helper for thin section microscopy in geology labs", 30)
    machines.tool_users(
        world, "niche_tool", n(30, 12), typical=28, most=90, systems=[f"{thin_sections} {text.words(120)}"],
        tools=key64("petrograph"), user_agent="petrograph/", spread=0.7, data=True,
    )
    machines.tool_users(
        world, "niche_agent", n(45, 12), typical=18, most=60,
        systems=[text.system("Loomcode", "an agent for embedded firmware", 26)], tools=key64("loomcode"),
        user_agent="loomcode/", spread=0.5,
    )
    people.classes(world, [n(rng.randint(60, 170), 25) for _ in range(4 if scale >= 0.5 else 1)])
    people.course(world, n(380))
    people.companies(world, n(7))
    people.families(world, n(60))
    machines.key_rotation(world, n(12))
    people.hackathon(world, n(92, 8))
    machines.translators(world, n(50))
    people.viral(world, n(600))
    people.vpn_users(world, n(250))
    people.phone_bundle(world, n(280))
    people.two_of_one(world, n(40))
    people.roleplayers(world, n(170))
    people.tutorial_readers(world, n(110))
    people.heavy_users(world, n(36))
    machines.scheduled_jobs(world, n(80))
    machines.continuous_integration(world, n(75))
    machines.applications(world, n(8), max(60, round(700 * min(1, scale * 4))))
    if whole:
        machines.evaluators(world, n(14, 2))
        machines.resellers(world, n(3), n(550))
        machines.permitted_synthesis(world, n(650))
        machines.balanced_startup(world, "startup_verified", 10, n(420, 20), verified=True)
        machines.balanced_startup(world, "startup", 8, n(320, 20), verified=False)
        machines.labellers(world, n(3), n(1300, 100))
        machines.judges(world, n(26, 4))
    else:
        machines.evaluators(world, 3, 80, 160)
        machines.labellers(world, 1, 300)
        machines.judges(world, 4)
        machines.balanced_startup(world, "startup", 4, 80, verified=False)


def _agent_client(world: World) -> dict[str, object]:
    return {
        "user_agent": "forgehand/1.1", "ja4": fingerprint("forgehand/"), "tools": world.popular.tools,
        "temperature": 0.0, "max_tokens": 8192, "stream": True,
    }


def _classic(world: World) -> list[Operator]:
    return [
        Operator(
            "fixed", "op_fixed_template", 110, 13_000, work.fixed_template(world), per_card=7, mail="throwaway",
            net="datacenter", imbalance=0.1, lead_days=0.5, pivot_hours=20,
            client={"temperature": 0.6, "max_tokens": 3000},
        ),
        Operator(
            "agents", "op_agent_handoff", 70, 14_000, work.agent_loops(world), per_card=4, net="mixed", hop=0.35,
            sign_up="waves", client=_agent_client(world), gap_s=12, model="aster-4",
        ),
        Operator(
            "graders", "op_grading_replaced", 45, 9000, work.grading(world), per_card=5, mail="throwaway",
            net="rotating", life_days=3.5, hours="batch", batches=30, model="aster-4",
        ),
        Operator(
            "injectors", "op_injection", 130, 9000, work.injections(world), per_card=6, per_phone=5, clients="few",
            cover=0.3, imbalance=0.4, hours="office", sign_up="waves",
        ),
    ]


def _hard(world: World) -> list[Operator]:
    text = world.text
    tasks = text.pools.code_of_operators + text.pools.roleplay_of_operators + text.pools.practice[100:1500]
    return [
        Operator(
            "varied", "op_varied_unique", 120, 9000, work.varied_templates(world), mail="mixed", clients="few",
            imbalance=0.6, hours="office", sign_up="spread", cover=0.3,
        ),
        Operator(
            "queue", "op_queue_pivot", 90, 6500, work.task_queue(world, tasks), per_card=3, on_card=0.5,
            imbalance=0.3, hours="batch", batches=22, pivot_hours=18, sign_up="waves", cover=0.2,
            client={"temperature": 0.8, "max_tokens": 4000},
        ),
        Operator(
            "riders", "op_agent_sticky", 80, 9000, work.agent_loops(world, 0.84), mail="mixed", imbalance=0.9,
            hours="human", sign_up="aged", hop=0.04, client=_agent_client(world), gap_s=14,
        ),
        Operator(
            "slow", "op_slow", 300, int(300 * 2.34 * world.days), work.varied_templates(world, text.reasoning_task),
            per_card=8, on_card=0.5, mail="mixed", net="native", clients="few", hours="human", sign_up="spread",
        ),
        Operator(
            "covered", "op_covered", 110, 5500, work.grading(world, fixed=False), per_card=4, on_card=0.6, mail="mixed",
            clients="few", imbalance=0.7, cover=(0.5, 0.9), hours="office", sign_up="spread",
        ),
        Operator(
            "failover", "op_failover", 60, 7000, work.cleaning_traces(world), per_card=3, mail="throwaway",
            second_net="mixed", clients="few", imbalance=0.2, failover_at=0.5, sign_up="waves", model="aster-4",
        ),
    ]


def _relays(world: World) -> list[Operator]:
    return [
        Operator(
            "station", "op_station", 140, 2800, work.varied_templates(world), per_card=4, on_card=0.7, mail="throwaway",
            net="rotating", imbalance=0.3, cover=0.88, relayed=True, relay_hop=0.35, life_days=7,
            client={"user_agent": "manygate/0.9", "ja4": fingerprint("go"), "temperature": None},
        ),
        Operator(
            "product", "op_relayed_product", 90, 16_000, work.relayed_users(world), per_card=5, net="mixed",
            imbalance=0.2, hop=0.4, hours="office", sign_up="waves", pivot_hours=24,
        ),
        Operator(
            "pool", "op_relay_injection", 320, 11_000, work.injections(world), mail="throwaway", net="rotating",
            clients="few", imbalance=0.6, cover=0.6, relayed=True, relay_hop=0.25, hours="office", life_days=8,
            sign_up="spread", relay_sessions=True, seen_sessions=True,
        ),
    ]


def _evasive(world: World) -> list[Operator]:
    text = world.text
    return [
        Operator(
            "template", "op_template_alone", 90, 7000, work.fixed_template(world), mail="mixed", net="native",
            clients="native", imbalance=0.9, cover=0.5, hours="human", sign_up="aged",
        ),
        Operator(
            "cards", "op_cards_alone", 80, 5500, work.varied_templates(world), per_card=5, on_card=0.8, mail="mixed",
            net="native", clients="native", imbalance=0.9, cover=0.6, hours="human", sign_up="spread",
        ),
        Operator(
            "handoff", "op_handoff_queue", 70, 7000, work.deepened_queue(world, text.pools.code_of_operators),
            mail="mixed", clients="few", imbalance=0.5, hop=0.2, hours="human", sign_up="aged", cover=0.3,
        ),
        Operator(
            "slow_injection", "op_slow_injection", 260, int(260 * 1.4 * world.days), work.injections(world, 9),
            mail="mixed", clients="few", imbalance=0.3, cover=0.6, hours="human", sign_up="spread",
        ),
        Operator(
            "rewriters", "op_rewriting_pivot", 70, 6000, work.rewriting(world), per_card=3, on_card=0.35, clients="few",
            imbalance=0.5, cover=0.3, hours="batch", batches=26, pivot_hours=12, sign_up="waves", model="aster-4",
        ),
    ]


def _stealthy(world: World) -> list[Operator]:
    pools = world.text.pools
    seeds = pools.code_of_operators + pools.roleplay_of_operators

    def hidden(
        name: str, kind: str, slots: int, harvest: int, make: Work, cover: float, load: float, n: int = 1
    ) -> Operator:
        return Operator(
            name, kind, slots, harvest, make, mail="mixed", net="native", clients="native", imbalance=load, cover=cover,
            hours="human", sign_up="aged", best_of=n,
        )

    return [
        hidden("seeds", "op_seed_pool", 100, 7000, work.task_queue(world, seeds, 0.2, 2), 0.5, 0.9),
        hidden("rust", "op_narrow_rust", 80, 5000, work.narrow_rust(world), 0.4, 0.8),
        hidden("reasoning", "op_reasoning_best_of", 90, 7000, work.narrow_reasoning(world), 0.4, 0.8, 3),
    ]


def _tiny(world: World) -> list[Operator]:
    return [
        Operator(
            "small", "op_small", 40, 1900, work.varied_templates(world, world.text.reasoning_task), per_card=5,
            mail="throwaway", imbalance=0.2, hours="office", cover=0.15,
        )
    ]


OPERATORS: dict[str, Callable[[World], list[Operator]]] = {
    "classic": _classic, "hard": _hard, "crowds": lambda world: [], "relays": _relays, "evasive": _evasive,
    "tiny": _tiny, "stealthy": _stealthy, "sparse": _classic, "swollen": lambda world: [],
}
"""Who operates in each scenario."""
