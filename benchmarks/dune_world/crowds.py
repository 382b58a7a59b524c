"""Innocent crowds: what the customers of the provider do, the quiet ones and those that look like a harvest.

Each function makes one group of its crowd. ``accounts`` is the crowd's usual number of accounts, ``rate`` their requests within the world,
``groups`` between how many and how many groups the crowd consists of.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .profiles import Stream, Supply, Weights, Wrap

Draw = np.random.Generator
Made = tuple[Supply, tuple[Stream, ...]]

CHAT: Weights = (
    ("chat", 30),
    ("email", 9),
    ("homework", 10),
    ("travel", 5),
    ("cooking", 6),
    ("translate", 8),
    ("summary", 7),
    ("story", 4),
    ("medicine", 5),
    ("law", 4),
    ("codefix", 4),
    ("math", 2),
    ("logic", 2),
    ("data", 2),
    ("science", 2),
)
CODE: Weights = (("codewrite", 30), ("codefix", 26), ("codereview", 14), ("sql", 10), ("data", 6), ("chat", 5), ("tooluse", 3))
AGENT: Weights = (("agent", 70), ("codefix", 15), ("codereview", 10), ("sql", 5))
HARD: Weights = (("math", 40), ("science", 25), ("logic", 20), ("codewrite", 15))
STUDY: Weights = (("homework", 35), ("math", 18), ("science", 14), ("summary", 12), ("codefix", 8), ("translate", 6), ("chat", 7))
OFFICE: Weights = (
    ("email", 25),
    ("summary", 22),
    ("data", 14),
    ("extract", 10),
    ("translate", 9),
    ("chat", 10),
    ("law", 5),
    ("product", 5),
)

HOME = (("home", 0.75), ("mobile", 0.25))
PHONE = (("mobile", 0.7), ("home", 0.3))


@dataclass(frozen=True)
class Crowd:
    """A crowd's usual size, and how one of its groups is made."""

    accounts: int
    rate: float
    groups: tuple[int, int]
    make: Callable[[Draw], Made]


CROWDS: dict[str, Crowd] = {}


def crowd(accounts: int, rate: float, groups: tuple[int, int] = (1, 1)) -> Callable[[Callable[[Draw], Made]], Callable[[Draw], Made]]:
    """Register the function below as a crowd under its own name."""

    def add(make: Callable[[Draw], Made]) -> Callable[[Draw], Made]:
        CROWDS[make.__name__] = Crowd(accounts, rate, groups, make)
        return make

    return add


# Private people


@crowd(1500, 5)
def chat_free(draw: Draw) -> Made:
    """People with a free account."""
    supply = Supply(plan="free", pay="none", idle=0.3, phone=0.6)
    return supply, (
        Stream(
            CHAT,
            people=True,
            foreign=0.4,
            client="app",
            access="app",
            lines=HOME,
            active=0.2,
            turns=2.2,
            sitting=1.5,
            params="default",
            models=(0.7, 0.3, 0.0),
            adopt=(0.05, 5),
        ),
    )


@crowd(700, 15)
def chat_plus(draw: Draw) -> Made:
    """Subscribers."""
    supply = Supply(plan="plus", idle=0.1, phone=0.7)
    return supply, (
        Stream(
            (*CHAT, ("codewrite", 8), ("selfask", 1)),
            people=True,
            foreign=0.35,
            client="app",
            access="app",
            lines=HOME,
            active=0.45,
            turns=2.6,
            sitting=1.8,
            params="default",
            models=(0.1, 0.5, 0.4),
            adopt=(0.9, 1.5),
            attached=90,
        ),
    )


@crowd(450, 6)
def chat_phone(draw: Draw) -> Made:
    """People behind the shared exits of phone networks."""
    supply = Supply(plan="mixed", idle=0.2, phone=0.9, country="few", line="mobile")
    return supply, (
        Stream(
            CHAT,
            people=True,
            foreign=0.6,
            client="phone",
            access="app",
            lines=PHONE,
            active=0.3,
            turns=2.0,
            params="default",
            models=(0.6, 0.35, 0.05),
        ),
    )


@crowd(260, 9, (2, 4))
def exam_week(draw: Draw) -> Made:
    """Pupils of one country in the week of the same exams; many sign up for it and leave."""
    centre = draw.uniform(0.35, 0.8)
    supply = Supply(signup="grown" if draw.random() < 0.4 else "burst", at=-6, spread=16, plan="mixed", country="one", phone=0.8)
    return supply, (
        Stream(
            STUDY,
            people=True,
            foreign=0.7,
            client="app",
            access="app",
            lines=PHONE,
            rhythm="student",
            burst=(centre, 4),
            active=0.6,
            turns=2.4,
            source="deck",
            bank=f"papers {draw.integers(6)}",
            size=160,
            params="default",
            after=Wrap("ask.steps", "task", 0.25),
            models=(0.5, 0.4, 0.1),
        ),
    )


@crowd(200, 9, (40, 60))
def families(draw: Draw) -> Made:
    """Two to six accounts behind one card and one home line."""
    supply = Supply(pay="one", plan="plus", country="one", per_phone=2, line="house")
    return supply, (
        Stream(
            CHAT,
            people=True,
            foreign=0.5,
            client="app",
            access="app",
            lines=(("house", 0.8), ("mobile", 0.2)),
            active=0.4,
            turns=2.3,
            params="default",
            models=(0.2, 0.5, 0.3),
        ),
    )


@crowd(170, 12)
def vpn_people(draw: Draw) -> Made:
    """The privacy-minded: VPN exits, aliases for e-mail, virtual cards."""
    supply = Supply(mail="disposable", plan="mixed", phone=0.1, line="vpn")
    return supply, (
        Stream(
            (*CHAT, ("codewrite", 10), ("rewrite", 4)),
            people=True,
            foreign=0.4,
            client="app",
            access="app",
            lines=(("vpn", 0.85), ("home", 0.15)),
            active=0.4,
            turns=2.2,
            params="default",
            models=(0.3, 0.4, 0.3),
        ),
    )


@crowd(150, 5, (5, 9))
def hotspots(draw: Draw) -> Made:
    """Guests of a hotel, an airport, a conference: strangers behind one address for a day."""
    centre = draw.uniform(0.1, 0.9)
    supply = Supply(plan="mixed")
    return supply, (
        Stream(
            CHAT,
            people=True,
            foreign=0.3,
            client="app",
            access="app",
            lines=(("site", 1.0),),
            burst=(centre, 1.2),
            active=0.9,
            params="default",
            models=(0.5, 0.4, 0.1),
        ),
    )


@crowd(60, 9, (2, 4))
def senior_course(draw: Draw) -> Made:
    """An evening course: the teacher signs everybody up on one day from one room, and all do the sheet of the evening."""
    at = float(draw.integers(0, 5))
    supply = Supply(signup="burst", at=at, spread=0.6, country="one", plan="free", pay="none", phone=0.8, line="site")
    return supply, (
        Stream(
            (("chat", 4), ("email", 4), ("cooking", 2), ("travel", 2)),
            people=True,
            client="web",
            access="app",
            lines=(("site", 0.8), ("home", 0.2)),
            rhythm="evening",
            group_days=0.35,
            active=0.9,
            source="daily",
            size=8,
            params="default",
            models=(0.8, 0.2, 0.0),
        ),
    )


@crowd(320, 3, (2, 4))
def viral_prompt(draw: Draw) -> Made:
    """The same long prompt, found on the web, in the same days; some versions ask for the thinking."""
    centre = draw.uniform(0.2, 0.8)
    section = "ask.pack" if draw.random() < 0.7 else "ask.trace"
    supply = Supply(plan="mixed", signup="grown")
    return supply, (
        Stream(
            (("chat", 5), ("selfask", 4), ("logic", 3), ("persona", 1)),
            client="app",
            access="app",
            lines=HOME,
            burst=(centre, 1.6),
            active=0.8,
            source="deck",
            size=int(draw.integers(2, 30)),
            before=Wrap(section, "group", 0.9),
            turns=1.6,
            params="default",
            models=(0.4, 0.4, 0.2),
        ),
    )


@crowd(180, 9)
def daily_puzzle(draw: Draw) -> Made:
    """Solvers of a newspaper's puzzle of the day, who paste it as printed."""
    supply = Supply(plan="mixed")
    return supply, (
        Stream(
            (("logic", 5), ("math", 3)),
            people=True,
            foreign=0.4,
            client="app",
            access="app",
            lines=HOME,
            active=0.6,
            source="daily",
            size=3,
            turns=2.1,
            after=Wrap("ask.steps", "account", 0.3),
            params="default",
            models=(0.3, 0.4, 0.3),
        ),
    )


@crowd(130, 14, (2, 3))
def prompt_pack(draw: Draw) -> Made:
    """Buyers of a pack of prompts: strangers with the same elaborate instructions around tasks of their own."""
    supply = Supply(plan="plus", signup="drip", at=-40, spread=50)
    return supply, (
        Stream(
            (("chat", 5), ("reason", 2), ("selfask", 4), ("data", 3), ("law", 2), ("science", 3)),
            people=True,
            client="app",
            access="app",
            lines=HOME,
            active=0.5,
            before=Wrap("ask.pack", "few", 0.9),
            after=Wrap("ask.trace", "few", 0.3),
            turns=2.2,
            params="default",
            models=(0.1, 0.4, 0.5),
            adopt=(0.9, 1.0),
        ),
    )


@crowd(20, 70)
def shared_login(draw: Draw) -> Made:
    """One subscription used by a dozen friends or buyers of a share: many lines and clients, at all hours."""
    supply = Supply(plan="plus", phone=0.3)
    return supply, (
        Stream(
            CHAT,
            people=True,
            client="app",
            access="app",
            lines=(("proxy", 0.8), ("mobile", 0.2)),
            rhythm="flat",
            active=0.95,
            turns=2.4,
            params="default",
            models=(0.1, 0.4, 0.5),
            adopt=(0.95, 0.5),
        ),
    )


@crowd(120, 28, (2, 4))
def companion_players(draw: Draw) -> Made:
    """Role play through a popular front end with its long character sheets, on people's own keys."""
    supply = Supply(mail="public", phone=0.3)
    return supply, (
        Stream(
            (("roleplay", 8), ("story", 2)),
            people=True,
            foreign=0.5,
            client=f"tool:{draw.integers(2, 6)}",
            lines=HOME,
            rhythm="night",
            active=0.5,
            turns=9,
            think=70,
            system="few",
            rules=9,
            models=(0.4, 0.5, 0.1),
        ),
    )


@crowd(130, 11)
def language_learners(draw: Draw) -> Made:
    """Learners who write in several tongues and ask why."""
    supply = Supply(plan="mixed")
    return supply, (
        Stream(
            (("translate", 7), ("chat", 3)),
            people=True,
            foreign=0.9,
            client="app",
            access="app",
            lines=PHONE,
            active=0.55,
            turns=3.5,
            params="default",
            models=(0.5, 0.4, 0.1),
        ),
    )


@crowd(230, 5, (3, 5))
def telco_bundle(draw: Draw) -> Made:
    """A phone company gives the chat to its customers: the company pays for all, sign-ups by its portal in waves after letters."""
    at = float(draw.integers(-8, 6))
    supply = Supply(signup="burst", at=at, spread=3.5, pay="one", plan="plus", country="one", phone=1.0, line="server", idle=0.3)
    return supply, (
        Stream(
            CHAT,
            people=True,
            foreign=0.6,
            client="phone",
            access="app",
            lines=PHONE,
            active=0.4,
            turns=1.9,
            params="default",
            models=(0.5, 0.4, 0.1),
        ),
    )


@crowd(140, 3, (1, 2))
def storm_news(draw: Draw) -> Made:
    """A region asks the same few things in one night."""
    centre = draw.uniform(0.2, 0.85)
    supply = Supply(plan="mixed", country="one")
    return supply, (
        Stream(
            (("chat", 5), ("travel", 3), ("medicine", 1)),
            people=True,
            foreign=0.6,
            client="app",
            access="app",
            lines=PHONE,
            burst=(centre, 0.8),
            active=0.9,
            source="deck",
            size=14,
            params="default",
            models=(0.5, 0.5, 0.0),
        ),
    )


@crowd(140, 15, (1, 2))
def outage_refugees(draw: Draw) -> Made:
    """Another provider fails: sign-ups within a day, heavy use at once, with the habits and system prompts brought along."""
    at = float(draw.integers(2, 9))
    supply = Supply(signup="burst", at=at, spread=1.5, phone=0.4)
    return supply, (
        Stream(
            (*CODE, ("agent", 10), ("extract", 8)),
            foreign=0.4,
            client="code",
            lines=(("home", 0.5), ("server", 0.5)),
            own_site=True,
            system="account",
            rhythm="human",
            active=0.7,
            turns=1.7,
            sitting=6,
            gap=40,
            uneven=1.2,
            models=(0.2, 0.4, 0.4),
            adopt=(0.6, 2),
        ),
    )


@crowd(60, 18, (18, 26))
def quota_splitters(draw: Draw) -> Made:
    """One person with two to four free accounts, to have more: against the terms, but nobody's campaign."""
    supply = Supply(signup="drip", at=-60, spread=70, mail="disposable", plan="free", pay="none", phone=0.2, country="one", line="house")
    return supply, (
        Stream(
            (*CHAT, ("codefix", 10), ("codewrite", 10)),
            people=True,
            client="web",
            pinned=True,
            access="app",
            lines=(("house", 1.0),),
            active=0.6,
            turns=3.0,
            handoff=0.05,
            params="default",
            models=(0.4, 0.6, 0.0),
        ),
    )


@crowd(55, 9)
def age_checks(draw: Draw) -> Made:
    """Pupils whom the age check throws out and who come back the same evening under another name."""
    supply = Supply(mail="public", plan="free", pay="none", phone=0.3, country="few", life=7.0)
    return supply, (
        Stream(
            STUDY,
            people=True,
            foreign=0.6,
            client="app",
            access="app",
            lines=PHONE,
            rhythm="student",
            active=0.8,
            turns=2.5,
            params="default",
            models=(0.7, 0.3, 0.0),
        ),
    )


@crowd(70, 26)
def turned_builders(draw: Draw) -> Made:
    """Subscribers of the chat who at some moment begin to build: an old account wakes up on the API, in bulk, from a machine elsewhere."""
    supply = Supply(plan="plus", phone=0.6)
    chat = Stream(
        CHAT,
        share=0.3,
        window=(0, 0.6),
        stagger=-0.3,
        people=True,
        foreign=0.4,
        client="app",
        access="app",
        lines=HOME,
        active=0.4,
        turns=2.2,
        params="default",
        models=(0.3, 0.5, 0.2),
    )
    code = Stream(
        (*CODE, ("extract", 15), ("math", 12), ("maketask", 6), ("judge", 6)),
        share=0.7,
        window=(0.4, 1),
        stagger=0.4,
        client="code",
        lines=(("server", 0.6), ("vpn", 0.4)),
        own_site=True,
        active=0.7,
        sitting=8,
        gap=45,
        turns=1.4,
        system="account",
        models=(0.1, 0.4, 0.5),
        adopt=(0.8, 1),
    )
    return supply, (chat, code)


@crowd(60, 22, (2, 3))
def field_teams(draw: Draw) -> Made:
    """Installers and sellers with company telephones: one bill, mobile lines of one country, one text block in front, a fixed round."""
    supply = Supply(
        signup="drip", at=-40, spread=45, pay="shared", per_card=8, plan="plus", kind="enterprise", country="one", phone=1.0, line="mobile"
    )
    return supply, (
        Stream(
            (("email", 4), ("support", 4), ("science", 2), ("data", 2), ("vision", 2)),
            people=True,
            client="phone",
            pinned=True,
            access="app",
            lines=(("mobile", 1.0),),
            rhythm="shift",
            active=0.8,
            sitting=5,
            gap=400,
            turns=1.5,
            before=Wrap("ask.role", "group", 0.8),
            uneven=0.3,
            params="default",
            models=(0.2, 0.6, 0.2),
        ),
    )


# Schools and research


@crowd(240, 8, (4, 7))
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


@crowd(170, 14, (2, 3))
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


@crowd(12, 260, (3, 4))
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


@crowd(18, 180, (5, 8))
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


@crowd(22, 300, (5, 8))
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


@crowd(20, 220, (4, 6))
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


@crowd(20, 150, (4, 6))
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


@crowd(18, 140, (3, 4))
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


@crowd(14, 420, (3, 4))
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


@crowd(14, 190, (3, 5))
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


@crowd(40, 45, (2, 3))
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


@crowd(12, 210, (2, 3))
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


# Developers


@crowd(480, 11)
def hobby_code(draw: Draw) -> Made:
    """People who try things with the API."""
    supply = Supply(idle=0.25, phone=0.4)
    return supply, (
        Stream(
            (*CODE, ("extract", 8), ("classify", 6), ("story", 4), ("math", 4)),
            foreign=0.35,
            client="code",
            lines=(("home", 0.7), ("server", 0.3)),
            own_site=True,
            rhythm="evening",
            active=0.2,
            sitting=6,
            gap=70,
            turns=1.4,
            uneven=1.4,
            system="account",
            adopt=(0.5, 5),
        ),
    )


@crowd(340, 48)
def agent_popular(draw: Draw) -> Made:
    """Users of the coding agent that everybody has: one long system prompt, the same tools, the same release."""
    supply = Supply(phone=0.5)
    return supply, (
        Stream(
            AGENT,
            foreign=0.3,
            client="tool:0",
            lines=(("home", 0.7), ("site", 0.15), ("vpn", 0.15)),
            own_site=True,
            active=0.5,
            turns=9,
            think=22,
            follow="follow.tool",
            sitting=1.6,
            gap=300,
            system="tool",
            uneven=1.1,
            models=(0.05, 0.35, 0.6),
            adopt=(0.95, 0.8),
            attached=900,
        ),
    )


@crowd(110, 40, (3, 5))
def agent_niche(draw: Draw) -> Made:
    """A few dozen users of a small agent, who otherwise have nothing in common."""
    supply = Supply(phone=0.4)
    return supply, (
        Stream(
            (("agent", 4), ("tooluse", 4), ("vision", 2), ("data", 2)),
            foreign=0.3,
            client=f"tool:{draw.integers(8, 26)}",
            lines=(("home", 0.7), ("server", 0.3)),
            own_site=True,
            active=0.4,
            turns=6,
            think=15,
            follow="follow.tool",
            system="tool",
            uneven=1.2,
            models=(0.1, 0.4, 0.5),
            adopt=(0.7, 2),
            attached=600,
        ),
    )


@crowd(230, 18)
def editor_plugin(draw: Draw) -> Made:
    """A plugin of an editor with its short instruction."""
    supply = Supply(phone=0.4)
    return supply, (
        Stream(
            CODE,
            foreign=0.2,
            client="tool:1",
            lines=(("home", 0.5), ("site", 0.5)),
            own_site=True,
            rhythm="office",
            active=0.5,
            sitting=5,
            gap=200,
            turns=1.3,
            follow="follow.code",
            system="tool",
            models=(0.5, 0.4, 0.1),
            attached=400,
        ),
    )


@crowd(160, 24, (2, 4))
def hackathon(draw: Draw) -> Made:
    """One venue, one starter kit, a voucher, a weekend; accounts of that morning."""
    begin = draw.uniform(0.15, 0.75)
    supply = Supply(signup="burst", part=begin, at=-1.5, spread=1.5, pay="one", phone=0.5, kind="startup", line="site", country="one")
    return supply, (
        Stream(
            (("tooluse", 4), ("codewrite", 4), ("agent", 3), ("extract", 3), ("vision", 2), ("story", 1)),
            client="sdk",
            lines=(("site", 0.8), ("mobile", 0.2)),
            burst=(begin + 0.03, 1.3),
            active=0.95,
            rhythm="flat",
            sitting=8,
            gap=60,
            turns=1.8,
            system="few",
            params="group",
            uneven=1.0,
            models=(0.1, 0.4, 0.5),
            adopt=(0.7, 0.5),
        ),
    )


@crowd(90, 18, (2, 3))
def bootcamp(draw: Draw) -> Made:
    """A school for programmers: exercises of the day, a tutor's system prompt, a shared card."""
    supply = Supply(signup="burst", at=-12, spread=5, pay="shared", per_card=15, kind="education", country="one", line="site")
    return supply, (
        Stream(
            CODE,
            client="tool:1",
            lines=(("site", 0.7), ("home", 0.3)),
            rhythm="office",
            active=0.8,
            source="daily",
            size=9,
            turns=2.4,
            follow="follow.code",
            system="group",
            models=(0.4, 0.5, 0.1),
        ),
    )


@crowd(60, 40, (12, 18))
def agencies(draw: Draw) -> Made:
    """An agency that keeps an account for each of its clients: one card, one office, one program."""
    supply = Supply(
        mail="own", pay="one", kind="startup", country="one", line="site", signup="drip", at=-300, spread=310, per_phone=5, phone=0.8
    )
    return supply, (
        Stream(
            (("product", 4), ("support", 3), ("email", 2), ("summary", 2), ("extract", 2)),
            foreign=0.8,
            client="code",
            pinned=True,
            lines=(("site", 0.5), ("server", 0.5)),
            rhythm="office",
            active=0.7,
            sitting=9,
            gap=50,
            system="account",
            models=(0.3, 0.5, 0.2),
        ),
    )


@crowd(32, 150, (4, 6))
def key_rotators(draw: Draw) -> Made:
    """Firms that spread their load over accounts of departments: a talk begun on one goes on with another."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="team",
        org="one" if draw.random() < 0.7 else "some",
        verified=0.6,
        country="one",
        line="site",
    )
    return supply, (
        Stream(
            (("support", 5), ("extract", 3), ("summary", 3), ("tooluse", 2)),
            client="gateway",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="human",
            active=1.0,
            turns=3.2,
            handoff=0.6,
            sitting=5,
            gap=30,
            system="few",
            rules=7,
            uneven=0.1,
            even=True,
            params="group",
            models=(0.2, 0.5, 0.3),
        ),
    )


@crowd(130, 38, (3, 5))
def service_tenants(draw: Draw) -> Made:
    """A web service works for each of its customers with the customer's own account: one server, one template, one program, every night."""
    supply = Supply(mail="own", signup="drip", at=-200, spread=205, kind="startup", phone=0.4)
    kind = str(draw.choice(["extract", "summary", "product", "classify", "judge", "data"]))
    return supply, (
        Stream(
            ((kind, 8), ("email", 1), ("codereview", 1)),
            foreign=0.7,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="batch",
            zone="group",
            active=0.9,
            sitting=10,
            gap=14,
            turns=1,
            system="group",
            rules=9,
            params="group",
            uneven=0.3,
            before=Wrap("ask.role", "account", 0.5),
            after=Wrap("ask.format", "group"),
            models=(0.4, 0.5, 0.1),
            adopt=(0.2, 9),
        ),
    )


@crowd(120, 24, (2, 3))
def flow_builders(draw: Draw) -> Made:
    """Users of a kit for automation: public templates with gaps, own keys, the kit's servers, on the beat of its clock."""
    supply = Supply(phone=0.4, signup="drip", at=-250, spread=265)
    return supply, (
        Stream(
            (("email", 3), ("product", 3), ("summary", 3), ("classify", 3), ("extract", 3)),
            foreign=0.6,
            client="http",
            pinned=True,
            lines=(("server", 0.8), ("home", 0.2)),
            rhythm="flat",
            active=0.9,
            beat=15,
            sitting=2,
            gap=6,
            turns=1,
            system="few",
            params="group",
            models=(0.6, 0.4, 0.0),
        ),
    )


@crowd(40, 80)
def ci_jobs(draw: Draw) -> Made:
    """Reviews by the clock of a build server."""
    supply = Supply(mail="own", kind="startup", org="each", line="site")
    return supply, (
        Stream(
            (("codereview", 7), ("agent", 2)),
            client="code",
            lines=(("server", 1.0),),
            own_site=True,
            rhythm="office",
            beat=30,
            active=0.9,
            sitting=3,
            gap=9,
            turns=1.4,
            follow="follow.code",
            system="account",
            attached=1_200,
            models=(0.2, 0.5, 0.3),
        ),
    )


@crowd(26, 60)
def night_watch(draw: Draw) -> Made:
    """Scripts of people on call: the same question at the same minute."""
    supply = Supply(mail="own", kind="startup", org="each")
    return supply, (
        Stream(
            (("data", 4), ("summary", 4), ("classify", 2)),
            client="http",
            lines=(("server", 1.0),),
            own_site=True,
            rhythm="flat",
            beat=60,
            active=1.0,
            sitting=1,
            turns=1,
            source="deck",
            size=4,
            system="account",
            models=(0.5, 0.5, 0.0),
            uneven=0.4,
        ),
    )


@crowd(70, 30)
def home_gateway(draw: Draw) -> Made:
    """People who run an open gateway at home for themselves and friends."""
    supply = Supply(phone=0.3)
    return supply, (
        Stream(
            (*CHAT, *CODE),
            people=True,
            foreign=0.5,
            client="gateway",
            lines=(("home", 0.6), ("server", 0.4)),
            own_site=True,
            active=0.6,
            turns=2.8,
            system="common",
            models=(0.2, 0.4, 0.4),
            adopt=(0.9, 1),
        ),
    )


@crowd(130, 18, (2, 3))
def game_mod(draw: Draw) -> Made:
    """A mod that lets villagers speak through the players' own keys: one long system prompt, narrow talk, new accounts when it came out."""
    supply = Supply(signup="drip", at=-15, spread=25, mail="public", phone=0.2)
    return supply, (
        Stream(
            (("roleplay", 1),),
            foreign=0.5,
            client=f"tool:{draw.integers(6, 12)}",
            pinned=True,
            lines=HOME,
            rhythm="evening",
            active=0.5,
            turns=4,
            think=25,
            sitting=4,
            gap=90,
            system="tool",
            source="deck",
            size=220,
            models=(0.8, 0.2, 0.0),
        ),
    )


@crowd(90, 50)
def sheet_addon(draw: Draw) -> Made:
    """A function in a spreadsheet, pulled down over hundreds of rows."""
    supply = Supply(mail="public", phone=0.4)
    return supply, (
        Stream(
            (("classify", 5), ("extract", 4), ("translate", 2), ("product", 3)),
            foreign=0.5,
            client="tool:2",
            lines=(("home", 0.4), ("site", 0.6)),
            own_site=True,
            rhythm="office",
            active=0.3,
            sitting=40,
            gap=2,
            turns=1,
            before=Wrap("ask.role", "account", 0.7),
            after=Wrap("ask.format", "account"),
            system="tool",
            models=(0.7, 0.3, 0.0),
        ),
    )


@crowd(50, 50, (2, 3))
def incubator(draw: Draw) -> Made:
    """A year's cohort of young firms with credits of one sponsor, that sign up in one week and use them at once."""
    supply = Supply(
        signup="burst", at=float(draw.integers(-5, 4)), spread=4, mail="own", pay="one", kind="startup", org="each", line="site", phone=0.5
    )
    return supply, (
        Stream(
            (*CODE, ("agent", 14), ("extract", 8), ("judge", 4), ("maketask", 3), ("support", 6)),
            foreign=0.4,
            client="code",
            lines=(("site", 0.3), ("server", 0.7)),
            own_site=True,
            active=0.7,
            sitting=9,
            gap=30,
            turns=1.8,
            system="account",
            uneven=0.9,
            models=(0.1, 0.4, 0.5),
            adopt=(0.9, 1),
        ),
    )


@crowd(60, 40, (1, 2))
def credit_rush(draw: Draw) -> Made:
    """Credits run out on a date: strangers who spend what is left, with whatever jobs they can think of."""
    supply = Supply(signup="drip", at=-95, spread=8, kind="startup", phone=0.5)
    return supply, (
        Stream(
            (("summary", 3), ("classify", 3), ("maketask", 2), ("product", 2), ("math", 2), ("codewrite", 2)),
            foreign=0.4,
            client="code",
            lines=(("home", 0.4), ("server", 0.6)),
            own_site=True,
            rhythm="flat",
            burst=(draw.uniform(0.5, 0.95), 1.2),
            active=0.9,
            sitting=50,
            gap=5,
            turns=1,
            system="account",
            models=(0.1, 0.3, 0.6),
            adopt=(0.8, 0.5),
        ),
    )


@crowd(60, 26, (1, 2))
def release_tourists(draw: Draw) -> Made:
    """Bloggers and the curious who put the new model through the same public questions on its first days."""
    supply = Supply(phone=0.5)
    return supply, (
        Stream(
            (*HARD, ("story", 6), ("rewrite", 5)),
            people=True,
            client="code",
            lines=HOME,
            active=0.7,
            source="deck",
            bank=f"public {draw.integers(4)}",
            size=90,
            sitting=8,
            gap=60,
            turns=1.3,
            after=Wrap("ask.steps", "account", 0.4),
            models=(0.0, 0.05, 0.95),
            adopt=(1.0, 0.1),
            uneven=0.8,
        ),
    )


# Firms and those who sell on


@crowd(170, 24, (7, 11))
def company_cards(draw: Draw) -> Made:
    """A company: one card, one way out, templates of its own; not always an organisation in the register."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="team",
        country="one",
        line="site",
        verified=0.5,
        org=str(draw.choice(["one", "some", "none"])),
    )
    return supply, (
        Stream(
            OFFICE,
            people=True,
            foreign=0.5,
            client="web",
            access="app",
            lines=(("site", 0.8), ("home", 0.2)),
            rhythm="office",
            active=0.6,
            turns=2.0,
            params="default",
            before=Wrap("ask.role", "few", 0.3),
            models=(0.2, 0.5, 0.3),
        ),
    )


@crowd(90, 40, (2, 4))
def call_centre(draw: Draw) -> Made:
    """Shifts at a help line with one tool and one instruction, equal load by design."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="enterprise",
        country="one",
        line="site",
        org="some",
        signup="drip",
        at=-90,
        spread=100,
    )
    return supply, (
        Stream(
            (("support", 1),),
            foreign=0.8,
            client="http",
            pinned=True,
            lines=(("site", 1.0),),
            rhythm="shift",
            zone="group",
            active=0.7,
            sitting=9,
            gap=170,
            turns=1.8,
            system="group",
            rules=10,
            params="group",
            uneven=0.2,
            models=(0.5, 0.5, 0.0),
        ),
    )


@crowd(50, 90, (3, 4))
def annotation_firm(draw: Draw) -> Made:
    """A contractor's annotators: labels and grades for somebody else's data, out of one queue, in shifts; high turnover of staff."""
    supply = Supply(
        signup="drip",
        at=-30,
        spread=45,
        mail="domains" if draw.random() < 0.4 else "firm",
        pay="shared",
        per_card=12,
        kind="startup",
        country="one",
        line="site",
    )
    return supply, (
        Stream(
            (("classify", 4), ("judge", 4), ("extract", 2)),
            foreign=0.6,
            client="code",
            lines=(("site", 0.6), ("home", 0.4)),
            rhythm="shift",
            zone="group",
            active=0.7,
            source="split",
            repeats=2,
            sitting=25,
            gap=30,
            turns=1.1,
            system="few",
            rules=7,
            uneven=0.35,
            params="group",
            models=(0.3, 0.5, 0.2),
        ),
    )


@crowd(28, 70, (3, 4))
def translation_bureau(draw: Draw) -> Made:
    """Translators at home for one bureau: documents dealt out, terms fixed in the system prompt."""
    supply = Supply(mail="public", pay="shared", per_card=9, country="few", phone=0.7)
    return supply, (
        Stream(
            (("translate", 8), ("summary", 1)),
            foreign=0.9,
            client="tool",
            lines=HOME,
            rhythm="office",
            active=0.7,
            source="split",
            sitting=12,
            gap=90,
            turns=1.3,
            system="group",
            rules=10,
            uneven=0.7,
            models=(0.1, 0.6, 0.3),
        ),
    )


@crowd(32, 70, (2, 4))
def document_review(draw: Draw) -> Made:
    """A law firm's review before a trial: everybody late into the night, one queue, one question."""
    centre = draw.uniform(0.3, 0.8)
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="team",
        country="one",
        line="site",
        org=str(draw.choice(["one", "none"])),
        verified=0.5,
    )
    return supply, (
        Stream(
            (("extract", 4), ("law", 3), ("classify", 3)),
            foreign=0.5,
            client="sdk",
            pinned=True,
            lines=(("site", 0.9), ("vpn", 0.1)),
            rhythm="human",
            burst=(centre, 5),
            active=0.9,
            source="split",
            sitting=30,
            gap=20,
            turns=1.1,
            system="group",
            rules=8,
            attached=1_800,
            uneven=0.5,
            params="group",
            models=(0.1, 0.4, 0.5),
        ),
    )


@crowd(26, 120, (2, 3))
def code_migration(draw: Draw) -> Made:
    """A bank moves a million lines to another language: files dealt out to engineers' agents, explanations wanted for the record."""
    supply = Supply(
        mail="firm",
        pay="one",
        kind="enterprise",
        plan="enterprise",
        country="one",
        line="site",
        org="some",
        verified=0.6,
        signup="burst",
        at=-9,
        spread=8,
    )
    return supply, (
        Stream(
            (("codewrite", 4), ("agent", 4), ("codereview", 2), ("reason", 1)),
            client="tool:0",
            pinned=True,
            lines=(("site", 1.0),),
            rhythm="office",
            active=0.85,
            group_days=0.9,
            source="split",
            sitting=6,
            gap=40,
            turns=5,
            think=18,
            follow="follow.tool",
            system="group",
            rules=12,
            uneven=0.3,
            after=Wrap("ask.steps", "group", 0.6),
            models=(0.0, 0.3, 0.7),
            adopt=(0.9, 0.6),
            attached=2_000,
        ),
    )


@crowd(20, 190, (4, 6))
def night_batch(draw: Draw) -> Made:
    """An insurer's nightly work on the mail of the day."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.8, country="one", line="site")
    return supply, (
        Stream(
            (("extract", 6), ("classify", 5), ("summary", 3)),
            foreign=0.7,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="batch",
            zone="group",
            active=1.0,
            sitting=90,
            gap=4,
            turns=1,
            system="group",
            rules=7,
            uneven=0.2,
            even=True,
            params="group",
            attached=700,
            models=(0.5, 0.5, 0.0),
            adopt=(0.1, 9),
        ),
    )


@crowd(8, 800, (4, 5))
def big_app(draw: Draw) -> Made:
    """An application with a million users behind one key or two."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.9, country="one", line="server")
    return supply, (
        Stream(
            (*CHAT, ("support", 20), ("roleplay", 10), ("product", 6)),
            people=True,
            foreign=0.4,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            active=1.0,
            sitting=1,
            turns=2.8,
            system="few",
            rules=9,
            uneven=0.4,
            params="group",
            models=(0.5, 0.4, 0.1),
        ),
    )


@crowd(80, 50, (6, 9))
def cloud_tenants(draw: Draw) -> Made:
    """Customers of clouds, of whom the provider sees little."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="cloud", org="some", verified=0.4, country="one", line="cloud")
    return supply, (
        Stream(
            (*CODE, ("extract", 14), ("summary", 12), ("classify", 10), ("judge", 5), ("support", 10), ("math", 3)),
            foreign=0.4,
            client="sdk",
            access="cloud",
            rhythm="human",
            active=0.6,
            sitting=12,
            gap=25,
            turns=1.5,
            system="few",
            rules=6,
            uneven=1.2,
            params="group",
            models=(0.2, 0.5, 0.3),
        ),
    )


@crowd(8, 600, (2, 3))
def resellers(draw: Draw) -> Made:
    """Contracted resellers: many people behind few accounts."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="enterprise", org="one", verified=0.95, passthrough=True, line="server")
    return supply, (
        Stream(
            (*CHAT, *CODE, ("story", 8), ("roleplay", 8), ("math", 5)),
            people=True,
            foreign=0.5,
            client="gateway",
            pinned=True,
            lines=(("server", 1.0),),
            active=1.0,
            turns=2.6,
            handoff=0.3,
            sitting=1,
            uneven=0.3,
            models=(0.2, 0.4, 0.4),
            adopt=(0.9, 0.5),
        ),
    )


@crowd(14, 240, (2, 4))
def grey_reseller(draw: Draw) -> Made:
    """A small seller of cheap access over personal accounts and mixed cards: breaks the terms and keeps no answers."""
    supply = Supply(signup="drip", at=-60, spread=60, mail="disposable", pay="shared", per_card=3, line="vpn", phone=0.1, banned=0.06)
    return supply, (
        Stream(
            (*CHAT, *CODE, ("roleplay", 14)),
            people=True,
            foreign=0.7,
            client="gateway",
            pinned=True,
            lines=(("server", 0.6), ("sticky", 0.4)),
            active=1.0,
            turns=2.6,
            handoff=0.35,
            sitting=1,
            uneven=0.3,
            models=(0.1, 0.4, 0.5),
            adopt=(0.95, 0.5),
        ),
    )


@crowd(12, 200, (3, 4))
def captioners(draw: Draw) -> Made:
    """Captions for the blind and for archives: pictures in bulk, day and night."""
    supply = Supply(mail="firm", kind="startup", country="one", line="server", verified=0.3)
    return supply, (
        Stream(
            (("vision", 1),),
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            rhythm="flat",
            active=1.0,
            sitting=60,
            gap=6,
            turns=1,
            system="group",
            rules=5,
            params="group",
            uneven=0.2,
            attached=1_100,
            source="split",
            models=(0.4, 0.5, 0.1),
        ),
    )


@crowd(6, 300, (2, 3))
def comparison_sites(draw: Draw) -> Made:
    """Public pages where visitors compare models blindly; their prompts are everybody's, hard ones above all."""
    supply = Supply(mail="firm", kind="research", line="server", verified=0.4, country="one")
    return supply, (
        Stream(
            (*CHAT, ("math", 14), ("logic", 14), ("codewrite", 14), ("story", 8)),
            people=True,
            foreign=0.5,
            client="sdk",
            pinned=True,
            lines=(("server", 1.0),),
            active=1.0,
            turns=1.6,
            sitting=1,
            uneven=0.3,
            system="common",
            params="group",
            models=(0.2, 0.3, 0.5),
            adopt=(1.0, 0.1),
        ),
    )


@crowd(24, 90, (2, 3))
def moderators(draw: Draw) -> Made:
    """A publisher's moderators who have comments on delicate subjects made acceptable."""
    supply = Supply(mail="firm", pay="one", kind="enterprise", plan="team", country="one", line="site", org="some")
    return supply, (
        Stream(
            (("rewrite", 5), ("classify", 4)),
            client="web",
            access="app",
            lines=(("site", 0.7), ("home", 0.3)),
            rhythm="shift",
            zone="group",
            active=0.7,
            foreign=0.8,
            sitting=15,
            gap=60,
            turns=1.2,
            params="default",
            before=Wrap("ask.role", "group", 0.9),
            uneven=0.4,
            models=(0.3, 0.5, 0.2),
        ),
    )


@crowd(26, 80, (2, 4))
def textbook_makers(draw: Draw) -> Made:
    """Writers for a publisher of textbooks: tasks by subject and level, with full solutions, a grid to be filled."""
    supply = Supply(mail="firm", pay="shared", per_card=6, kind="startup", country="few", phone=0.6)
    return supply, (
        Stream(
            (("maketask", 5), ("math", 3), ("science", 2), ("homework", 2)),
            client="code",
            lines=(("home", 0.7), ("site", 0.3)),
            rhythm="office",
            active=0.65,
            source="split",
            sitting=10,
            gap=60,
            turns=2.4,
            follow="follow.deep",
            system="few",
            rules=6,
            uneven=0.6,
            after=Wrap("ask.steps", "group", 0.6),
            models=(0.1, 0.3, 0.6),
            adopt=(0.7, 2),
        ),
    )
