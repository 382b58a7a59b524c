"""Operators: pools of light accounts that harvest, and what ties them."""

from dataclasses import replace

from .text import EVERYDAY
from .world import Group

STEPS = ("maths", "code", "logic")
PROXY = {"proxy": 1.0}


def _pool(campaign: str, low: int, high: int, load: float, **more: object) -> Group:
    usual = Group(
        name=f"{campaign}_pool", campaign=campaign, kit=campaign, size=(low, high), load=load, spread=0.25, least=2, work=STEPS, aside=0.25,
        hours="people", turns=1.1, thinks=0.7, signup="fresh", nets={"home": 1.0}, plan=("free", "payg"), stay=1,
    )
    return replace(usual, **more)  # type: ignore[arg-type]


TRIALS = _pool("trials", 600, 1000, 11, frames=1, system="one", client="one", sampling="one", when="waves", waves=6, width=5, lag=6,
    nets=PROXY, mail="disposable", cards=0, phones=0, plan=("trial",), hours="always", stay=0, aside=0.2)
SERIES = _pool("serial", 300, 600, 14, frames=1, items="queue", client="sdk", sampling="one", signup="series", waves=3, lag=90,
    mail="series", aside=0.2, spread=0.08, nets=PROXY, plan=("trial",), cards=0)
CREDIT = _pool("used_credit", 400, 700, 20, work=("grade", "rewrite"), frames=2, system="one", sampling="one", when="line", lag=10,
    nets={"rack": 1.0}, mail="series", cards=12, spread=0.06, stay=0, pace=20, hours="always", aside=0.2)
FRONT = _pool("doors", 250, 400, 16, work=("plan", "code"), system="one", frames=1, client="one", sampling="one", tools=True, when="launch",
    at=0.05, width=80, signup="ahead", waves=3, cards=5, hours="always", stay=4)
SIDE = replace(FRONT, client="app", nets=PROXY, at=0.55, width=40, signup="fresh", size=(150, 300))
AGED = _pool("aged_bought", 300, 700, 9, system="one", frames=2, client="few", when="waves", waves=4, width=6, signup="aged", stay=0,
    aside=0.4, nets={"proxy": 0.7, "hired": 0.3}, plan=("free", "payg", "plus"))
CHAIN = _pool("recruited", 250, 500, 13, work=("grade", "rewrite", "logic"), frames=2, client="people", signup="chain", lag=15, cards=3.5,
    phones=2, aside=0.3)
SAMPLES = _pool("samples", 150, 320, 18, items="queue", sheet=6, client="few", sampling="one", signup="ahead", waves=4, stay=6, aside=0.3,
    hours="always")
DEVICES = _pool("devices", 200, 450, 16, work=("plan", "caption", "table"), items="queue", client="app", sampling="one", signup="ahead",
    waves=5, nets={"phones": 1.0}, phones=2.2, cards=0, hours="always", stay=8, aside=0.35, spread=0.15)
FIRST = _pool("returners", 200, 350, 14, frames=1, client="few", sampling="one", signup="ahead", waves=3, banned=0.9, ban_at=0.45, cards=4,
    stay=12, aside=0.3)
SECOND = replace(FIRST, when="launch", at=0.46, width=8, signup="fresh", banned=0.5, ban_at=0.78, size=(150, 300))
THIRD = replace(SECOND, at=0.79, width=6, banned=0.0, size=(100, 200))
RELAY = _pool("resold", 300, 700, 17, work=EVERYDAY, client="tools", sampling="one", nets={"rack": 0.5, "hired": 0.5}, signup="mixed",
    mail="plus", stay=10, aside=0.5, hours="always", turns=1.5)
COVERED = _pool("covered", 500, 2000, 9, frames=3, client="people", signup="mixed", nets=PROXY, stay=10, aside=0.65, spread=0.5)
CARDS = _pool("virtual_cards", 200, 400, 13, work=("law", "table", "maths", "essay"), client="people", cards=5, signup="mixed", stay=10,
    aside=0.4, spread=0.5, nets={"home": 0.75, "mobile": 0.25}, plan=("payg",))
BURSTS = _pool("burst_only", 200, 400, 10, client="people", signup="ahead", waves=4, stay=12, aside=0.55, spread=0.6,
    work=("grade", "code"))
DEALT = _pool("dealt", 250, 500, 12, items="queue", frames=3, client="people", signup="mixed", stay=1, aside=0.3, spread=0.1, nets=PROXY)
SHIFT = _pool("shift", 150, 400, 12, work=("rewrite", "logic"), client="sdks", sampling="each", when="waves", waves=2, width=2,
    signup="old", stay=0, aside=0.45, nets={"home": 0.5, "proxy": 0.5})
