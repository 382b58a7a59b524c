"""Innocent crowds: services that stand between customers and the model."""

import numpy as np

from . import text
from .people import (
    BUILD,
    BUILD_WEIGHTS,
    CHAT,
    CHAT_WEIGHTS,
    batch,
    countries,
    firm_domain,
    heavy,
    interests,
    person,
    scaffold,
    talk,
    turns_of,
    wrapped,
)
from .private import agent_loops
from .world import DAY, World, hash64


def byok_vendor(w: World, n: int) -> None:
    """An app vendor: customers bring keys; one template, the vendor's servers, many unrelated owners."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(30, 260)))
        subject = str(w.rng.choice(["market", "extract", "support", "summary", "email", "code_review", "math", "creative", "grade"]))
        frame = scaffold(w, {"code_review": "wrap_code", "math": "wrap_reason", "grade": "wrap_judge"}.get(subject, "wrap_answer"))
        servers = w.net.server(int(w.rng.integers(2, 9)), same_net=True, mode=2)
        program = int(w.net.clients(1, ["node", "python_async", "go", "axios"])[0])
        system = text.system_prompt(w.rnd)
        acc = person(
            w, size, "byok_vendor", client_a=[program] * size,
            kind=w.rng.choice(["individual", "startup", "enterprise"], size, p=[0.5, 0.4, 0.1]).tolist()
        )
        who, at = w.starts(acc, heavy(w, size, 0.45, 1.1), "work", 0.5)
        plan = w.plan(who, at, np.ones(len(who), dtype=np.int64))
        prompts = [wrapped(frame, text.styled(text.GRAMMAR.make(subject, w.rnd), w.acc["style"][a], w.rnd)) for a in plan.acc.tolist()]
        w.emit(plan, prompts, system, domains=subject, pool=servers, temp=0.5, max_tokens=1500, stream=True)
        left -= size


def plugin_users(w: World, n: int) -> None:
    """Users of editor and spreadsheet plugins: one user agent, one system text, own homes and keys."""
    for family, subject, share in (("ide", "code_review", 0.6), ("sheet", "extract", 0.4)):
        size = max(2, round(n * share))
        acc = person(w, size, "plugin_users", client_a=w.net.clients(size, [family]), plan="payg", new=0.3)
        system = text.system_prompt(w.rnd)
        frame = scaffold(w, "wrap_code" if family == "ide" else "wrap_answer")
        who, at = w.starts(acc, heavy(w, size, 0.5, 1.0), "work", 0.3)
        plan = w.plan(who, at, turns_of(w, len(who), 1.4))
        prompts = [
            wrapped(frame, text.GRAMMAR.make(subject, w.rnd))
            if t == 0
            else text.styled(text.GRAMMAR.make("follow", w.rnd), w.acc["style"][plan.acc[r]], w.rnd)
            for r, t in zip(plan.row.tolist(), plan.turn.tolist(), strict=True)
        ]
        w.emit(plan, prompts, system, domains=subject, temp=0.1, max_tokens=4096, stream=family == "ide")


def flow_users(w: World, n: int) -> None:
    """Owners of automations on a no-code platform: its servers, its user agent, templates from its market."""
    servers = w.net.server(24, asn=14618, mode=2)
    recipes = [
        (scaffold(w, "wrap_answer"), str(s)) for s in w.rng.choice(["email", "summary", "market", "classify", "extract", "support"], 8)
    ]
    acc = person(w, n, "flow_users", client_a=w.net.clients(n, ["flow"]), kind=w.rng.choice(["individual", "startup"], n).tolist())
    which = dict(zip(acc.tolist(), (w.rng.random(n) ** 2 * 8).astype(int).tolist(), strict=True))
    every = np.repeat(acc, w.rng.poisson(heavy(w, n, 0.6, 1.0) * w.days))
    minute = dict(zip(acc.tolist(), w.rng.uniform(0, 1, n), strict=True))
    at = (w.rng.integers(0, w.days, len(every)) + np.array([minute[a] for a in every.tolist()])) * DAY + w.rng.exponential(20, len(every))
    plan = w.plan(every, at, np.ones(len(every), dtype=np.int64))
    chosen = [recipes[which[a]] for a in plan.acc.tolist()]
    w.emit(
        plan, [wrapped(f, text.GRAMMAR.make(s, w.rnd)) for f, s in chosen], None, domains=[s for _, s in chosen], pool=servers,
        max_tokens=1000
    )


def scaffold_community(w: World, n: int) -> None:
    """Users of an open agent framework: the same system text and tools, each on an own project."""
    family = [w.net.client("chain", v, s) for v, s in ((0, 0), (1, 0), (1, 1), (2, 0), (2, 2))]
    acc = person(w, n, "scaffold_community", client_a=w.rng.choice(family, n).tolist())
    w.put("pool_b", acc, [w.net.server() if x < 0.3 else int(p) for x, p in zip(w.rng.random(n), w.col("pool_b", acc), strict=True)])
    system = text.system_prompt(w.rnd)
    tools = {int(a): hash64("chainkit", str(int(x * 4))) for a, x in zip(acc, w.rng.random(n) ** 2, strict=True)}
    agent_loops(w, acc, heavy(w, n, 0.16, 0.9), dict.fromkeys(acc.tolist(), system), tools, hours="evening", temp=0.0)


def reseller_honest(w: World, n: int) -> None:
    """A contracted reseller: its customers are accounts under one organisation and bill, behind its gateway."""
    servers = w.net.server(6, same_net=True, mode=2)
    org, card, domain = "org_" + w.token(14), w.digest(), firm_domain(w)
    acc = person(
        w, n, "reseller_honest", org=org, payment=card, email_domain=domain, phone=None, access_type="passthrough", verified=True,
        kind="enterprise", plan="scale", client_a=[w.net.client("go", 1, 1)] * n, pool_a=servers, pool_b=-1
    )
    talk(w, acc, heavy(w, n, 0.4, 1.1), mean=2.2, gap=(3.5, 1.0))


def cloud_tenants(w: World, n: int, cloud: str = "nimbus") -> None:
    """Customers of a cloud that sells the model: no addresses, no programs, few details of the persons."""
    home = countries(w, n)
    acc = person(
        w, n, "cloud_tenants", country=home, org=["org_" + w.token(14) for _ in range(n)], email_domain=None, phone=None, email_hash=None,
        access_type="passthrough", payment=None, verified=(w.rng.random(n) < 0.5).tolist(),
        kind=w.rng.choice(["startup", "enterprise"], n).tolist(), signup_pool=-1, plan="team", **interests(w, n, home, BUILD, BUILD_WEIGHTS)
    )
    system = {int(a): text.system_prompt(w.rnd) if x < 0.8 else None for a, x in zip(acc, w.rng.random(n), strict=True)}
    who, at = w.starts(acc, heavy(w, n, 0.25, 1.2), "work", 0.4)
    counts = np.minimum(1 + w.rng.poisson(heavy(w, len(who), 2, 0.8)), 60)
    subject = {int(a): str(d) for a, d in zip(acc, w.col("dom_a", acc), strict=True)}
    batch(
        w, who, at, counts, lambda p: text.compose([subject[a] for a in p.acc.tolist()], w.rnd, w.rng.integers(0, 512, p.size)),
        lambda p: [system[a] for a in p.acc.tolist()], domains="support", path=cloud, pace=(2.4, 1.2), max_tokens=1024
    )


def grey_relay(w: World, n: int) -> None:
    """A seller of cheap shared chat access: accounts on stolen or gift cards, with ordinary chatters; nothing is kept for training."""
    cards = [w.digest() for _ in range(max(2, n // 6))]
    servers = w.net.server(3, mode=2)
    acc = person(
        w, n, "grey_relay", created=(w.rng.uniform(-12, w.days * 0.5, n) * DAY).tolist(), payment=w.rng.choice(cards, n).tolist(),
        client_a=[w.net.client("axios", 1, 0)] * n, phone=w.digests(n, 0.6), pool_b=-1, plan="pro"
    )
    caught = acc[w.rng.random(n) < 0.2]
    w.put("banned", caught, (w.rng.uniform(0.5, 1.0, len(caught)) * w.end).tolist())
    who, at = w.starts(acc, heavy(w, n, 2.2, 0.6), "evening", 0.9)
    plan = w.plan(who, at, turns_of(w, len(who), 2.4))
    share = np.array(CHAT_WEIGHTS) / np.sum(CHAT_WEIGHTS)
    domains = w.rng.choice(CHAT, len(plan.acc), p=share).tolist()
    habits = w.rng.integers(0, 1024, len(plan.acc))[plan.row] if plan.size else []
    rules = [domains[r] if t == 0 else "follow" for r, t in zip(plan.row.tolist(), plan.turn.tolist(), strict=True)]
    w.emit(plan, text.compose(rules, w.rnd, habits), domains=domains, pool=servers, stream=True)
