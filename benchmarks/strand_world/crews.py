"""Crews, each after a report or a variation of one; strengths are drawn. Labels of truth begin with ``harvest_``."""

from dataclasses import replace

from .crowds import CODERS
from .draw import Draw
from .party import DEVELOPERS, TASTES, Mix, Party, Routine

SCRIPT: Mix = {"py": 1}
COVER = Routine(TASTES, clients={"py": 4, "node": 2, "web": 4})
EASY_NETS: Mix = {"rack": 4, "resi": 4, "vpn": 2}
HIDDEN: Mix = {"sticky": 8, "home": 2}
MOST = 0.35
"""Share of the log's requests that all crews of a scenario may make together."""


def covered(work: Routine, share: float, cover: Routine = COVER) -> tuple[Routine, ...]:
    """A harvest with so much cover among it."""
    return (replace(work, share=1 - share, harvest=True), replace(cover, share=share)) if share > 0 else (replace(work, harvest=True),)


def hydra_one_card_lot(d: Draw) -> list[Party]:
    """A hydra: a banned account is replaced within hours, on the cards of one lot, with the load spread evenly."""
    work = Routine(
        d.some({"reason": 5, "math": 4, "grade": 3}), personal=False, topics=d.whole(3, 14), frames=d.whole(1, 3),
        frame_share=d.even(0.7, 1), clients=SCRIPT, sampling="party", turns=1.1, system=d.one("party", ""),
    )
    return [
        Party(
            "harvest_hydra", d.between(40, 260), d.between(25, 160), covered(work, d.even(0, 0.15)), "hydra",
            spread=d.even(0.05, 0.25), busy=1, days=d.between(5, 16), hours=d.one("block", "flat"), zone="one",
            mail={"junk": d.even(3, 9), "free": 3}, per_card=d.between(4, 25), card_share=0.95, per_phone=d.between(1, 6),
            phone_share=0.5, joined="fresh", signup=d.one("rack", "vpn"), nets=EASY_NETS, builds="party",
            life=d.between(1.5, 7), delay=d.between(0.5, 8), ended=d.even(0.2, 1), mistaken=0, countries=d.whole(1, 4),
            plans=d.one({"trial": 8, "free": 2}, {"payg": 1}, {"credit": 6, "payg": 4}), tested=0.4, budget=MOST, away=0.1,
        )
    ]


def thinking_tags(d: Draw) -> list[Party]:
    """One fixed text in every request forces tags of thought; pool 1 fails over to pool 2, which carries other buyers too."""
    work = Routine(
        d.some({"reason": 4, "math": 4, "code": 4, "agent": 1}), personal=False, frames=1, frame_first=3, inject=d.says(0.6),
        clients={"py": 5, "go": 2}, sampling="party", turns=1.3, system="party", topics=d.whole(8, 18),
    )
    long, at = d.even(0.3, 0.6), d.days
    first = Party(
        "harvest_pool_one", d.between(60, 300), d.between(15, 70), covered(work, 0), "tags", spread=d.even(0.1, 0.4), busy=0.95,
        days=long * at, start=0.0, hours="flat", mail={"junk": 8, "free": 2}, per_card=d.between(1, 4),
        joined=d.one("lots", "burst"), signup="resi", nets={"resi": 8, "sticky": 2}, ended=d.even(0.8, 1), mistaken=0,
        phone_share=0.2, budget=MOST / 2, tested=0.3,
    )
    buyers = Routine(DEVELOPERS, clients=CODERS, system="account", turns=2.2)
    second = first.but(
        label="harvest_pool_two", size=first.size * d.even(0.3, 0.9), days=(1 - long) * at - d.even(0.05, 0.5), start=1.0,
        joined="lots", ended=0, mail={"free": 7, "junk": 3}, nets={"rack": 5, "sticky": 5},
        routines=covered(work, d.even(0.3, 0.6), buyers), spread=0.5, per_card=d.between(1, 8),
    )
    return [first, second]


def rubrics_in_step(d: Draw) -> list[Party]:
    """Grading by rubric, safe rewrites and reasons, in step: near-equal loads, common hours, shared payment."""
    work = Routine(
        d.some({"grade": 6, "rewrite": 4, "reason": 4}), personal=False, frames=d.whole(1, 2), frame_share=d.even(0.6, 1),
        clients=SCRIPT, sampling="party", turns=1, pool=d.one(0, d.whole(300, 2000)), topics=d.whole(2, 9),
    )
    return [
        Party(
            "harvest_rubrics", d.between(14, 90), d.between(60, 350), covered(work, d.even(0, 0.1)), "rubrics",
            spread=d.even(0.03, 0.15), busy=1, days=d.between(3, 12), hours="block", zone="one", per_card=d.between(5, 40),
            card_share=1, joined=d.one("burst", "lots"), signup="rack", nets={"rack": 6, "cloud": 2, "vpn": 2}, builds="party",
            mistaken=0, ended=d.even(0, 0.5), phone_share=0.3, countries=2, budget=MOST,
        )
    ]


def fleet_jumps(d: Draw) -> list[Party]:
    """Agentic coding with tools; about half of it goes to the new model within the day."""
    work = Routine(
        {"agent": 6, "code": 4, "data": 1}, personal=False, topics=d.whole(2, 7),
        clients={d.one("plover", "tiller", "raw"): 6, "py": 2}, turns=d.even(3, 6), sampling=d.one("party", "talk"),
        system="party", handover=d.even(0, 0.1),
    )
    return [
        Party(
            "harvest_fleet", d.between(60, 350), d.between(20, 110), covered(work, d.even(0, 0.2)), "fleet",
            spread=d.even(0.1, 0.35), busy=0.9, hours=d.one("flat", "shift"), zone="one", per_card=d.between(2, 10),
            joined="lots", signup="vpn", nets={"rack": 3, "resi": 5, "vpn": 2}, pivot=d.even(0.45, 0.8),
            mail={"free": 6, "junk": 4}, mistaken=0.01, life=d.one(0.0, d.between(8, 25)), delay=6, budget=MOST,
            phone_share=0.4,
        )
    ]


def several_doors(d: Draw) -> list[Party]:
    """Agentic work over API, app and clouds by accounts of several makes; a later phase reconstructs traces."""
    early = Routine(
        {"agent": 5, "code": 3, "data": 4}, personal=False, topics=d.whole(5, 14), clients={"py": 4, "tiller": 2, "web": 3},
        turns=2.6, system="account", frames=d.whole(0, 2), frame_share=0.5, phase=(0, 0.6), harvest=True,
    )
    late = Routine(
        {"trace": 6, "reason": 3}, personal=False, topics=d.whole(5, 14), clients={"py": 5, "web": 3}, turns=1.5,
        frames=d.whole(1, 3), frame_share=0.7, replay=d.even(0.1, 0.5), phase=(0.55, 1), harvest=True,
    )
    cover = replace(COVER, share=d.even(0.1, 0.4))
    base = Party(
        "harvest_doors", d.between(25, 120), d.between(10, 60), (early, late, cover), "doors", spread=0.6, busy=0.8,
        hours="shift", zone="one", joined="drip", signup="vpn", nets=HIDDEN, leak=d.between(0.001, 0.02), mistaken=0.01,
        budget=MOST / 3, per_card=d.between(1, 3),
    )
    return [
        base,
        base.but(label="harvest_doors_app", paths={"app": 1}, plans={"monthly": 1}, mail={"free": 1}, rate=d.between(8, 30), per_phone=2),
        base.but(
            label="harvest_doors_cloud", paths={"cumulus": 5, "stratus": 3}, kinds={"startup": 1}, org="each", mail={"each": 1},
            plans={"invoice": 1, "payg": 2}, nets={"cloud": 6, "rack": 4}, size=d.between(8, 40),
        ),
    ]


def users_tongue(d: Draw) -> list[Party]:
    """Coerces the trace into the user's tongue; most targets are not English and do not fit the accounts."""
    tongues = d.some({"es": 3, "de": 2, "pt": 2, "zh": 3, "tr": 2, "en": 1}, 4)
    work = Routine(
        d.some({"reason": 6, "math": 2, "code": 2, "grade": 2}), personal=False, tongues=tongues, tongue_by="talk",
        frames=d.whole(2, 4), frame_first=10, frame_share=d.even(0.7, 1), clients={"py": 6, "node": 2},
        sampling=d.one("party", "account"), turns=1.1,
    )
    return [
        Party(
            "harvest_tongues", d.between(30, 200), d.between(12, 80), covered(work, d.even(0, 0.25)), "tongues",
            spread=d.even(0.2, 0.5), busy=0.8, days=d.between(7, 30), hours="flat", joined=d.one("lots", "drip"), signup="vpn",
            nets={"sticky": 5, "vpn": 3, "cloud": 2}, per_card=d.between(1, 6), mail={"free": 8, "junk": 2},
            leak=d.between(0.002, 0.05), mistaken=0.01, budget=MOST, life=d.one(0.0, 15.0), phone_share=0.5,
        )
    ]


def harness_relayed(d: Draw) -> list[Party]:
    """Relays the users of coding harnesses; talks go on wherever an account is free."""
    work = Routine(
        {"code": 6, "agent": 6, "data": 2}, personal=False, clients=d.some({"plover": 5, "editor": 4, "kitti": 2}),
        turns=d.even(4, 7), handover=d.even(0.5, 0.9), scatter=d.says(0.7), sampling="talk",
        tongues={"en": 7, "zh": 2, "es": 1}, tongue_by="talk",
    )
    return [
        Party(
            "harvest_harness_relay", d.between(30, 200), d.between(40, 250), covered(work, 0), "relay",
            spread=d.even(0.08, 0.4), busy=1, days=14, hours="day", zone="one", joined=d.one("lots", "drip"),
            nets={"rack": 5, "resi": 3, "cloud": 3}, signup="cloud", per_card=d.between(1, 6), mail={"free": 7, "each": 3},
            mistaken=0.01, budget=MOST, builds=d.one("party", "account"), org=d.one("none", "some"),
        )
    ]


def graders_fall_back(d: Draw) -> list[Party]:
    """Cleans and grades extracted traces; shut out of one model, it goes on with a weaker one."""
    big = Routine(
        {"trace": 6, "grade": 4}, personal=False, frames=d.whole(1, 4), frame_share=d.even(0.5, 0.9), clients=SCRIPT,
        sampling="party", turns=1.2, replay=d.even(0, 0.2), models={"loom-3": 1}, phase=(0, d.even(0.35, 0.7)), blocked=True,
        harvest=True, topics=d.whole(3, 12),
    )
    weak = replace(big, models={"loom-2": d.even(3, 9), "loom-3-mini": 2}, phase=(big.phase[1], 1), blocked=False)
    return [
        Party(
            "harvest_graders", d.between(14, 90), d.between(40, 300), (big, weak, replace(COVER, share=d.even(0.02, 0.2))),
            "graders", spread=d.even(0.2, 0.6), busy=0.9, days=17, hours=d.one("shift", "flat"), zone="one", joined="lots",
            signup="vpn", nets={"sticky": 5, "cloud": 3, "vpn": 2}, per_card=d.between(1, 5), mistaken=0, budget=MOST,
            pivot=0.0, leak=d.between(0.002, 0.05), sloppy=0.003,
        )
    ]


def reseller_stock(d: Draw) -> list[Party]:
    """Accounts bought in lots from a reseller, aged, with the cover of the buyers before and beside."""
    work = Routine(
        d.some({"make": 5, "reason": 5, "code": 3, "grade": 3}), personal=False, frames=d.whole(2, 5),
        frame_share=d.even(0.3, 0.8), clients={"py": 5, "raw": 3}, sampling=d.one("party", "account"), turns=1.2,
        phase=(d.even(0.15, 0.35), 1), topics=d.whole(4, 12),
    )
    return [
        Party(
            "harvest_bought_stock", d.between(60, 400), d.between(8, 45), covered(work, d.even(0.15, 0.4)), "stock",
            spread=d.even(0.3, 0.7), busy=0.75, hours=d.one("flat", "day"), joined="lots", signup="vpn",
            nets={"sticky": 5, "resi": 3, "rack": 2}, per_card=d.between(1.5, 6), per_phone=d.between(1, 5),
            mail={"free": 7, "junk": 3}, ended=d.even(0, 0.3), leak=d.between(0.001, 0.03), mistaken=0.02, budget=MOST,
        )
    ]


def lodgers_relayed(d: Draw) -> list[Party]:
    """Sends its own users' requests through fake accounts, keeps the answers, and resends signed blocks in new talks to expand them."""
    users = Routine(
        {**TASTES, "code": 25, "agent": 6}, personal=False, tongue_by="talk", tongues={"en": 6, "zh": 2, "es": 1, "pt": 1},
        clients={"py": 5, "node": 3, "plover": 2}, turns=d.even(2.5, 4), handover=d.even(0.1, 0.45), sampling="account",
        harvest=True,
    )
    again = Routine(
        {"trace": 7, "reason": 2}, d.even(0.05, 0.25), True, personal=False, clients={"py": 1}, turns=1.2,
        replay=d.even(0.6, 1), sampling="account",
    )
    return [
        Party(
            "harvest_lodgers", d.between(40, 300), d.between(15, 70), (users, again), "lodgers", spread=d.even(0.3, 0.7),
            busy=0.9, joined="drip", signup="sticky", nets=HIDDEN, per_card=1.2, mail={"free": 6, "each": 4}, verified=0.06,
            kinds={"individual": 7, "startup": 3}, org="some", mistaken=0.01, budget=MOST,
        )
    ]


def thirteen_a_day(d: Draw) -> list[Party]:
    """Some 13 exchanges a day and account: sessions of its own users, replayed through open harnesses."""
    work = Routine(
        {"agent": 5, "code": 5, "data": 1}, personal=False, clients=d.some({"plover": 5, "tiller": 3, "editor": 3, "kitti": 1}),
        turns=d.even(3, 5), replay=d.even(0.25, 0.6), sampling="account", handover=d.even(0, 0.1),
    )
    return [
        Party(
            "harvest_thirteen", d.between(150, 600), d.between(9, 18),
            covered(work, d.even(0.1, 0.3), Routine(DEVELOPERS, clients=CODERS)), "thirteen", spread=d.even(0.25, 0.6),
            busy=0.75, days=20, joined=d.one("drip", "lots"), signup="sticky", nets=HIDDEN, per_card=d.between(1, 2),
            mail={"free": 8, "each": 2}, mistaken=0.01, budget=MOST,
        )
    ]


def pool_split(d: Draw) -> list[Party]:
    """A pool of varied tasks on one narrow ability, split without overlap over accounts with own cards and sticky proxies; no template."""
    work = Routine(
        {d.one("reason", "math", "grade", "code"): 8, d.one("trace", "make", "data"): 1}, personal=False, dealt=True,
        topics=d.whole(2, 6), clients={"py": 6, "node": 2, "go": 1}, sampling="account", turns=1.05,
    )
    return [
        Party(
            "harvest_split_pool", d.between(40, 250), d.between(12, 60), covered(work, d.even(0.05, 0.25)), "split",
            spread=d.even(0.1, 0.4), busy=0.85, days=d.between(10, 30), hours=d.one("day", "flat"), joined="drip",
            signup="sticky", nets=HIDDEN, per_card=1, mail={"free": 1}, mistaken=0.01, budget=MOST,
        )
    ]


def slow_synthetic(d: Draw) -> list[Party]:
    """Synthetic people who ask a few things a day for weeks, with much cover and varied texts."""
    work = Routine(
        d.some({"reason": 5, "grade": 3, "code": 3, "make": 2}, 3), personal=False, frames=d.whole(5, 10),
        frame_share=d.even(0.3, 0.6), clients={"web": 4, "py": 4, "phone": 2}, sampling="account", turns=1.4,
        topics=d.whole(8, 18),
    )
    return [
        Party(
            "harvest_slow_people", d.between(200, 600), d.between(2.5, 6), covered(work, d.even(0.25, 0.5)), "slow", spread=0.5,
            busy=d.even(0.5, 0.8), joined="drip", signup="sticky", nets={"sticky": 6, "carrier": 3, "vpn": 1},
            per_card=d.between(1, 1.6), per_phone=d.between(1, 3), phone_share=0.9, mistaken=0.01, budget=MOST,
        )
    ]


def three_behind_one_shop(d: Draw) -> list[Party]:
    """Three crews that do not know each other, behind the proxies and the card seller of one shop."""
    shop = Party(
        "", 0, 0, (), joined="drip", signup="resi", nets={"sticky": 6, "resi": 3, "vpn": 1}, per_card=d.between(1, 2),
        mail={"free": 8, "junk": 2}, mistaken=0.01, budget=MOST / 3,
    )
    jobs = {
        "shop_reason": Routine(
            {"reason": 6, "math": 3}, personal=False, frames=d.whole(2, 5), frame_by="account", frame_share=0.6, clients=SCRIPT,
            turns=1.1, topics=d.whole(5, 14),
        ),
        "shop_agents": Routine(
            {"agent": 5, "code": 4}, personal=False, clients={"plover": 4, "rope": 2, "py": 2}, turns=4,
            handover=d.even(0.1, 0.4), topics=d.whole(4, 9),
        ),
        "shop_marks": Routine(
            {"grade": 6, "rewrite": 3}, personal=False, dealt=True, clients={"py": 3, "java": 2}, turns=1, topics=d.whole(2, 6),
            frames=1, frame_share=d.even(0.1, 0.5),
        ),
    }
    return [
        shop.but(
            label=f"harvest_{name}", campaign=name, size=d.between(14, 110), rate=d.between(10, 70),
            routines=covered(work, d.even(0.05, 0.35)), spread=d.even(0.15, 0.6), busy=d.even(0.6, 1),
            days=d.between(5, d.days), hours=d.one("day", "flat", "shift"),
        )
        for name, work in jobs.items()
    ]
