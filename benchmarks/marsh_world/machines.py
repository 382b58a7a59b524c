"""Innocent programs: jobs by night, benchmarks, graders, makers of data by permission, resellers."""

from dataclasses import replace

from .firms import OFFICE_MAIL
from .profiles import Instructions, Profile
from .queues import Grid, Split, Sweep
from .subjects import EVERYDAY, HARD, OFFICE

BATCH = Profile(
    "batch", requests=500, spread=0.7, group=2, said={"startup": 0.5, "enterprise": 0.5}, org=0.75, verified=0.55, mail=OFFICE_MAIL,
    pay={"group": 0.9, "none": 0.1}, nets={"host": 0.25, "hostsite": 0.48, "site": 0.09, "cloud": 0.18},
    clients={"python": 0.6, "batch": 0.15, "go": 0.1, "java": 0.1, "http": 0.05}, client_of="group", hours="flat", week="every",
    steady=2.0, sitting=60, pace=4, turns=0.02, human=0, settings="group", roam=0, attach=0.02,
    system=Instructions("sys.work", "group:2", 0.8), wrap=Instructions("wrap.format", "group:2", 0.5), follow="edit", focus=0.8,
    kept=0.88, models=(0.5, 0.35, 0.15)
)
CROWDS = (
    replace(
        BATCH, name="auction_jobs", requests=260, group=3, hours="cron", sitting=14, tasks={"classify": 4, "summary": 1}, steady=60,
        pace=2, queue=Split("auction")
    ),
    replace(
        BATCH, name="nightly_jobs", requests=110, hours="cron", sitting=8, steady=60, tasks={"summary": 2, "fix_code": 2, "data": 1},
        pace=5
    ),
    replace(
        BATCH, name="bench_labs", requests=420, group=1.5, said={"research": 0.7, "startup": 0.3}, verified=0.35,
        clients={"eval": 0.6, "python": 0.4}, tasks=HARD, queue=Sweep("reasonbench", 420, 1), system=None,
        wrap=Instructions("wrap.reason", "pool.bench:2", 1), course="bursts", models=(0.2, 0.3, 0.5), adopt=1
    ),
    replace(
        BATCH, name="many_samples", requests=450, group=1.3, said={"research": 0.8, "startup": 0.2},
        clients={"eval": 0.5, "python": 0.5}, tasks={"math": 2, "logic": 1, "write_code": 1}, queue=Sweep("oldpapers", 60, 8),
        system=None, wrap=Instructions("wrap.reason", "pool.bench:3", 1), course="bursts", models=(0.1, 0.3, 0.6), adopt=1
    ),
    replace(
        BATCH, name="exam_boards", requests=170, group=6, nets={"hostsite": 0.4, "site": 0.3, "cloud": 0.3},
        said={"education": 0.6, "enterprise": 0.4}, tasks={"grade": 5, "prefer": 1}, system=Instructions("sys.work", "group:3", 0.6),
        wrap=Instructions("wrap.grade", "group:3", 1), hours="office", sitting=25
    ),
    replace(
        BATCH, name="judge_teams", requests=230, nets={"hostsite": 0.5, "host": 0.15, "cloud": 0.35},
        tasks={"prefer": 3, "grade": 2, "safety": 1}, system=None, wrap=Instructions("wrap.grade", "pool.judge:3", 1)
    ),
    replace(
        BATCH, name="synth_permitted", requests=430, group=4, verified=1, said={"enterprise": 0.7, "research": 0.3},
        tasks={**HARD, "quiz": 2, "write_code": 2, "explain": 2}, queue=Split("permitted"),
        wrap=Instructions("wrap.reason", "group:5", 0.9), models=(0.1, 0.3, 0.6)
    ),
    replace(
        BATCH, name="quiz_publishers", requests=130, group=5, said={"startup": 0.6, "individual": 0.4}, verified=0.2,
        tasks={"quiz": 5, "math": 1, "explain": 1}, queue=Grid(18, True), wrap=Instructions("wrap.format", "group:4", 0.9),
        hours="office", sitting=18, pace=30, human=0.2
    ),
    replace(
        BATCH, name="resellers", requests=650, group=3, passthrough=True, verified=1, said={"enterprise": 1}, tasks=EVERYDAY,
        dispatch="request", workers=60, sitting=3, pace=100, turns=0.5, follow="chat", human=0.9,
        system=Instructions("sys.work", "own", 0.3), wrap=Instructions("wrap.format", "own", 0.15), hours="evening", steady=0.7,
        focus=0.5
    ),
    replace(
        BATCH, name="key_rotators", requests=150, group=5, verified=0.6, dispatch="request", workers=2.5, tasks=OFFICE, sitting=5,
        pace=45, turns=0.7, hours="office", week="weekday", follow="chat", human=0.3
    ),
    replace(
        BATCH, name="cloud_tenants", requests=120, group=3, nets={"cloud": 1},
        tasks={**OFFICE, "grade": 0.5, "quiz": 0.5, "math": 0.5, "fix_code": 1}, sitting=14, kept=0.7, hours="day"
    )
)
