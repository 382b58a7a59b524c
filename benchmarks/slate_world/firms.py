"""Innocent firms: products, offices, studios, agencies, customers of resellers and clouds, archives that move."""

from .clients import browser, sdk_client
from .lines import Hidden, Mix
from .prompts import brand, system_prompt
from .queues import Job, Pool, run, windows
from .records import Say
from .talks import groups, handed, stream, talk
from .text import ask, follow
from .vocabulary import STOCK_SYSTEMS
from .world import DAY, World


def saas(w: World, n: int) -> None:
    """Small products with end users, on servers or serverless functions; one firm has one to three accounts (prod, staging)."""
    for k in groups(w, n, 1, 3):
        firm, dom = w.hexid(8), w.domain()
        systems = [system_prompt(w.r, firm_name) for firm_name in [brand(w.r)] for _ in range(w.r.choice((1, 1, 2, 4)))]
        pool = w.r.choice(("support", "pipeline", "bot", "content", "office", "sheet", "study", "dev"))
        line, client, pay = w.net.lambdas(w.r) if w.r.random() < 0.3 else w.net.server(w.r), sdk_client(w.r), w.pay("mixed")
        cfg = w.cfg("pipe" if pool in ("pipeline", "sheet") else "chat")
        rate = w.r.lognormvariate(2.2, 0.9)
        for i in range(k):
            a = w.account(
                "saas", mail="firm", domain=dom, kind=w.r.choice(("startup", "startup", "enterprise")), org=firm, line=line, client=client,
                pay=pay, cfg=cfg, verified=w.r.random() < 0.25, plan=w.r.choice(("payg", "pro"))
            )
            stream(
                w, a, rate if i == 0 else rate * 0.15, pool, systems, w.r.choice(("users", "work", "flat")),
                turns=w.r.choice((1.0, 1.0, 2.2)), extra=w.r.choice((0, 0, 600, 2500))
            )


def marketplace(w: World, n: int) -> None:
    """Companies that buy through a cloud's marketplace: no client address in the log, invoices by the cloud."""
    for k in groups(w, n, 1, 4):
        org, dom, path = w.hexid(8), w.domain(), w.r.choice(("aws", "azure", "gcp"))
        pool, s, cfg = w.r.choice(("office", "support", "pipeline", "dev")), [system_prompt(w.r) for _ in range(3)], w.cfg("pipe")
        for _ in range(k):
            a = w.account(
                "marketplace", mail="firm", domain=dom, org=org, kind="enterprise", verified=True, path=path, line=Hidden(), pay=None,
                cfg=cfg, plan="payg"
            )
            stream(w, a, w.r.lognormvariate(1.6, 0.9), pool, s, "work", "work")


def staffing(w: World, n: int) -> None:
    """A staffing firm: recruiters on thin clients behind one address, one shared prompt book, shift work, tasks handed to a colleague."""
    for k in groups(w, n, 20, 60):
        org, dom = w.hexid(8), w.domain()
        line, client, cfg, pay = w.net.office(w.r, 1), browser(w.r), w.cfg("app"), w.pay("mixed")
        book = [system_prompt(w.r, job="recruiting assistant") for _ in range(3)]
        team = [
            w.account(
                "staffing", mail="firm", domain=dom, org=org, kind="enterprise", path="app", line=line, client=client, cfg=cfg, pay=pay
            )
            for _ in range(k)
        ]
        handed(w, team, "office", book, 1.3)


def call_centre(w: World, n: int) -> None:
    """A support contractor: eighty seats, one address, tickets continued by whoever has the next shift."""
    for k in groups(w, n, 30, 80):
        dom, line, client = w.domain(), w.net.office(w.r, 2), sdk_client(w.r, "java")
        org, cfg, book = (
            w.hexid(8) if w.r.random() < 0.5 else None, w.cfg(), [system_prompt(w.r, job="support reply writer") for _ in range(4)]
        )
        created = w.r.uniform(-300, 0) * DAY
        team = [
            w.account(
                "call_centre", mail="firm", domain=dom, org=org, kind="startup", line=line, client=client, cfg=cfg, pay=None,
                created=created + w.r.uniform(0, 2) * DAY
            )
            for _ in range(k)
        ]
        handed(w, team, "support", book, 2.2)


def studio(w: World, n: int) -> None:
    """Game studios: one dialogue template, developers' and build machines' accounts, tools, and a big batch before a milestone."""
    for k in groups(w, n, 6, 18):
        dom, org, tools, cfg, pay = w.domain(), w.hexid(8) if w.r.random() < 0.7 else None, w.r.getrandbits(62), w.cfg(), w.pay("mixed")
        system, client = (
            system_prompt(w.r, job="dialogue writer for a role-playing game"), sdk_client(w.r, w.r.choice(("python", "node")))
        )
        line = Mix([w.net.office(w.r), w.net.server(w.r, 2)], [0.5, 0.5])
        team = [
            w.account("game_studio", mail="firm", domain=dom, org=org, kind="startup", cfg=cfg, pay=pay, line=line, client=client, tz=-5.0)
            for _ in range(k)
        ]
        for a in team:
            stream(w, a, 2.5, "game", [system], "work", "work", tools=tools, extra=700)
        day = w.r.uniform(2, w.days - 1) * DAY
        jobs = (Job([Say(system, x[1], x[0], tools, 700)]) for x in (ask(w.r, "game", "plain") for _ in range(w.r.randint(300, 1000))))
        run(w, Pool(team, conc=6, choose="rr", crowding=0.03), jobs, [(day, day + 18 * 3600)])


def reseller(w: World, n: int) -> None:
    """Contracted resellers: each customer a passthrough account, the reseller's servers, its invoice, an honest mixture of uses."""
    for k in groups(w, n, 60, 160):
        org, dom, line, client = w.hexid(8), w.domain(), w.net.server(w.r, 5), sdk_client(w.r, "go")
        bulk = w.r.uniform(-60, -5) * DAY
        for _ in range(k):
            a = w.account(
                "reseller_customer", mail="firm", domain=dom, org=org, kind="enterprise", verified=True, access="passthrough", line=line,
                client=client, pay=None, created=bulk + w.r.uniform(0, 900) if w.r.random() < 0.5 else None, phone=None
            )
            pool, s = (
                w.r.choice(("home", "dev", "office", "study", "content", "support", "pipeline", "wide")),
                w.r.choice([None, STOCK_SYSTEMS[0], system_prompt(w.r)])
            )
            for t in w.times(a, 0.9, w.r.choice(("work", "evening", "users")), "home"):
                talk(w, a, t, pool, 2.2, system=s)


def agency(w: World, n: int) -> None:
    """Marketing agencies: an account for each client, one card, bulk texts by template."""
    for k in groups(w, n, 5, 16):
        pay, line, client, dom, cfg = w.pay("card"), w.net.office(w.r), sdk_client(w.r), w.domain(), w.cfg()
        for _ in range(k):
            a = w.account(
                "agency", mail=w.r.choice(("firm", "cheap")), domain=dom if w.r.random() < 0.5 else None, pay=pay, line=line, client=client,
                kind="startup", cfg=cfg, voice="plain"
            )
            s = system_prompt(w.r, job="copywriter")
            stream(w, a, 3.0, "content", [s], "work", "work", turns=1.3)


def migration(w: World, n: int) -> None:
    """Firms that re-run their archive on new accounts: queues for days, many workers, restarts, threads continued by the new account."""
    for k in groups(w, n, 3, 8):
        dom, org, line, client, cfg = (
            w.domain(), w.hexid(8), w.net.server(w.r, 3), sdk_client(w.r, w.r.choice(("python", "go", "java"))), w.cfg("pipe")
        )
        old = w.account(
            "migration", mail="firm", domain=dom, org=org, kind="enterprise", line=line, client=client, cfg=cfg,
            created=-w.r.uniform(100, 600) * DAY
        )
        t0 = w.r.uniform(0.2, 0.6) * w.end
        new = [
            w.account(
                "migration", mail="firm", domain=dom, org=w.r.choice((org, None)), kind="enterprise", line=line, client=client, cfg=cfg,
                created=t0 - w.r.uniform(600, 90000)
            )
            for _ in range(k - 1)
        ] or [old]
        s = system_prompt(w.r)
        stream(w, old, 12, "pipeline", [s], "work", "work")
        pool = w.r.choice(("pipeline", "support", "wide", "sheet"))
        jobs = (
            Job(
                [
                    Say(s, x[1], x[0], None, int(w.r.lognormvariate(6.5, 0.8))),
                    *([Say(s, follow(w.r, "plain"), x[0])] if w.r.random() < 0.3 else [])
                ]
            )
            for x in (ask(w.r, pool, w.voice()) for _ in range(w.r.randint(500, 1600)))
        )
        run(
            w, Pool(new, conc=w.r.randint(2, 5), sticky=0.4, gap=(2, 60), crowding=0.03, lost=0.01), jobs,
            windows(w, t0, min(w.end, t0 + 6 * DAY), 9, 1.5)
        )


def poolers(w: World, n: int) -> None:
    """Small start-ups which spread one product over the founders' accounts to get round rate limits.

    Conversations go to whichever key is free.
    """
    for k in groups(w, n, 3, 8):
        line, client, cfg, s = w.net.server(w.r), sdk_client(w.r), w.cfg(), [system_prompt(w.r) for _ in range(2)]
        made = w.r.uniform(-90, w.days * 0.4) * DAY
        team = [
            w.account(
                "key_pooler", kind="startup", line=line, client=client, cfg=cfg, created=made + w.r.uniform(0, 4) * DAY,
                plan=w.r.choice(("free", "prepaid"))
            )
            for _ in range(k)
        ]
        pool, per_day = w.r.choice(("bot", "study", "office", "content", "wide")), w.r.uniform(12, 40)
        n_jobs = int(per_day * (w.days - max(0, made / DAY)))
        jobs = (
            Job([Say(s[0], x[1], x[0]), *(Say(s[0], follow(w.r, "casual"), x[0]) for _ in range(w.r.choice((0, 0, 1, 2, 4))))])
            for x in (ask(w.r, pool, w.voice()) for _ in range(n_jobs))
        )
        gap = DAY / per_day / 2.2
        run(
            w, Pool(team, conc=2, hours="users", gap=(gap * 0.1, gap * 1.9), sticky=0.15, follow_gap=(15, 120), crowding=0.02), jobs,
            windows(w, max(0, made + DAY), w.end, 60, 0.3)
        )
