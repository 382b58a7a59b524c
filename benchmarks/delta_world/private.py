"""Innocent crowds: persons."""

import numpy as np

from .clients import API_MIX, WEB_MIX, clients
from .hashing import pick
from .hours import DAY
from .manners import ALL_TASKS, TIERS, settings, systems
from .network import seats
from .world import Group, World


def hobby(w: World, n: int, ev: float) -> None:
    """Individuals with scripts, bots and half-finished projects: heavy tail, long silences."""
    seat = seats(w.rng, n, net={"home": 6, "cloud": 3, "mobile": 0.6, "vpn": 0.5})
    g = w.enrol(
        n, "hobby", says={"individual": 8, "startup": 1, "research": 0.5, "education": 0.7}, seat=seat,
        plan={"free": 32, "trial": 10, "payg": 58}, mail="mixed", org=0.06, birth=w.born(n, 0.25)
    )
    tn = w.turns(g, ev, "evening", sigma=1.6, turns=1.6, gap=70, batch=0.25)
    niche = w.niches(n, ALL_TASKS)
    w.play(
        g, tn, w.talk(tn, ALL_TASKS, own=0.6, niche=niche, rough=0.25), system=systems(w, n, tn.who, 0.45, niche=niche),
        model=w.models(tn.who, tn.t, TIERS), **settings(w, n, tn.who)
    )


def toe_dippers(w: World, n: int, ev: float) -> None:
    """People who sign up, copy the quick-start, send three requests and leave."""
    g = w.enrol(
        n, "toe_dipper", seat=seats(w.rng, n, net={"home": 7, "mobile": 1, "office": 1, "cloud": 1}), plan={"free": 7, "trial": 3},
        mail="mixed", org=0.03, birth=w.born(n, 0.85)
    )
    back = np.where(g.birth > 0, g.birth, w.rng.uniform(0, w.span * 0.98, n))  # old ones come back once, any day
    hi = np.minimum(back + w.rng.exponential(DAY, n) + 900, w.span)
    tn = w.turns(g, ev, "evening", lo=back, hi=hi, sigma=0.6, turns=1.3)
    w.play(
        g, tn, w.talk(tn, {"hello": 6, "chat": 2, "explain": 2, "coding": 1}, rough=0.2), model=w.models(tn.who, tn.t, TIERS),
        **settings(w, n, tn.who)
    )


def dormant(w: World, n: int, ev: float) -> None:
    """Accounts that stand in the register and ask for nothing in the window, beside a rare few that do."""
    g = w.enrol(
        n, "dormant", says={"individual": 8, "startup": 2, "education": 1},
        seat=seats(w.rng, n, net={"home": 7, "mobile": 1, "office": 1, "vpn": 0.5}), plan={"free": 7, "payg": 3},
        birth=w.born(n, 0.12, 420), org=0.08
    )
    few = g.sub(np.flatnonzero(w.rng.random(n) < 0.1))
    if len(few):
        tn = w.turns(few, max(1.0, ev), "evening", sigma=0.3)
        w.play(few, tn, w.talk(tn, {"hello": 2, "chat": 2, "explain": 1}, rough=0.3), model=w.models(tn.who, tn.t, TIERS))


def app_users(w: World, n: int, ev: float) -> None:
    """Ordinary users of the chat application."""
    seat = seats(w.rng, n, net={"home": 6, "mobile": 4, "office": 1, "vpn": 0.4}, mix=WEB_MIX)
    g = w.enrol(
        n, "app_user", says={"individual": 9, "education": 1}, seat=seat, plan={"free": 75, "payg": 25}, mail="free", org=0.0, path="app",
        birth=w.born(n, 0.3)
    )
    tn = w.turns(g, ev, "evening", sigma=1.1, turns=3.2, gap=100)
    w.play(
        g, tn, w.talk(tn, {**ALL_TASKS, "classify": 0.3, "extract": 0.5, "rag": 0.1, "chat": 14}, own=0.3, rough=0.5),
        model=w.models(tn.who, tn.t, TIERS, lag_days=1, fickle=0.15), med=330.0
    )


def agency(w: World, n: int, ev: float) -> None:
    """Families and web agencies: several accounts on one card and one line, unrelated work (an account for each client)."""
    rng = w.rng
    house = np.sort(rng.integers(0, max(1, n // 4), n))
    cards, hosts = w.handles(int(house.max()) + 1), seats(rng, int(house.max()) + 1, net={"home": 5, "office": 3, "cloud": 2})
    seat = hosts.sub(house)
    ua, ja = clients(rng, n, API_MIX)
    alone = rng.random(n) < 0.5
    seat = seat.moved(ua=np.where(alone, ua, seat.ua), ja4=np.where(alone, ja, seat.ja4))
    g = w.enrol(n, "shared_payment", says={"individual": 4, "startup": 5}, seat=seat, pay=cards[house], org=0.08, birth=w.born(n, 0.2))
    tn = w.turns(g, ev, "office", sigma=1.2, turns=1.7, batch=0.2)
    niche = w.niches(n, ALL_TASKS)
    w.play(
        g, tn, w.talk(tn, ALL_TASKS, own=0.8, niche=niche, rough=0.2), system=systems(w, n, tn.who, 0.7, niche=niche),
        model=w.models(tn.who, tn.t, TIERS), **settings(w, n, tn.who)
    )


def limit_dodgers(w: World, n: int, ev: float) -> None:
    """People with several accounts for the free credits.

    Or a marketing firm with six accounts against the rate limit: against the terms, but they use the answers.
    """
    rng = w.rng
    house = np.sort(rng.integers(0, max(1, n // 5), n))
    m = int(house.max()) + 1
    seat = seats(rng, m, net={"home": 5, "vpn": 2, "cloud": 3}).sub(house)
    phone, mailh = w.handles(m), w.handles(n)
    reuse = rng.random(n) < 0.5
    start = w.born(m, 0.6)[house] + rng.exponential(1.5 * DAY, n)
    g = w.enrol(
        n, "limit_dodger", says={"individual": 8, "startup": 2}, seat=seat, birth=np.minimum(start, w.span - 3600),
        plan={"free": 7, "trial": 1.5, "payg": 2}, mail="throwaway" if rng.random() < 0.3 else "free",
        phone=np.where(reuse, phone[house], w.handles(n)), mail_hash=mailh, org=0.01,
        death=np.where(rng.random(n) < 0.25, w.span * rng.random(n), np.inf)
    )
    tn = w.turns(g, ev, "server", sigma=0.8, batch=0.5)
    niche = pick(rng, {"seo": 4, "rp": 3, "write": 3, "translate": 2, "coding": 3, "classify": 1, "extract": 1}, m)
    sysm = systems(w, m, np.arange(m), 0.9, niche=niche)
    w.play(
        g, tn, w.text.mixed(niche[house][tn.who]), system=sysm[house][tn.who], model="halden-base-2", temp=np.float32(0.7), max_tokens=1024
    )


def gig_writers(w: World, n: int, ev: float) -> None:
    """Freelance translators, tutors and copy writers in a few cities, working on client briefs in the chat application or a thin client."""
    rng = w.rng
    seat = seats(
        rng, n, where={"PH": 4, "KE": 4, "NG": 3, "IN": 3, "PK": 3, "AR": 1}, net={"home": 5, "mobile": 3, "vpn": 0.6}, mix=WEB_MIX
    )
    g = w.enrol(n, "gig_writer", seat=seat, path={"app": 8, "api": 2}, mail="free", plan={"free": 5, "payg": 5}, org=0.0)
    tn = w.turns(g, ev, "office", sigma=0.8, turns=3.5, gap=150)
    w.play(
        g, tn, w.talk(tn, {"write": 4, "seo": 4, "translate": 4, "explain": 2, "math": 2, "summ": 2}, own=0.3, rough=0.4),
        model=w.models(tn.who, tn.t, {"base": 5, "pro": 3}), med=350.0
    )


def community(w: World, n: int, ev: float) -> None:
    """A game-modding community with shared character cards: same long system prompts from homes and VPNs, night owls."""
    rng = w.rng
    cards = w.text.expand("sys_play", 25) + " " + w.text.expand("para", 25)
    g = w.enrol(
        n, "roleplay_community", seat=seats(rng, n, net={"home": 6, "vpn": 3, "mobile": 1}, mix={"chrome": 3, "node_sdk": 3, "axios": 3}),
        mail="free", plan={"free": 4, "payg": 6}, org=0.0
    )
    tn = w.turns(g, ev, "night", sigma=1.1, turns=7, gap=60)
    card = rng.zipf(1.6, int(tn.conv.max()) + 1) % 25
    w.play(
        g, tn, w.talk(tn, {"rp": 1}, follow={"rp": 4, "follow": 1}, rough=0.4), system=cards[card[tn.conv]],
        model=w.models(tn.who, tn.t, {"base": 5, "pro": 5}), temp=np.float32(1.0), top_p=np.float32(0.95), max_tokens=512, stream=True,
        med=260.0
    )


def movers(w: World, n: int, ev: float) -> None:
    """Honest changes in mid-window: a new laptop, flat or server, a new key, sometimes a new project or a new owner of the firm."""
    rng = w.rng
    was = seats(rng, n, net={"home": 5, "cloud": 4, "office": 1})
    g = w.enrol(
        n, "mover", says={"individual": 6, "startup": 4}, seat=was, birth=-(30 + rng.gamma(1.6, 160, n)) * DAY, org=0.15,
        plan={"payg": 8, "growth": 2}
    )
    when = rng.uniform(0.15, 0.85, n) * w.span
    pause = np.where(rng.random(n) < 0.4, rng.exponential(3 * DAY, n), 600)
    niche = w.niches(n, ALL_TASKS)
    after = np.where(rng.random(n) < 0.4, w.niches(n, ALL_TASKS), niche)
    now = seats(rng, n, net={"home": 4, "cloud": 5, "vpn": 0.5})
    stay = rng.random(n) < 0.7  # most stay in their country
    now.country[stay], now.asn[stay], now.tz[stay] = was.country[stay], was.asn[stay], was.tz[stay]
    later = Group(g.acct, now, g.birth, g.death, g.path, np.where(rng.random(n) < 0.6, w.handles(n), g.key))
    for side, work, lo, hi in ((g, niche, 0.0, when), (later, after, np.minimum(when + pause, w.span - 3600), w.span)):
        tn = w.turns(side, ev / 2, "server", lo=lo, hi=hi, sigma=1.3, turns=1.6, batch=0.25)
        w.play(
            side, tn, w.talk(tn, ALL_TASKS, own=0.7, niche=work, rough=0.25), system=systems(w, n, tn.who, 0.6, niche=work),
            model=w.models(tn.who, tn.t, TIERS), **settings(w, n, tn.who)
        )
