"""Parties at work: from conversations to requests."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import grammar, hours
from .enlist import Members, conversations, enlist, pick, when
from .internet import SLOTS, popular
from .party import ASIDE_TURNS, Party
from .world import MODELS, World

STYLE = {
    "math": "stepwise", "science": "stepwise", "traces": "stepwise", "code": "program", "data": "program", "agentic": "call",
    "grading": "marks", "labelling": "short", "screening": "short", "reports": "short",
}
"""Rule of answers to a kind of task; prose otherwise."""
LENGTH = {"stepwise": 620, "program": 540, "call": 210, "marks": 160, "short": 24, "prose": 310, "tagged": 1100, "refusal": 90}
"""Rules of answers, and median tokens."""
SAMPLES = ((0.0, None), (0.2, None), (0.3, 0.9), (0.6, 0.95), (0.7, None), (0.7, 0.8), (0.8, 0.95), (0.9, None), (1.0, None), (1.0, 0.95))
LIMITS = (None, None, 256, 512, 1024, 2048, 4096, 4096, 8192, 16384, 32768)
LONGEST = 70


def play(world: World, party: Party, n: int, campaign: str | None = None) -> int:
    """Let a party of ``n`` accounts live in the world; returns how many requests it makes."""
    rng = world.rng
    begin_s, end_s = when(world, party)
    who = enlist(world, party, n, begin_s, end_s, campaign)
    member, start = conversations(world, party, who, begin_s, end_s)
    k = len(member)
    if not k:
        return 0
    aside = rng.random(k) < party.aside
    kind, first, frames, which = _first_turns(world, party, member, aside, len(who))
    turns = np.minimum(rng.geometric(1 / np.where(aside, ASIDE_TURNS, party.turns)), LONGEST)
    talk = np.repeat(np.arange(k), turns)
    turn = np.arange(len(talk)) - np.repeat(np.cumsum(turns) - turns, turns)
    gaps = rng.lognormal(np.log(np.where(aside, 70.0, party.gap_s))[talk], 0.8)
    at = start[talk] + hours.running(gaps, turns)
    m = _hand_over(who, member[talk], turns, at, (turn > 0) & ~aside[talk] & (rng.random(len(talk)) < party.handoff), rng)
    later = np.where(aside[talk], 1, 2) * (turn > 0)
    follow = world.draw(party.text.follow, int((later == 2).sum()))
    if party.text.injected:
        follow = grammar.frame(frames, which[talk[later == 2]], follow)
    prompt = grammar.scatter([first, world.draw("follow", int((later == 1).sum())), follow], later)
    rules = list(LENGTH)
    style = np.array([rules.index(STYLE.get(name, "prose")) for name in kind])
    if party.text.answer:
        style[~aside & ((which >= 0) | (not party.text.frames))] = rules.index(party.text.answer)
    style = style[talk]
    answer = grammar.scatter([world.draw(rule, int((style == i).sum())) for i, rule in enumerate(rules)], style)
    parent_of = np.where(turn > 0, np.arange(len(talk)) - 1, -1)
    if party.replay:
        again = np.flatnonzero((rng.random(k) < party.replay) & ~aside & (np.arange(k) > 20))
        ended = np.cumsum(turns) - 1
        parent_of[ended[again] - turns[again] + 1] = ended[rng.integers(again // 2)]
    columns = _columns(world, party, who, talk, at, m, aside, begin_s, end_s)
    typed = pc.and_(pc.equal(columns["access_path"], "app"), pa.array((which[talk] < 0) | (turn > 0)))
    prompt = _by_hand(world, prompt, typed, m, len(who))
    columns |= _tokens(world, prompt, columns["system"], np.array(list(LENGTH.values()))[style], turns, turn, columns["max_tokens"])
    columns |= {
        "prompt": prompt, "answer": answer, "at": at, "account": who.account[m], "parent_of": parent_of,
        "stay": (at < world.end_s) & (at < who.end_s[m] + 600), "harvested": ~aside[talk] & bool(campaign),
    }
    columns["refused"] |= at > who.end_s[m]
    return world.log(columns, turns, campaign)


def _first_turns(
    world: World, party: Party, member: np.ndarray, aside: np.ndarray, n: int
) -> tuple[np.ndarray, pa.Array, pa.Array, np.ndarray]:
    """Of each conversation the kind of task and the first prompt; the frames; the frame of each conversation, -1 for none."""
    rng, text, k = world.rng, party.text, len(member)
    kind = np.empty(k, object)
    m = int((~aside).sum())
    if text.pool:
        size = -(-m // (2 if text.deal == "twice" else 1)) if text.pool < 0 else max(round(text.pool * world.scale), 4)
        pool_kind, pool = world.tasks(text.tasks, max(size, 1), text.common)
        chosen = {
            "split": np.arange(m), "twice": np.arange(m), "random": rng.integers(size, size=m),
            "zipf": (size * rng.random(m) ** 3).astype(int),
        }[text.deal] % max(size, 1)
        kind[~aside], own = pool_kind[chosen], pool.take(pa.array(chosen))
    else:
        kind[~aside], own = world.tasks(text.tasks, m, text.common)
    kind[aside], other = world.tasks(party.aside_tasks, k - m, 0.06)
    tasks = grammar.scatter([own, other], aside.astype(int))
    if not text.frames:
        return kind, tasks, pa.array([""]), np.full(k, -1)
    count = {0: n, -1: k}.get(text.n_frames, text.n_frames)
    frames = world.mixture(text.frames, count)[1]
    which = {0: member, -1: np.arange(k)}.get(text.n_frames, rng.integers(count, size=k))
    which = np.where(aside | (rng.random(k) >= text.framed), -1, which)
    return kind, grammar.frame(frames, which, tasks), frames, which


def _by_hand(world: World, prompt: pa.Array, typed: pa.Array, m: np.ndarray, n: int) -> pa.Array:
    """Prompts with the habits of whoever types them: small letters, no full stop, a word of greeting or thanks."""
    short = pc.and_(typed, pc.invert(pc.match_substring(prompt, "\n")))
    small, bare, polite = (pc.and_(short, pa.array((world.rng.random(n) < share)[m])) for share in (0.3, 0.35, 0.12))
    prompt = pc.if_else(small, pc.utf8_lower(prompt), prompt)
    prompt = pc.if_else(bare, pc.utf8_rtrim(prompt, "."), prompt)
    return pc.if_else(polite, grammar.join(world.draw("hello", len(prompt)), prompt), prompt)


def _hand_over(who: Members, m: np.ndarray, turns: np.ndarray, at: np.ndarray, moved: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Members of requests, after conversations went on to others that live where they ``moved``."""
    jump = moved * rng.integers(1, max(len(who), 2), len(m))
    other = (m + hours.running(jump, turns) + jump) % len(who)
    return np.where((who.begin_s[other] <= at) & (who.end_s[other] > at), other, m)


def _columns(
    world: World, party: Party, who: Members, talk: np.ndarray, at: np.ndarray, m: np.ndarray, aside: np.ndarray, begin_s: float,
    end_s: float,
) -> dict[str, np.ndarray | pa.Array]:
    """All of a request but its text, its tokens and its place in a conversation."""
    rng, n, r = world.rng, len(who), len(talk)
    salt = rng.integers(1 << 62)
    off = aside[talk]
    slot = (hours.mix(salt, m, at // who.lease_s[m]) % np.uint64(SLOTS)).astype(int)
    kinds = pick(party.client, n, rng)
    builds = np.empty((n, 2), np.int64)
    for name in party.client:
        pool = world.builds[name]
        pool = rng.choice(pool, min(party.builds, len(pool)), replace=False) if party.builds else pool
        builds[kinds == name] = popular(pool, 2 * n, rng).reshape(n, 2)[kinds == name]
    builds[:, 1] = np.where(rng.random(n) < 0.35, builds[:, 1], builds[:, 0])
    path = pick(party.paths, n, rng)[m]
    keys = world.hexes(3 * n, "key_").take(pa.array(3 * m + np.minimum((3.4 * hours.coin(salt, talk) ** 3).astype(int), 2)))
    named = (path == "app") | (rng.random(n) < 0.2)[m]
    systems, which = pa.array([""]), np.full(r, -1)
    if party.system:
        systems = world.harness(party.harness, party.system, party.n_systems or n)
        which = (rng.integers(party.n_systems, size=n) if party.n_systems else np.arange(n))[m]
    tools = {"": np.zeros(n), "one": np.ones(n), "own": rng.random(n) < 0.4}[party.tools][m] > 0
    tool_keys = rng.integers(1 << 62, size=n) * (party.tools == "own") + world.tools(party.harness)
    sample = rng.integers(len(SAMPLES), size=n if party.sampling == "own" else 1)
    limit = rng.integers(len(LIMITS), size=n if party.sampling == "own" else 1)
    chosen = (rng.random(n) < 0.45) | (party.sampling == "one")
    told = chosen[m] & ~off & (party.sampling != "default")
    row = m if party.sampling == "own" else np.zeros(r, int)
    heat = np.array([[np.nan if x is None else x for x in pair] for pair in SAMPLES])[sample[row]]
    tokens = np.array([x or 0 for x in LIMITS])[limit[row]]
    model, refused = _models(world, party, at, rng.random(n)[m], begin_s, end_s)
    return {
        "ip_number": who.addresses[m, slot], "build": builds[m, (hours.mix(salt, m, at // hours.DAY_S) & np.uint64(1)).astype(int)],
        "access_path": pa.array(path, pa.string()), "key_id": pc.if_else(pa.array(path != "app"), keys, None),
        "session_id": pc.if_else(pa.array(named), world.hexes(talk[-1] + 1, "s-").take(pa.array(talk)), None),
        "system": systems.take(pa.array(which, mask=off | (which < 0))), "tools_key": pa.array(tool_keys[m], mask=off | ~tools),
        "temperature": pa.array(heat[:, 0].astype(np.float32), mask=~told | np.isnan(heat[:, 0])),
        "top_p": pa.array(heat[:, 1].astype(np.float32), mask=~told | np.isnan(heat[:, 1])),
        "max_tokens": pa.array(tokens.astype(np.int32), mask=~told | (tokens == 0)),
        "stream": (path == "app") | (rng.random(n) < 0.4)[m], "model": pa.array(model, pa.string()), "refused": refused,
    }


def _models(
    world: World, party: Party, at: np.ndarray, taste: np.ndarray, begin_s: float, end_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Model of each request, and whether the model refuses; ``taste`` is a number in [0, 1) of its account."""
    rng = world.rng
    since_days = (at - world.release_s) / hours.DAY_S
    spread = (taste * 7919) % 1  # another number of the account
    new = {
        "slow": since_days > -9 * np.log1p(-spread), "fast": since_days > 0.6 * spread, "never": np.zeros(len(at), bool),
        "pivot": rng.random(len(at)) < 0.55 * np.clip(since_days, 0, 1),
    }[party.adopts]
    large = taste < party.large
    refused = np.zeros(len(at), bool)
    if party.falls:
        fall_s = begin_s + party.falls * (end_s - begin_s)
        refused = large & (at > fall_s - 5 * hours.HOUR_S) & (at < fall_s) & (rng.random(len(at)) < 0.6)
        large = large & (at < fall_s)
    return np.array(MODELS, object)[np.where(large, np.where(new, 2, 0), 1)], refused


def _tokens(
    world: World, prompt: pa.Array, system: pa.Array, median: np.ndarray, turns: np.ndarray, turn: np.ndarray, limit: pa.Array
) -> dict[str, np.ndarray]:
    """Tokens of each request; what was said before is sent again, and mostly cached."""
    rng = world.rng
    said = pc.utf8_length(prompt).to_numpy() / 4 + 3
    frame = pc.utf8_length(system).fill_null(0).to_numpy(zero_copy_only=False) / 4
    reasoning = rng.lognormal(np.log(0.8 * median + 60), 0.7) * (rng.random(len(said)) < 0.4)
    output = np.minimum(rng.lognormal(np.log(median), 0.55) + reasoning, limit.fill_null(64000).to_numpy(zero_copy_only=False))
    history = hours.running(said + output - np.minimum(reasoning, output), turns)
    cached = np.where(rng.random(len(said)) < 0.7, 0.93, 0.0) * np.where(turn > 0, history + frame, frame * (frame > 250))
    return {
        "input_tokens": (said + frame + history).astype(np.int32), "cached_tokens": cached.astype(np.int32),
        "output_tokens": np.maximum(output, 1).astype(np.int32), "reasoning_tokens": np.minimum(reasoning, output).astype(np.int32),
    }
