"""Innocent crowds: firms and their staff."""

import numpy as np

from .carriers import CHEAP, CLOUDS
from .clients import clients
from .customers import EUROPE, POINTED, WORLD, Weights, countries
from .network import home, office, servers
from .plans import Group, Style
from .wording import batch, own_system, rotating_system, shared_system, talk, toolset
from .world import World


def startups(w: World, n: int, region: Weights = WORLD, vol: float = 130) -> Group:
    """Small companies whose product calls the model: one template, many end users."""
    cc = countries(w, n, region)
    g = w.join(
        "startup_backend", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=3),
        clients(w.rng, n, {"py": 5, "node": 5, "go": 2, "java": 1, "php": 1}), said={"startup": 8, "enterprise": 1.5, "individual": 1},
        plan={"payg": 8, "contract": 1}, org=np.arange(n), org_mail=True, verified=0.25
    )
    p = w.plan(g, vol, sigma=1.3, turns=1.6, hours="service", gap=40, clump=1.2)
    t = {
        "support_bot": 3, "extract": 3, "market": 2, "call_sum": 1, "tutor": 1, "translate": 1, "sql": 1, "finance": 1, "law_doc": 0.7,
        "med_note": 0.7, "quiz": 0.7, "food": 0.5, "judge": 0.5
    }
    w.emit(
        g, p, talk(t, same=0.97, frame=0), Style(out=180, extra=500, session_p=0.35, temps={None: 3, 0.0: 3, 0.3: 2, 0.7: 2}),
        own_system(w, n, "system", 0.05)
    )
    return g


def office_proxy(w: World, n: int, firms: int = 8, vol: float = 34) -> Group:
    """Companies behind one proxy, with one chat tool built in house and one template."""
    firms = max(1, min(firms, n // 5))
    f = w.rng.integers(0, firms, n)
    ccs = countries(w, firms, WORLD)
    g = w.join(
        "office_proxy", ccs[f], office(w.rng, ccs, f, egress=2), clients(w.rng, n, {"node": 3, "java": 2, "dotnet": 3, "py": 2}, image=f),
        created=w.old(n, 160), said={"enterprise": 1}, plan={"contract": 1}, org=f, org_name="proxy", org_mail=True, verified=0.95, pay=f,
        phone=0.2
    )
    p = w.plan(g, vol, sigma=0.9, turns=2.6, hours="office", weekend=0.08)
    w.emit(
        g, p, talk({"email": 4, "sql": 2, "translate": 2, "law": 1, "finance": 2, "code": 1, "extract": 1}, local=0.35, same=0.5),
        Style(out=280, temps={0.3: 1}, caps={2048: 1}, session_p=1), shared_system(w, f)
    )
    return g


def bpo_shift(w: World, n: int, vol: float = 75) -> Group:
    """Outsourcing floors: real staff, one address, fixed shifts, scripted requests, own log-ins with the firm's card."""
    site = np.sort(w.rng.integers(0, max(1, n // 35), n))
    ccs = countries(w, int(site.max()) + 1, {"PH": 4, "IN": 4, "CO": 2, "EG": 1, "RO": 1, "KE": 1})
    g = w.join(
        "bpo_shift", ccs[site], office(w.rng, ccs, site, egress=2), clients(w.rng, n, {"web": 1}, image=site),
        created=w.mixed_age(n, 0.3, 120), said={"enterprise": 3, "individual": 3}, plan={"plus": 3, "contract": 1},
        org=np.where(w.rng.random(n) < 0.6, site, -1), org_name="bpo", org_mail=True, pay=site, phone=0.3, verified=0.4
    )
    scripts = [[w.w.write(s) for s in ("call_sum", "email", "extract", "translate") for _ in range(3)] for _ in range(int(site.max()) + 1)]
    p = w.plan(g, vol, sigma=0.5, turns=2, hours="shift" if w.rng.random() < 0.5 else "late", weekend=0.25, gap=90, clump=1.5)
    text = [
        w.w.follow("email")
        if t
        else w.w.reword(w.w.r.choice(scripts[site[a]]), 0.3)
        if w.w.r.random() < 0.3
        else w.w.write(w.w.r.choice(["call_sum", "email", "extract"]))
        for a, t in zip(p.a.tolist(), p.t.tolist(), strict=True)
    ]
    w.emit(g, p, text, POINTED)
    return g


def label_firm(w: World, n: int, vol: float = 60) -> Group:
    """A labelling firm whose staff grade answers for the provider's own customers: many hands, judge prompts, shifts."""
    cc = countries(w, n, {"KE": 2, "PH": 2, "IN": 2, "CO": 1})
    g = w.join(
        "label_firm", cc, home(w.rng, cc, 0.3), clients(w.rng, n, {"web": 1}), created=w.mixed_age(n, 0.5, 60),
        said={"individual": 4, "enterprise": 2}, plan={"plus": 1}, pay=np.zeros(n, dtype=np.int64), phone=0.5, verified=0.3
    )
    p = w.plan(g, vol, sigma=0.6, turns=2.2, hours="shift", weekend=0.4, gap=120, clump=1.2)
    w.emit(g, p, talk({"judge": 5, "science": 2, "code": 1, "math": 1, "essay": 1}, slips=0.3, frame=0.3, pinned=False), POINTED)
    return g


def transcription(w: World, n: int, vol: float = 210, region: Weights = WORLD) -> Group:
    """Medical and legal transcription desks: fixed templates, dictations in waves after office hours."""
    cc = countries(w, n, region)
    legal = w.rng.random(n) < 0.4
    g = w.join(
        "transcription", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=2), clients(w.rng, n, {"py": 4, "dotnet": 2, "php": 2, "java": 1}),
        said={"startup": 6, "enterprise": 3}, plan={"payg": 4, "contract": 1}, org=np.arange(n), org_name="scribe", org_mail=True,
        verified=0.4
    )
    p = w.plan(g, vol, sigma=1.0, turns=12, hours="office", weekend=0.3, gap=12, clump=1.5)
    text = [w.w.write("law_doc" if legal[a] else "med_note", g.pins[a]) for a in p.a.tolist()]
    w.emit(g, p, text, Style(chained=False, out=320, extra=1100, temps={0.0: 3, 0.2: 1}, caps={2048: 1, 4096: 1}), own_system(w, n, none=0))
    return g


def call_centres(w: World, n: int, vol: float = 260, region: Weights = WORLD) -> Group:
    """Call-centre summarisers: one template, day and night, every call once."""
    cc = countries(w, n, region)
    g = w.join(
        "call_centre", cc, servers(w.rng, n, CLOUDS, egress=3), clients(w.rng, n, {"node": 3, "java": 3, "py": 3}),
        said={"enterprise": 6, "startup": 3}, plan={"contract": 2, "payg": 2}, org=np.arange(n), org_name="callc", org_mail=True,
        verified=0.6
    )
    p = w.plan(g, vol, sigma=0.9, turns=1, hours="service", clump=3)
    w.emit(
        g, p, batch({"call_sum": 9, "extract": 1}),
        Style(chained=False, out=130, extra=1400, temps={0.0: 1, None: 1}, caps={400: 1, 600: 1}), own_system(w, n, none=0)
    )
    return g


def game_studios(w: World, n: int, vol: float = 170, region: Weights = WORLD) -> Group:
    """Studios: masses of lines for characters, temperature high, load tests, localisation weeks."""
    cc = countries(w, n, region)
    g = w.join(
        "game_studio", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=2), clients(w.rng, n, {"node": 2, "dotnet": 3, "py": 2, "go": 1}),
        said={"startup": 6, "individual": 3}, plan={"payg": 1}, org=np.where(w.rng.random(n) < 0.7, np.arange(n), -1), org_name="game",
        org_mail=True
    )
    p = w.plan(g, vol, sigma=1.2, turns=5, hours="office", gap=9, clump=0.6)
    w.emit(
        g, p, batch({"game": 8, "translate": 2, "chat": 0.5}),
        Style(chained=False, out=220, temps={1.0: 3, 0.9: 2, 1.2: 1}, caps={256: 1, 512: 1, None: 1}), own_system(w, n, none=0.1)
    )
    return g


def persona_shop(w: World, n: int, vol: float = 120) -> Group:
    """Companion and coaching apps: a persona for each end user, so system prompts never repeat."""
    cc = countries(w, n, WORLD)
    g = w.join(
        "persona_shop", cc, servers(w.rng, n, CHEAP + CLOUDS, egress=2), clients(w.rng, n, {"node": 4, "py": 2, "go": 1}),
        said={"startup": 1, "individual": 1}, plan={"payg": 3, "prepaid": 1}, pinned=False
    )
    p = w.plan(g, vol, sigma=1.1, turns=6, hours="evening", weekend=1, gap=45)
    w.emit(
        g, p, talk({"chat": 5, "game": 3, "food": 1, "tutor": 1}, local=0.2, slips=0.4), Style(out=150, temps={0.9: 2, 1.0: 1}),
        rotating_system(w, 160)
    )
    return g


def translators(w: World, n: int, vol: float = 60, region: Weights = EUROPE) -> Group:
    """Freelance translators with one language pair and a macro in their tool."""
    cc = countries(w, n, region)
    g = w.join(
        "translator", cc, home(w.rng, cc, 0.1), clients(w.rng, n, {"dotnet": 3, "java": 2, "web": 1, "sheet": 2}),
        plan={"payg": 6, "prepaid": 2}
    )
    p = w.plan(g, vol, sigma=1.0, turns=8, hours="office", weekend=0.6, gap=30)
    w.emit(
        g, p, batch({"translate": 9, "judge": 0.4, "email": 0.6}), Style(chained=False, out=120, temps={0.2: 2, None: 2, 0.0: 1}),
        own_system(w, n, "sys_plain", 0.2)
    )
    return g


def cloud_firms(w: World, n: int, vol: float = 150, clouds: tuple[str, ...] = ("aws", "gcp", "azure")) -> Group:
    """Enterprises that call through a cloud market place: the log keeps no address."""
    cc = countries(w, n, WORLD)
    g = w.join(
        "cloud_firm", cc, servers(w.rng, n, CLOUDS), clients(w.rng, n, {"py": 4, "java": 3, "node": 2, "go": 1}),
        said={"enterprise": 6, "startup": 4}, plan={"cloud": 1}, org=np.arange(n), org_name="cloud", org_mail=True, verified=0.3, phone=0.1
    )
    own = w.rng.integers(0, len(clouds), n)
    p = w.plan(g, vol, sigma=1.3, turns=2, hours="service", clump=1)
    st = Style(out=220, extra=600, session_p=0.1)
    st.path = [clouds[own[a]] for a in p.a.tolist()]
    w.emit(
        g, p,
        talk(
            {"extract": 3, "law_doc": 1, "sql": 2, "code": 2, "call_sum": 2, "finance": 1, "email": 1, "judge": 0.4, "quiz": 0.5}, same=0.9
        ),
        st, own_system(w, n)
    )
    return g


def agent_makers(w: World, n: int, vol: float = 190) -> Group:
    """Small firms that build agents: long tool chains, retries, many tools, every hour."""
    cc = countries(w, n, WORLD)
    g = w.join(
        "agent_maker", cc, servers(w.rng, n, CLOUDS + CHEAP, egress=2), clients(w.rng, n, {"py": 5, "node": 4, "cli": 1}),
        said={"startup": 6, "individual": 4}, plan={"payg": 1}, org=np.where(w.rng.random(n) < 0.6, np.arange(n), -1), org_name="agt",
        org_mail=True
    )
    p = w.plan(g, vol, sigma=1.1, turns=13, hours="service", gap=8)
    w.emit(
        g, p, talk({"agent": 7, "extract": 1, "code": 1}, frame=0, same=0.5),
        Style(out=160, extra=900, tools=toolset(w, n, max(3, n // 2)), temps={0.0: 2, None: 2}, models={"main": 4, "next": 3, "think": 2}),
        own_system(w, n, none=0.1)
    )
    return g
