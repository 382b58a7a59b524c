"""Innocent crowds: schools and events."""

import numpy as np

from . import text
from .clients import BROWSER_WEIGHTS, BROWSERS
from .people import (
    BUILD,
    BUILD_WEIGHTS,
    batch,
    countries,
    firm,
    firm_domain,
    heavy,
    interests,
    person,
    scaffold,
    school_domain,
    talk,
    turns_of,
    wrapped,
)
from .world import DAY, HOURS, World


def classroom(w: World, n: int) -> None:
    """Classes with one assignment, a notebook from the teacher and a deadline."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(18, 130)))
        country = countries(w, 1)[0]
        subject = str(w.rng.choice(["math", "science", "code_write", "sql", "data", "explain", "grade", "logic"]))
        rule = {
            "math": "wrap_reason", "science": "wrap_reason", "logic": "wrap_reason", "code_write": "wrap_code", "sql": "wrap_code",
            "grade": "wrap_judge"
        }.get(subject, "wrap_answer")
        opening = w.rng.uniform(-6, w.days * 0.6)
        deadline = min(opening + w.rng.uniform(3, 12), w.days - 0.1)
        tasks = [text.GRAMMAR.make(subject, w.rnd) for _ in range(int(w.rng.integers(10, 45)))]
        frame = scaffold(w, rule)
        notebook = w.rng.random() < 0.7
        nat = w.net.campus(country)
        acc = person(
            w, size, "classroom", country=[country] * size, kind="education", email_domain=school_domain(w),
            payment=None if w.rng.random() < 0.8 else w.digest(),
            created=((opening + w.rng.exponential(0.6, size)).clip(max=w.days - 0.2) * DAY).tolist(),
            plan=str(w.rng.choice(["free", "payg"])), pool_c=nat
        )
        w.put("pool_b", acc, [nat] * size)
        w.put("signup_pool", acc, [nat if x < 0.6 else int(p) for x, p in zip(w.rng.random(size), w.col("pool_a", acc), strict=True)])
        if notebook:
            w.put("client_a", acc, w.net.clients(size, ["python"]))
            w.put("client_b", acc, w.col("client_a", acc))
        count = w.rng.poisson(w.rng.uniform(8, 26), size)
        who = np.repeat(acc, count)
        begin = np.maximum(np.repeat(w.col("created", acc), count) / DAY, 0)
        late = w.rng.beta(2.5, 1.2, len(who))
        day = np.floor(begin + late * np.maximum(deadline - begin, 0.2))
        hour = (
            w.rng.choice(24, len(who), p=np.array(HOURS["student"]) / sum(HOURS["student"])) + w.rng.random(len(who)) - w.col("tz", who)
        ) % 24
        plan = w.plan(who, np.minimum(day * DAY + hour * 3600, deadline * DAY), turns_of(w, len(who), 1.5))
        choice = (w.rng.random(len(plan.acc)) * len(tasks)).astype(int)
        prompts = []
        for row, turn in zip(plan.row.tolist(), plan.turn.tolist(), strict=True):
            style = w.acc["style"][plan.acc[row]]
            if turn:
                prompts.append(text.styled(text.GRAMMAR.make("follow", w.rnd), style, w.rnd))
            elif notebook:
                prompts.append(wrapped(frame, tasks[choice[row]]))
            else:
                prompts.append(text.styled(tasks[choice[row]], style, w.rnd))
        system = text.system_prompt(w.rnd) if notebook else None
        w.emit(plan, prompts, system, domains=subject, gap=(3.6, 1.0), temp=0.0 if notebook and w.rng.random() < 0.4 else np.nan)
        left -= size


def hackathon(w: World, n: int) -> None:
    """Two days in one hall: new accounts, credits instead of cards, one starter kit."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(50, 220)))
        country = countries(w, 1)[0]
        day = float(np.floor(w.rng.uniform(0, w.days - 3)))
        hall = w.net.office(country, 2)
        kit = text.system_prompt(w.rnd)
        created = ((day + 0.1 + w.rng.gamma(2, 0.08, size)) * DAY).tolist()
        home = [country] * size
        acc = person(
            w, size, "hackathon", country=home, created=created, payment=None, plan="payg",
            kind=w.rng.choice(["individual", "startup", "education"], size).tolist(),
            client_a=w.net.clients(size, ["python", "node", "chain"], [5, 4, 2]), pool_a=hall, signup_pool=hall,
            **interests(w, size, home, BUILD, BUILD_WEIGHTS)
        )
        w.put("client_b", acc, w.col("client_a", acc))
        system = {int(a): kit if x < 0.5 else text.system_prompt(w.rnd) for a, x in zip(acc, w.rng.random(size), strict=True)}
        talk(w, acc, heavy(w, size, 5.0, 0.8), mean=1.7, hours="student", system=system, begin=day, end=day + 2.2, gap=(2.6, 1.0))
        left -= size


def viral_tutorial(w: World, n: int) -> None:
    """A video shows thirty lines of code: thousands paste them, with the same examples, then most stop."""
    day = w.rng.uniform(1, w.days * 0.5)
    created = ((day + w.rng.exponential(3.0, n)).clip(max=w.days - 0.3) * DAY).tolist()
    subject = str(w.rng.choice(["explain", "math", "creative", "market", "code_write", "data"]))
    examples = [text.GRAMMAR.make(subject, w.rnd) for _ in range(9)]
    system = text.system_prompt(w.rnd)
    frame = scaffold(w, "wrap_answer")
    acc = person(
        w, n, "viral_tutorial", created=created, plan="free", payment=None,
        client_a=w.net.clients(n, ["python", "requests", "node"], [8, 2, 3])
    )
    count = 2 + w.rng.poisson(9, n)
    own = w.rng.random(n) < 0.6
    who = np.repeat(acc, count)
    at = np.repeat(w.col("created", acc), count) + w.rng.exponential(20000, len(who)) + 100
    plan = w.plan(who, at, np.ones(len(who), dtype=np.int64))
    keep_own = dict(zip(acc.tolist(), own.tolist(), strict=True))
    prompts = []
    for a in plan.acc.tolist():
        fresh = keep_own[a] and w.rnd.random() < 0.6
        task = text.GRAMMAR.make(subject, w.rnd) if fresh else examples[int(w.rnd.random() ** 2 * 9)]
        prompts.append(wrapped(frame, text.styled(task, w.acc["style"][a] if fresh else 0, w.rnd)))
    w.emit(plan, prompts, system, domains=subject, temp=0.7, max_tokens=1000)


def training_day(w: World, n: int) -> None:
    """A firm teaches its staff: forty exercises for everybody on one day."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(25, 110)))
        day = float(np.floor(w.rng.uniform(0.5, w.days - 2)))
        acc = firm(
            w, size, "training_day", countries(w, 1)[0], created=((day + w.rng.uniform(0.2, 0.4, size)) * DAY).tolist(),
            client_a=w.net.clients(size, BROWSERS, BROWSER_WEIGHTS)
        )
        tasks = [text.GRAMMAR.make(str(w.rng.choice(["email", "summary", "data", "rewrite", "market"])), w.rnd) for _ in range(30)]
        who, at = w.starts(acc, 14.0, "work", 1.0, day, day + 1)
        plan = w.plan(who, at, turns_of(w, len(who), 1.6))
        step = np.argsort(np.argsort(plan.start)) * len(tasks) // max(len(plan.acc), 1)
        prompts = [
            tasks[min(int(step[r]), 29)] if t == 0 else text.GRAMMAR.make("follow", w.rnd)
            for r, t in zip(plan.row.tolist(), plan.turn.tolist(), strict=True)
        ]
        w.emit(plan, prompts, domains="email")
        talk(w, acc, 0.15, hours="work", weekend=0.1, begin=day + 1)
        left -= size


def tutoring_firm(w: World, n: int) -> None:
    """A tutoring chain: centres and tutors on one bill; worked solutions for exercise sheets."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(10, 70)))
        country = countries(w, 1, ["IN", "KR", "US", "TR", "GB", "ID", "CN", "HK"])[0]
        acc = person(
            w, size, "tutoring_firm", country=[country] * size, kind="education", payment=w.digest(), email_domain=firm_domain(w),
            client_a=[int(w.net.clients(1, ["python", "chrome_win"])[0])] * size
        )
        frame = scaffold(w, "wrap_reason")
        who, at = w.starts(acc, 0.25, "evening", 0.8)
        batch(
            w, who, at, 3 + w.rng.poisson(6, len(who)),
            lambda p, f=frame: [
                wrapped(f, text.GRAMMAR.make(str(s), w.rnd)) for s in w.rng.choice(["math", "science", "logic"], p.size, p=[0.6, 0.3, 0.1])
            ],
            None, domains="math", pace=(3.6, 1.0), max_tokens=3000
        )
        left -= size


def edtech_grading(w: World, n: int) -> None:
    """Schools on one marking product: teachers' accounts, one rubric template, the vendor's servers."""
    left = n
    servers, system, frame = w.net.server(4, same_net=True, mode=2), text.system_prompt(w.rnd), scaffold(w, "wrap_judge")
    while left > 0:
        size = min(left, int(w.rng.integers(4, 40)))
        country = countries(w, 1)[0]
        acc = firm(
            w, size, "edtech_grading", country, kind="education", email_domain=school_domain(w),
            client_a=[w.net.client("node", 2, 0)] * size
        )
        who, at = w.starts(acc, 0.18, "evening", 0.5)
        batch(
            w, who, at, 5 + w.rng.poisson(20, len(who)),
            lambda p: [wrapped(frame, text.GRAMMAR.make("grade", w.rnd)) for _ in range(p.size)], system, domains="grade", pool=servers,
            temp=0.0, max_tokens=700, pace=(1.0, 0.5)
        )
        left -= size
