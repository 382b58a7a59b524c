"""Innocent persons: chatters, developers, heavy users, fashions, people who hide or come back."""

import numpy as np

from .arrays import Arr
from .habits import CHAT, joined, sessions, turns, vary
from .log import enrol
from .text import DEV, GENERAL
from .world import DAY, EVENING, FLAT, OFFICE, Signup, World


def chatters(w: World, size: float) -> None:
    """Individuals in the app; some on free plans, some paying."""
    for plan, card, share in (("free", "none", 0.6), ("plus", "own", 0.4)):
        n = w.n(size * share)
        made = joined(w, n, 0.25)
        s = Signup(f"chat_{plan}", plan=plan, card=card, org="none", phone=0.75)
        g = enrol(w, s, n, created=made, pool=CHAT, client=w.net.clients(n, "browser"), path="app", profile=EVENING)
        vary(w, g, 0.05)
        who, t = sessions(w, g, 3.0 if plan == "free" else 6.0, 1.1, lo=np.maximum(made, 0))
        hello = w.rng.random(len(who)) < 0.03
        first = w.text.by_domain(g.domains[who, w.rng.integers(0, 3, len(who))])
        first[hello] = w.text.gen("greet", int(hello.sum()))
        g.talk(who, t, turns(w, len(who), 3.0), first, gap=110)


def tinkerers(w: World, size: float) -> None:
    """Single developers with scripts on the API."""
    n = w.n(size)
    made = joined(w, n, 0.2)
    own = w.text.gen("sysown", n)
    own[w.rng.random(n) < 0.4] = None
    temp = np.where(
        w.rng.random(n) < 0.45, np.round(w.rng.choice((0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.7, 0.8, 0.9, 1.0, 1.0, 1.0), n), 1),
        np.nan
    )
    g = enrol(
        w, Signup("solo_dev", org="own", phone=0.5), n, created=made, pool=(*DEV, "math", "label", "div"), profile=EVENING, temp=temp,
        system=own, max_tokens=w.rng.choice((0, 0, 0, 0, 256, 500, 800, 1024, 1500, 2048, 2048, 3000, 4096, 4096), n),
        stream=w.rng.random(n) < 0.3
    )
    g.tools = np.where(w.rng.random(n) < 0.22, np.array(w.packs)[np.minimum(w.rng.geometric(0.2, n) - 1, 13)], 0)
    g.tool_tokens = 1800
    vary(w, g, 0.35)
    on_cloud = np.flatnonzero(w.rng.random(n) < 0.25)
    g.hosts[on_cloud] = w.net.cloud(len(on_cloud))[:, None]
    who, t = sessions(w, g, 7.0, 1.3, lo=np.maximum(made, 0))
    g.talk(who, t, turns(w, len(who), 1.7), gap=70)


def power_users(w: World, size: float) -> None:
    """Individuals and tiny firms with much use: own experiments, private test sets, agents at night, papers, hobby products."""
    for style in range(4):
        n = w.n(size / 4)
        made = joined(w, n, 0.3)
        pool = ((*DEV, "agent"), ("math", "logic", "div", "tutor"), (*GENERAL, "legal", "fin"), ("grade", "clean", "label", "div"))[style]
        tail = w.text.gen("steps" if style == 1 else "limit", n)
        pasted = w.rng.random(n) < 0.35
        g = enrol(
            w, Signup("power_user", phone=0.5, mail="mixed" if style == 1 else "webmail"), n, created=made, pool=pool,
            profile=(EVENING, FLAT, OFFICE, FLAT)[style],
            client=w.net.clients(n, "python", "node", "raw", "gateway") if style != 2 else w.net.clients(n, "python", "node"), weekend=0.9,
            temp=np.where(w.rng.random(n) < 0.5, np.nan, w.rng.choice((0.0, 0.7, 1.0), n)),
            max_tokens=w.rng.choice((0, 1024, 2048, 4096), n), out=5.9, system=w.text.some("sysown", 0.4, n)
        )
        g.top_p = (None, 0.98, None, 0.9)[style]
        vary(w, g, 0.4)
        if style == 0:
            g.tools = np.where(w.rng.random(n) < 0.6, np.array(w.packs)[np.minimum(w.rng.geometric(0.2, n) - 1, 13)], 0)
            g.tool_tokens = 1800
        on_cloud = np.flatnonzero(w.rng.random(n) < 0.4)
        g.hosts[on_cloud, :3] = w.net.cloud(len(on_cloud))[:, None]
        who, t = sessions(w, g, 9.0 * w.days, 0.8, lo=np.maximum(made, 0))
        most = np.cumsum(np.ones(len(who))) - np.repeat(np.searchsorted(who, np.arange(n)), np.bincount(who, minlength=n)) <= 60 * w.days
        who, t = who[most], t[most]

        def paste(prompt: Arr, conv: Arr, turn: Arr, who: Arr = who, pasted: Arr = pasted, tail: Arr = tail) -> Arr:
            return np.where((turn == 0) & pasted[who[conv]], prompt + "\n" + tail[who[conv]], prompt)

        g.talk(who, t, turns(w, len(who), 1.5), affix=paste)


def dormant(w: World, size: float) -> None:
    """Signed up, tried once or never."""
    n = w.n(size)
    g = enrol(
        w, Signup("dormant", plan="free", card="none", org="none", phone=0.6), n, created=joined(w, n, 0.6),
        client=w.net.clients(n, "browser"), path="app", pool=CHAT
    )
    who = np.flatnonzero(w.rng.random(n) < 0.7)
    t = np.maximum(np.array(w.acc["created"])[g.idx][who], 0) + w.rng.exponential(2000, len(who)) + 30
    g.talk(
        who, t, turns(w, len(who), 1.8),
        np.where(w.rng.random(len(who)) < 0.3, w.text.gen("greet", len(who)), w.text.gen("tutor", len(who)))
    )


def tavern(w: World, size: float) -> None:
    """Role players with one popular front end: the same presets, odd sampling, very long conversations."""
    n = w.n(size)
    g = enrol(
        w, Signup("roleplay_frontend", phone=0.3, mail="mixed"), n, created=joined(w, n, 0.3), pool=("rp",),
        client=w.net.clients(n, "tavern"), temp=np.where(w.rng.random(n) < 0.7, 1.15, 0.9), top_p=0.92, max_tokens=np.full(n, 600),
        stream=np.ones(n, dtype=bool),
        system="Write the next reply in a fictional chat between {{char}} and {{user}}. Be creative, never speak for {{user}}."
    )
    who, t = sessions(w, g, 1.6, 1.0, lo=np.maximum(np.array(w.acc["created"])[g.idx], 0))
    g.talk(who, t, turns(w, len(who), 11.0), follow="rp", gap=75)


def viral(w: World, size: float) -> None:
    """A prompt that goes round: strangers paste it with small changes within two days."""
    for _ in range(3):
        n = w.n(size / 3)
        base = f"{w.text.one('coerce')} {w.text.one('logic')}" if w.rng.random() < 0.6 else w.text.one("div")
        at = float(w.rng.uniform(1, w.days - 3)) * DAY
        app = w.rng.random() < 0.7
        g = enrol(
            w,
            Signup("viral_prompt", plan="free" if app else "payg", card="none" if app else "own", org="none" if app else "own", phone=0.7),
            n, created=np.where(w.rng.random(n) < 0.3, at + w.rng.gamma(2.0, 0.3, n) * DAY, joined(w, n, 0.0)), pool=CHAT,
            path="app" if app else "api", client=w.net.clients(n, "browser") if app else w.net.clients(n, "python")
        )
        who = np.repeat(np.arange(n), w.rng.geometric(0.6, n))
        t = at + w.rng.gamma(2.0, 0.35, len(who)) * DAY
        first = np.array([base] * len(who), dtype=object)
        alter = w.rng.random(len(who)) < 0.4
        first[alter] = first[alter] + " " + w.text.gen("follow", int(alter.sum()))
        g.talk(who, t, turns(w, len(who), 2.0), first)
        who, t = sessions(w, g, 3.0)
        g.talk(who, t, turns(w, len(who), 2.5))


def link_sharers(w: World, size: float) -> None:
    """People who open a shared conversation and go on with it from their own account."""
    n = w.n(size)
    g = enrol(
        w, Signup("shared_link", plan="plus", org="none", phone=0.7), n, pool=(*CHAT, "code"), client=w.net.clients(n, "browser"),
        path="app"
    )
    who, t = sessions(w, g, 5.0)
    pal = w.rng.integers(0, n, len(who))
    length = turns(w, len(who), 4.0)
    cut = np.where(w.rng.random(n) < 0.6, w.rng.integers(1, 4, n), 99)

    def remap(a: Arr, tt: Arr, k: Arr) -> Arr:
        return np.where(k >= cut[a], pal[a % len(pal)], a)

    g.talk(who, t, length, gap=400, remap=remap)


def launch_testers(w: World, size: float) -> None:
    """Enthusiasts who all try the new model on its first day, with the same famous riddles."""
    if w.release is None:
        return
    n = w.n(size)
    riddles = np.concatenate([w.text.gen("logic", 25), w.text.gen("math", 15), w.text.gen("write", 10)])
    g = enrol(
        w, Signup("launch_tester", plan="plus", org="none", phone=0.6), n, pool=(*CHAT, "div"), client=w.net.clients(n, "browser", "python")
    )
    who = np.repeat(np.arange(n), w.rng.geometric(0.16, n))
    t = w.release + w.rng.gamma(1.2, 0.35, len(who)) * DAY
    first = riddles[w.rng.integers(0, len(riddles), len(who))]
    fresh = w.rng.random(len(who)) < 0.4
    first[fresh] = w.text.by_domain(g.domains[who[fresh], 0])
    g.talk(who, t, turns(w, len(who), 1.6), first, model=np.full(len(who), 4), out=6.1)
    who, t = sessions(w, g, 4.0, hi=w.release)
    g.talk(who, t, turns(w, len(who), 2.0))


def vpn_crowd(w: World, size: float) -> None:
    """People behind VPNs and carrier NAT, with throw-away mail, prepaid cards and no wish to be known."""
    n = w.n(size)
    country = w.net.countries(n)
    hosts = np.stack([w.net.vpn(n), w.net.vpn(n), w.net.mobile(country)], 1)
    g = enrol(
        w, Signup("privacy_minded", mail="mixed", phone=0.1, at="any"), n, created=joined(w, n, 0.5), country=country, hosts=hosts,
        rotate=True, pool=(*GENERAL, "rp"), client=w.net.clients(n, "browser", "python"), weekend=1.0
    )
    vary(w, g, 0.2)
    rented = g.idx[w.rng.random(n) < 0.18]
    for a, k in zip(rented.tolist(), w.rng.integers(0, len(w.sms), len(rented)).tolist(), strict=True):
        w.acc["phone"][a] = w.sms[k]
    vouchers = w.hexes(4, 24)
    for a in g.idx[w.rng.random(n) < 0.08].tolist():
        w.acc["payment"][a] = vouchers[int(w.rng.integers(0, 4))]
    who, t = sessions(w, g, 7.0, 1.0, lo=np.maximum(np.array(w.acc["created"])[g.idx], 0))
    g.talk(who, t, turns(w, len(who), 2.5))


def returners(w: World, size: float) -> None:
    """Customers closed by mistake or for an unpaid bill who come back with a new account and go on with their work."""
    n = w.n(size)
    country = w.net.countries(n)
    old = w.net.fixed(country)
    hosts = np.stack([old, w.net.mobile(country)], 1)
    cut = w.rng.uniform(0.2, 0.8, n) * w.end
    client = w.net.clients(n, "python", "node")
    sysp = w.text.gen("sysown", n)
    a = enrol(w, Signup("came_back", phone=0.6), n, country=country, hosts=hosts, client=client, system=sysp, pool=DEV)
    w.ban(a.idx, cut)
    made = cut + w.rng.exponential(0.8, n) * DAY
    b = enrol(w, Signup("came_back", phone=0.4), n, country=country, hosts=hosts, client=client, system=sysp, created=made, pool=DEV)
    b.domains = a.domains
    for g, lo, hi in ((a, 0.0, cut + 3600), (b, np.minimum(made, w.end - 60), w.end)):
        who, t = sessions(w, g, 10, lo=lo, hi=hi)
        g.talk(who, t, turns(w, len(who), 1.8))
