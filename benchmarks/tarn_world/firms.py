"""Innocent firms: products, offices, desks, agencies, batches, resellers."""

from dataclasses import replace
from typing import Any

from . import text
from .arrays import pick
from .developers import coding_agents, hobby_dev, plugin_users, trialist
from .lists import from_pool, in_order
from .private import role_players
from .text import ANGLES, SUBJECTS, WORDS
from .work import run
from .world import APPS, Crowd, World

CLOUD = (16509, "US")


def startup_app(w: World, n: int, **k: Any) -> None:
    """Products in production: a firm has a few accounts and one template."""
    run(w, Crowd(
        "startup_app", n, path="api", plan="prepaid", say={"startup": 8, "enterprise": 2}, team=(1, 4), card="team", mail="work",
        net="host", dev="sdk", rhythm="allday", rate=14, spread=1.3, per_visit=1.2, visit_gap=20, turns=1.2, think=30, system="team",
        mix=APPS, tilt=1.5, temperature=[None, 0.0, 0.3, 0.7, 1.0], max_tokens=[None, 512, 1024, 2048], verified=0.1, age=200
    ), **k)


def cloud_enterprise(w: World, n: int, **k: Any) -> None:
    """Contracted firms that come through the cloud marketplace."""
    run(w, Crowd(
        "cloud_enterprise", n, path="cloud", plan="enterprise", say={"enterprise": 1}, team=(1, 6), mail="work", verified=0.97,
        net="host", place=CLOUD, dev="sdk", flavour="py", rhythm="office", rate=12, spread=1.3, per_visit=2, visit_gap=25, turns=1.0,
        think=30, system="team", mix={"extract": 5, "business": 3, "explain": 2, "code": 2, "translate": 1}, tilt=1.5, zdr=0.25, age=300,
        temperature=[None, 0.0, 0.2], max_tokens=[None, 1024, 4096], phone="none"
    ), **k)


def office_proxy(w: World, n: int, **k: Any) -> None:
    """A firm whose staff all leave through one proxy, on personal seats."""
    run(w, Crowd(
        "office_proxy", n, plan="team", say={"enterprise": 1}, team=(25, 90), mail="work", card="team", net="office", dev="shared_pc",
        images=9, rhythm="office", rate=1.2, mix={"business": 5, "extract": 3, "translate": 1.5, "explain": 2, "code": 1}, verified=0.3,
        fresh=0.2, phone="none"
    ), **k)


def office_staff(w: World, n: int) -> None:
    """Staff with machines of their own, of whom some may be recruited."""
    c = Crowd(
        "office_proxy", n, plan="team", say={"enterprise": 1}, team=(30, 80), mail="work", card="team", net="office", rhythm="office",
        rate=1.0, mix={"business": 5, "extract": 3, "translate": 1.5, "explain": 2, "code": 2}, verified=0.3, phone="none"
    )
    w.recruitable[c.kind] = run(w, c), c


def internal_app(w: World, n: int, **k: Any) -> None:
    """One internal tool with an account a department, same template, same egress, much traffic."""
    run(w, Crowd(
        "internal_app", n, path="api", plan="prepaid", say={"enterprise": 1}, team=(6, 14), mail="work", card="team", net="host",
        dev="sdk", rhythm="office", rate=18, spread=0.8, per_visit=1.4, visit_gap=15, turns=0.2, system="team",
        mix={"extract": 6, "business": 2, "judge": 0.5}, verified=0.4, temperature=[0.0, 0.2, None], max_tokens=[512, 1024, 2048],
        phone="none"
    ), **k)


def ci_jobs(w: World, n: int, **k: Any) -> None:
    """Nightly and hourly jobs: the same requests, to the minute, without people."""
    rng = w.rng(f"ci/{n}")
    pool = text.ask(rng, "extract", 60) + text.ask(rng, "judge", 40) + text.ask(rng, "code", 40)
    run(w, Crowd(
        "ci_jobs", n, path="api", plan="prepaid", say={"startup": 6, "enterprise": 3, "individual": 1}, team=(1, 3), mail="work",
        card="team", net="hostpool", exits=30, place=(8075, "US"), dev="images", images=4, rhythm="cron", rate=3, spread=0.9,
        per_visit=6, visit_gap=2, turns=0, prompts=from_pool(pool, 0.1), system="team", temperature=[0.0], max_tokens=[256, 1024],
        foreign=0
    ), **k)


def migration(w: World, n: int, day: float, **k: Any) -> None:
    """Firms that move a running workload from old accounts to new ones on one day."""
    systems = [text.system_prompt(w.rng(f"migration/{day}/{n}"), rules=4)]
    base = replace(Crowd(
        "migration", n, path="api", plan="prepaid", say={"startup": 5, "enterprise": 5}, mail="work", team=(n, n), card="team",
        net="host", dev="sdk", rhythm="allday", rate=20, spread=0.5, per_visit=1.3, visit_gap=15, turns=0.3, system="crowd",
        systems=systems, mix={"extract": 3, "business": 3, "explain": 2}, temperature=[0.3], max_tokens=[1024], phone="none"
    ), **k)
    run(w, base, end=day + 0.3, fresh=0)
    run(w, base, stagger=(day - 0.4, day), season=0.5)


def agency_card(w: World, n: int, **k: Any) -> None:
    """An agency opens one account a client, on its own card, with aliases of one mailbox."""
    run(w, Crowd(
        "agency_card", n, path="api", plan="prepaid", say={"startup": 1}, team=(8, 25), mail="alias", card="team", phone="team",
        net="office", dev="sdk", rhythm="office", rate=2.2, per_visit=3, visit_gap=50, turns=0.6, system="own",
        mix={"business": 6, "creative": 1, "translate": 2}, fresh=0.3
    ), **k)


def content_mill(w: World, n: int, **k: Any) -> None:
    """A publisher of search pages that works through a list of topics for its own sites."""
    rng = w.rng(f"mill/{n}/{k.get('start')}")
    columns = pick(rng, SUBJECTS, 4000), pick(rng, ANGLES, 4000), text.tails(rng, 4000)
    topics = [f"Write an article on {subject} {angle}. {tail}" for subject, angle, tail in zip(*columns, strict=True)]
    run(w, Crowd(
        "content_mill", n, path="api", plan="prepaid", say={"startup": 3, "individual": 2}, team=(n, n), mail="catchall", mail_domains=4,
        card="team", net="hostpool", exits=3, dev="images", images=2, rhythm="allday", rate=6, spread=0.4, per_visit=5, visit_gap=25,
        turns=0.1, system="crowd", prompts=in_order(topics), temperature=[0.8], max_tokens=[2048], length=2.2,
        mix={"explain": 1, "business": 1}, foreign=0, fresh=0.4
    ), **k)


def call_centre(w: World, n: int, **k: Any) -> None:
    """An outsourcing office: shared machines, shifts, one summary template typed over and over, staff turnover."""
    run(w, Crowd(
        "call_centre", n, plan="team", say={"enterprise": 1}, one_land=True, lands={"PH": 4, "IN": 4, "EG": 1, "KE": 1}, team=(n, n),
        mail="work", card="team", phone="none", net="office", dev="shared_pc", images=6, rhythm="shift", rate=3.5, spread=0.4,
        per_visit=5, visit_gap=400, turns=0.4, mix={"extract": 8, "business": 3, "translate": 1}, fresh=0.35, bursts=[(2, 0.1), (9, 0.1)]
    ), **k)


def _gateway(n: int) -> Crowd:
    return Crowd(
        "honest_reseller", n, path="api", plan="enterprise", say={"enterprise": 2, "startup": 3}, team=(n, n), access="passthrough",
        verified=1.0, mail="work", net="hostpool", exits=3, dev="images", images=1, flavour="go", rhythm="allday", rate=7, spread=1.3,
        per_visit=2, visit_gap=30, turns=1.2, system="own", tilt=1.2, mix=APPS, temperature=[None, 0.7, 0.0, 1.0],
        max_tokens=[None, 1024, 4096]
    )


def honest_reseller(w: World, n: int, **k: Any) -> None:
    """A contracted reseller: an account a customer, all through one gateway."""
    run(w, _gateway(n), narrow=0.5, **k)


def large_reseller(w: World, n: int) -> None:
    """A contracted reseller among whose customers an operator may hide."""
    c = replace(_gateway(n), exits=4, rate=6, spread=1.2, turns=1.0)
    w.recruitable[c.kind] = run(w, c), c


def translators(w: World, n: int, **k: Any) -> None:
    """Localisation agencies with piece-rate linguists in many countries and one glossary prompt."""
    run(w, Crowd(
        "translators", n, path="api", plan="prepaid", say={"startup": 1}, team=(10, 30), mail="work", card="team", net="home",
        dev="plugin", tag="cat-bridge", rhythm="office", rate=1.5, per_visit=12, visit_gap=18, turns=0.05, system="team",
        temperature=[0.2, 0.0], max_tokens=[1024], mix={"translate": 9, "extract": 1}, foreign=0
    ), **k)


def judges(w: World, n: int, **k: Any) -> None:
    """Quality teams that grade their own product's answers in bulk every night."""
    run(w, Crowd(
        "judges", n, path="api", plan="prepaid", say={"startup": 5, "enterprise": 4}, team=(2, 6), mail="work", card="team", net="host",
        dev="sdk", rhythm="cron", rate=1, spread=0.6, per_visit=35, visit_gap=3, turns=0, system="team", temperature=[0.0],
        max_tokens=[64, 256, 512], mix={"judge": 8, "extract": 1}, foreign=0, throttle=0.015
    ), **k)


def etl(w: World, n: int, **k: Any) -> None:
    """Night batches of extraction for contracted firms, retention switched off for half."""
    run(w, Crowd(
        "etl", n, path="cloud", plan="enterprise", say={"enterprise": 1}, team=(2, 5), mail="work", verified=0.95, net="host",
        place=CLOUD, dev="sdk", flavour="java", rhythm="cron", rate=1, spread=0.5, per_visit=50, visit_gap=2, turns=0, system="team",
        system_long=True, temperature=[0.0], max_tokens=[1024], mix={"extract": 1}, zdr=0.5, foreign=0, phone="none"
    ), **k)


def data_makers(w: World, n: int, **k: Any) -> None:
    """Small firms that make test data and examples for their own product, with leave to do so."""
    rng, size = w.rng(f"data/{n}"), 5000
    counts = rng.choice([3, 5, 10, 20, 25], size).tolist()
    run(w, Crowd(
        "data_makers", n, path="api", plan="prepaid", say={"startup": 4, "research": 1}, team=(1, 4), mail="work", card="team",
        net="host", dev="sdk", rhythm="office", rate=0.7, spread=0.8, per_visit=18, visit_gap=15, turns=0.1,
        prompts=from_pool(text.fill(rng, WORDS["ask.tests"], size, "n s g city", n=counts), 0.2), temperature=[1.0, 0.9, None],
        max_tokens=[4096, 2048], length=3, foreign=0, mix={"business": 1}, tiers={"main": 3, "small": 2}
    ), **k)


def base_api(w: World, k: float) -> None:
    """The usual background of a developer product."""
    for crowd, n in (
        (hobby_dev, 620), (trialist, 420), (startup_app, 170), (coding_agents, 110), (plugin_users, 120), (role_players, 60), (ci_jobs, 30)
    ):
        crowd(w, int(n * k))
