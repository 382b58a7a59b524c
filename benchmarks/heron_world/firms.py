"""Innocent firms: products, resellers, staffs behind one line, cards in common."""

import numpy as np

from .arrays import Arr, obj
from .carriers import NAMES
from .habits import CHAT, joined, parties, sessions, turns, vary
from .log import enrol
from .text import DEV, GENERAL
from .text import OFFICE as OFFICE_WORK
from .world import EVENING, OFFICE, SERVED, Signup, World


def app_vendors(w: World, size: float) -> None:
    """Start-ups whose product calls the model, some by a cloud's marketplace: one system prompt each, many end users behind a key."""
    for path, share in (("api", 0.68), ("nimbus", 0.22), ("stratus", 0.1)):
        n = w.n(size * share)
        cloud = w.net.cloud(n)
        hosts = np.stack([cloud, np.where(w.rng.random(n) < 0.5, w.net.cloud(n), cloud), cloud], 1)
        g = enrol(
            w, Signup("app_vendor", "startup", verified=0.35, mail="companies", phone=0.8), n, hosts=hosts, system=w.text.gen("sysapp", n),
            path=path, pool=("tutor", "email", "summ", "write", "extract", "plan", "label", "trans"), profile=SERVED, weekend=0.85,
            temp=np.round(w.rng.choice((0.0, 0.2, 0.3, 0.7, 1.0), n), 1), max_tokens=w.rng.choice((256, 512, 1024, 2048), n),
            stream=w.rng.random(n) < 0.6, client=w.net.clients(n, "python", "node")
        )
        g.domains[:, 1] = g.domains[:, 0]
        who, t = sessions(w, g, 90.0, 1.2)
        g.talk(who, t, turns(w, len(who), 1.5), gap=45)


def giants(w: World, size: float) -> None:
    """Well-known apps: a crowd of end users behind one key and one long system prompt."""
    n = w.n(size)
    g = enrol(
        w, Signup("giant_app", "enterprise", plan="enterprise", verified=1.0, mail="companies", phone=1.0, age=(200, 900)), n,
        hosts=w.net.cloud(n * 6, 0).reshape(n, 6), system=w.text.gen("sysapp", n), pool=GENERAL, profile=SERVED, weekend=0.9, session=True,
        client=w.net.clients(n, "node", "raw"), max_tokens=np.full(n, 1500), stream=np.ones(n, dtype=bool)
    )
    who, t = sessions(w, g, 1500.0, 0.3)
    first = w.text.voice(w.text.by_domain(obj(GENERAL)[w.rng.integers(0, len(GENERAL), len(who))]), w.rng.integers(0, 12, len(who)))
    g.talk(who, t, turns(w, len(who), 2.0), first, voiced=False)


def cloud_buyers(w: World, size: float) -> None:
    """Small teams that buy the model on a cloud's marketplace with their credits."""
    n = w.n(size)
    for path in ("nimbus", "stratus"):
        made = joined(w, n // 2 + 1, 0.35)
        m = len(made)
        g = enrol(
            w, Signup("cloud_buyer", "startup", verified=0.2, mail="companies" if path == "stratus" else "mixed", phone=0.4), m,
            created=made, path=path, hosts=np.tile(w.net.cloud(m, 0)[:, None], (1, 2)), client=w.net.clients(m, "python", "raw"),
            pool=(*DEV, "math", "div", "tutor"), profile=OFFICE, weekend=0.3, temp=np.where(w.rng.random(m) < 0.5, 0.2, np.nan)
        )
        vary(w, g, 0.5)
        who, t = sessions(w, g, 14.0, 1.2, lo=np.maximum(made, 0))
        g.talk(who, t, turns(w, len(who), 1.6))


def companies(w: World, size: float) -> None:
    """Companies: every worker an account, one proxy, one card, an internal template and the same managed laptops."""
    for n in parties(w, size, 12, 90):
        home = str(NAMES[w.rng.integers(0, 12)])
        line = w.net.site(home, 3)
        one = w.net.clients(1, *(("inspected",) if w.rng.random() < 0.25 else ("browser", "python")))[0]
        client = np.where(w.rng.random(n) < 0.85, one, w.net.clients(n, "browser"))
        g = enrol(
            w,
            Signup(
                "company_proxy", "enterprise", plan="enterprise", org="shared", verified=1.0, mail="company", card="shared", phone=0.1,
                age=(20, 500)
            ),
            n, country=np.full(n, home, dtype=object), hosts=np.tile(line, (n, 1)), client=client, system=w.text.one("sysapp"),
            pool=OFFICE_WORK, profile=OFFICE, weekend=0.05, temp=np.full(n, 0.3), session=True
        )
        template = w.rng.random() < 0.6
        who, t = sessions(w, g, 16, 0.9)
        head = w.text.one("limit") + ". "

        def fill_in(prompt: Arr, conv: Arr, turn: Arr, head: str = head) -> Arr:
            return np.where(turn == 0, head + prompt, prompt)

        g.talk(who, t, turns(w, len(who), 2.0), gap=90, voiced=not template, affix=fill_in if template else None)


def rotators(w: World, size: float) -> None:
    """Companies that spread their own load over several accounts, so that a conversation moves between them; some migrate."""
    for n in parties(w, size, 3, 12):
        g = enrol(
            w,
            Signup(
                "key_rotation", "startup", org="shared" if w.rng.random() < 0.7 else "own", verified=0.6, mail="company", card="shared",
                phone=0.4, age=(10, 400)
            ),
            n, hosts=np.tile(w.net.cloud(2), (n, 1)), client=np.repeat(w.net.clients(1, "node", "python"), n), system=w.text.one("sysapp"),
            pool=("tutor", "email", "code"), profile=SERVED, temp=np.full(n, 0.5)
        )
        g.domains[:] = g.domains[0]
        sess = int(w.rng.integers(60, 260)) * n // 4
        t = w.times(sess, 0, w.end, w.tz(g.country)[0], SERVED)
        move = float(w.rng.uniform(0.3, 0.8)) * w.end
        rotates = w.rng.random() < 0.5

        def remap(a: Arr, at: Arr, turn: Arr, n: int = n, move: float = move, rotates: bool = rotates) -> Arr:
            return w.rng.integers(0, n, len(a)) if rotates else np.where(at > move, n - 1 - a // 2, a // 2)

        g.talk(w.rng.integers(0, n, sess), t, turns(w, sess, 4.0), gap=60, remap=remap)


def resellers(w: World, size: float) -> None:
    """Contracted resellers: few accounts, thousands of end users of all kinds."""
    n = w.n(size)
    hosts = w.net.cloud(n * 4).reshape(n, 4)
    g = enrol(
        w,
        Signup("reseller", "enterprise", plan="enterprise", verified=1.0, access="passthrough", mail="companies", phone=0.9, age=(60, 600)),
        n, hosts=hosts, client=w.net.clients(n, "raw", "python"), profile=SERVED, session=False
    )
    for a in g.idx[w.rng.random(n) < 0.4].tolist():
        w.acc["kind"][a] = "startup"
    who, t = sessions(w, g, 420, 0.7)
    names = obj([*GENERAL, *DEV, "rp", "es", "zh", "de", "pt"])[w.rng.integers(0, len(GENERAL) + len(DEV) + 5, len(who))]
    owns = w.text.some("sysown", 0.6, len(who))
    first = w.text.voice(w.text.by_domain(names), w.rng.integers(0, 12, len(who)))
    g.talk(who, t, turns(w, len(who), 2.2), first, system=owns, voiced=False)


def shared_cards(w: World, size: float) -> None:
    """Families, agencies and small offices that pay with one card, from one line."""
    left = w.n(size)
    while left > 0:
        agency = w.rng.random() < 0.35
        n = min(left, int(w.rng.integers(8, 30) if agency else w.rng.integers(2, 6)))
        left -= n
        home = str(w.net.countries(1)[0])
        country = np.full(n, home, dtype=object)
        line = w.net.site(home, 1)
        hosts = np.stack([np.full(n, line[0]), w.net.mobile(country), w.net.cloud(n) if agency else w.net.fixed(country)], 1)
        g = enrol(
            w,
            Signup(
                "agency" if agency else "family", "startup" if agency else "individual", plan="payg" if agency else "plus",
                org="own" if agency else "none", verified=0.2 if agency else 0.0, mail="companies" if agency else "webmail", card="shared",
                phone=0.6
            ),
            n, country=country, hosts=hosts, host_p=np.array([0.55, 0.15, 0.3]), pool=OFFICE_WORK if agency else CHAT,
            path="api" if agency else "app", profile=OFFICE if agency else EVENING,
            client=np.repeat(w.net.clients(1, "node"), n) if agency else w.net.clients(n, "browser"),
            system=w.text.gen("sysapp", n) if agency else None
        )
        for a in g.idx[w.rng.random(n) < 0.4].tolist():
            w.acc["phone"][a] = w.acc["phone"][int(g.idx[0])]
        who, t = sessions(w, g, 10, 0.9)
        g.talk(who, t, turns(w, len(who), 2.4))


def bureaus(w: World, size: float) -> None:
    """Translation bureaus and law offices: one pool of documents split without overlap over staff accounts."""
    for n in parties(w, size, 6, 18):
        home = str(w.net.countries(1)[0])
        country = np.full(n, home, dtype=object)
        hosts = np.stack([np.full(n, w.net.site(home, 1)[0]), w.net.fixed(country)], 1)
        g = enrol(
            w, Signup("document_bureau", "startup", org="own", verified=0.3, mail="company", card="shared", phone=0.6), n, country=country,
            hosts=hosts, client=w.net.clients(n, "python", "node"), profile=OFFICE, weekend=0.1
        )
        k = int(n * w.rng.integers(25, 60))
        head = f"{w.text.one('limit')}. Into {w.text.one('xlang')}: "
        docs = head + w.text.gen("para", k)
        lo = float(w.rng.uniform(0, 0.5)) * w.end
        g.talk(
            np.arange(k) % n, w.times(k, lo, lo + 0.45 * w.end, w.tz(country)[0], OFFICE, 0.1), np.ones(k, dtype=int), docs, voiced=False
        )


def nocode(w: World, size: float) -> None:
    """Customers of an automation service: one vendor's servers, client and fragments of template."""
    n = w.n(size)
    hosts = np.tile(w.net.cloud(6, 0), (n, 1))
    g = enrol(
        w, Signup("nocode_automation", "startup", verified=0.05, mail="companies", phone=0.4), n, hosts=hosts, rotate=True,
        client=w.net.clients(n, "nocode"), profile=OFFICE, weekend=0.4, system=w.text.some("sysapp", 0.5, n), temp=np.full(n, 0.7),
        max_tokens=np.full(n, 1000)
    )
    head = obj(("Use the data below.\n", "Input from previous step:\n", "Task:\n"))[w.rng.integers(0, 3, n)]
    kind = obj(["email", "label", "summ", "extract", "write"])[w.rng.integers(0, 5, n)]
    who, t = sessions(w, g, 16, 1.1)
    g.talk(who, t, np.ones(len(who), dtype=int), head[who] + w.text.by_domain(kind[who]), voiced=False)
