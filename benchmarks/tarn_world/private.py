"""Innocent persons: at home and abroad, with one account or many, in class, in a library, under a meme."""

from dataclasses import replace
from typing import Any

from . import text
from .arrays import pick
from .lists import assignment, each_in_order, from_pool
from .signup import enrol
from .text import SLOTS, WORDS
from .work import run, work
from .world import Crowd, World


def casual(w: World, n: int, **k: Any) -> None:
    """People with the free app."""
    run(w, Crowd("casual", n, tilt=1.0, rate=0.45, spread=1.3, turns=1.7), **k)


def subscriber(w: World, n: int, **k: Any) -> None:
    """People who pay monthly; a few are very heavy."""
    run(w, Crowd(
        "subscriber", n, plan="plus", tilt=1.0, rate=1.3, spread=1.2, turns=2.4, fresh=0.1, tiers={"small": 1, "main": 6, "reason": 3}
    ), **k)


def family_card(w: World, n: int, **k: Any) -> None:
    """Families with one card, one home and sometimes one telephone."""
    run(w, Crowd(
        "family_card", n, plan="plus", team=(2, 5), card="team", phone="team", net="family", mail="alias", org=0, rate=0.7, turns=2,
        tilt=1.0
    ), **k)


def many_accounts(w: World, n: int, **k: Any) -> None:
    """People who keep two to six free accounts for their own chats: same home, own telephone tricks."""
    run(w, Crowd(
        "many_accounts", n, team=(2, 6), org=0, card="none", phone="rented", per_phone=2.5, mail="throwaway", net="family", rhythm="late",
        rate=1.0, per_visit=1.5, turns=6, mix={"creative": 6, "explain": 2, "code": 2}, fresh=0.5, ban=0.04
    ), **k)


def vpn_people(w: World, n: int, **k: Any) -> None:
    """People in places not served, behind VPN exits, with rented numbers and resold cards."""
    run(w, Crowd(
        "vpn_people", n, plan="plus", lands={"SG": 3, "US": 3, "JP": 2, "HK": 2}, tz=8, net="vpn", phone="rented", per_phone=2.0,
        card="pool", per_card=2.5, mail="throwaway", rhythm="office", rate=1.1, turns=2, tilt=1.0, fresh=0.3, ban=0.03,
        mix={"zh": 5, "code": 3, "explain": 1, "translate": 2}
    ), **k)


def seat_sharing(w: World, n: int, **k: Any) -> None:
    """Subscriptions which strangers share by a seat market: seven places and devices on one account, never idle."""
    run(w, Crowd(
        "seat_sharing", n, plan="plus", net="seats", dev="seats", rhythm="allday", rate=6, spread=0.5, turns=2, card="pool", per_card=1.6,
        phone="rented", ban=0.02, tilt=0.5, narrow=0.1
    ), **k)


def classroom(w: World, n: int, when: list[float], **k: Any) -> None:
    """A class with one assignment, on the campus network, in the evenings before it is due."""
    pool = assignment(w.rng(f"class/{when}/{n}"))
    m = enrol(w, replace(Crowd(
        "classroom", n, say={"education": 6, "individual": 4}, mail="school", net="site", exits=3, one_land=True, rhythm="student",
        fresh=0.5, bursts=[(when[0] - 3, 0.15), (when[0] - 2.2, 0.3)], org=0, rate=0.15, foreign=0.1
    ), **k))
    base = replace(Crowd("classroom", n, net="site", rhythm="student", rate=0.15, foreign=0.2), **k)
    work(w, m, base)
    for day in when:
        work(w, m, base, start=max(0.0, day - 2.5), end=day, rate=1.2, spread=0.6, turns=2.2, prompts=from_pool(pool, 0.4, True))


def question_bank(w: World, n: int, **k: Any) -> None:
    """A training camp for an exam: all learners go through one bank of questions over weeks."""
    rng = w.rng(f"bank/{n}/{k.get('start')}")
    pool = text.ask(rng, "quiz", 250) + text.ask(rng, "maths", 250)
    run(w, Crowd(
        "question_bank", n, say={"individual": 5, "education": 5}, lands={"IN": 5, "PK": 1, "NG": 1}, rhythm="student", rate=1.1,
        spread=0.7, per_visit=4, visit_gap=150, turns=0.8, prompts=each_in_order(pool), fresh=0.4, bursts=[(1, 1.0), (5, 2.0)],
        mix={"maths": 1, "quiz": 1}, foreign=0
    ), **k)


def worksheet(w: World, n: int, **k: Any) -> None:
    """Pupils and teachers who paste whole worksheets."""
    rng = w.rng(f"sheet/{n}")
    single = text.ask(rng, "explain", 4000) + text.ask(rng, "maths", 5000)
    order = rng.permutation(len(single)).tolist()
    pool = [
        "Worksheet\n" * (i % 2) + "\n".join(f"{j + 1}) {single[q]}" for j, q in enumerate(order[i * 7 : i * 7 + 4 + i % 6]))
        for i in range(1250)
    ]
    run(w, Crowd(
        "worksheet", n, say={"education": 3, "individual": 5}, rhythm="student", rate=0.4, per_visit=1.6, turns=1.2,
        prompts=from_pool(pool, 0.3, True), length=3, mix={"explain": 1, "maths": 1}
    ), **k)


def cafe(w: World, n: int, **k: Any) -> None:
    """Libraries and internet cafes: strangers at the same machines behind one address."""
    run(w, Crowd(
        "cafe", n, one_land=True, lands={"PH": 2, "VN": 2, "NG": 1, "GB": 1, "ID": 2}, net="site", exits=1, dev="shared_pc", images=12,
        rhythm="student", rate=0.4, fresh=0.4, mail="bulk"
    ), **k)


def meme(w: World, n: int, day: float, **k: Any) -> None:
    """A request that everybody sends for three days since a video showed it."""
    first = text.ask(w.rng(f"meme/{day}"), "creative", 1)[0]
    named = (f"{first} My name is {name}." for name in SLOTS["p"])
    pool = [first, first, first, first.lower(), first + " make it about my cat", *named]
    base = replace(Crowd("meme_follower", n, fresh=0.45, bursts=[(day, 0.5), (day + 1, 0.8)], rate=0.2, tilt=1.0), **k)
    m = enrol(w, base)
    work(w, m, base)
    work(w, m, base, start=day, end=day + 3.5, rate=0.5, per_visit=1.2, turns=1, prompts=from_pool(pool, 0.3, True))


def annotators(w: World, n: int, **k: Any) -> None:
    """Freelancers of an honest labelling firm who use the assistant from home to check their work."""
    rng = w.rng(f"annot/{n}")
    pool = text.ask(rng, "extract", 3000) + text.ask(rng, "judge", 900)
    run(w, Crowd(
        "annotators", n, plan="plus", lands={"KE": 3, "PH": 4, "IN": 4, "NG": 1, "PK": 1}, card="pool", per_card=3.0, net="home",
        rhythm="shift", rate=1.6, spread=0.7, per_visit=5, visit_gap=200, turns=0.5, prompts=from_pool(pool, 0.3, True), fresh=0.4,
        bursts=[(1, 0.4), (8, 0.4)], mix={"extract": 1, "judge": 0.4}
    ), **k)


def role_players(w: World, n: int, **k: Any) -> None:
    """Fans of a story front end: shared character cards, long nights, homes."""
    rng = w.rng(f"role/{n}")
    names, trades, cities = (pick(rng, pool, 90) for pool in (SLOTS["p"], WORDS["character"], SLOTS["city"]))
    cards = [
        f"You are {a}, a {b} in {c}. Stay in character. " + " ".join(pick(rng, WORDS["rule"], 2)) + " " + d
        for a, b, c, d in zip(names, trades, cities, text.document(rng, 90, 3, 9), strict=True)
    ]
    run(w, Crowd(
        "role_players", n, path="api", plan="prepaid", dev="plugin", tag="taleforge", net="homeonly", system="crowd", systems=cards,
        rhythm="late", rate=0.5, spread=1.2, per_visit=1.2, turns=16, think=70, mix={"creative": 1}, temperature=[0.9, 1.0, 1.1],
        top_p=[0.95, 0.9, None], max_tokens=[400, 800], length=0.7, credit=50
    ), **k)


def base_app(w: World, k: float) -> None:
    """The usual background of a chat product."""
    for crowd, n in ((casual, 1900), (subscriber, 420), (many_accounts, 90), (family_card, 80)):
        crowd(w, int(n * k))
