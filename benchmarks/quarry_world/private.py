"""Innocent crowds: persons at home and on the road."""

import numpy as np

from .carriers import CHEAP, CLOUDS, COUNTRIES
from .clients import clients
from .customers import APP, DEV, LATAM, POINTED, SEA, WORLD, Weights, countries, roaming
from .network import home, office, servers, vpn
from .plans import Group, Style
from .text import EVERYDAY
from .wording import batch, own_system, shared_system, talk, toolset
from .world import World


def casual(w: World, n: int, region: Weights = WORLD, vol: float = 26, local: float = 0.55, new: float = 0.25) -> Group:
    """People in the chat app, in their own language, about their own life."""
    cc = countries(w, n, region)
    g = w.join(
        "casual", cc, roaming(w, cc, 0.4), clients(w.rng, n, APP), created=w.mixed_age(n, new), plan={"free": 7, "plus": 2, "prepaid": 1},
        phone=0.78
    )
    p = w.plan(g, vol, sigma=1.1, turns=3.2, hours="evening", weekend=1.0)
    w.emit(g, p, talk({**dict.fromkeys(EVERYDAY, 1.0), "chat": 4, "email": 2}, local=local, slips=0.4, frame=0.05, same=0.3), POINTED)
    return g


def hobby_api(w: World, n: int, region: Weights = WORLD, vol: float = 42) -> Group:
    """Single developers with a key: scripts, bots, experiments."""
    cc = countries(w, n, region)
    net = home(w.rng, cc, 0.08)
    net.second, net.p_second = servers(w.rng, n, CHEAP + CLOUDS), 0.3
    g = w.join("hobby_api", cc, net, clients(w.rng, n, DEV), plan={"payg": 6, "free": 3, "prepaid": 2})
    p = w.plan(g, vol, sigma=1.4, turns=4, hours="evening", gap=35)
    half = w.rng.random(g.n) < 0.5
    t = {
        "code": 3, "debug": 2, "extract": 1.5, "chat": 1, "translate": 1, "market": 1, "science": 1, "game": 1, "sql": 1, "judge": 0.3,
        "math": 0.6, "olymp": 0.15, "logic": 0.3
    }
    w.emit(g, p.keep(half[p.a]), talk(t, frame=0.1, same=0.75), Style(out=340), own_system(w, n, "sys_plain", 0.4))
    w.emit(g, p.keep(~half[p.a]), batch(t, frame=0.1), Style(out=260, chained=False), own_system(w, n, "system", 0.3))
    return g


def template_app(w: World, n: int, vol: float = 30, region: Weights = WORLD) -> Group:
    """A desktop app where customers bring their own key: one template and user agent, thousands of strangers."""
    cc = countries(w, n, region)
    g = w.join("template_app", cc, roaming(w, cc, 0.1), clients(w.rng, n, {"byok": 1}), plan={"payg": 6, "prepaid": 3, "free": 1})
    p = w.plan(g, vol, sigma=1.1, turns=3.5, hours="evening")
    w.emit(
        g, p, talk({"email": 2, "essay": 2, "market": 2, "translate": 2, "code": 1, "chat": 1, "law": 0.7}, local=0.3, slips=0.2, same=0.5),
        Style(temps={0.7: 5, None: 1, 0.2: 1}, caps={4096: 1}, stream=0.95, session_p=0), shared_system(w, w.rng.integers(0, 4, n))
    )
    return g


def plugin_users(w: World, n: int, vol: float = 60) -> Group:
    """Programmers with the same editor plugin: one set of tools, long chains, own keys."""
    cc = countries(w, n, WORLD)
    g = w.join("plugin_user", cc, home(w.rng, cc, 0.03), clients(w.rng, n, {"ide": 1}), plan={"payg": 8, "free": 2})
    p = w.plan(g, vol, sigma=1.2, turns=9, hours="office", weekend=0.4, gap=14)
    w.emit(
        g, p, talk({"agent": 5, "code": 2, "debug": 2}, frame=0, same=0.3),
        Style(out=180, extra=1500, tools=toolset(w, n, 3), temps={0.0: 3, None: 1}, caps={8192: 1}, stream=1, session_p=0),
        shared_system(w, w.rng.integers(0, 3, n), "sys_plain")
    )
    return g


def family_pay(w: World, n: int, vol: float = 30, region: Weights = WORLD) -> Group:
    """Households and small agencies: one card or wallet for two to seven accounts, one roof."""
    fam = np.sort(w.rng.integers(0, max(1, n // 4), n))
    ccs = countries(w, int(fam.max()) + 1, region)
    net = office(w.rng, ccs, fam)
    net.second, net.p_second = home(w.rng, ccs[fam], 0.8), 0.4
    g = w.join(
        "family_or_agency", ccs[fam], net, clients(w.rng, n, {"web": 4, "droid": 3, "ios": 2}), plan={"plus": 4, "prepaid": 1}, pay=fam,
        phone=np.where(w.rng.random(n) < 0.4, fam, -1)
    )
    p = w.plan(g, vol, sigma=1.0, turns=3, hours="evening", weekend=1)
    w.emit(
        g, p, talk({"chat": 3, "market": 2, "email": 2, "tutor": 2, "food": 1, "essay": 1, "translate": 1}, local=0.5, slips=0.3, same=0.3),
        POINTED
    )
    return g


def cybercafe(w: World, n: int, vol: float = 22, region: Weights | None = None) -> Group:
    """Internet cafes and phone shops: strangers on one address and one image, topped up with vouchers."""
    site = np.sort(w.rng.integers(0, max(2, n // 25), n))
    ccs = countries(w, int(site.max()) + 1, region or {**LATAM, **SEA, "NG": 3, "EG": 2, "KE": 2})
    net = office(w.rng, ccs, site)
    net.second, net.p_second = home(w.rng, ccs[site], 0.95), 0.3
    g = w.join(
        "cybercafe", ccs[site], net, clients(w.rng, n, {"web": 3, "masked": 1}, image=site), created=w.mixed_age(n, 0.6, 60),
        plan={"free": 5, "voucher": 4, "prepaid": 1}, phone=0.35
    )
    p = w.plan(g, vol, sigma=1.0, turns=3, hours="student", weekend=1)
    w.emit(
        g, p, talk({"essay": 3, "email": 2, "tutor": 2, "chat": 3, "math": 1, "translate": 1, "history": 1}, local=0.6, slips=0.5), POINTED
    )
    return g


def vpn_users(w: World, n: int, vol: float = 30) -> Group:
    """People from places without the service: shared VPN exits, foreign cards, odd clocks."""
    cc = countries(w, n, {"CN": 6, "RU": 3, "EG": 1, "TR": 1})
    g = w.join(
        "vpn_user", cc, vpn(w.rng, n), clients(w.rng, n, {"web": 5, "masked": 2, "py": 2}), plan={"plus": 4, "payg": 3, "free": 3},
        phone=0.5
    )
    shown = countries(w, n, {"US": 5, "JP": 2, "GB": 2, "TW": 2})
    for i, c in zip(g.idx.tolist(), shown.tolist(), strict=True):
        w.acc["cc"][i] = COUNTRIES[c]
    p = w.plan(g, vol, sigma=1.1, turns=3, hours="evening")
    w.emit(
        g, p, talk({"code": 3, "chat": 2, "essay": 2, "translate": 2, "science": 1, "debug": 2, "math": 1}, local=0.4, slips=0.2, same=0.4),
        POINTED
    )
    return g
