"""The scenarios: which crowds and which operators live together, for how long."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from .borrowed import bot_mirror, cheap_aggregator, moonlight, paid_crew, rent_accounts, stolen_keys
from .customers import EAST, EUROPE, LATAM, SEA, SOUTH_ASIA, WORLD
from .farms import bazaar_ring, drizzle_ring, edu_abuse, phoenix, phone_farm, voucher_burner
from .firms import (
    agent_makers,
    bpo_shift,
    call_centres,
    cloud_firms,
    game_studios,
    label_firm,
    office_proxy,
    persona_shop,
    startups,
    transcription,
    translators,
)
from .fronts import agent_harvest, front_firms, game_ring, judge_ring, lang_pairs, nocode_front, reason_miner, trial_clouds
from .learning import classroom, exam_cram, hackathon, tutoring_chain, viral_tutorial
from .machines import ci_jobs, eval_teams, load_tests, migration, nocode, synth_honest
from .private import casual, cybercafe, family_pay, hobby_api, plugin_users, template_app, vpn_users
from .sellers import bot_vendor, grey_buyers, honest_reseller, lot_prints
from .suppliers import four_suppliers
from .town import town
from .world import World

USUAL_EVENTS = 120_000
"""about; every scenario has a size of its own"""


@dataclass(frozen=True)
class Recipe:
    """One world: its dates, whether replies are logged, and who lives in it."""

    start: str
    days: int
    events: int
    """requests at usual size, about"""
    build: Callable[[World], None]
    about: str
    release_day: float = 9.0
    responses: bool = False


def bazaar(w: World) -> None:
    """Accounts from seven shops; honest buyers shop there as well."""
    town(w, 3600, vol=0.75)
    prints = lot_prints(w, 7)
    grey_buyers(w, w.size(330), prints, 30)
    vpn_users(w, w.size(160))
    cybercafe(w, w.size(150))
    viral_tutorial(w, w.size(260))
    exam_cram(w, w.size(200))
    bazaar_ring(w, 170, prints, 55)


def vouchers(w: World) -> None:
    """Prepaid Latin America: cash vouchers, cafes, bots; a throw-away ring and a mirror."""
    town(w, 2700, {**LATAM, "US": 2, "ES": 2}, vol=0.88)
    cybercafe(w, w.size(320), region=LATAM)
    bot_vendor(w, w.size(60), vol=230)
    hackathon(w, w.size(110), vol=50)
    honest_reseller(w, w.size(160))
    load_tests(w, w.size(4))
    voucher_burner(w, 110)
    bot_mirror(w, 22, 0.15)


def phones(w: World) -> None:
    """Free-tier telephones in South-East Asia among hundreds of honest ones behind the same carrier gates."""
    town(w, 3200, {**SEA, "IN": 3}, api_share=0.15, vol=0.7)
    casual(w, w.size(1700), SEA, vol=14, new=0.7)
    tutoring_chain(w, w.size(220), region=SEA)
    cybercafe(w, w.size(200), region=SEA)
    exam_cram(w, w.size(300), region={"ID": 2, "VN": 2, "PH": 1})
    phone_farm(w, 520, vol=26)


def relay(w: World) -> None:
    """A grey relay with a harvesting customer, beside two honest resellers and a box of key-splitting vendors."""
    town(w, 2300, vol=0.7)
    prints = lot_prints(w, 6)
    grey_buyers(w, w.size(180), prints)
    honest_reseller(w, w.size(260), region=EAST)
    honest_reseller(w, w.size(120), region=EUROPE)
    bot_vendor(w, w.size(45), region=SEA)
    persona_shop(w, w.size(45))
    cheap_aggregator(w, 130, prints, per_day=1700)


def crew(w: World) -> None:
    """People paid by the conversation, among call floors and labelling staff."""
    town(w, 2400, {**WORLD, "PH": 10, "KE": 5, "CO": 6}, vol=0.75)
    bpo_shift(w, w.size(260), vol=60)
    label_firm(w, w.size(90))
    tutoring_chain(w, w.size(180))
    translators(w, w.size(130))
    classroom(w, w.size(220))
    paid_crew(w, 95, vol=55)
    paid_crew(w, 34, {"RO": 1, "UA": 1, "PL": 1}, vol=80, own=0.2, name="paid_crew_night", hours="late")


def scribes(w: World) -> None:
    """Transcription and call summaries: real desks, paper firms with the same trade, and stolen keys."""
    town(w, 2100, vol=0.7)
    transcription(w, w.size(85))
    call_centres(w, w.size(60))
    migration(w, w.size(3))
    synth_honest(w, w.size(3))
    office_proxy(w, w.size(150))
    g1 = startups(w, w.size(60), vol=100)
    g2 = hobby_api(w, w.size(260))
    front_firms(w, 26, {"med_note": 4, "law_doc": 3, "call_sum": 3, "extract": 1}, vol=380)
    stolen_keys(w, [(g1, 9), (g2, 12)])


def studios(w: World) -> None:
    """Characters and role play: studios, companion apps, and a ring that asks everything twice."""
    town(w, 2500, {**WORLD, "JP": 9, "KR": 5}, vol=0.75)
    game_studios(w, w.size(110))
    persona_shop(w, w.size(90))
    translators(w, w.size(90), region=EAST)
    hackathon(w, w.size(90))
    game_ring(w, 75, vol=85)


def agents(w: World) -> None:
    """Tool chains: plugins, build machines, agent makers, and sandbox accounts that try each task twice."""
    town(w, 2000, api_share=0.45, vol=0.6)
    plugin_users(w, w.size(330), vol=55)
    ci_jobs(w, w.size(170))
    agent_makers(w, w.size(110))
    hackathon(w, w.size(120))
    eval_teams(w, w.size(12))
    agent_harvest(w, 62, vol=210)


def olympiad(w: World) -> None:
    """Reasoning traces: several samples of hard problems scattered over accounts, among evaluators and pupils."""
    town(w, 2600, vol=0.75)
    eval_teams(w, w.size(30), vol=300)
    exam_cram(w, w.size(330))
    classroom(w, w.size(240))
    tutoring_chain(w, w.size(150), region={"IN": 2, "KR": 1, "TR": 1})
    load_tests(w, w.size(5))
    reason_miner(w, 150, vol=85)
    reason_miner(w, 24, vol=260, samples=8, name="trace_lab", spread_days=0.1, reword=0.0)


def drizzle(w: World) -> None:
    """Thirty quiet days: hundreds of aged sleepers, one talk a day, each with its own interests."""
    town(w, 5200, vol=0.85)
    prints = lot_prints(w, 9)
    grey_buyers(w, w.size(220), prints, 26)
    family_pay(w, w.size(200))
    bpo_shift(w, w.size(110))
    drizzle_ring(w, 430, prints, 18)


def patchwork(w: World) -> None:
    """Three operators who do not know each other: bought student boxes, stolen keys, grader firms."""
    town(w, 2600, vol=0.7)
    classroom(w, w.size(420), classes=10, schools=(0, 10))
    g = hobby_api(w, w.size(300))
    label_firm(w, w.size(60))
    eval_teams(w, w.size(12))
    synth_honest(w, w.size(3))
    viral_tutorial(w, w.size(220))
    edu_abuse(w, 120)
    stolen_keys(w, [(g, 16)], name="night_keys", slots=["code", "debug", "sql", "agent", "olymp"])
    judge_ring(w, 24, vol=230)


def campus(w: World) -> None:
    """Student programmes: classrooms, exam weeks, rented log-ins and credits bought from graduates."""
    town(w, 1900, {**SOUTH_ASIA, **SEA, **LATAM}, api_share=0.2, vol=0.95)
    classroom(w, w.size(700), classes=16, vol=22)
    exam_cram(w, w.size(340))
    hackathon(w, w.size(140), vol=50)
    students = casual(w, w.size(520), {**SOUTH_ASIA, "ID": 2}, vol=30)
    rent_accounts(w, students, 85, vol=42)
    edu_abuse(w, 130, vol=50, schools=(1, 3, 9, 10))


def ashes(w: World) -> None:
    """A strike in the middle: three quarters of a ring are closed, and it comes back with other machines and words."""
    town(w, 2900, vol=0.7)
    nocode(w, w.size(140))
    cybercafe(w, w.size(140))
    viral_tutorial(w, w.size(350))
    startups(w, w.size(60))
    migration(w, w.size(3), vol=1200)
    phoenix(w, 75, vol=120, strike=9.0)


def guild(w: World) -> None:
    """Language work: freelancers, agencies, reselling; a dozen very hungry translators and a mirror of a bot vendor."""
    town(w, 2300, {**EUROPE, **LATAM, "JP": 3}, vol=0.75)
    translators(w, w.size(420), vol=75)
    bot_vendor(w, w.size(40), region=EUROPE)
    family_pay(w, w.size(160), region=EUROPE)
    honest_reseller(w, w.size(110), region=EUROPE)
    lang_pairs(w, 14, vol=780)
    bot_mirror(w, 30, 0.12, name="echo_vendor")


def marketplace(w: World) -> None:
    """Half the traffic comes through clouds that hide the address; trial projects harvest, and flows read a sheet."""
    town(w, 1900, vol=0.65)
    cloud_firms(w, w.size(380))
    nocode(w, w.size(280))
    ci_jobs(w, w.size(70))
    migration(w, w.size(3))
    trial_clouds(w, 26, vol=520)
    nocode_front(w, 38, vol=140)


def tutors(w: World) -> None:
    """Tutoring chains whose tablets work honestly by day; some centres sell the night."""
    town(w, 2000, {**SOUTH_ASIA, **SEA, "TR": 4, "BR": 4}, api_share=0.15, vol=0.8)
    g = tutoring_chain(w, w.size(420), vol=45)
    tutoring_chain(w, w.size(240), vol=45, region={"BR": 2, "MX": 1, "TR": 1})
    exam_cram(w, w.size(260))
    classroom(w, w.size(160))
    bpo_shift(w, w.size(120))
    moonlight(w, g, 120, vol=75)
    paid_crew(w, 28, {"IN": 3, "BD": 1}, vol=90, own=0.3, name="answer_desk", hours="evening")


def consortium(w: World) -> None:
    """One buyer with four suppliers at once: shop accounts, telephones, writers and a relay."""
    town(w, 4200, vol=0.7)
    prints = lot_prints(w, 8)
    grey_buyers(w, w.size(260), prints)
    vpn_users(w, w.size(120))
    honest_reseller(w, w.size(140), region=SEA)
    bpo_shift(w, w.size(110))
    cybercafe(w, w.size(130))
    four_suppliers(w, prints, 260, vol=42)


def quiet_market(w: World) -> None:
    """No operator. Everything that looks coordinated and is not, in working weeks."""
    town(w, 1700, vol=0.6)
    prints = lot_prints(w, 5)
    grey_buyers(w, w.size(300), prints)
    honest_reseller(w, w.size(220))
    bot_vendor(w, w.size(55))
    nocode(w, w.size(160))
    ci_jobs(w, w.size(90))
    migration(w, w.size(4))
    synth_honest(w, w.size(4))
    call_centres(w, w.size(40))
    transcription(w, w.size(40))
    office_proxy(w, w.size(180))
    bpo_shift(w, w.size(140))
    vpn_users(w, w.size(140))
    cloud_firms(w, w.size(90))
    label_firm(w, w.size(70))


def quiet_festival(w: World) -> None:
    """No operator. Hackathons, a viral lesson, exams, evaluators after a release, load tests, cafes."""
    town(w, 1700, vol=0.6)
    hackathon(w, w.size(180))
    hackathon(w, w.size(110))
    viral_tutorial(w, w.size(900))
    exam_cram(w, w.size(420))
    classroom(w, w.size(380), classes=9)
    eval_teams(w, w.size(36))
    load_tests(w, w.size(8))
    cybercafe(w, w.size(260))
    family_pay(w, w.size(200))
    tutoring_chain(w, w.size(240))
    game_studios(w, w.size(50))
    agent_makers(w, w.size(50))
    persona_shop(w, w.size(50))
    template_app(w, w.size(300))


RECIPES: dict[str, Recipe] = {
    "bazaar": Recipe("2026-03-02", 21, 117_000, bazaar, "shop accounts in small lots, profile browsers, reworded sweeps"),
    "vouchers": Recipe("2026-04-07", 18, 120_000, vouchers, "prepaid throw-aways and a mirror of real talk", 7.0),
    "phones": Recipe("2026-05-04", 20, 119_000, phones, "a phone farm on the free tier", 11.0),
    "relay": Recipe("2026-02-10", 16, 118_000, relay, "a grey relay partly harvested", 6.0, True),
    "crew": Recipe("2026-06-01", 24, 103_000, crew, "people paid by the conversation", 12.0),
    "scribes": Recipe("2026-03-16", 15, 125_000, scribes, "paper firms in transcription; stolen keys", 5.0),
    "studios": Recipe("2026-07-06", 17, 98_000, studios, "role play asked twice", 8.0, True),
    "agents": Recipe("2026-05-18", 13, 117_000, agents, "tool trajectories tried twice", 5.0),
    "olympiad": Recipe("2026-04-20", 20, 106_000, olympiad, "reasoning traces, many samples", 10.0),
    "drizzle": Recipe("2026-01-12", 30, 160_000, drizzle, "low and slow aged sleepers", 15.0),
    "patchwork": Recipe("2026-09-07", 19, 101_000, patchwork, "student boxes, stolen keys, graders", 9.0),
    "campus": Recipe("2026-08-24", 22, 111_000, campus, "rented log-ins and education credits", 10.0),
    "ashes": Recipe("2026-06-15", 21, 101_000, ashes, "bans in the middle and a second life", 13.0),
    "guild": Recipe("2026-10-05", 18, 118_000, guild, "hungry translators and an echo", 7.0, True),
    "marketplace": Recipe("2026-02-23", 14, 136_000, marketplace, "cloud trials without addresses; flow sheets", 6.0),
    "tutors": Recipe("2026-07-20", 20, 102_000, tutors, "centres that sell the night; an answer desk", 9.0),
    "consortium": Recipe("2026-11-02", 23, 142_000, consortium, "one buyer, four suppliers", 10.0),
    "quiet_market": Recipe("2026-03-09", 14, 151_000, quiet_market, "no operator: working weeks", 6.0),
    "quiet_festival": Recipe("2026-05-25", 16, 144_000, quiet_festival, "no operator: festivals and exams", 7.0),
}
SCENARIOS = {name: recipe.about for name, recipe in RECIPES.items()}


def build(name: str, seed: int, events: float | None = None) -> World:
    """Make a world; operators and crowds shrink and grow with the requests asked for."""
    if name not in RECIPES:
        raise ValueError(f"no scenario {name!r}; there are: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    scale = (events or recipe.events) / recipe.events
    world = World(seed * 1_000_003 + zlib.crc32(name.encode()), recipe.start, recipe.days, scale, recipe.release_day, recipe.responses)
    recipe.build(world)
    return world
