"""Operators that use what is others': keys, end users' talks, hired hands, seats."""

import numpy as np

from .carriers import TZ
from .clients import client_named
from .log import converse, emit, pace
from .network import Ints
from .openings import from_pool, reworded
from .routes import people_route, proxy_route, server_route
from .supplies import CATCHALL, groups_of, limit
from .world import DAY, HOUR, MINUTE, World


def key_thief(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Leaked keys of real small products.

    The owners' traffic goes on, the thief's comes on top from elsewhere, until the owner sees the bill and changes the key.
    """
    n = w.n(accounts)
    rows = w.accounts(
        n, "stolen_key", campaign=name, path="api", created=w.within(n, -400, -20), keys=1, plan="payg",
        kind=w.rng.choice(np.array(["startup", "individual", "enterprise"], object), n, p=[0.5, 0.4, 0.1])
    )
    w.acc["system"][rows] = np.array(w.text.many(["sys_support"] * n), object)
    converse(w, rows, pace(w, n, 140, 1.6, 1.2), "support", mean_turns=1.6, route=server_route, crowd_style=True)
    found = w.at(0) + (w.rng.random(n) * w.days * 0.75 * DAY).astype(np.int64)
    hold = (w.rng.lognormal(np.log(2.2), 0.8, n) * DAY).astype(np.int64)
    probe_at = found - (w.rng.random(n) * 5 * HOUR).astype(np.int64)
    stack = np.array([client_named("python-requests"), client_named("aiohttp")])[w.rng.integers(0, 2, n)]
    converse(
        w, rows, 0, {"chat": 1}, starts=(rows, probe_at), mean_turns=1.0, local=0,
        first=lambda s, f: w.rng.choice(np.array(["hi", "test", "hello", "say ok"], object), len(s)).tolist(), client=stack,
        route=proxy_route(None), system_of=np.full(n, None, object), max_tokens=5
    )
    count = w.rng.poisson(requests * w.rng.lognormal(-0.2, 0.6, n))
    who = np.repeat(rows, count)
    begin = np.repeat(found, count) + (w.rng.random(who.size) * np.repeat(hold, count)).astype(np.int64)
    tasks = w.text.pool(["code", "math", "qa"], int(max(50, who.size)))
    converse(
        w, rows, 0, "hard", starts=(who, begin), mean_turns=1.0, local=0, first=from_pool(tasks, w.rng.permutation(len(tasks))),
        client=stack[who - rows[0]], route=proxy_route(1.0, overlap=0.01), system_of=np.full(who.size, None, object), harvest=1.0,
        model=0 if w.release_day is None else 3, max_tokens=8192, temp=1.0, stream=False, busy=0.05
    )
    return rows


def grey_gateway(w: World, name: str, accounts: float, requests: float, harvested: float = 0.35) -> Ints:
    """A cheap gateway for honest end users: turns of one conversation are spread over a pool of accounts.

    A part of what passes is kept for training, and own tasks are slipped in.
    """
    n = w.n(accounts)
    hosts = w.net.anywhere(w.rng, 2, "host")
    born = w.within(n, -12, w.days * 0.8, "office", 8.0)
    life = born + (w.rng.exponential(w.days * 0.7, n) * DAY).astype(np.int64) + DAY
    life = np.where(life < w.start, w.start + (w.rng.random(n) * 6 * DAY).astype(np.int64), life)
    life = np.where(w.rng.random(n) < 0.75, life, w.end + DAY)
    rows = w.accounts(
        n, "pool_account", campaign=name, path="api", created=born, pay=groups_of(w, n, 1, 4),
        phone=np.where(w.rng.random(n) < 0.5, groups_of(w, n, 1, 3), 0), plan="payg", client=client_named("axios"),
        host=hosts[w.rng.integers(0, 2, n)], servers=1, stream=True, temp=np.nan, max_tokens=0, keys=1,
        email_domain=w.rng.choice(np.array(["gmail.com", "outlook.com", CATCHALL[6], CATCHALL[7]], object), n),
        banned=np.where(life < w.end, life, -1), style=0, kind=w.rng.choice(np.array(["individual", "startup"], object), n)
    )
    w.acc["seed"][rows] = w.rng.integers(0, 2**63, 5).astype(np.uint64)[w.rng.integers(0, 5, n)]
    total = int(requests * n / 2.6)
    begin = w.start + w.rng.integers(0, w.days, total) * DAY + w.clock(total, "life", 8.0)
    fam = w.families({"zh": 20, "code": 30, "qa": 10, "write": 8, "translate": 10, "math": 6, "creative": 8, "business": 5, "es": 3}, total)
    conv, turn, offset = w.turns(total, 2.6, 70)
    when = begin[conv] + offset
    serving = rows[w.rng.integers(0, n, conv.size)]
    alive = (w.acc["created"][serving] < when - MINUTE) & ((w.acc["banned"][serving] < 0) | (w.acc["banned"][serving] > when))
    for _ in range(4):
        serving = np.where(alive, serving, rows[w.rng.integers(0, n, conv.size)])
        alive = (w.acc["created"][serving] < when - MINUTE) & ((w.acc["banned"][serving] < 0) | (w.acc["banned"][serving] > when))
    own = w.rng.random(total) < 0.15
    tasks = w.text.pool(["math", "code", "qa"], max(30, int(own.sum())))
    opening = [
        tasks[i % len(tasks)] if mine else w.text.styled(w.text.one(f), i % 9)
        for i, (f, mine) in enumerate(zip(fam.tolist(), own.tolist(), strict=True))
    ]
    systems = np.array([None, *w.text.many(["system"] * 60)], object)[np.where(w.rng.random(total) < 0.4, 0, w.rng.integers(0, 61, total))]
    prompts = [opening[c] if k == 0 else w.text.follow(fam[c]) for c, k in zip(conv.tolist(), turn.tolist(), strict=True)]
    keep = own | (np.isin(fam, ["code", "math", "qa", "zh"]) & (w.rng.random(total) < harvested))
    emit(
        w, serving, when, prompts, fam[conv], conv, turn, server_route(w, serving, when), system_of=systems[conv], harvest=keep[conv],
        busy=0.02
    )
    return rows


def paid_crew(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Real people paid by the prompt on their own accounts, lines and machines.

    They share only the week's topic sheet and a daily quota.
    """
    n = w.n(accounts)
    cc = w.countries(n, ["PH", "KE", "IN", "CO", "NG"])
    wave = w.within(n, -20, w.days * 0.4, "life", TZ[cc])
    created = np.where(w.rng.random(n) < 0.6, wave, w.born(n, TZ[cc], 0.0))
    rows = w.accounts(n, "paid_writer", campaign=name, cc=cc, created=created, plan=w.rng.choice(["free", "plus"], n, p=[0.55, 0.45]))
    for week in range(0, w.days, 7):
        sheet = w.text.pool(["qa", "code", "math", "advice", "creative"], 70)
        span = min(7.0, w.days - week)
        quota = requests * 0.72 / w.days * span
        converse(
            w, rows, quota / span / 2.0 * w.rng.normal(1.0, 0.12, n).clip(0.4), "broad", lo=week, hi=week + span, mean_turns=2.0,
            curve="office", weekend=0.4, local=0, probe=0.25, harvest=0.95, first=reworded(w, sheet)
        )
    converse(w, rows, pace(w, n, requests * 0.28, 2.6), "casual", mean_turns=2.6, curve="evening", local=0.4)
    return rows


def rented_seats(w: World, name: str, accounts: float, requests: float) -> Ints:
    """Accounts of real people who rent them out through a browser extension.

    At idle hours it sends tasks from their own machine and line.
    """
    n = w.n(accounts)
    rows = w.accounts(
        n, "rented", campaign=name, cc=w.countries(n, ["US", "GB", "BR", "IN", "PH", "ES", "IT"]),
        plan=w.rng.choice(["free", "plus", "pro"], n, p=[0.35, 0.6, 0.05]), vpn=-1
    )
    converse(w, rows, pace(w, n, requests * 0.45, 2.6), "casual", mean_turns=2.6)
    joined = w.rng.integers(-10, int(w.days * 0.7), n)
    tasks = w.text.pool(["qa", "code", "math", "write", "study"], max(40, int(requests * n * 0.5)))
    starts = w.sessions(rows, pace(w, n, requests * 0.7, 1.0, 0.3), "night", 1.0)
    starts = limit((starts[1] - w.start) // DAY >= joined[starts[0] - rows[0]], starts)
    w.acc["style"][rows], kept = 0, w.acc["style"][rows].copy()
    share, w.acc["mob_share"][rows] = w.acc["mob_share"][rows].copy(), 0.0
    converse(
        w, rows, 0, "broad", starts=starts, mean_turns=1.0, local=0, route=people_route,
        first=from_pool(tasks, w.rng.integers(0, len(tasks), max(1, starts[0].size))), harvest=1.0
    )
    w.acc["style"][rows], w.acc["mob_share"][rows] = kept, share
    return rows
