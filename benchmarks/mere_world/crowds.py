"""Honest crowds of light accounts, and everybody else."""

from dataclasses import replace

from .world import Group

HALL = {"hall": 0.85, "mobile": 0.15}
TRIAL = ("trial", "free")
STEPS = ("maths", "logic", "code")
ONE: dict[str, object] = {"system": "one", "client": "one", "sampling": "one"}
"""program, instruction and parameters of all"""
NEW: dict[str, object] = {"signup": "fresh", "cards": 0}


def _crowd(name: str, low: int, high: int, load: float, **more: object) -> Group:
    return replace(Group(name=name, size=(low, high), load=load), **more)  # type: ignore[arg-type]


CROWDS = {crowd.name: crowd for crowd in (
    # events of a day, one place
    _crowd("launch_visitors", 400, 900, 4, when="launch", width=30, signup="fresh", lag=8, stay=2, plan=TRIAL),
    _crowd("workshop_guests", 30, 90, 14, work=("code", "plan"), items="sheet", sheet=12, frames=1, when="event", width=3, stay=0,
        spread=0.3, lag=15, nets=HALL, plan=TRIAL, **ONE, **NEW),
    _crowd("hackathon_teams", 80, 220, 22, work=("code", "plan", "table"), tools=True, when="event", width=20, stay=1.5, signup="fresh",
        lag=40, nets=HALL, cards=4, turns=1.6, plan=TRIAL, **ONE),
    _crowd("fair_wifi", 150, 400, 4, when="event", width=9, stay=1, lag=4, nets=HALL, halls=2, phones=0, plan=("free",), **NEW),
    _crowd("open_day", 60, 180, 6, work=("essay", "quiz", "maths"), items="sheet", sheet=8, frames=1, client="app", when="event", width=6,
        stay=0, lag=3, nets=HALL, kind="education", plan=("free",), **NEW),
    _crowd("museum_kiosks", 30, 60, 18, work=("caption", "quiz"), items="sheet", sheet=60, when="event", width=30, hours="school",
        spread=0.35, signup="ahead", waves=1, nets={"hall": 1}, halls=6, mail="plus", cards=30, phones=0, plan=("payg",), **ONE),
    _crowd("fan_cards", 200, 600, 3, work=("card",), frames=1, when="event", width=20, stay=0, lag=3, nets={"home": 0.4, "mobile": 0.6},
        plan=("free",), **ONE, **NEW),
    _crowd("show_audience", 300, 800, 4, work=("quiz",), items="sheet", sheet=10, client="app", when="waves", waves=2, width=1.2, stay=4,
        lag=3, plan=("free",), **NEW),
    # learners
    _crowd("pupils", 150, 420, 12, work=("maths", "essay"), items="sheet", sheet=18, frames=2, when="deadline", at=0.8, width=30,
        hours="evening", nets={"home": 0.6, "hall": 0.4}, halls=5, mail="school", cards=0, kind="education", plan=("education", "free")),
    _crowd("bootcamp", 60, 160, 26, work=("code",), items="sheet", sheet=40, frames=1, hours="office", spread=0.4, signup="ahead", waves=2,
        nets={"hall": 0.5, "home": 0.5}, halls=2, plan=("education",), kind="education", **ONE),
    _crowd("exam_takers", 200, 600, 14, work=STEPS, frames=3, when="deadline", at=0.95, width=60, lag=30, cards=0, thinks=0.4),
    _crowd("peer_graders", 80, 240, 9, work=("grade",), items="queue", sheet=3, frames=1, system="one", client="app", when="deadline",
        at=0.6, width=24, spread=0.15, signup="ahead", waves=3, mail="school", kind="education"),
    _crowd("language_beginners", 100, 300, 10, work=("translate",), items="sheet", sheet=30, frames=1, system="one", client="app",
        hours="evening", signup="chain", cards=0),
    _crowd("olympiad_entrants", 80, 260, 8, work=STEPS, items="queue", frames=1, when="event", width=5, stay=0, spread=0.1, signup="ahead",
        waves=4, client="app", mail="school", cards=0, kind="education", thinks=0.6),
    _crowd("recruits", 60, 220, 10, work=("code", "logic"), items="sheet", sheet=10, frames=1, spread=0.1, stay=0, pace=240, lag=2,
        phones=1, plan=("trial",), **ONE, **NEW),
    # offers
    _crowd("trial_leavers", 250, 800, 6, stay=0, lag=5, mail="disposable", plan=TRIAL, **NEW),
    _crowd("voucher_campaign", 150, 500, 9, when="waves", waves=3, width=10, lag=6, plan=("voucher",), spread=0.3, **NEW),
    _crowd("telecom_bundle", 300, 900, 7, client="app", signup="series", waves=6, lag=600, nets={"mobile": 1}, country=("BR",), cards=0,
        plan=("bundle",)),
    _crowd("tunnel_bundle", 80, 300, 9, signup="chain", nets={"tunnel": 0.9, "home": 0.1}, mail="relays", phones=0, plan=("bundle",)),
    _crowd("invited_friends", 150, 500, 7, signup="chain", lag=15, stay=2, client="app", cards=0, plan=("trial",), spread=0.4),
    _crowd("kiosk_cards", 80, 260, 12, cards=6, phones=2, mail="relays", plan=("payg",)),
    _crowd("family_plans", 90, 260, 10, signup="old", cards=4, phones=1.5, plan=("plus",)),
    _crowd("called_back", 150, 500, 5, when="waves", waves=1, width=14, stay=1, signup="aged", plan=("voucher", "free")),
    _crowd("shut_by_mistake", 40, 140, 11, when="launch", at=0.5, width=8, signup="fresh", lag=5, cards=1.4, phones=1.4,
        plan=("payg", "plus")),
    _crowd("beta_testers", 60, 200, 13, work=("plan", "code", "chat"), tools=True, signup="ahead", waves=2, cards=0, plan=("beta",),
        turns=1.8, **ONE),
    # one program or one instruction
    _crowd("one_question_app", 200, 700, 4, work=("chat", "trip", "law"), turns=1.0, sit=1.5, lag=3, cards=0, phones=0, plan=("free",),
        **ONE),
    _crowd("game_players", 150, 500, 14, work=("game",), hours="evening", tools=True, cards=0, **ONE),
    _crowd("newsletter_readers", 150, 450, 4, work=("rewrite", "plan", "essay"), items="sheet", sheet=3, frames=1, when="waves", waves=2,
        width=16, lag=10),
    _crowd("job_seekers", 150, 450, 8, work=("cv",), frames=1, stay=4, lag=6, mail="disposable", cards=0, plan=TRIAL),
    _crowd("survey_answers", 100, 320, 6, work=("survey",), items="queue", sheet=2, system="one", client="sdk", sampling="one", stay=0,
        pace=12, spread=0.15, signup="fresh", lag=4, hours="always", nets={"home": 0.7, "rack": 0.3}, cards=20, plan=("payg",)),
    _crowd("puzzle_solvers", 120, 360, 9, work=("logic", "quiz"), items="daily", client="app", hours="evening", signup="old", turns=2.0),
    _crowd("bench_triers", 60, 200, 16, work=STEPS, items="sheet", sheet=50, frames=1, client="sdks", sampling="one", stay=2, pace=9,
        thinks=0.5, nets={"home": 0.6, "hired": 0.4}, plan=("payg", "trial")),
    _crowd("clip_sorters", 100, 300, 15, work=("caption", "survey"), items="queue", spread=0.12, hours="always", signup="ahead", waves=3,
        pace=25, cards=0, plan=("voucher",), **ONE),
    _crowd("task_workers", 80, 260, 18, work=("grade", "rewrite", "translate", "table"), items="queue", sheet=2, frames=2, client="tools",
        spread=0.2, nets={"home": 0.8, "tunnel": 0.2}, cards=3, plan=("payg",)),
    _crowd("extension_triers", 120, 380, 5, work=("rewrite", "translate"), frames=1, system="one", client="one", sampling="none", stay=3,
        when="launch", width=50, lag=3, plan=("free",), **NEW),
    # seasons and public houses
    _crowd("tax_season", 200, 600, 7, work=("tax",), when="deadline", at=0.9, width=70, lag=10),
    _crowd("holiday_planners", 200, 600, 8, work=("trip",), hours="evening", turns=1.8),
    _crowd("library_computers", 80, 260, 8, hours="school", stay=6, lag=6, nets={"hall": 1}, halls=7, mail="disposable", phones=0,
        plan=("free",), **NEW),
    _crowd("council_writers", 100, 320, 4, work=("council", "law"), frames=1, when="waves", waves=1, width=40, stay=3, lag=8,
        country=("GB",), **NEW),
    _crowd("tenants_union", 60, 200, 6, work=("law", "council"), items="sheet", sheet=6, frames=1, system="one", client="app", when="event",
        width=4, stay=5, signup="fresh", lag=12, country=("DE",), cards=25, plan=("voucher",)),
    _crowd("call_in_listeners", 80, 280, 5, work=("chat", "quiz", "card"), when="waves", waves=4, width=2, stay=0, lag=4,
        nets={"mobile": 0.7, "home": 0.3}, country=("NG", "KE"), phones=2, **NEW),
    _crowd("night_nurses", 40, 120, 9, work=("chat", "translate", "rewrite"), frames=1, hours="always", client="app", signup="chain",
        nets={"hall": 0.7, "mobile": 0.3}, halls=3, cards=0),
)}
OTHERS = _crowd("individual", 1, 1, 9, spread=1.2, stay=60, turns=1.7, aside=0.7,
    nets={"home": 0.72, "mobile": 0.2, "tunnel": 0.05, "hired": 0.03}, banned=0.004)
DEVELOPERS = _crowd("developer", 1, 1, 34, spread=1.3, work=(*STEPS, "table", "plan", "rewrite", "translate", "survey", "law", "grade"),
    client="sdks", sampling="each", system="each", stay=60, hours="office", aside=0.15, pace=30, cards=1.04,
    nets={"home": 0.45, "hired": 0.45, "tunnel": 0.1}, plan=("payg", "payg", "trial"), banned=0.006)
