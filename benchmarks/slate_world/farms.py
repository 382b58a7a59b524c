"""Operators with accounts by the dozen: a queue, a syllabus, a free tier, a shelf of aged accounts, bans and replacement, phones."""

from collections.abc import Iterator
from itertools import pairwise

from .clients import Client, browser, ja4, sdk_client
from .lines import Mobile
from .log import send
from .prompts import system_prompt
from .queues import Job, Pool, office_windows, run, windows
from .records import Account, Cfg, Say
from .stock import batches, bought, chained, dressed
from .talks import groups, talk
from .text import POOLS, make_task, render
from .vocabulary import ASPECTS, TOPICS
from .world import DAY, World


def corner_queue(w: World, n: int, name: str) -> None:
    """One process, one queue, bulk mailboxes, vouchers, rented households for every request.

    Started by a person in the morning, crashes, a template bug.
    """
    first = w.r.uniform(-6, w.days * 0.15) * DAY
    client = sdk_client(w.r, w.r.choice(("python", "httpx")))
    accts = bought(
        w, "bulk_account", name, batches(w, n, first, first + 3 * DAY, w.r.randint(2, 4), 75), client=client, line=w.net.proxies(w.r, 2500),
        pay_how=w.r.choice(("none", "wallet")), kind=w.r.choice(("individual", "startup")), plan="prepaid", tz=w.r.choice((-5.0, 1.0, 7.0))
    )
    begin = max(0.0, first + 3.4 * DAY)
    system = w.r.choice([None, "You are a helpful assistant.", system_prompt(w.r, rules=2)])
    change, model = begin + w.r.uniform(0.2, 0.6) * (w.end - begin), w.models[w.r.choice(("large", "large", "think"))]
    bug = (change, change + w.r.uniform(1200, 5000))
    c1, c2 = (
        Cfg(model, x, None, m, False)
        for x, m in ((0.7, w.r.choice((1024, 1500))), (w.r.choice((0.7, 1.0)), w.r.choice((2048, 3000, 4096))))
    )
    clock = [0.0]

    def cfg_at(t: float) -> Cfg:
        clock[0] = t
        return c1 if t < change else c2

    def jobs() -> Iterator[Job]:
        while True:
            task = make_task(w.r, w.r.choice(POOLS["wide"]))
            text = dressed(w, task, 0.3)
            if bug[0] < clock[0] < bug[1] and w.r.random() < 0.5:
                text = w.r.choice((text + "\n" + text, "None", f"{text}\n{{follow_up}}"))
            yield Job(chained(w, Say(system, text, task.kind), 0.35), harvest=True)

    spans = [
        (a, b) for s, e in office_windows(w, begin, w.end, accts[0].tz, 0.9, 0.5) for a, b in windows(w, s, e, w.r.uniform(2, 5), 0.15)
    ]
    pace = sum(e - s for s, e in spans) * max(2, min(7, n // 15)) * 2 / max(1.0, n * (w.end - begin) / DAY * w.r.uniform(7, 12))
    run(
        w,
        Pool(
            accts, conc=max(2, min(7, n // 15)), choose="free", quota=w.r.choice((None, 40, 60)), gap=(0.2, max(4.0, pace)),
            sticky=w.r.choice((0.1, 0.1, 0.5, 0.95)), tries=1, crowding=0.03, cfg_at=cfg_at, lost=0.01
        ),
        jobs(), spans
    )


def syllabus(w: World, n: int, name: str) -> None:
    """A list of topics and questions in order, by a few voucher accounts opened by hand over two weeks, from three rented servers.

    A second pass in other words.
    """
    servers = [w.net.server(w.r, 1, c) for c in ("hosts_de", "hosts_fr", "hosts_us")]
    accts = [
        w.account(
            "voucher_account", campaign=name, created=w.r.uniform(-25, 2) * DAY, line=w.r.choice(servers),
            pay_how=w.r.choice(("none", "terminal")), kind=w.r.choice(("education", "individual")), client=sdk_client(w.r, "python"),
            voice="plain", plan="prepaid", cfg=Cfg(w.models["large"], None, None, None, False)
        )
        for _ in range(n)
    ]
    items = [(d, t, a) for d in sorted(TOPICS) for t in sorted(TOPICS[d]) for a in ASPECTS]
    system = w.r.choice(
        ["You are an expert teacher. Write clear and complete explanations.", system_prompt(w.r, job="author of a learning guide")]
    )
    share = n * w.days * 55 / (2 * len(items))

    def jobs() -> Iterator[Job]:
        for again in (0, 1):
            for _, topic, aspect in items:
                if w.r.random() < share:
                    task = make_task(w.r, w.r.choice(("explain", "explain", "quiz", "compare", "essay")), topic, aspect)
                    yield Job(chained(w, Say(system, render(w.r, task, again or None), task.kind), 0.25, most=1), harvest=True)

    conc = 3
    gap = conc * w.days * DAY * 0.8 / max(1.0, 2 * len(items) * min(1.0, share) * 1.3) - 12
    run(
        w, Pool(accts, conc=conc, choose="worker" if n < 8 else "random", quota=90, gap=(2, max(6, gap * 2)), sticky=0.6, crowding=0.01),
        jobs(), windows(w, 0, w.end, 30, 4)
    )


def free_flood(w: World, n: int, name: str) -> None:
    """Throw-away free accounts by browser automation.

    Each is used up at once until the daily limit answers, for two or three days, then left.
    """
    shelf = [w.net.proxies(w.r, 40, 1800) for _ in range(40)]
    days_on = w.days * 0.8
    for _ in range(n):
        t0 = int(w.r.uniform(1, 1 + days_on)) * DAY + w.hour("work") + 5 * 3600
        t0 = min(t0, w.end - 7200)
        line = w.r.choice(shelf)
        ep = line.at(w.r, t0, 0)
        a = w.account(
            "free_throwaway", campaign=name, path="app", created=t0, line=line, signup_ip=ep.ip, country=ep.country,
            mail="public" if w.r.random() < 0.6 else "cheap", pay=None, plan="free",
            phone=w.r.choice(w.sms) if w.r.random() < 0.5 else None, client=Client(browser(w.r).ua, ja4("chrome", w.r.choice((0, 1, 1)))),
            cfg=w.cfg("app"), voice="plain"
        )
        limit = w.r.randint(12, 18)
        for d in range(w.r.choice((1, 2, 2, 3))):
            t = t0 + d * DAY + w.r.uniform(60, 2400 if d == 0 else 9000)
            if d == 1 and w.r.random() < 0.2:
                a.banned = t
            for i in range(limit + 1):
                task = make_task(w.r, w.r.choice(POOLS["wide"]))
                say = Say(None, dressed(w, task, 0.15, w.r.choice(("plain", "plain", "polite"))), task.kind)
                t, ok = send(w, a, t, w.thread(a), say, harvest=True, tries=2, crowding=1.0 if i == limit else 0.0)
                t += w.r.uniform(4, 40)
                if not ok and w.r.random() < 0.7:
                    break


def shelf(w: World, n: int, name: str) -> None:
    """Aged accounts bought from a trader.

    A former owner's life, a silence, then another hand with the right country, human hours, cover talk and paraphrased tasks.
    """
    bank = [make_task(w.r, w.r.choice(POOLS["reason"])) for _ in range(max(60, n * w.days * 2))]
    cursor = 0
    for _ in range(n):
        isp = w.net.isp(w.r, 0.35)
        a = w.account(
            "aged_account", campaign=name, created=-w.r.uniform(150, 900) * DAY, path=w.r.choice(("app", "app", "api")),
            line=w.net.person(w.r, isp), pay_how=w.r.choice(("none", "mixed"))
        )
        over = w.r.uniform(0.05, 0.45) * w.end
        if w.r.random() < 0.06:
            a.banned = w.r.uniform(over, w.end)
        if w.r.random() < 0.45:
            for t in w.times(a, 0.5, "evening", "home", end=over - w.r.uniform(1, 6) * DAY):
                talk(w, a, t, w.r.choice(("home", "study")), 2.5)
        exits = w.net.proxies(w.r, 3, 4 * 3600.0, isp.country)
        a.line = exits if exits.pool else a.line
        a.client = browser(w.r) if a.path == "app" else sdk_client(w.r)
        a.voice = w.r.choice(("plain", "casual", "polite", "hasty"))
        a.new_model = None if w.r.random() < 0.4 else w.launch + w.r.uniform(0.1, 4) * DAY
        for t in w.times(a, 2.3, w.r.choice(("evening", "work", "student")), "home", start=over):
            if w.r.random() < 0.3:
                talk(w, a, t, "home", 2.2)
                continue
            for _ in range(w.r.randint(1, 4)):
                task = bank[cursor % len(bank)] if w.r.random() < 0.8 else bank[(cursor - w.r.randint(1, 400)) % len(bank)]
                cursor += 1
                t = talk(w, a, t, "reason", 1.7, first=(task.kind, dressed(w, task, 0.1, a.voice)), deep=0.5, harvest=True, think=50)
                t += w.r.lognormvariate(4.2, 0.8)


def phoenix(w: World, n: int, name: str) -> None:
    """Bans and replacement: stock aged in a drawer, refilled some hours after each wave.

    After the second wave other exits, another library, slower, paraphrased.
    """
    waves = sorted(w.r.uniform(0.2, 0.92) * w.end for _ in range(w.r.randint(3, 5)))
    live_n = max(4, n // (len(waves) + 1))
    clients = [sdk_client(w.r, f) for f in w.r.sample(("python", "httpx", "node", "rust"), 2)]
    rented = [w.net.proxies(w.r, 1800), w.net.proxies(w.r, 1500, 3600)]
    systems = [system_prompt(w.r, rules=3), None]
    model = w.models[w.r.choice(("large", "think"))]
    edges = [0.0, *waves, w.end]
    change = edges[min(2, len(edges) - 2)]
    stock = bought(
        w, "replaceable_account", name, sorted(batches(w, n, -14 * DAY, waves[-1] - DAY if waves[-1] > DAY else 0, len(waves) * 2, 55)),
        line=rented[0], client=clients[0], bulk_mail=0.5, pay_how=w.r.choice(("none", "wallet", "terminal")), plan="prepaid"
    )
    clock = [0.0]

    def jobs() -> Iterator[Job]:
        while True:
            late = clock[0] > change
            task = make_task(w.r, w.r.choice(POOLS["reason" if w.r.random() < 0.4 else "wide"]))
            text = dressed(w, task, 0.1 if late else 0.4, w.voice() if late else "plain", None if late else 0)
            yield Job(chained(w, Say(systems[int(late)], text, task.kind), 0.3, most=2), harvest=True)

    it, spare, live = jobs(), list(stock), list[Account]()
    for s, e in pairwise(edges):
        refill = s + (w.r.uniform(3, 20) * 3600 if s else 0)
        while len(live) < live_n and spare and spare[0].created < refill:
            live.append(spare.pop(0))
        late = s >= change
        if late:
            for a in live:
                a.line, a.client = rented[1], clients[1]
        if e < w.end:
            for a in w.r.sample(live, int(len(live) * w.r.uniform(0.4, 0.95))):
                a.banned = e - w.r.uniform(0, 900)
        cfg = Cfg(model, 0.7 if not late else None, None, 2048 if not late else 4000, False)
        clock[0] = s + 1
        spans = windows(w, refill, e, w.r.uniform(4, 14), 1.2)
        conc, rate = max(2, live_n // 8), live_n * (38 if not late else 22)
        gap = max(1.0, conc * DAY * 0.85 / max(1, rate) * 2 - 12)
        if live and refill < e:
            run(
                w, Pool(live, conc=conc, choose="free", gap=(0.2, gap), sticky=0.2, tries=1, requeue=6, crowding=0.02, quota=70, cfg=cfg),
                it, spans
            )
        live = [a for a in live if a.banned is None or a.banned > e]


def phone_rack(w: World, n: int, name: str) -> None:
    """Real phones with national SIM cards in a rack, three accounts each, the app itself driven by a script.

    Questions from a bought collection of real ones.
    """
    builds = ["TernApp/3.8.1 (Android 12)", "TernApp/3.9.2 (Android 12)"]
    upgrade = w.r.uniform(0.3, 0.8) * w.end
    cuts = [(x, x + w.r.uniform(1200, 14000)) for x in (w.r.uniform(0, w.end) for _ in range(4))]
    isp = w.net.telecoms[w.r.randrange(2)]
    lo = w.r.randrange(0, len(isp.nat) - 60)
    begin = w.r.uniform(-8, w.days * 0.2) * DAY
    for k in groups(w, n, 3, 3):
        line, sim = Mobile(isp, lo, lo + 60), w.hexid(16)
        first = begin + w.r.uniform(0, 5) * DAY
        team = [
            w.account(
                "rack_phone", campaign=name, path="app", line=line, created=first + i * w.r.uniform(400, 90000),
                phone=sim if w.r.random() < 0.8 else None, pay=None, plan=w.r.choice(("free", "free", "prepaid")), cfg=w.cfg("app"),
                client=Client(builds[0], ja4("okhttp", 0)), tz=-5.0
            )
            for i in range(k)
        ]
        for a in team:
            if w.r.random() < 0.07:
                a.banned = w.r.uniform(0.3, 1) * w.end
        for d in range(max(0, int(begin // DAY) + 1), w.days):
            for a in team:
                for _ in range(w.r.choice((0, 1, 1, 2))):
                    t = d * DAY + w.hour("users") + 5 * 3600
                    t = next((y + w.r.uniform(30, 400) for x, y in cuts if x <= t < y), t)
                    if t < a.created + 600:
                        continue
                    a.client = Client(builds[int(t > upgrade)], ja4("okhttp", 0))
                    for _ in range(w.r.randint(4, 8)):
                        t = talk(w, a, t, w.r.choice(("home", "study", "wide")), 1.5, harvest=True, think=14, deep=0.2) + w.r.uniform(8, 60)
