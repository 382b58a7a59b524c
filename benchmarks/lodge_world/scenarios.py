"""The hosts, who asks there, and how large each is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..worlds import recipe
from . import crews
from .crowds import CROWDS, residents
from .dice import mix
from .groups import Draw, Group
from .world import Host, World

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "nobody"
FEWEST, FEWEST_OF_CREW = 4, 15
OF_CREW, OF_CROWDS, ALL_CROWDS = (0.08, 0.36), (0.35, 0.55), 0.72
"""Most of all requests that crews and crowds may have; where there are innocents alone."""
SHRINK = 0.35
"""Of what a group asks too much (as a factor), the power that its accounts give way by; its rates do for the rest."""
MOST_CROWDS = 26


@dataclass(frozen=True)
class Scenario:
    """One host over one log."""

    about: str
    level: str
    make: Callable[[Draw], list[Group]] | None
    host: Host
    users: str
    accounts: tuple[int, int]
    requests: int
    days: tuple[float, float]
    crowds: tuple[str, ...]
    ordinary: float = 0.5
    """least share of accounts that have nothing in common"""


EUROPE = {"DE": 0.25, "FR": 0.15, "ES": 0.1, "GB": 0.15, "NL": 0.1, "PL": 0.1, "PT": 0.05, "CH": 0.05, "AT": 0.05}
WORLD = {
    "US": 0.24, "IN": 0.14, "BR": 0.1, "DE": 0.09, "GB": 0.08, "FR": 0.06, "ES": 0.04, "MX": 0.05, "TW": 0.05, "SG": 0.03, "JP": 0.03,
    "NG": 0.03, "VN": 0.03, "PL": 0.03,
}
GERMAN = {"DE": 0.86, "AT": 0.06, "CH": 0.03, "IN": 0.03, "ES": 0.02}
LATIN = {"BR": 0.4, "MX": 0.2, "ES": 0.2, "AR": 0.15, "PT": 0.05}
NO_CARDS = ("accounts.payment_hash", "accounts.phone_hash")
OPEN = ("open-large-2", "open-medium-2", "open-small-2")
CAMPUS = ("hosted-70b", "hosted-24b", "hosted-8b")
STARTUP = ("aria-pro", "aria-mini", "aria-next")

UNIVERSITY = Host(
    CAMPUS, {"api": 0.55, "app": 0.45}, GERMAN, (*NO_CARDS, "events.ja4", "accounts.signup_ip", "accounts.plan"), domain="uni-lodge.edu",
)
PLAIN_UNIVERSITY = Host(
    CAMPUS, {"app": 1.0}, EUROPE,
    (*NO_CARDS, "events.user_agent", "events.ja4", "events.access_path", "accounts.created_at", "accounts.email_hash", "accounts.plan"),
    domain="campus.example.edu",
)
HOSTER = Host(OPEN, {"api": 1.0}, EUROPE, ("events.access_path", "accounts.phone_hash", "accounts.kind", "events.session_id"))
SMALL_HOSTER = Host(
    OPEN[:2], {"api": 1.0}, EUROPE,
    ("accounts.org_id", "events.org_id", "accounts.phone_hash", "accounts.verified", "events.ja4", "events.asn", "events.session_id"),
)
API = Host(STARTUP, {"api": 0.8, "app": 0.2}, WORLD, ("events.session_id", "events.reasoning_tokens"), released=(0.35, 0.7))
LEAN_API = Host(
    STARTUP[:2], {"api": 1.0}, WORLD,
    ("events.user_agent", "events.ja4", "accounts.org_id", "events.org_id", "events.key_id", "events.access_path"),
)
MARKET = Host(
    ("meadow-xl", "meadow-l", "thicket-code", "thicket-code-3"), {"api": 0.5, "app": 0.3, "partner-cloud": 0.2}, WORLD,
    ("events.response",), released=(0.3, 0.8),
)
FULL_MARKET = Host(("meadow-xl", "meadow-l", "thicket-code"), {"api": 0.6, "app": 0.4}, WORLD, ("accounts.org_id", "events.org_id"))
CLOUD = Host(
    ("nrc-reason", "nrc-general", "nrc-small"), {"api": 0.9, "portal": 0.1}, EUROPE,
    (*NO_CARDS, "events.cached_tokens", "events.tools_key", "accounts.plan"),
)
GATEWAY = Host(
    ("vendor-a-large", "vendor-b-large", "local-8b"), {"gateway": 1.0}, EUROPE,
    (*NO_CARDS, "events.asn", "events.country", "accounts.signup_ip", "accounts.kind", "events.ja4", "accounts.country"), inside=True,
)
NO_TEXT = Host(OPEN, {"api": 0.7, "vllm": 0.3}, WORLD, ("events.prompt", "events.system", "events.response", "events.session_id"))
OFFICES = Host(
    ("public-large", "public-small"), {"app": 0.6, "api": 0.4}, EUROPE,
    ("accounts.payment_hash", "accounts.plan", "events.temperature", "events.top_p", "events.max_tokens"),
)

TEACHING = (
    "course_notebook", "lab_batch", "thesis_season", "shared_logins", "dormitory", "exam_markers", "student_projects", "help_desk",
    "centre_hackathon", "library_cleaning", "conference_reviewers",
)
RESEARCH = (
    "benchmark_runs", "lab_batch", "annotation_project", "grant_writers", "conference_reviewers", "library_cleaning",
    "synthetic_data_team", "cron_fleet", "course_notebook", "translation_office",
)
INSIDE = (
    "agents_rolled_out", "help_desk", "key_migration", "meeting_minutes", "call_centre", "rag_tenants", "cron_fleet", "red_team",
    "translation_office", "load_test", "synthetic_data_team",
)
PUBLIC = (
    "own_key_app", "editor_agents", "gamer_bots", "chat_front_end", "tutorial_followers", "prompt_goes_round", "market_sellers",
    "families", "trial_seekers", "wrapper_accounts", "contracted_reseller", "rag_tenants", "agency_clients", "model_comparers",
    "cron_fleet", "oncall_bots", "benchmark_runs", "newsroom", "translation_office", "tax_advisers", "dormitory", "language_school",
)
OFFICE = (
    "hospital_clerks", "courts", "newsroom", "translation_office", "volunteers", "help_desk", "tax_advisers", "language_school",
    "exam_markers", "call_centre", "library_cleaning", "grant_writers", "meeting_minutes",
)

SCENARIOS: dict[str, Scenario] = {
    "trial_batches_day_and_night": Scenario(
        "a start-up's API whose trial is taken by accounts made in batches", EASY, crews.trial_batches_day_and_night, API, "public",
        (1_500, 6_000), 90_000, (6, 25), PUBLIC,
    ),
    "free_tier_fleet": Scenario(
        "a marketplace's free tier, emptied up to its daily limit by a fleet that replaces the banned", EASY, crews.free_tier_fleet,
        FULL_MARKET, "public", (3_000, 9_000), 150_000, (10, 30), PUBLIC,
    ),
    "second_pool_on_standby": Scenario(
        "a start-up shuts one pool with one injected text, and a second among other buyers goes on", EASY, crews.second_pool_on_standby,
        API, "public", (2_000, 8_000), 120_000, (10, 40), PUBLIC,
    ),
    "leaked_keys_passed_round": Scenario(
        "a small hoster of open models: keys of its customers leak and are used by a crew beside their owners", EASY,
        crews.leaked_keys_passed_round, SMALL_HOSTER, "public", (300, 1_200), 30_000, (5, 20), PUBLIC,
    ),
    "partner_firm_trains_its_own": Scenario(
        "a company's gateway: accounts of one partner firm gather data to train its model", MEDIUM, crews.partner_firm_trains_its_own,
        GATEWAY, "company", (600, 2_500), 80_000, (10, 45), INSIDE, 0.25,
    ),
    "graders_for_hire": Scenario(
        "a research cloud: made-up projects use a model as the judge of another", MEDIUM, crews.graders_for_hire, CLOUD, "research",
        (1_000, 4_000), 90_000, (8, 35), RESEARCH,
    ),
    "agent_runs_at_scale": Scenario(
        "a marketplace that keeps no answers: agentic coding, moved to a new model on its day", MEDIUM, crews.agent_runs_at_scale, MARKET,
        "public", (2_000, 9_000), 180_000, (8, 30), PUBLIC,
    ),
    "traces_washed_and_replayed": Scenario(
        "a research cloud: lines of thought drawn out, replayed and tidied, at last by a weaker model", MEDIUM,
        crews.traces_washed_and_replayed, CLOUD, "research", (800, 3_500), 80_000, (8, 30), RESEARCH,
    ),
    "text_not_kept": Scenario(
        "a hoster that keeps no text: two crews that know nothing of each other", MEDIUM, crews.text_not_kept, NO_TEXT, "public",
        (1_000, 5_000), 100_000, (6, 25), PUBLIC,
    ),
    "student_accounts_lent": Scenario(
        "a university whose students lend their accounts for money", HARD, crews.student_accounts_lent, UNIVERSITY, "university",
        (2_000, 9_000), 120_000, (14, 50), TEACHING,
    ),
    "relay_under_an_app": Scenario(
        "a marketplace: an app answers its users through fake accounts and keeps what comes back", HARD, crews.relay_under_an_app,
        FULL_MARKET, "public", (2_000, 8_000), 130_000, (5, 25), PUBLIC,
    ),
    "five_languages_dealt_out": Scenario(
        "a hoster of open models: tasks in many languages, dealt out once each, no template", HARD, crews.five_languages_dealt_out,
        HOSTER, "public", (1_500, 7_000), 110_000, (8, 30), PUBLIC,
    ),
    "rented_seats_slow_burn": Scenario(
        "a start-up without clients and organisations in its log: rented old accounts ask a little a day", HARD,
        crews.rented_seats_slow_burn, LEAN_API, "public", (4_000, 15_000), 250_000, (35, 60), PUBLIC,
    ),
    "term_at_the_computing_centre": Scenario(
        "innocents alone: a university with courses, theses and batch jobs; no dates of sign-up", NOBODY, None, PLAIN_UNIVERSITY,
        "university", (3_000, 10_000), 120_000, (14, 40), TEACHING, 0.35,
    ),
    "one_course_and_little_else": Scenario(
        "innocents alone: a small college gateway, most of it one course", NOBODY, None, UNIVERSITY, "university", (300, 700), 20_000,
        (5, 20), ("course_notebook", "exam_markers", "student_projects", "shared_logins"), 0.2,
    ),
    "gateway_of_partner_firms": Scenario(
        "innocents alone: a company's gateway in the weeks of a roll-out", NOBODY, None, GATEWAY, "company", (800, 3_000), 90_000,
        (10, 40), INSIDE, 0.2,
    ),
    "market_day": Scenario(
        "innocents alone: a marketplace with apps, resellers, families and a new model", NOBODY, None, MARKET, "public", (4_000, 12_000),
        180_000, (8, 30), PUBLIC,
    ),
    "research_cloud_before_a_deadline": Scenario(
        "innocents alone: evaluations, labels, reviews and proposals before a deadline", NOBODY, None, CLOUD, "research", (1_000, 4_000),
        90_000, (10, 35), RESEARCH, 0.4,
    ),
    "few_customers_of_a_small_host": Scenario(
        "innocents alone: a hoster with few customers, mostly machines", NOBODY, None, SMALL_HOSTER, "public", (300, 500), 15_000,
        (2, 12),
        (
            "cron_fleet", "rag_tenants", "oncall_bots", "own_key_app", "wrapper_accounts", "load_test", "contracted_reseller",
            "editor_agents",
        ),
        0.4,
    ),
    "offices_in_many_tongues": Scenario(
        "innocents alone: a national gateway for hospitals, courts, newsrooms and volunteers", NOBODY, None, OFFICES, "public",
        (1_500, 6_000), 100_000, (8, 30), OFFICE, 0.4,
    ),
}


def expected(group: Group, days: float) -> float:
    """Requests that a group will make, about."""
    total = 0.0
    for habit in group.habits:
        span = max(0.0, min(habit.when[1], group.ends) - habit.when[0]) * days
        lessons = 0.4 if habit.hours == "lesson" else 1.0
        total += habit.rate * habit.days * span * (1 - 2 / 7 * (1 - min(habit.weekend, 1))) * lessons
    how, a, b = group.signup
    here = 1 - min(0.9, max(0.0, (a + b) / 2)) if how == "during" else 1.0 - min(0.9, max(0.0, a / days)) if how == "burst" else 1.0
    return total * group.size * min(group.standing * 1.1, 1.0) * here


def cast(scenario: Scenario, rng: np.random.Generator, days: float, events: int) -> list[Group]:
    """The groups of a world with their sizes and rates."""
    d = Draw(rng, days)
    share = min(1.0, events / scenario.requests)
    accounts = max(60, round(d.size(*scenario.accounts) * share**0.8))
    room = (1 - scenario.ordinary) * accounts
    crew = scenario.make(d) if scenario.make else []
    theirs = sum(group.size for group in crew)
    crew = [group.scaled(min(1.0, 0.5 * room / max(theirs, 1)), 1.0, FEWEST_OF_CREW) for group in crew]
    crew = limited(crew, d.between(*OF_CREW) * events, days, FEWEST_OF_CREW)
    left = room - sum(group.size for group in crew)
    crowds = [make(d) for make in chosen(scenario, d)]
    while sum(group.size for group in crowds) < d.even(0.4, 0.9) * left and len(crowds) < MOST_CROWDS:
        crowds.append(CROWDS[d.among(*scenario.crowds)](d))  # a campus has several courses, a market several apps
    shrink = min(1.0, max(left, 0.3 * room) / sum(group.size for group in crowds))
    crowds = [group.scaled(shrink, 1.0, FEWEST) for group in crowds]
    crowds = limited(crowds, (d.even(*OF_CROWDS) if crew else ALL_CROWDS) * events, days, FEWEST)
    people = residents(scenario.users, max(20, accounts - sum(group.size for group in [*crew, *crowds])))
    wanted = events - sum(expected(group, days) for group in [*crew, *crowds])
    usual = sum(expected(group, days) for group in people)
    people = [group.scaled(1.0, wanted / usual, 1) for group in people]
    return [*crew, *crowds, *people]


def chosen(scenario: Scenario, d: Draw) -> list[Callable[[Draw], Group]]:
    """Crowds of a world, each once: some beside an operator, most where there is none."""
    n = len(scenario.crowds)
    few, many = (min(n, 5), min(n, 5 + n // 2)) if scenario.make else (max(4, int(0.8 * n)), n)
    return [CROWDS[name] for name in d.some(scenario.crowds, few, many)]


def limited(groups: list[Group], most: float, days: float, least: int) -> list[Group]:
    """The same with no more requests than told, none with more than half of them: fewer accounts, and lower rates."""
    shares = [min(1.0, (0.5 if len(groups) > 2 else 1.0) * most / max(expected(group, days), 1e-9)) for group in groups]
    total = sum(share * expected(group, days) for share, group in zip(shares, groups, strict=True))
    shares = [share * min(1.0, most / max(total, 1e-9)) for share in shares]
    out = []
    for share, group in zip(shares, groups, strict=True):
        fewer = group.scaled(share**SHRINK, 1.0, min(least, group.size)) if share < 1 else group
        out.append(fewer.scaled(1.0, min(1.0, share * group.size / fewer.size), 1))
    return out


def world(name: str, seed: int, events: int | None = None) -> World:
    """A scenario's world, of about so many requests, by default as many as it usually has."""
    scenario = recipe(SCENARIOS, name)
    rng = np.random.default_rng(int(mix("lodge", name, seed)[0]))
    days = round(float(rng.uniform(*scenario.days)))
    groups = cast(scenario, rng, float(days), events or scenario.requests)
    return World(scenario.host, groups, seed, name, float(days), rng)
