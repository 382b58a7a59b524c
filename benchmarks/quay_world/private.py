"""Innocent crowds of people on their own: who tries, plays, writes programs, or comes for what others came for."""

from dataclasses import replace

from .crowd import FREE, PAYG, Draw, agent, crowd
from .profiles import CHAT, DEVELOP, Group, Life, Line, Setup, Supply, Work


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


@crowd((1, 2), (15, 40), 16)
def coworking(d: Draw) -> Group:
    """Strangers at one house's line."""
    return d.group(Work(topics=DEVELOP, line=Line("site", 0.5), hours="office", zone=d.zone()), replace(PAYG, countries=1))


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


@crowd((1, 1), (250, 450), 0.05)
def sleepers(d: Draw) -> Group:
    """Accounts that hardly ever ask anything."""
    return d.group(Work(topics=CHAT), replace(FREE, days=500))
