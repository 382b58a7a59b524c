"""Innocent crowds at work: firms, resellers, vendors, and what runs by itself for them."""

from dataclasses import replace

from .crowd import FIRM, PAYG, SITE, TEAM, Draw, agent, crowd
from .profiles import CHAT, DEVELOP, Group, Life, Line, Setup, Supply, Work


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
