"""Innocent learners and who serves them: classes, courses, exams, camps, tutors, groups that make data by permission."""

from dataclasses import replace

import numpy as np

from .arrays import choose, only
from .carriers import EDU_MIX
from .habits import STUDENT_MIX, pick
from .hours import around, interests, starts
from .log import talk
from .network import consumer_net, host_net, site_net
from .profiles import API, APP
from .subjects import SUBJECTS, first_turns
from .text import draw
from .world import DAY, World


def students(w: World, n: int) -> None:
    """Pupils and students on their own."""
    p = replace(
        APP, said={"individual": 0.6, "education": 0.4}, email={"none": 0.4, "free": 0.45, "uni": 0.15}, hours="school", growth=150.0
    )
    g = w.join(n, "student", p, consumer_net(w.rng, n))
    who, ts = starts(w, g, 0.75, 1.0)
    talk(w, g, who, ts, interests(w, g, who, STUDENT_MIX), turns=1.4)


def classrooms(w: World, n: int, at: float | None = None) -> None:
    """Classes with one assignment: accounts opened in the first lesson, the same questions on the same evening, one campus network."""
    rng = w.rng
    k = max(n // 45, 1)
    room = np.sort(rng.integers(k, size=n))
    sites = np.repeat(w.ints(max(k // 3, 1)), 3)[:k] if k >= 3 else w.ints(k)
    day0 = rng.uniform(-30, w.days * 0.6, k) if at is None else at + rng.uniform(0, 2, k)
    net = site_net(rng, sites[np.minimum(room, len(sites) - 1)], EDU_MIX, 0.45, 2)
    created = np.where(rng.random(n) < 0.75, day0[room] * DAY + rng.uniform(0, 4000, n), day0[room] * DAY - rng.exponential(60 * DAY, n))
    dom = np.array([f"students.{a}{i % 7 + 1}.ac.ke" for i, a in enumerate(draw(rng, "word_uni", k))], dtype=object)
    p = replace(
        APP, said={"education": 0.75, "individual": 0.25}, email={"free": 0.8, "none": 0.2}, hours="school", life=60.0,
        client={"chrome_desktop": 50, "android_app": 30, "firefox": 8, "chrome_mobile": 12}
    )
    g = w.join(n, "classroom", p, net, created=created, domain=only(rng.random(n) < 0.55, dom[room]))
    for _ in range(3):
        subject = choose(rng, {"exam": 3, "essay": 3, "code": 3, "math": 3, "science": 2, "hard": 0.5}, k)
        when = day0 + rng.choice([0.02, 1.3, 3.4, 7.2, 8.3, 14.4], size=k)
        tasks = [draw(rng, SUBJECTS[d].opening, 5) for d in subject]
        took = np.flatnonzero(rng.random(n) < 0.75)
        reps = np.repeat(took, rng.integers(1, 5, size=len(took)))
        ts = when[room[reps]] * DAY + rng.gamma(2.0, 2500.0, len(reps))
        order = rng.integers(5, size=len(reps))
        opener = np.array([tasks[room[a]][o] for a, o in zip(reps, order, strict=True)], dtype=object)
        ok = (ts > g.start[reps]) & (ts < w.span)
        talk(w, g, reps[ok], ts[ok], subject[room[reps]][ok], openers=opener[ok], turns=1.2)
    who, ts = starts(w, g, 0.12, 0.9)
    talk(w, g, who, ts, interests(w, g, who, STUDENT_MIX), turns=1.2)


def notebook_course(w: World, n: int, at: float) -> None:
    """A programming course: learners run the teacher's notebook through the API, same code, same system text, temperature in a loop."""
    rng = w.rng
    net = site_net(rng, np.repeat(w.ints(2), [n // 2, n - n // 2]), EDU_MIX, 0.3, 2)
    sysm = np.full(n, draw(rng, "sys_classify", 1)[0], dtype=object)
    p = replace(
        API, said={"education": 0.9, "individual": 0.1}, plan={"free": 1}, client={"py_sdk": 1}, email={"free": 0.4, "uni": 0.6},
        pay={"none": 1}, life=20.0, p_temp=0.0
    )
    g = w.join(n, "notebook_course", p, net, created=around(w, at, n, 0.4), system=sysm)
    pool = draw(rng, "classify_q", 60)
    for lesson in (0.1, 2.0, 7.0):
        reps = np.repeat(np.arange(n), rng.poisson(12, n))
        ts = (at + lesson) * DAY + rng.gamma(2, 1800, n)[reps] + rng.exponential(900, len(reps))
        ok = (ts > g.start[reps]) & (ts < w.span)
        talk(
            w, g, reps[ok], ts[ok], "classify", openers=pool[rng.integers(len(pool), size=int(ok.sum()))],
            temp=rng.choice([0.0, 0.5, 1.0], size=int(ok.sum())), plain=True
        )


def exam_crammers(w: World, n: int) -> None:
    """Learners before a national exam: leaked 'likely questions' forwarded in chat groups, sent by hundreds within a day."""
    rng = w.rng
    g = w.join(
        n, "exam_crammer", replace(APP, growth=25.0, hours="school", said={"education": 0.3, "individual": 0.7}), consumer_net(rng, n)
    )
    forwarded = draw(rng, "exam_q", 45)
    wave = rng.uniform(1, w.days - 1, 15) * DAY
    who, ts = starts(w, g, 0.5, 0.9)
    opener = first_turns(rng, np.full(len(who), "exam", dtype=object))
    hot = np.flatnonzero(rng.random(len(who)) < 0.45)
    q = rng.integers(45, size=len(hot))
    opener[hot] = forwarded[q]
    t2 = wave[q % 15] + rng.gamma(1.5, 20000, len(hot))
    ts[hot] = np.where((t2 > g.start[who[hot]]) & (t2 < w.span), t2, ts[hot])
    talk(w, g, who, ts, "exam", openers=opener, turns=0.8)


def maths_camps(w: World, n: int) -> None:
    """Olympiad training: pupils and trainers on the reasoning model with the same problem sheets."""
    rng = w.rng
    sheets = draw(rng, "hard_q", 120)
    p = replace(
        APP, said={"education": 0.7, "individual": 0.3}, models={"baraza-2-think": 0.9, "baraza-2": 0.1}, hours="school", growth=60.0
    )
    g = w.join(n, "maths_camp", p, site_net(rng, w.ints(3)[rng.integers(3, size=n)], EDU_MIX, 0.5, 2))
    who, ts = starts(w, g, 0.9, 0.8)
    opener = np.where(rng.random(len(who)) < 0.6, pick(w, sheets, len(who)), draw(rng, "hard_q", len(who)))
    talk(w, g, who, ts, "hard", openers=opener, turns=1.0)


def tutoring_apps(w: World, n: int) -> None:
    """Learning apps on the reasoning model."""
    p = replace(
        API, said={"startup": 0.7, "education": 0.3}, plan={"payg": 0.7, "contract": 0.3}, p_system=1.0, system="sys_tutor", hours="school",
        life=500.0, models={"baraza-2-think": 0.7, "baraza-2": 0.3}, verified=0.2, sessions=0.6
    )
    g = w.join(n, "tutoring_app", p, host_net(w.rng, n))
    who, ts = starts(w, g, 35.0, 0.9, clump=0.0)
    talk(w, g, who, ts, choose(w.rng, {"math": 5, "exam": 3, "hard": 1, "science": 2}, len(who)), turns=1.2)


def synth_researchers(w: World, n: int) -> None:
    """University groups with written permission to make small teaching data sets, and people who test robustness with paraphrases."""
    p = replace(
        API, said={"research": 1}, plan={"payg": 0.5, "contract": 0.5}, verified=0.7, email={"uni": 0.8, "free": 0.2}, p_temp=0.9,
        temps=(0.7, 1.0), phone=0.3
    )
    g = w.join(n, "synth_research", p, site_net(w.rng, w.ints(n), EDU_MIX, 0.0))
    who, ts = starts(w, g, 14.0, 0.8, clump=0.9, clump_s=8.0)
    talk(w, g, who, ts, choose(w.rng, {"polished": 2, "persona": 1, "deepen": 1, "knowledge": 1}, len(who)), plain=True)
