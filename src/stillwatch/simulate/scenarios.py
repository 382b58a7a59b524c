"""Named worlds, the switches of operators who know the evidence, and random worlds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.simulate.presets import crowds
from stillwatch.simulate.world import Operator, World

if TYPE_CHECKING:
    import numpy as np

REASONING = (("reasoning", 0.6), ("grading", 0.25), ("rewriting", 0.15))
AGENTIC = (("agentic", 0.4), ("code", 0.3), ("data_analysis", 0.2), ("vision", 0.1))
CODING = (("code", 0.6), ("agentic", 0.4))
CLOUDS = (("api", 0.6), ("cloud-north", 0.25), ("cloud-east", 0.15))

REASONING_150K = Operator(
    "reasoning_150k",
    600,
    150_000,
    REASONING,
    days=26,
    template="fixed",
    payment_share=0.7,
    payment_pool=12,
    load=0.15,
    hours="window",
    pauses=3,
    cover=0.05,
)
AGENTIC_3M = Operator(
    "agentic_3m",
    900,
    3_400_000,
    AGENTIC,
    days=28,
    template="varied",
    variants=40,
    payment_share=0.4,
    payment_pool=60,
    load=0.3,
    paths=CLOUDS,
    kinds=(("individual", 0.5), ("education", 0.15), ("research", 0.1), ("startup", 0.25)),
    handoff=0.2,
    turns=3,
    replay=0.05,
    cover=0.1,
    signup="steady",
    tool="harvest",
)
CODING_13M = Operator(
    "coding_13m",
    22_500,
    13_000_000,
    CODING,
    days=28,
    template="varied",
    variants=12,
    payment_share=0.3,
    payment_pool=400,
    load=0.2,
    replaced=0.6,
    replacement_hours=5,
    pivot=0.5,
    handoff=0.15,
    turns=2.5,
    cover=0.25,
    tool="harvest",
)
HYDRA = Operator(
    "hydra",
    25_000,
    600_000,
    REASONING,
    days=14,
    template="absent",
    injection="user",
    failover=0.45,
    failover_at=0.55,
    failover_paths=CLOUDS,
    payment_share=0.15,
    payment_pool=300,
    disposable=0.9,
    relay=0.2,
    handoff=0.3,
    turns=2,
    cover=0.1,
    load=0.3,
)
STATION = Operator(
    "station",
    4_000,
    60_000,
    (("reasoning", 0.5), ("traces", 0.3), ("grading", 0.2)),
    days=14,
    template="fixed",
    relay=0.8,
    handoff=0.7,
    turns=2,
    payment_share=0.3,
    payment_pool=80,
    tool="relay",
    hours="human",
)
STEALTH = Operator(
    "stealth",
    400,
    60_000,
    (("reasoning", 0.7), ("code", 0.3)),
    days=14,
    template="absent",
    cover=0.5,
    payment_share=0.0,
    phone_share=0.0,
    disposable=0.0,
    egress="sticky",
    client_share=0.0,
    parameters_share=0.0,
    load=1.0,
    hours="human",
    pauses=0,
    signup="aged",
)
RELAY = Operator(
    "relay",
    1_500,
    90_000,
    (("traces", 0.6), ("code", 0.4)),
    days=14,
    template="fixed",
    relay=0.75,
    relay_harvested=True,
    replay=0.2,
    handoff=0.4,
    turns=2,
    payment_share=0.3,
    payment_pool=40,
    tool="both",
    hours="human",
)
CLEANING = Operator(
    "cleaning",
    273,
    60_000,
    (("traces", 0.7), ("grading", 0.3)),
    days=10,
    first_day=2,
    template="varied",
    variants=6,
    payment_share=0.6,
    payment_pool=8,
    egress="datacenter",
    load=0.1,
    samples=2,
    hours="window",
)
SLOW = Operator(
    "slow_burn",
    1_200,
    24_000,
    REASONING,
    days=28,
    template="varied",
    variants=80,
    payment_share=0.2,
    payment_pool=40,
    load=0.5,
    cover=0.4,
    hours="human",
    signup="aged",
    pauses=0,
)
REPLACED = Operator(
    "replaced",
    900,
    70_000,
    CODING,
    days=14,
    template="fixed",
    injection="system",
    replaced=0.7,
    replacement_hours=4,
    payment_share=0.4,
    payment_pool=25,
    signup="steady",
    pivot=0.5,
)
BASE = (
    replace(REASONING_150K, name="reasoning", accounts=300, exchanges=60_000, days=13),
    replace(AGENTIC_3M, name="agentic", accounts=400, exchanges=90_000, days=14),
    replace(CODING_13M, name="coding", accounts=1_200, exchanges=120_000, days=14, payment_pool=40),
    replace(HYDRA, accounts=1_500, exchanges=60_000, payment_pool=40),
    replace(STATION, accounts=900, exchanges=20_000),
    replace(RELAY, accounts=600, exchanges=50_000),
)
SWITCHES: dict[str, dict[str, Any]] = {
    "uneven": {"load": 1.1, "hours": "human", "pauses": 0},
    "sticky": {"handoff": 0.0, "replay": 0.0},
    "cover": {"cover": 0.7},
    "injections": {"template": "varied", "variants": 0, "injection_variants": 0},
    "unique": {
        "payment_share": 0.0,
        "phone_share": 0.0,
        "disposable": 0.0,
        "egress": "sticky",
        "client_share": 0.0,
        "parameters_share": 0.0,
        "signup": "aged",
    },
}
"""What an operator who knows the evidence gives up."""


def adapt(operator: Operator, *switches: str) -> Operator:
    """The operator with switches thrown; the relayed share is taken of what more cover leaves."""
    changes: dict[str, Any] = {}
    for switch in switches:
        changes |= SWITCHES[switch]
    if "cover" in changes:
        changes["cover"] = max(changes["cover"], operator.cover)
        changes["relay"] = min(operator.relay, (1 - changes["cover"]) * operator.relay)
    if operator.template == "absent":
        changes.pop("template", None)
    return replace(operator, **changes)


@dataclass(frozen=True)
class Scenario:
    """A named world: one line about it, how to make it."""

    what: str
    make: Callable[[], World]


def _world(name: str, accounts: int, events: int, *operators: Operator, days: int = 14) -> World:
    return World(name, crowds(accounts, events), operators, days=days)


def _demo() -> World:
    operators = (
        replace(REASONING_150K, name="reasoning", accounts=60, exchanges=6_000, days=12, payment_pool=5),
        replace(AGENTIC_3M, name="agentic", accounts=80, exchanges=9_000, days=14, payment_pool=8),
        replace(HYDRA, accounts=200, exchanges=9_000, payment_pool=12),
        replace(STATION, accounts=120, exchanges=4_000, relay=0.6, payment_pool=8),
    )
    return _world("demo", 3_500, 84_000, *operators)


def _adaptive(name: str, *switches: str) -> Scenario:
    thrown = (
        "all switches"
        if len(switches) == len(SWITCHES)
        else f"the switch {', '.join(switches)}"
        if switches
        else "no switch"
    )
    return Scenario(
        f"each operator again, knowing the evidence: {thrown}",
        lambda: _world(name, 16_000, 260_000, *(adapt(operator, *switches) for operator in BASE)),
    )


SCENARIOS: dict[str, Scenario] = {
    "demo": Scenario("a small provider with four campaigns among all crowds", _demo),
    "innocents": Scenario("crowds only; nothing must be flagged", lambda: _world("innocents", 25_000, 500_000)),
    "february_2026": Scenario(
        "24,000 fake accounts with 16.55 M exchanges by three operators among one million accounts and 50 M exchanges",
        lambda: _world("february_2026", 976_000, 28_700_000, REASONING_150K, AGENTIC_3M, CODING_13M, days=28),
    ),
    "failover": Scenario(
        "two pools, 25,000 accounts, one injected prompt; the second pool takes over when the first is banned",
        lambda: _world("failover", 60_000, 700_000, HYDRA),
    ),
    "station": Scenario(
        "a transfer station: mostly relayed real users, a small harvest share",
        lambda: _world("station", 20_000, 400_000, STATION),
    ),
    "stealth": Scenario("nothing shared but the work", lambda: _world("stealth", 20_000, 400_000, STEALTH)),
    "mixed": Scenario(
        "every operator and tactic together",
        lambda: _world(
            "mixed",
            25_000,
            450_000,
            *BASE,
            replace(STEALTH, accounts=200, exchanges=20_000),
            replace(CLEANING, exchanges=30_000),
            replace(SLOW, accounts=500, exchanges=12_000, days=14),
            replace(REPLACED, accounts=500, exchanges=40_000),
        ),
    ),
    "relay": Scenario(
        "a laboratory relays its own users, keeps the answers and replays them",
        lambda: _world("relay", 20_000, 400_000, RELAY),
    ),
    "cleaning": Scenario(
        "extracted traces are cleaned and graded", lambda: _world("cleaning", 20_000, 400_000, CLEANING)
    ),
    "slow_burn": Scenario(
        "few requests an account and day for four weeks", lambda: _world("slow_burn", 20_000, 600_000, SLOW, days=28)
    ),
    "replaced": Scenario(
        "accounts are banned and replaced within hours", lambda: _world("replaced", 20_000, 400_000, REPLACED)
    ),
    "adaptive-none": _adaptive("adaptive-none"),
    **{f"adaptive-{switch}": _adaptive(f"adaptive-{switch}", switch) for switch in SWITCHES},
    "adaptive": _adaptive("adaptive", *SWITCHES),
}


def scenarios() -> dict[str, str]:
    """The named scenarios, each with one line."""
    return {name: scenario.what for name, scenario in SCENARIOS.items()}


def named(name: str, events: int | None = None) -> World:
    """A scenario's world, scaled to a number of events."""
    if name not in SCENARIOS:
        raise InputError(f"no scenario {name!r}", todo=f"There are: {', '.join(SCENARIOS)}")
    world = SCENARIOS[name].make()
    return world if events is None else world.scaled(events)


def random_world(rng: "np.random.Generator", events: int = 300_000) -> World:
    """A world with random operators, tactics, sizes and crowds, for calibration and tests of generality."""
    from stillwatch.simulate.randomly import draw_world

    return draw_world(rng, events)
