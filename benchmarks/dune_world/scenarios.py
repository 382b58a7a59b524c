"""Scenarios: which operators work at the provider, for how long, and among which crowds in which sizes."""

from dataclasses import dataclass, field

import numpy as np

from . import operators
from .crowds import CROWDS
from .keys import rng
from .operators import Pool
from .profiles import Group, World
from .registry import group_key

_EVERYWHERE = ("chat_free", "chat_plus", "hobby_code", "agent_popular")
_LACKING = 6
"""How many of the other crowds a scenario does without."""


@dataclass(frozen=True)
class Scenario:
    """A provider's few weeks at usual size."""

    days: int
    requests: int
    accounts: int
    release: float = 0.5
    """When the new model comes out, as a part of the world."""
    pools: tuple[Pool, ...] = ()
    louder: dict[str, float] = field(default_factory=dict)
    """Crowds that are larger than usual, and how many times; they are there for certain."""


def _names(*parts: tuple[Pool, ...]) -> tuple[Pool, ...]:
    return tuple(pool for part in parts for pool in part)


SCENARIOS: dict[str, Scenario] = {
    "open_cast": Scenario(14, 120_000, 6_600, 0.4, operators.open_cast("open_cast"), {"online_course": 1.5}),
    "two_wells": Scenario(18, 130_000, 6_200, 0.7, operators.two_wells("two_wells"), {"grey_reseller": 2.0}),
    "borrowed_voice": Scenario(
        16, 125_000, 6_000, 0.5, operators.borrowed_voice("borrowed_voice"), {"key_rotators": 1.6, "campus_portal": 1.4}
    ),
    "harness_echo": Scenario(
        20, 130_000, 5_600, 0.45, operators.harness_echo("harness_echo"), {"agent_popular": 1.3, "code_migration": 1.3}
    ),
    "trace_menders": Scenario(
        17, 125_000, 5_900, 0.6, operators.trace_menders("trace_menders"), {"trace_research": 1.8, "bench_labs": 1.3}
    ),
    "scale_house": Scenario(
        15, 115_000, 5_700, 0.5, operators.scale_house("scale_house"), {"judge_teams": 1.8, "grading_desks": 1.5, "cloud_tenants": 1.4}
    ),
    "quiet_editors": Scenario(
        28, 120_000, 6_300, 0.6, operators.quiet_editors("quiet_editors"), {"moderators": 1.8, "red_team": 1.5, "vpn_people": 1.4}
    ),
    "great_shift": Scenario(
        15, 140_000, 6_500, 0.55, operators.great_shift("great_shift", 0.55), {"release_tourists": 2.5, "bench_labs": 1.3}
    ),
    "revolving_door": Scenario(
        21, 120_000, 6_800, 0.3, operators.revolving_door("revolving_door"), {"outage_refugees": 1.6, "game_mod": 1.4}
    ),
    "second_hand": Scenario(24, 125_000, 6_100, 0.5, operators.second_hand("second_hand"), {"exam_week": 1.5, "credit_rush": 1.5}),
    "slow_sand": Scenario(28, 130_000, 7_400, 0.5, operators.slow_sand("slow_sand"), {"daily_puzzle": 1.4}),
    "phone_shelf": Scenario(
        18, 118_000, 6_700, 0.5, operators.phone_shelf("phone_shelf"), {"telco_bundle": 1.8, "chat_phone": 1.3, "families": 1.3}
    ),
    "borrowed_chairs": Scenario(
        20,
        122_000,
        5_500,
        0.5,
        operators.borrowed_chairs("borrowed_chairs"),
        {"bench_labs": 1.3, "trace_research": 1.4, "class_assignment": 1.4},
    ),
    "many_tongues": Scenario(
        14,
        118_000,
        6_400,
        0.5,
        operators.many_tongues("many_tongues"),
        {"language_learners": 1.6, "fan_translators": 1.6, "translation_bureau": 1.5},
    ),
    "ladder_makers": Scenario(
        19, 120_000, 5_800, 0.5, operators.ladder_makers("ladder_makers"), {"textbook_makers": 1.8, "permitted_data": 1.2}
    ),
    "false_festival": Scenario(14, 125_000, 7_100, 0.3, operators.false_festival("false_festival"), {"hackathon": 1.8, "incubator": 1.6}),
    "mirage_service": Scenario(
        22, 128_000, 6_000, 0.4, operators.mirage_service("mirage_service"), {"service_tenants": 1.6, "flow_builders": 1.4}
    ),
    "three_doors": Scenario(
        20, 135_000, 5_900, 0.5, operators.three_doors("three_doors"), {"captioners": 1.4, "cloud_tenants": 1.4, "agent_niche": 1.5}
    ),
    "bazaar": Scenario(
        21,
        150_000,
        7_600,
        0.5,
        _names(
            operators.station("bazaar_station"), operators.cloud_graders("bazaar_graders"), operators.slow_sand("bazaar_slow", 240, 0.025)
        ),
        {"grey_reseller": 1.8, "judge_teams": 1.3},
    ),
    "term_time": Scenario(
        16,
        120_000,
        7_000,
        0.5,
        (),
        {
            "exam_week": 2.0,
            "class_assignment": 2.0,
            "online_course": 2.0,
            "grading_desks": 2.0,
            "viral_prompt": 1.8,
            "hackathon": 1.6,
            "telco_bundle": 1.6,
        },
    ),
    "caravan": Scenario(
        20,
        145_000,
        6_000,
        0.4,
        (),
        {
            "service_tenants": 2.0,
            "annotation_firm": 2.0,
            "permitted_data": 1.5,
            "grey_reseller": 2.0,
            "bench_labs": 1.5,
            "key_rotators": 1.5,
            "code_migration": 1.6,
            "document_review": 1.6,
            "release_tourists": 1.8,
        },
    ),
}


def _shares(n: int, parts: int, draw: np.random.Generator, spread: float) -> list[int]:
    """Divide n into uneven parts of at least one."""
    weights = np.exp(spread * draw.standard_normal(parts))
    sizes = np.maximum(1, np.round(n * weights / weights.sum()).astype(int))
    return [int(size) for size in sizes]


def _crowds(name: str, scenario: Scenario, requests: float, accounts: float, seed: int) -> list[Group]:
    draw = rng("crowds", name, seed)
    optional = [crowd for crowd in CROWDS if crowd not in _EVERYWHERE and crowd not in scenario.louder]
    lacking = set(draw.choice(optional, _LACKING, replace=False).tolist())
    present = {crowd: made for crowd, made in CROWDS.items() if crowd not in lacking}
    noise = {crowd: float(np.exp(0.35 * draw.standard_normal())) * scenario.louder.get(crowd, 1.0) for crowd in present}
    people = accounts / sum(made.accounts * noise[crowd] for crowd, made in present.items())
    sizes = {crowd: made.accounts * noise[crowd] * people for crowd, made in present.items()}
    load = {crowd: sizes[crowd] * made.rate * float(np.exp(0.25 * draw.standard_normal())) for crowd, made in present.items()}
    scale = requests / sum(load.values())
    groups = []
    for crowd, made in present.items():
        wanted = max(1, round(sizes[crowd]))
        parts = min(int(draw.integers(made.groups[0], made.groups[1] + 1)), wanted)
        members = _shares(wanted, parts, draw, 0.5)
        volumes = _shares(max(1, round(load[crowd] * scale)), parts, draw, 0.3) if parts > 1 else [round(load[crowd] * scale)]
        # Larger groups ask more: half of the volume goes by size.
        for number, (n, volume) in enumerate(zip(members, volumes, strict=True)):
            by_size = load[crowd] * scale * n / sum(members)
            key = group_key(seed, name, crowd, number)
            supply, streams = made.make(np.random.default_rng(key))
            groups.append(Group(crowd, n, round((volume + by_size) / 2), supply, streams, key=key))
    return groups


def world(name: str, seed: int, events: int | None) -> World:
    """The world of a scenario, scaled to a number of requests.

    Raises:
        ValueError: there is no such scenario.
    """
    if name not in SCENARIOS:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(SCENARIOS)}")
    scenario = SCENARIOS[name]
    requests = events or scenario.requests
    size = requests / scenario.requests
    taken = sum(pool.share for pool in scenario.pools)
    pools = [
        Group(
            "attack",
            max(4, round(pool.accounts * size)),
            round(requests * pool.share),
            pool.supply,
            pool.streams,
            pool.campaign,
            group_key(seed, name, "pool " + pool.campaign, number),
        )
        for number, pool in enumerate(scenario.pools)
    ]
    others = max(1.0, size * (scenario.accounts - sum(pool.accounts for pool in scenario.pools)))
    crowds = _crowds(name, scenario, requests * (1 - taken), others, seed)
    return World(name, scenario.days, seed, scenario.release, (*crowds, *pools))
