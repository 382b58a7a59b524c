"""Scenarios: which crowds a host has, and in two of ten an operator among them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .. import worlds
from . import crowds as of
from . import operators
from .crowd import Crowd, Members
from .people import people
from .tables import tables
from .world import Loom


@dataclass(frozen=True)
class Scenario:
    """One log.

    Args:
        about: what it is.
        days: its length.
        requests: about, at the author's size.
        others: accounts of people and developers.
        load: their mean number of conversations.
        crowds: who has a program in common.
        operator: who harvests.
    """

    about: str
    days: int
    requests: int
    others: int
    load: float
    crowds: tuple[Crowd, ...]
    operator: Callable[[Loom], None] | None = None


SCENARIOS = {
    "own_keys": Scenario(
        "a launch week of programs that run with one's own key: chat, mods, agents, tales, bots", 10, 41_000, 1500, 9,
        (of.KEYED_CHAT, of.GAME_MODS, of.PAGE_READERS, replace(of.IDE_AGENTS, signup="launch"), of.BOT_KITS, of.BEDTIME),
    ),
    "full_hours": Scenario(
        "schedules day and night: automations on each full hour, homes, tickers, bulletins", 9, 46_000, 1400, 6,
        (of.HOURLY_FLOWS, of.HOME_RULES, of.WIRE_TICKERS, of.RADIO_BULLETINS, of.SUPPORT_WIDGETS, of.BOT_KITS),
    ),
    "small_labs": Scenario(
        "laboratories on own cards make data, run one benchmark, grade and label", 14, 48_000, 1600, 8,
        (of.CARD_LABS, of.HARNESS, of.JUDGES, of.ANNOTATORS, of.IDE_AGENTS,
         replace(of.CARD_LABS, name="new_labs", size=36, spread=0.3, signup="launch", nets=(("hired", 1.0),), systems="one")),
    ),
    "term": Scenario(
        "a term: two courses with their notebooks, pupils before an exam, students' agents, a class that runs a benchmark", 14, 41_000,
        1400, 10,
        (of.NOTEBOOKS, replace(of.NOTEBOOKS, name="second_course", size=80, sheet=18, nets=(("campus", 0.9), ("tunnel", 0.1))),
         of.EXAM_TUTORS, replace(of.IDE_AGENTS, size=130, hours="study", registry="school"),
         replace(of.HARNESS, name="class_benchmark", size=60, load=25, spread=0.15, sheet=60, signup="term", registry="school",
                 nets=(("campus", 1.0),), hours="study"), of.PAGE_READERS),
    ),
    "volunteers": Scenario(
        "volunteers whose servers deal out sheets, notes and clips; people who mind their privacy", 12, 44_000, 1400, 8,
        (of.SCAN_MENDERS, of.SPECIES_READERS, of.SUBTITLERS, of.CAPTIONS, of.CITIZENS,
         replace(of.KEYED_CHAT, size=200, signup="old", registry="private", nets=(("tunnel", 0.7), ("home", 0.3)))),
    ),
    "content_trade": Scenario(
        "writers on shared hosting, shops, translators of pages, widgets, desks", 14, 42_000, 1300, 9,
        (of.HOSTED_WRITERS, replace(of.HOSTED_WRITERS, name="new_writers", size=100, spread=0.15, signup="launch", nets=(("cloud", 1.0),)),
         of.SHOP_TEXTS, of.PAGE_TRANSLATORS, of.SUPPORT_WIDGETS, of.QUERY_DESKS),
    ),
    "seasons": Scenario(
        "what is asked once a year: taxes, exams, a puzzle each dawn, tales, letters to the council", 13, 42_000, 1500, 9,
        (of.TAX_HELPERS, of.EXAM_TUTORS, of.DAWN_PUZZLES, of.BEDTIME, of.CITIZENS, replace(of.SHOP_TEXTS, trend=2.0)),
    ),
    "long_talks": Scenario(
        "long conversations: agents of two kinds, night tests, villagers, desks; buyers of cards at kiosks", 14, 49_000, 1200, 8,
        (replace(of.IDE_AGENTS, size=300), replace(of.IDE_AGENTS, name="terminal_agents", size=180, hours="study", signup="steady"),
         of.NIGHT_TESTS, of.GAME_MODS, of.QUERY_DESKS, of.KIOSK_CHAT),
    ),
    "ring_among_apps": Scenario(
        "an operator with some four accounts to a card, among a popular app, laboratories, volunteers and pupils", 13, 55_000, 1500, 8,
        (replace(of.KEYED_CHAT, size=360), replace(of.CARD_LABS, size=45), replace(of.SCAN_MENDERS, size=130), of.EXAM_TUTORS,
         of.BOT_KITS, replace(of.ANNOTATORS, size=50)), operators.ring,
    ),
    "pairs_among_labs": Scenario(
        "an operator with two accounts to a telephone, among laboratories, a course and readers", 14, 54_000, 1400, 8,
        (replace(of.HARNESS, size=45), replace(of.JUDGES, size=50), replace(of.CARD_LABS, size=40), of.NOTEBOOKS, of.PAGE_READERS,
         of.HOME_RULES), operators.pairs,
    ),
}


def world(name: str, seed: int, events: int | None = None) -> worlds.World:
    """Make a world of about so many requests, at the author's size by default.

    Raises:
        ValueError: there is no such scenario.
    """
    return tables(log(name, seed, events))


def log(name: str, seed: int, events: int | None = None) -> Loom:
    """The log of a world."""
    scenario = worlds.recipe(SCENARIOS, name)
    w = Loom(name, seed, scenario.days, (events or scenario.requests) / scenario.requests)
    for crowd in scenario.crowds:
        Members(w, crowd, w.sized(crowd.size)).ask()
    if scenario.operator:
        scenario.operator(w)
    people(w, w.sized(scenario.others), scenario.load)
    return w
