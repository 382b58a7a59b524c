"""Operators with accounts by the dozen or the hundred."""

import numpy as np

from .clients import CLIENT_JA4, client_named, pick_clients
from .log import converse, pace
from .market import market_stock
from .network import Ints
from .openings import from_pool, reworded
from .routes import carrier_route, proxy_route, server_route
from .supplies import CATCHALL, groups_of, limit
from .world import DAY, HOUR, MINUTE, World


def card_burner(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Budget poor: stolen cards, three to six accounts on each until it is declined.

    Servers by the month; one script, one list, no cover; banned and replaced in batches.
    """
    n = w.n(accounts)
    batch = np.sort(w.rng.integers(0, 7, n))
    created = w.at(0) + (batch * (w.days / 7) * DAY).astype(np.int64) + w.clock(n, "office", 8.0)
    pay = groups_of(w, n, 3, 6)
    hosts = w.net.anywhere(w.rng, 3, "host")
    fate = created + (w.rng.lognormal(np.log(w.days / 6), 0.5, n) * DAY).astype(np.int64)
    rows = w.accounts(
        n, "burner", campaign=name, path="api", created=created, pay=pay, phone=np.where(w.rng.random(n) < 0.25, w.new(n), 0), plan="payg",
        host=hosts[w.rng.integers(0, 3, n)], kind="individual",
        email_domain=w.rng.choice(np.array([*CATCHALL[:3], "gmail.com", "outlook.com"], object), n), client=client_named("python-httpx"),
        temp=np.where(w.rng.random(n) < 0.8, 0.7, np.nan), max_tokens=4096, stream=False, servers=1, keys=1, style=0, pref=0,
        banned=np.where((fate < w.end) & (w.rng.random(n) < 0.7), fate, -1)
    )
    w.acc["seed"][rows] = w.rng.integers(0, 2**63, max(1, n // 7)).astype(np.uint64)[np.arange(n) * max(1, n // 7) // n]
    w.acc["signup_ip"][rows] = proxy_route(2.0)(w, rows, created).ip
    topics = w.text.pool(["qa", "code", "math", "creative", "study", "advice"], int(requests * n * 0.9))
    life = np.maximum(1.0, np.where(w.acc["banned"][rows] > 0, (fate - created) / DAY, 4.0))
    count = w.rng.poisson(requests, n)
    who = np.repeat(rows, count)
    begin = np.repeat(created, count) + (w.rng.random(who.size) * np.repeat(life, count) * DAY).astype(np.int64)
    quiet = ((begin - w.start) // HOUR) % 24 < 3
    who, begin = who[~quiet], begin[~quiet]
    order = np.argsort(np.argsort(begin))
    converse(
        w, rows, 0, "broad", starts=(who, begin), mean_turns=1.0, local=0, route=server_route, first=from_pool(topics, order), harvest=0.97,
        busy=0.03, crowd_style=False
    )
    return rows


def patient_browser(w: World, name: str, accounts: float, requests: float, harvest: float = 0.6, plan: str = "plus") -> Ints:
    """Patient.

    An anti-detect browser (one engine whatever it claims to be), one sticky home line an account, slow warming with small talk,
    staff in one time zone.
    """
    n = w.n(accounts)
    cc = w.countries(n, ["US", "GB", "CA", "DE", "FR", "NL"])
    created = w.within(n, -70, -9, "office", 8.0)
    chrome = int(CLIENT_JA4[0, 0])
    rows = w.accounts(
        n, "tended_profile", campaign=name, cc=cc, created=created, plan=plan,
        pay=np.where(w.rng.random(n) < 0.2, groups_of(w, n, 2, 2), w.new(n)), phone=w.new(n), vpn=-1, mob_share=0.0, ja4=chrome, lease=30,
        kind="individual", style=w.rng.choice(9, n)
    )
    w.acc["update"][rows] = 5
    converse(
        w, rows, pace(w, n, requests * (1 - harvest), 2.6, 0.4), "casual", mean_turns=2.6, curve="office", tz=8.0, weekend=0.3, local=0
    )
    tasks = w.text.pool(["qa", "code", "math", "study", "write", "advice"], int(requests * n))
    converse(
        w, rows, pace(w, n, requests * harvest, 2.4, 0.4), "broad", mean_turns=2.4, curve="office", tz=8.0, weekend=0.3, probe=0.35,
        local=0, harvest=0.95, gap=110, first=lambda s, f: [tasks[i] for i in w.rng.permutation(max(len(s), 1))[: len(s)] % len(tasks)],
        out_mult=1.15
    )
    return rows


def aged_buyer(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Aged accounts from the market, handed over in four deliveries; each then changes country, client and habits within a day."""
    n = w.n(accounts)
    rows, handover = market_stock(w, n, "bought_aged", name)
    delivery = (w.at(0) + (np.array([0.05, 0.25, 0.45, 0.6])[w.rng.integers(0, 4, n)] * w.days * DAY) + 9 * HOUR).astype(np.int64)
    handover[:] = delivery + (w.rng.random(n) * 30 * HOUR).astype(np.int64)
    live = w.sessions(rows, pace(w, n, requests * 1.5, 2.0, 0.6), "life", 0.95, tz=3.0)
    live = limit(live[1] >= handover[live[0] - rows[0]], live)
    clients = pick_clients(w.rng, n, "desktop")
    late = rows[w.rng.random(n) < 0.18]
    w.acc["banned"][late] = np.minimum(handover[late - rows[0]] + (w.rng.exponential(4, late.size) * DAY).astype(np.int64), w.end - HOUR)
    cover = w.rng.random(live[0].size) < 0.2
    route = proxy_route(36.0, ["US", "DE", "GB", "BR", "ID"])
    for part, mixture, share in ((cover, "casual", 0.0), (~cover, "hard", 0.95)):
        some = limit(part, live)
        converse(
            w, rows, 0, mixture, starts=some, mean_turns=2.0, local=0, route=route, client=clients[some[0] - rows[0]], harvest=share,
            probe=0.3
        )
    return rows


def free_swarm(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Free allowances by the hundred: rented numbers, carrier lines, two days of life each, always new ones."""
    n = w.n(accounts)
    cc = w.countries(n, ["ID", "BR", "IN"], [5, 3, 2])
    created = w.at(0) + (w.rng.random(n) * (w.days - 0.5) * DAY).astype(np.int64)
    created += ((created - w.start) // HOUR % 24 < 5) * 5 * HOUR
    gone = created + (w.rng.lognormal(np.log(2.0), 0.4, n) * DAY).astype(np.int64)
    rows = w.accounts(
        n, "throwaway", campaign=name, cc=cc, created=created, plan="free", pay=0, phone=np.where(w.rng.random(n) < 0.85, w.new(n), 0),
        vpn=-1, mob_share=1.0, kind="individual",
        email_domain=w.rng.choice(np.array(["gmail.com", "outlook.com", *CATCHALL[3:]], object), n, p=[0.5, 0.2, *[0.06] * 5]),
        client=pick_clients(w.rng, n, "phone"), style=0, banned=np.where((w.rng.random(n) < 0.3) & (gone < w.end), gone, -1)
    )
    w.acc["phone_client"][rows] = w.acc["client"][rows]
    lazy = rows[w.rng.random(n) < 0.3]
    w.acc["ja4"][lazy] = CLIENT_JA4[client_named("python-httpx"), 2]
    w.acc["signup_ip"][rows] = w.net.address(w.acc["mob"][rows], w.rng.integers(0, 2**63, n).astype(np.uint64)).ip
    count = np.minimum(w.rng.poisson(requests, n), 40)
    who = np.repeat(rows, count)
    begin = np.repeat(created, count) + 5 * MINUTE + (w.rng.random(who.size) ** 1.5 * 1.8 * DAY).astype(np.int64)
    seeds = w.text.pool(["qa", "math", "code", "study", "write", "creative", "advice"], max(60, who.size // 3))
    converse(
        w, rows, 0, "broad", starts=(who, begin), mean_turns=1.15, local=0,
        first=lambda s, f: [w.text.paraphrase(seeds[i]) if i % 3 else seeds[i] for i in w.rng.integers(0, len(seeds), len(s)).tolist()],
        harvest=0.96, route=carrier_route, busy=0.02
    )
    return rows


def long_drip(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Hundreds of free and cheap app accounts, one or two tasks a day each for a month amid small talk.

    From changing home and phone lines.
    """
    n = w.n(accounts)
    cc = w.countries(n, ["US", "IN", "BR", "GB", "MX", "PH", "TR"])
    rows = w.accounts(
        n, "drip", campaign=name, cc=cc, created=w.within(n, -120, 4, "life", 2.0), plan=w.rng.choice(["free", "plus"], n, p=[0.85, 0.15]),
        vpn=-1, phone=np.where(w.rng.random(n) < 0.9, w.new(n), 0), mob_share=w.rng.beta(1.2, 4, n)
    )
    converse(w, rows, pace(w, n, requests * 0.55, 2.4, 0.35), "casual", mean_turns=2.4, route=proxy_route(20.0), local=0.25)
    tasks = w.text.pool(["qa", "code", "math", "study", "translate", "creative"], max(40, int(requests * n * 0.4)))
    converse(
        w, rows, pace(w, n, requests * 0.45, 1.4, 0.25), "broad", mean_turns=1.4, route=proxy_route(20.0), local=0, harvest=0.95, probe=0.4,
        first=from_pool(tasks, np.arange(len(tasks)))
    )
    return rows


def fake_campus(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Student discount by three parked college domains.

    It imitates a term's start, with students who never share an address and study every subject.
    """
    n = w.n(accounts)
    cc = w.countries(n, ["US", "IN", "GB"], [5, 3, 2])
    domains = [w.text.one("city").lower() + tail for tail in ("-online.edu", "-institute.ac", "college-mail.edu")]
    rows = w.accounts(
        n, "fake_student", campaign=name, cc=cc, created=w.within(n, -6, w.days * 0.25, "office", 5.5), kind="education",
        email_domain=w.rng.choice(np.array(domains, object), n, p=[0.5, 0.3, 0.2]), plan="plus",
        pay=np.where(w.rng.random(n) < 0.3, groups_of(w, n, 3, 8), w.new(n)), phone=np.where(w.rng.random(n) < 0.5, w.new(n), 0), vpn=-1,
        mob_share=0.15, email=w.new(n)
    )
    tasks = w.text.pool(["study", "qa", "math", "code"], max(40, int(requests * n * 0.5)))
    converse(
        w, rows, pace(w, n, requests * 0.8, 2.0, 0.35), "student", mean_turns=2.0, curve="study", route=proxy_route(72.0), local=0,
        probe=0.35, harvest=0.94, first=from_pool(tasks, w.rng.permutation(len(tasks)))
    )
    converse(w, rows, pace(w, n, requests * 0.2, 2.0, 0.5), "casual", mean_turns=2.0, curve="evening", route=proxy_route(72.0), local=0)
    return rows


def paraphraser(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Seeds rewritten by another model, so that no two accounts send the same words.

    Prepaid cards of their own, home lines; one pinned SDK where it is the API.
    """
    n = w.n(accounts)
    seeds = w.text.pool(["qa", "math", "code", "advice", "study", "judge"], max(40, int(420 * w.scale)))
    for path, share in (("api", 0.55), ("app", 0.45)):
        k = max(1, round(n * share))
        cc = w.countries(k, ["US", "IN", "GB", "PL", "TR", "BR"])
        extra = (
            {
                "client": client_named("corvid-python/2.11.2"), "update": 99, "temp": w.rng.choice([0.6, 0.7, 0.8, 0.9, 1.0], k),
                "max_tokens": w.rng.choice([1500, 2000, 2048, 3000], k), "phone": 0
            } if path == "api" else {"mob_share": 0.1}
        )
        rows = w.accounts(
            k, f"rewriter_{path}", campaign=name, path=path, cc=cc, created=w.within(k, -30, w.days * 0.5, "office", 5.5),
            plan="payg" if path == "api" else "plus", pay=w.new(k), vpn=-1, style=0, **extra
        )
        converse(
            w, rows, pace(w, k, requests, 1.5, 0.4), "broad", mean_turns=1.5, curve="flat" if path == "api" else "life",
            tz=0.0 if path == "api" else None, local=0, route=proxy_route(48.0), probe=0.3, harvest=0.93, first=reworded(w, seeds)
        )
    return rows
