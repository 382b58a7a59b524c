"""Innocent developers: with a side project, a trial, a tool of others, a benchmark, an event."""

from dataclasses import replace
from typing import Any

from . import text
from .lists import each_in_order
from .signup import enrol
from .work import run, work
from .world import Crowd, World


def hobby_dev(w: World, n: int, **k: Any) -> None:
    """Developers with a key and a side project."""
    run(w, Crowd(
        "hobby_dev", n, path="api", plan="prepaid", tilt=1.2, say={"individual": 8, "startup": 2, "education": 1}, dev="sdk", net="home",
        rate=0.35, spread=1.4, per_visit=6, visit_gap=40, turns=0.6, think=30, system="own",
        temperature=[None, None, 0.0, 0.7, 1.0, 0.2], max_tokens=[None, None, 1024, 512, 4096], credit=60
    ), **k)


def trialist(w: World, n: int, **k: Any) -> None:
    """Developers who try the sign-up credit and mostly leave."""
    run(w, Crowd(
        "trialist", n, path="api", plan="trial", say={"individual": 7, "startup": 2, "research": 1}, dev="sdk", rate=0.5, spread=1.4,
        per_visit=5, visit_gap=35, turns=0.4, think=20, system="own", temperature=[None, 0.0, 0.7], max_tokens=[None, 256, 1024],
        credit=0.5, fresh=0.45, life=4.0, foreign=0.3
    ), **k)


def vendor_keys(w: World, n: int, **k: Any) -> None:
    """Customers of a software vendor that bring their own key: one template in many unrelated accounts."""
    rng = w.rng(f"vendor/{n}/{k.get('tag')}")
    systems = [text.system_prompt(rng, rules=5, long=True, family="business") for _ in range(3)]
    run(w, Crowd(
        "vendor_keys", n, path="api", plan="prepaid", say={"individual": 4, "startup": 5}, mail="work", dev="images", images=2,
        flavour="node", net="hostpool", exits=4, system="crowd", systems=systems, rhythm="office", rate=1.6, spread=1.2, per_visit=3,
        visit_gap=60, turns=0.5, mix={"business": 6, "extract": 2, "translate": 2}, temperature=[0.4], max_tokens=[1500],
        bursts=[(4, 3.0)], fresh=0.3
    ), **k)


def plugin_users(w: World, n: int, **k: Any) -> None:
    """Users of a spreadsheet or editor plug-in with their own keys: same system prompt and tools, homes everywhere."""
    rng = w.rng(f"plugin/{n}/{k.get('tag')}")
    systems = [text.system_prompt(rng, "", 4, True, "extract") for _ in range(2)]
    run(w, Crowd(
        "plugin_users", n, path="api", plan="prepaid", dev="plugin", net="home", system="crowd", systems=systems, tools="crowd",
        rhythm="office", rate=0.7, spread=1.2, per_visit=8, visit_gap=12, turns=0.1,
        mix={"extract": 6, "translate": 2, "business": 2, "code": 1}, temperature=[0.0, None], max_tokens=[256, 1024], credit=40
    ), **k)


def coding_agents(w: World, n: int, **k: Any) -> None:
    """Users of an open-source coding agent: long tool runs, the same tools everywhere."""
    rng = w.rng(f"agents/{n}/{k.get('tag')}")
    systems = [text.system_prompt(rng, "", 6, True, "agent") for _ in range(4)]
    run(w, Crowd(
        "coding_agents", n, path="api", plan="prepaid", say={"individual": 5, "startup": 4}, dev="plugin", tag="codehand", net="homeonly",
        system="crowd", systems=systems, tools="crowd", agent=True, rhythm="office", rate=0.35, spread=1.1, per_visit=1.6, visit_gap=900,
        turns=14, think=12, mix={"agent": 8, "code": 2}, tiers={"main": 7, "reason": 3}, max_tokens=[8192, 4096, None], stream=0.9,
        throttle=0.01
    ), **k)


def hackathon(w: World, n: int, day: float, **k: Any) -> None:
    """A weekend event: fresh accounts with a voucher, one hall, similar ideas."""
    rng = w.rng(f"hack/{day}")
    systems = [text.system_prompt(rng, rules=2) for _ in range(25)]
    run(w, Crowd(
        "hackathon", n, path="api", plan="trial", say={"individual": 5, "education": 3, "startup": 2}, one_land=True, net="site", exits=2,
        dev="sdk", fresh=0.85, bursts=[(day, 0.06), (day + 0.1, 0.12)], start=day - 0.2, end=day + 2.2, rhythm="late", rate=5, spread=1.0,
        per_visit=5, visit_gap=40, turns=0.5, system="crowd", systems=systems, tools="own", credit=5,
        mix={"code": 2, "extract": 2, "explain": 3, "creative": 1}
    ), **k)


def viral_tutorial(w: World, n: int, day: float, **k: Any) -> None:
    """A video goes round: newcomers send its very prompts in order, then a few of their own."""
    rng = w.rng(f"viral/{day}")
    pool = text.ask(rng, "agent", 3) + text.ask(rng, "explain", 5) + text.ask(rng, "code", 4)
    base = replace(Crowd(
        "viral_tutorial", n, path="api", plan="trial", dev="images", images=4, flavour="py", net="home", fresh=0.9,
        bursts=[(day, 0.5), (day + 1.5, 1.2)], system="crowd", systems=[text.system_prompt(rng, "", 3)], rate=1.2, life=2.5, per_visit=6,
        visit_gap=70, turns=0.2, temperature=[0.7], max_tokens=[500], credit=1.0
    ), **k)
    m = enrol(w, base)
    work(w, m, base, prompts=each_in_order(pool))
    work(w, m, base, rate=0.15)


def eval_team(w: World, n: int, items: int, samples: int, days: tuple[float, float], **k: Any) -> None:
    """An evaluation team that runs one benchmark from several accounts, with samples."""
    rng = w.rng(f"eval/{items}/{days}")
    pool = text.ask(rng, "maths", items // 2) + text.ask(rng, "quiz", items // 3)
    pool += text.ask(rng, "code", items - items // 2 - items // 3)
    run(w, Crowd(
        "eval_team", n, path="api", plan="prepaid", say={"research": 6, "startup": 3}, team=(n, n), mail="school", card="team",
        net="hostpool", exits=2, dev="images", images=1, rhythm="flat", start=days[0], end=days[1], rate=0.6, spread=0.3,
        per_visit=items * 0.7, visit_gap=3, turns=0, prompts=each_in_order(pool), samples=samples, temperature=[0.0, 1.0, 0.7],
        max_tokens=[1024, 4096], system="crowd", foreign=0, tiers={"small": 1, "main": 2, "reason": 2}, mix={"maths": 1, "quiz": 1},
        throttle=0.03, phone="none"
    ), **k)


def researchers(w: World, n: int, **k: Any) -> None:
    """Labs that simulate surveys or build a small data set for a paper, from groups of accounts of one lab."""
    run(w, Crowd(
        "researchers", n, path="api", plan="prepaid", say={"research": 1}, team=(2, 5), mail="school", card="team", net="office",
        dev="sdk", flavour="py", rhythm="student", rate=0.25, spread=1.2, per_visit=60, visit_gap=4, turns=0, samples=3,
        temperature=[1.0, 0.7], max_tokens=[512, 2048], system="team", mix={"explain": 3, "judge": 2, "maths": 2, "creative": 1}, tilt=2,
        foreign=0, throttle=0.02
    ), **k)
