"""Operators behind people or firms: a relay, paid hands, an app, paper firms, tenants of a reseller."""

from collections.abc import Iterator

from .clients import sdk_client
from .lines import Hidden, Line
from .log import send
from .prompts import system_prompt
from .queues import Job, Pool, office_windows, run, windows
from .records import Account, Say
from .stock import chained, dressed
from .talks import talk
from .text import POOLS, ask, follow, make_task, render, voiced
from .vocabulary import ALL_TOPICS, ASPECTS, STOCK_SYSTEMS
from .world import DAY, World


def leaky_relay(w: World, n: int, name: str) -> None:
    """A grey relay whose real customers' talks run over pooled accounts.

    Long, clever ones are sold as data, and in idle hours it asks a list of its own.
    """
    line, client, made = w.net.server(w.r, 4), sdk_client(w.r, "go"), w.r.uniform(-50, -3) * DAY
    accts = [
        w.account(
            "relay_account", campaign=name, line=line, client=client, created=made + w.r.uniform(0, 25) * DAY,
            mail=w.r.choice(("public", "cheap")), pay_how="mixed"
        )
        for _ in range(n)
    ]
    systems = [None, None, STOCK_SYSTEMS[0], *(system_prompt(w.r) for _ in range(5))]
    for a in accts:
        if w.r.random() < 0.15:
            a.banned = w.r.uniform(0, w.end)

    def jobs() -> Iterator[Job]:
        while True:
            s, voice = w.r.choice(systems), w.voice()
            kind, text = ask(w.r, w.r.choice(("home", "dev", "study", "bot", "wide")), voice)
            turns = [Say(s, text, kind), *(Say(s, follow(w.r, "casual"), kind) for _ in range(min(9, int(w.r.expovariate(0.5)))))]
            yield Job(
                turns,
                harvest=kind in ("code", "debug", "maths", "numeric", "logic", "proof", "howto", "essay", "explain") and w.r.random() < 0.75
            )

    def own() -> Iterator[Job]:
        while True:
            task = make_task(w.r, w.r.choice(POOLS["wide"]))
            yield Job([Say(STOCK_SYSTEMS[0], dressed(w, task, 0.2), task.kind)], harvest=True)

    per = 420 * 60 / n
    run(
        w, Pool(accts, conc=8, hours="users", gap=(per * 0.1, per * 1.3), sticky=0.3, follow_gap=(12, 150), tries=2), jobs(),
        windows(w, 0, w.end, 70, 0.2)
    )
    nights = [(d * DAY + 6.5 * 3600, d * DAY + 11 * 3600) for d in range(1, w.days) if w.r.random() < 0.7]
    run(w, Pool(accts, conc=2, gap=(600 / n, 4200 / n), tries=2), own(), nights)


def piecework(w: World, n: int, name: str) -> None:
    """People recruited in chat groups, paid by the prompt: own homes, phones and words, a sheet of topics, a quota, a rush before pay day.

    Private use besides.
    """
    start = w.r.uniform(-4, w.days * 0.25) * DAY
    topics = [(t, a) for t in w.r.sample(ALL_TOPICS, 70) for a in w.r.sample(ASPECTS, 8)]
    samples = [make_task(w.r, w.r.choice(POOLS["reason"])) for _ in range(12)]
    homes: list[Line] = []
    quota = w.r.choice((15, 20, 25))
    payday = w.r.randrange(7)
    for _ in range(n):
        line = w.r.choice(homes) if homes and w.r.random() < 0.15 else w.net.person(w.r, w.net.isp(w.r, 0.12))
        homes.append(line)
        a = w.account(
            "crew_member", campaign=name, path=w.r.choice(("app", "app", "api")), line=line,
            created=start + w.r.expovariate(1 / (2.5 * DAY)), kind=w.r.choice(("individual", "individual", "education")),
            pay_how=w.r.choice(("wallet", "none", "mixed"))
        )
        zeal, hours = w.r.betavariate(2, 2), w.r.choice(("evening", "student", "work"))
        until = w.end if w.r.random() < 0.6 else a.created + w.r.uniform(3, 12) * DAY
        for d in range(max(0, int(a.created // DAY)), w.days):
            rush = 1.5 if (w.weekday0 + d) % 7 == payday else 1.0
            if d * DAY > until or w.r.random() > 0.75 * rush:
                continue
            left, t = min(quota, round(quota * (0.35 + zeal) * rush * w.r.uniform(0.5, 1.1))), d * DAY + w.hour(hours) - a.tz * 3600
            while left > 0:
                if w.r.random() < 0.04:
                    task = w.r.choice(samples)
                    first = (task.kind, voiced(w.r, render(w.r, task, 0), a.voice))
                else:
                    topic, aspect = w.r.choice(topics)
                    task = make_task(w.r, w.r.choice(POOLS["wide"]), topic, aspect)
                    first = (task.kind, voiced(w.r, render(w.r, task), a.voice))
                before = len(w.rows)
                if t > a.created:
                    t = talk(w, a, t, "wide", 2.0, first=first, deep=0.5, harvest=True, think=30)
                left -= max(1, len(w.rows) - before)
                t += w.r.lognormvariate(3.6, 0.9) + (3600 * w.r.uniform(1, 4) if w.r.random() < 0.08 else 0)
        for t in w.times(a, 0.25, "evening", "home"):
            talk(w, a, t, "home", 2.5)


def mirror(w: World, n: int, name: str) -> None:
    """An operator with a real free homework and chat app: its users' words go to accounts posing as separate small firms.

    An archive is replayed by night.
    """
    servers = [w.net.server(w.r, 2) for _ in range(max(2, n // 6))]
    accts = []
    for i in range(n):
        a = w.account(
            "front_app", campaign=name, mail="firm", created=-w.r.uniform(3, 80) * DAY, kind="startup", line=servers[i % len(servers)],
            client=sdk_client(w.r, w.r.choice(("python", "node"))), pay_how=w.r.choice(("card", "none")), plan="payg"
        )
        accts.append(a)
    faces = [system_prompt(w.r, job=j) for j in ("homework helper", "study buddy", "friendly chat companion", "writing assistant")]

    def live() -> Iterator[Job]:
        while True:
            s, voice = w.r.choice(faces), w.voice()
            kind, text = ask(w.r, w.r.choice(("study", "study", "home", "bot")), voice)
            yield Job(
                [Say(s, text, kind), *(Say(s, follow(w.r, voice), kind) for _ in range(min(6, int(w.r.expovariate(0.6)))))], harvest=True
            )

    def archive() -> Iterator[Job]:
        while True:
            kind, text = ask(w.r, "study", w.voice())
            yield Job([Say(w.r.choice(faces[:2]), text, kind)], harvest=True)

    per = 6 * DAY / (n * 45)
    run(
        w, Pool(accts, conc=6, hours="users", gap=(per * 0.2, per * 1.8), sticky=0.55, follow_gap=(15, 140)), live(),
        windows(w, 0, w.end, 90, 0.2)
    )
    nights = [(d * DAY + 5.5 * 3600, d * DAY + 10 * 3600) for d in range(w.days) if w.r.random() < 0.5]
    run(w, Pool(accts, conc=3, gap=(160 / n, 2400 / n), choose="rr"), archive(), nights)


def quiet_fronts(w: World, n: int, name: str) -> None:
    """A patient, well-paid operator: a dozen firms on paper with own clouds, libraries, prompts and tempers.

    The list is cut so that nothing is asked twice.
    """
    stops = [(x, x + w.r.uniform(3, 11) * 3600) for x in (w.r.uniform(0, w.end) for _ in range(3))]
    for _ in range(n):
        path = w.r.choice(("api", "api", "api", "aws", "azure"))
        line: Line = Hidden() if path != "api" else w.net.server(w.r) if w.r.random() < 0.7 else w.net.lambdas(w.r)
        a = w.account(
            "front_firm", campaign=name, mail="firm", org=w.hexid(8), kind=w.r.choice(("startup", "enterprise")),
            verified=w.r.random() < 0.35, path=path, line=line, created=-w.r.uniform(15, 260) * DAY, pay_how=w.r.choice(("card", "none")),
            plan="payg"
        )
        a.new_model = w.launch + w.r.uniform(20, 30) * 3600
        if a.cfg.model == w.models["mini"]:
            a.cfg = a.cfg._replace(model=w.models["large"])
        s, product = [system_prompt(w.r) for _ in range(w.r.choice((1, 2)))], w.r.choice(("support", "office", "study", "dev"))
        wide, hours = w.r.uniform(0.5, 0.9), w.r.choice(("users", "work", "flat"))
        for t in w.times(a, w.r.uniform(25, 80), hours, w.r.choice(("flat", "work"))):
            if any(x <= t < y for x, y in stops):
                continue
            voice, th, mine = w.voice(), w.thread(a), w.r.random() < wide
            if mine:
                task = make_task(w.r, w.r.choice(POOLS["wide"]))
                kind, text = task.kind, voiced(w.r, render(w.r, task), voice)
            else:
                kind, text = ask(w.r, product, voice)
            for _ in range(w.r.choice((1, 1, 2, 3))):
                t, ok = send(w, a, t, th, Say(w.r.choice(s) if th.last is None else s[0], text, kind), harvest=mine)
                if not ok:
                    break
                t += 4 + w.r.lognormvariate(3.2, 0.8)
                text = follow(w.r, voice, 0.3)


def tenants(w: World, n: int, name: str) -> None:
    """Some customers of a contracted reseller are one operator under several names.

    The gateway sees the reseller's servers and library only.
    """
    org, dom, line, client = w.hexid(8), w.domain(), w.net.server(w.r, 6), sdk_client(w.r, "go")
    bulk, begin = w.r.uniform(-60, -15) * DAY, w.r.uniform(0.05, 0.3) * w.end

    def open_one(crowd: str, campaign: str | None, created: float) -> Account:
        return w.account(
            crowd, campaign=campaign, mail="firm", domain=dom, org=org, kind="enterprise", verified=True, access="passthrough", line=line,
            client=client, pay=None, created=created, phone=None
        )

    for _ in range(n * 5):
        a = open_one("reseller_customer", None, bulk + w.r.uniform(0, 900) if w.r.random() < 0.5 else -w.r.uniform(1, 60) * DAY)
        pool, s = (
            w.r.choice(("home", "dev", "office", "study", "content", "support", "wide")),
            w.r.choice([None, STOCK_SYSTEMS[0], system_prompt(w.r)])
        )
        for t in w.times(a, 1.0, w.r.choice(("work", "evening", "users")), "home"):
            talk(w, a, t, pool, 2.2, system=s)
    mine = [open_one("tenant", name, begin - w.r.uniform(0.2, 6) * DAY) for _ in range(n)]
    faces = [None, STOCK_SYSTEMS[0], system_prompt(w.r, rules=2)]
    for a in mine:
        a.voice, a.cfg = w.r.choice(("plain", "polite", "hasty")), w.cfg("chat")._replace(model=w.models["large"])

    def jobs() -> Iterator[Job]:
        while True:
            task = make_task(w.r, w.r.choice(POOLS[w.r.choice(("wide", "reason", "dev"))]))
            yield Job(
                chained(
                    w, Say(w.r.choice(faces), dressed(w, task, 0.12, w.r.choice(("plain", "polite", "hasty"))), task.kind), 0.35, most=2
                ),
                harvest=True
            )

    spans = [x for s, e in office_windows(w, begin, w.end, -5, 0.9, 0.5) for x in windows(w, s, e, 6, 0.2)]
    gap = max(3.0, sum(e - s for s, e in spans) * 3 / max(1.0, n * (w.end - begin) / DAY * 22) * 2)
    run(w, Pool(mine, conc=3, choose="random", gap=(0.5, gap), sticky=0.5, follow_gap=(1, 20), crowding=0.01, quota=80), jobs(), spans)
