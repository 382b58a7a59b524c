"""Crews: what a boss orders, what a budget buys, and what the scheduler does with it.

Each function makes one operation, of one or several groups.
"""

from dataclasses import replace
from typing import Any

from .draw import Draw
from .numbers import Mix
from .people import Group

REASON: Mix = {"reason": 6, "code": 1, "data": 1, "ask": 1}
CODER: Mix = {"agent": 6, "code": 4, "data": 1}
NORMAL_MAIL: Mix = {"public": 6, "work": 1}
KEYS: Mix = {"python": 5, "node": 2, "curl": 2, "go": 1, "chain": 1}


def crew(d: Draw, name: str, size: int, rate: float, **choices: Any) -> Group:
    """A crew with the habits that most have: bought accounts, a queue, clients in a container; ``choices`` say what is special."""
    base = Group("harvest_" + name, size, campaign="crew_" + name, house=int(d.rng.integers(1, 2**62)), rate=rate, load=d.log(0.06, 0.5),
        keep=d.u(0.8, 1), weekend=d.u(0.8, 1), clock="flat", turns=1, gap=20, joined="lots", lots=d.size(2, 6), age=(0, d.log(3, 60)),
        mail=NORMAL_MAIL, carded=d.u(0.7, 1), phoned=d.u(0.4, 1), shuffled=True, nets={"proxy": 1}, clients=KEYS, builds=d.size(1, 3),
        sampling="house", works=REASON, topics=d.size(3, 8), tasks="pool", breaks=d.size(1, 3) if d.odds(0.5) else 0, models={"large": 6,
        "middle": 2}, banned=d.u(0, 0.08), wake=d.u(0, 0.2), pivot=d.u(0, 0.8), lag=d.u(4, 60), plans={"payg": 4, "pro": 1})
    return replace(base, **choices)


# --- Easy -----------------------------------------------------------------------------------------------------------


def one_purse(d: Draw) -> list[Group]:
    """A hydra: load balancing, some cards for all, one frame, opened within a day or two."""
    return [crew(d, "purse", d.size(40, 220), d.log(15, 70), load=d.log(0.04, 0.15), per_card=d.size(4, 30), carded=1, per_phone=d.size(1,
        6), joined="burst", age=(0, 3), frame="reason", frames=d.size(1, 3), framed=d.u(0.8, 1), mail={"throwaway": 3, "public": 2},
        wake=0.05, paths={"api": 4, "cloud_north": 1}, works=d.mix("reason", "data", "grade", "code", even=3), samples=d.size(1, 4))]


def same_sentence(d: Draw) -> list[Group]:
    """One text injected in every request; when the first pool is shut, a second goes on among customers of its own."""
    shut = d.u(0.35, 0.65)
    size = d.size(50, 260)
    first = crew(d, "sentence", size, d.log(15, 60), system="reason", frame="reason", framed=d.u(0.3, 0.8), mail={"throwaway": 2,
        "public": 1}, per_card=d.size(1, 4), span=(0, shut), banned=d.u(0.4, 0.9), builds=1, load=0.2)
    second = replace(first, label="harvest_sentence_rest", size=d.size(max(12, size // 3), size), span=(shut, 1), wake=0.1, banned=0.03,
        cover=d.u(0.3, 0.6), people=6, mail=NORMAL_MAIL, joined="lots", age=(2, 40), nets={"sticky": 1}, per_card=1, builds=4, framed=0.2)
    return [first, second]


def banned_and_replaced(d: Draw) -> list[Group]:
    """Banned accounts are replaced within hours, and the queue goes on."""
    return [crew(d, "undead", d.size(14, 70), d.log(40, 160), banned=d.u(0.65, 0.95), heirs=True, delay=d.log(1, 9), joined="burst",
        age=(0, 2), mail={"throwaway": 2, "public": 2}, per_card=d.size(1, 3), frame="reason", frames=2, framed=0.8, sampling="house",
        nets={"proxy": 3, "sticky": 1}, works=d.mix("reason", "code", "taskgen", even=3))]


def few_at_full_throttle(d: Draw) -> list[Group]:
    """A dozen keys or two on tool use, flat out from the first hour, for as long as the money lasts."""
    length = min(1.0, d.u(2, 6) / d.days)
    begin = d.u(0, 1 - length)
    return [crew(d, "throttle", d.size(12, 30), d.log(200, 480), load=0.08, keep=1, span=(begin, begin + length), joined="burst", age=(0,
        0.6), wake=0, works=CODER, tools="house", tooled=0.9, turns=d.u(4, 9), gap=8, system="harness", nets={"cloud": 1},
        clients={"node": 1, "python": 1}, builds=1, per_card=d.size(2, 6), topics=4, hand=d.u(0, 0.1), breaks=0)]


def bidders(d: Draw) -> list[Group]:
    """Three laboratories that know nothing of each other: one has answers marked, one reasons in three tongues, one wants code."""
    grader = crew(d, "marks", d.size(14, 60), d.log(25, 90), works={"grade": 6, "rewrite": 2}, frame="grade", frames=d.size(1, 2),
        framed=0.95, per_card=d.size(2, 8), turns=1.5, samples=2)
    tongues = crew(d, "tongues", d.size(14, 80), d.log(15, 60), tongues=d.mix("es", "pt", "id", "zh", even=2), frame="reason", frames=2,
        framed=0.85, joined="burst", age=(0, 4), nets={"sticky": 1})
    coder = crew(d, "code", d.size(14, 60), d.log(30, 110), works=CODER, tools="house", system="harness", turns=5, gap=10,
        nets={"cloud": 2, "proxy": 1}, per_phone=4, phoned=0.9, joined="lots", lots=2, age=(0, 9))
    return [grader, tongues, coder]


# --- Medium ---------------------------------------------------------------------------------------------------------


def queue_moves(d: Draw) -> list[Group]:
    """Agentic coding; much of it goes to the new model as soon as the queue's configuration is changed."""
    return [crew(d, "queue", d.size(30, 240), d.log(25, 110), works=CODER, tools="house", tooled=d.u(0.7, 1), system="harness",
        system_by=d.one("house", "popular"), turns=d.u(3, 8), gap=12, pivot=d.u(0.45, 0.8), lag=d.u(2, 14), nets={"sticky": 2,
        "cloud": 1}, builds=d.size(2, 6), sampling="own", load=d.u(0.2, 0.5), age=(4, 60), hand=d.u(0, 0.08))]


def resold_upstream(d: Draw) -> list[Group]:
    """A chat service of its own whose users' requests go over bought accounts, which keeps the answers."""
    return [crew(d, "upstream", d.size(30, 200), d.log(20, 90), people=d.u(4, 15), hand=d.u(0.2, 0.8), turns=d.u(3, 6), gap=70,
        works={"ask": 4, "write": 3, "code": 3, "reason": 2, "agent": 1, "translate": 1}, topics=0, tasks="free", clock="day",
        zone=(d.one("8", "5.5", "-3") == "8" and 8.0) or d.u(-3, 6), tongues=d.mix("en", "zh", "pt", "id", even=0.8), system="helper",
        builds=d.size(1, 3), nets={"sticky": 2, "proxy": 1}, load=d.u(0.1, 0.35), age=(1, 90), weekend=1, models={"large": 3,
        "middle": 3})]


def laundry(d: Draw) -> list[Group]:
    """Traces taken before are replayed, cleaned, expanded and marked; once the best model is closed to it, a weaker one must do."""
    fall = d.u(0.35, 0.7) if d.odds(0.6) else 0.0
    return [crew(d, "laundry", d.size(20, 130), d.log(20, 90), works={"trace": 4, "reason": 4, "grade": 3}, replay=d.u(0.25, 0.5),
        frame="reason", frame_by="talk", framed=d.u(0.4, 0.8), fallback=fall, turns=1.3, nets={"sticky": 1}, builds=d.size(2, 5), age=(2,
        70), load=d.u(0.15, 0.4), samples=d.size(1, 3), hand=0.1)]


def eight_tongues(d: Draw) -> list[Group]:
    """A quota for each tongue; prompts by many hands; exits in the countries that the accounts name."""
    mix = d.mix("de", "es", "pt", "fr", "id", "zh", "en", even=4)
    return [crew(d, "quota", d.size(40, 280), d.log(10, 50), tongues=mix, works=d.mix("reason", "rewrite", "grade", "write", "taskgen",
        even=2), frame="reason", frame_by="talk", framed=d.u(0.2, 0.6), nets={"sticky": 1}, builds=d.size(3, 8), topics=d.size(4, 9),
        age=(3, 90), load=d.u(0.2, 0.5), sampling="own", clock=d.one("day", "flat"), zone=d.u(0, 9), ramp=d.u(0, 2))]


def supplied(d: Draw) -> list[Group]:
    """Identities by the lot from two suppliers; aged for weeks; each supplier has its own habits with mail, cards and phones."""
    size = d.size(40, 300)
    first = crew(d, "supplied", size, d.log(8, 40), joined="lots", lots=d.size(2, 5), age=(15, 150), mail={"work": 1, "public": 2},
        per_card=d.size(1, 3), per_phone=d.size(1, 5), phoned=0.9, nets={"sticky": 1}, builds=d.size(4, 9), frame="reason",
        frames=d.size(4, 12), framed=d.u(0.2, 0.6), load=d.u(0.3, 0.6), cover=d.u(0, 0.15), works=d.mix("reason", "code", "data", "grade",
        even=2), sampling="own")
    second = replace(first, label="harvest_supplied_more", size=max(12, size // 2), lots=2, age=(5, 60), mail={"throwaway": 1,
        "public": 3}, per_phone=1, phoned=0.3, per_card=d.size(2, 6), span=(d.u(0.1, 0.4), 1), nets={"proxy": 1})
    return [first, second]


# --- Hard -----------------------------------------------------------------------------------------------------------


def split_pool(d: Draw) -> list[Group]:
    """A varied pool dealt out, each task once; own cards, homes, builds; no words in common."""
    return [crew(d, "split", d.size(60, 360), d.log(8, 40), tasks="free", topics=d.size(3, 6), works=d.mix("reason", "code", "data",
        "taskgen", even=1.5), nets={"sticky": 6, "home": 1}, builds=0, sampling="own", load=d.u(0.3, 0.6), keep=d.u(0.6, 0.9),
        joined="lots", lots=d.size(6, 20), age=(10, 250), phoned=0.7, carded=0.8, clock="day", cover=d.u(0.05, 0.2), breaks=0, wake=0.4,
        turns=d.u(1, 1.6))]


def slow_burn(d: Draw) -> list[Group]:
    """Hundreds of accounts, a few requests a day, half of them small talk."""
    return [crew(d, "slow", d.size(240, 600), d.log(2.5, 6), tasks="pool", topics=d.size(4, 9), works=d.mix("reason", "grade", "code",
        "rewrite", even=1.5), frame="reason", frame_by="talk", framed=d.u(0.1, 0.4), nets={"sticky": 5, "proxy": 1}, builds=0,
        sampling="own", load=d.u(0.4, 0.8), keep=d.u(0.5, 0.8), joined="lots", lots=d.size(6, 18), age=(5, 200), clock="day",
        cover=d.u(0.3, 0.55), wake=0.4, clients={"browser": 3, "phone": 1, "python": 2, "harness": 1}, turns=1.6, gap=80, breaks=0)]


def rented_seats(d: Draw) -> list[Group]:
    """Seats of a dealer in accounts, on which several buyers work side by side; one buyer harvests."""
    return [crew(d, "seats", d.size(30, 160), d.log(15, 60), people=d.u(3, 7), cover=d.u(0.4, 0.65), hand=d.u(0, 0.15), turns=d.u(1.5, 3),
        gap=60, works=d.mix("reason", "agent", "code", "trace", even=1.5), topics=4, frame="reason", frame_by="talk", framed=d.u(0.1,
        0.4), joined="ages", nets={"proxy": 2, "sticky": 2, "vpn": 1}, builds=0, sampling="talk", load=d.u(0.5, 0.8), clock="day",
        zone=d.u(0, 9), wake=0.5, mail={"public": 1}, plans={"pro": 4, "payg": 1})]


def two_floors(d: Draw) -> list[Group]:
    """Marks over the API, rewritings and reasoning over a cloud; the rate grows toward a Friday. Prompts by many hands."""
    size = d.size(40, 220)
    api = crew(d, "floors", size, d.log(8, 35), works=d.mix("grade", "rewrite", "reason", even=2), frame="grade", frame_by="person",
        framed=d.u(0.2, 0.5), paths={"api": 1}, nets={"sticky": 1}, builds=0, sampling="own", ramp=d.u(0.5, 2), load=d.u(0.3, 0.6),
        joined="lots", lots=d.size(4, 12), age=(10, 160), cover=d.u(0.1, 0.3), clock="day", zone=d.u(0, 9), topics=d.size(4, 7), breaks=1)
    cloud = replace(api, label="harvest_floors_cloud", size=max(12, size // 2), works=d.mix("reason", "rewrite", "taskgen", even=2),
        frame="reason", paths={"cloud_north": 2, "cloud_south": 1}, nets={"serverless": 1, "cloud": 2}, kinds={"startup": 1,
        "individual": 2}, mail={"work": 2, "public": 1}, sampling="talk", rate=d.log(10, 45))
    return [api, cloud]
