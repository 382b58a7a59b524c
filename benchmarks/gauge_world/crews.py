"""The operators: what they hold, how they ask, and what they pay for being like others."""

from collections.abc import Callable
from dataclasses import replace

from .dice import Dice
from .houses import EVERYDAY, House
from .parts import Papers, Party, Routine
from .wording import subjects

Crews = Callable[[Dice, House], list[Party]]
REASONING = ("statistics", "geometry", "physics", "chemistry", "astronomy")
SOFTWARE = ("backend", "frontend", "embedded", "security")
HANDS = {"browser": 6.0, "phone": 3.0}
COVER_NET = {"proxy": 1.0}


def crew(
    n: int,
    papers: Papers,
    *routines: Routine,
    kind: str,
    name: str = "operator-1",
    bans: tuple[float, float, float] | None = None,
    shut: float | None = None,
) -> Party:
    """Accounts of an operator."""
    return Party(kind, n, papers, routines, campaign=name, bans=bans, shut=shut, floor=10)


def what(d: Dice, *among: str) -> Routine:
    """What a crew is after: one narrow capability."""
    goal = d.one(among or ("reason", "code", "grade", "rewrite", "invent"))
    works = {
        "reason": {"reason": 6.0, "tutor": 1.0},
        "code": {"code": 5.0, "data": 1.0},
        "grade": {"grade": 1.0},
        "rewrite": {"rewrite": 4.0, "summarise": 1.0},
        "invent": {"invent": 1.0},
        "agent": {"agent": 5.0, "code": 1.0},
        "clean": {"clean": 5.0, "grade": 2.0},
    }[goal]
    fields = SOFTWARE if goal in ("code", "agent") else REASONING if goal in ("reason", "clean") else tuple(subjects())
    return Routine(
        works=works, subjects=d.some(fields, 2, 5), harvest=True, days=1.0, weekend=1.0, spread=0.15,
        turns=6.0 if goal == "agent" else 1.2, gap=25,
    )


def cover(d: Dice, share: float, like: Routine) -> tuple[Routine, ...]:
    """Chatter that is to hide the rest."""
    if share <= 0:
        return ()
    return (
        Routine(
            like.rate * share / (1 - share), 0.5, days=0.7, hours="day", works=EVERYDAY, client=like.client, build=like.build,
            net=like.net, exits=like.exits, span=like.span,
        ),
    )


def card_batch_free_tier(d: Dice, h: House) -> list[Party]:
    papers = Papers(
        ("lots", d.count(2, 8), d.log(5, 60)) if d.chance(0.6) else ("burst", d.real(0, 0.3), d.log(0.2, 2)),
        plan={"free": 1.0}, mail="throwaway", card=("few", d.log(5, 40)) if d.chance(0.7) else ("none", 0), phone=("none", 0),
        kind={"individual": 1.0}, verified=0, signup="proxy" if d.chance(0.5) else "exits",
    )
    routine = replace(
        what(d), rate=d.log(20, 140), even=d.chance(0.7), hours=d.one(["flat", "flat", "blocks"]),
        frame=d.one(["frame.trace", "frame.rubric", "frame.job"]), framed=d.real(0.85, 1), sampling="one",
        client={"python": 1.0} if d.chance(0.6) else {"browser": 1.0}, build=d.one(["one", "masks"]),
        net={"proxy": 3.0, "exits": d.real(0.2, 4)}, exits=d.count(4, 25), model="best",
    )
    return [crew(d.count(40, 300), papers, routine, kind="free_tier_farm")]


def trial_batch(d: Dice, h: House) -> list[Party]:
    at = d.real(0.02, 0.5)
    papers = Papers(
        ("burst", at, d.log(0.1, 1.5)), plan={"trial": 1.0}, mail=d.one(["throwaway", "handful", "one"]),
        card=("none", 0) if d.chance(0.5) else ("few", d.log(2, 15)), phone=("none", 0), signup=d.one(["proxy", "exits"]),
    )
    routine = replace(
        what(d), rate=d.log(30, 600), even=True, hours=d.one(["flat", "blocks"]), frame=d.one(["frame.trace", "frame.job", ""]),
        sampling="one", client={"python": 1.0, "node": 0.1}, build="one", net={"exits": 1.0, "proxy": d.real(0, 1)},
        exits=d.count(3, 15), source="own", mixed=d.few(0.1, 0.4, 0.4), model="best",
    )
    return [crew(d.count(15, 70), papers, routine, kind="trial_batch")]


def bans_replaced(d: Dice, h: House) -> list[Party]:
    papers = Papers(
        ("lots", d.count(1, 5), d.log(5, 90)), mail=d.one(["throwaway", "handful", "free"]), card=("few", d.log(1.5, 12)), signup="proxy"
    )
    routine = replace(
        what(d), rate=d.log(60, 400), even=d.chance(0.6), hours=d.one(["flat", "blocks", "night"]),
        frame=d.one(["frame.trace", "frame.rubric", "frame.job"]), framed=d.real(0.7, 1), sampling="one",
        client={"python": 1.0}, build="one" if d.chance(0.7) else "", net={"proxy": 1.0} if d.chance(0.6) else {"sticky": 1.0},
        model="best", span=(d.real(0, 0.15), 1.0),
    )
    return [
        crew(
            d.count(50, 220), papers, routine, kind="banned_and_replaced", bans=(d.real(0.25, 0.5), d.log(0.12, 0.4) * d.days, d.log(1, 12))
        )
    ]


def sim_bank(d: Dice, h: House) -> list[Party]:
    one = d.one(list(h.countries))
    papers = Papers(
        ("burst", d.real(0, 0.4), d.log(0.3, 3)) if d.chance(0.6) else ("lots", d.count(2, 6), 40), plan={"bundle": 1.0},
        phone=("own", 0), kind={"individual": 1.0}, country={one: 1.0}, verified=0,
    )
    routine = replace(
        what(d, "grade", "reason", "rewrite"), rate=d.log(25, 150), even=d.chance(0.6),
        hours=d.one(["flat", "blocks", "night"]), frame=d.one(["frame.rubric", "frame.trace"]), framed=d.real(0.6, 1),
        client={"phone": 1.0}, build="one", net={"village": d.real(0.5, 3), "mobile": 2.0},
        tongues={"en": 1.0} if d.chance(0.7) else None,
    )
    return [crew(d.count(40, 260), papers, routine, *cover(d, d.few(0.05, 0.3, 0.4), routine), kind="sim_bank")]


def two_crews(d: Dice, h: House) -> list[Party]:
    first = replace(
        what(d, "reason", "code"), rate=d.log(40, 300), even=True, hours="flat", frame="frame.trace", sampling="one",
        client={"python": 1.0}, net={"exits": 1.0}, exits=d.count(4, 20), model="best",
    )
    second = replace(
        what(d, "grade", "invent", "rewrite"), rate=d.log(15, 100), hours=d.one(["blocks", "day"]),
        frame=d.one(["frame.rubric", "varied"]), framed=d.real(0.5, 1), sampling="one", client={"node": 1.0, "python": 1.0},
        net={"proxy": 1.0}, spread=0.4, model="best",
    )
    return [
        crew(
            d.count(20, 90),
            Papers(("burst", d.real(0, 0.3), 1), mail="handful", card=("few", d.log(2, 20)), kind={"individual": 1.0}, verified=0),
            first, kind="amateurs",
        ),
        crew(
            d.count(30, 150),
            Papers(("lots", d.count(2, 6), 80), mail="free", card=("own", 0), kind={"individual": 1.0}, verified=0, signup="proxy"),
            second, kind="professionals", name="operator-2",
        ),
    ]


def failover_and_pivot(d: Dice, h: House) -> list[Party]:
    at = d.real(0.35, 0.65)
    base = replace(
        what(d, "agent", "code", "reason"), rate=d.log(20, 120), spread=d.real(0.1, 0.5),
        hours=d.one(["flat", "day", "blocks"]), frame=d.one(["frame.trace", "frame.job", "many"]), framed=d.real(0.5, 1),
        client={"loomcode": 2.0, "python": 1.0}, sampling="one", pivot=d.real(0.35, 0.9), model="best",
    )
    first = replace(base, net={"sticky": 2.0, "proxy": 1.0}, span=(0.0, min(1.0, at + 0.02)))
    second = replace(
        base, net={"exits": 2.0, "proxy": 1.0}, exits=d.count(10, 40), span=(at + d.log(0.005, 0.03), 1.0),
        cloud=d.real(0.1, 0.6), model=d.one(["best", "fallback"]),
    )
    buyers = Routine(
        base.rate * d.real(0.3, 1.2), 0.8, days=0.7, hours="day", works=EVERYDAY, people=8,
        client={"golang": 1.0, "python": 1.0}, net=second.net, exits=second.exits,
    )
    return [
        crew(
            d.count(30, 160),
            Papers(
                ("lots", d.count(2, 7), 60), mail="throwaway", card=("few", d.log(2, 8)), kind={"individual": 1.0}, verified=0,
                signup="proxy",
            ),
            first, kind="first_pool", shut=at,
        ),
        crew(
            d.count(25, 120),
            Papers(
                ("lots", d.count(2, 7), 120), mail="free", card=("few", d.log(1.5, 6)), kind={"individual": 2, "startup": 1},
                verified=0, signup="exits",
            ),
            second, buyers, kind="second_pool",
        ),
    ]


def partner_firm_trains(d: Dice, h: House) -> list[Party]:
    goal = replace(
        what(d, "reason", "code", "invent"), rate=d.log(20, 150), spread=d.real(0.1, 0.5), even=d.chance(0.5),
        hours=d.one(["office", "night", "flat"]), weekend=d.real(0.2, 1), frame=d.one(["frame.trace", "varied", "frame.job"]),
        framed=d.real(0.5, 1), sampling="one", client={"python": 1.0}, build="one" if d.chance(0.5) else "",
        net={"office": 1.0}, exits=8, queue=d.chance(0.5), model=d.one(["best", "fallback"]), span=(d.real(0, 0.4), 1.0),
    )
    day = Routine(d.real(2, 8), days=0.6, hours="office", weekend=0.1, net={"office": 1.0}, exits=8)
    return [crew(d.count(20, 70), Papers(("ages", 200, 0.5), unit=400, org="one", mail="one"), goal, day, kind="partner_firm")]


def harness_relay(d: Dice, h: House) -> list[Party]:
    relay = replace(
        what(d, "agent"), rate=d.log(25, 180), spread=d.real(0.1, 0.4), hours="day", people=d.count(100, 900), pooled=True,
        handover=d.real(0.15, 0.6), replay=d.real(0.05, 0.35), client={d.one(["tinkershell", "patchwright", "homemade"]): 1.0},
        build="one", net={"proxy": 1.0} if d.chance(0.5) else {"sticky": 1.0}, subjects=None,
        system="one" if d.chance(0.4) else "", model="best",
    )
    clean = replace(
        what(d, "clean"), rate=relay.rate * d.real(0.1, 0.5), hours=d.one(["night", "flat"]),
        frame=d.one(["frame.trace", "varied"]), framed=d.real(0.5, 1), client={"python": 1.0}, net=relay.net, sampling="one",
        replay=d.real(0.05, 0.3),
    )
    return [
        crew(
            d.count(30, 180),
            Papers(
                ("lots", d.count(3, 10), 90), mail="free", card=("few", d.log(1.5, 6)), kind={"individual": 1.0}, verified=0, signup="proxy"
            ),
            relay, clean, kind="harness_relay",
        )
    ]


def task_makers(d: Dice, h: House) -> list[Party]:
    tongues = dict.fromkeys(d.some(("es", "de", "fr", "pt", "ru", "zh", "tr"), 3, 6), 1.0) | {"en": d.real(0.3, 2)}
    routine = replace(
        what(d, "invent", "reason", "grade"), rate=d.log(8, 60), spread=d.real(0.1, 0.5),
        hours=d.one(["evening", "day", "flat"]), tongues=tongues, subjects=d.some(tuple(subjects()), 3, 8),
        frame=d.one(["varied", "many", ""]), framed=d.real(0.4, 0.9), client=HANDS, build="masks",
        net={"proxy": 1.0} if d.chance(0.5) else {"sticky": 1.0},
    )
    papers = Papers(
        ("lots", d.count(3, 9), 50), plan={"free": 1.0}, mail=d.one(["throwaway", "free"]), kind={"individual": 1.0},
        verified=0, signup="proxy",
    )
    return [crew(d.count(40, 220), papers, routine, *cover(d, d.few(0.1, 0.3, 0.5), routine), kind="task_makers")]


def reseller_keeps_answers(d: Dice, h: House) -> list[Party]:
    relay = Routine(
        d.log(15, 90), d.real(0.2, 0.5), days=1.0, hours="day", weekend=0.9, people=d.count(400, 2500), pooled=True,
        handover=d.real(0.05, 0.4), works=EVERYDAY | {"code": 8.0, "agent": 4.0}, client={"golang": 1.0}, build="one",
        net={"exits": 1.0}, exits=d.count(8, 40), turns=3.5, harvest=True, frame="varied", framed=d.few(0.05, 0.3, 0.4),
    )
    extra = replace(
        what(d, "reason", "code"), rate=relay.rate * d.real(0.2, 0.8), hours=d.one(["night", "flat"]), mixed=d.real(0.1, 0.5),
        frame=d.one(["frame.trace", "varied"]), framed=d.real(0.4, 1), client={"golang": 1.0}, build="one", net={"exits": 1.0},
        exits=relay.exits, sampling="one",
    )
    papers = Papers(
        ("lots", d.count(4, 12), 240), mail="handful", card=("few", d.log(1.5, 10)), kind={"startup": 2, "individual": 1},
        org="none", verified=0,
    )
    return [crew(d.count(25, 150), papers, relay, extra, kind="reseller_with_a_side_business")]


def workers_at_home(d: Dice, h: House) -> list[Party]:
    routine = replace(
        what(d, "reason", "grade", "rewrite", "invent"), rate=d.log(8, 45), spread=d.real(0.3, 0.7), days=d.real(0.5, 0.85),
        hours=d.one(["day", "evening", "office"]), weekend=d.real(0.3, 1), source="own",
        subjects=d.some(tuple(subjects()), 3, 7), frame="varied", framed=d.real(0.25, 0.8), client=HANDS,
        net={"home": 7, "mobile": 3}, turns=d.real(1.2, 2.5), gap=150, queue=d.chance(0.4),
    )
    own = Routine(d.real(2.5, 7), 0.9, days=0.5, works=EVERYDAY, client=HANDS, net=routine.net)
    return [crew(d.count(20, 120), Papers(("ages", 150, 1.0) if d.chance(0.5) else ("rolling", 0, 0)), routine, own, kind="paid_workers")]


def pool_split(d: Dice, h: House) -> list[Party]:
    routine = replace(
        what(d, "reason", "code"), rate=d.log(10, 70), spread=d.real(0.2, 0.6), days=d.real(0.7, 1),
        hours=d.one(["flat", "day"]), queue=d.chance(0.6), mixed=0.0, frame="varied" if d.chance(0.5) else "",
        framed=d.real(0.2, 0.7), subjects=d.some(REASONING + SOFTWARE, 4, 8),
        client={"python": 4.0, "node": 2.0, "chatbox": 1.0}, net={"sticky": 1.0}, sampling=d.one(["one", "", "default"]),
        model=d.one(["best", "people"]),
    )
    return [
        crew(
            d.count(30, 200),
            Papers(
                ("ages", 90, 0.9), mail="free", card=d.one([("own", 0.0), ("house", 0.0)]), kind={"individual": 3, "startup": 1}, verified=0
            ),
            routine, kind="pool_split",
        )
    ]


def slow_burn(d: Dice, h: House) -> list[Party]:
    routine = replace(
        what(d, "reason", "code", "invent", "rewrite"), rate=d.log(2, 7), spread=d.real(0.2, 0.6), days=d.real(0.5, 0.9),
        hours="day", frame=d.one(["varied", "many", ""]), framed=d.real(0.3, 0.8), client=HANDS, build=d.one(["masks", ""]),
        net={"sticky": 1.0}, span=(d.real(0.05, 0.25), 1.0),
    )
    papers = Papers(
        ("lots", d.count(4, 15), d.log(150, 700)), card=("few", d.log(1, 4)) if d.chance(0.5) else ("own", 0),
        kind={"individual": 1.0}, verified=0, signup="proxy",
    )
    sold = d.chance(0.5)  # the owners before, who sold them
    before = (
        (Routine(d.real(1, 4), 1.0, days=0.4, client=HANDS, net={"home": 6, "mobile": 3}, span=(0.0, routine.span[0] - 0.02)),)
        if sold
        else ()
    )
    return [crew(d.count(150, 500), papers, routine, *cover(d, d.real(0.15, 0.55), routine), *before, kind="slow_burn")]


def stolen_logins(d: Dice, h: House) -> list[Party]:
    start = d.real(0.1, 0.4)
    own = Routine(3.0, 0.9, days=0.5, turns=3)
    harvest = replace(
        what(d, "reason", "code", "grade"), rate=d.log(12, 110), spread=d.real(0.1, 0.5), even=d.chance(0.4),
        hours=d.one(["night", "flat", "blocks"]), frame=d.one(["frame.trace", "varied", "many"]), framed=d.real(0.4, 1),
        client={"python": 1.0}, build="one", net={"proxy": 2.0, "vpn": 1.0} if d.chance(0.6) else {"exits": 1.0},
        exits=d.count(3, 12), span=(start, min(1.0, start + d.real(0.3, 0.8))), sampling="one", model="best",
    )
    return [crew(d.count(15, 80), Papers(("ages", 300, 0.6), kind={"education": 1.0}), own, harvest, kind="stolen_logins")]
