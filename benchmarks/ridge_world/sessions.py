"""Sessions of a crowd's accounts, and what they say."""

import numpy as np

from . import text
from .accounts import choose, found, homes
from .carriers import COUNTRIES
from .hashing import unit
from .manners import Crowd, Weights
from .network import locate
from .world import DAY, SECOND, Columns, World


def session_table(
    world: World, c: Crowd, acct: np.ndarray, t0: np.ndarray, tasks: np.ndarray, harvest: bool = False, net: Weights | None = None
) -> Columns:
    """The attributes of sessions that follow from their accounts and their crowd."""
    rng, a, n = world.rng, world.acc, len(acct)
    day = (t0 - world.start) // DAY
    noise = rng.integers(0, 10**6, n)
    ip, asn, land = locate(
        choose(world, net or c.net, n), acct + world.salt, a["group"][acct] + world.salt, a["country"][acct], day, noise, homes(world)
    )
    later = t0 >= a["switch"][acct]
    model = np.where(rng.random(n) < 0.9, a["model"][acct], choose(world, c.models, n))
    if world.release is not None:
        model = np.where((model == "lark-core-3") & (t0 < world.release), "lark-deep-2", model)
    system = np.empty(n, dtype=object)
    system[:] = [s[k % len(s)] for s, k in zip(a["systems"][acct].tolist(), noise.tolist(), strict=True)]
    tools = a["tools_key"][acct]
    tools = np.where((tools != 0) & np.isin(tasks, ["chat", "write", "translate"]) & a["lazy"][acct], 0, tools)
    turns = 1 + rng.poisson(rng.exponential(max(c.turns - 1, 0), n)) if c.turns > 1 else np.ones(n, dtype=np.int64)
    return {
        "acct": acct, "t0": t0, "turns": np.minimum(turns, 60), "task": tasks, "system": system, "model": model, "temp": a["temp"][acct],
        "top_p": a["top_p"][acct], "max_tokens": a["max_tokens"][acct], "stream": a["stream"][acct], "tools_key": tools, "ip": ip,
        "asn": asn, "land": land, "ua": np.where(later, a["ua2"][acct], a["ua"][acct]),
        "ja4": np.where(later, a["ja42"][acct], a["ja4"][acct]), "keyno": noise % a["keys"][acct], "path": a["path"][acct],
        "gap": c.gap * a["pace"][acct], "harvest": np.full(n, harvest), "sid": (a["path"][acct] == "app") | (unit(acct, 51) < c.sid),
        "orphan": np.full(n, c.orphan), "handover": np.full(n, c.handover), "fail": np.full(n, c.fail) * np.exp(rng.normal(0, 0.3, n)),
        "long": np.full(n, c.long), "group": a["group"][acct], "extra": _context_tokens(world, a["group"][acct], system)
    }


def _context_tokens(world: World, group: np.ndarray, system: np.ndarray) -> np.ndarray:
    """Tokens of further instructions and retrieved context that go with long system prompts."""
    wordy = np.array([s is not None and len(s) > 75 for s in system.tolist()], dtype=bool)
    fixed = 120 * np.exp(2.6 * unit(group, world.salt, 53)) * (unit(group, world.salt, 52) < 0.6)
    return np.where(wordy, fixed, 0).astype(np.int64)


def words_for(world: World, c: Crowd, acct: np.ndarray, tasks: np.ndarray) -> list[str]:
    """Opening prompts: fresh, in the account's own style, or drawn from the pool of its group."""
    rnd, a = world.rnd, world.acc
    pools: dict[int, list[tuple[str, str]]] = {}
    out = []
    styles, groups, foreign, lands = (
        a["style"][acct].tolist(), a["group"][acct].tolist(), a["foreign"][acct].tolist(), a["country"][acct].tolist()
    )
    names, share = list(c.tasks), list(c.tasks.values())
    for i, kind in enumerate(tasks.tolist()):
        if c.pool:
            pool = pools.get(groups[i])
            if pool is None:
                kinds = rnd.choices(names, share, k=c.pool)
                pool = pools[groups[i]] = [(k, text.task(k, rnd)) for k in kinds]
            kind, body = pool[min(int(rnd.random() ** 1.3 * len(pool)), len(pool) - 1)]
            tasks[i] = kind
            draw = rnd.random()
            if draw > c.paste:
                body = (
                    text.restyle(body, rnd.choice(text.STYLES), rnd)
                    if draw < c.paste + (1 - c.paste) * 0.55
                    else text.paraphrase(body, rnd)
                )
        else:
            body = text.task(kind, rnd, COUNTRIES[lands[i]][4] if foreign[i] else "en")
            if rnd.random() < c.styled:
                body = text.restyle(body, styles[i] if rnd.random() < 0.8 else rnd.choice(text.STYLES), rnd)
        if kind in ("math", "reason", "science", "eval") and unit(acct[i : i + 1], 91)[0] < 0.12 and rnd.random() < 0.7:
            body += text.THINK[int(unit(acct[i : i + 1], 92)[0] * len(text.THINK))]
        out.append(body)
    return out


def amounts(world: World, c: Crowd, n: int, events: float) -> np.ndarray:
    """How many sessions each account has: heavy tailed, `events` requests in the mean."""
    mean = events / max(c.turns, 1.0)
    level = mean * np.exp(world.rng.normal(0, c.sigma, n) - c.sigma**2 / 2)
    return world.rng.poisson(np.minimum(level, mean * 30))


def expand_runs(world: World, acct: np.ndarray, t0: np.ndarray, run: float, gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Replace each start by a run of requests in succession."""
    if run <= 1:
        return acct, t0
    size = world.rng.geometric(1 / run, len(acct))
    rep = np.repeat(np.arange(len(acct)), size)
    step = world.rng.exponential(gap, len(rep)) + 0.15
    total = np.cumsum(step)
    begin = np.cumsum(size) - size
    return acct[rep], t0[rep] + ((total - total[begin][rep]) * SECOND).astype(np.int64)


def inhabit(world: World, c: Crowd, n: int, busy: float = 1.0) -> np.ndarray:
    """Open an innocent crowd's accounts and send its traffic."""
    rng = world.rng
    idx = found(world, c, n)
    a = world.acc
    low = np.maximum(world.start, a["created"][idx] + 60 * SECOND)
    high = np.where(rng.random(n) < c.churn, low + (rng.random(n) * (world.end - low)).astype(np.int64), world.end)
    alive = np.clip((high - low) / (world.end - world.start), 0.05, 1.0)
    count = amounts(world, c, n, c.epa * busy * np.where(c.windows > 0, 1.0, alive))
    count = np.maximum(1, count // max(1, round(c.run))) if c.run > 1 else count
    rep = np.repeat(np.arange(n), count)
    acct, lo, hi = idx[rep], low[rep], high[rep]
    group = a["group"][acct]
    if c.windows:
        base = np.maximum(world.start, np.zeros(world.groups, dtype=np.int64))
        first = np.full(world.groups, world.start)
        if c.age == "burst":
            np.maximum.at(first, a["group"][idx], np.minimum(low, world.end - DAY))
            first = np.where(first > world.start, np.maximum(world.start, first - 3600 * SECOND), first)
        lands = np.array(["US"] * world.groups, dtype=object)
        lands[a["group"][idx]] = a["country"][idx]
        starts = np.stack(
            [world.draw_times(np.maximum(base, first), np.full(world.groups, world.end), c.profile, lands) for _ in range(c.windows)]
        )
        lo = starts[rng.integers(0, c.windows, len(rep)), group] - 1200 * SECOND
        t0 = lo + (rng.beta(1.3, 2.2, len(rep)) * c.hours * 3600 * SECOND).astype(np.int64)
    elif c.cron:
        day = (rng.random(len(rep)) * world.days).astype(np.int64)
        t0 = (
            world.start + day * DAY + (unit(acct, 61) * 24).astype(np.int64) * 3600 * SECOND + (
                rng.exponential(40, len(rep)) * SECOND
            ).astype(np.int64)
        )
    else:
        t0 = world.draw_times(lo, hi, c.profile, a["country"][acct])
    acct, t0 = expand_runs(world, acct, t0, c.run, c.run_gap)
    tasks = choose(world, c.tasks, len(acct))
    first_texts = words_for(world, c, acct, tasks)
    world.add_sessions(session_table(world, c, acct, t0, tasks), first_texts)
    return idx
