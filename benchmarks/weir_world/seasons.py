"""The scenarios: one business in one season, with its crews and crowds."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..worlds import World, recipe
from . import crews, firms
from .chance import word
from .crowds import CROWDS, residents
from .ledger import DAY, Setting, world
from .parties import Draw, Group

EASY, MEDIUM, HARD, NOBODY = "easy", "medium", "hard", "-"
COUNTED_FROM = 20_460 * DAY
"""Logs begin within half a year of this day."""


@dataclass(frozen=True)
class Season:
    """A scenario.

    Attributes:
        about: what it is.
        firm: the business.
        level: how hard.
        requests, accounts, days: size of the log.
        crew: its operators; None: nobody.
        beside: crowds that are always there.
        share: of accounts, at most, that belong to crowds and crews.
        crowds: how many there are.
    """

    about: str
    firm: firms.Firm
    level: str
    requests: int
    accounts: int
    days: int
    crew: Callable[[Draw], list[Group]] | None
    beside: tuple[str, ...]
    share: float = 0.45
    crowds: int = 20


F, P, C, N, M = firms.FRONTIER, firms.PREPAID, firms.CLOUD, firms.NATIONAL, firms.MARKET
SEASONS = {
    "vouchers_burnt_by_night": Season(
        "an open-weights host: lots of accounts on vouchers reason until their credit is gone", P, EASY, 130_000, 4_500, 9,
        crews.prepaid_lots, ("gift_card_gamers", "benchmark_runners", "street_bots"), 0.45, 13,
    ),
    "numbers_from_a_sim_bank": Season(
        "a country's API with sign-up by phone: several accounts to a number mark answers", N, EASY, 120_000, 3_500, 11,
        crews.sim_bank, ("phone_shop_customers", "exam_markers", "families"), 0.45, 13,
    ),
    "shut_and_back_by_lunch": Season(
        "a frontier provider: a small pool is banned and comes back", F, EASY, 150_000, 5_000, 10, crews.banned_again,
        ("key_migration", "load_test", "viral_prompt"), 0.45, 13,
    ),
    "trial_credit_in_batches": Season(
        "a cloud: trial accounts in batches work through software tasks", C, EASY, 130_000, 3_000, 8, crews.trial_batches,
        ("hackathon_centre", "credit_startups", "coding_rollout"), 0.45, 12,
    ),
    "app_that_keeps_the_answers": Season(
        "a marketplace: an app relays its users' talks and keeps them", M, MEDIUM, 150_000, 5_500, 10, crews.answers_kept,
        ("wrapper_pool", "own_key_app", "chat_front_end", "shared_login_students"), 0.45, 13,
    ),
    "off_to_the_new_model": Season(
        "a frontier provider: agentic coding goes to a new model within the day", F, MEDIUM, 200_000, 6_000, 12,
        crews.moves_at_launch, ("coding_rollout", "ci_fleet", "benchmark_runners"), 0.45, 13,
    ),
    "seats_without_customers": Season(
        "a cloud: a contracted reseller with a side business", C, MEDIUM, 120_000, 2_500, 10, crews.reseller_side,
        ("contracted_reseller", "tenants_of_a_search", "permitted_synthetic"), 0.45, 11,
    ),
    "free_allowance_day_and_night": Season(
        "an open-weights host without payment data: free accounts take their allowance in many tongues",
        replace(P, name="free", cards=0.0, lacks=P.lacks | {"payment_hash"}), MEDIUM, 150_000, 6_000, 10, crews.free_tier,
        ("translation_office", "street_bots", "prompt_class"), 0.45, 13,
    ),
    "partner_builds_its_own": Season(
        "a company's gateway: a partner firm collects answers for a model of its own", firms.GATEWAY, MEDIUM, 90_000, 1_600, 9,
        crews.partner_trains, ("claims_handlers", "coding_rollout", "permitted_synthetic", "help_desk"), 0.6, 10,
    ),
    "paid_by_the_piece": Season(
        "a frontier provider: people ask by hand at home for money", F, HARD, 150_000, 7_000, 14, crews.piece_workers,
        ("exam_markers", "quiz_makers", "prompt_class", "volunteers"), 0.45, 13,
    ),
    "keys_that_slipped": Season(
        "a cloud: leaked keys of honest firms, beside their owners' traffic", C, HARD, 110_000, 2_400, 9, crews.leaked_keys,
        ("tenants_of_a_search", "key_migration", "ci_fleet"), 0.45, 11,
    ),
    "profiles_to_let": Season(
        "a country's API: rented accounts of real people", N, HARD, 140_000, 4_500, 14, crews.rented_profiles,
        ("families", "village_line", "thesis_season"), 0.45, 12,
    ),
    "a_little_from_each": Season(
        "a frontier provider: hundreds of accounts ask a few things a day for six weeks", F, HARD, 250_000, 12_000, 42,
        crews.little_each, ("viral_prompt", "prompt_class", "own_key_app"), 0.45, 10,
    ),
    "thesis_and_exam_weeks": Season(
        "innocents alone: a university without payment data", firms.CAMPUS, NOBODY, 90_000, 2_500, 15, None,
        (
            "thesis_season", "exam_markers", "course_lab", "dormitory", "library_cleaning", "hackathon_centre",
            "conference_reviewers", "shared_login_students",
        ),
        0.7, 14,
    ),
    "one_gateway_many_partners": Season(
        "innocents alone: a company's gateway with partner firms", firms.GATEWAY, NOBODY, 100_000, 1_800, 8, None,
        ("coding_rollout", "help_desk", "claims_handlers", "ci_fleet", "annotation_project", "tunnel_firm", "permitted_synthetic"),
        0.7, 12,
    ),
    "phones_first_spring": Season(
        "innocents alone: a country's API after a campaign of phone shops", N, NOBODY, 100_000, 4_000, 10, None,
        ("phone_shop_customers", "families", "market_sellers", "prompt_class", "credit_startups", "village_line"), 0.45, 13,
    ),
    "credit_and_gamers": Season(
        "innocents alone: an open-weights host in the holidays", replace(P, lacks=P.lacks | {"ja4"}), NOBODY, 120_000, 4_000, 6,
        None, ("gift_card_gamers", "street_bots", "benchmark_runners", "own_key_app", "permitted_synthetic", "load_test"), 0.45,
        13,
    ),
    "payers_and_agencies": Season(
        "innocents alone: a cloud at the end of a quarter", replace(C, lacks=C.lacks | {"phone_hash"}), NOBODY, 110_000, 2_000,
        7, None,
        ("agency_clients", "corporate_cards", "contracted_reseller", "tenants_of_a_search", "sensor_farm", "on_call_bots", "tax_advisers"),
        0.45, 13,
    ),
    "apps_of_the_month": Season(
        "innocents alone: a marketplace whose apps are shown on the front page", M, NOBODY, 140_000, 6_000, 8, None,
        ("own_key_app", "wrapper_pool", "chat_front_end", "flow_template", "viral_prompt", "market_sellers"), 0.45, 14,
    ),
    "small_town_bureau": Season(
        "innocents alone: a small provider of a few offices; its log has one way in and no client builds",
        replace(F, name="bureau", paths=("api", "api"), lacks=frozenset({"user_agent", "ja4", "phone_hash"})), NOBODY, 20_000,
        600, 6, None, ("court_clerks", "hospital_clerks", "newsroom", "translation_office", "isolation_office"), 0.45, 9,
    ),
}
PRIVATE = frozenset(
    [
        "families", "gift_card_gamers", "phone_shop_customers", "dormitory", "village_line", "shared_login_students",
        "viral_prompt", "prompt_class", "volunteers", "market_sellers", "course_lab", "exam_markers", "grant_writers",
        "thesis_season", "street_bots", "quiz_makers", "conference_reviewers", "own_key_app",
    ]
)
OFFICIAL = frozenset(["court_clerks", "hospital_clerks", "claims_handlers", "isolation_office", "contracted_reseller", "sensor_farm"])
FIRMS_OWN = frozenset(
    [
        "corporate_cards", "tax_advisers", "credit_startups", "newsroom", "library_cleaning", "court_clerks",
        "hackathon_centre", "contracted_reseller", "agency_clients", "hospital_clerks",
    ]
)
STRANGERS = {
    "cloud": PRIVATE,
    "gateway": PRIVATE | FIRMS_OWN,
    "campus": (PRIVATE | FIRMS_OWN | OFFICIAL | {"coding_rollout", "agency_clients", "sensor_farm", "flow_template", "on_call_bots"})
    - {"dormitory", "thesis_season", "shared_login_students", "course_lab", "exam_markers", "grant_writers", "volunteers", "viral_prompt"}
    - {"conference_reviewers", "quiz_makers", "hackathon_centre", "library_cleaning", "hospital_clerks"},
    "prepaid": OFFICIAL | {"phone_shop_customers", "exam_markers", "tax_advisers", "help_desk", "newsroom"},
    "free": OFFICIAL
    | {"phone_shop_customers", "exam_markers", "tax_advisers", "help_desk", "newsroom", "gift_card_gamers", "corporate_cards"},
    "market": OFFICIAL,
    "national": frozenset({"contracted_reseller"}),
    "frontier": frozenset({"phone_shop_customers"}),
    "bureau": frozenset(
        ["street_bots", "gift_card_gamers", "own_key_app", "load_test", "phone_shop_customers", "benchmark_runners", "contracted_reseller"]
    ),
}
"""Crowds that a business does not have."""
LEAST = 6
"""Accounts of a crowd or a crew in a world that was asked for few requests."""


def expected(group: Group, days: float) -> float:
    """Requests of a group, about."""
    return sum(group.size * r.hushed * r.rate * max(0.5, (r.window[1] - r.window[0]) * days) * (1 - r.ramp / 2) for r in group.routines)


def cast(season: Season, rng: np.random.Generator, scale: float) -> list[tuple[str, Group]]:
    """Who is there, ordinary users last."""
    firm, days = season.firm, float(season.days)
    d = Draw(rng, days, season.accounts, season.requests, dict(enumerate(firm.tongues)))
    crew = season.crew(d) if season.crew else []
    others = [name for name in CROWDS if name not in season.beside and name not in STRANGERS[firm.name]]
    names = [*season.beside, *rng.permutation(others)[: max(0, season.crowds - len(season.beside))].tolist()]
    crowds = [CROWDS[name](d) for name in names]
    room = season.share * season.accounts - sum(group.size for group in crew)
    shrink = min(1.0, room / sum(group.size for group in crowds))
    crowds = [_sized(group, shrink * scale, min(LEAST, group.size)) for group in crowds]
    crew = [_sized(group, scale, min(2 * LEAST, group.size)) for group in crew]
    requests = season.requests * scale
    crew = _slower(crew, min(1.0, 0.36 * requests / max(1.0, sum(expected(group, days) for group in crew))))
    taken = sum(expected(group, days) for group in crew)
    # Where crowds would ask for more than the business has, they are smaller as well as slower.
    over = min(1.0, d.some(0.28, 0.5) * requests / sum(expected(group, days) for group in crowds))
    crowds = [_sized(group, over**0.5, min(2 * LEAST, group.size)) for group in crowds]
    load = sum(expected(group, days) for group in crowds)
    slower = min(1.0, d.some(0.28, 0.5) * requests / load)
    crowds = _slower(crowds, slower)
    left = max(0.2 * requests, requests - taken - load * slower)
    size = max(20, round(season.accounts * scale) - sum(group.size for group in [*crew, *crowds]))
    ordinary = residents(d, size, firm.person, 1.0, firm.apps)
    # Those who sign up while the log runs miss a part of it.
    pace = left / (0.87 * sum(expected(group, days) for group in ordinary))
    parties = [*crew, *crowds, *_slower(ordinary, pace)]
    return [(f"{i}/{group.label}", group) for i, group in enumerate(parties)]


def _slower(groups: list[Group], share: float) -> list[Group]:
    return [replace(group, routines=[replace(r, rate=r.rate * share) for r in group.routines]) for group in groups]


def _sized(group: Group, scale: float, least: int) -> Group:
    return replace(group, size=max(least, round(group.size * scale)))


def make(name: str, seed: int, events: int | None) -> World:
    """A scenario's world."""
    season = recipe(SEASONS, name)
    rng = np.random.default_rng([seed, word(name)])
    scale = (events or season.requests) / season.requests
    parties = cast(season, rng, scale)
    start = COUNTED_FROM + int(rng.integers(0, 180)) * DAY
    release = start + int(rng.uniform(0.35, 0.65) * season.days * DAY)
    w = Setting(rng, season.firm, int(rng.integers(1, 2**62)), start, season.days, release)
    models = list(season.firm.models)
    released = [(model, start - int(rng.integers(100, 500)) * DAY) for model in models[:-1]] + [(models[-1], release)]
    when = np.array([at for _, at in released], dtype="datetime64[us]").astype(str).tolist()
    return world(parties, [{"model": model, "released_at": at + "Z"} for (model, _), at in zip(released, when, strict=True)], w)
