"""Scenarios: a business in a season, with the crowds that it has and perhaps a crew among them."""

from dataclasses import dataclass, replace

import numpy as np

from ..worlds import World, recipe
from .chance import mix, name_key
from .crews import CREWS
from .crowds import CROWDS, residents
from .firms import FIRMS, Firm
from .ledger import write
from .parties import Draw, Group

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "nobody"

STRANGERS: dict[str, set[str]] = {
    "frontier": {"one_carrier_town", "signed_up_by_a_distributor"},
    "open_host": {"families", "one_exit_enterprise", "night_ward", "call_centre", "account_per_employee", "seat_sharers"},
    "carrier": {
        "one_exit_enterprise", "customers_of_a_reseller", "pool_of_an_agent_product", "masked_mail_users", "consortium_labs",
        "hackathon_teams", "load_testers", "backfill_firms", "account_per_model", "failover_firms", "virtual_card_staff",
    },
    "business": {
        "families", "cyber_cafe_guests", "free_tier_hoppers", "masked_mail_users", "viral_prompt_copiers", "holiday_phones",
        "guild_bots", "lost_phone_returners", "refugee_programme", "one_carrier_town", "unlicensed_seat_resale", "seat_sharers",
        "dorm_floors", "launch_week_newcomers", "charity_card_learners", "private_line_commuters", "contest_labellers",
        "homework_classes",
    },
    "learning": {
        "families", "account_per_client", "account_per_tenant", "account_per_environment", "call_centre", "claims_back_office",
        "seat_sharers", "unlicensed_seat_resale", "customers_of_a_reseller", "signed_up_by_a_distributor", "holiday_phones",
        "failover_firms", "content_mill", "search_rank_agencies", "agency_temps", "subcontractors_on_prepaid_cards",
        "retry_storm", "wrapper_with_seat_accounts", "shop_sellers_with_one_guide", "virtual_card_staff", "one_exit_enterprise",
        "free_tier_hoppers", "backfill_firms",
    },
    "connectors": {
        "families", "dorm_floors", "night_ward", "holiday_phones", "homework_classes", "exam_markers", "cyber_cafe_guests",
        "one_carrier_town", "call_centre", "refugee_programme",
    },
    "private_eu": {
        "one_carrier_town", "cyber_cafe_guests", "charity_card_learners", "content_mill", "one_exit_enterprise", "guild_bots",
        "call_centre", "subcontractors_on_prepaid_cards",
    },
    "cloud": {
        "families", "dorm_floors", "cyber_cafe_guests", "holiday_phones", "homework_classes", "viral_prompt_copiers",
        "refugee_programme", "one_carrier_town", "charity_card_learners", "seat_sharers",
    },
    "distributor": {"one_exit_enterprise", "distil_a_model_course", "hackathon_teams"},
}
"""Crowds that a business would not have."""


@dataclass(frozen=True)
class Season:
    """One scenario."""

    about: str
    level: str
    house: str
    accounts: int
    requests: int
    days: int
    beside: tuple[str, ...]
    crew: str = ""
    crowds: int = 12
    lacks: frozenset[str] = frozenset()
    new_model: bool = False
    most_crowded: float = 0.45

    @property
    def firm(self) -> Firm:
        """The business, without what it does not log in this season."""
        firm = FIRMS[self.house]
        return replace(firm, lacks=firm.lacks | self.lacks)


SEASONS = {
    "appeals_after_a_launch_week": Season(
        "a launch brings a wave of sign-ups; families, seat sharers, hoppers and agents; nobody harvests", NOBODY, "frontier",
        12_000, 150_000, 9, ("launch_week_newcomers", "families", "seat_sharers", "open_agent_users", "viral_prompt_copiers"),
        crowds=14, new_model=True,
    ),
    "one_template_many_keys": Season(
        "bots, automations and add-ons with their users' own keys; nobody harvests", NOBODY, "connectors", 5000, 120_000, 14,
        ("no_code_template", "sold_bot_with_own_keys", "sheet_add_on_users", "own_key_desktop_app", "account_per_tenant"),
    ),
    "tutorials_contests_and_benchmarks": Season(
        "a tutorial, a contest and evaluation harnesses on a host of open weights; nobody harvests", NOBODY, "open_host", 3500,
        120_000, 20,
        ("tuning_tutorial_readers", "contest_labellers", "evaluation_harness_users", "paper_reproducers", "synthetic_data_customers"),
    ),
    "feast_days_on_one_carrier": Season(
        "a country in which all have one carrier and one bank, in the holidays; nobody harvests", NOBODY, "carrier", 8000,
        90_000, 12, ("holiday_phones", "one_carrier_town", "lost_phone_returners", "cyber_cafe_guests", "call_centre"),
    ),
    "three_shifts_round_the_clock": Season(
        "outsourcers, call centres and night wards at a seller to firms; nobody harvests", NOBODY, "business", 2500, 150_000,
        11, ("call_centre", "claims_back_office", "night_ward", "agency_temps", "account_per_client"), crowds=11,
        most_crowded=0.6,
    ),
    "assignment_distil_a_model": Season(
        "courses whose assignments are to distil a model and to make a dataset; nobody harvests", NOBODY, "learning", 2000,
        70_000, 24, ("distil_a_model_course", "generate_a_dataset_course", "homework_classes", "exam_markers", "dorm_floors"),
        crowds=11, most_crowded=0.6,
    ),
    "small_house_of_the_privacy_minded": Season(
        "five hundred customers with masked mail, virtual cards and changing addresses; nobody harvests", NOBODY, "private_eu",
        500, 20_000, 10, ("masked_mail_users", "private_line_commuters", "software_localisers", "encyclopaedia_volunteers"),
        crowds=9,
    ),
    "quarter_end_backfills": Season(
        "load tests, backfills, failover and a team's move of keys at a cloud; nobody harvests", NOBODY, "cloud", 3000, 160_000,
        6, ("load_testers", "backfill_firms", "failover_firms", "whole_team_migrating", "retry_storm", "nightly_batches"),
        new_model=True,
    ),
    "distributors_and_their_customers": Season(
        "resellers, distributors and unlicensed resale of seats; nobody harvests", NOBODY, "distributor", 4000, 80_000, 30,
        ("customers_of_a_reseller", "signed_up_by_a_distributor", "unlicensed_seat_resale", "subcontractors_on_prepaid_cards"),
        crowds=11,
    ),
    "mills_markets_and_lists": Season(
        "content mills, translators, tutors and volunteers who split a list, without phones or client builds; nobody harvests",
        NOBODY, "frontier", 3000, 90_000, 16,
        (
            "content_mill", "translators_on_a_market", "tutors_on_a_market", "search_rank_agencies", "citizen_scientists",
            "medical_case_reviewers",
        ),
        crowds=13, lacks=frozenset({"phone_hash", "user_agent", "ja4"}),
    ),
    "gift_cards_and_one_script": Season(
        "two crews, each with one script on rented machines and a handful of prepaid cards", EASY, "open_host", 2500, 90_000,
        12, ("subcontractors_on_prepaid_cards", "no_code_template", "tuning_tutorial_readers", "nightly_batches"),
        "gift_card_script",
    ),
    "student_gang_on_trial_credit": Season(
        "a few friends use up trial credits of many accounts under tagged addresses", EASY, "frontier", 1500, 50_000, 15,
        ("hackathon_teams", "free_tier_hoppers", "dorm_floors", "distil_a_model_course"), "trial_credit_gang", crowds=10,
    ),
    "closed_and_reopened_overnight": Season(
        "accounts are banned and others take their place within hours", EASY, "carrier", 4000, 80_000, 18,
        ("lost_phone_returners", "free_tier_hoppers", "one_carrier_town", "call_centre"), "reopened_pool", crowds=10,
    ),
    "judge_for_rent": Season(
        "a crew has texts marked, as a reward model, through lines of strangers", MEDIUM, "private_eu", 1200, 50_000, 14,
        ("paper_reproducers", "literature_screeners", "masked_mail_users", "exam_markers"), "judge_for_rent", crowds=10,
    ),
    "chat_site_resells_and_keeps": Season(
        "a chat site relays its users over many accounts, keeps the answers, and asks more by night", MEDIUM, "cloud", 3500,
        150_000, 8, ("wrapper_with_seat_accounts", "pool_of_an_agent_product", "customers_of_a_reseller", "failover_firms"),
        "chat_site", new_model=True,
    ),
    "agency_front_with_clients": Season(
        "an agency serves clients with some accounts and collects with others", MEDIUM, "business", 1800, 90_000, 21,
        ("account_per_client", "search_rank_agencies", "claims_back_office", "agency_temps"), "agency_front", crowds=10,
        most_crowded=0.55,
    ),
    "two_pools_one_list": Season(
        "one list over two pools of accounts; when the first is banned, the second goes on", MEDIUM, "frontier", 6000, 200_000,
        10, ("evaluation_harness_users", "consortium_labs", "account_per_environment", "private_line_commuters"), "two_pools",
        new_model=True,
    ),
    "bought_aged_accounts": Season(
        "old accounts of strangers change hands and keep looking like people", HARD, "frontier", 5000, 120_000, 28,
        ("lost_phone_returners", "private_line_commuters", "open_agent_users", "content_mill"), "aged_accounts",
        lacks=frozenset({"ja4"}),
    ),
    "gig_workers_by_hand": Season(
        "people are paid by the piece to ask by hand, beside their own affairs", HARD, "distributor", 2500, 60_000, 16,
        ("tutors_on_a_market", "content_mill", "record_transcribers", "medical_case_reviewers"), "hand_workers", crowds=10,
    ),
    "three_asks_a_day": Season(
        "hundreds of accounts ask two to four things a day for forty days, no task twice", HARD, "connectors", 3000, 180_000,
        40, ("no_code_template", "sheet_add_on_users", "citizen_scientists", "contest_labellers"), "few_asks_each", crowds=10,
    ),
}


def load(group: Group, days: float) -> float:
    """Requests that a group makes, about."""
    life = min(1.0, group.lives / days) if group.lives else 1.0
    if group.born[0] == "chain":
        life /= max(1.0, group.unit)
    how, early, late = group.born
    if how != "lots" and how != "wave":
        life *= 1 - early / 2 if how == "old" else 1.0
    elif all(h.window == (0.0, 1.0) for h in group.habits) and not group.lives:
        life *= 1 - (early if how == "wave" else late / 2)
    if group.closed:
        life *= group.closed
    each = sum(
        h.rate * (1 + h.turns) * (min(1.0, h.window[1]) - h.window[0]) * (0.76 if h.hours in ("day", "class", "afternoon") else 1)
        for h in group.habits
    )
    return group.size * each * days * life


def cast(season: Season, rng: np.random.Generator, share: float) -> list[Group]:
    """Crew, crowds and residents of a season, at a share of its size."""
    d = Draw(rng, float(season.days), season.accounts, season.requests)
    crew = CREWS[season.crew](d) if season.crew else []
    least = min(15, max(6, round(15 * share * 3)))
    sizes = [max(least, round(g.size * share)) for g in crew]
    crew = [g.resized(size, min(1.0, g.size * share / size)) for g, size in zip(crew, sizes, strict=True)]
    others = sorted(CROWDS.keys() - STRANGERS[season.house] - set(season.beside))
    lot = rng.permutation(len(others))[: season.crowds - len(season.beside)]
    names = [*season.beside, *(others[i] for i in lot)]
    crowds = [CROWDS[name](d) for name in names]
    most = int(0.08 * season.accounts)  # those that come by lot stay in the background
    crowds = [g if g.label in season.beside else g.resized(min(g.size, max(8, most)), 1.0) for g in crowds]
    accounts = season.accounts * share
    room = max(season.most_crowded * accounts - sum(g.size for g in crew), 0.15 * accounts)
    shrink = min(share, room / sum(g.size for g in crowds))
    crowds = [g.resized(max(8 if share > 0.3 else 4, round(g.size * shrink)), 1.0) for g in crowds]
    requests = season.requests * share
    left = requests - sum(load(g, d.days) for g in crew)
    part = rng.uniform(0.35, 0.6) * left
    crowds = eased(crowds, d.days, part, 1.2 * left / accounts)
    plain = residents(d, max(20, round(accounts - sum(g.size for g in crowds) - sum(g.size for g in crew))))
    rate = (left - sum(load(g, d.days) for g in crowds)) / sum(load(g, d.days) for g in plain)
    plain = [g.resized(g.size, max(rate, 0.05)) for g in plain]
    return [*crew, *crowds, *plain]


def eased(crowds: list[Group], days: float, most: float, usual: float) -> list[Group]:
    """Crowds that ask for no more than ``most`` in all: those above what is ``usual`` of an account give way, the busiest most."""
    each = np.array([load(g, days) / g.size for g in crowds])
    sizes = np.array([g.size for g in crowds])
    rates = np.ones(len(crowds))
    for power in np.linspace(1, 0, 21):
        rates = np.where(each > usual, usual * (each / usual) ** power, each) / each
        if (rates * each * sizes).sum() <= most:
            break
    rates *= min(1.0, most / (rates * each * sizes).sum())
    return [g.resized(g.size, float(rate)) for g, rate in zip(crowds, rates, strict=True)]


def make(scenario: str, seed: int, events: int | None = None) -> World:
    """A world of a scenario."""
    season = recipe(SEASONS, scenario)
    rng = np.random.default_rng([seed, name_key(scenario)])
    share = (events or season.requests) / season.requests
    groups = cast(season, rng, share)
    shift = int(rng.integers(0, 300))
    released = float(rng.uniform(0.3, 0.6) * season.days) if season.new_model else -float(rng.uniform(30, 200))
    past = [400.0 + 170 * i for i in range(len(season.firm.models) - 1)]
    key = int(mix(seed, name_key(scenario))[0] >> np.uint64(8))
    return write(groups, season.firm, key, season.days, shift, released, past, rng)
