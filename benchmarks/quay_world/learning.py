"""Innocent crowds that learn, teach, examine, compete or do research."""

from dataclasses import replace

from .crowd import CAMPUS, FIRM, FREE, LAB, PAYG, TEAM, Draw, crowd
from .profiles import CHAT, DEVELOP, Group, Line, Setup, Supply, Work


@crowd((1, 2), (50, 160), 8)
def campus(d: Draw) -> Group:
    """A university's people behind its addresses."""
    return d.group(Work(topics=CHAT | DEVELOP | {"reasoning": 3}, line=Line("campus", 0.45), hours="people", zone=d.zone()), CAMPUS)


@crowd((2, 4), (18, 60), 9)
def classroom(d: Draw) -> Group:
    """One room, one assignment, new accounts in one week."""
    at = d.day(0.0, 0.7)
    work = Work(
        topics={"reasoning": 4, "code": 4, "data": 1},
        line=Line("campus", 0.3),
        queue="few",
        pool=d.number(4, 14),
        spread=0.5,
        start=at,
        end=at + 9,
        hours="office",
        zone=d.zone(),
        template=str(d.rng.choice(["", "template.thought", "template.house"])),
        by_hand=True,
    )
    return d.group(work, replace(CAMPUS, plan="free", signup="burst", at=at, days=0.4))


@crowd((1, 3), (30, 90), 13)
def bootcamp(d: Draw) -> Group:
    """An online course: new accounts at home, starter code with one client, the week's exercises in order."""
    at = d.day(-0.2, 0.5)
    work = Work(
        topics={"code": 4, "agentic": 1.5, "grading": 0.5},
        queue="sweep",
        pool=d.number(15, 60),
        spread=0.6,
        hours="evening",
        by_hand=False,
        setup=Setup("custom", "group", settings="group"),
        system="house",
        system_scope="group",
        template="template.house",
    )
    return d.group(work, replace(FREE, plan="mixed", card=1, signup="burst", at=at, days=1.5))


@crowd((1, 2), (35, 110), 15)
def hackathon(d: Draw) -> Group:
    """A weekend, a hall, a starter kit, vouchers."""
    at = d.day(0.1, 0.7)
    work = Work(
        topics={"code": 3, "agentic": 4, "vision": 1},
        line=Line("site", 0.1),
        start=at,
        end=at + 2.2,
        hours="always",
        setup=Setup("custom", "group"),
        system="agent",
        system_scope="group",
        tools=True,
        turns=4,
        spread=0.7,
        gap=25,
    )
    return d.group(work, replace(FREE, signup="burst", at=at, days=0.15, card=0))


@crowd((1, 3), (3, 12), 190)
def benchmark_lab(d: Draw) -> Group:
    """A laboratory that sweeps public benchmarks, and grades."""
    sweep = Work(
        3,
        topics={"reasoning": 5, "code": 3, "data": 1},
        queue="sweep",
        pool=900,
        shared=1,
        template="template.thought",
        known=1,
        by_hand=False,
        pace="shifts",
        spread=0.2,
        line=Line("server", 0.1),
        setup=Setup("custom", "world", d.number(30, 33), settings="group", temperature=0.0),
        surge=6,
        adopt=8,
        context=0,
    )
    grade = Work(
        1,
        topics={"grading": 1},
        queue="sweep",
        pool=900,
        shared=2,
        template="template.rubric",
        known=7,
        by_hand=False,
        spread=0.2,
        line=Line("server", 0),
        setup=Setup("sdk", "group", settings="group"),
    )
    return d.group((sweep, grade), LAB)


@crowd((1, 3), (4, 16), 80)
def judge_team(d: Draw) -> Group:
    """A product team that lets the model judge its own system's answers, with rubrics, twice each."""
    work = Work(
        topics={"grading": 5, "extract": 1},
        queue="samples",
        copies=2,
        template="template.rubric",
        by_hand=False,
        hours="always",
        spread=0.3,
        line=Line("server", 0),
        setup=Setup("sdk", "group", settings="group", temperature=0.0),
        retry=1,
    )
    return d.group(work, TEAM)


@crowd((1, 2), (6, 24), 90)
def permitted_data(d: Draw) -> Group:
    """A verified customer who makes data by contract: template, queue, round the clock."""
    work = Work(
        topics={"taskgen": 3, "writing": 2, "reasoning": 2, "chat": 1},
        queue="split",
        template="template.thought",
        by_hand=False,
        hours="always",
        pace="pump",
        spread=0,
        line=Line("server", 0),
        setup=Setup("sdk", "group", settings="group"),
        retry=1,
        follow="follow.deepen",
        turns=1.5,
        handoff=0.5,
    )
    return d.group(work, replace(FIRM, verified=1.0))


@crowd((1, 2), (4, 18), 60)
def trace_researchers(d: Draw) -> Group:
    """Study how models reason: elicit it, clean it, cut it; publish."""
    work = Work(
        topics={"trace": 4, "reasoning": 4},
        template="template.trace",
        wording="several",
        by_hand=False,
        queue="samples",
        copies=3,
        spread=0.6,
        line=Line("campus", 0.4),
        setup=Setup("sdk", "account", temperature=0.7),
        follow="follow.deepen",
        turns=1.6,
    )
    return d.group(work, LAB)


@crowd((1, 1), (15, 45), 22)
def replicators(d: Draw) -> Group:
    """Many laboratories run one paper's published prompts, sampled several times."""
    work = Work(
        topics={"reasoning": 5, "data": 1},
        queue="sweep",
        pool=140,
        shared=3,
        template="template.thought",
        known=4,
        by_hand=False,
        spread=0.5,
        line=Line("servers", 0.1),
        setup=Setup("agent", "world", 33, settings="group", temperature=0.7),
        sitting=20,
    )
    return d.group(work, replace(LAB, card=1, org="own", countries=0))


@crowd((1, 2), (50, 130), 8)
def notebooks(d: Draw) -> Group:
    """Strangers on one vendor's hosted notebooks: one network, one client, one library."""
    work = Work(topics={"data": 4, "code": 4, "reasoning": 1}, line=Line("notebook", 0.1), setup=Setup("sdk", "group"), sitting=5)
    return d.group(work, replace(PAYG, plan="mixed", kind="education", days=200))


@crowd((1, 2), (40, 120), 8)
def exam_candidates(d: Draw) -> Group:
    """The same book's exercises, step by step, in the week before the exam."""
    at = d.day(0.2, 0.7)
    work = Work(
        topics={"reasoning": 6, "data": 1},
        queue="few",
        pool=120,
        template="template.thought",
        wording="personal",
        start=at,
        end=at + 7,
        hours="evening",
        access=str(d.rng.choice(["app", "api"])),
        context=0,
    )
    return d.group(work, replace(FREE, kind="education", days=90))


@crowd((1, 1), (35, 100), 15)
def contestants(d: Draw) -> Group:
    """A contest with a prize: new accounts, the same tasks, maximum use until the deadline."""
    at = d.day(0.2, 0.6)
    work = Work(
        topics={"data": 3, "reasoning": 4, "code": 2},
        queue="few",
        pool=60,
        template="template.thought",
        wording="personal",
        by_hand=False,
        start=at,
        end=at + 6,
        spread=0.9,
        line=Line("home", 0.2),
        setup=Setup("sdk"),
    )
    return d.group(work, replace(PAYG, signup="spell", at=at + 3, days=6))


@crowd((1, 2), (3, 9), 110)
def retrieval_test(d: Draw) -> Group:
    """A team that replays yesterday's conversations of its own users against each new prompt, several times."""
    work = Work(
        topics=CHAT,
        queue="samples",
        copies=4,
        by_hand=False,
        system="house",
        system_scope="group",
        line=Line("server", 0),
        spread=0.2,
        hours="night",
        setup=Setup("custom", "group", settings="group"),
        foreign=0.5,
    )
    return d.group(work, TEAM)


@crowd((1, 1), (12, 40), 20)
def red_team(d: Draw) -> Group:
    """Contracted testers with proxies and fresh accounts who try to make the model say what it should not, and its thoughts."""
    work = Work(
        topics={"rewriting": 4, "reasoning": 2, "trace": 2},
        template="template.thought",
        wording="varied",
        line=Line("rotating", 0.1),
        by_hand=True,
        turns=3,
        setup=Setup("sdk", "account"),
    )
    return d.group(work, Supply(kind="research", verified=0.5, signup="spell", at=3, days=30, mail="alias", card=6, org="gaps"))
