"""Operators with a programme of data: samples, trajectories, verdicts, whole sets, parallel text, visitors' prompts, contracts."""

from dataclasses import replace
from typing import Any

import numpy as np

from . import text
from .farms import free_farm, paraphrase_ring
from .handling import strike
from .lists import in_order, worklist
from .log import emit
from .signup import enrol
from .text import WORDS
from .work import run, work
from .world import APPS, DAY, Crowd, World


def sampler(w: World, name: str, n: int, problems: int, copies: int) -> None:
    """Hard problems, several answers each, every copy from another account so that no account repeats itself."""
    rng = w.rng(f"{name}/list")
    c = Crowd(
        "sampler", n, path="api", plan="prepaid", campaign=name, stagger=(-20, w.days * 0.3), season=4, phone="rented", per_phone=1.5,
        net="sticky", dev="sdk", rhythm="flat", rate=0, turns=0, temperature=[1.0, None, 0.8], max_tokens=[None, 16000, 8192],
        tiers={"reason": 1}, mix={"maths": 3, "code": 2, "quiz": 1}, foreign=0, harvest=1.0
    )
    m = enrol(w, c)
    size = w.size(problems)
    pool = worklist(rng, size, {"maths": 5, "code": 3})
    hours = rng.integers(1, w.days - 1, size) + (rng.choice([*range(4), *range(6, 15)], size) + rng.random(size)) / 24
    item = np.repeat(np.arange(size), rng.integers(copies - 1, copies + 2, size))
    t = (hours[item] + rng.integers(0, 3, len(item)) + rng.exponential(0.05, len(item))) * DAY
    who = rng.integers(0, len(m.idx), len(item))
    fine = (t > m.begin[who] * DAY) & (t < w.days * DAY)
    emit(w, rng, m, c, who[fine], t[fine], [pool[i] for i in item[fine].tolist()])
    usual = {"small": 3.0, "main": 3.0, "reason": 1.0}
    work(w, m, c, rate=1.2, per_visit=3, visit_gap=40, turns=0.6, mix=APPS, harvest=0, rhythm="office", tiers=usual, tilt=1)


def trace_harvester(w: World, name: str, n: int, own_tools: bool = False, **k: Any) -> None:
    """Agent runs in sandboxes on made-up repositories: whole trajectories are the product."""
    rng = w.rng(f"{name}/list")
    pool = text.ask(rng, "agent", 5000)
    systems = [text.system_prompt(rng, "", 5, True, "agent") for _ in range(n if own_tools else 2)]
    m = run(w, Crowd(
        "trace_runner", n, path="api", plan="prepaid", campaign=name, say={"startup": 3, "individual": 4}, stagger=(-5, w.days * 0.4),
        season=3, mail="catchall", mail_domains=9, card="pool", per_card=1.5, phone="rented", net="sticky" if own_tools else "hostpool",
        exits=18, dev="sdk" if own_tools else "images", images=2, flavour="py", rhythm="flat", rate=1.7, spread=0.4, per_visit=1.6,
        visit_gap=300, turns=15, think=9, agent=True, prompts=in_order(pool), system="crowd", systems=systems,
        tools="own" if own_tools else "crowd", max_tokens=[8192], temperature=[1.0, None], harvest=0.95, foreign=0,
        tiers={"main": 1, "reason": 2}, mix={"agent": 1}, throttle=0.01
    ), **k)
    strike(w, m, 0.15, 6)


def preference_mill(w: World, name: str, n: int) -> None:
    """Wants verdicts, not essays: pairs of answers of its own model are judged for a reward model; tiny outputs, huge counts."""
    m = run(w, Crowd(
        "verdict_buyer", n, path="api", plan="prepaid", campaign=name, say={"startup": 4, "research": 2}, stagger=(-15, w.days * 0.4),
        season=3, mail="catchall", mail_domains=8, card="pool", per_card=2, phone="rented", net="hostpool", exits=11, dev="images",
        images=3, flavour="py", rhythm="flat", rate=2.2, spread=0.5, per_visit=22, visit_gap=3, turns=0, mix={"judge": 1},
        system="crowd", temperature=[0.0], max_tokens=[128, 256], harvest=0.98, foreign=0, narrow=0.0, throttle=0.015
    ))
    strike(w, m, 0.1, 7)


def seed_expander(w: World, name: str, n: int) -> None:
    """Lets the model write both the instructions and the answers, topic by topic, as JSON."""
    rng, size = w.rng(f"{name}/list"), 9000
    pool = text.fill(rng, WORDS["ask.sets"], size, "n s a who", n=rng.choice([5, 8, 10, 20], size).tolist())
    m = run(w, Crowd(
        "expander", n, path="api", plan="prepaid", campaign=name, say={"research": 2, "startup": 3, "individual": 2},
        stagger=(-20, w.days * 0.3), season=3, card="pool", per_card=1.4, phone="rented", net="host", dev="sdk", rhythm="flat", rate=1.6,
        spread=0.5, per_visit=12, visit_gap=20, turns=0.1, prompts=in_order(pool), temperature=[1.0, 0.9, None], top_p=[0.95, None],
        max_tokens=[4096, 8192], length=4, harvest=1.0, foreign=0, tiers={"main": 3, "small": 1}, mix={"business": 1}
    ))
    strike(w, m, 0.12, 7)


def rare_tongues(w: World, name: str, n: int) -> None:
    """Parallel text for languages with little data, bought by a broker through small freelancers' accounts."""
    m = run(w, Crowd(
        "tongue_buyer", n, path="api", plan="prepaid", campaign=name, lands={"PK": 1, "VN": 2, "KE": 2, "ID": 2, "TR": 1},
        stagger=(-10, w.days * 0.5), season=2, card="pool", per_card=1.5, net="home", dev="sdk", rhythm="office", rate=2.2, spread=0.6,
        per_visit=12, visit_gap=15, turns=0, mix={"translate": 1}, system="own", temperature=[0.3, 0.0, None],
        max_tokens=[1024, 800, None], harvest=0.97, foreign=0, narrow=0.5
    ))
    strike(w, m, 0.04, 8)


def shell_tenant(w: World, name: str, n: int, firms: int, **k: Any) -> None:
    """Shell firms with cloud start-up credit, contracts signed and bills paid; volume under each firm's quota."""
    size = max(2, n // firms)
    pool = worklist(w.rng(f"{name}/list"), 60000, {"explain": 3, "extract": 1, "code": 3, "maths": 2, "business": 2})
    c = replace(Crowd(
        "shell_tenant", n, path="cloud", plan="enterprise", say={"enterprise": 2, "startup": 2}, campaign=name, team=(size, size),
        mail="work", verified=1.0, fresh=0.3, age=60, net="host", place=(16509, "US"), dev="sdk", flavour="py", rhythm="allday", rate=13,
        spread=0.5, per_visit=4, visit_gap=8, turns=0.2, system="team", prompts=in_order(pool), temperature=[None, 0.7, 1.0],
        max_tokens=[2048, 4096], harvest=0.97, foreign=0, phone="none", ban=0
    ), **k)
    m = run(w, c)
    work(w, m, c, rhythm="office", prompts=None, rate=2, per_visit=1.5, mix={"extract": 4, "business": 3}, harvest=0)


def slow_drip(w: World, name: str, n: int, rate: float = 1.5) -> None:
    """Patient and funded: each account is a believable person with one home, one device, one card; prompts copy what people ask."""
    run(w, Crowd(
        "sleeper", n, plan="plus", campaign=name, fresh=0.25, age=150, org=0, net="homeonly", rate=rate, per_visit=1.8, turns=1.6,
        tilt=1.0, tiers={"small": 1, "main": 6, "reason": 3}, harvest=0.8
    ))


def arena_site(w: World, name: str, n: int, rate: float = 55) -> None:
    """A public site where visitors compare models; visitors' prompts are mirrored to every host and the answers are sold on."""
    run(w, Crowd(
        "arena_backend", n, path="api", plan="prepaid", campaign=name, say={"startup": 1, "research": 1}, fresh=0.3, age=90, net="host",
        dev="sdk", rhythm="allday", rate=rate, spread=0.3, per_visit=1, turns=0.5, think=60, temperature=[None, 0.7],
        max_tokens=[None, 2048], harvest=0.9, foreign=0, narrow=0.0,
        mix={"explain": 4, "code": 4, "maths": 2, "creative": 3, "es": 0.5, "de": 0.4, "zh": 0.8, "translate": 0.6, "business": 1.5}
    ))


def three_doors(w: World, name: str, app: int, api: int, cloud: int) -> None:
    """One operator with a leg in each product; only the shared list of tasks ties the legs together."""
    pool = worklist(w.rng(f"{name}/shared"), 45000, {"explain": 3, "code": 3, "maths": 2, "business": 1})
    third = len(pool) // 3
    free_farm(w, name, app, prompts=in_order(pool[: third + 400]), life=6.0, net="sticky", rate=2.0)
    paraphrase_ring(w, name, api, prompts=in_order(pool[third - 400 : 2 * third + 400]), turns=0.1)
    shell_tenant(w, name, cloud, 1, prompts=in_order(pool[2 * third - 400 :]), rate=9)
