"""Operators who live on what is others': their talks, their log-ins, their questions."""

from .handling import like, work
from .profiles import Burst, Instructions, Old, Operator, Recent
from .queues import Echo, Split
from .subjects import EVERYDAY

FERRY = Operator(
    "ferry", 90, 0.12,
    like(
        "api_trials", opened=Burst(30, 4, 6), pay={"own": 0.7, "dozen": 0.3}, nets={"sticky": 0.7, "host": 0.3},
        clients={"python": 0.6, "js": 0.4}, roam=0
    ),
    work(
        EVERYDAY, dispatch="request", workers=6, turns=0.62, sitting=5, pace=90, hours="evening", follow="chat", human=0.9,
        steady=0.7, settings="default", system=Instructions("sys.short", "crowd:2", 0.6), focus=0.5
    )
)
ADDIN_LEECH = Operator(
    "addin_leech", 170, 0.05,
    like("easy_readers", opened=Old(250), pay={"own": 0.8, "none": 0.2}, clients={"addin": 1}),
    work(
        {"rewrite": 1, "math": 2, "logic": 2, "write_code": 1.5, "summary": 1, "quiz": 1}, queue=Split("al"),
        system=Instructions("sys.work", "pool.easy:1", 0.5), wrap=Instructions("wrap.reason", "crowd:20", 0.5), sitting=3, turns=0,
        pace=20, hours="night", human=0, spread=0.5, steady=0.8
    ),
    cover=(("easy_readers", 1.3),)
)
ECHO_READER = Operator(
    "echo_reader", 110, 0.06,
    like(
        "flow_users", group=0, nets={"sticky": 0.5, "rotating": 0.3, "host": 0.2}, clients={"http": 0.3, "js": 0.4, "chatui": 0.3},
        opened=Recent(120, 4), signup="home", pay={"own": 0.8, "pair": 0.2}
    ),
    work(
        EVERYDAY, queue=Echo(0.5, 0.85), sitting=3, turns=0.25, follow="chat", human=0.6, hours="evening", pace=60, focus=0.3,
        system=Instructions("sys.short", "crowd:6", 0.4)
    )
)
