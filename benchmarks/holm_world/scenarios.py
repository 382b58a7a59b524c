"""Scenarios: so many days, ordinary people, crowds at work, and in two of them an operator."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import worlds
from . import hired, members, operators
from .crowd import Crowd, Work
from .people import People
from .tables import tables
from .world import Holm

LOOK_ALIKE = 0.14
"""of all accounts are of crowds and operators"""
MOST_ACCOUNTS = 3980

Described = Callable[[Holm], Crowd]


@dataclass(frozen=True)
class Scenario:
    """One log.

    Args:
        about: what it is.
        days: least and most length.
        requests: about, at the author's size.
        mean: conversations of an ordinary person, about.
        crowds: the look-alikes.
        operator: who harvests.
    """

    about: str
    days: tuple[int, int]
    requests: int
    mean: float
    crowds: tuple[Described, ...]
    operator: Callable[[Holm], None] | None = None


SCENARIOS = {
    "discovery": Scenario(
        "lawyers hired for one discovery in shifts; searchers of patents", (13, 18), 31_000, 11,
        (hired.contract_reviewers, members.patent_searchers),
    ),
    "medical_coding": Scenario(
        "alumni of a coding course on one workbook; adjusters with one plug-in", (16, 24), 41_000, 9,
        (members.course_alumni, hired.adjuster_franchisees),
    ),
    "archive": Scenario(
        "volunteers who transcribe registers after a broadcast; a family history society", (14, 22), 50_000, 7,
        (members.archive_volunteers, members.genealogists),
    ),
    "museums": Scenario(
        "a cataloguing sprint in one hall; a dictionary's editors; an operator has sums explained and graded", (18, 24), 43_000, 11,
        (members.museum_sprint, hired.lexicographers), operators.sums,
    ),
    "call_centre": Scenario(
        "agents on prepaid cards round the clock; a harbour watch; both hand over at the change of shifts", (14, 18), 46_000, 7,
        (hired.call_centre, members.harbour_co_operative),
    ),
    "localisation": Scenario(
        "translators of a market place on one queue of strings; writers of a game", (10, 14), 37_000, 7,
        (hired.translators, hired.game_writers),
    ),
    "shop_plugin": Scenario(
        "a plug-in asks at night for many shops, then of a smaller model; franchisees; an operator has tasks explained", (15, 19), 57_000,
        6, (hired.shop_owners, hired.furniture_franchisees), operators.tasks,
    ),
    "crops": Scenario(
        "enumerators of a survey behind one carrier; a port's watch; seed growers", (12, 18), 37_000, 8,
        (hired.enumerators, hired.port_watch, members.seed_growers),
    ),
    "songs": Scenario(
        "a songwriting course before its deadlines; writers of examples by the piece; a game jam", (18, 22), 52_000, 8,
        (members.song_course, hired.piece_workers, members.game_jam),
    ),
    "clerks": Scenario(
        "parish clerks with one add-in that goes to a larger model; a night team on documents; retired transcribers", (24, 29), 51_000, 8,
        (members.parish_clerks, hired.night_reviewers, members.retired_transcribers),
    ),
}
CROWDS = (*hired.HIRED, *members.MEMBERS)
"""innocents who look alike"""


def world(name: str, seed: int, events: int | None = None) -> worlds.World:
    """Make a world of about so many requests, at the author's size by default.

    Raises:
        ValueError: there is no such scenario.
    """
    return tables(log(name, seed, events))


def log(name: str, seed: int, events: int | None = None) -> Holm:
    """The log of a world."""
    scenario = worlds.recipe(SCENARIOS, name)
    w = Holm(name, seed, scenario.days, (events or scenario.requests) / scenario.requests)
    for described in scenario.crowds:
        Work(w, described(w)).do()
    if scenario.operator:
        scenario.operator(w)
    alike = len(w.accounts)
    most = round(MOST_ACCOUNTS * w.factor)
    people = min(most, int(alike / LOOK_ALIKE) + round(w.r.whole(20, 160) * w.factor)) - alike
    People(w, scenario.mean).populate(people)
    return w
