"""Innocent people at work: clerks, trades, translators, agencies, call centres, annotators."""

from dataclasses import replace

from .arrays import Mix
from .profiles import Burst, Instructions, Profile
from .queues import Grid
from .subjects import OFFICE

FIRM: Mix = {"enterprise": 0.45, "startup": 0.45, "individual": 0.1}
OFFICE_MAIL: Mix = {"org": 0.86, "public": 0.1, "none": 0.04}
FIRMS = Profile(
    "firm", requests=40, group=6, said=FIRM, org=0.8, verified=0.4, mail=OFFICE_MAIL, pay={"group": 0.85, "own": 0.1, "none": 0.05},
    nets={"site": 0.68, "home": 0.19, "vpn": 0.05, "cloud": 0.08}, hours="office", week="weekday", tasks=OFFICE,
    clients={"web": 0.5, "addin": 0.3, "desk": 0.2}, kept=0.8
)
CROWDS = (
    replace(
        FIRMS, name="clerks", group=14, requests=20, clients={"addin": 1}, verified=0.9, said={"enterprise": 1},
        tasks={"letter": 4, "summary": 2, "rewrite": 2, "legal": 1}, system=Instructions("sys.work", "pool.addin:3", 0.7),
        wrap=Instructions("wrap.format", "group:5", 0.6), kept=0.25
    ),
    Profile(
        "tax_advisers", requests=26, clients={"web": 0.6, "desk": 0.4}, hours="office", week="weekday", course="ramp", pay={"own": 1},
        tasks={"letter": 3, "legal": 2, "data": 2, "quote": 1}, wrap=Instructions("wrap.format", "pool.taxpack:9", 0.8),
        mail={"own": 0.6, "public": 0.4}
    ),
    Profile(
        "trades", requests=12, pay={"own": 0.9, "none": 0.1}, nets={"mobile": 0.5, "home": 0.5}, hours="day", week="weekday",
        tasks={"quote": 4, "letter": 2, "plan": 1, "rewrite": 1}, wrap=Instructions("wrap.format", "own:2", 0.4)
    ),
    Profile(
        "translators", requests=28, pay={"own": 1}, tasks={"translate": 5, "rewrite": 1},
        wrap=Instructions("wrap.format", "pool.guild:4", 0.6), hours="day", turns=0.45, follow="edit", foreign=0.5,
        mail={"own": 0.4, "public": 0.6}
    ),
    Profile(
        "content_agencies", requests=70, spread=0.7, group=4, said={"startup": 0.4, "individual": 0.6}, org=0.2,
        pay={"group": 0.8, "own": 0.2}, tasks={"grid": 1}, queue=Grid(14), wrap=Instructions("wrap.format", "group:3", 0.8),
        sitting=14, pace=55, turns=0.25, follow="edit", hours="day", nets={"home": 0.5, "vpn": 0.3, "site": 0.2},
        clients={"web": 0.5, "flow": 0.2, "python": 0.3}, human=0.2
    ),
    replace(
        FIRMS, name="newsrooms", group=11, requests=30,
        tasks={"summary": 3, "rewrite": 2, "translate": 2, "explain": 1, "safety": 0.4}, hours="day", week="all",
        wrap=Instructions("wrap.format", "group:4", 0.5)
    ),
    replace(
        FIRMS, name="call_centres", group=36, requests=44, spread=0.25, steady=9, hours="threeshift", week="every",
        clients={"web": 0.3, "addin": 0.7}, client_of="group", tasks={"letter": 3, "classify": 2, "summary": 2, "translate": 1},
        system=Instructions("sys.work", "group:3", 1), wrap=Instructions("wrap.format", "group:6", 0.5), opened=Burst(200, -2, 4),
        mail={"org": 0.5, "public": 0.5}, org=0.5, verified=0.4, sitting=8, pace=90
    ),
    Profile(
        "annotators", requests=60, spread=0.35, steady=4, group=20, tasks={"grade": 2, "prefer": 2, "math": 1, "rewrite": 1,
        "explain": 1, "logic": 1, "quiz": 1, "interview": 0.5, "write_code": 0.5}, wrap=Instructions("wrap.reason", "each", 0.45),
        system=None, hours="day", sitting=10, pace=100, turns=0.35, opened=Burst(70, 4, 3), pay={"own": 0.3, "none": 0.7},
        nets={"home": 0.8, "mobile": 0.1, "vpn": 0.1}, human=0.7
    )
)
