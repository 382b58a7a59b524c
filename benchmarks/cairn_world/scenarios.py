"""The scenarios: which operators, how long a log, how large the crowds."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..worlds import recipe
from . import operators as by
from .crowds import CROWDS, PEOPLE
from .party import Party
from .play import play
from .world import World


@dataclass(frozen=True)
class Scenario:
    """``crowds`` multiplies the accounts of crowds, ``bursts`` those of some of them by label."""

    about: str
    requests: int
    days: int
    operators: dict[str, Sequence[Party]] = field(default_factory=dict)
    crowds: float = 1.0
    bursts: dict[str, float] = field(default_factory=dict)


def part(parties: Sequence[Party], share: float) -> list[Party]:
    """A smaller operator of the same make."""
    return [replace(party, size=(round(share * party.size[0]), round(share * party.size[1]))) for party in parties]


SCENARIOS = {
    "windfall": Scenario("easy: a pool behind sticky residential proxies, one injected prompt", 150_000, 14, {"windfall": by.WINDFALL}),
    "clockmill": Scenario("easy: grading from one queue, shared cards, common start and stop", 140_000, 14, {"clockmill": by.CLOCKMILL}),
    "toolbelt": Scenario("easy: agentic harvest over tool calls, conversations passed on", 150_000, 14, {"toolbelt": by.TOOLBELT}),
    "hydra": Scenario("easy: three waves of bans, each replaced within hours", 150_000, 14, {"hydra": by.HYDRA}),
    "newleaf": Scenario("medium: coding through the popular agent, half of it moves at a release", 150_000, 14, {"newleaf": by.NEWLEAF}),
    "lantern": Scenario("medium: a service relays its own users over a pool", 150_000, 14, {"lantern": by.LANTERN}),
    "two_pools": Scenario("medium: a banned pool, then a rented one with other buyers", 150_000, 14, {"two_pools": by.TWO_POOLS}),
    "menders": Scenario("medium: traces cleaned and graded; a weaker model after a block", 140_000, 16, {"menders": by.MENDERS}),
    "slow_sap": Scenario("hard: slow burn over old accounts, no template", 160_000, 20, {"slow_sap": by.SLOW_SAP}),
    "undergrowth": Scenario("hard: most requests are cover, no template", 150_000, 14, {"undergrowth": by.UNDERGROWTH}),
    "chameleon": Scenario("hard: a verified firm with house templates harvests", 140_000, 14, {"chameleon": by.CHAMELEON}),
    "crossroads": Scenario("hard: a pool with bans, a relay and a slow burn at once", 180_000, 16, {
        "crossroads_pool": part(by.HYDRA, 0.5), "crossroads_relay": part(by.LANTERN, 0.5), "crossroads_slow": part(by.SLOW_SAP, 0.4),
    }),
    "stillness": Scenario("no operator: crowds of their usual size", 130_000, 14),
    "fairground": Scenario("no operator: crowds three times their usual size", 200_000, 9, crowds=3.0),
    "term_end": Scenario("no operator: examinations, hackathons, puzzles and a flood", 150_000, 12, bursts={
        "classroom": 3, "exam_marking": 3, "hackathon": 3, "daily_puzzle": 3, "thinking_course": 4, "tutor_franchise": 3,
        "flood_helpers": 2,
    }),
}


def world(name: str, seed: int, events: int | None) -> World:
    """A scenario of about so many requests."""
    scenario = recipe(SCENARIOS, name)
    wanted = events or scenario.requests
    made = World(seed, scenario.days, wanted / scenario.requests, zlib.crc32(name.encode()))
    done = 0
    for campaign, parties in scenario.operators.items():
        done += sum(_settle(made, party, 1.0, campaign) for party in parties)
    for crowd in CROWDS:
        factor = scenario.crowds * scenario.bursts.get(crowd.label, 1.0)
        for _ in range(int(made.rng.integers(crowd.several[0], crowd.several[1] + 1))):
            done += _settle(made, crowd, factor, None)
    left = max(wanted - done, 0.2 * wanted)
    for share, party in PEOPLE.values():
        each = sum(part * other.rate for part, other in PEOPLE.values()) * scenario.days * 0.97
        play(made, party, max(round(share * left / each), 4))
    return made


def _settle(made: World, party: Party, factor: float, campaign: str | None) -> int:
    """Let a party of random size live there; where it is too small to shrink with the world, its members ask less."""
    low, high = party.size
    wanted = factor * made.scale * float(np.exp(made.rng.uniform(np.log(low), np.log(high))))
    n = max(round(wanted), min(low, 3))
    return play(made, replace(party, rate=party.rate * min(wanted / n, 1.0)), n, campaign)
