"""Innocent people who learn and teach, and volunteers who work through common queues."""

from .profiles import Burst, Instructions, Profile, Recent
from .queues import Assigned, Bank, Split
from .subjects import HARD

CROWDS = (
    Profile(
        "school_class", requests=7, spread=0.5, group=24, said={"education": 0.7, "individual": 0.3}, org=0.3,
        opened=Burst(40, 8, 0.5), nets={"site": 0.9, "home": 0.1}, clients={"web": 0.8, "kiosk": 0.2}, client_of="group",
        hours="class", week="weekday", course="weekly", queue=Assigned(0.7, 7),
        tasks={"explain": 2, "math": 3, "science": 2, "story": 1, "quiz": 1}, wrap=Instructions("wrap.starter", "group", 0.5),
        pay={"none": 0.8, "voucher": 0.2}, mail={"org": 0.6, "public": 0.4}
    ),
    Profile(
        "evening_course", requests=9, group=16, said={"education": 0.3, "individual": 0.7}, opened=Burst(60, 10, 2.0),
        queue=Assigned(0.55, 7), tasks={"explain": 2, "math": 2, "quiz": 1, "translate": 1, "write_code": 1},
        wrap=Instructions("wrap.starter", "group:2", 0.6), pay={"voucher": 0.5, "none": 0.5}, course="weekly"
    ),
    Profile(
        "campus", requests=13, spread=1.1, group=70, said={"education": 0.8, "research": 0.1, "individual": 0.1}, org=0.4,
        mail={"org": 0.7, "public": 0.3}, nets={"site": 0.65, "home": 0.3, "mobile": 0.05}, hours="student",
        tasks={**HARD, "explain": 4, "write_code": 2, "summary": 2, "fix_code": 2, "data": 1},
        wrap=Instructions("wrap.reason", "each", 0.35), turns=0.55
    ),
    Profile(
        "crammers", requests=22, spread=0.9, opened=Recent(60, 6), queue=Bank("oldpapers", 700, 0.75), tasks=HARD,
        wrap=Instructions("wrap.reason", "pool.cram:6", 0.75), follow="reason", turns=0.35, sitting=7, hours="student", course="ramp",
        models=(0.1, 0.3, 0.6)
    ),
    Profile(
        "olympiad", requests=45, spread=0.7, group=8, queue=Bank("olympiad", 260, 0.8), tasks={"proof": 3, "math": 2, "logic": 2},
        wrap=Instructions("wrap.reason", "pool.camp:3", 0.8), follow="reason", turns=0.5, sitting=8, models=(0, 0.1, 0.9),
        opened=Recent(90, 3)
    ),
    Profile(
        "teachers", requests=18, said={"education": 0.6, "individual": 0.4}, tasks={"grade": 3, "quiz": 3, "letter": 1, "explain": 1},
        wrap=Instructions("wrap.grade", "pool.rubric:5", 0.55), hours="day", week="all", sitting=8, pace=80, turns=0.2, follow="edit"
    ),
    Profile(
        "interviewees", requests=14, tasks={"interview": 5, "explain": 1, "logic": 1},
        wrap=Instructions("wrap.reason", "pool.interview:3", 0.6), follow="reason", turns=0.7, opened=Recent(60, 8), course="bursts"
    ),
    Profile(
        "archive_volunteers", requests=30, spread=0.9, tasks={"transcribe": 5, "catalog": 1}, queue=Split("archive"), system=None,
        wrap=Instructions("wrap.format", "pool.archive:2", 0.9), sitting=9, pace=75, turns=0.12, follow="edit", human=0.3,
        hours="evening", week="weekend", mail={"public": 0.75, "site": 0.2, "own": 0.05}, opened=Recent(250, 6),
        pay={"voucher": 0.35, "none": 0.4, "own": 0.25}, settings="crowd"
    ),
    Profile(
        "nature_counters", requests=22, spread=1.0, tasks={"classify": 1}, queue=Split("counts", 2, True),
        wrap=Instructions("wrap.format", "pool.counts:1", 0.95), sitting=12, pace=25, turns=0.02, human=0.15, hours="day",
        week="weekend", nets={"mobile": 0.5, "home": 0.5}, clients={"android": 0.6, "web": 0.4}, opened=Recent(120, 10)
    ),
    Profile(
        "proof_readers", requests=40, spread=0.7, tasks={"rewrite": 2, "transcribe": 2, "summary": 1}, queue=Split("pages"),
        wrap=Instructions("wrap.format", "pool.pages:4", 0.8), sitting=10, turns=0.1, follow="edit", human=0.2, group=12
    )
)
