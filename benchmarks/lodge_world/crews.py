"""Operators: groups whose choices serve a harvest. Each function draws one; the strengths of its tactics are the seed's."""

from typing import Any

from .crowds import ANY, CAMPUS, DESK, DEV, HOME, STUDY
from .groups import Draw, Group, Habit

PURPOSES: dict[str, dict[str, float]] = {
    "reason": {"solve": 0.75, "explain": 0.2, "code": 0.05}, "grade": {"grade": 0.9, "classify": 0.1},
    "invent": {"invent": 0.8, "solve": 0.2}, "code": {"code": 0.6, "debug": 0.4}, "agent": {"agent": 0.8, "debug": 0.15, "code": 0.05},
    "clean": {"clean": 0.75, "grade": 0.25}, "rewrite": {"rewrite": 0.8, "summarise": 0.2}, "data": {"data": 0.6, "extract": 0.4},
    "wide": {"solve": 0.25, "code": 0.2, "explain": 0.2, "rewrite": 0.1, "summarise": 0.1, "data": 0.1, "invent": 0.05},
}


def harvest(d: Draw, purpose: str, rate: float, **more: Any) -> Habit:
    """What a crew is there for: by machine, unless told otherwise."""
    usual: dict[str, Any] = {
        "spread": d.between(0.08, 0.5), "hours": "flat", "weekend": 1.0, "days": d.even(0.75, 1.0), "turns": 1.0, "tasks": "dealt",
        "client": "few", "sampling": "one", "model": "best", "net": {"proxies": 1.0}, "harvest": True,
    }
    return Habit(rate, PURPOSES[purpose], **{**usual, **more})


def cover(d: Draw, share: float, rate: float, **more: Any) -> Habit:
    """What a crew asks so as to look like others."""
    return Habit(max(0.5, share * rate), d.among(ANY, STUDY, DESK, DEV), **{"days": d.even(0.3, 0.9), "net": HOME, **more})


def trial_batches_day_and_night(d: Draw) -> list[Group]:
    rate = d.between(15, 90)
    work = harvest(
        d, d.among("reason", "grade", "invent"), rate, frame=("think", d.among("one", "one", "few")),
        net=d.among({"cloud": 1.0}, {"vpn": 0.6, "cloud": 0.4}, {"proxies": 1.0}), client=d.among("one", "few"), days=0.95,
    )
    batches = d.among(1, 2, 3)
    size = max(15, d.size(40, 400) // batches)
    more: dict[str, Any] = {
        "mail": d.among("odd", 3), "phone": "none", "card": "none", "plans": {"trial": 1.0}, "bans": d.even(0.02, 0.2),
        "signup_net": d.among("cloud", "vpn"), "countries": d.among(2, 4),
    }
    return [
        Group("trial_batch", size, (work,), "trial_batches", signup=("burst", d.even(-3, 0.6 * d.days), d.between(0.1, 1.5)), **more)
        for _ in range(batches)
    ]


def leaked_keys_passed_round(d: Draw) -> list[Group]:
    at = d.even(0.1, 0.45)
    rate = d.between(60, 500)
    owner = Habit(
        d.between(8, 40), DEV, 0.9, hours="waking", days=0.6, system=("app", "account"), net={"server": 0.7, "home": 0.3}, client="crowd"
    )
    stolen = harvest(
        d, d.among("reason", "code", "wide"), rate, when=(at, 1.0), spread=d.between(0.3, 0.9),
        frame=(d.among("think", "task"), d.among("one", "few")), net=d.among({"cloud": 1.0}, {"vpn": 1.0}), client="one",
        days=d.even(0.6, 1),
    )
    return [
        Group(
            "leaked_key", d.size(15, 70), (owner, stolen), "leaked_keys", kinds={"individual": 0.5, "startup": 0.5},
            mail=d.among("common", "own"), plans={"pay": 0.7, "pro": 0.3}, bans=d.even(0.05, 0.3),
        )
    ]


def student_accounts_lent(d: Draw) -> list[Group]:
    rate = d.between(6, 30)
    study = Habit(d.between(2, 7), STUDY, hours="evening", days=0.4, net=CAMPUS)
    lent = harvest(
        d, d.among("reason", "code", "wide", "grade"), rate, when=(d.even(0, 0.3), 1.0), spread=d.even(0.3, 0.7),
        hours=d.among("flat", "late", "night"), days=d.even(0.4, 0.8), frame=d.among(("none", "one"), ("think", "each"), ("task", "few")),
        net=d.among({"proxies": 0.7, "campus": 0.3}, {"campus": 1.0}, {"vpn": 0.5, "home": 0.5}), sampling=d.among("one", "own"),
        client=d.among("few", "crowd"),
    )
    return [
        Group(
            "lent_account", d.size(25, 180), (study, lent), "lent_accounts", kinds={"education": 0.95, "research": 0.05},
            org=14, house="faculties",
            card="none", mail="host", phone="none", verified=0.85, plans={"edu": 1.0}, signup_net="campus", signup=("long", 260.0, 1.0),
            bans=0.01,
        )
    ]


def partner_firm_trains_its_own(d: Draw) -> list[Group]:
    rate = d.between(40, 250)
    desk = Habit(d.between(3, 9), DESK, 0.9, hours="office", weekend=0.1, days=0.6, net={"inside": 1.0})
    work = harvest(
        d, d.among("reason", "clean", "data", "code", "agent"), rate, hours=d.among("flat", "night", "window"),
        when=(d.even(0, 0.35), 1.0), frame=(d.among("think", "task", "rubric"), d.among("few", "one", "each")),
        system=d.among(("none", "one"), ("plain", "one")), net={"inside": 1.0}, client=d.among("one", "few"), days=d.even(0.6, 0.95),
        tools="none",
    )
    quiet = Group(
        "partner_staff", d.size(30, 120), (desk,), kinds={"enterprise": 1.0}, org=1, house="partner", card="none", mail="org", phone="none",
        verified=0.95, plans={"seat": 1.0}, signup=("long", 200.0, 1.0), signup_net="office",
    )
    return [
        Group(
            "partner_harvest", d.size(15, 80), (desk, work), "partner_firm", kinds={"enterprise": 1.0}, org=1, house="partner", card="none",
            mail="org", phone="none", verified=0.9, plans={"seat": 1.0}, signup=d.among(("long", 150.0, 1.0), ("burst", -10.0, 8.0)),
            signup_net="office", bans=0.0,
        ),
        quiet,
    ]


def free_tier_fleet(d: Draw) -> list[Group]:
    rate = float(d.among(20, 40, 50, 100)) * d.even(0.85, 0.98)
    work = harvest(
        d, d.among("reason", "invent", "rewrite", "wide"), rate, spread=d.even(0.02, 0.12),
        frame=(d.among("think", "json"), d.among("one", "few")), net=d.among({"sticky": 1.0}, {"proxies": 1.0}), client="one",
        days=d.even(0.9, 1),
    )
    return [
        Group(
            "free_fleet", d.size(80, 500), (work,), "free_fleet", card="none", mail=d.among("odd", "common", 4), phone="none",
            plans={"free": 1.0}, signup=("burst", d.even(-12, -1), d.between(0.5, 5)), standing=d.even(0.3, 0.6), bans=0.0,
            countries=d.among(1, 3, 6),
        )
    ]


def relay_under_an_app(d: Draw) -> list[Group]:
    rate = d.between(40, 200)
    relay = Habit(
        rate, {"chat": 0.3, "code": 0.25, "explain": 0.2, "debug": 0.15, "rewrite": 0.1}, d.even(0.1, 0.4),
        tongues={"en": 0.5, "zh": 0.2, "es": 0.2, "fr": 0.1}, hours=d.among("flat", "waking"), weekend=1, days=0.95,
        turns=d.between(2.5, 5), system=d.among(("app", "one"), ("plain", "few"), ("none", "one")),
        net=d.among({"sticky": 1.0}, {"proxies": 1.0}, {"cloud": 0.4, "sticky": 0.6}), client=d.among("one", "few"), sampling="one",
        model="best", handover=d.even(0.08, 0.6), replay=d.even(0.03, 0.15), harvest=True,
    )
    return [
        Group(
            "relay", d.size(20, 150), (relay,), "relay", card=d.among("own", 12, "none"), mail="common", phone=d.among("own", 9),
            kinds={"individual": 0.8, "startup": 0.2}, plans={"pay": 1.0}, signup=d.among(("burst", -20.0, 8.0), ("during", 0.0, 0.4)),
            bans=0.05,
        )
    ]


def graders_for_hire(d: Draw) -> list[Group]:
    rate = d.between(20, 160)
    names = d.among(2, 3, 5)
    work = harvest(
        d, "grade", rate, frame=("rubric", d.among("one", "few", "few", "each")),
        topics=d.some(("graphs", "inference", "chemistry", "history", "contract", "security"), 2, 6), spread=d.even(0.15, 0.6),
        hours=d.among("flat", "flat", "window"), net=d.among({"server": 1.0}, {"cloud": 0.6, "home": 0.4}, {"proxies": 1.0}),
        client=d.among("few", "crowd"),
    )
    return [
        Group(
            "hired_graders", d.size(20, 140), (work, cover(d, d.even(0.02, 0.2), rate, net={"home": 1.0})), "graders",
            kinds={"research": 0.8, "education": 0.2}, org=names, card="none", mail="org", phone="none", verified=0.5,
            plans={"project": 0.6, "test": 0.4}, signup=("burst", d.even(-30, 0), d.between(2, 15)),
        )
    ]


def agent_runs_at_scale(d: Draw) -> list[Group]:
    rate = d.between(60, 400)
    work = harvest(
        d, "agent", rate, turns=d.between(3, 9), system=("agent", d.among("one", "popular")), tools=d.among("one", "popular"),
        tasks=d.among("dealt", "dealt", "free"), model="pivot",
        net=d.among({"sticky": 1.0}, {"cloud": 0.5, "proxies": 0.5}, {"server": 1.0}), client=d.among("one", "few", "harness"),
        hours=d.among("flat", "flat", "waking"),
    )
    return [
        Group(
            "agent_runs", d.size(25, 160), (work, cover(d, d.even(0, 0.08), rate)), "agent_runs", card=d.among("own", 10, 20),
            mail=d.among("common", 5), phone=d.among("own", "none", 12), kinds={"individual": 0.6, "startup": 0.4},
            plans={"pay": 0.8, "pro": 0.2}, signup=d.among(("burst", -25.0, 6.0), ("during", 0.0, 0.3), ("long", 90.0, 1.0)), bans=0.03,
        )
    ]


def five_languages_dealt_out(d: Draw) -> list[Group]:
    rate = d.between(8, 50)
    tongues = {name: d.even(0.4, 1.6) for name in ("en", "de", "fr", "es", "pt", "zh")[d.among(0, 1) :]}
    work = harvest(
        d, d.among("wide", "reason", "rewrite"), rate, tongues=tongues, frame=("none", "one"), spread=d.even(0.3, 0.7),
        hours=d.among("flat", "waking"), days=d.even(0.5, 0.85), net=d.among({"sticky": 1.0}, {"sticky": 0.7, "phone": 0.3}),
        client="crowd", sampling=d.among("own", "one"), model="best",
    )
    return [
        Group(
            "dealt_pool", d.size(60, 350), (work, cover(d, d.even(0.1, 0.4), rate)), "dealt_pool", card="own", mail="common", phone="own",
            signup=("long", d.even(30, 200), 1.0), plans={"pay": 0.6, "free": 0.4},
        )
    ]


def traces_washed_and_replayed(d: Draw) -> list[Group]:
    rate = d.between(30, 180)
    first = harvest(
        d, "reason", rate * 0.5, turns=2.0, frame=("think", d.among("few", "each")), model="weaker", replay=d.even(0.05, 0.2),
        net=d.among({"server": 1.0}, {"proxies": 1.0}),
    )
    wash = harvest(d, "clean", rate * 0.5, frame=("task", d.among("few", "one", "each")), model="weaker", net=first.net)
    shut = d.among(0.5, 0.6, 1.0)
    more: dict[str, Any] = {
        "kinds": {"research": 0.7, "education": 0.3}, "card": "none", "mail": "own", "phone": "none", "verified": 0.4,
        "plans": {"project": 0.7, "test": 0.3},
    }
    one = Group(
        "trace_wash", d.size(20, 110), (first, wash, cover(d, d.even(0.02, 0.15), rate)), "traces", org=d.among("each", 4, 8),
        signup=("long", d.even(20, 90), 1.0), ends=shut, **more,
    )
    if shut == 1.0:
        return [one]
    return [
        one,
        Group(
            "trace_wash", d.size(15, 60), (first, wash), "traces", org=d.among("each", 3), signup=("during", shut - 0.02, shut + 0.1),
            **more,
        ),
    ]


def rented_seats_slow_burn(d: Draw) -> list[Group]:
    rate = d.between(2.5, 8)
    work = harvest(
        d, d.among("reason", "wide", "code", "grade"), rate, spread=d.even(0.3, 0.8), hours=d.among("waking", "evening", "flat"),
        weekend=d.even(0.6, 1.0), days=d.even(0.4, 0.9), frame=d.among(("none", "one"), ("think", "each"), ("think", "few")),
        net=d.among({"sticky": 1.0}, HOME), client="crowd", sampling=d.among("own", "one"), turns=1.2,
    )
    return [
        Group(
            "rented_seat", d.size(120, 500), (work, cover(d, d.even(0.3, 1.2), rate)), "rented_seats", card="own", mail="common",
            phone="own", signup=("long", d.even(200, 500), 0.2), plans={"pay": 0.5, "free": 0.4, "pro": 0.1},
        )
    ]


def second_pool_on_standby(d: Draw) -> list[Group]:
    rate, shut = d.between(25, 200), d.even(0.4, 0.7)
    work = harvest(
        d, d.among("reason", "reason", "code", "grade"), rate, frame=("think", "one"), net=d.among({"proxies": 1.0}, {"sticky": 1.0}),
        client=d.among("one", "few"),
    )
    more: dict[str, Any] = {"mail": d.among("odd", 4), "phone": d.among("none", 8), "plans": {"pay": 1.0}}
    first = Group(
        "first_pool", d.size(40, 250), (work,), "two_pools", card=d.among(8, 20), signup=("burst", d.even(-20, -1), d.between(0.5, 4)),
        ends=shut, **more,
    )
    later = Habit(**{**work.__dict__, "when": (shut + d.even(0.002, 0.02), 1.0)})
    others = Habit(d.between(5, 20), ANY, 1.0, days=0.6, net=HOME)
    second = Group(
        "second_pool", d.size(20, 120), (later, others) if d.chance(0.6) else (later,), "two_pools", card=d.among("own", 12),
        signup=("long", 60.0, 0.3), **more,
    )
    return [first, second]


def text_not_kept(d: Draw) -> list[Group]:
    one, two = d.between(20, 150), d.between(8, 60)
    first = harvest(
        d, "wide", one, hours=d.among("window", "flat"), net=d.among({"cloud": 0.5, "vpn": 0.5}, {"sticky": 1.0}), client="one",
        frame=("think", "one"),
    )
    second = harvest(
        d, "agent", two, turns=4, system=("agent", "one"), tools="one", net={"sticky": 0.8, "vpn": 0.2}, handover=d.even(0.05, 0.3),
        hours="flat",
    )
    return [
        Group(
            "night_shift", d.size(20, 120), (first,), "night_shift", card=d.among(6, 12), mail=d.among("odd", 3), phone=d.among("own", 8),
            signup=("burst", d.even(-15, 0), 2.0), plans={"pay": 1.0},
        ),
        Group(
            "tool_runs", d.size(20, 90), (second, cover(d, d.even(0, 0.1), two)), "tool_runs", card=d.among("own", 9),
            phone=d.among("own", 7), signup=("long", 40.0, 1.0), plans={"pay": 1.0},
        ),
    ]
