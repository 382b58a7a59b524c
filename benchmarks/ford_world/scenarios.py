"""Scenarios: what of its traffic a gateway has, who uses it, and in eight of ten an operator or two."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import worlds
from . import crowds, customers, operators
from .operators import Made, Pace, fleet
from .people import people
from .tables import tables
from .text import Floats, Ints
from .world import DAY, HOUR, MIDDLE, NEXT, Ford, Log

NO_TEXT = ("system", "prompt", "response")
NO_NETWORKS = ("ip", "asn", "country", "user_agent", "ja4")
THIN = ("email_domain", "email_hash", "payment_hash", "phone_hash")
NOT_REGISTERED = 3000
"""seconds before a ban, from which on heirs sign up"""


@dataclass(frozen=True)
class Scenario:
    """One log.

    Args:
        about: what it is.
        log: what the gateway keeps.
        requests: about, at the author's size.
        fill: writes who is in it, innocents and operators.
        operators: how hard each is to find, as its author guesses: "injector easy".
    """

    about: str
    log: Log
    requests: int
    fill: Callable[[Ford], None]
    operators: str = ""

    def campaigns(self) -> dict[str, str]:
        """Level of each operator."""
        return dict(told.split() for told in self.operators.split(", ")) if self.operators else {}


def _one_day(w: Ford) -> None:
    people(w, w.between(2900, 3250), 9, 120)
    crowds.classroom(w, w.between(45, 80), 6)
    customers.eval_labs(w, w.between(3, 5), 220)
    crowds.launch(w, w.between(50, 90), 8)
    crowds.viral(w, 0.03)
    crowds.extension(w, w.between(25, 45), 10)
    crowds.coworking(w, w.between(12, 20), 8)
    own = fleet(w, "injector", "fixed_prompt", Made(_drawn(w, 140, 300), waves=4, age=(0.5, 20)))
    operators.inject(w, own, Pace(_drawn(w, 22, 40)), {"arithmetic": 0.3, "program": 0.4, "topic": 0.3}, "system")


def _two_days_nobody(w: Ford) -> None:
    people(w, w.between(2300, 2900), 11, 150)
    crowds.hackathon(w, w.between(70, 120))
    crowds.classroom(w, w.between(40, 70), 7)
    crowds.agent_users(w, w.between(40, 80), 45, crowds.agent(w))
    customers.synthetic_data(w, w.between(4, 8), 220)
    crowds.viral(w, 0.05)
    crowds.extension(w, w.between(25, 45), 12)
    customers.eval_labs(w, w.sized(4), 220)
    crowds.coworking(w, w.sized(15), 10)
    customers.clockwork(w, w.sized(8))
    customers.judges(w, w.sized(5), 90)


def _three_days(w: Ford) -> None:
    people(w, w.between(1900, 2400), 13, 200)
    customers.judges(w, w.between(10, 16), 110)
    customers.labelling(w, w.between(5, 9), 160)
    customers.company(w, w.between(50, 80), 12)
    crowds.classroom(w, w.between(30, 50), 7)
    customers.synthetic_data(w, w.sized(4), 150)
    splitters = fleet(w, "splitter", "diversified", Made(_drawn(w, 60, 110), "sticky", 5, (2, 60), 3, 0.3))
    operators.diversify(w, splitters, Pace(_drawn(w, 28, 45)), {"arithmetic": 0.45, "program": 0.55})
    graders = fleet(w, "grader", "trace_grading", Made(_drawn(w, 30, 48), "hosted", 2, (1, 30)), temperature=0.0, model=MIDDLE)
    operators.grade(w, graders, _drawn(w, 30, 60))


def _five_days(w: Ford) -> None:
    agent = crowds.agent(w)
    people(w, w.between(2000, 2500), 13, 220)
    crowds.agent_users(w, w.between(70, 110), 60, agent)
    customers.rotators(w, w.between(8, 14), w.sized(160))
    customers.reseller(w, w.between(4, 8), 160)
    customers.company(w, w.between(35, 55), 12)
    customers.clockwork(w, w.sized(8))
    own = fleet(w, "relay", "harness_relay", Made(_drawn(w, 110, 180), waves=5, age=(2, 45)), **agent.traits())
    operators.relay(w, own, _drawn(w, 18, 28), agent.system, 0.45, operators.injection(w)[1])


def _one_request_in_three(w: Ford) -> None:
    r = w.r
    people(w, w.between(2100, 2600), 42, 500)
    crowds.viral(w, 0.06)
    customers.eval_labs(w, w.sized(5), 350)
    customers.company(w, w.between(50, 80), 30)
    customers.clockwork(w, w.sized(12), 2 * HOUR)
    crowds.classroom(w, w.between(40, 60), 12)
    customers.rotators(w, w.between(6, 10), w.sized(220))
    ban, number, a_day = r.uniform(0.4, 0.6) * w.span, _drawn(w, 55, 90), _drawn(w, 22, 32)
    forced, shares = operators.injection(w), {"program": 0.5, "topic": 0.3, "errand": 0.2}
    first = fleet(w, "failover", "banned_pool", Made(number, "few", 3, (1, 20)))
    operators.inject(w, first, Pace(a_day, end=ban), shares, "after", text=forced)
    for place in first[r.random(len(first)) < 0.85]:
        w.accounts[place].banned = ban - r.exponential(3 * HOUR)
    heirs = fleet(w, "failover", "heirs", Made(int(number * 0.9), "few", 1))
    for place in heirs:
        w.accounts[place].created = ban - NOT_REGISTERED + r.exponential(9000)
    operators.inject(w, heirs, Pace(a_day, begin=ban + 2 * HOUR), shares, "after", text=forced)


def _no_text(w: Ford) -> None:
    r, agent = w.r, crowds.agent(w)
    people(w, w.between(2000, 2500), 15, 260)
    crowds.agent_users(w, w.between(60, 90), 60, agent)
    customers.rotators(w, w.between(8, 12), w.sized(180))
    customers.labelling(w, w.between(6, 10), 160)
    customers.clockwork(w, w.sized(12))
    customers.eval_labs(w, w.sized(5), 250)
    customers.company(w, w.between(40, 60), 14)
    release = r.uniform(0.45, 0.65) * w.span
    w.release(release)
    _adopt(w, release)
    jump = release + r.uniform(3, 10) * HOUR

    def jumped(when: Floats, model: Ints) -> Ints:
        return np.where((when > jump) & (r.random(len(when)) < 0.9), NEXT, model)

    movers = fleet(w, "jumper", "diversified", Made(_drawn(w, 70, 120), "sticky"))
    operators.diversify(w, movers, Pace(_drawn(w, 13, 22)), {"arithmetic": 0.4, "program": 0.4, "data": 0.2}, models=jumped)
    made = Made(_drawn(w, 35, 60), "few", 2, (3, 40))
    own = fleet(w, "balancer", "handoff_relay", made, **agent.traits() | {"model": MIDDLE})
    operators.relay(w, own, _drawn(w, 14, 24), agent.system, 0.6)


def _adopt(w: Ford, release: float) -> None:
    """Who is in the log moves to a new model as well, each at a time of its own, days after."""
    from_then = release + w.r.exponential(4 * DAY, len(w.accounts)) + HOUR * w.r.random(len(w.accounts))
    for batch in w.batches:
        moved = (batch.time > from_then[batch.account]) & (w.r.random(len(batch.time)) < 0.8)
        batch.model = np.where(moved, NEXT, batch.model)


def _no_registry(w: Ford) -> None:
    people(w, w.between(2100, 2600), 15, 260)
    crowds.classroom(w, w.between(30, 45), 8, 2)
    customers.eval_labs(w, w.between(4, 6), 300)
    customers.company(w, w.between(50, 80), 14)
    crowds.coworking(w, w.sized(20), 14)
    customers.judges(w, w.sized(6), 110)
    customers.synthetic_data(w, w.sized(5), 160)
    crowds.extension(w, w.between(30, 50), 16)
    crowds.viral(w, 0.04)
    own = fleet(w, "splitter", "diversified", Made(_drawn(w, 80, 125), "few"))
    operators.diversify(w, own, Pace(_drawn(w, 16, 26)), {"arithmetic": 0.3, "program": 0.5, "data": 0.2})


def _thin_registry(w: Ford) -> None:
    people(w, w.between(2350, 2700), 15, 260)
    crowds.launch(w, w.between(80, 110), 14)
    crowds.hackathon(w, w.between(50, 75))
    crowds.coworking(w, w.sized(20), 14)
    crowds.agent_users(w, w.between(40, 60), 50, crowds.agent(w))
    customers.judges(w, w.sized(6), 110)
    customers.reseller(w, w.sized(5), 200)
    crowds.extension(w, w.between(25, 45), 16)
    own = fleet(w, "injector", "fixed_prompt", Made(_drawn(w, 70, 120), waves=2, age=(0.5, 6)))
    shares = {"program": 0.4, "arithmetic": 0.2, "topic": 0.4}
    operators.inject(w, own, Pace(_drawn(w, 11, 18), uneven=0.35), shares, "before", cover=0.2)
    graders = fleet(w, "grader", "trace_grading", Made(_drawn(w, 30, 40), "sticky", 2, (4, 40)), model=MIDDLE, temperature=0.0)
    operators.grade(w, graders, _drawn(w, 15, 25))


def _no_networks(w: Ford) -> None:
    people(w, w.between(2100, 2600), 15, 260)
    customers.company(w, w.between(50, 80), 14)
    customers.synthetic_data(w, w.between(5, 9), 200)
    customers.eval_labs(w, w.sized(5), 280)
    crowds.classroom(w, w.between(40, 60), 8)
    crowds.viral(w, 0.04)
    customers.labelling(w, w.sized(6), 120)
    customers.reseller(w, w.sized(5), 160)
    operators.replay(w, fleet(w, "replayer", "trace_reconstruction", Made(_drawn(w, 60, 110), waves=4, age=(1, 30))), _drawn(w, 10, 17))
    thrifty = fleet(w, "thrifty", "diversified", Made(_drawn(w, 35, 60), waves=3, age=(1, 40), a_card=2, throwaway=0.8))
    operators.diversify(w, thrifty, Pace(_drawn(w, 9, 16), uneven=0.4), {"arithmetic": 0.5, "program": 0.5})


def _bare_nobody(w: Ford) -> None:
    people(w, w.between(2100, 2600), 42, 500)
    crowds.agent_users(w, w.between(60, 100), 130, crowds.agent(w))
    customers.rotators(w, w.between(8, 14), w.sized(300))
    customers.labelling(w, w.between(6, 10), 350)
    customers.clockwork(w, w.sized(12), 2 * HOUR)
    customers.eval_labs(w, w.sized(6), 350)
    customers.company(w, w.between(50, 70), 40)
    crowds.launch(w, w.between(60, 90), 25)
    crowds.classroom(w, w.between(40, 60), 16)
    customers.synthetic_data(w, w.sized(5), 300)


def _drawn(w: Ford, low: int, high: int) -> int:
    """A number that no size changes: accounts of a fleet, which scales itself, and requests a day."""
    return int(w.r.integers(low, high + 1))


SCENARIOS = {
    "one_day": Scenario(
        "one day; a text injected into every system prompt, by a pool of proxies", Log(1), 44_000, _one_day, "injector easy"
    ),
    "two_days_nobody": Scenario(
        "a weekend of innocents alone: a hackathon, a class, users of an agent, permitted data, a prompt that goes round",
        Log(2, weekday=5), 45_000, _two_days_nobody,
    ),
    "three_days": Scenario(
        "three days; a pool split without overlap in other words each time, and traces graded, beside users of an open rubric",
        Log(3, weekday=1), 47_000, _three_days, "splitter hard, grader medium",
    ),
    "five_days": Scenario(
        "five days; users of a coding agent relayed, with traces forced, beside its real users and a customer who rotates keys",
        Log(5, weekday=2), 54_000, _five_days, "relay medium",
    ),
    "one_request_in_three": Scenario(
        "ten days of which one request in three is kept; a pool is banned, and its heirs go on after hours",
        Log(10, kept=1 / 3), 50_000, _one_request_in_three, "failover medium",
    ),
    "no_text": Scenario(
        "a week without text; a model is released: one operator jumps to it within hours, one relays and hands talks over",
        Log(7, emptied=NO_TEXT), 64_000, _no_text, "jumper medium, balancer hard",
    ),
    "no_registry": Scenario(
        "a week without a registry; a pool split without overlap, in other words each time",
        Log(7, registry=False), 63_000, _no_registry, "splitter hard",
    ),
    "thin_registry": Scenario(
        "eight days, a registry without mail, cards and telephones; a text before tasks under cover, and traces graded",
        Log(8, unregistered=THIN), 69_000, _thin_registry, "injector medium, grader medium",
    ),
    "no_networks": Scenario(
        "a week without addresses and programs; finished answers replayed, and a thrifty pool split without overlap",
        Log(7, unlogged=NO_NETWORKS, unregistered=("signup_ip",)), 60_000, _no_networks, "replayer medium, thrifty hard",
    ),
    "bare_nobody": Scenario(
        "two weeks of innocents alone: one request in three, no text, a registry without mail, cards and telephones",
        Log(14, kept=1 / 3, emptied=NO_TEXT, unregistered=THIN), 45_000, _bare_nobody,
    ),
}


def world(name: str, seed: int, events: int | None = None) -> worlds.World:
    """Make a world of about so many requests, by default as many as its author has.

    Raises:
        ValueError: there is no such scenario.
    """
    return tables(filled(name, seed, events))


def filled(name: str, seed: int, events: int | None = None) -> Ford:
    """All that is asked in a world, before the gateway keeps some of it."""
    scenario = worlds.recipe(SCENARIOS, name)
    w = Ford(name, seed, scenario.log, (events or scenario.requests) / scenario.requests)
    scenario.fill(w)
    return w
