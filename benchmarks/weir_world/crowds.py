"""Innocents: what makes many honest customers alike."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .parties import Draw, Frame, Group, Routine

CHAT = {"browser": 5.0, "phone_app": 4.0}
CODE = {"python": 5.0, "node": 3.0, "plain_http": 1.0, "go": 1.0, "java": 0.7, "curl": 0.6}
HARNESS = {"harness": 5.0, "harness_two": 3.0, "harness_rare": 0.5}
TALK = {"ask": 5.0, "write": 3.0, "rewrite": 2.0, "summarise": 1.5, "reason": 1.0, "translate": 1.0, "code": 0.6, "data": 0.4}
PROGRAM = {
    "extract": 3.0,
    "summarise": 3.0,
    "ask": 3.0,
    "code": 2.0,
    "write": 2.0,
    "data": 1.0,
    "rewrite": 1.0,
    "translate": 1.0,
    "reason": 0.8,
    "grade": 0.4,
    "taskgen": 0.3,
}
CODING = {"agent": 4.0, "code": 3.0, "data": 0.4}
HOMES = {"home": 4.0, "roam": 4.0, "mobile": 1.0, "vpn": 0.5}
SERVERS = {"cloud": 4.0, "hosting": 3.0, "server": 2.0, "home": 1.5}
ALL = float("inf")
Make = Callable[[Draw], Group]
CROWDS: dict[str, Make] = {}


def crowd(make: Make) -> Make:
    """Enter a crowd under its function's name."""
    CROWDS[make.__name__] = make
    return make


def office(works: dict[str, float], rate: float, **more: object) -> Routine:
    """Clerks at their desks."""
    base = Routine(works, CHAT, {"office": 1}, rate, hours="office", weekend=0.05, presence=0.7, turns=1.8)
    return replace(base, **more)  # type: ignore[arg-type]


def machine(works: dict[str, float], rate: float, **more: object) -> Routine:
    """Programs on servers."""
    base = Routine(works, CODE, SERVERS, rate, hours="shifts", weekend=0.9, presence=0.85, turns=1.1, gap=6, spread=1.1, follow="same")
    return replace(base, **more)  # type: ignore[arg-type]


def residents(d: Draw, size: int, person: float, rate: float, apps: bool) -> list[Group]:
    """Those who have nothing in common but what everyone has."""
    goes_round = Frame("frame.reason", "few", "before", 0.08, 6, common=True)
    chat = Routine(TALK, CHAT, HOMES | {"office": 1.5}, rate, spread=1.2, turns=2.2, presence=0.45, frame=goes_round)
    if apps:
        chat = replace(chat, system="system.helper", per="app", works=TALK | {"translate": 2.0, "taskgen": 0.5})
    night = replace(chat, hours="evening", works=TALK | {"reason": 2.0, "translate": 2.0}, weekend=1.3)
    work = replace(chat, hours="office", nets={"office": 3, "home": 2, "vpn": 0.4}, weekend=0.15)
    program = machine(
        PROGRAM, rate, spread=1.6, presence=0.6, favourites=2,
        clients=CODE | {"python_zero": 1, "documents": 0.6, "no_code": 0.5, "sheet": 0.4}, frame=goes_round,
    )
    dabble = replace(
        program, hours="evening", nets=HOMES, public=True, pooled=0.12, turns=1.4, gap=60, system="system.person", per="account"
    )
    product = replace(program, system="system.helper", per="account", turns=1.8, follow="next", gap=60)
    code = Routine(
        CODING, HARNESS | {"chat_front": 0.7}, HOMES | {"office": 1.5}, rate * 1.3, spread=1.3, turns=4.5, gap=40,
        follow="agent", presence=0.45,
    )
    shares = np.array(
        [person * 0.45, person * 0.3, person * 0.25, (1 - person) * 0.35, (1 - person) * 0.2, (1 - person) * 0.2, (1 - person) * 0.25]
    )
    sizes = np.floor(size * shares).astype(int)
    sizes[0] += size - sizes.sum()
    makes = (chat, night, work, program, dabble, product, code)
    return [Group("resident", int(n), [make], signup="growing") for n, make in zip(sizes, makes, strict=True) if n > 0]


@crowd
def families(d: Draw) -> Group:
    """One card and one line for a household."""
    household = d.some(2, 4.5)
    return Group(
        "families", d.count(40, 500),
        [Routine(TALK, CHAT, {"office": 3, "roam": 1}, 1.5, hours="evening", exits=1, weekend=1.4)], orgs=household, quiet=True,
        cards=household if d.chance(0.7) else 1, phones=d.some(1, 1.5),
    )


@crowd
def gift_card_gamers(d: Draw) -> Group:
    """Prepaid cards of one batch from one shop, bots in their games."""
    bots = Routine(
        {"ask": 3, "write": 3}, {"game_mod": 1}, {"home": 3, "roam": 1, "hosting": 0.5}, d.log(4, 15), hours="evening",
        topics=(12,), turns=3, weekend=1.6, gap=25,
    )
    return Group("gift_card_gamers", d.count(20, 300), [bots], cards=d.some(2, 9), signup="fresh" if d.chance(0.5) else "growing")


@crowd
def phone_shop_customers(d: Draw) -> Group:
    """A shop that sells phones signs its customers up, at its own counter."""
    return Group(
        "phone_shop_customers", d.count(20, 250), [Routine(TALK, {"phone_app": 1}, {"mobile": 3, "roam": 2}, 1.2, turns=2)],
        signup="lots", lots=d.count(5, 30), signup_net="office", orgs=d.log(8, 80), quiet=True, phones=d.some(1, 1.3),
        cards=0 if d.chance(0.5) else 1,
    )


@crowd
def corporate_cards(d: Draw) -> Group:
    """A firm's people, each with an account, all on the firm's card."""
    return Group(
        "corporate_cards", d.count(15, 300), [office(TALK, 3, topics=d.topics(3, 6))], orgs=ALL, cards=ALL, mail="org",
        verified=0.5, kinds={"enterprise": 1}, signup="batches", lots=d.count(1, 6),
    )


@crowd
def dormitory(d: Draw) -> Group:
    """Students who live behind one exit."""
    return Group(
        "dormitory", d.count(30, 400),
        [Routine(TALK | {"reason": 4}, CHAT, {"dorm": 1}, 2, hours="evening", exits=d.count(1, 8), turns=2.3)],
        kinds={"individual": 3, "education": 1},
    )


@crowd
def village_line(d: Draw) -> Group:
    """Customers of a small carrier behind its translated addresses."""
    return Group(
        "village_line", d.count(40, 600), [Routine(TALK, CHAT | {"python": 0.5}, {"town": 1}, 1.5, exits=d.count(3, 30))], signup="growing"
    )


@crowd
def isolation_office(d: Draw) -> Group:
    """A bank whose browsers run at an isolation service."""
    return Group(
        "isolation_office", d.count(30, 400),
        [office(TALK, 2.5, nets={"isolation": 1}, clients={"browser": 1}, topics=(0, 4, 13, 17))], orgs=ALL,
        quiet=d.chance(0.3), mail="org", verified=0.6, kinds={"enterprise": 1}, cards=ALL,
    )


@crowd
def tunnel_firm(d: Draw) -> Group:
    """Remote staff who leave through the firm's two exits."""
    return Group(
        "tunnel_firm", d.count(20, 250), [office(TALK | {"code": 3}, 4, exits=2, clients=CHAT | {"python": 1, "harness": 1})],
        orgs=ALL, quiet=d.chance(0.3), cards=-1, mail="org", kinds={"startup": 1, "enterprise": 1},
    )


@crowd
def benchmark_runners(d: Draw) -> Group:
    """Laboratories that run the same public tasks through the same evaluator."""
    runs = Routine(
        {"reason": 3, "code": 1}, {"evaluator": 1}, {"hosting": 2, "campus": 1, "cloud": 2}, d.log(10, 60), presence=0.2,
        turns=1, hours="flat", weekend=1, public=True, pooled=0.95,
        frame=Frame("frame.reason", "few", "after", 1, 3, common=True), temperature=0.0, gap=2,
    )
    return Group("benchmark_runners", d.count(8, 60), [runs], kinds={"research": 3, "startup": 2, "education": 1}, mail="own", verified=0.3)


@crowd
def annotation_project(d: Draw) -> Group:
    """Annotators with an account each, one guide, one project."""
    return Group(
        "annotation_project", d.count(15, 200),
        [
            office(
                {"extract": 3, "grade": 1}, d.log(10, 60), nets=HOMES if d.chance(0.6) else {"office": 1},
                system="system.label", frame=Frame("frame.extract"), topics=d.topics(1, 3), pool=d.count(400, 4000), spread=0.5,
                turns=1.1,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.5, signup="burst", kinds={"startup": 1},
    )


@crowd
def thesis_season(d: Draw) -> Group:
    """Students in their last weeks."""
    return Group(
        "thesis_season", d.count(40, 600),
        [
            Routine(
                {"rewrite": 4, "summarise": 3, "ask": 3, "data": 2, "translate": 1}, CHAT, {"campus": 2, "home": 3, "dorm": 1},
                4, hours="evening", exits=16, turns=2.5, favourites=1, window=d.span(7, 30), ramp=0.5,
            )
        ],
        kinds={"education": 2, "individual": 2}, mail="school" if d.chance(0.6) else "free", verified=0.3, signup="growing",
    )


@crowd
def hackathon_centre(d: Draw) -> Group:
    """A weekend at the computing centre: new accounts, one venue, one starter kit."""
    return Group(
        "hackathon_centre", d.count(25, 250),
        [
            Routine(
                CODING | {"ask": 2}, {"python": 4, "node": 2, "harness": 2}, {"campus": 3, "mobile": 1}, d.log(15, 80),
                window=d.span(1.5, 3), ramp=0.2, hours="awake", weekend=1, presence=0.95, turns=2, system="system.helper",
                per="group" if d.chance(0.5) else "account", exits=3,
            )
        ],
        signup="fresh", cards=0 if d.chance(0.6) else 1, mail="school" if d.chance(0.4) else "free", plans={"trial": 1},
    )


@crowd
def help_desk(d: Draw) -> Group:
    """Agents of one help desk with the same instructions."""
    return Group(
        "help_desk", d.count(15, 180),
        [
            office(
                {"rewrite": 3, "write": 3, "ask": 1}, d.log(8, 35), hours="shifts", weekend=0.6, system="system.helper",
                frame=Frame("frame.write", share=0.5), topics=d.topics(1, 3), spread=0.5,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.5, kinds={"enterprise": 1},
    )


@crowd
def ci_fleet(d: Draw) -> Group:
    """Builds that ask for a review, one account for each repository."""
    return Group(
        "ci_fleet", d.count(10, 120),
        [
            machine(
                {"code": 3, "agent": 1}, d.log(8, 50), clients={"python": 2, "curl": 1}, nets={"cloud": 1},
                system="system.agent", frame=Frame("frame.code"), hours="office", weekend=0.2, temperature=0.0,
            )
        ],
        orgs=ALL if d.chance(0.7) else 5, cards=ALL, mail="org", kinds={"startup": 1, "enterprise": 1},
    )


@crowd
def on_call_bots(d: Draw) -> Group:
    """Bots that ask at the same minutes, day and night."""
    return Group(
        "on_call_bots", d.count(8, 80),
        [
            machine(
                {"summarise": 2, "extract": 2}, d.log(12, 90), hours="clock", weekend=1, presence=1, spread=0.3,
                topics=(9, 10, 15), slots=d.one(0, 15, 60), system="system.helper",
                clients={"go": 1, "curl": 1, "python_zero": 1}, nets={"server": 1, "cloud": 1},
            )
        ],
        orgs=ALL if d.chance(0.5) else 4, mail="org", cards=4, kinds={"enterprise": 1, "startup": 1},
    )


@crowd
def tenants_of_a_search(d: Draw) -> Group:
    """A document search with an account for each tenant."""
    return Group(
        "tenants_of_a_search", d.count(20, 250),
        [
            machine(
                {"ask": 4, "summarise": 1}, d.log(4, 25), clients={"documents": 1}, nets={"server": 1}, system="system.rag",
                per="account" if d.chance(0.5) else "group", favourites=2, hours="office", weekend=0.3,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.5, signup="growing", kinds={"startup": 1, "enterprise": 1},
    )


@crowd
def own_key_app(d: Draw) -> Group:
    """Users of an app who each bring a key of their own."""
    return Group(
        "own_key_app", d.count(40, 500),
        [
            Routine(
                {"rewrite": 2, "translate": 2, "summarise": 2, "ask": 2}, {"node": 1}, HOMES, d.log(2, 9),
                system="system.person", frame=Frame("frame.rewrite", share=0.4), temperature=0.3, turns=1.5,
            )
        ],
        signup="growing",
    )


@crowd
def wrapper_pool(d: Draw) -> Group:
    """An app that spreads its users over accounts of its own, openly, under its firm's name."""
    return Group(
        "wrapper_pool", d.count(8, 40),
        [
            machine(
                TALK, d.log(40, 200), clients={"node": 1}, nets={"server": 1}, system="system.open", spread=0.3, turns=2.6,
                gap=60, hours="awake", weekend=1, favourites=18, users=True, tongues=d.afresh(), handover=d.one(0.0, 0.0, 0.4),
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.9, signup="batches", kinds={"startup": 1},
    )


@crowd
def agency_clients(d: Draw) -> Group:
    """An agency opens an account for each client and writes for all."""
    return Group(
        "agency_clients", d.count(12, 150),
        [
            office(
                {"write": 5, "rewrite": 2, "translate": 1}, d.log(3, 15), frame=Frame("frame.write", "few", share=0.6),
                system="system.person", per="account", favourites=1, exits=2,
            )
        ],
        orgs=1, cards=d.some(3, 20), mail="org", signup="growing", phones=d.one(1.0, 8.0),
    )


@crowd
def contracted_reseller(d: Draw) -> Group:
    """Accounts of a contracted reseller's customers."""
    return Group(
        "contracted_reseller", d.count(30, 400), [machine(PROGRAM, d.log(4, 20), nets={"server": 1}, exits=6, spread=1.3)],
        orgs=ALL, cards=ALL, mail="org", verified=0.9, passthrough=True, signup="batches", lots=20, kinds={"enterprise": 1},
    )


@crowd
def chat_front_end(d: Draw) -> Group:
    """A few accounts, behind each of which thousands chat."""
    return Group(
        "chat_front_end", d.count(3, 12),
        [
            machine(
                TALK, d.log(100, 350), clients={"chat_front": 1}, nets={"server": 1}, turns=3, gap=60, hours="awake",
                favourites=18, users=True, weekend=1, system="system.open", per="account",
            )
        ],
        orgs=1, mail="org", verified=0.5, kinds={"startup": 1, "enterprise": 1},
    )


@crowd
def coding_rollout(d: Draw) -> Group:
    """A firm gives all its developers a coding agent in one week."""
    return Group(
        "coding_rollout", d.count(30, 400),
        [
            Routine(
                CODING, {"harness": 1} if d.chance(0.6) else HARNESS, {"office": 3, "home": 2}, d.log(8, 40), hours="office",
                weekend=0.1, turns=6, gap=35, follow="agent", window=(d.some(0, 0.5), 1), ramp=0.3, exits=3,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.6, signup="fresh", kinds={"enterprise": 1},
    )


@crowd
def key_migration(d: Draw) -> Group:
    """Services that move from account to account, conversations and all."""
    return Group(
        "key_migration", d.count(6, 40),
        [
            machine(
                PROGRAM, d.log(15, 60), turns=3, follow="next", handover=d.some(0.1, 0.5), nets={"server": 1},
                system="system.helper", gap=40,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.6, kinds={"startup": 1, "enterprise": 1},
    )


@crowd
def load_test(d: Draw) -> Group:
    """A customer who finds out what the service bears."""
    return Group(
        "load_test", d.count(5, 40),
        [
            machine(
                {"ask": 2, "write": 1}, d.log(80, 400), window=d.span(0.5, 2), hours="office", pool=d.count(3, 30), spread=0.2,
                presence=1, gap=2, clients={"go": 1, "plain_http": 1}, nets={"cloud": 1}, max_tokens=64,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.5, kinds={"enterprise": 1},
    )


@crowd
def permitted_synthetic(d: Draw) -> Group:
    """A team that makes data with a licence to."""
    return Group(
        "permitted_synthetic", d.count(5, 40),
        [
            machine(
                {"taskgen": 3, "rewrite": 1, "grade": 1}, d.log(30, 200), frame=Frame("frame.taskgen"), topics=d.topics(2, 8),
                spread=0.4, nets={"server": 1},
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=1.0, kinds={"research": 1, "enterprise": 1},
    )


@crowd
def translation_office(d: Draw) -> Group:
    """Translators of one office."""
    return Group(
        "translation_office", d.count(12, 120),
        [
            office(
                {"translate": 5, "rewrite": 2}, d.log(8, 40), frame=Frame("frame.rewrite"), system="system.person",
                tongues={i: d.some(0.2, 1) for i in range(6)}, nets={"home": 2, "office": 1},
            )
        ],
        orgs=ALL, quiet=d.chance(0.4), cards=-1, mail="org" if d.chance(0.5) else "free",
    )


@crowd
def hospital_clerks(d: Draw) -> Group:
    """Clerks of a hospital and their letters."""
    return Group(
        "hospital_clerks", d.count(20, 300),
        [
            office(
                {"summarise": 3, "rewrite": 3, "extract": 1}, d.log(3, 15), hours="shifts", weekend=0.5, topics=(3,),
                frame=Frame("frame.rewrite", "few", share=0.5), system="system.helper", exits=2,
            )
        ],
        orgs=ALL, cards=0, mail="org", verified=0.8, kinds={"enterprise": 1},
    )


@crowd
def court_clerks(d: Draw) -> Group:
    """Courts of a district, with one template for minutes."""
    return Group(
        "court_clerks", d.count(15, 200),
        [office({"summarise": 3, "rewrite": 2, "reason": 1}, d.log(2, 10), topics=(4,), frame=Frame("frame.write", share=0.6), exits=3)],
        orgs=ALL if d.chance(0.6) else 20, cards=0, mail="org", verified=0.8, kinds={"enterprise": 1},
    )


@crowd
def newsroom(d: Draw) -> Group:
    """Editors on a busy evening."""
    return Group(
        "newsroom", d.count(12, 120),
        [
            office(
                {"write": 3, "summarise": 3, "rewrite": 2, "translate": 1}, d.log(4, 20), hours="shifts", weekend=0.8,
                topics=(16, 4, 0), frame=Frame("frame.write", "few", share=0.4),
            )
        ],
        orgs=ALL, cards=ALL, mail="org", kinds={"enterprise": 1}, verified=0.4,
    )


@crowd
def grant_writers(d: Draw) -> Group:
    """Applicants before one deadline."""
    return Group(
        "grant_writers", d.count(20, 300),
        [
            Routine(
                {"write": 3, "rewrite": 4, "summarise": 1}, CHAT, HOMES | {"campus": 2}, 6, window=d.span(4, 12), hours="awake",
                pool=d.count(4, 12), pooled=0.35, turns=3, topics=d.topics(2, 6),
            )
        ],
        kinds={"individual": 2, "research": 1, "education": 1}, verified=0.2,
    )


@crowd
def library_cleaning(d: Draw) -> Group:
    """A library cleans its catalogue in a batch on some accounts."""
    return Group(
        "library_cleaning", d.count(4, 25),
        [
            machine(
                {"extract": 4, "rewrite": 1}, d.log(60, 300), window=d.span(2, 8), clients={"sheet": 1, "python_zero": 1},
                nets={"campus": 1}, frame=Frame("frame.extract"), topics=(16, 17), hours="flat", weekend=1, presence=1,
                spread=0.3,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.8, kinds={"education": 1},
    )


@crowd
def red_team(d: Draw) -> Group:
    """An exercise that tries the model's manners."""
    return Group(
        "red_team", d.count(5, 40),
        [
            office(
                {"rewrite": 2, "ask": 3, "write": 2}, d.log(15, 80), window=d.span(2, 9), pool=d.count(30, 200), pooled=0.7,
                clients={"python": 2, "browser": 1}, turns=4, frame=Frame("frame.rewrite", "few", share=0.5),
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.8, kinds={"research": 1, "enterprise": 1},
    )


@crowd
def shared_login_students(d: Draw) -> Group:
    """Logins that a course's students pass round."""
    return Group(
        "shared_login_students", d.count(4, 40),
        [
            Routine(
                TALK | {"reason": 4}, CHAT, {"mobile": 2, "pool": 1}, d.log(15, 60), hours="evening", topics=(1, 2, 17),
                turns=2, handover=0.15, exits=60,
            )
        ],
        cards=d.some(1, 5), signup="growing",
    )


@crowd
def conference_reviewers(d: Draw) -> Group:
    """Reviewers of one conference in its two weeks."""
    return Group(
        "conference_reviewers", d.count(20, 250),
        [
            Routine(
                {"grade": 4, "summarise": 4, "rewrite": 2}, CHAT | {"python": 0.5}, HOMES | {"campus": 1}, 3,
                window=d.span(7, 16), frame=Frame("frame.grade", "few", "after", 0.6, 4), topics=d.topics(2, 4), turns=2,
            )
        ],
        country=-2, kinds={"research": 1, "education": 1, "individual": 1}, mail="school" if d.chance(0.3) else "own",
        verified=0.3,
    )


@crowd
def exam_markers(d: Draw) -> Group:
    """Teachers who mark one paper with one guide."""
    return Group(
        "exam_markers", d.count(15, 250),
        [
            Routine(
                {"grade": 1}, CHAT if d.chance(0.6) else {"sheet": 1}, {"home": 3, "campus": 1, "roam": 1}, d.log(12, 60),
                window=d.span(3, 9), hours="evening", frame=Frame("frame.grade"), topics=d.topics(1, 2), spread=0.5,
            )
        ],
        kinds={"education": 3, "individual": 1}, mail="school" if d.chance(0.5) else "free", verified=0.4,
        orgs=d.one(0.0, 25.0),
    )


@crowd
def volunteers(d: Draw) -> Group:
    """A charity's volunteers with its cheat sheet of prompts."""
    return Group(
        "volunteers", d.count(15, 200),
        [
            Routine(
                {"write": 3, "translate": 3, "rewrite": 2}, CHAT, HOMES, d.log(1, 6), hours="evening",
                frame=Frame("frame.write", "few", share=0.5), pool=40, pooled=0.3, weekend=1.5,
            )
        ],
        cards=d.one(0.0, 12.0), signup="batches", lots=4,
    )


@crowd
def street_bots(d: Draw) -> Group:
    """Copies of one open bot that people host themselves."""
    return Group(
        "street_bots", d.count(20, 300),
        [
            machine(
                {"ask": 4, "write": 2}, d.log(3, 20), clients={"node": 3, "plain_http": 1}, nets={"hosting": 3, "home": 1},
                system="system.person", turns=3, follow="next", gap=40, hours="evening", weekend=1.3, temperature=0.9,
            )
        ],
        signup="growing",
    )


@crowd
def viral_prompt(d: Draw) -> Group:
    """A wording that everyone tries this week."""
    return Group(
        "viral_prompt", d.count(60, 1000),
        [
            Routine(
                TALK | {"reason": 4}, CHAT, HOMES, 1.5, window=d.span(3, 8), ramp=0.6,
                frame=Frame(d.one("frame.reason", "frame.rewrite", "frame.taskgen"), share=0.7), pool=8, pooled=0.3,
            )
        ],
        signup="growing", country=-2 if d.chance(0.4) else -1,
    )


@crowd
def course_lab(d: Draw) -> Group:
    """One course, one worksheet, the same hours."""
    return Group(
        "course_lab", d.count(30, 400),
        [
            Routine(
                {"reason": 3, "code": 3, "ask": 2}, {"browser": 3, "python": 2}, {"campus": 3, "home": 1}, d.log(2, 9),
                hours="school", weekend=0.1, pool=d.count(4, 20), pooled=0.6, topics=d.topics(1, 2), presence=0.3, turns=2,
                frame=Frame("frame.reason", share=0.4), exits=6,
            )
        ],
        kinds={"education": 1}, orgs=d.one(0.0, ALL), mail="school", verified=0.6, signup="burst", cards=0,
    )


@crowd
def flow_template(d: Draw) -> Group:
    """Users who installed the same flow from a shelf of flows."""
    return Group(
        "flow_template", d.count(25, 400),
        [
            Routine(
                {"write": 3, "summarise": 2, "extract": 2}, {"no_code": 1}, {"cloud": 1}, d.log(2, 15), hours="clock",
                weekend=1, presence=0.9, frame=Frame("frame.write"), turns=1, spread=0.7,
            )
        ],
        signup="growing",
    )


@crowd
def tax_advisers(d: Draw) -> Group:
    """Small practices in the last week of the tax year."""
    return Group(
        "tax_advisers", d.count(20, 300),
        [
            office(
                {"ask": 3, "write": 2, "data": 2, "summarise": 1}, d.log(3, 12), topics=(0,),
                frame=Frame("frame.write", "few", share=0.3), window=d.span(5, 15),
            )
        ],
        orgs=3, cards=3, mail="org", kinds={"individual": 1, "startup": 1},
    )


@crowd
def market_sellers(d: Draw) -> Group:
    """Sellers who learnt from one video how to write their pages."""
    return Group(
        "market_sellers", d.count(30, 500),
        [
            Routine(
                {"write": 5, "translate": 2, "rewrite": 1}, CHAT | {"sheet": 1}, HOMES, d.log(2, 10), topics=(7,),
                frame=Frame("frame.write", "few", share=0.7), hours="awake",
            )
        ],
        signup="growing",
    )


@crowd
def prompt_class(d: Draw) -> Group:
    """Pupils of an online class who copy its lessons."""
    return Group(
        "prompt_class", d.count(40, 700),
        [
            Routine(
                {"reason": 2, "write": 2, "taskgen": 2, "ask": 2}, CHAT, HOMES, 2, hours="evening", pool=d.count(10, 40),
                pooled=0.5, frame=Frame("frame.reason", "few", share=0.5), ramp=0.7,
            )
        ],
        signup="fresh", country=-2 if d.chance(0.5) else -1,
    )


@crowd
def credit_startups(d: Draw) -> Group:
    """Start-ups of one accelerator with its credits."""
    return Group(
        "credit_startups", d.count(10, 80),
        [machine(PROGRAM | {"agent": 2}, d.log(8, 50), system="system.helper", per="account", nets={"cloud": 2, "office": 2})],
        orgs=1, cards=0 if d.chance(0.6) else ALL, mail="own", signup="burst", kinds={"startup": 1}, plans={"trial": 1},
    )


@crowd
def quiz_makers(d: Draw) -> Group:
    """Teachers who make exercises for their classes."""
    return Group(
        "quiz_makers", d.count(20, 250),
        [
            Routine(
                {"taskgen": 4, "rewrite": 1, "write": 1}, CHAT | {"sheet": 0.5}, HOMES | {"campus": 1}, d.log(2, 9),
                hours="evening", frame=Frame("frame.taskgen", "few", share=0.5, common=d.chance(0.5)), topics=d.topics(2, 5),
            )
        ],
        kinds={"education": 1, "individual": 1}, mail="school" if d.chance(0.5) else "free",
    )


@crowd
def sensor_farm(d: Draw) -> Group:
    """Devices of one maker, each with an account of its own."""
    return Group(
        "sensor_farm", d.count(40, 500),
        [
            machine(
                {"extract": 2, "data": 2}, d.log(3, 24), hours="clock", slots=d.one(0, 30, 60), weekend=1, presence=1,
                spread=0.1, topics=(8, 15), clients={"go": 1}, nets={"mobile": 1, "home": 1}, system="system.label",
                max_tokens=128,
            )
        ],
        orgs=ALL, cards=ALL, mail="org", verified=0.8, signup="batches", lots=12, kinds={"enterprise": 1},
    )


@crowd
def claims_handlers(d: Draw) -> Group:
    """Handlers of an insurer and its partners, by the same manual."""
    return Group(
        "claims_handlers", d.count(20, 250),
        [
            office(
                {"summarise": 3, "extract": 3, "reason": 2}, d.log(5, 25), frame=Frame("frame.reason", share=0.5),
                topics=(4, 3, 15), system="system.helper", spread=0.6,
            )
        ],
        orgs=d.one(ALL, 15.0), cards=ALL, mail="org", verified=0.7, kinds={"enterprise": 1},
    )
