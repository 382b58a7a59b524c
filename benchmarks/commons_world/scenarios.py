"""Businesses that host a model: who their customers are, what they write down, and who is among them."""

from dataclasses import dataclass, replace

import numpy as np

from ..worlds import World, recipe
from .chance import Floats, drawn, mix
from .crowds import CROWDS
from .operators import OPERATORS
from .people import CODE, HUMAN, Group
from .world import Log, build

MOST_CROWDED = 0.47
"""Share of accounts in crowds and operators: the others have nothing in common."""
MOST_ASKED = 0.62
LEAST_ASKED = 0.42
"""Shares of requests that are theirs, where three times their usual rate suffices."""
MOST_FAKE, MOST_TAKEN = 0.15, 0.25
"""Shares of accounts and requests that are operators' at most."""
FEWEST, FEWEST_FAKE = 8, 8
NO_PAYMENT = ("accounts.payment_hash",)
NO_PHONE = ("accounts.phone_hash",)
NO_ORGS = ("accounts.org_id", "events.org_id")
NO_AGENTS = ("events.user_agent",)
NO_SIGNUPS = ("accounts.created_at", "accounts.signup_ip")
NO_TLS = ("events.ja4",)
NO_MAIL = ("accounts.email_hash", "accounts.email_domain")

ORDINARY = Group("nothing in common", label="ordinary", own_org=0.12, uneven=1.1, path={"app": 6.0, "api": 4.0, "cloud": 0.5},
                 client={**HUMAN, **CODE, "editor": 1.5, "agent": 1.0, "sheet": 0.3, "flow": 0.3, "starter": 0.4, "evals": 0.1})


@dataclass(frozen=True)
class Scenario:
    """A business: size of the registry, requests and days are drawn about these."""

    about: str
    accounts: int
    requests: int
    days: tuple[int, int]
    crowds: tuple[str, ...]
    operators: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("api", "app", "cloud")
    fails: tuple[float, float] = (0.005, 0.04)


SCENARIOS = {
    "key_shop_for_addons": Scenario(
        "sells API keys to users of add-ons, flows and kits; no dates of sign-up", 4500, 110_000, (10, 30),
        ("spreadsheet_addon", "no_code_flows", "rag_starter_kit", "cron_from_a_blog", "teachers_with_planner", "wrapper_apps",
         "monitoring_probes"), lacks=NO_SIGNUPS, paths=("api",)),
    "campus_cloud": Scenario(
        "a model for colleges and courses at the start of term; no payment data", 5000, 100_000, (7, 25),
        ("bootcamp", "cram_school", "mooc_autograder", "examination_board", "trial_credit_students", "student_house",
         "thesis_replicators", "hackathon"), lacks=NO_PAYMENT),
    "prepaid_corner_store": Scenario(
        "sells prepaid credit where few have cards, through shops, kiosks and group buys; an app alone", 7000, 90_000, (10, 40),
        ("gift_cards", "kiosk_credit", "group_buy", "carrier_phones", "second_accounts", "job_seekers", "far_time_zone"),
        paths=("app",)),
    "gig_desk_host": Scenario(
        "where freelancers of marketplaces and labelling jobs work; no phones", 3500, 80_000, (8, 30),
        ("piecework_labellers", "rating_gig", "marketplace_freelancers", "seo_writers", "translation_bureau",
         "contractors_of_one_employer", "one_vpn"), lacks=NO_PHONE),
    "agencies_and_their_clients": Scenario(
        "agencies, consultants, software makers with accounts for their customers; no organisations", 2600, 70_000, (10, 35),
        ("agency_per_client", "migration_consultants", "tenant_per_customer", "key_rotators", "contracted_reseller", "franchise_shops",
         "data_firm_without_contract"), lacks=NO_ORGS),
    "counters_and_clinics": Scenario(
        "public offices, hospitals and those who help at their counters; an app, no user agents", 6000, 90_000, (10, 40),
        ("hospital_clerks", "court_clerks", "immigration_helpers", "crisis_line_volunteers", "isolated_browsers",
         "night_shift_workers", "citizen_transcribers"), lacks=NO_AGENTS),
    "agent_runners": Scenario(
        "a developers' API where thousands run one agent; everything is told", 9000, 200_000, (6, 20),
        ("open_agent_users", "kit_bots", "load_testers", "leaderboard_harness", "cloud_exits", "red_teams", "hackathon",
         "wrapper_apps")),
    "bench_and_paper_api": Scenario(
        "a research API before a conference; no phones, no client builds", 1500, 60_000, (5, 18),
        ("leaderboard_harness", "thesis_replicators", "red_teams", "data_firm_under_contract", "grant_writers", "mooc_autograder"),
        lacks=(*NO_PHONE, *NO_TLS, *NO_AGENTS)),
    "storytellers_app": Scenario(
        "an app for writers, fans and players; aliases for mail, no payment data", 5500, 100_000, (10, 30),
        ("fan_fiction_circle", "game_guild", "viral_prompt", "chess_and_running_clubs", "prompt_contest", "one_vpn", "kit_bots"),
        lacks=NO_PAYMENT),
    "night_desks": Scenario(
        "call centres, newsrooms and back offices that work while others sleep; no mail addresses", 2400, 75_000, (6, 25),
        ("night_call_centre", "back_office_shifts", "newsroom_on_election_night", "night_shift_workers", "far_time_zone",
         "crisis_line_volunteers"), lacks=NO_MAIL),
    "season_sellers": Scenario(
        "sellers and accountants before the end of a year; no organisations", 8000, 140_000, (12, 40),
        ("seasonal_sellers", "seo_writers", "accountants_at_years_end", "agency_per_client", "spreadsheet_addon", "gift_cards",
         "franchise_shops", "job_seekers"), lacks=NO_ORGS),
    "corner_provider": Scenario(
        "a small provider in one town with a few crowds; everything is told", 600, 20_000, (4, 14),
        ("student_house", "chess_and_running_clubs", "bootcamp", "second_accounts", "grant_writers", "data_firm_without_contract")),
    "everybody_comes": Scenario("all crowds at one large provider; everything is told", 12_000, 220_000, (14, 30), tuple(CROWDS)),
    "farm_behind_the_kiosk": Scenario(
        "prepaid credit and shared cards are usual here, and a card farm hides behind them", 4500, 100_000, (8, 30),
        ("gift_cards", "kiosk_credit", "group_buy", "piecework_labellers", "second_accounts", "seo_writers"), ("linked_card_farm",)),
    "pool_among_tenants": Scenario(
        "gateways spread conversations over accounts, and so does a pool; no user agents", 3500, 110_000, (6, 25),
        ("key_rotators", "tenant_per_customer", "contracted_reseller", "open_agent_users", "rag_starter_kit", "load_testers"),
        ("handing_pool",), lacks=NO_AGENTS),
    "list_among_labellers": Scenario(
        "lists are dealt out to freelancers and volunteers, and one of the lists is a harvest; no phones", 3200, 100_000, (8, 28),
        ("piecework_labellers", "citizen_transcribers", "marketplace_freelancers", "translation_bureau", "rating_gig",
         "migration_consultants"), ("split_list",), lacks=NO_PHONE),
    "bans_at_term_time": Scenario(
        "classes come, accounts are banned and replaced, and a farm on linked cards works besides", 5000, 130_000, (10, 25),
        ("bootcamp", "cram_school", "mooc_autograder", "trial_credit_students", "hackathon", "second_accounts", "prompt_contest"),
        ("replaced_accounts", "linked_card_farm")),
    "slow_burn_in_the_commons": Scenario(
        "users of agents and add-ons, a slow burn among them, and in some worlds a pool; no payment data", 7000, 160_000, (20, 40),
        ("open_agent_users", "no_code_flows", "spreadsheet_addon", "teachers_with_planner", "seasonal_sellers", "one_vpn",
         "carrier_phones"), ("slow_burn", "?handing_pool"), lacks=NO_PAYMENT),
}


def cast(scenario: Scenario, rng: np.random.Generator, scale: float, days: int) -> tuple[list[Group], Floats]:
    """All groups of a world with their sizes and rates; ordinary customers last."""
    crowds = [drawn(CROWDS[name], rng) for name in scenario.crowds]
    names = [name.lstrip("?") for name in scenario.operators if name[0] != "?" or rng.random() < 0.5]
    labels = rng.permutation(["amber", "birch", "cobalt"]).tolist()
    crews = [replace(drawn(OPERATORS[name], rng), label=name, campaign=label) for name, label in zip(names, labels, strict=False)]
    total = scenario.accounts * scale
    fake = np.array([crew.size for crew in crews]) * scale
    fake = np.maximum(np.round(fake * min(1.0, MOST_FAKE * total / max(fake.sum(), 1.0))), FEWEST_FAKE)
    honest = np.array([crowd.size for crowd in crowds]) * scale
    honest *= min(1.0, max(MOST_CROWDED * total - fake.sum(), 0.1 * total) / honest.sum())
    honest = np.maximum(np.round(honest), FEWEST if scale > 0.5 else FEWEST // 2)
    sizes = np.concatenate([honest, fake])
    ordinary = max(round(total - sizes.sum()), round(1.1 * sizes.sum()))
    groups = [replace(group, size=float(size)) for group, size in zip([*crowds, *crews], sizes, strict=True)]
    groups.append(replace(drawn(ORDINARY, rng), size=float(ordinary)))
    asked = scenario.requests * scale
    rates = np.array([group.rate for group in groups])
    once = np.array([_expected(group, days) for group in groups])  # requests at one an active day
    crews_ask = slice(len(crowds), -1)
    rates[crews_ask] *= min(1.0, MOST_TAKEN * asked / max((rates * once)[crews_ask].sum(), 1.0))
    left = MOST_ASKED * asked - (rates * once)[crews_ask].sum()
    rates[: len(crowds)] *= np.clip(LEAST_ASKED * asked / (rates * once)[: len(crowds)].sum(), 1.0, 3.0)
    rates[: len(crowds)] = _capped(rates[: len(crowds)], once[: len(crowds)], left)
    rates[-1] = (asked - (rates * once)[:-1].sum()) / once[-1]
    return groups, rates


def _capped(rates: Floats, once: Floats, most: float) -> Floats:
    """Rates of which the highest are cut until the requests are at most so many: the others stay what they are."""
    low, high = 0.0, float(rates.max())
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (np.minimum(rates, middle) * once).sum() < most else (low, middle)
    return np.minimum(rates, high)


def _expected(group: Group, days: int) -> float:
    week = (5 + 2 * group.weekend) / 7
    part = {"flat": 1.0, "window": group.window, "peak": group.window * 0.63, "deadline": group.window * 0.75}[group.shape]
    alive = min(group.lives / days, 1.0) if group.lives else 1.0
    joined = group.join.get("log", 0.0) / sum(group.join.values())
    return group.size * group.there * week * max(part * days, 1.5) * alive * (1 - 0.5 * joined)


def world(name: str, seed: int, events: int | None) -> World:
    """A scenario with about so many requests, by default as many as it usually has.

    Raises:
        ValueError: there is no such scenario.
    """
    scenario = recipe(SCENARIOS, name)
    number = int(mix("commons", name, seed)[0])
    rng = np.random.default_rng(number)
    days = int(rng.integers(scenario.days[0], scenario.days[1] + 1))
    scale = (events or scenario.requests) / scenario.requests
    groups, rates = cast(scenario, rng, scale, days)
    log = Log(days, number, scenario.lacks, scenario.paths, float(rng.uniform(*scenario.fails)))
    return build(groups, log, rng, rates)


__all__ = ["SCENARIOS", "Scenario", "cast", "world"]
