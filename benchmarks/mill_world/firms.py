"""Innocent crowds: firms that build with the model."""

import numpy as np

from . import text
from .clients import SDK_WEIGHTS, SDKS
from .people import BUILD, batch, countries, firm, firm_domain, heavy, person, scaffold, talk, turns_of, wrapped
from .world import BASE, DAY, MINI, World, hash64


def firm_gateway(w: World, n: int) -> None:
    """Companies behind one proxy with one internal app."""
    left = n
    while left > 0:
        size = min(left, int(np.clip(np.exp(w.rng.normal(3.4, 0.8)), 6, 240)))
        program = int(w.net.clients(1, ["node", "java", "dotnet", "go", "python"])[0])
        acc = firm(w, size, "firm_gateway", countries(w, 1)[0], client_a=[program] * size)
        w.put("pool_b", acc, [-1] * size)
        talk(
            w, acc, heavy(w, size, 0.3, 0.9), mean=2.2, hours="work", weekend=0.08, system=text.system_prompt(w.rnd), max_tokens=2048,
            tools=hash64("firm", w.token(8)) if w.rng.random() < 0.25 else 0, context=float(w.rng.choice([0, 0, 900, 2600, 6000])), temp=0.3
        )
        left -= size


def agency(w: World, n: int) -> None:
    """Agencies: an account for each client, one card, one office, one template."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(5, 45)))
        country = countries(w, 1)[0]
        office = w.net.office(country)
        created = (np.cumsum(w.rng.exponential(9, size)) - w.rng.uniform(60, 300)).clip(max=w.days * 0.9) * DAY
        acc = person(
            w, size, "agency", country=[country] * size, kind="startup", email_domain=firm_domain(w), payment=w.digest(), phone=w.digest(),
            created=created.tolist(), client_a=[int(w.net.clients(1, ["python", "flow", "chrome_mac"])[0])] * size, pool_a=office,
            pool_b=-1, dom_a="market", dom_b="rewrite"
        )
        talk(w, acc, heavy(w, size, 0.7, 0.8), mean=1.8, hours="work", weekend=0.1, system=text.system_prompt(w.rnd))
        left -= size


def ci_jobs(w: World, n: int) -> None:
    """Review bots in build pipelines: runners in the cloud, bursts after each push."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(3, 24)))
        acc = firm(
            w, size, "ci_jobs", countries(w, 1)[0], client_a=[int(w.net.clients(1, ["node", "python", "curl"])[0])] * size,
            pool_a=w.net.server(40, mode=0)
        )
        w.put("pool_b", acc, [-1] * size)
        frame, system = scaffold(w, "wrap_code"), text.system_prompt(w.rnd)
        who, at = w.starts(acc, 2.0, "work", 0.15)
        batch(
            w, who, at, 1 + w.rng.poisson(3, len(who)),
            lambda p, f=frame: [wrapped(f, text.GRAMMAR.make("code_review", w.rnd)) for _ in range(p.size)], system, domains="code_review",
            temp=0.0, max_tokens=1200, pace=(0.8, 0.6)
        )
        left -= size


def migration(w: World, n: int) -> None:
    """A firm moves from another provider and replays its backlog over regional accounts, at night, for some days."""
    country = countries(w, 1)[0]
    day = w.rng.uniform(1, max(w.days - 6, 2))
    acc = firm(
        w, n, "migration", country, created=((day - 0.4 + w.rng.uniform(0, 0.3, n)) * DAY).tolist(),
        client_a=[w.net.client("python_async", 2, 1)] * n, pool_a=w.net.server(6, same_net=True), plan="scale"
    )
    subject = str(w.rng.choice(["support", "classify", "extract", "summary", "translate"]))
    system = text.system_prompt(w.rnd)
    nights = int(w.rng.integers(3, 6))
    who = np.repeat(acc, nights)
    at = (np.floor(day) + np.tile(np.arange(nights), n) + 0.05) * DAY + w.rng.exponential(600, len(who))
    batch(
        w, who, at, w.rng.poisson(90, len(who)), lambda p: text.compose([subject] * p.size, w.rnd, w.rng.integers(0, 512, p.size)), system,
        domains=subject, temp=0.0, max_tokens=512, pace=(2.2, 0.8)
    )


def support_bots(w: World, n: int) -> None:
    """Shops and call centres: few accounts, steady heavy traffic of real customers through one template."""
    for _ in range(n):
        country = countries(w, 1)[0]
        acc = firm(
            w, 1, "support_bots", country, client_a=w.net.clients(1, SDKS, SDK_WEIGHTS), pool_a=w.net.server(2, same_net=True), plan="scale"
        )
        w.put("pool_b", acc, [-1])
        subject = str(w.rng.choice(["support", "classify", "moderate", "extract", "contract", "translate"]))
        who, at = w.starts(acc, float(np.clip(heavy(w, 1, 11, 0.9)[0], 3, 90)), "evening", 0.8)
        plan = w.plan(who, at, turns_of(w, len(who), 2.0) if subject == "support" else np.ones(len(who), dtype=np.int64))
        rules = [subject if t == 0 else "follow" for t in plan.turn.tolist()]
        habits = w.rng.integers(0, 1024, len(plan.acc))[plan.row] if plan.size else []
        prompts = text.compose(rules, w.rnd, habits)
        w.emit(
            plan, prompts, text.system_prompt(w.rnd), domains=subject, tools=hash64("bot", w.token(8)) if w.rng.random() < 0.4 else 0,
            context=float(w.rng.choice([0, 400, 1800])), temp=0.2, max_tokens=600, model=int(w.rng.choice([MINI, BASE]))
        )


def stage_shops(w: World, n: int) -> None:
    """Software houses with accounts for development, staging and production; load tests send the same text."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(3, 9)))
        acc = firm(w, size, "stage_shops", countries(w, 1)[0], client_a=[int(w.net.clients(1, ["node", "java", "go"])[0])] * size)
        w.put("dom_a", acc, [str(w.rng.choice(BUILD))] * size)
        talk(w, acc, 1.2, mean=1.5, hours="work", weekend=0.1, system=text.system_prompt(w.rnd), gap=(1.5, 1.0))
        if w.rng.random() < 0.4:  # a monitor asks every few hours whether the model answers
            word = str(w.rng.choice(["hi", "ping", "Hello", "test"]))
            every = np.tile(np.arange(0, w.days, 0.25), size)
            check = w.plan(
                np.repeat(acc, len(every) // size), every * DAY + w.rng.uniform(0, 60, len(every)), np.ones(len(every), dtype=np.int64)
            )
            w.emit(check, [word] * check.size, None, domains="classify", max_tokens=16, model=MINI)
        tests = [text.GRAMMAR.make("support", w.rnd) for _ in range(5)]
        day = w.rng.uniform(0.5, w.days - 0.5)
        batch(
            w, acc[:2], np.full(min(2, size), day * DAY), np.full(min(2, size), 60), lambda p, t=tests: [t[i % 5] for i in range(p.size)],
            "load test", domains="support", pace=(-1.0, 0.3)
        )
        left -= size
