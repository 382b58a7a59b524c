"""Operators that pose as developers, firms and projects."""

import numpy as np

from .carriers import CHEAP, CLOUDS
from .clients import clients
from .customers import DEV, EUROPE, LATAM, SEA, SOUTH_ASIA, WORLD, Weights
from .network import home, pick_countries, proxy, servers
from .plans import DAY, SEC, Plan, Style
from .sheets import cover, sheet
from .text import SWEEP
from .wording import batch, own_system, rotating_system, toolset
from .world import World


def front_firms(
    w: World, n: int, slots: dict[str, float], vol: float = 260, honest: float = 0.3, name: str = "scribe_front", hours: str = "office",
    region: Weights = EUROPE
) -> None:
    """Paper companies, each with a domain, a card and a plausible product; the documents are synthetic and the answers kept."""
    n = w.size(n, 8)
    cc = pick_countries(w.rng, n, region)
    prov = w.rng.choice(CHEAP + CLOUDS, 4, replace=False).tolist()
    g = w.join(
        "front_firm", cc, servers(w.rng, n, prov, egress=2), clients(w.rng, n, {"py": 5, "node": 2, "dotnet": 1}), campaign=name,
        created=w.old(n, 55, 12), said={"startup": 8, "enterprise": 1}, plan={"payg": 1}, org=np.arange(n), org_name=name, org_mail=True,
        verified=0.2
    )
    base = w.w.write("system")
    systems: list[str | None] = [w.w.reword(base, 0.8) if w.rng.random() < 0.6 else w.w.write("system") for _ in range(n)]
    per_day = vol * n / w.days
    p = w.jobs(g, per_day, span=(0, w.days), hours=hours, tz=2.0, weights=w.rng.dirichlet(np.full(n, 6.0)), turns=1, weekend=0.35)
    w.emit(
        g, p, batch(slots, pinned=False, reword=0.35),
        Style(chained=False, out=480, extra=700, temps={0.3: 1, 0.0: 1}, caps={2048: 1, 4096: 1}, models={"main": 4, "next": 5}), systems,
        harvest=True, campaign=name
    )
    q = w.plan(g, vol * honest, sigma=0.5, turns=4, hours="office", weekend=0.3, gap=15)
    w.emit(g, q, batch(slots), Style(chained=False, out=260, extra=700, temps={0.0: 1}), systems)


def game_ring(w: World, n: int, vol: float = 75, name: str = "persona_harvest", pairs: float = 0.5) -> None:
    """Role play and characters at high temperature; many lines are asked twice, at two accounts, to learn a preference."""
    n = w.size(n, 12)
    cc = pick_countries(w.rng, n, {**EUROPE, **LATAM, "US": 3})
    g = w.join(
        "indie_dev_fake", cc, proxy(w.rng, {**EUROPE, **LATAM, "US": 3}, 900, accounts=n, width=2),
        clients(w.rng, n, {"node": 3, "py": 3, "web": 1, "go": 1}), campaign=name, created=w.mixed_age(n, 0.5, 45),
        said={"startup": 3, "individual": 6}, plan={"payg": 6, "prepaid": 3}, phone=0.6
    )
    p = w.plan(g, vol, sigma=0.5, turns=4, hours="service", gap=30, clump=1.0)
    fn = sheet(
        [w.w.write(s) for s in ("game", "game", "chat", "essay") for _ in range(max(60, p.n // 10))], 0.3, ordered=False, follow="chat"
    )
    sysf = rotating_system(w, 120)
    part = w.emit(g, p, fn, Style(out=330, temps={1.0: 4, 0.9: 2, 1.1: 1}, top_ps={0.95: 1, None: 1}), sysf, harvest=True, campaign=name)
    if part is not None:
        first = np.flatnonzero((part["par"] == 0) & (w.rng.random(len(part["ts"])) < pairs))
        m = len(first)
        q = Plan(
            w.rng.integers(0, g.n, m), np.arange(m), np.zeros(m, dtype=np.int64),
            part["ts"][first] + (w.rng.lognormal(8, 1.5, m) * SEC).astype(np.int64)
        )
        ok = (q.ts < w.end) & (q.ts >= g.created[q.a])
        q, first = q.keep(ok), first[ok]
        systems: list[str | None] = [part["system"][i] for i in first.tolist()]
        w.emit(
            g, q, [part["prompt"][i] for i in first.tolist()], Style(out=330, temps={1.0: 1}, chained=False), lambda *_: systems,
            harvest=True, campaign=name
        )


def agent_harvest(w: World, n: int, vol: float = 190, name: str = "agent_harvest", copies: int = 2) -> None:
    """Tool-use trajectories in sandbox shops and repositories; each task is tried twice, on two accounts; failures are kept too."""
    n = w.size(n, 10)
    cc = pick_countries(w.rng, n, WORLD)
    g = w.join(
        "sandbox_account", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=2), clients(w.rng, n, {"py": 6, "node": 2, "cli": 2}),
        campaign=name, said={"startup": 5, "individual": 5}, created=w.old(n, 70, 3), plan={"payg": 1},
        org=np.where(w.rng.random(n) < 0.5, np.arange(n), -1), org_name=name, org_mail=True
    )
    p = w.jobs(g, vol * n / w.days, span=(0, w.days), hours="flat", turns=14, gap=8)
    items = [w.w.write("agent") for _ in range(max(60, p.n // 26))]
    w.emit(
        g, p, sheet(items, 0.4, copies=copies, follow="agent"),
        Style(
            out=210, extra=800, tools=toolset(w, n, max(4, n // 3)), temps={0.7: 1, None: 2, 1.0: 1},
            models={"main": 4, "next": 5, "think": 2}
        ),
        own_system(w, n, "system", 0.2), harvest=True, campaign=name
    )


def reason_miner(
    w: World, n: int, vol: float = 80, samples: int = 4, name: str = "reason_miner", spread_days: float = 3.0, reword: float = 0.35
) -> None:
    """Hard problems, several samples each, scattered over accounts and days; visible reasoning is asked for."""
    n = w.size(n, 12)
    cc = pick_countries(w.rng, n, {**EUROPE, **SEA, "US": 4, "BR": 3})
    g = w.join(
        "solver_account", cc, proxy(w.rng, {**EUROPE, **SEA, "US": 4, "BR": 3}, 1500, accounts=n, width=6), clients(w.rng, n, DEV),
        campaign=name, created=w.mixed_age(n, 0.35, 80), plan={"payg": 7, "prepaid": 2}, phone=0.6,
        said={"individual": 7, "research": 2, "education": 1}
    )
    m = int(vol * n / samples)
    items = [
        w.w.write(s) for s in w.w.r.choices(["olymp", "math", "logic", "code", "science", "bench", "finance"], [5, 4, 3, 3, 1, 1, 1], k=m)
    ]
    row = np.repeat(np.arange(m), samples)
    base = w.rng.uniform(0, w.days, m)[row] + w.rng.exponential(spread_days, len(row)) * (np.tile(np.arange(samples), m) > 0)
    ts = w.start + (base * DAY).astype(np.int64)
    a = w.rng.choice(n, len(row), p=w.rng.dirichlet(np.full(n, 5.0)))
    ok = (ts < w.end) & (ts >= g.created[a])
    row, ts, a = row[ok], ts[ok], a[ok]
    p = Plan(a, np.arange(len(a)), np.zeros(len(a), dtype=np.int64), ts)
    text = [w.w.reword(items[i]) if w.rng.random() < reword else items[i] for i in row.tolist()]
    w.emit(
        g, p, text,
        Style(
            chained=False, out=900, think=2200, models={"think": 7, "next": 2, "main": 1}, temps={1.0: 3, None: 2, 0.8: 1},
            caps={8192: 2, 4096: 1, None: 1}
        ),
        own_system(w, n, "sys_trace", 0.3), harvest=True, campaign=name
    )
    cover(w, g, vol * 0.15, app=False, hours="evening", slots={"code": 3, "debug": 2, "chat": 1, "extract": 1})


def judge_ring(w: World, n: int, vol: float = 120, name: str = "judge_ring") -> None:
    """Grades and preferences: the model is asked which of two answers is better; 'quality teams' of little firms."""
    n = w.size(n, 8)
    cc = pick_countries(w.rng, n, {**EUROPE, **SOUTH_ASIA, "US": 3})
    g = w.join(
        "grader_fake", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=2), clients(w.rng, n, {"py": 5, "node": 2, "httpx": 1}), campaign=name,
        created=w.mixed_age(n, 0.2, 90), said={"startup": 5, "research": 3, "individual": 2}, plan={"payg": 1},
        org=np.where(w.rng.random(n) < 0.5, np.arange(n), -1), org_name=name, org_mail=True, verified=0.1, pay=np.arange(n) // 4
    )
    per = w.jobs(g, vol * n / w.days, span=(0, w.days), hours="service", hold_s=1800, wobble=0.5)
    w.emit(
        g, per.keep(per.ts >= g.created[per.a]), batch({"judge": 8, "extract": 1, "bench": 1}, pinned=False, reword=0.4),
        Style(chained=False, out=140, temps={0.0: 3, None: 1}, caps={256: 1, 512: 1, 1024: 1}, models={"main": 5, "next": 4, "mini": 1}),
        own_system(w, n, "sys_plain", 0.3), harvest=True, campaign=name
    )


def lang_pairs(w: World, n: int, vol: float = 650, name: str = "language_pairs") -> None:
    """A dozen 'translators' with a firm's appetite: rare pairs, three wordings of each order, and grades for translations."""
    n = w.size(n, 6)
    cc = pick_countries(w.rng, n, EUROPE)
    net = home(w.rng, cc, 0.0)
    net.second, net.p_second = servers(w.rng, n, CHEAP), 0.35
    g = w.join(
        "translator_fake", cc, net, clients(w.rng, n, {"dotnet": 2, "java": 2, "py": 3}), campaign=name, created=w.old(n, 120, 10),
        plan={"payg": 1}, phone=0.8
    )
    p = w.plan(g, vol, sigma=0.3, turns=15, hours="office", weekend=0.7, gap=14, clump=2)
    w.emit(
        g, p, batch({"translate": 6, "judge": 2, "email": 0.5, "law_doc": 0.5}, pinned=False, reword=0.6),
        Style(chained=False, out=150, temps={0.2: 1, None: 1, 0.0: 1}), own_system(w, n, "sys_plain", 0.1), harvest=True, campaign=name
    )


def trial_clouds(w: World, n: int, vol: float = 420, name: str = "trial_clouds", clouds: tuple[str, ...] = ("aws", "gcp", "azure")) -> None:
    """Start-up credits at market places: the log has neither address nor fingerprint; only words, hours and settings remain."""
    n = w.size(n, 6)
    cc = pick_countries(w.rng, n, WORLD)
    g = w.join(
        "trial_project", cc, servers(w.rng, n, CLOUDS), clients(w.rng, n, {"py": 5, "node": 1, "go": 1}), campaign=name,
        created=w.mixed_age(n, 0.4, 40), said={"startup": 1}, plan={"cloud": 1}, org=np.arange(n), org_name=name, org_mail=True,
        verified=0.1, phone=0.1
    )
    own = w.rng.integers(0, len(clouds), n)
    lo = w.rng.uniform(0, w.days * 0.5, n)
    p = w.plan(g, vol, sigma=0.3, turns=20, hours="flat", lo=lo, hi=lo + w.rng.uniform(4, 9, n), gap=9, clump=1.5)
    st = Style(chained=False, out=520, session_p=0.1, extra=150, models={"main": 4, "next": 4, "think": 2}, temps={0.7: 2, None: 1, 1.0: 1})
    st.path = [clouds[own[a]] for a in p.a.tolist()]
    w.emit(
        g, p, batch(dict.fromkeys(SWEEP, 1.0), pinned=False, reword=0.5), st, own_system(w, n, "system", 0.2), harvest=True, campaign=name
    )


def nocode_front(w: World, n: int, vol: float = 90, name: str = "flow_sheet") -> None:
    """A spreadsheet of tasks fed by no-code flows: a row every quarter of an hour, through the platform's own addresses."""
    n = w.size(n, 8)
    cc = pick_countries(w.rng, n, WORLD)
    hosts = w.rng.integers(0, 2, n)
    g = w.join(
        "flow_account", cc, servers(w.rng, n, [16509, 396982], egress=9, group=hosts), clients(w.rng, n, {"flow": 1}, image=hosts),
        campaign=name, created=w.old(n, 60, 2), said={"individual": 6, "startup": 4}, plan={"payg": 5, "prepaid": 3}
    )
    p = w.plan(g, vol, sigma=0.35, turns=3.5, hours="flat", snap=900, gap=4, clump=4)
    slots = ["market", "email", "extract", "translate", "essay", "finance", "law", "code", "science", "quiz"]
    items = [w.w.write(s) for s in slots for _ in range(max(10, p.n // 10))]
    order = np.argsort(p.ts, kind="stable")
    text = [""] * p.n
    for j, i in enumerate(order.tolist()):
        text[i] = items[j % len(items)]
    w.emit(
        g, p, text, Style(chained=False, out=380, temps={0.7: 2, None: 1}, caps={1000: 1, None: 2}), own_system(w, n, "system", 0.1),
        harvest=True, campaign=name
    )
