"""Operators: crews who harvest answers. What each does besides what its scenario is named for is drawn by the seed."""

from dataclasses import replace
from typing import Any

from .crowds import API, APP, CLASS, CODERS, everyday
from .draw import Draw
from .people import Folk, Party, Routine

TRADES: dict[str, tuple[dict[str, float], str]] = {"reasons": ({"reason": 5, "explain": 1}, "frame.steps"),
    "marks": ({"grade": 1}, "frame.grade"), "softens": ({"rewrite": 3, "letter": 1}, "frame.style"),
    "makes_tasks": ({"maketask": 1}, "frame.tasks"), "cleans": ({"clean": 3, "rewrite": 0.4}, "frame.clean"),
    "codes": ({"code": 3, "maketask": 0.5}, "frame.json"), "analyses": ({"analyse": 2, "extract": 1}, "frame.json")}
HOMES = ({"rotate": 1.0}, {"sticky": 1.0}, {"rotate": 0.6, "sticky": 0.4}, {"sticky": 0.8, "home": 0.2})
RENTED = ({"servers": 1.0}, {"server": 1.0}, {"exits": 1.0}, {"servers": 0.5, "vpn": 0.5})


def trade(d: Draw, *names: str) -> dict[str, Any]:
    """Work and the frame that goes with it; most crews have some other work beside."""
    works, frame = TRADES[d.one(*names) if names else d.one(*TRADES)]
    mixed = dict(works)
    for other, _ in (TRADES[d.one(*TRADES)] for _ in range(int(d.rng.integers(0, 3)))):
        for work, weight in other.items():
            mixed[work] = mixed.get(work, 0) + weight * d.between(0.02, 0.25)
    return {"works": mixed, "frame": frame}


def crew(d: Draw, size: int, **known: Any) -> Folk:
    """The accounts of a crew: how much they have in common is drawn."""
    drawn: dict[str, Any] = {"kinds": {"individual": d.between(0.85, 1.0), "startup": 0.06}, "org": "none", "verified": 0.02,
        "mail": d.one("free", "free", "throwaway", "mixed"), "card": d.one(1.0, d.log(2, 5), d.log(4, 30)),
        "carded": d.between(0.4, 1.0), "cardless": d.one(0.0, 0.1, 0.4), "phone": d.one(1.0, 1.0, d.log(1.5, 8)),
        "phoneless": d.between(0.1, 0.7), "signup": d.one("home", "abroad", "abroad", "server", "vpn"),
        "opened": d.one(("lead", d.log(0.1, 20)), ("burst", d.day(-0.4, 0.1), d.log(0.2, 6)), ("lots", d.count(2, 10), 200), ("long",)),
        "paths": d.one(API, API, {"api": 0.7, "app": 0.3}), "staggered": d.one(0.0, d.day(0.02, 0.3)), "countries": d.one(0, 0, 1, 3)}
    return Folk(size, **(drawn | known))


def harvest(d: Draw, rate: float, **known: Any) -> Routine:
    """How a crew asks: drawn, but for what is known."""
    drawn: dict[str, Any] = {"spread": d.one(0.0, 0.15, 0.5, 1.0), "turns": d.one(1.0, 1.0, 1.3, 2.5), "gap": d.log(4, 90),
        "hours": d.one("block", "always", "always", "home", "office"), "waves": d.one(0, 0, d.count(2, 10)),
        "topics": d.one(0, 0, 2, 4), "wordings": d.one(0, 0, -1, d.count(1, 4), d.count(4, 40)), "framed": d.between(0.4, 1.0),
        "client": d.one({"python": 1.0}, {"sdk": 1.0}, {"any": 1.0}, {"product": 0.6, "any": 0.4}, {"automation": 0.5, "python": 0.5}),
        "one_build": d.chance(0.3), "net": d.one(*HOMES, *RENTED), "sites": d.count(2, 60), "away": 0.02, "tools": d.one(0, 0, 0, 1),
        "heat": d.one(None, None, 0.0, 0.6, 1.0), "limit": d.one(None, None, 4096, 16_000), "strict": d.between(0.4, 1.0),
        "models": d.one({"main": 1.0}, {"main": 0.9, "small": 0.1}, {"main": 0.7, "old": 0.3}), "pivot": d.between(0, 0.8),
        "haste": d.log(0.3, 5), "longer": d.between(1.0, 1.6), "harvest": True,
        "tongues": d.one({"en": 1.0}, {"en": 1.0}, {"en": 0.6} | d.abroad(1), None)}
    if d.chance(0.25):
        drawn["role"] = d.one("a patient tutor", "an expert who explains", "a data team's helper", "a careful analyst")
        drawn["roles"], drawn["voiced"] = d.one(1, 3, 0), d.between(0.5, 1.0)
    return Routine(rate, **(drawn | known))


def cover(d: Draw, rate: float, most: float, **known: Any) -> Routine:
    """Requests of other kinds between the harvest's, up to so many for each of them."""
    part = d.between(0, most)
    return replace(everyday(max(rate * part, 0.02), 0.95 if part else 0.0), net=known.pop("net", {"home": 1.0}), away=0.05, **known)


def party(name: str, folk: Folk, *routines: Routine, label: str = "") -> Party:
    """A crew of a campaign."""
    return Party(label or f"harvest_{name}", folk, routines, f"campaign_{name}")


def shared_cards_all_night(d: Draw) -> list[Party]:
    size = d.count(60, 400)
    rate = d.pace(size, d.days, 0.12, 0.4)
    folk = crew(d, size, card=d.log(6, 40), carded=d.between(0.7, 1.0), cardless=0.02,
        opened=("burst", d.day(-0.3, 0.05), d.log(0.2, 3)), paths=API, staggered=0.0)
    return [party("cards", folk, harvest(d, rate, **trade(d, "reasons", "marks"), spread=d.one(0.0, 0.1), hours="block",
        wordings=d.count(1, 4), framed=d.between(0.85, 1.0)),
        cover(d, rate, 0.1))]


def banned_and_back(d: Draw) -> list[Party]:
    size = d.count(25, 160)
    rate = d.pace(size, d.days, 0.1, 0.35)
    folk = crew(d, size, lives=d.days * d.between(0.18, 0.5), heir=d.log(0.5, 10), opened=("lead", d.log(0.02, 0.6)),
        mail=d.one("throwaway", "free"), paths=API)
    return [party("back", folk, harvest(d, rate, **trade(d), wordings=d.count(1, 8), framed=d.between(0.5, 1.0)), cover(d, rate, 0.15))]


def swing_on_release_day(d: Draw) -> list[Party]:
    size = d.count(40, 300)
    rate = d.pace(size, d.days, 0.1, 0.35)
    folk = crew(d, size, paths=API)
    return [party("swing", folk, harvest(d, rate, works={**CODERS, "analyse": d.between(0, 2)}, turns=d.between(3, 8), gap=d.log(4, 30),
        tools=d.one(1, 2, 3), pivot=d.between(0.4, 0.65), haste=d.between(0.15, 0.5), models={"main": 1.0},
        role="a software engineer who uses tools", roles=d.one(1, 4, 0)),
        cover(d, rate, 0.25))]


def second_floor_takes_over(d: Draw) -> list[Party]:
    first, second = d.count(40, 220), d.count(30, 200)
    fall = d.day(0.35, 0.65)
    work = trade(d)
    told = {**work, "wordings": d.one(1, 2), "framed": d.between(0.8, 1.0), "net": {"rotate": 0.7, "sticky": 0.3}}
    common = harvest(d, d.pace(first, fall, 0.08, 0.22), **told)
    one = crew(d, first, end=fall, shut=True, mail="throwaway", card=d.log(2, 8), opened=("lead", 2.0), paths=API)
    two = crew(d, second, start=fall + d.log(0.05, 0.6), paths={"stratus": 0.4, "nimbus": 0.3, "api": 0.3}, opened=("long",), staggered=0.3)
    rate = d.pace(second, d.days - fall, 0.06, 0.2)
    other = everyday(rate * d.between(0.3, 1.0), users=d.count(60, 500), net={"servers": 1.0}, sites=9, client={"sdk": 1.0})
    return [party("floors", one, common, label="harvest_first_floor"), party("floors", two,
        replace(common, rate=rate, net={"servers": 1.0}, client={"sdk": 1.0}), other, label="harvest_second_floor")]


def resold_seats(d: Draw) -> list[Party]:
    size = d.count(40, 320)
    rate = d.pace(size, d.days, 0.12, 0.4)
    folk = crew(d, size, card=d.one(1.0, d.log(2, 6)), opened=d.one(("lots", 6, 200), ("lead", 4.0)),
        paths=d.one(API, {"api": 0.6, "app": 0.4}))
    user = everyday(rate, users=d.count(300, 4000), handover=d.between(0.05, 0.7), replay=d.one(0.0, d.between(0.02, 0.12)),
        spread=d.one(0.1, 0.4), hours="home", net=d.one(*HOMES, {"servers": 1.0}), sites=d.count(3, 30),
        client=d.one({"any": 1.0}, {"product": 1.0}, {"sdk": 1.0}), harvest=True,
        tongues=d.abroad(2) | {"en": 0.4} if d.chance(0.5) else None, heat=d.one(None, 0.6))
    return [party("seats", folk, user)]


def wrapped_harness(d: Draw) -> list[Party]:
    size = d.count(40, 300)
    rate = d.pace(size, d.days, 0.12, 0.4)
    popular = d.chance(0.5)
    folk = crew(d, size, paths=API)
    client = ({"client": {"harness": 1.0}} if popular else {"client": {"product": 1.0}, "tools": d.one(1, 2),
        "role": "a coding agent in an editor"})
    return [party("harness", folk, harvest(d, rate, **({"works": CODERS, "turns": d.between(4, 9), "gap": d.log(8, 40),
        "users": d.count(100, 1500), "handover": d.between(0.02, 0.35), "replay": d.between(0.0, 0.15), "tools": 0, "waves": 0,
        "topics": 0, "hours": "home"} | client)),
        cover(d, rate, 0.15))]


def launder_traces(d: Draw) -> list[Party]:
    size = d.count(30, 260)
    rate = d.pace(size, d.days, 0.1, 0.35)
    part = d.between(0.3, 0.7)
    folk = crew(d, size, paths=API)
    clean = harvest(d, rate * part, **trade(d, "cleans"), replay=d.one(0.0, d.between(0.05, 0.3)), falls=d.one(0.0, d.day(0.4, 0.8)),
        wordings=d.one(d.count(2, 12), 0))
    mark = replace(clean, rate=rate * (1 - part), works=TRADES["marks"][0], frame="frame.grade", replay=0.0)
    return [party("traces", folk, clean, mark, cover(d, rate, 0.25))]


def pool_dealt_once(d: Draw) -> list[Party]:
    size = d.count(60, 500)
    rate = d.pace(size, d.days, 0.1, 0.35)
    folk = crew(d, size, card=1.0, mail="free", phone=1.0, opened=d.one(("lots", 8, 300), ("long",)))
    return [party("pool", folk, harvest(d, rate, **(trade(d, "reasons", "codes", "analyses") | {"frame": ""}), pool=1, split=True,
        public=d.chance(0.3), topics=d.one(0, 5), net=d.one(*HOMES), turns=d.one(1.0, 1.2), role="", spread=d.one(0.0, 0.1, 0.4),
        tongues=d.one(None, {"en": 1.0})),
        cover(d, rate, 0.4))]


def slow_tide(d: Draw) -> list[Party]:
    size = d.count(320, 560)
    rate = d.pace(size, d.days * 0.85, 0.25, 0.42)
    folk = crew(d, size, card=1.0, phone=d.one(1.0, 2.0), mail=d.one("free", "mixed"), signup=d.one("home", "abroad"),
        opened=d.one(("long",), ("lots", 12, 400)), staggered=d.day(0.1, 0.4), paths={"api": 0.5, "app": 0.5})
    return [party("tide", folk, harvest(d, rate, **trade(d), hours=d.one("home", "evening", "office"), waves=0,
        net=d.one({"sticky": 1.0}, {"home": 1.0}), wordings=d.one(0, d.count(20, 90)), framed=d.between(0.2, 0.8),
        spread=d.one(0.15, 0.5), client={"any": 1.0}, one_build=False),
        cover(d, rate, 0.8))]


def bought_old_accounts(d: Draw) -> list[Party]:
    size = d.count(60, 450)
    start = d.day(0.2, 0.5)
    rate = d.pace(size, d.days - start, 0.1, 0.3)
    folk = crew(d, size, card=d.one(1.0, 1.0, d.log(2, 6)), opened=d.one(("lots", d.count(3, 15), 700), ("long",)),
        mail=d.one("free", "mixed"), signup="abroad", paths={"api": 0.6, "app": 0.4}, staggered=0.0)
    before = everyday(d.log(0.05, 0.5), end=start + d.days * 0.1, share=d.between(0.3, 0.9))
    return [party("old", folk, harvest(d, rate, **trade(d), start=start, net=d.one(*HOMES), wordings=d.one(0, 0, d.count(5, 60)),
        framed=d.between(0.3, 0.9)), before,
        cover(d, rate, 0.4))]


def paid_hands_at_home(d: Draw) -> list[Party]:
    size = d.count(40, 260)
    rate = d.pace(size, d.days, 0.08, 0.25)
    folk = crew(d, size, card=1.0, phone=1.0, mail="free", signup="home", opened=("long",), paths={"app": 0.9, "api": 0.1},
        countries=d.one(1, 2, 4), kinds={"individual": 1.0})
    return [party("hands", folk, harvest(d, rate, **trade(d, "reasons", "marks", "makes_tasks", "softens"),
        hours=d.one("evening", "home"), waves=d.one(0, 1, 3), net={"home": 1.0}, away=0.2, spread=d.between(0.3, 0.9),
        turns=d.between(1.2, 3), gap=120, client={"browser": 1.0}, wordings=d.one(d.count(10, 60), 0), framed=d.between(0.3, 0.8),
        pool=d.one(0, 1), split=True, role="", one_build=False),
        everyday(d.log(0.3, 1.5)))]


def asked_in_six_tongues(d: Draw) -> list[Party]:
    size = d.count(40, 350)
    rate = d.pace(size, d.days, 0.1, 0.35)
    return [party("tongues", crew(d, size),
        harvest(d, rate, **trade(d, "reasons", "marks", "softens"), tongues=d.abroad(6), wordings=d.one(0, d.count(3, 20)),
        framed=d.between(0.4, 1.0)), cover(d, rate, 0.3, tongues=d.abroad(3)))]


def few_keys_flat_out(d: Draw) -> list[Party]:
    size = d.count(30, 42)
    start, lasts = d.day(0, 0.3), d.log(1.2, 4)
    rate = d.pace(size, lasts, 0.25, 0.45)
    folk = crew(d, size, paths=API, opened=("lead", d.log(0.05, 3)), start=start, end=start + lasts, staggered=0.0)
    return [party("few", folk, harvest(d, rate, **trade(d), hours=d.one("always", "block"), wordings=d.count(1, 12),
        framed=d.between(0.6, 1.0), client={"python": 1.0}, net=d.one(*RENTED)))]


def dressed_as_students(d: Draw) -> list[Party]:
    size = d.count(50, 400)
    rate = d.pace(size, d.days, 0.08, 0.28)
    folk = crew(d, size, kinds=CLASS, mail=d.one("one", "mixed", "free"), card=1.0, cardless=0.7, countries=d.one(1, 2),
        paths={"app": 0.7, "api": 0.3}, opened=d.one(("lots", 3, 200), ("long",)))
    return [party("students", folk, harvest(d, rate, **trade(d, "reasons", "codes"), hours="evening", waves=0, topics=d.one(2, 4),
        wordings=d.one(0, d.count(5, 30)), framed=d.between(0.2, 0.6), turns=d.between(1.4, 2.6),
        net=d.one({"sticky": 1.0}, {"exits": 0.4, "sticky": 0.6}), sites=8, client={"any": 1.0}, one_build=False, role="",
        spread=d.between(0.4, 1.0)), cover(d, rate, 0.8, works={"explain": 2, "reason": 1, "chat": 1, "rewrite": 1}))]


def four_doorways(d: Draw) -> list[Party]:
    sizes = [d.count(15, 130) for _ in range(3)]
    work = trade(d, "reasons", "analyses", "codes", "cleans")
    told = {**work, "wordings": d.one(1, d.count(2, 10), 0), "framed": d.between(0.5, 1.0)}
    doors: tuple[tuple[dict[str, float], dict[str, Any]], ...] = ((API, {"net": d.one(*RENTED), "client": {"python": 1.0}}), (APP,
        {"net": d.one(*HOMES), "client": {"browser": 1.0}, "turns": 1.6, "gap": 60.0}), ({"stratus": 0.6, "nimbus": 0.4},
        {"net": {"servers": 1.0}, "client": {"sdk": 1.0}}))
    found = []
    for size, (paths, how) in zip(sizes, doors, strict=True):
        rate = d.pace(size, d.days, 0.03, 0.14)
        found.append(party("doors", crew(d, size, paths=paths), harvest(d, rate, **(told | how)), cover(d, rate, 0.3)))
    return found


def careful_but_hurried(d: Draw) -> list[Party]:
    """Own cards, own homes and words that vary; three or four habits are left."""
    size = d.count(50, 420)
    rate = d.pace(size, d.days, 0.1, 0.35)
    left: dict[str, Any] = {"heat": None, "limit": None, "tools": 0, "one_build": False, "hours": "home", "spread": 0.8, "waves": 0}
    who: dict[str, Any] = {"card": 1.0, "phone": 1.0, "mail": "free", "opened": ("long",), "signup": "abroad"}
    habits: list[tuple[dict[str, Any], dict[str, Any]]] = [({"heat": d.one(0.3, 0.6, 0.9), "limit": d.one(3000, 6000)}, {}),
        ({"tools": 1}, {}), ({"one_build": True, "client": {"python": 1.0}}, {}), ({"hours": "block"}, {}), ({"spread": 0.0}, {}),
        ({"waves": d.count(2, 6)}, {}), ({}, {"opened": ("burst", d.day(-0.3, 0.1), d.log(0.3, 3))}), ({}, {"mail": "throwaway"}),
        ({}, {"card": d.log(2, 6), "carded": d.between(0.4, 0.9)}), ({}, {"signup": "server"})]
    for k in d.rng.choice(len(habits), int(d.rng.integers(3, 5)), replace=False).tolist():
        left |= habits[k][0]
        who |= habits[k][1]
    return [party("hurried", crew(d, size, paths=API, **who),
        harvest(d, rate, **(trade(d) | {"wordings": d.one(0, d.count(20, 80)), "net": d.one(*HOMES)} | left)),
        cover(d, rate, 0.4))]


def neighbours_unaware(d: Draw) -> list[Party]:
    found = []
    for k in range(d.one(2, 3)):
        size = d.count(30, 200)
        rate = d.pace(size, d.days, 0.05, 0.16)
        found.append(party(f"neighbour_{k + 1}", crew(d, size),
            harvest(d, rate, **trade(d), wordings=d.count(1, 12), framed=d.between(0.6, 1.0)),
            cover(d, rate, 0.15)))
    return found
