"""Operators with accounts bought or opened by the dozen."""

from dataclasses import replace

import numpy as np

from .carriers import CHEAP, COUNTRIES
from .clients import clients
from .customers import EDU, EDU_CC, LATAM, POINTED, SEA, Weights
from .network import home, office, pick_countries, proxy, servers
from .plans import DAY, Group, Style
from .sellers import Print, from_seller
from .sheets import cover, sheet
from .text import SWEEP
from .wording import own_system, talk
from .world import World


def bazaar_ring(w: World, n: int, prints: list[Print], vol: float = 55, name: str = "bazaar_ring", reword: float = 0.8) -> None:
    """Lots of 6 to 20 accounts from several shops, one browser profile each behind an exit in the account's country."""
    n = w.size(n, 12)
    left, k = n, 0
    while left > 0:
        m = min(left, int(w.rng.integers(6, 21)))
        pr = prints[k % len(prints)]
        net = proxy(w.rng, pr["cc"], max(40, m * 5), width=3, accounts=m)
        cl = clients(w.rng, m, {"masked": 6, "web": 4})
        g = from_seller(w, "bought_account", m, pr, net, cl, name, {"free": 3, "plus": 6})
        since = float(w.rng.uniform(0, w.days * 0.55)) if k > 3 else 0.0
        life = float(w.rng.uniform(6, 20))
        slots = [str(x) for x in w.rng.choice(SWEEP, 5, replace=False)]
        items = [w.w.write(s) for s in slots for _ in range(max(4, int(m * vol // 8)))]
        p = w.plan(g, vol, sigma=0.45, turns=2.2, hours="person", lo=np.full(m, since), hi=np.full(m, since + life), gap=75, clump=1.1)
        w.emit(
            g, p, sheet(items, reword, ordered=False, slips=0.05), replace(POINTED, models={"main": 4, "next": 5, "think": 3}, out=520),
            harvest=True, campaign=name
        )
        cover(w, g, vol * 0.25)
        left -= m
        k += 1


def voucher_burner(w: World, n: int, region: Weights = LATAM, credit: float = 110, name: str = "voucher_burner") -> None:
    """Cash vouchers, accounts opened by the dozen and thrown away when the credit is gone; three machine images."""
    n = w.size(n, 12)
    waves = max(2, n // 22)
    wave = np.sort(w.rng.integers(0, waves, n))
    day = np.sort(w.rng.uniform(0.3, w.days - 3, waves))
    cc = pick_countries(w.rng, n, region)
    created = w.start + ((day[wave] + w.rng.uniform(0, 0.3, n)) * DAY).astype(np.int64)
    net = servers(w.rng, n, CHEAP, group=np.arange(n) // 6)
    g = w.join(
        "voucher_throwaway", cc, net, clients(w.rng, n, {"py": 2, "aiohttp": 1, "requests": 1}, image=np.arange(n) % 3), campaign=name,
        created=created, plan={"voucher": 1, "prepaid": 1}, pay=-1 - np.zeros(n, dtype=np.int64),
        phone=np.where(w.rng.random(n) < 0.8, np.arange(n) // 3, -1), signup=proxy(w.rng, region, 400, accounts=n, p_mobile=0.7),
        pinned=False
    )
    lo = (created - w.start) / DAY + w.rng.uniform(0.05, 0.8, n)
    p = w.plan(g, credit, sigma=0.2, turns=25, hours="flat", lo=lo, hi=lo + w.rng.uniform(0.7, 2.5, n), gap=7, clump=2)
    rows = [w.w.write(s) for s in w.w.r.sample(SWEEP, 7) for _ in range(max(30, p.n // 7))]
    k = w.rng.permutation(len(rows))
    text = [rows[k[i % len(rows)]] for i in range(p.n)]
    w.emit(
        g, p, text, Style(chained=False, out=600, temps={0.7: 1, None: 1}, caps={4096: 1}, models={"main": 5, "next": 4}, fail=0.05),
        own_system(w, n, "sys_plain", 0.6), harvest=True, campaign=name
    )


def phone_farm(w: World, n: int, region: Weights = SEA, vol: float = 34, name: str = "phone_farm", turns: float = 3.4) -> None:
    """Racks of cheap telephones with real SIM cards on the free tier; a user model keeps the talk going."""
    n = w.size(n, 30)
    cc = pick_countries(w.rng, n, region)
    rack = np.arange(n) // 40
    net = home(w.rng, cc, 0.9)
    rack_cc = pick_countries(w.rng, int(rack.max()) + 1, region)
    net.second, net.p_second = office(w.rng, rack_cc, rack), 0.12
    lo = np.sort(w.rng.uniform(-30, w.days * 0.6, n))
    created = w.start + (lo * DAY).astype(np.int64)
    g = w.join(
        "farm_phone", cc, net, clients(w.rng, n, {"droid": 1}, image=w.rng.integers(0, 14, n)), campaign=name, created=created,
        plan={"free": 1}, phone=0.93, devices=0.0
    )
    wake = np.maximum(0, lo + w.rng.exponential(2.5, n))
    p = w.plan(g, vol, sigma=0.35, turns=turns, hours="person", weekend=1.0, lo=wake, gap=60, gap_sigma=0.6, clump=1.3)
    slots = ["chat", "science", "essay", "history", "translate", "math", "food", "market", "email", "code", "travel", "law"]
    items = [w.w.write(s) for s in slots for _ in range(max(20, p.n // 30))]
    w.emit(
        g, p, sheet(items, 0.9, ordered=False, slips=0.15, local=0.35), replace(POINTED, models={"mini": 3, "main": 5, "next": 3}),
        harvest=True, campaign=name
    )


def drizzle_ring(w: World, n: int, prints: list[Print], vol: float = 20, name: str = "drizzle", persona: bool = True) -> None:
    """Hundreds of aged accounts, one or two talks a day, each with a steady address, a language and interests of its own."""
    n = w.size(n, 20)
    left, k = n, 0
    while left > 0:
        m = min(left, int(w.rng.integers(12, 45)))
        pr = prints[k % len(prints)]
        cc = pick_countries(w.rng, m, pr["cc"])
        net = home(w.rng, cc, 0.15)
        g = from_seller(w, "sleeper", m, pr, net, clients(w.rng, m, {"web": 5, "masked": 2, "droid": 2}), name, {"free": 7, "plus": 2})
        p = w.plan(g, vol, sigma=0.5, turns=2.2, hours="evening", weekend=1.0, gap=70, clump=0.9)
        slots = dict.fromkeys(w.w.r.sample([*SWEEP, "chat", "food", "market"], 6), 1.0)
        w.emit(
            g, p, talk(slots, local=0.3, slips=0.15, frame=0.35, pinned=persona, same=0.3),
            replace(POINTED, models={"main": 5, "next": 4, "think": 1}), harvest=(w.rng.random(p.n) < 0.8), campaign=name
        )
        left -= m
        k += 1


def edu_abuse(w: World, n: int, vol: float = 45, schools: tuple[int, ...] = (1, 3, 9), name: str = "campus_credits") -> None:
    """Student mail boxes bought from graduates; the education credit pays for exam-like tasks, asked in lecture hours."""
    n = w.size(n, 12)
    which = w.rng.choice(schools, n)
    cc = np.array([COUNTRIES.index(EDU_CC[i]) for i in which])
    reg = {EDU_CC[i]: 1.0 for i in schools}
    day = np.sort(w.rng.uniform(0, w.days * 0.4, n))
    g = w.join(
        "bought_student", cc, proxy(w.rng, reg, n * 4, width=3, accounts=n, p_mobile=0.4),
        clients(w.rng, n, {"web": 5, "masked": 3, "py": 2}), campaign=name,
        created=np.where(w.rng.random(n) < 0.5, w.start + (day * DAY).astype(np.int64), w.old(n, 60)), said={"education": 1},
        plan={"education": 1}, phone=0.4, pinned=False
    )
    for i, s in zip(g.idx.tolist(), which.tolist(), strict=True):
        w.acc["mail"][i] = EDU[s]
    g.tz = np.array([{"ID": 7.0, "IN": 5.5, "PH": 8.0}.get(EDU_CC[s], 0.0) for s in which])
    p = w.plan(g, vol, sigma=0.4, turns=2, hours="class", gap=60, clump=1.0)
    items = [w.w.write(s) for s in ("math", "science", "code", "tutor", "essay", "sql", "olymp", "quiz") for _ in range(max(20, p.n // 20))]
    w.emit(
        g, p, sheet(items, 0.7, slips=0.2), replace(POINTED, models={"main": 4, "next": 3, "think": 3}, out=480), harvest=True,
        campaign=name
    )
    cover(w, g, vol * 0.2, hours="student", slots={"essay": 2, "chat": 2, "science": 1})


def phoenix(w: World, n: int, vol: float = 85, strike: float = 9.0, name: str = "phoenix") -> None:
    """Two lives: most accounts are closed in the middle; the rest sleep for days, new ones come with other machines and words."""
    n = w.size(n, 16)
    reg1, reg2 = {"VN": 3, "TH": 1, "ID": 1}, {"MX": 2, "CO": 2, "AR": 1, "ES": 1}
    items = [w.w.write(s) for s in SWEEP for _ in range(max(40, int(n * vol) // 16))]
    half = int(len(items) * strike / w.days)
    for life, (reg, lo, hi) in enumerate(((reg1, 0.0, strike + 1), (reg2, strike + 2.2, float(w.days)))):
        m = n if life == 0 else int(n * 0.8)
        cc = pick_countries(w.rng, m, reg)
        net = servers(w.rng, m, CHEAP, group=np.arange(m) // 4) if life == 0 else proxy(w.rng, reg, 700, accounts=m, width=2)
        cl = (
            clients(w.rng, m, {"py": 1}, image=np.arange(m) % 4)
            if life == 0
            else clients(w.rng, m, {"node": 3, "py": 3, "axios": 2, "byok": 1})
        )
        created = w.old(m, 14, 2) if life == 0 else w.fresh(m, lo - 0.8, lo + 2.5)
        g = w.join(
            "phoenix_a" if life == 0 else "phoenix_b", cc, net, cl, campaign=name, created=created, plan={"payg": 5, "prepaid": 3},
            pay=np.arange(m) // 5 if life == 0 else 0.97, phone=np.where(w.rng.random(m) < 0.8, np.arange(m) // 4, -1), pinned=bool(life)
        )
        p = w.jobs(
            g, vol * n / w.days, span=(lo, hi), hours="flat" if life == 0 else "service", hold_s=5400 if life == 0 else 0.0,
            turns=1.0 if life == 0 else 2.0, gap=40
        )
        fn = sheet(items[:half] if life == 0 else items[half:], 0.1 if life == 0 else 0.85)
        w.emit(
            g, p.keep(p.ts >= g.created[p.a]), fn,
            Style(chained=life == 1, out=520, models={"main": 5, "next": 4}, temps={0.7: 1} if life == 0 else {None: 3, 0.5: 1, 0.9: 1}),
            own_system(w, m, "sys_plain", 0.3), harvest=True, campaign=name
        )
        if life:
            cover(w, g, vol * 0.3, app=False)
        else:
            hit = np.flatnonzero(w.rng.random(m) < 0.72)
            w.ban(g, hit, w.start + ((strike + np.abs(w.rng.normal(0, 0.3, len(hit)))) * DAY).astype(np.int64))
            rest = np.setdiff1d(np.arange(m), hit)
            if len(rest):
                tail = Group(
                    g.idx[rest], g.net, g.client[rest], g.client2[rest], g.swap_ts[rest], cc[rest], g.tz[rest], g.created[rest],
                    [None] * len(rest)
                )
                tail.net = proxy(w.rng, reg, 300, accounts=len(rest), width=3)
                q = w.plan(tail, vol * 0.4, sigma=0.4, turns=2, span=(strike + 4, w.days), hours="person")
                w.emit(
                    tail, q, sheet(items[half:], 0.85), Style(out=480, models={"main": 5, "next": 4}),
                    own_system(w, len(rest), "sys_plain", 0.3), harvest=True, campaign=name
                )
