"""How operators open accounts, deal out their queue and cover it."""

from dataclasses import dataclass

import numpy as np

from . import text
from .accounts import FREE_MAIL, choose, clients, domains, found, systems
from .crowds import CROWDS
from .hashing import mix, tags
from .manners import Crowd
from .sessions import amounts, expand_runs, session_table, words_for
from .vocabulary import SLOTS
from .world import DAY, SECOND, Columns, World

ASKS = (
    "Explain {t}: {f}.", "Write about {t}, with {f}.", "{t} - give {f}", "Teach {t}. I need {f}.", "For {t}, provide {f} in detail.",
    "Discuss {f} of {t} ({l})", "Give me {f} for the subject of {t}"
)


@dataclass(frozen=True)
class Operator:
    """One operator: what its accounts look like (`look`) and how it works."""

    name: str
    n: int
    look: Crowd
    events: float
    mode: str = "fresh"
    samples: int = 1
    paraphrase: float = 0.0
    suffix: tuple[str, ...] = ()
    p_suffix: float = 0.0
    script: tuple[str, ...] = ()
    cells: int = 1
    cards: float = 0.0
    phones: float = 0.0
    mail: str = "mix"
    catchall: int = 0
    batches: int = 0
    lead: float = 3.0
    start: float = 0.0
    waves: tuple[tuple[float, float], ...] = ()
    attrition: float = 0.0
    replace: float = 0.0
    cover: float = 0.0
    previous: str = ""
    takeover: float = 0.0
    victims: tuple[str, ...] = ()
    join: str = ""
    fresh_style: float = 0.0


def _identity(world: World, op: Operator, idx: np.ndarray, opened: np.ndarray | None) -> None:
    """What the operator reuses when it opens accounts: cards, phones, mail domains, hours of registration."""
    rng, a, n = world.rng, world.acc, len(idx)
    base = int(rng.integers(1, 2**50))
    for column, prefix, reuse in (("payment_hash", "pm_", op.cards), ("phone_hash", "ph_", op.phones)):
        if reuse > 0:
            number = base + rng.integers(0, max(1, int(n / reuse)), n)
            keep = np.array([v is not None for v in a[column][idx]], dtype=bool)
            a[column][idx[keep]] = tags(prefix, number)[keep]
    if op.catchall:
        own = domains(base + rng.integers(0, op.catchall, n), edu=False)
        a["email_domain"][idx] = np.where(rng.random(n) < 0.8, own, a["email_domain"][idx])
    elif op.mail != "mix":
        other = np.array([m for m, _ in FREE_MAIL], dtype=object)[rng.choice(len(FREE_MAIL), n)]
        a["email_domain"][idx] = np.where(rng.random(n) < 0.85, op.mail, other)
    if opened is not None:
        a["created"][idx] = opened
    elif op.batches:
        begin = world.start + int(op.start * DAY)
        at = begin - (rng.random(op.batches) * op.lead * DAY).astype(np.int64)
        a["created"][idx] = (
            at[rng.integers(0, op.batches, n)] + (rng.exponential(2400, n) * SECOND).astype(np.int64) + rng.integers(0, SECOND, n)
        )
    elif not op.previous:
        begin = world.start + int(op.start * DAY)
        a["created"][idx] = begin - (rng.random(n) ** 1.3 * op.lead * DAY).astype(np.int64)


def _accounts(world: World, op: Operator) -> np.ndarray:
    """All accounts of the operator, with bans and replacements."""
    rng, n = world.rng, world.count(op.n, 4)
    cells = max(1, min(op.cells, n // 3))
    groups = world.new_groups(cells)
    joined = np.flatnonzero(world.acc["crowd"] == op.join) if op.join else np.array([], dtype=np.int64)
    if len(joined):
        home = world.acc["group"][joined]
        largest = np.bincount(home).argmax()
        groups = np.array([largest])
    idx = found(world, op.look, n, op.name, groups[np.sort(rng.integers(0, len(groups), n))])
    _identity(world, op, idx, None)
    if len(joined):
        model = joined[world.acc["group"][joined] == groups[0]]
        like = model[rng.integers(0, len(model), n)]
        for column in ("org_id", "signup_ip", "ua", "ja4", "ua2", "ja42", "kind", "plan", "email_domain", "verified"):
            world.acc[column][idx] = world.acc[column][like]
    world.acc["banned"][idx] = 0
    everyone = [idx]
    for day, share in op.waves:
        at = world.start + int(day * DAY)
        current = np.concatenate(everyone)
        live = current[(world.acc["banned"][current] == 0) & (world.acc["created"][current] < at)]
        hit = live[rng.random(len(live)) < share]
        world.acc["banned"][hit] = at + (rng.exponential(1500, len(hit)) * SECOND).astype(np.int64)
        everyone += _replacements(world, op, hit, world.acc["banned"][hit])
    if op.attrition:
        current = np.concatenate(everyone)
        life = world.start + ((op.start + rng.exponential(1 / op.attrition, len(current))) * DAY).astype(np.int64)
        life = np.maximum(life, world.acc["created"][current] + DAY // 3)
        hit = (world.acc["banned"][current] == 0) & (life < world.end)
        world.acc["banned"][current[hit]] = life[hit]
        everyone += _replacements(world, op, current[hit], life[hit])
    return np.concatenate(everyone)


def _replacements(world: World, op: Operator, hit: np.ndarray, when: np.ndarray) -> list[np.ndarray]:
    """New accounts in place of banned ones, after a delay."""
    kept = world.rng.random(len(hit)) < op.replace
    kept &= when < world.end - 2 * DAY
    if not kept.any():
        return []
    opened = when[kept] + (world.rng.exponential(0.8, int(kept.sum())) * DAY).astype(np.int64) + 1800 * SECOND
    idx = found(world, op.look, int(kept.sum()), op.name, world.acc["group"][hit[kept]])
    _identity(world, op, idx, opened)
    world.acc["banned"][idx] = 0
    for column in ("ua", "ja4", "ua2", "ja42"):
        if "client" in op.look.share:
            world.acc[column][idx] = world.acc[column][hit[kept]]
    if "system" in op.look.share:
        world.acc["systems"][idx] = world.acc["systems"][hit[kept]]
    if "params" in op.look.share:
        for column in ("temp", "top_p", "max_tokens"):
            world.acc[column][idx] = world.acc[column][hit[kept]]
    return [idx]


def _queue(world: World, op: Operator, acct: np.ndarray, tasks: np.ndarray) -> list[str]:
    """The prompts, dealt in order of time."""
    rnd, n = world.rnd, len(acct)
    if op.mode in ("crew", "mirror"):
        return words_for(world, op.look, acct, tasks)
    names, share = list(op.look.tasks), list(op.look.tasks.values())
    if op.mode == "topics":
        topics = rnd.sample(SLOTS["topic"], min(len(SLOTS["topic"]), 30)) + [
            f"{x} and {y}" for x, y in (rnd.sample(SLOTS["topic"], 2) for _ in range(60))
        ]
        pairs = [(t, f) for t in topics for f in SLOTS["facet"]]
        step = max(1.0, n / len(pairs))
        out = []
        for i in range(n):
            topic, facet = pairs[min(int((i + rnd.gauss(0, 12)) / step) % len(pairs), len(pairs) - 1)]
            out.append(rnd.choice(ASKS).format(t=topic, f=facet, l=rnd.choice(SLOTS["level"])))
        return [text.paraphrase(x, rnd) if rnd.random() < op.paraphrase else x for x in out]
    bank_size = max(1, n // op.samples)
    bank = [(k, text.task(k, rnd)) for k in rnd.choices(names, share, k=bank_size)]
    out = []
    for i in range(n):
        place = i // op.samples if op.samples > 1 else i
        jitter = int(abs(rnd.gauss(0, 25))) if op.samples > 1 else 0
        kind, body = bank[min(max(place - jitter, 0), bank_size - 1)]
        tasks[i] = kind
        if op.mode == "swap" and i % 2 and "Answer A: " in body and "Answer B: " in body:
            head, rest = body.split("Answer A: ", 1)
            one, rest = rest.split("\n\nAnswer B: ", 1)
            two, tail = rest.split("\n\n", 1)
            body = f"{head}Answer A: {two}\n\nAnswer B: {one}\n\n{tail}"
        if rnd.random() < op.paraphrase:
            body = text.paraphrase(body, rnd)
        if rnd.random() < op.fresh_style:
            body = text.restyle(body, rnd.choice(text.STYLES), rnd)
        if op.suffix and rnd.random() < op.p_suffix:
            body = body + rnd.choice(op.suffix)
        out.append(body)
    return out


def _rig(world: World, op: Operator, s: Columns, profiles: int) -> None:
    """The operator's own machines in place of what the account's owner uses."""
    group = world.new_groups(profiles)
    ua, ja4 = clients(world, op.look, group, profiles)
    texts = systems(world, op.look, group)
    at = (mix(s["acct"], 81) % np.uint64(profiles)).astype(int)
    params = np.array([p[:3] for p in op.look.params])[
        world.rng.choice(len(op.look.params), profiles, p=np.array([p[3] for p in op.look.params]) / sum(p[3] for p in op.look.params))
    ]
    s["ua"], s["ja4"] = ua[at], ja4[at]
    s["temp"], s["top_p"], s["max_tokens"] = params[at, 0], params[at, 1], params[at, 2].astype(np.int64)
    system = np.empty(len(at), dtype=object)
    system[:] = [texts[k][0] for k in at.tolist()]
    s["system"] = system
    s["model"] = choose(world, op.look.models, profiles)[at]
    if world.release is not None:
        s["model"] = np.where((s["model"] == "lark-core-3") & (s["t0"] < world.release), "lark-deep-2", s["model"])
    s["tools_key"] = (
        np.full(len(at), int(mix(np.array([world.salt]), 82).astype(np.int64)[0])) if op.look.tools else np.zeros(len(at), dtype=np.int64)
    )


def _cover(world: World, op: Operator, idx: np.ndarray, low: np.ndarray, high: np.ndarray, events: float, like: str) -> None:
    """Traffic that is not harvested: disguise, or the life of an account before it was sold."""
    a, c = world.acc, CROWDS[like]
    count = amounts(world, c, len(idx), events)
    rep = np.repeat(np.arange(len(idx)), count)
    acct = idx[rep]
    t0 = world.draw_times(low[rep], high[rep], c.profile, a["country"][acct])
    tasks = choose(world, c.tasks, len(acct))
    first = words_for(world, c, acct, tasks)
    s = session_table(world, c, acct, t0, tasks, net=c.net if op.previous else op.look.net)
    s["handover"][:] = 0
    if not op.previous and not c.systems:
        s["system"] = np.array([None] * len(acct), dtype=object)
        s["tools_key"][:] = 0
    world.add_sessions(s, first)


def operate(world: World, op: Operator) -> np.ndarray:
    """Open the operator's accounts and send its traffic."""
    rng = world.rng
    if op.victims:
        pool = np.flatnonzero(np.isin(world.acc["crowd"], op.victims) & (world.acc["path"] == "api") & (world.acc["created"] < world.start))
        idx = rng.choice(pool, min(len(pool), world.count(op.n, 4)), replace=False)
        world.acc["campaign"][idx], world.acc["crowd"][idx] = op.name, op.look.name
    elif op.previous:
        idx = found(world, CROWDS[op.previous], world.count(op.n, 4), op.name)
        age = (90 + rng.random(len(idx)) * 480) * DAY
        world.acc["created"][idx], world.acc["crowd"][idx] = world.start - age.astype(np.int64), op.look.name
    else:
        idx = _accounts(world, op)
    a = world.acc
    begin, finish = world.start + int(op.start * DAY), world.end
    low = np.maximum(begin, a["created"][idx] + (rng.exponential(0.2, len(idx)) * DAY).astype(np.int64) + 300 * SECOND)
    if op.previous or op.victims:
        low = begin + (rng.random(len(idx)) * op.takeover * DAY).astype(np.int64)
    high = np.where(a["banned"][idx] > 0, np.minimum(a["banned"][idx] + 3600 * SECOND, finish), finish)
    if op.victims:
        high = np.minimum(finish, low + ((0.6 + rng.exponential(2.4, len(idx))) * DAY).astype(np.int64))
    low = np.minimum(low, high - 1800 * SECOND)
    if op.previous:
        _cover(world, op, idx, np.full(len(idx), world.start), low - 3600 * SECOND, CROWDS[op.previous].epa * 0.5, op.previous)
    share = np.clip((high - low) / max(finish - begin, DAY), 0.03, 1.0)
    count = np.maximum(1, amounts(world, op.look, len(idx), op.events * (share if not op.victims else 1.0)))
    count = np.maximum(1, np.round(count / op.look.run)).astype(np.int64) if op.look.run > 1 else count
    rep = np.repeat(np.arange(len(idx)), count)
    t0 = world.draw_times(low[rep], high[rep], op.look.profile, a["country"][idx[rep]])
    acct, t0 = expand_runs(world, idx[rep], t0, op.look.run, op.look.run_gap)
    order = np.argsort(t0, kind="stable")
    acct, t0 = acct[order], t0[order]
    tasks = choose(world, op.look.tasks, len(acct))
    first = _queue(world, op, acct, tasks)
    s = session_table(world, op.look, acct, t0, tasks, harvest=True)
    if op.previous or op.victims:
        _rig(world, op, s, 3)
    later = None
    if op.script:
        s["turns"] = np.minimum(s["turns"], len(op.script) + 1)
        later = [list(op.script) for _ in range(len(acct))]
    world.add_sessions(s, first, later)
    if op.cover and not op.previous and not op.victims:
        _cover(world, op, idx, low, high, op.events * op.cover / (1 - op.cover) * float(share.mean()), "everyday")
    return idx
