"""Operators on what is others': leaked keys, a plugin's users, an employer's seats, lent accounts."""

from collections.abc import Iterator

from .clients import Client, browser, ja4, sdk_client
from .log import send
from .prompts import system_prompt
from .queues import Job, Pool, run, windows
from .records import Account, Cfg, Say
from .stock import chained, dressed
from .talks import handed, stream
from .text import POOLS, ask, follow, make_task, render
from .vocabulary import FOLLOW_DEEP
from .world import DAY, World


def leaked_keys(w: World, n: int, name: str) -> None:
    """Keys found in public repositories.

    The owner's own traffic goes on, a queue rides beside it from rented servers until the owner notices.
    """
    start = w.r.uniform(0.1, 0.35) * w.end
    line, client = w.net.server(w.r, 4, w.r.choice(("hosts_fr", "hosts_de", "hosts_us"))), sdk_client(w.r, "httpx")
    riders: list[Account] = []
    for _ in range(n):
        v = w.account(
            "stolen_key", campaign=name, kind=w.r.choice(("individual", "startup")), mail=w.r.choice(("public", "firm")),
            created=-w.r.uniform(20, 700) * DAY, line=w.net.server(w.r) if w.r.random() < 0.5 else None
        )
        stream(
            w, v, w.r.lognormvariate(1.2, 0.9), w.r.choice(("dev", "bot", "support", "pipeline", "content")), [system_prompt(w.r)],
            w.r.choice(("users", "work"))
        )
        taken = start + w.r.uniform(0, 0.6) * (w.end - start)
        noticed = taken + w.r.expovariate(1 / (4 * DAY)) + 3600
        ghost = Account(
            idx=v.idx, crowd=v.crowd, created=taken, kind=v.kind, country=v.country, line=line, client=client, cfg=v.cfg, campaign=name,
            keys=[v.keys[0]], banned=noticed, patience=w.r.uniform(0, 20000), revoked=True
        )
        riders.append(ghost)
    cfg = Cfg(w.models[w.r.choice(("large", "think"))], w.r.choice((None, 1.0)), None, w.r.choice((4096, 8192)), False)

    def jobs() -> Iterator[Job]:
        while True:
            task = make_task(w.r, w.r.choice(POOLS[w.r.choice(("reason", "wide", "dev"))]))
            yield Job(chained(w, Say(None, dressed(w, task, 0.25), task.kind), 0.2, most=2), harvest=True)

    spans = windows(w, start, w.end, 7, 3)
    run(
        w, Pool(riders, conc=3, choose="random", quota=w.r.choice((50, 90)), gap=(20, 140), sticky=0.4, tries=1, crowding=0.05, cfg=cfg),
        jobs(), spans
    )


def key_rider(w: World, n: int, name: str) -> None:
    """A small plugin asks, beside its user's rows, questions of its own on the same key from the same servers."""
    s, line, client = system_prompt(w.r, "CellPilot", 3, job="spreadsheet helper"), w.net.server(w.r, 4), sdk_client(w.r, "node")
    since = w.r.uniform(0.15, 0.4) * w.end
    for _ in range(n):
        a = w.account(
            "ridden_key", campaign=name, line=line, client=client, kind=w.r.choice(("individual", "startup")),
            cfg=Cfg(w.models["mini"], 0.3, None, 800, False)
        )
        for t in w.times(a, 0.9, "work", "work"):
            for _ in range(min(60, int(w.r.lognormvariate(2.0, 0.8)))):
                kind, text = ask(w.r, "sheet", "plain")
                t, _ = send(w, a, t, w.thread(a), Say(s, text, kind))
                t += w.r.uniform(0.2, 4)
                if t > since and w.r.random() < 0.14:
                    task = make_task(w.r, w.r.choice(POOLS["wide"]))
                    send(
                        w, a, t + w.r.uniform(5, 60), w.thread(a), Say(w.r.choice((None, s)), render(w.r, task), task.kind),
                        cfg=Cfg(w.models["large"], 0.3, None, 2000, False), harvest=True
                    )


def insiders(w: World, n: int, name: str) -> None:
    """Some employees of an honest contractor let a script run on their seats after hours, among colleagues who know nothing."""
    dom, org, line, client, cfg = w.domain(), w.hexid(8), w.net.office(w.r, 1), browser(w.r), w.cfg("app")
    book = [system_prompt(w.r, job="support reply writer") for _ in range(3)]
    team = [
        w.account(
            "contractor_seat", mail="firm", domain=dom, org=org, kind="enterprise", verified=True, path="app", line=line, client=client,
            cfg=cfg, pay=None, created=-w.r.uniform(30, 400) * DAY
        )
        for _ in range(n * 4)
    ]
    handed(w, team, "office", book, 1.6)
    bad = w.r.sample(team, n)
    home = {a.idx: w.net.person(w.r) for a in bad}
    for a in bad:
        a.campaign, a.crowd = name, "insider_seat"
        for t in w.times(a, 2.8, "night", "home", start=w.r.uniform(0, 0.3) * w.end):
            w.thread(a)  # opened, and left empty
            for _ in range(w.r.randint(2, 7)):
                task = make_task(w.r, w.r.choice(POOLS["wide"]))
                t, _ = send(
                    w, a, t, w.thread(a), Say(None, dressed(w, task, 0.2), task.kind), harvest=True, line=home[a.idx], client=client
                )
                t += w.r.uniform(5, 70)


def lent(w: World, n: int, name: str) -> None:
    """A free study extension lends paid accounts to real students and keeps what they get.

    After a real question it adds one of its own, at once.
    """
    wave = w.r.uniform(-5, w.days * 0.2) * DAY
    client = Client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36", ja4("chrome", 1)
    )
    for _ in range(n):
        a = w.account(
            "lent_account", campaign=name, path="app", created=wave + w.r.uniform(0, 6) * DAY, pay_how=w.r.choice(("none", "terminal")),
            mail=w.r.choice(("public", "public", "cheap")), plan="prepaid", client=client if w.r.random() < 0.6 else None
        )
        own = a.line
        for t in w.times(a, 1.3, "student", "home"):
            th = w.thread(a)
            a.line = own if w.r.random() < 0.8 else w.net.person(w.r)
            kind, text = ask(w.r, "study", w.voice())
            for _ in range(w.r.choice((1, 2, 2, 3))):
                t, ok = send(w, a, t, th, Say(None, text, kind), harvest=True)
                if not ok:
                    break
                if w.r.random() < 0.45:
                    extra = w.r.choice(FOLLOW_DEEP[:6]).format_map(make_task(w.r, "follow").slots)
                    t, _ = send(w, a, t + w.r.uniform(0.8, 4), th, Say(None, extra, kind), harvest=True)
                t += 5 + w.r.lognormvariate(3.8, 0.9)
                text = follow(w.r, a.voice)
        a.line = own
