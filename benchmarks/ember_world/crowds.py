"""Innocents who have something in common, as far as a registry and a log show it."""

from collections.abc import Callable
from dataclasses import replace

from .draw import Draw
from .people import Folk, Party, Routine

FIRM = {"enterprise": 0.5, "startup": 0.5}
MIXED = {"individual": 0.7, "startup": 0.3}
DESK = {"summary": 0.25, "write": 0.25, "extract": 0.15, "ask": 0.2, "rewrite": 0.15}
CHAT = {"ask": 0.35, "advice": 0.25, "write": 0.15, "translate": 0.1, "summary": 0.05, "reason": 0.05, "vision": 0.05}
CODING = {"code": 0.75, "ask": 0.15, "agent": 0.1}
SUMS = "physics chemistry algebra probability geometry logic biology economics"
SOFTWARE = "python web systems database cloudops"
API, APP = ({"api": 1.0}, {"app": 1.0})
OFFICE = {"office": 0.85, "home": 0.15}
PAID = {"pay_as_you_go": 0.8, "contract": 0.2}
ALONE = Routine(CHAT, 1.2, active=0.3, turns=2.2, topics=4)
"""what people do besides"""


def _crowd(folk: Folk, *routines: Routine) -> Party:
    return Party("", folk, routines)


# Those of the list of threats.


def campus_course(d: Draw) -> Party:
    at = d.between(-1, d.days * 0.5)
    folk = Folk(d.size(40, 500), {"education": 0.7, "individual": 0.3}, 0.05, org=d.one(("none", "one")), mail="one", cardless=0.7,
        signup="burst", opened=at, width=3, paths={"api": 0.4, "app": 0.6}, nets={"campus": 0.7, "home": 0.2, "mobile": 0.1},
        country=True, clients=d.one((None, {"python": 1.0, "chrome": 1.0})), plans={"free": 1.0})
    subjects = d.subjects(1, 3, SUMS)
    work = d.one(({"reason": 0.7, "ask": 0.3}, {"code": 0.7, "reason": 0.3}, {"write": 0.6, "ask": 0.4}))
    return _crowd(folk, Routine(work, d.about(2, 6), active=0.5, turns=2, hours="school", topics=subjects, frame="course_one",
        framed=0.75, pool=d.size(8, 40), deal="all"), ALONE)


def company_one_card(d: Draw) -> Party:
    folk = Folk(d.size(15, 160), {"enterprise": 1.0}, 0.5, org="one", mail="one", card=500, cardless=0, phone=30, nets=OFFICE,
        sites=d.size(1, 4), country=True, plans={"team": 1.0}, paths={"api": 0.6, "app": 0.4})
    return _crowd(folk, Routine(DESK, d.about(2, 9), turns=1.6, hours="office", weekend=0.1, topics=d.subjects(2, 4), frame="minutes",
        framed=0.5))


def open_agent_users(d: Draw) -> Party:
    folk = Folk(d.size(60, 700), MIXED, paths=API, clients={d.one(("lathe", "brightfork")): 1.0}, signup="last")
    harness = d.one((0, 1))
    return _crowd(folk, Routine({"agent": 0.8, "code": 0.2}, d.about(2, 5), spread=1.1, turns=d.between(4, 7), hours="evening", topics=2,
        system=f"harness_system:{harness}", tools=11 + harness, gap=25, models={"ember-mid": 0.5, "ember-large": 0.5}))


def niche_agent_users(d: Draw) -> Party:
    folk = Folk(d.size(8, 90), MIXED, paths=API, clients={"pocketsmith": 1.0}, one_build=d.chance(0.5), signup="last")
    return _crowd(folk, Routine({"data": 0.5, "agent": 0.5}, d.about(2, 8), turns=4, topics=2, system="harness_system:2", tools=13,
        gap=12, sampling=(0.0, None, 2048)))


def evaluation_labs(d: Draw) -> Party:
    folk = Folk(d.size(10, 90), {"research": 0.6, "startup": 0.25, "education": 0.15}, 0.3, org="teams", team=3, mail="teams", card=2,
        cardless=0.05, paths={"api": 0.8, "cloud_alder": 0.2}, nets={"cloud": 0.7, "campus": 0.3}, sites=12, clients={"python": 0.8,
        "httpx": 0.2}, plans=PAID)
    run = Routine({"reason": 1.0}, d.about(25, 90), spread=1.2, active=0.25, turns=1, hours="flat", weekend=0.9, frame="benchmark",
        wording="account", pool=700, deal="all", public=True, sampling=(0.0, None, d.one((1024, 2048))), gap=3, roam=0, longer=1.3,
        models={"ember-small": 0.3, "ember-mid": 0.3, "ember-large": 0.4}, elsewhere=0.0)
    return _crowd(folk, run, replace(ALONE, works=CODING))


def hackathon(d: Draw) -> Party:
    at = d.between(0.15, 0.75)
    width = min(0.3, 2.2 / d.days)
    folk = Folk(d.size(30, 350), {"individual": 0.9, "startup": 0.1}, 0, cardless=0.85, signup="burst", opened=at * d.days + 0.1,
        width=0.6, nets={"venue": 0.85, "mobile": 0.15}, country=True, paths=API, clients={"python": 0.5, "node": 0.5},
        plans={"free": 1.0})
    work = {"code": 0.3, "ask": 0.3, "write": 0.2, "agent": 0.2}
    return _crowd(folk, Routine(work, d.about(10, 40), active=0.9, turns=1.5, hours="flat", weekend=1.2, topics=2, frame="starter",
        framed=0.6, window=(at, min(1.0, at + width)), gap=40), replace(ALONE, window=(at, 1.0), active=0.08))


def vpn_customers(d: Draw) -> Party:
    folk = Folk(d.size(80, 800), nets={"vpn": 0.9, "home": 0.1}, cardless=0.4, phoneless=0.5)
    return _crowd(folk, Routine(CHAT, d.about(1.5, 4), spread=1, turns=2.2, topics=4, loyal=3, roam=0.05))


def carrier_nat(d: Draw) -> Party:
    folk = Folk(d.size(100, 900), nets={"mobile": 1.0}, country=True, paths={"app": 0.85, "api": 0.15}, phoneless=0.05, cardless=0.6,
        clients={"android": 0.7, "ios": 0.3, "python": 0.2})
    return _crowd(folk, Routine(CHAT, d.about(1, 3), spread=1, turns=2.5, hours="evening", weekend=1, topics=4, loyal=3))


def viral_prompt(d: Draw) -> Party:
    at = d.between(0.1, 0.6)
    folk = Folk(d.size(60, 700), signup=d.one(("spread", "last")), paths={"app": 0.8, "api": 0.2})
    return _crowd(folk, Routine(CHAT, d.about(1, 4), active=0.6, turns=2, topics=4, frame="viral", framed=0.8, window=(at, min(1,
        at + 0.25)), wording=d.one(("fixed", "account"))), ALONE)


def tutorial_followers(d: Draw) -> Party:
    folk = Folk(d.size(30, 300), MIXED, paths=API, clients={"chain": 0.9, "python": 0.1}, signup="last", cardless=0.5)
    return _crowd(folk, Routine({"ask": 0.6, "extract": 0.2, "data": 0.2}, d.about(3, 10), active=0.3, turns=1.3, hours="evening",
        topics=3, frame="tutorial", framed=0.85, sampling=(0.0, None, None)))


def key_rotation(d: Draw) -> Party:
    folk = Folk(d.size(12, 60), FIRM, 0.5, org="teams", team=4, grouped=True, mail="teams", card=0, cardless=0, phone=0, paths=API,
        nets={"cloud": 1.0}, clients={"node": 0.5, "java": 0.5}, plans=PAID)
    return _crowd(folk, Routine({"support": 0.7, "ask": 0.3}, d.about(10, 40), turns=3, hours="waking", topics=2, system="own",
        handover=0.5, gap=50, roam=0))


def contracted_reseller(d: Draw) -> Party:
    folk = Folk(d.size(8, 60), {"enterprise": 1.0}, 1.0, org="one", mail="one", card=500, cardless=0, passthrough=True, paths={"api": 0.7,
        "cloud_rowan": 0.3}, nets={"cloud": 1.0}, clients={"go": 0.7, "node": 0.3}, plans={"contract": 1.0})
    work = {"ask": 0.2, "code": 0.2, "write": 0.2, "reason": 0.15, "agent": 0.1, "translate": 0.15}
    return _crowd(folk, Routine(work, d.about(40, 140), spread=1, active=0.95, turns=1.8, hours="flat", weekend=0.8, topics=30,
        handover=0.2, roam=0))


def permitted_synthetic(d: Draw) -> Party:
    folk = Folk(d.size(8, 40), {"enterprise": 0.6, "research": 0.4}, 1.0, org="teams", team=8, mail="teams", card=0, cardless=0,
        paths={"api": 0.5, "cloud_alder": 0.5}, nets={"cloud": 1.0}, clients={"python": 1.0}, plans={"contract": 1.0}, grouped=True)
    return _crowd(folk, Routine({"quiz": 0.4, "reason": 0.4, "rewrite": 0.2}, d.about(50, 220), spread=0.5, active=0.8, turns=1,
        hours="flat", weekend=1, topics=d.subjects(3, 6), frame=d.one(("permitted", "make_tasks")), system=d.one(("", "data_system:1")),
        pool=6000, deal="split", sampling=(0.7, 0.95, 2048), roam=0, longer=1.3))


def batch_labelling(d: Draw) -> Party:
    folk = Folk(d.size(10, 80), {"startup": 0.7, "enterprise": 0.3}, 0.25, org="own", mail="own", paths=API, nets={"cloud": 0.6,
        "office": 0.4}, sites=40, clients={"python": 0.9, "httpx": 0.1}, plans=PAID, cardless=0)
    return _crowd(folk, Routine({"label": 0.7, "extract": 0.3}, d.about(30, 150), spread=1, active=0.3, turns=1, hours="ticks", topics=2,
        frame="labelling", wording="account", sampling=(0.0, None, 256), roam=0))


def apps_with_one_key(d: Draw) -> Party:
    folk = Folk(d.size(8, 50), {"startup": 0.8, "enterprise": 0.2}, 0.3, org="own", mail="own", paths={"api": 0.8, "cloud_alder": 0.2},
        nets={"cloud": 0.5, "serverless": 0.5}, clients={"node": 0.6, "go": 0.2, "python": 0.2}, cardless=0, plans=PAID)
    return _crowd(folk, Routine(CHAT, d.about(40, 200), spread=1.2, active=0.97, turns=2.5, hours="waking", weekend=1.1, topics=30,
        system="own", roam=0, tongues={"en": 0.6, "de": 0.1, "fr": 0.1, "es": 0.1, "pt": 0.1}))


def oncall_and_ci(d: Draw) -> Party:
    folk = Folk(d.size(30, 250), FIRM, 0.25, org="own", mail="own", paths=API, nets={"cloud": 0.5, "serverless": 0.5},
        clients={"python": 0.4, "curl": 0.3, "node": 0.3}, cardless=0.05, plans=PAID)
    return _crowd(folk, Routine({"code": 0.6, "data": 0.2, "summary": 0.2}, d.about(4, 20), active=0.9, turns=1, hours="cron",
        weekend=0.5, topics=d.subjects(3, 5, SOFTWARE), frame=d.one(("commit", "alert")), framed=0.7, wording="account", roam=0, gap=5))


# Others.


def founder_wrapper(d: Draw) -> Party:
    """One founder's product on some accounts of the same founder; its back-end takes turns."""
    folk = Folk(d.size(10, 70), {"startup": 0.6, "individual": 0.4}, 0.15, team=6, grouped=True, mail=d.one(("teams", "free")), card=0,
        phone=0, paths=API, nets={"cloud": 0.7, "serverless": 0.3}, clients={"node": 1.0}, plans=PAID)
    return _crowd(folk, Routine(CHAT, d.about(12, 60), spread=0.25, active=0.98, turns=2.5, hours="waking", weekend=1.1, topics=30,
        system="own", handover=0.6, even=d.chance(0.5), roam=0))


def browser_plugin(d: Draw) -> Party:
    """A plug-in that sends its own instructions with the user's key."""
    folk = Folk(d.size(40, 500), MIXED, paths=API, clients={"chrome": 0.7, "firefox": 0.3}, signup=d.one(("spread", "last")))
    return _crowd(folk, Routine({"rewrite": 0.6, "translate": 0.25, "summary": 0.15}, d.about(2, 7), spread=1, turns=1, hours="office",
        topics=3, system="app_system:2", sampling=(0.3, None, 1024)), ALONE)


def homework_app(d: Draw) -> Party:
    folk = Folk(d.size(60, 600), PRIVATE_PUPILS, mail="free", cardless=0.8, paths={"api": 1.0}, clients={"ios": 0.4, "android": 0.6},
        signup="last", plans={"free": 0.6, "plus": 0.4})
    return _crowd(folk, Routine({"reason": 0.6, "ask": 0.3, "write": 0.1}, d.about(2, 5), turns=2.2, hours="evening", topics=d.subjects(3,
        6, SUMS), system="app_system:1"))


PRIVATE_PUPILS = {"individual": 0.85, "education": 0.15}


def team_without_org(d: Draw) -> Party:
    folk = Folk(d.size(16, 90), {"individual": 0.6, "startup": 0.4}, 0.03, team=8, grouped=True, mail="teams", card=1, cardless=0.2,
        nets=OFFICE, paths={"api": 0.7, "app": 0.3}, signup="last")
    return _crowd(folk, Routine({**CODING, "data": 0.2}, d.about(3, 12), turns=2.2, hours="office", weekend=0.1, topics=3,
        frame="own_head", framed=0.3), replace(ALONE, active=0.15))


def freelance_labellers(d: Draw) -> Party:
    """Paid by a platform to label for a client that may; each from home, besides other jobs."""
    folk = Folk(d.size(20, 160), {"individual": 1.0}, 0.8, signup="burst", opened=d.between(-6, 2), width=3, paths={"app": 0.5,
        "api": 0.5}, card=1, cardless=0.2, plans={"plus": 1.0})
    return _crowd(folk, Routine({"label": 0.6, "grade": 0.4}, d.about(6, 20), turns=1, hours="waking", topics=d.subjects(2, 4),
        frame=d.one(("labelling", "rubric")), framed=0.8, pool=d.size(300, 2000), deal="any"), replace(ALONE, active=0.5), replace(ALONE,
        works=DESK, active=0.2))


def credit_startups(d: Draw) -> Party:
    """An accelerator's firms on free credit, opened in one week."""
    folk = Folk(d.size(15, 120), {"startup": 1.0}, 0.4, org="own", mail="own", cardless=0.6, signup="burst", opened=d.between(-10,
        d.days * 0.3), width=3, paths={"api": 0.6, "cloud_alder": 0.4}, nets={"cloud": 0.5, "office": 0.5}, plans={"free": 0.6,
        "pay_as_you_go": 0.4})
    return _crowd(folk, Routine({"code": 0.3, "agent": 0.2, "support": 0.2, "extract": 0.15, "ask": 0.15}, d.about(6, 30), spread=1.2,
        turns=1.8, hours="office", topics=2, loyal=2, system="own", tools=-1))


def families(d: Draw) -> Party:
    folk = Folk(d.size(40, 400), team=3, grouped=True, card=0, phone=1, nets={"office": 0.85, "mobile": 0.15}, paths={"app": 0.95,
        "api": 0.05})
    return _crowd(folk, Routine(CHAT, d.about(1, 3), turns=2.2, hours="evening", weekend=1.2, topics=5, loyal=3))


def gift_cards(d: Draw) -> Party:
    """Prepaid cards of one batch show as few payment methods."""
    folk = Folk(d.size(30, 250), card=d.between(3, 12), cardless=0, signup="during", phoneless=0.4)
    return _crowd(folk, Routine(CHAT, d.about(1, 4), spread=1, turns=2, topics=4, loyal=3))


def cloud_tenants(d: Draw) -> Party:
    folk = Folk(d.size(60, 600), {"individual": 0.5, "startup": 0.5}, 0.08, paths={"api": 0.7, "cloud_rowan": 0.3},
        nets={"serverless": 1.0}, clients={"node": 0.6, "python": 0.4})
    return _crowd(folk, Routine({"support": 0.2, "extract": 0.2, "summary": 0.2, "write": 0.2, "code": 0.2}, d.about(4, 25), spread=1.3,
        active=0.8, turns=1.2, hours="flat", topics=2, loyal=1, system="own", frame="own_head", framed=0.4, roam=0))


def agency_clients(d: Draw) -> Party:
    """An agency opens an account for each client and pays with its own card."""
    folk = Folk(d.size(12, 90), {"startup": 0.6, "individual": 0.4}, 0.1, mail="own", card=12, cardless=0, phone=15, nets={"office": 0.7,
        "cloud": 0.3}, paths=API, signup="lots", clients={"flow": 0.6, "node": 0.4})
    return _crowd(folk, Routine({"write": 0.5, "support": 0.3, "translate": 0.2}, d.about(4, 18), turns=1.3, hours="office", weekend=0.3,
        topics=2, frame="listing", framed=0.4, system="own"))


def call_centre(d: Draw) -> Party:
    folk = Folk(d.size(30, 300), {"enterprise": 1.0}, 0.3, org=d.one(("one", "none")), mail="one", card=400, cardless=0,
        nets={"office": 0.95, "vpn": 0.05}, sites=2, country=True, paths=API, clients={"chrome": 1.0}, one_build=True,
        plans={"team": 1.0})
    return _crowd(folk, Routine({"support": 0.9, "summary": 0.1}, d.about(8, 30), spread=0.35, active=0.75, turns=1.5,
        hours=d.one(("office", "night")), weekend=0.5, topics=d.subjects(1, 2), frame="support_desk", sampling=(0.2, None, 512)))


def translation_bureau(d: Draw) -> Party:
    folk = Folk(d.size(10, 80), {"individual": 0.6, "startup": 0.4}, 0.1, mail="one", card=4, paths={"api": 0.6, "app": 0.4})
    return _crowd(folk, Routine({"translate": 0.6, "rewrite": 0.4}, d.about(5, 20), turns=1.4, hours="office", topics=4,
        tongues={"en": 0.3, "de": 0.2, "fr": 0.2, "es": 0.15, "ja": 0.15}))


def exam_markers(d: Draw) -> Party:
    at = d.between(0.1, 0.6)
    folk = Folk(d.size(20, 200), {"education": 0.6, "individual": 0.4}, 0.15, mail="few", nets=AT_DESK, country=True, signup="burst",
        opened=at * d.days - 1, width=3, cardless=0.5)
    return _crowd(folk, Routine({"grade": 0.95, "summary": 0.05}, d.about(8, 30), active=0.7, turns=1, hours="evening", weekend=1.2,
        topics=d.subjects(1, 2), frame=d.one(("marking", "marking", "rubric")), framed=0.9, wording=d.one(("fixed", "account")),
        window=(at, min(1, at + 0.35))), replace(ALONE, active=0.2))


AT_DESK = {"home": 0.7, "campus": 0.3}


def tutor_centre(d: Draw) -> Party:
    folk = Folk(d.size(15, 150), {"individual": 0.7, "education": 0.3}, 0.05, card=6, nets={"office": 0.6, "home": 0.4}, sites=3,
        country=True, signup="lots")
    return _crowd(folk, Routine({"reason": 0.6, "quiz": 0.3, "ask": 0.1}, d.about(4, 14), turns=1.8, hours="evening", weekend=1.5,
        topics=d.subjects(2, 3, SUMS), frame="careful_expert", framed=0.3, wording="varied", pool=d.size(80, 500), deal="any"))


def newsroom(d: Draw) -> Party:
    folk = Folk(d.size(15, 120), {"enterprise": 0.6, "individual": 0.4}, 0.2, mail="one", card=30, cardless=0.2, nets=OFFICE,
        country=True)
    return _crowd(folk, Routine({"summary": 0.4, "rewrite": 0.3, "translate": 0.2, "ask": 0.1}, d.about(4, 16), turns=1.5, hours="waking",
        weekend=0.7, topics=d.subjects(2, 4)))


def advice_centres(d: Draw) -> Party:
    folk = Folk(d.size(10, 100), {"individual": 0.8, "enterprise": 0.2}, 0.1, mail="few", nets={"office": 0.7, "home": 0.3}, sites=12,
        cardless=0.5, paths={"app": 0.7, "api": 0.3})
    return _crowd(folk, Routine({"write": 0.5, "ask": 0.3, "translate": 0.2}, d.about(2, 8), turns=1.8, hours="office", weekend=0,
        topics=d.subjects(1, 2, "law housing hiring medicine"), frame=d.one(("legal_aid", "legal_aid", "safe_rewrite")), framed=0.7))


def game_modders(d: Draw) -> Party:
    folk = Folk(d.size(40, 400), paths=API, clients={"curl": 0.5, "httpx": 0.5}, one_build=d.chance(0.3), cardless=0.2, signup="last")
    return _crowd(folk, Routine({"write": 0.8, "ask": 0.2}, d.about(3, 9), spread=1.2, active=0.4, turns=6, hours="evening", weekend=1.6,
        topics=d.subjects(1, 2, "games history"), frame="character", gap=20, sampling=(1.0, 0.95, 256)))


def recruiters(d: Draw) -> Party:
    folk = Folk(d.size(12, 120), FIRM, 0.2, org="teams", team=5, mail="teams", card=3, nets=OFFICE, sites=20)
    return _crowd(folk, Routine({"extract": 0.4, "grade": 0.3, "write": 0.3}, d.about(4, 15), turns=1.2, hours="office", weekend=0.1,
        topics=d.subjects(1, 1, "hiring"), frame="recruit", framed=0.7, wording="account"))


def market_sellers(d: Draw) -> Party:
    """A course sold one recipe to all of them."""
    folk = Folk(d.size(40, 500), MIXED, signup=d.one(("lots", "last")), clients={"flow": 0.5, "python": 0.3, "chrome": 0.5})
    return _crowd(folk, Routine({"write": 0.9, "translate": 0.1}, d.about(3, 25), spread=1.3, active=0.4, turns=1, hours="evening",
        topics=d.subjects(2, 5), frame="listing", framed=0.9, sampling=(0.7, None, None)))


def survey_simulators(d: Draw) -> Party:
    folk = Folk(d.size(8, 50), {"research": 0.6, "education": 0.4}, 0.3, org="teams", team=3, mail="teams", paths=API,
        nets={"campus": 0.6, "cloud": 0.4}, sites=9, clients={"python": 1.0})
    return _crowd(folk, Routine({"ask": 0.7, "advice": 0.3}, d.about(25, 120), active=0.3, turns=1, hours="flat", topics=d.subjects(2, 3),
        frame="persona", wording="account", pool=60, deal="all", sampling=(1.0, None, 512), roam=0))


def olympiad_club(d: Draw) -> Party:
    folk = Folk(d.size(15, 180), PRIVATE_PUPILS, 0.02, cardless=0.7, paths={"app": 0.6, "api": 0.4}, country=d.chance(0.5))
    return _crowd(folk, Routine({"reason": 0.9, "quiz": 0.1}, d.about(3, 12), turns=2.2, hours="evening", weekend=1.8,
        topics=d.subjects(3, 4, "algebra geometry probability logic"), frame=d.one(("olympiad", "explain_reasoning")), framed=0.6,
        wording="account", pool=d.size(60, 300), deal="any", longer=1.2), replace(ALONE, active=0.25))


def release_movers(d: Draw) -> Party:
    """Firms that take the new model on its first day."""
    folk = Folk(d.size(20, 200), {"startup": 0.7, "individual": 0.3}, 0.1, org="own", mail="own", paths=API, nets={"cloud": 0.8,
        "home": 0.2}, clients={"python": 0.5, "node": 0.5}, cardless=0.05)
    return _crowd(folk, Routine({"code": 0.4, "agent": 0.3, "support": 0.3}, d.about(5, 25), spread=1, active=0.8, turns=2, topics=2,
        system="own", tools=-1, pivot=0.8, rerun=0.05))


def bookkeepers(d: Draw) -> Party:
    folk = Folk(d.size(20, 200), {"enterprise": 0.5, "individual": 0.5}, 0.2, mail="few", card=2, nets={"office": 0.6, "home": 0.4},
        sites=30)
    at = d.between(0.3, 0.7)
    return _crowd(folk, Routine({"data": 0.5, "extract": 0.4, "ask": 0.1}, d.about(6, 25), active=0.7, turns=1.5, hours="office",
        weekend=0.3, topics=d.subjects(1, 1, "finance"), window=(at, min(1.0, at + 4 / d.days))), replace(ALONE, active=0.25))


def library_terminals(d: Draw) -> Party:
    folk = Folk(d.size(30, 300), nets={"office": 0.9, "mobile": 0.1}, sites=d.size(2, 9), country=True, cardless=0.95, phoneless=0.6,
        paths=APP, clients={"firefox": 1.0}, one_build=True, plans={"free": 1.0})
    return _crowd(folk, Routine(CHAT, d.about(1, 3), active=0.3, turns=2, hours="office", topics=5, loyal=4))


def bot_league(d: Draw) -> Party:
    """Bots that play each other on fixed minutes; the rules are the prompt."""
    folk = Folk(d.size(12, 100), paths=API, nets={"cloud": 0.7, "home": 0.3}, clients={"python": 0.7, "go": 0.3}, cardless=0.3)
    return _crowd(folk, Routine({"reason": 0.6, "advice": 0.4}, d.about(8, 30), spread=0.3, active=0.8, turns=4, hours="ticks", weekend=1,
        topics=d.subjects(1, 2, "games logic"), frame="own_head", gap=8, sampling=(0.0, None, 256), roam=0))


def captioners(d: Draw) -> Party:
    folk = Folk(d.size(10, 120), {"individual": 0.5, "education": 0.3, "enterprise": 0.2}, 0.1, paths={"api": 0.7, "app": 0.3},
        signup="last")
    return _crowd(folk, Routine({"vision": 0.9, "rewrite": 0.1}, d.about(5, 30), spread=1, turns=1, hours="office", topics=3,
        frame="caption", framed=0.8))


def incident_responders(d: Draw) -> Party:
    folk = Folk(d.size(20, 200), FIRM, 0.3, org="own", mail="own", nets={"office": 0.4, "home": 0.4, "cloud": 0.2}, sites=60,
        paths={"api": 0.7, "app": 0.3})
    return _crowd(folk, Routine({"code": 0.5, "agent": 0.3, "data": 0.2}, d.about(1, 3), active=0.6, turns=4, hours="incident",
        topics=d.subjects(1, 2, "cloudops systems database"), frame="alert", framed=0.5), replace(ALONE, works=CODING, hours="office"))


def school_district(d: Draw) -> Party:
    folk = Folk(d.size(80, 700), {"education": 1.0}, 0.6, org="one", mail="one", cardless=1, phoneless=1, nets={"campus": 0.9,
        "home": 0.1}, sites=d.size(3, 12), country=True, signup="burst", opened=d.between(-40, -4), width=1, paths=APP,
        clients={"chrome": 1.0}, one_build=True, plans={"team": 1.0})
    return _crowd(folk, Routine({"ask": 0.4, "write": 0.3, "reason": 0.3}, d.about(1, 3), active=0.4, turns=1.8, hours="school",
        weekend=0.03, topics=d.subjects(4, 8), pool=d.size(40, 200), deal="any"))


def laid_off_colleagues(d: Draw) -> Party:
    """Their company's accounts closed on one day; each opened a private one and went on with what it did."""
    at = d.between(0.1, 0.5)
    folk = Folk(d.size(12, 90), signup="burst", opened=at * d.days, width=1.5, paths={"api": 0.7, "app": 0.3}, country=True)
    return _crowd(folk, Routine(CODING, d.about(3, 12), turns=2.5, hours="office", topics=d.subjects(1, 3, SOFTWARE), frame="commit",
        framed=0.25, window=(at, 1)), replace(ALONE, window=(at, 1)))


def conference_guests(d: Draw) -> Party:
    at = d.between(0.1, 0.7)
    folk = Folk(d.size(40, 400), {"individual": 0.6, "startup": 0.2, "research": 0.2}, 0.05, signup="burst", opened=at * d.days, width=1,
        nets={"venue": 0.4, "home": 0.4, "mobile": 0.2}, cardless=0.8, plans={"free": 1.0})
    return _crowd(folk, Routine(CHAT | {"code": 0.3}, d.about(2, 6), active=0.5, turns=2, topics=4, loyal=3, window=(at, min(1,
        at + 0.3))))


def second_hand_phones(d: Draw) -> Party:
    """Numbers that a carrier gives out again: few phones, many people, years apart."""
    folk = Folk(d.size(30, 250), phone=d.between(2, 5), phoneless=0)
    return _crowd(folk, Routine(CHAT, d.about(1, 4), spread=1, turns=2, topics=4, loyal=3))


def claims_adjusters(d: Draw) -> Party:
    folk = Folk(d.size(15, 150), {"enterprise": 1.0}, 0.4, org="one", mail="one", card=300, cardless=0, nets={"home": 0.8, "mobile": 0.2},
        plans={"contract": 1.0}, paths={"cloud_rowan": 0.6, "api": 0.4})
    return _crowd(folk, Routine({"extract": 0.5, "summary": 0.3, "vision": 0.2}, d.about(4, 15), spread=0.4, turns=1.3, hours="office",
        weekend=0.05, topics=d.subjects(1, 2, "housing logistics law"), frame="claims"))


def patient_researchers(d: Draw) -> Party:
    """Students of one group who collect answers for a published study, openly, each on a few accounts of the university."""
    folk = Folk(d.size(8, 30), {"research": 0.5, "education": 0.5}, 0.6, org="one", mail="one", card=30, cardless=0.2,
        nets={"campus": 0.8, "home": 0.2}, paths=API, clients={"python": 1.0}, plans={"pay_as_you_go": 1.0})
    return _crowd(folk, Routine({"reason": 0.5, "ask": 0.3, "trace": 0.2}, d.about(15, 60), active=0.35, turns=1, hours="office",
        topics=d.subjects(2, 3), frame=d.one(("benchmark", "clean_trace", "explain_reasoning")), wording="account", pool=300, deal="all",
        resample=1, sampling=(0.7, None, 1024)))


def crews_of_night_nurses(d: Draw) -> Party:
    folk = Folk(d.size(15, 200), nets={"office": 0.4, "mobile": 0.4, "home": 0.2}, sites=5, country=True, paths=APP, mail="few")
    return _crowd(folk, Routine(CHAT | {"summary": 0.3}, d.about(1.5, 5), turns=2, hours="night", weekend=1, topics=d.subjects(2, 3,
        "medicine language hiring")))


LISTED = (campus_course, company_one_card, open_agent_users, niche_agent_users, evaluation_labs, hackathon, vpn_customers, carrier_nat,
    viral_prompt, tutorial_followers, key_rotation, contracted_reseller, permitted_synthetic, batch_labelling, apps_with_one_key,
    oncall_and_ci)
OTHERS = (founder_wrapper, browser_plugin, homework_app, team_without_org, freelance_labellers, credit_startups, families, gift_cards,
    cloud_tenants, agency_clients, call_centre, translation_bureau, exam_markers, tutor_centre, newsroom, advice_centres, game_modders,
    recruiters, market_sellers, survey_simulators, olympiad_club, release_movers, bookkeepers, library_terminals, bot_league, captioners,
    incident_responders, school_district, laid_off_colleagues, conference_guests, second_hand_phones, claims_adjusters,
    patient_researchers, crews_of_night_nurses)
MAKERS: dict[str, Callable[[Draw], Party]] = {make.__name__: make for make in (*LISTED, *OTHERS)}


def crowd(name: str, d: Draw) -> Party:
    """A crowd of this name, drawn anew."""
    return replace(MAKERS[name](d), label=name)


def residents(size: int) -> list[Party]:
    """Ordinary users, who have nothing in common: those who chat, who build, and who run something."""
    everything = {"ask": 0.16, "code": 0.16, "write": 0.12, "advice": 0.1, "summary": 0.08, "translate": 0.07, "reason": 0.08,
        "rewrite": 0.06, "data": 0.05, "extract": 0.03, "agent": 0.04, "vision": 0.03, "quiz": 0.01, "support": 0.01, "grade": 0.01,
        "trace": 0.008}
    chat = Folk(round(size * 0.58), paths={"app": 0.9, "api": 0.1}, nets={"home": 0.69, "mobile": 0.18, "vpn": 0.08, "office": 0.04,
        "proxy": 0.01}, sites=size)
    build = Folk(round(size * 0.28), {"individual": 0.65, "startup": 0.2, "education": 0.08, "research": 0.07}, 0.05, paths={"api": 0.75,
        "app": 0.1, "cloud_alder": 0.08, "cloud_rowan": 0.07}, nets={"home": 0.5, "cloud": 0.17, "vpn": 0.07, "office": 0.16,
        "proxy": 0.02, "hosting": 0.08}, sites=size, mail="free", cardless=0.1)
    run = Folk(max(2, size - chat.size - build.size), {"startup": 0.55, "enterprise": 0.25, "individual": 0.2}, 0.25, org="own",
        mail="own", paths={"api": 0.8, "cloud_alder": 0.12, "cloud_rowan": 0.08}, nets={"cloud": 0.5, "serverless": 0.18, "office": 0.17,
        "hosting": 0.15}, sites=size, cardless=0.02, plans=PAID)
    return [Party("resident", chat, (Routine(everything, 1.5, spread=1.0, active=0.35, turns=2.3, topics=5, loyal=4), Routine(everything,
        1.5, spread=1.0, active=0.25, turns=1.8, topics=4, loyal=3, frame="going_round", framed=0.7, wording="account", share=0.08))),
        Party("resident", build, (Routine(everything, 2.5, spread=1.2, active=0.35, turns=2.2, hours="waking", topics=3, loyal=3,
        system="own", tools=-1, frame="own_head", framed=0.25), Routine(everything, 3.0, spread=1.0, active=0.3, turns=1.6, topics=3,
        loyal=2, frame="going_round", framed=0.8, wording="account", system="data_system", share=0.15))), Party("resident", run,
        (Routine(everything | {"label": 0.1, "support": 0.15, "grade": 0.05, "extract": 0.15}, 6.0, spread=1.3, active=0.75, turns=1.6,
        hours="waking", topics=2, loyal=1, system="own", tools=-1, frame="own_head", framed=0.5, roam=0),))]
