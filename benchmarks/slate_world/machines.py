"""Innocent programs and services: build jobs, coding agents, a plugin, article mills, an honest relay."""

from .clients import sdk_client
from .prompts import system_prompt
from .queues import Job, Pool, run, windows
from .records import Cfg, Say
from .talks import groups, loop
from .text import ask, follow
from .vocabulary import STOCK_SYSTEMS
from .world import DAY, World


def ci_jobs(w: World, n: int) -> None:
    """Nightly tests and cron jobs that send the same requests each day from shared runners."""
    for _ in range(n):
        a = w.account(
            "ci", kind="startup", mail="firm", line=w.net.lambdas(w.r, "azure"),
            client=sdk_client(w.r, w.r.choice(("python", "node", "go"))), cfg=w.cfg("pipe")
        )
        s = system_prompt(w.r)
        cases = [
            Say(s, x[1], x[0]) for x in (ask(w.r, w.r.choice(("pipeline", "support", "dev")), "plain") for _ in range(w.r.randint(2, 10)))
        ]
        at = w.hour("night") - a.tz * 3600
        for d in range(w.days):
            if w.r.random() < 0.75 and d * DAY + at > a.created:
                t = d * DAY + at + w.r.uniform(0, 90)
                run(w, Pool([a], conc=2), (Job([c]) for c in cases), [(t, t + 3600)])


def coding_agents(w: World, n: int) -> None:
    """Users of one open agent program: same system prompt, same tools, same client library, tool loops."""
    versions, clients = w.agents, w.agent_clients
    for _ in range(n):
        a = w.account(
            "coding_agent", client=w.r.choice(clients), kind=w.r.choice(("individual", "startup")),
            cfg=Cfg(w.models[w.r.choice(("large", "large", "think"))], None, None, 8192, True)
        )
        shift = w.r.uniform(0, 0.6)
        for t in w.times(a, 0.42, w.r.choice(("work", "evening", "night")), "work"):
            s, tools, extra = versions[min(3, int((t / w.end + shift) * 3))]
            loop(w, a, t, s, tools, extra, w.r.lognormvariate(1.9, 0.6))


def plugin(w: World, n: int) -> None:
    """Users of a no-code plugin with their own keys.

    Its servers' addresses and library, its templates, pauses and upgrades at the same moment for all.
    """
    templates = [
        system_prompt(w.r, "RowMagic", r_, job=j)
        for r_, j in ((2, "spreadsheet helper"), (3, "catalogue writer"), (2, "tagger"), (4, "translator"))
    ]
    line, client = w.net.server(w.r, 9), sdk_client(w.r, "node")
    limits = [(0.0, 1000), (w.r.uniform(0.3, 0.8) * w.end, w.r.choice((1200, 1500, 2000)))]
    outs = [(x, x + w.r.uniform(1800, 9000)) for x in (w.r.uniform(0, w.end) for _ in range(4))]
    wave = w.r.uniform(-0.3, 0.7) * w.end
    for _ in range(n):
        created = min(w.end * 0.97, wave + w.r.expovariate(1 / (2.0 * DAY))) if w.r.random() < 0.4 else None
        a = w.account(
            "plugin_user", line=line, client=client, created=created, kind=w.r.choice(("individual", "startup")),
            mail=w.r.choice(("public", "firm", "cheap"))
        )
        s, model = w.r.choice(templates), w.models[w.r.choice(("mini", "mini", "large"))]
        for t in w.times(a, 0.3, "work", "work"):
            t = next((e + w.r.uniform(0, 200) for s_, e in outs if s_ <= t < e), t)
            cfg = Cfg(model, 0.4, None, limits[int(t > limits[1][0])][1], False)
            rows = (
                Job([Say(s, x[1], x[0])], cfg=cfg)
                for x in (ask(w.r, "sheet", "plain") for _ in range(min(90, int(w.r.lognormvariate(2.2, 0.9)))))
            )
            run(w, Pool([a], conc=3, crowding=0.02), rows, [(t, t + 5400)])


def content_mill(w: World, n: int) -> None:
    """One-person article mills: a list of keywords, several accounts, cheap domains, rented proxies even.

    Spam perhaps, but nobody trains on it.
    """
    for k in groups(w, n, 4, 14):
        s, cfg, client = system_prompt(w.r, job="SEO writer"), w.cfg(), sdk_client(w.r)
        line = w.net.proxies(w.r, 200, 600) if w.r.random() < 0.4 else w.net.server(w.r)
        pay, made = w.pay("mixed"), w.r.uniform(-40, w.days * 0.5) * DAY
        accts = [
            w.account(
                "content_mill", mail=w.r.choice(("cheap", "public")), pay=pay, line=line, client=client, cfg=cfg,
                created=made + i * w.r.uniform(60, 900), phone=w.r.choice([None, *w.sms])
            )
            for i in range(k)
        ]
        jobs = (
            Job([Say(s, x[1], x[0]), *([Say(s, "Continue.", x[0])] if w.r.random() < 0.3 else [])])
            for x in (ask(w.r, "content", "plain") for _ in range(w.r.randint(200, 900)))
        )
        run(w, Pool(accts, conc=2, choose="rr", gap=(5, 240), sticky=0.7), jobs, windows(w, max(0, made + DAY), w.end, 10, 9))


def relay_users(w: World, n: int) -> None:
    """An honest grey relay: resells chat for cash over pooled accounts, keeps nothing.

    Strangers' talks run through whichever account is free.
    """
    for k in groups(w, n, 15, 40):
        line, client = w.net.server(w.r, 4), sdk_client(w.r, "go")
        made = w.r.uniform(-60, -2) * DAY
        accts = [
            w.account(
                "honest_relay", line=line, client=client, created=made + w.r.uniform(0, 20) * DAY, pay_how="mixed",
                mail=w.r.choice(("public", "cheap"))
            )
            for _ in range(k)
        ]
        systems = [None, None, STOCK_SYSTEMS[0], system_prompt(w.r), system_prompt(w.r)]
        jobs = (
            Job([Say(sy, x[1], x[0]), *(Say(sy, follow(w.r, "casual"), x[0]) for _ in range(min(9, int(w.r.expovariate(0.5)))))])
            for sy, x in (
                (w.r.choice(systems), ask(w.r, w.r.choice(("home", "dev", "study", "bot", "wide")), w.voice()))
                for _ in range(int(k * w.days * 4))
            )
        )
        run(
            w, Pool(accts, conc=7, hours="users", gap=(20, 340), sticky=0.3, follow_gap=(12, 150), tries=2), jobs,
            windows(w, 0, w.end, 70, 0.2)
        )
