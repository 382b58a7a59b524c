"""Operators who hire people or pose as some: students, volunteers, members, workers at home, speakers, teachers."""

from .handling import like, work
from .profiles import Burst, Instructions, Old, Operator, Recent
from .queues import Split

READING_ROOM = Operator(
    "reading_room", 26, 0.025,
    like(
        "evening_course", group=13, nets={"site": 0.5, "home": 0.5}, clients={"kiosk": 0.4, "web": 0.4, "android": 0.2},
        opened=Old(160)
    ),
    work(
        {"math": 2, "explain": 2, "logic": 1, "letter": 1, "legal": 1, "interview": 1},
        wrap=Instructions("wrap.reason", "own:4", 0.35), human=0.95, course="stages", hours="library", week="weekday", sitting=7,
        pace=150, turns=0.55, steady=2, spread=0.4, foreign=0.22
    ),
    cover=(("terminals", 0.5), ("evening_course", 0.3)), guests="terminals"
)
FALSE_VOLUNTEERS = Operator(
    "false_volunteers", 70, 0.06,
    like("archive_volunteers", opened=Recent(90, 4)),
    work(
        {"transcribe": 4, "catalog": 1, "translate": 1.5, "explain": 0.7}, queue=Split("fv"),
        wrap=Instructions("wrap.format", "pool.archive:2", 0.6), system=None, hours="evening", turns=0.4, follow="reason", pace=55,
        sitting=10, settings="as:archive_volunteers", human=0.25
    ),
    cover=(("archive_volunteers", 0.35),)
)
UNION_HALL = Operator(
    "union_hall", 38, 0.04,
    like("union_members", opened=Recent(60, 2)),
    work(
        {"interview": 2, "legal": 2, "explain": 2, "letter": 1, "math": 1, "logic": 1}, queue=Split("uh"),
        wrap=Instructions("wrap.reason", "own:5", 0.6), course="stages", hours="day", sitting=5, turns=0.3, human=0.4, spread=0.4
    ),
    cover=(("union_members", 0.3),)
)
PIECE_WORK = Operator(
    "piece_work", 64, 0.05,
    like("annotators", group=0, opened=Old(90), pay={"own": 0.45, "none": 0.55}),
    work(
        {"grade": 1, "math": 2, "explain": 1.5, "legal": 1, "write_code": 1, "logic": 1, "rewrite": 1, "interview": 0.5},
        queue=Split("pw", 3, True), wrap=Instructions("wrap.reason", "each", 0.4), human=0.9, hours="day", sitting=8, pace=120,
        turns=0.4, follow="reason", spread=0.4, steady=2, foreign=0.3
    ),
    cover=(("patrons", 0.25),)
)
TWO_MOUTHS = Operator(
    "two_mouths", 96, 0.075,
    like(
        "translators", group=24, opened=Burst(60, 4, 6), pay={"own": 0.6, "few": 0.4}, nets={"home": 0.2, "sticky": 0.6, "vpn": 0.2},
        foreign=0.85
    ),
    work(
        {"explain": 2, "math": 2, "legal": 1, "health": 1, "story": 1, "science": 1, "safety": 0.5}, queue=Split("tm", 4, True),
        wrap=Instructions("wrap.reason", "group:4", 0.6), hours="day", sitting=6, turns=0.2, foreign=0.85, human=0.2
    )
)
CREEK_CREW = Operator(
    "creek_crew", 24, 0.02,
    like("teachers", opened=Old(200)),
    work(
        {"grade": 3, "quiz": 2, "explain": 1}, wrap=Instructions("wrap.grade", "crowd:8", 0.6), hours="day", week="weekday",
        sitting=8, pace=100, human=0.8, turns=0.3, follow="edit"
    ),
    cover=(("teachers", 0.6),)
)
