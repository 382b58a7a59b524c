"""Innocent crowds: classes, courses, weekends, laboratories."""

import numpy as np

from .hashing import only, pick
from .hours import DAY
from .manners import ALL_TASKS, batches, settings, systems
from .network import same, seats
from .world import World


def classroom(w: World, n: int, ev: float) -> None:
    """Courses with one assignment: same starter code, same prompts, one campus exit, three busy evenings before the deadline."""
    rng = w.rng
    for m in batches(w, n, 18, 70):
        one = seats(rng, 1, net="campus", mix={"notebook": 4, "requests": 1})
        at_home = rng.random(m) < 0.45
        home = seats(rng, m, where={str(one.country[0]): 1}, mix={"notebook": 4, "py_sdk": 2, "requests": 1})
        seat = same(one, m)
        for f in ("asn", "host", "rot", "ua", "ja4"):
            getattr(seat, f)[at_home] = getattr(home, f)[at_home]
        due = rng.uniform(3, w.days)
        domain = np.where(rng.random(m) < 0.75, w.domains(1, "edu")[0], w.domains(m, "free"))
        g = w.enrol(
            m, "classroom", says={"education": 7, "individual": 3}, seat=seat, birth=w.born(m, 0.75, lo=max(0, due - 7), hi=due),
            plan={"free": 6, "payg": 4}, mail=domain, org=np.full(m, w.handles(1)[0] if rng.random() < 0.35 else 0)
        )
        rule = str(pick(rng, {"classify": 2, "math": 2, "cot": 2, "judge": 1.5, "explain": 2, "selfgen": 1, "coding": 1}, 1)[0])
        items = w.text.bank(rule, 400)[rng.integers(0, 400, int(rng.integers(12, 40)))]
        tn = w.turns(g, ev * m / n, "student", lo=max(0, due - 3) * DAY, hi=due * DAY, sigma=0.7, turns=1.3)
        free = rng.random(len(tn)) < 0.3
        mine = w.talk(tn, {rule: 3, "explain": 1, "hello": 0.5}, rough=0.3)
        w.play(
            g, tn, np.where(free | ~tn.first, mine, items[rng.integers(0, len(items), len(tn))]),
            system=str(w.text.expand("sys_think" if rule == "cot" else "sys_gen", 1)[0]), temp=np.float32(rng.choice([0, 0.7, 1.0])),
            max_tokens=512, model="halden-mini-2" if rng.random() < 0.6 else "halden-base-2"
        )


def hackathon(w: World, n: int, ev: float) -> None:
    """A weekend with promotional credits: new accounts, one hall, similar ideas, frantic hours, then silence."""
    rng = w.rng
    day = float(rng.integers(2, max(3, w.days - 3)))
    one = seats(rng, 1, net="office")
    seat = seats(rng, n, where={"US": 1, "DE": 1, "IN": 1})
    inside = rng.random(n) < 0.8
    seat.asn[inside], seat.host[inside], seat.rot[inside], seat.country[inside] = one.asn[0], one.host[0], 0, one.country[0]
    seat.tz[:] = one.tz[0]
    team = np.sort(rng.integers(0, max(1, n // 3), n))
    g = w.enrol(
        n, "hackathon", says={"individual": 5, "education": 3, "startup": 2}, seat=seat, birth=w.born(n, 0.9, lo=day - 0.5, hi=day + 0.6),
        plan="payg", mail="free", org=0.02, pay=w.handles(1)[0] + np.zeros(n, np.int64)
    )
    tn = w.turns(g, ev, "night", lo=day * DAY, hi=(day + 2) * DAY, sigma=1.0, turns=2.2, gap=40)
    idea = w.text.expand("sys_app", n)
    rules = {k: v for k, v in ALL_TASKS.items() if k not in ("judge", "cot")}
    w.play(
        g, tn, w.talk(tn, rules, own=0.5, rough=0.3), system=only(rng.random(len(tn)) < 0.8, idea[team[tn.who]]),
        model=w.models(tn.who, tn.t, {"base": 3, "pro": 6}), **settings(w, n, tn.who)
    )


def viral(w: World, n: int, ev: float) -> None:
    """A tutorial or video: newcomers from everywhere paste its script and its prompts, then vary a word or two."""
    rng = w.rng
    day = float(rng.uniform(1, w.days - 4))
    g = w.enrol(
        n, "viral_tutorial",
        seat=seats(rng, n, net={"home": 7, "mobile": 1, "cloud": 2, "vpn": 0.5}, mix={"py_sdk": 5, "requests": 2, "notebook": 3}),
        plan={"free": 7, "trial": 1.5, "payg": 2}, mail="free", org=0.01, birth=day * DAY + rng.exponential(2.2 * DAY, n)
    )
    hi = np.minimum(g.birth + rng.exponential(1.5 * DAY, n) + 1800, w.span)
    tn = w.turns(g, ev, "evening", hi=hi, sigma=0.7, turns=1.0)
    script = w.text.bank("selfgen", 40)[:4]
    script = np.concatenate([script, w.text.bank("cot", 900)[:5], w.text.bank("rp", 60)[:3]])
    vary = rng.random(len(tn)) < 0.4
    own = w.talk(tn, {"selfgen": 3, "cot": 2, "rp": 2, "hello": 1}, rough=0.2)
    w.play(
        g, tn, np.where(vary, own, script[rng.integers(0, len(script), len(tn))]), system="You are a helpful assistant.",
        temp=np.float32(0.7), max_tokens=1000, model="halden-base-2"
    )


def labs(w: World, n: int, ev: float) -> None:
    """Honest researchers: many samples of the same question.

    Reasoning problems, data for small classifiers; own budget, one or two accounts.
    """
    rng = w.rng
    g = w.enrol(
        n, "researcher", says={"research": 8, "education": 3},
        seat=seats(rng, n, net={"campus": 6, "cloud": 3, "vpn": 0.5}, mix={"py_async": 4, "py_sdk": 4, "aiohttp": 2, "notebook": 2}),
        mail="edu", org=0.2, plan={"payg": 7, "growth": 3}, verified=0.2
    )
    tn = w.turns(g, ev, "student", sigma=1.3, batch=0.85)
    own = w.talk(tn, {"cot": 3, "math": 3, "judge": 2, "selfgen": 2, "classify": 2, "reason": 2, "rp": 0.5}, own=0.95)
    again = (rng.random(n) < 0.4)[tn.who]
    idx = np.arange(len(tn)) // 8 * 8
    w.play(
        g, tn, np.where(again, own[idx], own), system=systems(w, n, tn.who, 0.5, "sys_think"),
        model=w.models(tn.who, tn.t, {"base": 3, "pro": 4, "think": 4}), temp=np.where(again, 1.0, 0.0).astype(np.float32), max_tokens=4096,
        think=np.where(rng.random(len(tn)) < 0.2, 900.0, 0.0), med=420.0
    )


def cram_school(w: World, n: int, ev: float) -> None:
    """Test-preparation firms that let the model solve their question bank in order, with two or three accounts."""
    rng = w.rng
    bank = w.text.bank("science", 700), w.text.bank("math", 1800), w.text.bank("explain", 900)
    house = np.arange(n) // 3
    m = int(house.max()) + 1
    seat = seats(rng, m, where={"IN": 4, "KR": 3, "JP": 2, "TR": 1, "VN": 2}, net={"office": 3, "home": 3}).sub(house)
    g = w.enrol(
        n, "question_bank", says={"education": 6, "startup": 3}, seat=seat, org=0.1, pay=w.handles(m)[house],
        birth=w.born(n, 0.3, hi=w.days / 2)
    )
    tn = w.turns(g, ev, "office", sigma=0.5, batch=0.6)
    pick = rng.integers(0, 3, m)[house]
    out = np.empty(len(tn), object)
    step = np.arange(len(tn))
    for k in range(3):
        sel = pick[tn.who] == k
        out[sel] = bank[k][step[sel] % len(bank[k])]
    think = (rng.random(m) < 0.4)[house][tn.who]
    w.play(
        g, tn, out, system="Solve the question and explain every step so that a pupil can follow.",
        model=np.where(think, "halden-think-1", "halden-pro-2"), think=np.where(think, 900.0, 0.0), max_tokens=2048, med=420.0
    )
