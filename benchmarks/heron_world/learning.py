"""Innocent learners and hired hands: classes, hackathons, a course, a gig platform."""

import numpy as np

from .arrays import digest
from .carriers import NAMES
from .habits import joined, parties, sessions, turns, vary
from .log import enrol
from .text import DEV
from .world import DAY, FLAT, OFFICE, STUDENT, Signup, World


def classrooms(w: World, size: float) -> None:
    """A course with one assignment: one campus line, the same evening, the same questions copied from the sheet."""
    for n in parties(w, size, 18, 130):
        home = str(NAMES[w.rng.integers(0, len(NAMES))])
        line = w.net.site(home, int(w.rng.integers(1, 5)))
        country = np.full(n, home, dtype=object)
        house = w.net.fixed(country)
        hosts = np.concatenate([np.tile(line, (n, 1))[:, :1], line[w.rng.integers(0, len(line), (n, 1))], house[:, None]], 1)
        due = float(w.rng.uniform(3, w.days - 0.5)) * DAY
        made = due - w.rng.exponential(2.5, n) * DAY - 3 * 3600
        app = w.rng.random() < 0.6
        g = enrol(
            w,
            Signup(
                "classroom", "education", plan="credits" if w.rng.random() < 0.25 else "edu", org="shared", verified=0.7, mail="edu",
                card="none", phone=0.2
            ),
            n, created=np.where(w.rng.random(n) < 0.6, made, w.rng.normal(-40, 2, n) * DAY), country=country, hosts=hosts,
            host_p=np.array([0.4, 0.3, 0.3]),
            client=w.net.clients(n, "browser") if app else np.where(
                w.rng.random(n) < 0.8, w.net.clients(1, "python")[0], w.net.clients(n, "python")
            ),
            path="app" if app else "api", profile=STUDENT, pool=("tutor", "code", "math"), system=None if app else w.text.one("sysown")
        )
        sheet = w.text.unique((str(w.rng.choice(("math", "code", "tutor", "data"))),), int(w.rng.integers(4, 12)))
        count = np.minimum(w.rng.poisson(w.rng.lognormal(1.6, 0.5), g.n) + 1, 30)
        who = np.repeat(np.arange(n), count)
        t = due - np.minimum(w.rng.exponential(14 * 3600, len(who)), 4 * DAY) - 600
        first = sheet[w.rng.integers(0, len(sheet), len(who))]
        other = w.rng.random(len(who)) < 0.3
        first[other] = w.text.by_domain(g.domains[who[other], 0])
        g.talk(who, t, turns(w, len(who), 2.2), first, gap=80)
        who, t = sessions(w, g, 3, 1.0)
        g.talk(who, t, turns(w, len(who), 2.0), gap=80)


def hackathons(w: World, size: float) -> None:
    """A weekend: new accounts from one hall, a starter repository with its template, vouchers."""
    for n in parties(w, size, 35, 160):
        home = str(NAMES[w.rng.integers(0, 14)])
        line = w.net.site(home, 2)
        saturdays = [d for d in range(w.days - 1) if (d + w.weekday) % 7 == 5] or [1]
        lo = (saturdays[int(w.rng.integers(0, len(saturdays)))] + 0.3) * DAY
        country = np.full(n, home, dtype=object)
        hosts = np.stack([np.full(n, line[0]), line[w.rng.integers(0, 2, n)], w.net.mobile(country)], 1)
        voucher = w.rng.random() < 0.5
        g = enrol(
            w, Signup("hackathon", plan="credits" if voucher else "payg", card="none" if voucher else "own", phone=0.6), n,
            created=lo - w.rng.exponential(2 * 3600, n) + 3600, country=country, hosts=hosts, host_p=np.array([0.6, 0.2, 0.2]),
            client=np.where(w.rng.random(n) < 0.7, w.net.clients(1, "python", "node")[0], w.net.clients(n, "python", "node")),
            system=w.text.one("sysapp"), pool=("code", "debug", "extract", "write", "data"), profile=FLAT, weekend=1.0,
            temp=np.full(n, 0.7), tools=digest("starter", home, lo), tool_tokens=240
        )
        if voucher and w.rng.random() < 0.6:
            for a in g.idx[w.rng.random(n) < 0.8].tolist():
                w.acc["kind"][a] = "education"
        vary(w, g, 0.4)
        who, t = sessions(w, g, 14, 0.8, lo=lo + 3600, hi=lo + 1.3 * DAY)
        sample = w.text.gen("extract", 4)
        task = w.text.by_domain(g.domains[who, w.rng.integers(0, 3, len(who))])
        copied = w.rng.random(len(who)) < 0.3
        task[copied] = sample[w.rng.integers(0, 4, int(copied.sum()))]
        g.talk(who, t, turns(w, len(who), 1.6), task)


def courses(w: World, size: float) -> None:
    """A self-paced on-line course: strangers work through the same notebook in the same order, all over the world."""
    book = w.text.unique(("data", "extract", "code", "summ"), 26)
    n = w.n(size)
    made = np.where(w.rng.random(n) < 0.8, w.rng.uniform(0, w.end * 0.9, n), joined(w, n, 0.0))
    g = enrol(
        w, Signup("online_course", phone=0.5), n, created=made, client=w.net.clients(n, "python"), temp=np.zeros(n),
        system="You are a helpful assistant.", pool=DEV, max_tokens=np.full(n, 500)
    )
    vary(w, g, 0.2)
    reach = np.minimum(w.rng.geometric(0.09, n), len(book))
    who = np.repeat(np.arange(n), reach)
    k = np.arange(len(who)) - np.repeat(np.cumsum(reach) - reach, reach)
    t = np.maximum(made, 0)[who] + 600 + k * w.rng.lognormal(5.0, 0.6, n)[who] + (k // 7) * w.rng.exponential(1.2 * DAY, n)[who]
    g.talk(who, t, np.ones(len(who), dtype=int), book[k], voiced=False)
    who, t = sessions(w, g, 1.5)
    g.talk(who, t, turns(w, len(who), 1.5))


def gig_workers(w: World, size: float) -> None:
    """Honest crowd platform: workers compare models for a client, with the instructions pasted before each task."""
    n = w.n(size)
    g = enrol(
        w, Signup("gig_platform", phone=0.8, plan="plus", org="none"), n, country=w.net.countries(n, ("PH", "IN", "NG", "VN", "EG", "CO")),
        pool=("tutor", "write", "logic"), client=w.net.clients(n, "browser"), path="app", profile=OFFICE, weekend=0.5
    )
    rule = w.text.one("limit") + ". " + w.text.one("limit") + ".\n"
    lo = w.rng.uniform(0, 0.5) * w.end
    who, t = sessions(w, g, 22, 0.7, lo=lo, hi=lo + 0.45 * w.end)
    paste = w.rng.random(n) < 0.7
    g.talk(who, t, turns(w, len(who), 1.8), affix=lambda p, c, k: np.where((k == 0) & paste[who[c]], rule + p, p))
