"""Innocent crowds: firms, products and their customers."""

import numpy as np

from .clock import Turns
from .hashing import pick
from .hours import DAY
from .manners import ALL_TASKS, FITTING, TIERS, Cols, batches, settings, systems
from .network import Seats, same, seats
from .world import World


def indie_apps(w: World, n: int, ev: float) -> None:
    """Small products: one account, a server, end users' many topics; Pareto sizes."""
    rng = w.rng
    seat = seats(rng, n, net={"cloud": 10, "home": 1})
    g = w.enrol(
        n, "indie_app", says={"startup": 6, "individual": 4, "enterprise": 1}, seat=seat, plan={"payg": 70, "growth": 30}, org=0.45,
        birth=w.born(n, 0.15), verified=0.12
    )
    tn = w.turns(g, ev, "server", sigma=1.7, turns=1.9, gap=45, batch=0.1)
    niche = w.niches(n, ALL_TASKS)
    w.play(
        g, tn, w.talk(tn, ALL_TASKS, own=0.88, niche=niche, rough=0.35), system=systems(w, n, tn.who, 0.9, niche=niche),
        model=w.models(tn.who, tn.t, TIERS, lag_days=4), extra=(rng.choice([0, 0, 300, 1500, 3000], n))[tn.who], **settings(w, n, tn.who)
    )


def rag_bots(w: World, n: int, ev: float) -> None:
    """Company help bots answering from passages."""
    g = w.enrol(
        n, "rag_bot", says={"startup": 4, "enterprise": 5}, seat=seats(w.rng, n, net="cloud"), mail="company", org=0.6, verified=0.3,
        plan={"payg": 3, "growth": 5, "enterprise": 2}, path={"api": 8, "cloud_a": 2, "cloud_b": 0.7}
    )
    tn = w.turns(g, ev, "office", sigma=1.3, turns=1.7, gap=50)
    w.play(
        g, tn, w.talk(tn, {"rag": 8, "support": 3}, follow={"rag": 2, "support": 1, "follow": 1}, rough=0.1),
        system=systems(w, n, tn.who, 1.0, "sys_docs"), model=w.models(tn.who, tn.t, {"mini": 3, "base": 5, "pro": 2}),
        extra=w.rng.integers(500, 6000, n)[tn.who], **settings(w, n, tn.who)
    )


def byok_vendor(w: World, n: int, ev: float) -> None:
    """Customers of a template vendor who gave it their keys: one system prompt, one exit address, own tasks."""
    rng = w.rng
    for part in np.array_split(np.arange(n), max(1, n // 90)):
        m = len(part)
        if not m:
            continue
        one = seats(rng, 1, net="cloud")
        seat = same(one, m).moved(host=int(one.host[0]) + rng.integers(0, 3, m))
        home = seats(rng, m)
        g = w.enrol(m, "template_customer", says={"individual": 5, "startup": 4}, seat=seat, signup=home, birth=w.born(m, 0.35), org=0.15)
        kind = str(pick(rng, {"seo": 4, "write": 3, "explain": 2, "rp": 1.5, "support": 2, "translate": 1.5}, 1)[0])
        rule = {kind: 1.0}
        tn = w.turns(g, ev * m / n, "evening", sigma=1.2, turns=1.2, batch=0.3)
        w.play(
            g, tn, w.talk(tn, rule, rough=0.1), system=str(w.text.expand(FITTING[kind], 1)[0]),
            model="halden-base-2" if rng.random() < 0.6 else "halden-mini-2", temp=np.float32(0.7), max_tokens=1024, med=380.0
        )


def corporate(w: World, n: int, ev: float) -> None:
    """Firms whose staff or departments hold accounts behind one proxy and one internal app; often no organisation id."""
    rng = w.rng
    for m in batches(w, n, 5, 45):
        one = seats(rng, 1, net="office", mix={"java": 3, "dotnet": 3, "node_sdk": 2, "py_sdk": 2})
        card = w.handles(1)
        g = w.enrol(
            m, "corporate", says={"enterprise": 6, "startup": 4}, seat=same(one, m), birth=w.born(m, 0.1),
            mail=np.full(m, w.domains(1, "company")[0], object), org=np.full(m, w.handles(1)[0] if rng.random() < 0.5 else 0),
            pay=np.full(m, card[0]) if rng.random() < 0.6 else None, verified=0.5, plan={"growth": 6, "enterprise": 4},
            path={"api": 4, "cloud_a": 1} if rng.random() < 0.25 else "api"
        )
        tn = w.turns(g, ev * m / n, "office", sigma=0.9, turns=2.0, gap=120)
        rules = {str(r): 1.0 for r in pick(rng, {"summ": 3, "write": 3, "sql": 2, "legal": 2, "rag": 3, "coding": 3, "translate": 2}, 3)}
        tool = str(w.text.expand(FITTING.get(next(iter(rules)), "sys_app"), 1)[0])
        w.play(
            g, tn, w.talk(tn, rules, rough=0.3), system=tool, model=w.models(tn.who, tn.t, {"base": 6, "pro": 4}, lag_days=25),
            extra=int(rng.choice([0, 400, 2500])), max_tokens=2048
        )


def migration(w: World, n: int, ev: float) -> None:
    """Firms moving here from elsewhere or to the new model: they replay yesterday's real logs through two accounts to compare."""
    rng = w.rng
    for m in batches(w, n, 2, 5):
        one = seats(rng, 1, net="cloud")
        g = w.enrol(
            m, "migration", says={"startup": 5, "enterprise": 4}, seat=same(one, m, host=False),
            mail=np.full(m, w.domains(1, "company")[0], object), org=np.full(m, w.handles(1)[0] if rng.random() < 0.6 else 0),
            plan="growth", verified=0.4, birth=w.born(m, 0.4, hi=w.days / 2)
        )
        lead = g.sub(np.zeros(1, int))
        tn = w.turns(lead, ev * m / n / m, "server", turns=1.8, gap=50, lo=max(0.0, float(g.birth.max())))
        if not len(tn):
            continue
        words = w.talk(tn, ALL_TASKS, own=0.9, rough=0.4)
        sysm = str(w.text.expand("sys_app", 1)[0])
        salt = rng.integers(1, 2**60, len(tn))
        for j in range(m):
            share = np.isin(tn.conv, np.flatnonzero(rng.random(int(tn.conv.max()) + 1) < (1.0 if j == 0 else 0.5)))
            sub = tn.keep(share)
            shift = 0 if j == 0 else DAY * (1 - rng.random() * 0.2)
            w.play(
                g.sub(np.array([j])), Turns(sub.who, sub.conv, sub.turn, sub.t + shift), words[share], system=sysm, salt=salt[share],
                temp=np.float32(0.3), model="halden-pro-2" if j == 0 else ("halden-pro-3" if w.release_day < w.days else "halden-base-2"),
                max_tokens=1024
            )


def reseller(w: World, n: int, ev: float) -> None:
    """Contracted resellers: passthrough accounts behind their gateway, customers of all kinds."""
    for m in batches(w, n, 25, 120):
        one_reseller(w, m, ev * m / n)


def one_reseller(w: World, m: int, ev: float) -> tuple[Seats, Cols]:
    """Play one reseller with m honest customers; returns its gateways and what its other customers share with them."""
    rng = w.rng
    gate = seats(rng, 6, net="cloud", mix={"gateway": 3, "go": 2, "node_sdk": 1})
    gate = gate.moved(ua=np.full(6, gate.ua[0], object), ja4=np.full(6, gate.ja4[0], object), asn=np.full(6, gate.asn[0]))
    seat = gate.sub(rng.integers(0, 6, m))
    org, pay, mail = w.handles(1)[0], w.handles(1)[0], w.domains(1, "company")[0]
    g = w.enrol(
        m, "reseller_customer", says={"startup": 4, "individual": 4, "enterprise": 2}, seat=seat, access="passthrough", verified=0.85,
        org=np.full(m, org), pay=np.full(m, pay), plan="growth", mail=np.full(m, mail, object)
    )
    tn = w.turns(g, ev, "server", sigma=1.5, turns=1.8, batch=0.2)
    out = gate.sub(rng.integers(0, 6, len(tn)))
    niche = w.niches(m, ALL_TASKS)
    w.play(
        g, tn, w.talk(tn, ALL_TASKS, own=0.6, niche=niche, rough=0.35), seat=out, system=systems(w, m, tn.who, 0.6, niche=niche),
        model=w.models(tn.who, tn.t, TIERS), key=np.full(len(tn), g.key[0]) if rng.random() < 0.4 else g.key[tn.who],
        **settings(w, m, tn.who)
    )
    return gate, {"org": org, "pay": pay, "mail": mail}


def synth_makers(w: World, n: int, ev: float) -> None:
    """Firms that make test data or labelled examples for a classifier or a load test.

    Within the terms: one account each, self-made task lists.
    """
    rng = w.rng
    g = w.enrol(
        n, "synthetic_data", says={"startup": 6, "enterprise": 3, "research": 2}, seat=seats(rng, n, net={"cloud": 7, "office": 2}),
        org=0.5, mail="company", plan={"growth": 7, "payg": 3}, verified=0.3
    )
    tn = w.turns(g, ev, "server", sigma=1.0, batch=0.8)
    w.play(
        g, tn, w.talk(tn, {"selfgen": 6, "classify": 2, "support": 1, "judge": 2}, own=0.6), system=systems(w, n, tn.who, 0.5),
        model=w.models(tn.who, tn.t, {"base": 5, "pro": 5}), temp=np.float32(1.0), max_tokens=4096, med=700.0
    )


def judge_saas(w: World, n: int, ev: float) -> None:
    """Quality teams that let the model grade their own bot's answers, each night's sample, in one rubric."""
    rng = w.rng
    g = w.enrol(
        n, "llm_judge", says={"startup": 6, "enterprise": 4}, seat=seats(rng, n, net="cloud"), org=0.5, mail="company",
        plan={"growth": 6, "payg": 4}
    )
    tn = w.turns(g, ev, "flat", sigma=0.9, batch=0.8)
    w.play(
        g, tn, w.talk(tn, {"judge": 1}), system=systems(w, n, tn.who, 0.7, "sys_judge"),
        model=w.models(tn.who, tn.t, {"base": 4, "pro": 6}), temp=np.float32(0), max_tokens=1024, med=200.0
    )


def surge(w: World, n: int, ev: float) -> None:
    """Refugees from another provider's outage: a few hours of sign-ups, own apps pointed here, most gone after two days."""
    rng = w.rng
    day = float(rng.uniform(2, w.days - 3))
    g = w.enrol(
        n, "outage_refugee", says={"startup": 5, "individual": 5}, seat=seats(rng, n, net={"cloud": 7, "home": 3}), org=0.2,
        plan={"payg": 9, "free": 2}, birth=day * DAY + rng.gamma(2, 3 * 3600, n)
    )
    hi = np.minimum(g.birth + np.where(rng.random(n) < 0.7, rng.exponential(DAY, n) + 3600, w.span), w.span)
    tn = w.turns(g, ev, "server", hi=hi, sigma=1.4, turns=1.5, batch=0.3)
    niche = w.niches(n, ALL_TASKS)
    w.play(
        g, tn, w.talk(tn, ALL_TASKS, own=0.8, niche=niche, rough=0.3), system=systems(w, n, tn.who, 0.8, niche=niche),
        model=w.models(tn.who, tn.t, TIERS), **settings(w, n, tn.who)
    )


def bargain_app(w: World, n: int, ev: float) -> None:
    """A small chat app that grew past its limits and spreads real users over several of its own accounts.

    On one card, round robin.
    """
    rng = w.rng
    house = np.arange(n) // 6
    m = int(house.max()) + 1
    seat = seats(rng, m, net="cloud").sub(house)
    g = w.enrol(
        n, "sharded_app", says={"startup": 7, "individual": 3}, seat=seat, pay=w.handles(m)[house], org=0.1,
        birth=w.born(n, 0.25, hi=w.days / 2)
    )
    tn = w.turns(g, ev, "evening", sigma=0.35, turns=2.4, gap=50)
    sysm = w.text.expand("sys_app", m)
    w.play(
        g, tn, w.talk(tn, {"chat": 5, "explain": 3, "write": 2, "coding": 2, "health": 1, "math": 1.5}, rough=0.5),
        system=sysm[house][tn.who], model="halden-base-2", max_tokens=1024, stream=True
    )


def agent_vendor(w: World, n: int, ev: float) -> None:
    """Products that drive browsers or files with tools of their own; a few share an open toolkit."""
    rng = w.rng
    tool = np.where(rng.random(n) < 0.5, 510 + rng.integers(0, 4, n), 10_000 + np.arange(n) + w.handles(1)[0] % 1_000_000)
    g = w.enrol(
        n, "agent_vendor", says={"startup": 8, "enterprise": 2}, seat=seats(rng, n, net="cloud"), org=0.5, plan={"growth": 6, "payg": 4}
    )
    tn = w.turns(g, ev, "server", sigma=1.2, turns=9, gap=12)
    w.play(
        g, tn, w.talk(tn, {"web": 5, "agenttask": 3, "extract": 1}, follow={"webobs": 6, "obs": 3}), tools=tool[tn.who], extra=2600,
        system=systems(w, n, tn.who, 0.95, "sys_agent"), model=w.models(tn.who, tn.t, {"base": 4, "pro": 6}, lag_days=2), med=90.0,
        temp=np.float32(0)
    )
