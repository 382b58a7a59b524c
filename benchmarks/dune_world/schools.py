"""Innocent crowds of schools and research: classes, courses, grading, benchmarks, judges, permitted data.

Each function makes one group of its crowd.
"""

from .crowd import HARD, HOME, STUDY, Draw, Made, Register
from .profiles import Stream, Supply, Wrap

CROWDS = Register()


@CROWDS.crowd(240, 8, (4, 7))
def class_assignment(draw: Draw) -> Made:
    """A class behind one address: the same sheet in the same days, new accounts."""
    centre = draw.uniform(0.2, 0.85)
    fresh = draw.random() < 0.6
    supply = Supply(
        signup="burst" if fresh else "grown",
        at=float(draw.integers(-4, 5)),
        spread=4,
        mail="firm",
        plan="free",
        pay="none",
        kind="education",
        country="one",
        line="campus",
        org="some" if draw.random() < 0.5 else "none",
    )
    return supply, (
        Stream(
            (("math", 4), ("science", 3), ("codewrite", 4), ("homework", 3)),
            people=True,
            client="web",
            access="app",
            lines=(("campus", 0.7), ("home", 0.3)),
            rhythm="student",
            burst=(centre, 3),
            active=0.8,
            source="deck",
            size=12,
            turns=2.6,
            after=Wrap("ask.steps", "account", 0.4),
            params="default",
            models=(0.5, 0.4, 0.1),
        ),
    )


@CROWDS.crowd(170, 14, (2, 3))
def online_course(draw: Draw) -> Made:
    """An open course on programming with models: a starter notebook with system prompt, settings, tasks; a voucher pays."""
    at = float(draw.integers(-6, 4))
    supply = Supply(signup="drip", at=at, spread=10, pay="one" if draw.random() < 0.5 else "own", phone=0.3, kind="individual")
    return supply, (
        Stream(
            (("extract", 3), ("classify", 3), ("judge", 2), ("math", 3), ("maketask", 1), ("reason", 1)),
            foreign=0.3,
            client="sdk",
            lines=(("home", 0.8), ("server", 0.2)),
            rhythm="evening",
            active=0.4,
            source="sweep",
            size=40,
            system="group",
            params="group",
            sitting=7,
            gap=35,
            uneven=0.7,
            after=Wrap("ask.steps", "few", 0.5),
            models=(0.4, 0.4, 0.2),
        ),
    )


@CROWDS.crowd(12, 260, (3, 4))
def campus_portal(draw: Draw) -> Made:
    """A university's own chat page: thousands of people behind a few accounts of its computing centre."""
    supply = Supply(
        mail="firm", pay="one", org="one", kind="education", plan="enterprise", verified=0.9, country="one", line="campus", phone=0.3
    )
    return supply, (
        Stream(
            (*STUDY, ("codewrite", 10), ("email", 10), ("data", 6)),
            people=True,
            foreign=0.3,
            client="gateway",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="student",
            active=1.0,
            handoff=0.15,
            turns=2.6,
            system="group",
            rules=5,
            uneven=0.4,
            params="group",
            models=(0.2, 0.5, 0.3),
        ),
    )


@CROWDS.crowd(18, 180, (5, 8))
def grading_desks(draw: Draw) -> Made:
    """Teachers' assistants grade a term's papers by a rubric, in two evenings."""
    centre = draw.uniform(0.3, 0.9)
    supply = Supply(mail="firm", kind="education", country="one", line="campus", verified=0.3)
    return supply, (
        Stream(
            (("judge", 9), ("mend", 1)),
            client="sdk",
            lines=(("campus", 0.8), ("home", 0.2)),
            rhythm="evening",
            burst=(centre, 2),
            active=0.8,
            system="group",
            rules=8,
            before=Wrap("ask.role", "group"),
            after=Wrap("ask.format", "group"),
            sitting=40,
            gap=12,
            params="group",
            uneven=0.5,
            source="split",
            models=(0.1, 0.4, 0.5),
        ),
    )


@CROWDS.crowd(22, 300, (5, 8))
def bench_labs(draw: Draw) -> Made:
    """Laboratories that measure the model on public collections, step by step, day and night, and once more when a model comes out."""
    supply = Supply(
        mail="firm", pay="one", kind="research", country="one", line="campus", org="one" if draw.random() < 0.5 else "none", verified=0.4
    )
    return supply, (
        Stream(
            HARD,
            client="sdk",
            lines=(("server", 1.0),),
            rhythm="flat",
            group_days=0.5,
            active=0.9,
            source="sweep",
            bank=f"public {draw.integers(4)}",
            size=int(draw.integers(300, 1_200)),
            sitting=80,
            gap=7,
            turns=1,
            uneven=0.2,
            even=True,
            params="group",
            after=Wrap("ask.steps", "group"),
            models=(0.1, 0.3, 0.6),
            adopt=(0.9, 0.3),
        ),
    )


@CROWDS.crowd(20, 220, (4, 6))
def judge_teams(draw: Draw) -> Made:
    """Startups that let the model compare answers of their own models: pairs, rubrics, one number."""
    supply = Supply(mail="firm", pay="shared", per_card=4, kind="startup", country="one", line="site", org="some")
    return supply, (
        Stream(
            (("judge", 1),),
            client="sdk",
            pinned=True,
            lines=(("server", 0.8), ("site", 0.2)),
            rhythm="office",
            active=0.7,
            source="split",
            repeats=2,
            system="group",
            rules=6,
            sitting=50,
            gap=8,
            turns=1,
            uneven=0.6,
            params="group",
            after=Wrap("ask.format", "group"),
            models=(0.1, 0.4, 0.5),
            adopt=(0.7, 2),
        ),
    )


@CROWDS.crowd(20, 150, (4, 6))
def trace_research(draw: Draw) -> Made:
    """Researchers who study whether stated reasoning is faithful: hints, confidence, reconstructions, all about thinking."""
    supply = Supply(mail="firm", kind="research", country="one", line="campus", verified=0.5)
    return supply, (
        Stream(
            (("selfask", 5), ("reason", 3), ("mend", 2), ("logic", 2)),
            client="sdk",
            lines=(("campus", 0.6), ("server", 0.4)),
            rhythm="student",
            active=0.5,
            source="sweep",
            bank=f"public {draw.integers(4)}",
            size=800,
            sitting=30,
            gap=10,
            follow="follow.deep",
            turns=1.6,
            before=Wrap("ask.trace", "few", 0.7),
            params="group",
            models=(0.1, 0.3, 0.6),
            adopt=(0.9, 1),
        ),
    )


@CROWDS.crowd(18, 140, (3, 4))
def red_team(draw: Draw) -> Made:
    """Contracted testers of safety: new accounts, VPN exits, sensitive subjects rewritten in every way."""
    supply = Supply(
        signup="burst", at=-3, spread=6, mail="domains", pay="shared", per_card=6, kind="research", verified=0.6, line="vpn", phone=0.1
    )
    return supply, (
        Stream(
            (("rewrite", 7), ("roleplay", 2), ("persona", 1)),
            foreign=0.4,
            client="code",
            lines=(("vpn", 1.0),),
            rhythm="office",
            active=0.8,
            source="split",
            sitting=12,
            gap=45,
            turns=2.2,
            follow="follow.deep",
            uneven=0.6,
            models=(0.3, 0.3, 0.4),
            adopt=(0.9, 0.4),
        ),
    )


@CROWDS.crowd(14, 420, (3, 4))
def permitted_data(draw: Draw) -> Made:
    """Customers whose contract allows to make training data: a queue, a template, several accounts, round the clock."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.95, country="one", line="server")
    return supply, (
        Stream(
            (("maketask", 4), ("reason", 2), ("math", 3), ("classify", 2), ("codewrite", 3)),
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="flat",
            active=1.0,
            group_days=0.7,
            source="split",
            system="group",
            rules=7,
            sitting=60,
            gap=9,
            turns=1,
            uneven=0.15,
            even=True,
            params="group",
            after=Wrap("ask.trace", "group", 0.7),
            models=(0.1, 0.4, 0.5),
            adopt=(0.9, 1),
        ),
    )


@CROWDS.crowd(14, 190, (3, 5))
def persona_survey(draw: Draw) -> Made:
    """Social scientists: a thousand invented respondents, one questionnaire."""
    centre = draw.uniform(0.2, 0.8)
    supply = Supply(mail="firm", kind="research", country="one", line="campus")
    return supply, (
        Stream(
            (("persona", 1),),
            client="sdk",
            lines=(("campus", 0.7), ("server", 0.3)),
            rhythm="student",
            burst=(centre, 4),
            active=0.8,
            source="split",
            repeats=3,
            system="group",
            sitting=80,
            gap=5,
            turns=1,
            params="group",
            after=Wrap("ask.format", "group"),
            models=(0.5, 0.4, 0.1),
        ),
    )


@CROWDS.crowd(40, 45, (2, 3))
def fan_translators(draw: Draw) -> Made:
    """Volunteers who translate a game: a shared glossary as system prompt, chapters dealt out without overlap."""
    supply = Supply(signup="grown", plan="payg", phone=0.3, country="few")
    return supply, (
        Stream(
            (("translate", 8), ("rewrite", 1)),
            client="tool",
            pinned=draw.random() < 0.5,
            lines=HOME,
            rhythm="evening",
            active=0.5,
            source="split",
            foreign=0.8,
            system="group",
            rules=14,
            sitting=14,
            gap=60,
            turns=1.4,
            uneven=0.8,
            models=(0.1, 0.6, 0.3),
        ),
    )


@CROWDS.crowd(12, 210, (2, 3))
def tongue_labs(draw: Draw) -> Made:
    """Laboratories that compare languages: public tasks in six tongues, to be thought through in the tongue of the question."""
    supply = Supply(mail="firm", pay="one", kind="research", country="one", line="campus", verified=0.4)
    return supply, (
        Stream(
            HARD,
            foreign=2.0,
            client="sdk",
            lines=(("campus", 0.4), ("server", 0.6)),
            rhythm="flat",
            group_days=0.6,
            active=0.9,
            source="sweep",
            bank=f"public {draw.integers(4)}",
            size=400,
            sitting=60,
            gap=8,
            turns=1,
            after=Wrap("ask.trace", "group", 0.8),
            uneven=0.2,
            params="group",
            models=(0.1, 0.3, 0.6),
            adopt=(0.9, 0.5),
        ),
    )
