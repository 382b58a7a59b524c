"""Operators that use what is others': end users' talks, keys, log-ins, tablets, hired hands."""

from dataclasses import replace

import numpy as np

from .carriers import CHEAP, CLOUDS
from .clients import clients
from .customers import APP, LATAM, POINTED, SOUTH_ASIA, WORLD, Weights, roaming
from .network import pick_countries, proxy, servers
from .plans import DAY, SEC, Group, Plan, Style
from .sellers import Print, from_seller
from .sheets import cover, sheet
from .text import SWEEP
from .wording import batch, own_system, rotating_system, talk
from .world import World


def bot_mirror(w: World, n: int, share: float = 0.25, name: str = "bot_mirror") -> None:
    """A front end for end users copies part of the talk it sees to accounts of its own, minutes later, in better quality."""
    n = w.size(n, 8)
    src = [
        q for q in w.parts if q["campaign"] is None and q["path"][0] == "api" and len(set(q["prompt"][:200])) > 0.6 * min(200, len(q["ts"]))
    ]
    src = sorted(src, key=lambda q: -len(q["ts"]))[:6]
    cc = pick_countries(w.rng, n, LATAM)
    g = w.join(
        "mirror_account", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=2), clients(w.rng, n, {"node": 4, "go": 1, "bot": 2}), campaign=name,
        said={"startup": 6, "individual": 4}, plan={"payg": 1}, org=np.where(w.rng.random(n) < 0.5, np.arange(n), -1), org_name="mirr",
        org_mail=True, verified=0.1
    )
    ts, pr = [], []
    for i in w.rng.choice(len(src), min(3, len(src)), replace=False).tolist():
        q = src[i]
        ok = np.flatnonzero((q["par"] == 0) & (w.rng.random(len(q["ts"])) < share))
        ts.append(q["ts"][ok] + (w.rng.lognormal(5.5, 1.2, len(ok)) * SEC).astype(np.int64))
        pr.extend(q["prompt"][j] for j in ok.tolist())
    t = np.concatenate(ts)
    ok = (t < w.end) & (t > w.start)
    order = np.argsort(t, kind="stable")
    order = order[ok[order]]
    m = len(order)
    p = Plan(w.rng.choice(n, m, p=w.rng.dirichlet(np.full(n, 2.0))), np.arange(m), np.zeros(m, dtype=np.int64), t[order])
    ok2 = p.ts >= g.created[p.a]
    p, order = p.keep(ok2), order[ok2]
    text = [w.w.reword(pr[i], 0.3) if w.rng.random() < 0.3 else pr[i] for i in order.tolist()]
    w.emit(
        g, p, text, Style(chained=False, out=420, models={"next": 5, "main": 4, "think": 2}, temps={0.7: 1, None: 1}), own_system(w, n),
        harvest=True, campaign=name
    )


def cheap_aggregator(
    w: World, n: int, prints: list[Print], per_day: float = 1500, share: float = 0.35, name: str = "cheap_aggregator", reg: Weights = WORLD
) -> None:
    """A grey relay over bought accounts: strangers' talks hop between accounts, and one large customer is a harvester."""
    n = w.size(n, 12)
    per_day *= w.scale
    sizes = np.diff(np.r_[0, np.sort(w.rng.integers(0, n + 1, len(prints) - 1)), n])
    for k, m in enumerate(sizes.tolist()):
        if m < 2:
            continue
        net = servers(w.rng, m, CHEAP, group=np.arange(m) // 9)
        net.second, net.p_second = proxy(w.rng, reg, 250, accounts=m, width=4), 0.45
        cl = clients(w.rng, m, {"gate": 4, "py": 2, "node": 2, "go": 1}, image=np.arange(m) // 5)
        g = from_seller(w, "relay_pool", m, prints[k], net, cl, name, {"payg": 6, "plus": 1, "free": 2})
        part = m / n
        p = w.jobs(
            g, per_day * part * (1 - share), span=(0, w.days), hours="person", tz=float(w.rng.choice([8, 3, -3])), turns=2.6, gap=50,
            weekend=0.9
        )
        p.a = np.where(w.rng.random(p.n) < 0.6, w.rng.integers(0, m, p.n), p.a)  # the relay spreads turns over accounts
        mixed = dict.fromkeys(["chat", "code", "debug", "essay", "translate", "game", "market", "sql", "law", "agent", "support_bot"], 1.0)
        w.emit(
            g, p, talk(mixed, local=0.25, slips=0.2, pinned=False), Style(stream=0.8, steady=0.3, fail=0.03),
            rotating_system(w, 150, "system" if k % 2 else "sys_plain")
        )
        q = w.jobs(g, per_day * part * share, span=(float(w.rng.uniform(0, 4)), w.days), hours="flat", turns=1)
        items = [w.w.write(s) for s in SWEEP for _ in range(max(10, q.n // 24))]
        w.emit(
            g, q, sheet(items, 0.65, copies=1),
            Style(
                chained=False, out=620, models={"main": 4, "next": 5, "think": 3}, steady=0.3, temps={0.7: 2, 1.0: 2, None: 2}, fail=0.03
            ),
            rotating_system(w, 40, "sys_plain"), harvest=True, campaign=name
        )


def paid_crew(
    w: World, n: int, region: Weights | None = None, vol: float = 60, own: float = 0.5, name: str = "paid_crew", hours: str = "shift"
) -> None:
    """People at home paid for each good conversation: briefs from a sheet, own words, own accounts, private use besides."""
    n = w.size(n, 12)
    cc = pick_countries(w.rng, n, region or {"PH": 4, "KE": 2, "IN": 3, "CO": 2, "BD": 1})
    lo = w.rng.choice([0.0, 0.0, 3.0, 7.0], n)
    created = np.where(w.rng.random(n) < 0.55, w.old(n, 150), w.start + ((lo + w.rng.uniform(0, 1.5, n)) * DAY).astype(np.int64))
    g = w.join(
        "paid_writer", cc, roaming(w, cc, 0.3), clients(w.rng, n, APP), campaign=name, created=created, plan={"plus": 5, "free": 4},
        phone=0.7
    )
    briefs = [
        w.w.write(s)
        for s in ("science", "code", "law", "finance", "game", "essay", "judge", "logic", "history", "tutor")
        for _ in range(70)
    ]
    p = w.plan(g, vol, sigma=0.6, turns=4.5, hours=hours, weekend=0.35, lo=lo, gap=110, clump=1.0)
    w.emit(
        g, p, sheet(briefs, 0.85, ordered=False, slips=0.5), replace(POINTED, models={"main": 4, "next": 5, "think": 2}), harvest=True,
        campaign=name
    )
    cover(w, g, vol * own)


def stolen_keys(
    w: World, victims: list[tuple[Group, int]], vol: float = 220, name: str = "stolen_keys", slots: list[str] | None = None
) -> None:
    """Keys found in public code and phones: used at the victim's night from rented machines until the owner notices."""
    for g0, m in victims:
        m = min(g0.n, w.size(m, 3))
        loc = w.rng.choice(np.flatnonzero(g0.created < w.start + w.days * DAY // 2), m, replace=False)
        for i in g0.idx[loc].tolist():
            w.acc["campaign"][i] = name
            w.acc["kind"][i] = "stolen_key"
        net = servers(w.rng, m, CHEAP, group=np.arange(m) // 5)
        net.second, net.p_second = proxy(w.rng, {"US": 3, "GB": 1, "DE": 1, "BR": 1, "IN": 1}, 300, accounts=m), 0.5
        cl = clients(w.rng, m, {"py": 2, "httpx": 2, "go": 1}, image=np.arange(m) // 8)
        g = Group(g0.idx[loc], net, cl, cl, np.full(m, w.end), g0.cc[loc], g0.tz[loc], g0.created[loc], [None] * m)
        lo = w.rng.uniform(0, w.days - 2, m)
        p = w.plan(g, vol, sigma=0.8, turns=14, hours="night", lo=lo, hi=lo + w.rng.exponential(2.2, m) + 0.4, gap=6, clump=2)
        w.emit(
            g, p, batch(dict.fromkeys(slots or SWEEP, 1.0), pinned=False, frame=0.3, reword=0.3),
            Style(chained=False, out=560, models={"next": 4, "main": 4, "think": 2}, temps={1.0: 1, 0.7: 1}, fail=0.04),
            own_system(w, m, "sys_plain", 0.4), harvest=True, campaign=name
        )


def rent_accounts(w: World, g0: Group, n: int, vol: float = 24, name: str = "rented_students", reg: Weights = SOUTH_ASIA) -> None:
    """Real people lend their account for pocket money: their own life goes on, and in the evening a profile browser visits."""
    n = min(g0.n, w.size(n, 12))
    loc = np.sort(w.rng.choice(g0.n, n, replace=False))
    for i in g0.idx[loc].tolist():
        w.acc["campaign"][i] = name
        w.acc["kind"][i] = "rented_account"
    cl = clients(w.rng, n, {"masked": 5, "web": 4})
    net = proxy(w.rng, reg, 900, accounts=n, width=2)
    g = Group(g0.idx[loc], net, cl, cl, np.full(n, w.end), g0.cc[loc], g0.tz[loc], g0.created[loc], [g0.pins[i] for i in loc.tolist()])
    lo = w.rng.uniform(0, w.days * 0.4, n)
    p = w.plan(g, vol, sigma=0.4, turns=2.4, hours="evening", lo=lo, hi=lo + w.rng.uniform(5, 14, n), gap=55, clump=1.2)
    items = [w.w.write(s) for s in SWEEP for _ in range(max(20, p.n // 30))]
    w.emit(
        g, p, sheet(items, 0.75, ordered=False), replace(POINTED, models={"main": 4, "next": 4, "think": 3}, out=460), harvest=True,
        campaign=name
    )


def moonlight(w: World, g0: Group, n: int, vol: float = 40, name: str = "moonlight") -> None:
    """The chain's owner sells the night: after closing, the centres' own tablets run a list on the same lines."""
    site = np.unique(g0.net.seed)
    take = set(w.rng.choice(site, max(1, min(len(site), round(len(site) * 0.35))), replace=False).tolist())
    loc = np.array([i for i in range(g0.n) if int(g0.net.seed[i]) in take])[: w.size(n, 8)]
    for i in g0.idx[loc].tolist():
        w.acc["campaign"][i] = name
        w.acc["kind"][i] = "moonlight_tablet"
    net = replace(g0.net, asn=g0.net.asn[loc], cc=g0.net.cc[loc], seed=g0.net.seed[loc])
    g = Group(
        g0.idx[loc], net, g0.client[loc], g0.client2[loc], g0.swap_ts[loc], g0.cc[loc], g0.tz[loc], g0.created[loc], [None] * len(loc)
    )
    p = w.plan(g, vol, sigma=0.3, turns=3, hours="night", weekend=1, gap=40, clump=1.5)
    items = [
        w.w.write(s) for s in ("tutor", "math", "science", "olymp", "quiz", "essay", "history", "logic") for _ in range(max(20, p.n // 20))
    ]
    w.emit(
        g, p, sheet(items, 0.5, ordered=False), replace(POINTED, out=420, models={"main": 4, "next": 4, "think": 2}), harvest=True,
        campaign=name
    )
