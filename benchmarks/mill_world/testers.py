"""Innocent crowds: who evaluates, labels, surveys or makes data by contract."""

import numpy as np

from . import text
from .people import BUILD, batch, countries, firm, scaffold, school_domain, wrapped
from .world import BASE, DAY, MINI, NEW, THINK, Array, Plan, World


def eval_team(w: World, n: int) -> None:
    """Evaluation teams: a benchmark through several accounts, every item at temperature 0, again for each model."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(2, 9)))
        kind = str(w.rng.choice(["research", "startup", "enterprise"]))
        acc = firm(
            w, size, "eval_team", countries(w, 1)[0], kind=kind, plan="scale",
            client_a=[w.net.client("evalkit", 1, int(w.rng.integers(0, 4)))] * size, pool_a=w.net.server(3, same_net=True)
        )
        w.put("pool_b", acc, [-1] * size)
        subject = str(w.rng.choice(["math", "science", "logic", "code_write", "grade", "pair", "translate", "es"]))
        rule = {
            "code_write": "wrap_code", "grade": "wrap_judge", "pair": "wrap_judge", "translate": "wrap_answer", "es": "wrap_answer"
        }.get(subject, "wrap_reason")
        frame = scaffold(w, rule)
        items = [wrapped(frame, text.GRAMMAR.make(subject, w.rnd)) for _ in range(int(w.rng.integers(150, 500)))]
        limit = int(w.rng.choice([1024, 2048, 4096, 8192, 16000]))
        runs = int(w.rng.integers(2, 5))
        for model in w.rng.choice([BASE, THINK, NEW, MINI], runs).tolist():
            day = w.rng.uniform(0.2, w.days - 0.6)
            part = np.full(size, len(items) // size)
            base = np.repeat(np.arange(size) * (len(items) // size), part)
            order = base + np.concatenate([np.arange(p) for p in part])

            def texts(p: Plan, order: Array = order, items: list[str] = items) -> list[str]:
                return [items[i] for i in order[: p.size].tolist()]

            batch(
                w, acc, np.full(size, day * DAY), part, texts, None, domains=subject, temp=0.0, max_tokens=limit, model=int(model),
                pace=(0.6, 0.5)
            )
        left -= size


def regression_suite(w: World, n: int) -> None:
    """Product teams: the same two hundred prompts every night at the same minute."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(2, 5)))
        acc = firm(
            w, size, "regression_suite", countries(w, 1)[0], client_a=[int(w.net.clients(1, ["node", "python"])[0])] * size,
            pool_a=w.net.server(30)
        )
        subjects = w.rng.choice(BUILD, 40).tolist()
        items = text.compose(subjects, w.rnd, w.rng.integers(0, 512, 40))
        nights = np.arange(w.days)
        who = np.repeat(acc, len(nights))
        at = (np.tile(nights, size) + w.rng.uniform(0, 1)) * DAY + w.rng.uniform(0, 50, len(who))
        batch(
            w, who, at % w.end, np.full(len(who), 40), lambda p, items=items: [items[i % 40] for i in range(p.size)],
            text.system_prompt(w.rnd), domains="support", temp=0.0, max_tokens=800
        )
        left -= size


def labelling_firm(w: World, n: int) -> None:
    """A data service that labels the goods, tickets or replies of its clients: an account for each project, parallel runs."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(6, 26)))
        acc = firm(
            w, size, "labelling_firm", countries(w, 1, ["IN", "PH", "KE", "PL", "US", "VN"])[0],
            client_a=[int(w.net.clients(1, ["python_async", "aiohttp"])[0])] * size, plan="scale"
        )
        for account in acc.tolist():
            subject = str(w.rng.choice(["classify", "extract", "moderate", "pair", "grade", "translate"]))
            frame, system = scaffold(w, "wrap_judge" if subject in ("pair", "grade") else "wrap_answer"), text.system_prompt(w.rnd)
            who, at = w.starts(np.array([account]), 0.5, "work", 0.2)
            batch(
                w, who, at, 10 + w.rng.poisson(24, len(who)),
                lambda p, f=frame, s=subject: [wrapped(f, text.GRAMMAR.make(s, w.rnd)) for _ in range(p.size)], system, domains=subject,
                temp=0.0, max_tokens=400, pace=(0.9, 0.6)
            )
        left -= size


def lab_survey(w: World, n: int) -> None:
    """Social scientists who ask invented persons, with a contract for research."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(2, 7)))
        country = countries(w, 1)[0]
        acc = firm(
            w, size, "lab_survey", country, kind="research", verified=True, email_domain=school_domain(w), pool_a=w.net.campus(country, 2),
            client_a=[int(w.net.clients(1, ["python", "httpx"])[0])] * size
        )
        who, at = w.starts(acc, 0.35, "work", 0.3)
        batch(
            w, who, at, 20 + w.rng.poisson(60, len(who)), lambda p: text.compose(["survey"] * p.size, w.rnd), None, domains="survey",
            temp=1.0, max_tokens=200, pace=(0.7, 0.5)
        )
        left -= size


def contract_synth(w: World, n: int) -> None:
    """Firms that have a written licence to make training sets for their own small classifiers."""
    for _ in range(n):
        acc = firm(
            w, 1, "contract_synth", countries(w, 1)[0], verified=True, kind="enterprise", plan="scale",
            client_a=w.net.clients(1, ["python_async"]), pool_a=w.net.server(2)
        )
        subject = str(w.rng.choice(["explain", "math", "support", "creative", "code_write"]))
        frame = scaffold(w, "wrap_answer")
        who, at = w.starts(acc, 0.8, "flat", 0.9)
        batch(
            w, who, at, 20 + w.rng.poisson(60, len(who)),
            lambda p, f=frame, s=subject: [wrapped(f, text.GRAMMAR.make(s, w.rnd)) for _ in range(p.size)], None, domains=subject, temp=0.9,
            max_tokens=2048
        )
