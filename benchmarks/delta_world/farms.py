"""Operators with accounts opened or bought by the dozen."""

from typing import Any

import numpy as np

from .hashing import only, pick
from .hours import DAY
from .manners import ALL_TASKS, settings, systems
from .network import either, joined, seats
from .pools import CURRICULUM, SOURCES, cover, live, queue_times, relay, singles
from .world import Group, World


def credit_burners(w: World, name: str, n: int, ev: float) -> None:
    """Free-credit accounts behind one deduplicating queue.

    Each is spent to its last cent in two or three days, then thrown away. A 429 sends the task to another worker.
    """
    rng = w.rng
    birth, death = relay(w, n, max(6, n // 5), 2.6)
    spent = np.where(rng.random(n) < 0.6, death, np.inf)  # the rest are never banned, they merely stop
    seat = seats(rng, n, where=SOURCES, net={"vpn": 2, "cloud": 5, "home": 2}, mix={"py_async": 6, "aiohttp": 2, "httpx": 2})
    g = w.enrol(
        n, "credit_account", campaign=name, seat=seat, birth=birth, death=spent, plan={"trial": 7, "free": 3}, mail="free", org=0.04,
        phone=w.handles(max(1, n // 3))[rng.integers(0, max(1, n // 3), n)], says={"individual": 8, "startup": 2, "education": 1},
        false_ban=0
    )
    work = Group(g.acct, g.seat, g.birth, death, g.path, g.key)
    t = queue_times(w, int(ev), "flat")
    tn, _ = singles(live(w, work, t), t)
    prompt = w.talk(tn, CURRICULUM)
    sysm = only(rng.random(len(tn)) < 0.5, "You are a helpful assistant.")
    tight = rng.random(len(tn)) < 0.04
    args: dict[str, Any] = {
        "model": np.where(rng.random(len(tn)) < 0.8, "halden-pro-2", "halden-base-2"), "max_tokens": 2048, "temp": np.float32(0.7),
        "med": 520.0, "retry": False
    }
    w.play(g, tn, prompt, system=sysm, status=np.where(tight, 429, 0), harvest=True, **args)
    t2 = tn.t[tight] + rng.exponential(4, int(tight.sum())) + 0.5
    tn2, r2 = singles(live(w, work, t2), t2)
    args["model"] = args["model"][tight][r2]
    w.play(g, tn2, prompt[tight][r2], system=sysm[tight][r2], harvest=True, **args)
    cover(w, g, n * 1.5)


def slow_drip(w: World, name: str, n: int, ev: float) -> None:
    """Patient: each account sends one to five questions on some days only.

    At its home's waking hours, over residential lines of its own; the task list is split by topic.
    """
    rng = w.rng
    seat = seats(
        rng, n, net={"home": 8, "mobile": 2}, mix={"chrome": 3, "py_sdk": 4, "node_sdk": 3, "requests": 1, "curl": 0.6, "safari": 1}
    )
    web = np.array([str(u).startswith("Mozilla") for u in seat.ua])
    g = w.enrol(
        n, "drip", campaign=name, seat=seat, birth=w.born(n, 0.25, 120), plan={"free": 5, "payg": 5}, org=0.05, mail="free",
        says={"individual": 9, "education": 1.5, "startup": 1}
    )
    g.path[:] = np.where(web, "app", "api")
    tn = w.turns(g, ev, "evening", sigma=0.55, turns=1.25, gap=80)
    w.play(
        g, tn, w.talk(tn, CURRICULUM, own=0.45, rough=0.2), model=w.models(tn.who, tn.t, {"base": 3, "pro": 6, "think": 0.6}), harvest=True,
        med=420.0, **settings(w, n, tn.who)
    )
    cover(w, g, ev * 0.18)


def aged_market(w: World, name: str, n: int, ev: float) -> None:
    """Old accounts bought from their owners.

    A real past in the first days, a quiet week, then another machine, another hour of the day, another kind of work.
    """
    rng = w.rng
    was = seats(rng, n, net={"home": 7, "mobile": 1, "cloud": 2})
    g = w.enrol(
        n, "bought_account", campaign=name, seat=was, birth=-(240 + rng.gamma(2, 110, n)) * DAY, plan={"payg": 9, "free": 1}, org=0.1,
        mail="mixed", death=np.where(rng.random(n) < 0.15, rng.uniform(0.7, 1, n) * w.span, np.inf)
    )
    handover = rng.uniform(0.2, 0.55, n) * w.span
    past = w.turns(g, n * 9, "evening", hi=handover - 2 * DAY, sigma=1.2, turns=1.6)
    w.play(
        g, past, w.talk(past, ALL_TASKS, own=0.5, rough=0.3), model=w.models(past.who, past.t, {"mini": 3, "base": 5, "pro": 2}),
        **settings(w, n, past.who)
    )
    now = seats(rng, n, where=SOURCES, net={"home": 5, "cloud": 3, "vpn": 2}, mix={"py_async": 4, "httpx": 3, "py_sdk": 3, "node_sdk": 1})
    now.tz[:] = 8
    keep = rng.random(n) < 0.35  # some sellers' countries are matched with a proxy near by
    now.country[keep], now.asn[keep] = was.country[keep], was.asn[keep]
    h = Group(g.acct, now, g.birth, g.death, g.path, w.handles(n))
    tn = w.turns(h, ev, "server", lo=handover, sigma=0.7, turns=1.2, batch=0.5)
    w.play(
        h, tn, w.talk(tn, CURRICULUM, own=0.2), system=only(rng.random(n) < 0.5, "You are a helpful assistant.")[tn.who], harvest=True,
        model=w.models(tn.who, tn.t, {"pro": 7, "think": 1, "base": 2}, lag_days=1), med=480.0, **settings(w, n, tn.who)
    )


def trial_farm(w: World, name: str, n: int, ev: float) -> None:
    """Sign-up robot: hundreds of free accounts.

    Throwaway mail, a few phones, about a dozen requests each; a ban wave half way, then a new mail supplier and new proxies.
    """
    rng = w.rng
    cut = w.days * rng.uniform(0.45, 0.6)
    birth = np.sort(rng.uniform(-3, w.days - 0.5, n)) * DAY
    birth = birth + np.round(rng.exponential(0.2, n)) * 3600
    early = birth < cut * DAY
    wave = np.where(early, cut * DAY + rng.exponential(1800, n), np.inf)
    death = np.where(rng.random(n) < 0.75, wave, np.inf)
    death = np.where(rng.random(n) < 0.15, birth + rng.exponential(2 * DAY, n) + 600, death)
    a = seats(rng, n, where=SOURCES, net={"cloud": 5, "vpn": 5}, mix={"requests": 6, "httpx": 3})
    b = seats(
        rng, n, where={"BR": 3, "ID": 3, "VN": 3, "US": 3, "TR": 1, "PH": 1}, net="home", mix={"py_sdk": 5, "httpx": 3, "node_sdk": 2}
    )
    seat = either(early, a, b)
    seat.rot[:] = np.where(early, seat.rot, 1200.0)
    mail = np.where(early, w.domains(n, "throwaway"), np.where(rng.random(n) < 0.8, "outlook.com", "gmail.com"))
    g = w.enrol(
        n, "trial_robot", campaign=name, seat=seat, birth=np.minimum(birth, w.span - 3600),
        death=np.where(death < w.span, np.maximum(death, 300), np.inf), plan="free", mail=mail, org=0.0,
        phone=w.handles(40)[rng.integers(0, 40, n)], says={"individual": 9, "education": 1}, false_ban=0
    )
    tn = w.turns(g, ev, "flat", hi=np.minimum(np.maximum(g.birth, 0) + rng.exponential(1.5 * DAY, n) + 1200, w.span), sigma=0.4, batch=0.7)
    w.play(
        g, tn, w.talk(tn, {**CURRICULUM, "selfgen": 2, "chat": 2}, rough=0.05), model=w.models(tn.who, tn.t, {"base": 7, "pro": 3}),
        max_tokens=1500, med=420.0, harvest=True
    )
    cover(w, g, n * 0.6)


def paraphrase_mill(w: World, name: str, n: int, ev: float) -> None:
    """One skill tree; a small model rewords every seed for each account.

    So no text comes twice; each seed is answered under three wordings.
    """
    rng = w.rng
    seat = seats(rng, n, where=SOURCES, net={"home": 4, "cloud": 5}, mix=None)
    g = w.enrol(
        n, "reworder", campaign=name, seat=seat, plan={"payg": 8, "free": 2}, org=0.15, birth=w.born(n, 0.4, 80, hi=w.days * 0.5),
        death=np.where(rng.random(n) < 0.12, rng.uniform(0.5, 1, n) * w.span, np.inf)
    )
    seeds = int(ev / 3)
    pins = {k: w.text.expand(k, seeds) for k in ("topic", "aspect", "thing", "lang", "fw")}
    rule = pick(rng, {"explain": 6, "coding": 5, "write": 3, "science": 1}, seeds)
    start = queue_times(w, seeds, "server")
    src = np.repeat(np.arange(seeds), 3)
    t = np.minimum(start[src] + np.where(np.arange(len(src)) % 3 > 0, rng.exponential(1.5 * DAY, len(src)), 0), w.span - 1)
    tn, rows = singles(live(w, g, t), t)
    text = w.text.mixed(rule[src[rows]], {k: v[src[rows]] for k, v in pins.items()})
    w.play(
        g, tn, w.text.rough(text, 0.25), system=systems(w, n, tn.who, 0.5), model=w.models(tn.who, tn.t, {"base": 3, "pro": 7}),
        harvest=True, med=420.0, **settings(w, n, tn.who)
    )
    cover(w, g, ev * 0.05)


def parallel_tongues(w: World, name: str, n: int, ev: float) -> None:
    """The same instruction list in many languages for a multilingual student.

    Each account keeps to one or two languages and that language's waking hours.
    """
    rng = w.rng
    tongue = pick(rng, {"spanish": 2, "german": 2, "portug": 2, "indo": 2, "chin": 2, "russ": 2, "translate": 1}, n)
    home = {"spanish": "ES", "german": "DE", "portug": "BR", "indo": "ID", "chin": "HK", "russ": "UA", "translate": "US"}
    parts = [seats(rng, 1, where={home[x]: 1}, net={"home": 5, "cloud": 4, "mobile": 1}, mix=None) for x in tongue]
    seat = joined(parts)
    g = w.enrol(
        n, "tongue_worker", campaign=name, seat=seat, plan={"payg": 7, "free": 3}, mail="mixed", org=0.1,
        birth=w.born(n, 0.35, 90, hi=w.days / 2)
    )
    tn = w.turns(g, ev, "server", sigma=0.6, turns=1.3, batch=0.3)
    # every language walks through the same list of topics in the same order, some days apart
    topics = w.text.expand("topic", 4000)
    pos = np.zeros(len(tn), int)
    for x in sorted(set(tongue.tolist())):
        sel = np.flatnonzero(tongue[tn.who] == x)
        pos[sel[np.argsort(tn.t[sel])]] = np.arange(len(sel))
    text = w.text.mixed(np.where(tn.first, tongue[tn.who], "follow"), {"topic": topics[pos % 4000]})
    w.play(
        g, tn, text, system=systems(w, n, tn.who, 0.3), model=w.models(tn.who, tn.t, {"base": 4, "pro": 6}), harvest=True, med=400.0,
        **settings(w, n, tn.who)
    )
    cover(w, g, ev * 0.06)


def golden_image(w: World, name: str, n: int, ev: float) -> None:
    """One virtual machine image cloned.

    The same rare client build everywhere, behind a rotating residential proxy; mixes work, small talk and copied app traffic.
    """
    rng = w.rng
    seat = seats(rng, n, where={"US": 5, "GB": 1, "DE": 1, "BR": 1, "CA": 1, "FR": 1, "AU": 1}, net="home", mix={"rust": 1})
    seat = seat.moved(
        ua=np.full(n, "halden-node/2.4.1", object), ja4=np.full(n, "t13d1011h2_61a7ad8aa9b6_3fcd1a44f3e3", object), rot=np.full(n, 600.0),
        tz=np.full(n, 8.0)
    )
    g = w.enrol(
        n, "clone", campaign=name, seat=seat, plan={"payg": 6, "free": 4}, org=0.05, mail="free", birth=w.born(n, 0.6, 30, hi=w.days * 0.7)
    )
    tn = w.turns(g, ev, "office", sigma=0.6, turns=1.5, gap=30)
    w.play(
        g, tn, w.talk(tn, {**CURRICULUM, "chat": 5, "support": 3}, own=0.2, rough=0.25), system=systems(w, n, tn.who, 0.4), harvest=True,
        med=420.0, model=w.models(tn.who, tn.t, {"pro": 6, "base": 4}), **settings(w, n, tn.who)
    )
    cover(w, g, ev * 0.2)
