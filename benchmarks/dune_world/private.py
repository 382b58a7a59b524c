"""Innocent crowds of private people: chat, exams, families, plans that are shared, what goes round.

Each function makes one group of its crowd.
"""

from .crowd import CHAT, CODE, HOME, PHONE, STUDY, Draw, Made, Register
from .profiles import Stream, Supply, Wrap

CROWDS = Register()


@CROWDS.crowd(1500, 5)
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


@CROWDS.crowd(700, 15)
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


@CROWDS.crowd(450, 6)
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


@CROWDS.crowd(260, 9, (2, 4))
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


@CROWDS.crowd(200, 9, (40, 60))
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


@CROWDS.crowd(170, 12)
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


@CROWDS.crowd(150, 5, (5, 9))
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


@CROWDS.crowd(60, 9, (2, 4))
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


@CROWDS.crowd(320, 3, (2, 4))
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


@CROWDS.crowd(180, 9)
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


@CROWDS.crowd(130, 14, (2, 3))
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


@CROWDS.crowd(20, 70)
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


@CROWDS.crowd(120, 28, (2, 4))
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


@CROWDS.crowd(130, 11)
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


@CROWDS.crowd(230, 5, (3, 5))
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


@CROWDS.crowd(140, 3, (1, 2))
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


@CROWDS.crowd(140, 15, (1, 2))
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


@CROWDS.crowd(60, 18, (18, 26))
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


@CROWDS.crowd(55, 9)
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


@CROWDS.crowd(70, 26)
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


@CROWDS.crowd(60, 22, (2, 3))
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
