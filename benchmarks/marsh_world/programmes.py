"""Operators with a programme of data: shell firms, many samples, marks through clouds, trajectories, a front."""

from .handling import like, work
from .profiles import Burst, Instructions, Old, Operator, Recent
from .queues import Round, Split
from .subjects import HARD, HARVEST

TIDAL_BATCH = Operator(
    "tidal_batch", 18, 0.11,
    like("synth_permitted", group=3, verified=0.1, said={"startup": 1}, opened=Burst(45, -2, 2)),
    work(
        HARVEST, queue=Split("tb"), system=Instructions("sys.reason", "crowd", 1), sitting=60, pace=5, spread=0.1, steady=40,
        settings="group", human=0, adopt=0.2
    )
)
EXAM_MILL = Operator(
    "exam_mill", 40, 0.08,
    like(
        "crammers", opened=Recent(80, 2), pay={"own": 1}, nets={"sticky": 0.6, "home": 0.4},
        clients={"web": 0.3, "python": 0.4, "chatui": 0.3}
    ),
    work(
        HARD, queue=Split("em", 4, True), wrap=Instructions("wrap.reason", "each", 0.8), hours="day", sitting=7, turns=0.04,
        spread=0.4, models=(0, 0.15, 0.85)
    ),
    cover=(("crammers", 0.25),)
)
CLOUD_JUDGES = Operator(
    "cloud_judges", 22, 0.055,
    like("cloud_tenants", group=2, opened=Burst(90, -1, 5), said={"startup": 0.8, "enterprise": 0.2}, verified=0.3),
    work(
        {"prefer": 4, "grade": 3, "safety": 1.5}, queue=Split("cj", 2, True), wrap=Instructions("wrap.grade", "crowd:6", 1),
        sitting=30, pace=6, turns=0.02, human=0, hours="flat", settings="group", kept=0.85
    )
)
TOOL_LOOP = Operator(
    "tool_loop", 34, 0.11,
    like(
        "agent_users", opened=Recent(70, 2), nets={"host": 0.4, "sticky": 0.4, "vpn": 0.2}, pay={"own": 0.7, "few": 0.3},
        client_of="own"
    ),
    work(
        {"agent": 5, "fix_code": 2, "write_code": 1}, queue=Split("tl", 3), system=Instructions("sys.agent", "pool.agent:2", 1),
        follow="agent", turns=0.9, sitting=16, pace=14, settings="as:agent_users", tools=1, human=0, spread=0.3, models=(0, 0.3, 0.7)
    )
)
SILT = Operator(
    "silt", 12, 0.08,
    like("research_groups", group=6, opened=Old(130), verified=0.5),
    work(
        {**HARD, "quiz": 1.5, "grade": 1, "explain": 1}, queue=Round("silt", 9000),
        wrap=Instructions("wrap.reason", "group:12", 0.85), sitting=30, pace=8, turns=0.12, human=0.1, settings="own", spread=0.6,
        hours="day"
    )
)
CREEK_BATCH = Operator(
    "creek_batch", 15, 0.06,
    like("synth_permitted", group=3, verified=0.15, said={"startup": 0.8, "research": 0.2}, opened=Recent(60, -1)),
    work(
        HARVEST, queue=Split("cb"), system=Instructions("sys.reason", "group", 1), sitting=50, pace=6, spread=0.3, steady=10,
        settings="group", human=0
    )
)
