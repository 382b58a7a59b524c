"""Operators that work a programme of training data through."""

import numpy as np

from .hashing import only, pick
from .network import either, seats
from .pools import CURRICULUM, SOURCES, cover, live, queue_times, singles
from .world import World


def rejection_sampler(w: World, name: str, n: int, ev: float) -> None:
    """Every question is asked six times at temperature 1.

    Each sample from another paid account, minutes to hours apart; the best answer is kept.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net={"cloud": 8, "office": 1}, mix={"py_async": 5, "py_sdk": 3, "httpx": 2, "go": 1})
    g = w.enrol(
        n, "sample_worker", campaign=name, seat=seat, birth=w.born(n, 0.3, 60, hi=w.days / 3), plan={"payg": 8, "growth": 3}, org=0.25,
        mail="mixed", says={"startup": 6, "research": 3, "individual": 2},
        death=np.where(rng.random(n) < 0.2, rng.uniform(0.4, 1, n) * w.span, np.inf)
    )
    k = 6
    q = int(ev / k)
    start = queue_times(w, q, "server")
    bank = w.text.bank("math", 1800)
    fresh = w.text.mixed(pick(rng, {"math": 4, "cot": 3, "coding": 4, "reason": 3, "science": 3}, q))
    text = np.where(rng.random(q) < 0.25, bank[rng.integers(0, len(bank), q)], fresh)
    t = np.repeat(start, k) + rng.exponential(1500, q * k)
    tn, rows = singles(live(w, g, t, 0.3), t)
    think = (rng.random(q) < 0.3)[rows // k]
    w.play(
        g, tn, np.repeat(text, k)[rows], temp=np.float32(1.0), max_tokens=4096, model=np.where(think, "halden-think-1", "halden-pro-2"),
        med=480.0, think=np.where(think, 1300.0, 0.0), harvest=True,
        system="Solve the problem. Write your reasoning first, then the answer after ####."
    )
    cover(w, g, ev * 0.02)


def sandbox_traces(w: World, name: str, n: int, ev: float) -> None:
    """A public coding agent run headless in thousands of containers on generated issues.

    Each finished trajectory is training data. A third of tasks is run twice.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net={"cloud": 7, "home": 2, "vpn": 1}, mix={"agentcli": 1})
    g = w.enrol(
        n, "sandbox_seat", campaign=name, seat=seat, birth=w.born(n, 0.5, 40, hi=w.days * 0.7), plan={"payg": 7, "growth": 3}, org=0.2,
        says={"individual": 5, "startup": 5}, death=np.where(rng.random(n) < 0.25, rng.uniform(0.4, 1, n) * w.span, np.inf)
    )
    runs = int(ev / 13)
    t0 = queue_times(w, runs, "flat")
    who = live(w, g, t0)
    ok = who >= 0
    task = w.text.expand("agenttask", runs)
    twin = rng.random(runs) < 0.33
    task[twin] = task[np.maximum(0, np.flatnonzero(twin) - rng.integers(1, 60, int(twin.sum())))]
    k = np.minimum(45, 1 + rng.geometric(1 / 13, runs))
    tn = w.clock.unroll(who[ok], t0[ok], k[ok], 14.0)
    text = w.talk(tn, {"agenttask": 1}, follow={"obs": 1})
    text = np.where(tn.first, task[ok][tn.conv], text)
    w.play(
        g, tn, text, tools=np.where(rng.random(n) < 0.8, 501, 502)[tn.who],
        model=w.models(tn.who, tn.t, {"pro": 8, "think": 1}, lag_days=0.7), extra=4200, med=150.0,
        system="You are Fennec, a coding agent working in the user's repository. Use the tools; run the tests before you finish.",
        max_tokens=8192, stream=(rng.random(n) < 0.7)[tn.who], harvest=True
    )
    cover(w, g, n * 3.0)


def trace_miners(w: World, name: str, n: int, ev: float) -> None:
    """Long reasoning answers to competition problems.

    Sharded by problem set over accounts that pose as students' and tutoring projects.
    """
    rng = w.rng
    seat = seats(
        rng, n, where=SOURCES, net={"home": 4, "campus": 2, "cloud": 3, "vpn": 1},
        mix={"py_sdk": 5, "notebook": 2, "py_async": 2, "requests": 1}
    )
    g = w.enrol(
        n, "problem_solver", campaign=name, seat=seat, says={"education": 5, "research": 4, "individual": 3},
        mail="edu" if rng.random() < 0.4 else "mixed", plan={"payg": 7, "free": 3}, org=0.06, birth=w.born(n, 0.5, 60, hi=w.days * 0.5)
    )
    tn = w.turns(g, ev, "server", sigma=0.8, turns=1.15, gap=60, batch=0.5)
    bank = np.concatenate([w.text.bank("math", 1800), w.text.bank("cot", 900)])
    known = (rng.random(len(tn)) < 0.2) & tn.first
    text = np.where(
        known, bank[rng.integers(0, len(bank), len(tn))],
        w.talk(tn, {"cot": 4, "math": 5, "science": 2, "reason": 2}, own=0.4, follow={"probe": 3, "follow": 1})
    )
    think = (rng.random(n) < 0.7)[tn.who]
    w.play(
        g, tn, text, system=only(rng.random(n) < 0.6, w.text.expand("sys_think", n))[tn.who], think=np.where(think, 1800.0, 0.0), med=520.0,
        harvest=True, model=np.where(think, "halden-think-1", "halden-pro-2"),
        max_tokens=np.array([4096, 8192, 8192, 0])[rng.integers(0, 4, n)][tn.who]
    )
    cover(w, g, ev * 0.08)


def training_cycle(w: World, name: str, n: int, ev: float) -> None:
    """Collect for two days, train for four, look where the student fails, collect that.

    Each round has its own mixture of tasks, the accounts are stable.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net={"cloud": 6, "home": 3}, mix={"py_async": 5, "py_sdk": 4, "node_sdk": 2})
    g = w.enrol(
        n, "cycle_worker", campaign=name, seat=seat, plan={"payg": 7, "growth": 3}, org=0.25, birth=w.born(n, 0.1, 90),
        says={"startup": 6, "individual": 3, "research": 1}
    )
    at, rounds = rng.uniform(0, 3), []
    while at < w.days - 1:
        rounds.append(at)
        at += 5 + rng.random() * 2.5
    for i, day in enumerate(rounds):
        m = int(ev / len(rounds) * rng.uniform(0.7, 1.3))
        t = queue_times(w, m, "flat", lo=day, hi=min(day + 2, w.days))
        tn, _ = singles(live(w, g, t), t)
        names = list(CURRICULUM)
        weak = {names[int(x)]: float(v) for x, v in zip(rng.permutation(len(names))[:4], (6, 4, 3, 2), strict=True)}
        w.play(
            g, tn, w.talk(tn, CURRICULUM if i == 0 else {**weak, "explain": 1, "coding": 1}), system=None, max_tokens=3000, harvest=True,
            med=460.0, model=w.models(tn.who, tn.t, {"pro": 1.0}, lag_days=0.5, fickle=0.0), temp=np.float32(0.8)
        )
    cover(w, g, ev * 0.15)


def seed_expander(w: World, name: str, n: int, ev: float) -> None:
    """Two stages: a few accounts have the model invent tasks.

    The others have it answer them some hours later, with new machines after a warning half way.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net={"cloud": 6, "home": 2}, mix={"py_sdk": 5, "aiohttp": 3, "py_async": 3})
    g = w.enrol(
        n, "expander", campaign=name, seat=seat, plan={"payg": 8, "growth": 2}, org=0.2, birth=w.born(n, 0.5, 50, hi=w.days * 0.6),
        says={"startup": 5, "individual": 4, "research": 2}
    )
    inventors = np.arange(max(1, n // 6))
    s = g.sub(inventors)
    tn = w.turns(s, ev * 0.15, "server", sigma=0.5, batch=0.6)
    w.play(s, tn, w.talk(tn, {"selfgen": 1}), temp=np.float32(1.0), max_tokens=4096, model="halden-pro-2", med=900.0, harvest=True)
    t = queue_times(w, int(ev * 0.85), "server")
    tn, _ = singles(live(w, g, t), t)
    late = tn.t > w.span * 0.55
    moved = seats(rng, n, where=SOURCES, net={"home": 6, "cloud": 3}, mix={"node_sdk": 4, "py_sdk": 4})
    here, there = g.seat.sub(tn.who), moved.sub(tn.who)
    now = either(late, there, here)
    w.play(
        g, tn, w.talk(tn, {**CURRICULUM, "support": 2, "seo": 2, "chat": 2}), seat=now, max_tokens=2048, model="halden-pro-2", med=430.0,
        harvest=True, temp=np.where(late, np.nan, 0.7).astype(np.float32)
    )
