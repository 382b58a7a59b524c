"""Innocent people with programs of their own: trials, agents, courses, bots, research groups."""

from dataclasses import replace

from .arrays import Mix
from .profiles import Burst, Instructions, Profile, Recent
from .queues import Bank, Grid
from .subjects import CODE, EVERYDAY, HARD

API_MIX: Mix = {
    "python": 0.34, "js": 0.2, "http": 0.14, "curl": 0.06, "go": 0.05, "java": 0.05, "note": 0.06, "chatui": 0.06, "flow": 0.04
}
API_NETS: Mix = {"cloud": 0.04, "home": 0.58, "host": 0.2, "mobile": 0.04, "vpn": 0.09, "relay": 0.05}
DEV = Profile(
    "dev", requests=22, spread=1.3, clients=API_MIX, nets=API_NETS, tasks=CODE, sitting=5, pace=70, turns=0.4, human=0.5, roam=0.03,
    wrap=Instructions("wrap.format", "own:2", 0.35), system=Instructions("sys.short", "own:2", 0.35), models=(0.3, 0.4, 0.3),
    pay={"own": 0.72, "none": 0.28}, hours="student", tools=0.1, kept=0.94
)
CROWDS = (
    replace(
        DEV, name="api_trials", requests=7, opened=Recent(20, 20), course="start", pay={"none": 0.9, "own": 0.1}, phone=0.6,
        mail={"public": 0.75, "disposable": 0.2, "own": 0.05}, tasks={"chat": 2, **CODE, **EVERYDAY}
    ),
    replace(DEV, name="hobby_coders", hours="evening"),
    replace(
        DEV, name="agent_users", requests=38, clients={"agent": 0.8, "agent2": 0.2},
        system=Instructions("sys.agent", "pool.agent:2", 1), wrap=None, tasks={"agent": 5, "fix_code": 2, "write_code": 2},
        follow="agent", turns=0.86, sitting=9, pace=22, human=0.2, settings="crowd", tools=1
    ),
    replace(
        DEV, name="agent_niche", requests=50, clients={"agent3": 1}, system=Instructions("sys.agent", "pool.niche:2", 1), wrap=None,
        tasks={"agent": 5, "data": 3, "write_code": 1}, follow="agent", turns=0.85, sitting=10, pace=15, human=0.1, settings="crowd",
        tools=1
    ),
    replace(
        DEV, name="hackathon", requests=16, group=28, opened=Burst(0, 12, 0.25), course="start", nets={"site": 0.85, "mobile": 0.15},
        system=Instructions("sys.short", "group", 0.6), wrap=Instructions("wrap.starter", "group", 0.4),
        pay={"none": 0.7, "group": 0.3}, hours="student", week="weekend"
    ),
    replace(
        DEV, name="tutorial", requests=7, opened=Recent(8, 14), course="start", system=Instructions("sys.work", "pool.video:1", 0.9),
        wrap=None, queue=Bank("video", 9, 0.5), tasks={"explain": 2, "math": 1, "chat": 2, "quiz": 1},
        clients={"python": 0.7, "js": 0.3}, pay={"none": 0.85, "own": 0.15}, settings="crowd"
    ),
    replace(
        DEV, name="chat_bots", requests=260, spread=1.1, clients={"bot": 0.7, "python": 0.3}, nets={"host": 0.9, "home": 0.1},
        tasks={**EVERYDAY, "story": 2, "chat": 4}, system=Instructions("sys.char", "own:2", 1), wrap=None, sitting=4, turns=0.5,
        follow="chat", human=0.6, hours="night", pace=40, settings="own"
    ),
    replace(
        DEV, name="game_modders", requests=48, tasks={"story": 4, "write_code": 1, "classify": 0.3}, sitting=16, pace=8, turns=0.05,
        wrap=Instructions("wrap.format", "own:2", 0.9), queue=Grid(12)
    ),
    replace(
        DEV, name="research_groups", requests=70, group=5, said={"research": 0.8, "education": 0.2}, org=0.6, verified=0.3,
        mail={"org": 0.85, "public": 0.15}, nets={"site": 0.5, "hostsite": 0.3, "home": 0.2},
        tasks={**HARD, "classify": 1, "data": 1, "summary": 1, "grade": 1}, wrap=Instructions("wrap.reason", "group:4", 0.6),
        sitting=22, pace=9, turns=0.06, course="bursts", pay={"group": 0.8, "none": 0.2}
    ),
    replace(
        DEV, name="flow_users", requests=30, clients={"flow": 1}, nets={"hostsite": 1}, group=40, hours="flat",
        tasks={"classify": 2, "summary": 2, "letter": 2, "rewrite": 1}, system=Instructions("sys.work", "pool.flow:8", 0.7),
        human=0.1, sitting=3, pace=4, turns=0.02
    )
)
