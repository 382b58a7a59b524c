"""Innocent crowds: people who look like a crew in one thing or several, and for a reason.

Sizes are drawn; a world shrinks those that would outnumber its people.
"""

from collections.abc import Callable
from dataclasses import replace

from .draw import Draw
from .people import BUILD, CHAT, ORDINARY, Group

CROWDS: dict[str, Callable[[Draw], Group]] = {}
API = {"python": 5.0, "node": 3.0, "curl": 1.5, "chain": 1.5, "go": 0.6, "java": 0.6}
WEB = {"browser": 5.0, "phone": 3.0}
STUDENT = {"individual": 5.0, "education": 2.0}
LISTED = ("lecture_course", "one_card_company", "popular_harness", "niche_harness", "benchmark_runners", "weekend_hackathon",
    "vpn_customers", "carrier_nat", "viral_prompt", "tutorial_followers", "key_rotators", "contracted_reseller", "licensed_synthesis",
    "batch_labellers", "big_apps", "ci_fleet", "oncall_scripts")
"""those of the list of threats"""


def crowd(make: Callable[[Draw], Group]) -> Callable[[Draw], Group]:
    """Put a crowd on the list."""
    CROWDS[make.__name__] = make
    return make


def ordinary(size: int, rate: float) -> list[Group]:
    """Users with nothing in common: chatters, builders, small apps, night owls, people who try things out."""
    base = Group(ORDINARY, 0, house_each=True, joined="lately", age=(0, 700), rate=rate, load=1.0)
    build = replace(base, clients=API, works=BUILD, sampling="own", turns=2, nets={"home": 4, "cloud": 3, "mobile": 0.3, "vpn": 0.5,
        "office": 2}, kinds={"individual": 6, "startup": 2, "research": 1, "enterprise": 0.6}, mail={"public": 3, "work": 3}, weekend=0.4)
    parts = [(0.40, replace(base, keep=0.45, clock="evening")), (0.16, replace(base, keep=0.4, clock="office", weekend=0.25,
        nets={"office": 4, "home": 4, "mobile": 1}, kinds={"individual": 5, "enterprise": 2})), (0.14, replace(build, clock="day")),
        (0.08, replace(build, clients={"harness": 4, "niche": 0.3}, system="harness", system_by="popular", tools="popular",
        works={"agent": 5, "code": 4, "ask": 0.5}, turns=7, gap=25, rate=rate * 2)), (0.07, replace(build, clients=API, system="helper",
        system_by="person", people=30, turns=1.8, rate=rate * 3, clock="day", weekend=0.8, nets={"cloud": 5, "serverless": 2},
        kinds={"startup": 3, "individual": 3, "enterprise": 1}, frame="app", framed=0.6, topics=3)), (0.05, replace(build,
        clock="clockwork", turns=1, works={"summary": 3, "label": 3, "data": 2, "write": 1}, topics=2, frame="rewrite", framed=0.5)),
        (0.06, replace(base, works={"reason": 4, "ask": 3, "code": 1, "grade": 0.4}, clock="evening", kinds=STUDENT, mail={"public": 5,
        "campus": 1}, frame="reason", frame_by="person", framed=0.3)), (0.04, replace(build, works={"reason": 3, "grade": 2, "taskgen": 2,
        "trace": 1, "code": 2}, frame="reason", frame_by="talk", framed=0.5, turns=1.4, clock="day", rate=rate * 2, kinds={"research": 2,
        "individual": 3, "startup": 2}))]
    return [replace(group, size=max(1, round(size * share))) for share, group in parts]


# --- Of the list of threats -----------------------------------------------------------------------------------------


@crowd
def lecture_course(d: Draw) -> Group:
    return Group("lecture_course", d.size(30, 500), kinds={"education": 3, "individual": 2}, mail={"campus": 5, "public": 2}, carded=0.15,
        joined="burst", age=(0, 15), rate=d.log(4, 14), load=0.7, keep=d.u(0.2, 0.5), clock=d.one("windows", "evening"),
        windows=(d.size(3, 9), 3), nets={"campus": 5, "home": 3, "mobile": 1}, exits=d.size(1, 4), works=d.mix("reason", "code", "ask",
        "data"), topics=2, tasks="assigned", tasked=d.u(0.3, 0.8), n_tasks=d.size(4, 14), frame="reason", frame_by=d.one("house",
        "person"), framed=d.u(0.1, 0.5), clients={**WEB, "python": 1}, turns=3)


@crowd
def one_card_company(d: Draw) -> Group:
    return Group("one_card_company", d.size(12, 220), kinds={"enterprise": 1}, plans={"team": 3, "enterprise": 2}, per_org=900,
        verified=0.6, mail={"house": 1}, per_card=900, carded=1, phoned=0.5, joined="ages", rate=d.log(5, 25), clock="office",
        weekend=0.08, nets={"office": 8, "home": 1}, exits=d.size(1, 3), clients={"browser": 5, "sheet": 1, "python": 1},
        works={"write": 4, "rewrite": 3, "summary": 3, "translate": 1, "data": 1}, topics=4, frame="rewrite", frames=5, framed=d.u(0.3,
        0.7), keep=0.7)


@crowd
def popular_harness(d: Draw) -> Group:
    return Group("popular_harness", d.size(60, 700), house_each=True, clients={"harness": 1}, works={"agent": 5, "code": 4},
        system="harness", system_by="popular", tools="popular", turns=d.u(5, 11), gap=20, rate=d.log(12, 60), load=1, keep=0.5,
        clock="day", nets={"home": 5, "office": 2, "cloud": 1}, joined="lately", age=(0, 400), kinds={"individual": 5, "startup": 2,
        "enterprise": 1}, pivot=d.u(0.3, 0.7), lag=d.u(10, 90))


@crowd
def niche_harness(d: Draw) -> Group:
    return Group("niche_harness", d.size(10, 140), clients={"niche": 1}, builds=d.size(1, 4), works={"agent": 5, "code": 3, "data": 1},
        system="harness", tools="house", turns=d.u(5, 12), gap=15, rate=d.log(15, 80), load=1.1, keep=d.u(0.3, 0.6), clock="evening",
        nets={"home": 5, "vpn": 1, "cloud": 1}, joined="lately", age=(0, 200), pivot=d.u(0.3, 0.8), lag=d.u(6, 60), sampling="house")


@crowd
def benchmark_runners(d: Draw) -> Group:
    return Group("benchmark_runners", d.size(10, 90), house_each=True, kinds={"research": 4, "startup": 2, "education": 1},
        mail={"work": 3, "campus": 2}, verified=0.2, rate=d.log(40, 250), load=0.7, keep=d.u(0.08, 0.25), clock=d.one("day", "flat"),
        turns=1, nets={"cloud": 3, "campus": 2, "office": 2}, clients={"python": 5, "chain": 1}, tasks="public", tasked=0.95,
        frame="reason", frames=3, framed=0.9, sampling="own", works={"reason": 4, "code": 2}, models={"large": 4, "middle": 3,
        "small": 2}, pivot=0.9, lag=d.u(20, 100))


@crowd
def weekend_hackathon(d: Draw) -> Group:
    begin = d.u(0.1, 0.8)
    return Group("weekend_hackathon", d.size(25, 260), kinds={"individual": 4, "startup": 1}, plans={"credit": 3, "free": 2}, carded=0.1,
        joined="burst", age=(0, 1.5), span=(begin, min(1.0, begin + 3 / d.days)), rate=d.log(15, 70), load=0.9, keep=0.9, weekend=1,
        clock="day", nets={"campus": 6, "mobile": 2}, exits=d.size(1, 3), clients={"python": 4, "node": 4, "harness": 2}, system="helper",
        system_by=d.one("house", "person"), works={"code": 5, "agent": 3, "ask": 1, "label": 1}, tools="popular", tooled=0.3, turns=3,
        signup_net="campus")


@crowd
def vpn_customers(d: Draw) -> Group:
    return Group("vpn_customers", d.size(40, 400), house_each=True, nets={"vpn": 1}, rate=d.log(3, 10), joined="lately", age=(0, 500),
        clock="day", carded=0.5)


@crowd
def carrier_nat(d: Draw) -> Group:
    return Group("carrier_nat", d.size(60, 900), house_each=True, nets={"mobile": 8, "home": 1}, countries=d.country(),
        clients={"phone": 4, "browser": 2}, rate=d.log(3, 8), joined="lately", age=(0, 300), carded=0.3, clock="evening")


@crowd
def viral_prompt(d: Draw) -> Group:
    return Group("viral_prompt", d.size(40, 500), span=d.part(0.25, 0.5), wake=0.5, joined="lately", age=(0, 600), rate=d.log(3, 7),
        keep=0.6, tasks="assigned", tasked=d.u(0.4, 0.8), n_tasks=d.size(1, 3), works={"play": 3, "reason": 3, "write": 2},
        clock="evening", turns=2)


@crowd
def tutorial_followers(d: Draw) -> Group:
    return Group("tutorial_followers", d.size(20, 200), joined="burst" if d.odds(0.3) else "lately", age=(0, 30), rate=d.log(4, 14),
        keep=0.25, clients={"python": 6, "node": 1}, builds=0, system="helper", works={"label": 2, "summary": 2, "ask": 2, "reason": 1},
        tasks="assigned", tasked=0.55, n_tasks=d.size(5, 15), sampling="house", turns=1.3, clock="evening", nets={"home": 6,
        "mobile": 0.5, "cloud": 1}, carded=0.5)


@crowd
def key_rotators(d: Draw) -> Group:
    pod = d.size(3, 8)
    return Group("key_rotators", pod * d.size(3, 14), per_org=pod, kinds={"startup": 3, "enterprise": 3}, mail={"work": 1}, per_card=pod,
        carded=1, verified=0.35, joined="ages", plans={"team": 2, "payg": 3}, rate=d.log(15, 80), load=0.3, keep=0.85, clock="office",
        people=12, hand=d.u(0.15, 0.5), pod=pod, nets={"cloud": 4, "office": 2}, clients=API, system="helper", works=BUILD, topics=5,
        turns=4)


@crowd
def contracted_reseller(d: Draw) -> Group:
    return Group("contracted_reseller", d.size(8, 120), passthrough=True, verified=1, kinds={"enterprise": 1}, plans={"enterprise": 1},
        per_org=900, mail={"house": 1}, per_card=900, carded=1, joined="ages", rate=d.log(25, 160), load=0.4, keep=1, weekend=0.8,
        clock="flat", people=25, hand=d.u(0.05, 0.4), nets={"cloud": 1, "serverless": 2}, clients={"go": 2, "java": 1}, builds=2,
        works=CHAT, turns=3)


@crowd
def licensed_synthesis(d: Draw) -> Group:
    return Group("licensed_synthesis", d.size(8, 40), verified=1, kinds={"enterprise": 2, "research": 1}, plans={"enterprise": 1},
        per_org=900, mail={"house": 1}, per_card=900, carded=1, joined="ages", rate=d.log(40, 260), load=0.3, keep=0.9, clock="flat",
        nets={"cloud": 3, "office": 1}, clients={"python": 1}, builds=2, sampling="house", works={"taskgen": 4, "reason": 3, "grade": 1,
        "rewrite": 2}, topics=3, frame="task", frames=4, framed=0.9, turns=1, tongues=d.mix("en", "es", "fr", "zh"))


@crowd
def batch_labellers(d: Draw) -> Group:
    pod = d.size(2, 6)
    return Group("batch_labellers", pod * d.size(4, 14), per_org=pod, per_card=pod, carded=1, kinds={"startup": 2, "enterprise": 2},
        mail={"work": 1}, verified=0.4, joined="ages", rate=d.log(50, 260), load=0.5, keep=0.3, clock="flat", turns=1, nets={"cloud": 4,
        "office": 1}, clients={"python": 3, "java": 1}, works={"label": 8, "data": 1}, topics=2, frame="code", framed=0, system="helper",
        system_by="person", sampling="own")


@crowd
def big_apps(d: Draw) -> Group:
    return Group("big_apps", d.size(8, 16), house_each=True, kinds={"startup": 1, "enterprise": 2}, mail={"work": 1}, verified=0.6,
        joined="ages", rate=d.log(120, 500), load=0.6, keep=1, weekend=0.9, clock="day", people=400, nets={"cloud": 3, "serverless": 2},
        clients={"go": 1, "node": 2, "java": 1}, system="helper", system_by="house", works=CHAT, turns=3)


@crowd
def ci_fleet(d: Draw) -> Group:
    return Group("ci_fleet", d.size(10, 130), per_org=d.size(3, 12), kinds={"startup": 2, "enterprise": 3}, mail={"work": 1}, carded=0.9,
        per_card=d.size(3, 12), joined="ages", rate=d.log(8, 45), load=0.5, keep=0.8, weekend=0.3, clock="clockwork", turns=1.5, gap=8,
        nets={"serverless": 5, "cloud": 2}, clients={"node": 2, "go": 1, "curl": 2, "harness": 1}, works={"code": 5, "summary": 2,
        "agent": 1}, frame="code", frames=3, framed=0.7, sampling="house")


@crowd
def oncall_scripts(d: Draw) -> Group:
    return Group("oncall_scripts", d.size(10, 80), house_each=True, joined="ages", kinds={"enterprise": 3, "individual": 2},
        mail={"work": 3, "public": 1}, rate=d.log(6, 30), load=0.6, keep=0.9, weekend=1, clock="clockwork", turns=1, nets={"cloud": 3,
        "office": 3}, clients={"curl": 3, "python": 2}, works={"summary": 3, "data": 3, "ask": 1}, frame="app", framed=0.5, topics=2)


# --- A product or a back end speaks for them ------------------------------------------------------------------------


@crowd
def wrapper_app(d: Draw) -> Group:
    return Group("wrapper_app", d.size(8, 24), kinds={"startup": 3, "individual": 1}, mail={"house": 3, "public": 1}, per_mail=d.size(1,
        3), per_card=900, carded=1, per_phone=900, phoned=0.8, joined="lots", age=(20, 300), lots=d.size(2, 5), rate=d.log(40, 220),
        load=0.3, keep=1, weekend=1.1, clock="day", people=60, hand=d.u(0.1, 0.9), nets={"cloud": 1, "serverless": 2}, clients={"node": 3,
        "go": 1}, builds=1, system="helper", works=CHAT, turns=4, sampling="house")


@crowd
def homework_app(d: Draw) -> Group:
    return Group("homework_app", d.size(8, 20), kinds={"startup": 1}, mail={"house": 1}, per_org=900, per_card=900, carded=1,
        joined="lots", age=(40, 400), lots=2, rate=d.log(60, 240), load=0.3, keep=1, weekend=0.8, clock="evening", people=80, hand=d.u(0,
        0.4), nets={"serverless": 3, "cloud": 1}, clients={"node": 1}, builds=1, system="reason", works={"reason": 6, "ask": 2,
        "grade": 1, "write": 1}, frame="reason", framed=0.8, turns=2.5, sampling="house")


@crowd
def content_plugin(d: Draw) -> Group:
    return Group("content_plugin", d.size(40, 600), clients={"plugin": 1}, kinds={"individual": 3, "startup": 2}, mail={"work": 3,
        "public": 2}, carded=0.9, joined="ages", rate=d.log(3, 12), load=1, keep=0.35, clock="day", nets={"cloud": 8, "office": 1},
        system="helper", frame="rewrite", framed=0.6, frames=4, works={"write": 5, "rewrite": 3, "summary": 2}, turns=1.2,
        sampling="house")


@crowd
def sheet_addon(d: Draw) -> Group:
    return Group("sheet_addon", d.size(30, 350), clients={"sheet": 1}, kinds={"individual": 2, "enterprise": 2}, mail={"work": 3,
        "public": 2}, joined="ages", rate=d.log(8, 40), load=1.2, keep=0.3, clock="office", weekend=0.15, nets={"serverless": 1},
        frame="code", framed=0.1, system="helper", works={"label": 4, "data": 3, "translate": 1, "rewrite": 1}, turns=1, sampling="house")


@crowd
def bot_template(d: Draw) -> Group:
    return Group("bot_template", d.size(20, 240), clients={"node": 2, "flow": 2}, joined="lately", age=(0, 150), rate=d.log(5, 25),
        load=1.1, keep=0.7, people=15, clock="evening", nets={"cloud": 3, "home": 1}, system="helper", system_by="house",
        works={"play": 4, "ask": 4, "write": 1}, turns=5, carded=0.5, phoned=0.5)


@crowd
def home_gadgets(d: Draw) -> Group:
    return Group("home_gadgets", d.size(20, 300), clients={"go": 1}, builds=d.size(1, 3), joined="ages", rate=d.log(3, 9), load=0.8,
        keep=0.9, weekend=1.2, clock="evening", nets={"home": 1}, system="helper", tools="house", works={"ask": 5, "play": 1}, turns=1.5,
        sampling="house", people=2)


@crowd
def cloud_tenants(d: Draw) -> Group:
    return Group("cloud_tenants", d.size(30, 400), house_each=True, nets={"serverless": 3, "cloud": 3}, kinds={"startup": 3,
        "individual": 3, "enterprise": 2}, mail={"work": 3, "public": 2}, clients=API, joined="lately", age=(0, 600), rate=d.log(6, 30),
        load=1.1, keep=0.6, clock="flat", works=BUILD, sampling="own", system="helper", system_by="person", paths={"cloud_north": 2,
        "cloud_south": 1, "api": 1})


# --- One purse, one office ------------------------------------------------------------------------------------------


@crowd
def agency_clients(d: Draw) -> Group:
    return Group("agency_clients", d.size(10, 60), per_card=900, carded=1, mail={"work": 3, "house": 2}, per_phone=900, phoned=0.9,
        kinds={"startup": 2, "enterprise": 1}, joined="lots", lots=d.size(3, 9), age=(5, 500), rate=d.log(4, 30), load=1.1, keep=0.6,
        clock="office", weekend=0.2, nets={"cloud": 3, "office": 2}, clients={"flow": 3, "node": 1}, system="helper", system_by="person",
        works={"ask": 4, "write": 3, "summary": 1, "label": 1}, signup_net="office", turns=2)


@crowd
def accelerator_startups(d: Draw) -> Group:
    return Group("accelerator_startups", d.size(12, 90), kinds={"startup": 1}, plans={"credit": 1}, mail={"work": 1}, carded=0.25,
        joined="burst", age=(0, 20), rate=d.log(8, 60), load=1.2, keep=0.7, clock="office", weekend=0.5, nets={"office": 3, "cloud": 3,
        "home": 2}, exits=2, clients=API, system="helper", system_by="person", works=BUILD, sampling="own", turns=2.5)


@crowd
def families(d: Draw) -> Group:
    per = d.size(2, 5)
    return Group("families", per * d.size(8, 60), per_card=per, carded=0.9, phoned=0.8, joined="ages", rate=d.log(2, 7), keep=0.4,
        clock="evening", weekend=1.3, nets={"home": 4, "mobile": 2}, kinds={"individual": 1})


@crowd
def club_card(d: Draw) -> Group:
    return Group("club_card", d.size(8, 50), per_card=900, carded=0.8, joined="lots", lots=3, age=(10, 600), rate=d.log(2, 8), load=1,
        keep=0.3, clock="evening", weekend=1.4, topics=3, works={"write": 4, "ask": 3, "translate": 1, "data": 1}, countries=d.country())


@crowd
def team_without_org(d: Draw) -> Group:
    return Group("team_without_org", d.size(8, 40), mail={"house": 4, "public": 1}, kinds={"individual": 2, "startup": 3},
        per_card=d.size(1, 4), carded=0.9, joined="lots", lots=d.size(2, 6), age=(10, 300), rate=d.log(8, 40), load=0.9, keep=0.7,
        clock="office", weekend=0.2, nets={"office": 3, "home": 3}, clients={"harness": 3, "python": 2, "browser": 3}, works=BUILD,
        topics=4, turns=4, tools="popular", tooled=0.3)


@crowd
def coworking_floor(d: Draw) -> Group:
    return Group("coworking_floor", d.size(15, 150), nets={"office": 5, "home": 2, "mobile": 1}, exits=2, kinds={"individual": 4,
        "startup": 3}, mail={"public": 3, "work": 3}, joined="ages", rate=d.log(4, 20), load=1.1, keep=0.5, clock="office", weekend=0.2,
        clients={"browser": 4, "harness": 2, "python": 1}, works={**CHAT, "code": 4})


@crowd
def clinic_chain(d: Draw) -> Group:
    return Group("clinic_chain", d.size(10, 120), per_org=d.size(4, 10), mail={"house": 3, "public": 1}, kinds={"enterprise": 2,
        "individual": 1}, carded=0.4, per_card=5, joined="lots", lots=4, age=(20, 200), rate=d.log(4, 14), load=0.6, keep=0.75,
        clock="office", weekend=0.15, nets={"home": 2, "office": 3}, exits=d.size(2, 12), clients={"browser": 1}, topics=2,
        frame="rewrite", frames=3, framed=0.4, works={"rewrite": 4, "summary": 4, "write": 3, "translate": 2})


@crowd
def town_offices(d: Draw) -> Group:
    return Group("town_offices", d.size(15, 180), per_org=900, verified=0.7, mail={"house": 1}, kinds={"enterprise": 1},
        plans={"team": 1}, carded=0, phoned=0.3, joined="burst", age=(0, 25), rate=d.log(3, 9), load=0.6, keep=0.6, clock="office",
        weekend=0.02, nets={"office": 1}, exits=2, clients={"browser": 1}, works={"write": 4, "rewrite": 4, "summary": 2, "translate": 1},
        topics=4, frame="rewrite", frames=6, framed=0.4)


@crowd
def call_desk(d: Draw) -> Group:
    return Group("call_desk", d.size(12, 150), per_org=900, verified=0.3, mail={"house": 1}, kinds={"enterprise": 1}, per_card=900,
        carded=1, joined="lots", lots=4, age=(10, 200), rate=d.log(12, 50), load=0.25, keep=0.7, weekend=0.9, clock=d.one("office",
        "flat"), nets={"office": 1}, exits=2, clients={"browser": 2, "node": 1}, builds=2, system="helper", works={"rewrite": 5,
        "write": 4, "translate": 1}, topics=2, frame="app", frames=3, framed=0.5, turns=2, hand=0.05)


@crowd
def moderation_desk(d: Draw) -> Group:
    return Group("moderation_desk", d.size(8, 60), per_org=900, verified=0.5, mail={"house": 1}, kinds={"enterprise": 1}, per_card=900,
        carded=1, joined="ages", rate=d.log(30, 120), load=0.3, keep=0.75, weekend=1, clock="flat", nets={"office": 2, "home": 2},
        exits=2, clients={"browser": 2, "python": 1}, works={"label": 5, "rewrite": 3, "grade": 2}, topics=3, frame="grade", frames=3,
        framed=0.5, turns=1.3)


@crowd
def migrating_company(d: Draw) -> Group:
    return Group("migrating_company", d.size(10, 70), per_org=900, verified=0.6, mail={"house": 1}, kinds={"enterprise": 1}, per_card=900,
        carded=1, joined="burst", age=(0, 6), rate=d.log(15, 70), load=0.8, keep=0.85, clock="office", weekend=0.1, span=(d.u(0.2, 0.6),
        1), wake=0.15, nets={"office": 3, "cloud": 2}, exits=2, clients=API, system="helper", works=BUILD, topics=5, pivot=0.8, lag=60,
        paths={"cloud_south": 1})


@crowd
def seasonal_shops(d: Draw) -> Group:
    return Group("seasonal_shops", d.size(15, 160), kinds={"startup": 1, "individual": 2}, mail={"work": 2, "public": 3}, joined="lately",
        age=(0, 40), span=d.part(0.3, 0.7), wake=0.3, rate=d.log(3, 15), keep=0.6, clock="day", works={"write": 6, "rewrite": 2,
        "translate": 3, "label": 1}, topics=2, clients={"browser": 3, "plugin": 2, "phone": 1})


# --- Lessons --------------------------------------------------------------------------------------------------------


@crowd
def exam_cram(d: Draw) -> Group:
    return Group("exam_cram", d.size(40, 500), kinds=STUDENT, mail={"public": 4, "campus": 2}, span=d.part(0.25, 0.5), ramp=2,
        joined="lately", age=(0, 300), rate=d.log(5, 16), keep=0.6, clock="evening", weekend=1.3, works={"reason": 6, "ask": 3,
        "grade": 1}, topics=3, tasks="assigned", tasked=0.35, n_tasks=d.size(30, 150), frame="reason", frame_by="person", framed=0.35,
        carded=0.25, nets={"home": 4, "campus": 2, "mobile": 2}, exits=3, countries=d.country())


@crowd
def prompt_course(d: Draw) -> Group:
    return Group("prompt_course", d.size(20, 260), joined="lately", age=(0, 20), rate=d.log(4, 14), keep=0.35, clock="evening",
        works={"reason": 3, "grade": 2, "taskgen": 2, "rewrite": 2}, tasks="assigned", tasked=0.6, n_tasks=d.size(10, 30), frame="reason",
        frames=5, framed=0.6, clients={"browser": 4, "python": 2}, turns=2.5, carded=0.5)


@crowd
def marking_teachers(d: Draw) -> Group:
    return Group("marking_teachers", d.size(12, 140), kinds={"education": 3, "individual": 2}, mail={"campus": 3, "public": 2},
        joined="ages", rate=d.log(10, 40), load=0.7, keep=0.3, clock="evening", weekend=1.5, works={"grade": 7, "taskgen": 2, "write": 1},
        topics=3, frame="grade", frames=3, framed=0.7, nets={"home": 4, "campus": 2}, exits=2, countries=d.country(), carded=0.5,
        turns=1.5)


@crowd
def bootcamp(d: Draw) -> Group:
    return Group("bootcamp", d.size(12, 120), joined="burst", age=(0, 10), mail={"public": 4, "house": 1}, rate=d.log(8, 35), load=0.6,
        keep=0.7, clock="office", weekend=0.4, works={"code": 5, "data": 3, "reason": 1}, tasks="assigned", tasked=0.4, n_tasks=d.size(15,
        60), clients={"browser": 3, "harness": 2, "python": 2}, nets={"home": 4, "office": 2}, turns=3.5, carded=0.6)


@crowd
def tutoring_centre(d: Draw) -> Group:
    return Group("tutoring_centre", d.size(8, 60), per_card=900, carded=1, mail={"public": 1, "house": 2}, kinds={"individual": 2,
        "education": 2}, joined="burst", age=(5, 60), rate=d.log(10, 40), load=0.35, keep=0.8, weekend=1.2, clock="windows",
        windows=(d.size(8, 20), 4), nets={"office": 1}, clients={"browser": 1}, builds=2, works={"reason": 5, "grade": 2, "ask": 2,
        "write": 1}, topics=3, frame="reason", frames=2, framed=0.3, turns=3, people=3)


@crowd
def language_learners(d: Draw) -> Group:
    return Group("language_learners", d.size(20, 240), joined="lately", age=(0, 200), rate=d.log(4, 14), keep=0.6, clock="evening",
        works={"translate": 4, "play": 3, "rewrite": 2, "grade": 1}, frame="rewrite", frames=3, framed=0.2, tongues=d.mix("es", "fr",
        "de", "zh", "en"), turns=5, weekend=1.1)


@crowd
def thesis_lab(d: Draw) -> Group:
    return Group("thesis_lab", d.size(8, 40), kinds={"research": 2, "education": 2}, mail={"campus": 1}, per_card=900, carded=0.5,
        joined="lots", lots=3, age=(10, 500), rate=d.log(10, 70), load=0.9, keep=0.5, clock="day", nets={"campus": 4, "home": 2}, exits=1,
        clients={"python": 4, "browser": 2}, works={"code": 3, "data": 3, "reason": 2, "grade": 1, "label": 2}, topics=2, sampling="own",
        turns=2)


@crowd
def research_consortium(d: Draw) -> Group:
    return Group("research_consortium", d.size(8, 50), per_org=d.size(2, 6), kinds={"research": 1}, mail={"campus": 2, "work": 2},
        verified=0.8, joined="burst", age=(5, 60), plans={"credit": 1}, carded=0.1, rate=d.log(40, 180), load=0.5, keep=0.35,
        clock="flat", nets={"campus": 2, "cloud": 3}, clients={"python": 1}, tasks="public", tasked=0.6, works={"reason": 3, "grade": 3,
        "label": 2}, frame="grade", frames=3, framed=0.6, sampling="own", turns=1, models={"large": 3, "middle": 2, "small": 2},
        tongues=d.mix("en", "de", "fr", "id"))


@crowd
def dormitory(d: Draw) -> Group:
    return Group("dormitory", d.size(30, 400), kinds=STUDENT, mail={"public": 4, "campus": 2}, nets={"campus": 6, "mobile": 3}, exits=2,
        joined="ages", rate=d.log(3, 9), clock="evening", carded=0.3)


# --- Hands and trades -----------------------------------------------------------------------------------------------


@crowd
def job_freelancers(d: Draw) -> Group:
    return Group("job_freelancers", d.size(12, 150), joined="lately", age=(0, 200), span=d.part(0.3, 0.8), rate=d.log(10, 45), load=0.9,
        keep=0.6, clock="day", works={"write": 4, "rewrite": 3, "translate": 3, "label": 2}, topics=3, frame="rewrite", frames=2,
        framed=0.4, nets={"home": 5, "mobile": 2, "vpn": 1}, carded=0.6, turns=2)


@crowd
def paid_raters(d: Draw) -> Group:
    """They compare answers for a study; a university pays, and each uses an own account."""
    return Group("paid_raters", d.size(12, 120), joined="lately", age=(0, 100), span=d.part(0.3, 0.7), rate=d.log(6, 25), load=0.8,
        keep=0.5, clock="evening", works={"grade": 4, "ask": 2, "write": 2, "reason": 1}, tasks="assigned", tasked=0.4, n_tasks=d.size(30,
        120), frame="grade", frames=1, framed=0.4, cover=0, clients={"browser": 1}, turns=2, carded=0.4)


@crowd
def translators(d: Draw) -> Group:
    return Group("translators", d.size(8, 70), mail={"public": 3, "house": 2}, joined="ages", rate=d.log(8, 40), load=0.8, keep=0.65,
        clock="office", works={"translate": 7, "rewrite": 3}, topics=4, frame="app", frames=2, framed=0.4, tongues=d.mix("en", "de", "fr",
        "es", "pt"), turns=2)


@crowd
def local_translators(d: Draw) -> Group:
    """Volunteers who bring an open program into their tongues, by one script."""
    return Group("local_translators", d.size(10, 110), clients={"python": 3, "browser": 2}, joined="lately", age=(0, 400), rate=d.log(6,
        35), load=1.2, keep=0.3, clock="evening", weekend=1.5, works={"translate": 8, "code": 1}, topics=2, system="helper", framed=0,
        tongues=d.mix("de", "fr", "id", "zh", "pt"), turns=1.5, sampling="house")


@crowd
def newsroom(d: Draw) -> Group:
    return Group("newsroom", d.size(10, 90), per_org=900, verified=0.4, mail={"house": 1}, kinds={"enterprise": 1}, per_card=900,
        carded=1, joined="ages", rate=d.log(6, 25), keep=0.7, weekend=0.7, clock="day", nets={"office": 3, "home": 2},
        works={"summary": 4, "rewrite": 3, "write": 2, "translate": 1}, frame="rewrite", frames=4, framed=0.4, clients={"browser": 3,
        "flow": 1})


@crowd
def legal_volunteers(d: Draw) -> Group:
    return Group("legal_volunteers", d.size(8, 60), mail={"public": 3, "house": 1}, carded=0.3, joined="lots", lots=3, age=(5, 200),
        rate=d.log(4, 14), keep=0.35, clock="evening", topics=1, works={"write": 3, "ask": 3, "summary": 2, "translate": 2}, frame="app",
        framed=0.4, frames=2, countries=d.country())


@crowd
def game_modders(d: Draw) -> Group:
    return Group("game_modders", d.size(12, 160), joined="lately", age=(0, 250), clients={"niche": 1, "browser": 2, "node": 1},
        rate=d.log(6, 30), load=1, keep=0.4, clock="evening", weekend=1.6, topics=1, works={"play": 3, "code": 4, "write": 2},
        system="helper", system_by="house", turns=4, nets={"home": 5, "vpn": 1})


@crowd
def robotics_club(d: Draw) -> Group:
    return Group("robotics_club", d.size(8, 40), kinds=STUDENT, mail={"public": 3, "campus": 2}, carded=0.1, joined="burst", age=(0, 40),
        rate=d.log(6, 30), keep=0.35, clock="windows", windows=(d.size(3, 10), 4), nets={"campus": 3, "home": 2}, topics=1,
        works={"code": 4, "agent": 2, "reason": 2}, clients={"harness": 2, "browser": 2}, tools="popular", tooled=0.4, turns=4)


@crowd
def outage_refugees(d: Draw) -> Group:
    begin = d.u(0.2, 0.7)
    return Group("outage_refugees", d.size(30, 400), span=(begin, 1), joined="burst", age=(0, 0.6), wake=0.05, rate=d.log(5, 25),
        load=1.1, keep=0.35, clients={**API, "harness": 3, "browser": 3}, works=BUILD, clock="day", carded=0.8, nets={"home": 4,
        "cloud": 3, "office": 1}, kinds={"individual": 4, "startup": 2}, house_each=False, turns=3)


@crowd
def release_enthusiasts(d: Draw) -> Group:
    return Group("release_enthusiasts", d.size(30, 300), house_each=True, joined="ages", rate=d.log(6, 25), keep=0.5, pivot=d.u(0.6,
        0.95), lag=d.u(4, 30), works={"reason": 3, "code": 3, "play": 2, "ask": 2}, tasks="public", tasked=0.2, clock="evening",
        clients={"browser": 3, "python": 1, "harness": 1})


@crowd
def stress_testers(d: Draw) -> Group:
    """A consultancy measures latency and limits of several providers for customers, under its own name."""
    return Group("stress_testers", d.size(8, 18), per_org=900, kinds={"enterprise": 1}, mail={"house": 1}, per_card=900, carded=1,
        joined="ages", verified=0.5, rate=d.log(60, 300), load=0.1, keep=0.25, clock="windows", windows=(4, 2), nets={"cloud": 1},
        clients={"go": 1}, builds=1, works={"ask": 1, "summary": 1, "reason": 1}, tasks="assigned", tasked=0.95, n_tasks=20,
        sampling="house", turns=1)
