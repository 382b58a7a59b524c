"""Operators that pose as developers, firms and projects."""

import numpy as np

from .clients import CLIENT_JA4, client_named
from .log import converse, pace
from .network import Ints
from .openings import from_pool
from .routes import server_route
from .supplies import CATCHALL, groups_of, limit
from .world import CLOUDS, DAY, HOUR, MINUTE, SECOND, World


def trace_hunter(w: World, name: str, accounts: float, requests: float, samples: int = 4) -> Ints:
    """Reasoning: paying shells, some with papers, each on its own servers.

    Hard problems, four samples each, spread so that two accounts never share more than a few.
    """
    n = w.n(accounts)
    rows = w.accounts(
        n, "reasoning_buyer", campaign=name, path="api", created=w.within(n, -40, w.days * 0.3, "office", 8.0),
        kind=w.rng.choice(np.array(["startup", "research", "individual", "enterprise"], object), n, p=[0.5, 0.15, 0.25, 0.1]),
        verified=w.rng.random(n) < 0.3, pay=np.where(w.rng.random(n) < 0.35, groups_of(w, n, 2, 3), w.new(n)),
        max_tokens=w.rng.choice([16000, 16384, 32000], n), keys=w.rng.choice([2, 3, 6], n), pref=2,
        temp=w.rng.choice([0.6, 0.8, 1.0, np.nan], n), plan=w.rng.choice(["payg", "scale"], n), adopt=1e6
    )
    w.acc["system"][rows] = np.array([w.text.one("system") if x < 0.45 else None for x in w.rng.random(n)], object)
    problems = w.text.pool(["math", "code", "math", "judge"], max(20, int(requests * n / samples)))
    jobs = np.repeat(np.arange(len(problems)), samples)
    owner = rows[w.rng.integers(0, n, len(problems))]
    who = np.where(w.rng.random(jobs.size) < 0.85, owner[jobs], rows[w.rng.integers(0, n, jobs.size)])
    begin = np.repeat(w.start + w.rng.integers(0, w.days, len(problems)) * DAY + w.clock(len(problems), "flat", 0.0), samples) + (
        w.rng.exponential(25, jobs.size) * MINUTE
    ).astype(np.int64)
    converse(
        w, rows, 0, {"math": 6, "code": 3, "judge": 1}, starts=(who, begin), mean_turns=1.0, local=0, route=server_route,
        first=from_pool(problems, jobs), harvest=1.0, busy=0.02, model=2 if w.release_day is None else None
    )
    return rows


def agent_farm(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Trajectories of tool use.

    Three tool sets over all accounts, long loops in sandboxes on rented machines, one image of a machine, tasks retried to keep
    what succeeds.
    """
    n = w.n(accounts)
    hosts = w.net.anywhere(w.rng, 4, "host")
    rows = w.accounts(
        n, "sandbox_agent", campaign=name, path="api", created=w.within(n, -35, w.days * 0.5, "office", 3.0),
        client=client_named("corvid-node/4.8.0"), host=hosts[w.rng.integers(0, 4, n)], servers=5,
        ja4=int(CLIENT_JA4[client_named("corvid-node/4.8.0"), 1]), temp=np.where(w.rng.random(n) < 0.7, 1.0, np.nan), max_tokens=8192,
        stream=False, pay=np.where(w.rng.random(n) < 0.4, groups_of(w, n, 2, 4), w.new(n)),
        kind=w.rng.choice(np.array(["startup", "individual", "research"], object), n, p=[0.55, 0.35, 0.1]), plan="payg", phone=0
    )
    variants = [w.text.one("sys_work") for _ in range(3)]
    w.acc["system"][rows] = np.array([variants[i] for i in w.rng.integers(0, 3, n)], object)
    w.acc["update"][rows] = w.days // 2
    sets = w.rng.integers(-(2**62), 2**62, 3)
    tasks = w.text.pool(["agent", "code"], max(30, int(requests * n / 14 / 2)))
    starts = w.sessions(rows, pace(w, n, requests, 14, 0.4), "flat", 1.0, tz=0.0)
    converse(
        w, rows, 0, {"agent": 8, "code": 2}, starts=starts, mean_turns=14, gap=11, loop=True, local=0, route=server_route,
        tools=sets[w.rng.integers(0, 3, starts[0].size)], ctx=900.0, sys_tokens=2100, harvest=0.9,
        first=from_pool(tasks, w.rng.integers(0, len(tasks), max(1, starts[0].size)))
    )
    return rows


def mirror(w: World, name: str, accounts: float, requests: float) -> Ints:
    """The owner of a real chat app: its users' words go through verified accounts, one a region, as in any app; every answer is kept."""
    n = w.n(accounts)
    cc = w.countries(n, ["BR", "ID", "MX", "FR", "DE", "ES", "IN"])
    rows = w.accounts(
        n, "mirror_region", campaign=name, path="api", cc=cc, kind="startup", verified=True, org=w.new(1)[0], pay=w.new(1)[0], plan="scale",
        created=w.within(n, -220, -30), email_domain=w.domain(), keys=2, client=client_named("Go-http"),
        host=int(w.net.anywhere(w.rng, 1, "host")[0]), servers=4, stream=True, temp=0.7, max_tokens=1000, phone=0
    )
    w.acc["system"][rows] = w.text.one("sys_casual")
    converse(
        w, rows, pace(w, n, requests, 3.0, 0.5), "casual", mean_turns=3.0, curve="life", route=server_route, crowd_style=True, local=0.6,
        harvest=1.0
    )
    return rows


def shell_firms(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Shell firms with own sites, cards, servers and plausible products.

    One list cut into disjoint parts, one staff behind all (updates and holidays on the same day).
    """
    n = w.n(accounts)
    rows = w.accounts(
        n, "shell_firm", campaign=name, path="api", kind=w.rng.choice(np.array(["startup", "enterprise"], object), n, p=[0.8, 0.2]),
        verified=w.rng.random(n) < 0.4, plan="scale", keys=3,
        created=w.start - (w.rng.integers(3, 13, n) * 6 * DAY) + w.clock(n, "office", 8.0), client=client_named("corvid-python/2.14.0"),
        temp=w.rng.choice([0.7, np.nan, 1.0], n), max_tokens=4096, update=int(w.days * 0.4),
        ja4=int(CLIENT_JA4[client_named("corvid-python/2.14.0"), 3])
    )
    w.acc["system"][rows] = np.array(
        w.text.many([("sys_support", "sys_casual", "sys_work", "sys_student")[i % 4] for i in range(n)]), object
    )
    tasks = w.text.pool(["qa", "code", "write", "math", "business", "advice", "extract", "translate"], int(requests * n * 1.05))
    who, begin = w.sessions(rows, pace(w, n, requests, 1.25, 0.3), "office", 0.35, tz=6.0)
    away = int(w.days * 0.6)
    day = (begin - w.start) // DAY
    who, begin = limit((day != away) & (day != away + 1), (who, begin))
    converse(
        w, rows, 0, "broad", starts=(who, begin), mean_turns=1.25, gap=20, local=0, route=server_route,
        first=from_pool(tasks, np.arange(len(tasks))), harvest=0.95, probe=0.5
    )
    return rows


def preference_pairs(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Pairs for a reward model: a prompt cold and hot within seconds, then a third account judges the two."""
    n = w.n(accounts)
    rows = w.accounts(
        n, "pair_maker", campaign=name, path="api", created=w.within(n, -25, w.days * 0.4, "office", 8.0), pay=groups_of(w, n, 2, 4),
        client=client_named("chainkit"), plan="payg", max_tokens=1024, keys=2,
        phone=np.where(w.rng.random(n) < 0.4, groups_of(w, n, 2, 3), 0), kind="individual"
    )
    triples = int(requests * n / 3)
    tasks = w.text.pool(["qa", "advice", "write", "code", "creative"], triples)
    triples = len(tasks)
    begin = w.start + w.rng.integers(0, w.days, triples) * DAY + w.clock(triples, "life", 8.0)
    first = rows[w.rng.integers(0, n, triples)]
    for delay, temp in ((0, 0.2), (6, 1.0)):
        converse(
            w, rows, 0, "broad", starts=(first, begin + (w.rng.random(triples) * 4 + delay).astype(np.int64) * SECOND), mean_turns=1.0,
            local=0, route=server_route, first=tasks, temp=temp, harvest=1.0
        )
    judge = rows[w.rng.integers(0, n, triples)]
    converse(
        w, rows, 0, {"judge": 1}, starts=(judge, begin + (w.rng.exponential(20, triples) * MINUTE).astype(np.int64)), mean_turns=1.0,
        local=0, route=server_route, temp=0.0, harvest=1.0,
        first=lambda s, f: [
            f"Two assistants answered: {t} First reply: {w.text.one('resp')} Second reply: {w.text.one('resp')} Which is better?"
            for t in tasks
        ]
    )
    return rows


def cloud_trials(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Trial credit of a cloud: a new tenant each, spent to the last cent in some days, then the next.

    The log of a cloud shows neither address nor client.
    """
    n = w.n(accounts)
    begin_day = np.sort(w.rng.uniform(-6, w.days - 2, n))
    created = w.start + np.floor(begin_day).astype(np.int64) * DAY + w.clock(n, "office", 5.5)
    rows = w.accounts(
        n, "trial_tenant", campaign=name, path=CLOUDS[0], created=created,
        kind=w.rng.choice(np.array(["startup", "individual", "enterprise"], object), n, p=[0.6, 0.3, 0.1]), plan="payg", keys=1, temp=0.8,
        max_tokens=3000, stream=False, pref=0, phone=0, verified=False, pay=groups_of(w, n, 1, 3),
        email_domain=w.rng.choice(np.array(["outlook.com", "gmail.com", CATCHALL[0], CATCHALL[5]], object), n)
    )
    systems = w.text.many(["sys_work"] * 4)
    w.acc["system"][rows] = np.array([systems[i] for i in w.rng.integers(0, 4, n)], object)
    count = np.round(requests * w.rng.normal(1.0, 0.06, n)).astype(np.int64)
    who = np.repeat(rows, count)
    begin = np.repeat(created, count) + HOUR + (w.rng.random(who.size) * np.repeat(w.rng.uniform(1.5, 6, n), count) * DAY).astype(np.int64)
    tasks = w.text.pool(["qa", "code", "write", "math", "business"], int(who.size * 0.9))
    converse(
        w, rows, 0, "broad", starts=(who, begin), mean_turns=1.0, local=0, route=server_route,
        first=from_pool(tasks, w.rng.permutation(len(tasks))), harvest=0.98
    )
    return rows


def label_taker(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Only labels.

    Short answers at temperature 0 about many short texts, as every firm's ticket sorting looks; six firms on paper, four
    schemata.
    """
    n = w.n(accounts)
    rows = w.accounts(
        n, "label_taker", campaign=name, path="api", created=w.within(n, -90, -5, "office", 1.0), kind="startup", temp=0.0,
        max_tokens=w.rng.choice([64, 128, 256], n), plan="payg", org=w.new(6)[w.rng.integers(0, 6, n)],
        pay=w.new(6)[w.rng.integers(0, 6, n)]
    )
    schemata = w.text.many(["sys_json"] * 4)
    w.acc["system"][rows] = np.array([schemata[i] for i in w.rng.integers(0, 4, n)], object)
    converse(
        w, rows, pace(w, n, requests, 1.0, 0.4), {"extract": 1}, mean_turns=1.0, curve="office", weekend=0.5, local=0, route=server_route,
        harvest=0.97
    )
    return rows
