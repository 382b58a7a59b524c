"""Conversations as requests, with all that follows from them: texts, tokens, statuses, keys, sessions, retries."""

from typing import Any

import numpy as np
from numpy.random import Generator

from . import text
from .arrays import Arr, choose, h64, heads, pick
from .habits import addresses, families, models
from .places import SEATS
from .text import FAMILIES, SHAPES, USUAL_SHAPE, WORDS
from .world import DAY, Crowd, Members, World

PATHS = ("app", "api", "cloud")
TYPED = ("person", "shared_pc", "antidetect")


def emit(
    w: World, rng: Generator, m: Members, c: Crowd, who: Arr, t: Arr, firsts: list[str] | None = None
) -> None:
    """Write conversations of members (by place) that begin at seconds; first requests are drawn unless given."""
    count = len(who)
    if not count:
        return
    fam = families(rng, m, c, who)
    if firsts is None:
        firsts = _firsts(rng, m, c, who, t, fam)
    if c.dev in TYPED and c.prompts is None:
        firsts = text.humanise(rng, firsts, m.habit[who])
    turns = np.minimum(1 + rng.poisson(c.turns * rng.gamma(1.3, 1 / 1.3, count)), 120)
    harvested = rng.random(count) < c.harvest
    rep, head = np.repeat(np.arange(count), turns), heads(turns)
    n = len(rep)
    turn = np.arange(n) - head[rep]
    gap = rng.lognormal(np.log(c.think), 0.8, n)
    gap[head] = 0
    total = np.cumsum(gap)
    ts = t[rep] + total - total[head][rep]
    prompts = _turns(rng, m, c, who, fam, firsts, turns, rep, head)
    account = _carriers(rng, m, c, who[rep], ts, turn)
    systems = [m.system_of[i] for i in who.tolist()]
    tool = m.tools_of[who]
    context, parent = _chain(rng, systems, prompts, tool, rep, turn)
    tier = np.array(choose(rng, c.tiers, count))
    model = models(w, tier, t, m.quirk[who])[rep]
    reasoning = np.isin(model, [i for i, x in enumerate(w.host.models) if x.tier == "reason"])
    shape = np.array([SHAPES.get(family, USUAL_SHAPE) for family in FAMILIES])[fam[rep]]
    output = shape[:, 0] * c.length * np.exp(rng.normal(0, 1, n) * shape[:, 1]) * np.exp(rng.normal(0, 0.25, count))[rep]
    if not c.agent:
        output = np.where(turn > 0, output * 0.8, output)
    cap = m.cap_of[who][rep]
    output = np.maximum(1, np.where(cap > 0, np.minimum(output, cap), np.minimum(output, 8000))).astype(np.int64)
    think = np.where(reasoning, rng.lognormal(6.7, 0.9, n), 0).astype(np.int64)
    inputs, cached = _read(rng, c, systems, prompts, tool, output, shape[:, 2], gap, rep, head, turn)
    dice, api = rng.random(n), c.path != "app"
    status = np.full(n, 200)
    status[dice < c.throttle * (1 if api else 0.2)] = 429
    status[(dice > 0.9965) & (dice < 0.9985)] = 500
    status[dice >= (0.9985 if api else 0.9998)] = 400
    session, key = -np.ones(n, np.int64), -np.ones(n, np.int64)
    if not api or (w.host.api_sessions and (c.agent or c.turns > 1)):
        session = (w.take("session", count) + np.arange(count))[rep]
    if api:
        key = m.idx[account] * 8 + np.minimum((rng.random(count) ** 1.7 * m.keys[who]).astype(int), 4)[rep]
    seat = rng.random(count)
    ip = addresses(rng, m, account, ts, rep, seat)
    shared = m.devices.shape[1] == SEATS
    device = m.devices[account, (seat**1.4 * SEATS).astype(int)[rep] if shared else (rng.random(count) < 0.25).astype(int)[rep]]
    block: dict[str, Any] = {
        "t": ts, "account": m.idx[account], "session": session, "key": key, "model": model, "system": [systems[r] for r in rep.tolist()],
        "prompt": prompts, "context": context, "parent": parent, "first": turn == 0, "tool": tool[rep],
        "temp": m.temp_of[who][rep].astype(np.float32), "top": m.top_of[who][rep].astype(np.float32), "cap": cap,
        "stream": ((m.quirk[who] * 7 % 1) < c.stream)[rep] if api else np.ones(n, bool), "input": inputs, "cached": cached,
        "output": output, "think": think, "reasoning": reasoning, "status": status, "ip": ip, "device": device,
        "updated": ts / DAY > (m.quirk[account] * 2 * w.days), "harvest": harvested[rep], "fam": fam[rep],
        "path": np.full(n, PATHS.index(c.path)), "zdr": m.zdr[account]
    }
    w.blocks.append(block)
    if c.path == "app" and c.again:
        redo = np.flatnonzero((status == 200) & (rng.random(n) < c.again))  # an answer is asked for again
        copy = rows(block, redo)
        copy["t"] = copy["t"] + rng.lognormal(3.3, 0.6, len(redo))
        copy["output"] = np.maximum(1, copy["output"] * rng.lognormal(0, 0.35, len(redo))).astype(np.int64)
        w.blocks.append(copy)
    if api:
        failed = np.flatnonzero((status == 429) | (status == 500))
        failed = failed[rng.random(len(failed)) < 0.7]
        if len(failed):
            copy = rows(block, failed)
            copy["t"] = copy["t"] + rng.lognormal(1.8, 0.7, len(failed))
            copy["status"][:] = 200
            w.blocks.append(copy)


def rows(block: dict[str, Any], which: Arr) -> dict[str, Any]:
    """Some rows of columns."""
    places = which.tolist()
    return {name: [values[i] for i in places] if isinstance(values, list) else values[which] for name, values in block.items()}


def _firsts(rng: Generator, m: Members, c: Crowd, who: Arr, t: Arr, fam: Arr) -> list[str]:
    """First requests; samples of one request are equal, and some people just say hello."""
    firsts = text.compose(rng, fam, text.likes_of(rng, m.bent[who], c.narrow))
    if c.samples > 1:
        same = (np.diff(who, prepend=-1) == 0) & (np.abs(np.diff(t, prepend=-1e9)) < 90)
        for i in np.flatnonzero(same).tolist():
            firsts[i] = firsts[i - 1]
    stock = rng.random(len(who)) < (0.03 if c.dev == "person" else 0.008)
    return [b if u else a for a, b, u in zip(firsts, pick(rng, WORDS["stock"], len(who)), stock.tolist(), strict=True)]


def _turns(
    rng: Generator, m: Members, c: Crowd, who: Arr, fam: Arr, firsts: list[str], turns: Arr, rep: Arr, head: Arr
) -> list[str]:
    """The text of every turn."""
    prompts = [""] * len(rep)
    for i, first in zip(head.tolist(), firsts, strict=True):
        prompts[i] = first
    later = np.flatnonzero(np.arange(len(rep)) > head[rep])
    if not len(later):
        return prompts
    talk = rep[later]
    if c.agent:
        extra = text.tool_output(rng, len(later))
    else:
        begun = [firsts[i] for i in talk.tolist()]
        extra = text.follow_up(rng, text.topics_of(begun, rng.integers(0, 1 << 20, len(later)).tolist()))
        extra = [b or a for a, b in zip(extra, text.foreign_follow(rng, fam[talk]), strict=True)]
        played = (fam[talk] == FAMILIES.index("creative")) & (turns[talk] > 5)
        extra = [b if u else a for a, b, u in zip(extra, text.stage_turn(rng, len(later)), played.tolist(), strict=True)]
    if c.dev == "person":
        extra = text.humanise(rng, extra, m.habit[who[talk]])
    for i, line in zip(later.tolist(), extra, strict=True):
        prompts[i] = line
    return prompts


def _carriers(rng: Generator, m: Members, c: Crowd, asker: Arr, ts: Arr, turn: Arr) -> Arr:
    """The account that carries each turn: the asker's, or another of the pool that lives at that time."""
    if not c.hop:
        return asker
    hops = (rng.random(len(asker)) < c.hop) & (turn > 0)
    awake = np.flatnonzero(m.until - m.begin > 0.2)
    account = np.where(hops, awake[rng.integers(0, len(awake), len(asker))], asker)
    return np.where((ts >= m.begin[account] * DAY) & (ts < m.until[account] * DAY), account, asker)


def _chain(rng: Generator, systems: list[str | None], prompts: list[str], tool: Arr, rep: Arr, turn: Arr) -> tuple[Arr, Arr]:
    """Keys of each turn's context and of the turn before; equal first requests have equal keys in all accounts."""
    context, parent = np.empty(len(rep), np.int64), np.zeros(len(rep), np.int64)
    noise, last = rng.integers(0, 1 << 62, len(rep)).tolist(), 0
    for i, (r, k) in enumerate(zip(rep.tolist(), turn.tolist(), strict=True)):
        if k == 0:
            last = h64(systems[r], prompts[i], tool[r])
        else:
            parent[i] = last
            last = h64(last, prompts[i], noise[i])
        context[i] = last
    return context, parent


def _read(
    rng: Generator, c: Crowd, systems: list[str | None], prompts: list[str], tool: Arr, output: Arr, attached: Arr, gap: Arr, rep: Arr,
    head: Arr, turn: Arr
) -> tuple[Arr, Arr]:
    """Tokens read and tokens found in the cache: the system prompt, the tools, attachments and the conversation so far."""
    n = len(rep)
    length = np.array([len(prompt) for prompt in prompts]) / 4.1
    if c.agent:
        length = np.where(turn > 0, length + rng.lognormal(6.0, 1.2, n), length)
    attach = np.where(rng.random(n) < attached, rng.lognormal(7.3, 1.0, n), 0)
    grown, spoken = np.cumsum(length + attach + 8), np.cumsum(output)
    fixed = np.array([0 if system is None else len(system) / 4.1 for system in systems])
    fixed = (fixed + np.where(tool >= 0, 300 + (tool * 7919 % 2600), 0))[rep]
    inputs = fixed + grown - (grown[head] - (length + attach + 8)[head])[rep] + (spoken - output) - (spoken[head] - output[head])[rep]
    inputs = np.clip(inputs, 5, 180_000).astype(np.int64)
    before = np.where(turn > 0, np.roll(inputs, 1), np.where(fixed > 1024, fixed, 0)).astype(np.int64)
    warm = (before >= 1024) & np.where(turn > 0, gap < 400, rng.random(n) < 0.6)
    return inputs, np.where(warm, np.minimum(before, inputs) // 128 * 128, 0)
