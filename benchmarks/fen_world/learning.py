"""Innocent crowds: classes, tutors, courses, sites for examinations."""

import numpy as np

from .carriers import TZ
from .clients import client_named, pick_clients
from .log import converse, pace
from .openings import assignment, drawn, worksheet
from .routes import server_route, site_route
from .world import DAY, HOUR, MINUTE, World

YOUNG = {"plan": "free"}


def classroom(w: World, classes: int, size: int, requests: float, kind: str = "education", paid_by_school: bool = False) -> None:
    """Pupils with one assignment, signed up in one lesson from one line.

    With paid_by_school, registered as individuals on one card and one image of a machine.
    """
    for _ in range(max(1, round(classes * w.scale))):
        n = max(4, int(size * w.rng.uniform(0.6, 1.4)))
        c = int(w.countries(1)[0])
        site = w.office(c, "edu", 2)
        first = w.rng.integers(-4, max(1, w.days - 6))
        lesson = (w.rng.integers(8, 16) - TZ[c]) * HOUR
        created = (w.start + first * DAY + lesson + w.rng.exponential(6 * MINUTE, n)).astype(np.int64)
        domain = w.text.one("city").lower() + w.rng.choice(["-school.org", ".edu", "-college.edu", ".ac.net", "academy.org"])
        private = w.rng.random(n) < (0.5 if not paid_by_school else 0.1)
        extra = (
            {
                "pay": w.new(1)[0], "plan": "plus", "client": int(pick_clients(w.rng, 1, "desktop")[0]), "mob_share": 0.02,
                "phone": w.new(1)[0]
            } if paid_by_school else YOUNG
        )
        rows = w.accounts(
            n, "school_as_individuals" if paid_by_school else "classroom", cc=np.full(n, c), created=created, kind=kind,
            email_domain=np.where(private, "gmail.com", domain), **extra
        )
        here = rows[w.rng.random(n) < 0.85]
        w.acc["signup_ip"][here] = site.ip[w.rng.integers(0, 2, here.size)]
        w.acc["work_ip"][rows], w.acc["work_isp"][rows] = site.ip[w.rng.integers(0, 2, n)], site.isp[0]
        tasks = w.text.pool(["study", "qa", "math", "code"], int(w.rng.integers(5, 14)))
        weeks = [first + 7 * k for k in range(5) if 0 <= first + 7 * k < w.days]
        each = requests * 0.55 / max(1, len(weeks)) / 2.2
        for day in weeks:
            who = np.repeat(rows, w.rng.poisson(each, n))
            start = (w.start + day * DAY + lesson + 10 * MINUTE + w.rng.random(who.size) * 70 * MINUTE).astype(np.int64)
            converse(
                w, rows, 0, "student", starts=(who, start), mean_turns=2.2, gap=60, route=site_route, local=0, first=assignment(w, tasks)
            )
        converse(w, rows, pace(w, n, requests * 0.45, 2.4), "student", mean_turns=2.4, curve="study")


def tutor(w: World, groups: int, requests: float) -> None:
    """Students of one private tutor: he pays all accounts and hands out worksheets; they work from their homes."""
    for _ in range(max(1, round(groups * w.scale))):
        n = int(w.rng.integers(6, 22))
        c = int(w.countries(1)[0])
        rows = w.accounts(
            n, "tutor_group", cc=np.full(n, c), created=w.within(n, -70, w.days - 4, "evening", TZ[c]), pay=w.new(1)[0], plan="plus",
            kind="individual", phone=np.where(w.rng.random(n) < 0.4, w.new(1)[0], w.new(n))
        )
        sheet = w.text.pool(["math", "study"], 30)
        converse(w, rows, pace(w, n, requests, 2.5, 0.5), "student", mean_turns=2.5, curve="evening", probe=0.2, first=worksheet(w, sheet))


def hackathon(w: World, people: int, requests: float) -> None:
    """Two days in one hall: new accounts, vouchers instead of cards, much code, then silence."""
    n = w.n(people)
    c = int(w.countries(1)[0])
    site, day = w.office(c, "edu", 3), int(w.rng.integers(1, max(2, w.days - 3)))
    created = (w.at(day) + (8 - TZ[c]) * HOUR + w.rng.exponential(90 * MINUTE, n)).astype(np.int64)
    rows = w.accounts(
        n, "hackathon", path="api", cc=np.full(n, c), created=created, pay=0, phone=np.where(w.rng.random(n) < 0.5, w.new(n), 0),
        plan="payg", kind="individual", signup_ip=site.ip[w.rng.integers(0, 3, n)], work_ip=site.ip[w.rng.integers(0, 3, n)],
        work_isp=site.isp[0], email_domain="gmail.com"
    )
    starter = w.text.one("system")
    w.acc["system"][rows] = np.array([starter if x < 0.45 else w.text.one("system") for x in w.rng.random(n)], object)
    converse(
        w, rows, requests / 2.2 / 1.8 * w.rng.lognormal(-0.3, 0.8, n), {"code": 6, "extract": 2, "creative": 1, "qa": 1, "agent": 1},
        mean_turns=1.8, lo=day, hi=day + 2, curve="flat", tz=0.0, gap=30, route=site_route, local=0
    )


def tutorial(w: World, readers: int, requests: float) -> None:
    """A tutorial gone round: newcomers everywhere paste the same system prompt and the same few requests, then try their own."""
    n = w.n(readers)
    day = w.rng.uniform(1, w.days * 0.5)
    created = (w.at(day) + np.minimum(w.rng.exponential(3.0, n), w.days - day - 0.2) * DAY).astype(np.int64)
    rows = w.accounts(
        n, "tutorial_reader", path="api", created=created, client=client_named("corvid-python/2.14.0"),
        plan=w.rng.choice(["free", "payg"], n, p=[0.6, 0.4]), temp=0.7, max_tokens=512, kind="individual"
    )
    w.acc["system"][rows] = w.text.one("system")
    given = w.text.pool(["code", "extract", "qa"], 9)
    who = np.repeat(rows, w.rng.poisson(requests * 0.6, n))
    begin = w.acc["created"][who] + (10 * MINUTE + w.rng.exponential(50 * MINUTE, who.size)).astype(np.int64)
    converse(w, rows, 0, "dev", starts=(who, begin), mean_turns=1.0, local=0, first=drawn(w, given))
    converse(w, rows, pace(w, n, requests * 0.6, 1.5), "dev", mean_turns=1.5, curve="study")


def content_site(w: World, sites: int, requests: float) -> None:
    """Exam and encyclopaedia sites that work through a syllabus with one account a subject; a long list, one template, every topic once."""
    for _ in range(max(1, round(sites * w.scale))):
        n = int(w.rng.integers(4, 14))
        rows = w.accounts(
            n, "syllabus_site", path="api", org=w.new(n) if w.rng.random() < 0.5 else w.new(1)[0], pay=w.new(1)[0],
            kind=w.rng.choice(["startup", "individual", "education"]), email_domain=w.domain(),
            host=int(w.net.anywhere(w.rng, 1, "host")[0]), client=int(pick_clients(w.rng, 1, "sdk")[0]), temp=0.7, max_tokens=4096,
            created=w.within(n, -80, w.days * 0.4)
        )
        w.acc["system"][rows] = w.text.one("sys_student")
        items = w.text.pool(["qa", "study", "math"], max(20, int(requests * n)))
        begin = w.at(w.rng.uniform(0, w.days * 0.3)) + np.sort(w.rng.random(len(items)) * w.days * 0.65 * DAY).astype(np.int64)
        converse(
            w, rows, 0, "broad", starts=(rows[w.rng.integers(0, n, len(items))], begin), mean_turns=1.0, local=0, route=server_route,
            first=items
        )
