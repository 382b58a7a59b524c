"""Innocents: residents, and crowds whose members are alike for reasons of their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .draw import Draw
from .people import SMALL_FIRM, SOMEBODY, Folk, Party, Routine

EVERYDAY = {"explain": 2.0, "reason": 0.9, "grade": 0.5, "rewrite": 1.6, "maketask": 0.4, "clean": 0.4, "code": 1.5, "analyse": 0.6,
    "letter": 1.4, "extract": 0.3, "translate": 0.7, "chat": 2.2, "plan": 0.8}
CODERS = {"agent": 3.0, "code": 2.0, "explain": 0.4}
API, APP = {"api": 1.0}, {"app": 1.0}
CLASS = {"education": 0.12, "individual": 0.88}
WITH_SITE = {"site": 0.85, "home": 0.15}


def everyday(rate: float = 0.5, share: float = 1.0, **changes: Any) -> Routine:
    """What anybody does."""
    return replace(Routine(rate, EVERYDAY, share=share, turns=2.6, spread=1.2), **changes)


def residents(size: int, rate: float) -> Party:
    """Customers who have nothing in common; some of them code with one of the popular harnesses, some run a script."""
    return Party("resident", Folk(size),
        (everyday(rate), Routine(rate * 3.0, CODERS, share=0.07, spread=1.0, turns=6.0, gap=25.0, client={"harness": 1.0}, paths=API),
        Routine(rate * 3.0, {"extract": 1, "rewrite": 1, "grade": 0.6, "analyse": 1, "translate": 0.5}, share=0.04, turns=1.0,
        hours="cron", frame="frame.json", wordings=0, client={"sdk": 1.0}, paths=API, net={"server": 0.7, "office": 0.3}),
        Routine(rate * 1.5, {"reason": 2, "explain": 1}, share=0.05, frame="frame.steps", wordings=0, framed=0.6),
        Routine(rate, {"reason": 1}, share=0.04, pool=1, public=True, frame="frame.steps", wordings=-1, framed=0.5),
        Routine(rate, EVERYDAY, share=0.08, frame="frame.role", wordings=-1, framed=0.5)))


# Crowds of the list of threats


def lecture_hall(d: Draw) -> Party:
    """A university course: one NAT, one sheet of exercises before each deadline."""
    due = d.day(0.2, 0.8)
    return Party("lecture_hall", Folk(d.count(60, 700), CLASS, "none", 0.05, d.one("one", "mixed"), cardless=0.7, countries=1,
        paths={"app": 0.8, "api": 0.2}),
        (Routine(d.log(0.3, 1.2), {"reason": 3, "explain": 1, "code": 1}, turns=2.4, hours="home", surges=((due, 2.0, d.log(3, 12)),),
        topics=2, pool=d.count(12, 60), frame="frame.steps", wordings=d.one(1, 2, 5), framed=d.between(0, 0.5), net=WITH_SITE),
        everyday(0.3)))


def evaluation_labs(d: Draw) -> Party:
    """Labs that run the same public benchmarks with the same open harness."""
    return Party("evaluation_labs", Folk(d.count(10, 60), {"research": 0.4, "startup": 0.3, "individual": 0.3}, "some", 0.1, "each",
        cardless=0.05, paths=API), (Routine(d.log(5, 60), {"reason": 3, "code": 1, "explain": 1}, spread=1.3, turns=1.0, hours="always",
        surges=((d.day(), 1.0, 6.0), (d.day(), 1.5, 4.0)), pool=1, public=True, frame="frame.steps", wordings=d.one(-1, 1),
        client={"product": 1.0}, heat=0.0, limit=2048, net={"server": 0.6, "office": 0.4}, pivot=0.8, haste=1.0),))


def weekend_hackathon(d: Draw) -> Party:
    """New accounts at one venue with one starter kit for a weekend."""
    day = d.day(0.15, 0.8)
    folk = Folk(d.count(30, 220), SOMEBODY, "none", 0.02, "free", cardless=0.6, opened=("burst", day - 0.3, 0.4), countries=1,
        signup="site", paths=API)
    return Party("weekend_hackathon", folk,
        (Routine(d.log(8, 40), {"code": 2, "agent": 2, "plan": 1}, turns=4.0, start=day, end=day + 2.3,
        role="a demo assistant of the hack weekend", voiced=0.7, client={"sdk": 0.7, "harness": 0.3}, tools=d.one(0, 1, 3),
        net=WITH_SITE, strict=0.6), everyday(0.15, 0.4)))


def niche_agent(d: Draw) -> Party:
    """Users of a little-known open agent with a long system prompt."""
    return Party("niche_agent", Folk(d.count(12, 160), SOMEBODY, "some", cardless=0.05, paths=API),
        (Routine(d.log(2, 12), {"agent": 3, "plan": 1, "analyse": 1}, turns=6.0, gap=12.0,
        role="an autonomous helper that works on a list of goals", client={"product": 1.0}, tools=1, heat=d.one(None, 0.0, 0.7),
        strict=0.9), everyday(0.2)))


def contracted_reseller(d: Draw) -> Party:
    """A reseller with a contract: its customers' traffic through its servers."""
    folk = Folk(d.count(10, 90), {"startup": 0.5, "enterprise": 0.5}, "one", 1.0, "one", card=30, cardless=0, signup="server", paths=API)
    return Party("contracted_reseller", folk,
        (everyday(d.log(4, 30), client={"product": 1.0}, net={"servers": 1.0}, sites=d.count(2, 12), users=d.count(200, 1500),
        hours="always", handover=d.between(0, 0.3)),))


def rotating_keys(d: Draw) -> Party:
    """A firm that moves its work between accounts of its own."""
    folk = Folk(d.count(5, 24), {"startup": 0.7, "individual": 0.3}, d.one("one", "none"), 0.2, "one", card=20, cardless=0,
        signup="site", paths=API)
    return Party("rotating_keys", folk, (Routine(d.log(8, 40), {"extract": 2, "rewrite": 2, "letter": 1}, spread=0.3, turns=3.0, gap=20,
        hours="office", role="the writing desk of a web shop", client={"sdk": 1.0}, one_build=True, net={"servers": 1.0}, sites=3,
        topics=2, handover=d.between(0.2, 0.7), heat=0.2),))


def one_card_company(d: Draw) -> Party:
    """A company with one card, one egress and templates from its wiki."""
    folk = Folk(d.count(15, 180), SMALL_FIRM, d.one("one", "none"), 0.2, "one", card=200, cardless=0.0, countries=1, signup="site")
    return Party("one_card_company", folk,
        (Routine(d.log(1, 5), {"letter": 2, "rewrite": 2, "analyse": 1, "plan": 1}, hours="office", topics=3, frame="frame.style",
        wordings=d.count(2, 8), framed=d.between(0.3, 0.9), net=WITH_SITE),))


def viral_prompt(d: Draw) -> Party:
    """People who try out a prompt that went round."""
    day = d.day()
    return Party("viral_prompt", Folk(d.count(150, 1500)),
        (Routine(d.log(0.3, 1.0), {"chat": 1, "reason": 1, "explain": 1}, turns=1.8, surges=((0, day, 0.02), (day, 2.5, 6.0)),
        frame=d.one("frame.role", "frame.steps"), wordings=d.one(1, -1), framed=0.9),
        everyday(0.3)))


def night_jobs(d: Draw) -> Party:
    """Scripts that summarise logs and tickets at fixed minutes, written after the same tutorial."""
    return Party("night_jobs", Folk(d.count(15, 120), SMALL_FIRM, "some", cardless=0.05, paths=API),
        (Routine(d.log(4, 24), {"extract": 2, "clean": 1, "analyse": 1}, spread=d.one(0.0, 0.5), turns=1.0, hours="cron",
        frame="frame.json", wordings=1, client={"python": 0.8, "curl": 0.2}, heat=0.0, net={"server": 0.8, "office": 0.2}),))


def permitted_labelling(d: Draw) -> Party:
    """A labelling firm with a contract."""
    folk = Folk(d.count(6, 40), {"enterprise": 0.6, "startup": 0.4}, "one", 0.95, "one", card=40, cardless=0, signup="site", paths=API)
    return Party("permitted_labelling", folk,
        (Routine(d.log(20, 120), {"grade": 2, "extract": 2, "rewrite": 1}, spread=0.4, turns=1.0, hours="office",
        frame=d.one("frame.grade", "frame.json"), wordings=d.count(1, 6), pool=d.count(300, 3000), client={"product": 1.0}, heat=0.0,
        net={"servers": 1.0}, sites=4),))


# Crowds that the list does not have


def crm_plugin(d: Draw) -> Party:
    """A plug-in for a sales database: every shop brings a key of its own; the vendor's words around each request."""
    return Party("crm_plugin", Folk(d.count(60, 700), SMALL_FIRM, "some", cardless=0.0, mail=d.one("each", "mixed"), paths=API),
        (Routine(d.log(0.5, 3), {"letter": 3, "rewrite": 2, "extract": 1}, turns=1.1, hours="office", frame="frame.form",
        wordings=d.count(2, 9), role="the writing assistant inside a customer database", client={"product": 1.0}, heat=0.7, limit=600,
        net={d.one("servers", "office"): 0.8, "office": 0.2} if d.chance(0.5) else {"office": 0.9, "home": 0.1},
        sites=d.count(2, 20)),))


def shipped_key(d: Draw) -> Party:
    """A toy and its app with keys of the maker in them: children's questions over few accounts, from homes everywhere."""
    folk = Folk(d.count(3, 14), {"startup": 0.6, "individual": 0.4}, "some", 0.1, "one", card=10, cardless=0, signup="site", paths=API)
    return Party("shipped_key", folk, (Routine(d.log(30, 140), {"chat": 4, "explain": 2}, spread=0.2, turns=3.0, hours="evening",
        users=d.count(300, 2500), role="a patient friend in a toy owl", client={"product": 1.0}, heat=1.0, net={"users": 1.0},
        limit=200, handover=d.one(0.0, 0.3)),))


def pharmacy_franchise(d: Draw) -> Party:
    """Branches of a franchise; the head office pays."""
    folk = Folk(d.count(25, 260), SMALL_FIRM, d.one("one", "none"), 0.3, "one", card=300, cardless=0.0, countries=1,
        opened=("burst", -60, 20))
    return Party("pharmacy_franchise", folk,
        (Routine(d.log(0.8, 4), {"letter": 2, "explain": 2, "extract": 1, "translate": 1}, spread=0.5, hours="shift", topics=2,
        role="the counter help of a pharmacy", client={"browser": 1.0}, net={"office": 0.9, "home": 0.1}, frame="frame.style",
        wordings=3, framed=0.3),))


def closing_books(d: Draw) -> Party:
    """Shared back offices that close the month for many firms within three days."""
    day = d.day(0.1, 0.85)
    folk = Folk(d.count(20, 240), SMALL_FIRM, "some", card=d.one(1, 4, 20), carded=0.6, cardless=0.0, countries=d.one(1, 3))
    return Party("closing_books", folk, (Routine(d.log(1, 4), {"analyse": 3, "clean": 1, "extract": 2, "letter": 1}, spread=0.6,
        hours="office", surges=((day, 3.0, d.log(4, 12)),), topics=1, frame="frame.json", wordings=d.count(3, 12), framed=0.5,
        net={"branch": 0.8, "home": 0.2}, sites=d.count(2, 14)),))


def dental_clinics(d: Draw) -> Party:
    """Practices whose software sends recalls and notes from the vendor's cloud."""
    folk = Folk(d.count(30, 420), SMALL_FIRM, "none", 0.08, d.one("each", "mixed"), cardless=0.0, paths=API,
        opened=d.one(("long",), ("lots", 4, 300)))
    return Party("dental_clinics", folk,
        (Routine(d.log(0.8, 4), {"letter": 3, "clean": 2, "extract": 1}, spread=0.5, turns=1.0, hours=d.one("office", "cron"), topics=1,
        role="the recall desk of a dental practice", roles=d.one(0, 1), client={"product": 1.0}, net={"servers": 1.0},
        sites=d.count(2, 10), heat=0.2),))


def court_clerks(d: Draw) -> Party:
    """Clerks of the courts after a roll-out; one egress, one template for summaries."""
    folk = Folk(d.count(40, 500), {"enterprise": 0.3, "individual": 0.7}, "one", 0.4, "one", cardless=0.98, countries=1,
        opened=("burst", -12, 6), signup="site", paths=APP)
    return Party("court_clerks", folk, (Routine(d.log(0.8, 3), {"clean": 2, "extract": 2, "rewrite": 2}, spread=0.7, hours="office",
        topics=1, frame="frame.clean", wordings=d.count(1, 4), framed=d.between(0.3, 0.9), client={"browser": 1.0}, net={"site": 1.0},
        sites=2, away=0.0),))


def newsroom(d: Draw) -> Party:
    """Desks that hand conversations over at the end of a shift and burst with the news."""
    folk = Folk(d.count(12, 90), SMALL_FIRM, "none", 0.1, "one", card=30, cardless=0.1, countries=1)
    return Party("newsroom", folk, (Routine(d.log(2, 9), {"rewrite": 3, "clean": 1, "analyse": 1, "translate": 1}, turns=4.0, gap=200,
        hours="shift", topics=2, surges=tuple((d.day(0.05, 0.9), 0.3, d.log(3, 10)) for _ in range(3)), handover=d.between(0.03, 0.15),
        net=WITH_SITE, frame="frame.style", wordings=3, framed=0.5),))


def call_centre(d: Draw) -> Party:
    """Agents of a call centre: shifts, a dialler that gives all the same load, cases that change hands."""
    folk = Folk(d.count(30, 320), SOMEBODY, d.one("one", "none"), 0.15, "one", card=400, cardless=0.0, countries=1, signup="site",
        opened=("burst", -40, 15))
    return Party("call_centre", folk, (Routine(d.log(2, 9), {"letter": 3, "extract": 1, "explain": 1}, spread=d.between(0.0, 0.25),
        turns=2.5, gap=60, hours="shift", topics=2, role="the reply desk for customers of a parcel service",
        client={d.one("browser", "product"): 1.0}, handover=d.between(0.02, 0.2), net={"site": 0.8, "home": 0.2}, sites=2,
        frame="frame.form", wordings=3, framed=0.7),))


def course_platform(d: Draw) -> Party:
    """An online course: new accounts all over the world paste the starter prompt of each lesson."""
    folk = Folk(d.count(100, 1400), CLASS, "none", 0.0, "free", cardless=0.8, opened=("burst", d.day(-0.3, 0.2), d.between(1, 5)),
        paths={"app": 0.5, "api": 0.5})
    return Party("course_platform", folk,
        (Routine(d.log(0.4, 1.6), {"reason": 2, "grade": 1, "maketask": 1, "code": 1, "explain": 1}, turns=2.0, hours="evening",
        topics=3, pool=d.count(20, 90), frame=d.one("frame.steps", "frame.role", "frame.json"), wordings=d.count(3, 10), framed=0.8,
        client={"any": 0.6, "python": 0.4}, heat=0.0, strict=0.4),
        everyday(0.2, 0.6)))


def council_rollout(d: Draw) -> Party:
    """A city gives everyone an account on the same morning."""
    day = d.day(-0.5, 0.4)
    folk = Folk(d.count(200, 1500), {"enterprise": 0.1, "individual": 0.9}, "one", 0.2, "one", cardless=1.0, phoneless=1.0, countries=1,
        opened=("burst", day, 0.3), signup="site", paths=APP)
    return Party("council_rollout", folk,
        (Routine(d.log(0.3, 1.2), {"letter": 3, "rewrite": 3, "explain": 1, "plan": 1}, hours="office", surges=((day, 1.5, 5.0),),
        topics=4, frame="frame.style", wordings=6, framed=0.25, client={"browser": 1.0}, net={"site": 0.9, "home": 0.1}, sites=3,
        away=0.02),))


def own_key_app(d: Draw) -> Party:
    """An app whose users bring keys of their own: its instructions, tools and build, from their homes."""
    return Party("own_key_app", Folk(d.count(80, 900), SOMEBODY, "none", 0.01, "free", cardless=0.02, paths=API),
        (Routine(d.log(0.6, 4), {"chat": 2, "explain": 2, "rewrite": 1, "code": 1, "reason": 1}, turns=3.0,
        role="a side panel that helps with what is on the page", client={"product": 1.0}, tools=d.one(0, 1, 2),
        heat=d.one(None, 0.3, 0.7), limit=4096, net={"home": 0.9, "office": 0.1}, away=0.0),))


def agency_clients(d: Draw) -> Party:
    """A marketing agency opens an account for each client; one card, one office."""
    folk = Folk(d.count(12, 120), SMALL_FIRM, "none", 0.05, d.one("one", "each"), card=60, cardless=0.0, countries=1, signup="site",
        opened=("lots", 8, 400))
    return Party("agency_clients", folk,
        (Routine(d.log(1, 8), {"letter": 3, "rewrite": 2, "plan": 1}, spread=0.8, hours="office", topics=3, role="the voice of a brand",
        roles=0, client={"python": 0.5, "browser": 0.5}, frame="frame.style", wordings=d.count(3, 12), framed=0.8, net={"site": 1.0}),))


def trial_card_students(d: Draw) -> Party:
    """Students who pass on a virtual card that grants trial months."""
    folk = Folk(d.count(40, 420), CLASS, "none", 0.0, "throwaway" if d.chance(0.5) else "free", card=d.log(4, 40), carded=0.9,
        cardless=0.02, phone=d.one(1, 3), opened=("burst", d.day(-0.3, 0.5), d.between(2, 7)), countries=d.one(1, 2),
        signup=d.one("home", "vpn"), paths={"app": 0.85, "api": 0.15})
    return Party("trial_card_students", folk,
        (everyday(d.log(0.6, 2), works={"explain": 2, "reason": 2, "code": 2, "rewrite": 2, "chat": 1}, hours="night",
        net={"home": 0.6, "vpn": 0.4}),))


def families(d: Draw) -> Party:
    """Families: two to five accounts with one card."""
    return Party("families", Folk(d.count(40, 500), {"individual": 1.0}, "none", 0.0, "free", card=3.2, carded=0.97, cardless=0.0,
        phone=1.8), (everyday(d.log(0.4, 1.2)),))


def aid_desk(d: Draw) -> Party:
    """Desks for refugees: shared tablets, letters to offices in many tongues, volunteers who take over."""
    folk = Folk(d.count(10, 90), {"individual": 1.0}, "none", 0.0, "free", cardless=0.8, countries=d.one(1, 2), phone=2, phoneless=0.3)
    return Party("aid_desk", folk, (Routine(d.log(1, 6), {"translate": 3, "letter": 3, "explain": 1}, turns=3.0, hours="office",
        topics=2, tongues={**d.abroad(5), "en": 0.4}, users=d.count(60, 500), handover=d.between(0.05, 0.2),
        net={"branch": 0.8, "home": 0.2}, sites=d.count(2, 8), frame="frame.style", wordings=4, framed=0.3),))


def translators(d: Draw) -> Party:
    """A translators' co-operative with a prompt book and jobs split among its members."""
    folk = Folk(d.count(12, 110), {"individual": 0.95, "startup": 0.05}, "none", 0.0, "mixed", cardless=0.05)
    return Party("translators", folk, (Routine(d.log(2, 12), {"translate": 4, "rewrite": 2, "grade": 1, "clean": 1}, hours="office",
        topics=2, tongues={**d.abroad(4), "en": 1.0}, pool=1, split=True, frame="frame.clean", wordings=d.count(2, 6), framed=0.7,
        client={"any": 0.5, "product": 0.5}),
        everyday(0.3)))


def game_modders(d: Draw) -> Party:
    """Modders who run the same pack of characters, mostly at night."""
    return Party("game_modders", Folk(d.count(25, 320), SOMEBODY, "none", 0.0, "free", cardless=0.05, paths=API),
        (Routine(d.log(2, 10), {"chat": 3, "maketask": 1, "code": 1}, turns=7.0, gap=30, hours="night", topics=1,
        role="the keeper of an inn in a game world", roles=d.count(1, 6), client={"product": 1.0}, heat=1.0,
        net={"home": 0.9, "vpn": 0.1}, away=0.0),
        everyday(0.2, 0.5)))


def essay_markers(d: Draw) -> Party:
    """Markers of a school board during two weeks of marking; the rubric comes by post."""
    begin = d.day(0.0, 0.5)
    folk = Folk(d.count(20, 240), {"education": 0.15, "individual": 0.85}, "none", 0.05, "mixed", cardless=0.3, countries=1)
    return Party("essay_markers", folk, (Routine(d.log(3, 15), {"grade": 5, "rewrite": 0.5}, spread=0.6, turns=1.3, start=begin,
        end=begin + 12, hours=d.one("evening", "home"), topics=1, frame="frame.grade", wordings=d.one(1, 2, 4),
        framed=d.between(0.6, 1.0), net={"home": 0.8, "office": 0.2}),
        everyday(0.4)))


def changed_company(d: Draw) -> Party:
    """A company is bought and moves within a day from its old accounts to new ones that go on with the same work."""
    folk = Folk(d.count(10, 70), SMALL_FIRM, "each", 0.2, "one", card=25, carded=1.0, cardless=0.0, signup="site", paths=API,
        moves=d.day(0.25, 0.7))
    return Party("changed_company", folk,
        (Routine(d.log(3, 20), {"extract": 2, "letter": 2, "code": 1}, spread=0.5, turns=2.0, hours="office", topics=2,
        role="the back office of a travel firm", client={"sdk": 1.0}, one_build=True, tools=1, net={"servers": 1.0}, sites=4),))


def cloud_partner(d: Draw) -> Party:
    """A cloud partner who opens and pays accounts for its clients."""
    folk = Folk(d.count(20, 200), SMALL_FIRM, "each", 0.25, "each", card=80, cardless=0.0, signup="server", opened=("lots", 6, 300),
        paths={"stratus": 0.6, "nimbus": 0.2, "api": 0.2})
    return Party("cloud_partner", folk, (Routine(d.log(1, 8), {"extract": 1, "letter": 1, "code": 1, "explain": 1, "analyse": 1},
        hours="office", client={"sdk": 1.0}, net={"servers": 0.9, "office": 0.1}, sites=d.count(4, 25), role="the assistant of a firm",
        roles=0, voiced=0.8),))


def incident_crews(d: Draw) -> Party:
    """On-call crews of many firms at the same outage of a large cloud."""
    folk = Folk(d.count(40, 500), SMALL_FIRM, "some", paths={"app": 0.4, "api": 0.6}, cardless=0.05)
    day = d.day(0.1, 0.85)
    return Party("incident_crews", folk,
        (Routine(d.log(0.3, 2), {"code": 2, "analyse": 2, "agent": 2}, turns=4.0, gap=25, hours="always",
        surges=((day, 0.4, d.log(20, 80)),), topics=1, client={"any": 0.5, "harness": 0.5}),
        everyday(0.3)))


def parish_volunteers(d: Draw) -> Party:
    """Volunteers of congregations who prepare the holy day with a circulated prompt."""
    folk = Folk(d.count(25, 350), {"individual": 1.0}, "none", 0.0, "free", cardless=0.7)
    return Party("parish_volunteers", folk,
        (Routine(d.log(0.4, 1.5), {"rewrite": 2, "plan": 2, "maketask": 1, "letter": 1, "explain": 1}, hours="worship", topics=1,
        frame="frame.style", wordings=d.one(-1, d.count(2, 8)), framed=0.4),
        everyday(0.2)))


def fantasy_league(d: Draw) -> Party:
    """Players of a fantasy league on match days, with a spreadsheet that asks for them."""
    return Party("fantasy_league", Folk(d.count(50, 700), {"individual": 1.0}, "none", 0.0, "free", cardless=0.4),
        (Routine(d.log(0.5, 2.5), {"analyse": 3, "reason": 1, "plan": 1}, hours="matchday", topics=1, frame="frame.json",
        wordings=d.count(1, 3), framed=0.6, client={"any": 0.6, "automation": 0.4}),
        everyday(0.2)))


def harness_fans(d: Draw) -> Party:
    """Users of a harness who take up its new version, with new tools, on the day it comes out."""
    day = d.day(0.1, 0.6)
    return Party("harness_fans", Folk(d.count(60, 700), SOMEBODY, "some", cardless=0.03, paths=API),
        (Routine(d.log(1.5, 7), CODERS, turns=7.0, gap=20, start=day, role="a careful software engineer in a terminal",
        client={"product": 1.0}, tools=1, one_build=True, pivot=0.7, haste=0.6),
        everyday(0.2, 0.6, end=day)))


def job_centre(d: Draw) -> Party:
    """Job seekers at the machines of libraries, with the centre's leaflet beside them."""
    folk = Folk(d.count(40, 420), {"individual": 1.0}, "none", 0.0, "free", cardless=0.97, opened=("long",), countries=1, paths=APP,
        signup="site")
    return Party("job_centre", folk, (Routine(d.log(0.3, 1.5), {"letter": 3, "rewrite": 3, "plan": 0.5}, turns=2.5, hours="office",
        topics=1, frame="frame.role", wordings=3, framed=0.6, client={"browser": 1.0}, one_build=d.chance(0.5),
        net={"branch": 0.8, "home": 0.2}, sites=d.count(2, 9), away=0.05),))


def card_shop(d: Draw) -> Party:
    """People of a country whose cards are refused, who rent a card's number for a month from a shop, and come by VPN."""
    folk = Folk(d.count(40, 500), {"individual": 1.0}, "none", 0.0, "free", card=d.log(5, 40), carded=d.between(0.7, 1), cardless=0.0,
        countries=1, signup="vpn", phone=d.one(1, 4), phoneless=0.2, opened=("long",))
    return Party("card_shop", folk, (everyday(d.log(0.8, 3), net={"vpn": 0.8, "home": 0.2}),
        everyday(1.0, 0.2, works=CODERS, client={"harness": 1.0}, paths=API, net={"vpn": 1.0})))


def field_advisers(d: Draw) -> Party:
    """Advisers for farmers with one app on cheap phones."""
    folk = Folk(d.count(25, 300), {"individual": 1.0}, "none", 0.05, d.one("one", "free"), cardless=0.9, countries=1,
        opened=("burst", d.day(-0.5, 0.3), 3.0))
    return Party("field_advisers", folk,
        (Routine(d.log(0.8, 4), {"explain": 3, "translate": 1, "plan": 1}, turns=2.0, hours="office", topics=1,
        tongues=d.abroad(1) if d.chance(0.6) else None, role="an adviser for small farms", client={"product": 1.0}, paths=API,
        net={"home": 1.0}, away=0.9),))


def thesis_group(d: Draw) -> Party:
    """A research group that measures models: one cluster, one script, rubric and reasons, from private accounts that it refunds."""
    day = d.day(0.0, 0.5)
    folk = Folk(d.count(6, 30), {"research": 0.2, "education": 0.2, "individual": 0.6}, "none", 0.0, "one", cardless=0.1, countries=1,
        signup="site", paths=API)
    return Party("thesis_group", folk, (Routine(d.log(15, 70), {"reason": 2, "grade": 2, "explain": 1}, spread=0.7, turns=1.0,
        start=day, end=day + d.between(2, 8), hours="always", pool=d.count(100, 600), public=d.chance(0.4),
        frame=d.one("frame.grade", "frame.steps"), wordings=d.count(2, 6), client={"python": 1.0}, heat=0.0, net={"site": 1.0},
        sites=2), everyday(1.0)))


def cram_school(d: Draw) -> Party:
    """Pupils of a cram school whose tutor bot wants all steps shown."""
    folk = Folk(d.count(20, 260), CLASS, "none", 0.0, "free", card=d.one(1, 30), carded=0.8, cardless=0.3, countries=1,
        opened=("burst", d.day(-0.4, 0.2), 2.0))
    return Party("cram_school", folk, (Routine(d.log(1.5, 8), {"reason": 5, "explain": 1}, spread=0.6, turns=1.8, hours="evening",
        topics=2, pool=d.count(60, 500), frame="frame.steps", wordings=d.count(1, 3), framed=0.9,
        tongues=d.abroad(1) if d.chance(0.5) else None, net={"home": 0.6, "site": 0.4}),))


def market_stalls(d: Draw) -> Party:
    """Sellers of a marketplace who follow one video on product texts."""
    folk = Folk(d.count(60, 800), {"individual": 0.95, "startup": 0.05}, "none", 0.0, "free", cardless=0.3)
    return Party("market_stalls", folk, (Routine(d.log(0.5, 3), {"letter": 4, "translate": 1, "rewrite": 1}, turns=1.5, topics=2,
        frame="frame.style", wordings=d.one(-1, d.count(1, 3)), framed=0.7),
        everyday(0.2)))


def bot_template(d: Draw) -> Party:
    """Owners of chat bots that were cloned from one template and run on the same cheap hosting."""
    folk = Folk(d.count(30, 360), SOMEBODY, "none", 0.0, "free", cardless=0.02, paths=API)
    return Party("bot_template", folk, (Routine(d.log(1.5, 10), {"chat": 4, "explain": 1, "translate": 0.5}, spread=1.3, turns=3.0,
        hours="home", users=d.count(200, 2000), role="a cheerful bot in a group chat", client={"python": 1.0}, one_build=True, heat=0.7,
        limit=500, net={"servers": 0.9, "server": 0.1}, sites=d.count(3, 15)),))


def podcast_editors(d: Draw) -> Party:
    """Editors who clean transcripts with a shared recipe."""
    return Party("podcast_editors", Folk(d.count(20, 220), SOMEBODY, "some", cardless=0.05),
        (Routine(d.log(1.5, 8), {"clean": 5, "rewrite": 1}, turns=2.0, hours="home", topics=1, frame="frame.clean",
        wordings=d.one(-1, d.count(1, 4)), framed=0.85, client={"any": 0.6, "product": 0.4}),
        everyday(0.3)))


def quiz_teachers(d: Draw) -> Party:
    """Teachers who write exercises with a key after a training day."""
    day = d.day(0.0, 0.5)
    folk = Folk(d.count(30, 380), {"education": 0.1, "individual": 0.9}, "none", 0.02, "mixed", cardless=0.6, countries=d.one(1, 2))
    return Party("quiz_teachers", folk, (Routine(d.log(0.8, 5), {"maketask": 5, "grade": 1}, turns=2.2, start=day, hours="home",
        topics=3, frame="frame.tasks", wordings=d.one(-1, d.count(1, 5)), framed=0.7, net={"home": 0.6, "branch": 0.4}, sites=4),
        everyday(0.3)))


def claims_adjusters(d: Draw) -> Party:
    """Self-employed adjusters with the form of the same insurer."""
    return Party("claims_adjusters", Folk(d.count(20, 240), SMALL_FIRM, "none", 0.05, "each", cardless=0.02, countries=1),
        (Routine(d.log(1, 6), {"extract": 3, "letter": 2, "analyse": 1}, hours="office", topics=1, frame="frame.form", wordings=2,
        framed=0.9, pool=0),))


def credit_startups(d: Draw) -> Party:
    """Start-ups of one accelerator whose credits run out on one day: bursts of tests, same boilerplate, same sponsor's card."""
    day = d.day(0.2, 0.9)
    folk = Folk(d.count(12, 110), {"startup": 0.6, "individual": 0.4}, "each", 0.1, "each", card=d.one(1, 100), carded=1.0,
        cardless=0.0, opened=("burst", -30, 4), paths=API)
    return Party("credit_startups", folk,
        (Routine(d.log(2, 15), {"code": 1, "extract": 1, "reason": 1, "agent": 1, "maketask": 1}, turns=2.0, hours="office",
        surges=((day, 2.0, 8.0),), tools=d.one(0, 2), client={"node": 0.5, "python": 0.5}, net={"server": 0.6, "site": 0.4},
        role="the helper of a new product", roles=0),))


def language_tandem(d: Draw) -> Party:
    """Learners of a language school with the homework of the day, corrected and explained in their tongue."""
    folk = Folk(d.count(40, 520), {"individual": 1.0}, "none", 0.0, "free", cardless=0.5, countries=d.one(1, 4))
    return Party("language_tandem", folk,
        (Routine(d.log(0.8, 3), {"grade": 2, "translate": 2, "rewrite": 2, "explain": 1}, spread=0.7, hours="evening", topics=2,
        tongues=d.abroad(2), pool=d.count(40, 300), frame=d.one("frame.grade", "frame.style", "frame.role"), wordings=d.count(2, 6),
        framed=0.6, waves=d.one(0, 1)),))


def internet_cafe(d: Draw) -> Party:
    """Guests of internet cafés: same machines, same addresses, cash customers with fresh accounts."""
    folk = Folk(d.count(30, 300), {"individual": 1.0}, "none", 0.0, "free", cardless=0.98, opened=("long",), countries=1, signup="site",
        paths=APP, phone=2.5, phoneless=0.1)
    return Party("internet_cafe", folk, (everyday(d.log(0.5, 2.5), hours="night", net={"branch": 1.0}, sites=d.count(1, 5),
        client={"browser": 1.0}, one_build=True, away=0.0),))


LISTED: dict[str, Callable[[Draw], Party]] = {make.__name__: make for make in (lecture_hall, evaluation_labs, weekend_hackathon,
    niche_agent, contracted_reseller, rotating_keys, one_card_company, viral_prompt, night_jobs, permitted_labelling)}
OTHERS: dict[str, Callable[[Draw], Party]] = {make.__name__: make for make in (crm_plugin, shipped_key, pharmacy_franchise,
    closing_books, dental_clinics, court_clerks, newsroom, call_centre, course_platform, council_rollout, own_key_app, agency_clients,
    trial_card_students, families, aid_desk, translators, game_modders, essay_markers, changed_company, cloud_partner, incident_crews,
    parish_volunteers, fantasy_league, harness_fans, job_centre, card_shop, field_advisers, thesis_group, cram_school, market_stalls,
    bot_template, podcast_editors, quiz_teachers, claims_adjusters, credit_startups, language_tandem, internet_cafe)}
CROWDS = LISTED | OTHERS
