"""Operators that use what is others': customers of a proxy, keys, hired hands."""

import numpy as np

from .clients import WEB_MIX
from .hashing import only, pick
from .hours import DAY
from .manners import ALL_TASKS, settings, systems
from .network import seats
from .pools import CURRICULUM, SOURCES, cover, live, queue_times, relay, singles
from .world import Group, World


def tapped_proxy(w: World, name: str, n: int, ev: float) -> None:
    """An uncontracted cut-price proxy with real customers.

    Multiplexed over a pool of accounts. Conversations on the large models are copied for training; the rest passes through.
    """
    rng = w.rng
    birth, death = relay(w, n, max(8, n // 2), 12)
    gate = seats(rng, 9, where={"SG": 3, "HK": 2, "US": 3, "JP": 1}, net="cloud", mix={"go": 3, "gateway": 2})
    gate = gate.moved(ua=np.full(9, gate.ua[0], object), ja4=np.full(9, gate.ja4[0], object))
    g = w.enrol(
        n, "proxy_pool", campaign=name, seat=gate.sub(rng.integers(0, 9, n)),
        signup=seats(rng, n, where=SOURCES, net={"home": 5, "vpn": 4}), birth=birth, death=death, plan={"payg": 7, "growth": 1, "trial": 2},
        org=0.1, mail="free", says={"individual": 7, "startup": 3}, false_ban=0
    )
    convs = int(ev / 2.3)
    t0 = queue_times(w, convs, "evening", tz=6)
    who = live(w, g, t0, 0.6)
    ok = who >= 0
    tn = w.clock.unroll(who[ok], t0[ok], np.minimum(20, rng.geometric(1 / 2.3, int(ok.sum()))), 70.0)
    nc = int(tn.conv.max()) + 1
    hop = rng.random(len(tn)) < 0.35  # the next turn of a conversation may go out through another account
    other = live(w, g, tn.t)
    tn.who = np.where(hop & (other >= 0), other, tn.who)
    client = w.text.expand("sys_app", 90)
    users = rng.zipf(1.35, nc) % 90
    model = pick(rng, {"halden-mini-2": 3, "halden-base-2": 3, "halden-pro-2": 4, "halden-think-1": 1}, nc)[tn.conv]
    big = np.isin(model, ("halden-pro-2", "halden-think-1"))
    rules = {**ALL_TASKS, "coding": 16, "chin": 8, "rp": 9}
    w.play(
        g, tn, w.talk(tn, rules, rough=0.4), seat=gate.sub(rng.integers(0, 9, len(tn))), model=model, harvest=big, stream=True,
        system=only(rng.random(90) < 0.5, client)[users][tn.conv], think=np.where(model == "halden-think-1", 900.0, 0.0),
        max_tokens=np.array([0, 1024, 4096, 8192])[rng.integers(0, 4, nc)][tn.conv]
    )


def leaked_keys(w: World, name: str, n: int, ev: float) -> None:
    """Keys scraped from public repositories and apps.

    The victims' work goes on; beside it somebody drains the key until it is revoked.
    """
    rng = w.rng
    g = w.enrol(
        n, "leaked_key_account", campaign=name, seat=seats(rng, n, net={"cloud": 7, "home": 3}), plan={"payg": 7, "growth": 3}, org=0.35,
        says={"startup": 6, "individual": 5, "enterprise": 1}, birth=w.born(n, 0.05, 260), verified=0.15
    )
    own = w.turns(g, ev * 0.8, "server", sigma=1.3, turns=1.6, batch=0.2)
    w.play(
        g, own, w.talk(own, ALL_TASKS, own=0.8, rough=0.3), system=systems(w, n, own.who, 0.7),
        model=w.models(own.who, own.t, {"mini": 4, "base": 4, "pro": 2}), **settings(w, n, own.who)
    )
    leak = rng.uniform(0.05, 0.85, n) * w.span
    end = np.minimum(leak + rng.gamma(1.3, 2.2 * DAY, n) + 3600, w.span)
    thief = Group(g.acct, g.seat, np.maximum(leak, g.birth), end, g.path, g.key)
    exits = seats(rng, 60, where=SOURCES, net={"cloud": 4, "vpn": 4, "home": 4}, mix={"go": 4, "aiohttp": 3, "requests": 3, "gateway": 2})
    t = queue_times(w, int(ev * 1.3), "flat")
    who = live(w, thief, t, 0.9)
    tn, _ = singles(who, t)
    tn.t = tn.t + rng.exponential(3, len(tn))
    w.play(
        thief, tn, w.talk(tn, {**CURRICULUM, "cot": 7, "chin": 3}), seat=exits.sub(rng.integers(0, 60, len(tn))), max_tokens=4096,
        med=560.0, harvest=True, model=pick(rng, {"halden-pro-2": 7, "halden-think-1": 3}, len(tn)), retry=False
    )


def paid_crew(w: World, name: str, n: int, ev: float) -> None:
    """Real people paid per accepted conversation.

    Own homes, own wording, own cards; a rubric asks for at least four turns and a hard follow-up.
    """
    rng = w.rng
    seat = seats(rng, n, where={"KE": 4, "PH": 4, "IN": 3, "NG": 2, "PK": 2, "UA": 1}, net={"home": 6, "mobile": 3}, mix=WEB_MIX)
    g = w.enrol(
        n, "paid_person", campaign=name, seat=seat, path={"app": 9, "api": 1}, mail="free", plan={"free": 3, "payg": 7}, org=0.0,
        birth=w.born(n, 0.55, 60, hi=w.days * 0.6)
    )
    tn = w.turns(g, ev, "office", sigma=0.6, turns=4.6, gap=170)
    w.play(
        g, tn,
        w.talk(
            tn, {"explain": 4, "write": 4, "reason": 3, "math": 2, "health": 2, "legal": 2, "coding": 2, "rp": 1}, rough=0.5,
            follow={"follow": 6, "probe": 3}
        ),
        model=w.models(tn.who, tn.t, {"base": 2, "pro": 7, "think": 1}, lag_days=2), med=420.0, harvest=True
    )
    cover(w, g, ev * 0.25)
