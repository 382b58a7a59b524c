"""Operators with cheap accounts by the dozen: free, on sign-up credit, on stolen cards, on school mailboxes, replaced after bans."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from .handling import leak, strike
from .lists import each_in_order, from_pool, in_order, reworded, topic_grid, worklist
from .signup import enrol
from .text import WORDS
from .work import run, work
from .world import APPS, Crowd, Mix, World

STUDY: Mix = {"explain": 5, "maths": 3, "code": 3, "business": 1, "extract": 0.6}


def free_farm(w: World, name: str, n: int, mix: Mix | None = None, **k: Any) -> None:
    """Free app accounts, thrown away after days: rented numbers, batches of sign-ups, one anti-detect browser build."""
    pool = worklist(w.rng(f"{name}/list"), 30000, mix or STUDY)
    c = replace(Crowd(
        "farm_free", n, campaign=name, lands={"US": 5, "GB": 1, "CA": 1}, stagger=(0, w.days - 1.5), season=0.8, life=3.2, mail="bulk",
        phone="rented", per_phone=3.2, signup="batch", per_signup=6, org=0, net="geo", exits=700, dev="antidetect", rhythm="allday", tz=7,
        rate=3.2, spread=0.35, per_visit=6, visit_gap=75, turns=0.15, think=25, prompts=in_order(pool), harvest=0.97, foreign=0, again=0.0,
        tiers={"main": 1}
    ), **k)
    m = run(w, c)
    work(w, m, c, prompts=from_pool(WORDS["greeting"]), rate=0.25, per_visit=1, harvest=0)
    strike(w, m, 0.35, 2.5)


def credit_farm(w: World, name: str, n: int) -> None:
    """Sign-up credit, spent to the last cent by a script, on to the next account; some rows of the list were left empty."""
    pool = topic_grid(w.rng(f"{name}/list"), 210, 24, 6)
    pool[::211] = ["nan"] * len(pool[::211])
    m = run(w, Crowd(
        "farm_credit", n, path="api", plan="trial", campaign=name, stagger=(0, w.days - 0.5), season=0.12, life=1.2, mail="catchall",
        mail_domains=7, phone="rented", signup="batch", per_signup=9, org=0, net="hostpool", exits=14, dev="images", images=2,
        flavour="py", rhythm="flat", rate=4, spread=0.3, per_visit=35, visit_gap=5, turns=0, prompts=in_order(pool), system="crowd",
        temperature=[0.7], max_tokens=[2048], credit=0.35, harvest=1.0, foreign=0, tiers={"main": 1}, throttle=0.03
    ))
    strike(w, m, 0.12, 1.0)


def script_kid(w: World, name: str, n: int, **k: Any) -> None:
    """Poor and hasty: a handful of accounts on one laptop, a public list of questions in order, the same hour each night."""
    pool = worklist(w.rng(f"{name}/list"), 9000, {"explain": 3, "maths": 3, "code": 2})
    c = replace(Crowd(
        "hasty", n, path="api", plan="prepaid", campaign=name, one_land=True, fresh=0.9, bursts=[(1.5, 0.2)], org=0, card="pool",
        per_card=4, phone="rented", per_phone=4, signup="batch", per_signup=12, net="sticky", dev="images", images=1, flavour="requests",
        rhythm="late", rate=2.2, spread=0.25, per_visit=28, visit_gap=7, turns=0, prompts=each_in_order(pool), system="crowd",
        temperature=[0.73], max_tokens=[3333], harvest=1.0, foreign=0, tiers={"main": 1}
    ), **k)
    m = run(w, c)
    leak(w, m, c, w.days * 0.6, 5, 6)
    strike(w, m, 0.1, 9)


def carder(w: World, name: str, n: int, **k: Any) -> None:
    """Prepaid credit on stolen cards: a day of small talk, then the balance is run out before the chargeback."""
    pool = worklist(w.rng(f"{name}/list"), 40000, {"code": 5, "maths": 3, "explain": 2})
    c = replace(Crowd(
        "carded", n, path="api", plan="prepaid", campaign=name, say={"individual": 3, "startup": 3}, stagger=(0, w.days - 2), season=1.0,
        life=4.0, mail="catchall", mail_domains=25, phone="rented", per_phone=1.8, card="pool", per_card=1.15, signup="vpn", net="sticky",
        dev="images", images=5, rhythm="late", tz=3, rate=2.0, spread=0.5, per_visit=22, visit_gap=9, turns=0.1, prompts=in_order(pool),
        system="own", temperature=[None, 0.7, 1.0], max_tokens=[4096, None, 2000], credit=20, harvest=1.0, foreign=0,
        tiers={"main": 2, "reason": 1}
    ), **k)
    m = enrol(w, c)
    warm = replace(m, until=np.minimum(m.until, m.begin + 1.0))
    work(w, warm, c, prompts=None, mix=APPS, rate=3, per_visit=1.5, harvest=0)
    work(w, replace(m, begin=m.begin + 1.0), c)
    strike(w, m, 0.75, 3.5)


def student_fraud(w: World, name: str, n: int) -> None:
    """School mailboxes bought by the hundred unlock the education plan; the questions look like coursework in every subject at once."""
    pool = topic_grid(w.rng(f"{name}/list"), 215, 27, 5)
    c = Crowd(
        "fake_student", n, plan="edu", say={"education": 1}, campaign=name, mail="school", team=(30, 60), org=0, card="none",
        stagger=(0, w.days * 0.5), season=0.5, phone="rented", per_phone=2.4, signup="batch", per_signup=5, net="sticky",
        dev="antidetect", rhythm="student", tz=-5, rate=1.7, spread=0.4, per_visit=5, visit_gap=100, turns=0.5, think=35,
        prompts=in_order(pool), harvest=0.95, foreign=0, again=0.0, lands={"US": 1}
    )
    m = enrol(w, c)
    for i in m.idx.tolist():
        w.rows["entity"][i] = -1
    work(w, m, c)
    strike(w, m, 0.1, 5)


def whack(w: World, name: str, n: int, waves: list[float]) -> None:
    """The host bans in waves; each time a new batch with other machines takes up the queue where it stopped."""
    pool = worklist(w.rng(f"{name}/list"), 50000, {"explain": 3, "code": 4, "maths": 2, "business": 2})
    edges = [0.0, *waves, float(w.days)]
    step = len(pool) // (len(edges) - 1)
    for i, (a, b) in enumerate(pairwise(edges)):
        first = i == 0
        m = run(w, Crowd(
            "replaceable", n, path="api", plan="prepaid", campaign=name, stagger=(a - (6 if first else -0.3), min(b, a + 1.8)),
            season=5.0 if first else 0.6, mail=("catchall", "bulk", "personal")[i % 3], mail_domains=6, card="pool",
            per_card=1.0 + 0.5 * first, phone="rented", per_phone=3.5 - i, signup="batch" if first else "use",
            net=("hostpool", "rotate", "sticky")[i % 3], exits=10 + 60 * i, dev=("images", "images", "sdk")[i % 3], images=2,
            rhythm="allday", rate=5, spread=0.4, per_visit=5, visit_gap=12, turns=0.1, system="crowd",
            prompts=in_order(pool[max(0, i * step - 150) : (i + 1) * step]), temperature=[0.7] if first else [0.7, None, 1.0],
            max_tokens=[2048] if first else [2048, 1500, None, 4096], harvest=1.0, foreign=0, tiers={"main": 3, "small": 1}, throttle=0.02
        ))
        if i < len(waves):
            strike(w, m, 0.85, 0, waves[i])
        else:
            strike(w, m, 0.15, 4)


def packer(w: World, name: str, n: int) -> None:
    """Plans are capped by messages, not by words: a dozen questions go into each message."""
    rng = w.rng(f"{name}/list")
    single, forms = worklist(rng, 26000, {"explain": 5, "maths": 4, "quiz": 1}), WORDS["packed"]
    cuts = np.cumsum(rng.integers(5, 14, 4000))
    cuts = cuts[cuts < len(single)]
    pool = [
        "\n".join([forms[i % 5 if i % 3 else 0], *(f"{j + 1}. {question}" for j, question in enumerate(single[a:b]))])
        for i, (a, b) in enumerate(pairwise(cuts.tolist()))
    ]
    c = Crowd(
        "packer", n, plan="plus", campaign=name, stagger=(-12, w.days * 0.4), season=1.5, card="pool", per_card=1.8, phone="rented",
        per_phone=2.0, net="sticky", dev="antidetect", rhythm="allday", tz=5.5, rate=2.2, spread=0.4, per_visit=5, visit_gap=150,
        turns=0.4, think=70, prompts=in_order(pool), harvest=1.0, length=4.5, foreign=0, tiers={"main": 3, "reason": 2}
    )
    m = run(w, c)
    work(w, m, c, prompts=None, rate=0.5, per_visit=1.3, turns=2, length=1.0, harvest=0, tilt=1)
    strike(w, m, 0.08, 7)


def paraphrase_ring(w: World, name: str, n: int, questions: int = 2500, careful: bool = True, **k: Any) -> None:
    """A seed list reworded by another model, own system prompts, residential exits, mixed clients."""
    c = replace(Crowd(
        "reworder", n, path="api", plan="prepaid", campaign=name, say={"individual": 6, "startup": 3, "research": 1},
        stagger=(-25, w.days * 0.6), season=3, life=14, mail="personal" if careful else "throwaway", card="own" if careful else "pool",
        per_card=2.2, phone="rented", per_phone=1.3, net="sticky", dev="sdk" if careful else "images", images=3,
        rhythm="office" if careful else "flat", rate=2.0, spread=0.6, per_visit=5, visit_gap=30, turns=0.3, system="own",
        temperature=[None, 0.7, 1.0, 0.5], max_tokens=[None, 1024, 2048, 4096], prompts=reworded(w.rng(f"{name}/list"), questions),
        harvest=0.96, foreign=0, tiers={"main": 5, "small": 1, "reason": 1}
    ), **k)
    m = run(w, c)
    work(w, m, c, prompts=None, mix=APPS, rate=0.5, harvest=0, turns=1)
    strike(w, m, 0.08, 8)
