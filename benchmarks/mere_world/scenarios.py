"""Scenarios: hosts, each with its own crowds, gaps in log and registry, and in eleven of fourteen with one or two operators."""

from dataclasses import dataclass

from .. import worlds
from . import operators as op
from .crowds import CROWDS, DEVELOPERS, OTHERS
from .tables import tables
from .world import Group, Mere

PAYMENTS, PHONES, MAIL = ("payment_hash",), ("phone_hash",), ("email_domain", "email_hash")
BUILDS, TEXT = ("user_agent", "ja4"), ("system", "prompt", "response")
NETWORKS = ("ip", "asn", "country", "signup_ip")
PARAMETERS = ("temperature", "top_p", "max_tokens", "stream", "tools_key")


@dataclass(frozen=True)
class Scenario:
    """One log.

    Args:
        about: what it is.
        days: its length.
        requests: about, at the author's size.
        others: accounts of people.
        developers: accounts of developers.
        crowds: names of crowds.
        operators: their pools; those of one campaign are one operator's.
        lacks: columns that the host does not keep.
    """

    about: str
    days: int
    requests: int
    others: int
    developers: int
    crowds: str
    operators: tuple[Group, ...] = ()
    lacks: tuple[str, ...] = ()


SCENARIOS = {
    "free_credit": Scenario(
        "a host of free credit: a farm of trials with disposable mail behind proxies, one program and template (easy)", 7, 38_000, 900, 150,
        "trial_leavers launch_visitors workshop_guests recruits extension_triers job_seekers", (op.TRIALS,), PAYMENTS + PHONES,
    ),
    "mail_series": Scenario(
        "sign-ups in series on own mail domains work off a queue with equal loads; no networks kept (easy)", 10, 37_000, 1100, 170,
        "telecom_bundle voucher_campaign olympiad_entrants peer_graders newsletter_readers clip_sorters", (op.SERIES,), NETWORKS,
    ),
    "used_up": Scenario(
        "accounts one after another, each until its credit is used up, on few machines; no client builds (easy)", 12, 42_000, 1000, 150,
        "survey_answers task_workers kiosk_cards holiday_planners tenants_union game_players", (op.CREDIT,), BUILDS,
    ),
    "two_doors": Scenario(
        "one operator at two doors, the API and the application, with one instruction and tools; no mail (easy)", 9, 39_000, 1000, 160,
        "beta_testers hackathon_teams game_players one_question_app show_audience puzzle_solvers", (op.FRONT, op.SIDE), MAIL,
    ),
    "woken": Scenario(
        "bought accounts of old age woken for one visit, beside people called back by mail; no phones (medium)", 5, 33_000, 1300, 190,
        "called_back council_writers tax_season fair_wifi newsletter_readers bench_triers family_plans", (op.AGED,), PHONES,
    ),
    "who_invited_whom": Scenario(
        "a chain of recruited accounts on shared cards, and samples of each prompt over several accounts (medium)", 14, 38_000, 1200, 180,
        "invited_friends family_plans peer_graders night_nurses language_beginners kiosk_cards survey_answers",
        (op.CHAIN, op.SAMPLES),
    ),
    "phone_shop": Scenario(
        "a farm of devices behind a carrier's exits, among a carrier's bundle; neither text nor mail kept (medium)", 8, 36_000, 1000, 150,
        "telecom_bundle call_in_listeners clip_sorters game_players museum_kiosks fan_cards", (op.DEVICES,), TEXT + MAIL,
    ),
    "ban_waves": Scenario(
        "an operator closed twice and back within hours, beside people shut by mistake; no payments or phones (medium)", 14, 40_000,
        1100, 170, "shut_by_mistake launch_visitors exam_takers extension_triers tunnel_bundle bootcamp",
        (op.FIRST, op.SECOND, op.THIRD), PAYMENTS + PHONES,
    ),
    "relay_house": Scenario(
        "a relay of others' questions on hired machines, and a pool that is two thirds cover behind proxies (hard)", 10, 47_000, 1100, 160,
        "tunnel_bundle task_workers bench_triers pupils one_question_app job_seekers", (op.RELAY, op.COVERED),
    ),
    "one_thread": Scenario(
        "two operators with one thing in common each: cards, bursts of sign-ups; no parameters kept (hard)", 14, 38_000, 1100, 160,
        "kiosk_cards family_plans voucher_campaign peer_graders bootcamp olympiad_entrants tax_season", (op.CARDS, op.BURSTS), PARAMETERS,
    ),
    "two_days": Scenario(
        "two days: one batch of a queue to each account, and a pool that only keeps the same hours (hard)", 2, 38_000, 1300, 170,
        "hackathon_teams fair_wifi recruits pupils show_audience launch_visitors", (op.DEALT, op.SHIFT),
    ),
    "launch_week": Scenario(
        "innocents only: a launch, its newsletter, testers, vouchers, friends, a show, an app", 6, 35_000, 1200, 170,
        "launch_visitors newsletter_readers beta_testers voucher_campaign invited_friends show_audience extension_triers one_question_app "
        "called_back",
    ),
    "school_year": Scenario(
        "innocents only: everybody who learns, in one month's end; no payments, no phones", 13, 39_000, 1000, 150,
        "pupils bootcamp exam_takers peer_graders language_beginners olympiad_entrants workshop_guests open_day recruits "
        "hackathon_teams", (), PAYMENTS + PHONES,
    ),
    "public_houses": Scenario(
        "innocents only: libraries, kiosks, councils, fairs, phone-ins, fans, nurses; no text kept", 11, 35_000, 1250, 210,
        "library_computers museum_kiosks council_writers fair_wifi call_in_listeners fan_cards night_nurses tenants_union clip_sorters "
        "survey_answers holiday_planners", (), TEXT,
    ),
}


def world(name: str, seed: int, events: int | None = None) -> worlds.World:
    """Make a world of about so many requests, at the author's size by default.

    Raises:
        ValueError: there is no such scenario.
    """
    return tables(log(name, seed, events), SCENARIOS[name].lacks)


def log(name: str, seed: int, events: int | None = None) -> Mere:
    """The log of a world."""
    scenario = worlds.recipe(SCENARIOS, name)
    w = Mere(name, seed, scenario.days, (events or scenario.requests) / scenario.requests)
    for crowd in scenario.crowds.split():
        w.add(CROWDS[crowd])
    for pool in scenario.operators:
        w.add(pool)
    w.add(OTHERS, scenario.others)
    w.add(DEVELOPERS, scenario.developers)
    return w
