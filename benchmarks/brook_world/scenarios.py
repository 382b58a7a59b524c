"""Scenarios: a provider, people, crowds, and in two of them an operator."""

from dataclasses import dataclass

from .. import worlds
from . import invented, known, mixed, operators
from .world import Brook, House

DESCRIBED = known.KINDS | invented.KINDS
NO_NETWORKS = ("ip", "asn", "country", "user_agent", "ja4")


@dataclass(frozen=True)
class Scenario:
    """One log.

    Args:
        about: whose it is.
        house: the provider.
        requests: about, at the author's size.
        people: accounts with nothing in common, and how often each asks, "3900 16".
        crowds: the others, "vpn 120 16, cgnat 250 15".
        operator: who harvests, "elicit 100 320".
    """

    about: str
    house: House
    requests: int
    people: str
    crowds: str
    operator: str = ""

    def looks_alike(self) -> dict[str, tuple[int, int]]:
        """Accounts of each crowd and how often each asks, in the order in which they are drawn."""
        told = [crowd.split() for crowd in self.crowds.split(", ")]
        return {name: (int(accounts), int(load)) for name, accounts, load in told}


SCENARIOS = {
    "parlour": Scenario(
        "a chat application for everybody",
        House(21, 0.03, unlogged=("key_id", "tools_key", "temperature", "top_p", "max_tokens", "ja4")),
        110_000, "3900 16",
        "vpn 120 16, cgnat 250 15, viral 420 9, families 240 18, cafes 160 16, gift_cards 300 20, novel_month 180 35, shared_link 140 8, "
        "exam_crammers 260 40, returners 80 20, prompt_pack 90 25",
    ),
    "forge": Scenario(
        "an API for developers; a model is released",
        House(14, 0.85, release=8, unlogged=("session_id", "response")),
        204_000, "2000 40",
        "agent_popular 420 90, agent_niche 32 160, eval_labs 18 300, hackathon 90 45, tutorial 130 12, rotators 48 220, ci_jobs 60 90, "
        "oncall 24 200, app_one_key 3 3500, extension 240 40, selfhosters 110 70, ide_upgrade 320 45, rag_testers 60 130",
    ),
    "lectern": Scenario(
        "schools and people who learn; no cards, no telephones",
        House(28, 0.05, unlogged=("ja4", "asn", "temperature", "top_p"), unregistered=("payment_hash", "phone_hash")),
        66_000, "1300 18",
        "classroom 240 14, bootcamp 45 90, exam_crammers 280 35, math_circle 40 60, exam_markers 110 120, study_panel 150 12, "
        "scripture 60 30, archive_helpers 70 45, viral 90 8",
    ),
    "nimbus": Scenario(
        "resold in the market place of a cloud: no networks, no sessions, no system prompts",
        House(10, 1, unlogged=(*NO_NETWORKS, "session_id", "system"), unregistered=("signup_ip", "phone_hash", "email_hash")),
        105_000, "640 60",
        "company 50 60, batch_label 30 350, synth_customer 8 800, aggregator 15 400, oncall 40 150, doc_review 75 200, franchise 60 40, "
        "rag_testers 70 120, load_testers 40 120, news_digest 90 60",
    ),
    "switchboard": Scenario(
        "a gateway for small firms; the registry knows no cards, telephones and dates, and lacks some accounts",
        House(
            35, 1, unlogged=("ja4", "country", "asn", "response"),
            unregistered=("payment_hash", "phone_hash", "signup_ip", "created_at"), strangers=0.04,
        ),
        86_000, "480 60",
        "company 30 90, call_centre 60 180, seo_agency 45 160, rotators 20 400, smart_home 70 220, ci_jobs 25 200, sheet_addon 50 150",
    ),
    "bazaar": Scenario(
        "trade and commerce; no keys, no parents of turns",
        House(14, 0.6, unlogged=("key_id", "parent_key", "top_p")),
        109_000, "1150 32",
        "shop_sellers 260 70, seo_agency 60 180, reseller 4 2000, travel_agents 90 45, call_centre 70 120, posteditors 60 110, "
        "prompt_pack 130 20, trading_course 55 200, freelancers 90 40",
    ),
    "hush": Scenario(
        "a private host that keeps no text and no programs, and hashes networks",
        House(30, 0.4, hashed=True, unlogged=("prompt", "system", "response", "user_agent", "country")),
        45_000, "900 22",
        "vpn 140 22, ngo_workers 60 60, families 100 20, coworking 80 30, ship_crews 45 30, smart_home 120 80, tax_clerks 70 40, "
        "bounty_hunters 40 30",
    ),
    "briefs": Scenario(
        "law, tax and health",
        House(21, 0.3, unlogged=("tools_key", "cached_tokens", "reasoning_tokens", "ja4"), unregistered=("email_domain",)),
        45_000, "520 30",
        "doc_review 90 110, tax_clerks 80 60, franchise 55 70, health_workers 70 45, ngo_workers 30 60, exam_markers 40 80, company 40 50",
    ),
    "tavern": Scenario(
        "games and role play",
        House(12, 0.6, unlogged=("session_id", "tools_key"), unregistered=("phone_hash", "signup_ip")),
        137_000, "2300 20",
        "game_mod 900 55, card_players 420 70, returners 60 20, gift_cards 240 20, novel_month 100 30, vpn 150 20, selfhosters 60 50",
    ),
    "mill": Scenario(
        "batches and work on data, a week; no conversations in the log",
        House(7, 0.9, unlogged=("response", "context_key", "parent_key", "country")),
        30_500, "330 25",
        "moderators 60 140, batch_label 16 260, eval_labs 12 160, news_digest 70 30, archive_helpers 45 30, posteditors 30 50, "
        "study_panel 40 12, load_testers 20 60",
    ),
    "telco": Scenario(
        "sold with telephone contracts; an operator who forces traces and replaces who is banned",
        House(16, 0.3, unlogged=("user_agent", "tools_key", "response"), unregistered=("email_hash", "signup_ip")),
        236_000, "4800 22",
        "cgnat 900 18, health_workers 90 35, cafes 220 15, families 240 18, viral 300 8, exam_crammers 240 40, smart_home 180 110, "
        "agent_popular 180 60, hackathon 80 30, moderators 60 200, classroom 160 14, trading_course 60 150, gift_cards 250 15",
        "elicit 100 320",
    ),
    "harbor": Scenario(
        "application and API of a middling host; a model is released, and an operator has answers graded by it",
        House(18, 0.5, release=11, unlogged=("ja4", "top_p", "response"), unregistered=("signup_ip",)),
        96_000, "1500 22",
        "eval_labs 16 250, exam_markers 90 100, math_circle 45 50, rag_testers 60 100, extension 180 30, ide_upgrade 180 40, "
        "doc_review 50 120, bootcamp 40 50, seo_agency 40 100, vpn 90 20, coworking 50 20, bounty_hunters 60 25, rotators 24 150",
        "judge 80 160",
    ),
}

CROWDS = [*DESCRIBED, *mixed.CROWDS]
"""innocents who look alike"""


def world(name: str, seed: int, events: int | None = None) -> worlds.World:
    """Make a world of about so many requests; at the author's size by default, and then as the author made it.

    Raises:
        ValueError: there is no such scenario.
    """
    scenario = worlds.recipe(SCENARIOS, name)
    w = Brook(name, seed, scenario.house, (events or scenario.requests) / scenario.requests)
    accounts, load = map(int, scenario.people.split())
    w.crowd("ordinary", w.sized(accounts), load, known.PEOPLE)
    for crowd, (accounts, load) in scenario.looks_alike().items():
        accounts = w.sized(accounts, mixed.LEAST.get(crowd, 1))
        if crowd in DESCRIBED:
            w.crowd(crowd, accounts, load, DESCRIBED[crowd])
        else:
            mixed.CROWDS[crowd](w, crowd, accounts, load)
    if scenario.operator:
        operator, of, each = scenario.operator.split()
        operators.OPERATORS[operator](w, int(of), int(each))
    return w.tables()
