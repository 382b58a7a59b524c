"""Innocent crowds: programs that run by themselves."""

import numpy as np

from .carriers import TZ
from .clients import client_named, pick_clients
from .log import converse, pace
from .routes import people_route, server_route, site_route
from .world import DAY, HOUR, World


def evaluators(w: World, teams: int, accounts: int, requests: float, repeats: int = 3) -> None:
    """Teams that run a benchmark: the same items on several accounts, temperature 0 and 1, repeated, at night and on releases."""
    for _ in range(max(1, round(teams * w.scale))):
        n = max(2, int(accounts * w.rng.uniform(0.6, 1.4)))
        rows = w.accounts(
            n, "benchmark_team", path="api", kind=w.rng.choice(["research", "startup", "individual"]), org=w.new(1)[0], pay=w.new(1)[0],
            email_domain=w.domain(), created=w.within(n, -120, w.days * 0.5), max_tokens=int(w.rng.choice([1024, 4096, 8192])),
            client=int(pick_clients(w.rng, 1, "sdk")[0]), servers=2, host=int(w.net.anywhere(w.rng, 1, "host")[0]), phone=0
        )
        items = w.text.pool(["math", "code", "qa", "judge"], max(12, int(requests * n / repeats / 2)))
        for run in range(2):
            day = w.rng.uniform(0.5, w.days - 1.5) if w.release_day is None or run == 0 else w.release_day + w.rng.uniform(0.1, 1.5)
            jobs = np.tile(np.arange(len(items)), repeats)
            who = rows[w.rng.integers(0, n, jobs.size)]
            begin = (w.at(day) + np.sort(w.rng.random(jobs.size)) * 6 * HOUR).astype(np.int64)
            converse(
                w, rows, 0, "hard", starts=(who, begin), mean_turns=1.0, route=server_route, local=0,
                first=[items[i] for i in jobs.tolist()], temp=np.nan if run else 0.0,
                model=int(w.rng.choice([0, 1, 2])) if run == 0 else 3 if w.release_day is not None else 2, busy=0.03
            )


def plugin(w: World, users: int, requests: float, name: str = "codequill-vscode") -> None:
    """Users of an editor plug-in with their own keys: one system prompt, one tool list, agent loops from homes and offices."""
    n = w.n(users)
    rows = w.accounts(
        n, "plugin_user", path="api", client=client_named(name), kind="individual", stream=True, max_tokens=8192, temp=0.0,
        created=w.born(n, TZ[w.countries(n)], 0.3, 100)
    )
    w.acc["system"][rows] = w.text.one("sys_work")
    tools = w.rng.integers(-(2**62), 2**62, 3)
    for part, tool in zip(np.array_split(rows, 3), tools, strict=True):
        if part.size:
            converse(
                w, part, pace(w, part.size, requests, 7, 1.1), {"agent": 6, "code": 4}, mean_turns=7, gap=14, curve="study",
                route=people_route, loop=True, local=0, tools=int(tool), ctx=700, sys_tokens=2600
            )


def pipelines(w: World, projects: int, requests: float) -> None:
    """Nightly and per-commit test jobs: the same prompts again and again, from a build service's addresses."""
    host = int(w.net.anywhere(w.rng, 1, "host")[0])
    for _ in range(max(1, round(projects * w.scale))):
        n = int(w.rng.integers(1, 6))
        rows = w.accounts(
            n, "ci_job", path="api", client=client_named("corvid-python/2.14.0 ci"), host=host, servers=40, org=w.new(1)[0], temp=0.0,
            max_tokens=256, phone=0
        )
        items = w.text.pool(["extract", "code", "translate", "qa"], int(w.rng.integers(6, 40)))
        for r in rows:
            runs = w.rng.poisson(max(1.0, requests / len(items)))
            start = np.repeat(w.start + (w.rng.random(runs) * w.days * DAY).astype(np.int64), len(items))
            begin = start + (np.tile(np.arange(len(items)), runs) * 1.7e6).astype(np.int64)
            converse(
                w, rows, 0, "support", starts=(np.full(begin.size, r), begin), mean_turns=1.0, local=0, route=server_route,
                first=items * runs
            )


def migration(w: World, firms: int, requests: float) -> None:
    """Firms that run a backlog once.

    Thousands of single requests on one template over a night or three, from several accounts (one a department).
    """
    for _ in range(max(1, round(firms * w.scale))):
        n = int(w.rng.integers(1, 5))
        rows = w.accounts(
            n, "backlog_run", path="api", org=w.new(1)[0], email_domain=w.domain(), kind=w.rng.choice(["enterprise", "startup"]),
            pay=w.new(1)[0], temp=0.0, max_tokens=1024
        )
        w.acc["system"][rows] = w.text.one("sys_json")
        day, span = w.rng.uniform(0, w.days - 2), w.rng.uniform(0.3, 3)
        if w.release_day is not None and w.rng.random() < 0.6:
            day = min(w.days - 2.0, w.release_day + w.rng.uniform(0, 3))
        converse(
            w, rows, requests / span * w.rng.lognormal(-0.1, 0.5, n), {"extract": 5, "translate": 2, "business": 1}, mean_turns=1.0, lo=day,
            hi=day + span, curve="flat", tz=0.0, route=server_route, local=0, busy=0.05
        )


def research_data(w: World, labs: int, requests: float) -> None:
    """Laboratories with a contract that make small data sets (allowed).

    Lists of tasks worked through at high temperature, several samples each.
    """
    for _ in range(max(1, round(labs * w.scale))):
        n = int(w.rng.integers(2, 7))
        c = int(w.countries(1)[0])
        site = w.office(c, "edu", 4)
        rows = w.accounts(
            n, "licensed_lab", path="api", cc=np.full(n, c), kind="research", verified=True, org=w.new(1)[0], pay=w.new(1)[0],
            email_domain=w.text.one("city").lower() + "-institute.edu", max_tokens=4096, temp=1.0, work_ip=site.ip[w.rng.integers(0, 4, n)],
            work_isp=site.isp[0], created=w.within(n, -300, 0), phone=0
        )
        items = w.text.pool(["math", "code", "qa", "creative"], max(10, int(requests * n / 4)))
        order = np.repeat(np.arange(len(items)), 4)
        begin = w.at(w.rng.uniform(0, w.days * 0.3)) + np.sort(w.rng.random(order.size) * w.days * 0.6 * DAY).astype(np.int64)
        converse(
            w, rows, 0, "broad", starts=(rows[w.rng.integers(0, n, order.size)], begin), mean_turns=1.0, local=0, route=site_route,
            first=[items[i] for i in order.tolist()]
        )
