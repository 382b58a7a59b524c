"""Operators that pose as firms and products."""

import numpy as np

from .firms import one_reseller
from .hashing import only
from .hours import DAY
from .manners import ALL_TASKS, settings, systems
from .network import seats
from .pools import CURRICULUM, SOURCES, cover
from .world import World


def judge_loop(w: World, name: str, n: int, ev: float) -> None:
    """Few verified shell firms: their own student model answers.

    The host's model grades and corrects. The gradings (with reasons) are the training data.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net="cloud", mix={"py_sdk": 5, "py_async": 3, "node_sdk": 2})
    g = w.enrol(
        n, "grading_shell", campaign=name, seat=seat, birth=w.born(n, 0.15, 90), plan="growth", org=0.7, mail="company", verified=0.4,
        says={"startup": 8, "enterprise": 2}
    )
    tn = w.turns(g, ev, "server", sigma=0.7, turns=1.4, gap=8, batch=0.7)
    rub = w.text.expand("sys_judge", 4)
    w.play(
        g, tn, w.talk(tn, {"judge": 8, "cot": 1}, follow={"probe": 1}),
        system=only(rng.random(n) < 0.7, rub[rng.integers(0, 4, n)])[tn.who], harvest=True,
        model=w.models(tn.who, tn.t, {"pro": 7, "think": 2}, lag_days=1), think=0.0, med=420.0,
        temp=np.where(rng.random(n) < 0.5, 0.0, 0.3)[tn.who].astype(np.float32),
        max_tokens=np.array([1024, 2048, 1500])[rng.integers(0, 3, n)][tn.who]
    )
    cover(w, g, ev * 0.04, "office")


def shell_startups(w: World, name: str, n: int, ev: float) -> None:
    """A dozen paper firms with start-up credits and proper verification.

    Each has a product story, system prompt, rhythm and stack of its own.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net="cloud")
    g = w.enrol(
        n, "paper_firm", campaign=name, seat=seat, says="startup", mail="company", org=0.7, verified=0.8, plan={"growth": 8, "payg": 2},
        birth=w.born(n, 0.2, 70, hi=w.days / 3)
    )
    tn = w.turns(g, ev, "server", sigma=0.6, turns=1.7, gap=40, batch=0.2)
    rules = {**CURRICULUM, "chat": 4, "support": 2, "spanish": 1, "chin": 1}
    niche = w.niches(n, rules)
    w.play(
        g, tn, w.talk(tn, rules, own=0.5, niche=niche, rough=0.2), system=systems(w, n, tn.who, 0.95, niche=niche), harvest=True,
        model=w.models(tn.who, tn.t, {"pro": 7, "base": 3}, lag_days=3), med=430.0, **settings(w, n, tn.who)
    )
    cover(w, g, ev * 0.12, "office")


def mirror_product(w: World, name: str, n: int, ev: float) -> None:
    """An own chat product's real users.

    A sample of their conversations is also sent here, turn by turn, and both answers are kept for training.
    """
    rng = w.rng
    seat = seats(rng, n, where={"SG": 2, "US": 3, "JP": 1, "DE": 1}, net="cloud", mix={"node_sdk": 4, "java": 2, "py_async": 4, "go": 2})
    g = w.enrol(
        n, "mirror_backend", campaign=name, seat=seat, plan={"growth": 6, "payg": 4}, org=0.5, mail="company",
        birth=w.born(n, 0.3, 90, hi=w.days / 2), verified=0.2, says={"startup": 8, "individual": 2}
    )
    tn = w.turns(g, ev, "evening", sigma=0.7, turns=2.6, gap=75)
    sysm = np.where(rng.random(n) < 0.6, "You are a helpful assistant. Be concise.", w.text.expand("sys_gen", n))
    w.play(
        g, tn, w.talk(tn, {**ALL_TASKS, "classify": 0.5, "chat": 14}, rough=0.5), system=sysm[tn.who],
        model=w.models(tn.who, tn.t, {"pro": 8, "base": 2}, lag_days=2), harvest=True, stream=(rng.random(n) < 0.3)[tn.who], max_tokens=2048
    )


def cloud_hoppers(w: World, name: str, n: int, ev: float) -> None:
    """Through two clouds' market places.

    Where the log has no address, key or client; all accounts turn to the new release within hours.
    """
    rng = w.rng
    g = w.enrol(
        n, "market_account", campaign=name, seat=seats(rng, n, where=SOURCES, net="cloud"), path={"cloud_a": 6, "cloud_b": 4},
        mail="company", org=0.5, plan={"payg": 5, "growth": 5}, says={"startup": 6, "enterprise": 3},
        birth=w.born(n, 0.35, 80, hi=w.days / 3), verified=0.3
    )
    before = w.turns(g, ev * 0.4, "server", hi=np.full(n, min(w.release_day, w.days * 0.5) * DAY), sigma=0.6, batch=0.5)
    after = w.turns(g, ev * 0.6, "flat", lo=min(w.release_day, w.days * 0.5) * DAY + rng.exponential(5 * 3600, n), sigma=0.6, batch=0.7)
    niche = w.niches(n, CURRICULUM)
    cfg = systems(w, n, np.arange(n), 0.6, niche=niche)
    for tn, model in ((before, "halden-pro-2"), (after, "halden-pro-3" if w.release_day < w.days else "halden-pro-2")):
        w.play(
            g, tn, w.talk(tn, CURRICULUM, own=0.3, niche=niche), system=cfg[tn.who], model=model, max_tokens=4096, med=520.0, harvest=True,
            temp=np.float32(0.6)
        )
    cover(w, g, ev * 0.06, "office")


def second_floor(w: World, name: str, n: int, ev: float) -> None:
    """Customers of a contracted, honest reseller: to the host they share everything with its other customers.

    Gateway, client, organisation and card are the reseller's. Only the work differs: one task list, split by topic,
    in the reseller's cheapest hours.
    """
    rng = w.rng
    gate, shared = one_reseller(w, 5 * n, ev)
    g = w.enrol(
        n, "reseller_guest", campaign=name, says={"startup": 4, "individual": 4, "enterprise": 2},
        seat=gate.sub(rng.integers(0, len(gate.asn), n)), access="passthrough", verified=0.85, org=np.full(n, shared["org"]),
        pay=np.full(n, shared["pay"]), plan="growth", mail=np.full(n, shared["mail"], object), birth=w.born(n, 0.4, 90, hi=w.days / 2)
    )
    tn = w.turns(g, ev, "night", sigma=0.6, turns=1.3, batch=0.5)
    w.play(
        g, tn, w.talk(tn, CURRICULUM, own=0.4, rough=0.1), seat=gate.sub(rng.integers(0, len(gate.asn), len(tn))),
        system=systems(w, n, tn.who, 0.5), model=w.models(tn.who, tn.t, {"pro": 7, "think": 1, "base": 2}, lag_days=1), med=440.0,
        harvest=True, **settings(w, n, tn.who)
    )
    cover(w, g, ev * 0.05)
