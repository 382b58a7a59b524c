"""Crowds that look coordinated for good reasons, in work of many kinds. Sizes are those of a world of usual length."""

from .chance import Draw
from .party import Enrol, Party, Work
from .trades import API, CHAT, CODE, OFFICE, STREETS, STUDY, WIDE


def wrapper_app(draw: Draw) -> Party:
    """An assistant app that relays many end users, each through one of its several accounts."""
    chat = Work(CHAT | {"code": 1.0, "fix": 1.0}, own=4, turns=2.2, system="one")
    enrol = Enrol(kind={"startup": 1}, mail="own", pay=1, cards=draw.one((0, 3)), org=draw.one(("one", "none")), verified=draw.one((0, 1)))
    return Party(
        "wrapper_app",
        draw.whole(6, 40),
        draw.real(4, 9),
        (chat,),
        people=draw.whole(300, 900),
        route=draw.one(("balanced", "sticky")),
        handoff=draw.one((0, 0.15, 0.5)),
        enrol=enrol,
        net={"gateway": 1},
        path={"api": 1},
        client="one",
        sampling="one",
        shared="wrapper app",
    )


def agent_framework(draw: Draw) -> Party:
    """Users of a popular agent for all purposes."""
    work = Work(
        {"agent": 4, "code": 1, "plan": 1, "analyse": 1, "extract": 1, "email": 1},
        system="public",
        tools="public",
        turns=4,
        styled=False,
        own=4,
    )
    return Party(
        "agent_framework",
        draw.whole(60, 240),
        draw.real(12, 40),
        (work, Work(CODE, 0.15)),
        enrol=Enrol(mail="mixed", pay=0.8, fresh=0.3),
        net={"host": 0.4, "home": 0.5, "vpn": 0.1},
        path=API,
        client="public",
        shared="agent framework",
        spread=1.2,
    )


def firm_staff(draw: Draw) -> Party:
    """Employees of a firm with house templates, an account each."""
    house = Work(OFFICE, 1, frame="f.tool", frames=draw.whole(3, 10), system="one")
    enrol = Enrol(
        kind={"enterprise": 1},
        mail="own",
        pay=1,
        cards=0,
        org="one",
        verified=draw.one((0, 1)),
        signup=draw.one(("recent", "burst", "spread")),
    )
    return Party(
        "firm_staff",
        draw.whole(40, 200),
        draw.real(10, 30),
        (house, Work(OFFICE | CODE, 1.5)),
        enrol=enrol,
        clock="office",
        local=True,
        net={"office": 0.8, "home": 0.2},
        path={"app": 0.6, "api": 0.4},
    )


def university(draw: Draw) -> Party:
    """A licence of a whole university: all subjects, one network."""
    enrol = Enrol(
        kind={"education": 0.8, "research": 0.2},
        mail="own",
        pay=1,
        cards=0,
        org=draw.one(("one", "none")),
        verified=draw.one((0, 1)),
        signup=draw.one(("burst", "recent")),
    )
    return Party(
        "university",
        draw.whole(120, 420),
        draw.real(6, 14),
        (Work(STUDY, 2, turns=2), Work(CHAT, 1), Work(CODE, 0.7)),
        enrol=enrol,
        local=True,
        net={"campus": 0.75, "home": 0.25},
    )


def seat_resale(draw: Draw) -> Party:
    """Customers of somebody who sells seats: his card and sign-ups, their own lives."""
    enrol = Enrol(
        mail=draw.one(("own", "free", "disposable")),
        pay=1,
        cards=draw.one((0, 12, 25)),
        phone=0.8,
        phones=draw.one((1, 6)),
        signup=draw.one(("burst", "trickle")),
        places=draw.one((0, 6, 1)),
        passthrough=draw.yes(0.4),
    )
    return Party(
        "seat_resale",
        draw.whole(50, 220),
        draw.real(9, 24),
        (Work(CHAT, 2, own=4, turns=2), Work(CODE, 0.6), Work(STUDY, 0.6)),
        enrol=enrol,
        net={"home": 0.75, "vpn": 0.25},
        spread=1.1,
    )


def families(draw: Draw) -> Party:
    """Families with one card and one line."""
    return Party(
        "families",
        draw.whole(60, 200),
        draw.real(7, 16),
        (Work(CHAT, 2, turns=2.1), Work(STUDY, 0.8)),
        enrol=Enrol(pay=0.7, cards=draw.real(2.3, 3.5)),
        net={"household": 1},
        spread=1.1,
    )


def hackathon(draw: Draw) -> Party:
    """A weekend: new accounts, one hall, one starter template."""
    work = Work({"code": 2, "fix": 2, "agent": 1, "ideas": 1, "plan": 0.5, "copy": 0.3}, own=0, system=draw.one(("one", "none")), turns=2.5)
    at = draw.real(0.2, 0.8)
    return Party(
        "hackathon",
        draw.whole(40, 140),
        draw.real(15, 40),
        (work,),
        enrol=Enrol(signup="burst", places=draw.one((0, 1)), mail="mixed", pay=0.1),
        local=True,
        clock="meets",
        meetings=3,
        width=0.5,
        begins=at,
        ends=at + 0.14,
        net={"campus": 0.9, "home": 0.1},
        path={"api": 0.7, "app": 0.3},
        client="few",
        spread=0.6,
    )


def bootcamp(draw: Draw) -> Party:
    """A cohort that learns to program: the same projects in order, and all else that one asks."""
    work = Work({"code": 2, "fix": 1, "sql": 1, "tests": 1}, pool=draw.whole(20, 60), deal="all", frame="f.class", frames=4, turns=2.5)
    enrol = Enrol(
        signup="burst",
        places=draw.one((0, 1)),
        mail=draw.one(("free", "own")),
        pay=draw.one((0.1, 1)),
        cards=draw.one((0, 1)),
        kind={"education": 0.4, "individual": 0.6},
    )
    return Party(
        "bootcamp",
        draw.whole(25, 90),
        draw.real(20, 50),
        (work, Work(CODE, 1.2, turns=2.4), Work(CHAT, 0.5)),
        enrol=enrol,
        clock=draw.one(("office", "own")),
        spread=0.6,
        sampling="few",
        path={"app": 0.6, "api": 0.4},
    )


def credit_hunters(draw: Draw) -> Party:
    """People who go on with the next free account when the credit of one is used up, each for himself."""
    enrol = Enrol(mail=draw.one(("free", "disposable", "mixed")), pay=0.02, phone=0.3, signup=draw.one(("spread", "recent")), fresh=0.3)
    return Party(
        "credit_hunters",
        draw.whole(30, 110),
        draw.real(25, 70),
        (Work(CHAT, 1, turns=2.3), Work(CODE, 1, turns=2.5), Work({"story": 1}, 0.4, own=1)),
        enrol=enrol,
        renewed=draw.real(1.5, 4),
        renewal="quota",
        net={"home": 0.6, "vpn": 0.4},
        path={"app": 0.6, "api": 0.4},
    )


def queue_helpers(draw: Draw) -> Party:
    """Volunteers who answer a shared queue of very different questions with the model's help, by one form."""
    work = Work(
        dict.fromkeys(WIDE, 1.0), pool=draw.whole(1200, 4000), frame="f.tool", frames=draw.whole(1, 3), turns=1.3, styled=draw.yes(0.5)
    )
    return Party(
        "queue_helpers",
        draw.whole(30, 130),
        draw.real(15, 50),
        (work, Work(CHAT, 0.3)),
        enrol=Enrol(signup=draw.one(("recent", "burst", "spread")), pay=0.2),
        net=STREETS,
        spread=0.7,
        clock=draw.one(("own", "own", "office")),
    )


def franchise(draw: Draw) -> Party:
    """Branches that use a toolkit of the head office: eight kinds of tasks, the same forms, own business."""
    genres = dict.fromkeys(
        draw.some(("email", "summary", "copy", "support", "analyse", "plan", "translate", "extract", "ideas", "rewrite"), 8, 8), 1.0
    )
    work = Work(
        genres,
        own=5,
        topics=draw.some(("retail", "cooking", "sport", "home", "travel"), 1, 2),
        frame="f.tool",
        frames=8,
        system="one",
        tools="one",
    )
    enrol = Enrol(
        kind={"startup": 1},
        mail=draw.one(("own", "custom")),
        pay=1,
        cards=draw.one((0, 1, 5)),
        org=draw.one(("none", "each")),
        signup="recent",
    )
    return Party(
        "franchise",
        draw.whole(25, 120),
        draw.real(15, 45),
        (work,),
        enrol=enrol,
        client="one",
        sampling="one",
        path={"api": 1},
        clock="office",
        spread=0.6,
    )


def microtaskers(draw: Draw) -> Party:
    """People of a platform for paid tasks who do mixed small tasks, a few of them several times for checks."""
    genres = draw.shares(("classify", "extract", "rewrite", "grade", "summary", "translate", "ideas", "reason", "quiz", "copy"), 2)
    work = Work(
        genres,
        pool=draw.whole(900, 3500),
        deal=draw.one(("once", "any")),
        frame=draw.one(("", "f.label")),
        frames=draw.whole(5, 20),
        turns=1.15,
    )
    return Party(
        "microtaskers",
        draw.whole(50, 200),
        draw.real(12, 50),
        (work, Work(CHAT, 0.35)),
        enrol=Enrol(pay=0.1, mail="mixed", fresh=0.4, leave=0.3),
        net={"home": 0.7, "vpn": 0.3},
        spread=1.1,
    )


def key_rotation(draw: Draw) -> Party:
    """A developer's product that rotates the accounts it has, so that conversations move between them."""
    work = Work(dict.fromkeys(draw.some(("support", "ask", "howto", "email", "code", "plan"), 2, 4), 1.0), own=0, system="one", turns=3)
    enrol = Enrol(
        kind={"startup": 1},
        mail=draw.one(("own", "free")),
        pay=1,
        cards=0,
        org=draw.one(("one", "none")),
        signup=draw.one(("recent", "burst")),
    )
    return Party(
        "key_rotation",
        draw.whole(5, 16),
        draw.whole(4, 8),
        (work,),
        people=draw.whole(120, 400),
        route="balanced",
        handoff=draw.real(0.3, 0.9),
        enrol=enrol,
        net={"racks": 1},
        path={"api": 1},
        client="one",
        sampling="one",
    )


def synthetic_customers(draw: Draw) -> Party:
    """A verified customer who may make synthetic data, and does, in many kinds of work."""
    work = Work(
        dict.fromkeys(draw.some(WIDE, 5, 14), 1.0), pool=draw.whole(1500, 5000), frame="f.work", frames=draw.whole(2, 12), styled=False
    )
    enrol = Enrol(kind={"enterprise": 1}, mail="own", pay=1, cards=0, org="one", verified=1, signup="aged")
    return Party(
        "synthetic_data",
        draw.whole(4, 14),
        draw.whole(120, 400),
        (work,),
        enrol=enrol,
        net={"racks": 1},
        path=API,
        client="one",
        sampling="one",
        clock="steady",
        spread=0.3,
    )
