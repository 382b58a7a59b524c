"""Scenarios: so many days, people, crowds, and the operators, if any."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import worlds
from . import firms, folk, operators
from .world import Moor

CROWDS: dict[str, Callable[[Moor, int], None]] = {
    "classroom": folk.classroom, "company": firms.company, "agent": folk.agent_users, "niche": folk.niche_agent, "harness": firms.harness,
    "hackathon": folk.hackathon, "vpn": folk.vpn, "viral": folk.viral, "tutorial": folk.tutorial, "rotator": firms.rotator,
    "reseller": firms.reseller, "synthetic": firms.synthetic, "labelling": firms.labelling, "big_app": firms.big_app,
    "clockwork": firms.clockwork, "pals": folk.pals,
}
"""innocents who look alike"""


@dataclass(frozen=True)
class Scenario:
    """One log.

    Args:
        stream: what it is drawn by, with the seed.
        about: what it is.
        days: length.
        requests: about, at the author's size.
        people: accounts with nothing in common.
        rate: their requests.
        crowds: look-alikes by name with their accounts, "classroom 60, company 40".
        operators: who harvests.
        levels: campaigns and how hard their author thinks them.
    """

    stream: str
    about: str
    days: int
    requests: int
    people: int
    rate: int
    crowds: str
    operators: Callable[[Moor], None] | None = None
    levels: str = ""

    def looks_alike(self) -> list[tuple[str, int]]:
        """Crowds in the order in which they are drawn, with their accounts."""
        pairs = [crowd.split() for crowd in self.crowds.split(", ")]
        return [(name, int(accounts)) for name, accounts in pairs]

    def campaigns(self) -> dict[str, str]:
        """Level of each campaign."""
        return dict(told.split(" ", 1) for told in self.levels.split(", ") if told)


SCENARIOS = {
    "lantern": Scenario(
        "a01_lantern", "one frame that asks for the reasons of given answers; a small grader in bursts", 14, 50_000, 950, 20,
        "classroom 60, company 40, harness 14, agent 90, vpn 60, rotator 8, clockwork 20, labelling 6, pals 40, tutorial 50",
        operators.lantern, "lantern easy, gavel medium",
    ),
    "hydra": Scenario(
        "a02_hydra", "who is banned is replaced within hours, on virtual cards, by API and clouds, two in five talks cover", 30, 214_000,
        4050, 18,
        "classroom 90, classroom 45, company 120, company 30, agent 250, niche 35, harness 24, hackathon 80, vpn 150, viral 120, "
        "reseller 12, synthetic 4, big_app 4, clockwork 30, pals 80",
        operators.hydra, "hydra medium",
    ),
    "pivot": Scenario(
        "a03_pivot", "agentic coding that goes to a new model within a day; images by three doors, traces later", 21, 148_000, 1650, 32,
        "agent 200, niche 30, company 60, harness 18, hackathon 60, tutorial 80, rotator 12, synthetic 3, labelling 9, big_app 2, "
        "clockwork 20",
        operators.pivot, "pivot medium, eyes hard first",
    ),
    "tongues": Scenario(
        "a04_tongues", "traces forced in six languages; varied tasks without a frame", 20, 102_000, 1250, 36,
        "classroom 70, vpn 90, viral 90, company 35, harness 12, reseller 6, pals 50, tutorial 40, labelling 8",
        operators.tongues, "babel medium, chameleon hard",
    ),
    "phoenix": Scenario(
        "a05_phoenix", "one injected text, banned in two waves, then accounts with other buyers; a slow drip", 25, 176_000, 2050, 28,
        "classroom 80, company 70, agent 120, vpn 100, viral 60, hackathon 70, reseller 10, synthetic 4, big_app 3, rotator 10, pals 60",
        operators.phoenix, "phoenix medium, drip hard",
    ),
    "relay": Scenario(
        "a06_relay", "users of a coding agent relayed; blocks replayed; a fleet in the guise of a niche agent", 20, 138_000, 1350, 34,
        "agent 260, niche 60, company 50, rotator 14, reseller 10, vpn 60, clockwork 25, harness 10, classroom 40, big_app 2",
        operators.relay, "ferry hard, echo medium, mirror hard",
    ),
    "small": Scenario(
        "a07_small", "four small operators: traces cleaned, tasks made, questions softened, talks handed on", 17, 72_000, 560, 45,
        "classroom 50, company 30, labelling 12, synthetic 4, harness 12, tutorial 40, viral 50, rotator 6, niche 25, hackathon 40, "
        "clockwork 10",
        operators.small, "polish easy, quarry medium, velvet medium, baton hard",
    ),
    "campus": Scenario(
        "a08_campus", "innocents alone: courses, hackathons, benchmarks, a prompt that goes round", 10, 27_000, 600, 24,
        "classroom 120, classroom 60, classroom 35, hackathon 90, hackathon 40, harness 20, tutorial 80, vpn 60, viral 70, niche 25",
    ),
    "labs": Scenario(
        "a09_labs", "innocents alone: laboratories, permitted data, labellers, firms, resellers", 30, 90_000, 1500, 30,
        "harness 60, synthetic 6, synthetic 3, labelling 25, labelling 10, agent 250, niche 40, company 120, company 25, company 60, "
        "reseller 14, rotator 20, rotator 9, clockwork 40, big_app 4",
    ),
    "market": Scenario(
        "a10_market", "innocents alone: a week of firms, resellers, tunnels and families", 7, 18_000, 300, 24,
        "company 45, company 20, reseller 8, rotator 10, vpn 50, viral 50, agent 60, pals 30, big_app 1, labelling 8, clockwork 10, "
        "classroom 40",
    ),
}


def world(name: str, seed: int, events: int | None = None) -> worlds.World:
    """Make a world of about so many requests; at the author's size by default, and then as the author made it.

    Raises:
        ValueError: there is no such scenario.
    """
    scenario = worlds.recipe(SCENARIOS, name)
    w = Moor(scenario.stream, seed, scenario.days, (events or scenario.requests) / scenario.requests)
    folk.people(w, w.sized(scenario.people), scenario.rate)
    for crowd, accounts in scenario.looks_alike():
        CROWDS[crowd](w, w.sized(accounts))
    if scenario.operators:
        scenario.operators(w)
    return w.tables()
