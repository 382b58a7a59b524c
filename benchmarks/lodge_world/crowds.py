"""Innocents: ordinary users of each make of host, and crowds that have something in common for a reason that is none of a harvest."""

from collections.abc import Callable
from typing import Any

from .groups import Draw, Group, Habit

STUDY = {"explain": 0.3, "solve": 0.15, "code": 0.15, "debug": 0.1, "rewrite": 0.15, "summarise": 0.1, "plan": 0.05}
DESK = {"rewrite": 0.25, "summarise": 0.2, "translate": 0.15, "plan": 0.2, "explain": 0.15, "extract": 0.05}
DEV = {"code": 0.35, "debug": 0.3, "explain": 0.15, "data": 0.1, "agent": 0.1}
ANY = {
    "explain": 0.16, "chat": 0.16, "code": 0.14, "debug": 0.08, "rewrite": 0.1, "translate": 0.07, "summarise": 0.07, "plan": 0.07,
    "extract": 0.03, "classify": 0.03, "data": 0.04, "solve": 0.04, "invent": 0.02, "grade": 0.02, "clean": 0.01,
}
HOME = {"home": 0.75, "phone": 0.2, "vpn": 0.05}
OFFICE = {"office": 0.75, "home": 0.2, "phone": 0.05}
CAMPUS = {"campus": 0.55, "home": 0.3, "phone": 0.12, "vpn": 0.03}
SERVER = {"server": 1.0}
EDU = {"education": 0.9, "research": 0.1}
LAB = {"research": 0.8, "education": 0.2}
FIRM = {"enterprise": 0.7, "startup": 0.3}
PAID = {"pay": 0.6, "pro": 0.4}

CROWDS: dict[str, Callable[[Draw], Group]] = {}


def crowd(make: Callable[[Draw], Group]) -> Callable[[Draw], Group]:
    """List a crowd by its name."""
    CROWDS[make.__name__] = make
    return make


def of(label: str, size: int, *habits: Habit, **more: Any) -> Group:
    """A crowd of the label."""
    return Group(label, size, habits, **more)


def firm(**more: Any) -> dict[str, Any]:
    """What the registry knows of accounts of one firm under contract."""
    return {
        "kinds": FIRM, "org": "one", "card": "one", "mail": "one", "phone": "none", "verified": 0.9, "plans": PAID, "countries": 1,
        "signup_net": "office", **more,
    }


def uni(**more: Any) -> dict[str, Any]:
    """What the registry knows of accounts of a university."""
    return {
        "kinds": EDU, "org": "one", "house": "faculties", "card": "none", "mail": "host", "phone": "none", "verified": 0.8,
        "plans": {"edu": 1.0},
        "countries": 1, "signup_net": "campus", **more,
    }


# --- Teaching and research -----------------------------------------------------------------------------------------


@crowd
def course_notebook(d: Draw) -> Group:
    work = d.among({"code": 0.6, "debug": 0.4}, {"solve": 0.7, "explain": 0.3}, {"data": 0.7, "explain": 0.3})
    lesson = Habit(
        d.between(6, 25), work, 0.5, d.some(("graphs", "inference", "optics", "cluster"), 1, 2), hours="lesson", days=0.9,
        frame=(d.among("task", "think"), "one"), system=("plain", "one"), tasks="same", pool=d.size(20, 80), net=CAMPUS,
        client="notebook", sampling="one", turns=1.4,
    )
    own = Habit(d.between(2, 6), STUDY, days=0.3, net=CAMPUS, hours="evening")
    return of("course_notebook", d.size(25, 400), lesson, own, **uni(signup=("burst", d.even(-20, 2), 6.0)))


@crowd
def lab_batch(d: Draw) -> Group:
    batch = Habit(
        d.between(30, 200), d.among({"extract": 1.0}, {"classify": 1.0}, {"summarise": 0.5, "extract": 0.5}), 0.7,
        d.some(("genomics", "oncology", "chemistry", "soil"), 1, 1), hours=d.among("night", "cron"), days=0.35, frame=("json", "few"),
        tasks="dealt", net=d.among({"cloud": 1.0}, SERVER), client="python", sampling="one", turns=1, model="cheap",
    )
    talk = Habit(5, STUDY, days=0.5, hours="office", net=CAMPUS)
    return of("lab_batch", d.size(8, 40), batch, talk, **uni(kinds=LAB))


@crowd
def benchmark_runs(d: Draw) -> Group:
    run = Habit(
        d.between(60, 400), {"solve": 0.6, "explain": 0.2, "code": 0.2}, 0.9, hours="flat", days=0.2, frame=("think", "popular"),
        tasks="public", pool=1500, net=SERVER, client="eval", sampling="own", turns=1, model="best",
    )
    own = Habit(6, DEV, days=0.4, hours="office", net=OFFICE)
    return of("benchmark_runs", d.size(6, 40), run, own, kinds=LAB, org="each", mail="own", verified=0.5, plans=PAID)


@crowd
def annotation_project(d: Draw) -> Group:
    label = Habit(
        d.between(20, 90), d.among({"classify": 1.0}, {"grade": 0.7, "classify": 0.3}), 0.35,
        d.some(("welfare", "history", "oncology", "shop"), 1, 2), hours="office", days=0.8, weekend=0.1, frame=("rubric", "one"),
        system=("app", "one"), tasks="dealt", net=HOME, client=d.among("chrome", "node"), sampling="one", turns=1,
    )
    return of(
        "annotation_project", d.size(10, 80), label,
        **uni(kinds=LAB, card="one", mail=d.among("one", "common"), signup=("burst", d.even(-15, 3), 5.0)),
    )


@crowd
def thesis_season(d: Draw) -> Group:
    write = Habit(
        d.between(4, 15), {"rewrite": 0.45, "explain": 0.2, "plan": 0.15, "summarise": 0.2}, hours="evening", weekend=0.9, days=0.5,
        net=CAMPUS, turns=2.2,
    )
    return of("thesis_season", d.size(50, 600), write, **uni(org=6))


@crowd
def centre_hackathon(d: Draw) -> Group:
    at = d.even(0.1, 0.75)
    build = Habit(
        d.between(15, 80), {"agent": 0.5, "code": 0.3, "debug": 0.2}, hours="flat", days=1, weekend=1,
        when=(at, min(0.98, at + 2.6 / d.days)), system=("agent", d.among("one", "few")), tools="one", net={"one": 0.8, "phone": 0.2},
        client=d.among("harness", "node"), turns=3,
    )
    return of(
        "centre_hackathon", d.size(20, 200), build, kinds={"education": 0.5, "individual": 0.5}, card="none",
        signup=("burst", at * d.days - 1, 1.4), signup_net="one", countries=2, plans={"trial": 1.0},
    )


@crowd
def shared_logins(d: Draw) -> Group:
    shared = Habit(
        d.between(8, 30), STUDY, weekend=0.8, days=0.8, net={"campus": 0.3, "home": 0.3, "phone": 0.3, "vpn": 0.1}, keys=d.among(1, 3)
    )
    return of("shared_logins", d.size(10, 80), shared, kinds={"individual": 0.6, "education": 0.4}, countries=1, plans={"pay": 1.0})


@crowd
def conference_reviewers(d: Draw) -> Group:
    at = d.even(0.05, 0.6)
    review = Habit(
        d.between(5, 20), {"summarise": 0.5, "grade": 0.3, "rewrite": 0.2}, d.among(0.5, 0.8),
        d.some(("robotics", "graphs", "inference", "security"), 2, 4), hours="waking", weekend=0.9, days=0.5,
        when=(at, min(1, at + 0.35)), frame=("task", "few"), tasks=d.among("free", "same"), pool=300, net=OFFICE,
    )
    other = Habit(3, ANY, days=0.2)
    return of(
        "conference_reviewers", d.size(30, 250), review, other, kinds={"research": 0.6, "education": 0.2, "individual": 0.2}, org="each",
        mail="own",
    )


@crowd
def exam_markers(d: Draw) -> Group:
    at = d.even(0.1, 0.7)
    mark = Habit(
        d.between(30, 150), {"grade": 1.0}, 0.35, d.some(("history", "chemistry", "inference", "graphs"), 1, 2),
        d.among({}, {"de": 1.0}, {"fr": 1.0}), hours=d.among("office", "evening"), days=0.9, weekend=0.7, when=(at, min(1, at + 0.25)),
        frame=("rubric", "one"), tasks="dealt", net={"home": 0.8, "campus": 0.2}, client=d.among("chrome", "python"), sampling="one",
        turns=1.1,
    )
    own = Habit(4, {"invent": 0.4, "rewrite": 0.3, "explain": 0.3}, days=0.3)
    return of("exam_markers", d.size(8, 60), mark, own, **uni(mail=d.among("host", "common"), verified=0.5))


@crowd
def student_projects(d: Draw) -> Group:
    made = Habit(
        d.between(20, 120), {"invent": 0.6, "clean": 0.2, "solve": 0.2}, 0.6, d.some(("games", "music", "school", "shop"), 1, 1),
        hours="late", days=0.5, when=(d.even(0.1, 0.5), 1), frame=("task", "account"), tasks="same", pool=120, net=CAMPUS,
        client="python", turns=1.2,
    )
    own = Habit(5, STUDY, days=0.5, net=CAMPUS)
    return of("student_projects", d.size(6, 30), made, own, **uni())


@crowd
def dormitory(d: Draw) -> Group:
    live = Habit(d.between(3, 12), ANY, hours="late", weekend=1.1, net={"one": 0.85, "phone": 0.15})
    return of("dormitory", d.size(30, 300), live, kinds={"individual": 0.7, "education": 0.3}, signup_net="one", countries=1)


@crowd
def language_school(d: Draw) -> Group:
    talk = Habit(
        d.between(8, 25), {"translate": 0.4, "chat": 0.3, "invent": 0.15, "rewrite": 0.15}, 0.5,
        tongues=d.among({"es": 1.0}, {"fr": 1.0}, {"pt": 0.6, "es": 0.4}, {"zh": 1.0}), hours="lesson", days=0.9, system=("app", "one"),
        net=d.among({"one": 1.0}, HOME), turns=3,
    )
    return of(
        "language_school", d.size(12, 120), talk, org=d.among("one", 4), mail="common", card=d.among("one", "own"),
        signup=("during", 0.0, 0.5),
    )


# --- Firms, offices and the state ----------------------------------------------------------------------------------


@crowd
def help_desk(d: Draw) -> Group:
    reply = Habit(
        d.between(20, 70), {"explain": 0.4, "rewrite": 0.3, "classify": 0.3}, 0.4,
        d.some(("cluster", "security", "hotel", "rail", "insurance"), 1, 2), hours="office", days=0.8, weekend=0.2, system=("app", "one"),
        frame=("task", "one"), net={"one": 1.0}, client="chrome", sampling="one",
    )
    return of("help_desk", d.size(8, 30), reply, **firm())


@crowd
def hospital_clerks(d: Draw) -> Group:
    letters = Habit(
        d.between(8, 30), {"summarise": 0.5, "extract": 0.3, "rewrite": 0.2}, 0.5, ("oncology", "welfare"),
        hours=d.among("office", "waking"), days=0.6, weekend=0.5, system=("app", "one"), frame=("task", "few"),
        net={"one": 0.9, "office": 0.1}, client="chrome", sampling="none", turns=1.3,
    )
    return of("hospital_clerks", d.size(40, 500), letters, **firm(kinds={"enterprise": 1.0}, signup=("burst", d.even(-60, 5), 10.0)))


@crowd
def courts(d: Draw) -> Group:
    files = Habit(
        d.between(6, 25), {"summarise": 0.5, "classify": 0.2, "extract": 0.3}, 0.6, ("contract", "welfare", "history"),
        d.among({}, {"de": 1.0}, {"fr": 1.0}), hours="office", days=0.7, weekend=0.02, system=("plain", "one"), net={"office": 1.0},
        client="firefox", turns=1.5,
    )
    return of("courts", d.size(30, 250), files, **firm(org=8, mail="one", card="none"))


@crowd
def translation_office(d: Draw) -> Group:
    work = Habit(
        d.between(25, 110), {"translate": 0.8, "rewrite": 0.2}, 0.5, d.some(("contract", "energy", "oncology", "rail"), 1, 3),
        {"en": 0.3, "de": 0.2, "fr": 0.2, "es": 0.15, "pt": 0.15}, hours="waking", days=0.7, weekend=0.3, frame=("task", "one"),
        system=("plain", "one"), net=HOME, client=d.among("python", "java"), sampling="one", turns=1.2,
    )
    return of("translation_office", d.size(8, 60), work, **firm(org=d.among("one", "each"), mail=d.among("one", "common"), verified=0.6))


@crowd
def newsroom(d: Draw) -> Group:
    desk = Habit(
        d.between(10, 45), {"summarise": 0.5, "rewrite": 0.3, "translate": 0.2}, 0.6, hours="late", weekend=0.9, days=0.6,
        frame=("task", "few"), system=("app", "one"), net=OFFICE, turns=1.5,
    )
    return of("newsroom", d.size(10, 90), desk, **firm())


@crowd
def grant_writers(d: Draw) -> Group:
    at = d.even(0.3, 0.8)
    draft = Habit(
        d.between(5, 14), {"plan": 0.5, "rewrite": 0.35, "summarise": 0.15}, hours="waking", days=0.35, weekend=0.6, net=OFFICE, turns=2.2
    )
    rush = Habit(
        d.between(15, 50), {"plan": 0.4, "rewrite": 0.5, "summarise": 0.1}, days=0.9, hours="late", weekend=1.0,
        when=(max(0, at - 4 / d.days), at), net=OFFICE, frame=("task", "few"), turns=2.2,
    )
    return of("grant_writers", d.size(20, 150), draft, rush, kinds=LAB, org="each", mail="org", verified=0.5)


@crowd
def tax_advisers(d: Draw) -> Group:
    files = Habit(
        d.between(8, 30), {"explain": 0.4, "extract": 0.4, "rewrite": 0.2}, 0.6, ("tax", "contract"), hours="office", weekend=0.2,
        days=0.6, system=("app", "one"), frame=("task", "one"), net=OFFICE, client="chrome", turns=1.6,
    )
    return of("tax_advisers", d.size(20, 200), files, kinds=FIRM, org="each", mail="own", verified=0.4, plans=PAID, countries=1)


@crowd
def call_centre(d: Draw) -> Group:
    calls = Habit(
        d.between(40, 150), {"classify": 0.4, "rewrite": 0.35, "summarise": 0.25}, 0.25, ("insurance", "energy", "hotel"), hours="window",
        weekend=0.9, days=0.75, system=("app", "one"), net={"one": 1.0}, client="chrome", sampling="one", turns=1.2,
    )
    return of("call_centre", d.size(20, 120), calls, **firm(signup=("burst", d.even(-90, 1), 3.0)))


@crowd
def agents_rolled_out(d: Draw) -> Group:
    at = d.even(0.05, 0.5)
    build = Habit(
        d.between(15, 90), {"agent": 0.7, "debug": 0.2, "code": 0.1}, 0.8, hours="office", weekend=0.1, days=0.7, when=(at, 1),
        system=("agent", "one"), tools="one", net=OFFICE, client=d.among("harness", "plugin"), turns=6, sampling="none",
        model=d.among("best", "pivot"),
    )
    return of("agents_rolled_out", d.size(60, 500), build, **firm(signup=("burst", at * d.days, 6.0)))


@crowd
def key_migration(d: Draw) -> Group:
    work = Habit(
        d.between(15, 80), d.among(DESK, DEV), 0.7, hours="office", days=0.7, weekend=0.2, system=("app", "one"),
        net={"cloud": 0.7, "office": 0.3}, client="few", moves=d.even(0.3, 0.7), keys=2, handover=d.even(0.0, 0.12), turns=2.4,
    )
    return of("key_migration", d.size(15, 120), work, **firm())


@crowd
def agency_clients(d: Draw) -> Group:
    texts = Habit(
        d.between(6, 30), {"rewrite": 0.4, "plan": 0.2, "invent": 0.15, "translate": 0.25}, 0.7,
        d.some(("shop", "hotel", "music", "energy", "insurance"), 2, 4), hours="office", weekend=0.1, days=0.5, frame=("task", "few"),
        net={"one": 0.9, "home": 0.1}, client="few", turns=1.8,
    )
    return of(
        "agency_clients", d.size(10, 60), texts, kinds=FIRM, org="each", card=d.among("one", 3), mail=d.among("own", "one"), phone="one",
        signup=("long", 200.0, 1.0), signup_net="one", verified=0.3, plans=PAID, countries=1,
    )


@crowd
def meeting_minutes(d: Draw) -> Group:
    nightly = Habit(
        d.between(8, 40), {"summarise": 0.8, "extract": 0.2}, 0.6, hours="cron", weekend=0.05, days=0.9, frame=("json", "one"),
        system=("app", "one"), net={"cloud": 1.0}, client="one", sampling="one", turns=1, model="cheap",
    )
    return of("meeting_minutes", d.size(15, 150), nightly, **firm(org=d.among("one", "each"), card="own", mail="own"))


@crowd
def red_team(d: Draw) -> Group:
    at = d.even(0.1, 0.7)
    probe = Habit(
        d.between(30, 150), {"chat": 0.5, "rewrite": 0.3, "explain": 0.2}, 0.6, hours="office", days=0.9, when=(at, min(1, at + 0.25)),
        frame=("task", "each"), system=("plain", "few"), tasks="same", pool=250, net={"vpn": 0.5, "office": 0.5}, client="few", turns=3,
    )
    return of("red_team", d.size(6, 30), probe, **firm(mail=d.among("one", "common"), signup=("burst", at * d.days - 2, 2.0)))


@crowd
def synthetic_data_team(d: Draw) -> Group:
    make = Habit(
        d.between(80, 400), d.among({"invent": 0.7, "solve": 0.3}, {"clean": 0.4, "grade": 0.6}, {"code": 0.5, "invent": 0.5}), 0.3,
        hours="flat", weekend=0.9, days=0.6, frame=(d.among("think", "task"), d.among("one", "few")), tasks="dealt", net={"cloud": 1.0},
        client="async", sampling="one", turns=1,
    )
    return of("synthetic_data_team", d.size(6, 30), make, **firm(kinds={"enterprise": 1.0}, verified=1.0))


@crowd
def load_test(d: Draw) -> Group:
    at = d.even(0.1, 0.8)
    run = Habit(
        d.between(200, 600), {"explain": 0.5, "chat": 0.5}, 0.05, ("shop",), hours="flat", days=1, weekend=1,
        when=(at, min(1, at + 1.3 / d.days)), tasks="same", pool=25, net={"cloud": 1.0}, client="go", sampling="one", turns=1,
    )
    normal = Habit(8, DEV, days=0.4, hours="office", net=OFFICE)
    return of("load_test", d.size(5, 15), run, normal, **firm())


# --- Programs that speak for people --------------------------------------------------------------------------------


@crowd
def cron_fleet(d: Draw) -> Group:
    job = Habit(
        d.between(6, 50), d.among({"summarise": 1.0}, {"debug": 0.6, "code": 0.4}, {"classify": 1.0}), 0.4, hours="cron", weekend=1,
        days=1, tasks="again", frame=("json", d.among("one", "account")), net=SERVER, client=d.among("one", "curl"),
        sampling=d.among("one", "none"), turns=1,
    )
    return of(
        "cron_fleet", d.size(10, 150), job, **(firm() if d.chance(0.5) else {"kinds": {"individual": 0.5, "startup": 0.5}, "mail": "own"})
    )


@crowd
def oncall_bots(d: Draw) -> Group:
    alert = Habit(
        d.between(4, 30), {"debug": 0.6, "summarise": 0.4}, 0.9, ("cluster", "security"), hours="flat", weekend=1, days=0.8,
        system=("agent", "one"), tools="one", net=SERVER, client="go", sampling="none", turns=2,
    )
    return of(
        "oncall_bots", d.size(10, 60), alert, kinds={"startup": 0.7, "enterprise": 0.3}, org="each", mail="own", verified=0.3, plans=PAID
    )


@crowd
def rag_tenants(d: Draw) -> Group:
    ask = Habit(
        d.between(5, 40), {"extract": 0.8, "explain": 0.2}, 1.0, hours="office", weekend=0.3, days=0.7, system=("rag", "one"),
        frame=("task", "one"), net={"cloud": 1.0}, client="one", sampling="one", turns=1.6, model="cheap",
    )
    return of(
        "rag_tenants", d.size(20, 300), ask,
        **firm(kinds={"startup": 1.0}, passthrough=0.5, org=d.among("one", "each"), signup=("long", 200.0, 1.0), signup_net="cloud"),
    )


@crowd
def own_key_app(d: Draw) -> Group:
    use = Habit(
        d.between(4, 18), d.among({"chat": 0.7, "explain": 0.3}, {"rewrite": 0.6, "translate": 0.4}, {"code": 0.5, "debug": 0.5}), 1.0,
        weekend=0.8, days=0.5, system=("app", "one"), frame=("task", d.among("one", "few")), net=HOME,
        client=d.among("plugin", "mobile", "node"), sampling="one", turns=2.4,
    )
    other = Habit(3, ANY, days=0.15)
    return of("own_key_app", d.size(50, 900), use, other, signup=("long", 120.0, 1.0))


@crowd
def wrapper_accounts(d: Draw) -> Group:
    serve = Habit(
        d.between(80, 350), {"chat": 0.6, "explain": 0.2, "translate": 0.2}, 0.2, hours="waking", weekend=1, days=1,
        system=("app", "one"), net={"cloud": 1.0}, client="one", sampling="one", keys=4, handover=d.even(0.1, 0.7), turns=3,
    )
    return of("wrapper_accounts", d.size(4, 20), serve, **firm(kinds={"startup": 1.0}, verified=0.6, card=d.among("one", 2)))


@crowd
def contracted_reseller(d: Draw) -> Group:
    serve = Habit(
        d.between(20, 120), ANY, 1.1, hours="waking", weekend=0.8, days=0.9, net={"cloud": 0.8, "server": 0.2}, client="proxy", turns=2.4,
        keys=3, handover=d.even(0, 0.2),
    )
    return of("contracted_reseller", d.size(20, 200), serve, **firm(passthrough=1.0, verified=1.0))


@crowd
def chat_front_end(d: Draw) -> Group:
    talk = Habit(
        d.between(3, 12), {"chat": 0.5, "explain": 0.3, "rewrite": 0.2}, 1.0, hours="waking", weekend=1, days=0.35, system=("app", "one"),
        net={"home": 0.5, "phone": 0.5}, client=d.among("mobile", "chrome"), sampling="none", turns=3,
    )
    return of("chat_front_end", d.size(250, 1500), talk, card="none", plans={"free": 1.0}, signup=("long", 60.0, 1.0))


@crowd
def gamer_bots(d: Draw) -> Group:
    play = Habit(
        d.between(15, 90), {"chat": 1.0}, 1.0, ("games",), hours="late", weekend=1.2, days=0.6, system=("app", d.among("few", "account")),
        net=d.among(SERVER, HOME), client="node", sampling="own", turns=6,
    )
    return of("gamer_bots", d.size(20, 400), play, card="none", plans={"free": 0.9, "pay": 0.1}, signup=("long", 80.0, 1.0))


@crowd
def editor_agents(d: Draw) -> Group:
    build = Habit(
        d.between(10, 60), {"agent": 0.75, "debug": 0.25}, 1.0, hours="waking", weekend=0.6, days=0.45, system=("agent", "one"),
        tools="popular", net=HOME, client=d.among("plugin", "harness"), sampling="none", turns=6, model=d.among("own", "best"),
    )
    return of("editor_agents", d.size(50, 700), build, kinds={"individual": 0.8, "startup": 0.2})


@crowd
def tutorial_followers(d: Draw) -> Group:
    learn = Habit(
        d.between(5, 20), {"code": 0.4, "explain": 0.3, "classify": 0.3}, 0.6, d.some(("shop", "weather", "music"), 1, 1), hours="waking",
        weekend=1, days=0.25, system=("plain", "one"), frame=("json", "one"), tasks="same", pool=12, net=HOME, client="python",
        sampling="one", turns=1.3,
    )
    after = Habit(4, DEV, days=0.2)
    return of("tutorial_followers", d.size(40, 500), learn, after, signup=("during", 0.0, 0.9), plans={"trial": 0.7, "free": 0.3})


@crowd
def prompt_goes_round(d: Draw) -> Group:
    ask = Habit(
        d.between(3, 10), d.among(STUDY, ANY, {"solve": 0.6, "explain": 0.4}), 0.9, weekend=1, days=0.3, when=(d.even(0, 0.4), 1),
        frame=("think", "one"), net=HOME,
    )
    own = Habit(4, ANY, days=0.3)
    return of("prompt_goes_round", d.size(50, 800), ask, own)


@crowd
def market_sellers(d: Draw) -> Group:
    list_ = Habit(
        d.between(8, 50), {"rewrite": 0.5, "extract": 0.3, "translate": 0.2}, 0.9, ("shop",), hours="waking", weekend=0.8, days=0.35,
        frame=("json", "one"), system=("app", "one"), net=HOME, client="one", sampling="one", turns=1,
    )
    return of("market_sellers", d.size(30, 350), list_, kinds={"individual": 0.6, "startup": 0.4}, signup=("long", 150.0, 1.0))


# --- People with a cause in common ---------------------------------------------------------------------------------


@crowd
def library_cleaning(d: Draw) -> Group:
    clean = Habit(
        d.between(40, 250), {"classify": 0.4, "extract": 0.4, "data": 0.2}, 0.4, ("library", "history"), hours=d.among("night", "office"),
        days=0.6, frame=("json", "one"), tasks="dealt", net=d.among({"one": 1.0}, {"cloud": 1.0}), client="requests", sampling="one",
        turns=1, model="cheap",
    )
    return of("library_cleaning", d.size(5, 25), clean, **uni(kinds=LAB))


@crowd
def volunteers(d: Draw) -> Group:
    help_ = Habit(
        d.between(4, 20), {"translate": 0.4, "plan": 0.25, "rewrite": 0.35}, 0.8, ("welfare", "school"), hours="evening", weekend=1.2,
        days=0.4, frame=("task", "few"), system=("app", "one"), net=HOME, turns=2,
    )
    return of(
        "volunteers", d.size(15, 150), help_, org=d.among("one", 3), card="none", phone="own", plans={"free": 1.0},
        signup=("during", 0.0, 0.7), countries=2,
    )


@crowd
def families(d: Draw) -> Group:
    size = d.size(30, 200)
    live = Habit(d.between(3, 10), ANY, hours="waking", weekend=1.1, days=0.4, net={"office": 0.7, "phone": 0.3})
    return of("families", size, live, org="none", card=max(4, size // 3), phone="own", plans={"pay": 0.7, "pro": 0.3})


@crowd
def model_comparers(d: Draw) -> Group:
    run = Habit(
        d.between(30, 150), {"solve": 0.5, "code": 0.3, "explain": 0.2}, 0.7, hours="waking", weekend=1, days=0.15, tasks="public",
        pool=150, net=HOME, client="python", model="pivot", turns=1.1,
    )
    own = Habit(8, DEV, days=0.5)
    return of("model_comparers", d.size(10, 80), run, own, kinds={"individual": 0.7, "startup": 0.3}, plans=PAID)


@crowd
def trial_seekers(d: Draw) -> Group:
    size = d.size(15, 150)
    use = Habit(d.between(5, 40), ANY, 0.9, hours="waking", weekend=1, days=0.5, net={"home": 0.8, "vpn": 0.2})
    return of(
        "trial_seekers", size, use, card="none", mail=d.among("common", "odd"), phone=max(3, size // 4), org="none",
        signup=("during", 0.0, 0.9), plans={"trial": 1.0}, countries=3,
    )


# --- Ordinary users ------------------------------------------------------------------------------------------------


def residents(make: str, size: int) -> list[Group]:
    """Users with nothing in common but the host."""
    mostly = {
        "university": {
            "kinds": {"education": 0.75, "research": 0.25}, "org": 14, "house": "faculties", "card": "none",
            "mail": "host", "phone": "none", "verified": 0.85,
            "plans": {"edu": 1.0}, "signup_net": "campus",
        },
        "research": {
            "kinds": {"research": 0.75, "education": 0.25}, "org": 60, "card": "none", "mail": "org", "phone": "none", "verified": 0.7,
            "plans": {"project": 0.8, "test": 0.2}, "signup_net": "campus",
        },
        "company": {
            "kinds": {"enterprise": 1.0}, "org": 9, "card": "none", "mail": "org", "phone": "none", "verified": 0.95,
            "plans": {"seat": 1.0}, "signup_net": "office",
        },
        "public": {"kinds": {"individual": 0.78, "startup": 0.12, "research": 0.04, "enterprise": 0.06}},
    }[make]
    net = {"university": CAMPUS, "research": {"campus": 0.3, "home": 0.4, "server": 0.3}, "company": {"inside": 1.0}, "public": HOME}[make]
    works = {
        "university": STUDY, "research": {**DEV, "summarise": 0.1, "rewrite": 0.2}, "company": {**DESK, "code": 0.15, "debug": 0.1},
        "public": ANY,
    }[make]
    talk = Habit(
        5.0, works, 1.2, days=0.4, net=net, hours="waking" if make == "public" else "office", weekend=0.3 if make != "public" else 0.8
    )
    app = Habit(4.0, works, 1.2, days=0.12, net=net, system=("plain", "popular"), frame=("task", "account"), hours="waking")
    batch = Habit(
        7.0, {"extract": 0.4, "classify": 0.3, "summarise": 0.3}, 1.3, days=0.05,
        net=net if make == "company" else {"server": 0.8, "home": 0.2}, frame=("json", "account"), hours="flat", turns=1,
    )
    code = Habit(
        9.0, {"agent": 0.6, "debug": 0.2, "code": 0.2}, 1.1, days=0.08, net=net, system=("agent", "popular"), tools="popular",
        client="harness", turns=4, sampling="none",
    )
    public = Habit(
        6.0, {"solve": 0.6, "grade": 0.2, "code": 0.2}, 1.2, days=0.02, net=net, tasks="public", pool=1500, frame=("think", "popular"),
        turns=1.1,
    )
    return [Group("resident", size, (talk, app, batch, code, public), signup=("long", 260.0, 1.0), bans=0.005, **mostly)]  # type: ignore[arg-type]
