"""Operators: networks of accounts that collect answers to train another model on."""

from collections.abc import Callable
from dataclasses import replace

from .crowds import CODE, HOMELY, PLAIN, WIDE
from .parties import ANY_WORK, Draw, Group, Habit

Crew = Callable[[Draw], list[Group]]
ONE, TWO = "campaign-1", "campaign-2"
WANTED = (
    {"reason": 3.0, "code": 1.0}, {"code": 3.0, "agent": 1.0}, {"synth": 2.0, "rewrite": 1.0, "chat": 1.0},
    {"grade": 1.0, "reason": 1.0}, {"query": 2.0, "extract": 1.0, "reason": 1.0},
    {"translate": 1.0, "reply": 1.0, "summary": 1.0},
)


def pace(
    d: Draw, size: int, low: float, high: float, *, life: float = 1.0, turns: float = 0.0, floor: float = 2.2, most: float = 550.0
) -> float:
    """Conversations a day and account that make ``low`` to ``high`` of all requests, within what is known of operators."""
    wanted = d.between(low, high) * d.requests / (size * d.days * life)
    return min(max(wanted, floor), most) / (1 + turns)


def wanted(d: Draw) -> dict[str, float]:
    """What a crew collects."""
    return dict(WANTED[int(d.rng.integers(len(WANTED)))])


def gift_card_script(d: Draw) -> list[Group]:
    made = []
    for campaign, low in ((ONE, 0.06), (TWO, 0.03)):
        size = d.count(25, 220) if campaign == ONE else d.count(15, 70)
        every = d.count(3, 12)
        habit = Habit(
            pace(d, size, low, 3 * low), wanted(d), spread=d.flat(0.05, 0.25), active=1.0, hours="always",
            pool=d.one(f"private:{d.count(3000, 30_000)}", "seeds", "turns"), pool_how=d.one("split", "any"),
            frame=d.one("cot", "form", "rubric"), frame_by=d.one("group", "few2"), clients={"python": 1.0}, client_by="group",
            nets={d.one("group_server", "server", "unit_server"): 1.0}, model="best", temps=(d.one_of((0.0, 0.7, 1.0)),),
            temp_by="group", window=(d.flat(0, 0.2), d.flat(0.75, 1.0)), machine=True, retries=0.9, harvest=True,
        )
        made.append(
            Group(
                "gift_card_script", size, (habit,), campaign, unit=every, card_by=f"lot{every}", paying=2.0,
                mail=d.one("thrown", "public"), plans={"pay": 1.0}, born=("lots", d.count(1, 4), d.flat(0.05, 0.3)),
                english=1.0,
            )
        )
    return made


def trial_credit_gang(d: Draw) -> list[Group]:
    size, life = d.count(30, 140), d.flat(1.5, 4)
    friends = d.count(3, 7)
    habit = Habit(
        pace(d, size, 0.06, 0.2, life=min(1.0, life / d.days)), wanted(d), spread=0.35, hours=d.one("evening", "waking"),
        active=0.9, pool=f"private:{d.count(4000, 20_000)}", frame="cot", frame_by=f"few{d.count(1, 3)}",
        frame_share=d.flat(0.7, 1.0), clients={"python": 3.0, "browser": 1.0}, client_by=f"few{friends}",
        nets={"home": 1.0, "campus": 2.0, "vpn": 1.0}, model="best", temps=(0.0, 0.7, None), temp_by=f"few{friends}",
        fails=0.05, retries=0.8, harvest=True,
    )
    return [
        Group(
            "trial_credit_gang", size, (habit,), ONE, mail="public", mail_by=f"few{friends}", phone_by=f"few{friends}",
            paying=0.1, plans={"trial": 1.0}, born=("lots", d.count(6, 12), 0.9), lives=life, home_by="group", bans=0.15,
        )
    ]


def reopened_pool(d: Draw) -> list[Group]:
    generations = d.count(2, 5)
    size = generations * d.count(12, 60)
    habit = Habit(
        pace(d, size, 0.08, 0.25, life=1 / generations), wanted(d), spread=0.15, active=1.0, hours=d.one("always", "waking"),
        pool=f"private:{d.count(5000, 40_000)}", pool_how="split", frame=d.one("cot", "json"), frame_by="group",
        frame_share=d.flat(0.8, 1.0), clients={"phone": 1.0} if d.chance(0.3) else {"node": 1.0, "python": 1.0},
        client_by="group", nets={d.one("sticky", "vpn", "one_carrier"): 1.0}, model="best", temps=(0.2,), temp_by="group",
        retries=0.9, harvest=True,
    )
    return [
        Group(
            "reopened_pool", size, (habit,), ONE, unit=generations, exact=True, card_by=f"lot{generations * d.count(1, 3)}",
            paying=1.3, phone_by=f"lot{d.count(2, 4)}", mail="thrown", born=("chain", 0.0, 0.0), chain_bans=d.flat(0.6, 0.95),
            plans={"pay": 1.0}, bans=0.0,
        )
    ]


def judge_for_rent(d: Draw) -> list[Group]:
    size = d.count(20, 110)
    own = Habit(d.between(0.3, 1.2), HOMELY, frame="person", nets={"home": 1.0}, hours="waking")
    habit = Habit(
        pace(d, size, 0.08, 0.24), {"grade": 4.0, "reason": 1.0}, spread=d.flat(0.2, 0.5), hours="always",
        active=d.flat(0.7, 1.0), pool=d.one("marks", f"private:{d.count(3000, 20_000)}"), frame="rubric",
        frame_by=f"few{d.count(2, 6)}", frame_share=d.flat(0.6, 0.95), clients=CODE, client_by=f"few{d.count(2, 5)}",
        nets={d.one("resold", "sticky"): 3.0, "server": 1.0}, temps=(0.0, 0.0, None), temp_by="few4", model="best",
        machine=True, harvest=True,
    )
    return [
        Group(
            "judge_for_rent", size, (habit, own) if d.chance(0.5) else (habit,), ONE, unit=3,
            card_by=d.one("own", "lot2", "lot3"), paying=1.2, mail=d.one("public", "masked"), plans={"pay": 1.0},
            born=("lots", d.count(4, 10), 0.5),
        )
    ]


def chat_site(d: Draw) -> list[Group]:
    size, turns = d.count(20, 160), d.flat(1.0, 2.5)
    relay = Habit(
        pace(d, size, 0.07, 0.2, turns=turns), {"chat": 4.0, "reason": 2.0, "code": 1.0, "rewrite": 1.0}, spread=0.2,
        hours="waking", active=1.0, system="product", system_by=f"few{d.count(1, 3)}", frame="person",
        clients={"proxy": 1.0, "node": 1.0}, client_by="few2", nets={d.one("unit_server", "server", "lambda"): 1.0},
        turns=turns, handover="group", handover_share=d.flat(0.3, 0.9), model=d.one("best", "move"), harvest=True,
    )
    again = Habit(
        relay.rate * d.flat(0.15, 0.4), wanted(d), spread=0.3, hours="night", frame="cot", frame_by=f"few{d.count(2, 5)}",
        clients={"python": 1.0}, client_by="few2", nets={"group_server": 1.0}, temps=(0.7, 1.0), temp_by="few2", harvest=True,
    )
    return [
        Group(
            "chat_site", size, (relay, again), ONE, unit=5, card_by=f"lot{d.count(2, 6)}", paying=1.3,
            mail=d.one("own", "public"), kinds={"startup": 2.0, "individual": 1.0}, plans={"pay": 1.0},
            born=("old", d.flat(0.1, 0.5), 0.0),
        )
    ]


def agency_front(d: Draw) -> list[Group]:
    size, staff = d.count(15, 90), d.count(12, 60)
    name = "front-house"
    work = Habit(
        d.between(3, 9), {"reply": 2.0, "rewrite": 2.0, "summary": 1.0}, frame="form", frame_by="few6", clients=PLAIN,
        nets={"office": 2.0, "home": 1.0}, turns=0.6,
    )
    collect = Habit(
        pace(d, size, 0.07, 0.22), wanted(d), spread=d.flat(0.2, 0.5), hours=d.one("day", "night", "always"), active=0.85,
        pool=f"private:{d.count(4000, 25_000)}", pool_how="split", pool_share=d.flat(0.7, 1.0),
        frame=d.one("cot", "rubric", "json"), frame_by=f"few{d.count(2, 5)}", frame_share=d.flat(0.6, 1.0), clients=CODE,
        client_by="few3", nets={"office": 1.0, "unit_server": 1.0}, temps=(0.0, 0.7, None), temp_by="few3", harvest=True,
    )
    common = Group(
        "agency_staff", staff, (work,), org_by="group", org_named=name, mail="own", kinds={"enterprise": 1.0},
        plans={"team": 1.0}, unit=20, homes=("PL", "IN", "GB"), home_by="group", verified=0.8,
    )
    crew = replace(
        common, label="agency_front", size=size, habits=(collect, replace(work, rate=work.rate * 0.4)), campaign=ONE, born=("lots", 4, 0.5)
    )
    return [common, crew]


def two_pools(d: Draw) -> list[Group]:
    first, second = d.count(20, 140), d.count(20, 140)
    fall = d.flat(0.35, 0.6)
    name, work = f"private:{d.count(6000, 40_000)}:two_pools", wanted(d)
    rate = pace(d, first, 0.05, 0.15, life=fall)
    common = Habit(
        rate, work, spread=d.flat(0.15, 0.4), hours="always", active=0.95, pool=name, pool_how="split", frame="cot",
        frame_by=f"few{d.count(2, 5)}", frame_share=d.flat(0.6, 1.0), clients={"python": 1.0, "node": 1.0}, client_by="few3",
        nets={"resold": 1.0, "sticky": 1.0}, model=d.one("best", "move"), temps=(0.0, 0.6, None), temp_by="few3",
        handover="group", handover_share=0.5, turns=d.flat(0, 0.5), fails=0.03, retries=0.9, failover="group", harvest=True,
    )
    done = int(rate * first * d.days * fall)
    other = replace(
        common, rate=pace(d, second, 0.05, 0.15, life=1 - fall), window=(fall + 0.02, 1.0), pool_from=done,
        clients={"browser": 1.0} if d.chance(0.4) else {"java": 1.0, "go": 1.0}, nets={"vpn": 1.0, "server": 2.0},
        temps=(None,),
    )
    cover = Habit(d.between(0.4, 1.5), ANY_WORK, frame="person", nets={"vpn": 1.0}, hours="waking")
    return [
        Group(
            "two_pools", first, (common,), ONE, card_by=d.one("lot2", "lot4"), mail="thrown", paying=1.3, plans={"pay": 1.0},
            born=("lots", d.count(2, 6), fall / 2), closed=fall, phoned=0.5,
        ),
        Group(
            "two_pools", second, (other, cover), ONE, card_by="own", mail="public", paying=1.2, plans={"pay": 1.0}, born=("before", 5, 120)
        ),
    ]


def aged_accounts(d: Draw) -> list[Group]:
    size, sold = d.count(25, 180), d.flat(0.1, 0.35)
    before = Habit(
        d.between(1, 3), ANY_WORK, frame="person", nets={"home": 3.0, "mobile": 1.0}, hours="waking", window=(0.0, sold),
        turns=1.2, active=0.5,
    )
    habit = Habit(
        pace(d, size, 0.05, 0.2, life=1 - sold), wanted(d), spread=d.flat(0.6, 1.1), hours="waking", active=d.flat(0.5, 0.85),
        window=(sold, 1.0), pool=f"private:{d.count(20_000, 90_000)}", frame=d.one("cot", "form"), frame_by="event",
        frame_share=d.flat(0.4, 0.8), client_by="own", clients={"browser": 3.0, "python": 2.0, "desktop": 1.0},
        nets={"sticky": 1.0}, temps=WIDE, turns=d.flat(0.3, 1.0), harvest=True,
    )
    cover = Habit(
        d.between(0.5, 2), ANY_WORK, frame="person", nets={"sticky": 1.0}, hours="waking", window=(sold, 1.0), turns=1.0, active=0.5
    )
    return [Group("aged_accounts", size, (before, habit, cover), ONE, born=("before", 60, 700), signup="home", paying=1.1)]


def hand_workers(d: Draw) -> list[Group]:
    size = d.count(30, 200)
    topics = d.some(("law", "clinic", "school", "billing", "energy"), 3)
    habit = Habit(
        pace(d, size, 0.05, 0.18, turns=0.6, most=60), {"reason": 3.0, "synth": 2.0, "grade": 1.0}, spread=d.flat(0.4, 0.8),
        hours="waking", active=d.flat(0.4, 0.7), topics=topics, pool=f"private:{d.count(6000, 30_000)}", pool_how="split",
        pool_share=d.flat(0.5, 0.9), frame="person", clients={"browser": 2.0, "phone": 2.0}, nets={"home": 3.0, "mobile": 2.0},
        turns=0.6, harvest=True,
    )
    own = Habit(d.between(0.5, 2), HOMELY, frame="person", hours="evening", turns=1.0, active=0.5)
    return [
        Group(
            "hand_workers", size, (habit, own), ONE, born=("old", d.flat(0.3, 0.8), 0.0),
            homes=d.some(("BR", "CO", "MX", "NG", "SN"), 2), signup="home",
        )
    ]


def few_asks_each(d: Draw) -> list[Group]:
    size = d.count(220, 500)
    habit = Habit(
        d.flat(2.1, 4.0), wanted(d), spread=0.35, hours=d.one("always", "waking"), active=d.flat(0.7, 0.95),
        pool=f"private:{d.count(90_000, 300_000)}", pool_how="split", frame=d.one("cot", "form"), frame_by="event",
        frame_share=d.flat(0.5, 0.9), clients=CODE, nets={"sticky": 2.0, "lambda": 1.0}, temps=WIDE, harvest=True,
    )
    cover = Habit(d.flat(0.4, 1.4), ANY_WORK, frame="person", nets={"sticky": 1.0}, hours="waking", active=0.5, turns=0.5)
    return [
        Group(
            "few_asks_each", size, (habit, cover), ONE, born=("before", 1, 200), mail=d.one("public", "own"),
            plans={"pay": 2.0, "free": 1.0},
        )
    ]


CREWS: dict[str, Crew] = {
    make.__name__: make
    for make in (
        gift_card_script, trial_credit_gang, reopened_pool, judge_for_rent, chat_site, agency_front, two_pools, aged_accounts,
        hand_workers, few_asks_each,
    )
}
