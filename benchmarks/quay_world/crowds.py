"""Innocent crowds: who they are, how many, and what makes them look like operators.

Each crowd is a function that makes one group of it; its docstring says why the crowd is innocent, or what else it is guilty of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from .profiles import CHAT, DEVELOP, UNTIL_THE_END, Group, Life, Line, Setup, Supply, Work


@dataclass(frozen=True)
class Draw:
    """What a group is made for: its size, the world's time and chance."""

    name: str
    accounts: int
    requests: float
    days: float
    release: float
    rng: np.random.Generator

    def day(self, low: float = 0.1, high: float = 0.8) -> float:
        """A day of the world."""
        return float(self.rng.uniform(low, high) * self.days)

    def number(self, low: int, high: int) -> int:
        """A whole number, high excluded."""
        return int(self.rng.integers(low, high))

    def zone(self) -> int:
        """Hours from UTC."""
        return int(self.rng.choice([-5, 0, 1, 2, 5, 8, 9]))

    def group(self, works: Work | tuple[Work, ...], supply: Supply, life: Life = UNTIL_THE_END) -> Group:
        """The group; its works share the requests as their own numbers say."""
        works = works if isinstance(works, tuple) else (works,)
        parts = np.array([work.requests or 1.0 for work in works])
        shares = parts / parts.sum() * self.requests
        return Group(
            self.name, self.accounts, tuple(replace(w, requests=float(s)) for w, s in zip(works, shares, strict=True)), supply, life
        )


@dataclass(frozen=True)
class Crowd:
    """How often a crowd is met: number of groups, accounts of each, requests per account and relative to the others."""

    units: tuple[int, int]
    size: tuple[int, int]
    per: float
    make: Callable[[Draw], Group]


CROWDS: dict[str, Crowd] = {}


def crowd(units: tuple[int, int], size: tuple[int, int], per: float) -> Callable[[Callable[[Draw], Group]], Callable[[Draw], Group]]:
    """Add a function to CROWDS under its name."""

    def add(make: Callable[[Draw], Group]) -> Callable[[Draw], Group]:
        CROWDS[make.__name__] = Crowd(units, size, per, make)
        return make

    return add


FREE = Supply(plan="free", card=0, days=240, rented=0.02)
PAYG = Supply(rented=0.01)
TEAM = Supply(kind="startup", verified=0.4, mail="firm", card=60, org="group", countries=1)
FIRM = Supply(kind="enterprise", plan="scale", verified=0.9, mail="firm", card=400, org="group", countries=2)
CAMPUS = Supply(kind="education", verified=0.3, mail="campus", card=0, phone=0, countries=1)
LAB = Supply(kind="research", verified=0.5, mail="campus", card=8, org="gaps", countries=1)
SITE = Line("site", 0.15)


def agent(which: int, **changes: object) -> Work:
    """The work of people who use a known program with tools."""
    work = Work(
        topics={"agentic": 5, "code": 4, "data": 0.6},
        setup=Setup("agent", "world", which),
        system="agent",
        system_scope="world",
        tools=True,
        turns=7,
        gap=14,
        sitting=2,
        large=0.75,
        adopt=30,
        adopters=0.75,
        stream=0.9,
        sessions_named=0.3,
        context=0.4,
    )
    return replace(work, **changes)  # type: ignore[arg-type]


@crowd((1, 1), (1000, 1500), 7)
def hobbyists(d: Draw) -> Group:
    """The free tier: many try, few stay."""
    return d.group(Work(topics=CHAT | DEVELOP, system="person", spread=1.5), FREE, Life(banned=0.004))


@crowd((1, 1), (700, 1000), 18)
def developers(d: Draw) -> Group:
    """Pay as you go, own projects."""
    own = Work(3, system="house", turns=1.5, spread=1.5, line=Line("home", 0.1))
    hosted = Work(
        2,
        topics={"extract": 3, "chat": 2, "code": 2},
        system="house",
        line=Line("servers", 0),
        hours="always",
        by_hand=False,
        template="template.format",
        wording="personal",
        spread=1.8,
    )
    return d.group((own, hosted), PAYG, Life(banned=0.002))


@crowd((1, 1), (500, 800), 9)
def chat_people(d: Draw) -> Group:
    """The small chat product."""
    return d.group(
        Work(access="app", topics=CHAT, turns=3, sitting=1.5, setup=Setup("browser", settings="default"), line=Line("home", 0.3)), FREE
    )


@crowd((2, 4), (90, 260), 26)
def popular_agent(d: Draw) -> Group:
    """Thousands share one long system prompt, tools and client."""
    return d.group(agent(d.number(0, 5)), replace(PAYG, days=200))


@crowd((3, 6), (12, 45), 30)
def niche_agent(d: Draw) -> Group:
    """A few dozen users of a program that nobody else knows."""
    return d.group(agent(d.number(6, 40), turns=5), PAYG)


@crowd((1, 3), (30, 90), 10)
def editor_plugin(d: Draw) -> Group:
    """A plugin that works by itself for each of its users, with a fixed text, at their homes, with their keys."""
    work = Work(
        topics={"code": 5, "rewriting": 1},
        setup=Setup("custom", "group", settings="group"),
        template="template.format",
        by_hand=False,
        system="agent",
        system_scope="group",
        sitting=6,
        stream=0.8,
    )
    return d.group(work, PAYG)


@crowd((1, 2), (30, 80), 14)
def thoughtful_plugin(d: Draw) -> Group:
    """A note-taking plugin whose authors believe in 'step by step': each user's requests carry the same demand for reasoning."""
    work = Work(
        topics={"reasoning": 2, "writing": 2, "data": 2, "chat": 2},
        setup=Setup("custom", "group", settings="group"),
        template="template.thought",
        known=d.number(1, 6),
        by_hand=False,
        sitting=4,
    )
    return d.group(work, replace(PAYG, days=150))


@crowd((1, 2), (2, 6), 420)
def assistant_behind_one_key(d: Draw) -> Group:
    """An assistant with many users behind few accounts; their conversations pass between keys."""
    work = Work(
        topics=CHAT,
        people=1200,
        system="house",
        system_scope="group",
        setup=Setup("sdk", "group", settings="group"),
        turns=3,
        line=Line("server", 0),
        handoff=0.4,
        spread=0.4,
        gap=60,
    )
    return d.group(work, FIRM)


@crowd((1, 2), (4, 14), 170)
def aggregator(d: Draw) -> Group:
    """A contracted reseller of all models: many people, whatever they do."""
    work = Work(
        topics=CHAT | DEVELOP,
        people=900,
        system="house",
        system_scope="people",
        setup=Setup("custom", "group", settings="session"),
        turns=2.5,
        line=Line("server", 0),
        handoff=0.3,
        spread=0.5,
    )
    return d.group(work, replace(FIRM, passthrough=True, verified=1.0))


@crowd((1, 3), (8, 40), 45)
def grey_reseller(d: Draw) -> Group:
    """Resells without telling; breaks the terms, yet nobody trains on it."""
    work = Work(
        topics=CHAT | DEVELOP,
        people=260,
        system="person",
        system_scope="people",
        setup=Setup("script", "group", settings="session"),
        turns=2.5,
        line=Line(str(d.rng.choice(["server", "rotating", "sticky"])), 0),
        handoff=0.55,
        spread=0.3,
    )
    supply = Supply(
        signup="spell",
        at=d.day(-0.5, 0.5),
        days=40,
        mail=str(d.rng.choice(["throwaway", "public", "bought"])),
        domains=3,
        card=5,
        phone=3,
        rented=0.5,
    )
    return d.group(work, supply, Life(banned=0.1))


@crowd((1, 1), (120, 240), 12)
def cloud_tenants(d: Draw) -> Group:
    """Customers of cloud marketplaces, of whom little is told."""
    work = Work(access="cloud", system="house", spread=1.7, by_hand=False, template="template.house", wording="personal", hours="office")
    return d.group(work, Supply(kind="enterprise", plan="scale", verified=0.6, mail="firm", domains=90, card=1, org="own", days=300))


@crowd((2, 4), (8, 30), 26)
def cloud_firm(d: Draw) -> Group:
    """One firm's departments on one cloud, with one template."""
    work = Work(
        access="cloud",
        topics={"extract": 4, "writing": 2, "data": 2},
        system="house",
        system_scope="group",
        template="template.house",
        by_hand=False,
        hours="office",
        setup=Setup("sdk", "group", settings="group"),
    )
    return d.group(work, FIRM)


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


@crowd((1, 2), (50, 130), 5)
def tutorial(d: Draw) -> Group:
    """Readers of one popular text type its examples, then their own."""
    at = d.day(0.1, 0.6)
    copied = Work(
        2,
        topics={"reasoning": 2, "code": 2, "grading": 1},
        queue="few",
        pool=9,
        template="template.thought",
        known=d.number(1, 6),
        start=at,
        by_hand=False,
        setup=Setup("sdk", "account", settings="group"),
        context=0,
    )
    own = Work(1, start=at, topics=DEVELOP)
    return d.group((copied, own), replace(FREE, plan="mixed", card=1, signup="spell", at=at + 6, days=8))


@crowd((1, 2), (60, 200), 6)
def viral_prompt(d: Draw) -> Group:
    """Old accounts, one long prompt that makes the round, all within days."""
    at = d.day(0.1, 0.7)
    work = Work(
        3,
        topics=CHAT | {"reasoning": 4},
        template=str(d.rng.choice(["template.thought", "template.native", "template.trace"])),
        by_hand=True,
        start=at,
        end=at + 8,
        spread=0.9,
    )
    return d.group((work, Work(2, topics=CHAT)), replace(PAYG, plan="mixed"))


@crowd((6, 11), (5, 32), 30)
def company(d: Draw) -> Group:
    """One card, one egress, internal templates; some look into the TLS of their staff."""
    staff = Work(
        2,
        topics=DEVELOP | {"writing": 2},
        line=SITE,
        hours="office",
        zone=d.zone(),
        system="house",
        system_scope="group",
        setup=Setup(middle=float(d.rng.random() < 0.3)),
    )
    jobs = Work(
        2,
        topics={"extract": 4, "data": 1, "grading": 0.5},
        line=Line("server", 0),
        setup=Setup("sdk", "group", settings="group"),
        by_hand=False,
        template="template.house",
        hours="office",
        zone=d.zone(),
    )
    return d.group((staff, jobs), FIRM if d.rng.random() < 0.5 else TEAM)


@crowd((2, 4), (6, 25), 22)
def company_loose(d: Draw) -> Group:
    """Staff with private addresses whose card the firm pays."""
    work = Work(topics=DEVELOP, line=Line("home", 0.2), hours="office", zone=d.zone(), template="template.house", by_hand=True)
    return d.group(work, Supply(kind="startup", card=12, org="gaps", countries=1))


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


@crowd((1, 1), (40, 110), 22)
def leaderboard_hobbyists(d: Draw) -> Group:
    """Each runs the same open harness over the same public tasks on the day of the release."""
    work = Work(
        topics={"reasoning": 4, "code": 3},
        queue="sweep",
        pool=160,
        shared=1,
        template="template.thought",
        known=1,
        by_hand=False,
        start=d.release,
        end=d.release + 5,
        setup=Setup("agent", "world", 31, settings="group", temperature=0.0),
        spread=0.5,
        sitting=30,
        adopt=1,
        adopters=1,
        large=1,
        context=0,
    )
    return d.group(work, replace(PAYG, days=150))


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


@crowd((1, 2), (12, 60), 40)
def annotation_vendor(d: Draw) -> Group:
    """Crowd workers at home in three countries, accounts made by the vendor, one queue dealt without overlap, one guideline."""
    work = Work(
        topics={"grading": 4, "rewriting": 2, "extract": 2, "trace": 1},
        queue="split",
        template="template.rubric",
        wording="several",
        by_hand=True,
        hours="people",
        line=Line(str(d.rng.choice(["home", "vpn", "sticky"])), 0.1),
        setup=Setup("browser"),
        spread=0.4,
        sitting=12,
    )
    supply = Supply(
        kind="startup", signup="burst", at=d.day(-0.6, 0.3), days=2, mail="firm", card=60, phone=2, rented=0.2, org="gaps", countries=3
    )
    return d.group(work, supply)


@crowd((1, 3), (3, 14), 90)
def labelling(d: Draw) -> Group:
    """Batch labelling of a firm's records, by night when there is room."""
    work = Work(
        topics={"extract": 5, "vision": 1, "translate": 1},
        queue="split",
        template="template.house",
        by_hand=False,
        hours="night",
        zone=d.zone(),
        line=Line("server", 0),
        setup=Setup("script", "group", settings="group"),
        spread=0.3,
    )
    return d.group(work, TEAM)


@crowd((1, 1), (50, 110), 24)
def clockwork(d: Draw) -> Group:
    """Continuous integration, on-call scripts and reports, at the minute."""
    work = Work(
        topics={"extract": 4, "code": 2, "data": 1},
        pace="clock",
        period=float(d.rng.choice([15, 30, 60])),
        hours="always",
        by_hand=False,
        template="template.house",
        wording="personal",
        line=Line("servers", 0),
        setup=Setup("script"),
    )
    return d.group(work, PAYG)


@crowd((1, 3), (6, 24), 50)
def key_rotation(d: Draw) -> Group:
    """A firm that moves conversations between its own accounts."""
    work = Work(
        topics=DEVELOP | {"agentic": 4},
        people=80,
        handoff=0.7,
        turns=5,
        system="agent",
        system_scope="group",
        tools=True,
        line=Line("server", 0.1),
        setup=Setup("sdk", "group", settings="group"),
        spread=0.2,
        gap=30,
    )
    return d.group(work, FIRM)


@crowd((4, 9), (3, 9), 16)
def quota_stackers(d: Draw) -> Group:
    """A developer with several free accounts for one project: breaks the terms, harvests nothing."""
    work = Work(
        topics=DEVELOP,
        people=1,
        handoff=0.3,
        turns=2.2,
        spread=0.1,
        line=Line("home", 0.05),
        pace="pump",
        system="house",
        system_scope="group",
        setup=Setup("sdk", "group", settings="group"),
        by_hand=bool(d.rng.random() < 0.5),
    )
    supply = Supply(
        plan="free",
        card=0,
        phone=2,
        rented=0.6,
        signup="burst",
        at=d.day(-1.0, 0.6),
        days=0.3,
        countries=1,
        mail=str(d.rng.choice(["public", "throwaway", "alias"])),
    )
    return d.group(work, supply, Life(banned=0.08))


@crowd((1, 1), (90, 200), 9)
def tunnel_people(d: Draw) -> Group:
    """Users of tunnels (VPN), by principle."""
    return d.group(Work(topics=CHAT | DEVELOP, line=Line("vpn", 0.05), system="person"), replace(PAYG, mail="alias", plan="mixed"))


@crowd((1, 2), (60, 180), 7)
def mobile_country(d: Draw) -> Group:
    """A country that is on the net by telephone: shared exits."""
    return d.group(
        Work(topics=CHAT, line=Line("mobile", 0), access="app", turns=2.5, setup=Setup("browser", settings="default")),
        replace(FREE, countries=1),
    )


@crowd((1, 2), (40, 140), 13)
def shut_out(d: Draw) -> Group:
    """People of a place where the provider sells nothing: rented telephones, cards, proxies; they only want to use it."""
    work = Work(
        topics=CHAT | DEVELOP | {"reasoning": 2},
        line=Line(str(d.rng.choice(["rotating", "sticky", "vpn"])), 0),
        zone=d.zone(),
        foreign=0.9,
        setup=Setup("sdk", "account"),
        system="person",
        turns=2,
        spread=0.9,
    )
    supply = Supply(
        signup="spell",
        at=d.days * 0.8,
        days=d.days + 40,
        mail=str(d.rng.choice(["throwaway", "bought", "public"])),
        domains=4,
        rented=0.85,
        card=1.5,
    )
    return d.group(work, supply, Life(banned=0.07))


@crowd((1, 1), (20, 60), 11)
def role_players(d: Draw) -> Group:
    """Thrown out for what they write, they come back under other names within hours."""
    work = Work(
        topics={"writing": 5, "chat": 4},
        template="template.safe",
        wording="several",
        turns=6,
        hours="night",
        line=Line("vpn", 0.2),
        system="person",
        setup=Setup("custom", "group"),
        system_scope="group",
    )
    return d.group(work, Supply(signup="spell", at=0, days=1.5, mail="throwaway", rented=0.7, card=1), Life("chain", mean=4.5, delay=9))


@crowd((1, 1), (25, 70), 8)
def families(d: Draw) -> Group:
    """Two to five accounts with one card."""
    return d.group(
        Work(topics=CHAT, access="app", turns=2.5, setup=Setup("browser", settings="default")), Supply(card=2.6, countries=1, phone=1)
    )


@crowd((2, 4), (5, 18), 34)
def agency(d: Draw) -> Group:
    """Writes for many customers with one card; articles by the yard, with templates."""
    work = Work(
        topics={"writing": 5, "rewriting": 2, "translate": 1},
        template="template.house",
        wording="several",
        by_hand=False,
        line=Line("site", 0.3),
        hours="office",
        zone=d.zone(),
        setup=Setup("custom", "group"),
        queue="split",
    )
    return d.group(work, Supply(kind="startup", mail="public", card=20, countries=1, signup="spell", days=200, at=-10))


@crowd((1, 2), (15, 50), 30)
def content_mill(d: Draw) -> Group:
    """Fills web sites with generated articles out of many accounts: abuse of another kind."""
    work = Work(
        topics={"writing": 6, "translate": 1},
        template="template.house",
        by_hand=False,
        queue="split",
        pace="pump",
        spread=0,
        hours="always",
        line=Line(str(d.rng.choice(["sticky", "rotating"])), 0),
        setup=Setup("script", "group", settings="group"),
    )
    supply = Supply(signup="burst", at=d.day(-0.5, 0.4), days=1.5, mail="throwaway", card=4, rented=0.6, phone=2)
    return d.group(work, supply, Life(banned=0.1))


@crowd((1, 2), (8, 26), 30)
def translators(d: Draw) -> Group:
    """An office of translators: one guide, sentences out of one memory."""
    work = Work(
        topics={"translate": 6, "rewriting": 2},
        template="template.native",
        by_hand=True,
        line=SITE,
        hours="office",
        zone=d.zone(),
        foreign=0.7,
        queue="split",
    )
    return d.group(work, TEAM)


@crowd((1, 2), (6, 24), 34)
def moderators(d: Draw) -> Group:
    """Write safe replies for a forum, in shifts."""
    work = Work(
        topics={"rewriting": 6, "grading": 1.5},
        template="template.safe",
        wording="several",
        by_hand=True,
        line=Line("vpn", 0.2),
        hours="always",
        pace="shifts",
        setup=Setup("browser"),
        zone=d.zone(),
    )
    return d.group(work, TEAM)


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


@crowd((1, 1), (80, 180), 6)
def release_tourists(d: Draw) -> Group:
    """Come for the new model on its day, and go."""
    work = Work(topics=CHAT | {"reasoning": 3}, start=d.release, surge=6, adopt=2, adopters=0.95, large=0.9, end=d.release + 6)
    return d.group(work, replace(PAYG, plan="mixed", signup="burst", at=d.release + 0.3, days=0.5))


@crowd((1, 1), (40, 120), 10)
def outage_refugees(d: Draw) -> Group:
    """Another provider was down: sign up in an evening and work at once, at full load."""
    at = d.day(0.2, 0.8)
    return d.group((agent(d.number(0, 5), requests=2.0, start=at), Work(1, start=at)), replace(PAYG, signup="burst", at=at, days=0.12))


@crowd((1, 2), (20, 70), 20)
def accelerator(d: Draw) -> Group:
    """Start-ups of one programme with credits that expire: new, verified, at the limit at once."""
    at = d.day(-0.2, 0.5)
    work = Work(
        topics=DEVELOP | {"taskgen": 1},
        start=at,
        setup=Setup("sdk"),
        line=Line("servers", 0.3),
        system="house",
        spread=0.8,
        template="template.house",
        wording="personal",
        by_hand=False,
    )
    return d.group(work, Supply(kind="startup", verified=0.7, mail="firm", domains=60, card=0, org="own", signup="burst", at=at, days=1.2))


@crowd((1, 2), (50, 130), 8)
def notebooks(d: Draw) -> Group:
    """Strangers on one vendor's hosted notebooks: one network, one client, one library."""
    work = Work(topics={"data": 4, "code": 4, "reasoning": 1}, line=Line("notebook", 0.1), setup=Setup("sdk", "group"), sitting=5)
    return d.group(work, replace(PAYG, plan="mixed", kind="education", days=200))


@crowd((1, 2), (10, 34), 36)
def code_migration(d: Draw) -> Group:
    """A consultancy moves a code base: one queue of files dealt over all its seats."""
    at = d.day(0.0, 0.5)
    work = agent(
        d.number(0, 8),
        queue="split",
        topics={"code": 4, "agentic": 3},
        start=at,
        end=at + 8,
        spread=0.1,
        line=SITE,
        by_hand=False,
        hours="always",
        template="template.house",
        adopt=24,
    )
    return d.group(work, TEAM)


@crowd((1, 3), (20, 60), 12)
def automation_platform(d: Draw) -> Group:
    """Users of a platform for flows: its addresses, its client, its example templates, its clock."""
    work = Work(
        topics={"extract": 5, "writing": 2, "chat": 1},
        pace="clock",
        period=15,
        hours="always",
        line=Line("server", 0),
        by_hand=False,
        setup=Setup("custom", "group", settings="group"),
        template="template.house",
        wording="several",
        spread=1.0,
    )
    return d.group(work, replace(PAYG, days=300))


@crowd((1, 2), (40, 110), 12)
def game_mod(d: Draw) -> Group:
    """Players of a modified game, each with an own key: the figures' system prompts, evenings, from the mod's first day."""
    at = d.day(0.0, 0.4)
    work = Work(
        topics={"chat": 6, "writing": 2},
        start=at,
        hours="evening",
        setup=Setup("custom", "group", settings="group"),
        system="house",
        system_scope="group",
        turns=8,
        gap=35,
        context=0,
    )
    return d.group(work, replace(PAYG, signup="spell", at=at + 9, days=10))


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


@crowd((1, 1), (20, 70), 16)
def franchise(d: Draw) -> Group:
    """Shops with own accounts, cards and lines, and one text and client of their head office, which opens them all on one day."""
    work = Work(
        topics={"extract": 3, "chat": 3, "rewriting": 2},
        system="house",
        system_scope="group",
        template="template.house",
        by_hand=False,
        setup=Setup("custom", "group", settings="group"),
        spread=0.35,
        hours="office",
        line=Line("home", 0),
    )
    return d.group(
        work, Supply(kind="enterprise", mail="firm", signup="burst", at=d.day(-1, 0.3), days=0.4, countries=1, card=1, org="none")
    )


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


@crowd((1, 2), (15, 40), 16)
def coworking(d: Draw) -> Group:
    """Strangers at one house's line."""
    return d.group(Work(topics=DEVELOP, line=Line("site", 0.5), hours="office", zone=d.zone()), replace(PAYG, countries=1))


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


@crowd((1, 1), (30, 80), 14)
def repository_bots(d: Draw) -> Group:
    """One open bot that comments on changes, for many repositories with their own keys."""
    work = Work(
        topics={"code": 6, "grading": 2},
        setup=Setup("agent", "world", 12, settings="group"),
        system="agent",
        system_scope="world",
        by_hand=False,
        hours="office",
        line=Line("notebook", 0),
        template="template.rubric",
        known=11,
    )
    return d.group(work, PAYG)


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


@crowd((1, 1), (250, 450), 0.05)
def sleepers(d: Draw) -> Group:
    """Accounts that hardly ever ask anything."""
    return d.group(Work(topics=CHAT), replace(FREE, days=500))


def draw(days: float, release: float, rng: np.random.Generator, scale: float, loud: Mapping[str, float]) -> list[Group]:
    """Groups of nearly all crowds in random sizes; some crowds are ``loud``: so many times as many groups."""
    names = sorted(CROWDS)
    absent = set(rng.choice([name for name in names if name not in loud and CROWDS[name].size[1] < 400], 7, replace=False))
    groups = []
    for name in names:
        kind = CROWDS[name]
        if name in absent:
            continue
        units = rng.integers(kind.units[0], kind.units[1] + 1) * loud.get(name, 1.0)
        # A small world has fewer groups, and fewer accounts only of the crowds that are one group.
        few = max(1, round(units * scale)) if kind.units[1] > 1 else max(1, round(units))
        for _ in range(few):
            low, high = kind.size
            size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            size = size * scale if kind.units[1] == 1 else size
            accounts = max(2, round(size))
            requests = accounts * kind.per * float(np.exp(0.35 * rng.standard_normal()))
            groups.append(kind.make(Draw(name, accounts, requests, days, release, rng)))
    return groups
