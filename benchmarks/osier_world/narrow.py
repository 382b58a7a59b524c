"""Crowds that look coordinated for good reasons, in narrow work. Sizes are those of a world of usual length."""

from .chance import Draw
from .party import Enrol, Party, Work
from .text import LANGUAGES
from .trades import API, CHAT, CODE, OFFICE, SERVERS, STUDY


def annotators(draw: Draw) -> Party:
    """Annotators of one project label items with one guideline."""
    work = Work(
        {"classify": 1, "extract": 0.3},
        pool=draw.whole(900, 4000),
        deal=draw.one(("once", "any")),
        frame="f.label",
        frames=draw.whole(1, 5),
        system="one",
        styled=False,
        topics=("retail", "press"),
    )
    enrol = Enrol(signup="recent", mail=draw.one(("own", "free")), pay=0.8, cards=draw.one((0, 1, 6)))
    return Party(
        "annotators",
        draw.whole(20, 90),
        draw.whole(25, 90),
        (work, Work(CHAT, 0.1)),
        enrol=enrol,
        spread=0.5,
        path={"api": 1},
        client="one",
        sampling="one",
    )


def exercise_class(draw: Draw) -> Party:
    """Classes that get the same exercises."""
    work = Work(
        {"maths": 1, "science": 1, "reason": 0.5}, pool=draw.whole(12, 40), deal="all", frame="f.class", frames=draw.whole(2, 9), turns=1.8
    )
    enrol = Enrol(
        kind={"education": 0.5, "individual": 0.5}, signup="burst", places=draw.one((0, 6, 1)), mail=draw.one(("own", "free")), pay=0.05
    )
    return Party(
        "exercise_class",
        draw.whole(40, 200),
        draw.real(10, 26),
        (work, Work(STUDY, 0.4)),
        enrol=enrol,
        local=True,
        spread=0.6,
        clock=draw.one(("meets", "own")),
        net={"campus": 0.8, "home": 0.2},
        meetings=draw.whole(4, 9),
    )


def content_agency(draw: Draw) -> Party:
    """Writers of an agency who make texts for shops from its briefs."""
    work = Work(
        {"copy": 4, "rewrite": 1}, pool=draw.whole(800, 3000), frame="f.tool", frames=draw.whole(3, 14), topics=("retail", "home", "garden")
    )
    enrol = Enrol(kind={"individual": 0.4, "startup": 0.6}, mail=draw.one(("own", "custom", "free")), pay=1, cards=draw.one((0, 3, 8)))
    return Party(
        "content_agency",
        draw.whole(8, 40),
        draw.whole(50, 140),
        (work, Work(OFFICE, 0.2)),
        enrol=enrol,
        clock="office",
        local=True,
        spread=0.6,
        net={"office": 0.5, "home": 0.5},
    )


def subtitlers(draw: Draw) -> Party:
    """A translation bureau: one style sheet, one language, lines dealt to freelancers and passed to revisers."""
    work = Work({"ask": 1}, language=draw.one(LANGUAGES), own=0, frame="f.tool", frames=draw.whole(1, 4), system="one", turns=1.8)
    enrol = Enrol(mail="mixed", pay=0.9, cards=draw.one((0, 1, 4)), signup="aged")
    return Party(
        "subtitlers",
        draw.whole(15, 60),
        draw.whole(25, 90),
        (work, Work(CHAT, 0.25)),
        enrol=enrol,
        handoff=draw.real(0, 0.3),
        path={"api": 0.6, "app": 0.4},
    )


def test_writers(draw: Draw) -> Party:
    """Users of a tool that writes unit tests: its prompt, its tools, their code."""
    work = Work({"tests": 3, "review": 1}, system="public", tools="public", turns=3.5, styled=False)
    return Party(
        "test_tool_users",
        draw.whole(40, 160),
        draw.real(10, 40),
        (work, Work(CODE, 0.3)),
        enrol=Enrol(mail="mixed", pay=0.8, fresh=0.4),
        net=SERVERS,
        path=API,
        client="public",
        sampling="one",
        shared="testing tool",
        spread=1.1,
    )


def benchmark_runners(draw: Draw) -> Party:
    """Laboratories that run one public benchmark, step by step."""
    work = Work(
        draw.shares(("maths", "reason", "science", "code")),
        pool=draw.whole(150, 500),
        deal="all",
        frame="f.bench",
        frames=draw.whole(1, 3),
        styled=False,
        long=1.3,
    )
    enrol = Enrol(kind={"research": 0.7, "startup": 0.3}, mail="custom", pay=0.9, org="each", verified=0.2)
    return Party(
        "benchmark_runners",
        draw.whole(10, 40),
        draw.whole(60, 260),
        (work, Work({"agent": 1}, 0.1, tools="own", turns=3)),
        enrol=enrol,
        net=SERVERS,
        path=API,
        sampling="few",
        clock=draw.one(("own", "steady")),
        spread=0.7,
    )


def markers(draw: Draw) -> Party:
    """Teachers who mark examination papers with one scheme, each paper twice."""
    work = Work(
        {"grade": 4, "rubric": 0.5},
        pool=draw.whole(300, 900),
        frame="f.grade",
        frames=draw.whole(1, 4),
        topics=("school", "physics", "history"),
    )
    enrol = Enrol(kind={"education": 0.8, "individual": 0.2}, mail="mixed", pay=0.3, signup=draw.one(("spread", "recent")))
    return Party(
        "exam_markers",
        draw.whole(25, 90),
        draw.whole(15, 60),
        (work, Work({"quiz": 1, "email": 1, "plan": 1}, 0.4)),
        enrol=enrol,
        begins=draw.real(0, 0.4),
        spread=0.5,
        clock=draw.one(("office", "own")),
        local=True,
    )


def trend(draw: Draw) -> Party:
    """A prompt that goes round for some days."""
    at = draw.real(0.1, 0.7)
    work = Work(dict.fromkeys(("ask", "advise", "howto"), 1.0), frame="f.viral", frames=1, turns=2)
    return Party(
        "trend",
        draw.whole(80, 260),
        draw.real(4, 9),
        (work, Work(CHAT, 1)),
        enrol=Enrol(signup=draw.one(("burst", "spread")), fresh=0.5, pay=0.1),
        begins=at,
        ends=min(1, at + 0.3),
    )
