"""Innocent crowds: classes, crammers, courses of a week-end."""

import numpy as np

from .carriers import COUNTRIES
from .clients import clients
from .customers import EDU, EDU_CC, EUROPE, LATAM, POINTED, SEA, SOUTH_ASIA, Weights, countries, roaming
from .network import home, office
from .plans import DAY, Group, Style
from .wording import from_bank, own_system, shared_system, talk, toolset
from .world import World


def classroom(w: World, n: int, classes: int = 6, vol: float = 18, schools: tuple[int, int] = (0, 14)) -> Group:
    """Courses with one assignment each: new accounts in one hour, one campus address, nearly one question."""
    classes = max(1, min(classes, n // 8))
    course = np.sort(w.rng.integers(0, classes, n))
    where = w.rng.integers(*schools, classes)
    ccs = np.array([COUNTRIES.index(EDU_CC[i]) for i in where])
    cc = ccs[course]
    day = w.rng.uniform(1, w.days - 4, classes)
    net = office(w.rng, ccs, course, egress=3)
    net.second, net.p_second = home(w.rng, cc, 0.5), 0.45
    created = w.start + ((day[course] + w.rng.exponential(0.25, n)) * DAY).astype(np.int64)
    g = w.join(
        "classroom", cc, net, clients(w.rng, n, {"web": 8, "droid": 2, "ios": 1}),
        created=np.where(w.rng.random(n) < 0.7, created, w.old(n, 90)), said={"education": 8, "individual": 2},
        plan={"education": 8, "free": 3}, pinned=False
    )
    dom = [EDU[i] for i in where]
    for i, c in zip(g.idx.tolist(), course.tolist(), strict=True):
        if w.rng.random() < 0.8:
            w.acc["mail"][i] = dom[c]
    banks = [
        [w.w.write(w.w.r.choice(["math", "code", "science", "essay", "sql", "history"])) for _ in range(int(w.rng.integers(3, 9)))]
        for _ in range(classes)
    ]
    p = w.plan(
        g, vol, sigma=0.7, turns=3, hours="class", lo=day[course], hi=day[course] + w.rng.choice([1.5, 4, 9], classes)[course], clump=1.0
    )
    n_s = int(p.s.max()) + 1 if p.n else 1
    own = w.rng.random(n_s) < 0.3
    text = []
    for a, s, t in zip(p.a.tolist(), p.s.tolist(), p.t.tolist(), strict=True):
        x = w.w.follow("science") if t else w.w.write("chat") if own[s] else w.w.r.choice(banks[course[a]])
        text.append(w.w.sloppy(w.w.reword(x, 0.3) if not t and w.w.r.random() < 0.35 else x))
    w.emit(g, p, text, POINTED)
    return g


def tutoring_chain(w: World, n: int, vol: float = 40, region: Weights = SOUTH_ASIA) -> Group:
    """A chain of tutoring centres: one workbook, tablets of one make, one address a centre, wallets of the owner."""
    site = np.sort(w.rng.integers(0, max(2, n // 30), n))
    ccs = countries(w, int(site.max()) + 1, region)
    book = w.bank(f"workbook{w.rng.integers(3)}", 240, lambda: w.w.write("tutor"))
    g = w.join(
        "tutoring_chain", ccs[site], office(w.rng, ccs, site), clients(w.rng, n, {"droid": 4, "web": 2}, image=site),
        created=w.mixed_age(n, 0.35, 100), said={"education": 5, "individual": 4}, plan={"prepaid": 5, "plus": 3, "free": 2},
        pay=np.where(w.rng.random(n) < 0.7, site, -1), phone=np.where(w.rng.random(n) < 0.5, site, -1)
    )
    p = w.plan(g, vol, sigma=0.7, turns=2.8, hours="student", weekend=1, clump=0.8)
    unit = ((p.ts - w.start) / DAY * 6).astype(int)
    text = []
    for a, t, u in zip(p.a.tolist(), p.t.tolist(), unit.tolist(), strict=True):
        x = (
            w.w.follow("tutor") if t else book[
                (u + int(w.rng.integers(0, 14))) % len(book)
            ] if w.w.r.random() < 0.8 else w.w.write("math", g.pins[a])
        )
        text.append(w.w.sloppy(x))
    w.emit(g, p, text, POINTED)
    return g


def exam_cram(w: World, n: int, vol: float = 22, region: Weights | None = None) -> Group:
    """The week before a national exam: the same past papers, photographed and typed by thousands."""
    cc = countries(w, n, region or {"IN": 4, "BR": 2, "TR": 2, "ID": 1, "CO": 1})
    day = float(w.rng.uniform(4, w.days - 1))
    paper = w.bank("past_papers", 160, lambda: w.w.write(w.w.r.choice(["math", "science", "logic", "tutor", "history"])))
    g = w.join(
        "exam_cram", cc, roaming(w, cc, 0.6), clients(w.rng, n, {"droid": 5, "web": 3, "ios": 1}), created=w.mixed_age(n, 0.4, 60),
        said={"individual": 5, "education": 3}, plan={"free": 7, "education": 1, "plus": 1, "prepaid": 1}
    )
    p = w.plan(g, vol, sigma=0.9, turns=2.5, hours="student", weekend=1, lo=np.full(n, max(0.0, day - 7)), hi=np.full(n, day), clump=0.8)
    w.emit(g, p, from_bank(paper, reword=0.25, slips=0.5, follow="tutor"), POINTED)
    return g


def viral_tutorial(w: World, n: int, vol: float = 9) -> Group:
    """A video shows five prompts and a starter script; thousands try them on the same evening."""
    cc = countries(w, n, {**SOUTH_ASIA, **LATAM, **SEA, "US": 3})
    day = float(w.rng.uniform(2, w.days - 5))
    c = w.start + ((day + w.rng.exponential(1.1, n)) * DAY).astype(np.int64)
    g = w.join(
        "viral_tutorial", cc, home(w.rng, cc, 0.3), clients(w.rng, n, {"py": 4, "requests": 2, "node": 1}),
        created=np.minimum(c, w.end - DAY // 4), plan={"free": 8, "voucher": 1, "payg": 1}
    )
    steps = [w.w.write(s) for s in ("code", "extract", "science", "market", "logic", "translate")]
    p = w.plan(g, vol, sigma=0.8, turns=1.4, hours="evening", lo=(g.created - w.start) / DAY, hi=(g.created - w.start) / DAY + 1.6, clump=2)
    text = [w.w.r.choice(steps) if w.w.r.random() < 0.75 else w.w.write("chat", g.pins[a]) for a in p.a.tolist()]
    w.emit(
        g, p, text, Style(chained=False, temps={0.7: 1, None: 1}, caps={1024: 3, None: 1}, models={"mini": 4, "main": 2}),
        shared_system(w, np.zeros(n, dtype=np.int64), "sys_plain")
    )
    return g


def hackathon(w: World, n: int, vol: float = 70) -> Group:
    """One week-end, one hall, one starter kit, coupon credit, accounts made in the same two hours."""
    day = float(w.rng.uniform(2, w.days - 3))
    ccs = countries(w, 1, {**SOUTH_ASIA, **LATAM, **SEA, **EUROPE})
    team = np.arange(n) // 4
    net = office(w.rng, ccs, np.zeros(n, dtype=np.int64), egress=2)
    net.second, net.p_second = home(w.rng, ccs[np.zeros(n, dtype=int)], 0.9), 0.25
    g = w.join(
        "hackathon", np.repeat(ccs, n), net, clients(w.rng, n, {"py": 6, "node": 4}), created=w.fresh(n, day, day + 0.2),
        said={"individual": 5, "education": 3, "startup": 2}, plan={"voucher": 9, "free": 2}
    )
    p = w.plan(g, vol, sigma=0.8, turns=4, hours="flat", lo=np.full(n, day), hi=np.full(n, day + 2), gap=25, clump=3)
    kit = shared_system(w, team % 3)
    own = own_system(w, int(team.max()) + 1)
    w.emit(
        g, p, talk({"code": 3, "debug": 3, "agent": 1, "extract": 1, "market": 1, "chat": 1, "game": 1}, same=0.2),
        Style(tools=toolset(w, n, 2) * (w.rng.random(n) < 0.4)), [kit[i] if w.rng.random() < 0.5 else own[team[i]] for i in range(n)]
    )
    return g
