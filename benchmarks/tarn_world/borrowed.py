"""Operators on accounts that are others' too: bought, stolen, shared, let out, recruited; and fronts with true users."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from . import text
from .arrays import Arr, pick
from .farms import STUDY
from .handling import rehouse, strike
from .lists import in_order, worklist
from .signup import enrol
from .text import ANGLES, SUBJECTS, WORDS
from .work import run, work
from .world import APPS, DAY, LEAST, Crowd, Mix, World


def aged(w: World, name: str, n: int, day: tuple[float, float] = (2, 9)) -> None:
    """Bought accounts with a history, handed over between two days; the first owner's life ends and another begins elsewhere."""
    rng = w.rng(f"{name}/list")
    pool = worklist(rng, 30000, {"explain": 3, "business": 2, "code": 3, "creative": 2, "maths": 2})
    c = Crowd(
        "bought_aged", n, plan="plus", campaign=name, fresh=0, age=420, card="pool", per_card=1.9, rate=0.4, tilt=1.0,
        lands={"IN": 3, "ID": 3, "BR": 2, "US": 3, "NG": 1, "TR": 1}, ban=0
    )
    m = enrol(w, c)
    hand = rng.uniform(*day, len(m.idx))
    asleep = rng.random(len(m.idx)) < 0.6
    work(w, replace(m, until=np.where(asleep, -1.0, hand - 0.3)), c)
    new = replace(
        c, net="sticky", dev="antidetect", rhythm="allday", rate=1.6, spread=0.5, per_visit=3, visit_gap=120, turns=1.2, think=40,
        prompts=in_order(pool), harvest=0.95, foreign=0, tz=8
    )
    sold = replace(rehouse(w, m, new), begin=hand, until=np.minimum(w.days, hand + rng.lognormal(2.2, 0.5, len(hand))))
    work(w, sold, new)
    strike(w, sold, 0.2, 5)


def stolen_keys(w: World, name: str, n: int) -> None:
    """Keys that firms left in public code: the thief's requests run beside the owner's until the owner notices."""
    rng = w.rng(f"{name}/list")
    pool = worklist(rng, 40000, {"code": 4, "explain": 4, "maths": 3})
    own = Crowd(
        "stolen_key", n, path="api", plan="prepaid", campaign=name, say={"startup": 6, "individual": 3}, mail="work", net="host",
        dev="sdk", rhythm="allday", rate=7, spread=1.2, per_visit=1.5, visit_gap=25, turns=0.8, system="own", mix=APPS, tilt=1.5,
        fresh=0.03, temperature=[None, 0.2, 0.7], max_tokens=[None, 1024]
    )
    m = run(w, own)
    thief = replace(
        own, net="hostpool", exits=9, dev="images", images=2, flavour="aiohttp", rhythm="flat", rate=9, spread=0.6, per_visit=14,
        visit_gap=4, turns=0, prompts=in_order(pool), harvest=1.0, throttle=0.05, foreign=0
    )
    found = rng.uniform(0, w.days * 0.8, len(m.idx))
    secret = text.system_prompt(rng, "", 2)
    stolen = rehouse(w, m, thief)
    until = np.minimum(w.days, found + rng.lognormal(0.7, 0.8, len(found)))
    work(w, replace(
        stolen, begin=found, until=until, keys=np.ones(len(found), int),
        system_of=[secret if u < 0.5 else None for u in rng.random(len(found)).tolist()], temp_of=np.full(len(found), 1.0),
        cap_of=np.full(len(found), 4096)
    ), thief)


def gig_crew(w: World, name: str, n: int, leaders: int = 5) -> None:
    """Real people, paid a few cents a prompt, with their own phones and homes; leaders reuse cards; half of the use is their own."""
    subjects = pick(w.rng(f"{name}/list"), SUBJECTS, 260)
    c = Crowd(
        "gig_worker", n, plan="plus", campaign=name, lands={"KE": 4, "PH": 4, "IN": 3, "BD": 1, "NG": 1}, fresh=0.75,
        bursts=[(x, 0.35) for x in np.linspace(0, w.days * 0.55, leaders)], card="pool", per_card=2.6, org=0, rate=1.5, spread=0.6,
        per_visit=4, visit_gap=210, turns=1.1, think=90, harvest=0.93, foreign=0, ban=0.01
    )
    m = enrol(w, c)

    def typed(rng: Generator, who: Arr, t: Arr) -> list[str]:
        """This week's subjects, at times as they stand in the sheet, with the row's number or its price."""
        row = (((t / DAY / 4).astype(int) * 37 + rng.integers(0, 45, len(who))) % len(subjects)).tolist()
        out = text.explain_of(rng, [subjects[i] for i in row], pick(rng, ANGLES, len(who)))
        other = worklist(rng, len(who), {"code": 1, "business": 2, "maths": 2, "creative": 1})
        out = [a if u < 0.6 else b for a, b, u in zip(out, other, rng.random(len(who)).tolist(), strict=True)]
        out = text.humanise(rng, out, m.habit[who])
        slips, forms = rng.random(len(who)).tolist(), WORDS["pasted"]
        return [forms[i % 4].format(i, prompt) if u < 0.012 else prompt for i, prompt, u in zip(row, out, slips, strict=True)]

    work(w, m, c, prompts=typed)
    work(w, m, c, harvest=0, rate=0.7, per_visit=1.4, turns=2, tilt=1.0)


def seat_renter(w: World, name: str, n: int) -> None:
    """Rents seats on subscriptions that strangers share: the fake use is one more voice in a noisy account."""
    c = Crowd(
        "rented_seat", n, plan="plus", campaign=name, net="seats", dev="seats", rhythm="allday", rate=5, spread=0.5, turns=2, card="pool",
        per_card=1.6, phone="rented", ban=0.02, tilt=0.5, narrow=0.1
    )
    m = run(w, c)
    pool = worklist(w.rng(f"{name}/list"), 20000, STUDY)
    more = replace(
        c, rate=2.2, per_visit=2.5, visit_gap=90, turns=0.6, prompts=in_order(pool), harvest=1.0, net="sticky", dev="antidetect", foreign=0
    )
    work(w, rehouse(w, m, more), more)


def mules(w: World, name: str, n: int) -> None:
    """People let out their own verified accounts: a remote session works at night, the owner by day."""
    rng = w.rng(f"{name}/list")
    pool = worklist(rng, 25000, {"code": 3, "explain": 4, "business": 3, "creative": 2, "maths": 1})
    c = Crowd("mule", n, plan="plus", campaign=name, verified=0.8, fresh=0.1, age=330, rate=0.7, tilt=1.0, turns=1.8)
    m = run(w, c)
    night = replace(
        c, dev="antidetect", rhythm="late", rate=2.0, spread=0.5, per_visit=4, visit_gap=130, turns=0.7, prompts=in_order(pool),
        harvest=0.95, foreign=0
    )
    let = rehouse(w, m, night)
    begin = np.maximum(m.begin, rng.uniform(0, w.days * 0.6, len(m.idx)))
    work(w, replace(let, ips=m.ips, ip_mode="homeonly", begin=begin), night)


def recruit(w: World, name: str, n: int, group: str, kind: str, mix: Mix, **k: Any) -> None:
    """Turns some accounts of an honest group: their owners now also send tasks for the operator, from where they always are."""
    m, c = w.recruitable[group]
    rng = w.rng(f"{name}/recruit")
    size = min(w.size(n, LEAST), len(m.idx))
    some = m.only(np.sort(rng.permutation(len(m.idx))[:size]))
    for i in some.idx.tolist():
        w.rows["campaign"][i], w.rows["kind"][i] = name, kind
    pool = worklist(rng, 20000, mix)
    work(w, replace(some, zest=rng.lognormal(-0.1, 0.5, size)), c, prompts=in_order(pool), harvest=1.0, campaign=name, **k)


def grey_proxy(w: World, name: str, n: int) -> None:
    """A cheap unlicensed gateway: strangers' requests spread over a pool of accounts; part of the answers is kept for training."""
    c = Crowd(
        "gateway_pool", n, path="api", plan="prepaid", campaign=name, stagger=(-8, w.days * 0.7), season=2, life=8, mail="catchall",
        mail_domains=12, card="pool", per_card=1.4, phone="rented", net="geo", exits=90, dev="images", images=3, flavour="go",
        rhythm="allday", tz=6, rate=24 / 12, spread=0.3, per_visit=1.0, visit_gap=20, turns=2.2, think=45,
        mix={"creative": 3, "code": 4, "zh": 4, "explain": 3, "business": 2, "translate": 2}, harvest=0.35, hop=0.85, foreign=0,
        narrow=0.0, throttle=0.03
    )
    m = enrol(w, c)
    rng = w.rng(f"{name}/customers")
    systems = [*[None] * 5, *(text.system_prompt(rng, rules=int(rng.integers(1, 6))) for _ in range(60))]
    for _ in range(12):
        n = len(m.idx)
        work(w, replace(
            m, system_of=pick(rng, systems, n), temp_of=rng.choice([np.nan, 0.7, 1.0, 0.2], n), cap_of=rng.choice([-1, 1024, 4096], n)
        ), c)
    strike(w, m, 0.4, 6)


def wrapper_app(w: World, name: str, n: int) -> None:
    """A genuine homework app with real users in front and a rotating pool of accounts behind; all its traffic is kept."""
    rng = w.rng(f"{name}/app")
    systems = [text.system_prompt(rng, rules=5, long=True, family="maths") for _ in range(3)]
    m = run(w, Crowd(
        "wrapper_pool", n, path="api", plan="prepaid", campaign=name, say={"startup": 1, "individual": 1}, stagger=(-30, w.days * 0.3),
        season=4, card="pool", per_card=1.7, net="hostpool", exits=12, dev="images", images=2, flavour="node", rhythm="student", tz=-4,
        rate=20, spread=0.3, per_visit=1, turns=1.9, think=55, mix={"maths": 4, "explain": 4, "code": 1, "translate": 1, "es": 1},
        system="crowd", systems=systems, temperature=[0.5], max_tokens=[1200], harvest=1.0, hop=0.9, foreign=0, narrow=0.0, stream=1.0
    ))
    strike(w, m, 0.1, 8)
